@ Guest programs for double precision (FPv5-D16). What computes is C, compiled for the hard-float ABI: fpd.c.
@ Reference: ARMv7-M ARM (DDI 0403E) A6.4-A6.6, B1.5.7; Cortex-M7 TRM (DDI 0489) 9. SPDX-License-Identifier: GPL-2.0-or-later
        .include "arch.inc"
        .fpu    fpv5-d16
        .equ    CPACR, 0xE000ED88
        .equ    FPCCR, 0xE000EF34

        .text
        .global unexpected
H unexpected
        ldr     r7, =DEV
        mrs     r0, ipsr
        orr     r0, #0xDE000000
        str     r0, [r7]
        LOGAT   0xE000ED28
        END

        .macro  CALL function
        SET     CPACR, 0x00F00000
        dsb
        isb
        bl      \function
        END
        .endm

TEST fpd_arithmetic
        CALL    arithmetic
TEST fpd_conversions
        CALL    conversions
TEST fpd_comparisons
        CALL    comparisons
TEST fpd_special
        CALL    special_values
TEST fpd_rounding
        CALL    rounding
TEST fpd_fpv5
        CALL    of_fpv5
TEST fpd_calls
        CALL    calls

@ A handler that computes with doubles: the thread's are saved lazily, and are back after it.
TEST fpd_lazy svc=1f+1
        SET     CPACR, 0x00F00000
        dsb
        isb
        vmov.f64 d0, #1.5
        vmov.f64 d7, #-2.0
        vmov.f64 d8, #3.0
        svc     0
        vadd.f64 d0, d0, d7
        vadd.f64 d0, d0, d8             @ d8 is the handler's to save: it did not touch it
        vmov    r0, r1, d0
        LOG     r0
        LOG     r1
        END
1:      LOGAT   FPCCR                   @ bit 0: not saved yet
        vmov.f64 d0, #7.0
        vadd.f64 d7, d0, d0
        LOGAT   FPCCR
        vmov    r0, r1, d7
        LOG     r1
        ldr     r0, [sp, #36]           @ upper half of d0 in the frame
        LOG     r0
        ldr     r0, [sp, #92]           @ and of d7
        LOG     r0
        bx      lr

TEST fpd_undefined usage=1f+1
        SET     CPACR, 0x00F00000
        SET     0xE000ED24, 0x70000
        .balign 4
2:      .inst.w 0xEE300B00              @ vadd.f64 d0, d0, d0
        LOGI    1
        END
1:      mrs     r0, ipsr
        LOG     r0
        LOGAT   0xE000ED28
        ldr     r0, [sp, #24]
        ldr     r1, =2b
        subs    r0, r1
        LOG     r0
        END
