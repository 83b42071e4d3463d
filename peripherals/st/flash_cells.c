/*
 * STM32F4 FLASH: work on the cells. The documents are those of flash.c. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <string.h>
#include "stm32_flash.h"

enum { SECTORS = 12, OTP_BLOCK = 32, OTP_LOCKS = 512, RDP_LEVEL_0 = 0xAA, RDP_LEVEL_2 = 0xCC };

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

/* Reads give the cells, or make the bus wait. */
static void show(Stm32Flash *f, bool cells)
{
    for (unsigned i = 0; i < ARRAYS; i++) {
        memory_region_rom_device_set_romd(f->region[i], cells);
    }
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
    f->busy_array = (uint8_t)array;
    f->values[SR] |= BSY;
    show(f, false);
    zif_schedule_in(&f->dev, 0, duration);
}

void zif__stm32_flash_finish(Stm32Flash *f)
{
    bool ok = true;
    if (f->weak) {
        zif_flash_abort(f->cells[f->busy_array], 0);
    } else {
        ok = zif_flash_finish(f->cells[f->busy_array], 0);
    }
    f->values[SR] &= ~(uint32_t)BSY;
    f->values[CR] &= ~(uint32_t)STRT;
    f->values[OPTCR] &= ~(uint32_t)OPTSTRT;
    show(f, true);
    if (!ok && f->values[CR] & (SER | MER)) {
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

static bool sector_protected(const Stm32Flash *f, unsigned sector)
{
    return !(f->values[OPTCR] >> (16 + sector) & 1);
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
    unsigned sector = zif_bits(f->values[CR], 3, 4);
    uint64_t start, size;
    uint32_t erased;
    if (sector >= SECTORS) {
        zif_report(&f->dev, ZIF_REPORT_FLASH, CR, "SNB is %u, but there are %u sectors; nothing is erased", sector,
                   SECTORS);
        fail(f, PGSERR);
        return;
    }
    if (sector_protected(f, sector)) {
        zif_report(&f->dev, ZIF_REPORT_LOCKED, CR, "erase of write-protected sector %u refused (OPTCR.nWRP)", sector);
        fail(f, WRPERR);
        return;
    }
    zif_flash_sector(f->cells[MAIN], sector, &start, &size, &erased);
    unsigned row = size == 0x4000 ? 0 : size == 0x10000 ? 1 : 2;
    begin(f, MAIN, &(ZifFlashStep){ .kind = ZIF_FLASH_ERASE, .offset = start, .len = (uint32_t)size },
          erase_ms[row][psize(f)] * ZIF_MS);
}

static void erase_all(Stm32Flash *f)
{
    begin(f, MAIN, &(ZifFlashStep){ .kind = ZIF_FLASH_ERASE, .len = (uint32_t)zif_flash_size(f->cells[MAIN]) },
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
    if (!(cr & (SER | MER)) || (cr & SER && cr & MER)) {
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
    } else if (zif_bits(~f->values[OPTCR], 16, SECTORS)) {
        zif_report(&f->dev, ZIF_REPORT_LOCKED, CR, "mass erase refused: a sector is write-protected (OPTCR.nWRP)");
        fail(f, WRPERR);
    } else {
        erase_all(f);
    }
    if (f->values[SR] & BSY) {
        f->values[CR] |= STRT;
        f->stale |= (uint8_t)((f->values[ACR] & ICEN ? STALE_CODE : 0) | (f->values[ACR] & DCEN ? STALE_DATA : 0));
    }
}

/* --- Option bytes ------------------------------------------------------------------------------------------------------ */

/* How OPTCR's fields lie in the 16 bytes (3.6.1): user options, RDP, nWRP at byte 8. */
static void options_to_bytes(uint32_t optcr, uint8_t bytes[16])
{
    memset(bytes, 0xff, 16);
    bytes[0] = (uint8_t)((optcr & 0xEC) | 1);
    bytes[1] = (uint8_t)(optcr >> 8);
    bytes[8] = (uint8_t)(optcr >> 16);
    bytes[9] = (uint8_t)(optcr >> 24 | 0xf0);
}

static uint32_t options_from_bytes(const uint8_t *bytes)
{
    return (bytes[0] & 0xECu) | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[8] << 16 | (bytes[9] & 0x0Fu) << 24;
}

/* From the cells: what OPTCR shows is loaded from them at reset, perhaps after the asker's own. */
bool zif__stm32_option(const ZifDevice *dev, uint32_t option)
{
    const Stm32Flash *f = (const Stm32Flash *)zif_prop_peer(dev, "st,flash", "stm32f4-flash");
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
    const ZifDevice *flash = zif_prop_peer(dev, "st,flash", "stm32f4-flash");
    return flash ? zif__stm32_flash_protection(flash) : ZIF_DEBUG_OPEN;
}

void zif__stm32_flash_options(Stm32Flash *f)
{
    uint8_t bytes[16], rdp = zif_flash_cells(f->cells[OPTIONS])[1];
    uint32_t optcr = f->values[OPTCR] & ~(uint32_t)OPTSTRT;
    wait(f);
    f->values[OPTCR] = optcr;
    if (rdp == RDP_LEVEL_2) {
        f->values[OPTCR] = options_from_bytes(zif_flash_cells(f->cells[OPTIONS])) | (optcr & 1);
        zif_report(&f->dev, ZIF_REPORT_LOCKED, OPTCR,
                   "read protection is at level 2: the option bytes are fixed for ever");
        fail(f, WRPERR);
        return;
    }
    if (!width_possible(f)) {
        return;
    }
    if (rdp != RDP_LEVEL_0 && zif_bits(optcr, 8, 8) == RDP_LEVEL_0) {
        zif_flash_do(f->cells[MAIN],
                     &(ZifFlashStep){ .kind = ZIF_FLASH_ERASE, .len = (uint32_t)zif_flash_size(f->cells[MAIN]) });
    }
    options_to_bytes(optcr, bytes);
    begin(f, OPTIONS, &(ZifFlashStep){ .kind = ZIF_FLASH_WRITE, .len = sizeof bytes, .data = bytes },
          erase_ms[0][psize(f)] * ZIF_MS);
    f->values[OPTCR] |= OPTSTRT;
}

void zif__stm32_flash_reset(Stm32Flash *f)
{
    zif_flash_abort(f->cells[f->busy_array], 0);
    f->stale = 0;
    f->values[OPTCR] = f->loaded = 1 | options_from_bytes(zif_flash_cells(f->cells[OPTIONS]));
    show(f, true);
}

void zif__stm32_flash_restored(ZifDevice *dev)
{
    Stm32Flash *f = (Stm32Flash *)dev;
    show(f, !(f->values[SR] & BSY));
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
    if (array == OPTIONS) {
        *why = "option bytes are programmed through OPTCR";
        return PGSERR;
    }
    if (cr & (SER | MER)) {
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
    if (array == MAIN && sector_protected(f, sector_of(offset))) {
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
    static const char *const names[ARRAYS] = { "flash", "OTP", "option bytes" };
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
