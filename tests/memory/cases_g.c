/*
 * Section G of the conformance cases: dirty tracking and RAM blocks.
 * Expectations: the memory contract, 5.11 and 5.15, decisions D18, D23 to D26.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "harness.h"
#include <sys/stat.h>

enum { VGA = DIRTY_MEMORY_VGA, CODE = DIRTY_MEMORY_CODE, MIG = DIRTY_MEMORY_MIGRATION };

static bool dirty(MemoryRegion *mr, unsigned page, unsigned client)
{
    return memory_region_get_dirty(mr, (hwaddr)page * TARGET_PAGE_SIZE, 1, client);
}

static void clean_all(MemoryRegion *mr)
{
    for (unsigned c = 0; c < DIRTY_MEMORY_NUM; c++) {
        memory_region_reset_dirty(mr, 0, memory_region_size(mr), c);
    }
}

/* Which of the first 16 pages are dirty, as bits. */
static unsigned pages(MemoryRegion *mr, unsigned client)
{
    unsigned bits = 0;
    for (unsigned p = 0; p < 16 && p * TARGET_PAGE_SIZE < memory_region_size(mr); p++) {
        bits |= (unsigned)dirty(mr, p, client) << p;
    }
    return bits;
}

static MemoryRegion *logged_ram(AddressSpace **as)
{
    MemoryRegion *root = box("R", 0x100000);
    MemoryRegion *r = at(root, 0, ram("r", 0x10000));
    memory_region_set_log(r, true, VGA);
    clean_all(r);
    *as = space(root);
    return r;
}

TEST(G01_fresh_ram_is_zero_and_dirty_for_everybody, "A17 A36 A46 X7")
{
    MemoryRegion *r = ram("r", 0x4000);
    for (unsigned c = 0; c < DIRTY_MEMORY_NUM; c++) {
        assert_int_equal(pages(r, c), 0xf);
    }
    assert_int_equal(memory_region_get_dirty_log_mask(r), 2);
    for (int i = 0; i < 0x4000; i++) {
        assert_int_equal(host(r)[i], 0);
    }
}

TEST(G02_a_write_nobody_logs_leaves_pages_clean, "A50 A46 A95")
{
    MemoryRegion *root = box("R", 0x100000);
    MemoryRegion *r = at(root, 0, ram("r", 0x4000));
    AddressSpace *as = space(root);
    memory_region_reset_dirty(r, 0, 0x4000, VGA);
    assert_int_equal(write_w(as, 0x1000, 4), MEMTX_OK);
    assert_int_equal(pages(r, VGA), 0);
}

TEST(G03_a_logged_write_marks_each_page_it_touches, "A45 A46 A95")
{
    AddressSpace *as;
    MemoryRegion *r = logged_ram(&as);
    assert_int_equal(write_w(as, 0x1ffe, 4), MEMTX_OK);
    assert_int_equal(pages(r, VGA), 0x6);
    assert_int_equal(pages(r, CODE), 0x6);
    assert_int_equal(pages(r, MIG), 0);
}

TEST(G04_reset_clears_whole_pages_of_its_range_only, "A50 A46 A47")
{
    AddressSpace *as;
    MemoryRegion *r = logged_ram(&as);
    memory_region_set_dirty(r, 0x1000, 0x2000);
    memory_region_reset_dirty(r, 0x1fff, 1, VGA);
    assert_int_equal(pages(r, VGA), 0x4);
    assert_int_equal(pages(r, CODE), 0x6);
}

TEST(G05_set_dirty_marks_every_page_it_touches, "A47 A46")
{
    AddressSpace *as;
    MemoryRegion *r = logged_ram(&as);
    memory_region_set_dirty(r, 0x5fff, 2);
    assert_int_equal(pages(r, VGA), 0x60);
}

TEST(G06_an_empty_range_marks_nothing, "A47 A46 A50 D25")
{
    AddressSpace *as;
    MemoryRegion *r = logged_ram(&as);
    memory_region_set_dirty(r, 0x5000, 0);
    memory_region_set_dirty(r, 0x5001, 0);
    assert_int_equal(pages(r, VGA), 0);
    memory_region_set_dirty(r, 0x5000, 1);
    memory_region_reset_dirty(r, 0x5001, 0, VGA);
    assert_int_equal(pages(r, VGA), 0x20);
    assert_false(memory_region_get_dirty(r, 0x5001, 0, VGA));
}

TEST(G07_get_dirty_asks_for_any_page_of_the_range, "A46 A47")
{
    AddressSpace *as;
    MemoryRegion *r = logged_ram(&as);
    memory_region_set_dirty(r, 0x5000, 1);
    assert_true(memory_region_get_dirty(r, 0, 0x10000, VGA));
    assert_true(memory_region_get_dirty(r, 0x4fff, 2, VGA));
    assert_false(memory_region_get_dirty(r, 0, 0x5000, VGA));
    assert_false(memory_region_get_dirty(r, 0x6000, 0xa000, VGA));
}

TEST(G08_logging_is_counted, "A45 A35 A95")
{
    AddressSpace *as;
    MemoryRegion *r = logged_ram(&as);
    memory_region_set_log(r, true, VGA);
    memory_region_set_log(r, false, VGA);
    assert_true(memory_region_is_logging(r, VGA));
    assert_int_equal(write_w(as, 0, 4), MEMTX_OK);
    assert_int_equal(pages(r, VGA), 1);
    memory_region_set_log(r, false, VGA);
    assert_false(memory_region_is_logging(r, VGA));
}

TEST(G09_logging_for_another_client_aborts, "A45")
{
    MemoryRegion *r = ram("victim", 0x1000);
    DIES("victim", memory_region_set_log(r, true, CODE));
    DIES("victim", memory_region_set_log(r, true, MIG));
}

TEST(G10_a_snapshot_copies_and_clears_groups_of_64_pages, "A48 A49 A47 T21 X8")
{
    MemoryRegion *r = ram("r", 0x100000);
    memory_region_set_log(r, true, VGA);
    clean_all(r);
    memory_region_set_dirty(r, 0x5000, 1);
    memory_region_set_dirty(r, 0x10000, 1);
    memory_region_set_dirty(r, 0x50000, 1);
    DirtyBitmapSnapshot *snap = memory_region_snapshot_and_clear_dirty(r, 0x10000, 0x1000, VGA);
    assert_true(memory_region_snapshot_get_dirty(r, snap, 0x10000, 0x1000));
    assert_true(memory_region_snapshot_get_dirty(r, snap, 0x5000, 0x1000));
    assert_false(memory_region_snapshot_get_dirty(r, snap, 0x6000, 0x1000));
    assert_false(memory_region_get_dirty(r, 0, 0x40000, VGA));
    assert_true(memory_region_get_dirty(r, 0x50000, 1, VGA));
    free(snap);
}

TEST(G11_a_snapshot_clears_one_client_only, "A48 A46 A47")
{
    AddressSpace *as;
    MemoryRegion *r = logged_ram(&as);
    memory_region_set_dirty(r, 0x1000, 1);
    free(memory_region_snapshot_and_clear_dirty(r, 0, 0x10000, VGA));
    assert_int_equal(pages(r, VGA), 0);
    assert_int_equal(pages(r, CODE), 2);
}

TEST(G11b_asking_a_snapshot_outside_its_range_aborts, "A48 A49")
{
    MemoryRegion *r = ram("victim", 0x100000);
    DirtyBitmapSnapshot *snap = memory_region_snapshot_and_clear_dirty(r, 0, 0x1000, VGA);
    DIES("victim", memory_region_snapshot_get_dirty(r, snap, 0x40000, 1));
    free(snap);
}

TEST(G12_a_snapshot_answers_the_same_twice, "A48 A49 A47")
{
    AddressSpace *as;
    MemoryRegion *r = logged_ram(&as);
    memory_region_set_dirty(r, 0x3000, 1);
    DirtyBitmapSnapshot *snap = memory_region_snapshot_and_clear_dirty(r, 0, 0x10000, VGA);
    for (int i = 0; i < 2; i++) {
        assert_true(memory_region_snapshot_get_dirty(r, snap, 0x3800, 1));
        assert_true(memory_region_snapshot_get_dirty(r, snap, 0, 0x10000));
        assert_false(memory_region_snapshot_get_dirty(r, snap, 0x4000, 0xc000));
    }
    free(snap);
}

TEST(G13_a_snapshot_asks_for_this_regions_logs_first, "A48 log_sync")
{
    AddressSpace *as;
    MemoryRegion *r = logged_ram(&as);
    at(as->root, 0x40000, ram("other", 0x1000));
    at(as->root, 0x50000, ali("again", r, 0x1000, 0x1000));
    recorder("", 0, as);
    log_clear();
    free(memory_region_snapshot_and_clear_dirty(r, 0, 0x1000, VGA));
    LOG("sync:r[0,10000) sync:r@1000[50000,51000)");
}

static void late_mark(MemoryListener *listener, MemoryRegionSection *section)
{
    memory_region_set_dirty(section->mr, 0x2000, 1);
}

TEST(G13b_what_log_sync_reports_is_in_the_snapshot, "A48 A49 A87 log_sync")
{
    AddressSpace *as;
    MemoryRegion *r = logged_ram(&as);
    Recorder *rec = recorder_new("", 0);
    rec->listener.log_sync = late_mark;
    recorder_register(rec, as);
    DirtyBitmapSnapshot *snap = memory_region_snapshot_and_clear_dirty(r, 0, 0x10000, VGA);
    assert_true(memory_region_snapshot_get_dirty(r, snap, 0x2000, 1));
    free(snap);
}

TEST(G14_with_pages_of_1_kib_a_group_is_64_kib, "A48 A47 X13")
{
    assert_true(zif_memory_context_set_page_size(zif_memory_context_current(), 1024, NULL));
    MemoryRegion *r = ram("r", 0x40000);
    memory_region_set_log(r, true, VGA);
    clean_all(r);
    memory_region_set_dirty(r, 0xffff, 2);
    memory_region_set_dirty(r, 0x20000, 1);
    free(memory_region_snapshot_and_clear_dirty(r, 0x10400, 1, VGA));
    assert_true(memory_region_get_dirty(r, 0xfc00, 0x400, VGA));
    assert_false(memory_region_get_dirty(r, 0x10000, 0x10000, VGA));
    assert_true(memory_region_get_dirty(r, 0x20000, 1, VGA));
}

TEST(G16_a_write_through_an_alias_marks_the_targets_page, "A24 A46 A95")
{
    AddressSpace *as;
    MemoryRegion *r = logged_ram(&as);
    at(as->root, 0x80000, ali("a", r, 0x3000, 0x2000));
    assert_int_equal(write_w(as, 0x81000, 4), MEMTX_OK);
    assert_int_equal(pages(r, VGA), 0x10);
}

TEST(G17_switching_logging_off_keeps_old_marks, "A45 A46 A95")
{
    AddressSpace *as;
    MemoryRegion *r = logged_ram(&as);
    assert_int_equal(write_w(as, 0x1000, 4), MEMTX_OK);
    memory_region_set_log(r, false, VGA);
    assert_int_equal(write_w(as, 0x2000, 4), MEMTX_OK);
    assert_int_equal(pages(r, VGA), 2);
    assert_int_equal(pages(r, CODE), 6);
}

TEST(G18_stl_notdirty_marks_the_regions_page_and_never_code, "L35 D18 A46")
{
    AddressSpace *as;
    MemoryRegion *r = logged_ram(&as);
    at(as->root, 0x80000, ali("window", r, 0, 0x10000));
    MemTxResult result = 9;
    address_space_stl_notdirty(as, 0x81000, 0x11223344, ATTRS, &result);
    assert_int_equal(result, MEMTX_OK);
    assert_bytes(host(r) + 0x1000, "44 33 22 11");
    assert_int_equal(pages(r, VGA), 2);
    assert_int_equal(pages(r, CODE), 0);
}

TEST(G19_the_cpu_writer_marks_the_mask_and_nothing_else, "D23 A47")
{
    MemoryRegion *r = ram("r", 0x4000);
    clean_all(r);
    memory_region_set_dirty(r, 0, 1); /* what a CPU does after a store by pointer */
    assert_int_equal(pages(r, VGA), 0);
    assert_int_equal(pages(r, CODE), 1);
    assert_int_equal(pages(r, MIG), 0);
}

TEST(G20_global_logging_adds_its_client_to_whatever_has_a_block, "A35 A36 A51 A52")
{
    MemoryRegion *r = ram("r", 0x1000), *f = romd("f", 0x1000), *i = io("i", 0x1000);
    memory_global_dirty_log_start();
    assert_true(memory_region_is_logging(r, MIG));
    assert_int_equal(memory_region_get_dirty_log_mask(r), 6);
    assert_int_equal(memory_region_get_dirty_log_mask(f), 4);
    assert_int_equal(memory_region_get_dirty_log_mask(i), 0);
    assert_false(memory_region_is_logging(i, MIG));
    set_running(true);
    memory_global_dirty_log_stop();
    assert_int_equal(memory_region_get_dirty_log_mask(r), 2);
    assert_int_equal(memory_region_get_dirty_log_mask(f), 0);
}

TEST(G21_the_block_is_rounded_to_host_pages_and_the_region_is_not, "A17 A32 X10")
{
    MemoryRegion *r = ram("r", 0x1801);
    assert_int_equal(memory_region_size(r), 0x1801);
    assert_int_equal(r->ram_block->used_length, 0x2000);
    assert_int_equal(r->ram_block->max_length, 0x2000);
}

TEST(G22_blocks_lie_apart_at_multiples_of_64_pages, "A40 X3")
{
    MemoryRegion *a = ram("a", 0x41000), *b = ram("b", 0x1000), *c = ram("c", 0x1000);
    ram_addr_t pa = memory_region_get_ram_addr(a), pb = memory_region_get_ram_addr(b);
    ram_addr_t pc = memory_region_get_ram_addr(c);
    assert_int_equal(pa % (64 * PAGE), 0);
    assert_int_equal(pb % (64 * PAGE), 0);
    assert_int_equal(pc % (64 * PAGE), 0);
    assert_true(pb >= pa + 0x41000 || pa >= pb + 0x1000);
    assert_true(pc >= pa + 0x41000 || pa >= pc + 0x1000);
    assert_true(pb != pc);
}

TEST(G22b_a_freed_place_in_ram_space_is_used_again, "A40")
{
    MemoryRegion *a = ram("a", 0x1000);
    MemoryRegion *b = ram("b", 0x1000);
    ram("c", 0x1000);
    ram_addr_t place = memory_region_get_ram_addr(b);
    zif_memory_region_finalize(b);
    disown(b);
    MemoryRegion *d = ram("d", 0x2000);
    assert_int_equal(memory_region_get_ram_addr(d), place); /* best fit: the gap between a and c */
    assert_int_not_equal(memory_region_get_ram_addr(a), place);
}

static void resized(const char *id, uint64_t length, void *memory)
{
    note("resized(%s,%" PRIx64 ",%d)", id, length, memory != NULL);
}

static MemoryRegion *resizeable(AddressSpace **as)
{
    MemoryRegion *root = box("R", 0x100000);
    MemoryRegion *r = blank();
    memory_region_init_resizeable_ram(r, NULL, "rr", 0x2000, 0x8000, resized, &error_abort);
    at(root, 0, r);
    *as = space(root);
    return r;
}

TEST(G23_a_resizeable_ram_grows_and_is_dirty_all_over, "A19 A65 A46 M12")
{
    AddressSpace *as;
    MemoryRegion *r = resizeable(&as);
    assert_true(r->ram_block->flags & RAM_RESIZEABLE);
    clean_all(r);
    VIEW(as, "rr[0,2000)");
    log_clear();
    memory_region_ram_resize(r, 0x4000, &error_abort);
    assert_non_null(strstr(log_text(), ",4000,1)"));
    log_clear();
    assert_int_equal(memory_region_size(r), 0x4000);
    VIEW(as, "rr[0,4000)");
    for (unsigned c = 0; c < DIRTY_MEMORY_NUM; c++) {
        assert_int_equal(pages(r, c), 0xf);
    }
    memory_region_ram_resize(r, 0x1000, &error_abort);
    VIEW(as, "rr[0,1000)");
}

TEST(G24_the_new_size_is_rounded_up_to_a_page, "A65 A32")
{
    AddressSpace *as;
    MemoryRegion *r = resizeable(&as);
    log_clear();
    memory_region_ram_resize(r, 0x4001, &error_abort);
    assert_int_equal(memory_region_size(r), 0x5000);
    assert_non_null(strstr(log_text(), ",5000,1)"));
}

TEST(G25_growing_past_the_maximum_is_an_error, "A65 A32")
{
    AddressSpace *as;
    MemoryRegion *r = resizeable(&as);
    log_clear();
    Error *err = NULL;
    memory_region_ram_resize(r, 0x9000, &err);
    assert_non_null(err);
    assert_non_null(strstr(error_get_pretty(err), "rr"));
    error_free(err);
    assert_int_equal(memory_region_size(r), 0x2000);
    LOG("");
}

TEST(G26_ordinary_ram_does_not_resize, "A65 A32")
{
    MemoryRegion *r = ram("r", 0x2000);
    Error *err = NULL;
    memory_region_ram_resize(r, 0x2000, &err);
    assert_null(err);
    memory_region_ram_resize(r, 0x1800, &err); /* rounds to what it is */
    assert_null(err);
    memory_region_ram_resize(r, 0x4000, &err);
    assert_non_null(err);
    error_free(err);
    assert_int_equal(memory_region_size(r), 0x2000);
}

TEST(G27_resizing_what_has_no_block_aborts, "A65")
{
    MemoryRegion *i = io("victim", 0x1000);
    DIES("victim", memory_region_ram_resize(i, 0x2000, NULL));
}

TEST(G28_an_alias_has_a_pointer_but_no_place_of_its_own, "A37 A39 A40 M1")
{
    MemoryRegion *r = ram("r", 0x4000);
    MemoryRegion *a = ali("a", r, 0x1000, 0x2000);
    MemoryRegion *aa = ali("aa", a, 0x100, 0x100);
    assert_ptr_equal(memory_region_get_ram_ptr(a), host(r) + 0x1000);
    assert_ptr_equal(memory_region_get_ram_ptr(aa), host(r) + 0x1100);
    assert_true(memory_region_get_ram_addr(a) == RAM_ADDR_INVALID);
    assert_int_equal(memory_region_get_fd(a), -1);
}

TEST(G29_a_device_has_neither_place_nor_file, "A37 A40 M1")
{
    MemoryRegion *i = io("i", 0x1000);
    assert_true(memory_region_get_ram_addr(i) == RAM_ADDR_INVALID);
    assert_int_equal(memory_region_get_fd(i), -1);
    assert_int_equal(memory_region_get_alignment(i), 0);
    DIES("i", memory_region_get_ram_ptr(i));
}

static off_t file_size(const char *path)
{
    struct stat st;
    return stat(path, &st) ? -1 : st.st_size;
}

TEST(G30_a_missing_file_is_created_and_grown, "A20 A37 A41")
{
    const char *path = scratch("new.bin");
    MemoryRegion *r = blank();
    memory_region_init_ram_from_file(r, NULL, "file", 0x3000, 0, RAM_SHARED, path, &error_abort);
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_size, 0x3000);
    assert_true(memory_region_get_fd(r) >= 0);
    assert_int_equal(memory_region_get_fd(ali("a", r, 0, 0x1000)), memory_region_get_fd(r));
    assert_int_equal(memory_region_get_alignment(r), sysconf(_SC_PAGESIZE));
    assert_true(memory_region_is_ram(r));
}

static void make_file(const char *path, const char *text, size_t size)
{
    int fd = open(path, O_CREAT | O_RDWR | O_TRUNC, 0644);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    assert_int_equal(ftruncate(fd, (off_t)size), 0);
    close(fd);
}

TEST(G31_an_empty_file_is_grown, "A20")
{
    const char *path = scratch("empty.bin");
    make_file(path, "", 0);
    MemoryRegion *r = blank();
    memory_region_init_ram_from_file(r, NULL, "file", 0x2000, 0, 0, path, &error_abort);
    assert_int_equal(file_size(path), 0x2000);
}

TEST(G32_a_file_that_is_too_small_is_an_error_and_stays, "A20 A32")
{
    const char *path = scratch("small.bin");
    make_file(path, "abc", 0x1000);
    MemoryRegion *r = blank();
    Error *err = NULL;
    memory_region_init_ram_from_file(r, NULL, "file", 0x3000, 0, RAM_SHARED, path, &err);
    assert_non_null(err);
    assert_non_null(strstr(error_get_pretty(err), "small.bin"));
    error_free(err);
    assert_int_equal(memory_region_size(r), 0);
    assert_int_equal(file_size(path), 0x1000);
}

TEST(G33_a_file_that_is_larger_is_not_truncated, "A20")
{
    const char *path = scratch("large.bin");
    make_file(path, "hello", 0x8000);
    MemoryRegion *root = box("R", 0x10000);
    MemoryRegion *r = blank();
    memory_region_init_ram_from_file(r, NULL, "file", 0x3000, 0, RAM_SHARED, path, &error_abort);
    at(root, 0, r);
    READS(space(root), 0, "68 65 6c 6c 6f 00", MEMTX_OK);
    assert_int_equal(file_size(path), 0x8000);
}

TEST(G34_shared_writes_reach_the_file_and_private_ones_do_not, "A20 A95 M12")
{
    for (int shared = 0; shared < 2; shared++) {
        const char *path = scratch(shared ? "shared.bin" : "private.bin");
        MemoryRegion *root = box("R", 0x10000);
        MemoryRegion *r = blank();
        memory_region_init_ram_from_file(r, NULL, "file", 0x1000, 0, shared ? RAM_SHARED : 0, path, &error_abort);
        assert_int_equal(!!(r->ram_block->flags & RAM_SHARED), shared);
        at(root, 0, r);
        AddressSpace *as = space(root);
        assert_int_equal(write_w(as, 0, 4), MEMTX_OK);
        uint8_t back[4] = { 0 };
        int fd = open(path, O_RDONLY);
        assert_int_equal(pread(fd, back, 4, 0), 4);
        close(fd);
        assert_int_equal(back[3], shared ? 0xa3 : 0);
    }
}

/* Beyond the rows. */

TEST(G90_file_errors_are_sentences, "A20 A21")
{
    static const struct {
        const char *path;
        uint64_t align;
    } bad[] = { { "missing/dir.bin", 0 }, { "odd.bin", 0x1800 }, { "less.bin", 0x800 } };
    for (unsigned i = 0; i < 3; i++) {
        MemoryRegion *r = blank();
        Error *err = NULL;
        memory_region_init_ram_from_file(r, NULL, "file", 0x1000, bad[i].align, 0, scratch(bad[i].path), &err);
        assert_non_null(err);
        error_free(err);
        assert_int_equal(memory_region_size(r), 0);
        assert_int_equal(file_size(scratch(bad[i].path)), -1); /* nothing is left behind */
    }
    MemoryRegion *r = blank();
    Error *err = NULL;
    memory_region_init_ram_from_fd(r, NULL, "fd", 0x1000, true, -1, &err);
    assert_non_null(err);
    error_free(err);
    assert_int_equal(memory_region_size(r), 0);
}

TEST(G91_a_directory_gets_a_temporary_file, "A20 A37")
{
    MemoryRegion *r = blank();
    memory_region_init_ram_from_file(r, NULL, "tmp", 0x2000, 0, RAM_SHARED, scratch(""), &error_abort);
    struct stat st;
    assert_int_equal(fstat(memory_region_get_fd(r), &st), 0);
    assert_int_equal(st.st_nlink, 0);
    assert_int_equal(st.st_size, 0x2000);
}

TEST(G92_a_descriptor_becomes_the_regions, "A21 A37")
{
    const char *path = scratch("fd.bin");
    make_file(path, "xyz", 0x1000);
    int fd = open(path, O_RDWR);
    MemoryRegion *r = blank();
    memory_region_init_ram_from_fd(r, NULL, "fd", 0x1000, true, fd, &error_abort);
    assert_int_equal(memory_region_get_fd(r), fd);
    assert_int_equal(host(r)[0], 'x');
    zif_memory_region_finalize(r);
    disown(r);
    assert_int_equal(fcntl(fd, F_GETFD), -1); /* closed with the region */
}

TEST(G93_a_pmem_file_is_written_back_at_a_flush_point, "A20 M12")
{
    const char *path = scratch("pmem.bin");
    MemoryRegion *r = blank();
    memory_region_init_ram_from_file(r, NULL, "pmem", 0x1000, 0, RAM_SHARED | RAM_PMEM, path, &error_abort);
    assert_true(r->ram_block->flags & RAM_PMEM);
    host(r)[5] = 0x5e;
    assert_true(zif_memory_sync_files(zif_memory_context_current(), NULL));
    uint8_t back = 0;
    int fd = open(path, O_RDONLY);
    assert_int_equal(pread(fd, &back, 1, 5), 1);
    close(fd);
    assert_int_equal(back, 0x5e);
}

TEST(G94_an_asked_alignment_is_what_the_file_memory_has, "A20 A41")
{
    MemoryRegion *r = blank();
    memory_region_init_ram_from_file(r, NULL, "al", 0x1000, 0x10000, 0, scratch("al.bin"), &error_abort);
    assert_int_equal(memory_region_get_alignment(r), 0x10000);
    assert_int_equal((uintptr_t)host(r) % 0x10000, 0);
}

TEST(G95_a_callers_memory_is_used_and_never_freed, "A22 M12")
{
    uint8_t *mine = calloc(1, 0x1000);
    MemoryRegion *r = blank();
    memory_region_init_ram_ptr(r, NULL, "mine", 0x1000, mine);
    assert_ptr_equal(memory_region_get_ram_ptr(r), mine);
    assert_true(r->ram_block->flags & RAM_PREALLOC);
    zif_memory_region_finalize(r);
    disown(r);
    free(mine);
    MemoryRegion *bad = blank();
    DIES("nowhere", memory_region_init_ram_ptr(bad, NULL, "nowhere", 0x1000, NULL));
}

TEST(G96_shared_anonymous_memory_is_shared_over_a_fork, "A18 M12")
{
    MemoryRegion *r = blank(), *p = blank();
    memory_region_init_ram_shared_nomigrate(r, NULL, "sh", 0x1000, true, &error_abort);
    memory_region_init_ram_shared_nomigrate(p, NULL, "pr", 0x1000, false, &error_abort);
    assert_true(r->ram_block->flags & RAM_SHARED);
    assert_false(p->ram_block->flags & RAM_SHARED);
    if (harness_fork()) {
        host(r)[0] = host(p)[0] = 7;
        abort();
    }
    harness_expect_abort("", __FILE__, __LINE__);
    assert_int_equal(host(r)[0], 7);
    assert_int_equal(host(p)[0], 0);
}

TEST(G97_a_host_pointer_leads_back_to_its_region, "A38")
{
    MemoryRegion *a = ram("a", 0x2000), *b = ram("b", 0x2000);
    ram_addr_t offset = 0;
    assert_ptr_equal(memory_region_from_host(host(b) + 0x1234, &offset), b);
    assert_int_equal(offset, 0x1234);
    assert_ptr_equal(memory_region_from_host(host(a), &offset), a);
    assert_int_equal(offset, 0);
    int local;
    assert_null(memory_region_from_host(&local, &offset));
}

TEST(G98_map_ram_ptr_takes_a_block_or_a_place_in_ram_space, "A40 A102")
{
    MemoryRegion *r = ram("victim", 0x2000);
    assert_ptr_equal(qemu_map_ram_ptr(r->ram_block, 0x123), host(r) + 0x123);
    assert_ptr_equal(qemu_map_ram_ptr(NULL, memory_region_get_ram_addr(r) + 0x1fff), host(r) + 0x1fff);
    DIES("", qemu_map_ram_ptr(r->ram_block, 0x2000));
    DIES("", qemu_map_ram_ptr(NULL, memory_region_get_ram_addr(r) + 0x2000));
}

TEST(G99_dirty_functions_check_their_bounds, "A46 A47 A48 A50 D26")
{
    MemoryRegion *r = ram("victim", 0x2000), *i = io("blockless", 0x1000);
    DIES("victim", memory_region_set_dirty(r, 0x1fff, 2));
    DIES("victim", memory_region_get_dirty(r, 0x2000, 1, VGA));
    DIES("victim", memory_region_reset_dirty(r, 0, 0x2001, VGA));
    DIES("victim", memory_region_snapshot_and_clear_dirty(r, 0, 0x2001, VGA));
    DIES("blockless", memory_region_get_dirty(i, 0, 1, VGA));
    DIES("blockless", memory_region_reset_dirty(i, 0, 1, VGA));
}

TEST(G99b_a_rom_device_that_changes_its_memory_says_so, "D24 A47 A51 A52 A46")
{
    MemoryRegion *f = romd("f", 0x2000);
    memory_global_dirty_log_start();
    memory_region_reset_dirty(f, 0, 0x2000, MIG);
    host(f)[0x1000] = 1; /* by its own pointer: invisible */
    assert_int_equal(pages(f, MIG), 0);
    memory_region_set_dirty(f, 0x1000, 1);
    assert_int_equal(pages(f, MIG), 2);
    set_running(true);
    memory_global_dirty_log_stop();
}

TEST(G99c_clients_of_ones_own_are_tracked_beside_the_three, "A95 A46")
{
    AddressSpace *as;
    MemoryRegion *r = logged_ram(&as);
    unsigned mine = DIRTY_MEMORY_NUM;
    zif_memory_region_set_log(r, true, mine);
    memory_region_reset_dirty(r, 0, 0x10000, mine);
    assert_int_equal(write_w(as, 0x3000, 1), MEMTX_OK);
    assert_int_equal(pages(r, mine), 8);
    zif_memory_region_set_log(r, false, mine);
    assert_int_equal(write_w(as, 0x4000, 1), MEMTX_OK);
    assert_int_equal(pages(r, mine), 8);
    DIES("r", zif_memory_region_set_log(r, true, ZIF_DIRTY_CLIENTS));
}
