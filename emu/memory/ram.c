/*
 * Regions of memory: RAM, ROM, ROM devices, RAM devices; their size and their place in snapshots
 * (CONTRACT A17-A19, A22, A23, A25, A26, A28-A30, A65). SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdlib.h>
#include "internal.h"

enum { ANONYMOUS_ALIGN = 2 << 20 };

/* ---- regions ---- */

static void init_memory(MemoryRegion *mr, Object *owner, const char *name, uint64_t size)
{
    memory_region_init(mr, owner, name, size);
    mr->terminates = true;
    mr->ram = true;
}

static bool back_ram(MemoryRegion *mr, const ZifRamWish *w, Error **errp)
{
    if (!zif__back_with(mr, w, errp)) {
        mr->size = 0;
        return false;
    }
    mr->dirty_log_mask = mr->ram ? 1 << DIRTY_MEMORY_CODE : 0;
    zif__settle(mr);
    return true;
}

static ZifRamWish anonymous(uint64_t size)
{
    return (ZifRamWish){ .size = size, .max_size = size, .align = ANONYMOUS_ALIGN, .fd = -1 };
}

void memory_region_init_ram_shared_nomigrate(MemoryRegion *mr, struct Object *owner, const char *name, uint64_t size,
                                             bool share, Error **errp)
{
    ZifRamWish w = anonymous(size);
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
    ZifRamWish w = anonymous(size);
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
    ZifRamWish w = anonymous(size);
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
    ZifRamWish w = { .size = size, .max_size = size, .fd = -1, .ptr = ptr };
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
        zif__ram_destroy(mr);
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
    ZifRamWish w = { .size = size, .max_size = size, .align = align, .flags = flags, .fd = fd };
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
    ram_addr_t size = newsize > SIZE_MAX - zif__host_page() ? newsize : zif__round_up(newsize, zif__host_page());
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
