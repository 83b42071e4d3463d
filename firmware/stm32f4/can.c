/*
 * CAN1 on PB8 and PB9 with PCLK1 = 42 MHz, and another node that answers (f4-buses/board.dts). Reference: RM0090 rev 19, chapter 32.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "drivers_pins.h"

enum { CAN1 = 0x40006400, MCR = 0, MSR = 4, TSR = 8, RF0R = 0xC, IER = 0x14, ESR = 0x18, BTR = 0x1C };
enum { TI0R = 0x180, RI0R = 0x1B0, FMR = 0x200, FM1R = 0x204, FS1R = 0x20C, FA1R = 0x21C };
enum { INRQ = 1, INAK = 1, RQCP0 = 1, TXOK0 = 2, FMPIE0 = 2, RFOM = 0x20, CAN1_RX0_IRQ = 20 };
enum { BTR_500K = 5 | 10 << 16 | 1 << 20 }; /* 42 MHz / 6 / 14 */

static volatile unsigned heard;
static uint32_t ids[4];

void irq_handler_20(void);
void irq_handler_20(void)
{
    ids[heard++ & 3] = REG32(CAN1 + RI0R) >> 21;
    REG32(CAN1 + RF0R) = RFOM;
}

static void initialise(void)
{
    REG32(CAN1 + MCR) = 0x00010000 | INRQ;
    while (!(REG32(CAN1 + MSR) & INAK)) {
    }
}

static void set_up(uint32_t btr, bool pins)
{
    for (unsigned pin = 8; pins && pin <= 9; pin++) {
        alternate(GPIOB, pin, 9);
    }
    initialise();
    REG32(CAN1 + BTR) = btr;
    REG32(CAN1 + FMR) |= 1;
    REG32(CAN1 + FS1R) = 1;
    REG32(CAN1 + FA1R) = 1;
    REG32(CAN1 + FMR) &= ~1u;
    REG32(CAN1 + MCR) = 0x00010000;
}

static void join(void)
{
    while (REG32(CAN1 + MSR) & INAK) {
    }
}

static void send(unsigned mailbox, uint32_t id)
{
    REG32(CAN1 + TI0R + 16 * mailbox + 4) = 1;
    REG32(CAN1 + TI0R + 16 * mailbox + 8) = id;
    REG32(CAN1 + TI0R + 16 * mailbox) = id << 21 | 1;
}

static void works(void)
{
    set_up(BTR_500K, true);
    join();
    REG32(CAN1 + IER) = FMPIE0;
    NVIC_ISER0 = 1 << CAN1_RX0_IRQ;
    send(0, 0x300);
    send(1, 0x200);
    send(2, 0x100);
    while (heard < 3) {
        wait_for_interrupt();
    }
    /* The first was on the wire already; then the most urgent of frames and answers. */
    CHECK(ids[0] == 0x101 || ids[0] == 0x301);
    CHECK((REG32(CAN1 + TSR) & 0x00030303) == 0x00030303);
    CHECK(REG32(CAN1 + ESR) == 0);
}

int main(void)
{
    char key = driver_key();
    enable(RCC_AHB1ENR, 2);
    enable(RCC_APB1ENR, 1 << 25);
    switch (key) {
    case 'a': /* the bit timing is changed on the bus */
        set_up(BTR_500K, true);
        join();
        REG32(CAN1 + BTR) = BTR_500K + 1;
        break;
    case 'b': /* the timing is for another clock */
        set_up(BTR_500K - 1, true);
        join();
        break;
    case 'c': /* a mailbox is filled that is not empty */
        set_up(BTR_500K, true);
        join();
        send(0, 1);
        REG32(CAN1 + TI0R + 8) = 2;
        break;
    case 'd': /* filters are changed without their initialisation mode */
        set_up(BTR_500K, true);
        REG32(CAN1 + FM1R) = 1;
        break;
    case 'e': /* no pins: the bus is never seen idle */
        set_up(BTR_500K, false);
        break;
    case 'f': /* sends before it has joined */
        initialise();
        send(0, 1);
        break;
    default:
        works();
        break;
    }
    return driver_done();
}
