/*
 * STM32F42x/F43x FMC: the SDRAM controller and the parts at its two banks.
 *
 * Reference: RM0090 rev 19, section 37.7 (SDRAM controller; 37.7.3: start-up, 37.7.5: registers), 37.4.3 (address mapping); IS42S16400J
 * data sheet (100 us before the first command, two auto-refresh cycles, 4096 refreshes in 64 ms).
 * Models: a part answers only after clock enable, precharge all, auto-refresh and load mode register, in this order; until then an access
 * is a bus error. Commands and how long they take, rows and columns that do not fit the part (cells then show at several addresses),
 * write protection, self-refresh and power-down that end with an access, the refresh rate, the place where SYSCFG moves the banks.
 * Departs: started, it is plain memory: an access takes one cycle. Contents stay without refresh. Timings of SDTR are not compared with
 * the part's. RE is never set.
 *
 * What is soldered to bank 1 or 2 is a memory node at 0xC0000000 or 0xD0000000; zif,sdram1, zif,sdram2 = <column bits, row bits, internal
 * banks, data bits> of the part. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "fsmc.h"

enum { BANK = 0x10000000, HOME = (int)0xC0000000, MOVED = (int)0x80000000 };
enum { NORMAL, CLOCK_ENABLE, PRECHARGE_ALL, AUTO_REFRESH, LOAD_MODE, SELF_REFRESH, POWER_DOWN };
enum { LEAST_REFRESHES = 2, LEAST_COUNT = 41, WP = 1 << 9 };
static const ZifTime power_up = 100 * ZIF_US, retention = 64 * ZIF_MS;

/* Sizes as SDCR has them, or as the part has them. */
typedef struct {
    unsigned columns, rows, banks, bits;
} Geometry;

static Geometry configured(const Fsmc *f, unsigned bank)
{
    uint32_t cr = f->values[SDCR1 + bank];
    return (Geometry){ 8 + zif_bits(cr, 0, 2), 11 + zif_bits(cr, 2, 2), zif_bits(cr, 6, 1) ? 4 : 2,
                       8u << zif_bits(cr, 4, 2) };
}

/* Where the tree does not say, the part is what SDCR says. */
static Geometry fitted(const Fsmc *f, unsigned bank)
{
    Geometry g = configured(f, bank);
    uint32_t cells[4];
    if (zif_prop_cells(&f->dev, bank ? "zif,sdram2" : "zif,sdram1", cells, 4) == 4) {
        g = (Geometry){ cells[0], cells[1], cells[2], cells[3] };
    }
    return g;
}

static bool same(Geometry a, Geometry b)
{
    return a.columns == b.columns && a.rows == b.rows && a.banks == b.banks && a.bits == b.bits;
}

/* Of both banks: SDCLK is a field of SDCR1. */
static uint64_t sdclk_hz(const Fsmc *f)
{
    unsigned divide = zif_bits(f->values[SDCR1], 10, 2);
    return divide < 2 ? 0 : zif_clock_hz(&f->dev) / divide;
}

/* --- Regions ----------------------------------------------------------------------------------------------------------- */

void zif__fmc_sdram_show(Fsmc *f)
{
    memory_region_transaction_begin();
    for (unsigned bank = 0; bank < NSDRAMS; bank++) {
        bool open = f->sdram[bank].open;
        memory_region_set_enabled(f->sdram_guard[bank][0], !open || f->swapped);
        memory_region_set_enabled(f->sdram_guard[bank][1], !open && f->swapped);
        if (f->moved_cells[bank]) {
            memory_region_set_enabled(f->moved_cells[bank], open && f->swapped);
        }
    }
    memory_region_transaction_commit();
}

static void close_bank(Fsmc *f, unsigned bank)
{
    f->sdram[bank].told = false;
    if (f->sdram[bank].open) {
        f->sdram[bank].open = false;
        zif__fmc_sdram_show(f);
    }
}

/* --- Refresh ----------------------------------------------------------------------------------------------------------- */

static void check_refresh(Fsmc *f)
{
    uint64_t hz = sdclk_hz(f), count = zif_bits(f->values[SDRTR], 1, 13);
    bool slow = false;
    for (unsigned bank = 0; bank < NSDRAMS && hz && count; bank++) {
        unsigned rows = fitted(f, bank).rows;
        uint64_t period = (count * ZIF_SEC / hz) << (rows < 16 ? rows : 16);
        if (!f->cells[bank] || !(f->sdram[bank].started & 1u << LOAD_MODE) || period <= retention) {
            continue;
        }
        slow = true;
        if (!f->slow_refresh) {
            zif_report(&f->dev, ZIF_REPORT_BUS, SDRTR,
                       "SDRTR.COUNT = %" PRIu64 " refreshes the %u rows of SDRAM bank %u in %" PRIu64
                       " ms: they need it in 64 ms",
                       count, 1u << rows, bank + 1, period / ZIF_MS);
        }
    }
    f->slow_refresh = slow;
}

static void write_sdrtr(Fsmc *f)
{
    unsigned count = zif_bits(f->values[SDRTR], 1, 13);
    uint32_t t1 = f->values[SDTR1], t2 = f->values[SDTR2];
    unsigned busy = zif_bits(t1, 20, 4) + zif_bits(t1, 12, 4) + 2 + 4; /* TRP, TRC, each less one */
    if (count < LEAST_COUNT) {
        zif_report(&f->dev, ZIF_REPORT_BUS, SDRTR, "SDRTR.COUNT is %u: at least 41", count);
    } else if (count == busy + zif_bits(t1, 16, 4) + zif_bits(t1, 24, 4) + 2 ||
               count == busy + zif_bits(t2, 16, 4) + zif_bits(t2, 24, 4) + 2) {
        zif_report(&f->dev, ZIF_REPORT_BUS, SDRTR,
                   "SDRTR.COUNT = %u is TWR + TRP + TRC + TRCD + 4, which it must not be", count);
    }
    check_refresh(f);
}

/* --- Commands ---------------------------------------------------------------------------------------------------------- */

/* What a part has not been given yet, in words; "" when it is started. */
static const char *missing(const Fsmc *f, unsigned bank, char *text, size_t size)
{
    static const char *const names[] = { [CLOCK_ENABLE] = "clock enable",
                                         [PRECHARGE_ALL] = "precharge all",
                                         [AUTO_REFRESH] = "auto-refresh",
                                         [LOAD_MODE] = "load mode" };
    unsigned n = 0;
    text[0] = 0;
    for (unsigned command = CLOCK_ENABLE; command <= LOAD_MODE; command++) {
        if (!(f->sdram[bank].started >> command & 1)) {
            n += (unsigned)snprintf(text + n, size - n, "%s%s", n ? ", " : "", names[command]);
        }
    }
    return text;
}

static bool is_started(const Fsmc *f, unsigned bank)
{
    char text[80];
    return !missing(f, bank, text, sizeof text)[0];
}

static void load_mode(Fsmc *f, unsigned bank)
{
    unsigned mode = zif_bits(f->values[SDCMR], 9, 13), latency = zif_bits(mode, 4, 3);
    unsigned cas = zif_bits(f->values[SDCR1 + bank], 7, 2);
    f->sdram[bank].mode = (uint16_t)mode;
    if (latency != cas) {
        zif_report(
            &f->dev, ZIF_REPORT_BUS, SDCR1 + bank,
            "the mode register of SDRAM bank %u says a CAS latency of %u, SDCR%u.CAS %u: data is taken at the wrong "
            "clock",
            bank + 1, latency, bank + 1, cas);
    }
    if (mode & 7) {
        zif_report(&f->dev, ZIF_REPORT_BUS, SDCMR,
                   "the mode register of SDRAM bank %u says bursts of %u: the controller makes them of 1", bank + 1,
                   1u << (mode & 7));
    }
}

/* A part takes a command, or lets it pass because of what came before. */
static void command(Fsmc *f, unsigned bank, unsigned mode)
{
    static const char *const names[] = { [PRECHARGE_ALL] = "precharge all",
                                         [AUTO_REFRESH] = "auto-refresh",
                                         [LOAD_MODE] = "load mode",
                                         [SELF_REFRESH] = "self-refresh",
                                         [POWER_DOWN] = "power-down" };
    Sdram *s = &f->sdram[bank];
    char text[80];
    unsigned needed = mode <= PRECHARGE_ALL ? CLOCK_ENABLE : PRECHARGE_ALL;
    if (mode == NORMAL) {
        s->power = NORMAL;
        return;
    }
    close_bank(f, bank);
    if (mode == CLOCK_ENABLE) {
        *s = (Sdram){ .clocked_at = zif_now(&f->dev), .started = 1u << CLOCK_ENABLE };
        return;
    }
    if (mode >= SELF_REFRESH ? !is_started(f, bank) : !(s->started >> needed & 1)) {
        zif_report(&f->dev, ZIF_REPORT_BUS, SDCMR, "SDRAM bank %u does not take %s: %s missing", bank + 1, names[mode],
                   mode >= SELF_REFRESH     ? missing(f, bank, text, sizeof text)
                   : needed == CLOCK_ENABLE ? "clock enable"
                                            : "precharge all");
        return;
    }
    if (mode == PRECHARGE_ALL && zif_now(&f->dev) - s->clocked_at < power_up) {
        zif_report(&f->dev, ZIF_REPORT_BUS, SDCMR,
                   "precharge all %" PRIu64 " us after clock enable: SDRAM bank %u needs 100 us",
                   (zif_now(&f->dev) - s->clocked_at) / ZIF_US, bank + 1);
    }
    if (mode == AUTO_REFRESH) {
        unsigned cycles = s->refreshes + zif_bits(f->values[SDCMR], 5, 4) + 1;
        s->refreshes = cycles < 255 ? (uint8_t)cycles : 255;
    } else if (mode == LOAD_MODE) {
        load_mode(f, bank);
    } else if (mode >= SELF_REFRESH) {
        s->power = (uint8_t)(mode - SELF_REFRESH + 1);
        return;
    }
    s->started |= (uint8_t)(1u << mode);
}

/* Clocks of SDCLK that the bus is taken. TRP and TRC of both banks are those of SDTR1. */
static unsigned clocks_of(const Fsmc *f, unsigned mode, unsigned bank)
{
    switch (mode) {
    case PRECHARGE_ALL:
        return zif_bits(f->values[SDTR1], 20, 4) + 1;
    case AUTO_REFRESH:
        return (zif_bits(f->values[SDTR1], 12, 4) + 1) * (zif_bits(f->values[SDCMR], 5, 4) + 1);
    case LOAD_MODE:
        return zif_bits(f->values[SDTR1 + bank], 0, 4) + 1;
    case SELF_REFRESH:
        return zif_bits(f->values[SDTR1 + bank], 8, 4) + 1;
    default:
        return 1;
    }
}

static void write_sdcmr(Fsmc *f, uint32_t value)
{
    unsigned mode = value & 7, banks = zif_bits(value, 4, 1) | zif_bits(value, 3, 1) << 1;
    uint64_t hz = sdclk_hz(f);
    if (zif_due(&f->dev, 0) != ZIF_TIME_NEVER) {
        zif_report(&f->dev, ZIF_REPORT_BUSY, SDCMR, "SDCMR was written while SDSR.BUSY is 1: the command is lost");
        return;
    }
    if (!banks || mode > POWER_DOWN) {
        zif_report(&f->dev, ZIF_REPORT_BUS, SDCMR,
                   banks ? "SDCMR.MODE = 7 is no command"
                         : "SDCMR with neither CTB1 nor CTB2: the command goes nowhere");
        return;
    }
    if (!hz) {
        zif_report(&f->dev, ZIF_REPORT_BUS, SDCR1,
                   "a command to SDRAM while SDCR1.SDCLK = %u: there is no clock (SDCLK of SDCR2 means nothing)",
                   zif_bits(f->values[SDCR1], 10, 2));
        return;
    }
    for (unsigned bank = 0; bank < NSDRAMS; bank++) {
        if (banks >> bank & 1) {
            command(f, bank, mode);
        }
    }
    zif_schedule_in(&f->dev, 0, clocks_of(f, mode, banks == 2) * ZIF_SEC / hz);
}

void zif__fmc_sdram_write(Fsmc *f, unsigned slot, uint32_t old, uint32_t value)
{
    switch (slot) {
    case SDCR1:
    case SDCR2:
        close_bank(f, slot - SDCR1);
        if (slot == SDCR1 && !sdclk_hz(f)) {
            for (unsigned bank = 0; bank < NSDRAMS; bank++) {
                close_bank(f, bank);
                f->sdram[bank].started = 0;
            }
        }
        break;
    case SDCMR:
        write_sdcmr(f, value);
        break;
    case SDRTR:
        write_sdrtr(f);
        break;
    default:
        break;
    }
}

void zif__fmc_sdram_done(Fsmc *f)
{
    check_refresh(f);
}

uint32_t zif__fmc_sdram_status(const Fsmc *f)
{
    return (uint32_t)f->sdram[0].power << 1 | (uint32_t)f->sdram[1].power << 3 |
           (zif_due(&f->dev, 0) != ZIF_TIME_NEVER ? 1u << 5 : 0);
}

/* --- Accesses while it is not plain memory ------------------------------------------------------------------------------- */

static void check_pins(Fsmc *f, unsigned bank, Geometry part)
{
    static const char *const shared[] = { "sdclk", "sdncas", "sdnras", "sdnwe", "ba0" };
    char name[16];
    for (unsigned i = 0; i < sizeof shared / sizeof *shared; i++) {
        zif_check_routed(&f->dev, shared[i]);
    }
    zif_check_routed(&f->dev, bank ? "sdcke1" : "sdcke0");
    zif_check_routed(&f->dev, bank ? "sdne1" : "sdne0");
    if (part.banks == 4) {
        zif_check_routed(&f->dev, "ba1");
    }
    for (unsigned i = 0; i < part.rows && i < 13; i++) {
        snprintf(name, sizeof name, "a%u", i);
        zif_check_routed(&f->dev, name);
    }
    for (unsigned i = 0; i < part.bits && i < 32; i++) {
        snprintf(name, sizeof name, "d%u", i);
        zif_check_routed(&f->dev, name);
        if (i % 8 == 0) {
            snprintf(name, sizeof name, "nbl%u", i / 8);
            zif_check_routed(&f->dev, name);
        }
    }
}

/* The first access after a start or a change of SDCR: says what does not fit. */
static void first_access(Fsmc *f, unsigned bank, Geometry set, Geometry part)
{
    if (!zif_bits(f->values[SDRTR], 1, 13)) {
        zif_report(&f->dev, ZIF_REPORT_BUS, SDRTR,
                   "SDRAM bank %u is used while SDRTR.COUNT is 0: without refresh it forgets in 64 ms", bank + 1);
    }
    if (f->sdram[bank].refreshes < LEAST_REFRESHES) {
        zif_report(&f->dev, ZIF_REPORT_BUS, SDCMR, "SDRAM bank %u had %u auto-refresh cycle at its start: it needs 2",
                   bank + 1, f->sdram[bank].refreshes);
    }
    if (!same(set, part)) {
        zif_report(
            &f->dev, ZIF_REPORT_BUS, SDCR1 + bank,
            "SDCR%u says %u columns, %u rows, %u banks, %u bits (exponents of two for the first two); the part has "
            "%u, %u, %u, %u",
            bank + 1, set.columns, set.rows, set.banks, set.bits, part.columns, part.rows, part.banks, part.bits);
    }
    check_pins(f, bank, part);
    f->sdram[bank].told = true;
}

/* The cell an address reaches: columns, rows and banks that the part has no lines for are lost. */
static uint64_t cell_of(uint64_t offset, Geometry set, Geometry part)
{
    uint64_t bytes = set.bits / 8, word = offset / bytes;
    uint64_t column = word & ((1u << set.columns) - 1) & ((1u << part.columns) - 1);
    uint64_t row = word >> set.columns & ((1u << set.rows) - 1) & ((1u << part.rows) - 1);
    uint64_t bank = word >> (set.columns + set.rows) & (set.banks - 1) & (part.banks - 1);
    return ((((bank << part.rows) | row) << part.columns) | column) * bytes + offset % bytes;
}

static MemTxResult refuse(Fsmc *f, unsigned bank, hwaddr address, bool is_write, const char *why)
{
    zif_report(&f->dev, ZIF_REPORT_BUS, SDCMR, "SDRAM bank %u %s at 0x%08" PRIx64 " %s: bus error", bank + 1,
               is_write ? "written" : "read", address, why);
    return MEMTX_ERROR;
}

static MemTxResult access(const SdramGuard *g, hwaddr offset, uint64_t *data, unsigned size, bool is_write)
{
    Fsmc *f = g->fmc;
    Sdram *s = &f->sdram[g->bank];
    hwaddr address = (g->moved ? (uint32_t)MOVED : (uint32_t)HOME) + (uint64_t)g->bank * BANK + offset;
    Geometry set = configured(f, g->bank), part = fitted(f, g->bank);
    char text[80], why[140];
    if (!g->moved && f->swapped) {
        return refuse(f, g->bank, address, is_write, "while SYSCFG.MEMRMP.SWP_FMC has moved it to 0x80000000");
    }
    if (!zif_clock_hz(&f->dev)) {
        return refuse(f, g->bank, address, is_write, "while the controller has no clock");
    }
    if (missing(f, g->bank, text, sizeof text)[0]) {
        snprintf(why, sizeof why, "before its start-up sequence: %s missing", text);
        return refuse(f, g->bank, address, is_write, why);
    }
    if (!f->cells[g->bank]) {
        return refuse(f, g->bank, address, is_write, "where nothing is connected");
    }
    if (is_write && f->values[SDCR1 + g->bank] & WP) {
        zif_report(&f->dev, ZIF_REPORT_LOCKED, SDCR1 + g->bank,
                   "SDRAM bank %u written at 0x%08" PRIx64 " while SDCR%u.WP is 1: bus error", g->bank + 1, address,
                   g->bank + 1);
        return MEMTX_ERROR;
    }
    if (!s->told) {
        first_access(f, g->bank, set, part);
    }
    if (set.bits != part.bits) {
        return refuse(f, g->bank, address, is_write, "with SDCR.MWID for another width of data");
    }
    s->power = NORMAL;
    uint8_t *cells = memory_region_get_ram_ptr(f->cells[g->bank]);
    uint64_t whole = memory_region_size(f->cells[g->bank]);
    *data = is_write ? *data : 0;
    for (unsigned i = 0; i < size; i++) {
        uint64_t cell = cell_of(offset + i, set, part) % whole;
        if (is_write) {
            cells[cell] = (uint8_t)(*data >> 8 * i);
            memory_region_set_dirty(f->cells[g->bank], cell, 1);
        } else {
            *data |= (uint64_t)cells[cell] << 8 * i;
        }
    }
    if (same(set, part) && !(f->values[SDCR1 + g->bank] & WP)) {
        s->open = true;
        zif__fmc_sdram_show(f);
    }
    return MEMTX_OK;
}

static MemTxResult guard_read(void *opaque, hwaddr offset, uint64_t *data, unsigned size, MemTxAttrs attrs)
{
    *data = 0;
    return access(opaque, offset, data, size, false);
}

static MemTxResult guard_write(void *opaque, hwaddr offset, uint64_t data, unsigned size, MemTxAttrs attrs)
{
    return access(opaque, offset, &data, size, true);
}

static const MemoryRegionOps guard_ops = {
    .read_with_attrs = guard_read,
    .write_with_attrs = guard_write,
    .endianness = DEVICE_LITTLE_ENDIAN,
    .valid = { .min_access_size = 1, .max_access_size = 4, .unaligned = true },
    .impl = { .min_access_size = 1, .max_access_size = 4, .unaligned = true },
};

/* --- Life -------------------------------------------------------------------------------------------------------------- */

/* The memory at a bank's address, if it is one; its size must be the part's. */
static bool find_cells(Fsmc *f, unsigned bank, Error **errp)
{
    hwaddr home = (uint32_t)HOME + (uint64_t)bank * BANK;
    MemoryRegionSection found = memory_region_find(zif_bus(&f->dev)->root, home, 1);
    Geometry part = fitted(f, bank);
    bool ok = true;
    if (found.mr && memory_region_is_ram(found.mr) && !found.offset_within_region) {
        uint64_t size = memory_region_size(found.mr);
        f->cells[bank] = found.mr;
        if (size > BANK || part.columns > 11 || part.rows > 13 || part.rows < 11 || part.columns < 8 ||
            (part.banks != 2 && part.banks != 4) || (part.bits != 8 && part.bits != 16 && part.bits != 32) ||
            (zif_prop_cells(&f->dev, bank ? "zif,sdram2" : "zif,sdram1", NULL, 0) &&
             size != (uint64_t)part.banks * part.bits / 8 << (part.columns + part.rows))) {
            error_setg(
                errp,
                "zif,sdram%u: <column bits (8 to 11), row bits (11 to 13), banks (2, 4), data bits (8, 16, 32)>, and "
                "the memory there of this size",
                bank + 1);
            ok = false;
        }
    }
    if (found.mr) {
        memory_region_unref(found.mr);
    }
    return ok;
}

bool zif__fmc_sdram_realize(Fsmc *f, Error **errp)
{
    static const char *const names[NSDRAMS][2] = { { "fmc-sdram1", "fmc-sdram1-moved" },
                                                   { "fmc-sdram2", "fmc-sdram2-moved" } };
    for (unsigned bank = 0; bank < NSDRAMS; bank++) {
        if (!find_cells(f, bank, errp)) {
            return false;
        }
        for (unsigned moved = 0; moved < 2; moved++) {
            MemoryRegion *guard = f->sdram_guard[bank][moved] = zif_new_region(&f->dev);
            f->sdram_place[bank][moved] = (SdramGuard){ f, bank, moved };
            memory_region_init_io(guard, f->dev.owner, &guard_ops, &f->sdram_place[bank][moved], names[bank][moved],
                                  BANK);
            memory_region_set_enabled(guard, !moved);
            zif_map_at(&f->dev, (moved ? (uint32_t)MOVED : (uint32_t)HOME) + (uint64_t)bank * BANK, guard);
        }
        if (f->cells[bank]) {
            MemoryRegion *cells = f->moved_cells[bank] = zif_new_region(&f->dev);
            memory_region_init_alias(cells, f->dev.owner, "fmc-sdram-cells", f->cells[bank], 0,
                                     memory_region_size(f->cells[bank]));
            memory_region_set_enabled(cells, false);
            zif_map_at(&f->dev, (uint32_t)MOVED + (uint64_t)bank * BANK, cells);
        }
    }
    return true;
}

void zif__fmc_sdram_reset(Fsmc *f)
{
    memset(f->sdram, 0, sizeof f->sdram);
    f->slow_refresh = false;
    zif__fmc_sdram_show(f);
}

void zif__fmc_sdram_clock(Fsmc *f)
{
    for (unsigned bank = 0; bank < NSDRAMS && !zif_clock_hz(&f->dev); bank++) {
        close_bank(f, bank);
    }
    check_refresh(f);
}
