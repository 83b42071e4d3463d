/*
 * STM32F42x DMA2D: fetching, blending and storing lines of pixels. The head comment is in dma2d.c. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <string.h>
#include "dma2d.h"

enum { PIXELS = 512 }; /* of a line, in hand at once; even */
enum { FIFO = 64 };    /* bytes that a copy reads before it writes them */

/* --- The bus ---------------------------------------------------------------------------------------------------------- */

static bool failed(Dma2d *d, unsigned slot, uint32_t address, const char *what)
{
    if (zif_out_of_reach(&d->dev, 0, address)) {
        zif_report(&d->dev, ZIF_REPORT_DMA, (int)slot, "transfer error: %s has no way to 0x%08x", d->dev.name, address);
    } else {
        zif_report(&d->dev, ZIF_REPORT_DMA, (int)slot, "transfer error: the %s of 0x%08x failed", what, address);
    }
    return false;
}

/* Bytes of memory: where they are, or read into buf. NULL: a bus error. slot: the register that led here. */
static const uint8_t *fetch(Dma2d *d, unsigned slot, uint32_t address, uint8_t *buf, uint32_t len)
{
    AddressSpace *bus = zif_bus(&d->dev);
    ZifMemoryHit hit = zif_address_space_lookup(bus, address, false, zif_bus_attrs(&d->dev));
    if (hit.host && hit.last - address >= len - 1) {
        return hit.host;
    }
    if (address_space_rw(bus, address, zif_bus_attrs(&d->dev), buf, (int)len, false) != MEMTX_OK) {
        failed(d, slot, address, "read");
        return NULL;
    }
    return buf;
}

/* A place for bytes that are on their way to memory. */
typedef struct {
    ZifMemoryHit hit;
    uint32_t address;
    uint8_t *bytes; /* in memory, or in the caller's buffer */
} Target;

static Target target_at(Dma2d *d, uint32_t address, uint8_t *buf, uint32_t len)
{
    Target t = { .address = address, .bytes = buf };
    t.hit = zif_address_space_lookup(zif_bus(&d->dev), address, true, zif_bus_attrs(&d->dev));
    if (t.hit.host && t.hit.last - address >= len - 1) {
        t.bytes = t.hit.host;
    }
    return t;
}

static bool store(Dma2d *d, const Target *t, uint32_t len)
{
    if (t->bytes == t->hit.host) {
        memory_region_set_dirty(t->hit.mr, t->hit.xlat, len);
        return true;
    }
    return address_space_rw(zif_bus(&d->dev), t->address, zif_bus_attrs(&d->dev), t->bytes, (int)len, true) ==
               MEMTX_OK ||
           failed(d, OMAR, t->address, "write");
}

/* --- Register to memory ----------------------------------------------------------------------------------------------- */

enum { PATTERN = 192 }; /* bytes: whole pixels of any size */

static void make_pattern(const Dma2d *d, uint8_t *pattern, unsigned bytes)
{
    enum { WHOLE = 12 }; /* bytes: pixels of 2, 3 or 4 */
    for (unsigned i = 0; i < WHOLE; i++) {
        pattern[i] = (uint8_t)(d->values[OCOLR] >> (i % bytes * 8));
    }
    for (unsigned i = WHOLE; i < PATTERN; i += WHOLE) {
        memcpy(pattern + i, pattern, WHOLE);
    }
}

static void repeat(uint8_t *dst, uint32_t len, const uint8_t *pattern)
{
    uint32_t at = 0;
    for (; len - at >= PATTERN; at += PATTERN) {
        memcpy(dst + at, pattern, PATTERN);
    }
    memcpy(dst + at, pattern, len - at);
}

/* len: whole pixels */
static bool fill(Dma2d *d, uint32_t address, uint64_t len, uint8_t *pattern)
{
    while (len) {
        uint32_t n = len < 4096 * PATTERN ? (uint32_t)len : 4096 * PATTERN;
        Target t = target_at(d, address, pattern, n);
        if (t.bytes == pattern) {
            n = n < PATTERN ? n : PATTERN;
        } else {
            repeat(t.bytes, n, pattern);
        }
        if (!store(d, &t, n)) {
            return false;
        }
        address += n;
        len -= n;
    }
    return true;
}

static bool fill_lines(Dma2d *d, uint32_t first, uint32_t count)
{
    unsigned bytes = st_pixel_bits(output_format(d)) / 8;
    uint32_t pitch = pitch_of(d, OOR, output_format(d)), address = d->values[OMAR] + first * pitch;
    uint64_t len = (uint64_t)pixels_a_line(d) * bytes;
    uint8_t pattern[PATTERN];
    make_pattern(d, pattern, bytes);
    if (pitch == len) {
        return fill(d, address, len * count, pattern);
    }
    for (uint32_t i = 0; i < count && d->job == TRANSFER; i++) {
        if (!fill(d, address + i * pitch, len, pattern)) {
            return false;
        }
    }
    return true;
}

/* --- Memory to memory ------------------------------------------------------------------------------------------------- */

static bool copy_bytes(Dma2d *d, uint32_t from, uint32_t to, uint32_t len)
{
    uint8_t buf[PIXELS * 4];
    /* Where a piece's target lies in what is read later, what is written is read again. */
    uint32_t piece = to - from - 1 < len - 1 ? FIFO : sizeof buf;
    for (uint32_t at = 0; at < len; at += piece) {
        uint32_t n = len - at < piece ? len - at : piece;
        const uint8_t *src = fetch(d, FGMAR, from + at, buf, n);
        if (!src) {
            return false;
        }
        Target t = target_at(d, to + at, buf, n);
        if (t.bytes != src) {
            memmove(t.bytes, src, n);
        }
        if (!store(d, &t, n)) {
            return false;
        }
    }
    return true;
}

static bool copy_lines(Dma2d *d, uint32_t first, uint32_t count)
{
    unsigned format = format_of(d, FG);
    uint32_t from_pitch = pitch_of(d, FGOR, format), to_pitch = pitch_of(d, OOR, format);
    uint32_t len = pixels_a_line(d) * st_pixel_bits(format) / 8;
    for (uint32_t i = first; i < first + count && d->job == TRANSFER; i++) {
        if (!copy_bytes(d, d->values[FGMAR] + i * from_pitch, d->values[OMAR] + i * to_pitch, len)) {
            return false;
        }
    }
    return true;
}

/* --- Conversion and blending ------------------------------------------------------------------------------------------ */

/* What a layer's pixels are made with. */
typedef struct {
    unsigned format, alpha_mode;
    uint32_t alpha, address, pitch, colours[CLUT_COLOURS];
} Layer;

static void layer_setup(const Dma2d *d, unsigned layer, Layer *l)
{
    const uint32_t *clut = &d->values[layer == FG ? FGCLUT : BGCLUT];
    uint32_t pfc = reg_of_layer(d, FGPFCCR, layer);
    l->format = format_of(d, layer);
    l->alpha_mode = zif_bits(pfc, 16, 2);
    l->alpha = pfc >> 24;
    l->address = reg_of_layer(d, FGMAR, layer);
    l->pitch = pitch_of(d, layer == FG ? FGOR : BGOR, l->format);
    if (l->format == ST_A8 || l->format == ST_A4) {
        l->colours[0] = reg_of_layer(d, FGCOLR, layer);
    } else if (l->format == ST_AL44) {
        for (unsigned i = 0; i < 16; i++) {
            l->colours[i * 17] = clut[i];
        }
    } else {
        memcpy(l->colours, clut, sizeof l->colours);
    }
}

static bool fetch_pixels(Dma2d *d, const Layer *l, unsigned layer, uint32_t line, unsigned first, uint32_t *argb,
                         unsigned n)
{
    uint8_t buf[PIXELS * 4];
    unsigned bits = st_pixel_bits(l->format);
    uint32_t address = l->address + line * l->pitch + first * bits / 8;
    const uint8_t *src = fetch(d, layer == FG ? FGMAR : BGMAR, address, buf, n * bits / 8);
    if (!src) {
        return false;
    }
    st_pixels_expand(l->format, src, 0, l->colours, argb, n);
    if (l->alpha_mode == AM_REPLACE) {
        for (unsigned i = 0; i < n; i++) {
            argb[i] = (argb[i] & 0xffffff) | l->alpha << 24;
        }
    } else if (l->alpha_mode == AM_MULTIPLY) {
        for (unsigned i = 0; i < n; i++) {
            argb[i] = (argb[i] & 0xffffff) | (argb[i] >> 24) * l->alpha / 255 << 24;
        }
    }
    return true;
}

/* Section 11.3.6; every division rounds down. */
static inline uint32_t blended(uint32_t fg, uint32_t bg)
{
    uint32_t fa = fg >> 24, ba = bg >> 24, both = fa * ba / 255, alpha = fa + ba - both, out = alpha << 24;
    if (fa == 255) {
        return fg;
    }
    if (!alpha) {
        return 0;
    }
    for (unsigned shift = 0; shift < 24; shift += 8) {
        uint32_t f = fg >> shift & 255, b = bg >> shift & 255;
        out |= (f * fa + b * (ba - both)) / alpha << shift;
    }
    return out;
}

static inline uint32_t over_255(uint32_t v) /* v / 255, rounded down; below 65535 */
{
    return (v + 1 + (v >> 8)) >> 8;
}

static void blend(uint32_t *restrict fg, const uint32_t *restrict bg, unsigned n, bool opaque)
{
    if (!opaque) {
        for (unsigned i = 0; i < n; i++) {
            fg[i] = blended(fg[i], bg[i]);
        }
        return;
    }
    /* The same with a background that has no alpha: no division, no branch. */
    for (unsigned i = 0; i < n; i++) {
        uint32_t f = fg[i], b = bg[i], fa = f >> 24, ba = 255 - fa;
        fg[i] = 0xff000000 | over_255((f >> 16 & 255) * fa + (b >> 16 & 255) * ba) << 16 |
                over_255((f >> 8 & 255) * fa + (b >> 8 & 255) * ba) << 8 | over_255((f & 255) * fa + (b & 255) * ba);
    }
}

static bool convert_lines(Dma2d *d, uint32_t first, uint32_t count)
{
    bool two = mode_of(d) == BLEND;
    unsigned format = output_format(d), bytes = st_pixel_bits(format) / 8, width = pixels_a_line(d);
    uint32_t pitch = pitch_of(d, OOR, format), fg[PIXELS], bg[PIXELS];
    uint8_t buf[PIXELS * 4];
    Layer layers[LAYERS];
    layer_setup(d, FG, &layers[FG]);
    layer_setup(d, BG, &layers[BG]);
    bool opaque = (layers[BG].format == ST_RGB888 || layers[BG].format == ST_RGB565) &&
                  (layers[BG].alpha_mode == AM_KEEP || layers[BG].alpha_mode > AM_MULTIPLY);
    for (uint32_t line = first; line < first + count; line++) {
        for (unsigned x = 0; x < width && d->job == TRANSFER; x += PIXELS) {
            unsigned n = width - x < PIXELS ? width - x : PIXELS;
            if (!fetch_pixels(d, &layers[FG], FG, line, x, fg, n) ||
                (two && !fetch_pixels(d, &layers[BG], BG, line, x, bg, n))) {
                return false;
            }
            if (two) {
                blend(fg, bg, n, opaque);
            }
            Target t = target_at(d, d->values[OMAR] + line * pitch + x * bytes, buf, n * bytes);
            st_pixels_pack(format, fg, t.bytes, n);
            if (!store(d, &t, n * bytes)) {
                return false;
            }
        }
    }
    return true;
}

bool zif__dma2d_lines(Dma2d *d, uint32_t first, uint32_t count)
{
    switch (mode_of(d)) {
    case FILL:
        return fill_lines(d, first, count);
    case COPY:
        return copy_lines(d, first, count);
    default:
        return convert_lines(d, first, count);
    }
}

/* --- CLUTs ------------------------------------------------------------------------------------------------------------ */

bool zif__dma2d_load_clut(Dma2d *d, unsigned layer)
{
    uint32_t pfc = reg_of_layer(d, FGPFCCR, layer), *clut = &d->values[layer == FG ? FGCLUT : BGCLUT];
    unsigned n = zif_bits(pfc, 8, 8) + 1, format = pfc & CCM ? ST_RGB888 : ST_ARGB8888;
    uint8_t buf[CLUT_COLOURS * 4];
    const uint8_t *src = fetch(d, FGCMAR + layer, reg_of_layer(d, FGCMAR, layer), buf, n * st_pixel_bits(format) / 8);
    if (!src) {
        return false;
    }
    st_pixels_expand(format, src, 0, NULL, clut, n);
    return true;
}
