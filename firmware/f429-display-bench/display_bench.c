/*
 * What `tools/bench display` runs on the STM32F429I-DISC1: 480 by 272 pixels of 16 bits in SDRAM at 60 frames a second. The host says in a
 * word of SRAM3 what to do: draw without end, or an animation in two buffers that take turns at the vertical blank.
 *
 * Reference: RM0090 rev 19, sections 6.3.24 (PLLSAICFGR), 16.7 (LTDC), 37.7.3 and 37.7.5 (SDRAM); IS42S16400J data sheet.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "soc.h"

enum { WIDTH = 480, HEIGHT = 272 };
/* Of a usual 4.3 inch panel. */
enum { HSW = 41, HBP = 2, HFP = 2, VSW = 10, VBP = 2, VFP = 2 };
enum { LEFT = HSW + HBP, TOP = VSW + VBP };

enum {
    RCC_CR = 0x40023800,
    RCC_AHB1ENR = 0x40023830,
    RCC_AHB3ENR = 0x40023838,
    RCC_APB2ENR = 0x40023844,
    RCC_PLLSAICFGR = 0x40023888,
    RCC_DCKCFGR = 0x4002388C,
    CR_PLLSAION = 1 << 28,
    CR_PLLSAIRDY = 1 << 29,
    LTDC = 0x40016800,
    LTDC_IRQ = 88,
    FMC_SDCR1 = 0xA0000140,
    FMC_SDCR2 = 0xA0000144,
    FMC_SDTR1 = 0xA0000148,
    FMC_SDTR2 = 0xA000014C,
    FMC_SDCMR = 0xA0000150,
    FMC_SDRTR = 0xA0000154,
    FMC_SDSR = 0xA0000158,
    MAILBOX = 0x20020000,
    FRAMEBUFFER = 0xD0000000,
    BACK = 0xD0080000,
};
enum { IDLE, DRAW, ANIMATE };

static volatile unsigned frames;

static void on_line(void)
{
    REG32(LTDC + 0x3C) = 1;
    frames++;
}

/* The common vector table ends before this line. */
static void take_irq(void)
{
    enum { VTOR = 0xE000ED08, VECTORS = 16 + LTDC_IRQ + 1 };
    static uint32_t vectors[VECTORS] __attribute__((aligned(512)));
    const uint32_t *old = (const uint32_t *)(uintptr_t)REG32(VTOR);
    for (unsigned i = 0; i < 48; i++) {
        vectors[i] = old[i];
    }
    vectors[16 + LTDC_IRQ] = (uint32_t)(uintptr_t)on_line;
    REG32(VTOR) = (uint32_t)(uintptr_t)vectors;
    REG32(0xE000E100 + LTDC_IRQ / 32 * 4) = 1u << LTDC_IRQ % 32;
}

static void enable_pins(uint32_t port, const char *pins, unsigned function)
{
    for (const char *p = pins; *p; p++) {
        unsigned pin = (unsigned)(*p <= '9' ? *p - '0' : *p - 'a' + 10);
        REG32(port + 0x00) = (REG32(port + 0x00) & ~(3u << 2 * pin)) | 2u << 2 * pin;
        REG32(port + 0x08) |= 3u << 2 * pin;
        uint32_t afr = port + 0x20 + pin / 8 * 4;
        REG32(afr) = (REG32(afr) & ~(15u << pin % 8 * 4)) | function << pin % 8 * 4;
    }
}

enum { GPIOA = 0x40020000, PORT = 0x400 };
#define GPIO(LETTER) (GPIOA + (LETTER - 'A') * PORT)

static void start_pins(void)
{
    REG32(RCC_AHB1ENR) |= 0x7f; /* A to G */
    (void)REG32(RCC_AHB1ENR);
    enable_pins(GPIO('A'), "346bc", 14); /* LTDC: 18 bits, as the board is wired */
    enable_pins(GPIO('B'), "89ab", 14);
    enable_pins(GPIO('B'), "01", 9);
    enable_pins(GPIO('C'), "67a", 14);
    enable_pins(GPIO('D'), "36", 14);
    enable_pins(GPIO('F'), "a", 14);
    enable_pins(GPIO('G'), "67b", 14);
    enable_pins(GPIO('G'), "ac", 9);
    enable_pins(GPIO('B'), "56", 12); /* SDRAM */
    enable_pins(GPIO('C'), "0", 12);
    enable_pins(GPIO('D'), "0189aef", 12);
    enable_pins(GPIO('E'), "01789abcdef", 12);
    enable_pins(GPIO('F'), "012345bcdef", 12);
    enable_pins(GPIO('G'), "01458f", 12);
}

static void command(uint32_t mode, uint32_t refreshes, uint32_t value)
{
    while (REG32(FMC_SDSR) & 1 << 5) {
    }
    REG32(FMC_SDCMR) = mode | 1 << 3 | (refreshes - 1) << 5 | value << 9; /* the second bank */
}

static void start_sdram(void)
{
    REG32(RCC_AHB3ENR) |= 1;
    (void)REG32(RCC_AHB3ENR);
    REG32(FMC_SDCR1) = 2 << 10 | 1 << 13;                     /* clock: HCLK / 2 */
    REG32(FMC_SDCR2) = 0 | 1 << 2 | 1 << 4 | 1 << 6 | 3 << 7; /* 8 and 12 bits, 16 wide, 4 banks, CAS 3 */
    REG32(FMC_SDTR1) = 6 << 12 | 1 << 20;                     /* TRC, TRP */
    REG32(FMC_SDTR2) = 1 | 6 << 4 | 3 << 8 | 6 << 12 | 1 << 16 | 1 << 20 | 1 << 24;
    command(1, 1, 0); /* clock */
    for (volatile unsigned i = 0; i < 10000; i++) {
    }
    command(2, 1, 0);             /* precharge all */
    command(3, 4, 0);             /* refresh */
    command(4, 1, 0x230);         /* mode: burst of 1, CAS 3, single writes */
    REG32(FMC_SDRTR) = 1292 << 1; /* 64 ms / 4096 rows at 84 MHz, less 20 */
}

static void start_ltdc(void)
{
    REG32(RCC_PLLSAICFGR) = 216 << 6 | 4 << 24 | 3 << 28; /* 1 MHz * 216 / 3 = 72 MHz, and by 8: 9 MHz */
    REG32(RCC_DCKCFGR) = 2 << 16;
    REG32(RCC_CR) |= CR_PLLSAION;
    while (!(REG32(RCC_CR) & CR_PLLSAIRDY)) {
    }
    REG32(RCC_APB2ENR) |= 1 << 26;
    (void)REG32(RCC_APB2ENR);
    REG32(LTDC + 0x08) = (HSW - 1) << 16 | (VSW - 1);
    REG32(LTDC + 0x0C) = (LEFT - 1) << 16 | (TOP - 1);
    REG32(LTDC + 0x10) = (LEFT + WIDTH - 1) << 16 | (TOP + HEIGHT - 1);
    REG32(LTDC + 0x14) = (LEFT + WIDTH + HFP - 1) << 16 | (TOP + HEIGHT + VFP - 1);
    REG32(LTDC + 0x84) = 1;
    REG32(LTDC + 0x88) = (LEFT + WIDTH - 1) << 16 | LEFT;
    REG32(LTDC + 0x8C) = (TOP + HEIGHT - 1) << 16 | TOP;
    REG32(LTDC + 0x94) = 2; /* RGB565 */
    REG32(LTDC + 0xAC) = FRAMEBUFFER;
    REG32(LTDC + 0xB0) = (WIDTH * 2) << 16 | (WIDTH * 2 + 3);
    REG32(LTDC + 0xB4) = HEIGHT;
    REG32(LTDC + 0x24) = 1;
    REG32(LTDC + 0x18) = 1;
}

/* --- Drawing ------------------------------------------------------------------------------------------------------------------- */

static void rectangle(uint32_t buffer, unsigned x, unsigned y, unsigned width, unsigned height, uint32_t two_pixels)
{
    for (unsigned row = y; row < y + height; row++) {
        volatile uint32_t *at = (volatile uint32_t *)(buffer + (row * WIDTH + x) * 2);
        for (unsigned i = 0; i < width / 2; i++) {
            at[i] = two_pixels;
        }
    }
}

static void draw_for_ever(void)
{
    for (uint32_t colour = 0;; colour += 0x08610861) {
        rectangle(FRAMEBUFFER, 0, 0, WIDTH, HEIGHT, colour);
    }
}

enum { BALL = 32 };

typedef struct {
    unsigned x, y;
} Place;

static Place place_of(unsigned frame)
{
    unsigned x = frame * 6 % (2 * (WIDTH - BALL)), y = frame * 4 % (2 * (HEIGHT - BALL));
    x = x < WIDTH - BALL ? x : 2 * (WIDTH - BALL) - x;
    y = y < HEIGHT - BALL ? y : 2 * (HEIGHT - BALL) - y;
    return (Place){ x & ~1u, y };
}

static void animate(void)
{
    rectangle(FRAMEBUFFER, 0, 0, WIDTH, HEIGHT, 0x10821082);
    rectangle(BACK, 0, 0, WIDTH, HEIGHT, 0x10821082);
    REG32(LTDC + 0x40) = TOP + HEIGHT;
    REG32(LTDC + 0x34) = 1;
    take_irq();
    for (unsigned n = 2;; n++) {
        uint32_t back = n % 2 ? BACK : FRAMEBUFFER;
        Place old = place_of(n - 2), new = place_of(n);
        rectangle(back, old.x, old.y, BALL, BALL, 0x10821082);
        rectangle(back, new.x, new.y, BALL, BALL, 0xFFE0FFE0);
        REG32(LTDC + 0xAC) = back;
        REG32(LTDC + 0x24) = 2;
        for (unsigned seen = frames; frames == seen;) {
            wait_for_interrupt();
        }
    }
}

int main(void)
{
    console_init();
    start_pins();
    start_sdram();
    start_ltdc();
    REG32(MAILBOX) = IDLE;
    for (;;) {
        if (REG32(MAILBOX) == DRAW) {
            draw_for_ever();
        } else if (REG32(MAILBOX) == ANIMATE) {
            animate();
        }
    }
}
