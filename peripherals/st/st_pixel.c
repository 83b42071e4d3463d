/*
 * Pixel formats of ST's display blocks. The header says what they are. One loop a format, without branches, for the compiler to vectorise.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <endian.h>
#include <string.h>
#include "st_pixel.h"

enum { OPAQUE = 0xff };

static inline uint32_t load16(const uint8_t *p)
{
    uint16_t v;
    memcpy(&v, p, sizeof v);
    return le16toh(v);
}

static inline void store16(uint8_t *p, uint32_t v)
{
    uint16_t le = htole16((uint16_t)v);
    memcpy(p, &le, sizeof le);
}

static inline uint32_t from5(uint32_t v)
{
    return v << 3 | v >> 2;
}

static inline uint32_t from6(uint32_t v)
{
    return v << 2 | v >> 4;
}

static inline uint32_t argb_of(uint32_t a, uint32_t r, uint32_t g, uint32_t b)
{
    return a << 24 | r << 16 | g << 8 | b;
}

static inline uint32_t nibble(const uint8_t *src, unsigned i)
{
    return src[i / 2] >> (i % 2 * 4) & 15;
}

unsigned st_pixel_bits(unsigned format)
{
    static const uint8_t bits[ST_PIXEL_FORMATS] = {
        [ST_ARGB8888] = 32, [ST_RGB888] = 24, [ST_RGB565] = 16, [ST_ARGB1555] = 16, [ST_ARGB4444] = 16, [ST_L8] = 8,
        [ST_AL44] = 8,      [ST_AL88] = 16,   [ST_L4] = 4,      [ST_A8] = 8,        [ST_A4] = 4,
    };
    return format < ST_PIXEL_FORMATS ? bits[format] : 0;
}

/* --- From memory ------------------------------------------------------------------------------------------------------ */

static void expand_argb8888(const uint8_t *restrict src, uint32_t *restrict argb, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        uint32_t v;
        memcpy(&v, src + 4 * (size_t)i, sizeof v);
        argb[i] = le32toh(v);
    }
}

static void expand_rgb888(const uint8_t *restrict src, uint32_t *restrict argb, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        const uint8_t *p = src + 3 * (size_t)i;
        argb[i] = argb_of(OPAQUE, p[2], p[1], p[0]);
    }
}

static void expand_rgb565(const uint8_t *restrict src, uint32_t *restrict argb, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        uint32_t v = load16(src + 2 * (size_t)i);
        argb[i] = argb_of(OPAQUE, from5(v >> 11), from6(v >> 5 & 0x3f), from5(v & 0x1f));
    }
}

static void expand_argb1555(const uint8_t *restrict src, uint32_t *restrict argb, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        uint32_t v = load16(src + 2 * (size_t)i);
        argb[i] = argb_of((v >> 15) * OPAQUE, from5(v >> 10 & 0x1f), from5(v >> 5 & 0x1f), from5(v & 0x1f));
    }
}

static void expand_argb4444(const uint8_t *restrict src, uint32_t *restrict argb, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        uint32_t v = load16(src + 2 * (size_t)i);
        argb[i] = argb_of(v >> 12, v >> 8 & 15, v >> 4 & 15, v & 15) * 17;
    }
}

static void expand_indexed(unsigned format, const uint8_t *restrict src, unsigned first, const uint32_t *restrict clut,
                           uint32_t *restrict argb, unsigned n)
{
    switch (format) {
    case ST_L8:
        for (unsigned i = 0; i < n; i++) {
            argb[i] = clut[src[i]];
        }
        break;
    case ST_AL44:
        for (unsigned i = 0; i < n; i++) {
            argb[i] = (src[i] >> 4) * 17u << 24 | (clut[(src[i] & 15) * 17] & 0xffffff);
        }
        break;
    case ST_AL88:
        for (unsigned i = 0; i < n; i++) {
            uint32_t v = load16(src + 2 * (size_t)i);
            argb[i] = v >> 8 << 24 | (clut[v & 0xff] & 0xffffff);
        }
        break;
    default:
        for (unsigned i = 0; i < n; i++) {
            argb[i] = clut[nibble(src, first + i)];
        }
        break;
    }
}

static void expand_alpha(unsigned format, const uint8_t *restrict src, unsigned first, uint32_t rgb,
                         uint32_t *restrict argb, unsigned n)
{
    if (format == ST_A8) {
        for (unsigned i = 0; i < n; i++) {
            argb[i] = (uint32_t)src[i] << 24 | rgb;
        }
    } else {
        for (unsigned i = 0; i < n; i++) {
            argb[i] = nibble(src, first + i) * 17 << 24 | rgb;
        }
    }
}

void st_pixels_expand(unsigned format, const uint8_t *src, unsigned first, const uint32_t *clut, uint32_t *argb,
                      unsigned n)
{
    size_t bits = st_pixel_bits(format);
    if (bits >= 8) {
        src += first * (bits / 8);
    }
    switch (format) {
    case ST_ARGB8888:
        expand_argb8888(src, argb, n);
        break;
    case ST_RGB888:
        expand_rgb888(src, argb, n);
        break;
    case ST_RGB565:
        expand_rgb565(src, argb, n);
        break;
    case ST_ARGB1555:
        expand_argb1555(src, argb, n);
        break;
    case ST_ARGB4444:
        expand_argb4444(src, argb, n);
        break;
    case ST_L8:
    case ST_AL44:
    case ST_AL88:
    case ST_L4:
        expand_indexed(format, src, first, clut, argb, n);
        break;
    case ST_A8:
    case ST_A4:
        expand_alpha(format, src, first, clut[0] & 0xffffff, argb, n);
        break;
    default:
        memset(argb, 0, n * sizeof *argb);
        break;
    }
}

/* --- To memory -------------------------------------------------------------------------------------------------------- */

static void pack_rgb888(const uint32_t *restrict argb, uint8_t *restrict dst, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        uint8_t *p = dst + 3 * (size_t)i;
        p[0] = (uint8_t)argb[i];
        p[1] = (uint8_t)(argb[i] >> 8);
        p[2] = (uint8_t)(argb[i] >> 16);
    }
}

void st_pixels_pack(unsigned format, const uint32_t *restrict argb, uint8_t *restrict dst, unsigned n)
{
    switch (format) {
    case ST_ARGB8888:
        for (unsigned i = 0; i < n; i++) {
            uint32_t v = htole32(argb[i]);
            memcpy(dst + 4 * (size_t)i, &v, sizeof v);
        }
        break;
    case ST_RGB888:
        pack_rgb888(argb, dst, n);
        break;
    case ST_RGB565:
        for (unsigned i = 0; i < n; i++) {
            uint32_t v = argb[i];
            store16(dst + 2 * (size_t)i, (v >> 8 & 0xf800) | (v >> 5 & 0x7e0) | (v >> 3 & 0x1f));
        }
        break;
    case ST_ARGB1555:
        for (unsigned i = 0; i < n; i++) {
            uint32_t v = argb[i];
            store16(dst + 2 * (size_t)i, (v >> 16 & 0x8000) | (v >> 9 & 0x7c00) | (v >> 6 & 0x3e0) | (v >> 3 & 0x1f));
        }
        break;
    case ST_ARGB4444:
        for (unsigned i = 0; i < n; i++) {
            uint32_t v = argb[i];
            store16(dst + 2 * (size_t)i, (v >> 16 & 0xf000) | (v >> 12 & 0xf00) | (v >> 8 & 0xf0) | (v >> 4 & 0xf));
        }
        break;
    default:
        break;
    }
}
