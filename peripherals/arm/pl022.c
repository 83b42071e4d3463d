/*
 * PrimeCell synchronous serial port PL022, registers only.
 *
 * Reference: ARM PrimeCell Synchronous Serial Port (PL022) TRM r1p3, DDI 0194, 3.3.
 * Models: the registers with their reset values: an idle port with empty FIFOs.
 * Departs: data written is dropped, nothing is ever received. Missing: transfers, interrupts, DMA.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <zif/peripheral.h>

enum { CR0, CR1, DR, SR, CPSR, IMSC, RIS, MIS, ICR, DMACR, PID0, PID1, PID2, PID3, CID0, CID1, CID2, CID3, NREGS };

#define ID_ROW(slot, at, value)                                                                                        \
    [slot] = { .name = #slot, .offset = at, .reset = value, .fields = ZIF_FIELDS({ #slot, 0, 8, ZIF_RO }) }

static const ZifRegister regs[NREGS] = {
    [CR0] = { .name = "SSPCR0",
              .offset = 0x000,
              .fields = ZIF_FIELDS({ "DSS", 0, 4, ZIF_STUB }, { "FRF", 4, 2, ZIF_STUB }, { "SPO", 6, 1, ZIF_STUB },
                                   { "SPH", 7, 1, ZIF_STUB }, { "SCR", 8, 8, ZIF_STUB }) },
    [CR1] = { .name = "SSPCR1",
              .offset = 0x004,
              .fields = ZIF_FIELDS({ "LBM", 0, 1, ZIF_STUB }, { "SSE", 1, 1, ZIF_STUB }, { "MS", 2, 1, ZIF_STUB },
                                   { "SOD", 3, 1, ZIF_STUB }) },
    [DR] = { .name = "SSPDR", .offset = 0x008, .flags = ZIF_REG_STUB, .fields = ZIF_FIELDS({ "DATA", 0, 16, ZIF_WO }) },
    [SR] = { .name = "SSPSR",
             .offset = 0x00C,
             .reset = 3,
             .fields = ZIF_FIELDS({ "TFE", 0, 1, ZIF_RO }, { "TNF", 1, 1, ZIF_RO }, { "RNE", 2, 1, ZIF_RO },
                                  { "RFF", 3, 1, ZIF_RO }, { "BSY", 4, 1, ZIF_RO }) },
    [CPSR] = { .name = "SSPCPSR", .offset = 0x010, .fields = ZIF_FIELDS({ "CPSDVSR", 0, 8, ZIF_STUB }) },
    [IMSC] = { .name = "SSPIMSC",
               .offset = 0x014,
               .fields = ZIF_FIELDS({ "RORIM", 0, 1, ZIF_STUB }, { "RTIM", 1, 1, ZIF_STUB }, { "RXIM", 2, 1, ZIF_STUB },
                                    { "TXIM", 3, 1, ZIF_STUB }) },
    [RIS] = { .name = "SSPRIS",
              .offset = 0x018,
              .reset = 8,
              .fields = ZIF_FIELDS({ "RORRIS", 0, 1, ZIF_RO }, { "RTRIS", 1, 1, ZIF_RO }, { "RXRIS", 2, 1, ZIF_RO },
                                   { "TXRIS", 3, 1, ZIF_RO }) },
    [MIS] = { .name = "SSPMIS",
              .offset = 0x01C,
              .fields = ZIF_FIELDS({ "RORMIS", 0, 1, ZIF_RO }, { "RTMIS", 1, 1, ZIF_RO }, { "RXMIS", 2, 1, ZIF_RO },
                                   { "TXMIS", 3, 1, ZIF_RO }) },
    [ICR] = { .name = "SSPICR",
              .offset = 0x020,
              .fields = ZIF_FIELDS({ "RORIC", 0, 1, ZIF_WO }, { "RTIC", 1, 1, ZIF_WO }) },
    [DMACR] = { .name = "SSPDMACR",
                .offset = 0x024,
                .fields = ZIF_FIELDS({ "RXDMAE", 0, 1, ZIF_STUB }, { "TXDMAE", 1, 1, ZIF_STUB }) },
    ID_ROW(PID0, 0xFE0, 0x22),
    ID_ROW(PID1, 0xFE4, 0x10),
    ID_ROW(PID2, 0xFE8, 0x34),
    ID_ROW(PID3, 0xFEC, 0x00),
    ID_ROW(CID0, 0xFF0, 0x0D),
    ID_ROW(CID1, 0xFF4, 0xF0),
    ID_ROW(CID2, 0xFF8, 0x05),
    ID_ROW(CID3, 0xFFC, 0xB1),
};

typedef struct {
    ZifDevice dev;
    uint32_t values[NREGS];
} Ssp;

const ZifClass zif__pl022 = {
    .name = "pl022",
    .compatible = (const char *const[]){ "arm,pl022", NULL },
    .reference = "DDI 0194, 3.3",
    .summary = "registers only: an idle port",
    .modelled = ZIF_NAMED_STUB,
    .size = sizeof(Ssp),
    .regs = regs,
    .nregs = NREGS,
    .values = offsetof(Ssp, values),
    .span = 0x1000,
};
