/*
 * The model of the memory core, see model.h. Rules: the memory contract, 5.1 to 5.4, 5.8, 5.16.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "model.h"
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zif/memory.h>

enum { NODES = 28, SPACES = 3, SECTIONS = 1000, BACKING = 0x2000, WEIGHT_LIMIT = 150, DEPTH_LIMIT = 7 };

typedef enum { BOX, IO, RAM, ROM, ROMD, ALIAS, KINDS } Kind;

typedef struct Node {
    bool live;
    Kind kind;
    char name[8];
    unsigned id;
    Int128 size;
    hwaddr addr;
    int priority;
    bool enabled, readonly, romd;
    unsigned log;
    struct Node *parent, *target, *child[NODES];
    hwaddr target_offset;
    unsigned children, aliases, roots;
    MemoryRegion *mr;
    Object *owner;
    uint8_t *shadow; /* what the backing must hold */
} Node;

/* What a listener must have been told of one range. */
typedef struct {
    MemoryRegion *mr;
    hwaddr start, offset;
    Int128 size;
    bool readonly, seen;
    uint8_t mask;
} Section;

typedef struct Space {
    bool live;
    Node *root;
    AddressSpace as;
    struct Follower {
        MemoryListener listener;
        struct Space *space;
        bool registered, in_cycle, adding, asks_nops;
        hwaddr last;
        bool any;
        unsigned count;
        Section section[SECTIONS];
    } follower;
} Space;

typedef struct {
    unsigned id;
    hwaddr offset;
    uint8_t byte;
} Delivered;

static struct {
    ZifMemoryContext *ctx;
    Node node[NODES];
    Space space[SPACES];
    unsigned depth, next_id, destroyed;
    bool global_log;
    FlatView *held;
    unsigned held_count;
    ZifFlatRange *held_ranges;
    Delivered delivered[64];
    unsigned delivered_count;
    MemoryListener everything;
    bool everything_registered;
    long everything_count;
    size_t step;
} w;

const char *model_where;

static noreturn void differ(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static noreturn void differ(const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    fprintf(stderr, "model: %s%sstep %zu: ", model_where ? model_where : "", model_where ? ", " : "", w.step);
    vfprintf(stderr, fmt, ap);
    fputc('\n', stderr);
    va_end(ap);
    abort();
}

#define MUST(condition, ...)                                                                                           \
    do {                                                                                                               \
        if (!(condition)) {                                                                                            \
            differ(__VA_ARGS__);                                                                                       \
        }                                                                                                              \
    } while (0)

/* ---- the oracle ---- */

typedef struct {
    Node *node; /* NULL: nothing answers */
    hwaddr offset;
    bool readonly;
} Answer;

static Answer resolve(Node *n, Int128 rel, bool readonly)
{
    if (!n->enabled || rel < 0 || rel >= n->size) {
        return (Answer){ 0 };
    }
    readonly |= n->readonly;
    if (n->kind == ALIAS) {
        return resolve(n->target, rel + n->target_offset, readonly);
    }
    for (unsigned i = 0; i < n->children; i++) {
        Answer a = resolve(n->child[i], rel - n->child[i]->addr, readonly);
        if (a.node) {
            return a;
        }
    }
    return n->kind == BOX ? (Answer){ 0 } : (Answer){ n, (hwaddr)rel, readonly };
}

static Answer oracle(Space *s, hwaddr addr)
{
    return resolve(s->root, addr, false);
}

static uint8_t mask_of(const Node *n)
{
    bool memory = n->kind == RAM || n->kind == ROM;
    return (uint8_t)((memory ? 1 << DIRTY_MEMORY_CODE : 0) | (n->log ? 1 << DIRTY_MEMORY_VGA : 0) |
                     (w.global_log && (memory || n->kind == ROMD) ? 1 << DIRTY_MEMORY_MIGRATION : 0));
}

/* ---- listeners ---- */

static struct Follower *follower(MemoryListener *l)
{
    return (struct Follower *)l;
}

static Section *find_section(struct Follower *f, const MemoryRegionSection *s)
{
    for (unsigned i = 0; i < f->count; i++) {
        Section *x = &f->section[i];
        if (x->start == s->offset_within_address_space) {
            return x->mr == s->mr && x->offset == s->offset_within_region && x->size == s->size &&
                           x->readonly == s->readonly
                       ? x
                       : NULL;
        }
    }
    return NULL;
}

static void on_begin(MemoryListener *l)
{
    struct Follower *f = follower(l);
    MUST(!f->in_cycle, "begin inside a cycle");
    f->in_cycle = true;
    f->adding = f->any = false;
    for (unsigned i = 0; i < f->count; i++) {
        f->section[i].seen = false;
    }
}

static void ascending(struct Follower *f, const MemoryRegionSection *s, bool adding)
{
    MUST(f->in_cycle, "a section outside begin and commit");
    MUST(adding || !f->adding, "a del after an add");
    if (adding && !f->adding) {
        f->adding = true;
        f->any = false;
    }
    MUST(!f->any || s->offset_within_address_space > f->last, "sections out of order at %" PRIx64,
         s->offset_within_address_space);
    f->any = true;
    f->last = s->offset_within_address_space;
}

static void on_del(MemoryListener *l, MemoryRegionSection *s)
{
    struct Follower *f = follower(l);
    ascending(f, s, false);
    Section *x = find_section(f, s);
    MUST(x, "del of a range that was not there: %s at %" PRIx64, memory_region_name(s->mr),
         s->offset_within_address_space);
    *x = f->section[--f->count];
}

static void on_add(MemoryListener *l, MemoryRegionSection *s)
{
    struct Follower *f = follower(l);
    ascending(f, s, true);
    MUST(f->count < SECTIONS, "the test's table is too small");
    for (unsigned i = 0; i < f->count; i++) {
        Section *x = &f->section[i];
        Int128 end = s->size + s->offset_within_address_space;
        MUST(x->start >= end || x->start + x->size <= s->offset_within_address_space,
             "add of %s at %" PRIx64 " overlaps %s", memory_region_name(s->mr), s->offset_within_address_space,
             memory_region_name(x->mr));
    }
    f->section[f->count++] =
        (Section){ s->mr, s->offset_within_address_space,         s->offset_within_region, s->size, s->readonly,
                   true,  memory_region_get_dirty_log_mask(s->mr) };
}

static void on_nop(MemoryListener *l, MemoryRegionSection *s)
{
    struct Follower *f = follower(l);
    ascending(f, s, true);
    Section *x = find_section(f, s);
    MUST(x, "nop of a range that was not there: %s at %" PRIx64, memory_region_name(s->mr),
         s->offset_within_address_space);
    x->seen = true;
}

static void on_log(MemoryListener *l, MemoryRegionSection *s, int old, int new, bool start)
{
    Section *x = find_section(follower(l), s);
    MUST(x, "log call for a range that was not there");
    if (follower(l)->space->follower.registered) { /* registration replays from and to 0 */
        MUST(x->mask == old, "log call from mask %d, was %d", old, x->mask);
    }
    MUST(start ? (new & ~old) != 0 : (old & ~new) != 0, "log call without a change");
    x->mask = (uint8_t) new;
}

static void on_log_start(MemoryListener *l, MemoryRegionSection *s, int old, int new)
{
    struct Follower *f = follower(l);
    if (!f->registered) {
        MUST(old == 0, "replayed log_start from %d", old);
        Section *x = find_section(f, s);
        MUST(x && x->mask == new, "replayed log_start to %d", new);
        return;
    }
    on_log(l, s, old, new, true);
}

static void on_log_stop(MemoryListener *l, MemoryRegionSection *s, int old, int new)
{
    struct Follower *f = follower(l);
    /* Bits gained and lost at once give both calls, each with the full masks. */
    Section *x = find_section(f, s);
    if (x && x->mask == new &&old != new) {
        return;
    }
    if (!f->registered) {
        MUST(x && new == 0, "replayed log_stop to %d", new);
        return;
    }
    on_log(l, s, old, new, false);
}

static void on_commit(MemoryListener *l)
{
    struct Follower *f = follower(l);
    MUST(f->in_cycle, "commit without begin");
    f->in_cycle = false;
    if (!f->registered) {
        return;
    }
    const FlatView *fv = address_space_to_flatview(&f->space->as);
    MUST(zif_flatview_count(fv) == f->count, "the call stream leads to %u ranges, the view has %u", f->count,
         zif_flatview_count(fv));
    for (unsigned i = 0; i < f->count; i++) {
        ZifFlatRange r = zif_flatview_range(fv, i);
        MemoryRegionSection s = { r.mr, NULL, r.offset_within_region, r.size, r.start, r.readonly };
        Section *x = find_section(f, &s);
        MUST(x, "the call stream lacks %s at %" PRIx64, memory_region_name(r.mr), r.start);
        MUST(!f->asks_nops || x->seen, "neither nop nor add for %s at %" PRIx64, memory_region_name(r.mr), r.start);
        MUST(x->mask == r.dirty_mask, "mask of %s: told %x, is %x", memory_region_name(r.mr), x->mask, r.dirty_mask);
    }
}

static void on_any_add(MemoryListener *l, MemoryRegionSection *s)
{
    w.everything_count++;
}

static void on_any_del(MemoryListener *l, MemoryRegionSection *s)
{
    w.everything_count--;
}

static void follow(Space *s, bool nops, unsigned priority)
{
    struct Follower *f = &s->follower;
    memset(&f->listener, 0, sizeof f->listener);
    f->listener.begin = on_begin;
    f->listener.commit = on_commit;
    f->listener.region_add = on_add;
    f->listener.region_del = on_del;
    f->listener.region_nop = nops ? on_nop : NULL;
    f->listener.log_start = on_log_start;
    f->listener.log_stop = on_log_stop;
    f->listener.priority = priority;
    f->space = s;
    f->asks_nops = nops;
    f->count = 0;
    f->registered = f->in_cycle = false;
    memory_listener_register(&f->listener, &s->as);
    f->registered = true;
}

static void unfollow(Space *s)
{
    s->follower.registered = false;
    memory_listener_unregister(&s->follower.listener);
    MUST(s->follower.count == 0, "unregistering left %u ranges", s->follower.count);
}

/* ---- devices ---- */

static uint8_t device_byte(const Node *n, hwaddr offset)
{
    return (uint8_t)(n->id * 37 + offset * 11);
}

static uint64_t device_read(void *opaque, hwaddr addr, unsigned size)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < size; i++) {
        value |= (uint64_t)device_byte(opaque, addr + i) << (8 * i);
    }
    return value;
}

static void device_write(void *opaque, hwaddr addr, uint64_t data, unsigned size)
{
    Node *n = opaque;
    for (unsigned i = 0; i < size && w.delivered_count < 64; i++) {
        w.delivered[w.delivered_count++] = (Delivered){ n->id, addr + i, (uint8_t)(data >> (8 * i)) };
    }
}

static const MemoryRegionOps device_ops = { .read = device_read, .write = device_write };

/* ---- choosing ---- */

static Node *pick(uint32_t a)
{
    for (unsigned i = 0; i < NODES; i++) {
        Node *n = &w.node[(a + i) % NODES];
        if (n->live) {
            return n;
        }
    }
    return NULL;
}

/* Mostly a container: children of anything else are rare in real maps, and of an alias they do not even show. */
static Node *pick_parent(uint32_t a)
{
    Space *s = &w.space[a % SPACES];
    if (a >> 30 == 1 && s->live && s->root->kind == BOX) {
        return s->root;
    }
    for (unsigned i = 0; i < NODES && a >> 29; i++) {
        Node *n = &w.node[(a + i) % NODES];
        if (n->live && n->kind == BOX) {
            return n;
        }
    }
    return pick(a);
}

static uint64_t small_size(uint32_t c)
{
    static const uint64_t words[] = { 0x1000, 0x400, 0x100, 0x2000, 0x180, 0x880, 3, 0x10, 0, 0x800 };
    return words[c % 10];
}

/* Containers and windows are mostly large, so that what is in them shows. */
static uint64_t size_word(Kind kind, uint32_t c)
{
    static const uint64_t words[] = { 0x10000, UINT64_MAX, 0x4000, 0x8000, 0x10000, 0x4000, 0x2000, UINT64_MAX };
    bool large = kind == BOX || kind == ALIAS ? c & 31 : !(c & 7);
    return large && kind != RAM && kind != ROM && kind != ROMD ? words[(c >> 3) % 8] : small_size(c >> 3);
}

static hwaddr address_word(uint32_t c)
{
    static const hwaddr words[] = { 0, 0x1000, 0x100, 0x800, 0x80, 0x2000, 0x4000, 1, (hwaddr)-0x100, 1ULL << 63 };
    return c % 8 ? (c >> 4) % 0x80 * 0x80 : words[(c >> 4) % 10];
}

/* Could b be met when walking down from a? */
static bool leads_to(const Node *a, const Node *b)
{
    if (a == b) {
        return true;
    }
    for (unsigned i = 0; i < a->children; i++) {
        if (leads_to(a->child[i], b)) {
            return true;
        }
    }
    return a->target && leads_to(a->target, b);
}

static unsigned weight(const Node *n, unsigned depth)
{
    unsigned sum = depth > DEPTH_LIMIT ? WEIGHT_LIMIT : 1;
    for (unsigned i = 0; i < n->children && sum < WEIGHT_LIMIT; i++) {
        sum += weight(n->child[i], depth + 1);
    }
    return sum < WEIGHT_LIMIT && n->target ? sum + weight(n->target, depth + 1) : sum;
}

static bool too_heavy(void)
{
    for (unsigned i = 0; i < NODES; i++) {
        if (w.node[i].live && weight(&w.node[i], 0) >= WEIGHT_LIMIT) {
            return true;
        }
    }
    return false;
}

/* ---- the model's tree ---- */

static void model_insert(Node *parent, Node *child)
{
    unsigned i = 0;
    while (i < parent->children && parent->child[i]->priority > child->priority) {
        i++;
    }
    memmove(&parent->child[i + 1], &parent->child[i], (parent->children - i) * sizeof parent->child[0]);
    parent->child[i] = child;
    parent->children++;
    child->parent = parent;
}

static void model_remove(Node *child)
{
    Node *parent = child->parent;
    unsigned i = 0;
    while (parent->child[i] != child) {
        i++;
    }
    parent->children--;
    memmove(&parent->child[i], &parent->child[i + 1], (parent->children - i) * sizeof parent->child[0]);
    child->parent = NULL;
}

/* ---- checks ---- */

static void check_address(Space *s, hwaddr addr)
{
    const FlatView *fv = address_space_to_flatview(&s->as);
    Answer a = oracle(s, addr);
    ZifMemoryHit hit = zif_address_space_lookup(&s->as, addr, false, MEMTXATTRS_UNSPECIFIED);
    unsigned lo = 0, hi = zif_flatview_count(fv);
    while (lo < hi) {
        unsigned mid = (lo + hi) / 2;
        if (zif_flatview_range(fv, mid).last < addr) {
            lo = mid + 1;
        } else {
            hi = mid;
        }
    }
    bool mapped = lo < zif_flatview_count(fv) && zif_flatview_range(fv, lo).start <= addr;
    if (!a.node) {
        MUST(!mapped, "%" PRIx64 " shows %s, should be nothing", addr,
             memory_region_name(zif_flatview_range(fv, lo).mr));
        MUST(!hit.host && !hit.mr->ram, "the look-up finds %s at %" PRIx64, memory_region_name(hit.mr), addr);
        return;
    }
    MUST(mapped, "%" PRIx64 " shows nothing, should be %s", addr, a.node->name);
    ZifFlatRange r = zif_flatview_range(fv, lo);
    MUST(r.mr == a.node->mr, "%" PRIx64 " shows %s, should be %s", addr, memory_region_name(r.mr), a.node->name);
    MUST(r.offset_within_region + (addr - r.start) == a.offset, "%" PRIx64 " is offset %" PRIx64 " of %s, not %" PRIx64,
         addr, r.offset_within_region + (addr - r.start), a.node->name, a.offset);
    MUST(r.readonly == a.readonly, "%" PRIx64 " (%s): readonly %d", addr, a.node->name, r.readonly);
    MUST(r.dirty_mask == mask_of(a.node), "mask of %s is %x, not %x", a.node->name, r.dirty_mask, mask_of(a.node));
    MUST(hit.mr == r.mr && hit.xlat == a.offset, "the look-up of %" PRIx64 " differs from the view", addr);
}

static void check_layout(Space *s)
{
    const FlatView *fv = address_space_to_flatview(&s->as);
    for (unsigned i = 0; i < zif_flatview_count(fv); i++) {
        ZifFlatRange r = zif_flatview_range(fv, i);
        MUST(r.start <= r.last && r.size == (Int128)r.last - r.start + 1, "range %u has no sensible size", i);
        if (!i) {
            continue;
        }
        ZifFlatRange p = zif_flatview_range(fv, i - 1);
        MUST(p.last < r.start, "ranges %u and %u overlap or are out of order", i - 1, i);
        MUST(!(p.mr == r.mr && p.last + 1 == r.start &&
               p.offset_within_region + (r.start - p.start) == r.offset_within_region && p.readonly == r.readonly),
             "ranges %u and %u should be one", i - 1, i);
    }
}

static void check_space(Space *s, bool all, uint32_t salt)
{
    const FlatView *fv = address_space_to_flatview(&s->as);
    unsigned n = zif_flatview_count(fv);
    check_layout(s);
    for (unsigned i = 0; i < n; i++) {
        if (!all && (i + salt) % 8) {
            continue;
        }
        ZifFlatRange r = zif_flatview_range(fv, i);
        check_address(s, r.start);
        check_address(s, r.last);
        check_address(s, r.start - 1);
        check_address(s, r.last + 1);
        check_address(s, r.start + (r.last - r.start) / 2);
    }
    for (unsigned i = 0; i < (all ? 64 : 2); i++) {
        salt = salt * 1664525 + 1013904223;
        check_address(s, (salt >> 8) % 0x12000);
        check_address(s, address_word(salt) + (salt >> 28));
    }
}

static void check_held(void)
{
    if (!w.held) {
        return;
    }
    MUST(zif_flatview_count(w.held) == w.held_count, "a held view changed its size");
    for (unsigned i = 0; i < w.held_count; i++) {
        ZifFlatRange r = zif_flatview_range(w.held, i), *h = &w.held_ranges[i];
        MUST(r.mr == h->mr && r.start == h->start && r.last == h->last &&
                 r.offset_within_region == h->offset_within_region,
             "a held view changed at %" PRIx64, h->start);
    }
}

static void check_all(bool all, uint32_t salt)
{
    long total = 0;
    for (unsigned i = 0; i < SPACES; i++) {
        if (w.space[i].live) {
            check_space(&w.space[i], all, salt);
            total += zif_flatview_count(address_space_to_flatview(&w.space[i].as));
        }
    }
    MUST(!w.everything_registered || w.everything_count == total, "the unfiltered listener counts %ld ranges, not %ld",
         w.everything_count, total);
    check_held();
}

/* ---- operations ---- */

static void release_held(void)
{
    check_held();
    if (w.held) {
        zif_flatview_unref(w.held);
        free(w.held_ranges);
        w.held = NULL;
    }
}

static void owner_destroyed(Object *owner)
{
    w.destroyed++;
}

static void op_new(uint32_t a, uint32_t b, uint32_t c)
{
    Node *n = NULL;
    for (unsigned i = 0; i < NODES && !n; i++) {
        n = w.node[i].live ? NULL : &w.node[i];
    }
    if (!n) {
        return;
    }
    Node *target = pick(a);
    memset(n, 0, sizeof *n);
    n->kind = (Kind)(b % (KINDS + 1));
    n->kind = n->kind >= KINDS ? BOX : n->kind;
    if (n->kind == ALIAS && !target) {
        n->kind = BOX;
    }
    n->live = true;
    n->id = w.next_id++;
    snprintf(n->name, sizeof n->name, "%c%u", "bioRda"[n->kind], n -> id % 100000);
    n->enabled = n->romd = true;
    n->mr = calloc(1, sizeof *n->mr);
    n->owner = calloc(1, sizeof *n->owner);
    zif_object_init(n->owner, n->name, owner_destroyed);
    bool backed = n->kind == RAM || n->kind == ROM || n->kind == ROMD;
    uint64_t word = size_word(n->kind, c);
    n->size = word == UINT64_MAX ? int128_2_64() : word;
    switch (n->kind) {
    case BOX:
        memory_region_init(n->mr, n->owner, n->name, word);
        break;
    case IO:
        memory_region_init_io(n->mr, n->owner, &device_ops, n, n->name, word);
        break;
    case RAM:
        memory_region_init_ram_nomigrate(n->mr, n->owner, n->name, BACKING, &error_abort);
        break;
    case ROM:
        memory_region_init_rom_nomigrate(n->mr, n->owner, n->name, BACKING, &error_abort);
        n->readonly = true;
        break;
    case ROMD:
        memory_region_init_rom_device_nomigrate(n->mr, n->owner, &device_ops, n, n->name, BACKING, &error_abort);
        break;
    case ALIAS:
    case KINDS:
        n->target = target;
        n->target_offset = b & 0x100 ? address_word(c >> 3) : 0;
        target->aliases++;
        memory_region_init_alias(n->mr, n->owner, n->name, target->mr, n->target_offset, word);
        break;
    }
    if (backed) {
        memory_region_set_size(n->mr, word);
        n->shadow = calloc(1, BACKING);
        for (unsigned i = 0; i < BACKING; i++) {
            n->shadow[i] = (uint8_t)(i * 7 + n->id);
        }
        uint8_t *memory = memory_region_get_ram_ptr(n->mr);
        memcpy(memory, n->shadow, BACKING);
    }
}

static void op_destroy(Node *n, bool even_with_children)
{
    if (w.depth || (n->children && !even_with_children) || n->parent || n->aliases || n->roots) {
        return;
    }
    release_held();
    while (n->children) {
        model_remove(n->child[0]); /* finalizing sets them free */
    }
    if (n->target) {
        n->target->aliases--;
    }
    unsigned before = w.destroyed;
    object_unref(n->owner);
    MUST(w.destroyed == before + 1, "somebody still holds %s", n->name);
    free(n->owner);
    free(n->mr);
    free(n->shadow);
    n->live = false;
}

static void op_add(Node *child, Node *parent, uint32_t c)
{
    if (child->parent || leads_to(child, parent)) {
        return;
    }
    child->addr = address_word(c);
    child->priority = (int)(c >> 20) % 5 - 2;
    model_insert(parent, child);
    if (too_heavy()) {
        model_remove(child);
        return;
    }
    if (child->priority == 0 && c & 1) {
        memory_region_add_subregion(parent->mr, child->addr, child->mr);
    } else {
        memory_region_add_subregion_overlap(parent->mr, child->addr, child->mr, child->priority);
    }
}

static void op_size(Node *n, uint32_t c)
{
    uint64_t word = size_word(n->kind, c);
    n->size = word == UINT64_MAX ? int128_2_64() : word;
    memory_region_set_size(n->mr, word);
    MUST(memory_region_size(n->mr) == word, "size of %s", n->name);
}

static void op_space(uint32_t a, uint32_t b, uint32_t c)
{
    Space *s = &w.space[a % SPACES];
    Node *root = pick_parent(b);
    if (s->live) {
        if (w.depth || c % 8) {
            return; /* a space destroyed in a transaction is no concern of the model */
        }
        if (s->follower.registered) {
            unfollow(s);
        }
        if (w.everything_registered) {
            memory_listener_unregister(&w.everything);
            w.everything_registered = false;
            MUST(w.everything_count == 0, "the unfiltered listener keeps %ld ranges", w.everything_count);
        }
        release_held();
        address_space_destroy(&s->as);
        s->root->roots--;
        s->live = false;
    } else if (root && !w.depth) {
        while (root->parent && b >> 30) {
            root = root->parent; /* mostly a whole tree */
        }
        s->root = root;
        s->live = true;
        root->roots++;
        address_space_init(&s->as, root->mr, root->name);
        if (w.everything_registered) {
            memory_listener_unregister(&w.everything);
            w.everything_registered = false;
            w.everything_count = 0;
        }
        follow(s, c & 1, c >> 1 & 3);
    }
}

static void op_access(uint32_t a, uint32_t b, uint32_t c)
{
    Space *s = &w.space[a % SPACES];
    if (!s->live) {
        return;
    }
    unsigned n = zif_flatview_count(address_space_to_flatview(&s->as));
    hwaddr addr = address_word(b);
    if (n && b & 1) {
        ZifFlatRange r = zif_flatview_range(address_space_to_flatview(&s->as), (b >> 1) % n);
        addr = (b & 0x8000 ? r.last : r.start) + (c & 7) - 4;
    }
    int len = 1 + (int)(c >> 4) % 12;
    uint8_t got[16], want[16];
    memset(got, 0xcc, sizeof got);
    bool is_write = c & 0x1000;
    MemTxResult result = MEMTX_OK;
    Delivered sent[16];
    unsigned sent_count = 0;
    if (!w.depth) {
        for (int i = 0; i < len; i++) {
            Answer x = oracle(s, addr + (hwaddr)i);
            want[i] = 0;
            if (is_write) {
                got[i] = (uint8_t)(c + (unsigned)i * 13);
                bool device = x.node && (x.node->kind == IO || x.node->kind == ROMD);
                if (device) {
                    sent[sent_count++] = (Delivered){ x.node->id, x.offset, got[i] };
                } else if (x.node && !x.readonly) {
                    x.node->shadow[x.offset] = got[i];
                } else {
                    result = MEMTX_DECODE_ERROR;
                }
            } else if (!x.node) {
                result = MEMTX_DECODE_ERROR;
            } else if (x.node->kind == IO || (x.node->kind == ROMD && !x.node->romd)) {
                want[i] = device_byte(x.node, x.offset);
            } else {
                want[i] = x.node->shadow[x.offset];
            }
        }
    }
    w.delivered_count = 0;
    if (w.depth && is_write) {
        return; /* the view in force is older than the model's tree */
    }
    MemTxResult r = address_space_rw(&s->as, addr, MEMTXATTRS_UNSPECIFIED, got, len, is_write);
    if (w.depth) {
        return;
    }
    MUST(r == result, "%s of %d at %" PRIx64 " gives %u, not %u", is_write ? "write" : "read", len, addr, r, result);
    if (is_write) {
        MUST(w.delivered_count == sent_count, "write of %d at %" PRIx64 " delivered %u bytes, not %u", len, addr,
             w.delivered_count, sent_count);
        for (unsigned i = 0; i < sent_count; i++) {
            Delivered *d = &w.delivered[i];
            MUST(d->id == sent[i].id && d->offset == sent[i].offset && d->byte == sent[i].byte,
                 "write at %" PRIx64 ": byte %u went to %u+%" PRIx64, addr, i, d->id, d->offset);
        }
    } else {
        MUST(!memcmp(got, want, (size_t)len), "read of %d at %" PRIx64 " gives other bytes", len, addr);
    }
}

static void op_find(uint32_t a, uint32_t b, uint32_t c)
{
    Space *s = &w.space[a % SPACES];
    if (!s->live || w.depth || s->root->parent) {
        return;
    }
    for (unsigned i = 0; i < SPACES; i++) {
        if (w.space[i].live && w.space[i].root == s->root && i < a % SPACES) {
            return; /* the first space with that root answers; it shows the same */
        }
    }
    hwaddr addr = address_word(b), size = small_size(c) + 1;
    MemoryRegionSection f = memory_region_find(s->root->mr, addr, size);
    if (!f.mr) {
        for (unsigned i = 0; i < 8; i++) {
            hwaddr a8 = addr + size * i / 8;
            MUST(a8 < addr || !oracle(s, a8).node, "find at %" PRIx64 " found nothing", addr);
        }
        return;
    }
    Answer x = oracle(s, f.offset_within_address_space);
    MUST(x.node && x.node->mr == f.mr && x.offset == f.offset_within_region, "find at %" PRIx64 " found %s", addr,
         memory_region_name(f.mr));
    MUST(f.offset_within_address_space >= addr && f.size > 0 && f.size <= size, "find is not within its query");
    MUST(f.offset_within_address_space == addr || !oracle(s, f.offset_within_address_space - 1).node,
         "find skipped something");
    memory_region_unref(f.mr);
}

static void op_hold(uint32_t a)
{
    Space *s = &w.space[a % SPACES];
    if (w.held) {
        release_held();
    } else if (s->live) {
        w.held = address_space_to_flatview(&s->as);
        zif_flatview_ref(w.held);
        w.held_count = zif_flatview_count(w.held);
        w.held_ranges = calloc(w.held_count + 1, sizeof *w.held_ranges);
        for (unsigned i = 0; i < w.held_count; i++) {
            w.held_ranges[i] = zif_flatview_range(w.held, i);
        }
    }
}

static void op_follow(uint32_t a, uint32_t b)
{
    Space *s = &w.space[a % SPACES];
    if (w.depth) {
        return;
    }
    if (b % 4 == 0) {
        if (w.everything_registered) {
            memory_listener_unregister(&w.everything);
            MUST(w.everything_count == 0, "the unfiltered listener keeps %ld ranges", w.everything_count);
        } else {
            w.everything = (MemoryListener){ .region_add = on_any_add, .region_del = on_any_del };
            w.everything_count = 0;
            memory_listener_register(&w.everything, NULL);
        }
        w.everything_registered = !w.everything_registered;
    } else if (s->live && s->follower.registered) {
        unfollow(s);
    } else if (s->live) {
        follow(s, b & 4, b >> 4 & 3);
    }
}

enum {
    OP_NEW,
    OP_DESTROY,
    OP_ADD,
    OP_ADD2,
    OP_ADD3,
    OP_DEL,
    OP_ADDRESS,
    OP_ENABLED,
    OP_SIZE,
    OP_OFFSET,
    OP_READONLY,
    OP_ROMD,
    OP_LOG,
    OP_BEGIN,
    OP_COMMIT,
    OP_COMMIT2,
    OP_ACCESS,
    OP_ACCESS2,
    OP_SPACE,
    OP_FOLLOW,
    OP_GLOBAL,
    OP_HOLD,
    OP_FIND,
    OPS_COUNT
};

const char *model_op_name(uint8_t op)
{
    static const char *const names[] = { "new",          "destroy",     "add",         "add",      "add",
                                         "del",          "set_address", "set_enabled", "set_size", "set_alias_offset",
                                         "set_readonly", "set_romd",    "set_log",     "begin",    "commit",
                                         "commit",       "access",      "access",      "space",    "follow",
                                         "global_log",   "hold",        "find" };
    return names[op % OPS_COUNT];
}

static void step(const ModelOp *o)
{
    Node *n = pick(o->a), *m = pick_parent(o->b);
    unsigned op = o->op % OPS_COUNT;
    if (!n && op != OP_NEW) {
        return;
    }
    switch (op) {
    case OP_NEW:
        op_new(o->a, o->b, o->c);
        break;
    case OP_DESTROY:
        op_destroy(n, o->b % 32 == 0);
        break;
    case OP_ADD:
    case OP_ADD2:
    case OP_ADD3:
        op_add(n, m, o->c);
        break;
    case OP_DEL:
        if (n->parent && o->b % 3 == 0) {
            Node *parent = n->parent;
            model_remove(n);
            memory_region_del_subregion(parent->mr, n->mr);
        }
        break;
    case OP_ADDRESS: {
        hwaddr addr = address_word(o->c);
        if (addr != n->addr && n->parent) {
            Node *parent = n->parent;
            model_remove(n);
            model_insert(parent, n); /* to the front of its class */
        }
        n->addr = addr;
        memory_region_set_address(n->mr, addr);
        break;
    }
    case OP_ENABLED:
        n->enabled = o->b % 16 != 0 ? true : !n->enabled;
        memory_region_set_enabled(n->mr, n->enabled);
        break;
    case OP_SIZE:
        op_size(n, o->c);
        break;
    case OP_OFFSET:
        if (n->kind == ALIAS) {
            n->target_offset = address_word(o->c);
            memory_region_set_alias_offset(n->mr, n->target_offset);
        }
        break;
    case OP_READONLY:
        n->readonly = o->b % 4 == 0;
        memory_region_set_readonly(n->mr, n->readonly);
        break;
    case OP_ROMD:
        if (n->kind == ROMD) {
            n->romd = o->b & 1;
            memory_region_rom_device_set_romd(n->mr, n->romd);
        }
        break;
    case OP_LOG:
        if (n->kind == RAM || n->kind == ROM) {
            bool on = !n->log || (o->b & 1 && n->log < 3);
            n->log += on ? 1u : -1u;
            memory_region_set_log(n->mr, on, DIRTY_MEMORY_VGA);
        }
        break;
    case OP_BEGIN:
        if (w.depth < 3 && o->b % 2) {
            w.depth++;
            memory_region_transaction_begin();
        }
        break;
    case OP_COMMIT:
    case OP_COMMIT2:
        if (w.depth) {
            w.depth--;
            memory_region_transaction_commit();
        }
        break;
    case OP_ACCESS:
    case OP_ACCESS2:
        op_access(o->a, o->b, o->c);
        return;
    case OP_SPACE:
        op_space(o->a, o->b, o->c);
        break;
    case OP_FOLLOW:
        op_follow(o->a, o->b);
        break;
    case OP_GLOBAL:
        if (o->b % 8 == 0 && !w.depth) {
            if (w.global_log) {
                w.global_log = false;
                memory_global_dirty_log_stop();
            } else {
                w.global_log = true;
                memory_global_dirty_log_start();
            }
        }
        break;
    case OP_HOLD:
        op_hold(o->a);
        break;
    case OP_FIND:
        op_find(o->a, o->b, o->c);
        return;
    }
    if (!w.depth) {
        check_all(o->c % 32 == 0, o->c);
    }
}

static void tear_down(void)
{
    while (w.depth) {
        w.depth--;
        memory_region_transaction_commit();
    }
    check_all(true, 1);
    for (unsigned i = 0; i < NODES; i++) {
        Node *n = &w.node[i];
        if (n->live && n->shadow) {
            MUST(!memcmp(n->shadow, memory_region_get_ram_ptr(n->mr), BACKING), "contents of %s", n->name);
        }
    }
    for (unsigned i = 0; i < SPACES; i++) {
        if (w.space[i].live) {
            op_space(i, 0, 0);
        }
    }
    if (w.everything_registered) {
        memory_listener_unregister(&w.everything);
    }
    if (w.global_log) {
        memory_global_dirty_log_stop();
    }
    release_held();
    for (unsigned i = 0; i < NODES; i++) {
        Node *n = &w.node[i];
        if (n->live && n->parent) {
            Node *parent = n->parent;
            model_remove(n);
            memory_region_del_subregion(parent->mr, n->mr);
        }
    }
    for (unsigned left = 1; left;) {
        left = 0;
        for (unsigned i = 0; i < NODES; i++) {
            if (w.node[i].live) {
                op_destroy(&w.node[i], true);
                left += w.node[i].live;
            }
        }
    }
    MUST(w.destroyed == w.next_id, "%u of %u owners destroyed", w.destroyed, w.next_id);
    zif_memory_context_use(NULL);
    zif_memory_context_free(w.ctx);
}

void model_run(const ModelOp *ops, size_t count, bool verbose)
{
    memset(&w, 0, sizeof w);
    w.ctx = zif_memory_context_new(&error_abort);
    zif_memory_context_use(w.ctx);
    zif_memory_set_running(w.ctx, true);
    for (w.step = 0; w.step < count; w.step++) {
        if (verbose) {
            const ModelOp *o = &ops[w.step];
            Node *n = pick(o->a), *m = pick_parent(o->b);
            fprintf(stderr, "  %3zu %-16s %s %s %x %x %x\n", w.step, model_op_name(o->op), n ? n->name : "-",
                    m ? m->name : "-", o->a, o->b, o->c);
        }
        step(&ops[w.step]);
    }
    tear_down();
}
