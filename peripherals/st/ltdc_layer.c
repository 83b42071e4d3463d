/*
 * LTDC: where the pixels of its layers are, and which of them changed.
 *
 * A layer's framebuffer is looked up in the controller's address space whenever registers or the map changed, in pieces of one region each.
 * While somebody looks, the dirty logs of these regions are on. One snapshot a region and frame, over what both layers use of it,
 * says which lines may have changed; of those the bytes are compared with the ones the picture was made of. So two buffers
 * shown in turn cost a comparison, and rows are drawn anew only where they differ. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdlib.h>
#include "ltdc.h"

enum { LINES_AT_ONCE = 16, UNUSED_FRAMES = 60 };

static void *must(void *memory)
{
    if (!memory) {
        zif_bug("out of memory for a picture");
    }
    return memory;
}

/* --- What follows from the registers -------------------------------------------------------------------------------------- */

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

static unsigned most(unsigned a, unsigned b)
{
    return a > b ? a : b;
}

/* The part of a layer's window that is in the active area. */
static void place(const Ltdc *l, const uint32_t *a, LtdcLayer *g)
{
    const uint32_t *v = l->values;
    unsigned left = zif_bits(a[LAYER_WHPCR], 0, 12), right = zif_bits(a[LAYER_WHPCR], 16, 12);
    unsigned top = zif_bits(a[LAYER_WVPCR], 0, 11), bottom = zif_bits(a[LAYER_WVPCR], 16, 11);
    unsigned first_x = zif_bits(v[BPCR], 16, 12) + 1, first_y = zif_bits(v[BPCR], 0, 11) + 1, width, height;
    unsigned x = most(left, first_x), end_x = least(right, zif_bits(v[AWCR], 16, 12)) + 1;
    unsigned y = most(top, first_y), end_y = least(bottom, zif_bits(v[AWCR], 0, 11)) + 1;
    unsigned length = zif_bits(a[LAYER_CFBLR], 0, 13);
    g->shown = a[LAYER_CR] & CR_LEN && zif__ltdc_active(l, &width, &height) && left <= right && x < end_x && y < end_y;
    if (!g->shown) {
        return;
    }
    g->x = x - first_x;
    g->y = y - first_y;
    g->width = end_x - x;
    g->rows = end_y - y;
    g->skip = x - left;
    g->first_row = y - top;
    g->format = zif_bits(a[LAYER_PFCR], 0, 3);
    g->bytes = (right - left + 1) * st_pixel_bits(g->format) / 8;
    g->usable = least(g->bytes, length > 3 ? length - 3 : 0);
    g->lines = least(bottom - top + 1, zif_bits(a[LAYER_CFBLNR], 0, 11));
    g->address = a[LAYER_CFBAR];
    g->pitch = zif_bits(a[LAYER_CFBLR], 16, 13);
}

static bool same_pieces(const LtdcPiece *a, unsigned n, const LtdcPiece *b, unsigned m)
{
    bool same = n == m;
    for (unsigned i = 0; same && i < n; i++) {
        same = a[i].first == b[i].first && a[i].last == b[i].last && a[i].host == b[i].host && a[i].mr == b[i].mr &&
               a[i].offset == b[i].offset;
    }
    return same;
}

/* Looks the framebuffer up. True when it lies elsewhere than before. */
static bool find_pieces(const Ltdc *l, LtdcLayer *g)
{
    AddressSpace *bus = zif_bus((ZifDevice *)&l->dev);
    LtdcPiece *pieces = NULL;
    unsigned n = 0, room = 0;
    uint64_t at = g->address, end = at;
    if (g->shown && g->lines && g->usable) {
        end = at + (uint64_t)(g->lines - 1) * g->pitch + g->usable;
    }
    while (at < end) {
        ZifMemoryHit hit = zif_address_space_lookup(bus, at, false, zif_bus_attrs(&l->dev));
        uint64_t last = hit.last < end ? hit.last : end - 1;
        if (n == room) {
            room = room ? 2 * room : 2;
            pieces = must(realloc(pieces, room * sizeof *pieces));
        }
        pieces[n++] = (LtdcPiece){ at, last, hit.host, hit.mr, hit.xlat, LTDC_LOGS };
        at = last + 1;
    }
    bool same = same_pieces(pieces, n, g->pieces, g->npieces);
    for (unsigned i = 0; same && i < n; i++) {
        pieces[i].log = g->pieces[i].log;
    }
    free(g->pieces);
    g->pieces = pieces;
    g->npieces = n;
    return !same;
}

static void set_line(uint64_t *lines, unsigned line, bool *any)
{
    lines[line / 64] |= UINT64_C(1) << line % 64;
    *any = true;
}

static bool readable(const LtdcLayer *g, uint64_t first, uint64_t last)
{
    for (unsigned i = 0; i < g->npieces; i++) {
        if (!g->pieces[i].host && g->pieces[i].first <= last && g->pieces[i].last >= first) {
            return false;
        }
    }
    return true;
}

/* Bytes per 1000 cycles of HCLK that memory at an address gives at most: `zif,fetch-rates`. */
static unsigned rate_at(const Ltdc *l, uint32_t address)
{
    enum { MOST_RATES = 8, WORD_A_CYCLE = 4000 };
    uint32_t cells[2 * MOST_RATES];
    unsigned n = zif_prop_cells(&l->dev, "zif,fetch-rates", cells, 2 * MOST_RATES), rate = WORD_A_CYCLE;
    for (unsigned i = 0; i + 1 < n && i + 1 < 2 * MOST_RATES; i += 2) {
        rate = cells[i] <= address && cells[i + 1] ? cells[i + 1] : rate;
    }
    return rate;
}

/* HCLK cycles a second that a layer's pixels take while they are shown. */
static uint64_t load_of(const Ltdc *l, const LtdcLayer *g)
{
    return l->pixels.hz * (st_pixel_bits(g->format) * 125) / rate_at(l, g->address);
}

/* Lines at which a FIFO runs empty, or the bus answers with an error. */
static void find_faults(const Ltdc *l, LtdcView *v)
{
    unsigned top = zif_bits(l->values[BPCR], 0, 11) + 1;
    uint64_t hclk = zif_clock_hz_of(&l->dev, CLOCK_HCLK), load[LTDC_LAYERS] = { 0 };
    v->any_underrun = v->any_error = false;
    memset(v->underrun, 0, sizeof v->underrun);
    memset(v->error, 0, sizeof v->error);
    for (unsigned n = 0; n < LTDC_LAYERS; n++) {
        load[n] = v->layers[n].shown && hclk ? load_of(l, &v->layers[n]) : 0;
    }
    for (unsigned n = 0; n < LTDC_LAYERS; n++) {
        const LtdcLayer *g = &v->layers[n], *other = &v->layers[!n];
        for (unsigned row = 0; g->shown && row < g->rows; row++) {
            unsigned line = g->first_row + row, y = g->y + row;
            uint64_t first = g->address + (uint64_t)line * g->pitch;
            bool both = other->shown && y - other->y < other->rows; /* wraps when it begins below */
            if (g->usable < g->bytes || line >= g->lines || load[n] + (both ? load[!n] : 0) > hclk) {
                set_line(v->underrun, (top + y) % MOST_LINES, &v->any_underrun);
            }
            if (g->usable && line < g->lines && !readable(g, first, first + g->usable - 1)) {
                set_line(v->error, (top + y) % MOST_LINES, &v->any_error);
            }
        }
    }
}

LtdcView *zif__ltdc_view(const Ltdc *l)
{
    LtdcView *v = l->view;
    uint64_t generation = zif_address_space_generation(zif_bus((ZifDevice *)&l->dev));
    if (v->derived && v->generation == generation) {
        return v;
    }
    for (unsigned n = 0; n < LTDC_LAYERS; n++) {
        place(l, l->active[n], &v->layers[n]);
        v->resolved_anew |= find_pieces(l, &v->layers[n]);
    }
    find_faults(l, v);
    v->derived = true;
    v->generation = generation;
    return v;
}

bool zif__ltdc_unreadable(const LtdcView *v, uint64_t *address)
{
    for (unsigned n = 0; n < LTDC_LAYERS; n++) {
        for (unsigned i = 0; i < v->layers[n].npieces; i++) {
            if (!v->layers[n].pieces[i].host) {
                *address = v->layers[n].pieces[i].first;
                return true;
            }
        }
    }
    return false;
}

void zif__ltdc_view_stale(Ltdc *l)
{
    l->view->derived = false;
}

/* --- Dirty logs ------------------------------------------------------------------------------------------------------------- */

static void drop_log(LtdcView *v, unsigned i)
{
    memory_region_set_log(v->logs[i].mr, false, DIRTY_MEMORY_VGA);
    memory_region_unref(v->logs[i].mr);
    v->logs[i] = v->logs[--v->nlogs];
}

static unsigned log_of(LtdcView *v, MemoryRegion *mr)
{
    for (unsigned i = 0; i < v->nlogs; i++) {
        if (v->logs[i].mr == mr) {
            return i;
        }
    }
    if (v->nlogs == LTDC_LOGS) {
        return LTDC_LOGS; /* nothing is known of what happens there */
    }
    memory_region_ref(mr);
    memory_region_set_log(mr, true, DIRTY_MEMORY_VGA);
    v->logs[v->nlogs] = (LtdcLog){ .mr = mr };
    return v->nlogs++;
}

/* Logs the regions the layers are in, and stays with those they were in a moment ago: buffers take turns. */
static void choose_logs(Ltdc *l)
{
    LtdcView *v = l->view;
    for (unsigned i = v->nlogs; i-- > 0;) {
        if (v->logs[i].unused++ > UNUSED_FRAMES) {
            drop_log(v, i);
        }
        v->logs[i].first = UINT64_MAX;
        v->logs[i].end = 0;
    }
    for (unsigned n = 0; n < LTDC_LAYERS; n++) {
        LtdcLayer *g = &v->layers[n];
        for (unsigned i = 0; i < g->npieces; i++) {
            LtdcPiece *p = &g->pieces[i];
            p->log = p->host ? log_of(v, p->mr) : LTDC_LOGS;
            if (p->log < LTDC_LOGS) {
                LtdcLog *log = &v->logs[p->log];
                uint64_t end = p->offset + (p->last - p->first) + 1;
                log->first = p->offset < log->first || log->end == 0 ? p->offset : log->first;
                log->end = end > log->end ? end : log->end;
                log->unused = 0;
            }
        }
    }
    v->generation = zif_address_space_generation(zif_bus(&l->dev)); /* switching a log moves no memory */
}

void zif__ltdc_log(Ltdc *l, bool on)
{
    LtdcView *v = l->view;
    v->logging = on;
    v->resolved_anew = true;
    while (!on && v->nlogs) {
        drop_log(v, v->nlogs - 1);
    }
}

static void take_logs(LtdcView *v)
{
    for (unsigned i = 0; i < v->nlogs; i++) {
        LtdcLog *log = &v->logs[i];
        if (log->end) {
            log->dirty =
                memory_region_snapshot_and_clear_dirty(log->mr, log->first, log->end - log->first, DIRTY_MEMORY_VGA);
        }
    }
}

static void free_logs(LtdcView *v)
{
    for (unsigned i = 0; i < v->nlogs; i++) {
        free(v->logs[i].dirty);
        v->logs[i].dirty = NULL;
    }
}

/* May lines of the window have changed? */
static bool suspect(const LtdcView *v, const LtdcLayer *g, unsigned line, unsigned n)
{
    if (!g->usable || line >= g->lines) {
        return false;
    }
    n = least(n, g->lines - line);
    uint64_t first = g->address + (uint64_t)line * g->pitch,
             last = first + (uint64_t)(n - 1) * g->pitch + g->usable - 1;
    for (unsigned i = 0; i < g->npieces; i++) {
        const LtdcPiece *p = &g->pieces[i];
        if (!p->host || p->first > last || p->last < first) {
            continue;
        }
        if (p->log == LTDC_LOGS || !v->logs[p->log].dirty) {
            return true;
        }
        uint64_t from = first > p->first ? first : p->first, to = last < p->last ? last : p->last;
        if (memory_region_snapshot_get_dirty(p->mr, v->logs[p->log].dirty, p->offset + (from - p->first),
                                             to - from + 1)) {
            return true;
        }
    }
    return false;
}

/* --- Bytes ------------------------------------------------------------------------------------------------------------------ */

static bool set_bytes(uint8_t *to, const uint8_t *from, size_t n)
{
    if (memcmp(to, from, n) == 0) {
        return false;
    }
    memcpy(to, from, n);
    return true;
}

static bool clear_bytes(uint8_t *to, size_t n)
{
    bool changed = false;
    for (size_t i = 0; i < n; i++) {
        changed |= to[i];
        to[i] = 0;
    }
    return changed;
}

/* Brings the bytes of a row up to date. True when they were others before. */
static bool take_row(LtdcLayer *g, unsigned row)
{
    unsigned line = g->first_row + row;
    uint8_t *to = g->shown_bytes + (size_t)row * g->bytes;
    if (line >= g->lines || !g->usable) {
        return false; /* they are 0 */
    }
    bool changed = false;
    uint64_t first = g->address + (uint64_t)line * g->pitch, last = first + g->usable - 1;
    for (unsigned i = 0; i < g->npieces; i++) {
        const LtdcPiece *p = &g->pieces[i];
        if (p->first > last || p->last < first) {
            continue;
        }
        uint64_t from = first > p->first ? first : p->first, end = (last < p->last ? last : p->last) + 1;
        uint8_t *at = to + (from - first);
        changed |= p->host ? set_bytes(at, p->host + (from - p->first), end - from) : clear_bytes(at, end - from);
    }
    return changed;
}

/* --- What changed ----------------------------------------------------------------------------------------------------------- */

static LtdcSetup setup_of(const Ltdc *l)
{
    LtdcSetup s = { .frame = { l->values[SSCR], l->values[BPCR], l->values[AWCR], l->values[TWCR],
                               l->values[GCR] & GCR_DEN, l->values[BCCR] } };
    memcpy(s.active, l->active, sizeof s.active);
    return s;
}

static void all_rows(LtdcView *v)
{
    for (unsigned y = 0; y < v->drawn_height; y++) {
        v->rows[y] = v->now;
    }
}

static void check_rows(LtdcView *v, LtdcLayer *g, bool all)
{
    if (!g->shown || (!all && !suspect(v, g, g->first_row, g->rows))) {
        return;
    }
    for (unsigned row = 0; row < g->rows; row += LINES_AT_ONCE) {
        unsigned end = least(row + LINES_AT_ONCE, g->rows);
        if (!all && !suspect(v, g, g->first_row + row, end - row)) {
            continue;
        }
        for (unsigned r = row; r < end; r++) {
            if ((all || suspect(v, g, g->first_row + r, 1)) && take_row(g, r)) {
                v->rows[g->y + r] = v->now;
            }
        }
    }
}

void zif__ltdc_refresh(Ltdc *l)
{
    LtdcView *v = zif__ltdc_view(l);
    LtdcSetup setup = setup_of(l), before = v->drawn;
    v->drawn = setup;
    for (unsigned n = 0; n < LTDC_LAYERS; n++) { /* that a buffer is elsewhere, resolved_anew says */
        setup.active[n][LAYER_CFBAR] = before.active[n][LAYER_CFBAR] = 0;
    }
    bool all = v->resolved_anew || !v->logging;
    bool redo = v->clut_changed || !v->drawn_height || memcmp(&setup, &before, sizeof setup) != 0;
    if (v->logging) {
        if (v->resolved_anew) {
            choose_logs(l);
        }
        take_logs(v);
    }
    zif__ltdc_active(l, &v->drawn_width, &v->drawn_height);
    v->now++;
    if (redo) {
        all_rows(v);
    }
    for (unsigned n = 0; n < LTDC_LAYERS; n++) {
        LtdcLayer *g = &v->layers[n];
        if (redo && g->shown) {
            free(g->shown_bytes);
            g->shown_bytes = must(calloc(g->rows, g->bytes));
        }
        check_rows(v, g, all || redo);
    }
    free_logs(v);
    v->resolved_anew = v->clut_changed = false;
}

void zif__ltdc_forget(Ltdc *l)
{
    l->view->derived = false;
    l->view->resolved_anew = true;
    l->view->drawn_height = 0;
    memset(l->view->lookers, 0, sizeof l->view->lookers);
}

void zif__ltdc_view_new(Ltdc *l)
{
    l->view = must(calloc(1, sizeof *l->view));
    l->view->owner = l;
    for (uint32_t i = 0; i < 256; i++) {
        l->view->greys[i] = 0xff000000 | i * 0x010101;
    }
}

void zif__ltdc_view_free(Ltdc *l)
{
    LtdcView *v = l->view;
    zif__ltdc_log(l, false);
    for (unsigned n = 0; n < LTDC_LAYERS; n++) {
        free(v->layers[n].pieces);
        free(v->layers[n].shown_bytes);
    }
    free(v);
}
