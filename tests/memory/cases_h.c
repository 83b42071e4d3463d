/*
 * Section H of the conformance cases: translating regions (IOMMU). `iom` covers 0x8000 bytes, pages of 4 KiB go to
 * +0x100000 of the address space `sys`, nothing is mapped at or above 0x4000; table 1 serves secure accesses.
 * Expectations: the memory contract, 5.12, decisions D27 to D30.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "harness.h"

#define OPS(...) ((MemoryRegionOps){ __VA_ARGS__ })

typedef struct {
    MemoryRegion *sysroot, *big, *root;
    AddressSpace *sys, *as;
    Iom *i;
} MapH;

static MapH map_h(void)
{
    MapH m = { .sysroot = box("sysroot", SIZE_ALL) };
    m.big = at(m.sysroot, 0x100000, ram("big", 0x8000));
    m.sys = space(m.sysroot);
    m.root = box("R", 0x100000);
    m.i = iom("iom", 0x8000, m.sys, 0x4000);
    at(m.root, 0, iom_mr(m.i));
    m.as = space(m.root);
    return m;
}

TEST(H01_a_transfer_translates_once_a_page, "A27 C1 T3 T4 T9 T13")
{
    MapH m = map_h();
    VIEW(m.as, "iom[0,8000)");
    assert_int_equal(write_w(m.as, 0xffe, 4), MEMTX_OK);
    LOG("iom.t(ffe,w,0) iom.t(1000,w,0)");
    assert_bytes(host(m.big) + 0xffe, "a0 a1 a2 a3");
}

TEST(H02_an_unmapped_page_is_a_decode_error, "A94 C1")
{
    MapH m = map_h();
    READS(m.as, 0x5000, "00 00 00 00", MEMTX_DECODE_ERROR);
    LOG("iom.t(5000,r,0)");
}

TEST(H03_a_page_without_the_right_is_a_decode_error, "A94 C1 T4 M10")
{
    MapH m = map_h();
    assert_int_equal(IOMMU_ACCESS_FLAG(1, 0), IOMMU_RO);
    assert_int_equal(IOMMU_ACCESS_FLAG(0, 1), IOMMU_WO);
    assert_int_equal(IOMMU_ACCESS_FLAG(1, 1), IOMMU_RW);
    assert_int_equal(IOMMU_ACCESS_FLAG(0, 0), IOMMU_NONE);
    m.i->perm = IOMMU_RO;
    fill(m.big, 0x17);
    READS(m.as, 0, "17", MEMTX_OK);
    assert_int_equal(write_w(m.as, 0, 1), MEMTX_DECODE_ERROR);
    m.i->perm = IOMMU_WO;
    READS(m.as, 0, "00", MEMTX_DECODE_ERROR);
    assert_int_equal(write_w(m.as, 0, 1), MEMTX_OK);
}

TEST(H04_secure_accesses_use_their_own_table, "A84 A85 A94 C6 C7")
{
    MapH m = map_h();
    uint8_t b;
    assert_int_equal(address_space_rw(m.as, 0, (MemTxAttrs){ .secure = 1 }, &b, 1, false), MEMTX_OK);
    LOG("iom.t(0,r,1)");
    assert_int_equal(memory_region_iommu_attrs_to_index(&m.i->iommu, (MemTxAttrs){ .secure = 1 }), 1);
    assert_int_equal(memory_region_iommu_attrs_to_index(&m.i->iommu, ATTRS), 0);
    assert_int_equal(memory_region_iommu_num_indexes(&m.i->iommu), 2);
}

TEST(H05_access_valid_asks_the_translator, "A99")
{
    MapH m = map_h();
    assert_true(address_space_access_valid(m.as, 0, 4, true, ATTRS));
    assert_false(address_space_access_valid(m.as, 0x4000, 4, true, ATTRS));
}

TEST(H06_a_map_walks_page_by_page, "A100 A101")
{
    MapH m = map_h();
    hwaddr len = 0x3000;
    void *p = address_space_map(m.as, 0x800, &len, false, ATTRS);
    LOG("iom.t(800,r,0) iom.t(1000,r,0) iom.t(2000,r,0) iom.t(3000,r,0)");
    assert_ptr_equal(p, host(m.big) + 0x800);
    assert_true(len == 0x3000);
    address_space_unmap(m.as, p, len, false, 0);
}

TEST(H07_an_iotlb_entry_names_the_final_page, "A86 T3")
{
    MapH m = map_h();
    IOMMUTLBEntry e = address_space_get_iotlb_entry(m.as, 0x1234, false, ATTRS);
    assert_ptr_equal(e.target_as, m.sys);
    assert_true(e.iova == 0x1000 && e.translated_addr == 0x101000 && e.addr_mask == 0xfff);
    assert_int_equal(e.perm, IOMMU_RW);
}

TEST(H08_an_iotlb_entry_of_an_unmapped_page_is_all_zero, "A86")
{
    MapH m = map_h();
    IOMMUTLBEntry e = address_space_get_iotlb_entry(m.as, 0x4234, false, ATTRS), zero;
    memset(&zero, 0, sizeof zero);
    assert_ptr_equal(e.target_as, NULL);
    assert_true(!e.iova && !e.translated_addr && !e.addr_mask && e.perm == IOMMU_NONE);
}

TEST(H09_without_a_translator_an_iotlb_entry_is_the_identity, "A86")
{
    MapH m = map_h();
    IOMMUTLBEntry e = address_space_get_iotlb_entry(m.sys, 0x101234, true, ATTRS);
    assert_ptr_equal(e.target_as, m.sys);
    assert_true(e.iova == 0x101000 && e.translated_addr == 0x101000 && e.addr_mask == PAGE - 1);
}

TEST(H10_an_iotlb_entry_of_a_readonly_page_says_so, "A86 D27")
{
    MapH m = map_h();
    m.i->perm = IOMMU_RO;
    assert_int_equal(address_space_get_iotlb_entry(m.as, 0, false, ATTRS).perm, IOMMU_RO);
}

/* R -> outer (+0x200000) -> middle space -> iom -> sys. */
static AddressSpace *chain(MapH *m, Iom **outer, hwaddr granule)
{
    MemoryRegion *mid = box("mid", SIZE_ALL);
    Iom *inner = iom("inner", 0x1000000, m->sys, 0x1000000);
    inner->add = (hwaddr)-0x100000;
    at(mid, 0, iom_mr(inner));
    AddressSpace *midas = space(mid);
    *outer = iom("outer", 0x8000, midas, 0x8000);
    (*outer)->add = 0x200000;
    (*outer)->granule = granule;
    MemoryRegion *root = box("R2", 0x100000);
    at(root, 0, iom_mr(*outer));
    return space(root);
}

TEST(H11_a_chain_of_translators_is_followed_to_its_end, "A86 C1 D27")
{
    MapH m = map_h();
    Iom *outer;
    AddressSpace *as = chain(&m, &outer, 0x400);
    log_clear();
    assert_int_equal(write_w(as, 0x10, 4), MEMTX_OK);
    LOG("outer.t(10,w,0) inner.t(200010,w,0)");
    assert_bytes(host(m.big) + 0x10, "a0 a1 a2 a3");
    outer->perm = IOMMU_RO;
    IOMMUTLBEntry e = address_space_get_iotlb_entry(as, 0x7ff, false, ATTRS);
    assert_ptr_equal(e.target_as, m.sys);
    assert_true(e.addr_mask == 0x3ff && e.iova == 0x400 && e.translated_addr == 0x100400);
    assert_int_equal(e.perm, IOMMU_RO);
}

static MemoryRegion *h_device(MapH *m)
{
    memory_region_set_enabled(m->big, false);
    return at(m->sysroot, 0x100000, io("i", 0x8000));
}

TEST(H12_a_load_goes_through_to_a_device, "A27 L4")
{
    MapH m = map_h();
    h_device(&m);
    assert_int_equal(address_space_ldl_le(m.as, 0xffc, ATTRS, NULL), 0x88776655);
    LOG("iom.t(ffc,r,0) i.r(ffc,4)");
}

TEST(H13_small_pages_cut_a_transfer, "A94")
{
    MapH m = map_h();
    h_device(&m);
    m.i->granule = 2;
    READS(m.as, 0, "11 22 33 44", MEMTX_OK);
    LOG("iom.t(0,r,0) i.r(0,2) iom.t(2,r,0) i.r(2,2)");
}

TEST(H14_small_pages_do_not_cut_a_single_load, "L4 D13")
{
    MapH m = map_h();
    h_device(&m);
    m.i->granule = 2;
    assert_int_equal(address_space_ldl_le(m.as, 0, ATTRS, NULL), 0x44332211);
    LOG("iom.t(0,r,0) i.r(0,4)");
}

typedef struct {
    IOMMUNotifier n;
    const char *tag;
} Listener;

static void heard(IOMMUNotifier *n, IOMMUTLBEntry *e)
{
    note("%s(%" PRIx64 "+%" PRIx64 ",%u)", ((Listener *)n)->tag, e->iova, e->addr_mask + 1, e->perm);
}

static IOMMUTLBEntry entry(hwaddr iova, hwaddr size, IOMMUAccessFlags perm)
{
    return (IOMMUTLBEntry){ .iova = iova, .addr_mask = size - 1, .perm = perm };
}

/* a hears everything, b only unmaps, c maps of [2000,3fff] in table 1. */
typedef struct {
    Listener a, b, c;
} Three;

static void three_register(Iom *i, Three *t)
{
    *t = (Three){ .a.tag = "a", .b.tag = "b", .c.tag = "c" };
    iommu_notifier_init(&t->a.n, heard, IOMMU_NOTIFIER_ALL, 0, HWADDR_MAX, 0);
    iommu_notifier_init(&t->b.n, heard, IOMMU_NOTIFIER_UNMAP, 0, HWADDR_MAX, 0);
    iommu_notifier_init(&t->c.n, heard, IOMMU_NOTIFIER_MAP, 0x2000, 0x3fff, 1);
    memory_region_register_iommu_notifier(iom_mr(i), &t->a.n);
    memory_region_register_iommu_notifier(iom_mr(i), &t->b.n);
    memory_region_register_iommu_notifier(iom_mr(i), &t->c.n);
    log_clear();
}

static void three_unregister(Iom *i, Three *t)
{
    memory_region_unregister_iommu_notifier(iom_mr(i), &t->a.n);
    memory_region_unregister_iommu_notifier(iom_mr(i), &t->b.n);
    memory_region_unregister_iommu_notifier(iom_mr(i), &t->c.n);
}

TEST(H15_registering_tells_the_translator_when_the_wish_changes, "A1 A79 A80 C3 T5 T7")
{
    MapH m = map_h();
    Listener a = { .tag = "a" }, b = { .tag = "b" };
    iommu_notifier_init(&a.n, heard, IOMMU_NOTIFIER_UNMAP, 0, 0xfff, 0);
    iommu_notifier_init(&b.n, heard, IOMMU_NOTIFIER_UNMAP, 0, 0xfff, 0);
    memory_region_register_iommu_notifier(iom_mr(m.i), &a.n);
    LOG("iom.flags(0,1)");
    memory_region_register_iommu_notifier(iom_mr(m.i), &b.n);
    LOG("");
    memory_region_unregister_iommu_notifier(iom_mr(m.i), &a.n);
    LOG("");
    memory_region_unregister_iommu_notifier(iom_mr(m.i), &b.n);
    LOG("iom.flags(1,0)");
}

TEST(H16_unregistering_tells_the_translator_step_by_step, "A80 C3 M11")
{
    MapH m = map_h();
    Three t;
    three_register(m.i, &t);
    assert_int_equal(m.i->iommu.iommu_notify_flags, IOMMU_NOTIFIER_ALL);
    memory_region_unregister_iommu_notifier(iom_mr(m.i), &t.a.n);
    memory_region_unregister_iommu_notifier(iom_mr(m.i), &t.c.n);
    LOG("iom.flags(3,1)");
    memory_region_unregister_iommu_notifier(iom_mr(m.i), &t.b.n);
    LOG("iom.flags(1,0)");
}

TEST(H17_a_map_event_reaches_who_wants_maps_of_that_table, "A77 T6")
{
    MapH m = map_h();
    Three t;
    three_register(m.i, &t);
    memory_region_notify_iommu(&m.i->iommu, 0, entry(0x1000, 0x1000, IOMMU_RW));
    LOG("a(1000+1000,3)");
    memory_region_notify_iommu(&m.i->iommu, 1, entry(0x2000, 0x1000, IOMMU_RO));
    LOG("c(2000+1000,1)");
    three_unregister(m.i, &t);
}

TEST(H18_an_unmap_event_reaches_the_newest_first, "A77")
{
    MapH m = map_h();
    Three t;
    three_register(m.i, &t);
    memory_region_notify_iommu(&m.i->iommu, 0, entry(0x1000, 0x1000, IOMMU_NONE));
    LOG("b(1000+1000,0) a(1000+1000,0)");
    three_unregister(m.i, &t);
}

TEST(H19_an_event_outside_the_range_is_not_delivered, "A77")
{
    MapH m = map_h();
    Three t;
    three_register(m.i, &t);
    memory_region_notify_iommu(&m.i->iommu, 1, entry(0x1000, 0x1000, IOMMU_RW));
    memory_region_notify_iommu(&m.i->iommu, 1, entry(0x4000, 0x1000, IOMMU_RW));
    LOG("");
    three_unregister(m.i, &t);
}

TEST(H20_an_event_over_the_edge_of_the_range_comes_whole, "A77 D28")
{
    MapH m = map_h();
    Three t;
    three_register(m.i, &t);
    memory_region_notify_iommu(&m.i->iommu, 1, entry(0x0, 0x4000, IOMMU_RW));
    LOG("c(0+4000,3)");
    three_unregister(m.i, &t);
}

TEST(H21_notify_one_does_not_look_at_the_table, "A78")
{
    Listener c = { .tag = "c" };
    iommu_notifier_init(&c.n, heard, IOMMU_NOTIFIER_MAP, 0x2000, 0x3fff, 1);
    IOMMUTLBEntry e = entry(0x2000, 0x1000, IOMMU_RW);
    memory_region_notify_one(&c.n, &e);
    LOG("c(2000+1000,3)");
    e.perm = IOMMU_NONE; /* not wanted */
    memory_region_notify_one(&c.n, &e);
    LOG("");
}

TEST(H22_replay_walks_every_page, "A81 C1")
{
    MapH m = map_h();
    Three t;
    three_register(m.i, &t);
    memory_region_iommu_replay(&m.i->iommu, &t.a.n);
    LOG("iom.t(0,n,0) a(0+1000,3) iom.t(1000,n,0) a(1000+1000,3) iom.t(2000,n,0) a(2000+1000,3) "
        "iom.t(3000,n,0) a(3000+1000,3) iom.t(4000,n,0) iom.t(5000,n,0) iom.t(6000,n,0) iom.t(7000,n,0)");
    three_unregister(m.i, &t);
}

TEST(H23_replay_uses_the_notifiers_table_and_no_filter, "A81 D29")
{
    MapH m = map_h();
    Three t;
    three_register(m.i, &t);
    memory_region_iommu_replay(&m.i->iommu, &t.c.n);
    LOG("iom.t(0,n,1) c(0+1000,3) iom.t(1000,n,1) c(1000+1000,3) iom.t(2000,n,1) c(2000+1000,3) "
        "iom.t(3000,n,1) c(3000+1000,3) iom.t(4000,n,1) iom.t(5000,n,1) iom.t(6000,n,1) iom.t(7000,n,1)");
    three_unregister(m.i, &t);
}

TEST(H24_a_class_may_replay_in_its_own_way, "A81 C4")
{
    MapH m = map_h();
    Iom *full = iom_of("test-iommu-full", "full", 0x8000, m.sys, 0x4000);
    Listener a = { .tag = "a" };
    iommu_notifier_init(&a.n, heard, IOMMU_NOTIFIER_ALL, 0, HWADDR_MAX, 0);
    log_clear();
    memory_region_iommu_replay(&full->iommu, &a.n);
    LOG("full.replay");
}

TEST(H25_replay_all_serves_each_notifier_newest_first, "A82 M13")
{
    MapH m = map_h();
    Three t;
    three_register(m.i, &t);
    IOMMUNotifier *n;
    int count = 0;
    IOMMU_NOTIFIER_FOREACH(n, &m.i->iommu)
    {
        count++;
    }
    assert_int_equal(count, 3);
    m.i->limit = 0x1000;
    m.i->quiet = true;
    memory_region_iommu_replay_all(&m.i->iommu);
    LOG("c(0+1000,3) b(0+1000,3) a(0+1000,3)");
    three_unregister(m.i, &t);
}

TEST(H26_a_notifier_may_come_by_an_alias_and_leave_by_the_region, "A24 A79 A80 A5 M14")
{
    MapH m = map_h();
    MemoryRegion *a = ali("a", iom_mr(m.i), 0, 0x8000);
    assert_true(memory_region_is_iommu(a));
    assert_ptr_equal(memory_region_get_iommu(a), &m.i->iommu);
    Listener l = { .tag = "l" };
    iommu_notifier_init(&l.n, heard, IOMMU_NOTIFIER_ALL, 0, HWADDR_MAX, 0);
    memory_region_register_iommu_notifier(a, &l.n);
    log_clear();
    memory_region_notify_iommu(&m.i->iommu, 0, entry(0, 0x1000, IOMMU_RW));
    LOG("l(0+1000,3)");
    memory_region_unregister_iommu_notifier(iom_mr(m.i), &l.n);
}

TEST(H27_a_bad_notifier_aborts, "A79")
{
    MapH m = map_h();
    static const struct {
        IOMMUNotifierFlag flags;
        hwaddr start, end;
        int idx;
    } bad[] = {
        { IOMMU_NOTIFIER_NONE, 0, 1, 0 },
        { IOMMU_NOTIFIER_MAP, 2, 1, 0 },
        { IOMMU_NOTIFIER_MAP, 0, 1, 2 },
        { IOMMU_NOTIFIER_MAP, 0, 1, -1 },
    };
    for (unsigned i = 0; i < 4; i++) {
        IOMMUNotifier n;
        iommu_notifier_init(&n, heard, bad[i].flags, bad[i].start, bad[i].end, bad[i].idx);
        DIES("iom", memory_region_register_iommu_notifier(iom_mr(m.i), &n));
    }
}

TEST(H28_defaults_of_the_optional_methods, "A76 A83 A84 A85 C2 C5 T8")
{
    MapH m = map_h();
    Iom *plain = iom_of("test-iommu-plain", "plain", 0x8000, m.sys, 0x4000);
    int data = 0;
    assert_int_equal(memory_region_iommu_get_attr(&plain->iommu, IOMMU_ATTR_SPAPR_TCE_FD, &data), -EINVAL);
    assert_int_equal(memory_region_iommu_get_min_page_size(&plain->iommu), PAGE);
    assert_int_equal(memory_region_iommu_num_indexes(&plain->iommu), 1);
    assert_int_equal(memory_region_iommu_attrs_to_index(&plain->iommu, (MemTxAttrs){ .secure = 1 }), 0);
}

TEST(H28b_overridden_methods_are_asked, "A76 A83 C2 C5 A6 M7 M8 M9 C8")
{
    MapH m = map_h();
    Iom *full = iom_of("test-iommu-full", "full", 0x8000, m.sys, 0x4000);
    int data = 0;
    assert_int_equal(memory_region_iommu_get_attr(&full->iommu, IOMMU_ATTR_SPAPR_TCE_FD, &data), 0);
    assert_int_equal(data, 77);
    assert_int_equal(memory_region_iommu_get_attr(&full->iommu, (enum IOMMUMemoryRegionAttr)5, &data), -EINVAL);
    assert_int_equal(memory_region_iommu_get_min_page_size(&full->iommu), 0x400);
    IOMMUMemoryRegionClass *k = memory_region_get_iommu_class_nocheck(&full->iommu);
    assert_non_null(k->translate);
    assert_ptr_equal(IOMMU_MEMORY_REGION_GET_CLASS(iom_mr(full)), k);
    assert_ptr_equal(IOMMU_MEMORY_REGION_CLASS(OBJECT(full)->class), k);
    assert_ptr_equal(&k->parent_class, (struct DeviceClass *)k);
    assert_ptr_equal(IOMMU_MEMORY_REGION(iom_mr(full)), &full->iommu);
    DIES("", (void)IOMMU_MEMORY_REGION(m.root));
}

TEST(H29_a_translator_that_leads_to_itself_ends_in_an_error, "A94 A86 D30")
{
    MapH m = map_h();
    m.i->target = m.as;
    m.i->add = 0;
    m.i->quiet = true;
    READS(m.as, 0, "00", MEMTX_DECODE_ERROR);
    assert_int_equal(address_space_get_iotlb_entry(m.as, 0, false, ATTRS).perm, IOMMU_NONE);
}

TEST(H30_direct_dispatch_to_a_translator_is_refused, "A90 A91")
{
    MapH m = map_h();
    uint64_t v = 1;
    assert_int_equal(dread(iom_mr(m.i), 0, 4, &v), MEMTX_DECODE_ERROR);
    assert_true(v == 0);
    assert_int_equal(dwrite(iom_mr(m.i), 0, 4, 1), MEMTX_DECODE_ERROR);
    LOG("");
}

/* Beyond the rows. */

TEST(H90_an_unknown_or_abstract_type_aborts, "A27 M5")
{
    Iom *raw = calloc(1, sizeof *raw);
    DIES("no-such-iommu", memory_region_init_iommu(raw, sizeof *raw, "no-such-iommu", NULL, "x", 0x1000));
    DIES(TYPE_IOMMU_MEMORY_REGION,
         memory_region_init_iommu(raw, sizeof *raw, TYPE_IOMMU_MEMORY_REGION, NULL, "x", 0x1000));
    free(raw);
}

TEST(H91_an_alias_of_a_translator_translates_from_its_offset, "A24")
{
    MapH m = map_h();
    at(m.root, 0x10000, ali("a", iom_mr(m.i), 0x2000, 0x1000));
    assert_int_equal(write_w(m.as, 0x10010, 4), MEMTX_OK);
    LOG("iom.t(2010,w,0)");
    assert_bytes(host(m.big) + 0x2010, "a0 a1 a2 a3");
}

TEST(H92_replay_stops_before_it_wraps, "A81 C2")
{
    MapH m = map_h();
    Iom *all = iom_of("test-iommu-paged", "all", SIZE_ALL, m.sys, SIZE_ALL);
    all->quiet = true;
    all->min_page = 0x8000000000000000ULL;
    all->granule = 0x8000000000000000ULL;
    Listener a = { .tag = "a" };
    iommu_notifier_init(&a.n, heard, IOMMU_NOTIFIER_ALL, 0, HWADDR_MAX, 0);
    log_clear();
    memory_region_iommu_replay(&all->iommu, &a.n);
    LOG("a(0+8000000000000000,3) a(8000000000000000+8000000000000000,3)");
}

TEST(H93_the_region_size_bounds_what_reaches_the_translator, "A94")
{
    MapH m = map_h();
    READS(m.as, 0x7fff, "00 00", MEMTX_DECODE_ERROR);
    LOG("iom.t(7fff,r,0)");
}

TEST(H94_readonly_memory_behind_a_translator_refuses_writes, "A63 A94")
{
    MapH m = map_h();
    memory_region_set_readonly(m.big, true);
    assert_int_equal(write_w(m.as, 0, 4), MEMTX_DECODE_ERROR);
    READS(m.as, 0, "00 00 00 00", MEMTX_OK);
}
