/*
 * Dirty tracking: per block and client a bitmap of pages (CONTRACT 5.11; D23-D26).
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdlib.h>
#include "internal.h"

struct DirtyBitmapSnapshot {
    ram_addr_t start, end; /* in the block */
    uint64_t bits[];
};

static size_t words_of(const ZifMemoryContext *ctx, const RAMBlock *block)
{
    uint64_t group = 64 * (uint64_t)ctx->page_size;
    return (size_t)(block->max_length / group + 1);
}

bool zif__bitmaps_alloc(ZifMemoryContext *ctx, RAMBlock *block)
{
    size_t words = words_of(ctx, block);
    uint64_t *bits = zif__alloc(ZIF_DIRTY_CLIENTS * words * sizeof *bits);
    if (!bits) {
        return false;
    }
    for (unsigned i = 0; i < ZIF_DIRTY_CLIENTS; i++) {
        block->dirty[i] = bits + i * words;
    }
    zif__mark_pages(block, ctx->page_bits, 0, block->used_length, UINT8_MAX);
    return true;
}

/* ---- ranges of pages ---- */

/* The bits of word `w` that pages first..last occupy. */
static uint64_t bits_in(uint64_t w, uint64_t first, uint64_t last)
{
    uint64_t bits = UINT64_MAX;
    if (w == first / 64) {
        bits &= UINT64_MAX << (first % 64);
    }
    if (w == last / 64) {
        bits &= UINT64_MAX >> (63 - last % 64);
    }
    return bits;
}

void zif__mark_pages(RAMBlock *block, unsigned shift, hwaddr addr, hwaddr len, unsigned mask)
{
    if (!len) {
        return;
    }
    for (ZifCodeWatch *w = block->code_watches; unlikely(w != NULL); w = w->next) {
        w->written(w->opaque, block->mr, addr, len);
    }
    uint64_t first = addr >> shift, last = (addr + len - 1) >> shift;
    for (; mask; mask &= mask - 1) {
        uint64_t *map = block->dirty[__builtin_ctz(mask)];
        if (likely(first == last)) {
            map[first / 64] |= UINT64_C(1) << (first % 64);
            continue;
        }
        for (uint64_t w = first / 64; w <= last / 64; w++) {
            map[w] |= bits_in(w, first, last);
        }
    }
}

void zif__clear_pages(RAMBlock *block, unsigned shift, hwaddr addr, hwaddr len, unsigned client)
{
    if (!len) {
        return;
    }
    uint64_t first = addr >> shift, last = (addr + len - 1) >> shift;
    for (uint64_t w = first / 64; w <= last / 64; w++) {
        block->dirty[client][w] &= ~bits_in(w, first, last);
    }
}

static bool any_page(const uint64_t *map, uint64_t first, uint64_t last)
{
    for (uint64_t w = first / 64; w <= last / 64; w++) {
        if (map[w] & bits_in(w, first, last)) {
            return true;
        }
    }
    return false;
}

/* ---- the interface ---- */

static RAMBlock *checked(const MemoryRegion *mr, hwaddr addr, hwaddr size, unsigned client, const char *what)
{
    RAMBlock *b = mr->ram_block;
    if (!b) {
        zif_bug("%s of region \"%s\", which has no memory of its own", what, memory_region_name(mr));
    }
    if (client >= ZIF_DIRTY_CLIENTS) {
        zif_bug("%s of region \"%s\" for client %u", what, memory_region_name(mr), client);
    }
    if (addr > b->max_length || size > b->max_length - addr) {
        zif_bug("%s of region \"%s\" for 0x%llx bytes at 0x%llx, beyond its end", what, memory_region_name(mr),
                (unsigned long long)size, (unsigned long long)addr);
    }
    return b;
}

bool memory_region_get_dirty(MemoryRegion *mr, hwaddr addr, hwaddr size, unsigned client)
{
    RAMBlock *b = checked(mr, addr, size, client, "the dirty log");
    unsigned shift = mr->z.ctx->page_bits;
    return size && any_page(b->dirty[client], addr >> shift, (addr + size - 1) >> shift);
}

void memory_region_set_dirty(MemoryRegion *mr, hwaddr addr, hwaddr size)
{
    RAMBlock *b = checked(mr, addr, size, 0, "the dirty log");
    zif__mark_pages(b, mr->z.ctx->page_bits, addr, size, memory_region_get_dirty_log_mask(mr));
}

void zif_memory_region_watch_code(MemoryRegion *mr, ZifCodeWatch *watch)
{
    RAMBlock *b = checked(mr, 0, 0, 0, "watching the code");
    watch->next = b->code_watches;
    b->code_watches = watch;
}

void zif_memory_region_unwatch_code(MemoryRegion *mr, ZifCodeWatch *watch)
{
    RAMBlock *b = checked(mr, 0, 0, 0, "watching the code");
    for (ZifCodeWatch **w = &b->code_watches; *w != NULL; w = &(*w)->next) {
        if (*w == watch) {
            *w = watch->next;
            return;
        }
    }
}

void memory_region_reset_dirty(MemoryRegion *mr, hwaddr addr, hwaddr size, unsigned client)
{
    RAMBlock *b = checked(mr, addr, size, client, "the dirty log");
    zif__clear_pages(b, mr->z.ctx->page_bits, addr, size, client);
}

DirtyBitmapSnapshot *memory_region_snapshot_and_clear_dirty(MemoryRegion *mr, hwaddr addr, hwaddr size, unsigned client)
{
    RAMBlock *b = checked(mr, addr, size, client, "a dirty snapshot");
    zif__sync_logs(mr->z.ctx, mr);
    unsigned group = mr->z.ctx->page_bits + 6;
    hwaddr first = addr >> group, end = size ? ((addr + size - 1) >> group) + 1 : first;
    DirtyBitmapSnapshot *s = NULL;
    if (zif__alloc_allowed()) {
        s = malloc(sizeof *s + (end - first) * sizeof *s->bits); /* the caller's to free */
    }
    if (!s) {
        return NULL;
    }
    s->start = first << group;
    s->end = end << group;
    memcpy(s->bits, b->dirty[client] + first, (end - first) * sizeof *s->bits);
    memset(b->dirty[client] + first, 0, (end - first) * sizeof *s->bits);
    return s;
}

bool memory_region_snapshot_get_dirty(MemoryRegion *mr, DirtyBitmapSnapshot *snap, hwaddr addr, hwaddr size)
{
    if (addr < snap->start || addr > snap->end || size > snap->end - addr) {
        zif_bug("0x%llx bytes at 0x%llx of region \"%s\" are not in the dirty snapshot", (unsigned long long)size,
                (unsigned long long)addr, memory_region_name(mr));
    }
    unsigned shift = mr->z.ctx->page_bits;
    addr -= snap->start;
    return size && any_page(snap->bits, addr >> shift, (addr + size - 1) >> shift);
}

uint8_t memory_region_get_dirty_log_mask(MemoryRegion *mr)
{
    return zif__mask_of(mr, mr->z.ctx->global_log);
}

bool memory_region_is_logging(MemoryRegion *mr, uint8_t client)
{
    return client < ZIF_DIRTY_CLIENTS && (memory_region_get_dirty_log_mask(mr) & (1 << client));
}

/* ---- global logging ---- */

static void set_global_log(ZifMemoryContext *ctx, bool on)
{
    zif__begin(ctx);
    ctx->global_log = on;
    ctx->generation++;
    ctx->topology_pending = true;
    zif__commit(ctx);
}

void memory_global_dirty_log_start(void)
{
    ZifMemoryContext *ctx = zif_memory_context_current();
    ctx->stop_deferred = false;
    if (ctx->global_log) {
        return;
    }
    MemoryListener *l;
    ctx->global_log = true; /* a listener that asks already sees it */
    ZIF_FOR_LISTENERS(l, ctx, NULL, false)
    {
        if (l->log_global_start) {
            l->log_global_start(l);
        }
    }
    set_global_log(ctx, true);
}

static void stop_global_log(ZifMemoryContext *ctx)
{
    ctx->stop_deferred = false;
    set_global_log(ctx, false);
    MemoryListener *l;
    ZIF_FOR_LISTENERS(l, ctx, NULL, true)
    {
        if (l->log_global_stop) {
            l->log_global_stop(l);
        }
    }
}

void memory_global_dirty_log_stop(void)
{
    ZifMemoryContext *ctx = zif_memory_context_current();
    if (!ctx->global_log) {
        return;
    }
    if (ctx->running) {
        stop_global_log(ctx);
    } else {
        ctx->stop_deferred = true;
    }
}

void zif_memory_set_running(ZifMemoryContext *ctx, bool running)
{
    ctx->running = running;
    if (running && ctx->stop_deferred) {
        stop_global_log(ctx);
    }
}

void memory_global_dirty_log_sync(void)
{
    zif__sync_logs(zif_memory_context_current(), NULL);
}
