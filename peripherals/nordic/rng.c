/*
 * nRF51 RNG: random number generator.
 *
 * Reference: nRF51 Series Reference Manual v3.0, chapter 21 "Random number generator (RNG)"; nRF51822 Product Specification
 * v3.x, section 8.14 (time per byte: 167 us raw, 677 us with bias correction).
 * Models: continuous generation, the shortcut, both speeds. Values come from the machine's seed.
 * Departs: every byte takes the typical time; raw bytes are not biased.
 * Missing: nothing else known.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "nordic.h"

enum { TASKS_START, TASKS_STOP, EVENTS_VALRDY, SHORTS, INTENSET, INTENCLR, CONFIG, VALUE, POWER, NREGS };

#define RNG_INTS(A) NRF_LIST({ "VALRDY", 0, 1, A })

static const ZifRegister regs[NREGS] = {
    [TASKS_START] = NRF_TASK("TASKS_START", 0x000),
    [TASKS_STOP] = NRF_TASK("TASKS_STOP", 0x004),
    [EVENTS_VALRDY] = NRF_EVENT("EVENTS_VALRDY", 0x100),
    [SHORTS] = { .name = "SHORTS", .offset = 0x200, .fields = ZIF_FIELDS({ "VALRDY_STOP", 0, 1, ZIF_RW }) },
    [INTENSET] = NRF_INTENSET(RNG_INTS),
    [INTENCLR] = NRF_INTENCLR(RNG_INTS),
    [CONFIG] = { .name = "CONFIG", .offset = 0x504, .fields = ZIF_FIELDS({ "DERCEN", 0, 1, ZIF_RW }) },
    [VALUE] = { .name = "VALUE",
                .offset = 0x508,
                .flags = ZIF_REG_VOLATILE,
                .fields = ZIF_FIELDS({ "VALUE", 0, 8, ZIF_RO }) },
    [POWER] = NRF_POWER,
};

typedef struct {
    ZifDevice dev;
    uint32_t values[NREGS];
    bool fresh; /* VALUE was not read yet */
} Rng;

enum { BYTE_READY };

static void next_byte(Rng *r)
{
    zif_schedule_in(&r->dev, BYTE_READY, (r->values[CONFIG] & 1 ? 677 : 167) * ZIF_US);
}

static void rng_event(ZifDevice *dev, unsigned event)
{
    Rng *r = (Rng *)dev;
    r->values[VALUE] = zif_random(dev) & 0xFF;
    r->fresh = true;
    if (!(r->values[SHORTS] & 1)) {
        next_byte(r);
    }
    zif__nrf_event(dev, EVENTS_VALRDY);
}

static void rng_write(ZifDevice *dev, unsigned slot, uint32_t old, uint32_t value)
{
    if (zif__nrf_common_write(dev, slot, old) || !zif__nrf_triggered(value)) {
        return;
    }
    if (slot == TASKS_START && zif_due(dev, BYTE_READY) == ZIF_TIME_NEVER) {
        next_byte((Rng *)dev);
    } else if (slot == TASKS_STOP) {
        zif_cancel(dev, BYTE_READY);
    }
}

static void rng_read(ZifDevice *dev, unsigned slot)
{
    Rng *r = (Rng *)dev;
    if (slot == VALUE && !r->fresh) {
        zif_report(dev, ZIF_REPORT_BUSY, slot, "read before VALRDY: no new number has come");
    }
    r->fresh &= slot != VALUE;
}

static void rng_reset(ZifDevice *dev, ZifResetKind kind)
{
    ((Rng *)dev)->fresh = false;
}

const ZifClass zif__nrf51_rng = {
    .name = "nrf51-rng",
    .socs = (const char *const[]){ "nordic,nrf51822", NULL },
    .compatible = (const char *const[]){ "nordic,nrf-rng", NULL },
    .reference = "nRF51 Series Reference Manual v3.0, chapter 21",
    .summary = "seeded bytes at the typical rate, raw and bias-corrected",
    .modelled = ZIF_MODELLED,
    .size = sizeof(Rng),
    .regs = regs,
    .nregs = NREGS,
    .values = offsetof(Rng, values),
    .span = 0x1000,
    .widths = ZIF_W32,
    .outputs = (const ZifOutput[]){ { .name = "irq" }, { 0 } },
    .events = (const char *const[]){ "byte", NULL },
    .event = rng_event,
    .reset = rng_reset,
    .on_read = rng_read,
    .on_write = rng_write,
};
