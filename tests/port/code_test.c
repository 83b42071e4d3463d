/*
 * Code that changes: written by itself, through an alias, by a device, by a loader, by the host. The next instruction
 * executed is always the one that is in memory. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "machine.h"

PROGRAM(smc);
PROGRAM(ahead);

static void rewritten(Bench *b)
{
    PUT(b, 0x100, smc);
    for (unsigned alias = 0; alias < 2; alias++) {
        bench_start(b, 0x100);
        zif_port_set(b->port, ZIF_REG_R0, alias ? 0x20012000 : 0x20002000);
        zif_port_set(b->port, ZIF_REG_R1, alias ? 0x20002000 : 0x20012000);
        assert_int_equal(bench_run(b, 1000000), ZIF_STOP_WFI);
        assert_int_equal(zif_port_get(b->port, ZIF_REG_R8), 0x11);
        assert_int_equal(zif_port_get(b->port, ZIF_REG_R9), 0x22);
        assert_int_equal(zif_port_get(b->port, ZIF_REG_R10), 0x33);
        assert_int_equal(zif_port_get(b->port, ZIF_REG_R11), 0x11);
        assert_int_equal(zif_port_get(b->port, ZIF_REG_R12), 0x22);
    }
}

static void a_function_rewritten_directly_or_through_an_alias_is_new_at_its_next_call(void **state)
{
    bench_both(rewritten, ZIF_CORTEX_M3);
}

static void overwritten_ahead(Bench *b)
{
    for (unsigned at = 0; at < 3; at++) {
        const uint32_t base[] = { 0x20000100, 0x20000100, 0x20010100 },
                       patch[] = { 0x20000106, 0x20010106, 0x20000106 };
        PUT(b, base[at], ahead);
        zif_port_forget_code(b->port);
        for (unsigned round = 0; round < 3; round++) {
            bench_start(b, base[at]);
            zif_port_set(b->port, ZIF_REG_LR, 0x101);
            zif_port_set(b->port, ZIF_REG_R0, patch[at]);
            zif_port_set(b->port, ZIF_REG_R1, round == 1 ? 0x3201 : 0x3240); /* adds r2, #1 or #0x40 */
            bench_run(b, zif_port_count(b->port) + 5);
            assert_int_equal(zif_port_get(b->port, ZIF_REG_R2), round == 1 ? 4 : 0x43);
        }
    }
}

static void an_instruction_overwritten_ahead_in_its_block_is_the_new_one(void **state)
{
    bench_both(overwritten_ahead, ZIF_CORTEX_M4);
}

static void dma(Bench *b, uint32_t offset, bool is_write)
{
    uint16_t insn = (uint16_t)(0x3200 | (b->accesses & 0x7f)); /* adds r2, #n */
    address_space_write(&b->as, 0x20010106, MEMTXATTRS_UNSPECIFIED, (const uint8_t *)&insn, 2);
}

static void dma_over_code(Bench *b)
{
    PUT(b, 0x20000100, ahead);
    for (unsigned i = 1; i < 6; i++) {
        bench_start(b, 0x20000100);
        b->on_access = i > 2 ? dma : NULL;
        zif_port_set(b->port, ZIF_REG_LR, 0x101);
        zif_port_set(b->port, ZIF_REG_R0, 0x40000000); /* the device overwrites the third ADDS */
        bench_run(b, zif_port_count(b->port) + 5);
        assert_int_equal(zif_port_get(b->port, ZIF_REG_R2), i > 2 ? 3 + i : 4);
    }
}

static void code_overwritten_by_a_device_in_the_middle_of_its_block_is_the_new_one(void **state)
{
    bench_both(dma_over_code, ZIF_CORTEX_M4);
}

static void loaded_over(Bench *b)
{
    static const uint16_t one[] = { 0x2001, 0xbf30 }, two[] = { 0x2002, 0xbf30 }; /* movs r0, #n; wfi */
    bench_put(b, 0x100, one, sizeof(one));
    bench_start(b, 0x100);
    bench_run(b, 100);
    address_space_write_rom(&b->as, 0x100, MEMTXATTRS_UNSPECIFIED, (const uint8_t *)two, sizeof(two));
    bench_start(b, 0x100);
    bench_run(b, 100);
    assert_int_equal(zif_port_get(b->port, ZIF_REG_R0), 2);
    bench_put(b, 0x100, one, sizeof(one)); /* behind the memory's back */
    zif_port_forget_code(b->port);
    bench_start(b, 0x100);
    bench_run(b, 100);
    assert_int_equal(zif_port_get(b->port, ZIF_REG_R0), 1);
    /* a ROM device that programs itself */
    bench_put(b, 0x08000100, one, sizeof(one));
    bench_start(b, 0x08000100);
    bench_run(b, 100);
    bench_put(b, 0x08000100, two, sizeof(two));
    memory_region_set_dirty(&b->nor, 0x100, sizeof(two));
    bench_start(b, 0x08000100);
    bench_run(b, 100);
    assert_int_equal(zif_port_get(b->port, ZIF_REG_R0), 2);
}

static void code_replaced_by_a_loader_the_host_or_a_flash_is_the_new_one(void **state)
{
    bench_both(loaded_over, ZIF_CORTEX_M0);
}

static void remapped(Bench *b)
{
    static const uint16_t one[] = { 0x2001, 0xbf30 }, two[] = { 0x2002, 0xbf30 };
    bench_put(b, 0x20000100, one, sizeof(one));
    bench_put(b, 0x08000100, two, sizeof(two));
    bench_start(b, 0x20000100);
    bench_run(b, 100);
    for (unsigned i = 0; i < 4; i++) { /* another memory at the same address, and back */
        MemoryRegion *out = i % 2 ? &b->nor : &b->ram, *in = i % 2 ? &b->ram : &b->nor;
        memory_region_del_subregion(&b->root, out);
        memory_region_del_subregion(&b->root, in);
        memory_region_add_subregion(&b->root, 0x20000000, in);
        memory_region_add_subregion(&b->root, 0x08000000, out);
        bench_start(b, 0x20000100);
        assert_int_equal(bench_run(b, zif_port_count(b->port) + 100), ZIF_STOP_WFI);
        assert_int_equal(zif_port_get(b->port, ZIF_REG_R0), i % 2 ? 1 : 2);
    }
}

static void another_memory_at_the_same_address_brings_its_own_code(void **state)
{
    bench_both(remapped, ZIF_CORTEX_M3);
}

static void logged(Bench *b)
{
    static const uint16_t code[] = { 0x6001, 0x6041, 0xe7fc }; /* str r1, [r0]; str r1, [r0, #4]; b start */
    bench_put(b, 0x100, code, sizeof(code));
    bench_start(b, 0x100);
    zif_port_set(b->port, ZIF_REG_R0, 0x200013fc);
    bench_run(b, 30);
    memory_region_set_log(&b->ram, true, DIRTY_MEMORY_VGA);
    memory_region_reset_dirty(&b->ram, 0, 0x10000, DIRTY_MEMORY_VGA);
    for (unsigned i = 0; i < 3; i++) {
        bench_run(b, zif_port_count(b->port) + 30);
        DirtyBitmapSnapshot *snap = memory_region_snapshot_and_clear_dirty(&b->ram, 0, 0x10000, DIRTY_MEMORY_VGA);
        for (unsigned page = 0; page < 16; page++) {
            bench_say(b, "%d", memory_region_snapshot_get_dirty(&b->ram, snap, page * 1024, 1024));
        }
        bench_say(b, "\n");
        assert_true(memory_region_snapshot_get_dirty(&b->ram, snap, 0x1000, 1024));
        assert_true(memory_region_snapshot_get_dirty(&b->ram, snap, 0x1400, 1024));
        assert_false(memory_region_snapshot_get_dirty(&b->ram, snap, 0x1800, 1024));
        free(snap);
    }
}

static void stores_are_logged_anew_after_each_snapshot_of_the_log(void **state)
{
    bench_both(logged, ZIF_CORTEX_M3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_function_rewritten_directly_or_through_an_alias_is_new_at_its_next_call),
        cmocka_unit_test(an_instruction_overwritten_ahead_in_its_block_is_the_new_one),
        cmocka_unit_test(code_overwritten_by_a_device_in_the_middle_of_its_block_is_the_new_one),
        cmocka_unit_test(code_replaced_by_a_loader_the_host_or_a_flash_is_the_new_one),
        cmocka_unit_test(another_memory_at_the_same_address_brings_its_own_code),
        cmocka_unit_test(stores_are_logged_anew_after_each_snapshot_of_the_log),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
