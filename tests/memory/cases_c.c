/*
 * Section C of the conformance cases: one access to one region (validity, splitting, widening, byte order).
 * Expectations: the memory contract, 5.5 to 5.7, decisions D1 to D3 and the clarifications of section 10.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "harness.h"

#define OPS(...) ((MemoryRegionOps){ __VA_ARGS__ })

static void check_read(MemoryRegion *mr, hwaddr addr, unsigned size, uint64_t want, MemTxResult result,
                       const char *calls)
{
    uint64_t value = 0xdeadbeefdeadbeefULL;
    assert_int_equal(dread(mr, addr, size, &value), result);
    assert_true(value == want);
    LOG(calls);
}

static void check_write(MemoryRegion *mr, hwaddr addr, unsigned size, uint64_t data, MemTxResult result,
                        const char *calls)
{
    assert_int_equal(dwrite(mr, addr, size, data), result);
    LOG(calls);
}

TEST(C01_aligned_reads_are_one_call, "A90 O1")
{
    MemoryRegion *m = io("m", 0x1000);
    check_read(m, 0, 1, 0x11, MEMTX_OK, "m.r(0,1)");
    check_read(m, 0, 2, 0x2211, MEMTX_OK, "m.r(0,2)");
    check_read(m, 0, 4, 0x44332211, MEMTX_OK, "m.r(0,4)");
}

TEST(C02_an_eight_byte_read_is_two_calls_by_default, "A90")
{
    check_read(io("m", 0x1000), 0, 8, 0x8877665544332211ULL, MEMTX_OK, "m.r(0,4) m.r(4,4)");
}

TEST(C03_a_misaligned_access_is_refused, "A90 A91")
{
    MemoryRegion *m = io("m", 0x1000);
    check_read(m, 1, 2, 0, MEMTX_DECODE_ERROR, "");
    check_read(m, 2, 4, 0, MEMTX_DECODE_ERROR, "");
    check_read(m, 4, 8, 0, MEMTX_DECODE_ERROR, "");
    check_write(m, 1, 2, 0x1234, MEMTX_DECODE_ERROR, "");
}

TEST(C04_an_eight_byte_write_is_two_calls_low_half_first, "A91 O2")
{
    check_write(io("m", 0x1000), 0, 8, 0x1122334455667788ULL, MEMTX_OK, "m.w(0,55667788,4) m.w(4,11223344,4)");
}

TEST(C05_impl_of_one_byte_makes_byte_calls, "A90 A91 O11")
{
    MemoryRegion *m = io_with("m", 0x1000, OPS(.impl = { .min_access_size = 1, .max_access_size = 1 }));
    check_read(m, 0, 4, 0x44332211, MEMTX_OK, "m.r(0,1) m.r(1,1) m.r(2,1) m.r(3,1)");
    check_write(m, 0, 4, 0x11223344, MEMTX_OK, "m.w(0,44,1) m.w(1,33,1) m.w(2,22,1) m.w(3,11,1)");
}

static MemoryRegion *wide(bool big)
{
    return io_with("m", 0x1000,
                   OPS(.endianness = big ? DEVICE_BIG_ENDIAN : DEVICE_LITTLE_ENDIAN,
                       .impl = { .min_access_size = 4, .max_access_size = 4 }));
}

TEST(C06_a_narrow_read_takes_its_lane_of_an_aligned_piece, "A90 D3 O10 O12")
{
    check_read(wide(false), 1, 1, 0x22, MEMTX_OK, "m.r(0,4)");
    check_read(wide(false), 3, 1, 0x44, MEMTX_OK, "m.r(0,4)");
    check_read(wide(false), 2, 2, 0x4433, MEMTX_OK, "m.r(0,4)");
}

TEST(C07_a_narrow_write_is_placed_in_its_lane_with_zeros_beside, "A91 D3 O10")
{
    check_write(wide(false), 1, 1, 0xab, MEMTX_OK, "m.w(0,ab00,4)");
    check_write(wide(false), 2, 2, 0xabcd, MEMTX_OK, "m.w(0,abcd0000,4)");
}

TEST(C08_impl_of_four_bytes_splits_eight, "A90 O11")
{
    check_read(wide(false), 0, 8, 0x8877665544332211ULL, MEMTX_OK, "m.r(0,4) m.r(4,4)");
}

TEST(C09_big_endian_narrow_read_takes_the_top_byte, "A90 D3 O5")
{
    check_read(wide(true), 0, 1, 0x44, MEMTX_OK, "m.r(0,4)");
}

TEST(C10_big_endian_half_word_read_of_a_wide_piece, "A90 D3 O5")
{
    check_read(wide(true), 0, 2, 0x3344, MEMTX_OK, "m.r(0,4)");
}

TEST(C11_big_endian_narrow_reads_at_each_lane, "A90 D3")
{
    check_read(wide(true), 1, 1, 0x33, MEMTX_OK, "m.r(0,4)");
    check_read(wide(true), 3, 1, 0x11, MEMTX_OK, "m.r(0,4)");
    check_read(wide(true), 2, 2, 0x1122, MEMTX_OK, "m.r(0,4)");
}

TEST(C12_big_endian_eight_byte_read_puts_the_first_piece_on_top, "A90 O5")
{
    check_read(wide(true), 0, 8, 0x5566778811223344ULL, MEMTX_OK, "m.r(0,4) m.r(4,4)");
}

TEST(C13_big_endian_narrow_write_lands_in_the_top_lane, "A91 D3 O5")
{
    check_write(wide(true), 0, 1, 0xab, MEMTX_OK, "m.w(0,ab000000,4)");
    check_write(wide(true), 3, 1, 0xab, MEMTX_OK, "m.w(0,ab,4)");
    check_write(wide(true), 0, 2, 0x1122, MEMTX_OK, "m.w(0,22110000,4)");
}

TEST(C14_big_endian_write_swaps_the_whole_value, "A91 O5")
{
    MemoryRegion *m = io_with("m", 0x1000, OPS(.endianness = DEVICE_BIG_ENDIAN));
    check_write(m, 0, 4, 0x11223344, MEMTX_OK, "m.w(0,44332211,4)");
    check_write(m, 2, 2, 0x1122, MEMTX_OK, "m.w(2,2211,2)");
}

TEST(C15_big_endian_reads_swap_per_size, "A90 O5")
{
    MemoryRegion *m = io_with("m", 0x1000, OPS(.endianness = DEVICE_BIG_ENDIAN));
    check_read(m, 0, 2, 0x1122, MEMTX_OK, "m.r(0,2)");
    check_read(m, 0, 4, 0x11223344, MEMTX_OK, "m.r(0,4)");
}

TEST(C16_big_endian_with_half_word_pieces, "A91 O5 O11")
{
    MemoryRegion *m = io_with("m", 0x1000, OPS(.endianness = DEVICE_BIG_ENDIAN, .impl = { .max_access_size = 2 }));
    check_write(m, 0, 4, 0x11223344, MEMTX_OK, "m.w(0,4433,2) m.w(2,2211,2)");
}

TEST(C17_little_endian_with_half_word_pieces, "A91 O5 O11")
{
    MemoryRegion *m = io_with("m", 0x1000, OPS(.endianness = DEVICE_LITTLE_ENDIAN, .impl = { .max_access_size = 2 }));
    check_write(m, 0, 4, 0x11223344, MEMTX_OK, "m.w(0,3344,2) m.w(2,1122,2)");
}

TEST(C18_one_byte_is_never_swapped, "A90 A91 O5")
{
    MemoryRegion *m = io_with("m", 0x1000, OPS(.endianness = DEVICE_BIG_ENDIAN));
    check_read(m, 0, 1, 0x11, MEMTX_OK, "m.r(0,1)");
    check_write(m, 0, 1, 0xab, MEMTX_OK, "m.w(0,ab,1)");
}

TEST(C20_native_order_is_little, "A90 X6 O5")
{
    assert_int_equal(DEVICE_NATIVE_ENDIAN, 0);
    assert_true(DEVICE_HOST_ENDIAN == DEVICE_LITTLE_ENDIAN || DEVICE_HOST_ENDIAN == DEVICE_BIG_ENDIAN);
    MemoryRegion *m = io_with("m", 0x1000, OPS(.endianness = DEVICE_NATIVE_ENDIAN));
    check_read(m, 0, 4, 0x44332211, MEMTX_OK, "m.r(0,4)");
}

static MemoryRegion *words_only(void)
{
    return io_with("m", 0x1000, OPS(.valid = { .min_access_size = 4, .max_access_size = 4 }));
}

TEST(C21_an_access_smaller_than_valid_is_refused, "A90 A91 D1 O6")
{
    check_read(words_only(), 0, 1, 0, MEMTX_DECODE_ERROR, "");
    check_write(words_only(), 0, 2, 0x1234, MEMTX_DECODE_ERROR, "");
}

TEST(C22_an_access_larger_than_valid_is_refused, "A90 A91 D1 O7")
{
    check_read(words_only(), 0, 8, 0, MEMTX_DECODE_ERROR, "");
    check_write(words_only(), 0, 8, 0x1234, MEMTX_DECODE_ERROR, "");
}

static bool below_0x80(void *opaque, hwaddr addr, unsigned size, bool is_write, MemTxAttrs attrs)
{
    note("accepts(%" PRIx64 ",%u,%s)", addr, size, is_write ? "w" : "r");
    ((Dev *)opaque)->attrs = attrs;
    return addr < 0x80;
}

static MemoryRegion *picky(void)
{
    return io_with("m", 0x1000, OPS(.valid = { .min_access_size = 2, .max_access_size = 4, .accepts = below_0x80 }));
}

TEST(C24_a_veto_refuses_without_a_callback, "A90 A91 O9")
{
    check_read(picky(), 0x80, 4, 0, MEMTX_DECODE_ERROR, "accepts(80,4,r)");
    check_write(picky(), 0x80, 4, 1, MEMTX_DECODE_ERROR, "accepts(80,4,w)");
    check_read(picky(), 0x7c, 4, 0x88776655, MEMTX_OK, "accepts(7c,4,r) m.r(7c,4)");
}

TEST(C25_the_veto_sees_the_real_size_before_it_is_found_too_small, "A90 D2 O6 O9")
{
    check_read(picky(), 0, 1, 0, MEMTX_DECODE_ERROR, "accepts(0,1,r)");
}

TEST(C26_the_veto_is_asked_once_and_then_the_size_is_too_large, "A90 D2 O7 O9")
{
    check_read(picky(), 0, 8, 0, MEMTX_DECODE_ERROR, "accepts(0,8,r)");
}

TEST(C27_the_veto_is_asked_before_alignment, "A90 D2 O8 O9")
{
    check_read(picky(), 1, 2, 0, MEMTX_DECODE_ERROR, "accepts(1,2,r)");
}

TEST(C28_an_unaligned_implementation_gets_the_access_as_it_is, "A90 O8 O12")
{
    MemoryRegion *m = io_with("m", 0x1000, OPS(.valid = { .unaligned = true }, .impl = { .unaligned = true }));
    check_read(m, 1, 4, 0x55443322, MEMTX_OK, "m.r(1,4)");
    check_write(m, 3, 2, 0xabcd, MEMTX_OK, "m.w(3,abcd,2)");
}

TEST(C29_an_aligned_implementation_gets_aligned_pieces, "A90 D3 O8 O12")
{
    MemoryRegion *m = io_with("m", 0x1000, OPS(.valid = { .unaligned = true }));
    check_read(m, 1, 4, 0x55443322, MEMTX_OK, "m.r(0,4) m.r(4,4)");
    check_read(m, 3, 2, 0x5544, MEMTX_OK, "m.r(2,2) m.r(4,2)");
}

TEST(C29b_an_unaligned_write_to_an_aligned_implementation_places_bytes_in_lanes, "A91 D3 O12")
{
    MemoryRegion *m = io_with("m", 0x1000, OPS(.valid = { .unaligned = true }));
    check_write(m, 1, 4, 0x44332211, MEMTX_OK, "m.w(0,33221100,4) m.w(4,44,4)");
}

TEST(C30_an_error_answer_still_delivers_the_value, "A90 A91 O3 O4 X5")
{
    MemoryRegion *m = io_with("m", 0x1000, OPS(.read_with_attrs = dev_read_attrs, .write_with_attrs = dev_write_attrs));
    dev(m)->result = MEMTX_ERROR;
    check_read(m, 0, 4, 0x44332211, MEMTX_ERROR, "m.r(0,4)");
    check_write(m, 0, 4, 1, MEMTX_ERROR, "m.w(0,1,4)");
}

TEST(C31_all_pieces_run_even_after_an_error, "A90 A91 O3 O4 O11")
{
    MemoryRegion *m = io_with("m", 0x1000, OPS(.read_with_attrs = dev_read_attrs, .write_with_attrs = dev_write_attrs));
    dev(m)->result = MEMTX_ERROR;
    check_read(m, 0, 8, 0x8877665544332211ULL, MEMTX_ERROR, "m.r(0,4) m.r(4,4)");
    check_write(m, 0, 8, 0, MEMTX_ERROR, "m.w(0,0,4) m.w(4,0,4)");
}

TEST(C32_the_plain_callbacks_are_preferred, "A90 A91 O1 O2 T1")
{
    MemoryRegion *m = io_with("m", 0x1000,
                              OPS(.read = dev_read, .write = dev_write, .read_with_attrs = dev_read_attrs,
                                  .write_with_attrs = dev_write_attrs));
    dev(m)->result = MEMTX_ERROR;
    check_read(m, 0, 4, 0x44332211, MEMTX_OK, "m.r(0,4)");
    check_write(m, 0, 4, 5, MEMTX_OK, "m.w(0,5,4)");
}

TEST(C32b_read_and_write_are_chosen_independently, "A90 A91 O1 O4")
{
    MemoryRegion *m = io_with("m", 0x1000, OPS(.read = dev_read, .write_with_attrs = dev_write_attrs));
    dev(m)->result = MEMTX_ERROR;
    check_read(m, 0, 4, 0x44332211, MEMTX_OK, "m.r(0,4)");
    check_write(m, 0, 4, 5, MEMTX_ERROR, "m.w(0,5,4)");
}

TEST(C33_attributes_reach_the_device_unchanged, "A94 O3 O4 O9 X4 T22")
{
    MemoryRegion *root = box("R", 0x1000);
    MemoryRegion *m =
        at(root, 0, io_with("m", 0x100, OPS(.read_with_attrs = dev_read_attrs, .write_with_attrs = dev_write_attrs)));
    MemoryRegion *p = at(root, 0x100, picky());
    AddressSpace *as = space(root);
    MemTxAttrs attrs = { .secure = 1, .user = 1, .requester_id = 7 };
    uint8_t buf[4] = { 0 };
    for (int is_write = 0; is_write < 2; is_write++) {
        dev(m)->attrs = dev(p)->attrs = (MemTxAttrs){ 0 };
        assert_int_equal(address_space_rw(as, 0, attrs, buf, 4, is_write), MEMTX_OK);
        assert_int_equal(address_space_rw(as, 0x100, attrs, buf, 4, is_write), MEMTX_OK);
        assert_int_equal(dev(m)->attrs.requester_id, 7);
        assert_true(dev(m)->attrs.secure && dev(m)->attrs.user && !dev(m)->attrs.unspecified);
        assert_int_equal(dev(p)->attrs.requester_id, 7);
        assert_true(dev(p)->attrs.secure && dev(p)->attrs.user && !dev(p)->attrs.unspecified);
    }
    assert_true(MEMTXATTRS_UNSPECIFIED.unspecified);
    assert_false(MEMTXATTRS_UNSPECIFIED.secure || MEMTXATTRS_UNSPECIFIED.user);
}

TEST(C34_a_reservation_refuses_everything, "A16 A90 A91")
{
    MemoryRegion *m = blank();
    memory_region_init_io(m, NULL, NULL, NULL, "resv", 0x1000);
    check_read(m, 0, 4, 0, MEMTX_DECODE_ERROR, "");
    check_write(m, 0, 4, 1, MEMTX_DECODE_ERROR, "");
    MemoryRegion *root = box("R", 0x2000);
    at(root, 0, m);
    VIEW(space(root), "resv[0,1000)"); /* it occupies the map all the same */
}

TEST(C35_direct_dispatch_to_a_container_or_ram_is_refused, "A90 A91")
{
    check_read(box("k", 0x1000), 0, 4, 0, MEMTX_DECODE_ERROR, "");
    check_write(box("k", 0x1000), 0, 4, 1, MEMTX_DECODE_ERROR, "");
    MemoryRegion *r = ram("r", 0x1000);
    fill(r, 0x55);
    check_read(r, 0, 4, 0, MEMTX_DECODE_ERROR, "");
    check_write(r, 0, 4, 1, MEMTX_DECODE_ERROR, "");
    assert_int_equal(host(r)[0], 0x55);
}

TEST(C36_eight_byte_callbacks_get_eight_bytes, "A90 A91 O7 O11")
{
    MemoryRegion *m = io_with("m", 0x1000, OPS(.valid = { .max_access_size = 8 }, .impl = { .max_access_size = 8 }));
    check_read(m, 0, 8, 0x8877665544332211ULL, MEMTX_OK, "m.r(0,8)");
    check_write(m, 8, 8, 0x1122334455667788ULL, MEMTX_OK, "m.w(8,1122334455667788,8)");
}

static void remove_myself(Dev *d, hwaddr addr, unsigned size, bool is_write, uint64_t data)
{
    if (d->mr.container) {
        memory_region_del_subregion(d->mr.container, &d->mr);
    }
}

TEST(C37_a_device_may_unmap_itself_inside_its_callback, "A58 A94")
{
    MemoryRegion *root = box("R", 0x1000);
    MemoryRegion *m = at(root, 0, io("m", 0x100));
    dev(m)->hook = remove_myself;
    AddressSpace *as = space(root);
    READS(as, 0, "11 22 33 44", MEMTX_OK);
    LOG("m.r(0,4)");
    READS(as, 0, "00 00 00 00", MEMTX_DECODE_ERROR);
    LOG("");
}

TEST(C38_dispatch_bypasses_the_map, "A59 A90 A91")
{
    MemoryRegion *m = io("m", 0x1000);
    check_read(m, 0, 1, 0x11, MEMTX_OK, "m.r(0,1)");
    memory_region_set_enabled(m, false);
    check_read(m, 0, 1, 0x11, MEMTX_OK, "m.r(0,1)");
    memory_region_set_readonly(m, true);
    check_write(m, 0, 1, 3, MEMTX_OK, "m.w(0,3,1)");
}

/* Beyond the rows. */

TEST(C90_a_narrow_read_returns_only_the_addressed_bytes, "A90 D3")
{
    MemoryRegion *m = wide(false);
    dev(m)->fixed = true;
    dev(m)->value = 0xffffffffffffffffULL; /* a callback may leave rubbish above its size */
    check_read(m, 0, 1, 0xff, MEMTX_OK, "m.r(0,4)");
    check_read(m, 2, 2, 0xffff, MEMTX_OK, "m.r(0,4)");
    check_read(io_with("n", 0x10, OPS(.impl = { .max_access_size = 1 })), 0, 2, 0x2211, MEMTX_OK, "n.r(0,1) n.r(1,1)");
}

TEST(C91_rubbish_above_the_size_of_a_piece_does_not_reach_its_neighbour, "A90 O11")
{
    MemoryRegion *m = io_with("m", 0x1000, OPS(.impl = { .max_access_size = 1 }));
    dev(m)->fixed = true;
    dev(m)->value = 0xabcdef12;
    check_read(m, 0, 4, 0x12121212, MEMTX_OK, "m.r(0,1) m.r(1,1) m.r(2,1) m.r(3,1)");
}

TEST(C92_impl_min_eight_widens_to_eight, "A90 A91 D3 O10")
{
    MemoryRegion *m = io_with("m", 0x1000, OPS(.impl = { .min_access_size = 8, .max_access_size = 8 }));
    check_read(m, 4, 4, 0x88776655, MEMTX_OK, "m.r(0,8)");
    check_write(m, 4, 2, 0xabcd, MEMTX_OK, "m.w(0,abcd00000000,8)");
}

TEST(C93_valid_unaligned_still_obeys_the_size_bounds, "A90 O6 O7 O8 D1")
{
    MemoryRegion *m = io_with(
        "m", 0x1000,
        OPS(.valid = { .min_access_size = 2, .max_access_size = 2, .unaligned = true }, .impl = { .unaligned = true }));
    check_read(m, 1, 2, 0x3322, MEMTX_OK, "m.r(1,2)");
    check_read(m, 1, 1, 0, MEMTX_DECODE_ERROR, "");
    check_read(m, 0, 4, 0, MEMTX_DECODE_ERROR, "");
}

TEST(C94_valid_max_without_min_allows_single_bytes, "A90 O6 O7 D1")
{
    MemoryRegion *m = io_with("m", 0x1000, OPS(.valid = { .max_access_size = 2 }));
    check_read(m, 3, 1, 0x44, MEMTX_OK, "m.r(3,1)");
    check_read(m, 0, 4, 0, MEMTX_DECODE_ERROR, "");
}

TEST(C95_big_endian_unaligned_read_over_two_pieces, "A90 D3 O5 O12")
{
    /* Registers 0x44332211 and 0x88776655, big-endian: bytes in memory 44 33 22 11 88 77 66 55. */
    MemoryRegion *m = io_with("m", 0x1000,
                              OPS(.endianness = DEVICE_BIG_ENDIAN, .valid = { .unaligned = true },
                                  .impl = { .min_access_size = 4, .max_access_size = 4 }));
    check_read(m, 2, 4, 0x77881122, MEMTX_OK, "m.r(0,4) m.r(4,4)");
    check_write(m, 3, 2, 0xbbaa, MEMTX_OK, "m.w(0,aa,4) m.w(4,bb000000,4)");
}

TEST(C96_big_endian_match_of_a_wider_piece_with_single_byte_results, "A91 D3 O5")
{
    check_write(wide(true), 2, 2, 0x2211, MEMTX_OK, "m.w(0,1122,4)");
}

static uint32_t mmio_read(void *opaque, hwaddr addr)
{
    note("old.r(%" PRIx64 ")", addr);
    return 0xa5;
}

static void mmio_write(void *opaque, hwaddr addr, uint32_t value)
{
    note("old.w(%" PRIx64 ",%x)", addr, value);
}

TEST(C97_the_old_handler_triple_works_through_its_adapter, "T2 X11 A90 A91")
{
    static const MemoryRegionMmio triple = {
        .read = { mmio_read, mmio_read, mmio_read },
        .write = { mmio_write, mmio_write, mmio_write },
    };
    MemoryRegion *m = blank();
    ZifMmioAdapter adapter, other;
    zif_memory_region_init_mmio(m, NULL, &adapter, &triple, NULL, "old", 0x100);
    check_read(m, 1, 1, 0xa5, MEMTX_OK, "old.r(1)");
    check_read(m, 4, 4, 0xa5, MEMTX_OK, "old.r(4)");
    check_write(m, 2, 2, 0x77, MEMTX_OK, "old.w(2,77)");
    static const MemoryRegionMmio words_only_triple = { .read = { NULL, NULL, mmio_read } };
    MemoryRegion *w = blank();
    zif_memory_region_init_mmio(w, NULL, &other, &words_only_triple, NULL, "words", 0x100);
    check_read(w, 0, 2, 0, MEMTX_DECODE_ERROR, "");
    check_read(w, 0, 4, 0xa5, MEMTX_OK, "old.r(0)");
    check_write(w, 0, 4, 1, MEMTX_DECODE_ERROR, "");
}
