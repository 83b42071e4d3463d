/* The progress line of a run that takes longer than a second, on a terminal only. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ZIF_TOOL_PROGRESS_H
#define ZIF_TOOL_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <zif/time.h>

typedef struct {
    bool wanted;
    bool shown;
    double next; /* host seconds into the run */
} Progress;

/** Seconds of a host clock that never jumps. */
double host_seconds(void);
/** Prints anew when it is time to: virtual time, million instructions a second, factor to real time. */
void progress_update(Progress *p, double elapsed, ZifTime virtual_time, uint64_t instructions);
/** Takes the line away before something else is printed. */
void progress_clear(Progress *p);

#endif
