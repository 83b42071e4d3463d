/*
 * What going back costs: restoring a snapshot and running 10 000 instructions from it, again and again, as a fuzzer does; taking
 * a snapshot; making a machine. The peer is a fork server and QEMU's start, from the project's measurements.
 *
 * usage: bench_snapshot [--json FILE] [--quick]
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <zif/machine.h>

enum { BATCHES = 9 };

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static FILE *json;
static unsigned figures;

/* peer and target 0: none. */
static void figure(const char *name, double us, const char *peer_name, double peer, double target)
{
    char ratio[16] = "-", want[32] = "-";
    if (peer > 0) {
        snprintf(ratio, sizeof ratio, "%.4f", us / peer);
    }
    if (target > 0) {
        snprintf(want, sizeof want, "<= %.4g us", target);
    }
    const char *verdict = target > 0 && us > target ? "short" : "ok";
    printf("%-44s | %8.2f us | %-24s | %7s | %-12s | %s\n", name, us, peer_name, ratio, want, verdict);
    if (json) {
        fprintf(json,
                "%s{\"figure\": \"%s\", \"zif_us\": %.4f, \"peer_us\": %.4f, \"target_us\": %.4f, \"verdict\": \"%s\"}",
                figures++ ? ",\n " : "[", name, us, peer, target, verdict);
    }
}

static ZifMachine *machine(const char *board, const ZifImage *image)
{
    ZifMachineConfig config = { .board = board, .seed = 1, .semihosting = true, .max_resets = 1 };
    ZifMachine *m = zif_machine_new(&config, &error_fatal);
    if (!zif_machine_load(m, image, &error_fatal)) {
        exit(1);
    }
    zif_machine_reset(m, ZIF_RESET_POWER_ON);
    return m;
}

/* Medians of batches of `n` calls, in microseconds a call. */
static double measure(void (*call)(void *), void *opaque, unsigned n)
{
    double took[BATCHES];
    for (unsigned b = 0; b < BATCHES; b++) {
        double start = now();
        for (unsigned i = 0; i < n; i++) {
            call(opaque);
        }
        took[b] = (now() - start) / n * 1e6;
    }
    qsort(took, BATCHES, sizeof *took, ascending);
    return took[BATCHES / 2];
}

typedef struct {
    ZifMachine *m;
    ZifSnapshot *s;
    ZifTime until;
    const char *board;
    const ZifImage *image;
} Bench;

static void restore(void *opaque)
{
    Bench *b = opaque;
    zif_machine_restore(b->m, b->s);
}

static void rerun(void *opaque)
{
    Bench *b = opaque;
    ZifRunInfo info;
    zif_machine_restore(b->m, b->s);
    zif_machine_run(b->m, b->until, &info);
}

static void take(void *opaque)
{
    Bench *b = opaque;
    zif_snapshot_free(zif_machine_snapshot(b->m));
}

static void make(void *opaque)
{
    Bench *b = opaque;
    zif_machine_free(machine(b->board, b->image));
}

int main(int argc, char **argv)
{
    const char *file = NULL, *folder = NULL;
    unsigned scale = 20;
    for (int i = 1; i < argc; i++) {
        if (!strcmp(argv[i], "--json") && i + 1 < argc) {
            file = argv[++i];
        } else if (!strcmp(argv[i], "--quick")) {
            scale = 1;
        } else if (argv[i][0] != '-' && !folder) {
            folder = argv[i];
        } else {
            fprintf(stderr, "usage: bench_snapshot FIRMWARE_DIR [--json FILE] [--quick]\n");
            return 125;
        }
    }
    char path[4096];
    snprintf(path, sizeof path, "%s/nrf51822/bench.elf", folder ? folder : ".");
    ZifImage *image = zif_image_open(path, &error_fatal);
    if (file && !(json = fopen(file, "w"))) {
        perror(file);
        return 125;
    }
    Bench b = { .board = "nrf51822", .image = image };
    b.m = machine(b.board, image);
    ZifRunInfo info;
    zif_machine_run(b.m, 5 * ZIF_MS, &info); /* in the midst of the compute kernels, code translated */
    uint64_t before = zif_machine_instructions(b.m);
    b.s = zif_machine_snapshot(b.m);
    b.until = zif_machine_now(b.m) + 10000 * ZIF_SEC / 16000000;
    zif_machine_run(b.m, b.until, &info);
    printf("# nRF51822, 272 KiB of memory; %llu instructions a run; memory port %s\n",
           (unsigned long long)(zif_machine_instructions(b.m) - before), zif_default_port());
    double us = measure(rerun, &b, 200 * scale);
    figure("restore and run 10000 instructions", us, "fork server 390 us", 390, 15);
    figure("restore alone", measure(restore, &b, 200 * scale), "-", 0, 0);
    figure("take a snapshot", measure(take, &b, 20 * scale), "-", 0, 0);
    figure("make, load, reset and free a machine", measure(make, &b, 2 * scale), "QEMU start 32000 us", 32000, 0);
    printf("# %.0f re-runs a second\n", 1e6 / us);
    if (json) {
        fprintf(json, "]\n");
        fclose(json);
    }
    zif_snapshot_free(b.s);
    zif_machine_free(b.m);
    zif_image_free(image);
    return 0;
}
