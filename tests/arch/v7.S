@ Guest programs for rules of ARMv7-M: Architecture Reference Manual (DDI 0403), core TRMs.
@ SPDX-License-Identifier: GPL-2.0-or-later
        .include "arch.inc"
        .equ    CFSR, 0xE000ED28
        .equ    HFSR, 0xE000ED2C
        .equ    MMFAR, 0xE000ED34
        .equ    BFAR, 0xE000ED38
        .equ    SHCSR, 0xE000ED24
        .equ    CCR, 0xE000ED14
        .equ    AIRCR, 0xE000ED0C
        .equ    DEMCR, 0xE000EDFC
        .equ    MPU_CTRL, 0xE000ED94
        .equ    MPU_RBAR, 0xE000ED9C
        .equ    MPU_RASR, 0xE000EDA0

        .text
        .global unexpected
H unexpected
        ldr     r7, =DEV
        mrs     r0, ipsr
        orr     r0, #0xDE000000
        str     r0, [r7]
        LOGAT   CFSR
        LOGAT   HFSR
        END

        .macro  FAULTS                  @ enables MemManage, BusFault and UsageFault
        SET     SHCSR, 0x70000
        .endm

        .macro  LOGPC base tmp=r1       @ logs where the frame on MSP returns to, from `base` on
        ldr     r0, [sp, #24]
        ldr     \tmp, =\base
        subs    r0, r0, \tmp
        LOG     r0
        .endm

        .macro  LOGFAULT base           @ exception, CFSR, place
        mrs     r0, ipsr
        LOG     r0
        LOGAT   CFSR
        LOGPC   \base
        .endm

        .macro  IPR word
        SET     0xE000E400, \word
        SET     0xE000E100, 0xF
        .endm

@ --- Masks and priority grouping -------------------------------------------------------------------------------------------

TEST basepri_masks irq0=1f+1 irq1=2f+1
        IPR     0x00004080
        movs    r0, #0x80
        msr     basepri, r0
        IRQ     0                       @ priority 0x80: masked
        LOGI    1
        IRQ     1                       @ 0x40: taken
        LOGI    3
        movs    r0, #0
        msr     basepri, r0
        LOGI    5
        END
1:      LOGI    4
        bx      lr
2:      LOGI    2
        bx      lr

TEST basepri_bits
        movs    r0, #0xFF
        msr     basepri, r0
        mrs     r0, basepri
        LOG     r0
        movs    r0, #0x40
        msr     basepri_max, r0
        mrs     r0, basepri
        LOG     r0
        movs    r0, #0x80
        msr     basepri_max, r0
        mrs     r0, basepri
        LOG     r0
        movs    r0, #0
        msr     basepri_max, r0
        mrs     r0, basepri
        LOG     r0
        movs    r0, #0x0F               @ only bits that are not implemented: no masking
        msr     basepri, r0
        mrs     r0, basepri
        LOG     r0
        END

TEST faultmask_masks irq0=1f+1 nmi=2f+1
        IPR     0
        cpsid   f
        mrs     r0, faultmask
        LOG     r0
        IRQ     0
        LOGI    2
        movs    r0, #1
        str     r0, [r7, #12]
        LOGI    4
        cpsie   f
        LOGI    6
        END
1:      LOGI    5
        bx      lr
2:      LOGI    3
        bx      lr

TEST faultmask_goes_on_return svc=1f+1
        svc     0
        mrs     r0, faultmask
        LOG     r0
        END
1:      cpsid   f
        mrs     r0, faultmask
        LOG     r0
        bx      lr

TEST faultmask_not_at_hardfault hard=1f+1
        udf     #0
1:      cpsid   f
        mrs     r0, faultmask
        LOG     r0
        END

TEST groups_do_not_preempt irq0=1f+1 irq1=2f+1
        SET     AIRCR, 0x05FA0600       @ PRIGROUP 6: bit 7 alone is the group
        LOGAT   AIRCR
        IPR     0x00004060              @ one group, sub-priorities 0x60 and 0x40
        IRQ     0
        LOGI    9
        END
1:      IRQ     1
        LOGI    1                       @ not pre-empted within the group
        bx      lr
2:      LOGI    2
        bx      lr

TEST sub_priority_orders irq0=1f+1 irq1=2f+1
        SET     AIRCR, 0x05FA0600
        IPR     0x00004060
        cpsid   i
        IRQ     0
        IRQ     1
        cpsie   i
        LOGI    9
        END
1:      LOGI    1
        bx      lr
2:      LOGI    2
        bx      lr

TEST prigroup7_no_groups irq0=1f+1 irq1=2f+1
        SET     AIRCR, 0x05FA0700
        IPR     0x000000F0
        IRQ     0
        END
1:      IRQ     1
        LOGI    1
        bx      lr
2:      LOGI    2
        bx      lr

TEST active_priority_change irq0=1f+1 irq1=2f+1
        IPR     0x00004040
        IRQ     0
        END
1:      IRQ     1
        LOGI    1
        SET     0xE000E400, 0x00004080  @ the active handler's priority drops: the other pre-empts now
        LOGI    3
        bx      lr
2:      LOGI    2
        bx      lr

TEST stir irq0=unexpected irq3=1f+1
        IPR     0
        SET     0xE000EF00, 3
        LOGI    9
        END
1:      LOGI    1
        bx      lr

TEST iabr irq0=1f+1
        IPR     0
        LOGAT   0xE000E300
        IRQ     0
        END
1:      LOGAT   0xE000E300
        bx      lr

TEST byte_priority
        ldr     r0, =0xE000E401
        movs    r1, #0x50
        strb    r1, [r0]
        LOGAT   0xE000E400
        ldrb    r1, [r0]
        LOG     r1
        ldr     r0, =0xE000ED22         @ PendSV's byte of SHPR3
        strb    r1, [r0]
        LOGAT   0xE000ED20
        END

TEST vtor_moves svc=unexpected
        ldr     r0, =0x20001000
        ldr     r1, =1f+1
        str     r1, [r0, #44]
        SET     0xE000ED08, 0x20001000
        LOGAT   0xE000ED08
        svc     0
        END
1:      LOGI    1
        bx      lr

@ --- Faults ------------------------------------------------------------------------------------------------------------------

TEST precise_bus bus=1f+1
        FAULTS
        ldr     r0, =DEV + 0x100
        movs    r1, #7
        .balign 4
2:      ldr     r1, [r0]
        END
1:      LOGFAULT 2b
        LOGAT   BFAR
        END

TEST imprecise_store bus=1f+1
        FAULTS
        ldr     r0, =DEV + 0x100
        .balign 4
2:      str     r0, [r0]
        nop
        END
1:      mrs     r0, ipsr
        LOG     r0
        LOGAT   CFSR
        LOGPC   2b
        END

TEST disdefwbuf bus=1f+1
        FAULTS
        SET     0xE000E008, 2
        ldr     r0, =DEV + 0x100
        .balign 4
2:      str     r0, [r0]
        nop
        END
1:      LOGFAULT 2b
        LOGAT   BFAR
        END

TEST imprecise_waits bus=1f+1 irq0=2f+1
        @ less urgent than the handler that caused it: pending, not escalated
        FAULTS
        SET     0xE000ED18, 0x00008000
        IPR     0x40
        IRQ     0
        LOGI    9
        END
2:      ldr     r0, =DEV + 0x100
        str     r0, [r0]
        LOGI    1
        LOGAT   SHCSR
        bx      lr
1:      LOGI    2
        LOGAT   HFSR
        bx      lr

TEST fetch_bus bus=1f+1
        FAULTS
        ldr     r0, =NOWHERE+1
        bx      r0
        END
1:      LOGFAULT NOWHERE
        END

TEST fetch_xn mem=1f+1
        FAULTS
        ldr     r0, =DEV + 0x201
        bx      r0
        END
1:      LOGFAULT DEV+0x200
        END

TEST fault_escalates hard=1f+1
        .balign 4
2:      udf     #0
        END
1:      LOGFAULT 2b
        LOGAT   HFSR
        END

TEST fault_escalates_by_priority hard=1f+1 irq0=2f+1
        FAULTS
        SET     0xE000ED18, 0x00808080
        IPR     0x40
        IRQ     0
        END
        .balign 4
2:      udf     #0
1:      LOGFAULT 2b
        LOGAT   HFSR
        END

TEST fault_in_own_handler usage=1f+1 hard=2f+1
        FAULTS
        udf     #0
        END
1:      udf     #0
        END
2:      mrs     r0, ipsr
        LOG     r0
        LOGAT   HFSR
        LOGAT   SHCSR
        END

TEST usage_undefined usage=1f+1
        FAULTS
        .balign 4
2:      .inst.n 0xDE00
        END
1:      LOGFAULT 2b
        SET     CFSR, 0x00010000        @ written ones clear
        LOGAT   CFSR
        END

TEST usage_invstate usage=1f+1
        FAULTS
        ldr     r0, =2f
        bx      r0
        .balign 4
2:      nop
        END
1:      LOGFAULT 2b
        END

TEST div_by_zero usage=1f+1
        movs    r0, #5
        movs    r1, #0
        udiv    r2, r0, r1
        LOG     r2                      @ zero without the trap
        FAULTS
        SET     CCR, 0x210
        .balign 4
2:      sdiv    r2, r0, r1
        END
1:      LOGFAULT 2b
        END

TEST unaligned_plain
        ldr     r0, =0x20000101
        ldr     r1, =0x44332211
        str     r1, [r0]
        ldr     r2, [r0]
        LOG     r2
        ldrh    r2, [r0, #2]
        LOG     r2
        END

TEST unaligned_trap usage=1f+1
        FAULTS
        SET     CCR, 0x208
        ldr     r0, =0x20000101
        .balign 4
2:      ldrh    r1, [r0]
        END
1:      LOGFAULT 2b
        END

TEST unaligned_ldm usage=1f+1
        FAULTS
        ldr     r0, =0x20000102
        .balign 4
2:      ldmia   r0, {r1, r2}
        END
1:      LOGFAULT 2b
        END

TEST unaligned_ldrd usage=1f+1
        FAULTS
        ldr     r0, =0x20000102
        .balign 4
2:      ldrd    r1, r2, [r0]
        END
1:      LOGFAULT 2b
        END

TEST unaligned_strex usage=1f+1
        FAULTS
        ldr     r0, =0x20000102
        .balign 4
2:      ldrex   r1, [r0]
        END
1:      LOGFAULT 2b
        END

TEST unaligned_device
        ldr     r0, =DEV + 0x201
        ldrh    r1, [r0]
        LOGI    1
        END

TEST unaligned_device_m7 usage=1f+1
        FAULTS
        ldr     r0, =DEV + 0x201
        .balign 4
2:      ldrh    r1, [r0]
        END
1:      LOGFAULT 2b
        END

TEST ldm_fault_keeps_base bus=1f+1
        FAULTS
        ldr     r0, =0x2000FFF8         @ the third word lies behind RAM
        mov     r4, r0
        .balign 4
2:      ldmia   r0!, {r1, r2, r3}
        END
1:      LOGFAULT 2b
        ldr     r0, [sp]
        subs    r0, r0, r4
        LOG     r0
        LOGAT   BFAR
        END

TEST bfhfnmign hard=1f+1
        SET     CCR, 0x300
        udf     #0
1:      ldr     r0, =DEV + 0x100
        ldr     r1, [r0]                @ ignored at this priority
        str     r1, [r0]
        LOGI    1
        LOGAT   CFSR
        END

TEST stkerr svc=1f+1 bus=2f+1 sp=NOWHERE
        FAULTS
        SET     0xE000ED18, 0x00004000  @ BusFault less urgent than SVCall, which keeps 0
        svc     0
        END
1:      LOGI    1
        LOGAT   SHCSR
        LOGAT   CFSR
        END
2:      LOGI    2
        END

TEST stkerr_first svc=1f+1 bus=2f+1 sp=NOWHERE
        FAULTS
        SET     0xE000ED1C, 0x80000000  @ SVCall less urgent than BusFault
        svc     0
        END
1:      LOGI    1
        END
2:      LOGI    2
        LOGAT   SHCSR
        LOGAT   CFSR
        END

TEST unstkerr svc=1f+1 bus=2f+1
        FAULTS
        USE_PSP
        svc     0
        END
1:      ldr     r0, =NOWHERE
        msr     psp, r0
        bx      lr
2:      mrs     r0, ipsr
        LOG     r0
        LOGAT   CFSR
        mov     r0, lr
        LOG     r0
        mrs     r0, psp
        LOG     r0                      @ still there
        LOGAT   SHCSR
        END

TEST vector_nowhere hard=1f+1 nmi=2f+1
        @ the table moves to the end of RAM: HardFault's vector can be read, SVCall's cannot
        ldr     r0, =0x2000FF80
        ldr     r1, =1f+1
        str     r1, [r0, #12]
        SET     0xE000ED08, 0x2000FF80
        IPR     0                       @ interrupt 16 and on lie behind RAM
        SET     0xE000E100, 0x00010000
        SET     0xE000E200, 0x00010000
        END
2:      LOGI    2
        END
1:      mrs     r0, ipsr
        LOG     r0
        LOGAT   HFSR
        LOGAT   0xE000E200
        END

TEST bkpt_debugevt hard=1f+1
        bkpt    #1
        END
1:      LOGAT   HFSR
        LOGAT   0xE000ED30
        END

TEST debug_monitor dbg=1f+1
        SET     DEMCR, 0x00010000
        .balign 4
2:      bkpt    #1
        LOGI    9
        END
1:      mrs     r0, ipsr
        LOG     r0
        LOGPC   2b
        LOGAT   0xE000ED30
        ldr     r0, [sp, #24]
        adds    r0, #2
        str     r0, [sp, #24]
        bx      lr

TEST debug_monitor_masked hard=1f+1 dbg=unexpected
        SET     DEMCR, 0x00010000
        SET     0xE000ED20, 0x00000080
        movs    r0, #0x80
        msr     basepri, r0
        bkpt    #1
        END
1:      LOGAT   HFSR
        END

TEST debug_monitor_pended dbg=1f+1
        SET     DEMCR, 0x00030000
        LOGI    2
        END
1:      LOGI    1
        LOGAT   DEMCR
        bx      lr

TEST tail_chain_psp irq0=1f+1 irq1=2f+1
        IPR     0x00008080
        USE_PSP
        IRQ     0
        LOGI    9
        END
1:      IRQ     1
        mrs     r4, psp
        bx      lr
2:      mov     r0, lr
        LOG     r0
        mrs     r0, psp
        subs    r0, r4, r0
        LOG     r0
        bx      lr

TEST nmi_over_hardfault hard=1f+1 nmi=2f+1
        udf     #0
1:      movs    r0, #1
        str     r0, [r7, #12]
        LOGI    3
        END
2:      LOGI    2
        mov     r0, lr
        LOG     r0
        bx      lr

TEST fault_in_nmi nmi=1f+1 hard=unexpected
        movs    r0, #1
        str     r0, [r7, #12]
        END
1:      LOGI    1
        udf     #0

@ --- Exception return ------------------------------------------------------------------------------------------------------------

        .macro  BADRETURN name value
TEST \name svc=1f+1 usage=2f+1
        FAULTS
        SET     0xE000ED1C, 0x40000000  @ SVCall less urgent than UsageFault
        svc     0
        END
1:      ldr     r0, =\value
        mov     r4, sp
        bx      r0
        .balign 4
2:      mrs     r0, ipsr
        LOG     r0
        LOGAT   CFSR
        mov     r0, lr
        LOG     r0
        mov     r0, sp
        subs    r0, r0, r4
        LOG     r0                      @ nothing was pushed or popped
        LOGAT   SHCSR                   @ SVCall is not active any more
        END
        .endm

BADRETURN bad_return_f7 0xFFFFFFF7
BADRETURN bad_return_f3 0xFFFFFFF3
BADRETURN bad_return_f5 0xFFFFFFF5
BADRETURN bad_return_fb 0xFFFFFFFB
BADRETURN bad_return_ff 0xFFFFFFFF
BADRETURN bad_return_e9 0xFFFFFFE9
BADRETURN bad_return_bc 0xFFFFFFBD
BADRETURN bad_return_f0000000 0xF0000009

TEST thread_return_nested svc=1f+1 irq0=2f+1 usage=3f+1
        FAULTS
        SET     0xE000ED1C, 0x80000000
        IPR     0x40
        svc     0
        END
1:      IRQ     0
        END
2:      ldr     r0, =0xFFFFFFF9         @ thread mode, while SVCall is still active
        bx      r0
3:      mrs     r0, ipsr
        LOG     r0
        LOGAT   CFSR
        LOGAT   SHCSR
        END

TEST nonbasethrdena svc=1f+1 irq0=2f+1
        SET     CCR, 0x201
        SET     0xE000ED1C, 0x80000000
        IPR     0x40
        svc     0
        END
1:      IRQ     0
        END
2:      ldr     r0, [sp, #28]           @ the frame of the SVCall handler becomes one of thread mode
        bic     r0, #0xFF
        bic     r0, #0x100
        str     r0, [sp, #28]
        ldr     r0, =3f
        str     r0, [sp, #24]
        ldr     r0, =0xFFFFFFF9
        bx      r0
        .balign 4
3:      mrs     r0, ipsr
        LOG     r0
        LOGAT   SHCSR                   @ SVCall is still active
        END

TEST return_inactive svc=1f+1 usage=2f+1
        FAULTS
        SET     0xE000ED1C, 0x40000000
        svc     0
        END
1:      SET     SHCSR, 0x70000          @ SVCall is not active any more
        bx      lr
2:      mrs     r0, ipsr
        LOG     r0
        LOGAT   CFSR
        LOGAT   SHCSR
        END

TEST ipsr_mismatch svc=1f+1 usage=2f+1
        FAULTS
        SET     0xE000ED1C, 0x40000000
        mov     r4, sp
        svc     0
        END
1:      ldr     r0, [sp, #28]
        orr     r0, #15                 @ thread mode, but an exception number in the frame
        str     r0, [sp, #28]
        bx      lr
2:      mrs     r0, ipsr
        LOG     r0
        LOGAT   CFSR
        mov     r0, sp
        subs    r0, r4, r0
        LOG     r0                      @ the frame is still on the stack
        END

TEST exc_return_in_thread mem=1f+1
        FAULTS
        ldr     r0, =0xFFFFFFF9
        bx      r0                      @ in thread mode an address like any other, and not executable
        END
1:      LOGFAULT 0xFFFFFFF8
        END

TEST stkalign_off svc=1f+1
        SET     CCR, 0
        sub     sp, #4
        mov     r4, sp
        svc     0
        END
1:      mov     r0, sp
        subs    r0, r4, r0
        LOG     r0
        END

TEST it_block_interrupted irq0=1f+1
        IPR     0
        ldr     r6, =0x80000000
        movs    r0, #0
        movs    r4, #1
        cmp     r4, #1
        itete   eq
        streq   r6, [r7, #8]            @ raises the interrupt inside the block
        addne   r0, #1
        addeq   r0, #2
        addne   r0, #4
        LOG     r0
        END
1:      ldr     r0, [sp, #28]
        ldr     r1, =0x0600FC00
        ands    r0, r1
        LOG     r0                      @ the rest of the block
        ldr     r0, =0
        str     r0, [r7, #8]
        bx      lr

TEST svc_in_it_block svc=1f+1
        movs    r0, #0
        cmp     r0, #0
        itt     eq
        svceq   #1
        addeq   r0, #1
        LOG     r0
        END
1:      ldr     r0, [sp, #28]
        ldr     r1, =0x0600FC00
        ands    r0, r1
        LOG     r0
        bx      lr

TEST exclusive_cleared svc=1f+1
        ldr     r0, =0x20000100
        ldrex   r1, [r0]
        strex   r2, r1, [r0]
        LOG     r2
        ldrex   r1, [r0]
        svc     0
        strex   r2, r1, [r0]
        LOG     r2
        END
1:      bx      lr

@ --- Privilege --------------------------------------------------------------------------------------------------------------------

        .macro  UNPRIV
        movs    r6, #1
        msr     control, r6
        isb
        .endm

TEST unprivileged_scs bus=1f+1
        FAULTS
        ldr     r0, =0xE000ED00
        UNPRIV
        .balign 4
2:      ldr     r1, [r0]
        END
1:      LOGFAULT 2b
        LOGAT   BFAR
        END

TEST unprivileged_msr svc=1f+1
        UNPRIV
        cpsid   i
        movs    r0, #0x40
        msr     basepri, r0
        movs    r0, #0
        msr     control, r0
        mrs     r0, control
        LOG     r0
        mrs     r0, primask
        LOG     r0
        mrs     r0, basepri
        LOG     r0
        mrs     r0, msp
        LOG     r0                      @ reads zero
        svc     0
        END
1:      mrs     r0, primask
        LOG     r0
        mrs     r0, basepri
        LOG     r0
        mrs     r0, control
        LOG     r0
        bx      lr

TEST usersetmpend irq2=1f+1
        IPR     0
        SET     CCR, 0x202
        ldr     r0, =0xE000EF00
        movs    r1, #2
        UNPRIV
        str     r1, [r0]
        LOGI    2
        END
1:      LOGI    1
        bx      lr

TEST handler_is_privileged svc=1f+1
        UNPRIV
        svc     0
        LOGI    2
        END
1:      LOGAT   0xE000ED14
        bx      lr

@ --- MPU ---------------------------------------------------------------------------------------------------------------------------

        .macro  REGION n, base, attrs
        SET     MPU_RBAR, \base + 0x10 + \n
        SET     MPU_RASR, \attrs
        .endm
        .macro  MPU_ON bits=5
        SET     MPU_CTRL, \bits
        dsb
        isb
        .endm
        .equ    RO, 6 << 24
        .equ    RW, 3 << 24
        .equ    NONE, 0
        .equ    PRIVRW, 1 << 24
        .equ    XN, 1 << 28

TEST mpu_daccviol mem=1f+1
        FAULTS
        REGION  0, 0x20001000, (RO | 4 << 1 | 1)   @ 32 bytes, read only
        MPU_ON
        ldr     r0, =0x20001000
        ldr     r1, [r0, #28]
        str     r1, [r0, #32]           @ behind the region
        .balign 4
2:      str     r1, [r0, #28]
        END
1:      LOGFAULT 2b
        LOGAT   MMFAR
        END

TEST mpu_subregion mem=1f+1
        FAULTS
        REGION  0, 0x20001000, (NONE | 0x02 << 8 | 7 << 1 | 1)  @ 256 bytes without its second 32
        MPU_ON
        ldr     r0, =0x20001020
        ldr     r1, [r0, #28]
        LOGI    1
        .balign 4
2:      ldr     r1, [r0, #32]
        END
1:      LOGFAULT 2b
        LOGAT   MMFAR
        END

TEST mpu_overlap mem=1f+1
        FAULTS
        REGION  0, 0x20000000, (RW | 15 << 1 | 1)
        REGION  3, 0x20001000, (NONE | 9 << 1 | 1)
        REGION  5, 0x20001100, (RW | 7 << 1 | 1)     @ the highest number decides
        MPU_ON
        ldr     r0, =0x20001100
        ldr     r1, [r0]
        LOGI    1
        .balign 4
2:      ldr     r1, [r0, #-4]
        END
1:      LOGFAULT 2b
        END

TEST mpu_xn mem=1f+1
        FAULTS
        ldr     r0, =0x20001000
        ldr     r1, =0x47704770         @ bx lr
        str     r1, [r0]
        adds    r2, r0, #1
        blx     r2
        LOGI    1
        ldr     r2, =0x20001001
        REGION  0, 0x20001000, (RW | XN | 9 << 1 | 1)
        MPU_ON
        blx     r2
        END
1:      LOGFAULT 0x20001000
        END

TEST mpu_background mem=1f+1
        FAULTS
        REGION  0, 0, (RO | 17 << 1 | 1)             @ code
        REGION  1, 0x40000000, (RW | XN | 11 << 1 | 1)
        REGION  2, 0x20000000, (RW | 14 << 1 | 1)    @ the lower half of RAM
        MPU_ON  1                       @ no background region, not even for privileged code
        LOGI    1
        ldr     r0, =0x2000C000
        .balign 4
2:      ldr     r1, [r0]
        END
1:      LOGFAULT 2b
        LOGAT   MPU_CTRL                @ the system control space needs no region
        END

TEST mpu_privilege mem=1f+1
        FAULTS
        REGION  0, 0, (RO | 17 << 1 | 1)
        REGION  1, 0x40000000, (RW | XN | 11 << 1 | 1)
        REGION  2, 0x20000000, (RW | 15 << 1 | 1)
        REGION  3, 0x20001000, (PRIVRW | 4 << 1 | 1)
        MPU_ON
        ldr     r0, =0x20001000
        ldr     r1, [r0]
        LOGI    1
        ldrt    r1, [r0, #32]
        LOGI    2
        .balign 4
2:      ldrt    r1, [r0]                @ as unprivileged code would
        END
1:      LOGFAULT 2b
        END

TEST mpu_unprivileged mem=1f+1
        FAULTS
        REGION  0, 0, (RO | 17 << 1 | 1)
        REGION  1, 0x40000000, (RW | XN | 11 << 1 | 1)
        REGION  2, 0x20000000, (RW | 14 << 1 | 1)
        MPU_ON
        ldr     r0, =0x2000C000
        ldr     r1, [r0]                @ background, privileged
        LOGI    1
        UNPRIV
        .balign 4
2:      ldr     r1, [r0]
        END
1:      LOGFAULT 2b
        LOGAT   MMFAR
        END

TEST mpu_hfnmiena hard=1f+1
        REGION  0, 0x20001000, (NONE | 4 << 1 | 1)
        MPU_ON
        udf     #0
1:      ldr     r0, =0x20001000
        ldr     r1, [r0]                @ the MPU steps aside in HardFault
        LOGI    1
        END

TEST mpu_hfnmiena_page hard=1f+1
        REGION  0, 0x20001000, (RO | 11 << 1 | 1)  @ whole pages, whose permission is remembered
        MPU_ON
        movs    r4, #0
        ldr     r0, =0x20001100
        udf     #0
        str     r1, [r0]                @ and now the MPU is back
        END
1:      adds    r4, #1
        LOG     r4
        str     r4, [r0]
        cmp     r4, #2
        beq     2f
        ldr     r2, [sp, #24]
        adds    r2, #2
        str     r2, [sp, #24]
        bx      lr
2:      LOGAT   CFSR
        END

TEST mpu_hfnmiena_on hard=1f+1
        REGION  0, 0x20001000, (NONE | 4 << 1 | 1)
        MPU_ON  7
        udf     #0
1:      LOGI    1
        ldr     r0, =0x20001000
        ldr     r1, [r0]
        LOGI    2

TEST mpu_mstkerr svc=1f+1 mem=2f+1
        FAULTS
        SET     0xE000ED1C, 0x80000000
        REGION  0, 0x20003000, (RO | 11 << 1 | 1)    @ where the process stack is
        USE_PSP
        MPU_ON
        svc     0
        END
1:      LOGI    1
        END
2:      mrs     r0, ipsr
        LOG     r0
        LOGAT   CFSR
        END

TEST mpu_aliases
        SET     0xE000ED98, 7
        ldr     r0, =0x20000011
        ldr     r1, =0x0300000F
        ldr     r2, =0xE000ED9C
        str     r0, [r2]
        str     r1, [r2, #4]
        adds    r0, #0x1000
        adds    r0, #1
        str     r0, [r2, #8]
        str     r1, [r2, #12]
        LOGAT   0xE000ED98
        LOGAT   0xE000ED9C
        LOGAT   0xE000EDA0
        SET     0xE000ED98, 1
        LOGAT   0xE000ED9C
        LOGAT   0xE000ED90
        END

@ --- Bit-band -------------------------------------------------------------------------------------------------------------------------

TEST bitband
        ldr     r0, =0x20000100
        ldr     r1, =0x80000001
        str     r1, [r0]
        ldr     r2, =0x22000000 + 0x100 * 32
        ldr     r3, [r2]
        LOG     r3
        ldr     r3, [r2, #4]
        LOG     r3
        ldr     r3, [r2, #124]
        LOG     r3
        movs    r3, #1
        str     r3, [r2, #20]
        movs    r3, #0xFE               @ bit 0 alone counts
        str     r3, [r2]
        ldr     r3, [r0]
        LOG     r3
        ldr     r2, =0x42000000 + 0x200 * 32 + 8
        movs    r3, #1
        str     r3, [r2]
        LOGAT   DEV+0x200
        END

@ --- Debug components -------------------------------------------------------------------------------------------------------------------

TEST cyccnt
        SET     0xE0001FB0, 0xC5ACCE55
        SET     DEMCR, 0x01000000
        ldr     r0, =0xE0001000
        movs    r1, #0
        str     r1, [r0, #4]
        ldr     r1, =0x40000001
        str     r1, [r0]
        nop
        nop
        ldr     r2, [r0, #4]
        LOG     r2
        ldr     r2, [r0, #4]
        LOG     r2
        LOGAT   0xE0001000
        END

TEST dwt_watch dbg=1f+1
        SET     0xE0001FB0, 0xC5ACCE55
        SET     DEMCR, 0x01010000
        SET     0xE0001020, 0x20001000
        SET     0xE0001024, 2
        SET     0xE0001028, 6           @ writes
        ldr     r0, =0x20001000
        ldr     r1, [r0]
        LOGI    1
        .balign 4
2:      str     r1, [r0]
        nop
        LOGI    3
        END
1:      LOGI    2
        LOGPC   2b
        LOGAT   0xE000ED30
        LOGAT   0xE0001028              @ MATCHED, cleared by this read
        LOGAT   0xE0001028
        bx      lr

TEST fpb_break dbg=1f+1
        SET     DEMCR, 0x00010000
        ldr     r0, =2f
        movs    r1, #1
        orr     r0, r1
        orr     r0, #0x40000000
        ldr     r1, =0xE0002008
        str     r0, [r1]
        SET     0xE0002000, 3
        LOGI    1
        .balign 4
2:      nop
        LOGI    3
        END
1:      LOGI    2
        LOGPC   2b
        SET     0xE0002000, 2
        bx      lr

TEST itm_out
        LOGAT   0xE0000000              @ not ready while disabled
        SET     DEMCR, 0x01000000
        SET     0xE0000FB0, 0xC5ACCE55
        SET     0xE0000E80, 1
        SET     0xE0000E00, 3
        LOGAT   0xE0000000
        ldr     r0, =0xE0000000
        movs    r1, #0x41
        strb    r1, [r0]
        ldr     r1, =0x12345678
        str     r1, [r0, #4]
        str     r1, [r0, #8]            @ port 2 is disabled
        END

TEST identification
        LOGAT   0xE000ED00
        LOGAT   0xE000ED40
        LOGAT   0xE000E004
        LOGAT   0xE00FF000
        LOGAT   0xE00FFFF0
        LOGAT   0xE000EFE0
        END

TEST vectreset reset=1f+1
1:      ldr     r7, =DEV
        ldr     r0, [r7, #0x200]
        LOG     r0
        cmp     r0, #1
        beq     2f
        movs    r0, #1
        str     r0, [r7, #0x200]
        SET     AIRCR, 0x05FA0001
        LOGI    9
2:      LOGI    2
        END

TEST shcsr_pends svc=1f+1 usage=2f+1
        SET     SHCSR, 0x00001000       @ UsageFault pended while disabled
        LOGAT   SHCSR
        LOGI    1
        SET     SHCSR, 0x00041000
        LOGI    3
        SET     SHCSR, 0x00048000       @ SVCall
        LOGI    5
        END
1:      LOGI    4
        bx      lr
2:      LOGI    2
        bx      lr

TEST ppb_hole bus=1f+1
        FAULTS
        ldr     r0, =0xE0003000
        .balign 4
2:      ldr     r1, [r0]
        END
1:      LOGFAULT 2b
        LOGAT   BFAR
        END
