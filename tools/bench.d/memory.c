/*
 * Speed and size of the memory core. bench_memory [--json FILE] [--quick]
 *
 * Each figure is the least of several runs in this thread's CPU time, at 10, 100, 1 000 and 10 000 regions, with the exponent of
 * its growth (slope of log time over log regions). Peer figures are measurements of the best-known implementation,
 * taken from its own core driven in the same way with about as many regions (fewer where it had fewer).
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <malloc.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <zif/memory.h>

enum { SIZES = 4, SNAPSHOT = 16 << 20 };
static const unsigned sizes[SIZES] = { 10, 100, 1000, 10000 };

static struct {
    unsigned n;
    MemoryRegion root, sysroot, ram, mirror, romd, screen, overlay, *io;
    IOMMUMemoryRegion translator;
    AddressSpace as, sys;
    MemoryListener nops;
    MemoryRegionCache cache;
    bool mode;
    uint32_t salt;
    size_t bytes_before;
} b;

static volatile uint64_t sink;

static uint64_t empty_read(void *opaque, hwaddr addr, unsigned size)
{
    return 0;
}

static void empty_write(void *opaque, hwaddr addr, uint64_t data, unsigned size) {}

static const MemoryRegionOps empty_ops = { .read = empty_read, .write = empty_write };

static IOMMUTLBEntry translate(IOMMUMemoryRegion *iommu, hwaddr addr, IOMMUAccessFlags flag, int idx)
{
    return (IOMMUTLBEntry){ &b.sys, addr & ~0xfffULL, addr & ~0xfffULL, 0xfff, IOMMU_RW };
}

static void translator_class(ObjectClass *klass, void *data)
{
    IOMMU_MEMORY_REGION_CLASS(klass)->translate = translate;
}

static const TypeInfo translator_info = { .name = "bench-iommu",
                                          .parent = TYPE_IOMMU_MEMORY_REGION,
                                          .instance_size = sizeof b.translator,
                                          .class_init = translator_class };

static void on_nop(MemoryListener *l, MemoryRegionSection *s)
{
    sink++;
}

enum { IO_BASE = 0x40000000, RAM_BASE = 0x20000000, MIRROR = 0x30000000, TRANSLATED = 0x80000000u };

static void *grown(size_t size)
{
    void *p = calloc(1, size);
    if (!p) {
        fputs("bench: no memory\n", stderr);
        exit(125);
    }
    return p;
}

/* n devices of 1 KiB, RAM, a window on it, a ROM device, a translator and a screen. */
static void world_up(unsigned n)
{
    memset(&b, 0, sizeof b);
    b.n = n;
    zif_memory_context_use(zif_memory_context_new(&error_fatal));
    memory_region_init(&b.root, NULL, "root", UINT64_MAX);
    memory_region_init(&b.sysroot, NULL, "sysroot", UINT64_MAX);
    memory_region_init_ram(&b.ram, NULL, "ram", 1 << 20, &error_fatal);
    memory_region_init_alias(&b.mirror, NULL, "mirror", &b.ram, 0, 1 << 20);
    memory_region_init_rom_device(&b.romd, NULL, &empty_ops, NULL, "flash", 1 << 20, &error_fatal);
    memory_region_init_ram(&b.screen, NULL, "screen", SNAPSHOT, &error_fatal);
    memory_region_set_log(&b.screen, true, DIRTY_MEMORY_VGA);
    memory_region_init_io(&b.overlay, NULL, &empty_ops, NULL, "overlay", 0x100);
    address_space_init(&b.sys, &b.sysroot, "sys");
    memory_region_init_iommu(&b.translator, sizeof b.translator, "bench-iommu", NULL, "translator", 1 << 20);
    b.io = grown(n * sizeof *b.io);
    b.bytes_before = mallinfo2().uordblks;
    memory_region_transaction_begin();
    for (unsigned i = 0; i < n; i++) {
        memory_region_init_io(&b.io[i], NULL, &empty_ops, NULL, "device", 0x400);
        memory_region_add_subregion(&b.root, IO_BASE + (hwaddr)i * 0x800, &b.io[i]);
    }
    memory_region_add_subregion(&b.root, 0, &b.romd);
    memory_region_add_subregion(&b.root, RAM_BASE, &b.ram);
    memory_region_add_subregion(&b.root, MIRROR, &b.mirror);
    memory_region_add_subregion(&b.root, TRANSLATED, &b.translator.parent_obj);
    memory_region_transaction_commit();
    address_space_init(&b.as, &b.root, "bench");
    address_space_cache_init(&b.cache, &b.as, RAM_BASE, 0x1000, true);
}

static void world_down(void)
{
    ZifMemoryContext *ctx = zif_memory_context_current();
    address_space_cache_destroy(&b.cache);
    address_space_destroy(&b.as);
    address_space_destroy(&b.sys);
    for (MemoryRegion *r; (r = QTAILQ_FIRST(&b.root.subregions));) {
        memory_region_del_subregion(&b.root, r);
    }
    for (MemoryRegion *r; (r = QTAILQ_FIRST(&b.sysroot.subregions));) {
        memory_region_del_subregion(&b.sysroot, r);
    }
    for (unsigned i = 0; i < b.n; i++) {
        zif_memory_region_finalize(&b.io[i]);
    }
    MemoryRegion *rest[] = { &b.mirror, &b.ram,    &b.romd, &b.screen, &b.overlay, &b.translator.parent_obj,
                             &b.root,   &b.sysroot };
    for (unsigned i = 0; i < sizeof rest / sizeof rest[0]; i++) {
        zif_memory_region_finalize(rest[i]);
    }
    free(b.io);
    zif_memory_context_use(NULL);
    zif_memory_context_free(ctx);
}

/* ---- what is measured ---- */

static void toggle(void)
{
    b.mode = !b.mode;
    memory_region_rom_device_set_romd(&b.romd, b.mode);
}

static void nops_on(void)
{
    b.nops = (MemoryListener){ .region_nop = on_nop };
    memory_listener_register(&b.nops, &b.as);
}

static void nops_off(void)
{
    memory_listener_unregister(&b.nops);
}

static void overlay(void)
{
    memory_region_add_subregion_overlap(&b.root, IO_BASE + 0x100, &b.overlay, 1);
    memory_region_del_subregion(&b.root, &b.overlay);
}

static void hundred_changes(void)
{
    b.mode = !b.mode;
    memory_region_transaction_begin();
    for (unsigned i = 0; i < 100; i++) {
        if (b.n >= 100) {
            memory_region_set_enabled(&b.io[i * (b.n / 100)], b.mode);
        } else {
            MemoryRegion *r = &b.io[i % b.n];
            memory_region_set_enabled(r, !r->enabled);
        }
    }
    memory_region_transaction_commit();
}

static void all_on(void)
{
    memory_region_transaction_begin();
    for (unsigned i = 0; i < b.n; i++) {
        memory_region_set_enabled(&b.io[i], true);
    }
    memory_region_transaction_commit();
}

static void rw(hwaddr addr)
{
    uint8_t buf[4];
    address_space_rw(&b.as, addr, MEMTXATTRS_UNSPECIFIED, buf, 4, false);
    sink = buf[0];
}

static void rw_ram(void)
{
    rw(RAM_BASE + 0x100);
}

static void rw_io(void)
{
    rw(IO_BASE + 0x10);
}

static void rw_alias(void)
{
    rw(MIRROR + 0x100);
}

static void rw_iommu(void)
{
    rw(TRANSLATED + 0x100);
}

static void target_on(void)
{
    memory_region_add_subregion(&b.sysroot, 0, &b.overlay);
    memory_region_set_size(&b.overlay, 0x1000);
}

static void target_off(void)
{
    memory_region_del_subregion(&b.sysroot, &b.overlay);
    memory_region_set_size(&b.overlay, 0x100);
}

static void lookup_hot(void)
{
    sink = zif_address_space_lookup(&b.as, IO_BASE + 0x10, false, MEMTXATTRS_UNSPECIFIED).xlat;
}

static void lookup_cold(void)
{
    b.salt = b.salt * 1664525 + 1013904223;
    hwaddr addr = IO_BASE + (hwaddr)((uint64_t)(b.salt >> 4) * b.n >> 28) * 0x800;
    sink = zif_address_space_lookup(&b.as, addr, false, MEMTXATTRS_UNSPECIFIED).xlat;
}

static void cached(void)
{
    sink = address_space_ldl_le_cached(&b.cache, 0x100, MEMTXATTRS_UNSPECIFIED, NULL);
}

static void snapshot(void)
{
    memory_region_set_dirty(&b.screen, 0x5000, 1);
    free(memory_region_snapshot_and_clear_dirty(&b.screen, 0, SNAPSHOT, DIRTY_MEMORY_VGA));
}

static double memory_per_range(void)
{
    return (double)(mallinfo2().uordblks - b.bytes_before) / zif_flatview_count(address_space_to_flatview(&b.as));
}

typedef struct {
    const char *name, *unit;
    void (*fn)(void);
    double (*value)(void); /* instead of a time */
    void (*before)(void);
    void (*after)(void);
    double target[SIZES]; /* 0: none */
    double growth_target; /* 0: none */
    double peer[SIZES];   /* 0: not known */
} Figure;

static const Figure figures[] = {
    { .name = "ROM device mode toggle",
      .fn = toggle,
      .target = { 0, 0, 2000, 0 },
      .growth_target = 0.15,
      .peer = { 100e3, 820e3, 4.5e6, 0 } },
    { .name = "the same with a nop listener", .fn = toggle, .before = nops_on, .after = nops_off },
    { .name = "overlay add and delete", .fn = overlay, .target = { 0, 0, 10000, 0 }, .peer = { 0, 0, 19e6, 0 } },
    { .name = "transaction of 100 changes", .fn = hundred_changes, .after = all_on },
    { .name = "rw 4 bytes, RAM", .fn = rw_ram, .target = { 15, 15, 15, 15 } },
    { .name = "rw 4 bytes, I/O", .fn = rw_io, .target = { 25, 25, 25, 25 } },
    { .name = "rw 4 bytes, through an alias", .fn = rw_alias },
    { .name = "rw 4 bytes, through an IOMMU to I/O", .fn = rw_iommu, .before = target_on, .after = target_off },
    { .name = "look-up, hot", .fn = lookup_hot },
    { .name = "look-up, cold", .fn = lookup_cold },
    { .name = "cached load", .fn = cached },
    { .name = "dirty snapshot of 16 MiB", .fn = snapshot },
    { .name = "memory per range", .unit = "bytes", .value = memory_per_range, .target = { 0, 0, 256, 256 } },
};
enum { FIGURES = sizeof figures / sizeof figures[0] };

static uint64_t now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static uint64_t run(void (*fn)(void), uint64_t count)
{
    uint64_t begin = now();
    for (uint64_t i = 0; i < count; i++) {
        fn();
    }
    return now() - begin;
}

/* Nanoseconds of one call: the least of some runs of about `budget` nanoseconds each. */
static double measure(void (*fn)(void), uint64_t budget)
{
    uint64_t count = 2, took;
    while ((took = run(fn, count)) < budget && count < 1ULL << 32) {
        count *= took && took * 4 > budget ? 2 : 4;
    }
    double best = (double)took / (double)count;
    for (int i = 0; i < 6; i++) {
        double ns = (double)run(fn, count) / (double)count;
        best = ns < best ? ns : best;
    }
    return best;
}

static double slope(const double *y)
{
    double sx = 0, sy = 0, sxx = 0, sxy = 0;
    for (int i = 0; i < SIZES; i++) {
        double x = log(sizes[i]), v = log(y[i]);
        sx += x;
        sy += v;
        sxx += x * x;
        sxy += x * v;
    }
    return (SIZES * sxy - sx * sy) / (SIZES * sxx - sx * sx);
}

static FILE *json;
static bool first_line = true;

static void figure(const char *name, const char *regions, const char *unit, double zif, double peer, double target)
{
    const char *verdict = target ? zif <= target ? "ok" : "short" : "-";
    char p[40] = "-", r[40] = "-", t[40] = "-";
    if (peer) {
        snprintf(p, sizeof p, "%.0f %s", peer, unit);
        snprintf(r, sizeof r, "%.5f", zif / peer);
    }
    if (target) {
        snprintf(t, sizeof t, "%.4g %s", target, unit);
    }
    printf("%s, %s | %.*f %s | %s | %s | %s | %s\n", name, regions, zif < 100 ? 2 : 0, zif, unit, p, r, t, verdict);
    if (json) {
        fprintf(json, "%s\n  {\"figure\": \"%s\", \"regions\": \"%s\", \"unit\": \"%s\", \"zif\": %.4f",
                first_line ? "" : ",", name, regions, unit, zif);
        if (peer) {
            fprintf(json, ", \"peer\": %.1f, \"ratio\": %.7f", peer, zif / peer);
        }
        if (target) {
            fprintf(json, ", \"target\": %.4f", target);
        }
        fprintf(json, ", \"verdict\": \"%s\"}", verdict);
        first_line = false;
    }
}

int main(int argc, char **argv)
{
    uint64_t budget = 20000000;
    for (int i = 1; i < argc; i++) {
        if (!strcmp(argv[i], "--json") && i + 1 < argc) {
            json = fopen(argv[++i], "w");
            if (!json) {
                perror(argv[i]);
                return 125;
            }
        } else if (!strcmp(argv[i], "--quick")) {
            budget = 500000;
        } else {
            fprintf(stderr, "usage: bench_memory [--json FILE] [--quick]\n");
            return 125;
        }
    }
    type_register_static(&translator_info);
    static double result[FIGURES][SIZES];
    for (int k = 0; k < SIZES; k++) {
        world_up(sizes[k]);
        for (int f = 0; f < FIGURES; f++) {
            const Figure *g = &figures[f];
            if (g->before) {
                g->before();
            }
            result[f][k] = g->value ? g->value() : measure(g->fn, budget);
            if (g->after) {
                g->after();
            }
        }
        world_down();
    }
    if (json) {
        fputs("[", json);
    }
    puts("figure | zif | peer | ratio | target | ok or short");
    for (int f = 0; f < FIGURES; f++) {
        const Figure *g = &figures[f];
        for (int k = 0; k < SIZES; k++) {
            char regions[40];
            snprintf(regions, sizeof regions, "%u regions", sizes[k]);
            figure(g->name, regions, g->unit ? g->unit : "ns", result[f][k], g->peer[k], g->target[k]);
        }
        figure(g->name, "growth exponent", "", slope(result[f]), 0, g->growth_target);
    }
    if (json) {
        fputs("\n]\n", json);
        fclose(json);
    }
    return 0;
}
