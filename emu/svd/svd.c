/*
 * From a document to register tables. See svd.h. Everything that outlives the document is in one list of blocks.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "svd.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "document.h"

enum {
    MAX_FILE = 64 << 20,
    MAX_PERIPHERALS = 1024,
    MAX_REGISTERS = 4096,
    MAX_ARRAY = 1024,
    MAX_DEPTH = 8,
    MAX_STEPS = 1 << 18,
    MAX_SPAN = 1 << 20
};

typedef struct Block {
    struct Block *next;
    char bytes[];
} Block;

typedef struct {
    ZifSvd svd; /* first: what callers hold */
    Block *blocks;
    unsigned steps; /* elements of arrays looked at: a small file can ask for many */
} Owner;

/* What a level hands down to those inside it. */
typedef struct {
    unsigned size; /* bits */
    uint32_t reset;
    const char *access;
} Inherited;

typedef struct {
    Owner *owner;
    ZifRegister *regs;
    unsigned n;
    const Node *peripheral;
} Table;

static void *keep(Owner *o, size_t size)
{
    Block *b = calloc(1, sizeof *b + size);
    if (!b) {
        zif_bug("out of memory for an SVD file");
    }
    b->next = o->blocks;
    o->blocks = b;
    return b->bytes;
}

static char *keep_text(Owner *o, const char *text)
{
    size_t len = strlen(text) + 1;
    return memcpy(keep(o, len), text, len);
}

/* scaledNonNegativeInteger: decimal, 0x hexadecimal, # binary. */
static uint64_t number(const char *text, uint64_t otherwise)
{
    char *end;
    if (!text || !*text) {
        return otherwise;
    }
    uint64_t v =
        *text == '#' ? strtoull(text + 1, &end, 2) : strtoull(text, &end, !strncasecmp(text, "0x", 2) ? 16 : 10);
    return end == text ? otherwise : v;
}

static uint64_t child_number(const Node *n, const char *name, uint64_t otherwise)
{
    return number(node_text(n, name), otherwise);
}

static Inherited inherit(Inherited in, const Node *n)
{
    const char *access = node_text(n, "access");
    in.size = (unsigned)child_number(n, "size", in.size);
    in.reset = (uint32_t)child_number(n, "resetValue", in.reset);
    in.access = access ? access : in.access;
    return in;
}

static ZifAccess access_of(const char *access, const char *modified, const char *read_action)
{
    if (modified && !strcmp(modified, "oneToClear")) {
        return ZIF_W1C;
    }
    if (modified && !strcmp(modified, "zeroToClear")) {
        return ZIF_W0C;
    }
    if (access && !strcmp(access, "read-only")) {
        return read_action && !strcmp(read_action, "clear") ? ZIF_RC : ZIF_RO;
    }
    return access && !strncmp(access, "write", 5) ? ZIF_WO : ZIF_RW;
}

/* --- Fields --------------------------------------------------------------------------------------------------------------- */

static bool field_place(const Node *n, unsigned *lsb, unsigned *width)
{
    const char *range = node_text(n, "bitRange");
    uint64_t low, high;
    if (range && sscanf(range, "[%lu:%lu]", &high, &low) == 2) {
        /* as it says */
    } else if (node_text(n, "lsb")) {
        low = child_number(n, "lsb", 0);
        high = child_number(n, "msb", low);
    } else {
        low = child_number(n, "bitOffset", 64);
        high = low + child_number(n, "bitWidth", 1) - 1;
    }
    *lsb = (unsigned)low;
    *width = (unsigned)(high - low + 1);
    return low <= high && high < 32;
}

/* "CH%s" and element "2" make "CH2"; "[%s]" loses its brackets where the element is a number behind a name. */
static void expand(char *out, size_t len, const char *prefix, const char *name, const char *element)
{
    const char *mark = strstr(name, "%s");
    if (!mark) {
        snprintf(out, len, "%s%s", prefix, name);
    } else {
        snprintf(out, len, "%s%.*s%s%s", prefix, (int)(mark - name), name, element, mark + 2);
    }
    for (char *p = out; *p; p++) { /* a name is one word on a command line */
        if (*p == '.' || *p == ' ' || *p == '=') {
            *p = '_';
        }
    }
}

/* Element n of dimIndex ("0-7", "A,B,C"), into buf; its number without one. */
static const char *element(const Node *node, unsigned n, char *buf, size_t len)
{
    const char *index = node_text(node, "dimIndex");
    unsigned first, last;
    if (!index) {
        snprintf(buf, len, "%u", n);
    } else if (sscanf(index, "%u-%u", &first, &last) == 2) {
        snprintf(buf, len, "%u", first + n);
    } else {
        for (unsigned i = 0; i < n && index; i++) {
            index = strchr(index, ',');
            index = index ? index + 1 : NULL;
        }
        if (index) {
            snprintf(buf, len, "%.*s", (int)strcspn(index, ","), index);
        } else {
            snprintf(buf, len, "%u", n);
        }
    }
    return buf;
}

static unsigned dimension(const Node *n)
{
    uint64_t dim = child_number(n, "dim", 1);
    return dim < 1 ? 1 : dim > MAX_ARRAY ? MAX_ARRAY : (unsigned)dim;
}

static const ZifField *fields_of(Owner *o, const Node *reg, unsigned bits, const char *reg_access,
                                 const char *reg_modified)
{
    const Node *list = node_child(reg, "fields");
    ZifField fields[32];
    unsigned n = 0;
    uint32_t taken = 0;
    for (const Node *f = list ? list->first : NULL; f; f = f->next) {
        unsigned lsb, width, count = dimension(f), step = (unsigned)child_number(f, "dimIncrement", 0);
        const char *name = node_text(f, "name"), *access = node_text(f, "access"),
                   *modified = node_text(f, "modifiedWriteValues");
        if (!name || !field_place(f, &lsb, &width)) {
            continue;
        }
        for (unsigned k = 0; k < count && n < 32; k++, lsb += step) {
            uint32_t mask = lsb < 32 ? (width >= 32 ? UINT32_MAX : (1u << width) - 1) << lsb : 0;
            char text[64], number_text[16];
            if (lsb >= bits || width > bits - lsb || (taken & mask)) {
                continue;
            }
            taken |= mask;
            expand(text, sizeof text, "", name, element(f, k, number_text, sizeof number_text));
            fields[n++] =
                (ZifField){ keep_text(o, text), (uint8_t)lsb, (uint8_t)width,
                            (uint8_t)access_of(access ? access : reg_access, modified ? modified : reg_modified,
                                               node_text(f, "readAction")) };
        }
    }
    if (!n) {
        return NULL;
    }
    ZifField *out = keep(o, (n + 1) * sizeof *out);
    memcpy(out, fields, n * sizeof *out);
    return out;
}

/* --- Registers ------------------------------------------------------------------------------------------------------------ */

/* The node `from` names, among the registers and clusters below `at`. */
static const Node *named_below(const Node *at, const char *from, unsigned depth)
{
    const char *dot = strrchr(from, '.');
    from = dot ? dot + 1 : from;
    for (const Node *n = at && depth < MAX_DEPTH ? at->first : NULL; n; n = n->next) {
        const char *name = node_text(n, "name");
        if ((!strcmp(n->name, "register") || !strcmp(n->name, "cluster")) && name && !strcmp(name, from)) {
            return n;
        }
        const Node *inner = !strcmp(n->name, "cluster") ? named_below(n, from, depth + 1) : NULL;
        if (inner) {
            return inner;
        }
    }
    return NULL;
}

static void add_register(Table *t, const Node *n, const Node *body, const char *name, uint64_t offset, Inherited in)
{
    unsigned bytes = in.size / 8;
    if (t->n == MAX_REGISTERS || (bytes != 1 && bytes != 2 && bytes != 4) || offset % bytes ||
        offset + bytes > MAX_SPAN) {
        return;
    }
    const char *modified = node_text(body, "modifiedWriteValues");
    ZifRegister *r = &t->regs[t->n++];
    *r = (ZifRegister){ .name = keep_text(t->owner, name),
                        .offset = (uint32_t)offset,
                        .reset = bytes == 4 ? in.reset : in.reset & ((1u << 8 * bytes) - 1),
                        .size = (uint8_t)bytes,
                        .flags = ZIF_REG_STUB,
                        .fields = fields_of(t->owner, body, in.size, in.access, modified) };
    if (!r->fields) {
        ZifField *whole = keep(t->owner, 2 * sizeof *whole);
        *whole = (ZifField){ "VALUE", 0, (uint8_t)in.size,
                             (uint8_t)access_of(in.access, modified, node_text(body, "readAction")) };
        r->fields = whole;
    }
}

static void add_all(Table *t, const Node *list, const char *prefix, uint64_t base, Inherited in, unsigned depth)
{
    for (const Node *n = list ? list->first : NULL; n && depth < MAX_DEPTH; n = n->next) {
        bool is_cluster = !strcmp(n->name, "cluster");
        const char *name = node_text(n, "name");
        if ((!is_cluster && strcmp(n->name, "register") != 0) || !name) {
            continue;
        }
        const Node *body = n,
                   *origin = n->derived ? named_below(node_child(t->peripheral, "registers"), n->derived, 0) : NULL;
        Inherited mine = inherit(in, n);
        if (origin && origin != n) {
            mine = inherit(inherit(in, origin), n);
            body = node_child(n, "fields") || is_cluster ? n : origin;
            body = is_cluster ? origin : body;
        }
        unsigned count = dimension(n);
        uint64_t step = child_number(n, "dimIncrement", 4), offset = base + child_number(n, "addressOffset", 0);
        for (unsigned k = 0; k < count && t->owner->steps++ < MAX_STEPS; k++, offset += step) {
            char text[64], number_text[16];
            expand(text, sizeof text - 1, prefix, name, element(n, k, number_text, sizeof number_text));
            if (is_cluster) {
                strcat(text, "_");
                add_all(t, body, text, offset, mine, depth + 1);
            } else {
                add_register(t, n, body, text, offset, mine);
            }
        }
    }
}

static int by_offset(const void *a, const void *b)
{
    const ZifRegister *x = a, *y = b;
    return x->offset != y->offset ? (x->offset < y->offset ? -1 : 1) : 0;
}

/* Sorts the table and leaves out what lies in an earlier register. */
static void tidy(ZifSvdPeripheral *p, ZifRegister *regs, unsigned n)
{
    uint32_t end = 0;
    qsort(regs, n, sizeof *regs, by_offset);
    for (unsigned i = 0; i < n; i++) {
        if (regs[i].offset >= end) {
            end = regs[i].offset + regs[i].size;
            regs[p->nregs++] = regs[i];
        }
    }
    p->regs = regs;
    end = (end + 3) & ~3u;
    p->span = p->span > end ? p->span : end;
}

/* --- Peripherals ---------------------------------------------------------------------------------------------------------- */

static const Node *peripheral_named(const Node *list, const char *name)
{
    for (const Node *n = list->first; n && name; n = n->next) {
        const char *its = node_text(n, "name");
        if (its && !strcmp(its, name)) {
            return n;
        }
    }
    return NULL;
}

static void add_peripheral(Owner *o, const Node *list, const Node *n, Inherited device)
{
    const char *name = node_text(n, "name");
    const Node *origin = n->derived ? peripheral_named(list, n->derived) : NULL, *body = n;
    if (!node_child(n, "registers") && origin) {
        body = origin;
    }
    uint64_t base = child_number(n, "baseAddress", UINT64_MAX);
    if (!name || base > UINT32_MAX || o->svd.n == MAX_PERIPHERALS) {
        return;
    }
    const Node *block = node_child(n, "addressBlock");
    block = block ? block : node_child(body, "addressBlock");
    uint64_t size = block ? child_number(block, "offset", 0) + child_number(block, "size", 0) : 0;
    ZifSvdPeripheral *p = &o->svd.peripherals[o->svd.n++];
    *p = (ZifSvdPeripheral){ .name = keep_text(o, name),
                             .base = base,
                             .span = size < MAX_SPAN ? (uint32_t)size : MAX_SPAN };
    ZifRegister *scratch = calloc(MAX_REGISTERS, sizeof *scratch);
    if (!scratch) {
        zif_bug("out of memory for an SVD file");
    }
    Table t = { .owner = o, .regs = scratch, .peripheral = body };
    add_all(&t, node_child(body, "registers"), "", 0, inherit(device, body), 0);
    ZifRegister *regs = keep(o, (t.n + 1) * sizeof *regs);
    memcpy(regs, scratch, t.n * sizeof *regs);
    free(scratch);
    tidy(p, regs, t.n);
}

static int by_base(const void *a, const void *b)
{
    const ZifSvdPeripheral *x = a, *y = b;
    return x->base != y->base ? (x->base < y->base ? -1 : 1) : x->nregs > y->nregs ? -1 : x->nregs < y->nregs;
}

/* No two at one place, and none reaches into the next one. */
static void part(ZifSvd *svd)
{
    unsigned kept = 0;
    qsort(svd->peripherals, svd->n, sizeof *svd->peripherals, by_base);
    for (unsigned i = 0; i < svd->n; i++) {
        ZifSvdPeripheral *p = &svd->peripherals[i], *before = kept ? &svd->peripherals[kept - 1] : NULL;
        if (!p->span || (before && before->base == p->base)) {
            continue;
        }
        if (before && before->base + before->span > p->base) {
            before->span = (uint32_t)(p->base - before->base);
            while (before->nregs &&
                   before->regs[before->nregs - 1].offset + before->regs[before->nregs - 1].size > before->span) {
                before->nregs--;
            }
        }
        svd->peripherals[kept++] = *p;
    }
    svd->n = kept;
}

ZifSvd *zif__svd_parse(const void *text, size_t size, const char *what, Error **errp)
{
    Document *d = document_parse(text, size, what, errp);
    if (!d) {
        return NULL;
    }
    const Node *device = document_root(d), *list = node_child(device, "peripherals");
    Owner *o = calloc(1, sizeof *o);
    if (!o) {
        zif_bug("out of memory for an SVD file");
    }
    o->svd.peripherals = keep(o, MAX_PERIPHERALS * sizeof *o->svd.peripherals);
    Inherited top = inherit((Inherited){ .size = 32 }, device);
    for (const Node *n = list ? list->first : NULL; n; n = n->next) {
        add_peripheral(o, list, n, top);
    }
    document_free(d);
    part(&o->svd);
    if (!o->svd.n) {
        error_setg(errp, "%s describes no peripheral", what);
        zif__svd_free(&o->svd);
        return NULL;
    }
    return &o->svd;
}

ZifSvd *zif__svd_open(const char *path, Error **errp)
{
    FILE *f = fopen(path, "rb");
    char *text = f ? malloc(MAX_FILE) : NULL;
    ZifSvd *svd = NULL;
    size_t size = text ? fread(text, 1, MAX_FILE, f) : 0;
    if (!text || ferror(f)) {
        error_setg_errno(errp, errno, "cannot read %s", path);
    } else if (size == MAX_FILE) {
        error_setg(errp, "%s is larger than any SVD file", path);
    } else {
        svd = zif__svd_parse(text, size, path, errp);
    }
    free(text);
    if (f) {
        fclose(f);
    }
    return svd;
}

void zif__svd_free(ZifSvd *svd)
{
    Owner *o = (Owner *)svd;
    while (o && o->blocks) {
        Block *b = o->blocks;
        o->blocks = b->next;
        free(b);
    }
    free(o);
}

const ZifSvdPeripheral *zif__svd_find(const ZifSvd *svd, const char *name)
{
    for (unsigned i = 0; i < svd->n; i++) {
        if (!strcasecmp(svd->peripherals[i].name, name)) {
            return &svd->peripherals[i];
        }
    }
    return NULL;
}
