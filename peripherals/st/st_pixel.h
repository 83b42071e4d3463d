/*
 * Pixels as ST's display blocks (LTDC, DMA2D) hold them in memory, and as 0xAARRGGBB.
 *
 * Reference: RM0090 Rev 19, section 11.3.4 "DMA2D foreground and background pixel format converter" (tables 52, 53), 11.3.7 (output), 16.4.2
 * (LTDC, table 89). The numbers are those of the CM fields of DMA2D and of PF of LTDC, which ends at AL88.
 *
 * Short channels grow to 8 bits by their upper bits repeated below; formats without alpha are opaque. When a channel is packed its upper bits
 * are kept. SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ZIF_ST_ST_PIXEL_H
#define ZIF_ST_ST_PIXEL_H

#include <stdint.h>

enum {
    ST_ARGB8888,
    ST_RGB888,
    ST_RGB565,
    ST_ARGB1555,
    ST_ARGB4444, /* the last one st_pixels_pack knows */
    ST_L8,
    ST_AL44,
    ST_AL88, /* the last one of the LTDC */
    ST_L4,
    ST_A8,
    ST_A4,
    ST_PIXEL_FORMATS
};

/** Bits of a pixel in memory; 0 for a number that is no format. */
unsigned st_pixel_bits(unsigned format);

/**
 * n pixels from memory. first: index of the first one in src, which moves on by whole pixels from it (for formats of 4 bits the even pixel is in
 * the low half of the byte). clut: 256 colours for L8 and AL88; L4 takes number L, AL44 takes number L * 17, as the LTDC's table is loaded;
 * L8 and L4 take alpha from it, too. For A8 and A4 clut[0] is the colour. Others may pass NULL. A number that is no format: all 0.
 */
void st_pixels_expand(unsigned format, const uint8_t *src, unsigned first, const uint32_t *clut, uint32_t *argb,
                      unsigned n);

/** n pixels to memory, in one of the formats up to ST_ARGB4444 (others: nothing is written). */
void st_pixels_pack(unsigned format, const uint32_t *argb, uint8_t *dst, unsigned n);

#endif
