/*
 * STM32F4: programs and erases its flash from flash and from RAM, and says what that costs and what each mistake gives.
 *
 * Reference: RM0090 rev 19, chapter 3. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdio.h>
#include "soc.h"

#define FLASH_ACR    REG32(0x40023C00)
#define FLASH_KEYR   REG32(0x40023C04)
#define FLASH_SR     REG32(0x40023C0C)
#define FLASH_CR     REG32(0x40023C10)
#define SR_ERRORS    0xF0u
#define SR_BSY       (1u << 16)
#define CR_PG        1u
#define CR_SER       2u
#define CR_SNB(n)    ((n) << 3)
#define CR_X16       (1u << 8)
#define CR_X32       (2u << 8)
#define CR_STRT      (1u << 16)
#define CR_LOCK      (1u << 31)
#define DEMCR        REG32(0xE000EDFC)
#define DWT_CTRL     REG32(0xE0001000)
#define DWT_CYCCNT   REG32(0xE0001004)
#define SECTOR       3
#define SECTOR_START 0x0800C000u

/* Code that must not be in flash. */
#define IN_RAM __attribute__((section(".data.in_ram"), noinline, long_call))

static volatile unsigned ticks;

void systick_handler(void)
{
    ticks++;
}

static unsigned since(uint32_t start)
{
    return (DWT_CYCCNT - start) / (soc_hz / 1000000);
}

static void wait(void)
{
    while (FLASH_SR & SR_BSY) {
    }
}

static void erase(void)
{
    FLASH_CR = CR_SER | CR_X32 | CR_SNB(SECTOR);
    FLASH_CR |= CR_STRT;
    wait();
    FLASH_CR = 0;
}

static void program16(uint32_t address, uint16_t value)
{
    FLASH_CR = CR_PG | CR_X16;
    *(volatile uint16_t *)address = value;
    wait();
    FLASH_CR = 0;
}

/* Returns how often BSY was seen. */
IN_RAM static unsigned program_from_ram(uint32_t address, uint16_t value)
{
    unsigned polls = 0;
    FLASH_CR = CR_PG | CR_X16;
    *(volatile uint16_t *)address = value;
    while (FLASH_SR & SR_BSY) {
        polls++;
    }
    FLASH_CR = 0;
    return polls;
}

/* Returns how often BSY was seen. */
IN_RAM static unsigned erase_from_ram(void)
{
    unsigned polls = 0;
    FLASH_CR = CR_SER | CR_X32 | CR_SNB(SECTOR);
    FLASH_CR |= CR_STRT;
    while (FLASH_SR & SR_BSY) {
        polls++;
    }
    FLASH_CR = 0;
    return polls;
}

static void mistake(const char *what)
{
    printf("%s: SR %02x\n", what, (unsigned)(FLASH_SR & SR_ERRORS));
    FLASH_SR = SR_ERRORS;
}

int main(void)
{
    static volatile uint32_t *const word = (volatile uint32_t *)SECTOR_START;
    unsigned (*const function)(void) = (unsigned (*)(void))(SECTOR_START + 0x101);
    uint32_t start;
    unsigned polls;

    DEMCR |= 1u << 24;
    DWT_CTRL |= 1;
    FLASH_ACR &= ~(3u << 9); /* the caches hold nothing that is erased */
    FLASH_KEYR = 0x45670123;
    FLASH_KEYR = 0xCDEF89AB;
    SYST_RVR = soc_hz / 100 - 1;
    SYST_CVR = 0;
    SYST_CSR = SYST_CSR_RUN_TICKS;

    start = DWT_CYCCNT;
    ticks = 0;
    erase();
    printf("erase from flash: %u ms, %u tick\n", since(start) / 1000, ticks);

    start = DWT_CYCCNT;
    polls = program_from_ram(SECTOR_START + 0x300, 0);
    printf("program from RAM: %u us, %s\n", since(start), polls > 100 ? "polled" : "stood still");

    /* The handler is in flash: the first tick stands still with it until the erase is over. */
    start = DWT_CYCCNT;
    ticks = 0;
    polls = erase_from_ram();
    printf("with a handler in flash: %u ms, at most 2 ticks: %s\n", since(start) / 1000, ticks <= 2 ? "yes" : "no");
    SYST_CSR = 0;

    start = DWT_CYCCNT;
    for (unsigned i = 0; i < 100; i++) {
        program16(SECTOR_START + 2 * i, (uint16_t)(0x1000 + i));
    }
    printf("100 half-words: %u us each, last %04x\n", since(start) / 100, (unsigned)(word[49] >> 16));

    program16(SECTOR_START + 0x100, 0x2003); /* movs r0, #3 */
    program16(SECTOR_START + 0x102, 0x4770); /* bx lr */
    printf("new code gives %u\n", function());
    program16(SECTOR_START + 0x100, 0x2001);
    printf("changed code gives %u\n", function());

    word[100] = 0;
    mistake("without PG");
    FLASH_CR = CR_PG | CR_X32;
    *(volatile uint16_t *)(SECTOR_START + 0x200) = 0;
    mistake("another width");
    FLASH_CR = CR_SER | CR_SNB(12);
    FLASH_CR |= CR_STRT;
    mistake("a sector that is not there");
    FLASH_CR = CR_LOCK;
    word[100] = 0;
    mistake("locked");
    printf("the word is %08x\n", (unsigned)word[100]);
    return 0;
}
