/*
 * What the ports do as listeners of the address space: eventfds rung by the processor's stores, and writes that wait in
 * coalescing windows until it stops, and devices they remember. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <cmocka.h>
#include "machine.h"

enum { DEVICE = 0x40000000 };

/* str r1, [r0]; strh r1, [r0]; strb r1, [r0, #4]; wfi */
static const uint16_t stores[] = { 0x6001, 0x8001, 0x7101, 0xbf30 };

static void run_stores(Bench *b, uint32_t value)
{
    bench_put(b, 0x100, stores, sizeof(stores));
    bench_start(b, 0x100);
    zif_port_set(b->port, ZIF_REG_R0, DEVICE);
    zif_port_set(b->port, ZIF_REG_R1, value);
    assert_int_equal(bench_run(b, 100000), ZIF_STOP_WFI);
}

static void doorbell(Bench *b)
{
    EventNotifier word, exact;
    assert_int_equal(event_notifier_init(&word, 0), 0);
    assert_int_equal(event_notifier_init(&exact, 0), 0);
    memory_region_add_eventfd(&b->dev, 0, 4, false, 0, &word);
    memory_region_add_eventfd(&b->dev, 4, 1, true, 0x34, &exact);
    run_stores(b, 0x1234);
    assert_int_equal(b->accesses, 1); /* the half-word alone: another width at that address is the device's */
    assert_int_equal(event_notifier_test_and_clear(&word), 1);
    assert_int_equal(event_notifier_test_and_clear(&exact), 1);
    run_stores(b, 0x1235);
    assert_int_equal(b->accesses, 3); /* the byte's value does not match */
    assert_int_equal(event_notifier_test_and_clear(&exact), 0);
    assert_int_equal(event_notifier_test_and_clear(&word), 1);
    memory_region_del_eventfd(&b->dev, 0, 4, false, 0, &word);
    memory_region_del_eventfd(&b->dev, 4, 1, true, 0x34, &exact);
    run_stores(b, 0x1234);
    assert_int_equal(b->accesses, 6);
    assert_int_equal(event_notifier_test_and_clear(&word), 0);
    event_notifier_cleanup(&word);
    event_notifier_cleanup(&exact);
}

static void a_store_rings_the_eventfd_of_its_address_and_width_instead_of_the_device(void **state)
{
    bench_both(doorbell, ZIF_CORTEX_M3);
}

static void hidden(Bench *b)
{
    EventNotifier word;
    assert_int_equal(event_notifier_init(&word, 0), 0);
    memory_region_add_eventfd(&b->dev, 0, 4, false, 0, &word);
    MemoryRegion over;
    memory_region_init_ram_nomigrate(&over, NULL, "over", 0x400, &error_abort);
    memory_region_add_subregion_overlap(&b->root, DEVICE, &over, 1);
    run_stores(b, 0x1234);
    assert_int_equal(event_notifier_test_and_clear(&word), 0);
    memory_region_del_subregion(&b->root, &over);
    run_stores(b, 0x1234);
    assert_int_equal(event_notifier_test_and_clear(&word), 1);
    memory_region_del_eventfd(&b->dev, 0, 4, false, 0, &word);
    zif_memory_region_finalize(&over);
    event_notifier_cleanup(&word);
}

static void an_eventfd_that_is_out_of_sight_is_not_rung(void **state)
{
    bench_both(hidden, ZIF_CORTEX_M3);
}

static void queued(Bench *b)
{
    memory_region_add_coalescing(&b->dev, 0, 0x100);
    bench_put(b, 0x100, stores, sizeof(stores));
    bench_start(b, 0x100);
    zif_port_set(b->port, ZIF_REG_R0, DEVICE);
    zif_port_set(b->port, ZIF_REG_R1, 0x77);
    assert_int_equal(bench_run(b, zif_port_count(b->port) + 2), ZIF_STOP_LIMIT);
    assert_int_equal(b->accesses, 2); /* out when the processor stopped, in order */
    assert_int_equal(b->regs[0] & 0xFFFF, 0x77);
    memory_region_clear_coalescing(&b->dev);
}

static void what_a_window_queued_goes_out_when_the_processor_stops(void **state)
{
    bench_both(queued, ZIF_CORTEX_M3);
}

static unsigned over_writes;

static void over_write(void *opaque, hwaddr addr, uint64_t data, unsigned size)
{
    over_writes++;
}

static const MemoryRegionOps over_ops = { .write = over_write, .endianness = DEVICE_LITTLE_ENDIAN };
static MemoryRegion over;

static void cover(Bench *b, uint32_t offset, bool is_write)
{
    b->on_access = NULL;
    memory_region_add_subregion_overlap(&b->root, DEVICE, &over, 1);
}

static void replaced(Bench *b)
{
    memory_region_init_io(&over, NULL, &over_ops, NULL, "over", 0x3fe); /* not all of a page, nor whole words */
    over_writes = 0;
    run_stores(b, 1);
    assert_int_equal(b->accesses, 3);
    cover(b, 0, true);
    run_stores(b, 1);
    assert_int_equal(b->accesses, 3);
    assert_int_equal(over_writes, 3);
    memory_region_del_subregion(&b->root, &over);
    run_stores(b, 1);
    assert_int_equal(b->accesses, 6);
    b->on_access = cover; /* between two stores of a block */
    run_stores(b, 1);
    assert_int_equal(b->accesses, 7);
    assert_int_equal(over_writes, 5);
    memory_region_del_subregion(&b->root, &over);
    zif_memory_region_finalize(&over);
}

static void a_device_in_the_place_of_another_gets_the_next_access(void **state)
{
    bench_both(replaced, ZIF_CORTEX_M3);
}

static void forbidden(Bench *b)
{
    run_stores(b, 1);
    b->no_page = DEVICE;
    zif_port_flush_permissions(b->port);
    bench_start(b, 0x100);
    zif_port_set(b->port, ZIF_REG_R0, DEVICE);
    assert_int_equal(bench_run(b, 100000), ZIF_STOP_DATA);
    assert_int_equal(b->accesses, 3);
    b->no_page = 0;
    zif_port_flush_permissions(b->port);
    run_stores(b, 1);
    assert_int_equal(b->accesses, 6);
}

static void a_device_whose_page_is_forbidden_now_is_not_reached(void **state)
{
    bench_both(forbidden, ZIF_CORTEX_M3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_store_rings_the_eventfd_of_its_address_and_width_instead_of_the_device),
        cmocka_unit_test(an_eventfd_that_is_out_of_sight_is_not_rung),
        cmocka_unit_test(what_a_window_queued_goes_out_when_the_processor_stops),
        cmocka_unit_test(a_device_in_the_place_of_another_gets_the_next_access),
        cmocka_unit_test(a_device_whose_page_is_forbidden_now_is_not_reached),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
