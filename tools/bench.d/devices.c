/*
 * What making a machine of many devices costs: {"devices": N, "ms": the least of several}. For tools/bench devices.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdio.h>
#include <time.h>
#include <zif/machine.h>

enum { ROUNDS = 30 };

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

int main(void)
{
    ZifMachineConfig config = { .board = "stm32f4-discovery", .seed = 1, .max_resets = 1 };
    double least = 1e9;
    unsigned devices = 0;
    for (unsigned i = 0; i < ROUNDS; i++) {
        double start = now();
        ZifMachine *m = zif_machine_new(&config, &error_fatal);
        zif_machine_reset(m, ZIF_RESET_POWER_ON);
        double took = now() - start;
        devices = zif_machine_ndevices(m);
        least = took < least ? took : least;
        zif_machine_free(m);
    }
    printf("{\"devices\": %u, \"ms\": %.4f}\n", devices, least * 1e3);
    return 0;
}
