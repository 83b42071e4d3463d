/* A bench with an LTDC, for its tests. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ZIF_ST_LTDC_TEST_H
#define ZIF_ST_LTDC_TEST_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include <zif/display.h>
#include <zif/testbench.h>

enum {
    R_SSCR = 0x08,
    R_BPCR = 0x0C,
    R_AWCR = 0x10,
    R_TWCR = 0x14,
    R_GCR = 0x18,
    R_SRCR = 0x24,
    R_BCCR = 0x2C,
    R_IER = 0x34,
    R_ISR = 0x38,
    R_ICR = 0x3C,
    R_LIPCR = 0x40,
    R_CPSR = 0x44,
    R_CDSR = 0x48,
};
/* Of a layer, from LAYER(n). */
enum {
    L_CR = 0x00,
    L_WHPCR = 0x04,
    L_WVPCR = 0x08,
    L_CKCR = 0x0C,
    L_PFCR = 0x10,
    L_CACR = 0x14,
    L_DCCR = 0x18,
    L_BFCR = 0x1C,
    L_CFBAR = 0x28,
    L_CFBLR = 0x2C,
    L_CFBLNR = 0x30,
    L_CLUTWR = 0x40,
};
enum { IMR = 1, VBR = 2 };
/* The frame of these tests. */
enum { HSW = 3, HBP = 4, WIDTH = 40, HFP = 5, VSW = 2, VBP = 3, HEIGHT = 24, VFP = 4 };
enum { FIRST_X = HSW + HBP, FIRST_Y = VSW + VBP, COLUMNS = FIRST_X + WIDTH + HFP, LINES = FIRST_Y + HEIGHT + VFP };
enum { PIXEL_HZ = 1000000, PIXEL = 1000000 /* ps */ };

static inline uint32_t layer(unsigned n)
{
    return n ? 0x104 : 0x84;
}

static inline void set_frame(ZifDevice *d)
{
    zif_bench_write(d, R_SSCR, (HSW - 1) << 16 | (VSW - 1));
    zif_bench_write(d, R_BPCR, (FIRST_X - 1) << 16 | (FIRST_Y - 1));
    zif_bench_write(d, R_AWCR, (FIRST_X + WIDTH - 1) << 16 | (FIRST_Y + HEIGHT - 1));
    zif_bench_write(d, R_TWCR, (COLUMNS - 1) << 16 | (LINES - 1));
}

/* A window in picture coordinates; the framebuffer has its size. */
static inline void set_layer(ZifDevice *d, unsigned n, unsigned format, unsigned bytes_a_pixel, unsigned x, unsigned y,
                             unsigned width, unsigned height, uint32_t address)
{
    uint32_t at = layer(n), line = width * bytes_a_pixel;
    zif_bench_write(d, at + L_WHPCR, (FIRST_X + x + width - 1) << 16 | (FIRST_X + x));
    zif_bench_write(d, at + L_WVPCR, (FIRST_Y + y + height - 1) << 16 | (FIRST_Y + y));
    zif_bench_write(d, at + L_PFCR, format);
    zif_bench_write(d, at + L_CFBAR, address);
    zif_bench_write(d, at + L_CFBLR, line << 16 | (line + 3));
    zif_bench_write(d, at + L_CFBLNR, height);
    zif_bench_write(d, at + L_CR, 1);
}

/* An LTDC whose clocks run. */
static inline ZifDevice *add_ltdc(ZifBench *b)
{
    ZifDevice *d = zif_bench_add(b, "stm32f4-ltdc", NULL);
    zif_bench_clock(d, 1, PIXEL_HZ);
    return d;
}

static inline void look(ZifDevice *d, ZifPicture *p, bool all)
{
    unsigned width, height;
    zif_display_source(d)->size(d, &width, &height);
    if (width != p->width || height != p->height) {
        p->pixels = realloc(p->pixels, (size_t)width * height * sizeof *p->pixels);
        p->width = width;
        p->height = height;
        all = true;
    }
    if (height) {
        zif_display_source(d)->draw(d, p, all);
    }
}

#endif
