@ Loads into the PC, from memory and from a device; branches out of Thumb state. R0 = device, R1 = memory.
@ SPDX-License-Identifier: GPL-2.0-or-later
        .syntax unified
        .cpu cortex-m4
        .thumb
        .thumb_func
start:  ldr     r2, [r0]
        ldr     pc, [r0]
        nop
        .balign 16
        ldr     pc, [r1]
        .balign 16
        push    {r2}
        pop     {pc}
        .balign 16
        bx      r2
        .balign 16
        blx     r2
        .balign 16
        tbb     [pc, r3]
1:      .byte   (2f - 1b) / 2, (3f - 1b) / 2
2:      adds    r4, #1
3:      adds    r4, #2
        tbb     [r0, r3]
        nop
        nop
        nop
        adds    r4, #4
        wfi
        .balign 16
        mov     pc, r2
