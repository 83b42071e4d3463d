/*
 * The flat views of real machines: qemu-system-arm prints a machine's trees and views (info mtree, info mtree -f); the
 * trees are rebuilt with our API and our views, printed by our mtree_info, are compared with QEMU's range by range.
 * Skipped (status 77) with a sentence when qemu-system-arm is not installed. No machine of zif takes part.
 *   peer_test [MACHINE...]
 * Covers: A89 A24 A57.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zif/memory.h>

enum { LINES = 2000, NAME = 80, SKIP = 77 };

/* One line of either print. */
typedef struct Line {
    hwaddr start, last, offset; /* offset: in the region (flat), or of an alias in its target (tree) */
    int indent, priority;
    char type[8], name[NAME], target[NAME];
    bool disabled;
} Line;

/* One address space or aliased region of the tree print, or one (view, address space) of the flat print. */
typedef struct Group {
    char name[NAME];
    bool is_space;
    Line *line;
    unsigned count;
    MemoryRegion *root; /* once rebuilt */
    bool building;
} Group;

typedef struct Print {
    Group group[64];
    unsigned count;
    Line line[LINES];
    unsigned lines;
} Print;

static noreturn void fail(const char *what, const char *detail)
{
    fprintf(stderr, "peer: %s: %s\n", what, detail);
    exit(1);
}

static void copy(char *to, const char *from, size_t len)
{
    len = len < NAME - 1 ? len : NAME - 1;
    memcpy(to, from, len);
    to[len] = 0;
}

/* "  start-last (prio N, TYPE): REST" */
static bool parse_line(const char *text, Line *l)
{
    memset(l, 0, sizeof *l);
    l->indent = (int)strspn(text, " ");
    const char *p = strstr(text, "] ");
    p = p ? p + 2 : text + l->indent; /* behind an overflow mark */
    int used = 0;
    if (sscanf(p, "%16" SCNx64 "-%16" SCNx64 " (prio %d, %7[^)])%n", &l->start, &l->last, &l->priority, l->type,
               &used) != 4) {
        return false;
    }
    p += used + 2; /* "): " less what %n counts */
    char *disabled = strstr(p, " [disabled]");
    size_t len = disabled ? (size_t)(disabled - p) : strlen(p);
    l->disabled = disabled != NULL;
    if (!strncmp(p, "alias ", 6)) {
        const char *at = strstr(p, " @");
        copy(l->name, p + 6, (size_t)(at - p) - 6);
        const char *space = p + len;
        while (space > at && space[-1] != ' ') {
            space--;
        }
        copy(l->target, at + 2, (size_t)(space - 1 - (at + 2)));
        sscanf(space, "%16" SCNx64, &l->offset);
        return true;
    }
    if (len > 18 && !strncmp(p + len - 18, " @", 2) && strspn(p + len - 16, "0123456789abcdef") >= 16) {
        sscanf(p + len - 16, "%16" SCNx64, &l->offset); /* names may hold an @ too */
        len -= 18;
    }
    copy(l->name, p, len);
    return true;
}

static Group *open_group(Print *print, const char *name, bool is_space)
{
    if (print->count == 64) {
        fail("too many groups", name);
    }
    Group *g = &print->group[print->count++];
    *g = (Group){ .is_space = is_space, .line = &print->line[print->lines] };
    copy(g->name, name, strlen(name));
    return g;
}

static void add_line(Print *print, Group *g, const Line *l)
{
    if (print->lines == LINES) {
        fail("too many lines", l->name);
    }
    print->line[print->lines++] = *l;
    g->count++;
}

static void parse(FILE *f, Print *tree, Print *flat)
{
    char text[400];
    Group *current = NULL;
    unsigned view = 0; /* first group of the view being read */
    bool in_flat = false, fresh = true;
    while (fgets(text, sizeof text, f)) {
        text[strcspn(text, "\r\n")] = 0;
        Line l;
        if (!strncmp(text, "address-space: ", 15) && tree) {
            current = open_group(tree, text + 15, true);
            in_flat = false;
        } else if (!strncmp(text, "memory-region: ", 15) && tree) {
            current = open_group(tree, text + 15, false);
            in_flat = false;
        } else if (!strncmp(text, "FlatView #", 10) && flat) {
            in_flat = true;
            fresh = true;
            view = flat->count;
        } else if (!strncmp(text, " AS \"", 5) && in_flat) {
            char *end = strchr(text + 5, '"');
            *end = 0;
            open_group(flat, text + 5, true);
        } else if (parse_line(text, &l)) {
            if (in_flat && fresh) {
                for (unsigned i = view; i < flat->count; i++) {
                    flat->group[i].line = &flat->line[flat->lines];
                }
                fresh = false;
            }
            if (in_flat) {
                Group first = { 0 };
                add_line(flat, &first, &l);
                for (unsigned i = view; i < flat->count; i++) {
                    flat->group[i].count++; /* spaces that share a view share its lines */
                }
            } else if (current) {
                add_line(tree, current, &l);
            }
        }
    }
}

/* ---- rebuilding ---- */

static uint64_t no_read(void *opaque, hwaddr addr, unsigned size)
{
    return 0;
}

static void no_write(void *opaque, hwaddr addr, uint64_t data, unsigned size) {}

static const MemoryRegionOps no_ops = { .read = no_read, .write = no_write };

typedef struct Kept {
    struct Kept *next;
    MemoryRegion mr;
} Kept;
static Kept *kept;

static bool shown(const Print *flat, const char *name)
{
    for (unsigned i = 0; i < flat->lines; i++) {
        if (!strcmp(flat->line[i].name, name)) {
            return true;
        }
    }
    return false;
}

static MemoryRegion *rebuild(Print *tree, const Print *flat, Group *g);

/* An alias's target: the printed target tree, or the place in any tree where a region of that name stands. */
static MemoryRegion *target_of(Print *tree, const Print *flat, const Line *l)
{
    for (unsigned i = 0; i < tree->count; i++) {
        Group *g = &tree->group[i];
        if (!g->is_space && !strcmp(g->name, l->target)) {
            return rebuild(tree, flat, g);
        }
    }
    fail("alias of a region that was not printed", l->target);
}

/* Makes the region of line i of a group and all below it; *next: the first line that is not below. */
static MemoryRegion *make(Print *tree, const Print *flat, Group *g, unsigned i, unsigned *next)
{
    Line *l = &g->line[i];
    Kept *k = calloc(1, sizeof *k);
    MemoryRegion *mr = &k->mr;
    uint64_t size = l->last - l->start == UINT64_MAX ? UINT64_MAX : l->last - l->start + 1;
    bool parent = i + 1 < g->count && g->line[i + 1].indent > l->indent;
    if (l->target[0]) {
        memory_region_init_alias(mr, NULL, l->name, target_of(tree, flat, l), l->offset, size);
    } else if (!strcmp(l->type, "ram")) {
        memory_region_init_ram_nomigrate(mr, NULL, l->name, size, &error_fatal);
    } else if (!strcmp(l->type, "rom")) {
        memory_region_init_rom_nomigrate(mr, NULL, l->name, size, &error_fatal);
    } else if (!strcmp(l->type, "romd")) {
        memory_region_init_rom_device_nomigrate(mr, NULL, &no_ops, NULL, l->name, size, &error_fatal);
    } else if (parent && !shown(flat, l->name)) {
        memory_region_init(mr, NULL, l->name, size);
    } else {
        memory_region_init_io(mr, NULL, &no_ops, NULL, l->name, size);
    }
    k->next = kept; /* behind its target */
    kept = k;
    memory_region_set_enabled(mr, !l->disabled);
    /*
     * Of siblings with equal priority the one added last wins, but the print is in address order. Equals at one address
     * are printed newest first; of those at different addresses the higher one is taken to be the newer, as it
     * is where a device is put into a backdrop.
     */
    unsigned child[200], children = 0, at = i + 1;
    while (at < g->count && g->line[at].indent > l->indent) {
        if (g->line[at].indent == l->indent + 2 && children < 200) {
            unsigned slot = children++;
            for (; slot && g->line[child[slot - 1]].start == g->line[at].start; slot--) {
                child[slot] = child[slot - 1];
            }
            child[slot] = at;
        }
        at++;
    }
    *next = at;
    for (unsigned n = 0; n < children; n++) {
        unsigned after;
        Line *c = &g->line[child[n]];
        MemoryRegion *sub = make(tree, flat, g, child[n], &after);
        memory_region_add_subregion_overlap(mr, c->start - l->start, sub, c->priority);
    }
    return mr;
}

static MemoryRegion *rebuild(Print *tree, const Print *flat, Group *g)
{
    if (!g->root) {
        if (g->building) {
            fail("a region that contains itself", g->name);
        }
        g->building = true;
        unsigned next;
        g->root = make(tree, flat, g, 0, &next);
    }
    return g->root;
}

/* ---- comparing ---- */

static bool compare(const char *machine, const Print *theirs, const Print *ours)
{
    bool same = true;
    for (unsigned i = 0; i < theirs->count; i++) {
        const Group *t = &theirs->group[i], *o = NULL;
        unsigned nth = 0;
        for (unsigned k = 0; k < i; k++) {
            nth += !strcmp(theirs->group[k].name, t->name); /* names may repeat */
        }
        for (unsigned k = 0; k < ours->count; k++) {
            if (!strcmp(ours->group[k].name, t->name) && !nth--) {
                o = &ours->group[k];
                break;
            }
        }
        if (!o || o->count != t->count) {
            fprintf(stderr, "peer: %s: \"%s\" has %u ranges, ours %d\n", machine, t->name, t->count,
                    o ? (int)o->count : -1);
            same = false;
        }
        for (unsigned k = 0; o && k < t->count && k < o->count; k++) {
            const Line *a = &t->line[k], *b = &o->line[k];
            if (a->start != b->start || a->last != b->last || a->offset != b->offset || strcmp(a->name, b->name) ||
                strcmp(a->type, b->type)) {
                fprintf(stderr,
                        "peer: %s: \"%s\": %016" PRIx64 "-%016" PRIx64 " %s %s @%" PRIx64 ", ours %016" PRIx64
                        "-%016" PRIx64 " %s %s @%" PRIx64 "\n",
                        machine, t->name, a->start, a->last, a->type, a->name, a->offset, b->start, b->last, b->type,
                        b->name, b->offset);
                same = false;
            }
        }
    }
    return same;
}

static bool check(const char *machine)
{
    char command[300];
    snprintf(command, sizeof command,
             "printf 'info mtree\\ninfo mtree -f\\nquit\\n' | "
             "qemu-system-arm -M %s -S -display none -serial null -monitor stdio 2>/dev/null",
             machine);
    FILE *f = popen(command, "r");
    if (!f) {
        fail("popen", machine);
    }
    Print *tree = calloc(1, sizeof *tree), *flat = calloc(1, sizeof *flat), *mine = calloc(1, sizeof *mine);
    parse(f, tree, flat);
    pclose(f);
    if (!tree->lines || !flat->lines) {
        fail("QEMU printed no map", machine);
    }
    zif_memory_context_use(zif_memory_context_new(&error_fatal));
    static AddressSpace as[64];
    unsigned spaces = 0;
    for (unsigned i = 0; i < tree->count; i++) {
        Group *g = &tree->group[i];
        if (g->is_space) {
            while (!g->count && g + 1 < tree->group + tree->count) {
                g++; /* spaces on one root are printed as heads of one tree */
            }
            address_space_init(&as[spaces++], rebuild(tree, flat, g), tree->group[i].name);
        }
    }
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    mtree_info((fprintf_function)fprintf, out, true, false, false);
    fclose(out);
    FILE *in = fmemopen(text, size, "r");
    parse(in, NULL, mine);
    fclose(in);
    bool same = compare(machine, flat, mine);
    unsigned ranges = flat->lines;
    printf("%s: %u spaces, %u ranges %s\n", machine, spaces, ranges, same ? "agree" : "DIFFER");
    while (spaces) {
        address_space_destroy(&as[--spaces]);
    }
    for (Kept *k = kept; k; k = k->next) {
        if (k->mr.container) {
            memory_region_del_subregion(k->mr.container, &k->mr);
        }
    }
    while (kept) {
        Kept *k = kept;
        kept = k->next;
        zif_memory_region_finalize(&k->mr);
        free(k);
    }
    ZifMemoryContext *ctx = zif_memory_context_use(NULL);
    zif_memory_context_free(ctx);
    free(text);
    free(tree);
    free(flat);
    free(mine);
    return same;
}

int main(int argc, char **argv)
{
    static const char *const machines[] = { "mps2-an385", "microbit", "netduinoplus2", "lm3s6965evb" };
    if (system("command -v qemu-system-arm >/dev/null 2>&1")) {
        puts("skipped: qemu-system-arm is not installed");
        return SKIP;
    }
    bool same = true;
    if (argc > 1) {
        for (int i = 1; i < argc; i++) {
            same &= check(argv[i]);
        }
    } else {
        for (unsigned i = 0; i < sizeof machines / sizeof machines[0]; i++) {
            same &= check(machines[i]);
        }
    }
    return !same;
}
