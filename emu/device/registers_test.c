/* Tests of the register core through the test bench. SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdarg.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <zif/testbench.h>

enum {
    CR,
    SR,
    CLR,
    DR,
    TXR,
    HALF,
    HALF_HI,
    BYTES,
    BYTES_END = BYTES + 4,
    ARR = BYTES_END,
    ARR_END = ARR + 3,
    LIVE = ARR_END,
    KEPT,
    PICKY,
    NREGS
};

static const ZifRegister regs[NREGS] = {
    [CR] = { .name = "CR",
             .offset = 0,
             .reset = 0x80,
             .fields = ZIF_FIELDS({ "EN", 0, 1, ZIF_RW }, { "MODE", 1, 2, ZIF_STUB }, { "VER", 4, 4, ZIF_RO },
                                  { "GO", 8, 1, ZIF_WO }, { "SET", 9, 1, ZIF_W1S }) },
    [SR] = { .name = "SR",
             .offset = 4,
             .reset = 0xff,
             .fields = ZIF_FIELDS({ "A", 0, 4, ZIF_W1C }, { "B", 4, 2, ZIF_RC }, { "C", 6, 2, ZIF_RO }) },
    [CLR] = { .name = "CLR", .offset = 8, .reset = 0xff, .fields = ZIF_FIELDS({ "F", 0, 8, ZIF_W0C }) },
    [DR] = { .name = "RXR", .offset = 12, .reset = 0x55, .fields = ZIF_FIELDS({ "D", 0, 8, ZIF_RO }) },
    [TXR] = { .name = "TXR", .offset = 12, .fields = ZIF_FIELDS({ "D", 0, 8, ZIF_WO }) },
    [HALF] = { .name = "LO", .offset = 16, .size = 2, .reset = 0x1234 },
    [HALF_HI] = { .name = "HI", .offset = 18, .size = 2, .reset = 0x5678 },
    [BYTES] = { .name = "BYTES", .offset = 20, .size = 1, .count = 4 },
    [ARR] = { .name = "ARR", .offset = 32, .count = 3, .stride = 8, .widths = ZIF_W32 },
    [LIVE] = { .name = "LIVE", .offset = 60, .flags = ZIF_REG_VOLATILE, .fields = ZIF_FIELDS({ "N", 0, 32, ZIF_RO }) },
    [KEPT] = { .name = "KEPT", .offset = 64, .flags = ZIF_REG_KEEP_RESET },
    [PICKY] = { .name = "PICKY", .offset = 68, .widths = ZIF_W32, .flags = ZIF_REG_WIDTH_FAULT },
};

typedef struct {
    ZifDevice dev;
    uint32_t values[NREGS];
    uint32_t last_slot, last_old, last_value, events, heard, storm;
} Toy;

static uint32_t toy_peek(ZifDevice *dev, unsigned slot)
{
    return slot == LIVE ? (uint32_t)(zif_now(dev) / ZIF_US) : zif_values(dev)[slot];
}

static void toy_write(ZifDevice *dev, unsigned slot, uint32_t old, uint32_t value)
{
    Toy *t = (Toy *)dev;
    t->last_slot = slot;
    t->last_old = old;
    t->last_value = value;
}

static void toy_event(ZifDevice *dev, unsigned event)
{
    ((Toy *)dev)->events++;
    zif_set(dev, 0, 0, 1);
    if (((Toy *)dev)->storm) {
        zif_schedule(dev, event, zif_now(dev));
    }
}

static void toy_in(ZifDevice *dev, unsigned line, int level)
{
    ((Toy *)dev)->heard = line << 1 | level;
}

static const ZifClass toy = {
    .name = "toy",
    .size = sizeof(Toy),
    .regs = regs,
    .nregs = NREGS,
    .values = offsetof(Toy, values),
    .span = 0x100,
    .inputs = (const ZifInput[]){ { "in", 3, toy_in }, { 0 } },
    .outputs = (const ZifOutput[]){ { "irq", 0 }, { "pin", 4 }, { 0 } },
    .events = (const char *const[]){ "tick", NULL },
    .event = toy_event,
    .peek = toy_peek,
    .on_write = toy_write,
};

const ZifClass *const zif_classes[] = { &toy };
const unsigned zif_nclasses = 1;

static int setup(void **state)
{
    *state = zif_bench_new();
    return 0;
}

static int teardown(void **state)
{
    zif_bench_free(*state);
    return 0;
}

static Toy *make(void **state)
{
    return (Toy *)zif_bench_add(*state, "toy", NULL);
}

static void registers_start_at_their_reset_values(void **state)
{
    ZifDevice *d = &make(state)->dev;
    assert_int_equal(zif_bench_read(d, 0), 0x80);
    assert_int_equal(zif_bench_read(d, 16), 0x56781234);
}

static void each_access_kind_does_what_its_name_says(void **state)
{
    Toy *t = make(state);
    zif_bench_write(&t->dev, 0, 0x381 | 0x80);
    assert_int_equal(zif_bench_read(&t->dev, 0), 0x281); /* EN stored, VER kept, GO gone, SET set */
    assert_int_equal(t->last_value & 0x100, 0x100);
    zif_bench_write(&t->dev, 0, 0x80);
    assert_int_equal(zif_bench_read(&t->dev, 0), 0x280);
    zif_bench_write(&t->dev, 4, 0xf5);
    assert_int_equal(t->values[SR], 0xfa);
    assert_int_equal(zif_bench_read(&t->dev, 4), 0xfa);
    assert_int_equal(zif_bench_read(&t->dev, 4), 0xca); /* B went with the first read */
    zif_bench_write(&t->dev, 8, 0xf7);
    assert_int_equal(zif_bench_read(&t->dev, 8), 0xf7);
}

static void looking_has_no_effect(void **state)
{
    Toy *t = make(state);
    assert_int_equal(zif_bench_peek(&t->dev, 4), 0xff);
    assert_int_equal(zif_bench_peek(&t->dev, 4), 0xff);
    assert_int_equal(t->values[SR], 0xff);
}

static void reserved_bits_keep_their_reset_value_and_are_reported(void **state)
{
    Toy *t = make(state);
    zif_bench_write(&t->dev, 0, 0xfffff001);
    assert_int_equal(zif_bench_read(&t->dev, 0) & 0xfffff008, 0);
    assert_int_equal(zif_bench_reported(*state, ZIF_REPORT_RESERVED, "CR"), 1);
    assert_int_equal(zif_bench_reported(*state, ZIF_REPORT_READ_ONLY, "CR"), 1); /* VER is 8: 0 was written */
}

static void proper_writes_are_not_reported(void **state)
{
    Toy *t = make(state);
    zif_bench_write(&t->dev, 0, 0x81);
    zif_bench_write(&t->dev, 4, 0xcf);
    zif_bench_write(&t->dev, 8, 0xffffff7f);
    zif_bench_write(&t->dev, 60, 0);
    assert_int_equal(zif_bench_nreports(*state), 0);
}

static void a_stub_field_is_reported_once(void **state)
{
    Toy *t = make(state);
    zif_bench_write(&t->dev, 0, 0x82);
    zif_bench_write(&t->dev, 0, 0x86);
    assert_int_equal(zif_bench_read(&t->dev, 0), 0x86);
    assert_int_equal(zif_bench_reported(*state, ZIF_REPORT_UNMODELLED, "CR"), 1);
}

static void a_read_and_a_write_register_can_share_an_offset(void **state)
{
    Toy *t = make(state);
    zif_bench_write(&t->dev, 12, 0x41);
    assert_int_equal(t->last_slot, TXR);
    assert_int_equal(t->last_value, 0x41);
    assert_int_equal(zif_bench_read(&t->dev, 12), 0x55);
}

static void narrow_writes_keep_the_other_bytes(void **state)
{
    Toy *t = make(state);
    zif_bench_write_sized(&t->dev, 17, 0xab, 1);
    assert_int_equal(zif_bench_read_sized(&t->dev, 16, 2), 0xab34);
    zif_bench_write_sized(&t->dev, 4, 0, 1);
    assert_int_equal(t->values[SR], 0xff); /* zero bytes clear nothing in a W1C register */
    zif_bench_write_sized(&t->dev, 9, 0, 1);
    assert_int_equal(t->values[CLR], 0xff); /* bytes outside the access clear nothing in a W0C register */
    assert_int_equal(t->last_value & 0xff, 0xff);
}

static void wide_accesses_reach_every_register_they_cover(void **state)
{
    Toy *t = make(state);
    zif_bench_write(&t->dev, 20, 0x04030201);
    assert_int_equal(t->values[BYTES], 1);
    assert_int_equal(t->values[BYTES + 3], 4);
    assert_int_equal(zif_bench_read_sized(&t->dev, 21, 2), 0x0302);
    zif_bench_write(&t->dev, 16, 0xaaaabbbb);
    assert_int_equal(t->values[HALF], 0xbbbb);
    assert_int_equal(t->values[HALF_HI], 0xaaaa);
    assert_int_equal(zif_bench_nreports(*state), 0);
}

static void a_forbidden_width_is_reported(void **state)
{
    Toy *t = make(state);
    t->values[ARR + 1] = 0x12345678;
    assert_int_equal(zif_bench_read_sized(&t->dev, 40, 2), 0x5678);
    assert_int_equal(zif_bench_reported(*state, ZIF_REPORT_WIDTH, "ARR[1]"), 1);
}

static void a_forbidden_width_is_a_bus_fault_where_the_table_says_so(void **state)
{
    Toy *t = make(state);
    MemoryRegion *mr = t->dev.mmio;
    uint64_t got;
    assert_int_equal(memory_region_dispatch_write(mr, 68, 0x0201, 2, MEMTXATTRS_UNSPECIFIED), MEMTX_ERROR);
    assert_int_equal(memory_region_dispatch_read(mr, 71, &got, 1, MEMTXATTRS_UNSPECIFIED), MEMTX_ERROR);
    assert_int_equal(zif_bench_reported(*state, ZIF_REPORT_WIDTH, "PICKY"), 2);
    assert_int_equal(t->values[PICKY], 0);
    assert_int_equal(memory_region_dispatch_write(mr, 68, 0x04030201, 4, MEMTXATTRS_UNSPECIFIED), MEMTX_OK);
    assert_int_equal(t->values[PICKY], 0x04030201);
}

static void holes_read_zero_and_are_reported(void **state)
{
    Toy *t = make(state);
    assert_int_equal(zif_bench_read(&t->dev, 36), 0);
    assert_int_equal(zif_bench_read(&t->dev, 0xfc), 0);
    zif_bench_write(&t->dev, 0xfc, 1);
    assert_int_equal(zif_bench_reported(*state, ZIF_REPORT_UNMODELLED, ""), 3);
}

static void only_power_on_resets_what_is_kept(void **state)
{
    Toy *t = make(state);
    zif_bench_write(&t->dev, 64, 7);
    zif_bench_write(&t->dev, 16, 7);
    zif_bench_reset(*state, ZIF_RESET_PIN);
    assert_int_equal(zif_bench_read(&t->dev, 64), 7);
    assert_int_equal(zif_bench_read(&t->dev, 16), 0x56781234);
    zif_bench_reset(*state, ZIF_RESET_POWER_ON);
    assert_int_equal(zif_bench_read(&t->dev, 64), 0);
}

static void events_run_at_their_time_and_reset_cancels_them(void **state)
{
    Toy *t = make(state);
    zif_schedule_in(&t->dev, 0, 5 * ZIF_US);
    zif_bench_run(*state, 5 * ZIF_US - 1);
    assert_int_equal(t->events, 0);
    zif_bench_run(*state, 1);
    assert_int_equal(t->events, 1);
    assert_int_equal(zif_bench_level(&t->dev, "irq", 0), 1);
    zif_schedule_in(&t->dev, 0, 5 * ZIF_US);
    zif_bench_reset(*state, ZIF_RESET_SYSTEM);
    assert_int_equal(zif_bench_level(&t->dev, "irq", 0), 0);
    zif_bench_run(*state, 10 * ZIF_US);
    assert_int_equal(t->events, 1);
}

static void an_event_due_again_at_once_does_not_stop_time(void **state)
{
    Toy *t = make(state);
    t->storm = 1;
    zif_schedule_in(&t->dev, 0, ZIF_US);
    zif_bench_run(*state, 10 * ZIF_US);
    assert_true(t->events > 1000);
    assert_int_not_equal(zif_bench_reported(*state, ZIF_REPORT_BUS, ""), 0);
}

static void wires_carry_levels_and_tell_only_changes(void **state)
{
    Toy *a = make(state), *b = make(state);
    zif_bench_connect(&a->dev, "pin", 2, &b->dev, "in", 1);
    assert_false(zif_input_connected(&b->dev, 0, 0));
    assert_true(zif_input_connected(&b->dev, 0, 1));
    zif_set(&a->dev, 1, 2, 1);
    assert_int_equal(b->heard, 1 << 1 | 1);
    b->heard = 99;
    zif_set(&a->dev, 1, 2, 1);
    assert_int_equal(b->heard, 99);
    zif_pulse(&a->dev, 1, 3);
    assert_int_equal(zif_bench_rises(&a->dev, "pin", 3), 1);
}

static void a_loop_of_wires_comes_to_an_end(void **state)
{
    Toy *a = make(state);
    zif_bench_connect(&a->dev, "pin", 0, &a->dev, "in", 0);
    for (unsigned i = 0; i < 100; i++) {
        zif_pulse(&a->dev, 1, 0);
    }
    assert_int_equal(zif_bench_rises(&a->dev, "pin", 0), 100);
}

static void a_saved_device_goes_on_as_if_nothing_had_happened(void **state)
{
    Toy *t = make(state);
    size_t size;
    zif_bench_write(&t->dev, 16, 0x11112222);
    zif_schedule_in(&t->dev, 0, ZIF_MS);
    void *saved = zif_bench_save(&t->dev, &size);
    zif_bench_write(&t->dev, 16, 0);
    zif_cancel(&t->dev, 0);
    zif_set(&t->dev, 1, 1, 1);
    zif_bench_restore(&t->dev, saved);
    assert_int_equal(zif_bench_read(&t->dev, 16), 0x11112222);
    assert_int_equal(zif_bench_level(&t->dev, "pin", 1), 0);
    zif_bench_run(*state, ZIF_MS);
    assert_int_equal(t->events, 1);
    free(saved);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(registers_start_at_their_reset_values),
        T(each_access_kind_does_what_its_name_says),
        T(looking_has_no_effect),
        T(reserved_bits_keep_their_reset_value_and_are_reported),
        T(proper_writes_are_not_reported),
        T(a_stub_field_is_reported_once),
        T(a_read_and_a_write_register_can_share_an_offset),
        T(narrow_writes_keep_the_other_bytes),
        T(wide_accesses_reach_every_register_they_cover),
        T(a_forbidden_width_is_reported),
        T(a_forbidden_width_is_a_bus_fault_where_the_table_says_so),
        T(holes_read_zero_and_are_reported),
        T(only_power_on_resets_what_is_kept),
        T(events_run_at_their_time_and_reset_cancels_them),
        T(an_event_due_again_at_once_does_not_stop_time),
        T(wires_carry_levels_and_tell_only_changes),
        T(a_loop_of_wires_comes_to_an_end),
        T(a_saved_device_goes_on_as_if_nothing_had_happened),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
