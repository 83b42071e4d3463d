/*
 * LTDC: what the firmware did wrong. Nothing here changes anything.
 * Reference: RM0090 Rev 19, sections 16.4 and 16.7. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "ltdc.h"

void zif__ltdc_check_timing(Ltdc *l)
{
    const uint32_t *v = l->values;
    for (unsigned lsb = 0; lsb <= 16; lsb += 16) {
        unsigned wide = lsb ? 12 : 11;
        unsigned sync = zif_bits(v[SSCR], lsb, wide), porch = zif_bits(v[BPCR], lsb, wide);
        unsigned end = zif_bits(v[AWCR], lsb, wide), total = zif_bits(v[TWCR], lsb, wide);
        if (sync > porch || porch >= end || end > total) {
            zif_report(
                &l->dev, ZIF_REPORT_RESERVED, AWCR,
                "%s %u, %s %u, %s %u, %s %u: each is counted from the start of the pulse and includes the one before; "
                "there is no active area",
                lsb ? "HSW" : "VSH", sync, lsb ? "AHBP" : "AVBP", porch, lsb ? "AAW" : "AAH", end,
                lsb ? "TOTALW" : "TOTALH", total);
        }
    }
    if (v[IER] & LIF && zif_bits(v[LIPCR], 0, 11) >= zif__ltdc_lines(l)) {
        zif_report(&l->dev, ZIF_REPORT_RESERVED, LIPCR, "LIPOS %u: a frame has %u lines, there will be no interrupt",
                   zif_bits(v[LIPCR], 0, 11), zif__ltdc_lines(l));
    }
}

void zif__ltdc_check_pins(Ltdc *l)
{
    static const char *const frame[] = { "clk", "de", "hsync", "vsync" };
    static const char *const data[] = {
        "r0", "r1", "r2", "r3", "r4", "r5", "r6", "r7", "g0", "g1", "g2", "g3",
        "g4", "g5", "g6", "g7", "b0", "b1", "b2", "b3", "b4", "b5", "b6", "b7",
    };
    uint32_t bits[3];
    if (zif_prop_cells(&l->dev, "zif,colour-bits", bits, 3) != 3) {
        return;
    }
    for (unsigned i = 0; i < 4; i++) {
        zif_check_routed(&l->dev, frame[i]);
    }
    for (unsigned i = 0; i < 24; i++) {
        if (i % 8 + bits[i / 8] >= 8) {
            zif_check_routed(&l->dev, data[i]);
        }
    }
}

static void check_factors(Ltdc *l, unsigned n)
{
    unsigned bf1 = zif_bits(l->active[n][LAYER_BFCR], 8, 3), bf2 = zif_bits(l->active[n][LAYER_BFCR], 0, 3);
    if ((bf1 != 4 && bf1 != 6) || (bf2 != 5 && bf2 != 7)) {
        zif_report(&l->dev, ZIF_REPORT_RESERVED, (int)(LAYER1 + n * LAYER_REGS + LAYER_BFCR),
                   "BF1 %u, BF2 %u: only 4 or 6 and 5 or 7 mean something", bf1, bf2);
    }
}

static void check_window(Ltdc *l, unsigned n, unsigned slot)
{
    const uint32_t *v = l->values, *a = l->active[n];
    for (unsigned side = 0; side < 2; side++) {
        unsigned wide = side ? 11 : 12, lsb = side ? 0 : 16;
        unsigned start = zif_bits(a[LAYER_WHPCR + side], 0, wide), stop = zif_bits(a[LAYER_WHPCR + side], 16, wide);
        unsigned porch = zif_bits(v[BPCR], lsb, wide), end = zif_bits(v[AWCR], lsb, wide);
        int reg = (int)(slot + LAYER_WHPCR + side);
        if (start > stop) {
            zif_report(&l->dev, ZIF_REPORT_RESERVED, reg, "the window ends at %u, before it begins at %u", stop, start);
        } else if (start <= porch || stop > end) {
            zif_report(&l->dev, ZIF_REPORT_RESERVED, reg,
                       "the window, %u to %u, is not inside the active area, %u to %u", start, stop, porch + 1, end);
        }
    }
}

static void check_buffer(Ltdc *l, unsigned n, unsigned slot)
{
    const LtdcView *v = zif__ltdc_view(l);
    const LtdcLayer *g = &v->layers[n];
    if (!g->shown) {
        return;
    }
    if (g->usable < g->bytes) {
        zif_report(&l->dev, ZIF_REPORT_OVERRUN, (int)(slot + LAYER_CFBLR),
                   "CFBLL %u: a line of the window has %u bytes, which CFBLL %u would fetch; the FIFO runs empty",
                   zif_bits(l->active[n][LAYER_CFBLR], 0, 13), g->bytes, g->bytes + 3);
    } else if (g->pitch < g->bytes && g->lines > 1) {
        zif_report(&l->dev, ZIF_REPORT_RESERVED, (int)(slot + LAYER_CFBLR),
                   "CFBP %u: a line of the window has %u bytes, so lines overlap", g->pitch, g->bytes);
    }
    if (g->lines < g->first_row + g->rows) {
        zif_report(&l->dev, ZIF_REPORT_OVERRUN, (int)(slot + LAYER_CFBLNR),
                   "CFBLNBR %u: the window has at least %u lines; the FIFO runs empty", g->lines,
                   g->first_row + g->rows);
    }
    for (unsigned i = 0; i < g->npieces; i++) {
        if (!g->pieces[i].host) {
            zif_report(&l->dev, ZIF_REPORT_BUS, (int)(slot + LAYER_CFBAR),
                       "the framebuffer, 0x%08x to 0x%08x, is not all memory this master can read: 0x%08x is not",
                       g->address, (unsigned)g->pieces[g->npieces - 1].last, (unsigned)g->pieces[i].first);
            return;
        }
    }
    if (v->any_underrun && g->usable == g->bytes && g->lines >= g->first_row + g->rows) {
        zif_report(&l->dev, ZIF_REPORT_OVERRUN, (int)(slot + LAYER_CFBAR),
                   "at %llu Hz the layers want more bytes than their memory gives; a FIFO runs empty",
                   (unsigned long long)l->pixels.hz);
    }
}

void zif__ltdc_check_layers(Ltdc *l)
{
    unsigned width, height;
    for (unsigned n = 0; n < LTDC_LAYERS; n++) {
        if (l->active[n][LAYER_CR] & CR_LEN && zif__ltdc_active(l, &width, &height)) {
            check_factors(l, n);
            check_window(l, n, LAYER1 + n * LAYER_REGS);
            check_buffer(l, n, LAYER1 + n * LAYER_REGS);
        }
    }
}

void zif__ltdc_report_forgotten(Ltdc *l)
{
    for (unsigned slot = LAYER1; slot < LTDC_REGS; slot++) {
        unsigned n = (slot - LAYER1) / LAYER_REGS, reg = (slot - LAYER1) % LAYER_REGS;
        if (reg < LAYER_SHADOWED && l->active[n][reg] != l->values[slot]) {
            zif_report(&l->dev, ZIF_REPORT_BUSY, (int)slot,
                       "0x%x was written a frame ago and 0x%x is still in force: SRCR was not told to reload",
                       l->values[slot], l->active[n][reg]);
        }
    }
}
