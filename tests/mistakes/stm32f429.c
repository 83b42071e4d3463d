/*
 * Classic mistakes with the display blocks of an STM32F429, each beside the same thing done properly; see cases.h. The screen is that of the
 * STM32F429I-DISC1, cut down to 64 x 48 pixels. Reference: RM0090 rev 19, chapters 6, 11, 16, 37. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "cases.h"

enum {
    RCC = 0x40023800,
    RCC_CR = RCC,
    RCC_AHB1ENR = RCC + 0x30,
    RCC_AHB3ENR = RCC + 0x38,
    RCC_APB2ENR = RCC + 0x44,
    RCC_PLLSAICFGR = RCC + 0x88,
    RCC_DCKCFGR = RCC + 0x8C,
    GPIOA = 0x40020000,
    MODER = 0,
    AFRL = 0x20,
};
enum {
    LTDC = 0x40016800,
    SSCR = LTDC + 0x08,
    BPCR = LTDC + 0x0C,
    AWCR = LTDC + 0x10,
    TWCR = LTDC + 0x14,
    GCR = LTDC + 0x18,
    SRCR = LTDC + 0x24,
    IER = LTDC + 0x34,
    LTDC_ISR = LTDC + 0x38,
    LIPCR = LTDC + 0x40,
    CDSR = LTDC + 0x48,
    L1CR = LTDC + 0x84,
    L1WHPCR = LTDC + 0x88,
    L1WVPCR = LTDC + 0x8C,
    L1PFCR = LTDC + 0x94,
    L1BFCR = LTDC + 0xA0,
    L1CFBAR = LTDC + 0xAC,
    L1CFBLR = LTDC + 0xB0,
    L1CFBLNR = LTDC + 0xB4,
    L1CLUTWR = LTDC + 0xC4,
    L8 = 5,
    CLUTEN = 16,
};
enum {
    DMA2D = 0x4002B000,
    D2_CR = DMA2D,
    D2_ISR = DMA2D + 0x04,
    D2_FGMAR = DMA2D + 0x0C,
    D2_FGOR = DMA2D + 0x10,
    D2_BGPFCCR = DMA2D + 0x24,
    D2_BGMAR = DMA2D + 0x14,
    D2_FGPFCCR = DMA2D + 0x1C,
    D2_FGCMAR = DMA2D + 0x2C,
    D2_OPFCCR = DMA2D + 0x34,
    D2_OCOLR = DMA2D + 0x38,
    D2_OMAR = DMA2D + 0x3C,
    D2_OOR = DMA2D + 0x40,
    D2_NLR = DMA2D + 0x44,
    FGCLUT = DMA2D + 0x400,
    START = 1,
    COPY = 0 << 16,
    CONVERT = 1 << 16,
    BLEND = 2 << 16,
    FILL = 3 << 16,
    RGB565 = 2,
    A4 = 10,
};
enum { WIDTH = 64, HEIGHT = 48, PITCH = 2 * WIDTH, H_PORCH = 9, V_PORCH = 3, CCM = 0x10000000 };

static uint16_t picture[HEIGHT + 1][WIDTH] __attribute__((aligned(64)));
static uint32_t colours[256];

static uint32_t address(const volatile void *p)
{
    return (uint32_t)(uintptr_t)p;
}

static void enable(uint32_t enr, uint32_t bits)
{
    REG32(enr) |= bits;
    (void)REG32(enr);
}

/* --- The screen ---------------------------------------------------------------------------------------------------------- */

/* The data lines of the board's panel: port, pin, function. */
static void pins(void)
{
    static const char lines[][4] = {
        "C\xae", "B\x09", "A\xbe", "A\xce", "B\x19", "G\x6e", "A\x6e", "G\xa9", "B\xae", "B\xbe", "C\x7e",
        "D\x3e", "D\x6e", "G\xbe", "G\xc9", "A\x3e", "B\x8e", "B\x9e", "C\x6e", "A\x4e", "G\x7e", "F\xae",
    };
    enable(RCC_AHB1ENR, 0x7f);
    for (unsigned i = 0; i < sizeof lines / sizeof *lines; i++) {
        uint32_t port = GPIOA + 0x400u * (unsigned)(lines[i][0] - 'A');
        unsigned pin = (uint8_t)lines[i][1] >> 4, function = lines[i][1] & 15;
        uint32_t afr = port + AFRL + pin / 8 * 4;
        REG32(afr) = (REG32(afr) & ~(15u << pin % 8 * 4)) | function << pin % 8 * 4;
        REG32(port + MODER) = (REG32(port + MODER) & ~(3u << 2 * pin)) | 2u << 2 * pin;
    }
}

/* 1 MHz * 192 / 4 / 8: 6 MHz. */
static void pixel_clock(void)
{
    REG32(RCC_PLLSAICFGR) = 192 << 6 | 4 << 24 | 4u << 28;
    REG32(RCC_DCKCFGR) = 2 << 16;
    REG32(RCC_CR) |= 1 << 28;
    while (!(REG32(RCC_CR) & 1 << 29)) {
    }
}

static void timing(void)
{
    REG32(SSCR) = 3 << 16 | 1;
    REG32(BPCR) = H_PORCH << 16 | V_PORCH;
    REG32(AWCR) = (H_PORCH + WIDTH) << 16 | (V_PORCH + HEIGHT);
    REG32(TWCR) = (H_PORCH + WIDTH + 6) << 16 | (V_PORCH + HEIGHT + 4);
}

static void screen_off(void)
{
    pins();
    enable(RCC_APB2ENR, 1 << 26);
    pixel_clock();
    timing();
}

static void screen(void)
{
    screen_off();
    REG32(GCR) |= 1;
}

static void layer(void)
{
    REG32(L1WHPCR) = (H_PORCH + WIDTH) << 16 | (H_PORCH + 1);
    REG32(L1WVPCR) = (V_PORCH + HEIGHT) << 16 | (V_PORCH + 1);
    REG32(L1PFCR) = RGB565;
    REG32(L1CFBAR) = address(picture);
    REG32(L1CFBLR) = PITCH << 16 | (PITCH + 3);
    REG32(L1CFBLNR) = HEIGHT;
    REG32(L1CR) = 1;
}

static void a_frame(void)
{
    for (unsigned n = 0; n < 2; n++) {
        while (REG32(CDSR) & 1) { /* VDES: the beam is in the picture */
        }
        while (!(REG32(CDSR) & 1)) {
        }
    }
}

/* --- LTDC ---------------------------------------------------------------------------------------------------------------- */

/* The LTDC is set up before its clock is on. */
static void ltdc_clock(bool wrong)
{
    pins();
    pixel_clock();
    if (!wrong) {
        enable(RCC_APB2ENR, 1 << 26);
    }
    REG32(SSCR) = 3 << 16 | 1; /*! clock-off ltdc.SSCR */
}

/* PLLSAI, the pixel clock, was not started: most of the LTDC's registers keep nothing. */
static void ltdc_pixel_clock(bool wrong)
{
    pins();
    enable(RCC_APB2ENR, 1 << 26);
    if (!wrong) {
        pixel_clock();
    }
    REG32(SSCR) = 3 << 16 | 1; /*! clock-off ltdc.SSCR */
}

/* A data line of the panel is not led to its pin. */
static void ltdc_pin(bool wrong)
{
    screen_off();
    if (wrong) {
        REG32(0x40020C00 + MODER) &= ~(3u << 12); /* PD6: B2 */
    }
    REG32(GCR) |= 1; /*! pin ltdc */
}

/* Widths are written where the manual wants sums. */
static void ltdc_sums(bool wrong)
{
    screen_off();
    if (wrong) {
        REG32(AWCR) = 8 << 16 | 8;
    }
    REG32(GCR) |= 1; /*! reserved ltdc.AWCR */
}

/* The timing is changed while the controller runs. */
static void ltdc_running(bool wrong)
{
    screen();
    if (!wrong) {
        REG32(GCR) &= ~1u;
    }
    REG32(TWCR) = (H_PORCH + WIDTH + 20) << 16 | (V_PORCH + HEIGHT + 4); /*! busy ltdc.TWCR */
    REG32(GCR) |= 1;
}

/* The next picture's address is written, and the shadow registers are never reloaded: the old one stays. */
static void ltdc_reload(bool wrong)
{
    screen();
    layer();
    REG32(SRCR) = 1;
    REG32(L1CFBAR) = address(picture[1]);
    if (!wrong) {
        REG32(SRCR) = 2;
    }
    a_frame();
    a_frame(); /*! busy ltdc.L1CFBAR (anywhere) */
}

/* A line's length in bytes is written as it is; the controller wants three more. */
static void ltdc_line(bool wrong)
{
    screen();
    layer();
    REG32(L1CFBLR) = PITCH << 16 | (PITCH + (wrong ? 0 : 3));
    REG32(SRCR) = 1; /*! overrun ltdc.L1CFBLR */
}

/* The pitch is given in pixels, not in bytes. */
static void ltdc_pitch(bool wrong)
{
    screen();
    layer();
    REG32(L1CFBLR) = (wrong ? WIDTH : PITCH) << 16 | (PITCH + 3);
    REG32(SRCR) = 1; /*! reserved ltdc.L1CFBLR */
}

/* The number of lines was forgotten. */
static void ltdc_lines(bool wrong)
{
    screen();
    layer();
    REG32(L1CFBLNR) = wrong ? 1 : HEIGHT;
    REG32(SRCR) = 1; /*! overrun ltdc.L1CFBLNR */
}

/* A window's place is counted from the picture, not from the synchronisation pulse. */
static void ltdc_window(bool wrong)
{
    screen();
    layer();
    REG32(L1WHPCR) = wrong ? (WIDTH - 1) << 16 | 0 : (H_PORCH + WIDTH) << 16 | (H_PORCH + 1);
    REG32(SRCR) = 1; /*! reserved ltdc.L1WHPCR */
}

/* A framebuffer in CCM, which only the processor reaches. */
static void ltdc_ccm(bool wrong)
{
    screen();
    layer();
    REG32(L1CFBAR) = wrong ? CCM : address(picture);
    REG32(SRCR) = 1; /*! bus ltdc.L1CFBAR */
}

/* A blending factor that means nothing. */
static void ltdc_factors(bool wrong)
{
    screen();
    layer();
    REG32(L1BFCR) = wrong ? 0x405 ^ 0x100 : 0x405;
    REG32(SRCR) = 1; /*! reserved ltdc.L1BFCR */
}

/* Colours are changed while the beam is in the picture. */
static void ltdc_clut(bool wrong)
{
    screen();
    layer();
    REG32(L1PFCR) = L8;
    REG32(L1CR) = 1 | CLUTEN;
    REG32(SRCR) = 1;
    a_frame();
    if (!wrong) {
        while (REG32(CDSR) & 1) {
        }
    }
    REG32(L1CLUTWR) = 7 << 24 | 0x123456; /*! busy ltdc.L1CLUTWR */
}

/* An interrupt is wanted in a line that no frame has. */
static void ltdc_line_interrupt(bool wrong)
{
    screen_off();
    REG32(LIPCR) = wrong ? 320 : V_PORCH + HEIGHT + 1;
    REG32(IER) = 1;
    REG32(GCR) |= 1; /*! reserved ltdc.LIPCR */
}

/* --- DMA2D --------------------------------------------------------------------------------------------------------------- */

static void dma2d(void)
{
    enable(RCC_AHB1ENR, 1 << 23);
    REG32(D2_OPFCCR) = RGB565;
    REG32(D2_OCOLR) = 0x1234;
    REG32(D2_FGPFCCR) = RGB565;
    REG32(D2_FGMAR) = address(picture[24]);
    REG32(D2_OMAR) = address(picture);
    REG32(D2_NLR) = WIDTH << 16 | 16;
    for (unsigned i = 0; i < WIDTH * 16; i++) {
        picture[24 + i / WIDTH][i % WIDTH] = (uint16_t)i;
    }
}

static void wait(void)
{
    while (REG32(D2_CR) & START) {
    }
}

/* The DMA2D is used without a clock. */
static void dma2d_clock(bool wrong)
{
    if (!wrong) {
        enable(RCC_AHB1ENR, 1 << 23);
    }
    REG32(D2_OPFCCR) = RGB565; /*! clock-off dma2d.OPFCCR */
}

/* The next rectangle is set up while the last one is still being filled. */
static void dma2d_busy(bool wrong)
{
    dma2d();
    REG32(D2_CR) = FILL | START;
    if (!wrong) {
        wait();
    }
    REG32(D2_OMAR) = address(picture[16]); /*! busy dma2d.OMAR */
    wait();
}

/* The same transfer is started again before it has ended. */
static void dma2d_twice(bool wrong)
{
    dma2d();
    REG32(D2_CR) = FILL | START;
    if (!wrong) {
        wait();
    }
    REG32(D2_CR) = FILL | START; /*! busy dma2d.CR */
    wait();
}

/* An image in CCM, which the DMA2D does not reach. */
static void dma2d_ccm(bool wrong)
{
    dma2d();
    REG32(D2_FGMAR) = wrong ? CCM : address(picture[24]);
    REG32(D2_CR) = COPY | START;
    wait(); /*! dma dma2d.FGMAR (anywhere) */
}

/* An indexed format as output. */
static void dma2d_output(bool wrong)
{
    dma2d();
    REG32(D2_OPFCCR) = wrong ? L8 : RGB565;
    REG32(D2_CR) = CONVERT | START; /*! dma dma2d.OPFCCR */
    wait();
}

/* A destination in the middle of a pixel: an index counted in bytes. */
static void dma2d_unaligned(bool wrong)
{
    dma2d();
    REG32(D2_OMAR) = address(picture) + (wrong ? 5 : 10);
    REG32(D2_CR) = FILL | START; /*! dma dma2d.OMAR */
    wait();
}

/* Width and height are swapped, and the width is gone. */
static void dma2d_empty(bool wrong)
{
    dma2d();
    REG32(D2_NLR) = wrong ? 16 : WIDTH << 16 | 16;
    REG32(D2_CR) = FILL | START; /*! dma dma2d.NLR */
    wait();
}

/* A glyph of 4-bit alpha with an odd width. */
static void dma2d_glyph(bool wrong)
{
    dma2d();
    REG32(D2_FGPFCCR) = A4;
    REG32(D2_NLR) = (wrong ? 7 : 8) << 16 | 8;
    REG32(D2_CR) = CONVERT | START; /*! dma dma2d.NLR */
    wait();
}

/* The background of a blend begins in the middle of a pixel. */
static void dma2d_background(bool wrong)
{
    dma2d();
    REG32(D2_BGPFCCR) = RGB565;
    REG32(D2_BGMAR) = address(picture) + (wrong ? 1 : 0);
    REG32(D2_CR) = BLEND | START; /*! dma dma2d.BGMAR */
    wait();
}

/* A colour is changed while the table is being loaded. */
static void dma2d_clut(bool wrong)
{
    dma2d();
    REG32(D2_FGCMAR) = address(colours);
    REG32(D2_FGPFCCR) = L8 | 0xff00 | 1 << 5;
    while (!wrong && REG32(D2_FGPFCCR) & 1 << 5) {
    }
    REG32(FGCLUT) = 0xff123456; /*! busy dma2d.FGCLUT[0] */
}

/* A transfer is started while the table is being loaded. */
static void dma2d_early(bool wrong)
{
    dma2d();
    REG32(D2_FGCMAR) = address(colours);
    REG32(D2_FGPFCCR) = RGB565 | 0xff00 | 1 << 5;
    while (!wrong && REG32(D2_FGPFCCR) & 1 << 5) {
    }
    REG32(D2_CR) = FILL | START; /*! busy dma2d.CR */
    wait();
}

const Case cases[] = {
    CASE(ltdc_clock),       CASE(ltdc_pixel_clock),
    CASE(ltdc_pin),         CASE(ltdc_sums),
    CASE(ltdc_running),     CASE(ltdc_reload),
    CASE(ltdc_line),        CASE(ltdc_pitch),
    CASE(ltdc_lines),       CASE(ltdc_window),
    CASE(ltdc_ccm),         CASE(ltdc_factors),
    CASE(ltdc_clut),        CASE(ltdc_line_interrupt),
    CASE(dma2d_clock),      CASE(dma2d_busy),
    CASE(dma2d_twice),      CASE(dma2d_ccm),
    CASE(dma2d_output),     CASE(dma2d_unaligned),
    CASE(dma2d_empty),      CASE(dma2d_glyph),
    CASE(dma2d_background), CASE(dma2d_clut),
    CASE(dma2d_early),      { 0 },
};
