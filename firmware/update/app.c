/*
 * The application, version 1 (which carries version 2 as bytes and installs it) and version 2.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "update.h"

static void print(const char *text)
{
    while (*text) {
        console_putc(*text++);
    }
}

#if VERSION == 1
__asm__(".section .rodata\n.balign 4\nsuccessor: .incbin \"" SUCCESSOR "\"\n.balign 4\nsuccessor_end:\n");
extern const uint32_t successor[], successor_end[];

static void update(void)
{
    uint32_t length = (uint32_t)((const char *)successor_end - (const char *)successor);

    if (PENDING != UINT32_MAX || LENGTH != UINT32_MAX || DONE != UINT32_MAX) {
        erase(FLAGS, PAGE);
    }
    erase(SECONDARY, length);
    for (uint32_t at = 0; at < length; at += 4) {
        program(SECONDARY + at, successor[at / 4]);
    }
    program(FLAGS + 4, length);
    program(FLAGS + 0, MARK);
}
#endif

int main(void)
{
#if VERSION == 1
    print("application 1 ready\n");
    update();
    SCB_AIRCR = AIRCR_SYSRESETREQ;
#else
    print("application 2 ready\n");
#endif
    for (;;) {
        wait_for_interrupt();
    }
}
