/*
 * Section A of the conformance cases: the flat view (siblings, priorities, clipping, aliases, 2^64, readonly).
 * Expectations: the memory contract, 5.1 and its decisions D5, D6, D7, D15.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "harness.h"

static MemoryRegion *map_a01(bool b_is_io)
{
    MemoryRegion *a = box("A", 0x8000);
    over(a, 0, io("C", 0x6000), 1);
    MemoryRegion *b = b_is_io ? io("B", 0x4000) : box("B", 0x4000);
    over(a, 0x2000, b, 2);
    at(b, 0, io("D", 0x1000));
    at(b, 0x2000, io("E", 0x1000));
    return a;
}

TEST(A01_holes_of_a_container_show_what_is_beneath, "A15 A56 A57 T12 T18")
{
    VIEW(space(map_a01(false)), "C[0,2000) D[2000,3000) C@3000[3000,4000) E[4000,5000) C@5000[5000,6000)");
}

TEST(A02_an_io_region_fills_the_holes_between_its_children, "A16 A57")
{
    VIEW(space(map_a01(true)), "C[0,2000) D[2000,3000) B@1000[3000,4000) E[4000,5000) B@3000[5000,6000)");
}

/* R{x[0,2000), y at 0x1000}: cases A03 to A06 are one story. */
static AddressSpace *map_a03(MemoryRegion **x, MemoryRegion **y)
{
    MemoryRegion *r = box("R", 0x10000);
    *x = at(r, 0, io("x", 0x2000));
    *y = at(r, 0x1000, io("y", 0x2000));
    return space(r);
}

TEST(A03_later_sibling_of_equal_priority_wins, "A56")
{
    MemoryRegion *x, *y;
    VIEW(map_a03(&x, &y), "x[0,1000) y[1000,3000)");
}

TEST(A04_moving_puts_a_region_in_front_of_its_class, "A60")
{
    MemoryRegion *x, *y;
    AddressSpace *as = map_a03(&x, &y);
    memory_region_set_address(x, 0x800);
    VIEW(as, "x[800,2800) y@1800[2800,3000)");
}

TEST(A05_moving_to_the_same_address_is_silent_and_keeps_the_order, "A60")
{
    MemoryRegion *x, *y;
    AddressSpace *as = map_a03(&x, &y);
    memory_region_set_address(x, 0x800);
    recorder("", 0, as);
    log_clear();
    memory_region_set_address(x, 0x800);
    LOG("");
    VIEW(as, "x[800,2800) y@1800[2800,3000)");
    memory_region_set_address(y, 0x1000); /* same value: y does not come to the front */
    VIEW(as, "x[800,2800) y@1800[2800,3000)");
}

TEST(A06_disabling_and_enabling_keeps_the_order, "A59")
{
    MemoryRegion *x, *y;
    AddressSpace *as = map_a03(&x, &y);
    memory_region_set_address(x, 0x800);
    memory_region_set_enabled(y, false);
    VIEW(as, "x[800,2800)");
    memory_region_set_enabled(y, true);
    VIEW(as, "x[800,2800) y@1800[2800,3000)");
}

TEST(A08_a_container_clips_its_children, "A56")
{
    MemoryRegion *a = box("A", 0x2000);
    at(a, 0x1000, io("x", 0x3000));
    VIEW(space(a), "x[1000,2000)");
}

TEST(A09_a_child_below_zero_shows_at_the_top_of_the_space, "A56 M2 M3")
{
    MemoryRegion *r = box("R", SIZE_ALL);
    assert_int_equal(MAX_PHYS_ADDR_SPACE_BITS, 62);
    assert_true((hwaddr)-0x100 > MAX_PHYS_ADDR); /* informational: nothing enforces it */
    at(r, (hwaddr)-0x100, io("n", 0x200));
    VIEW(space(r), "n[ffffffffffffff00,10000000000000000)");
}

TEST(A10_a_child_below_zero_of_a_smaller_container_shows_nothing, "A56")
{
    MemoryRegion *r = box("R", 0x10000);
    MemoryRegion *k = at(r, 0x4000, box("k", 0x1000));
    at(k, (hwaddr)-0x100, io("n", 0x200));
    VIEW(space(r), "");
}

TEST(A11_an_alias_larger_than_what_is_left_of_its_target_shows_the_rest, "A24 A32")
{
    MemoryRegion *root = box("R", 0x100000);
    MemoryRegion *r = ram("r", 0x4000);
    MemoryRegion *a = at(root, 0x10000, ali("a", r, 0x3000, 0x4000));
    VIEW(space(root), "r@3000[10000,11000)");
    assert_int_equal(memory_region_size(a), 0x4000);
}

TEST(A12_an_alias_beyond_its_target_shows_nothing, "A24")
{
    MemoryRegion *root = box("R", 0x100000);
    at(root, 0x10000, ali("b", ram("r", 0x4000), 0x5000, 0x1000));
    VIEW(space(root), "");
}

TEST(A13_a_negative_alias_offset_shows_nothing, "A24")
{
    MemoryRegion *root = box("R", 0x100000);
    at(root, 0x10000, ali("c", ram("r", 0x4000), (hwaddr)-0x1000, 0x3000));
    VIEW(space(root), "");
}

typedef struct {
    MemoryRegion *root, *k, *a, *aa;
    AddressSpace *as;
} MapA14;

static MapA14 map_a14(bool with_aa)
{
    MapA14 m = { .root = box("R", 0x100000) };
    m.k = at(m.root, 0x40000, box("k", 0x4000));
    at(m.k, 0, ram("r", 0x1000));
    at(m.k, 0x2000, io("i", 0x1000));
    m.a = at(m.root, 0x10000, ali("a", m.k, 0x800, 0x3000));
    if (with_aa) {
        m.aa = at(m.root, 0x20000, ali("aa", m.a, 0x200, 0x1000));
    }
    over(m.root, 0, io("bg", 0x100000), -1);
    m.as = space(m.root);
    return m;
}

#define REST_OF_A14 "bg@12800[12800,40000) r[40000,41000) bg@41000[41000,42000) i[42000,43000) bg@43000[43000,100000)"

TEST(A14_an_alias_of_a_container_keeps_its_holes, "A24")
{
    VIEW(map_a14(false).as, "bg[0,10000) r@800[10000,10800) bg@10800[10800,11800) i[11800,12800) " REST_OF_A14);
}

TEST(A15_an_alias_of_an_alias_resolves_through_both, "A24")
{
    VIEW(map_a14(true).as, "bg[0,10000) r@800[10000,10800) bg@10800[10800,11800) i[11800,12800) "
                           "bg@12800[12800,20000) r@a00[20000,20600) bg@20600[20600,40000) "
                           "r[40000,41000) bg@41000[41000,42000) i[42000,43000) bg@43000[43000,100000)");
}

TEST(A16_disabling_an_alias_target_hides_the_aliases_too, "A59")
{
    MapA14 m = map_a14(true);
    memory_region_set_enabled(m.k, false);
    VIEW(m.as, "bg[0,100000)");
}

TEST(A17_a_readonly_alias_does_not_touch_its_target, "A63")
{
    MapA14 m = map_a14(true);
    memory_region_set_readonly(m.a, true);
    VIEW(m.as, "bg[0,10000) r@800[10000,10800)ro bg@10800[10800,11800) i[11800,12800)ro "
               "bg@12800[12800,20000) r@a00[20000,20600)ro bg@20600[20600,40000) "
               "r[40000,41000) bg@41000[41000,42000) i[42000,43000) bg@43000[43000,100000)");
}

TEST(A18_a_write_through_a_readonly_alias_is_refused, "D15 A63 A94")
{
    MapA14 m = map_a14(false);
    memory_region_set_readonly(m.a, true);
    assert_int_equal(write_w(m.as, 0x10000, 4), MEMTX_DECODE_ERROR);
    READS(m.as, 0x40800, "00 00 00 00", MEMTX_OK);
    assert_int_equal(write_w(m.as, 0x40800, 4), MEMTX_OK); /* the target itself is writable */
    READS(m.as, 0x10000, "a0 a1 a2 a3", MEMTX_OK);
}

TEST(A19_a_region_of_size_zero_does_not_show, "A32")
{
    MemoryRegion *r = box("R", 0x10000);
    MemoryRegion *z = at(r, 0x1000, io("z", 0));
    VIEW(space(r), "");
    assert_int_equal(memory_region_size(z), 0);
}

TEST(A20_the_all_ones_size_is_the_whole_space, "A32 X2")
{
    MemoryRegion *r = box("R", SIZE_ALL);
    MemoryRegion *w = at(r, 0, io("w", SIZE_ALL));
    VIEW(space(r), "w[0,10000000000000000)");
    assert_true(memory_region_size(w) == UINT64_MAX);
}

TEST(A21_an_access_at_the_top_wraps_to_address_zero, "A94")
{
    MemoryRegion *r = box("R", SIZE_ALL);
    at(r, 0, io("w", SIZE_ALL));
    READS(space(r), 0xfffffffffffffffcULL, "55 66 77 88 11 22 33 44", MEMTX_OK);
    LOG("w.r(fffffffffffffffc,4) w.r(0,4)");
}

static AddressSpace *map_a22(MemoryRegion **r)
{
    MemoryRegion *root = box("R", 0x10000);
    *r = at(root, 0x1000, ram("r", 0x4000));
    at(*r, 0x1000, io("i", 0x100));
    return space(root);
}

TEST(A22_a_child_overlays_the_ram_it_is_in, "A17 A56")
{
    MemoryRegion *r;
    VIEW(map_a22(&r), "r[1000,2000) i[2000,2100) r@1100[2100,5000)");
}

TEST(A23_disabling_a_region_hides_its_children, "A59")
{
    MemoryRegion *r;
    AddressSpace *as = map_a22(&r);
    memory_region_set_enabled(r, false);
    VIEW(as, "");
}

static AddressSpace *map_a24(MemoryRegion **b)
{
    MemoryRegion *root = box("R", 0x10000);
    MemoryRegion *r = ram("r", 0x4000);
    at(root, 0, ali("a", r, 0, 0x1000));
    *b = at(root, 0x1000, ali("b", r, 0x1000, 0x1000));
    at(root, 0x2000, ali("c", r, 0x3000, 0x1000));
    return space(root);
}

TEST(A24_adjoining_aliases_of_one_ram_merge, "A24 T17")
{
    MemoryRegion *b;
    VIEW(map_a24(&b), "r[0,2000) r@3000[2000,3000)");
}

TEST(A25_a_readonly_alias_does_not_merge_with_its_neighbours, "A63")
{
    MemoryRegion *b;
    AddressSpace *as = map_a24(&b);
    memory_region_set_readonly(b, true);
    VIEW(as, "r[0,1000) r@1000[1000,2000)ro r@3000[2000,3000)");
    memory_region_set_readonly(b, false);
    VIEW(as, "r[0,2000) r@3000[2000,3000)");
}

TEST(A26_a_readonly_container_with_one_child_is_readonly, "D6 A63")
{
    MemoryRegion *root = box("R", 0x10000);
    at(root, 0, ram("r", 0x4000));
    memory_region_set_readonly(root, true);
    AddressSpace *as = space(root);
    VIEW(as, "r[0,4000)ro");
    assert_int_equal(write_w(as, 0, 4), MEMTX_DECODE_ERROR);
}

TEST(A27_a_readonly_container_makes_all_its_children_readonly, "A63")
{
    MemoryRegion *root = box("R", 0x10000);
    at(root, 0, ram("r", 0x4000));
    at(root, 0x8000, ram("r2", 0x1000));
    memory_region_set_readonly(root, true);
    VIEW(space(root), "r[0,4000)ro r2[8000,9000)ro");
}

TEST(A28_an_alias_of_the_whole_root_shares_its_view, "D6 A2 A92 T15 T18")
{
    MemoryRegion *root = box("R", 0x10000);
    at(root, 0, ram("r", 0x4000));
    at(root, 0x8000, ram("r2", 0x1000));
    AddressSpace *as1 = space(root);
    AddressSpace *as2 = space(ali("all", root, 0, 0x10000));
    VIEW(as2, "r[0,4000) r2[8000,9000)");
    assert_ptr_equal(address_space_to_flatview(as1), address_space_to_flatview(as2));
}

TEST(A28b_a_readonly_alias_of_the_whole_root_has_a_view_of_its_own, "D6 A2")
{
    MemoryRegion *root = box("R", 0x10000);
    at(root, 0, ram("r", 0x4000));
    AddressSpace *as1 = space(root);
    MemoryRegion *all = ali("all", root, 0, 0x10000);
    memory_region_set_readonly(all, true);
    AddressSpace *as2 = space(all);
    assert_ptr_not_equal(address_space_to_flatview(as1), address_space_to_flatview(as2));
    VIEW(as1, "r[0,4000)");
    VIEW(as2, "r[0,4000)ro");
}

TEST(A29_a_space_on_an_alias_of_part_of_a_root_starts_at_its_offset, "A24 A63")
{
    MemoryRegion *root = box("R", 0x10000);
    at(root, 0, ram("r", 0x4000));
    at(root, 0x8000, ram("r2", 0x1000));
    memory_region_set_readonly(root, true);
    VIEW(space(ali("half", root, 0x8000, 0x10000)), "r2[0,1000)ro");
}

TEST(A30_a_root_that_is_also_a_child_elsewhere_shows_at_zero, "D5")
{
    MemoryRegion *root = box("R", 0x10000);
    MemoryRegion *r2 = at(root, 0x8000, ram("r2", 0x1000));
    AddressSpace *as = space(root);
    AddressSpace *as4 = space(r2);
    VIEW(as4, "r2[0,1000)");
    VIEW(as, "r2[8000,9000)");
}

TEST(A31_priorities_are_local_to_their_container, "A57")
{
    MemoryRegion *root = box("R", 0x10000);
    MemoryRegion *k1 = over(root, 0, box("k1", 0x1000), 0);
    MemoryRegion *k2 = over(root, 0, box("k2", 0x1000), 1);
    over(k1, 0, io("x", 0x1000), 100);
    over(k2, 0, io("y", 0x1000), -100);
    VIEW(space(root), "y[0,1000)");
}

static AddressSpace *map_a32(void)
{
    MemoryRegion *root = box("R", 0x10000);
    at(root, 0, io("x", 0x8000));
    over(root, 0x2000, io("y", 0x1000), 1);
    return space(root);
}

TEST(A32_an_overlay_splits_what_it_covers, "A57")
{
    VIEW(map_a32(), "x[0,2000) y[2000,3000) x@3000[3000,8000)");
}

TEST(A33_an_access_over_the_edge_of_an_overlay_is_split_there, "A94 D13")
{
    READS(map_a32(), 0x2ffe, "77 88 11 22", MEMTX_OK);
    LOG("y.r(ffe,2) x.r(3000,2)");
}

TEST(A34_children_of_an_alias_are_ignored, "A24 A56")
{
    MemoryRegion *root = box("R", 0x10000);
    MemoryRegion *t = io("t", 0x1000);
    MemoryRegion *a = at(root, 0x1000, ali("a", t, 0, 0x1000));
    at(a, 0x100, io("s", 0x100));
    VIEW(space(root), "t[1000,2000)");
}

TEST(A35_children_of_an_alias_target_show_through_the_alias, "A24 A56")
{
    MemoryRegion *root = box("R", 0x10000);
    MemoryRegion *t = io("t", 0x1000);
    at(root, 0x1000, ali("a", t, 0, 0x1000));
    AddressSpace *as = space(root);
    at(t, 0x200, io("s2", 0x100)); /* after the space exists: the alias must notice */
    VIEW(as, "t[1000,1200) s2[1200,1300) t@300[1300,2000)");
}

TEST(A36_each_add_decides_the_order_anew, "A56 A57 A58")
{
    MemoryRegion *root = box("R", 0x10000);
    AddressSpace *as = space(root);
    MemoryRegion *a = over(root, 0, io("a", 0x1000), 5);
    MemoryRegion *b = at(root, 0, io("b", 0x1000));
    VIEW(as, "a[0,1000)");
    memory_region_del_subregion(root, a);
    VIEW(as, "b[0,1000)");
    at(root, 0, a); /* plain add forces priority 0, and the latest wins */
    VIEW(as, "a[0,1000)");
    memory_region_del_subregion(root, b);
    over(root, 0, b, -1);
    VIEW(as, "a[0,1000)");
    memory_region_set_size(a, 0x800); /* case A37 */
    VIEW(as, "a[0,800) b@800[800,1000)");
}

TEST(A37_shrinking_uncovers_what_is_beneath, "A61")
{
    MemoryRegion *root = box("R", 0x10000);
    MemoryRegion *a = at(root, 0, io("a", 0x1000));
    over(root, 0, io("b", 0x1000), -1);
    AddressSpace *as = space(root);
    memory_region_set_size(a, 0x800);
    VIEW(as, "a[0,800) b@800[800,1000)");
    recorder("", 0, as);
    log_clear();
    memory_region_set_size(a, 0x800);
    LOG("");
}

TEST(A38_changing_an_alias_offset_is_a_del_and_an_add, "A62 region_add region_del")
{
    MemoryRegion *root = box("R", 0x10000);
    MemoryRegion *a = at(root, 0, ali("a", ram("r", 0x4000), 0, 0x1000));
    AddressSpace *as = space(root);
    recorder_terse(as);
    log_clear();
    memory_region_set_alias_offset(a, 0x2000);
    LOG("-r[0,1000) +r@2000[0,1000)");
    memory_region_set_alias_offset(a, 0x2000);
    LOG("");
}

TEST(A39_resizing_an_alias_past_its_target_changes_nothing_more, "A61 region_nop")
{
    MemoryRegion *root = box("R", 0x10000);
    MemoryRegion *a = at(root, 0, ali("a", ram("r", 0x4000), 0x2000, 0x1000));
    AddressSpace *as = space(root);
    memory_region_set_size(a, 0x3000);
    VIEW(as, "r@2000[0,2000)");
    recorder("", 0, as);
    log_clear();
    memory_region_set_size(a, SIZE_ALL);
    LOG("begin =r@2000[0,2000) commit");
    assert_true(memory_region_size(a) == UINT64_MAX);
}

TEST(A40_a_space_may_be_rooted_at_ram, "A92 A94")
{
    MemoryRegion *r = ram("r", 0x1000);
    fill(r, 0x5a);
    AddressSpace *as = space(r);
    VIEW(as, "r[0,1000)");
    READS(as, 0xffe, "5a 5a 00 00", MEMTX_DECODE_ERROR);
}

TEST(A41_a_space_on_a_disabled_region_is_empty, "A59 A92")
{
    MemoryRegion *r = ram("r", 0x1000);
    memory_region_set_enabled(r, false);
    AddressSpace *as = space(r);
    VIEW(as, "");
    memory_region_set_enabled(r, true);
    VIEW(as, "r[0,1000)");
}

TEST(A42_a_root_with_one_container_at_zero_shares_its_view, "D6 A2")
{
    MemoryRegion *root = box("R", SIZE_ALL);
    MemoryRegion *k = at(root, 0, box("k", 0x1000));
    at(k, 0x10, io("i", 0x10));
    AddressSpace *as1 = space(root);
    AddressSpace *as2 = space(k);
    VIEW(as1, "i[10,20)");
    assert_ptr_equal(address_space_to_flatview(as1), address_space_to_flatview(as2));
}

TEST(A43_equal_names_in_two_containers_do_not_mix, "A15")
{
    MemoryRegion *k1 = box("k1", 0x1000);
    MemoryRegion *k2 = box("k2", 0x1000);
    MemoryRegion *i1 = at(k1, 0, io("same", 0x100));
    at(k2, 0x200, io("same", 0x100));
    AddressSpace *as1 = space(k1);
    AddressSpace *as2 = space(k2);
    memory_region_set_enabled(i1, false);
    VIEW(as1, "");
    VIEW(as2, "same[200,300)");
}

TEST(A44_adding_a_child_that_is_in_a_container_aborts, "A56")
{
    MemoryRegion *k1 = box("k1", 0x1000);
    MemoryRegion *k2 = box("k2", 0x1000);
    MemoryRegion *i = at(k1, 0, io("stray", 0x100));
    DIES("stray", memory_region_add_subregion(k2, 0, i));
}

TEST(A45_removing_a_child_from_the_wrong_container_aborts, "A58")
{
    MemoryRegion *k1 = box("k1", 0x1000);
    MemoryRegion *k2 = box("k2", 0x1000);
    MemoryRegion *i = at(k1, 0, io("stray", 0x100));
    DIES("stray", memory_region_del_subregion(k2, i));
}

TEST(A46_of_three_equal_siblings_the_last_is_on_top, "A56 A58")
{
    MemoryRegion *root = box("R", 0x10000);
    at(root, 0, io("a", 0x3000));
    MemoryRegion *b = at(root, 0, io("b", 0x2000));
    at(root, 0, io("c", 0x1000));
    AddressSpace *as = space(root);
    VIEW(as, "c[0,1000) b@1000[1000,2000) a@2000[2000,3000)");
    memory_region_del_subregion(root, b); /* the order of the rest is kept */
    VIEW(as, "c[0,1000) a@1000[1000,3000)");
}

TEST(A47_of_two_backdrops_at_one_place_the_later_shows, "A57")
{
    MemoryRegion *root = box("R", SIZE_ALL);
    over(root, 0x40003000, io("IWDG", 0x400), -1000);
    over(root, 0x40003000, io("I2S2ext", 0x400), -1000);
    VIEW(space(root), "I2S2ext[40003000,40003400)");
}

TEST(A48_an_alias_mirror_shows_the_same_memory, "A24 A57")
{
    MemoryRegion *root = box("R", SIZE_ALL);
    MemoryRegion *ssram = ram("ssram", 0x400000);
    over(root, 0, ssram, 0);
    over(root, 0x400000, ali("mirror", ssram, 0, 0x400000), 0);
    dev(over(root, 0x800000, io("RESERVED", 0x800000), -1000))->fixed = true;
    AddressSpace *as = space(root);
    assert_int_equal(put(as, 0, 0x11, 1), MEMTX_OK);
    READS(as, 0x400000, "11", MEMTX_OK);
    READS(as, 0x800000, "00 00 00 00", MEMTX_OK);
}

/* Beyond the rows. */

TEST(A90_an_alias_cycle_aborts_with_a_message, "D7 A24")
{
    MemoryRegion *k = box("ring", 0x1000);
    MemoryRegion *a = ali("back", k, 0, 0x1000);
    DIES("back", at(k, 0, a); space(k));
}

TEST(A91_a_container_in_itself_aborts_with_a_message, "D7 A56")
{
    MemoryRegion *outer = box("outer", 0x1000);
    MemoryRegion *inner = at(outer, 0, box("inner", 0x1000));
    DIES("outer", memory_region_add_subregion(inner, 0, outer));
    DIES("outer", memory_region_add_subregion(outer, 0, outer));
}

TEST(A92_a_cycle_through_two_aliases_aborts, "D7 A24 A56")
{
    MemoryRegion *k1 = box("k1", 0x1000);
    MemoryRegion *k2 = box("k2", 0x1000);
    MemoryRegion *a1 = ali("to_k1", k1, 0, 0x1000);
    MemoryRegion *a2 = ali("to_k2", k2, 0, 0x1000);
    at(k2, 0, a1);
    DIES("to_k2", at(k1, 0, a2); space(k1));
}

TEST(A93_an_alias_offset_on_a_region_that_is_no_alias_aborts, "A62")
{
    MemoryRegion *i = io("plain", 0x1000);
    DIES("plain", memory_region_set_alias_offset(i, 0x10));
}

TEST(A94_readonly_of_the_alias_target_counts_through_the_alias, "A63")
{
    MemoryRegion *root = box("R", 0x10000);
    MemoryRegion *r = ram("r", 0x1000);
    at(root, 0x1000, ali("a", r, 0, 0x1000));
    AddressSpace *as = space(root);
    memory_region_set_readonly(r, true);
    VIEW(as, "r[1000,2000)ro");
}

TEST(A95_the_address_of_an_alias_target_is_irrelevant, "A24 A60")
{
    MemoryRegion *root = box("R", 0x100000);
    MemoryRegion *r = at(root, 0x50000, ram("r", 0x1000));
    at(root, 0x1000, ali("a", r, 0, 0x1000));
    AddressSpace *as = space(root);
    memory_region_set_address(r, 0x60000);
    VIEW(as, "r[1000,2000) r[60000,61000)");
}

TEST(A96_a_big_alias_keeps_the_holes_of_the_container_it_shows, "A24")
{
    MemoryRegion *root = box("R", SIZE_ALL);
    MemoryRegion *k = box("k", SIZE_ALL);
    at(k, 0x1000, io("i", 0x1000));
    at(root, 0x10000000, ali("a", k, 0, SIZE_ALL));
    VIEW(space(root), "i[10001000,10002000)");
}

TEST(A97_changing_the_size_of_the_root_clips_the_view, "A61")
{
    MemoryRegion *root = box("R", 0x10000);
    at(root, 0, ram("r", 0x4000));
    AddressSpace *as = space(root);
    memory_region_set_size(root, 0x1000);
    VIEW(as, "r[0,1000)");
    memory_region_set_size(root, 0);
    VIEW(as, "");
    memory_region_set_size(root, SIZE_ALL);
    VIEW(as, "r[0,4000)");
}

TEST(A98_setting_the_size_does_not_touch_the_backing, "A61")
{
    MemoryRegion *root = box("R", 0x10000);
    MemoryRegion *r = at(root, 0, ram("r", 0x4000));
    AddressSpace *as = space(root);
    host(r)[0x3000] = 0x77;
    memory_region_set_size(r, 0x1000);
    READS(as, 0x3000, "00", MEMTX_DECODE_ERROR);
    memory_region_set_size(r, 0x4000);
    READS(as, 0x3000, "77", MEMTX_OK);
}
