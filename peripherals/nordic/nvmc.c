/*
 * nRF51 NVMC: code flash, UICR and their controller.
 *
 * Reference: nRF51 Series Reference Manual v3.0, chapters 6 "Non-volatile memory controller (NVMC)" and 7 "UICR"; nRF51822
 * Product Specification v3.x, section 8.20 (write 46.3 us, page erase and erase all 22.3 ms).
 * Models: write and erase enable, writes that only clear bits, page, whole and UICR erase, the processor standing still
 * meanwhile, READY, protected blocks, word access only.
 * Departs: a write takes the longest time the specification gives. Code memory region 0 (CLENR0) is
 * never protected from region 1, as on a part whose UICR is erased.
 * Missing: nothing else known.
 *
 * Node: reg 0 = registers, 1 = code flash, 2 = UICR. nordic,clock: the block with PROTENSET.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <string.h>
#include <zif/flash.h>
#include "nordic.h"

enum { READY, CONFIG, ERASEPAGE, ERASEALL, ERASEPCR0, ERASEUICR, NREGS };

static const ZifRegister regs[NREGS] = {
    [READY] = { .name = "READY",
                .offset = 0x400,
                .reset = 1,
                .flags = ZIF_REG_VOLATILE,
                .fields = ZIF_FIELDS({ "READY", 0, 1, ZIF_RO }) },
    [CONFIG] = { .name = "CONFIG", .offset = 0x504, .fields = ZIF_FIELDS({ "WEN", 0, 2, ZIF_RW }) },
    [ERASEPAGE] = { .name = "ERASEPAGE", .offset = 0x508 }, /* also called ERASEPCR1 */
    [ERASEALL] = { .name = "ERASEALL", .offset = 0x50C, .fields = ZIF_FIELDS({ "ERASEALL", 0, 1, ZIF_W1S }) },
    [ERASEPCR0] = { .name = "ERASEPCR0", .offset = 0x510 },
    [ERASEUICR] = { .name = "ERASEUICR", .offset = 0x514, .fields = ZIF_FIELDS({ "ERASEUICR", 0, 1, ZIF_W1S }) },
};

typedef struct {
    ZifDevice dev;
    uint32_t values[NREGS];
    /* From here on: fixed by the node. */
    ZifFlash *flash[3]; /* by reg entry */
} Nvmc;

enum { PAGE = 1024, FLASH = 1, UICR = 2 };
enum { WEN = 1, EEN = 2 };
/* The processor runs from flash at 16 MHz and stands still while the flash is busy. */
enum { CYCLES_WRITE = 741 /* 46.3 us */, CYCLES_ERASE = 356800 /* 22.3 ms */ };
enum { DONE };

/* Where reg entry `index` of the node is; the tree has one address and one size cell. */
static uint32_t place(const Nvmc *n, unsigned index, uint32_t *size)
{
    uint32_t reg[6] = { 0 };
    zif_prop_cells(&n->dev, "reg", reg, 6);
    const uint32_t *entry = reg + (size_t)2 * index;
    *size = entry[1];
    return entry[0];
}

static void finish(Nvmc *n)
{
    for (unsigned i = FLASH; i <= UICR; i++) {
        zif_flash_finish(n->flash[i], 0);
    }
}

/* The processor waits until the cells have changed. One instruction can store several words: each begins when the one before is done. */
static void start(Nvmc *n, unsigned index, const ZifFlashStep *step)
{
    if (zif_flash_busy(n->flash[index], 0)) {
        finish(n);
    }
    zif_flash_start(n->flash[index], 0, step);
}

static void busy_for(Nvmc *n, uint64_t cycles)
{
    ZifTime due = zif_due(&n->dev, DONE), time = cycles * (ZIF_SEC / 16000000);
    zif_schedule(&n->dev, DONE, (due == ZIF_TIME_NEVER ? zif_now(&n->dev) : due) + time);
    zif_stall_cpu(&n->dev, cycles);
}

static bool is_protected(Nvmc *n, uint32_t address)
{
    ZifDevice *clock = zif_prop_peer(&n->dev, "nordic,clock", "nrf51-clock");
    return clock && zif__nrf_flash_protected(clock, address);
}

static MemTxResult program(Nvmc *n, unsigned index, hwaddr offset, uint32_t data, unsigned bytes)
{
    uint32_t size, base = place(n, index, &size), address = base + (uint32_t)offset;

    if (bytes != 4 || offset % 4) {
        zif_report(&n->dev, ZIF_REPORT_FLASH, -1, "flash at 0x%08x takes whole words only", address);
        return MEMTX_ERROR;
    }
    if (n->values[CONFIG] != WEN) {
        zif_report(&n->dev, ZIF_REPORT_FLASH, CONFIG, "write to flash at 0x%08x refused: CONFIG.WEN is %u", address,
                   n->values[CONFIG]);
        return MEMTX_OK;
    }
    if (index == FLASH && is_protected(n, address)) {
        zif_report(&n->dev, ZIF_REPORT_LOCKED, CONFIG, "write to protected flash at 0x%08x refused", address);
        return MEMTX_OK;
    }
    const uint8_t word[4] = { (uint8_t)data, (uint8_t)(data >> 8), (uint8_t)(data >> 16), (uint8_t)(data >> 24) };
    const uint8_t *cells = zif_flash_cells(n->flash[index]) + offset;
    for (unsigned i = 0; i < 4; i++) {
        if (word[i] & ~cells[i]) {
            zif_report(&n->dev, ZIF_REPORT_FLASH, -1, "word at 0x%08x is not erased: its 0 bits stay 0", address);
        }
    }
    start(n, index, &(ZifFlashStep){ .kind = ZIF_FLASH_PROGRAM, .offset = offset, .len = 4, .data = word });
    busy_for(n, CYCLES_WRITE);
    return MEMTX_OK;
}

static MemTxResult flash_write(void *opaque, hwaddr addr, uint64_t data, unsigned size, MemTxAttrs attrs)
{
    return program(opaque, FLASH, addr, data, size);
}

static MemTxResult uicr_write(void *opaque, hwaddr addr, uint64_t data, unsigned size, MemTxAttrs attrs)
{
    return program(opaque, UICR, addr, data, size);
}

static const MemoryRegionOps flash_ops = {
    .write_with_attrs = flash_write,
    .endianness = DEVICE_LITTLE_ENDIAN,
    .valid = { .min_access_size = 1, .max_access_size = 4 },
    .impl = { .min_access_size = 1, .max_access_size = 4 },
};

static const MemoryRegionOps uicr_ops = {
    .write_with_attrs = uicr_write,
    .endianness = DEVICE_LITTLE_ENDIAN,
    .valid = { .min_access_size = 1, .max_access_size = 4 },
    .impl = { .min_access_size = 1, .max_access_size = 4 },
};

static void erase(Nvmc *n, unsigned index, uint64_t offset, uint32_t len)
{
    start(n, index, &(ZifFlashStep){ .kind = ZIF_FLASH_ERASE, .offset = offset, .len = len });
}

static void erase_page(Nvmc *n, unsigned slot, uint32_t address)
{
    uint32_t size, base = place(n, FLASH, &size);
    address &= ~(uint32_t)(PAGE - 1);
    if (address - base >= size) {
        zif_report(&n->dev, ZIF_REPORT_FLASH, slot, "0x%08x is not in code flash", address);
    } else if (is_protected(n, address)) {
        zif_report(&n->dev, ZIF_REPORT_LOCKED, slot, "erase of the protected page at 0x%08x refused", address);
    } else {
        erase(n, FLASH, address - base, PAGE);
        busy_for(n, CYCLES_ERASE);
    }
}

static void nvmc_write(ZifDevice *dev, unsigned slot, uint32_t old, uint32_t value)
{
    Nvmc *n = (Nvmc *)dev;

    if (slot == CONFIG) {
        if (n->values[CONFIG] == 3) {
            zif_report(dev, ZIF_REPORT_RESERVED, slot, "write and erase enabled together: results are undefined");
        }
        return;
    }
    if (slot == ERASEALL || slot == ERASEUICR) {
        n->values[slot] = 0; /* reads 0 again when it is done */
        if (!(value & 1)) {
            return;
        }
    }
    if (n->values[CONFIG] != EEN) {
        zif_report(dev, ZIF_REPORT_FLASH, slot, "erase refused: CONFIG.WEN is %u", n->values[CONFIG]);
        return;
    }
    switch (slot) {
    case ERASEPAGE:
    case ERASEPCR0:
        erase_page(n, slot, value);
        break;
    case ERASEALL:
        erase(n, FLASH, 0, (uint32_t)zif_flash_size(n->flash[FLASH]));
        erase(n, UICR, 0, (uint32_t)zif_flash_size(n->flash[UICR]));
        busy_for(n, CYCLES_ERASE);
        break;
    case ERASEUICR:
        erase(n, UICR, 0, (uint32_t)zif_flash_size(n->flash[UICR]));
        busy_for(n, CYCLES_ERASE);
        break;
    }
}

static void nvmc_event(ZifDevice *dev, unsigned event)
{
    finish((Nvmc *)dev);
}

/* What a reset interrupts is torn, as by a loss of power. */
static void nvmc_reset(ZifDevice *dev, ZifResetKind kind)
{
    Nvmc *n = (Nvmc *)dev;
    for (unsigned i = FLASH; i <= UICR; i++) {
        zif_flash_abort(n->flash[i], 0);
    }
}

static bool nvmc_realize(ZifDevice *dev, Error **errp)
{
    static const MemoryRegionOps *const ops[] = { [FLASH] = &flash_ops, [UICR] = &uicr_ops };
    static const char *const names[] = { [FLASH] = "flash", [UICR] = "uicr" };
    Nvmc *n = (Nvmc *)dev;

    for (unsigned i = FLASH; i <= UICR; i++) {
        uint32_t size, base = place(n, i, &size);
        if (!size || base % PAGE) {
            error_setg(errp, "reg needs three entries: registers, code flash, UICR");
            return false;
        }
        MemoryRegion *mr = zif_new_region(dev);
        memory_region_init_rom_device(mr, dev->owner, ops[i], dev, names[i], size, errp);
        if (*errp) {
            return false;
        }
        n->flash[i] =
            zif_flash_new(dev,
                          &(ZifFlashConfig){ .name = names[i],
                                             .region = mr,
                                             .unit = 4,
                                             .sectors = { { (size + PAGE - 1) / PAGE, size < PAGE ? size : PAGE } } },
                          errp);
        if (!n->flash[i]) {
            return false;
        }
        zif_map_region(dev, i, mr);
    }
    return true;
}

const ZifClass zif__nrf51_nvmc = {
    .name = "nrf51-nvmc",
    .socs = (const char *const[]){ "nordic,nrf51822", NULL },
    .compatible = (const char *const[]){ "nordic,nrf51-flash-controller", NULL },
    .reference = "nRF51 Series Reference Manual v3.0, chapters 6 and 7",
    .summary = "flash and UICR: word writes that clear bits, page, whole and UICR erase, the processor waiting",
    .modelled = ZIF_MODELLED,
    .size = sizeof(Nvmc),
    .plain = offsetof(Nvmc, flash),
    .regs = regs,
    .nregs = NREGS,
    .values = offsetof(Nvmc, values),
    .span = 0x1000,
    .widths = ZIF_W32,
    .events = (const char *const[]){ "done", NULL },
    .event = nvmc_event,
    .realize = nvmc_realize,
    .reset = nvmc_reset,
    .on_write = nvmc_write,
};
