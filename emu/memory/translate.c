/*
 * From an address to the region that answers, through any number of IOMMUs (CONTRACT 5.8, 5.12; D27, D30).
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "internal.h"

enum { MAX_IOMMUS = 16 };

static void become_nothing(ZifPlace *p, ZifMemoryContext *ctx)
{
    p->mr = &ctx->unassigned;
    p->xlat = p->addr;
    p->readonly = false;
}

/* Finds p->addr in p->fv. */
static void locate(ZifPlace *p, uint32_t *hint)
{
    const FlatRange *r = zif__view_find(p->fv, p->addr, hint);
    hwaddr last;
    if (r) {
        p->mr = r->mr;
        p->xlat = p->addr - r->start + r->offset;
        p->readonly = r->readonly;
        last = r->last;
    } else {
        become_nothing(p, p->fv->ctx);
        unsigned next = zif__view_upto(p->fv, p->addr);
        last = next < p->fv->nr ? p->fv->ranges[next].start - 1 : HWADDR_MAX;
    }
    if (last - p->addr < p->room) {
        p->room = last - p->addr;
    }
}

static void clip_to_page(ZifPlace *p, hwaddr mask)
{
    hwaddr left = mask - (p->xlat & mask);
    if (left < p->room) {
        p->room = left;
    }
}

/* One step; false when there is no translation. */
static bool step(ZifPlace *p, ZifMemoryContext *ctx, bool is_write, MemTxAttrs attrs)
{
    IOMMUMemoryRegion *iommu = (IOMMUMemoryRegion *)p->mr;
    const IOMMUMemoryRegionClass *k = memory_region_get_iommu_class_nocheck(iommu);
    IOMMUAccessFlags wanted = is_write ? IOMMU_WO : IOMMU_RO;
    if (ctx->gate.nesting >= ZIF_MEMORY_MAX_NESTING || !k->translate) {
        return false;
    }
    zif__nest(ctx); /* a translator that reads its tables through itself must not do so for ever */
    IOMMUTLBEntry e = k->translate(iommu, p->xlat, wanted, memory_region_iommu_attrs_to_index(iommu, attrs));
    zif__unnest(ctx);
    p->perm &= e.perm;
    if (!(e.perm & wanted) || !e.target_as) {
        uint64_t page = memory_region_iommu_get_min_page_size(iommu);
        clip_to_page(p, page - 1);
        return false;
    }
    p->page_mask &= e.addr_mask;
    clip_to_page(p, e.addr_mask);
    p->target = e.target_as;
    p->fv = e.target_as->current_map;
    p->addr = (e.translated_addr & ~e.addr_mask) | (p->xlat & e.addr_mask);
    return true;
}

void zif__translate_iommu(ZifPlace *p, ZifMemoryContext *ctx, bool is_write, MemTxAttrs attrs)
{
    for (unsigned n = 0; p->mr->is_iommu; n++) {
        if (n == MAX_IOMMUS || !step(p, ctx, is_write, attrs)) {
            become_nothing(p, ctx);
            p->target = NULL;
            p->perm = IOMMU_NONE;
            return;
        }
        locate(p, &p->fv->dispatch->hint);
    }
}

ZifPlace zif__translate(FlatView *fv, hwaddr addr, bool is_write, MemTxAttrs attrs, uint32_t *hint)
{
    ZifPlace p = { .fv = fv, .addr = addr, .room = HWADDR_MAX, .page_mask = HWADDR_MAX, .perm = IOMMU_RW };
    locate(&p, hint);
    if (unlikely(p.mr->is_iommu)) {
        zif__translate_iommu(&p, fv->ctx, is_write, attrs);
    }
    return p;
}

MemoryRegion *flatview_translate(FlatView *fv, hwaddr addr, hwaddr *xlat, hwaddr *plen, bool is_write, MemTxAttrs attrs)
{
    ZifPlace p = zif__translate(fv, addr, is_write, attrs, &fv->dispatch->hint);
    bool clip = p.mr->ram || memory_region_is_romd(p.mr) || p.target;
    if (clip && *plen && p.room < *plen - 1) {
        *plen = p.room + 1;
    }
    *xlat = p.xlat;
    return p.mr;
}

IOMMUTLBEntry address_space_get_iotlb_entry(AddressSpace *as, hwaddr addr, bool is_write, MemTxAttrs attrs)
{
    ZifPlace p = zif__translate(as->current_map, addr, is_write, attrs, &as->z.hint);
    if (p.mr == &as->z.ctx->unassigned) {
        return (IOMMUTLBEntry){ .target_as = NULL };
    }
    hwaddr mask = p.page_mask == HWADDR_MAX ? as->z.ctx->page_size - 1 : p.page_mask;
    return (IOMMUTLBEntry){
        .target_as = p.target ? p.target : as,
        .iova = addr & ~mask,
        .translated_addr = p.addr & ~mask,
        .addr_mask = mask,
        .perm = p.perm,
    };
}

ZifMemoryHit zif__address_space_lookup(AddressSpace *as, hwaddr addr, bool is_write, MemTxAttrs attrs)
{
    ZifPlace p = zif__translate(as->current_map, addr, is_write, attrs, &as->z.hint);
    return (ZifMemoryHit){ p.mr, p.xlat, zif__direct(&p, is_write) ? p.mr->z.host + p.xlat : NULL, addr + p.room };
}
