/*
 * STM32F4 DAC: two channels with triggers, noise and triangle generator, DMA.
 *
 * Reference: RM0090 Rev 19, chapter 14 "Digital-to-analog converter (DAC)".
 * Models: all data formats, triggers, both waveforms, DMA requests and underrun. What the pins carry is in DOR1 and DOR2; output
 * line out is high while that is at least half the scale.
 * Departs: the one to three APB1 cycles from data or trigger to the output are not waited for; nor is the settling time. Narrow
 * accesses, which the manual does not allow but drivers make by DMA, reach the lanes of the register they name.
 * Missing: nothing else known.
 *
 * Inputs: ext, the trigger lines in the order of TSEL.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <zif/peripheral.h>

enum {
    CR,
    SWTRIGR,
    DHR12R1,
    DHR12L1,
    DHR8R1,
    DHR12R2,
    DHR12L2,
    DHR8R2,
    DHR12RD,
    DHR12LD,
    DHR8RD,
    DOR1,
    DOR2,
    SR,
    NREGS
};

#define CHANNEL(N, LSB)                                                                                                \
    { "EN" #N, (LSB) + 0, 1, ZIF_RW }, { "BOFF" #N, (LSB) + 1, 1, ZIF_RW }, { "TEN" #N, (LSB) + 2, 1, ZIF_RW },        \
        { "TSEL" #N, (LSB) + 3, 3, ZIF_RW }, { "WAVE" #N, (LSB) + 6, 2, ZIF_RW }, { "MAMP" #N, (LSB) + 8, 4, ZIF_RW }, \
        { "DMAEN" #N, (LSB) + 12, 1, ZIF_RW },                                                                         \
    {                                                                                                                  \
        "DMAUDRIE" #N, (LSB) + 13, 1, ZIF_RW                                                                           \
    }
#define REG(NAME, OFFSET, ...)                                                                                         \
    {                                                                                                                  \
        .name = NAME, .offset = OFFSET, .fields = ZIF_FIELDS(__VA_ARGS__)                                              \
    }
/* One value in several registers: writing one of them changes the others. */
#define DATA(NAME, OFFSET, ...)                                                                                        \
    {                                                                                                                  \
        .name = NAME, .offset = OFFSET, .fields = ZIF_FIELDS(__VA_ARGS__), .flags = ZIF_REG_VOLATILE                   \
    }

static const ZifRegister regs[NREGS] = {
    [CR] = REG("CR", 0x00, CHANNEL(1, 0), CHANNEL(2, 16)),
    [SWTRIGR] = REG("SWTRIGR", 0x04, { "SWTRIG1", 0, 1, ZIF_WO }, { "SWTRIG2", 1, 1, ZIF_WO }),
    [DHR12R1] = DATA("DHR12R1", 0x08, { "DACC1DHR", 0, 12, ZIF_RW }),
    [DHR12L1] = DATA("DHR12L1", 0x0C, { "DACC1DHR", 4, 12, ZIF_RW }),
    [DHR8R1] = DATA("DHR8R1", 0x10, { "DACC1DHR", 0, 8, ZIF_RW }),
    [DHR12R2] = DATA("DHR12R2", 0x14, { "DACC2DHR", 0, 12, ZIF_RW }),
    [DHR12L2] = DATA("DHR12L2", 0x18, { "DACC2DHR", 4, 12, ZIF_RW }),
    [DHR8R2] = DATA("DHR8R2", 0x1C, { "DACC2DHR", 0, 8, ZIF_RW }),
    [DHR12RD] = DATA("DHR12RD", 0x20, { "DACC1DHR", 0, 12, ZIF_RW }, { "DACC2DHR", 16, 12, ZIF_RW }),
    [DHR12LD] = DATA("DHR12LD", 0x24, { "DACC1DHR", 4, 12, ZIF_RW }, { "DACC2DHR", 20, 12, ZIF_RW }),
    [DHR8RD] = DATA("DHR8RD", 0x28, { "DACC1DHR", 0, 8, ZIF_RW }, { "DACC2DHR", 8, 8, ZIF_RW }),
    [DOR1] = DATA("DOR1", 0x2C, { "DACC1DOR", 0, 12, ZIF_RO }),
    [DOR2] = DATA("DOR2", 0x30, { "DACC2DOR", 0, 12, ZIF_RO }),
    [SR] = REG("SR", 0x34, { "DMAUDR1", 13, 1, ZIF_W1C }, { "DMAUDR2", 29, 1, ZIF_W1C }),
};

enum { EN = 1 << 0, TEN = 1 << 2, DMAEN = 1 << 12, DMAUDRIE = 1 << 13, DMAUDR = 1 << 13 };
enum { OUT_IRQ, OUT_DMA, OUT_LEVEL };
enum { SOFTWARE = 7 };

typedef struct {
    ZifDevice dev;
    uint32_t values[NREGS];
    uint16_t dhr[2];
    uint16_t lfsr[2];
    uint16_t triangle[2];
    bool falling[2];
} Dac;

static uint32_t control(const Dac *d, unsigned n)
{
    return d->values[CR] >> (16 * n) & 0xffff;
}

static void update_irq(Dac *d)
{
    bool on = false;
    for (unsigned n = 0; n < 2; n++) {
        on = on || (d->values[SR] >> (16 * n) & DMAUDR && control(d, n) & DMAUDRIE);
    }
    zif_set(&d->dev, OUT_IRQ, 0, on);
}

static unsigned wave(const Dac *d, unsigned n)
{
    unsigned mode = zif_bits(control(d, n), 6, 2), amplitude = zif_bits(control(d, n), 8, 4);
    unsigned mask = (2u << (amplitude < 11 ? amplitude : 11)) - 1;
    if (!(control(d, n) & TEN)) {
        return 0;
    }
    return mode == 0 ? 0 : mode == 1 ? d->lfsr[n] & mask : d->triangle[n];
}

static void convert(Dac *d, unsigned n)
{
    unsigned sum = d->dhr[n] + wave(d, n);
    if (control(d, n) & EN) {
        d->values[DOR1 + n] = sum < 4095 ? sum : 4095;
        zif_set(&d->dev, OUT_LEVEL, n, d->values[DOR1 + n] >= 2048);
    }
}

static void advance_wave(Dac *d, unsigned n)
{
    unsigned amplitude = zif_bits(control(d, n), 8, 4), top = (2u << (amplitude < 11 ? amplitude : 11)) - 1;
    unsigned x = d->lfsr[n];
    /* Figure 76: the new bit 11 is the sum of bits 0, 1, 4 and 6, and a one when all are zero. */
    unsigned bit = x ? (x ^ x >> 1 ^ x >> 4 ^ x >> 6) & 1 : 1;
    d->lfsr[n] = x >> 1 | bit << 11;
    if (d->triangle[n] >= top) {
        d->falling[n] = true;
    } else if (d->triangle[n] == 0) {
        d->falling[n] = false;
    }
    d->triangle[n] += d->falling[n] ? -1 : 1;
}

static void trigger(Dac *d, unsigned n)
{
    uint32_t cr = control(d, n), underrun = (uint32_t)DMAUDR << (16 * n);
    if (zif_bits(cr, 6, 2)) {
        advance_wave(d, n);
    }
    convert(d, n);
    if (!(cr & DMAEN) || zif_bits(cr, 3, 3) == SOFTWARE || d->values[SR] & underrun) {
        return;
    }
    if (zif_output_level(&d->dev, OUT_DMA, n)) {
        d->values[SR] |= underrun;
        zif_set(&d->dev, OUT_DMA, n, 0);
        zif_report(&d->dev, ZIF_REPORT_OVERRUN, SR,
                   "DMAUDR%u: a trigger came before the DMA had served the one before; channel %u gets no more data",
                   n + 1, n + 1);
        update_irq(d);
    } else {
        zif_set(&d->dev, OUT_DMA, n, 1);
    }
}

static void on_ext(ZifDevice *dev, unsigned line, int level)
{
    Dac *d = (Dac *)dev;
    for (unsigned n = 0; level && zif_clock_hz(dev) && n < 2; n++) {
        if ((control(d, n) & (EN | TEN)) == (EN | TEN) && zif_bits(control(d, n), 3, 3) == line) {
            trigger(d, n);
        }
    }
}

static void set_data(Dac *d, unsigned n, uint16_t value)
{
    d->dhr[n] = value;
    d->values[DHR12R1 + 3 * n] = value;
    d->values[DHR12L1 + 3 * n] = value << 4;
    d->values[DHR8R1 + 3 * n] = value >> 4;
    d->values[DHR12RD] = (d->values[DHR12RD] & ~(0xfffu << (16 * n))) | (uint32_t)value << (16 * n);
    d->values[DHR12LD] = (d->values[DHR12LD] & ~(0xfff0u << (16 * n))) | (uint32_t)value << (16 * n + 4);
    d->values[DHR8RD] = (d->values[DHR8RD] & ~(0xffu << (8 * n))) | (uint32_t)value >> 4 << (8 * n);
    zif_set(&d->dev, OUT_DMA, n, 0);
    if (!(control(d, n) & TEN)) {
        convert(d, n);
    }
}

static void write_cr(Dac *d, uint32_t old)
{
    for (unsigned n = 0; n < 2; n++) {
        uint32_t now = control(d, n), before = old >> (16 * n);
        if (now & EN && !(before & EN)) {
            zif_check_routed(&d->dev, n ? "out2" : "out1");
        }
        if (!(now & DMAEN)) {
            zif_set(&d->dev, OUT_DMA, n, 0);
        }
        if (zif_bits(now, 6, 2) == 0) {
            d->lfsr[n] = 0xaaa;
            d->triangle[n] = 0;
            d->falling[n] = false;
        }
        if (now & EN && !(now & TEN)) {
            convert(d, n);
        }
    }
}

static void dac_write(ZifDevice *dev, unsigned slot, uint32_t old, uint32_t value)
{
    Dac *d = (Dac *)dev;
    uint32_t now = d->values[slot];
    switch (slot) {
    case CR:
        write_cr(d, old);
        break;
    case SWTRIGR:
        for (unsigned n = 0; n < 2; n++) {
            if (value >> n & 1 && (control(d, n) & (EN | TEN)) == (EN | TEN) &&
                zif_bits(control(d, n), 3, 3) == SOFTWARE) {
                trigger(d, n);
            }
        }
        break;
    case DHR12R1:
    case DHR12R2:
        set_data(d, slot == DHR12R2, now);
        break;
    case DHR12L1:
    case DHR12L2:
        set_data(d, slot == DHR12L2, now >> 4);
        break;
    case DHR8R1:
    case DHR8R2:
        set_data(d, slot == DHR8R2, now << 4);
        break;
    case DHR12RD:
        set_data(d, 0, now & 0xfff);
        set_data(d, 1, now >> 16);
        break;
    case DHR12LD:
        set_data(d, 0, now >> 4 & 0xfff);
        set_data(d, 1, now >> 20);
        break;
    case DHR8RD:
        set_data(d, 0, (now & 0xff) << 4);
        set_data(d, 1, now >> 8 << 4);
        break;
    default:
        break;
    }
    update_irq(d);
}

static void dac_reset(ZifDevice *dev, ZifResetKind kind)
{
    Dac *d = (Dac *)dev;
    for (unsigned n = 0; n < 2; n++) {
        d->dhr[n] = d->triangle[n] = 0;
        d->lfsr[n] = 0xaaa;
        d->falling[n] = false;
    }
}

const ZifClass zif__stm32f4_dac = {
    .name = "stm32f4-dac",
    .socs = (const char *const[]){ "st,stm32f4", NULL },
    .compatible = (const char *const[]){ "st,stm32-dac", NULL },
    .reference = "RM0090 Rev 19, chapter 14",
    .summary = "two channels, data formats, triggers, noise, triangle, DMA with underrun",
    .modelled = ZIF_MODELLED,
    .size = sizeof(Dac),
    .regs = regs,
    .nregs = NREGS,
    .values = offsetof(Dac, values),
    .span = 0x400,
    .inputs = (const ZifInput[]){ { "ext", 8, on_ext }, { 0 } },
    .outputs = (const ZifOutput[]){ { "irq", 1 }, { "dma", 2 }, { "out", 2 }, { 0 } },
    .reset = dac_reset,
    .on_write = dac_write,
};
