/* A debugger on a machine: see zif/debugger.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>
#include <zif/debugger.h>
#include <zif/gdb.h>
#include "history.h"
#include "monitor.h"

/* What the machine offers GDB to erase at once; a multiple of every flash's own word, and small enough for `load`. */
enum { FLASH_BLOCK = 1024, MAX_MEMORIES = 256 };

struct ZifDebugger {
    ZifMachine *m;
    ZifGdb *gdb;
    ZifHistory *history;
    ZifGdbMemory memories[MAX_MEMORIES];
    unsigned nmemories;
    bool ended;
    ZifRunInfo end;
    char notes[1024]; /* for the console; GDB listens to it only while the machine runs */
};

/* --- Registers --------------------------------------------------------------------------------------------------------- */

static const ZifReg registers[ZIF_GDB_D0] = {
    ZIF_REG_R0,  ZIF_REG_R1,      ZIF_REG_R2,      ZIF_REG_R3,        ZIF_REG_R4,      ZIF_REG_R5,
    ZIF_REG_R6,  ZIF_REG_R7,      ZIF_REG_R8,      ZIF_REG_R9,        ZIF_REG_R10,     ZIF_REG_R11,
    ZIF_REG_R12, ZIF_REG_SP,      ZIF_REG_LR,      ZIF_REG_PC,        ZIF_REG_XPSR,    ZIF_REG_MSP,
    ZIF_REG_PSP, ZIF_REG_PRIMASK, ZIF_REG_BASEPRI, ZIF_REG_FAULTMASK, ZIF_REG_CONTROL,
};

/* The debugger changed the machine: the past no longer leads here. */
static void altered(ZifDebugger *d)
{
    zif__history_forget(d->history);
}

static ZifPort *port_of(ZifDebugger *d)
{
    return zif_cpu_port(d->m->cpu);
}

static uint64_t read_register(void *opaque, unsigned number)
{
    ZifPort *port = port_of(opaque);
    if (number < ZIF_GDB_D0) {
        return zif_port_get(port, registers[number]);
    }
    if (number == ZIF_GDB_FPSCR) {
        return zif_port_get(port, ZIF_REG_FPSCR);
    }
    unsigned s = ZIF_REG_S0 + 2 * (number - ZIF_GDB_D0);
    return zif_port_get(port, (ZifReg)s) | (uint64_t)zif_port_get(port, (ZifReg)(s + 1)) << 32;
}

static bool write_register(void *opaque, unsigned number, uint64_t value)
{
    ZifDebugger *d = opaque;
    altered(d);
    if (number < ZIF_GDB_D0) {
        zif_cpu_poke_register(d->m->cpu, registers[number], (uint32_t)value);
    } else if (number == ZIF_GDB_FPSCR) {
        zif_cpu_poke_register(d->m->cpu, ZIF_REG_FPSCR, (uint32_t)value);
    } else {
        unsigned s = ZIF_REG_S0 + 2 * (number - ZIF_GDB_D0);
        zif_cpu_poke_register(d->m->cpu, (ZifReg)s, (uint32_t)value);
        zif_cpu_poke_register(d->m->cpu, (ZifReg)(s + 1), (uint32_t)(value >> 32));
    }
    return true;
}

/* --- Read protection --------------------------------------------------------------------------------------------------- */

static ZifProtection protection_of(const ZifDevice *dev)
{
    return dev->cls->protection ? dev->cls->protection(dev) : ZIF_DEBUG_OPEN;
}

/* Does this range touch memory of the device, by whatever address? */
static bool touches(ZifDebugger *d, const ZifDevice *dev, uint32_t addr, size_t len)
{
    for (uint64_t at = addr, end = (uint64_t)addr + len; at < end;) {
        MemoryRegionSection s = memory_region_find(d->m->bus.root, at, end - at);
        if (!s.mr) {
            return false;
        }
        bool its = s.mr->owner == dev->owner;
        at = s.offset_within_address_space + int128_get64(s.size);
        memory_region_unref(s.mr);
        if (its) {
            return true;
        }
    }
    return false;
}

/* Is any of this the memory of a device that keeps debuggers out? The console says so. */
static bool is_protected(ZifDebugger *d, uint32_t addr, size_t len)
{
    for (unsigned i = 0; i < d->m->kit.ndevices; i++) {
        const ZifDevice *dev = d->m->kit.devices[i];
        if (protection_of(dev) != ZIF_DEBUG_OPEN && touches(d, dev, addr, len)) {
            size_t used = strlen(d->notes);
            snprintf(d->notes + used, sizeof d->notes - used, "zif: %s is read-protected: no debugger gets there\n",
                     dev->name);
            return true;
        }
    }
    return false;
}

/* --- Memory ------------------------------------------------------------------------------------------------------------ */

static bool read_memory(void *opaque, uint32_t addr, void *buf, size_t len)
{
    ZifMachine *m = ((ZifDebugger *)opaque)->m;
    ZifMemoryContext *before = zif__enter(m);
    bool ok = !is_protected(opaque, addr, len) && zif__inspect(m, addr, buf, len);
    zif__leave(before);
    return ok;
}

/* Memory takes a loader's write (ROM too); a device takes stores, and the console says what they reached. */
static bool write_memory(void *opaque, uint32_t addr, const void *buf, size_t len)
{
    ZifDebugger *d = opaque;
    ZifMachine *m = d->m;
    ZifMemoryContext *before = zif__enter(m);
    const uint8_t *bytes = buf;
    bool ok = !is_protected(d, addr, len);
    altered(d);
    for (size_t at = 0; ok && at < len;) {
        const char *device;
        size_t n = zif__extent(m, (uint32_t)(addr + at), len - at, &device);
        if (!n) {
            ok = false;
        } else if (!device) {
            ok = address_space_write_rom(&m->bus, addr + at, MEMTXATTRS_UNSPECIFIED, bytes + at, (int)n) == MEMTX_OK;
        } else {
            ok = address_space_write(zif_cpu_as(m->cpu), addr + at, MEMTXATTRS_UNSPECIFIED, bytes + at, (int)n) ==
                 MEMTX_OK;
            size_t used = strlen(d->notes);
            snprintf(d->notes + used, sizeof d->notes - used, "zif: the write of %zu bytes at 0x%08zx %s %s\n", n,
                     (size_t)addr + at, ok ? "reached" : "was refused by", device);
        }
        at += n;
    }
    zif__leave(before);
    return ok;
}

static bool is_flash(ZifDebugger *d, uint32_t addr, size_t len)
{
    for (unsigned i = 0; i < d->nmemories; i++) {
        const ZifGdbMemory *f = &d->memories[i];
        if (f->flash_block && addr >= f->start && addr - f->start <= f->length &&
            len <= f->length - (addr - f->start)) {
            return true;
        }
    }
    return false;
}

static bool flash_write(void *opaque, uint32_t addr, const void *buf, size_t len)
{
    return is_flash(opaque, addr, len) && write_memory(opaque, addr, buf, len);
}

static bool flash_erase(void *opaque, uint32_t addr, size_t len)
{
    uint8_t ones[FLASH_BLOCK];
    memset(ones, 0xFF, sizeof ones);
    if (!is_flash(opaque, addr, len)) {
        return false;
    }
    for (size_t at = 0; at < len; at += sizeof ones) {
        if (!write_memory(opaque, (uint32_t)(addr + at), ones, len - at < sizeof ones ? len - at : sizeof ones)) {
            return false;
        }
    }
    return true;
}

static void add_memory(ZifDebugger *d, ZifGdbMemory m)
{
    ZifGdbMemory *before = d->nmemories ? &d->memories[d->nmemories - 1] : NULL;
    if (before && before->flash_block == m.flash_block && before->rom == m.rom &&
        before->start + before->length == m.start) {
        before->length += m.length;
    } else if (d->nmemories < MAX_MEMORIES) {
        d->memories[d->nmemories++] = m;
    }
}

/* Devices count as RAM: GDB asks for nothing that the map does not list. */
static void find_memories(ZifDebugger *d)
{
    FlatView *fv = address_space_to_flatview(&d->m->bus);
    for (unsigned i = 0; i < zif_flatview_count(fv); i++) {
        ZifFlatRange r = zif_flatview_range(fv, i);
        bool flash = r.mr->rom_device || (memory_region_is_ram(r.mr) && (r.readonly || r.mr->readonly));
        uint32_t start = (uint32_t)r.start, length = (uint32_t)int128_get64(r.size);
        bool whole = start % FLASH_BLOCK == 0 && length % FLASH_BLOCK == 0;
        if (r.start < ZIF_PPB_FIRST) {
            add_memory(d, (ZifGdbMemory){ start, length, flash && whole ? FLASH_BLOCK : 0, flash && !whole });
        }
    }
    add_memory(d, (ZifGdbMemory){ ZIF_PPB_FIRST, ZIF_PPB_LAST - ZIF_PPB_FIRST + 1, 0, false });
}

static bool memory(void *opaque, unsigned n, ZifGdbMemory *out)
{
    ZifDebugger *d = opaque;
    if (n >= d->nmemories) {
        return false;
    }
    *out = d->memories[n];
    return true;
}

/* --- The rest of the target ---------------------------------------------------------------------------------------------- */

static bool set_point(void *opaque, ZifGdbPoint kind, uint32_t addr, size_t len, bool on)
{
    ZifDebugger *d = opaque;
    switch (kind) {
    case ZIF_GDB_SOFT_BREAK:
    case ZIF_GDB_HARD_BREAK:
        zif_port_set_breakpoint(port_of(d), addr, on);
        return true;
    case ZIF_GDB_WATCH_WRITE:
    case ZIF_GDB_WATCH_READ:
    case ZIF_GDB_WATCH_ACCESS:
        return zif_cpu_set_watchpoint(d->m->cpu, addr, (uint32_t)len, kind != ZIF_GDB_WATCH_WRITE,
                                      kind != ZIF_GDB_WATCH_READ, on);
    }
    return false;
}

static void reset(void *opaque)
{
    ZifDebugger *d = opaque;
    d->ended = false;
    altered(d);
    zif_machine_reset(d->m, ZIF_RESET_PIN);
}

static bool monitor(void *opaque, const char *command, FILE *out)
{
    ZifDebugger *d = opaque;
    ZifMemoryContext *before = zif__enter(d->m);
    ZifMonitorEffect effect = ZIF_MONITOR_LOOKED;
    bool known = zif__monitor(d->m, command, out, &effect);
    zif__leave(before);
    if (effect == ZIF_MONITOR_RESET) {
        reset(d);
    } else if (effect == ZIF_MONITOR_ALTERED) {
        altered(d);
    }
    return known;
}

ZifDebugger *zif_debugger_new(ZifMachine *m, void (*output)(void *opaque, const void *bytes, size_t len), void *opaque,
                              Error **errp)
{
    if (!zif_machine_can_run(m)) {
        error_setg(errp, "%s has no processor to debug", m->config.board);
        return NULL;
    }
    for (unsigned i = 0; i < m->kit.ndevices; i++) {
        if (protection_of(m->kit.devices[i]) == ZIF_DEBUG_NO_CHIP) {
            error_setg(errp, "%s has switched the debug port off for good (read protection)", m->kit.devices[i]->name);
            return NULL;
        }
    }
    ZifDebugger *d = calloc(1, sizeof *d);
    if (!d) {
        error_setg(errp, "out of memory for the debugger");
        return NULL;
    }
    d->m = m;
    find_memories(d);
    ZifGdbTarget target = {
        .is_v7m = m->cpu_config.model >= ZIF_CORTEX_M3,
        .has_fpu = m->cpu_config.model >= ZIF_CORTEX_M4F,
        .read_register = read_register,
        .write_register = write_register,
        .read_memory = read_memory,
        .write_memory = write_memory,
        .flash_erase = flash_erase,
        .flash_write = flash_write,
        .set_point = set_point,
        .memory = memory,
        .monitor = monitor,
        .reset = reset,
        .can_reverse = true,
        .opaque = d,
    };
    d->history = zif__history_new(m, errp);
    d->gdb = d->history ? zif_gdb_new(&target, output, opaque, errp) : NULL;
    if (!d->gdb) {
        zif__history_free(d->history);
        free(d);
        return NULL;
    }
    zif_gdb_connect(d->gdb);
    return d;
}

void zif_debugger_free(ZifDebugger *d)
{
    if (d) {
        zif_debugger_disconnect(d);
        zif__history_free(d->history);
        zif_gdb_free(d->gdb);
        free(d);
    }
}

void zif_debugger_connect(ZifDebugger *d)
{
    zif_gdb_connect(d->gdb);
}

void zif_debugger_disconnect(ZifDebugger *d)
{
    zif__history_forget(d->history);
    zif_gdb_disconnect(d->gdb);
}

void zif_debugger_input(ZifDebugger *d, const void *bytes, size_t len)
{
    zif_gdb_input(d->gdb, bytes, len);
}

void zif_debugger_console(ZifDebugger *d, const char *text, size_t len)
{
    zif_gdb_console(d->gdb, text, len);
}

ZifDebugState zif_debugger_state(const ZifDebugger *d)
{
    switch (zif_gdb_want(d->gdb)) {
    case ZIF_GDB_HALTED:
        return d->ended ? ZIF_DEBUG_ENDED : ZIF_DEBUG_HALTED;
    case ZIF_GDB_DETACHED:
        return ZIF_DEBUG_DETACHED;
    case ZIF_GDB_KILLED:
        return ZIF_DEBUG_KILLED;
    default:
        return ZIF_DEBUG_RUNNING;
    }
}

/* --- Running ------------------------------------------------------------------------------------------------------------- */

static uint32_t pc_of(ZifDebugger *d)
{
    return zif_port_get(port_of(d), ZIF_REG_PC);
}

/* Tells GDB how the run ended. ZIF_RUN_TIME is no end. */
static void tell(ZifDebugger *d, const ZifRunInfo *info)
{
    ZifGdbStop stop = { .kind = ZIF_GDB_STOP_BREAK };
    bool is_write, is_access;
    switch (info->reason) {
    case ZIF_RUN_TIME:
        return;
    case ZIF_RUN_BREAK:
    case ZIF_RUN_ASKED:
        if (zif_cpu_take_watch_hit(d->m->cpu, &stop.addr, &is_write, &is_access)) {
            stop.kind = ZIF_GDB_STOP_WATCH;
            stop.watch = is_access ? ZIF_GDB_WATCH_ACCESS : is_write ? ZIF_GDB_WATCH_WRITE : ZIF_GDB_WATCH_READ;
        }
        break;
    case ZIF_RUN_EXIT:
        stop.kind = ZIF_GDB_STOP_EXITED;
        stop.code = info->exit_code;
        break;
    default:
        stop.kind = ZIF_GDB_STOP_FAULT;
        zif_gdb_console(d->gdb, "zif: ", 5);
        zif_gdb_console(d->gdb, info->text, strlen(info->text));
        zif_gdb_console(d->gdb, "\n", 1);
        break;
    }
    if (info->reason != ZIF_RUN_BREAK && info->reason != ZIF_RUN_ASKED) {
        d->ended = info->reason == ZIF_RUN_EXIT || info->reason == ZIF_RUN_CANNOT;
        d->end = *info;
    }
    zif_gdb_stopped(d->gdb, &stop);
}

/* One instruction; asleep, the one that runs after waking. True when a reason other than time ended it. */
static bool step(ZifDebugger *d, ZifTime until, ZifRunInfo *info)
{
    uint64_t before = zif_machine_instructions(d->m);
    ZifTimeline *tl = d->m->kit.timeline;
    info->reason = ZIF_RUN_TIME;
    ZifTime next = zif_timeline_time_at(tl, zif_cpu_cycles(d->m->cpu) + 1);
    while (zif_machine_instructions(d->m) == before && zif_machine_now(d->m) < until) {
        if (zif_machine_run(d->m, next, info) != ZIF_RUN_TIME) {
            return true;
        }
        /* Asleep: to the next event in one go, then the instruction behind it. */
        ZifTime event = zif_timeline_next(tl), now = zif_machine_now(d->m);
        next = zif_timeline_time_at(tl, zif_cpu_cycles(d->m->cpu) + 1);
        next = event > next && event != ZIF_TIME_NEVER && now != next ? event : next;
    }
    return false;
}

static void go_back(ZifDebugger *d, bool one_step)
{
    uint64_t here = zif_machine_instructions(d->m);
    bool there = one_step ? here && zif__history_go(d->history, here - 1) : zif__history_last_break(d->history);
    ZifGdbStop stop = { .kind = there ? ZIF_GDB_STOP_BREAK : ZIF_GDB_STOP_HISTORY };
    uint32_t addr;
    bool is_write, is_access;
    zif_cpu_take_watch_hit(d->m->cpu, &addr, &is_write, &is_access); /* of a replay: old news */
    d->ended = false;
    zif_gdb_stopped(d->gdb, &stop);
}

ZifDebugState zif_debugger_run(ZifDebugger *d, ZifTime until, ZifRunInfo *info)
{
    uint32_t start, end;
    memset(info, 0, sizeof *info);
    if (d->notes[0] && zif_debugger_state(d) == ZIF_DEBUG_RUNNING) {
        zif_gdb_console(d->gdb, d->notes, strlen(d->notes));
        d->notes[0] = 0;
    }
    if (d->m->past_is_lost) {
        d->m->past_is_lost = false;
        zif__history_forget(d->history);
    }
    ZifGdbWant want = zif_gdb_want(d->gdb);
    if (want == ZIF_GDB_STEP || want == ZIF_GDB_RANGE || want == ZIF_GDB_CONTINUE) {
        zif__history_mark(d->history);
    }
    switch (want) {
    case ZIF_GDB_BACK_STEP:
    case ZIF_GDB_BACK_CONTINUE:
        go_back(d, want == ZIF_GDB_BACK_STEP);
        break;
    case ZIF_GDB_STEP:
        if (step(d, until, info)) {
            tell(d, info);
        } else if (zif_machine_now(d->m) < until || info->reason != ZIF_RUN_TIME) {
            zif_gdb_stopped(d->gdb, &(ZifGdbStop){ .kind = ZIF_GDB_STOP_BREAK });
        }
        break;
    case ZIF_GDB_RANGE:
        zif_gdb_range(d->gdb, &start, &end);
        while (zif_machine_now(d->m) < until && zif_gdb_want(d->gdb) == ZIF_GDB_RANGE) {
            if (step(d, until, info)) {
                tell(d, info);
            } else if (pc_of(d) < start || pc_of(d) >= end) {
                zif_gdb_stopped(d->gdb, &(ZifGdbStop){ .kind = ZIF_GDB_STOP_BREAK });
            }
        }
        break;
    case ZIF_GDB_CONTINUE:
        zif_machine_run(d->m, until, info);
        tell(d, info);
        break;
    default:
        break;
    }
    if (zif_gdb_interrupted(d->gdb) && zif_debugger_state(d) == ZIF_DEBUG_RUNNING) {
        zif_gdb_stopped(d->gdb, &(ZifGdbStop){ .kind = ZIF_GDB_STOP_INTERRUPT });
    }
    if (d->ended) {
        *info = d->end;
    }
    return zif_debugger_state(d);
}
