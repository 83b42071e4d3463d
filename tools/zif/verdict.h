/* A run of zif, and what is said of it at its end. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ZIF_TOOL_VERDICT_H
#define ZIF_TOOL_VERDICT_H

#include "links.h"
#include "outcome.h"
#include "progress.h"
#include "run_options.h"

typedef struct {
    RunOptions o;
    ZifMachine *machine;
    ZifImage **images;
    Links *links;
    Progress progress;
    struct GdbSession *gdb;
    struct Preview *preview; /* NULL: nobody wants to see */
    ZifTime base;            /* virtual time at which the run began: 0 but for --load */
    bool save_due, saved;
    ZifTime limit;       /* virtual time at which the run ends at the latest */
    double began, start; /* host seconds; start moves when the host lags behind real time */
    double elapsed;      /* host seconds of the run */
    bool wall;           /* the timeout was one of the host's time */
    bool left;           /* somebody asked zif to leave */
    ZifRunInfo info;
    Outcome outcome;
    char message[1024]; /* the sentence that says how the run ended */
    char *details;      /* crash screen or stuck report */
} Run;

/** Notes why the machine stopped by itself. */
void verdict_reason(Run *r, ZifRunReason reason);
/** Notes the report that ends the run under --strict. */
void verdict_strict(Run *r, const ZifReportEntry *entry);
/** Prints how the run ended, writes JUnit, and returns the exit code. */
int verdict(Run *r);

#endif
