/*
 * A container's children by address: a treap threaded through the regions themselves, each node knowing the last
 * address of its subtree, so that the children touching a window are found without looking at the others. It needs no
 * memory and cannot fail. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "internal.h"

/* A shape that depends on nothing but the order of insertion: runs repeat exactly. */
static uint64_t weight(const MemoryRegion *mr)
{
    uint64_t x = mr->z.order * 0x9e3779b97f4a7c15u;
    x ^= x >> 32;
    return x * 0xd6e8feb86659fd93u;
}

static bool before(const MemoryRegion *a, const MemoryRegion *b)
{
    return a->z.index_addr != b->z.index_addr ? a->z.index_addr < b->z.index_addr : a < b;
}

static MemoryRegion *update(MemoryRegion *n)
{
    hwaddr last = n->z.index_last;
    if (n->z.left && n->z.left->z.max_last > last) {
        last = n->z.left->z.max_last;
    }
    if (n->z.right && n->z.right->z.max_last > last) {
        last = n->z.right->z.max_last;
    }
    n->z.max_last = last;
    return n;
}

/* Splits into what comes before `at` and the rest. */
static void split(MemoryRegion *n, const MemoryRegion *at, MemoryRegion **low, MemoryRegion **high)
{
    if (!n) {
        *low = *high = NULL;
    } else if (before(n, at)) {
        split(n->z.right, at, &n->z.right, high);
        *low = update(n);
    } else {
        split(n->z.left, at, low, &n->z.left);
        *high = update(n);
    }
}

static MemoryRegion *merge(MemoryRegion *low, MemoryRegion *high)
{
    if (!low || !high) {
        return low ? low : high;
    }
    if (weight(low) > weight(high)) {
        low->z.right = merge(low->z.right, high);
        return update(low);
    }
    high->z.left = merge(low, high->z.left);
    return update(high);
}

static MemoryRegion *insert(MemoryRegion *n, MemoryRegion *child)
{
    if (!n || weight(child) > weight(n)) {
        split(n, child, &child->z.left, &child->z.right);
        return update(child);
    }
    if (before(child, n)) {
        n->z.left = insert(n->z.left, child);
    } else {
        n->z.right = insert(n->z.right, child);
    }
    return update(n);
}

static MemoryRegion *erase(MemoryRegion *n, MemoryRegion *child)
{
    if (n == child) {
        return merge(n->z.left, n->z.right);
    }
    if (before(child, n)) {
        n->z.left = erase(n->z.left, child);
    } else {
        n->z.right = erase(n->z.right, child);
    }
    return update(n);
}

/* Children of size 0 show nothing and are not kept. */
void zif__index_insert(MemoryRegion *container, MemoryRegion *child)
{
    if (child->size == 0) {
        return;
    }
    Int128 last = (Int128)child->addr + child->size - 1;
    child->z.index_addr = child->addr;
    child->z.index_last = last > UINT64_MAX ? UINT64_MAX : (hwaddr)last;
    container->z.index = insert(container->z.index, child);
}

void zif__index_remove(MemoryRegion *container, MemoryRegion *child)
{
    if (child->size == 0) {
        return;
    }
    container->z.index = erase(container->z.index, child);
    child->z.left = child->z.right = NULL;
}

static bool query(MemoryRegion *n, hwaddr first, hwaddr last, bool (*fn)(void *, MemoryRegion *), void *opaque)
{
    if (!n || n->z.max_last < first) {
        return true;
    }
    if (!query(n->z.left, first, last, fn, opaque)) {
        return false;
    }
    if (n->z.index_addr > last) {
        return true;
    }
    if (n->z.index_last >= first && !fn(opaque, n)) {
        return false;
    }
    return query(n->z.right, first, last, fn, opaque);
}

bool zif__index_query(const MemoryRegion *container, hwaddr first, hwaddr last, bool (*fn)(void *, MemoryRegion *),
                      void *opaque)
{
    return query(container->z.index, first, last, fn, opaque);
}
