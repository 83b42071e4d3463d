/*
 * A picture on the STM32F429I-DISC1's panel, as a product's first screen might be: a landscape on layer 1, drawn by the processor and
 * by DMA2D, and a pane of glass with text on layer 2, both in SDRAM; the LTDC blends them on their way out.
 * Reference: RM0090 rev 19, chapters 11 (DMA2D) and 16 (LTDC). SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdio.h>
#include <string.h>
#include "board.h"
#include "font.h"

enum { WIDTH = PANEL_WIDTH, HEIGHT = PANEL_HEIGHT, SHORE = 252, PANE_X = 14, PANE_Y = 20, PANE_W = 212, PANE_H = 74 };

/* In SDRAM: the landscape, the pane, and room for letters. */
typedef struct {
    uint32_t landscape[HEIGHT][WIDTH];
    uint32_t pane[PANE_H][PANE_W];
    uint8_t ink[64 * 256];
} Pictures;
static Pictures *const p = (Pictures *)(uintptr_t)SDRAM_BASE;

/* --- DMA2D ------------------------------------------------------------------------------------------------------------- */

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
    D2_OPFCCR = DMA2D + 0x34,
    D2_OCOLR = DMA2D + 0x38,
    D2_OMAR = DMA2D + 0x3C,
    D2_OOR = DMA2D + 0x40,
    D2_NLR = DMA2D + 0x44,
    ARGB8888 = 0,
    A8 = 9,
    BLEND = 2 << 16,
    FILL = 3 << 16,
    COMPLETE = 2,
};

static void dma2d_run(uint32_t mode, unsigned width, unsigned height)
{
    REG32(D2_NLR) = width << 16 | height;
    REG32(D2_CR) = mode | 1;
    while (!(REG32(D2_ISR) & COMPLETE)) {
    }
    REG32(D2_IFCR) = COMPLETE;
}

static void fill(uint32_t *to, unsigned pitch, unsigned width, unsigned height, uint32_t colour)
{
    REG32(D2_OPFCCR) = ARGB8888;
    REG32(D2_OCOLR) = colour;
    REG32(D2_OMAR) = (uint32_t)(uintptr_t)to;
    REG32(D2_OOR) = pitch - width;
    dma2d_run(FILL, width, height);
}

/* Colour through a stencil of 8 bits a pixel. */
static void stencil(uint32_t *to, unsigned pitch, const uint8_t *ink, unsigned width, unsigned height, uint32_t colour)
{
    REG32(D2_FGMAR) = (uint32_t)(uintptr_t)ink;
    REG32(D2_FGOR) = 0;
    REG32(D2_FGPFCCR) = A8;
    REG32(D2_FGCOLR) = colour;
    REG32(D2_BGMAR) = REG32(D2_OMAR) = (uint32_t)(uintptr_t)to;
    REG32(D2_BGOR) = REG32(D2_OOR) = pitch - width;
    REG32(D2_BGPFCCR) = REG32(D2_OPFCCR) = ARGB8888;
    dma2d_run(BLEND, width, height);
}

/* --- Arithmetic -------------------------------------------------------------------------------------------------------- */

static int clamp(int v, int low, int high)
{
    return v < low ? low : v > high ? high : v;
}

/* From one colour to another: t of `of`. */
static uint32_t mix(uint32_t a, uint32_t b, int t, int of)
{
    uint32_t out = 0xFF000000;
    for (unsigned shift = 0; shift < 24; shift += 8) {
        int from = (int)(a >> shift & 255), to = (int)(b >> shift & 255);
        out |= (uint32_t)clamp(from + (to - from) * t / of, 0, 255) << shift;
    }
    return out;
}

/* A wave of 256 steps and height 127, made of two parabolas. */
static int wave(int phase)
{
    int x = phase & 127, y = x * (128 - x) * 127 / 4096;
    return phase & 128 ? -y : y;
}

static int square_root(int v)
{
    int root = 0;
    for (int bit = 1 << 12; bit; bit >>= 1) {
        if ((root + bit) * (root + bit) <= v) {
            root += bit;
        }
    }
    return root;
}

static uint32_t dice(void)
{
    static uint32_t state = 20;
    state = state * 1664525 + 1013904223;
    return state >> 8;
}

/* --- The landscape ------------------------------------------------------------------------------------------------------ */

static const struct {
    int y;
    uint32_t colour;
} dusk[] = { { 0, 0x0B1230 },   { 80, 0x2B2A63 },  { 140, 0x7A3F7C },
             { 185, 0xD9626B }, { 215, 0xFFA45E }, { SHORE, 0xFFD9A0 } };

static void draw_sky(void)
{
    unsigned i = 0;
    for (int y = 0; y < SHORE; y++) {
        i += y >= dusk[i + 1].y;
        fill(p->landscape[y], WIDTH, WIDTH, 1,
             mix(dusk[i].colour, dusk[i + 1].colour, y - dusk[i].y, dusk[i + 1].y - dusk[i].y));
    }
    for (unsigned n = 0; n < 90; n++) {
        unsigned x = dice() % WIDTH, y = dice() % 150;
        p->landscape[y][x] = mix(p->landscape[y][x], 0xFFFFFF, (int)(dice() % 200) * (150 - (int)y) / 150, 255);
    }
}

static void draw_sun(int cx, int cy, int radius)
{
    for (int y = 0; y < SHORE; y++) {
        for (int x = 0; x < WIDTH; x++) {
            int far = square_root(((x - cx) * (x - cx) + (y - cy) * (y - cy)) * 256); /* in sixteenths of a pixel */
            int disc = clamp(radius * 16 + 8 - far, 0, 16), glow = clamp(150 - far / 12, 0, 150);
            uint32_t pixel = mix(p->landscape[y][x], 0xFFE2A8, glow * glow / 150, 255);
            p->landscape[y][x] = mix(pixel, 0xFFF6DC, disc, 16);
        }
    }
}

/* A range of hills: three waves on top of each other; mist lightens its feet. */
static void draw_hills(int base, int height, int phase, uint32_t colour, uint32_t mist)
{
    for (int x = 0; x < WIDTH; x++) {
        int top16 = base * 16 -
                    (wave(x * 3 / 2 + phase) * 8 + wave(x * 4 + phase * 3) * 3 + wave(x * 9 + phase * 7)) * height / 96;
        for (int y = clamp(top16 / 16, 0, SHORE); y < SHORE; y++) {
            uint32_t here = mix(colour, mist, y - top16 / 16, 90);
            p->landscape[y][x] = mix(p->landscape[y][x], here, clamp(16 * (y + 1) - top16, 0, 16), 16);
        }
    }
}

/* The lake mirrors what is above it, a little darker and in ripples that grow towards us. */
static void draw_lake(void)
{
    for (int y = SHORE; y < HEIGHT; y++) {
        int depth = y - SHORE,
            from = clamp(SHORE - 1 - depth * 3 / 2 + wave(depth * depth / 5) * depth / 900, 0, SHORE - 1);
        for (int x = 0; x < WIDTH; x++) {
            int aside = clamp(x + wave(depth * 23 + x) * (depth + 8) / 1100, 0, WIDTH - 1);
            p->landscape[y][x] = mix(p->landscape[from][aside], 0x101838, 70 + depth, 255);
        }
    }
    for (unsigned n = 0; n < 60; n++) {
        unsigned y = SHORE + 2 + dice() % (HEIGHT - SHORE - 4), spread = 10 + (y - SHORE) / 2;
        unsigned x = 158 + dice() % (2 * spread) - spread, length = 3 + dice() % 9;
        for (unsigned k = x; k < x + length && k < WIDTH; k++) {
            p->landscape[y][k] = mix(p->landscape[y][k], 0xFFE9C0, 90, 255);
        }
    }
}

/* --- The pane ----------------------------------------------------------------------------------------------------------- */

static const Glyph *glyph_of(char letter)
{
    for (unsigned i = 0; i < sizeof font / sizeof *font; i++) {
        if (font[i].letter == letter) {
            return &font[i];
        }
    }
    return NULL;
}

static int point(const Glyph *g, int x, int y)
{
    return x >= 0 && y >= 0 && x < FONT_WIDTH && y < FONT_HEIGHT && g->rows[y] >> (FONT_WIDTH - 1 - x) & 1 ? 256 : 0;
}

/* Between the points of a letter: how much ink there is, with soft edges. x and y in 256ths of a point. */
static uint8_t ink_at(const Glyph *g, int x, int y)
{
    int x0 = x >> 8, y0 = y >> 8, fx = x & 255, fy = y & 255;
    int above = point(g, x0, y0) * (256 - fx) + point(g, x0 + 1, y0) * fx;
    int below = point(g, x0, y0 + 1) * (256 - fx) + point(g, x0 + 1, y0 + 1) * fx;
    int ink = (above * (256 - fy) + below * fy) >> 16;
    return (uint8_t)clamp((ink - 72) * 4, 0, 255);
}

/* Text in points of `size` pixels; sizes above 1 are drawn with round corners. */
static void write_text(unsigned x, unsigned y, const char *text, int size, uint32_t colour)
{
    int width = (FONT_WIDTH + 1) * size, height = (FONT_HEIGHT + 1) * size;
    for (; *text; text++, x += (unsigned)width) {
        const Glyph *g = glyph_of(*text);
        for (int row = 0; g && row < height; row++) {
            for (int column = 0; column < width; column++) {
                p->ink[row * width + column] =
                    size == 1 ? (uint8_t)clamp(point(g, column, row), 0, 255)
                              : ink_at(g, (2 * column + 1) * 128 / size - 128, (2 * row + 1) * 128 / size - 128);
            }
        }
        if (g) {
            stencil(&p->pane[y][x], PANE_W, p->ink, (unsigned)width, (unsigned)height, colour);
        }
    }
}

/* Glass with round corners and a bright rim. */
static void draw_pane(void)
{
    enum { RADIUS = 12 };
    fill(&p->pane[0][0], PANE_W, PANE_W, PANE_H, 0x600A1030);
    for (int y = 0; y < PANE_H; y++) {
        for (int x = 0; x < PANE_W; x++) {
            int dx = x < RADIUS ? RADIUS - x : x >= PANE_W - RADIUS ? x - (PANE_W - 1 - RADIUS) : 0;
            int dy = y < RADIUS ? RADIUS - y : y >= PANE_H - RADIUS ? y - (PANE_H - 1 - RADIUS) : 0;
            int far = dx && dy ? square_root((dx * dx + dy * dy) * 256) : 16 * (dx > dy ? dx : dy);
            int outside = clamp(far - RADIUS * 16 + 8, 0, 16), rim = 16 - clamp(RADIUS * 16 - 8 - far, 0, 16);
            uint32_t alpha = (uint32_t)((0x60 + (0xA0 - 0x60) * rim / 16) * (16 - outside) / 16);
            p->pane[y][x] = alpha << 24 | (mix(0x0A1030, 0xFFE8D0, rim, 16) & 0xFFFFFF);
        }
    }
    write_text(12, 17, "zif", 6, 0xFFC878);
    write_text(124, 13, "STM32F429", 1, 0xFFFFFF);
    write_text(124, 25, "at 180 MHz", 1, 0xC9D2FF);
    write_text(124, 37, "two layers", 1, 0xC9D2FF);
    write_text(124, 49, "8 MiB SDRAM", 1, 0xC9D2FF);
}

/* --- The screen --------------------------------------------------------------------------------------------------------- */

enum {
    LTDC = 0x40016800,
    LTDC_SSCR = LTDC + 0x08,
    LTDC_BPCR = LTDC + 0x0C,
    LTDC_AWCR = LTDC + 0x10,
    LTDC_TWCR = LTDC + 0x14,
    LTDC_GCR = LTDC + 0x18,
    LTDC_SRCR = LTDC + 0x24,
    LTDC_BCCR = LTDC + 0x2C,
    LAYER_1 = LTDC + 0x84,
    LAYER_2 = LTDC + 0x104,
    LAYER_CR = 0x00,
    LAYER_WHPCR = 0x04,
    LAYER_WVPCR = 0x08,
    LAYER_PFCR = 0x10,
    LAYER_CACR = 0x14,
    LAYER_BFCR = 0x1C,
    LAYER_CFBAR = 0x28,
    LAYER_CFBLR = 0x2C,
    LAYER_CFBLNR = 0x30,
    DITHER = 1 << 16,
    PIXEL_ALPHA = 0x607,
    HSYNC = 10,
    HBP = 20,
    HFP = 10,
    VSYNC = 2,
    VBP = 2,
    VFP = 4,
};

static void layer(uint32_t base, unsigned x, unsigned y, unsigned width, unsigned height, const void *pixels)
{
    unsigned left = HSYNC + HBP + x, top = VSYNC + VBP + y;
    REG32(base + LAYER_WHPCR) = (left + width - 1) << 16 | left;
    REG32(base + LAYER_WVPCR) = (top + height - 1) << 16 | top;
    REG32(base + LAYER_PFCR) = ARGB8888;
    REG32(base + LAYER_CACR) = 255;
    REG32(base + LAYER_BFCR) = PIXEL_ALPHA;
    REG32(base + LAYER_CFBAR) = (uint32_t)(uintptr_t)pixels;
    REG32(base + LAYER_CFBLR) = 4 * width << 16 | (4 * width + 3);
    REG32(base + LAYER_CFBLNR) = height;
    REG32(base + LAYER_CR) = 1;
}

static void screen_start(void)
{
    REG32(RCC_APB2ENR) |= 1 << 26;
    (void)REG32(RCC_APB2ENR);
    REG32(LTDC_SSCR) = (HSYNC - 1) << 16 | (VSYNC - 1);
    REG32(LTDC_BPCR) = (HSYNC + HBP - 1) << 16 | (VSYNC + VBP - 1);
    REG32(LTDC_AWCR) = (HSYNC + HBP + WIDTH - 1) << 16 | (VSYNC + VBP + HEIGHT - 1);
    REG32(LTDC_TWCR) = (HSYNC + HBP + WIDTH + HFP - 1) << 16 | (VSYNC + VBP + HEIGHT + VFP - 1);
    REG32(LTDC_BCCR) = 0;
    layer(LAYER_1, 0, 0, WIDTH, HEIGHT, p->landscape);
    layer(LAYER_2, PANE_X, PANE_Y, PANE_W, PANE_H, p->pane);
    REG32(LTDC_SRCR) = 1;
    REG32(LTDC_GCR) |= DITHER | 1;
}

int main(void)
{
    sdram_start();
    REG32(RCC_AHB1ENR) |= 1 << 23; /* DMA2D */
    (void)REG32(RCC_AHB1ENR);
    draw_sky();
    draw_sun(158, 205, 25);
    draw_hills(214, 30, 30, 0x8A4A7A, 0xF0A080);
    draw_hills(228, 26, 118, 0x4F3668, 0xB0707C);
    draw_hills(243, 18, 200, 0x221D45, 0x4A3560);
    draw_lake();
    draw_pane();
    pixel_clock_start();
    panel_pins();
    screen_start();
    panel_start();
    puts("the picture is on the panel");
    wait_us(40000); /* two frames and a half */
    return 0;
}
