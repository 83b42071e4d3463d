@ Accesses that are refused: each is at a known place, registers must stay. R0 hole, R2 refusing device.
@ SPDX-License-Identifier: GPL-2.0-or-later
        .syntax unified
        .cpu cortex-m4
        .thumb
        .fpu    fpv4-sp-d16
        ldr     r4, [r0], #4
        .balign 16
        str     r4, [r0, #4]!
        .balign 16
        ldmia   r0!, {r4, r5}
        .balign 16
        ldrd    r0, r1, [r0, #8]
        .balign 16
        strd    r4, r5, [r0], #8
        .balign 16
        push    {r4, r5, lr}
        .balign 16
        pop     {r4, pc}
        .balign 16
        ldr     r4, [r2], #4
        .balign 16
        strb    r4, [r2, #1]!
        .balign 16
        ldmia   r3!, {r4-r6}
        .balign 16
        ldrd    r3, r4, [r3]
        .balign 16
        ldmia   r3, {r3-r5}
        .balign 16
        tbb     [r0, r1]
        .balign 16
        ldr     pc, [r0]
        .balign 16
        vldmia  r0!, {s0-s3}
        .balign 16
        vpush   {d0-d1}
        .balign 16
        ldrex   r4, [r0]
        .balign 16
        ldrt    r4, [r8]
        .balign 16
        wfi
