/*
 * Edges of the memory core that no row of the cases comes near: caches, unusual accesses, policies, maps, translators.
 * Expectations: zif/memory.h. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "harness.h"

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
