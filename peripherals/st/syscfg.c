/*
 * STM32F4 SYSCFG: what is seen at address 0, which port's pins reach EXTI.
 *
 * Reference: RM0090 rev 19, section 9.2 (registers of the F405/407), 9.3 (F42x/43x), 2.4 (boot configuration, table 3).
 * Models: MEM_MODE and the boot pins, FB_MODE and SWP_FMC, EXTICR, the I/O compensation cell.
 * Departs: option byte protection does not restrict booting.
 * Missing: MII_RMII_SEL: there is no Ethernet; ADCxDC2.
 *
 * Node: zif,remap = what is at 0 by MEM_MODE: <flash system-memory fsmc sram sdram> (addresses) and zif,remap-sizes (bytes);
 * zif,boot-pins: levels of BOOT0 (bit 0) and BOOT1 (bit 1) when nothing drives the inputs. Inputs: pin (port * 16 + pin), boot0, boot1.
 * Outputs: exti; of the F42x/43x: swap-banks (FB_MODE, to FLASH), swap-sdram (SWP_FMC, to FMC).
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "st.h"

enum { MEMRMP, PMC, EXTICR1, EXTICR2, EXTICR3, EXTICR4, CMPCR, NREGS };

/* The rows that differ. */
#define MEMRMP_ROW(...)                                                                                                \
    [MEMRMP] = { .name = "MEMRMP", .offset = 0x00, .flags = ZIF_REG_LIVE_RESET, .fields = ZIF_FIELDS(__VA_ARGS__) }
#define PMC_ROW(...) [PMC] = { .name = "PMC", .offset = 0x04, .fields = ZIF_FIELDS(__VA_ARGS__) }
#define EXTICR(n, a, b, c, d)                                                                                          \
    {                                                                                                                  \
        .name = "EXTICR" #n, .offset = 4 + 4 * n,                                                                      \
        .fields = ZIF_FIELDS({ "EXTI" #a, 0, 4, ZIF_RW }, { "EXTI" #b, 4, 4, ZIF_RW }, { "EXTI" #c, 8, 4, ZIF_RW },    \
                             { "EXTI" #d, 12, 4, ZIF_RW })                                                             \
    }

#define OTHER_ROWS                                                                                                     \
    [EXTICR1] = EXTICR(1, 0, 1, 2, 3), [EXTICR2] = EXTICR(2, 4, 5, 6, 7), [EXTICR3] = EXTICR(3, 8, 9, 10, 11),         \
    [EXTICR4] = EXTICR(4, 12, 13, 14, 15),                                                                             \
    [CMPCR] = { .name = "CMPCR",                                                                                       \
                .offset = 0x20,                                                                                        \
                .fields = ZIF_FIELDS({ "CMP_PD", 0, 1, ZIF_RW }, { "READY", 8, 1, ZIF_RO }) }

static const ZifRegister f40x_regs[NREGS] = {
    MEMRMP_ROW({ "MEM_MODE", 0, 2, ZIF_RW }),
    PMC_ROW({ "MII_RMII_SEL", 23, 1, ZIF_STUB }),
    OTHER_ROWS,
};

static const ZifRegister f42x_regs[NREGS] = {
    MEMRMP_ROW({ "MEM_MODE", 0, 3, ZIF_RW }, { "FB_MODE", 8, 1, ZIF_RW }, { "SWP_FMC", 10, 2, ZIF_RW }),
    PMC_ROW({ "ADC1DC2", 16, 1, ZIF_STUB }, { "ADC2DC2", 17, 1, ZIF_STUB }, { "ADC3DC2", 18, 1, ZIF_STUB },
            { "MII_RMII_SEL", 23, 1, ZIF_STUB }),
    OTHER_ROWS,
};

enum { MODES = 5, FLASH = 0, SYSTEM_MEMORY = 1, SRAM = 3, FB_MODE = 1 << 8, SWP_FMC_SDRAM = 1 };
enum { IN_PIN, IN_BOOT0, IN_BOOT1, PB2 = 16 + 2 };
enum { OUT_EXTI, OUT_SWAP_BANKS, OUT_SWAP_SDRAM };
enum { CELL_READY };

typedef struct {
    ZifDevice dev;
    uint32_t values[NREGS];
    /* Not plain: what each mode shows at 0. Behind a window of the memory controller there is what it hides while it is closed. */
    MemoryRegion *view[MODES], *behind[MODES];
    MemoryRegion
        *bank[2][2]; /* F42x: what is in the lower and upper half of the flash, as it is and with its banks swapped */
} Syscfg;

static bool is_f42x(const Syscfg *s)
{
    return s->dev.cls->regs == f42x_regs;
}

static unsigned ports(const Syscfg *s)
{
    return is_f42x(s) ? 11 : 9;
}

/* --- Address 0 ----------------------------------------------------------------------------------------------------------- */

static void show_if(MemoryRegion *view, bool shown)
{
    if (view) {
        memory_region_set_enabled(view, shown);
    }
}

static void show(Syscfg *s)
{
    unsigned mode = s->values[MEMRMP] & 7;
    bool swapped = s->values[MEMRMP] & FB_MODE;
    memory_region_transaction_begin();
    for (unsigned m = 0; m < MODES; m++) {
        show_if(s->view[m], m == mode);
        show_if(s->behind[m], m == mode);
    }
    for (unsigned half = 0; half < 2; half++) {
        show_if(s->bank[0][half], mode == FLASH && !swapped);
        show_if(s->bank[1][half], mode == FLASH && swapped);
    }
    if (is_f42x(s)) {
        zif_set(&s->dev, OUT_SWAP_BANKS, 0, swapped);
        zif_set(&s->dev, OUT_SWAP_SDRAM, 0, zif_bits(s->values[MEMRMP], 10, 2) == SWP_FMC_SDRAM);
    }
    memory_region_transaction_commit();
    if (mode == SYSTEM_MEMORY) {
        zif_report(&s->dev, ZIF_REPORT_UNMODELLED, MEMRMP,
                   "system memory is at 0 (BOOT0 or MEMRMP.MEM_MODE): the vendor's boot loader is not part of zif");
    }
}

/* A closed window at `place` on what a bus address shows now; NULL: nothing is there. */
static MemoryRegion *window_on(Syscfg *s, const char *name, uint32_t address, uint32_t size, uint32_t place)
{
    MemoryRegion *view = NULL;
    MemoryRegionSection found = memory_region_find(zif_bus(&s->dev)->root, address, size);
    if (found.mr && found.offset_within_address_space == address) {
        view = zif_new_region(&s->dev);
        memory_region_init_alias(view, s->dev.owner, name, found.mr, found.offset_within_region, size);
        memory_region_set_enabled(view, false);
        zif_map_at(&s->dev, place, view);
    }
    if (found.mr) {
        memory_region_unref(found.mr);
    }
    return view;
}

/* Windows on what each mode shows, one of them enabled. Of two at the same place the one mapped later is seen. */
static bool syscfg_realize(ZifDevice *dev, Error **errp)
{
    static const char *const names[MODES] = { "boot-flash", "boot-system", "boot-fmc", "boot-sram", "boot-sdram" };
    Syscfg *s = (Syscfg *)dev;
    uint32_t address[MODES] = { 0 }, size[MODES] = { 0 };
    zif_prop_cells(dev, "zif,remap", address, MODES);
    zif_prop_cells(dev, "zif,remap-sizes", size, MODES);
    for (unsigned mode = 0; mode < MODES; mode++) {
        if (!size[mode] || (mode == FLASH && is_f42x(s))) {
            continue;
        }
        MemoryRegionSection top = memory_region_find(zif_bus(dev)->root, address[mode], size[mode]);
        if (top.mr && mode % 2 == 0 && mode != FLASH) { /* the memory controller's */
            memory_region_set_enabled(top.mr, false);
            s->behind[mode] = window_on(s, names[mode], address[mode], size[mode], 0);
            memory_region_set_enabled(top.mr, true);
        }
        if (top.mr) {
            memory_region_unref(top.mr);
        }
        s->view[mode] = window_on(s, names[mode], address[mode], size[mode], 0);
        if (!s->view[mode]) {
            error_setg(errp, "zif,remap: there is no memory at 0x%08x", address[mode]);
            return false;
        }
    }
    if (is_f42x(s) && size[FLASH]) {
        uint32_t size_of_bank = size[FLASH] / 2;
        for (unsigned i = 0; i < 4; i++) {
            unsigned swapped = i / 2, half = i % 2, bank = half ^ swapped;
            s->bank[swapped][half] = window_on(s, bank ? "boot-bank2" : "boot-bank1",
                                               address[FLASH] + bank * size_of_bank, size_of_bank, half * size_of_bank);
            if (!s->bank[swapped][half]) {
                error_setg(errp, "zif,remap: there is no bank %u of the flash", bank + 1);
                return false;
            }
        }
    }
    show(s); /* flash: where images are loaded before the first reset */
    return true;
}

/* BOOT0 is a pin of its own, BOOT1 is PB2; with nothing at them, as the node says. */
static unsigned boot_pins(const Syscfg *s)
{
    unsigned pins = zif_prop_u32(&s->dev, "zif,boot-pins", 0);
    if (zif_input_connected(&s->dev, IN_BOOT0, 0)) {
        pins = (pins & ~1u) | (unsigned)zif_input_level(&s->dev, IN_BOOT0, 0);
    }
    if (zif_input_connected(&s->dev, IN_BOOT1, 0)) {
        pins = (pins & ~2u) | (unsigned)zif_input_level(&s->dev, IN_BOOT1, 0) << 1;
    }
    return zif_input_level(&s->dev, IN_PIN, PB2) ? pins | 2 : pins;
}

/* --- Pins to EXTI -------------------------------------------------------------------------------------------------------- */

static void route(Syscfg *s, unsigned line)
{
    unsigned port = zif_bits(s->values[EXTICR1 + line / 4], line % 4 * 4, 4);
    zif_set(&s->dev, OUT_EXTI, line, port < ports(s) && zif_input_level(&s->dev, IN_PIN, port * 16 + line));
}

static void pin_changed(ZifDevice *dev, unsigned n, int level)
{
    route((Syscfg *)dev, n % 16);
}

static void syscfg_event(ZifDevice *dev, unsigned event)
{
    ((Syscfg *)dev)->values[CMPCR] |= 1u << 8;
}

static void syscfg_write(ZifDevice *dev, unsigned slot, uint32_t old, uint32_t value)
{
    Syscfg *s = (Syscfg *)dev;
    switch (slot) {
    case MEMRMP:
        if ((s->values[MEMRMP] & 7) >= MODES) {
            zif_report(dev, ZIF_REPORT_RESERVED, MEMRMP, "MEMRMP.MEM_MODE = %u shows nothing at 0",
                       s->values[MEMRMP] & 7);
        }
        show(s);
        break;
    case EXTICR1:
    case EXTICR2:
    case EXTICR3:
    case EXTICR4:
        for (unsigned i = 0; i < 4; i++) {
            if (zif_bits(s->values[slot], 4 * i, 4) >= ports(s)) {
                zif_report(dev, ZIF_REPORT_RESERVED, (int)slot, "EXTI%u: there is no port %u", (slot - EXTICR1) * 4 + i,
                           zif_bits(s->values[slot], 4 * i, 4));
            }
            route(s, (slot - EXTICR1) * 4 + i);
        }
        break;
    case CMPCR:
        if (!(s->values[CMPCR] & 1)) {
            s->values[CMPCR] &= ~(1u << 8);
            zif_cancel(dev, CELL_READY);
        } else if (!(old & 1)) {
            zif_schedule_in(dev, CELL_READY, 10 * ZIF_US);
        }
        break;
    default:
        break;
    }
}

/* BOOT0 = 0: flash; BOOT1:BOOT0 = 01: system memory; 11: SRAM. */
static void syscfg_reset(ZifDevice *dev, ZifResetKind kind)
{
    Syscfg *s = (Syscfg *)dev;
    unsigned pins = boot_pins(s);
    s->values[MEMRMP] = !(pins & 1) ? 0 : pins & 2 ? SRAM : SYSTEM_MEMORY;
    show(s);
    for (unsigned line = 0; line < 16; line++) {
        route(s, line);
    }
}

static void syscfg_restored(ZifDevice *dev)
{
    show((Syscfg *)dev);
}

#define SYSCFG(id, title, soc, section, table, pins, ...)                                                              \
    const ZifClass zif__##id = {                                                                                       \
        .name = title,                                                                                                 \
        .socs = (const char *const[]){ soc, NULL },                                                                    \
        .compatible = (const char *const[]){ "st,stm32-syscfg", NULL },                                                \
        .reference = "RM0090 rev 19, section " section,                                                                \
        .summary = "memory at address 0 by boot pins and MEM_MODE, pins to EXTI, compensation cell; no MII/RMII "      \
                   "selection",                                                                                        \
        .modelled = ZIF_PARTIAL,                                                                                       \
        .size = sizeof(Syscfg),                                                                                        \
        .plain = offsetof(Syscfg, view),                                                                               \
        .regs = table,                                                                                                 \
        .nregs = NREGS,                                                                                                \
        .values = offsetof(Syscfg, values),                                                                            \
        .span = 0x400,                                                                                                 \
        .inputs = (const ZifInput[]){ { .name = "pin", .count = pins, .set = pin_changed },                            \
                                      { .name = "boot0" },                                                             \
                                      { .name = "boot1" },                                                             \
                                      { 0 } },                                                                         \
        .outputs = (const ZifOutput[]){ { .name = "exti", .count = 16 }, __VA_ARGS__{ 0 } },                           \
        .events = (const char *const[]){ "compensation-cell", NULL },                                                  \
        .event = syscfg_event,                                                                                         \
        .realize = syscfg_realize,                                                                                     \
        .reset = syscfg_reset,                                                                                         \
        .on_write = syscfg_write,                                                                                      \
        .snapshot_done = syscfg_restored,                                                                              \
    }

SYSCFG(stm32f4_syscfg, "stm32f4-syscfg", "st,stm32f4", "9.2", f40x_regs, 144, );
SYSCFG(stm32f42x_syscfg, "stm32f42x-syscfg", "st,stm32f429", "9.3", f42x_regs, 176, { .name = "swap-banks" },
       { .name = "swap-sdram" }, );
