/*
 * Pictures on an STM32F429's LTDC, drawn by the processor, by DMA and by DMA2D. The semihosting command line chooses one. Each shows
 * what tests/display/pictures.py works out by itself. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <string.h>
#include "f429.h"

static union {
    uint16_t half[2][HEIGHT][WIDTH];
    uint32_t word[HEIGHT][WIDTH];
    uint8_t byte[2][HEIGHT][WIDTH];
    uint8_t bytes[4 * WIDTH * HEIGHT];
} screen __attribute__((aligned(64)));
static uint8_t second[2 * WIDTH * HEIGHT] __attribute__((aligned(64)));

/* --- What is drawn ------------------------------------------------------------------------------------------------------ */

static uint32_t gradient(unsigned x, unsigned y)
{
    return 0xff000000u | (2 * x) << 16 | (y * 255 / (HEIGHT - 1)) << 8 | (255 - 2 * x);
}

static uint16_t rgb565(uint32_t c)
{
    return (uint16_t)((c >> 8 & 0xf800) | (c >> 5 & 0x7e0) | (c >> 3 & 0x1f));
}

static void draw_gradient(uint16_t (*to)[WIDTH])
{
    for (unsigned y = 0; y < HEIGHT; y++) {
        for (unsigned x = 0; x < WIDTH; x++) {
            to[y][x] = rgb565(gradient(x, y));
        }
    }
}

static void draw_square(uint16_t (*to)[WIDTH], unsigned x0, unsigned y0, uint16_t colour)
{
    for (unsigned y = y0; y < y0 + 16; y++) {
        for (unsigned x = x0; x < x0 + 16; x++) {
            to[y][x] = colour;
        }
    }
}

/* A wheel of 256 colours. */
static uint32_t wheel(unsigned i)
{
    unsigned part = i % 256 / 43, up = i % 256 % 43 * 6, down = 255 - up;
    switch (part) {
    case 0:
        return 255 << 16 | up << 8;
    case 1:
        return down << 16 | 255 << 8;
    case 2:
        return 255 << 8 | up;
    case 3:
        return down << 8 | 255;
    case 4:
        return up << 16 | 255;
    default:
        return 255 << 16 | down;
    }
}

/* --- Pictures ----------------------------------------------------------------------------------------------------------- */

/* Two layers: a gradient, and above it a window with pixel and constant alpha whose magenta squares are keyed out. */
static void layers(void)
{
    uint16_t(*above)[80] = (uint16_t(*)[80])second;
    draw_gradient(screen.half[0]);
    for (unsigned y = 0; y < 64; y++) {
        for (unsigned x = 0; x < 80; x++) {
            bool keyed = y >= 32 && (x / 8 + y / 8) % 2;
            above[y][x] = (uint16_t)((x * 15 / 79) << 12 | (keyed ? 0xf0f : 0xf80));
        }
    }
    screen_start(0x203040);
    layer(1, 0, 0, WIDTH, HEIGHT, screen.half, RGB565, 2, 2 * WIDTH);
    layer(2, 24, 16, 80, 64, above, ARGB4444, 2, 160);
    LAYER(2, CACR) = 200;
    LAYER(2, BFCR) = PIXEL_ALPHA;
    LAYER(2, CKCR) = 0xff00ff;
    LAYER(1, CR) = LEN;
    LAYER(2, CR) = LEN | COLKEN;
    reload_now();
}

/* A window smaller than the screen, out of the middle of a wider image, on a half transparent default colour. */
static void window(void)
{
    draw_gradient(screen.half[0]);
    screen_start(0x0000ff);
    layer(1, 20, 10, 60, 40, &screen.half[0][30][50], RGB565, 2, 2 * WIDTH);
    LAYER(1, DCCR) = 0x80ff4000;
    LAYER(1, BFCR) = PIXEL_ALPHA;
    LAYER(1, CR) = LEN;
    reload_now();
}

/* A square on its way: what is drawn is never what is shown. */
static void animation(void)
{
    draw_gradient(screen.half[0]);
    draw_gradient(screen.half[1]);
    screen_start(0);
    layer(1, 0, 0, WIDTH, HEIGHT, screen.half[1], RGB565, 2, 2 * WIDTH);
    LAYER(1, CR) = LEN;
    reload_now();
    for (unsigned frame = 0; frame < 12; frame++) {
        unsigned back = frame % 2;
        if (frame >= 2) {
            unsigned old = frame - 2;
            for (unsigned y = 6 * old; y < 6 * old + 16; y++) {
                for (unsigned x = 8 * old; x < 8 * old + 16; x++) {
                    screen.half[back][y][x] = rgb565(gradient(x, y));
                }
            }
        }
        draw_square(screen.half[back], 8 * frame, 6 * frame, 0xffe0);
        LAYER(1, CFBAR) = address(screen.half[back]);
        reload_at_blank();
    }
}

/* Two indexed layers whose pixels never change; their colours do. */
static void palette(void)
{
    for (unsigned y = 0; y < HEIGHT; y++) {
        for (unsigned x = 0; x < WIDTH; x++) {
            screen.byte[0][y][x] = (uint8_t)(2 * x + y);
        }
    }
    for (unsigned i = 0; i < 32 * 32; i++) {
        second[i] = (uint8_t)((i / 32 / 2) << 4 | i % 32 / 2); /* AL44: alpha grows downwards */
    }
    screen_start(0);
    for (unsigned i = 0; i < 256; i++) {
        LAYER(1, CLUTWR) = i << 24 | wheel(i);
    }
    for (unsigned i = 0; i < 16; i++) {
        LAYER(2, CLUTWR) = i * 17 << 24 | (i % 2 ? 0xffffff : 0);
    }
    layer(1, 0, 0, WIDTH, HEIGHT, screen.byte, L8, 1, WIDTH);
    layer(2, 48, 32, 32, 32, second, AL44, 1, 32);
    LAYER(2, BFCR) = PIXEL_ALPHA;
    LAYER(1, CR) = LEN | CLUTEN;
    LAYER(2, CR) = LEN | CLUTEN;
    reload_now();
    for (unsigned frame = 1; frame < 6; frame++) {
        wait_for_blank();
        for (unsigned i = 0; i < 256; i++) {
            LAYER(1, CLUTWR) = i << 24 | wheel(i + 16 * frame);
        }
    }
}

/* All formats of the LTDC, two at a time: the left half of the screen is layer 1, the right half layer 2. */
static void formats(void)
{
    static const uint8_t sizes[] = { 4, 3, 2, 2, 2, 1, 1, 2 };
    uint8_t *to = screen.bytes; /* has room for them all */
    screen_start(0x808080);
    for (unsigned i = 0; i < 256; i++) {
        LAYER(1, CLUTWR) = i << 24 | wheel(i);
        LAYER(2, CLUTWR) = i << 24 | wheel(i);
    }
    for (unsigned pair = 0; pair < 4; pair++) {
        for (unsigned side = 0; side < 2; side++) {
            unsigned format = 2 * pair + side, bytes = sizes[format];
            for (unsigned y = 0; y < 48; y++) {
                for (unsigned x = 0; x < 64; x++) {
                    uint32_t pixel = (x * 4 << 24 | y * 5 << 16 | x * y % 256 << 8 | (255 - x * 4)) >> (32 - 8 * bytes);
                    memcpy(to + (y * 64 + x) * bytes, &pixel, bytes);
                }
            }
            layer(side + 1, 64 * side, 24, 64, 48, to, format, bytes, 64 * bytes);
            LAYER(side + 1, BFCR) = PIXEL_ALPHA;
            LAYER(side + 1, CR) = LEN | (format >= L8 ? CLUTEN : 0);
            to += 64 * 48 * bytes;
        }
        reload_at_blank();
    }
}

/* DMA2D: fills, every source format side by side, discs of alpha and a translucent image blended. */
static void compose(void)
{
    static uint32_t colours[256];
    uint16_t(*to)[WIDTH] = screen.half[0];
    screen_start(0);
    layer(1, 0, 0, WIDTH, HEIGHT, to, RGB565, 2, 2 * WIDTH);
    LAYER(1, CR) = LEN;
    reload_now();
    for (unsigned i = 0; i < 256; i++) {
        colours[i] = 0xff000000u | wheel(i);
    }
    REG32(D2_FGCMAR) = address(colours);
    REG32(D2_FGPFCCR) = 0xff00 | 1 << 5;
    while (REG32(D2_FGPFCCR) & 1 << 5) {
    }
    /* The screen, and a frame in it. */
    REG32(D2_OPFCCR) = RGB565;
    REG32(D2_OCOLR) = 0x1082;
    REG32(D2_OMAR) = address(to);
    REG32(D2_OOR) = 0;
    dma2d_run(D2_FILL, WIDTH, HEIGHT);
    REG32(D2_OCOLR) = 0x07e0;
    REG32(D2_OMAR) = address(&to[40][4]);
    REG32(D2_OOR) = WIDTH - 120;
    dma2d_run(D2_FILL, 120, 52);
    /* Tiles of 20 x 16 pixels, six a row; the same bytes are the pixels of every format. */
    for (unsigned i = 0; i < 20 * 16 * 4; i++) {
        second[i] = (uint8_t)(i * 3 + i / 64 * 5);
    }
    for (unsigned format = 0; format < 11; format++) {
        REG32(D2_FGMAR) = address(second);
        REG32(D2_FGOR) = 0;
        REG32(D2_FGPFCCR) = 0xff00 | format;
        REG32(D2_FGCOLR) = 0xffffff;
        REG32(D2_BGMAR) = address(&to[2 + format / 6 * 18][2 + format % 6 * 21]);
        REG32(D2_OMAR) = address(&to[2 + format / 6 * 18][2 + format % 6 * 21]);
        REG32(D2_BGOR) = WIDTH - 20;
        REG32(D2_OOR) = WIDTH - 20;
        REG32(D2_BGPFCCR) = RGB565;
        dma2d_run(D2_BLEND, 20, 16);
    }
    /* A disc of alpha in red, and the same in blue at half its strength. */
    uint8_t *disc = second;
    for (int y = 0; y < 40; y++) {
        for (int x = 0; x < 40; x++) {
            int d = (2 * x - 39) * (2 * x - 39) + (2 * y - 39) * (2 * y - 39);
            disc[y * 40 + x] = (uint8_t)(d > 1521 ? 0 : d > 1000 ? (1521 - d) / 3 : 255);
        }
    }
    for (unsigned n = 0; n < 2; n++) {
        uint32_t place = address(&to[46][12 + 44 * n]);
        REG32(D2_FGMAR) = address(disc);
        REG32(D2_FGPFCCR) = A8 | (n ? 2u << 16 | 128u << 24 : 0);
        REG32(D2_FGCOLR) = n ? 0x0000ff : 0xff0000;
        REG32(D2_BGMAR) = place;
        REG32(D2_OMAR) = place;
        REG32(D2_BGOR) = WIDTH - 40;
        REG32(D2_OOR) = WIDTH - 40;
        dma2d_run(D2_BLEND, 40, 40);
    }
    /* A translucent image with an alpha of its own, as a whole at 3/4. */
    uint32_t(*image)[24] = (uint32_t(*)[24])second;
    for (unsigned y = 0; y < 40; y++) {
        for (unsigned x = 0; x < 24; x++) {
            image[y][x] = (y * 6) << 24 | (gradient(5 * x, 2 * y) & 0xffffff);
        }
    }
    REG32(D2_FGMAR) = address(image);
    REG32(D2_FGPFCCR) = ARGB8888 | 2u << 16 | 192u << 24;
    REG32(D2_BGMAR) = address(&to[46][98]);
    REG32(D2_OMAR) = address(&to[46][98]);
    REG32(D2_BGOR) = WIDTH - 24;
    REG32(D2_OOR) = WIDTH - 24;
    dma2d_run(D2_BLEND, 24, 40);
}

/* Half words from memory to memory through DMA2, stream 0. */
static void dma_copy(void *to, const void *from, unsigned count)
{
    enum {
        LIFCR = 0x40026408,
        S0CR = 0x40026410,
        S0NDTR = 0x40026414,
        S0PAR = 0x40026418,
        S0M0AR = 0x4002641C,
        S0FCR = 0x40026424
    };
    enum { EN = 1, MEMORY_TO_MEMORY = 2 << 6, BOTH_INCREMENT = 3 << 9, HALF_WORDS = 1 << 11 | 1 << 13, FIFO_FULL = 7 };
    REG32(S0PAR) = address(from);
    REG32(S0M0AR) = address(to);
    REG32(S0NDTR) = count;
    REG32(S0FCR) = FIFO_FULL;
    REG32(S0CR) = MEMORY_TO_MEMORY | BOTH_INCREMENT | HALF_WORDS | EN;
    while (REG32(S0CR) & EN) {
    }
    REG32(LIFCR) = 0x3d;
}

/* Small changes, each by another master: the processor, DMA, DMA2D. */
static void regions(void)
{
    uint16_t(*to)[WIDTH] = screen.half[0], *line = (uint16_t *)second;
    draw_gradient(to);
    screen_start(0);
    layer(1, 0, 0, WIDTH, HEIGHT, to, RGB565, 2, 2 * WIDTH);
    LAYER(1, CR) = LEN;
    reload_at_blank();
    for (unsigned n = 0; n < 5; n++) {
        wait_for_blank();
        draw_square(to, 4 + 20 * n, 4, 0xf800);
        wait_for_blank();
        for (unsigned i = 0; i < 16; i++) {
            line[i] = 0x07e0;
        }
        for (unsigned y = 40; y < 56; y++) {
            dma_copy(&to[y][4 + 20 * n], line, 16);
        }
        wait_for_blank();
        REG32(D2_OPFCCR) = RGB565;
        REG32(D2_OCOLR) = 0x001f;
        REG32(D2_OMAR) = address(&to[76][4 + 20 * n]);
        REG32(D2_OOR) = WIDTH - 16;
        dma2d_run(D2_FILL, 16, 16);
    }
}

/* --- Anything that changes the picture ----------------------------------------------------------------------------------- */

static uint32_t seed = 1;

static uint32_t below(uint32_t n)
{
    seed = seed * 1664525 + 1013904223;
    return (seed >> 8) % n;
}

/* A rectangle of RGB565 somewhere in the screen's memory, for DMA2D. */
static uint32_t any_place(unsigned *width, unsigned *height)
{
    *width = 1 + below(64);
    *height = 1 + below(40);
    return address(screen.bytes) + 2 * WIDTH * below(150) + 2 * below(64);
}

static void any_transfer(void)
{
    static const uint32_t modes[] = { D2_FILL, D2_CONVERT, D2_BLEND, 0 };
    unsigned width, height;
    REG32(D2_OMAR) = any_place(&width, &height);
    REG32(D2_FGMAR) = any_place(&width, &height);
    REG32(D2_BGMAR) = REG32(D2_OMAR);
    REG32(D2_FGOR) = WIDTH - width;
    REG32(D2_BGOR) = WIDTH - width;
    REG32(D2_OOR) = WIDTH - width;
    REG32(D2_FGPFCCR) = RGB565 | 1 << 16 | below(256) << 24;
    REG32(D2_BGPFCCR) = RGB565;
    REG32(D2_OPFCCR) = RGB565;
    REG32(D2_OCOLR) = below(0x10000);
    dma2d_run(modes[below(4)], width, height);
}

static void any_layer(void)
{
    static const uint8_t kinds[] = { ARGB8888, RGB565, ARGB1555, ARGB4444, L8, AL44, AL88 };
    static const uint8_t sizes[] = { 4, 2, 2, 2, 1, 1, 2 };
    unsigned n = 1 + below(2), kind = below(sizeof kinds), width = 16 + below(48), height = 8 + below(40);
    layer(n, below(WIDTH - width), below(HEIGHT - height), width, height, screen.bytes + 64 * below(560), kinds[kind],
          sizes[kind], 64 * (4 + below(2)));
    LAYER(n, CACR) = below(2) ? 255 : below(256);
    LAYER(n, BFCR) = below(2) ? PIXEL_ALPHA : CONSTANT_ALPHA;
    LAYER(n, DCCR) = below(3) ? 0 : below(0x1000000) * 0x101;
    LAYER(n, CKCR) = screen.word[below(HEIGHT)][below(WIDTH)] & 0xffffff;
    LAYER(n, CR) = (below(5) ? LEN : 0) | (below(3) ? 0 : COLKEN) | (below(2) ? CLUTEN : 0);
    if (below(2)) {
        reload_now();
    } else {
        reload_at_blank();
    }
}

/* Stores of all widths, transfers of DMA and DMA2D, registers and colours, as they come. */
static void anything(void)
{
    for (unsigned i = 0; i < sizeof screen.bytes; i++) {
        screen.bytes[i] = (uint8_t)below(256);
    }
    screen_start(0x336699);
    layer(1, 0, 0, WIDTH, HEIGHT, screen.half, RGB565, 2, 2 * WIDTH);
    LAYER(1, CR) = LEN;
    reload_now();
    for (unsigned step = 0; step < 240; step++) {
        uint32_t at = below(sizeof screen.bytes - 512) & ~3u;
        switch (below(7)) {
        case 0:
            screen.bytes[at + below(4)] = (uint8_t)below(256);
            break;
        case 1:
            *(volatile uint16_t *)(screen.bytes + at) = (uint16_t)below(0x10000);
            break;
        case 2:
            memset(screen.bytes + at, (int)below(256), 4 * below(128));
            break;
        case 3:
            dma_copy(screen.bytes + at, screen.bytes + (below(sizeof screen.bytes - 256) & ~1u), 1 + below(128));
            break;
        case 4:
            any_transfer();
            break;
        case 5:
            LAYER(1 + below(2), CLUTWR) = below(256) << 24 | below(0x1000000);
            break;
        default:
            if (below(4) == 0) {
                any_layer();
            } else if (below(4) == 0) {
                REG32(BCCR) = below(0x1000000);
            }
            break;
        }
        if (step % 16 == 15) {
            wait_for_blank();
        }
    }
}

/* --- The command line --------------------------------------------------------------------------------------------------- */

static const struct {
    const char *name;
    void (*show)(void);
} pictures[] = {
    { "layers", layers },   { "window", window },   { "animation", animation }, { "palette", palette },
    { "formats", formats }, { "compose", compose }, { "regions", regions },     { "anything", anything },
};

int main(void)
{
    static char line[64];
    uint32_t block[2] = { address(line), sizeof line };
    register uint32_t op __asm__("r0") = 0x15; /* SYS_GET_CMDLINE */
    register void *parameter __asm__("r1") = block;
    __asm__ volatile("bkpt 0xAB" : "+r"(op) : "r"(parameter) : "memory");
    console_init();
    for (unsigned i = 0; i < sizeof pictures / sizeof *pictures; i++) {
        if (!strcmp(pictures[i].name, line)) {
            pictures[i].show();
            wait_for_blank();
            wait_for_blank();
            semihosting_exit(0);
        }
    }
    semihosting_exit(1);
}
