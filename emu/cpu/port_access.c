/*
 * The slow way to make one access of the guest, shared by both CPU memory ports: alignment, permission, then memory or
 * the address space, in pieces the bus knows.
 *
 * An unaligned access that is allowed is made of aligned pieces, lowest address first (DDI 0403E A3.2.1 leaves the
 * number of bus accesses open); 8 bytes are two words. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <string.h>
#include "port_internal.h"

unsigned zif__port_ask_prot(ZifPort *port, uint32_t page)
{
    ZifPortProt *p = zif__port_prot_slot(port, page);
    p->prot = port->config.client.page_prot(port->config.client.opaque, page);
    p->page = page | 1;
    return p->prot;
}

void zif__port_refresh_modes(ZifPort *port)
{
    const ZifPortClient *c = &port->config.client;
    port->unaligned_traps = c->unaligned_traps(c->opaque);
    port->div_traps = c->div_by_zero_traps(c->opaque);
    port->fp_on = c->fp_enabled(c->opaque);
    port->modes_known = true;
}

static bool refuse(ZifPort *port, uint32_t addr, unsigned size, bool is_write, ZifPortFault fault, MemTxResult result)
{
    port->info = (ZifPortInfo){ .addr = addr, .size = size, .is_write = is_write, .fault = fault, .result = result };
    return false;
}

bool zif__port_bus_failed(ZifPort *port, uint32_t addr, unsigned size, bool is_write, MemTxResult result)
{
    const ZifPortClient *c = &port->config.client;
    if (is_write && c->store_failed != NULL && !c->store_failed(c->opaque, addr, size, result)) {
        return true;
    }
    return refuse(port, addr, size, is_write, ZIF_FAULT_BUS, result);
}

void zif__port_forget_devices(ZifPort *port)
{
    for (uint32_t known = port->devices_known; known != 0; known &= known - 1) {
        ZifPortDevice *d = &port->devices[__builtin_ctz(known)];
        d->size = 0;
        memset(d->reach, 0, sizeof(d->reach)); /* the rest may be in use */
    }
    port->devices_known = 0;
}

/* Remembers the device at addr, if there is one, for the next access to its page. */
static void learn_device(ZifPort *port, uint32_t addr)
{
    const ZifPortClient *c = &port->config.client;
    const uint32_t page = addr & ~(ZIF_PORT_PAGE - 1), last = page + (ZIF_PORT_PAGE - 1);
    const unsigned slot = zif__port_device_slot(addr), prot = zif__port_prot(port, addr);
    ZifIoRange range;
    hwaddr from, to;
    if (port->replaying || !zif_io_range(port->config.as, addr, &range, &from, &to)) {
        return;
    }
    uint32_t first = from > page ? ((uint32_t)from + 3) & ~3u : page;
    uint32_t end = ((to < last ? (uint32_t)to : last) + 1) & ~3u;
    uint32_t size = (int32_t)(end - first) > 0 ? end - first : 0;
    ZifPortDevice *d = &port->devices[slot];
    *d = (ZifPortDevice){ .first = first,
                          .size = size,
                          .attrs = c->attrs != NULL ? c->attrs(c->opaque, false) : MEMTXATTRS_UNSPECIFIED,
                          .range = range };
    for (unsigned width = 0; width < 3; width++) {
        bool whole = range.whole >> width & 1;
        d->reach[width].load = whole && (prot & ZIF_PROT_R) ? size : 0;
        d->reach[width].store = whole && (prot & ZIF_PROT_W) && port->doorbell_count == 0 ? size : 0;
    }
    port->devices_known |= 1u << slot;
}

static MemTxResult through_space(ZifPort *port, uint32_t addr, unsigned size, bool unprivileged, bool is_write,
                                 uint32_t *value)
{
    const ZifPortClient *c = &port->config.client;
    AddressSpace *as = port->config.as;
    MemTxAttrs attrs = c->attrs != NULL ? c->attrs(c->opaque, unprivileged) : MEMTXATTRS_UNSPECIFIED;
    MemTxResult result = MEMTX_OK;
    EventNotifier *bell = NULL;
    if (is_write && port->doorbell_count != 0 && address_space_access_valid(as, addr, (int)size, true, attrs)) {
        bell = zif__port_doorbell(port, addr, size);
    }
    switch (bell != NULL ? 0 : size * 2 + is_write) {
    case 0:
        event_notifier_set(bell);
        break;
    case 2:
        *value = address_space_ldub(as, addr, attrs, &result);
        break;
    case 3:
        address_space_stb(as, addr, *value, attrs, &result);
        break;
    case 4:
        *value = address_space_lduw_le(as, addr, attrs, &result);
        break;
    case 5:
        address_space_stw_le(as, addr, *value, attrs, &result);
        break;
    case 8:
        *value = address_space_ldl_le(as, addr, attrs, &result);
        break;
    default:
        address_space_stl_le(as, addr, *value, attrs, &result);
        break;
    }
    return result;
}

/* One naturally aligned access of at most a word that is not plain memory; `d`: to this device. */
static inline __attribute__((always_inline)) bool bus(ZifPort *port, const ZifPortDevice *d, uint32_t addr,
                                                      unsigned size, bool unprivileged, bool is_write, uint32_t *value)
{
    if (port->replaying && port->record_next < port->record_count) {
        const ZifPortRecord *r = &port->records[port->record_next];
        if (r->addr == addr && r->size == size && r->is_write == is_write) {
            port->record_next++;
            *value = r->value;
            return true;
        }
    }
    if (d == NULL) {
        MemTxResult result = through_space(port, addr, size, unprivileged, is_write, value);
        if (result != MEMTX_OK && !zif__port_bus_failed(port, addr, size, is_write, result)) {
            return false;
        }
    } else if (is_write) {
        if (!zif__port_device_store(port, d, addr, size, *value)) {
            return false;
        }
    } else {
        uint64_t v;
        if (!zif__port_device_load(port, d, addr, size, &v)) {
            return false;
        }
        *value = (uint32_t)v & UINT32_MAX >> (32 - 8 * size);
    }
    if (port->recording) {
        zif__port_record(port, addr, size, is_write, *value);
    }
    return true;
}

/* Bytes of the aligned piece that starts at addr, at most `left` and a word. */
static unsigned piece(uint32_t addr, unsigned left)
{
    unsigned size = 4;
    while (size > left || (addr & (size - 1)) != 0) {
        size /= 2;
    }
    return size;
}

bool zif__port_aligned(const ZifPort *port, uint32_t addr, unsigned size, bool multi)
{
    uint32_t mask = (size > 4 ? 4 : size) - 1;
    return (addr & mask) == 0 || (!multi && !port->unaligned_traps);
}

static bool permitted(ZifPort *port, const ZifPortSection *s, uint32_t addr, unsigned size, bool is_write,
                      bool unprivileged, bool multi)
{
    unsigned need = is_write ? ZIF_PROT_W : ZIF_PROT_R;
    /* Outside memory an unaligned access asks the client: it may be refused, or reported. */
    if ((s != NULL || (addr & (size - 1)) == 0) && !unprivileged &&
        (zif__port_prot(port, addr) & zif__port_prot(port, addr + size - 1) & need)) {
        return true;
    }
    const ZifPortClient *c = &port->config.client;
    ZifPortFault fault = c->check(c->opaque, addr, size, is_write ? ZIF_ACC_STORE : ZIF_ACC_LOAD, unprivileged, multi);
    return fault == ZIF_ACCESS_OK || refuse(port, addr, size, is_write, fault, MEMTX_OK);
}

static bool within(const ZifPortSection *s, uint32_t addr, unsigned size)
{
    return s != NULL && s->last - addr >= size - 1;
}

bool zif__port_load(ZifPort *port, uint32_t addr, unsigned size, bool unprivileged, bool multi, uint64_t *value)
{
    const ZifPortDevice *d = unprivileged ? NULL : zif__port_device(port, addr, size, false);
    if (d != NULL) {
        uint32_t v = 0;
        bool ok = bus(port, d, addr, size, false, false, &v);
        *value = v;
        return ok;
    }
    if (!zif__port_aligned(port, addr, size, multi)) {
        return refuse(port, addr, size, false, ZIF_FAULT_UNALIGNED, MEMTX_OK);
    }
    if (size == 8) {
        uint64_t low, high;
        if (!zif__port_load(port, addr, 4, unprivileged, multi, &low) ||
            !zif__port_load(port, addr + 4, 4, unprivileged, multi, &high)) {
            return false;
        }
        *value = low | high << 32;
        return true;
    }
    const ZifPortSection *s = zif__port_find(port, addr);
    if (!permitted(port, s, addr, size, false, unprivileged, multi)) {
        return false;
    }
    *value = 0;
    for (unsigned done = 0, n; done < size; done += n) {
        uint32_t v = 0, at = addr + done;
        s = zif__port_find(port, at);
        if (s != NULL && s->load && within(s, at, size - done)) {
            n = size - done;
            memcpy(&v, s->host + (at - s->start), n);
        } else {
            n = piece(at, size - done);
            if (s == NULL && !zif__port_knows_device(port, at)) {
                learn_device(port, at);
            }
            if (!bus(port, NULL, at, n, unprivileged, false, &v)) {
                return false;
            }
        }
        *value |= (uint64_t)v << (8 * done);
    }
    return true;
}

bool zif__port_store(ZifPort *port, uint32_t addr, unsigned size, bool unprivileged, bool multi, uint64_t value)
{
    const ZifPortDevice *d = unprivileged ? NULL : zif__port_device(port, addr, size, true);
    if (d != NULL) {
        uint32_t v = (uint32_t)value & UINT32_MAX >> (32 - 8 * size);
        return bus(port, d, addr, size, false, true, &v);
    }
    if (!zif__port_aligned(port, addr, size, multi)) {
        return refuse(port, addr, size, true, ZIF_FAULT_UNALIGNED, MEMTX_OK);
    }
    if (size == 8) {
        return zif__port_store(port, addr, 4, unprivileged, multi, (uint32_t)value) &&
               zif__port_store(port, addr + 4, 4, unprivileged, multi, value >> 32);
    }
    const ZifPortSection *s = zif__port_find(port, addr);
    if (!permitted(port, s, addr, size, true, unprivileged, multi)) {
        return false;
    }
    for (unsigned done = 0, n; done < size; done += n) {
        uint32_t v = (uint32_t)(value >> (8 * done)), at = addr + done;
        s = zif__port_find(port, at);
        if (s != NULL && s->store && within(s, at, size - done)) {
            n = size - done;
            memcpy(s->host + (at - s->start), &v, n);
            zif__port_stored(port, s, at, n);
        } else {
            n = piece(at, size - done);
            v &= UINT32_MAX >> (32 - 8 * n);
            if (s == NULL && !zif__port_knows_device(port, at)) {
                learn_device(port, at);
            }
            if (!bus(port, NULL, at, n, unprivileged, true, &v)) {
                return false;
            }
        }
    }
    return true;
}

const ZifPortSection *zif__port_plain(ZifPort *port, uint32_t addr, uint32_t size, bool is_write)
{
    const ZifPortSection *s = zif__port_find(port, addr);
    if (s == NULL || !within(s, addr, size) || !(is_write ? s->store : s->load)) {
        return NULL;
    }
    const uint32_t low = ZIF_PORT_PAGE - 1;
    uint64_t first = ((uint64_t)s->start + low) & ~(uint64_t)low, end = ((uint64_t)s->last + 1) & ~(uint64_t)low;
    if (addr < first || (uint64_t)addr + size > end) {
        return NULL; /* the engine does not map pages that are shared with something else */
    }
    unsigned need = is_write ? ZIF_PROT_W : ZIF_PROT_R;
    bool free = (zif__port_prot(port, addr) & need) && (zif__port_prot(port, addr + size - 1) & need);
    return free ? s : NULL;
}

uint8_t *zif_port_memory(ZifPort *port, uint32_t addr, uint32_t size, bool is_write)
{
    const ZifPortSection *s = zif__port_find(port, addr);
    if (!within(s, addr, size) || !(is_write ? s->store : s->load) ||
        (is_write && (s->log || zif__port_is_code(s, addr, size)))) {
        return NULL;
    }
    return s->host + (addr - s->start);
}

bool zif__port_peek16(ZifPort *port, uint32_t addr, uint16_t *value)
{
    const ZifPortSection *s = zif__port_find(port, addr);
    if (!within(s, addr, 2)) {
        return false;
    }
    memcpy(value, s->host + (addr - s->start), 2);
    return true;
}

bool zif_port_shows(ZifPort *port, uint32_t addr)
{
    const ZifPortSection *s = zif__port_find(port, addr);
    return within(s, addr, 2) && s->load;
}

bool zif__port_fetch(ZifPort *port, uint32_t addr, unsigned size)
{
    const uint32_t low = ZIF_PORT_PAGE - 1;
    const ZifPortSection *s = zif__port_find(port, addr);
    bool whole = within(s, addr, size);
    if (whole && !s->load) {
        return refuse(port, addr, size, false, ZIF_FAULT_MODE, MEMTX_ERROR);
    }
    if (whole) {
        uint64_t first = ((uint64_t)s->start + low) & ~(uint64_t)low, end = ((uint64_t)s->last + 1) & ~(uint64_t)low;
        whole = addr >= first && (uint64_t)addr + size <= end;
    }
    if (whole && (zif__port_prot(port, addr) & zif__port_prot(port, addr + size - 1) & ZIF_PROT_X)) {
        return true;
    }
    const ZifPortClient *c = &port->config.client;
    ZifPortFault fault = c->check(c->opaque, addr, size, ZIF_ACC_FETCH, false, false);
    if (fault != ZIF_ACCESS_OK) {
        return refuse(port, addr, size, false, fault, MEMTX_OK);
    }
    return whole || refuse(port, addr, size, false, ZIF_FAULT_BUS, MEMTX_DECODE_ERROR);
}
