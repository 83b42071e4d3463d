/* The result as JUnit XML, one test case a step and one for the run. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ZIF_TOOL_JUNIT_H
#define ZIF_TOOL_JUNIT_H

#include <stddef.h>
#include <stdio.h>
#include "outcome.h"
#include "steps.h"

typedef struct {
    const char *suite; /* the first image's name */
    const char *board;
    const Outcome *outcome;
    const char *message; /* the sentence that says how the run ended */
    const char *details; /* crash screen, stuck report; "" when there is none */
    const char *reports; /* one a line; "" when there is none */
    const Steps *steps;
    const char *console; /* what the guest printed */
    size_t console_len;
    ZifTime virtual_time;
    double host_seconds;
} JUnit;

/** Text with XML's five characters escaped, control characters but tab and newline left out, and what is no UTF-8 replaced. */
void junit_escape(const char *text, size_t len, FILE *out);
/** False and *errp when the file cannot be written. */
bool junit_write(const char *path, const JUnit *j, Error **errp);

#endif
