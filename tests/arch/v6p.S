@ Guest programs for what Cortex-M0+ may have over Cortex-M0: VTOR, an MPU, unprivileged code.
@ Reference: ARMv6-M ARM (DDI 0419) B3.2, B3.5. SPDX-License-Identifier: GPL-2.0-or-later
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

        .macro  PLACE base              @ exception and distance of the faulting instruction
        mrs     r0, ipsr
        LOG     r0
        ldr     r0, [sp, #24]
        ldr     r1, =\base
        subs    r0, r0, r1
        LOG     r0
        .endm

TEST v6p_vtor svc=unexpected
        ldr     r0, =0x20001000
        ldr     r1, =1f+1
        str     r1, [r0, #44]
        SET     0xE000ED08, 0x20001000
        LOGAT   0xE000ED08
        svc     0
        END
1:      LOGI    1
        bx      lr

TEST m0_no_vtor
        SET     0xE000ED08, 0x20001000
        LOGAT   0xE000ED08
        movs    r0, #1
        msr     control, r0
        isb
        mrs     r0, control
        LOG     r0                      @ and no unprivileged code
        END

TEST v6p_mpu hard=1f+1
        SET     0xE000ED9C, 0x20001010
        SET     0xE000EDA0, 0x0600000F  @ 256 bytes, read only
        SET     0xE000ED94, 5
        dsb
        isb
        ldr     r0, =0x200010FC
        ldr     r1, [r0]
        str     r1, [r0, #4]            @ behind the region
        LOGI    1
        .balign 4
2:      str     r1, [r0]
        END
1:      PLACE   2b
        END

TEST v6p_mpu_subregion hard=1f+1
        SET     0xE000ED9C, 0x20001010
        SET     0xE000EDA0, 0x0000020F  @ no access, the second 32 bytes left out
        SET     0xE000ED94, 5
        dsb
        isb
        ldr     r0, =0x20001020
        ldr     r1, [r0]
        LOGI    1
        .balign 4
2:      ldr     r1, [r0, #32]
        END
1:      PLACE   2b
        END

        .macro  UNPRIV
        movs    r6, #1
        msr     control, r6
        isb
        .endm

TEST v6p_unprivileged_msr svc=1f+1
        UNPRIV
        cpsid   i
        movs    r0, #1
        msr     primask, r0
        movs    r0, #0
        msr     control, r0
        isb
        mrs     r0, control
        LOG     r0
        mrs     r0, primask
        LOG     r0
        mrs     r0, msp
        LOG     r0
        mrs     r0, ipsr
        LOG     r0
        svc     0                       @ it can be taken: nothing is masked
        END
1:      mrs     r0, primask
        LOG     r0
        mrs     r0, control
        LOG     r0
        END

TEST v6p_unprivileged_scs hard=1f+1
        ldr     r0, =0xE000ED00
        UNPRIV
        .balign 4
2:      ldr     r1, [r0]
        END
1:      PLACE   2b
        END

TEST v6p_unprivileged_ppb hard=1f+1
        ldr     r0, =0xE0003000
        ldr     r1, [r0]                @ privileged: reads as zero
        UNPRIV
        .balign 4
2:      str     r1, [r0]
        END
1:      PLACE   2b
        END

TEST v6p_handler_is_privileged svc=1f+1 hard=3f+1
        UNPRIV
        ldr     r4, =0xE000ED00
        svc     0
        mrs     r0, control
        LOG     r0
        .balign 4
2:      ldr     r1, [r4]
        END
1:      ldr     r1, [r4]
        LOG     r1
        bx      lr
3:      PLACE   2b
        END

TEST v6p_mpu_privilege hard=1f+1
        SET     0xE000ED9C, 0x20001010
        SET     0xE000EDA0, 0x0100000F  @ 256 bytes, privileged only
        SET     0xE000ED9C, 0x00000011
        SET     0xE000EDA0, 0x0300003F  @ all of memory: everyone
        SET     0xE000ED9C, 0x20001012
        SET     0xE000EDA0, 0x0100000F  @ the higher number decides
        SET     0xE000ED94, 1
        dsb
        isb
        ldr     r0, =0x20001000
        str     r0, [r0]
        LOGI    1
        UNPRIV
        ldr     r1, =0x20001100
        str     r0, [r1]                @ behind it
        LOGI    2
        .balign 4
2:      str     r0, [r0]
        END
1:      PLACE   2b
        END

TEST v6p_mpu_background hard=1f+1
        SET     0xE000ED9C, 0x00000010
        SET     0xE000EDA0, 0x06000027  @ 1 MiB of code: read only
        SET     0xE000ED9C, 0x40000011
        SET     0xE000EDA0, 0x0300000F  @ the test device
        SET     0xE000ED9C, 0x20004012
        SET     0xE000EDA0, 0x0300001B  @ 16 KiB of stack
        SET     0xE000ED94, 5
        dsb
        isb
        ldr     r0, =0x20001000
        str     r0, [r0]
        LOGI    1
        UNPRIV
        .balign 4
2:      str     r0, [r0]
        END
1:      PLACE   2b
        END

TEST v6p_no_basepri svc=1f+1
        movs    r0, #0xC0
        .inst.w 0xF3808811              @ msr basepri, r0: the assembler refuses it here
        movs    r0, #1
        .inst.w 0xF3808813              @ msr faultmask, r0
        .inst.w 0xF3EF8011              @ mrs r0, basepri
        LOG     r0
        .inst.w 0xF3EF8013              @ mrs r0, faultmask
        LOG     r0
        svc     0
        END
1:      LOGI    1
        END
