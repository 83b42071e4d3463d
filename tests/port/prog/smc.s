@ Code that writes code: a function in memory rewritten directly and through an alias. R0 where, R1 its alias.
@ SPDX-License-Identifier: GPL-2.0-or-later
        .syntax unified
        .cpu cortex-m4
        .thumb
        ldr     r2, =0x47702011         @ movs r0, #0x11; bx lr
        ldr     r3, =0x47702022
        ldr     r4, =0x47702033
        adds    r5, r0, #1
        mov     r6, r0
        str     r2, [r6]
        blx     r5
        mov     r8, r0
        str     r3, [r6]
        blx     r5
        mov     r9, r0
        str     r4, [r1]
        blx     r5
        mov     r10, r0
        adds    r7, r1, #1
        str     r2, [r6]
        blx     r7
        mov     r11, r0
        strb    r3, [r1]
        blx     r7
        mov     r12, r0
        wfi
        .ltorg
