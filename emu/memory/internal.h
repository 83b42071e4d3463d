/*
 * What the files of the memory core share. Nothing outside this folder includes it.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ZIF_MEMORY_INTERNAL_H
#define ZIF_MEMORY_INTERNAL_H

#include <zif/memory.h>

#define likely(x)   __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)

/* ---- alloc.c: every allocation of the core goes through here ---- */
void *zif__alloc(size_t bytes); /* zeroed; NULL without memory */
void *zif__realloc(void *old, size_t bytes);
void zif__free(void *memory);
char *zif__strdup(const char *text);
bool zif__alloc_allowed(void); /* counts one allocation made elsewhere (mmap) */
size_t zif__alloc_bytes(void); /* of this thread's allocations, what is in use */
/* Makes room for `want` elements; false without memory, and nothing changed. */
bool zif__grow(void **array, unsigned *capacity, unsigned want, size_t element);

/* ---- context ---- */

/* A window of a canvas that has to be painted again; inclusive. */
typedef struct ZifWindow {
    hwaddr first, last;
} ZifWindow;

/*
 * What a commit paints: the ranges that were there, then those that come. The one or the other part is released in
 * the end.
 */
typedef struct ZifPatch {
    struct ZifPatch *next; /* on the context's heap of trash */
    unsigned nr_old, nr_new;
    bool published; /* in place: the old part is trash; otherwise the new one is */
    FlatRange ranges[];
} ZifPatch;

/* A stretch of a view that a commit is about: ranges [first, first + nr) of the present view. Without a patch their
 * layout stays and only attributes may have changed. */
typedef struct ZifSegment {
    hwaddr low, high; /* the window it comes from */
    unsigned first, nr;
    ZifPatch *patch;
} ZifSegment;

/* The live picture of one region as the root of address spaces; they share it. root NULL shows nothing. */
typedef struct ZifCanvas {
    ZifMemoryContext *ctx;
    MemoryRegion *root;
    FlatView *view;   /* as of the last commit; the canvas and each address space hold a reference on it */
    unsigned users;   /* address spaces */
    ZifWindow *dirty; /* since the last commit, any order */
    unsigned nr_dirty, dirty_capacity;
    /* the commit under way */
    ZifSegment *segments;
    unsigned nr_segments, segment_capacity;
    bool structural;             /* some segment has a patch */
    FlatView *next;              /* the coming view, when the present one may not be changed in place */
    FlatView *reserve;           /* room for a copy, should a listener's callback get hold of the view */
    QLIST_ENTRY(ZifCanvas) link; /* of the context */
    struct ZifCanvas *sibling;   /* another canvas of the same root, made while this one was out of date */
} ZifCanvas;

/* A write put off: by coalescing or by the re-entrancy policy. */
typedef struct ZifQueuedWrite {
    MemoryRegion *mr;
    hwaddr addr;
    uint64_t value;
    unsigned size;
    MemTxAttrs attrs;
    struct ZifQueuedWrite *next; /* policy queue only */
} ZifQueuedWrite;

enum { ZIF_RING = 170 };

typedef struct ZifBounce {
    QLIST_ENTRY(ZifBounce) link;
    AddressSpace *as;
    hwaddr addr, len;
    MemTxAttrs attrs;
    MemoryRegion *mr;
    uint8_t data[];
} ZifBounce;

/* Reasons for the careful way, per region... */
enum {
    ZIF_ATT_FLUSH = 1,
    ZIF_ATT_WINDOWS = 2,
    ZIF_ATT_EVENTFDS = 4,
    ZIF_ATT_POLICY = 8,
    ZIF_ATT_LOCKLESS = 16,
};
/* ... and per context */
enum {
    ZIF_ATT_TRACE = 1,
    ZIF_ATT_DEEP = 2, /* the nesting limit is reached */
};

struct ZifMemoryContext {
    uint32_t page_size;
    unsigned page_bits;
    ZifIoGate gate;
    MemoryRegion *lockless; /* innermost lock-free region whose callback runs */
    uint64_t generation;
    uint64_t order; /* source of ordering numbers */

    QTAILQ_HEAD(, AddressSpace) spaces;
    QTAILQ_HEAD(, MemoryListener) listeners; /* by priority */
    QTAILQ_HEAD(, RAMBlock) blocks;          /* by offset */
    QLIST_HEAD(, MemoryRegion) regions, changed, with_eventfds;
    QLIST_HEAD(, ZifCanvas) canvases;
    ZifCanvas blank;
    MemoryRegion unassigned; /* stands for nothing */
    MemoryRegion *system;

    unsigned depth; /* of transactions */
    bool topology_pending, eventfd_pending, committing;
    const AddressSpace *updating; /* whose listeners are being told */
    bool global_log, told_global_log, tell_global_log;
    bool blocks_have_gaps;
    RAMBlock **by_host; /* blocks by host address */
    unsigned nr_by_host, by_host_capacity;
    bool running, stop_deferred;
    ZifPatch *trash_patches;
    FlatView *trash_views;

    ZifQueuedWrite ring[ZIF_RING];
    unsigned ring_first, ring_count;
    bool draining;
    ZifQueuedWrite *put_off, **put_off_tail;

    QLIST_HEAD(, ZifBounce) bounces;
    QLIST_HEAD(, ZifMapClient) map_clients;

    void (*trace)(void *opaque, const ZifMemoryTrace *trace);
    void *trace_opaque;
    Error *error;
    ZifMemoryStats stats;
};

/* Notes a failure nobody can be given. */
void zif__note_error(ZifMemoryContext *ctx, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Callbacks inside callbacks are counted, whatever they are. */
static inline void zif__nest(ZifMemoryContext *ctx)
{
    if (unlikely(++ctx->gate.nesting == ZIF_MEMORY_MAX_NESTING)) {
        ctx->gate.attention |= ZIF_ATT_DEEP;
    }
}
static inline void zif__unnest(ZifMemoryContext *ctx)
{
    if (unlikely(ctx->gate.nesting-- == ZIF_MEMORY_MAX_NESTING)) {
        ctx->gate.attention &= ~ZIF_ATT_DEEP;
    }
}

/* ---- object.c ---- */
void zif__object_init_class(Object *obj, ObjectClass *klass);
void zif__object_adopt(Object *parent, Object *child); /* the child's id is set already */
void zif__object_die(Object *obj);
static inline void zif__object_ref(Object *obj)
{
    if (obj) {
        obj->ref++;
    }
}
static inline void zif__object_unref(Object *obj)
{
    if (obj && --obj->ref == 0) {
        zif__object_die(obj);
    }
}

/* ---- region.c ---- */
extern const TypeInfo zif__region_info, zif__iommu_region_info;
extern const MemoryRegionOps zif__refuse_ops;
/* The end of an initialisation: what listeners would be told of the region is what it is. */
void zif__settle(MemoryRegion *mr);
void zif__region_setup(MemoryRegion *mr, Object *owner, const char *name, uint64_t size, ObjectClass *klass);
void zif__region_setup_unassigned(MemoryRegion *mr, ZifMemoryContext *ctx);
/*
 * A hold keeps the owner alive and the region from being finalized. `for_owner`: owner of who holds, whose own
 * regions it would be circular to count.
 */
void zif__hold(MemoryRegion *mr, unsigned kind, Object *for_owner);
void zif__release(MemoryRegion *mr, unsigned kind, Object *for_owner);
void zif__attention(MemoryRegion *mr, uint8_t bit, bool on);
/* Last address of the region, relative; only for sizes that are not 0. */
static inline hwaddr zif__region_last(const MemoryRegion *mr)
{
    return (hwaddr)(mr->size - 1);
}
/* How much of itself a region can show: never more than the memory behind it, whatever size it was given. */
static inline Int128 zif__shown_size(const MemoryRegion *mr)
{
    return mr->ram_block && mr->size > mr->ram_block->used_length ? (Int128)mr->ram_block->used_length : mr->size;
}

/* ---- index.c: children by address ---- */
void zif__index_insert(MemoryRegion *container, MemoryRegion *child);
void zif__index_remove(MemoryRegion *container, MemoryRegion *child);
/* Calls fn for every child that touches [first, last]; stops when fn returns false, and returns that. */
bool zif__index_query(const MemoryRegion *container, hwaddr first, hwaddr last, bool (*fn)(void *, MemoryRegion *),
                      void *opaque);

/* ---- canvas.c ---- */
/* Calls fn for every canvas on which [first, last] of mr may be seen in the tree as it is, with where. */
typedef void (*ZifWindowFn)(void *opaque, ZifCanvas *canvas, hwaddr first, hwaddr last);
void zif__visit_windows(MemoryRegion *mr, hwaddr first, hwaddr last, ZifWindowFn fn, void *opaque);
/* Marks all that shows mr for painting. */
void zif__mark(MemoryRegion *mr);
void zif__mark_all(ZifCanvas *canvas);
/* The region whose picture an address space with this root shows (D6); NULL: nothing. */
MemoryRegion *zif__view_root(MemoryRegion *root);
/*
 * The canvas of a root, made and painted if need be. NULL without memory. fresh: as the tree is now, not as last
 * committed.
 */
ZifCanvas *zif__canvas_get(ZifMemoryContext *ctx, MemoryRegion *root, bool fresh);
/*
 * Makes the address space show the canvas (NULL: nothing any more) with this view of it. The view it had becomes
 * trash.
 */
void zif__canvas_show(AddressSpace *as, ZifCanvas *canvas, FlatView *fv);
/* Frees canvases nobody shows. */
void zif__canvas_sweep(ZifMemoryContext *ctx);

/* ---- render.c ---- */
typedef struct ZifRanges {
    FlatRange *ranges;
    unsigned nr, capacity;
} ZifRanges;
/*
 * Appends the picture of [first, last] of the tree; neighbours that belong together are merged. False without memory.
 */
bool zif__render(MemoryRegion *root, hwaddr first, hwaddr last, ZifRanges *out);
/* Appends one range, merged with the last if they belong together. */
bool zif__emit(ZifRanges *out, FlatRange range);

/* ---- view.c ---- */
struct AddressSpaceDispatch {
    uint32_t hint;
};
FlatView *zif__view_new(ZifMemoryContext *ctx, MemoryRegion *root, unsigned capacity);
void zif__range_hold(const FlatRange *r);
void zif__range_release(const FlatRange *r);
/* Number of ranges that start at or below addr. */
unsigned zif__view_upto(const FlatView *fv, hwaddr addr);
static inline const FlatRange *zif__view_find(const FlatView *fv, hwaddr addr, uint32_t *hint)
{
    uint32_t i = *hint;
    if (likely(i < fv->nr) && likely(addr >= fv->ranges[i].start && addr <= fv->ranges[i].last)) {
        return &fv->ranges[i];
    }
    i = zif__view_upto(fv, addr);
    if (i == 0 || fv->ranges[i - 1].last < addr) {
        return NULL;
    }
    *hint = i - 1;
    return &fv->ranges[i - 1];
}
static inline Int128 zif__range_size(const FlatRange *r)
{
    return (Int128)(r->last - r->start) + 1;
}
static inline uint8_t zif__mask_of(const MemoryRegion *mr, bool global_log)
{
    return mr->dirty_log_mask | (global_log && mr->ram_block ? 1 << DIRTY_MEMORY_MIGRATION : 0);
}
enum { ZIF_TOLD_ROMD = 1, ZIF_TOLD_READONLY = 2 };
static inline uint8_t zif__flags_of(const MemoryRegion *mr)
{
    return (mr->romd_mode ? ZIF_TOLD_ROMD : 0) | (mr->readonly ? ZIF_TOLD_READONLY : 0);
}
/* Who tracks writes to the region, as listeners were told, and as the commit under way tells them. */
static inline int zif__mask_told(const MemoryRegion *mr)
{
    bool migration = mr->z.ctx->told_global_log && mr->ram_block;
    return mr->z.told_mask | (migration ? 1 << DIRTY_MEMORY_MIGRATION : 0);
}
static inline int zif__mask_to_tell(const MemoryRegion *mr)
{
    bool migration = mr->z.ctx->tell_global_log && mr->ram_block;
    return mr->z.tell_mask | (migration ? 1 << DIRTY_MEMORY_MIGRATION : 0);
}
/* Section of a range as listeners were told of it, or are being told now. */
MemoryRegionSection zif__section(FlatView *fv, const FlatRange *r, uint8_t flags);

/* ---- paint.c ---- */
/*
 * What a commit replaced is let go of when its callbacks are through: that may destroy owners, who may call anything.
 */
void zif__trash_view(FlatView *fv);
void zif__empty_trash(ZifMemoryContext *ctx);
/* Paints what is marked and gets all the memory the commit needs. False without; nothing is lost then. */
bool zif__prepare(ZifMemoryContext *ctx);
/* Ends a commit, carried out or not. */
void zif__put_away(ZifMemoryContext *ctx, bool done);
/* Writes the ranges the canvas will have to `fv`, which has room, holding each. */
void zif__compose(const ZifCanvas *c, FlatView *fv);

/* ---- commit.c ---- */
/* The address space created first after the given number; NULL: none. */
AddressSpace *zif__space_after(ZifMemoryContext *ctx, uint64_t order);
void zif__begin(ZifMemoryContext *ctx);
void zif__commit(ZifMemoryContext *ctx);
/* An attribute that does not change the layout became another: listeners have to be told at the next commit. */
void zif__attributes_changed(MemoryRegion *mr);

/* ---- listener.c ---- */
/*
 * The listener of `as` (NULL: any) that follows (forward) or precedes the given place; NULL to start at the end.
 * Survives listeners coming and going between calls.
 */
typedef struct ZifListenerWalk {
    ZifMemoryContext *ctx;
    AddressSpace *as;
    bool reverse, started;
    unsigned priority;
    uint64_t order;
} ZifListenerWalk;
MemoryListener *zif__next_listener(ZifListenerWalk *walk);
#define ZIF_FOR_LISTENERS(l, context, space, backwards)                                                                \
    for (ZifListenerWalk walk_ = { .ctx = (context), .as = (space), .reverse = (backwards) };                          \
         ((l) = zif__next_listener(&walk_));)
bool zif__listens(const MemoryListener *l, const AddressSpace *as);
/* Tells those who registered during the commit that has just ended. */
void zif__welcome_listeners(ZifMemoryContext *ctx);
void zif__tell_add(AddressSpace *as, MemoryRegionSection *s);
void zif__tell_del(AddressSpace *as, MemoryRegionSection *s);
void zif__tell_nop(AddressSpace *as, MemoryRegionSection *s);
void zif__tell_log(AddressSpace *as, MemoryRegionSection *s, int old, int new);
void zif__tell_begin(ZifMemoryContext *ctx);
void zif__tell_commit(ZifMemoryContext *ctx);
/* Announces an address space that appears or goes to the listeners of all. */
void zif__announce_space(AddressSpace *as, bool appears);
/* Lets listeners of the ranges of mr (NULL: of every logged range) bring their logs in. */
void zif__sync_logs(ZifMemoryContext *ctx, MemoryRegion *mr);

/* ---- eventfd.c, coalesce.c ---- */
bool zif__eventfd_fire(MemoryRegion *mr, hwaddr addr, uint64_t value, unsigned size);
void zif__eventfds_update(AddressSpace *as);
void zif__eventfds_replay(MemoryListener *l, AddressSpace *as, bool add);
void zif__eventfds_forget(MemoryRegion *mr);
void zif__coalesced_tell(AddressSpace *as, MemoryListener *only, FlatView *fv, const FlatRange *r, bool add);
void zif__coalesced_forget(MemoryRegion *mr);
/* True: the write was queued. */
bool zif__coalesce(MemoryRegion *mr, hwaddr addr, uint64_t value, unsigned size, MemTxAttrs attrs);

/* ---- dispatch.c ---- */
bool zif__access_valid(MemoryRegion *mr, hwaddr addr, unsigned size, bool is_write, MemTxAttrs attrs);
/* Width of the first piece of an access of len bytes (len > 0). */
static inline unsigned zif__piece(const MemoryRegion *mr, hwaddr addr, hwaddr len)
{
    const MemoryRegionOps *ops = mr->ops;
    unsigned max = ops->valid.max_access_size ? ops->valid.max_access_size : 4;
    if (max > 8) {
        max = 8;
    }
    if (!ops->impl.unaligned && addr) {
        hwaddr alignment = addr & -addr;
        max = alignment < max ? (unsigned)alignment : max;
    }
    if (len < max) {
        max = (unsigned)len;
    }
    return 1u << (31 - __builtin_clz(max));
}
/* One access from an address space: queued writes are seen to first. */
static inline MemTxResult zif__io_read(MemoryRegion *mr, hwaddr addr, uint64_t *value, unsigned size, MemTxAttrs attrs)
{
    if (unlikely(mr->z.attention & ZIF_ATT_FLUSH)) {
        zif_memory_flush_coalesced(mr->z.ctx);
    }
    return memory_region_dispatch_read(mr, addr, value, size, attrs);
}

static inline MemTxResult zif__io_write(MemoryRegion *mr, hwaddr addr, uint64_t value, unsigned size, MemTxAttrs attrs)
{
    if (unlikely(mr->z.attention & ZIF_ATT_WINDOWS) && zif__coalesce(mr, addr, value, size, attrs)) {
        return MEMTX_OK;
    }
    if (unlikely(mr->z.attention & ZIF_ATT_FLUSH)) {
        zif_memory_flush_coalesced(mr->z.ctx);
    }
    return memory_region_dispatch_write(mr, addr, value, size, attrs);
}

/* ---- translate.c ---- */
typedef struct ZifPlace {
    FlatView *fv;     /* the view the last range is of */
    MemoryRegion *mr; /* the unassigned region stands for nothing */
    hwaddr xlat;
    hwaddr room;      /* bytes from here to the end of the range (or hole, or page), minus 1 */
    hwaddr page_mask; /* of all IOMMUs passed */
    IOMMUAccessFlags perm;
    AddressSpace *target; /* after IOMMUs; NULL without */
    hwaddr addr;          /* in the target */
    bool readonly;        /* by an alias or container */
} ZifPlace;
ZifPlace zif__translate(FlatView *fv, hwaddr addr, bool is_write, MemTxAttrs attrs, uint32_t *hint);
/* Goes on from a place inside an IOMMU region; others come back unchanged. */
void zif__translate_iommu(ZifPlace *p, ZifMemoryContext *ctx, bool is_write, MemTxAttrs attrs);
static inline bool zif__direct(const ZifPlace *p, bool is_write)
{
    return memory_access_is_direct(p->mr, is_write) && !(is_write && p->readonly);
}

/* ---- space.c ---- */
/* len bytes of one region, which must have them. */
MemTxResult zif__region_rw(const ZifPlace *p, MemTxAttrs attrs, uint8_t *buf, hwaddr len, bool is_write);
MemTxResult zif__view_rw(FlatView *fv, hwaddr addr, MemTxAttrs attrs, uint8_t *buf, hwaddr len, bool is_write,
                         uint32_t *hint);
void zif__count_faults(AddressSpace *as, MemTxResult result, bool is_write);
/* Little-endian values of 1, 2, 4 or 8 bytes. */
static inline uint64_t zif__load(const uint8_t *p, unsigned size)
{
    switch (size) {
    case 1:
        return *p;
    case 2:
        return zif__lduw_le_p(p);
    case 4:
        return zif__ldl_le_p(p);
    default:
        return zif__ldq_le_p(p);
    }
}

static inline void zif__store(uint8_t *p, uint64_t value, unsigned size)
{
    switch (size) {
    case 1:
        *p = (uint8_t)value;
        break;
    case 2:
        zif__stw_le_p(p, (uint16_t)value);
        break;
    case 4:
        zif__stl_le_p(p, (uint32_t)value);
        break;
    default:
        zif__stq_le_p(p, value);
    }
}

/* ---- cache.c, ldst.c ---- */
/* The place of an offset in a cache: in the region that was there when the cache was made. */
ZifPlace zif__cache_place(const MemoryRegionCache *cache, hwaddr addr, bool is_write, MemTxAttrs attrs);
MemTxResult zif__cache_rw(MemoryRegionCache *cache, hwaddr addr, MemTxAttrs attrs, uint8_t *buf, hwaddr len,
                          bool is_write);

/* ---- ramblock.c, dirty.c ---- */
RAMBlock *zif__block_of_host(ZifMemoryContext *ctx, const void *host);
/* What a block is to be. */
typedef struct ZifRamWish {
    uint64_t size, max_size, align;
    uint32_t flags;
    int fd;
    void *ptr;
    void (*resized)(const char *, uint64_t, void *);
} ZifRamWish;
/* Gives the region its memory. False and *errp on failure; the descriptor is still the caller's then. */
bool zif__back_with(MemoryRegion *mr, const ZifRamWish *w, Error **errp);
void zif__ram_destroy(MemoryRegion *mr);
size_t zif__host_page(void);
static inline uint64_t zif__round_up(uint64_t n, uint64_t to)
{
    return (n + to - 1) / to * to;
}
/* Writes the file blocks that have one of the flags back. */
bool zif__sync_files(ZifMemoryContext *ctx, uint32_t flags, Error **errp);
void zif__init_ram_on_fd(MemoryRegion *mr, Object *owner, const char *name, uint64_t size, uint64_t align,
                         uint32_t flags, int fd, Error **errp);
bool zif__bitmaps_alloc(ZifMemoryContext *ctx, RAMBlock *block);
void zif__mark_pages(RAMBlock *block, unsigned shift, hwaddr addr, hwaddr len, unsigned mask);
void zif__clear_pages(RAMBlock *block, unsigned shift, hwaddr addr, hwaddr len, unsigned client);
static inline void zif__written(MemoryRegion *mr, hwaddr addr, hwaddr len)
{
    unsigned mask = zif__mask_of(mr, mr->z.ctx->global_log), shift = mr->z.ctx->page_bits;
    hwaddr page = addr >> shift;
    bool watched = mr->ram_block->code_watches != NULL;
    if (likely(mask == 1 << DIRTY_MEMORY_CODE && page == (addr + len - 1) >> shift &&
               !watched)) { /* RAM nobody watches */
        mr->ram_block->dirty[DIRTY_MEMORY_CODE][page / 64] |= UINT64_C(1) << (page % 64);
    } else if (mask || watched) {
        zif__mark_pages(mr->ram_block, shift, addr, len, mask);
    }
}

#endif
