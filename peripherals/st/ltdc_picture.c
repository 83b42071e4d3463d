/*
 * LTDC: the picture: conversion, colour keying, CLUT, blending, dithering.
 *
 * Reference: RM0090 Rev 19, section 16.4.2 "Layer programmable parameters" and 16.4.1 (dithering).
 *
 * The picture is that of the registers in force and the memory as they are when it is looked at. In the middle of a frame that is what
 * the rest of it will show; what the beam has drawn before is not kept.
 *
 * Rounding, of which the manual says nothing: pixel alpha times constant alpha is rounded to the nearest 255th, and so is the sum of the
 * two weighted colours, which ends at 255. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "ltdc.h"

enum { RGB = 0xffffff };

static bool has_alpha(unsigned format)
{
    return format == ST_ARGB8888 || format == ST_ARGB1555 || format == ST_ARGB4444 || format == ST_AL44 ||
           format == ST_AL88;
}

static bool has_clut(unsigned format)
{
    return format == ST_L8 || format == ST_AL44 || format == ST_AL88;
}

/* The nearest 255th of x, up to 255 * 255. */
static inline uint32_t by_255(uint32_t x)
{
    x += 128;
    return (x + (x >> 8)) >> 8;
}

static inline uint32_t channel(uint32_t over, uint32_t under, unsigned lsb, uint32_t f1, uint32_t f2)
{
    uint32_t sum = (over >> lsb & 0xff) * f1 + (under >> lsb & 0xff) * f2;
    sum = sum < 255 * 255 ? sum : 255 * 255;
    return by_255(sum) << lsb;
}

/* What the weights of a pixel and of what is below it depend on. The middle bit of BF1 and BF2 says whether the pixel's alpha counts. */
typedef struct {
    uint32_t constant;
    bool pixel1, pixel2;
} Factors;

static Factors factors_of(const uint32_t *a)
{
    return (Factors){ a[LAYER_CACR] & 0xff, zif_bits(a[LAYER_BFCR], 9, 1), zif_bits(a[LAYER_BFCR], 1, 1) };
}

static inline uint32_t blend(uint32_t over, uint32_t under, Factors f)
{
    uint32_t alpha = by_255((over >> 24) * f.constant);
    uint32_t f1 = f.pixel1 ? alpha : f.constant, f2 = 255 - (f.pixel2 ? alpha : f.constant);
    return channel(over, under, 16, f1, f2) | channel(over, under, 8, f1, f2) | channel(over, under, 0, f1, f2);
}

static void blend_colour(uint32_t colour, Factors f, uint32_t *out, unsigned n)
{
    uint32_t alpha = by_255((colour >> 24) * f.constant);
    if ((f.pixel1 ? alpha : f.constant) == 0 && (f.pixel2 ? alpha : f.constant) == 0) {
        return;
    }
    for (unsigned i = 0; i < n; i++) {
        out[i] = blend(colour, out[i], f);
    }
}

static void blend_pixels(const uint32_t *restrict pixels, Factors f, uint32_t *restrict out, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        out[i] = blend(pixels[i], out[i], f);
    }
}

static void cover(const uint32_t *restrict pixels, uint32_t *restrict out, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        out[i] = pixels[i] & RGB;
    }
}

/* Pixels whose colour before the CLUT is the key become 0 in all channels. */
static void key_and_look_up(const Ltdc *l, unsigned layer, uint32_t *argb, unsigned n)
{
    const uint32_t *a = l->active[layer], *clut = l->clut[layer];
    bool keyed = a[LAYER_CR] & CR_COLKEN, indexed = a[LAYER_CR] & CR_CLUTEN && has_clut(a[LAYER_PFCR] & 7);
    uint32_t key = a[LAYER_CKCR] & RGB;
    for (unsigned i = 0; i < n; i++) {
        uint32_t p = argb[i];
        p = indexed ? (p & ~(uint32_t)RGB) | (clut[p & 0xff] & RGB) : p;
        argb[i] = keyed && (argb[i] & RGB) == key ? 0 : p;
    }
}

static void layer_over(const Ltdc *l, unsigned layer, unsigned y, uint32_t *out, unsigned width)
{
    const LtdcLayer *g = &l->view->layers[layer];
    const uint32_t *a = l->active[layer];
    Factors f = factors_of(a);
    if (!g->shown || y - g->y >= g->rows) { /* wraps when it begins below */
        blend_colour(a[LAYER_DCCR], f, out, width);
        return;
    }
    uint32_t pixels[MOST_COLUMNS], *to = out + g->x;
    const uint8_t *bytes = g->shown_bytes + (size_t)(y - g->y) * g->bytes;
    st_pixels_expand(g->format, bytes, g->skip, l->view->greys, pixels, g->width);
    bool other = a[LAYER_CR] & CR_COLKEN || (a[LAYER_CR] & CR_CLUTEN && has_clut(g->format));
    if (other) {
        key_and_look_up(l, layer, pixels, g->width);
    }
    blend_colour(a[LAYER_DCCR], f, out, g->x);
    if (f.constant == 255 && !has_alpha(g->format) && !(a[LAYER_CR] & CR_COLKEN)) {
        cover(pixels, to, g->width);
    } else {
        blend_pixels(pixels, f, to, g->width);
    }
    blend_colour(a[LAYER_DCCR], f, to + g->width, width - g->x - g->width);
}

/* Adds two random bits to each channel. */
static void dither(uint32_t *out, unsigned y, unsigned width)
{
    uint32_t lfsr = 0xace1u ^ (y + 1) * 0x9e3779b1u;
    for (unsigned i = 0; i < width; i++) {
        lfsr = lfsr >> 1 ^ (lfsr & 1 ? 0xa3000000u : 0); /* x^32 + x^30 + x^26 + x^25 + 1: its longest sequence */
        uint32_t p = 0;
        for (unsigned c = 0; c < 3; c++) {
            uint32_t v = (out[i] >> 8 * c & 0xff) + (lfsr >> 2 * c & 3);
            p |= (v < 255 ? v : 255) << 8 * c;
        }
        out[i] = p;
    }
}

static void draw_row(const Ltdc *l, unsigned y, uint32_t *out, unsigned width)
{
    uint32_t background = l->values[BCCR] & RGB;
    for (unsigned i = 0; i < width; i++) {
        out[i] = background;
    }
    for (unsigned n = 0; n < LTDC_LAYERS; n++) {
        layer_over(l, n, y, out, width);
    }
    if (l->values[GCR] & GCR_DEN) {
        dither(out, y, width);
    }
}

/* --- For those who look ----------------------------------------------------------------------------------------------------- */

static void picture_size(ZifDevice *dev, unsigned *width, unsigned *height)
{
    const Ltdc *l = (const Ltdc *)dev;
    *width = *height = 0;
    if (zif__ltdc_scans(l)) {
        zif__ltdc_active(l, width, height);
    }
}

static ZifTime next_frame(ZifDevice *dev, ZifTime after)
{
    const Ltdc *l = (const Ltdc *)dev;
    unsigned width, height;
    return zif__ltdc_active(l, &width, &height) ? zif__ltdc_line_after(l, zif__ltdc_blank_line(l), after)
                                                : ZIF_TIME_NEVER;
}

/* The panel behind the controller may be a display, too, that shows the same picture: both count. */
static void watch(ZifDevice *dev, bool on)
{
    Ltdc *l = (Ltdc *)dev;
    l->view->watchers += on ? 1 : -1;
    if (l->view->watchers == (on ? 1 : 0)) {
        zif__ltdc_log(l, on);
    }
}

/* Changes up to which a picture, known by where its pixels are, has been drawn. */
static uint64_t *drawn_upto(LtdcView *v, const ZifPicture *picture)
{
    for (unsigned i = 0; i < LTDC_LOOKERS; i++) {
        if (v->lookers[i].pixels == picture->pixels) {
            return &v->lookers[i].upto;
        }
    }
    unsigned i = v->next_looker++ % LTDC_LOOKERS;
    v->lookers[i].pixels = picture->pixels;
    v->lookers[i].upto = 0;
    return &v->lookers[i].upto;
}

static void draw(ZifDevice *dev, ZifPicture *picture, bool all)
{
    Ltdc *l = (Ltdc *)dev;
    zif__ltdc_refresh(l);
    LtdcView *v = l->view;
    uint64_t *upto = drawn_upto(v, picture), from = all ? 0 : *upto;
    picture->first = 1;
    picture->last = 0;
    for (unsigned y = 0; y < v->drawn_height && y < picture->height; y++) {
        if (v->rows[y] > from) {
            draw_row(l, y, picture->pixels + (size_t)y * picture->width, picture->width);
            picture->first = picture->first > picture->last ? y : picture->first;
            picture->last = y;
        }
    }
    *upto = v->now;
}

const ZifDisplaySource zif__ltdc_display = {
    .size = picture_size,
    .next_frame = next_frame,
    .watch = watch,
    .draw = draw,
};
