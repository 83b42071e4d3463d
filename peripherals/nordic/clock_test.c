/* Tests of the nRF51 CLOCK, POWER and WDT. SPDX-License-Identifier: GPL-2.0-or-later */
#include "test_nordic.h"

enum {
    HFCLKSTART = 0x0,
    HFCLKSTOP = 0x4,
    LFCLKSTART = 0x8,
    LFCLKSTOP = 0xC,
    CAL = 0x10,
    HFSTARTED = 0x100,
    LFSTARTED = 0x104
};
enum {
    DONE = 0x10C,
    RESETREAS = 0x400,
    HFCLKSTAT = 0x40C,
    LFCLKSTAT = 0x418,
    RAMSTATUS = 0x428,
    LFCLKSRC = 0x518,
    GPREGRET = 0x51C
};

static void the_crystal_takes_its_time(void **state)
{
    ZifDevice *c = zif_bench_add(*state, "nrf51-clock", NULL);
    assert_int_equal(zif_bench_read(c, HFCLKSTAT), 0x10000);
    zif_bench_write(c, HFCLKSTART, 1);
    zif_bench_run(*state, 399 * ZIF_US);
    assert_int_equal(zif_bench_read(c, HFSTARTED), 0);
    zif_bench_run(*state, 1 * ZIF_US);
    assert_int_equal(zif_bench_read(c, HFSTARTED), 1);
    assert_int_equal(zif_bench_read(c, HFCLKSTAT), 0x10001);
    zif_bench_write(c, HFCLKSTOP, 1);
    assert_int_equal(zif_bench_read(c, HFCLKSTAT), 0x10000);
}

static void each_low_frequency_source_has_its_start_up_time(void **state)
{
    ZifDevice *c = zif_bench_add(*state, "nrf51-clock", NULL);
    zif_bench_write(c, LFCLKSTART, 1);
    zif_bench_run(*state, 390 * ZIF_US);
    assert_int_equal(zif_bench_read(c, LFSTARTED), 1);
    assert_int_equal(zif_bench_read(c, LFCLKSTAT), 0x10000);
    zif_bench_write(c, LFSTARTED, 0);
    zif_bench_write(c, LFCLKSTOP, 1);
    zif_bench_write(c, LFCLKSRC, 1);
    zif_bench_write(c, LFCLKSTART, 1);
    zif_bench_run(*state, 299 * ZIF_MS);
    assert_int_equal(zif_bench_read(c, LFSTARTED), 0);
    zif_bench_run(*state, 1 * ZIF_MS);
    assert_int_equal(zif_bench_read(c, LFCLKSTAT), 0x10001);
}

static void starting_a_clock_that_runs_gives_the_event_again(void **state)
{
    ZifDevice *c = zif_bench_add(*state, "nrf51-clock", NULL);
    zif_bench_write(c, HFCLKSTART, 1);
    zif_bench_write(c, LFCLKSTART, 1);
    zif_bench_run(*state, ZIF_MS);
    zif_bench_write(c, HFSTARTED, 0);
    zif_bench_write(c, LFSTARTED, 0);
    zif_bench_write(c, HFCLKSTART, 1);
    zif_bench_write(c, LFCLKSTART, 1);
    zif_bench_run(*state, ZIF_US);
    assert_int_equal(zif_bench_read(c, HFSTARTED), 1);
    assert_int_equal(zif_bench_read(c, LFSTARTED), 1);
}

static void calibration_needs_the_crystal(void **state)
{
    ZifDevice *c = zif_bench_add(*state, "nrf51-clock", NULL);
    zif_bench_write(c, LFCLKSTART, 1);
    zif_bench_run(*state, ZIF_MS);
    zif_bench_write(c, CAL, 1);
    assert_int_equal(zif_bench_reported(*state, ZIF_REPORT_CLOCK_OFF, "TASKS_CAL"), 1);
    zif_bench_write(c, HFCLKSTART, 1);
    zif_bench_run(*state, ZIF_MS);
    zif_bench_write(c, CAL, 1);
    zif_bench_run(*state, 17 * ZIF_MS);
    assert_int_equal(zif_bench_read(c, DONE), 1);
}

static void reset_reasons_add_up_until_they_are_cleared(void **state)
{
    ZifDevice *c = zif_bench_add(*state, "nrf51-clock", NULL);
    zif_bench_write(c, GPREGRET, 0x5A);
    zif_bench_reset(*state, ZIF_RESET_SYSTEM);
    zif_bench_reset(*state, ZIF_RESET_PIN);
    assert_int_equal(zif_bench_read(c, RESETREAS), 5);
    assert_int_equal(zif_bench_read(c, GPREGRET), 0x5A);
    zif_bench_write(c, RESETREAS, 4);
    assert_int_equal(zif_bench_read(c, RESETREAS), 1);
    zif_bench_reset(*state, ZIF_RESET_POWER_ON);
    assert_int_equal(zif_bench_read(c, RESETREAS), 0);
    assert_int_equal(zif_bench_read(c, GPREGRET), 0);
}

static void ram_status_shows_the_blocks_there_are(void **state)
{
    ZifDevice *c = zif_bench_add(*state, "nrf51-clock", NULL);
    assert_int_equal(zif_bench_read(c, RAMSTATUS), 3);
}

/* --- Watchdog ---------------------------------------------------------------------------------------------------------- */

enum { WDT_START = 0x0, TIMEOUT = 0x100, RUNSTATUS = 0x400, REQSTATUS = 0x404, CRV = 0x504, RREN = 0x508, RR0 = 0x600 };
enum { RELOAD = 0x6E524635 };

static ZifDevice *watchdog(void **state)
{
    ZifDevice *w = zif_bench_add(*state, "nrf51-wdt", NULL);
    zif_bench_write(w, CRV, 32767);
    return w;
}

static void an_unfed_watchdog_resets_two_periods_after_its_time_out(void **state)
{
    ZifDevice *w = watchdog(state);
    zif_bench_write(w, WDT_START, 1);
    zif_bench_run(*state, ZIF_SEC);
    assert_int_equal(zif_bench_read(w, TIMEOUT), 1);
    assert_int_equal(zif_bench_reset_requests(*state), 0);
    zif_bench_run(*state, 62 * ZIF_US);
    assert_int_equal(zif_bench_reset_requests(*state), 1);
}

static void feeding_starts_the_time_again(void **state)
{
    ZifDevice *w = watchdog(state);
    zif_bench_write(w, WDT_START, 1);
    for (unsigned i = 0; i < 5; i++) {
        zif_bench_run(*state, 900 * ZIF_MS);
        zif_bench_write(w, RR0, RELOAD);
    }
    assert_int_equal(zif_bench_read(w, TIMEOUT), 0);
    zif_bench_run(*state, 900 * ZIF_MS);
    zif_bench_write(w, RR0, RELOAD + 1);
    zif_bench_run(*state, 101 * ZIF_MS);
    assert_int_equal(zif_bench_reset_requests(*state), 1);
}

static void every_enabled_request_must_come(void **state)
{
    ZifDevice *w = watchdog(state);
    zif_bench_write(w, RREN, 3);
    zif_bench_write(w, WDT_START, 1);
    zif_bench_run(*state, 900 * ZIF_MS);
    zif_bench_write(w, RR0, RELOAD);
    assert_int_equal(zif_bench_read(w, REQSTATUS), 2);
    zif_bench_run(*state, 101 * ZIF_MS);
    assert_int_equal(zif_bench_reset_requests(*state), 1);
}

static void a_running_watchdog_is_locked_and_outlives_a_soft_reset(void **state)
{
    ZifDevice *w = watchdog(state);
    zif_bench_write(w, WDT_START, 1);
    zif_bench_write(w, CRV, 1);
    assert_int_equal(zif_bench_read(w, CRV), 32767);
    zif_bench_run(*state, 600 * ZIF_MS);
    zif_bench_reset(*state, ZIF_RESET_SYSTEM);
    assert_int_equal(zif_bench_read(w, RUNSTATUS), 1);
    zif_bench_run(*state, 401 * ZIF_MS);
    assert_int_equal(zif_bench_reset_requests(*state), 1);
    zif_bench_reset(*state, ZIF_RESET_WATCHDOG);
    assert_int_equal(zif_bench_read(w, RUNSTATUS), 0);
    assert_int_equal(zif_bench_read(w, CRV), 0xFFFFFFFF);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_crystal_takes_its_time),
        TEST(each_low_frequency_source_has_its_start_up_time),
        TEST(starting_a_clock_that_runs_gives_the_event_again),
        TEST(calibration_needs_the_crystal),
        TEST(reset_reasons_add_up_until_they_are_cleared),
        TEST(ram_status_shows_the_blocks_there_are),
        TEST(an_unfed_watchdog_resets_two_periods_after_its_time_out),
        TEST(feeding_starts_the_time_again),
        TEST(every_enabled_request_must_come),
        TEST(a_running_watchdog_is_locked_and_outlives_a_soft_reset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
