/*
 * Audio I2S of the MPS2 images, registers only.
 *
 * Reference: application note AN385 (DAI 0385D), "Audio I2S".
 * Models: the registers with their reset values: empty buffers. Departs: samples written are dropped.
 * Missing: sample transfer, interrupts, integration test mode.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <zif/peripheral.h>

enum { CONTROL, STATUS, ERROR, DIVIDE, TXBUF, RXBUF, ITCR, ITIP1, ITOP1, NREGS };

static const ZifRegister regs[NREGS] = {
    [CONTROL] = { .name = "CONTROL",
                  .offset = 0x000,
                  .fields = ZIF_FIELDS({ "TXEN", 0, 1, ZIF_STUB }, { "TXIRQEN", 1, 1, ZIF_STUB },
                                       { "RXEN", 2, 1, ZIF_STUB }, { "RXIRQEN", 3, 1, ZIF_STUB },
                                       { "TXWLVL", 8, 3, ZIF_STUB }, { "RXWLVL", 12, 3, ZIF_STUB },
                                       { "FIFORST", 16, 1, ZIF_STUB }, { "CODECRST", 17, 1, ZIF_STUB }) },
    [STATUS] = { .name = "STATUS",
                 .offset = 0x004,
                 .reset = 0x14,
                 .fields =
                     ZIF_FIELDS({ "TXIRQ", 0, 1, ZIF_RO }, { "RXIRQ", 1, 1, ZIF_RO }, { "TXEmpty", 2, 1, ZIF_RO },
                                { "TXFull", 3, 1, ZIF_RO }, { "RXEmpty", 4, 1, ZIF_RO }, { "RXFull", 5, 1, ZIF_RO }) },
    [ERROR] = { .name = "ERROR",
                .offset = 0x008,
                .fields = ZIF_FIELDS({ "TXERR", 0, 1, ZIF_W1C }, { "RXERR", 1, 1, ZIF_W1C }) },
    [DIVIDE] = { .name = "DIVIDE", .offset = 0x00C, .reset = 0x80, .fields = ZIF_FIELDS({ "LRDIV", 0, 10, ZIF_STUB }) },
    [TXBUF] = { .name = "TXBUF",
                .offset = 0x010,
                .flags = ZIF_REG_STUB,
                .fields = ZIF_FIELDS({ "RIGHT", 0, 16, ZIF_WO }, { "LEFT", 16, 16, ZIF_WO }) },
    [RXBUF] = { .name = "RXBUF",
                .offset = 0x014,
                .fields = ZIF_FIELDS({ "RIGHT", 0, 16, ZIF_RO }, { "LEFT", 16, 16, ZIF_RO }) },
    [ITCR] = { .name = "ITCR", .offset = 0x300, .fields = ZIF_FIELDS({ "ITEN", 0, 1, ZIF_STUB }) },
    [ITIP1] = { .name = "ITIP1", .offset = 0x304, .fields = ZIF_FIELDS({ "SDIN", 0, 1, ZIF_RO }) },
    [ITOP1] = { .name = "ITOP1",
                .offset = 0x308,
                .flags = ZIF_REG_STUB,
                .fields = ZIF_FIELDS({ "SDOUT", 0, 1, ZIF_WO }, { "SCLK", 1, 1, ZIF_WO }, { "LRCK", 2, 1, ZIF_WO },
                                     { "IRQOUT", 3, 1, ZIF_WO }) },
};

typedef struct {
    ZifDevice dev;
    uint32_t values[NREGS];
} I2s;

const ZifClass zif__mps2_i2s = {
    .name = "mps2-i2s",
    .compatible = (const char *const[]){ "arm,mps2-i2s", NULL },
    .reference = "DAI 0385D, Audio I2S",
    .summary = "registers only",
    .modelled = ZIF_NAMED_STUB,
    .size = sizeof(I2s),
    .regs = regs,
    .nregs = NREGS,
    .values = offsetof(I2s, values),
    .span = 0x400,
};
