/*
 * The fast CPU memory port: the accesses that generated code does not make by itself, and what it may do alone from then on. See
 * port_fast.c. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "device/access.h"
#include "port_fast_state.h"

__thread Fast *zif__fast_current; /* here, where it is asked for most */

/* --- data accesses --- */

static bool multi_of(uint32_t oi)
{
    return (oi & ALIGN_MASK << 4) == ALIGN_4 << 4;
}

void zif__fast_begin_access(Fast *f, uintptr_t where)
{
    f->where = where;
    f->port.record_where = where;
    f->port.record_first = true;
}

void zif__fast_end_access(Fast *f, uintptr_t where, bool done)
{
    if (!done) {
        zif__fast_leave_at(f, where, f->port.info.fault == ZIF_FAULT_WATCH ? ZIF_STOP_WATCHPOINT : ZIF_STOP_DATA);
    }
    if (f->must_leave) {
        zif__fast_leave_after(f, where);
    }
    f->where = 0;
}

/* The memory an access that needs no question goes to, when the engine can make it in one page. */
static const ZifPortSection *plain(Fast *f, uint32_t addr, unsigned size, uint32_t oi, bool is_write)
{
    if (((addr ^ (addr + size - 1)) & ~(ZIF_PORT_PAGE - 1)) != 0 ||
        !zif__port_aligned(&f->port, addr, size, multi_of(oi))) {
        return NULL;
    }
    return zif__port_plain(&f->port, addr, size, is_write);
}

/* Is the engine to make this access to plain memory, and to fill its TLB? Not always: two pages that share an entry would take
 * turns in it, which costs far more than the access. */
static bool to_fill(Fast *f)
{
    return f->plain_misses++ % FILL_EVERY == 0;
}

/* After the one access of an instruction: it was not recorded, for that is needed only here. */
static __attribute__((noinline)) void end_single(Fast *f, uint32_t addr, unsigned size, bool is_write, uint64_t value,
                                                 uintptr_t where, bool done)
{
    zif__fast_begin_access(f, where);
    zif__port_record(&f->port, addr, size, is_write, value);
    zif__fast_end_access(f, where, done);
}

static __attribute__((noinline)) uint64_t load_other(Fast *f, void *env, uint32_t addr, uint32_t oi, uintptr_t where,
                                                     unsigned size, LoadFn *real)
{
    const ZifPortSection *s = plain(f, addr, size, oi, false);
    if (s != NULL && to_fill(f)) {
        return real(env, addr, oi, where);
    }
    uint64_t value = 0;
    if (s != NULL) {
        memcpy(&value, s->host + (addr - s->start), size);
        return value;
    }
    zif__fast_begin_access(f, where);
    zif__fast_end_access(f, where, zif__port_load(&f->port, addr, size, false, multi_of(oi), &value));
    return value;
}

/* An instruction's only access is one of few registers of a device known already: the common case goes straight there. */
static inline __attribute__((always_inline)) uint64_t load(Fast *f, void *env, uint32_t addr, uint32_t oi,
                                                           uintptr_t where, unsigned size, LoadFn *real)
{
    const ZifPortDevice *d = zif__port_device(&f->port, addr, size, false);
    if (__builtin_expect(d == NULL || multi_of(oi), 0)) {
        return load_other(f, env, addr, oi, where, size, real);
    }
    uint64_t value;
    bool done = true;
    f->where = where;
    if (__builtin_expect(d->range.read == zif__mmio_load && zif__io_range_is_free(&d->range),
                         1)) { /* a register table */
        zif__io_range_enter(&d->range);
        value = zif__mmio_load_inline(d->range.opaque, addr + d->range.offset, size);
        zif__io_range_leave(&d->range);
    } else {
        done = zif__port_device_load(&f->port, d, addr, size, &value);
    }
    if (__builtin_expect(!done || f->must_leave, 0)) {
        end_single(f, addr, size, false, value, f->where, done);
    }
    f->where = 0;
    return value & UINT64_MAX >> (64 - 8 * size);
}

/* Does the store overwrite the block it is in, other than at its end? Then the rest of the block is not what runs next. */
static bool hits_own_block(Fast *f, uint32_t addr, unsigned size, uintptr_t where)
{
    const ZifPortSection *s = zif__port_find(&f->port, addr);
    if (s == NULL) {
        return false;
    }
    const Place *p = zif__fast_locate(f, where);
    const ZifPortSection *code = zif__port_find(&f->port, p->block->pc);
    if (code == NULL || p->index + 1u == p->block->insns) {
        return false;
    }
    const uint8_t *to = s->host + (addr - s->start), *from = code->host + (p->block->pc - code->start);
    return to + size > from && to < from + p->block->size;
}

static __attribute__((noinline)) void store_other(Fast *f, void *env, uint32_t addr, uint64_t value, uint32_t oi,
                                                  uintptr_t where, unsigned size, StoreFn *real)
{
    ZifPort *port = &f->port;
    const ZifPortSection *s = plain(f, addr, size, oi, true);
    if (s != NULL && !zif__port_is_code(s, addr, size)) {
        zif__port_log_store(port, s, addr, size);
        if (!to_fill(f)) {
            memcpy(s->host + (addr - s->start), &value, size);
            return;
        }
        f->filling_store = true;
        real(env, addr, value, oi, where);
        f->filling_store = false;
        return;
    }
    if (hits_own_block(f, addr, size, where)) {
        f->again = true;
        zif__fast_leave_at(f, where, LEFT_AGAIN);
    }
    zif__fast_begin_access(f, where);
    zif__fast_end_access(f, where, zif__port_store(port, addr, size, false, multi_of(oi), value));
}

static inline __attribute__((always_inline)) void store(Fast *f, void *env, uint32_t addr, uint64_t value, uint32_t oi,
                                                        uintptr_t where, unsigned size, StoreFn *real)
{
    const ZifPortDevice *d = zif__port_device(&f->port, addr, size, true);
    if (__builtin_expect(d == NULL || multi_of(oi), 0)) {
        store_other(f, env, addr, value, oi, where, size, real);
        return;
    }
    f->where = where;
    bool done = zif__port_device_store(&f->port, d, addr, size, value);
    if (__builtin_expect(!done || f->must_leave, 0)) {
        end_single(f, addr, size, true, value, f->where, done);
    }
    f->where = 0;
}

#define LOAD(name, size)                                                                                               \
    uint64_t __wrap_helper_##name(void *env, uint32_t addr, uint32_t oi, uintptr_t where)                              \
    {                                                                                                                  \
        Fast *f = zif__fast_current;                                                                                   \
        return f == NULL ? __real_helper_##name(env, addr, oi, where)                                                  \
                         : load(f, env, addr, oi, where, size, __real_helper_##name);                                  \
    }
/* The value is as wide as the access; a helper's narrow argument has rubbish above it. The result: see patch_stores. */
#define STORE(name, type, size)                                                                                        \
    static void real_##name(void *env, uint32_t addr, uint64_t value, uint32_t oi, uintptr_t where)                    \
    {                                                                                                                  \
        __real_helper_##name(env, addr, (type)value, oi, where);                                                       \
    }                                                                                                                  \
    uintptr_t __wrap_helper_##name(void *env, uint32_t addr, type value, uint32_t oi, uintptr_t where)                 \
    {                                                                                                                  \
        Fast *f = zif__fast_current;                                                                                   \
        if (f == NULL) {                                                                                               \
            __real_helper_##name(env, addr, value, oi, where);                                                         \
        } else {                                                                                                       \
            store(f, env, addr, value, oi, where, size, real_##name);                                                  \
        }                                                                                                              \
        return where;                                                                                                  \
    }
LOAD(ret_ldub_mmu_arm, 1)
LOAD(le_lduw_mmu_arm, 2)
LOAD(le_ldul_mmu_arm, 4)
LOAD(le_ldq_mmu_arm, 8)
STORE(ret_stb_mmu_arm, uint8_t, 1)
STORE(le_stw_mmu_arm, uint16_t, 2)
STORE(le_stl_mmu_arm, uint32_t, 4)
STORE(le_stq_mmu_arm, uint64_t, 8)

/* --- filling the TLB --- */

/* What the engine may do in a page without asking. */
static int page_rights(Fast *f, uint32_t page, int why)
{
    ZifPort *port = &f->port;
    int rights = why == FILL_FETCH || (zif__port_prot(port, page) & ZIF_PROT_X) ? PAGE_EXEC : 0;
    if (zif__port_plain(port, page, ZIF_PORT_PAGE, false) != NULL) {
        rights |= PAGE_READ;
    }
    const ZifPortSection *s = zif__port_plain(port, page, ZIF_PORT_PAGE, true);
    if (s == NULL || zif__port_is_code(s, page, ZIF_PORT_PAGE)) {
        return rights;
    }
    /* A page whose dirtying is logged: only once it is dirty, and only where the log's pages are the guest's. */
    uint32_t granule = zif_target_page_size();
    bool as_whole = granule >= ZIF_PORT_PAGE && ((s->offset - s->start) & (granule - 1)) == 0;
    if (!s->log || (why == FILL_STORE && as_whole)) {
        rights |= PAGE_WRITE;
        f->port.log_open |= s->log != 0;
    }
    return rights;
}

static void note_romd_page(Fast *f, uint32_t page)
{
    for (unsigned i = 0; i < f->romd_page_count && i < ROMD_PAGES; i++) {
        if (f->romd_pages[i] == page) {
            return;
        }
    }
    if (f->romd_page_count < ROMD_PAGES) {
        f->romd_pages[f->romd_page_count] = page;
    }
    f->romd_page_count += f->romd_page_count <= ROMD_PAGES;
}

bool __wrap_arm_cpu_tlb_fill_arm(void *cpu, uint64_t address, int size, int kind, int mmu_idx, bool probe,
                                 uintptr_t where)
{
    Fast *f = zif__fast_current;
    if (f == NULL) {
        return __real_arm_cpu_tlb_fill_arm(cpu, address, size, kind, mmu_idx, probe, where);
    }
    uint32_t addr = (uint32_t)address, page = addr & ~(ZIF_PORT_PAGE - 1);
    int why = kind == 2 ? FILL_FETCH : f->filling_store ? FILL_STORE : 0;
    if (why == FILL_FETCH) {
        if (!zif__port_fetch(&f->port, addr, 2)) {
            if (!zif__fast_fetched_before(f)) {
                zif__fast_leave_between_blocks(f, ZIF_STOP_FETCH);
            }
            f->borrowed = true;
        }
        if (!(zif__port_prot(&f->port, addr) & ZIF_PROT_X) && !f->partial) {
            f->partial = true; /* from now on lookups say so; this one has not */
            zif__fast_leave_between_blocks(f, LEFT_BOUNDARY);
        }
    }
    int rights = page_rights(f, page, why);
    const ZifPortSection *s = zif__port_find(&f->port, addr);
    if (s != NULL && s->mr != NULL && s->mr->rom_device) { /* the self-test's memory has no region */
        note_romd_page(f, page);
    }
    tlb_set_page_with_attrs_arm(f->cpu, page, page, 0, rights, mmu_idx, ZIF_PORT_PAGE);
    if (rights & PAGE_WRITE) {
        tlb_set_dirty_arm(f->cpu, page);
    }
    return true;
}
