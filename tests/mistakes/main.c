/* Runs the case that the semihosting command line names; see cases.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>
#include "cases.h"

int main(void)
{
    static char line[64];
    uint32_t block[2] = { (uint32_t)(uintptr_t)line, sizeof line };
    register uint32_t op __asm__("r0") = 0x15; /* SYS_GET_CMDLINE */
    register void *parameter __asm__("r1") = block;
    __asm__ volatile("bkpt 0xAB" : "+r"(op) : "r"(parameter) : "memory");
    bool failed = op;
    char *space = strchr(line, ' ');
    if (failed || !space) {
        semihosting_exit(101);
    }
    *space = '\0';
    for (const Case *c = cases; c->name; c++) {
        if (!strcmp(c->name, line)) {
            c->run(!strcmp(space + 1, "wrong"));
            semihosting_exit(0);
        }
    }
    semihosting_exit(102);
}
