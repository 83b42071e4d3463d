/*
 * A device's devicetree node: properties, reg entries, phandles. Values are only ever read within the bounds libfdt gives.
 * Document: Devicetree Specification v0.4. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <libfdt.h>
#include <stdlib.h>
#include <string.h>
#include "device.h"
#include "internal.h"

static const void *property(const ZifDevice *dev, const char *name, int *len)
{
    ZifDeviceCore *core = dev->core;
    for (unsigned i = 0; i < core->nprops; i++) {
        if (!strcmp(core->props[i].name, name)) {
            *len = core->props[i].len;
            return core->props[i].value;
        }
    }
    ZifProperty p = { .name = strdup(name) };
    p.value = core->fdt ? zif__fdt_property(core->fdt, core->node, name, &p.len) : NULL;
    core->props = realloc(core->props, (core->nprops + 1) * sizeof *core->props);
    core->props[core->nprops++] = p;
    *len = p.value ? p.len : 0;
    return p.value;
}

static uint32_t cell(const void *data, unsigned n)
{
    fdt32_t v;
    memcpy(&v, (const char *)data + 4 * n, 4);
    return fdt32_to_cpu(v);
}

uint32_t zif_prop_u32(const ZifDevice *dev, const char *name, uint32_t otherwise)
{
    int len;
    const void *p = property(dev, name, &len);
    return p && len >= 4 ? cell(p, 0) : otherwise;
}

const char *zif_prop_string(const ZifDevice *dev, const char *name, const char *otherwise)
{
    int len;
    const char *p = property(dev, name, &len);
    return p && len > 0 && memchr(p, 0, len) ? p : otherwise;
}

bool zif_prop_bool(const ZifDevice *dev, const char *name)
{
    int len;
    return property(dev, name, &len) != NULL;
}

static unsigned copy_cells(const void *p, int len, uint32_t *out, unsigned max)
{
    unsigned n = p && len > 0 ? len / 4 : 0;
    for (unsigned i = 0; i < n && i < max; i++) {
        out[i] = cell(p, i);
    }
    return n;
}

unsigned zif_prop_cells(const ZifDevice *dev, const char *name, uint32_t *out, unsigned max)
{
    int len;
    const void *p = property(dev, name, &len);
    return copy_cells(p, len, out, max);
}

unsigned zif_prop_bytes(const ZifDevice *dev, const char *name, uint8_t *out, unsigned max)
{
    int len;
    const void *p = property(dev, name, &len);
    unsigned n = p && len > 0 ? (unsigned)len : 0;
    memcpy(out, p ? p : "", n < max ? n : max);
    return n;
}

uint32_t zif_prop_cell(const ZifDevice *dev, const char *name, unsigned index, uint32_t otherwise)
{
    int len;
    const void *p = property(dev, name, &len);
    return p && len > 0 && index < (unsigned)len / 4 ? cell(p, index) : otherwise;
}

unsigned zif_nchildren(const ZifDevice *dev)
{
    unsigned n = 0;
    int child;
    if (dev->core->fdt) {
        fdt_for_each_subnode(child, dev->core->fdt, dev->core->node)
        {
            n++;
        }
    }
    return n;
}

unsigned zif_child_cells(const ZifDevice *dev, unsigned index, const char *name, uint32_t *out, unsigned max)
{
    int child, len = 0;
    if (dev->core->fdt) {
        fdt_for_each_subnode(child, dev->core->fdt, dev->core->node)
        {
            if (index-- == 0) {
                const void *p = zif__fdt_property(dev->core->fdt, child, name, &len);
                return copy_cells(p, len, out, max);
            }
        }
    }
    return 0;
}

ZifDevice *zif__device_by_phandle(ZifKit *kit, uint32_t phandle)
{
    for (unsigned i = 0; phandle && i < kit->ndevices; i++) {
        if (kit->devices[i]->core->phandle == phandle) {
            return kit->devices[i];
        }
    }
    return NULL;
}

ZifDevice *zif_prop_device(const ZifDevice *dev, const char *name, unsigned index)
{
    int len;
    const void *p = property(dev, name, &len);
    return p && index < (unsigned)len / 4 ? zif__device_by_phandle(dev->core->kit, cell(p, index)) : NULL;
}

ZifDevice *zif_prop_peer(const ZifDevice *dev, const char *name, const char *class_name)
{
    ZifDevice *peer = zif_prop_device(dev, name, 0);
    return peer && !strcmp(peer->cls->name, class_name) ? peer : NULL;
}

bool zif__node_reg(const void *fdt, int node, int parent, unsigned index, uint64_t *base, uint64_t *size)
{
    int len;
    const void *p = fdt ? zif__fdt_property(fdt, node, "reg", &len) : NULL;
    if (!p || parent < 0) {
        return false;
    }
    uint32_t na = zif__fdt_number(fdt, parent, "#address-cells", 2),
             ns = zif__fdt_number(fdt, parent, "#size-cells", 1);
    if (na < 1 || na > 2 || ns > 2 || index >= (unsigned)len / (4 * (na + ns))) {
        return false;
    }
    unsigned at = index * (na + ns);
    *base = *size = 0;
    for (unsigned i = 0; i < na; i++) {
        *base = *base << 32 | cell(p, at++);
    }
    for (unsigned i = 0; i < ns; i++) {
        *size = *size << 32 | cell(p, at++);
    }
    return true;
}

void zif_map_region(ZifDevice *dev, unsigned index, MemoryRegion *mr)
{
    uint64_t base = 0, size = 0;
    if (!zif__node_reg(dev->core->fdt, dev->core->node, dev->core->parent_node, index, &base, &size)) {
        zif_bug("%s (%s): no reg entry %u to map %s at", dev->name, dev->cls->name, index, memory_region_name(mr));
    }
    zif_map_at(dev, base, mr);
}

void zif_map_at(ZifDevice *dev, uint64_t address, MemoryRegion *mr)
{
    ZifDeviceCore *core = dev->core;
    core->mapped = realloc(core->mapped, (core->nmapped + 1) * sizeof *core->mapped);
    core->mapped[core->nmapped++] = mr;
    memory_region_add_subregion_overlap(core->kit->root, address, mr, (int)zif_prop_u32(dev, "zif,priority", 0));
}
