/*
 * What an eye sees of an SSD1306.
 *
 * Reference: Solomon Systech SSD1306 data sheet rev 1.5, sections 8.6 to 8.9 and 10.1; Zephyr's binding of solomon,ssd1306fb.
 * A glass is wired so that a driver with the settings of its node (segment-remap, com-invdir, com-sequential, the offsets) shows its picture
 * upright. From there it goes backwards: pixel, pads of the chip, the row and column that the chip's own settings put there, display RAM.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "../generic/light.h"
#include "ssd1306.h"

enum { BANK = SSD_ROWS / 2, ALTERNATIVE = 0x10, LEFT_RIGHT = 0x20 };

typedef struct {
    unsigned width, height, first_segment, first_row, rows, offset;
    bool remap, reversed, sequential;
} Glass;

static Glass glass_of(const ZifDevice *dev)
{
    Glass g = {
        .width = zif_prop_u32(dev, "width", SSD_COLUMNS),
        .height = zif_prop_u32(dev, "height", SSD_ROWS),
        .first_segment = zif_prop_u32(dev, "segment-offset", 0),
        .first_row = zif_prop_u32(dev, "page-offset", 0) * 8,
        .offset = zif_prop_u32(dev, "display-offset", 0),
        .remap = zif_prop_bool(dev, "segment-remap"),
        .reversed = zif_prop_bool(dev, "com-invdir"),
        .sequential = zif_prop_bool(dev, "com-sequential"),
    };
    g.rows = zif_prop_u32(dev, "multiplex-ratio", g.height - 1) + 1;
    return g;
}

/* Rows leave the chip at its pads in order, or at every second of both banks in turn. */
static unsigned pad_of_line(unsigned line, bool sequential)
{
    return sequential ? line : line % 2 * BANK + line / 2;
}

static unsigned line_of_pad(unsigned pad, bool sequential)
{
    return sequential ? pad : pad % BANK * 2 + pad / BANK;
}

/* The row of the display RAM that is seen in row y of the glass, or -1. */
static int ram_row(const Ssd1306 *s, const Glass *g, unsigned y)
{
    unsigned wired = y + g->first_row;
    unsigned line = (g->reversed ? g->rows - 1 - wired + g->offset : wired - g->offset) % SSD_ROWS;
    unsigned pad = pad_of_line(line, g->sequential) ^ (s->com_pins & LEFT_RIGHT ? BANK : 0);
    line = line_of_pad(pad, !(s->com_pins & ALTERNATIVE));
    unsigned row = (s->com_reversed ? s->multiplex - line + s->offset : line + s->offset) % SSD_ROWS;
    if (row > s->multiplex) {
        return -1;
    }
    row = s->zoomed ? row / 2 : row;
    unsigned in_area = row - s->scroll.fixed;
    if (row >= s->scroll.fixed && in_area < s->scroll.area) {
        uint64_t up = s->scroll.up + (s->scroll.on ? zif__ssd1306_steps(s) * s->scroll.rows : 0);
        row = s->scroll.fixed + (unsigned)((in_area + up) % s->scroll.area);
    }
    return (int)((row + s->start_line) % SSD_ROWS);
}

static bool pixel(const Ssd1306 *s, const Glass *g, unsigned x, unsigned row, uint64_t steps)
{
    unsigned column = x + g->first_segment, page = row / 8;
    column = g->remap != s->remap ? SSD_COLUMNS - 1 - column : column;
    if (page >= s->scroll.first_page && page <= s->scroll.last_page) {
        column = (unsigned)(s->scroll.left ? column + steps : column - steps) % SSD_COLUMNS;
    }
    return s->all_on || (s->ram[page][column % SSD_COLUMNS] >> row % 8 & 1) != s->inverted;
}

static bool powered(const Ssd1306 *s)
{
    return s->display_on && (s->pump || zif_prop_bool(&s->dev, "zif,external-vcc"));
}

bool zif__ssd1306_lit(const ZifDevice *dev, unsigned x, unsigned y)
{
    const Ssd1306 *s = (const Ssd1306 *)dev;
    Glass g = glass_of(dev);
    int row = ram_row(s, &g, y);
    return powered(s) && x < g.width && y < g.height && row >= 0 && pixel(s, &g, x, row, zif__ssd1306_steps(s));
}

static void glass_size(ZifDevice *dev, unsigned *width, unsigned *height)
{
    Glass g = glass_of(dev);
    *width = g.width;
    *height = g.height;
}

static void glass_draw(ZifDevice *dev, ZifPicture *picture, bool all)
{
    Ssd1306 *s = (Ssd1306 *)dev;
    Glass g = glass_of(dev);
    uint64_t steps = zif__ssd1306_steps(s);
    uint32_t colour = zif__dimmed(zif_prop_u32(dev, "zif,colour", 0xffffff), zif__light(s->contrast + 1u, 256));
    picture->first = picture->height;
    picture->last = 0;
    all |= s->changed || steps != s->stepped;
    for (unsigned y = 0; (all || s->touched) && y < picture->height; y++) {
        int row = ram_row(s, &g, y);
        bool dark = row < 0 || !powered(s);
        if (!all && (dark || !(s->touched >> row / 8 & 1))) {
            continue;
        }
        for (unsigned x = 0; x < picture->width; x++) {
            picture->pixels[y * picture->width + x] = !dark && pixel(s, &g, x, row, steps) ? colour : 0;
        }
        picture->first = picture->first < y ? picture->first : y;
        picture->last = y;
    }
    s->touched = 0;
    s->changed = false;
    s->stepped = steps;
}

const ZifDisplaySource zif__ssd1306_source = { .size = glass_size, .draw = glass_draw };
