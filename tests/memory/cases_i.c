/*
 * Section I of the conformance cases: eventfds and coalesced writes.
 * Expectations: the memory contract, 5.13 and 5.14, decisions D11, D12, D31, D32 and the clarifications of section 10.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "harness.h"

#define OPS(...) ((MemoryRegionOps){ __VA_ARGS__ })

typedef struct {
    MemoryRegion *root, *j;
    AddressSpace *as;
} MapI;

/* io j[9000,a000). */
static MapI map_i(void)
{
    MapI m = { .root = box("R", 0x100000) };
    m.j = at(m.root, 0x9000, io("j", 0x1000));
    m.as = space(m.root);
    return m;
}

#define EVENTS 3
static EventNotifier events[EVENTS];

static void events_open(void)
{
    for (int i = 0; i < EVENTS; i++) {
        assert_int_equal(event_notifier_init(&events[i], 0), 0);
    }
}

static void events_close(void)
{
    for (int i = 0; i < EVENTS; i++) {
        event_notifier_cleanup(&events[i]);
    }
}

/* Which events are signalled, as bits; none is afterwards. */
static unsigned fired(void)
{
    unsigned bits = 0;
    for (int i = 0; i < EVENTS; i++) {
        bits |= (unsigned)event_notifier_test_and_clear(&events[i]) << i;
    }
    return bits;
}

TEST(I01_an_eventfd_is_announced_with_its_absolute_address, "A74 A75 T11 X9 eventfd_add begin")
{
    MapI m = map_i();
    events_open();
    recorder("", 0, m.as);
    log_clear();
    memory_region_add_eventfd(m.j, 0x10, 4, true, 0x55, &events[0]);
    LOG("efd+[9010,4)=55");
    memory_region_del_eventfd(m.j, 0x10, 4, true, 0x55, &events[0]);
    LOG("efd-[9010,4)=55");
    events_close();
}

TEST(I02_a_matching_write_fires_instead_of_the_callback, "A74 A75 A95")
{
    MapI m = map_i();
    events_open();
    memory_region_add_eventfd(m.j, 0x10, 4, true, 0x55, &events[0]);
    assert_int_equal(put(m.as, 0x9010, 0x55, 4), MEMTX_OK);
    LOG("");
    assert_int_equal(fired(), 1);
    assert_int_equal(put(m.as, 0x9010, 0x56, 4), MEMTX_OK);
    LOG("j.w(10,56,4)");
    assert_int_equal(put(m.as, 0x9010, 0x55, 2), MEMTX_OK);
    LOG("j.w(10,55,2)");
    assert_int_equal(put(m.as, 0x9014, 0x55, 4), MEMTX_OK);
    LOG("j.w(14,55,4)");
    assert_int_equal(fired(), 0);
    memory_region_del_eventfd(m.j, 0x10, 4, true, 0x55, &events[0]);
    assert_int_equal(put(m.as, 0x9010, 0x55, 4), MEMTX_OK);
    LOG("j.w(10,55,4)");
    events_close();
}

TEST(I04_size_zero_matches_any_width_after_the_exact_ones, "A74 A75 D31 eventfd_add")
{
    MapI m = map_i();
    events_open();
    recorder("", 0, m.as);
    log_clear();
    memory_region_add_eventfd(m.j, 0x10, 0, false, 0, &events[0]);
    LOG("efd+[9010,0)");
    memory_region_add_eventfd(m.j, 0x10, 2, false, 0, &events[1]);
    log_clear();
    put(m.as, 0x9010, 1, 1);
    assert_int_equal(fired(), 1);
    put(m.as, 0x9010, 1, 4);
    assert_int_equal(fired(), 1);
    put(m.as, 0x9010, 1, 2);
    assert_int_equal(fired(), 2);
    LOG("");
    memory_region_del_eventfd(m.j, 0x10, 2, false, 0, &events[1]);
    memory_region_del_eventfd(m.j, 0x10, 0, false, 0, &events[0]);
    events_close();
}

TEST(I04b_size_zero_may_match_data, "A74 A75 D31")
{
    MapI m = map_i();
    events_open();
    memory_region_add_eventfd(m.j, 0x10, 0, true, 7, &events[0]);
    put(m.as, 0x9010, 7, 1);
    assert_int_equal(fired(), 1);
    put(m.as, 0x9010, 8, 1);
    assert_int_equal(fired(), 0);
    memory_region_del_eventfd(m.j, 0x10, 0, true, 7, &events[0]);
    events_close();
}

TEST(I05_an_eventfd_cut_off_by_a_smaller_region_is_withdrawn, "A61 A74 A75 eventfd_del")
{
    MapI m = map_i();
    events_open();
    memory_region_add_eventfd(m.j, 0x800, 4, false, 0, &events[0]);
    Recorder *rec = recorder_terse(m.as);
    rec->listener.region_add = rec->listener.region_del = NULL;
    log_clear();
    memory_region_set_size(m.j, 0x400);
    LOG("efd-[9800,4)");
    memory_region_set_size(m.j, 0x1000);
    LOG("efd+[9800,4)");
    memory_region_del_eventfd(m.j, 0x800, 4, false, 0, &events[0]);
    events_close();
}

TEST(I06_removing_from_a_disabled_region_tells_nobody, "A59 A74 A75 eventfd_del")
{
    MapI m = map_i();
    events_open();
    memory_region_add_eventfd(m.j, 0x10, 4, false, 0, &events[0]);
    Recorder *rec = recorder_terse(m.as);
    rec->listener.region_add = rec->listener.region_del = NULL;
    log_clear();
    memory_region_set_enabled(m.j, false);
    LOG("efd-[9010,4)");
    memory_region_del_eventfd(m.j, 0x10, 4, false, 0, &events[0]);
    LOG("");
    events_close();
}

TEST(I07_moving_a_region_moves_its_eventfds, "A60 A74 A75 eventfd_add eventfd_del D11")
{
    MapI m = map_i();
    events_open();
    memory_region_add_eventfd(m.j, 0x10, 4, false, 0, &events[0]);
    Recorder *a = recorder("a", 1, m.as), *b = recorder("b", 2, m.as);
    Recorder *both[] = { a, b };
    for (int i = 0; i < 2; i++) {
        both[i]->listener.region_add = both[i]->listener.region_del = both[i]->listener.region_nop = NULL;
        both[i]->listener.begin = both[i]->listener.commit = NULL;
    }
    log_clear();
    memory_region_set_address(m.j, 0xa000);
    LOG("b:efd-[9010,4) a:efd-[9010,4) a:efd+[a010,4) b:efd+[a010,4)");
    memory_region_del_eventfd(m.j, 0x10, 4, false, 0, &events[0]);
    events_close();
}

TEST(I08_a_wildcard_beats_an_exact_match, "A74 A75")
{
    MapI m = map_i();
    events_open();
    memory_region_add_eventfd(m.j, 0x10, 4, true, 7, &events[0]);
    memory_region_add_eventfd(m.j, 0x10, 4, false, 0, &events[1]);
    memory_region_add_eventfd(m.j, 0x10, 4, true, 8, &events[2]);
    put(m.as, 0x9010, 7, 4);
    assert_int_equal(fired(), 2);
    memory_region_del_eventfd(m.j, 0x10, 4, false, 0, &events[1]);
    put(m.as, 0x9010, 7, 4);
    assert_int_equal(fired(), 1);
    put(m.as, 0x9010, 8, 4);
    assert_int_equal(fired(), 4);
    memory_region_del_eventfd(m.j, 0x10, 4, true, 7, &events[0]);
    memory_region_del_eventfd(m.j, 0x10, 4, true, 8, &events[2]);
    events_close();
}

TEST(I09_of_two_equal_eventfds_the_lower_pointer_fires_alone, "A74 A75")
{
    MapI m = map_i();
    events_open();
    memory_region_add_eventfd(m.j, 0x10, 4, true, 7, &events[1]);
    memory_region_add_eventfd(m.j, 0x10, 4, true, 7, &events[0]);
    put(m.as, 0x9010, 7, 4);
    assert_int_equal(fired(), 1);
    memory_region_del_eventfd(m.j, 0x10, 4, true, 7, &events[0]);
    put(m.as, 0x9010, 7, 4);
    assert_int_equal(fired(), 2);
    memory_region_del_eventfd(m.j, 0x10, 4, true, 7, &events[1]);
    events_close();
}

TEST(I10_a_hidden_word_is_withdrawn_but_direct_dispatch_still_fires, "A57 A74 A75 A91 eventfd_del")
{
    MapI m = map_i();
    events_open();
    memory_region_add_eventfd(m.j, 0x10, 4, false, 0, &events[0]);
    Recorder *rec = recorder_terse(m.as);
    rec->listener.region_add = rec->listener.region_del = NULL;
    log_clear();
    over(m.root, 0x9000, io("cover", 0x100), 1);
    LOG("efd-[9010,4)");
    assert_int_equal(dwrite(m.j, 0x10, 4, 1), MEMTX_OK);
    assert_int_equal(fired(), 1);
    LOG("");
    memory_region_del_eventfd(m.j, 0x10, 4, false, 0, &events[0]);
    events_close();
}

TEST(I11_match_data_is_given_in_guest_order, "A74 A75 eventfd_add O5")
{
    MapI m = map_i();
    events_open();
    MemoryRegion *b = at(m.root, 0x20000, io_with("b", 0x100, OPS(.endianness = DEVICE_BIG_ENDIAN)));
    recorder("", 0, m.as);
    log_clear();
    memory_region_add_eventfd(b, 0, 4, true, 0x11223344, &events[0]);
    LOG("efd+[20000,4)=44332211");
    put(m.as, 0x20000, 0x11223344, 4);
    assert_int_equal(fired(), 1);
    put(m.as, 0x20000, 0x44332211, 4);
    assert_int_equal(fired(), 0);
    memory_region_del_eventfd(b, 0, 4, true, 0x11223344, &events[0]);
    events_close();
}

TEST(I12_a_refused_access_fires_nothing, "A74 A75 A91 D1")
{
    MapI m = map_i();
    events_open();
    MemoryRegion *w =
        at(m.root, 0x20000, io_with("w", 0x100, OPS(.valid = { .min_access_size = 4, .max_access_size = 4 })));
    memory_region_add_eventfd(w, 0, 2, false, 0, &events[0]);
    memory_region_add_eventfd(w, 2, 4, false, 0, &events[1]);
    assert_int_equal(dwrite(w, 0, 2, 1), MEMTX_DECODE_ERROR);
    assert_int_equal(dwrite(w, 2, 4, 1), MEMTX_DECODE_ERROR);
    assert_int_equal(fired(), 0);
    memory_region_del_eventfd(w, 0, 2, false, 0, &events[0]);
    memory_region_del_eventfd(w, 2, 4, false, 0, &events[1]);
    events_close();
}

TEST(I13_a_piece_of_a_transfer_may_fire, "A74 A75 A95")
{
    MapI m = map_i();
    events_open();
    memory_region_add_eventfd(m.j, 0, 4, false, 0, &events[0]);
    assert_int_equal(write_w(m.as, 0x9000, 8), MEMTX_OK);
    assert_int_equal(fired(), 1);
    LOG("j.w(4,a7a6a5a4,4)");
    memory_region_del_eventfd(m.j, 0, 4, false, 0, &events[0]);
    events_close();
}

TEST(I14_a_write_to_a_rom_device_may_fire, "A26 A74 A75 A95")
{
    MapI m = map_i();
    events_open();
    MemoryRegion *f = at(m.root, 0x20000, romd("f", 0x1000));
    memory_region_add_eventfd(f, 0x20, 4, false, 0, &events[0]);
    assert_int_equal(put(m.as, 0x20020, 1, 4), MEMTX_OK);
    assert_int_equal(fired(), 1);
    LOG("");
    memory_region_del_eventfd(f, 0x20, 4, false, 0, &events[0]);
    events_close();
}

TEST(I15_a_late_listener_hears_of_eventfds_and_windows, "A69 A70 A74 A75 A87 A88 D12 eventfd_add coalesced_mmio_add")
{
    MapI m = map_i();
    events_open();
    memory_region_add_eventfd(m.j, 0x10, 4, true, 5, &events[0]);
    memory_region_add_coalescing(m.j, 0x100, 0x80);
    Recorder *rec = recorder("", 0, m.as);
    LOG("begin +j[9000,a000) co+[9100,80)@[9000,a000) efd+[9010,4)=5 commit");
    recorder_unregister(rec);
    log_clear();
    memory_region_del_eventfd(m.j, 0x10, 4, true, 5, &events[0]);
    memory_region_clear_coalescing(m.j);
    LOG("");
    events_close();
}

TEST(I16_windows_made_before_mapping_are_announced_when_it_is_mapped, "A56 A69 coalesced_mmio_add D12")
{
    MapI m = map_i();
    MemoryRegion *k = io("k", 0x1000);
    memory_region_add_coalescing(k, 0x10, 0x20);
    recorder("", 0, m.as)->listener.region_nop = NULL;
    log_clear();
    at(m.root, 0x20000, k);
    LOG("begin +k[20000,21000) co+[20010,20)@[20000,21000) commit");
}

TEST(I17_a_second_window_is_announced_alone, "A69 T10 coalesced_mmio_add")
{
    MapI m = map_i();
    recorder("", 0, m.as);
    log_clear();
    memory_region_add_coalescing(m.j, 0, 0x10);
    LOG("co+[9000,10)@[9000,a000)");
    memory_region_add_coalescing(m.j, 0x100, 0x10);
    LOG("co+[9100,10)@[9000,a000)");
}

TEST(I18_a_window_past_the_end_is_announced_clipped, "A69 coalesced_mmio_add")
{
    MapI m = map_i();
    recorder("", 0, m.as);
    log_clear();
    memory_region_add_coalescing(m.j, 0x800, 0x1000);
    LOG("co+[9800,800)@[9000,a000)");
}

TEST(I19_a_window_is_withdrawn_with_its_range, "A58 A69 coalesced_mmio_del")
{
    MapI m = map_i();
    memory_region_add_coalescing(m.j, 0x10, 0x10);
    recorder_terse(m.as);
    log_clear();
    memory_region_del_subregion(m.root, m.j);
    LOG("co-[9010,10)@[9000,a000) -j[9000,a000)");
}

TEST(I20_the_flush_flag_stays_while_there_are_windows, "A69 A72")
{
    MapI m = map_i();
    memory_region_add_coalescing(m.j, 0x10, 0x10);
    assert_true(m.j->flush_coalesced_mmio);
    memory_region_clear_flush_coalesced(m.j);
    assert_true(m.j->flush_coalesced_mmio);
}

TEST(I21_clearing_withdraws_the_windows_and_the_flag, "A69 A70 coalesced_mmio_del")
{
    MapI m = map_i();
    memory_region_add_coalescing(m.j, 0x10, 0x10);
    memory_region_add_coalescing(m.j, 0x40, 0x10);
    recorder("", 0, m.as);
    log_clear();
    memory_region_clear_coalescing(m.j);
    assert_null(strstr(log_text(), "co+"));
    assert_non_null(strstr(log_text(), "co-"));
    assert_false(m.j->flush_coalesced_mmio);
}

TEST(I22_queued_writes_arrive_in_order_before_a_flushing_read, "A69 A71 D32")
{
    MapI m = map_i();
    MemoryRegion *other = at(m.root, 0x20000, io("other", 0x100));
    memory_region_set_flush_coalesced(other);
    memory_region_add_coalescing(m.j, 0x100, 0x10);
    assert_int_equal(put(m.as, 0x9100, 1, 4), MEMTX_OK);
    assert_int_equal(put(m.as, 0x9104, 2, 4), MEMTX_OK);
    assert_int_equal(put(m.as, 0x9100, 3, 1), MEMTX_OK);
    LOG("");
    READS(m.as, 0x20000, "11", MEMTX_OK);
    LOG("j.w(100,1,4) j.w(104,2,4) j.w(100,3,1) other.r(0,1)");
}

TEST(I23_a_read_of_the_coalesced_region_flushes_and_is_never_queued, "A69 D32")
{
    MapI m = map_i();
    memory_region_add_coalescing(m.j, 0x100, 0x10);
    put(m.as, 0x9100, 1, 4);
    READS(m.as, 0x9100, "11 22", MEMTX_OK);
    LOG("j.w(100,1,4) j.r(100,2)");
    put(m.as, 0x9104, 2, 4);
    put(m.as, 0x9000, 9, 4); /* an uncoalesced write to it flushes too */
    LOG("j.w(104,2,4) j.w(0,9,4)");
}

TEST(I24_beginning_a_transaction_flushes, "A66 A67 A69 D32")
{
    MapI m = map_i();
    memory_region_add_coalescing(m.j, 0x100, 0x10);
    put(m.as, 0x9100, 1, 4);
    LOG("");
    memory_region_transaction_begin();
    LOG("j.w(100,1,4)");
    memory_region_transaction_commit();
}

/* Beyond the rows. */

TEST(I90_a_write_over_the_edge_of_a_window_is_not_queued, "A69 D32")
{
    MapI m = map_i();
    memory_region_add_coalescing(m.j, 0x100, 6);
    put(m.as, 0x9104, 1, 4);
    LOG("j.w(104,1,4)");
    put(m.as, 0x9104, 1, 2);
    LOG("");
    zif_memory_flush_coalesced(zif_memory_context_current());
    LOG("j.w(104,1,2)");
}

TEST(I91_a_full_ring_drains_and_goes_on, "A69 D32")
{
    MapI m = map_i();
    memory_region_add_coalescing(m.j, 0, 0x1000);
    const int count = 1000;
    for (int i = 0; i < count; i++) {
        put(m.as, 0x9000 + 4 * (unsigned)i % 0x1000, (uint64_t)i, 4);
    }
    assert_true(dev(m.j)->calls > 0 && dev(m.j)->calls < (unsigned)count);
    zif_memory_flush_coalesced(zif_memory_context_current());
    assert_int_equal(dev(m.j)->calls, count);
    assert_true(zif_memory_stats(zif_memory_context_current()).coalesced == (uint64_t)count);
}

TEST(I92_set_coalescing_is_one_window_over_everything, "A68 A70 D32")
{
    MapI m = map_i();
    memory_region_add_coalescing(m.j, 0x10, 0x10);
    recorder("", 0, m.as);
    log_clear();
    memory_region_set_coalescing(m.j);
    assert_non_null(strstr(log_text(), "co+[9000,1000)"));
    log_clear();
    put(m.as, 0x9ffc, 1, 4);
    LOG("");
    memory_region_clear_coalescing(m.j);
    assert_non_null(strstr(log_text(), "j.w(ffc,1,4)"));
}

TEST(I92b_set_coalescing_replaces_earlier_windows, "A68 A69 A87 T10")
{
    MapI m = map_i();
    memory_region_add_coalescing(m.j, 0x10, 0x10);
    memory_region_set_coalescing(m.j);
    recorder_terse(m.as);
    LOG("+j[9000,a000) co+[9000,1000)@[9000,a000)");
}

TEST(I92c_a_window_is_announced_for_every_range_that_shows_it, "A57 A69 coalesced_mmio_add")
{
    MapI m = map_i();
    over(m.root, 0x9400, io("cover", 0x100), 1);
    recorder_terse(m.as);
    log_clear();
    memory_region_add_coalescing(m.j, 0x300, 0x400);
    LOG("co+[9300,100)@[9000,9400) co+[9500,200)@[9500,a000)");
}

TEST(I93_the_flush_flag_alone_can_be_switched_off_and_flushes_then, "A69 A71 A72 D32")
{
    MapI m = map_i();
    MemoryRegion *other = at(m.root, 0x20000, io("other", 0x100));
    memory_region_set_flush_coalesced(other);
    assert_true(other->flush_coalesced_mmio);
    memory_region_add_coalescing(m.j, 0x100, 0x10);
    put(m.as, 0x9100, 1, 4);
    memory_region_clear_flush_coalesced(other);
    assert_false(other->flush_coalesced_mmio);
    LOG("j.w(100,1,4)");
    put(m.as, 0x9100, 2, 4);
    READS(m.as, 0x20000, "11", MEMTX_OK);
    LOG("other.r(0,1)");
}

TEST(I94_an_invalid_write_to_a_window_is_refused_at_once, "D32 D1")
{
    MapI m = map_i();
    MemoryRegion *w =
        at(m.root, 0x20000, io_with("w", 0x100, OPS(.valid = { .min_access_size = 4, .max_access_size = 4 })));
    memory_region_set_coalescing(w);
    assert_int_equal(put(m.as, 0x20000, 1, 2), MEMTX_DECODE_ERROR);
    zif_memory_flush_coalesced(zif_memory_context_current());
    LOG("");
}

TEST(I95_late_failures_are_counted_and_attributes_kept, "D32 X4")
{
    MapI m = map_i();
    MemoryRegion *e =
        at(m.root, 0x20000,
           io_with("e", 0x100, OPS(.read_with_attrs = dev_read_attrs, .write_with_attrs = dev_write_attrs)));
    dev(e)->result = MEMTX_ERROR;
    memory_region_set_coalescing(e);
    uint8_t b = 1;
    MemTxAttrs attrs = { .user = 1, .requester_id = 0x1234 };
    assert_int_equal(address_space_write(m.as, 0x20000, attrs, &b, 1), MEMTX_OK);
    zif_memory_flush_coalesced(zif_memory_context_current());
    LOG("e.w(0,1,1)");
    assert_int_equal(dev(e)->attrs.requester_id, 0x1234);
    assert_true(dev(e)->attrs.user);
    assert_true(zif_memory_stats(zif_memory_context_current()).coalesced_failed == 1);
}

static void write_again(Dev *d, hwaddr addr, unsigned size, bool is_write, uint64_t data)
{
    if (is_write && data == 1) {
        put(d->hook_data, 0x9104, 2, 4);
    }
}

TEST(I96_a_write_made_while_draining_goes_through_at_once, "A69 D32")
{
    MapI m = map_i();
    memory_region_add_coalescing(m.j, 0x100, 0x10);
    dev(m.j)->hook = write_again;
    dev(m.j)->hook_data = m.as;
    put(m.as, 0x9100, 1, 4);
    zif_memory_flush_coalesced(zif_memory_context_current());
    LOG("j.w(100,1,4) j.w(104,2,4)");
}

TEST(I97_removing_an_eventfd_that_was_not_added_aborts, "A75")
{
    MapI m = map_i();
    events_open();
    memory_region_add_eventfd(m.j, 0x10, 4, true, 7, &events[0]);
    DIES("j", memory_region_del_eventfd(m.j, 0x10, 4, true, 8, &events[0]));
    DIES("j", memory_region_del_eventfd(m.j, 0x10, 4, true, 7, &events[1]));
    DIES("j", memory_region_del_eventfd(m.j, 0x10, 2, true, 7, &events[0]));
    memory_region_del_eventfd(m.j, 0x10, 4, true, 7, &events[0]);
    events_close();
}

TEST(I98_a_notifier_counts_as_an_eventfd_does, "X9")
{
    EventNotifier e;
    assert_int_equal(event_notifier_init(&e, 1), 0);
    assert_int_equal(event_notifier_test_and_clear(&e), 1);
    assert_int_equal(event_notifier_test_and_clear(&e), 0);
    assert_int_equal(event_notifier_set(&e), 0);
    assert_int_equal(event_notifier_set(&e), 0);
    assert_true(event_notifier_get_fd(&e) >= 0);
    assert_int_equal(event_notifier_test_and_clear(&e), 1);
    event_notifier_cleanup(&e);
    event_notifier_cleanup(&e);
}

static void remap(Dev *d, hwaddr addr, unsigned size, bool is_write, uint64_t data)
{
    memory_region_set_enabled(&d->mr, false);
}

TEST(I99_a_region_without_the_lock_must_not_change_the_map, "A73")
{
    MapI m = map_i();
    assert_true(m.j->global_locking);
    memory_region_clear_global_locking(m.j);
    assert_false(m.j->global_locking);
    READS(m.as, 0x9000, "11", MEMTX_OK);
    dev(m.j)->hook = remap;
    DIES("j", put(m.as, 0x9000, 1, 4));
}

TEST(I99b_an_eventfd_seen_through_two_windows_is_announced_twice, "A24 A74 A75 eventfd_add")
{
    MapI m = map_i();
    at(m.root, 0x20000, ali("a", m.j, 0, 0x100));
    events_open();
    recorder("", 0, m.as);
    log_clear();
    memory_region_add_eventfd(m.j, 0x10, 4, false, 0, &events[0]);
    LOG("efd+[9010,4) efd+[20010,4)");
    memory_region_del_eventfd(m.j, 0x10, 4, false, 0, &events[0]);
    LOG("efd-[9010,4) efd-[20010,4)");
    events_close();
}
