/* Tests of the nRF51 UART. SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>
#include "test_nordic.h"

enum { STARTRX = 0x0, STOPRX = 0x4, STARTTX = 0x8, STOPTX = 0xC, SUSPEND = 0x1C, RXDRDY = 0x108, TXDRDY = 0x11C };
enum {
    ERROR = 0x124,
    RXTO = 0x144,
    INTENSET = 0x304,
    ERRORSRC = 0x480,
    ENABLE = 0x500,
    PSELTXD = 0x50C,
    PSELRXD = 0x514
};
enum { RXD = 0x518, TXD = 0x51C, BAUDRATE = 0x524, CONFIG = 0x56C };
#define FRAME (87 * ZIF_US) /* ten bits at 115200 baud, rounded up */

static ZifDevice *add(void **state)
{
    ZifDevice *u = zif_bench_add(*state, "nrf51-uart", PROPS(PROP("tx-pin", 24), PROP("rx-pin", 25)));
    zif_bench_write(u, BAUDRATE, 0x01D7E000);
    zif_bench_write(u, PSELTXD, 24);
    zif_bench_write(u, PSELRXD, 25);
    return u;
}

static ZifDevice *ready(void **state)
{
    ZifDevice *u = add(state);
    zif_bench_write(u, ENABLE, 4);
    zif_bench_write(u, STARTTX, 1);
    zif_bench_write(u, STARTRX, 1);
    return u;
}

static void a_byte_leaves_after_its_frame(void **state)
{
    ZifDevice *u = ready(state);
    zif_bench_write(u, TXD, 'A');
    zif_bench_run(*state, 86 * ZIF_US);
    assert_int_equal(zif_bench_read(u, TXDRDY), 0);
    zif_bench_run(*state, 1 * ZIF_US);
    assert_int_equal(zif_bench_read(u, TXDRDY), 1);
    assert_string_equal(zif_bench_transmitted(u, NULL), "A");
}

static void a_uart_that_is_not_enabled_is_mute(void **state)
{
    ZifDevice *u = add(state);
    zif_bench_write(u, STARTTX, 1);
    zif_bench_write(u, TXD, 'A');
    zif_bench_run(*state, ZIF_MS);
    assert_string_equal(zif_bench_transmitted(u, NULL), "");
    assert_int_equal(zif_bench_reported(*state, ZIF_REPORT_BUSY, "TXD"), 1);
}

static void a_transmitter_that_was_not_started_is_mute(void **state)
{
    ZifDevice *u = add(state);
    zif_bench_write(u, ENABLE, 4);
    zif_bench_write(u, TXD, 'A');
    zif_bench_run(*state, ZIF_MS);
    assert_string_equal(zif_bench_transmitted(u, NULL), "");
    assert_int_equal(zif_bench_read(u, TXDRDY), 0);
}

static void without_its_pin_the_byte_is_sent_but_not_heard(void **state)
{
    ZifDevice *u = add(state);
    zif_bench_write(u, PSELTXD, 0xFFFFFFFF);
    zif_bench_write(u, ENABLE, 4);
    zif_bench_write(u, STARTTX, 1);
    zif_bench_write(u, TXD, 'A');
    zif_bench_run(*state, ZIF_MS);
    assert_int_equal(zif_bench_read(u, TXDRDY), 1);
    assert_string_equal(zif_bench_transmitted(u, NULL), "");
}

static void another_pin_than_the_boards_is_not_heard(void **state)
{
    ZifDevice *u = ready(state);
    zif_bench_write(u, PSELTXD, 3);
    zif_bench_write(u, TXD, 'A');
    zif_bench_run(*state, ZIF_MS);
    assert_string_equal(zif_bench_transmitted(u, NULL), "");
}

static void writing_while_busy_loses_the_byte(void **state)
{
    ZifDevice *u = ready(state);
    zif_bench_write(u, TXD, 'A');
    zif_bench_write(u, TXD, 'B');
    zif_bench_run(*state, ZIF_MS);
    assert_string_equal(zif_bench_transmitted(u, NULL), "A");
    assert_int_equal(zif_bench_reported(*state, ZIF_REPORT_BUSY, "TXD"), 1);
}

static void the_fifo_holds_six_and_each_read_brings_the_next_rxdrdy(void **state)
{
    ZifDevice *u = ready(state);
    zif_bench_send(u, "12345678", 8);
    zif_bench_run(*state, 20 * FRAME);
    assert_int_equal(zif_bench_queued(u), 2); /* the other end waits; nothing is lost */
    for (const char *p = "12345678"; *p; p++) {
        assert_int_equal(zif_bench_read(u, RXDRDY), 1);
        zif_bench_write(u, RXDRDY, 0);
        assert_int_equal(zif_bench_read(u, RXD), *p);
        zif_bench_run(*state, 2 * FRAME);
    }
    assert_int_equal(zif_bench_read(u, RXDRDY), 0);
    assert_int_equal(zif_bench_queued(u), 0);
}

static void overrun_keeps_the_first_six(void **state)
{
    ZifDevice *u = ready(state);
    for (const char *p = "1234567"; *p; p++) {
        u->cls->serial->receive(u, *p);
    }
    assert_int_equal(zif_bench_read(u, ERROR), 1);
    assert_int_equal(zif_bench_read(u, ERRORSRC), 1);
    zif_bench_write(u, ERRORSRC, 1);
    assert_int_equal(zif_bench_read(u, ERRORSRC), 0);
    for (const char *p = "123456"; *p; p++) {
        assert_int_equal(zif_bench_read(u, RXD), *p);
    }
}

static void a_receiver_that_was_not_started_takes_nothing(void **state)
{
    ZifDevice *u = add(state);
    zif_bench_write(u, ENABLE, 4);
    zif_bench_send(u, "x", 1);
    zif_bench_run(*state, ZIF_MS);
    assert_int_equal(zif_bench_queued(u), 1);
    zif_bench_write(u, STARTRX, 1);
    zif_bench_run(*state, ZIF_MS);
    assert_int_equal(zif_bench_read(u, RXD), 'x');
}

static void reading_an_empty_receiver_stops_it(void **state)
{
    ZifDevice *u = ready(state);
    zif_bench_read(u, RXD);
    assert_int_equal(zif_bench_reported(*state, ZIF_REPORT_BUSY, "RXD"), 1);
    zif_bench_send(u, "x", 1);
    zif_bench_run(*state, ZIF_MS);
    assert_int_equal(zif_bench_read(u, RXDRDY), 0);
}

static void the_receiver_stops_four_frames_after_stoprx(void **state)
{
    ZifDevice *u = ready(state);
    zif_bench_write(u, STOPRX, 1);
    u->cls->serial->receive(u, 'z');
    assert_int_equal(zif_bench_read(u, RXD), 'z');
    zif_bench_run(*state, 347 * ZIF_US);
    assert_int_equal(zif_bench_read(u, RXTO), 0);
    zif_bench_run(*state, 1 * ZIF_US);
    assert_int_equal(zif_bench_read(u, RXTO), 1);
    u->cls->serial->receive(u, 'y');
    assert_int_not_equal(zif_bench_peek(u, RXD), 'y');
}

static void a_parity_bit_makes_the_frame_longer(void **state)
{
    ZifDevice *u = ready(state);
    ZifTime without = u->cls->serial->frame_time(u);
    zif_bench_write(u, CONFIG, 7 << 1);
    assert_int_equal(u->cls->serial->frame_time(u), without / 10 * 11 + (without % 10 * 11) / 10);
}

static void cts_high_holds_the_transmitter_with_flow_control(void **state)
{
    ZifDevice *u = add(state);
    zif_bench_write(u, 0x510, 7); /* PSELCTS */
    zif_bench_write(u, CONFIG, 1);
    zif_bench_write(u, ENABLE, 4);
    zif_bench_write(u, STARTTX, 1);
    zif_bench_drive(u, "pad", 7, 1);
    assert_int_equal(zif_bench_read(u, 0x104), 1);
    zif_bench_write(u, TXD, 'A');
    zif_bench_run(*state, ZIF_MS);
    assert_string_equal(zif_bench_transmitted(u, NULL), "");
    zif_bench_drive(u, "pad", 7, 0);
    assert_int_equal(zif_bench_read(u, 0x100), 1);
    zif_bench_run(*state, ZIF_MS);
    assert_string_equal(zif_bench_transmitted(u, NULL), "A");
}

static void rts_rises_when_four_places_are_left(void **state)
{
    ZifDevice *g = zif_bench_add(*state, "nrf51-gpio", NULL);
    ZifDevice *u = zif_bench_add(*state, "nrf51-uart", PROPS(PROP("nordic,gpio", zif_bench_phandle(g))));
    zif_bench_write(u, BAUDRATE, 0x01D7E000);
    zif_bench_write(u, PSELRXD, 25);
    zif_bench_write(u, 0x508, 9); /* PSELRTS */
    zif_bench_write(u, CONFIG, 1);
    zif_bench_write(u, ENABLE, 4);
    assert_int_equal(zif_bench_level(g, "pin", 9), 1);
    zif_bench_write(u, STARTRX, 1);
    assert_int_equal(zif_bench_level(g, "pin", 9), 0);
    u->cls->serial->receive(u, 'a');
    assert_int_equal(zif_bench_level(g, "pin", 9), 0);
    u->cls->serial->receive(u, 'b');
    assert_int_equal(zif_bench_level(g, "pin", 9), 1);
    zif_bench_read(u, RXD);
    assert_int_equal(zif_bench_level(g, "pin", 9), 0);
    zif_bench_write(u, 0x508, 10);
    zif_bench_write(u, STOPRX, 1);
    assert_int_equal(zif_bench_level(g, "pin", 10), 1);
    zif_bench_write(u, ENABLE, 0);
    assert_int_equal(zif_bench_level(g, "pin", 10), 0); /* the port has it back */
}

static void the_interrupt_follows_rxdrdy_and_its_enable(void **state)
{
    ZifDevice *u = ready(state);
    zif_bench_write(u, INTENSET, 1 << 2);
    zif_bench_send(u, "q", 1);
    zif_bench_run(*state, ZIF_MS);
    assert_int_equal(zif_bench_level(u, "irq", 0), 1);
    zif_bench_write(u, RXDRDY, 0);
    assert_int_equal(zif_bench_level(u, "irq", 0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_byte_leaves_after_its_frame),
        TEST(a_uart_that_is_not_enabled_is_mute),
        TEST(a_transmitter_that_was_not_started_is_mute),
        TEST(without_its_pin_the_byte_is_sent_but_not_heard),
        TEST(another_pin_than_the_boards_is_not_heard),
        TEST(writing_while_busy_loses_the_byte),
        TEST(the_fifo_holds_six_and_each_read_brings_the_next_rxdrdy),
        TEST(overrun_keeps_the_first_six),
        TEST(a_receiver_that_was_not_started_takes_nothing),
        TEST(reading_an_empty_receiver_stops_it),
        TEST(the_receiver_stops_four_frames_after_stoprx),
        TEST(a_parity_bit_makes_the_frame_longer),
        TEST(cts_high_holds_the_transmitter_with_flow_control),
        TEST(rts_rises_when_four_places_are_left),
        TEST(the_interrupt_follows_rxdrdy_and_its_enable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
