/*
 * STM32F4 blocks with registers and without behaviour: SDIO, DCMI, CRYP, HASH, USB OTG, Ethernet, I2S extensions, SAI.
 *
 * Reference: RM0090 rev 19, sections 31.9 (SDIO), 15.8 (DCMI), 23.6 (CRYP), 25.4 (HASH), 34.16 (OTG FS), 35.12 (OTG HS), 33.8
 * (Ethernet), 28.5 (I2S), 29.17 (SAI).
 * Models: names, places and reset values. Bits by which a program orders something and then waits until the hardware has cleared them
 * (a core's reset, a FIFO's flush) read as 0, so that start-up code goes on.
 * Missing: what the blocks do; their FIFOs, and packet memory. Touching any register says so, once.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <zif/peripheral.h>

/* A register that is kept; an array of them; one that cannot be written (of which nothing is said: what is not modelled was). */
#define R(reg, at, value)                                                                                              \
    {                                                                                                                  \
        .name = reg, .offset = at, .reset = value, .flags = ZIF_REG_STUB                                               \
    }
#define RN(reg, at, value, n, step)                                                                                    \
    {                                                                                                                  \
        .name = reg, .offset = at, .reset = value, .count = n, .stride = step, .flags = ZIF_REG_STUB                   \
    }
#define RO(reg, at, value)                                                                                             \
    {                                                                                                                  \
        .name = reg, .offset = at, .reset = value, .flags = ZIF_REG_STUB | ZIF_REG_VOLATILE,                           \
        .fields = ZIF_FIELDS({ reg, 0, 32, ZIF_RO })                                                                   \
    }
#define B(name, bit, access)                                                                                           \
    {                                                                                                                  \
        name, bit, 1, access                                                                                           \
    }

static const ZifRegister sdio_regs[18] = {
    [0] = R("POWER", 0x00, 0),     [1] = R("CLKCR", 0x04, 0),  [2] = R("ARG", 0x08, 0),    [3] = R("CMD", 0x0C, 0),
    [4] = RO("RESPCMD", 0x10, 0),  [5] = RO("RESP1", 0x14, 0), [6] = RO("RESP2", 0x18, 0), [7] = RO("RESP3", 0x1C, 0),
    [8] = RO("RESP4", 0x20, 0),    [9] = R("DTIMER", 0x24, 0), [10] = R("DLEN", 0x28, 0),  [11] = R("DCTRL", 0x2C, 0),
    [12] = RO("DCOUNT", 0x30, 0),  [13] = RO("STA", 0x34, 0),  [14] = R("ICR", 0x38, 0),   [15] = R("MASK", 0x3C, 0),
    [16] = RO("FIFOCNT", 0x48, 0), [17] = R("FIFO", 0x80, 0),
};

static const ZifRegister dcmi_regs[11] = {
    [0] = R("CR", 0x00, 0),     [1] = RO("SR", 0x04, 0),    [2] = RO("RIS", 0x08, 0), [3] = R("IER", 0x0C, 0),
    [4] = RO("MIS", 0x10, 0),   [5] = R("ICR", 0x14, 0),    [6] = R("ESCR", 0x18, 0), [7] = R("ESUR", 0x1C, 0),
    [8] = R("CWSTRT", 0x20, 0), [9] = R("CWSIZE", 0x24, 0), [10] = RO("DR", 0x28, 0),
};

static const ZifRegister cryp_regs[20] = {
    [0] = R("CR", 0x00, 0),     [1] = RO("SR", 0x04, 3),    [2] = R("DIN", 0x08, 0),    [3] = RO("DOUT", 0x0C, 0),
    [4] = R("DMACR", 0x10, 0),  [5] = R("IMSCR", 0x14, 0),  [6] = RO("RISR", 0x18, 1),  [7] = RO("MISR", 0x1C, 0),
    [8] = R("K0LR", 0x20, 0),   [9] = R("K0RR", 0x24, 0),   [10] = R("K1LR", 0x28, 0),  [11] = R("K1RR", 0x2C, 0),
    [12] = R("K2LR", 0x30, 0),  [13] = R("K2RR", 0x34, 0),  [14] = R("K3LR", 0x38, 0),  [15] = R("K3RR", 0x3C, 0),
    [16] = R("IV0LR", 0x40, 0), [17] = R("IV0RR", 0x44, 0), [18] = R("IV1LR", 0x48, 0), [19] = R("IV1RR", 0x4C, 0),
};

static const ZifRegister hash_regs[61] = {
    [0] = R("CR", 0x00, 0),   [1] = R("DIN", 0x04, 0),  [2] = R("STR", 0x08, 0),          [3] = RO("HR0", 0x0C, 0),
    [4] = RO("HR1", 0x10, 0), [5] = RO("HR2", 0x14, 0), [6] = RO("HR3", 0x18, 0),         [7] = RO("HR4", 0x1C, 0),
    [8] = R("IMR", 0x20, 0),  [9] = R("SR", 0x24, 1),   [10] = RN("CSR", 0xF8, 0, 51, 4),
};

static const ZifRegister otg_fs_regs[96] = {
    [0] = R("GOTGCTL", 0x000, 0x800),
    [1] = R("GOTGINT", 0x004, 0),
    [2] = R("GAHBCFG", 0x008, 0),
    [3] = R("GUSBCFG", 0x00C, 0xA00),
    [4] = { .name = "GRSTCTL",
            .offset = 0x010,
            .reset = 0x80000000,
            .flags = ZIF_REG_STUB | ZIF_REG_VOLATILE,
            .fields =
                ZIF_FIELDS(B("CSRST", 0, ZIF_WO), B("HSRST", 1, ZIF_WO), B("FCRST", 2, ZIF_WO), B("RXFFLSH", 4, ZIF_WO),
                           B("TXFFLSH", 5, ZIF_WO), { "TXFNUM", 6, 5, ZIF_STUB }, B("AHBIDL", 31, ZIF_RO)) },
    [5] = R("GINTSTS", 0x014, 0x04000020),
    [6] = R("GINTMSK", 0x018, 0),
    [7] = RO("GRXSTSR", 0x01C, 0),
    [8] = RO("GRXSTSP", 0x020, 0),
    [9] = R("GRXFSIZ", 0x024, 0x200),
    [10] = R("HNPTXFSIZ", 0x028, 0x200),
    [11] = RO("HNPTXSTS", 0x02C, 0x80200),
    [12] = R("GCCFG", 0x038, 0),
    [13] = R("CID", 0x03C, 0x1000),
    [14] = R("HPTXFSIZ", 0x100, 0x2000600),
    [15] = RN("DIEPTXF", 0x104, 0x2000400, 3, 4),
    [18] = R("HCFG", 0x400, 0),
    [19] = R("HFIR", 0x404, 0xEA60),
    [20] = RO("HFNUM", 0x408, 0x3FFF),
    [21] = RO("HPTXSTS", 0x410, 0x80100),
    [22] = RO("HAINT", 0x414, 0),
    [23] = R("HAINTMSK", 0x418, 0),
    [24] = R("HPRT", 0x440, 0),
    [25] = RN("HCCHAR", 0x500, 0, 8, 0x20),
    [33] = RN("HCINT", 0x508, 0, 8, 0x20),
    [41] = RN("HCINTMSK", 0x50C, 0, 8, 0x20),
    [49] = RN("HCTSIZ", 0x510, 0, 8, 0x20),
    [57] = R("DCFG", 0x800, 0x2200000),
    [58] = R("DCTL", 0x804, 0),
    [59] = RO("DSTS", 0x808, 0x10),
    [60] = R("DIEPMSK", 0x810, 0),
    [61] = R("DOEPMSK", 0x814, 0),
    [62] = RO("DAINT", 0x818, 0),
    [63] = R("DAINTMSK", 0x81C, 0),
    [64] = R("DVBUSDIS", 0x828, 0x17D7),
    [65] = R("DVBUSPULSE", 0x82C, 0x5B8),
    [66] = R("DIEPEMPMSK", 0x834, 0),
    [67] = RN("DIEPCTL", 0x900, 0, 4, 0x20),
    [71] = RN("DIEPINT", 0x908, 0x80, 4, 0x20),
    [75] = RN("DIEPTSIZ", 0x910, 0, 4, 0x20),
    [79] = RN("DTXFSTS", 0x918, 0, 4, 0x20),
    [83] = R("DOEPCTL0", 0xB00, 0x8000),
    [84] = RN("DOEPCTL", 0xB20, 0, 3, 0x20),
    [87] = RN("DOEPINT", 0xB08, 0x80, 4, 0x20),
    [91] = RN("DOEPTSIZ", 0xB10, 0, 4, 0x20),
    [95] = R("PCGCCTL", 0xE00, 0),
};

static const ZifRegister otg_hs_regs[169] = {
    [0] = R("GOTGCTL", 0x000, 0x800),
    [1] = R("GOTGINT", 0x004, 0),
    [2] = R("GAHBCFG", 0x008, 0),
    [3] = R("GUSBCFG", 0x00C, 0xA00),
    [4] = { .name = "GRSTCTL",
            .offset = 0x010,
            .reset = 0x80000000,
            .flags = ZIF_REG_STUB | ZIF_REG_VOLATILE,
            .fields = ZIF_FIELDS(B("CSRST", 0, ZIF_WO), B("HSRST", 1, ZIF_WO), B("FCRST", 2, ZIF_WO),
                                 B("RXFFLSH", 4, ZIF_WO), B("TXFFLSH", 5, ZIF_WO), { "TXFNUM", 6, 5, ZIF_STUB },
                                 B("DMAREQ", 30, ZIF_RO), B("AHBIDL", 31, ZIF_RO)) },
    [5] = R("GINTSTS", 0x014, 0x04000020),
    [6] = R("GINTMSK", 0x018, 0),
    [7] = RO("GRXSTSR", 0x01C, 0),
    [8] = RO("GRXSTSP", 0x020, 0),
    [9] = R("GRXFSIZ", 0x024, 0x200),
    [10] = R("HNPTXFSIZ", 0x028, 0x200),
    [11] = RO("HNPTXSTS", 0x02C, 0x80200),
    [12] = R("GCCFG", 0x038, 0),
    [13] = R("CID", 0x03C, 0x1200),
    [14] = R("HPTXFSIZ", 0x100, 0x2000600),
    [15] = RN("DIEPTXF", 0x104, 0x2000400, 5, 4),
    [20] = R("HCFG", 0x400, 0),
    [21] = R("HFIR", 0x404, 0xEA60),
    [22] = RO("HFNUM", 0x408, 0x3FFF),
    [23] = RO("HPTXSTS", 0x410, 0x80100),
    [24] = RO("HAINT", 0x414, 0),
    [25] = R("HAINTMSK", 0x418, 0),
    [26] = R("HPRT", 0x440, 0),
    [27] = RN("HCCHAR", 0x500, 0, 12, 0x20),
    [39] = RN("HCSPLT", 0x504, 0, 12, 0x20),
    [51] = RN("HCINT", 0x508, 0, 12, 0x20),
    [63] = RN("HCINTMSK", 0x50C, 0, 12, 0x20),
    [75] = RN("HCTSIZ", 0x510, 0, 12, 0x20),
    [87] = RN("HCDMA", 0x514, 0, 12, 0x20),
    [99] = R("DCFG", 0x800, 0x2200000),
    [100] = R("DCTL", 0x804, 0),
    [101] = RO("DSTS", 0x808, 0x10),
    [102] = R("DIEPMSK", 0x810, 0),
    [103] = R("DOEPMSK", 0x814, 0),
    [104] = RO("DAINT", 0x818, 0),
    [105] = R("DAINTMSK", 0x81C, 0),
    [106] = R("DVBUSDIS", 0x828, 0x17D7),
    [107] = R("DVBUSPULSE", 0x82C, 0x5B8),
    [108] = R("DTHRCTL", 0x830, 0),
    [109] = R("DIEPEMPMSK", 0x834, 0),
    [110] = R("DEACHINT", 0x838, 0),
    [111] = R("DEACHINTMSK", 0x83C, 0),
    [112] = R("DIEPEACHMSK1", 0x844, 0),
    [113] = R("DOEPEACHMSK1", 0x884, 0),
    [114] = RN("DIEPCTL", 0x900, 0, 6, 0x20),
    [120] = RN("DIEPINT", 0x908, 0x80, 6, 0x20),
    [126] = RN("DIEPTSIZ", 0x910, 0, 6, 0x20),
    [132] = RN("DIEPDMA", 0x914, 0, 6, 0x20),
    [138] = RN("DTXFSTS", 0x918, 0, 6, 0x20),
    [144] = R("DOEPCTL0", 0xB00, 0x8000),
    [145] = RN("DOEPCTL", 0xB20, 0, 5, 0x20),
    [150] = RN("DOEPINT", 0xB08, 0x80, 6, 0x20),
    [156] = RN("DOEPTSIZ", 0xB10, 0, 6, 0x20),
    [162] = RN("DOEPDMA", 0xB14, 0, 6, 0x20),
    [168] = R("PCGCCTL", 0xE00, 0),
};

static const ZifRegister eth_regs[57] = {
    [0] = R("MACCR", 0x0000, 0x8000),
    [1] = R("MACFFR", 0x0004, 0),
    [2] = R("MACHTHR", 0x0008, 0),
    [3] = R("MACHTLR", 0x000C, 0),
    [4] = { .name = "MACMIIAR",
            .offset = 0x0010,
            .flags = ZIF_REG_STUB,
            .fields = ZIF_FIELDS(B("MB", 0, ZIF_WO), B("MW", 1, ZIF_STUB), { "CR", 2, 3, ZIF_STUB },
                                 { "MR", 6, 5, ZIF_STUB }, { "PA", 11, 5, ZIF_STUB }) },
    [5] = R("MACMIIDR", 0x0014, 0),
    [6] = R("MACFCR", 0x0018, 0),
    [7] = R("MACVLANTR", 0x001C, 0),
    [8] = R("MACRWUFFR", 0x0028, 0),
    [9] = R("MACPMTCSR", 0x002C, 0),
    [10] = RO("MACDBGR", 0x0034, 0),
    [11] = RO("MACSR", 0x0038, 0),
    [12] = R("MACIMR", 0x003C, 0),
    [13] = R("MACA0HR", 0x0040, 0x8000FFFF),
    [14] = R("MACA0LR", 0x0044, 0xFFFFFFFF),
    [15] = R("MACA1HR", 0x0048, 0xFFFF),
    [16] = R("MACA1LR", 0x004C, 0xFFFFFFFF),
    [17] = R("MACA2HR", 0x0050, 0xFFFF),
    [18] = R("MACA2LR", 0x0054, 0xFFFFFFFF),
    [19] = R("MACA3HR", 0x0058, 0xFFFF),
    [20] = R("MACA3LR", 0x005C, 0xFFFFFFFF),
    [21] = R("MMCCR", 0x0100, 0),
    [22] = RO("MMCRIR", 0x0104, 0),
    [23] = RO("MMCTIR", 0x0108, 0),
    [24] = R("MMCRIMR", 0x010C, 0),
    [25] = R("MMCTIMR", 0x0110, 0),
    [26] = RO("MMCTGFSCCR", 0x014C, 0),
    [27] = RO("MMCTGFMSCCR", 0x0150, 0),
    [28] = RO("MMCTGFCR", 0x0168, 0),
    [29] = RO("MMCRFCECR", 0x0194, 0),
    [30] = RO("MMCRFAECR", 0x0198, 0),
    [31] = RO("MMCRGUFCR", 0x01C4, 0),
    [32] = R("PTPTSCR", 0x0700, 0x2000),
    [33] = R("PTPSSIR", 0x0704, 0),
    [34] = RO("PTPTSHR", 0x0708, 0),
    [35] = RO("PTPTSLR", 0x070C, 0),
    [36] = R("PTPTSHUR", 0x0710, 0),
    [37] = R("PTPTSLUR", 0x0714, 0),
    [38] = R("PTPTSAR", 0x0718, 0),
    [39] = R("PTPTTHR", 0x071C, 0),
    [40] = R("PTPTTLR", 0x0720, 0),
    [41] = RO("PTPTSSR", 0x0728, 0),
    [42] = RO("PTPPPSCR", 0x072C, 0),
    [43] = { .name = "DMABMR",
             .offset = 0x1000,
             .reset = 0x20101 & ~1u,
             .flags = ZIF_REG_STUB,
             .fields = ZIF_FIELDS(B("SR", 0, ZIF_WO), B("DA", 1, ZIF_STUB), { "DSL", 2, 5, ZIF_STUB },
                                  B("EDFE", 7, ZIF_STUB), { "PBL", 8, 6, ZIF_STUB }, { "RTPR", 14, 2, ZIF_STUB },
                                  B("FB", 16, ZIF_STUB), { "RDP", 17, 6, ZIF_STUB }, B("USP", 23, ZIF_STUB),
                                  B("FPM", 24, ZIF_STUB), B("AAB", 25, ZIF_STUB), B("MB", 26, ZIF_STUB)) },
    [44] = R("DMATPDR", 0x1004, 0),
    [45] = R("DMARPDR", 0x1008, 0),
    [46] = R("DMARDLAR", 0x100C, 0),
    [47] = R("DMATDLAR", 0x1010, 0),
    [48] = R("DMASR", 0x1014, 0),
    [49] = R("DMAOMR", 0x1018, 0),
    [50] = R("DMAIER", 0x101C, 0),
    [51] = RO("DMAMFBOCR", 0x1020, 0),
    [52] = R("DMARSWTR", 0x1024, 0),
    [53] = RO("DMACHTDR", 0x1048, 0),
    [54] = RO("DMACHRDR", 0x104C, 0),
    [55] = RO("DMACHTBAR", 0x1050, 0),
    [56] = RO("DMACHRBAR", 0x1054, 0),
};

static const ZifRegister i2sext_regs[5] = {
    [0] = R("CR2", 0x04, 0),     [1] = R("SR", 0x08, 2),    [2] = R("DR", 0x0C, 0),
    [3] = R("I2SCFGR", 0x1C, 0), [4] = R("I2SPR", 0x20, 2),
};

/* Blocks A and B. CLRFR is only written. */
#define SAI_BLOCK(first, x, at)                                                                                        \
    [first] = R(x "CR1", at, 0x40), [first + 1] = R(x "CR2", at + 4, 0), [first + 2] = R(x "FRCR", at + 8, 7),         \
    [first + 3] = R(x "SLOTR", at + 12, 0), [first + 4] = R(x "IM", at + 16, 0), [first + 5] = RO(x "SR", at + 20, 8), \
    [first + 6] = R(x "CLRFR", at + 24, 0), [first + 7] = R(x "DR", at + 28, 0)

static const ZifRegister sai_regs[16] = { SAI_BLOCK(0, "A", 0x04), SAI_BLOCK(8, "B", 0x24) };

#define STUB(id, slots, bytes, irqs, node, chapter)                                                                    \
    typedef struct {                                                                                                   \
        ZifDevice dev;                                                                                                 \
        uint32_t values[slots];                                                                                        \
    } Stub_##id;                                                                                                       \
    const ZifClass zif__stm32f4_##id = {                                                                               \
        .name = "stm32f4-" #id,                                                                                        \
        .socs = (const char *const[]){ "st,stm32f4", NULL },                                                           \
        .compatible = (const char *const[]){ node, NULL },                                                             \
        .reference = "RM0090 rev 19, chapter " chapter,                                                                \
        .summary = "registers only",                                                                                   \
        .modelled = ZIF_NAMED_STUB,                                                                                    \
        .size = sizeof(Stub_##id),                                                                                     \
        .regs = id##_regs,                                                                                             \
        .nregs = slots,                                                                                                \
        .values = offsetof(Stub_##id, values),                                                                         \
        .span = bytes,                                                                                                 \
        .outputs = (const ZifOutput[]){ { .name = irqs ? "irq" : NULL, .count = irqs }, { 0 } },                       \
    }

STUB(sdio, 18, 0x400, 1, "st,stm32-sdmmc", "31");
STUB(dcmi, 11, 0x400, 1, "st,stm32-dcmi", "15");
STUB(cryp, 20, 0x400, 1, "st,stm32-cryp", "23");
STUB(hash, 61, 0x400, 1, "st,stm32-hash", "25");
STUB(otg_fs, 96, 0x40000, 1, "st,stm32-otgfs", "34");
STUB(otg_hs, 169, 0x40000, 3, "st,stm32-otghs", "35");
STUB(eth, 57, 0x1400, 1, "st,stm32-ethernet", "33");
STUB(i2sext, 5, 0x400, 0, "st,stm32-i2sext", "28");
STUB(sai, 16, 0x400, 1, "st,stm32-sai", "29");
