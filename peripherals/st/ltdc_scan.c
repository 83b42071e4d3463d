/*
 * LTDC: the beam. Everything follows from the pixel clocks counted since a frame began; nothing happens here.
 * Reference: RM0090 Rev 19, section 16.4.1 "LTDC global configuration parameters", 16.7.13 (CPSR). SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "ltdc.h"

unsigned zif__ltdc_columns(const Ltdc *l)
{
    return zif_bits(l->values[TWCR], 16, 12) + 1;
}

unsigned zif__ltdc_lines(const Ltdc *l)
{
    return zif_bits(l->values[TWCR], 0, 11) + 1;
}

bool zif__ltdc_active(const Ltdc *l, unsigned *width, unsigned *height)
{
    const uint32_t *v = l->values;
    unsigned left = zif_bits(v[BPCR], 16, 12), right = zif_bits(v[AWCR], 16, 12);
    unsigned top = zif_bits(v[BPCR], 0, 11), bottom = zif_bits(v[AWCR], 0, 11);
    if (left >= right || top >= bottom || right >= zif__ltdc_columns(l) || bottom >= zif__ltdc_lines(l)) {
        *width = *height = 0;
        return false;
    }
    *width = right - left;
    *height = bottom - top;
    return true;
}

bool zif__ltdc_scans(const Ltdc *l)
{
    return l->pixels.hz != 0;
}

static uint64_t frame_of(const Ltdc *l)
{
    return (uint64_t)zif__ltdc_columns(l) * zif__ltdc_lines(l);
}

void zif__ltdc_position(const Ltdc *l, ZifTime now, unsigned *x, unsigned *y)
{
    uint64_t at = zif_clock_ticks(&l->pixels, now) % frame_of(l);
    *x = (unsigned)(at % zif__ltdc_columns(l));
    *y = (unsigned)(at / zif__ltdc_columns(l));
}

unsigned zif__ltdc_blank_line(const Ltdc *l)
{
    return (zif_bits(l->values[AWCR], 0, 11) + 1) % zif__ltdc_lines(l);
}

ZifTime zif__ltdc_line_after(const Ltdc *l, unsigned line, ZifTime after)
{
    if (!zif__ltdc_scans(l) || line >= zif__ltdc_lines(l)) {
        return ZIF_TIME_NEVER;
    }
    uint64_t frame = frame_of(l), start = (uint64_t)line * zif__ltdc_columns(l);
    uint64_t ticks = zif_clock_ticks(&l->pixels, after), at = ticks % frame;
    uint64_t wait = at < start ? start - at : frame - at + start;
    return zif_clock_when(&l->pixels, ticks + wait);
}

/* The first line of the set from `from` on; MOST_LINES when there is none. */
static unsigned first_of(const uint64_t *lines, unsigned from)
{
    for (unsigned w = from / 64; w < MOST_LINES / 64; w++) {
        uint64_t bits = lines[w] & (w == from / 64 ? UINT64_MAX << from % 64 : UINT64_MAX);
        if (bits) {
            return 64 * w + (unsigned)__builtin_ctzll(bits);
        }
    }
    return MOST_LINES;
}

ZifTime zif__ltdc_set_after(const Ltdc *l, const uint64_t *lines, ZifTime after)
{
    unsigned x, y;
    zif__ltdc_position(l, after, &x, &y);
    unsigned line = first_of(lines, y + 1);
    line = line < zif__ltdc_lines(l) ? line : first_of(lines, 0);
    return zif__ltdc_line_after(l, line, after);
}

void zif__ltdc_rescan(Ltdc *l, unsigned columns, unsigned lines)
{
    ZifTime now = zif_now(&l->dev);
    bool on = l->values[GCR] & GCR_LTDCEN && zif_clock_hz(&l->dev);
    uint64_t hz = on ? zif_clock_hz_of(&l->dev, CLOCK_PIXEL) : 0;
    uint64_t at = 0;
    if (l->values[GCR] & GCR_LTDCEN) {
        at = zif_clock_ticks(&l->pixels, now) % ((uint64_t)columns * lines);
        uint64_t x = at % columns, y = at / columns;
        x = x < zif__ltdc_columns(l) ? x : zif__ltdc_columns(l) - 1;
        y = y < zif__ltdc_lines(l) ? y : zif__ltdc_lines(l) - 1;
        at = y * zif__ltdc_columns(l) + x;
    }
    zif_clock_set_hz(&l->pixels, now, hz);
    zif_clock_set_ticks(&l->pixels, now, at);
    zif_frames_changed(&l->dev);
}
