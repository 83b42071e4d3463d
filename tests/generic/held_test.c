/* Driving a machine's bus and clock without its processor. SPDX-License-Identifier: GPL-2.0-or-later */
#include <unistd.h>
#include "bed.h"

static const uint64_t TIMER = 0x40000000; /* CMSDK APB timer 0 of the MPS2, at 25 MHz */

static uint32_t load(ZifMachine *m, uint64_t address)
{
    uint32_t value = 0;
    assert_int_equal(zif_machine_access(m, address, &value, 4, false), MEMTX_OK);
    return value;
}

static void store(ZifMachine *m, uint64_t address, uint32_t value)
{
    assert_int_equal(zif_machine_access(m, address, &value, 4, true), MEMTX_OK);
}

static void start_timer(ZifMachine *m, uint32_t ticks)
{
    store(m, TIMER + 8, ticks);
    store(m, TIMER, 9);
}

static void time_goes_exactly_where_it_was_told(void **state)
{
    ZifMachine *m = bed_new("mps2-an385", 1);
    for (ZifTime t = 1; t < 3 * ZIF_US; t += 777) {
        zif_machine_advance(m, t);
        assert_int_equal(zif_machine_now(m), t);
    }
    zif_machine_advance(m, 5);
    assert_true(zif_machine_now(m) > 2 * ZIF_US);
    bed_free(m);
}

static void what_is_due_on_the_way_happens(void **state)
{
    ZifMachine *m = bed_new("mps2-an385", 1);
    start_timer(m, 1000);
    ZifTime due = zif_machine_next_event(m);
    zif_machine_advance(m, due - 1);
    assert_int_equal(load(m, TIMER + 12), 0);
    zif_machine_advance(m, due);
    assert_int_equal(load(m, TIMER + 12), 1);
    bed_free(m);
}

static void no_cycle_is_lost_to_small_steps(void **state)
{
    ZifMachine *m = bed_new("mps2-an385", 1);
    for (unsigned i = 1; i <= 1000; i++) {
        zif_machine_advance(m, i * 13 * ZIF_NS);
    }
    assert_int_equal(zif_cpu_cycles(m->cpu), 13000 / 40);
    bed_free(m);
}

static void a_run_goes_on_from_where_holding_ended(void **state)
{
    ZifMachine *m = bed_new("mps2-an385", 1);
    static const uint16_t spin[] = { 0xe7fe }; /* b . */
    uint32_t vectors[] = { 0x20001000, 0x101 };
    zif_machine_access(m, 0, vectors, sizeof vectors, true);
    zif_machine_access(m, 0x100, (void *)spin, sizeof spin, true);
    zif_cpu_reset(m->cpu, ZIF_RESET_POWER_ON);
    zif_machine_advance(m, 1234567 * ZIF_NS);
    assert_int_equal(zif_machine_run(m, 2 * ZIF_MS, NULL), ZIF_RUN_TIME);
    assert_true(zif_machine_now(m) >= 2 * ZIF_MS && zif_machine_now(m) < 2 * ZIF_MS + ZIF_US);
    assert_int_equal(zif_machine_instructions(m), (2000000 - 1234567 + 39) / 40);
    bed_free(m);
}

static void a_watchdog_resets_a_held_machine(void **state)
{
    ZifMachine *m = bed_new("mps2-an385", 1);
    static const uint64_t WDOG = 0x40008000;
    store(m, WDOG, 100);
    store(m, WDOG + 8, 3);
    zif_machine_advance(m, ZIF_MS);
    assert_int_equal(zif_machine_resets(m), 1);
    assert_int_equal(load(m, WDOG + 8), 0);
    bed_free(m);
}

static void note(void *opaque, unsigned irq, int level)
{
    int *levels = opaque;
    levels[irq] = level;
}

static void interrupt_lines_are_heard(void **state)
{
    ZifMachine *m = bed_new("mps2-an385", 1);
    int levels[64] = { 0 };
    zif_machine_on_irq(m, note, levels);
    start_timer(m, 10);
    zif_machine_advance(m, ZIF_US);
    assert_int_equal(levels[8], 1);
    assert_true(zif_machine_drive_irq(m, 3, 1));
    assert_int_equal(levels[3], 1);
    assert_false(zif_machine_drive_irq(m, 1000, 1));
    bed_free(m);
}

static void note_output(void *opaque, int level)
{
    *(int *)opaque = level;
}

static void a_devices_output_is_heard(void **state)
{
    ZifMachine *m = bed_new("mps2-an385", 1);
    ZifDevice *timer = zif_machine_device_by_name(m, "timer0");
    int level = 0;
    assert_true(zif_device_on_output(timer, "irq", 0, note_output, &level));
    assert_false(zif_device_on_output(timer, "irq", 1, note_output, &level));
    assert_false(zif_device_on_output(timer, "no such", 0, note_output, &level));
    start_timer(m, 10);
    zif_machine_advance(m, ZIF_US);
    assert_int_equal(level, 1);
    bed_free(m);
}

static void a_snapshot_knows_what_drives_a_pin(void **state)
{
    static const uint32_t PULL_UP = 0x0c;
    ZifMachine *m = bed_new("microbit", 1);
    ZifDevice *gpio = zif_machine_device_by_name(m, "gpio0");
    store(m, 0x50000700, PULL_UP);
    ZifSnapshot *undriven = zif_machine_snapshot(m);
    assert_int_equal(load(m, 0x50000510) & 1, 1);
    assert_true(zif_device_drive(gpio, "pin", 0, 0));
    assert_int_equal(load(m, 0x50000510) & 1, 0);
    ZifSnapshot *driven = zif_machine_snapshot(m);
    zif_machine_restore(m, undriven);
    assert_int_equal(load(m, 0x50000510) & 1, 1);
    zif_machine_restore(m, driven);
    assert_int_equal(load(m, 0x50000510) & 1, 0);
    assert_true(zif_device_drive(gpio, "pin", 0, -1));
    assert_int_equal(load(m, 0x50000510) & 1, 1);
    zif_snapshot_free(undriven);
    zif_snapshot_free(driven);
    bed_free(m);
}

static void a_fault_is_the_results_affair(void **state)
{
    ZifMachine *m = bed_new("mps2-an385", 1);
    uint32_t word = 0;
    assert_int_not_equal(zif_machine_access(m, 0x90000000, &word, 4, false), MEMTX_OK);
    bed_free(m);
}

static void a_property_of_the_tree_can_be_overridden(void **state)
{
    static const uint32_t hz[] = { 50000000 };
    ZifOverride faster = { .node = "/clock-sys", .property = "clock-frequency", .cells = hz, .ncells = 1 };
    ZifMachineConfig config = { .board = "mps2-an385", .port = "portable", .overrides = &faster, .noverrides = 1 };
    Error *err = NULL;
    ZifMachine *m = zif_machine_new(&config, &err);
    assert_null(m);
    assert_non_null(strstr(error_get_pretty(err), "no node '/clock-sys'"));
    error_free(err);
    err = NULL;
    faster.node = "sysclk";
    m = zif_machine_new(&config, &err);
    assert_non_null(m);
    assert_int_equal(zif_timeline_hz(m->kit.timeline), 50000000);
    zif_machine_free(m);
}

static void a_board_without_a_processor_is_a_bus(void **state)
{
    static const uint64_t FLASH = 0xfe000000;
    uint16_t autoselect[] = { 0xaa, 0x55, 0x90 }, word = 0;
    ZifRunInfo info;
    ZifMachine *m = bed_new("musicpal", 1);
    assert_false(zif_machine_has_cpu(m));
    assert_int_equal(zif_machine_run(m, ZIF_MS, &info), ZIF_RUN_CANNOT);
    assert_string_equal(info.text, "musicpal has no processor to run");
    ZifSnapshot *array = zif_machine_snapshot(m);
    zif_machine_access(m, FLASH + 0xaaa, &autoselect[0], 2, true);
    zif_machine_access(m, FLASH + 0x554, &autoselect[1], 2, true);
    zif_machine_access(m, FLASH + 0xaaa, &autoselect[2], 2, true);
    zif_machine_access(m, FLASH, &word, 2, false);
    assert_int_equal(word, 0xbf);
    zif_machine_advance(m, ZIF_SEC + 1);
    assert_int_equal(zif_machine_now(m), ZIF_SEC + 1);
    zif_machine_restore(m, array);
    assert_int_equal(zif_machine_now(m), 0);
    zif_machine_access(m, FLASH, &word, 2, false);
    assert_int_equal(word, 0xffff);
    assert_false(zif_machine_drive_irq(m, 0, 1));
    zif_snapshot_free(array);
    bed_free(m);
}

static void a_board_without_a_processor_goes_into_a_file(void **state)
{
    char path[] = "/tmp/zif-held-XXXXXX";
    Error *err = NULL;
    close(mkstemp(path));
    ZifMachine *m = bed_new("musicpal", 1);
    uint16_t query = 0x98, word = 0;
    zif_machine_advance(m, 12345);
    zif_machine_access(m, 0xfe0000aa, &query, 2, true);
    assert_true(zif_machine_save_file(m, path, &err));
    zif_machine_reset(m, ZIF_RESET_POWER_ON);
    zif_machine_advance(m, ZIF_SEC);
    assert_true(zif_machine_load_file(m, path, &err));
    zif_machine_access(m, 0xfe000020, &word, 2, false);
    assert_int_equal(word, 'Q');
    assert_int_equal(zif_machine_now(m), 12345);
    unlink(path);
    bed_free(m);
}

#define TEST(name) cmocka_unit_test(name)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(time_goes_exactly_where_it_was_told),
        TEST(what_is_due_on_the_way_happens),
        TEST(no_cycle_is_lost_to_small_steps),
        TEST(a_run_goes_on_from_where_holding_ended),
        TEST(a_watchdog_resets_a_held_machine),
        TEST(interrupt_lines_are_heard),
        TEST(a_devices_output_is_heard),
        TEST(a_snapshot_knows_what_drives_a_pin),
        TEST(a_fault_is_the_results_affair),
        TEST(a_property_of_the_tree_can_be_overridden),
        TEST(a_board_without_a_processor_is_a_bus),
        TEST(a_board_without_a_processor_goes_into_a_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
