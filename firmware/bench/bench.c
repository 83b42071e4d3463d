/*
 * The workload: runs every kernel and checks its result.
 *
 * A host times the kernels by their markers: "> name" is sent complete before a kernel starts, "< name ..."
 * when it has ended. BENCH_SCALE multiplies the work: 1 for a test of a second, more for a measurement.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdio.h>
#include "bench.h"
#include "soc.h"

#ifndef BENCH_SCALE
#define BENCH_SCALE 1
#endif

/* Checksums for the scales built: compute_test.c computes those of compute.c on the host. */
static const struct {
    const char *name;
    uint32_t (*run)(uint32_t loops);
    uint32_t loops;
    uint32_t want[2]; /* at scale 1 and at scale 100 */
} kernels[] = {
#include "kernels.h"
};

int main(void)
{
    unsigned bad = 0;

    for (unsigned i = 0; i < sizeof(kernels) / sizeof(kernels[0]); i++) {
        uint32_t loops = kernels[i].loops * BENCH_SCALE, sum;

        printf("> %s\n", kernels[i].name);
        console_flush();
        sum = kernels[i].run(loops);
        if (sum == kernels[i].want[BENCH_SCALE > 1]) {
            printf("< %s loops=%lu ok\n", kernels[i].name, (unsigned long)loops);
        } else {
            printf("< %s loops=%lu WRONG %08lx\n", kernels[i].name, (unsigned long)loops, (unsigned long)sum);
            bad++;
        }
    }
    printf("%u kernels wrong\n", bad);
    return bad != 0;
}
