/*
 * The panel of the STM32F429I-DISC1: SPI5 tells it to show what comes on its RGB interface, and LTDC shows a picture of 256 colours there.
 *
 * Reference: RM0090 rev 19, chapters 6, 16 and 28; UM1670 section 6.9 (pins); ILI9341 data sheet V1.11, sections 8.3.1 and 8.3.33.
 * The picture is in tests/panels. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "font.h"
#include "soc.h"

enum { WIDTH = 240, HEIGHT = 320 };

enum {
    RCC_CR = 0x40023800,
    RCC_AHB1ENR = 0x40023830,
    RCC_APB2ENR = 0x40023844,
    RCC_PLLSAICFGR = 0x40023888,
    RCC_DCKCFGR = 0x4002388C,
    GPIOA = 0x40020000,
    MODER = 0x00,
    BSRR = 0x18,
    AFRL = 0x20,
    SPI5_CR1 = 0x40015000,
    SPI5_SR = 0x40015008,
    SPI5_DR = 0x4001500C,
    LTDC = 0x40016800,
    LAYER1 = LTDC + 0x84,
};

enum { A, B, C, D, E, F, G };
#define PORT(n) (GPIOA + 0x400 * (n))

static const struct {
    uint8_t port, pin, function;
} pins[] = {
    { F, 7, 5 },   { F, 9, 5 },                                                             /* SCK, MOSI */
    { C, 10, 14 }, { B, 0, 9 },   { A, 11, 14 }, { A, 12, 14 }, { B, 1, 9 },  { G, 6, 14 }, /* R2 to R7 */
    { A, 6, 14 },  { G, 10, 9 },  { B, 10, 14 }, { B, 11, 14 }, { C, 7, 14 }, { D, 3, 14 }, /* G2 to G7 */
    { D, 6, 14 },  { G, 11, 14 }, { G, 12, 9 },  { A, 3, 14 },  { B, 8, 14 }, { B, 9, 14 }, /* B2 to B7 */
    { G, 7, 14 },  { C, 6, 14 },  { A, 4, 14 },  { F, 10, 14 },                             /* CLK, HSYNC, VSYNC, DE */
};

static void set_field(uint32_t address, unsigned lsb, unsigned width, uint32_t value)
{
    uint32_t mask = ((1u << width) - 1) << lsb;
    REG32(address) = (REG32(address) & ~mask) | value << lsb;
}

static void set_pin(unsigned port, unsigned pin, bool high)
{
    REG32(PORT(port) + BSRR) = 1u << (high ? pin : pin + 16);
}

static void output(unsigned port, unsigned pin, bool high)
{
    set_pin(port, pin, high);
    set_field(PORT(port) + MODER, 2 * pin, 2, 1);
}

static volatile unsigned ticks;

void systick_handler(void);
void systick_handler(void)
{
    ticks++;
}

static void wait_ms(unsigned ms)
{
    SYST_RVR = 168000 - 1;
    SYST_CVR = 0;
    SYST_CSR = SYST_CSR_RUN_TICKS;
    for (ticks = 0; ticks < ms;) {
        __asm__ volatile("wfi");
    }
    SYST_CSR = 0;
}

/* --- The panel: C2 selects it, D13 is D/CX -------------------------------------------------------------------------------------- */

enum { TXE = 2, BSY = 0x80, MASTER_OUT = 3 << 14 | 3 << 8 | 3 << 3 | 1 << 2, SPE = 1 << 6 }; /* one line, 84 MHz / 16 */

static void send(uint8_t command, const uint8_t *bytes, unsigned n)
{
    set_pin(D, 13, false);
    set_pin(C, 2, false);
    for (unsigned i = 0; i <= n; i++) {
        REG32(SPI5_DR) = i ? bytes[i - 1] : command;
        while (!(REG32(SPI5_SR) & TXE) || REG32(SPI5_SR) & BSY) {
        }
        set_pin(D, 13, true);
    }
    set_pin(C, 2, true);
}
#define SEND(command, ...) send(command, (const uint8_t[]){ __VA_ARGS__ }, sizeof((uint8_t[]){ __VA_ARGS__ }))

static void panel_start(void)
{
    REG32(SPI5_CR1) = MASTER_OUT;
    REG32(SPI5_CR1) |= SPE;
    wait_ms(6);
    send(0x11, 0, 0);
    wait_ms(120);
    SEND(0x36, 0xC8);
    SEND(0x3A, 0x66);
    SEND(0xB0, 0xC2);
    SEND(0xF6, 0x01, 0x00, 0x06);
    send(0x29, 0, 0);
}

/* --- LTDC: 6 MHz, 280 clocks a line, 328 lines --------------------------------------------------------------------------------- */

static uint8_t picture[HEIGHT][WIDTH] __attribute__((aligned(64)));

static void ltdc_start(void)
{
    REG32(RCC_PLLSAICFGR) = 192 << 6 | 4 << 24 | 4u << 28; /* 1 MHz * 192 / 4 */
    REG32(RCC_DCKCFGR) = 2 << 16;                          /* / 8 */
    REG32(RCC_CR) |= 1 << 28;
    while (!(REG32(RCC_CR) & 1 << 29)) {
    }
    REG32(LTDC + 0x08) = 9 << 16 | 1;
    REG32(LTDC + 0x0C) = 29 << 16 | 3;
    REG32(LTDC + 0x10) = 269 << 16 | 323;
    REG32(LTDC + 0x14) = 279 << 16 | 327;
    REG32(LAYER1 + 0x04) = 269 << 16 | 30;
    REG32(LAYER1 + 0x08) = 323 << 16 | 4;
    REG32(LAYER1 + 0x10) = 5; /* L8 */
    REG32(LAYER1 + 0x28) = (uintptr_t)picture;
    REG32(LAYER1 + 0x2C) = WIDTH << 16 | (WIDTH + 3);
    REG32(LAYER1 + 0x30) = HEIGHT;
    for (uint32_t i = 0; i < 256; i++) { /* 3, 3 and 2 bits of red, green and blue */
        uint32_t red = (i >> 5) * 255 / 7, green = (i >> 2 & 7) * 255 / 7, blue = (i & 3) * 85;
        REG32(LAYER1 + 0x40) = i << 24 | red << 16 | green << 8 | blue;
    }
    REG32(LAYER1) = 1 | 16;
    REG32(LTDC + 0x24) = 1;
    REG32(LTDC + 0x18) |= 1;
}

static void draw(void)
{
    static const char *const lines[] = { "STM32F429 LTDC", "ON THE RGB PINS", "OF AN ILI9341" };
    for (unsigned y = 0; y < HEIGHT; y++) {
        for (unsigned x = 0; x < WIDTH; x++) {
            unsigned line = y / 24, row = y % 24 / 2;
            bool dot = line >= 1 && line <= 3 && x >= 20 && font_dot(lines[line - 1], (x - 20) / 2, row - 2);
            bool colours = y >= 112 && y < 304 && x >= 24 && x < 216;
            picture[y][x] = dot ? 0xff : colours ? (uint8_t)((y - 112) / 12 * 16 + (x - 24) / 12) : 0x01;
        }
    }
}

int main(void)
{
    REG32(RCC_AHB1ENR) |= 0x7F;
    REG32(RCC_APB2ENR) |= 1 << 20 | 1 << 26;
    (void)REG32(RCC_APB2ENR);
    output(C, 2, true);
    output(D, 13, true);
    for (unsigned i = 0; i < sizeof pins / sizeof *pins; i++) {
        uint32_t port = PORT(pins[i].port);
        set_field(port + AFRL + pins[i].pin / 8 * 4, pins[i].pin % 8 * 4, 4, pins[i].function);
        set_field(port + MODER, 2 * pins[i].pin, 2, 2);
    }
    draw();
    ltdc_start();
    panel_start();
    wait_ms(50);
    return 0;
}
