/*
 * LEDs in a scanned matrix: rows and columns on GPIO pins, an LED between each row and column.
 *
 * Reference: none; the board's schematic says which LED is where.
 * Models: an LED is lit while its row is high and its column low. An eye sees less: a mean of the light over a while, which is here the
 * shortest time of at least 20 ms from one rise of the LED's row to another, so that a scanned picture stands still whatever its rate;
 * 40 ms when the row does not rise. The sums are exact. An LED counts as seen, and shines in the picture, while its last light
 * is at most 25 ms ago. ROW[y] holds the seen LEDs of line y, bit x for column x. The picture has a round lamp in each place of 16 by 16
 * pixels; full light is an LED that is never switched off.
 * Departs: all LEDs are red. Missing: nothing else known.
 *
 * Node properties: row-gpios, col-gpios; zif,width (5), zif,height (5); zif,map: for each row, for each column, the LED's
 * number y * width + x, or 0xff where there is none.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <string.h>
#include <zif/display.h>
#include "light.h"

enum { ROWS = 8, COLS = 16, LEDS = 64, HEIGHT = 8 };
enum { ROW, NREGS = ROW + HEIGHT };

static const ZifRegister regs[NREGS] = {
    [ROW] = { .name = "ROW",
              .offset = 0,
              .count = HEIGHT,
              .stride = 4,
              .flags = ZIF_REG_VOLATILE,
              .fields = ZIF_FIELDS({ "SEEN", 0, 32, ZIF_RO }) },
};

typedef struct {
    ZifDevice dev;
    uint32_t values[NREGS];
    uint8_t map[ROWS * COLS]; /* LED of row * COLS + column; 0xff = none */
    uint32_t width, height;
    uint64_t lit;
    ZifTime last[LEDS]; /* when the LED was last lit, plus 1; 0 = never */
    struct {
        ZifTime since[ROWS];    /* when the sums of a row's LEDs begin */
        ZifTime until;          /* and where they all end: the latest change of a pin */
        ZifTime sum[LEDS];      /* light since then */
        ZifTime light[LEDS];    /* of the sum before */
        ZifTime measured[LEDS]; /* and its duration; 0 = none */
    } eye;
    int16_t shown[LEDS]; /* levels of the picture as last drawn */
} Matrix;

enum { IN_ROW, IN_COL, OUT_LIT = 0 };
#define PERSISTENCE (25 * ZIF_MS)
#define SHORTEST    (20 * ZIF_MS)
#define LONGEST     (40 * ZIF_MS)

static bool seen(const Matrix *m, unsigned led)
{
    return m->lit >> led & 1 || (m->last[led] && zif_now(&m->dev) + 1 - m->last[led] < PERSISTENCE);
}

/* Ends the sums of a row's LEDs and begins new ones. */
static void conclude(Matrix *m, unsigned row, ZifTime when)
{
    for (unsigned c = 0; c < COLS; c++) {
        uint8_t led = m->map[row * COLS + c];
        if (led < LEDS) {
            m->eye.light[led] = m->eye.sum[led];
            m->eye.measured[led] = when - m->eye.since[row];
            m->eye.sum[led] = 0;
        }
    }
    m->eye.since[row] = when;
}

static void add_light(Matrix *m, unsigned row, ZifTime duration)
{
    for (unsigned c = 0; c < COLS; c++) {
        uint8_t led = m->map[row * COLS + c];
        if (led < LEDS && m->lit >> led & 1) {
            m->eye.sum[led] += duration;
        }
    }
}

/* What is lit has been lit until now. */
static void look(Matrix *m, ZifTime now)
{
    for (unsigned row = 0; row < ROWS; row++) {
        ZifTime at = m->eye.until, end = m->eye.since[row] + LONGEST;
        if (now >= end) {
            add_light(m, row, end - at);
            conclude(m, row, end);
            at = end;
            ZifTime whole = (now - end) / LONGEST * LONGEST; /* as it is lit, so it was all through these */
            if (whole) {
                add_light(m, row, LONGEST);
                m->eye.since[row] += whole - LONGEST;
                conclude(m, row, end + whole);
                at = end + whole;
            }
        }
        add_light(m, row, now - at);
    }
    m->eye.until = now;
}

static void update(Matrix *m)
{
    ZifDevice *dev = &m->dev;
    uint64_t lit = 0;
    for (unsigned r = 0; r < ROWS; r++) {
        for (unsigned c = 0; zif_input_level(dev, IN_ROW, r) && c < COLS; c++) {
            uint8_t led = m->map[r * COLS + c];
            if (led < LEDS && zif_input_connected(dev, IN_COL, c) && !zif_input_level(dev, IN_COL, c)) {
                lit |= 1ull << led;
            }
        }
    }
    for (unsigned led = 0; led < LEDS; led++) {
        if ((lit | m->lit) >> led & 1) {
            m->last[led] = zif_now(dev) + 1;
            zif_set(dev, OUT_LIT, led, lit >> led & 1);
        }
    }
    m->lit = lit;
}

static void row_changes(ZifDevice *dev, unsigned row, int level)
{
    Matrix *m = (Matrix *)dev;
    look(m, zif_now(dev));
    if (level && zif_now(dev) - m->eye.since[row] >= SHORTEST) {
        conclude(m, row, zif_now(dev));
    }
    update(m);
}

static void column_changes(ZifDevice *dev, unsigned column, int level)
{
    look((Matrix *)dev, zif_now(dev));
    update((Matrix *)dev);
}

/* --- The picture ------------------------------------------------------------------------------------------------------------ */

enum { CELL = 16, LAMP = 11, BOARD = 0x101010, LAMP_OFF = 0x381410, LAMP_ON = 0xff4028 };

static void matrix_size(ZifDevice *dev, unsigned *width, unsigned *height)
{
    const Matrix *m = (const Matrix *)dev;
    *width = m->width * CELL;
    *height = m->height * CELL;
}

static uint32_t lamp_colour(uint8_t level)
{
    uint32_t dark = LAMP_OFF, glow = zif__dimmed(LAMP_ON, level), colour = 0;
    for (unsigned shift = 0; shift < 24; shift += 8) {
        uint32_t a = dark >> shift & 0xff, b = glow >> shift & 0xff;
        colour |= (a > b ? a : b) << shift;
    }
    return colour;
}

static void draw_lamp(ZifPicture *p, unsigned x, unsigned y, uint32_t colour)
{
    for (int dy = 0; dy < CELL; dy++) {
        for (int dx = 0; dx < CELL; dx++) {
            int across = 2 * dx - CELL + 1, down = 2 * dy - CELL + 1;
            bool inside = across * across + down * down <= LAMP * LAMP;
            p->pixels[(y * CELL + dy) * p->width + x * CELL + dx] = inside ? colour : BOARD;
        }
    }
}

static void matrix_draw(ZifDevice *dev, ZifPicture *picture, bool all)
{
    Matrix *m = (Matrix *)dev, eye = *m; /* looking changes nothing */
    look(&eye, zif_now(dev));
    picture->first = picture->height;
    picture->last = 0;
    for (unsigned y = 0; y < m->height; y++) {
        for (unsigned x = 0; x < m->width; x++) {
            unsigned led = y * m->width + x;
            bool shines = led < LEDS && seen(m, led) && eye.eye.measured[led];
            int16_t level = shines ? zif__light(eye.eye.light[led], eye.eye.measured[led]) : 0;
            if (!all && (led >= LEDS || level == m->shown[led])) {
                continue;
            }
            draw_lamp(picture, x, y, lamp_colour((uint8_t)level));
            picture->first = picture->first < y * CELL ? picture->first : y * CELL;
            picture->last = y * CELL + CELL - 1;
            if (led < LEDS) {
                m->shown[led] = level;
            }
        }
    }
}

static void matrix_restored(ZifDevice *dev)
{
    memset(((Matrix *)dev)->shown, 0xff, sizeof((Matrix *)dev)->shown);
}

static const ZifDisplaySource source = { .size = matrix_size, .draw = matrix_draw };

static uint32_t matrix_peek(ZifDevice *dev, unsigned slot)
{
    const Matrix *m = (const Matrix *)dev;
    uint32_t value = 0;
    for (unsigned x = 0; x < m->width; x++) {
        unsigned led = (slot - ROW) * m->width + x;
        if (led < LEDS && seen(m, led)) {
            value |= 1u << x;
        }
    }
    return value;
}

static bool matrix_realize(ZifDevice *dev, Error **errp)
{
    Matrix *m = (Matrix *)dev;
    uint32_t map[ROWS * COLS], rows[3 * ROWS], cols[3 * COLS];
    unsigned nrows = zif_prop_cells(dev, "row-gpios", rows, 3 * ROWS) / 3;
    unsigned ncols = zif_prop_cells(dev, "col-gpios", cols, 3 * COLS) / 3;
    unsigned n = zif_prop_cells(dev, "zif,map", map, ROWS * COLS);

    m->width = zif_prop_u32(dev, "zif,width", 5);
    m->height = zif_prop_u32(dev, "zif,height", 5);
    matrix_restored(dev);
    if (nrows > ROWS || ncols > COLS || n != nrows * ncols || m->width < 1 || m->width > 32) {
        error_setg(errp, "zif,map needs one cell for each of %u rows and %u columns (at most %u and %u)", nrows, ncols,
                   ROWS, COLS);
        return false;
    }
    if (m->height < 1 || m->height > HEIGHT) {
        error_setg(errp, "zif,height is %u; 1 to %u lines can be seen", m->height, HEIGHT);
        return false;
    }
    for (unsigned i = 0; i < ROWS * COLS; i++) {
        unsigned r = i / COLS, c = i % COLS;
        m->map[i] = r < nrows && c < ncols && map[r * ncols + c] < LEDS ? map[r * ncols + c] : 0xff;
    }
    return true;
}

const ZifClass zif__led_matrix = {
    .name = "led-matrix",
    .compatible = (const char *const[]){ "zif,led-matrix", NULL },
    .reference = "none: the board's schematic",
    .summary = "up to 8 rows and 16 columns; what an eye sees of the scanned LEDs, with their brightness",
    .modelled = ZIF_MODELLED,
    .size = sizeof(Matrix),
    .plain = offsetof(Matrix, shown),
    .regs = regs,
    .nregs = NREGS,
    .values = offsetof(Matrix, values),
    .inputs = (const ZifInput[]){ { .name = "row", .count = ROWS, .set = row_changes },
                                  { .name = "col", .count = COLS, .set = column_changes },
                                  { 0 } },
    .outputs = (const ZifOutput[]){ { .name = "lit", .count = LEDS }, { 0 } },
    .realize = matrix_realize,
    .peek = matrix_peek,
    .snapshot_done = matrix_restored,
    .display = &source,
};
