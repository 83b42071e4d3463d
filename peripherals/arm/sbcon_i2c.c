/*
 * SBCon two-wire interface of Arm's boards: two lines driven and read by software.
 *
 * Reference: application note AN385 (DAI 0385D), "Serial bus (I2C) control"; MPS2 TRM (100112).
 * Models: the lines, open drain with pull-ups and nobody else on the bus: no address is acknowledged.
 * Departs: nothing. Missing: the touch controller and the audio codec that sit on the board's two buses.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <zif/peripheral.h>

enum { CONTROLS, CONTROLC, NREGS };

/* Reads of CONTROL, at CONTROLS' offset, give the lines. Set releases a line, clear pulls it low. */
static const ZifRegister regs[NREGS] = {
    [CONTROLS] = { .name = "CONTROL",
                   .offset = 0x000,
                   .reset = 3,
                   .fields = ZIF_FIELDS({ "SCL", 0, 1, ZIF_W1S }, { "SDA", 1, 1, ZIF_W1S }) },
    [CONTROLC] = { .name = "CONTROLC",
                   .offset = 0x004,
                   .fields = ZIF_FIELDS({ "SCL", 0, 1, ZIF_WO }, { "SDA", 1, 1, ZIF_WO }) },
};

typedef struct {
    ZifDevice dev;
    uint32_t values[NREGS];
} Sbcon;

static void sbcon_on_write(ZifDevice *dev, unsigned slot, uint32_t old, uint32_t value)
{
    Sbcon *s = (Sbcon *)dev;

    if (slot == CONTROLC) {
        s->values[CONTROLS] &= ~(value & 3);
    }
}

const ZifClass zif__sbcon_i2c = {
    .name = "sbcon-i2c",
    .compatible = (const char *const[]){ "arm,versatile-i2c", NULL },
    .reference = "DAI 0385D, I2C",
    .summary = "the two lines, with nothing on the bus",
    .modelled = ZIF_PARTIAL,
    .size = sizeof(Sbcon),
    .regs = regs,
    .nregs = NREGS,
    .values = offsetof(Sbcon, values),
    .span = 0x1000,
    .on_write = sbcon_on_write,
};
