/*
 * What drivers of parallel NOR flash rely on, for both command sets: sequences, status bits, refusals, and an independent model
 * of the cells under random command streams. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <zif/testbench.h>

enum { BASE = 0x60000000, SIZE = 0x40000, SECTOR = 0x8000 };

static ZifBench *bench;
static ZifDevice *flash;
static const char *quirk; /* a property to be set; NULL = none */

static void make(unsigned set, unsigned bank, unsigned chip, bool byte_mode)
{
    unsigned n = bank / chip;
    ZifBenchProp props[] = {
        { "reg", 2, { BASE, SIZE * n }, NULL },
        { "bank-width", 1, { bank }, NULL },
        { "device-width", 1, { chip }, NULL },
        { "zif,command-set", 1, { set }, NULL },
        { "zif,erase-regions", 4, { 4, 0x2000, 7, SECTOR }, NULL },
        { "zif,manufacturer", 1, { 0x20 }, NULL },
        { "zif,device-id", 3, { 0x227E, 0x2221, 0x2201 }, NULL },
        { byte_mode ? "zif,byte-mode" : quirk, 0, { 0 }, NULL },
        { 0 },
    };
    bench = zif_bench_new();
    flash = zif_bench_add(bench, "cfi-flash", props);
}

static int amd_x16(void **state)
{
    make(2, 2, 2, false);
    return 0;
}

static int amd_as_pflash(void **state)
{
    quirk = "zif,as-pflash-cfi02";
    make(2, 2, 2, false);
    quirk = NULL;
    return 0;
}

static int amd_x8_mode(void **state)
{
    make(2, 1, 1, true);
    return 0;
}

static int amd_two_chips(void **state)
{
    make(2, 4, 2, false);
    return 0;
}

static int intel_x16(void **state)
{
    make(1, 2, 2, false);
    return 0;
}

static int intel_locking(void **state)
{
    make(3, 2, 2, false);
    return 0;
}

static int done(void **state)
{
    zif_bench_free(bench);
    return 0;
}

static void put(uint32_t addr, uint32_t value)
{
    address_space_stw_le(zif_bus(flash), BASE + addr, value, MEMTXATTRS_UNSPECIFIED, NULL);
}

static uint32_t get(uint32_t addr)
{
    return address_space_lduw_le(zif_bus(flash), BASE + addr, MEMTXATTRS_UNSPECIFIED, NULL);
}

static void put8(uint32_t addr, uint32_t value)
{
    address_space_stb(zif_bus(flash), BASE + addr, value, MEMTXATTRS_UNSPECIFIED, NULL);
}

static uint32_t get8(uint32_t addr)
{
    return address_space_ldub(zif_bus(flash), BASE + addr, MEMTXATTRS_UNSPECIFIED, NULL);
}

static void put32(uint32_t addr, uint32_t value)
{
    address_space_stl_le(zif_bus(flash), BASE + addr, value, MEMTXATTRS_UNSPECIFIED, NULL);
}

static uint32_t get32(uint32_t addr)
{
    return address_space_ldl_le(zif_bus(flash), BASE + addr, MEMTXATTRS_UNSPECIFIED, NULL);
}

static void wait_us(unsigned us)
{
    zif_bench_run(bench, us * ZIF_US);
}

static uint64_t complaints(void)
{
    return zif_bench_reported(bench, ZIF_REPORT_FLASH, NULL);
}

/* --- AMD, x16 ----------------------------------------------------------------------------------------------------- */

static void amd(uint8_t command)
{
    put(0xAAA, 0xAA);
    put(0x554, 0x55);
    put(0xAAA, command);
}

static void amd_program(uint32_t addr, uint16_t value)
{
    amd(0xA0);
    put(addr, value);
}

static void amd_erase(uint32_t addr)
{
    amd(0x80);
    put(0xAAA, 0xAA);
    put(0x554, 0x55);
    put(addr, 0x30);
}

static void a_fresh_flash_is_erased_and_reads_directly(void **state)
{
    assert_int_equal(get(0), 0xFFFF);
    assert_int_equal(get32(SIZE - 4), 0xFFFFFFFF);
    assert_int_equal(complaints(), 0);
}

static void autoselect_shows_maker_device_and_protection(void **state)
{
    amd(0x90);
    assert_int_equal(get(0), 0x20);
    assert_int_equal(get(2), 0x227E);
    assert_int_equal(get(0x1C), 0x2221);
    assert_int_equal(get(0x1E), 0x2201);
    assert_int_equal(get(SECTOR * 2 + 4), 0);
    put(0, 0xF0);
    assert_int_equal(get(0), 0xFFFF);
}

static void the_query_table_tells_geometry_and_command_set(void **state)
{
    put(0xAA, 0x98);
    assert_int_equal(get(0x20), 'Q');
    assert_int_equal(get(0x22), 'R');
    assert_int_equal(get(0x24), 'Y');
    assert_int_equal(get(0x26), 2);
    assert_int_equal(get(0x4E), 18); /* 2^18 bytes */
    assert_int_equal(get(0x58), 2);  /* erase regions */
    assert_int_equal(get(0x5A), 3);  /* 4 blocks of 0x20 * 256 bytes */
    assert_int_equal(get(0x5E), 0x20);
    assert_int_equal(get(0x62), 6);
    assert_int_equal(get(0x66), 0x80);
    assert_int_equal(get(2 * 0x40), 'P');
    put(0, 0xF0);
    assert_int_equal(get(0x20), 0xFFFF);
}

static void programming_takes_its_time_and_shows_status_meanwhile(void **state)
{
    amd_program(0x100, 0x1234);
    uint32_t first = get(0x100), second = get(0x100);
    assert_int_equal((first ^ second) & 0x40, 0x40); /* DQ6 toggles */
    assert_int_equal(first & 0x80, 0x80);            /* DQ7 is the complement of 0x34's */
    assert_int_equal((first ^ second) & 0x04, 0);    /* DQ2 does not */
    wait_us(59);
    assert_int_not_equal(get(0x100), get(0x100));
    wait_us(2);
    assert_int_equal(get(0x100), 0x1234);
    assert_int_equal(get(0x100), 0x1234);
}

static void programming_only_clears_bits(void **state)
{
    amd_program(0x100, 0xFF0F);
    wait_us(100);
    amd_program(0x100, 0xF00F);
    wait_us(100);
    assert_int_equal(get(0x100), 0xF00F);
    assert_int_equal(complaints(), 0);
}

static void a_one_over_a_zero_fails_with_dq5_until_reset(void **state)
{
    amd_program(0x100, 0x0000);
    wait_us(100);
    amd_program(0x100, 0x0080);
    wait_us(100);
    assert_int_equal(get(0x100) & 0x20, 0x20);
    amd(0x90); /* not taken */
    assert_int_equal(get(0) & 0x20, 0x20);
    put(0, 0xF0);
    assert_int_equal(get(0x100), 0x0000);
    assert_true(complaints() > 0);
}

static void sector_erase_waits_for_more_sectors_then_erases_only_those(void **state)
{
    for (uint32_t a = 0x8000; a <= 0x20000; a += SECTOR) {
        amd_program(a, 0);
        wait_us(100);
    }
    amd_erase(0x8000);
    wait_us(40);
    assert_int_equal(get(0x8000) & 0x08, 0); /* DQ3: the window is open */
    put(0x18000, 0x30);
    wait_us(40);
    assert_int_equal(get(0x8000) & 0x08, 0); /* and was restarted */
    wait_us(20);
    assert_int_equal(get(0x8000) & 0x88, 0x08);
    uint32_t first = get(0x18000), second = get(0x18000);
    assert_int_equal((first ^ second) & 0x44, 0x44); /* DQ2 toggles in a sector being erased */
    first = get(0x10000), second = get(0x10000);
    assert_int_equal((first ^ second) & 0x44, 0x40);
    zif_bench_run(bench, 999 * ZIF_MS);
    assert_int_equal(get(0x8000) & 0x80, 0);
    zif_bench_run(bench, 2 * ZIF_MS);
    assert_int_equal(get(0x8000), 0xFFFF);
    assert_int_equal(get(0x18000), 0xFFFF);
    assert_int_equal(get(0x10000), 0);
    assert_int_equal(get(0x20000), 0);
}

static void small_boot_sectors_erase_by_themselves(void **state)
{
    amd_program(0x1FFE, 0);
    wait_us(100);
    amd_program(0x2000, 0);
    wait_us(100);
    amd_erase(0x2000);
    zif_bench_run(bench, ZIF_SEC);
    assert_int_equal(get(0x1FFE), 0);
    assert_int_equal(get(0x2000), 0xFFFF);
}

static void another_command_in_the_window_cancels_the_erase(void **state)
{
    amd_program(0x8000, 0);
    wait_us(100);
    amd_erase(0x8000);
    put(0, 0xF0);
    zif_bench_run(bench, 2 * ZIF_SEC);
    assert_int_equal(get(0x8000), 0);
    assert_int_equal(complaints(), 1);
}

static void chip_erase_spares_protected_sectors(void **state)
{
    amd_program(0x8000, 0);
    wait_us(100);
    amd_program(0x10000, 0);
    wait_us(100);
    amd(0xE0);
    put(0, 0xA0);
    put(0x8000, 0x00);
    put(0, 0x90);
    put(0, 0x00);
    amd(0x80);
    put(0xAAA, 0xAA);
    put(0x554, 0x55);
    put(0xAAA, 0x10);
    zif_bench_run(bench, 20 * ZIF_SEC);
    assert_int_equal(get(0x8000), 0);
    assert_int_equal(get(0x10000), 0xFFFF);
    amd_program(0x8002, 0);
    wait_us(100);
    assert_int_equal(get(0x8002), 0xFFFF);
    assert_int_equal(complaints(), 1);
}

static void a_suspended_erase_lets_other_sectors_be_read_and_programmed(void **state)
{
    amd_program(0x10000, 0x5678);
    wait_us(100);
    amd_program(0x8000, 0);
    wait_us(100);
    amd_erase(0x8000);
    wait_us(100);
    put(0, 0xB0);
    assert_int_equal(get(0x8000) & 0x80, 0); /* not at once */
    wait_us(21);
    assert_int_equal(get(0x10000), 0x5678);
    uint32_t first = get(0x8000), second = get(0x8000);
    assert_int_equal(first & 0x80, 0x80);
    assert_int_equal((first ^ second) & 0x44, 0x04);
    amd_program(0x10002, 0x4321);
    wait_us(100);
    assert_int_equal(get(0x10002), 0x4321);
    zif_bench_run(bench, 2 * ZIF_SEC); /* time does not finish it */
    assert_int_equal(get(0x8000) & 0x80, 0x80);
    put(0x8000, 0x30);
    zif_bench_run(bench, ZIF_SEC);
    assert_int_equal(get(0x8000), 0xFFFF);
    assert_int_equal(complaints(), 0);
}

static void power_lost_in_an_erase_leaves_sectors_done_torn_and_untouched(void **state)
{
    unsigned zeros = 0, words = 0;
    for (uint32_t a = 0x8000; a < 0x20000; a += 0x100) {
        amd_program(a, 0);
        wait_us(100);
    }
    amd_erase(0x8000);
    put(0x10000, 0x30);
    put(0x18000, 0x30);
    zif_bench_run(bench, 50 * ZIF_US + 750 * ZIF_MS);
    zif_bench_reset(bench, ZIF_RESET_POWER_ON);
    for (uint32_t a = 0; a < SECTOR; a += 0x100) {
        assert_int_equal(get(0x8000 + a), 0xFFFF);
        zeros += (unsigned)__builtin_popcount(~get(0x10000 + a) & 0xFFFF);
        words++;
        assert_int_equal(get(0x18000 + a), 0);
    }
    assert_in_range(zeros, 1, 16 * words - 1);
    zif_bench_run(bench, ZIF_SEC); /* nothing goes on after it */
    assert_int_equal(get(0x18000), 0);
}

static void power_lost_in_a_program_leaves_the_word_torn(void **state)
{
    unsigned zeros = 0;
    for (uint32_t a = 0; a < 64; a += 2) {
        amd_program(a, 0);
        wait_us(30);
        zif_bench_reset(bench, ZIF_RESET_POWER_ON);
        zeros += (unsigned)__builtin_popcount(~get(a) & 0xFFFF);
        assert_int_equal(get(a + 2), 0xFFFF);
    }
    assert_in_range(zeros, 64, 32 * 16 - 64);
    amd_program(0x100, 0);
    wait_us(61);
    zif_bench_reset(bench, ZIF_RESET_POWER_ON);
    assert_int_equal(get(0x100), 0);
}

static void unlock_bypass_programs_in_two_cycles(void **state)
{
    amd(0x20);
    for (unsigned i = 0; i < 4; i++) {
        put(0, 0xA0);
        put(0x200 + 2 * i, 0x1110 * i);
        wait_us(100);
    }
    put(0, 0x90);
    put(0, 0x00);
    assert_int_equal(get(0x206), 0x3330);
    amd(0x90);
    assert_int_equal(get(0), 0x20);
    put(0, 0xF0);
    assert_int_equal(complaints(), 0);
}

static void a_single_cycle_does_not_leave_unlock_bypass(void **state)
{
    amd(0x20);
    put(0, 0x00);
    put(0, 0xA0);
    put(0x200, 0x1234);
    wait_us(100);
    put(0, 0x90);
    put(0, 0x00);
    assert_int_equal(get(0x200), 0x1234);
    assert_int_equal(complaints(), 1);
}

static void a_query_from_autoselect_leads_back_to_autoselect(void **state)
{
    amd(0x90);
    put(0xAA, 0x98);
    assert_int_equal(get(0x20), 'Q');
    put(0, 0xF0);
    assert_int_equal(get(0), 0x20);
    put(0, 0xF0);
    assert_int_equal(get(0), 0xFFFF);
    put(0xAA, 0x98);
    put(0, 0xF0);
    assert_int_equal(get(0), 0xFFFF);
    assert_int_equal(complaints(), 0);
}

/* What silicon does not do, and tests written against QEMU rely on. */
static void as_pflash_cfi02_does_what_its_tests_rely_on(void **state)
{
    amd(0x20);
    put(0, 0x00);
    put(0, 0xA0);
    put(0x200, 0x1234);
    wait_us(100);
    assert_int_equal(get(0x200), 0xFFFF);
    amd_program(0x200, 0x55);
    wait_us(100);
    amd_program(0x200, 0xA5);
    wait_us(100);
    assert_int_equal(get(0x200), 0x05);
    amd_erase(0x8000);
    assert_int_equal((get(0x10000) ^ get(0x10000)) & 0x44, 0x44);
}

static void the_write_buffer_programs_a_page_at_once(void **state)
{
    put(0xAAA, 0xAA);
    put(0x554, 0x55);
    put(0x8000, 0x25);
    put(0x8000, 3);
    for (unsigned i = 0; i < 4; i++) {
        put(0x8008 + 2 * i, 0xA000 + i);
    }
    put(0x8000, 0x29);
    assert_int_not_equal(get(0x800E), get(0x800E));
    wait_us(241);
    assert_int_equal(get(0x8006), 0xFFFF);
    assert_int_equal(get(0x8008), 0xA000);
    assert_int_equal(get(0x800E), 0xA003);
    assert_int_equal(complaints(), 0);
}

static void write_buffer_data_outside_its_page_aborts_with_dq1(void **state)
{
    put(0xAAA, 0xAA);
    put(0x554, 0x55);
    put(0x8000, 0x25);
    put(0x8000, 1);
    put(0x8000, 0x1111);
    put(0x8020, 0x2222);
    assert_int_equal(get(0x8000) & 0x02, 0x02);
    put(0, 0xF0); /* a plain reset is not enough */
    assert_int_equal(get(0x8000) & 0x02, 0x02);
    amd(0xF0);
    assert_int_equal(get(0x8000), 0xFFFF);
    wait_us(1000);
    assert_int_equal(get(0x8000), 0xFFFF);
}

static void a_bad_sequence_falls_back_to_reading_and_is_reported(void **state)
{
    put(0xAAA, 0xAA);
    put(0x556, 0x55);
    put(0xAAA, 0xA0);
    put(0x300, 0);
    wait_us(100);
    assert_int_equal(get(0x300), 0xFFFF);
    assert_true(complaints() >= 1);
}

static void array_reads_are_direct_and_status_reads_are_not(void **state)
{
    hwaddr xlat, len = 2;
    MemoryRegion *mr = address_space_translate(zif_bus(flash), BASE, &xlat, &len, false, MEMTXATTRS_UNSPECIFIED);
    assert_true(memory_region_is_romd(mr));
    put(0xAAA, 0xAA);
    assert_true(memory_region_is_romd(mr)); /* half an unlock still shows the array */
    put(0x554, 0x55);
    put(0xAAA, 0x90);
    assert_false(memory_region_is_romd(mr));
    put(0, 0xF0);
    assert_true(memory_region_is_romd(mr));
    amd_program(0, 0);
    assert_false(memory_region_is_romd(mr));
    wait_us(100);
    assert_true(memory_region_is_romd(mr));
}

/* --- AMD, other widths --------------------------------------------------------------------------------------------- */

static void byte_mode_uses_byte_addresses(void **state)
{
    put8(0xAA, 0x98);
    assert_int_equal(get8(0x20), 'Q');
    assert_int_equal(get8(0x22), 'R');
    put8(0, 0xF0);
    put8(0xAAA, 0xAA);
    put8(0x555, 0x55);
    put8(0xAAA, 0xA0);
    put8(0x123, 0x42);
    wait_us(100);
    assert_int_equal(get8(0x123), 0x42);
    assert_int_equal(get8(0x122), 0xFF);
    assert_int_equal(complaints(), 0);
}

static void interleaved_chips_answer_on_their_own_lanes(void **state)
{
    put32(0x1554, 0x00AA00AA);
    put32(0xAA8, 0x00550055);
    put32(0x1554, 0x00A000A0);
    put32(0x400, 0x11112222);
    wait_us(100);
    assert_int_equal(get32(0x400), 0x11112222);
    /* Only the upper chip gets the sequence: a half-word store strobes its lanes alone. */
    put(0x1556, 0xAA);
    put(0xAAA, 0x55);
    put(0x1556, 0x90);
    assert_int_equal(get32(0), 0x0020FFFF);
    put(2, 0xF0);
    assert_int_equal(get32(0), 0xFFFFFFFF);
    assert_int_equal(complaints(), 0);
}

/* --- Intel --------------------------------------------------------------------------------------------------------- */

static void intel_program(uint32_t addr, uint16_t value)
{
    put(addr, 0x40);
    put(addr, value);
}

static void intel_programs_and_keeps_showing_status_until_told(void **state)
{
    intel_program(0x100, 0x1234);
    assert_int_equal(get(0x100), 0x00);
    wait_us(61);
    assert_int_equal(get(0x100), 0x80);
    put(0, 0xFF);
    assert_int_equal(get(0x100), 0x1234);
    assert_int_equal(complaints(), 0);
}

static void intel_erase_needs_its_confirmation(void **state)
{
    intel_program(0x8000, 0);
    wait_us(100);
    put(0x8000, 0x20);
    put(0x8000, 0xFF);
    assert_int_equal(get(0), 0xB0); /* command sequence error: both error bits */
    put(0, 0x50);
    assert_int_equal(get(0), 0x80);
    put(0x8000, 0x20);
    put(0x8000, 0xD0);
    assert_int_equal(get(0), 0x00);
    zif_bench_run(bench, 501 * ZIF_MS);
    assert_int_equal(get(0), 0x80);
    put(0, 0xFF);
    assert_int_equal(get(0x8000), 0xFFFF);
}

static void intel_suspend_nests_a_program_in_an_erase(void **state)
{
    put(0x8000, 0x20);
    put(0x8000, 0xD0);
    wait_us(100);
    put(0, 0xB0);
    assert_int_equal(get(0), 0x00);
    wait_us(21);
    assert_int_equal(get(0), 0xC0);
    intel_program(0x10000, 0x7777);
    wait_us(100);
    assert_int_equal(get(0), 0xC0);
    put(0, 0xFF);
    assert_int_equal(get(0x10000), 0x7777);
    put(0, 0xD0);
    assert_int_equal(get(0), 0x00);
    zif_bench_run(bench, ZIF_SEC);
    assert_int_equal(get(0), 0x80);
    assert_int_equal(complaints(), 0);
}

static void power_lost_while_suspended_leaves_both_operations_torn(void **state)
{
    unsigned zeros = 0, old = 0;
    for (uint32_t a = 0x8000; a < 0x8100; a += 2) {
        put(a, 0x40);
        put(a, 0);
        wait_us(100);
    }
    for (unsigned i = 0; i < 16;
         i++) { /* the suspended erase may be anywhere: sometimes all done, sometimes not begun */
        put(0x8000, 0x20);
        put(0x8000, 0xD0);
        zif_bench_run(bench, 100 * ZIF_MS);
        put(0x8000, 0xB0);
        wait_us(50);
        put(0x10000 + 2 * i, 0x40);
        put(0x10000 + 2 * i, 0);
        wait_us(20);
        zif_bench_reset(bench, ZIF_RESET_POWER_ON);
        zeros += (unsigned)__builtin_popcount(~get(0x10000 + 2 * i) & 0xFFFF);
        old += (unsigned)__builtin_popcount(~get(0x8000 + 2 * i) & 0xFFFF);
    }
    assert_in_range(zeros, 16, 16 * 16 - 16);
    assert_in_range(old, 0, 16 * 16 - 1);
}

static void intel_identifier_and_query_are_there(void **state)
{
    put(0, 0x90);
    assert_int_equal(get(0), 0x20);
    assert_int_equal(get(2), 0x227E);
    assert_int_equal(get(0x8004), 0);
    put(0, 0x98);
    assert_int_equal(get(0x20), 'Q');
    assert_int_equal(get(0x26), 1);
}

static void intel_lock_bits_refuse_with_status(void **state)
{
    put(0x8000, 0x60);
    put(0x8000, 0x01);
    intel_program(0x8000, 0);
    assert_int_equal(get(0), 0x92);
    put(0, 0x50);
    put(0x8000, 0x60);
    put(0x8000, 0xD0);
    intel_program(0x8000, 0);
    wait_us(100);
    assert_int_equal(get(0), 0x80);
    assert_int_equal(complaints(), 1);
}

static void extended_parts_wake_up_locked_and_can_be_locked_down(void **state)
{
    intel_program(0x8000, 0);
    assert_int_equal(get(0), 0x92);
    put(0, 0x50);
    put(0x8000, 0x60);
    put(0x8000, 0xD0);
    put(0x10000, 0x60);
    put(0x10000, 0x2F);
    put(0x10000, 0x60);
    put(0x10000, 0xD0);
    put(0, 0x90);
    assert_int_equal(get(0x8004), 0);
    assert_int_equal(get(0x10004), 3);
    assert_int_equal(get(0x18004), 1);
}

static void intel_write_buffer_programs_and_checks_its_count(void **state)
{
    put(0x8000, 0xE8);
    assert_int_equal(get(0x8000), 0x80);
    put(0x8000, 1);
    put(0x8000, 0x1111);
    put(0x8002, 0x2222);
    put(0x8000, 0xD0);
    wait_us(241);
    assert_int_equal(get(0), 0x80);
    put(0, 0xFF);
    assert_int_equal(get32(0x8000), 0x22221111);
    put(0x8000, 0xE8);
    put(0x8000, 16); /* 17 words, one too many */
    assert_int_equal(get(0), 0xB0);
}

/* --- Against a model of the cells ------------------------------------------------------------------------------------ */

/* Random legal and illegal streams. Whatever happens, cells change only by programming (bits to 0) or by an erase this test
 * asked for, and after a reset and enough time the flash reads as the model says. */
static void random_streams_leave_only_states_the_commands_asked_for(void **state)
{
    static uint8_t model[SIZE];
    memset(model, 0xFF, sizeof model);
    unsigned seed = 20261122;
    print_message("seed %u\n", seed);
    for (unsigned step = 0; step < 3000; step++) {
        seed = seed * 1103515245 + 12345;
        uint32_t r = seed >> 8;
        uint32_t addr = (r * 2654435761u) % SIZE & ~1u;
        if (r % 8 < 4) {
            uint16_t old = (uint16_t)(model[addr] | model[addr + 1] << 8), value = old & (uint16_t)(r * 31);
            amd_program(addr, value);
            wait_us(61);
            model[addr] = (uint8_t)value;
            model[addr + 1] = (uint8_t)(value >> 8);
        } else if (r % 8 == 4) {
            amd_erase(addr);
            zif_bench_run(bench, ZIF_SEC);
            uint32_t size = addr < 0x8000 ? 0x2000 : SECTOR;
            memset(model + addr / size * size, 0xFF, size);
        } else if (r % 8 == 5) { /* an illegal one: programs without the unlock */
            put(0xAAA, 0xA0);
            put(addr, 0);
            wait_us(100);
        } else if (r % 8 == 6) { /* unlock broken off */
            put(0xAAA, 0xAA);
            put(addr == 0x554 ? 0x556 : addr, r & 0xFE);
            put(0, 0xF0);
        } else {
            put(addr, 0xF0);
        }
        uint32_t probe = (r ^ addr) % SIZE & ~1u;
        assert_int_equal(get(probe), model[probe] | model[probe + 1] << 8);
    }
    for (uint32_t a = 0; a < SIZE; a += 2) {
        assert_int_equal(get(a), model[a] | model[a + 1] << 8);
    }
}

static void random_intel_streams_leave_only_states_the_commands_asked_for(void **state)
{
    static uint8_t model[SIZE];
    memset(model, 0xFF, sizeof model);
    unsigned seed = 20261123;
    print_message("seed %u\n", seed);
    for (unsigned step = 0; step < 3000; step++) {
        seed = seed * 1103515245 + 12345;
        uint32_t r = seed >> 8;
        uint32_t addr = (r * 2654435761u) % SIZE & ~1u, size = addr < 0x8000 ? 0x2000 : SECTOR;
        uint16_t value = (uint16_t)(r * 31);
        switch (r % 10) {
        case 0:
        case 1:
        case 2:
        case 3: /* a 0 stays, whatever is asked for */
            intel_program(addr, value);
            wait_us(61);
            model[addr] &= (uint8_t)value;
            model[addr + 1] &= (uint8_t)(value >> 8);
            break;
        case 4:
            put(addr, 0x20);
            put(addr, 0xD0);
            wait_us(600);
            if (r & 0x100) { /* suspended and resumed on the way */
                put(addr, 0xB0);
                wait_us(30);
                put(addr, 0xD0);
            }
            zif_bench_run(bench, ZIF_SEC);
            memset(model + addr / size * size, 0xFF, size);
            break;
        case 5: /* two words by the buffer */
            addr &= ~3u;
            put(addr, 0xE8);
            put(addr, 1);
            put(addr, value);
            put(addr + 2, 0x5A5A);
            put(addr, 0xD0);
            wait_us(241);
            model[addr] &= (uint8_t)value;
            model[addr + 1] &= (uint8_t)(value >> 8);
            model[addr + 2] &= 0x5A;
            model[addr + 3] &= 0x5A;
            break;
        case 6: /* erase that is not confirmed */
            put(addr, 0x20);
            put(addr, value == 0xD0 ? 0 : value & 0xFF0F);
            break;
        case 7: /* buffer that is not confirmed, or is too long */
            put(addr, 0xE8);
            put(addr, r & 0x100 ? 0 : 40);
            put(addr, 0);
            put(addr, 0x00);
            break;
        case 8: /* program and erase of a locked block, which is then unlocked again */
            put(addr, 0x60);
            put(addr, 0x01);
            put(addr, 0xFF);
            intel_program(addr, 0);
            wait_us(61);
            put(addr, 0x50);
            put(addr, 0x20);
            put(addr, 0xD0);
            zif_bench_run(bench, ZIF_SEC);
            put(addr, 0x60);
            put(addr, 0xD0);
            break;
        default: /* a lone command that changes nothing */
            put(addr, (uint32_t[]){ 0x70, 0x50, 0x90, 0x98, 0xB0, 0xD0 }[r >> 4 & 3]);
        }
        put(0, 0xFF);
        put(0, 0x50);
        put(0, 0xFF);
        uint32_t probe = (r ^ addr) % SIZE & ~1u;
        assert_int_equal(get(probe), model[probe] | model[probe + 1] << 8);
    }
    for (uint32_t a = 0; a < SIZE; a += 2) {
        assert_int_equal(get(a), model[a] | model[a + 1] << 8);
    }
}

int main(void)
{
#define T(make_, name) cmocka_unit_test_setup_teardown(name, make_, done)
    const struct CMUnitTest tests[] = {
        T(amd_x16, a_fresh_flash_is_erased_and_reads_directly),
        T(amd_x16, autoselect_shows_maker_device_and_protection),
        T(amd_x16, the_query_table_tells_geometry_and_command_set),
        T(amd_x16, programming_takes_its_time_and_shows_status_meanwhile),
        T(amd_x16, programming_only_clears_bits),
        T(amd_x16, a_one_over_a_zero_fails_with_dq5_until_reset),
        T(amd_x16, sector_erase_waits_for_more_sectors_then_erases_only_those),
        T(amd_x16, small_boot_sectors_erase_by_themselves),
        T(amd_x16, another_command_in_the_window_cancels_the_erase),
        T(amd_x16, chip_erase_spares_protected_sectors),
        T(amd_x16, a_suspended_erase_lets_other_sectors_be_read_and_programmed),
        T(amd_x16, power_lost_in_an_erase_leaves_sectors_done_torn_and_untouched),
        T(amd_x16, power_lost_in_a_program_leaves_the_word_torn),
        T(amd_x16, unlock_bypass_programs_in_two_cycles),
        T(amd_x16, a_single_cycle_does_not_leave_unlock_bypass),
        T(amd_x16, a_query_from_autoselect_leads_back_to_autoselect),
        T(amd_as_pflash, as_pflash_cfi02_does_what_its_tests_rely_on),
        T(amd_x16, the_write_buffer_programs_a_page_at_once),
        T(amd_x16, write_buffer_data_outside_its_page_aborts_with_dq1),
        T(amd_x16, a_bad_sequence_falls_back_to_reading_and_is_reported),
        T(amd_x16, array_reads_are_direct_and_status_reads_are_not),
        T(amd_x8_mode, byte_mode_uses_byte_addresses),
        T(amd_two_chips, interleaved_chips_answer_on_their_own_lanes),
        T(intel_x16, intel_programs_and_keeps_showing_status_until_told),
        T(intel_x16, intel_erase_needs_its_confirmation),
        T(intel_x16, intel_suspend_nests_a_program_in_an_erase),
        T(intel_x16, power_lost_while_suspended_leaves_both_operations_torn),
        T(intel_x16, intel_identifier_and_query_are_there),
        T(intel_x16, intel_lock_bits_refuse_with_status),
        T(intel_locking, extended_parts_wake_up_locked_and_can_be_locked_down),
        T(intel_x16, intel_write_buffer_programs_and_checks_its_count),
        T(intel_x16, random_intel_streams_leave_only_states_the_commands_asked_for),
        T(amd_x16, random_streams_leave_only_states_the_commands_asked_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
