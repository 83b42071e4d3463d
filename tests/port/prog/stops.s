@ Every reason to stop that an instruction gives by itself.
@ SPDX-License-Identifier: GPL-2.0-or-later
        .syntax unified
        .cpu cortex-m4
        .thumb
        svc     #0x2a
        bkpt    #0xab
        udf     #3
        wfe
        sev
        wfi
        nop
        yield
        nop.w
        udf.w   #1
        mov     r0, #1
        mov     r1, #0
        udiv    r2, r0, r1
        sdiv    r2, r0, r1
        clrex
        it      eq
        svceq   #1
        it      ne
        svcne   #2
        it      ne
        addne   r3, #1
        mrs     r4, primask
        cpsid   i
        mrs     r5, primask
        msr     basepri, r0
        cpsie   i
        wfi.w
