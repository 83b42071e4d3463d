/*
 * Edges of the memory core that no row of the cases comes near: memory the host refuses, bad initialisations, options of streams.
 * Expectations: zif/memory.h. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "harness.h"

/* ---- RAM ---- */

TEST(Y80_memory_the_host_does_not_have_is_an_error, "A17 A19 A65")
{
    static const uint64_t absurd[] = { 1ULL << 62, 1ULL << 56, UINT64_MAX - 5 };
    for (unsigned k = 0; k < 3; k++) {
        Error *err = NULL;
        MemoryRegion *r = blank();
        memory_region_init_ram_nomigrate(r, NULL, "huge", absurd[k], &err);
        expect_error(&err, "huge");
        assert_int_equal(memory_region_size(r), 0);
        err = NULL;
        r = blank();
        memory_region_init_resizeable_ram(r, NULL, "huge", 0x1000, absurd[k], NULL, &err);
        expect_error(&err, "huge");
    }
    Error *err = NULL;
    MemoryRegion *r = blank();
    memory_region_init_resizeable_ram(r, NULL, "rr", 0x1000, 0x2000, NULL, &error_abort);
    memory_region_ram_resize(r, UINTPTR_MAX - 1, &err);
    expect_error(&err, "rr");
    memory_region_ram_resize(r, 0x2000, &error_abort); /* nobody wants to hear of it */
    assert_int_equal(memory_region_size(r), 0x2000);
}

TEST(Y81_memory_of_no_size_is_memory_all_the_same, "A17")
{
    MemoryRegion *r = ram("nil", 0);
    assert_true(memory_region_is_ram(r));
    MemoryRegion *root = box("R", 0x1000);
    at(root, 0, r);
    VIEW(space(root), "");
}

TEST(Y82_a_region_made_larger_than_its_memory_shows_only_its_memory, "A61 A94")
{
    MemoryRegion *root = box("R", 0x100000);
    MemoryRegion *r = at(root, 0, ram("r", 0x1000));
    AddressSpace *as = space(root);
    memory_region_set_size(r, 0x10000);
    uint8_t b;
    assert_int_equal(address_space_rw(as, 0x8000, ATTRS, &b, 1, false), MEMTX_DECODE_ERROR);
    assert_int_equal(address_space_rw(as, 0xfff, ATTRS, &b, 1, false), MEMTX_OK);
}

TEST(Y83_bad_initialisations_abort, "A19 A22 A24 A26 A23")
{
    MemoryRegion *r = blank_owned();
    Error *err = NULL;
    DIES("shrinking", memory_region_init_resizeable_ram(r, NULL, "shrinking", 0x2000, 0x1000, NULL, &err));
    DIES("", memory_region_init_resizeable_ram(r, NULL, NULL, 0x2000, 0x1000, NULL, &err));
    DIES("opsless", memory_region_init_rom_device_nomigrate(r, NULL, NULL, NULL, "opsless", 0x1000, &err));
    DIES("", memory_region_init_rom_device_nomigrate(r, NULL, NULL, NULL, NULL, 0x1000, &err));
    DIES("", memory_region_init_ram_ptr(r, NULL, NULL, 0x1000, NULL));
    DIES("", memory_region_init_ram_device_ptr(r, NULL, "x", 0x1000, NULL));
    DIES("orphan", memory_region_init_alias(r, NULL, "orphan", NULL, 0, 0x1000));
    DIES("", memory_region_init_alias(r, NULL, NULL, NULL, 0, 0x1000));
}

TEST(Y84_names_too_long_for_a_stream_are_an_error, "A28 A32")
{
    char name[400];
    memset(name, 'n', sizeof name - 1);
    name[sizeof name - 1] = 0;
    MemoryRegion *r = blank();
    Error *err = NULL;
    memory_region_init_ram(r, NULL, name, 0x1000, &err);
    expect_error(&err, "too long");
    assert_int_equal(memory_region_size(r), 0);
}

TEST(Y85_files_that_cannot_be_memory, "A20 A21 A32")
{
    static const char *const path[] = { "/dev/null", "/proc/self/nothing", "/proc", "/dev/zero/x" };
    for (unsigned k = 0; k < 4; k++) {
        MemoryRegion *r = blank();
        Error *err = NULL;
        memory_region_init_ram_from_file(r, NULL, "file", 0x1000, 0, RAM_SHARED, path[k], &err);
        expect_error(&err, "file");
        assert_int_equal(memory_region_size(r), 0);
    }
    int fds[2];
    assert_int_equal(pipe(fds), 0);
    MemoryRegion *r = blank();
    Error *err = NULL;
    memory_region_init_ram_from_fd(r, NULL, "pipe", 0x1000, true, fds[0], &err);
    expect_error(&err, "pipe");
    assert_int_equal(close(fds[0]), 0); /* still the caller's */
    close(fds[1]);
    int fd = open(scratch("short.bin"), O_RDWR | O_CREAT, 0644);
    assert_int_equal(write(fd, "abc", 3), 3);
    r = blank();
    err = NULL;
    memory_region_init_ram_from_fd(r, NULL, "short", 0x1000, true, fd, &err);
    expect_error(&err, "too few");
    close(fd);
    r = blank();
    err = NULL;
    memory_region_init_ram_from_file(r, NULL, "big", 1ULL << 62, 0, RAM_SHARED, scratch("big.bin"), &err);
    expect_error(&err, "big");
    assert_int_equal(access(scratch("big.bin"), F_OK), -1); /* what was created for it is gone */
}

/* ---- streams ---- */

TEST(Y98_what_a_stream_holds_follows_its_options, "A20 A22 A23 M12")
{
    static uint8_t mine[0x1000], device[0x1000];
    Stream plain = { 0 }, with = { 0 }, by_file = { 0 };
    MemoryRegion *p = blank(), *d = blank(), *f = blank();
    memory_region_init_ram_ptr(p, NULL, "mine", 0x1000, mine);
    memory_region_init_ram_device_ptr(d, NULL, "device", 0x1000, device);
    memory_region_init_ram_from_file(f, NULL, "file", 0x1000, 0, RAM_SHARED, scratch("s.bin"), &error_abort);
    MemoryRegion *all[] = { p, d, f };
    for (int k = 0; k < 3; k++) {
        all[k]->ram_block->flags |= RAM_MIGRATABLE; /* as an embedder does that wants them in */
        snprintf(all[k]->ram_block->idstr, sizeof all[k]->ram_block->idstr, "%s", memory_region_name(all[k]));
    }
    fill(p, 0x11);
    fill(d, 0x22);
    fill(f, 0x33);
    host(f)[0x7ff] = 0x34;
    assert_true(zif_memory_save(ctx(), 0, stream_write, &plain, &error_abort));
    assert_true(zif_memory_save(ctx(), ZIF_MEMORY_SAVE_PREALLOC, stream_write, &with, &error_abort));
    assert_true(zif_memory_save(ctx(), ZIF_MEMORY_SAVE_BY_FILE, stream_write, &by_file, &error_abort));
    assert_true(by_file.size < plain.size && plain.size < with.size);
    fill(p, 0);
    fill(d, 0);
    fill(f, 0);
    assert_true(zif_memory_load(ctx(), stream_read, &plain, &error_abort));
    assert_int_equal(mine[0], 0);
    assert_int_equal(device[0], 0);
    assert_int_equal(host(f)[0x7ff], 0x34);
    assert_true(zif_memory_load(ctx(), stream_read, &with, &error_abort));
    assert_int_equal(mine[0xfff], 0x11);
    assert_int_equal(device[0], 0); /* never */
    assert_true(zif_memory_load(ctx(), stream_read, &by_file, &error_abort));
    free(plain.data);
    free(with.data);
    free(by_file.data);
}

TEST(Y99_a_resizeable_block_is_resized_by_its_stream, "A19 A65")
{
    Stream s = { 0 };
    MemoryRegion *r = blank();
    memory_region_init_resizeable_ram(r, NULL, "rr", 0x2000, 0x8000, NULL, &error_abort);
    r->ram_block->flags |= RAM_MIGRATABLE;
    strcpy(r->ram_block->idstr, "rr");
    memory_region_ram_resize(r, 0x4000, &error_abort);
    fill(r, 0x77);
    assert_true(zif_memory_save(ctx(), 0, stream_write, &s, &error_abort));
    memory_region_ram_resize(r, 0x1000, &error_abort);
    assert_true(zif_memory_load(ctx(), stream_read, &s, &error_abort));
    assert_int_equal(memory_region_size(r), 0x4000);
    assert_int_equal(host(r)[0x3fff], 0x77);
    free(s.data);
}
