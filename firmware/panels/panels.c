/*
 * Text and colours on each panel of board.dts, and what each has of its own: an OLED scrolls, a TFT is turned.
 * The pictures are in tests/panels. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "font.h"
#include "panels.h"

/* --- OLED: a page of eight rows at a time ------------------------------------------------------------------------------------- */

static void oled_text(bool spi, unsigned page, const char *text)
{
    uint8_t columns[128] = { 0 };
    for (unsigned x = 0; x < 128; x++) {
        for (unsigned y = 0; y < FONT_HEIGHT; y++) {
            columns[x] |= (uint8_t)(font_dot(text, x, y) << y);
        }
    }
    const uint8_t where[] = { 0x22, page, 7, 0x21, 0, 127 };
    oled_commands(spi, where, sizeof where);
    oled_data(spi, columns, sizeof columns);
}

static void oled(bool spi)
{
    static const char *const lines[8] = {
        "ZIF SHOWS WHAT", "THE EYE SEES.", "", "SSD1306, 128 X 64", "ON I2C AT 400 KHZ", "", "", "0123456789 +-/(%)!"
    };
    const uint8_t set_up[] = { 0xAE, 0x20, 0x00, 0xA8, spi ? 31 : 63, 0xA1, 0xC8, 0xDA, spi ? 0x02 : 0x12 };
    static const uint8_t on[] = { 0x81, 0xCF, 0x8D, 0x14, 0xA4, 0xA6, 0xAF };
    oled_commands(spi, set_up, sizeof set_up);
    for (unsigned page = 0; page < 8; page++) {
        oled_text(spi, page, spi ? "" : lines[page]);
    }
    if (spi) {
        oled_text(true, 0, "SSD1306, 128 X 32");
        oled_text(true, 2, "ON SPI: SCROLLED");
    }
    oled_commands(spi, on, sizeof on);
    if (spi) { /* the third page, to the left, a column in two frames, for a while */
        static const uint8_t scroll[] = { 0x27, 0x00, 2, 7, 2, 0x00, 0xFF, 0x2F };
        static const uint8_t stop[] = { 0x2E };
        oled_commands(true, scroll, sizeof scroll);
        wait_ms(105); /* 12 steps of two frames of 32 * 54 / 370 ms, and a half */
        oled_commands(true, stop, sizeof stop);
    }
}

/* --- TFT ------------------------------------------------------------------------------------------------------------------------ */

static const uint16_t bars[8] = { 0xFFFF, 0xFFE0, 0x07FF, 0x07E0, 0xF81F, 0xF800, 0x001F, 0x0000 };

/* Dark blue, a frame, lines of text three times as large, and a bar of eight colours. */
static uint16_t colour_at(const char *const *lines, unsigned x, unsigned y, unsigned width, unsigned height)
{
    if (x < 2 || y < 2 || x >= width - 2 || y >= height - 2) {
        return 0xFD20;
    }
    if (y >= height - 40 && y < height - 16) {
        return bars[x * 8 / width];
    }
    unsigned line = (y - 2) / 30, row = (y - 2) % 30 / 3;
    return line < 4 && x >= 12 && font_dot(lines[line], (x - 12) / 3, row - 2) ? 0xFFFF : 0x0008;
}

static void tft(Tft t, uint8_t madctl, unsigned width, unsigned height, const char *const *lines)
{
    tft_select(t, true);
    tft_reset(t);
    tft_command(t, 0x11);
    wait_ms(120);
    TFT_SEND(t, 0x3A, 0x55);
    TFT_SEND(t, 0x36, madctl);
    TFT_SEND(t, 0x2A, 0, 0, (uint8_t)((width - 1) >> 8), (uint8_t)(width - 1));
    TFT_SEND(t, 0x2B, 0, 0, (uint8_t)((height - 1) >> 8), (uint8_t)(height - 1));
    tft_command(t, 0x2C);
    tft_pixels_follow(t);
    for (unsigned y = 0; y < height; y++) {
        static uint16_t row[320];
        if (y < 4 || y % 3 == 2 || y >= height - 40) { /* else it is as the one above */
            for (unsigned x = 0; x < width; x++) {
                row[x] = colour_at(lines, x, y, width, height);
            }
        }
        for (unsigned x = 0; x < width; x++) {
            tft_pixel(t, row[x]);
        }
    }
    tft_command(t, 0x29);
    tft_select(t, false);
}

int main(void)
{
    static const char *const spi[] = { "ILI9341 ON SPI", "TURNED BY 90", "", "320 X 240" };
    static const char *const fsmc[] = { "ILI9341 ON", "A 16 BIT BUS", "240 X 320", "" };
    static const char *const gpio[] = { "ILI9341 ON", "GPIO PINS", "", "TURNED BY 270" };
    buses_init();
    oled(false);
    oled_reset();
    oled(true);
    tft(TFT_SPI, 0x28, 320, 240, spi);
    tft(TFT_FSMC, 0x48, 240, 320, fsmc);
    tft(TFT_GPIO, 0xE8, 320, 240, gpio);
    wait_ms(50);
    return 0;
}
