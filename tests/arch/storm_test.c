/*
 * An interrupt storm: random lines, pulses, enables, priorities and groups at random instructions, against a model of the NVIC
 * written here from the manual alone. Core and model must enter and leave the same exceptions at the same instructions and
 * agree on every pending, enabled and active bit.
 * Reference: ARMv7-M ARM (DDI 0403) B1.5.4, B1.5.8, B3.4. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include "rules.h"

enum { SKIPPED = 77, EXCS = 256, HANDLER_LENGTH = 3, STEPS = 30000, DEPTH = 300, EVENTS = 8, LEFT = -1 };
static ZifPortKind port;

/* --- The model --------------------------------------------------------------------------------------------------------- */

typedef struct {
    unsigned irqs, bits, prigroup;
    bool pending[EXCS], enabled[EXCS], active[EXCS], high[EXCS];
    int prio[EXCS];
    unsigned stack[DEPTH], done[DEPTH], depth; /* exceptions being handled, and how far each handler is */
    int expected[EVENTS];
    unsigned nexpected;
} Model;

static int group_of(const Model *m, int prio)
{
    return prio < 0 ? prio : prio / (1 << (m->prigroup + 1)) * (1 << (m->prigroup + 1));
}

static int running_priority(const Model *m)
{
    int p = 256;
    for (unsigned e = 1; e < EXCS; e++) {
        if (m->active[e] && group_of(m, m->prio[e]) < p) {
            p = group_of(m, m->prio[e]);
        }
    }
    return p;
}

static unsigned most_urgent(const Model *m)
{
    unsigned best = 0;
    for (unsigned e = 1; e < EXCS; e++) {
        if (m->pending[e] && m->enabled[e] && (best == 0 || m->prio[e] < m->prio[best])) {
            best = e;
        }
    }
    return best;
}

static bool can_enter(const Model *m)
{
    unsigned e = most_urgent(m);
    return e && group_of(m, m->prio[e]) < running_priority(m);
}

static void expect(Model *m, int event)
{
    assert_in_range(m->nexpected, 0, EVENTS - 1);
    m->expected[m->nexpected++] = event;
}

static void enter(Model *m)
{
    unsigned e = most_urgent(m);
    m->pending[e] = false;
    m->active[e] = true;
    m->stack[m->depth] = e;
    m->done[m->depth++] = 0;
    expect(m, (int)e);
}

/* One instruction: of the idle loop, or of the handler on top. */
static void execute(Model *m)
{
    if (can_enter(m)) {
        enter(m);
    }
    if (m->depth == 0 || ++m->done[m->depth - 1] < HANDLER_LENGTH) {
        return;
    }
    unsigned e = m->stack[--m->depth];
    m->active[e] = false;
    m->pending[e] = m->pending[e] || m->high[e];
    if (can_enter(m)) { /* tail-chained */
        enter(m);
    } else {
        expect(m, LEFT);
    }
}

/* --- What both are told -------------------------------------------------------------------------------------------------- */

static uint32_t seed;

static uint32_t draw(uint32_t below)
{
    seed = seed * 1664525u + 1013904223u;
    return (uint32_t)((uint64_t)seed * below >> 32);
}

static void set_level(Board *b, Model *m, unsigned e, bool high)
{
    if (high && !m->high[e]) {
        m->pending[e] = true;
    }
    m->high[e] = high;
    e == 2 ? zif_cpu_set_nmi(b->cpu, high) : zif_cpu_set_irq(b->cpu, e - 16, high);
}

static void bank_write(Board *b, const Model *m, uint32_t base, unsigned irq)
{
    board_write(b, base + irq / 32 * 4, 1u << irq % 32);
}

static void act(Board *b, Model *m, bool v7)
{
    unsigned irq = draw(m->irqs), e = 16 + irq;
    switch (draw(12)) {
    case 0:
    case 1: /* a pulse */
        set_level(b, m, e, true);
        set_level(b, m, e, false);
        break;
    case 2: /* a level; most go away again soon */
        set_level(b, m, e, true);
        break;
    case 3:
        for (unsigned i = 16; i < 16 + m->irqs; i++) {
            if (m->high[i] && draw(2)) {
                set_level(b, m, i, false);
            }
        }
        break;
    case 4:
        bank_write(b, m, 0xE000E100, irq);
        m->enabled[e] = true;
        break;
    case 5:
        bank_write(b, m, 0xE000E180, irq);
        m->enabled[e] = false;
        break;
    case 6:
        bank_write(b, m, 0xE000E200, irq);
        m->pending[e] = true;
        break;
    case 7:
        bank_write(b, m, 0xE000E280, irq);
        if (!m->high[e] || m->active[e]) {
            m->pending[e] = false;
        }
        break;
    case 8: {
        uint32_t word = draw(0xFFFFFFFF);
        board_write(b, 0xE000E400 + irq / 4 * 4, word);
        for (unsigned i = 0; i < 4; i++) {
            m->prio[16 + irq / 4 * 4 + i] = (int)(word >> (8 * i) & 0xFF) >> (8 - m->bits) << (8 - m->bits);
        }
        break;
    }
    case 9:
        board_write(b, 0xE000ED04, draw(2) ? 1u << 28 : 1u << 26);
        m->pending[14] = board_read(b, 0xE000ED04) >> 28 & 1;
        m->pending[15] = board_read(b, 0xE000ED04) >> 26 & 1;
        break;
    case 10:
        if (draw(8) == 0) {
            set_level(b, m, 2, true);
            set_level(b, m, 2, false);
        }
        break;
    default:
        if (v7) {
            m->prigroup = draw(8);
            board_write(b, 0xE000ED0C, 0x05FA0000 | m->prigroup << 8);
        }
        break;
    }
}

/* --- Comparing --------------------------------------------------------------------------------------------------------------- */

static int seen[EVENTS];
static unsigned nseen;

static void on_exception(Board *b, unsigned number, bool entry)
{
    if (nseen < EVENTS) {
        seen[nseen++] = entry ? (int)number : LEFT;
    }
}

static void compare_events(const Model *m, unsigned step)
{
    bool same = nseen == m->nexpected && memcmp(seen, m->expected, nseen * sizeof seen[0]) == 0;
    if (!same) {
        print_error("step %u, seed %u:\n", step, seed);
        for (unsigned i = 0; i < nseen || i < m->nexpected; i++) {
            print_error("  core %4d, model %4d\n", i < nseen ? seen[i] : 0, i < m->nexpected ? m->expected[i] : 0);
        }
    }
    assert_true(same);
}

static void compare_bank(Board *b, const Model *m, uint32_t base, const bool *bits)
{
    for (unsigned i = 0; i < m->irqs; i += 32) {
        uint32_t v = board_read(b, base + i / 8), want = 0;
        for (unsigned k = 0; k < 32 && i + k < m->irqs; k++) {
            want |= (uint32_t)bits[16 + i + k] << k;
        }
        assert_int_equal(v, want);
    }
}

static void storm(ZifCpuModel model, unsigned irqs, unsigned bits, uint32_t first_seed)
{
    bool v7 = model >= ZIF_CORTEX_M3;
    ZifCpuConfig c = board_config(model, port, 0);
    c.num_irqs = irqs;
    c.prio_bits = bits;
    Board *b = board_new(&c, &error_abort);
    /* A table whose vectors all lead to one handler: two NOPs and a return; thread mode idles. */
    board_write(b, 0, 0x20008000);
    for (unsigned e = 1; e < EXCS; e++) {
        board_write(b, 4 * e, 0x801);
    }
    board_write(b, 4, 0x901);
    board_write(b, 0x800, 0xBF00BF00); /* nop; nop */
    board_write(b, 0x804, 0x00004770); /* bx lr */
    board_write(b, 0x900, 0xE7FDBF00); /* nop; b .-2 */
    b->on_exception = on_exception;
    zif_cpu_reset(b->cpu, ZIF_RESET_POWER_ON);
    Model m = { .irqs = irqs, .bits = bits };
    m.prio[2] = -2;
    m.prio[3] = -1;
    m.enabled[2] = m.enabled[14] = m.enabled[15] = true;
    seed = first_seed;
    unsigned entered = 0;
    for (unsigned step = 0; step < STEPS; step++) {
        for (unsigned n = draw(4) ? 0 : draw(4); n > 0; n--) {
            act(b, &m, v7);
        }
        nseen = m.nexpected = 0;
        execute(&m);
        zif_cpu_run(b->cpu, zif_cpu_cycles(b->cpu) + 1);
        compare_events(&m, step);
        entered += m.nexpected && m.expected[0] > 0;
        if (step % 64 == 0) {
            compare_bank(b, &m, 0xE000E200, m.pending);
            compare_bank(b, &m, 0xE000E100, m.enabled);
            if (v7) {
                compare_bank(b, &m, 0xE000E300, m.active);
            }
            assert_int_equal(board_read(b, 0xE000ED04) & 0x1FF, m.depth ? m.stack[m.depth - 1] : 0);
        }
    }
    assert_in_range(entered, STEPS / 20, STEPS);
    board_free(b);
}

static void a_storm_on_v6m_follows_the_model(void **state)
{
    storm(ZIF_CORTEX_M0, 32, 2, 1);
    storm(ZIF_CORTEX_M0PLUS, 7, 2, 2);
}

static void a_storm_on_v7m_follows_the_model(void **state)
{
    storm(ZIF_CORTEX_M3, 240, 8, 3);
    storm(ZIF_CORTEX_M4F, 82, 4, 4);
    storm(ZIF_CORTEX_M7, 33, 3, 5);
}

/* storm_test PORT */
int main(int argc, char **argv)
{
    port = argc > 1 && strcmp(argv[1], "fast") == 0 ? ZIF_PORT_FAST : ZIF_PORT_PORTABLE;
    if (!rules_port_usable(port)) {
        return SKIPPED;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_storm_on_v6m_follows_the_model),
        cmocka_unit_test(a_storm_on_v7m_follows_the_model),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
