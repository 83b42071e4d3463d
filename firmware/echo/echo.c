/*
 * Sends back what it receives until Ctrl-D, then says how much that was.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdio.h>
#include "soc.h"

int main(void)
{
    unsigned bytes = 0;
    char c;

    puts("echo: type, Ctrl-D ends");
    while ((c = console_getc()) != 4) {
        console_putc(c);
        bytes++;
    }
    printf("\n%u bytes\n", bytes);
    return 0;
}
