/* The test board. See board.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "board.h"

enum { NMI = 0x1FF, EVENT = 0x1FE };

static void drive(Board *b, uint32_t irq, int level)
{
    if (irq == NMI) {
        zif_cpu_set_nmi(b->cpu, level);
    } else if (irq == EVENT) {
        zif_cpu_set_event(b->cpu);
    } else {
        zif_cpu_set_irq(b->cpu, irq % BOARD_IRQS, level);
    }
}

static void timer_fired(void *opaque)
{
    BoardTimer *t = opaque;
    drive(t->board, t->irq, 1);
    drive(t->board, t->irq, 0);
}

static MemTxResult dev_read(void *opaque, hwaddr addr, uint64_t *data, unsigned size, MemTxAttrs attrs)
{
    Board *b = opaque;
    if (addr >= 0x200 && addr < 0x204) {
        *data = b->plain >> (8 * (addr - 0x200));
    } else {
        *data = addr == 20 ? (uint32_t)zif_cpu_cycles(b->cpu) : 0;
    }
    return addr >= 0x100 && addr < 0x200 ? MEMTX_ERROR : MEMTX_OK;
}

static MemTxResult dev_write(void *opaque, hwaddr addr, uint64_t data, unsigned size, MemTxAttrs attrs)
{
    Board *b = opaque;
    uint32_t v = (uint32_t)data;
    switch (addr) {
    case 0:
        if (b->nlog < BOARD_LOG) {
            b->log[b->nlog++] = v;
        }
        break;
    case 4:
        b->ended = true;
        zif_cpu_stop(b->cpu);
        break;
    case 8:
        drive(b, v & 0x1FF, v >> 30 != 0);
        if (v >> 30 == 1) {
            drive(b, v & 0x1FF, 0);
        }
        break;
    case 12:
        drive(b, NMI, 1);
        drive(b, NMI, 0);
        break;
    case 16:
        zif_cpu_set_event(b->cpu);
        break;
    case 24: {
        BoardTimer *t = &b->timers[b->next_timer++ % BOARD_TIMERS];
        t->irq = v & 0x1FF;
        zif_event_at(b->timeline, &t->event, zif_timeline_time_at(b->timeline, zif_cpu_cycles(b->cpu) + (v >> 16)));
        break;
    }
    case 0x200:
        b->plain = v;
        break;
    default:
        break;
    }
    return addr >= 0x100 && addr < 0x200 ? MEMTX_ERROR : MEMTX_OK;
}

static const MemoryRegionOps dev_ops = {
    .read_with_attrs = dev_read,
    .write_with_attrs = dev_write,
    .endianness = DEVICE_LITTLE_ENDIAN,
    .valid = { .min_access_size = 1, .max_access_size = 4, .unaligned = true },
    .impl = { .min_access_size = 1, .max_access_size = 4, .unaligned = true },
};

static void on_reset(void *opaque, ZifResetKind kind)
{
    ((Board *)opaque)->reset = true;
}

static void on_report(void *opaque, ZifReportKind kind, const char *text)
{
    ((Board *)opaque)->nreports++;
    if (getenv("ZIF_TEST_REPORTS")) {
        fprintf(stderr, "report: %s\n", text);
    }
}

static void on_itm(void *opaque, unsigned port, unsigned size, uint32_t value)
{
    Board *b = opaque;
    size_t n = strlen(b->itm);
    snprintf(b->itm + n, sizeof b->itm - n, "%u:%u:%x ", port, size, value);
}

static void on_exception(void *opaque, unsigned number, bool entry)
{
    Board *b = opaque;
    if (b->on_exception) {
        b->on_exception(b, number, entry);
    }
}

static void lower(void *opaque, uint64_t cycles)
{
    Board *b = opaque;
    if (b->cpu) {
        zif_cpu_lower_deadline(b->cpu, cycles);
    }
}

ZifCpuConfig board_config(ZifCpuModel model, ZifPortKind port, uint32_t vector_base)
{
    bool v7 = model >= ZIF_CORTEX_M3;
    return (ZifCpuConfig){ .model = model,
                           .port = port,
                           .num_irqs = BOARD_IRQS,
                           .prio_bits = v7 ? 4 : 2,
                           .mpu_regions = model == ZIF_CORTEX_M0 ? 0 : 8,
                           .has_vtor = model != ZIF_CORTEX_M0,
                           .has_bitband = model == ZIF_CORTEX_M3 || model == ZIF_CORTEX_M4 || model == ZIF_CORTEX_M4F,
                           .systick_calib = 0xC0000000,
                           .vector_base = vector_base };
}

Board *board_new(const ZifCpuConfig *base, Error **errp)
{
    Board *b = calloc(1, sizeof *b);
    b->timeline = zif_timeline_new(16000000);
    zif_object_init(&b->owner, "board", NULL);
    memory_region_init(&b->system, &b->owner, "system", 1ull << 32);
    memory_region_init_ram(&b->flash, &b->owner, "flash", 0x40000, &error_abort);
    memory_region_init_ram(&b->ram, &b->owner, "ram", 0x10000, &error_abort);
    memory_region_init_io(&b->dev, &b->owner, &dev_ops, b, "dev", 0x1000);
    memory_region_add_subregion(&b->system, 0, &b->flash);
    memory_region_add_subregion(&b->system, BOARD_RAM, &b->ram);
    memory_region_add_subregion(&b->system, BOARD_DEV, &b->dev);
    for (unsigned i = 0; i < BOARD_TIMERS; i++) {
        b->timers[i].board = b;
        zif_event_init(&b->timers[i].event, "timer", 10 + i, timer_fired, &b->timers[i]);
    }
    ZifCpuConfig c = *base;
    c.bus = &b->system;
    c.timeline = b->timeline;
    c.hooks.opaque = b;
    c.hooks.reset_request = on_reset;
    c.hooks.report = on_report;
    c.hooks.itm = on_itm;
    c.hooks.exception = on_exception;
    b->cpu = zif_cpu_new(&c, errp);
    if (!b->cpu) {
        board_free(b);
        return NULL;
    }
    zif_timeline_set_deadline_hook(b->timeline, lower, b);
    return b;
}

void board_free(Board *b)
{
    for (unsigned i = 0; i < BOARD_TIMERS; i++) {
        zif_event_cancel(b->timeline, &b->timers[i].event);
    }
    zif_cpu_free(b->cpu);
    memory_region_del_subregion(&b->system, &b->flash);
    memory_region_del_subregion(&b->system, &b->ram);
    memory_region_del_subregion(&b->system, &b->dev);
    object_unparent(OBJECT(&b->flash));
    object_unparent(OBJECT(&b->ram));
    object_unparent(OBJECT(&b->dev));
    object_unparent(OBJECT(&b->system));
    object_unref(&b->owner);
    zif_timeline_free(b->timeline);
    free(b);
}

static uint64_t next_event(const Board *b)
{
    return zif_timeline_cycles_at(b->timeline, zif_timeline_next(b->timeline));
}

BoardEnd board_run(Board *b, uint64_t cycles)
{
    uint64_t limit = zif_cpu_cycles(b->cpu) + cycles;
    for (;;) {
        zif_timeline_run_due(b->timeline);
        uint64_t next = next_event(b);
        ZifCpuStop stop = zif_cpu_run(b->cpu, next < limit ? next : limit);
        next = next_event(b);
        switch (stop) {
        case ZIF_CPU_DEADLINE:
            if (zif_cpu_cycles(b->cpu) >= limit) {
                return BOARD_LIMIT;
            }
            break;
        case ZIF_CPU_STOPPED:
            if (b->ended || b->reset) {
                return b->ended ? BOARD_END : BOARD_RESET;
            }
            break;
        case ZIF_CPU_ASLEEP:
            if (next >= limit) {
                return BOARD_ASLEEP;
            }
            zif_cpu_skip_to(b->cpu, next);
            break;
        case ZIF_CPU_LOCKUP:
            if (next >= limit) {
                return BOARD_LOCKUP;
            }
            zif_cpu_skip_to(b->cpu, next);
            break;
        case ZIF_CPU_BREAK:
            return BOARD_BREAK;
        case ZIF_CPU_ENGINE:
            fprintf(stderr, "engine: %s\n", zif_cpu_trouble(b->cpu));
            return BOARD_ENGINE;
        }
    }
}

void board_write(Board *b, uint32_t addr, uint32_t value)
{
    uint8_t raw[4] = { (uint8_t)value, (uint8_t)(value >> 8), (uint8_t)(value >> 16), (uint8_t)(value >> 24) };
    address_space_write(zif_cpu_as(b->cpu), addr, MEMTXATTRS_UNSPECIFIED, raw, 4);
}

uint32_t board_read(Board *b, uint32_t addr)
{
    uint8_t raw[4] = { 0 };
    address_space_rw(zif_cpu_as(b->cpu), addr, MEMTXATTRS_UNSPECIFIED, raw, 4, false);
    return raw[0] | (uint32_t)raw[1] << 8 | (uint32_t)raw[2] << 16 | (uint32_t)raw[3] << 24;
}
