/*
 * Sends 2000 lines of 50 bytes as fast as the UART goes: for measuring characters a second.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "soc.h"

int main(void)
{
    console_fastest();
    for (unsigned line = 0; line < 2000; line++) {
        for (unsigned i = 0; i < 49; i++) {
            console_putc((char)('!' + (line + i) % 90));
        }
        console_putc('\n');
    }
    return 0;
}
