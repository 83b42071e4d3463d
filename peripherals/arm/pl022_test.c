/* Tests of the PL022. SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmsdk_test.h"

enum { CR0 = 0x00, CR1 = 0x04, DR = 0x08, SR = 0x0C, CPSR = 0x10, IMSC = 0x14, RIS = 0x18, MIS = 0x1C, ICR = 0x20 };
enum { LBM = 1, SSE = 2, TFE = 1, TNF = 2, RNE = 4, RFF = 8, BSY = 16, ROR = 1, RT = 2, RX = 4, TX = 8 };
enum { BIT = 4, FRAME = 8 * BIT }; /* clocks */

static int setup(void **state)
{
    fixture_new(state, "pl022");
    put(&fixture, CR0, 0x0107); /* 8 bits, SCR 1 */
    put(&fixture, CPSR, 2);
    put(&fixture, CR1, LBM | SSE);
    return 0;
}

static void a_frame_takes_its_bits_times_the_dividers(void **state)
{
    Fixture *f = *state;

    put(f, DR, 0x5A);
    assert_int_equal(get(f, SR), TFE | TNF | BSY);
    run(f, FRAME - 1);
    assert_int_equal(get(f, SR) & RNE, 0);
    run(f, 1);
    assert_int_equal(get(f, SR), TFE | TNF | RNE);
    assert_int_equal(get(f, DR), 0x5A);
    assert_int_equal(get(f, SR), TFE | TNF);
}

static void frames_are_cut_to_their_size(void **state)
{
    Fixture *f = *state;

    put(f, CR0, 0x0104);
    put(f, DR, 0xFF);
    run(f, FRAME);
    assert_int_equal(get(f, DR), 0x1F);
}

static void a_disabled_port_keeps_its_frames(void **state)
{
    Fixture *f = *state;

    put(f, CR1, LBM);
    put(f, DR, 1);
    run(f, 100 * FRAME);
    assert_int_equal(get(f, SR) & (TFE | RNE), 0);
    put(f, CR1, LBM | SSE);
    run(f, FRAME);
    assert_int_equal(get(f, DR), 1);
}

static void a_divider_of_zero_sends_nothing_and_says_so(void **state)
{
    Fixture *f = *state;

    put(f, CPSR, 0);
    put(f, DR, 1);
    run(f, 100 * FRAME);
    assert_int_equal(get(f, SR) & RNE, 0);
    assert_int_equal(zif_bench_reported(f->bench, ZIF_REPORT_BAUD, "SSPCPSR"), 1);
}

static void an_overrun_keeps_the_first_eight_frames(void **state)
{
    Fixture *f = *state;

    for (unsigned i = 0; i < 9; i++) {
        put(f, DR, i);
        run(f, FRAME);
    }
    assert_int_equal(get(f, RIS) & ROR, ROR);
    assert_int_equal(get(f, SR) & RFF, RFF);
    for (unsigned i = 0; i < 8; i++) {
        assert_int_equal(get(f, DR), i);
    }
    put(f, ICR, ROR);
    assert_int_equal(get(f, RIS) & ROR, 0);
}

static void a_full_transmit_fifo_drops_the_frame(void **state)
{
    Fixture *f = *state;

    for (unsigned i = 0; i < 10; i++) { /* one is shifting, eight wait */
        put(f, DR, i);
    }
    assert_int_equal(get(f, SR) & TNF, 0);
    assert_int_equal(zif_bench_reported(f->bench, ZIF_REPORT_OVERRUN, "SSPDR"), 1);
}

static void the_fifo_interrupts_are_levels_at_half(void **state)
{
    Fixture *f = *state;

    put(f, IMSC, RX);
    assert_int_equal(get(f, RIS), TX);
    for (unsigned i = 0; i < 4; i++) {
        assert_int_equal(zif_bench_level(f->dev, "irq", 0), 0);
        put(f, DR, i);
        run(f, FRAME);
    }
    assert_int_equal(get(f, MIS), RX);
    assert_int_equal(zif_bench_level(f->dev, "irq", 0), 1);
    get(f, DR);
    assert_int_equal(zif_bench_level(f->dev, "irq", 0), 0);
}

static void data_left_for_32_bit_times_interrupts(void **state)
{
    Fixture *f = *state;

    put(f, DR, 1);
    run(f, FRAME + 32 * BIT - 1);
    assert_int_equal(get(f, RIS) & RT, 0);
    run(f, 1);
    assert_int_equal(get(f, RIS) & RT, RT);
    get(f, DR);
    assert_int_equal(get(f, RIS) & RT, 0);
}

static void without_a_part_the_line_reads_ones(void **state)
{
    Fixture *f = *state;

    put(f, CR1, SSE);
    put(f, DR, 0);
    run(f, FRAME);
    assert_int_equal(get(f, DR), 0xFF);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_frame_takes_its_bits_times_the_dividers), TEST(frames_are_cut_to_their_size),
        TEST(a_disabled_port_keeps_its_frames),          TEST(a_divider_of_zero_sends_nothing_and_says_so),
        TEST(an_overrun_keeps_the_first_eight_frames),   TEST(a_full_transmit_fifo_drops_the_frame),
        TEST(the_fifo_interrupts_are_levels_at_half),    TEST(data_left_for_32_bit_times_interrupts),
        TEST(without_a_part_the_line_reads_ones),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
