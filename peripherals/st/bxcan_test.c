/* Tests of the STM32 bxCAN. SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>
#include "bus_test.h"
#include "bxcan_frame.h"

enum { MCR = 0x00, MSR = 0x04, TSR = 0x08, RF0R = 0x0C, RF1R = 0x10, IER = 0x14, ESR = 0x18, BTR = 0x1C };
enum { TIR = 0x180, TDTR = 0x184, TDLR = 0x188, TDHR = 0x18C, RIR = 0x1B0, RDTR = 0x1B4, RDLR = 0x1B8, RDHR = 0x1BC };
enum { FMR = 0x200, FM1R = 0x204, FS1R = 0x20C, FFA1R = 0x214, FA1R = 0x21C, F0R1 = 0x240 };
enum { INRQ = 1, SLEEP = 2, TXFP = 4, RFLM = 8, NART = 0x10, AWUM = 0x20, ABOM = 0x40, RESET = 0x8000 };
enum { INAK = 1, SLAK = 2, ERRI = 4, WKUI = 8, SLAKI = 0x10, TXM = 0x100 };
enum { RQCP = 1, TXOK = 2, ALST = 4, TERR = 8, ABRQ = 0x80, TME0 = 1 << 26 };
enum { FULL = 8, FOVR = 0x10, RFOM = 0x20 };
enum { EWGF = 1, EPVF = 2, BOFF = 4 };
#define LBKM (1u << 30)
#define SILM (1u << 31)

/* 16 MHz, 2 * 16 quanta: 500 kbit/s. */
#define BTR_500K (1u | 10u << 16 | 3u << 20)
#define BIT      (2 * ZIF_US)

static ZifDevice *peer;

static void add_filter_for_all(ZifDevice *c)
{
    zif_bench_write(c, FS1R, 1);
    zif_bench_write(c, FA1R, 1);
    zif_bench_write(c, FMR, 0x2A1C0E00);
}

static ZifDevice *ready_with(void **state, bool with_peer, uint32_t mcr, uint32_t btr, const ZifBenchProp *props)
{
    ZifDevice *c = zif_bench_add(*state, "stm32-bxcan", props);
    if (with_peer) {
        peer = zif_bench_add_part(*state, c, "can-peer", NULL);
    }
    zif_bench_write(c, MCR, INRQ | mcr);
    zif_bench_write(c, BTR, BTR_500K | btr);
    add_filter_for_all(c);
    zif_bench_write(c, MCR, mcr);
    zif_bench_run(*state, 11 * BIT);
    return c;
}

static ZifDevice *ready(void **state)
{
    return ready_with(state, true, 0, 0, NULL);
}

static void request(ZifDevice *c, unsigned box, uint32_t tir)
{
    zif_bench_write(c, TIR + 16 * box, tir | 1);
}

static uint32_t peek(ZifDevice *c, uint32_t offset)
{
    return zif_bench_peek(c, offset);
}

static void hear(ZifDevice *c, uint32_t id, bool extended)
{
    c->cls->can->hear(c,
                      &(ZifCanFrame){ .id = id, .extended = extended, .dlc = 8, .data = { 1, 2, 3, 4, 5, 6, 7, 8 } });
}

/* --- Frames ---------------------------------------------------------------------------------------------------------------- */

static void a_frame_has_its_bits_and_its_stuff_bits(void **state)
{
    assert_int_equal(can_frame_bits(&(ZifCanFrame){ .id = 0x123 }), 45);
    assert_int_equal(can_frame_bits(&(ZifCanFrame){ .id = 0x123, .dlc = 8, .data = { 0, 1, 2, 3, 4, 5, 6, 7 } }), 117);
    assert_int_equal(can_frame_bits(&(ZifCanFrame){ .id = 0x12345678, .extended = true, .dlc = 1, .data = { 0x55 } }),
                     74);
    assert_int_equal(can_frame_bits(&(ZifCanFrame){ .id = 0, .dlc = 8 }), 124);
}

static void the_lower_identifier_and_the_standard_frame_win(void **state)
{
    ZifCanFrame low = { .id = 5 }, high = { .id = 6 }, remote = { .id = 5, .remote = true };
    ZifCanFrame extended = { .id = 5u << 18, .extended = true };
    assert_true(can_urgency(&low) < can_urgency(&high));
    assert_true(can_urgency(&low) < can_urgency(&remote));
    assert_true(can_urgency(&remote) < can_urgency(&extended));
    assert_true(can_urgency(&extended) < can_urgency(&high));
}

/* --- Modes ------------------------------------------------------------------------------------------------------------------- */

static void after_reset_the_node_sleeps(void **state)
{
    ZifDevice *c = zif_bench_add(*state, "stm32-bxcan", NULL);
    assert_int_equal(zif_bench_read(c, MSR) & (INAK | SLAK), SLAK);
    assert_int_equal(zif_bench_read(c, TSR), 0x1C000000);
}

static void inrq_is_acknowledged_and_left_after_eleven_recessive_bits(void **state)
{
    ZifDevice *c = zif_bench_add(*state, "stm32-bxcan", NULL);
    zif_bench_write(c, MCR, INRQ);
    assert_int_equal(zif_bench_read(c, MSR) & (INAK | SLAK), INAK);
    zif_bench_write(c, BTR, BTR_500K);
    zif_bench_write(c, MCR, 0);
    zif_bench_run(*state, 11 * BIT - 1);
    assert_int_equal(zif_bench_read(c, MSR) & INAK, INAK);
    zif_bench_run(*state, 1);
    assert_int_equal(zif_bench_read(c, MSR) & INAK, 0);
}

static void btr_is_locked_outside_initialisation(void **state)
{
    ZifDevice *c = ready(state);
    zif_bench_write(c, BTR, 0);
    assert_int_equal(zif_bench_read(c, BTR), BTR_500K);
    assert_int_equal(zif_bench_reported(*state, ZIF_REPORT_LOCKED, "BTR"), 1);
}

static void sleep_is_acknowledged_and_interrupts(void **state)
{
    ZifDevice *c = ready(state);
    zif_bench_write(c, IER, 1 << 17);
    zif_bench_write(c, MCR, SLEEP);
    assert_int_equal(zif_bench_read(c, MSR) & (SLAK | SLAKI), SLAK | SLAKI);
    assert_int_equal(zif_bench_level(c, "irq-sce", 0), 1);
    zif_bench_write(c, MSR, SLAKI);
    assert_int_equal(zif_bench_level(c, "irq-sce", 0), 0);
}

static void leaving_sleep_takes_eleven_recessive_bits(void **state)
{
    ZifDevice *c = ready(state);
    zif_bench_write(c, MCR, SLEEP);
    zif_bench_write(c, MCR, 0);
    zif_bench_run(*state, 11 * BIT - 1);
    assert_int_equal(zif_bench_read(c, MSR) & SLAK, SLAK);
    zif_bench_run(*state, 1);
    assert_int_equal(zif_bench_read(c, MSR) & SLAK, 0);
}

static void a_frame_wakes_a_sleeping_node_with_awum(void **state)
{
    ZifDevice *c = ready_with(state, true, AWUM, 0, NULL);
    zif_bench_write(c, IER, 1 << 16);
    zif_bench_write(c, MCR, SLEEP | AWUM);
    hear(c, 1, false);
    assert_int_equal(zif_bench_level(c, "irq-sce", 0), 1);
    assert_int_equal(zif_bench_read(c, MCR) & SLEEP, 0);
    assert_int_equal(peek(c, RF0R) & 3, 0); /* that frame is lost */
    zif_bench_run(*state, 11 * BIT);
    assert_int_equal(zif_bench_read(c, MSR) & SLAK, 0);
}

static void reset_puts_the_node_to_sleep(void **state)
{
    ZifDevice *c = ready(state);
    zif_bench_write(c, MCR, RESET);
    assert_int_equal(zif_bench_read(c, MCR), 0x00010002);
    assert_int_equal(zif_bench_read(c, MSR) & SLAK, SLAK);
}

static void a_jump_longer_than_segment_two_is_reported(void **state)
{
    ZifDevice *c = zif_bench_add(*state, "stm32-bxcan", NULL);
    zif_bench_write(c, MCR, INRQ);
    zif_bench_write(c, BTR, 1 | 12u << 16 | 1u << 20 | 3u << 24);
    zif_bench_write(c, MCR, 0);
    assert_int_equal(zif_bench_reported(*state, ZIF_REPORT_BAUD, "BTR"), 1);
}

static void waking_a_node_that_was_not_set_up_is_no_mistake(void **state)
{
    ZifDevice *c = zif_bench_add(*state, "stm32-bxcan", NULL);
    zif_bench_write(c, MCR, 0);
    zif_bench_run(*state, ZIF_MS);
    assert_int_equal(zif_bench_read(c, MSR) & (SLAK | INAK), 0);
    assert_int_equal(zif_bench_nreports(*state), 0);
}

static void a_rate_that_is_not_the_buses_is_reported(void **state)
{
    ready_with(state, true, 0, 0, PROPS(PROP("bitrate", 250000)));
    assert_int_equal(zif_bench_reported(*state, ZIF_REPORT_BAUD, "BTR"), 1);
}

/* --- Sending ------------------------------------------------------------------------------------------------------------------- */

static void a_frame_takes_its_bits_and_is_acknowledged_by_the_peer(void **state)
{
    ZifDevice *c = ready(state);
    request(c, 0, 0x123u << 21);
    assert_int_equal(peek(c, TSR) & TME0, 0);
    assert_int_equal(peek(c, MSR) & TXM, TXM);
    zif_bench_run(*state, (45 + 3) * BIT - 1);
    assert_int_equal(peek(c, TSR) & RQCP, 0);
    zif_bench_run(*state, 1);
    assert_int_equal(peek(c, TSR) & (RQCP | TXOK | TERR | TME0), RQCP | TXOK | TME0);
    assert_int_equal(peek(c, MSR) & TXM, 0);
}

static void rqcp_is_cleared_by_writing_one_and_takes_the_results_along(void **state)
{
    ZifDevice *c = ready(state);
    zif_bench_write(c, IER, 1);
    request(c, 0, 0);
    zif_bench_run(*state, ZIF_MS);
    assert_int_equal(zif_bench_level(c, "irq-tx", 0), 1);
    zif_bench_write(c, TSR, RQCP);
    assert_int_equal(peek(c, TSR), 0x1C000000);
    assert_int_equal(zif_bench_level(c, "irq-tx", 0), 0);
}

static void a_node_alone_gets_no_acknowledge_and_sends_again(void **state)
{
    ZifDevice *c = ready_with(state, false, 0, 0, NULL);
    request(c, 0, 0);
    zif_bench_run(*state, ZIF_MS);
    assert_int_equal(peek(c, TSR) & (TME0 | RQCP), 0);
    assert_int_equal(peek(c, ESR) >> 4 & 7, 3); /* acknowledge error */
    assert_true((peek(c, ESR) >> 16 & 255) >= 16);
}

static void a_node_alone_becomes_passive_and_never_bus_off(void **state)
{
    ZifDevice *c = ready_with(state, false, 0, 0, NULL);
    request(c, 0, 0);
    zif_bench_run(*state, ZIF_SEC);
    assert_int_equal(peek(c, ESR) & (EWGF | EPVF | BOFF), EWGF | EPVF);
    assert_int_equal(peek(c, ESR) >> 16 & 255, 128);
}

static void without_retransmission_a_failure_ends_the_request(void **state)
{
    ZifDevice *c = ready_with(state, false, NART, 0, NULL);
    request(c, 0, 0);
    zif_bench_run(*state, ZIF_MS);
    assert_int_equal(peek(c, TSR) & (RQCP | TXOK | TERR | TME0), RQCP | TERR | TME0);
}

static void the_lowest_identifier_goes_first(void **state)
{
    ZifDevice *c = ready(state);
    request(c, 0, 1u << 21);
    request(c, 1, 0x300u << 21);
    request(c, 2, 0x200u << 21);
    assert_int_equal(peek(c, TSR) >> 29, 2); /* mailbox 1 is the last */
    assert_int_equal(peek(c, TSR) >> 24 & 3, 1);
    zif_bench_run(*state, 120 * BIT);
    assert_int_equal(peek(c, TSR) & (RQCP << 16 | RQCP << 8), RQCP << 16);
}

static void with_txfp_the_first_request_goes_first(void **state)
{
    ZifDevice *c = ready_with(state, true, TXFP, 0, NULL);
    request(c, 2, 3u << 21);
    request(c, 1, 0x300u << 21);
    request(c, 0, 0x200u << 21);
    zif_bench_run(*state, 120 * BIT);
    assert_int_equal(peek(c, TSR) & (RQCP << 8 | RQCP), RQCP << 8);
}

static void a_pending_request_can_be_aborted(void **state)
{
    ZifDevice *c = ready(state);
    request(c, 0, 1u << 21);
    request(c, 1, 2u << 21);
    zif_bench_write(c, TSR, ABRQ << 8);
    assert_int_equal(peek(c, TSR) & ((RQCP | TXOK | ABRQ) << 8 | TME0 << 1), RQCP << 8 | TME0 << 1);
    zif_bench_write(c, TSR, ABRQ); /* on the wire already: it goes through */
    zif_bench_run(*state, ZIF_MS);
    assert_int_equal(peek(c, TSR) & (RQCP | TXOK), RQCP | TXOK);
}

static void a_mailbox_that_waits_is_write_protected(void **state)
{
    ZifDevice *c = ready(state);
    request(c, 0, 1u << 21);
    zif_bench_write(c, TDLR, 5);
    zif_bench_write(c, TIR, 7u << 21);
    assert_int_equal(peek(c, TDLR), 0);
    assert_int_equal(zif_bench_reported(*state, ZIF_REPORT_LOCKED, NULL), 2);
}

static void losing_arbitration_to_the_peer_means_going_second(void **state)
{
    ZifDevice *a = ready_with(state, false, 0, 0, NULL);
    ZifDevice *b = ready_with(state, false, 0, 0, PROPS(PROP("zif,can-bus", zif_bench_phandle(a))));
    request(a, 0, 1u << 21);
    request(b, 0, 0x10u << 21); /* waits for the bus */
    request(a, 1, 0x20u << 21);
    zif_bench_run(*state, 110 * BIT); /* a's first, b's, a's second has lost once */
    assert_int_equal(peek(b, TSR) & TXOK, TXOK);
    assert_int_equal(peek(a, TSR) & (TXOK | TXOK << 8 | ALST << 8), TXOK | ALST << 8);
    zif_bench_run(*state, ZIF_MS);
    assert_int_equal(peek(a, TSR) & TXOK << 8, TXOK << 8);
    assert_int_equal(peek(b, RF0R) & 3, 2);
    assert_int_equal(peek(a, RF0R) & 3, 1);
}

/* --- Receiving ------------------------------------------------------------------------------------------------------------------- */

static void a_frame_is_read_from_the_fifo_and_released(void **state)
{
    ZifDevice *c = ready(state);
    zif_bench_write(c, IER, 2);
    hear(c, 0x123, false);
    assert_int_equal(zif_bench_level(c, "irq-rx0", 0), 1);
    assert_int_equal(zif_bench_read(c, RIR), 0x123u << 21);
    assert_int_equal(zif_bench_read(c, RDTR), 8);
    assert_int_equal(zif_bench_read(c, RDLR), 0x04030201);
    assert_int_equal(zif_bench_read(c, RDHR), 0x08070605);
    zif_bench_write(c, RF0R, RFOM);
    assert_int_equal(zif_bench_read(c, RF0R), 0);
    assert_int_equal(zif_bench_level(c, "irq-rx0", 0), 0);
}

static void an_extended_identifier_says_so(void **state)
{
    ZifDevice *c = ready(state);
    hear(c, 0x12345678, true);
    assert_int_equal(zif_bench_read(c, RIR), 0x12345678u << 3 | 4);
}

static void the_third_frame_fills_the_fifo(void **state)
{
    ZifDevice *c = ready(state);
    for (uint32_t i = 1; i <= 3; i++) {
        hear(c, i, false);
    }
    assert_int_equal(zif_bench_read(c, RF0R), FULL | 3);
    zif_bench_write(c, RF0R, FULL);
    assert_int_equal(zif_bench_read(c, RF0R), 3);
}

static void the_fourth_frame_overwrites_the_third(void **state)
{
    ZifDevice *c = ready(state);
    for (uint32_t i = 1; i <= 4; i++) {
        hear(c, i, false);
    }
    assert_int_equal(zif_bench_read(c, RF0R), FOVR | FULL | 3);
    zif_bench_write(c, RF0R, RFOM);
    zif_bench_write(c, RF0R, RFOM);
    assert_int_equal(zif_bench_read(c, RIR) >> 21, 4);
    assert_int_equal(zif_bench_reported(*state, ZIF_REPORT_OVERRUN, "RF0R"), 1);
}

static void a_locked_fifo_keeps_the_third(void **state)
{
    ZifDevice *c = ready_with(state, true, RFLM, 0, NULL);
    for (uint32_t i = 1; i <= 4; i++) {
        hear(c, i, false);
    }
    zif_bench_write(c, RF0R, RFOM);
    zif_bench_write(c, RF0R, RFOM);
    assert_int_equal(zif_bench_read(c, RIR) >> 21, 3);
}

static void filters_open(ZifDevice *c)
{
    zif_bench_write(c, FMR, 0x2A1C0E01);
    zif_bench_write(c, FA1R, 0);
}

static void filters_close(ZifDevice *c, uint32_t active)
{
    zif_bench_write(c, FA1R, active);
    zif_bench_write(c, FMR, 0x2A1C0E00);
}

static void a_mask_lets_a_range_pass(void **state)
{
    ZifDevice *c = ready(state);
    filters_open(c);
    zif_bench_write(c, FS1R, 1);
    zif_bench_write(c, F0R1, 0x100u << 21);
    zif_bench_write(c, F0R1 + 4, 0x7F0u << 21);
    filters_close(c, 1);
    hear(c, 0x10A, false);
    hear(c, 0x11A, false);
    assert_int_equal(zif_bench_read(c, RF0R) & 3, 1);
}

static void a_list_of_sixteen_bits_names_four(void **state)
{
    ZifDevice *c = ready(state);
    filters_open(c);
    zif_bench_write(c, FS1R, 0);
    zif_bench_write(c, FM1R, 1);
    zif_bench_write(c, F0R1, 0x11 << 5 | 0x22u << 21);
    zif_bench_write(c, F0R1 + 4, 0x33 << 5 | 0x44u << 21);
    filters_close(c, 1);
    hear(c, 0x44, false);
    hear(c, 0x55, false);
    assert_int_equal(zif_bench_read(c, RF0R) & 3, 1);
    assert_int_equal(zif_bench_read(c, RDTR) >> 8 & 255, 3); /* the fourth filter matched */
}

static void a_filter_sends_frames_to_its_fifo(void **state)
{
    ZifDevice *c = ready(state);
    filters_open(c);
    zif_bench_write(c, FFA1R, 1);
    filters_close(c, 1);
    hear(c, 1, false);
    assert_int_equal(zif_bench_read(c, RF0R) & 3, 0);
    assert_int_equal(zif_bench_read(c, RF1R) & 3, 1);
    assert_int_equal(zif_bench_read(c, RIR + 16), 1u << 21);
}

static void without_an_active_filter_nothing_is_received(void **state)
{
    ZifDevice *c = ready(state);
    zif_bench_write(c, FA1R, 0);
    hear(c, 1, false);
    assert_int_equal(zif_bench_read(c, RF0R) & 3, 0);
}

static void filters_are_locked_while_finit_is_0(void **state)
{
    ZifDevice *c = ready(state);
    zif_bench_write(c, FM1R, 1);
    zif_bench_write(c, F0R1, 1);
    assert_int_equal(zif_bench_read(c, FM1R), 0);
    assert_int_equal(zif_bench_reported(*state, ZIF_REPORT_LOCKED, NULL), 2);
}

static void the_second_controller_has_the_banks_from_can2sb_on(void **state)
{
    ZifDevice *a = ready_with(state, false, 0, 0, PROPS(PROP("reg", 0x40006400, 0x400)));
    ZifDevice *b =
        zif_bench_add(*state, "stm32-bxcan", PROPS(PROP("reg", 0x40006800, 0x400), PROP("master-can-reg", 0x40006400)));
    zif_bench_write(b, MCR, INRQ);
    zif_bench_write(b, BTR, BTR_500K);
    zif_bench_write(b, FA1R, 1);
    assert_int_equal(zif_bench_reported(*state, ZIF_REPORT_LOCKED, "FA1R"), 1);
    zif_bench_write(b, MCR, 0);
    zif_bench_run(*state, 11 * BIT);
    hear(b, 1, false);
    assert_int_equal(zif_bench_read(b, RF0R) & 3, 0);
    filters_open(a);
    filters_close(a, 1u << 14);
    zif_bench_write(a, FMR, 0x2A1C0E01);
    zif_bench_write(a, FS1R, 1u << 14);
    zif_bench_write(a, FMR, 0x2A1C0E00);
    hear(b, 1, false);
    hear(a, 1, false);
    assert_int_equal(zif_bench_read(b, RF0R) & 3, 1);
    assert_int_equal(zif_bench_read(a, RF0R) & 3, 0);
}

/* --- Test modes, errors -------------------------------------------------------------------------------------------------------------- */

static void loop_back_hears_itself_and_needs_no_acknowledge(void **state)
{
    ZifDevice *c = ready_with(state, false, 0, LBKM | SILM, NULL);
    zif_bench_write(c, TDTR, 2);
    zif_bench_write(c, TDLR, 0xBEEF);
    request(c, 0, 0x77u << 21);
    zif_bench_run(*state, ZIF_MS);
    assert_int_equal(peek(c, TSR) & TXOK, TXOK);
    assert_int_equal(zif_bench_read(c, RIR), 0x77u << 21);
    assert_int_equal(zif_bench_read(c, RDLR), 0xBEEF);
}

static void a_silent_node_receives_and_does_not_acknowledge(void **state)
{
    ZifDevice *a = ready_with(state, false, 0, 0, NULL);
    ZifDevice *b = ready_with(state, false, 0, SILM, PROPS(PROP("zif,can-bus", zif_bench_phandle(a))));
    request(a, 0, 1u << 21);
    zif_bench_run(*state, 100 * BIT);
    assert_int_equal(peek(a, TSR) & TXOK, 0);
    assert_true((zif_bench_read(b, RF0R) & 3) >= 1);
}

static void an_injected_bit_error_counts_eight(void **state)
{
    ZifDevice *c = ready(state);
    zif_bench_write(c, IER, 1 << 15 | 1 << 11);
    zif_bench_inject(c, "bit");
    request(c, 0, 1u << 21);
    zif_bench_run(*state, 60 * BIT);
    assert_int_equal(peek(c, ESR) >> 16 & 255, 8);
    assert_int_equal(peek(c, ESR) >> 4 & 7, 5);
    assert_int_equal(zif_bench_level(c, "irq-sce", 0), 1);
    zif_bench_run(*state, ZIF_MS);
    assert_int_equal(peek(c, ESR) >> 16 & 255, 7); /* sent again, and well */
    assert_int_equal(peek(c, TSR) & TXOK, TXOK);
}

static void a_frame_with_a_wrong_crc_is_not_received(void **state)
{
    ZifDevice *c = ready(state);
    zif_bench_inject(c, "crc");
    hear(c, 1, false);
    assert_int_equal(zif_bench_read(c, RF0R) & 3, 0);
    assert_int_equal(peek(c, ESR), 1u << 24 | 6 << 4);
    hear(c, 1, false);
    assert_int_equal(peek(c, ESR), 0);
}

static ZifDevice *bus_off(void **state, uint32_t mcr)
{
    ZifDevice *c = ready_with(state, true, mcr, 0, NULL);
    request(c, 0, 1u << 21);
    for (unsigned i = 0; i < 32; i++) {
        zif_bench_inject(c, "bit");
        zif_bench_run(*state, 30 * BIT);
        while (!(peek(c, ESR) & BOFF) && (peek(c, ESR) >> 16 & 255) < 8 * (i + 1)) {
            zif_bench_run(*state, BIT);
        }
    }
    assert_int_equal(peek(c, ESR) & (EWGF | EPVF | BOFF), EWGF | EPVF | BOFF);
    return c;
}

static void thirty_two_errors_take_the_node_off_the_bus(void **state)
{
    ZifDevice *c = bus_off(state, 0);
    zif_bench_run(*state, ZIF_SEC);
    assert_int_equal(peek(c, ESR) & BOFF, BOFF);
    assert_int_equal(peek(c, TSR) & RQCP, 0);
}

static void with_abom_the_node_comes_back_by_itself(void **state)
{
    ZifDevice *c = bus_off(state, ABOM);
    zif_bench_run(*state, 128 * 11 * BIT);
    assert_int_equal(peek(c, ESR) & (BOFF | 0xff << 16), 0);
    zif_bench_run(*state, ZIF_MS);
    assert_int_equal(peek(c, TSR) & TXOK, TXOK);
}

static void without_abom_initialisation_mode_brings_it_back(void **state)
{
    ZifDevice *c = bus_off(state, 0);
    zif_bench_write(c, MCR, INRQ);
    zif_bench_write(c, MCR, 0);
    zif_bench_run(*state, 128 * 11 * BIT);
    assert_int_equal(peek(c, ESR) & BOFF, BOFF);
    zif_bench_run(*state, 11 * BIT);
    assert_int_equal(peek(c, ESR) & BOFF, 0);
}

static void initialisation_waits_for_the_end_of_the_frame(void **state)
{
    ZifDevice *c = ready(state);
    request(c, 0, 1u << 21);
    zif_bench_write(c, MCR, INRQ);
    assert_int_equal(peek(c, MSR) & INAK, 0);
    zif_bench_run(*state, ZIF_MS);
    assert_int_equal(peek(c, MSR) & INAK, INAK);
    assert_int_equal(peek(c, TSR) & TXOK, TXOK);
}

static void a_peer_that_echoes_sends_the_next_identifier(void **state)
{
    ZifDevice *c = ready_with(state, false, 0, 0, NULL);
    zif_bench_add_part(*state, c, "can-peer", PROPS({ .name = "zif,echo" }));
    request(c, 0, 0x40u << 21);
    zif_bench_run(*state, ZIF_MS);
    assert_int_equal(zif_bench_read(c, RF0R) & 3, 1);
    assert_int_equal(zif_bench_read(c, RIR) >> 21, 0x41);
}

static void a_frame_in_flight_survives_a_snapshot(void **state)
{
    ZifDevice *c = ready(state);
    size_t size;
    request(c, 0, 1u << 21);
    void *saved = zif_bench_save(c, &size);
    zif_bench_run(*state, ZIF_MS);
    zif_bench_restore(c, saved);
    assert_int_equal(peek(c, TSR) & RQCP, 0);
    zif_bench_run(*state, ZIF_MS);
    assert_int_equal(peek(c, TSR) & TXOK, TXOK);
    free(saved);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_frame_has_its_bits_and_its_stuff_bits),
        TEST(the_lower_identifier_and_the_standard_frame_win),
        TEST(after_reset_the_node_sleeps),
        TEST(inrq_is_acknowledged_and_left_after_eleven_recessive_bits),
        TEST(btr_is_locked_outside_initialisation),
        TEST(sleep_is_acknowledged_and_interrupts),
        TEST(leaving_sleep_takes_eleven_recessive_bits),
        TEST(a_frame_wakes_a_sleeping_node_with_awum),
        TEST(reset_puts_the_node_to_sleep),
        TEST(a_jump_longer_than_segment_two_is_reported),
        TEST(waking_a_node_that_was_not_set_up_is_no_mistake),
        TEST(a_rate_that_is_not_the_buses_is_reported),
        TEST(a_frame_takes_its_bits_and_is_acknowledged_by_the_peer),
        TEST(rqcp_is_cleared_by_writing_one_and_takes_the_results_along),
        TEST(a_node_alone_gets_no_acknowledge_and_sends_again),
        TEST(a_node_alone_becomes_passive_and_never_bus_off),
        TEST(without_retransmission_a_failure_ends_the_request),
        TEST(the_lowest_identifier_goes_first),
        TEST(with_txfp_the_first_request_goes_first),
        TEST(a_pending_request_can_be_aborted),
        TEST(a_mailbox_that_waits_is_write_protected),
        TEST(losing_arbitration_to_the_peer_means_going_second),
        TEST(a_frame_is_read_from_the_fifo_and_released),
        TEST(an_extended_identifier_says_so),
        TEST(the_third_frame_fills_the_fifo),
        TEST(the_fourth_frame_overwrites_the_third),
        TEST(a_locked_fifo_keeps_the_third),
        TEST(a_mask_lets_a_range_pass),
        TEST(a_list_of_sixteen_bits_names_four),
        TEST(a_filter_sends_frames_to_its_fifo),
        TEST(without_an_active_filter_nothing_is_received),
        TEST(filters_are_locked_while_finit_is_0),
        TEST(the_second_controller_has_the_banks_from_can2sb_on),
        TEST(loop_back_hears_itself_and_needs_no_acknowledge),
        TEST(a_silent_node_receives_and_does_not_acknowledge),
        TEST(an_injected_bit_error_counts_eight),
        TEST(a_frame_with_a_wrong_crc_is_not_received),
        TEST(thirty_two_errors_take_the_node_off_the_bus),
        TEST(with_abom_the_node_comes_back_by_itself),
        TEST(without_abom_initialisation_mode_brings_it_back),
        TEST(initialisation_waits_for_the_end_of_the_frame),
        TEST(a_peer_that_echoes_sends_the_next_identifier),
        TEST(a_frame_in_flight_survives_a_snapshot),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
