/*
 * Embed and drive a machine: a board or chip from its devicetree, loaded with images, run on virtual time.
 *
 * A machine belongs to one thread at a time; any number of machines can exist in a process.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ZIF_MACHINE_H
#define ZIF_MACHINE_H

#include <stdio.h>
#include <zif/flash.h>
#include <zif/image.h>
#include <zif/peripheral.h>

typedef enum { ZIF_RAM_RANDOM, ZIF_RAM_ZERO, ZIF_RAM_BYTE } ZifRamFill;

typedef struct {
    const char *board;   /* a name of zif_boards, or a path ending in .dts or .dtb; NULL is refused */
    uint64_t seed;       /* of everything random in the machine */
    ZifRamFill ram_fill; /* what RAM holds at power-on (seeded) */
    uint8_t ram_byte;
    const char *port;            /* "fast", "portable" or NULL */
    bool semihosting;            /* a debugger is attached: BKPT 0xAB is served; else it is a HardFault */
    const char *semihosting_dir; /* folder the guest's files are confined to; NULL = no files */
    const char *cmdline;         /* for SYS_GET_CMDLINE */
    unsigned max_resets;         /* resets by the firmware before the run is given up; UINT_MAX = no limit */
    bool program;                /* images are put into flashes that a file holds, too; without it the file wins */
    const struct ZifOverride *overrides; /* properties of the devicetree that differ, noverrides of them */
    unsigned noverrides;
    uint32_t stack_limit; /* the end of the main stack, for reports; 0: what the image's symbols say */
    bool uninit;          /* follow reads of RAM that nothing wrote (report uninit): slower */
    bool stack_guard; /* look at every store below it; else at exceptions and now and then: stores near it get slower */
    const char *svd;  /* an SVD file that names the registers of blocks nobody modelled; NULL = none */
    /* NULL-ended: fields held at a value, PERIPHERAL.REGISTER[.FIELD]=VALUE or ADDRESS[:BIT|:MSB:LSB]=VALUE. */
    const char *const *stubs;
    uint32_t rtt_channels; /* SEGGER RTT channels that are lines: "rtt" is 0, "rttN" the others, one bit each */
    uint32_t itm_ports; /* ITM stimulus ports that are lines: "itm" is 0, "itmN"; a probe enabled them before reset */
} ZifMachineConfig;

/* A property of the board's devicetree with another value. Everything it points to is copied. */
typedef struct ZifOverride {
    const char *node; /* label, alias or path */
    const char *property;
    const uint32_t *cells; /* host order */
    unsigned ncells;
} ZifOverride;

/* Boards and bare SoCs built in. */
typedef struct {
    const char *name;
    const char *const *aliases; /* NULL-ended */
    const char *description;
    const char *soc;
    bool is_soc;
    bool bus_only; /* no processor: see "Without running the processor" below */
} ZifBoardInfo;
extern const ZifBoardInfo zif_boards[];
extern const unsigned zif_nboards;
/** Every built-in board and every peripheral of each chip (whole, partial, stub) as Markdown tables. False and *errp when a built-in tree
 * does not build. */
bool zif_support_table(FILE *out, Error **errp);

ZifMachine *zif_machine_new(const ZifMachineConfig *config, Error **errp);
void zif_machine_free(ZifMachine *m);

/** Puts an image's segments into the machine's memories (ROM included). Refuses bytes outside any memory and overlaps with
 * an image loaded before; nothing is changed then. The machine keeps a reference for symbols: image must outlive it. */
bool zif_machine_load(ZifMachine *m, const ZifImage *image, Error **errp);
/** Power-on reset; must follow loading and precede the first run. */
void zif_machine_reset(ZifMachine *m, ZifResetKind kind);

typedef enum {
    ZIF_RUN_TIME,   /* reached the asked time */
    ZIF_RUN_ASKED,  /* zif_machine_stop */
    ZIF_RUN_EXIT,   /* semihosting exit; info.exit_code */
    ZIF_RUN_LOCKUP, /* lockup; info.text says the fault */
    ZIF_RUN_DEAD,   /* asleep, and nothing scheduled or attached could wake it */
    ZIF_RUN_RESETS, /* more than max_resets resets */
    ZIF_RUN_BREAK,  /* debugger breakpoint, BKPT with a debugger, watchpoint */
    ZIF_RUN_FAULT, /* an unhandled fault: HardFault (or another fault) taken to a handler that is the image's default one
                          (a branch to itself); info.text says it */
    ZIF_RUN_CANNOT, /* zif itself failed; info.text */
} ZifRunReason;

typedef struct {
    ZifRunReason reason;
    int exit_code;
    char text[256];
} ZifRunInfo;

/** Runs until virtual time `until` or an earlier reason. Exact: stops at an instruction boundary at or just past `until`. */
ZifRunReason zif_machine_run(ZifMachine *m, ZifTime until, ZifRunInfo *info);
/** Ends the run in progress after the current instruction (from callbacks on the machine's thread). */
void zif_machine_stop(ZifMachine *m);
/** True when something outside could still wake a sleeping guest (interactive input attached): then ZIF_RUN_DEAD is not given
 * and time goes on. */
void zif_machine_set_external_wake(ZifMachine *m, bool possible);

ZifTime zif_machine_now(const ZifMachine *m);
uint64_t zif_machine_instructions(const ZifMachine *m);
unsigned zif_machine_resets(const ZifMachine *m);

/* --- Power and what outlives it --------------------------------------------------------------------------------------------- */
/** Power goes and comes back: RAM is filled anew, steps of flashes under way are torn, everything is reset; flashes keep their cells,
 * virtual time goes on. It happens at the end of the present instruction; between runs, when the next one begins. Not counted as a reset by the firmware. */
void zif_machine_power_cycle(ZifMachine *m);
/** The machine's flashes and EEPROMs, in tree order. */
unsigned zif_machine_nflashes(const ZifMachine *m);
ZifFlash *zif_machine_flash(const ZifMachine *m, unsigned n);
ZifFlash *zif_machine_flash_by_name(const ZifMachine *m, const char *name); /* NULL if there is none */
/** Called before each step changes cells, in the middle of the instruction that started it. May call zif_machine_stop. */
void zif_machine_on_flash_step(ZifMachine *m, void (*fn)(void *opaque, ZifFlash *f, const ZifFlashStep *step),
                               void *opaque);

/* --- Serial lines ---------------------------------------------------------------------------------------------------- */
typedef struct ZifSerialLine ZifSerialLine;
/* Line n of the machine in devicetree order, "console" first (/chosen zephyr,console or stdout-path). */
unsigned zif_machine_nserial(const ZifMachine *m);
ZifSerialLine *zif_machine_serial(ZifMachine *m, unsigned n);
/** By device name ("uart0"), label or alias, or the name of a line without a device ("semihosting", "rtt", "itm"); NULL if there is
 * none. */
ZifSerialLine *zif_machine_serial_by_name(ZifMachine *m, const char *name);
const char *zif_serial_name(const ZifSerialLine *line);
/** Every byte the guest transmits, at its virtual time. May call zif_machine_stop and zif_serial_send. Several observers are allowed. */
void zif_serial_on_transmit(ZifSerialLine *line, void (*fn)(void *opaque, uint8_t byte, ZifTime when), void *opaque);
/** Queues bytes for the guest; each is delivered when the receiver can take it, no faster than the line's rate. Never lost. */
void zif_serial_send(ZifSerialLine *line, const void *bytes, size_t len);
/** The next byte queued on this line has these faults (ZIF_SERIAL_*); a break is a character of its own and is queued at
 * once. False when the line's UART knows no faults. */
bool zif_serial_inject(ZifSerialLine *line, unsigned faults);
/** Whether bytes wait until the receiver has room (true, as at first) or come at the line's rate while it is on, read or not. */
void zif_serial_set_patient(ZifSerialLine *line, bool patient);
/** The rate of the other end, for reports; 0 (as at first): what the UART's node says as current-speed. */
void zif_serial_set_speed(ZifSerialLine *line, uint32_t baud);
/** Makes something go wrong at a device: "framing", "noise", "parity", "lost" of the next byte for a UART, a "break", a line that is
 * "impatient" from now on, or a word of the model's own (zif/peripheral.h, `faults`). False and *errp, with the words it knows, when it
 * does not know this one; zif_device_can_inject only asks. */
bool zif_device_inject(ZifDevice *dev, const char *fault, Error **errp);
bool zif_device_can_inject(const ZifDevice *dev, const char *fault, Error **errp);
/** Bytes queued and not yet delivered. */
size_t zif_serial_queued(const ZifSerialLine *line);
/** How long one character takes as the guest has set up its UART; 0 when it has not, or when there is no UART. */
ZifTime zif_serial_frame_time(const ZifSerialLine *line);

/* --- A call at a virtual time (steps, pacing); ordered before device events of the same time ------------------------------ */
void zif_machine_at(ZifMachine *m, ZifTime when, void (*fn)(void *opaque), void *opaque);
/** The same for a call that only looks: a machine that sleeps for ever does not live on for it. */
void zif_machine_look_at(ZifMachine *m, ZifTime when, void (*fn)(void *opaque), void *opaque);

/* --- Without running the processor: devices, their bus and their clock by hand -----------------------------------------------
 * For tests of a device model, or of a driver's register sequence, from a host program. The processor stands still; a board
 * may have none. Mixing with zif_machine_run is allowed. */
bool zif_machine_has_cpu(const ZifMachine *m);
/** Has it one that may run? Not on a board whose tree says zif,bus-only. */
bool zif_machine_can_run(const ZifMachine *m);
/** Lets time pass until exactly `until`; events due on the way happen in order, a reset they ask for is done. The processor's
 * cycle counter (SysTick) goes on by the whole cycles that fit. A time that has passed changes nothing. */
void zif_machine_advance(ZifMachine *m, ZifTime until);
/** When something will happen next; ZIF_TIME_NEVER when nothing is due. */
ZifTime zif_machine_next_event(const ZifMachine *m);
/** A load or store as the processor would make it, its private peripherals included; `bytes` in memory order. Up to 8 bytes, a
 * power of two, are one access, cut up where a device is narrower; more are many. If the device keeps the bus waiting (flash
 * being programmed), time has passed when this returns. */
MemTxResult zif_machine_access(ZifMachine *m, uint64_t address, void *bytes, size_t size, bool is_write);
/** Calls fn when the level of an interrupt line into the processor changes. One observer; NULL ends it. */
void zif_machine_on_irq(ZifMachine *m, void (*fn)(void *opaque, unsigned irq, int level), void *opaque);
/** Drives interrupt line `irq` of the processor from outside. False when there is no such line. */
bool zif_machine_drive_irq(ZifMachine *m, unsigned irq, int level);
/** Calls fn at each change of one output line of a device, for the rest of the machine's life. False when there is no such line. */
bool zif_device_on_output(ZifDevice *dev, const char *output, unsigned line, void (*fn)(void *opaque, int level),
                          void *opaque);

/* --- Looking (no effects) -------------------------------------------------------------------------------------------------- */
AddressSpace *zif_machine_cpu_bus(ZifMachine *m);
struct ZifCpu *zif_machine_cpu(ZifMachine *m);
unsigned zif_machine_ndevices(const ZifMachine *m);
ZifDevice *zif_machine_device(ZifMachine *m, unsigned n);
ZifDevice *zif_machine_device_by_name(ZifMachine *m, const char *name); /* name, label, alias or path */
/** Drives line `line` of a device's input from outside, from now on: a button pressed ("press"), a jumper on a port ("pin"). A
 * negative level lets go of it: a pin then follows its pull resistor. False when the device has no such line. */
bool zif_device_drive(ZifDevice *dev, const char *input, unsigned line, int level);
/* A line of a device that the world outside can drive and look at. */
typedef struct {
    ZifDevice *dev;
    int input, output; /* of its class; output -1: it only listens */
    unsigned line;
} ZifPin;
/** A pin by the name its data sheet prints (PA0, P0.17, BOOT0), by its port (gpio0.17), or any input (DEVICE.INPUT[.LINE]). */
bool zif_machine_pin(ZifMachine *m, const char *name, ZifPin *pin, Error **errp);
/** A button by devicetree alias, label or node name: level 1 presses it. */
bool zif_machine_key(ZifMachine *m, const char *name, ZifPin *key, Error **errp);
/** Drives it from outside from now on; between runs or from a call of zif_machine_at, not from a device's. A key and a pin it is wired
 * to: the latest wins. */
void zif_pin_drive(const ZifPin *pin, int level);
/** The level now: what the port's input register would see, or what the chip drives. */
int zif_pin_level(const ZifPin *pin);
/** Calls fn at each change of that level, for the machine's life. fn may look and ask for calls, and drive nothing. */
void zif_pin_on_change(const ZifPin *pin, void (*fn)(void *opaque, int level), void *opaque);
/** Value of a register as a read would give it, without the read's effects. */
uint32_t zif_device_peek(ZifDevice *dev, unsigned slot);
/** Address of the current instruction. */
uint32_t zif_machine_pc(ZifMachine *m);
/** The memory map as the address-space core sees it (mtree_info): trees, or flat views. */
void zif_machine_mtree(ZifMachine *m, FILE *out, bool flat);
/** The same as JSON text, which the caller frees. NULL and *errp without memory. */
char *zif_machine_mtree_json(ZifMachine *m, bool flat, Error **errp);
/** "fast (unicorn 2.0.1)": the memory port a machine gets unless told otherwise, and the engine. */
const char *zif_default_port(void);
/** Text for `zif board`: memories, devices, interrupts, what is modelled. */
void zif_machine_describe(ZifMachine *m, FILE *out);
/** Symbol+offset and source line of an address from the loaded images, into buf ("main+0x12 (main.c:33)"); "" if unknown. */
const char *zif_machine_locate(ZifMachine *m, uint32_t pc, char *buf, size_t len);
/** The crash screen: fault in words, registers, stacked frame, backtrace. */
void zif_machine_crash_screen(ZifMachine *m, FILE *out);
/** The stuck report: where PC was, which register and bit was polled, since when. */
void zif_machine_stuck_report(ZifMachine *m, FILE *out);

/* --- Snapshots in memory --------------------------------------------------------------------------------------------------- */
typedef struct ZifSnapshot ZifSnapshot;
/** The machine's whole state, between runs. Belongs to the caller and to this machine only. */
ZifSnapshot *zif_machine_snapshot(ZifMachine *m);
/** Goes back to it, between runs; the snapshot stays. Only pages written since are copied when it is the latest one taken or
 * restored. Images loaded, observers, reports and calls asked for with zif_machine_at and not yet made are not part of it. */
void zif_machine_restore(ZifMachine *m, const ZifSnapshot *s);
/** Changes what a flash holds in the snapshot: restores bring that. The range must be inside the flash. */
void zif_snapshot_set_cells(ZifSnapshot *s, const ZifFlash *f, uint64_t offset, const uint8_t *cells, uint64_t len);
/** Before the machine is freed. NULL is allowed. */
void zif_snapshot_free(ZifSnapshot *s);
/** Stores a snapshot of the machine as it is now; the file appears whole or not at all. */
bool zif_machine_save_file(ZifMachine *m, const char *path, Error **errp);
/** Goes back to a stored snapshot. The file must come from the same build of zif and the same board; it is refused, and nothing is
 * changed, when it does not fit or its checksums are wrong. Checksums tell damage, not malice: load only files you trust, as with
 * any program. The trace hash is not stored. */
bool zif_machine_load_file(ZifMachine *m, const char *path, Error **errp);

/** Starts the trace hash: register state at exceptions, every MMIO access, every UART byte, every changed frame of a
 * display. */
void zif_machine_enable_trace_hash(ZifMachine *m);
uint64_t zif_machine_trace_hash(const ZifMachine *m);

/* --- Reports ----------------------------------------------------------------------------------------------------------------- */
unsigned zif_machine_nreports(const ZifMachine *m);
const ZifReportEntry *zif_machine_report(const ZifMachine *m, unsigned n);
/** Called at each new report (not at repetitions). */
void zif_machine_on_report(ZifMachine *m, void (*fn)(void *opaque, const ZifReportEntry *entry), void *opaque);

#endif
