/*
 * The boot loader. Built as `update-boot`, and with HASTY as `update-boot-hasty`, whose mistake `zif powercut` finds: it marks the image
 * done before it has copied it, so that power lost in between leaves half an application, and nobody to mend it.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "update.h"

static void install(void)
{
    uint32_t length = LENGTH;

#ifdef HASTY
    program(FLAGS + 8, MARK);
#endif
    erase(PRIMARY, length);
    for (uint32_t at = 0; at < length; at += 4) {
        program(PRIMARY + at, REG32(SECONDARY + at));
    }
#ifndef HASTY
    program(FLAGS + 8, MARK);
#endif
}

int main(void)
{
    if (PENDING == MARK && DONE != MARK && LENGTH <= SLOT) {
        install();
    }
    __asm__ volatile("msr msp, %0\n bx %1" ::"r"(REG32(PRIMARY)), "r"(REG32(PRIMARY + 4)));
    __builtin_unreachable();
}
