/*
 * A GDB remote serial protocol server, apart from transport and target: bytes go in, bytes come out, and a table of
 * functions reaches the machine. Source: GDB manual, appendix "GDB Remote Serial Protocol", and its features
 * org.gnu.gdb.arm.m-profile, m-system and vfp.
 *
 * The server never runs the target itself. The driver asks zif_gdb_want() what GDB asked for, runs, and tells the outcome
 * with zif_gdb_stopped(). Looking at memory and registers through it has no effect on a run.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ZIF_GDB_H
#define ZIF_GDB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <zif/error.h>

/* Register numbers as the target description gives them to GDB. */
enum {
    ZIF_GDB_R0,
    ZIF_GDB_SP = 13,
    ZIF_GDB_LR,
    ZIF_GDB_PC,
    ZIF_GDB_XPSR,
    ZIF_GDB_MSP,
    ZIF_GDB_PSP,
    ZIF_GDB_PRIMASK,
    ZIF_GDB_BASEPRI, /* from here to CONTROL - 1: v7-M only, absent from the description on v6-M */
    ZIF_GDB_FAULTMASK,
    ZIF_GDB_CONTROL,
    ZIF_GDB_D0, /* to D15: 64 bits each */
    ZIF_GDB_FPSCR = ZIF_GDB_D0 + 16,
    ZIF_GDB_NREGS,
};

typedef enum {
    ZIF_GDB_SOFT_BREAK,
    ZIF_GDB_HARD_BREAK,
    ZIF_GDB_WATCH_WRITE,
    ZIF_GDB_WATCH_READ,
    ZIF_GDB_WATCH_ACCESS,
} ZifGdbPoint;

typedef struct {
    uint32_t start;
    uint32_t length;
    uint32_t flash_block; /* 0 = RAM, else erase size of flash */
    bool rom;             /* neither RAM nor flash: cannot be written */
} ZifGdbMemory;

/* The target. Sizes in bytes; functions that answer bool give false for "cannot", which GDB is told as an error. */
typedef struct {
    bool is_v7m; /* BASEPRI and FAULTMASK exist */
    bool has_fpu;
    uint64_t (*read_register)(void *opaque, unsigned number);
    bool (*write_register)(void *opaque, unsigned number, uint64_t value);
    /* All or nothing; devices are read without side effects. */
    bool (*read_memory)(void *opaque, uint32_t addr, void *buf, size_t len);
    bool (*write_memory)(void *opaque, uint32_t addr, const void *buf, size_t len);
    bool (*flash_erase)(void *opaque, uint32_t addr, size_t len);
    bool (*flash_write)(void *opaque, uint32_t addr, const void *buf, size_t len);
    bool (*set_point)(void *opaque, ZifGdbPoint kind, uint32_t addr, size_t len, bool on);
    /* Memory n, or false past the last. */
    bool (*memory)(void *opaque, unsigned n, ZifGdbMemory *out);
    /* A "monitor" command line; what it prints goes to GDB's console. False: no such command. */
    bool (*monitor)(void *opaque, const char *command, FILE *out);
    void (*reset)(void *opaque);
    bool can_reverse;
    void *opaque;
} ZifGdbTarget;

typedef enum {
    ZIF_GDB_HALTED,   /* wait for bytes from GDB */
    ZIF_GDB_CONTINUE, /* run until something happens */
    ZIF_GDB_STEP,     /* one instruction */
    ZIF_GDB_RANGE,    /* step until PC leaves zif_gdb_range */
    ZIF_GDB_BACK_STEP,
    ZIF_GDB_BACK_CONTINUE,
    ZIF_GDB_DETACHED, /* run on without a debugger */
    ZIF_GDB_KILLED,   /* end */
} ZifGdbWant;

typedef enum {
    ZIF_GDB_STOP_BREAK,     /* SIGTRAP: breakpoint, or end of a step */
    ZIF_GDB_STOP_WATCH,     /* SIGTRAP at a watchpoint: addr and kind */
    ZIF_GDB_STOP_INTERRUPT, /* SIGINT: GDB asked */
    ZIF_GDB_STOP_FAULT,     /* SIGSEGV: a fault nobody handled, or lockup */
    ZIF_GDB_STOP_HISTORY,   /* reverse execution reached the start of the recording */
    ZIF_GDB_STOP_EXITED,    /* the firmware ended with `code` */
} ZifGdbStopKind;

typedef struct {
    ZifGdbStopKind kind;
    ZifGdbPoint watch;
    uint32_t addr;
    int code;
} ZifGdbStop;

typedef struct ZifGdb ZifGdb;

/** `target` is copied. `output` gets every byte for GDB. */
ZifGdb *zif_gdb_new(const ZifGdbTarget *target, void (*output)(void *opaque, const void *bytes, size_t len),
                    void *opaque, Error **errp);
void zif_gdb_free(ZifGdb *gdb);
/** A connection begins: acknowledgements on, target halted, all points of an earlier connection gone. */
void zif_gdb_connect(ZifGdb *gdb);
/** The connection ended: points are removed, the target runs on. */
void zif_gdb_disconnect(ZifGdb *gdb);
/** Bytes from GDB; any bytes, in any pieces. */
void zif_gdb_input(ZifGdb *gdb, const void *bytes, size_t len);
ZifGdbWant zif_gdb_want(const ZifGdb *gdb);
/** True once when GDB sent an interrupt while the target ran. */
bool zif_gdb_interrupted(ZifGdb *gdb);
void zif_gdb_range(const ZifGdb *gdb, uint32_t *start, uint32_t *end);
/** The run GDB asked for ended. */
void zif_gdb_stopped(ZifGdb *gdb, const ZifGdbStop *stop);
/** Text for GDB's console while the target runs (semihosting output). */
void zif_gdb_console(ZifGdb *gdb, const char *text, size_t len);

#endif
