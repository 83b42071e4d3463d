/* STM32F42x DMA2D: what its files share. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ZIF_ST_DMA2D_H
#define ZIF_ST_DMA2D_H

#include <zif/peripheral.h>
#include "st_pixel.h"

enum { CLUT_COLOURS = 256, LAYERS = 2 };
enum { FG, BG };

/* The registers of a layer stand in pairs. */
enum {
    CR,
    ISR,
    IFCR,
    FGMAR,
    FGOR,
    BGMAR,
    BGOR,
    FGPFCCR,
    FGCOLR,
    BGPFCCR,
    BGCOLR,
    FGCMAR,
    BGCMAR,
    OPFCCR,
    OCOLR,
    OMAR,
    OOR,
    NLR,
    LWR,
    AMTCR,
    FGCLUT,
    BGCLUT = FGCLUT + CLUT_COLOURS,
    NREGS = BGCLUT + CLUT_COLOURS
};

enum { START = 1 << 0, SUSP = 1 << 1, ABORT = 1 << 2 };                                              /* CR */
enum { TEIF = 1 << 0, TCIF = 1 << 1, TWIF = 1 << 2, CAEIF = 1 << 3, CTCIF = 1 << 4, CEIF = 1 << 5 }; /* ISR */
enum { CCM = 1 << 4, PFC_START = 1 << 5 }; /* FGPFCCR, BGPFCCR */
enum { COPY, CONVERT, BLEND, FILL };       /* MODE */
enum { AM_KEEP, AM_REPLACE, AM_MULTIPLY };

typedef enum { IDLE, TRANSFER, LOAD_FG, LOAD_BG } Job;

typedef struct {
    ZifDevice dev;
    uint32_t values[NREGS];
    uint8_t job;    /* Job */
    bool working;   /* in the middle of accesses of its own */
    uint32_t jobs;  /* how many were started */
    uint32_t line;  /* lines done; a CLUT load counts as one line */
    uint32_t total; /* lines of the job */
    ZifClock clock; /* AHB cycles of the job; stands still while it is suspended */
    uint64_t tick;  /* its count when `line` began */
    uint64_t cost;  /* AHB cycles of a line */
} Dma2d;

static inline unsigned mode_of(const Dma2d *d)
{
    return zif_bits(d->values[CR], 16, 2);
}

static inline uint32_t reg_of_layer(const Dma2d *d, unsigned fg_slot, unsigned layer)
{
    static const uint8_t strides[] = { [FGMAR] = 2, [FGOR] = 2, [FGPFCCR] = 2, [FGCOLR] = 2, [FGCMAR] = 1 };
    return d->values[fg_slot + layer * strides[fg_slot]];
}

/* The format of a layer's pixels, 0 to 15. */
static inline unsigned format_of(const Dma2d *d, unsigned layer)
{
    return zif_bits(reg_of_layer(d, FGPFCCR, layer), 0, 4);
}

/* Which format is written: a copy keeps that of its source. */
static inline unsigned output_format(const Dma2d *d)
{
    return mode_of(d) == COPY ? format_of(d, FG) : zif_bits(d->values[OPFCCR], 0, 3);
}

static inline unsigned pixels_a_line(const Dma2d *d)
{
    return zif_bits(d->values[NLR], 16, 14);
}

/* Bytes from a line's first pixel to the next line's. */
static inline uint32_t pitch_of(const Dma2d *d, unsigned offset_slot, unsigned format)
{
    return (pixels_a_line(d) + d->values[offset_slot]) * st_pixel_bits(format) / 8;
}

/* --- dma2d_pixels.c: data on its way. False: a bus error, which was reported. --------------------------------------------- */

bool zif__dma2d_lines(Dma2d *d, uint32_t first, uint32_t count);
bool zif__dma2d_load_clut(Dma2d *d, unsigned layer);

#endif
