/*
 * Edges of the memory core that no row of the cases comes near: listeners at odd moments, dirty logs, eventfds, lifetime, printing.
 * Expectations: zif/memory.h. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "harness.h"
#include <pthread.h>
#include <sys/resource.h>

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
    Error *err = zif_memory_take_error(ctx());
    expect_error(&err, "listeners");
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
        char *text = mtree(k & 1, k & 2, k & 4);
        assert_non_null(strstr(text, "second"));
        free(text);
        char *json = zif_mtree_json(k & 1, k & 4, NULL);
        assert_non_null(strstr(json, "second"));
        free(json);
    }
    char *text = mtree(false, false, true);
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
