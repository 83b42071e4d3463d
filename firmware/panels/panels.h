/*
 * Panels of board.dts as a driver uses them, polled, on an STM32F407 that runs from its HSI.
 *
 * Reference: RM0090 rev 19, chapters 27 (I2C), 28 (SPI), 36 (FSMC); SSD1306 data sheet rev 1.5; ILI9341 data sheet V1.11.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef PANELS_H
#define PANELS_H

#include "soc.h"

void wait_ms(unsigned ms);
/* Clocks, pins and controllers of all buses. */
void buses_init(void);
/* SPI2, which the TFT is on: master with this rate (0 to 7) and mode (0 to 3). */
void spi2_set_up(unsigned rate, unsigned mode);

/* OLED: commands (at most 15 together), data. `spi`: the one on SPI1, else that on I2C1. */
void oled_commands(bool spi, const uint8_t *bytes, unsigned n);
void oled_data(bool spi, const uint8_t *bytes, unsigned n);
void oled_reset(void);

/* TFT: on each bus a command byte, a parameter, and a pixel of 16 bits. */
typedef enum { TFT_SPI, TFT_FSMC, TFT_GPIO } Tft;
void tft_select(Tft t, bool selected);
void tft_command(Tft t, uint8_t code);
void tft_data(Tft t, uint8_t byte);
void tft_pixels_follow(Tft t); /* after the command: D/CX stays high from now on */
void tft_pixel(Tft t, uint16_t colour);
void tft_reset(Tft t);

#define TFT_SEND(t, code, ...)                                                                                         \
    do {                                                                                                               \
        const uint8_t bytes_[] = { __VA_ARGS__ };                                                                      \
        tft_command(t, code);                                                                                          \
        for (unsigned i_ = 0; i_ < sizeof bytes_; i_++) {                                                              \
            tft_data(t, bytes_[i_]);                                                                                   \
        }                                                                                                              \
    } while (0)

#endif
