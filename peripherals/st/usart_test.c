/* Tests of the STM32F4 USART. SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>
#include "bus_test.h"

enum { SR = 0x00, DR = 0x04, BRR = 0x08, CR1 = 0x0C, CR2 = 0x10, CR3 = 0x14, GTPR = 0x18 };
enum { PE = 1, FE = 2, NF = 4, ORE = 8, IDLE = 0x10, RXNE = 0x20, TC = 0x40, TXE = 0x80, LBD = 0x100, CTS = 0x200 };
enum { SBK = 1, RWU = 2, RE = 4, TE = 8, IDLEIE = 0x10, RXNEIE = 0x20, TCIE = 0x40, TXEIE = 0x80, PEIE = 0x100 };
enum { PS = 0x200, PCE = 0x400, WAKE = 0x800, M = 0x1000, UE = 0x2000, OVER8 = 0x8000 };
enum { LBDIE = 0x40, LINEN = 0x4000 };
enum { EIE = 1, HDSEL = 8, DMAR = 0x40, DMAT = 0x80, RTSE = 0x100, CTSE = 0x200, CTSIE = 0x400, ONEBIT = 0x800 };

/* 16 MHz / 160: a bit takes 10 us, a frame of ten bits 100 us. */
#define BIT   (10 * ZIF_US)
#define FRAME (10 * BIT)

static ZifDevice *with(void **state, uint32_t cr1, uint32_t cr2, uint32_t cr3)
{
    ZifDevice *u = zif_bench_add(*state, "stm32f4-usart", PROPS(PROP("current-speed", 100000)));
    zif_bench_write(u, BRR, 160);
    zif_bench_write(u, CR2, cr2);
    zif_bench_write(u, CR3, cr3);
    zif_bench_write(u, CR1, cr1 | UE);
    return u;
}

/* Sends and receives; the preamble and the first idle line are over. */
static ZifDevice *ready_with(void **state, uint32_t cr1, uint32_t cr2, uint32_t cr3)
{
    ZifDevice *u = with(state, cr1 | TE | RE, cr2, cr3);
    zif_bench_run(*state, 2 * FRAME);
    zif_bench_read(u, SR);
    zif_bench_read(u, DR);
    return u;
}

static ZifDevice *ready(void **state)
{
    return ready_with(state, 0, 0, 0);
}

static uint32_t sr(ZifDevice *u)
{
    return zif_bench_peek(u, SR);
}

/* --- Transmitter -------------------------------------------------------------------------------------------------------- */

static void after_reset_the_transmitter_is_empty_and_complete(void **state)
{
    ZifDevice *u = zif_bench_add(*state, "stm32f4-usart", NULL);
    assert_int_equal(zif_bench_read(u, SR), TXE | TC);
}

static void a_byte_leaves_after_its_frame(void **state)
{
    ZifDevice *u = ready(state);
    zif_bench_write(u, DR, 'A');
    zif_bench_run(*state, FRAME - 1);
    assert_string_equal(zif_bench_transmitted(u, NULL), "");
    zif_bench_run(*state, 1);
    assert_string_equal(zif_bench_transmitted(u, NULL), "A");
}

static void enabling_the_transmitter_sends_an_idle_frame_first(void **state)
{
    ZifDevice *u = with(state, TE, 0, 0);
    zif_bench_write(u, DR, 'A');
    assert_int_equal(sr(u) & TXE, 0);
    zif_bench_run(*state, FRAME);
    assert_int_equal(sr(u) & TXE, TXE);
    zif_bench_run(*state, FRAME - 1);
    assert_string_equal(zif_bench_transmitted(u, NULL), "");
    zif_bench_run(*state, 1);
    assert_string_equal(zif_bench_transmitted(u, NULL), "A");
}

static void a_usart_that_is_not_enabled_is_mute(void **state)
{
    ZifDevice *u = zif_bench_add(*state, "stm32f4-usart", NULL);
    zif_bench_write(u, BRR, 160);
    zif_bench_write(u, CR1, TE);
    zif_bench_write(u, DR, 'A');
    zif_bench_run(*state, ZIF_SEC);
    assert_string_equal(zif_bench_transmitted(u, NULL), "");
    assert_int_equal(zif_bench_reported(*state, ZIF_REPORT_BUSY, "DR"), 1);
}

static void a_byte_written_before_te_waits_for_it(void **state)
{
    ZifDevice *u = with(state, 0, 0, 0);
    zif_bench_write(u, DR, 'A');
    zif_bench_run(*state, ZIF_MS);
    assert_string_equal(zif_bench_transmitted(u, NULL), "");
    zif_bench_write(u, CR1, UE | TE);
    zif_bench_run(*state, ZIF_MS);
    assert_string_equal(zif_bench_transmitted(u, NULL), "A");
}

static void two_bytes_fit_and_txe_tells_when_the_first_moved_on(void **state)
{
    ZifDevice *u = ready(state);
    zif_bench_write(u, DR, 'A');
    assert_int_equal(sr(u) & TXE, TXE); /* straight into the shift register */
    zif_bench_write(u, DR, 'B');
    assert_int_equal(sr(u) & TXE, 0);
    zif_bench_run(*state, FRAME);
    assert_int_equal(sr(u) & TXE, TXE);
    zif_bench_run(*state, FRAME);
    assert_string_equal(zif_bench_transmitted(u, NULL), "AB");
}

static void a_third_byte_overwrites_the_second_and_is_reported(void **state)
{
    ZifDevice *u = ready(state);
    zif_bench_write(u, DR, 'A');
    zif_bench_write(u, DR, 'B');
    zif_bench_write(u, DR, 'C');
    zif_bench_run(*state, ZIF_MS);
    assert_string_equal(zif_bench_transmitted(u, NULL), "AC");
    assert_int_equal(zif_bench_reported(*state, ZIF_REPORT_OVERRUN, "DR"), 1);
}

static void tc_comes_after_the_last_bit_of_the_last_byte(void **state)
{
    ZifDevice *u = ready(state);
    zif_bench_read(u, SR);
    zif_bench_write(u, DR, 'A');
    zif_bench_write(u, DR, 'B');
    zif_bench_run(*state, 2 * FRAME - 1);
    assert_int_equal(sr(u) & TC, 0);
    zif_bench_run(*state, 1);
    assert_int_equal(sr(u) & TC, TC);
}

static void tc_is_cleared_by_reading_sr_and_writing_dr(void **state)
{
    ZifDevice *u = ready(state);
    zif_bench_read(u, SR);
    zif_bench_write(u, DR, 'A');
    assert_int_equal(sr(u) & TC, 0);
}

static void without_reading_sr_tc_stays_set_when_dr_is_written(void **state)
{
    ZifDevice *u = with(state, TE, 0, 0);
    zif_bench_write(u, DR, 'A');
    assert_int_equal(sr(u) & TC, TC);
}

static void tc_is_cleared_by_writing_zero(void **state)
{
    ZifDevice *u = ready(state);
    zif_bench_write(u, SR, ~(uint32_t)TC & 0x3ff);
    assert_int_equal(sr(u) & TC, 0);
}

static void clearing_te_during_a_frame_loses_the_byte(void **state)
{
    ZifDevice *u = ready(state);
    zif_bench_write(u, DR, 'A');
    zif_bench_write(u, CR1, UE);
    zif_bench_run(*state, ZIF_MS);
    assert_string_equal(zif_bench_transmitted(u, NULL), "");
    assert_int_equal(zif_bench_reported(*state, ZIF_REPORT_BUSY, "CR1"), 1);
}

static void clearing_ue_lets_the_frame_end(void **state)
{
    ZifDevice *u = ready(state);
    zif_bench_write(u, DR, 'A');
    zif_bench_write(u, CR1, TE);
    zif_bench_run(*state, ZIF_MS);
    assert_string_equal(zif_bench_transmitted(u, NULL), "A");
}

static void a_pulse_of_te_sends_an_idle_frame_after_the_byte(void **state)
{
    ZifDevice *u = ready(state);
    zif_bench_write(u, DR, 'A');
    zif_bench_write(u, CR1, UE);
    zif_bench_write(u, CR1, UE | TE);
    zif_bench_write(u, DR, 'B');
    zif_bench_run(*state, 3 * FRAME - 1);
    assert_string_equal(zif_bench_transmitted(u, NULL), "A");
    zif_bench_run(*state, 1);
    assert_string_equal(zif_bench_transmitted(u, NULL), "B");
}

static void changing_the_word_length_during_a_frame_is_reported(void **state)
{
    ZifDevice *u = ready(state);
    zif_bench_write(u, DR, 'A');
    zif_bench_write(u, CR1, UE | TE | M);
    assert_int_equal(zif_bench_reported(*state, ZIF_REPORT_BUSY, "CR1"), 1);
}

static void changing_the_rate_during_a_frame_is_reported(void **state)
{
    ZifDevice *u = ready(state);
    zif_bench_write(u, DR, 'A');
    zif_bench_write(u, BRR, 139);
    assert_int_equal(zif_bench_reported(*state, ZIF_REPORT_BUSY, "BRR"), 1);
}

/* --- The frame ------------------------------------------------------------------------------------------------------------ */

static ZifTime frame_time(ZifDevice *u)
{
    return u->cls->serial->frame_time(u);
}

static void nine_bits_make_the_frame_a_bit_longer(void **state)
{
    assert_int_equal(frame_time(ready_with(state, M, 0, 0)), 11 * BIT);
}

static void stop_bits_are_half_one_one_and_a_half_or_two(void **state)
{
    ZifDevice *u = ready(state);
    static const ZifTime times[] = { 10 * BIT, 19 * BIT / 2, 11 * BIT, 21 * BIT / 2 };
    for (unsigned stop = 0; stop < 4; stop++) {
        zif_bench_write(u, CR2, stop << 12);
        assert_int_equal(frame_time(u), times[stop]);
    }
}

static void with_over8_the_fraction_has_three_bits(void **state)
{
    ZifDevice *u = with(state, OVER8 | TE, 0, 0);
    zif_bench_write(u, BRR, 20 << 4 | 4); /* 8 * 20.5 = 164 */
    assert_int_equal(frame_time(u), 10 * 164 * (ZIF_SEC / 16000000));
}

static void a_fraction_of_over8_with_four_bits_is_reported(void **state)
{
    ZifDevice *u = with(state, OVER8 | TE, 0, 0);
    zif_bench_write(u, BRR, 20 << 4 | 8);
    zif_bench_write(u, DR, 'A');
    zif_bench_run(*state, ZIF_MS);
    assert_int_equal(zif_bench_reported(*state, ZIF_REPORT_BAUD, "BRR"), 1);
}

static void a_rate_three_percent_off_the_lines_is_reported_once(void **state)
{
    ZifDevice *u = ready(state);
    zif_bench_write(u, BRR, 166); /* 3.6 % slow */
    zif_bench_write(u, DR, 'A');
    zif_bench_write(u, DR, 'B');
    zif_bench_run(*state, ZIF_MS);
    assert_int_equal(zif_bench_reported(*state, ZIF_REPORT_BAUD, "BRR"), 1);
}

static void a_rate_two_percent_off_is_not_reported(void **state)
{
    ZifDevice *u = ready(state);
    zif_bench_write(u, BRR, 163);
    zif_bench_write(u, DR, 'A');
    zif_bench_run(*state, ZIF_MS);
    assert_int_equal(zif_bench_reported(*state, ZIF_REPORT_BAUD, NULL), 0);
}

static void a_rate_that_the_clock_changed_is_reported(void **state)
{
    ZifDevice *u = ready(state);
    zif_bench_clock(u, 0, 8000000);
    zif_bench_write(u, DR, 'A');
    zif_bench_run(*state, ZIF_MS);
    assert_int_equal(zif_bench_reported(*state, ZIF_REPORT_BAUD, "BRR"), 1);
}

static void without_a_rate_nothing_leaves(void **state)
{
    ZifDevice *u = with(state, TE, 0, 0);
    zif_bench_write(u, BRR, 0);
    zif_bench_run(*state, ZIF_MS);
    zif_bench_write(u, DR, 'A');
    zif_bench_write(u, DR, 'B');
    zif_bench_run(*state, ZIF_SEC);
    assert_string_equal(zif_bench_transmitted(u, NULL), "");
    assert_int_equal(zif_bench_reported(*state, ZIF_REPORT_BAUD, "BRR"), 1);
}

static void a_stopped_clock_freezes_the_frame(void **state)
{
    ZifDevice *u = ready(state);
    zif_bench_write(u, DR, 'A');
    zif_bench_run(*state, FRAME / 2);
    zif_bench_clock(u, 0, 0);
    zif_bench_run(*state, ZIF_SEC);
    assert_string_equal(zif_bench_transmitted(u, NULL), "");
    zif_bench_clock(u, 0, 16000000);
    zif_bench_run(*state, FRAME / 2 - 1);
    assert_string_equal(zif_bench_transmitted(u, NULL), "");
    zif_bench_run(*state, 1);
    assert_string_equal(zif_bench_transmitted(u, NULL), "A");
}

static void parity_takes_the_highest_bit_of_eight(void **state)
{
    ZifDevice *u = ready_with(state, PCE, 0, 0);
    zif_bench_write(u, DR, 0xC1);
    zif_bench_run(*state, ZIF_MS);
    assert_string_equal(zif_bench_transmitted(u, NULL), "\x41");
}

static void with_nine_bits_and_parity_all_eight_bits_are_data(void **state)
{
    ZifDevice *u = ready_with(state, PCE | M, 0, 0);
    zif_bench_write(u, DR, 0xC1);
    zif_bench_run(*state, ZIF_MS);
    assert_string_equal(zif_bench_transmitted(u, NULL), "\xC1");
}

/* --- Receiver --------------------------------------------------------------------------------------------------------------- */

static void receive(ZifDevice *u, void **state, const char *text)
{
    zif_bench_send(u, text, strlen(text));
    zif_bench_run(*state, strlen(text) * FRAME);
}

static void a_byte_arrives_after_its_frame(void **state)
{
    ZifDevice *u = ready(state);
    zif_bench_send(u, "x", 1);
    zif_bench_run(*state, FRAME - 1);
    assert_int_equal(sr(u) & RXNE, 0);
    zif_bench_run(*state, 1);
    assert_int_equal(sr(u) & RXNE, RXNE);
    assert_int_equal(zif_bench_read(u, DR), 'x');
}

static void rxne_is_cleared_by_reading_dr(void **state)
{
    ZifDevice *u = ready(state);
    receive(u, state, "x");
    zif_bench_read(u, DR);
    assert_int_equal(sr(u) & RXNE, 0);
}

static void rxne_is_cleared_by_writing_zero(void **state)
{
    ZifDevice *u = ready(state);
    receive(u, state, "x");
    zif_bench_write(u, SR, ~(uint32_t)RXNE & 0x3ff);
    assert_int_equal(sr(u) & RXNE, 0);
}

static void looking_at_dr_with_a_debugger_takes_nothing(void **state)
{
    ZifDevice *u = ready(state);
    receive(u, state, "x");
    assert_int_equal(zif_bench_peek(u, DR), 'x');
    assert_int_equal(sr(u) & RXNE, RXNE);
}

static void a_receiver_that_is_off_takes_nothing(void **state)
{
    ZifDevice *u = with(state, TE, 0, 0);
    receive(u, state, "x");
    assert_int_equal(sr(u) & RXNE, 0);
    assert_int_equal(zif_bench_queued(u), 1);
}

static void a_patient_line_loses_nothing_however_late_it_is_read(void **state)
{
    ZifDevice *u = ready(state);
    zif_bench_send(u, "12345", 5);
    for (const char *p = "12345"; *p; p++) {
        zif_bench_run(*state, 7 * FRAME);
        assert_int_equal(zif_bench_read(u, DR), *p);
    }
    assert_int_equal(sr(u) & (ORE | RXNE), 0);
}

static void bytes_come_back_to_back_while_they_are_read_in_time(void **state)
{
    ZifDevice *u = ready(state);
    zif_bench_send(u, "123", 3);
    zif_bench_run(*state, FRAME + FRAME / 2);
    assert_int_equal(zif_bench_read(u, DR), '1');
    zif_bench_run(*state, FRAME);
    assert_int_equal(zif_bench_read(u, DR), '2');
    zif_bench_run(*state, FRAME);
    assert_int_equal(zif_bench_read(u, DR), '3');
}

static ZifDevice *overrun(void **state, uint32_t cr1, uint32_t cr3)
{
    ZifDevice *u = ready_with(state, cr1, 0, cr3);
    zif_bench_impatient(u);
    receive(u, state, "123");
    return u;
}

static void overrun_keeps_the_first_byte(void **state)
{
    ZifDevice *u = overrun(state, 0, 0);
    assert_int_equal(sr(u) & (ORE | RXNE), ORE | RXNE);
    assert_int_equal(zif_bench_read(u, DR), '1');
    assert_int_equal(sr(u) & RXNE, 0);
    assert_int_equal(zif_bench_reported(*state, ZIF_REPORT_OVERRUN, "DR"), 2);
}

static void ore_is_cleared_by_reading_sr_then_dr(void **state)
{
    ZifDevice *u = overrun(state, 0, 0);
    zif_bench_read(u, DR);
    assert_int_equal(sr(u) & ORE, ORE); /* DR alone is not enough */
    zif_bench_read(u, SR);
    assert_int_equal(sr(u) & ORE, ORE); /* nor is SR */
    zif_bench_read(u, DR);
    assert_int_equal(sr(u) & ORE, 0);
}

static void a_flag_that_came_after_sr_was_read_survives_the_read_of_dr(void **state)
{
    ZifDevice *u = ready(state);
    zif_bench_impatient(u);
    receive(u, state, "1");
    zif_bench_read(u, SR);
    receive(u, state, "2");
    zif_bench_read(u, DR);
    assert_int_equal(sr(u) & ORE, ORE);
}

static void ore_alone_interrupts_with_rxneie(void **state)
{
    ZifDevice *u = overrun(state, RXNEIE, 0);
    zif_bench_read(u, DR);
    assert_int_equal(sr(u) & RXNE, 0);
    assert_int_equal(zif_bench_level(u, "irq", 0), 1);
}

static ZifDevice *faulty(void **state, const char *fault, uint32_t cr1, uint32_t cr2, uint32_t cr3)
{
    ZifDevice *u = ready_with(state, cr1, cr2, cr3);
    zif_bench_inject(u, fault);
    receive(u, state, "x");
    zif_bench_run(*state, BIT);
    return u;
}

static void a_framing_error_comes_with_its_byte(void **state)
{
    ZifDevice *u = faulty(state, "framing", 0, 0, 0);
    assert_int_equal(sr(u) & (FE | NF | PE | RXNE), FE | RXNE);
    zif_bench_read(u, SR);
    assert_int_equal(zif_bench_read(u, DR), 'x');
    assert_int_equal(sr(u) & (FE | RXNE), 0);
}

static void fe_stays_when_only_dr_is_read(void **state)
{
    ZifDevice *u = faulty(state, "framing", 0, 0, 0);
    zif_bench_read(u, DR);
    assert_int_equal(sr(u) & FE, FE);
}

static void noise_comes_with_its_byte(void **state)
{
    ZifDevice *u = faulty(state, "noise", 0, 0, 0);
    assert_int_equal(sr(u) & (FE | NF | RXNE), NF | RXNE);
    zif_bench_read(u, SR);
    zif_bench_read(u, DR);
    assert_int_equal(sr(u) & NF, 0);
}

static void with_one_sample_a_bit_noise_is_not_noticed(void **state)
{
    assert_int_equal(sr(faulty(state, "noise", 0, 0, ONEBIT)) & NF, 0);
}

static void a_wrong_parity_bit_sets_pe_and_is_seen_in_dr(void **state)
{
    ZifDevice *u = faulty(state, "parity", PCE, 0, 0);
    assert_int_equal(sr(u) & (PE | RXNE), PE | RXNE);
    zif_bench_read(u, SR);
    assert_int_equal(zif_bench_read(u, DR), 'x' | 0x80); /* 'x' has four ones: even parity is 0 */
    assert_int_equal(sr(u) & PE, 0);
}

static void the_right_parity_bit_is_seen_in_dr(void **state)
{
    ZifDevice *u = ready_with(state, PCE | PS, 0, 0);
    receive(u, state, "x");
    assert_int_equal(zif_bench_read(u, DR), 'x' | 0x80);
    assert_int_equal(sr(u) & PE, 0);
}

static void pe_is_cleared_by_reading_sr_and_writing_dr(void **state)
{
    ZifDevice *u = faulty(state, "parity", PCE, 0, 0);
    zif_bench_read(u, SR);
    zif_bench_write(u, DR, 'y');
    assert_int_equal(sr(u) & PE, 0);
}

static void pe_interrupts_with_peie(void **state)
{
    assert_int_equal(zif_bench_level(faulty(state, "parity", PCE | PEIE, 0, 0), "irq", 0), 1);
}

static void without_parity_control_nothing_is_checked(void **state)
{
    assert_int_equal(sr(faulty(state, "parity", 0, 0, 0)) & PE, 0);
}

static void errors_interrupt_with_eie_only_with_dma(void **state)
{
    assert_int_equal(zif_bench_level(faulty(state, "framing", 0, 0, EIE), "irq", 0), 0);
    assert_int_equal(zif_bench_level(faulty(state, "framing", 0, 0, EIE | DMAR), "irq", 0), 1);
}

static void a_lost_byte_is_never_seen(void **state)
{
    ZifDevice *u = ready(state);
    zif_bench_inject(u, "lost");
    receive(u, state, "xy");
    assert_int_equal(zif_bench_read(u, DR), 'y');
    assert_int_equal(sr(u) & RXNE, 0);
}

static void a_break_is_a_zero_with_a_framing_error(void **state)
{
    ZifDevice *u = ready(state);
    zif_bench_inject(u, "break");
    zif_bench_run(*state, FRAME);
    assert_int_equal(sr(u) & (FE | RXNE | LBD), FE | RXNE);
    assert_int_equal(zif_bench_read(u, DR), 0);
}

static void in_lin_mode_a_break_sets_lbd(void **state)
{
    ZifDevice *u = ready_with(state, 0, LINEN | LBDIE, 0);
    zif_bench_inject(u, "break");
    zif_bench_run(*state, FRAME);
    assert_int_equal(sr(u) & LBD, LBD);
    assert_int_equal(zif_bench_level(u, "irq", 0), 1);
    zif_bench_write(u, SR, ~(uint32_t)LBD & 0x3ff);
    assert_int_equal(sr(u) & LBD, 0);
}

static void nine_bits_travel_to_a_peer_and_back(void **state)
{
    ZifDevice *u = ready_with(state, M, 0, 0);
    zif_bench_add_part(*state, u, "serial-loopback", NULL);
    zif_bench_write(u, DR, 0x1A5);
    zif_bench_run(*state, ZIF_MS);
    assert_int_equal(zif_bench_read(u, DR), 0x1A5);
}

static void sbk_sends_a_break_and_clears_itself(void **state)
{
    ZifDevice *u = ready(state);
    zif_bench_add_part(*state, u, "serial-loopback", NULL);
    zif_bench_write(u, CR1, UE | TE | RE | SBK);
    zif_bench_run(*state, 11 * BIT - 1);
    assert_int_equal(zif_bench_read(u, CR1) & SBK, SBK);
    assert_int_equal(zif_bench_level(u, "tx", 0), 0);
    zif_bench_run(*state, 1);
    assert_int_equal(zif_bench_read(u, CR1) & SBK, 0);
    assert_int_equal(zif_bench_level(u, "tx", 0), 1);
    zif_bench_run(*state, FRAME);
    assert_int_equal(sr(u) & FE, FE);
    assert_string_equal(zif_bench_transmitted(u, NULL), ""); /* no byte */
}

static void in_lin_mode_the_break_has_thirteen_bits(void **state)
{
    ZifDevice *u = ready_with(state, 0, LINEN, 0);
    zif_bench_write(u, CR1, UE | TE | SBK);
    zif_bench_run(*state, 14 * BIT - 1);
    assert_int_equal(zif_bench_read(u, CR1) & SBK, SBK);
    zif_bench_run(*state, 1);
    assert_int_equal(zif_bench_read(u, CR1) & SBK, 0);
}

/* --- Idle lines and mute mode ----------------------------------------------------------------------------------------------- */

static void idle_comes_a_frame_after_the_last_byte(void **state)
{
    ZifDevice *u = ready_with(state, IDLEIE, 0, 0);
    receive(u, state, "x");
    zif_bench_run(*state, FRAME - 1);
    assert_int_equal(sr(u) & IDLE, 0);
    zif_bench_run(*state, 1);
    assert_int_equal(sr(u) & IDLE, IDLE);
    assert_int_equal(zif_bench_level(u, "irq", 0), 1);
}

static void idle_is_cleared_by_reading_sr_then_dr_and_comes_once(void **state)
{
    ZifDevice *u = ready(state);
    receive(u, state, "x");
    zif_bench_run(*state, FRAME);
    zif_bench_read(u, DR);
    assert_int_equal(sr(u) & IDLE, IDLE);
    zif_bench_read(u, SR);
    zif_bench_read(u, DR);
    zif_bench_run(*state, ZIF_SEC);
    assert_int_equal(sr(u) & IDLE, 0);
}

static void bytes_back_to_back_are_no_idle_line(void **state)
{
    ZifDevice *u = ready(state);
    zif_bench_send(u, "12", 2);
    zif_bench_run(*state, FRAME);
    zif_bench_read(u, DR);
    zif_bench_run(*state, FRAME);
    assert_int_equal(sr(u) & IDLE, 0);
}

static void a_late_reader_makes_no_idle_line(void **state)
{
    ZifDevice *u = ready(state);
    zif_bench_send(u, "123", 3);
    zif_bench_run(*state, 5 * FRAME);
    assert_int_equal(sr(u) & IDLE, 0);
}

static void switching_the_receiver_on_brings_a_first_idle(void **state)
{
    ZifDevice *u = with(state, RE, 0, 0);
    zif_bench_run(*state, FRAME);
    assert_int_equal(sr(u) & IDLE, IDLE);
}

static void without_a_rate_the_line_is_never_idle(void **state)
{
    ZifDevice *u = ready(state);
    zif_bench_send(u, "12", 2);
    zif_bench_run(*state, 2 * FRAME); /* the second waits for the first to be read */
    zif_bench_write(u, BRR, 0);
    zif_bench_run(*state, ZIF_SEC);
    assert_int_equal(sr(u) & IDLE, 0);
}

static void a_muted_receiver_hears_nothing_until_the_line_was_idle(void **state)
{
    ZifDevice *u = ready(state);
    zif_bench_write(u, CR1, UE | TE | RE | RWU);
    receive(u, state, "ab");
    assert_int_equal(sr(u) & (RXNE | IDLE), 0);
    zif_bench_run(*state, FRAME);
    assert_int_equal(sr(u) & IDLE, 0);
    assert_int_equal(zif_bench_read(u, CR1) & RWU, 0);
    receive(u, state, "c");
    assert_int_equal(zif_bench_read(u, DR), 'c');
}

static void an_address_that_matches_wakes_and_is_received(void **state)
{
    ZifDevice *u = ready_with(state, WAKE, 5, 0);
    zif_bench_write(u, CR1, UE | TE | RE | WAKE | RWU);
    receive(u, state, "a\x84z");
    assert_int_equal(sr(u) & RXNE, 0);
    receive(u, state, "\x85");
    assert_int_equal(zif_bench_read(u, CR1) & RWU, 0);
    assert_int_equal(zif_bench_read(u, DR), 0x85);
    receive(u, state, "d");
    assert_int_equal(zif_bench_read(u, DR), 'd');
    receive(u, state, "\x86");
    assert_int_equal(zif_bench_read(u, CR1) & RWU, RWU);
    assert_int_equal(sr(u) & RXNE, 0);
}

/* --- Pads, interrupts, DMA ---------------------------------------------------------------------------------------------------- */

static void half_duplex_hears_itself(void **state)
{
    ZifDevice *u = ready_with(state, 0, 0, HDSEL);
    zif_bench_write(u, DR, 'e');
    zif_bench_run(*state, FRAME);
    assert_int_equal(zif_bench_read(u, DR), 'e');
}

static void cts_high_holds_the_transmitter(void **state)
{
    ZifDevice *u = ready_with(state, 0, 0, CTSE | CTSIE);
    zif_bench_drive(u, "cts", 0, 1);
    assert_int_equal(sr(u) & CTS, CTS);
    assert_int_equal(zif_bench_level(u, "irq", 0), 1);
    zif_bench_write(u, SR, ~(uint32_t)CTS & 0x3ff);
    assert_int_equal(sr(u) & CTS, 0);
    zif_bench_write(u, DR, 'A');
    zif_bench_run(*state, ZIF_MS);
    assert_string_equal(zif_bench_transmitted(u, NULL), "");
    zif_bench_drive(u, "cts", 0, 0);
    zif_bench_run(*state, FRAME);
    assert_string_equal(zif_bench_transmitted(u, NULL), "A");
}

static void cts_during_a_frame_lets_it_end(void **state)
{
    ZifDevice *u = ready_with(state, 0, 0, CTSE);
    zif_bench_write(u, DR, 'A');
    zif_bench_write(u, DR, 'B');
    zif_bench_run(*state, BIT);
    zif_bench_drive(u, "cts", 0, 1);
    zif_bench_run(*state, ZIF_MS);
    assert_string_equal(zif_bench_transmitted(u, NULL), "A");
}

static void rts_rises_while_a_byte_waits_and_stops_an_impatient_sender(void **state)
{
    ZifDevice *u = ready_with(state, 0, 0, RTSE);
    zif_bench_impatient(u);
    assert_int_equal(zif_bench_level(u, "rts", 0), 0);
    receive(u, state, "12");
    assert_int_equal(zif_bench_level(u, "rts", 0), 1);
    zif_bench_run(*state, ZIF_SEC);
    assert_int_equal(sr(u) & ORE, 0);
    assert_int_equal(zif_bench_read(u, DR), '1');
    assert_int_equal(zif_bench_level(u, "rts", 0), 0);
    zif_bench_run(*state, FRAME);
    assert_int_equal(zif_bench_read(u, DR), '2');
}

static void the_interrupt_follows_txe_tc_and_rxne_with_their_enables(void **state)
{
    ZifDevice *u = ready(state);
    zif_bench_write(u, CR1, UE | TE | RE | TXEIE);
    assert_int_equal(zif_bench_level(u, "irq", 0), 1);
    zif_bench_write(u, CR1, UE | TE | RE | TCIE);
    assert_int_equal(zif_bench_level(u, "irq", 0), 1);
    zif_bench_write(u, CR1, UE | TE | RE | RXNEIE);
    assert_int_equal(zif_bench_level(u, "irq", 0), 0);
    receive(u, state, "x");
    assert_int_equal(zif_bench_level(u, "irq", 0), 1);
    zif_bench_read(u, DR);
    assert_int_equal(zif_bench_level(u, "irq", 0), 0);
}

static void dma_is_asked_for_while_txe_and_rxne_are_set(void **state)
{
    ZifDevice *u = ready(state);
    assert_int_equal(zif_bench_level(u, "dma-tx", 0), 0);
    zif_bench_write(u, CR3, DMAT | DMAR);
    assert_int_equal(zif_bench_level(u, "dma-tx", 0), 1);
    zif_bench_write(u, DR, 'A');
    zif_bench_write(u, DR, 'B');
    assert_int_equal(zif_bench_level(u, "dma-tx", 0), 0);
    assert_int_equal(zif_bench_level(u, "dma-rx", 0), 0);
    receive(u, state, "x");
    assert_int_equal(zif_bench_level(u, "dma-rx", 0), 1);
    zif_bench_read_sized(u, DR, 1);
    assert_int_equal(zif_bench_level(u, "dma-rx", 0), 0);
}

static void byte_accesses_are_for_dr_only(void **state)
{
    ZifDevice *u = ready(state);
    zif_bench_write_sized(u, DR, 'A', 1);
    assert_int_equal(zif_bench_reported(*state, ZIF_REPORT_WIDTH, NULL), 0);
    zif_bench_read_sized(u, SR, 1);
    assert_int_equal(zif_bench_reported(*state, ZIF_REPORT_WIDTH, "SR"), 1);
}

/* --- Synchronous -------------------------------------------------------------------------------------------------------- */

enum { LBCL = 0x100, CPHA = 0x200, CPOL = 0x400, CLKEN = 0x800, STOP_1_5 = 0x3000 };
enum { IREN = 2, IRLP = 4, NACK = 0x10, SCEN = 0x20 };

/* Sends a byte; what a part sees that samples TX when CK is at `level` in the second or first half of each bit. */
static unsigned clocked(void **state, ZifDevice *u, uint8_t byte, unsigned level, unsigned *pulses)
{
    unsigned seen = 0, was = (unsigned)zif_bench_level(u, "ck", 0);
    *pulses = 0;
    zif_bench_write(u, DR, byte);
    for (unsigned half = 0; half < 20; half++) {
        zif_bench_run(*state, BIT / 4);
        unsigned ck = (unsigned)zif_bench_level(u, "ck", 0);
        if (ck != was && ck == level) {
            seen |= (unsigned)zif_bench_level(u, "tx", 0) << (*pulses)++;
        }
        was = ck;
        zif_bench_run(*state, BIT / 4);
    }
    return seen;
}

static void a_clock_pulse_goes_with_every_bit_but_perhaps_the_last(void **state)
{
    unsigned pulses;
    ZifDevice *u = ready_with(state, 0, CLKEN | LBCL, 0);
    assert_int_equal(zif_bench_level(u, "ck", 0), 0);
    assert_int_equal(clocked(state, u, 0x96, 1, &pulses), 0x96); /* the leading edge is in the middle of the bit */
    assert_int_equal(pulses, 8);
    assert_int_equal(zif_bench_level(u, "tx", 0), 1);
    assert_int_equal(zif_bench_level(u, "ck", 0), 0);
    u = ready_with(state, 0, CLKEN, 0);
    assert_int_equal(clocked(state, u, 0x96, 1, &pulses), 0x16);
    assert_int_equal(pulses, 7);
}

static void cpol_and_cpha_choose_the_edge_in_the_middle_of_the_bit(void **state)
{
    unsigned pulses;
    ZifDevice *u = ready_with(state, 0, CLKEN | LBCL | CPOL, 0);
    assert_int_equal(zif_bench_level(u, "ck", 0), 1);
    assert_int_equal(clocked(state, u, 0x96, 0, &pulses), 0x96);
    u = ready_with(state, 0, CLKEN | LBCL | CPHA, 0);
    assert_int_equal(clocked(state, u, 0x69, 0, &pulses), 0x69); /* rises where the bit begins, falls in its middle */
    assert_int_equal(pulses, 8);
    u = ready_with(state, 0, CLKEN | LBCL | CPHA | CPOL, 0);
    assert_int_equal(clocked(state, u, 0xC3, 1, &pulses), 0xC3);
}

static void a_synchronous_receiver_shifts_in_while_it_sends(void **state)
{
    ZifDevice *u = ready_with(state, 0, CLKEN | LBCL, 0);
    zif_bench_drive(u, "rx", 0, 1);
    zif_bench_write(u, DR, 0xff);
    zif_bench_run(*state, BIT); /* the start bit */
    for (unsigned bit = 0; bit < 8; bit++) {
        zif_bench_drive(u, "rx", 0, 0xA6 >> bit & 1);
        zif_bench_run(*state, BIT);
    }
    assert_int_equal(sr(u) & RXNE, 0);
    zif_bench_run(*state, BIT);
    assert_int_equal(sr(u) & RXNE, RXNE);
    assert_int_equal(zif_bench_read(u, DR), 0xA6);
    receive(u, state, "x"); /* without a clock */
    zif_bench_run(*state, 3 * FRAME);
    assert_int_equal(sr(u) & RXNE, 0);
    zif_bench_write(u, DR, 1);
    zif_bench_write(u, DR, 2);
    zif_bench_run(*state, 3 * FRAME);
    assert_int_equal(sr(u) & ORE, ORE); /* nobody waits for the reader: the clock is our own */
}

static void the_clocks_shape_is_for_a_transmitter_that_is_off(void **state)
{
    ZifDevice *u = ready_with(state, 0, CLKEN, 0);
    zif_bench_write(u, CR2, CLKEN | CPOL);
    assert_int_equal(zif_bench_reported(*state, ZIF_REPORT_BUSY, "CR2"), 1);
    zif_bench_write(u, CR3, HDSEL);
    zif_bench_write(u, DR, 1);
    assert_int_equal(zif_bench_reported(*state, ZIF_REPORT_BUS, "CR2"), 1);
}

/* --- IrDA ----------------------------------------------------------------------------------------------------------------- */

static void irda_sends_a_short_pulse_for_every_zero(void **state)
{
    ZifDevice *u = ready_with(state, 0, 0, IREN);
    zif_bench_write(u, GTPR, 1);
    assert_int_equal(zif_bench_level(u, "tx", 0), 0);
    unsigned before = zif_bench_rises(u, "tx", 0);
    zif_bench_write(u, DR, 0xF0);
    zif_bench_run(*state, BIT * 7 / 16 - 1);
    assert_int_equal(zif_bench_level(u, "tx", 0), 0);
    zif_bench_run(*state, 1);
    assert_int_equal(zif_bench_level(u, "tx", 0), 1);
    zif_bench_run(*state, BIT * 3 / 16 - 1);
    assert_int_equal(zif_bench_level(u, "tx", 0), 1);
    zif_bench_run(*state, 1);
    assert_int_equal(zif_bench_level(u, "tx", 0), 0);
    zif_bench_run(*state, FRAME);
    assert_int_equal(zif_bench_rises(u, "tx", 0) - before, 5); /* the start bit and four zeros */
    assert_string_equal(zif_bench_transmitted(u, NULL), "\xF0");
    assert_int_equal(zif_bench_nreports(*state), 0);
}

static void low_power_pulses_last_three_periods_of_their_own_clock(void **state)
{
    ZifDevice *u = ready_with(state, 0, 0, IREN | IRLP);
    zif_bench_write(u, GTPR, 8); /* 2 MHz */
    zif_bench_write(u, DR, 0xFF);
    zif_bench_run(*state, BIT * 7 / 16);
    assert_int_equal(zif_bench_level(u, "tx", 0), 1);
    zif_bench_run(*state, 1500 * ZIF_NS - 1);
    assert_int_equal(zif_bench_level(u, "tx", 0), 1);
    zif_bench_run(*state, 1);
    assert_int_equal(zif_bench_level(u, "tx", 0), 0);
}

static void irda_hears_nothing_while_it_sends(void **state)
{
    ZifDevice *u = ready_with(state, 0, 0, IREN);
    zif_bench_write(u, GTPR, 1);
    zif_bench_write(u, DR, 'a');
    zif_bench_run(*state, BIT);
    zif_bench_write(u, DR, 'b');
    receive(u, state, "x");
    zif_bench_run(*state, 4 * FRAME);
    assert_int_equal(sr(u) & RXNE, 0);
    receive(u, state, "y");
    zif_bench_run(*state, 2 * FRAME);
    assert_int_equal(zif_bench_read(u, DR), 'y');
}

static void irda_without_a_prescaler_is_reported(void **state)
{
    ZifDevice *u = ready_with(state, 0, 0, IREN);
    zif_bench_write(u, DR, 'a');
    assert_int_equal(zif_bench_reported(*state, ZIF_REPORT_BUS, "GTPR"), 1);
}

/* --- Smartcard -------------------------------------------------------------------------------------------------------------- */

static unsigned card_heard, card_nacked;

static void card_hear(ZifDevice *dev, uint16_t word, unsigned faults)
{
    card_nacked += faults & ZIF_SERIAL_NACK ? 1 : 0;
    card_heard += faults ? 0 : 1;
}

static const ZifClass card = {
    .name = "test-card",
    .size = sizeof(ZifDevice),
    .serial_part = &(const ZifSerialPart){ .hear = card_hear },
};

static ZifDevice *smartcard(void **state)
{
    ZifDevice *u = ready_with(state, M | PCE, STOP_1_5, SCEN | NACK);
    zif_bench_add_part_class(*state, u, &card, NULL);
    card_heard = card_nacked = 0;
    zif_bench_write(u, GTPR, 1);
    return u;
}

static void a_card_shares_the_wire_and_its_guard_time_delays_tc(void **state)
{
    ZifDevice *u = smartcard(state);
    zif_bench_write(u, GTPR, 16 << 8 | 1);
    zif_bench_write(u, SR, ~(uint32_t)TC & 0x3ff);
    zif_bench_write(u, DR, 0x3B);
    zif_bench_run(*state, 12 * BIT - 1); /* half a bit, ten and a half, and one and a half of stop is twelve */
    assert_int_equal(sr(u) & RXNE, 0);
    zif_bench_run(*state, BIT / 2 + 1);
    assert_int_equal(card_heard, 1);
    assert_int_equal(sr(u) & (RXNE | TXE | TC | FE), RXNE | TXE); /* its own character */
    zif_bench_run(*state, 15 * BIT);
    assert_int_equal(sr(u) & TC, 0);
    zif_bench_run(*state, BIT);
    assert_int_equal(sr(u) & TC, TC);
    assert_int_equal(zif_bench_nreports(*state), 0);
}

static void a_card_that_refuses_a_character_makes_a_framing_error(void **state)
{
    ZifDevice *u = smartcard(state);
    zif_bench_inject(u, "nack");
    zif_bench_write(u, DR, 0x3B);
    zif_bench_run(*state, 13 * BIT);
    assert_int_equal(sr(u) & (RXNE | FE), RXNE | FE);
    zif_bench_read(u, SR);
    zif_bench_read(u, DR);
    zif_bench_write(u, DR, 0x3B);
    zif_bench_run(*state, 13 * BIT);
    assert_int_equal(sr(u) & (RXNE | FE), RXNE);
}

static void a_wrong_parity_bit_is_refused_with_nack_only(void **state)
{
    ZifDevice *u = smartcard(state);
    zif_bench_inject(u, "parity");
    receive(u, state, "a");
    zif_bench_run(*state, 2 * FRAME);
    assert_int_equal(sr(u) & (RXNE | PE), RXNE | PE);
    assert_int_equal(card_nacked, 1);
    zif_bench_write(u, CR3, SCEN);
    zif_bench_inject(u, "parity");
    receive(u, state, "a");
    zif_bench_run(*state, 2 * FRAME);
    assert_int_equal(card_nacked, 1);
}

static void a_card_needs_nine_bits_with_parity(void **state)
{
    ZifDevice *u = ready_with(state, 0, STOP_1_5, SCEN);
    zif_bench_write(u, DR, 1);
    assert_int_equal(zif_bench_reported(*state, ZIF_REPORT_BUS, "CR1"), 1);
}

static void a_uart_has_no_flow_control(void **state)
{
    ZifDevice *u = zif_bench_add(*state, "stm32f4-uart", NULL);
    zif_bench_write(u, CR3, CTSE | RTSE);
    assert_int_equal(zif_bench_read(u, CR3), 0);
    assert_int_equal(zif_bench_reported(*state, ZIF_REPORT_RESERVED, "CR3"), 1);
}

static void a_frame_in_flight_survives_a_snapshot(void **state)
{
    ZifDevice *u = ready(state);
    size_t size;
    zif_bench_write(u, DR, 'A');
    zif_bench_write(u, DR, 'B');
    void *saved = zif_bench_save(u, &size);
    zif_bench_run(*state, ZIF_MS);
    zif_bench_transmitted(u, NULL);
    zif_bench_restore(u, saved);
    zif_bench_run(*state, ZIF_MS);
    assert_string_equal(zif_bench_transmitted(u, NULL), "AB");
    free(saved);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(after_reset_the_transmitter_is_empty_and_complete),
        TEST(a_byte_leaves_after_its_frame),
        TEST(enabling_the_transmitter_sends_an_idle_frame_first),
        TEST(a_usart_that_is_not_enabled_is_mute),
        TEST(a_byte_written_before_te_waits_for_it),
        TEST(two_bytes_fit_and_txe_tells_when_the_first_moved_on),
        TEST(a_third_byte_overwrites_the_second_and_is_reported),
        TEST(tc_comes_after_the_last_bit_of_the_last_byte),
        TEST(tc_is_cleared_by_reading_sr_and_writing_dr),
        TEST(without_reading_sr_tc_stays_set_when_dr_is_written),
        TEST(tc_is_cleared_by_writing_zero),
        TEST(clearing_te_during_a_frame_loses_the_byte),
        TEST(clearing_ue_lets_the_frame_end),
        TEST(a_pulse_of_te_sends_an_idle_frame_after_the_byte),
        TEST(changing_the_word_length_during_a_frame_is_reported),
        TEST(changing_the_rate_during_a_frame_is_reported),
        TEST(nine_bits_make_the_frame_a_bit_longer),
        TEST(stop_bits_are_half_one_one_and_a_half_or_two),
        TEST(with_over8_the_fraction_has_three_bits),
        TEST(a_fraction_of_over8_with_four_bits_is_reported),
        TEST(a_rate_three_percent_off_the_lines_is_reported_once),
        TEST(a_rate_two_percent_off_is_not_reported),
        TEST(a_rate_that_the_clock_changed_is_reported),
        TEST(without_a_rate_nothing_leaves),
        TEST(a_stopped_clock_freezes_the_frame),
        TEST(parity_takes_the_highest_bit_of_eight),
        TEST(with_nine_bits_and_parity_all_eight_bits_are_data),
        TEST(a_byte_arrives_after_its_frame),
        TEST(rxne_is_cleared_by_reading_dr),
        TEST(rxne_is_cleared_by_writing_zero),
        TEST(looking_at_dr_with_a_debugger_takes_nothing),
        TEST(a_receiver_that_is_off_takes_nothing),
        TEST(a_patient_line_loses_nothing_however_late_it_is_read),
        TEST(bytes_come_back_to_back_while_they_are_read_in_time),
        TEST(overrun_keeps_the_first_byte),
        TEST(ore_is_cleared_by_reading_sr_then_dr),
        TEST(a_flag_that_came_after_sr_was_read_survives_the_read_of_dr),
        TEST(ore_alone_interrupts_with_rxneie),
        TEST(a_framing_error_comes_with_its_byte),
        TEST(fe_stays_when_only_dr_is_read),
        TEST(noise_comes_with_its_byte),
        TEST(with_one_sample_a_bit_noise_is_not_noticed),
        TEST(a_wrong_parity_bit_sets_pe_and_is_seen_in_dr),
        TEST(the_right_parity_bit_is_seen_in_dr),
        TEST(pe_is_cleared_by_reading_sr_and_writing_dr),
        TEST(pe_interrupts_with_peie),
        TEST(without_parity_control_nothing_is_checked),
        TEST(errors_interrupt_with_eie_only_with_dma),
        TEST(a_lost_byte_is_never_seen),
        TEST(a_break_is_a_zero_with_a_framing_error),
        TEST(in_lin_mode_a_break_sets_lbd),
        TEST(nine_bits_travel_to_a_peer_and_back),
        TEST(sbk_sends_a_break_and_clears_itself),
        TEST(in_lin_mode_the_break_has_thirteen_bits),
        TEST(idle_comes_a_frame_after_the_last_byte),
        TEST(idle_is_cleared_by_reading_sr_then_dr_and_comes_once),
        TEST(bytes_back_to_back_are_no_idle_line),
        TEST(a_late_reader_makes_no_idle_line),
        TEST(switching_the_receiver_on_brings_a_first_idle),
        TEST(without_a_rate_the_line_is_never_idle),
        TEST(a_muted_receiver_hears_nothing_until_the_line_was_idle),
        TEST(an_address_that_matches_wakes_and_is_received),
        TEST(half_duplex_hears_itself),
        TEST(cts_high_holds_the_transmitter),
        TEST(cts_during_a_frame_lets_it_end),
        TEST(rts_rises_while_a_byte_waits_and_stops_an_impatient_sender),
        TEST(the_interrupt_follows_txe_tc_and_rxne_with_their_enables),
        TEST(dma_is_asked_for_while_txe_and_rxne_are_set),
        TEST(byte_accesses_are_for_dr_only),
        TEST(a_clock_pulse_goes_with_every_bit_but_perhaps_the_last),
        TEST(cpol_and_cpha_choose_the_edge_in_the_middle_of_the_bit),
        TEST(a_synchronous_receiver_shifts_in_while_it_sends),
        TEST(the_clocks_shape_is_for_a_transmitter_that_is_off),
        TEST(irda_sends_a_short_pulse_for_every_zero),
        TEST(low_power_pulses_last_three_periods_of_their_own_clock),
        TEST(irda_hears_nothing_while_it_sends),
        TEST(irda_without_a_prescaler_is_reported),
        TEST(a_card_shares_the_wire_and_its_guard_time_delays_tc),
        TEST(a_card_that_refuses_a_character_makes_a_framing_error),
        TEST(a_wrong_parity_bit_is_refused_with_nack_only),
        TEST(a_card_needs_nine_bits_with_parity),
        TEST(a_uart_has_no_flow_control),
        TEST(a_frame_in_flight_survives_a_snapshot),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
