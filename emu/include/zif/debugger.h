/*
 * A debugger on a machine: the GDB server (zif/gdb.h) joined to a ZifMachine. Transport is the caller's: bytes from GDB go in,
 * bytes for GDB come out through a callback.
 *
 * Looking disturbs nothing: devices are read without side effects and past the MPU. Writing to a device reaches it, as a store
 * of the processor would, and the console says so.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ZIF_DEBUGGER_H
#define ZIF_DEBUGGER_H

#include <zif/machine.h>

typedef struct ZifDebugger ZifDebugger;

/** Halts the machine (which must have been reset) until GDB lets it go. */
ZifDebugger *zif_debugger_new(ZifMachine *m, void (*output)(void *opaque, const void *bytes, size_t len), void *opaque,
                              Error **errp);
/** Removes every breakpoint and watchpoint. NULL is allowed. */
void zif_debugger_free(ZifDebugger *d);
/** A new peer: halts the machine and forgets the former one's points. */
void zif_debugger_connect(ZifDebugger *d);
/** The peer went away: points are removed and the machine runs on. */
void zif_debugger_disconnect(ZifDebugger *d);
void zif_debugger_input(ZifDebugger *d, const void *bytes, size_t len);

/** Text for GDB's console, while it has let the machine run. */
void zif_debugger_console(ZifDebugger *d, const char *text, size_t len);

typedef enum {
    ZIF_DEBUG_HALTED,   /* nothing to run: wait for bytes from GDB */
    ZIF_DEBUG_RUNNING,  /* call zif_debugger_run again */
    ZIF_DEBUG_DETACHED, /* GDB left: use zif_machine_run */
    ZIF_DEBUG_KILLED,   /* GDB asked to end */
    ZIF_DEBUG_ENDED,    /* the run ended (GDB was told); *info says how */
} ZifDebugState;

ZifDebugState zif_debugger_state(const ZifDebugger *d);
/** Does what GDB asked for, until virtual time `until` at most; returns sooner when it stops. */
ZifDebugState zif_debugger_run(ZifDebugger *d, ZifTime until, ZifRunInfo *info);

#endif
