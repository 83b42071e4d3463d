/* Any chip: the mistake chosen by MISTAKE at assembly: 1 an interrupt without a handler is enabled, 2 a handler that never clears what
 * raised it, 3 a stack that grows through its end, 4 none of them. Ends with success. SPDX-License-Identifier: GPL-2.0-or-later */
    .syntax unified
    .cpu cortex-m0
    .thumb
    .section .vectors, "a"
    .word stack_top
    .word start + 1
    .rept 14
    .word spin + 1
    .endr
    .word spin + 1 /* interrupt 0 */
    .word again + 1 /* interrupt 1 */
    .word once + 1 /* interrupt 2 */
    .rept 29
    .word spin + 1
    .endr
    .text
    .global start
    .type start, %function
start:
    ldr r0, =0xe000e100 /* NVIC_ISER */
.if MISTAKE == 1
    movs r1, #1
    str r1, [r0]
.endif
.if MISTAKE == 2
    movs r1, #2
    str r1, [r0]
    ldr r0, =0xe000e200 /* NVIC_ISPR */
    str r1, [r0]
.endif
.if MISTAKE == 3
    movs r2, #12
1:  push {r0-r7}
    subs r2, #1
    bne 1b
    ldr r0, =stack_top
    mov sp, r0
.endif
.if MISTAKE == 4
    movs r1, #4
    str r1, [r0]
    ldr r0, =0xe000e200
    str r1, [r0]
    push {r0-r7}
    pop {r0-r7}
.endif
    ldr r1, =10000
2:  subs r1, #1
    bne 2b
    movs r0, #0x18
    ldr r1, =0x20026
    bkpt 0xab
spin:
    b spin
    .thumb_func
again:
    ldr r0, =0xe000e200
    movs r1, #2
    str r1, [r0]
    bx lr
    .thumb_func
once:
    bx lr
    .ltorg
    .bss
    .global __stack_limit
    .space 256
__stack_limit:
    .space 256
stack_top:
