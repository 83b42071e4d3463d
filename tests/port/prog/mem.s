@ Loads and stores of a device and of memory, with and without write-back; R0 device, R1 memory, R2 refusing device.
@ SPDX-License-Identifier: GPL-2.0-or-later
        .syntax unified
        .cpu cortex-m4
        .thumb
        str     r3, [r0]
        strh    r3, [r0, #4]
        strb    r3, [r0, #9]
        ldr     r4, [r0]
        ldrh    r5, [r0, #4]
        ldrsb   r6, [r0, #9]
        ldr.w   r4, [r0, #4]!
        str     r4, [r0], #8
        ldrd    r4, r5, [r0, #-8]
        strd    r3, r4, [r0, #16]!
        stmia   r0!, {r3-r6}
        ldmdb   r0!, {r4-r7}
        ldrt    r4, [r0]
        strbt   r4, [r0, #1]
        ldrsh   r8, [r0, r9, lsl #1]
        push    {r3-r6, lr}
        pop     {r3-r6, r10}
        stmdb   r1!, {r2-r6}
        ldmia   r1, {r4-r6}
        ldr.w   r7, [r1, #1]
        str.w   r7, [r1, #5]
        ldrex   r4, [r1]
        strex   r5, r3, [r1]
        strex   r5, r3, [r1]
        ldrex   r4, [r0]
        strex   r5, r3, [r0]
        ldrexb  r4, [r1]
        strexb  r5, r3, [r1]
        ldr     r11, [r0, #1]
        wfi
