/* Clocks, resets and pins a block needs before it hears the bus. SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <zif/testbench.h>

/* --- A controller with an enable and a reset register of two bits, a port with alternate functions, and a block --------- */

enum { ENR, RSTR, NCTL };

static const ZifRegister ctl_regs[] = {
    [ENR] = { .name = "ENR", .offset = 0, .fields = ZIF_FIELDS({ "AEN", 0, 1, ZIF_RW }, { "BEN", 1, 1, ZIF_RW }) },
    [RSTR] = { .name = "RSTR", .offset = 4, .fields = ZIF_FIELDS({ "ARST", 0, 1, ZIF_RW }, { "BRST", 1, 1, ZIF_RW }) },
};

typedef struct {
    ZifDevice dev;
    uint32_t values[NCTL];
} Ctl;

static void ctl_drive(ZifDevice *dev)
{
    Ctl *c = (Ctl *)dev;
    for (unsigned i = 0; i < 2; i++) {
        zif_clock_drive(dev, i, c->values[ENR] >> i & 1 ? 1000000 : 0);
        zif_reset_drive(dev, i, c->values[RSTR] >> i & 1);
    }
}

static void ctl_reset(ZifDevice *dev, ZifResetKind kind)
{
    ctl_drive(dev);
}

static void ctl_write(ZifDevice *dev, unsigned slot, uint32_t old, uint32_t value)
{
    ctl_drive(dev);
}

static bool clock_gate(const ZifDevice *dev, unsigned line, unsigned *slot, unsigned *bit)
{
    *slot = ENR;
    *bit = line;
    return true;
}

static bool reset_gate(const ZifDevice *dev, unsigned line, unsigned *slot, unsigned *bit)
{
    *slot = RSTR;
    *bit = line;
    return true;
}

static const ZifController ctl_clocks = { .lines = 2, .gate = clock_gate, .settle = 2 };
static const ZifController ctl_resets = { .lines = 2, .gate = reset_gate };

static const ZifClass ctl_class = {
    .name = "ctl",
    .size = sizeof(Ctl),
    .regs = ctl_regs,
    .nregs = NCTL,
    .values = offsetof(Ctl, values),
    .reset = ctl_reset,
    .on_write = ctl_write,
    .clocks = &ctl_clocks,
    .resets = &ctl_resets,
};

typedef struct {
    ZifDevice dev;
    uint32_t values[1];
} Block;

static const ZifRegister block_regs[] = { { .name = "DATA", .reset = 5 } };

static const ZifClass block_class = {
    .name = "block",
    .size = sizeof(Block),
    .regs = block_regs,
    .nregs = 1,
    .values = offsetof(Block, values),
};

static int port_alternate(const ZifDevice *dev, unsigned pin)
{
    return pin < 2 ? (int)((const Block *)dev)->values[0] : ZIF_PIN_GPIO;
}

static const ZifClass port_class = {
    .name = "port",
    .size = sizeof(Block),
    .regs = block_regs,
    .nregs = 1,
    .values = offsetof(Block, values),
    .alternate = port_alternate,
};

typedef struct {
    ZifBench *bench;
    ZifDevice *ctl, *block;
} Rig;

static Rig rig(void)
{
    Rig r = { .bench = zif_bench_new() };
    r.ctl = zif_bench_add_class(r.bench, &ctl_class, NULL);
    uint32_t ctl = zif_bench_phandle(r.ctl);
    r.block = zif_bench_add_class(
        r.bench, &block_class,
        (ZifBenchProp[]){ { "clocks", 2, { ctl, 1 }, NULL }, { "resets", 2, { ctl, 1 }, NULL }, { 0 } });
    return r;
}

static void a_block_without_a_clock_reads_zero_and_ignores_writes(void **state)
{
    Rig r = rig();
    assert_int_equal(zif_bench_read(r.block, 0), 0);
    zif_bench_write(r.block, 0, 7);
    assert_int_equal(zif_bench_peek(r.block, 0), 5);
    assert_int_equal(zif_bench_reported(r.bench, ZIF_REPORT_CLOCK_OFF, "DATA"), 2);
    assert_non_null(strstr(zif_bench_report_text(r.bench, 0), ".ENR.BEN is 0"));
    zif_bench_free(r.bench);
}

static void a_clocked_block_answers_after_two_cycles_of_its_clock(void **state)
{
    Rig r = rig();
    zif_bench_write(r.ctl, 0, 2);
    assert_int_equal(zif_clock_hz(r.block), 1000000);
    zif_bench_write(r.block, 0, 7);
    assert_int_equal(zif_bench_reported(r.bench, ZIF_REPORT_CLOCK_TOO_SOON, "DATA"), 1);
    zif_bench_run(r.bench, 2 * ZIF_US);
    assert_int_equal(zif_bench_read(r.block, 0), 5);
    zif_bench_write(r.block, 0, 7);
    assert_int_equal(zif_bench_read(r.block, 0), 7);
    assert_int_equal(zif_bench_nreports(r.bench), 1);
    zif_bench_free(r.bench);
}

static void registers_keep_their_values_while_the_clock_is_off(void **state)
{
    Rig r = rig();
    zif_bench_write(r.ctl, 0, 2);
    zif_bench_run(r.bench, 2 * ZIF_US);
    zif_bench_write(r.block, 0, 7);
    zif_bench_write(r.ctl, 0, 0);
    assert_int_equal(zif_bench_read(r.block, 0), 0);
    zif_bench_write(r.ctl, 0, 2);
    zif_bench_run(r.bench, 2 * ZIF_US);
    assert_int_equal(zif_bench_read(r.block, 0), 7);
    zif_bench_free(r.bench);
}

static void a_reset_bit_resets_the_block_and_keeps_it_deaf(void **state)
{
    Rig r = rig();
    zif_bench_write(r.ctl, 0, 2);
    zif_bench_run(r.bench, 2 * ZIF_US);
    zif_bench_write(r.block, 0, 7);
    zif_bench_write(r.ctl, 4, 2);
    assert_int_equal(zif_bench_peek(r.block, 0), 5);
    zif_bench_write(r.block, 0, 9);
    assert_int_equal(zif_bench_reported(r.bench, ZIF_REPORT_IN_RESET, "DATA"), 1);
    assert_non_null(strstr(zif_bench_report_text(r.bench, 0), ".RSTR.BRST"));
    zif_bench_write(r.ctl, 4, 0);
    assert_int_equal(zif_bench_read(r.block, 0), 5);
    zif_bench_free(r.bench);
}

static void a_signal_is_routed_when_one_of_its_pins_has_its_function(void **state)
{
    Rig r = rig();
    ZifDevice *port = zif_bench_add_class(r.bench, &port_class, NULL);
    uint32_t p = zif_bench_phandle(port);
    ZifDevice *uart = zif_bench_add_class(r.bench, &block_class,
                                          (ZifBenchProp[]){ { "tx-pins", 6, { p, 9, 7, p, 1, 7 }, NULL }, { 0 } });
    assert_true(zif_check_routed(uart, "rx"));
    assert_false(zif_check_routed(uart, "tx"));
    assert_int_equal(zif_bench_reported(r.bench, ZIF_REPORT_PIN, ""), 1);
    zif_bench_write(port, 0, 7);
    assert_true(zif_check_routed(uart, "tx"));
    zif_bench_free(r.bench);
}

/* The bench finds classes by name here; these tests hand theirs over. */
const ZifClass *const zif_classes[] = { NULL };
const unsigned zif_nclasses = 0;

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_block_without_a_clock_reads_zero_and_ignores_writes),
        cmocka_unit_test(a_clocked_block_answers_after_two_cycles_of_its_clock),
        cmocka_unit_test(registers_keep_their_values_while_the_clock_is_off),
        cmocka_unit_test(a_reset_bit_resets_the_block_and_keeps_it_deaf),
        cmocka_unit_test(a_signal_is_routed_when_one_of_its_pins_has_its_function),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
