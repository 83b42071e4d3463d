/*
 * svd-check FILE.svd BOARD [DIFFERENCES]: every register table of a board's blocks beside the vendor's description of the chip.
 *
 * Compared: which blocks there are, their registers by offset (name, size, reset value after power-on) and their fields by bits (name,
 * extent, access). A difference is fine when a line of DIFFERENCES covers it:
 *
 *     BOARD BLOCK.REGISTER[.FIELD] KIND reason, with the manual's section
 *
 * where the first three words are patterns as a shell's. A line that covers nothing is a difference too. Named stubs are counted.
 * Exit: 0 no difference, 1 differences, 77 the SVD file is not there, 125 cannot. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <ctype.h>
#include <fnmatch.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>
#include "machine/internal.h"
#include "svd/svd.h"

enum { SKIPPED = 77, CANNOT = 125, LINE = 512 };

typedef struct {
    char board[64], place[128], kind[32];
    unsigned covers, line;
} Allowed;

typedef struct {
    ZifMachine *m;
    const char *board;
    Allowed *allowed;
    unsigned nallowed;
    unsigned differences, covered, registers, stubs;
} Check;

/* --- Differences --------------------------------------------------------------------------------------------------------- */

static bool is_allowed(Check *c, const char *place, const char *kind)
{
    bool found = false;
    for (unsigned i = 0; i < c->nallowed; i++) {
        Allowed *a = &c->allowed[i];
        if (!fnmatch(a->place, place, 0) && !fnmatch(a->kind, kind, 0)) {
            a->covers++;
            found = true;
        }
    }
    return found;
}

static void differ(Check *c, const char *place, const char *kind, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
static void differ(Check *c, const char *place, const char *kind, const char *fmt, ...)
{
    va_list ap;
    if (is_allowed(c, place, kind)) {
        c->covered++;
        return;
    }
    c->differences++;
    printf("%s %s %s: ", c->board, place, kind);
    va_start(ap, fmt);
    vprintf(fmt, ap);
    va_end(ap);
    putchar('\n');
}

static bool read_allowed(Check *c, const char *path)
{
    char text[LINE];
    FILE *f = fopen(path, "r");
    if (!f) {
        fprintf(stderr, "svd-check: cannot open %s\n", path);
        return false;
    }
    for (unsigned line = 1; fgets(text, sizeof text, f); line++) {
        Allowed a = { .line = line };
        int end = 0;
        if (text[0] == '#' || text[strspn(text, " \n")] == 0) {
            continue;
        }
        if (sscanf(text, "%63s %127s %31s %n", a.board, a.place, a.kind, &end) < 3 || !text[end]) {
            fprintf(stderr, "svd-check: %s:%u: not BOARD PLACE KIND reason\n", path, line);
            fclose(f);
            return false;
        }
        if (!fnmatch(a.board, c->board, 0)) {
            c->allowed = realloc(c->allowed, (c->nallowed + 1) * sizeof a);
            c->allowed[c->nallowed++] = a;
        }
    }
    fclose(f);
    return true;
}

/* --- Fields -------------------------------------------------------------------------------------------------------------- */

static uint32_t field_bits(const ZifField *f)
{
    return (f->width >= 32 ? UINT32_MAX : (1u << f->width) - 1) << f->lsb;
}

static const ZifField *field_at(const ZifRegister *row, uint32_t bits)
{
    for (const ZifField *f = row->fields; f && f->name; f++) {
        if (field_bits(f) & bits) {
            return f;
        }
    }
    return NULL;
}

static bool can_read(unsigned access)
{
    return access != ZIF_WO;
}

static bool can_write(unsigned access)
{
    return access != ZIF_RO && access != ZIF_RC;
}

/* One bit of our field, as vendors' files split some: "PLLM3" in PLLM. */
static bool is_bit_of(const ZifField *ours, const ZifField *theirs)
{
    char name[64];
    snprintf(name, sizeof name, "%s%u", ours->name, theirs->lsb - ours->lsb);
    return theirs->width == 1 && !strcasecmp(name, theirs->name);
}

static const char *access_word(unsigned access)
{
    return !can_write(access) ? "read-only" : can_read(access) ? "read-write" : "write-only";
}

static void check_fields(Check *c, const char *place, const ZifRegister *ours, const ZifRegister *theirs)
{
    char at[256];
    if (!ours->fields || ours->fields[0].width == 32) {
        return; /* one field of the whole register */
    }
    for (const ZifField *t = theirs->fields; t && t->name; t++) {
        const ZifField *f = field_at(ours, field_bits(t));
        snprintf(at, sizeof at, "%s.%s", place, t->name);
        if (!f) {
            differ(c, at, "no-field", "bits %u to %u are reserved here", t->lsb, t->lsb + t->width - 1);
        } else if (is_bit_of(f, t)) {
            continue;
        } else if (f->lsb != t->lsb || f->width != t->width) {
            differ(c, at, "extent", "bits %u to %u; here %s, bits %u to %u", t->lsb, t->lsb + t->width - 1, f->name,
                   f->lsb, f->lsb + f->width - 1);
        } else if (strcasecmp(f->name, t->name)) {
            differ(c, at, "field-name", "here it is %s", f->name);
        } else if (strcmp(access_word(f->access), access_word(t->access))) {
            differ(c, at, "access", "%s; here %s", access_word(t->access), access_word(f->access));
        }
    }
    for (const ZifField *f = ours->fields; f && f->name; f++) {
        snprintf(at, sizeof at, "%s.%s", place, f->name);
        if (theirs->fields && !field_at(theirs, field_bits(f))) {
            differ(c, at, "extra-field", "bits %u to %u are nothing there", f->lsb, f->lsb + f->width - 1);
        }
    }
}

/* --- Registers ----------------------------------------------------------------------------------------------------------- */

static int slot_at(const ZifDevice *dev, uint32_t offset)
{
    const ZifLayout *l = dev->core->layout;
    for (unsigned i = 0; i < l->nslots; i++) {
        if (l->slots[i].offset == offset) {
            return (int)i;
        }
    }
    return -1;
}

/* Vendors' files put the block's name before some registers; a dot in ours is an underline there. */
static bool same_name(const char *ours, const char *theirs)
{
    char plain[64];
    snprintf(plain, sizeof plain, "%s", ours);
    for (char *p = plain; *p; p++) {
        *p = *p == '.' ? '_' : *p;
    }
    size_t a = strlen(plain), b = strlen(theirs);
    return !strcasecmp(plain, theirs) || (b > a && theirs[b - a - 1] == '_' && !strcasecmp(theirs + b - a, plain));
}

static void check_register(Check *c, const char *place, ZifDevice *dev, unsigned slot, const ZifRegister *theirs)
{
    char name[64];
    const ZifSlot *s = &dev->core->layout->slots[slot];
    uint32_t known = 0;
    c->registers++;
    zif__slot_name(dev->cls, (int)slot, name);
    if (s->row->count <= 1 && !same_name(name, theirs->name)) {
        differ(c, place, "register-name", "here it is %s", name);
    }
    for (const ZifField *t = theirs->fields; t && t->name; t++) {
        known |= field_bits(t);
    }
    known = known ? known : UINT32_MAX;
    uint32_t got = zif__slot_peek(dev, slot), lanes = s->size >= 4 ? UINT32_MAX : (1u << 8 * s->size) - 1;
    if ((got ^ theirs->reset) & known & lanes & ~s->wo) {
        differ(c, place, "reset", "0x%x; here 0x%x", theirs->reset, got);
    }
    check_fields(c, place, s->row, theirs);
}

static ZifDevice *block_at(ZifMachine *m, uint64_t address)
{
    for (unsigned i = 0; i < m->kit.ndevices; i++) {
        ZifDevice *dev = m->kit.devices[i];
        if (dev->mmio && !dev->core->parent && address >= dev->base && address - dev->base < dev->core->span) {
            return dev;
        }
    }
    return NULL;
}

static void check_block(Check *c, const ZifSvdPeripheral *p)
{
    char place[160];
    ZifDevice *dev = block_at(c->m, p->base);
    if (!dev) {
        differ(c, p->name, "no-block", "nothing is at 0x%llx", (unsigned long long)p->base);
        return;
    }
    if (dev->cls == &zif__stub_class) {
        c->stubs++;
        return;
    }
    uint32_t shift = (uint32_t)(p->base - dev->base), end = shift + p->span;
    for (unsigned i = 0; i < p->nregs; i++) {
        int slot = slot_at(dev, p->regs[i].offset + shift);
        snprintf(place, sizeof place, "%s.%s", p->name, p->regs[i].name);
        if (slot < 0) {
            differ(c, place, "no-register", "offset 0x%x is nothing here", p->regs[i].offset);
        } else {
            check_register(c, place, dev, (unsigned)slot, &p->regs[i]);
        }
    }
    for (unsigned i = 0; i < dev->core->layout->nslots; i++) {
        const ZifSlot *s = &dev->core->layout->slots[i];
        bool known = s->offset < shift || s->offset >= end || s->flags & ZIF_REG_UNDOCUMENTED;
        for (unsigned k = 0; k < p->nregs && !known; k++) {
            known = p->regs[k].offset + shift == s->offset;
        }
        if (!known) {
            char name[64];
            snprintf(place, sizeof place, "%s.%s", p->name, zif__slot_name(dev->cls, (int)i, name));
            differ(c, place, "extra-register", "offset 0x%x is nothing there", s->offset - shift);
        }
    }
}

int main(int argc, char **argv)
{
    Error *err = NULL;
    if (argc < 3 || argc > 4) {
        fprintf(stderr, "usage: svd-check FILE.svd BOARD [DIFFERENCES]\n");
        return CANNOT;
    }
    if (access(argv[1], R_OK)) {
        printf("skipped: there is no %s\n", argv[1]);
        return SKIPPED;
    }
    Check c = { .board = argv[2] };
    ZifMachineConfig config = { .board = c.board, .max_resets = UINT32_MAX, .port = "portable" };
    ZifSvd *svd = zif__svd_open(argv[1], &err);
    c.m = svd ? zif_machine_new(&config, &err) : NULL;
    if (!c.m || (argc > 3 && !read_allowed(&c, argv[3]))) {
        if (err) {
            fprintf(stderr, "svd-check: %s\n", error_get_pretty(err));
        }
        free(c.allowed);
        return CANNOT;
    }
    zif_machine_reset(c.m, ZIF_RESET_POWER_ON);
    zif_memory_context_use(c.m->ctx);
    for (unsigned i = 0; i < svd->n; i++) {
        if (svd->peripherals[i].base < 0xE0000000 || block_at(c.m, svd->peripherals[i].base)) { /* not the core's own */
            check_block(&c, &svd->peripherals[i]);
        }
    }
    for (unsigned i = 0; i < c.nallowed; i++) {
        if (!c.allowed[i].covers) {
            printf("%s:%u: %s %s covers nothing\n", argv[3], c.allowed[i].line, c.allowed[i].place, c.allowed[i].kind);
            c.differences++;
        }
    }
    printf("%s: %u registers compared, %u differences explained, %u not; %u blocks are named stubs\n", c.board,
           c.registers, c.covered, c.differences, c.stubs);
    zif_memory_context_use(NULL);
    zif_machine_free(c.m);
    zif__svd_free(svd);
    free(c.allowed);
    return c.differences != 0;
}
