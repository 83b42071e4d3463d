/* STM32F4 FLASH interface. SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <zif/testbench.h>
#include "st.h"

enum { ACR = 0x00, KEYR = 0x04, OPTKEYR = 0x08, SR = 0x0C, CR = 0x10, OPTCR = 0x14 };
#define FLASH 0x08000000u
#define LOCK  0x80000000u

typedef struct {
    ZifBench *bench;
    ZifDevice *flash;
} Rig;

static Rig rig(void)
{
    Rig r = { .bench = zif_bench_new() };
    r.flash = zif_bench_add(
        r.bench, "stm32f4-flash",
        (ZifBenchProp[]){ { "reg", 8, { 0x40023C00, 0x400, FLASH, 0x100000, 0x1FFF7800, 528, 0x1FFFC000, 16 }, NULL },
                          { 0 } });
    return r;
}

static uint32_t word_at(Rig *r, uint32_t address)
{
    uint32_t word = 0;
    address_space_read(zif_bus(r->flash), address, MEMTXATTRS_UNSPECIFIED, (uint8_t *)&word, 4);
    return word;
}

static void memory_is_erased_and_the_option_bytes_are_those_of_a_new_part(void **state)
{
    Rig r = rig();
    assert_int_equal(word_at(&r, FLASH), 0xFFFFFFFF);
    assert_int_equal(word_at(&r, FLASH + 0xFFFFC), 0xFFFFFFFF);
    assert_int_equal(word_at(&r, 0x1FFF7800), 0xFFFFFFFF);
    assert_int_equal(word_at(&r, 0x1FFFC000) & 0xFFFF, 0xAAED);
    assert_int_equal(zif_bench_read(r.flash, OPTCR), 0x0FFFAAED);
    zif_bench_free(r.bench);
}

static void too_few_wait_states_are_told_when_the_clock_rises(void **state)
{
    Rig r = rig();
    zif_bench_clock(r.flash, 0, 168000000);
    assert_int_equal(zif_bench_reported(r.bench, ZIF_REPORT_BUS, "ACR"), 1);
    assert_non_null(strstr(zif_bench_report_text(r.bench, 0), "needs 5 wait states"));
    zif_bench_free(r.bench);
}

static void enough_wait_states_are_fine_and_lowering_them_later_is_not(void **state)
{
    Rig r = rig();
    zif_bench_write(r.flash, ACR, 5);
    zif_bench_clock(r.flash, 0, 168000000);
    assert_int_equal(zif_bench_nreports(r.bench), 0);
    zif_bench_write(r.flash, ACR, 4);
    assert_int_equal(zif_bench_reported(r.bench, ZIF_REPORT_BUS, "ACR"), 1);
    zif_bench_free(r.bench);
}

static void thirty_megahertz_need_none(void **state)
{
    Rig r = rig();
    zif_bench_clock(r.flash, 0, 30000000);
    assert_int_equal(zif_bench_nreports(r.bench), 0);
    zif_bench_clock(r.flash, 0, 30000001);
    assert_int_equal(zif_bench_nreports(r.bench), 1);
    zif_bench_free(r.bench);
}

static void a_cache_is_reset_only_while_it_is_off(void **state)
{
    Rig r = rig();
    zif_bench_write(r.flash, ACR, 1 << 11);
    assert_int_equal(zif_bench_nreports(r.bench), 0);
    zif_bench_write(r.flash, ACR, 1 << 9);
    zif_bench_write(r.flash, ACR, 1 << 9 | 1 << 11);
    assert_int_equal(zif_bench_reported(r.bench, ZIF_REPORT_LOCKED, "ACR"), 1);
    zif_bench_free(r.bench);
}

static void the_two_keys_open_the_control_register(void **state)
{
    Rig r = rig();
    zif_bench_write(r.flash, CR, 1);
    assert_int_equal(zif_bench_read(r.flash, CR), LOCK);
    assert_int_equal(zif_bench_reported(r.bench, ZIF_REPORT_LOCKED, "CR"), 1);
    zif_bench_write(r.flash, KEYR, 0x45670123);
    zif_bench_write(r.flash, KEYR, 0xCDEF89AB);
    assert_int_equal(zif_bench_read(r.flash, CR), 0);
    zif_bench_write(r.flash, CR, LOCK);
    assert_int_equal(zif_bench_read(r.flash, CR), LOCK);
    zif_bench_free(r.bench);
}

static void a_wrong_key_locks_until_reset(void **state)
{
    Rig r = rig();
    zif_bench_write(r.flash, KEYR, 0x45670123);
    zif_bench_write(r.flash, KEYR, 0x12345678);
    zif_bench_write(r.flash, KEYR, 0x45670123);
    zif_bench_write(r.flash, KEYR, 0xCDEF89AB);
    assert_int_equal(zif_bench_read(r.flash, CR), LOCK);
    zif_bench_reset(r.bench, ZIF_RESET_SYSTEM);
    zif_bench_write(r.flash, KEYR, 0x45670123);
    zif_bench_write(r.flash, KEYR, 0xCDEF89AB);
    assert_int_equal(zif_bench_read(r.flash, CR), 0);
    zif_bench_free(r.bench);
}

static void the_option_control_register_has_keys_of_its_own(void **state)
{
    Rig r = rig();
    zif_bench_write(r.flash, OPTKEYR, 0x08192A3B);
    zif_bench_write(r.flash, OPTKEYR, 0x4C5D6E7F);
    assert_int_equal(zif_bench_read(r.flash, OPTCR), 0x0FFFAAEC);
    assert_int_equal(zif_bench_read(r.flash, CR), LOCK);
    zif_bench_free(r.bench);
}

static void a_store_to_locked_flash_changes_nothing_and_is_told(void **state)
{
    Rig r = rig();
    uint32_t word = 0;
    address_space_write(zif_bus(r.flash), FLASH + 0x100, MEMTXATTRS_UNSPECIFIED, (uint8_t *)&word, 4);
    assert_int_equal(word_at(&r, FLASH + 0x100), 0xFFFFFFFF);
    assert_int_equal(zif_bench_read(r.flash, SR), 1 << 7);
    assert_int_equal(zif_bench_reported(r.bench, ZIF_REPORT_FLASH, "CR"), 1);
    zif_bench_free(r.bench);
}

/* --- Program and erase -------------------------------------------------------------------------------------------------- */

enum { PG = 1, SER = 2, MER = 4, STRT = 1 << 16, X8 = 0, X16 = 1 << 8, X32 = 2 << 8, X64 = 3 << 8 };
enum { EOP = 1, OPERR = 2, WRPERR = 16, PGAERR = 32, PGPERR = 64, PGSERR = 128, BSY = 1 << 16 };

static void unlock(Rig *r)
{
    zif_bench_write(r->flash, KEYR, 0x45670123);
    zif_bench_write(r->flash, KEYR, 0xCDEF89AB);
}

static Rig unlocked(void)
{
    Rig r = rig();
    unlock(&r);
    return r;
}

static void put(Rig *r, uint32_t address, uint32_t value, unsigned size)
{
    address_space_write(zif_bus(r->flash), address, MEMTXATTRS_UNSPECIFIED, (uint8_t *)&value, size);
}

static uint32_t status(Rig *r)
{
    return zif_bench_peek(r->flash, SR);
}

static void program_word(Rig *r, uint32_t address, uint32_t value)
{
    zif_bench_write(r->flash, CR, PG | X32);
    put(r, address, value, 4);
    zif_bench_run(r->bench, 16 * ZIF_US);
    zif_bench_write(r->flash, CR, 0);
}

static void a_word_is_programmed_in_sixteen_microseconds(void **state)
{
    Rig r = unlocked();
    zif_bench_write(r.flash, CR, PG | X32);
    put(&r, FLASH + 8, 0x12345678, 4);
    assert_int_equal(status(&r), BSY);
    zif_bench_run(r.bench, 16 * ZIF_US - 1);
    assert_int_equal(status(&r), BSY);
    zif_bench_run(r.bench, 1);
    assert_int_equal(status(&r), 0);
    assert_int_equal(word_at(&r, FLASH + 8), 0x12345678);
    assert_int_equal(zif_bench_stalled(r.bench), 0);
    assert_int_equal(zif_bench_nreports(r.bench), 0);
    zif_bench_free(r.bench);
}

static void a_read_while_busy_waits_for_the_end(void **state)
{
    Rig r = unlocked();
    zif_bench_write(r.flash, CR, PG | X32);
    put(&r, FLASH, 0x12345678, 4);
    zif_bench_run(r.bench, 6 * ZIF_US);
    assert_int_equal(word_at(&r, FLASH), 0x12345678);
    assert_in_range(zif_bench_stalled(r.bench), 160, 161); /* 10 us at the bench's 16 MHz */
    assert_int_equal(status(&r), 0);
    zif_bench_free(r.bench);
}

static void widths_are_those_of_psize(void **state)
{
    static const struct {
        uint32_t psize;
        unsigned size;
    } good[] = { { X8, 1 }, { X16, 2 }, { X32, 4 } };
    Rig r = unlocked();
    for (unsigned i = 0; i < 3; i++) {
        zif_bench_write(r.flash, CR, PG | good[i].psize);
        for (unsigned size = 1; size <= 4; size *= 2) {
            put(&r, FLASH + 16 * i + 4 * size, 0, size);
            zif_bench_run(r.bench, 16 * ZIF_US);
            assert_int_equal(status(&r), size == good[i].size ? 0 : PGPERR);
            zif_bench_write(r.flash, SR, 0xf2);
        }
    }
    assert_int_equal(zif_bench_reported(r.bench, ZIF_REPORT_FLASH, "CR"), 6);
    zif_bench_free(r.bench);
}

static void double_words_need_a_voltage_nobody_supplies(void **state)
{
    Rig r = unlocked();
    zif_bench_write(r.flash, CR, PG | X64);
    put(&r, FLASH, 0, 4);
    assert_int_equal(status(&r), PGPERR);
    zif_bench_write(r.flash, CR, SER | X64 | STRT);
    assert_int_equal(status(&r) & BSY, 0);
    zif_bench_free(r.bench);
}

static void bits_only_go_from_one_to_zero(void **state)
{
    Rig r = unlocked();
    program_word(&r, FLASH, 0x0000ffff);
    program_word(&r, FLASH, 0xffff1234);
    assert_int_equal(word_at(&r, FLASH), 0x00001234);
    assert_int_equal(status(&r), 0);
    assert_int_equal(zif_bench_reported(r.bench, ZIF_REPORT_FLASH, ""), 1);
    zif_bench_free(r.bench);
}

static void each_sector_erases_in_its_time(void **state)
{
    static const struct {
        uint32_t sector, start, size, psize;
        unsigned ms;
    } sectors[] = { { 0, 0, 0x4000, X8, 400 },
                    { 3, 0xc000, 0x4000, X32, 250 },
                    { 4, 0x10000, 0x10000, X16, 700 },
                    { 5, 0x20000, 0x20000, X32, 1000 },
                    { 11, 0xe0000, 0x20000, X8, 2000 } };
    Rig r = unlocked();
    for (unsigned i = 0; i < 5; i++) {
        uint32_t last = FLASH + sectors[i].start + sectors[i].size - 4, after = last + 4;
        program_word(&r, FLASH + sectors[i].start, 0);
        program_word(&r, last, 0);
        if (after < FLASH + 0x100000) {
            program_word(&r, after, 0);
        }
        zif_bench_write(r.flash, CR, SER | sectors[i].sector << 3 | sectors[i].psize | STRT);
        zif_bench_run(r.bench, sectors[i].ms * ZIF_MS - 1);
        assert_int_equal(status(&r), BSY);
        zif_bench_run(r.bench, 1);
        assert_int_equal(status(&r), 0);
        assert_int_equal(word_at(&r, FLASH + sectors[i].start), 0xffffffff);
        assert_int_equal(word_at(&r, last), 0xffffffff);
        if (after < FLASH + 0x100000) {
            assert_int_equal(word_at(&r, after), 0);
        }
    }
    assert_int_equal(zif_bench_nreports(r.bench), 0);
    zif_bench_free(r.bench);
}

static void mass_erase_empties_all(void **state)
{
    Rig r = unlocked();
    program_word(&r, FLASH, 0);
    program_word(&r, FLASH + 0xffffc, 0);
    zif_bench_write(r.flash, CR, MER | X32 | STRT);
    zif_bench_run(r.bench, 8 * ZIF_SEC);
    assert_int_equal(status(&r), 0);
    assert_int_equal(word_at(&r, FLASH), 0xffffffff);
    assert_int_equal(word_at(&r, FLASH + 0xffffc), 0xffffffff);
    zif_bench_free(r.bench);
}

static void writes_without_pg_or_with_ser_are_sequence_errors(void **state)
{
    Rig r = unlocked();
    put(&r, FLASH, 0, 1);
    assert_int_equal(status(&r), PGSERR);
    zif_bench_write(r.flash, SR, PGSERR);
    zif_bench_write(r.flash, CR, PG | SER);
    put(&r, FLASH, 0, 1);
    assert_int_equal(status(&r), PGSERR);
    zif_bench_write(r.flash, SR, PGSERR);
    zif_bench_write(r.flash, CR, STRT);
    assert_int_equal(status(&r), PGSERR);
    zif_bench_write(r.flash, SR, PGSERR);
    zif_bench_write(r.flash, CR, SER | 12 << 3 | STRT);
    assert_int_equal(status(&r), PGSERR);
    assert_int_equal(word_at(&r, FLASH), 0xffffffff);
    assert_int_equal(zif_bench_reported(r.bench, ZIF_REPORT_FLASH, "CR"), 4);
    zif_bench_free(r.bench);
}

static void eop_and_the_interrupts_come_when_enabled(void **state)
{
    Rig r = unlocked();
    zif_bench_write(r.flash, CR, PG | X8 | 1 << 24 | 1 << 25);
    put(&r, FLASH, 0, 1);
    zif_bench_run(r.bench, 16 * ZIF_US);
    assert_int_equal(status(&r), EOP);
    assert_int_equal(zif_bench_level(r.flash, "irq", 0), 1);
    zif_bench_write(r.flash, SR, EOP);
    assert_int_equal(zif_bench_level(r.flash, "irq", 0), 0);
    put(&r, FLASH + 2, 0, 2);
    assert_int_equal(status(&r), OPERR | PGPERR);
    assert_int_equal(zif_bench_level(r.flash, "irq", 0), 1);
    zif_bench_write(r.flash, SR, OPERR | PGPERR);
    assert_int_equal(zif_bench_level(r.flash, "irq", 0), 0);
    zif_bench_free(r.bench);
}

static void open_options(Rig *r)
{
    zif_bench_write(r->flash, OPTKEYR, 0x08192A3B);
    zif_bench_write(r->flash, OPTKEYR, 0x4C5D6E7F);
}

static void write_options(Rig *r, uint32_t optcr)
{
    open_options(r);
    zif_bench_write(r->flash, OPTCR, optcr & ~3u);
    zif_bench_write(r->flash, OPTCR, (optcr & ~3u) | 2);
    assert_int_equal(status(r) & BSY, BSY);
    zif_bench_run(r->bench, 400 * ZIF_MS);
    assert_int_equal(status(r) & BSY, 0);
}

static void the_watchdog_of_the_option_byte_runs_from_reset_on(void **state)
{
    Rig r = rig();
    ZifDevice *iwdg = zif_bench_add(r.bench, "stm32f4-iwdg",
                                    (ZifBenchProp[]){ { "clock-frequency", 1, { 32000 }, NULL },
                                                      { "st,flash", 1, { zif_bench_phandle(r.flash) }, NULL },
                                                      { 0 } });
    write_options(&r, 0x0FFFAAED & ~STM32_WDG_SW);
    zif_bench_run(r.bench, ZIF_SEC);
    assert_int_equal(zif_bench_reset_requests(r.bench), 0); /* only from the next reset on */
    zif_bench_reset(r.bench, ZIF_RESET_PIN);
    zif_bench_run(r.bench, 511 * ZIF_MS);
    zif_bench_write(iwdg, 0, 0xAAAA);
    zif_bench_run(r.bench, 511 * ZIF_MS);
    assert_int_equal(zif_bench_reset_requests(r.bench), 0);
    zif_bench_run(r.bench, ZIF_MS);
    assert_int_equal(zif_bench_reset_requests(r.bench), 1);
    zif_bench_free(r.bench);
}

static void options_put_a_reset_in_the_place_of_stop_and_standby(void **state)
{
    for (unsigned standby = 0; standby < 2; standby++) {
        Rig r = rig();
        ZifDevice *rcc = zif_bench_add(r.bench, "stm32f4-rcc", NULL);
        ZifDevice *pwr = zif_bench_add(r.bench, "stm32f4-pwr",
                                       (ZifBenchProp[]){ { "st,rcc", 1, { zif_bench_phandle(rcc) }, NULL },
                                                         { "st,flash", 1, { zif_bench_phandle(r.flash) }, NULL },
                                                         { 0 } });
        zif_bench_write(pwr, 0, standby ? 0x4002 : 0x4000);
        write_options(&r, 0x0FFFAAED & ~(standby ? STM32_NRST_STOP : STM32_NRST_STDBY)); /* the other's */
        pwr->cls->deep_sleep(pwr, true);
        assert_int_equal(zif_bench_reset_requests(r.bench), 0);
        pwr->cls->deep_sleep(pwr, false);
        zif_bench_reset(r.bench, ZIF_RESET_PIN);
        zif_bench_write(pwr, 0, standby ? 0x4002 : 0x4000);
        write_options(&r, 0x0FFFAAED & ~(standby ? STM32_NRST_STDBY : STM32_NRST_STOP));
        pwr->cls->deep_sleep(pwr, true);
        assert_int_equal(zif_bench_reset_requests(r.bench), 1);
        zif_bench_reset(r.bench, ZIF_RESET_WATCHDOG);
        assert_int_equal(zif_bench_read(rcc, 0x74) & STM32_LPWRRSTF, STM32_LPWRRSTF);
        zif_bench_free(r.bench);
    }
}

static void write_protection_refuses_and_survives_reset(void **state)
{
    Rig r = unlocked();
    write_options(&r, 0x0FFFAAED & ~(1u << 18)); /* sector 2 */
    zif_bench_reset(r.bench, ZIF_RESET_SYSTEM);
    assert_int_equal(zif_bench_read(r.flash, OPTCR), 0x0FFFAAED & ~(1u << 18));
    unlock(&r);
    zif_bench_write(r.flash, CR, PG | X8);
    put(&r, FLASH + 0x8000, 0, 1);
    assert_int_equal(status(&r), WRPERR);
    put(&r, FLASH + 0x7fff, 0, 1);
    zif_bench_run(r.bench, 16 * ZIF_US);
    assert_int_equal(word_at(&r, FLASH + 0x7ffc), 0x00ffffff);
    zif_bench_write(r.flash, CR, SER | 2 << 3 | STRT);
    assert_int_equal(status(&r) & BSY, 0);
    zif_bench_write(r.flash, CR, MER | STRT);
    assert_int_equal(status(&r) & BSY, 0);
    assert_int_equal(zif_bench_reported(r.bench, ZIF_REPORT_LOCKED, "CR"), 3);
    zif_bench_free(r.bench);
}

static void going_back_to_read_protection_level_0_erases_all(void **state)
{
    Rig r = unlocked();
    program_word(&r, FLASH, 0);
    write_options(&r, 0x0FFF55ED);
    assert_int_equal(word_at(&r, FLASH), 0);
    write_options(&r, 0x0FFFAAED);
    assert_int_equal(word_at(&r, FLASH), 0xffffffff);
    zif_bench_free(r.bench);
}

static void read_protection_level_2_is_for_ever(void **state)
{
    Rig r = unlocked();
    write_options(&r, 0x0FFFCCED);
    zif_bench_write(r.flash, OPTCR, 0x0FFFAAED & ~3u);
    zif_bench_write(r.flash, OPTCR, (0x0FFFAAED & ~3u) | 2);
    assert_int_equal(status(&r) & BSY, 0);
    assert_int_equal(zif_bench_read(r.flash, OPTCR) & 0xff00, 0xcc00);
    assert_int_equal(zif_bench_reported(r.bench, ZIF_REPORT_LOCKED, "OPTCR"), 1);
    zif_bench_free(r.bench);
}

static void otp_is_programmed_once_and_its_blocks_can_be_locked(void **state)
{
    Rig r = unlocked();
    zif_bench_write(r.flash, CR, PG | X8);
    put(&r, 0x1FFF7820, 0x12, 1);
    zif_bench_run(r.bench, 16 * ZIF_US);
    put(&r, 0x1FFF7A01, 0, 1); /* lock of block 1 */
    zif_bench_run(r.bench, 16 * ZIF_US);
    assert_int_equal(status(&r), 0);
    put(&r, 0x1FFF7821, 0x12, 1);
    assert_int_equal(status(&r), WRPERR);
    put(&r, 0x1FFF7840, 0x34, 1);
    zif_bench_run(r.bench, 16 * ZIF_US);
    assert_int_equal(word_at(&r, 0x1FFF7820) & 0xffff, 0xff12);
    assert_int_equal(word_at(&r, 0x1FFF7840) & 0xff, 0x34);
    zif_bench_free(r.bench);
}

static void a_reset_in_the_middle_leaves_the_sector_torn(void **state)
{
    Rig r = unlocked();
    unsigned left = 0, done = 0;
    for (uint32_t a = 0; a < 64; a += 4) {
        program_word(&r, FLASH + a, 0);
    }
    for (unsigned i = 0; i < 20; i++) {
        zif_bench_write(r.flash, CR, SER | STRT);
        zif_bench_run(r.bench, 200 * ZIF_MS);
        zif_bench_reset(r.bench, ZIF_RESET_SYSTEM);
        assert_int_equal(status(&r), 0);
        for (uint32_t a = 0; a < 64; a += 4) {
            left += word_at(&r, FLASH + a) == 0;
            done += word_at(&r, FLASH + a) != 0;
        }
        unlock(&r);
        for (uint32_t a = 0; a < 64; a += 4) {
            program_word(&r, FLASH + a, 0);
        }
    }
    assert_true(left > 0 && done > 0);
    zif_bench_free(r.bench);
}

/* Random legal and illegal streams on the four small sectors: cells change only as the legal ones ask. */
static void random_streams_leave_only_states_the_commands_asked_for(void **state)
{
    enum { SIZE = 0x10000, SECTOR = 0x4000, ALL_ERRORS = 0xf3 };
    static uint8_t model[SIZE];
    static const uint32_t psizes[] = { X8, X16, X32 };
    Rig r = unlocked();
    bool open = true, dead = false; /* dead: a wrong key was given */
    unsigned seed = 20261124;
    print_message("seed %u\n", seed);
    memset(model, 0xff, sizeof model);
    for (unsigned n = 0; n < 4000; n++) {
        seed = seed * 1103515245 + 12345;
        uint32_t x = seed >> 8, value = x * 2654435761u, w = x / 16 % 3, size = 1u << w;
        uint32_t at = value / 8 % SIZE & ~(size - 1), sector = x / 64 % 4;
        switch (x % 16) {
        default:
            zif_bench_write(r.flash, CR, PG | psizes[w]);
            put(&r, FLASH + at, value, size);
            zif_bench_run(r.bench, 16 * ZIF_US);
            for (uint32_t i = 0; open && i < size; i++) {
                model[at + i] &= (uint8_t)(value >> 8 * i);
            }
            break;
        case 0:
            zif_bench_write(r.flash, CR, SER | sector << 3 | X32 | STRT);
            zif_bench_run(r.bench, 250 * ZIF_MS);
            if (open) {
                memset(model + sector * SECTOR, 0xff, SECTOR);
            }
            break;
        case 1: /* a width that is not that of PSIZE */
            zif_bench_write(r.flash, CR, PG | psizes[(w + 1) % 3]);
            put(&r, FLASH + at, 0, size);
            break;
        case 2: /* neither program nor erase */
            zif_bench_write(r.flash, CR, psizes[w]);
            put(&r, FLASH + at, 0, size);
            break;
        case 3: /* sectors there are not, erase of nothing */
            zif_bench_write(r.flash, CR, (x & 0x100 ? SER : 0) | 13 << 3 | X32 | STRT);
            zif_bench_run(r.bench, 250 * ZIF_MS);
            break;
        case 4:
            zif_bench_write(r.flash, CR, LOCK);
            open = false;
            break;
        case 5: /* a key that is wrong */
            if (!open) {
                zif_bench_write(r.flash, KEYR, value);
                dead = true;
            }
            break;
        case 6:
        case 7:
            if (dead) {
                unlock(&r);
                assert_true(zif_bench_peek(r.flash, CR) & LOCK);
                zif_bench_reset(r.bench, ZIF_RESET_SYSTEM);
            }
            if (!open) {
                unlock(&r);
            }
            open = true;
            dead = false;
            break;
        }
        assert_int_equal(status(&r) & BSY, 0);
        zif_bench_write(r.flash, SR, ALL_ERRORS);
        zif_bench_write(r.flash, CR, 0);
        at &= ~3u;
        assert_memory_equal(&(uint32_t){ word_at(&r, FLASH + at) }, model + at, 4);
    }
    for (uint32_t at = 0; at < SIZE; at += 4) {
        assert_memory_equal(&(uint32_t){ word_at(&r, FLASH + at) }, model + at, 4);
    }
    zif_bench_free(r.bench);
}

static void a_supply_too_low_for_psize_is_told(void **state)
{
    Rig r = { .bench = zif_bench_new() };
    r.flash = zif_bench_add(
        r.bench, "stm32f4-flash",
        (ZifBenchProp[]){ { "reg", 8, { 0x40023C00, 0x400, FLASH, 0x100000, 0x1FFF7800, 528, 0x1FFFC000, 16 }, NULL },
                          { "zif,vdd-microvolts", 1, { 2400000 }, NULL },
                          { 0 } });
    unlock(&r);
    zif_bench_write(r.flash, CR, PG | X16);
    put(&r, FLASH, 0, 2);
    zif_bench_run(r.bench, 16 * ZIF_US);
    assert_int_equal(zif_bench_nreports(r.bench), 0);
    zif_bench_write(r.flash, CR, PG | X32);
    put(&r, FLASH + 4, 0, 4);
    assert_non_null(strstr(zif_bench_report_text(r.bench, 0), "PSIZE is 2, which needs 2.7 V"));
    zif_bench_free(r.bench);
}

static void caches_left_on_during_an_erase_are_told_at_the_lock(void **state)
{
    Rig r = unlocked();
    for (unsigned flush = 0; flush < 2; flush++) {
        zif_bench_write(r.flash, ACR, 3 << 9);
        zif_bench_write(r.flash, CR, SER | STRT);
        zif_bench_run(r.bench, 400 * ZIF_MS);
        if (flush) {
            zif_bench_write(r.flash, ACR, 0);
            zif_bench_write(r.flash, ACR, 3 << 11);
            zif_bench_write(r.flash, ACR, 3 << 9);
        }
        zif_bench_write(r.flash, CR, LOCK);
        assert_int_equal(zif_bench_reported(r.bench, ZIF_REPORT_FLASH, "CR"), 1);
        unlock(&r);
    }
    zif_bench_free(r.bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_is_erased_and_the_option_bytes_are_those_of_a_new_part),
        cmocka_unit_test(too_few_wait_states_are_told_when_the_clock_rises),
        cmocka_unit_test(enough_wait_states_are_fine_and_lowering_them_later_is_not),
        cmocka_unit_test(thirty_megahertz_need_none),
        cmocka_unit_test(a_cache_is_reset_only_while_it_is_off),
        cmocka_unit_test(the_two_keys_open_the_control_register),
        cmocka_unit_test(a_wrong_key_locks_until_reset),
        cmocka_unit_test(the_option_control_register_has_keys_of_its_own),
        cmocka_unit_test(a_store_to_locked_flash_changes_nothing_and_is_told),
        cmocka_unit_test(a_word_is_programmed_in_sixteen_microseconds),
        cmocka_unit_test(a_read_while_busy_waits_for_the_end),
        cmocka_unit_test(widths_are_those_of_psize),
        cmocka_unit_test(double_words_need_a_voltage_nobody_supplies),
        cmocka_unit_test(bits_only_go_from_one_to_zero),
        cmocka_unit_test(each_sector_erases_in_its_time),
        cmocka_unit_test(mass_erase_empties_all),
        cmocka_unit_test(writes_without_pg_or_with_ser_are_sequence_errors),
        cmocka_unit_test(eop_and_the_interrupts_come_when_enabled),
        cmocka_unit_test(the_watchdog_of_the_option_byte_runs_from_reset_on),
        cmocka_unit_test(options_put_a_reset_in_the_place_of_stop_and_standby),
        cmocka_unit_test(write_protection_refuses_and_survives_reset),
        cmocka_unit_test(going_back_to_read_protection_level_0_erases_all),
        cmocka_unit_test(read_protection_level_2_is_for_ever),
        cmocka_unit_test(otp_is_programmed_once_and_its_blocks_can_be_locked),
        cmocka_unit_test(a_reset_in_the_middle_leaves_the_sector_torn),
        cmocka_unit_test(random_streams_leave_only_states_the_commands_asked_for),
        cmocka_unit_test(a_supply_too_low_for_psize_is_told),
        cmocka_unit_test(caches_left_on_during_an_erase_are_told_at_the_lock),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
