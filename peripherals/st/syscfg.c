/*
 * STM32F4 SYSCFG: what is seen at address 0, which port's pins reach EXTI.
 *
 * Reference: RM0090 rev 19, section 9.2 (registers of the F405/407), 2.4 (boot configuration, table 3).
 * Models: MEM_MODE and the boot pins, EXTICR, the I/O compensation cell.
 * Departs: option byte protection does not restrict booting.
 * Missing: MII_RMII_SEL: there is no Ethernet.
 *
 * Node: zif,remap = what is at 0 by MEM_MODE: <flash system-memory fsmc sram> (addresses) and zif,remap-sizes (bytes); zif,boot-pins:
 * levels of BOOT0 (bit 0) and BOOT1 (bit 1) when nothing drives the inputs. Inputs: pin (port * 16 + pin), boot0, boot1. Output: exti.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "st.h"

enum { MEMRMP, PMC, EXTICR1, EXTICR2, EXTICR3, EXTICR4, CMPCR, NREGS };

#define EXTICR(n, a, b, c, d)                                                                                          \
    {                                                                                                                  \
        .name = "EXTICR" #n, .offset = 4 + 4 * n,                                                                      \
        .fields = ZIF_FIELDS({ "EXTI" #a, 0, 4, ZIF_RW }, { "EXTI" #b, 4, 4, ZIF_RW }, { "EXTI" #c, 8, 4, ZIF_RW },    \
                             { "EXTI" #d, 12, 4, ZIF_RW })                                                             \
    }

static const ZifRegister regs[NREGS] = {
    [MEMRMP] = { .name = "MEMRMP",
                 .offset = 0x00,
                 .flags = ZIF_REG_LIVE_RESET,
                 .fields = ZIF_FIELDS({ "MEM_MODE", 0, 2, ZIF_RW }) },
    [PMC] = { .name = "PMC", .offset = 0x04, .fields = ZIF_FIELDS({ "MII_RMII_SEL", 23, 1, ZIF_STUB }) },
    [EXTICR1] = EXTICR(1, 0, 1, 2, 3),
    [EXTICR2] = EXTICR(2, 4, 5, 6, 7),
    [EXTICR3] = EXTICR(3, 8, 9, 10, 11),
    [EXTICR4] = EXTICR(4, 12, 13, 14, 15),
    [CMPCR] = { .name = "CMPCR",
                .offset = 0x20,
                .fields = ZIF_FIELDS({ "CMP_PD", 0, 1, ZIF_RW }, { "READY", 8, 1, ZIF_RO }) },
};

enum { PORTS = 9, PINS = PORTS * 16, MODES = 4, SYSTEM_MEMORY = 1, SRAM = 3 };
enum { IN_PIN, IN_BOOT0, IN_BOOT1, PB2 = 16 + 2 };
enum { CELL_READY };

typedef struct {
    ZifDevice dev;
    uint32_t values[NREGS];
    MemoryRegion *view[MODES]; /* not plain: what each mode shows at 0 */
} Syscfg;

/* --- Address 0 ----------------------------------------------------------------------------------------------------------- */

static void show(Syscfg *s)
{
    unsigned mode = s->values[MEMRMP] & 3;
    memory_region_transaction_begin();
    for (unsigned m = 0; m < MODES; m++) {
        if (s->view[m]) {
            memory_region_set_enabled(s->view[m], m == mode);
        }
    }
    memory_region_transaction_commit();
    if (mode == SYSTEM_MEMORY) {
        zif_report(&s->dev, ZIF_REPORT_UNMODELLED, MEMRMP,
                   "system memory is at 0 (BOOT0 or MEMRMP.MEM_MODE): the vendor's boot loader is not part of zif");
    }
}

/* Windows on what each mode shows, one of them enabled. */
static bool syscfg_realize(ZifDevice *dev, Error **errp)
{
    static const char *const names[MODES] = { "boot-flash", "boot-system", "boot-fsmc", "boot-sram" };
    Syscfg *s = (Syscfg *)dev;
    uint32_t address[MODES] = { 0 }, size[MODES] = { 0 };
    zif_prop_cells(dev, "zif,remap", address, MODES);
    zif_prop_cells(dev, "zif,remap-sizes", size, MODES);
    for (unsigned mode = 0; mode < MODES; mode++) {
        if (!size[mode]) {
            continue;
        }
        MemoryRegionSection found = memory_region_find(zif_bus(dev)->root, address[mode], size[mode]);
        if (!found.mr || found.offset_within_address_space != address[mode]) {
            error_setg(errp, "zif,remap: there is no memory at 0x%08x", address[mode]);
            return false;
        }
        s->view[mode] = zif_new_region(dev);
        memory_region_init_alias(s->view[mode], dev->owner, names[mode], found.mr, found.offset_within_region,
                                 size[mode]);
        memory_region_unref(found.mr);
        memory_region_set_enabled(s->view[mode], false);
        zif_map_at(dev, 0, s->view[mode]);
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
    zif_set(&s->dev, 0, line, port < PORTS && zif_input_level(&s->dev, IN_PIN, port * 16 + line));
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
        show(s);
        break;
    case EXTICR1:
    case EXTICR2:
    case EXTICR3:
    case EXTICR4:
        for (unsigned i = 0; i < 4; i++) {
            if (zif_bits(s->values[slot], 4 * i, 4) >= PORTS) {
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

const ZifClass zif__stm32f4_syscfg = {
    .name = "stm32f4-syscfg",
    .socs = (const char *const[]){ "st,stm32f4", NULL },
    .compatible = (const char *const[]){ "st,stm32-syscfg", NULL },
    .reference = "RM0090 rev 19, chapter 9",
    .summary = "memory at address 0 by boot pins and MEM_MODE, pins to EXTI, compensation cell; no MII/RMII selection",
    .modelled = ZIF_PARTIAL,
    .size = sizeof(Syscfg),
    .plain = offsetof(Syscfg, view),
    .regs = regs,
    .nregs = NREGS,
    .values = offsetof(Syscfg, values),
    .span = 0x400,
    .inputs =
        (const ZifInput[]){
            { .name = "pin", .count = PINS, .set = pin_changed }, { .name = "boot0" }, { .name = "boot1" }, { 0 } },
    .outputs = (const ZifOutput[]){ { .name = "exti", .count = 16 }, { 0 } },
    .events = (const char *const[]){ "compensation-cell", NULL },
    .event = syscfg_event,
    .realize = syscfg_realize,
    .reset = syscfg_reset,
    .on_write = syscfg_write,
    .snapshot_done = syscfg_restored,
};
