/*
 * Start-up shared by all guest programs: vector table, memory initialisation, and the calls newlib makes.
 *
 * Every handler nobody defines is a branch to itself, as in most vendors' start-up code.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "soc.h"

extern uint32_t data_start[], data_end[], data_load[], bss_start[], bss_end[], heap_start[], stack_top[];
int main(void);
void reset_handler(void);
void default_handler(void);

__attribute__((naked)) void default_handler(void)
{
    __asm__("b .");
}

#define WEAK_HANDLER(name) __attribute__((weak, alias("default_handler"))) void name(void)
WEAK_HANDLER(nmi_handler);
WEAK_HANDLER(hard_fault_handler);
WEAK_HANDLER(mem_manage_handler);
WEAK_HANDLER(bus_fault_handler);
WEAK_HANDLER(usage_fault_handler);
WEAK_HANDLER(svc_handler);
WEAK_HANDLER(debug_handler);
WEAK_HANDLER(pendsv_handler);
WEAK_HANDLER(systick_handler);

/* clang-format off */
#define EACH_IRQ(X)                                                             \
    X(0)  X(1)  X(2)  X(3)  X(4)  X(5)  X(6)  X(7)  X(8)  X(9)  X(10) X(11)       \
    X(12) X(13) X(14) X(15) X(16) X(17) X(18) X(19) X(20) X(21) X(22) X(23)       \
    X(24) X(25) X(26) X(27) X(28) X(29) X(30) X(31)
#define DECLARE_IRQ(n) WEAK_HANDLER(irq_handler_##n);
#define LIST_IRQ(n)    [16 + n] = irq_handler_##n,
EACH_IRQ(DECLARE_IRQ)

typedef void (*Handler)(void);

__attribute__((section(".vectors"), used)) static const Handler vectors[16 + 32] = {
    [0] = (Handler)(uintptr_t)stack_top,
    [1] = reset_handler,
    [2] = nmi_handler,
    [3] = hard_fault_handler,
    [4] = mem_manage_handler,
    [5] = bus_fault_handler,
    [6] = usage_fault_handler,
    [11] = svc_handler,
    [12] = debug_handler,
    [14] = pendsv_handler,
    [15] = systick_handler,
    EACH_IRQ(LIST_IRQ)
};
/* clang-format on */

void reset_handler(void)
{
    memcpy(data_start, data_load, (char *)data_end - (char *)data_start);
    memset(bss_start, 0, (char *)bss_end - (char *)bss_start);
    console_init();
    exit(main());
}

_Noreturn void semihosting_exit(int status)
{
    /* SYS_EXIT_EXTENDED with ADP_Stopped_ApplicationExit ("Semihosting for AArch32 and AArch64", 6.5). */
    uint32_t block[2] = { 0x20026, (uint32_t)status };
    register uint32_t op __asm__("r0") = 0x20;
    register void *parameter __asm__("r1") = block;

    for (;;) {
        __asm__ volatile("bkpt 0xAB" : "+r"(op) : "r"(parameter) : "memory");
    }
}

/* --- What newlib asks of the system ------------------------------------------------------------------------
 */

int _write(int fd, const char *bytes, int len);
int _read(int fd, char *bytes, int len);
void *_sbrk(ptrdiff_t grow);
int _close(int fd);
int _fstat(int fd, struct stat *st);
int _isatty(int fd);
int _lseek(int fd, int offset, int whence);
int _kill(int pid, int sig);
int _getpid(void);
_Noreturn void _exit(int status);

int _write(int fd, const char *bytes, int len)
{
    for (int i = 0; i < len; i++) {
        console_putc(bytes[i]);
    }
    return len;
}

int _read(int fd, char *bytes, int len)
{
    if (len > 0) {
        bytes[0] = console_getc();
    }
    return len > 0;
}

void *_sbrk(ptrdiff_t grow)
{
    static char *end = (char *)heap_start;
    char *old = end;

    if (end + grow > (char *)__builtin_frame_address(0)) {
        errno = ENOMEM;
        return (void *)-1;
    }
    end += grow;
    return old;
}

int _close(int fd)
{
    return -1;
}

int _fstat(int fd, struct stat *st)
{
    st->st_mode = S_IFCHR;
    return 0;
}

int _isatty(int fd)
{
    return 1;
}

int _lseek(int fd, int offset, int whence)
{
    return 0;
}

int _kill(int pid, int sig)
{
    _exit(128 + sig);
}

int _getpid(void)
{
    return 1;
}

_Noreturn void _exit(int status)
{
    console_flush();
    semihosting_exit(status);
}
