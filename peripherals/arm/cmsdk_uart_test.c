/* Tests of the CMSDK UART. SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>
#include "cmsdk_test.h"

enum { DATA = 0x0, STATE = 0x4, CTRL = 0x8, INTSTATUS = 0xC, BAUDDIV = 0x10 };
enum { TXFULL = 1, RXFULL = 2, TXOR = 4, RXOR = 8 };
enum { TXEN = 1, RXEN = 2, TXIRQ = 4, RXIRQ = 8, TXORIRQ = 16, RXORIRQ = 32, HSTM = 64 };
enum { DIVIDER = 217, FRAME = 10 * DIVIDER };

static int setup(void **state)
{
    fixture_new(state, "cmsdk-uart");
    put(&fixture, BAUDDIV, DIVIDER);
    return 0;
}

static const char *sent(Fixture *f)
{
    return zif_bench_transmitted(f->dev, NULL);
}

static void a_byte_leaves_after_ten_bit_times(void **state)
{
    Fixture *f = *state;

    put(f, CTRL, TXEN);
    put(f, DATA, 'x');
    run(f, FRAME - 1);
    assert_string_equal(sent(f), "");
    run(f, 1);
    assert_string_equal(sent(f), "x");
}

static void a_second_byte_waits_in_the_buffer(void **state)
{
    Fixture *f = *state;

    put(f, CTRL, TXEN);
    put(f, DATA, 'a');
    assert_int_equal(get(f, STATE), 0);
    put(f, DATA, 'b');
    assert_int_equal(get(f, STATE), TXFULL);
    run(f, FRAME);
    assert_int_equal(get(f, STATE), 0);
    run(f, FRAME);
    assert_string_equal(sent(f), "ab");
}

static void a_third_byte_replaces_the_waiting_one(void **state)
{
    Fixture *f = *state;

    put(f, CTRL, TXEN);
    put(f, DATA, 'a');
    put(f, DATA, 'b');
    put(f, DATA, 'c');
    assert_int_equal(get(f, STATE), TXFULL | TXOR);
    assert_int_equal(zif_bench_reported(f->bench, ZIF_REPORT_OVERRUN, "DATA"), 1);
    run(f, 3 * FRAME);
    assert_string_equal(sent(f), "ac");
    put(f, STATE, TXOR);
    assert_int_equal(get(f, STATE), 0);
}

static void a_disabled_transmitter_is_mute_until_enabled(void **state)
{
    Fixture *f = *state;

    put(f, DATA, 'x');
    run(f, 10 * FRAME);
    assert_string_equal(sent(f), "");
    assert_int_equal(get(f, STATE), TXFULL);
    put(f, CTRL, TXEN);
    run(f, FRAME);
    assert_string_equal(sent(f), "x");
}

static void a_divider_below_16_keeps_it_mute(void **state)
{
    Fixture *f = *state;

    put(f, BAUDDIV, 15);
    put(f, CTRL, TXEN);
    put(f, DATA, 'x');
    run(f, 1000000);
    assert_string_equal(sent(f), "");
    assert_int_equal(zif_bench_reported(f->bench, ZIF_REPORT_BAUD, "BAUDDIV"), 1);
    put(f, BAUDDIV, 16);
    run(f, 160);
    assert_string_equal(sent(f), "x");
}

static void high_speed_test_mode_sends_a_bit_a_clock(void **state)
{
    Fixture *f = *state;

    put(f, CTRL, TXEN | HSTM);
    put(f, DATA, 'x');
    run(f, 10);
    assert_string_equal(sent(f), "x");
}

static void the_transmit_interrupt_comes_when_the_buffer_empties(void **state)
{
    Fixture *f = *state;

    put(f, CTRL, TXEN | TXIRQ);
    put(f, DATA, 'a');
    assert_int_equal(zif_bench_level(f->dev, "irq-tx", 0), 1);
    put(f, INTSTATUS, 1);
    assert_int_equal(zif_bench_level(f->dev, "irq-tx", 0), 0);
    put(f, DATA, 'b');
    run(f, FRAME - 1);
    assert_int_equal(get(f, INTSTATUS), 0);
    run(f, 1);
    assert_int_equal(get(f, INTSTATUS), 1);
}

static void a_received_byte_fills_the_buffer_until_read(void **state)
{
    Fixture *f = *state;

    put(f, CTRL, RXEN);
    zif_bench_send(f->dev, "q", 1);
    run(f, FRAME);
    assert_int_equal(get(f, STATE), RXFULL);
    assert_int_equal(zif_bench_peek(f->dev, DATA), 'q');
    assert_int_equal(get(f, STATE), RXFULL);
    assert_int_equal(get(f, DATA), 'q');
    assert_int_equal(get(f, STATE), 0);
}

static void bytes_wait_outside_while_the_buffer_is_full(void **state)
{
    Fixture *f = *state;
    char got[6] = "";

    put(f, CTRL, RXEN);
    zif_bench_send(f->dev, "hello", 5);
    run(f, 100 * FRAME);
    for (unsigned i = 0; i < 5; i++) {
        assert_int_equal(get(f, STATE), RXFULL);
        got[i] = (char)get(f, DATA);
        run(f, 2 * FRAME);
    }
    assert_string_equal(got, "hello");
    assert_int_equal(get(f, STATE), 0);
}

static void a_disabled_receiver_takes_nothing(void **state)
{
    Fixture *f = *state;

    zif_bench_send(f->dev, "q", 1);
    run(f, 10 * FRAME);
    assert_int_equal(get(f, STATE), 0);
    assert_int_equal(zif_bench_queued(f->dev), 1);
    put(f, CTRL, RXEN);
    run(f, 2 * FRAME);
    assert_int_equal(get(f, DATA), 'q');
}

static void an_overrun_keeps_the_latest_byte(void **state)
{
    Fixture *f = *state;

    put(f, CTRL, RXEN | RXORIRQ);
    f->dev->cls->serial->receive(f->dev, '1');
    f->dev->cls->serial->receive(f->dev, '2');
    assert_int_equal(get(f, STATE), RXFULL | RXOR);
    assert_int_equal(get(f, INTSTATUS), RXOR);
    assert_int_equal(zif_bench_level(f->dev, "irq-overrun", 0), 1);
    assert_int_equal(get(f, DATA), '2');
    put(f, INTSTATUS, RXOR);
    assert_int_equal(zif_bench_level(f->dev, "irq-overrun", 0), 0);
    assert_int_equal(get(f, STATE), 0);
}

static void the_overrun_interrupts_need_their_enable(void **state)
{
    Fixture *f = *state;

    put(f, CTRL, RXEN);
    f->dev->cls->serial->receive(f->dev, '1');
    f->dev->cls->serial->receive(f->dev, '2');
    assert_int_equal(get(f, INTSTATUS), 0);
    put(f, CTRL, RXEN | RXORIRQ);
    assert_int_equal(get(f, INTSTATUS), RXOR);
}

static void the_receive_interrupt_is_cleared_by_its_flag_not_by_reading(void **state)
{
    Fixture *f = *state;

    put(f, CTRL, RXEN | RXIRQ);
    zif_bench_send(f->dev, "q", 1);
    run(f, 2 * FRAME);
    assert_int_equal(zif_bench_level(f->dev, "irq-rx", 0), 1);
    get(f, DATA);
    assert_int_equal(zif_bench_level(f->dev, "irq-rx", 0), 1);
    put(f, INTSTATUS, 2);
    assert_int_equal(zif_bench_level(f->dev, "irq-rx", 0), 0);
}

static void the_identification_is_that_of_the_component(void **state)
{
    Fixture *f = *state;

    assert_int_equal(get(f, 0xFE0), 0x21);
    assert_int_equal(get(f, 0xFE4), 0xB8);
    assert_int_equal(get(f, 0xFE8), 0x1B);
    assert_int_equal(get(f, 0xFFC), 0xB1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_byte_leaves_after_ten_bit_times),
        TEST(a_second_byte_waits_in_the_buffer),
        TEST(a_third_byte_replaces_the_waiting_one),
        TEST(a_disabled_transmitter_is_mute_until_enabled),
        TEST(a_divider_below_16_keeps_it_mute),
        TEST(high_speed_test_mode_sends_a_bit_a_clock),
        TEST(the_transmit_interrupt_comes_when_the_buffer_empties),
        TEST(a_received_byte_fills_the_buffer_until_read),
        TEST(bytes_wait_outside_while_the_buffer_is_full),
        TEST(a_disabled_receiver_takes_nothing),
        TEST(an_overrun_keeps_the_latest_byte),
        TEST(the_overrun_interrupts_need_their_enable),
        TEST(the_receive_interrupt_is_cleared_by_its_flag_not_by_reading),
        TEST(the_identification_is_that_of_the_component),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
