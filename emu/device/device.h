/*
 * The device kit's inside: what the machine builder and the test bench share, and device models never see.
 *
 * A ZifKit is the environment of a set of devices: one timeline, one bus, one source of randomness, one list of reports.
 * The machine owns one; so does a test bench, which has no processor. SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ZIF_DEVICE_DEVICE_H
#define ZIF_DEVICE_DEVICE_H

#include <zif/flash.h>
#include <zif/peripheral.h>

typedef struct ZifKit ZifKit;
typedef struct ZifSerialLine ZifSerialLine;

/* 0 makes a kit that nobody can observe: `tools/bench devices` finds out with it what the possibility costs those who do not. */
#ifndef ZIF_OBSERVERS
#define ZIF_OBSERVERS 1
#endif

/* The order of events due at the same picosecond: calls from outside, serial lines, devices in tree order. */
enum { ZIF_ORDER_OUTSIDE = 0, ZIF_ORDER_SERIAL = 0x1000, ZIF_ORDER_DEVICES = 0x10000 };

/* --- A class's register table, compiled to masks and an offset index (layout.c) --------------------------------------- */

typedef struct {
    uint32_t offset;
    uint32_t reset;
    /* Bits by what a write does to them; every bit of the register is in exactly one of these. */
    uint32_t rw, ro, wo, w1c, w0c, w1s, rc, stub, reserved;
    uint32_t readable;      /* bits that a read can show */
    const ZifRegister *row; /* the table's row; NULL in the slot that stands for "no register here" */
    uint16_t index;         /* element of an array */
    uint8_t size;           /* bytes; 0 in the slot that stands for "no register here" */
    uint8_t widths;
    uint8_t flags;
    uint8_t whole; /* `size` when all of it may be accessed at once; else 0 */
    bool quiet;    /* reading it changes nothing and tells nobody */
    bool stores;   /* what is written is what is stored, in the bits that are not reserved or read-only */
} ZifSlot;

typedef struct ZifLayout {
    struct ZifLayout *next;
    const ZifClass *cls;
    unsigned shift; /* an index entry covers 1 << shift bytes */
    unsigned nindex;
    uint16_t *read_at;  /* slot by offset >> shift; nslots where there is none */
    uint16_t *write_at; /* differs from read_at where a read-only and a write-only register share an offset */
    ZifSlot *slots;     /* nslots + 1: the last one is "no register here" */
    unsigned nslots;
    bool width_faults; /* some register answers a width it does not take with a bus fault */
} ZifLayout;

/* Compiles cls's table; a table that contradicts itself is our own mistake and ends in zif_bug. */
ZifLayout *zif__layout_new(const ZifClass *cls);
void zif__layout_free(ZifLayout *layout);
/* "PIN_CNF[3]" into buf (at least 64 bytes); "" for a negative slot. Returns buf. */
char *zif__slot_name(const ZifClass *cls, int slot, char *buf);
/* The names of the fields that `bits` touches ("EN, TXE, bits 31:16") into buf. Returns buf. */
char *zif__field_names(const ZifSlot *slot, uint32_t bits, char *buf, size_t len);

/* --- One device ------------------------------------------------------------------------------------------------------- */

/* What one output line drives: any number of listeners. */
typedef struct ZifWire {
    struct ZifWire *next;
    void (*fn)(void *opaque, int level);
    void *opaque;
} ZifWire;

typedef struct {
    ZifDevice *dev;
    uint16_t input, line;
    uint8_t level;
    bool connected;
} ZifInputLine;

typedef struct {
    ZifWire *wires;
    uint8_t level;
    uint8_t delivered; /* during a reset: what listeners know */
} ZifOutputLine;

typedef struct {
    ZifEvent ev;
    ZifDevice *dev;
    unsigned number;
    ZifTime last; /* when it ran last, and how often in a row at that same time */
    unsigned again;
} ZifDeviceEvent;

/* The same value read again and again: what a guest that is stuck does. All zero: nothing was read. */
typedef struct {
    uint32_t value;
    int32_t left;  /* reads of it until their number is `mark` */
    uint32_t mark; /* a power of two; 0: nothing was read */
    uint32_t pc;   /* of the reads, taken at the 16th */
    ZifTime since; /* time of the 16th */
    ZifTime last;  /* time of the latest power-of-two-th read */
} ZifPoll;

enum { ZIF_POLL_NOTED = 16 };
/* Reads in a row that gave `value`. */
static inline uint32_t zif__poll_count(const ZifPoll *p)
{
    return p->mark - (uint32_t)p->left;
}

/* Which line of which controller a device hangs on; dev NULL: none. Those on one line are in a list, in the order of the tree. */
typedef struct ZifLineIn {
    ZifDevice *dev;
    unsigned line;
    unsigned entry; /* of the user's clocks */
    ZifDevice *user;
    struct ZifLineIn *next;
} ZifLineIn;

/* Where a signal of a block can be led to, looked up when it is first asked for (supply.c). */
typedef struct ZifRoute ZifRoute;

typedef struct {
    ZifLineIn from; /* nobody: a fixed rate */
    uint64_t hz;
} ZifClockIn;

enum { ZIF_MAX_CLOCKS = 4, ZIF_MAX_PORTS = 2 };

enum {
    ZIF_GUARD_WATCHED = 1,  /* somebody wants to know of every access */
    ZIF_GUARD_CLOCK = 2,    /* the gate of its clock is closed */
    ZIF_GUARD_RESET = 4,    /* held in reset */
    ZIF_GUARD_SETTLING = 8, /* its clock was opened a moment ago */
    ZIF_GUARD_HELD = 16,    /* bits of it read as the user said */
    ZIF_GUARD_DEAF = ZIF_GUARD_CLOCK | ZIF_GUARD_RESET | ZIF_GUARD_SETTLING,
};

/* Bits that read as `value` whatever the block does: what the user asked for. */
typedef struct {
    uint32_t offset; /* of the word */
    uint32_t mask, value;
} ZifHeld;

typedef struct ZifDeviceCore ZifDeviceCore;
/* A property that was asked for, found or not. */
typedef struct {
    char *name;
    const void *value;
    int len;
} ZifProperty;

struct ZifDeviceCore {
    ZifKit *kit;
    ZifLayout *layout;
    ZifLayout map; /* a copy of it, nearer to what every access begins with; nindex is 0 while there is a guard */
    uint32_t (*peek)(ZifDevice *dev, unsigned slot); /* the class's; nearer, too */
    unsigned number; /* place among the kit's devices: decides the order of events due together */
    const void *fdt; /* the tree its node is in; NULL without a node */
    int node, parent_node;
    uint32_t phandle;   /* 0 = none */
    ZifProperty *props; /* a cache */
    unsigned nprops;
    char *path;            /* of the node */
    Object object;         /* dev->owner: the device's regions are its children and go with it */
    MemoryRegion region;   /* dev->mmio points here when the class has registers */
    MemoryRegion **mapped; /* by zif_map_region */
    unsigned nmapped;
    uint64_t span;
    MemoryRegion *own[40]; /* further regions the model made (zif_new_region) */
    unsigned nown;
    /* Lines of all inputs in one array; those of input i are [input_base[i], input_base[i + 1]). Outputs likewise. */
    unsigned ninput_names, noutput_names;
    unsigned ninputs, noutputs;
    unsigned *input_base, *output_base;
    ZifInputLine *inputs;
    ZifOutputLine *outputs;
    bool resetting; /* output changes are held back until every device is reset */
    unsigned nevents;
    ZifDeviceEvent *events;
    ZifHeld *held;
    unsigned nheld;
    uint8_t guard;                          /* ZIF_GUARD_*: why a register access cannot take the short way */
    ZifTime usable_at;                      /* its clock was opened so late that until then it does not answer */
    uint64_t *clocks_out;                   /* rates this device drives for its consumers, cls->clocks->lines of them */
    uint8_t *resets_out;                    /* the same for resets */
    ZifLineIn **clock_users, **reset_users; /* who hangs on each line */
    ZifRoute *routes;
    unsigned nroutes;
    ZifClockIn clocks[ZIF_MAX_CLOCKS];
    ZifLineIn reset_from;
    ZifDevice *parent;    /* the bus controller of a part */
    uint32_t bus_address; /* I2C address or SPI chip select */
    bool selected;        /* SPI */
    ZifSerialLine *serial;
    struct ZifReach *reach[ZIF_MAX_PORTS]; /* NULL: not used yet, or sees all of the kit's bus */
    bool external;                         /* a part of the board, not of the chip: only power-on resets it */
    bool realized;
    uint8_t *told;  /* per slot: already reported as not modelled */
    ZifPoll *polls; /* per slot */
};

/* --- What observers hear of a bus ------------------------------------------------------------------------------------- */

typedef enum {
    ZIF_BUS_I2C_START, /* out: address and direction bit, as on the wire */
    ZIF_BUS_I2C_WRITE, /* out */
    ZIF_BUS_I2C_READ,  /* in; what the controller acknowledges shows in what it does next */
    ZIF_BUS_I2C_STOP,
    ZIF_BUS_SPI_SELECT, /* part, selected */
    ZIF_BUS_SPI_BYTE,   /* out, in */
} ZifBusKind;

/* Told when it is over: a byte's last bit passes now. */
typedef struct {
    ZifBusKind kind;
    ZifDevice *controller;
    uint8_t out, in;
    bool ack; /* START, WRITE: somebody acknowledged */
    bool selected;
    uint32_t part; /* its chip select */
} ZifBusEvent;

/* --- The environment -------------------------------------------------------------------------------------------------- */

struct ZifKit {
    ZifTimeline *timeline;
    AddressSpace *bus;   /* what a device masters unless its node says otherwise */
    MemoryRegion *root;  /* where regions are mapped */
    ZifMachine *machine; /* NULL on a test bench */
    uint64_t random;     /* state; never 0 */
    ZifDevice **devices;
    unsigned ndevices;
    ZifLayout *layouts;
    bool replaying;      /* the past is being repeated: what is said now was said before */
    unsigned wire_depth; /* wires being followed now, one inside the other */
    /* Reports, newest last. */
    struct ZifReportSlot *reports;
    unsigned nreports;
    void (*on_report)(void *opaque, const ZifReportEntry *entry);
    void *on_report_opaque;
    ZifFlash *flashes;                                                          /* cells of all devices, newest first */
    void (*on_flash_step)(void *opaque, ZifFlash *f, const ZifFlashStep *step); /* before the cells change */
    void *on_flash_step_opaque;
    void (*frames_changed)(void *opaque, ZifDevice *dev); /* of a display: NULL when nobody asks */
    void *frames_changed_opaque;
    /* What the owner provides; each may be NULL. */
    struct {
        uint32_t (*pc)(void *opaque);
        void (*stall)(void *opaque, uint64_t cycles);
        void (*send_event)(void *opaque);
        void (*reset_request)(void *opaque, ZifResetKind kind);
        /* Set by zif__watch_accesses. */
        void (*access)(void *opaque, ZifDevice *dev, uint32_t offset, uint32_t value, unsigned size, bool is_write);
        /* A clock controller's output has this rate now. */
        void (*clock)(void *opaque, ZifDevice *dev, unsigned index, uint64_t hz);
        void (*transmitted)(void *opaque, ZifDevice *dev, uint16_t word, unsigned faults);
        /* For observers, which must not change anything: a character for the guest has arrived; a line changed (its place
         * among the device's output or input lines); something passed on a bus; a timed event of the device was handled. */
        void (*received)(void *opaque, ZifDevice *dev, uint16_t word, unsigned faults);
        void (*wire)(void *opaque, ZifDevice *dev, bool is_output, unsigned place, int level);
        void (*bus)(void *opaque, const ZifBusEvent *event);
        void (*handled)(void *opaque, ZifDevice *dev);
        /* Characters (9 bits, faults above them) were queued for the guest on a line. */
        void (*sent)(void *sent_opaque, ZifSerialLine *line, const uint16_t *words, size_t n);
        void *sent_opaque;
        void *opaque;
    } hooks;
};

/** Starts an environment; the caller has filled timeline, bus, root, machine, hooks. */
void zif__kit_init(ZifKit *kit, uint64_t seed);
/** Undoes what `realize` did, last device first. To be called while the buses are there, for devices may follow them. */
void zif__kit_unrealize(ZifKit *kit);
/** Frees every device (last made first) and every report. */
void zif__kit_free(ZifKit *kit);

/** Allocates a device of `cls` in the kit, for `node` of `fdt` (NULL: none; properties then take their defaults). */
ZifDevice *zif__device_new(ZifKit *kit, const ZifClass *cls, const char *name, const void *fdt, int node);
/** Runs the class's realize and maps the registers at the node's first reg entry, if it has one. */
bool zif__device_realize(ZifDevice *dev, Error **errp);
/** Resets all devices `which` accepts (NULL: all), wires last. */
void zif__devices_reset(ZifKit *kit, bool (*which)(ZifDevice *dev, ZifResetKind kind), ZifResetKind kind);
/** The default choice of zif__devices_reset: parts outside the chip are reset by power-on only. */
bool zif__reset_reaches(ZifDevice *dev, ZifResetKind kind);
/** A report from outside a device (dev NULL), or a device's with the PC already known. */
void zif__report(ZifKit *kit, ZifDevice *dev, const char *device_name, ZifReportKind kind, int slot, uint32_t pc,
                 const char *text);
unsigned zif__nreports(const ZifKit *kit);
const ZifReportEntry *zif__report_at(const ZifKit *kit, unsigned n);
/* Properties of a node of a tree that has passed libfdt's full check (property.c). */
/** Value and length in bytes; NULL without the property, and *len is as it was. */
const void *zif__fdt_property(const void *fdt, int node, const char *name, int *len);
/** String `index` of a list of strings; NULL past the last. */
const char *zif__fdt_string(const void *fdt, int node, const char *name, unsigned index);
/** A property of one cell; UINT32_MAX when it is there but is not one cell. */
uint32_t zif__fdt_number(const void *fdt, int node, const char *name, uint32_t otherwise);
/** 0: none. */
uint32_t zif__fdt_phandle(const void *fdt, int node);
/** Entry `index` of the reg property of a node below `parent`; false when there is none. */
bool zif__node_reg(const void *fdt, int node, int parent, unsigned index, uint64_t *base, uint64_t *size);
ZifDevice *zif__device_by_phandle(ZifKit *kit, uint32_t phandle);
/** Hangs entry n of a device's clocks on a controller's line (or gives it a fixed rate), and its reset on one, as the tree says. The
 * line's number comes from the cells; false and *errp when the controller has no such line. To be done before the first reset. */
bool zif__clock_from(ZifDevice *dev, unsigned n, ZifDevice *controller, const uint32_t *cells, unsigned ncells,
                     Error **errp);
bool zif__reset_from(ZifDevice *dev, ZifDevice *controller, const uint32_t *cells, unsigned ncells, Error **errp);
/** Line of `controller` that these cells mean, for a consumer that is no device (the core). -1: none. */
int zif__clock_line(const ZifDevice *controller, const uint32_t *cells, unsigned ncells);
/** Frees what is remembered of a device's signals. */
void zif__routes_free(ZifDeviceCore *core);
/** Sets a fixed rate of entry n of the device's clocks. */
void zif__set_clock(ZifDevice *dev, unsigned n, uint64_t hz);
/** Tells `fn` (NULL: nobody) of every access to a device's registers, after its effects. */
void zif__watch_accesses(ZifKit *kit, void (*fn)(void *opaque, ZifDevice *dev, uint32_t offset, uint32_t value,
                                                 unsigned size, bool is_write));
/** Changes the reasons why a register access cannot take the short way. */
static inline void zif__guard(ZifDeviceCore *core, unsigned clear, unsigned set)
{
    core->guard = (uint8_t)((core->guard & ~clear) | set);
    core->map.nindex = core->guard ? 0 : core->layout->nindex;
}
/** Does the device hear an access now? If not this is reported. */
bool zif__device_hears(ZifDevice *dev, hwaddr addr, bool is_write);

/** Registers another listener of an output line. */
void zif__wire_add(ZifDevice *dev, unsigned output, unsigned line, void (*fn)(void *opaque, int level), void *opaque);
/** Drives an input line from outside (a test, a key, a step). */
void zif__input_set(ZifDevice *dev, unsigned input, unsigned line, int level);
/** Nothing drives an input line any more. */
void zif__input_release(ZifDevice *dev, unsigned input, unsigned line);
/** Index of an output or input by name; -1 when the class has none. */
int zif__output_find(const ZifClass *cls, const char *name);
int zif__input_find(const ZifClass *cls, const char *name);

/* The public half of serial lines; zif/machine.h documents it. */
const char *zif_serial_name(const ZifSerialLine *line);
void zif_serial_on_transmit(ZifSerialLine *line, void (*fn)(void *opaque, uint8_t byte, ZifTime when), void *opaque);
void zif_serial_send(ZifSerialLine *line, const void *bytes, size_t len);
size_t zif_serial_queued(const ZifSerialLine *line);
ZifTime zif_serial_frame_time(const ZifSerialLine *line);
bool zif_serial_inject(ZifSerialLine *line, unsigned faults);
void zif_serial_set_patient(ZifSerialLine *line, bool patient);
void zif_serial_set_speed(ZifSerialLine *line, uint32_t baud);
bool zif_device_inject(ZifDevice *dev, const char *fault, Error **errp);
bool zif_device_can_inject(const ZifDevice *dev, const char *fault, Error **errp);
ZifSerialLine *zif__serial_new(ZifDevice *dev, const char *name);
/** Queues what hooks.sent told. */
void zif__serial_send_words(ZifSerialLine *line, const uint16_t *words, size_t n);
void zif__serial_free(ZifSerialLine *line);
void zif__serial_byte(ZifSerialLine *line, uint8_t byte, ZifTime when); /* the guest sent it */
/** State of a line (bytes waiting, arrival) as one malloc'ed block, and back. */
void *zif__serial_save(const ZifSerialLine *line, size_t *size);
/** Are these bytes what zif__serial_save makes? */
bool zif__serial_state_ok(const void *saved, size_t size);
void zif__serial_restore(ZifSerialLine *line, const void *saved);
/** A line without a device behind it (semihosting's console). */
ZifSerialLine *zif__serial_new_free(ZifKit *kit, const char *name);
/** Takes up to len bytes that wait on a line without a device; how many. */
size_t zif__serial_take(ZifSerialLine *line, uint8_t *bytes, size_t len);

/** One access as the bus makes it, aligned; the register core's entry points, for tests that want no address space. */
MemTxResult zif__mmio_read(void *dev, hwaddr addr, uint64_t *data, unsigned size, MemTxAttrs attrs);
MemTxResult zif__mmio_write(void *dev, hwaddr addr, uint64_t data, unsigned size, MemTxAttrs attrs);
/** The same for a device none of whose registers answers a width with a bus fault. */
uint64_t zif__mmio_load(void *dev, hwaddr addr, unsigned size);
void zif__mmio_store(void *dev, hwaddr addr, uint64_t data, unsigned size);
/** From now on bits `mask` of the word at `offset` read as `value`. Not part of a snapshot. */
void zif__hold_bits(ZifDevice *dev, uint32_t offset, uint32_t mask, uint32_t value);
/** What a read of `size` bytes at `offset` that gave `data` gives with the held bits. */
uint64_t zif__with_held(const ZifDevice *dev, hwaddr offset, uint64_t data, unsigned size);
/** Notes that the guest read `value` from a slot (nregs: from a block without a table, `value` then stands for the place). */
void zif__note_poll(ZifDevice *dev, unsigned slot, uint32_t value);
/** The value a read of `slot` would give, masked as the bus sees it. */
uint32_t zif__slot_peek(ZifDevice *dev, unsigned slot);

/* Snapshot of one device: state bytes, wires, events, clock. The size is fixed for the device's life. */
size_t zif__device_state_size(const ZifDevice *dev);
void zif__device_save(const ZifDevice *dev, void *bytes);
/** Events are put back on the timeline, which the caller has restored (and so emptied) before. */
void zif__device_restore(ZifDevice *dev, const void *bytes);
/** To be called for every device when all are restored. */
void zif__device_restored(ZifDevice *dev);

#endif
