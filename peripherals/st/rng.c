/*
 * STM32F4 RNG: a random word every 40 periods of the 48 MHz clock.
 *
 * Reference: RM0090 rev 19, chapter 24.
 * Models: the rate, DRDY, the clock check (slower than HCLK / 16), seed errors given from outside, the interrupt. The words follow from the
 * machine's seed.
 * Missing: nothing known.
 *
 * Node: clocks: the AHB2 gate (HCLK), the 48 MHz clock. Input seed-error: the analog source fails. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <zif/peripheral.h>

enum { CR, SR, DR, NREGS };

static const ZifRegister regs[NREGS] = {
    [CR] = { .name = "CR", .offset = 0x0, .fields = ZIF_FIELDS({ "RNGEN", 2, 1, ZIF_RW }, { "IE", 3, 1, ZIF_RW }) },
    [SR] = { .name = "SR",
             .offset = 0x4,
             .fields = ZIF_FIELDS({ "DRDY", 0, 1, ZIF_RO }, { "CECS", 1, 1, ZIF_RO }, { "SECS", 2, 1, ZIF_RO },
                                  { "CEIS", 5, 1, ZIF_W0C }, { "SEIS", 6, 1, ZIF_W0C }) },
    [DR] = { .name = "DR",
             .offset = 0x8,
             .flags = ZIF_REG_VOLATILE,
             .fields = ZIF_FIELDS({ "RNDATA", 0, 32, ZIF_RO }) },
};

enum { RNGEN = 1 << 2, IE = 1 << 3 };
enum { DRDY = 1, CECS = 2, SECS = 4, CEIS = 1 << 5, SEIS = 1 << 6 };
enum { READY, PERIODS = 40 };

typedef struct {
    ZifDevice dev;
    uint32_t values[NREGS];
} Rng;

static void update_irq(Rng *r)
{
    zif_set(&r->dev, 0, 0, r->values[CR] & IE && r->values[SR] & (DRDY | CEIS | SEIS));
}

/* The clocks and the source as they are now; a word is under way when nothing stands against it. */
static void update(Rng *r)
{
    uint64_t hz = zif_clock_hz_of(&r->dev, 1);
    bool enabled = r->values[CR] & RNGEN, slow = enabled && hz < zif_clock_hz(&r->dev) / 16;
    if (slow && !(r->values[SR] & CECS)) {
        r->values[SR] |= CECS | CEIS;
        zif_report(&r->dev, ZIF_REPORT_BUS, SR,
                   "the RNG's 48 MHz clock runs at %llu Hz, less than HCLK / 16: it sets CECS and gives no numbers",
                   (unsigned long long)hz);
    } else if (!slow) {
        r->values[SR] &= ~(uint32_t)CECS;
    }
    bool works = enabled && hz && !(r->values[SR] & (CECS | SECS)) && !(r->values[SR] & DRDY);
    if (!works) {
        zif_cancel(&r->dev, READY);
    } else if (zif_due(&r->dev, READY) == ZIF_TIME_NEVER) {
        zif_schedule_in(&r->dev, READY, PERIODS * ZIF_SEC / hz);
    }
    update_irq(r);
}

static void rng_event(ZifDevice *dev, unsigned event)
{
    Rng *r = (Rng *)dev;
    uint32_t word;
    do {
        word = zif_random(dev);
    } while (word == r->values[DR]); /* the same word twice would be a fault of the source */
    r->values[DR] = word;
    r->values[SR] |= DRDY;
    update(r);
}

static uint32_t rng_peek(ZifDevice *dev, unsigned slot)
{
    const Rng *r = (const Rng *)dev;
    return slot == DR && !(r->values[SR] & DRDY) ? 0 : r->values[slot];
}

static void rng_read(ZifDevice *dev, unsigned slot)
{
    Rng *r = (Rng *)dev;
    if (slot != DR) {
        return;
    }
    if (!(r->values[SR] & DRDY)) {
        zif_report(dev, ZIF_REPORT_BUSY, DR, "DR read while SR.DRDY is 0: there is no number yet; it gave 0");
    }
    r->values[SR] &= ~(uint32_t)DRDY;
    update(r);
}

static void rng_write(ZifDevice *dev, unsigned slot, uint32_t old, uint32_t value)
{
    update((Rng *)dev);
}

static void rng_clock(ZifDevice *dev, uint64_t hz)
{
    Rng *r = (Rng *)dev;
    zif_cancel(dev, READY);
    if (hz) { /* gated: it stands still */
        update(r);
    }
}

static void seed_error(ZifDevice *dev, unsigned line, int level)
{
    Rng *r = (Rng *)dev;
    r->values[SR] = level ? r->values[SR] | SECS | SEIS : r->values[SR] & ~(uint32_t)SECS;
    update(r);
}

const ZifClass zif__stm32f4_rng = {
    .name = "stm32f4-rng",
    .socs = (const char *const[]){ "st,stm32f4", NULL },
    .compatible = (const char *const[]){ "st,stm32-rng", NULL },
    .reference = "RM0090 rev 19, chapter 24",
    .summary = "whole; the words follow from the seed",
    .modelled = ZIF_MODELLED,
    .size = sizeof(Rng),
    .regs = regs,
    .nregs = NREGS,
    .values = offsetof(Rng, values),
    .span = 0x400,
    .inputs = (const ZifInput[]){ { .name = "seed-error", .set = seed_error }, { 0 } },
    .outputs = (const ZifOutput[]){ { .name = "irq" }, { 0 } },
    .events = (const char *const[]){ "ready", NULL },
    .event = rng_event,
    .peek = rng_peek,
    .on_read = rng_read,
    .on_write = rng_write,
    .clock_changed = rng_clock,
};
