/* STM32F4 RTC: what its files share. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ZIF_ST_RTC_H
#define ZIF_ST_RTC_H

#include "st.h"

enum {
    TR,
    DR,
    CR,
    ISR,
    PRER,
    WUTR,
    CALIBR,
    ALRMAR,
    ALRMBR,
    WPR,
    SSR,
    SHIFTR,
    TSTR,
    TSDR,
    TSSSR,
    CALR,
    TAFCR,
    ALRMASSR,
    ALRMBSSR,
    BKP0R,
    NBKP = 20,
    NREGS = BKP0R + NBKP,
};

enum { BYPSHAD = 1 << 5, FMT = 1 << 6, DCE = 1 << 7, ALRAE = 1 << 8, ALRBE = 1 << 9, WUTE = 1 << 10, TSE = 1 << 11 };
enum {
    ALRAIE = 1 << 12,
    ALRBIE = 1 << 13,
    WUTIE = 1 << 14,
    TSIE = 1 << 15,
    ADD1H = 1 << 16,
    SUB1H = 1 << 17,
    COSEL = 1 << 19,
    POL = 1 << 20,
    COE = 1 << 23
};
enum {
    ALRAWF = 1,
    ALRBWF = 2,
    WUTWF = 4,
    INITS = 16,
    RSF = 32,
    INITF = 64,
    INIT = 128,
    ALRAF = 1 << 8,
    ALRBF = 1 << 9
};
enum { WUTF = 1 << 10, TSF = 1 << 11, TSOVF = 1 << 12, TAMP1F = 1 << 13, TAMP2F = 1 << 14 };
enum { PM = 1 << 22, TAMPIE = 1 << 2, TAMPTS = 1 << 7 };
enum { OUT_EXTI17, OUT_EXTI21, OUT_EXTI22, OUT_ALARM, OUT_WAKEUP, OUT_CALIB };
enum { IN_TS, IN_TAMP1, IN_TAMP2 };
enum { TICK, WAKEUP, INIT_READY, SYNC, TAMPER1, TAMPER2, CALIB };

typedef struct {
    ZifDevice dev;
    uint32_t values[NREGS];
    /* The calendar: `time`, `date` as at the start of the present second, which began when the clock showed `second_at`. */
    ZifClock clock; /* RTCCLK, calibrated, 2^20 times too fast */
    uint64_t second_at;
    uint64_t synced; /* up to here alarms have been looked for */
    uint32_t time, date;
    uint32_t shadow_time, shadow_date, shadow_ss;
    uint8_t key;       /* how many of the two keys have been written: 2 = unlocked */
    bool locked;       /* SSR or TR was read: the shadow stays until DR is read */
    ZifTime wakeup_at; /* the wake-up timer's next event; never: stopped */
} Rtc;

static inline unsigned from_bcd(uint32_t v)
{
    return (v >> 4) * 10 + (v & 15);
}

static inline bool is_initialising(const Rtc *r)
{
    return r->values[ISR] & INITF;
}

static inline uint32_t prediv_s(const Rtc *r)
{
    return r->values[PRER] & 0x7fff;
}

/* --- rtc_calendar.c --------------------------------------------------------------------------------------------------- */

/* Hours 0 to 23 of a time as written in TR. */
unsigned zif__rtc_hours(const Rtc *r, uint32_t time);
void zif__rtc_set_hours(Rtc *r, int h);
void zif__rtc_next_second(Rtc *r);
/* The sub-second counter, which goes down. After a shift it can be above PREDIV_S for a while. */
uint32_t zif__rtc_subseconds(const Rtc *r);
/* What `clock` shows; how much of it one step of the sub-second counter is. */
uint64_t zif__rtc_ticks(const Rtc *r);
uint64_t zif__rtc_ticks_per_step(const Rtc *r);
void zif__rtc_set_rate(Rtc *r);
/* All that happened up to now. Sets flags and tells nobody. */
void zif__rtc_catch_up(Rtc *r);
/* The next moment of a second that somebody can notice goes on the queue: an alarm's, or the next second's while an alarm is on. */
void zif__rtc_schedule(Rtc *r);

/* --- rtc_pins.c ----------------------------------------------------------------------------------------------------------- */

void zif__rtc_update_irq(Rtc *r);
/* So many cycles of RTCCLK from now; never while it stands still. */
void zif__rtc_after(Rtc *r, unsigned event, uint64_t cycles);
void zif__rtc_ts(ZifDevice *dev, unsigned line, int level);
void zif__rtc_tamp1(ZifDevice *dev, unsigned line, int level);
void zif__rtc_tamp2(ZifDevice *dev, unsigned line, int level);
void zif__rtc_tampered(Rtc *r, unsigned which);
void zif__rtc_check_tamper(Rtc *r, unsigned which, bool edge);
/* The level of calib now, and its next edge. */
void zif__rtc_show_clock(Rtc *r);

#endif
