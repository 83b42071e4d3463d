/*
 * Regions: birth, death, who holds them, and questions about them. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "internal.h"

static bool accept_nothing(void *opaque, hwaddr addr, unsigned size, bool is_write, MemTxAttrs attrs)
{
    return false;
}

const MemoryRegionOps zif__refuse_ops = { .valid.accepts = accept_nothing };

static void finalize(Object *obj);

const TypeInfo zif__region_info = {
    .name = TYPE_MEMORY_REGION,
    .parent = TYPE_OBJECT,
    .instance_size = sizeof(MemoryRegion),
    .instance_finalize = finalize,
};

/* ---- birth ---- */

static void setup(MemoryRegion *mr, ZifMemoryContext *ctx, uint64_t size)
{
    mr->z.ctx = ctx;
    mr->ops = &zif__refuse_ops;
    mr->size = size == UINT64_MAX ? int128_2_64() : (Int128)size;
    mr->enabled = true;
    mr->romd_mode = true;
    mr->global_locking = true;
    QTAILQ_INIT(&mr->subregions);
    QTAILQ_INIT(&mr->coalesced);
    zif__settle(mr);
}

void zif__region_setup(MemoryRegion *mr, Object *owner, const char *name, uint64_t size, ObjectClass *klass)
{
    ZifMemoryContext *ctx = zif_memory_context_current();
    zif__object_init_class(OBJECT(mr), klass);
    setup(mr, ctx, size);
    if (name) {
        mr->name = zif__strdup(name);
        mr->z.owns_name = mr->name != NULL;
        if (!mr->name) {
            zif__note_error(ctx, "out of memory for the name of memory region \"%s\"", name);
        }
    }
    mr->parent_obj.id = mr->name;
    mr->owner = owner;
    if (owner) {
        zif__object_adopt(owner, OBJECT(mr));
    }
    QLIST_INSERT_HEAD(&ctx->regions, mr, z.all_link);
}

void zif__region_setup_unassigned(MemoryRegion *mr, ZifMemoryContext *ctx)
{
    zif__object_init_class(OBJECT(mr), object_class_by_name(TYPE_MEMORY_REGION));
    setup(mr, ctx, UINT64_MAX);
    mr->name = "unassigned";
    mr->terminates = true;
}

void zif__settle(MemoryRegion *mr)
{
    mr->z.told_flags = mr->z.tell_flags = zif__flags_of(mr);
    mr->z.told_mask = mr->z.tell_mask = mr->dirty_log_mask;
}

static ObjectClass *region_class(void)
{
    static ObjectClass *cached;
    ObjectClass *klass = __atomic_load_n(&cached, __ATOMIC_ACQUIRE);
    if (!klass) {
        klass = object_class_by_name(TYPE_MEMORY_REGION);
        __atomic_store_n(&cached, klass, __ATOMIC_RELEASE);
    }
    return klass;
}

void memory_region_init(MemoryRegion *mr, struct Object *owner, const char *name, uint64_t size)
{
    zif__region_setup(mr, owner, name, size, region_class());
}

void memory_region_init_io(MemoryRegion *mr, struct Object *owner, const MemoryRegionOps *ops, void *opaque,
                           const char *name, uint64_t size)
{
    memory_region_init(mr, owner, name, size);
    mr->ops = ops ? ops : &zif__refuse_ops;
    mr->opaque = opaque;
    mr->terminates = true;
}

void memory_region_init_alias(MemoryRegion *mr, struct Object *owner, const char *name, MemoryRegion *orig,
                              hwaddr offset, uint64_t size)
{
    if (!orig) {
        zif_bug("alias \"%s\" of nothing", name ? name : "");
    }
    memory_region_init(mr, owner, name, size);
    mr->alias = orig;
    mr->alias_offset = offset;
    QLIST_INSERT_HEAD(&orig->z.aliases, mr, z.alias_link);
    zif__hold(orig, ZIF_HOLD_ALIAS, owner);
}

/* ---- holds ---- */

void zif__hold(MemoryRegion *mr, unsigned kind, Object *for_owner)
{
    mr->z.holds[kind]++;
    if (mr->owner != for_owner) {
        zif__object_ref(mr->owner);
    }
}

void zif__release(MemoryRegion *mr, unsigned kind, Object *for_owner)
{
    mr->z.holds[kind]--;
    if (mr->owner != for_owner) {
        zif__object_unref(mr->owner);
    }
}

void memory_region_ref(MemoryRegion *mr)
{
    if (mr && mr->owner) {
        zif__hold(mr, ZIF_HOLD_REFERENCE, NULL);
    }
}

void memory_region_unref(MemoryRegion *mr)
{
    if (mr && mr->owner) {
        if (!mr->z.holds[ZIF_HOLD_REFERENCE]) {
            zif_bug("region \"%s\" lost more references than it had", memory_region_name(mr));
        }
        zif__release(mr, ZIF_HOLD_REFERENCE, NULL);
    }
}

void zif__attention(MemoryRegion *mr, uint8_t bit, bool on)
{
    mr->z.attention = on ? mr->z.attention | bit : mr->z.attention & ~bit;
}

/* ---- death ---- */

/* Regions of one owner may die in any order. */
static bool dies_together(const MemoryRegion *a, const MemoryRegion *b)
{
    return a->owner && a->owner == b->owner;
}

static void let_go_of_relatives(MemoryRegion *mr)
{
    if (mr->container && dies_together(mr, mr->container)) {
        memory_region_del_subregion(mr->container, mr);
    }
    MemoryRegion *alias, *after;
    QLIST_FOREACH_SAFE(alias, &mr->z.aliases, z.alias_link, after)
    {
        if (dies_together(mr, alias)) {
            zif__mark(alias);
            mr->z.ctx->topology_pending = true;
            QLIST_REMOVE(alias, z.alias_link);
            alias->alias = NULL;
            zif__release(mr, ZIF_HOLD_ALIAS, alias->owner);
        }
    }
}

static void check_not_held(const MemoryRegion *mr)
{
    static const char *const holders[ZIF_HOLDS] = {
        [ZIF_HOLD_REFERENCE] = "somebody holds a reference on it",
        [ZIF_HOLD_CONTAINER] = "it is still in a container",
        [ZIF_HOLD_ALIAS] = "an alias still shows it",
        [ZIF_HOLD_VIEW] = "an address space still shows it",
        [ZIF_HOLD_MAP] = "it is still mapped by address_space_map",
        [ZIF_HOLD_CACHE] = "a memory region cache still holds it",
        [ZIF_HOLD_CALLBACK] = "its own callback is running",
        [ZIF_HOLD_QUEUE] = "a queued write still waits for it",
    };
    for (unsigned i = 0; i < ZIF_HOLDS; i++) {
        if (mr->z.holds[i]) {
            zif_bug("memory region \"%s\" is finalized while %s", memory_region_name(mr), holders[i]);
        }
    }
}

static void finalize(Object *obj)
{
    MemoryRegion *mr = (MemoryRegion *)obj;
    ZifMemoryContext *ctx = mr->z.ctx;
    zif__begin(ctx);
    let_go_of_relatives(mr);
    while (!QTAILQ_EMPTY(&mr->subregions)) {
        memory_region_del_subregion(mr, QTAILQ_FIRST(&mr->subregions));
    }
    zif__commit(ctx);
    if (mr->z.holds[ZIF_HOLD_VIEW] && ctx->topology_pending && !ctx->depth) {
        zif__begin(ctx); /* a commit that failed for want of memory gets another chance */
        zif__commit(ctx);
    }
    check_not_held(mr);
    memory_region_clear_coalescing(mr);
    zif__eventfds_forget(mr);
    if (mr->destructor) {
        mr->destructor(mr);
    }
    if (mr->alias) {
        QLIST_REMOVE(mr, z.alias_link);
        zif__release(mr->alias, ZIF_HOLD_ALIAS, mr->owner);
    }
    if (mr->z.changed) {
        QLIST_REMOVE(mr, z.changed_link);
    }
    QLIST_REMOVE(mr, z.all_link);
    if (mr->z.owns_name) {
        zif__free((char *)mr->name);
    }
    mr->parent_obj.id = NULL;
    mr->name = NULL;
}

void zif_memory_region_finalize(MemoryRegion *mr)
{
    if (OBJECT(mr)->parent) {
        object_unparent(OBJECT(mr));
    } else {
        object_unref(OBJECT(mr));
    }
}

/* ---- questions ---- */

struct Object *memory_region_owner(MemoryRegion *mr)
{
    return mr->owner;
}

uint64_t memory_region_size(MemoryRegion *mr)
{
    return mr->size == int128_2_64() ? UINT64_MAX : (uint64_t)mr->size;
}

bool memory_region_is_ram_device(MemoryRegion *mr)
{
    return mr->ram_device;
}

const char *memory_region_name(const MemoryRegion *mr)
{
    return mr->name ? mr->name : "";
}

static bool reaches_root(const MemoryRegion *mr)
{
    const AddressSpace *as;
    QTAILQ_FOREACH(as, &mr->z.ctx->spaces, address_spaces_link)
    {
        if (as->root == mr) {
            return true;
        }
    }
    const MemoryRegion *alias;
    QLIST_FOREACH(alias, &mr->z.aliases, z.alias_link)
    {
        if (reaches_root(alias)) {
            return true;
        }
    }
    return mr->container && !mr->container->alias && reaches_root(mr->container);
}

bool memory_region_is_mapped(MemoryRegion *mr)
{
    return reaches_root(mr);
}

/* The first address space whose root is the top of mr's chain of containers; *addr becomes an address in it. */
static AddressSpace *space_of(MemoryRegion *mr, Int128 *addr)
{
    while (mr->container) {
        *addr += mr->addr;
        mr = mr->container;
    }
    AddressSpace *as;
    QTAILQ_FOREACH(as, &mr->z.ctx->spaces, address_spaces_link)
    {
        if (as->root == mr) {
            return as;
        }
    }
    return NULL;
}

/* Not referenced. */
static MemoryRegionSection find(MemoryRegion *mr, hwaddr addr, uint64_t size)
{
    MemoryRegionSection nothing = { .mr = NULL };
    Int128 low = addr;
    AddressSpace *as = space_of(mr, &low);
    if (!as || !size || low > HWADDR_MAX) {
        return nothing;
    }
    Int128 high = low + (size == UINT64_MAX ? int128_2_64() : (Int128)size) - 1;
    if (high > HWADDR_MAX) {
        high = HWADDR_MAX;
    }
    FlatView *fv = as->current_map;
    unsigned i = zif__view_upto(fv, (hwaddr)low);
    if (i && fv->ranges[i - 1].last >= low) {
        i--;
    }
    if (i == fv->nr || fv->ranges[i].start > high) {
        return nothing;
    }
    FlatRange r = fv->ranges[i];
    if (r.start < low) {
        r.offset += (hwaddr)low - r.start;
        r.start = (hwaddr)low;
    }
    if (r.last > high) {
        r.last = (hwaddr)high;
    }
    return zif__section(fv, &r, zif__flags_of(r.mr));
}

MemoryRegionSection memory_region_find(MemoryRegion *mr, hwaddr addr, uint64_t size)
{
    MemoryRegionSection s = find(mr, addr, size);
    memory_region_ref(s.mr);
    return s;
}

bool memory_region_present(MemoryRegion *container, hwaddr addr)
{
    MemoryRegionSection s = find(container, addr, 1);
    return s.mr && s.mr != container;
}
