/*
 * The MIPI Display Command Set as panels with a display RAM have it: commands, parameters, display RAM.
 *
 * Reference: ILI9341 data sheet V1.11, chapters 8.2 (command set) and 9 (memory map). dcs.h says what is where.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <string.h>
#include "dcs.h"

#define SETTLES (5 * ZIF_MS)   /* after a reset, SLPIN and SLPOUT */
#define SLEEPS  (120 * ZIF_MS) /* between SLPIN and SLPOUT */

static bool is_last(const DcsCommand *c)
{
    return !c->code && !c->most && !c->gives;
}

const DcsCommand *zif__dcs_find(const DcsPanel *p, uint8_t code)
{
    for (const DcsCommand *c = p->model->commands; !is_last(c); c++) {
        if (c->code == code) {
            return c;
        }
    }
    return NULL;
}

uint8_t *zif__dcs_kept(const DcsPanel *p, uint8_t code)
{
    unsigned at = 0;
    for (const DcsCommand *c = p->model->commands; !is_last(c) && c->code != code; c++) {
        at += c->most;
    }
    return (uint8_t *)p->kept + at;
}

unsigned zif__dcs_kept16(const DcsPanel *p, uint8_t code, unsigned n)
{
    const uint8_t *v = zif__dcs_kept(p, code) + 2 * n;
    return v[0] << 8 | v[1];
}

void zif__dcs_map(uint8_t madctl, unsigned column, unsigned page, unsigned *x, unsigned *y)
{
    *x = madctl & DCS_MV ? page : column;
    *y = madctl & DCS_MV ? column : page;
    *x = madctl & DCS_MX ? DCS_COLUMNS - 1 - *x : *x;
    *y = madctl & DCS_MY ? DCS_ROWS - 1 - *y : *y;
}

/* --- Reset and sleep ---------------------------------------------------------------------------------------------------------- */

/* A reset by command keeps how the display RAM is seen. */
static void defaults(DcsPanel *p, bool by_command)
{
    uint8_t *kept = p->kept;
    for (const DcsCommand *c = p->model->commands; !is_last(c); kept += c->most, c++) {
        bool keeps = by_command && (c->code == MADCTL || c->code == COLMOD || c->code == RGBSET);
        for (unsigned i = 0; !keeps && i < c->most; i++) {
            kept[i] = c->reset ? (uint8_t)c->reset[i] : 0;
        }
    }
    if (kept > p->kept + DCS_KEPT) {
        zif_bug("%s: more parameters than there is room for", p->dev.cls->name);
    }
    bool turned = p->model->madctl(p) & DCS_MV;
    p->columns[0] = p->pages[0] = p->column = p->page = 0;
    p->columns[1] = turned ? DCS_ROWS - 1 : DCS_COLUMNS - 1;
    p->pages[1] = turned ? DCS_COLUMNS - 1 : DCS_ROWS - 1;
    p->command = NOP;
    p->path = 0;
    p->deep = p->wraps = false;
    p->gives = p->at = p->nparts = p->shift = p->nbits = p->last = 0;
    p->full = p->ignored = false;
    p->sleep_ready = p->awake ? zif_now(&p->dev) + SLEEPS : 0;
    p->ready = zif_now(&p->dev) + SETTLES;
    p->waits = SWRESET;
    p->awake = p->display_on = p->inverted = p->idle = p->partial = p->scrolls = p->tearing = false;
    p->changed = true;
    zif__dcs_tearing(p, true);
}

void zif__dcs_power_on(DcsPanel *p)
{
    uint64_t random = (uint64_t)zif_random(&p->dev) << 32 | 1;
    uint8_t *cells = (uint8_t *)p->gram;
    for (unsigned i = 0; i < sizeof p->gram; i++) { /* whatever it woke up with */
        random = random * 6364136223846793005u + 1442695040888963407u;
        cells[i] = random >> 58;
    }
    p->awake = false;
    defaults(p, false);
}

bool zif__dcs_held(const DcsPanel *p)
{
    return zif_input_connected(&p->dev, DCS_IN_RESET, 0) && !zif_input_level(&p->dev, DCS_IN_RESET, 0);
}

void zif__dcs_reset_pin(ZifDevice *dev, unsigned line, int level)
{
    DcsPanel *p = (DcsPanel *)dev;
    if (!level) {
        defaults(p, false);
    } else {
        p->ready = zif_now(dev) + SETTLES;
    }
}

static void go_to_sleep(DcsPanel *p, bool asleep)
{
    ZifTime now = zif_now(&p->dev);
    if (p->awake != asleep) {
        return; /* it is so already */
    }
    if (now < p->sleep_ready) {
        zif_report(&p->dev, ZIF_REPORT_BUSY, -1,
                   "command 0x%02x less than 120 ms after a reset, SLPIN or SLPOUT; it had no effect", p->command);
        return;
    }
    p->awake = !asleep;
    p->ready = now + SETTLES;
    p->sleep_ready = now + SLEEPS;
    p->waits = p->command;
    zif__dcs_tearing(p, true);
}

/* --- Display RAM -------------------------------------------------------------------------------------------------------------- */

static void limits(const DcsPanel *p, unsigned *columns, unsigned *pages)
{
    bool turned = p->path & DCS_MV;
    *columns = turned ? DCS_ROWS : DCS_COLUMNS;
    *pages = turned ? DCS_COLUMNS : DCS_ROWS;
}

/* The cell the pointer is at; NULL outside of the display RAM. */
static uint8_t *cell(DcsPanel *p, unsigned *row)
{
    unsigned columns, pages, x;
    limits(p, &columns, &pages);
    if (p->full || p->column >= columns || p->page >= pages) {
        return NULL;
    }
    zif__dcs_map(p->path, p->column, p->page, &x, row);
    return p->gram[*row][x];
}

static void step(DcsPanel *p)
{
    if (p->column++ < p->columns[1]) {
        return;
    }
    p->column = p->columns[0];
    if (p->page++ < p->pages[1]) {
        return;
    }
    p->page = p->pages[0];
    p->full = !p->wraps;
}

static void put(DcsPanel *p, uint8_t red, uint8_t green, uint8_t blue)
{
    unsigned row;
    uint8_t *to = cell(p, &row);
    if (to) {
        to[0] = red;
        to[1] = green;
        to[2] = blue;
        p->touched[row / 32] |= 1u << row % 32;
    }
    step(p);
}

static void put_16_bits(DcsPanel *p, unsigned v)
{
    put(p, p->model->fill(p, v >> 11 & 31), v >> 5 & 63, p->model->fill(p, v & 31));
}

/* Pixels come in bytes or words: 16 bits, or three bytes with six bits each. */
static void take_pixels(DcsPanel *p, uint16_t value, bool wide)
{
    if (wide && !p->deep) {
        put_16_bits(p, value);
        return;
    }
    if (wide) {
        p->parts[p->nparts++] = (uint8_t)(value >> 8);
    }
    p->parts[p->nparts++] = (uint8_t)value;
    if (!p->deep && p->nparts == 2) {
        put_16_bits(p, p->parts[0] << 8 | p->parts[1]);
        p->nparts = 0;
    }
    while (p->deep && p->nparts >= 3) {
        put(p, p->parts[0] >> 2, p->parts[1] >> 2, p->parts[2] >> 2);
        p->nparts -= 3;
        memmove(p->parts, p->parts + 3, p->nparts);
    }
}

/* Read, a pixel is always three bytes. */
static uint8_t give_pixel(DcsPanel *p)
{
    unsigned row;
    const uint8_t *from = cell(p, &row);
    uint8_t part = from ? from[p->nparts] : 0;
    if (++p->nparts == 3) {
        p->nparts = 0;
        step(p);
    }
    return (uint8_t)(part << 2);
}

static void open_window(DcsPanel *p)
{
    unsigned columns, pages;
    limits(p, &columns, &pages);
    if (p->columns[1] >= columns || p->pages[1] >= pages) {
        zif_report(
            &p->dev, ZIF_REPORT_BUS, -1,
            "display RAM is accessed in a window that ends at column %u and page %u: with MADCTL 0x%02x there are %u "
            "and %u; what is outside is lost",
            p->columns[1], p->pages[1], *zif__dcs_kept(p, MADCTL), columns, pages);
    }
    p->column = p->columns[0];
    p->page = p->pages[0];
    p->full = false;
}

static void set_window(DcsPanel *p, uint16_t window[2])
{
    unsigned first = zif__dcs_kept16(p, p->command, 0), last = zif__dcs_kept16(p, p->command, 1);
    if (first > last || last >= DCS_ROWS) {
        zif_report(&p->dev, ZIF_REPORT_RESERVED, -1, "command 0x%02x: a window from %u to %u", p->command, first, last);
    }
    window[0] = (uint16_t)first;
    window[1] = (uint16_t)last;
}

/* --- Commands ----------------------------------------------------------------------------------------------------------------- */

static void reserved(DcsPanel *p, unsigned value, const char *what)
{
    zif_report(&p->dev, ZIF_REPORT_RESERVED, -1, "command 0x%02x: parameter 0x%02x: %s", p->command, value, what);
}

/* The parameters of the command are there. */
static void effect(DcsPanel *p)
{
    unsigned v = *zif__dcs_kept(p, p->command), lines;
    switch (p->command) {
    case CASET:
        set_window(p, p->columns);
        return;
    case PASET:
        set_window(p, p->pages);
        return;
    case GAMSET:
        if (v != 1 && v != 2 && v != 4 && v != 8) {
            reserved(p, v, "there is no such gamma curve");
        }
        break;
    case COLMOD:
        if ((v & 7) != 5 && (v & 7) != 6) {
            reserved(p, v, "pixels have 16 (5) or 18 (6) bits");
        }
        break;
    case MADCTL:
        if (v & 3) {
            reserved(p, v, "bits 1 and 0 are reserved");
        }
        break;
    case VSCRDEF:
        lines = zif__dcs_kept16(p, VSCRDEF, 0) + zif__dcs_kept16(p, VSCRDEF, 1) + zif__dcs_kept16(p, VSCRDEF, 2);
        if (lines != DCS_ROWS) {
            zif_report(&p->dev, ZIF_REPORT_RESERVED, -1, "command 0x33: the areas have %u lines together, not %u",
                       lines, DCS_ROWS);
        }
        break;
    case VSCRSADD:
        p->scrolls = true;
        break;
    case TEON:
        p->tearing = true;
        zif__dcs_tearing(p, false);
        break;
    case TESLWR:
        zif__dcs_tearing(p, false);
        break;
    default:
        p->model->effect(p);
    }
    p->changed = true;
}

/* The command has come; what does not wait for parameters happens. False: there is no such command. */
static bool begin(DcsPanel *p)
{
    bool on = p->command & 1; /* of those that come in pairs */
    switch (p->command) {
    case NOP:
    case RAMRDC:
    case RAMWRC:
        return true;
    case RAMWR:
    case RAMRD:
        open_window(p);
        return true;
    case SWRESET:
        defaults(p, true);
        return true;
    case SLPIN:
    case SLPOUT:
        go_to_sleep(p, !on);
        break;
    case PTLON:
    case NORON:
        p->partial = !on;
        p->scrolls = false;
        zif__dcs_tearing(p, false);
        break;
    case DINVOFF:
    case DINVON:
        p->inverted = on;
        break;
    case DISPOFF:
    case DISPON:
        p->display_on = on;
        break;
    case TEOFF:
        p->tearing = false;
        zif__dcs_tearing(p, false);
        break;
    case IDMOFF:
    case IDMON:
        p->idle = on;
        zif__dcs_tearing(p, false);
        break;
    default:
        return zif__dcs_find(p, p->command) != NULL; /* nothing is seen of it yet */
    }
    p->changed = true;
    return true;
}

/* What the last command lacks. */
static void finish(DcsPanel *p)
{
    const DcsCommand *c = zif__dcs_find(p, p->command);
    if (c && !p->ignored && p->at < c->least) {
        zif_report(&p->dev, ZIF_REPORT_RESERVED, -1, "command 0x%02x got %u of its %u parameters", p->command, p->at,
                   c->least);
    }
}

void zif__dcs_command(DcsPanel *p, uint8_t code)
{
    ZifTime now = zif_now(&p->dev);
    if (zif__dcs_held(p)) {
        return;
    }
    finish(p);
    const DcsCommand *c = zif__dcs_find(p, code);
    p->command = code;
    p->gives = c ? c->gives : 0;
    p->at = p->nparts = 0;
    p->ignored = false;
    if (code >= RAMWR && code <= RAMRDC) {
        p->path = p->model->madctl(p);
        p->deep = (*zif__dcs_kept(p, COLMOD) & 7) == 6;
        p->wraps = p->model->wraps(p);
    }
    if (now < p->ready && code != NOP) {
        p->ignored = p->waits == SWRESET;
        zif_report(&p->dev, ZIF_REPORT_BUSY, -1, "command 0x%02x less than 5 ms after %s%s", code,
                   p->ignored           ? "a reset"
                   : p->waits == SLPOUT ? "SLPOUT"
                                        : "SLPIN",
                   p->ignored ? "; it had no effect" : "");
    }
    if (!p->ignored && !begin(p)) {
        zif_report(&p->dev, ZIF_REPORT_RESERVED, -1, "command 0x%02x: there is no such command", code);
    }
}

void zif__dcs_write(DcsPanel *p, uint16_t value, bool wide)
{
    if (p->ignored || zif__dcs_held(p)) {
        return;
    }
    if (p->command == RAMWR || p->command == RAMWRC) {
        take_pixels(p, value, wide);
        return;
    }
    const DcsCommand *c = zif__dcs_find(p, p->command);
    if (!c || p->at >= c->most) {
        zif_report(&p->dev, ZIF_REPORT_RESERVED, -1, "data 0x%02x after command 0x%02x, which takes %u", value,
                   p->command, c ? c->most : 0);
        return;
    }
    zif__dcs_kept(p, p->command)[p->at++] = (uint8_t)value;
    if (p->at >= c->least) {
        effect(p);
    }
}

/* --- Reading ------------------------------------------------------------------------------------------------------------------ */

static uint8_t power_mode(const DcsPanel *p)
{
    return (uint8_t)(p->awake << 7 | p->idle << 6 | p->partial << 5 | p->awake << 4 | !p->partial << 3 |
                     p->display_on << 2);
}

static uint8_t give_status(const DcsPanel *p, unsigned n)
{
    uint8_t mode = power_mode(p);
    unsigned curve = (unsigned)__builtin_ctz(*zif__dcs_kept(p, GAMSET) | 8);
    switch (n) {
    case 0:
        return (uint8_t)((mode & 0x80) | (*zif__dcs_kept(p, MADCTL) & 0xFC) >> 1);
    case 1:
        return (uint8_t)((*zif__dcs_kept(p, COLMOD) & 7) << 4 | p->idle << 3 | p->partial << 2 | p->awake << 1 |
                         !p->partial);
    case 2:
        return (uint8_t)(p->scrolls << 7 | p->inverted << 5 | p->display_on << 2 | p->tearing << 1 | curve >> 2);
    default:
        return (uint8_t)((curve & 3) << 6 | (*zif__dcs_kept(p, TEON) & 1) << 5);
    }
}

static uint8_t give(const DcsPanel *p, unsigned n)
{
    unsigned line;
    switch (p->command) {
    case RDDST:
        return give_status(p, n);
    case RDDPM:
        return power_mode(p);
    case RDDMADCTL:
        return *zif__dcs_kept(p, MADCTL) & 0xFC;
    case RDDCOLMOD:
        return *zif__dcs_kept(p, COLMOD) & 7;
    case RDDIM:
        return (uint8_t)(p->scrolls << 7 | p->inverted << 5 | __builtin_ctz(*zif__dcs_kept(p, GAMSET) | 8));
    case RDDSM:
        return (uint8_t)(p->tearing << 7 | (*zif__dcs_kept(p, TEON) & 1) << 6);
    case RDDSDR:
        return p->awake ? 0xC0 : 0;
    case RDSCNL:
        line = p->awake ? zif__dcs_line(p, zif_now(&p->dev)) : 0;
        return (uint8_t)(n ? line : line >> 8);
    case RDDISBV:
    case RDCTRLD:
    case RDCABC:
    case RDCABCMB:
        return *zif__dcs_kept(p, p->command - 1);
    default:
        return p->model->give(p, n);
    }
}

static uint8_t give_byte(DcsPanel *p)
{
    if (p->command == RAMRD || p->command == RAMRDC) {
        return give_pixel(p);
    }
    return p->at < p->gives ? give(p, p->at++) : 0;
}

uint16_t zif__dcs_read(DcsPanel *p, bool wide)
{
    if (p->ignored || zif__dcs_held(p)) {
        return wide ? 0xFFFF : 0xFF;
    }
    uint16_t first = give_byte(p);
    bool pixels = p->command == RAMRD || p->command == RAMRDC;
    return wide && pixels ? (uint16_t)(first << 8 | give_byte(p)) : first;
}
