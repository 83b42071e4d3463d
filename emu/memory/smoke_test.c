/*
 * The memory core in a few sentences; the contract's cases are under tests/memory.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <zif/memory.h>

typedef struct {
    ZifMemoryContext *ctx;
    MemoryRegion root;
    AddressSpace as;
    char log[8192];
    size_t at;
} Fixture;

static void say(Fixture *f, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    f->at += (size_t)vsnprintf(f->log + f->at, sizeof f->log - f->at, fmt, ap);
    va_end(ap);
}

static uint64_t pattern_read(void *opaque, hwaddr addr, unsigned size)
{
    if (opaque) {
        say(opaque, "r(%x,%u)", (unsigned)addr, size);
    }
    uint64_t v = 0;
    for (unsigned i = 0; i < size; i++) {
        v |= (uint64_t)(0x11 * (((addr + i) & 7) + 1)) << (8 * i);
    }
    return v;
}

static void pattern_write(void *opaque, hwaddr addr, uint64_t value, unsigned size)
{
    if (opaque) {
        say(opaque, "w(%x,%llx,%u)", (unsigned)addr, (unsigned long long)value, size);
    }
}

static const MemoryRegionOps io = { .read = pattern_read, .write = pattern_write };

static int setup(void **state)
{
    Fixture *f = calloc(1, sizeof *f);
    f->ctx = zif_memory_context_new(&error_abort);
    zif_memory_context_use(f->ctx);
    memory_region_init(&f->root, NULL, "R", UINT64_MAX);
    address_space_init(&f->as, &f->root, "A");
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    Fixture *f = *state;
    address_space_destroy(&f->as);
    zif_memory_region_finalize(&f->root);
    zif_memory_context_free(f->ctx);
    assert_null(zif_memory_context_use(NULL));
    free(f);
    return 0;
}

static void drop(MemoryRegion *container, MemoryRegion *mr)
{
    memory_region_del_subregion(container, mr);
    zif_memory_region_finalize(mr);
}

static char *picture(AddressSpace *as)
{
    static char text[4096];
    size_t at = 0;
    text[0] = '\0';
    FlatView *fv = address_space_to_flatview(as);
    for (unsigned i = 0; i < zif_flatview_count(fv); i++) {
        ZifFlatRange r = zif_flatview_range(fv, i);
        at += (size_t)snprintf(text + at, sizeof text - at, "%s%s@%llx[%llx,%llx]%s", i ? " " : "",
                               memory_region_name(r.mr), (unsigned long long)r.offset_within_region,
                               (unsigned long long)r.start, (unsigned long long)r.last, r.readonly ? "ro" : "");
    }
    return text;
}

static void an_overlay_cuts_what_it_covers(void **state)
{
    Fixture *f = *state;
    MemoryRegion x, y;
    memory_region_init_io(&x, NULL, &io, NULL, "x", 0x8000);
    memory_region_init_io(&y, NULL, &io, NULL, "y", 0x1000);
    memory_region_add_subregion(&f->root, 0, &x);
    memory_region_add_subregion_overlap(&f->root, 0x2000, &y, 1);
    assert_string_equal(picture(&f->as), "x@0[0,1fff] y@0[2000,2fff] x@3000[3000,7fff]");
    memory_region_set_enabled(&y, false);
    assert_string_equal(picture(&f->as), "x@0[0,7fff]");
    memory_region_set_enabled(&y, true);
    drop(&f->root, &y);
    assert_string_equal(picture(&f->as), "x@0[0,7fff]");
    drop(&f->root, &x);
}

static void of_equals_the_one_added_last_wins(void **state)
{
    Fixture *f = *state;
    MemoryRegion x, y;
    memory_region_init_io(&x, NULL, &io, NULL, "x", 0x2000);
    memory_region_init_io(&y, NULL, &io, NULL, "y", 0x2000);
    memory_region_add_subregion(&f->root, 0, &x);
    memory_region_add_subregion(&f->root, 0x1000, &y);
    assert_string_equal(picture(&f->as), "x@0[0,fff] y@0[1000,2fff]");
    memory_region_set_address(&x, 0x800);
    assert_string_equal(picture(&f->as), "x@0[800,27ff] y@1800[2800,2fff]");
    drop(&f->root, &y);
    drop(&f->root, &x);
}

static void adjoining_windows_on_one_ram_are_one_range(void **state)
{
    Fixture *f = *state;
    MemoryRegion r, a, b;
    memory_region_init_ram(&r, NULL, "r", 0x4000, &error_abort);
    memory_region_init_alias(&a, NULL, "a", &r, 0, 0x1000);
    memory_region_init_alias(&b, NULL, "b", &r, 0x1000, 0x1000);
    memory_region_add_subregion(&f->root, 0, &a);
    memory_region_add_subregion(&f->root, 0x1000, &b);
    assert_string_equal(picture(&f->as), "r@0[0,1fff]");
    memory_region_set_readonly(&b, true);
    assert_string_equal(picture(&f->as), "r@0[0,fff] r@1000[1000,1fff]ro");
    memory_region_set_readonly(&r, true);
    assert_string_equal(picture(&f->as), "r@0[0,1fff]ro");
    memory_region_set_readonly(&r, false);
    assert_string_equal(picture(&f->as), "r@0[0,fff] r@1000[1000,1fff]ro");
    uint8_t byte = 1;
    assert_int_equal(address_space_write(&f->as, 0x1000, MEMTXATTRS_UNSPECIFIED, &byte, 1), MEMTX_DECODE_ERROR);
    assert_int_equal(address_space_write(&f->as, 0xfff, MEMTXATTRS_UNSPECIFIED, &byte, 1), MEMTX_OK);
    drop(&f->root, &a);
    drop(&f->root, &b);
    zif_memory_region_finalize(&r);
}

static void a_transfer_crosses_ram_hole_and_device(void **state)
{
    Fixture *f = *state;
    MemoryRegion ram, i, q;
    memory_region_init_ram(&ram, NULL, "ram", 0x1000, &error_abort);
    memory_region_init_ram(&q, NULL, "q", 0x1000, &error_abort);
    memory_region_init_io(&i, NULL, &io, f, "i", 0x10);
    memory_region_add_subregion(&f->root, 0, &ram);
    memory_region_add_subregion(&f->root, 0x1008, &i);
    memory_region_add_subregion(&f->root, 0x1018, &q);
    uint8_t buf[0x24];
    for (unsigned n = 0; n < sizeof buf; n++) {
        buf[n] = (uint8_t)(0xa0 + n);
    }
    assert_int_equal(address_space_rw(&f->as, 0xffc, MEMTXATTRS_UNSPECIFIED, buf, sizeof buf, true),
                     MEMTX_DECODE_ERROR);
    assert_string_equal(f->log, "w(0,afaeadac,4)w(4,b3b2b1b0,4)w(8,b7b6b5b4,4)w(c,bbbab9b8,4)");
    memset(buf, 0xee, sizeof buf);
    assert_int_equal(address_space_rw(&f->as, 0xffc, MEMTXATTRS_UNSPECIFIED, buf, sizeof buf, false),
                     MEMTX_DECODE_ERROR);
    assert_int_equal(buf[3], 0xa3);
    assert_int_equal(buf[4], 0);
    assert_int_equal(buf[12], 0x11);
    assert_int_equal(buf[28], 0xbc);
    assert_int_equal(ldl_le_phys(&f->as, 0x1018 - 2), 0);
    drop(&f->root, &q);
    drop(&f->root, &i);
    drop(&f->root, &ram);
}

typedef struct {
    MemoryListener l;
    Fixture *f;
} Ear;
#define F(l) (((Ear *)(l))->f)
static void on_begin(MemoryListener *l)
{
    say(F(l), "begin ");
}
static void on_commit(MemoryListener *l)
{
    say(F(l), "commit ");
}
static void on_add(MemoryListener *l, MemoryRegionSection *s)
{
    say(F(l), "add %s%s ", s->mr->name, s->readonly ? "(ro)" : "");
}
static void on_del(MemoryListener *l, MemoryRegionSection *s)
{
    say(F(l), "del %s%s ", s->mr->name, s->readonly ? "(ro)" : "");
}
static void on_nop(MemoryListener *l, MemoryRegionSection *s)
{
    say(F(l), "nop %s ", s->mr->name);
}
static void on_start(MemoryListener *l, MemoryRegionSection *s, int o, int n)
{
    say(F(l), "start %s %d>%d ", s->mr->name, o, n);
}
static void on_stop(MemoryListener *l, MemoryRegionSection *s, int o, int n)
{
    say(F(l), "stop %s %d>%d ", s->mr->name, o, n);
}

static void listeners_hear_what_changed(void **state)
{
    Fixture *f = *state;
    MemoryRegion r, d, o;
    Ear ear = { .l = { .begin = on_begin,
                       .commit = on_commit,
                       .region_add = on_add,
                       .region_del = on_del,
                       .region_nop = on_nop,
                       .log_start = on_start,
                       .log_stop = on_stop },
                .f = f };
    memory_region_init_ram(&r, NULL, "r", 0x1000, &error_abort);
    memory_region_init_rom_device(&d, NULL, &io, NULL, "d", 0x1000, &error_abort);
    memory_region_init_io(&o, NULL, &io, NULL, "o", 0x100);
    memory_region_add_subregion(&f->root, 0, &r);
    memory_region_add_subregion(&f->root, 0x1000, &d);
    memory_listener_register(&ear.l, &f->as);
    assert_string_equal(f->log, "begin add r start r 0>2 add d commit ");
#define EXPECT(action, text)                                                                                           \
    do {                                                                                                               \
        f->at = 0;                                                                                                     \
        f->log[0] = '\0';                                                                                              \
        action;                                                                                                        \
        assert_string_equal(f->log, text);                                                                             \
    } while (0)
    EXPECT(memory_region_rom_device_set_romd(&d, false), "begin del d nop r add d commit ");
    EXPECT(memory_region_set_readonly(&r, true), "begin del r add r(ro) nop d commit ");
    EXPECT(memory_region_set_readonly(&r, false), "begin del r(ro) add r nop d commit ");
    EXPECT(memory_region_set_log(&r, true, DIRTY_MEMORY_VGA), "begin nop r start r 2>3 nop d commit ");
    EXPECT(memory_region_set_log(&r, false, DIRTY_MEMORY_VGA), "begin nop r stop r 3>2 nop d commit ");
    EXPECT(memory_region_add_subregion_overlap(&f->root, 0xf80, &o, 1), "begin del r del d add r add o add d commit ");
    EXPECT(memory_region_transaction_begin(), "");
    EXPECT(memory_region_del_subregion(&f->root, &o), "");
    EXPECT(memory_region_add_subregion_overlap(&f->root, 0xf80, &o, 1), "");
    EXPECT(memory_region_transaction_commit(), "begin nop r nop o nop d commit ");
    EXPECT(memory_listener_unregister(&ear.l), "begin stop r 2>0 del r del o del d commit ");
    drop(&f->root, &o);
    drop(&f->root, &d);
    drop(&f->root, &r);
}

static void narrow_accesses_become_aligned_pieces(void **state)
{
    Fixture *f = *state;
    MemoryRegion m;
    MemoryRegionOps ops = io;
    uint64_t v;
    ops.impl.min_access_size = ops.impl.max_access_size = 4;
    ops.valid.unaligned = true;
    memory_region_init_io(&m, NULL, &ops, f, "m", 0x100);
    assert_int_equal(memory_region_dispatch_read(&m, 1, &v, 1, MEMTXATTRS_UNSPECIFIED), MEMTX_OK);
    assert_int_equal(v, 0x22);
    assert_int_equal(memory_region_dispatch_write(&m, 1, 0xab, 1, MEMTXATTRS_UNSPECIFIED), MEMTX_OK);
    assert_int_equal(memory_region_dispatch_read(&m, 1, &v, 4, MEMTXATTRS_UNSPECIFIED), MEMTX_OK);
    assert_int_equal(v, 0x55443322);
    assert_string_equal(f->log, "r(0,4)w(0,ab00,4)r(0,4)r(4,4)");
    zif_memory_region_finalize(&m);
}

static MemTxResult refuse(void *opaque, hwaddr addr, uint64_t *data, unsigned size, MemTxAttrs attrs)
{
    *data = 0x123456;
    return MEMTX_ERROR;
}

/* Every size at two addresses, remembered and looked up: same values, results and calls. */
static void compare_remembered(Fixture *f, const MemoryRegionOps *ops)
{
    MemoryRegion m;
    ZifIoRange range;
    memory_region_init_io(&m, NULL, ops, f, "m", 0x100);
    memory_region_add_subregion(&f->root, 0x1000, &m);
    hwaddr first, last;
    assert_true(zif_io_range(&f->as, 0x1010, &range, &first, &last));
    assert_int_equal(first, 0x1000);
    assert_int_equal(last, 0x10ff);
    for (unsigned i = 0; i < 6; i++) {
        const hwaddr addr = 0x1010 + i / 3;
        const unsigned size = 1u << i % 3;
        uint64_t value, expected;
        MemTxResult r;
        char calls[256];
        f->at = 0;
        f->log[0] = '\0';
        expected = size == 1   ? address_space_ldub(&f->as, addr, MEMTXATTRS_UNSPECIFIED, &r)
                   : size == 2 ? address_space_lduw_le(&f->as, addr, MEMTXATTRS_UNSPECIFIED, &r)
                               : address_space_ldl_le(&f->as, addr, MEMTXATTRS_UNSPECIFIED, &r);
        address_space_stb(&f->as, addr, 0xab, MEMTXATTRS_UNSPECIFIED, NULL);
        memcpy(calls, f->log, sizeof calls); /* they are far shorter */
        f->at = 0;
        f->log[0] = '\0';
        assert_int_equal(zif_io_range_load(&range, addr, &value, size, MEMTXATTRS_UNSPECIFIED), r);
        assert_int_equal(value, expected);
        zif_io_range_store(&range, addr, 0xcdab, 1, MEMTXATTRS_UNSPECIFIED);
        assert_string_equal(f->log, calls);
    }
    drop(&f->root, &m);
}

static void a_remembered_device_answers_as_one_that_is_looked_up(void **state)
{
    Fixture *f = *state;
    MemoryRegionOps big = io, words = io, refusing = { .read_with_attrs = refuse, .write = pattern_write },
                    only_reads = io;
    big.endianness = DEVICE_BIG_ENDIAN;
    words.impl.min_access_size = words.impl.max_access_size = 4;
    words.valid.unaligned = true;
    only_reads.write = NULL;
    compare_remembered(f, &io);
    compare_remembered(f, &big);
    compare_remembered(f, &words);
    compare_remembered(f, &refusing);
    compare_remembered(f, &only_reads);
    MemoryRegion ram;
    ZifIoRange range;
    memory_region_init_ram(&ram, NULL, "ram", 0x1000, &error_abort);
    memory_region_add_subregion(&f->root, 0, &ram);
    hwaddr first, last;
    assert_false(zif_io_range(&f->as, 0, &range, &first, &last));
    assert_false(zif_io_range(&f->as, 0x5000, &range, &first, &last));
    drop(&f->root, &ram);
}

static void a_destroyed_owner_takes_its_regions_along(void **state)
{
    Fixture *f = *state;
    static MemoryRegion box, in, window;
    Object owner;
    zif_object_init(&owner, "device", NULL);
    memory_region_init(&box, &owner, "box", 0x1000);
    memory_region_init_io(&in, &owner, &io, NULL, "in", 0x100);
    memory_region_init_alias(&window, &owner, "window", &in, 0, 0x80);
    memory_region_add_subregion(&box, 0, &in);
    memory_region_add_subregion(&box, 0x800, &window);
    memory_region_add_subregion(&f->root, 0, &box);
    assert_string_equal(picture(&f->as), "in@0[0,ff] in@0[800,87f]");
    assert_true(owner.ref > 1);
    memory_region_del_subregion(&f->root, &box);
    assert_int_equal(owner.ref, 1);
    object_unref(&owner);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        T(an_overlay_cuts_what_it_covers),
        T(of_equals_the_one_added_last_wins),
        T(adjoining_windows_on_one_ram_are_one_range),
        T(a_transfer_crosses_ram_hole_and_device),
        T(listeners_hear_what_changed),
        T(narrow_accesses_become_aligned_pieces),
        T(a_remembered_device_answers_as_one_that_is_looked_up),
        T(a_destroyed_owner_takes_its_regions_along),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
