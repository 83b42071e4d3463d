/*
 * Parts and controllers of buses under random use: whatever comes, nothing breaks (run with sanitizers too).
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdlib.h>
#include "part_test.h"

enum { STEPS = 4000 };

static uint32_t seed;

static uint32_t dice(uint32_t sides)
{
    seed = seed * 1664525 + 1013904223;
    return (seed >> 8) % sides;
}

/* Bytes that mean something to parts come more often than others. */
static uint8_t some_byte(void)
{
    static const uint8_t known[] = { 0x00, 0x40, 0x48, 0x51, 0x52, 0x58, 0x59, 0x60, 0x61, 0x66, 0x77, 0x69, 0x80,
                                     0x95, 0x87, 0xFC, 0xFD, 0xFE, 0xFF, 0x20, 0x21, 0x22, 0xA8, 0xB7, 0xAF };
    return dice(2) ? known[dice(sizeof known)] : (uint8_t)dice(256);
}

static void use_part(ZifBench *b, ZifDevice *part)
{
    const ZifI2cPart *i2c = part->cls->i2c;
    const ZifSpiPart *spi = part->cls->spi;
    for (unsigned i = 0; i < STEPS; i++) {
        switch (dice(12)) {
        case 0:
            zif_bench_run(b, dice(3000) * ZIF_US);
            break;
        case 1:
            if (i2c) {
                i2c->start(part, dice(2));
            }
            break;
        case 2:
            if (i2c && i2c->stop) {
                i2c->stop(part);
            }
            break;
        case 3:
            if (spi) {
                zif_spi_select(part, dice(8));
            }
            break;
        case 4:
        case 5:
        case 6:
            if (i2c) {
                i2c->read(part);
            }
            break;
        default:
            if (i2c && (!spi || dice(2))) {
                i2c->write(part, some_byte());
            } else if (spi) {
                spi->transfer(part, some_byte());
            }
        }
    }
}

static void random_bytes_never_harm_a_part(void **state)
{
    static const char *const parts[] = { "at24", "lm75", "tmp105", "ds1338", "ssd1306", "sd-card", "i2c-registers" };
    for (seed = 1; seed <= 3; seed++) {
        uint32_t round = seed;
        for (unsigned i = 0; i < sizeof parts / sizeof *parts; i++) {
            use_part(*state, zif_bench_add(*state, parts[i], NULL));
        }
        seed = round;
    }
}

static void a_part_of_plain_registers_holds_what_its_node_and_the_bus_say(void **state)
{
    ZifDevice *part = zif_bench_add(*state, "i2c-registers", PROPS(PROP("zif,values", 0x4f, 0x40, 0x50, 0x07)));
    uint8_t bytes[3];
    assert_true(i2c_get(part, BYTES(0x4e), bytes, 3));
    assert_memory_equal(bytes, ((uint8_t[]){ 0x00, 0x40, 0x07 }), 3);
    assert_int_equal(i2c_put(part, BYTES(0xff, 0x11, 0x22)), 4);
    assert_true(i2c_get(part, BYTES(0xff), bytes, 2)); /* the number goes on from 0 */
    assert_memory_equal(bytes, ((uint8_t[]){ 0x11, 0x22 }), 2);
}

static void use_registers(ZifBench *b, ZifDevice *dev)
{
    for (unsigned i = 0; i < STEPS; i++) {
        const ZifRegister *r = &dev->cls->regs[dice(dev->cls->nregs)];
        uint32_t value = dice(2) ? 1u << dice(32) : dice(4) ? dice(0x10000) : dice(0x1000000) << 8;
        switch (dice(8)) {
        case 0:
            zif_bench_run(b, dice(200) * ZIF_US);
            break;
        case 1:
            for (unsigned n = 0; dev->cls->faults && dev->cls->faults[n]; n++) {
                if (!dice(8)) {
                    zif_bench_inject(dev, dev->cls->faults[n]);
                }
            }
            break;
        case 2:
        case 3:
        case 4:
            if (r->name) {
                zif_bench_read(dev, r->offset);
            }
            break;
        case 5:
            if (!dice(16)) {
                zif_bench_clock(dev, 0, dice(2) ? 16000000 : dice(200) * 1000000);
            }
            if (dev->cls->serial) {
                zif_bench_send(dev, (uint8_t[]){ some_byte() }, 1);
            }
            break;
        default:
            if (r->name) {
                zif_bench_write(dev, r->offset, dice(3) ? zif_bench_peek(dev, r->offset) ^ value : value);
            }
        }
    }
}

static void random_accesses_never_harm_a_controller_with_parts(void **state)
{
    ZifBench *b = *state;
    static const char *const controllers[] = { "stm32f4-usart", "stm32f4-i2c", "stm32f4-spi", "stm32-bxcan" };
    for (uint32_t round = 1; round <= 4; round++) {
        seed = round;
        for (unsigned i = 0; i < sizeof controllers / sizeof *controllers; i++) {
            ZifDevice *other = zif_bench_add(b, controllers[i], NULL);
            uint32_t phandle = zif_bench_phandle(other);
            ZifDevice *dev = zif_bench_add(
                b, controllers[i],
                PROPS(PROP("zif,i2c-bus", phandle), PROP("zif,spi-bus", phandle), PROP("zif,can-bus", phandle)));
            if (i == 0) {
                zif_bench_add_part(b, dev, "serial-loopback", NULL);
            } else if (i == 1) {
                zif_bench_add_part(b, dev, "at24", PROPS(PROP("reg", 0x50)));
                zif_bench_add_part(b, dev, "lm75", PROPS(PROP("reg", 0x00)));
            } else if (i == 2) {
                zif_spi_select(zif_bench_add_part(b, dev, "sd-card", NULL), true);
            } else {
                zif_bench_add_part(b, dev, "can-peer", PROPS({ .name = "zif,echo" }));
            }
            use_registers(b, other);
            use_registers(b, dev);
            size_t size;
            void *saved = zif_bench_save(dev, &size);
            use_registers(b, dev);
            zif_bench_restore(dev, saved);
            free(saved);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(random_bytes_never_harm_a_part),
        TEST(a_part_of_plain_registers_holds_what_its_node_and_the_bus_say),
        TEST(random_accesses_never_harm_a_controller_with_parts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
