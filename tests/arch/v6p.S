@ Guest programs for what Cortex-M0+ may have over Cortex-M0: VTOR and an MPU.
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
