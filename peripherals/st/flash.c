/*
 * STM32F4 FLASH: the interface between the bus and the flash.
 *
 * Reference: RM0090 rev 19, chapter 3 (3.9: registers of the F405/407; 3.7.5, 3.9: those of the F42x/43x); table 10 (wait states), table 5 (sectors), sections 3.5 and 3.6
 * (erase, program, option bytes), 3.7.5 (OTP); DS8626 rev 9, table 40 (times).
 * Models: wait states and what HCLK needs; keys and locks; byte, half-word and word programming by PSIZE with all error flags, sector and
 * mass erase with typical times, the bus that waits while BSY, option bytes with write protection and the levels of read protection, OTP
 * and its locks, interrupts.
 * F42x and F43x: two banks, of which one is read while the other is busy, RDERR and sectors that cannot be read (SPRMOD), FB_MODE.
 * Departs: what cannot be read reads as 0, and no program runs there; seen at address 0 it can be read. Caches and prefetch cost and save
 * no time: one instruction is one cycle. Caches never hold old contents: an erase with a cache on
 * and not reset afterwards is reported when CR is locked. Read protection keeps a debugger out of the memories (level 1) or away (level 2)
 * once a reset has loaded the option bytes; the program goes on, where on silicon it stops at the debugger's first look.
 * Missing: programming by double words (it needs 9 V on VPP): reported; BFB2 (the boot loader's affair): reported.
 *
 * Node: reg 0 = registers, 1 = main memory (bank 1), 2 = OTP, 3 = option bytes, 4 = bank 2, 5 = its option bytes; clocks: HCLK;
 * zif,vdd-microvolts (3300000). Input of the F42x/43x: swap-banks.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <string.h>
#include "stm32_flash.h"

#define B(name, bit, access)                                                                                           \
    {                                                                                                                  \
        name, bit, 1, access                                                                                           \
    }

#define ACR_ROW(latency_bits)                                                                                          \
    [ACR] = { .name = "ACR",                                                                                           \
              .offset = 0x00,                                                                                          \
              .fields =                                                                                                \
                  ZIF_FIELDS({ "LATENCY", 0, latency_bits, ZIF_RW }, B("PRFTEN", 8, ZIF_RW), B("ICEN", 9, ZIF_RW),     \
                             B("DCEN", 10, ZIF_RW), B("ICRST", 11, ZIF_WO), B("DCRST", 12, ZIF_RW)) }
#define KEY_ROWS                                                                                                       \
    [KEYR] = { .name = "KEYR", .offset = 0x04, .fields = ZIF_FIELDS({ "KEY", 0, 32, ZIF_WO }) }, [OPTKEYR] = {         \
        .name = "OPTKEYR", .offset = 0x08, .fields = ZIF_FIELDS({ "OPTKEY", 0, 32, ZIF_WO })                           \
    }
#define SR_FIELDS                                                                                                      \
    B("EOP", 0, ZIF_W1C), B("OPERR", 1, ZIF_W1C), B("WRPERR", 4, ZIF_W1C), B("PGAERR", 5, ZIF_W1C),                    \
        B("PGPERR", 6, ZIF_W1C), B("PGSERR", 7, ZIF_W1C), B("BSY", 16, ZIF_RO)
/* While LOCK is 1 a write changes nothing. */
#define CR_ROW(...)                                                                                                    \
    [CR] = { .name = "CR",                                                                                             \
             .offset = 0x10,                                                                                           \
             .reset = 0x80000000,                                                                                      \
             .flags = ZIF_REG_VOLATILE,                                                                                \
             .fields = ZIF_FIELDS(B("PG", 0, ZIF_RW), B("SER", 1, ZIF_RW), B("MER", 2, ZIF_RW),                        \
                                  { "PSIZE", 8, 2, ZIF_RW }, B("STRT", 16, ZIF_W1S), B("EOPIE", 24, ZIF_RW),           \
                                  B("ERRIE", 25, ZIF_RW), B("LOCK", 31, ZIF_W1S), __VA_ARGS__) }
#define OPTCR_FIELDS                                                                                                   \
    B("OPTLOCK", 0, ZIF_W1S), B("OPTSTRT", 1, ZIF_W1S), { "BOR_LEV", 2, 2, ZIF_RW }, B("WDG_SW", 5, ZIF_RW),           \
        B("nRST_STOP", 6, ZIF_RW), B("nRST_STDBY", 7, ZIF_RW), { "RDP", 8, 8, ZIF_RW },                                \
    {                                                                                                                  \
        "nWRP", 16, 12, ZIF_RW                                                                                         \
    }

static const ZifRegister f40x_regs[NREGS_F40X] = {
    ACR_ROW(3),
    KEY_ROWS,
    [SR] = { .name = "SR", .offset = 0x0C, .fields = ZIF_FIELDS(SR_FIELDS) },
    CR_ROW({ "SNB", 3, 4, ZIF_RW }),
    [OPTCR] = { .name = "OPTCR",
                .offset = 0x14,
                .reset = 0x0FFFAAED,
                .flags = ZIF_REG_VOLATILE,
                .fields = ZIF_FIELDS(OPTCR_FIELDS) },
};

static const ZifRegister f42x_regs[NREGS] = {
    ACR_ROW(4),
    KEY_ROWS,
    [SR] = { .name = "SR", .offset = 0x0C, .fields = ZIF_FIELDS(SR_FIELDS, B("RDERR", 8, ZIF_W1C)) },
    CR_ROW({ "SNB", 3, 5, ZIF_RW }, B("MER1", 15, ZIF_RW)),
    [OPTCR] = { .name = "OPTCR",
                .offset = 0x14,
                .reset = 0x0FFFAAED,
                .flags = ZIF_REG_VOLATILE,
                .fields =
                    ZIF_FIELDS(OPTCR_FIELDS, B("BFB2", 4, ZIF_RW), B("DB1M", 30, ZIF_RW), B("SPRMOD", 31, ZIF_RW)) },
    [OPTCR1] = { .name = "OPTCR1",
                 .offset = 0x18,
                 .reset = 0x0FFF0000,
                 .flags = ZIF_REG_VOLATILE,
                 .fields = ZIF_FIELDS({ "nWRP", 16, 12, ZIF_RW }) },
};

/* A pair of keys opens a lock; a wrong one closes it until the next reset. */
enum { KEYS_NONE, KEYS_FIRST, KEYS_WRONG };

void zif__stm32_flash_irq(Stm32Flash *f)
{
    uint32_t sr = f->values[SR], cr = f->values[CR];
    zif_set(&f->dev, 0, 0, (sr & EOP && cr & EOPIE) || (sr & OPERR && cr & ERRIE));
}

/* --- Wait states ------------------------------------------------------------------------------------------------------- */

/* HCLK that one more wait state allows at this supply (table 10). */
static uint32_t hz_per_wait_state(const Stm32Flash *f)
{
    uint32_t vdd = zif__stm32_flash_vdd(f);
    return vdd >= 2700000 ? 30000000 : vdd >= 2400000 ? 24000000 : vdd >= 2100000 ? 22000000 : 20000000;
}

static void check_wait_states(Stm32Flash *f)
{
    uint64_t hclk = zif_clock_hz(&f->dev), each = hz_per_wait_state(f);
    unsigned latency = f->values[ACR] & 15, needed = hclk ? (unsigned)((hclk - 1) / each) : 0;
    bool too_few = latency < needed;
    if (too_few && !f->too_few_waits) {
        zif_report(&f->dev, ZIF_REPORT_BUS, ACR, "ACR.LATENCY is %u, but HCLK at %llu Hz needs %u wait states", latency,
                   (unsigned long long)hclk, needed);
    }
    f->too_few_waits = too_few;
}

static void write_acr(Stm32Flash *f, uint32_t old, uint32_t value)
{
    if ((value & ICRST && f->values[ACR] & ICEN) || (value & ~old & DCRST && f->values[ACR] & DCEN)) {
        zif_report(&f->dev, ZIF_REPORT_LOCKED, ACR, "a cache can be reset only while it is off (ACR.ICEN, DCEN)");
    }
    f->stale &= (uint8_t) ~(value & ICRST && !(f->values[ACR] & ICEN) ? STALE_CODE : 0);
    f->stale &= (uint8_t) ~(value & DCRST && !(f->values[ACR] & DCEN) ? STALE_DATA : 0);
    check_wait_states(f);
}

/* --- Locks -------------------------------------------------------------------------------------------------------------- */

/* Takes one key of a pair; true when the pair is whole. */
static bool take_key(Stm32Flash *f, unsigned slot, uint8_t *state, uint32_t key, uint32_t first, uint32_t second)
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
               "%s: 0x%08x is not the key that was due; locked until the next reset", f->dev.cls->regs[slot].name, key);
    return false;
}

static void flash_write(ZifDevice *dev, unsigned slot, uint32_t old, uint32_t value)
{
    Stm32Flash *f = (Stm32Flash *)dev;
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
        } else {
            zif__stm32_flash_control(f, old);
        }
        break;
    case OPTCR:
    case OPTCR1:
        if ((slot == OPTCR ? old : f->values[OPTCR]) & OPTLOCK) {
            f->values[slot] = old;
            if ((value ^ old) & ~(uint32_t)OPTLOCK) {
                zif_report(dev, ZIF_REPORT_LOCKED, (int)slot,
                           "%s is locked (OPTLOCK is 1, see OPTKEYR); the write had no effect",
                           dev->cls->regs[slot].name);
            }
        } else if (f->values[OPTCR] & OPTSTRT) {
            zif__stm32_flash_options(f);
        }
        break;
    default:
        break;
    }
    zif__stm32_flash_irq(f);
}

/* --- The arrays ---------------------------------------------------------------------------------------------------------- */

static const struct {
    const char *name, *in_banks; /* of the F40x; of the F42x and F43x */
    uint32_t size;
    ZifFlashSectors sectors[4];
} arrays[ARRAYS] = {
    [MAIN] = { "main", "bank1", 0x100000, { { 4, 0x4000 }, { 1, 0x10000 }, { 7, 0x20000 } } },
    [OTP] = { "otp", "otp", 528, { { 0 } } },
    [OPTIONS] = { "options", "options", 16, { { 0 } } },
    [BANK2] = { NULL, "bank2", 0x100000, { { 4, 0x4000 }, { 1, 0x10000 }, { 7, 0x20000 } } },
    [OPTIONS2] = { NULL, "options2", 16, { { 0 } } },
};

static unsigned narrays(const Stm32Flash *f)
{
    return zif__stm32_flash_is_f42x(f) ? ARRAYS : ARRAYS_F40X;
}

static bool add_array(Stm32Flash *f, unsigned n, Error **errp)
{
    bool in_banks = zif__stm32_flash_is_f42x(f);
    ZifFlashConfig config = { .name = in_banks ? arrays[n].in_banks : arrays[n].name, .unit = 4 };
    uint32_t reg[2 * (ARRAYS + 1)] = { 0 };
    unsigned cells = zif_prop_cells(&f->dev, "reg", reg, 2 * (ARRAYS + 1));
    if (cells < 2 * (narrays(f) + 1) || reg[2 * n + 3] != arrays[n].size) {
        error_setg(errp, in_banks ? "reg needs six entries: registers, 1 MiB of bank 1, 528 bytes of OTP, 16 of option "
                                    "bytes, 1 MiB of bank 2, 16 of its option bytes"
                                  : "reg needs four entries: registers, 1 MiB of main memory, 528 bytes of OTP, 16 of "
                                    "option bytes");
        return false;
    }
    f->view[n] = (Stm32FlashView){ f, n };
    config.region = f->region[n] = zif_new_region(&f->dev);
    memcpy(config.sectors, arrays[n].sectors, sizeof arrays[n].sectors);
    memory_region_init_rom_device(config.region, f->dev.owner, &zif__stm32_flash_ops, &f->view[n], config.name,
                                  arrays[n].size, errp);
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

/* What stands before a sector that cannot be read; closed until one is. */
static void add_guards(Stm32Flash *f)
{
    for (unsigned sector = 0; sector < 2 * SECTORS; sector++) {
        uint32_t start = zif__stm32_sector_start(sector % SECTORS);
        f->guarded[sector] = (Stm32FlashView){ f, sector };
        f->guard[sector] = zif_new_region(&f->dev);
        memory_region_init_io(f->guard[sector], f->dev.owner, &zif__stm32_flash_guard_ops, &f->guarded[sector], "pcrop",
                              zif__stm32_sector_start(sector % SECTORS + 1) - start);
        memory_region_set_enabled(f->guard[sector], false);
        zif_map_at(&f->dev, zif_prop_cell(&f->dev, "reg", sector < SECTORS ? 2 : 8, 0) + start, f->guard[sector]);
    }
}

static bool flash_realize(ZifDevice *dev, Error **errp)
{
    static const uint8_t user_and_protection[] = { 0xED, 0xAA }; /* as shipped (3.6.1) */
    static const uint8_t no_read_protection[] = { 0x3F };        /* SPRMOD and DB1M are 0 */
    Stm32Flash *f = (Stm32Flash *)dev;
    for (unsigned n = 0; n < narrays(f); n++) {
        if (!add_array(f, n, errp)) {
            return false;
        }
    }
    if (zif__stm32_flash_is_f42x(f)) {
        add_guards(f);
        zif_flash_do(f->cells[OPTIONS], &(ZifFlashStep){ .kind = ZIF_FLASH_WRITE,
                                                         .offset = 9,
                                                         .len = sizeof no_read_protection,
                                                         .data = no_read_protection });
    }
    return zif_flash_do(
        f->cells[OPTIONS],
        &(ZifFlashStep){ .kind = ZIF_FLASH_WRITE, .len = sizeof user_and_protection, .data = user_and_protection });
}

static void swap_banks(ZifDevice *dev, unsigned line, int level)
{
    Stm32Flash *f = (Stm32Flash *)dev;
    f->swapped = (uint8_t)level;
    zif__stm32_flash_place(f);
}

static void flash_event(ZifDevice *dev, unsigned event)
{
    zif__stm32_flash_finish((Stm32Flash *)dev);
}

static void flash_clock(ZifDevice *dev, uint64_t hz)
{
    check_wait_states((Stm32Flash *)dev);
}

static void flash_reset(ZifDevice *dev, ZifResetKind kind)
{
    Stm32Flash *f = (Stm32Flash *)dev;
    f->keys = f->option_keys = KEYS_NONE;
    f->too_few_waits = false;
    zif__stm32_flash_reset(f);
}

/* What both records say. */
#define RECORD                                                                                                         \
    .compatible = (const char *const[]){ "st,stm32f4-flash-controller", NULL },                                        \
    .reference = "RM0090 rev 19, chapter 3", .modelled = ZIF_MODELLED, .size = sizeof(Stm32Flash),                     \
    .plain = offsetof(Stm32Flash, cells), .values = offsetof(Stm32Flash, values), .span = 0x400,                       \
    .outputs = (const ZifOutput[]){ { .name = "irq" }, { 0 } }, .events = (const char *const[]){ "done", NULL },       \
    .event = flash_event, .protection = zif__stm32_flash_protection, .snapshot_done = zif__stm32_flash_restored,       \
    .realize = flash_realize, .reset = flash_reset, .on_write = flash_write, .clock_changed = flash_clock

const ZifClass zif__stm32f4_flash = {
    RECORD,
    .name = "stm32f4-flash",
    .socs = (const char *const[]){ "st,stm32f4", NULL },
    .summary = "programming, erase, protection, option bytes, OTP with times, errors and waits; no double words, "
               "caches are transparent",
    .regs = f40x_regs,
    .nregs = NREGS_F40X,
};

const ZifClass zif__stm32f42x_flash = {
    RECORD,
    .name = "stm32f42x-flash",
    .socs = (const char *const[]){ "st,stm32f429", NULL },
    .summary =
        "two banks, read while write, programming, erase, write and read protection, option bytes, OTP with times, "
        "errors and waits; no double words, caches are transparent",
    .regs = f42x_regs,
    .nregs = NREGS,
    .inputs = (const ZifInput[]){ { .name = "swap-banks", .set = swap_banks }, { 0 } },
};
