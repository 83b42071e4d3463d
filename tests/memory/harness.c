/*
 * The world of the memory tests, see harness.h. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "harness.h"
#include <dirent.h>
#include <sys/wait.h>

/* ---- what a test made ---- */

typedef struct Item {
    struct Item *next;
    enum { ITEM_REGION, ITEM_STORAGE, ITEM_SPACE, ITEM_RECORDER } kind;
    void *memory;
    MemoryRegion *mr;
    bool live;
} Item;

static struct {
    ZifMemoryContext *ctx;
    Item *items; /* newest first */
    char log[1 << 16], text[1 << 16];
    size_t log_len;
    char dir[64];
    bool in_child;
    int child_fd;
    pid_t child;
} world;

static void *keep(int kind, void *memory, MemoryRegion *mr)
{
    Item *item = calloc(1, sizeof *item);
    *item = (Item){ world.items, kind, memory, mr, true };
    world.items = item;
    return memory;
}

static int world_up(void **state)
{
    world.ctx = zif_memory_context_new(&error_abort);
    zif_memory_context_use(world.ctx);
    zif_memory_context_set_page_size(world.ctx, PAGE, &error_abort);
    log_clear();
    return 0;
}

static void remove_scratch(void)
{
    if (!world.dir[0]) {
        return;
    }
    DIR *d = opendir(world.dir);
    for (struct dirent *e; d && (e = readdir(d));) {
        if (e->d_name[0] != '.') {
            unlinkat(dirfd(d), e->d_name, 0);
        }
    }
    if (d) {
        closedir(d);
    }
    rmdir(world.dir);
    world.dir[0] = 0;
}

static int world_down(void **state)
{
    zif_memory_flush_coalesced(world.ctx);
    for (Item *i = world.items; i; i = i->next) {
        if (i->kind == ITEM_RECORDER) {
            memory_listener_unregister(i->memory);
        }
    }
    for (Item *i = world.items; i; i = i->next) {
        if (i->kind == ITEM_SPACE && i->live) {
            address_space_destroy(i->memory);
        }
    }
    for (Item *i = world.items; i; i = i->next) {
        if (i->kind == ITEM_REGION && i->live && i->mr->container) {
            memory_region_del_subregion(i->mr->container, i->mr);
        }
    }
    for (Item *i = world.items; i; i = i->next) {
        if (i->kind == ITEM_REGION && i->live && OBJECT(i->mr)->class) {
            zif_memory_region_finalize(i->mr);
        }
    }
    while (world.items) {
        Item *i = world.items;
        world.items = i->next;
        free(i->memory);
        free(i);
    }
    zif_memory_context_use(NULL);
    zif_memory_context_free(world.ctx);
    remove_scratch();
    return 0;
}

const char *scratch(const char *name)
{
    static char path[4][300];
    static unsigned turn;
    if (!world.dir[0]) {
        strcpy(world.dir, "/tmp/zif-memory-XXXXXX");
        assert_non_null(mkdtemp(world.dir));
    }
    char *p = path[turn++ % 4];
    snprintf(p, sizeof path[0], "%s%s%s", world.dir, *name ? "/" : "", name);
    return p;
}

/* ---- the log ---- */

void note(const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    size_t room = sizeof world.log - world.log_len;
    int n = vsnprintf(world.log + world.log_len, room, fmt, ap);
    va_end(ap);
    if (n >= 0 && (size_t)n + 1 < room) {
        world.log_len += (size_t)n;
        world.log[world.log_len++] = ' ';
        world.log[world.log_len] = 0;
    }
}

const char *log_text(void)
{
    return world.log;
}

void log_clear(void)
{
    world.log_len = 0;
    world.log[0] = 0;
}

/* Equal but for runs of spaces. */
static bool same(const char *a, const char *b)
{
    for (;;) {
        while (*a == ' ') {
            a++;
        }
        while (*b == ' ') {
            b++;
        }
        while (*a && *a != ' ' && *a == *b) {
            a++;
            b++;
        }
        bool end_a = !*a || *a == ' ', end_b = !*b || *b == ' ';
        if (!end_a || !end_b) {
            return false;
        }
        if (!*a || !*b) {
            while (*a == ' ') {
                a++;
            }
            while (*b == ' ') {
                b++;
            }
            return !*a && !*b;
        }
    }
}

void harness_compare(const char *what, const char *got, const char *want, const char *file, int line)
{
    if (!same(got, want)) {
        print_error("%s differs\n  want: %s\n  got:  %s\n", what, want, got);
        _fail(file, line);
    }
}

/* ---- regions ---- */

MemoryRegion *blank(void)
{
    MemoryRegion *mr = calloc(1, sizeof *mr);
    keep(ITEM_REGION, mr, mr);
    return mr;
}

MemoryRegion *blank_owned(void)
{
    MemoryRegion *mr = calloc(1, sizeof *mr);
    keep(ITEM_STORAGE, mr, mr);
    return mr;
}

void disown(MemoryRegion *mr)
{
    for (Item *i = world.items; i; i = i->next) {
        if (i->kind == ITEM_REGION && i->mr == mr) {
            i->live = false;
        }
    }
}

MemoryRegion *box(const char *name, uint64_t size)
{
    MemoryRegion *mr = blank();
    memory_region_init(mr, NULL, name, size);
    return mr;
}

Dev *dev(MemoryRegion *mr)
{
    return mr->opaque;
}

static uint64_t pattern(hwaddr addr, unsigned size)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < size; i++) {
        value |= (uint64_t)(0x11 * (((addr + i) & 7) + 1)) << (8 * i);
    }
    return value;
}

uint64_t dev_read(void *opaque, hwaddr addr, unsigned size)
{
    Dev *d = opaque;
    d->calls++;
    if (!d->quiet) {
        note("%s.r(%" PRIx64 ",%u)", d->tag, addr, size);
    }
    if (d->hook) {
        d->hook(d, addr, size, false, 0);
    }
    return d->fixed ? d->value : pattern(addr, size);
}

void dev_write(void *opaque, hwaddr addr, uint64_t data, unsigned size)
{
    Dev *d = opaque;
    d->calls++;
    if (!d->quiet) {
        note("%s.w(%" PRIx64 ",%" PRIx64 ",%u)", d->tag, addr, data, size);
    }
    if (d->hook) {
        d->hook(d, addr, size, true, data);
    }
}

MemTxResult dev_read_attrs(void *opaque, hwaddr addr, uint64_t *data, unsigned size, MemTxAttrs attrs)
{
    Dev *d = opaque;
    assert_true(*data == 0);
    d->attrs = attrs;
    *data = dev_read(opaque, addr, size);
    return d->result;
}

MemTxResult dev_write_attrs(void *opaque, hwaddr addr, uint64_t data, unsigned size, MemTxAttrs attrs)
{
    Dev *d = opaque;
    d->attrs = attrs;
    dev_write(opaque, addr, data, size);
    return d->result;
}

static Dev *new_dev(int kind, const char *tag, MemoryRegionOps ops)
{
    Dev *d = calloc(1, sizeof *d);
    keep(kind, d, &d->mr);
    d->tag = tag;
    d->ops = ops;
    if (!ops.read && !ops.read_with_attrs) {
        d->ops.read = dev_read;
    }
    if (!ops.write && !ops.write_with_attrs) {
        d->ops.write = dev_write;
    }
    return d;
}

Dev *dev_storage(const char *tag)
{
    return new_dev(ITEM_STORAGE, tag, (MemoryRegionOps){ 0 });
}

MemoryRegion *io_with(const char *name, uint64_t size, MemoryRegionOps ops)
{
    Dev *d = new_dev(ITEM_REGION, name, ops);
    memory_region_init_io(&d->mr, NULL, &d->ops, d, name, size);
    return &d->mr;
}

MemoryRegion *io(const char *name, uint64_t size)
{
    return io_with(name, size, (MemoryRegionOps){ 0 });
}

MemoryRegion *ram(const char *name, uint64_t size)
{
    MemoryRegion *mr = blank();
    memory_region_init_ram_nomigrate(mr, NULL, name, size, &error_abort);
    return mr;
}

MemoryRegion *rom(const char *name, uint64_t size)
{
    MemoryRegion *mr = blank();
    memory_region_init_rom_nomigrate(mr, NULL, name, size, &error_abort);
    return mr;
}

MemoryRegion *romd(const char *name, uint64_t size)
{
    Dev *d = new_dev(ITEM_REGION, name, (MemoryRegionOps){ 0 });
    memory_region_init_rom_device_nomigrate(&d->mr, NULL, &d->ops, d, name, size, &error_abort);
    return &d->mr;
}

MemoryRegion *ali(const char *name, MemoryRegion *target, hwaddr offset, uint64_t size)
{
    MemoryRegion *mr = blank();
    memory_region_init_alias(mr, NULL, name, target, offset, size);
    return mr;
}

MemoryRegion *at(MemoryRegion *parent, hwaddr offset, MemoryRegion *child)
{
    memory_region_add_subregion(parent, offset, child);
    return child;
}

MemoryRegion *over(MemoryRegion *parent, hwaddr offset, MemoryRegion *child, int priority)
{
    memory_region_add_subregion_overlap(parent, offset, child, priority);
    return child;
}

/* ---- address spaces ---- */

AddressSpace *space_named(MemoryRegion *root, const char *name)
{
    AddressSpace *as = calloc(1, sizeof *as);
    keep(ITEM_SPACE, as, NULL);
    address_space_init(as, root, name);
    return as;
}

AddressSpace *space(MemoryRegion *root)
{
    return space_named(root, memory_region_name(root));
}

void space_end(AddressSpace *as)
{
    for (Item *i = world.items; i; i = i->next) {
        if (i->memory == as) {
            i->live = false;
        }
    }
    address_space_destroy(as);
}

ZifMemoryContext *ctx(void)
{
    return zif_memory_context_current();
}

void set_running(bool running)
{
    zif_memory_set_running(world.ctx, running);
}

void set_bounce_limit(AddressSpace *as, unsigned buffers)
{
    zif_address_space_set_bounce_limit(as, buffers);
}

static void map_client_called(void *opaque)
{
    note("%s", ((MapClient *)opaque)->tag);
}

void map_client_register(AddressSpace *as, MapClient *client)
{
    client->client.fn = map_client_called;
    client->client.opaque = client;
    zif_map_client_register(as, &client->client);
}

void map_client_unregister(MapClient *client)
{
    zif_map_client_unregister(&client->client);
}

/* ---- IOMMU ---- */

static IOMMUTLBEntry iom_translate(IOMMUMemoryRegion *iommu, hwaddr addr, IOMMUAccessFlags flag, int idx)
{
    Iom *i = (Iom *)iommu;
    if (!i->quiet) {
        note("%s.t(%" PRIx64 ",%c,%d)", i->tag, addr, "nrw?"[flag], idx);
    }
    hwaddr mask = i->granule - 1;
    IOMMUTLBEntry e = { .target_as = i->target, .iova = addr & ~mask, .addr_mask = mask };
    if (addr < i->limit) {
        e.translated_addr = (addr + i->add) & ~mask;
        e.perm = i->perm;
    }
    return e;
}

static int iom_attrs_to_index(IOMMUMemoryRegion *iommu, MemTxAttrs attrs)
{
    return attrs.secure;
}

static int iom_num_indexes(IOMMUMemoryRegion *iommu)
{
    return 2;
}

static void iom_flags(IOMMUMemoryRegion *iommu, IOMMUNotifierFlag old_flags, IOMMUNotifierFlag new_flags)
{
    Iom *i = (Iom *)iommu;
    assert_int_equal(iommu->iommu_notify_flags, old_flags);
    note("%s.flags(%u,%u)", i->tag, old_flags, new_flags);
}

static uint64_t iom_min_page(IOMMUMemoryRegion *iommu)
{
    return ((Iom *)iommu)->min_page;
}

static void iom_replay(IOMMUMemoryRegion *iommu, IOMMUNotifier *notifier)
{
    note("%s.replay", ((Iom *)iommu)->tag);
}

static int iom_get_attr(IOMMUMemoryRegion *iommu, enum IOMMUMemoryRegionAttr attr, void *data)
{
    if (attr != IOMMU_ATTR_SPAPR_TCE_FD) {
        return -EINVAL;
    }
    *(int *)data = 77;
    return 0;
}

static void plain_class(ObjectClass *klass, void *data)
{
    IOMMU_MEMORY_REGION_CLASS(klass)->translate = iom_translate;
}

static void table_class(ObjectClass *klass, void *data)
{
    IOMMUMemoryRegionClass *k = IOMMU_MEMORY_REGION_CLASS(klass);
    k->attrs_to_index = iom_attrs_to_index;
    k->num_indexes = iom_num_indexes;
    k->notify_flag_changed = iom_flags;
}

static void paged_class(ObjectClass *klass, void *data)
{
    IOMMU_MEMORY_REGION_CLASS(klass)->get_min_page_size = iom_min_page;
}

static void full_class(ObjectClass *klass, void *data)
{
    IOMMUMemoryRegionClass *k = IOMMU_MEMORY_REGION_CLASS(klass);
    k->replay = iom_replay;
    k->get_attr = iom_get_attr;
}

static const TypeInfo iom_types[] = {
    { .name = "test-iommu-plain",
      .parent = TYPE_IOMMU_MEMORY_REGION,
      .instance_size = sizeof(Iom),
      .class_init = plain_class },
    { .name = "test-iommu", .parent = "test-iommu-plain", .class_init = table_class },
    { .name = "test-iommu-paged", .parent = "test-iommu", .class_init = paged_class },
    { .name = "test-iommu-full", .parent = "test-iommu-paged", .class_init = full_class },
};

Iom *iom_of(const char *type, const char *name, uint64_t size, AddressSpace *target, hwaddr limit)
{
    for (unsigned i = 0; i < sizeof iom_types / sizeof iom_types[0]; i++) {
        type_register_static(&iom_types[i]);
    }
    Iom *i = calloc(1, sizeof *i);
    keep(ITEM_REGION, i, &i->iommu.parent_obj);
    memory_region_init_iommu(i, sizeof *i, type, NULL, name, size);
    i->tag = name;
    i->target = target;
    i->add = 0x100000;
    i->limit = limit;
    i->granule = 0x1000;
    i->perm = IOMMU_RW;
    i->min_page = 0x400;
    return i;
}

Iom *iom(const char *name, uint64_t size, AddressSpace *target, hwaddr limit)
{
    return iom_of("test-iommu", name, size, target, limit);
}

MemoryRegion *iom_mr(Iom *i)
{
    return &i->iommu.parent_obj;
}

/* ---- texts of sections ---- */

static const char *end_text(hwaddr start, Int128 size)
{
    static char text[20];
    Int128 end = int128_add(int128_make64(start), size);
    if (int128_eq(end, int128_2_64())) {
        return "10000000000000000";
    }
    snprintf(text, sizeof text, "%" PRIx64, int128_get64(end));
    return text;
}

static const char *section_text(const char *name, hwaddr offset, hwaddr start, Int128 size, bool readonly)
{
    static char text[300];
    int n = snprintf(text, sizeof text, "%s", name);
    if (offset) {
        n += snprintf(text + n, sizeof text - (size_t)n, "@%" PRIx64, offset);
    }
    snprintf(text + n, sizeof text - (size_t)n, "[%" PRIx64 ",%s)%s", start, end_text(start, size),
             readonly ? "ro" : "");
    return text;
}

const char *view_text(AddressSpace *as)
{
    const FlatView *fv = address_space_to_flatview(as);
    size_t n = 0;
    world.text[0] = 0;
    for (unsigned i = 0; i < zif_flatview_count(fv); i++) {
        ZifFlatRange r = zif_flatview_range(fv, i);
        n += (size_t)snprintf(
            world.text + n, sizeof world.text - n, "%s ",
            section_text(memory_region_name(r.mr), r.offset_within_region, r.start, r.size, r.readonly));
    }
    return world.text;
}

/* ---- the recording listener ---- */

static void told(MemoryListener *l, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void told(MemoryListener *l, const char *fmt, ...)
{
    Recorder *rec = (Recorder *)l;
    char text[400];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    note("%s%s%s", rec->tag, *rec->tag ? ":" : "", text);
}

static const char *of(const MemoryRegionSection *s)
{
    return section_text(memory_region_name(s->mr), s->offset_within_region, s->offset_within_address_space, s->size,
                        s->readonly);
}

static void rec_begin(MemoryListener *l)
{
    told(l, "begin");
}

static void rec_commit(MemoryListener *l)
{
    told(l, "commit");
    Recorder *rec = (Recorder *)l;
    if (rec->on_commit) {
        rec->on_commit(rec);
    }
}

static void rec_add(MemoryListener *l, MemoryRegionSection *s)
{
    told(l, "+%s", of(s));
    Recorder *rec = (Recorder *)l;
    if (rec->on_add) {
        rec->on_add(rec, s);
    }
}

static void rec_del(MemoryListener *l, MemoryRegionSection *s)
{
    told(l, "-%s", of(s));
}

static void rec_nop(MemoryListener *l, MemoryRegionSection *s)
{
    told(l, "=%s", of(s));
}

static void rec_log_start(MemoryListener *l, MemoryRegionSection *s, int old, int new)
{
    told(l, "start(%d,%d)%s", old, new, of(s));
}

static void rec_log_stop(MemoryListener *l, MemoryRegionSection *s, int old, int new)
{
    told(l, "stop(%d,%d)%s", old, new, of(s));
}

static void rec_log_sync(MemoryListener *l, MemoryRegionSection *s)
{
    told(l, "sync:%s", of(s));
}

static void rec_global_start(MemoryListener *l)
{
    told(l, "gstart");
}

static void rec_global_stop(MemoryListener *l)
{
    told(l, "gstop");
}

static void rec_eventfd(MemoryListener *l, char sign, MemoryRegionSection *s, bool match, uint64_t data)
{
    assert_null(s->mr);
    char text[40] = "";
    if (match) {
        snprintf(text, sizeof text, "=%" PRIx64, data);
    }
    told(l, "efd%c[%" PRIx64 ",%" PRIx64 ")%s", sign, s->offset_within_address_space, int128_get64(s->size), text);
}

static void rec_eventfd_add(MemoryListener *l, MemoryRegionSection *s, bool match, uint64_t data, EventNotifier *e)
{
    rec_eventfd(l, '+', s, match, data);
}

static void rec_eventfd_del(MemoryListener *l, MemoryRegionSection *s, bool match, uint64_t data, EventNotifier *e)
{
    rec_eventfd(l, '-', s, match, data);
}

static void rec_window(MemoryListener *l, char sign, MemoryRegionSection *s, hwaddr addr, hwaddr len)
{
    assert_null(s->mr);
    told(l, "co%c[%" PRIx64 ",%" PRIx64 ")@[%" PRIx64 ",%s)", sign, addr, len, s->offset_within_address_space,
         end_text(s->offset_within_address_space, s->size));
}

static void rec_window_add(MemoryListener *l, MemoryRegionSection *s, hwaddr addr, hwaddr len)
{
    rec_window(l, '+', s, addr, len);
}

static void rec_window_del(MemoryListener *l, MemoryRegionSection *s, hwaddr addr, hwaddr len)
{
    rec_window(l, '-', s, addr, len);
}

Recorder *recorder_new(const char *tag, unsigned priority)
{
    Recorder *rec = calloc(1, sizeof *rec);
    keep(ITEM_RECORDER, rec, NULL);
    rec->tag = tag;
    rec->listener = (MemoryListener){
        .begin = rec_begin,
        .commit = rec_commit,
        .region_add = rec_add,
        .region_del = rec_del,
        .region_nop = rec_nop,
        .log_start = rec_log_start,
        .log_stop = rec_log_stop,
        .log_sync = rec_log_sync,
        .log_global_start = rec_global_start,
        .log_global_stop = rec_global_stop,
        .eventfd_add = rec_eventfd_add,
        .eventfd_del = rec_eventfd_del,
        .coalesced_mmio_add = rec_window_add,
        .coalesced_mmio_del = rec_window_del,
        .priority = priority,
    };
    return rec;
}

void recorder_register(Recorder *rec, AddressSpace *as)
{
    memory_listener_register(&rec->listener, as);
    rec->registered = true;
}

void recorder_unregister(Recorder *rec)
{
    memory_listener_unregister(&rec->listener);
    rec->registered = false;
}

Recorder *recorder(const char *tag, unsigned priority, AddressSpace *as)
{
    Recorder *rec = recorder_new(tag, priority);
    recorder_register(rec, as);
    return rec;
}

Recorder *recorder_terse(AddressSpace *as)
{
    Recorder *rec = recorder_new("", 0);
    rec->listener.begin = rec->listener.commit = NULL;
    rec->listener.region_nop = NULL;
    rec->listener.log_start = rec->listener.log_stop = NULL;
    recorder_register(rec, as);
    return rec;
}

/* ---- accesses ---- */

static int parse_bytes(const char *text, uint8_t *out)
{
    int n = 0;
    for (char *end; *text; text = end) {
        unsigned long value = strtoul(text, &end, 16);
        if (end == text) {
            break;
        }
        out[n++] = (uint8_t)value;
    }
    return n;
}

void harness_reads(AddressSpace *as, hwaddr addr, const char *bytes, MemTxResult result, const char *file, int line)
{
    uint8_t want[256], got[256];
    int len = parse_bytes(bytes, want);
    memset(got, 0xcc, sizeof got);
    MemTxResult r = address_space_rw(as, addr, ATTRS, got, len, false);
    if (r != result) {
        print_error("read at %" PRIx64 ": result %u, not %u\n", addr, r, result);
        _fail(file, line);
    }
    _assert_memory_equal(got, want, (size_t)len, file, line);
}

MemTxResult write_w(AddressSpace *as, hwaddr addr, int len)
{
    uint8_t buf[256];
    for (int i = 0; i < len; i++) {
        buf[i] = (uint8_t)(0xa0 + i);
    }
    return address_space_write(as, addr, ATTRS, buf, len);
}

MemTxResult put(AddressSpace *as, hwaddr addr, uint64_t value, int len)
{
    uint8_t buf[8];
    for (int i = 0; i < 8; i++) {
        buf[i] = (uint8_t)(value >> (8 * i));
    }
    return address_space_write(as, addr, ATTRS, buf, len);
}

uint8_t *host(MemoryRegion *mr)
{
    return memory_region_get_ram_ptr(mr);
}

void fill(MemoryRegion *mr, uint8_t value)
{
    memset(host(mr), value, memory_region_size(mr));
}

void assert_bytes(const void *got, const char *bytes)
{
    uint8_t want[256];
    int len = parse_bytes(bytes, want);
    assert_memory_equal(got, want, (size_t)len);
}

MemTxResult dread(MemoryRegion *mr, hwaddr addr, unsigned size, uint64_t *value)
{
    return memory_region_dispatch_read(mr, addr, value, size, ATTRS);
}

MemTxResult dwrite(MemoryRegion *mr, hwaddr addr, unsigned size, uint64_t value)
{
    return memory_region_dispatch_write(mr, addr, value, size, ATTRS);
}

/* ---- streams, prints, errors ---- */

bool stream_write(void *opaque, const void *data, size_t len)
{
    Stream *s = opaque;
    if (s->stop && s->size + len > s->stop) {
        return false;
    }
    if (s->size + len > s->room) {
        s->room = (s->size + len) * 2;
        s->data = realloc(s->data, s->room);
    }
    memcpy(s->data + s->size, data, len);
    s->size += len;
    return true;
}

bool stream_read(void *opaque, void *data, size_t len)
{
    Stream *s = opaque;
    if (len > s->size - s->at) {
        return false;
    }
    memcpy(data, s->data + s->at, len);
    s->at += len;
    return true;
}

char *mtree(bool flat, bool dispatch, bool owner)
{
    char *text = NULL;
    size_t size = 0;
    FILE *f = open_memstream(&text, &size);
    mtree_info((fprintf_function)fprintf, f, flat, dispatch, owner);
    fclose(f);
    return text;
}

void expect_error(Error **err, const char *words)
{
    assert_non_null(*err);
    if (!strstr(error_get_pretty(*err), words)) {
        print_error("\"%s\" does not say \"%s\"\n", error_get_pretty(*err), words);
        fail();
    }
    error_free(*err);
    *err = NULL;
}

/* ---- death ---- */

/* What a child did before it died counts as covered. */
#ifdef ZIF_COVERAGE
extern void __gcov_dump(void);
#else
static void __gcov_dump(void) {}
#endif

static void on_abort(int signal_number)
{
    __gcov_dump();
    signal(SIGABRT, SIG_DFL);
    raise(SIGABRT);
}

bool harness_fork(void)
{
    int fds[2];
    assert_int_equal(pipe(fds), 0);
    fflush(NULL);
    world.child = fork();
    assert_true(world.child >= 0);
    if (world.child) {
        close(fds[1]);
        world.child_fd = fds[0];
        return false;
    }
    dup2(fds[1], STDERR_FILENO);
    close(fds[0]);
    close(fds[1]);
    signal(SIGABRT, on_abort); /* cmocka catches it in the parent */
    signal(SIGSEGV, SIG_DFL);
    return true;
}

void harness_survived(void)
{
    _exit(0);
}

void harness_expect_abort(const char *words, const char *file, int line)
{
    static char said[1 << 14];
    size_t n = 0;
    for (ssize_t got; (got = read(world.child_fd, said + n, sizeof said - 1 - n)) > 0;) {
        n += (size_t)got;
    }
    said[n] = 0;
    close(world.child_fd);
    int status = 0;
    waitpid(world.child, &status, 0);
    if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGABRT) {
        print_error("did not abort (status %x); said: %s\n", (unsigned)status, said);
        _fail(file, line);
    }
    if (!strstr(said, words)) {
        print_error("aborted without naming \"%s\": %s\n", words, said);
        _fail(file, line);
    }
}

/* ---- running ---- */

static struct CMUnitTest *tests;
static size_t test_count;

void harness_add(const char *name, void (*fn)(void **))
{
    if (test_count % 64 == 0) {
        tests = realloc(tests, (test_count + 64) * sizeof *tests);
    }
    tests[test_count++] = (struct CMUnitTest){ name, fn, world_up, world_down, NULL };
}

int main(int argc, char **argv)
{
    if (argc > 1) {
        cmocka_set_test_filter(argv[1]);
    }
    int failed = _cmocka_run_group_tests("memory", tests, test_count, NULL, NULL);
    free(tests);
    return failed != 0;
}
