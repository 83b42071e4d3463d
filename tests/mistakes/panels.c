/*
 * Classic mistakes with panels, each beside the same thing done properly (cases.h says how to read them). The board and its buses are those of
 * firmware/panels. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "cases.h"
#include "panels.h"

enum { RCC_CFGR = 0x40023808 };

/* A TFT that is awake, on, with 16 bits a pixel and columns along its short side. */
static void tft_set_up(void)
{
    tft_select(TFT_SPI, true);
    tft_reset(TFT_SPI);
    tft_command(TFT_SPI, 0x11);
    wait_ms(120);
    TFT_SEND(TFT_SPI, 0x3A, 0x55);
    TFT_SEND(TFT_SPI, 0x36, 0x48);
    tft_command(TFT_SPI, 0x29);
}

#define OLED(...)                                                                                                      \
    do {                                                                                                               \
        static const uint8_t bytes_[] = { __VA_ARGS__ };                                                               \
        oled_commands(false, bytes_, sizeof bytes_);                                                                   \
    } while (0)

/* A TFT is sent commands right after it was reset. */
static void tft_after_reset(bool wrong)
{
    buses_init();
    wait_ms(6);
    tft_command(TFT_FSMC, 0x01);
    wait_ms(wrong ? 1 : 5);
    tft_command(TFT_FSMC, 0x11); /*! busy tft_fsmc (anywhere) */
}

/* A TFT gets its next command right after it was woken up. */
static void tft_no_wait(bool wrong)
{
    buses_init();
    wait_ms(6);
    tft_command(TFT_FSMC, 0x11);
    wait_ms(wrong ? 1 : 5);
    tft_command(TFT_FSMC, 0x29); /*! busy tft_fsmc (anywhere) */
}

/* A TFT is put to sleep less than 120 ms after it was woken up. */
static void tft_no_sleep(bool wrong)
{
    buses_init();
    wait_ms(6);
    tft_command(TFT_FSMC, 0x11);
    wait_ms(wrong ? 20 : 120);
    tft_command(TFT_FSMC, 0x10); /*! busy tft_fsmc (anywhere) */
}

/* A TFT is turned, and the window is still that of the other orientation. */
static void tft_window(bool wrong)
{
    buses_init();
    wait_ms(6);
    tft_command(TFT_FSMC, 0x11);
    wait_ms(5);
    TFT_SEND(TFT_FSMC, 0x36, 0x28);
    if (!wrong) {
        TFT_SEND(TFT_FSMC, 0x2A, 0, 0, 1, 0x3F);
        TFT_SEND(TFT_FSMC, 0x2B, 0, 0, 0, 239);
    }
    tft_command(TFT_FSMC, 0x2C); /*! bus tft_fsmc (anywhere) */
}

/* The ends of a window are given in the wrong order. */
static void tft_window_order(bool wrong)
{
    buses_init();
    wait_ms(6);
    tft_command(TFT_FSMC, 0x2A);
    tft_data(TFT_FSMC, 0);
    tft_data(TFT_FSMC, wrong ? 19 : 10);
    tft_data(TFT_FSMC, 0);
    tft_data(TFT_FSMC, wrong ? 10 : 19); /*! reserved tft_fsmc (anywhere) */
}

/* Eight bits a coordinate: half of the parameters. */
static void tft_few_parameters(bool wrong)
{
    buses_init();
    wait_ms(6);
    tft_command(TFT_FSMC, 0x2A);
    tft_data(TFT_FSMC, 0);
    if (!wrong) {
        tft_data(TFT_FSMC, 0);
        tft_data(TFT_FSMC, 0);
    }
    tft_data(TFT_FSMC, 99);
    tft_command(TFT_FSMC, 0x2B); /*! reserved tft_fsmc (anywhere) */
    for (unsigned i = 0; i < 4; i++) {
        tft_data(TFT_FSMC, 0);
    }
}

/* A pixel format that the panel does not have. */
static void tft_format(bool wrong)
{
    buses_init();
    wait_ms(6);
    tft_command(TFT_FSMC, 0x3A);
    tft_data(TFT_FSMC, wrong ? 0x03 : 0x55); /*! reserved tft_fsmc (anywhere) */
}

/* D/CX is left high: a command is taken for data. */
static void tft_dc(bool wrong)
{
    buses_init();
    tft_set_up();
    TFT_SEND(TFT_SPI, 0x36, 0x48);
    if (wrong) {
        tft_data(TFT_SPI, 0x20);
    } else {
        tft_command(TFT_SPI, 0x20);
    }
    tft_select(TFT_SPI, false); /*! reserved tft_spi (anywhere) */
}

/* The clock of a panel's SPI idles low and data are taken at the second edge. */
static void tft_mode(bool wrong)
{
    buses_init();
    spi2_set_up(0, wrong ? 1 : 0);
    tft_set_up(); /*! bus spi2 (anywhere) */
}

/* The clock of a panel's SPI is faster than the panel stands. */
static void tft_rate(bool wrong)
{
    buses_init();
    if (wrong) {
        REG32(RCC_CFGR) = 5 << 10 | 4 << 13 | 2; /* from the PLL: 42 MHz and not 16 on APB1 */
    }
    tft_set_up(); /*! bus spi2 (anywhere) */
}

/* An OLED is switched on without its charge pump, and stays dark. */
static void oled_pump(bool wrong)
{
    buses_init();
    OLED(0x20, 0x00, 0xA1, 0xC8);
    if (!wrong) {
        OLED(0x8D, 0x14);
    }
    OLED(0xAF); /*! bus oled (anywhere) */
}

/* An OLED's display RAM is written while it scrolls. */
static void oled_scroll(bool wrong)
{
    buses_init();
    static const uint8_t byte = 0x55;
    OLED(0x26, 0, 0, 7, 7, 0, 0xFF, 0x2F);
    if (!wrong) {
        OLED(0x2E);
    }
    oled_data(false, &byte, 1); /*! busy oled (anywhere) */
}

/* A command of another controller is sent to an OLED. */
static void oled_command(bool wrong)
{
    buses_init();
    if (wrong) {
        OLED(0xAD); /*! reserved oled (anywhere) */
    }
    OLED(0x8D, 0x14, 0xAF);
}

/* A multiplex ratio for a glass with fewer rows than there can be. */
static void oled_ratio(bool wrong)
{
    buses_init();
    if (wrong) {
        OLED(0xA8, 0x07); /*! reserved oled (anywhere) */
    } else {
        OLED(0xA8, 0x3F);
    }
}

const Case cases[] = {
    CASE(tft_after_reset),    CASE(tft_no_wait), CASE(tft_no_sleep), CASE(tft_window), CASE(tft_window_order),
    CASE(tft_few_parameters), CASE(tft_format),  CASE(tft_dc),       CASE(tft_mode),   CASE(tft_rate),
    CASE(oled_pump),          CASE(oled_scroll), CASE(oled_command), CASE(oled_ratio), { 0 },
};
