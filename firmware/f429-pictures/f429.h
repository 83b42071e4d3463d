/*
 * The display blocks of an STM32F429, as far as these programs need them, and a screen of 128 x 96 pixels on them.
 * Reference: RM0090 rev 19, chapters 6 (RCC), 10 (DMA), 11 (DMA2D), 16 (LTDC). SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef F429_H
#define F429_H

#include "soc.h"

enum { WIDTH = 128, HEIGHT = 96 };

enum {
    RCC = 0x40023800,
    RCC_CR = RCC,
    RCC_AHB1ENR = RCC + 0x30,
    RCC_APB2ENR = RCC + 0x44,
    RCC_PLLSAICFGR = RCC + 0x88,
    RCC_DCKCFGR = RCC + 0x8C,
    CR_PLLSAION = 1 << 28,
    CR_PLLSAIRDY = 1 << 29,
    AHB1ENR_DMA2 = 1 << 22,
    AHB1ENR_DMA2D = 1 << 23,
    APB2ENR_LTDC = 1 << 26,
};

enum {
    LTDC = 0x40016800,
    SSCR = LTDC + 0x08,
    BPCR = LTDC + 0x0C,
    AWCR = LTDC + 0x10,
    TWCR = LTDC + 0x14,
    GCR = LTDC + 0x18,
    SRCR = LTDC + 0x24,
    BCCR = LTDC + 0x2C,
    LIPCR = LTDC + 0x40,
    LTDC_ISR = LTDC + 0x38,
    LTDC_ICR = LTDC + 0x3C,
    SRCR_IMR = 1,
    SRCR_VBR = 2,
    LIF = 1,
};
/* Registers of a layer */
enum {
    CR = 0x00,
    WHPCR = 0x04,
    WVPCR = 0x08,
    CKCR = 0x0C,
    PFCR = 0x10,
    CACR = 0x14,
    DCCR = 0x18,
    BFCR = 0x1C,
    CFBAR = 0x28,
    CFBLR = 0x2C,
    CFBLNR = 0x30,
    CLUTWR = 0x40,
    LEN = 1,
    COLKEN = 2,
    CLUTEN = 16,
    PIXEL_ALPHA = 0x607, /* both factors: pixel alpha times constant alpha */
    CONSTANT_ALPHA = 0x405,
};
#define LAYER(n, reg) REG32(LTDC + 0x84 + 0x80 * ((n)-1) + (reg))

enum {
    DMA2D = 0x4002B000,
    D2_CR = DMA2D + 0x00,
    D2_ISR = DMA2D + 0x04,
    D2_IFCR = DMA2D + 0x08,
    D2_FGMAR = DMA2D + 0x0C,
    D2_FGOR = DMA2D + 0x10,
    D2_BGMAR = DMA2D + 0x14,
    D2_BGOR = DMA2D + 0x18,
    D2_FGPFCCR = DMA2D + 0x1C,
    D2_FGCOLR = DMA2D + 0x20,
    D2_BGPFCCR = DMA2D + 0x24,
    D2_FGCMAR = DMA2D + 0x2C,
    D2_OPFCCR = DMA2D + 0x34,
    D2_OCOLR = DMA2D + 0x38,
    D2_OMAR = DMA2D + 0x3C,
    D2_OOR = DMA2D + 0x40,
    D2_NLR = DMA2D + 0x44,
    D2_START = 1,
    D2_CONVERT = 1 << 16,
    D2_BLEND = 2 << 16,
    D2_FILL = 3 << 16,
    D2_TC = 2,
};

enum { ARGB8888, RGB888, RGB565, ARGB1555, ARGB4444, L8, AL44, AL88, L4, A8, A4 };

static inline uint32_t address(const volatile void *p)
{
    return (uint32_t)(uintptr_t)p;
}

/* A pixel clock of about 0.8 MHz, and the beam: 128 x 96 pixels at about 60 frames a second. */
static inline void screen_start(uint32_t background)
{
    REG32(RCC_APB2ENR) |= APB2ENR_LTDC;
    REG32(RCC_AHB1ENR) |= AHB1ENR_DMA2 | AHB1ENR_DMA2D;
    REG32(RCC_PLLSAICFGR) = 100 << 6 | 4 << 24 | 7u << 28; /* 1 MHz * 100 / 7 = 14.3 MHz */
    REG32(RCC_DCKCFGR) = 3 << 16;                          /* / 16 */
    REG32(RCC_CR) |= CR_PLLSAION;
    while (!(REG32(RCC_CR) & CR_PLLSAIRDY)) {
    }
    enum { HSW = 4, HBP = 6, HFP = 4, VSW = 2, VBP = 2, VFP = 8 };
    REG32(SSCR) = (HSW - 1) << 16 | (VSW - 1);
    REG32(BPCR) = (HSW + HBP - 1) << 16 | (VSW + VBP - 1);
    REG32(AWCR) = (HSW + HBP + WIDTH - 1) << 16 | (VSW + VBP + HEIGHT - 1);
    REG32(TWCR) = (HSW + HBP + WIDTH + HFP - 1) << 16 | (VSW + VBP + HEIGHT + VFP - 1);
    REG32(BCCR) = background;
    REG32(LIPCR) = VSW + VBP + HEIGHT;
    REG32(GCR) |= 1;
}

/* A layer's window and framebuffer; takes effect with the next reload. pitch: bytes. */
static inline void layer(unsigned n, unsigned x, unsigned y, unsigned width, unsigned height,
                         const volatile void *pixels, unsigned format, unsigned bytes, unsigned pitch)
{
    uint32_t x0 = (REG32(BPCR) >> 16) + 1 + x, y0 = (REG32(BPCR) & 0x7ff) + 1 + y;
    LAYER(n, WHPCR) = (x0 + width - 1) << 16 | x0;
    LAYER(n, WVPCR) = (y0 + height - 1) << 16 | y0;
    LAYER(n, PFCR) = format;
    LAYER(n, CFBAR) = address(pixels);
    LAYER(n, CFBLR) = pitch << 16 | (width * bytes + 3);
    LAYER(n, CFBLNR) = height;
}

static inline void reload_now(void)
{
    REG32(SRCR) = SRCR_IMR;
}

/* Until the shadow registers have been reloaded at the beginning of the vertical blanking. */
static inline void reload_at_blank(void)
{
    REG32(SRCR) = SRCR_VBR;
    while (REG32(SRCR) & SRCR_VBR) {
    }
}

/* Until the beam has drawn the last line. */
static inline void wait_for_blank(void)
{
    REG32(LTDC_ICR) = LIF;
    while (!(REG32(LTDC_ISR) & LIF)) {
    }
}

static inline void dma2d_run(uint32_t mode, unsigned width, unsigned height)
{
    REG32(D2_NLR) = width << 16 | height;
    REG32(D2_CR) = mode | D2_START;
    while (!(REG32(D2_ISR) & D2_TC)) {
    }
    REG32(D2_IFCR) = D2_TC;
}

#endif
