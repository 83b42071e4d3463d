/*
 * FSMC: the windows of bank 1. Nothing is soldered to them here. Reference: RM0090 rev 19, chapter 36. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "drivers.h"

enum {
    FSMC = 0xA0000000,
    BCR1 = 0,
    BTR1 = 4,
    BCR2 = 8,
    RCC_AHB3ENR = RCC + 0x38,
    WINDOW1 = 0x60000000,
    WINDOW2 = 0x64000000
};
enum { MBKEN = 1, SRAM_16_BITS = 1 << 4 | 1 << 7 | 1 << 12 };

static volatile unsigned faults;

/* Steps over the 16-bit load that failed. */
static __attribute__((used)) void step_over(uint32_t *frame)
{
    faults++;
    frame[6] += 2;
}

__attribute__((naked)) void hard_fault_handler(void)
{
    __asm__ volatile("mov r0, sp\n push {r0, lr}\n bl step_over\n pop {r0, lr}\n bx lr");
}

static void load(uint32_t address)
{
    __asm__ volatile("ldr.n r0, [%0]" ::"l"(address) : "r0", "memory");
}

int main(void)
{
    char key = driver_key();
    if (key != 'b') {
        enable(RCC_AHB3ENR, 1);
    }
    switch (key) {
    case 'a': /* the window was not enabled */
        load(WINDOW2);
        CHECK(faults == 1);
        break;
    case 'b': /* the controller has no clock */
        load(WINDOW1);
        CHECK(faults == 1);
        break;
    default:
        REG32(FSMC + BTR1) = 0x0FFF0204;
        REG32(FSMC + BCR1) = SRAM_16_BITS | MBKEN;
        load(WINDOW1);
        REG32(FSMC + BCR2) = SRAM_16_BITS | MBKEN;
        load(WINDOW2);
        CHECK(faults == 0);
        break;
    }
    return driver_done();
}
