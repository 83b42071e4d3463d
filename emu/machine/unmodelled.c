/*
 * What nobody modelled and the user helps with: blocks described by an SVD file (--svd), fields held at a value (--stub).
 *
 * A block the file has and the tree has not becomes a node of the tree, so that everything that looks at nodes finds it. Its class has
 * the file's registers: kept, reset, named, without any effect. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <ctype.h>
#include <errno.h>
#include <libfdt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "internal.h"

static const uint64_t PRIVATE_FIRST = 0xe0000000u, PRIVATE_LAST = 0xe00fffffu;

typedef struct ZifSvdClass {
    struct ZifSvdClass *next;
    ZifClass cls;
    char name[80];
} ZifSvdClass;

/* --- Nodes ---------------------------------------------------------------------------------------------------------------- */

typedef struct {
    uint64_t base, size;
    bool is_memory;
} Place;

typedef struct {
    Place *places;
    unsigned n;
} Places;

static void add_place(Places *p, uint64_t base, uint64_t size, bool is_memory)
{
    p->places = realloc(p->places, (p->n + 1) * sizeof *p->places);
    if (!p->places) {
        zif_bug("out of memory for the tree's addresses");
    }
    p->places[p->n++] = (Place){ base, size, is_memory };
}

/* What the tree has, but for the backdrops that catch what nothing else does. */
static Places places_of(const void *fdt)
{
    Places p = { 0 };
    int depth = 0;
    for (int node = fdt_next_node(fdt, -1, &depth); node >= 0; node = fdt_next_node(fdt, node, &depth)) {
        uint64_t base, size;
        int parent = node > 0 ? fdt_parent_offset(fdt, node) : -1;
        int32_t priority = (int32_t)zif__tree_u32(fdt, node, "zif,priority", 0);
        bool is_memory =
            zif__tree_compatible(fdt, node, "mmio-sram") || zif__tree_compatible(fdt, node, "soc-nv-flash");
        for (unsigned i = 0; parent >= 0 && priority >= 0 && zif__tree_has(fdt, node, "compatible") &&
                             zif__node_reg(fdt, node, parent, i, &base, &size);
             i++) {
            add_place(&p, base, size, is_memory);
        }
    }
    return p;
}

static const Place *at_place(const Places *p, uint64_t base, uint64_t size)
{
    for (unsigned i = 0; i < p->n; i++) {
        if (base < p->places[i].base + p->places[i].size && p->places[i].base < base + size) {
            return &p->places[i];
        }
    }
    return NULL;
}

/* The node all others go below; the tree gets room for them. */
static int open_tree(ZifMachine *m, unsigned more, Error **errp)
{
    size_t size = (size_t)fdt_totalsize(m->fdt) + 1024 + (size_t)more * 256;
    void *wide = malloc(size);
    if (!wide || fdt_open_into(m->fdt, wide, (int)size)) {
        free(wide);
        error_setg(errp, "out of memory for the blocks of an SVD file");
        return -1;
    }
    free(m->fdt);
    m->fdt = wide;
    int bus = fdt_add_subnode(wide, 0, "zif-unmodelled");
    if (bus < 0 || fdt_setprop_string(wide, bus, "compatible", "simple-bus") ||
        fdt_setprop_empty(wide, bus, "ranges") || fdt_setprop_u32(wide, bus, "#address-cells", 1) ||
        fdt_setprop_u32(wide, bus, "#size-cells", 1)) {
        error_setg(errp, "the devicetree has no room for the blocks of an SVD file");
        return -1;
    }
    return bus;
}

static bool add_node(ZifMachine *m, int bus, const char *name, uint64_t base, uint64_t size, Error **errp)
{
    char node_name[96];
    fdt32_t reg[2] = { cpu_to_fdt32((uint32_t)base), cpu_to_fdt32((uint32_t)size) };
    int used = snprintf(node_name, sizeof node_name, "%.60s@%llx", name, (unsigned long long)base);
    for (int i = 0; i < used && node_name[i] != '@'; i++) {
        node_name[i] = isalnum((unsigned char)node_name[i]) ? (char)tolower((unsigned char)node_name[i]) : '_';
    }
    int node = fdt_add_subnode(m->fdt, bus, node_name);
    if (node < 0 || fdt_setprop_string(m->fdt, node, "compatible", "zif,unmodelled") ||
        fdt_setprop(m->fdt, node, "reg", reg, sizeof reg) || fdt_setprop_empty(m->fdt, node, "zif,stub")) {
        error_setg(errp, "%s: the devicetree has no room for it", node_name);
        return false;
    }
    return true;
}

/* "0x40021000" of "0x40021000:4=1"; false for a name. */
static bool stub_address(const char *spec, uint64_t *address)
{
    char *end;
    *address = strtoull(spec, &end, 0);
    return isdigit((unsigned char)*spec) && (*end == ':' || *end == '=');
}

bool zif__unmodelled_nodes(ZifMachine *m, Error **errp)
{
    unsigned nstubs = 0;
    while (m->config.stubs && m->config.stubs[nstubs]) {
        nstubs++;
    }
    if (m->config.svd && !(m->svd = zif__svd_open(m->config.svd, errp))) {
        return false;
    }
    if (!m->svd && !nstubs) {
        return true;
    }
    int bus = open_tree(m, (m->svd ? m->svd->n : 0) + nstubs, errp);
    bool ok = bus >= 0;
    Places places = places_of(m->fdt);
    for (unsigned i = 0; ok && m->svd && i < m->svd->n; i++) {
        const ZifSvdPeripheral *p = &m->svd->peripherals[i];
        bool is_private = p->base <= PRIVATE_LAST && p->base + p->span > PRIVATE_FIRST;
        if (!is_private && p->base + p->span <= 1ull << 32 && !at_place(&places, p->base, p->span)) {
            ok = add_node(m, bus, p->name, p->base, p->span, errp);
            add_place(&places, p->base, p->span, false);
        }
    }
    for (unsigned i = 0; ok && i < nstubs; i++) {
        uint64_t address;
        if (!stub_address(m->config.stubs[i], &address)) {
            continue;
        }
        const Place *place = at_place(&places, address & ~3ull, 4);
        if (address > UINT32_MAX || (address >= PRIVATE_FIRST && address <= PRIVATE_LAST) ||
            (place && place->is_memory)) {
            error_setg(errp, "--stub: 0x%llx is no address of a peripheral", (unsigned long long)address);
            ok = false;
        } else if (!place) {
            ok = add_node(m, bus, "stub", address & ~3ull, 4, errp);
            add_place(&places, address & ~3ull, 4, false);
        }
    }
    free(places.places);
    return ok;
}

/* --- Classes -------------------------------------------------------------------------------------------------------------- */

const ZifClass *zif__unmodelled_class(ZifMachine *m, uint64_t base, uint64_t size)
{
    const ZifSvdPeripheral *p = NULL;
    for (unsigned i = 0; m->svd && i < m->svd->n && !p; i++) {
        p = m->svd->peripherals[i].base == base ? &m->svd->peripherals[i] : NULL;
    }
    unsigned n = p ? p->nregs : 0;
    while (n && p->regs[n - 1].offset + p->regs[n - 1].size > size) {
        n--;
    }
    ZifSvdClass *c = n ? calloc(1, sizeof *c) : NULL;
    if (!c) {
        return NULL;
    }
    snprintf(c->name, sizeof c->name, "svd-%.64s", p->name);
    c->cls = (ZifClass){ .name = c->name,
                         .reference = m->config.svd,
                         .summary = "registers of the SVD file: kept, without any effect",
                         .modelled = ZIF_NAMED_STUB,
                         .size = sizeof(ZifDevice) + n * sizeof(uint32_t),
                         .regs = p->regs,
                         .nregs = n,
                         .values = sizeof(ZifDevice) };
    c->next = m->svd_classes;
    m->svd_classes = c;
    return &c->cls;
}

void zif__unmodelled_free(ZifMachine *m)
{
    while (m->svd_classes) {
        ZifSvdClass *c = m->svd_classes;
        m->svd_classes = c->next;
        free(c);
    }
    zif__svd_free(m->svd);
    m->svd = NULL;
}

/* --- Held fields ------------------------------------------------------------------------------------------------------------ */

typedef struct {
    char name[192]; /* in front of '=' */
    uint32_t value;
} Spec;

static bool read_number(const char *text, uint32_t *value)
{
    char *end;
    errno = 0;
    unsigned long long v = strtoull(text, &end, 0);
    *value = (uint32_t)v;
    return isdigit((unsigned char)*text) && !*end && !errno && v <= UINT32_MAX;
}

static bool split(const char *text, Spec *s, Error **errp)
{
    const char *equals = strrchr(text, '=');
    if (!equals || (size_t)(equals - text) >= sizeof s->name || !read_number(equals + 1, &s->value)) {
        error_setg(errp, "--stub: '%.100s' is not PERIPHERAL.REGISTER[.FIELD]=VALUE or ADDRESS[:BIT]=VALUE", text);
        return false;
    }
    snprintf(s->name, sizeof s->name, "%.*s", (int)(equals - text), text);
    return true;
}

static bool hold(ZifDevice *dev, uint32_t offset, unsigned lsb, unsigned width, uint32_t value, const char *what,
                 Error **errp)
{
    uint32_t mask = width >= 32 ? UINT32_MAX : (1u << width) - 1;
    if (value > mask) {
        error_setg(errp, "--stub: %s has %u bit%s, 0x%x does not fit", what, width, width == 1 ? "" : "s", value);
        return false;
    }
    lsb += 8 * (offset & 3);
    zif__hold_bits(dev, offset, mask << lsb, value << lsb);
    return true;
}

/* The device that has its registers at an address; memories of a device are none. */
static ZifDevice *device_at(ZifMachine *m, uint64_t address, uint32_t *offset)
{
    return m->kit.ndevices ? zif_device_at(m->kit.devices[0], address, offset) : NULL;
}

static bool hold_address(ZifMachine *m, Spec *s, Error **errp)
{
    char *end, *colon = strchr(s->name, ':');
    uint64_t address = strtoull(s->name, &end, 0);
    unsigned msb = 31, lsb = 0;
    bool ok = end == (colon ? colon : s->name + strlen(s->name));
    if (colon) {
        int n = 0, fields = sscanf(colon, ":%u:%u%n", &msb, &lsb, &n);
        if (fields == 1) {
            lsb = msb;
            n = (int)strspn(colon + 1, "0123456789") + 1;
        }
        ok = ok && fields >= 1 && !colon[n] && msb < 32 && lsb <= msb;
    } else {
        lsb = 8 * (address & 3);
    }
    uint32_t offset;
    ZifDevice *dev = ok ? device_at(m, address, &offset) : NULL;
    if (!dev) {
        error_setg(errp,
                   ok ? "--stub: there is no peripheral at %s"
                      : "--stub: '%s' is not ADDRESS, ADDRESS:BIT or ADDRESS:MSB:LSB",
                   s->name);
        return false;
    }
    if (!colon) { /* from this byte to the end of its word */
        return hold(dev, offset & ~3u, lsb, 32 - lsb, s->value, s->name, errp);
    }
    return hold(dev, offset & ~3u, lsb, msb - lsb + 1, s->value, s->name, errp);
}

static ZifDevice *device_named(ZifMachine *m, char *name)
{
    uint32_t offset;
    const ZifSvdPeripheral *p = m->svd ? zif__svd_find(m->svd, name) : NULL;
    ZifDevice *dev = zif_machine_device_by_name(m, name);
    for (unsigned i = 0; i < m->kit.ndevices && !dev; i++) {
        dev = !strcasecmp(m->kit.devices[i]->name, name) ? m->kit.devices[i] : NULL;
    }
    return dev || !p ? dev : device_at(m, p->base, &offset);
}

static bool hold_named(ZifMachine *m, Spec *s, Error **errp)
{
    char *reg = strchr(s->name, '.'), *field = reg ? strchr(reg + 1, '.') : NULL, slot_name[64];
    if (!reg) {
        error_setg(errp, "--stub: '%s' names no register", s->name);
        return false;
    }
    *reg++ = '\0';
    if (field) {
        *field++ = '\0';
    }
    ZifDevice *dev = device_named(m, s->name);
    if (!dev) {
        error_setg(errp, "--stub: the board has no peripheral '%s'", s->name);
        return false;
    }
    const ZifLayout *l = dev->core->layout;
    for (unsigned i = 0; i < l->nslots; i++) {
        const ZifSlot *slot = &l->slots[i];
        if (strcasecmp(zif__slot_name(dev->cls, (int)i, slot_name), reg) != 0) {
            continue;
        }
        if (!field) {
            return hold(dev, slot->offset, 0, 8u * slot->size, s->value, reg, errp);
        }
        for (const ZifField *f = slot->row->fields; f && f->name; f++) {
            if (!strcasecmp(f->name, field)) {
                return hold(dev, slot->offset, f->lsb, f->width, s->value, field, errp);
            }
        }
        error_setg(errp, "--stub: %s.%s has no field '%s'", dev->name, reg, field);
        return false;
    }
    error_setg(errp, "--stub: %s has no register '%s'%s", dev->name, reg,
               l->nslots ? "" : ": nobody modelled it; --svd FILE names its registers, ADDRESS:BIT needs no name");
    return false;
}

bool zif__unmodelled_hold(ZifMachine *m, Error **errp)
{
    for (const char *const *text = m->config.stubs; text && *text; text++) {
        Spec s;
        uint64_t address;
        if (!split(*text, &s, errp) ||
            !(stub_address(*text, &address) ? hold_address(m, &s, errp) : hold_named(m, &s, errp))) {
            return false;
        }
    }
    m->config.stubs = NULL; /* the caller's */
    return true;
}
