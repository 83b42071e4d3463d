/* BBC micro:bit: lights the LEDs of its first row for 200 ms, then those of its second, and sleeps for ever 200 ms later.
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
    ldr r0, =0x50000500 /* GPIO */
    ldr r1, =0xfff0 /* columns 4 to 12, rows 13 to 15 */
    str r1, [r0, #0x18] /* DIRSET */
    ldr r1, =1 << 13
    str r1, [r0, #8] /* OUTSET */
    ldr r2, =1600000 /* 16 MHz, two instructions each */
1:  subs r2, #1
    bne 1b
    str r1, [r0, #12] /* OUTCLR */
    ldr r1, =1 << 14
    str r1, [r0, #8]
    ldr r2, =1600000
1:  subs r2, #1
    bne 1b
2:  wfi
    b 2b
    .ltorg
