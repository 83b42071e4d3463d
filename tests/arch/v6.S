@ Guest programs for rules that every core keeps: ARMv6-M ARM (DDI 0419), ARMv7-M ARM (DDI 0403).
@ SPDX-License-Identifier: GPL-2.0-or-later
        .include "arch.inc"

        .text
        .global unexpected
H unexpected
        ldr     r7, =DEV
        mrs     r0, ipsr
        ldr     r1, =0xDEAD0000
        orrs    r0, r1
        str     r0, [r7]
        END

@ --- Entry and return -------------------------------------------------------------------------------------------------

TEST entry_frame svc=1f+1
        movs    r0, #0x12
        mov     r12, r0
        ldr     r0, =0x1234
        mov     lr, r0
        movs    r0, #0x10
        movs    r1, #0x11
        movs    r2, #0x22
        movs    r3, #0x33
        cmp     r0, r0                  @ Z and C
        svc     0
2:      END
1:      mov     r0, sp                  @ MSP was STACK
        ldr     r1, =STACK
        subs    r1, r1, r0
        LOG     r1
        ldmia   r0!, {r1-r4}
        LOG     r1
        LOG     r2
        LOG     r3
        LOG     r4
        ldmia   r0!, {r1-r4}
        LOG     r1
        LOG     r2
        ldr     r5, =2b
        subs    r3, r3, r5
        LOG     r3
        LOG     r4
        mov     r0, lr
        LOG     r0
        mrs     r0, ipsr
        LOG     r0
        bx      lr

TEST entry_aligns svc=1f+1
        sub     sp, #4
        mov     r4, sp
        svc     0
        mov     r5, sp
        subs    r5, r5, r4
        LOG     r5                      @ SP is back where it was
        END
        .balign 4
1:      mov     r0, sp
        subs    r4, r4, r0
        LOG     r4                      @ 0x24: frame and four bytes of padding
        ldr     r1, [r0, #28]
        lsrs    r1, r1, #9
        movs    r2, #1
        ands    r1, r2
        LOG     r1
        adds    r4, r4, r0
        bx      lr

TEST entry_psp svc=1f+1
        USE_PSP
        svc     0
        mrs     r0, psp
        ldr     r1, =PSTACK
        subs    r0, r1, r0
        LOG     r0                      @ 0: popped
        mrs     r0, control
        LOG     r0
        END
1:      mov     r0, lr
        LOG     r0
        mrs     r0, psp
        ldr     r1, =PSTACK
        subs    r0, r1, r0
        LOG     r0                      @ 0x20: pushed there
        mov     r0, sp
        ldr     r1, =STACK
        subs    r0, r1, r0
        LOG     r0                      @ 0: the handler runs on MSP
        mrs     r0, control
        LOG     r0                      @ SPSEL reads 0
        bx      lr

TEST return_restores svc=1f+1
        movs    r0, #1
        movs    r1, #2
        movs    r2, #3
        movs    r3, #4
        svc     0
        mrs     r4, apsr
        LOG     r0
        LOG     r1
        LOG     r2
        LOG     r3
        LOG     r4                      @ flags as the handler left them in the frame
        END
1:      ldr     r4, [sp, #28]
        lsls    r4, r4, #4
        lsrs    r4, r4, #4
        ldr     r5, =0x90000000         @ N and V
        orrs    r4, r5
        str     r4, [sp, #28]
        movs    r0, #0
        movs    r1, #0
        movs    r2, #0
        movs    r3, #0
        bx      lr

TEST return_by_pop svc=1f+1 pendsv=2f+1
        svc     0
        LOGI    2
        SET     ICSR, 0x10000000
        LOGI    4
        END
1:      LOGI    1
        push    {r4, lr}
        pop     {r4, pc}
2:      LOGI    3
        push    {lr}
        pop     {pc}

TEST handler_ignores_spsel svc=1f+1
        svc     0
        END
1:      movs    r0, #2
        msr     control, r0
        isb
        mrs     r0, control
        LOG     r0
        bx      lr

@ --- Priority ------------------------------------------------------------------------------------------------------------

        .macro  PRIO word               @ IPR0, then enables interrupts 0-3
        SET     0xE000E400, \word
        SET     0xE000E100, 0xF
        .endm

TEST preempts irq0=1f+1 irq1=2f+1
        PRIO    0x00004080
        IRQ     0
        LOGI    9
        END
1:      LOGI    1
        mov     r0, lr
        LOG     r0
        IRQ     1
        LOGI    3
        bx      lr
2:      LOGI    2
        mov     r0, lr
        LOG     r0
        bx      lr

TEST equal_waits irq0=1f+1 irq1=2f+1
        PRIO    0x00008080
        IRQ     0
        LOGI    9
        END
1:      IRQ     1
        LOGI    1
        mov     r4, sp
        bx      lr
2:      LOGI    2
        mov     r0, sp
        subs    r0, r0, r4              @ tail-chained: the same frame
        LOG     r0
        mov     r0, lr
        LOG     r0
        bx      lr

TEST tie_by_number irq0=1f+1 irq1=2f+1 irq2=3f+1
        PRIO    0x00808080
        cpsid   i
        IRQ     2
        IRQ     1
        IRQ     0
        cpsie   i
        LOGI    9
        END
1:      LOGI    1
        bx      lr
2:      LOGI    2
        bx      lr
3:      LOGI    3
        bx      lr

TEST urgent_first irq0=1f+1 irq1=2f+1 irq2=3f+1
        PRIO    0x004080C0
        cpsid   i
        IRQ     0
        IRQ     1
        IRQ     2
        cpsie   i
        LOGI    9
        END
1:      LOGI    1
        bx      lr
2:      LOGI    2
        bx      lr
3:      LOGI    3
        bx      lr

TEST late_arrival irq0=1f+1 irq1=2f+1
        @ both become pending at one instruction: the urgent one is entered first, the other tail-chains
        PRIO    0x00004080
        cpsid   i
        IRQ     0
        IRQ     1
        mov     r4, sp
        cpsie   i
        LOGI    9
        END
1:      LOGI    1
        mov     r0, sp
        subs    r0, r4, r0
        LOG     r0
        bx      lr
2:      LOGI    2
        mov     r0, sp
        subs    r0, r4, r0
        LOG     r0
        bx      lr

TEST nmi_ignores_primask nmi=1f+1 irq0=2f+1
        PRIO    0
        cpsid   i
        IRQ     0
        movs    r0, #1
        str     r0, [r7, #12]
        LOGI    2
        cpsie   i
        END
1:      LOGI    1
        mrs     r0, ipsr
        LOG     r0
        bx      lr
2:      LOGI    3
        bx      lr

TEST priority_bits
        SET     0xE000E400, 0xFFFFFFFF
        LOGAT   0xE000E400
        SET     0xE000ED1C, 0xFFFFFFFF
        LOGAT   0xE000ED1C
        SET     0xE000ED20, 0xFFFFFFFF
        LOGAT   0xE000ED20
        END

TEST pendsv_after_irq irq0=1f+1 pendsv=2f+1
        SET     0xE000ED20, 0x00C00000
        PRIO    0x80
        IRQ     0
        LOGI    9
        END
1:      SET     ICSR, 0x10000000
        LOGI    1
        LOGAT   ICSR
        bx      lr
2:      LOGI    2
        bx      lr

TEST pendsv_clear pendsv=1f+1
        cpsid   i
        SET     ICSR, 0x10000000
        LOGAT   ICSR
        SET     ICSR, 0x08000000
        LOGAT   ICSR
        cpsie   i
        LOGI    9
        END
1:      LOGI    1
        bx      lr

@ --- NVIC ----------------------------------------------------------------------------------------------------------------

TEST nvic_set_clear
        SET     0xE000E100, 0x5
        LOGAT   0xE000E100
        LOGAT   0xE000E180
        SET     0xE000E180, 0x4
        LOGAT   0xE000E100
        cpsid   i
        SET     0xE000E200, 0xA
        LOGAT   0xE000E200
        LOGAT   0xE000E280
        SET     0xE000E280, 0x8
        LOGAT   0xE000E200
        LOGAT   ICSR                    @ ISRPENDING though disabled; VECTPENDING 0
        END

TEST level_pends_again irq0=1f+1
        PRIO    0
        movs    r4, #0
        ldr     r0, =0x80000000
        str     r0, [r7, #8]            @ high, and stays
        LOGI    9
        END
1:      adds    r4, #1
        LOG     r4
        cmp     r4, #3
        bne     3f
        movs    r0, #0
        str     r0, [r7, #8]            @ the third time the source is silenced
3:      bx      lr

TEST pulse_while_active irq0=1f+1
        PRIO    0
        movs    r4, #0
        IRQ     0
        LOGI    9
        END
1:      adds    r4, #1
        LOG     r4
        cmp     r4, #1
        bne     3f
        IRQ     0                       @ pends again while active: one more run
        IRQ     0
3:      bx      lr

TEST level_defies_icpr
        ldr     r0, =0x80000000
        str     r0, [r7, #8]
        SET     0xE000E280, 1
        LOGAT   0xE000E200
        movs    r0, #0
        str     r0, [r7, #8]
        LOGAT   0xE000E200              @ pending is remembered
        SET     0xE000E280, 1
        LOGAT   0xE000E200
        END

TEST disabled_waits irq0=1f+1
        SET     0xE000E200, 1
        LOGI    1
        SET     0xE000E100, 1
        LOGI    3
        END
1:      LOGI    2
        bx      lr

@ --- Faults and lockup ---------------------------------------------------------------------------------------------------

TEST svc_masked hard=1f+1
        cpsid   i
2:      svc     0
        END
1:      ldr     r0, [sp, #24]
        ldr     r1, =2b
        subs    r0, r0, r1
        LOG     r0                      @ the SVC itself
        mrs     r0, ipsr
        LOG     r0
        END
        .balign 4

TEST svc_in_svc svc=1f+1 hard=2f+1
        svc     0
        END
1:      svc     1
        END
2:      mrs     r0, ipsr
        LOG     r0
        mov     r0, lr
        LOG     r0
        END

TEST load_fault hard=1f+1
        ldr     r0, =NOWHERE
        movs    r1, #0x77
        .balign 4
2:      ldr     r1, [r0]
        END
1:      mrs     r2, ipsr
        LOG     r2
        ldr     r0, [sp, #24]
        ldr     r2, =2b
        subs    r0, r0, r2
        LOG     r0
        LOG     r1                      @ untouched
        END

TEST undefined hard=1f+1
        .balign 4
2:      udf     #0
        END
1:      mrs     r2, ipsr
        LOG     r2
        ldr     r0, [sp, #24]
        ldr     r2, =2b
        subs    r0, r0, r2
        LOG     r0
        END

TEST bkpt_faults hard=1f+1
        .balign 4
2:      bkpt    #3
        END
1:      mrs     r2, ipsr
        LOG     r2
        ldr     r0, [sp, #24]
        ldr     r2, =2b
        subs    r0, r0, r2
        LOG     r0
        END

TEST branch_to_even hard=1f+1
        ldr     r0, =2f
        bx      r0
        .balign 4
2:      nop
        END
1:      ldr     r0, [sp, #24]
        ldr     r1, =2b
        subs    r0, r0, r1
        LOG     r0
        ldr     r0, [sp, #28]
        lsrs    r0, r0, #24
        LOG     r0                      @ T is clear in the frame
        END

TEST even_vector svc=1f hard=2f+1
        svc     0
        END
        .balign 4
1:      nop
        END
2:      mov     r0, lr
        LOG     r0                      @ the fault came in handler mode
        ldr     r0, [sp, #28]
        LOG     r0                      @ SVCall's number, T clear
        END

TEST lockup hard=1f+1
        udf     #0
1:      LOGI    1
        udf     #0

TEST nmi_in_lockup hard=1f+1 nmi=2f+1
        udf     #0
1:      movs    r0, #1
        ldr     r1, =(100 << 16) + 0x1FF
        str     r1, [r7, #24]           @ an NMI after 100 cycles
        udf     #0
2:      LOGI    2
        ldr     r0, [sp, #24]
        LOG     r0
        mrs     r0, ipsr
        LOG     r0
        END

TEST stack_nowhere hard=1f+1 svc=2f+1 sp=NOWHERE
        svc     0
        END
1:      LOGI    1
        mrs     r0, ipsr
        LOG     r0
        END
2:      LOGI    2
        END

TEST hardfault_returns hard=1f+1
        movs    r4, #0
        udf     #0
        LOGI    9
        END
1:      ldr     r0, [sp, #24]
        adds    r0, #2
        str     r0, [sp, #24]
        LOGI    1
        bx      lr

@ --- Sleep -----------------------------------------------------------------------------------------------------------------

TEST wfi_masked irq0=1f+1
        PRIO    0
        cpsid   i
        ldr     r0, =1000 << 16
        str     r0, [r7, #24]
        wfi
        LOGI    1                       @ woken, not entered
        cpsie   i
        LOGI    3
        END
1:      LOGI    2
        bx      lr

TEST wfi_sleeps irq0=1f+1
        PRIO    0
        ldr     r4, [r7, #20]
        ldr     r0, =1000 << 16
        str     r0, [r7, #24]
        wfi
        ldr     r5, [r7, #20]
        subs    r5, r5, r4
        LOG     r5
        END
1:      bx      lr

TEST wfe_event
        sev
        wfe                             @ the event is there: no sleep
        LOGI    1
        ldr     r0, =500 << 16 | 0x1FE
        ldr     r4, [r7, #20]
        str     r0, [r7, #24]           @ an event from outside after 500 cycles
        wfe
        ldr     r5, [r7, #20]
        subs    r5, r5, r4
        LOG     r5
        END

TEST exception_is_event svc=1f+1
        svc     0
        wfe                             @ entry and return set the event register
        LOGI    1
        END
1:      bx      lr

TEST sevonpend
        SET     0xE000ED10, 0x10
        ldr     r0, =500 << 16
        str     r0, [r7, #24]           @ interrupt 0, which is disabled
        wfe
        LOGAT   0xE000E200
        SET     0xE000E280, 1
        SET     0xE000ED10, 0
        wfe                             @ nothing more comes
        END

TEST sleep_on_exit irq0=1f+1
        PRIO    0
        movs    r4, #0
        SET     0xE000ED10, 2
        ldr     r0, =100 << 16
        str     r0, [r7, #24]
        wfi
        LOGI    9                       @ reached only once SLEEPONEXIT is off
        END
1:      adds    r4, #1
        LOG     r4
        cmp     r4, #3
        beq     2f
        ldr     r0, =100 << 16
        str     r0, [r7, #24]
        bx      lr
2:      SET     0xE000ED10, 0
        bx      lr

@ --- SysTick -----------------------------------------------------------------------------------------------------------------

        .equ    SYST, 0xE000E010

TEST systick_counts
        ldr     r0, =SYST
        movs    r1, #9
        str     r1, [r0, #4]
        str     r1, [r0, #8]
        movs    r1, #5
        str     r1, [r0]                @ cycle 0: the counter is 0
        ldr     r1, [r0, #8]            @ 1: reloaded
        ldr     r2, [r0, #8]
        nop
        nop
        nop
        nop
        nop
        nop
        ldr     r3, [r0, #8]            @ 9
        ldr     r4, [r0, #8]            @ 10: zero
        ldr     r5, [r0, #8]            @ 11: reloaded
        LOG     r1
        LOG     r2
        LOG     r3
        LOG     r4
        LOG     r5
        ldr     r1, [r0]
        LOG     r1                      @ COUNTFLAG
        movs    r2, #0
        str     r2, [r0]
        ldr     r1, [r0]
        LOG     r1                      @ cleared by the read before, unless zero was reached since
        END

TEST systick_fires systick=1f+1
        ldr     r0, =SYST
        movs    r1, #9
        str     r1, [r0, #4]
        str     r1, [r0, #8]
        movs    r1, #7
        movs    r4, #0
        str     r1, [r0]
2:      adds    r4, #1
        adds    r4, #1
        adds    r4, #1
        adds    r4, #1
        adds    r4, #1
        adds    r4, #1
        adds    r4, #1
        adds    r4, #1
        adds    r4, #1
        adds    r4, #1
        adds    r4, #1
        adds    r4, #1
        LOGI    9
        END
1:      LOG     r4                      @ zero is reached ten cycles after the store
        movs    r1, #0
        str     r1, [r0]
        bx      lr

TEST systick_write_clears
        ldr     r0, =SYST
        ldr     r1, =1000
        str     r1, [r0, #4]
        movs    r1, #5
        str     r1, [r0]
        nop
        nop
        ldr     r2, [r0, #8]
        LOG     r2
        str     r1, [r0, #8]            @ any value clears
        ldr     r2, [r0, #8]            @ and the next tick reloads
        LOG     r2
        ldr     r1, =0xFFFFFFFF
        str     r1, [r0, #4]
        ldr     r2, [r0, #4]
        LOG     r2                      @ 24 bits
        END

@ --- SCB -----------------------------------------------------------------------------------------------------------------------

TEST icsr_active irq0=1f+1 irq1=2f+1
        PRIO    0
        LOGAT   ICSR
        IRQ     0
        END
1:      LOGAT   ICSR
        SET     0xE000E200, 2
        LOGAT   ICSR
2:      bx      lr

TEST sysreset
        SET     0xE000ED0C, 0xFA050004  @ no key
        LOGI    1
        SET     0xE000ED0C, 0x05FA0004
        LOGI    2
        END

TEST primask_reads
        mrs     r0, primask
        LOG     r0
        cpsid   i
        mrs     r0, primask
        LOG     r0
        movs    r0, #0
        msr     primask, r0
        mrs     r0, primask
        LOG     r0
        END

TEST hints
        nop
        yield
        dsb
        dmb
        isb
        LOGI    1
        END

@ --- ARMv6-M alone -----------------------------------------------------------------------------------------------------------------

TEST v6_unaligned hard=1f+1
        ldr     r0, =0x20000001
        .balign 4
2:      ldr     r1, [r0]
        END
1:      ldr     r0, [sp, #24]
        ldr     r1, =2b
        subs    r0, r0, r1
        LOG     r0
        END

TEST v6_constants
        LOGAT   0xE000ED14              @ CCR
        SET     0xE000ED14, 0
        LOGAT   0xE000ED14
        LOGAT   0xE000ED28              @ CFSR does not exist
        LOGAT   0xE000ED0C              @ AIRCR
        END
