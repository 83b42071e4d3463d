/*
 * STM32F4 RTC: calendar, alarms, wake-up timer, time stamp, tamper, back-up registers.
 *
 * Reference: RM0090 Rev 19, chapter 26 "Real-time clock (RTC)".
 * Models: the calendar from RTCCLK with both prescalers, write protection, initialisation mode, shadow registers with RSF and
 * BYPSHAD, both alarms with masks and sub-seconds, the wake-up timer, shift and smooth calibration, daylight saving, time stamp,
 * tamper with erasure, back-up registers, the outputs of alarms and of the calibrated clock; a domain that only power-on and BDCR.BDRST
 * reset.
 * Departs: coarse calibration acts as an average; smooth calibration is spread evenly; a tamper filter is a delay.
 * The outputs are lines that a tree can lead on: PC13 stays its port's.
 * Missing: the reference clock at 50 Hz (REFCKON).
 *
 * clocks: 0 the bus, 1 RTCCLK. Inputs: ts (time stamp), tamp1, tamp2. Outputs: exti17 (alarms), exti21 (tamper and time stamp),
 * exti22 (wake-up), alarm (AFO_ALARM), wakeup (a pulse at each wake-up event), calib
 * (AFO_CALIB).
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "rtc.h"

/* Every register is locked in one way or another, so none is plainly what was written. */
#define LOCKED (ZIF_REG_KEEP_RESET | ZIF_REG_VOLATILE)
#define REG(NAME, OFFSET, RESET, ...)                                                                                  \
    {                                                                                                                  \
        .name = NAME, .offset = OFFSET, .reset = RESET, .fields = ZIF_FIELDS(__VA_ARGS__), .flags = LOCKED             \
    }
#define TIME_FIELDS(A)                                                                                                 \
    { "SU", 0, 4, A }, { "ST", 4, 3, A }, { "MNU", 8, 4, A }, { "MNT", 12, 3, A }, { "HU", 16, 4, A },                 \
        { "HT", 20, 2, A },                                                                                            \
    {                                                                                                                  \
        "PM", 22, 1, A                                                                                                 \
    }
#define DATE_FIELDS(A)                                                                                                 \
    { "DU", 0, 4, A }, { "DT", 4, 2, A }, { "MU", 8, 4, A }, { "MT", 12, 1, A },                                       \
    {                                                                                                                  \
        "WDU", 13, 3, A                                                                                                \
    }
#define ALARM_FIELDS                                                                                                   \
    TIME_FIELDS(ZIF_RW), { "MSK1", 7, 1, ZIF_RW }, { "MSK2", 15, 1, ZIF_RW }, { "MSK3", 23, 1, ZIF_RW },               \
        { "DU", 24, 4, ZIF_RW }, { "DT", 28, 2, ZIF_RW }, { "WDSEL", 30, 1, ZIF_RW },                                  \
    {                                                                                                                  \
        "MSK4", 31, 1, ZIF_RW                                                                                          \
    }
#define ALARM_SS_FIELDS                                                                                                \
    { "SS", 0, 15, ZIF_RW },                                                                                           \
    {                                                                                                                  \
        "MASKSS", 24, 4, ZIF_RW                                                                                        \
    }
#define BKP(N) [BKP0R + N] = { .name = "BKP" #N "R", .offset = 0x50 + 4 * N, .flags = LOCKED }

static const ZifRegister regs[NREGS] = {
    [TR] = REG("TR", 0x00, 0, TIME_FIELDS(ZIF_RW)),
    [DR] = REG("DR", 0x04, 0x2101, DATE_FIELDS(ZIF_RW), { "YU", 16, 4, ZIF_RW }, { "YT", 20, 4, ZIF_RW }),
    [CR] =
        REG("CR", 0x08, 0, { "WUCKSEL", 0, 3, ZIF_RW }, { "TSEDGE", 3, 1, ZIF_RW }, { "REFCKON", 4, 1, ZIF_STUB },
            { "BYPSHAD", 5, 1, ZIF_RW }, { "FMT", 6, 1, ZIF_RW }, { "DCE", 7, 1, ZIF_RW }, { "ALRAE", 8, 1, ZIF_RW },
            { "ALRBE", 9, 1, ZIF_RW }, { "WUTE", 10, 1, ZIF_RW }, { "TSE", 11, 1, ZIF_RW }, { "ALRAIE", 12, 1, ZIF_RW },
            { "ALRBIE", 13, 1, ZIF_RW }, { "WUTIE", 14, 1, ZIF_RW }, { "TSIE", 15, 1, ZIF_RW },
            { "ADD1H", 16, 1, ZIF_WO }, { "SUB1H", 17, 1, ZIF_WO }, { "BKP", 18, 1, ZIF_RW },
            { "COSEL", 19, 1, ZIF_RW }, { "POL", 20, 1, ZIF_RW }, { "OSEL", 21, 2, ZIF_RW }, { "COE", 23, 1, ZIF_RW }),
    [ISR] =
        REG("ISR", 0x0C, 0x7, { "ALRAWF", 0, 1, ZIF_RO }, { "ALRBWF", 1, 1, ZIF_RO }, { "WUTWF", 2, 1, ZIF_RO },
            { "SHPF", 3, 1, ZIF_RO }, { "INITS", 4, 1, ZIF_RO }, { "RSF", 5, 1, ZIF_W0C }, { "INITF", 6, 1, ZIF_RO },
            { "INIT", 7, 1, ZIF_RW }, { "ALRAF", 8, 1, ZIF_W0C }, { "ALRBF", 9, 1, ZIF_W0C },
            { "WUTF", 10, 1, ZIF_W0C }, { "TSF", 11, 1, ZIF_W0C }, { "TSOVF", 12, 1, ZIF_W0C },
            { "TAMP1F", 13, 1, ZIF_W0C }, { "TAMP2F", 14, 1, ZIF_W0C }, { "RECALPF", 16, 1, ZIF_RO }),
    [PRER] = REG("PRER", 0x10, 0x007F00FF, { "PREDIV_S", 0, 15, ZIF_RW }, { "PREDIV_A", 16, 7, ZIF_RW }),
    [WUTR] = REG("WUTR", 0x14, 0xFFFF, { "WUT", 0, 16, ZIF_RW }),
    [CALIBR] = REG("CALIBR", 0x18, 0, { "DC", 0, 5, ZIF_RW }, { "DCS", 7, 1, ZIF_RW }),
    [ALRMAR] = REG("ALRMAR", 0x1C, 0, ALARM_FIELDS),
    [ALRMBR] = REG("ALRMBR", 0x20, 0, ALARM_FIELDS),
    [WPR] = REG("WPR", 0x24, 0, { "KEY", 0, 8, ZIF_WO }),
    [SSR] = REG("SSR", 0x28, 0, { "SS", 0, 16, ZIF_RO }),
    [SHIFTR] = REG("SHIFTR", 0x2C, 0, { "SUBFS", 0, 15, ZIF_WO }, { "ADD1S", 31, 1, ZIF_WO }),
    [TSTR] = REG("TSTR", 0x30, 0, TIME_FIELDS(ZIF_RO)),
    [TSDR] = REG("TSDR", 0x34, 0, DATE_FIELDS(ZIF_RO)),
    [TSSSR] = REG("TSSSR", 0x38, 0, { "SS", 0, 16, ZIF_RO }),
    [CALR] = REG("CALR", 0x3C, 0, { "CALM", 0, 9, ZIF_RW }, { "CALW16", 13, 1, ZIF_RW }, { "CALW8", 14, 1, ZIF_RW },
                 { "CALP", 15, 1, ZIF_RW }),
    [TAFCR] = REG("TAFCR", 0x40, 0, { "TAMP1E", 0, 1, ZIF_RW }, { "TAMP1TRG", 1, 1, ZIF_RW },
                  { "TAMPIE", 2, 1, ZIF_RW }, { "TAMP2E", 3, 1, ZIF_RW }, { "TAMP2TRG", 4, 1, ZIF_RW },
                  { "TAMPTS", 7, 1, ZIF_RW }, { "TAMPFREQ", 8, 3, ZIF_RW }, { "TAMPFLT", 11, 2, ZIF_RW },
                  { "TAMPPRCH", 13, 2, ZIF_RW }, { "TAMPPUDIS", 15, 1, ZIF_RW }, { "TAMP1INSEL", 16, 1, ZIF_RW },
                  { "TSINSEL", 17, 1, ZIF_RW }, { "ALARMOUTTYPE", 18, 1, ZIF_RW }),
    [ALRMASSR] = REG("ALRMASSR", 0x44, 0, ALARM_SS_FIELDS),
    [ALRMBSSR] = REG("ALRMBSSR", 0x48, 0, ALARM_SS_FIELDS),
    BKP(0),
    BKP(1),
    BKP(2),
    BKP(3),
    BKP(4),
    BKP(5),
    BKP(6),
    BKP(7),
    BKP(8),
    BKP(9),
    BKP(10),
    BKP(11),
    BKP(12),
    BKP(13),
    BKP(14),
    BKP(15),
    BKP(16),
    BKP(17),
    BKP(18),
    BKP(19),
};

static void sync(Rtc *r)
{
    zif__rtc_catch_up(r);
    zif__rtc_update_irq(r);
}

/* --- Wake-up timer ---------------------------------------------------------------------------------------------------- */

static ZifTime wakeup_period(const Rtc *r)
{
    unsigned select = zif_bits(r->values[CR], 0, 3);
    uint64_t hz = zif_clock_hz_of(&r->dev, 1), count = (r->values[WUTR] & 0xffff) + 1;
    uint64_t cycles = select < 4 ? 16u >> select : (uint64_t)(zif_bits(r->values[PRER], 16, 7) + 1) * (prediv_s(r) + 1);
    count += select >= 6 ? 0x10000 : 0;
    return hz ? (ZifTime)((unsigned __int128)count * cycles * ZIF_SEC / hz) : ZIF_TIME_NEVER;
}

static void start_wakeup(Rtc *r)
{
    ZifTime period = r->values[CR] & WUTE ? wakeup_period(r) : ZIF_TIME_NEVER;
    r->wakeup_at = period == ZIF_TIME_NEVER ? ZIF_TIME_NEVER : zif_now(&r->dev) + period;
    zif_schedule(&r->dev, WAKEUP, r->wakeup_at);
}

/* --- Writes ----------------------------------------------------------------------------------------------------------- */

static bool refuse(Rtc *r, unsigned slot, uint32_t old, const char *why)
{
    zif_report(&r->dev, ZIF_REPORT_LOCKED, (int)slot, "%s; the write had no effect", why);
    r->values[slot] = old;
    return false;
}

/* May this register be written now? Says why not, and puts it back. */
static bool is_open(Rtc *r, unsigned slot, uint32_t old)
{
    uint32_t isr = r->values[ISR];
    if (!zif__stm32_backup_writable(&r->dev)) {
        return refuse(r, slot, old, "PWR.CR.DBP is 0, which protects the back-up domain");
    }
    if (slot >= BKP0R || slot == TAFCR || slot == ISR || slot == WPR) {
        return true;
    }
    if (r->key != 2) {
        return refuse(r, slot, old, "the keys 0xCA and 0x53 were not written to WPR");
    }
    if ((slot == TR || slot == DR || slot == PRER) && !(isr & INITF)) {
        return refuse(r, slot, old, "it can be written in initialisation mode only (ISR.INITF is 0)");
    }
    if ((slot == ALRMAR || slot == ALRMASSR) && !(isr & (ALRAWF | INITF))) {
        return refuse(r, slot, old, "alarm A can be changed only while ISR.ALRAWF is 1 (CR.ALRAE 0)");
    }
    if ((slot == ALRMBR || slot == ALRMBSSR) && !(isr & (ALRBWF | INITF))) {
        return refuse(r, slot, old, "alarm B can be changed only while ISR.ALRBWF is 1 (CR.ALRBE 0)");
    }
    if (slot == WUTR && !(isr & WUTWF)) {
        return refuse(r, slot, old, "the wake-up timer can be changed only while ISR.WUTWF is 1 (CR.WUTE 0)");
    }
    return true;
}

static void write_cr(Rtc *r, uint32_t old, uint32_t value)
{
    uint32_t *cr = &r->values[CR];
    if ((*cr ^ old) & FMT && !is_initialising(r)) {
        refuse(r, CR, (*cr & ~(uint32_t)FMT) | (old & FMT), "FMT can be changed in initialisation mode only");
    }
    if ((*cr ^ old) & 7 && !(r->values[ISR] & WUTWF)) {
        refuse(r, CR, (*cr & ~7u) | (old & 7), "WUCKSEL can be changed only while ISR.WUTWF is 1 (CR.WUTE 0)");
    }
    if (value & ADD1H && !is_initialising(r)) {
        zif__rtc_set_hours(r, (int)zif__rtc_hours(r, r->time) + 1);
    }
    if (value & SUB1H && !is_initialising(r) && zif__rtc_hours(r, r->time)) {
        zif__rtc_set_hours(r, (int)zif__rtc_hours(r, r->time) - 1);
    }
    static const uint16_t enables[] = { ALRAE, ALRBE, WUTE };
    for (unsigned i = 0; i < 3; i++) {
        if (*cr & enables[i]) {
            r->values[ISR] &= ~(1u << i);
        } else if (old & enables[i]) {
            zif__rtc_after(r, SYNC, 2); /* the registers may be written a little later */
        }
    }
    if ((*cr ^ old) & WUTE) {
        start_wakeup(r);
    }
    zif__rtc_set_rate(r);
}

/* The shadow registers take what the calendar shows now, and keep it until they are synchronised again. */
static void take_shadow(Rtc *r)
{
    r->shadow_time = r->time;
    r->shadow_date = r->date;
    r->shadow_ss = zif__rtc_subseconds(r);
}

static void write_isr(Rtc *r, uint32_t old)
{
    uint32_t *isr = &r->values[ISR];
    if (r->key != 2 && (*isr ^ old) & (INIT | RSF)) {
        refuse(r, ISR, (*isr & ~(uint32_t)(INIT | RSF)) | (old & (INIT | RSF)),
               "the keys 0xCA and 0x53 were not written to WPR");
    }
    if (old & RSF && (!(*isr & RSF) || (*isr & INIT && !(old & INIT)))) {
        take_shadow(r);
    }
    if (*isr & INIT && !(old & INIT)) {
        *isr &= ~(uint32_t)RSF;
        zif__rtc_after(r, INIT_READY, 2);
    } else if (!(*isr & INIT) && old & INIT) {
        zif_cancel(&r->dev, INIT_READY);
        if (*isr & INITF) {
            *isr = (*isr & ~(uint32_t)(INITF | INITS)) | (r->date >> 16 ? INITS : 0);
            zif__rtc_set_rate(r);
            r->second_at = r->synced = zif__rtc_ticks(r);
        }
        r->locked = false;
        zif__rtc_after(r, SYNC, 4);
    } else if (old & RSF && !(*isr & RSF)) {
        r->locked = false;
        zif__rtc_after(r, SYNC, 2);
    }
    if (old & TSF && !(*isr & TSF)) {
        r->values[TSTR] = r->values[TSDR] = r->values[TSSSR] = 0;
    }
}

static void write_key(Rtc *r, uint8_t key)
{
    if (r->key == 2) {
        r->key = 0; /* any further write locks again, but may be the first key */
    }
    r->key = key == 0xCA && r->key == 0 ? 1 : key == 0x53 && r->key == 1 ? 2 : 0;
}

static void write_shift(Rtc *r, uint32_t value)
{
    if (value & 1u << 31) {
        zif__rtc_next_second(r);
    }
    r->second_at += (value & 0x7fff) * zif__rtc_ticks_per_step(r);
    take_shadow(r);
    r->values[ISR] &= ~(uint32_t)RSF;
    zif__rtc_after(r, SYNC, 2);
}

static bool is_bcd_time(uint32_t t)
{
    return (t & 15) < 10 && (t >> 8 & 15) < 10 && (t >> 16 & 15) < 10 && from_bcd(t & 0x7f) < 60 &&
           from_bcd(t >> 8 & 0x7f) < 60 && from_bcd(t >> 16 & 0x3f) < 24;
}

static void rtc_write(ZifDevice *dev, unsigned slot, uint32_t old, uint32_t value)
{
    Rtc *r = (Rtc *)dev;
    uint32_t now = r->values[slot];
    if (slot != ISR) {
        r->values[slot] = old; /* what happened until now happened under the old value */
    }
    zif__rtc_catch_up(r);
    if (slot != ISR) {
        r->values[slot] = now;
    } else {
        r->values[ISR] &= value | ~(uint32_t)(ALRAF | ALRBF);
    }
    if (!is_open(r, slot, old)) {
        return;
    }
    switch (slot) {
    case TR:
        r->time = now & 0x7f7f7f;
        if (!is_bcd_time(now)) {
            zif_report(dev, ZIF_REPORT_RESERVED, slot, "0x%06x is no time in BCD", now & 0x7f7f7f);
        }
        break;
    case DR:
        r->date = now & 0xffff3f;
        break;
    case CR:
        write_cr(r, old, value);
        break;
    case ISR:
        write_isr(r, old);
        break;
    case WPR:
        write_key(r, value);
        break;
    case SHIFTR:
        write_shift(r, value);
        break;
    case PRER:
    case CALIBR:
    case CALR:
        zif__rtc_set_rate(r);
        break;
    case TAFCR:
        zif__rtc_check_tamper(r, 0, false);
        zif__rtc_check_tamper(r, 1, false);
        break;
    default:
        break;
    }
    zif__rtc_schedule(r);
    zif__rtc_show_clock(r);
    zif__rtc_update_irq(r);
}

/* --- Reads ------------------------------------------------------------------------------------------------------------ */

static uint32_t rtc_peek(ZifDevice *dev, unsigned slot)
{
    Rtc *r = (Rtc *)dev;
    bool shadow = !(r->values[CR] & BYPSHAD) && (r->locked || !(r->values[ISR] & (RSF | INITF)));
    if (slot != TR && slot != DR && slot != SSR && slot != ISR) {
        return r->values[slot];
    }
    Rtc ahead = *r;
    zif__rtc_catch_up(&ahead);
    switch (slot) {
    case TR:
        return shadow ? r->shadow_time : ahead.time;
    case DR:
        return shadow ? r->shadow_date : ahead.date;
    case SSR:
        return shadow ? r->shadow_ss : is_initialising(r) ? prediv_s(r) : zif__rtc_subseconds(&ahead);
    default:
        return ahead.values[ISR];
    }
}

static void rtc_read(ZifDevice *dev, unsigned slot)
{
    Rtc *r = (Rtc *)dev;
    sync(r);
    zif__rtc_schedule(r);
    if ((slot != TR && slot != DR && slot != SSR) || r->values[CR] & BYPSHAD) {
        return;
    }
    if (!(r->values[ISR] & RSF) && !is_initialising(r)) {
        zif_report(dev, ZIF_REPORT_BUSY, (int)slot,
                   "read while ISR.RSF is 0: the shadow registers are not those of the calendar");
    }
    if (slot == DR) {
        r->locked = false;
    } else if (!r->locked && r->values[ISR] & RSF) {
        r->locked = true;
        take_shadow(r);
    }
}

/* --- The rest --------------------------------------------------------------------------------------------------------- */

static void rtc_event(ZifDevice *dev, unsigned event)
{
    Rtc *r = (Rtc *)dev;
    zif__rtc_catch_up(r);
    switch (event) {
    case WAKEUP:
        r->values[ISR] |= WUTF;
        start_wakeup(r);
        zif_pulse(dev, OUT_WAKEUP, 0);
        break;
    case INIT_READY:
        r->values[ISR] |= INITF;
        zif__rtc_set_rate(r);
        break;
    case SYNC:
        r->values[ISR] |= r->values[ISR] & INIT ? 0 : RSF;
        r->values[ISR] |= (r->values[CR] & ALRAE ? 0 : ALRAWF) | (r->values[CR] & ALRBE ? 0 : ALRBWF) |
                          (r->values[CR] & WUTE ? 0 : WUTWF);
        break;
    case TAMPER1:
    case TAMPER2:
        zif__rtc_tampered(r, event - TAMPER1);
        break;
    default:
        break;
    }
    zif__rtc_schedule(r);
    zif__rtc_show_clock(r);
    zif__rtc_update_irq(r);
}

static void rtc_clock(ZifDevice *dev, uint64_t hz)
{
    Rtc *r = (Rtc *)dev;
    bool stood = !r->clock.hz;
    zif__rtc_catch_up(r);
    zif__rtc_set_rate(r);
    if (stood && r->clock.hz) {
        zif__rtc_after(r, SYNC, 2);
        if (r->values[ISR] & INIT) {
            zif__rtc_after(r, INIT_READY, 2);
        }
    }
    if (r->values[CR] & WUTE) {
        start_wakeup(r);
    }
    zif__rtc_schedule(r);
    zif__rtc_show_clock(r);
}

static void rtc_reset(ZifDevice *dev, ZifResetKind kind)
{
    Rtc *r = (Rtc *)dev;
    if (kind == ZIF_RESET_POWER_ON || kind == ZIF_RESET_BLOCK) {
        r->time = 0;
        r->date = r->shadow_date = 0x2101;
        r->shadow_time = r->shadow_ss = 0;
        r->key = 0;
        r->second_at = r->synced = 0;
        r->wakeup_at = ZIF_TIME_NEVER;
        r->clock = (ZifClock){ .base = zif_now(dev) };
    }
    r->locked = false;
    r->values[ISR] &= ~(uint32_t)(INIT | INITF | RSF);
    zif__rtc_set_rate(r);
    zif__rtc_after(r, SYNC, 2);
    zif_schedule(dev, WAKEUP, r->wakeup_at);
    zif__rtc_schedule(r);
    zif__rtc_show_clock(r);
    zif__rtc_update_irq(r);
}

const ZifClass zif__stm32f4_rtc = {
    .name = "stm32f4-rtc",
    .socs = (const char *const[]){ "st,stm32f4", NULL },
    .compatible = (const char *const[]){ "st,stm32-rtc", NULL },
    .reference = "RM0090 Rev 19, chapter 26",
    .summary = "calendar, alarms, wake-up timer, time stamp, tamper, calibration, back-up registers",
    .modelled = ZIF_MODELLED,
    .size = sizeof(Rtc),
    .regs = regs,
    .nregs = NREGS,
    .values = offsetof(Rtc, values),
    .span = 0x400,
    .inputs =
        (const ZifInput[]){
            { "ts", 1, zif__rtc_ts }, { "tamp1", 1, zif__rtc_tamp1 }, { "tamp2", 1, zif__rtc_tamp2 }, { 0 } },
    .outputs =
        (const ZifOutput[]){
            { "exti17", 1 }, { "exti21", 1 }, { "exti22", 1 }, { "alarm", 1 }, { "wakeup", 1 }, { "calib", 1 }, { 0 } },
    .events = (const char *const[]){ "second", "wake-up", "init", "sync", "tamper 1", "tamper 2", "calib", NULL },
    .event = rtc_event,
    .reset = rtc_reset,
    .peek = rtc_peek,
    .on_read = rtc_read,
    .on_write = rtc_write,
    .clock_changed = rtc_clock,
};
