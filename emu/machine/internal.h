/* The machine's inside, shared by the files of this folder. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ZIF_MACHINE_INTERNAL_H
#define ZIF_MACHINE_INTERNAL_H

#include <zif/machine.h>
#include "cpu/cpu.h"
#include "device/device.h"
#include "display/display.h"
#include "fill.h"
#include "svd/svd.h"
#include "tree.h"

typedef enum { ZIF_MEM_RAM, ZIF_MEM_ROM, ZIF_MEM_ALIAS, ZIF_MEM_BACKDROP } ZifMemKind;

/* A memory the builder made itself (those of devices are their own). */
typedef struct ZifMemory {
    struct ZifMemory *next;
    ZifMemKind kind;
    char *name;
    uint64_t base, size;
    int priority;
    MemoryRegion mr;
    int node;
    void *host; /* RAM, ROM: `size` bytes */
    ZifMachine *m;
} ZifMemory;

typedef struct ZifIrqLine {
    ZifMachine *m;
    unsigned n;
    bool used;
} ZifIrqLine;

/* A part's chip select: the wire is low when selected unless the flags say otherwise. */
typedef struct ZifChipSelect {
    struct ZifChipSelect *next;
    ZifDevice *part;
    bool active_high;
} ZifChipSelect;

/* What zif_machine_at was asked. */
typedef struct ZifCall {
    struct ZifCall *next;
    ZifEvent ev;
    ZifTime when;
    ZifMachine *m;
    void (*fn)(void *opaque);
    void *opaque;
} ZifCall;

enum { ZIF_TAIL = 512, ZIF_SAMPLES = 256, ZIF_MAX_IRQS = 496 };

/* The last bytes a line transmitted, for the crash screen. */
typedef struct {
    uint8_t bytes[ZIF_TAIL];
    uint64_t count;
} ZifTail;

struct ZifMachine {
    ZifMachineConfig config; /* strings copied */
    void *fdt;
    ZifTreeIndex *tree;
    ZifSvd *svd; /* NULL = none */
    struct ZifSvdClass *svd_classes;
    int nvic;          /* its node */
    const char *model; /* in fdt */
    ZifMemoryContext *ctx;
    MemoryRegion system;
    AddressSpace bus; /* what bus masters see */
    bool bus_ready;
    bool bus_only; /* the tree says that nothing runs here */
    ZifKit kit;
    ZifCpu *cpu;
    ZifCpuConfig cpu_config;
    ZifMemory *memories;
    uint64_t memory_bytes;
    ZifTile tile; /* while it is built: what large memories are mapped from */
    ZifIrqLine irqs[ZIF_MAX_IRQS];
    void (*on_irq)(void *opaque, unsigned irq, int level);
    void *on_irq_opaque;
    ZifChipSelect *selects;
    ZifDevice *core_clock_from; /* provider of the core's clock; NULL = fixed */
    int core_clock_line;
    /* Serial lines, console first. */
    ZifSerialLine **lines;
    ZifTail *tails;
    unsigned nlines;
    ZifSerialLine *semihosting_line;              /* the last of them */
    ZifSerialLine *rtt_lines[32], *itm_lines[32]; /* NULL where nobody asked */
    struct ZifRtt *rtt;
    struct ZifSemihost *semihost; /* NULL without semihosting */
    /* Images, in the order of loading. */
    const ZifImage **images;
    unsigned nimages;
    /* The run. */
    bool running, stop_asked, external_wake, fault_taken;
    bool reset_asked;
    ZifResetKind reset_kind;
    unsigned resets;
    bool power_cycle_asked;
    unsigned power_cycles;
    bool exited;
    int exit_code;
    ZifCall *calls;
    struct {
        unsigned exception, count;
        uint64_t left; /* cycle of the last return from an exception */
        bool outside;  /* such a return came since the last entry */
    } storm;
    uint32_t stack_limit; /* 0 = unknown */
    const char *stack_limit_name;
    bool stack_told, stack_known;
    bool follows_unwritten;
    struct {
        uint32_t pc;
        uint64_t weight;    /* instructions since the sample before */
    } samples[ZIF_SAMPLES]; /* the latest; events come in between, so they are not evenly spaced */
    uint64_t sampled;       /* instructions at the latest sample */
    uint64_t nsamples;
    /* The processor held (held.c): its cycle `cycles` was at `time`, and nothing but holding happened since. */
    struct {
        ZifTime time;
        uint64_t cycles, now, hz; /* `now`: the counter as holding left it */
    } held;
    ZifDisplays *displays;
    struct ZifTraceHash *hash;
    struct ZifObserver *observers; /* in the order they came */
    bool observed_insns;           /* one of them hears of every instruction */
    bool past_is_lost;             /* something happened that re-execution cannot repeat */
    struct ZifHistory *history;    /* of a debugger that can go back; NULL = none */
    /* Dirty pages are those that differ from this snapshot; NULL: it is gone, all may differ. */
    bool logging;
    const ZifSnapshot *log_base;
};

/* Makes m's memory context current; the previous one is given back to zif__leave. */
ZifMemoryContext *zif__enter(ZifMachine *m);
void zif__leave(ZifMemoryContext *before);

/* build.c, memories.c, wires.c: the steps of zif_machine_new. */
bool zif__build(ZifMachine *m, Error **errp);
void zif__unbuild(ZifMachine *m);
bool zif__memory_node(ZifMachine *m, int node, bool *taken, Error **errp);
bool zif__memory_aliases(ZifMachine *m, Error **errp);
/** Before devices go, for an alias may show a device's memory. */
void zif__memory_aliases_drop(ZifMachine *m);
void zif__memories_free(ZifMachine *m);
/** What RAM holds after another power-on. */
void zif__memories_fill(ZifMachine *m);
/** What becomes of memory when power goes and comes back; a power-on reset must follow. */
void zif__power_cycle(ZifMachine *m);
bool zif__wire_devices(ZifMachine *m, Error **errp);
void zif__wires_drop(ZifMachine *m);
bool zif__serial_build(ZifMachine *m, Error **errp);
void zif__serial_drop(ZifMachine *m);
/** The class for a node: NULL without one, or with *errp when two fit. */
const ZifClass *zif__class_for(const void *fdt, int node, Error **errp);
/** False and *errp when two memories or devices are at one address and nobody said which is seen. */
bool zif__no_overlaps(ZifMachine *m, Error **errp);
ZifDevice *zif__device_of_node(ZifMachine *m, int node);
extern const ZifClass zif__stub_class;
/** May a device's node have this rectangle? False and *errp when it leaves the 32-bit space or is empty. */
bool zif__range_ok(const char *path, uint64_t base, uint64_t size, Error **errp);
/** Counts what may be memory; false and *errp when it gets too much. */
bool zif__memory_allowed(ZifMachine *m, const char *path, uint64_t size, Error **errp);

/** A machine from a compiled tree, which becomes the machine's (or is freed on failure). */
ZifMachine *zif__machine_from_tree(void *fdt, const ZifMachineConfig *config, Error **errp);
bool zif__semihost_build(ZifMachine *m, Error **errp);
void zif__semihost_drop(ZifMachine *m);
/** The machine was reset: the guest's files are closed. */
void zif__semihost_reset(ZifMachine *m);
/** The core's semihosting hook. */
bool zif__machine_semihost(void *opaque, uint32_t op, uint32_t param, uint32_t *r0);

/** Bytes of memory (never of a device) as the core's bus shows them. False when there is no memory. */
bool zif__look(ZifMachine *m, uint32_t address, void *bytes, size_t len);
/** Values above sp that look like return addresses, oldest call last; returns how many were put into out. */
unsigned zif__backtrace(ZifMachine *m, uint32_t sp, uint32_t *out, unsigned max);

/* unwritten.c */
/** Power has come and images are loaded: what RAM nothing wrote yet. */
void zif__unwritten_begin(ZifMachine *m);
/** Memory came from elsewhere: all of it counts as written. */
void zif__unwritten_forget(ZifMachine *m);
void zif__unwritten_decides(void *opaque, uint32_t address, uint32_t pc, const char *what);

/* displays.c */
void zif__displays_build(ZifMachine *m);
/** The list of `zif board`; nothing without displays. */
void zif__displays_describe(ZifMachine *m, FILE *out);

/* rtt.c */
typedef struct ZifRtt ZifRtt;
void zif__rtt_begin(ZifMachine *m);
void zif__rtt_free(ZifMachine *m);
/** The timeline was restored. */
void zif__rtt_again(ZifMachine *m);
/** The guest has ended: takes what it left. */
void zif__rtt_final(ZifMachine *m);
void zif__itm(void *opaque, unsigned port, unsigned size, uint32_t value);

/* mistakes.c */
/** Images are loaded: the stack's end is looked for, now or when it is first needed. */
void zif__mistakes_begin(ZifMachine *m);
/** A moment to look at the stack. */
void zif__mistake_sample(ZifMachine *m);
void zif__mistake_irq_enabled(void *opaque, unsigned irq);
void zif__mistake_below_stack(void *opaque, uint32_t sp);
void zif__mistake_exception(ZifMachine *m, unsigned number, bool entry);

/* unmodelled.c */
/** Reads the SVD file, and adds nodes to the tree for what it and `stubs` describe and the tree does not have. */
bool zif__unmodelled_nodes(ZifMachine *m, Error **errp);
/** A class with the SVD file's registers for a block of `size` bytes that nobody models; NULL when the file has none there. */
const ZifClass *zif__unmodelled_class(ZifMachine *m, uint64_t base, uint64_t size);
/** Holds what `stubs` say; when every device is there. */
bool zif__unmodelled_hold(ZifMachine *m, Error **errp);
void zif__unmodelled_free(ZifMachine *m);

/** "Cortex-M4F" */
const char *zif__core_name(ZifCpuModel model);

/* hash.c */
void zif__hash_exception(ZifMachine *m, unsigned number, bool entry);
void zif__hash_access(ZifMachine *m, ZifDevice *dev, uint32_t offset, uint32_t value, unsigned size, bool is_write);
void zif__hash_byte(ZifMachine *m, ZifDevice *dev, uint8_t byte);
void zif__hash_free(ZifMachine *m);
void zif__hash_frame(void *opaque, unsigned n, ZifDisplay *d, ZifTime when);
void *zif__hash_save(ZifMachine *m); /* NULL when there is no hash; the caller frees */
void zif__hash_restore(ZifMachine *m, const void *saved);

/** The core's cycle count; without a core, the time. */
uint64_t zif__cycles(const ZifMachine *m);
/** Does a reset that was asked for. */
void zif__machine_reset_now(ZifMachine *m);
/** The level of an interrupt line into the core. */
void zif__irq_set(ZifMachine *m, unsigned irq, int level);
/** Applies the configuration's overrides to *fdt, which may move. False and *errp when a node or the room is missing. */
bool zif__tree_override(void **fdt, const ZifOverride *overrides, unsigned n, Error **errp);

void zif__calls_free(ZifMachine *m);
/** Puts the calls that are still to be made back on a timeline that was restored. */
void zif__calls_again(ZifMachine *m);

#endif
