/*
 * What an eye sees of a panel: its display RAM through scrolling, partial and idle mode, or the RGB interface's picture.
 *
 * Reference: ILI9341 data sheet V1.11, sections 8.2.10 to 8.2.32 and 8.3.17 (display function), 9.3 and 9.4 (vertical scroll, MADCTL).
 * A glass is mounted so that a driver with the MADCTL of its node (zif,madctl, or what Zephyr's driver writes for `rotation`) shows its
 * picture upright and in its colours. Where nothing drives the crystals, light passes: a panel that sleeps, whose display is off or that has no
 * picture on its RGB interface is white. Without back light (the pin led-gpios, when there is one) it is black.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdlib.h>
#include <string.h>
#include "dcs.h"

enum { WHITE = 0xffffff, NOWHERE = DCS_ROWS };
#define LOOKS (ZIF_SEC / 60) /* at a panel that does not scan */

static uint8_t upright(const ZifDevice *dev)
{
    static const uint8_t rotated[4] = { DCS_MX | DCS_BGR, DCS_MV | DCS_BGR, DCS_MY | DCS_BGR,
                                        DCS_MV | DCS_MX | DCS_MY | DCS_BGR };
    return (uint8_t)zif_prop_u32(dev, "zif,madctl", rotated[zif_prop_u32(dev, "rotation", 0) / 90 % 4]);
}

/* Whose picture is on the RGB interface; not that of another panel, which might show this one's. */
static ZifDevice *feeder(const ZifDevice *dev)
{
    ZifDevice *from = zif_prop_device(dev, "zif,video", 0);
    const ZifDisplaySource *source = from ? zif_display_source(from) : NULL;
    return source && source != &zif__dcs_source ? from : NULL;
}

static ZifDevice *video(const DcsPanel *p)
{
    return p->model->shows_video(p) ? feeder(&p->dev) : NULL;
}

static bool lit(const DcsPanel *p)
{
    return !zif_input_connected(&p->dev, DCS_IN_LED, 0) || zif_input_level(&p->dev, DCS_IN_LED, 0);
}

/* The row of the display RAM that each line of the glass shows; NOWHERE for none. */
static void rows_of_lines(const DcsPanel *p, uint16_t rows[DCS_ROWS], bool *flip_x)
{
    bool flip_y, up = p->model->madctl(p) & DCS_ML;
    unsigned driven = p->model->driven(p, flip_x, &flip_y);
    unsigned first = zif__dcs_kept16(p, PTLAR, 0), last = zif__dcs_kept16(p, PTLAR, 1);
    unsigned fixed = zif__dcs_kept16(p, VSCRDEF, 0), area = zif__dcs_kept16(p, VSCRDEF, 1),
             start = zif__dcs_kept16(p, VSCRSADD, 0);
    for (unsigned line = 0; line < DCS_ROWS; line++) {
        unsigned at = up ? DCS_ROWS - 1 - line : line;
        bool shown = line < driven;
        if (p->partial) {
            shown &= first <= last ? at >= first && at <= last : at >= first || at <= last;
        } else if (p->scrolls && at >= fixed && at - fixed < area) {
            at = fixed + (at - fixed + start + area - fixed % area) % area;
        }
        at = up ? DCS_ROWS - 1 - at : at;
        at = flip_y ? DCS_ROWS - 1 - at : at;
        rows[line] = (uint16_t)(shown && at < DCS_ROWS ? at : NOWHERE);
    }
}

static uint32_t colour(const DcsPanel *p, const uint8_t cell[3], bool swapped)
{
    uint32_t out = 0;
    for (unsigned i = 0; i < 3; i++) {
        unsigned v = cell[swapped ? 2 - i : i] ^ (p->inverted ? 63 : 0);
        out = out << 8 | (p->idle ? (v & 32 ? 255 : 0) : (v << 2 | v >> 4));
    }
    return out;
}

static void clear(ZifPicture *picture, uint32_t value)
{
    for (unsigned i = 0; i < picture->width * picture->height; i++) {
        picture->pixels[i] = value;
    }
    picture->first = 0;
    picture->last = picture->height - 1;
}

static void draw_ram(DcsPanel *p, ZifPicture *picture, bool all)
{
    uint8_t view = upright(&p->dev);
    uint16_t rows[DCS_ROWS];
    bool flip_x, swapped = (view ^ p->model->madctl(p)) & DCS_BGR;
    rows_of_lines(p, rows, &flip_x);
    for (unsigned y = 0; y < picture->height; y++) {
        bool drawn = false;
        for (unsigned x = 0; x < picture->width; x++) {
            unsigned column, line;
            zif__dcs_map(view, x, y, &column, &line);
            unsigned row = rows[line];
            if (!all && (row == NOWHERE || !(p->touched[row / 32] >> row % 32 & 1))) {
                if (!(view & DCS_MV)) {
                    break; /* the whole row of the picture is this line */
                }
                continue;
            }
            column = flip_x ? DCS_COLUMNS - 1 - column : column;
            picture->pixels[y * picture->width + x] = row == NOWHERE ? WHITE : colour(p, p->gram[row][column], swapped);
            drawn = true;
        }
        if (drawn) {
            picture->first = picture->first < y ? picture->first : y;
            picture->last = y;
        }
    }
}

/* The RGB interface has 6 bits a colour. */
static void draw_video(DcsPanel *p, ZifPicture *picture, bool all)
{
    ZifDevice *dev = video(p);
    const ZifDisplaySource *source = zif_display_source(dev);
    ZifPicture *v = &p->video;
    unsigned width, height;
    bool swapped = (upright(&p->dev) ^ p->model->madctl(p)) & DCS_BGR;
    source->size(dev, &width, &height);
    if (width != v->width || height != v->height || !v->pixels) {
        free(v->pixels);
        *v = (ZifPicture){ .width = width, .height = height, .pixels = calloc((size_t)width * height + 1, 4) };
        all = true;
    }
    if (all) {
        clear(picture, WHITE);
    }
    if (!width || !height) {
        return;
    }
    source->draw(dev, v, all);
    for (unsigned y = all ? 0 : v->first; y < height && y < picture->height && (all || y <= v->last); y++) {
        for (unsigned x = 0; x < width && x < picture->width; x++) {
            uint32_t pixel = v->pixels[y * width + x];
            uint8_t cell[3] = { pixel >> 18 & 63, pixel >> 10 & 63, pixel >> 2 & 63 };
            picture->pixels[y * picture->width + x] = colour(p, cell, swapped);
        }
        picture->first = picture->first < y ? picture->first : y;
        picture->last = picture->last > y ? picture->last : y;
    }
}

static void glass_size(ZifDevice *dev, unsigned *width, unsigned *height)
{
    bool turned = upright(dev) & DCS_MV;
    *width = turned ? DCS_ROWS : DCS_COLUMNS;
    *height = turned ? DCS_COLUMNS : DCS_ROWS;
}

static void glass_draw(ZifDevice *dev, ZifPicture *picture, bool all)
{
    DcsPanel *p = (DcsPanel *)dev;
    bool shows_video = video(p) != NULL;
    picture->first = picture->height;
    picture->last = 0;
    all |= p->changed || shows_video != p->showed_video;
    if (!lit(p) || !p->awake || !p->display_on || (p->model->shows_video(p) && !shows_video)) {
        if (all) {
            clear(picture, lit(p) ? WHITE : 0);
        }
    } else if (shows_video) {
        draw_video(p, picture, all);
    } else {
        draw_ram(p, picture, all);
    }
    memset(p->touched, 0, sizeof p->touched);
    p->changed = false;
    p->showed_video = shows_video;
}

static ZifTime glass_frame(ZifDevice *dev, ZifTime after)
{
    const DcsPanel *p = (const DcsPanel *)dev;
    ZifDevice *from = video(p);
    ZifTime next = ZIF_TIME_NEVER;
    if (p->awake && from && zif_display_source(from)->next_frame) {
        next = zif_display_source(from)->next_frame(from, after);
    } else if (p->awake && !from) {
        uint32_t clocks, hz;
        unsigned before, behind;
        p->model->timing(p, &clocks, &before, &behind, &hz);
        next = zif__dcs_line_after(p, before + DCS_ROWS, after);
    }
    return next != ZIF_TIME_NEVER ? next : after / LOOKS * LOOKS + LOOKS;
}

static void glass_watch(ZifDevice *dev, bool on)
{
    ZifDevice *from = feeder(dev);
    if (from && zif_display_source(from)->watch) {
        zif_display_source(from)->watch(from, on);
    }
}

const ZifDisplaySource zif__dcs_source = {
    .size = glass_size, .next_frame = glass_frame, .watch = glass_watch, .draw = glass_draw
};
