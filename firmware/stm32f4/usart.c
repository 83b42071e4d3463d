/*
 * USART1 on PA9 and PA10 with PCLK2 = 84 MHz, single-wire so that it hears itself. Reference: RM0090 rev 19, chapter 30.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "drivers_pins.h"

enum { USART1 = 0x40011000, SR = 0, DR = 4, BRR = 8, CR1 = 0xC, CR2 = 0x10, CR3 = 0x14 };
enum { FE = 2, IDLE = 0x10, RXNE = 0x20, TC = 0x40, TXE = 0x80, LBD = 0x100 };
enum { SBK = 1, RE = 4, TE = 8, PCE = 0x400, M = 0x1000, UE = 0x2000, HDSEL = 8, LINEN = 0x4000 };
enum { BRR_115200 = 729 }; /* 84 MHz / 115200 */

static void wait(uint32_t flag)
{
    while (!(REG32(USART1 + SR) & flag)) {
    }
}

static uint32_t heard(void)
{
    wait(RXNE);
    return REG32(USART1 + DR);
}

static void start(bool pins)
{
    if (pins) {
        alternate(GPIOA, 9, 7);
        alternate(GPIOA, 10, 7);
        pull_up(GPIOA, 10);
    }
    REG32(USART1 + BRR) = BRR_115200;
    REG32(USART1 + CR1) = UE | TE;
}

static void works(void)
{
    alternate(GPIOA, 9, 7);
    REG32(USART1 + BRR) = BRR_115200;
    REG32(USART1 + CR3) = HDSEL;
    REG32(USART1 + CR1) = UE | TE | RE | M | PCE;
    REG32(USART1 + DR) = 0x5A;
    CHECK(heard() == 0x5A); /* even parity: 0 */
    wait(TC);
    REG32(USART1 + DR) = 0x01;
    CHECK(heard() == 0x101); /* and here 1 */
    wait(IDLE);
    (void)REG32(USART1 + SR);
    (void)REG32(USART1 + DR);
    CHECK(!(REG32(USART1 + SR) & IDLE));
    REG32(USART1 + CR2) = LINEN;
    REG32(USART1 + CR1) |= SBK;
    wait(LBD);
    CHECK(REG32(USART1 + SR) & FE);
    CHECK((heard() & 0xFF) == 0);
    REG32(USART1 + SR) = 0x3FF & ~(uint32_t)LBD;
    CHECK(!(REG32(USART1 + SR) & (LBD | FE)));
}

int main(void)
{
    char key = driver_key();
    if (key != 'c') {
        enable(RCC_APB2ENR, 1 << 4);
    }
    switch (key) {
    case 'a': /* the pins were left as inputs */
        start(false);
        REG32(USART1 + DR) = 'x';
        wait(TC);
        break;
    case 'b': /* the divisor is that of the other bus */
        alternate(GPIOA, 9, 7);
        REG32(USART1 + BRR) = BRR_115200 / 2;
        REG32(USART1 + CR1) = UE | TE;
        REG32(USART1 + DR) = 'x';
        wait(TC);
        break;
    case 'c': /* the clock was forgotten */
        REG32(USART1 + BRR) = BRR_115200;
        break;
    case 'd': /* sent before it was enabled */
        REG32(USART1 + DR) = 'x';
        break;
    case 'e': /* switched off while the last character is on the wire */
        start(true);
        REG32(USART1 + DR) = 'x';
        wait(TXE); /* it has begun, behind the idle frame */
        REG32(USART1 + CR1) &= ~(uint32_t)TE;
        for (volatile unsigned i = 0; i < 5000; i++) {
        }
        break;
    case 'f': /* sends without looking */
        start(true);
        REG32(USART1 + DR) = 'x';
        REG32(USART1 + DR) = 'y';
        break;
    case 'g': /* another rate before the last character was out */
        start(true);
        REG32(USART1 + DR) = 'x';
        wait(TXE);
        REG32(USART1 + BRR) = BRR_115200 + 1;
        break;
    default:
        works();
        break;
    }
    return driver_done();
}
