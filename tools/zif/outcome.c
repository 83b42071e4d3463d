/* Exit codes. See outcome.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "outcome.h"

int outcome_code(const Outcome *o)
{
    if (o->cannot) {
        return EXIT_CANNOT;
    }
    if (o->crashed) {
        return EXIT_CRASHED;
    }
    if (o->fail_text) {
        return EXIT_FAIL_TEXT;
    }
    if (o->unmet) {
        return EXIT_UNMET;
    }
    if (o->strict) {
        return EXIT_STRICT;
    }
    if (o->timed_out) {
        return o->timeout_code;
    }
    if (o->exited) {
        return o->status >= 0 && o->status <= EXIT_STATUS_MAX ? o->status : EXIT_STATUS_LARGE;
    }
    return 0;
}

const char *outcome_word(const Outcome *o)
{
    return o->cannot                ? "no result"
           : o->crashed             ? "crashed"
           : o->fail_text           ? "fail text seen"
           : o->unmet               ? "expectation not met"
           : o->strict              ? "strict-mode report"
           : o->timed_out           ? "timeout"
           : o->exited && o->status ? "firmware failed"
                                    : "passed";
}
