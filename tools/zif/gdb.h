/* GDB at the other end of a stream: `zif run --gdb`, `zif gdb`. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ZIF_TOOL_GDB_H
#define ZIF_TOOL_GDB_H

#include <zif/machine.h>

typedef struct GdbSession GdbSession;

/** Opens the stream (see zif_stream_open). With `halted` the machine waits for GDB. NULL and *errp when it cannot be opened. */
GdbSession *gdb_session_open(ZifMachine *m, const char *stream, bool halted, Error **errp);
/** NULL is allowed. */
void gdb_session_free(GdbSession *s);
/** In place of zif_machine_run: serves GDB, and runs as far as it lets the machine go. While halted it waits a moment for GDB and
 * gives ZIF_RUN_TIME. */
ZifRunReason gdb_session_run(GdbSession *s, ZifTime until, ZifRunInfo *info);
/** A byte of the guest's console, to be shown by a GDB that is served on standard output. */
void gdb_session_console(GdbSession *s, uint8_t byte);
/** GDB asked zif to end. */
bool gdb_session_killed(const GdbSession *s);

#endif
