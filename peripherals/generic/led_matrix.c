/*
 * LEDs in a scanned matrix: rows and columns on GPIO pins, an LED between each row and column.
 *
 * Reference: none; the board's schematic says which LED is where.
 * Models: an LED is lit while its row is high and its column low. What an eye sees is kept too: an LED counts as seen while
 * its last light is at most 25 ms ago. ROW[y] holds the seen LEDs of line y of the picture, bit x for column x.
 * Departs: brightness is not kept. Missing: nothing else known.
 *
 * Node properties: row-gpios, col-gpios; zif,width (5), zif,height (5); zif,map: for each row, for each column, the LED's
 * number y * width + x, or 0xff where there is none.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <zif/peripheral.h>

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
    uint32_t width;
    uint64_t lit;
    ZifTime last[LEDS]; /* when the LED was last lit, plus 1; 0 = never */
} Matrix;

enum { IN_ROW, IN_COL, OUT_LIT = 0 };
#define PERSISTENCE (25 * ZIF_MS)

static void update(ZifDevice *dev, unsigned line, int level)
{
    Matrix *m = (Matrix *)dev;
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

static uint32_t matrix_peek(ZifDevice *dev, unsigned slot)
{
    const Matrix *m = (const Matrix *)dev;
    uint32_t seen = 0;
    for (unsigned x = 0; x < m->width; x++) {
        unsigned led = (slot - ROW) * m->width + x;
        if (led < LEDS && (m->lit >> led & 1 || (m->last[led] && zif_now(dev) + 1 - m->last[led] < PERSISTENCE))) {
            seen |= 1u << x;
        }
    }
    return seen;
}

static bool matrix_realize(ZifDevice *dev, Error **errp)
{
    Matrix *m = (Matrix *)dev;
    uint32_t map[ROWS * COLS], rows[3 * ROWS], cols[3 * COLS];
    unsigned nrows = zif_prop_cells(dev, "row-gpios", rows, 3 * ROWS) / 3;
    unsigned ncols = zif_prop_cells(dev, "col-gpios", cols, 3 * COLS) / 3;
    unsigned n = zif_prop_cells(dev, "zif,map", map, ROWS * COLS);

    m->width = zif_prop_u32(dev, "zif,width", 5);
    if (nrows > ROWS || ncols > COLS || n != nrows * ncols || m->width < 1 || m->width > 32) {
        error_setg(errp, "zif,map needs one cell for each of %u rows and %u columns (at most %u and %u)", nrows, ncols,
                   ROWS, COLS);
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
    .summary = "up to 8 rows and 16 columns; what an eye sees of the scanned LEDs; no brightness",
    .modelled = ZIF_MODELLED,
    .size = sizeof(Matrix),
    .regs = regs,
    .nregs = NREGS,
    .values = offsetof(Matrix, values),
    .inputs = (const ZifInput[]){ { .name = "row", .count = ROWS, .set = update },
                                  { .name = "col", .count = COLS, .set = update },
                                  { 0 } },
    .outputs = (const ZifOutput[]){ { .name = "lit", .count = LEDS }, { 0 } },
    .realize = matrix_realize,
    .peek = matrix_peek,
};
