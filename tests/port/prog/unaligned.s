@ Unaligned accesses, across pages too. R0 = address near the end of a page.
@ SPDX-License-Identifier: GPL-2.0-or-later
        .syntax unified
        .cpu cortex-m4
        .thumb
        ldr     r1, =0x44332211
        str     r1, [r0, #1]
        ldr     r2, [r0, #1]
        strh    r1, [r0, #7]
        ldrh    r3, [r0, #7]
        ldrsh   r4, [r0, #3]
        str     r1, [r0, #6]
        ldr     r5, [r0, #5]
        ldmia   r0, {r6, r7}
        adds    r0, #2
        ldmia   r0, {r6, r7}
        wfi
        .ltorg
