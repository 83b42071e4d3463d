/*
 * STM32F4 ADC: the block common to the three converters: their clock, and the modes in which they work together.
 *
 * Reference: RM0090 Rev 19, sections 13.9 "Multi ADC mode" and 13.13.15 to 13.13.17 (CSR, CCR, CDR).
 * Models: dual and triple modes: regular and injected simultaneous, interleaved, alternate trigger and their combinations; CDR with
 * the three DMA modes; the prescaler.
 * Departs: in interleaved mode DELAY counts from the start of the conversion before, also when its sampling lasts longer.
 * Missing: nothing else known.
 *
 * Node properties: zif,adcs (phandles of ADC1, ADC2, ADC3).
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <string.h>
#include "adc.h"

#define ADC_FLAGS(N, LSB)                                                                                              \
    { "AWD" #N, (LSB) + 0, 1, ZIF_RO }, { "EOC" #N, (LSB) + 1, 1, ZIF_RO }, { "JEOC" #N, (LSB) + 2, 1, ZIF_RO },       \
        { "JSTRT" #N, (LSB) + 3, 1, ZIF_RO }, { "STRT" #N, (LSB) + 4, 1, ZIF_RO },                                     \
    {                                                                                                                  \
        "OVR" #N, (LSB) + 5, 1, ZIF_RO                                                                                 \
    }

static const ZifRegister regs[ADCC_NREGS] = {
    [ADCC_CSR] = { .name = "CSR",
                   .offset = 0x00,
                   .fields = ZIF_FIELDS(ADC_FLAGS(1, 0), ADC_FLAGS(2, 8), ADC_FLAGS(3, 16)),
                   .flags = ZIF_REG_VOLATILE },
    [ADCC_CCR] = { .name = "CCR",
                   .offset = 0x04,
                   .fields = ZIF_FIELDS({ "MULTI", 0, 5, ZIF_RW }, { "DELAY", 8, 4, ZIF_RW }, { "DDS", 13, 1, ZIF_RW },
                                        { "DMA", 14, 2, ZIF_RW }, { "ADCPRE", 16, 2, ZIF_RW },
                                        { "VBATE", 22, 1, ZIF_RW }, { "TSVREFE", 23, 1, ZIF_RW }) },
    [ADCC_CDR] = { .name = "CDR",
                   .offset = 0x08,
                   .fields = ZIF_FIELDS({ "DATA1", 0, 16, ZIF_RO }, { "DATA2", 16, 16, ZIF_RO }),
                   .flags = ZIF_REG_VOLATILE },
};

enum { OUT_DMA };
enum { SECOND, THIRD }; /* interleaved starts of ADC2, ADC3 */

/* --- Who is who ------------------------------------------------------------------------------------------------------- */

AdcCommon *zif__adc_common(const Adc *a)
{
    return (AdcCommon *)zif_prop_peer(&a->dev, "zif,common", "stm32f4-adc-common");
}

Adc *zif__adc_peer(const AdcCommon *c, unsigned n)
{
    ZifDevice *dev = zif_prop_device(&c->dev, "zif,adcs", n);
    return dev && !strcmp(dev->cls->name, "stm32f4-adc") ? (Adc *)dev : NULL;
}

unsigned zif__adc_number(const AdcCommon *c, const Adc *a)
{
    unsigned n = 0;
    while (n < ADC_MAX && zif__adc_peer(c, n) != a) {
        n++;
    }
    return n;
}

uint32_t zif__adc_ccr(const Adc *a)
{
    AdcCommon *c = zif__adc_common(a);
    return c ? c->values[ADCC_CCR] : 0;
}

uint64_t zif__adc_clock_hz(const Adc *a)
{
    return zif_clock_hz(&a->dev) / (2 + 2 * zif_bits(zif__adc_ccr(a), 16, 2));
}

/* --- Multi modes ------------------------------------------------------------------------------------------------------ */

/* MULTI without the bit that says dual or triple. */
static unsigned mode(const AdcCommon *c)
{
    return c->values[ADCC_CCR] & 15;
}

static unsigned members(const AdcCommon *c)
{
    unsigned multi = c->values[ADCC_CCR] & 31;
    return multi == 0 ? 1 : multi & 16 ? 3 : 2;
}

static bool together(const AdcCommon *c)
{
    return mode(c) == 1 || mode(c) == 2 || mode(c) == 6;
}

static bool interleaved(const AdcCommon *c)
{
    return mode(c) == 7;
}

static bool injected_together(const AdcCommon *c)
{
    return mode(c) == 1 || mode(c) == 5;
}

static bool alternating(const AdcCommon *c)
{
    return mode(c) == 2 || mode(c) == 9;
}

bool zif__adc_is_joint(const Adc *a)
{
    AdcCommon *c = zif__adc_common(a);
    return c && members(c) > 1 && (together(c) || interleaved(c)) && zif__adc_number(c, a) < members(c);
}

bool zif__adc_obeys(const Adc *a, bool injected)
{
    AdcCommon *c = zif__adc_common(a);
    if (!c || members(c) == 1 || zif__adc_number(c, a) == 0 || zif__adc_number(c, a) >= members(c)) {
        return true;
    }
    return injected ? !injected_together(c) && !alternating(c) : !together(c) && !interleaved(c);
}

void zif__adc_regular_started(Adc *master)
{
    AdcCommon *c = zif__adc_common(master);
    if (!c || members(c) == 1 || zif__adc_number(c, master) != 0) {
        return;
    }
    if (together(c)) {
        for (unsigned n = 1; n < members(c); n++) {
            Adc *a = zif__adc_peer(c, n);
            if (a && a->values[ADC_CR2] & 1) {
                zif__adc_start_regular(a);
            }
        }
    } else if (interleaved(c)) {
        uint64_t hz = zif__adc_clock_hz(master), cycles = 5 + zif_bits(c->values[ADCC_CCR], 8, 4);
        for (unsigned n = 1; hz && n < members(c); n++) {
            zif_schedule_in(&c->dev, SECOND + n - 1, n * cycles * ZIF_SEC / hz);
        }
    }
}

void zif__adc_injected_started(Adc *a)
{
    AdcCommon *c = zif__adc_common(a);
    if (!c || members(c) == 1 || zif__adc_number(c, a) != 0) {
        return;
    }
    if (injected_together(c)) {
        for (unsigned n = 1; n < members(c); n++) {
            Adc *peer = zif__adc_peer(c, n);
            if (peer && peer->values[ADC_CR2] & 1) {
                zif__adc_start_injected(peer);
            }
        }
    }
}

Adc *zif__adc_injected_turn(Adc *a)
{
    AdcCommon *c = zif__adc_common(a);
    if (!c || members(c) == 1 || !alternating(c) || zif__adc_number(c, a) != 0) {
        return a;
    }
    Adc *turn = zif__adc_peer(c, c->turn++ % members(c));
    return turn && turn->values[ADC_CR2] & 1 ? turn : a;
}

static void on_dma_end(ZifDevice *dev, unsigned line, int level)
{
    AdcCommon *c = (AdcCommon *)dev;
    if (level && c->values[ADCC_CCR] & 3u << 14 && !(c->values[ADCC_CCR] & 1u << 13)) {
        c->dma_done = true;
    }
}

static void common_event(ZifDevice *dev, unsigned event)
{
    AdcCommon *c = (AdcCommon *)dev;
    Adc *a = zif__adc_peer(c, event - SECOND + 1);
    if (a && a->values[ADC_CR2] & 1) {
        zif__adc_start_regular(a);
    }
}

/* --- Data ------------------------------------------------------------------------------------------------------------- */

static unsigned dma_mode(const AdcCommon *c)
{
    return zif_bits(c->values[ADCC_CCR], 14, 2);
}

static unsigned per_request(const AdcCommon *c)
{
    return dma_mode(c) == 1 ? 1 : 2;
}

void zif__adc_joint_result(Adc *a, uint16_t data)
{
    AdcCommon *c = zif__adc_common(a);
    unsigned n = zif__adc_number(c, a);
    uint32_t *cdr = &c->values[ADCC_CDR];
    if (!dma_mode(c)) {
        /* DATA1 is the master's, or the third one's in its turn. */
        *cdr = n == 1 ? (*cdr & 0xffff) | (uint32_t)data << 16 : (*cdr & 0xffff0000) | data;
        return;
    }
    if (c->queued == sizeof c->queue / sizeof *c->queue) {
        c->queued = 0;
        zif__adc_overrun(a);
        return;
    }
    c->queue[c->queued++] = data;
    if (c->queued >= per_request(c) && !c->dma_done) {
        zif_set(&c->dev, OUT_DMA, 0, 1);
    }
}

static uint32_t common_peek(ZifDevice *dev, unsigned slot)
{
    AdcCommon *c = (AdcCommon *)dev;
    uint32_t value = 0;
    if (slot == ADCC_CSR) {
        for (unsigned n = 0; n < ADC_MAX; n++) {
            Adc *a = zif__adc_peer(c, n);
            value |= a ? (a->values[ADC_SR] & 63) << (8 * n) : 0;
        }
        return value;
    }
    if (slot == ADCC_CDR && c->queued >= per_request(c) && dma_mode(c)) {
        uint16_t first = c->queue[0], second = c->queue[1];
        return dma_mode(c) == 1   ? first
               : dma_mode(c) == 2 ? first | (uint32_t)second << 16
                                  : (first & 255) | (second & 255) << 8;
    }
    return c->values[slot];
}

static void common_read(ZifDevice *dev, unsigned slot)
{
    AdcCommon *c = (AdcCommon *)dev;
    if (slot != ADCC_CDR) {
        return;
    }
    for (unsigned n = 0; n < members(c); n++) {
        Adc *a = zif__adc_peer(c, n);
        if (a && (!dma_mode(c) || c->queued <= per_request(c))) {
            zif__adc_read_by_common(a);
        }
    }
    if (dma_mode(c) && c->queued >= per_request(c)) {
        c->queued -= per_request(c);
        memmove(c->queue, c->queue + per_request(c), c->queued * sizeof *c->queue);
        zif_set(dev, OUT_DMA, 0, 0);
        if (c->queued >= per_request(c) && !c->dma_done) {
            zif_set(dev, OUT_DMA, 0, 1);
        }
    }
}

static void common_write(ZifDevice *dev, unsigned slot, uint32_t old, uint32_t value)
{
    AdcCommon *c = (AdcCommon *)dev;
    if (slot != ADCC_CCR) {
        return;
    }
    static const uint32_t known = 1u << 0 | 1u << 1 | 1u << 2 | 1u << 5 | 1u << 6 | 1u << 7 | 1u << 9;
    if (!(known >> mode(c) & 1) || (c->values[slot] & 31) == 16) {
        zif_report(dev, ZIF_REPORT_RESERVED, slot, "MULTI is 0x%x, which is no mode", c->values[slot] & 31);
    }
    if ((old ^ c->values[slot]) & (3u << 14 | 31)) {
        c->queued = c->turn = 0;
        c->dma_done = false;
        zif_set(dev, OUT_DMA, 0, 0);
    }
}

static void common_reset(ZifDevice *dev, ZifResetKind kind)
{
    AdcCommon *c = (AdcCommon *)dev;
    c->queued = c->turn = 0;
    c->dma_done = false;
}

const ZifClass zif__stm32f4_adc_common = {
    .name = "stm32f4-adc-common",
    .socs = (const char *const[]){ "st,stm32f4", NULL },
    .compatible = (const char *const[]){ "st,stm32f4-adc-common", NULL },
    .reference = "RM0090 Rev 19, chapter 13",
    .summary = "clock prescaler, multi modes, common data register",
    .modelled = ZIF_MODELLED,
    .size = sizeof(AdcCommon),
    .regs = regs,
    .nregs = ADCC_NREGS,
    .values = offsetof(AdcCommon, values),
    .span = 0x100,
    .inputs = (const ZifInput[]){ { "dma-end", 1, on_dma_end }, { 0 } },
    .outputs = (const ZifOutput[]){ { "dma", 1 }, { 0 } },
    .events = (const char *const[]){ "second", "third", NULL },
    .event = common_event,
    .reset = common_reset,
    .peek = common_peek,
    .on_read = common_read,
    .on_write = common_write,
};
