/*
 * Section B of the conformance cases: transactions, what listeners are told and in which order.
 * Expectations: the memory contract, 5.2 to 5.4 and its decisions D4, D8, D9, D10, D12.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "harness.h"

/* R{ram r[0,4000), io i[8000,9000), ram v[10000,12000) logged for the display}. */
typedef struct {
    MemoryRegion *root, *r, *i, *v;
    AddressSpace *as;
} MapB;

static MapB map_b(void)
{
    MapB m = { .root = box("R", 0x100000) };
    m.r = at(m.root, 0, ram("r", 0x4000));
    m.i = at(m.root, 0x8000, io("i", 0x1000));
    m.v = at(m.root, 0x10000, ram("v", 0x2000));
    memory_region_set_log(m.v, true, DIRTY_MEMORY_VGA);
    m.as = space(m.root);
    return m;
}

#define NOPS "=r[0,4000) =i[8000,9000) =v[10000,12000)"

TEST(B01_registering_replays_the_view_and_its_logs, "A87 A45 T14 T19 begin commit region_add log_start X7")
{
    MapB m = map_b();
    recorder("", 0, m.as);
    LOG("begin +r[0,4000) start(0,2)r[0,4000) +i[8000,9000) +v[10000,12000) start(0,3)v[10000,12000) commit");
}

TEST(B02_adding_runs_in_priority_order_and_ties_in_registration_order, "A87 region_add region_nop D8")
{
    MapB m = map_b();
    recorder("0", 0, m.as);
    recorder("a", 10, m.as);
    recorder("b", 10, m.as);
    log_clear();
    at(m.root, 0x9000, io("j", 0x1000));
    LOG("0:begin a:begin b:begin "
        "0:=r[0,4000) a:=r[0,4000) b:=r[0,4000) 0:=i[8000,9000) a:=i[8000,9000) b:=i[8000,9000) "
        "0:+j[9000,a000) a:+j[9000,a000) b:+j[9000,a000) "
        "0:=v[10000,12000) a:=v[10000,12000) b:=v[10000,12000) "
        "0:commit a:commit b:commit");
}

TEST(B03_removing_runs_in_reverse_priority_order, "A58 A87 region_del")
{
    MapB m = map_b();
    recorder("a", 10, m.as)->listener.region_nop = NULL;
    recorder("0", 0, m.as)->listener.region_nop = NULL; /* registered later, runs earlier all the same */
    recorder("b", 10, m.as)->listener.region_nop = NULL;
    log_clear();
    memory_region_del_subregion(m.root, m.i);
    LOG("0:begin a:begin b:begin b:-i[8000,9000) a:-i[8000,9000) 0:-i[8000,9000) 0:commit a:commit b:commit");
}

TEST(B04_an_empty_transaction_is_silent, "A66 A67")
{
    MapB m = map_b();
    recorder("", 0, m.as);
    log_clear();
    memory_region_transaction_begin();
    memory_region_transaction_commit();
    LOG("");
}

TEST(B05_disabling_a_detached_region_still_runs_a_cycle, "A59 begin commit region_nop D8")
{
    MapB m = map_b();
    MemoryRegion *stray = io("stray", 0x1000);
    recorder("", 0, m.as);
    log_clear();
    memory_region_set_enabled(stray, false);
    LOG("begin " NOPS " commit");
    memory_region_set_enabled(stray, false);
    LOG("");
}

TEST(B06_adding_a_disabled_child_is_silent_until_it_is_enabled, "A56 A59")
{
    MapB m = map_b();
    recorder("", 0, m.as);
    MemoryRegion *j = io("j", 0x1000);
    memory_region_set_enabled(j, false);
    log_clear();
    at(m.root, 0x20000, j);
    LOG("");
    memory_region_set_enabled(j, true);
    LOG("begin " NOPS " +j[20000,21000) commit");
    memory_region_set_enabled(j, false);
    LOG("begin -j[20000,21000) " NOPS " commit");
    memory_region_del_subregion(m.root, j);
    LOG("");
}

TEST(B07_a_change_outside_every_space_gives_nops_to_those_who_ask, "A56 region_nop D8")
{
    MapB m = map_b();
    recorder("", 0, m.as);
    log_clear();
    MemoryRegion *k = box("k", 0x1000);
    at(k, 0, io("j", 0x100));
    LOG("begin " NOPS " commit");
}

TEST(B08_readonly_is_a_del_and_an_add, "A63")
{
    MapB m = map_b();
    recorder("", 0, m.as);
    log_clear();
    memory_region_set_readonly(m.r, true);
    LOG("begin -r[0,4000) +r[0,4000)ro =i[8000,9000) =v[10000,12000) commit");
    memory_region_set_readonly(m.r, true);
    LOG("");
    memory_region_set_readonly(m.r, false);
    LOG("begin -r[0,4000)ro +r[0,4000) =i[8000,9000) =v[10000,12000) commit");
}

TEST(B09_romd_is_a_del_and_an_add_of_the_same_range, "A64")
{
    MapB m = map_b();
    MemoryRegion *f = at(m.root, 0x20000, romd("f", 0x1000));
    recorder("", 0, m.as);
    log_clear();
    memory_region_rom_device_set_romd(f, false);
    LOG("begin -f[20000,21000) " NOPS " +f[20000,21000) commit");
    memory_region_rom_device_set_romd(f, false);
    LOG("");
    memory_region_rom_device_set_romd(f, true);
    LOG("begin -f[20000,21000) " NOPS " +f[20000,21000) commit");
}

TEST(B10_logging_is_counted_and_only_the_edges_are_told, "A45 log_start log_stop")
{
    MapB m = map_b();
    recorder("", 0, m.as);
    log_clear();
    memory_region_set_log(m.r, true, DIRTY_MEMORY_VGA);
    LOG("begin =r[0,4000) start(2,3)r[0,4000) =i[8000,9000) =v[10000,12000) commit");
    memory_region_set_log(m.r, true, DIRTY_MEMORY_VGA);
    LOG("");
    memory_region_set_log(m.r, false, DIRTY_MEMORY_VGA);
    LOG("");
    memory_region_set_log(m.r, false, DIRTY_MEMORY_VGA);
    LOG("begin =r[0,4000) stop(3,2)r[0,4000) =i[8000,9000) =v[10000,12000) commit");
}

TEST(B11_log_stop_runs_in_reverse_priority_order, "A45 log_start log_stop")
{
    MapB m = map_b();
    recorder("a", 1, m.as)->listener.region_nop = NULL;
    recorder("b", 2, m.as)->listener.region_nop = NULL;
    log_clear();
    memory_region_set_log(m.r, true, DIRTY_MEMORY_VGA);
    LOG("a:begin b:begin a:start(2,3)r[0,4000) b:start(2,3)r[0,4000) a:commit b:commit");
    memory_region_set_log(m.r, false, DIRTY_MEMORY_VGA);
    LOG("a:begin b:begin b:stop(3,2)r[0,4000) a:stop(3,2)r[0,4000) a:commit b:commit");
}

TEST(B12_a_changed_range_gets_no_log_calls, "A63 log_start log_stop")
{
    MapB m = map_b();
    recorder("", 0, m.as);
    log_clear();
    memory_region_set_readonly(m.v, true);
    LOG("begin -v[10000,12000) =r[0,4000) =i[8000,9000) +v[10000,12000)ro commit");
}

TEST(B13_global_logging_starts_before_its_cycle, "A51 log_global_start log_start D8")
{
    MapB m = map_b();
    at(m.root, 0x20000, romd("f", 0x1000));
    recorder("", 0, m.as);
    log_clear();
    memory_global_dirty_log_start();
    LOG("gstart begin =r[0,4000) start(2,6)r[0,4000) =i[8000,9000) =v[10000,12000) start(3,7)v[10000,12000) "
        "=f[20000,21000) start(0,4)f[20000,21000) commit");
    set_running(true);
    memory_global_dirty_log_stop();
}

TEST(B13b_a_late_listener_hears_of_global_logging, "A51 A87 log_global_start")
{
    MapB m = map_b();
    memory_global_dirty_log_start();
    recorder("", 0, m.as);
    LOG("begin gstart +r[0,4000) start(0,6)r[0,4000) +i[8000,9000) +v[10000,12000) start(0,7)v[10000,12000) "
        "commit");
    set_running(true);
    memory_global_dirty_log_stop();
}

static MemoryRegion *b13_region;

static void ask_mask(MemoryListener *l)
{
    note("mask=%d", memory_region_get_dirty_log_mask(b13_region));
}

TEST(B13c_the_client_is_in_the_mask_when_listeners_hear_of_it, "A36 A51 A52 log_global_start log_global_stop")
{
    MapB m = map_b();
    b13_region = m.r;
    Recorder *rec = recorder_new("", 0);
    rec->listener = (MemoryListener){ .log_global_start = ask_mask, .log_global_stop = ask_mask };
    recorder_register(rec, m.as);
    memory_global_dirty_log_start();
    set_running(true);
    memory_global_dirty_log_stop();
    LOG("mask=6 mask=2");
}

TEST(B14_global_sync_asks_for_logged_ranges_only, "A53 log_sync")
{
    MapB m = map_b();
    recorder("", 0, m.as);
    log_clear();
    memory_global_dirty_log_sync();
    LOG("sync:r[0,4000) sync:v[10000,12000)");
}

TEST(B14b_sync_runs_one_listener_at_a_time, "A53 log_sync")
{
    MapB m = map_b();
    recorder("b", 2, m.as);
    recorder("a", 1, m.as);
    log_clear();
    memory_global_dirty_log_sync();
    LOG("a:sync:r[0,4000) a:sync:v[10000,12000) b:sync:r[0,4000) b:sync:v[10000,12000)");
}

TEST(B15_global_stop_waits_while_the_machine_is_not_running, "A52 A36")
{
    MapB m = map_b();
    memory_global_dirty_log_start();
    recorder("", 0, m.as);
    log_clear();
    set_running(false);
    memory_global_dirty_log_stop();
    LOG("");
    assert_int_equal(memory_region_get_dirty_log_mask(m.r), 6);
    set_running(true); /* the deferred stop happens now */
    LOG("begin =r[0,4000) stop(6,2)r[0,4000) =i[8000,9000) =v[10000,12000) stop(7,3)v[10000,12000) commit gstop");
    assert_int_equal(memory_region_get_dirty_log_mask(m.r), 2);
}

TEST(B15b_a_start_cancels_a_deferred_stop, "A51 A52")
{
    MapB m = map_b();
    memory_global_dirty_log_start();
    set_running(false);
    memory_global_dirty_log_stop();
    memory_global_dirty_log_start();
    set_running(true);
    assert_int_equal(memory_region_get_dirty_log_mask(m.r), 6);
    memory_global_dirty_log_stop();
    assert_int_equal(memory_region_get_dirty_log_mask(m.r), 2);
}

TEST(B16_global_stop_tells_its_cycle_first, "A52 log_global_stop log_stop")
{
    MapB m = map_b();
    set_running(true);
    memory_global_dirty_log_start();
    recorder("a", 1, m.as)->listener.region_nop = NULL;
    recorder("b", 2, m.as)->listener.region_nop = NULL;
    log_clear();
    memory_global_dirty_log_stop();
    LOG("a:begin b:begin b:stop(6,2)r[0,4000) a:stop(6,2)r[0,4000) b:stop(7,3)v[10000,12000) "
        "a:stop(7,3)v[10000,12000) a:commit b:commit b:gstop a:gstop");
}

TEST(B17_unregistering_takes_the_view_back, "A88 region_del log_stop")
{
    MapB m = map_b();
    Recorder *rec = recorder("", 0, m.as);
    log_clear();
    recorder_unregister(rec);
    LOG("begin stop(2,0)r[0,4000) -r[0,4000) -i[8000,9000) stop(3,0)v[10000,12000) -v[10000,12000) commit");
    assert_null(rec->listener.address_space);
}

TEST(B18_unregistering_twice_or_never_registered_is_silent, "A88")
{
    MapB m = map_b();
    Recorder *rec = recorder("", 0, m.as);
    recorder_unregister(rec);
    log_clear();
    memory_listener_unregister(&rec->listener);
    memory_listener_unregister(&recorder_new("x", 0)->listener);
    LOG("");
    recorder_register(rec, m.as); /* and it can come back */
    LOG("begin +r[0,4000) start(0,2)r[0,4000) +i[8000,9000) +v[10000,12000) start(0,3)v[10000,12000) commit");
}

TEST(B19_the_initial_masks_are_code_for_memory_and_nothing_for_devices, "A36 A22 A23 X7")
{
    static uint8_t bytes[0x1000];
    MemoryRegion *ptr = blank();
    memory_region_init_ram_ptr(ptr, NULL, "ptr", 0x1000, bytes);
    MemoryRegion *rd = blank();
    memory_region_init_ram_device_ptr(rd, NULL, "rd", 0x1000, bytes);
    assert_int_equal(memory_region_get_dirty_log_mask(ram("r", 0x1000)), 1 << DIRTY_MEMORY_CODE);
    assert_int_equal(memory_region_get_dirty_log_mask(rom("o", 0x1000)), 1 << DIRTY_MEMORY_CODE);
    assert_int_equal(memory_region_get_dirty_log_mask(ptr), 1 << DIRTY_MEMORY_CODE);
    assert_int_equal(memory_region_get_dirty_log_mask(rd), 1 << DIRTY_MEMORY_CODE);
    assert_int_equal(memory_region_get_dirty_log_mask(romd("f", 0x1000)), 0);
    assert_int_equal(memory_region_get_dirty_log_mask(io("i", 0x1000)), 0);
}

TEST(B20_spaces_are_told_one_after_another_between_one_begin_and_commit, "A92 begin commit region_add")
{
    MemoryRegion *root = box("R", 0x100000);
    at(root, 0, io("i", 0x1000));
    AddressSpace *as1 = space(root);
    AddressSpace *as2 = space(root);
    recorder("L", 0, as1);
    recorder("M", 5, as2);
    log_clear();
    at(root, 0x4000, io("kk", 0x1000));
    LOG("L:begin M:begin L:=i[0,1000) L:+kk[4000,5000) M:=i[0,1000) M:+kk[4000,5000) L:commit M:commit");
    assert_ptr_equal(address_space_to_flatview(as1), address_space_to_flatview(as2));
}

TEST(B21_an_overlay_replaces_the_range_it_cuts, "A57 region_add region_del")
{
    MemoryRegion *root = box("R", 0x10000);
    at(root, 0x1000, io("i", 0x1000));
    recorder_terse(space(root));
    log_clear();
    MemoryRegion *o = over(root, 0x1000, io("o", 0x100), 1);
    LOG("-i[1000,2000) +o[1000,1100) +i@100[1100,2000)");
    memory_region_del_subregion(root, o); /* case B22 */
    LOG("-o[1000,1100) -i@100[1100,2000) +i[1000,2000)");
}

TEST(B22_removing_an_overlay_restores_the_whole_range, "region_add region_del")
{
    MemoryRegion *root = box("R", 0x10000);
    at(root, 0x1000, io("i", 0x1000));
    MemoryRegion *o = over(root, 0x1400, io("o", 0x100), 1);
    recorder_terse(space(root));
    LOG("+i[1000,1400) +o[1400,1500) +i@500[1500,2000)");
    memory_region_set_enabled(o, false);
    LOG("-i[1000,1400) -o[1400,1500) -i@500[1500,2000) +i[1000,2000)");
}

TEST(B24_only_the_outermost_commit_works, "A66 A67 begin commit")
{
    MapB m = map_b();
    recorder("", 0, m.as);
    log_clear();
    memory_region_transaction_begin();
    at(m.root, 0x20000, io("x", 0x1000));
    memory_region_transaction_begin();
    at(m.root, 0x21000, io("y", 0x1000));
    memory_region_transaction_begin();
    at(m.root, 0x22000, io("z", 0x1000));
    memory_region_transaction_commit();
    memory_region_transaction_commit();
    LOG("");
    memory_region_transaction_commit();
    LOG("begin " NOPS " +x[20000,21000) +y[21000,22000) +z[22000,23000) commit");
}

TEST(B25_a_move_out_and_back_is_no_change, "A60 A66 A67 region_nop")
{
    MapB m = map_b();
    recorder("", 0, m.as);
    log_clear();
    memory_region_transaction_begin();
    memory_region_set_address(m.i, 0x50000);
    memory_region_set_address(m.i, 0x8000);
    memory_region_transaction_commit();
    LOG("begin " NOPS " commit");
}

TEST(B26_swapping_the_visible_region_of_a_range_is_a_del_and_an_add, "A57 A58 A66 A67")
{
    MemoryRegion *root = box("R", 0x10000);
    MemoryRegion *a = over(root, 0, io("a", 0x1000), 1);
    over(root, 0, io("b", 0x1000), 0);
    recorder_terse(space(root));
    log_clear();
    memory_region_transaction_begin();
    memory_region_del_subregion(root, a);
    over(root, 0, a, -1);
    memory_region_transaction_commit();
    LOG("-a[0,1000) +b[0,1000)");
}

TEST(B28_absent_callbacks_are_skipped, "A87 A88 T14")
{
    MapB m = map_b();
    Recorder *rec = recorder_new("", 0);
    MemoryListener only = { .region_add = rec->listener.region_add };
    rec->listener = only;
    recorder_register(rec, m.as);
    LOG("+r[0,4000) +i[8000,9000) +v[10000,12000)");
    set_running(true);
    memory_global_dirty_log_start();
    memory_region_set_log(m.r, true, DIRTY_MEMORY_VGA);
    memory_global_dirty_log_sync();
    memory_region_add_coalescing(m.i, 0, 0x10);
    memory_region_clear_coalescing(m.i);
    memory_region_del_subregion(m.root, m.i);
    memory_global_dirty_log_stop();
    LOG("");
    recorder_unregister(rec);
    LOG("");
}

static AddressSpace *b29_space;

static void b29_look(Recorder *rec, MemoryRegionSection *section)
{
    uint8_t byte = 0;
    MemTxResult r = address_space_read(b29_space, 0x8000, ATTRS, &byte, 1);
    note("in_add:%x,%u", byte, r);
}

static void b29_look_commit(Recorder *rec)
{
    uint8_t byte = 0;
    MemTxResult r = address_space_read(b29_space, 0x8000, ATTRS, &byte, 1);
    note("in_commit:%x,%u", byte, r);
}

TEST(B29_the_old_view_answers_until_the_new_one_is_published, "A10 A87 region_add commit")
{
    MemoryRegion *root = box("R", 0x100000);
    b29_space = space(root);
    Recorder *rec = recorder_terse(b29_space);
    rec->on_add = b29_look;
    rec->listener.commit = recorder_new("", 0)->listener.commit;
    rec->on_commit = b29_look_commit;
    MemoryRegion *m = ram("m", 0x1000);
    fill(m, 0x42);
    log_clear();
    at(root, 0x8000, m);
    LOG("+m[8000,9000) in_add:0,2 commit in_commit:42,0");
}

static MemoryRegion *nest_root, *nest_child;

static void b30_add(Recorder *rec, MemoryRegionSection *section)
{
    if (!nest_child->container) {
        at(nest_root, 0x5000, nest_child);
        note("queued");
    }
}

TEST(B30_a_change_from_region_add_runs_as_a_second_cycle, "D9 A56 region_add")
{
    nest_root = box("R", 0x10000);
    nest_child = io("late", 0x1000);
    AddressSpace *as = space(nest_root);
    Recorder *rec = recorder("", 0, as);
    rec->listener.region_nop = NULL;
    rec->on_add = b30_add;
    log_clear();
    at(nest_root, 0, io("x", 0x1000));
    LOG("begin +x[0,1000) queued commit begin +late[5000,6000) commit");
    VIEW(as, "x[0,1000) late[5000,6000)");
}

static void b31_commit(Recorder *rec)
{
    if (!nest_child->container) {
        at(nest_root, 0x5000, nest_child);
    }
}

TEST(B31_a_change_from_commit_runs_after_every_listener_had_its_commit, "D9 A56 commit")
{
    nest_root = box("R", 0x10000);
    nest_child = io("late", 0x1000);
    AddressSpace *as = space(nest_root);
    Recorder *a = recorder("a", 1, as);
    a->listener.region_nop = NULL;
    a->on_commit = b31_commit;
    recorder("b", 2, as)->listener.region_nop = NULL;
    log_clear();
    at(nest_root, 0, io("x", 0x1000));
    LOG("a:begin b:begin a:+x[0,1000) b:+x[0,1000) a:commit b:commit "
        "a:begin b:begin a:+late[5000,6000) b:+late[5000,6000) a:commit b:commit");
}

TEST(B32_a_listener_without_filter_sees_every_space_also_later_ones, "D4 A87 A88 A92")
{
    map_b();
    Recorder *rec = recorder_new("", 0);
    rec->listener.region_nop = NULL;
    rec->listener.log_start = NULL;
    rec->listener.log_stop = NULL;
    recorder_register(rec, NULL);
    LOG("begin +r[0,4000) +i[8000,9000) +v[10000,12000) commit");
    MemoryRegion *root2 = box("R2", 0x1000);
    space(root2);
    log_clear();
    at(root2, 0x100, io("z", 0x100));
    LOG("begin +z[100,200) commit");
    recorder_unregister(rec);
    LOG("begin -r[0,4000) -i[8000,9000) -v[10000,12000) -z[100,200) commit");
}

TEST(B33_destroying_a_space_that_has_listeners_aborts, "A93")
{
    MapB m = map_b();
    recorder("", 0, m.as);
    DIES("R", address_space_destroy(m.as));
}

TEST(B34_a_root_outlives_its_space, "A92 A93")
{
    MapB m = map_b();
    space_end(m.as);
    VIEW(space(m.root), "r[0,4000) i[8000,9000) v[10000,12000)");
}

TEST(B35_creating_a_space_tells_nobody, "A92 begin commit")
{
    MapB m = map_b();
    recorder("", 0, m.as);
    log_clear();
    space(m.root);
    LOG("");
}

TEST(B36_equal_priorities_keep_registration_order_and_reverse_it_for_removal, "A87 region_add region_del")
{
    MapB m = map_b();
    recorder("x", 3, m.as)->listener.region_nop = NULL;
    recorder("y", 3, m.as)->listener.region_nop = NULL;
    log_clear();
    MemoryRegion *j = at(m.root, 0x20000, io("j", 0x1000));
    LOG("x:begin y:begin x:+j[20000,21000) y:+j[20000,21000) x:commit y:commit");
    memory_region_del_subregion(m.root, j);
    LOG("x:begin y:begin y:-j[20000,21000) x:-j[20000,21000) x:commit y:commit");
}

/* Beyond the rows. */

TEST(B90_an_unbalanced_commit_aborts, "A67")
{
    DIES("commit", memory_region_transaction_commit());
}

TEST(B91_a_space_created_inside_a_transaction_shows_the_present_tree, "D10 A92 A66 A67")
{
    MapB m = map_b();
    recorder("", 0, m.as);
    log_clear();
    memory_region_transaction_begin();
    at(m.root, 0x20000, io("j", 0x1000));
    AddressSpace *as = space(m.root);
    LOG("");
    uint8_t byte;
    assert_int_equal(address_space_read(as, 0x20000, ATTRS, &byte, 1), MEMTX_OK);
    assert_int_equal(address_space_read(m.as, 0x20000, ATTRS, &byte, 1), MEMTX_DECODE_ERROR);
    log_clear();
    memory_region_transaction_commit();
    LOG("begin " NOPS " +j[20000,21000) commit");
}

TEST(B92_nothing_shows_before_the_commit, "A66 A67")
{
    MapB m = map_b();
    memory_region_transaction_begin();
    memory_region_set_enabled(m.r, false);
    assert_int_equal(write_w(m.as, 0, 4), MEMTX_OK);
    memory_region_transaction_commit();
    assert_int_equal(write_w(m.as, 0, 4), MEMTX_DECODE_ERROR);
}

TEST(B93_del_sections_carry_the_old_attributes, "A62 A63 A66 A67 region_del T19")
{
    MemoryRegion *root = box("R", 0x10000);
    MemoryRegion *a = at(root, 0, ali("a", ram("r", 0x4000), 0, 0x1000));
    recorder_terse(space(root));
    log_clear();
    memory_region_transaction_begin();
    memory_region_set_alias_offset(a, 0x1000);
    memory_region_set_readonly(a, true);
    memory_region_transaction_commit();
    LOG("-r[0,1000) +r@1000[0,1000)ro");
    memory_region_del_subregion(root, a);
    LOG("-r@1000[0,1000)ro");
}

TEST(B94_eventfd_changes_alone_have_no_cycle, "A74 A75 begin commit eventfd_add eventfd_del")
{
    MapB m = map_b();
    recorder("", 0, m.as);
    log_clear();
    EventNotifier e;
    assert_int_equal(event_notifier_init(&e, 0), 0);
    memory_region_add_eventfd(m.i, 4, 4, true, 7, &e);
    LOG("efd+[8004,4)=7");
    memory_region_del_eventfd(m.i, 4, 4, true, 7, &e);
    LOG("efd-[8004,4)=7");
    event_notifier_cleanup(&e);
}

static void leave_in_commit(Recorder *rec)
{
    rec->on_commit = NULL; /* leaving is itself a cycle that ends in commit */
    recorder_unregister(rec);
}

TEST(B95_a_listener_that_unregisters_itself_in_commit_is_safe, "A88 commit D9")
{
    MapB m = map_b();
    Recorder *a = recorder("a", 1, m.as);
    a->listener.region_nop = NULL;
    a->on_commit = leave_in_commit;
    recorder("b", 2, m.as)->listener.region_nop = NULL;
    log_clear();
    at(m.root, 0x20000, io("j", 0x1000));
    assert_false(a->registered);
    log_clear();
    at(m.root, 0x21000, io("k", 0x1000));
    LOG("b:begin b:+k[21000,22000) b:commit");
}

TEST(B96_listener_order_is_global_for_begin_and_commit, "A87 begin commit")
{
    MemoryRegion *r1 = box("R1", 0x1000), *r2 = box("R2", 0x1000);
    AddressSpace *as1 = space(r1), *as2 = space(r2);
    recorder("c", 3, as1);
    recorder("a", 1, as2);
    recorder("b", 2, as1);
    log_clear();
    at(r1, 0, io("x", 0x100));
    LOG("a:begin b:begin c:begin b:+x[0,100) c:+x[0,100) a:commit b:commit c:commit");
}

TEST(B97_ranges_that_only_move_inside_keep_their_neighbours_as_nops, "A60 region_nop")
{
    MapB m = map_b();
    recorder("", 0, m.as);
    log_clear();
    memory_region_set_address(m.i, 0x9000);
    LOG("begin -i[8000,9000) =r[0,4000) +i[9000,a000) =v[10000,12000) commit");
}
