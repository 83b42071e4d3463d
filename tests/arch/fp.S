@ Guest programs for rules of the floating-point extension: ARMv7-M ARM (DDI 0403) B1.4.6, B1.5.6-B1.5.8.
@ SPDX-License-Identifier: GPL-2.0-or-later
        .include "arch.inc"
        .fpu    fpv4-sp-d16
        .equ    CPACR, 0xE000ED88
        .equ    FPCCR, 0xE000EF34
        .equ    FPCAR, 0xE000EF38

        .text
        .global unexpected
H unexpected
        ldr     r7, =DEV
        mrs     r0, ipsr
        orr     r0, #0xDE000000
        str     r0, [r7]
        LOGAT   0xE000ED28
        END

        .macro  FPON
        SET     CPACR, 0x00F00000
        dsb
        isb
        .endm

        .macro  FILL                    @ S0 and S15, and what lies where a frame will be
        ldr     r0, =0x11111111
        vmov    s0, r0
        ldr     r0, =0x15151515
        vmov    s15, r0
        ldr     r0, =STACK - 0x68
        ldr     r1, =0xEEEEEEEE
        movs    r2, #26
5:      str     r1, [r0], #4
        subs    r2, #1
        bne     5b
        .endm

TEST fp_nocp usage=1f+1
        SET     0xE000ED24, 0x70000
        .balign 4
2:      vadd.f32 s0, s0, s0
        END
1:      mrs     r0, ipsr
        LOG     r0
        LOGAT   0xE000ED28
        ldr     r0, [sp, #24]
        ldr     r1, =2b
        subs    r0, r1
        LOG     r0
        END

TEST fp_privileged_only usage=1f+1
        SET     0xE000ED24, 0x70000
        SET     CPACR, 0x00500000
        vadd.f32 s0, s0, s0
        LOGI    1
        movs    r0, #1
        msr     control, r0
        isb
        vadd.f32 s0, s0, s0
        LOGI    2
        END
1:      LOGAT   0xE000ED28
        END

TEST fp_fpca svc=1f+1
        FPON
        mrs     r0, control
        LOG     r0
        vmov    s0, r0
        mrs     r0, control
        LOG     r0
        svc     0
        mrs     r0, control
        LOG     r0
        END
1:      mrs     r0, control
        LOG     r0
        mov     r0, lr
        LOG     r0
        bx      lr

TEST fp_frame_eager svc=1f+1
        FPON
        SET     FPCCR, 0x80000000
        FILL
        vmrs    r0, fpscr
        orr     r0, #0x00400000
        vmsr    fpscr, r0
        svc     0
        vmov    r0, s0
        LOG     r0
        vmrs    r0, fpscr
        LOG     r0
        END
1:      mov     r0, lr
        LOG     r0
        ldr     r1, =STACK
        mov     r0, sp
        subs    r0, r1, r0
        LOG     r0
        ldr     r0, [sp, #0x20]
        LOG     r0
        ldr     r0, [sp, #0x5C]
        LOG     r0
        ldr     r0, [sp, #0x60]
        LOG     r0
        movs    r0, #0
        vmov    s0, r0
        vmsr    fpscr, r0
        bx      lr

TEST fp_frame_lazy svc=1f+1
        FPON
        FILL
        svc     0
        vmov    r0, s0
        LOG     r0
        LOGAT   FPCCR
        END
1:      mov     r0, lr
        LOG     r0
        LOGAT   FPCCR
        LOGAT   FPCAR
        ldr     r0, [sp, #0x20]         @ room, nothing in it yet
        LOG     r0
        movs    r0, #0
        vmov    s0, r0                  @ now the state is saved
        ldr     r0, [sp, #0x20]
        LOG     r0
        ldr     r0, [sp, #0x5C]
        LOG     r0
        LOGAT   FPCCR
        bx      lr

TEST fp_lazy_untouched svc=1f+1
        FPON
        FILL
        svc     0
        vmov    r0, s0
        LOG     r0
        LOGAT   FPCCR
        ldr     r0, =STACK - 0x48
        ldr     r0, [r0]
        LOG     r0                      @ never written
        END
1:      bx      lr

TEST fp_lazy_nested svc=1f+1 irq0=2f+1
        @ the handler has no FP context of its own; an interrupt of it uses the FPU
        FPON
        SET     0xE000ED1C, 0x80000000
        SET     0xE000E100, 1
        FILL
        svc     0
        vmov    r0, s0
        LOG     r0
        END
1:      IRQ     0
        LOGAT   FPCCR
        bx      lr
2:      mov     r0, lr
        LOG     r0
        movs    r0, #0
        vmov    s0, r0
        bx      lr

TEST fp_aspen_off svc=1f+1
        FPON
        SET     FPCCR, 0
        vmov    s0, r0
        svc     0
        END
1:      mov     r0, lr
        LOG     r0
        bx      lr

TEST fp_reset_state
        LOGAT   FPCCR
        LOGAT   CPACR
        SET     CPACR, 0xFFFFFFFF
        LOGAT   CPACR
        LOGAT   0xE000EF40
        LOGAT   0xE000EF44
        END

TEST fp_alignment svc=1f+1
        FPON
        SET     0xE000ED14, 0           @ STKALIGN off: a frame with FP registers is aligned all the same
        vmov    s0, r0
        sub     sp, #4
        mov     r4, sp
        svc     0
        mov     r0, sp
        subs    r0, r4
        LOG     r0
        END
1:      mov     r0, sp
        subs    r0, r4, r0
        LOG     r0
        bx      lr

TEST fp_lsperr svc=1f+1 bus=2f+1
        FPON
        SET     0xE000ED24, 0x70000
        SET     0xE000ED1C, 0x80000000
        vmov    s0, r0
        svc     0
        END
        .balign 4
1:      SET     FPCAR, NOWHERE
        ldr     r4, =3f
        nop
        .balign 4
3:      vmov    s0, r0
        END
2:      mrs     r0, ipsr
        LOG     r0
        LOGAT   0xE000ED28
        ldr     r0, [sp, #24]
        subs    r0, r0, r4
        LOG     r0
        END
