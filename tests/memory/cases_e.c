/*
 * Section E of the conformance cases: mapping into host memory, bounce buffers, caches.
 * Expectations: the memory contract, 5.10, decisions D19 to D22 and the clarifications of section 10.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "harness.h"

#define OPS(...) ((MemoryRegionOps){ __VA_ARGS__ })

typedef struct {
    MemoryRegion *root, *r, *r2, *i;
    AddressSpace *as;
} MapE;

/* ram r[0,2000), ram r2[2000,3000), io i[8000,a000). */
static MapE map_e(void)
{
    MapE m = { .root = box("R", 0x100000) };
    m.r = at(m.root, 0, ram("r", 0x2000));
    m.r2 = at(m.root, 0x2000, ram("r2", 0x1000));
    m.i = at(m.root, 0x8000, io("i", 0x2000));
    m.as = space(m.root);
    return m;
}

TEST(E01_a_map_of_ram_is_direct_and_ends_with_the_region, "A100 A101")
{
    MapE m = map_e();
    hwaddr len = 0x4000;
    void *p = address_space_map(m.as, 0x800, &len, false, ATTRS);
    assert_ptr_equal(p, host(m.r) + 0x800);
    assert_true(len == 0x1800);
    address_space_unmap(m.as, p, len, false, len);
}

TEST(E02_a_map_of_nothing_is_null, "A100")
{
    MapE m = map_e();
    hwaddr len = 0;
    assert_null(address_space_map(m.as, 0x800, &len, false, ATTRS));
}

TEST(E03_a_map_goes_on_over_contiguous_sections_of_one_region, "A100 A101 A63")
{
    MemoryRegion *root = box("R", 0x100000);
    MemoryRegion *r = ram("r", 0x4000);
    at(root, 0, ali("a", r, 0, 0x1000));
    MemoryRegion *b = at(root, 0x1000, ali("b", r, 0x1000, 0x1000));
    memory_region_set_readonly(b, true);
    AddressSpace *as = space(root);
    hwaddr len = 0x4000;
    void *p = address_space_map(as, 0, &len, false, ATTRS);
    assert_ptr_equal(p, host(r));
    assert_true(len == 0x2000);
    address_space_unmap(as, p, len, false, 0);
    len = 0x4000;
    p = address_space_map(as, 0, &len, true, ATTRS);
    assert_true(len == 0x1000); /* the second part may not be written */
    address_space_unmap(as, p, len, true, 0);
    memory_region_set_readonly(b, false);
    memory_region_set_alias_offset(b, 0x2000); /* case E04 */
    len = 0x4000;
    p = address_space_map(as, 0, &len, false, ATTRS);
    assert_true(len == 0x1000);
    address_space_unmap(as, p, len, false, 0);
}

TEST(E04_a_map_stops_where_the_offsets_do_not_go_on, "A100 A101")
{
    MemoryRegion *root = box("R", 0x100000);
    MemoryRegion *r = ram("r", 0x4000);
    at(root, 0, ali("a", r, 0, 0x1000));
    at(root, 0x1000, ali("b", r, 0x3000, 0x1000));
    AddressSpace *as = space(root);
    hwaddr len = 0x4000;
    void *p = address_space_map(as, 0, &len, true, ATTRS);
    assert_true(len == 0x1000);
    address_space_unmap(as, p, len, true, 0);
}

TEST(E05_a_map_of_a_device_for_reading_is_filled_at_once, "A100 A101")
{
    MapE m = map_e();
    hwaddr len = 0x20;
    void *p = address_space_map(m.as, 0x8000, &len, false, ATTRS);
    assert_non_null(p);
    assert_true(len == 0x20);
    LOG("i.r(0,4) i.r(4,4) i.r(8,4) i.r(c,4) i.r(10,4) i.r(14,4) i.r(18,4) i.r(1c,4)");
    assert_bytes(p, "11 22 33 44 55 66 77 88 11 22 33 44 55 66 77 88 "
                    "11 22 33 44 55 66 77 88 11 22 33 44 55 66 77 88");
    address_space_unmap(m.as, p, len, false, len);
    LOG("");
}

TEST(E06_a_second_device_map_gets_a_second_buffer, "A100 A101 D20")
{
    MapE m = map_e();
    hwaddr l1 = 0x20, l2 = 0x10;
    void *p1 = address_space_map(m.as, 0x8000, &l1, false, ATTRS);
    void *p2 = address_space_map(m.as, 0x8004, &l2, false, ATTRS);
    assert_non_null(p2);
    assert_ptr_not_equal(p1, p2);
    assert_bytes(p2, "55 66 77 88");
    assert_bytes(p1, "11 22 33 44");
    address_space_unmap(m.as, p1, l1, false, l1);
    assert_bytes(p2, "55 66 77 88");
    address_space_unmap(m.as, p2, l2, false, l2);
}

TEST(E06b_with_a_limit_of_one_buffer_the_second_map_fails_with_length_zero, "A100 A101 D19 D20")
{
    MapE m = map_e();
    set_bounce_limit(m.as, 1);
    hwaddr l1 = 0x20, l2 = 0x10, l3 = 0x10;
    void *p1 = address_space_map(m.as, 0x8000, &l1, false, ATTRS);
    assert_non_null(p1);
    assert_null(address_space_map(m.as, 0x8000, &l2, false, ATTRS));
    assert_true(l2 == 0);
    void *p3 = address_space_map(m.as, 0, &l3, true, ATTRS); /* direct maps need no buffer */
    assert_ptr_equal(p3, host(m.r));
    address_space_unmap(m.as, p3, l3, true, 0);
    address_space_unmap(m.as, p1, l1, false, l1);
    l2 = 0x10;
    void *p2 = address_space_map(m.as, 0x8000, &l2, false, ATTRS);
    assert_non_null(p2);
    address_space_unmap(m.as, p2, l2, false, 0);
}

TEST(E08_a_device_map_is_at_most_a_page, "A100 A101 X13")
{
    MapE m = map_e();
    dev(m.i)->quiet = true;
    hwaddr len = 0x2000;
    void *p = address_space_map(m.as, 0x8000, &len, false, ATTRS);
    assert_true(len == PAGE);
    assert_int_equal(TARGET_PAGE_SIZE, PAGE);
    assert_int_equal(1 << TARGET_PAGE_BITS, PAGE);
    address_space_unmap(m.as, p, len, false, len);
}

TEST(E09_a_device_map_for_writing_is_written_at_unmap, "A100 A101")
{
    MapE m = map_e();
    hwaddr len = 0x20;
    uint8_t *p = address_space_map(m.as, 0x8000, &len, true, ATTRS);
    LOG("");
    for (int i = 0; i < 0x20; i++) {
        p[i] = (uint8_t)i;
    }
    LOG("");
    address_space_unmap(m.as, p, len, true, 6);
    LOG("i.w(0,3020100,4) i.w(4,504,2)");
}

TEST(E10_unmapping_with_no_access_writes_nothing, "A100 A101")
{
    MapE m = map_e();
    hwaddr len = 0x20;
    void *p = address_space_map(m.as, 0x8000, &len, true, ATTRS);
    address_space_unmap(m.as, p, len, true, 0);
    LOG("");
}

TEST(E11_a_map_of_unassigned_memory_reads_as_zeros, "A100 A101")
{
    MapE m = map_e();
    hwaddr len = 0x10;
    uint8_t *p = address_space_map(m.as, 0x50000, &len, false, ATTRS);
    assert_non_null(p);
    assert_true(len == 0x10);
    assert_bytes(p, "00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00");
    address_space_unmap(m.as, p, len, false, len);
}

TEST(E12_rom_maps_directly_for_reading_and_loses_what_is_written, "A25 A100 A101")
{
    MapE m = map_e();
    MemoryRegion *o = at(m.root, 0x20000, rom("o", 0x1000));
    fill(o, 0x3c);
    hwaddr len = 0x10;
    uint8_t *p = address_space_map(m.as, 0x20000, &len, false, ATTRS);
    assert_ptr_equal(p, host(o));
    address_space_unmap(m.as, p, len, false, 0);
    len = 0x10;
    p = address_space_map(m.as, 0x20000, &len, true, ATTRS);
    assert_ptr_not_equal(p, host(o));
    memset(p, 0, 0x10);
    address_space_unmap(m.as, p, len, true, 0x10);
    assert_int_equal(host(o)[0], 0x3c);
}

TEST(E13_a_rom_device_maps_directly_for_reading_and_through_its_callback_for_writing, "A26 A100 A101")
{
    MapE m = map_e();
    MemoryRegion *f = at(m.root, 0x20000, romd("f", 0x2000));
    hwaddr len = 0x2000;
    uint8_t *p = address_space_map(m.as, 0x20000, &len, false, ATTRS);
    assert_ptr_equal(p, host(f));
    assert_true(len == 0x2000);
    address_space_unmap(m.as, p, len, false, 0);
    len = 4;
    p = address_space_map(m.as, 0x20000, &len, true, ATTRS);
    memcpy(p, (uint8_t[]){ 1, 2, 3, 4 }, 4);
    LOG("");
    address_space_unmap(m.as, p, len, true, 4);
    LOG("f.w(0,4030201,4)");
}

TEST(E14_a_ram_device_maps_through_a_buffer, "A23 A100 A101")
{
    static uint8_t bytes[0x1000];
    bytes[0] = 0x99;
    MapE m = map_e();
    MemoryRegion *d = blank();
    memory_region_init_ram_device_ptr(d, NULL, "rd", 0x1000, bytes);
    at(m.root, 0x20000, d);
    hwaddr len = 0x10;
    uint8_t *p = address_space_map(m.as, 0x20000, &len, false, ATTRS);
    assert_ptr_not_equal(p, bytes);
    assert_int_equal(p[0], 0x99);
    address_space_unmap(m.as, p, len, false, 0);
}

TEST(E16_unmapping_an_unknown_pointer_aborts, "A101")
{
    MapE m = map_e();
    uint8_t stray[16];
    DIES("unmap", address_space_unmap(m.as, stray, 16, true, 16));
}

TEST(E17_a_map_client_is_called_once_after_the_buffer_frees, "X14 A100 A101")
{
    MapE m = map_e();
    set_bounce_limit(m.as, 1);
    hwaddr len = 0x10;
    void *p = address_space_map(m.as, 0x8000, &len, false, ATTRS);
    log_clear();
    MapClient one = { .tag = "one" }, two = { .tag = "two" }, gone = { .tag = "gone" };
    map_client_register(m.as, &one);
    map_client_register(m.as, &gone);
    map_client_register(m.as, &two);
    map_client_unregister(&gone);
    LOG("");
    address_space_unmap(m.as, p, len, false, len);
    LOG("two one");
    p = address_space_map(m.as, 0x8000, &len, false, ATTRS);
    address_space_unmap(m.as, p, len, false, len);
    log_clear();
    map_client_register(m.as, &one); /* nothing is busy: called at once */
    LOG("one");
}

static unsigned owner_gone;

static void owner_destroyed(Object *owner)
{
    owner_gone++;
}

TEST(E18_a_mapped_region_lives_until_it_is_unmapped, "A58 A100 A101")
{
    MapE m = map_e();
    Object owner;
    owner_gone = 0;
    zif_object_init(&owner, "owner", owner_destroyed);
    MemoryRegion *r = blank_owned();
    memory_region_init_ram(r, &owner, "owned", 0x1000, &error_abort);
    at(m.root, 0x20000, r);
    hwaddr len = 0x10;
    uint8_t *p = address_space_map(m.as, 0x20000, &len, true, ATTRS);
    memory_region_del_subregion(m.root, r);
    object_unref(&owner);
    assert_int_equal(owner_gone, 0);
    p[0] = 1; /* still backed */
    address_space_unmap(m.as, p, len, true, 1);
    assert_int_equal(owner_gone, 1);
}

TEST(E19_unmap_marks_what_was_accessed, "A46 A50 A100 A101 A45")
{
    MapE m = map_e();
    memory_region_set_log(m.r, true, DIRTY_MEMORY_VGA);
    memory_region_reset_dirty(m.r, 0, 0x2000, DIRTY_MEMORY_VGA);
    hwaddr len = 0x2000;
    void *p = address_space_map(m.as, 0, &len, true, ATTRS);
    address_space_unmap(m.as, p, len, true, 0x10);
    assert_true(memory_region_get_dirty(m.r, 0, 1, DIRTY_MEMORY_VGA));
    assert_false(memory_region_get_dirty(m.r, 0x1000, 0x1000, DIRTY_MEMORY_VGA));
    memory_region_reset_dirty(m.r, 0, 0x2000, DIRTY_MEMORY_VGA);
    p = address_space_map(m.as, 0, &len, true, ATTRS);
    address_space_unmap(m.as, p, len, true, 0);
    p = address_space_map(m.as, 0, &len, false, ATTRS);
    address_space_unmap(m.as, p, len, false, 0x10);
    assert_false(memory_region_get_dirty(m.r, 0, 0x2000, DIRTY_MEMORY_VGA));
}

TEST(E20_a_cached_store_marks_only_when_invalidated, "A103 A104 A105 A46 T20")
{
    MapE m = map_e();
    memory_region_set_log(m.r, true, DIRTY_MEMORY_VGA);
    memory_region_reset_dirty(m.r, 0, 0x2000, DIRTY_MEMORY_VGA);
    MemoryRegionCache cache;
    assert_int_equal(address_space_cache_init(&cache, m.as, 0, 0x100, true), 0x100);
    assert_non_null(cache.ptr);
    address_space_stl_le_cached(&cache, 0x10, 0x11223344, ATTRS, NULL);
    assert_bytes(host(m.r) + 0x10, "44 33 22 11");
    assert_false(memory_region_get_dirty(m.r, 0, 0x2000, DIRTY_MEMORY_VGA));
    address_space_cache_invalidate(&cache, 0x10, 4);
    assert_true(memory_region_get_dirty(m.r, 0, 1, DIRTY_MEMORY_VGA));
    address_space_cache_destroy(&cache);
}

TEST(E21_a_cache_keeps_the_old_memory_when_the_map_changes, "A59 A103 A105 L45")
{
    MapE m = map_e();
    fill(m.r, 0x11);
    MemoryRegionCache cache;
    assert_int_equal(address_space_cache_init(&cache, m.as, 0, 0x100, false), 0x100);
    memory_region_set_enabled(m.r, false);
    assert_int_equal(address_space_ldl_le_cached(&cache, 0, ATTRS, NULL), 0x11111111);
    address_space_cache_destroy(&cache);
}

TEST(E22_destroying_a_cache_twice_is_harmless, "A103 A105 M15")
{
    MapE m = map_e();
    MemoryRegionCache cache;
    address_space_cache_init(&cache, m.as, 0, 0x100, false);
    address_space_cache_destroy(&cache);
    assert_null(cache.mrs.mr);
    assert_null(cache.ptr);
    address_space_cache_destroy(&cache);
    MemoryRegionCache never = MEMORY_REGION_CACHE_INVALID;
    assert_null(never.mrs.mr);
    address_space_cache_destroy(&never);
}

TEST(E23_a_cache_may_be_shorter_than_asked, "A103 A105")
{
    MapE m = map_e();
    MemoryRegionCache cache;
    assert_int_equal(address_space_cache_init(&cache, m.as, 0x1800, 0x4000, false), 0x800);
    assert_ptr_equal(cache.ptr, host(m.r) + 0x1800);
    address_space_cache_destroy(&cache);
}

TEST(E24_a_slow_cached_read_stays_in_its_region, "A13 A103 A105 A106 D22")
{
    MapE m = map_e();
    MemoryRegionCache cache;
    assert_int_equal(address_space_cache_init(&cache, m.as, 0x8000, 0x100, false), 0x100);
    assert_null(cache.ptr);
    uint8_t buf[6];
    address_space_read_cached(&cache, 2, buf, 6);
    assert_bytes(buf, "33 44 55 66 77 88");
    LOG("i.r(2,2) i.r(4,4)");
    memset(buf, 0, 6);
    address_space_read_cached_slow(&cache, 2, buf, 6);
    assert_bytes(buf, "33 44 55 66 77 88");
    address_space_cache_destroy(&cache);
}

TEST(E24b_a_slow_cached_write_stays_in_its_region, "A14 A103 A105 A107 D22")
{
    MapE m = map_e();
    MemoryRegionCache cache;
    assert_int_equal(address_space_cache_init(&cache, m.as, 0x8000, 0x100, true), 0x100);
    uint8_t buf[6] = { 1, 2, 3, 4, 5, 6 };
    address_space_write_cached(&cache, 2, buf, 6);
    LOG("i.w(2,201,2) i.w(4,6050403,4)");
    address_space_write_cached_slow(&cache, 3, buf, 1);
    LOG("i.w(3,1,1)");
    address_space_cache_destroy(&cache);
}

TEST(E25_a_cache_of_nothing_has_a_length_and_refuses_each_access, "A103 A105 D21 L45")
{
    MapE m = map_e();
    MemoryRegionCache cache;
    assert_int_equal(address_space_cache_init(&cache, m.as, 0x50000, 0x100, true), 0x100);
    assert_null(cache.ptr);
    MemTxResult result = 9;
    assert_int_equal(address_space_ldl_le_cached(&cache, 0, ATTRS, &result), 0);
    assert_int_equal(result, MEMTX_DECODE_ERROR);
    address_space_stl_le_cached(&cache, 0, 1, ATTRS, &result);
    assert_int_equal(result, MEMTX_DECODE_ERROR);
    address_space_cache_destroy(&cache);
}

TEST(E26_a_write_cache_of_rom_has_no_pointer, "A25 A103 A105")
{
    MapE m = map_e();
    MemoryRegion *o = at(m.root, 0x20000, rom("o", 0x1000));
    MemoryRegionCache cache;
    assert_int_equal(address_space_cache_init(&cache, m.as, 0x20000, 0x100, true), 0x100);
    assert_null(cache.ptr);
    MemTxResult result = MEMTX_OK;
    address_space_stl_le_cached(&cache, 0, 1, ATTRS, &result);
    assert_int_equal(result, MEMTX_DECODE_ERROR);
    assert_int_equal(host(o)[0], 0);
    address_space_cache_destroy(&cache);
}

TEST(E27_a_cached_access_beyond_the_length_aborts, "A11 A12 A13 A14 A103")
{
    MapE m = map_e();
    MemoryRegionCache cache;
    address_space_cache_init(&cache, m.as, 0, 0x10, true);
    uint8_t buf[16] = { 0 };
    DIES("", address_space_ldub_cached(&cache, 0x10, ATTRS, NULL));
    DIES("", address_space_stb_cached(&cache, 0x10, 0, ATTRS, NULL));
    DIES("", address_space_read_cached(&cache, 8, buf, 9));
    DIES("", address_space_write_cached(&cache, 0x10, buf, 1));
    DIES("", address_space_ldl_le_cached(&cache, 0xd, ATTRS, NULL));
    DIES("", address_space_stq_be_cached(&cache, 9, 0, ATTRS, NULL));
    address_space_cache_destroy(&cache);
}

TEST(E28_invalidating_a_read_cache_aborts, "A103 A104")
{
    MapE m = map_e();
    MemoryRegionCache cache;
    address_space_cache_init(&cache, m.as, 0, 0x10, false);
    DIES("cache", address_space_cache_invalidate(&cache, 0, 4));
    address_space_cache_destroy(&cache);
}

TEST(E29_a_cache_of_length_zero_aborts, "A103")
{
    MapE m = map_e();
    MemoryRegionCache cache;
    DIES("cache", address_space_cache_init(&cache, m.as, 0, 0, false));
}

TEST(E30_a_cache_over_an_iommu_translates_each_access, "A27 A103 A105 C1 L45")
{
    MemoryRegion *sysroot = box("sys", SIZE_ALL);
    MemoryRegion *big = at(sysroot, 0x100000, ram("big", 0x8000));
    AddressSpace *sys = space(sysroot);
    MemoryRegion *root = box("R", 0x10000);
    Iom *i = iom("iom", 0x8000, sys, 0x4000);
    at(root, 0, iom_mr(i));
    AddressSpace *as = space(root);
    fill(big, 0x21);
    MemoryRegionCache cache;
    assert_int_equal(address_space_cache_init(&cache, as, 0x10, 0x100, false), 0x100);
    assert_null(cache.ptr);
    log_clear();
    assert_int_equal(address_space_ldl_le_cached(&cache, 0, ATTRS, NULL), 0x21212121);
    LOG("iom.t(10,r,0)");
    i->limit = 0;
    MemTxResult result;
    assert_int_equal(address_space_ldl_le_cached(&cache, 0, ATTRS, &result), 0);
    assert_int_equal(result, MEMTX_DECODE_ERROR);
    address_space_cache_destroy(&cache);
}

/* Beyond the rows: each generated accessor on a direct cache and on a slow one. */

TEST(E90_cached_accessors_on_memory, "A11 A12 A13 A14 A103 A104 A105 "
                                     "L43 L44 L45 L46 L47 L48 L49 L50 L51 L52 L53 L54")
{
    MapE m = map_e();
    MemoryRegionCache c;
    assert_int_equal(address_space_cache_init(&c, m.as, 0x100, 0x100, true), 0x100);
    uint8_t *h = host(m.r) + 0x100;
    MemTxResult result = 9;
    address_space_stb_cached(&c, 0, 0x1ab, ATTRS, &result);
    assert_int_equal(h[0], 0xab);
    assert_int_equal(address_space_ldub_cached(&c, 0, ATTRS, &result), 0xab);
    address_space_stw_le_cached(&c, 1, 0x1122, ATTRS, NULL);
    assert_bytes(h + 1, "22 11");
    assert_int_equal(address_space_lduw_le_cached(&c, 1, ATTRS, NULL), 0x1122);
    assert_int_equal(address_space_lduw_be_cached(&c, 1, ATTRS, NULL), 0x2211);
    address_space_stw_be_cached(&c, 1, 0x1122, ATTRS, NULL);
    assert_bytes(h + 1, "11 22");
    address_space_stl_le_cached(&c, 3, 0x11223344, ATTRS, NULL);
    assert_bytes(h + 3, "44 33 22 11");
    assert_int_equal(address_space_ldl_le_cached(&c, 3, ATTRS, NULL), 0x11223344);
    assert_int_equal(address_space_ldl_be_cached(&c, 3, ATTRS, NULL), 0x44332211);
    address_space_stl_be_cached(&c, 3, 0x11223344, ATTRS, NULL);
    assert_bytes(h + 3, "11 22 33 44");
    address_space_stq_le_cached(&c, 7, 0x1122334455667788ULL, ATTRS, NULL);
    assert_bytes(h + 7, "88 77 66 55 44 33 22 11");
    assert_true(address_space_ldq_le_cached(&c, 7, ATTRS, NULL) == 0x1122334455667788ULL);
    assert_true(address_space_ldq_be_cached(&c, 7, ATTRS, NULL) == 0x8877665544332211ULL);
    address_space_stq_be_cached(&c, 7, 0x1122334455667788ULL, ATTRS, NULL);
    assert_bytes(h + 7, "11 22 33 44 55 66 77 88");
    uint8_t buf[3] = { 7, 8, 9 };
    address_space_write_cached(&c, 0xfd, buf, 3);
    memset(buf, 0, 3);
    address_space_read_cached(&c, 0xfd, buf, 3);
    assert_bytes(buf, "07 08 09");
    address_space_cache_invalidate(&c, 0, 0x100);
    address_space_cache_destroy(&c);
}

TEST(E91_slow_cached_accessors_on_a_device, "A103 A105 L15 L16 L17 L18 L19 L20 L21 L22 L23 L24 L25 L26 L27 L28"
                                            "L36 L37 L38 L39 L40 L41")
{
    MapE m = map_e();
    MemoryRegionCache c;
    assert_int_equal(address_space_cache_init(&c, m.as, 0x8000, 0x100, true), 0x100);
    MemTxResult result = 9;
    assert_int_equal(address_space_ldub_cached_slow(&c, 1, ATTRS, &result), 0x22);
    assert_int_equal(result, MEMTX_OK);
    assert_int_equal(address_space_lduw_le_cached_slow(&c, 2, ATTRS, NULL), 0x4433);
    assert_int_equal(address_space_lduw_be_cached_slow(&c, 2, ATTRS, NULL), 0x3344);
    assert_int_equal(address_space_lduw_cached_slow(&c, 2, ATTRS, NULL), 0x4433);
    assert_int_equal(address_space_ldl_le_cached_slow(&c, 4, ATTRS, NULL), 0x88776655);
    assert_int_equal(address_space_ldl_be_cached_slow(&c, 4, ATTRS, NULL), 0x55667788);
    assert_int_equal(address_space_ldl_cached_slow(&c, 4, ATTRS, NULL), 0x88776655);
    assert_true(address_space_ldq_le_cached_slow(&c, 0, ATTRS, NULL) == 0x8877665544332211ULL);
    assert_true(address_space_ldq_be_cached_slow(&c, 0, ATTRS, NULL) == 0x1122334455667788ULL);
    assert_true(address_space_ldq_cached_slow(&c, 0, ATTRS, NULL) == 0x8877665544332211ULL);
    log_clear();
    address_space_stb_cached_slow(&c, 1, 0xab, ATTRS, NULL);
    address_space_stw_le_cached_slow(&c, 2, 0x1122, ATTRS, NULL);
    address_space_stw_be_cached_slow(&c, 2, 0x1122, ATTRS, NULL);
    address_space_stw_cached_slow(&c, 2, 0x1122, ATTRS, NULL);
    LOG("i.w(1,ab,1) i.w(2,1122,2) i.w(2,2211,2) i.w(2,1122,2)");
    address_space_stl_le_cached_slow(&c, 4, 0x11223344, ATTRS, NULL);
    address_space_stl_be_cached_slow(&c, 4, 0x11223344, ATTRS, NULL);
    address_space_stl_cached_slow(&c, 4, 0x11223344, ATTRS, NULL);
    LOG("i.w(4,11223344,4) i.w(4,44332211,4) i.w(4,11223344,4)");
    address_space_stq_le_cached_slow(&c, 8, 0x1122334455667788ULL, ATTRS, NULL);
    address_space_stq_be_cached_slow(&c, 8, 0x1122334455667788ULL, ATTRS, NULL);
    address_space_stq_cached_slow(&c, 8, 0x1122334455667788ULL, ATTRS, NULL);
    LOG("i.w(8,55667788,4) i.w(c,11223344,4) i.w(8,44332211,4) i.w(c,88776655,4) i.w(8,55667788,4) i.w(c,11223344,4)");
    address_space_cache_destroy(&c);
}

TEST(E91b_stl_notdirty_through_a_cache_stores_without_marking_code, "A103 A105 L42 A46 A50")
{
    MapE m = map_e();
    memory_region_set_log(m.r, true, DIRTY_MEMORY_VGA);
    memory_region_reset_dirty(m.r, 0, 0x2000, DIRTY_MEMORY_VGA);
    memory_region_reset_dirty(m.r, 0, 0x2000, DIRTY_MEMORY_CODE);
    MemoryRegionCache c;
    assert_int_equal(address_space_cache_init(&c, m.as, 0x1000, 0x100, true), 0x100);
    address_space_stl_notdirty_cached_slow(&c, 0x10, 0x11223344, ATTRS, NULL);
    assert_bytes(host(m.r) + 0x1010, "44 33 22 11");
    assert_false(memory_region_get_dirty(m.r, 0, 0x2000, DIRTY_MEMORY_CODE));
    assert_true(memory_region_get_dirty(m.r, 0x1000, 1, DIRTY_MEMORY_VGA));
    address_space_cache_destroy(&c);
}

TEST(E92_phys_accessors_drop_the_result,
     "L55 L56 L57 L58 L59 L60 L61 L62 L63 L64 L65 L66 L67 L68 L83 L84 L85 L86 L87 L88")
{
    MapE m = map_e();
    uint8_t *h = host(m.r);
    stb_phys(m.as, 0, 0xab);
    assert_int_equal(ldub_phys(m.as, 0), 0xab);
    stw_le_phys(m.as, 1, 0x1122);
    assert_bytes(h + 1, "22 11");
    assert_int_equal(lduw_le_phys(m.as, 1), 0x1122);
    assert_int_equal(lduw_be_phys(m.as, 1), 0x2211);
    stw_be_phys(m.as, 1, 0x1122);
    assert_bytes(h + 1, "11 22");
    stw_phys(m.as, 1, 0x1122);
    assert_int_equal(lduw_phys(m.as, 1), 0x1122);
    stl_le_phys(m.as, 4, 0x11223344);
    assert_bytes(h + 4, "44 33 22 11");
    assert_int_equal(ldl_le_phys(m.as, 4), 0x11223344);
    assert_int_equal(ldl_be_phys(m.as, 4), 0x44332211);
    stl_be_phys(m.as, 4, 0x11223344);
    assert_bytes(h + 4, "11 22 33 44");
    stl_phys(m.as, 4, 0x11223344);
    assert_int_equal(ldl_phys(m.as, 4), 0x11223344);
    stq_le_phys(m.as, 8, 0x1122334455667788ULL);
    assert_true(ldq_le_phys(m.as, 8) == 0x1122334455667788ULL);
    assert_true(ldq_be_phys(m.as, 8) == 0x8877665544332211ULL);
    stq_be_phys(m.as, 8, 0x1122334455667788ULL);
    assert_bytes(h + 8, "11 22 33 44 55 66 77 88");
    stq_phys(m.as, 8, 0x1122334455667788ULL);
    assert_true(ldq_phys(m.as, 8) == 0x1122334455667788ULL);
    assert_int_equal(ldl_le_phys(m.as, 0x50000), 0);
}

TEST(E93_phys_accessors_of_a_cache,
     "A103 A105 L69 L70 L71 L72 L73 L74 L75 L76 L77 L78 L79 L80 L81 L82 L89 L90 L91 L92 L93 L94")
{
    MapE m = map_e();
    MemoryRegionCache c;
    assert_int_equal(address_space_cache_init(&c, m.as, 0x100, 0x100, true), 0x100);
    uint8_t *h = host(m.r) + 0x100;
    stb_phys_cached(&c, 0, 0xab);
    assert_int_equal(ldub_phys_cached(&c, 0), 0xab);
    stw_le_phys_cached(&c, 1, 0x1122);
    assert_bytes(h + 1, "22 11");
    assert_int_equal(lduw_le_phys_cached(&c, 1), 0x1122);
    assert_int_equal(lduw_be_phys_cached(&c, 1), 0x2211);
    stw_be_phys_cached(&c, 1, 0x1122);
    assert_bytes(h + 1, "11 22");
    stw_phys_cached(&c, 1, 0x1122);
    assert_int_equal(lduw_phys_cached(&c, 1), 0x1122);
    stl_le_phys_cached(&c, 4, 0x11223344);
    assert_int_equal(ldl_le_phys_cached(&c, 4), 0x11223344);
    assert_int_equal(ldl_be_phys_cached(&c, 4), 0x44332211);
    stl_be_phys_cached(&c, 4, 0x11223344);
    assert_bytes(h + 4, "11 22 33 44");
    stl_phys_cached(&c, 4, 0x11223344);
    assert_int_equal(ldl_phys_cached(&c, 4), 0x11223344);
    stq_le_phys_cached(&c, 8, 0x1122334455667788ULL);
    assert_true(ldq_le_phys_cached(&c, 8) == 0x1122334455667788ULL);
    assert_true(ldq_be_phys_cached(&c, 8) == 0x8877665544332211ULL);
    stq_be_phys_cached(&c, 8, 0x1122334455667788ULL);
    assert_bytes(h + 8, "11 22 33 44 55 66 77 88");
    stq_phys_cached(&c, 8, 0x1122334455667788ULL);
    assert_true(ldq_phys_cached(&c, 8) == 0x1122334455667788ULL);
    address_space_cache_destroy(&c);
}

TEST(E94_every_accessor_of_an_address_space, "L1 L2 L3 L4 L5 L6 L7 L8 L9 L10 L11 L12 L13 L14 L29 L30 L31 L32 L33 L34")
{
    MapE m = map_e();
    uint8_t *h = host(m.r);
    address_space_stb(m.as, 0, 0xab, ATTRS, NULL);
    assert_int_equal(address_space_ldub(m.as, 0, ATTRS, NULL), 0xab);
    address_space_stw_le(m.as, 1, 0x1122, ATTRS, NULL);
    assert_bytes(h + 1, "22 11");
    assert_int_equal(address_space_lduw_le(m.as, 1, ATTRS, NULL), 0x1122);
    assert_int_equal(address_space_lduw_be(m.as, 1, ATTRS, NULL), 0x2211);
    assert_int_equal(address_space_lduw(m.as, 1, ATTRS, NULL), 0x1122);
    address_space_stw_be(m.as, 1, 0x1122, ATTRS, NULL);
    assert_bytes(h + 1, "11 22");
    address_space_stw(m.as, 1, 0x1122, ATTRS, NULL);
    assert_bytes(h + 1, "22 11");
    address_space_stl_le(m.as, 3, 0x11223344, ATTRS, NULL);
    assert_int_equal(address_space_ldl_le(m.as, 3, ATTRS, NULL), 0x11223344);
    assert_int_equal(address_space_ldl_be(m.as, 3, ATTRS, NULL), 0x44332211);
    address_space_stl_be(m.as, 3, 0x11223344, ATTRS, NULL);
    assert_bytes(h + 3, "11 22 33 44");
    address_space_stl(m.as, 3, 0x11223344, ATTRS, NULL);
    assert_int_equal(address_space_ldl(m.as, 3, ATTRS, NULL), 0x11223344);
    address_space_stq_le(m.as, 7, 0x1122334455667788ULL, ATTRS, NULL);
    assert_true(address_space_ldq_le(m.as, 7, ATTRS, NULL) == 0x1122334455667788ULL);
    assert_true(address_space_ldq_be(m.as, 7, ATTRS, NULL) == 0x8877665544332211ULL);
    address_space_stq_be(m.as, 7, 0x1122334455667788ULL, ATTRS, NULL);
    assert_bytes(h + 7, "11 22 33 44 55 66 77 88");
    address_space_stq(m.as, 7, 0x1122334455667788ULL, ATTRS, NULL);
    assert_true(address_space_ldq(m.as, 7, ATTRS, NULL) == 0x1122334455667788ULL);
    assert_int_equal(address_space_ldub(m.as, 0x8003, ATTRS, NULL), 0x44);
}

TEST(E95_loads_and_stores_of_every_width_split_over_two_memories, "D17 L2 L3 L7 L9 L10 L14")
{
    MapE m = map_e();
    for (unsigned k = 1; k < 8; k++) {
        hwaddr a = 0x2000 - k;
        address_space_stq_be(m.as, a, 0x0102030405060708ULL, ATTRS, NULL);
        assert_true(address_space_ldq_be(m.as, a, ATTRS, NULL) == 0x0102030405060708ULL);
        assert_int_equal(host(m.r2)[0], k + 1);
    }
    address_space_stw_le(m.as, 0x1fff, 0xabcd, ATTRS, NULL);
    assert_int_equal(address_space_lduw_le(m.as, 0x1fff, ATTRS, NULL), 0xabcd);
    address_space_stw_be(m.as, 0x1fff, 0xabcd, ATTRS, NULL);
    assert_int_equal(address_space_lduw_be(m.as, 0x1fff, ATTRS, NULL), 0xabcd);
    assert_int_equal(host(m.r2)[0], 0xcd);
}
