/*
 * What both CPU memory ports share: the port object, the map kept in step with the address space, and the slow way to
 * make an access. Nothing here knows the engine. SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ZIF_CPU_PORT_INTERNAL_H
#define ZIF_CPU_PORT_INTERNAL_H

#include "port.h"
#include "port_counts.h"
#include "port_insn.h"

/* Code seen in a RAM block: one byte for each ZIF_PORT_PAGE of the region. */
typedef struct ZifPortCode {
    struct ZifPortCode *next;
    MemoryRegion *mr;
    uint64_t pages;
    uint8_t *flags; /* 0: no code; else 1 + stores into the page since */
    struct ZifPort *port;
    bool watching; /* writes by others are reported to us */
    ZifCodeWatch watch;
} ZifPortCode;

/* One range of the CPU's flat view that has memory behind it; ranges of devices are not kept. */
typedef struct {
    uint32_t start, last; /* first and last address */
    uint8_t *host;        /* of `start` */
    MemoryRegion *mr;
    uint64_t offset;  /* of `start` in mr */
    bool load, store; /* plain memory for loads, for stores */
    uint8_t log;      /* dirty clients to tell of stores, DIRTY_MEMORY_CODE left out */
    ZifPortCode *code;
} ZifPortSection;

typedef struct ZifPortOps ZifPortOps;

typedef struct {
    uint32_t page; /* address | 1; 0 while empty */
    unsigned prot;
} ZifPortProt;

/* A device used before, as far as it lies in one page: loads and stores go straight to it. */
typedef struct {
    ZifIoRange range;
    uint32_t first, size; /* addresses [first, first + size), whole words; size 0: void */
    struct {
        uint32_t load, store;
    } reach[3];       /* `size` where aligned accesses of 1, 2 and 4 bytes need no question, else 0 */
    MemTxAttrs attrs; /* of accesses with the present privilege */
} ZifPortDevice;
_Static_assert(sizeof(ZifPortDevice) == 128, "its place in a table is found by a shift");

/* Powers of two; an instruction makes at most 36 accesses. */
enum { ZIF_PORT_PROTS = 256, ZIF_PORT_DEVICES = 32, ZIF_PORT_RECORDS = 64 };

/* A bus access already made by an instruction that has to be run again. */
typedef struct {
    uint32_t addr;
    uint32_t value;
    uint8_t size;
    bool is_write;
    bool first;      /* of the accesses made by one call */
    uintptr_t where; /* the caller's mark */
} ZifPortRecord;

/* An eventfd that fires at any value of its width: stores reach it without asking the device. Those that compare the value stay
 * with the address space, which knows the device's byte order. */
typedef struct {
    uint32_t addr, size;
    EventNotifier *notifier;
} ZifPortDoorbell;

struct ZifPort {
    const ZifPortOps *ops;
    ZifPortKind kind;
    ZifPortConfig config;

    MemoryListener listener;
    ZifPortSection *sections; /* ascending */
    unsigned section_count, section_room;
    unsigned section_hits[16]; /* found last, by the top digit of the address */
    uint64_t gap, gap_end;     /* addresses [gap, gap_end) looked up last and found in no section: devices, mostly */
    ZifPortCode *codes;
    uint64_t swept_layout;      /* when codes of regions that left the map were dropped */
    bool storing;               /* a store of our own: the watch need not tell */
    ZifPortDoorbell *doorbells; /* in the order the address space announced them */
    unsigned doorbell_count;
    unsigned windows; /* coalescing windows in sight: what they queue goes out when the processor stops */
    bool map_changed; /* since the engine's mappings were brought up to date */
    bool
        mode_of_code; /* a ROM device with code in it changed its mode since ops->map_changed was called; that clears it */
    bool log_open;    /* some logged page may be stored to inline: it is dirty already */
    bool only_romd;  /* of what changed since ops->map_changed was called; that sets it */
    uint64_t layout; /* sum over the sections of what the engine's mappings follow from */

    ZifPortProt prots[ZIF_PORT_PROTS];
    ZifPortDevice devices[ZIF_PORT_DEVICES];
    uint32_t devices_known;                 /* a bit for each of `devices` that is not void */
    bool unaligned_traps, div_traps, fp_on; /* cached answers of the client, once modes_known */
    bool modes_known;

    uint64_t count; /* portable: always right; fast: right outside a run, see ops->count */
    uint64_t limit;
    bool running, stop_requested;
    bool fp_armed;      /* tell the client before the next FP instruction */
    bool at_breakpoint; /* the last run stopped at a breakpoint here and nothing has moved since */
    ZifPortInfo info;   /* of the access refused last */

    uint32_t *breakpoints;
    unsigned breakpoint_count;

    void (*observer)(void *opaque, uint32_t pc, unsigned size);
    void *observer_opaque;
    ZifCounts *counts; /* NULL until somebody counts; then kept, for generated code knows its blocks */
    unsigned counters; /* who count */
    uint64_t settled;  /* count when blocks' own counters, which are of 32 bits, were moved to the addresses */
    ZifFlowObserver *flow;
    void *flow_opaque;

    ZifPortMonitor exclusive;

    /* Fast port: bus accesses as they are made, the last ones in a ring; while an instruction is run again (`replaying`) the
     * first record_count answer those it repeats. */
    bool recording, replaying;
    bool record_first;
    uintptr_t record_where;
    uint64_t record_count, record_next;
    ZifPortRecord records[ZIF_PORT_RECORDS];
};

/* Known to be in no section. False says nothing. */
static inline bool zif__port_in_gap(const ZifPort *port, uint32_t addr)
{
    return addr >= port->gap && addr < port->gap_end;
}

struct ZifPortOps {
    const char *name;
    ZifPort *(*open)(const ZifPortConfig *config, Error **errp);
    void (*close)(ZifPort *port);
    ZifPortStop (*run)(ZifPort *port, ZifPortInfo *info);
    uint64_t (*count)(const ZifPort *port);
    uint32_t (*get)(ZifPort *port, ZifReg reg);
    void (*set)(ZifPort *port, ZifReg reg, uint32_t value);
    void (*limit_lowered)(ZifPort *port); /* or a stop was requested; inside a run */
    void (*map_changed)(ZifPort *port);   /* sections came or went, or what may be stored inline changed */
    void (*sync)(ZifPort *port);          /* brings the engine's mappings up to date; outside a run */
    void (*flush)(ZifPort *port);         /* what `prots` and the cached answers say is void */
    void (*forget_code)(ZifPort *port, uint32_t addr, uint32_t size); /* translations of these guest bytes */
    void (*modes_changed)(ZifPort *port);                             /* observer or breakpoints were set or removed */
};

extern const ZifPortOps zif__port_portable;
extern const ZifPortOps zif__port_fast;
/** Is the fast port there, for this engine's version, and does its self-test pass? Else false and one sentence. */
bool zif__port_fast_usable(Error **errp);
/** "portable (unicorn 2.0.1)" */
const char *zif__engine_describe(ZifPortKind kind);

/* port_map.c */
void zif__port_map_attach(ZifPort *port);
void zif__port_map_detach(ZifPort *port);
/** The memory at addr, or NULL: a device or nothing. */
const ZifPortSection *zif__port_find(ZifPort *port, uint32_t addr);
/** Notes that code of these bytes was executed or translated. True when a page held none before. */
bool zif__port_mark_code(ZifPort *port, uint32_t addr, uint32_t size);
/** Does a page of [addr, addr + size) in this section hold code? */
bool zif__port_is_code(const ZifPortSection *s, uint32_t addr, uint32_t size);
/** Drops translations of [offset, offset + size) of a region wherever it is mapped. */
void zif__port_code_written(ZifPort *port, MemoryRegion *mr, uint64_t offset, uint64_t size);
/** The eventfd that a store of this width rings; NULL: none here. */
EventNotifier *zif__port_doorbell(const ZifPort *port, uint32_t addr, unsigned size);
/** Tells the dirty logs of a store of the guest. */
void zif__port_log_store(ZifPort *port, const ZifPortSection *s, uint32_t addr, uint32_t size);
/** A store of the guest reached this memory: dirty logs and translated code follow. */
void zif__port_stored(ZifPort *port, const ZifPortSection *s, uint32_t addr, uint32_t size);

/* One stretch of memory the engine maps: whole pages, contiguous on both sides. */
typedef struct {
    uint32_t start;
    uint64_t size;
    uint8_t *host;
    uint64_t tag; /* fast port: the engine's address of this memory */
} ZifPortMapping;
/** The stretches of the present map, ascending, into a new array (free it). */
ZifPortMapping *zif__port_mappings(const ZifPort *port, unsigned *count);

/* port_access.c */
void zif__port_refresh_modes(ZifPort *port);
unsigned zif__port_ask_prot(ZifPort *port, uint32_t page);
static inline ZifPortProt *zif__port_prot_slot(ZifPort *port, uint32_t page)
{
    page /= ZIF_PORT_PAGE;
    return &port->prots[(page ^ page >> 8 ^ page >> 16) % ZIF_PORT_PROTS];
}
/** Client's answer for the page holding addr, cached. */
static inline unsigned zif__port_prot(ZifPort *port, uint32_t addr)
{
    uint32_t page = addr & ~(ZIF_PORT_PAGE - 1);
    const ZifPortProt *p = zif__port_prot_slot(port, page);
    return p->page == (page | 1) ? p->prot : zif__port_ask_prot(port, page);
}
/** The bus refused: does the instruction? Then false, and port->info says why. */
bool zif__port_bus_failed(ZifPort *port, uint32_t addr, unsigned size, bool is_write, MemTxResult result);
static inline unsigned zif__port_device_slot(uint32_t addr)
{
    uint32_t page = addr / ZIF_PORT_PAGE;
    return (page ^ page >> 5) % ZIF_PORT_DEVICES;
}
/** The device at addr if it is known already and takes this access without a question; NULL says nothing. */
static inline const ZifPortDevice *zif__port_device(const ZifPort *port, uint32_t addr, unsigned size, bool is_write)
{
    const ZifPortDevice *d = &port->devices[zif__port_device_slot(addr)];
    const unsigned width = (unsigned)__builtin_ctz(size | 4);
    uint32_t reach = size > 4 ? 0 : is_write ? d->reach[width].store : d->reach[width].load;
    return __builtin_expect(addr - d->first < reach && (addr & (size - 1)) == 0, 1) ? d : NULL;
}
/** Is a device at addr known? */
static inline bool zif__port_knows_device(const ZifPort *port, uint32_t addr)
{
    const ZifPortDevice *d = &port->devices[zif__port_device_slot(addr)];
    return addr - d->first < d->size;
}
/** The map or the permissions changed. */
void zif__port_forget_devices(ZifPort *port);
/** Such an access, not made before; of a load the upper bits are whatever the device gave. False:
 * refused, port->info says how. */
static inline bool zif__port_device_load(ZifPort *port, const ZifPortDevice *d, uint32_t addr, unsigned size,
                                         uint64_t *value)
{
    MemTxResult result = zif_io_range_load_whole(&d->range, addr, value, size, d->attrs);
    return __builtin_expect(result == MEMTX_OK, 1) || zif__port_bus_failed(port, addr, size, false, result);
}
static inline bool zif__port_device_store(ZifPort *port, const ZifPortDevice *d, uint32_t addr, unsigned size,
                                          uint64_t value)
{
    MemTxResult result = zif_io_range_store_whole(&d->range, addr, value, size, d->attrs);
    return __builtin_expect(result == MEMTX_OK, 1) || zif__port_bus_failed(port, addr, size, true, result);
}
/** Notes a bus access for the case that its instruction has to be run again. */
static inline void zif__port_record(ZifPort *port, uint32_t addr, unsigned size, bool is_write, uint64_t value)
{
    port->records[port->record_count++ % ZIF_PORT_RECORDS] =
        (ZifPortRecord){ addr, (uint32_t)value, (uint8_t)size, is_write, port->record_first, port->record_where };
    port->record_first = false;
    port->record_next = port->record_count;
}
/** Asks the client again when the cached modes are void. */
static inline void zif__port_modes(ZifPort *port)
{
    if (!port->modes_known) {
        zif__port_refresh_modes(port);
    }
}
/** Does this access need no alignment fault? */
bool zif__port_aligned(const ZifPort *port, uint32_t addr, unsigned size, bool multi);
/** One access of the guest, checked. False: refused, port->info says how. size 1, 2, 4 or 8. */
bool zif__port_load(ZifPort *port, uint32_t addr, unsigned size, bool unprivileged, bool multi, uint64_t *value);
bool zif__port_store(ZifPort *port, uint32_t addr, unsigned size, bool unprivileged, bool multi, uint64_t value);
/** Is the access plain memory and permitted, so that the engine may make it? `multi` as in ZifPortClient.check. */
const ZifPortSection *zif__port_plain(ZifPort *port, uint32_t addr, uint32_t size, bool is_write);
/** May an instruction be fetched here? False: port->info says why not. */
bool zif__port_fetch(ZifPort *port, uint32_t addr, unsigned size);
/** The halfword at addr when it lies in memory; false elsewhere. */
bool zif__port_peek16(ZifPort *port, uint32_t addr, uint16_t *value);

/* port_exec.c */
typedef struct {
    bool loaded; /* the PC was loaded: value is a branch with exchange */
    bool table;  /* TBB/TBH: value is the next instruction */
    uint32_t value;
} ZifMemPc;
/** First address, and the base register's value, of the load or store at pc. */
uint32_t zif__mem_start(ZifPort *port, uint32_t pc, const ZifMem *m, uint32_t *base);
/** Bytes it touches. */
unsigned zif__mem_length(const ZifMem *m);
/** Does it: accesses, registers, write-back, monitor; not the PC. False: refused, port->info says how. */
bool zif__mem_execute(ZifPort *port, uint32_t pc, const ZifMem *m, ZifMemPc *branch);

/* port_selftest.c */
/** Runs a port that is not attached to a machine yet through what it must get right. */
bool zif__port_selftest(ZifPort *port);

/* port.c */
bool zif__port_is_breakpoint(const ZifPort *port, uint32_t addr);

#endif
