/*
 * The machine of machine.h. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "machine.h"

void bench_say(Bench *b, const char *fmt, ...)
{
    va_list ap;
    char line[1024];
    va_start(ap, fmt);
    int n = vsnprintf(line, sizeof(line), fmt, ap);
    va_end(ap);
    assert_true(n >= 0 && (size_t)n < sizeof(line));
    if (b->out_size + (size_t)n + 1 > b->out_room) {
        b->out_room = 2 * (b->out_room + (size_t)n + 1);
        b->out = realloc(b->out, b->out_room);
        assert_non_null(b->out);
    }
    memcpy(b->out + b->out_size, line, (size_t)n + 1);
    b->out_size += (size_t)n;
}

static MemTxResult dev_access(Bench *b, uint32_t offset, unsigned size, bool is_write, uint64_t *value)
{
    b->accesses++;
    uint32_t *reg = &b->regs[(offset / 4) % 64];
    uint8_t *at = (uint8_t *)reg + offset % 4;
    if (is_write) {
        memcpy(at, value, size);
    } else {
        *value = 0;
        memcpy(value, at, size);
    }
    if (b->log_accesses) {
        bench_say(b, "  %s +%x size %u value %llx count %llu pc %x\n", is_write ? "write" : "read", offset, size,
                  (unsigned long long)*value, (unsigned long long)zif_port_count(b->port),
                  zif_port_get(b->port, ZIF_REG_PC));
    }
    if (b->on_access != NULL) {
        b->on_access(b, offset, is_write);
    }
    return offset >= 0x800 ? MEMTX_ERROR : MEMTX_OK;
}

static MemTxResult dev_read(void *opaque, hwaddr addr, uint64_t *data, unsigned size, MemTxAttrs attrs)
{
    return dev_access(opaque, (uint32_t)addr, size, false, data);
}

static MemTxResult dev_write(void *opaque, hwaddr addr, uint64_t data, unsigned size, MemTxAttrs attrs)
{
    return dev_access(opaque, (uint32_t)addr, size, true, &data);
}

static const MemoryRegionOps dev_ops = {
    .read_with_attrs = dev_read,
    .write_with_attrs = dev_write,
    .endianness = DEVICE_LITTLE_ENDIAN,
    .valid = { .min_access_size = 1, .max_access_size = 4 },
    .impl = { .min_access_size = 1, .max_access_size = 4 },
};

static uint64_t nor_read(void *opaque, hwaddr addr, unsigned size)
{
    return 0x80;
}

static void nor_write(void *opaque, hwaddr addr, uint64_t data, unsigned size)
{
    Bench *b = opaque;
    bool status = (data & 0xff) == 0x70;
    if (status != b->status) {
        b->status = status;
        memory_region_rom_device_set_romd(&b->nor, !status);
    }
}

static const MemoryRegionOps nor_ops = {
    .read = nor_read,
    .write = nor_write,
    .endianness = DEVICE_LITTLE_ENDIAN,
};

/* --- the core's answers --- */

static unsigned page_prot(void *opaque, uint32_t page)
{
    const Bench *b = opaque;
    if ((b->no_page && page == b->no_page) || (b->mixed_page && page == b->mixed_page) ||
        (b->watch && page == (b->watch & ~(ZIF_PORT_PAGE - 1)))) {
        return 0;
    }
    return ZIF_PROT_ALL;
}

static ZifPortFault check(void *opaque, uint32_t addr, unsigned size, ZifAccKind kind, bool unprivileged, bool multi)
{
    const Bench *b = opaque;
    if (b->no_page && addr + size > b->no_page && addr < b->no_page + ZIF_PORT_PAGE) {
        return ZIF_FAULT_MPU;
    }
    if (addr + size > b->no_from && addr < b->no_to) {
        return ZIF_FAULT_MPU;
    }
    if (b->watch && kind != ZIF_ACC_FETCH && addr <= b->watch && addr + size > b->watch) {
        return ZIF_FAULT_WATCH;
    }
    return unprivileged && addr >= 0x20008000 && addr < 0x20010000 ? ZIF_FAULT_MPU : ZIF_ACCESS_OK;
}

static bool unaligned_traps(void *opaque)
{
    return ((Bench *)opaque)->unaligned_traps;
}

static bool div_traps(void *opaque)
{
    return ((Bench *)opaque)->div_traps;
}

static bool fp_enabled(void *opaque)
{
    return !((Bench *)opaque)->fp_off;
}

static ZifPortFault fp_touched(void *opaque, uint32_t *addr)
{
    Bench *b = opaque;
    b->fp_touches++;
    *addr = b->fp_fault;
    return b->fp_fault ? ZIF_FAULT_MPU : ZIF_ACCESS_OK;
}

static void sysreg_written(void *opaque)
{
    Bench *b = opaque;
    b->sysreg_writes++;
    if (b->on_sysreg != NULL) {
        b->on_sysreg(b);
    }
}

static bool store_failed(void *opaque, uint32_t addr, unsigned size, MemTxResult result)
{
    Bench *b = opaque;
    b->imprecise_count += b->imprecise;
    return !b->imprecise;
}

void bench_open(Bench *b, ZifPortKind kind, ZifCpuModel model)
{
    memset(b, 0, sizeof(*b));
    Error *err = NULL;
    b->ctx = zif_memory_context_new(&err);
    assert_non_null(b->ctx);
    zif_memory_context_use(b->ctx);
    memory_region_init(&b->root, NULL, "root", UINT64_C(1) << 32);
    memory_region_init_rom(&b->rom, NULL, "rom", 0x10000, &err);
    memory_region_init_rom_device(&b->nor, NULL, &nor_ops, b, "nor", 0x10000, &err);
    memory_region_init_ram(&b->ram, NULL, "ram", 0x10000, &err);
    memory_region_init_alias(&b->mirror, NULL, "mirror", &b->ram, 0, 0x10000);
    memory_region_init_ram(&b->small, NULL, "small", 0x200, &err);
    memory_region_init_io(&b->small_dev, NULL, &dev_ops, b, "small-dev", 0x200);
    memory_region_init_io(&b->dev, NULL, &dev_ops, b, "dev", 0x1000);
    assert_null(err);
    memory_region_add_subregion(&b->root, 0, &b->rom);
    memory_region_add_subregion(&b->root, 0x08000000, &b->nor);
    memory_region_add_subregion(&b->root, 0x20000000, &b->ram);
    memory_region_add_subregion(&b->root, 0x20010000, &b->mirror);
    memory_region_add_subregion(&b->root, 0x30000000, &b->small);
    memory_region_add_subregion(&b->root, 0x30000200, &b->small_dev);
    memory_region_add_subregion(&b->root, 0x40000000, &b->dev);
    address_space_init(&b->as, &b->root, "cpu");
    ZifPortConfig config = {
        .kind = kind,
        .model = model,
        .as = &b->as,
        .client = { .page_prot = page_prot,
                    .check = check,
                    .unaligned_traps = unaligned_traps,
                    .div_by_zero_traps = div_traps,
                    .fp_enabled = fp_enabled,
                    .fp_touched = fp_touched,
                    .sysreg_written = sysreg_written,
                    .store_failed = store_failed,
                    .opaque = b },
    };
    b->port = zif_port_open(&config, &err);
    if (b->port == NULL) {
        fail_msg("%s", error_get_pretty(err));
    }
}

void bench_close(Bench *b)
{
    zif_port_close(b->port);
    address_space_destroy(&b->as);
    MemoryRegion *all[] = { &b->root, &b->rom, &b->nor, &b->ram, &b->mirror, &b->small, &b->small_dev, &b->dev };
    for (unsigned i = 1; i < sizeof(all) / sizeof(all[0]); i++) {
        memory_region_del_subregion(&b->root, all[i]);
    }
    zif_memory_region_finalize(&b->mirror);
    for (unsigned i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        if (all[i] != &b->mirror) {
            zif_memory_region_finalize(all[i]);
        }
    }
    zif_memory_context_use(NULL);
    zif_memory_context_free(b->ctx);
    free(b->out);
}

uint8_t *bench_host(Bench *b, uint32_t addr)
{
    switch (addr >> 24) {
    case 0:
        return (uint8_t *)memory_region_get_ram_ptr(&b->rom) + addr;
    case 8:
        return (uint8_t *)memory_region_get_ram_ptr(&b->nor) + (addr & 0xffff);
    case 0x30:
        return (uint8_t *)memory_region_get_ram_ptr(&b->small) + (addr & 0x1ff);
    default:
        return (uint8_t *)memory_region_get_ram_ptr(&b->ram) + (addr & 0xffff);
    }
}

void bench_put(Bench *b, uint32_t addr, const void *code, size_t size)
{
    memcpy(bench_host(b, addr), code, size);
}

void bench_start(Bench *b, uint32_t addr)
{
    for (unsigned r = 0; r <= ZIF_REG_R12; r++) {
        zif_port_set(b->port, (ZifReg)r, 0);
    }
    zif_port_set(b->port, ZIF_REG_LR, 0xfffffffeu);
    zif_port_set(b->port, ZIF_REG_XPSR, 1u << 24);
    zif_port_set(b->port, ZIF_REG_SP, 0x20008000);
    zif_port_set(b->port, ZIF_REG_PC, addr & ~1u);
}

ZifPortStop bench_run(Bench *b, uint64_t limit)
{
    static const char *const names[] = {
        "limit", "request", "svc",        "bkpt", "undef", "nocp",       "invstate",   "divbyzero", "wfi",
        "wfe",   "sev",     "exc-return", "data", "fetch", "breakpoint", "watchpoint", "engine",
    };
    ZifPortInfo info;
    ZifPortStop stop = zif_port_run(b->port, limit, &info);
    bench_say(b, "%s pc %x count %llu", names[stop], zif_port_get(b->port, ZIF_REG_PC),
              (unsigned long long)zif_port_count(b->port));
    for (unsigned r = 0; r <= ZIF_REG_LR; r++) {
        bench_say(b, " %x", zif_port_get(b->port, (ZifReg)r));
    }
    bench_say(b, " xpsr %x", zif_port_get(b->port, ZIF_REG_XPSR));
    if (stop == ZIF_STOP_SVC || stop == ZIF_STOP_BKPT) {
        bench_say(b, " imm %x", info.imm);
    } else if (stop == ZIF_STOP_EXC_RETURN) {
        bench_say(b, " to %x", info.addr);
    } else if (stop == ZIF_STOP_DATA || stop == ZIF_STOP_FETCH || stop == ZIF_STOP_WATCHPOINT) {
        bench_say(b, " %s %x size %u fault %d result %x", info.is_write ? "store" : "load", info.addr, info.size,
                  info.fault, info.result);
    } else if (stop == ZIF_STOP_ENGINE) {
        bench_say(b, " %s", info.text);
    }
    bench_say(b, "\n");
    return stop;
}

static char *text_of(void (*scenario)(Bench *b), ZifPortKind kind, ZifCpuModel model)
{
    Bench *b = calloc(1, sizeof(*b));
    assert_non_null(b);
    bench_open(b, kind, model);
    scenario(b);
    char *text = b->out;
    b->out = NULL;
    bench_close(b);
    free(b);
    return text;
}

static bool fast_exists(void)
{
    return zif_port_describe(ZIF_PORT_FAST) != NULL;
}

/* Fails with the first line that differs. */
static void same_text(const char *fast, const char *portable)
{
    size_t line = 0, i = 0;
    for (; fast[i] != '\0' && fast[i] == portable[i]; i++) {
        line = fast[i] == '\n' ? i + 1 : line;
    }
    if (fast[i] != portable[i]) {
        if (getenv("ZIF_PORT_SHOW") != NULL) {
            fprintf(stderr, "FAST\n%sPORTABLE\n%s", fast, portable);
        }
        fail_msg("fast:     %.*s\nportable: %.*s", (int)strcspn(fast + line, "\n"), fast + line,
                 (int)strcspn(portable + line, "\n"), portable + line);
    }
}

void bench_both(void (*scenario)(Bench *b), ZifCpuModel model)
{
    char *portable = text_of(scenario, ZIF_PORT_PORTABLE, model);
    if (fast_exists()) {
        char *fast = text_of(scenario, ZIF_PORT_FAST, model);
        if (portable != NULL) {
            same_text(fast, portable);
        }
        free(fast);
    }
    free(portable);
}
