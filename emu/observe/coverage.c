/*
 * The observer that records coverage, as lcov's tracefiles have it (geninfo(1), "FILES"). See zif/observe.h.
 *
 * A line counts as often as the one of its instructions that was executed most. What the compiler made of it in several places
 * (inlined copies, the units that include a header) is added up. Branches are those of the machine code. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "cpu/cpu.h"
#include "cpu/port_insn.h"
#include "host/outfile.h"
#include "image/sources.h"
#include "machine/internal.h"
#include "machine/observer.h"
#include "spec.h"

typedef struct {
    uint32_t pc;
    uint64_t executed, straight;
} Count;

typedef struct {
    const char *file;
    unsigned line;
    uint64_t place; /* unit, or inlined copy */
    uint64_t count;
} Line;

typedef struct {
    const char *file, *name;
    unsigned line;
    uint64_t count;
} Function;

typedef struct {
    const char *file;
    unsigned line;
    uint32_t pc;
} Branch;

/* Code of an inlined copy. */
typedef struct {
    uint32_t from, to;
    unsigned copy;
} Inlined;

/* A growing array of any of these. */
typedef struct {
    void *items;
    size_t count, room;
} List;

typedef struct {
    ZifObserver o;
    ZifOutFile *out;
    List counts, rows, inlined, lines, functions, branches;
    ZifSpec spec;
    const char **sources; /* patterns of files that are wanted; none: all */
    unsigned nsources;
} Coverage;

static void make_room(List *l, size_t size)
{
    l->room = l->room ? 2 * l->room : 256;
    l->items = realloc(l->items, l->room * size);
    if (!l->items) {
        zif_bug("out of memory for coverage");
    }
}

static void *add(List *l, size_t size)
{
    if (l->count == l->room) {
        make_room(l, size);
    }
    return (char *)l->items + l->count++ * size;
}

static void sort(List *l, size_t size, int (*compare)(const void *a, const void *b))
{
    if (l->count) {
        qsort(l->items, l->count, size, compare);
    }
}

#define ORDER(a, b) ((a) < (b) ? -1 : (a) > (b))

/* --- What was executed -------------------------------------------------------------------------------------------------- */

static void add_count(void *opaque, uint32_t pc, uint64_t executed, uint64_t straight)
{
    *(Count *)add(&((Coverage *)opaque)->counts, sizeof(Count)) = (Count){ pc, executed, straight };
}

static int by_pc(const void *a, const void *b)
{
    return ORDER(((const Count *)a)->pc, ((const Count *)b)->pc);
}

/* The first count at pc or behind it; one past the last without one. */
static const Count *count_from(const Coverage *c, uint32_t pc)
{
    const Count *counts = c->counts.items;
    size_t low = 0, high = c->counts.count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (counts[middle].pc < pc) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return counts + low;
}

static Count count_at(const Coverage *c, uint32_t pc)
{
    const Count *at = count_from(c, pc), *end = (const Count *)c->counts.items + c->counts.count;
    return at < end && at->pc == pc ? *at : (Count){ .pc = pc };
}

/* --- Lines -------------------------------------------------------------------------------------------------------------- */

static bool is_wanted(const Coverage *c, const char *file)
{
    bool wanted = !c->nsources;
    for (unsigned i = 0; i < c->nsources && !wanted; i++) {
        wanted = zif__name_fits(c->sources[i], file);
    }
    return wanted;
}

static void add_row(void *opaque, const ZifSourceRow *row)
{
    Coverage *c = opaque;
    if (is_wanted(c, row->file)) {
        *(ZifSourceRow *)add(&c->rows, sizeof *row) = *row;
    }
}

static void add_inlined(void *opaque, unsigned copy, uint32_t from, uint32_t to)
{
    *(Inlined *)add(&((Coverage *)opaque)->inlined, sizeof(Inlined)) = (Inlined){ from, to, copy };
}

static int by_address(const void *a, const void *b)
{
    return ORDER(((const ZifSourceRow *)a)->from, ((const ZifSourceRow *)b)->from);
}

/* Outer before inner. */
static int by_nesting(const void *a, const void *b)
{
    const Inlined *x = a, *y = b;
    return x->from != y->from ? ORDER(x->from, y->from) : ORDER(y->to, x->to);
}

static void add_line(Coverage *c, const ZifSourceRow *row, uint64_t place)
{
    uint64_t most = 0;
    const Count *end = (const Count *)c->counts.items + c->counts.count;
    for (const Count *n = count_from(c, row->from); n < end && n->pc < row->to; n++) {
        most = n->executed > most ? n->executed : most;
    }
    *(Line *)add(&c->lines, sizeof(Line)) = (Line){ row->file, row->line, place, most };
}

static void add_function(void *opaque, const char *name, const char *file, unsigned line, uint32_t entry)
{
    Coverage *c = opaque;
    *(Function *)add(&c->functions, sizeof(Function)) = (Function){ file, name, line, count_at(c, entry).executed };
}

/* What an image says. Rows by ascending address; the innermost inlined copy around one is the last that was entered and not left. */
static void add_image(Coverage *c, ZifImage *image)
{
    enum { DEEPEST = 64 };
    const Inlined *open[DEEPEST];
    unsigned depth = 0;
    size_t next = 0, first = c->rows.count;
    c->inlined.count = 0;
    zif__image_each_row(image, add_row, c);
    zif__image_each_inlined(image, add_inlined, c);
    ZifSourceRow *rows = (ZifSourceRow *)c->rows.items + first;
    size_t nrows = c->rows.count - first;
    if (nrows) {
        qsort(rows, nrows, sizeof *rows, by_address);
    }
    sort(&c->inlined, sizeof(Inlined), by_nesting);
    for (size_t i = 0; i < nrows; i++) {
        const Inlined *in = c->inlined.items;
        for (; next < c->inlined.count && in[next].from <= rows[i].from; next++) {
            while (depth && open[depth - 1]->to <= in[next].from) {
                depth--;
            }
            if (depth < DEEPEST) {
                open[depth++] = &in[next];
            }
        }
        while (depth && open[depth - 1]->to <= rows[i].from) {
            depth--;
        }
        add_line(c, &rows[i], depth ? UINT64_C(1) << 32 | open[depth - 1]->copy : rows[i].unit);
    }
    zif__image_each_function(image, add_function, c);
}

static int by_line(const void *a, const void *b)
{
    const Line *x = a, *y = b;
    int file = strcmp(x->file, y->file);
    return file ? file : x->line != y->line ? ORDER(x->line, y->line) : ORDER(x->place, y->place);
}

/* One entry a line: the most of each place, added up. */
static void join_lines(Coverage *c)
{
    Line *lines = c->lines.items;
    size_t n = 0;
    uint64_t before = 0; /* what the places before this one add up to */
    sort(&c->lines, sizeof *lines, by_line);
    for (size_t i = 0; i < c->lines.count; i++) {
        Line *last = n ? &lines[n - 1] : NULL;
        bool same = last && last->line == lines[i].line && !strcmp(last->file, lines[i].file);
        if (same && last->place == lines[i].place) {
            last->count = before + lines[i].count > last->count ? before + lines[i].count : last->count;
        } else if (same) {
            before = last->count;
            last->place = lines[i].place;
            last->count += lines[i].count;
        } else {
            before = 0;
            lines[n++] = lines[i];
        }
    }
    c->lines.count = n;
}

/* --- Functions ----------------------------------------------------------------------------------------------------------- */

static int by_function(const void *a, const void *b)
{
    const Function *x = a, *y = b;
    int file = strcmp(x->file, y->file);
    return file ? file : x->line != y->line ? ORDER(x->line, y->line) : strcmp(x->name, y->name);
}

/* Out of line, inlined, in several units: one function. */
static void join_functions(Coverage *c)
{
    Function *f = c->functions.items;
    size_t n = 0;
    sort(&c->functions, sizeof *f, by_function);
    for (size_t i = 0; i < c->functions.count; i++) {
        if (n && !by_function(&f[n - 1], &f[i])) {
            f[n - 1].count += f[i].count;
        } else {
            f[n++] = f[i];
        }
    }
    c->functions.count = n;
}

/* --- Branches ------------------------------------------------------------------------------------------------------------ */

static const ZifSourceRow *row_of(const Coverage *c, uint32_t pc)
{
    const ZifSourceRow *rows = c->rows.items;
    size_t low = 0, high = c->rows.count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (rows[middle].from <= pc) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low && pc < rows[low - 1].to ? &rows[low - 1] : NULL;
}

static void add_branches(void *opaque, uint32_t from, const uint8_t *bytes, size_t size)
{
    Coverage *c = opaque;
    unsigned conditional = 0; /* instructions left of an IT block */
    for (size_t at = 0; at + 2 <= size;) {
        uint16_t first = (uint16_t)(bytes[at] | bytes[at + 1] << 8), second = 0;
        bool wide = zif__insn_is_wide(first);
        if (wide && at + 4 > size) {
            return;
        }
        if (wide) {
            second = (uint16_t)(bytes[at + 2] | bytes[at + 3] << 8);
        }
        ZifFlow flow = zif__insn_flow(first, second);
        const ZifSourceRow *row = row_of(c, from + (uint32_t)at);
        if (row && (flow == ZIF_FLOW_CONDITIONAL || (flow != ZIF_FLOW_NONE && conditional))) {
            *(Branch *)add(&c->branches, sizeof(Branch)) = (Branch){ row->file, row->line, from + (uint32_t)at };
        }
        conditional -= conditional != 0;
        if ((first & 0xff00) == 0xbf00 && (first & 0xf) && (first & 0xf0) != 0xe0) { /* IT, but for AL */
            conditional = 4 - (unsigned)__builtin_ctz(first & 0xf);
        }
        at += wide ? 4 : 2;
    }
}

static int by_branch(const void *a, const void *b)
{
    const Branch *x = a, *y = b;
    int file = strcmp(x->file, y->file);
    return file ? file : x->line != y->line ? ORDER(x->line, y->line) : ORDER(x->pc, y->pc);
}

/* --- The file ------------------------------------------------------------------------------------------------------------ */

static void put_functions(Coverage *c, const char *file, size_t *at)
{
    const Function *f = c->functions.items;
    size_t first = *at, found = 0, hit = 0;
    while (first < c->functions.count && strcmp(f[first].file, file) < 0) {
        first++; /* of a file none of whose lines made an instruction */
    }
    for (*at = first; *at < c->functions.count && !strcmp(f[*at].file, file); (*at)++) {
        zif__out_printf(c->out, "FN:%u,%s\n", f[*at].line, f[*at].name);
    }
    for (size_t i = first; i < *at; i++) {
        zif__out_printf(c->out, "FNDA:%" PRIu64 ",%s\n", f[i].count, f[i].name);
        found++;
        hit += f[i].count != 0;
    }
    zif__out_printf(c->out, "FNF:%zu\nFNH:%zu\n", found, hit);
}

static void put_branches(Coverage *c, const char *file, size_t *at)
{
    const Branch *b = c->branches.items;
    size_t found = 0, hit = 0;
    for (unsigned block = 0, line = 0; *at < c->branches.count && !strcmp(b[*at].file, file); (*at)++, found += 2) {
        block = b[*at].line == line ? block + 1 : 0;
        line = b[*at].line;
        Count n = count_at(c, b[*at].pc);
        uint64_t taken = n.executed - n.straight;
        if (n.executed) {
            zif__out_printf(c->out, "BRDA:%u,%u,0,%" PRIu64 "\nBRDA:%u,%u,1,%" PRIu64 "\n", line, block, taken, line,
                            block, n.straight);
        } else {
            zif__out_printf(c->out, "BRDA:%u,%u,0,-\nBRDA:%u,%u,1,-\n", line, block, line, block);
        }
        hit += (taken != 0) + (n.straight != 0);
    }
    zif__out_printf(c->out, "BRF:%zu\nBRH:%zu\n", found, hit);
}

static void put_all(Coverage *c)
{
    const Line *lines = c->lines.items;
    size_t functions = 0, branches = 0;
    for (size_t i = 0; i < c->lines.count;) {
        const char *file = lines[i].file;
        size_t found = 0, hit = 0;
        zif__out_printf(c->out, "TN:\nSF:%s\n", file);
        put_functions(c, file, &functions);
        put_branches(c, file, &branches);
        for (; i < c->lines.count && !strcmp(lines[i].file, file); i++, found++) {
            zif__out_printf(c->out, "DA:%u,%" PRIu64 "\n", lines[i].line, lines[i].count);
            hit += lines[i].count != 0;
        }
        zif__out_printf(c->out, "LF:%zu\nLH:%zu\nend_of_record\n", found, hit);
    }
}

/* --- Life ---------------------------------------------------------------------------------------------------------------- */

static void free_coverage(Coverage *c)
{
    zif__spec_free(&c->spec);
    free(c->sources);
    free(c->counts.items);
    free(c->rows.items);
    free(c->lines.items);
    free(c->inlined.items);
    free(c->functions.items);
    free(c->branches.items);
    free(c);
}

static bool finish(ZifObserver *o, Error **errp)
{
    Coverage *c = (Coverage *)o;
    ZifPort *port = zif_cpu_port(o->m->cpu);
    zif_port_each_count(port, add_count, c);
    zif_port_count_insns(port, false);
    sort(&c->counts, sizeof(Count), by_pc);
    for (unsigned i = 0; i < o->m->nimages; i++) {
        add_image(c, (ZifImage *)o->m->images[i]);
    }
    sort(&c->rows, sizeof(ZifSourceRow), by_address);
    for (unsigned i = 0; i < o->m->nimages; i++) {
        zif__image_each_code((ZifImage *)o->m->images[i], add_branches, c);
    }
    join_lines(c);
    join_functions(c);
    sort(&c->branches, sizeof(Branch), by_branch);
    put_all(c);
    bool ok = zif__out_close(c->out, errp);
    free_coverage(c);
    return ok;
}

static const ZifObserverOps ops = { .finish = finish };

static bool has_lines(ZifMachine *m)
{
    for (unsigned i = 0; i < m->nimages; i++) {
        if (zif__image_dwarf((ZifImage *)m->images[i])) {
            return true;
        }
    }
    return false;
}

static bool read_words(Coverage *c, Error **errp)
{
    const char *word, *value;
    while (zif__spec_next(&c->spec, &word, &value)) {
        if (strcmp(word, "source") != 0 || !*value) {
            error_setg(errp, "coverage: '%s' is not source=NAME", word);
            return false;
        }
        c->sources = realloc(c->sources, (c->nsources + 1) * sizeof *c->sources);
        c->sources[c->nsources++] = value;
    }
    return true;
}

ZifObserver *zif_observe_coverage(ZifMachine *m, const char *text, Error **errp)
{
    Coverage *c = calloc(1, sizeof *c);
    make_room(&c->counts, sizeof(Count)); /* these are looked into when they are empty, too */
    make_room(&c->rows, sizeof(ZifSourceRow));
    bool ok = zif__spec_open(&c->spec, "coverage", text, errp) && read_words(c, errp);
    if (ok && !m->cpu) {
        error_setg(errp, "coverage: this machine has no processor");
    } else if (ok && !has_lines(m)) {
        error_setg(errp, "coverage: no image says which lines it was made from: an ELF built with -g does");
    } else if (ok) {
        c->out = zif__out_open(c->spec.path, errp);
    }
    if (!c->out) {
        free_coverage(c);
        return NULL;
    }
    zif_port_count_insns(zif_cpu_port(m->cpu), true);
    zif__observer_join(&c->o, m, &ops);
    return &c->o;
}
