/*
 * The walk behind mtree: what the text and its JSON twin have to say, in order.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ZIF_MEMORY_MTREE_H
#define ZIF_MEMORY_MTREE_H

#include "internal.h"

/* One region where it stands in a tree. Addresses are absolute in the tree's own terms; last is inclusive. */
typedef struct ZifTreeNode {
    MemoryRegion *mr;
    unsigned depth; /* 0: the root of its tree */
    hwaddr start, last;
    bool overflow; /* the address does not fit 64 bits */
    const char *type;
} ZifTreeNode;

/* A group of address spaces that show the same view. */
typedef struct ZifViewGroup {
    unsigned number;
    FlatView *fv;
} ZifViewGroup;

typedef struct ZifTreeSink {
    /* A new tree: of an address space, or (as NULL) of a region others alias. */
    void (*tree)(void *opaque, AddressSpace *as, MemoryRegion *root);
    void (*node)(void *opaque, const ZifTreeNode *node);
    void (*end)(void *opaque);
    void *opaque;
} ZifTreeSink;

void zif__walk_trees(ZifMemoryContext *ctx, const ZifTreeSink *sink);
/* The groups by first address space; calls fn for each and returns how many there were. */
unsigned zif__walk_views(ZifMemoryContext *ctx, void (*fn)(void *opaque, const ZifViewGroup *group), void *opaque);
/* ram, rom, romd, ramd or i/o; an alias is what its target is. */
const char *zif__region_type(MemoryRegion *mr);

#endif
