/* Tests of serial lines, clocks and part buses through the test bench. SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <zif/testbench.h>

/* A UART of one byte, which takes FRAME for a character once it is switched on. */
enum { SWITCH, BUFFER, NREGS };
#define FRAME (100 * ZIF_US)

static const ZifRegister regs[NREGS] = {
    [SWITCH] = { .name = "SWITCH", .offset = 0, .fields = ZIF_FIELDS({ "ON", 0, 1, ZIF_RW }) },
    [BUFFER] = { .name = "BUFFER", .offset = 4, .fields = ZIF_FIELDS({ "D", 0, 8, ZIF_RO }) },
};

typedef struct {
    ZifDevice dev;
    uint32_t values[NREGS];
    uint32_t full, received;
    uint64_t hz;
    ZifTime last;
} Uart;

static bool can_receive(ZifDevice *dev)
{
    return !((Uart *)dev)->full;
}

static void receive(ZifDevice *dev, uint8_t byte)
{
    Uart *u = (Uart *)dev;
    u->values[BUFFER] = byte;
    u->full = 1;
    u->received++;
    u->last = zif_now(dev);
}

static ZifTime frame_time(ZifDevice *dev)
{
    return ((Uart *)dev)->values[SWITCH] ? FRAME : 0;
}

static void uart_read(ZifDevice *dev, unsigned slot)
{
    if (slot == BUFFER) {
        ((Uart *)dev)->full = 0;
        zif_serial_ready(dev);
    }
}

static void uart_write(ZifDevice *dev, unsigned slot, uint32_t old, uint32_t value)
{
    zif_serial_ready(dev);
}

static void uart_clock(ZifDevice *dev, uint64_t hz)
{
    ((Uart *)dev)->hz = hz;
}

static const ZifSerialPort port = { .can_receive = can_receive, .receive = receive, .frame_time = frame_time };
static const ZifClass uart_class = {
    .name = "one-byte-uart",
    .size = sizeof(Uart),
    .regs = regs,
    .nregs = NREGS,
    .values = offsetof(Uart, values),
    .on_read = uart_read,
    .on_write = uart_write,
    .clock_changed = uart_clock,
    .serial = &port,
};

/* A bus controller without registers, and parts that remember. */
typedef struct {
    ZifDevice dev;
    uint32_t selected, starts, stops, last;
} Part;

static bool part_start(ZifDevice *dev, bool is_read)
{
    ((Part *)dev)->starts++;
    return true;
}

static bool part_write(ZifDevice *dev, uint8_t byte)
{
    ((Part *)dev)->last = byte;
    return byte != 0xff;
}

static uint8_t part_read(ZifDevice *dev)
{
    return (uint8_t)(((Part *)dev)->last + 1);
}

static void part_stop(ZifDevice *dev)
{
    ((Part *)dev)->stops++;
}

static void part_select(ZifDevice *dev, bool selected)
{
    ((Part *)dev)->selected += selected;
}

static uint8_t part_transfer(ZifDevice *dev, uint8_t out)
{
    return (uint8_t)~out;
}

static const ZifI2cPart i2c = { part_start, part_write, part_read, part_stop };
static const ZifSpiPart spi = { .select = part_select, .transfer = part_transfer };
static const ZifClass controller_class = { .name = "controller", .size = sizeof(ZifDevice) };
static const ZifClass i2c_class = { .name = "i2c-part", .size = sizeof(Part), .i2c = &i2c };
static const ZifClass spi_class = { .name = "spi-part", .size = sizeof(Part), .spi = &spi };
const ZifClass *const zif_classes[] = { &uart_class, &controller_class, &i2c_class, &spi_class };
const unsigned zif_nclasses = 4;

static int setup(void **state)
{
    *state = zif_bench_new();
    return 0;
}

static int teardown(void **state)
{
    zif_bench_free(*state);
    return 0;
}

static void a_uart_that_is_off_gets_nothing(void **state)
{
    Uart *u = (Uart *)zif_bench_add(*state, "one-byte-uart", NULL);
    zif_bench_send(&u->dev, "abc", 3);
    zif_bench_run(*state, ZIF_SEC);
    assert_int_equal(u->received, 0);
    assert_int_equal(zif_bench_queued(&u->dev), 3);
}

static void bytes_that_waited_come_when_it_is_switched_on(void **state)
{
    Uart *u = (Uart *)zif_bench_add(*state, "one-byte-uart", NULL);
    zif_bench_send(&u->dev, "abc", 3);
    zif_bench_run(*state, ZIF_SEC);
    zif_bench_write(&u->dev, 0, 1);
    zif_bench_run(*state, FRAME - 1);
    assert_int_equal(u->received, 0);
    zif_bench_run(*state, 1);
    assert_int_equal(u->received, 1);
    assert_int_equal(u->values[BUFFER], 'a');
}

static void a_full_receiver_is_waited_for(void **state)
{
    Uart *u = (Uart *)zif_bench_add(*state, "one-byte-uart", NULL);
    zif_bench_write(&u->dev, 0, 1);
    zif_bench_send(&u->dev, "abc", 3);
    zif_bench_run(*state, 100 * FRAME);
    assert_int_equal(u->received, 1);
    assert_int_equal(zif_bench_read(&u->dev, 4), 'a');
    zif_bench_run(*state, 100 * FRAME);
    assert_int_equal(zif_bench_read(&u->dev, 4), 'b');
    zif_bench_run(*state, 100 * FRAME);
    assert_int_equal(zif_bench_read(&u->dev, 4), 'c');
    assert_int_equal(zif_bench_queued(&u->dev), 0);
}

static void bytes_come_no_faster_than_the_line(void **state)
{
    Uart *u = (Uart *)zif_bench_add(*state, "one-byte-uart", NULL);
    ZifTime start = zif_bench_now(*state);
    zif_bench_write(&u->dev, 0, 1);
    zif_bench_send(&u->dev, "0123456789", 10);
    for (unsigned i = 0; i < 10 * 20; i++) {
        zif_bench_run(*state, FRAME / 20);
        zif_bench_read(&u->dev, 4);
    }
    assert_int_equal(u->received, 10);
    assert_true(u->last >= start + 10 * FRAME);
}

static void a_reset_in_the_middle_of_a_byte_loses_none(void **state)
{
    Uart *u = (Uart *)zif_bench_add(*state, "one-byte-uart", NULL);
    zif_bench_write(&u->dev, 0, 1);
    zif_bench_send(&u->dev, "x", 1);
    zif_bench_run(*state, FRAME / 2);
    zif_bench_reset(*state, ZIF_RESET_SYSTEM);
    zif_bench_run(*state, 10 * FRAME);
    assert_int_equal(u->received, 0);
    zif_bench_write(&u->dev, 0, 1);
    zif_bench_run(*state, FRAME);
    assert_int_equal(u->values[BUFFER], 'x');
}

static void what_is_transmitted_is_heard(void **state)
{
    Uart *u = (Uart *)zif_bench_add(*state, "one-byte-uart", NULL);
    size_t len;
    zif_serial_transmit(&u->dev, 'h');
    zif_serial_transmit(&u->dev, 'i');
    assert_string_equal(zif_bench_transmitted(&u->dev, &len), "hi");
    assert_int_equal(len, 2);
    assert_string_equal(zif_bench_transmitted(&u->dev, NULL), "");
}

static void a_block_has_the_rate_its_node_says(void **state)
{
    const ZifBenchProp props[] = { { "clock-frequency", 1, { 48000000 }, NULL }, { 0 } };
    assert_int_equal(zif_clock_hz(zif_bench_add(*state, "one-byte-uart", props)), 48000000);
}

static void an_i2c_part_answers_at_its_address_only(void **state)
{
    const ZifBenchProp at[] = { { "reg", 1, { 0x1d }, NULL }, { 0 } };
    ZifDevice *bus = zif_bench_add(*state, "controller", NULL), *other = zif_bench_add(*state, "controller", NULL);
    Part *part = (Part *)zif_bench_add_part(*state, bus, "i2c-part", at);
    assert_null(zif_i2c_start(bus, 0x1c, false));
    assert_null(zif_i2c_start(other, 0x1d, false));
    assert_ptr_equal(zif_i2c_start(bus, 0x1d, false), &part->dev);
    assert_true(zif_i2c_write(&part->dev, 7));
    assert_false(zif_i2c_write(&part->dev, 0xff));
    part->last = 7;
    assert_int_equal(zif_i2c_read(&part->dev), 8);
    zif_i2c_stop(&part->dev);
    assert_int_equal(part->starts, 1);
    assert_int_equal(part->stops, 1);
}

static void only_the_selected_spi_part_drives_the_line(void **state)
{
    ZifDevice *bus = zif_bench_add(*state, "controller", NULL);
    Part *part = (Part *)zif_bench_add_part(*state, bus, "spi-part", NULL);
    assert_int_equal(zif_spi_transfer(bus, 0x0f), 0xff);
    zif_spi_select(&part->dev, true);
    zif_spi_select(&part->dev, true);
    assert_int_equal(part->selected, 1);
    assert_int_equal(zif_spi_transfer(bus, 0x0f), 0xf0);
    zif_spi_select(&part->dev, false);
    assert_int_equal(zif_spi_transfer(bus, 0x0f), 0xff);
}

static void parts_of_the_board_survive_a_reset_of_the_chip(void **state)
{
    ZifDevice *bus = zif_bench_add(*state, "controller", NULL);
    Part *part = (Part *)zif_bench_add_part(*state, bus, "i2c-part", NULL);
    part->last = 5;
    zif_bench_reset(*state, ZIF_RESET_WATCHDOG);
    assert_int_equal(part->last, 5);
}

static void the_same_report_is_counted_not_repeated(void **state)
{
    ZifDevice *u = zif_bench_add(*state, "one-byte-uart", NULL);
    for (unsigned i = 0; i < 10; i++) {
        zif_report(u, ZIF_REPORT_OVERRUN, BUFFER, "byte lost");
    }
    zif_report(u, ZIF_REPORT_BUSY, BUFFER, "written while busy");
    assert_int_equal(zif_bench_nreports(*state), 2);
    assert_int_equal(zif_bench_reported(*state, ZIF_REPORT_OVERRUN, "BUFFER"), 10);
    assert_string_equal(zif_report_kind_name(ZIF_REPORT_OVERRUN), "overrun");
}

static void any_number_of_reports_is_survived(void **state)
{
    ZifDevice *u = zif_bench_add(*state, "one-byte-uart", NULL);
    for (int i = 0; i < 3000; i++) {
        zif_report(u, ZIF_REPORT_BUS, -1 - i, "number %d", i);
    }
    assert_true(zif_bench_nreports(*state) <= 3000);
}

static void random_numbers_come_from_the_seed(void **state)
{
    ZifBench *other = zif_bench_new();
    ZifDevice *a = zif_bench_add(*state, "controller", NULL), *b = zif_bench_add(other, "controller", NULL);
    uint32_t first = zif_random(a);
    assert_int_equal(first, zif_random(b));
    assert_int_not_equal(first, zif_random(a));
    zif_bench_free(other);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(a_uart_that_is_off_gets_nothing),
        T(bytes_that_waited_come_when_it_is_switched_on),
        T(a_full_receiver_is_waited_for),
        T(bytes_come_no_faster_than_the_line),
        T(a_reset_in_the_middle_of_a_byte_loses_none),
        T(what_is_transmitted_is_heard),
        T(a_block_has_the_rate_its_node_says),
        T(an_i2c_part_answers_at_its_address_only),
        T(only_the_selected_spi_part_drives_the_line),
        T(parts_of_the_board_survive_a_reset_of_the_chip),
        T(the_same_report_is_counted_not_repeated),
        T(any_number_of_reports_is_survived),
        T(random_numbers_come_from_the_seed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
