/* A receiver samples the middle of each of its bits, counted from the start bit's edge. SPDX-License-Identifier: GPL-2.0-or-later */
#include "baud.h"

enum { DATA_BITS = 8, LAST_SAMPLE = 9 }; /* start, eight data bits, stop */

bool baud_agrees(double from, double to)
{
    double sent = (LAST_SAMPLE + 0.5) * from / to; /* the stop bit's sample, in bits of the sender */
    return sent > LAST_SAMPLE && sent < LAST_SAMPLE + 1;
}

uint8_t baud_garble(uint8_t byte, double from, double to)
{
    uint8_t out = 0;
    for (int i = 0; i < DATA_BITS; i++) {
        double at = (i + 1.5) * from / to;
        int bit = at >= DATA_BITS + 1 ? 1 : at < 1 ? 0 : byte >> ((int)at - 1) & 1;
        out |= (uint8_t)(bit << i);
    }
    return out;
}
