/*
 * Translating regions: their classes, notifiers and replays (CONTRACT 5.12; D28, D29).
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <errno.h>
#include "internal.h"

const TypeInfo zif__iommu_region_info = {
    .name = TYPE_IOMMU_MEMORY_REGION,
    .parent = TYPE_MEMORY_REGION,
    .instance_size = sizeof(IOMMUMemoryRegion),
    .class_size = sizeof(IOMMUMemoryRegionClass),
    .abstract = true,
};

void memory_region_init_iommu(void *_iommu_mr, size_t instance_size, const char *mrtypename, Object *owner,
                              const char *name, uint64_t size)
{
    ObjectClass *klass = object_class_by_name(mrtypename);
    if (!klass) {
        zif_bug("IOMMU region \"%s\" is of type \"%s\", which nobody registered", name ? name : "", mrtypename);
    }
    zif_object_class_check(klass, TYPE_IOMMU_MEMORY_REGION);
    if (klass->info->abstract) {
        zif_bug("IOMMU region \"%s\" is of type \"%s\", which is abstract", name ? name : "", mrtypename);
    }
    if (instance_size < klass->instance_size) {
        zif_bug("IOMMU region \"%s\" takes %zu bytes, not %zu", name ? name : "", klass->instance_size, instance_size);
    }
    MemoryRegion *mr = _iommu_mr;
    zif__region_setup(mr, owner, name, size, klass);
    mr->is_iommu = true;
    mr->terminates = true;
}

static const IOMMUMemoryRegionClass *class_of(IOMMUMemoryRegion *iommu)
{
    return memory_region_get_iommu_class_nocheck(iommu);
}

uint64_t memory_region_iommu_get_min_page_size(IOMMUMemoryRegion *iommu_mr)
{
    const IOMMUMemoryRegionClass *k = class_of(iommu_mr);
    return k->get_min_page_size ? k->get_min_page_size(iommu_mr) : iommu_mr->parent_obj.z.ctx->page_size;
}

int memory_region_iommu_get_attr(IOMMUMemoryRegion *iommu_mr, enum IOMMUMemoryRegionAttr attr, void *data)
{
    const IOMMUMemoryRegionClass *k = class_of(iommu_mr);
    return k->get_attr ? k->get_attr(iommu_mr, attr, data) : -EINVAL;
}

int memory_region_iommu_attrs_to_index(IOMMUMemoryRegion *iommu_mr, MemTxAttrs attrs)
{
    const IOMMUMemoryRegionClass *k = class_of(iommu_mr);
    return k->attrs_to_index ? k->attrs_to_index(iommu_mr, attrs) : 0;
}

int memory_region_iommu_num_indexes(IOMMUMemoryRegion *iommu_mr)
{
    const IOMMUMemoryRegionClass *k = class_of(iommu_mr);
    return k->num_indexes ? k->num_indexes(iommu_mr) : 1;
}

/* ---- notifiers ---- */

static void update_wanted(IOMMUMemoryRegion *iommu)
{
    IOMMUNotifierFlag flags = IOMMU_NOTIFIER_NONE;
    IOMMUNotifier *n;
    IOMMU_NOTIFIER_FOREACH(n, iommu)
    {
        flags |= n->notifier_flags;
    }
    const IOMMUMemoryRegionClass *k = class_of(iommu);
    if (flags != iommu->iommu_notify_flags && k->notify_flag_changed) {
        k->notify_flag_changed(iommu, iommu->iommu_notify_flags, flags);
    }
    iommu->iommu_notify_flags = flags;
}

static IOMMUMemoryRegion *translator(MemoryRegion *mr)
{
    IOMMUMemoryRegion *iommu = memory_region_get_iommu(mr);
    if (!iommu) {
        zif_bug("region \"%s\" translates nothing: it has no notifiers", memory_region_name(mr));
    }
    return iommu;
}

void memory_region_register_iommu_notifier(MemoryRegion *mr, IOMMUNotifier *n)
{
    IOMMUMemoryRegion *iommu = translator(mr);
    if (n->notifier_flags == IOMMU_NOTIFIER_NONE || n->start > n->end || n->iommu_idx < 0 ||
        n->iommu_idx >= memory_region_iommu_num_indexes(iommu)) {
        zif_bug("a notifier of region \"%s\" wants nothing, of no addresses, or of table %d", memory_region_name(mr),
                n->iommu_idx);
    }
    QLIST_INSERT_HEAD(&iommu->iommu_notify, n, node);
    update_wanted(iommu);
}

void memory_region_unregister_iommu_notifier(MemoryRegion *mr, IOMMUNotifier *n)
{
    IOMMUMemoryRegion *iommu = translator(mr);
    QLIST_REMOVE(n, node);
    update_wanted(iommu);
}

void memory_region_notify_one(IOMMUNotifier *notifier, IOMMUTLBEntry *entry)
{
    hwaddr last = entry->iova + entry->addr_mask;
    if (last < entry->iova) {
        last = HWADDR_MAX;
    }
    if (notifier->start > last || notifier->end < entry->iova) {
        return;
    }
    IOMMUNotifierFlag event = entry->perm & IOMMU_RW ? IOMMU_NOTIFIER_MAP : IOMMU_NOTIFIER_UNMAP;
    if (notifier->notifier_flags & event) {
        notifier->notify(notifier, entry);
    }
}

void memory_region_notify_iommu(IOMMUMemoryRegion *iommu_mr, int iommu_idx, IOMMUTLBEntry entry)
{
    IOMMUNotifier *n, *after;
    QLIST_FOREACH_SAFE(n, &iommu_mr->iommu_notify, node, after)
    {
        if (n->iommu_idx == iommu_idx) {
            memory_region_notify_one(n, &entry);
        }
    }
}

void memory_region_iommu_replay(IOMMUMemoryRegion *iommu_mr, IOMMUNotifier *n)
{
    const IOMMUMemoryRegionClass *k = class_of(iommu_mr);
    if (k->replay) {
        k->replay(iommu_mr, n);
        return;
    }
    uint64_t granule = memory_region_iommu_get_min_page_size(iommu_mr);
    Int128 size = iommu_mr->parent_obj.size;
    for (Int128 addr = 0; granule && k->translate && addr < size; addr += granule) {
        IOMMUTLBEntry e = k->translate(iommu_mr, (hwaddr)addr, IOMMU_NONE, n->iommu_idx);
        if (e.perm != IOMMU_NONE) {
            n->notify(n, &e);
        }
    }
}

void memory_region_iommu_replay_all(IOMMUMemoryRegion *iommu_mr)
{
    IOMMUNotifier *n, *after;
    QLIST_FOREACH_SAFE(n, &iommu_mr->iommu_notify, node, after)
    {
        memory_region_iommu_replay(iommu_mr, n);
    }
}
