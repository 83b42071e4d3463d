/*
 * RAM blocks: the host memory behind regions (CONTRACT 5.15), and the regions made of them.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#include "internal.h"

enum { ANONYMOUS_ALIGN = 2 << 20 };

static size_t host_page(void)
{
    static size_t size;
    if (!size) {
        size = (size_t)sysconf(_SC_PAGESIZE);
    }
    return size;
}

static uint64_t round_up(uint64_t n, uint64_t to)
{
    return (n + to - 1) / to * to;
}

/* ---- the context's list ---- */

/* Blocks in RAM space start on multiples of 64 pages, so that no two share a word of a bitmap. */
static void find_offset(ZifMemoryContext *ctx, RAMBlock *block)
{
    uint64_t grain = 64 * (uint64_t)ctx->page_size;
    uint64_t want = round_up(block->max_length ? block->max_length : 1, grain);
    RAMBlock *b, *last = QTAILQ_LAST(&ctx->blocks), *before = NULL;
    uint64_t end = last ? round_up(last->offset + last->max_length, grain) : 0;
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
            at = round_up(b->offset + b->max_length, grain);
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
    uint8_t *start = (uint8_t *)round_up((uintptr_t)space, align), *end = space + len + align;
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

void zif__block_free(RAMBlock *block)
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

static void destroy_ram(MemoryRegion *mr)
{
    unlist_block(mr->z.ctx, mr->ram_block);
    zif__block_free(mr->ram_block);
    mr->ram_block = NULL;
    mr->z.host = NULL;
}

/* What a block is to be. */
typedef struct Wish {
    uint64_t size, max_size, align;
    uint32_t flags;
    int fd;
    void *ptr;
    void (*resized)(const char *, uint64_t, void *);
} Wish;

/* The caller's memory counts byte by byte; memory of our own comes in host pages. */
static bool back_with(MemoryRegion *mr, const Wish *w, Error **errp)
{
    ZifMemoryContext *ctx = mr->z.ctx;
    RAMBlock *b = zif__alloc(sizeof *b);
    uint64_t grain = w->ptr ? 1 : host_page();
    if (!b || w->max_size > SIZE_MAX - grain) {
        error_setg(errp, "cannot get %llu bytes of memory for region \"%s\"", (unsigned long long)w->max_size,
                   memory_region_name(mr));
        zif__free(b);
        return false;
    }
    b->mr = mr;
    b->fd = -1;
    b->used_length = round_up(w->size, grain);
    b->max_length = round_up(w->max_size, grain);
    b->resized = w->resized;
    b->flags = w->flags | (w->ptr ? RAM_PREALLOC : 0);
    b->page_size = host_page();
    b->host = w->ptr;
    if (!w->ptr) {
        b->mapped = b->max_length ? b->max_length : host_page();
        b->host = map_memory(b->mapped, w->align, w->fd, w->flags & RAM_SHARED);
    }
    if (!b->host || !zif__bitmaps_alloc(ctx, b) || !list_block(ctx, b)) {
        int why = b->host ? ENOMEM : errno;
        b->mapped = b->host ? b->mapped : 0;
        error_setg_errno(errp, why, "cannot get %llu bytes of memory for region \"%s\"",
                         (unsigned long long)w->max_size, memory_region_name(mr));
        zif__block_free(b);
        return false;
    }
    b->fd = w->fd;
    mr->ram_block = b;
    mr->z.host = b->host;
    mr->align = w->ptr ? 0 : w->align;
    mr->destructor = destroy_ram;
    return true;
}

/* ---- regions ---- */

static void init_memory(MemoryRegion *mr, Object *owner, const char *name, uint64_t size)
{
    memory_region_init(mr, owner, name, size);
    mr->terminates = true;
    mr->ram = true;
}

static bool back_ram(MemoryRegion *mr, const Wish *w, Error **errp)
{
    if (!back_with(mr, w, errp)) {
        mr->size = 0;
        return false;
    }
    mr->dirty_log_mask = mr->ram ? 1 << DIRTY_MEMORY_CODE : 0;
    zif__settle(mr);
    return true;
}

static Wish anonymous(uint64_t size)
{
    return (Wish){ .size = size, .max_size = size, .align = ANONYMOUS_ALIGN, .fd = -1 };
}

void memory_region_init_ram_shared_nomigrate(MemoryRegion *mr, struct Object *owner, const char *name, uint64_t size,
                                             bool share, Error **errp)
{
    Wish w = anonymous(size);
    w.flags = share ? RAM_SHARED : 0;
    init_memory(mr, owner, name, size);
    back_ram(mr, &w, errp);
}

void memory_region_init_ram_nomigrate(MemoryRegion *mr, struct Object *owner, const char *name, uint64_t size,
                                      Error **errp)
{
    memory_region_init_ram_shared_nomigrate(mr, owner, name, size, false, errp);
}

void memory_region_init_resizeable_ram(MemoryRegion *mr, struct Object *owner, const char *name, uint64_t size,
                                       uint64_t max_size, void (*resized)(const char *id, uint64_t length, void *host),
                                       Error **errp)
{
    if (max_size < size) {
        zif_bug("region \"%s\" of %llu bytes is to grow to at most %llu", name ? name : "", (unsigned long long)size,
                (unsigned long long)max_size);
    }
    Wish w = anonymous(size);
    w.max_size = max_size;
    w.flags = RAM_RESIZEABLE;
    w.resized = resized;
    init_memory(mr, owner, name, size);
    back_ram(mr, &w, errp);
}

void memory_region_init_rom_nomigrate(MemoryRegion *mr, struct Object *owner, const char *name, uint64_t size,
                                      Error **errp)
{
    memory_region_init_ram_nomigrate(mr, owner, name, size, errp);
    mr->readonly = true;
    zif__settle(mr);
}

void memory_region_init_rom_device_nomigrate(MemoryRegion *mr, struct Object *owner, const MemoryRegionOps *ops,
                                             void *opaque, const char *name, uint64_t size, Error **errp)
{
    if (!ops) {
        zif_bug("ROM device \"%s\" has no callbacks", name ? name : "");
    }
    Wish w = anonymous(size);
    memory_region_init_io(mr, owner, ops, opaque, name, size);
    mr->rom_device = true;
    back_ram(mr, &w, errp);
}

/* Always succeeds or aborts: there is no Error to give. */
static void init_ptr(MemoryRegion *mr, Object *owner, const char *name, uint64_t size, void *ptr)
{
    if (!ptr) {
        zif_bug("region \"%s\" is made of no memory", name ? name : "");
    }
    Wish w = { .size = size, .max_size = size, .fd = -1, .ptr = ptr };
    Error *err = NULL;
    init_memory(mr, owner, name, size);
    if (!back_ram(mr, &w, &err)) {
        zif__note_error(mr->z.ctx, "%s", error_get_pretty(err));
        error_free(err);
    }
}

void memory_region_init_ram_ptr(MemoryRegion *mr, struct Object *owner, const char *name, uint64_t size, void *ptr)
{
    init_ptr(mr, owner, name, size, ptr);
}

static uint64_t device_ram_read(void *opaque, hwaddr addr, unsigned size)
{
    const uint8_t *p = ((MemoryRegion *)opaque)->z.host + addr;
    switch (size) {
    case 1:
        return *(volatile const uint8_t *)p;
    case 2:
        return *(volatile const uint16_t *)p;
    case 4:
        return *(volatile const uint32_t *)p;
    default:
        return *(volatile const uint64_t *)p;
    }
}

static void device_ram_write(void *opaque, hwaddr addr, uint64_t data, unsigned size)
{
    MemoryRegion *mr = opaque;
    uint8_t *p = mr->z.host + addr;
    switch (size) {
    case 1:
        *(volatile uint8_t *)p = (uint8_t)data;
        break;
    case 2:
        *(volatile uint16_t *)p = (uint16_t)data;
        break;
    case 4:
        *(volatile uint32_t *)p = (uint32_t)data;
        break;
    default:
        *(volatile uint64_t *)p = data;
    }
    zif__written(mr, addr, size);
}

static bool device_ram_accepts(void *opaque, hwaddr addr, unsigned size, bool is_write, MemTxAttrs attrs)
{
    const MemoryRegion *mr = opaque;
    return mr->ram_block && addr < mr->ram_block->used_length && size <= mr->ram_block->used_length - addr &&
           !(is_write && mr->readonly);
}

static const MemoryRegionOps device_ram_ops = {
    .read = device_ram_read,
    .write = device_ram_write,
    .endianness = DEVICE_HOST_ENDIAN,
    .valid = { .min_access_size = 1, .max_access_size = 8, .unaligned = true, .accepts = device_ram_accepts },
    .impl = { .min_access_size = 1, .max_access_size = 8, .unaligned = true },
};

void memory_region_init_ram_device_ptr(MemoryRegion *mr, struct Object *owner, const char *name, uint64_t size,
                                       void *ptr)
{
    init_ptr(mr, owner, name, size, ptr);
    mr->ram_device = true;
    mr->ops = &device_ram_ops;
    mr->opaque = mr;
}

bool zif_memory_region_register_ram(MemoryRegion *mr, Error **errp)
{
    RAMBlock *b = mr->ram_block;
    if (!b) {
        zif_bug("region \"%s\" has no memory to be part of snapshots", memory_region_name(mr));
    }
    char *path = mr->owner ? object_get_canonical_path(mr->owner) : NULL;
    if (mr->owner && !path) {
        error_setg(errp, "out of memory for the path of region \"%s\"", memory_region_name(mr));
        return false;
    }
    char full[sizeof b->idstr];
    int n = snprintf(full, sizeof full, "%s%s%s", path ? path : "", path ? "/" : "", memory_region_name(mr));
    free(path);
    if (n >= (int)sizeof full) {
        error_setg(errp, "the path of region \"%s\" is too long: more than %zu bytes", memory_region_name(mr),
                   sizeof full - 1);
        return false;
    }
    if (zif_ram_block_by_name(mr->z.ctx, full)) {
        zif_bug("there are two memory regions \"%s\" in snapshots", full);
    }
    memcpy(b->idstr, full, sizeof full);
    b->flags |= RAM_MIGRATABLE;
    return true;
}

/* A region that was to be part of snapshots and cannot be has failed to initialise. */
static void join_stream(MemoryRegion *mr, Error **errp)
{
    if (mr->ram_block && !zif_memory_region_register_ram(mr, errp)) {
        destroy_ram(mr);
        mr->destructor = NULL;
        mr->size = 0;
    }
}

void memory_region_init_ram(MemoryRegion *mr, struct Object *owner, const char *name, uint64_t size, Error **errp)
{
    memory_region_init_ram_nomigrate(mr, owner, name, size, errp);
    join_stream(mr, errp);
}

void memory_region_init_rom(MemoryRegion *mr, struct Object *owner, const char *name, uint64_t size, Error **errp)
{
    memory_region_init_rom_nomigrate(mr, owner, name, size, errp);
    join_stream(mr, errp);
}

void memory_region_init_rom_device(MemoryRegion *mr, struct Object *owner, const MemoryRegionOps *ops, void *opaque,
                                   const char *name, uint64_t size, Error **errp)
{
    memory_region_init_rom_device_nomigrate(mr, owner, ops, opaque, name, size, errp);
    join_stream(mr, errp);
}

/* ---- what files need, see ramfile.c ---- */

void zif__init_ram_on_fd(MemoryRegion *mr, Object *owner, const char *name, uint64_t size, uint64_t align,
                         uint32_t flags, int fd, Error **errp)
{
    Wish w = { .size = size, .max_size = size, .align = align, .flags = flags, .fd = fd };
    init_memory(mr, owner, name, size);
    if (fd < 0) { /* the error is set already */
        mr->size = 0;
        return;
    }
    back_ram(mr, &w, errp);
}

/* ---- questions and changes ---- */

void memory_region_ram_resize(MemoryRegion *mr, ram_addr_t newsize, Error **errp)
{
    RAMBlock *b = mr->ram_block;
    if (!b) {
        zif_bug("region \"%s\" has no memory to resize", memory_region_name(mr));
    }
    ram_addr_t size = newsize > SIZE_MAX - host_page() ? newsize : round_up(newsize, host_page());
    if (size == b->used_length) {
        return;
    }
    if (!(b->flags & RAM_RESIZEABLE)) {
        error_setg(errp, "memory region \"%s\" has a fixed size of 0x%llx bytes, not 0x%llx", memory_region_name(mr),
                   (unsigned long long)b->used_length, (unsigned long long)newsize);
        return;
    }
    if (size > b->max_length) {
        error_setg(errp, "memory region \"%s\" can grow to 0x%llx bytes, not to 0x%llx", memory_region_name(mr),
                   (unsigned long long)b->max_length, (unsigned long long)newsize);
        return;
    }
    unsigned shift = mr->z.ctx->page_bits;
    for (unsigned client = 0; client < ZIF_DIRTY_CLIENTS; client++) {
        zif__clear_pages(b, shift, 0, b->used_length, client);
    }
    b->used_length = size;
    zif__mark_pages(b, shift, 0, size, UINT8_MAX);
    zif__begin(mr->z.ctx);
    memory_region_set_size(mr, size);
    zif__mark(mr); /* what lies behind changed even if the region's own size did not */
    mr->z.ctx->topology_pending = true;
    zif__commit(mr->z.ctx);
    if (b->resized) {
        b->resized(b->idstr, size, b->host);
    }
}

static MemoryRegion *resolve(MemoryRegion *mr, uint64_t *offset)
{
    for (*offset = 0; mr->alias; mr = mr->alias) {
        *offset += mr->alias_offset;
    }
    return mr;
}

int memory_region_get_fd(MemoryRegion *mr)
{
    uint64_t offset;
    const RAMBlock *b = resolve(mr, &offset)->ram_block;
    return b ? b->fd : -1;
}

void *memory_region_get_ram_ptr(MemoryRegion *mr)
{
    uint64_t offset;
    MemoryRegion *target = resolve(mr, &offset);
    if (!target->ram_block) {
        zif_bug("region \"%s\" has no memory to point to", memory_region_name(mr));
    }
    return target->z.host + offset;
}

ram_addr_t memory_region_get_ram_addr(MemoryRegion *mr)
{
    return mr->ram_block ? mr->ram_block->offset : RAM_ADDR_INVALID;
}

uint64_t memory_region_get_alignment(const MemoryRegion *mr)
{
    return mr->align;
}

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
