/*
 * The binary form of a trace: written by the observer, printed by zif_trace_print.
 *
 * "ZIFTRACE", a version byte, then one zstd frame (RFC 8878) of records. Numbers are LEB128; signed ones zigzag. A record is a tag and:
 *   NAME    length, bytes: the next name's number is one more than the last one's, from 1 on
 *   LAYOUT  fields, and for each name, lsb, width; numbered likewise
 *   KIND... when (difference), count (difference, signed), pc (difference, signed), place, name, layout, value, size
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zif/observe.h>
#include <zstd.h>
#include "host/outfile.h"
#include "trace_event.h"

enum { NAME = ZIF_TRACE_KINDS, LAYOUT, VERSION = 1, CHUNK = 1 << 16, LONGEST_NAME = 4096, MOST_FIELDS = 32 };
static const char magic[8] = { 'Z', 'I', 'F', 'T', 'R', 'A', 'C', 'E' };

/* What the last event held: the next one tells the difference. */
typedef struct {
    uint64_t when, count;
    uint32_t pc;
} Last;

static uint64_t zigzag(int64_t v)
{
    return (uint64_t)v << 1 ^ (uint64_t)(v >> 63);
}

static int64_t zagzig(uint64_t v)
{
    return (int64_t)(v >> 1) ^ -(int64_t)(v & 1);
}

/* --- Writing -------------------------------------------------------------------------------------------------------------- */

struct ZifTraceWriter {
    ZifOutFile *out;
    ZSTD_CCtx *zstd;
    uint32_t names, layouts; /* written */
    Last last;
    size_t used;
    uint8_t bytes[CHUNK];
};

static void compress(ZifTraceWriter *w, ZSTD_EndDirective how)
{
    char out[4096];
    ZSTD_inBuffer in = { w->bytes, w->used, 0 };
    size_t left;
    do {
        ZSTD_outBuffer o = { out, sizeof out, 0 };
        left = ZSTD_compressStream2(w->zstd, &o, &in, how);
        if (ZSTD_isError(left)) {
            zif_bug("a trace cannot be compressed: %s", ZSTD_getErrorName(left));
        }
        zif__out_put(w->out, out, o.pos);
    } while (how == ZSTD_e_continue ? in.pos < in.size : left != 0);
    w->used = 0;
}

static void put_number(ZifTraceWriter *w, uint64_t v)
{
    do {
        w->bytes[w->used++] = (uint8_t)((v & 0x7f) | (v > 0x7f ? 0x80 : 0));
        v >>= 7;
    } while (v);
}

static void make_room(ZifTraceWriter *w, size_t size)
{
    if (w->used + size > CHUNK) {
        compress(w, ZSTD_e_continue);
    }
}

static void put_text(ZifTraceWriter *w, const char *text)
{
    size_t len = strlen(text);
    len = len < LONGEST_NAME ? len : LONGEST_NAME;
    put_number(w, len);
    memcpy(w->bytes + w->used, text, len);
    w->used += len;
}

/* Names and layouts get their numbers in the order of their first use, so one is new if its number is the next. */
static void put_name(ZifTraceWriter *w, const ZifTraceName *name)
{
    if (name->number > w->names) {
        w->names = name->number;
        make_room(w, LONGEST_NAME + 16);
        put_number(w, NAME);
        put_text(w, name->text);
    }
}

static void put_layout(ZifTraceWriter *w, const ZifTraceLayout *layout)
{
    if (!layout || layout->number <= w->layouts) {
        return;
    }
    w->layouts = layout->number;
    make_room(w, 32);
    put_number(w, LAYOUT);
    put_number(w, layout->nfields);
    for (unsigned i = 0; i < layout->nfields; i++) {
        make_room(w, LONGEST_NAME + 16);
        put_text(w, layout->fields[i].name);
        put_number(w, layout->fields[i].lsb);
        put_number(w, layout->fields[i].width);
    }
}

ZifTraceWriter *zif__trace_writer_open(const char *path, Error **errp)
{
    ZifOutFile *out = zif__out_open(path, errp);
    ZifTraceWriter *w = out ? calloc(1, sizeof *w) : NULL;
    if (w) {
        w->out = out;
        w->zstd = ZSTD_createCCtx();
        zif__out_put(out, magic, sizeof magic);
        zif__out_put(out, &(uint8_t){ VERSION }, 1);
    }
    return w;
}

void zif__trace_write(ZifTraceWriter *w, const ZifTraceEvent *e)
{
    bool place_first = e->place.number < e->name.number;
    put_name(w, place_first ? &e->place : &e->name);
    put_name(w, place_first ? &e->name : &e->place);
    put_layout(w, e->layout);
    make_room(w, 128);
    put_number(w, e->kind);
    put_number(w, zigzag((int64_t)(e->when - w->last.when)));
    put_number(w, zigzag((int64_t)(e->count - w->last.count)));
    put_number(w, zigzag((int64_t)e->pc - w->last.pc));
    put_number(w, e->place.number);
    put_number(w, e->name.number);
    put_number(w, e->layout ? e->layout->number : 0);
    put_number(w, e->value);
    put_number(w, e->size);
    w->last = (Last){ e->when, e->count, e->pc };
}

void zif__trace_writer_flush(ZifTraceWriter *w)
{
    compress(w, ZSTD_e_flush);
    zif__out_flush(w->out);
}

bool zif__trace_writer_close(ZifTraceWriter *w, Error **errp)
{
    compress(w, ZSTD_e_end);
    bool ok = zif__out_close(w->out, errp);
    ZSTD_freeCCtx(w->zstd);
    free(w);
    return ok;
}

/* --- Printing ------------------------------------------------------------------------------------------------------------- */

typedef struct {
    const char *path;
    FILE *file;
    ZSTD_DCtx *zstd;
    uint8_t raw[CHUNK], plain[CHUNK];
    ZSTD_inBuffer in;
    size_t at, have; /* bytes of plain used, and there */
    bool ended;      /* the frame is complete */
    bool bad;        /* it cannot be what a writer made */
    char **names;
    ZifTraceLayout *layouts;
    uint32_t nnames, nlayouts;
    Last last;
} Reader;

/* One byte; -1 at the end. */
static int next_byte(Reader *r)
{
    while (r->at == r->have) {
        if (r->in.pos == r->in.size && !r->ended) {
            r->in = (ZSTD_inBuffer){ r->raw, fread(r->raw, 1, sizeof r->raw, r->file), 0 };
        }
        if (r->ended || !r->in.size) {
            return -1;
        }
        ZSTD_outBuffer out = { r->plain, sizeof r->plain, 0 };
        size_t left = ZSTD_decompressStream(r->zstd, &out, &r->in);
        if (ZSTD_isError(left)) {
            r->bad = true;
            return -1;
        }
        r->ended = left == 0;
        r->at = 0;
        r->have = out.pos;
    }
    return r->plain[r->at++];
}

static uint64_t next_number(Reader *r)
{
    uint64_t v = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        int byte = next_byte(r);
        if (byte < 0) {
            r->bad = true;
            return 0;
        }
        v |= (uint64_t)(byte & 0x7f) << shift;
        if (!(byte & 0x80)) {
            return v;
        }
    }
    r->bad = true;
    return 0;
}

static char *next_text(Reader *r)
{
    uint64_t len = next_number(r);
    char *text = len <= LONGEST_NAME ? malloc(len + 1) : NULL;
    for (uint64_t i = 0; text && i < len; i++) {
        int byte = next_byte(r);
        r->bad |= byte < ' '; /* names are printable: a damaged file does not reach somebody's terminal */
        text[i] = (char)byte;
    }
    r->bad |= !text;
    if (text) {
        text[len] = 0;
    }
    return text;
}

static void read_name(Reader *r)
{
    char *text = next_text(r);
    if ((r->nnames & (r->nnames + 1)) == 0) {
        r->names = realloc(r->names, 2 * ((size_t)r->nnames + 1) * sizeof *r->names);
    }
    r->names[r->nnames++] = text;
}

static void read_layout(Reader *r)
{
    uint64_t n = next_number(r);
    if (n > MOST_FIELDS) {
        r->bad = true;
        return;
    }
    ZifTraceField *fields = calloc(n + 1, sizeof *fields);
    for (uint64_t i = 0; i < n && !r->bad; i++) {
        char *name = next_text(r);
        uint64_t lsb = next_number(r), width = next_number(r);
        r->bad |= lsb > 31 || width < 1 || width > 32;
        fields[i] = (ZifTraceField){ name, (uint8_t)lsb, (uint8_t)width };
    }
    r->layouts = realloc(r->layouts, (r->nlayouts + 1) * sizeof *r->layouts);
    r->layouts[r->nlayouts++] = (ZifTraceLayout){ .nfields = (unsigned)n, .fields = fields };
}

static const char *name_of(Reader *r, uint64_t number)
{
    r->bad |= number > r->nnames;
    return number && !r->bad ? r->names[number - 1] : "";
}

static void read_event(Reader *r, ZifTraceKind kind, FILE *out)
{
    char line[ZIF_TRACE_LINE];
    ZifTraceEvent e = { .kind = kind };
    r->last.when += (uint64_t)zagzig(next_number(r));
    r->last.count += (uint64_t)zagzig(next_number(r));
    r->last.pc += (uint32_t)zagzig(next_number(r));
    e.when = r->last.when;
    e.count = r->last.count;
    e.pc = r->last.pc;
    e.place.text = name_of(r, next_number(r));
    e.name.text = name_of(r, next_number(r));
    uint64_t layout = next_number(r);
    r->bad |= layout > r->nlayouts;
    e.layout = layout && !r->bad ? &r->layouts[layout - 1] : NULL;
    e.value = (uint32_t)next_number(r);
    e.size = (uint8_t)next_number(r);
    r->bad |= (kind == ZIF_TRACE_READ || kind == ZIF_TRACE_WRITE) && e.size > 8;
    if (!r->bad) {
        fwrite(line, 1, zif__trace_line(&e, line), out);
    }
}

static void free_reader(Reader *r)
{
    for (uint32_t i = 0; i < r->nnames; i++) {
        free(r->names[i]);
    }
    for (uint32_t i = 0; i < r->nlayouts; i++) {
        for (unsigned k = 0; k < r->layouts[i].nfields; k++) {
            free((char *)r->layouts[i].fields[k].name);
        }
        free((ZifTraceField *)r->layouts[i].fields);
    }
    free(r->names);
    free(r->layouts);
    ZSTD_freeDCtx(r->zstd);
    if (r->file) {
        fclose(r->file);
    }
    free(r);
}

static bool print(Reader *r, FILE *out, Error **errp)
{
    char head[sizeof magic + 1];
    if (fread(head, 1, sizeof head, r->file) != sizeof head || memcmp(head, magic, sizeof magic) != 0) {
        error_setg(errp, "%s is no binary trace", r->path);
        return false;
    }
    if (head[sizeof magic] != VERSION) {
        error_setg(errp, "%s is a trace of another version of zif", r->path);
        return false;
    }
    int tag;
    while (!r->bad && (tag = next_byte(r)) >= 0) {
        if (tag == NAME) {
            read_name(r);
        } else if (tag == LAYOUT) {
            read_layout(r);
        } else if (tag < ZIF_TRACE_KINDS) {
            read_event(r, (ZifTraceKind)tag, out);
        } else {
            r->bad = true;
        }
    }
    if (!r->ended || r->bad) {
        error_setg(errp, "%s is damaged, or zif was killed while it wrote it: this is what can be read", r->path);
    }
    return r->ended && !r->bad;
}

bool zif_trace_print(const char *path, FILE *out, Error **errp)
{
    FILE *file = fopen(path, "rb");
    if (!file) {
        error_setg_errno(errp, errno, "cannot read %s", path);
        return false;
    }
    Reader *r = calloc(1, sizeof *r);
    r->path = path;
    r->file = file;
    r->zstd = ZSTD_createDCtx();
    bool ok = print(r, out, errp);
    free_reader(r);
    return ok;
}
