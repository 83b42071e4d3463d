/* Cortex-M3: "hi\n" to the ITM's port 0 as characters, "word" to port 3 at once, when a probe has enabled them. Ends with success.
 * SPDX-License-Identifier: GPL-2.0-or-later */
    .syntax unified
    .cpu cortex-m3
    .thumb
    .section .vectors, "a"
    .word 0x20001000
    .word start + 1
    .text
    .global start
    .type start, %function
start:
    mov r4, #0xe0000000
    adr r5, text
1:  ldrb r1, [r5], #1
    cbz r1, 3f
2:  ldr r0, [r4]
    cmp r0, #0
    beq 3f
    strb r1, [r4]
    b 1b
3:  ldr r0, [r4, #12]
    cbz r0, 4f
    ldr r1, =0x64726f77
    str r1, [r4, #12]
4:  movs r0, #0x18
    ldr r1, =0x20026
    bkpt 0xab
    .align 2
text:
    .asciz "hi\n"
    .ltorg
