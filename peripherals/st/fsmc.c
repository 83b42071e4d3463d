/*
 * STM32F4 FSMC, and the FMC of the F42x and F43x: bank 1, four windows of 64 MiB for NOR flash, PSRAM and SRAM. SDRAM: fmc_sdram.c.
 *
 * Reference: RM0090 Rev 19, chapter 36 "Flexible static memory controller (FSMC)", section 36.5.6 (registers); chapter 37 "Flexible memory
 * controller (FMC)", sections 37.5.6 and 37.7.5.
 * Models: which windows are open. What is soldered to a chip select is a node of the tree at an address in its window (`cfi-flash`,
 * `mmio-sram`); while MBKEN is 0 or the clock is off, an access to the window is a bus error and is reported.
 * Departs: timings are kept and have no effect; WREN = 0 does not keep writes out; MTYP and MWID need not fit what is there.
 * Missing: banks 2 to 4 (NAND flash and PC card): their registers are kept.
 *
 * Node properties: zif,priority above 0, so that a closed window hides what is behind it.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "fsmc.h"

enum { WINDOW = 64 << 20, FIRST_WINDOW = 0x60000000 };

#define BCR(NAME, OFFSET, RESET, ...)                                                                                  \
    {                                                                                                                  \
        .name = NAME, .offset = OFFSET, .reset = RESET,                                                                \
        .fields = ZIF_FIELDS({ "MBKEN", 0, 1, ZIF_RW }, { "MUXEN", 1, 1, ZIF_RW }, { "MTYP", 2, 2, ZIF_RW },           \
                             { "MWID", 4, 2, ZIF_RW }, { "FACCEN", 6, 1, ZIF_RW }, { "BURSTEN", 8, 1, ZIF_RW },        \
                             { "WAITPOL", 9, 1, ZIF_RW }, { "WRAPMOD", 10, 1, ZIF_RW }, { "WAITCFG", 11, 1, ZIF_RW },  \
                             { "WREN", 12, 1, ZIF_RW }, { "WAITEN", 13, 1, ZIF_RW }, { "EXTMOD", 14, 1, ZIF_RW },      \
                             { "ASYNCWAIT", 15, 1, ZIF_RW }, { "CPSIZE", 16, 3, ZIF_RW },                              \
                             { "CBURSTRW", 19, 1, ZIF_RW }, ##__VA_ARGS__)                                             \
    }
#define BTR(NAME, OFFSET)                                                                                              \
    {                                                                                                                  \
        .name = NAME, .offset = OFFSET, .reset = 0x0FFFFFFF,                                                           \
        .fields = ZIF_FIELDS({ "ADDSET", 0, 4, ZIF_RW }, { "ADDHLD", 4, 4, ZIF_RW }, { "DATAST", 8, 8, ZIF_RW },       \
                             { "BUSTURN", 16, 4, ZIF_RW }, { "CLKDIV", 20, 4, ZIF_RW }, { "DATLAT", 24, 4, ZIF_RW },   \
                             { "ACCMOD", 28, 2, ZIF_RW })                                                              \
    }
#define FOUR_TIMES(NAME, OFFSET, A, B, C, D)                                                                           \
    {                                                                                                                  \
        .name = NAME, .offset = OFFSET, .reset = 0xFCFCFCFC, .flags = ZIF_REG_STUB,                                    \
        .fields = ZIF_FIELDS({ A, 0, 8, ZIF_RW }, { B, 8, 8, ZIF_RW }, { C, 16, 8, ZIF_RW }, { D, 24, 8, ZIF_RW })     \
    }
#define NAND(N, OFFSET)                                                                                                \
    [PCR2 + (N - 2) *                                                                                                  \
        NAND_REGS] = { .name = "PCR" #N,                                                                               \
                       .offset = OFFSET,                                                                               \
                       .reset = 0x18,                                                                                  \
                       .flags = ZIF_REG_STUB,                                                                          \
                       .fields = ZIF_FIELDS({ "PWAITEN", 1, 1, ZIF_RW }, { "PBKEN", 2, 1, ZIF_RW },                    \
                                            { "PTYP", 3, 1, ZIF_RW }, { "PWID", 4, 2, ZIF_RW },                        \
                                            { "ECCEN", 6, 1, ZIF_RW }, { "TCLR", 9, 4, ZIF_RW },                       \
                                            { "TAR", 13, 4, ZIF_RW }, { "ECCPS", 17, 3, ZIF_RW }) },                   \
        [PCR2 + (N - 2) * NAND_REGS + 1] = { .name = "SR" #N,                                                          \
                                             .offset = OFFSET + 4,                                                     \
                                             .reset = 0x40,                                                            \
                                             .flags = ZIF_REG_STUB,                                                    \
                                             .fields = ZIF_FIELDS({ "IRS", 0, 1, ZIF_RW }, { "ILS", 1, 1, ZIF_RW },    \
                                                                  { "IFS", 2, 1, ZIF_RW }, { "IREN", 3, 1, ZIF_RW },   \
                                                                  { "ILEN", 4, 1, ZIF_RW }, { "IFEN", 5, 1, ZIF_RW },  \
                                                                  { "FEMPT", 6, 1, ZIF_RO }) },                        \
        [PCR2 + (N - 2) * NAND_REGS + 2] =                                                                             \
            FOUR_TIMES("PMEM" #N, OFFSET + 8, "MEMSET", "MEMWAIT", "MEMHOLD", "MEMHIZ"),                               \
        [PCR2 + (N - 2) * NAND_REGS + 3] =                                                                             \
            FOUR_TIMES("PATT" #N, OFFSET + 12, "ATTSET", "ATTWAIT", "ATTHOLD", "ATTHIZ")

/* Rows that both have. */
#define COMMON_ROWS                                                                                                    \
    [BTR1] = BTR("BTR1", 0x04), [BCR2] = BCR("BCR2", 0x08, 0x30D2), [BTR2] = BTR("BTR2", 0x0C),                        \
    [BCR3] = BCR("BCR3", 0x10, 0x30D2), [BTR3] = BTR("BTR3", 0x14), [BCR4] = BCR("BCR4", 0x18, 0x30D2),                \
    [BTR4] = BTR("BTR4", 0x1C), [BWTR1] = BTR("BWTR1", 0x104), [BWTR2] = BTR("BWTR2", 0x10C),                          \
    [BWTR3] = BTR("BWTR3", 0x114), [BWTR4] = BTR("BWTR4", 0x11C), NAND(2, 0x60),                                       \
    [PCR2 + 4] = { .name = "ECCR2",                                                                                    \
                   .offset = 0x74,                                                                                     \
                   .flags = ZIF_REG_STUB,                                                                              \
                   .fields = ZIF_FIELDS({ "ECC", 0, 32, ZIF_RO }) },                                                   \
    NAND(3, 0x80),                                                                                                     \
    [PCR2 + NAND_REGS + 4] = { .name = "ECCR3",                                                                        \
                               .offset = 0x94,                                                                         \
                               .flags = ZIF_REG_STUB,                                                                  \
                               .fields = ZIF_FIELDS({ "ECC", 0, 32, ZIF_RO }) },                                       \
    NAND(4, 0xA0), [PIO4] = FOUR_TIMES("PIO4", 0xB0, "IOSET", "IOWAIT", "IOHOLD", "IOHIZ")

static const ZifRegister fsmc_regs[NREGS_FSMC] = {
    [BCR1] = BCR("BCR1", 0x00, 0x30DB),
    COMMON_ROWS,
};

#define SDCR(NAME, OFFSET)                                                                                             \
    {                                                                                                                  \
        .name = NAME, .offset = OFFSET, .reset = 0x2D0,                                                                \
        .fields = ZIF_FIELDS({ "NC", 0, 2, ZIF_RW }, { "NR", 2, 2, ZIF_RW }, { "MWID", 4, 2, ZIF_RW },                 \
                             { "NB", 6, 1, ZIF_RW }, { "CAS", 7, 2, ZIF_RW }, { "WP", 9, 1, ZIF_RW },                  \
                             { "SDCLK", 10, 2, ZIF_RW }, { "RBURST", 12, 1, ZIF_RW }, { "RPIPE", 13, 2, ZIF_RW })      \
    }
#define SDTR(NAME, OFFSET)                                                                                             \
    {                                                                                                                  \
        .name = NAME, .offset = OFFSET, .reset = 0x0FFFFFFF,                                                           \
        .fields = ZIF_FIELDS({ "TMRD", 0, 4, ZIF_RW }, { "TXSR", 4, 4, ZIF_RW }, { "TRAS", 8, 4, ZIF_RW },             \
                             { "TRC", 12, 4, ZIF_RW }, { "TWR", 16, 4, ZIF_RW }, { "TRP", 20, 4, ZIF_RW },             \
                             { "TRCD", 24, 4, ZIF_RW })                                                                \
    }

static const ZifRegister fmc_regs[NREGS] = {
    [BCR1] = BCR("BCR1", 0x00, 0x30DB, { "CCLKEN", 20, 1, ZIF_RW }),
    COMMON_ROWS,
    [SDCR1] = SDCR("SDCR1", 0x140),
    [SDCR2] = SDCR("SDCR2", 0x144),
    [SDTR1] = SDTR("SDTR1", 0x148),
    [SDTR2] = SDTR("SDTR2", 0x14C),
    [SDCMR] = { .name = "SDCMR",
                .offset = 0x150,
                .fields = ZIF_FIELDS({ "MODE", 0, 3, ZIF_WO }, { "CTB2", 3, 1, ZIF_WO }, { "CTB1", 4, 1, ZIF_WO },
                                     { "NRFS", 5, 4, ZIF_RW }, { "MRD", 9, 13, ZIF_RW }) },
    [SDRTR] = { .name = "SDRTR",
                .offset = 0x154,
                .fields = ZIF_FIELDS({ "CRE", 0, 1, ZIF_WO }, { "COUNT", 1, 13, ZIF_RW }, { "REIE", 14, 1, ZIF_RW }) },
    [SDSR] = { .name = "SDSR",
               .offset = 0x158,
               .flags = ZIF_REG_VOLATILE,
               .fields = ZIF_FIELDS({ "RE", 0, 1, ZIF_RO }, { "MODES1", 1, 2, ZIF_RO }, { "MODES2", 3, 2, ZIF_RO },
                                    { "BUSY", 5, 1, ZIF_RO }) },
};

static bool is_fmc(const Fsmc *f)
{
    return f->dev.cls->regs == fmc_regs;
}

static MemTxResult refuse(void *opaque, hwaddr addr, const char *what)
{
    uint8_t n = *(uint8_t *)opaque;
    Fsmc *f = (Fsmc *)((char *)opaque - offsetof(Fsmc, window) - n);
    zif_report(&f->dev, ZIF_REPORT_BUS, BCR1 + 2 * n, "%s at 0x%08x while %s: bus error", what,
               (unsigned)(FIRST_WINDOW + (uint64_t)n * WINDOW + addr),
               f->values[BCR1 + 2 * n] & 1 ? "the controller has no clock" : "MBKEN of this window is 0");
    return MEMTX_ERROR;
}

static MemTxResult guard_read(void *opaque, hwaddr addr, uint64_t *data, unsigned size, MemTxAttrs attrs)
{
    *data = 0;
    return refuse(opaque, addr, "read");
}

static MemTxResult guard_write(void *opaque, hwaddr addr, uint64_t data, unsigned size, MemTxAttrs attrs)
{
    return refuse(opaque, addr, "write");
}

static const MemoryRegionOps guard_ops = {
    .read_with_attrs = guard_read,
    .write_with_attrs = guard_write,
    .endianness = DEVICE_LITTLE_ENDIAN,
    .valid = { .min_access_size = 1, .max_access_size = 4, .unaligned = true },
    .impl = { .min_access_size = 1, .max_access_size = 4, .unaligned = true },
};

static void update_windows(Fsmc *f)
{
    for (unsigned n = 0; n < NWINDOWS; n++) {
        memory_region_set_enabled(f->guard[n], !(f->values[BCR1 + 2 * n] & 1) || !zif_clock_hz(&f->dev));
    }
}

static bool fsmc_realize(ZifDevice *dev, Error **errp)
{
    static const char *const names[NWINDOWS] = { "fsmc-ne1", "fsmc-ne2", "fsmc-ne3", "fsmc-ne4" };
    Fsmc *f = (Fsmc *)dev;
    for (unsigned n = 0; n < NWINDOWS; n++) {
        f->window[n] = n;
        f->guard[n] = zif_new_region(dev);
        memory_region_init_io(f->guard[n], dev->owner, &guard_ops, &f->window[n], names[n], WINDOW);
        zif_map_at(dev, FIRST_WINDOW + (uint64_t)n * WINDOW, f->guard[n]);
    }
    return !is_fmc(f) || zif__fmc_sdram_realize(f, errp);
}

static void fsmc_write(ZifDevice *dev, unsigned slot, uint32_t old, uint32_t value)
{
    if (slot <= BTR4 && slot % 2 == 0 && (((Fsmc *)dev)->values[slot] ^ old) & 1) {
        update_windows((Fsmc *)dev);
    } else if (slot >= SDCR1) {
        zif__fmc_sdram_write((Fsmc *)dev, slot, old, value);
    }
}

static uint32_t fmc_peek(ZifDevice *dev, unsigned slot)
{
    return slot == SDSR ? zif__fmc_sdram_status((Fsmc *)dev) : ((Fsmc *)dev)->values[slot];
}

static void fsmc_reset(ZifDevice *dev, ZifResetKind kind)
{
    Fsmc *f = (Fsmc *)dev;
    update_windows(f);
    if (is_fmc(f)) {
        zif__fmc_sdram_reset(f);
    }
}

static void fsmc_clock(ZifDevice *dev, uint64_t hz)
{
    Fsmc *f = (Fsmc *)dev;
    update_windows(f);
    if (is_fmc(f)) {
        zif__fmc_sdram_clock(f);
    }
}

static void fsmc_restored(ZifDevice *dev)
{
    Fsmc *f = (Fsmc *)dev;
    update_windows(f);
    if (is_fmc(f)) {
        zif__fmc_sdram_show(f);
    }
}

static void command_done(ZifDevice *dev, unsigned event)
{
    zif__fmc_sdram_done((Fsmc *)dev);
}

static void swap_sdram(ZifDevice *dev, unsigned line, int level)
{
    Fsmc *f = (Fsmc *)dev;
    f->swapped = (uint8_t)level;
    zif__fmc_sdram_show(f);
}

/* What both records say. */
#define RECORD                                                                                                         \
    .compatible = (const char *const[]){ "st,stm32-fmc", NULL }, .modelled = ZIF_PARTIAL, .size = sizeof(Fsmc),        \
    .plain = offsetof(Fsmc, guard), .values = offsetof(Fsmc, values), .span = 0x1000, .widths = ZIF_W32,               \
    .outputs = (const ZifOutput[]){ { "irq", 1 }, { 0 } }, .realize = fsmc_realize, .reset = fsmc_reset,               \
    .on_write = fsmc_write, .clock_changed = fsmc_clock, .snapshot_done = fsmc_restored

const ZifClass zif__stm32f4_fsmc = {
    RECORD,
    .name = "stm32f4-fsmc",
    .socs = (const char *const[]){ "st,stm32f4", NULL },
    .reference = "RM0090 Rev 19, chapter 36",
    .summary = "bank 1: registers, windows that open and close; no timing, NAND and PC card registers are kept only",
    .regs = fsmc_regs,
    .nregs = NREGS_FSMC,
};

const ZifClass zif__stm32f42x_fmc = {
    RECORD,
    .name = "stm32f42x-fmc",
    .socs = (const char *const[]){ "st,stm32f429", NULL },
    .reference = "RM0090 Rev 19, chapter 37",
    .summary = "SDRAM with its start-up, refresh rate and low-power modes; bank 1: windows that open and close; no "
               "timing, NAND and PC "
               "card registers are kept only",
    .regs = fmc_regs,
    .nregs = NREGS,
    .inputs = (const ZifInput[]){ { .name = "swap-sdram", .set = swap_sdram }, { 0 } },
    .events = (const char *const[]){ "sdram-command", NULL },
    .event = command_done,
    .peek = fmc_peek,
};
