/*
 * STM32F405/F407 FLASH: the interface between the bus and the flash, and the cells behind it.
 *
 * Reference: RM0090 rev 19, chapter 3 (3.9: registers of the F405/407); table 10 (wait states), table 5 (sectors), section 3.6
 * (option bytes), section 3.7.5 (OTP).
 * Models: main memory, OTP and option bytes to read; wait states and what HCLK needs; key sequences and locks; the rules of the caches.
 * Departs: caches and prefetch cost and save no time: one instruction is one cycle.
 * Missing: programming and erasing: a write to memory sets PGSERR, STRT does nothing, and both are reported.
 *
 * Node: reg 0 = registers, 1 = main memory, 2 = OTP, 3 = option bytes; clocks: HCLK; zif,vdd-microvolts (3300000).
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <string.h>
#include <zif/flash.h>
#include "st.h"

enum { ACR, KEYR, OPTKEYR, SR, CR, OPTCR, NREGS };

#define B(name, bit, access)                                                                                           \
    {                                                                                                                  \
        name, bit, 1, access                                                                                           \
    }

static const ZifRegister regs[NREGS] = {
    [ACR] = { .name = "ACR",
              .offset = 0x00,
              .fields = ZIF_FIELDS({ "LATENCY", 0, 3, ZIF_RW }, B("PRFTEN", 8, ZIF_RW), B("ICEN", 9, ZIF_RW),
                                   B("DCEN", 10, ZIF_RW), B("ICRST", 11, ZIF_WO), B("DCRST", 12, ZIF_RW)) },
    [KEYR] = { .name = "KEYR", .offset = 0x04, .fields = ZIF_FIELDS({ "KEY", 0, 32, ZIF_WO }) },
    [OPTKEYR] = { .name = "OPTKEYR", .offset = 0x08, .fields = ZIF_FIELDS({ "OPTKEY", 0, 32, ZIF_WO }) },
    [SR] = { .name = "SR",
             .offset = 0x0C,
             .fields = ZIF_FIELDS(B("EOP", 0, ZIF_W1C), B("OPERR", 1, ZIF_W1C), B("WRPERR", 4, ZIF_W1C),
                                  B("PGAERR", 5, ZIF_W1C), B("PGPERR", 6, ZIF_W1C), B("PGSERR", 7, ZIF_W1C),
                                  B("BSY", 16, ZIF_RO)) },
    /* While LOCK is 1 a write changes nothing. */
    [CR] = { .name = "CR",
             .offset = 0x10,
             .reset = 0x80000000,
             .flags = ZIF_REG_VOLATILE,
             .fields = ZIF_FIELDS(B("PG", 0, ZIF_RW), B("SER", 1, ZIF_RW), B("MER", 2, ZIF_RW), { "SNB", 3, 4, ZIF_RW },
                                  { "PSIZE", 8, 2, ZIF_RW }, B("STRT", 16, ZIF_W1S), B("EOPIE", 24, ZIF_RW),
                                  B("ERRIE", 25, ZIF_RW), B("LOCK", 31, ZIF_W1S)) },
    [OPTCR] = { .name = "OPTCR",
                .offset = 0x14,
                .reset = 0x0FFFAAED,
                .flags = ZIF_REG_VOLATILE,
                .fields = ZIF_FIELDS(B("OPTLOCK", 0, ZIF_W1S), B("OPTSTRT", 1, ZIF_W1S), { "BOR_LEV", 2, 2, ZIF_RW },
                                     B("WDG_SW", 5, ZIF_RW), B("nRST_STOP", 6, ZIF_RW), B("nRST_STDBY", 7, ZIF_RW),
                                     { "RDP", 8, 8, ZIF_RW }, { "nWRP", 16, 12, ZIF_RW }) },
};

enum { PRFTEN = 1 << 8, ICEN = 1 << 9, DCEN = 1 << 10, ICRST = 1 << 11, DCRST = 1 << 12 };
enum { PGSERR = 1 << 7, PG = 1, STRT = 1 << 16, OPTLOCK = 1, OPTSTRT = 2 };
enum { EOP = 1, OPERR = 2, EOPIE = 1 << 24, ERRIE = 1 << 25 };
static const uint32_t LOCK = 1u << 31;

/* Arrays of cells, in the order of the node's reg. */
enum { MAIN, OTP, OPTIONS, ARRAYS };
/* A pair of keys opens a lock; a wrong one closes it until the next reset. */
enum { KEYS_NONE, KEYS_FIRST, KEYS_WRONG };

typedef struct {
    ZifDevice dev;
    uint32_t values[NREGS];
    uint8_t keys, option_keys; /* KEYS_* */
    uint8_t too_few_waits;     /* said, until it is put right */
    ZifFlash *cells[ARRAYS];
} Flash;

static void update_irq(Flash *f)
{
    uint32_t sr = f->values[SR], cr = f->values[CR];
    zif_set(&f->dev, 0, 0, (sr & EOP && cr & EOPIE) || (sr & OPERR && cr & ERRIE));
}

/* --- Wait states ------------------------------------------------------------------------------------------------------- */

/* HCLK that one more wait state allows at this supply (table 10). */
static uint32_t hz_per_wait_state(const Flash *f)
{
    uint32_t vdd = zif_prop_u32(&f->dev, "zif,vdd-microvolts", 3300000);
    return vdd >= 2700000 ? 30000000 : vdd >= 2400000 ? 24000000 : vdd >= 2100000 ? 22000000 : 20000000;
}

static void check_wait_states(Flash *f)
{
    uint64_t hclk = zif_clock_hz(&f->dev), each = hz_per_wait_state(f);
    unsigned latency = f->values[ACR] & 7, needed = hclk ? (unsigned)((hclk - 1) / each) : 0;
    bool too_few = latency < needed;
    if (too_few && !f->too_few_waits) {
        zif_report(&f->dev, ZIF_REPORT_BUS, ACR, "ACR.LATENCY is %u, but HCLK at %llu Hz needs %u wait states", latency,
                   (unsigned long long)hclk, needed);
    }
    f->too_few_waits = too_few;
}

static void write_acr(Flash *f, uint32_t old, uint32_t value)
{
    if ((value & ICRST && f->values[ACR] & ICEN) || (value & ~old & DCRST && f->values[ACR] & DCEN)) {
        zif_report(&f->dev, ZIF_REPORT_LOCKED, ACR, "a cache can be reset only while it is off (ACR.ICEN, DCEN)");
    }
    check_wait_states(f);
}

/* --- Locks -------------------------------------------------------------------------------------------------------------- */

/* Takes one key of a pair; true when the pair is whole. */
static bool take_key(Flash *f, unsigned slot, uint8_t *state, uint32_t key, uint32_t first, uint32_t second)
{
    if (*state == KEYS_NONE && key == first) {
        *state = KEYS_FIRST;
        return false;
    }
    if (*state == KEYS_FIRST && key == second) {
        *state = KEYS_NONE;
        return true;
    }
    *state = KEYS_WRONG;
    zif_report(&f->dev, ZIF_REPORT_LOCKED, (int)slot,
               "%s: 0x%08x is not the key that was due; locked until the next reset", regs[slot].name, key);
    return false;
}

static void flash_write(ZifDevice *dev, unsigned slot, uint32_t old, uint32_t value)
{
    Flash *f = (Flash *)dev;
    switch (slot) {
    case ACR:
        write_acr(f, old, value);
        break;
    case KEYR:
        if (!(f->values[CR] & LOCK)) {
            f->keys = KEYS_WRONG; /* unlocking twice locks for good */
            f->values[CR] |= LOCK;
        } else if (take_key(f, KEYR, &f->keys, value, 0x45670123, 0xCDEF89AB)) {
            f->values[CR] &= ~LOCK;
        }
        break;
    case OPTKEYR:
        if (take_key(f, OPTKEYR, &f->option_keys, value, 0x08192A3B, 0x4C5D6E7F)) {
            f->values[OPTCR] &= ~(uint32_t)OPTLOCK;
        }
        break;
    case CR:
        if (old & LOCK) {
            f->values[CR] = old;
            if (value & ~LOCK) {
                zif_report(dev, ZIF_REPORT_LOCKED, CR, "CR is locked (LOCK is 1, see KEYR); the write had no effect");
            }
        } else if (f->values[CR] & STRT) {
            f->values[CR] &= ~(uint32_t)STRT;
            zif_report(dev, ZIF_REPORT_UNMODELLED, CR, "erasing is not modelled: STRT had no effect");
        }
        break;
    case OPTCR:
        if (old & OPTLOCK) {
            f->values[OPTCR] = old;
            if ((value ^ old) & ~(uint32_t)OPTLOCK) {
                zif_report(dev, ZIF_REPORT_LOCKED, OPTCR,
                           "OPTCR is locked (OPTLOCK is 1, see OPTKEYR); the write had no effect");
            }
        } else if (f->values[OPTCR] & OPTSTRT) {
            f->values[OPTCR] &= ~(uint32_t)OPTSTRT;
            zif_report(dev, ZIF_REPORT_UNMODELLED, OPTCR,
                       "programming option bytes is not modelled: OPTSTRT had no effect");
        }
        break;
    default:
        break;
    }
    update_irq(f);
}

/* --- The memory ---------------------------------------------------------------------------------------------------------- */

static void store(void *opaque, hwaddr offset, uint64_t data, unsigned size)
{
    Flash *f = opaque;
    f->values[SR] |= PGSERR | (f->values[CR] & ERRIE ? (uint32_t)OPERR : 0);
    if (f->values[CR] & LOCK) {
        zif_report(&f->dev, ZIF_REPORT_FLASH, CR,
                   "write of %u bytes to flash (offset 0x%llx) while CR.LOCK is 1; refused", size,
                   (unsigned long long)offset);
    } else if (!(f->values[CR] & PG)) {
        zif_report(&f->dev, ZIF_REPORT_FLASH, CR,
                   "write of %u bytes to flash (offset 0x%llx) while CR.PG is 0; refused", size,
                   (unsigned long long)offset);
    } else {
        zif_report(&f->dev, ZIF_REPORT_UNMODELLED, CR, "programming is not modelled: a write to flash had no effect");
    }
    update_irq(f);
}

static const MemoryRegionOps cell_ops = {
    .write = store,
    .endianness = DEVICE_LITTLE_ENDIAN,
    .valid = { .min_access_size = 1, .max_access_size = 4 },
    .impl = { .min_access_size = 1, .max_access_size = 4 },
};

static const struct {
    const char *name;
    uint32_t size;
    ZifFlashSectors sectors[4];
} arrays[ARRAYS] = {
    [MAIN] = { "main", 0x100000, { { 4, 0x4000 }, { 1, 0x10000 }, { 7, 0x20000 } } },
    [OTP] = { "otp", 528, { { 0 } } },
    [OPTIONS] = { "options", 16, { { 0 } } },
};

static bool add_array(Flash *f, unsigned n, Error **errp)
{
    ZifFlashConfig config = { .name = arrays[n].name, .unit = 4 };
    uint32_t reg[2 * (ARRAYS + 1)] = { 0 };
    unsigned cells = zif_prop_cells(&f->dev, "reg", reg, 2 * (ARRAYS + 1));
    if (cells < 2 * (ARRAYS + 1) || reg[2 * n + 3] != arrays[n].size) {
        error_setg(errp,
                   "reg needs four entries: registers, 1 MiB of main memory, 528 bytes of OTP, 16 of option bytes");
        return false;
    }
    config.region = zif_new_region(&f->dev);
    memcpy(config.sectors, arrays[n].sectors, sizeof arrays[n].sectors);
    memory_region_init_rom_device(config.region, f->dev.owner, &cell_ops, f, arrays[n].name, arrays[n].size, errp);
    if (*errp) {
        return false;
    }
    f->cells[n] = zif_flash_new(&f->dev, &config, errp);
    if (!f->cells[n]) {
        return false;
    }
    zif_map_region(&f->dev, n + 1, config.region);
    return true;
}

static bool flash_realize(ZifDevice *dev, Error **errp)
{
    static const uint8_t user_and_protection[] = { 0xED, 0xAA }; /* as shipped (3.6.1) */
    Flash *f = (Flash *)dev;
    for (unsigned n = 0; n < ARRAYS; n++) {
        if (!add_array(f, n, errp)) {
            return false;
        }
    }
    return zif_flash_do(
        f->cells[OPTIONS],
        &(ZifFlashStep){ .kind = ZIF_FLASH_WRITE, .len = sizeof user_and_protection, .data = user_and_protection });
}

static void flash_clock(ZifDevice *dev, uint64_t hz)
{
    check_wait_states((Flash *)dev);
}

static void flash_reset(ZifDevice *dev, ZifResetKind kind)
{
    Flash *f = (Flash *)dev;
    f->keys = f->option_keys = KEYS_NONE;
    f->too_few_waits = false;
}

const ZifClass zif__stm32f4_flash = {
    .name = "stm32f4-flash",
    .socs = (const char *const[]){ "st,stm32f4", NULL },
    .compatible = (const char *const[]){ "st,stm32f4-flash-controller", NULL },
    .reference = "RM0090 rev 19, chapter 3",
    .summary = "memory, OTP and option bytes to read, wait states, locks; no programming",
    .modelled = ZIF_PARTIAL,
    .size = sizeof(Flash),
    .plain = offsetof(Flash, cells),
    .regs = regs,
    .nregs = NREGS,
    .values = offsetof(Flash, values),
    .span = 0x400,
    .outputs = (const ZifOutput[]){ { .name = "irq" }, { 0 } },
    .realize = flash_realize,
    .reset = flash_reset,
    .on_write = flash_write,
    .clock_changed = flash_clock,
};
