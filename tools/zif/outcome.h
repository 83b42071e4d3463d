/*
 * How a run ended, and the exit code that says so. Where several things hold, the first of 125, 122, 121, 120, 123, 124
 * wins; the firmware's own status comes last. SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ZIF_TOOL_OUTCOME_H
#define ZIF_TOOL_OUTCOME_H

#include <stdbool.h>

enum {
    EXIT_STATUS_MAX = 118, /* the largest firmware status that passes through */
    EXIT_STATUS_LARGE = 119,
    EXIT_UNMET = 120,
    EXIT_FAIL_TEXT = 121,
    EXIT_CRASHED = 122,
    EXIT_STRICT = 123,
    EXIT_TIMEOUT = 124,
    EXIT_CANNOT = 125,
};

typedef struct {
    bool cannot;    /* zif could not do it */
    bool crashed;   /* lockup, unhandled fault, dead sleep, reset loop */
    bool fail_text; /* a --fail text was printed */
    bool unmet;     /* an expectation was not met */
    bool strict;    /* a report under --strict */
    bool timed_out;
    int timeout_code; /* --timeout-exit-code */
    bool exited;      /* the firmware ended itself with `status` */
    int status;
} Outcome;

/** The process's exit code. */
int outcome_code(const Outcome *o);
/** One word for logs and JUnit: "passed", "crashed", ... */
const char *outcome_word(const Outcome *o);

#endif
