/* STM32F4 ADC: RM0090 chapter 13. SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <zif/testbench.h>

enum {
    SR = 0,
    CR1 = 4,
    CR2 = 8,
    SMPR1 = 0xc,
    SMPR2 = 0x10,
    JOFR1 = 0x14,
    HTR = 0x24,
    LTR = 0x28,
    SQR1 = 0x2c,
    SQR2 = 0x30
};
enum { SQR3 = 0x34, JSQR = 0x38, JDR1 = 0x3c, DR = 0x4c, CSR = 0, CCR = 4, CDR = 8 };
enum { AWD = 1, EOC = 2, JEOC = 4, JSTRT = 8, STRT = 16, OVR = 32 };
enum { EOCIE = 1 << 5, SCAN = 1 << 8, JAUTO = 1 << 10, DISCEN = 1 << 11, AWDEN = 1 << 23 };
enum { ADON = 1, CONT = 2, DMA = 1 << 8, DDS = 1 << 9, EOCS = 1 << 10, ALIGN = 1 << 11 };
enum { JSWSTART = 1 << 22, SWSTART = 1 << 30 };
#define PROP(n, ...)                                                                                                   \
    {                                                                                                                  \
        .name = n, .ncells = sizeof((uint32_t[]){ __VA_ARGS__ }) / 4, .cells = { __VA_ARGS__ }                         \
    }
/* 16 MHz, divided by 2: 125 ns a cycle. */
#define CYCLE (125 * ZIF_NS)

typedef struct {
    ZifBench *b;
    ZifDevice *adc[3], *common;
} Rig;

static Rig rig(void)
{
    Rig r = { .b = zif_bench_new() };
    for (unsigned i = 0; i < 3; i++) {
        r.adc[i] = zif_bench_add(r.b, "stm32f4-adc",
                                 (ZifBenchProp[]){ PROP("zif,microvolts", 0, 825000 * (i + 1), 1650000, 3300000),
                                                   PROP("zif,common", 4),
                                                   { 0 } });
    }
    r.common = zif_bench_add(r.b, "stm32f4-adc-common", (ZifBenchProp[]){ PROP("zif,adcs", 1, 2, 3), { 0 } });
    return r;
}

static void set(Rig *r, uint32_t offset, uint32_t value)
{
    zif_bench_write(r->adc[0], offset, value);
}

static uint32_t get(Rig *r, uint32_t offset)
{
    return zif_bench_read(r->adc[0], offset);
}

/* On, stable. */
static void on(Rig *r, uint32_t cr2)
{
    for (unsigned i = 0; i < 3; i++) {
        zif_bench_write(r->adc[i], CR2, ADON | cr2);
    }
    zif_bench_run(r->b, 3 * ZIF_US);
}

static void one_conversion_takes_sampling_and_twelve_cycles(void **state)
{
    Rig r = rig();
    set(&r, SQR3, 2);
    set(&r, SMPR2, 1 << 6); /* 15 cycles */
    on(&r, 0);
    set(&r, CR1, EOCIE);
    set(&r, CR2, ADON | SWSTART);
    assert_int_equal(get(&r, SR), STRT);
    zif_bench_run(r.b, 27 * CYCLE - 1);
    assert_int_equal(get(&r, SR) & EOC, 0);
    zif_bench_run(r.b, 1);
    assert_int_equal(get(&r, SR) & EOC, EOC);
    assert_int_equal(zif_bench_level(r.adc[0], "irq", 0), 1);
    assert_int_equal(get(&r, DR), 2048);
    assert_int_equal(get(&r, SR) & EOC, 0);
    assert_int_equal(zif_bench_level(r.adc[0], "irq", 0), 0);
    assert_int_equal(zif_bench_nreports(r.b), 0);
    zif_bench_free(r.b);
}

static void full_scale_is_the_last_code(void **state)
{
    Rig r = rig();
    set(&r, SQR3, 3);
    on(&r, ALIGN);
    set(&r, CR2, ADON | ALIGN | SWSTART);
    zif_bench_run(r.b, 15 * CYCLE);
    assert_int_equal(get(&r, DR), 0xfff0);
    set(&r, CR1, 2 << 24); /* 8 bits: 3 + 8 cycles */
    set(&r, CR2, ADON | SWSTART);
    zif_bench_run(r.b, 11 * CYCLE);
    assert_int_equal(get(&r, SR) & EOC, EOC);
    assert_int_equal(get(&r, DR), 0xff);
    zif_bench_free(r.b);
}

static void a_scan_gives_each_result_when_eocs_asks_for_it(void **state)
{
    Rig r = rig();
    static const uint32_t expected[] = { 1024, 2048, 4095 };
    set(&r, CR1, SCAN);
    set(&r, SQR1, 2 << 20);
    set(&r, SQR3, 1 | 2 << 5 | 3 << 10);
    on(&r, EOCS);
    set(&r, CR2, ADON | EOCS | SWSTART);
    for (unsigned i = 0; i < 3; i++) {
        zif_bench_run(r.b, 15 * CYCLE);
        assert_int_equal(get(&r, SR) & EOC, EOC);
        assert_int_equal(get(&r, DR), expected[i]);
    }
    zif_bench_run(r.b, 100 * CYCLE);
    assert_int_equal(get(&r, SR) & EOC, 0);
    zif_bench_free(r.b);
}

static void without_eocs_a_scan_says_only_that_it_is_over(void **state)
{
    Rig r = rig();
    set(&r, CR1, SCAN);
    set(&r, SQR1, 1 << 20);
    set(&r, SQR3, 1 | 2 << 5);
    on(&r, 0);
    set(&r, CR2, ADON | SWSTART);
    zif_bench_run(r.b, 15 * CYCLE);
    assert_int_equal(get(&r, SR) & EOC, 0);
    zif_bench_run(r.b, 15 * CYCLE);
    assert_int_equal(get(&r, SR) & (EOC | OVR), EOC);
    assert_int_equal(get(&r, DR), 2048);
    zif_bench_free(r.b);
}

static void a_result_nobody_fetches_is_an_overrun_and_the_end(void **state)
{
    Rig r = rig();
    set(&r, SQR3, 1);
    on(&r, EOCS | CONT);
    set(&r, CR2, ADON | EOCS | CONT | SWSTART);
    zif_bench_run(r.b, 31 * CYCLE);
    assert_int_equal(get(&r, SR) & OVR, OVR);
    assert_int_equal(zif_bench_reported(r.b, ZIF_REPORT_OVERRUN, "DR"), 1);
    get(&r, DR);
    zif_bench_run(r.b, 100 * CYCLE);
    assert_int_equal(get(&r, SR) & EOC, 0);
    set(&r, SR, 0);
    set(&r, CR2, ADON | EOCS | CONT | SWSTART);
    zif_bench_run(r.b, 15 * CYCLE);
    assert_int_equal(get(&r, SR) & EOC, EOC);
    zif_bench_free(r.b);
}

static void continuous_conversions_follow_each_other(void **state)
{
    Rig r = rig();
    set(&r, SQR3, 1);
    on(&r, CONT);
    set(&r, CR2, ADON | CONT | SWSTART);
    for (unsigned i = 0; i < 5; i++) {
        zif_bench_run(r.b, 15 * CYCLE);
        assert_int_equal(get(&r, SR) & EOC, EOC);
        get(&r, DR);
    }
    set(&r, CR2, ADON);
    zif_bench_run(r.b, 15 * CYCLE);
    get(&r, DR);
    zif_bench_run(r.b, 100 * CYCLE);
    assert_int_equal(get(&r, SR) & EOC, 0);
    zif_bench_free(r.b);
}

static void discontinuous_mode_converts_a_few_at_each_trigger(void **state)
{
    Rig r = rig();
    set(&r, CR1, SCAN | DISCEN | 1 << 13);
    set(&r, SQR1, 2 << 20);
    set(&r, SQR3, 1 | 2 << 5 | 3 << 10);
    on(&r, EOCS);
    set(&r, CR2, ADON | EOCS | SWSTART);
    zif_bench_run(r.b, 15 * CYCLE);
    assert_int_equal(get(&r, DR), 1024);
    zif_bench_run(r.b, 15 * CYCLE);
    assert_int_equal(get(&r, DR), 2048);
    zif_bench_run(r.b, 100 * CYCLE);
    assert_int_equal(get(&r, SR) & EOC, 0);
    set(&r, CR2, ADON | EOCS | SWSTART);
    zif_bench_run(r.b, 15 * CYCLE);
    assert_int_equal(get(&r, DR), 4095);
    zif_bench_free(r.b);
}

static void injected_results_have_their_own_registers_and_offsets(void **state)
{
    Rig r = rig();
    set(&r, CR1, SCAN);
    set(&r, JSQR, 1 << 20 | 3 << 15 | 1 << 10); /* two: JSQ3, JSQ4 */
    set(&r, JOFR1, 2000);
    on(&r, 0);
    set(&r, CR2, ADON | JSWSTART);
    assert_int_equal(get(&r, SR), JSTRT);
    zif_bench_run(r.b, 30 * CYCLE);
    assert_int_equal(get(&r, SR) & JEOC, JEOC);
    assert_int_equal(get(&r, JDR1), (uint16_t)(1024 - 2000));
    assert_int_equal(get(&r, JDR1 + 4), 4095);
    zif_bench_free(r.b);
}

static void an_injected_conversion_interrupts_a_regular_one(void **state)
{
    Rig r = rig();
    set(&r, SQR3, 2);
    set(&r, JSQR, 1 << 15);
    on(&r, 0);
    set(&r, CR2, ADON | SWSTART);
    zif_bench_run(r.b, 10 * CYCLE);
    set(&r, CR2, ADON | JSWSTART);
    zif_bench_run(r.b, 15 * CYCLE);
    assert_int_equal(get(&r, SR) & (JEOC | EOC), JEOC);
    zif_bench_run(r.b, 15 * CYCLE);
    assert_int_equal(get(&r, SR) & EOC, EOC);
    assert_int_equal(get(&r, DR), 2048);
    zif_bench_free(r.b);
}

static void automatic_injection_follows_the_regular_group(void **state)
{
    Rig r = rig();
    set(&r, CR1, JAUTO);
    set(&r, SQR3, 2);
    set(&r, JSQR, 3 << 15);
    on(&r, 0);
    set(&r, CR2, ADON | SWSTART);
    zif_bench_run(r.b, 30 * CYCLE);
    assert_int_equal(get(&r, SR) & (EOC | JEOC), EOC | JEOC);
    assert_int_equal(get(&r, JDR1), 4095);
    zif_bench_free(r.b);
}

static void the_selected_edge_of_the_selected_trigger_starts(void **state)
{
    Rig r = rig();
    set(&r, SQR3, 2);
    on(&r, 8 << 24 | 2 << 28); /* TIM3_TRGO, falling */
    zif_bench_drive(r.adc[0], "ext", 7, 1);
    zif_bench_drive(r.adc[0], "ext", 7, 0);
    zif_bench_drive(r.adc[0], "ext", 8, 1);
    assert_int_equal(get(&r, SR), 0);
    zif_bench_drive(r.adc[0], "ext", 8, 0);
    assert_int_equal(get(&r, SR), STRT);
    zif_bench_free(r.b);
}

static void the_watchdog_guards_its_window(void **state)
{
    Rig r = rig();
    set(&r, SQR3, 2);
    set(&r, CR1, AWDEN);
    set(&r, HTR, 2048);
    on(&r, 0);
    set(&r, CR2, ADON | SWSTART);
    zif_bench_run(r.b, 15 * CYCLE);
    assert_int_equal(get(&r, SR) & AWD, 0);
    set(&r, HTR, 2047);
    set(&r, CR2, ADON | SWSTART);
    zif_bench_run(r.b, 15 * CYCLE);
    assert_int_equal(get(&r, SR) & AWD, AWD);
    zif_bench_free(r.b);
}

static void each_result_asks_for_dma_until_it_is_read(void **state)
{
    Rig r = rig();
    set(&r, SQR3, 2);
    on(&r, DMA | CONT);
    set(&r, CR2, ADON | DMA | CONT | SWSTART);
    for (unsigned i = 0; i < 4; i++) {
        zif_bench_run(r.b, 15 * CYCLE);
        assert_int_equal(zif_bench_level(r.adc[0], "dma", 0), 1);
        assert_int_equal(get(&r, DR), 2048);
        assert_int_equal(zif_bench_level(r.adc[0], "dma", 0), 0);
    }
    /* Without DDS the DMA's last transfer is the last request. */
    zif_bench_drive(r.adc[0], "dma-end", 0, 1);
    zif_bench_run(r.b, 15 * CYCLE);
    assert_int_equal(zif_bench_level(r.adc[0], "dma", 0), 0);
    zif_bench_free(r.b);
}

static void starting_a_converter_that_is_off_is_reported(void **state)
{
    Rig r = rig();
    set(&r, CR2, SWSTART);
    zif_bench_run(r.b, 100 * CYCLE);
    assert_int_equal(get(&r, SR), 0);
    assert_int_equal(zif_bench_reported(r.b, ZIF_REPORT_LOCKED, "CR2"), 1);
    set(&r, CR2, ADON);
    set(&r, CR2, ADON | SWSTART);
    assert_int_equal(zif_bench_reported(r.b, ZIF_REPORT_BUSY, "CR2"), 1);
    zif_bench_free(r.b);
}

static void a_clock_that_is_too_fast_is_reported(void **state)
{
    Rig r = rig();
    zif_bench_clock(r.adc[0], 0, 84000000);
    on(&r, 0);
    set(&r, CR2, ADON | SWSTART);
    assert_int_equal(zif_bench_reported(r.b, ZIF_REPORT_BAUD, ""), 1);
    zif_bench_write(r.common, CCR, 1 << 16);
    zif_bench_run(r.b, 100 * ZIF_US);
    get(&r, DR);
    set(&r, CR2, ADON | SWSTART);
    assert_int_equal(zif_bench_reported(r.b, ZIF_REPORT_BAUD, ""), 1);
    zif_bench_free(r.b);
}

static void the_temperature_sensor_must_be_switched_on(void **state)
{
    Rig r = rig();
    set(&r, SQR3, 16);
    on(&r, 0);
    set(&r, CR2, ADON | SWSTART);
    zif_bench_run(r.b, 15 * CYCLE);
    assert_int_equal(get(&r, DR), 0);
    assert_int_equal(zif_bench_reported(r.b, ZIF_REPORT_PIN, ""), 1);
    zif_bench_write(r.common, CCR, 1 << 23);
    set(&r, CR2, ADON | SWSTART);
    zif_bench_run(r.b, 15 * CYCLE);
    assert_int_equal(get(&r, DR), 943);
    zif_bench_free(r.b);
}

static void the_F42x_measures_its_battery_and_its_temperature_on_one_channel(void **state)
{
    ZifBench *b = zif_bench_new();
    ZifDevice *adc = zif_bench_add(
        b, "stm32f4-adc",
        (ZifBenchProp[]){
            PROP("zif,temperature-channel", 18), PROP("zif,vbat-divider", 4), PROP("zif,common", 2), { 0 } });
    ZifDevice *common = zif_bench_add(b, "stm32f4-adc-common", (ZifBenchProp[]){ PROP("zif,adcs", 1), { 0 } });
    static const struct {
        uint32_t ccr, code;
    } rows[] = { { 0, 0 }, { 1 << 23, 943 }, { 1 << 22, 1024 }, { 3 << 22, 1024 } };
    zif_bench_write(adc, SQR3, 18);
    zif_bench_write(adc, CR2, ADON);
    zif_bench_run(b, 3 * ZIF_US);
    for (unsigned i = 0; i < 4; i++) {
        zif_bench_write(common, CCR, rows[i].ccr);
        zif_bench_write(adc, CR2, ADON | SWSTART);
        zif_bench_run(b, 15 * CYCLE);
        assert_int_equal(zif_bench_read(adc, DR), rows[i].code);
    }
    assert_int_equal(zif_bench_reported(b, ZIF_REPORT_PIN, ""), 1);
    zif_bench_free(b);
}

static void samples_follow_each_other_and_start_again(void **state)
{
    ZifBench *b = zif_bench_new();
    ZifDevice *adc =
        zif_bench_add(b, "stm32f4-adc", (ZifBenchProp[]){ PROP("zif,samples-in0", 0, 1650000, 825000), { 0 } });
    static const uint32_t expected[] = { 0, 2048, 1024, 0 };
    zif_bench_write(adc, CR2, ADON);
    zif_bench_run(b, 3 * ZIF_US);
    for (unsigned i = 0; i < 4; i++) {
        zif_bench_write(adc, CR2, ADON | SWSTART);
        zif_bench_run(b, 15 * CYCLE);
        assert_int_equal(zif_bench_read(adc, DR), expected[i]);
    }
    zif_bench_free(b);
}

static void dual_simultaneous_results_come_in_one_word(void **state)
{
    Rig r = rig();
    zif_bench_write(r.common, CCR, 6 | 2 << 14);
    for (unsigned i = 0; i < 2; i++) {
        zif_bench_write(r.adc[i], SQR3, 1);
    }
    on(&r, 0);
    zif_bench_write(r.adc[1], CR2, ADON | SWSTART); /* the slave waits for the master */
    assert_int_equal(zif_bench_read(r.adc[1], SR), 0);
    set(&r, CR2, ADON | SWSTART);
    zif_bench_run(r.b, 15 * CYCLE);
    assert_int_equal(zif_bench_read(r.common, CSR), 0x1212);
    assert_int_equal(zif_bench_level(r.common, "dma", 0), 1);
    assert_int_equal(zif_bench_read(r.common, CDR), 2048 << 16 | 1024);
    assert_int_equal(zif_bench_level(r.common, "dma", 0), 0);
    assert_int_equal(zif_bench_read(r.common, CSR), 0x1010);
    zif_bench_free(r.b);
}

static void interleaved_converters_start_one_after_the_other(void **state)
{
    Rig r = rig();
    zif_bench_write(r.common, CCR, 0x17 | 1 << 14 | 1 << 8); /* triple, one result a request, 6 cycles */
    for (unsigned i = 0; i < 3; i++) {
        zif_bench_write(r.adc[i], SQR3, 1);
    }
    on(&r, 0);
    set(&r, CR2, ADON | SWSTART);
    static const uint32_t expected[] = { 1024, 2048, 3072 };
    zif_bench_run(r.b, 15 * CYCLE);
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(zif_bench_level(r.common, "dma", 0), 1);
        assert_int_equal(zif_bench_read(r.common, CDR), expected[i]);
        assert_int_equal(zif_bench_level(r.common, "dma", 0), 0);
        zif_bench_run(r.b, 6 * CYCLE);
    }
    zif_bench_free(r.b);
}

static void alternate_triggers_take_turns(void **state)
{
    Rig r = rig();
    zif_bench_write(r.common, CCR, 9);
    for (unsigned i = 0; i < 2; i++) {
        zif_bench_write(r.adc[i], JSQR, 1 << 15);
    }
    on(&r, 0);
    set(&r, CR2, ADON | JSWSTART);
    zif_bench_run(r.b, 15 * CYCLE);
    assert_int_equal(get(&r, SR) & JEOC, JEOC);
    assert_int_equal(zif_bench_read(r.adc[1], SR), 0);
    set(&r, CR2, ADON | JSWSTART);
    zif_bench_run(r.b, 15 * CYCLE);
    assert_int_equal(zif_bench_read(r.adc[1], JDR1), 2048);
    zif_bench_free(r.b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_conversion_takes_sampling_and_twelve_cycles),
        cmocka_unit_test(full_scale_is_the_last_code),
        cmocka_unit_test(a_scan_gives_each_result_when_eocs_asks_for_it),
        cmocka_unit_test(without_eocs_a_scan_says_only_that_it_is_over),
        cmocka_unit_test(a_result_nobody_fetches_is_an_overrun_and_the_end),
        cmocka_unit_test(continuous_conversions_follow_each_other),
        cmocka_unit_test(discontinuous_mode_converts_a_few_at_each_trigger),
        cmocka_unit_test(injected_results_have_their_own_registers_and_offsets),
        cmocka_unit_test(an_injected_conversion_interrupts_a_regular_one),
        cmocka_unit_test(automatic_injection_follows_the_regular_group),
        cmocka_unit_test(the_selected_edge_of_the_selected_trigger_starts),
        cmocka_unit_test(the_watchdog_guards_its_window),
        cmocka_unit_test(each_result_asks_for_dma_until_it_is_read),
        cmocka_unit_test(starting_a_converter_that_is_off_is_reported),
        cmocka_unit_test(a_clock_that_is_too_fast_is_reported),
        cmocka_unit_test(the_temperature_sensor_must_be_switched_on),
        cmocka_unit_test(the_F42x_measures_its_battery_and_its_temperature_on_one_channel),
        cmocka_unit_test(samples_follow_each_other_and_start_again),
        cmocka_unit_test(dual_simultaneous_results_come_in_one_word),
        cmocka_unit_test(interleaved_converters_start_one_after_the_other),
        cmocka_unit_test(alternate_triggers_take_turns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
