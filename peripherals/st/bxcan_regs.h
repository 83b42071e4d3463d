/*
 * Registers of the STM32 bxCAN. Reference: RM0090 rev 19, section 32.9. SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ZIF_ST_BXCAN_REGS_H
#define ZIF_ST_BXCAN_REGS_H

#include <zif/peripheral.h>

enum { MAILBOXES = 3, FIFOS = 2, DEPTH = 3, BANKS = 28 };

enum {
    MCR,
    MSR,
    TSR,
    RFR,
    IER = RFR + FIFOS,
    ESR,
    BTR,
    TIR,
    TDTR = TIR + MAILBOXES,
    TDLR = TDTR + MAILBOXES,
    TDHR = TDLR + MAILBOXES,
    RIR = TDHR + MAILBOXES,
    RDTR = RIR + FIFOS,
    RDLR = RDTR + FIFOS,
    RDHR = RDLR + FIFOS,
    FMR = RDHR + FIFOS,
    FM1R,
    FS1R,
    FFA1R,
    FA1R,
    FIR, /* F0R1, F0R2, F1R1, ... */
    NREGS = FIR + 2 * BANKS
};

/* MCR */
enum { INRQ = 1, SLEEP = 2, TXFP = 4, RFLM = 8, NART = 0x10, AWUM = 0x20, ABOM = 0x40, RESET = 0x8000 };
/* MSR */
enum { INAK = 1, SLAK = 2, ERRI = 4, WKUI = 8, SLAKI = 0x10, TXM = 0x100, RXM = 0x200, SAMP = 0x400, RX = 0x800 };
/* TSR, of mailbox 0; 8 bits further for each next one */
enum { RQCP = 1, TXOK = 2, ALST = 4, TERR = 8, ABRQ = 0x80, TME0 = 1 << 26, LOW0 = 1 << 29 };
/* RFxR */
enum { FMP = 3, FULL = 8, FOVR = 0x10, RFOM = 0x20 };
/* IER */
enum { TMEIE = 1, FMPIE = 2, FFIE = 4, FOVIE = 8 }; /* of FIFO 0; three bits further for FIFO 1 */
enum { EWGIE = 0x100, EPVIE = 0x200, BOFIE = 0x400, LECIE = 0x800, ERRIE = 0x8000, WKUIE = 0x10000, SLKIE = 0x20000 };
/* ESR */
enum { EWGF = 1, EPVF = 2, BOFF = 4 };
enum { LEC_STUFF = 1, LEC_FORM, LEC_ACK, LEC_RECESSIVE, LEC_DOMINANT, LEC_CRC };
enum { TXRQ = 1, RTR = 2, IDE = 4 };
enum { FINIT = 1 };

#define BOX_STATUS(n, at)                                                                                              \
    { "RQCP" n, at, 1, ZIF_W1C }, { "TXOK" n, at + 1, 1, ZIF_W1C }, { "ALST" n, at + 2, 1, ZIF_W1C },                  \
        { "TERR" n, at + 3, 1, ZIF_W1C },                                                                              \
    {                                                                                                                  \
        "ABRQ" n, at + 7, 1, ZIF_W1S                                                                                   \
    }
#define FIFO_STATUS(n)                                                                                                 \
    ZIF_FIELDS({ "FMP" n, 0, 2, ZIF_RO }, { "FULL" n, 3, 1, ZIF_W1C }, { "FOVR" n, 4, 1, ZIF_W1C },                    \
               { "RFOM" n, 5, 1, ZIF_W1S })
#define IDENTIFIER(access)                                                                                             \
    { "RTR", 1, 1, access }, { "IDE", 2, 1, access }, { "EXID", 3, 18, access },                                       \
    {                                                                                                                  \
        "STID", 21, 11, access                                                                                         \
    }
#define BYTES_OF(a, b, c, d, access)                                                                                   \
    ZIF_FIELDS({ a, 0, 8, access }, { b, 8, 8, access }, { c, 16, 8, access }, { d, 24, 8, access })

static const ZifRegister regs[NREGS] = {
    [MCR] = { .name = "MCR",
              .offset = 0x000,
              .reset = 0x00010002,
              .flags = ZIF_REG_VOLATILE,
              .fields = ZIF_FIELDS({ "INRQ", 0, 1, ZIF_RW }, { "SLEEP", 1, 1, ZIF_RW }, { "TXFP", 2, 1, ZIF_RW },
                                   { "RFLM", 3, 1, ZIF_RW }, { "NART", 4, 1, ZIF_RW }, { "AWUM", 5, 1, ZIF_RW },
                                   { "ABOM", 6, 1, ZIF_RW }, { "TTCM", 7, 1, ZIF_STUB }, { "RESET", 15, 1, ZIF_W1S },
                                   { "DBF", 16, 1, ZIF_RW }) },
    [MSR] = { .name = "MSR",
              .offset = 0x004,
              .reset = 0x00000C02,
              .flags = ZIF_REG_VOLATILE,
              .fields = ZIF_FIELDS({ "INAK", 0, 1, ZIF_RO }, { "SLAK", 1, 1, ZIF_RO }, { "ERRI", 2, 1, ZIF_W1C },
                                   { "WKUI", 3, 1, ZIF_W1C }, { "SLAKI", 4, 1, ZIF_W1C }, { "TXM", 8, 1, ZIF_RO },
                                   { "RXM", 9, 1, ZIF_RO }, { "SAMP", 10, 1, ZIF_RO }, { "RX", 11, 1, ZIF_RO }) },
    [TSR] = { .name = "TSR",
              .offset = 0x008,
              .reset = 0x1C000000,
              .flags = ZIF_REG_VOLATILE,
              .fields = ZIF_FIELDS(BOX_STATUS("0", 0), BOX_STATUS("1", 8), BOX_STATUS("2", 16),
                                   { "CODE", 24, 2, ZIF_RO }, { "TME", 26, 3, ZIF_RO }, { "LOW", 29, 3, ZIF_RO }) },
    [RFR] = { .name = "RF0R", .offset = 0x00C, .flags = ZIF_REG_VOLATILE, .fields = FIFO_STATUS("0") },
    [RFR + 1] = { .name = "RF1R", .offset = 0x010, .flags = ZIF_REG_VOLATILE, .fields = FIFO_STATUS("1") },
    [IER] = { .name = "IER",
              .offset = 0x014,
              .fields = ZIF_FIELDS({ "TMEIE", 0, 1, ZIF_RW }, { "FMPIE0", 1, 1, ZIF_RW }, { "FFIE0", 2, 1, ZIF_RW },
                                   { "FOVIE0", 3, 1, ZIF_RW }, { "FMPIE1", 4, 1, ZIF_RW }, { "FFIE1", 5, 1, ZIF_RW },
                                   { "FOVIE1", 6, 1, ZIF_RW }, { "EWGIE", 8, 1, ZIF_RW }, { "EPVIE", 9, 1, ZIF_RW },
                                   { "BOFIE", 10, 1, ZIF_RW }, { "LECIE", 11, 1, ZIF_RW }, { "ERRIE", 15, 1, ZIF_RW },
                                   { "WKUIE", 16, 1, ZIF_RW }, { "SLKIE", 17, 1, ZIF_RW }) },
    [ESR] = { .name = "ESR",
              .offset = 0x018,
              .flags = ZIF_REG_VOLATILE,
              .fields = ZIF_FIELDS({ "EWGF", 0, 1, ZIF_RO }, { "EPVF", 1, 1, ZIF_RO }, { "BOFF", 2, 1, ZIF_RO },
                                   { "LEC", 4, 3, ZIF_RW }, { "TEC", 16, 8, ZIF_RO }, { "REC", 24, 8, ZIF_RO }) },
    [BTR] = { .name = "BTR",
              .offset = 0x01C,
              .reset = 0x01230000,
              .flags = ZIF_REG_VOLATILE,
              .fields = ZIF_FIELDS({ "BRP", 0, 10, ZIF_RW }, { "TS1", 16, 4, ZIF_RW }, { "TS2", 20, 3, ZIF_RW },
                                   { "SJW", 24, 2, ZIF_RW }, { "LBKM", 30, 1, ZIF_RW }, { "SILM", 31, 1, ZIF_RW }) },
    [TIR] = { .name = "TIR",
              .offset = 0x180,
              .count = MAILBOXES,
              .stride = 16,
              .flags = ZIF_REG_VOLATILE,
              .fields = ZIF_FIELDS({ "TXRQ", 0, 1, ZIF_RW }, IDENTIFIER(ZIF_RW)) },
    [TDTR] = { .name = "TDTR",
               .offset = 0x184,
               .count = MAILBOXES,
               .stride = 16,
               .fields = ZIF_FIELDS({ "DLC", 0, 4, ZIF_RW }, { "TGT", 8, 1, ZIF_STUB }, { "TIME", 16, 16, ZIF_STUB }) },
    [TDLR] = { .name = "TDLR",
               .offset = 0x188,
               .count = MAILBOXES,
               .stride = 16,
               .fields = BYTES_OF("DATA0", "DATA1", "DATA2", "DATA3", ZIF_RW) },
    [TDHR] = { .name = "TDHR",
               .offset = 0x18C,
               .count = MAILBOXES,
               .stride = 16,
               .fields = BYTES_OF("DATA4", "DATA5", "DATA6", "DATA7", ZIF_RW) },
    [RIR] = { .name = "RIR",
              .offset = 0x1B0,
              .count = FIFOS,
              .stride = 16,
              .flags = ZIF_REG_VOLATILE,
              .fields = ZIF_FIELDS(IDENTIFIER(ZIF_RO)) },
    [RDTR] = { .name = "RDTR",
               .offset = 0x1B4,
               .count = FIFOS,
               .stride = 16,
               .flags = ZIF_REG_VOLATILE,
               .fields = ZIF_FIELDS({ "DLC", 0, 4, ZIF_RO }, { "FMI", 8, 8, ZIF_RO }, { "TIME", 16, 16, ZIF_RO }) },
    [RDLR] = { .name = "RDLR",
               .offset = 0x1B8,
               .count = FIFOS,
               .stride = 16,
               .flags = ZIF_REG_VOLATILE,
               .fields = BYTES_OF("DATA0", "DATA1", "DATA2", "DATA3", ZIF_RO) },
    [RDHR] = { .name = "RDHR",
               .offset = 0x1BC,
               .count = FIFOS,
               .stride = 16,
               .flags = ZIF_REG_VOLATILE,
               .fields = BYTES_OF("DATA4", "DATA5", "DATA6", "DATA7", ZIF_RO) },
    [FMR] = { .name = "FMR",
              .offset = 0x200,
              .reset = 0x2A1C0E01,
              .flags = ZIF_REG_VOLATILE,
              .fields = ZIF_FIELDS({ "FINIT", 0, 1, ZIF_RW }, { "CAN2SB", 8, 6, ZIF_RW }) },
    [FM1R] = { .name = "FM1R",
               .offset = 0x204,
               .flags = ZIF_REG_VOLATILE,
               .fields = ZIF_FIELDS({ "FBM", 0, 28, ZIF_RW }) },
    [FS1R] = { .name = "FS1R",
               .offset = 0x20C,
               .flags = ZIF_REG_VOLATILE,
               .fields = ZIF_FIELDS({ "FSC", 0, 28, ZIF_RW }) },
    [FFA1R] = { .name = "FFA1R",
                .offset = 0x214,
                .flags = ZIF_REG_VOLATILE,
                .fields = ZIF_FIELDS({ "FFA", 0, 28, ZIF_RW }) },
    [FA1R] = { .name = "FA1R",
               .offset = 0x21C,
               .flags = ZIF_REG_VOLATILE,
               .fields = ZIF_FIELDS({ "FACT", 0, 28, ZIF_RW }) },
    [FIR] = { .name = "FR", .offset = 0x240, .count = 2 * BANKS, .stride = 4, .flags = ZIF_REG_VOLATILE },
};

#endif
