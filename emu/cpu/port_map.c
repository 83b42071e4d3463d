/*
 * The CPU bridge's map: a MemoryListener that keeps a sorted table of the memory in the CPU's flat view, says which
 * stretches the engine should map, and knows which pages hold code that was executed. Devices and holes are not in the
 * table: what is not found goes through the address space.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdlib.h>
#include <string.h>
#include "port_internal.h"

static ZifPort *port_of(MemoryListener *listener)
{
    return (ZifPort *)((char *)listener - offsetof(ZifPort, listener));
}

static void *grow(void *p, size_t bytes)
{
    p = realloc(p, bytes);
    if (p == NULL) {
        zif_bug("out of memory (%zu bytes)", bytes);
    }
    return p;
}

/* Somebody else wrote memory that holds code: a DMA controller, a loader, a ROM device programming itself. */
static void written(void *opaque, MemoryRegion *mr, hwaddr addr, hwaddr size)
{
    ZifPortCode *c = opaque;
    ZifPort *port = c->port;
    if (port->storing) {
        return;
    }
    for (uint64_t page = addr / ZIF_PORT_PAGE; page <= (addr + size - 1) / ZIF_PORT_PAGE && page < c->pages; page++) {
        if (c->flags[page]) {
            zif__port_code_written(port, mr, addr, size);
            port->ops->modes_changed(port); /* the block being executed may be among what changed */
            return;
        }
    }
}

static void drop_code(ZifPortCode *c)
{
    if (c->watching) {
        zif_memory_region_unwatch_code(c->mr, &c->watch);
    }
    free(c->flags);
    free(c);
}

/* Regions that are no longer in the map may be freed. */
static void sweep_codes(ZifPort *port)
{
    port->swept_layout = port->layout;
    for (ZifPortCode **at = &port->codes; *at != NULL;) {
        ZifPortCode *c = *at;
        bool used = false;
        for (unsigned i = 0; i < port->section_count && !used; i++) {
            used = port->sections[i].code == c;
        }
        if (used) {
            at = &c->next;
        } else {
            *at = c->next;
            drop_code(c);
        }
    }
}

static ZifPortCode *code_of(ZifPort *port, MemoryRegion *mr)
{
    ZifPortCode *c = port->codes;
    while (c != NULL && c->mr != mr) {
        c = c->next;
    }
    if (c == NULL) {
        c = grow(NULL, sizeof(*c));
        *c = (ZifPortCode){ .next = port->codes, .mr = mr, .port = port, .watch = { .written = written, .opaque = c } };
        port->codes = c;
    }
    uint64_t pages = (memory_region_size(mr) + ZIF_PORT_PAGE - 1) / ZIF_PORT_PAGE;
    if (pages > c->pages) { /* new, or a resizeable region grew */
        c->flags = grow(c->flags, pages);
        memset(c->flags + c->pages, 0, pages - c->pages);
        c->pages = pages;
    }
    return c;
}

/* Only addresses below 4 GiB exist for this CPU. */
static bool clip(const MemoryRegionSection *section, uint32_t *start, uint32_t *last)
{
    uint64_t a = section->offset_within_address_space;
    if (a > UINT32_MAX || !int128_nz(section->size)) {
        return false;
    }
    Int128 end = int128_add(int128_make64(a), int128_sub(section->size, int128_one()));
    *start = (uint32_t)a;
    *last = int128_gt(end, int128_make64(UINT32_MAX)) ? UINT32_MAX : (uint32_t)int128_get64(end);
    return true;
}

/* Two maps with one sum want the same mappings: a ROM device that changes its mode goes and comes back as it was. */
static uint64_t layout_of(const ZifPortSection *s)
{
    uint64_t h = (uint64_t)s->start << 32 | s->last;
    h = (h ^ (uint64_t)(uintptr_t)s->host) * UINT64_C(0x9e3779b97f4a7c15);
    h ^= h >> 29;
    return h * UINT64_C(0xbf58476d1ce4e5b9);
}

static void set_log(ZifPortSection *s, int mask)
{
    s->log = (uint8_t)(mask & ~(1 << DIRTY_MEMORY_CODE));
}

static void region_add(MemoryListener *listener, MemoryRegionSection *section)
{
    ZifPort *port = port_of(listener);
    MemoryRegion *mr = section->mr;
    zif__port_forget_devices(port);
    bool ram = memory_region_is_ram(mr) && !memory_region_is_ram_device(mr);
    ZifPortSection s = { .mr = mr, .offset = section->offset_within_region };
    if ((!ram && !mr->rom_device) || !clip(section, &s.start, &s.last)) {
        return;
    }
    s.host = (uint8_t *)memory_region_get_ram_ptr(mr) + s.offset;
    s.load = ram || memory_region_is_romd(mr);
    s.store = ram && !section->readonly && !mr->readonly;
    s.code = code_of(port, mr);
    set_log(&s, memory_region_get_dirty_log_mask(mr));
    if (port->section_count == port->section_room) {
        port->section_room = port->section_room ? 2 * port->section_room : 16;
        port->sections = grow(port->sections, port->section_room * sizeof(s));
    }
    unsigned i = port->section_count;
    while (i > 0 && port->sections[i - 1].start > s.start) {
        port->sections[i] = port->sections[i - 1];
        i--;
    }
    port->sections[i] = s;
    port->section_count++;
    port->gap_end = 0;
    port->layout += layout_of(&s);
    port->only_romd = port->only_romd && mr->rom_device;
    port->mode_of_code |= mr->rom_device && s.code->watching;
    port->map_changed = true;
}

static ZifPortSection *exact(ZifPort *port, const MemoryRegionSection *section)
{
    uint32_t start, last;
    if (!clip(section, &start, &last)) {
        return NULL;
    }
    for (unsigned i = 0; i < port->section_count; i++) {
        if (port->sections[i].start == start && port->sections[i].mr == section->mr) {
            return &port->sections[i];
        }
    }
    return NULL;
}

static void region_del(MemoryListener *listener, MemoryRegionSection *section)
{
    ZifPort *port = port_of(listener);
    ZifPortSection *s = exact(port, section);
    zif__port_forget_devices(port);
    if (s != NULL) {
        port->layout -= layout_of(s);
        port->only_romd = port->only_romd && s->mr->rom_device;
        size_t after = (size_t)(port->sections + port->section_count - s - 1);
        memmove(s, s + 1, after * sizeof(*s));
        port->section_count--;
        memset(port->section_hits, 0, sizeof(port->section_hits));
        port->gap_end = 0;
        port->map_changed = true;
    }
}

static void log_changed(MemoryListener *listener, MemoryRegionSection *section, int old, int now)
{
    ZifPort *port = port_of(listener);
    ZifPortSection *s = exact(port, section);
    if (s != NULL) {
        set_log(s, now);
        port->only_romd = false;
        port->map_changed = true;
    }
}

/* Somebody is about to read and clear the log: from now on the next store to each page has to be logged again. */
static void log_sync(MemoryListener *listener, MemoryRegionSection *section)
{
    ZifPort *port = port_of(listener);
    if (port->log_open && port->ops->map_changed != NULL) {
        port->only_romd = port->log_open = false;
        port->ops->map_changed(port);
    }
}

static void eventfd_add(MemoryListener *listener, MemoryRegionSection *section, bool match_data, uint64_t data,
                        EventNotifier *e)
{
    ZifPort *port = port_of(listener);
    zif__port_forget_devices(port);
    if (!match_data && int128_nz(section->size)) {
        port->doorbells = grow(port->doorbells, (port->doorbell_count + 1) * sizeof(*port->doorbells));
        port->doorbells[port->doorbell_count++] = (ZifPortDoorbell){ (uint32_t)section->offset_within_address_space,
                                                                     (uint32_t)int128_get64(section->size), e };
    }
}

static void eventfd_del(MemoryListener *listener, MemoryRegionSection *section, bool match_data, uint64_t data,
                        EventNotifier *e)
{
    ZifPort *port = port_of(listener);
    for (unsigned i = 0; !match_data && i < port->doorbell_count; i++) {
        ZifPortDoorbell *d = &port->doorbells[i];
        if (d->notifier == e && d->addr == section->offset_within_address_space &&
            d->size == int128_get64(section->size)) {
            memmove(d, d + 1, (--port->doorbell_count - i) * sizeof(*d));
            return;
        }
    }
}

EventNotifier *zif__port_doorbell(const ZifPort *port, uint32_t addr, unsigned size)
{
    for (unsigned i = 0; i < port->doorbell_count; i++) {
        if (port->doorbells[i].addr == addr && port->doorbells[i].size == size) {
            return port->doorbells[i].notifier;
        }
    }
    return NULL;
}

static void coalesced_add(MemoryListener *listener, MemoryRegionSection *section, hwaddr addr, hwaddr len)
{
    port_of(listener)->windows++;
}

static void coalesced_del(MemoryListener *listener, MemoryRegionSection *section, hwaddr addr, hwaddr len)
{
    port_of(listener)->windows--;
}

static void commit(MemoryListener *listener)
{
    ZifPort *port = port_of(listener);
    if (port->swept_layout != port->layout) {
        sweep_codes(port);
    }
    if (port->map_changed && port->ops->map_changed != NULL) {
        port->ops->map_changed(port);
    }
}

void zif__port_map_attach(ZifPort *port)
{
    port->listener = (MemoryListener){
        .commit = commit,
        .region_add = region_add,
        .region_del = region_del,
        .log_start = log_changed,
        .log_stop = log_changed,
        .log_sync = log_sync,
        .eventfd_add = eventfd_add,
        .eventfd_del = eventfd_del,
        .coalesced_mmio_add = coalesced_add,
        .coalesced_mmio_del = coalesced_del,
    };
    memory_listener_register(&port->listener, port->config.as);
}

void zif__port_map_detach(ZifPort *port)
{
    memory_listener_unregister(&port->listener); /* its dels and commit sweep the codes */
    free(port->sections);
    free(port->doorbells);
}

const ZifPortSection *zif__port_find(ZifPort *port, uint32_t addr)
{
    unsigned *hit = &port->section_hits[addr >> 28];
    if (*hit < port->section_count) {
        const ZifPortSection *s = &port->sections[*hit];
        if (addr >= s->start && addr <= s->last) {
            return s;
        }
    }
    if (zif__port_in_gap(port, addr)) {
        return NULL;
    }
    unsigned lo = 0, hi = port->section_count;
    while (lo < hi) {
        unsigned mid = (lo + hi) / 2;
        const ZifPortSection *s = &port->sections[mid];
        if (addr < s->start) {
            hi = mid;
        } else if (addr > s->last) {
            lo = mid + 1;
        } else {
            *hit = mid;
            return s;
        }
    }
    port->gap = lo > 0 ? (uint64_t)port->sections[lo - 1].last + 1 : 0;
    port->gap_end = lo < port->section_count ? port->sections[lo].start : UINT64_C(1) << 32;
    return NULL;
}

static uint64_t page_of(const ZifPortSection *s, uint32_t addr)
{
    return (s->offset + (addr - s->start)) / ZIF_PORT_PAGE;
}

bool zif__port_mark_code(ZifPort *port, uint32_t addr, uint32_t size)
{
    bool fresh = false;
    for (uint64_t a = addr; a < (uint64_t)addr + size; a = (a | (ZIF_PORT_PAGE - 1)) + 1) {
        const ZifPortSection *s = zif__port_find(port, (uint32_t)a);
        if (s == NULL) {
            continue;
        }
        uint64_t page = page_of(s, (uint32_t)a);
        uint64_t next = (page + 1) * ZIF_PORT_PAGE - s->offset + s->start;
        ZifPortCode *c = s->code;
        if (!c->flags[page]) {
            c->flags[page] = 1;
            fresh = true;
        }
        if (!c->watching) {
            c->watching = true;
            zif_memory_region_watch_code(s->mr, &c->watch);
        }
        if (next <= (a | (ZIF_PORT_PAGE - 1))) { /* the region's pages and the guest's need not coincide */
            a = next - 1;
        }
    }
    return fresh;
}

bool zif__port_is_code(const ZifPortSection *s, uint32_t addr, uint32_t size)
{
    uint64_t last = page_of(s, addr + size - 1);
    for (uint64_t page = page_of(s, addr); page <= last; page++) {
        if (s->code->flags[page]) {
            return true;
        }
    }
    return false;
}

void zif__port_code_written(ZifPort *port, MemoryRegion *mr, uint64_t offset, uint64_t size)
{
    for (unsigned i = 0; i < port->section_count; i++) {
        const ZifPortSection *s = &port->sections[i];
        uint64_t first = s->offset, end = s->offset + (s->last - s->start) + 1;
        if (s->mr != mr || offset >= end || offset + size <= first) {
            continue;
        }
        uint64_t from = offset > first ? offset : first, to = offset + size < end ? offset + size : end;
        port->ops->forget_code(port, (uint32_t)(s->start + (from - first)), (uint32_t)(to - from));
    }
}

void zif__port_log_store(ZifPort *port, const ZifPortSection *s, uint32_t addr, uint32_t size)
{
    if (s->log) {
        port->storing = true;
        memory_region_set_dirty(s->mr, s->offset + (addr - s->start), size);
        port->storing = false;
    }
}

enum { STORES_BEFORE_RETIRING = 64 };

/* A page that is written again and again is data by now, or code that will be translated anew anyway: drop what was
 * translated of it, so that stores to it are fast again. Not the page being executed: the port looks at its flag. */
static void retire_page(ZifPort *port, const ZifPortSection *s, uint32_t addr)
{
    uint64_t page = page_of(s, addr);
    const ZifPortSection *here = zif__port_find(port, port->ops->get(port, ZIF_REG_PC));
    uint64_t apart = here != NULL && here->code == s->code ? page_of(here, port->ops->get(port, ZIF_REG_PC)) - page : 9;
    bool executing = apart + 1 <= 2; /* a block may reach over a page's end */
    if (++s->code->flags[page] >= STORES_BEFORE_RETIRING) {
        s->code->flags[page] = 1;
        if (!executing) {
            zif__port_code_written(port, s->mr, page * ZIF_PORT_PAGE, ZIF_PORT_PAGE);
            s->code->flags[page] = 0;
        }
    }
}

void zif__port_stored(ZifPort *port, const ZifPortSection *s, uint32_t addr, uint32_t size)
{
    uint64_t offset = s->offset + (addr - s->start);
    zif__port_log_store(port, s, addr, size);
    if (zif__port_is_code(s, addr, size)) {
        zif__port_code_written(port, s->mr, offset, size);
        retire_page(port, s, addr);
    }
}

ZifPortMapping *zif__port_mappings(const ZifPort *port, unsigned *count)
{
    ZifPortMapping *m = grow(NULL, (port->section_count + 1) * sizeof(*m));
    unsigned n = 0;
    const uint32_t low = ZIF_PORT_PAGE - 1;
    for (unsigned i = 0; i < port->section_count; i++) {
        const ZifPortSection *s = &port->sections[i];
        uint64_t start = ((uint64_t)s->start + low) & ~(uint64_t)low, end = ((uint64_t)s->last + 1) & ~(uint64_t)low;
        if (start >= end) {
            continue; /* pages shared with something else: every access goes through the address space */
        }
        uint8_t *host = s->host + (start - s->start);
        if (n > 0 && m[n - 1].start + m[n - 1].size == start && m[n - 1].host + m[n - 1].size == host) {
            m[n - 1].size += end - start;
        } else {
            m[n++] = (ZifPortMapping){ .start = (uint32_t)start, .size = end - start, .host = host };
        }
    }
    *count = n;
    return m;
}
