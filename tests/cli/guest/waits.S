/* Any chip: polls bit 3 of a register at 0x40030004, where the chip has nothing, then ends with success.
 * SPDX-License-Identifier: GPL-2.0-or-later */
    .syntax unified
    .cpu cortex-m0
    .thumb
    .section .vectors, "a"
    .word 0x20001000
    .word start + 1
    .text
    .global start
    .type start, %function
start:
    ldr r0, =0x40030000
    movs r2, #8
1:  ldr r1, [r0, #4]
    tst r1, r2
    beq 1b
    movs r0, #0x18
    ldr r1, =0x20026
    bkpt 0xab
2:  b 2b
    .ltorg
