/*
 * What the core promises whatever the guest does: slices, snapshots and wild code change nothing and break nothing; what
 * only the embedding program sees. Argument: the memory port, then the guest programs. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "rules.h"

enum { SKIPPED = 77, CYCLES = 200000, RAM_SIZE = 0x10000 };
static ZifPortKind port;

static uint32_t seed = 1;

static uint32_t draw(uint32_t below)
{
    seed = seed * 1664525u + 1013904223u;
    return (uint32_t)((uint64_t)seed * below >> 32);
}

static void write_program(Board *b, uint32_t reset, const uint16_t *code, unsigned n)
{
    board_write(b, 0, 0x20008000);
    board_write(b, 4, reset | 1);
    for (unsigned i = 0; i < n; i += 2) {
        board_write(b, reset + 2 * i, code[i] | (uint32_t)(i + 1 < n ? code[i + 1] : 0xBF00) << 16);
    }
}

static Board *configured_board(const ZifCpuConfig *c, const uint16_t *code, unsigned n)
{
    Board *b = board_new(c, &error_abort);
    write_program(b, 0x200, code, n);
    zif_cpu_reset(b->cpu, ZIF_RESET_POWER_ON);
    return b;
}

static Board *plain_board(ZifCpuModel model, const uint16_t *code, unsigned n)
{
    ZifCpuConfig c = board_config(model, port, 0);
    return configured_board(&c, code, n);
}

/* --- The same whatever the slices ------------------------------------------------------------------------------------- */

static void expect_rule(const Rule *r, const Board *b, BoardEnd end, const char *how)
{
    if (end != r->end || b->nlog != r->nwords || memcmp(b->log, r->words, 4 * r->nwords) != 0) {
        fail_msg("%s %s: end %u, %u words", r->program, how, end, b->nlog);
    }
}

static void slices_change_nothing(void **state)
{
    for (unsigned i = 0; i < nrules; i++) {
        const Rule *r = &rules[i];
        for (unsigned model = 0; r->program && model <= ZIF_CORTEX_M7; model++) {
            if (!(r->cores >> model & 1)) {
                continue;
            }
            Board *b = rules_board(r->program, (ZifCpuModel)model, port);
            BoardEnd end = BOARD_LIMIT;
            for (unsigned n = 0; n < 3000 && end == BOARD_LIMIT; n++) {
                end = board_run(b, 1 + draw(i % 2 ? 4 : 1));
                /* asleep for this slice only: something is still due */
                if ((end == BOARD_ASLEEP || end == BOARD_LOCKUP) && zif_timeline_next(b->timeline) != ZIF_TIME_NEVER) {
                    zif_cpu_skip_to(b->cpu, zif_cpu_cycles(b->cpu) + 1);
                    end = BOARD_LIMIT;
                }
            }
            expect_rule(r, b, end, "in slices");
            board_free(b);
        }
    }
}

/* --- Snapshots --------------------------------------------------------------------------------------------------------- */

typedef struct {
    void *cpu;
    uint8_t ram[RAM_SIZE];
    ZifTimelineState time;
    uint32_t plain;
    unsigned nlog, next_timer;
    BoardTimer timers[BOARD_TIMERS];
} Saved;

static void save(Board *b, Saved *s)
{
    s->cpu = malloc(zif_cpu_state_size(b->cpu));
    zif_cpu_save(b->cpu, s->cpu);
    memcpy(s->ram, memory_region_get_ram_ptr(&b->ram), RAM_SIZE);
    s->time = zif_timeline_save(b->timeline);
    s->plain = b->plain;
    s->nlog = b->nlog;
    s->next_timer = b->next_timer;
    memcpy(s->timers, b->timers, sizeof s->timers);
}

static void restore(Board *b, Saved *s)
{
    zif_timeline_restore(b->timeline, &s->time);
    zif_cpu_restore(b->cpu, s->cpu);
    memcpy(memory_region_get_ram_ptr(&b->ram), s->ram, RAM_SIZE);
    zif_port_forget_code(zif_cpu_port(b->cpu));
    b->plain = s->plain;
    b->nlog = s->nlog;
    b->next_timer = s->next_timer;
    b->ended = b->reset = false;
    for (unsigned i = 0; i < BOARD_TIMERS; i++) {
        b->timers[i].irq = s->timers[i].irq;
        zif_event_restore(b->timeline, &b->timers[i].event, s->timers[i].event.when, s->timers[i].event.seq);
    }
    free(s->cpu);
}

static void snapshot_after(const Rule *r, ZifCpuModel model, unsigned instructions)
{
    static Saved saved;
    Board *b = rules_board(r->program, model, port);
    BoardEnd end = board_run(b, instructions);
    if (end == BOARD_LIMIT) {
        save(b, &saved);
        board_run(b, CYCLES);
        uint64_t count = zif_cpu_cycles(b->cpu);
        restore(b, &saved);
        end = board_run(b, CYCLES);
        assert_int_equal(zif_cpu_cycles(b->cpu), count);
        expect_rule(r, b, end, "from a snapshot");
    }
    board_free(b);
}

static void a_snapshot_at_any_instruction_changes_nothing(void **state)
{
    for (unsigned i = 0; i < nrules; i++) {
        for (unsigned model = 0; rules[i].program && model <= ZIF_CORTEX_M7; model++) {
            if (rules[i].cores >> model & 1) {
                snapshot_after(&rules[i], (ZifCpuModel)model, 1 + draw(60));
            }
        }
    }
}

static void a_snapshot_between_an_exclusive_load_and_its_store_keeps_the_monitor(void **state)
{
    for (unsigned i = 0; i < nrules; i++) {
        for (unsigned n = 1; rules[i].program && !strcmp(rules[i].program, "exclusive_cleared") && n < 24; n++) {
            snapshot_after(&rules[i], ZIF_CORTEX_M3, n);
        }
    }
}

/* --- Wild code ------------------------------------------------------------------------------------------------------------ */

static void random_words(Board *b, uint32_t base, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        /* Small numbers and addresses of interest make accesses go somewhere. */
        static const uint32_t places[] = { 0x20000000, 0x2000FFF0, 0x40000000, 0xE000E000, 0xE000ED00,
                                           0xE0001000, 0x22000000, 0xFFFFFFF0, 0x60000000, 0x00000200 };
        uint32_t w = draw(UINT32_MAX);
        board_write(b, base + 4 * i, draw(4) ? w : places[draw(10)] + draw(0x100));
    }
}

static void wild_code_cannot_break_the_host(void **state)
{
    for (unsigned round = 0; round < 120; round++) {
        ZifCpuConfig c = board_config((ZifCpuModel)(round % 6), port, 0);
        c.semihosting = round & 1;
        Board *b = board_new(&c, &error_abort);
        seed = round + 1;
        random_words(b, 0, 0x800);
        random_words(b, BOARD_RAM, 0x400);
        board_write(b, 0, BOARD_RAM + 0x8000 + draw(16));
        for (unsigned v = 1; v < 48; v++) {
            board_write(b, 4 * v, (0x200 + draw(0x1800)) | (draw(16) != 0));
        }
        zif_cpu_reset(b->cpu, ZIF_RESET_POWER_ON);
        for (unsigned run = 0; run < 12; run++) {
            BoardEnd end = board_run(b, 3000);
            assert_int_not_equal(end, BOARD_ENGINE);
            if (end == BOARD_RESET || end == BOARD_LOCKUP || end == BOARD_ASLEEP) {
                b->reset = false;
                zif_cpu_reset(b->cpu, ZIF_RESET_SYSTEM);
            }
            for (unsigned r = ZIF_REG_R0; r <= ZIF_REG_R12; r++) {
                zif_port_set(zif_cpu_port(b->cpu), (ZifReg)r,
                             draw(8) ? BOARD_RAM + draw(0x10000) : 0xE000E000 + draw(0x1000));
            }
            b->ended = false;
            zif_cpu_set_irq(b->cpu, draw(BOARD_IRQS), (int)draw(2));
        }
        char text[256];
        zif_cpu_describe_fault(b->cpu, text, sizeof text);
        board_free(b);
    }
}

/* --- For the embedding program ------------------------------------------------------------------------------------------------ */

static void an_unreadable_vector_table_locks_up_at_reset(void **state)
{
    ZifCpuConfig c = board_config(ZIF_CORTEX_M3, port, 0x60000000);
    Board *b = board_new(&c, &error_abort);
    zif_cpu_reset(b->cpu, ZIF_RESET_POWER_ON);
    assert_int_equal(board_run(b, 100), BOARD_LOCKUP);
    char text[256];
    zif_cpu_describe_fault(b->cpu, text, sizeof text);
    assert_non_null(strstr(text, "Lockup"));
    assert_non_null(strstr(text, "VECTTBL"));
    assert_non_null(strstr(text, "0x60000000"));
    board_free(b);
}

static void a_fault_is_told_in_words(void **state)
{
    static const uint16_t code[] = { 0x2001, 0x0740, 0x3810, 0x6800, 0xE7FE }; /* movs; lsls #29; subs #16; ldr [r0] */
    for (unsigned model = ZIF_CORTEX_M0; model <= ZIF_CORTEX_M3; model += ZIF_CORTEX_M3) {
        Board *b = plain_board((ZifCpuModel)model, code, 5);
        board_write(b, 12, 0x209);
        board_run(b, 20);
        char text[512];
        zif_cpu_describe_fault(b->cpu, text, sizeof text);
        assert_non_null(strstr(text, "HardFault"));
        assert_non_null(strstr(text, "PRECISERR"));
        assert_non_null(strstr(text, "at PC 0x00000206"));
        assert_non_null(strstr(text, "address 0x1FFFFFF0"));
        assert_true(zif_cpu_in_default_fault_handler(b->cpu));
        assert_int_equal(zif_cpu_exception(b->cpu), 3);
        board_free(b);
    }
}

static bool serve(void *opaque, uint32_t op, uint32_t param, uint32_t *r0)
{
    Board *b = opaque;
    b->log[b->nlog++] = op;
    b->log[b->nlog++] = param;
    if (op == 7 && b->plain++ < 2) {
        zif_cpu_retry(b->cpu, 100);
    }
    *r0 = 0x77;
    return true;
}

static const uint16_t semihost_code[] = { 0x2007, 0x2109, 0xBEAB, 0x0004, 0xE7FE }; /* r0 7, r1 9, bkpt 0xab, r4 = r0 */

static void a_semihosting_call_is_served_and_skipped(void **state)
{
    ZifCpuConfig c = board_config(ZIF_CORTEX_M0, port, 0);
    c.semihosting = true;
    c.hooks.semihost = serve;
    Board *b = board_new(&c, &error_abort);
    write_program(b, 0x200, semihost_code, 5);
    zif_cpu_reset(b->cpu, ZIF_RESET_POWER_ON);
    board_run(b, 210);
    assert_int_equal(b->nlog, 6); /* twice nothing was there yet */
    assert_int_equal(b->log[4], 7);
    assert_int_equal(b->log[5], 9);
    assert_int_equal(zif_port_get(zif_cpu_port(b->cpu), ZIF_REG_R4), 0x77);
    assert_int_equal(zif_cpu_instructions(b->cpu), 10);
    board_free(b);
}

static void without_semihosting_the_call_is_a_fault(void **state)
{
    Board *b = plain_board(ZIF_CORTEX_M3, semihost_code, 5);
    board_write(b, 12, 0x209);
    board_run(b, 10);
    assert_int_equal(zif_cpu_exception(b->cpu), 3);
    board_free(b);
}

static void with_halting_debug_bkpt_ends_the_run(void **state)
{
    Board *b = plain_board(ZIF_CORTEX_M3, semihost_code, 5);
    zif_cpu_set_halting_debug(b->cpu, true);
    assert_int_equal(board_run(b, 10), BOARD_BREAK);
    assert_int_equal(zif_port_get(zif_cpu_port(b->cpu), ZIF_REG_PC), 0x204);
    assert_int_equal(zif_cpu_cycles(b->cpu), 2);
    assert_int_equal(board_read(b, 0xE000EDF0) & 1, 1);
    board_free(b);
}

static void itm_words_come_out_with_their_width(void **state)
{
    Board *b = rules_board("itm_out", ZIF_CORTEX_M3, port);
    board_run(b, CYCLES);
    assert_string_equal(b->itm, "0:1:41 1:4:12345678 ");
    board_free(b);
}

static const uint16_t idle_code[] = { 0xBF00, 0xE7FD };

static void systick_keeps_its_cycles_when_the_rate_changes(void **state)
{
    Board *b = plain_board(ZIF_CORTEX_M0, idle_code, 2);
    board_write(b, 60, 0x201); /* SysTick's vector: the loop again */
    board_write(b, 0xE000E014, 999);
    board_write(b, 0xE000E018, 0);
    board_write(b, 0xE000E010, 7);
    board_run(b, 400);
    zif_timeline_set_hz(b->timeline, 1000000);
    board_run(b, 100);
    zif_timeline_set_hz(b->timeline, 64000000);
    board_run(b, 499);
    assert_int_equal(board_read(b, 0xE000E018), 1);
    assert_int_equal(zif_cpu_exception(b->cpu), 0);
    board_run(b, 2);
    assert_int_equal(zif_cpu_exception(b->cpu), 15);
    board_free(b);
}

static void systick_counts_an_external_reference(void **state)
{
    ZifCpuConfig c = board_config(ZIF_CORTEX_M3, port, 0);
    c.systick_ref_hz = 1000000; /* the core runs at 16 MHz */
    Board *b = board_new(&c, &error_abort);
    write_program(b, 0x200, idle_code, 2);
    zif_cpu_reset(b->cpu, ZIF_RESET_POWER_ON);
    board_write(b, 0xE000E014, 9);
    board_write(b, 0xE000E018, 0);
    board_write(b, 0xE000E010, 1);
    assert_int_equal(board_read(b, 0xE000E010), 1);
    board_run(b, 16 * 4);
    assert_int_equal(board_read(b, 0xE000E018), 6); /* ten ticks from zero, the first one reloads */
    board_run(b, 16 * 6 - 1);
    assert_int_equal(board_read(b, 0xE000E010), 1);
    board_run(b, 1);
    assert_int_equal(board_read(b, 0xE000E018), 0);
    assert_int_equal(board_read(b, 0xE000E010), 0x10001);
    board_free(b);
}

static void stalls_and_skips_count_as_cycles(void **state)
{
    Board *b = plain_board(ZIF_CORTEX_M0, idle_code, 2);
    board_run(b, 10);
    zif_cpu_stall(b->cpu, 90);
    zif_cpu_skip_to(b->cpu, 200);
    assert_int_equal(zif_cpu_cycles(b->cpu), 200);
    assert_int_equal(zif_cpu_instructions(b->cpu), 10);
    board_free(b);
}

static void an_m0plus_without_mpu_has_unprivileged_code_only_if_configured(void **state)
{
    static const uint16_t code[] = {
        0x2001, 0xF380, 0x8814, 0xF3EF, 0x8114, 0xE7FE
    }; /* msr control, r0; mrs r1, control */
    for (unsigned has = 0; has < 2; has++) {
        ZifCpuConfig c = board_config(ZIF_CORTEX_M0PLUS, port, 0);
        c.mpu_regions = 0;
        c.has_unprivileged = has;
        Board *b = configured_board(&c, code, sizeof code / sizeof code[0]);
        board_run(b, 3);
        assert_int_equal(zif_port_get(zif_cpu_port(b->cpu), ZIF_REG_R1), has);
        board_free(b);
    }
}

static void a_core_that_cannot_be_is_refused_in_a_sentence(void **state)
{
    ZifTimeline *tl = zif_timeline_new(1);
    MemoryRegion bus;
    for (unsigned i = 0; i < 7; i++) {
        ZifCpuConfig c = board_config(ZIF_CORTEX_M0, port, 0);
        c.timeline = tl;
        c.bus = &bus;
        switch (i) {
        case 0:
            c.bus = NULL;
            break;
        case 1:
            c.num_irqs = 33;
            break;
        case 2:
            c.num_irqs = 0;
            break;
        case 3:
            c.prio_bits = 3;
            break;
        case 4:
            c.mpu_regions = 7;
            break;
        case 5: /* PMSAv6 */
            c.model = ZIF_CORTEX_M0PLUS;
            c.mpu_regions = 16;
            break;
        default:
            c.model = ZIF_CORTEX_M4;
            c.prio_bits = 2;
            break;
        }
        Error *err = NULL;
        assert_null(zif_cpu_new(&c, &err));
        assert_non_null(err);
        error_free(err);
    }
    zif_timeline_free(tl);
}

int main(int argc, char **argv)
{
    port = argc > 1 && strcmp(argv[1], "fast") == 0 ? ZIF_PORT_FAST : ZIF_PORT_PORTABLE;
    if (!rules_port_usable(port)) {
        return SKIPPED;
    }
    rules_load(argc - 2, argv + 2);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slices_change_nothing),
        cmocka_unit_test(a_snapshot_at_any_instruction_changes_nothing),
        cmocka_unit_test(a_snapshot_between_an_exclusive_load_and_its_store_keeps_the_monitor),
        cmocka_unit_test(wild_code_cannot_break_the_host),
        cmocka_unit_test(an_unreadable_vector_table_locks_up_at_reset),
        cmocka_unit_test(a_fault_is_told_in_words),
        cmocka_unit_test(a_semihosting_call_is_served_and_skipped),
        cmocka_unit_test(without_semihosting_the_call_is_a_fault),
        cmocka_unit_test(with_halting_debug_bkpt_ends_the_run),
        cmocka_unit_test(an_m0plus_without_mpu_has_unprivileged_code_only_if_configured),
        cmocka_unit_test(itm_words_come_out_with_their_width),
        cmocka_unit_test(systick_keeps_its_cycles_when_the_rate_changes),
        cmocka_unit_test(systick_counts_an_external_reference),
        cmocka_unit_test(stalls_and_skips_count_as_cycles),
        cmocka_unit_test(a_core_that_cannot_be_is_refused_in_a_sentence),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    rules_unload();
    return failed;
}
