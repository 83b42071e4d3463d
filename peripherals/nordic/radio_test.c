/* Tests of the nRF51 RADIO, alone on the air. SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>
#include "test_nordic.h"

enum {
    TXEN = 0x0,
    RXEN = 0x4,
    START = 0x8,
    STOP = 0xC,
    DISABLE = 0x10,
    READY = 0x100,
    ADDRESS = 0x104,
    PAYLOAD = 0x108
};
enum {
    END = 0x10C,
    DISABLED = 0x110,
    SHORTS = 0x200,
    PACKETPTR = 0x504,
    PCNF0 = 0x514,
    PCNF1 = 0x518,
    CRCCNF = 0x534,
    STATE = 0x550
};

static ZifDevice *add(void **state)
{
    ZifDevice *r = zif_bench_add(*state, "nrf51-radio", NULL);
    uint8_t *ram = zif_bench_ram(*state);
    ram[0] = 0; /* S0 */
    ram[1] = 10;
    zif_bench_write(r, PACKETPTR, ZIF_BENCH_RAM);
    zif_bench_write(r, PCNF0, 8 | 1 << 8);
    zif_bench_write(r, PCNF1, 32 | 4 << 16);
    zif_bench_write(r, CRCCNF, 2);
    return r;
}

static void a_packet_takes_its_bits_at_one_a_microsecond(void **state)
{
    ZifDevice *r = add(state);
    zif_bench_write(r, TXEN, 1);
    assert_int_equal(zif_bench_read(r, STATE), 9);
    zif_bench_run(*state, 132 * ZIF_US);
    assert_int_equal(zif_bench_read(r, READY), 1);
    assert_int_equal(zif_bench_read(r, STATE), 10);
    zif_bench_write(r, START, 1);
    zif_bench_run(*state, 48 * ZIF_US); /* preamble, five bytes of address */
    assert_int_equal(zif_bench_read(r, ADDRESS), 1);
    zif_bench_run(*state, 96 * ZIF_US - 1); /* S0, LENGTH, ten bytes */
    assert_int_equal(zif_bench_read(r, PAYLOAD), 0);
    zif_bench_run(*state, 1);
    assert_int_equal(zif_bench_read(r, PAYLOAD), 1);
    zif_bench_run(*state, 16 * ZIF_US - 1);
    assert_int_equal(zif_bench_read(r, END), 0);
    zif_bench_run(*state, 1);
    assert_int_equal(zif_bench_read(r, END), 1);
    assert_int_equal(zif_bench_read(r, STATE), 10);
}

static void shortcuts_send_and_switch_off_alone(void **state)
{
    ZifDevice *r = add(state);
    zif_bench_write(r, SHORTS, 3);
    zif_bench_write(r, TXEN, 1);
    zif_bench_run(*state, 297 * ZIF_US);
    assert_int_equal(zif_bench_read(r, DISABLED), 0);
    zif_bench_run(*state, 1 * ZIF_US);
    assert_int_equal(zif_bench_read(r, DISABLED), 1);
    assert_int_equal(zif_bench_read(r, STATE), 0);
}

static void a_receiver_hears_nothing_until_it_is_stopped(void **state)
{
    ZifDevice *r = add(state);
    zif_bench_write(r, SHORTS, 1);
    zif_bench_write(r, RXEN, 1);
    zif_bench_run(*state, ZIF_SEC);
    assert_int_equal(zif_bench_read(r, STATE), 3);
    assert_int_equal(zif_bench_read(r, END), 0);
    zif_bench_write(r, DISABLE, 1);
    assert_int_equal(zif_bench_read(r, DISABLED), 1);
}

static void start_without_ramp_up_does_nothing(void **state)
{
    ZifDevice *r = add(state);
    zif_bench_write(r, START, 1);
    assert_int_equal(zif_bench_reported(*state, ZIF_REPORT_BUSY, "TASKS_START"), 1);
    assert_int_equal(zif_bench_read(r, STATE), 0);
}

static void empty_packets_for_ever_let_time_go_on(void **state)
{
    ZifDevice *r = add(state);
    zif_bench_write(r, PCNF0, 0);
    zif_bench_write(r, PCNF1, 0);
    zif_bench_write(r, CRCCNF, 0);
    zif_bench_write(r, SHORTS, 1 | 32);
    zif_bench_write(r, TXEN, 1);
    zif_bench_run(*state, ZIF_MS);
    assert_int_equal(zif_bench_read(r, END), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_packet_takes_its_bits_at_one_a_microsecond), TEST(shortcuts_send_and_switch_off_alone),
        TEST(a_receiver_hears_nothing_until_it_is_stopped), TEST(start_without_ramp_up_does_nothing),
        TEST(empty_packets_for_ever_let_time_go_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
