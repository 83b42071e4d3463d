/*
 * What displays cost: keeping the picture of a 480 by 272 screen of 16 bits up to date, drawing into logged memory, filling it by DMA2D,
 * and an animation in two buffers. The board is the STM32F429I-DISC1, its framebuffers are in SDRAM. No peer has it.
 *
 * usage: bench_display FIRMWARE_DIR [--json FILE] [--quick]
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <zif/display.h>

enum { WIDTH = 480, HEIGHT = 272, BYTES = WIDTH * HEIGHT * 2, ROUNDS = 400 };
enum { MAILBOX = 0x20020000, DRAW = 1, ANIMATE = 2 };
enum { FRAMEBUFFER = 0xD0000000, DMA2D = 0x4002B000, AHB1ENR = 0x40023830 };
#define FRAME (ZIF_SEC / 60)

static double at(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* Processor time, for what takes long; asking for it takes as long as some of the rest. */
static double now(void)
{
    return at(CLOCK_PROCESS_CPUTIME_ID);
}

static double tick(void)
{
    return at(CLOCK_MONOTONIC);
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *values, unsigned n)
{
    qsort(values, n, sizeof *values, ascending);
    return values[n / 2];
}

static FILE *json;
static unsigned figures;

/* target 0: none; at_least: more is better. */
static void figure(const char *name, double value, const char *unit, double target, bool at_least)
{
    char want[32] = "-";
    if (target > 0) {
        snprintf(want, sizeof want, "%s %.4g %s", at_least ? ">=" : "<=", target, unit);
    }
    const char *verdict = target > 0 && (at_least ? value < target : value > target) ? "short" : "ok";
    printf("%-56s | %9.3f %-5s | %4s | %4s | %-12s | %s\n", name, value, unit, "-", "-", want, verdict);
    if (json) {
        fprintf(json, "%s{\"figure\": \"%s\", \"zif\": %.4f, \"unit\": \"%s\", \"target\": %.4f, \"verdict\": \"%s\"}",
                figures++ ? ",\n " : "[", name, value, unit, target, verdict);
    }
}

static void run(ZifMachine *m, ZifTime duration)
{
    ZifRunInfo info;
    ZifRunReason reason = zif_machine_run(m, zif_machine_now(m) + duration, &info);
    if (reason != ZIF_RUN_TIME) {
        fprintf(stderr, "the guest ended with reason %d: %s\n", reason, info.text);
        exit(1);
    }
}

static void put(ZifMachine *m, uint32_t address, uint32_t value)
{
    if (zif_machine_access(m, address, &value, 4, true) != MEMTX_OK) {
        fprintf(stderr, "0x%08x cannot be written\n", address);
        exit(1);
    }
}

/* A machine whose screen is on. */
static ZifMachine *machine(const ZifImage *image, uint32_t what)
{
    ZifMachineConfig config = { .board = "stm32f429i_disc1", .seed = 1, .max_resets = 1 };
    ZifMachine *m = zif_machine_new(&config, &error_fatal);
    if (!zif_machine_load(m, image, &error_fatal)) {
        exit(1);
    }
    zif_machine_reset(m, ZIF_RESET_POWER_ON);
    run(m, 20 * ZIF_MS);
    for (unsigned i = 0; i < zif_machine_nreports(m); i++) {
        printf("# report: %s: %s\n", zif_machine_report(m, i)->device, zif_machine_report(m, i)->text);
    }
    if (what) {
        put(m, MAILBOX, what);
    }
    return m;
}

static void on_frame(void *opaque, const ZifPicture *picture, ZifTime when)
{
    unsigned *changed = opaque;
    *changed += picture->first <= picture->last;
}

/* --- Keeping the picture up to date --- */

/* Microseconds a look takes when a share of the pages was written since the last. */
static double harvest(ZifMachine *m, unsigned percent)
{
    static double took[ROUNDS];
    ZifDisplay *d = zif_machine_display(m, 0);
    AddressSpace *bus = zif_machine_cpu_bus(m);
    unsigned page = zif_target_page_size(), pages = BYTES / page, changed = (pages * percent + 99) / 100;
    for (unsigned round = 0; round < ROUNDS; round++) {
        for (unsigned i = 0; i < changed; i++) { /* spread evenly */
            uint32_t value = round * 0x10001 + i;
            address_space_write(bus, FRAMEBUFFER + (uint64_t)(i * pages / changed) * page, MEMTXATTRS_UNSPECIFIED,
                                (uint8_t *)&value, sizeof value);
        }
        double start = tick();
        zif_display_look(d);
        took[round] = (tick() - start) * 1e6;
    }
    return median(took, ROUNDS);
}

static void harvests(const ZifImage *image)
{
    unsigned changed = 0;
    ZifMachine *m = machine(image, 0);
    zif_display_on_frame(zif_machine_display(m, 0), on_frame, &changed);
    zif_display_look(zif_machine_display(m, 0));
    figure("a frame of a screen at rest", harvest(m, 0), "us", 2, false);
    figure("a frame, 1 % of the pages written", harvest(m, 1), "us", 15, false);
    figure("a frame, 10 % of the pages written", harvest(m, 10), "us", 0, false);
    figure("a frame, 100 % of the pages written", harvest(m, 100), "us", 0, false);
    zif_display_on_frame(zif_machine_display(m, 0), NULL, &changed);
    zif_machine_free(m);
}

/* --- Drawing into logged memory --- */

/* Microseconds of host time for one guest frame of drawing. */
static double drawing(ZifMachine *m, bool logged, unsigned frames)
{
    double took = 0;
    hwaddr at, len = BYTES;
    MemoryRegion *mr =
        address_space_translate(zif_machine_cpu_bus(m), FRAMEBUFFER, &at, &len, false, MEMTXATTRS_UNSPECIFIED);
    if (logged) {
        memory_region_set_log(mr, true, DIRTY_MEMORY_VGA);
    }
    run(m, FRAME);
    for (unsigned i = 0; i < frames; i++) {
        double start = now();
        run(m, FRAME);
        if (logged) {
            free(memory_region_snapshot_and_clear_dirty(mr, at, BYTES, DIRTY_MEMORY_VGA));
        }
        took += now() - start;
    }
    if (logged) {
        memory_region_set_log(mr, false, DIRTY_MEMORY_VGA);
    }
    return took / frames * 1e6;
}

static void drawings(const ZifImage *image, unsigned scale)
{
    enum { TIMES = 9 };
    double plain[TIMES], logged[TIMES];
    ZifMachine *m = machine(image, DRAW);
    run(m, 100 * ZIF_MS);
    for (unsigned i = 0; i < TIMES; i++) { /* in turn: the host may not be ours alone */
        plain[i] = drawing(m, false, 3 * scale);
        logged[i] = drawing(m, true, 3 * scale);
    }
    qsort(plain, TIMES, sizeof *plain, ascending);
    qsort(logged, TIMES, sizeof *logged, ascending);
    printf("# a guest frame of drawing: %.0f us in plain memory, %.0f us in logged memory\n", plain[0], logged[0]);
    figure("drawing into a logged framebuffer, times plain memory", logged[0] / plain[0], "x", 1.1, false);
    zif_machine_free(m);
}

/* --- DMA2D --- */

static void fills(const ZifImage *image)
{
    static double took[ROUNDS];
    unsigned changed = 0;
    ZifMachine *m = machine(image, 0);
    zif_display_on_frame(zif_machine_display(m, 0), on_frame, &changed);
    zif_display_look(zif_machine_display(m, 0));
    uint32_t enabled = 0;
    zif_machine_access(m, AHB1ENR, &enabled, 4, false);
    put(m, AHB1ENR, enabled | 1 << 23);
    zif_machine_advance(m, zif_machine_now(m) + ZIF_US);
    put(m, DMA2D + 0x34, 2);           /* OPFCCR: RGB565 */
    put(m, DMA2D + 0x3C, FRAMEBUFFER); /* OMAR */
    put(m, DMA2D + 0x40, 0);           /* OOR */
    put(m, DMA2D + 0x44, WIDTH << 16 | HEIGHT);
    for (unsigned round = 0; round < ROUNDS; round++) {
        uint32_t status = 0;
        put(m, DMA2D + 0x08, 0x3f);
        put(m, DMA2D + 0x38, round * 37); /* OCOLR */
        double start = tick();
        put(m, DMA2D + 0x00, 3 << 16 | 1);
        while (!(status & 2)) { /* TCIF */
            ZifTime next = zif_machine_next_event(m);
            if (next == ZIF_TIME_NEVER) {
                fprintf(stderr, "DMA2D does not end\n");
                exit(1);
            }
            zif_machine_advance(m, next);
            zif_machine_access(m, DMA2D + 0x04, &status, 4, false);
        }
        took[round] = (tick() - start) * 1e6;
        zif_display_look(zif_machine_display(m, 0)); /* so that it is logged anew */
    }
    figure("DMA2D fills the screen", median(took, ROUNDS), "us", 30, false);
    zif_display_on_frame(zif_machine_display(m, 0), NULL, &changed);
    zif_machine_free(m);
}

/* --- An animation --- */

static void animation(const ZifImage *image, unsigned frames)
{
    unsigned changed = 0;
    ZifMachine *m = machine(image, ANIMATE);
    zif_display_on_frame(zif_machine_display(m, 0), on_frame, &changed);
    run(m, 30 * ZIF_MS);
    ZifTime begin = zif_machine_now(m);
    double start = now();
    changed = 0;
    while (changed < frames) {
        run(m, 10 * FRAME);
    }
    double took = now() - start, guest = (double)(zif_machine_now(m) - begin) / ZIF_SEC;
    printf("# %u frames, all different: %.3f s of guest time, %.3f s of host time\n", changed, guest, took);
    figure("an animation of 1000 frames, times real time", guest / took, "x", 20, true);
    zif_display_on_frame(zif_machine_display(m, 0), NULL, &changed);
    zif_machine_free(m);
}

int main(int argc, char **argv)
{
    const char *file = NULL, *folder = ".";
    unsigned scale = 10;
    for (int i = 1; i < argc; i++) {
        if (!strcmp(argv[i], "--json") && i + 1 < argc) {
            file = argv[++i];
        } else if (!strcmp(argv[i], "--quick")) {
            scale = 1;
        } else if (argv[i][0] != '-') {
            folder = argv[i];
        } else {
            fprintf(stderr, "usage: bench_display FIRMWARE_DIR [--json FILE] [--quick]\n");
            return 125;
        }
    }
    char path[4096];
    snprintf(path, sizeof path, "%s/stm32f4/f429-display-bench.elf", folder);
    ZifImage *image = zif_image_open(path, &error_fatal);
    if (file && !(json = fopen(file, "w"))) {
        perror(file);
        return 125;
    }
    printf("# 480x272x16 on the STM32F429I-DISC1, memory port %s\n", zif_default_port());
    harvests(image);
    drawings(image, scale);
    fills(image);
    animation(image, 100 * scale);
    if (json) {
        fprintf(json, "]\n");
        fclose(json);
    }
    zif_image_free(image);
    return 0;
}
