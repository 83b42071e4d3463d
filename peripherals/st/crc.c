/*
 * STM32F4 CRC unit: CRC-32 (0x04C11DB7) over words, most significant bit first, from 0xFFFFFFFF.
 *
 * Reference: RM0090 rev 19, chapter 4.
 * Models: the whole block. Departs: the four cycles of a computation take no time. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <zif/peripheral.h>

enum { DR, IDR, CR, NREGS };

static const ZifRegister regs[NREGS] = {
    [DR] = { .name = "DR", .offset = 0x0, .reset = UINT32_MAX, .flags = ZIF_REG_VOLATILE, .widths = ZIF_W32 },
    [IDR] = { .name = "IDR", .offset = 0x4, .fields = ZIF_FIELDS({ "IDR", 0, 8, ZIF_RW }) },
    [CR] = { .name = "CR", .offset = 0x8, .fields = ZIF_FIELDS({ "RESET", 0, 1, ZIF_WO }) },
};

typedef struct {
    ZifDevice dev;
    uint32_t values[NREGS];
} Crc;

static uint32_t fed(uint32_t crc, uint32_t word)
{
    crc ^= word;
    for (unsigned bit = 0; bit < 32; bit++) {
        crc = crc << 1 ^ (crc >> 31 ? 0x04C11DB7 : 0);
    }
    return crc;
}

static void crc_write(ZifDevice *dev, unsigned slot, uint32_t old, uint32_t value)
{
    Crc *c = (Crc *)dev;
    if (slot == DR) {
        c->values[DR] = fed(old, value);
    } else if (slot == CR && value & 1) {
        c->values[DR] = UINT32_MAX;
    }
}

const ZifClass zif__stm32f4_crc = {
    .name = "stm32f4-crc",
    .socs = (const char *const[]){ "st,stm32f4", NULL },
    .compatible = (const char *const[]){ "st,stm32-crc", NULL },
    .reference = "RM0090 rev 19, chapter 4",
    .summary = "whole",
    .modelled = ZIF_MODELLED,
    .size = sizeof(Crc),
    .regs = regs,
    .nregs = NREGS,
    .values = offsetof(Crc, values),
    .span = 0x400,
    .on_write = crc_write,
};
