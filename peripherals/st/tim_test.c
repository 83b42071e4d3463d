/* STM32F4 timers: RM0090 chapters 17 to 20. SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <zif/testbench.h>

enum {
    CR1 = 0,
    CR2 = 4,
    SMCR = 8,
    DIER = 12,
    SR = 16,
    EGR = 20,
    CCMR1 = 24,
    CCMR2 = 28,
    CCER = 32,
    CNT = 36,
    PSC = 40
};
enum { ARR = 44, RCR = 48, CCR1 = 52, CCR2 = 56, BDTR = 68, DCR = 72, DMAR = 76 };
enum { CEN = 1, UDIS = 2, URS = 4, OPM = 8, DIR = 16, CENTER1 = 32, CENTER3 = 96, ARPE = 128 };
enum { UIF = 1, CC1IF = 2, CC2IF = 4, TIF = 64, BIF = 128, CC1OF = 512, UDE = 256, CC1DE = 512 };
enum { PWM1 = 6 << 4, PWM2 = 7 << 4, TOGGLE = 3 << 4, PE = 8 };
enum { OSSI = 1 << 10, BKE = 1 << 12, BKP = 1 << 13, AOE = 1 << 14, MOE = 1 << 15 };
#define TICK (62500 * ZIF_PS) /* of 16 MHz */

typedef struct {
    ZifBench *b;
    ZifDevice *t;
} Rig;

static Rig rig(const char *class_name)
{
    Rig r = { .b = zif_bench_new() };
    r.t = zif_bench_add(r.b, class_name, NULL);
    return r;
}

static Rig general(void)
{
    return rig("stm32f4-tim-general");
}

static void set(Rig *r, uint32_t offset, uint32_t value)
{
    zif_bench_write(r->t, offset, value);
}

static uint32_t get(Rig *r, uint32_t offset)
{
    return zif_bench_read(r->t, offset);
}

static void run(Rig *r, unsigned ticks)
{
    zif_bench_run(r->b, ticks * TICK);
}

static int out(Rig *r, unsigned channel)
{
    return zif_bench_level(r->t, "ch", channel - 1);
}

static void in(Rig *r, unsigned channel, int level)
{
    zif_bench_drive(r->t, "ch", channel - 1, level);
}

static void done(Rig *r)
{
    zif_bench_free(r->b);
}

static void it_counts_up_and_starts_over_after_the_reload_value(void **state)
{
    Rig r = general();
    set(&r, ARR, 9);
    set(&r, CR1, CEN);
    run(&r, 9);
    assert_int_equal(get(&r, CNT), 9);
    assert_int_equal(get(&r, SR) & UIF, 0);
    run(&r, 1);
    assert_int_equal(get(&r, CNT), 0);
    assert_int_equal(get(&r, SR) & UIF, UIF);
    run(&r, 25);
    assert_int_equal(get(&r, CNT), 5);
    done(&r);
}

static void a_counter_nobody_watches_is_exact_after_a_long_time(void **state)
{
    Rig r = general();
    set(&r, ARR, 6);
    set(&r, CR1, CEN);
    run(&r, 7 * 1000000 + 3);
    assert_int_equal(zif_bench_peek(r.t, CNT), 3);
    assert_int_equal(zif_bench_peek(r.t, SR) & UIF, UIF);
    assert_int_equal(get(&r, CNT), 3);
    done(&r);
}

static void the_prescaler_is_taken_over_at_an_update(void **state)
{
    Rig r = general();
    set(&r, ARR, 9);
    set(&r, PSC, 3);
    set(&r, CR1, CEN);
    run(&r, 10);
    assert_int_equal(get(&r, CNT), 0);
    run(&r, 12);
    assert_int_equal(get(&r, CNT), 3);
    set(&r, PSC, 0);
    set(&r, EGR, UIF);
    run(&r, 5);
    assert_int_equal(get(&r, CNT), 5);
    done(&r);
}

static void it_counts_down_from_the_reload_value(void **state)
{
    Rig r = general();
    set(&r, ARR, 9);
    set(&r, CR1, DIR);
    set(&r, EGR, UIF);
    set(&r, SR, 0);
    assert_int_equal(get(&r, CNT), 9);
    set(&r, CR1, DIR | CEN);
    run(&r, 9);
    assert_int_equal(get(&r, CNT), 0);
    assert_int_equal(get(&r, SR) & UIF, 0);
    run(&r, 1);
    assert_int_equal(get(&r, CNT), 9);
    assert_int_equal(get(&r, SR) & UIF, UIF);
    done(&r);
}

static void centre_aligned_it_goes_up_and_down(void **state)
{
    Rig r = general();
    set(&r, ARR, 4);
    set(&r, CR1, CENTER3 | CEN);
    run(&r, 4);
    assert_int_equal(get(&r, CNT), 4);
    assert_int_equal(get(&r, CR1) & DIR, DIR);
    assert_int_equal(get(&r, SR) & UIF, UIF);
    set(&r, SR, 0);
    run(&r, 3);
    assert_int_equal(get(&r, CNT), 1);
    assert_int_equal(get(&r, SR) & UIF, 0);
    run(&r, 1);
    assert_int_equal(get(&r, CNT), 0);
    assert_int_equal(get(&r, CR1) & DIR, 0);
    assert_int_equal(get(&r, SR) & UIF, UIF);
    done(&r);
}

static void a_reload_value_of_zero_blocks_the_counter(void **state)
{
    Rig r = general();
    set(&r, CR1, CEN);
    run(&r, 100);
    assert_int_equal(get(&r, CNT), 0);
    assert_int_equal(get(&r, SR), 0);
    done(&r);
}

static void an_update_interrupt_comes_on_time_and_goes_with_its_flag(void **state)
{
    Rig r = general();
    set(&r, ARR, 99);
    set(&r, DIER, UIF);
    set(&r, CR1, CEN);
    zif_bench_run(r.b, 100 * TICK - 1);
    assert_int_equal(zif_bench_level(r.t, "irq", 0), 0);
    zif_bench_run(r.b, 1);
    assert_int_equal(zif_bench_level(r.t, "irq", 0), 1);
    set(&r, SR, ~(uint32_t)UIF);
    assert_int_equal(zif_bench_level(r.t, "irq", 0), 0);
    run(&r, 1000);
    assert_int_equal(zif_bench_rises(r.t, "irq", 0), 2);
    done(&r);
}

static void a_flag_that_came_before_the_write_is_cleared_by_it(void **state)
{
    Rig r = general();
    set(&r, ARR, 9);
    set(&r, CR1, CEN);
    run(&r, 15);
    set(&r, SR, 0);
    assert_int_equal(get(&r, SR), 0);
    done(&r);
}

static void with_preload_a_new_period_begins_at_the_update(void **state)
{
    Rig r = general();
    set(&r, ARR, 9);
    set(&r, CR1, CEN | ARPE);
    run(&r, 2);
    set(&r, ARR, 4);
    run(&r, 7);
    assert_int_equal(get(&r, CNT), 9);
    run(&r, 6);
    assert_int_equal(get(&r, CNT), 0);
    done(&r);
}

static void urs_and_udis_decide_what_a_software_update_does(void **state)
{
    Rig r = general();
    set(&r, ARR, 99);
    set(&r, CR1, CEN | URS);
    run(&r, 5);
    set(&r, EGR, UIF);
    assert_int_equal(get(&r, CNT), 0);
    assert_int_equal(get(&r, SR), 0);
    set(&r, CR1, CEN | UDIS);
    set(&r, PSC, 7);
    run(&r, 5);
    set(&r, EGR, UIF);
    assert_int_equal(get(&r, SR), 0);
    run(&r, 8);
    assert_int_equal(get(&r, CNT), 8);
    done(&r);
}

static void one_pulse_mode_stops_at_the_update(void **state)
{
    Rig r = general();
    set(&r, ARR, 9);
    set(&r, CR1, CEN | OPM);
    run(&r, 15);
    assert_int_equal(get(&r, CR1) & CEN, 0);
    assert_int_equal(get(&r, CNT), 0);
    done(&r);
}

static void the_repetition_counter_lets_every_third_lap_update(void **state)
{
    Rig r = rig("stm32f4-tim-advanced");
    set(&r, ARR, 9);
    set(&r, RCR, 2);
    set(&r, EGR, UIF);
    set(&r, SR, 0);
    set(&r, DIER, UIF);
    set(&r, CR1, CEN);
    run(&r, 29);
    assert_int_equal(get(&r, SR) & UIF, 0);
    run(&r, 1);
    assert_int_equal(get(&r, SR) & UIF, UIF);
    assert_int_equal(zif_bench_level(r.t, "irq", 1), 1);
    assert_int_equal(zif_bench_level(r.t, "irq", 0), 0);
    done(&r);
}

static void pwm_mode_1_is_high_below_the_compare_value(void **state)
{
    Rig r = general();
    set(&r, ARR, 9);
    set(&r, CCR1, 3);
    set(&r, CCMR1, PWM1 | PE);
    set(&r, CCER, 1);
    set(&r, EGR, UIF);
    set(&r, CR1, CEN);
    for (unsigned i = 0; i < 20; i++) {
        assert_int_equal(out(&r, 1), i % 10 < 3);
        run(&r, 1);
    }
    /* The preloaded compare value is taken over at the update. */
    set(&r, CCR1, 6);
    run(&r, 5);
    assert_int_equal(out(&r, 1), 0);
    run(&r, 10);
    assert_int_equal(out(&r, 1), 1);
    done(&r);
}

static void pwm_mode_2_and_polarity_invert(void **state)
{
    Rig r = general();
    set(&r, ARR, 9);
    set(&r, CCR1, 3);
    set(&r, CCR2, 3);
    set(&r, CCMR1, PWM2 | PWM2 << 8);
    set(&r, CCER, 0x31);
    set(&r, CR1, CEN);
    run(&r, 1);
    assert_int_equal(out(&r, 1), 0);
    assert_int_equal(out(&r, 2), 1);
    run(&r, 3);
    assert_int_equal(out(&r, 1), 1);
    assert_int_equal(out(&r, 2), 0);
    done(&r);
}

static void toggle_mode_changes_the_output_at_each_match(void **state)
{
    Rig r = general();
    set(&r, ARR, 9);
    set(&r, CCR1, 5);
    set(&r, CCMR1, TOGGLE);
    set(&r, CCER, 1);
    set(&r, CR1, CEN);
    run(&r, 5);
    assert_int_equal(out(&r, 1), 1);
    assert_int_equal(get(&r, SR) & CC1IF, CC1IF);
    run(&r, 10);
    assert_int_equal(out(&r, 1), 0);
    done(&r);
}

static void a_compare_match_asks_for_dma(void **state)
{
    Rig r = general();
    set(&r, ARR, 9);
    set(&r, CCR1, 5);
    set(&r, DIER, CC1DE | UDE);
    set(&r, CR1, CEN);
    run(&r, 30);
    assert_int_equal(zif_bench_rises(r.t, "dma-cc", 0), 3);
    assert_int_equal(zif_bench_rises(r.t, "dma-up", 0), 3);
    done(&r);
}

static void a_dma_burst_goes_through_one_address(void **state)
{
    Rig r = general();
    set(&r, ARR, 9);
    set(&r, DCR, 2 << 8 | CCR1 / 4);
    set(&r, DIER, UDE);
    set(&r, CR1, CEN);
    run(&r, 10);
    assert_int_equal(zif_bench_level(r.t, "dma-up", 0), 1);
    set(&r, DMAR, 11);
    set(&r, DMAR, 12);
    assert_int_equal(zif_bench_level(r.t, "dma-up", 0), 1);
    set(&r, DMAR, 13);
    assert_int_equal(zif_bench_level(r.t, "dma-up", 0), 0);
    assert_int_equal(get(&r, CCR1), 11);
    assert_int_equal(get(&r, CCR2), 12);
    assert_int_equal(get(&r, CCR2 + 4), 13);
    done(&r);
}

static void an_edge_captures_the_counter_and_a_second_one_is_over(void **state)
{
    Rig r = general();
    set(&r, ARR, 999);
    set(&r, CCMR1, 1);
    set(&r, CCER, 1);
    set(&r, CR1, CEN);
    run(&r, 100);
    in(&r, 1, 1);
    run(&r, 50);
    in(&r, 1, 0);
    assert_int_equal(get(&r, SR) & (CC1IF | CC1OF), CC1IF);
    in(&r, 1, 1);
    assert_int_equal(get(&r, SR) & (CC1IF | CC1OF), CC1IF | CC1OF);
    assert_int_equal(get(&r, CCR1), 150);
    assert_int_equal(get(&r, SR) & CC1IF, 0);
    done(&r);
}

static void the_capture_prescaler_and_both_edges_count(void **state)
{
    Rig r = general();
    set(&r, ARR, 999);
    set(&r, CCMR1, 1 | 2 << 2);
    set(&r, CCER, 0xb);
    set(&r, CR1, CEN);
    for (unsigned i = 0; i < 4; i++) {
        run(&r, 10);
        assert_int_equal(get(&r, SR) & CC1IF, 0);
        in(&r, 1, i % 2 == 0);
    }
    assert_int_equal(get(&r, CCR1), 40);
    done(&r);
}

static void the_filter_keeps_glitches_out(void **state)
{
    Rig r = general();
    set(&r, ARR, 999);
    set(&r, CCMR1, 1 | 3 << 4); /* 8 samples at the timer's clock */
    set(&r, CCER, 1);
    set(&r, CR1, CEN);
    in(&r, 1, 1);
    run(&r, 4);
    in(&r, 1, 0);
    run(&r, 20);
    assert_int_equal(get(&r, SR) & CC1IF, 0);
    in(&r, 1, 1);
    run(&r, 8);
    assert_int_equal(get(&r, SR) & CC1IF, CC1IF);
    assert_int_equal(get(&r, CCR1), 32);
    done(&r);
}

static void pwm_input_measures_period_and_width(void **state)
{
    Rig r = general();
    set(&r, ARR, 0xffff);
    set(&r, CCMR1, 0x201); /* IC1 on TI1, IC2 on TI1 */
    set(&r, CCER, 0x31);   /* rising, falling */
    set(&r, SMCR, 0x54);   /* reset by TI1FP1 */
    set(&r, CR1, CEN);
    for (unsigned i = 0; i < 3; i++) {
        in(&r, 1, 1);
        run(&r, 30);
        in(&r, 1, 0);
        run(&r, 70);
    }
    in(&r, 1, 1);
    assert_int_equal(get(&r, CCR1), 100);
    assert_int_equal(get(&r, CCR2), 30);
    done(&r);
}

static void an_encoder_counts_both_ways(void **state)
{
    Rig r = general();
    set(&r, ARR, 99);
    set(&r, CCMR1, 0x101);
    set(&r, SMCR, 3);
    set(&r, CR1, CEN);
    for (unsigned i = 0; i < 5; i++) {
        in(&r, 1, 1);
        in(&r, 2, 1);
        in(&r, 1, 0);
        in(&r, 2, 0);
    }
    assert_int_equal(get(&r, CNT), 20);
    assert_int_equal(get(&r, CR1) & DIR, 0);
    for (unsigned i = 0; i < 6; i++) {
        in(&r, 2, 1);
        in(&r, 1, 1);
        in(&r, 2, 0);
        in(&r, 1, 0);
    }
    assert_int_equal(get(&r, CNT), 96);
    assert_int_equal(get(&r, CR1) & DIR, DIR);
    run(&r, 1000);
    assert_int_equal(get(&r, CNT), 96);
    done(&r);
}

static void gated_mode_counts_while_the_trigger_is_high(void **state)
{
    Rig r = general();
    set(&r, ARR, 999);
    set(&r, CCMR1, 1);
    set(&r, SMCR, 0x55);
    set(&r, CR1, CEN);
    run(&r, 50);
    assert_int_equal(get(&r, CNT), 0);
    in(&r, 1, 1);
    run(&r, 50);
    in(&r, 1, 0);
    run(&r, 50);
    assert_int_equal(get(&r, CNT), 50);
    assert_int_equal(get(&r, SR) & TIF, TIF);
    done(&r);
}

static void trigger_mode_starts_the_counter(void **state)
{
    Rig r = general();
    set(&r, ARR, 999);
    set(&r, SMCR, 0x06);
    run(&r, 50);
    assert_int_equal(get(&r, CNT), 0);
    zif_bench_drive(r.t, "itr", 0, 1);
    run(&r, 50);
    assert_int_equal(get(&r, CNT), 50);
    assert_int_equal(get(&r, CR1) & CEN, CEN);
    done(&r);
}

static void a_timer_clocks_another_with_its_updates(void **state)
{
    Rig r = general();
    ZifDevice *slave = zif_bench_add(r.b, "stm32f4-tim-two", NULL);
    zif_bench_connect(r.t, "trgo", 0, slave, "itr", 1);
    zif_bench_write(slave, ARR, 0xffff);
    zif_bench_write(slave, SMCR, 0x17);
    zif_bench_write(slave, CR1, CEN);
    set(&r, ARR, 9);
    set(&r, CR2, 2 << 4);
    set(&r, CR1, CEN);
    run(&r, 75);
    assert_int_equal(zif_bench_read(slave, CNT), 7);
    done(&r);
}

static void external_clock_mode_2_counts_edges_of_etr(void **state)
{
    Rig r = general();
    set(&r, ARR, 99);
    set(&r, SMCR, 1 << 14 | 1 << 12); /* ECE, every second edge */
    set(&r, CR1, CEN);
    for (unsigned i = 0; i < 10; i++) {
        zif_bench_drive(r.t, "etr", 0, 1);
        zif_bench_drive(r.t, "etr", 0, 0);
    }
    run(&r, 100);
    assert_int_equal(get(&r, CNT), 5);
    done(&r);
}

static void without_moe_an_advanced_timer_drives_nothing(void **state)
{
    Rig r = rig("stm32f4-tim-advanced");
    set(&r, ARR, 9);
    set(&r, CCR1, 5);
    set(&r, CCMR1, PWM1);
    set(&r, CCER, 1);
    set(&r, CR1, CEN);
    run(&r, 100);
    assert_int_equal(zif_bench_rises(r.t, "ch", 0), 0);
    set(&r, BDTR, MOE);
    run(&r, 20);
    assert_int_equal(zif_bench_rises(r.t, "ch", 0) >= 2, 1);
    done(&r);
}

static void complementary_outputs_never_overlap(void **state)
{
    Rig r = rig("stm32f4-tim-advanced");
    set(&r, ARR, 99);
    set(&r, CCR1, 50);
    set(&r, CCMR1, PWM1);
    set(&r, CCER, 5);
    set(&r, BDTR, MOE | 10);
    set(&r, CR1, CEN);
    unsigned high = 0, low = 0;
    run(&r, 100);
    for (unsigned i = 0; i < 200; i++) {
        int main = out(&r, 1), complement = zif_bench_level(r.t, "chn", 0);
        assert_false(main && complement);
        high += main;
        low += complement;
        run(&r, 1);
    }
    assert_int_equal(high, 2 * 40);
    assert_int_equal(low, 2 * 40);
    done(&r);
}

static void a_break_turns_the_outputs_off_until_moe_is_set_again(void **state)
{
    Rig r = rig("stm32f4-tim-advanced");
    set(&r, ARR, 9);
    set(&r, CCMR1, 5 << 4); /* forced active */
    set(&r, CCER, 1);
    set(&r, DIER, BIF);
    set(&r, BDTR, MOE | BKE | BKP);
    set(&r, CR1, CEN);
    assert_int_equal(out(&r, 1), 1);
    zif_bench_drive(r.t, "bkin", 0, 1);
    assert_int_equal(out(&r, 1), 0);
    assert_int_equal(get(&r, BDTR) & MOE, 0);
    assert_int_equal(zif_bench_level(r.t, "irq", 0), 1);
    set(&r, BDTR, MOE | BKE | BKP);
    assert_int_equal(get(&r, BDTR) & MOE, 0);
    zif_bench_drive(r.t, "bkin", 0, 0);
    run(&r, 100);
    assert_int_equal(out(&r, 1), 0);
    set(&r, BDTR, MOE | BKE | BKP);
    assert_int_equal(out(&r, 1), 1);
    done(&r);
}

static void with_aoe_the_outputs_come_back_by_themselves(void **state)
{
    Rig r = rig("stm32f4-tim-advanced");
    set(&r, ARR, 9);
    set(&r, CCMR1, 5 << 4);
    set(&r, CCER, 1);
    set(&r, BDTR, MOE | BKE | BKP | AOE);
    set(&r, CR1, CEN);
    run(&r, 5);
    zif_bench_drive(r.t, "bkin", 0, 1);
    run(&r, 20);
    assert_int_equal(out(&r, 1), 0);
    zif_bench_drive(r.t, "bkin", 0, 0);
    run(&r, 10);
    assert_int_equal(out(&r, 1), 1);
    done(&r);
}

static void lock_protects_what_its_level_says(void **state)
{
    Rig r = rig("stm32f4-tim-advanced");
    set(&r, BDTR, 2 << 8 | 7);
    set(&r, BDTR, MOE | 9);
    assert_int_equal(get(&r, BDTR), MOE | 2 << 8 | 7);
    assert_int_equal(zif_bench_reported(r.b, ZIF_REPORT_LOCKED, "BDTR"), 1);
    set(&r, CCER, 3);
    assert_int_equal(get(&r, CCER), 1);
    assert_int_equal(zif_bench_reported(r.b, ZIF_REPORT_LOCKED, "CCER"), 1);
    set(&r, CCMR1, PWM1);
    assert_int_equal(get(&r, CCMR1), PWM1);
    zif_bench_reset(r.b, ZIF_RESET_SYSTEM);
    set(&r, CCER, 2);
    assert_int_equal(get(&r, CCER), 2);
    done(&r);
}

static void the_direction_of_a_channel_cannot_change_while_it_is_on(void **state)
{
    Rig r = general();
    set(&r, CCER, 1);
    set(&r, CCMR1, 1);
    assert_int_equal(get(&r, CCMR1), 0);
    assert_int_equal(zif_bench_reported(r.b, ZIF_REPORT_BUSY, "CCMR1"), 1);
    done(&r);
}

static void the_alignment_cannot_change_while_it_counts(void **state)
{
    Rig r = general();
    set(&r, ARR, 9);
    set(&r, CR1, CEN);
    set(&r, CR1, CEN | CENTER1);
    assert_int_equal(get(&r, CR1), CEN);
    assert_int_equal(zif_bench_reported(r.b, ZIF_REPORT_BUSY, "CR1"), 1);
    done(&r);
}

static void a_32_bit_timer_counts_past_16_bits(void **state)
{
    Rig r = rig("stm32f4-tim-general2");
    set(&r, ARR, UINT32_MAX);
    set(&r, CNT, 0xffff);
    set(&r, CR1, CEN);
    run(&r, 16);
    assert_int_equal(get(&r, CNT), 0x1000f);
    done(&r);
}

static void tim5_measures_the_lsi(void **state)
{
    Rig r = rig("stm32f4-tim-general5");
    zif_bench_clock(r.t, 1, 32000);
    set(&r, ARR, UINT32_MAX);
    set(&r, 0x50, 1 << 6);
    set(&r, CCMR2, 1 << 8);
    set(&r, CCER, 1 << 12);
    set(&r, CR1, CEN);
    run(&r, 2000);
    uint32_t first = get(&r, 0x40);
    run(&r, 500);
    assert_int_equal(get(&r, 0x40) - first, 500);
    done(&r);
}

static void a_basic_timer_triggers_at_its_updates(void **state)
{
    Rig r = rig("stm32f4-tim-basic");
    set(&r, ARR, 99);
    set(&r, CR2, 2 << 4);
    set(&r, CR1, CEN);
    run(&r, 1000);
    assert_int_equal(zif_bench_rises(r.t, "trgo", 0), 10);
    assert_int_equal(zif_bench_nreports(r.b), 0);
    done(&r);
}

static void the_clock_tree_may_change_the_rate_under_it(void **state)
{
    Rig r = general();
    set(&r, ARR, 9999);
    set(&r, CR1, CEN);
    run(&r, 100);
    zif_bench_clock(r.t, 0, 0);
    run(&r, 100);
    zif_bench_clock(r.t, 0, 8000000);
    run(&r, 100);
    assert_int_equal(get(&r, CNT), 150);
    done(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_counts_up_and_starts_over_after_the_reload_value),
        cmocka_unit_test(a_counter_nobody_watches_is_exact_after_a_long_time),
        cmocka_unit_test(the_prescaler_is_taken_over_at_an_update),
        cmocka_unit_test(it_counts_down_from_the_reload_value),
        cmocka_unit_test(centre_aligned_it_goes_up_and_down),
        cmocka_unit_test(a_reload_value_of_zero_blocks_the_counter),
        cmocka_unit_test(an_update_interrupt_comes_on_time_and_goes_with_its_flag),
        cmocka_unit_test(a_flag_that_came_before_the_write_is_cleared_by_it),
        cmocka_unit_test(with_preload_a_new_period_begins_at_the_update),
        cmocka_unit_test(urs_and_udis_decide_what_a_software_update_does),
        cmocka_unit_test(one_pulse_mode_stops_at_the_update),
        cmocka_unit_test(the_repetition_counter_lets_every_third_lap_update),
        cmocka_unit_test(pwm_mode_1_is_high_below_the_compare_value),
        cmocka_unit_test(pwm_mode_2_and_polarity_invert),
        cmocka_unit_test(toggle_mode_changes_the_output_at_each_match),
        cmocka_unit_test(a_compare_match_asks_for_dma),
        cmocka_unit_test(a_dma_burst_goes_through_one_address),
        cmocka_unit_test(an_edge_captures_the_counter_and_a_second_one_is_over),
        cmocka_unit_test(the_capture_prescaler_and_both_edges_count),
        cmocka_unit_test(the_filter_keeps_glitches_out),
        cmocka_unit_test(pwm_input_measures_period_and_width),
        cmocka_unit_test(an_encoder_counts_both_ways),
        cmocka_unit_test(gated_mode_counts_while_the_trigger_is_high),
        cmocka_unit_test(trigger_mode_starts_the_counter),
        cmocka_unit_test(a_timer_clocks_another_with_its_updates),
        cmocka_unit_test(external_clock_mode_2_counts_edges_of_etr),
        cmocka_unit_test(without_moe_an_advanced_timer_drives_nothing),
        cmocka_unit_test(complementary_outputs_never_overlap),
        cmocka_unit_test(a_break_turns_the_outputs_off_until_moe_is_set_again),
        cmocka_unit_test(with_aoe_the_outputs_come_back_by_themselves),
        cmocka_unit_test(lock_protects_what_its_level_says),
        cmocka_unit_test(the_direction_of_a_channel_cannot_change_while_it_is_on),
        cmocka_unit_test(the_alignment_cannot_change_while_it_counts),
        cmocka_unit_test(a_32_bit_timer_counts_past_16_bits),
        cmocka_unit_test(tim5_measures_the_lsi),
        cmocka_unit_test(a_basic_timer_triggers_at_its_updates),
        cmocka_unit_test(the_clock_tree_may_change_the_rate_under_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
