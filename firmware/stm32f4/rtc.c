/*
 * RTC: the calendar on LSI, an alarm, the wake-up timer. Reference: RM0090 rev 19, chapter 26. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "drivers.h"

enum { PWR_CR = 0x40007000, DBP = 1 << 8, RTC = 0x40002800 };
enum { TR = 0, DR = 4, CR = 8, ISR = 0xC, PRER = 0x10, WUTR = 0x14, ALRMAR = 0x1C, WPR = 0x24, BKP0R = 0x50 };
enum { RSF = 1 << 5, INITF = 1 << 6, INIT = 1 << 7, ALRAF = 1 << 8, WUTF = 1 << 10 };

static void open_domain(void)
{
    REG32(PWR_CR) |= DBP;
    REG32(RCC_CSR) |= 1;
    while (!(REG32(RCC_CSR) & 2)) {
    }
    REG32(RCC_BDCR) = 1 << 15 | 2 << 8; /* RTCEN, LSI */
}

static void unlock(void)
{
    REG32(RTC + WPR) = 0xCA;
    REG32(RTC + WPR) = 0x53;
}

static void set_calendar(void)
{
    REG32(RTC + ISR) = ~(uint32_t)0 & 0x1FFFF; /* INIT, and leaves the flags alone */
    while (!(REG32(RTC + ISR) & INITF)) {
    }
    REG32(RTC + PRER) = 24; /* ten seconds in each */
    REG32(RTC + PRER) = 127 << 16 | 24;
    REG32(RTC + TR) = 0x235958;
    REG32(RTC + DR) = 0x23F231; /* Sunday, 31 December 2023 */
    REG32(RTC + ISR) = 0x1FF7F & ~(uint32_t)INIT;
}

static void wait_shadow(void)
{
    REG32(RTC + ISR) = 0x1FFFF & ~(uint32_t)(INIT | RSF);
    while (!(REG32(RTC + ISR) & RSF)) {
    }
}

static void works(void)
{
    open_domain();
    unlock();
    set_calendar();
    REG32(RTC + ALRMAR) = 1u << 31 | 0x000000; /* midnight, any day */
    REG32(RTC + WUTR) = 0;
    REG32(RTC + CR) = 1 << 8 | 1 << 10 | 4; /* alarm A, wake-up at 1 Hz */
    while (!(REG32(RTC + ISR) & WUTF)) {
    }
    while (!(REG32(RTC + ISR) & ALRAF)) {
    }
    wait_shadow();
    CHECK(REG32(RTC + TR) == 0);
    CHECK(REG32(RTC + DR) == 0x242101);
    REG32(RTC + BKP0R) = 0x5AFE;
    CHECK(REG32(RTC + BKP0R) == 0x5AFE);
}

int main(void)
{
    char key = driver_key();
    enable(RCC_APB1ENR, 1 << 28);
    switch (key) {
    case 'a': /* the domain was not opened */
        REG32(RTC + BKP0R) = 1;
        break;
    case 'b': /* the keys were forgotten */
        open_domain();
        REG32(RTC + CR) = 1 << 6;
        break;
    case 'c': /* the time is set without initialisation mode */
        open_domain();
        unlock();
        REG32(RTC + TR) = 0x120000;
        break;
    case 'd': /* read at once, before the shadow registers have followed */
        open_domain();
        unlock();
        set_calendar();
        (void)REG32(RTC + TR);
        break;
    case 'e': /* an alarm is changed while it is on */
        open_domain();
        unlock();
        REG32(RTC + CR) = 1 << 8;
        REG32(RTC + ALRMAR) = 5;
        break;
    default:
        works();
        break;
    }
    return driver_done();
}
