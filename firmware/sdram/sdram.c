/*
 * The STM32F429I-DISC1's SDRAM: started, filled and read back, left in self-refresh and taken up again, and as a place for programs.
 * Reference: RM0090 rev 19, section 37.7; 9.3.1 (SWP_FMC). SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdio.h>
#include <string.h>
#include "board.h"

enum { WORDS = SDRAM_BYTES / 4, STEP = 4099, RCC_APB2ENR_SYSCFG = 1 << 14, SYSCFG_MEMRMP = 0x40013800, SWAP = 1 << 10 };
static volatile uint32_t *const sdram = (volatile uint32_t *)(uintptr_t)SDRAM_BASE;

static uint32_t pattern(uint32_t n)
{
    return n * 2654435761u ^ n >> 7;
}

static void fill(void)
{
    for (uint32_t n = 0; n < WORDS; n += STEP) {
        sdram[n] = pattern(n);
    }
}

static unsigned wrong(void)
{
    unsigned found = 0;
    for (uint32_t n = 0; n < WORDS; n += STEP) {
        found += sdram[n] != pattern(n);
    }
    return found;
}

/* Every address line has a cell of its own. */
static unsigned lines_that_share(void)
{
    unsigned found = 0;
    sdram[0] = 0x0F0F0F0F;
    for (uint32_t bit = 1; bit < WORDS; bit <<= 1) {
        sdram[bit] = ~bit;
    }
    for (uint32_t bit = 1; bit < WORDS; bit <<= 1) {
        found += sdram[bit] != ~bit;
    }
    return found + (sdram[0] != 0x0F0F0F0F);
}

static int twice(int n)
{
    return 2 * n;
}

/* Programs cannot run at 0xD0000000 (the core's map says device); SYSCFG moves the bank to 0x90000000. */
static int run_from_sdram(void)
{
    const uint8_t *code = (const uint8_t *)((uintptr_t)twice & ~(uintptr_t)1);
    memcpy((void *)(uintptr_t)SDRAM_BASE, code, 16);
    REG32(RCC_APB2ENR) |= RCC_APB2ENR_SYSCFG;
    (void)REG32(RCC_APB2ENR);
    REG32(SYSCFG_MEMRMP) |= SWAP;
    int (*there)(int) = (int (*)(int))(uintptr_t)0x90000001;
    int result = there(21);
    REG32(SYSCFG_MEMRMP) &= ~(uint32_t)SWAP;
    return result;
}

int main(void)
{
    sdram_start();
    fill();
    printf("%u words differ, %u address lines share a cell\n", wrong(), lines_that_share());
    fill();
    sdram_command(SDRAM_SELF_REFRESH | SDRAM_BANK_2);
    printf("self-refresh: status %u\n", (unsigned)(REG32(FMC_SDSR) >> 3 & 3));
    printf("afterwards %u words differ, status %u\n", wrong(), (unsigned)(REG32(FMC_SDSR) >> 3 & 3));
    printf("a program in SDRAM says %d\n", run_from_sdram());
    memset((void *)(uintptr_t)SDRAM_BASE, 0x5A, SDRAM_BYTES);
    printf("cleared: 0x%08x\n", (unsigned)sdram[WORDS - 1]);
    return 0;
}
