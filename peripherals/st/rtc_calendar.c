/*
 * STM32F4 RTC: the calendar, its clock and the alarms. The head comment is in rtc.c. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "rtc.h"

static uint32_t to_bcd(unsigned v)
{
    return v / 10 << 4 | v % 10;
}

static unsigned days_in(unsigned month, unsigned year)
{
    static const uint8_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    return month == 2 && year % 4 == 0 ? 29 : days[month >= 1 && month <= 12 ? month - 1 : 0];
}

static void next_day(Rtc *r)
{
    unsigned day = from_bcd(r->date & 0x3f) + 1, month = from_bcd(r->date >> 8 & 0x1f),
             year = from_bcd(r->date >> 16 & 0xff);
    unsigned weekday = zif_bits(r->date, 13, 3) % 7 + 1;
    if (day > days_in(month, year)) {
        day = 1;
        if (++month > 12) {
            month = 1;
            year = (year + 1) % 100;
        }
    }
    r->date = to_bcd(day) | to_bcd(month) << 8 | weekday << 13 | to_bcd(year) << 16;
}

/* Hours as written in TR; 12-hour notation counts 12, 1, ... 11. */
unsigned zif__rtc_hours(const Rtc *r, uint32_t time)
{
    unsigned h = from_bcd(zif_bits(time, 16, 6));
    return r->values[CR] & FMT ? h % 12 + (time & PM ? 12 : 0) : h;
}

static uint32_t hours_bcd(const Rtc *r, unsigned h)
{
    if (!(r->values[CR] & FMT)) {
        return to_bcd(h) << 16;
    }
    return to_bcd(h % 12 ? h % 12 : 12) << 16 | (h >= 12 ? PM : 0);
}

void zif__rtc_set_hours(Rtc *r, int h)
{
    r->time = (r->time & 0xffff) | hours_bcd(r, (h + 24) % 24);
}

void zif__rtc_next_second(Rtc *r)
{
    unsigned s = from_bcd(r->time & 0x7f) + 1, m = from_bcd(r->time >> 8 & 0x7f), h = zif__rtc_hours(r, r->time);
    m += s >= 60;
    h += m >= 60;
    if (h >= 24) {
        next_day(r);
    }
    r->time = to_bcd(s >= 60 ? 0 : s) | to_bcd(m >= 60 ? 0 : m) << 8;
    zif__rtc_set_hours(r, h);
}

/* --- The clock -------------------------------------------------------------------------------------------------------- */

/* Ticks of RTCCLK are added (CALP) or left out (CALM), so many of 2^20; coarse calibration in its own, larger steps. */
static uint64_t calibrated_hz(const Rtc *r)
{
    uint64_t hz = zif_clock_hz_of(&r->dev, 1);
    uint32_t calr = r->values[CALR], calibr = r->values[CALIBR];
    int64_t parts = (calr >> 15 & 1 ? 512 : 0) - (int64_t)(calr & 0x1ff);
    if (r->values[CR] & DCE) {
        /* 4 ppm a step upwards, 2 ppm downwards. */
        parts += calibr & 0x80 ? -(int64_t)(calibr & 31) * 2 : (int64_t)(calibr & 31) * 4;
    }
    return hz << 20 ? (hz << 20) + hz * parts : 0;
}

/* The clock's rate is kept 2^20 times too high, so that a calibration of one part in a million is a whole number. */
uint64_t zif__rtc_ticks_per_step(const Rtc *r)
{
    return (uint64_t)(zif_bits(r->values[PRER], 16, 7) + 1) << 20;
}

static uint64_t ticks_per_second(const Rtc *r)
{
    return zif__rtc_ticks_per_step(r) * (prediv_s(r) + 1);
}

uint64_t zif__rtc_ticks(const Rtc *r)
{
    return zif_clock_ticks(&r->clock, zif_now(&r->dev));
}

/* The sub-second counter, which goes down. After a shift it can be above PREDIV_S for a while. */
uint32_t zif__rtc_subseconds(const Rtc *r)
{
    uint64_t now = zif__rtc_ticks(r);
    if (now < r->second_at) {
        return prediv_s(r) + (uint32_t)((r->second_at - now) / zif__rtc_ticks_per_step(r)) + 1;
    }
    uint64_t steps = (now - r->second_at) / zif__rtc_ticks_per_step(r);
    return steps <= prediv_s(r) ? prediv_s(r) - steps : 0;
}

static bool alarm_matches_date(const Rtc *r, uint32_t alarm)
{
    static const struct {
        uint32_t mask, field;
    } parts[] = { { 1u << 7, 0x7f }, { 1u << 15, 0x7f00 }, { 1u << 23, 0x7f0000 } };
    for (unsigned i = 0; i < 3; i++) {
        if (!(alarm & parts[i].mask) && (alarm ^ r->time) & parts[i].field) {
            return false;
        }
    }
    if (alarm & 1u << 31) {
        return true;
    }
    unsigned now = alarm & 1u << 30 ? zif_bits(r->date, 13, 3) : r->date & 0x3f;
    unsigned wanted = alarm & 1u << 30 ? zif_bits(alarm, 24, 4) : zif_bits(alarm, 24, 6);
    return now == wanted;
}

/* Sub-seconds an alarm waits for within a second that matches, counted from its start in steps; -1: at the start. */
static int alarm_step(const Rtc *r, unsigned which)
{
    uint32_t ss = r->values[ALRMASSR + which], bits = zif_bits(ss, 24, 4);
    if (!bits) {
        return -1;
    }
    uint32_t mask = bits >= 15 ? 0x7fff : (1u << bits) - 1;
    for (uint32_t step = 0; step <= prediv_s(r); step++) {
        if (((prediv_s(r) - step) & mask) == (ss & mask)) {
            return (int)step;
        }
    }
    return -2;
}

/* --- Time passes ------------------------------------------------------------------------------------------------------ */

static bool alarm_on(const Rtc *r, unsigned which)
{
    return r->values[CR] & ALRAE << which;
}

/* The moment within the present second at which alarm `which` rings; 0: not in this second, or long ago. */
static uint64_t alarm_at(const Rtc *r, unsigned which)
{
    if (!alarm_on(r, which) || !alarm_matches_date(r, r->values[ALRMAR + which])) {
        return 0;
    }
    int step = alarm_step(r, which);
    return step == -2 ? 0 : r->second_at + (step < 0 ? 0 : step) * zif__rtc_ticks_per_step(r);
}

static void begin_second(Rtc *r)
{
    r->second_at += ticks_per_second(r);
    zif__rtc_next_second(r);
}

/* All that happened up to now. */
void zif__rtc_catch_up(Rtc *r)
{
    uint64_t now = zif__rtc_ticks(r), day = 86400 * ticks_per_second(r);
    /* Whole days in which nobody was to be woken; a day can be short, for the prescalers are the guest's. */
    while (!is_initialising(r) && !(r->values[CR] & (ALRAE | ALRBE)) && now > r->second_at &&
           now - r->second_at >= day) {
        r->second_at += day;
        next_day(r);
    }
    while (!is_initialising(r) && now > r->synced) {
        uint64_t end = r->second_at + ticks_per_second(r), until = now < end ? now : end - 1;
        for (unsigned i = 0; i < 2; i++) {
            uint64_t at = alarm_at(r, i);
            if (at > r->synced && at <= until) {
                r->values[ISR] |= ALRAF << i;
            }
        }
        r->synced = until;
        if (now < end) {
            break;
        }
        begin_second(r);
    }
}

/* The next moment of a second that somebody can notice: an alarm's, or the beginning of the next one while an alarm is on. */
void zif__rtc_schedule(Rtc *r)
{
    uint64_t next = 0;
    if (is_initialising(r) || !r->clock.hz || !(r->values[CR] & (ALRAE | ALRBE))) {
        zif_cancel(&r->dev, TICK);
        return;
    }
    next = r->second_at + ticks_per_second(r);
    for (unsigned i = 0; i < 2; i++) {
        uint64_t at = alarm_at(r, i);
        next = at > r->synced && at < next ? at : next;
    }
    zif_schedule(&r->dev, TICK, zif_clock_when(&r->clock, next));
}

void zif__rtc_set_rate(Rtc *r)
{
    zif_clock_set_hz(&r->clock, zif_now(&r->dev), is_initialising(r) ? 0 : calibrated_hz(r));
}
