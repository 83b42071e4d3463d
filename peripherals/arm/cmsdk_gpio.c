/*
 * CMSDK AHB GPIO: sixteen pins with masked access, edge and level interrupts.
 *
 * Reference: Cortex-M System Design Kit TRM r1p0 (DDI 0479), 3.4 "AHB GPIO".
 * Models: data in and out, output enable, interrupts one a pin and combined, byte access under a mask taken from the address.
 * Departs: inputs act at once, not after the synchroniser's two clocks. A pin given to its alternate function is left alone;
 * what that function would drive onto it does not show.
 * Missing: nothing else.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "cmsdk.h"

enum { PINS = 16, MASKS = 256 };
enum {
    DATA,
    DATAOUT,
    OUTENSET,
    OUTENCLR,
    ALTFUNCSET,
    ALTFUNCCLR,
    INTENSET,
    INTENCLR,
    INTTYPESET,
    INTTYPECLR,
    INTPOLSET,
    INTPOLCLR,
    INTSTATUS,
    MASKLOWBYTE,
    MASKHIGHBYTE = MASKLOWBYTE + MASKS,
    PID4 = MASKHIGHBYTE + MASKS,
    PID5,
    PID6,
    PID7,
    PID0,
    PID1,
    PID2,
    PID3,
    CID0,
    CID1,
    CID2,
    CID3,
    NREGS
};

#define ALL_PINS(access) ZIF_FIELDS({ "PINS", 0, PINS, access })

/* A pair of registers that set and clear one latch; both read as the latch. */
#define LATCH(slot, at)                                                                                                \
    [slot##SET] = { .name = #slot "SET", .offset = at, .fields = ALL_PINS(ZIF_W1S) },                                  \
    [slot##CLR] = { .name = #slot "CLR", .offset = at + 4, .fields = ALL_PINS(ZIF_W1C) }

static const ZifRegister regs[NREGS] = {
    [DATA] = { .name = "DATA", .offset = 0x000, .flags = ZIF_REG_VOLATILE, .fields = ALL_PINS(ZIF_RW) },
    [DATAOUT] = { .name = "DATAOUT", .offset = 0x004, .fields = ALL_PINS(ZIF_RW) },
    LATCH(OUTEN, 0x010),
    LATCH(ALTFUNC, 0x018),
    LATCH(INTEN, 0x020),
    LATCH(INTTYPE, 0x028),
    LATCH(INTPOL, 0x030),
    [INTSTATUS] = { .name = "INTSTATUS", .offset = 0x038, .flags = ZIF_REG_VOLATILE, .fields = ALL_PINS(ZIF_W1C) },
    [MASKLOWBYTE] = { .name = "MASKLOWBYTE",
                      .offset = 0x400,
                      .count = MASKS,
                      .flags = ZIF_REG_VOLATILE,
                      .fields = ZIF_FIELDS({ "PINS", 0, 8, ZIF_RW }) },
    [MASKHIGHBYTE] = { .name = "MASKHIGHBYTE",
                       .offset = 0x800,
                       .count = MASKS,
                       .flags = ZIF_REG_VOLATILE,
                       .fields = ZIF_FIELDS({ "PINS", 8, 8, ZIF_RW }) },
    CMSDK_ID_ROWS(0x20),
};

typedef struct {
    ZifDevice dev;
    uint32_t values[NREGS]; /* the latches live in their SET registers, mirrored in CLR; output data in DATAOUT */
    uint16_t level;         /* of the pins when last looked at, for edges */
} Gpio;

enum { PIN, IRQ, IRQ_PIN };
enum { PIN_IN };

/* Pins this block drives. */
static uint32_t driven(const Gpio *g)
{
    return g->values[OUTENSET] & ~g->values[ALTFUNCSET];
}

static uint32_t levels(const Gpio *g)
{
    uint32_t in = 0;

    for (unsigned pin = 0; pin < PINS; pin++) {
        in |= (uint32_t)zif_input_level(&g->dev, PIN_IN, pin) << pin;
    }
    return (in & ~driven(g)) | (g->values[DATAOUT] & driven(g));
}

static void update_irq(Gpio *g)
{
    for (unsigned pin = 0; pin < PINS; pin++) {
        zif_set(&g->dev, IRQ_PIN, pin, g->values[INTSTATUS] >> pin & 1);
    }
    zif_set(&g->dev, IRQ, 0, g->values[INTSTATUS] != 0);
}

/* After any change of pins or registers: what the pins show, and which interrupts that makes. INTPOL set means high level or
 * rising edge; a level that lasts sets its flag again when it is cleared. */
static void look(Gpio *g)
{
    uint32_t now = levels(g), edges = now ^ g->level, type = g->values[INTTYPESET];
    uint32_t active = ~(now ^ g->values[INTPOLSET]);

    for (unsigned pin = 0; pin < PINS; pin++) {
        zif_set(&g->dev, PIN, pin, driven(g) >> pin & g->values[DATAOUT] >> pin & 1);
    }
    g->level = (uint16_t)now;
    g->values[INTSTATUS] |= active & g->values[INTENSET] & (~type | edges) & UINT16_MAX;
    update_irq(g);
}

static void gpio_pin(ZifDevice *dev, unsigned line, int level)
{
    look((Gpio *)dev);
}

static uint32_t gpio_peek(ZifDevice *dev, unsigned slot)
{
    Gpio *g = (Gpio *)dev;

    if (slot == DATA) {
        return levels(g);
    }
    if (slot >= MASKLOWBYTE && slot < MASKHIGHBYTE) {
        return levels(g) & (slot - MASKLOWBYTE);
    }
    if (slot >= MASKHIGHBYTE && slot < PID4) {
        return levels(g) & (slot - MASKHIGHBYTE) << 8;
    }
    return g->values[slot];
}

static void set_out(Gpio *g, uint32_t mask, uint32_t value)
{
    uint32_t old = g->values[DATAOUT];
    g->values[DATAOUT] = (old & ~mask) | (value & mask);
    uint32_t unseen = (old ^ g->values[DATAOUT]) & g->values[OUTENSET] & g->values[ALTFUNCSET];
    if (unseen) {
        zif_report(&g->dev, ZIF_REPORT_PIN, DATAOUT,
                   "pins 0x%x do not follow: ALTFUNC gives them to their other function", unseen);
    }
}

static void gpio_on_write(ZifDevice *dev, unsigned slot, uint32_t old, uint32_t value)
{
    Gpio *g = (Gpio *)dev;

    if (slot == DATA) {
        set_out(g, UINT16_MAX, value);
    } else if (slot == DATAOUT) {
        g->values[DATAOUT] = old;
        set_out(g, UINT16_MAX, value);
    } else if (slot >= MASKHIGHBYTE && slot < PID4) {
        set_out(g, (slot - MASKHIGHBYTE) << 8, value);
    } else if (slot >= MASKLOWBYTE && slot < MASKHIGHBYTE) {
        set_out(g, slot - MASKLOWBYTE, value);
    } else if (slot >= OUTENSET && slot <= INTPOLCLR) {
        bool is_clear = (slot - OUTENSET) & 1;

        g->values[is_clear ? slot - 1 : slot + 1] = g->values[slot];
    }
    look(g);
}

static void gpio_reset(ZifDevice *dev, ZifResetKind kind)
{
    Gpio *g = (Gpio *)dev;

    g->level = (uint16_t)levels(g);
    look(g);
}

const ZifClass zif__cmsdk_gpio = {
    .name = "cmsdk-gpio",
    .compatible = (const char *const[]){ "arm,cmsdk-gpio", NULL },
    .reference = "DDI 0479, 3.4",
    .summary = "whole, but for what alternate functions drive onto pins",
    .modelled = ZIF_MODELLED,
    .size = sizeof(Gpio),
    .regs = regs,
    .nregs = NREGS,
    .values = offsetof(Gpio, values),
    .span = 0x1000,
    .inputs = (const ZifInput[]){ { "pin", PINS, gpio_pin }, { 0 } },
    .outputs = (const ZifOutput[]){ { "pin", PINS }, { "irq", 1 }, { "irq-pin", PINS }, { 0 } },
    .reset = gpio_reset,
    .peek = gpio_peek,
    .on_write = gpio_on_write,
};
