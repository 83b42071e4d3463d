/*
 * Power cuts: run a program, cut power at its program and erase steps, start again on what is left, and see whether it comes up.
 *
 * The program runs once, on one machine. At each step that is to be cut, a second machine, put back to its state before power-on, gets the
 * cells as the cut leaves them, and runs until the check is met, it crashes, or its time is over. With two cuts the second machine's steps
 * are cut likewise, with a third machine. What is left after step n is what is there before step n + 1: it is tried once.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ZIF_TOOL_POWERCUT_H
#define ZIF_TOOL_POWERCUT_H

#include <zif/machine.h>
#include "run_options.h"

enum { CUTS = 2 };

typedef enum { CUT_BEFORE, CUT_TORN, CUT_AFTER } CutKind;

/* One cut: at which step since power-on (1 is the first), and how. */
typedef struct {
    uint64_t step;
    CutKind kind;
    uint32_t seed; /* of CUT_TORN: which way the step is torn */
} Cut;

/* The step that was cut, in words that outlive the machine. */
typedef struct {
    char flash[32];
    ZifFlashKind kind;
    uint64_t offset;
    uint32_t len;
    uint32_t pc;
    ZifTime when;
    char where[128]; /* symbol and line; "" if unknown */
} CutStep;

/* A point that did not come up. */
typedef struct {
    unsigned ncuts;
    Cut cuts[CUTS];
    CutStep steps[CUTS];
    char why[160];
} CutFailure;

typedef struct {
    char **argv; /* what they were parsed from */
    RunOptions run;
    /* Which steps: all, from first to last, or `random` of all. */
    uint64_t first, last;
    uint64_t random; /* 0: not random */
    uint32_t torn;   /* ways to tear each step */
    unsigned cuts;
    unsigned jobs;
    const char *text, *regex, *command; /* the check: one of them */
    ZifTime limit;                      /* for coming up, virtual */
    const char *junit, *json;
    bool replay;
    unsigned nreplay;
    Cut replay_cuts[CUTS];
    bool help;
} PowercutOptions;

typedef struct {
    uint64_t steps;  /* of the run without a cut */
    uint64_t points; /* tried */
    CutFailure *failures;
    size_t nfailures;
    double seconds; /* of host time for the points */
} PowercutResult;

extern const Option powercut_option_table[];

/** False and *errp on bad usage; free in either case. */
bool powercut_options_parse(PowercutOptions *o, char **argv, Error **errp);
void powercut_options_free(PowercutOptions *o);
/** "3", "3.torn:1", "3.after" into buf; returns buf. */
char *cut_name(const Cut *cut, char *buf, size_t len);
/** All cuts of a failure with commas between. */
char *cut_names(const CutFailure *f, char *buf, size_t len);

/** Counts the steps of the run without a cut and sees that it works and comes up again. Then tries the points `share` of `shares` (every
 * shares-th step, from the share-th) and tells of each through the two functions. False and *errp when it cannot be done, or the run itself
 * fails. */
typedef struct {
    void (*tried)(void *opaque, uint64_t points);
    void (*failed)(void *opaque, const CutFailure *failure);
    void *opaque;
} PowercutWatcher;
bool powercut_count(PowercutOptions *o, uint64_t *steps, Error **errp);
bool powercut_sweep(PowercutOptions *o, uint64_t steps, unsigned share, unsigned shares, const PowercutWatcher *watcher,
                    Error **errp);

/** The sweep in o->jobs processes; failures in the order of their points. */
bool powercut_run(PowercutOptions *o, PowercutResult *result, Error **errp);

#endif
