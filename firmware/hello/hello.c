/*
 * The smallest program worth running: printf through newlib's _write.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdio.h>
#include "soc.h"

int main(void)
{
    printf("hello from %s at %lu Hz\n", soc_name, (unsigned long)soc_hz);
    printf("%d %u %x %c %s\n", -42, 42u, 0x2a, '*', "six by seven");
    return 0;
}
