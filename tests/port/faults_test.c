/*
 * Data accesses: devices, refusals, permissions, alignment, exclusives; made exactly once, faults exactly at the
 * instruction. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>
#include "machine.h"

PROGRAM(mem);
PROGRAM(faults);
PROGRAM(unaligned);
PROGRAM(romd);

static void mem_start(Bench *b)
{
    PUT(b, 0x100, mem);
    bench_start(b, 0x100);
    memset(b->regs, 0, sizeof(b->regs));
    zif_port_set(b->port, ZIF_REG_R0, 0x40000000);
    zif_port_set(b->port, ZIF_REG_R1, 0x20001000);
    zif_port_set(b->port, ZIF_REG_R3, 0x8899aabb);
    zif_port_set(b->port, ZIF_REG_R9, 6);
}

static void each_access(Bench *b)
{
    b->log_accesses = true;
    mem_start(b);
    assert_int_equal(bench_run(b, 1000), ZIF_STOP_WFI);
    bench_say(b, "%u accesses\n", b->accesses);
    unsigned all = b->accesses;
    b->log_accesses = false;
    mem_start(b);
    b->accesses = 0;
    for (unsigned i = 0; i < 60 && bench_run(b, zif_port_count(b->port) + 1) == ZIF_STOP_LIMIT; i++) {
    }
    assert_int_equal(b->accesses, all); /* step by step: the same accesses */
}

static void device_accesses_are_made_once_with_exact_time(void **state)
{
    bench_both(each_access, ZIF_CORTEX_M4F);
    bench_both(each_access, ZIF_CORTEX_M3);
}

static void stop_here(Bench *b, uint32_t offset, bool is_write)
{
    zif_port_request_stop(b->port);
}

static void limit_here(Bench *b, uint32_t offset, bool is_write)
{
    zif_port_lower_limit(b->port, zif_port_count(b->port) + 1);
}

static void limit_soon(Bench *b, uint32_t offset, bool is_write)
{
    zif_port_lower_limit(b->port, zif_port_count(b->port) + 3);
}

static void stop_in_access(Bench *b)
{
    mem_start(b);
    bench_run(b, 1000);
    unsigned all = b->accesses;
    void (*const hooks[])(Bench *, uint32_t, bool) = { stop_here, limit_here, limit_soon };
    for (unsigned h = 0; h < 3; h++) {
        mem_start(b);
        b->accesses = 0;
        b->on_access = hooks[h];
        for (unsigned i = 0; i < 100 && bench_run(b, zif_port_count(b->port) + 100) != ZIF_STOP_WFI; i++) {
        }
        b->on_access = NULL;
        bench_say(b, "%u accesses\n", b->accesses);
        assert_int_equal(b->accesses, all);
    }
}

static void a_stop_asked_for_by_a_device_comes_right_after_the_instruction(void **state)
{
    bench_both(stop_in_access, ZIF_CORTEX_M4F);
}

static void fault_at(Bench *b, uint32_t pc, uint32_t where, uint32_t limit)
{
    bench_start(b, pc);
    for (unsigned r = 0; r <= ZIF_REG_R8; r++) {
        zif_port_set(b->port, (ZifReg)r, where);
    }
    zif_port_set(b->port, ZIF_REG_R1, 4);
    zif_port_set(b->port, ZIF_REG_SP, where);
    zif_port_set(b->port, ZIF_REG_LR, 0x101);
    bench_say(b, "%x at %x: ", pc, where);
    bench_run(b, zif_port_count(b->port) + limit);
}

static void each_fault(Bench *b)
{
    PUT(b, 0x100, faults);
    b->no_page = 0x20002000;
    static const uint32_t places[] = { 0x70000000, 0x40000800, 0x400007fc, 0x20002000, 0x20001ffc,
                                       0x20002400, 0x200023fc, 0x2000fffc, 0x2001fffc, 0x20020004,
                                       0x08000000, 0x00000100, 0xfffffffc };
    for (unsigned i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        for (uint32_t pc = 0x100; pc < 0x220; pc += 0x10) {
            PUT(b, 0x100, faults);
            memset(bench_host(b, 0x20001f00), 0x11, 0x600);
            fault_at(b, pc, places[i], 1);
        }
    }
    b->imprecise = true;
    fault_at(b, 0x110, 0x70000000, 1);
    fault_at(b, 0x180, 0x40000800, 1);
    bench_say(b, "imprecise %u\n", b->imprecise_count);
}

static void a_refused_access_faults_at_its_instruction(void **state)
{
    bench_both(each_fault, ZIF_CORTEX_M4F);
}

static void fault_facts(Bench *b)
{
    PUT(b, 0x100, faults);
    bench_start(b, 0x100);
    zif_port_set(b->port, ZIF_REG_R0, 0x70000000);
    assert_int_equal(bench_run(b, 10), ZIF_STOP_DATA);
    assert_int_equal(zif_port_get(b->port, ZIF_REG_PC), 0x100);
    assert_int_equal(zif_port_get(b->port, ZIF_REG_R0), 0x70000000);
    assert_int_equal(zif_port_get(b->port, ZIF_REG_R4), 0);
    assert_int_equal(zif_port_count(b->port), 0);
    bench_start(b, 0x150); /* push */
    zif_port_set(b->port, ZIF_REG_SP, 0x70000000);
    assert_int_equal(bench_run(b, 10), ZIF_STOP_DATA);
    assert_int_equal(zif_port_get(b->port, ZIF_REG_SP), 0x70000000);
    bench_start(b, 0x1a0); /* ldrd r3, r4, [r3] whose second word is refused: the base must survive */
    b->no_page = 0x20002000;
    zif_port_flush_permissions(b->port);
    zif_port_set(b->port, ZIF_REG_R3, 0x20001ffc);
    assert_int_equal(bench_run(b, 10), ZIF_STOP_DATA);
    assert_int_equal(zif_port_get(b->port, ZIF_REG_R3), 0x20001ffc);
}

static void a_fault_leaves_base_and_stack_pointer_as_they_were(void **state)
{
    bench_both(fault_facts, ZIF_CORTEX_M3);
}

static void pages(Bench *b)
{
    PUT(b, 0x100, mem);
    for (unsigned round = 0; round < 5; round++) {
        mem_start(b);
        zif_port_set(b->port, ZIF_REG_R0, 0x20003000);
        b->no_page = round == 1 ? 0x20003000 : 0;
        b->mixed_page = round == 2 || round == 3 ? 0x20003000 : 0;
        b->no_from = round == 3 ? 0x20003014 : 0;
        b->no_to = round == 3 ? 0x20003018 : 0;
        b->watch = round == 4 ? 0x20003011 : 0;
        zif_port_flush_permissions(b->port);
        for (unsigned i = 0; i < 40 && bench_run(b, zif_port_count(b->port) + 1) == ZIF_STOP_LIMIT; i++) {
        }
        mem_start(b);
        zif_port_set(b->port, ZIF_REG_R0, 0x20003000);
        bench_run(b, zif_port_count(b->port) + 100);
    }
    b->watch = 0;
    zif_port_flush_permissions(b->port);
    PUT(b, 0x20003ff0,
        mem); /* code that runs into a page it may not execute, and one where each fetch is asked about */
    bench_start(b, 0x20003ff0);
    zif_port_set(b->port, ZIF_REG_R0, 0x20001000);
    zif_port_set(b->port, ZIF_REG_R1, 0x20002000);
    b->no_page = 0x20004000;
    zif_port_flush_permissions(b->port);
    bench_run(b, zif_port_count(b->port) + 100);
    b->no_page = 0;
    b->mixed_page = 0x20004000;
    b->no_from = 0x20004010;
    b->no_to = 0x20004020;
    zif_port_flush_permissions(b->port);
    bench_run(b, zif_port_count(b->port) + 100);
    b->mixed_page = 0;
    b->no_to = 0;
    zif_port_flush_permissions(b->port);
    bench_run(b, zif_port_count(b->port) + 100);
}

static void permissions_hold_by_page_and_within_pages(void **state)
{
    bench_both(pages, ZIF_CORTEX_M3);
}

static void alignment(Bench *b)
{
    PUT(b, 0x100, unaligned);
    static const uint32_t places[] = { 0x20001000, 0x200013fc, 0x200013fe, 0x20001bf9,
                                       0x40000000, 0x300001f8, 0x2000fff8, 0x2000fffc };
    for (unsigned trap = 0; trap < 2; trap++) {
        b->unaligned_traps = trap;
        b->log_accesses = true;
        zif_port_flush_permissions(b->port);
        for (unsigned i = 0; i < 8; i++) {
            bench_start(b, 0x100);
            zif_port_set(b->port, ZIF_REG_R0, places[i]);
            for (unsigned n = 0; n < 16; n++) {
                ZifPortStop stop = bench_run(b, zif_port_count(b->port) + 100);
                if (stop == ZIF_STOP_WFI) {
                    break;
                }
                uint32_t pc = zif_port_get(b->port, ZIF_REG_PC);
                uint16_t first;
                memcpy(&first, bench_host(b, pc), 2);
                zif_port_set(b->port, ZIF_REG_PC, pc + (first >= 0xe800 ? 4 : 2));
            }
        }
    }
}

static void unaligned_accesses_split_or_fault(void **state)
{
    bench_both(alignment, ZIF_CORTEX_M4);
}

static void rom_device(Bench *b)
{
    PUT(b, 0x100, romd);
    memset(bench_host(b, 0x08000000), 0x5a, 0x100);
    bench_start(b, 0x100);
    zif_port_set(b->port, ZIF_REG_R0, 0x08000000);
    assert_int_equal(bench_run(b, 10000), ZIF_STOP_WFI);
    assert_int_equal(zif_port_get(b->port, ZIF_REG_R7), 100 * (0x80u + 0x5a5a5a5au));
    assert_int_equal(zif_port_get(b->port, ZIF_REG_R5), 0x80);
}

/* The same program in the device: after its first command there is no program any more. */
static void rom_device_of_code(Bench *b)
{
    PUT(b, 0x08001000, romd);
    bench_start(b, 0x08001000);
    zif_port_set(b->port, ZIF_REG_R0, 0x08000000);
    assert_int_equal(bench_run(b, 10000), ZIF_STOP_FETCH);
    assert_false(zif_port_shows(b->port, zif_port_get(b->port, ZIF_REG_PC)));
}

static void code_is_gone_at_the_instruction_after_the_store_that_changes_its_mode(void **state)
{
    bench_both(rom_device_of_code, ZIF_CORTEX_M3);
}

static void a_rom_device_changes_its_mode_between_two_instructions_of_a_block(void **state)
{
    bench_both(rom_device, ZIF_CORTEX_M3);
}

static void fetches(Bench *b)
{
    static const uint32_t places[] = { 0x40000000, 0x70000000, 0x30000000, 0x20020000, 0xe0000000, 0x2001fffe };
    memset(bench_host(b, 0x20000000), 0xbf, 0x10000); /* 0xbfbf: an IT instruction */
    for (unsigned i = 0; i < 0x10000; i += 2) {
        memcpy(bench_host(b, 0x20000000 + i), "\x00\xbf", 2);
    }
    for (unsigned i = 0; i < 6; i++) {
        bench_start(b, places[i]);
        bench_run(b, zif_port_count(b->port) + 4);
    }
}

static void what_is_not_memory_cannot_be_executed(void **state)
{
    bench_both(fetches, ZIF_CORTEX_M3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(device_accesses_are_made_once_with_exact_time),
        cmocka_unit_test(a_stop_asked_for_by_a_device_comes_right_after_the_instruction),
        cmocka_unit_test(a_refused_access_faults_at_its_instruction),
        cmocka_unit_test(a_fault_leaves_base_and_stack_pointer_as_they_were),
        cmocka_unit_test(permissions_hold_by_page_and_within_pages),
        cmocka_unit_test(unaligned_accesses_split_or_fault),
        cmocka_unit_test(a_rom_device_changes_its_mode_between_two_instructions_of_a_block),
        cmocka_unit_test(code_is_gone_at_the_instruction_after_the_store_that_changes_its_mode),
        cmocka_unit_test(what_is_not_memory_cannot_be_executed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
