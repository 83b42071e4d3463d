/* nRF51822: writes a read-only register (FICR.CODEPAGESIZE), then hangs.
 * SPDX-License-Identifier: GPL-2.0-or-later */
    .syntax unified
    .cpu cortex-m0
    .thumb
    .section .vectors, "a"
    .word 0x20004000
    .word start + 1
    .text
    .global start
    .type start, %function
start:
    ldr r0, =0x10000010
    movs r1, #1
    str r1, [r0]
1:  b 1b
    .ltorg
