/* STM32F4 RTC: RM0090 chapter 26. SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <zif/testbench.h>

enum {
    TR = 0,
    DR = 4,
    CR = 8,
    ISR = 12,
    PRER = 0x10,
    WUTR = 0x14,
    ALRMAR = 0x1c,
    WPR = 0x24,
    SSR = 0x28,
    SHIFTR = 0x2c
};
enum { TSTR = 0x30, CALR = 0x3c, TAFCR = 0x40, ALRMASSR = 0x44, BKP0R = 0x50 };
enum {
    ALRAWF = 1,
    WUTWF = 4,
    INITS = 16,
    RSF = 32,
    INITF = 64,
    INIT = 128,
    ALRAF = 1 << 8,
    WUTF = 1 << 10,
    TSF = 1 << 11
};
enum {
    BYPSHAD = 32,
    FMT = 64,
    ALRAE = 1 << 8,
    WUTE = 1 << 10,
    TSE = 1 << 11,
    ALRAIE = 1 << 12,
    WUTIE = 1 << 14,
    ADD1H = 1 << 16
};

static ZifBench *bench;

static void wait(unsigned ms)
{
    zif_bench_run(bench, ms * ZIF_MS);
}

static void unlock(ZifDevice *rtc)
{
    zif_bench_write(rtc, WPR, 0xCA);
    zif_bench_write(rtc, WPR, 0x53);
}

static ZifDevice *rtc_new(void)
{
    bench = zif_bench_new();
    ZifDevice *rtc = zif_bench_add(bench, "stm32f4-rtc", NULL);
    zif_bench_clock(rtc, 1, 32768);
    wait(1);
    unlock(rtc);
    return rtc;
}

static void set_calendar(ZifDevice *rtc, uint32_t time, uint32_t date, uint32_t cr)
{
    zif_bench_write(rtc, ISR, INIT);
    wait(1);
    assert_int_equal(zif_bench_read(rtc, ISR) & INITF, INITF);
    zif_bench_write(rtc, CR, cr);
    zif_bench_write(rtc, PRER, 0x007f00ff);
    zif_bench_write(rtc, TR, time);
    zif_bench_write(rtc, DR, date);
    zif_bench_write(rtc, ISR, 0);
    wait(1);
    assert_int_equal(zif_bench_read(rtc, ISR) & (INITF | RSF | INITS), RSF | INITS);
}

static void the_calendar_goes_through_midnight_of_a_leap_day(void **state)
{
    ZifDevice *rtc = rtc_new();
    set_calendar(rtc, 0x235958, 0x24e228, 0); /* Wednesday 7, 28 February 2024 */
    wait(1999);
    assert_int_equal(zif_bench_read(rtc, TR), 0);
    assert_int_equal(zif_bench_read(rtc, DR), 0x242229);
    wait(24 * 3600 * 1000);
    assert_int_equal(zif_bench_read(rtc, TR), 0);
    assert_int_equal(zif_bench_read(rtc, DR), 0x244301);
    assert_int_equal(zif_bench_nreports(bench), 0);
    zif_bench_free(bench);
}

static void twelve_hour_notation_has_no_hour_zero(void **state)
{
    ZifDevice *rtc = rtc_new();
    set_calendar(rtc, 0x115959, 0x242101, FMT);
    wait(1000);
    assert_int_equal(zif_bench_read(rtc, TR), 0x120000 | 1 << 22);
    zif_bench_read(rtc, DR);
    wait(3600 * 1000);
    assert_int_equal(zif_bench_read(rtc, TR), 0x010000 | 1 << 22);
    zif_bench_free(bench);
}

static void without_the_keys_nothing_can_be_written(void **state)
{
    ZifDevice *rtc = rtc_new();
    zif_bench_write(rtc, WPR, 0xff);
    zif_bench_write(rtc, ISR, INIT);
    zif_bench_write(rtc, CR, BYPSHAD);
    wait(1);
    assert_int_equal(zif_bench_read(rtc, ISR) & INITF, 0);
    assert_int_equal(zif_bench_read(rtc, CR), 0);
    assert_int_equal(zif_bench_reported(bench, ZIF_REPORT_LOCKED, "CR"), 1);
    assert_int_equal(zif_bench_reported(bench, ZIF_REPORT_LOCKED, "ISR"), 1);
    zif_bench_write(rtc, BKP0R, 5);
    assert_int_equal(zif_bench_read(rtc, BKP0R), 5);
    zif_bench_free(bench);
}

static void the_calendar_can_be_set_in_initialisation_mode_only(void **state)
{
    ZifDevice *rtc = rtc_new();
    zif_bench_write(rtc, TR, 0x120000);
    zif_bench_write(rtc, PRER, 0);
    assert_int_equal(zif_bench_read(rtc, TR) & 0xff0000, 0);
    assert_int_equal(zif_bench_read(rtc, PRER), 0x007f00ff);
    assert_int_equal(zif_bench_reported(bench, ZIF_REPORT_LOCKED, "TR"), 1);
    assert_int_equal(zif_bench_reported(bench, ZIF_REPORT_LOCKED, "PRER"), 1);
    zif_bench_free(bench);
}

static void without_a_clock_initialisation_mode_never_begins(void **state)
{
    ZifDevice *rtc = rtc_new();
    zif_bench_clock(rtc, 1, 0);
    zif_bench_write(rtc, ISR, INIT);
    wait(1000);
    assert_int_equal(zif_bench_read(rtc, ISR) & INITF, 0);
    zif_bench_free(bench);
}

static void reading_the_time_holds_the_shadow_until_the_date_is_read(void **state)
{
    ZifDevice *rtc = rtc_new();
    set_calendar(rtc, 0x100000, 0x242101, 0);
    assert_int_equal(zif_bench_read(rtc, TR), 0x100000);
    wait(5000);
    assert_int_equal(zif_bench_read(rtc, TR), 0x100000);
    zif_bench_read(rtc, DR);
    assert_int_equal(zif_bench_read(rtc, TR), 0x100005);
    zif_bench_free(bench);
}

static void subseconds_count_down(void **state)
{
    ZifDevice *rtc = rtc_new();
    set_calendar(rtc, 0x100000, 0x242101, BYPSHAD);
    wait(499);
    assert_in_range(zif_bench_read(rtc, SSR), 126, 129);
    zif_bench_free(bench);
}

static void a_read_before_synchronisation_is_reported(void **state)
{
    ZifDevice *rtc = rtc_new();
    set_calendar(rtc, 0x100000, 0x242101, 0);
    zif_bench_write(rtc, ISR, 0);
    zif_bench_read(rtc, TR);
    assert_int_equal(zif_bench_reported(bench, ZIF_REPORT_BUSY, "TR"), 1);
    zif_bench_free(bench);
}

static void an_alarm_rings_at_its_time_of_each_day(void **state)
{
    ZifDevice *rtc = rtc_new();
    set_calendar(rtc, 0x100000, 0x242101, 0);
    zif_bench_write(rtc, ALRMAR, 1u << 31 | 0x100005);
    zif_bench_write(rtc, CR, ALRAE | ALRAIE);
    wait(4990);
    assert_int_equal(zif_bench_level(rtc, "exti17", 0), 0);
    wait(20);
    assert_int_equal(zif_bench_level(rtc, "exti17", 0), 1);
    assert_int_equal(zif_bench_read(rtc, ISR) & ALRAF, ALRAF);
    zif_bench_write(rtc, ISR, ~(uint32_t)(ALRAF | INIT));
    assert_int_equal(zif_bench_level(rtc, "exti17", 0), 0);
    wait(24 * 3600 * 1000);
    assert_int_equal(zif_bench_level(rtc, "exti17", 0), 1);
    zif_bench_free(bench);
}

static void a_masked_alarm_rings_each_second_at_its_fraction(void **state)
{
    ZifDevice *rtc = rtc_new();
    set_calendar(rtc, 0x100000, 0x242101, 0);
    zif_bench_write(rtc, ALRMAR, 0x80808080);
    zif_bench_write(rtc, ALRMASSR, 8u << 24 | 127); /* half a second */
    zif_bench_write(rtc, CR, ALRAE | ALRAIE);
    for (unsigned i = 0; i < 3; i++) {
        wait(i ? 500 : 490);
        assert_int_equal(zif_bench_level(rtc, "exti17", 0), 0);
        wait(i ? 500 : 20);
        assert_int_equal(zif_bench_level(rtc, "exti17", 0), 1);
        zif_bench_write(rtc, ISR, ~(uint32_t)(ALRAF | INIT));
    }
    zif_bench_free(bench);
}

static void an_alarm_can_be_changed_only_while_it_is_off(void **state)
{
    ZifDevice *rtc = rtc_new();
    zif_bench_write(rtc, CR, ALRAE);
    zif_bench_write(rtc, ALRMAR, 5);
    assert_int_equal(zif_bench_read(rtc, ALRMAR), 0);
    assert_int_equal(zif_bench_reported(bench, ZIF_REPORT_LOCKED, "ALRMAR"), 1);
    zif_bench_write(rtc, CR, 0);
    wait(1);
    assert_int_equal(zif_bench_read(rtc, ISR) & ALRAWF, ALRAWF);
    zif_bench_write(rtc, ALRMAR, 5);
    assert_int_equal(zif_bench_read(rtc, ALRMAR), 5);
    zif_bench_free(bench);
}

static void the_wakeup_timer_comes_again_and_again(void **state)
{
    ZifDevice *rtc = rtc_new();
    zif_bench_write(rtc, WUTR, 2047); /* RTCCLK / 16: one second */
    zif_bench_write(rtc, CR, WUTE | WUTIE);
    for (unsigned i = 0; i < 3; i++) {
        wait(999);
        assert_int_equal(zif_bench_read(rtc, ISR) & WUTF, 0);
        wait(1);
        assert_int_equal(zif_bench_level(rtc, "exti22", 0), 1);
        zif_bench_write(rtc, ISR, ~(uint32_t)(WUTF | INIT));
    }
    assert_int_equal(zif_bench_rises(rtc, "wakeup", 0), 3);
    zif_bench_free(bench);
}

static void an_edge_takes_a_time_stamp(void **state)
{
    ZifDevice *rtc = rtc_new();
    set_calendar(rtc, 0x100000, 0x242101, 0);
    zif_bench_write(rtc, CR, TSE);
    wait(3000);
    zif_bench_drive(rtc, "ts", 0, 1);
    wait(3000);
    assert_int_equal(zif_bench_read(rtc, ISR) & TSF, TSF);
    assert_int_equal(zif_bench_read(rtc, TSTR), 0x100003);
    zif_bench_free(bench);
}

static void tampering_erases_the_back_up_registers(void **state)
{
    ZifDevice *rtc = rtc_new();
    zif_bench_write(rtc, BKP0R + 76, 0x1234);
    zif_bench_write(rtc, TAFCR, 1 | 4);
    zif_bench_drive(rtc, "tamp1", 0, 1);
    assert_int_equal(zif_bench_read(rtc, BKP0R + 76), 0);
    assert_int_equal(zif_bench_level(rtc, "exti21", 0), 1);
    zif_bench_free(bench);
}

static void it_survives_all_but_power_on(void **state)
{
    ZifDevice *rtc = rtc_new();
    set_calendar(rtc, 0x100000, 0x242101, 0);
    zif_bench_write(rtc, BKP0R, 77);
    wait(2000);
    zif_bench_reset(bench, ZIF_RESET_PIN);
    wait(2000);
    assert_int_equal(zif_bench_read(rtc, TR), 0x100004);
    assert_int_equal(zif_bench_read(rtc, BKP0R), 77);
    zif_bench_reset(bench, ZIF_RESET_POWER_ON);
    wait(1);
    assert_int_equal(zif_bench_read(rtc, DR), 0x2101);
    assert_int_equal(zif_bench_read(rtc, BKP0R), 0);
    zif_bench_free(bench);
}

static void calibration_makes_it_slower(void **state)
{
    ZifDevice *rtc = rtc_new();
    set_calendar(rtc, 0, 0x242101, BYPSHAD);
    zif_bench_write(rtc, CALR, 511); /* 487 parts in a million */
    wait(3600 * 1000 + 500);
    uint32_t t = zif_bench_read(rtc, TR);
    assert_int_equal(t, 0x005958);
    zif_bench_free(bench);
}

static void daylight_saving_adds_an_hour(void **state)
{
    ZifDevice *rtc = rtc_new();
    set_calendar(rtc, 0x020000, 0x242101, BYPSHAD);
    zif_bench_write(rtc, CR, BYPSHAD | ADD1H);
    assert_int_equal(zif_bench_read(rtc, TR), 0x030000);
    zif_bench_free(bench);
}

static void seconds_of_a_microsecond_are_caught_up_with_at_once(void **state)
{
    ZifDevice *rtc = rtc_new();
    zif_bench_clock(rtc, 1, 1000000);
    zif_bench_write(rtc, ISR, INIT);
    wait(1);
    zif_bench_write(rtc, CR, BYPSHAD);
    zif_bench_write(rtc, PRER, 0);
    zif_bench_write(rtc, TR, 0);
    zif_bench_write(rtc, ISR, 0);
    wait(3600 * 1000);
    assert_int_equal(zif_bench_read(rtc, TR), 0x160000); /* 41666 days and two thirds */
    zif_bench_free(bench);
}

static void the_calibrated_clock_comes_out_as_512_or_1_hertz(void **state)
{
    ZifDevice *rtc = rtc_new();
    set_calendar(rtc, 0, 0x242101, 1 << 23); /* COE */
    unsigned before = zif_bench_rises(rtc, "calib", 0);
    wait(10000);
    assert_in_range(zif_bench_rises(rtc, "calib", 0) - before, 5120 - 1, 5120 + 1);
    zif_bench_write(rtc, CR, 1 << 23 | 1 << 19); /* COSEL */
    before = zif_bench_rises(rtc, "calib", 0);
    wait(10000);
    assert_int_equal(zif_bench_rises(rtc, "calib", 0) - before, 10);
    zif_bench_write(rtc, CALR, 0x1ff); /* 487 ppm slower */
    before = zif_bench_rises(rtc, "calib", 0);
    wait(3000000);
    assert_in_range(zif_bench_rises(rtc, "calib", 0) - before, 2998, 2999);
    zif_bench_write(rtc, CR, 1 << 23 | 1 << 21); /* OSEL: an alarm's output */
    before = zif_bench_rises(rtc, "calib", 0);
    wait(10000);
    assert_int_equal(zif_bench_rises(rtc, "calib", 0) - before, 0);
    assert_int_equal(zif_bench_nreports(bench), 0);
    zif_bench_free(bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_calibrated_clock_comes_out_as_512_or_1_hertz),
        cmocka_unit_test(the_calendar_goes_through_midnight_of_a_leap_day),
        cmocka_unit_test(twelve_hour_notation_has_no_hour_zero),
        cmocka_unit_test(without_the_keys_nothing_can_be_written),
        cmocka_unit_test(the_calendar_can_be_set_in_initialisation_mode_only),
        cmocka_unit_test(without_a_clock_initialisation_mode_never_begins),
        cmocka_unit_test(reading_the_time_holds_the_shadow_until_the_date_is_read),
        cmocka_unit_test(subseconds_count_down),
        cmocka_unit_test(a_read_before_synchronisation_is_reported),
        cmocka_unit_test(an_alarm_rings_at_its_time_of_each_day),
        cmocka_unit_test(a_masked_alarm_rings_each_second_at_its_fraction),
        cmocka_unit_test(an_alarm_can_be_changed_only_while_it_is_off),
        cmocka_unit_test(the_wakeup_timer_comes_again_and_again),
        cmocka_unit_test(an_edge_takes_a_time_stamp),
        cmocka_unit_test(tampering_erases_the_back_up_registers),
        cmocka_unit_test(it_survives_all_but_power_on),
        cmocka_unit_test(calibration_makes_it_slower),
        cmocka_unit_test(daylight_saving_adds_an_hour),
        cmocka_unit_test(seconds_of_a_microsecond_are_caught_up_with_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
