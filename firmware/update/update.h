/*
 * A boot loader and an application that updates itself, on the nRF51822.
 *
 * Flash: the boot loader at 0, a page of flags, the primary slot from which the application runs, the secondary slot in which a new one is
 * laid down. The application copies its successor into the secondary slot, writes its length and then `pending`, and resets. The boot
 * loader copies a pending image over the primary slot and marks it done.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef UPDATE_H
#define UPDATE_H

#include "soc.h"

enum { PAGE = 1024, FLAGS = 0x2000, PRIMARY = 0x4000, SECONDARY = 0x6000, SLOT = 0x2000 };
#define MARK 0x600D0B17u

/* The words of the flags page. */
#define PENDING REG32(FLAGS + 0)
#define LENGTH  REG32(FLAGS + 4)
#define DONE    REG32(FLAGS + 8)

/* nRF51 Series Reference Manual v3.0, chapter 6: NVMC. */
#define NVMC_CONFIG    REG32(0x4001E504)
#define NVMC_ERASEPAGE REG32(0x4001E508)

static inline void program(uint32_t address, uint32_t word)
{
    NVMC_CONFIG = 1;
    REG32(address) = word;
    NVMC_CONFIG = 0;
}

static inline void erase(uint32_t from, uint32_t bytes)
{
    NVMC_CONFIG = 2;
    for (uint32_t at = 0; at < bytes; at += PAGE) {
        NVMC_ERASEPAGE = from + at;
    }
    NVMC_CONFIG = 0;
}

#endif
