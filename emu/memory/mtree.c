/*
 * mtree as text (CONTRACT 5.17, A89). SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <inttypes.h>
#include <stdlib.h>
#include "mtree.h"

typedef struct Printer {
    fprintf_function print;
    void *f;
    ZifMemoryContext *ctx;
    bool dispatch, owner;
} Printer;

static void print_owner(const Printer *p, const MemoryRegion *mr)
{
    Object *owner = mr->owner;
    if (!owner) {
        p->print(p->f, " orphan");
        return;
    }
    bool device = object_dynamic_cast(owner, TYPE_DEVICE) != NULL;
    if (device && owner->id) {
        p->print(p->f, " owner:{dev id=%s}", owner->id);
        return;
    }
    char *path = object_get_canonical_path(owner);
    p->print(p->f, " owner:{%s path=%s}", device ? "dev" : "obj", path ? path : "?");
    free(path);
}

static void print_tree(void *opaque, AddressSpace *as, MemoryRegion *root)
{
    Printer *p = opaque;
    if (as) {
        p->print(p->f, "address-space: %s\n", as->name);
    } else {
        p->print(p->f, "memory-region: %s\n", memory_region_name(root));
    }
}

static void print_node(void *opaque, const ZifTreeNode *node)
{
    Printer *p = opaque;
    const MemoryRegion *mr = node->mr;
    p->print(p->f, "%*s%s%016" PRIx64 "-%016" PRIx64 " (prio %d, %s): ", 2 * (int)node->depth + 2, "",
             node->overflow ? "[DETECTED OVERFLOW!] " : "", node->start, node->last, mr->priority, node->type);
    if (mr->alias) {
        p->print(p->f, "alias %s @%s %016" PRIx64 "-%016" PRIx64, memory_region_name(mr), memory_region_name(mr->alias),
                 mr->alias_offset, mr->alias_offset + (mr->size ? zif__region_last(mr) : 0));
    } else {
        p->print(p->f, "%s", memory_region_name(mr));
    }
    p->print(p->f, "%s", mr->enabled ? "" : " [disabled]");
    if (p->owner) {
        print_owner(p, mr);
    }
    p->print(p->f, "\n");
}

static void print_end(void *opaque)
{
    Printer *p = opaque;
    p->print(p->f, "\n");
}

static void print_range(const Printer *p, const FlatRange *r)
{
    bool readonly = r->readonly || r->mr->readonly;
    p->print(p->f, "  %016" PRIx64 "-%016" PRIx64 " (prio %d, %s): %s", r->start, r->last, r->mr->priority,
             readonly ? "rom" : zif__region_type(r->mr), memory_region_name(r->mr));
    if (r->offset) {
        p->print(p->f, " @%016" PRIx64, r->offset);
    }
    if (p->owner) {
        print_owner(p, r->mr);
    }
    p->print(p->f, "\n");
}

static void print_view(void *opaque, const ZifViewGroup *g)
{
    const Printer *p = opaque;
    const FlatView *fv = g->fv;
    p->print(p->f, "FlatView #%u\n", g->number);
    AddressSpace *as;
    QTAILQ_FOREACH(as, &p->ctx->spaces, address_spaces_link)
    {
        if (as->current_map == fv) {
            p->print(p->f, " AS \"%s\", root: %s", as->name, memory_region_name(as->root));
            if (as->root->alias) {
                p->print(p->f, ", alias %s", memory_region_name(as->root->alias));
            }
            p->print(p->f, "\n");
        }
    }
    p->print(p->f, " Root memory region: %s\n", fv->root ? memory_region_name(fv->root) : "(none)");
    for (unsigned i = 0; i < fv->nr; i++) {
        print_range(p, &fv->ranges[i]);
    }
    if (!fv->nr) {
        p->print(p->f, "  No rendered FlatView\n");
    }
    if (p->dispatch) {
        p->print(p->f, "  Dispatch: %u sorted ranges of %zu bytes, room for %u, last hit #%u, %u holders\n", fv->nr,
                 sizeof(FlatRange), fv->nr_allocated, fv->dispatch->hint, fv->ref);
    }
    p->print(p->f, "\n");
}

void mtree_info(fprintf_function mon_printf, void *f, bool flatview, bool dispatch_tree, bool owner)
{
    ZifMemoryContext *ctx = zif_memory_context_current();
    Printer p = { mon_printf, f, ctx, dispatch_tree, owner };
    if (flatview) {
        zif__walk_views(ctx, print_view, &p);
    } else {
        ZifTreeSink sink = { print_tree, print_node, print_end, &p };
        zif__walk_trees(ctx, &sink);
    }
}
