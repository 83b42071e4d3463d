/*
 * Intel-command flash at 0x04000000, driven hard: mode toggles with the processor reading in both modes, programming by half-words, array
 * reads beside RAM reads. For `tools/bench flash`: on MPS2-AN385 with a flash from the bench's devicetree, and, with VIRT, on
 * qemu-system-arm -M virt, whose second flash is at the same address.
 *
 * Each kernel is bracketed by "> name" and "< name ok". SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "soc.h"

#define FLASH 0x04000000u
enum { TOGGLES = 200000, PROGRAMMED = 65536, READS = 1 << 22, WINDOW = 32768 };

static volatile uint32_t *const words = (volatile uint32_t *)FLASH;
static volatile uint16_t *const halves = (volatile uint16_t *)FLASH;
static uint32_t ram[WINDOW / 4];
static volatile uint32_t sink;

static void print(const char *text)
{
    while (*text) {
        console_putc(*text++);
    }
}

/* Read status, look, read array, look. */
static bool toggle(void)
{
    uint32_t erased = words[2]; /* 0 on QEMU, when no file is behind its flash */
    bool ok = true;
    for (unsigned i = 0; i < TOGGLES; i++) {
        words[0] = 0x00700070;
        ok &= (words[0] & 0x00800080) == 0x00800080;
        words[0] = 0x00ff00ff;
        ok &= words[2] == erased;
    }
    return ok;
}

/* As drivers do: program, wait, back to the array, compare. */
static bool program(void)
{
    bool ok = true;
    for (unsigned i = 0; i < PROGRAMMED / 2; i++) {
        halves[i] = 0x40;
        halves[i] = (uint16_t)i;
        while (!(halves[i] & 0x80)) {
        }
        halves[i] = 0xff;
        ok &= halves[i] == (uint16_t)i;
    }
    return ok;
}

__attribute__((noinline)) static void read_all(volatile const uint32_t *from)
{
    uint32_t sum = 0;
    for (unsigned n = 0; n < READS; n += WINDOW / 4) {
        for (unsigned i = 0; i < WINDOW / 4; i += 4) {
            sum += from[i] + from[i + 1] + from[i + 2] + from[i + 3];
        }
    }
    sink = sum;
}

static bool read_array(void)
{
    read_all(words);
    return true;
}

static bool read_ram(void)
{
    read_all(ram);
    return true;
}

int main(void)
{
    static const struct {
        const char *name;
        bool (*run)(void);
    } kernels[] = {
        { "toggle", toggle }, { "program", program }, { "array-read", read_array }, { "ram-read", read_ram }
    };

    for (unsigned i = 0; i < sizeof kernels / sizeof *kernels; i++) {
        print("> ");
        print(kernels[i].name);
        print("\n");
        bool ok = kernels[i].run();
        print("< ");
        print(kernels[i].name);
        print(ok ? " ok\n" : " wrong\n");
    }
    return 0;
}

#ifdef VIRT
/* QEMU's virt machine: PL011 at 0x09000000, RAM at 0x40000000; semihosting by SVC. */
void console_putc(char c)
{
    REG32(0x09000000) = (uint8_t)c;
}

__attribute__((naked, section(".vectors"))) void reset_handler(void)
{
    __asm__("ldr sp, =stack_top\n bl main\n mov r0, #0x18\n ldr r1, =0x20026\n svc 0x123456\n b .\n .ltorg");
}
#endif
