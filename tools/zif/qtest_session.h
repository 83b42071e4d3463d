/* A machine served to a client: what `zif qtest` and zif-system-arm have in common. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ZIF_TOOL_QTEST_SESSION_H
#define ZIF_TOOL_QTEST_SESSION_H

#include "flash_files.h"

enum { QTEST_SERIALS = 8, QTEST_IMAGES = 16 };

typedef struct {
    ZifMachineConfig machine; /* board NULL: no machine */
    const char *qtest;        /* a channel (channel.h); NULL = none */
    const char *monitor;      /* QMP, a channel; NULL = none */
    const char
        *serials[QTEST_SERIALS];      /* channels of the machine's serial lines in their order; NULL = not connected */
    const char *images[QTEST_IMAGES]; /* NULL-ended unless full: as `zif run` takes them */
    FlashOptions *flash;              /* files that hold flashes; NULL = none */
    bool keeps_wear;                  /* beside those files, as `zif run` does */
    const char *log;                  /* file for every line of the protocol; NULL = none */
    bool polling, faults;             /* see QtestConfig */
    bool reports;                     /* print what the devices have to complain about to standard error */
} QtestSession;

/** Serves until the client leaves, asks for the end, or SIGTERM. False and *errp when it could not begin. */
bool qtest_session(const QtestSession *s, Error **errp);

#endif
