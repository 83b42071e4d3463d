/*
 * One byte from the console chooses a way to end badly (or, for comparison, well).
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdio.h>
#include <stdlib.h>
#include "soc.h"

enum { NOWHERE = 0x30000000 }; /* no memory and no peripheral on either SoC */

static void undefined_instruction(void)
{
    __asm__ volatile("udf #7");
}

static void read_nowhere(void)
{
    (void)REG32(NOWHERE);
}

static void write_nowhere(void)
{
    REG32(NOWHERE) = 1;
    __asm__ volatile("dsb" ::: "memory");
}

static void unaligned_load(void)
{
    /* LDM needs word alignment on every profile. */
    __asm__ volatile("ldr r0, =0x20000001\n ldmia r0!, {r1, r2}" ::: "r0", "r1", "r2");
}

static void no_thumb_bit(void)
{
    void (*volatile target)(void) = (void (*)(void))0x100;

    target();
}

static void jump_nowhere(void)
{
    void (*volatile target)(void) = (void (*)(void))(NOWHERE + 1);

    target();
}

static void execute_peripheral(void)
{
    void (*volatile target)(void) = (void (*)(void))0x40000001; /* execute-never by the architecture */

    target();
}

static void divide_by_zero(void)
{
#if __ARM_ARCH >= 7
    SCB_CCR |= 1 << 4; /* DIV_0_TRP */
    __asm__ volatile("mov r0, #1\n mov r1, #0\n sdiv r0, r0, r1" ::: "r0", "r1");
#else
    undefined_instruction(); /* v6-M has no divider */
#endif
}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Winfinite-recursion"
static unsigned use_all_stack(unsigned depth)
{
    volatile unsigned frame[16];

    frame[depth & 15] = depth;
    return use_all_stack(depth + 1) + frame[depth & 15];
}
#pragma GCC diagnostic pop

static void stack_overflow(void)
{
    exit((int)use_all_stack(0));
}

void nmi_handler(void);
void nmi_handler(void)
{
    undefined_instruction(); /* a fault at NMI's priority locks the core up */
}

static void lockup(void)
{
    SCB_ICSR = ICSR_NMIPENDSET;
    __asm__ volatile("dsb\n isb" ::: "memory");
}

static void breakpoint(void)
{
    __asm__ volatile("bkpt 1");
}

static void sleep_for_ever(void)
{
    SYST_CSR = 0;
    for (;;) {
        wait_for_interrupt();
    }
}

static void hang(void)
{
    for (;;) {
        __asm__ volatile("");
    }
}

static void poll_for_ever(void)
{
    while (!(*soc_scratch & 1u << 31)) {
    }
}

/* Outlives a reset, and holds anything after power-on. */
static __attribute__((section(".noinit"))) uint32_t resetting;
static const uint32_t RESETTING = 0x52455345;

static void reset_loop(void)
{
    resetting = RESETTING;
    __asm__ volatile("dsb" ::: "memory");
    SCB_AIRCR = AIRCR_SYSRESETREQ;
    for (;;) {
    }
}

static void call_abort(void)
{
    abort();
}

static void exit_3(void)
{
    exit(3);
}

static void exit_200(void)
{
    exit(200);
}

static const struct {
    char key;
    const char *name;
    void (*run)(void);
} kinds[] = {
    { 'u', "undefined instruction", undefined_instruction },
    { 'r', "read from nowhere", read_nowhere },
    { 'w', "write to nowhere", write_nowhere },
    { 'a', "unaligned load", unaligned_load },
    { 't', "call without the Thumb bit", no_thumb_bit },
    { 'j', "jump to nowhere", jump_nowhere },
    { 'x', "execute a peripheral", execute_peripheral },
    { 'd', "divide by zero", divide_by_zero },
    { 's', "stack overflow", stack_overflow },
    { 'l', "lockup", lockup },
    { 'b', "breakpoint", breakpoint },
    { 'z', "sleep for ever", sleep_for_ever },
    { 'h', "hang", hang },
    { 'p', "poll for ever", poll_for_ever },
    { 'R', "reset loop", reset_loop },
    { 'A', "abort", call_abort },
    { '3', "exit 3", exit_3 },
    { 'X', "exit 200", exit_200 },
};

int main(void)
{
    static const unsigned n = sizeof(kinds) / sizeof(kinds[0]);

    if (resetting == RESETTING) {
        reset_loop();
    }
    puts("crash: which?");
    for (;;) {
        char c = console_getc();

        for (unsigned i = 0; i < n; i++) {
            if (kinds[i].key == c) {
                printf("%s\n", kinds[i].name);
                console_flush();
                kinds[i].run();
                puts("survived");
                return 1;
            }
        }
    }
}
