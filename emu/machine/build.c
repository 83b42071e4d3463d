/*
 * From a devicetree to memories, devices and a core. The rules are those of docs/devicetree.md. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <libfdt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "internal.h"

enum { MAX_DEVICES = 2048, MAX_BUS_DEPTH = 8, PATH = 512 };
static const uint64_t MIN_HZ = 1000, MAX_HZ = 10000000000u;
static const uint64_t NO_CORE_HZ = 1000000000; /* of a board without a processor: nobody sees it */

/* --- Which model ------------------------------------------------------------------------------------------------------ */

/* How special a class is to this chip: the root's `compatible`s count down from the first to 1; 0: it is for other chips. */
static unsigned soc_rank(const ZifClass *cls, const void *fdt)
{
    const char *compatible;
    unsigned n = 0, rank = 0;
    while (zif__tree_list(fdt, 0, "compatible", n)) {
        n++;
    }
    for (unsigned i = 0; !rank && (compatible = zif__tree_list(fdt, 0, "compatible", i)); i++) {
        for (const char *const *s = cls->socs; s && *s; s++) {
            rank = strcmp(*s, compatible) ? rank : n - i;
        }
    }
    return rank;
}

static bool fits_node(const ZifClass *cls, const char *compatible)
{
    for (const char *const *c = cls->compatible; c && *c; c++) {
        if (!strcmp(*c, compatible)) {
            return true;
        }
    }
    return false;
}

const ZifClass *zif__class_for(const void *fdt, int node, Error **errp)
{
    const char *compatible;
    for (unsigned i = 0; (compatible = zif__tree_list(fdt, node, "compatible", i)); i++) {
        const ZifClass *best = NULL, *rival = NULL;
        unsigned best_rank = 0;
        for (unsigned k = 0; k < zif_class_count(); k++) {
            const ZifClass *cls = zif_class_at(k);
            if (!fits_node(cls, compatible)) {
                continue;
            }
            unsigned rank = soc_rank(cls, fdt);
            if (cls->socs && !rank) {
                continue;
            }
            if (best && zif_class_is_added(best) && !zif_class_is_added(cls)) {
                break; /* a plugin's goes before those built in */
            }
            if (!best || rank > best_rank) {
                best = cls;
                best_rank = rank;
                rival = NULL;
            } else if (rank == best_rank) {
                rival = cls;
            }
        }
        if (rival) {
            char path[PATH];
            error_setg(errp, "%s: both %s and %s model \"%s\" here", zif__tree_path(fdt, node, path, sizeof path),
                       best->name, rival->name, compatible);
            return NULL;
        }
        if (best) {
            return best;
        }
    }
    return NULL;
}

/* --- Devices ---------------------------------------------------------------------------------------------------------- */

static bool has_name(ZifMachine *m, const char *name)
{
    for (unsigned i = 0; i < m->kit.ndevices; i++) {
        if (!strcmp(m->kit.devices[i]->name, name)) {
            return true;
        }
    }
    return false;
}

/* The label, or the node's name without its address; made unique by the whole node name or a number. */
static char *choose_name(ZifMachine *m, const ZifTreeNode *n)
{
    char name[256];
    const char *node = strrchr(n->path, '/');
    node = node && node[1] ? node + 1 : "device";
    if (n->label) {
        snprintf(name, sizeof name, "%s", n->label);
    } else {
        snprintf(name, sizeof name, "%.*s", (int)strcspn(node, "@"), node);
        if (has_name(m, name)) {
            snprintf(name, sizeof name, "%s", node);
        }
    }
    for (unsigned i = 1; has_name(m, name); i++) {
        snprintf(name, sizeof name, "%.200s#%u", node, i);
    }
    return strdup(name);
}

static bool add_device(ZifMachine *m, int node, const ZifClass *cls, ZifDevice *parent, bool external, Error **errp)
{
    const ZifTreeNode *n = zif__tree_node(m->tree, node);
    const char *path = n->path;
    uint64_t base, size;
    if (m->kit.ndevices == MAX_DEVICES) {
        error_setg(errp, "%s: more than %d devices", path, MAX_DEVICES);
        return false;
    }
    for (unsigned i = 0; !parent && zif__node_reg(m->fdt, node, n->parent, i, &base, &size); i++) {
        if (!zif__range_ok(path, base, size, errp)) {
            return false;
        }
        if (cls != &zif__stub_class &&
            !zif__memory_allowed(m, path, size, errp)) { /* it may be memory: the model knows */
            return false;
        }
    }
    if (cls == &zif__stub_class && !parent && zif__node_reg(m->fdt, node, n->parent, 0, &base, &size)) {
        const ZifClass *described = zif__unmodelled_class(m, base, size);
        cls = described ? described : cls;
    }
    char *name = choose_name(m, n);
    ZifDevice *dev = zif__device_new(&m->kit, cls, name, m->fdt, node);
    free(name);
    dev->core->path = strdup(path);
    dev->core->parent_node = n->parent;
    dev->core->parent = parent;
    dev->core->bus_address = zif__tree_u32(m->fdt, node, "reg", 0);
    dev->core->external = dev->core->external || external;
    return true;
}

/* Parts on a controller's bus; its flash or ROM children are the controller's own affair. */
static bool add_parts(ZifMachine *m, ZifDevice *controller, Error **errp)
{
    int child;
    fdt_for_each_subnode(child, m->fdt, controller->core->node)
    {
        Error *err = NULL;
        if (!zif__tree_has(m->fdt, child, "compatible") || zif__tree_compatible(m->fdt, child, "soc-nv-flash")) {
            continue;
        }
        const ZifClass *cls = zif__class_for(m->fdt, child, &err);
        if (err) {
            error_propagate(errp, err);
            return false;
        }
        if (!add_device(m, child, cls ? cls : &zif__stub_class, controller, true, errp)) {
            return false;
        }
    }
    return true;
}

static const char *const not_devices[] = {
    "arm,v6m-nvic", "arm,v7m-nvic", "arm,armv6m-systick", "arm,armv7m-systick", "fixed-clock", NULL,
};

static bool is_no_device(const void *fdt, int node)
{
    for (const char *const *c = not_devices; *c; c++) {
        if (zif__tree_compatible(fdt, node, *c)) {
            return true;
        }
    }
    return false;
}

static bool walk(ZifMachine *m, int bus, unsigned depth, Error **errp)
{
    int node;
    fdt_for_each_subnode(node, m->fdt, bus)
    {
        Error *err = NULL;
        bool taken = false;
        if (!zif__tree_has(m->fdt, node, "compatible") || is_no_device(m->fdt, node)) {
            continue;
        }
        if (zif__tree_compatible(m->fdt, node, "simple-bus")) {
            int len = 0;
            if (depth == MAX_BUS_DEPTH || (zif__fdt_property(m->fdt, node, "ranges", &len) && len)) {
                error_setg(errp, "%s: buses that translate addresses or are nested deeper than %d are not supported",
                           zif__tree_node(m->tree, node)->path, MAX_BUS_DEPTH);
                return false;
            }
            if (!walk(m, node, depth + 1, errp)) {
                return false;
            }
            continue;
        }
        const ZifClass *cls = zif__class_for(m->fdt, node, &err);
        if (err) {
            error_propagate(errp, err);
            return false;
        }
        if (!cls && !zif__memory_node(m, node, &taken, errp)) {
            return false;
        }
        if (taken || (!cls && !zif__tree_has(m->fdt, node, "reg"))) {
            continue;
        }
        if (!add_device(m, node, cls ? cls : &zif__stub_class, NULL, depth == 0, errp) ||
            !add_parts(m, m->kit.devices[m->kit.ndevices - 1], errp)) {
            return false;
        }
    }
    return true;
}

ZifDevice *zif__device_of_node(ZifMachine *m, int node)
{
    for (unsigned i = 0; node >= 0 && i < m->kit.ndevices; i++) {
        if (m->kit.devices[i]->core->node == node) {
            return m->kit.devices[i];
        }
    }
    return NULL;
}

/* --- Clocks ----------------------------------------------------------------------------------------------------------- */

/* One entry of `clocks` or `resets`: the device that drives it (NULL: none) and its cells. */
typedef struct {
    int node;
    ZifDevice *dev;
    uint32_t cells[4];
    unsigned ncells;
} Supplier;

/* Takes the next entry off cells[n] at *at; false when there is none, or with *errp. */
static bool supplier(ZifMachine *m, int node, const char *prop, unsigned *at, Supplier *s, Error **errp)
{
    uint32_t cells[64];
    unsigned n = zif__tree_cells(m->fdt, node, prop, cells, 64);
    n = n < 64 ? n : 64;
    if (*at >= n) {
        return false;
    }
    *s = (Supplier){ .node = zif__tree_phandle(m->tree, cells[(*at)++]) };
    char width[32];
    snprintf(width, sizeof width, "#%.*s-cells", (int)strlen(prop) - 1, prop);
    s->ncells = s->node >= 0 ? zif__tree_u32(m->fdt, s->node, width, 0) : 0;
    if (s->ncells > 4 || s->ncells > n - *at) {
        error_setg(errp, "%s: %s does not fit %s of its controller", zif__tree_node(m->tree, node)->path, prop, width);
        return false;
    }
    memcpy(s->cells, cells + *at, s->ncells * sizeof *cells);
    *at += s->ncells;
    /* A controller may be split in two nodes, the inner one for its resets. */
    s->dev = zif__device_of_node(m, s->node);
    if (!s->dev && s->node >= 0) {
        s->dev = zif__device_of_node(m, zif__tree_node(m->tree, s->node)->parent);
    }
    return true;
}

static bool give_clocks(ZifMachine *m, uint64_t core_hz, Error **errp)
{
    for (unsigned i = 0; i < m->kit.ndevices; i++) {
        ZifDevice *dev = m->kit.devices[i];
        int node = dev->core->node;
        unsigned at = 0, n = 0;
        Supplier s;
        Error *err = NULL;
        for (; n < ZIF_MAX_CLOCKS && supplier(m, node, "clocks", &at, &s, &err); n++) {
            uint32_t fixed = s.node >= 0 ? zif__tree_u32(m->fdt, s.node, "clock-frequency", 0) : 0;
            if (fixed || !s.dev || !s.dev->cls->clocks) {
                zif__set_clock(dev, n, fixed ? fixed : s.dev ? 0 : core_hz);
            } else if (!zif__clock_from(dev, n, s.dev, s.cells, s.ncells, &err)) {
                break;
            }
        }
        if (!n) {
            uint32_t own = zif__tree_u32(m->fdt, node, "clock-frequency", 0);
            zif__set_clock(dev, 0, own ? own : core_hz);
        }
        at = 0;
        if (!err && supplier(m, node, "resets", &at, &s, &err) && s.dev && s.dev->cls->resets) {
            zif__reset_from(dev, s.dev, s.cells, s.ncells, &err);
        }
        if (err) {
            error_propagate(errp, err);
            return false;
        }
    }
    return true;
}

/* --- The core --------------------------------------------------------------------------------------------------------- */

static const struct {
    const char *compatible;
    ZifCpuModel model;
    bool v7m;
} cores[] = {
    { "arm,cortex-m0", ZIF_CORTEX_M0, false },         { "arm,cortex-m0+", ZIF_CORTEX_M0PLUS, false },
    { "arm,cortex-m0plus", ZIF_CORTEX_M0PLUS, false }, { "arm,cortex-m3", ZIF_CORTEX_M3, true },
    { "arm,cortex-m4f", ZIF_CORTEX_M4F, true },        { "arm,cortex-m4", ZIF_CORTEX_M4, true },
    { "arm,cortex-m7", ZIF_CORTEX_M7, true },
};

static int find_cpu(const void *fdt)
{
    int cpus = fdt_path_offset(fdt, "/cpus"), node;
    if (cpus >= 0) {
        fdt_for_each_subnode(node, fdt, cpus)
        {
            return node;
        }
    }
    return -1;
}

static int find_nvic(const void *fdt)
{
    int nvic = fdt_node_offset_by_compatible(fdt, -1, "arm,v7m-nvic");
    return nvic >= 0 ? nvic : fdt_node_offset_by_compatible(fdt, -1, "arm,v6m-nvic");
}

static bool read_core(ZifMachine *m, int cpu, Error **errp)
{
    const void *fdt = m->fdt;
    ZifCpuConfig *c = &m->cpu_config;
    int nvic = m->nvic = find_nvic(fdt);
    unsigned i = 0, n = sizeof cores / sizeof *cores;
    while (i < n && !zif__tree_compatible(fdt, cpu, cores[i].compatible)) {
        i++;
    }
    if (i == n) {
        const char *what = zif__tree_string(fdt, cpu, "compatible");
        error_setg(errp, "/cpus: no core zif knows: \"%s\"", what ? what : "");
        return false;
    }
    if (nvic < 0) {
        error_setg(errp, "the tree has no interrupt controller (arm,v6m-nvic or arm,v7m-nvic)");
        return false;
    }
    c->model = cores[i].model;
    if (c->model == ZIF_CORTEX_M7 && zif__tree_has(fdt, cpu, "zif,single-precision")) {
        c->model = ZIF_CORTEX_M7S;
    }
    c->num_irqs = zif__tree_u32(fdt, nvic, "zif,num-irqs", cores[i].v7m ? 240 : 32);
    c->prio_bits = zif__tree_u32(fdt, nvic, "arm,num-irq-priority-bits", cores[i].v7m ? 3 : 2);
    c->mpu_regions = zif__tree_u32(fdt, cpu, "arm,num-mpu-regions", 0);
    c->has_vtor = zif__tree_u32(fdt, cpu, "zif,vtor", c->model != ZIF_CORTEX_M0);
    c->has_unprivileged = zif__tree_has(fdt, cpu, "zif,unprivileged");
    c->has_bitband = zif__tree_has(fdt, cpu, "zif,bitband");
    c->vector_base = zif__tree_u32(fdt, cpu, "zif,vector-base", 0);
    c->systick_calib = zif__tree_u32(fdt, cpu, "zif,systick-calib", 0);
    c->systick_ref_div = zif__tree_u32(fdt, cpu, "zif,systick-ref-div", 0);
    c->systick_ref_hz = zif__tree_u32(fdt, cpu, "zif,systick-ref-hz", 0);
    if (c->num_irqs < 1 || c->num_irqs > (cores[i].v7m ? 240u : 32u)) {
        error_setg(errp, "zif,num-irqs is %u: this core has 1 to %u", c->num_irqs, cores[i].v7m ? 240 : 32);
    } else if (cores[i].v7m ? c->prio_bits < 3 || c->prio_bits > 8 : c->prio_bits != 2) {
        error_setg(errp, "arm,num-irq-priority-bits is %u: this core has %s", c->prio_bits,
                   cores[i].v7m ? "3 to 8" : "2");
    } else if (c->mpu_regions != 0 && c->mpu_regions != 8 && (c->mpu_regions != 16 || !cores[i].v7m)) {
        error_setg(errp, "arm,num-mpu-regions is %u: %s", c->mpu_regions, cores[i].v7m ? "0, 8 or 16" : "0 or 8");
    } else if (c->vector_base & 0x7f) {
        error_setg(errp, "zif,vector-base 0x%x is not a multiple of 128", c->vector_base);
    } else {
        return true;
    }
    return false;
}

/* The core's model and the rate it starts with. */
static bool prepare_core(ZifMachine *m, int cpu, Supplier *clock, uint64_t *hz, Error **errp)
{
    unsigned at = 0;
    Error *err = NULL;
    if (!read_core(m, cpu, errp)) {
        return false;
    }
    bool supplied = supplier(m, cpu, "clocks", &at, clock, &err);
    if (err) {
        error_propagate(errp, err);
        return false;
    }
    if (supplied && clock->node >= 0) {
        *hz = zif__tree_u32(m->fdt, clock->node, "clock-frequency", 0);
    }
    if (!*hz) { /* a clock controller may say later; its node's clock-frequency is the rate out of reset */
        *hz = zif__tree_u32(m->fdt, cpu, "clock-frequency", 0);
    }
    if (*hz < MIN_HZ || *hz > MAX_HZ) {
        error_setg(errp, "/cpus/cpu@0: a core clock of %llu Hz (clocks or clock-frequency says it)",
                   (unsigned long long)*hz);
        return false;
    }
    return true;
}

bool zif__build(ZifMachine *m, Error **errp)
{
    uint64_t hz = 0;
    Supplier clock = { .node = -1 };
    int cpu = find_cpu(m->fdt);
    m->bus_only = zif__tree_has(m->fdt, 0, "zif,bus-only");
    if (cpu < 0 && !m->bus_only) {
        error_setg(errp, "the tree has no /cpus/cpu@0");
        return false;
    }
    m->model = zif__tree_string(m->fdt, 0, "model");
    m->nvic = -1;
    if (cpu >= 0 && !prepare_core(m, cpu, &clock, &hz, errp)) {
        return false;
    }
    m->kit.timeline = zif_timeline_new(cpu < 0 ? NO_CORE_HZ : hz);
    memory_region_init(&m->system, NULL, "system", 1ull << 32);
    m->kit.root = &m->system;
    if (!walk(m, 0, 0, errp) || !zif__no_overlaps(m, errp)) {
        return false;
    }
    m->core_clock_from = zif__device_of_node(m, clock.node);
    m->core_clock_line = m->core_clock_from ? zif__clock_line(m->core_clock_from, clock.cells, clock.ncells) : -1;
    if (!give_clocks(m, zif_timeline_hz(m->kit.timeline), errp)) {
        return false;
    }
    address_space_init(&m->bus, &m->system, "bus");
    m->bus_ready = true;
    m->kit.bus = &m->bus;
    for (unsigned i = 0; i < m->kit.ndevices; i++) {
        if (!zif__device_realize(m->kit.devices[i], errp)) {
            return false;
        }
    }
    if (!zif__memory_aliases(m, errp)) {
        return false;
    }
    m->cpu_config.bus = &m->system;
    m->cpu_config.timeline = m->kit.timeline;
    m->cpu = cpu < 0 ? NULL : zif_cpu_new(&m->cpu_config, errp);
    zif__displays_build(m);
    return (m->cpu || cpu < 0) && zif__wire_devices(m, errp) && zif__serial_build(m, errp) &&
           zif__semihost_build(m, errp) && zif__unmodelled_hold(m, errp);
}

void zif__unbuild(ZifMachine *m)
{
    zif__semihost_drop(m);
    zif__serial_drop(m);
    zif__displays_free(m->displays);
    zif_cpu_free(m->cpu);
    zif__kit_unrealize(&m->kit);
    if (m->bus_ready) {
        address_space_destroy(&m->bus);
    }
    zif__memory_aliases_drop(m);
    zif__kit_free(&m->kit);
    zif__wires_drop(m);
    zif__memories_free(m);
    if (m->kit.timeline) {
        zif_memory_region_finalize(&m->system);
        zif_timeline_free(m->kit.timeline);
    }
}
