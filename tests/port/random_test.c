/*
 * Random programs under both ports, compared at random stops: registers, count, memory. The seed is printed; give it, and
 * optionally the number of rounds and the first one, as arguments to repeat a run. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "machine.h"

static uint32_t seed = 20260101, rounds = 24, first_round;
static uint64_t state_of_rng;

static uint32_t rnd(uint32_t below)
{
    state_of_rng ^= state_of_rng << 13;
    state_of_rng ^= state_of_rng >> 7;
    state_of_rng ^= state_of_rng << 17;
    return (uint32_t)(state_of_rng >> 16) % below;
}

typedef struct {
    uint16_t *out;
    unsigned n, room;
    bool in_it;
} Gen;

static void half(Gen *g, uint32_t h)
{
    if (g->n < g->room) {
        g->out[g->n++] = (uint16_t)h;
    }
}

/* R0-R3, R8: data. R4: memory, R5: its alias, R6: device or ROM device, R7: memory near a page's end. R9: far away. */
static unsigned low(void)
{
    return rnd(4);
}

static unsigned base(void)
{
    return 4 + rnd(4);
}

static void arithmetic(Gen *g)
{
    switch (rnd(10)) {
    case 0:
        half(g, 0x2000 | low() << 8 | rnd(256)); /* movs */
        break;
    case 1:
        half(g, 0x3000 | low() << 8 | rnd(256)); /* adds */
        break;
    case 2:
        half(g, 0x3800 | low() << 8 | rnd(256)); /* subs */
        break;
    case 3:
        half(g, 0x4000 | rnd(16) << 6 | low() << 3 | low()); /* data processing, TST and CMP among them */
        break;
    case 4:
        half(g, rnd(3) << 11 | rnd(32) << 6 | low() << 3 | low()); /* shifts */
        break;
    case 5:
        half(g, 0x2800 | low() << 8 | rnd(256)); /* cmp */
        break;
    case 6: /* data processing, register, wide */
        half(g, 0xea00 | rnd(5) << 5 | rnd(2) << 4 | low());
        half(g, rnd(8) << 12 | low() << 8 | rnd(4) << 6 | rnd(4) << 4 | low());
        g->out[g->n - 1] &= 0x7fff;
        break;
    case 7: /* mul, mla, udiv, sdiv */
        if (rnd(2)) {
            half(g, 0xfb00 | low());
            half(g, 0xf000 | low() << 8 | low());
        } else {
            half(g, (rnd(2) ? 0xfbb0u : 0xfb90u) | low());
            half(g, 0xf0f0 | low() << 8 | low());
        }
        break;
    case 8:
        half(g, 0xb200 | rnd(4) << 6 | low() << 3 | low()); /* extend */
        break;
    default:
        half(g, 0xf3ef); /* mrs rX, apsr */
        half(g, 0x8000 | low() << 8);
        break;
    }
}

static void memory(Gen *g)
{
    unsigned b = base(), t = low();
    switch (rnd(14)) {
    case 0:
        half(g, 0x6000 | rnd(16) << 6 | b << 3 | t);
        break;
    case 1:
        half(g, 0x6800 | rnd(16) << 6 | b << 3 | t);
        break;
    case 2:
        half(g, 0x7000 | rnd(2) << 11 | rnd(32) << 6 | b << 3 | t);
        break;
    case 3:
        half(g, 0x8000 | rnd(2) << 11 | rnd(32) << 6 | b << 3 | t);
        break;
    case 4:
        half(g, 0xb400 | rnd(16)); /* push, then pop as much */
        half(g, 0xbc00 | (g->out[g->n - 1] & 0xf));
        break;
    case 5:
        half(g, 0xe890 | rnd(2) << 4 | 4); /* ldm, stm r4 */
        g->out[g->n - 1] &= 0xfeff;
        half(g, 0x000f & ~(1u << rnd(2)));
        break;
    case 6:
        half(g, 0xe9c0 | rnd(2) << 4 | b); /* ldrd, strd */
        half(g, 0 << 12 | 1 << 8 | rnd(32));
        break;
    case 7:
        half(g, 0xf8d0 | b); /* ldr.w, unaligned */
        half(g, t << 12 | rnd(64));
        break;
    case 8:
        half(g, 0xf8c0 | b);
        half(g, t << 12 | rnd(64));
        break;
    case 9:
        half(g, 0xe850 | b); /* ldrex, strex */
        half(g, 0x0f00 | rnd(8));
        if (rnd(3)) {
            half(g, 0xe840 | b);
            half(g, 2 << 12 | 3 << 8 | rnd(8));
        }
        break;
    case 10:
        half(g, 0xf990 | rnd(2) << 5 | b); /* ldrsb, ldrsh */
        half(g, t << 12 | rnd(64));
        break;
    case 11:
        half(g, 0xf850 | b); /* ldrt */
        half(g, t << 12 | 0xe00 | rnd(16) * 4);
        break;
    case 12:
        half(g, 0xf850 | 9); /* a far address: mostly a fault */
        half(g, t << 12 | 0xb04);
        break;
    default:
        half(g, 0x5000 | rnd(8) << 9 | low() << 6 | b << 3 | t); /* register offset: anywhere */
        break;
    }
}

static void other(Gen *g)
{
    static const uint16_t list[] = { 0xbf00, 0xbf20, 0xbf40, 0xb672, 0xb662, 0xdf01, 0xbe00, 0xde00, 0xbf10, 0xbf30 };
    half(g, list[rnd(sizeof(list) / sizeof(list[0]))]);
}

static void generate(uint16_t *out, unsigned room)
{
    Gen g = { .out = out, .room = room - 4 };
    while (g.n < g.room) {
        unsigned what = rnd(40);
        if (what < 16) {
            arithmetic(&g);
        } else if (what < 30) {
            memory(&g);
        } else if (what < 33) { /* forward branch over a few halfwords: may land inside an instruction */
            half(&g, 0xd000 | rnd(14) << 8 | rnd(6));
        } else if (what < 34) {
            half(&g, 0xb100 | rnd(2) << 11 | rnd(6) << 3 | low());
        } else if (what < 38) {
            unsigned n = 1 + rnd(4);
            half(&g, 0xbf00 | rnd(14) << 4 | (rnd(16) & (0xf0 >> n)) | (8 >> (n - 1)));
            g.out[g.n - 1] |= (g.out[g.n - 1] & 0xf) == 0 ? 8 : 0;
            for (unsigned i = 0; i < n; i++) {
                if (rnd(3)) {
                    arithmetic(&g);
                } else {
                    memory(&g);
                }
            }
        } else if (what < 39) {
            other(&g);
        } else {
            half(&g, 0x3201);
        }
    }
    for (unsigned i = 0; i < 4; i++) {
        out[room - 4 + i] = 0xbf30;
    }
}

enum { HALVES = 300 };

static void look_at(Bench *b)
{
    uint64_t h = 0;
    const uint64_t *words = (const void *)bench_host(b, 0x20000000);
    for (unsigned i = 0; i < 0x10000 / 8; i++) {
        h = (h ^ words[i]) * UINT64_C(0x9e3779b97f4a7c15);
        h ^= h >> 31;
    }
    bench_say(b, "memory %llx accesses %u\n", (unsigned long long)h, b->accesses);
}

static void aim(Bench *b)
{
    static const uint32_t third[] = { 0x40000000, 0x08000000, 0x20001f80, 0x30000000, 0x30000180, 0x20010040 };
    zif_port_set(b->port, ZIF_REG_R4, 0x20003000 + rnd(4) * 4);
    zif_port_set(b->port, ZIF_REG_R5, 0x20013000 + rnd(64));
    zif_port_set(b->port, ZIF_REG_R6, third[rnd(6)]);
    zif_port_set(b->port, ZIF_REG_R7, 0x200033f0 + rnd(16));
    zif_port_set(b->port, ZIF_REG_R9, rnd(2) ? 0x70000000 : 0x2000fffc + rnd(8));
}

static void poke(Bench *b, uint32_t offset, bool is_write)
{
    if (b->accesses % 5 == 0) {
        zif_port_request_stop(b->port);
    } else if (b->accesses % 7 == 0) {
        zif_port_lower_limit(b->port, zif_port_count(b->port) + b->accesses % 4);
    } else if (b->accesses % 11 == 0) {
        zif_port_flush_permissions(b->port);
    }
}

static void run_program(Bench *b, uint32_t at)
{
    b->on_access = poke;
    b->log_accesses = true;
    zif_port_set(b->port, ZIF_REG_PC, at);
    for (unsigned steps = 0; steps < 400; steps++) {
        uint64_t n = rnd(3) ? 1 + rnd(12) : 200;
        ZifPortStop stop = bench_run(b, zif_port_count(b->port) + n);
        if (steps % 16 == 0) {
            look_at(b);
        }
        uint32_t pc = zif_port_get(b->port, ZIF_REG_PC);
        if (pc < at || pc >= at + 2 * (HALVES - 4)) {
            break;
        }
        if (stop != ZIF_STOP_LIMIT && stop != ZIF_STOP_REQUEST && stop != ZIF_STOP_SVC && stop != ZIF_STOP_WFI &&
            stop != ZIF_STOP_WFE && stop != ZIF_STOP_SEV) { /* step over what faults, outside any IT block */
            zif_port_set(b->port, ZIF_REG_XPSR, (zif_port_get(b->port, ZIF_REG_XPSR) & ~0x0600fc00u) | 1u << 24);
            zif_port_set(b->port, ZIF_REG_PC, pc + 2);
            aim(b);
        }
        if (rnd(20) == 0) {
            b->unaligned_traps = rnd(2);
            b->div_traps = rnd(2);
            b->mixed_page = rnd(3) == 0 ? 0x20003000 : 0;
            b->no_page = rnd(6) == 0 ? 0x20003400 : 0;
            zif_port_flush_permissions(b->port);
        }
    }
    look_at(b);
}

/* --- Counts and flow, which every other program is watched for ----------------------------------------------------------- */

static void say_count(void *opaque, uint32_t pc, uint64_t executed, uint64_t straight)
{
    Bench *b = opaque;
    bench_say(b, "at %08x executed %llu straight %llu\n", pc, (unsigned long long)executed,
              (unsigned long long)straight);
    *(uint64_t *)b->user += executed;
}

static void say_flow(void *opaque, ZifFlow flow, uint32_t from, unsigned size, uint32_t to)
{
    Bench *b = opaque;
    bench_say(b, "flow %d at %08x (%u) to %08x at %llu\n", (int)flow, from, size, to,
              (unsigned long long)zif_port_count(b->port));
}

static void watch(Bench *b)
{
    zif_port_count_insns(b->port, true);
    zif_port_set_flow_observer(b->port, say_flow, b);
}

static void say_counts(Bench *b)
{
    uint64_t sum = 0;
    b->user = &sum;
    zif_port_each_count(b->port, say_count, b);
    assert_int_equal(sum, zif_port_count(b->port));
    zif_port_set_flow_observer(b->port, NULL, NULL);
    zif_port_count_insns(b->port, false);
}

static uint64_t round_seed;

static void random_program(Bench *b)
{
    state_of_rng = round_seed;
    uint16_t code[HALVES];
    generate(code, HALVES);
    uint32_t at = rnd(2) ? 0x1000 : 0x20003100; /* the latter: into its own stores */
    bench_put(b, at, code, sizeof(code));
    bench_start(b, at);
    zif_port_set(b->port, ZIF_REG_SP, 0x20002400 + 4 * rnd(8));
    aim(b);
    bool watched = rnd(2);
    if (watched) {
        watch(b);
    }
    run_program(b, at);
    if (watched) {
        say_counts(b);
    }
}

static void random_programs_run_the_same_under_both_ports(void **state)
{
    for (uint32_t i = first_round; i < rounds; i++) {
        round_seed = ((uint64_t)seed << 32 | i) * UINT64_C(0x9e3779b97f4a7c15) + 1;
        fprintf(stderr, "\rseed %u round %u ", seed, i);
        bench_both(random_program, i % 3 == 0 ? ZIF_CORTEX_M4F : i % 3 == 1 ? ZIF_CORTEX_M3 : ZIF_CORTEX_M7);
    }
    fprintf(stderr, "\n");
}

/* A small loop whose instructions are rewritten at random while it runs, by its own stores and through an alias. */
static void self_modifying(Bench *b)
{
    state_of_rng = round_seed;
    uint16_t code[64] = { 0 };
    for (unsigned i = 0; i < 60; i++) {
        code[i] = (uint16_t)(0x3000 | rnd(4) << 8 | rnd(256));
    }
    code[60] = 0xe7c2; /* b: to the start */
    bench_put(b, 0x20004000, code, sizeof(code));
    bench_start(b, 0x20004000);
    watch(b);
    for (unsigned step = 0; step < 200000 / 40;) {
        /* strh r5, [r6] somewhere in the loop, aimed somewhere in the loop */
        uint32_t site = rnd(59), target = rnd(60);
        uint16_t store = 0x8035;
        uint16_t fresh = (uint16_t)(0x3000 | rnd(4) << 8 | rnd(256));
        address_space_write(&b->as, 0x20014000 + 2 * site, MEMTXATTRS_UNSPECIFIED, (const uint8_t *)&store, 2);
        zif_port_set(b->port, ZIF_REG_R5, fresh);
        zif_port_set(b->port, ZIF_REG_R6, (rnd(2) ? 0x20004000 : 0x20014000) + 2 * target);
        if (rnd(8) == 0) {
            zif_port_set(b->port, ZIF_REG_PC, 0x20014000 + 2 * rnd(60));
        }
        unsigned n = 1 + rnd(80);
        bench_run(b, zif_port_count(b->port) + n);
        step += 1 + n / 40;
    }
    look_at(b);
    say_counts(b);
}

static void code_rewritten_at_random_for_200000_steps_runs_the_same(void **state)
{
    round_seed = seed * UINT64_C(0x9e3779b97f4a7c15) + 7;
    bench_both(self_modifying, ZIF_CORTEX_M3);
}

int main(int argc, char **argv)
{
    if (argc > 1) {
        seed = (uint32_t)strtoul(argv[1], NULL, 0);
    }
    if (argc > 2) {
        rounds = (uint32_t)strtoul(argv[2], NULL, 0);
    }
    if (argc > 3) {
        first_round = (uint32_t)strtoul(argv[3], NULL, 0);
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_programs_run_the_same_under_both_ports),
        cmocka_unit_test(code_rewritten_at_random_for_200000_steps_runs_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
