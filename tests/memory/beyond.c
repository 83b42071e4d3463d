/*
 * What the API has beyond the header it re-creates: contexts, snapshot streams, block names, counters, traces,
 * read-modify-write. Expectations: zif/memory.h and the design's page on adapting the parts made for servers.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "harness.h"

#define OPS(...) ((MemoryRegionOps){ __VA_ARGS__ })

/* ---- contexts ---- */

TEST(Z01_the_page_size_is_fixed_once_there_is_memory, "X13")
{
    Error *err = NULL;
    assert_int_equal(zif_memory_context_page_size(ctx()), PAGE);
    assert_true(zif_memory_context_set_page_size(ctx(), 1024, NULL));
    assert_int_equal(zif_target_page_size(), 1024);
    assert_false(zif_memory_context_set_page_size(ctx(), 1000, &err));
    error_free(err);
    err = NULL;
    assert_false(zif_memory_context_set_page_size(ctx(), 32, &err));
    error_free(err);
    err = NULL;
    assert_false(zif_memory_context_set_page_size(ctx(), 1 << 20, &err));
    error_free(err);
    ram("r", 0x1000);
    err = NULL;
    assert_false(zif_memory_context_set_page_size(ctx(), 2048, &err));
    assert_non_null(err);
    error_free(err);
}

TEST(Z02_a_new_context_has_pages_of_1_kib_and_is_not_current, "")
{
    ZifMemoryContext *mine = ctx(), *other = zif_memory_context_new(&error_abort);
    assert_ptr_equal(ctx(), mine);
    assert_int_equal(zif_memory_context_page_size(other), 1024);
    assert_ptr_equal(zif_memory_context_use(other), mine);
    assert_ptr_equal(ctx(), other);
    assert_ptr_equal(zif_memory_context_use(mine), other);
    zif_memory_context_free(other);
    zif_memory_context_free(NULL);
}

TEST(Z03_a_context_that_is_not_empty_cannot_be_freed, "A92")
{
    MemoryRegion *r = box("leftover", 0x1000);
    DIES("leftover", zif_memory_context_free(ctx()));
    space_named(r, "stale-space");
    DIES("", zif_memory_context_free(ctx()));
}

TEST(Z04_the_system_root_is_made_on_demand_and_goes_with_its_context, "A32")
{
    MemoryRegion *system = get_system_memory();
    assert_ptr_equal(get_system_memory(), system);
    assert_string_equal(memory_region_name(system), "system");
    assert_true(memory_region_size(system) == UINT64_MAX);
    MemoryRegion *r = at(system, 0x1000, ram("r", 0x1000));
    AddressSpace *as = space(system);
    VIEW(as, "r[1000,2000)");
    memory_region_del_subregion(system, r);
    space_end(as);
}

TEST(Z05_spaces_can_be_walked_in_creation_order, "A92 A93")
{
    MemoryRegion *root = box("R", 0x1000);
    AddressSpace *a = space(root), *b = space(root), *c = space(root);
    space_end(b);
    assert_ptr_equal(zif_address_space_next(ctx(), NULL), a);
    assert_ptr_equal(zif_address_space_next(ctx(), a), c);
    assert_null(zif_address_space_next(ctx(), c));
}

TEST(Z06_the_generation_changes_with_every_commit_and_toggle, "A59 A63 A64")
{
    MemoryRegion *root = box("R", 0x10000);
    MemoryRegion *r = at(root, 0, ram("r", 0x1000)), *f = at(root, 0x1000, romd("f", 0x1000));
    AddressSpace *as = space(root);
    uint64_t g0 = zif_address_space_generation(as);
    memory_region_set_readonly(r, true);
    uint64_t g1 = zif_address_space_generation(as);
    memory_region_rom_device_set_romd(f, false);
    uint64_t g2 = zif_address_space_generation(as);
    memory_region_set_enabled(r, false);
    uint64_t g3 = zif_address_space_generation(as);
    assert_true(g0 != g1 && g1 != g2 && g2 != g3);
    READS(as, 0x1000, "11", MEMTX_OK);
    assert_true(zif_address_space_generation(as) == g3);
}

TEST(Z07_lookups_answer_for_a_whole_range, "A8")
{
    MemoryRegion *root = box("R", SIZE_ALL);
    MemoryRegion *r = at(root, 0x1000, ram("r", 0x1000));
    at(root, 0x2000, io("i", 0x100));
    MemoryRegion *a = at(root, 0x8000, ali("a", r, 0x800, 0x800));
    memory_region_set_readonly(a, true);
    AddressSpace *as = space(root);
    for (int pass = 0; pass < 2; pass++) { /* the second time from the hint */
        ZifMemoryHit h = zif_address_space_lookup(as, 0x1234, true, ATTRS);
        assert_ptr_equal(h.mr, r);
        assert_true(h.xlat == 0x234 && h.host == host(r) + 0x234 && h.last == 0x1fff);
    }
    ZifMemoryHit h = zif_address_space_lookup(as, 0x8010, true, ATTRS);
    assert_true(h.mr == r && h.xlat == 0x810 && !h.host);
    h = zif_address_space_lookup(as, 0x8010, true, ATTRS);
    assert_null(h.host);
    assert_ptr_equal(zif_address_space_lookup(as, 0x8010, false, ATTRS).host, host(r) + 0x810);
    h = zif_address_space_lookup(as, 0x2010, false, ATTRS);
    assert_true(!h.host && h.last == 0x20ff);
    h = zif_address_space_lookup(as, 0x4000, false, ATTRS);
    assert_true(h.mr && !h.host && h.last == 0x7fff);
    h = zif_address_space_lookup(as, 0, false, ATTRS);
    assert_true(h.mr && !h.host && h.last == 0xfff);
    h = zif_address_space_lookup(as, HWADDR_MAX, false, ATTRS);
    assert_true(!h.host && h.last == HWADDR_MAX);
}

TEST(Z08_failed_accesses_are_counted_by_cause, "A94 X1")
{
    MemoryRegion *root = box("R", 0x10000);
    MemoryRegion *e =
        at(root, 0, io_with("e", 0x10, OPS(.read_with_attrs = dev_read_attrs, .write_with_attrs = dev_write_attrs)));
    dev(e)->result = MEMTX_ERROR;
    AddressSpace *as = space(root);
    const ZifFaultCounters *f = zif_address_space_faults(as);
    READS(as, 0x100, "00", MEMTX_DECODE_ERROR);
    write_w(as, 0x100, 1);
    READS(as, 0, "11", MEMTX_ERROR);
    write_w(as, 0, 1);
    assert_true(f->decode_reads == 1 && f->decode_writes == 1 && f->device_reads == 1 && f->device_writes == 1);
    assert_true(f->blocked == 0);
}

static void trace(void *opaque, const ZifMemoryTrace *t)
{
    note("%s:%s%c(%" PRIx64 ",%" PRIx64 ",%u)=%u", (const char *)opaque, memory_region_name(t->mr),
         t->is_write ? 'w' : 'r', t->addr, t->value, t->size, t->result);
}

TEST(Z09_a_trace_sees_every_dispatched_access, "A90")
{
    MemoryRegion *root = box("R", 0x10000);
    MemoryRegion *i = at(root, 0, io("i", 0x10));
    at(root, 0x1000, ram("r", 0x1000));
    AddressSpace *as = space(root);
    dev(i)->quiet = true;
    zif_memory_set_trace(ctx(), trace, (void *)(uintptr_t) "T");
    put(as, 4, 0xab, 2);
    READS(as, 0, "11 22", MEMTX_OK);
    put(as, 0x1000, 1, 4); /* memory is not dispatched */
    uint64_t v;
    dread(i, 1, 2, &v);
    LOG("T:iw(4,ab,2)=0 T:ir(0,2211,2)=0 T:ir(1,0,2)=2");
    zif_memory_set_trace(ctx(), NULL, NULL);
    put(as, 4, 0xab, 2);
    LOG("");
}

TEST(Z10_read_modify_write_keeps_the_bytes_beside_a_narrow_write, "A91 D3")
{
    MemoryRegion *m = io_with("m", 0x100, OPS(.valid = { .unaligned = true }, .impl = { 4, 4, false }));
    zif_memory_region_set_rmw(m, true);
    assert_int_equal(dwrite(m, 1, 1, 0xab), MEMTX_OK);
    LOG("m.r(0,4) m.w(0,4433ab11,4)");
    assert_int_equal(dwrite(m, 3, 2, 0xbbaa), MEMTX_OK);
    LOG("m.r(0,4) m.w(0,aa332211,4) m.r(4,4) m.w(4,887766bb,4)");
    assert_int_equal(dwrite(m, 0, 4, 0x12345678), MEMTX_OK);
    LOG("m.w(0,12345678,4)");
}

/* ---- blocks and streams ---- */

static MemoryRegion *named_ram(const char *name, uint64_t size)
{
    MemoryRegion *r = blank();
    memory_region_init_ram(r, NULL, name, size, &error_abort);
    return r;
}

TEST(Z20_named_blocks_are_found_by_name, "A28 A29 A30 M12 X10")
{
    MemoryRegion *r = named_ram("sram", 0x1000), *o = blank(), *n = ram("anonymous", 0x1000);
    memory_region_init_rom(o, NULL, "bootrom", 0x1000, &error_abort);
    Dev *f = dev_storage("flash");
    Object owner;
    zif_object_init(&owner, "soc", NULL);
    memory_region_init_rom_device(&f->mr, &owner, &f->ops, f, "flash", 0x1000, &error_abort);
    assert_ptr_equal(zif_ram_block_by_name(ctx(), "sram"), r->ram_block);
    assert_ptr_equal(zif_ram_block_by_name(ctx(), "bootrom"), o->ram_block);
    assert_non_null(strstr(f->mr.ram_block->idstr, "soc"));
    assert_ptr_equal(zif_ram_block_by_name(ctx(), f->mr.ram_block->idstr), f->mr.ram_block);
    assert_null(zif_ram_block_by_name(ctx(), "anonymous"));
    assert_null(zif_ram_block_by_name(ctx(), ""));
    assert_true(r->ram_block->flags & RAM_MIGRATABLE);
    assert_false(n->ram_block->flags & RAM_MIGRATABLE);
    assert_string_equal(n->ram_block->idstr, "");
    assert_true(memory_region_is_rom(o));
    unsigned count = 0;
    ram_addr_t last = 0;
    for (RAMBlock *b = zif_ram_block_next(ctx(), NULL); b; b = zif_ram_block_next(ctx(), b)) {
        assert_true(!count || b->offset > last);
        last = b->offset;
        count++;
    }
    assert_int_equal(count, 4);
    object_unref(&owner);
}

TEST(Z21_a_second_block_of_a_name_aborts, "A28")
{
    named_ram("sram", 0x1000);
    MemoryRegion *again = blank();
    DIES("sram", memory_region_init_ram(again, NULL, "sram", 0x1000, &error_abort));
}

TEST(Z22_a_stream_restores_every_named_block, "A28 A46")
{
    MemoryRegion *a = named_ram("a", 0x3000), *b = named_ram("b", 0x1000), *out = ram("out", 0x1000);
    fill(a, 0x11);
    fill(b, 0x22);
    fill(out, 0x33);
    Stream s = { 0 };
    assert_true(zif_memory_save(ctx(), 0, stream_write, &s, &error_abort));
    fill(a, 0x44);
    fill(b, 0x55);
    fill(out, 0x66);
    memory_region_reset_dirty(a, 0, 0x3000, DIRTY_MEMORY_VGA);
    memory_region_reset_dirty(a, 0, 0x3000, DIRTY_MEMORY_CODE);
    assert_true(zif_memory_load(ctx(), stream_read, &s, &error_abort));
    assert_int_equal(host(a)[0x2fff], 0x11);
    assert_int_equal(host(b)[0], 0x22);
    assert_int_equal(host(out)[0], 0x66); /* not part of streams */
    assert_true(memory_region_get_dirty(a, 0x2000, 1, DIRTY_MEMORY_VGA));
    assert_true(memory_region_get_dirty(a, 0x2000, 1, DIRTY_MEMORY_CODE));
    free(s.data);
}

TEST(Z22b_pages_that_were_zero_are_zero_again_and_no_others, "A28")
{
    MemoryRegion *a = named_ram("a", 0x8000), *b = named_ram("b", 0x1801);
    host(a)[0x3456] = 1;
    host(a)[0x6000] = 2;
    Stream s = { 0 };
    assert_true(zif_memory_save(ctx(), 0, stream_write, &s, &error_abort));
    fill(a, 0xff);
    fill(b, 0xff);
    assert_true(zif_memory_load(ctx(), stream_read, &s, &error_abort));
    for (unsigned i = 0; i < 0x8000; i++) {
        assert_int_equal(host(a)[i], i == 0x3456 ? 1 : i == 0x6000 ? 2 : 0);
    }
    for (unsigned i = 0; i < 0x1801; i++) {
        assert_int_equal(host(b)[i], 0);
    }
    free(s.data);
}

TEST(Z22c_a_stream_of_other_pages_or_of_something_else_is_refused, "A28")
{
    named_ram("a", 0x1000);
    Stream s = { 0 };
    assert_true(zif_memory_save(ctx(), 0, stream_write, &s, &error_abort));
    ZifMemoryContext *mine = ctx(), *other = zif_memory_context_new(&error_abort);
    zif_memory_context_use(other);
    Error *err = NULL;
    assert_false(zif_memory_load(other, stream_read, &s, &err));
    assert_non_null(strstr(error_get_pretty(err), "page"));
    error_free(err);
    zif_memory_context_use(mine);
    zif_memory_context_free(other);
    s.data[0] ^= 0xff;
    s.at = 0;
    err = NULL;
    assert_false(zif_memory_load(ctx(), stream_read, &s, &err));
    assert_non_null(err);
    error_free(err);
    free(s.data);
}

TEST(Z23_an_incremental_stream_holds_the_pages_written_since, "A51 A52 A95")
{
    MemoryRegion *root = box("R", 0x100000);
    MemoryRegion *a = at(root, 0, named_ram("a", 0x40000));
    AddressSpace *as = space(root);
    set_running(true);
    memory_global_dirty_log_start();
    for (int i = 0; i < 0x40000; i++) {
        host(a)[i] = (uint8_t)(i * 2654435761u >> 13);
    }
    Stream full = { 0 }, part = { 0 };
    assert_true(zif_memory_save(ctx(), 0, stream_write, &full, &error_abort));
    write_w(as, 0x5000, 4);
    assert_true(zif_memory_save(ctx(), ZIF_MEMORY_SAVE_DIRTY, stream_write, &part, &error_abort));
    assert_true(part.size < full.size / 8);
    uint8_t was = host(a)[0x9000];
    write_w(as, 0x5000, 1);
    fill(a, 0);
    assert_true(zif_memory_load(ctx(), stream_read, &full, &error_abort));
    assert_true(zif_memory_load(ctx(), stream_read, &part, &error_abort));
    assert_bytes(host(a) + 0x5000, "a0 a1 a2 a3");
    assert_int_equal(host(a)[0x9000], was);
    memory_global_dirty_log_stop();
    free(full.data);
    free(part.data);
}

TEST(Z24_an_incremental_save_without_logging_is_an_error, "")
{
    named_ram("a", 0x1000);
    Stream s = { 0 };
    Error *err = NULL;
    assert_false(zif_memory_save(ctx(), ZIF_MEMORY_SAVE_DIRTY, stream_write, &s, &err));
    assert_non_null(err);
    error_free(err);
    free(s.data);
}

static void noted_resize(const char *id, uint64_t length, void *memory)
{
    note("resized(%" PRIx64 ")", length);
}

TEST(Z25_a_stream_of_another_machine_is_refused, "A28")
{
    MemoryRegion *a = named_ram("a", 0x2000);
    Stream s = { 0 };
    assert_true(zif_memory_save(ctx(), 0, stream_write, &s, &error_abort));
    zif_memory_region_finalize(a);
    disown(a);
    Error *err = NULL;
    assert_false(zif_memory_load(ctx(), stream_read, &s, &err)); /* no such block */
    assert_non_null(strstr(error_get_pretty(err), "a"));
    error_free(err);
    named_ram("a", 0x4000);
    s.at = 0;
    err = NULL;
    assert_false(zif_memory_load(ctx(), stream_read, &s, &err)); /* another size */
    assert_non_null(err);
    error_free(err);
    free(s.data);
}

TEST(Z26_a_cut_or_damaged_stream_is_refused_without_harm, "A28")
{
    MemoryRegion *a = named_ram("a", 0x2000), *b = named_ram("b", 0x1000);
    fill(a, 0x11);
    memset(host(b), 0x5a, 0x800);
    Stream s = { 0 };
    assert_true(zif_memory_save(ctx(), 0, stream_write, &s, &error_abort));
    size_t whole = s.size;
    for (size_t cut = 0; cut < whole; cut += cut < 200 ? 1 : 97) {
        s.size = cut;
        s.at = 0;
        Error *err = NULL;
        assert_false(zif_memory_load(ctx(), stream_read, &s, &err));
        assert_non_null(err);
        error_free(err);
    }
    s.size = whole;
    uint32_t seed = 1;
    for (int i = 0; i < 3000; i++) {
        seed = seed * 1664525 + 1013904223;
        size_t place = (seed >> 4) % (i & 1 ? whole : 100 < whole ? 100 : whole);
        uint8_t old = s.data[place];
        s.data[place] ^= (uint8_t)(1u << (seed >> 29));
        s.at = 0;
        Error *err = NULL;
        if (!zif_memory_load(ctx(), stream_read, &s, &err)) {
            assert_non_null(err);
            error_free(err);
        }
        s.data[place] = old;
    }
    s.at = 0;
    assert_true(zif_memory_load(ctx(), stream_read, &s, &error_abort));
    assert_int_equal(host(a)[0x1fff], 0x11);
    free(s.data);
}

TEST(Z27_a_writer_that_fails_is_reported, "A28")
{
    fill(named_ram("a", 0x2000), 0x99);
    for (size_t stop = 1; stop < 0x2000; stop += stop < 100 ? 1 : 500) {
        Stream s = { .stop = stop };
        Error *err = NULL;
        assert_false(zif_memory_save(ctx(), 0, stream_write, &s, &err));
        assert_non_null(err);
        error_free(err);
        free(s.data);
    }
}

static MemoryRegion *named_resizeable(void)
{
    Object *none = NULL;
    MemoryRegion *r = blank();
    memory_region_init_resizeable_ram(r, none, "rr", 0x2000, 0x8000, noted_resize, &error_abort);
    return r;
}

TEST(Z28_resizeable_memory_outside_streams_stays_as_it_is, "A19 A65")
{
    MemoryRegion *r = named_resizeable();
    Stream s = { 0 };
    assert_true(zif_memory_save(ctx(), 0, stream_write, &s, &error_abort));
    memory_region_ram_resize(r, 0x4000, &error_abort);
    log_clear();
    assert_true(zif_memory_load(ctx(), stream_read, &s, &error_abort));
    LOG("");
    assert_int_equal(memory_region_size(r), 0x4000);
    free(s.data);
}

TEST(Z29_queued_writes_are_carried_out_before_a_save, "D32")
{
    MemoryRegion *root = box("R", 0x1000);
    MemoryRegion *i = at(root, 0, io("i", 0x100));
    AddressSpace *as = space(root);
    memory_region_set_coalescing(i);
    put(as, 0, 1, 4);
    LOG("");
    Stream s = { 0 };
    assert_true(zif_memory_save(ctx(), 0, stream_write, &s, &error_abort));
    LOG("i.w(0,1,4)");
    free(s.data);
}

/* ---- objects ---- */

static unsigned finalized, initialised;

static void thing_init(Object *obj)
{
    initialised++;
}

static void thing_finalize(Object *obj)
{
    finalized++;
}

static const TypeInfo thing_info = { .name = "test-thing",
                                     .parent = TYPE_OBJECT,
                                     .instance_size = sizeof(Object),
                                     .instance_init = thing_init,
                                     .instance_finalize = thing_finalize };
static const TypeInfo thing_impostor = { .name = "test-thing", .parent = TYPE_OBJECT };
static const TypeInfo orphan_info = { .name = "test-orphan", .parent = "test-no-such-parent" };
static const TypeInfo derived_info = { .name = "test-derived", .parent = "test-thing" };

TEST(Z40_objects_count_their_references_and_finalize_once, "X12")
{
    type_register_static(&thing_info);
    type_register_static(&thing_info); /* the same again is nothing */
    type_register_static(&derived_info);
    DIES("test-thing", type_register_static(&thing_impostor));
    finalized = initialised = 0;
    Object *o = object_new("test-derived");
    assert_int_equal(initialised, 1); /* what it derives from is made first */
    assert_string_equal(object_get_typename(o), "test-derived");
    assert_ptr_equal(object_dynamic_cast(o, "test-thing"), o);
    assert_null(object_dynamic_cast(o, TYPE_MEMORY_REGION));
    assert_null(object_dynamic_cast(NULL, "test-thing"));
    object_ref(o);
    object_unref(o);
    assert_int_equal(finalized, 0);
    object_unref(o);
    assert_int_equal(finalized, 1);
    object_ref(NULL);
    object_unref(NULL);
    assert_null(object_class_by_name("test-nobody"));
    assert_non_null(object_class_by_name("test-thing"));
    DIES("test-nobody", object_new("test-nobody"));
    DIES("test-orphan", type_register_static(&orphan_info); object_new("test-orphan"));
}

TEST(Z41_children_hold_their_place_until_they_are_taken, "X12")
{
    type_register_static(&thing_info);
    Object *parent = object_new("test-thing"), *child = object_new("test-thing");
    object_property_add_child(parent, "limb", child);
    assert_string_equal(object_get_id(child), "limb");
    assert_null(object_get_id(parent));
    char *path = object_get_canonical_path(child);
    assert_non_null(strstr(path, "/limb"));
    free(path);
    DIES("parent", object_property_add_child(parent, "again", child));
    finalized = 0;
    object_unref(child); /* the parent keeps it */
    assert_int_equal(finalized, 0);
    object_unparent(child);
    assert_int_equal(finalized, 1);
    object_unref(parent);
    assert_int_equal(finalized, 2);
    parent = object_new("test-thing");
    child = object_new("test-thing");
    object_property_add_child(parent, "limb", child);
    object_unref(child);
    object_unref(parent);
    assert_int_equal(finalized, 4);
    Object *lone = object_new("test-thing");
    object_unparent(lone); /* nothing to take it from */
    object_unref(lone);
}

TEST(Z42_dropping_too_many_references_aborts, "X12")
{
    Object o;
    zif_object_init(&o, "lonely", NULL);
    object_ref(&o);
    object_unref(&o);
    object_unref(&o);
    DIES("", object_unref(&o));
}

/* ---- the accessor templates ---- */

#define SUFFIX    _of_mine
#define ARG1      mine
#define ARG1_DECL AddressSpace *mine
#include <zif/memory_ldst.inc.h>

uint32_t address_space_ldl_le_of_mine(AddressSpace *mine, hwaddr addr, MemTxAttrs attrs, MemTxResult *result)
{
    return address_space_ldl_le(mine, addr + 4, attrs, result);
}

TEST(Z50_the_accessor_templates_declare_families_of_ones_own, "M16 M17 M18 L4")
{
#if defined(SUFFIX) || defined(ARG1) || defined(ARG1_DECL) || defined(ENDIANNESS)
    fail(); /* each template takes its parameters away again */
#endif
    AddressSpace *as = space(ram("r", 0x1000));
    put(as, 4, 0x11223344, 4);
    assert_int_equal(address_space_ldl_le_of_mine(as, 0, ATTRS, NULL), 0x11223344);
}
