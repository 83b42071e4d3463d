/* The progress line. See progress.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <time.h>
#include "progress.h"

static const double first_after = 1.0, every = 0.25;

double host_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

void progress_update(Progress *p, double elapsed, ZifTime virtual_time, uint64_t instructions)
{
    char when[32];
    if (!p->wanted || elapsed < first_after || elapsed < p->next) {
        return;
    }
    p->next = elapsed + every;
    p->shown = true;
    fprintf(stderr, "\r\033[K[%s of virtual time, %.1f MIPS, %.2f times real time]",
            zif_time_format(virtual_time, when), (double)instructions / elapsed / 1e6,
            (double)virtual_time / (double)ZIF_SEC / elapsed);
}

void progress_clear(Progress *p)
{
    if (p->shown) {
        p->shown = false;
        fputs("\r\033[K", stderr);
    }
}
