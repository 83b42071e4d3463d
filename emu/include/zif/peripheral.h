/*
 * Write a peripheral: everything a device model needs, and nothing of the machine around it.
 *
 * A peripheral is one .c file: head comment (Reference, Models, Departs, Missing), register table, state struct, effects
 * in register order, reset, and one const ZifClass that ties it together. The register table is the single source for
 * reset values, masks, access rules, trace, reports, the debugger's view, generic tests, the SVD check and the generated
 * documentation. A device does not know its address, interrupt number, clock or peers: its devicetree node says.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ZIF_PERIPHERAL_H
#define ZIF_PERIPHERAL_H

#include <stddef.h>
#include <zif/memory.h>
#include <zif/time.h>

typedef struct ZifDevice ZifDevice;
typedef struct ZifClass ZifClass;
typedef struct ZifMachine ZifMachine;
typedef struct ZifPicture ZifPicture;
typedef struct ZifDisplaySource ZifDisplaySource;

/* --- Registers ----------------------------------------------------------------------------------------------------- */

/* What a write does to a field, and what a read gives. A bit no field declares is reserved: it keeps its reset value, and
 * a 1 written over a 0 there (or the reverse) is reported. */
typedef enum {
    ZIF_RW,   /* stores what is written */
    ZIF_RO,   /* writes ignored; changing it by a write is reported */
    ZIF_WO,   /* reads as zero; on_write sees the value; nothing is stored */
    ZIF_W1C,  /* writing 1 clears */
    ZIF_W0C,  /* writing 0 clears, 1 keeps */
    ZIF_W1S,  /* writing 1 sets; cleared by the hardware */
    ZIF_RC,   /* reading clears (the kit clears it after the read) ; writes ignored */
    ZIF_STUB, /* stored like RW but has no effect in this model: touching it is reported once as "not modelled" */
} ZifAccess;

typedef struct {
    const char *name; /* as the vendor prints it */
    uint8_t lsb;      /* 0..31 */
    uint8_t width;    /* 1..32 */
    uint8_t access;   /* ZifAccess */
} ZifField;

enum { ZIF_W8 = 1, ZIF_W16 = 2, ZIF_W32 = 4, ZIF_WANY = 7 };

/* One register, or an array of `count` of them `stride` bytes apart. Rows of the table are indexed by the device's own enum:
 *     enum { CR, SR, DR, PSEL, PSEL_END = PSEL + 4, NREGS = PSEL_END };
 *     static const ZifRegister regs[NREGS] = { [CR] = {...}, [PSEL] = {.name = "PSEL", .count = 4, .stride = 4, ...} };
 * An array takes `count` consecutive slots; the rows of slots after its first stay empty. */
typedef struct {
    const char *name;
    uint32_t offset; /* bytes from the block's base */
    uint32_t reset;
    const ZifField *fields; /* ended by a row without a name; NULL = one RW field of the whole register */
    uint16_t count;         /* 0 = 1 */
    uint16_t stride;        /* bytes; 0 = the register's size */
    uint8_t size;           /* bytes: 1, 2, 4; 0 = 4 */
    uint8_t widths;         /* ZIF_W8|...: access widths allowed; 0 = the class's */
    uint8_t flags;          /* ZIF_REG_* */
} ZifRegister;

enum {
    ZIF_REG_STUB = 1,       /* the whole register is kept but has no effect */
    ZIF_REG_KEEP_RESET = 2, /* survives every reset but power-on and that of the block alone (ZIF_RESET_BLOCK) */
    ZIF_REG_VOLATILE =
        4, /* its value changes by itself (counters, random data): generic tests do not expect it to stay */
    ZIF_REG_UNDOCUMENTED = 8, /* start-up code touches it though no manual lists it */
    ZIF_REG_WIDTH_FAULT = 32, /* an access of a width it does not take is a bus fault, not only a report */
    ZIF_REG_LIVE_RESET = 16,  /* reset value depends on the instance or on inputs (IDR, FICR): `reset` is not checked */
};

#define ZIF_FIELDS(...) ((const ZifField[]){ __VA_ARGS__, { 0 } })

/* --- Wires: one type for interrupts, pins, resets, DMA requests, events ---------------------------------------------- */

typedef struct {
    const char *name; /* "irq", "pin", "dma-req" */
    uint16_t count;   /* lines under this name; 0 = 1 */
} ZifOutput;

typedef struct {
    const char *name;
    uint16_t count;
    void (*set)(ZifDevice *dev, unsigned line, int level); /* level 0 or 1; called only on changes */
} ZifInput;

typedef enum {
    ZIF_RESET_POWER_ON,
    ZIF_RESET_PIN,
    ZIF_RESET_SYSTEM, /* AIRCR.SYSRESETREQ */
    ZIF_RESET_WATCHDOG,
    ZIF_RESET_LOCKUP,
    ZIF_RESET_BLOCK, /* the block's own reset bit in the reset controller */
} ZifResetKind;

typedef enum { ZIF_MODELLED, ZIF_PARTIAL, ZIF_NAMED_STUB } ZifModelled;

/* --- The class record ------------------------------------------------------------------------------------------------ */

typedef struct {
    /* A bus part answers its controller. address: 7 bits. All return promptly; time is the controller's. */
    bool (*start)(ZifDevice *dev, bool is_read); /* addressed; false = NACK */
    bool (*write)(ZifDevice *dev, uint8_t byte); /* false = NACK */
    uint8_t (*read)(ZifDevice *dev);
    void (*stop)(ZifDevice *dev);
} ZifI2cPart;

/* A controller that another controller of the same bus can address (its slave mode). Unlike a part it may hold the clock. */
enum { ZIF_I2C_STRETCHED = -1 }; /* the clock is held: ask again a bit later */
typedef struct {
    /* Addressed with 7 or 10 bits; false = NACK. */
    bool (*address)(ZifDevice *dev, uint16_t address, bool ten_bits, bool is_read);
    int (*write)(ZifDevice *dev, uint8_t byte); /* 1 = ACK, 0 = NACK, or stretched */
    int (*read)(ZifDevice *dev);                /* the byte, or stretched */
    void (*nack)(ZifDevice *dev);               /* the last byte read was not acknowledged */
    void (*stop)(ZifDevice *dev);               /* also before a repeated start for somebody else */
} ZifI2cTarget;

typedef struct {
    void (*select)(ZifDevice *dev, bool selected);
    uint8_t (*transfer)(ZifDevice *dev, uint8_t out); /* full duplex, one byte */
    uint8_t modes;                                    /* clock modes it works in: bit (CPOL * 2 + CPHA) each; 0 = any */
} ZifSpiPart;

/* A controller that another controller of the same bus can clock (its slave mode). */
typedef struct {
    bool (*begin)(ZifDevice *dev, unsigned mode, uint16_t *out); /* false: not selected; *out: what it shifts out */
    void (*end)(ZifDevice *dev, uint16_t in);                    /* the last bit came; only after a true begin */
} ZifSpiTarget;

/* What can be wrong with a character on a serial line. */
enum {
    ZIF_SERIAL_FRAMING = 1, /* its stop bit is low */
    ZIF_SERIAL_NOISE = 2,   /* the samples of one of its bits differ */
    ZIF_SERIAL_PARITY = 4,  /* its parity bit is the wrong one */
    ZIF_SERIAL_BREAK = 8,   /* no character: the line is low from the start bit to the stop bit */
    ZIF_SERIAL_LOST = 16,   /* it takes its time and never arrives; no receiver sees this one */
    ZIF_SERIAL_NACK =
        32, /* no character, to parts only: the UART refuses the last one (smartcard): it wants it again */
};
/* How a character looks on the wire. */
typedef struct {
    uint8_t data_bits;      /* 5 to 9 */
    uint8_t half_stop_bits; /* 2: one stop bit */
    enum { ZIF_PARITY_NONE, ZIF_PARITY_EVEN, ZIF_PARITY_ODD } parity;
} ZifSerialFormat;

typedef struct {
    /* The UART's side of its line. Bytes for the guest wait outside until the receiver can take one. */
    bool (*can_receive)(ZifDevice *dev);
    void (*receive)(ZifDevice *dev, uint8_t byte);
    ZifTime (*frame_time)(ZifDevice *dev); /* duration of one character as now configured; 0 = not configured */
    /* Instead of `receive`, for models that know 9 bits and faults (ZIF_SERIAL_*). Parity is the model's: a word comes without it. */
    void (*receive_word)(ZifDevice *dev, uint16_t word, unsigned faults);
    /* Is the receiver on, whether or not it has room? On an impatient line bytes then come regardless. NULL: can_receive. */
    bool (*listens)(ZifDevice *dev);
    void (*format)(const ZifDevice *dev,
                   ZifSerialFormat *format); /* optional; *format holds 8 bits, no parity, 1 stop */
} ZifSerialPort;

/* A part at the other end of a UART: a child of its node. */
typedef struct {
    void (*hear)(ZifDevice *dev, uint16_t word, unsigned faults); /* the UART sent this */
} ZifSerialPart;

/* A frame on a CAN bus. */
typedef struct {
    uint32_t id; /* 11 bits, or 29 when extended */
    bool extended, remote;
    uint8_t dlc; /* 0 to 15; more than 8 means 8 bytes */
    uint8_t data[8];
} ZifCanFrame;

/* A node of a CAN bus: a controller, or a part (a child of one's node). Times on the bus are the sender's. */
typedef struct {
    /* A frame ended; true: this node acknowledged it. Nobody hears its own. */
    bool (*hear)(ZifDevice *dev, const ZifCanFrame *frame);
    bool (*sending)(const ZifDevice *dev); /* the bus is busy with a frame of this node */
    /* What it would send when the bus is free, as the order of arbitration: lower wins, UINT64_MAX is nothing. NULL: never anything. */
    uint64_t (*urgency)(const ZifDevice *dev);
    void (*bus_free)(ZifDevice *dev); /* it may begin now */
    /* How long a frame takes at this node's rate; 0: it is not on the bus. */
    ZifTime (*frame_time)(const ZifDevice *dev, const ZifCanFrame *frame);
} ZifCanNode;

/* Lines that a clock or reset controller drives, one for each block it serves. A consumer's node names its line by the cells after
 * the phandle in `clocks` (`resets`). */
typedef struct {
    unsigned lines;
    /* The line that these cells mean, or -1. NULL: the first cell is the line's number. */
    int (*line)(const ZifDevice *dev, const uint32_t *cells, unsigned ncells);
    /* The register bit that opens (or holds) this line, for reports. NULL or false: no gate; a consumer whose clock stands still
     * then keeps its registers accessible. */
    bool (*gate)(const ZifDevice *dev, unsigned line, unsigned *slot, unsigned *bit);
    unsigned settle; /* clocks only: cycles of the block's clock from opening a gate until its registers answer */
} ZifController;

/* What a pin is connected to besides its GPIO port's own input and output. */
enum { ZIF_PIN_GPIO = -1, ZIF_PIN_ANALOG = 0xff };

typedef enum { ZIF_DEBUG_OPEN, ZIF_DEBUG_NO_MEMORY, ZIF_DEBUG_NO_CHIP } ZifProtection;

struct ZifClass {
    const char *name;              /* "nrf51-uart": unique */
    const char *const *socs;       /* root compatibles this layout is for ("nordic,nrf51822"); NULL-ended; NULL = any */
    const char *const *compatible; /* node compatibles, NULL-ended */
    const char *reference;         /* document, revision, section */
    const char *summary;           /* one line for the support table: what is and what is not modelled */
    ZifModelled modelled;
    size_t size;  /* of the state struct, ZifDevice first */
    size_t plain; /* bytes of it that a snapshot copies; 0 = all. Memory regions and caches go behind them */
    const ZifRegister *regs;
    unsigned nregs;
    size_t values;          /* offsetof(state, uint32_t array of nregs slots) */
    uint32_t span;          /* bytes of address space; 0 = what the node's reg says */
    uint8_t widths;         /* access widths allowed; 0 = ZIF_WANY */
    bool width_faults;      /* every register is as with ZIF_REG_WIDTH_FAULT */
    const ZifInput *inputs; /* ended by a row without a name */
    const ZifOutput *outputs;
    const char *const *events; /* names of timed events, NULL-ended; at most 32 */
    void (*event)(ZifDevice *dev, unsigned event);

    /* All optional. Reads the node's properties, creates regions of its own; false and *errp when the node is wrong. */
    bool (*realize)(ZifDevice *dev, Error **errp);
    void (*unrealize)(ZifDevice *dev);
    /* Only what the table cannot say; the kit has put every register to its reset value and cancelled every event. */
    void (*reset)(ZifDevice *dev, ZifResetKind kind);
    /* The value a read would give, without any effect. Default: what is stored. */
    uint32_t (*peek)(ZifDevice *dev, unsigned slot);
    /* Effects of a read, after its value was taken. */
    void (*on_read)(ZifDevice *dev, unsigned slot);
    /* After the table's rules changed the stored value from `old`; `value` is what the bus wrote (narrow writes merged with
     * the stored value; bytes outside the access are 0 for W1C/W1S/WO fields). The new stored value is values[slot]. */
    void (*on_write)(ZifDevice *dev, unsigned slot, uint32_t old, uint32_t value);
    /* The rate of one of the block's clocks changed (its node's `clocks`): hz is the first one's, in Hz; 0 = gated. */
    void (*clock_changed)(ZifDevice *dev, uint64_t hz);
    /* The block's reset line was released (false) or asserted (true; after the kit has reset the block). */
    void (*held_in_reset)(ZifDevice *dev, bool held);
    /* A power controller: the processor sleeps with SCR.SLEEPDEEP set, or has woken from it and has not gone on yet. */
    void (*deep_sleep)(ZifDevice *dev, bool asleep);
    void (*snapshot_done)(ZifDevice *dev); /* after a restore: rebuild what is derived */

    const ZifI2cPart *i2c;
    const ZifI2cTarget *i2c_target;
    const ZifSpiPart *spi;
    const ZifSpiTarget *spi_target;
    const ZifCanNode *can;
    const ZifSerialPort *serial;
    const ZifSerialPart *serial_part;
    /* What can be made to go wrong from outside ("nack"), NULL-ended; `inject` makes fault number `fault` happen next. A UART's line
     * knows its own faults. */
    const char *const *faults;
    void (*inject)(ZifDevice *dev, unsigned fault);
    /* A controller of I2C or SPI parts, for recordings: duration of one bit on its bus as now configured; 0 = not configured.
     * It calls zif_i2c_... and zif_spi_transfer when the last bit passes. */
    ZifTime (*bit_time)(ZifDevice *dev);
    const ZifController *clocks; /* this device is a clock controller */
    const ZifController *resets; /* and a reset controller */
    /* A GPIO port: the alternate function (0..15) pin is switched to, ZIF_PIN_ANALOG, or ZIF_PIN_GPIO. Such a class has inputs
     * and outputs "pin" (one line a pin) and, for what other blocks drive and hear through the pin, "af" (line pin * 16 + function). */
    int (*alternate)(const ZifDevice *dev, unsigned pin);
    const ZifDisplaySource *display; /* it shows a picture: zif/display.h */
    /* Does a read protection keep a debugger out of this device's memories and registers, or out of the chip? */
    ZifProtection (*protection)(const ZifDevice *dev);
};

/* The header of every device's state. Everything after it in the state struct is plain bytes: a snapshot copies them. */
struct ZifDevice {
    const ZifClass *cls;
    ZifMachine *machine;
    const char *name;           /* node name without address ("uart0" from a label if there is one) */
    Object *owner;              /* owner of its memory regions */
    uint64_t base;              /* where its first region is mapped; for reports only */
    MemoryRegion *mmio;         /* NULL for devices without registers of their own */
    struct ZifDeviceCore *core; /* the kit's */
};

/* --- What a device may call ------------------------------------------------------------------------------------------ */

/** Virtual time now. */
ZifTime zif_now(const ZifDevice *dev);
/** Schedules cls->events[event] at `when` (moving it if it was scheduled) / cancels it / tells when it is due (or ZIF_TIME_NEVER). */
void zif_schedule(ZifDevice *dev, unsigned event, ZifTime when);
void zif_schedule_in(ZifDevice *dev, unsigned event, ZifTime delay);
void zif_cancel(ZifDevice *dev, unsigned event);
ZifTime zif_due(const ZifDevice *dev, unsigned event);

/** Drives line `line` of cls->outputs[output]. Nothing happens when the level is unchanged. */
void zif_set(ZifDevice *dev, unsigned output, unsigned line, int level);
static inline void zif_raise(ZifDevice *dev, unsigned output)
{
    zif_set(dev, output, 0, 1);
}
static inline void zif_lower(ZifDevice *dev, unsigned output)
{
    zif_set(dev, output, 0, 0);
}
/** Raise and lower: an edge without duration. */
void zif_pulse(ZifDevice *dev, unsigned output, unsigned line);
/** The level now on an output or input line. */
int zif_output_level(const ZifDevice *dev, unsigned output, unsigned line);
int zif_input_level(const ZifDevice *dev, unsigned input, unsigned line);
/** Does anything drive this input line? A pin that nothing drives follows its pull resistor. */
bool zif_input_connected(const ZifDevice *dev, unsigned input, unsigned line);
/** Does anything listen to this output line? */
bool zif_output_connected(const ZifDevice *dev, unsigned output, unsigned line);
/** Lets an output line of src drive an input line of dst, as the tree's wires do. For devices whose wiring registers decide,
 * connect everything in realize and gate by register. */
void zif_connect(ZifDevice *src, unsigned output, unsigned line, ZifDevice *dst, unsigned input, unsigned dst_line);
/** The device whose registers are at a bus address, and the offset there; NULL when there is none. Valid once all are realized. */
ZifDevice *zif_device_at(const ZifDevice *dev, uint64_t address, uint32_t *offset);
/** Resets one block (a reset controller's doing: ZIF_RESET_BLOCK). */
void zif_reset_device(ZifDevice *dev, ZifResetKind kind);

/** The block's clock in Hz as its node and the clock tree say now; 0 = gated or unknown. While the first clock of a node is gated by
 * a register bit, its registers read as zero and ignore writes, which is reported; so they do while the block is held in reset. */
uint64_t zif_clock_hz(const ZifDevice *dev);
/** Entry `n` (0..3) of the node's `clocks`; 0 also when there is none. */
uint64_t zif_clock_hz_of(const ZifDevice *dev, unsigned n);
/** A clock controller (cls->clocks): this line now has this rate. In reset() and from then on at every change. */
void zif_clock_drive(ZifDevice *dev, unsigned line, uint64_t hz);
/** The gates this controller opened have had their time: what was settling answers from now on. */
void zif_clock_settled(ZifDevice *dev);
/** A reset controller (cls->resets): holds the consumers of this line in reset, or lets them go. */
void zif_reset_drive(ZifDevice *dev, unsigned line, bool held);

/** Is a signal of the block led to a pin now? `<signal>-pins = <&port pin function>, ...` in its node lists the pins it can use; the answer
 * is whether one of them is switched to that function. True when the node does not say. */
bool zif_routed(const ZifDevice *dev, const char *signal);
/** zif_routed, and a report (kind `pin`) that names the pins it could use when it is not. */
bool zif_check_routed(ZifDevice *dev, const char *signal);

/** The bus this device masters (its node's place in the tree decides what it can reach). */
AddressSpace *zif_bus(ZifDevice *dev);
/** The same for a master with two ports (0, 1); zif_bus is port 0. */
AddressSpace *zif_bus_port(ZifDevice *dev, unsigned port);
/** Does the node's `zif,cannot-reach` keep this port from this address? For a report after a failed access. */
bool zif_out_of_reach(const ZifDevice *dev, unsigned port, uint32_t address);
MemTxAttrs zif_bus_attrs(const ZifDevice *dev); /* its own master id filled in; the processor is 0 */

/** The UART transmitted a byte (its last bit left at this moment); the line's endpoint gets it. */
void zif_serial_transmit(ZifDevice *dev, uint8_t byte);
/** As above with up to 9 bits and faults (a break: ZIF_SERIAL_BREAK, which endpoints that take bytes do not hear). */
void zif_serial_transmit_word(ZifDevice *dev, uint16_t word, unsigned faults);
/** The receiver may be able to take bytes again (enabled, register read): the line asks can_receive. */
void zif_serial_ready(ZifDevice *dev);
/** Is a character on its way to the receiver at this moment? */
bool zif_serial_arriving(const ZifDevice *dev);
/** Does the line wait until the receiver has room? (The default. An impatient one overruns it.) */
bool zif_serial_patient(const ZifDevice *dev);
/** The rate the other end of the line runs at: `--uart NAME=...,baud=N`, else the node's current-speed; 0 when nobody says. */
uint32_t zif_serial_speed(const ZifDevice *dev);
/** A report (kind `baud`) when `baud` is more than 3 % off that rate; `slot` is the register it comes from. To be asked when a transfer
 * starts or the rate is set. */
void zif_check_baud(ZifDevice *dev, int slot, double baud);
/** A part says something to the UART it is a child of. */
void zif_serial_part_send(ZifDevice *part, uint16_t word, unsigned faults);

/** I2C controller side: address the part; NULL = nobody answered (NACK). The part stays addressed until zif_i2c_stop. */
ZifDevice *zif_i2c_start(ZifDevice *controller, uint8_t address, bool is_read);
/** The part at an address, whether or not it would answer now; for controllers that must not keep a pointer in their state. */
ZifDevice *zif_i2c_part(const ZifDevice *controller, uint8_t address);
bool zif_i2c_write(ZifDevice *part, uint8_t byte);
uint8_t zif_i2c_read(ZifDevice *part);
void zif_i2c_stop(ZifDevice *part);
/** SPI chip select of a part (from a controller's own select, or the machine's wire from a GPIO pin). */
void zif_spi_select(ZifDevice *part, bool selected);
/** SPI controller side: one byte to every selected part on this bus; 0xFF when none is. */
uint8_t zif_spi_transfer(ZifDevice *controller, uint8_t out);
/** Do the selected parts work in this clock mode (CPOL * 2 + CPHA) and at this rate (their nodes' spi-max-frequency)? A report of kind
 * `bus` when not. False when the mode is wrong: they read their bits at the wrong edges. */
bool zif_spi_check(ZifDevice *controller, unsigned mode, uint64_t hz);

/** The other nodes of a CAN bus: a controller's children, its parent's, and what `zif,can-bus` of its node lists. NULL past the last. */
ZifDevice *zif_can_node(const ZifDevice *dev, unsigned n);
/** Is one of them sending? / The most urgent thing one of them wants to send, as ZifCanNode.urgency. */
bool zif_can_busy(const ZifDevice *dev);
uint64_t zif_can_urgency(const ZifDevice *dev);
/** All others hear a frame; true: one acknowledged it. */
bool zif_can_send(ZifDevice *dev, const ZifCanFrame *frame);
/** Tells the others that the bus is free. */
void zif_can_free(ZifDevice *dev);

/** A display (cls->display): what next_frame says is different from now on, for a register or a clock changed. A reset of the machine and a
 * restored snapshot need not be told. */
void zif_frames_changed(ZifDevice *dev);

/** A pseudo-random 32-bit number from the machine's seed; part of the machine's state. */
uint32_t zif_random(ZifDevice *dev);

/** Stops the processor for this many of its cycles after the present access (flash busy). */
void zif_stall_cpu(ZifDevice *dev, uint64_t cycles);
/** An event for the processor (its RXEV input): WFE goes on. */
void zif_send_event(ZifDevice *dev);
/** Asks for a machine reset at the end of this instruction. */
void zif_request_reset(ZifDevice *dev, ZifResetKind kind);

/* Properties of the device's node. Missing: the default. Answers are cached: asking again costs a few nanoseconds. */
uint32_t zif_prop_u32(const ZifDevice *dev, const char *name, uint32_t otherwise);
const char *zif_prop_string(const ZifDevice *dev, const char *name, const char *otherwise);
bool zif_prop_bool(const ZifDevice *dev, const char *name);
/** The cells of a property (host order) into out[max]; returns how many there are. */
unsigned zif_prop_cells(const ZifDevice *dev, const char *name, uint32_t *out, unsigned max);
/** The bytes of a property as it stands in the tree ("jedec-id = [ef 40 18]") into out[max]; returns how many there are. */
unsigned zif_prop_bytes(const ZifDevice *dev, const char *name, uint8_t *out, unsigned max);
/** Cell number `index` of a property. */
uint32_t zif_prop_cell(const ZifDevice *dev, const char *name, unsigned index, uint32_t otherwise);
/** Child nodes, in tree order, and the cells of a child's property (as zif_prop_cells; 0 when there is no such child). */
unsigned zif_nchildren(const ZifDevice *dev);
unsigned zif_child_cells(const ZifDevice *dev, unsigned child, const char *name, uint32_t *out, unsigned max);
/** Another device by the phandle in cell `index` of property `name`; NULL when there is none. */
ZifDevice *zif_prop_device(const ZifDevice *dev, const char *name, unsigned index);
/** The device by the phandle in property `name` when it is of this class, else NULL: a tree may name any device. */
ZifDevice *zif_prop_peer(const ZifDevice *dev, const char *name, const char *class_name);
/** Room for a region of the device's own, freed with the device: to be initialised (memory_region_init_...) and mapped in
 * realize. At most 40 a device. State structs hold no regions, for a snapshot copies them. */
MemoryRegion *zif_new_region(ZifDevice *dev);
/** Maps another region of the device at the node's reg entry `index` (from realize). */
void zif_map_region(ZifDevice *dev, unsigned index, MemoryRegion *mr);
/** As above at an address of its own finding (the `reg` of a child, say). */
void zif_map_at(ZifDevice *dev, uint64_t address, MemoryRegion *mr);

/* --- Reports: what the firmware did wrong, or what we do not model. They never change the run. -------------------------- */

typedef enum {
    ZIF_REPORT_CLOCK_OFF,
    ZIF_REPORT_CLOCK_TOO_SOON,
    ZIF_REPORT_IN_RESET,
    ZIF_REPORT_RESERVED,
    ZIF_REPORT_READ_ONLY,
    ZIF_REPORT_LOCKED,
    ZIF_REPORT_WIDTH,
    ZIF_REPORT_UNMODELLED,
    ZIF_REPORT_UNMODELLED_DEVICE,
    ZIF_REPORT_INTERRUPT,
    ZIF_REPORT_OVERRUN,
    ZIF_REPORT_DMA,
    ZIF_REPORT_BUSY,
    ZIF_REPORT_BAUD,
    ZIF_REPORT_PIN,
    ZIF_REPORT_STACK,
    ZIF_REPORT_UNINIT,
    ZIF_REPORT_FLASH,
    ZIF_REPORT_BUS,
    ZIF_REPORT_UNALIGNED,
    ZIF_REPORT_KINDS,
} ZifReportKind;

/* One line of the list at the end of a run. */
typedef struct {
    ZifReportKind kind;
    const char *device;
    const char *reg; /* "" when none */
    uint32_t pc;     /* of the first */
    ZifTime first;   /* virtual time of the first */
    uint64_t count;
    const char *text;
} ZifReportEntry;

/** The word of a kind, as --strict=KINDS spells it ("clock-off"). */
const char *zif_report_kind_name(ZifReportKind kind);
/** Counted by (kind, device, slot, PC); the kit adds PC, symbol, source line and time. slot < 0: no register. */
void zif_report(ZifDevice *dev, ZifReportKind kind, int slot, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

/* --- Register helpers -------------------------------------------------------------------------------------------------- */

static inline uint32_t *zif_values(ZifDevice *dev)
{
    return (uint32_t *)((char *)dev + dev->cls->values);
}
/** Field `lsb`,`width` of v. */
static inline uint32_t zif_bits(uint32_t v, unsigned lsb, unsigned width)
{
    return (v >> lsb) & (width >= 32 ? UINT32_MAX : (1u << width) - 1);
}

/* The classes built in, made from peripherals/list.h. */
extern const ZifClass *const zif_classes[];
extern const unsigned zif_nclasses;
/* These and those of plugins, which come first: where both fit a node, the plugin's is taken. */
unsigned zif_class_count(void);
const ZifClass *zif_class_at(unsigned n); /* NULL past the last */
bool zif_class_is_added(const ZifClass *cls);
/** Adds a class for the rest of the process, before any machine is made. False and *errp when it is incomplete or its name is taken. */
bool zif_class_add(const ZifClass *cls, Error **errp);

/* --- Plugins: models built outside zif's source tree ------------------------------------------------------------------- */

/* Changes whenever a plugin built before would be wrong. */
#define ZIF_PLUGIN_ABI 1

typedef struct {
    uint32_t abi;
    uint32_t class_size, device_size; /* as its compiler saw them */
    const ZifClass *const *classes;   /* NULL-ended */
} ZifPlugin;

/* In one file of the plugin: ZIF_PLUGIN(&my_class, &my_other_class); built with -shared -fPIC and `pkg-config --cflags zif`, loaded with
 * `zif run --plugin FILE.so`. */
#define ZIF_PLUGIN(...)                                                                                                \
    __attribute__((visibility("default")))                                                                             \
    const ZifPlugin zif_plugin = { ZIF_PLUGIN_ABI, sizeof(ZifClass), sizeof(ZifDevice),                                \
                                   (const ZifClass *const[]){ __VA_ARGS__, NULL } }

#endif
