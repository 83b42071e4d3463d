@ A block with an IT block in it, in a loop; R7 rounds, then WFI.
@ SPDX-License-Identifier: GPL-2.0-or-later
        .syntax unified
        .cpu cortex-m4
        .thumb
loop:   adds    r0, #1
        adds    r1, r0
        cmp     r0, #3
        itete   lo
        addlo   r2, #1
        addhs.w r3, r3, #1
        cmplo   r7, r7
        addhs   r4, #1
        ite     eq
        moveq   r5, r0
        mvnne   r5, r0
        eors    r6, r5
        it      ne
        lslne   r6, r6, #1
        subs    r7, #1
        bne     loop
        wfi
        nop
