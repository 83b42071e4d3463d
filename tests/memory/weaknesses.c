/*
 * The weaknesses of the best-known implementation, one test each: what ours does instead. Those about speed look at
 * counters and callbacks, never at time. Numbers W01 to W29 are those of the design's list of weaknesses.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "harness.h"
#include <pthread.h>

#define OPS(...) ((MemoryRegionOps){ __VA_ARGS__ })

static ZifMemoryStats stats(void)
{
    return zif_memory_stats(zif_memory_context_current());
}

/* A root with n I/O regions of 0x400 bytes and a ROM device at the top. */
static AddressSpace *big_map(unsigned n, MemoryRegion **f)
{
    MemoryRegion *root = box("R", SIZE_ALL);
    *f = romd("f", 0x1000);
    memory_region_transaction_begin();
    for (unsigned i = 0; i < n; i++) {
        MemoryRegion *r = at(root, 0x40000000 + (hwaddr)i * 0x800, io("i", 0x400));
        dev(r)->quiet = true;
    }
    at(root, 0x8000000, *f);
    memory_region_transaction_commit();
    return space(root);
}

TEST(W01_a_change_renders_only_what_it_touches, "A57 A58 A64 D8")
{
    MemoryRegion *f;
    AddressSpace *as = big_map(1000, &f);
    MemoryRegion *elsewhere = box("elsewhere", 0x10000);
    at(elsewhere, 0, io("x", 0x100));
    AddressSpace *other = space(elsewhere);
    FlatView *other_view = address_space_to_flatview(other);
    ZifMemoryStats before = stats();
    for (int i = 0; i < 100; i++) {
        memory_region_rom_device_set_romd(f, i & 1);
    }
    ZifMemoryStats after = stats();
    assert_true(after.ranges_rendered == before.ranges_rendered); /* a toggle renders nothing */
    MemoryRegion *o = over(as->root, 0x40000100, io("o", 0x100), 1);
    memory_region_del_subregion(as->root, o);
    after = stats();
    assert_true(after.ranges_rendered - before.ranges_rendered <= 8); /* an overlay its own window */
    assert_ptr_equal(address_space_to_flatview(other), other_view);
    assert_true(after.views_copied == before.views_copied);
}

static unsigned told;

static void count_section(MemoryListener *l, MemoryRegionSection *s)
{
    told++;
}

TEST(W02_a_mode_toggle_costs_two_callbacks_whatever_the_map, "A64 A87 A88 D8")
{
    MemoryRegion *f;
    AddressSpace *as = big_map(1000, &f);
    MemoryListener bridge = { .region_add = count_section, .region_del = count_section };
    memory_listener_register(&bridge, as);
    told = 0;
    for (int i = 0; i < 100; i++) {
        memory_region_rom_device_set_romd(f, i & 1);
    }
    assert_int_equal(told, 2 * 100);
    memory_listener_unregister(&bridge);
}

TEST(W03_a_range_costs_little_memory, "T17")
{
    assert_true(sizeof(FlatRange) <= 64);
    size_t before = stats().bytes;
    MemoryRegion *root = box("R", SIZE_ALL);
    memory_region_transaction_begin();
    for (unsigned i = 0; i < 1000; i++) {
        at(root, i * 0x20, io("i", 0x10)); /* much smaller than a page */
    }
    memory_region_transaction_commit();
    space(root);
    size_t each = (stats().bytes - before) / 1000;
    assert_true(each <= 256);
}

TEST(W04_thousands_of_ram_blocks_find_their_places, "A17 A40")
{
    enum { COUNT = 2000 };
    static MemoryRegion *block[COUNT];
    for (unsigned i = 0; i < COUNT; i++) {
        block[i] = ram("r", 0x1000);
    }
    for (unsigned i = 0; i + 1 < COUNT; i++) {
        assert_true(memory_region_get_ram_addr(block[i]) < memory_region_get_ram_addr(block[i + 1]));
    }
    ram_addr_t place = memory_region_get_ram_addr(block[777]);
    zif_memory_region_finalize(block[777]);
    disown(block[777]);
    assert_int_equal(memory_region_get_ram_addr(ram("again", 0x1000)), place);
}

TEST(W05_there_is_no_limit_on_the_number_of_ranges, "")
{
    MemoryRegion *root = box("R", SIZE_ALL);
    memory_region_transaction_begin();
    for (unsigned i = 0; i < 5000; i++) {
        dev(at(root, i * 0x10, io("i", 8)))->quiet = true;
    }
    memory_region_transaction_commit();
    AddressSpace *as = space(root);
    assert_int_equal(zif_flatview_count(address_space_to_flatview(as)), 5000);
    for (unsigned i = 0; i < 5000; i += 7) {
        READS(as, i * 0x10, "11 22 33 44", MEMTX_OK);
    }
}

TEST(W06_readonly_windows_stop_writes, "A63 D6 D15")
{
    MemoryRegion *root = box("R", 0x10000);
    MemoryRegion *r = ram("r", 0x1000);
    MemoryRegion *a = at(root, 0, ali("a", r, 0, 0x1000));
    AddressSpace *as = space(root);
    memory_region_set_readonly(a, true);
    assert_int_equal(write_w(as, 0, 4), MEMTX_DECODE_ERROR);
    memory_region_set_readonly(a, false);
    memory_region_set_readonly(root, true); /* one child only */
    assert_int_equal(write_w(as, 0, 4), MEMTX_DECODE_ERROR);
    hwaddr len = 4;
    void *p = address_space_map(as, 0, &len, true, ATTRS);
    assert_ptr_not_equal(p, host(r));
    address_space_unmap(as, p, len, true, 4);
    assert_bytes(host(r), "00 00 00 00");
}

TEST(W07_a_romd_read_does_not_run_under_an_overlay, "A94 D16")
{
    MemoryRegion *root = box("R", 0x10000);
    MemoryRegion *f = at(root, 0, romd("f", 0x1000));
    fill(f, 0x77);
    over(root, 2, io("o", 2), 1);
    READS(space(root), 0, "77 77 11 22 77 77", MEMTX_OK);
}

TEST(W08_loads_and_stores_agree_with_transfers_at_every_edge, "L4 L11 A94 D17")
{
    MemoryRegion *root = box("R", 0x10000);
    at(root, 0, ram("a", 0x1000));
    at(root, 0x1000, ram("b", 0x1000));
    AddressSpace *as = space(root);
    for (hwaddr a = 0xff8; a < 0x1008; a++) {
        MemTxResult result = 9;
        address_space_stl_le(as, a, 0x01020304 * (uint32_t)a, ATTRS, &result);
        assert_int_equal(result, MEMTX_OK);
        uint32_t back;
        assert_int_equal(address_space_rw(as, a, ATTRS, (uint8_t *)&back, 4, false), MEMTX_OK);
        assert_int_equal(back, 0x01020304 * (uint32_t)a);
        assert_int_equal(address_space_ldl_le(as, a, ATTRS, &result), back);
    }
}

TEST(W09_size_limits_are_enforced, "A90 A91 D1 O6 O7")
{
    MemoryRegion *m = io_with("m", 0x100, OPS(.valid = { .min_access_size = 2, .max_access_size = 4 }));
    for (unsigned size = 1; size <= 8; size *= 2) {
        uint64_t v;
        MemTxResult want = size == 2 || size == 4 ? MEMTX_OK : MEMTX_DECODE_ERROR;
        assert_int_equal(dread(m, 0, size, &v), want);
        assert_int_equal(dwrite(m, 0, size, 0), want);
    }
}

TEST(W10_a_device_that_wants_aligned_words_gets_them, "A90 D3 O10 O12")
{
    MemoryRegion *m = io_with("m", 0x100, OPS(.valid = { .unaligned = true }, .impl = { 4, 4, false }));
    for (hwaddr a = 0; a < 8; a++) {
        for (unsigned size = 1; size <= 4; size *= 2) {
            uint64_t v;
            log_clear();
            assert_int_equal(dread(m, a, size, &v), MEMTX_OK);
            uint64_t want = 0;
            for (unsigned i = 0; i < size; i++) {
                want |= (uint64_t)(0x11 * (((a + i) & 7) + 1)) << (8 * i);
            }
            assert_true(v == want);
            char calls[60];
            snprintf(calls, sizeof calls, (a & 3) + size > 4 ? "m.r(%x,4) m.r(%x,4)" : "m.r(%x,4)", (unsigned)(a & ~3u),
                     (unsigned)(a & ~3u) + 4);
            LOG(calls);
        }
    }
}

TEST(W11_a_wide_access_does_not_spill_into_the_neighbour, "A94 D13")
{
    MemoryRegion *root = box("R", 0x100);
    at(root, 0, io("a", 3));
    at(root, 3, io("b", 5));
    READS(space(root), 0, "11 22 33 11 22 33 44 55", MEMTX_OK);
    LOG("a.r(0,2) a.r(2,1) b.r(0,4) b.r(4,1)");
}

TEST(W12_notdirty_stores_mark_the_right_page_and_stay_in_bounds, "L35 D18 A45 A46 A50")
{
    MemoryRegion *root = box("R", SIZE_ALL);
    MemoryRegion *r = at(root, 0xfffffffff0000000ULL, ram("r", 0x4000));
    memory_region_set_log(r, true, DIRTY_MEMORY_VGA);
    memory_region_reset_dirty(r, 0, 0x4000, DIRTY_MEMORY_VGA);
    address_space_stl_notdirty(space(root), 0xfffffffff0003ffcULL, 1, ATTRS, NULL);
    assert_true(memory_region_get_dirty(r, 0x3000, 1, DIRTY_MEMORY_VGA));
    assert_false(memory_region_get_dirty(r, 0, 0x3000, DIRTY_MEMORY_VGA));
}

TEST(W13_a_long_cached_transfer_stays_in_its_region, "A103 A105 A106 A107 D22")
{
    MemoryRegion *root = box("R", 0x10000);
    MemoryRegion *r = at(root, 0, ram("r", 0x1000));
    at(root, 0x8000, io("i", 0x100));
    AddressSpace *as = space(root);
    fill(r, 0xee);
    MemoryRegionCache c;
    address_space_cache_init(&c, as, 0x8000, 0x100, true);
    uint8_t buf[32];
    address_space_read_cached_slow(&c, 0, buf, 32);
    for (int i = 0; i < 32; i++) {
        assert_int_equal(buf[i], 0x11 * ((i & 7) + 1));
    }
    address_space_write_cached_slow(&c, 0, buf, 32);
    assert_bytes(host(r), "ee ee ee ee ee ee ee ee");
    address_space_cache_destroy(&c);
}

TEST(W14_bounce_buffers_do_not_starve_each_other, "A100 A101 D19 D20")
{
    MemoryRegion *root = box("R", 0x10000);
    dev(at(root, 0, io("i", 0x10000)))->quiet = true;
    AddressSpace *as = space(root), *as2 = space(root);
    void *held[64];
    hwaddr len[64];
    unsigned n = 0;
    for (; n < 64; n++) {
        len[n] = 0x100;
        held[n] = address_space_map(as, n * 0x100, &len[n], false, ATTRS);
        if (!held[n]) {
            assert_true(len[n] == 0);
            break;
        }
    }
    assert_true(n > 1 && n < 64); /* a pool, with a limit */
    hwaddr other = 0x100;
    void *p = address_space_map(as2, 0, &other, false, ATTRS); /* of each address space its own */
    assert_non_null(p);
    address_space_unmap(as2, p, other, false, 0);
    while (n--) {
        address_space_unmap(as, held[n], len[n], false, 0);
    }
}

TEST(W15_windows_follow_their_region_through_every_change_of_the_map,
     "A58 A59 A60 A69 A70 A87 coalesced_mmio_add coalesced_mmio_del D12")
{
    MemoryRegion *root = box("R", 0x100000);
    MemoryRegion *i = io("i", 0x1000);
    memory_region_add_coalescing(i, 0xf00, 0x10); /* does not meet the first alias */
    memory_region_add_coalescing(i, 0x10, 0x10);
    AddressSpace *as = space(root);
    Recorder *rec = recorder_terse(as);
    rec->listener.region_add = rec->listener.region_del = NULL;
    MemoryRegion *a = at(root, 0x2000, ali("a", i, 0, 0x100));
    LOG("co+[2010,10)@[2000,2100)");
    memory_region_set_address(a, 0x3000);
    LOG("co-[2010,10)@[2000,2100) co+[3010,10)@[3000,3100)");
    recorder_unregister(rec);
    log_clear();
    recorder_register(rec, as); /* a late listener hears of it too */
    LOG("co+[3010,10)@[3000,3100)");
    memory_region_set_enabled(a, false);
    LOG("co-[3010,10)@[3000,3100)");
    memory_region_set_enabled(a, true);
    log_clear();
    memory_region_del_subregion(root, a);
    LOG("co-[3010,10)@[3000,3100)");
    memory_region_clear_coalescing(i);
    LOG("");
}

TEST(W16_eventfds_of_any_width_fire_and_late_listeners_are_told, "A74 A75 A87 D11 D12 D31")
{
    MemoryRegion *root = box("R", 0x1000);
    MemoryRegion *i = at(root, 0, io("i", 0x100));
    AddressSpace *as = space(root);
    EventNotifier e;
    assert_int_equal(event_notifier_init(&e, 0), 0);
    memory_region_add_eventfd(i, 0x10, 0, false, 0, &e);
    recorder("b", 2, as);
    recorder("a", 1, as);
    LOG("b:begin b:+i[0,100) b:efd+[10,0) b:commit a:begin a:+i[0,100) a:efd+[10,0) a:commit");
    for (int size = 1; size <= 4; size *= 2) {
        put(as, 0x10, 1, size);
        assert_int_equal(event_notifier_test_and_clear(&e), 1);
    }
    log_clear();
    memory_region_del_eventfd(i, 0x10, 0, false, 0, &e);
    LOG("b:efd-[10,0) a:efd-[10,0)");
    memory_region_add_eventfd(i, 0x10, 4, false, 0, &e);
    LOG("a:efd+[10,4) b:efd+[10,4)");
    memory_region_del_eventfd(i, 0x10, 4, false, 0, &e);
    event_notifier_cleanup(&e);
}

TEST(W17_mapped_is_derived_and_never_drifts, "A43")
{
    MemoryRegion *root = box("R", 0x10000), *k = box("k", 0x1000), *r = ram("r", 0x1000);
    MemoryRegion *a = ali("a", k, 0, 0x1000);
    at(k, 0, r);
    space(root);
    assert_false(memory_region_is_mapped(r)); /* its container is nowhere */
    for (int i = 0; i < 3; i++) {
        at(root, 0, a);
        assert_true(memory_region_is_mapped(r) && memory_region_is_mapped(k)); /* through the alias */
        memory_region_del_subregion(k, r);
        assert_false(memory_region_is_mapped(r));
        at(k, 0, r);
        memory_region_del_subregion(root, a);
        assert_false(memory_region_is_mapped(r));
    }
    assert_true(memory_region_is_mapped(root));
}

TEST(W18_find_of_nothing_is_nothing, "A44")
{
    MemoryRegion *root = box("R", 0x10000);
    at(root, 0, ram("r", 0x1000));
    space(root);
    MemoryRegionSection s = memory_region_find(root, 0x100, 0);
    assert_null(s.mr);
    assert_true(int128_eq(s.size, 0));
}

TEST(W19_translations_report_their_rights_and_cannot_loop, "A86 A94 D27 D30")
{
    MemoryRegion *root = box("R", 0x10000);
    AddressSpace *as = space(root);
    Iom *i = iom("iom", 0x8000, as, 0x8000);
    i->add = 0;
    i->quiet = true;
    at(root, 0, iom_mr(i));
    READS(as, 0x10, "00", MEMTX_DECODE_ERROR);
    i->add = 0x8000; /* out of the loop, to memory */
    at(root, 0x8000, ram("r", 0x8000));
    i->perm = IOMMU_RO;
    assert_int_equal(address_space_get_iotlb_entry(as, 0, false, ATTRS).perm, IOMMU_RO);
}

TEST(W20_a_listener_without_filter_is_no_accident, "A87 D4")
{
    recorder("", 0, NULL);
    LOG("begin commit");
    MemoryRegion *root = box("R", 0x1000);
    space(root);
    log_clear();
    at(root, 0, io("i", 0x10));
    LOG("begin +i[0,10) commit");
}

TEST(W21_every_writer_marks_the_same_clients_and_empty_writes_none, "A46 A47 A50 A95 D23 D25")
{
    MemoryRegion *root = box("R", 0x10000);
    MemoryRegion *r = at(root, 0, ram("r", 0x1000));
    AddressSpace *as = space(root);
    for (int way = 0; way < 3; way++) {
        for (unsigned c = 0; c < DIRTY_MEMORY_NUM; c++) {
            memory_region_reset_dirty(r, 0, 0x1000, c);
        }
        if (way == 0) {
            write_w(as, 0, 1);
        } else if (way == 1) {
            address_space_stb(as, 0, 1, ATTRS, NULL);
        } else {
            memory_region_set_dirty(r, 0, 1);
        }
        assert_false(memory_region_get_dirty(r, 0, 1, DIRTY_MEMORY_VGA));
        assert_true(memory_region_get_dirty(r, 0, 1, DIRTY_MEMORY_CODE));
        assert_false(memory_region_get_dirty(r, 0, 1, DIRTY_MEMORY_MIGRATION));
    }
    memory_region_reset_dirty(r, 0, 0x1000, DIRTY_MEMORY_CODE);
    memory_region_set_dirty(r, 5, 0);
    assert_false(memory_region_get_dirty(r, 0, 0x1000, DIRTY_MEMORY_CODE));
}

TEST(W21b_a_snapshot_never_reaches_the_next_block, "A46 A48")
{
    MemoryRegion *a = ram("a", 0x1000), *b = ram("b", 0x1000), *c = ram("c", 0x1000);
    free(memory_region_snapshot_and_clear_dirty(b, 0, 0x1000, DIRTY_MEMORY_VGA));
    assert_true(memory_region_get_dirty(a, 0, 1, DIRTY_MEMORY_VGA));
    assert_false(memory_region_get_dirty(b, 0, 1, DIRTY_MEMORY_VGA));
    assert_true(memory_region_get_dirty(c, 0, 1, DIRTY_MEMORY_VGA));
}

TEST(W22_mode_toggles_reach_every_listener_and_rom_devices_can_mark, "A47 A64 D24 region_add region_del")
{
    MemoryRegion *root = box("R", 0x10000);
    MemoryRegion *f = at(root, 0, romd("f", 0x1000));
    AddressSpace *as = space(root);
    recorder_terse(as);
    log_clear();
    memory_region_rom_device_set_romd(f, false);
    LOG("-f[0,1000) +f[0,1000)");
    memory_region_transaction_begin();
    memory_region_rom_device_set_romd(f, true);
    memory_region_rom_device_set_romd(f, false);
    memory_region_transaction_commit();
    LOG(""); /* nothing changed in the end */
    assert_int_equal(write_w(as, 0, 1), MEMTX_OK);
    assert_false(memory_access_is_direct(f, true)); /* writes never go past the callback */
    memory_region_set_dirty(f, 0, 1);
}

static void nest(Dev *d, hwaddr addr, unsigned size, bool is_write, uint64_t data)
{
    uint8_t b = 0x5a;
    if (is_write && data != 0x5a) {
        MemTxResult r = address_space_write(d->hook_data, 4, ATTRS, &b, 1);
        note("inner_write=%u", r);
    } else if (!is_write) {
        MemTxResult r = address_space_rw(d->hook_data, 4, ATTRS, &b, 1, false);
        note("inner_read=%u", r);
    }
}

TEST(W23_nested_access_follows_the_regions_policy_and_is_counted, "A94 X5")
{
    MemoryRegion *root = box("R", 0x100);
    MemoryRegion *m = at(root, 0, io("m", 0x100));
    AddressSpace *as = space(root);
    dev(m)->hook = nest;
    dev(m)->hook_data = as;
    assert_int_equal(put(as, 0, 1, 1), MEMTX_OK); /* allowed */
    LOG("m.w(0,1,1) m.w(4,5a,1) inner_write=0");
    zif_memory_region_set_reentrancy(m, ZIF_REENTRANCY_REJECT);
    assert_int_equal(put(as, 0, 1, 1), MEMTX_OK);
    LOG("m.w(0,1,1) inner_write=4");
    assert_true(zif_memory_region_rejected(m) == 1);
    assert_true(stats().rejected == 1);
    zif_memory_region_set_reentrancy(m, ZIF_REENTRANCY_QUEUE);
    assert_int_equal(put(as, 0, 1, 1), MEMTX_OK);
    LOG("m.w(0,1,1) inner_write=0 m.w(4,5a,1)");
    READS(as, 0, "11", MEMTX_OK);
    LOG("m.r(0,1) inner_read=4");
    assert_true(stats().queued == 1 && stats().reentrant == 1);
    assert_true(zif_address_space_faults(as)->blocked == 2);
}

TEST(W23b_nesting_without_end_is_cut_off, "A94")
{
    MemoryRegion *root = box("R", 0x100);
    MemoryRegion *m = at(root, 0, io("m", 0x100));
    AddressSpace *as = space(root);
    dev(m)->hook = nest;
    dev(m)->hook_data = as;
    dev(m)->quiet = true;
    uint8_t b;
    assert_int_equal(address_space_rw(as, 0, ATTRS, &b, 1, false), MEMTX_OK);
    assert_int_equal(dev(m)->calls, ZIF_MEMORY_MAX_NESTING);
    assert_true(stats().rejected == 1);
}

static MemoryRegion *w24_root, *w24_a, *w24_b;

static void w24_del(MemoryListener *l, MemoryRegionSection *s)
{
    note("-%s", memory_region_name(s->mr));
    if (s->mr == w24_a && w24_b->container) {
        memory_region_del_subregion(w24_root, w24_b);
    }
}

TEST(W24_listeners_may_change_the_map_from_any_callback, "A58 A87 D9 region_del")
{
    w24_root = box("R", 0x10000);
    w24_a = at(w24_root, 0, io("a", 0x100));
    w24_b = at(w24_root, 0x1000, io("b", 0x100));
    AddressSpace *as = space(w24_root);
    Recorder *rec = recorder("", 0, as);
    rec->listener.region_nop = NULL;
    rec->listener.region_del = w24_del;
    log_clear();
    memory_region_del_subregion(w24_root, w24_a);
    LOG("begin -a commit begin -b commit");
    VIEW(as, "");
}

TEST(W25_freeing_a_region_somebody_shows_is_caught_and_names_it, "A56 A92")
{
    MemoryRegion *root = box("R", 0x10000);
    MemoryRegion *r = at(root, 0, ram("victim", 0x1000));
    AddressSpace *as = space(root);
    FlatView *fv = address_space_to_flatview(as);
    zif_flatview_ref(fv);
    memory_region_del_subregion(root, r);
    DIES("victim", zif_memory_region_finalize(r)); /* an old view still shows it */
    zif_flatview_unref(fv);
    zif_memory_region_finalize(r);
    disown(r);
}

static unsigned gone;

static void count_gone(Object *o)
{
    gone++;
}

TEST(W26_merged_ranges_keep_no_extra_reference, "A24")
{
    Object owner;
    zif_object_init(&owner, "owner", count_gone);
    gone = 0;
    MemoryRegion *r = blank_owned();
    memory_region_init_ram_nomigrate(r, &owner, "r", 0x4000, &error_abort);
    MemoryRegion *root = box("R", 0x10000);
    MemoryRegion *half[4];
    for (unsigned i = 0; i < 4; i++) {
        half[i] = at(root, i * 0x1000, ali("part", r, i * 0x1000, 0x1000));
    }
    AddressSpace *as = space(root);
    VIEW(as, "r[0,4000)");
    for (unsigned i = 0; i < 4; i++) {
        memory_region_del_subregion(root, half[i]);
        zif_memory_region_finalize(half[i]);
        disown(half[i]);
    }
    object_unref(&owner);
    assert_int_equal(gone, 1);
}

TEST(W27_an_alias_holds_its_target_and_cycles_are_refused, "A24 A56 D7")
{
    MemoryRegion *t = ram("target", 0x1000);
    ali("a", t, 0, 0x1000);
    DIES("target", zif_memory_region_finalize(t));
    MemoryRegion *k = box("ring", 0x1000);
    MemoryRegion *in = at(k, 0, box("in", 0x1000));
    MemoryRegion *back = ali("back", k, 0, 0x1000);
    DIES("back", memory_region_add_subregion(in, 0, back));
}

TEST(W28_a_space_made_in_a_transaction_disturbs_nobody, "A66 A67 A92 D10")
{
    MemoryRegion *root = box("R", 0x1000);
    AddressSpace *old = space(root);
    recorder("", 0, old);
    log_clear();
    memory_region_transaction_begin();
    at(root, 0, io("i", 0x10));
    space(root);
    VIEW(old, "");
    LOG("");
    memory_region_transaction_commit();
    LOG("begin +i[0,10) commit");
    VIEW(old, "i[0,10)");
}

static void *machine(void *result)
{
    ZifMemoryContext *ctx = zif_memory_context_new(&error_abort);
    zif_memory_context_use(ctx);
    MemoryRegion root, r;
    AddressSpace as;
    memory_region_init(&root, NULL, "root", 0x10000);
    memory_region_init_ram(&r, NULL, "sram", 0x1000, &error_abort); /* the same name in every machine */
    memory_region_add_subregion(&root, 0, &r);
    address_space_init(&as, &root, "as");
    uint32_t sum = 0;
    for (uint32_t i = 0; i < 2000; i++) {
        address_space_stl_le(&as, i % 0x400 * 4, i, ATTRS, NULL);
        memory_region_set_enabled(&r, i % 3);
        sum += address_space_ldl_le(&as, i % 0x400 * 4, ATTRS, NULL);
    }
    *(uint32_t *)result = sum;
    address_space_destroy(&as);
    memory_region_del_subregion(&root, &r);
    zif_memory_region_finalize(&r);
    zif_memory_region_finalize(&root);
    zif_memory_context_use(NULL);
    zif_memory_context_free(ctx);
    return NULL;
}

TEST(W29_many_machines_live_in_one_process_and_their_views_can_be_asked, "A28 A92 A93")
{
    pthread_t thread[4];
    uint32_t sums[4] = { 0 };
    for (int i = 0; i < 4; i++) {
        assert_int_equal(pthread_create(&thread[i], NULL, machine, &sums[i]), 0);
    }
    for (int i = 0; i < 4; i++) {
        pthread_join(thread[i], NULL);
        assert_int_equal(sums[i], sums[0]);
    }
    assert_true(sums[0] != 0);
    assert_null(zif_address_space_next(zif_memory_context_current(), NULL)); /* nothing leaked into ours */
}
