/*
 * Event notifiers triggered by writes (CONTRACT 5.13; D11, D12, D31). SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include "internal.h"

int event_notifier_init(EventNotifier *e, int active)
{
    int fd = eventfd(active ? 1 : 0, EFD_NONBLOCK | EFD_CLOEXEC);
    e->rfd = e->wfd = fd;
    return fd < 0 ? -errno : 0;
}

void event_notifier_cleanup(EventNotifier *e)
{
    if (e->rfd >= 0) {
        close(e->rfd);
        e->rfd = e->wfd = -1;
    }
}

int event_notifier_set(EventNotifier *e)
{
    uint64_t one = 1;
    ssize_t n;
    do {
        n = write(e->wfd, &one, sizeof one);
    } while (n < 0 && errno == EINTR);
    return n < 0 && errno != EAGAIN ? -errno : 0; /* EAGAIN: it has been signalled 2^64-2 times already */
}

int event_notifier_test_and_clear(EventNotifier *e)
{
    uint64_t count;
    ssize_t n;
    do {
        n = read(e->rfd, &count, sizeof count);
    } while (n < 0 && errno == EINTR);
    return n == sizeof count;
}

int event_notifier_get_fd(const EventNotifier *e)
{
    return e->rfd;
}

static int compare(const void *pa, const void *pb)
{
    const MemoryRegionIoeventfd *a = pa, *b = pb;
    if (a->addr != b->addr) {
        return a->addr < b->addr ? -1 : 1;
    }
    if (a->size != b->size) {
        return a->size < b->size ? -1 : 1;
    }
    if (a->match_data != b->match_data) {
        return a->match_data ? 1 : -1;
    }
    if (a->match_data && a->data != b->data) {
        return a->data < b->data ? -1 : 1;
    }
    return a->e < b->e ? -1 : a->e > b->e;
}

/* ---- of a region ---- */

static uint64_t device_order(const MemoryRegion *mr, uint64_t data, unsigned size)
{
    if (mr->ops->endianness != DEVICE_BIG_ENDIAN || size < 2) {
        return data;
    }
    return __builtin_bswap64(data) >> (64 - 8 * size);
}

static MemoryRegionIoeventfd entry_of(const MemoryRegion *mr, hwaddr addr, unsigned size, bool match_data,
                                      uint64_t data, EventNotifier *e)
{
    return (MemoryRegionIoeventfd){ addr, size, match_data, device_order(mr, data, size), e };
}

static void eventfds_changed(MemoryRegion *mr)
{
    zif__attention(mr, ZIF_ATT_EVENTFDS, mr->ioeventfd_nb != 0);
    mr->z.ctx->eventfd_pending |= mr->enabled;
}

void memory_region_add_eventfd(MemoryRegion *mr, hwaddr addr, unsigned size, bool match_data, uint64_t data,
                               EventNotifier *e)
{
    ZifMemoryContext *ctx = mr->z.ctx;
    MemoryRegionIoeventfd entry = entry_of(mr, addr, size, match_data, data, e);
    unsigned n = mr->ioeventfd_nb, i = 0;
    MemoryRegionIoeventfd *list = zif__realloc(mr->ioeventfds, (n + 1) * sizeof *list);
    if (!list) {
        zif__note_error(ctx, "out of memory for an event notifier of region \"%s\"", memory_region_name(mr));
        return;
    }
    zif__begin(ctx);
    while (i < n && compare(&list[i], &entry) <= 0) {
        i++;
    }
    memmove(&list[i + 1], &list[i], (n - i) * sizeof *list);
    list[i] = entry;
    mr->ioeventfds = list;
    if (mr->ioeventfd_nb++ == 0) {
        QLIST_INSERT_HEAD(&ctx->with_eventfds, mr, z.eventfd_link);
    }
    eventfds_changed(mr);
    zif__commit(ctx);
}

void memory_region_del_eventfd(MemoryRegion *mr, hwaddr addr, unsigned size, bool match_data, uint64_t data,
                               EventNotifier *e)
{
    MemoryRegionIoeventfd entry = entry_of(mr, addr, size, match_data, data, e);
    unsigned i = 0;
    while (i < mr->ioeventfd_nb && compare(&mr->ioeventfds[i], &entry)) {
        i++;
    }
    if (i == mr->ioeventfd_nb) {
        zif_bug("region \"%s\" has no such event notifier at 0x%llx", memory_region_name(mr), (unsigned long long)addr);
    }
    zif__begin(mr->z.ctx);
    mr->ioeventfd_nb--;
    memmove(&mr->ioeventfds[i], &mr->ioeventfds[i + 1], (mr->ioeventfd_nb - i) * sizeof entry);
    if (!mr->ioeventfd_nb) {
        QLIST_REMOVE(mr, z.eventfd_link);
    }
    eventfds_changed(mr);
    zif__commit(mr->z.ctx);
}

void zif__eventfds_forget(MemoryRegion *mr)
{
    if (mr->ioeventfd_nb) {
        QLIST_REMOVE(mr, z.eventfd_link);
        mr->ioeventfd_nb = 0;
    }
    zif__free(mr->ioeventfds);
    mr->ioeventfds = NULL;
}

static bool fire(const MemoryRegion *mr, hwaddr addr, uint64_t value, unsigned size, unsigned listed)
{
    uint64_t data = device_order(mr, value, listed);
    for (unsigned i = 0; i < mr->ioeventfd_nb; i++) {
        const MemoryRegionIoeventfd *f = &mr->ioeventfds[i];
        if (f->addr == addr && f->size == listed && (!f->match_data || f->data == data)) {
            event_notifier_set(f->e);
            return true;
        }
    }
    return false;
}

bool zif__eventfd_fire(MemoryRegion *mr, hwaddr addr, uint64_t value, unsigned size)
{
    value &= UINT64_MAX >> (64 - 8 * size);
    return fire(mr, addr, value, size, size) || fire(mr, addr, value, size, 0);
}

/* ---- of an address space ---- */

typedef struct Collector {
    AddressSpace *as;
    const MemoryRegion *mr;
    MemoryRegionIoeventfd *list;
    unsigned nr, capacity;
    bool failed;
} Collector;

static void collect_range(Collector *c, const FlatRange *r)
{
    for (unsigned i = 0; i < c->mr->ioeventfd_nb; i++) {
        MemoryRegionIoeventfd f = c->mr->ioeventfds[i];
        Int128 end = (Int128)f.addr + (f.size ? f.size : 1);
        if (end <= r->offset || f.addr > r->offset + (r->last - r->start)) {
            continue;
        }
        f.addr = f.addr - r->offset + r->start;
        if (!zif__grow((void **)&c->list, &c->capacity, c->nr + 1, sizeof *c->list)) {
            c->failed = true;
            return;
        }
        c->list[c->nr++] = f;
    }
}

static void collect_window(void *opaque, ZifCanvas *canvas, hwaddr first, hwaddr last)
{
    Collector *c = opaque;
    if (canvas != c->as->z.canvas) {
        return;
    }
    const FlatView *fv = c->as->current_map;
    for (unsigned i = zif__view_upto(fv, last); i-- > 0 && fv->ranges[i].last >= first;) {
        if (fv->ranges[i].mr == c->mr) {
            collect_range(c, &fv->ranges[i]);
        }
    }
}

static void tell(AddressSpace *as, MemoryListener *only, const MemoryRegionIoeventfd *f, bool add)
{
    MemoryRegionSection s = { .fv = as->current_map, .offset_within_address_space = f->addr, .size = f->size };
    MemoryListener *l;
    ZIF_FOR_LISTENERS(l, as->z.ctx, as, !add)
    {
        void (*fn)(MemoryListener *, MemoryRegionSection *, bool, uint64_t, EventNotifier *) =
            add ? l->eventfd_add : l->eventfd_del;
        if (fn && (!only || l == only)) {
            fn(l, &s, f->match_data, f->data, f->e);
        }
    }
}

void zif__eventfds_update(AddressSpace *as)
{
    ZifMemoryContext *ctx = as->z.ctx;
    if (!as->ioeventfd_nb && QLIST_EMPTY(&ctx->with_eventfds)) {
        return;
    }
    Collector c = { .as = as };
    MemoryRegion *mr;
    QLIST_FOREACH(mr, &ctx->with_eventfds, z.eventfd_link)
    {
        c.mr = mr;
        zif__visit_windows(mr, 0, HWADDR_MAX, collect_window, &c);
    }
    if (c.failed) {
        zif__free(c.list);
        ctx->eventfd_pending = true;
        zif__note_error(ctx, "out of memory for the event notifiers of \"%s\"", as->name);
        return;
    }
    if (c.nr > 1) {
        qsort(c.list, c.nr, sizeof *c.list, compare);
    }
    unsigned nr = 0;
    for (unsigned i = 0; i < c.nr; i++) { /* one entry may be seen through several windows at one place */
        if (!nr || compare(&c.list[nr - 1], &c.list[i])) {
            c.list[nr++] = c.list[i];
        }
    }
    MemoryRegionIoeventfd *old = as->ioeventfds;
    unsigned old_nr = (unsigned)as->ioeventfd_nb;
    as->ioeventfds = c.list;
    as->ioeventfd_nb = (int)nr;
    for (unsigned i = 0, j = 0; i < old_nr || j < nr;) {
        int order = i == old_nr ? 1 : j == nr ? -1 : compare(&old[i], &c.list[j]);
        if (order < 0) {
            tell(as, NULL, &old[i], false);
        } else if (order > 0) {
            tell(as, NULL, &c.list[j], true);
        }
        i += order <= 0;
        j += order >= 0;
    }
    zif__free(old);
}

void zif__eventfds_replay(MemoryListener *l, AddressSpace *as, bool add)
{
    for (int i = 0; i < as->ioeventfd_nb; i++) {
        MemoryRegionIoeventfd f = as->ioeventfds[i];
        tell(as, l, &f, add);
    }
}
