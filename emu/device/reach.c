/*
 * What a bus master sees: the bus with the holes that its node's `zif,cannot-reach` lists, <port address size> each. A port with
 * holes gets an address space of its own the first time it is used. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdlib.h>
#include "device.h"
#include "internal.h"

enum { MAX_HOLES = 16 };

typedef struct ZifReach {
    AddressSpace as;
    MemoryRegion root, all;
    MemoryRegion holes[MAX_HOLES];
    unsigned nholes;
} ZifReach;

static bool nothing_there(void *opaque, hwaddr addr, unsigned size, bool is_write, MemTxAttrs attrs)
{
    return false;
}

static const MemoryRegionOps hole_ops = { .valid = { .accepts = nothing_there } };

static unsigned holes_of(const ZifDevice *dev, uint32_t cells[3 * MAX_HOLES])
{
    unsigned n = zif_prop_cells(dev, "zif,cannot-reach", cells, 3 * MAX_HOLES);
    return n <= 3 * MAX_HOLES ? n / 3 : MAX_HOLES;
}

bool zif__reach_check(const ZifDevice *dev, Error **errp)
{
    uint32_t cells[3 * MAX_HOLES];
    unsigned n = zif_prop_cells(dev, "zif,cannot-reach", cells, 3 * MAX_HOLES);
    if (n % 3 || n > 3 * MAX_HOLES) {
        error_setg(errp, "%s: zif,cannot-reach is a list of <port address size>, at most %d of them", dev->name,
                   MAX_HOLES);
        return false;
    }
    for (unsigned i = 0; i < n; i += 3) {
        if (cells[i] >= ZIF_MAX_PORTS || !cells[i + 2] || cells[i + 1] > UINT32_MAX - (cells[i + 2] - 1)) {
            error_setg(errp, "%s: zif,cannot-reach: port %u, 0x%x bytes at 0x%x: ports are 0 and 1, addresses 32 bits",
                       dev->name, cells[i], cells[i + 2], cells[i + 1]);
            return false;
        }
    }
    return true;
}

bool zif_out_of_reach(const ZifDevice *dev, unsigned port, uint32_t address)
{
    uint32_t cells[3 * MAX_HOLES];
    unsigned n = holes_of(dev, cells);
    for (unsigned i = 0; i < n; i++) {
        const uint32_t *hole = cells + 3 * i;
        if (hole[0] == port && address >= hole[1] && address - hole[1] < hole[2]) {
            return true;
        }
    }
    return false;
}

static ZifReach *reach_new(ZifDevice *dev, unsigned port)
{
    uint32_t cells[3 * MAX_HOLES];
    unsigned n = holes_of(dev, cells);
    MemoryRegion *bus = dev->core->kit->bus->root;
    ZifReach *r = calloc(1, sizeof *r);
    memory_region_init(&r->root, NULL, "reach", UINT64_MAX);
    memory_region_init_alias(&r->all, NULL, "all", bus, 0, 1ull << 32);
    memory_region_transaction_begin();
    memory_region_add_subregion(&r->root, 0, &r->all);
    for (unsigned i = 0; i < n; i++) {
        if (cells[3 * i] == port) {
            MemoryRegion *hole = &r->holes[r->nholes++];
            memory_region_init_io(hole, NULL, &hole_ops, NULL, "out of reach", cells[3 * i + 2]);
            memory_region_add_subregion_overlap(&r->root, cells[3 * i + 1], hole, 1);
        }
    }
    memory_region_transaction_commit();
    address_space_init(&r->as, &r->root, dev->name);
    return r;
}

AddressSpace *zif_bus_port(ZifDevice *dev, unsigned port)
{
    ZifDeviceCore *core = dev->core;
    uint32_t one;
    if (port >= ZIF_MAX_PORTS) {
        zif_bug("%s: there is no bus port %u", dev->cls->name, port);
    }
    if (core->reach[port]) {
        return &core->reach[port]->as;
    }
    if (!zif_prop_cells(dev, "zif,cannot-reach", &one, 1)) {
        return core->kit->bus;
    }
    core->reach[port] = reach_new(dev, port);
    return &core->reach[port]->as;
}

AddressSpace *zif_bus(ZifDevice *dev)
{
    return zif_bus_port(dev, 0);
}

void zif__reach_free(ZifDevice *dev)
{
    for (unsigned port = 0; port < ZIF_MAX_PORTS; port++) {
        ZifReach *r = dev->core->reach[port];
        if (!r) {
            continue;
        }
        address_space_destroy(&r->as);
        memory_region_del_subregion(&r->root, &r->all);
        zif_memory_region_finalize(&r->all);
        for (unsigned i = 0; i < r->nholes; i++) {
            memory_region_del_subregion(&r->root, &r->holes[i]);
            zif_memory_region_finalize(&r->holes[i]);
        }
        zif_memory_region_finalize(&r->root);
        free(r);
    }
}
