/*
 * Going back in time: snapshots taken along the way, and exact re-execution from them. What reached the machine from outside
 * meanwhile is kept and given again at the same instant; what the machine says meanwhile is not said twice. Running on from a
 * moment gone back to makes another future: what came from outside after it has to come again.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ZIF_MACHINE_HISTORY_H
#define ZIF_MACHINE_HISTORY_H

#include "internal.h"

typedef struct ZifHistory ZifHistory;

/** Begins here. NULL and *errp without memory. */
ZifHistory *zif__history_new(ZifMachine *m, Error **errp);
void zif__history_free(ZifHistory *h);
/** Before each stretch of running: takes a snapshot when one is due. */
void zif__history_mark(ZifHistory *h);
/** What is past cannot be repeated (a debugger changed something, a file was written): begins anew here. */
void zif__history_forget(ZifHistory *h);
/** Goes back to the moment after `instructions` were executed. False: the history does not reach that far, and the machine is at
 * its beginning. */
bool zif__history_go(ZifHistory *h, uint64_t instructions);
/** Goes back to the latest breakpoint or watchpoint before now. False: there was none, and the machine is at the beginning. */
bool zif__history_last_break(ZifHistory *h);

#endif
