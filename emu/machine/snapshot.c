/*
 * Snapshots in memory: the core, every memory, every device, events, wires, clocks, bytes waiting on serial lines.
 *
 * Memory is copied whole when a snapshot is taken; from then on dirty logging says which pages differ from it, and a restore of
 * the latest snapshot (or of the one restored last) copies only those back. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdlib.h>
#include <string.h>
#include "device/flash.h"
#include "observer.h"
#include "snapshot.h"

/* zif's own dirty client, behind the API's three. */
enum { CLIENT = DIRTY_MEMORY_NUM };

/* Calls fn for each region with memory of its own: the builder's and the devices'. */
static void each_block(ZifMachine *m, void (*fn)(void *opaque, MemoryRegion *mr), void *opaque)
{
    for (ZifMemory *mem = m->memories; mem; mem = mem->next) {
        if (mem->host) {
            fn(opaque, &mem->mr);
        }
    }
    for (unsigned i = 0; i < m->kit.ndevices; i++) {
        const ZifDeviceCore *core = m->kit.devices[i]->core;
        for (unsigned k = 0; k < core->nown; k++) {
            if (memory_region_is_ram(core->own[k]) || core->own[k]->rom_device) {
                fn(opaque, core->own[k]);
            }
        }
    }
}

size_t zif__cpu_state_size(const ZifMachine *m)
{
    return m->cpu ? zif_cpu_state_size(m->cpu) : 0;
}

static void start_log(void *opaque, MemoryRegion *mr)
{
    zif_memory_region_set_log(mr, true, CLIENT);
}

static void save_block(void *opaque, MemoryRegion *mr)
{
    ZifSnapshot *s = opaque;
    ZifSnapshotBlock b = { .mr = mr, .size = memory_region_size(mr) };
    b.bytes = malloc(b.size);
    free(memory_region_snapshot_and_clear_dirty(mr, 0, b.size, CLIENT));
    memcpy(b.bytes, memory_region_get_ram_ptr(mr), b.size);
    s->blocks = realloc(s->blocks, (s->nblocks + 1) * sizeof *s->blocks);
    s->blocks[s->nblocks++] = b;
}

ZifSnapshot *zif_machine_snapshot(ZifMachine *m)
{
    ZifMemoryContext *before = zif__enter(m);
    ZifSnapshot *s = calloc(1, sizeof *s);
    s->m = m;
    s->timeline = zif_timeline_save(m->kit.timeline);
    s->random = m->kit.random;
    s->resets = m->resets;
    s->power_cycles = m->power_cycles;
    s->exited = m->exited;
    s->exit_code = m->exit_code;
    s->cpu = malloc(zif__cpu_state_size(m) + 1);
    if (m->cpu) {
        zif_cpu_save(m->cpu, s->cpu);
    }
    s->ndevices = m->kit.ndevices;
    s->devices = calloc(s->ndevices + 1, sizeof *s->devices);
    for (unsigned i = 0; i < s->ndevices; i++) {
        s->devices[i] = malloc(zif__device_state_size(m->kit.devices[i]) + 1);
        zif__device_save(m->kit.devices[i], s->devices[i]);
    }
    s->nlines = m->nlines;
    s->lines = calloc(s->nlines + 1, sizeof *s->lines);
    s->line_sizes = calloc(s->nlines + 1, sizeof *s->line_sizes);
    for (unsigned i = 0; i < s->nlines; i++) {
        s->lines[i] = zif__serial_save(m->lines[i], &s->line_sizes[i]);
    }
    if (!m->logging) {
        memory_region_transaction_begin();
        each_block(m, start_log, NULL);
        memory_region_transaction_commit();
        m->logging = true;
    }
    each_block(m, save_block, s);
    m->log_base = s;
    s->hash = zif__hash_save(m);
    s->displays = calloc(zif_machine_ndisplays(m) + 1, sizeof *s->displays);
    zif__displays_save(m->displays, s->displays);
    zif__leave(before);
    return s;
}

/* Puts back bytes [from, to) of a block where they differ, and tells the other clients of the log: what was translated of code that has not
 * changed stays. */
static void put_back(const ZifSnapshotBlock *b, size_t from, size_t to)
{
    uint8_t *now = memory_region_get_ram_ptr(b->mr);
    if (!memcmp(now + from, b->bytes + from, to - from)) {
        return;
    }
    while (now[from] == b->bytes[from]) {
        from++;
    }
    while (now[to - 1] == b->bytes[to - 1]) {
        to--;
    }
    memcpy(now + from, b->bytes + from, to - from);
    memory_region_set_dirty(b->mr, from, to - from);
}

static void restore_block(const ZifSnapshotBlock *b, bool all)
{
    size_t page = zif_target_page_size();
    DirtyBitmapSnapshot *dirty = memory_region_snapshot_and_clear_dirty(b->mr, 0, b->size, CLIENT);
    for (size_t from = 0, to; from < b->size; from = to) {
        to = from + page < b->size ? from + page : b->size;
        if (all || !dirty || (b->edited && b->edited[from / page]) ||
            memory_region_snapshot_get_dirty(b->mr, dirty, from, to - from)) {
            put_back(b, from, to);
        }
    }
    free(dirty);
    memory_region_reset_dirty(b->mr, 0, b->size, CLIENT);
}

void zif_snapshot_set_cells(ZifSnapshot *s, const ZifFlash *f, uint64_t offset, const uint8_t *cells, uint64_t len)
{
    ZifSnapshotBlock *b = s->blocks;
    size_t page = zif_target_page_size();
    while (b->mr != f->region) {
        if (++b == s->blocks + s->nblocks) {
            zif_bug("flash \"%s\" is not in this snapshot", f->name);
        }
    }
    if (offset > b->size || len > b->size - offset) {
        zif_bug("%s: 0x%llx cells at 0x%llx are not within it", f->name, (unsigned long long)len,
                (unsigned long long)offset);
    }
    if (!b->edited) {
        b->edited = calloc(b->size / page + 1, sizeof *b->edited);
    }
    if (len && memcmp(b->bytes + offset, cells, len) != 0) {
        memcpy(b->bytes + offset, cells, len);
        memset(b->edited + offset / page, true, (offset + len - 1) / page - offset / page + 1);
    }
}

void zif_machine_restore(ZifMachine *m, const ZifSnapshot *s)
{
    if (s->m != m) {
        zif_bug("a snapshot of another machine was restored");
    }
    ZifMemoryContext *before = zif__enter(m);
    bool all = m->log_base != s;
    zif_timeline_restore(m->kit.timeline, &s->timeline);
    if (m->cpu) {
        zif_cpu_restore(m->cpu, s->cpu);
    }
    for (unsigned i = 0; i < s->nblocks; i++) {
        restore_block(&s->blocks[i], all);
    }
    m->log_base = s;
    m->kit.random = s->random;
    m->resets = s->resets;
    m->power_cycles = s->power_cycles;
    m->exited = s->exited;
    m->exit_code = s->exit_code;
    m->stop_asked = m->reset_asked = m->power_cycle_asked = m->fault_taken = false;
    for (unsigned i = 0; i < s->ndevices; i++) {
        zif__device_restore(m->kit.devices[i], s->devices[i]);
    }
    for (unsigned i = 0; i < s->nlines; i++) {
        zif__serial_restore(m->lines[i], s->lines[i]);
    }
    for (unsigned i = 0; i < s->ndevices; i++) {
        zif__device_restored(m->kit.devices[i]);
    }
    zif__calls_again(m);
    zif__rtt_again(m);
    zif__unwritten_forget(m);
    zif__hash_restore(m, s->hash);
    zif__displays_restored(m->displays, s->displays);
    zif__observers_restored(m);
    zif__leave(before);
}

void zif_snapshot_free(ZifSnapshot *s)
{
    if (!s) {
        return;
    }
    if (s->m->log_base == s) {
        s->m->log_base = NULL;
    }
    for (unsigned i = 0; i < s->ndevices; i++) {
        free(s->devices[i]);
    }
    for (unsigned i = 0; i < s->nlines; i++) {
        free(s->lines[i]);
    }
    for (unsigned i = 0; i < s->nblocks; i++) {
        free(s->blocks[i].bytes);
        free(s->blocks[i].edited);
    }
    free(s->devices);
    free(s->lines);
    free(s->line_sizes);
    free(s->blocks);
    free(s->cpu);
    free(s->hash);
    free(s->displays);
    free(s);
}
