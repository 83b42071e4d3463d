/*
 * RAM blocks: the host memory behind regions, where it is in RAM space and how it is found (CONTRACT 5.15).
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#include "internal.h"

size_t zif__host_page(void)
{
    static size_t size;
    if (!size) {
        size = (size_t)sysconf(_SC_PAGESIZE);
    }
    return size;
}

/* ---- the context's list ---- */

/* Blocks in RAM space start on multiples of 64 pages, so that no two share a word of a bitmap. */
static void find_offset(ZifMemoryContext *ctx, RAMBlock *block)
{
    uint64_t grain = 64 * (uint64_t)ctx->page_size;
    uint64_t want = zif__round_up(block->max_length ? block->max_length : 1, grain);
    RAMBlock *b, *last = QTAILQ_LAST(&ctx->blocks), *before = NULL;
    uint64_t end = last ? zif__round_up(last->offset + last->max_length, grain) : 0;
    uint64_t best = UINT64_MAX, place = end, at = 0;
    if (ctx->blocks_have_gaps) {
        QTAILQ_FOREACH(b, &ctx->blocks, link)
        {
            uint64_t gap = b->offset - at;
            if (gap >= want && gap < best) {
                best = gap;
                place = at;
                before = b;
            }
            at = zif__round_up(b->offset + b->max_length, grain);
        }
    }
    block->offset = (ram_addr_t)place;
    QTAILQ_INSERT_AT(&ctx->blocks, before, block, link);
}

static unsigned host_upto(const ZifMemoryContext *ctx, const uint8_t *host)
{
    unsigned low = 0, high = ctx->nr_by_host;
    while (low < high) {
        unsigned mid = low + (high - low) / 2;
        if (ctx->by_host[mid]->host <= host) {
            low = mid + 1;
        } else {
            high = mid;
        }
    }
    return low;
}

RAMBlock *zif__block_of_host(ZifMemoryContext *ctx, const void *host)
{
    /* Blocks in memory of the caller's may overlap: look back until one contains the pointer. */
    for (unsigned i = host_upto(ctx, host); i-- > 0;) {
        RAMBlock *b = ctx->by_host[i];
        if ((size_t)((const uint8_t *)host - b->host) < b->max_length) {
            return b;
        }
        if (!(b->flags & RAM_PREALLOC)) {
            return NULL;
        }
    }
    return NULL;
}

static bool list_block(ZifMemoryContext *ctx, RAMBlock *block)
{
    if (!zif__grow((void **)&ctx->by_host, &ctx->by_host_capacity, ctx->nr_by_host + 1, sizeof *ctx->by_host)) {
        return false;
    }
    find_offset(ctx, block);
    unsigned i = host_upto(ctx, block->host);
    memmove(&ctx->by_host[i + 1], &ctx->by_host[i], (ctx->nr_by_host - i) * sizeof *ctx->by_host);
    ctx->by_host[i] = block;
    ctx->nr_by_host++;
    return true;
}

static void unlist_block(ZifMemoryContext *ctx, RAMBlock *block)
{
    unsigned i = host_upto(ctx, block->host) - 1;
    while (ctx->by_host[i] != block) {
        i--;
    }
    ctx->nr_by_host--;
    memmove(&ctx->by_host[i], &ctx->by_host[i + 1], (ctx->nr_by_host - i) * sizeof *ctx->by_host);
    ctx->blocks_have_gaps |= QTAILQ_NEXT(block, link) != NULL;
    QTAILQ_REMOVE(&ctx->blocks, block, link);
    if (QTAILQ_EMPTY(&ctx->blocks)) {
        ctx->blocks_have_gaps = false;
    }
}

RAMBlock *zif_ram_block_next(ZifMemoryContext *ctx, RAMBlock *block)
{
    return block ? QTAILQ_NEXT(block, link) : QTAILQ_FIRST(&ctx->blocks);
}

RAMBlock *zif_ram_block_by_name(ZifMemoryContext *ctx, const char *name)
{
    RAMBlock *b;
    QTAILQ_FOREACH(b, &ctx->blocks, link)
    {
        if (*name && !strcmp(b->idstr, name)) {
            return b;
        }
    }
    return NULL;
}

/* ---- host memory ---- */

/* fd -1: anonymous. NULL and errno on failure. */
static uint8_t *map_memory(size_t len, size_t align, int fd, bool shared)
{
    if (len > SIZE_MAX - align || !zif__alloc_allowed()) {
        errno = ENOMEM;
        return NULL;
    }
    uint8_t *space = mmap(NULL, len + align, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (space == MAP_FAILED) {
        return NULL;
    }
    uint8_t *start = (uint8_t *)zif__round_up((uintptr_t)space, align), *end = space + len + align;
    int flags = (shared ? MAP_SHARED : MAP_PRIVATE) | MAP_FIXED | (fd < 0 ? MAP_ANONYMOUS : 0);
    if (mmap(start, len, PROT_READ | PROT_WRITE, flags, fd, 0) == MAP_FAILED) {
        int why = errno;
        munmap(space, len + align);
        errno = why;
        return NULL;
    }
    if (start > space) {
        munmap(space, (size_t)(start - space));
    }
    if (end > start + len) {
        munmap(start + len, (size_t)(end - start) - len);
    }
    return start;
}

static void block_free(RAMBlock *block)
{
    if (block->mapped) {
        munmap(block->host, block->mapped);
    }
    if (block->fd >= 0) {
        close(block->fd);
    }
    zif__free(block->dirty[0]);
    zif__free(block);
}

void zif__ram_destroy(MemoryRegion *mr)
{
    unlist_block(mr->z.ctx, mr->ram_block);
    block_free(mr->ram_block);
    mr->ram_block = NULL;
    mr->z.host = NULL;
}

/* The caller's memory counts byte by byte; memory of our own comes in host pages. */
bool zif__back_with(MemoryRegion *mr, const ZifRamWish *w, Error **errp)
{
    ZifMemoryContext *ctx = mr->z.ctx;
    RAMBlock *b = zif__alloc(sizeof *b);
    uint64_t grain = w->ptr ? 1 : zif__host_page();
    if (!b || w->max_size > SIZE_MAX - grain) {
        error_setg(errp, "cannot get %llu bytes of memory for region \"%s\"", (unsigned long long)w->max_size,
                   memory_region_name(mr));
        zif__free(b);
        return false;
    }
    b->mr = mr;
    b->fd = -1;
    b->used_length = zif__round_up(w->size, grain);
    b->max_length = zif__round_up(w->max_size, grain);
    b->resized = w->resized;
    b->flags = w->flags | (w->ptr ? RAM_PREALLOC : 0);
    b->page_size = zif__host_page();
    b->host = w->ptr;
    if (!w->ptr) {
        b->mapped = b->max_length ? b->max_length : zif__host_page();
        b->host = map_memory(b->mapped, w->align, w->fd, w->flags & RAM_SHARED);
    }
    if (!b->host || !zif__bitmaps_alloc(ctx, b) || !list_block(ctx, b)) {
        int why = b->host ? ENOMEM : errno;
        b->mapped = b->host ? b->mapped : 0;
        error_setg_errno(errp, why, "cannot get %llu bytes of memory for region \"%s\"",
                         (unsigned long long)w->max_size, memory_region_name(mr));
        block_free(b);
        return false;
    }
    b->fd = w->fd;
    mr->ram_block = b;
    mr->z.host = b->host;
    mr->align = w->ptr ? 0 : w->align;
    mr->destructor = zif__ram_destroy;
    return true;
}

/* ---- from pointers and places to blocks ---- */

MemoryRegion *memory_region_from_host(void *ptr, ram_addr_t *offset)
{
    RAMBlock *b = zif__block_of_host(zif_memory_context_current(), ptr);
    if (!b) {
        return NULL;
    }
    *offset = (ram_addr_t)((uint8_t *)ptr - b->host);
    return b->mr;
}

void *qemu_map_ram_ptr(RAMBlock *block, ram_addr_t addr)
{
    if (!block) {
        ZifMemoryContext *ctx = zif_memory_context_current();
        QTAILQ_FOREACH(block, &ctx->blocks, link)
        {
            if (addr - block->offset < block->max_length) {
                addr -= block->offset;
                break;
            }
        }
    }
    if (!block || addr >= block->used_length) {
        zif_bug("0x%llx is no place in memory block \"%s\"", (unsigned long long)addr,
                block ? memory_region_name(block->mr) : "(none)");
    }
    return block->host + addr;
}
