@ A ROM device switched within a block. R0 = device.
@ SPDX-License-Identifier: GPL-2.0-or-later
        .syntax unified
        .cpu cortex-m4
        .thumb
        movs    r1, #0x70
        movs    r2, #0xff
        mov.w   r9, #100
1:      ldr     r3, [r0, #16]
        str     r1, [r0]
        ldr     r4, [r0, #16]
        ldrb    r5, [r0, #17]
        str     r2, [r0]
        ldr     r6, [r0, #16]
        adds    r7, r7, r4
        adds    r7, r7, r6
        subs.w  r9, r9, #1
        bne     1b
        wfi
