/* Pins of a driver program. Reference: RM0090 rev 19, chapter 8 (GPIO). SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DRIVERS_PINS_H
#define DRIVERS_PINS_H

#include "drivers.h"

enum { GPIOB = 0x40020400, GPIO_OTYPER = 0x04, GPIO_PUPDR = 0x0C, GPIO_BSRR = 0x18 };

static inline void set_field(uint32_t address, unsigned lsb, unsigned width, uint32_t value)
{
    uint32_t mask = ((1u << width) - 1) << lsb;
    REG32(address) = (REG32(address) & ~mask) | value << lsb;
}

static inline void alternate(uint32_t port, unsigned pin, unsigned function)
{
    set_field(port + GPIO_AFRL + pin / 8 * 4, pin % 8 * 4, 4, function);
    set_field(port + GPIO_MODER, 2 * pin, 2, 2);
}

static inline void pull_up(uint32_t port, unsigned pin)
{
    set_field(port + GPIO_PUPDR, 2 * pin, 2, 1);
}

#endif
