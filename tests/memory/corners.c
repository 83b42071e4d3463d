/*
 * Corners of the memory core: caches of memory that changes sides, streams of every kind of memory and streams that
 * make no sense, where blocks lie. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "harness.h"

TEST(V01_one_value_over_the_end_of_what_a_cache_holds, "A103 A105")
{
    MemoryRegion *root = box("R", 0x10000), *r = at(root, 0, rom("r", 0x1000));
    AddressSpace *as = space(root);
    MemoryRegionCache cache;
    MemTxResult result;
    /* A ROM cached for writing has no pointer and keeps its full length. */
    assert_int_equal(address_space_cache_init(&cache, as, 0xff0, 0x100, true), 0x100);
    fill(r, 0x77);
    assert_int_equal(address_space_ldl_le_cached(&cache, 0xe, ATTRS, &result), 0x7777);
    assert_int_equal(result, MEMTX_DECODE_ERROR);
    address_space_stl_le_cached(&cache, 0xe, 1, ATTRS, &result);
    assert_int_equal(result, MEMTX_DECODE_ERROR);
    assert_int_equal(address_space_ldl_le_cached(&cache, 0x20, ATTRS, &result), 0);
    assert_int_equal(result, MEMTX_DECODE_ERROR);
    address_space_stl_notdirty_cached_slow(&cache, 0, 1, ATTRS, &result);
    assert_int_equal(result, MEMTX_DECODE_ERROR);
    memory_region_set_readonly(r, false);
    address_space_stl_notdirty_cached_slow(&cache, 0, 0x99, ATTRS, &result);
    assert_int_equal(result, MEMTX_OK);
    assert_int_equal(host(r)[0xff0], 0x99);
    address_space_stl_notdirty_cached_slow(&cache, 0xe, 0x99, ATTRS, &result);
    assert_int_equal(result, MEMTX_DECODE_ERROR);
    address_space_stl_le_cached(&cache, 4, 0x88, ATTRS, &result);
    assert_int_equal(result, MEMTX_OK);
    address_space_cache_invalidate(&cache, 0, 4); /* no pointer: nothing to do */
    address_space_cache_destroy(&cache);
    assert_int_equal(address_space_cache_init(&cache, as, 0, SIZE_ALL, false), 0x1000);
    address_space_cache_invalidate(&(MemoryRegionCache){ .is_write = true }, 0, 0);
    address_space_cache_destroy(&cache);
    assert_true(address_space_cache_init(&cache, as, 0x8000, SIZE_ALL, false) == INT64_MAX);
    address_space_cache_destroy(&cache);
    DIES("(none)", address_space_ldub_cached(&(MemoryRegionCache){ .len = 0 }, 0, ATTRS, NULL));
}

/* ---- streams ---- */

typedef struct Bytes {
    uint8_t data[0x8000];
    size_t size, at;
} Bytes;

static bool put_bytes(void *opaque, const void *data, size_t len)
{
    Bytes *b = opaque;
    if (len > sizeof b->data - b->size) {
        return false;
    }
    memcpy(b->data + b->size, data, len);
    b->size += len;
    return true;
}

static bool get_bytes(void *opaque, void *data, size_t len)
{
    Bytes *b = opaque;
    if (len > b->size - b->at) {
        return false;
    }
    memcpy(data, b->data + b->at, len);
    b->at += len;
    return true;
}

TEST(V02_memory_of_any_kind_can_be_part_of_streams, "A19 A22 M12")
{
    static uint8_t mine[0x1001];
    static Bytes whole, less;
    whole.size = whole.at = less.size = less.at = 0;
    MemoryRegion *grow = blank(), *ptr = blank(), *file = blank();
    memory_region_init_resizeable_ram(grow, NULL, "grow", 0x1000, 0x4000, NULL, &error_abort);
    memory_region_init_ram_ptr(ptr, NULL, "ptr", sizeof mine, mine);
    memory_region_init_ram_from_file(file, NULL, "file", 0x1000, 0, RAM_SHARED, scratch("s.bin"), &error_abort);
    assert_true(zif_memory_region_register_ram(grow, &error_abort));
    assert_true(zif_memory_region_register_ram(ptr, &error_abort));
    assert_true(zif_memory_region_register_ram(file, &error_abort));
    memory_region_ram_resize(grow, 0x2000, &error_abort);
    host(grow)[0x1fff] = 1;
    mine[0x1000] = 2;
    host(file)[0] = 3;
    unsigned all = ZIF_MEMORY_SAVE_PREALLOC;
    assert_true(zif_memory_save(ctx(), all, put_bytes, &whole, &error_abort));
    assert_true(zif_memory_save(ctx(), ZIF_MEMORY_SAVE_BY_FILE, put_bytes, &less, &error_abort));
    assert_true(less.size < whole.size);
    host(grow)[0] = 9;
    memory_region_ram_resize(grow, 0x1000, &error_abort);
    mine[0x1000] = 0;
    host(file)[0] = 4;
    assert_true(zif_memory_load(ctx(), get_bytes, &less, &error_abort));
    assert_int_equal(host(file)[0], 4); /* by reference: the file says */
    assert_int_equal(mine[0x1000], 0);  /* not asked for */
    assert_int_equal(memory_region_size(grow), 0x2000);
    assert_int_equal(host(grow)[0], 0);
    assert_int_equal(host(grow)[0x1fff], 1);
    assert_true(zif_memory_load(ctx(), get_bytes, &whole, &error_abort));
    assert_int_equal(host(file)[0], 3);
    assert_int_equal(mine[0x1000], 2);
    char name[300];
    memset(name, 'n', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    Error *err = NULL;
    MemoryRegion *r = blank();
    memory_region_init_ram(r, NULL, name, 0x1000, &err);
    expect_error(&err, "too long");
    assert_int_equal(memory_region_size(r), 0);
}

static const struct {
    unsigned at;
    const char *bytes; /* hexadecimal */
    const char *words;
} damage[] = {
    { 0, "00", "no memory snapshot" }, { 8, "01", "pages of" },
    { 12, "02", "a name of" },     /* one block more than there is */
    { 16, "00 01", "a name of" },  /* 256 bytes */
    { 18, "78", "does not have" }, /* another name */
    { 22, "01 20", "grow" },       /* 0x2001 bytes in a block of at most 0x2000 */
    { 22, "01 00", "0x1 bytes" },  /* a size that is no whole host page */
    { 30, "04", "mean nothing" },      { 30, "03", "mean nothing" },
    { 30, "02", "mean nothing" }, /* by reference, with pages */
    { 38, "07", "wrong place" },
};

TEST(V03_damaged_streams_are_refused_with_a_sentence, "")
{
    static Bytes good, bad;
    good.size = 0;
    MemoryRegion *r = blank();
    memory_region_init_resizeable_ram(r, NULL, "rrrr", 0x1000, 0x2000, NULL, &error_abort);
    assert_true(zif_memory_region_register_ram(r, &error_abort));
    host(r)[0] = 1;
    assert_true(zif_memory_save(ctx(), 0, put_bytes, &good, &error_abort));
    for (unsigned i = 0; i < sizeof damage / sizeof *damage; i++) {
        Error *err = NULL;
        bad = good;
        bad.at = 0;
        unsigned at = damage[i].at;
        for (const char *p = damage[i].bytes; *p; p += p[2] ? 3 : 2) {
            bad.data[at++] = (uint8_t)strtoul(p, NULL, 16);
        }
        memory_region_ram_resize(r, 0x1000, &error_abort);
        bool ok = zif_memory_load(ctx(), get_bytes, &bad, &err);
        if (ok) {
            print_error("damage %u went unnoticed\n", i);
        }
        assert_false(ok);
        expect_error(&err, damage[i].words);
    }
    for (size_t n = 0; n < good.size; n++) { /* and cut anywhere */
        Error *err = NULL;
        bad = good;
        bad.at = 0;
        bad.size = n;
        memory_region_ram_resize(r, 0x1000, &error_abort);
        assert_false(zif_memory_load(ctx(), get_bytes, &bad, &err));
        error_free(err);
    }
    Error *err = NULL;
    bad = good;
    bad.at = 0;
    bad.data[bad.size - 1] ^= 1;
    assert_false(zif_memory_load(ctx(), get_bytes, &bad, &err));
    expect_error(&err, "goes on");
}

/* ---- blocks ---- */

TEST(V04_blocks_in_the_callers_memory_may_overlap, "A38 A22")
{
    static uint8_t bytes[0x3000];
    ram_addr_t offset;
    MemoryRegion *outer = blank(), *inner = blank(), *low = blank();
    memory_region_init_ram_ptr(outer, NULL, "outer", 0x3000, bytes);
    memory_region_init_ram_ptr(inner, NULL, "inner", 0x1000, bytes + 0x1000);
    memory_region_init_ram_ptr(low, NULL, "low", 0x10, bytes);
    assert_ptr_equal(memory_region_from_host(bytes + 0x1800, &offset), inner);
    assert_int_equal(offset, 0x800);
    assert_ptr_equal(memory_region_from_host(bytes + 0x2800, &offset), outer);
    assert_null(memory_region_from_host(&offset, &offset));
    assert_null(memory_region_from_host(NULL, &offset));
    ram("r", 0x1000);
    assert_null(memory_region_from_host((void *)UINTPTR_MAX, &offset));
}

TEST(V05_a_gap_is_used_by_the_block_that_fits_it_best, "A40")
{
    MemoryRegion *a = ram("a", 64 * PAGE), *b = ram("b", 128 * PAGE), *c = ram("c", 64 * PAGE),
                 *d = ram("d", 64 * PAGE);
    ram_addr_t first = memory_region_get_ram_addr(a), third = memory_region_get_ram_addr(c);
    ram_addr_t second = memory_region_get_ram_addr(b);
    ram("end", PAGE);
    disown(b);
    zif_memory_region_finalize(b);
    disown(d);
    zif_memory_region_finalize(d);
    MemoryRegion *e = ram("e", 64 * PAGE); /* fits the gap d left, smaller than b's */
    assert_true(memory_region_get_ram_addr(e) > third);
    MemoryRegion *f = ram("f", 100 * PAGE);
    assert_int_equal(memory_region_get_ram_addr(f), second);
    assert_true(first < second && second < third);
    assert_int_equal(memory_region_get_ram_addr(ram("z", 0)) % (64 * PAGE), 0);
}
