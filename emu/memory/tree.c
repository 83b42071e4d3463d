/*
 * Changing the tree and what regions are: every change is a transaction of its own or part of one.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "internal.h"

/* Does `mr` show itself inside `what`, through containers and aliases? */
static bool is_above(const MemoryRegion *mr, const MemoryRegion *what)
{
    if (mr == what) {
        return true;
    }
    const MemoryRegion *alias;
    QLIST_FOREACH(alias, &what->z.aliases, z.alias_link)
    {
        if (is_above(mr, alias)) {
            return true;
        }
    }
    return what->container && !what->container->alias && is_above(mr, what->container);
}

/* In front of the first sibling of the same or a lower priority; looked for from both ends. */
static void insert_in_order(MemoryRegion *mr, MemoryRegion *child)
{
    MemoryRegion *from_head = QTAILQ_FIRST(&mr->subregions), *from_tail = QTAILQ_LAST(&mr->subregions);
    for (;;) {
        if (!from_head || from_head->priority <= child->priority) {
            QTAILQ_INSERT_AT(&mr->subregions, from_head, child, subregions_link);
            return;
        }
        if (from_tail->priority > child->priority) {
            MemoryRegion *at = QTAILQ_NEXT(from_tail, subregions_link);
            QTAILQ_INSERT_AT(&mr->subregions, at, child, subregions_link);
            return;
        }
        from_head = QTAILQ_NEXT(from_head, subregions_link);
        from_tail = QTAILQ_PREV(from_tail, subregions_link);
    }
}

static void attach(MemoryRegion *mr, MemoryRegion *child)
{
    child->container = mr;
    child->z.order = ++mr->z.ctx->order;
    insert_in_order(mr, child);
    zif__index_insert(mr, child);
}

static void detach(MemoryRegion *mr, MemoryRegion *child)
{
    zif__index_remove(mr, child);
    QTAILQ_REMOVE(&mr->subregions, child, subregions_link);
    child->container = NULL;
}

static void mark_visible(MemoryRegion *mr)
{
    if (mr->enabled && mr->container->enabled) {
        zif__mark(mr);
        mr->z.ctx->topology_pending = true;
    }
}

void memory_region_add_subregion_overlap(MemoryRegion *mr, hwaddr offset, MemoryRegion *subregion, int priority)
{
    ZifMemoryContext *ctx = mr->z.ctx;
    if (subregion->container) {
        zif_bug("region \"%s\" is added to \"%s\" but is already in \"%s\"", memory_region_name(subregion),
                memory_region_name(mr), memory_region_name(subregion->container));
    }
    if (subregion->z.ctx != ctx) {
        zif_bug("region \"%s\" is added to \"%s\" of another machine", memory_region_name(subregion),
                memory_region_name(mr));
    }
    if (is_above(subregion, mr)) {
        zif_bug("region \"%s\" is added to \"%s\", which is part of what it shows", memory_region_name(subregion),
                memory_region_name(mr));
    }
    zif__begin(ctx);
    subregion->addr = offset;
    subregion->priority = priority;
    attach(mr, subregion);
    zif__hold(subregion, ZIF_HOLD_CONTAINER, mr->owner);
    mark_visible(subregion);
    zif__commit(ctx);
}

void memory_region_add_subregion(MemoryRegion *mr, hwaddr offset, MemoryRegion *subregion)
{
    memory_region_add_subregion_overlap(mr, offset, subregion, 0);
}

void memory_region_del_subregion(MemoryRegion *mr, MemoryRegion *subregion)
{
    ZifMemoryContext *ctx = mr->z.ctx;
    if (subregion->container != mr) {
        zif_bug("region \"%s\" is removed from \"%s\" but is not in it", memory_region_name(subregion),
                memory_region_name(mr));
    }
    zif__begin(ctx);
    mark_visible(subregion);
    detach(mr, subregion);
    zif__release(subregion, ZIF_HOLD_CONTAINER, mr->owner);
    zif__commit(ctx);
}

void memory_region_set_enabled(MemoryRegion *mr, bool enabled)
{
    if (mr->enabled == enabled) {
        return;
    }
    zif__begin(mr->z.ctx);
    zif__mark(mr);
    mr->enabled = enabled;
    zif__mark(mr);
    mr->z.ctx->topology_pending = true;
    zif__commit(mr->z.ctx);
}

void memory_region_set_address(MemoryRegion *mr, hwaddr addr)
{
    MemoryRegion *container = mr->container;
    if (mr->addr == addr) {
        return;
    }
    if (!container) {
        mr->addr = addr;
        return;
    }
    zif__begin(mr->z.ctx);
    mark_visible(mr);
    detach(container, mr);
    mr->addr = addr;
    attach(container, mr);
    mark_visible(mr);
    zif__commit(mr->z.ctx);
}

static void change_size(MemoryRegion *mr, Int128 size)
{
    MemoryRegion *container = mr->container;
    if (container) {
        zif__index_remove(container, mr);
    }
    mr->size = size;
    if (container) {
        zif__index_insert(container, mr);
    }
}

void memory_region_set_size(MemoryRegion *mr, uint64_t size)
{
    Int128 wide = size == UINT64_MAX ? int128_2_64() : (Int128)size;
    if (mr->size == wide) {
        return;
    }
    zif__begin(mr->z.ctx);
    zif__mark(mr);
    change_size(mr, wide);
    zif__mark(mr);
    mr->z.ctx->topology_pending = true;
    zif__commit(mr->z.ctx);
}

void memory_region_set_alias_offset(MemoryRegion *mr, hwaddr offset)
{
    if (!mr->alias) {
        zif_bug("region \"%s\" is not an alias: it has no offset", memory_region_name(mr));
    }
    if (mr->alias_offset == offset) {
        return;
    }
    zif__begin(mr->z.ctx);
    zif__mark(mr);
    mr->alias_offset = offset;
    mr->z.ctx->topology_pending |= mr->enabled;
    zif__commit(mr->z.ctx);
}

/* An attribute changed that is a live word: the map only has to tell listeners. */
static void tell_attributes(MemoryRegion *mr)
{
    zif__attributes_changed(mr);
    mr->z.ctx->topology_pending |= mr->enabled;
}

void memory_region_set_readonly(MemoryRegion *mr, bool readonly)
{
    if (mr->readonly == readonly) {
        return;
    }
    zif__begin(mr->z.ctx);
    mr->readonly = readonly;
    /* What lies below inherits it, and ranges that differ only in whether they inherited it may merge. */
    if (!mr->terminates || mr->z.inherited || !QTAILQ_EMPTY(&mr->subregions)) {
        zif__mark(mr);
    }
    tell_attributes(mr);
    zif__commit(mr->z.ctx);
}

void memory_region_rom_device_set_romd(MemoryRegion *mr, bool romd_mode)
{
    if (mr->romd_mode == romd_mode) {
        return;
    }
    zif__begin(mr->z.ctx);
    mr->romd_mode = romd_mode;
    tell_attributes(mr);
    zif__commit(mr->z.ctx);
}

static void count_log(MemoryRegion *mr, bool log, unsigned client, uint8_t *count)
{
    if (!log && !*count) {
        zif_bug("logging of region \"%s\" is turned off more often than on", memory_region_name(mr));
    }
    *count += log ? 1 : -1;
    if (*count != (log ? 1 : 0)) {
        return;
    }
    zif__begin(mr->z.ctx);
    mr->dirty_log_mask ^= 1 << client;
    tell_attributes(mr);
    zif__commit(mr->z.ctx);
}

void memory_region_set_log(MemoryRegion *mr, bool log, unsigned client)
{
    if (client != DIRTY_MEMORY_VGA) {
        zif_bug("logging of region \"%s\" is switched for client %u: only DIRTY_MEMORY_VGA may be",
                memory_region_name(mr), client);
    }
    count_log(mr, log, client, &mr->vga_logging_count);
}

void zif_memory_region_set_log(MemoryRegion *mr, bool log, unsigned client)
{
    if (client < DIRTY_MEMORY_NUM || client >= ZIF_DIRTY_CLIENTS) {
        zif_bug("logging of region \"%s\" is switched for client %u: not one of zif's own", memory_region_name(mr),
                client);
    }
    count_log(mr, log, client, &mr->z.log_counts[client]);
}

void memory_region_clear_global_locking(MemoryRegion *mr)
{
    mr->global_locking = false;
    zif__attention(mr, ZIF_ATT_LOCKLESS, true);
}

void zif_memory_region_set_reentrancy(MemoryRegion *mr, ZifReentrancy policy)
{
    mr->z.reentrancy = policy;
    zif__attention(mr, ZIF_ATT_POLICY, policy != ZIF_REENTRANCY_ALLOW);
}

uint64_t zif_memory_region_rejected(const MemoryRegion *mr)
{
    return mr->z.rejected;
}

void zif_memory_region_set_rmw(MemoryRegion *mr, bool rmw)
{
    mr->z.rmw = rmw;
}
