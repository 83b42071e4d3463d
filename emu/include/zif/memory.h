/*
 * Memory regions, address spaces and everything between them.
 *
 * A *region* describes what answers at some addresses: RAM, ROM, a device's registers, a translator (IOMMU), a window
 * on another region (alias), or nothing of its own (container). Regions form trees. An *address space* is one bus
 * master's view of a tree. From the tree a *flat view* is rendered: sorted, disjoint ranges, each of one region.
 * Accesses go through the view; listeners are told how it changes. docs/memory.md has pictures.
 *
 * The names and the shapes are those of the header this API re-creates; ids in parentheses (A57, O7, D3...) are those
 * of the behaviour contract: A functions, L generated accessors, M macros, T types, O ops fields, C IOMMU methods, D
 * decisions where sources disagree. Everything else is prefixed zif_.
 *
 * Rules that hold throughout:
 * - Units are bytes. `addr` of a region function is relative to the region. Sizes given as uint64_t say 2^64 as
 *   UINT64_MAX.
 * - Every function works on the calling thread's current context (ZifMemoryContext); a region, address space or
 *   listener belongs to the context it was initialised in and may be used only on the thread that uses that context.
 * - Misuse of the API (removing a region from the wrong container...) is a bug: a message naming the region, then
 *   abort. Whatever the guest does gives result bits and counters, never an abort. Resource failures give an Error
 *   where the function has one to give; where it has not, the state stays as it was and zif_memory_take_error() says
 *   why.
 * - Changes to the tree take effect at once, or together when made inside a transaction.
 * - Struct members are private unless said otherwise; they are visible so that regions can be embedded in device
 *   state.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ZIF_MEMORY_H
#define ZIF_MEMORY_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <zif/error.h>
#include <zif/memory_types.h>
#include <zif/object.h>
#include <zif/queue.h>

typedef struct ZifMemoryContext ZifMemoryContext;
typedef struct MemoryRegionOps MemoryRegionOps;
typedef struct MemoryRegionMmio MemoryRegionMmio;
typedef struct MemoryRegion MemoryRegion;
typedef struct IOMMUMemoryRegion IOMMUMemoryRegion;
typedef struct IOMMUTLBEntry IOMMUTLBEntry;
typedef struct IOMMUNotifier IOMMUNotifier;
typedef struct CoalescedMemoryRange CoalescedMemoryRange;
typedef struct MemoryRegionIoeventfd MemoryRegionIoeventfd;
typedef struct MemoryListener MemoryListener;
typedef struct AddressSpace AddressSpace;
typedef struct AddressSpaceDispatch AddressSpaceDispatch;
typedef struct FlatRange FlatRange;
typedef struct FlatView FlatView;
typedef struct MemoryRegionSection MemoryRegionSection;
typedef struct MemoryRegionCache MemoryRegionCache;
typedef struct RAMBlock RAMBlock;
typedef struct DirtyBitmapSnapshot DirtyBitmapSnapshot;

/* ---- Context: one machine's memory ----------------------------------------------------------------------------- */

/**
 * A context holds what one machine's memory consists of: address spaces, listeners, RAM blocks, the transaction in
 * progress. Each thread has a current context; a thread that never chose one gets its own default at first use. New
 * contexts are not made current by zif_memory_context_new. NULL and an Error without memory.
 */
ZifMemoryContext *zif_memory_context_new(Error **errp);
/**
 * Frees a context, which must be empty: every address space destroyed, listener unregistered and region finalized (a
 * bug naming the first that is left otherwise). If it is current, the thread has none afterwards. NULL is allowed.
 */
void zif_memory_context_free(ZifMemoryContext *ctx);
/** Makes ctx the thread's current context (NULL: none) and returns the one before, NULL when there was none. */
ZifMemoryContext *zif_memory_context_use(ZifMemoryContext *ctx);
/** The thread's current context, made on demand. */
ZifMemoryContext *zif_memory_context_current(void);

/**
 * The page: granule of dirty tracking, IOMMU default and limit of a bounce buffer (X13). A power of two of 64 bytes
 * to 64 KiB; 1 KiB unless set. Must be set before the first RAM block exists. False and *errp otherwise.
 */
bool zif_memory_context_set_page_size(ZifMemoryContext *ctx, uint32_t bytes, Error **errp);
uint32_t zif_memory_context_page_size(const ZifMemoryContext *ctx);
/** The current context's page size, and what follows from it. */
uint32_t zif_target_page_size(void);
#define TARGET_PAGE_SIZE ((hwaddr)zif_target_page_size())
#define TARGET_PAGE_BITS ((unsigned)__builtin_ctz(zif_target_page_size()))
#define TARGET_PAGE_MASK (~(TARGET_PAGE_SIZE - 1))

/**
 * Tells the context whether the machine runs; a dirty-log stop asked for while it does not waits until it does.
 * Starts false.
 */
void zif_memory_set_running(ZifMemoryContext *ctx, bool running);

/**
 * The error of a change that could not be carried out for want of memory (the map is as it was; the change stays
 * pending and the next commit tries again), or NULL. The caller owns it; asking clears it.
 */
Error *zif_memory_take_error(ZifMemoryContext *ctx);

/** Counters of a context since its birth. */
typedef struct ZifMemoryStats {
    uint64_t commits;          /* commit cycles that called listeners */
    uint64_t windows;          /* windows rendered */
    uint64_t ranges_rendered;  /* ranges those windows came to */
    uint64_t views_copied;     /* views copied because somebody held the old one */
    uint64_t reentrant;        /* accesses to a region from inside its own callback */
    uint64_t rejected;         /* accesses refused by a policy or by the nesting limit */
    uint64_t queued;           /* writes put off by policy ZIF_REENTRANCY_QUEUE */
    uint64_t coalesced;        /* writes that went through the coalescing ring */
    uint64_t coalesced_failed; /* of these, how many the device refused in the end */
    uint64_t failed_commits;   /* commits put off for want of memory */
    size_t bytes;              /* host memory this thread's contexts use for views, bitmaps and lists; not RAM itself */
} ZifMemoryStats;
ZifMemoryStats zif_memory_stats(const ZifMemoryContext *ctx);

/** One access as a device's callbacks were about to see it, or as it was refused. */
typedef struct ZifMemoryTrace {
    MemoryRegion *mr;
    hwaddr addr; /* in the region */
    uint64_t value;
    unsigned size;
    bool is_write;
    MemTxAttrs attrs;
    MemTxResult result;
} ZifMemoryTrace;
/** Calls fn after every dispatched access (memory that is accessed directly is not dispatched). NULL: nobody. */
void zif_memory_set_trace(ZifMemoryContext *ctx, void (*fn)(void *opaque, const ZifMemoryTrace *trace), void *opaque);

/**
 * Test aid, for the whole process: after n more allocations of the memory core succeeded, one fails. Negative: never.
 */
void zif_memory_fail_after(long n);
/** Allocations since the last zif_memory_fail_after. */
long zif_memory_allocations(void);

/** The current context's root container "system", 2^64 bytes, made on demand and finalized with the context. */
MemoryRegion *get_system_memory(void);

/* ---- Constants ------------------------------------------------------------------------------------------------- */

/** What memory_region_get_ram_addr says of regions without a RAM block (M1). */
#define RAM_ADDR_INVALID (~(ram_addr_t)0)
/** Informational: addresses up to 2^64-1 work (M2, M3). */
#define MAX_PHYS_ADDR_SPACE_BITS 62
#define MAX_PHYS_ADDR            (((hwaddr)1 << MAX_PHYS_ADDR_SPACE_BITS) - 1)

/** Type names and checked casts (M4-M9): a wrong type is a bug. */
#define TYPE_MEMORY_REGION                 "qemu:memory-region"
#define MEMORY_REGION(obj)                 OBJECT_CHECK(MemoryRegion, (obj), TYPE_MEMORY_REGION)
#define TYPE_IOMMU_MEMORY_REGION           "qemu:iommu-memory-region"
#define IOMMU_MEMORY_REGION(obj)           OBJECT_CHECK(IOMMUMemoryRegion, (obj), TYPE_IOMMU_MEMORY_REGION)
#define IOMMU_MEMORY_REGION_CLASS(klass)   OBJECT_CLASS_CHECK(IOMMUMemoryRegionClass, (klass), TYPE_IOMMU_MEMORY_REGION)
#define IOMMU_MEMORY_REGION_GET_CLASS(obj) OBJECT_GET_CLASS(IOMMUMemoryRegionClass, (obj), TYPE_IOMMU_MEMORY_REGION)

/** Flags of a RAM block (M12). */
#define RAM_PREALLOC    (1 << 0) /* the caller's memory, never freed by us */
#define RAM_SHARED      (1 << 1) /* mapped MAP_SHARED */
#define RAM_RESIZEABLE  (1 << 2) /* the used part may change size */
#define RAM_UF_ZEROPAGE (1 << 3) /* a constant only */
#define RAM_MIGRATABLE  (1 << 4) /* part of snapshot streams */
#define RAM_PMEM        (1 << 5) /* a file that outlives us: written through at every snapshot */

/* ---- IOMMU types ----------------------------------------------------------------------------------------------- */

/** Rights of a translation (T4): bit 0 read, bit 1 write. */
typedef enum {
    IOMMU_NONE = 0,
    IOMMU_RO = 1,
    IOMMU_WO = 2,
    IOMMU_RW = 3,
} IOMMUAccessFlags;
/** Rights from two truth values (M10). */
#define IOMMU_ACCESS_FLAG(r, w) (((r) ? IOMMU_RO : 0) | ((w) ? IOMMU_WO : 0))

/** One translation (T3): the page of iova goes to the page of translated_addr in target_as. Members are public. */
struct IOMMUTLBEntry {
    AddressSpace *target_as;
    hwaddr iova;
    hwaddr translated_addr;
    hwaddr addr_mask; /* page size - 1 */
    IOMMUAccessFlags perm;
};

/** What a notifier wants to hear (T5). */
typedef enum {
    IOMMU_NOTIFIER_NONE = 0,
    IOMMU_NOTIFIER_UNMAP = 1, /* translations taken back */
    IOMMU_NOTIFIER_MAP = 2,   /* translations made */
} IOMMUNotifierFlag;
#define IOMMU_NOTIFIER_ALL (IOMMU_NOTIFIER_MAP | IOMMU_NOTIFIER_UNMAP) /* M11 */

/** A notifier's callback (T6); the entry is valid only during the call. */
typedef void (*IOMMUNotify)(struct IOMMUNotifier *notifier, IOMMUTLBEntry *data);

/**
 * Somebody who wants to hear of changes (T7) to the input addresses start..end, both inclusive. Fill with
 * iommu_notifier_init.
 */
struct IOMMUNotifier {
    IOMMUNotify notify;
    IOMMUNotifierFlag notifier_flags;
    hwaddr start;
    hwaddr end;
    int iommu_idx;
    QLIST_ENTRY(IOMMUNotifier) node;
};

/** Fills a notifier (A1). Checks nothing; registering does. */
static inline void iommu_notifier_init(IOMMUNotifier *n, IOMMUNotify fn, IOMMUNotifierFlag flags, hwaddr start,
                                       hwaddr end, int iommu_idx)
{
    n->notify = fn;
    n->notifier_flags = flags;
    n->start = start;
    n->end = end;
    n->iommu_idx = iommu_idx;
}

/** Attributes an IOMMU may answer (T8). Models may use values of their own. */
enum IOMMUMemoryRegionAttr { IOMMU_ATTR_SPAPR_TCE_FD };

/** Class of a translating region (T9). Derive from TYPE_IOMMU_MEMORY_REGION with a TypeInfo; fill in class_init. */
typedef struct IOMMUMemoryRegionClass {
    struct DeviceClass parent_class; /* C8 */
    /**
     * Required (C1). The translation whose page covers `addr` (relative to the region) under table iommu_idx. `flag`
     * is IOMMU_RO or IOMMU_WO for accesses and IOMMU_NONE from replay; the answer must not depend on it except by
     * leaving out rights not asked for.
     */
    IOMMUTLBEntry (*translate)(IOMMUMemoryRegion *iommu, hwaddr addr, IOMMUAccessFlags flag, int iommu_idx);
    /** Smallest page in bytes (C2). NULL: the target page. */
    uint64_t (*get_min_page_size)(IOMMUMemoryRegion *iommu);
    /** The OR of what all notifiers want is about to change (C3). NULL: nobody told. */
    void (*notify_flag_changed)(IOMMUMemoryRegion *iommu, IOMMUNotifierFlag old_flags, IOMMUNotifierFlag new_flags);
    /** Replaces the walk of memory_region_iommu_replay (C4). */
    void (*replay)(IOMMUMemoryRegion *iommu, IOMMUNotifier *notifier);
    /** 0, or a negative errno (C5). NULL: -EINVAL. */
    int (*get_attr)(IOMMUMemoryRegion *iommu, enum IOMMUMemoryRegionAttr attr, void *data);
    /** Which table serves these attributes (C6). NULL: 0. */
    int (*attrs_to_index)(IOMMUMemoryRegion *iommu, MemTxAttrs attrs);
    /** How many tables there are (C7). NULL: 1. */
    int (*num_indexes)(IOMMUMemoryRegion *iommu);
} IOMMUMemoryRegionClass;

/* ---- Device callbacks ------------------------------------------------------------------------------------------ */

/**
 * How a device answers (T1). `addr` is relative to the region, `size` is 1, 2, 4 or 8, values are in the low `size`
 * bytes. Where both a plain callback and one with attributes are given the plain one is used (O1, O2).
 */
struct MemoryRegionOps {
    uint64_t (*read)(void *opaque, hwaddr addr, unsigned size);             /* O1 */
    void (*write)(void *opaque, hwaddr addr, uint64_t data, unsigned size); /* O2 */
    /** *data is 0 before; it is used whatever the result (O3). */
    MemTxResult (*read_with_attrs)(void *opaque, hwaddr addr, uint64_t *data, unsigned size, MemTxAttrs attrs);
    MemTxResult (*write_with_attrs)(void *opaque, hwaddr addr, uint64_t data, unsigned size, MemTxAttrs attrs); /* O4 */
    enum device_endian endianness; /* O5: byte order of values wider than a byte */
    /** What the guest may do; anything else is MEMTX_DECODE_ERROR and the callbacks are not called (D1, D2). */
    struct {
        unsigned min_access_size; /* O6; 0: 1. Only looked at when max_access_size is not 0 */
        unsigned max_access_size; /* O7; 0: any size */
        bool unaligned;           /* O8: addr need not be a multiple of size */
        /** O9: a veto, asked once, first, with the access as the guest made it. */
        bool (*accepts)(void *opaque, hwaddr addr, unsigned size, bool is_write, MemTxAttrs attrs);
    } valid;
    /** What the callbacks can do; the core converts (D3): wider accesses are split, narrower ones widened. */
    struct {
        unsigned min_access_size; /* O10; 0: 1 */
        unsigned max_access_size; /* O11; 0: 4 */
        /**
         * O12: without it the callbacks see only naturally aligned accesses: reads are cut out of aligned pieces;
         * writes put their bytes in their lanes with zeros beside them (or the old bytes, see
         * zif_memory_region_set_rmw).
         */
        bool unaligned;
    } impl;
};

/** Callbacks by width, 1, 2 and 4 bytes (T2), from before MemoryRegionOps. See zif_memory_region_init_mmio. */
struct MemoryRegionMmio {
    CPUReadMemoryFunc *read[3];
    CPUWriteMemoryFunc *write[3];
};

/* ---- Regions --------------------------------------------------------------------------------------------------- */

/** A window of queued writes, relative to its region (T10). */
struct CoalescedMemoryRange {
    hwaddr offset;
    Int128 size;
    QTAILQ_ENTRY(CoalescedMemoryRange) link;
};

/** What triggers an event notifier (T11); `addr` is relative to the region, or absolute in an AddressSpace's list. */
struct MemoryRegionIoeventfd {
    hwaddr addr;
    Int128 size; /* 0: any width */
    bool match_data;
    uint64_t data; /* in the device's byte order */
    EventNotifier *e;
};

/** What happens to an access to a region made from inside one of its own callbacks. */
typedef enum {
    ZIF_REENTRANCY_ALLOW,  /* it goes through, up to ZIF_MEMORY_MAX_NESTING levels (the default) */
    ZIF_REENTRANCY_QUEUE,  /* writes wait until the outermost callback has returned; reads are refused */
    ZIF_REENTRANCY_REJECT, /* MEMTX_ACCESS_ERROR */
} ZifReentrancy;
/** Dispatches inside dispatches, over all regions; deeper ones get MEMTX_ACCESS_ERROR. */
#define ZIF_MEMORY_MAX_NESTING 16
/** Writes ZIF_REENTRANCY_QUEUE puts off during one access from outside; more get MEMTX_ACCESS_ERROR. */
#define ZIF_MEMORY_MAX_QUEUED 256

/* Who keeps a region from being finalized. */
enum {
    ZIF_HOLD_REFERENCE, /* memory_region_ref, memory_region_find */
    ZIF_HOLD_CONTAINER,
    ZIF_HOLD_ALIAS,
    ZIF_HOLD_VIEW,
    ZIF_HOLD_MAP,
    ZIF_HOLD_CACHE,
    ZIF_HOLD_CALLBACK,
    ZIF_HOLD_QUEUE,
    ZIF_HOLDS,
};

/* The part of a region the original does not have. Private. */
typedef struct ZifRegionPrivate {
    ZifMemoryContext *ctx;
    uint8_t *host;      /* backing memory, NULL without */
    uint8_t attention;  /* reasons for dispatch to take the careful way */
    uint8_t reentrancy; /* ZifReentrancy */
    bool rmw;
    bool owns_name;
    bool changed; /* on the context's list of regions whose attributes listeners have to be told of */
    uint8_t log_counts[ZIF_DIRTY_CLIENTS];
    uint8_t told_flags, tell_flags; /* attributes as told to listeners, and as the commit under way tells them */
    uint8_t told_mask, tell_mask;
    uint16_t put_off;   /* writes put off by policy since its outermost callback began */
    uint32_t inherited; /* ranges in live views that are read-only by an alias or container */
    uint32_t holds[ZIF_HOLDS];
    uint64_t order; /* among siblings of one priority the greater was added later and wins */
    uint64_t rejected;
    /* children by address: a treap, each node knowing the last address of its subtree */
    MemoryRegion *index, *left, *right;
    hwaddr index_addr, index_last, max_last;
    QLIST_HEAD(, MemoryRegion) aliases; /* who aliases us */
    QLIST_ENTRY(MemoryRegion) alias_link, all_link, changed_link, eventfd_link;
    struct ZifCanvas *canvas; /* live view of this region, when an address space shows it */
} ZifRegionPrivate;

/** A region (T12). */
struct MemoryRegion {
    Object parent_obj;
    bool romd_mode;
    bool ram;
    bool subpage; /* always false: small regions need no helper */
    bool readonly;
    bool rom_device;
    bool flush_coalesced_mmio;
    bool global_locking;
    uint8_t dirty_log_mask;
    bool is_iommu;
    RAMBlock *ram_block;
    Object *owner;
    const MemoryRegionOps *ops;
    void *opaque;
    MemoryRegion *container;
    Int128 size;
    hwaddr addr;
    void (*destructor)(MemoryRegion *mr);
    uint64_t align;
    bool terminates;
    bool ram_device;
    bool enabled;
    bool warning_printed;
    uint8_t vga_logging_count;
    MemoryRegion *alias;
    hwaddr alias_offset;
    int32_t priority;
    QTAILQ_HEAD(subregions, MemoryRegion) subregions;
    QTAILQ_ENTRY(MemoryRegion) subregions_link;
    QTAILQ_HEAD(coalesced_ranges, CoalescedMemoryRange) coalesced;
    const char *name;
    unsigned ioeventfd_nb;
    MemoryRegionIoeventfd *ioeventfds;
    ZifRegionPrivate z;
};

/** A translating region (T13). */
struct IOMMUMemoryRegion {
    MemoryRegion parent_obj;
    QLIST_HEAD(, IOMMUNotifier) iommu_notify;
    IOMMUNotifierFlag iommu_notify_flags;
};

/** Walks a translating region's notifiers, newest first (M13). The body must not remove the current one. */
#define IOMMU_NOTIFIER_FOREACH(n, mr) QLIST_FOREACH((n), &(mr)->iommu_notify, node)

/* ---- Initialisation -------------------------------------------------------------------------------------------- */
/*
 * Common to all: `mr` is uninitialised memory that stays where it is until the region is finalized. `owner` is the
 * object whose references keep the region alive; the region becomes its child; NULL: the region lives until
 * zif_memory_region_finalize and nothing counts. `name` is copied; NULL is allowed. Regions start enabled, unmapped,
 * with priority 0. Where there is an errp, failure leaves a region of size 0 without backing (which can be
 * finalized).
 */

/** A pure container: shows its children, clipped to its size (A15). */
void memory_region_init(MemoryRegion *mr, struct Object *owner, const char *name, uint64_t size);
/**
 * Registers (A16). `opaque` goes to the callbacks. NULL ops: a reservation; every access is a decode error and reads
 * 0.
 */
void memory_region_init_io(MemoryRegion *mr, struct Object *owner, const MemoryRegionOps *ops, void *opaque,
                           const char *name, uint64_t size);
/** Zeroed RAM, not part of snapshots (A17). */
void memory_region_init_ram_nomigrate(MemoryRegion *mr, struct Object *owner, const char *name, uint64_t size,
                                      Error **errp);
/** As A17; `share`: the memory stays shared over fork (A18). */
void memory_region_init_ram_shared_nomigrate(MemoryRegion *mr, struct Object *owner, const char *name, uint64_t size,
                                             bool share, Error **errp);
/** RAM whose size can change up to max_size (A19; a smaller max_size is a bug); `resized` hears of it, NULL allowed. */
void memory_region_init_resizeable_ram(MemoryRegion *mr, struct Object *owner, const char *name, uint64_t size,
                                       uint64_t max_size, void (*resized)(const char *id, uint64_t length, void *host),
                                       Error **errp);
/**
 * RAM that is a file (A20). Created with mode 0644 when missing (and removed again if we then fail), grown to size
 * when empty, never truncated; one that is smaller is an error. A directory gets an unlinked temporary file.
 * ram_flags: RAM_SHARED (writes reach the file), RAM_PMEM (the same, and written through at every snapshot). align: 0
 * or a power of two that is a multiple of the host page.
 */
void memory_region_init_ram_from_file(MemoryRegion *mr, struct Object *owner, const char *name, uint64_t size,
                                      uint64_t align, uint32_t ram_flags, const char *path, Error **errp);
/** As A20 on an open descriptor, which is ours on success (A21). */
void memory_region_init_ram_from_fd(MemoryRegion *mr, struct Object *owner, const char *name, uint64_t size, bool share,
                                    int fd, Error **errp);
/** RAM in the caller's memory, which must outlive the region (A22). NULL ptr is a bug. */
void memory_region_init_ram_ptr(MemoryRegion *mr, struct Object *owner, const char *name, uint64_t size, void *ptr);
/** As A22, but never accessed directly: accesses of exactly the width made, 1 to 8 bytes, also unaligned (A23). */
void memory_region_init_ram_device_ptr(MemoryRegion *mr, struct Object *owner, const char *name, uint64_t size,
                                       void *ptr);
/**
 * A window on [offset, offset + size) of orig (A24). Keeps orig alive. A window that would contain itself is a bug
 * (D7).
 */
void memory_region_init_alias(MemoryRegion *mr, struct Object *owner, const char *name, MemoryRegion *orig,
                              hwaddr offset, uint64_t size);
/** RAM the guest cannot write (A25). */
void memory_region_init_rom_nomigrate(MemoryRegion *mr, struct Object *owner, const char *name, uint64_t size,
                                      Error **errp);
/** Memory for reads, callbacks for writes (A26); see memory_region_rom_device_set_romd. NULL ops is a bug. */
void memory_region_init_rom_device_nomigrate(MemoryRegion *mr, struct Object *owner, const MemoryRegionOps *ops,
                                             void *opaque, const char *name, uint64_t size, Error **errp);
/**
 * A translator (A27): `_iommu_mr` is memory for an instance of the type mrtypename, instance_size bytes. Bug: unknown
 * or abstract type.
 */
void memory_region_init_iommu(void *_iommu_mr, size_t instance_size, const char *mrtypename, Object *owner,
                              const char *name, uint64_t size);
/**
 * A17, A25 and A26 that are part of snapshot streams (A28-A30), under "OWNER PATH/name" or just the name. A second
 * block of that name in the context is a bug.
 */
void memory_region_init_ram(MemoryRegion *mr, struct Object *owner, const char *name, uint64_t size, Error **errp);
void memory_region_init_rom(MemoryRegion *mr, struct Object *owner, const char *name, uint64_t size, Error **errp);
void memory_region_init_rom_device(MemoryRegion *mr, struct Object *owner, const MemoryRegionOps *ops, void *opaque,
                                   const char *name, uint64_t size, Error **errp);

/**
 * Makes RAM of any other kind (resizeable, file, the caller's memory) part of snapshot streams, too, under the same
 * kind of name. False and *errp when the name is too long or memory is short; a region without memory is a bug.
 */
bool zif_memory_region_register_ram(MemoryRegion *mr, Error **errp);

/**
 * An I/O region of the old callbacks by width; mmio and opaque must outlive it. A width without callback is a decode
 * error.
 */
typedef struct ZifMmioAdapter {
    const MemoryRegionMmio *mmio;
    void *opaque;
} ZifMmioAdapter;
/** `adapter` is filled in and must stay as long as the region. */
void zif_memory_region_init_mmio(MemoryRegion *mr, struct Object *owner, ZifMmioAdapter *adapter,
                                 const MemoryRegionMmio *mmio, void *opaque, const char *name, uint64_t size);

/**
 * Ends a region: its children are taken out, windows and eventfds withdrawn, memory of its own unmapped (also reached
 * by dropping the last reference of OBJECT(mr), which is what happens when its owner goes). A region that is still in
 * a container, aliased, visible in a view or otherwise held is a bug naming the holder. The storage is the caller's.
 */
void zif_memory_region_finalize(MemoryRegion *mr);

/** Keeps the owner, and so the region, alive (A54, A55). NULL and ownerless regions: no effect on any owner. */
void memory_region_ref(MemoryRegion *mr);
void memory_region_unref(MemoryRegion *mr);

/* ---- Questions ------------------------------------------------------------------------------------------------- */

struct Object *memory_region_owner(MemoryRegion *mr); /* A31: may be NULL */
/** A32: UINT64_MAX for 2^64. */
uint64_t memory_region_size(MemoryRegion *mr);
/** A3: RAM, ROM, RAM device, file, pointer; not a ROM device, not an alias. */
static inline bool memory_region_is_ram(MemoryRegion *mr)
{
    return mr->ram;
}
bool memory_region_is_ram_device(MemoryRegion *mr); /* A33 */
/** A4: a ROM device whose reads go to memory now. */
static inline bool memory_region_is_romd(MemoryRegion *mr)
{
    return mr->rom_device && mr->romd_mode;
}
/** A7: RAM the guest cannot write. */
static inline bool memory_region_is_rom(MemoryRegion *mr)
{
    return mr->ram && mr->readonly;
}
/** A5: the translator, also through aliases, or NULL. */
static inline IOMMUMemoryRegion *memory_region_get_iommu(MemoryRegion *mr)
{
    while (mr->alias) {
        mr = mr->alias;
    }
    return mr->is_iommu ? (IOMMUMemoryRegion *)mr : NULL;
}
/** A6: the class, unchecked. */
static inline IOMMUMemoryRegionClass *memory_region_get_iommu_class_nocheck(IOMMUMemoryRegion *iommu_mr)
{
    return (IOMMUMemoryRegionClass *)((Object *)iommu_mr)->class;
}
#define memory_region_is_iommu(mr) (memory_region_get_iommu(mr) != NULL) /* M14 */
/** A34: as given at init; "" when none was. Borrowed. */
const char *memory_region_name(const MemoryRegion *mr);
/** A35: is `client` among A36? */
bool memory_region_is_logging(MemoryRegion *mr, uint8_t client);
/** A36: bit DIRTY_MEMORY_x is set for every client that tracks writes to this region now. */
uint8_t memory_region_get_dirty_log_mask(MemoryRegion *mr);
/** A37: the file behind the region (also through aliases), -1 without. */
int memory_region_get_fd(MemoryRegion *mr);
/** A38: which region's memory a host pointer lies in, with the offset; NULL: none of the current context's. */
MemoryRegion *memory_region_from_host(void *ptr, ram_addr_t *offset);
/** A39: host pointer to the first byte (through aliases, their offset added). A region without memory is a bug. */
void *memory_region_get_ram_ptr(MemoryRegion *mr);
/** A40: place in RAM space, RAM_ADDR_INVALID without a block (aliases have none). */
ram_addr_t memory_region_get_ram_addr(MemoryRegion *mr);
/** A41: alignment of the host memory, 0 without. */
uint64_t memory_region_get_alignment(const MemoryRegion *mr);
/** A42: does something other than `container` itself answer at that address of it? */
bool memory_region_present(MemoryRegion *container, hwaddr addr);
/** A43: is the region reachable from some address space's root, through containers or aliases, enabled or not? */
bool memory_region_is_mapped(MemoryRegion *mr);
/**
 * A44: what the address space with mr's tree shows first within [addr, addr + size) of mr. size 0 and mr NULL: nothing.
 * A found region has been referenced: memory_region_unref it. Offsets are absolute in that address space.
 */
MemoryRegionSection memory_region_find(MemoryRegion *mr, hwaddr addr, uint64_t size);

/* ---- The tree -------------------------------------------------------------------------------------------------- */

/**
 * Puts a region into a container at `offset`, priority 0 (A56). Among overlapping siblings the higher priority wins,
 * and among equals the one added last. A region that has a container already is a bug, as is one that would contain
 * itself (D7).
 */
void memory_region_add_subregion(MemoryRegion *mr, hwaddr offset, MemoryRegion *subregion);
/** As A56 with a priority, which may be negative (A57). */
void memory_region_add_subregion_overlap(MemoryRegion *mr, hwaddr offset, MemoryRegion *subregion, int priority);
/** Takes a region out of its container (A58). Not in this container: a bug. */
void memory_region_del_subregion(MemoryRegion *mr, MemoryRegion *subregion);
/** A disabled region and all below it are as if removed (A59). Its place among its siblings stays. */
void memory_region_set_enabled(MemoryRegion *mr, bool enabled);
/** Moves a region in its container (A60); it then counts as added last. */
void memory_region_set_address(MemoryRegion *mr, hwaddr addr);
/** Changes what is shown, not what lies behind (A61). */
void memory_region_set_size(MemoryRegion *mr, uint64_t size);
/** Moves an alias's window over its target (A62). Not an alias: a bug. */
void memory_region_set_alias_offset(MemoryRegion *mr, hwaddr offset);
/** Refuses guest writes (A63); on an alias or container to everything seen through it (D15). */
void memory_region_set_readonly(MemoryRegion *mr, bool readonly);
/**
 * A64: true: reads of a ROM device come from its memory; false: from its callback. Writes always go to its callback.
 */
void memory_region_rom_device_set_romd(MemoryRegion *mr, bool romd_mode);
/** Resizes RAM of A19 (A65): rounded up to host pages; everything becomes dirty; the `resized` hook is called. */
void memory_region_ram_resize(MemoryRegion *mr, ram_addr_t newsize, Error **errp);
/**
 * Groups changes: listeners hear once, of the difference (A66, A67). Nests. A commit without changes is silent.
 * Changes made by a listener's callback are carried out in a commit of their own right after the present one (D9).
 */
void memory_region_transaction_begin(void);
void memory_region_transaction_commit(void);

/* ---- Dirty tracking -------------------------------------------------------------------------------------------- */
/*
 * Per client, which pages were written. New RAM is dirty for everybody. Writes through the address space mark the
 * clients in the region's mask (A36), pages are those of the context; writes by pointer mark nothing: use A47 after
 * them, also in a ROM device's own callback (D24). A range outside the region is a bug (D26); an empty one is nothing
 * (D25).
 */

/** Counted switch of client DIRTY_MEMORY_VGA (A45); another client is a bug. */
void memory_region_set_log(MemoryRegion *mr, bool log, unsigned client);
/** As A45 for the clients from DIRTY_MEMORY_NUM up, whose meaning is the caller's. */
void zif_memory_region_set_log(MemoryRegion *mr, bool log, unsigned client);
/** A46: is any page of the range dirty? */
bool memory_region_get_dirty(MemoryRegion *mr, hwaddr addr, hwaddr size, unsigned client);
/** A47: marks the range for the clients in the mask. */
void memory_region_set_dirty(MemoryRegion *mr, hwaddr addr, hwaddr size);
/**
 * A48: asks listeners to bring their logs in (log_sync), then copies and clears, in groups of 64 pages, so a little
 * more than asked. free() the snapshot. NULL without memory (nothing is cleared then).
 */
DirtyBitmapSnapshot *memory_region_snapshot_and_clear_dirty(MemoryRegion *mr, hwaddr addr, hwaddr size,
                                                            unsigned client);
/** A49: as A46 on a snapshot; the range must lie in it. */
bool memory_region_snapshot_get_dirty(MemoryRegion *mr, DirtyBitmapSnapshot *snap, hwaddr addr, hwaddr size);
/** A50: marks the range clean for one client. */
void memory_region_reset_dirty(MemoryRegion *mr, hwaddr addr, hwaddr size, unsigned client);
/** A51: adds client DIRTY_MEMORY_MIGRATION to the mask of every region with a RAM block. */
void memory_global_dirty_log_start(void);
/** A52: ends A51; while the machine does not run (zif_memory_set_running), only when it does again. */
void memory_global_dirty_log_stop(void);
/** A53: log_sync to every listener for every range that somebody tracks. */
void memory_global_dirty_log_sync(void);

/**
 * Somebody who keeps what was made from a region's contents (a translator) and must know at once when they change:
 * told of every write through this API, and of A47, with the bytes written. Storage is the caller's until unwatched.
 */
typedef struct ZifCodeWatch {
    void (*written)(void *opaque, MemoryRegion *mr, hwaddr addr, hwaddr size);
    void *opaque;
    struct ZifCodeWatch *next; /* private */
} ZifCodeWatch;
/** Begins and ends watching a region that has memory of its own (a bug otherwise). */
void zif_memory_region_watch_code(MemoryRegion *mr, ZifCodeWatch *watch);
void zif_memory_region_unwatch_code(MemoryRegion *mr, ZifCodeWatch *watch);

/* ---- Coalescing, locking, eventfds, re-entrancy ---------------------------------------------------------------- */

/** Lets writes to the whole region be queued (A68): drops earlier windows, then A69 over all of it. */
void memory_region_set_coalescing(MemoryRegion *mr);
/**
 * Lets writes wholly inside the window be queued (A69, D32): they succeed once valid, and reach the callback in order
 * at the next access to a region with the flush flag (this one gets it), transaction, change of windows, snapshot or
 * flush.
 */
void memory_region_add_coalescing(MemoryRegion *mr, hwaddr offset, uint64_t size);
/** Flushes, drops all windows and the flush flag (A70). */
void memory_region_clear_coalescing(MemoryRegion *mr);
/** Queued writes are carried out before this region is accessed (A71). */
void memory_region_set_flush_coalesced(MemoryRegion *mr);
/** Flushes; ends A71 unless the region has windows of its own (A72). */
void memory_region_clear_flush_coalesced(MemoryRegion *mr);
/** Carries out all queued writes now. Call when the CPU stops. */
void zif_memory_flush_coalesced(ZifMemoryContext *ctx);
/** A73, one way: the callbacks promise to touch no shared state; changing the tree from inside them is then a bug. */
void memory_region_clear_global_locking(MemoryRegion *mr);
/**
 * A valid write of `size` bytes (0: any width, D31) to `addr`, of `data` if match_data, signals e instead of calling
 * the callback (A74). One fires: exact sizes before any-width, without match_data before with.
 */
void memory_region_add_eventfd(MemoryRegion *mr, hwaddr addr, unsigned size, bool match_data, uint64_t data,
                               EventNotifier *e);
/** Takes back exactly that A74 (A75); another is a bug. */
void memory_region_del_eventfd(MemoryRegion *mr, hwaddr addr, unsigned size, bool match_data, uint64_t data,
                               EventNotifier *e);
void zif_memory_region_set_reentrancy(MemoryRegion *mr, ZifReentrancy policy);
/** Accesses refused by the region's policy or the nesting limit. */
uint64_t zif_memory_region_rejected(const MemoryRegion *mr);
/** For D3: narrow writes to a wide implementation read the old value first instead of writing zeros beside. */
void zif_memory_region_set_rmw(MemoryRegion *mr, bool rmw);

/* ---- IOMMU ----------------------------------------------------------------------------------------------------- */

uint64_t memory_region_iommu_get_min_page_size(IOMMUMemoryRegion *iommu_mr); /* A76 */
/** A77: tells the notifiers of that index; perm IOMMU_NONE: a translation was taken back, otherwise one was made. */
void memory_region_notify_iommu(IOMMUMemoryRegion *iommu_mr, int iommu_idx, IOMMUTLBEntry entry);
/** A78: tells one notifier, if its range and flags say so; the entry goes whole, not clipped (D28). */
void memory_region_notify_one(IOMMUNotifier *notifier, IOMMUTLBEntry *entry);
/** A79: mr may be an alias. Bug: no flags, start > end, index out of range. n must stay until A80. */
void memory_region_register_iommu_notifier(MemoryRegion *mr, IOMMUNotifier *n);
void memory_region_unregister_iommu_notifier(MemoryRegion *mr, IOMMUNotifier *n); /* A80 */
/** A81: tells n of every translation there is, in steps of A76 (D29: whatever its range and flags). */
void memory_region_iommu_replay(IOMMUMemoryRegion *iommu_mr, IOMMUNotifier *n);
void memory_region_iommu_replay_all(IOMMUMemoryRegion *iommu_mr);                                           /* A82 */
int memory_region_iommu_get_attr(IOMMUMemoryRegion *iommu_mr, enum IOMMUMemoryRegionAttr attr, void *data); /* A83 */
int memory_region_iommu_attrs_to_index(IOMMUMemoryRegion *iommu_mr, MemTxAttrs attrs);                      /* A84 */
int memory_region_iommu_num_indexes(IOMMUMemoryRegion *iommu_mr);                                           /* A85 */

/* ---- Views and address spaces ---------------------------------------------------------------------------------- */

/* One range of a view (T17). Private: ask zif_flatview_range. */
struct FlatRange {
    hwaddr start, last; /* both inclusive */
    hwaddr offset;      /* of start in mr */
    MemoryRegion *mr;
    bool readonly; /* by an alias or container; the region's own flag is read live */
};

/** A rendered picture of a tree (T18). Its layout does not change while anybody besides the address spaces holds it. */
struct FlatView {
    struct rcu_head rcu;
    unsigned ref;
    FlatRange *ranges;
    unsigned nr;
    unsigned nr_allocated;
    struct AddressSpaceDispatch *dispatch;
    MemoryRegion *root;
    ZifMemoryContext *ctx;
};

/** Failed accesses of an address space, by cause. An access may count in several. */
typedef struct ZifFaultCounters {
    uint64_t decode_reads, decode_writes; /* MEMTX_DECODE_ERROR */
    uint64_t device_reads, device_writes; /* MEMTX_ERROR */
    uint64_t blocked;                     /* MEMTX_ACCESS_ERROR */
} ZifFaultCounters;

/** One bus master's memory (T15). */
struct AddressSpace {
    struct rcu_head rcu;
    char *name;
    MemoryRegion *root;
    struct FlatView *current_map;
    int ioeventfd_nb;
    struct MemoryRegionIoeventfd *ioeventfds;
    QTAILQ_HEAD(memory_listeners_as, MemoryListener) listeners;
    QTAILQ_ENTRY(AddressSpace) address_spaces_link;
    struct {
        ZifMemoryContext *ctx;
        uint32_t hint; /* range of the last hit */
        unsigned bounce_limit, bounce_used;
        uint64_t order;                    /* of creation */
        struct ZifCanvas *canvas, *coming; /* what it shows, and will show after the commit under way */
        ZifFaultCounters faults;
    } z;
};

/** A range, or part of one, as handed to callers (T19). Members are public. */
struct MemoryRegionSection {
    MemoryRegion *mr; /* NULL: nothing */
    FlatView *fv;
    hwaddr offset_within_region;
    Int128 size;
    hwaddr offset_within_address_space;
    bool readonly;
};

/**
 * Somebody who follows the map of one address space, or of all (T14). Fill in the callbacks wanted and the priority;
 * the rest is private. Lower priorities run earlier in additive callbacks and later in removing ones. Callbacks may
 * change the tree (D9) and access memory; during them the old map is in force until the address space's callbacks are
 * through.
 */
struct MemoryListener {
    void (*begin)(MemoryListener *listener);  /* a change of any map is coming */
    void (*commit)(MemoryListener *listener); /* it is through */
    void (*region_add)(MemoryListener *listener, MemoryRegionSection *section);
    void (*region_del)(MemoryListener *listener, MemoryRegionSection *section);
    void (*region_nop)(MemoryListener *listener, MemoryRegionSection *section); /* costs time in large maps (D8) */
    /**
     * Clients of a range that was there before changed; masks before and after. A new range's mask is read in
     * region_add.
     */
    void (*log_start)(MemoryListener *listener, MemoryRegionSection *section, int old, int new);
    void (*log_stop)(MemoryListener *listener, MemoryRegionSection *section, int old, int new);
    void (*log_sync)(MemoryListener *listener, MemoryRegionSection *section); /* report what was written to A47, now */
    void (*log_global_start)(MemoryListener *listener);
    void (*log_global_stop)(MemoryListener *listener);
    /** section.mr is NULL; address and size are valid. */
    void (*eventfd_add)(MemoryListener *listener, MemoryRegionSection *section, bool match_data, uint64_t data,
                        EventNotifier *e);
    void (*eventfd_del)(MemoryListener *listener, MemoryRegionSection *section, bool match_data, uint64_t data,
                        EventNotifier *e);
    /** section.mr is NULL; the section is the whole range, addr (absolute) and len the window in it. */
    void (*coalesced_mmio_add)(MemoryListener *listener, MemoryRegionSection *section, hwaddr addr, hwaddr len);
    void (*coalesced_mmio_del)(MemoryListener *listener, MemoryRegionSection *section, hwaddr addr, hwaddr len);
    unsigned priority;
    AddressSpace *address_space; /* NULL while not registered, and for a listener of all */
    QTAILQ_ENTRY(MemoryListener) link;
    QTAILQ_ENTRY(MemoryListener) link_as;
    struct {
        ZifMemoryContext *ctx; /* NULL while not registered */
        uint64_t order;
        bool waiting; /* registered during a commit: it is told when that is through */
    } z;
};

/**
 * A87: tells the listener of the present map (begin, adds with their log_start, eventfds and windows (D12), commit)
 * and then of every change. filter NULL: all address spaces, also later ones (D4). Registering twice is a bug.
 */
void memory_listener_register(MemoryListener *listener, AddressSpace *filter);
/** A88: the reverse; not registered: nothing. */
void memory_listener_unregister(MemoryListener *listener);

/**
 * A92: makes an address space of a tree; the view is there at once (D10). The root's own address does not matter
 * (D5). name is copied.
 */
void address_space_init(AddressSpace *as, MemoryRegion *root, const char *name);
/** A93: ends it. Listeners must be gone (a bug otherwise). The view lives on until its last holder lets go. */
void address_space_destroy(AddressSpace *as);
/** A2: the view in force, borrowed until the next change. */
static inline FlatView *address_space_to_flatview(AddressSpace *as)
{
    return as->current_map;
}

/** A range of a view with everything resolved. */
typedef struct ZifFlatRange {
    MemoryRegion *mr;
    hwaddr start, last; /* inclusive */
    Int128 size;
    hwaddr offset_within_region;
    bool readonly, romd;
    uint8_t dirty_mask;
} ZifFlatRange;
unsigned zif_flatview_count(const FlatView *fv);
/** Range i, counted by ascending address; i must be below the count. */
ZifFlatRange zif_flatview_range(const FlatView *fv, unsigned i);
/** Holds a view so that its layout stays while the map moves on. */
void zif_flatview_ref(FlatView *fv);
void zif_flatview_unref(FlatView *fv);

/** The context's address spaces in creation order: NULL gives the first, the last gives NULL. */
AddressSpace *zif_address_space_next(ZifMemoryContext *ctx, AddressSpace *as);
/** Changes with every commit and attribute toggle of the context: a cheap way to keep what one looked up. */
uint64_t zif_address_space_generation(const AddressSpace *as);
const ZifFaultCounters *zif_address_space_faults(const AddressSpace *as);

/**
 * A89: prints the trees, or with `flatview` the views, through mon_printf(f, ...); `dispatch_tree` adds the lookup
 * structure, `owner` each region's owner. The format is described in docs/memory.md.
 */
void mtree_info(fprintf_function mon_printf, void *f, bool flatview, bool dispatch_tree, bool owner);
/** The same facts as JSON text; the caller frees. NULL and *errp without memory. */
char *zif_mtree_json(bool flatview, bool owner, Error **errp);

/* ---- Access ---------------------------------------------------------------------------------------------------- */

/**
 * One access straight to a region, whatever the map says (A90, A91): validity (D1, D2), eventfds, splitting and
 * widening (D3), byte order, callbacks. Values are in guest order (little-endian). A refused read gives 0. RAM
 * refuses: it is accessed directly.
 */
MemTxResult memory_region_dispatch_read(MemoryRegion *mr, hwaddr addr, uint64_t *pval, unsigned size, MemTxAttrs attrs);
MemTxResult memory_region_dispatch_write(MemoryRegion *mr, hwaddr addr, uint64_t data, unsigned size, MemTxAttrs attrs);

/**
 * Reads or writes len bytes (A94-A96; len <= 0: nothing, MEMTX_OK). Memory is copied; devices see naturally aligned
 * accesses as wide as they take. Every piece is tried; the results are ORed; unassigned bytes read 0. Ranges are
 * honoured for every piece (D13, D16), read-only windows too (D15). Addresses wrap at 2^64.
 */
MemTxResult address_space_rw(AddressSpace *as, hwaddr addr, MemTxAttrs attrs, uint8_t *buf, int len, bool is_write);
MemTxResult address_space_write(AddressSpace *as, hwaddr addr, MemTxAttrs attrs, const uint8_t *buf, int len);
MemTxResult address_space_read_full(AddressSpace *as, hwaddr addr, MemTxAttrs attrs, uint8_t *buf, int len);
/**
 * A loader's write: reaches ROM and the memory of ROM devices, marks it dirty, skips devices. MEMTX_DECODE_ERROR for
 * unassigned bytes.
 */
MemTxResult address_space_write_rom(AddressSpace *as, hwaddr addr, MemTxAttrs attrs, const uint8_t *buf, int len);
/** A97: the rest of a read whose first piece is l bytes at addr1 of mr. */
MemTxResult flatview_read_continue(FlatView *fv, hwaddr addr, MemTxAttrs attrs, uint8_t *buf, int len, hwaddr addr1,
                                   hwaddr l, MemoryRegion *mr);
/**
 * A98: which region answers, through IOMMUs; never NULL (a region that refuses everything stands for nothing). *xlat:
 * offset in it. *plen: how much of the length asked for it covers (devices are not clipped, they may be asked whole).
 */
MemoryRegion *flatview_translate(FlatView *fv, hwaddr addr, hwaddr *xlat, hwaddr *plen, bool is_write,
                                 MemTxAttrs attrs);
/** A8: A98 on the view in force. */
static inline MemoryRegion *address_space_translate(AddressSpace *as, hwaddr addr, hwaddr *xlat, hwaddr *len,
                                                    bool is_write, MemTxAttrs attrs)
{
    return flatview_translate(address_space_to_flatview(as), addr, xlat, len, is_write, attrs);
}
/** A9: may the region's memory be accessed by pointer? (A range may still be read-only.) */
static inline bool memory_access_is_direct(MemoryRegion *mr, bool is_write)
{
    if (is_write) {
        return mr->ram && !mr->readonly && !mr->ram_device;
    }
    return (mr->ram && !mr->ram_device) || memory_region_is_romd(mr);
}
/** A99: would every byte be accepted? Nothing is accessed; devices are asked for the pieces A94 would make. */
bool address_space_access_valid(AddressSpace *as, hwaddr addr, int len, bool is_write, MemTxAttrs attrs);

/** What an address is, for a CPU that makes its own accesses. */
typedef struct ZifMemoryHit {
    MemoryRegion *mr; /* never NULL: a region that refuses everything stands for nothing */
    hwaddr xlat;      /* offset in mr */
    uint8_t
        *host;   /* byte at addr if it may be accessed in this direction by pointer, else NULL: ask the address space */
    hwaddr last; /* the answer holds from addr to here, inclusive */
} ZifMemoryHit;
ZifMemoryHit zif__address_space_lookup(AddressSpace *as, hwaddr addr, bool is_write, MemTxAttrs attrs);
/**
 * Looks an address up (a few instructions when the range is the one hit last). Valid until
 * zif_address_space_generation changes. Stores through `host` must be followed by memory_region_set_dirty(mr, xlat,
 * len) when mr's mask is not 0.
 */
static inline ZifMemoryHit zif_address_space_lookup(AddressSpace *as, hwaddr addr, bool is_write, MemTxAttrs attrs)
{
    const FlatView *fv = as->current_map;
    uint32_t hint = as->z.hint;
    if (__builtin_expect(hint < fv->nr, 1)) {
        const FlatRange *r = &fv->ranges[hint];
        if (__builtin_expect(addr >= r->start && addr <= r->last && !r->mr->is_iommu, 1)) {
            MemoryRegion *mr = r->mr;
            hwaddr xlat = addr - r->start + r->offset;
            bool direct = memory_access_is_direct(mr, is_write) && !(is_write && r->readonly);
            return (ZifMemoryHit){ mr, xlat, direct ? mr->z.host + xlat : NULL, r->last };
        }
    }
    return zif__address_space_lookup(as, addr, is_write, attrs);
}

/**
 * A10: as A96; of a constant length it may take a shorter way.
 */
static inline __attribute__((__always_inline__)) MemTxResult address_space_read(AddressSpace *as, hwaddr addr,
                                                                                MemTxAttrs attrs, uint8_t *buf, int len)
{
    if (__builtin_constant_p(len) && len > 0) {
        ZifMemoryHit hit = zif_address_space_lookup(as, addr, false, attrs);
        if (hit.host && hit.last - addr >= (hwaddr)len - 1) {
            memcpy(buf, hit.host, (size_t)len);
            return MEMTX_OK;
        }
    }
    return address_space_read_full(as, addr, attrs, buf, len);
}

/*
 * Loads and stores: address_space_{ldub,lduw,ldl,ldq,stb,stw,stl,stq}{,_le,_be} (L1-L42). One access of the full
 * width to one region (a device that does not take it so gives MEMTX_DECODE_ERROR and 0); memory takes any alignment,
 * also across ranges (D17). Without suffix: guest order, little-endian. `result` may be NULL. stl_notdirty marks
 * every logged client but CODE (D18).
 */
#define ZIF__GLUE_(a, b) a##b
#define ZIF__GLUE(a, b)  ZIF__GLUE_(a, b)

#define SUFFIX
#define ARG1      as
#define ARG1_DECL AddressSpace *as
#include <zif/memory_ldst.inc.h>

#define SUFFIX
#define ARG1      as
#define ARG1_DECL AddressSpace *as
#include <zif/memory_ldst_phys.inc.h>

/* What an access looks at before it calls a device, one for each context. Private. */
typedef struct ZifIoGate {
    unsigned nesting;   /* dispatches in progress */
    uint8_t attention;  /* reasons to take the careful way, whatever the region */
    uint32_t ownerless; /* stands for the count of references of what owns a region that has no owner */
} ZifIoGate;

/*
 * A device as a bus master remembers it, to reach it again without looking it up. What was found is valid until a range of
 * the address space comes or goes: the master learns that as a MemoryListener. The fields are private.
 */
typedef struct ZifIoRange {
    MemoryRegion *mr;
    ZifIoGate *gate;
    uint32_t *refs; /* of the region's owner */
    hwaddr offset;  /* of address 0 in mr, modulo 2^64 */
    void *opaque;
    uint64_t (*read)(void *opaque, hwaddr addr, unsigned size);
    MemTxResult (*read_with_attrs)(void *opaque, hwaddr addr, uint64_t *data, unsigned size, MemTxAttrs attrs);
    void (*write)(void *opaque, hwaddr addr, uint64_t data, unsigned size);
    MemTxResult (*write_with_attrs)(void *opaque, hwaddr addr, uint64_t data, unsigned size, MemTxAttrs attrs);
    AddressSpace *as;
    uint8_t whole; /* sizes (1, 2, 4) that go to the callbacks as they are, at aligned addresses */
} ZifIoRange;
/** The device at addr, from *first to *last. False: memory, a ROM device whose contents are visible, a translating region, nothing. */
bool zif_io_range(AddressSpace *as, hwaddr addr, ZifIoRange *range, hwaddr *first, hwaddr *last);

/* Private: callbacks with attributes, and accesses of which somebody is to be told or that a callback makes; the end of a
 * region's owner. */
MemTxResult zif__io_range_load_other(const ZifIoRange *range, hwaddr addr, uint64_t *value, unsigned size,
                                     MemTxAttrs attrs);
MemTxResult zif__io_range_store_other(const ZifIoRange *range, hwaddr addr, uint64_t value, unsigned size,
                                      MemTxAttrs attrs);
void zif__io_range_owner_gone(const ZifIoRange *range);

/* Nobody looks, and no callback runs. */
static inline bool zif__io_range_is_free(const ZifIoRange *range)
{
    const ZifIoGate *gate = range->gate;
    return (range->mr->z.attention | gate->attention | gate->nesting) == 0;
}
static inline void zif__io_range_enter(const ZifIoRange *range)
{
    range->gate->nesting = 1;
    range->mr->z.holds[ZIF_HOLD_CALLBACK] = 1;
    ++*range->refs;
}
static inline void zif__io_range_leave(const ZifIoRange *range)
{
    range->gate->nesting = 0;
    range->mr->z.holds[ZIF_HOLD_CALLBACK] = 0;
    if (__builtin_expect(--*range->refs == 0, 0)) {
        zif__io_range_owner_gone(range);
    }
}

/** An aligned access of a size in `whole`; bits beyond it are whatever the device gave. The range stays where it is meanwhile. */
static inline MemTxResult zif_io_range_load_whole(const ZifIoRange *range, hwaddr addr, uint64_t *value, unsigned size,
                                                  MemTxAttrs attrs)
{
    if (__builtin_expect(zif__io_range_is_free(range) && range->read != NULL, 1)) {
        zif__io_range_enter(range);
        *value = range->read(range->opaque, addr + range->offset, size);
        zif__io_range_leave(range);
        return MEMTX_OK;
    }
    uint64_t other; /* so that the address of the caller's need not be taken */
    MemTxResult r = zif__io_range_load_other(range, addr, &other, size, attrs);
    *value = other;
    return r;
}
static inline MemTxResult zif_io_range_store_whole(const ZifIoRange *range, hwaddr addr, uint64_t value, unsigned size,
                                                   MemTxAttrs attrs)
{
    if (__builtin_expect(zif__io_range_is_free(range) && range->write != NULL, 1)) {
        zif__io_range_enter(range);
        range->write(range->opaque, addr + range->offset, value, size);
        zif__io_range_leave(range);
        return MEMTX_OK;
    }
    return zif__io_range_store_other(range, addr, value, size, attrs);
}
/** As address_space_ld*_le and address_space_st*_le of 1, 2, 4 or 8 bytes inside the range. */
MemTxResult zif_io_range_load(const ZifIoRange *range, hwaddr addr, uint64_t *value, unsigned size, MemTxAttrs attrs);
MemTxResult zif_io_range_store(const ZifIoRange *range, hwaddr addr, uint64_t value, unsigned size, MemTxAttrs attrs);

/* ---- Maps and caches ------------------------------------------------------------------------------------------- */

/**
 * A host pointer to guest memory (A100): *plen is how much was asked for and becomes how much there is. Memory is
 * mapped as far as it is one piece; anything else gets a bounce buffer of at most a page, filled now for reads,
 * written out by unmap. NULL and *plen 0 (D19) when *plen is 0 or every buffer is taken (D20);
 * zif_map_client_register tells when to try again. The memory is kept until unmap. For reads or for writes, not both.
 */
void *address_space_map(AddressSpace *as, hwaddr addr, hwaddr *plen, bool is_write, MemTxAttrs attrs);
/** A101: `len` as A100 left it; access_len: what was really used. A pointer that is not mapped is a bug. */
void address_space_unmap(AddressSpace *as, void *buffer, hwaddr len, int is_write, hwaddr access_len);
/** How many bounce buffers an address space may have in use (16 unless set; 1 is what the original has). */
void zif_address_space_set_bounce_limit(AddressSpace *as, unsigned buffers);

/** Called once when a bounce buffer is free again (X14). Fill in fn and opaque. */
typedef struct ZifMapClient {
    void (*fn)(void *opaque);
    void *opaque;
    QLIST_ENTRY(ZifMapClient) link; /* private, as is all below */
    AddressSpace *as;
    bool registered;
} ZifMapClient;
/**
 * Calls at once when a buffer is free now. Of several the last registered is called first. Registering twice is a bug.
 * as NULL: any address space of the current context will do.
 */
void zif_map_client_register(AddressSpace *as, ZifMapClient *client);
/** Not registered (any more): nothing. */
void zif_map_client_unregister(ZifMapClient *client);
static inline void cpu_register_map_client(ZifMapClient *client)
{
    zif_map_client_register(NULL, client);
}
static inline void cpu_unregister_map_client(ZifMapClient *client)
{
    zif_map_client_unregister(client);
}

/**
 * A102: host pointer at `addr` of the block; with block NULL addr is a place in RAM space. Outside the used part: a
 * bug.
 */
void *qemu_map_ram_ptr(RAMBlock *ram_block, ram_addr_t addr);

/** A piece of an address space kept for repeated access (T20). */
struct MemoryRegionCache {
    void *ptr; /* NULL: every access goes the long way */
    hwaddr xlat;
    hwaddr len;
    FlatView *fv;
    MemoryRegionSection mrs;
    bool is_write;
    bool readonly; /* by an alias or container */
};
/** A cache that was never made; destroying it does nothing (M15). */
#define MEMORY_REGION_CACHE_INVALID ((MemoryRegionCache){ .mrs.mr = NULL })

/**
 * Prepares for repeated access to [addr, addr + len), len > 0 (A103). Returns how much of it the cache covers:
 * possibly less for memory, all of it for anything else, where each access gives its own result (D21). The cache
 * keeps showing what was there when it was made, whatever becomes of the map. Negative errno: resources.
 */
int64_t address_space_cache_init(MemoryRegionCache *cache, AddressSpace *as, hwaddr addr, hwaddr len, bool is_write);
/** A104: marks what was written as dirty. A cache made for reading is a bug. */
void address_space_cache_invalidate(MemoryRegionCache *cache, hwaddr addr, hwaddr access_len);
/** A105: lets go; harmless when repeated. */
void address_space_cache_destroy(MemoryRegionCache *cache);

/** A106, A107: the long way of A13 and A14; a long transfer stays in the cached region (D22). */
void address_space_read_cached_slow(MemoryRegionCache *cache, hwaddr addr, void *buf, int len);
void address_space_write_cached_slow(MemoryRegionCache *cache, hwaddr addr, const void *buf, int len);

/* Loads and stores by offset in the cache (L15-L28, L36-L42): the long way. */
#define SUFFIX    _cached_slow
#define ARG1      cache
#define ARG1_DECL MemoryRegionCache *cache
#include <zif/memory_ldst.inc.h>

/* Reports an access outside the cache, which is a bug. */
noreturn void zif__cache_overrun(const MemoryRegionCache *cache, hwaddr addr, hwaddr width);
static inline void zif__cache_check(const MemoryRegionCache *cache, hwaddr addr, hwaddr width)
{
    if (__builtin_expect(addr >= cache->len || width > cache->len - addr, 0)) {
        zif__cache_overrun(cache, addr, width);
    }
}

/* Host loads and stores in a given order, any alignment. */
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define ZIF__LE(n, v) __builtin_bswap##n(v)
#define ZIF__BE(n, v) (v)
#else
#define ZIF__LE(n, v) (v)
#define ZIF__BE(n, v) __builtin_bswap##n(v)
#endif
#define ZIF__HOST_ACCESS(n, ld, st)                                                                                    \
    static inline uint##n##_t zif__##ld##_le_p(const void *p)                                                          \
    {                                                                                                                  \
        uint##n##_t v;                                                                                                 \
        memcpy(&v, p, sizeof v);                                                                                       \
        return ZIF__LE(n, v);                                                                                          \
    }                                                                                                                  \
    static inline uint##n##_t zif__##ld##_be_p(const void *p)                                                          \
    {                                                                                                                  \
        uint##n##_t v;                                                                                                 \
        memcpy(&v, p, sizeof v);                                                                                       \
        return ZIF__BE(n, v);                                                                                          \
    }                                                                                                                  \
    static inline uint##n##_t zif__##ld##_p(const void *p)                                                             \
    {                                                                                                                  \
        return zif__##ld##_le_p(p);                                                                                    \
    }                                                                                                                  \
    static inline void zif__##st##_le_p(void *p, uint##n##_t v)                                                        \
    {                                                                                                                  \
        v = ZIF__LE(n, v);                                                                                             \
        memcpy(p, &v, sizeof v);                                                                                       \
    }                                                                                                                  \
    static inline void zif__##st##_be_p(void *p, uint##n##_t v)                                                        \
    {                                                                                                                  \
        v = ZIF__BE(n, v);                                                                                             \
        memcpy(p, &v, sizeof v);                                                                                       \
    }                                                                                                                  \
    static inline void zif__##st##_p(void *p, uint##n##_t v)                                                           \
    {                                                                                                                  \
        zif__##st##_le_p(p, v);                                                                                        \
    }
ZIF__HOST_ACCESS(16, lduw, stw)
ZIF__HOST_ACCESS(32, ldl, stl)
ZIF__HOST_ACCESS(64, ldq, stq)

/**
 * A11, A12: one byte; the others are below. By pointer where there is one: no dirty marks until A104. Outside the
 * cache: a bug.
 */
static inline uint8_t address_space_ldub_cached(MemoryRegionCache *cache, hwaddr addr, MemTxAttrs attrs,
                                                MemTxResult *result)
{
    zif__cache_check(cache, addr, 1);
    if (__builtin_expect(!cache->ptr, 0)) {
        return (uint8_t)address_space_ldub_cached_slow(cache, addr, attrs, result);
    }
    if (result) {
        *result = MEMTX_OK;
    }
    return ((uint8_t *)cache->ptr)[addr];
}
static inline void address_space_stb_cached(MemoryRegionCache *cache, hwaddr addr, uint32_t val, MemTxAttrs attrs,
                                            MemTxResult *result)
{
    zif__cache_check(cache, addr, 1);
    if (__builtin_expect(!cache->ptr, 0)) {
        address_space_stb_cached_slow(cache, addr, val, attrs, result);
        return;
    }
    if (result) {
        *result = MEMTX_OK;
    }
    ((uint8_t *)cache->ptr)[addr] = (uint8_t)val;
}

/* L43-L54, and guest order. */
#define ENDIANNESS _le
#include <zif/memory_ldst_cached.inc.h>
#define ENDIANNESS _be
#include <zif/memory_ldst_cached.inc.h>
#define ENDIANNESS
#include <zif/memory_ldst_cached.inc.h>

#define SUFFIX    _cached
#define ARG1      cache
#define ARG1_DECL MemoryRegionCache *cache
#include <zif/memory_ldst_phys.inc.h>

/** A13, A14: len bytes at addr of the cache, which must cover them. */
static inline void address_space_read_cached(MemoryRegionCache *cache, hwaddr addr, void *buf, int len)
{
    zif__cache_check(cache, addr, (hwaddr)len);
    if (__builtin_expect(cache->ptr != NULL, 1)) {
        memcpy(buf, (uint8_t *)cache->ptr + addr, (size_t)len);
    } else {
        address_space_read_cached_slow(cache, addr, buf, len);
    }
}
static inline void address_space_write_cached(MemoryRegionCache *cache, hwaddr addr, void *buf, int len)
{
    zif__cache_check(cache, addr, (hwaddr)len);
    if (__builtin_expect(cache->ptr != NULL, 1)) {
        memcpy((uint8_t *)cache->ptr + addr, buf, (size_t)len);
    } else {
        address_space_write_cached_slow(cache, addr, buf, len);
    }
}

/**
 * A86: the whole translation of an address through every IOMMU on its way: page-aligned addresses, the smallest page
 * of the chain, the rights all of them give (D27). Without IOMMU the address space itself and the target page.
 * Failure: all zero.
 */
IOMMUTLBEntry address_space_get_iotlb_entry(AddressSpace *as, hwaddr addr, bool is_write, MemTxAttrs attrs);

/* ---- RAM blocks ------------------------------------------------------------------------------------------------ */

/** Host memory behind a region (X10). Read only; the dirty bitmaps are private. */
struct RAMBlock {
    MemoryRegion *mr;
    uint8_t *host;
    ram_addr_t offset;      /* in RAM space, a multiple of 64 pages */
    ram_addr_t used_length; /* multiples of the host page */
    ram_addr_t max_length;
    void (*resized)(const char *id, uint64_t length, void *host);
    uint32_t flags;
    char idstr[256];
    int fd; /* -1: anonymous */
    size_t page_size;
    size_t mapped; /* bytes to unmap; 0: the caller's memory */
    uint64_t *dirty[ZIF_DIRTY_CLIENTS];
    struct ZifCodeWatch *code_watches;
    QTAILQ_ENTRY(RAMBlock) link; /* by offset */
};
/** The context's blocks by ascending offset: NULL gives the first, the last gives NULL. */
RAMBlock *zif_ram_block_next(ZifMemoryContext *ctx, RAMBlock *block);
/** By the name it has in streams, or NULL. Blocks that are in no stream have an empty name. */
RAMBlock *zif_ram_block_by_name(ZifMemoryContext *ctx, const char *name);
/**
 * Writes shared file blocks back to their files and waits until they are there. False and *errp naming the first that
 * failed.
 */
bool zif_memory_sync_files(ZifMemoryContext *ctx, Error **errp);

/* ---- Snapshot stream ------------------------------------------------------------------------------------------- */

/** Options of zif_memory_save. */
enum {
    ZIF_MEMORY_SAVE_DIRTY = 1,    /* only pages written since the last save; needs global dirty logging */
    ZIF_MEMORY_SAVE_PREALLOC = 2, /* blocks in the caller's memory too (but never RAM devices) */
    ZIF_MEMORY_SAVE_BY_FILE = 4,  /* shared file blocks by reference: synced, their contents not in the stream */
};
/** True when all len bytes went through. */
typedef bool (*ZifMemoryWrite)(void *opaque, const void *data, size_t len);
typedef bool (*ZifMemoryRead)(void *opaque, void *data, size_t len);
/** Saves every RAM_MIGRATABLE block; clears their pages for DIRTY_MEMORY_MIGRATION. False and *errp on failure. */
bool zif_memory_save(ZifMemoryContext *ctx, unsigned options, ZifMemoryWrite fn, void *opaque, Error **errp);
/**
 * Loads a stream: blocks are found by name, resizeable ones resized, fixed ones must have the size they had; loaded
 * pages become dirty for VGA and CODE. A stream that is cut, malformed or of another machine gives false and *errp;
 * nothing outside the blocks is ever written, but blocks read before the fault keep what was loaded.
 */
bool zif_memory_load(ZifMemoryContext *ctx, ZifMemoryRead fn, void *opaque, Error **errp);

#endif
