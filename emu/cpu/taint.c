/*
 * Reads of memory that nothing wrote. Loading such a value is no mistake: register saves, copies of structures with holes, and masks do
 * it all the time. It is one when the value decides something: a branch, an address, an output. So what is loaded is followed, bit by bit,
 * through registers and back into memory.
 *
 * Memory: one bit a byte says whether it was written. Pages with unwritten bytes are shown access by access (the port's slow way) until
 * all of a page is written, or until it was looked at often enough: then it counts as written, so that the cost has an end. Registers:
 * from the load of an unwritten byte on, the core runs one instruction at a time until no register or flag holds anything of it. Where
 * the rules are not exact they forget: a report is a mistake, silence is no proof.
 *
 * Departs: an exception forgets what the registers held. Floating-point registers that no instruction touches for a while forget, too.
 * Reference: ARMv7-M ARM (DDI 0403E) A5, A7.7. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "taint.h"
#include <stdlib.h>
#include <string.h>
#include "core.h"
#include "port_internal.h"
#include "taint_alu.h"

enum {
    PAGE = ZIF_PORT_PAGE,
    PAGE_LOOKS = 100000, /* accesses to a page, after which it counts as written */
    FP_REST = 1000,      /* instructions without floating point, after which its registers are not waited for */
};
static const uint64_t most_steps = 20000000; /* instructions followed in one run */

/* One RAM region: which of its bytes were written. */
typedef struct Shadow {
    struct Shadow *next;
    ZifTaint *taint;
    MemoryRegion *mr;
    uint64_t size;
    uint8_t *written; /* a bit a byte */
    uint16_t *left;   /* unwritten bytes of each page */
    uint32_t *looks;
    ZifCodeWatch watch;
} Shadow;

typedef struct {
    uint32_t address, pc; /* what was loaded, and where */
} Origin;

struct ZifTaint {
    ZifCpu *cpu;
    Shadow *shadows;
    uint32_t mask[TAINT_REGISTERS];
    Origin origin[TAINT_REGISTERS];
    uint8_t flags, fpscr;
    Origin flags_origin, fpscr_origin;
    unsigned fp_rest; /* instructions since the last of the floating-point unit */
    /* The instruction under way. */
    bool stepping, loading, unknown, storing;
    uint32_t load_mask[TAINT_REGISTERS];
    Origin load_origin[TAINT_REGISTERS];
    uint64_t loads; /* registers it loads */
    uint32_t store_at;
    uint8_t store_tainted[4 * 32]; /* of each byte it stores: is all of it unwritten? */
    unsigned store_len;
    uint32_t before[16];
    TaintResult alu;
    uint64_t steps;
};

/* --- Memory ----------------------------------------------------------------------------------------------------------------- */

static Shadow *shadow_of(ZifTaint *t, uint32_t addr, uint64_t *offset)
{
    const ZifPortSection *s = zif__port_find(t->cpu->port, addr);
    for (Shadow *w = s ? t->shadows : NULL; w; w = w->next) {
        if (w->mr == s->mr) {
            *offset = s->offset + (addr - s->start);
            return w;
        }
    }
    return NULL;
}

static bool is_written(const Shadow *s, uint64_t at)
{
    return at >= s->size || (s->written[at / 8] >> at % 8 & 1);
}

/* True when its page became, or is no longer, one that must be watched. */
static bool mark(Shadow *s, uint64_t at, bool written)
{
    uint16_t *left = &s->left[at / PAGE];
    if (at >= s->size || is_written(s, at) == written) {
        return false;
    }
    s->written[at / 8] ^= (uint8_t)(1u << at % 8);
    *left = (uint16_t)(written ? *left - 1 : *left + 1);
    return written ? *left == 0 : *left == 1;
}

static void mark_all(Shadow *s, bool written)
{
    uint64_t pages = (s->size + PAGE - 1) / PAGE;
    memset(s->written, written ? 0xff : 0, s->size / 8 + 1);
    for (uint64_t p = 0; p < pages; p++) {
        uint64_t rest = s->size - p * PAGE;
        s->left[p] = (uint16_t)(written ? 0 : rest < PAGE ? rest : PAGE);
        s->looks[p] = 0;
    }
    zif_port_flush_permissions(s->taint->cpu->port);
}

static void mark_range(Shadow *s, uint64_t at, uint64_t size, bool written)
{
    bool changed = false;
    for (uint64_t i = 0; i < size && at + i < s->size; i++) {
        if (written && !s->left[(at + i) / PAGE]) {
            i += PAGE - 1 - (at + i) % PAGE;
            continue;
        }
        changed |= mark(s, at + i, written);
    }
    if (changed) {
        zif_port_flush_permissions(s->taint->cpu->port);
    }
}

/* Written by a master, a debugger, the core itself. */
static void on_written(void *opaque, MemoryRegion *mr, hwaddr addr, hwaddr size)
{
    mark_range(opaque, addr, size, true);
}

void zif_cpu_follow_unwritten(ZifCpu *cpu, MemoryRegion *mr)
{
    cpu->taint = cpu->taint ? cpu->taint : zif__taint_new(cpu);
    Shadow *s = calloc(1, sizeof *s);
    uint64_t size = memory_region_size(mr), pages = (size + PAGE - 1) / PAGE;
    if (!s || !(s->written = calloc(size / 8 + 1, 1)) || !(s->left = calloc(pages, sizeof *s->left)) ||
        !(s->looks = calloc(pages, sizeof *s->looks))) {
        zif_bug("out of memory for unwritten memory");
    }
    memset(s->written, 0xff, size / 8 + 1);
    s->next = cpu->taint->shadows;
    s->taint = cpu->taint;
    s->mr = mr;
    s->size = size;
    s->watch = (ZifCodeWatch){ .written = on_written, .opaque = s };
    cpu->taint->shadows = s;
    zif_memory_region_watch_code(mr, &s->watch);
}

void zif_cpu_set_written(ZifCpu *cpu, MemoryRegion *mr, uint64_t offset, uint64_t size, bool written)
{
    for (Shadow *s = cpu->taint ? cpu->taint->shadows : NULL; s; s = s->next) {
        if (!mr) {
            mark_all(s, written);
        } else if (s->mr == mr) {
            mark_range(s, offset, size, written);
        }
    }
    if (cpu->taint) {
        zif__taint_clear(cpu->taint);
    }
}

ZifTaint *zif__taint_new(ZifCpu *cpu)
{
    ZifTaint *t = calloc(1, sizeof *t);
    if (!t) {
        zif_bug("out of memory for unwritten memory");
    }
    t->cpu = cpu;
    return t;
}

void zif__taint_free(ZifTaint *t)
{
    while (t && t->shadows) {
        Shadow *s = t->shadows;
        t->shadows = s->next;
        zif_memory_region_unwatch_code(s->mr, &s->watch);
        free(s->written);
        free(s->left);
        free(s->looks);
        free(s);
    }
    free(t);
}

bool zif__taint_watches(ZifTaint *t, uint32_t page)
{
    uint64_t at;
    const Shadow *s = shadow_of(t, page, &at);
    return s && at < s->size && s->left[at / PAGE];
}

/* --- Reports ---------------------------------------------------------------------------------------------------------------- */

static void report(ZifTaint *t, Origin o, const char *decides)
{
    if (t->cpu->cfg.hooks.unwritten) {
        t->cpu->cfg.hooks.unwritten(t->cpu->cfg.hooks.opaque, o.address, o.pc, decides);
    }
}

/* Register `r` decides something: said once, then forgotten. */
static void decides(ZifTaint *t, unsigned r, const char *what)
{
    if (r < TAINT_REGISTERS && t->mask[r]) {
        report(t, t->origin[r], what);
        for (unsigned i = 0; i < TAINT_REGISTERS; i++) { /* with its copies */
            if (t->mask[i] && t->origin[i].address == t->origin[r].address && i != r) {
                t->mask[i] = 0;
            }
        }
        t->mask[r] = 0;
    }
}

static void condition(ZifTaint *t, unsigned cond)
{
    static const uint8_t needs[8] = {
        TAINT_Z, TAINT_C, TAINT_N, TAINT_V, TAINT_C | TAINT_Z, TAINT_N | TAINT_V, TAINT_N | TAINT_V | TAINT_Z, 0
    };
    if (t->flags & needs[cond >> 1]) {
        report(t, t->flags_origin, "decides a condition");
        t->flags = 0;
    }
}

/* --- One instruction -------------------------------------------------------------------------------------------------------- */

bool zif__taint_active(const ZifTaint *t)
{
    if (t->flags || t->fpscr || t->loading) {
        return true;
    }
    for (unsigned i = 0; i < TAINT_REGISTERS; i++) {
        if (t->mask[i] && i != 15) {
            return true;
        }
    }
    return false;
}

/* What is left in floating-point registers is mostly dead: it must not cost the run its pace. */
static void rest_fp(ZifTaint *t, bool fp)
{
    t->fp_rest = fp ? 0 : t->fp_rest + 1;
    if (t->fp_rest > FP_REST) {
        memset(t->mask + TAINT_S0, 0, sizeof t->mask - TAINT_S0 * sizeof *t->mask);
        t->fpscr = 0;
        t->fp_rest = 0;
    }
}

void zif__taint_clear(ZifTaint *t)
{
    memset(t->mask, 0, sizeof t->mask);
    t->flags = t->fpscr = 0;
    t->loading = t->storing = t->unknown = t->stepping = false;
    t->loads = 0;
}

/* What register r is about to be loaded with, `size` bytes from addr. */
static void load_register(ZifTaint *t, unsigned r, uint32_t addr, unsigned size, bool sign, uint32_t pc)
{
    uint32_t m = 0, from = addr;
    for (unsigned i = size; i-- > 0;) {
        uint64_t at;
        const Shadow *s = shadow_of(t, addr + i, &at);
        if (s && !is_written(s, at)) {
            m |= 0xffu << 8 * i;
            from = addr + i;
        }
    }
    if (sign && size < 4 && m >> (8 * size - 1) & 1) {
        m |= UINT32_MAX << 8 * size;
    }
    t->loads |= UINT64_C(1) << r;
    t->load_mask[r] = m;
    t->load_origin[r] = (Origin){ from, pc };
    t->loading |= m != 0;
}

/* Notes what the load at pc will bring. */
static void note_load(ZifTaint *t, uint32_t pc, const ZifMem *m)
{
    uint32_t base, addr = zif__mem_start(t->cpu->port, pc, m, &base);
    t->loads = 0;
    switch (m->form) {
    case ZIF_MEM_CORE:
        for (unsigned r = 0; r < 16; r++) {
            if (m->regs >> r & 1) {
                load_register(t, r, addr, m->unit, m->sign, pc);
                addr += m->unit;
            }
        }
        return;
    case ZIF_MEM_PAIR:
        load_register(t, m->rt, addr, 4, false, pc);
        load_register(t, m->rt2, addr + 4, 4, false, pc);
        return;
    case ZIF_MEM_EXCLUSIVE:
        load_register(t, m->rt, addr, m->unit, false, pc);
        return;
    case ZIF_MEM_FP:
        for (unsigned i = 0; i < m->fp_words && m->fp_first + i < 32; i++) {
            load_register(t, TAINT_S0 + m->fp_first + i, addr + 4 * i, 4, false, pc);
        }
        return;
    default:
        return;
    }
}

static void store_register(ZifTaint *t, unsigned r, unsigned size)
{
    for (unsigned i = 0; i < size && t->store_len < sizeof t->store_tainted; i++) {
        bool all = r != 15 && i < 4 && (t->mask[r] >> 8 * i & 0xff) == 0xff;
        t->store_tainted[t->store_len++] = all;
        t->storing |= all;
    }
}

/* The registers a store stores, as a bit each. */
static uint64_t stored(const ZifMem *m)
{
    switch (m->form) {
    case ZIF_MEM_CORE:
        return m->regs;
    case ZIF_MEM_PAIR:
        return 1u << m->rt | 1u << m->rt2;
    case ZIF_MEM_EXCLUSIVE:
        return 1u << m->rt;
    case ZIF_MEM_FP:
        return ((UINT64_C(1) << m->fp_words) - 1) << (TAINT_S0 + m->fp_first);
    default:
        return 0;
    }
}

static void note_store(ZifTaint *t, uint32_t pc, const ZifMem *m)
{
    uint32_t base;
    uint64_t regs = stored(m);
    unsigned size = m->unit < 4 ? m->unit : 4; /* a double is two registers */
    t->store_at = zif__mem_start(t->cpu->port, pc, m, &base);
    t->store_len = 0;
    bool to_device = !zif__port_find(t->cpu->port, t->store_at);
    uint32_t bits = size == 4 ? UINT32_MAX : (1u << 8 * size) - 1;
    for (unsigned r = 0; r < TAINT_REGISTERS; r++) {
        if ((regs >> r & 1) && to_device && r != 15 && (t->mask[r] & bits)) {
            decides(t, r, "is written to a peripheral");
        }
    }
    if (m->form == ZIF_MEM_PAIR) {
        store_register(t, m->rt, 4);
        store_register(t, m->rt2, 4);
        return;
    }
    for (unsigned r = 0; r < TAINT_REGISTERS; r++) {
        if (regs >> r & 1) {
            store_register(t, r, size);
        }
    }
}

static bool fetch(ZifTaint *t, uint32_t pc, uint16_t code[2])
{
    return zif__port_peek16(t->cpu->port, pc, &code[0]) &&
           (!zif__insn_is_wide(code[0]) || zif__port_peek16(t->cpu->port, pc + 2, &code[1]));
}

static void before_memory(ZifTaint *t, uint32_t pc, const ZifMem *m)
{
    if (!m->literal) {
        decides(t, m->rn, "decides an address");
    }
    if (m->add_rm) {
        decides(t, m->rm, m->form == ZIF_MEM_TABLE ? "decides where to go" : "decides an address");
    }
    if (m->load) {
        note_load(t, pc, m);
    } else {
        note_store(t, pc, m);
        if (m->form == ZIF_MEM_EXCLUSIVE) {
            t->mask[m->rd] = 0;
        }
    }
}

void zif__taint_before(ZifTaint *t)
{
    ZifPort *port = t->cpu->port;
    uint16_t code[2] = { 0 };
    uint32_t pc = zif_port_get(port, ZIF_REG_PC), xpsr = zif_port_get(port, ZIF_REG_XPSR);
    uint8_t it = zif__it_of(xpsr);
    t->stepping = true;
    t->loading = t->storing = t->unknown = false;
    t->loads = 0;
    t->alu = (TaintResult){ .known = true, .rd = -1, .rd2 = -1 };
    if (++t->steps > most_steps) {
        zif__taint_clear(t);
        return;
    }
    if (!fetch(t, pc, code) || (it & 15 && !zif__condition_passes(it >> 4, xpsr))) {
        return;
    }
    ZifInsn insn = zif__insn_decode(t->cpu->cfg.model, code[0], code[1]);
    for (unsigned r = 0; r < 16; r++) {
        t->before[r] = zif_port_get(port, (ZifReg)(ZIF_REG_R0 + r));
    }
    bool cbz = (code[0] & 0xf500) == 0xb100;
    TaintInput in = { t->before, t->mask, t->flags, t->fpscr };
    switch (insn.kind) {
    case ZIF_INSN_MEM: {
        ZifMem m = zif__mem_decode(code[0], code[1]);
        rest_fp(t, m.form == ZIF_MEM_FP);
        before_memory(t, pc, &m);
        return;
    }
    case ZIF_INSN_FP:
        rest_fp(t, true);
        t->alu = zif__taint_fp(code[0], code[1], &in);
        return;
    case ZIF_INSN_IT:
        condition(t, insn.imm >> 4);
        return;
    case ZIF_INSN_BRANCH_EXCHANGE:
        decides(t, code[0] >> 3 & 15, "decides where to go");
        return;
    case ZIF_INSN_PLAIN:
    case ZIF_INSN_DIV:
        break;
    default:
        return;
    }
    rest_fp(t, false);
    if (cbz) {
        decides(t, code[0] & 7, "decides a branch");
    } else if ((code[0] & 0xf000) == 0xd000) {
        condition(t, code[0] >> 8 & 15);
    } else if ((code[0] & 0xf800) == 0xf000 && (code[1] & 0xd000) == 0x8000 && (code[0] >> 6 & 15) < 14) {
        condition(t, code[0] >> 6 & 15);
    } else {
        t->alu = zif__taint_alu(code[0], code[1], it & 15, &in);
        t->unknown = !t->alu.known;
    }
}

static void set_flags(ZifTaint *t, const TaintResult *r, Origin o)
{
    uint8_t flags = t->flags & (r->flags_cv ? 0 : r->flags_c ? TAINT_V : TAINT_C | TAINT_V);
    bool known_not_zero = !r->flags_cv && (r->flags_value & ~r->flags_mask);
    if (r->flags_mask) {
        flags |= r->flags_mask >> 31 ? TAINT_N : 0;
        flags |= known_not_zero ? 0 : TAINT_Z;
        flags |= r->flags_cv ? TAINT_C | TAINT_V : r->flags_c ? TAINT_C : 0;
        t->flags_origin = o;
    }
    t->flags = flags;
}

static void put(ZifTaint *t, int rd, uint32_t mask, Origin o)
{
    if (rd >= 0 && rd != 15) {
        t->mask[rd] = mask;
        t->origin[rd] = o;
    }
}

static Origin origin_of(const ZifTaint *t, int from)
{
    return from >= 0 ? t->origin[from] : from == TAINT_FROM_FPSCR ? t->fpscr_origin : t->flags_origin;
}

static void after_alu(ZifTaint *t)
{
    const TaintResult *r = &t->alu;
    Origin o = origin_of(t, r->from), o2 = origin_of(t, r->from2);
    if (r->sets_flags) {
        set_flags(t, r, o);
    }
    if (r->takes_fpscr) {
        t->flags = t->fpscr;
        t->flags_origin = t->fpscr_origin;
    }
    if (r->sets_fpscr) {
        t->fpscr = r->fpscr;
        t->fpscr_origin = o;
    }
    put(t, r->rd, r->mask, o);
    put(t, r->rd2, r->mask2, o2);
}

void zif__taint_after(ZifTaint *t)
{
    bool stepped = t->stepping;
    t->stepping = false;
    for (unsigned r = 0; r < TAINT_REGISTERS; r++) {
        if (t->loads >> r & 1) {
            t->mask[r] = t->load_mask[r];
            t->origin[r] = t->load_origin[r];
        } else if (stepped && t->unknown && r < 16 &&
                   zif_port_get(t->cpu->port, (ZifReg)(ZIF_REG_R0 + r)) != t->before[r]) {
            t->mask[r] = 0;
        }
    }
    if (t->mask[15]) {
        report(t, t->origin[15], "decides where to go");
        t->mask[15] = 0;
    }
    if (stepped && t->storing) {
        for (unsigned i = 0; i < t->store_len; i++) {
            uint64_t at;
            Shadow *s = t->store_tainted[i] ? shadow_of(t, t->store_at + i, &at) : NULL;
            if (s) {
                mark_range(s, at, 1, false);
            }
        }
    }
    if (stepped) {
        if (t->unknown) {
            t->flags = 0;
        } else {
            after_alu(t);
        }
    }
    t->loading = t->storing = t->unknown = false;
    t->loads = 0;
    t->alu = (TaintResult){ .known = true, .rd = -1, .rd2 = -1 };
}

void zif__taint_access(ZifTaint *t, uint32_t addr, unsigned size, bool is_store)
{
    uint64_t at;
    Shadow *s = shadow_of(t, addr, &at);
    if (!s || at >= s->size || !s->left[at / PAGE]) {
        return;
    }
    if (++s->looks[at / PAGE] > PAGE_LOOKS) {
        mark_range(s, at - at % PAGE, PAGE, true);
        return;
    }
    if (is_store) {
        mark_range(s, at, size, true);
        return;
    }
    bool unwritten = false;
    for (unsigned i = 0; i < size; i++) {
        unwritten |= !is_written(s, at + i);
    }
    uint16_t code[2] = { 0 };
    uint32_t pc = zif_port_get(t->cpu->port, ZIF_REG_PC);
    if (!unwritten || t->stepping || t->loading || t->steps > most_steps || !fetch(t, pc, code)) {
        return;
    }
    if (zif__insn_decode(t->cpu->cfg.model, code[0], code[1]).kind == ZIF_INSN_MEM) {
        ZifMem m = zif__mem_decode(code[0], code[1]);
        note_load(t, pc, &m);
        zif__cpu_kick(t->cpu);
    }
}
