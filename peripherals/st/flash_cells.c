/*
 * STM32F4 FLASH: work on the cells. The documents are those of flash.c. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <string.h>
#include "stm32_flash.h"

enum { OTP_BLOCK = 32, OTP_LOCKS = 512, RDP_LEVEL_0 = 0xAA, RDP_LEVEL_2 = 0xCC };

/* DS8626, table 40: 16 us for any width; erase by PSIZE 0, 1, 2. */
static const ZifTime program_time = 16 * ZIF_US;
static const unsigned erase_ms[3][3] = { { 400, 300, 250 }, { 1200, 700, 550 }, { 2000, 1300, 1000 } };
static const unsigned mass_erase_ms[3] = { 16000, 11000, 8000 };
/* What VDD must be for PSIZE 0, 1, 2, in microvolts (RM0090 table 7). */
static const uint32_t least_vdd[3] = { 1800000, 2100000, 2700000 };

uint32_t zif__stm32_flash_vdd(const Stm32Flash *f)
{
    return zif_prop_u32(&f->dev, "zif,vdd-microvolts", 3300000);
}

static unsigned psize(const Stm32Flash *f)
{
    return zif_bits(f->values[CR], 8, 2);
}

/* OTP and option bytes are parts of bank 1. */
static bool in_bank_2(unsigned array)
{
    return array >= BANK2;
}

/* Reads give the cells, or make the bus wait: everywhere while a part with one bank is busy, else in the bank that is. */
static void show(Stm32Flash *f)
{
    bool two = zif__stm32_flash_is_f42x(f);
    for (unsigned i = 0; i < ARRAYS; i++) {
        bool waits = false;
        for (unsigned k = 0; k < ARRAYS; k++) {
            waits |= f->busy >> k & 1 && (!two || in_bank_2(i) == in_bank_2(k));
        }
        if (f->region[i]) {
            memory_region_rom_device_set_romd(f->region[i], !waits);
        }
    }
}

static uint32_t place_of_bank(const Stm32Flash *f, bool second)
{
    return zif_prop_cell(&f->dev, "reg", second != (bool)f->swapped ? 8 : 2, 0);
}

void zif__stm32_flash_place(Stm32Flash *f)
{
    if (!zif__stm32_flash_is_f42x(f)) {
        return;
    }
    memory_region_transaction_begin();
    memory_region_set_address(f->region[MAIN], place_of_bank(f, false));
    memory_region_set_address(f->region[BANK2], place_of_bank(f, true));
    for (unsigned sector = 0; sector < 2 * SECTORS; sector++) {
        memory_region_set_address(f->guard[sector],
                                  place_of_bank(f, sector >= SECTORS) + zif__stm32_sector_start(sector % SECTORS));
        memory_region_set_enabled(f->guard[sector], f->unreadable >> sector & 1);
    }
    memory_region_transaction_commit();
}

static void fail(Stm32Flash *f, uint32_t flag)
{
    f->values[SR] |= flag | (f->values[CR] & ERRIE ? (uint32_t)OPERR : 0);
    zif__stm32_flash_irq(f);
}

static void begin(Stm32Flash *f, unsigned array, const ZifFlashStep *step, ZifTime duration)
{
    f->weak = zif__stm32_flash_vdd(f) < least_vdd[psize(f)];
    if (f->weak) {
        zif_report(&f->dev, ZIF_REPORT_FLASH, CR,
                   "PSIZE is %u, which needs %u.%u V: what the cells hold is left to chance", psize(f),
                   least_vdd[psize(f)] / 1000000, least_vdd[psize(f)] / 100000 % 10);
    }
    zif_flash_start(f->cells[array], 0, step);
    f->busy |= (uint8_t)(1u << array);
    f->values[SR] |= BSY;
    show(f);
    zif_schedule_in(&f->dev, 0, duration);
}

/* Sectors that SPRMOD and nWRP, as the option bytes have them, let only the instruction bus read. */
static void load_read_protection(Stm32Flash *f)
{
    f->unreadable = 0;
    if (zif__stm32_flash_is_f42x(f)) {
        const uint8_t *low = zif_flash_cells(f->cells[OPTIONS]), *high = zif_flash_cells(f->cells[OPTIONS2]);
        if (low[9] & 0x80) {
            f->unreadable = low[8] | (low[9] & 0x0Fu) << 8 | (uint32_t)high[8] << 12 | (high[9] & 0x0Fu) << 20;
        }
        zif__stm32_flash_place(f);
    }
}

void zif__stm32_flash_finish(Stm32Flash *f)
{
    bool ok = true, options = f->busy >> OPTIONS & 1;
    for (unsigned array = 0; array < ARRAYS; array++) {
        if (!(f->busy >> array & 1)) {
            continue;
        }
        if (f->weak) {
            zif_flash_abort(f->cells[array], 0);
        } else {
            ok &= zif_flash_finish(f->cells[array], 0);
        }
    }
    f->busy = 0;
    if (options) {
        load_read_protection(f);
    }
    f->values[SR] &= ~(uint32_t)BSY;
    f->values[CR] &= ~(uint32_t)STRT;
    f->values[OPTCR] &= ~(uint32_t)OPTSTRT;
    show(f);
    if (!ok && f->values[CR] & (SER | MER | MER1)) {
        zif_report(&f->dev, ZIF_REPORT_FLASH, CR,
                   "the sector is worn or write-protected from outside: not all of it is erased");
    }
    if (f->values[CR] & EOPIE) {
        f->values[SR] |= EOP;
    }
    zif__stm32_flash_irq(f);
}

/* What the bus does when it meets busy flash: it waits. */
static void wait(Stm32Flash *f)
{
    if (!(f->values[SR] & BSY)) {
        return;
    }
    ZifTime due = zif_due(&f->dev, 0), left = due - zif_now(&f->dev);
    uint64_t hz = zif_clock_hz(&f->dev);
    zif_cancel(&f->dev, 0);
    zif_stall_cpu(&f->dev, left / (ZIF_SEC / (hz ? hz : 16000000)) + 1);
    zif__stm32_flash_finish(f);
}

/* --- Erase ------------------------------------------------------------------------------------------------------------- */

/* Sectors 0 to 11, of the second bank 12 to 23. */
static bool sector_protected(const Stm32Flash *f, unsigned sector)
{
    if (f->unreadable) {
        return f->unreadable >> sector & 1;
    }
    return !(f->values[sector < SECTORS ? OPTCR : OPTCR1] >> (16 + sector % SECTORS) & 1);
}

static bool any_protected(const Stm32Flash *f, unsigned array)
{
    for (unsigned sector = 0; sector < SECTORS; sector++) {
        if (sector_protected(f, sector + (array == BANK2 ? SECTORS : 0))) {
            return true;
        }
    }
    return false;
}

/* Is this an erase or program that these settings can do? */
static bool width_possible(Stm32Flash *f)
{
    if (psize(f) == 3) {
        zif_report(&f->dev, ZIF_REPORT_FLASH, CR, "PSIZE is 3 (double words), which needs 9 V on VPP; refused");
        fail(f, PGPERR);
        return false;
    }
    return true;
}

static void erase_sector(Stm32Flash *f)
{
    unsigned snb = zif_bits(f->values[CR], 3, 5),
             array = snb & 16 ? BANK2 : MAIN; /* 16 is sector 12, the first of bank 2 */
    unsigned sector = (snb & 15) + (snb & 16 ? SECTORS : 0);
    uint64_t start, size;
    uint32_t erased;
    if ((snb & 15) >= SECTORS || !f->cells[array]) {
        zif_report(&f->dev, ZIF_REPORT_FLASH, CR, "SNB is %u, but there are %u sectors%s; nothing is erased", snb,
                   f->cells[BANK2] ? 2 * SECTORS : SECTORS, f->cells[BANK2] ? ", number 12 with SNB = 16" : "");
        fail(f, PGSERR);
        return;
    }
    if (sector_protected(f, sector)) {
        zif_report(&f->dev, ZIF_REPORT_LOCKED, CR, "erase of write-protected sector %u refused (OPTCR.nWRP)", sector);
        fail(f, WRPERR);
        return;
    }
    zif_flash_sector(f->cells[array], snb & 15, &start, &size, &erased);
    unsigned row = size == 0x4000 ? 0 : size == 0x10000 ? 1 : 2;
    begin(f, array, &(ZifFlashStep){ .kind = ZIF_FLASH_ERASE, .offset = start, .len = (uint32_t)size },
          erase_ms[row][psize(f)] * ZIF_MS);
}

static void erase_bank(Stm32Flash *f, unsigned array)
{
    begin(f, array, &(ZifFlashStep){ .kind = ZIF_FLASH_ERASE, .len = (uint32_t)zif_flash_size(f->cells[array]) },
          mass_erase_ms[psize(f)] * ZIF_MS);
}

void zif__stm32_flash_control(Stm32Flash *f, uint32_t old)
{
    uint32_t cr = f->values[CR];
    wait(f); /* CR cannot be written while BSY: the bus waits (3.9.6) */
    f->values[CR] = cr;
    if (cr & LOCK && f->stale) {
        zif_report(&f->dev, ZIF_REPORT_FLASH, CR,
                   "locked after an erase with the %s cache on and not reset since (ACR.%s)",
                   f->stale & STALE_DATA ? "data" : "instruction", f->stale & STALE_DATA ? "DCRST" : "ICRST");
        f->stale = 0;
    }
    if (!(cr & STRT)) {
        return;
    }
    f->values[CR] &= ~(uint32_t)STRT;
    if (!(cr & SER) == !(cr & (MER | MER1))) {
        zif_report(&f->dev, ZIF_REPORT_FLASH, CR, "STRT with %s SER and MER: nothing is erased",
                   cr & SER ? "both" : "neither");
        fail(f, PGSERR);
        return;
    }
    if (!width_possible(f)) {
        return;
    }
    if (cr & SER) {
        erase_sector(f);
    } else if ((cr & MER && any_protected(f, MAIN)) || (cr & MER1 && any_protected(f, BANK2))) {
        zif_report(&f->dev, ZIF_REPORT_LOCKED, CR, "mass erase refused: a sector is write-protected (OPTCR.nWRP)");
        fail(f, WRPERR);
    } else {
        if (cr & MER) {
            erase_bank(f, MAIN);
        }
        if (cr & MER1) {
            erase_bank(f, BANK2);
        }
    }
    if (f->values[SR] & BSY) {
        f->values[CR] |= STRT;
        f->stale |= (uint8_t)((f->values[ACR] & ICEN ? STALE_CODE : 0) | (f->values[ACR] & DCEN ? STALE_DATA : 0));
    }
}

/* --- Option bytes ------------------------------------------------------------------------------------------------------ */

/* How OPTCR's fields lie in the 16 bytes (3.6.1; 3.7.1, table 14): user options, RDP, nWRP at byte 8 and on the F42x DB1M and SPRMOD above
 * it. OPTCR1 has only nWRP. */
static void options_to_bytes(const Stm32Flash *f, uint32_t optcr, uint8_t bytes[16])
{
    bool two = zif__stm32_flash_is_f42x(f);
    memset(bytes, 0xff, 16);
    bytes[0] = (uint8_t)((optcr & (two ? 0xFC : 0xEC)) | 1);
    bytes[1] = (uint8_t)(optcr >> 8);
    bytes[8] = (uint8_t)(optcr >> 16);
    bytes[9] = (uint8_t)(optcr >> 24 | (two ? 0x30 : 0xf0));
}

static uint32_t options_from_bytes(const Stm32Flash *f, const uint8_t *bytes)
{
    bool two = zif__stm32_flash_is_f42x(f);
    return (bytes[0] & (two ? 0xFCu : 0xECu)) | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[8] << 16 |
           (uint32_t)(bytes[9] & (two ? 0xCFu : 0x0Fu)) << 24;
}

static uint32_t protection_from_bytes(const uint8_t *bytes)
{
    return (uint32_t)bytes[8] << 16 | (bytes[9] & 0x0Fu) << 24;
}

/* Read protection of a sector ends only with the whole flash (3.7.4): by RDP from level 1 to 0. */
static bool exposes(const Stm32Flash *f, uint32_t optcr)
{
    uint32_t wanted = zif_bits(optcr, 16, 12) | zif_bits(f->values[OPTCR1], 16, 12) << 12;
    return f->unreadable && (!(optcr & SPRMOD) || f->unreadable & ~wanted);
}

static const Stm32Flash *peer(const ZifDevice *dev)
{
    const ZifDevice *flash = zif_prop_peer(dev, "st,flash", "stm32f4-flash");
    return (const Stm32Flash *)(flash ? flash : zif_prop_peer(dev, "st,flash", "stm32f42x-flash"));
}

/* From the cells: what OPTCR shows is loaded from them at reset, perhaps after the asker's own. */
bool zif__stm32_option(const ZifDevice *dev, uint32_t option)
{
    const Stm32Flash *f = peer(dev);
    return !f || zif_flash_cells(f->cells[OPTIONS])[0] & option;
}

/* 3.6.3. The option bytes are loaded at reset: until then the protection is the old one. */
ZifProtection zif__stm32_flash_protection(const ZifDevice *dev)
{
    unsigned rdp = zif_bits(((const Stm32Flash *)dev)->loaded, 8, 8);
    return rdp == RDP_LEVEL_0 ? ZIF_DEBUG_OPEN : rdp == RDP_LEVEL_2 ? ZIF_DEBUG_NO_CHIP : ZIF_DEBUG_NO_MEMORY;
}

ZifProtection zif__stm32_protection(const ZifDevice *dev)
{
    const Stm32Flash *f = peer(dev);
    return f ? zif__stm32_flash_protection(&f->dev) : ZIF_DEBUG_OPEN;
}

void zif__stm32_flash_options(Stm32Flash *f)
{
    uint8_t bytes[16], rdp = zif_flash_cells(f->cells[OPTIONS])[1];
    uint32_t optcr = f->values[OPTCR] & ~(uint32_t)OPTSTRT;
    wait(f);
    f->values[OPTCR] = optcr;
    if (rdp == RDP_LEVEL_2) {
        f->values[OPTCR] = options_from_bytes(f, zif_flash_cells(f->cells[OPTIONS])) | (optcr & 1);
        zif_report(&f->dev, ZIF_REPORT_LOCKED, OPTCR,
                   "read protection is at level 2: the option bytes are fixed for ever");
        fail(f, WRPERR);
        return;
    }
    if (!width_possible(f)) {
        return;
    }
    bool regression = rdp != RDP_LEVEL_0 && zif_bits(optcr, 8, 8) == RDP_LEVEL_0;
    if (exposes(f, optcr) && !regression) {
        zif_report(
            &f->dev, ZIF_REPORT_LOCKED, OPTCR,
            "sectors that cannot be read stay so (SPRMOD) until RDP goes from level 1 to 0, which erases all; refused");
        fail(f, WRPERR);
        return;
    }
    for (unsigned array = 0; regression && array < ARRAYS; array++) {
        if (array == MAIN || (array == BANK2 && f->cells[BANK2])) {
            zif_flash_do(f->cells[array],
                         &(ZifFlashStep){ .kind = ZIF_FLASH_ERASE, .len = (uint32_t)zif_flash_size(f->cells[array]) });
        }
    }
    if (zif__stm32_flash_is_f42x(f)) {
        if (optcr & 1 << 4) {
            zif_report(&f->dev, ZIF_REPORT_UNMODELLED, OPTCR,
                       "BFB2 is 1: from the next reset on the vendor's boot loader chooses the bank, which is not part "
                       "of zif");
        }
        options_to_bytes(f, f->values[OPTCR1] | 0xC0000000, bytes);
        bytes[0] = bytes[1] = 0xff;
        zif_flash_do(f->cells[OPTIONS2],
                     &(ZifFlashStep){ .kind = ZIF_FLASH_WRITE, .len = sizeof bytes, .data = bytes });
    }
    options_to_bytes(f, optcr, bytes);
    begin(f, OPTIONS, &(ZifFlashStep){ .kind = ZIF_FLASH_WRITE, .len = sizeof bytes, .data = bytes },
          erase_ms[0][psize(f)] * ZIF_MS);
    f->values[OPTCR] |= OPTSTRT;
}

void zif__stm32_flash_reset(Stm32Flash *f)
{
    for (unsigned array = 0; array < ARRAYS; array++) {
        if (f->busy >> array & 1) {
            zif_flash_abort(f->cells[array], 0);
        }
    }
    f->busy = 0;
    f->stale = 0;
    f->values[OPTCR] = f->loaded = 1 | options_from_bytes(f, zif_flash_cells(f->cells[OPTIONS]));
    if (zif__stm32_flash_is_f42x(f)) {
        f->values[OPTCR1] = protection_from_bytes(zif_flash_cells(f->cells[OPTIONS2]));
    }
    load_read_protection(f);
    show(f);
}

void zif__stm32_flash_restored(ZifDevice *dev)
{
    Stm32Flash *f = (Stm32Flash *)dev;
    show(f);
    zif__stm32_flash_place(f);
}

/* --- Program ----------------------------------------------------------------------------------------------------------- */

static unsigned sector_of(uint64_t offset)
{
    return offset < 0x10000 ? (unsigned)(offset / 0x4000) : offset < 0x20000 ? 4 : (unsigned)(4 + offset / 0x20000);
}

/* The flag and the reason that refuse a write; 0 when it is one. */
static uint32_t refusal(const Stm32Flash *f, unsigned array, uint64_t offset, unsigned size, const char **why)
{
    uint32_t cr = f->values[CR];
    *why = NULL;
    if (cr & LOCK || !(cr & PG)) {
        *why = cr & LOCK ? "CR.LOCK is 1" : "CR.PG is 0";
        return PGSERR;
    }
    if (array == OPTIONS || array == OPTIONS2) {
        *why = "option bytes are programmed through OPTCR";
        return PGSERR;
    }
    if (cr & (SER | MER | MER1)) {
        *why = "CR.SER or MER is 1";
        return PGSERR;
    }
    if (size != 1u << psize(f)) {
        *why = "its width is not that of CR.PSIZE";
        return PGPERR;
    }
    if (offset % size) {
        *why = "it is not aligned";
        return PGAERR;
    }
    if ((array == MAIN || array == BANK2) && sector_protected(f, sector_of(offset) + (array == BANK2 ? SECTORS : 0))) {
        *why = "the sector is write-protected (OPTCR.nWRP)";
        return WRPERR;
    }
    if (array == OTP && offset < OTP_LOCKS && !zif_flash_cells(f->cells[OTP])[OTP_LOCKS + offset / OTP_BLOCK]) {
        *why = "the OTP block is locked";
        return WRPERR;
    }
    return 0;
}

static MemTxResult store(void *opaque, hwaddr offset, uint64_t data, unsigned size, MemTxAttrs attrs)
{
    static const char *const names[ARRAYS] = { "flash", "OTP", "option bytes", "flash bank 2", "option bytes" };
    const Stm32FlashView *view = opaque;
    Stm32Flash *f = view->flash;
    uint8_t bytes[4] = { (uint8_t)data, (uint8_t)(data >> 8), (uint8_t)(data >> 16), (uint8_t)(data >> 24) };
    const char *why;
    wait(f);
    uint32_t flag = refusal(f, view->array, offset, size, &why);
    if (flag) {
        zif_report(&f->dev, flag == WRPERR ? ZIF_REPORT_LOCKED : ZIF_REPORT_FLASH, CR,
                   "write of %u bytes to %s (offset 0x%llx) refused: %s", size, names[view->array],
                   (unsigned long long)offset, why);
        fail(f, flag);
        return MEMTX_OK;
    }
    for (unsigned i = 0; i < size; i++) {
        if (bytes[i] & ~zif_flash_cells(f->cells[view->array])[offset + i]) {
            zif_report(&f->dev, ZIF_REPORT_FLASH, -1, "%s at offset 0x%llx is not erased: its 0 bits stay 0",
                       names[view->array], (unsigned long long)offset);
            break;
        }
    }
    begin(f, view->array, &(ZifFlashStep){ .kind = ZIF_FLASH_PROGRAM, .offset = offset, .len = size, .data = bytes },
          program_time);
    return MEMTX_OK;
}

/* Only while BSY does a read come here. */
static MemTxResult load(void *opaque, hwaddr offset, uint64_t *data, unsigned size, MemTxAttrs attrs)
{
    const Stm32FlashView *view = opaque;
    wait(view->flash);
    *data = 0;
    for (unsigned i = size; i-- > 0;) {
        *data = *data << 8 | zif_flash_cells(view->flash->cells[view->array])[offset + i];
    }
    return MEMTX_OK;
}

const MemoryRegionOps zif__stm32_flash_ops = {
    .read_with_attrs = load,
    .write_with_attrs = store,
    .endianness = DEVICE_LITTLE_ENDIAN,
    .valid = { .min_access_size = 1, .max_access_size = 4 },
    .impl = { .min_access_size = 1, .max_access_size = 4 },
};

/* --- Sectors that cannot be read ------------------------------------------------------------------------------------------ */

static MemTxResult guard_load(void *opaque, hwaddr offset, uint64_t *data, unsigned size, MemTxAttrs attrs)
{
    const Stm32FlashView *guarded = opaque;
    Stm32Flash *f = guarded->flash;
    zif_report(&f->dev, ZIF_REPORT_LOCKED, SR,
               "read in sector %u, from which only instructions are fetched (OPTCR.SPRMOD, nWRP): RDERR",
               guarded->array);
    fail(f, RDERR);
    *data = 0;
    return MEMTX_OK;
}

static MemTxResult guard_store(void *opaque, hwaddr offset, uint64_t data, unsigned size, MemTxAttrs attrs)
{
    const Stm32FlashView *guarded = opaque;
    unsigned sector = guarded->array;
    return store(&guarded->flash->view[sector < SECTORS ? MAIN : BANK2],
                 zif__stm32_sector_start(sector % SECTORS) + offset, data, size, attrs);
}

const MemoryRegionOps zif__stm32_flash_guard_ops = {
    .read_with_attrs = guard_load,
    .write_with_attrs = guard_store,
    .endianness = DEVICE_LITTLE_ENDIAN,
    .valid = { .min_access_size = 1, .max_access_size = 4 },
    .impl = { .min_access_size = 1, .max_access_size = 4 },
};
