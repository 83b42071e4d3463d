/*
 * Edges of the memory core that no row of the cases comes near: refused arguments, exhausted resources, callbacks that
 * come and go at odd moments, less travelled combinations. Expectations: zif/memory.h.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "harness.h"
#include <pthread.h>
#include <sys/resource.h>

#define OPS(...) ((MemoryRegionOps){ __VA_ARGS__ })

static ZifMemoryContext *ctx(void)
{
    return zif_memory_context_current();
}

static void expect_error(Error *err, const char *words)
{
    assert_non_null(err);
    if (!strstr(error_get_pretty(err), words)) {
        print_error("\"%s\" does not say \"%s\"\n", error_get_pretty(err), words);
        fail();
    }
    error_free(err);
}

/* ---- caches ---- */

TEST(Y01_a_read_cache_spans_ranges_that_go_on_in_one_region, "A103 A105 A63")
{
    MemoryRegion *root = box("R", 0x10000), *r = ram("r", 0x4000);
    at(root, 0, ali("a", r, 0, 0x1000));
    MemoryRegion *b = at(root, 0x1000, ali("b", r, 0x1000, 0x800));
    at(root, 0x1800, ali("b2", r, 0x1800, 0x800));
    at(root, 0x2000, ali("c", r, 0x3000, 0x1000)); /* the offsets do not go on */
    memory_region_set_readonly(b, true);
    AddressSpace *as = space(root);
    MemoryRegionCache c;
    assert_int_equal(address_space_cache_init(&c, as, 0x800, 0x4000, false), 0x1800);
    host(r)[0x1fff] = 0x5e;
    assert_int_equal(address_space_ldub_cached(&c, 0x17ff, ATTRS, NULL), 0x5e);
    address_space_cache_destroy(&c);
    assert_int_equal(address_space_cache_init(&c, as, 0x800, 0x4000, true), 0x800);
    address_space_cache_destroy(&c);
}

TEST(Y02_the_length_of_a_cache_fits_its_answer, "A103 A105 D21")
{
    AddressSpace *as = space(box("R", SIZE_ALL));
    MemoryRegionCache c;
    assert_true(address_space_cache_init(&c, as, 0, UINT64_MAX, false) == INT64_MAX);
    address_space_cache_destroy(&c);
}

TEST(Y03_invalidating_marks_only_what_was_written_by_pointer, "A46 A50 A103 A104 A105")
{
    MemoryRegion *root = box("R", 0x10000);
    MemoryRegion *r = at(root, 0, ram("r", 0x1000));
    at(root, 0x8000, io("i", 0x100));
    AddressSpace *as = space(root);
    memory_region_reset_dirty(r, 0, 0x1000, DIRTY_MEMORY_CODE);
    MemoryRegionCache c;
    address_space_cache_init(&c, as, 0, 0x100, true);
    address_space_cache_invalidate(&c, 0, 0);
    address_space_cache_destroy(&c);
    address_space_cache_init(&c, as, 0x8000, 0x100, true);
    address_space_cache_invalidate(&c, 0, 4); /* no pointer: the callback has it already */
    address_space_cache_destroy(&c);
    assert_false(memory_region_get_dirty(r, 0, 0x1000, DIRTY_MEMORY_CODE));
    MemoryRegionCache never = MEMORY_REGION_CACHE_INVALID;
    DIES("cache", address_space_ldub_cached(&never, 0, ATTRS, NULL));
}

static Iom *over_iommu(AddressSpace **as, MemoryRegion **r)
{
    MemoryRegion *sysroot = box("sys", SIZE_ALL), *root = box("R", 0x10000);
    *r = at(sysroot, 0x100000, ram("r", 0x3000));
    Iom *i = iom("iom", 0x8000, space(sysroot), 0x8000);
    i->quiet = true;
    at(root, 0, iom_mr(i));
    *as = space(root);
    return i;
}

TEST(Y04_a_cache_over_an_iommu_reads_and_writes_memory_in_pieces, "A27 A103 A105 A106 A107 C1")
{
    AddressSpace *as;
    MemoryRegion *r;
    Iom *i = over_iommu(&as, &r);
    MemoryRegionCache c;
    address_space_cache_init(&c, as, 0, 0x4000, true);
    uint8_t out[8] = { 1, 2, 3, 4, 5, 6, 7, 8 }, in[8];
    address_space_write_cached_slow(&c, 0xffc, out, 8);
    assert_bytes(host(r) + 0xffc, "01 02 03 04 05 06 07 08");
    address_space_read_cached_slow(&c, 0xffc, in, 8);
    assert_memory_equal(in, out, 8);
    MemTxResult result = 9;
    address_space_stl_le_cached_slow(&c, 0xffe, 0xa3a2a1a0, ATTRS, &result); /* over a page's end */
    assert_int_equal(result, MEMTX_OK);
    assert_int_equal(address_space_ldl_le_cached_slow(&c, 0xffe, ATTRS, &result), 0xa3a2a1a0);
    address_space_stl_notdirty_cached_slow(&c, 0x1ffe, 0x44332211, ATTRS, &result);
    assert_bytes(host(r) + 0x1ffe, "11 22 33 44");
    assert_int_equal(address_space_ldl_le_cached_slow(&c, 0x2ffe, ATTRS, &result), 0); /* half of it unassigned */
    assert_int_equal(result, MEMTX_DECODE_ERROR);
    i->perm = IOMMU_RO;
    address_space_write_cached_slow(&c, 0x10, out, 8);
    assert_int_equal(host(r)[0x10], 0);
    address_space_cache_destroy(&c);
}

TEST(Y05_slow_cached_stores_to_memory_that_refuses_them, "A25 A103 A105 L25 L42 A107")
{
    MemoryRegion *root = box("R", 0x10000);
    MemoryRegion *o = at(root, 0, rom("o", 0x100));
    AddressSpace *as = space(root);
    MemoryRegionCache c;
    address_space_cache_init(&c, as, 0, 0x100, true);
    MemTxResult result = 9;
    address_space_stl_le_cached_slow(&c, 0, 1, ATTRS, &result);
    assert_int_equal(result, MEMTX_DECODE_ERROR);
    address_space_stl_notdirty_cached_slow(&c, 0, 1, ATTRS, &result);
    assert_int_equal(result, MEMTX_DECODE_ERROR);
    uint8_t buf[3] = { 1, 2, 3 };
    address_space_write_cached_slow(&c, 0xfd, buf, 3);
    assert_int_equal(host(o)[0], 0);
    address_space_cache_destroy(&c);
}

TEST(Y06_a_cache_ends_where_its_region_was_shrunk_to, "A61 A103 A105 A106")
{
    MemoryRegion *root = box("R", 0x10000);
    MemoryRegion *i = at(root, 0, io("i", 0x100));
    AddressSpace *as = space(root);
    MemoryRegionCache c;
    address_space_cache_init(&c, as, 0xf0, 0x40, false); /* the last 0x30 bytes are nothing */
    uint8_t buf[4];
    address_space_read_cached_slow(&c, 0xe, buf, 4);
    assert_int_equal(buf[0], 0x77);
    memory_region_set_size(i, 0x80);
    address_space_read_cached_slow(&c, 0, buf, 4);
    MemTxResult result = MEMTX_OK;
    address_space_ldl_le_cached_slow(&c, 0x20, ATTRS, &result);
    assert_int_equal(result, MEMTX_DECODE_ERROR);
    address_space_cache_destroy(&c);
}

/* ---- loads and stores ---- */

TEST(Y10_notdirty_stores_go_the_long_way_where_they_must, "L35 A25")
{
    MemoryRegion *root = box("R", 0x10000);
    at(root, 0, ram("a", 0x1000));
    MemoryRegion *b = at(root, 0x1000, ram("b", 0x1000));
    at(root, 0x2000, rom("o", 0x1000));
    at(root, 0x3000, io("i", 0x1000));
    AddressSpace *as = space(root);
    MemTxResult result = 9;
    address_space_stl_notdirty(as, 0xffe, 0x44332211, ATTRS, &result);
    assert_int_equal(result, MEMTX_OK);
    assert_bytes(host(b), "33 44");
    address_space_stl_notdirty(as, 0x2000, 1, ATTRS, &result);
    assert_int_equal(result, MEMTX_DECODE_ERROR);
    address_space_stl_notdirty(as, 0x3000, 0xab, ATTRS, &result);
    assert_int_equal(result, MEMTX_OK);
    LOG("i.w(0,ab,4)");
}

TEST(Y11_dispatch_refuses_sizes_that_no_bus_has, "A90 A91")
{
    MemoryRegion *i = io("i", 0x100);
    static const unsigned odd[] = { 0, 3, 5, 6, 7, 9, 16 };
    for (unsigned k = 0; k < sizeof odd / sizeof odd[0]; k++) {
        uint64_t v = 1;
        assert_int_equal(dread(i, 0, odd[k], &v), MEMTX_DECODE_ERROR);
        assert_true(v == 0);
        assert_int_equal(dwrite(i, 0, odd[k], 0), MEMTX_DECODE_ERROR);
    }
    LOG("");
}

TEST(Y12_a_direction_without_callback_is_refused, "A16 A90 A91")
{
    static const MemoryRegionOps deaf = { .read = dev_read }, mute = { .write = dev_write };
    MemoryRegion *r = blank(), *w = blank();
    Dev *d = dev_storage("d");
    memory_region_init_io(r, NULL, &deaf, d, "deaf", 0x100);
    memory_region_init_io(w, NULL, &mute, d, "mute", 0x100);
    uint64_t v = 1;
    assert_int_equal(dwrite(r, 0, 4, 1), MEMTX_DECODE_ERROR);
    assert_int_equal(dread(w, 0, 4, &v), MEMTX_DECODE_ERROR);
    assert_true(v == 0);
    LOG("");
}

TEST(Y13_reading_on_of_nothing_is_nothing, "A97 A98")
{
    MemoryRegion *root = box("R", 0x1000);
    at(root, 0, ram("r", 0x100));
    FlatView *fv = address_space_to_flatview(space(root));
    hwaddr xlat, l = 4;
    uint8_t buf[4];
    MemoryRegion *mr = flatview_translate(fv, 0xfe, &xlat, &l, false, ATTRS);
    assert_true(l == 2);
    assert_int_equal(flatview_read_continue(fv, 0xfe, ATTRS, buf, 0, xlat, l, mr), MEMTX_OK);
    assert_int_equal(flatview_read_continue(fv, 0xfe, ATTRS, buf, 4, xlat, l, mr), MEMTX_DECODE_ERROR);
}

TEST(Y14_the_loader_reaches_rom_devices_and_reports_holes, "A26 A25")
{
    MemoryRegion *root = box("R", 0x10000);
    MemoryRegion *f = at(root, 0, romd("f", 0x100));
    MemoryRegion *o = at(root, 0x200, rom("o", 0x100));
    static uint8_t bytes[0x100];
    MemoryRegion *d = blank();
    memory_region_init_ram_device_ptr(d, NULL, "rd", 0x100, bytes);
    at(root, 0x300, d);
    AddressSpace *as = space(root);
    uint8_t image[0x400];
    memset(image, 0x7e, sizeof image);
    assert_int_equal(address_space_write_rom(as, 0, ATTRS, image, 0x400), MEMTX_DECODE_ERROR);
    assert_int_equal(host(f)[0xff], 0x7e);
    assert_int_equal(host(o)[0xff], 0x7e);
    LOG("");
    assert_int_equal(address_space_write_rom(as, 0, ATTRS, image, 0), MEMTX_OK);
    assert_int_equal(address_space_write_rom(as, 0, ATTRS, image, -1), MEMTX_OK);
}

TEST(Y15_a_readonly_ram_device_refuses_writes_and_bounds_hold, "A23 A63 A90 A91")
{
    static uint8_t bytes[0x100];
    MemoryRegion *d = blank();
    memory_region_init_ram_device_ptr(d, NULL, "rd", 0x100, bytes);
    for (unsigned size = 1; size <= 8; size *= 2) {
        uint64_t v = 0;
        assert_int_equal(dwrite(d, 1, size, 0x1122334455667788ULL), MEMTX_OK);
        assert_int_equal(dread(d, 1, size, &v), MEMTX_OK);
        assert_true(v == (size == 8 ? 0x1122334455667788ULL : 0x1122334455667788ULL & ((1ULL << 8 * size) - 1)));
        assert_int_equal(dread(d, 0x101 - size, size, &v), MEMTX_DECODE_ERROR); /* past the end of the memory */
        assert_int_equal(dread(d, 0x100, size, &v), MEMTX_DECODE_ERROR);
    }
    memory_region_set_readonly(d, true);
    assert_int_equal(dwrite(d, 0, 4, 1), MEMTX_DECODE_ERROR);
}

/* ---- policies ---- */

static void write_much(Dev *d, hwaddr addr, unsigned size, bool is_write, uint64_t data)
{
    MemTxResult all = MEMTX_OK;
    for (int i = 0; is_write && data == 1 && i < 100000 && !all; i++) {
        all |= put(d->hook_data, 4, 2, 1);
    }
    if (data == 1) {
        note("refused=%u", all);
    }
}

TEST(Y20_a_device_that_writes_to_itself_without_end_is_stopped, "A95 X5")
{
    MemoryRegion *root = box("R", 0x100);
    MemoryRegion *m = at(root, 0, io("m", 0x100));
    dev(m)->hook = write_much;
    dev(m)->hook_data = space(root);
    dev(m)->quiet = true;
    zif_memory_region_set_reentrancy(m, ZIF_REENTRANCY_QUEUE);
    assert_int_equal(put(dev(m)->hook_data, 0, 1, 1), MEMTX_OK);
    LOG("refused=4");
    assert_int_equal(dev(m)->calls, 1 + ZIF_MEMORY_MAX_QUEUED);
}

static void write_both(Dev *d, hwaddr addr, unsigned size, bool is_write, uint64_t data)
{
    if (data == 1) {
        put(d->hook_data, 0x104, 2, 1); /* the other one, whose hook writes here and to itself */
        put(d->hook_data, 4, 3, 1);
    } else if (data == 2) {
        put(d->hook_data, 0x108, 4, 1);
        put(d->hook_data, 8, 5, 1);
    }
}

static void traced(void *opaque, const ZifMemoryTrace *t)
{
    note("%s:%" PRIx64 "=%u", memory_region_name(t->mr), t->value, t->result);
}

TEST(Y21_put_off_writes_of_two_devices_come_in_order_each_after_its_own, "A95")
{
    MemoryRegion *root = box("R", 0x1000);
    MemoryRegion *a = at(root, 0, io("a", 0x100)), *b = at(root, 0x100, io("b", 0x100));
    AddressSpace *as = space(root);
    MemoryRegion *both[] = { a, b };
    for (int i = 0; i < 2; i++) {
        dev(both[i])->hook = write_both;
        dev(both[i])->hook_data = as;
        zif_memory_region_set_reentrancy(both[i], ZIF_REENTRANCY_QUEUE);
    }
    assert_int_equal(put(as, 0, 1, 1), MEMTX_OK);
    LOG("a.w(0,1,1) b.w(4,2,1) b.w(8,4,1) a.w(8,5,1) a.w(4,3,1)");
    zif_memory_set_trace(ctx(), traced, NULL);
    zif_memory_region_set_reentrancy(b, ZIF_REENTRANCY_REJECT);
    put(as, 0x100, 2, 1);
    LOG("b.w(0,2,1) b:4=4 a.w(8,5,1) a:5=0 b:2=0");
}

/* ---- listeners at odd moments ---- */

static Recorder *latecomer;
static AddressSpace *late_space;

static void join(Recorder *rec)
{
    rec->on_commit = NULL;
    recorder_register(latecomer, late_space);
    note("joined");
}

TEST(Y30_a_listener_that_comes_during_a_commit_hears_the_whole_map_once, "A87 commit")
{
    MemoryRegion *root = box("R", 0x10000);
    late_space = space(root);
    Recorder *first = recorder("a", 1, late_space);
    latecomer = recorder_new("b", 0);
    first->on_commit = join;
    first->listener.region_nop = latecomer->listener.region_nop = NULL;
    log_clear();
    at(root, 0, io("i", 0x100));
    const char *said = log_text();
    assert_non_null(strstr(said, "b:+i[0,100)"));
    assert_ptr_equal(strstr(strstr(said, "b:+i[0,100)") + 1, "b:+i[0,100)"), NULL);
    log_clear();
    at(root, 0x1000, io("j", 0x100));
    LOG("b:begin a:begin b:+j[1000,1100) a:+j[1000,1100) b:commit a:commit");
}

static void join_and_leave(Recorder *rec, MemoryRegionSection *section)
{
    if (latecomer) {
        Recorder *l = latecomer;
        latecomer = NULL;
        recorder_register(l, late_space);
        recorder_unregister(l);
    }
}

TEST(Y31_one_that_comes_and_goes_inside_a_commit_leaves_no_trace, "A87 A88 region_add")
{
    MemoryRegion *root = box("R", 0x10000);
    late_space = space(root);
    Recorder *first = recorder("a", 1, late_space);
    first->listener.region_nop = NULL;
    first->on_add = join_and_leave;
    latecomer = recorder_new("b", 0);
    log_clear();
    at(root, 0, io("i", 0x100));
    at(root, 0x1000, io("j", 0x100));
    const char *said = log_text();
    assert_null(strstr(said, "b:+j"));
}

TEST(Y32_registering_twice_aborts, "A87")
{
    AddressSpace *as = space(box("R", 0x1000));
    Recorder *rec = recorder("", 0, as);
    DIES("", memory_listener_register(&rec->listener, as));
}

static MemoryRegion *restless_root, *restless;

static void never_at_rest(Recorder *rec)
{
    memory_region_set_address(restless, restless->addr ^ 0x1000);
}

TEST(Y33_listeners_that_never_come_to_rest_are_cut_off_with_an_error, "A60 D9 commit")
{
    restless_root = box("R", 0x10000);
    restless = at(restless_root, 0, io("i", 0x100));
    Recorder *rec = recorder("", 0, space(restless_root));
    rec->on_commit = never_at_rest;
    rec->listener.begin = NULL;
    rec->listener.region_add = rec->listener.region_del = rec->listener.region_nop = NULL;
    memory_region_set_address(restless, 0x4000);
    expect_error(zif_memory_take_error(ctx()), "listeners");
    rec->on_commit = NULL;
    memory_region_set_address(restless, 0);
    VIEW(rec->listener.address_space, "i[0,100)");
}

TEST(Y34_windows_of_several_listeners_and_of_the_whole_space, "A69 A70 A87 coalesced_mmio_add coalesced_mmio_del")
{
    MemoryRegion *root = box("R", SIZE_ALL);
    MemoryRegion *i = at(root, 0, io("i", SIZE_ALL));
    AddressSpace *as = space(root), *as2 = space(root);
    Recorder *mute = recorder_new("mute", 0);
    mute->listener.coalesced_mmio_add = mute->listener.coalesced_mmio_del = NULL;
    mute->listener.begin = mute->listener.commit = NULL;
    recorder_register(mute, as);
    recorder("x", 1, as);
    recorder("y", 2, as2);
    log_clear();
    memory_region_add_coalescing(i, 0, SIZE_ALL);
    assert_non_null(strstr(log_text(), "x:co+[0,"));
    assert_non_null(strstr(log_text(), "y:co+[0,"));
    assert_null(strstr(log_text(), "mute:"));
    memory_region_add_coalescing(i, 0x10, 0x10);
    memory_region_add_coalescing(i, 0x20, 0x10);
    log_clear();
    memory_region_clear_coalescing(i);
    assert_null(strstr(log_text(), "co+"));
}

static void end_the_other(Recorder *rec)
{
    rec->on_commit = NULL;
    space_end(late_space);
    note("ended");
}

TEST(Y35_a_space_may_end_in_a_commit_callback, "A93 commit")
{
    MemoryRegion *root = box("R", 0x10000);
    AddressSpace *as = space(root);
    late_space = space(root);
    Recorder *rec = recorder("", 0, as);
    rec->listener.region_nop = NULL;
    rec->on_commit = end_the_other;
    log_clear();
    at(root, 0, io("i", 0x100));
    LOG("begin +i[0,100) commit ended");
    at(root, 0x1000, io("j", 0x100));
    LOG("begin +j[1000,1100) commit");
}

static void make_space(Recorder *rec)
{
    rec->on_commit = NULL;
    late_space = space(box("fresh", 0x1000));
}

TEST(Y36_a_space_may_be_made_in_a_commit_callback, "A92 commit")
{
    MemoryRegion *root = box("R", 0x10000);
    Recorder *rec = recorder("", 0, space(root));
    rec->on_commit = make_space;
    at(root, 0, io("i", 0x100));
    at(late_space->root, 0, io("j", 0x100));
    VIEW(late_space, "j[0,100)");
}

/* ---- maps ---- */

TEST(Y40_map_clients_of_any_space_and_of_one, "X14 A100 A101")
{
    MemoryRegion *root = box("R", 0x1000);
    dev(at(root, 0, io("i", 0x1000)))->quiet = true;
    AddressSpace *a = space(root), *b = space(root);
    set_bounce_limit(a, 1);
    set_bounce_limit(b, 1);
    hwaddr la = 4, lb = 4;
    void *pa = address_space_map(a, 0, &la, false, ATTRS), *pb = address_space_map(b, 0, &lb, false, ATTRS);
    MapClient of_a = { .tag = "of_a" }, any = { .tag = "any" };
    map_client_register(a, &of_a);
    map_client_register(NULL, &any);
    DIES("", map_client_register(a, &of_a));
    address_space_unmap(b, pb, lb, false, 0);
    LOG("any");
    address_space_unmap(a, pa, la, false, 0);
    LOG("of_a");
    map_client_unregister(&any);
    cpu_register_map_client(&any.client); /* free now: called at once */
    cpu_unregister_map_client(&any.client);
    LOG("any");
}

static void map_again(void *opaque)
{
    MapClient *c = opaque;
    hwaddr len = 4;
    void *p = address_space_map(c->client.as, 0, &len, false, ATTRS);
    note("%s:%d", c->tag, p != NULL);
    if (p) {
        c->tag = p;
    }
}

TEST(Y41_a_client_that_takes_the_buffer_leaves_the_others_waiting, "X14 A100 A101")
{
    MemoryRegion *root = box("R", 0x1000);
    dev(at(root, 0, io("i", 0x1000)))->quiet = true;
    AddressSpace *as = space(root);
    set_bounce_limit(as, 1);
    hwaddr len = 4;
    void *p = address_space_map(as, 0, &len, false, ATTRS);
    MapClient first = { .tag = "first" }, second = { .tag = "second" };
    map_client_register(as, &first);
    map_client_register(as, &second);
    second.client.fn = map_again;
    address_space_unmap(as, p, len, false, 0);
    LOG("second:1");
    len = 4;
    address_space_unmap(as, (void *)(uintptr_t)second.tag, len, false, 0);
    LOG("first");
}

TEST(Y42_unmapping_what_is_not_mapped_aborts, "A100 A101")
{
    MemoryRegion *root = box("R", 0x2000);
    MemoryRegion *r = at(root, 0, ram("r", 0x1000));
    dev(at(root, 0x1000, io("i", 0x1000)))->quiet = true;
    AddressSpace *as = space(root);
    DIES("", address_space_unmap(as, host(r), 4, false, 0));
    hwaddr len = 4;
    void *p = address_space_map(as, 0x1000, &len, false, ATTRS);
    DIES("R", address_space_destroy(as)); /* a buffer is still out */
    address_space_unmap(as, p, len, false, 0);
    DIES("", address_space_unmap(as, p, len, false, 0));
}

/* ---- dirty logs ---- */

TEST(Y50_dirty_functions_at_their_borders, "A35 A46 A47 A48 A49 D26 D25")
{
    MemoryRegion *r = ram("victim", 0x80000);
    assert_false(memory_region_is_logging(r, ZIF_DIRTY_CLIENTS));
    DIES("victim", memory_region_get_dirty(r, 0, 1, ZIF_DIRTY_CLIENTS));
    DIES("victim", memory_region_set_dirty(r, UINT64_MAX, 1));
    DirtyBitmapSnapshot *none = memory_region_snapshot_and_clear_dirty(r, 0x1000, 0, DIRTY_MEMORY_VGA);
    assert_false(memory_region_snapshot_get_dirty(r, none, 0, 0));
    free(none);
    DirtyBitmapSnapshot *s = memory_region_snapshot_and_clear_dirty(r, 0x40000, 0x1000, DIRTY_MEMORY_VGA);
    DIES("victim", memory_region_snapshot_get_dirty(r, s, 0, 1));
    DIES("victim", memory_region_snapshot_get_dirty(r, s, 0x40000, 0x40001));
    DIES("victim", memory_region_snapshot_get_dirty(r, s, 0x80001, 0));
    free(s);
    set_running(true);
    memory_global_dirty_log_stop(); /* never started */
    memory_global_dirty_log_start();
    memory_global_dirty_log_start();
    assert_true(memory_region_is_logging(r, DIRTY_MEMORY_MIGRATION));
    memory_global_dirty_log_stop();
}

TEST(Y51_switching_logging_off_that_is_off_aborts_or_is_nothing, "A45")
{
    MemoryRegion *r = ram("victim", 0x1000);
    DIES("victim", memory_region_set_log(r, false, DIRTY_MEMORY_VGA));
    DIES("victim", zif_memory_region_set_log(r, true, DIRTY_MEMORY_CODE));
}

typedef struct {
    ZifCodeWatch watch;
    const char *tag;
} Watch;

static void code_written(void *opaque, MemoryRegion *mr, hwaddr addr, hwaddr size)
{
    note("%s(%" PRIx64 ",%" PRIx64 ")", ((Watch *)opaque)->tag, addr, size);
}

TEST(Y52_watchers_of_code_hear_of_every_writer, "A47 A95")
{
    MemoryRegion *root = box("R", 0x10000);
    MemoryRegion *r = at(root, 0, ram("r", 0x2000));
    AddressSpace *as = space(root);
    Watch a = { .tag = "a" }, b = { .tag = "b" }, c = { .tag = "c" };
    Watch *all[] = { &a, &b, &c };
    for (int i = 0; i < 3; i++) {
        all[i]->watch = (ZifCodeWatch){ .written = code_written, .opaque = all[i] };
        zif_memory_region_watch_code(r, &all[i]->watch);
    }
    zif_memory_region_unwatch_code(r, &b.watch);
    log_clear();
    write_w(as, 0x10, 4);
    assert_non_null(strstr(log_text(), "a(10,4)"));
    assert_non_null(strstr(log_text(), "c(10,4)"));
    assert_null(strstr(log_text(), "b("));
    log_clear();
    memory_region_set_dirty(r, 0x1ffe, 2);
    assert_non_null(strstr(log_text(), "a(1ffe,2)"));
    zif_memory_region_unwatch_code(r, &a.watch);
    zif_memory_region_unwatch_code(r, &c.watch);
    log_clear();
    write_w(as, 0x10, 4);
    LOG("");
}

/* ---- eventfds ---- */

TEST(Y60_event_notifiers_report_what_the_host_refuses, "X9")
{
    struct rlimit old, none;
    getrlimit(RLIMIT_NOFILE, &old);
    none = old;
    none.rlim_cur = 0;
    setrlimit(RLIMIT_NOFILE, &none);
    EventNotifier e;
    int r = event_notifier_init(&e, 0);
    setrlimit(RLIMIT_NOFILE, &old);
    assert_int_equal(r, -EMFILE);
    assert_int_equal(event_notifier_init(&e, 0), 0);
    EventNotifier closed = e;
    event_notifier_cleanup(&e);
    assert_int_equal(event_notifier_set(&closed), -EBADF);
    assert_int_equal(event_notifier_test_and_clear(&closed), 0);
}

TEST(Y61_eventfds_of_two_regions_and_of_one_that_ends, "A74 A75")
{
    MemoryRegion *root = box("R", 0x10000);
    MemoryRegion *i = at(root, 0, io("i", 0x100)), *j = at(root, 0x100, io("j", 0x100)), *k = io("k", 0x100);
    AddressSpace *as = space(root);
    EventNotifier e;
    assert_int_equal(event_notifier_init(&e, 0), 0);
    memory_region_add_eventfd(k, 0, 4, false, 0, &e);
    memory_region_add_eventfd(i, 8, 4, true, 2, &e);
    memory_region_add_eventfd(i, 8, 4, true, 1, &e);
    memory_region_add_eventfd(i, 8, 4, true, 3, &e);
    memory_region_add_eventfd(j, 0, 2, false, 0, &e);
    recorder("", 0, as);
    LOG("begin +i[0,100) +j[100,200) efd+[8,4)=1 efd+[8,4)=2 efd+[8,4)=3 efd+[100,2) commit");
    put(as, 8, 3, 4);
    assert_int_equal(event_notifier_test_and_clear(&e), 1);
    zif_memory_region_finalize(k); /* its eventfd goes with it */
    disown(k);
    memory_region_del_eventfd(i, 8, 4, true, 2, &e);
    memory_region_del_subregion(root, i);
    zif_memory_region_finalize(i);
    disown(i);
    log_clear();
    memory_region_del_eventfd(j, 0, 2, false, 0, &e);
    LOG("efd-[100,2)");
    event_notifier_cleanup(&e);
}

/* ---- IOMMU ---- */

static const TypeInfo hollow_info = { .name = "test-iommu-hollow", .parent = TYPE_IOMMU_MEMORY_REGION };

static void heard(IOMMUNotifier *n, IOMMUTLBEntry *e)
{
    note("heard(%" PRIx64 ")", e->iova);
}

TEST(Y70_translators_at_their_borders, "A27 A78 A79 A81 A94")
{
    AddressSpace *as;
    MemoryRegion *r;
    Iom *i = over_iommu(&as, &r);
    type_register_static(&hollow_info);
    Iom *small = calloc(1, sizeof *small);
    DIES("little", memory_region_init_iommu(small, sizeof(IOMMUMemoryRegion), "test-iommu", NULL, "little", 0x100));
    DIES("", memory_region_init_iommu(small, sizeof *small, "test-nobody", NULL, NULL, 0x100));
    free(small);
    Iom *hollow = iom_of("test-iommu-hollow", "hollow", 0x1000, as, 0x1000);
    at(as->root, 0x8000, iom_mr(hollow));
    READS(as, 0x8000, "00", MEMTX_DECODE_ERROR); /* nobody translates */
    IOMMUNotifier n;
    iommu_notifier_init(&n, heard, IOMMU_NOTIFIER_ALL, 0, HWADDR_MAX, 0);
    DIES("r", memory_region_register_iommu_notifier(r, &n));
    memory_region_register_iommu_notifier(iom_mr(hollow), &n); /* no notify_flag_changed to call */
    memory_region_iommu_replay(&hollow->iommu, &n);
    LOG("");
    memory_region_unregister_iommu_notifier(iom_mr(hollow), &n);
    IOMMUTLBEntry wraps = { .iova = HWADDR_MAX - 0xfff, .addr_mask = 0xffff, .perm = IOMMU_RW };
    iommu_notifier_init(&n, heard, IOMMU_NOTIFIER_MAP, HWADDR_MAX - 1, HWADDR_MAX, 0);
    memory_region_notify_one(&n, &wraps);
    LOG("heard(fffffffffffff000)");
    i->target = NULL;
    READS(as, 0, "00", MEMTX_DECODE_ERROR);
    Iom *paged = iom_of("test-iommu-paged", "paged", 0x1000, as, 0x1000);
    paged->min_page = 0;
    memory_region_iommu_replay(&paged->iommu, &n); /* no step, no walk */
}

static void read_through(Dev *d, hwaddr addr, unsigned size, bool is_write, uint64_t data)
{
    uint8_t b;
    if (d->calls < 40) {
        address_space_rw(d->hook_data, 0, ATTRS, &b, 1, false);
    }
}

TEST(Y71_nested_accesses_through_a_translator_are_bounded_too, "A94 C1")
{
    MemoryRegion *sysroot = box("sys", SIZE_ALL), *root = box("R", 0x1000);
    MemoryRegion *m = at(sysroot, 0x100000, io("m", 0x1000));
    Iom *i = iom("iom", 0x1000, space(sysroot), 0x1000);
    i->quiet = true;
    at(root, 0, iom_mr(i));
    dev(m)->hook = read_through;
    dev(m)->hook_data = space(root);
    dev(m)->quiet = true;
    uint8_t b;
    address_space_rw(dev(m)->hook_data, 0, ATTRS, &b, 1, false);
    assert_int_equal(dev(m)->calls, ZIF_MEMORY_MAX_NESTING);
}

/* ---- RAM ---- */

TEST(Y80_memory_the_host_does_not_have_is_an_error, "A17 A19 A65")
{
    static const uint64_t absurd[] = { 1ULL << 62, 1ULL << 56, UINT64_MAX - 5 };
    for (unsigned k = 0; k < 3; k++) {
        Error *err = NULL;
        MemoryRegion *r = blank();
        memory_region_init_ram_nomigrate(r, NULL, "huge", absurd[k], &err);
        expect_error(err, "huge");
        assert_int_equal(memory_region_size(r), 0);
        err = NULL;
        r = blank();
        memory_region_init_resizeable_ram(r, NULL, "huge", 0x1000, absurd[k], NULL, &err);
        expect_error(err, "huge");
    }
    Error *err = NULL;
    MemoryRegion *r = blank();
    memory_region_init_resizeable_ram(r, NULL, "rr", 0x1000, 0x2000, NULL, &error_abort);
    memory_region_ram_resize(r, UINTPTR_MAX - 1, &err);
    expect_error(err, "rr");
    memory_region_ram_resize(r, 0x2000, &error_abort); /* nobody wants to hear of it */
    assert_int_equal(memory_region_size(r), 0x2000);
}

TEST(Y81_memory_of_no_size_is_memory_all_the_same, "A17")
{
    MemoryRegion *r = ram("nil", 0);
    assert_true(memory_region_is_ram(r));
    MemoryRegion *root = box("R", 0x1000);
    at(root, 0, r);
    VIEW(space(root), "");
}

TEST(Y82_a_region_made_larger_than_its_memory_shows_only_its_memory, "A61 A94")
{
    MemoryRegion *root = box("R", 0x100000);
    MemoryRegion *r = at(root, 0, ram("r", 0x1000));
    AddressSpace *as = space(root);
    memory_region_set_size(r, 0x10000);
    uint8_t b;
    assert_int_equal(address_space_rw(as, 0x8000, ATTRS, &b, 1, false), MEMTX_DECODE_ERROR);
    assert_int_equal(address_space_rw(as, 0xfff, ATTRS, &b, 1, false), MEMTX_OK);
}

TEST(Y83_bad_initialisations_abort, "A19 A22 A24 A26 A23")
{
    MemoryRegion *r = blank_owned();
    Error *err = NULL;
    DIES("shrinking", memory_region_init_resizeable_ram(r, NULL, "shrinking", 0x2000, 0x1000, NULL, &err));
    DIES("", memory_region_init_resizeable_ram(r, NULL, NULL, 0x2000, 0x1000, NULL, &err));
    DIES("opsless", memory_region_init_rom_device_nomigrate(r, NULL, NULL, NULL, "opsless", 0x1000, &err));
    DIES("", memory_region_init_rom_device_nomigrate(r, NULL, NULL, NULL, NULL, 0x1000, &err));
    DIES("", memory_region_init_ram_ptr(r, NULL, NULL, 0x1000, NULL));
    DIES("", memory_region_init_ram_device_ptr(r, NULL, "x", 0x1000, NULL));
    DIES("orphan", memory_region_init_alias(r, NULL, "orphan", NULL, 0, 0x1000));
    DIES("", memory_region_init_alias(r, NULL, NULL, NULL, 0, 0x1000));
}

TEST(Y84_names_too_long_for_a_stream_are_an_error, "A28 A32")
{
    char name[400];
    memset(name, 'n', sizeof name - 1);
    name[sizeof name - 1] = 0;
    MemoryRegion *r = blank();
    Error *err = NULL;
    memory_region_init_ram(r, NULL, name, 0x1000, &err);
    expect_error(err, "too long");
    assert_int_equal(memory_region_size(r), 0);
}

TEST(Y85_files_that_cannot_be_memory, "A20 A21 A32")
{
    static const char *const path[] = { "/dev/null", "/proc/self/nothing", "/proc", "/dev/zero/x" };
    for (unsigned k = 0; k < 4; k++) {
        MemoryRegion *r = blank();
        Error *err = NULL;
        memory_region_init_ram_from_file(r, NULL, "file", 0x1000, 0, RAM_SHARED, path[k], &err);
        expect_error(err, "file");
        assert_int_equal(memory_region_size(r), 0);
    }
    int fds[2];
    assert_int_equal(pipe(fds), 0);
    MemoryRegion *r = blank();
    Error *err = NULL;
    memory_region_init_ram_from_fd(r, NULL, "pipe", 0x1000, true, fds[0], &err);
    expect_error(err, "pipe");
    assert_int_equal(close(fds[0]), 0); /* still the caller's */
    close(fds[1]);
    int fd = open(scratch("short.bin"), O_RDWR | O_CREAT, 0644);
    assert_int_equal(write(fd, "abc", 3), 3);
    r = blank();
    err = NULL;
    memory_region_init_ram_from_fd(r, NULL, "short", 0x1000, true, fd, &err);
    expect_error(err, "too few");
    close(fd);
    r = blank();
    err = NULL;
    memory_region_init_ram_from_file(r, NULL, "big", 1ULL << 62, 0, RAM_SHARED, scratch("big.bin"), &err);
    expect_error(err, "big");
    assert_int_equal(access(scratch("big.bin"), F_OK), -1); /* what was created for it is gone */
}

/* ---- lifetime ---- */

TEST(Y90_a_reference_given_back_twice_aborts, "A54 A55")
{
    Object owner;
    zif_object_init(&owner, "owner", NULL);
    MemoryRegion *r = blank_owned();
    memory_region_init(r, &owner, "victim", 0x1000);
    memory_region_ref(r);
    memory_region_unref(r);
    DIES("victim", memory_region_unref(r));
    object_unref(&owner);
}

TEST(Y91_an_owner_takes_alias_and_target_with_it, "A24")
{
    Object owner;
    zif_object_init(&owner, "owner", NULL);
    MemoryRegion *t = blank_owned(), *a = blank_owned(), *c = blank_owned();
    memory_region_init_ram_nomigrate(t, &owner, "t", 0x1000, &error_abort);
    memory_region_init_alias(a, &owner, "a", t, 0, 0x1000);
    memory_region_init(c, &owner, "c", 0x1000);
    memory_region_add_subregion(c, 0, a);
    object_unref(&owner); /* in whatever order they go */
    assert_null(zif_ram_block_next(ctx(), NULL));
}

TEST(Y92_finalizing_inside_a_transaction_keeps_the_books, "A63 A66 A67")
{
    MemoryRegion *r = ram("r", 0x1000), *k = box("k", 0x1000);
    at(k, 0, r);
    memory_region_transaction_begin();
    memory_region_set_readonly(r, true);
    memory_region_del_subregion(k, r);
    zif_memory_region_finalize(r);
    disown(r);
    zif_memory_region_finalize(k);
    disown(k);
    memory_region_transaction_commit();
}

TEST(Y93_finding_in_the_whole_space, "A44")
{
    MemoryRegion *root = box("R", SIZE_ALL);
    MemoryRegion *k = at(root, (hwaddr)-0x1000, box("k", 0x1000));
    at(k, 0x800, io("top", 0x800));
    space(root);
    MemoryRegionSection s = memory_region_find(root, 0, SIZE_ALL);
    assert_true(s.mr && s.offset_within_address_space == (hwaddr)-0x800);
    memory_region_unref(s.mr);
    s = memory_region_find(k, 0x1000, 0x10); /* beyond the end of the space */
    assert_null(s.mr);
}

TEST(Y94_regions_of_two_contexts_do_not_mix, "A56")
{
    MemoryRegion *here = box("here", 0x1000);
    ZifMemoryContext *mine = ctx(), *other = zif_memory_context_new(&error_abort);
    zif_memory_context_use(other);
    MemoryRegion *there = blank();
    memory_region_init(there, NULL, "there", 0x100);
    DIES("there", memory_region_add_subregion(here, 0, there));
    zif_memory_region_finalize(there);
    disown(there);
    zif_memory_context_use(mine);
    zif_memory_context_free(other);
}

static void *without_choosing(void *keep)
{
    static MemoryRegion left;
    memory_region_init(&left, NULL, "left", 0x1000); /* the thread's own context, made on demand */
    if (!keep) {
        zif_memory_region_finalize(&left);
    }
    return zif_memory_context_use(NULL);
}

TEST(Y95_a_thread_that_never_chose_has_a_context_of_its_own, "A15")
{
    pthread_t thread;
    void *used = NULL;
    pthread_create(&thread, NULL, without_choosing, NULL);
    pthread_join(thread, &used);
    assert_non_null(used);
    assert_ptr_not_equal(used, ctx());
}

TEST(Y96_a_context_with_a_listener_left_cannot_be_freed, "A87")
{
    recorder("", 0, NULL);
    DIES("listener", zif_memory_context_free(ctx()));
}

/* ---- printing ---- */

static char *printed(bool flat, bool dispatch, bool owner)
{
    char *text = NULL;
    size_t size = 0;
    FILE *f = open_memstream(&text, &size);
    mtree_info((fprintf_function)fprintf, f, flat, dispatch, owner);
    fclose(f);
    return text;
}

static const TypeInfo board_info = { .name = "test-board",
                                     .parent = TYPE_DEVICE,
                                     .instance_size = sizeof(DeviceState) };

TEST(Y97_prints_of_every_kind_of_region_and_owner, "A89")
{
    type_register_static(&board_info);
    Object *board = object_new("test-board"), *part = object_new("test-board");
    Object nameless;
    zif_object_init(&nameless, NULL, NULL);
    object_property_add_child(board, "uart", part);
    MemoryRegion *root = box("R", SIZE_ALL);
    MemoryRegion *owned[3] = { blank_owned(), blank_owned(), blank_owned() };
    Object *owners[3] = { board, part, &nameless };
    static const char *const names[3] = { "of-board", "of-part", "of-nobody \xff\"\\\n" };
    for (int k = 0; k < 3; k++) {
        memory_region_init_io(owned[k], owners[k], NULL, NULL, names[k], 0x100);
        at(root, (hwaddr)k * 0x100, owned[k]);
    }
    MemoryRegion *empty = ali("empty", owned[0], 0, 0);
    at(root, 0x1000, empty);
    MemoryRegion *off = at(root, 0x2000, rom("off", 0x100));
    at(root, 0x3000, ali("ro-window", off, 0, 0x100));
    at(root, (hwaddr)-0x80, box("over", 0x100));
    over(root, 0x100, io("same", 0x80), 0);
    over(root, 0x100, io("same-higher", 0x40), 5);
    memory_region_set_enabled(off, false);
    space_named(root, "first \xc3\xa4");
    MemoryRegion *second = box("second", 0x1000);
    memory_region_set_readonly(at(second, 0, ram("r", 0x100)), true);
    at(second, 0x200, io("i", 0x10));
    space_named(second, "second");
    space_named(second, "third");
    space_named(box("nothing", 0x100), "fourth");
    for (int k = 0; k < 8; k++) {
        char *text = printed(k & 1, k & 2, k & 4);
        assert_non_null(strstr(text, "second"));
        free(text);
        char *json = zif_mtree_json(k & 1, k & 4, NULL);
        assert_non_null(strstr(json, "second"));
        free(json);
    }
    char *text = printed(false, false, true);
    assert_non_null(strstr(text, "owner:{dev id=uart}"));
    assert_non_null(strstr(text, "owner:{dev path="));
    assert_non_null(strstr(text, "owner:{obj path="));
    assert_non_null(strstr(text, "[disabled]"));
    free(text);
    for (int k = 0; k < 3; k++) {
        memory_region_del_subregion(root, owned[k]);
    }
    zif_memory_region_finalize(empty->container ? (memory_region_del_subregion(root, empty), empty) : empty);
    disown(empty);
    object_unref(&nameless);
    object_unref(part);
    object_unref(board);
}

/* ---- streams ---- */

typedef struct {
    uint8_t data[1 << 16];
    size_t size, at;
} Stream;

static bool stream_write(void *opaque, const void *data, size_t len)
{
    Stream *s = opaque;
    if (s->size + len > sizeof s->data) {
        return false;
    }
    memcpy(s->data + s->size, data, len);
    s->size += len;
    return true;
}

static bool stream_read(void *opaque, void *data, size_t len)
{
    Stream *s = opaque;
    if (len > s->size - s->at) {
        return false;
    }
    memcpy(data, s->data + s->at, len);
    s->at += len;
    return true;
}

TEST(Y98_what_a_stream_holds_follows_its_options, "A20 A22 A23 M12")
{
    static uint8_t mine[0x1000], device[0x1000];
    static Stream plain, with, by_file;
    plain.size = plain.at = with.size = with.at = by_file.size = by_file.at = 0;
    MemoryRegion *p = blank(), *d = blank(), *f = blank();
    memory_region_init_ram_ptr(p, NULL, "mine", 0x1000, mine);
    memory_region_init_ram_device_ptr(d, NULL, "device", 0x1000, device);
    memory_region_init_ram_from_file(f, NULL, "file", 0x1000, 0, RAM_SHARED, scratch("s.bin"), &error_abort);
    MemoryRegion *all[] = { p, d, f };
    for (int k = 0; k < 3; k++) {
        all[k]->ram_block->flags |= RAM_MIGRATABLE; /* as an embedder does that wants them in */
        snprintf(all[k]->ram_block->idstr, sizeof all[k]->ram_block->idstr, "%s", memory_region_name(all[k]));
    }
    fill(p, 0x11);
    fill(d, 0x22);
    fill(f, 0x33);
    host(f)[0x7ff] = 0x34;
    assert_true(zif_memory_save(ctx(), 0, stream_write, &plain, &error_abort));
    assert_true(zif_memory_save(ctx(), ZIF_MEMORY_SAVE_PREALLOC, stream_write, &with, &error_abort));
    assert_true(zif_memory_save(ctx(), ZIF_MEMORY_SAVE_BY_FILE, stream_write, &by_file, &error_abort));
    assert_true(by_file.size < plain.size && plain.size < with.size);
    fill(p, 0);
    fill(d, 0);
    fill(f, 0);
    assert_true(zif_memory_load(ctx(), stream_read, &plain, &error_abort));
    assert_int_equal(mine[0], 0);
    assert_int_equal(device[0], 0);
    assert_int_equal(host(f)[0x7ff], 0x34);
    assert_true(zif_memory_load(ctx(), stream_read, &with, &error_abort));
    assert_int_equal(mine[0xfff], 0x11);
    assert_int_equal(device[0], 0); /* never */
    assert_true(zif_memory_load(ctx(), stream_read, &by_file, &error_abort));
}

TEST(Y99_a_resizeable_block_is_resized_by_its_stream, "A19 A65")
{
    static Stream s;
    s.size = s.at = 0;
    MemoryRegion *r = blank();
    memory_region_init_resizeable_ram(r, NULL, "rr", 0x2000, 0x8000, NULL, &error_abort);
    r->ram_block->flags |= RAM_MIGRATABLE;
    strcpy(r->ram_block->idstr, "rr");
    memory_region_ram_resize(r, 0x4000, &error_abort);
    fill(r, 0x77);
    assert_true(zif_memory_save(ctx(), 0, stream_write, &s, &error_abort));
    memory_region_ram_resize(r, 0x1000, &error_abort);
    assert_true(zif_memory_load(ctx(), stream_read, &s, &error_abort));
    assert_int_equal(memory_region_size(r), 0x4000);
    assert_int_equal(host(r)[0x3fff], 0x77);
}
