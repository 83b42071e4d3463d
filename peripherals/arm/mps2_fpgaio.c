/*
 * FPGA system control and I/O of the MPS2 images: LEDs, buttons, counters, chip selects.
 *
 * Reference: application note AN385 (DAI 0385D), "FPGA system control and I/O".
 * Models: LEDs, buttons, the 1 Hz and 100 Hz counters, the cycle counter with its prescaler, chip selects and LCD lines as
 * pins. As a GPIO port, outputs 0 and 1 are the LEDs, inputs 0 and 1 the buttons.
 * Departs: nothing known. Missing: the LCD panel behind MISC.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "cmsdk.h"

enum { LED, BUTTON, CLK1HZ, CLK100HZ, COUNTER, PRESCALE, PSCNTR, MISC, NREGS };
enum { LEDS = 2, BUTTONS = 2, MISC_PINS = 10 };

static const ZifRegister regs[NREGS] = {
    [LED] = { .name = "LED", .offset = 0x000, .fields = ZIF_FIELDS({ "LED", 0, LEDS, ZIF_RW }) },
    [BUTTON] = { .name = "BUTTON",
                 .offset = 0x008,
                 .flags = ZIF_REG_VOLATILE,
                 .fields = ZIF_FIELDS({ "BUTTON", 0, BUTTONS, ZIF_RO }) },
    [CLK1HZ] = { .name = "CLK1HZ", .offset = 0x010, .flags = ZIF_REG_VOLATILE },
    [CLK100HZ] = { .name = "CLK100HZ", .offset = 0x014, .flags = ZIF_REG_VOLATILE },
    [COUNTER] = { .name = "COUNTER", .offset = 0x018, .flags = ZIF_REG_VOLATILE },
    [PRESCALE] = { .name = "PRESCALE", .offset = 0x01C },
    [PSCNTR] = { .name = "PSCNTR", .offset = 0x020, .flags = ZIF_REG_VOLATILE },
    [MISC] = { .name = "MISC",
               .offset = 0x04C,
               .fields =
                   ZIF_FIELDS({ "CLCD_CS", 0, 1, ZIF_RW }, { "SPI_nSS", 1, 1, ZIF_RW }, { "CLCD_RESET", 3, 1, ZIF_RW },
                              { "CLCD_RS", 4, 1, ZIF_RW }, { "CLCD_RD", 5, 1, ZIF_RW },
                              { "CLCD_BL_CTRL", 6, 1, ZIF_RW }, { "ADC_SPI_nCS", 7, 1, ZIF_RW },
                              { "SHIELD_0_SPI_nCS", 8, 1, ZIF_RW }, { "SHIELD_1_SPI_nCS", 9, 1, ZIF_RW }) },
};

typedef struct {
    ZifDevice dev;
    uint32_t values[NREGS]; /* [COUNTER]: at the time `prescaler` was last set */
    ZifCounter prescaler;   /* each zero is a step of COUNTER */
    ZifClock hz1, hz100;
} Fpgaio;

enum { OUT_LED, OUT_MISC };
enum { IN_BUTTON };

static uint32_t counter(Fpgaio *f)
{
    return f->values[COUNTER] + (uint32_t)zif__counter_zeros(&f->prescaler, zif_now(&f->dev));
}

static uint32_t fpgaio_peek(ZifDevice *dev, unsigned slot)
{
    Fpgaio *f = (Fpgaio *)dev;
    ZifTime now = zif_now(dev);

    switch (slot) {
    case BUTTON:
        return (uint32_t)zif_input_level(dev, IN_BUTTON, 0) | (uint32_t)zif_input_level(dev, IN_BUTTON, 1) << 1;
    case CLK1HZ:
        return (uint32_t)zif_clock_ticks(&f->hz1, now);
    case CLK100HZ:
        return (uint32_t)zif_clock_ticks(&f->hz100, now);
    case COUNTER:
        return counter(f);
    case PSCNTR:
        return zif__counter_value(&f->prescaler, now);
    default:
        return f->values[slot];
    }
}

static void drive(Fpgaio *f, unsigned output, unsigned lines, uint32_t value)
{
    for (unsigned i = 0; i < lines; i++) {
        zif_set(&f->dev, output, i, value >> i & 1);
    }
}

static void fpgaio_on_write(ZifDevice *dev, unsigned slot, uint32_t old, uint32_t value)
{
    Fpgaio *f = (Fpgaio *)dev;
    ZifTime now = zif_now(dev);

    switch (slot) {
    case LED:
        drive(f, OUT_LED, LEDS, value);
        break;
    case MISC:
        drive(f, OUT_MISC, MISC_PINS, value);
        break;
    case CLK1HZ:
        zif_clock_set_ticks(&f->hz1, now, value);
        break;
    case CLK100HZ:
        zif_clock_set_ticks(&f->hz100, now, value);
        break;
    case COUNTER:
        zif__counter_set_value(&f->prescaler, now, zif__counter_value(&f->prescaler, now));
        break;
    case PRESCALE:
        f->values[COUNTER] = counter(f);
        zif__counter_set_mode(&f->prescaler, now, value, 0, false);
        break;
    case PSCNTR:
        f->values[COUNTER] = counter(f);
        zif__counter_set_value(&f->prescaler, now, value);
        break;
    }
}

static void fpgaio_clock_changed(ZifDevice *dev, uint64_t hz)
{
    zif__counter_set_hz(&((Fpgaio *)dev)->prescaler, zif_now(dev), hz);
}

static void fpgaio_reset(ZifDevice *dev, ZifResetKind kind)
{
    Fpgaio *f = (Fpgaio *)dev;
    ZifTime now = zif_now(dev);

    zif__counter_init(&f->prescaler, now, zif_clock_hz(dev), 0);
    zif__counter_run(&f->prescaler, now, true);
    f->hz1 = f->hz100 = (ZifClock){ .base = now };
    zif_clock_set_hz(&f->hz1, now, 1);
    zif_clock_set_hz(&f->hz100, now, 100);
    drive(f, OUT_LED, LEDS, 0);
    drive(f, OUT_MISC, MISC_PINS, 0);
}

const ZifClass zif__mps2_fpgaio = {
    .name = "mps2-fpgaio",
    .compatible = (const char *const[]){ "arm,mps2-fpgaio", NULL },
    .reference = "DAI 0385D, FPGA system control and I/O",
    .summary = "whole; no LCD panel",
    .modelled = ZIF_MODELLED,
    .size = sizeof(Fpgaio),
    .regs = regs,
    .nregs = NREGS,
    .values = offsetof(Fpgaio, values),
    .span = 0x1000,
    .inputs = (const ZifInput[]){ { "pin", BUTTONS, NULL }, { 0 } },
    .outputs = (const ZifOutput[]){ { "pin", LEDS }, { "misc", MISC_PINS }, { 0 } },
    .reset = fpgaio_reset,
    .peek = fpgaio_peek,
    .on_write = fpgaio_on_write,
    .clock_changed = fpgaio_clock_changed,
};
