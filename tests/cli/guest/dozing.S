/* nRF51822: sleeps, and is woken by RTC0's tick eight times a second. SPDX-License-Identifier: GPL-2.0-or-later */
    .syntax unified
    .cpu cortex-m0
    .thumb
    .section .vectors, "a"
    .word 0x20004000
    .word start + 1
    .rept 25
    .word 0
    .endr
    .word tick + 1 /* exception 16 + 11: RTC0 */
    .text
    .global start
    .type start, %function
start:
    movs r1, #1
    ldr r0, =0x40000008 /* CLOCK.TASKS_LFCLKSTART */
    str r1, [r0]
    ldr r0, =0x4000B508 /* RTC0.PRESCALER: 8 Hz */
    ldr r2, =4095
    str r2, [r0]
    ldr r0, =0x4000B304 /* RTC0.INTENSET: TICK */
    str r1, [r0]
    ldr r0, =0xE000E100 /* NVIC_ISER */
    ldr r2, =1 << 11
    str r2, [r0]
    ldr r0, =0x4000B000 /* RTC0.TASKS_START */
    str r1, [r0]
1:  wfi
    b 1b
    .type tick, %function
tick:
    movs r1, #0
    ldr r0, =0x4000B100 /* RTC0.EVENTS_TICK */
    str r1, [r0]
    bx lr
    .ltorg
