/*
 * What NXP's sensors have in common on the bus: the first byte written is a register number, which then counts up.
 * The registers themselves are the class's table; its region is on no bus and is reached by number.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ZIF_NXP_I2C_REGISTERS_H
#define ZIF_NXP_I2C_REGISTERS_H

#include <zif/peripheral.h>

typedef struct {
    uint8_t number;   /* of the register that comes next */
    bool number_next; /* the next byte written is a register number */
} I2cPointer;

static inline uint8_t i2c_register_read(ZifDevice *dev, uint8_t number)
{
    uint64_t value = 0;
    memory_region_dispatch_read(dev->mmio, number, &value, 1, MEMTXATTRS_UNSPECIFIED);
    return value;
}

static inline void i2c_register_write(ZifDevice *dev, uint8_t number, uint8_t value)
{
    memory_region_dispatch_write(dev->mmio, number, value, 1, MEMTXATTRS_UNSPECIFIED);
}

/* Rows of these sensors' register tables: every register is a byte. */
#define BYTE(n, off, rst, ...)                                                                                         \
    {                                                                                                                  \
        .name = n, .offset = off, .reset = rst, .size = 1, .fields = ZIF_FIELDS(__VA_ARGS__)                           \
    }
#define SAMPLE(n, off)                                                                                                 \
    {                                                                                                                  \
        .name = n, .offset = off, .size = 1, .flags = ZIF_REG_VOLATILE, .fields = ZIF_FIELDS({ n, 0, 8, ZIF_RO })      \
    }

#endif
