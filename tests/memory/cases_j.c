/*
 * Section J of the conformance cases: finding, lifetime, printing.
 * Expectations: the memory contract, 5.16, 5.17, A42 to A44 and A89.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "harness.h"

/* R{box k[20000,30000){ram r[21000,25000), io i[28000,29000)}}. */
typedef struct {
    MemoryRegion *root, *k, *r, *i;
    AddressSpace *as;
} MapJ;

static MapJ map_j(void)
{
    MapJ m = { .root = box("R", 0x100000) };
    m.k = at(m.root, 0x20000, box("k", 0x10000));
    m.r = at(m.k, 0x1000, ram("r", 0x4000));
    m.i = at(m.k, 0x8000, io("i", 0x1000));
    m.as = space_named(m.root, "AS");
    return m;
}

/* What memory_region_find says, as a section; drops the reference. */
static const char *found(MemoryRegion *mr, hwaddr addr, uint64_t size)
{
    MemoryRegionSection s = memory_region_find(mr, addr, size);
    static char text[100];
    if (!s.mr) {
        assert_true(int128_eq(s.size, 0));
        return "";
    }
    snprintf(text, sizeof text, "%s@%" PRIx64 "[%" PRIx64 ",+%" PRIx64 ")", memory_region_name(s.mr),
             s.offset_within_region, s.offset_within_address_space, int128_get64(s.size));
    memory_region_unref(s.mr);
    return text;
}

TEST(J01_find_clips_to_the_query, "A44 T19")
{
    TEXT(found(map_j().root, 0x21000, 0x1000), "r@0[21000,+1000)");
}

TEST(J02_find_returns_the_first_overlap, "A44")
{
    TEXT(found(map_j().root, 0x20000, 0x2000), "r@0[21000,+1000)");
}

TEST(J03_find_takes_an_address_relative_to_its_region, "A44")
{
    TEXT(found(map_j().k, 0x1800, 0x100), "r@800[21800,+100)");
}

TEST(J04_find_returns_one_range_only, "A44")
{
    TEXT(found(map_j().k, 0x1000, 0x10000), "r@0[21000,+4000)");
}

TEST(J05_find_in_a_hole_is_empty, "A44")
{
    TEXT(found(map_j().k, 0x6000, 0x1000), "");
}

TEST(J06_find_from_the_middle_of_a_range, "A44")
{
    TEXT(found(map_j().k, 0x4000, 0x8000), "r@3000[24000,+1000)");
}

TEST(J07_find_is_not_limited_to_the_subtree_it_starts_at, "A44 A57")
{
    MapJ m = map_j();
    over(m.root, 0x21000, io("cover", 0x100), 1);
    TEXT(found(m.r, 0, 0x1000), "cover@0[21000,+100)");
}

TEST(J08_find_of_size_zero_is_empty, "A44")
{
    TEXT(found(map_j().r, 0x100, 0), "");
}

TEST(J09_find_outside_every_space_is_empty, "A44")
{
    MemoryRegion *k = box("k", 0x1000);
    MemoryRegion *r = at(k, 0, ram("r", 0x1000));
    TEXT(found(k, 0, 0x1000), "");
    TEXT(found(r, 0, 0x1000), "");
    TEXT(found(ram("alone", 0x1000), 0, 0x1000), "");
}

TEST(J10_find_through_an_alias, "A24 A44")
{
    MapJ m = map_j();
    MemoryRegion *k2 = box("k2", 0x1000);
    at(k2, 0, ram("r2", 0x1000));
    MemoryRegion *a = at(m.root, 0x9000, ali("a", k2, 0, 0x1000));
    TEXT(found(a, 0x10, 4), "r2@10[9010,+4)");
}

TEST(J11_find_reports_readonly_windows, "A44 A63")
{
    MapJ m = map_j();
    memory_region_set_readonly(m.k, true);
    MemoryRegionSection s = memory_region_find(m.r, 0, 4);
    assert_true(s.readonly);
    memory_region_unref(s.mr);
}

TEST(J12_present_asks_what_is_visible_at_an_address, "A24 A42")
{
    MapJ m = map_j();
    MemoryRegion *k2 = box("k2", 0x1000);
    at(k2, 0, ram("r2", 0x800));
    MemoryRegion *a = at(m.root, 0x9000, ali("a", k2, 0, 0x1000));
    assert_true(memory_region_present(a, 0));
    assert_false(memory_region_present(a, 0x800));
    assert_true(memory_region_present(m.root, 0x9000));
    assert_true(memory_region_present(m.k, 0x1000));
    assert_false(memory_region_present(m.k, 0));
    assert_false(memory_region_present(m.r, 0)); /* the region itself does not count */
    over(m.root, 0x21000, io("cover", 0x10), 1);
    assert_true(memory_region_present(m.r, 0)); /* what covers it does */
}

TEST(J13_mapped_means_reachable_from_a_space, "A43")
{
    MapJ m = map_j();
    MemoryRegion *t = ram("t", 0x1000), *a = ali("a", t, 0, 0x1000);
    assert_false(memory_region_is_mapped(t));
    at(m.root, 0x80000, a);
    assert_true(memory_region_is_mapped(m.root));
    assert_true(memory_region_is_mapped(m.k));
    assert_true(memory_region_is_mapped(m.r));
    assert_true(memory_region_is_mapped(a));
    assert_true(memory_region_is_mapped(t));
    memory_region_set_enabled(m.k, false);
    assert_true(memory_region_is_mapped(m.r)); /* disabled counts */
    memory_region_del_subregion(m.root, a);
    assert_false(memory_region_is_mapped(t));
    space_end(m.as);
    assert_false(memory_region_is_mapped(m.r));
    assert_false(memory_region_is_mapped(m.root));
}

TEST(J14_a_child_of_a_detached_container_is_not_mapped, "A43")
{
    MemoryRegion *k = box("k", 0x1000);
    assert_false(memory_region_is_mapped(at(k, 0, ram("r", 0x1000))));
}

TEST(J15_mapped_survives_any_number_of_moves, "A43 A56 A58")
{
    MapJ m = map_j();
    for (int i = 0; i < 10; i++) {
        memory_region_del_subregion(m.k, m.r);
        assert_false(memory_region_is_mapped(m.r));
        at(m.k, 0x1000, m.r);
        assert_true(memory_region_is_mapped(m.r));
    }
}

static unsigned destroyed;

static void count_destroyed(Object *owner)
{
    destroyed++;
}

static MemoryRegion *owned_ram(Object *owner, const char *name)
{
    zif_object_init(owner, "owner", count_destroyed);
    MemoryRegion *r = blank_owned();
    memory_region_init_ram_nomigrate(r, owner, name, 0x1000, &error_abort);
    destroyed = 0;
    return r;
}

TEST(J16_find_takes_a_reference_on_the_owner, "A31 A44 A54 A55 X12")
{
    MapJ m = map_j();
    Object owner;
    MemoryRegion *r = owned_ram(&owner, "mine");
    assert_ptr_equal(memory_region_owner(r), &owner);
    at(m.root, 0x80000, r);
    uint32_t before = owner.ref;
    MemoryRegionSection s = memory_region_find(m.root, 0x80000, 4);
    assert_ptr_equal(s.mr, r);
    assert_int_equal(owner.ref, before + 1);
    memory_region_unref(s.mr);
    assert_int_equal(owner.ref, before);
    memory_region_ref(r);
    assert_int_equal(owner.ref, before + 1);
    memory_region_unref(r);
    memory_region_del_subregion(m.root, r);
    assert_int_equal(destroyed, 0);
    object_unref(&owner);
    assert_int_equal(destroyed, 1);
}

TEST(J17_maps_and_caches_hold_the_owner, "A100 A101 A103 A105")
{
    MapJ m = map_j();
    Object owner;
    MemoryRegion *r = owned_ram(&owner, "mine");
    at(m.root, 0x80000, r);
    uint32_t before = owner.ref;
    hwaddr len = 0x10;
    void *p = address_space_map(m.as, 0x80000, &len, true, ATTRS);
    assert_int_equal(owner.ref, before + 1);
    address_space_unmap(m.as, p, len, true, 0);
    assert_int_equal(owner.ref, before);
    MemoryRegionCache c;
    address_space_cache_init(&c, m.as, 0x80000, 0x10, false);
    assert_true(owner.ref > before);
    address_space_cache_destroy(&c);
    assert_int_equal(owner.ref, before);
    memory_region_del_subregion(m.root, r);
    object_unref(&owner);
    assert_int_equal(destroyed, 1);
}

TEST(J17b_containers_and_views_hold_the_owner, "A56 A58 A92")
{
    MapJ m = map_j();
    Object owner;
    MemoryRegion *r = owned_ram(&owner, "mine");
    uint32_t before = owner.ref;
    at(m.root, 0x80000, r);
    assert_true(owner.ref > before);
    FlatView *old = address_space_to_flatview(m.as);
    zif_flatview_ref(old);
    memory_region_del_subregion(m.root, r);
    object_unref(&owner);
    assert_int_equal(destroyed, 0); /* the old view still shows it */
    zif_flatview_unref(old);
    assert_int_equal(destroyed, 1);
}

TEST(J17c_an_alias_keeps_its_target, "A24")
{
    MapJ m = map_j();
    Object owner;
    MemoryRegion *r = owned_ram(&owner, "mine");
    MemoryRegion *a = at(m.root, 0x80000, ali("a", r, 0, 0x1000));
    object_unref(&owner);
    assert_int_equal(destroyed, 0);
    memory_region_del_subregion(m.root, a);
    zif_memory_region_finalize(a);
    disown(a);
    assert_int_equal(destroyed, 1);
}

TEST(J18_references_on_a_region_without_owner_do_nothing, "A31 A54 A55")
{
    MemoryRegion *r = ram("r", 0x1000);
    assert_null(memory_region_owner(r));
    memory_region_ref(r);
    memory_region_ref(r);
    memory_region_unref(r);
    memory_region_unref(r);
    memory_region_ref(NULL);
    memory_region_unref(NULL);
}

TEST(J20_finalizing_a_region_in_a_container_aborts, "A56")
{
    MapJ m = map_j();
    DIES("r", zif_memory_region_finalize(m.r));
}

TEST(J20b_finalizing_what_is_held_names_the_region, "A24 A92")
{
    MemoryRegion *t = ram("target", 0x1000);
    ali("a", t, 0, 0x1000);
    DIES("target", zif_memory_region_finalize(t));
    MemoryRegion *root = box("rootbox", 0x1000);
    space(root);
    DIES("rootbox", zif_memory_region_finalize(root));
}

TEST(J21_finalizing_a_container_sets_its_children_free, "A15 A56")
{
    MemoryRegion *k = box("k", 0x1000);
    MemoryRegion *r = at(k, 0, ram("r", 0x1000));
    zif_memory_region_finalize(k);
    disown(k);
    assert_null(r->container);
    MemoryRegion *root = box("R", 0x1000);
    at(root, 0, r);
    VIEW(space(root), "r[0,1000)");
}

static void expect_mtree(bool flat, bool owner, const char *want)
{
    char *text = mtree(flat, false, owner);
    assert_string_equal(text, want);
    free(text);
}

TEST(J22_the_tree_is_printed_line_by_line, "A89 A34")
{
    MapJ m = map_j();
    MemoryRegion *t = ram("t", 0x800);
    at(m.root, 0x40000, ali("a", t, 0x100, 0x200));
    over(m.root, 0x50000, romd("f", 0x1000), 3);
    at(m.root, 0x60000, rom("o", 0x1000));
    at(m.root, 0x70000, io("z", 0));
    memory_region_set_enabled(at(m.root, 0x71000, io("off", 0x10)), false);
    over(m.root, 0x71000, io("low", 0x10), -2);
    expect_mtree(false, false,
                 "address-space: AS\n"
                 "  0000000000000000-00000000000fffff (prio 0, i/o): R\n"
                 "    0000000000020000-000000000002ffff (prio 0, i/o): k\n"
                 "      0000000000021000-0000000000024fff (prio 0, ram): r\n"
                 "      0000000000028000-0000000000028fff (prio 0, i/o): i\n"
                 "    0000000000040000-00000000000401ff (prio 0, ram): alias a @t 0000000000000100-00000000000002ff\n"
                 "    0000000000050000-0000000000050fff (prio 3, romd): f\n"
                 "    0000000000060000-0000000000060fff (prio 0, rom): o\n"
                 "    0000000000070000-0000000000070000 (prio 0, i/o): z\n"
                 "    0000000000071000-000000000007100f (prio 0, i/o): off [disabled]\n"
                 "    0000000000071000-000000000007100f (prio -2, i/o): low\n"
                 "\n"
                 "memory-region: t\n"
                 "  0000000000000000-00000000000007ff (prio 0, ram): t\n"
                 "\n");
}

TEST(J23_the_type_word_follows_the_mode, "A64 A23 A89")
{
    static uint8_t bytes[0x1000];
    MemoryRegion *root = box("R", 0x10000);
    MemoryRegion *f = at(root, 0, romd("f", 0x1000));
    memory_region_rom_device_set_romd(f, false);
    MemoryRegion *d = blank();
    memory_region_init_ram_device_ptr(d, NULL, "d", 0x1000, bytes);
    at(root, 0x1000, d);
    space_named(root, "AS");
    expect_mtree(false, false,
                 "address-space: AS\n"
                 "  0000000000000000-000000000000ffff (prio 0, i/o): R\n"
                 "    0000000000000000-0000000000000fff (prio 0, i/o): f\n"
                 "    0000000000001000-0000000000001fff (prio 0, ramd): d\n"
                 "\n");
}

TEST(J24_an_alias_has_the_type_of_its_target, "A24 A89")
{
    MemoryRegion *root = box("R", 0x10000);
    at(root, 0, ali("a", rom("o", 0x1000), 0, 0x1000));
    space_named(root, "AS");
    expect_mtree(false, false,
                 "address-space: AS\n"
                 "  0000000000000000-000000000000ffff (prio 0, i/o): R\n"
                 "    0000000000000000-0000000000000fff (prio 0, rom): alias a @o 0000000000000000-0000000000000fff\n"
                 "\n"
                 "memory-region: o\n"
                 "  0000000000000000-0000000000000fff (prio 0, rom): o\n"
                 "\n");
}

TEST(J25_flat_mode_prints_each_distinct_view_once, "A89 D6")
{
    MemoryRegion *root = box("R", 0x10000);
    MemoryRegion *r = at(root, 0, ram("r", 0x2000));
    MemoryRegion *ro = at(root, 0x8000, ali("ro", r, 0x1000, 0x1000));
    memory_region_set_readonly(ro, true);
    space_named(root, "A");
    space_named(ali("all", root, 0, 0x10000), "B");
    MemoryRegion *other = box("other", 0x1000);
    over(other, 0x10, io("i", 0x20), 7);
    space_named(other, "C");
    expect_mtree(true, false,
                 "FlatView #0\n"
                 " AS \"A\", root: R\n"
                 " AS \"B\", root: all, alias R\n"
                 " Root memory region: R\n"
                 "  0000000000000000-0000000000001fff (prio 0, ram): r\n"
                 "  0000000000008000-0000000000008fff (prio 0, rom): r @0000000000001000\n"
                 "\n"
                 "FlatView #1\n"
                 " AS \"C\", root: other\n"
                 " Root memory region: other\n"
                 "  0000000000000010-000000000000002f (prio 7, i/o): i\n"
                 "\n");
}

TEST(J26_an_empty_view_says_so, "A89")
{
    space_named(box("R", 0x1000), "E");
    expect_mtree(true, false,
                 "FlatView #0\n"
                 " AS \"E\", root: R\n"
                 " Root memory region: (none)\n"
                 "  No rendered FlatView\n"
                 "\n");
}

TEST(J27_owners_are_printed_on_request, "A89")
{
    MemoryRegion *root = box("R", 0x1000);
    Object owner;
    MemoryRegion *r = owned_ram(&owner, "mine");
    at(root, 0, r);
    space_named(root, "AS");
    char *tree = mtree(false, false, true), *flat = mtree(true, false, true);
    assert_non_null(strstr(tree, ": mine owner:{"));
    assert_non_null(strstr(tree, ": R orphan\n"));
    assert_non_null(strstr(flat, ": mine owner:{"));
    free(tree);
    free(flat);
    memory_region_del_subregion(root, r);
    object_unref(&owner);
}

TEST(J27b_the_dispatch_structure_is_printed_on_request, "A89 T16")
{
    map_j();
    char *plain = mtree(true, false, false), *more = mtree(true, true, false);
    assert_true(strlen(more) > strlen(plain));
    free(plain);
    free(more);
}

TEST(J27c_an_overflowing_line_says_so, "A89")
{
    MemoryRegion *root = box("R", SIZE_ALL);
    at(root, (hwaddr)-0x100, io("top", 0x200));
    space_named(root, "AS");
    char *text = mtree(false, false, false);
    assert_non_null(strstr(text, "[DETECTED OVERFLOW!] ffffffffffffff00"));
    free(text);
}

TEST(J27d_the_json_twin_says_the_same, "")
{
    map_j();
    for (int flat = 0; flat < 2; flat++) {
        char *json = zif_mtree_json(flat, true, NULL);
        assert_non_null(json);
        assert_non_null(strstr(json, "\"r\""));
        assert_non_null(strstr(json, "\"AS\""));
        assert_null(strstr(json, ",]"));
        assert_null(strstr(json, ",}"));
        free(json);
    }
}

TEST(J28_a_microcontroller_map_with_backdrops_and_a_split_register_page, "A57")
{
    MemoryRegion *root = box("nrf51-container", SIZE_ALL);
    at(root, 0, romd("flash", 0x40000));
    over(root, 0x40000000, io("nrf51_soc.io", 0x20000000), -1000);
    at(root, 0x40002000, io("uart", 0x1000));
    over(root, 0xe0000000, io("nvic-default", 0x100000), -1);
    over(root, 0xe000e000, io("nvic_sysregs", 0x1000), 0);
    over(root, 0xe000e010, io("v7m_systick", 0xe0), 1);
    VIEW(space(root), "flash[0,40000) nrf51_soc.io[40000000,40002000) uart[40002000,40003000) "
                      "nrf51_soc.io@3000[40003000,60000000) nvic-default[e0000000,e000e000) "
                      "nvic_sysregs[e000e000,e000e010) v7m_systick[e000e010,e000e0f0) "
                      "nvic_sysregs@f0[e000e0f0,e000f000) nvic-default@f000[e000f000,e0100000)");
}

TEST(J29_spaces_on_one_root_share_a_block_in_flat_mode, "A89 D6")
{
    MemoryRegion *root = box("system", 0x2000);
    at(root, 0, ram("r", 0x1000));
    at(root, 0x1000, io("i", 0x10));
    space_named(root, "memory");
    space_named(root, "bitband-source");
    space_named(root, "bitband-source");
    expect_mtree(true, false,
                 "FlatView #0\n"
                 " AS \"memory\", root: system\n"
                 " AS \"bitband-source\", root: system\n"
                 " AS \"bitband-source\", root: system\n"
                 " Root memory region: system\n"
                 "  0000000000000000-0000000000000fff (prio 0, ram): r\n"
                 "  0000000000001000-000000000000100f (prio 0, i/o): i\n"
                 "\n");
}

TEST(J30_odd_names_stay_and_are_escaped_in_paths_only, "A34 A15")
{
    MemoryRegion *k = box("a/b[0]\\", 0x1000);
    assert_string_equal(memory_region_name(k), "a/b[0]\\");
    char *path = object_get_canonical_path(OBJECT(k));
    assert_non_null(path);
    assert_null(strchr(path + 1, '['));
    assert_non_null(strstr(path, "\\x"));
    free(path);
    MemoryRegion *nameless = blank();
    memory_region_init(nameless, NULL, NULL, 0x1000);
    assert_non_null(memory_region_name(nameless));
}

/* Beyond the rows. */

TEST(J90_checked_casts_know_their_types, "M4 M5 M6 M7")
{
    MemoryRegion *k = box("k", 0x1000);
    assert_string_equal(TYPE_MEMORY_REGION, "qemu:memory-region");
    assert_string_equal(TYPE_IOMMU_MEMORY_REGION, "qemu:iommu-memory-region");
    assert_ptr_equal(MEMORY_REGION(OBJECT(k)), k);
    Object owner;
    zif_object_init(&owner, "owner", NULL);
    DIES("", (void)MEMORY_REGION(&owner));
    DIES("", (void)IOMMU_MEMORY_REGION(k));
    object_unref(&owner);
}

static Object *suicidal_owner;

static void drop_owner(Dev *d, hwaddr addr, unsigned size, bool is_write, uint64_t data)
{
    if (d->mr.container) {
        memory_region_del_subregion(d->mr.container, &d->mr);
        object_unref(suicidal_owner);
        note("destroyed=%u", destroyed);
    }
}

TEST(J91_a_device_destroyed_inside_its_own_callback_lives_until_it_returns, "A16 A58 A94")
{
    MapJ m = map_j();
    Object owner;
    zif_object_init(&owner, "device", count_destroyed);
    destroyed = 0;
    suicidal_owner = &owner;
    Dev *mine = dev_storage("mine");
    mine->hook = drop_owner;
    memory_region_init_io(&mine->mr, &owner, &mine->ops, mine, "mine", 0x100);
    at(m.root, 0x80000, &mine->mr);
    READS(m.as, 0x80000, "11 22 33 44", MEMTX_OK);
    LOG("mine.r(0,4) destroyed=0");
    assert_int_equal(destroyed, 1);
    READS(m.as, 0x80000, "00", MEMTX_DECODE_ERROR);
}

TEST(J92_an_owner_that_goes_ends_its_region, "")
{
    Object owner;
    MemoryRegion *r = owned_ram(&owner, "mine");
    uint8_t *memory = host(r);
    ram_addr_t offset;
    assert_ptr_equal(memory_region_from_host(memory, &offset), r);
    object_unref(&owner);
    assert_int_equal(destroyed, 1);
    assert_null(zif_ram_block_next(zif_memory_context_current(), NULL));
}

TEST(J93_the_root_of_a_space_is_held, "A92 A93")
{
    Object owner;
    MemoryRegion *r = owned_ram(&owner, "root");
    AddressSpace *as = space(r);
    object_unref(&owner);
    assert_int_equal(destroyed, 0);
    space_end(as);
    assert_int_equal(destroyed, 1);
}

TEST(J94_a_space_without_a_name_is_anonymous, "A92 T15")
{
    MemoryRegion *root = box("R", 0x1000);
    AddressSpace *as = space_named(root, NULL);
    assert_string_equal(as->name, "anonymous");
    assert_ptr_equal(as->root, root);
}
