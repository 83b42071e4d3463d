/*
 * An I2C part of 256 registers of a byte that hold what was written to them: for a part nobody modelled, whose driver only wants to find
 * it and to set it up.
 *
 * Reference: none; the usual protocol of sensors: the first byte written is a register number, which counts up.
 * Models: reading and writing of registers, alone and in a row.
 * Departs: every register can be written, and none changes by itself.
 *
 * Node properties: reg; zif,values = <register value>, ...: what registers hold at power-on (0).
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <string.h>
#include <zif/peripheral.h>

enum { REGISTERS = 256 };

typedef struct {
    ZifDevice dev;
    uint8_t values[REGISTERS];
    uint8_t number;   /* of the register that comes next */
    bool number_next; /* the next byte written is a register number */
} I2cRegisters;

static bool start(ZifDevice *dev, bool is_read)
{
    ((I2cRegisters *)dev)->number_next = !is_read;
    return true;
}

static bool put(ZifDevice *dev, uint8_t byte)
{
    I2cRegisters *p = (I2cRegisters *)dev;
    if (p->number_next) {
        p->number = byte;
        p->number_next = false;
    } else {
        p->values[p->number++] = byte;
    }
    return true;
}

static uint8_t get(ZifDevice *dev)
{
    I2cRegisters *p = (I2cRegisters *)dev;
    return p->values[p->number++];
}

static void reset(ZifDevice *dev, ZifResetKind kind)
{
    I2cRegisters *p = (I2cRegisters *)dev;
    uint32_t pairs[2 * REGISTERS];
    unsigned n = zif_prop_cells(dev, "zif,values", pairs, 2 * REGISTERS);
    if (kind != ZIF_RESET_POWER_ON) {
        return;
    }
    memset(p->values, 0, sizeof p->values);
    for (unsigned i = 0; i + 1 < n; i += 2) {
        p->values[pairs[i] % REGISTERS] = (uint8_t)pairs[i + 1];
    }
    p->number = 0;
    p->number_next = false;
}

static const ZifI2cPart i2c = { .start = start, .write = put, .read = get };

const ZifClass zif__i2c_registers = {
    .name = "i2c-registers",
    .compatible = (const char *const[]){ "zif,i2c-registers", NULL },
    .reference = "the usual protocol of I2C sensors",
    .summary = "an I2C part of 256 registers that hold what is written: for parts that are not modelled",
    .modelled = ZIF_MODELLED,
    .size = sizeof(I2cRegisters),
    .reset = reset,
    .i2c = &i2c,
};
