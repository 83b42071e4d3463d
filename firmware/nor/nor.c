/*
 * NOR flash as drivers use it, on board.dts: command mode against loads in every shape, programming from RAM and from another bank, a serial
 * flash on SPI, and mistakes. One key on the console chooses: '.' is all that is proper, a letter one mistake.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdio.h>
#include <string.h>
#include "soc.h"

enum { AMD = 0x04000000, INTEL = 0x05000000, SPI0 = 0x40020000, GPIO0 = 0x40010000, SELECT = 1 << 4 };
#define REG16(address) (*(volatile uint16_t *)(uintptr_t)(address))

static unsigned wrong;

static void is(const char *what, uint32_t got, uint32_t expected)
{
    if (got != expected) {
        printf("%s: 0x%lx, not 0x%lx\n", what, (unsigned long)got, (unsigned long)expected);
        wrong++;
    }
}

/* --- A command, and the load it changes -------------------------------------------------------------------------------- */

/* Query, 'Q', back, array: in one basic block. */
static uint32_t in_one_block(void)
{
    uint32_t q, a;
    __asm__ volatile("strh %2, [%4, #0xaa]\n ldrh %0, [%4, #0x20]\n strh %3, [%4]\n ldrh %1, [%4, #0x20]"
                     : "=&r"(q), "=&r"(a)
                     : "r"(0x98), "r"(0xf0), "r"(AMD)
                     : "memory");
    return q << 16 | a;
}

static uint32_t in_an_it_block(void)
{
    uint32_t q, a;
    __asm__ volatile("cmp %2, %2\n itttt eq\n strheq %2, [%4, #0xaa]\n ldrheq %0, [%4, #0x20]\n strheq %3, [%4]\n "
                     "ldrheq %1, [%4, #0x20]"
                     : "=&r"(q), "=&r"(a)
                     : "r"(0x98), "r"(0xf0), "r"(AMD)
                     : "memory", "cc");
    return q << 16 | a;
}

/* Words 0 and 1 get `first` and `second`; what they read then. */
static uint64_t by_stm(uint32_t first, uint32_t second)
{
    register uint32_t r2 __asm__("r2") = first;
    register uint32_t r3 __asm__("r3") = second;
    __asm__ volatile("stm %2, {r2, r3}\n ldm %2, {r2, r3}" : "+r"(r2), "+r"(r3) : "r"(INTEL) : "memory");
    return (uint64_t)r3 << 32 | r2;
}

/* The command 0x40 and the data 0x40 are the same store. */
static void twice_the_same(uint32_t at)
{
    __asm__ volatile("str %1, [%0]\n str %1, [%0]" : : "r"(at), "r"(0x00400040) : "memory");
}

static void loads(void)
{
    for (unsigned i = 0; i < 20; i++) {
        is("one block", in_one_block(), 0x0051ffff);
        is("IT block", in_an_it_block(), 0x0051ffff);
        is("STM status", (uint32_t)by_stm(0x00ff00ff, 0x00700070), 0x00800080);
        uint64_t words = by_stm(0x00700070, 0x00ff00ff);
        is("STM array", (uint32_t)words, 0xffffffff);
        is("LDM second", (uint32_t)(words >> 32), 0xffffffff);
    }
    for (uint32_t at = INTEL + 0x100; at < INTEL + 0x140; at += 4) {
        twice_the_same(at);
        is("busy", REG32(at) & 0x00800080, 0);
        while ((REG32(at) & 0x00800080) != 0x00800080) {
        }
        REG32(INTEL) = 0x00ff00ff;
        is("identical stores", REG32(at), 0x00400040);
        is("its neighbour", REG32(at + 4), 0xffffffff);
    }
}

/* --- Programming ------------------------------------------------------------------------------------------------------- */

static void amd_program(uint32_t at, uint16_t data)
{
    REG16(AMD + 0xaaa) = 0xaa;
    REG16(AMD + 0x554) = 0x55;
    REG16(AMD + 0xaaa) = 0xa0;
    REG16(at) = data;
    while ((REG16(at) ^ data) & 0x80) {
    }
}

/* Runs wherever it is copied to: gives word r0 the command r1 and the data r2, waits until bits r3 are set, and gives the command 0xff. */
void routine(uint32_t at, uint32_t command, uint32_t data, uint32_t ready);
extern const uint16_t routine_start[], routine_end[];
__asm__(".section .text.routine\n.balign 4\n.thumb_func\n.global routine\nroutine:\nroutine_start:\n"
        "str r1, [r0]\n str r2, [r0]\n"
        "1: ldr r1, [r0]\n and r1, r1, r3\n cmp r1, r3\n bne 1b\n"
        "mov r1, #0x00ff00ff\n str r1, [r0]\n bx lr\n"
        "routine_end:\n.global routine_start\n.global routine_end\n.text\n");

typedef void (*Routine)(uint32_t, uint32_t, uint32_t, uint32_t);

static Routine copy_to_amd(void)
{
    uint32_t at = AMD + 0x2000;
    for (const uint16_t *code = routine_start; code < routine_end; code++, at += 2) {
        if (REG16(at) != *code) {
            amd_program(at, *code);
        }
    }
    is("the copy",
       (uint32_t)memcmp((void *)(AMD + 0x2000), routine_start, (size_t)((char *)routine_end - (char *)routine_start)),
       0);
    return (Routine)(AMD + 0x2000 + 1);
}

static void programming(void)
{
    Routine far = copy_to_amd();
    routine(INTEL + 0x200, 0x00400040, 0x12345678, 0x00800080); /* from RAM */
    is("from RAM", REG32(INTEL + 0x200), 0x12345678);
    far(INTEL + 0x204, 0x00400040, 0x89abcdef, 0x00800080); /* from another bank */
    is("from another bank", REG32(INTEL + 0x204), 0x89abcdef);
    far(INTEL + 0x204, 0x00200020, 0x00d000d0, 0x00800080);
    is("erased from another bank", REG32(INTEL + 0x204), 0xffffffff);
    is("its sector", REG32(INTEL + 0x200), 0xffffffff);
    is("the copy is still there", REG16(AMD + 0x2000), routine_start[0]);
}

/* --- Serial flash ------------------------------------------------------------------------------------------------------ */

static uint8_t spi(uint8_t out)
{
    REG32(SPI0 + 0x08) = out;
    while (!(REG32(SPI0 + 0x0c) & 4)) {
    }
    return (uint8_t)REG32(SPI0 + 0x08);
}

static void command(uint8_t code, uint32_t address, unsigned bytes, const uint8_t *out, uint8_t *in, unsigned len)
{
    REG32(GPIO0 + 0x04) &= ~(uint32_t)SELECT;
    spi(code);
    while (bytes--) {
        spi((uint8_t)(address >> 8 * bytes));
    }
    for (unsigned i = 0; i < len; i++) {
        uint8_t byte = spi(out ? out[i] : 0);
        if (in) {
            in[i] = byte;
        }
    }
    REG32(GPIO0 + 0x04) |= SELECT;
}

static void serial_begin(void)
{
    REG32(GPIO0 + 0x04) |= SELECT;
    REG32(GPIO0 + 0x10) = SELECT;
    REG32(SPI0 + 0x10) = 2;      /* CPSR */
    REG32(SPI0 + 0x00) = 7;      /* eight bits, mode 0 */
    REG32(SPI0 + 0x04) = 1 << 1; /* on */
}

static void serial_wait(void)
{
    uint8_t status;
    do {
        command(0x05, 0, 0, NULL, &status, 1);
    } while (status & 1);
}

static void serial(void)
{
    uint8_t id[3], page[16], back[16];
    serial_begin();
    command(0x9f, 0, 0, NULL, id, 3);
    is("JEDEC ID", (uint32_t)(id[0] << 16 | id[1] << 8 | id[2]), 0xef4014);
    for (unsigned i = 0; i < sizeof page; i++) {
        page[i] = (uint8_t)(0x35 * i);
    }
    command(0x06, 0, 0, NULL, NULL, 0);
    command(0x02, 0x123f8, 3, page, NULL, sizeof page); /* the second half goes to the start of the page */
    serial_wait();
    command(0x03, 0x123f8, 3, NULL, back, 8);
    is("page program", (uint32_t)memcmp(page, back, 8), 0);
    command(0x03, 0x12300, 3, NULL, back, 8);
    is("wrap in the page", (uint32_t)memcmp(page + 8, back, 8), 0);
    command(0x06, 0, 0, NULL, NULL, 0);
    command(0x20, 0x12000, 3, NULL, NULL, 0);
    serial_wait();
    command(0x0b, 0x123f8 << 8, 4, NULL, back, 1);
    is("sector erase", back[0], 0xff);
}

static void serial_mistake(void)
{
    uint8_t byte = 0;
    serial_begin();
    command(0x02, 0x100, 3, &byte, NULL, 1); /* no write enable */
    command(0x03, 0x100, 3, NULL, &byte, 1);
    is("not programmed", byte, 0xff);
}

/* --- Executing from a flash in command mode ---------------------------------------------------------------------------- */

void bus_fault_handler(void);
void bus_fault_handler(void)
{
    REG16(AMD) = 0xf0;
    printf("bus fault at %s\n", REG32(0xE000ED28) & 0x100 ? "a fetch" : "something else");
    console_flush();
    semihosting_exit(wrong != 0);
}

int main(void)
{
    console_init();
    char key = console_getc();
    SCB_SHCSR |= 1 << 17;
    switch (key) {
    case '.':
        loads();
        programming();
        serial();
        break;
    case 'x': /* the copy puts its own flash into query mode: a reset at 0xa8, the query at 0xaa */
        copy_to_amd()(AMD + 0xa8, 0x009800f0, 0, 0);
        break;
    case 'u': /* no unlock */
        REG16(AMD + 0x100) = 0;
        is("not programmed", REG16(AMD + 0x100), 0xffff);
        break;
    case 'o': /* a 1 over a 0 */
        amd_program(AMD + 0x100, 0x1200);
        REG16(AMD + 0xaaa) = 0xaa;
        REG16(AMD + 0x554) = 0x55;
        REG16(AMD + 0xaaa) = 0xa0;
        REG16(AMD + 0x100) = 0x1234;
        while (!(REG16(AMD + 0x100) & 0x20)) {
        }
        REG16(AMD) = 0xf0;
        is("not programmed", REG16(AMD + 0x100), 0x1200);
        break;
    case 's':
        serial_mistake();
        break;
    default:
        wrong++;
    }
    printf(wrong ? "WRONG\n" : "ok\n");
    console_flush();
    semihosting_exit(wrong != 0);
}
