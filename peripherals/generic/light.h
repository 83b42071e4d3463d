/* Light as a picture holds it. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ZIF_GENERIC_LIGHT_H
#define ZIF_GENERIC_LIGHT_H

#include <stdint.h>

/** The value of a pixel, 0 to 255, for a lamp that shines with part / whole of its full light (part at most whole). Pixels are roughly the
 * square root of light; with the root itself there is no rounding to argue about. */
static inline uint8_t zif__light(uint64_t part, uint64_t whole)
{
    unsigned value = 0;
    for (unsigned bit = 128; bit && whole; bit /= 2) {
        uint64_t try = value | bit;
        value |= try * try * whole <= part * 255 * 255 ? bit : 0;
    }
    return (uint8_t)value;
}

/** An 0x00RRGGBB colour with each of its parts times level / 255. */
static inline uint32_t zif__dimmed(uint32_t colour, uint8_t level)
{
    uint32_t red = (colour >> 16 & 0xff) * level / 255, green = (colour >> 8 & 0xff) * level / 255;
    return red << 16 | green << 8 | (colour & 0xff) * level / 255;
}

#endif
