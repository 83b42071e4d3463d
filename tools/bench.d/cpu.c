/*
 * What the CPU memory ports cost, by themselves: stores, device accesses through a region with an empty callback, a ROM
 * device's change of mode, a limit inside a block, a stop and a start, a machine's first instruction. The peer's figures
 * are QEMU 7.2's on such a machine, from the project's measurements.
 *
 * usage: bench_cpu [--json FILE] [--quick] SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "../../emu/cpu/port.h"

static ZifMemoryContext *ctx;
static MemoryRegion root, rom, ram, nor, dev;
static AddressSpace as;
static ZifPort *port;
static bool status;
static uint64_t scale = 1;
static FILE *json;

static uint64_t dev_read(void *opaque, hwaddr addr, unsigned size)
{
    return 0;
}

static void dev_write(void *opaque, hwaddr addr, uint64_t data, unsigned size) {}

static uint64_t nor_read(void *opaque, hwaddr addr, unsigned size)
{
    return 0x80;
}

static void nor_write(void *opaque, hwaddr addr, uint64_t data, unsigned size)
{
    bool now = (data & 0xff) == 0x70;
    if (now != status) {
        status = now;
        memory_region_rom_device_set_romd(&nor, !now);
    }
}

static const MemoryRegionOps dev_ops = { .read = dev_read, .write = dev_write, .endianness = DEVICE_LITTLE_ENDIAN };
static const MemoryRegionOps nor_ops = { .read = nor_read, .write = nor_write, .endianness = DEVICE_LITTLE_ENDIAN };

static unsigned all(void *opaque, uint32_t page)
{
    return ZIF_PROT_ALL;
}

static ZifPortFault check(void *opaque, uint32_t addr, unsigned size, ZifAccKind kind, bool unprivileged, bool multi)
{
    return ZIF_ACCESS_OK;
}

static bool no(void *opaque)
{
    return false;
}

static void nothing(void *opaque) {}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void machine_open(ZifPortKind kind)
{
    ctx = zif_memory_context_new(&error_fatal);
    zif_memory_context_use(ctx);
    memory_region_init(&root, NULL, "root", UINT64_C(1) << 32);
    memory_region_init_rom(&rom, NULL, "rom", 0x10000, &error_fatal);
    memory_region_init_ram(&ram, NULL, "ram", 0x10000, &error_fatal);
    memory_region_init_rom_device(&nor, NULL, &nor_ops, NULL, "nor", 0x1000000, &error_fatal);
    memory_region_init_io(&dev, NULL, &dev_ops, NULL, "dev", 0x1000);
    memory_region_add_subregion(&root, 0, &rom);
    memory_region_add_subregion(&root, 0x08000000, &nor);
    memory_region_add_subregion(&root, 0x20000000, &ram);
    memory_region_add_subregion(&root, 0x40000000, &dev);
    address_space_init(&as, &root, "cpu");
    ZifPortConfig config = { .kind = kind,
                             .model = ZIF_CORTEX_M4F,
                             .as = &as,
                             .client = { .page_prot = all,
                                         .check = check,
                                         .unaligned_traps = no,
                                         .div_by_zero_traps = no,
                                         .fp_enabled = no,
                                         .sysreg_written = nothing } };
    port = zif_port_open(&config, &error_fatal);
}

static void machine_close(void)
{
    zif_port_close(port);
    address_space_destroy(&as);
    MemoryRegion *regions[] = { &rom, &ram, &nor, &dev };
    for (unsigned i = 0; i < 4; i++) {
        memory_region_del_subregion(&root, regions[i]);
        zif_memory_region_finalize(regions[i]);
    }
    zif_memory_region_finalize(&root);
    zif_memory_context_use(NULL);
    zif_memory_context_free(ctx);
}

static void figure(const char *name, double ns, double peer, double target)
{
    bool ok = ns <= target;
    printf("%-34s | %9.2f ns | %9.2f ns | %7.4f | %9.2f ns | %s\n", name, ns, peer, ns / peer, target,
           ok ? "ok" : "short");
    if (json != NULL) {
        fprintf(json, "%s{\"figure\": \"%s\", \"zif_ns\": %.3f, \"peer_ns\": %.3f, \"target_ns\": %.3f}",
                ftell(json) > 1 ? ",\n" : "", name, ns, peer, target);
    }
}

/* Runs `body` (ending in a branch back) for about `insns` instructions; nanoseconds for one of `each` instructions. */
static double loop(const uint16_t *body, size_t bytes, uint64_t insns, double each, uint32_t r0)
{
    memcpy((uint8_t *)memory_region_get_ram_ptr(&rom) + 0x100, body, bytes);
    zif_port_forget_code(port);
    zif_port_set(port, ZIF_REG_XPSR, 1u << 24);
    zif_port_set(port, ZIF_REG_PC, 0x100);
    zif_port_set(port, ZIF_REG_R0, r0);
    zif_port_set(port, ZIF_REG_R1, 0x70);
    zif_port_set(port, ZIF_REG_R2, 0xff);
    ZifPortInfo info;
    zif_port_run(port, zif_port_count(port) + 1000, &info);
    double best = 1e9;
    for (unsigned i = 0; i < 5; i++) {
        double t = now();
        zif_port_run(port, zif_port_count(port) + insns * scale / 5, &info);
        t = (now() - t) / ((double)(insns * scale / 5) / each) * 1e9;
        best = t < best ? t : best;
    }
    return best;
}

static void measure(ZifPortKind kind)
{
    static const uint16_t empty[] = { 0x3301, 0x3301, 0x3301, 0xe7fb };
    static const uint16_t stores[] = { 0x6001, 0x6041, 0x6081, 0x60c1, 0x6101, 0x6141, 0x6181, 0xe7f7 };
    static const uint16_t reads[] = { 0x6804, 0x6844, 0x6884, 0x68c4, 0x6904, 0x6944, 0x6984, 0xe7f7 };
    static const uint16_t toggle[] = { 0x6001, 0x6903, 0x6002, 0x6903, 0xe7fa }; /* both modes are read */
    bool fast = kind == ZIF_PORT_FAST;
    uint64_t n = fast ? 40000000 : 400000;
    machine_open(kind);
    printf("%s\n", zif_port_describe(kind));
    figure("instruction", loop(empty, sizeof(empty), 4 * n, 1, 0), 0.5, fast ? 0.6 : 1000);
    figure("store to memory", loop(stores, sizeof(stores), n, 8.0 / 7, 0x20000000), 2, fast ? 2 : 1000);
    figure("load from memory", loop(reads, sizeof(reads), n, 8.0 / 7, 0x20000000), 2, fast ? 2 : 1000);
    figure("device read", loop(reads, sizeof(reads), n / 4, 8.0 / 7, 0x40000000), 80, fast ? 20 : 10000);
    figure("device write", loop(stores, sizeof(stores), n / 4, 8.0 / 7, 0x40000000), 98, fast ? 29 : 10000);
    figure("ROM device: toggle, store and load", loop(toggle, sizeof(toggle), n / 20, 2.5, 0x08000000), 66000,
           fast ? 825 : 100000);
    ZifPortInfo info;
    memcpy((uint8_t *)memory_region_get_ram_ptr(&rom) + 0x100, stores, sizeof(stores));
    zif_port_forget_code(port);
    zif_port_set(port, ZIF_REG_PC, 0x100);
    zif_port_set(port, ZIF_REG_R0, 0x20000000);
    uint64_t cuts = (fast ? 400000 : 40000) * scale;
    double t = now();
    for (uint64_t i = 0; i < cuts; i++) {
        zif_port_run(port, zif_port_count(port) + 1 + i % 7, &info);
    }
    figure("run to a limit inside a block", (now() - t) / (double)cuts * 1e9, 18000, fast ? 600 : 10000);
    machine_close();
    unsigned opens = (unsigned)(20 * scale);
    t = now();
    for (unsigned i = 0; i < opens; i++) {
        machine_open(kind);
        machine_close();
    }
    figure("machine: open and close", (now() - t) / opens * 1e9, 32e6, 5e6);
}

int main(int argc, char **argv)
{
    scale = 4;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--quick") == 0) {
            scale = 1;
        } else if (strcmp(argv[i], "--json") == 0 && i + 1 < argc) {
            json = fopen(argv[++i], "w");
        } else {
            fprintf(stderr, "usage: bench_cpu [--json FILE] [--quick]\n");
            return 125;
        }
    }
    if (json != NULL) {
        fputc('[', json);
    }
    printf("%-34s | %12s | %12s | %7s | %12s |\n", "figure", "zif", "QEMU 7.2", "ratio", "target");
    if (zif_port_describe(ZIF_PORT_FAST) != NULL) {
        measure(ZIF_PORT_FAST);
    }
    measure(ZIF_PORT_PORTABLE);
    if (json != NULL) {
        fputs("]\n", json);
        fclose(json);
    }
    return 0;
}
