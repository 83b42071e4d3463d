/* The arguments of `zif run`. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ZIF_TOOL_RUN_OPTIONS_H
#define ZIF_TOOL_RUN_OPTIONS_H

#include <zif/machine.h>
#include "expected.h"
#include "flash_files.h"
#include "frame_step.h"
#include "options.h"
#include "inject.h"
#include "pictures.h"
#include "pins.h"
#include "recorders.h"
#include "steps.h"

/* --uart NAME=KIND[,baud=N] */
typedef struct {
    char *line;
    char *stream;  /* as zif_stream_open takes it */
    unsigned baud; /* 0: whatever the guest uses */
} UartOption;

typedef struct {
    ZifMachineConfig machine;
    UartOption *uarts;
    size_t nuarts;
    Steps *steps;
    ZifTime timeout; /* virtual; 0 = none given */
    int timeout_code;
    ZifTime wall_timeout; /* host time; 0 = none */
    ZifTime run_for;      /* 0 = none */
    bool realtime, trace_hash, quiet, help;
    const char *junit;
    const char *gdb; /* stream of the debugger, as zif_stream_open takes it; NULL = none */
    char gdb_spec[16];
    bool gdb_halts; /* wait for it at reset */
    const char *load;
    char *save;      /* file; NULL = none */
    ZifTime save_at; /* virtual; ZIF_TIME_NEVER: after the last step */
    uint32_t strict; /* bit per ZifReportKind */
    ExpectedReport **expected, **allowed;
    size_t nexpected, nallowed;
    const char **stubs; /* NULL-ended */
    size_t nstubs;
    PinStep **pins;
    size_t npins;
    InjectStep **faults;
    size_t nfaults;
    FlashOptions flash;
    ZifTime *power_cycles; /* virtual times */
    size_t npower_cycles;
    Recorders recorders;
    Pictures pictures;
    bool show;
    const char *show_name; /* of the display; NULL: the first */
    FrameStep **frames;
    size_t nframes;
    const char **images;
    size_t nimages;
} RunOptions;

extern const Option run_option_table[];

/** Fills *o from argv (ended by NULL). False and *errp on bad usage; free in either case. With --help the rest is not looked at. */
bool run_options_parse(RunOptions *o, char **argv, Error **errp);
void run_options_free(RunOptions *o);

#endif
