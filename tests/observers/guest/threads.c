/*
 * Two threads on the process stack that hand over to each other by PendSV, in the middle of nested calls. For the tests of profiles.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdint.h>

void start(void);
void pend_sv(void);
void first(void);
void second(void);

enum { STACK = 128, ROUNDS = 5 };
static uint32_t stacks[2][STACK];
static uint32_t *volatile saved[2];
static volatile unsigned current, rounds;

/* Saves R4-R11 under the frame, changes to the other thread's stack, and brings back its registers. */
__attribute__((naked)) void pend_sv(void)
{
    __asm volatile("mrs r0, psp\n stmdb r0!, {r4-r11}\n"
                   "ldr r1, =current\n ldr r2, [r1]\n ldr r3, =saved\n str r0, [r3, r2, lsl #2]\n"
                   "eor r2, #1\n str r2, [r1]\n ldr r0, [r3, r2, lsl #2]\n"
                   "ldmia r0!, {r4-r11}\n msr psp, r0\n bx lr\n .ltorg");
}

__attribute__((noinline)) static void hand_over(void)
{
    *(volatile uint32_t *)0xe000ed04 = 1u << 28; /* ICSR.PENDSVSET */
    __asm volatile("dsb\n isb" ::: "memory");
}

__attribute__((noinline)) static void spin(void)
{
    for (volatile unsigned i = 0; i < 10; i++) {
    }
    hand_over();
}

__attribute__((noinline)) static void first_inner(void)
{
    spin();
    rounds++;
}

__attribute__((noinline)) static void second_inner(void)
{
    spin();
    __asm volatile("");
}

void first(void)
{
    static const unsigned block[] = { 0x20026, 0 };
    while (rounds < ROUNDS) {
        first_inner();
    }
    __asm volatile("mov r0, #0x20\n mov r1, %0\n bkpt 0xab" ::"r"(block) : "r0", "r1", "memory");
    for (;;) {
    }
}

void second(void)
{
    for (;;) {
        second_inner();
    }
}

/* A frame that an exception return takes for the second thread's, and eight registers under it; then the first thread begins. */
void start(void)
{
    uint32_t *frame = &stacks[1][STACK - 8];
    frame[6] = (uint32_t)second;
    frame[7] = 1u << 24;
    saved[1] = frame - 8;
    __asm volatile("msr psp, %0\n mov r0, #2\n msr control, r0\n isb\n b first" ::"r"(&stacks[0][STACK])
                   : "r0", "memory");
}

__attribute__((section(".vectors"), used)) static void *const vectors[] = {
    (void *)0x20040000, (void *)start, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, (void *)pend_sv,
};
