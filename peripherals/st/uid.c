/*
 * STM32F4 electronic signature: unique identity, flash size, and the factory's calibration values behind them.
 *
 * Reference: RM0090 rev 19, chapter 39; DS8626 rev 9, tables 71 (VREFINT) and 69 (temperature sensor): where the values are, and the
 * voltages they stand for: 1.21 V at 3.3 V; 0.76 V at 25 degrees and 2.5 mV a degree.
 * Models: all of it; the identity follows from the seed. Node: zif,flash-kbytes (1024). SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <zif/peripheral.h>

enum { U_ID, U_ID_END = U_ID + 3, F_SIZE = U_ID_END, VREFINT_CAL, TS_CAL1, TS_CAL2, NREGS };

#define FACTORY(reg, at, value)                                                                                        \
    {                                                                                                                  \
        .name = reg, .offset = at, .size = 2, .reset = value, .fields = ZIF_FIELDS({ reg, 0, 16, ZIF_RO })             \
    }

static const ZifRegister regs[NREGS] = {
    [U_ID] = { .name = "U_ID",
               .offset = 0x00,
               .count = 3,
               .flags = ZIF_REG_LIVE_RESET,
               .fields = ZIF_FIELDS({ "U_ID", 0, 32, ZIF_RO }) },
    [F_SIZE] = { .name = "F_SIZE",
                 .offset = 0x12,
                 .size = 2,
                 .flags = ZIF_REG_LIVE_RESET,
                 .fields = ZIF_FIELDS({ "F_SIZE", 0, 16, ZIF_RO }) },
    [VREFINT_CAL] = FACTORY("VREFINT_CAL", 0x1A, 1502),
    [TS_CAL1] = FACTORY("TS_CAL1", 0x1C, 959),  /* at 30 degrees */
    [TS_CAL2] = FACTORY("TS_CAL2", 0x1E, 1207), /* at 110 degrees */
};

typedef struct {
    ZifDevice dev;
    uint32_t values[NREGS];
    uint32_t id[U_ID_END];
} Uid;

static uint32_t uid_peek(ZifDevice *dev, unsigned slot)
{
    const Uid *u = (const Uid *)dev;
    if (slot < U_ID_END) {
        return u->id[slot];
    }
    return slot == F_SIZE ? zif_prop_u32(dev, "zif,flash-kbytes", 1024) : u->values[slot];
}

/* Drawn once: the same part comes back after every reset. */
static bool uid_realize(ZifDevice *dev, Error **errp)
{
    Uid *u = (Uid *)dev;
    for (unsigned i = 0; i < U_ID_END; i++) {
        u->id[i] = zif_random(dev);
    }
    return true;
}

const ZifClass zif__stm32f4_uid = {
    .name = "stm32f4-uid",
    .socs = (const char *const[]){ "st,stm32f4", NULL },
    .compatible = (const char *const[]){ "st,stm32-uid", NULL },
    .reference = "RM0090 rev 19, chapter 39",
    .summary = "whole; the identity follows from the seed",
    .modelled = ZIF_MODELLED,
    .size = sizeof(Uid),
    .regs = regs,
    .nregs = NREGS,
    .values = offsetof(Uid, values),
    .span = 0x20,
    .realize = uid_realize,
    .peek = uid_peek,
};
