/* The test bench: see zif/testbench.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include <libfdt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zif/testbench.h>
#include "../device.h"

/* The bench's time source counts picoseconds. */
enum { PROP_CELLS = 16, FDT_BYTES = 4096, RAM_BYTES = 65536 };
static const uint64_t SOURCE_HZ = 1000000000000u;
static const uint32_t DEFAULT_HZ = 16000000;

typedef struct {
    unsigned rises;
} Edge;

typedef struct Bench1 { /* what the bench keeps of one device */
    struct Bench1 *next;
    ZifDevice *dev;
    void *fdt;
    Edge *edges; /* by output line */
    char *sent;
    size_t nsent, room, taken;
} Bench1;

struct ZifBench {
    ZifKit kit;
    ZifMemoryContext *ctx, *before;
    MemoryRegion root, ram;
    AddressSpace as;
    ZifTime now;
    Bench1 *devices;
    uint64_t stalled;
    unsigned resets, events;
};

static uint64_t source(void *opaque)
{
    return ((ZifBench *)opaque)->now;
}

static void on_stall(void *opaque, uint64_t cycles)
{
    ((ZifBench *)opaque)->stalled += cycles;
}

static void on_send_event(void *opaque)
{
    ((ZifBench *)opaque)->events++;
}

static void on_reset(void *opaque, ZifResetKind kind)
{
    ((ZifBench *)opaque)->resets++;
}

ZifBench *zif_bench_new(void)
{
    ZifBench *b = calloc(1, sizeof *b);
    b->ctx = zif_memory_context_new(&error_abort);
    b->before = zif_memory_context_use(b->ctx);
    memory_region_init(&b->root, NULL, "bench", UINT64_MAX);
    memory_region_init_ram_nomigrate(&b->ram, NULL, "bench-ram", RAM_BYTES, &error_abort);
    memory_region_add_subregion(&b->root, ZIF_BENCH_RAM, &b->ram);
    address_space_init(&b->as, &b->root, "bench");
    b->kit.timeline = zif_timeline_new(SOURCE_HZ);
    zif_timeline_set_source(b->kit.timeline, source, b);
    b->kit.bus = &b->as;
    b->kit.root = &b->root;
    b->kit.hooks.stall = on_stall;
    b->kit.hooks.send_event = on_send_event;
    b->kit.hooks.reset_request = on_reset;
    b->kit.hooks.opaque = b;
    zif__kit_init(&b->kit, 1);
    return b;
}

void zif_bench_free(ZifBench *b)
{
    zif__kit_unrealize(&b->kit);
    address_space_destroy(&b->as);
    zif__kit_free(&b->kit);
    while (b->devices) {
        Bench1 *d = b->devices;
        b->devices = d->next;
        free(d->fdt);
        free(d->edges);
        free(d->sent);
        free(d);
    }
    memory_region_del_subregion(&b->root, &b->ram);
    zif_memory_region_finalize(&b->ram);
    zif_memory_region_finalize(&b->root);
    zif_timeline_free(b->kit.timeline);
    zif_memory_context_free(b->ctx);
    zif_memory_context_use(b->before);
    free(b);
}

static ZifBench *bench_of(const ZifDevice *dev)
{
    return (ZifBench *)((char *)dev->core->kit - offsetof(ZifBench, kit));
}

static Bench1 *entry_of(const ZifDevice *dev)
{
    for (Bench1 *d = bench_of(dev)->devices; d; d = d->next) {
        if (d->dev == dev) {
            return d;
        }
    }
    zif_bug("test bench: %s is not on this bench", dev->name);
}

static void must(int fdt_error)
{
    if (fdt_error < 0) {
        zif_bug("test bench: building a node: %s", fdt_strerror(fdt_error));
    }
}

/* A tree of one node below the root, holding the given properties. */
static void *build_node(const ZifBenchProp *props, uint32_t phandle, int *node)
{
    void *fdt = malloc(FDT_BYTES);
    must(fdt_create(fdt, FDT_BYTES));
    must(fdt_finish_reservemap(fdt));
    must(fdt_begin_node(fdt, ""));
    must(fdt_property_u32(fdt, "#address-cells", 1));
    must(fdt_property_u32(fdt, "#size-cells", 1));
    must(fdt_begin_node(fdt, "device"));
    must(fdt_property_u32(fdt, "phandle", phandle));
    for (; props && props->name; props++) {
        if (props->text) {
            must(fdt_property_string(fdt, props->name, props->text));
            continue;
        }
        fdt32_t cells[PROP_CELLS];
        for (unsigned i = 0; i < props->ncells; i++) {
            cells[i] = cpu_to_fdt32(props->cells[i]);
        }
        must(fdt_property(fdt, props->name, cells, 4 * (int)props->ncells));
    }
    must(fdt_end_node(fdt));
    must(fdt_end_node(fdt));
    must(fdt_finish(fdt));
    *node = fdt_path_offset(fdt, "/device");
    return fdt;
}

static void keep_byte(void *opaque, uint8_t byte, ZifTime when)
{
    Bench1 *d = opaque;
    if (d->nsent + 1 >= d->room) {
        d->room = 2 * d->room + 64;
        d->sent = realloc(d->sent, d->room);
    }
    d->sent[d->nsent++] = byte;
    d->sent[d->nsent] = 0;
}

static void count_edge(void *opaque, int level)
{
    ((Edge *)opaque)->rises += level;
}

static const ZifClass *class_named(const char *name)
{
    for (unsigned i = 0; i < zif_nclasses; i++) {
        if (!strcmp(zif_classes[i]->name, name)) {
            return zif_classes[i];
        }
    }
    zif_bug("test bench: there is no class \"%s\"", name);
}

static ZifDevice *add(ZifBench *b, ZifDevice *parent, const ZifClass *cls, const ZifBenchProp *props)
{
    Bench1 *d = calloc(1, sizeof *d);
    int node;
    char name[64];
    d->fdt = build_node(props, b->kit.ndevices + 1, &node);
    snprintf(name, sizeof name, "%.40s.%u", cls->name, b->kit.ndevices);
    d->dev = zif__device_new(&b->kit, cls, name, d->fdt, node);
    d->next = b->devices;
    b->devices = d;
    ZifDeviceCore *core = d->dev->core;
    uint32_t cells[8];
    unsigned ncells = zif_prop_cells(d->dev, "clocks", cells, 8);
    if (ncells) {
        zif__clock_from(d->dev, 0, zif_prop_device(d->dev, "clocks", 0), cells + 1, ncells - 1, &error_abort);
    } else {
        zif__set_clock(d->dev, 0, zif_prop_u32(d->dev, "clock-frequency", DEFAULT_HZ));
    }
    ncells = zif_prop_cells(d->dev, "resets", cells, 8);
    if (ncells) {
        zif__reset_from(d->dev, zif_prop_device(d->dev, "resets", 0), cells + 1, ncells - 1, &error_abort);
    }
    core->parent = parent;
    core->bus_address = zif_prop_u32(d->dev, "reg", 0);
    core->path = strdup("/device");
    d->edges = calloc(core->noutputs + 1, sizeof *d->edges);
    for (unsigned i = 0; i < core->noutput_names; i++) {
        for (unsigned k = core->output_base[i]; k < core->output_base[i + 1]; k++) {
            zif__wire_add(d->dev, i, k - core->output_base[i], count_edge, &d->edges[k]);
        }
    }
    if (core->serial) {
        zif_serial_on_transmit(core->serial, keep_byte, d);
    }
    zif__device_realize(d->dev, &error_abort);
    zif_reset_device(d->dev, ZIF_RESET_POWER_ON);
    return d->dev;
}

ZifDevice *zif_bench_add(ZifBench *b, const char *class_name, const ZifBenchProp *props)
{
    return add(b, NULL, class_named(class_name), props);
}

ZifDevice *zif_bench_add_class(ZifBench *b, const ZifClass *cls, const ZifBenchProp *props)
{
    return add(b, NULL, cls, props);
}

ZifDevice *zif_bench_add_part(ZifBench *b, ZifDevice *controller, const char *class_name, const ZifBenchProp *props)
{
    return add(b, controller, class_named(class_name), props);
}

ZifDevice *zif_bench_add_part_class(ZifBench *b, ZifDevice *controller, const ZifClass *cls, const ZifBenchProp *props)
{
    return add(b, controller, cls, props);
}

void zif_bench_clock(ZifDevice *dev, unsigned n, uint64_t hz)
{
    zif__set_clock(dev, n, hz);
}

uint32_t zif_bench_phandle(ZifDevice *dev)
{
    return dev->core->phandle;
}

void zif_bench_reset(ZifBench *b, ZifResetKind kind)
{
    zif__devices_reset(&b->kit, zif__reset_reaches, kind);
}

uint32_t zif_bench_read_sized(ZifDevice *dev, uint32_t offset, unsigned size)
{
    uint64_t value = 0;
    zif__mmio_read(dev, offset, &value, size, MEMTXATTRS_UNSPECIFIED);
    return value;
}

void zif_bench_write_sized(ZifDevice *dev, uint32_t offset, uint32_t value, unsigned size)
{
    zif__mmio_write(dev, offset, value, size, MEMTXATTRS_UNSPECIFIED);
}

uint32_t zif_bench_read(ZifDevice *dev, uint32_t offset)
{
    return zif_bench_read_sized(dev, offset, 4);
}

void zif_bench_write(ZifDevice *dev, uint32_t offset, uint32_t value)
{
    zif_bench_write_sized(dev, offset, value, 4);
}

uint32_t zif_bench_peek(ZifDevice *dev, uint32_t offset)
{
    const ZifLayout *l = dev->core->layout;
    for (unsigned i = 0; i < l->nslots; i++) {
        if (l->slots[i].offset == offset && l->read_at[offset >> l->shift] == i) {
            return zif__slot_peek(dev, i);
        }
    }
    zif_bug("test bench: %s has no register at 0x%x", dev->name, offset);
}

void zif_bench_run(ZifBench *b, ZifTime duration)
{
    ZifTime end = b->now + duration;
    for (;;) {
        ZifTime next = zif_timeline_next(b->kit.timeline);
        if (next > end) {
            break;
        }
        b->now = next > b->now ? next : b->now;
        zif_timeline_run_due(b->kit.timeline);
    }
    b->now = end;
}

ZifTime zif_bench_now(ZifBench *b)
{
    return b->now;
}

static unsigned output_named(const ZifDevice *dev, const char *name)
{
    int i = zif__output_find(dev->cls, name);
    if (i < 0) {
        zif_bug("test bench: %s has no output \"%s\"", dev->cls->name, name);
    }
    return i;
}

static unsigned input_named(const ZifDevice *dev, const char *name)
{
    int i = zif__input_find(dev->cls, name);
    if (i < 0) {
        zif_bug("test bench: %s has no input \"%s\"", dev->cls->name, name);
    }
    return i;
}

int zif_bench_level(ZifDevice *dev, const char *output, unsigned line)
{
    return zif_output_level(dev, output_named(dev, output), line);
}

unsigned zif_bench_rises(ZifDevice *dev, const char *output, unsigned line)
{
    return entry_of(dev)->edges[dev->core->output_base[output_named(dev, output)] + line].rises;
}

void zif_bench_drive(ZifDevice *dev, const char *input, unsigned line, int level)
{
    zif__input_set(dev, input_named(dev, input), line, level);
}

void zif_bench_connect(ZifDevice *src, const char *output, unsigned line, ZifDevice *dst, const char *input,
                       unsigned dst_line)
{
    zif_connect(src, output_named(src, output), line, dst, input_named(dst, input), dst_line);
}

const char *zif_bench_transmitted(ZifDevice *dev, size_t *len)
{
    Bench1 *d = entry_of(dev);
    const char *text = d->sent ? d->sent + d->taken : "";
    if (len) {
        *len = d->nsent - d->taken;
    }
    d->taken = d->nsent;
    return text;
}

static ZifSerialLine *line_of(ZifDevice *dev)
{
    if (!dev->core->serial) {
        zif_bug("test bench: %s is no UART", dev->name);
    }
    return dev->core->serial;
}

void zif_bench_send(ZifDevice *dev, const void *bytes, size_t len)
{
    zif_serial_send(line_of(dev), bytes, len);
}

void zif_bench_inject(ZifDevice *dev, const char *fault)
{
    zif_device_inject(dev, fault, &error_abort);
}

void zif_bench_impatient(ZifDevice *dev)
{
    zif_serial_set_patient(line_of(dev), false);
}

size_t zif_bench_queued(ZifDevice *dev)
{
    return zif_serial_queued(line_of(dev));
}

void *zif_bench_ram(ZifBench *b)
{
    return memory_region_get_ram_ptr(&b->ram);
}

unsigned zif_bench_nreports(ZifBench *b)
{
    return zif__nreports(&b->kit);
}

const char *zif_bench_report_text(ZifBench *b, unsigned n)
{
    const ZifReportEntry *e = zif__report_at(&b->kit, n);
    return e ? e->text : "";
}

uint64_t zif_bench_reported(ZifBench *b, ZifReportKind kind, const char *reg)
{
    uint64_t n = 0;
    for (unsigned i = 0; i < zif__nreports(&b->kit); i++) {
        const ZifReportEntry *e = zif__report_at(&b->kit, i);
        n += e->kind == kind && (!reg || !strcmp(e->reg, reg)) ? e->count : 0;
    }
    return n;
}

uint64_t zif_bench_stalled(ZifBench *b)
{
    return b->stalled;
}

unsigned zif_bench_events(ZifBench *b)
{
    return b->events;
}

unsigned zif_bench_reset_requests(ZifBench *b)
{
    return b->resets;
}

void *zif_bench_save(ZifDevice *dev, size_t *size)
{
    *size = zif__device_state_size(dev);
    void *state = malloc(*size);
    zif__device_save(dev, state);
    return state;
}

void zif_bench_restore(ZifDevice *dev, const void *state)
{
    zif__device_restore(dev, state);
    zif__device_restored(dev);
}
