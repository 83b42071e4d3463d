/* What others may ask of an SSD1306. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ZIF_SOLOMON_SSD1306_H
#define ZIF_SOLOMON_SSD1306_H

#include <zif/peripheral.h>

/** Does this pixel of the glass shine? Column x from the left, row y from the top. */
bool zif__ssd1306_lit(const ZifDevice *dev, unsigned x, unsigned y);

#endif
