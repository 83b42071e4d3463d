/* Tests of the nRF51 TWI and SPI masters, and of the sensors that the micro:bit has on TWI. SPDX-License-Identifier: GPL-2.0-or-later */
#include "test_nordic.h"

enum { STARTRX = 0x0, STARTTX = 0x8, STOP = 0x14, SUSPEND = 0x1C, RESUME = 0x20, STOPPED = 0x104, RXDREADY = 0x108 };
enum {
    TXDSENT = 0x11C,
    ERROR = 0x124,
    BB = 0x138,
    SUSPENDED = 0x148,
    SHORTS = 0x200,
    ERRORSRC = 0x4C4,
    ENABLE = 0x500
};
enum {
    PSELSCL = 0x508,
    PSELSDA = 0x50C,
    PSELMISO = 0x510,
    RXD = 0x518,
    TXD = 0x51C,
    FREQUENCY = 0x524,
    ADDRESS = 0x588,
    POWER = 0xFFC
};
#define BIT (10040 * ZIF_NS) /* of 100 kHz as 0x01980000 gives it, rounded up */

typedef struct {
    ZifDevice *twi, *acc, *mag;
} Board;

static Board add(void **state)
{
    Board b = { .twi = zif_bench_add(*state, "nrf51-spi-twi", PROPS(PROP("scl-pin", 0), PROP("sda-pin", 30))) };
    b.acc = zif_bench_add_part(*state, b.twi, "nxp-mma8653",
                               PROPS(PROP("reg", 0x1D), PROP("zif,milli-g", 500, 0, (uint32_t)-1000)));
    b.mag = zif_bench_add_part(*state, b.twi, "nxp-mag3110",
                               PROPS(PROP("reg", 0x0E), PROP("zif,nanotesla", 12300, 0, (uint32_t)-4500)));
    zif_bench_write(b.twi, PSELSCL, 0);
    zif_bench_write(b.twi, PSELSDA, 30);
    zif_bench_write(b.twi, FREQUENCY, 0x01980000);
    zif_bench_write(b.twi, ENABLE, 5);
    return b;
}

static bool happens(void **state, ZifDevice *twi, uint32_t event)
{
    for (unsigned i = 0; i < 40 && !zif_bench_read(twi, event); i++) {
        zif_bench_run(*state, BIT);
    }
    bool is = zif_bench_read(twi, event);
    zif_bench_write(twi, event, 0);
    return is;
}

static void stop(void **state, ZifDevice *twi)
{
    zif_bench_write(twi, STOP, 1);
    assert_true(happens(state, twi, STOPPED));
}

static void send(void **state, ZifDevice *twi, uint8_t address, uint8_t first, int second)
{
    zif_bench_write(twi, ADDRESS, address);
    zif_bench_write(twi, STARTTX, 1);
    zif_bench_write(twi, TXD, first);
    assert_true(happens(state, twi, TXDSENT));
    if (second >= 0) {
        zif_bench_write(twi, TXD, second);
        assert_true(happens(state, twi, TXDSENT));
        stop(state, twi);
    }
}

/* As drivers do it: suspended at every byte boundary, stopped at the last. */
static void receive(void **state, ZifDevice *twi, uint8_t address, uint8_t reg, uint8_t *out, unsigned len)
{
    send(state, twi, address, reg, -1);
    zif_bench_write(twi, SHORTS, len > 1 ? 1 : 2);
    zif_bench_write(twi, STARTRX, 1);
    for (unsigned i = 0; i < len; i++) {
        if (i + 1 == len) {
            zif_bench_write(twi, SHORTS, 2);
        }
        zif_bench_write(twi, RESUME, 1);
        assert_true(happens(state, twi, RXDREADY));
        out[i] = zif_bench_read(twi, RXD);
    }
    assert_true(happens(state, twi, STOPPED));
    zif_bench_write(twi, SHORTS, 0);
}

static uint8_t read1(void **state, ZifDevice *twi, uint8_t address, uint8_t reg)
{
    uint8_t v;
    receive(state, twi, address, reg, &v, 1);
    return v;
}

static void parts_answer_with_their_identity(void **state)
{
    Board b = add(state);
    assert_int_equal(read1(state, b.twi, 0x1D, 0x0D), 0x5A);
    assert_int_equal(read1(state, b.twi, 0x0E, 0x07), 0xC4);
}

static void nobody_there_is_an_address_nack(void **state)
{
    Board b = add(state);
    zif_bench_write(b.twi, ADDRESS, 0x33);
    zif_bench_write(b.twi, STARTTX, 1);
    zif_bench_write(b.twi, TXD, 1);
    assert_true(happens(state, b.twi, ERROR));
    assert_int_equal(zif_bench_read(b.twi, ERRORSRC), 2);
    assert_int_equal(zif_bench_read(b.twi, TXDSENT), 0);
    stop(state, b.twi);
}

static void other_pins_reach_nobody(void **state)
{
    Board b = add(state);
    zif_bench_write(b.twi, ENABLE, 0);
    zif_bench_write(b.twi, PSELSDA, 29);
    zif_bench_write(b.twi, ENABLE, 5);
    zif_bench_write(b.twi, ADDRESS, 0x1D);
    zif_bench_write(b.twi, STARTTX, 1);
    assert_true(happens(state, b.twi, ERROR));
}

static void a_byte_takes_nine_bits(void **state)
{
    Board b = add(state);
    zif_bench_write(b.twi, ADDRESS, 0x1D);
    zif_bench_write(b.twi, TXD, 0x0D);
    zif_bench_write(b.twi, STARTTX, 1);
    zif_bench_run(*state, 19 * BIT - 760 * ZIF_NS);
    assert_int_equal(zif_bench_read(b.twi, TXDSENT), 0);
    zif_bench_run(*state, 760 * ZIF_NS);
    assert_int_equal(zif_bench_read(b.twi, TXDSENT), 1);
}

static void suspend_holds_the_bus_between_bytes(void **state)
{
    Board b = add(state);
    zif_bench_write(b.twi, ADDRESS, 0x1D);
    zif_bench_write(b.twi, SHORTS, 1);
    zif_bench_write(b.twi, STARTRX, 1);
    assert_true(happens(state, b.twi, RXDREADY));
    assert_true(happens(state, b.twi, BB));
    assert_true(happens(state, b.twi, SUSPENDED));
    zif_bench_read(b.twi, RXD);
    zif_bench_run(*state, 100 * BIT);
    assert_int_equal(zif_bench_read(b.twi, RXDREADY), 0);
}

static void a_byte_that_is_not_read_is_overrun(void **state)
{
    Board b = add(state);
    zif_bench_write(b.twi, ADDRESS, 0x1D);
    zif_bench_write(b.twi, STARTRX, 1);
    zif_bench_run(*state, 40 * BIT);
    assert_int_equal(zif_bench_read(b.twi, ERRORSRC), 1);
}

static void the_accelerometer_samples_at_its_rate(void **state)
{
    Board b = add(state);
    uint8_t xyz[6];
    send(state, b.twi, 0x1D, 0x2D, 1); /* data-ready interrupt, on INT1, active low */
    send(state, b.twi, 0x1D, 0x2E, 1);
    assert_int_equal(zif_bench_level(b.acc, "int1", 0), 1);
    send(state, b.twi, 0x1D, 0x2A, 0x21); /* 50 Hz, active */
    zif_bench_run(*state, 19 * ZIF_MS);
    assert_int_equal(read1(state, b.twi, 0x1D, 0x00), 0);
    zif_bench_run(*state, 2 * ZIF_MS);
    assert_int_equal(zif_bench_level(b.acc, "int1", 0), 0);
    receive(state, b.twi, 0x1D, 0x01, xyz, 6);
    assert_int_equal((int8_t)xyz[0], 32); /* half a g of 2 g */
    assert_int_equal((int8_t)xyz[2], 0);
    assert_int_equal((int8_t)xyz[4], -64);
    assert_int_equal(zif_bench_level(b.acc, "int1", 0), 1);
}

static void standby_gives_no_samples(void **state)
{
    Board b = add(state);
    zif_bench_run(*state, ZIF_SEC);
    assert_int_equal(read1(state, b.twi, 0x1D, 0x00), 0);
}

static void the_magnetometer_counts_tenths_of_a_microtesla(void **state)
{
    Board b = add(state);
    uint8_t xyz[6];
    send(state, b.twi, 0x0E, 0x10, 0x01);
    zif_bench_run(*state, 13 * ZIF_MS);
    assert_int_equal(zif_bench_level(b.mag, "int1", 0), 1);
    receive(state, b.twi, 0x0E, 0x01, xyz, 6);
    assert_int_equal((int16_t)(xyz[0] << 8 | xyz[1]), 123);
    assert_int_equal((int16_t)(xyz[4] << 8 | xyz[5]), -45);
    assert_int_equal(zif_bench_level(b.mag, "int1", 0), 0);
}

static void a_block_that_is_off_does_nothing(void **state)
{
    Board b = add(state);
    zif_bench_write(b.twi, ENABLE, 0);
    zif_bench_write(b.twi, STARTTX, 1);
    zif_bench_run(*state, 100 * BIT);
    assert_int_equal(zif_bench_read(b.twi, ERROR), 0);
    assert_int_equal(zif_bench_reported(*state, ZIF_REPORT_CLOCK_OFF, "TASKS_STARTTX"), 1);
}

static void spi_exchanges_bytes_and_holds_two(void **state)
{
    ZifDevice *s = zif_bench_add(*state, "nrf51-spi-twi", NULL);
    zif_bench_write(s, PSELSCL, 23);
    zif_bench_write(s, PSELSDA, 21);
    zif_bench_write(s, PSELMISO, 22);
    zif_bench_write(s, FREQUENCY, 0x10000000); /* 1 Mbit/s */
    zif_bench_write(s, ENABLE, 1);
    zif_bench_write(s, TXD, 0xA5);
    zif_bench_run(*state, 8 * ZIF_US - 1);
    assert_int_equal(zif_bench_read(s, RXDREADY), 0);
    zif_bench_run(*state, 1);
    assert_int_equal(zif_bench_read(s, RXDREADY), 1);
    assert_int_equal(zif_bench_read(s, RXD), 0xFF);
    zif_bench_write(s, TXD, 1);
    zif_bench_write(s, TXD, 2);
    zif_bench_run(*state, 20 * ZIF_US);
    zif_bench_write(s, TXD, 3);
    zif_bench_run(*state, 20 * ZIF_US);
    zif_bench_write(s, RXDREADY, 0); /* two came back and wait; the third goes when one is read */
    zif_bench_read(s, RXD);
    assert_int_equal(zif_bench_read(s, RXDREADY), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(parts_answer_with_their_identity),
        TEST(nobody_there_is_an_address_nack),
        TEST(other_pins_reach_nobody),
        TEST(a_byte_takes_nine_bits),
        TEST(suspend_holds_the_bus_between_bytes),
        TEST(a_byte_that_is_not_read_is_overrun),
        TEST(the_accelerometer_samples_at_its_rate),
        TEST(standby_gives_no_samples),
        TEST(the_magnetometer_counts_tenths_of_a_microtesla),
        TEST(a_block_that_is_off_does_nothing),
        TEST(spi_exchanges_bytes_and_holds_two),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
