/*
 * Section D of the conformance cases: transfers through an address space, loads and stores.
 * Expectations: the memory contract, 5.8 and 5.9, decisions D13 to D17.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "harness.h"

#define OPS(...) ((MemoryRegionOps){ __VA_ARGS__ })

typedef struct {
    MemoryRegion *root, *r, *i, *q;
    AddressSpace *as;
} MapD;

/* ram r[0,1000), io i[1008,1018), ram q[1018,2018). */
static MapD map_d(void)
{
    MapD m = { .root = box("R", SIZE_ALL) };
    m.r = at(m.root, 0, ram("r", 0x1000));
    m.i = at(m.root, 0x1008, io("i", 0x10));
    m.q = at(m.root, 0x1018, ram("q", 0x1000));
    m.as = space(m.root);
    return m;
}

TEST(D01_a_write_over_ram_hole_device_and_ram_transfers_what_is_mapped, "A94 A95")
{
    MapD m = map_d();
    assert_int_equal(write_w(m.as, 0xffc, 0x24), MEMTX_DECODE_ERROR);
    LOG("i.w(0,afaeadac,4) i.w(4,b3b2b1b0,4) i.w(8,b7b6b5b4,4) i.w(c,bbbab9b8,4)");
    assert_bytes(host(m.r) + 0xffc, "a0 a1 a2 a3");
    assert_bytes(host(m.q), "bc bd be bf c0 c1 c2 c3 00");
    READS(m.as, 0xffc, /* case D02 */
          "a0 a1 a2 a3 00 00 00 00 00 00 00 00 11 22 33 44 55 66 77 88 11 22 33 44 55 66 77 88 "
          "bc bd be bf c0 c1 c2 c3",
          MEMTX_DECODE_ERROR);
}

TEST(D02_a_read_over_a_hole_gives_zeros_there, "A94")
{
    MapD m = map_d();
    fill(m.r, 0x5a);
    fill(m.q, 0xa5);
    READS(m.as, 0xffe, "5a 5a 00 00 00 00 00 00 00 00 11 22", MEMTX_DECODE_ERROR);
    READS(m.as, 0x1014, "55 66 77 88 a5 a5", MEMTX_OK);
}

TEST(D04_a_misaligned_transfer_is_cut_into_aligned_pieces, "A94")
{
    MapD m = map_d();
    READS(m.as, 0x1008 + 2, "33 44 55 66", MEMTX_OK);
    LOG("i.r(2,2) i.r(4,2)");
}

TEST(D05_a_write_of_five_bytes_at_an_odd_offset, "A95")
{
    MapD m = map_d();
    assert_int_equal(write_w(m.as, 0x1008 + 3, 5), MEMTX_OK);
    LOG("i.w(3,a0,1) i.w(4,a4a3a2a1,4)");
}

TEST(D06_a_read_over_a_device_end_goes_on_in_the_ram, "A94 D13")
{
    MapD m = map_d();
    fill(m.q, 0x77);
    READS(m.as, 0x1008 + 0xe, "77 88 77 77", MEMTX_OK);
    LOG("i.r(e,2)");
}

TEST(D07_seven_bytes_at_offset_one_are_one_two_and_four, "A94")
{
    MapD m = map_d();
    READS(m.as, 0x1009, "22 33 44 55 66 77 88", MEMTX_OK);
    LOG("i.r(1,1) i.r(2,2) i.r(4,4)");
}

TEST(D08_a_write_to_rom_is_refused, "A25 A94 D14")
{
    MemoryRegion *root = box("R", 0x10000);
    MemoryRegion *o = at(root, 0, rom("o", 0x1000));
    fill(o, 0x33);
    AddressSpace *as = space(root);
    assert_int_equal(write_w(as, 0x10, 4), MEMTX_DECODE_ERROR);
    READS(as, 0x10, "33 33 33 33", MEMTX_OK);
}

TEST(D09_the_loader_writes_rom_and_marks_it_dirty, "A25 A46 A50")
{
    MemoryRegion *root = box("R", 0x10000);
    MemoryRegion *o = at(root, 0, rom("o", 0x4000));
    at(root, 0x4000, io("i", 0x100));
    MemoryRegion *r = at(root, 0x4100, ram("r", 0x1000));
    AddressSpace *as = space(root);
    memory_region_reset_dirty(o, 0, 0x4000, DIRTY_MEMORY_CODE);
    static const uint8_t image[4] = { 1, 2, 3, 4 };
    assert_int_equal(address_space_write_rom(as, 0x1ffe, ATTRS, image, 4), MEMTX_OK);
    READS(as, 0x1ffe, "01 02 03 04", MEMTX_OK);
    assert_true(memory_region_get_dirty(o, 0x1000, 1, DIRTY_MEMORY_CODE));
    assert_true(memory_region_get_dirty(o, 0x2000, 1, DIRTY_MEMORY_CODE));
    assert_false(memory_region_get_dirty(o, 0, 0x1000, DIRTY_MEMORY_CODE));
    log_clear();
    uint8_t long_image[0x104];
    memset(long_image, 0x5c, sizeof long_image);
    address_space_write_rom(as, 0x3ffe, ATTRS, long_image, sizeof long_image); /* skips devices */
    LOG("");
    READS(as, 0x3ffe, "5c 5c", MEMTX_OK);
    assert_int_equal(host(r)[0], 0x5c);
    assert_int_equal(host(r)[1], 0x5c);
    assert_int_equal(host(r)[2], 0);
}

static MemoryRegion *map_romd(AddressSpace **as)
{
    MemoryRegion *root = box("R", 0x10000);
    MemoryRegion *f = at(root, 0, romd("f", 0x2000));
    fill(f, 0x77);
    *as = space(root);
    return f;
}

TEST(D10_a_rom_device_reads_its_backing_and_writes_its_callback, "A26 A94")
{
    AddressSpace *as;
    map_romd(&as);
    READS(as, 0, "77 77 77 77", MEMTX_OK);
    LOG("");
    assert_int_equal(write_w(as, 0, 4), MEMTX_OK);
    LOG("f.w(0,a3a2a1a0,4)");
    READS(as, 0, "77 77 77 77", MEMTX_OK);
}

TEST(D11_out_of_romd_mode_reads_go_to_the_callback, "A64 A94")
{
    AddressSpace *as;
    MemoryRegion *f = map_romd(&as);
    memory_region_rom_device_set_romd(f, false);
    READS(as, 0, "11 22 33 44", MEMTX_OK);
    LOG("f.r(0,4)");
    assert_int_equal(write_w(as, 4, 8), MEMTX_OK);
    LOG("f.w(4,a3a2a1a0,4) f.w(8,a7a6a5a4,4)");
}

TEST(D12_the_predicates_of_a_rom_device, "A3 A4 A7 A9 A26 A36 A64")
{
    MemoryRegion *f = romd("f", 0x1000);
    assert_false(memory_region_is_ram(f));
    assert_true(memory_region_is_romd(f));
    assert_false(memory_region_is_rom(f));
    assert_int_equal(memory_region_get_dirty_log_mask(f), 0);
    assert_true(memory_access_is_direct(f, false));
    assert_false(memory_access_is_direct(f, true));
    memory_region_rom_device_set_romd(f, false);
    assert_false(memory_region_is_romd(f));
    assert_false(memory_access_is_direct(f, false));
}

TEST(D12b_the_predicates_of_the_other_kinds, "A3 A4 A5 A7 A9 A33 M14")
{
    MemoryRegion *r = ram("r", 0x1000), *o = rom("o", 0x1000), *i = io("i", 0x1000);
    MemoryRegion *a = ali("a", r, 0, 0x1000);
    assert_true(memory_region_is_ram(r) && !memory_region_is_rom(r) && !memory_region_is_romd(r));
    assert_true(memory_region_is_ram(o) && memory_region_is_rom(o));
    assert_false(memory_region_is_ram(i) || memory_region_is_rom(i) || memory_region_is_ram_device(i));
    assert_false(memory_region_is_ram(a) || memory_region_is_rom(a));
    assert_true(memory_access_is_direct(r, true) && memory_access_is_direct(r, false));
    assert_true(!memory_access_is_direct(o, true) && memory_access_is_direct(o, false));
    assert_false(memory_access_is_direct(i, true) || memory_access_is_direct(i, false));
    assert_null(memory_region_get_iommu(r));
    assert_false(memory_region_is_iommu(a));
}

TEST(D13_a_romd_read_stops_at_an_overlay, "A94 D16")
{
    AddressSpace *as;
    MemoryRegion *f = map_romd(&as);
    over(f, 0x100, io("o", 0x100), 1);
    READS(as, 0xfe, "77 77 11 22 33 44 55 66", MEMTX_OK);
    log_clear();
    READS(as, 0x100, "11 22 33 44", MEMTX_OK); /* case D14 */
    LOG("o.r(0,4)");
}

TEST(D14_the_overlay_of_a_rom_device_answers, "A94")
{
    AddressSpace *as;
    MemoryRegion *f = map_romd(&as);
    over(f, 0x100, io("o", 0x100), 1);
    READS(as, 0x1fc, "55 66 77 88 77 77", MEMTX_OK);
    LOG("o.r(fc,4)");
}

TEST(D15_an_alias_of_a_rom_device_behaves_like_it, "A24 A94")
{
    AddressSpace *as;
    MemoryRegion *f = map_romd(&as);
    at(f->container, 0x8000, ali("fa", f, 0, 0x1000));
    READS(as, 0x8000, "77 77", MEMTX_OK);
    assert_int_equal(write_w(as, 0x8000, 2), MEMTX_OK);
    LOG("f.w(0,a1a0,2)");
}

static void flash_commands(Dev *d, hwaddr addr, unsigned size, bool is_write, uint64_t data)
{
    if (is_write) {
        memory_region_rom_device_set_romd(&d->mr, (data & 0xff) == 0xff);
    }
}

TEST(D16_a_flash_command_switches_the_mode_from_its_own_callback, "A64 A94")
{
    AddressSpace *as;
    MemoryRegion *f = map_romd(&as);
    dev(f)->hook = flash_commands;
    dev(f)->fixed = true;
    dev(f)->value = 0x80;
    assert_int_equal(put(as, 0, 0x40, 1), MEMTX_OK);
    log_clear();
    READS(as, 0, "80 00", MEMTX_OK);
    LOG("f.r(0,2)");
    assert_int_equal(put(as, 0, 0xff, 1), MEMTX_OK);
    log_clear();
    READS(as, 0, "77 77", MEMTX_OK);
    LOG("");
}

TEST(D17_a_mode_change_in_the_middle_of_a_write_loses_nothing, "A64")
{
    AddressSpace *as;
    MemoryRegion *f = map_romd(&as);
    dev(f)->hook = flash_commands;
    assert_int_equal(write_w(as, 0, 8), MEMTX_OK);
    LOG("f.w(0,a3a2a1a0,4) f.w(4,a7a6a5a4,4)");
}

static MemoryRegion *map_ram_device(AddressSpace **as, uint8_t *bytes)
{
    MemoryRegion *root = box("R", 0x10000);
    MemoryRegion *d = blank();
    for (int i = 0; i < 0x1000; i++) {
        bytes[i] = (uint8_t)i;
    }
    memory_region_init_ram_device_ptr(d, NULL, "rd", 0x1000, bytes);
    at(root, 0, d);
    *as = space(root);
    return d;
}

TEST(D18_a_ram_device_is_accessed_exactly_and_never_directly, "A3 A9 A23 A33 A90")
{
    static uint8_t bytes[0x1000];
    AddressSpace *as;
    MemoryRegion *d = map_ram_device(&as, bytes);
    READS(as, 1, "01 02 03 04 05 06 07 08", MEMTX_OK);
    assert_true(memory_region_is_ram(d));
    assert_true(memory_region_is_ram_device(d));
    assert_false(memory_access_is_direct(d, false));
    assert_false(memory_access_is_direct(d, true));
    uint64_t value;
    assert_int_equal(dread(d, 1, 8, &value), MEMTX_OK);
    assert_true(value == 0x0807060504030201ULL);
    assert_int_equal(dread(d, 3, 2, &value), MEMTX_OK);
    assert_true(value == 0x0403);
}

TEST(D19_a_read_over_the_end_of_a_ram_device, "A23 A94")
{
    static uint8_t bytes[0x1000];
    AddressSpace *as;
    map_ram_device(&as, bytes);
    READS(as, 0xffe, "fe ff 00 00", MEMTX_DECODE_ERROR);
}

TEST(D20_a_write_of_three_bytes_to_a_ram_device_touches_three, "A23 A95")
{
    static uint8_t bytes[0x1000];
    AddressSpace *as;
    MemoryRegion *d = map_ram_device(&as, bytes);
    assert_int_equal(write_w(as, 3, 3), MEMTX_OK);
    assert_bytes(bytes, "00 01 02 a0 a1 a2 06 07");
    assert_int_equal(dwrite(d, 0x11, 8, 0x1122334455667788ULL), MEMTX_OK);
    assert_bytes(bytes + 0x10, "10 88 77 66 55 44 33 22 11 19");
}

TEST(D21_results_of_the_pieces_are_ored, "A94 X5")
{
    MemoryRegion *root = box("R", 0x1000);
    MemoryRegion *e =
        at(root, 0xff8, io_with("e", 8, OPS(.read_with_attrs = dev_read_attrs, .write_with_attrs = dev_write_attrs)));
    dev(e)->result = MEMTX_ERROR;
    AddressSpace *as = space(root);
    READS(as, 0xffc, "55 66 77 88 00 00 00 00", MEMTX_ERROR | MEMTX_DECODE_ERROR);
    assert_int_equal(write_w(as, 0xffc, 8), MEMTX_ERROR | MEMTX_DECODE_ERROR);
}

TEST(D22_no_length_is_no_access, "A94 A95 A96 A10")
{
    MapD m = map_d();
    uint8_t buf[4] = { 9, 9, 9, 9 };
    assert_int_equal(address_space_rw(m.as, 0x1004, ATTRS, buf, 0, false), MEMTX_OK);
    assert_int_equal(address_space_rw(m.as, 0x1004, ATTRS, buf, -1, true), MEMTX_OK);
    assert_int_equal(address_space_write(m.as, 0x1004, ATTRS, buf, -1), MEMTX_OK);
    assert_int_equal(address_space_read_full(m.as, 0x1004, ATTRS, buf, -1), MEMTX_OK);
    assert_int_equal(address_space_read(m.as, 0x1004, ATTRS, buf, 0), MEMTX_OK);
    assert_bytes(buf, "09 09 09 09");
    LOG("");
}

TEST(D23_wide_transfers_to_a_device_that_takes_eight_bytes, "A94 O7")
{
    MemoryRegion *root = box("R", 0x1000);
    at(root, 0, io_with("w", 0x100, OPS(.valid = { .max_access_size = 8 }, .impl = { .max_access_size = 8 })));
    AddressSpace *as = space(root);
    READS(as, 0, "11 22 33 44 55 66 77 88", MEMTX_OK);
    LOG("w.r(0,8)");
    READS(as, 4, "55 66 77 88 11 22 33 44", MEMTX_OK);
    LOG("w.r(4,4) w.r(8,4)");
    READS(as, 0, "11 22 33 44 55 66 77 88 11 22 33 44 55 66 77 88", MEMTX_OK);
    LOG("w.r(0,8) w.r(8,8)");
}

TEST(D24_a_byte_device_gets_bytes, "A94 O7")
{
    MemoryRegion *root = box("R", 0x1000);
    at(root, 0, io_with("b", 0x100, OPS(.valid = { .max_access_size = 1 })));
    READS(space(root), 0, "11 22 33 44", MEMTX_OK);
    LOG("b.r(0,1) b.r(1,1) b.r(2,1) b.r(3,1)");
}

static AddressSpace *map_words_only(void)
{
    MemoryRegion *root = box("R", 0x1000);
    at(root, 0, io_with("w", 0x100, OPS(.valid = { .min_access_size = 4, .max_access_size = 4 })));
    return space(root);
}

TEST(D25_pieces_below_the_smallest_size_are_refused, "A94 D1")
{
    READS(map_words_only(), 0, "00 00 00", MEMTX_DECODE_ERROR);
    LOG("");
}

TEST(D26_a_refused_piece_does_not_undo_the_others, "A94 D1")
{
    READS(map_words_only(), 0, "11 22 33 44 00 00", MEMTX_DECODE_ERROR);
    LOG("w.r(0,4)");
}

static AddressSpace *map_small_neighbours(void)
{
    MemoryRegion *root = box("R", 0x1000);
    at(root, 0, io("a", 2));
    at(root, 2, io("b", 2));
    return space(root);
}

TEST(D27_a_transfer_is_cut_at_the_end_of_a_small_device, "A94 D13")
{
    READS(map_small_neighbours(), 0, "11 22 11 22", MEMTX_OK);
    LOG("a.r(0,2) b.r(0,2)");
}

TEST(D28_a_single_load_passes_its_whole_width, "D13 L4")
{
    MemTxResult result;
    assert_int_equal(address_space_ldl_le(map_small_neighbours(), 0, ATTRS, &result), 0x44332211);
    assert_int_equal(result, MEMTX_OK);
    LOG("a.r(0,4)");
}

TEST(D29_a_write_over_two_devices_and_a_hole, "D13")
{
    assert_int_equal(write_w(map_small_neighbours(), 0, 8), MEMTX_DECODE_ERROR);
    LOG("a.w(0,a1a0,2) b.w(0,a3a2,2)");
}

TEST(D30_a_transfer_wraps_from_the_top_to_zero, "A94")
{
    MapD m = map_d();
    host(m.r)[0] = 0x12;
    host(m.r)[1] = 0x34;
    READS(m.as, (hwaddr)-2, "00 00 12 34", MEMTX_DECODE_ERROR);
}

TEST(D31_access_valid_walks_the_range, "A99")
{
    MapD m = map_d();
    MemoryRegion *o = at(m.root, 0x8000, rom("o", 0x1000));
    assert_true(address_space_access_valid(m.as, 0, 0x100, true, ATTRS));
    assert_false(address_space_access_valid(m.as, 0x1004, 4, false, ATTRS));
    assert_true(address_space_access_valid(m.as, 0x1008, 8, true, ATTRS));
    assert_false(address_space_access_valid(m.as, 0x8000, 4, true, ATTRS));
    assert_true(address_space_access_valid(m.as, 0x8000, 4, false, ATTRS));
    assert_true(address_space_access_valid(m.as, 0x1004, 0, false, ATTRS));
    assert_false(address_space_access_valid(m.as, 0xffc, 8, false, ATTRS));
    (void)o;
    LOG(""); /* asking has no effects */
}

TEST(D31b_access_valid_sizes_its_pieces_by_the_region_offset, "A99 D1")
{
    MemoryRegion *root = box("R", 0x1000);
    at(root, 0x102, io_with("w", 0x100, OPS(.valid = { .min_access_size = 4, .max_access_size = 4 })));
    AddressSpace *as = space(root);
    assert_true(address_space_access_valid(as, 0x102, 8, false, ATTRS));
    assert_false(address_space_access_valid(as, 0x104, 4, false, ATTRS));
}

TEST(D32_stores_in_each_order, "L11 L12")
{
    MapD m = map_d();
    MemTxResult result = 9;
    address_space_stl_le(m.as, 0, 0x11223344, ATTRS, &result);
    assert_int_equal(result, MEMTX_OK);
    assert_bytes(host(m.r), "44 33 22 11");
    address_space_stl_be(m.as, 0, 0x11223344, ATTRS, NULL);
    assert_bytes(host(m.r), "11 22 33 44");
}

TEST(D33_loads_in_each_order, "L1 L2 L3 L4 L5 L6 L7 L29 L30 L31")
{
    MapD m = map_d();
    memcpy(host(m.r), (uint8_t[]){ 0x11, 0x22, 0x33, 0x44, 0, 0, 0, 0 }, 8);
    assert_int_equal(address_space_ldl_le(m.as, 0, ATTRS, NULL), 0x44332211);
    assert_int_equal(address_space_ldl_be(m.as, 0, ATTRS, NULL), 0x11223344);
    assert_int_equal(address_space_ldl(m.as, 0, ATTRS, NULL), 0x44332211);
    assert_int_equal(address_space_lduw_be(m.as, 0, ATTRS, NULL), 0x1122);
    assert_int_equal(address_space_lduw_le(m.as, 0, ATTRS, NULL), 0x2211);
    assert_int_equal(address_space_lduw(m.as, 0, ATTRS, NULL), 0x2211);
    assert_int_equal(address_space_ldub(m.as, 0, ATTRS, NULL), 0x11);
    assert_true(address_space_ldq_be(m.as, 0, ATTRS, NULL) == 0x1122334400000000ULL);
    assert_true(address_space_ldq_le(m.as, 0, ATTRS, NULL) == 0x44332211ULL);
    assert_true(address_space_ldq(m.as, 0, ATTRS, NULL) == 0x44332211ULL);
}

TEST(D34_a_big_endian_load_of_a_little_endian_device_is_swapped, "L4 L5")
{
    MapD m = map_d();
    assert_int_equal(address_space_ldl_be(m.as, 0x1008, ATTRS, NULL), 0x11223344);
    LOG("i.r(0,4)");
    assert_int_equal(address_space_ldl_le(m.as, 0x1008, ATTRS, NULL), 0x44332211);
    LOG("i.r(0,4)");
}

static AddressSpace *map_big(void)
{
    MemoryRegion *root = box("R", 0x1000);
    at(root, 0, io_with("b", 0x100, OPS(.endianness = DEVICE_BIG_ENDIAN)));
    return space(root);
}

TEST(D36_loads_of_a_big_endian_device, "L4 L5 O5")
{
    AddressSpace *as = map_big();
    assert_int_equal(address_space_ldl_le(as, 0, ATTRS, NULL), 0x11223344);
    assert_int_equal(address_space_ldl_be(as, 0, ATTRS, NULL), 0x44332211);
}

TEST(D37_stores_to_a_big_endian_device, "L12 L9 O5")
{
    AddressSpace *as = map_big();
    address_space_stl_be(as, 0, 0x11223344, ATTRS, NULL);
    LOG("b.w(0,11223344,4)");
    address_space_stw_le(as, 0, 0x1122, ATTRS, NULL);
    LOG("b.w(0,2211,2)");
}

TEST(D38_a_load_over_the_end_of_ram_keeps_the_mapped_bytes, "D17 L4")
{
    MapD m = map_d();
    fill(m.r, 0x5a);
    MemTxResult result;
    assert_int_equal(address_space_ldl_le(m.as, 0xffe, ATTRS, &result), 0x5a5a);
    assert_int_equal(result, MEMTX_DECODE_ERROR);
}

TEST(D39_a_load_over_two_adjacent_rams_is_whole, "D17 L4 L5 L6 L11 L13")
{
    MemoryRegion *root = box("R", 0x10000);
    MemoryRegion *a = at(root, 0, ram("a", 0x1000)), *b = at(root, 0x1000, ram("b", 0x1000));
    AddressSpace *as = space(root);
    memcpy(host(a) + 0xffe, (uint8_t[]){ 1, 2 }, 2);
    memcpy(host(b), (uint8_t[]){ 3, 4 }, 2);
    MemTxResult result;
    assert_int_equal(address_space_ldl_le(as, 0xffe, ATTRS, &result), 0x04030201);
    assert_int_equal(result, MEMTX_OK);
    assert_int_equal(address_space_ldl_be(as, 0xffe, ATTRS, &result), 0x01020304);
    address_space_stl_le(as, 0xffe, 0xa4a3a2a1, ATTRS, &result);
    assert_int_equal(result, MEMTX_OK);
    assert_bytes(host(a) + 0xffe, "a1 a2");
    assert_bytes(host(b), "a3 a4");
    address_space_stq_le(as, 0xffc, 0x8877665544332211ULL, ATTRS, &result);
    assert_bytes(host(b), "55 66 77 88");
    assert_true(address_space_ldq_le(as, 0xffc, ATTRS, &result) == 0x8877665544332211ULL);
}

TEST(D40_an_unassigned_load_gives_zero, "L4 L11")
{
    MapD m = map_d();
    MemTxResult result = 9;
    assert_int_equal(address_space_ldl_le(m.as, 0x100000, ATTRS, &result), 0);
    assert_int_equal(result, MEMTX_DECODE_ERROR);
    address_space_stl_le(m.as, 0x100000, 1, ATTRS, &result);
    assert_int_equal(result, MEMTX_DECODE_ERROR);
}

TEST(D41_quad_accesses_to_a_default_device_are_two_calls, "L6 L13")
{
    MapD m = map_d();
    assert_true(address_space_ldq_le(m.as, 0x1008, ATTRS, NULL) == 0x8877665544332211ULL);
    LOG("i.r(0,4) i.r(4,4)");
    address_space_stq_le(m.as, 0x1008, 0x1122334455667788ULL, ATTRS, NULL);
    LOG("i.w(0,55667788,4) i.w(4,11223344,4)");
}

TEST(D42_misaligned_loads_work_on_ram_and_are_refused_by_devices, "L4")
{
    MapD m = map_d();
    memcpy(host(m.r) + 1, (uint8_t[]){ 1, 2, 3, 4 }, 4);
    MemTxResult result;
    assert_int_equal(address_space_ldl_le(m.as, 1, ATTRS, &result), 0x04030201);
    assert_int_equal(result, MEMTX_OK);
    assert_int_equal(address_space_ldl_le(m.as, 0x1009, ATTRS, &result), 0);
    assert_int_equal(result, MEMTX_DECODE_ERROR);
    LOG("");
}

TEST(D44_narrow_stores_to_a_device, "L8 L10")
{
    MapD m = map_d();
    address_space_stb(m.as, 0x1009, 0xab, ATTRS, NULL);
    LOG("i.w(1,ab,1)");
    address_space_stw_be(m.as, 0x100a, 0xabcd, ATTRS, NULL);
    LOG("i.w(2,cdab,2)");
}

TEST(D45_the_result_pointer_may_be_null, "L1 L8 L6 L14")
{
    MapD m = map_d();
    assert_int_equal(address_space_ldub(m.as, 0x100000, ATTRS, NULL), 0);
    address_space_stb(m.as, 0x100000, 1, ATTRS, NULL);
    assert_true(address_space_ldq_le(m.as, 0x100000, ATTRS, NULL) == 0);
    address_space_stq_be(m.as, 0x100000, 1, ATTRS, NULL);
}

static uint64_t bitband_read(void *opaque, hwaddr addr, unsigned size)
{
    uint8_t byte = 0;
    address_space_read(opaque, 0x20000000 + addr / 32, ATTRS, &byte, 1);
    return (byte >> (addr / 4 % 8)) & 1;
}

static void bitband_write(void *opaque, hwaddr addr, uint64_t data, unsigned size)
{
    uint8_t byte = 0;
    address_space_read(opaque, 0x20000000 + addr / 32, ATTRS, &byte, 1);
    byte = (uint8_t)((byte & ~(1u << (addr / 4 % 8))) | ((data & 1) << (addr / 4 % 8)));
    address_space_write(opaque, 0x20000000 + addr / 32, ATTRS, &byte, 1);
}

TEST(D46_bit_band_as_a_device_that_accesses_another_space, "A10 A95 A94")
{
    static const MemoryRegionOps bitband = { .read = bitband_read, .write = bitband_write };
    MemoryRegion *root = box("R", 0x100000000ULL);
    MemoryRegion *o = at(root, 0, rom("o", 0x1000));
    MemoryRegion *sram = at(root, 0x20000000, ram("sram", 0x1000));
    AddressSpace *as = space(root);
    MemoryRegion *bb = blank();
    memory_region_init_io(bb, NULL, &bitband, as, "bitband", 0x2000000);
    at(root, 0x22000000, bb);
    fill(o, 0xee);
    assert_int_equal(put(as, 0, 0, 4), MEMTX_DECODE_ERROR);
    READS(as, 0, "ee ee ee ee", MEMTX_OK);
    memcpy(host(sram), (uint8_t[]){ 0, 0x34, 0x12, 0 }, 4);
    assert_int_equal(address_space_lduw_le(as, 0x20000001, ATTRS, NULL), 0x1234);
    assert_int_equal(put(as, 0x22000000, 1, 4), MEMTX_OK);
    assert_int_equal(host(sram)[0], 1);
    assert_int_equal(put(as, 0x22000000 + 7 * 4, 1, 4), MEMTX_OK);
    assert_int_equal(host(sram)[0], 0x81);
}

/* Beyond the rows. */

TEST(D90_the_inline_read_agrees_with_the_full_one, "A10 A96 A97 A98")
{
    MapD m = map_d();
    fill(m.r, 0x21);
    fill(m.q, 0x43);
    for (hwaddr a = 0xff8; a < 0x1024; a++) {
        uint8_t inlined[8], full[8], stepped[8];
        MemTxResult r1 = address_space_read(m.as, a, ATTRS, inlined, 8);
        MemTxResult r2 = address_space_read_full(m.as, a, ATTRS, full, 8);
        FlatView *fv = address_space_to_flatview(m.as);
        hwaddr xlat, l = 8;
        MemoryRegion *mr = flatview_translate(fv, a, &xlat, &l, false, ATTRS);
        MemTxResult r3 = flatview_read_continue(fv, a, ATTRS, stepped, 8, xlat, l, mr);
        assert_int_equal(r1, r2);
        assert_int_equal(r1, r3);
        assert_memory_equal(inlined, full, 8);
        assert_memory_equal(inlined, stepped, 8);
    }
}

TEST(D91_translate_clamps_to_the_section_and_never_returns_null, "A8 A98")
{
    MapD m = map_d();
    hwaddr xlat = 0, len = 0x5000;
    assert_ptr_equal(address_space_translate(m.as, 0x10, &xlat, &len, false, ATTRS), m.r);
    assert_true(xlat == 0x10 && len == 0xff0);
    len = 4;
    MemoryRegion *none = flatview_translate(address_space_to_flatview(m.as), 0x1002, &xlat, &len, true, ATTRS);
    assert_non_null(none);
    assert_false(memory_region_is_ram(none));
    uint64_t value;
    assert_int_equal(dread(none, 0, 1, &value), MEMTX_DECODE_ERROR);
}

TEST(D92_a_write_callback_that_remaps_does_not_disturb_the_running_transfer, "A95")
{
    MemoryRegion *root = box("R", 0x1000);
    MemoryRegion *i = at(root, 0, io("i", 0x10));
    MemoryRegion *r = at(root, 0x10, ram("r", 0x100));
    AddressSpace *as = space(root);
    dev(i)->hook = NULL;
    memory_region_ref(r);
    assert_int_equal(write_w(as, 0xc, 8), MEMTX_OK);
    LOG("i.w(c,a3a2a1a0,4)");
    assert_bytes(host(r), "a4 a5 a6 a7");
    memory_region_unref(r);
}

static void disable_ram(Dev *d, hwaddr addr, unsigned size, bool is_write, uint64_t data)
{
    memory_region_set_enabled(d->hook_data, false);
}

TEST(D93_the_layout_of_a_transfer_is_the_one_it_began_with, "A59 A94")
{
    MemoryRegion *root = box("R", 0x1000);
    MemoryRegion *i = at(root, 0, io("i", 0x10));
    MemoryRegion *r = at(root, 0x10, ram("r", 0x100));
    fill(r, 0x66);
    AddressSpace *as = space(root);
    dev(i)->hook = disable_ram;
    dev(i)->hook_data = r;
    READS(as, 0xc, "55 66 77 88 66 66", MEMTX_OK);
    READS(as, 0x10, "00 00", MEMTX_DECODE_ERROR);
}

static void make_readonly(Dev *d, hwaddr addr, unsigned size, bool is_write, uint64_t data)
{
    memory_region_set_readonly(d->hook_data, true);
}

TEST(D94_readonly_is_read_live_during_a_transfer, "A63")
{
    MemoryRegion *root = box("R", 0x1000);
    MemoryRegion *i = at(root, 0, io("i", 0x10));
    MemoryRegion *r = at(root, 0x10, ram("r", 0x100));
    AddressSpace *as = space(root);
    dev(i)->hook = make_readonly;
    dev(i)->hook_data = r;
    assert_int_equal(write_w(as, 0xc, 8), MEMTX_DECODE_ERROR);
    assert_bytes(host(r), "00 00 00 00");
}

TEST(D95_a_store_to_rom_is_a_decode_error, "L11 D14 A25")
{
    MemoryRegion *root = box("R", 0x1000);
    at(root, 0, rom("o", 0x100));
    MemTxResult result = 9;
    address_space_stl_le(space(root), 0, 1, ATTRS, &result);
    assert_int_equal(result, MEMTX_DECODE_ERROR);
}

TEST(D96_a_store_through_a_readonly_alias_is_refused_too, "L11 D15 A63")
{
    MemoryRegion *root = box("R", 0x1000);
    MemoryRegion *r = ram("r", 0x100);
    MemoryRegion *a = at(root, 0, ali("a", r, 0, 0x100));
    memory_region_set_readonly(a, true);
    MemTxResult result = 9;
    address_space_stl_le(space(root), 0, 1, ATTRS, &result);
    assert_int_equal(result, MEMTX_DECODE_ERROR);
    assert_int_equal(host(r)[0], 0);
}
