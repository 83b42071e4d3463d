/*
 * DS1338: real-time clock with 56 bytes of RAM on I2C.
 *
 * Reference: Maxim/Analog Devices DS1338 data sheet 19-5783.
 * Models: time and date in BCD with 12 and 24 hours, leap years, the day of the week, the copy taken at a start, halting the oscillator, the
 * oscillator-stop flag, the RAM, the address that wraps.
 * Departs: time is virtual: it goes on from the node's date at power-on, as if the battery had kept it. A date that does not exist is taken
 * for the one so many days later.
 * Missing: the square-wave output: its control bits are kept without effect.
 *
 * Node properties: reg, zif,start-date = <year month day hour minute second> (2026 1 1 0 0 0; a Thursday is day 4), zif,stopped: the
 * battery was empty: the flag OSF is set.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <zif/peripheral.h>

enum { SECONDS, MINUTES, HOURS, DAY, DATE, MONTH, YEAR, CONTROL, RAM, RAM_BYTES = 56, NREGS = RAM + RAM_BYTES };
enum { CH = 0x80, TWELVE = 0x40, PM = 0x20, OSF = 0x20 };

static const ZifRegister regs[NREGS] = {
    [SECONDS] = { .name = "SECONDS", .offset = 0, .size = 1, .flags = ZIF_REG_LIVE_RESET | ZIF_REG_VOLATILE },
    [MINUTES] = { .name = "MINUTES", .offset = 1, .size = 1, .flags = ZIF_REG_LIVE_RESET | ZIF_REG_VOLATILE },
    [HOURS] = { .name = "HOURS", .offset = 2, .size = 1, .flags = ZIF_REG_LIVE_RESET | ZIF_REG_VOLATILE },
    [DAY] = { .name = "DAY", .offset = 3, .size = 1, .flags = ZIF_REG_LIVE_RESET | ZIF_REG_VOLATILE },
    [DATE] = { .name = "DATE", .offset = 4, .size = 1, .flags = ZIF_REG_LIVE_RESET | ZIF_REG_VOLATILE },
    [MONTH] = { .name = "MONTH", .offset = 5, .size = 1, .flags = ZIF_REG_LIVE_RESET | ZIF_REG_VOLATILE },
    [YEAR] = { .name = "YEAR", .offset = 6, .size = 1, .flags = ZIF_REG_LIVE_RESET | ZIF_REG_VOLATILE },
    [CONTROL] = { .name = "CONTROL",
                  .offset = 7,
                  .size = 1,
                  .reset = 0x93,
                  .flags = ZIF_REG_LIVE_RESET | ZIF_REG_VOLATILE,
                  .fields = ZIF_FIELDS({ "RS", 0, 2, ZIF_STUB }, { "SQWE", 4, 1, ZIF_STUB }, { "OSF", 5, 1, ZIF_RW },
                                       { "OUT", 7, 1, ZIF_STUB }) },
    [RAM] = { .name = "RAM", .offset = 8, .size = 1, .count = RAM_BYTES, .stride = 1 },
};

typedef struct {
    ZifDevice dev;
    uint32_t values[NREGS];
    int64_t seconds; /* since 2000-01-01, at `since` */
    ZifTime since;
    uint8_t day_offset; /* the day of the week is the users': (days + offset) % 7 + 1 */
    uint8_t pointer;
    bool pointer_next;
    bool twelve; /* hours are shown as 1 to 12 */
    bool halted;
} Ds1338;

static int64_t days_of(unsigned year, unsigned month, unsigned date) /* since 2000-01-01; 2000 to 2099 */
{
    static const uint16_t before[] = { 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334 };
    month = month < 1 ? 1 : month > 12 ? 12 : month;
    unsigned leap = year % 4 == 0 && month > 2;
    return (int64_t)year * 365 + (year + 3) / 4 + before[month - 1] + leap + date - 1;
}

static void date_of(int64_t days, unsigned *year, unsigned *month, unsigned *date)
{
    unsigned y = (unsigned)(days / 366), m = 1;
    while (days_of(y + 1, 1, 1) <= days) {
        y++;
    }
    while (m < 12 && days_of(y, m + 1, 1) <= days) {
        m++;
    }
    *year = y;
    *month = m;
    *date = (unsigned)(days - days_of(y, m, 1)) + 1;
}

static uint8_t bcd(unsigned v)
{
    return (uint8_t)(v / 10 << 4 | v % 10);
}

static unsigned from_bcd(uint8_t v)
{
    return (v >> 4) * 10u + (v & 15);
}

static int64_t seconds_now(const Ds1338 *d)
{
    int64_t s = d->seconds + (d->halted ? 0 : (int64_t)((zif_now(&d->dev) - d->since) / ZIF_SEC));
    return s % ((int64_t)36525 * 86400); /* a century: 2000 to 2099 */
}

/* Time and date as the registers show them. */
static void show(Ds1338 *d)
{
    int64_t now = seconds_now(d), days = now / 86400;
    unsigned year, month, date, hour = (unsigned)(now / 3600 % 24);
    date_of(days, &year, &month, &date);
    d->values[SECONDS] = bcd((unsigned)(now % 60)) | (d->halted ? CH : 0);
    d->values[MINUTES] = bcd((unsigned)(now / 60 % 60));
    d->values[HOURS] = d->twelve ? TWELVE | (hour >= 12 ? PM : 0) | bcd((hour + 11) % 12 + 1) : bcd(hour);
    d->values[DAY] = (uint32_t)((days + d->day_offset) % 7 + 1);
    d->values[DATE] = bcd(date);
    d->values[MONTH] = bcd(month);
    d->values[YEAR] = bcd(year);
}

/* The registers were written: time goes on from there. */
static void take(Ds1338 *d)
{
    uint32_t h = d->values[HOURS];
    unsigned hour = h & TWELVE ? from_bcd(h & 0x1f) % 12 + (h & PM ? 12 : 0) : from_bcd(h & 0x3f);
    int64_t days =
        days_of(from_bcd(d->values[YEAR]), from_bcd(d->values[MONTH] & 0x1f), from_bcd(d->values[DATE] & 0x3f));
    d->twelve = h & TWELVE;
    d->seconds =
        ((days * 24 + hour) * 60 + from_bcd(d->values[MINUTES] & 0x7f)) * 60 + from_bcd(d->values[SECONDS] & 0x7f);
    d->day_offset = (uint8_t)(((int64_t)(d->values[DAY] & 7) + 6 + 7 - days % 7) % 7);
}

static bool ds_start(ZifDevice *dev, bool is_read)
{
    Ds1338 *d = (Ds1338 *)dev;
    show(d);
    d->pointer_next = !is_read;
    return true;
}

static bool ds_write(ZifDevice *dev, uint8_t byte)
{
    Ds1338 *d = (Ds1338 *)dev;
    if (d->pointer_next) {
        d->pointer_next = false;
        d->pointer = byte & 63;
        return true;
    }
    unsigned n = d->pointer;
    d->pointer = (n + 1) & 63;
    if (n >= RAM) {
        d->values[n] = byte;
    } else if (n == CONTROL) { /* OSF can only be cleared */
        d->values[n] = (byte & 0x93) | (byte & d->values[n] & OSF);
        if (byte & 0x10) {
            zif_report(dev, ZIF_REPORT_UNMODELLED, n, "SQWE: there is no square wave in this model");
        }
    } else {
        d->values[n] = byte;
        ZifTime part = d->halted ? 0 : (zif_now(dev) - d->since) % ZIF_SEC;
        d->since = zif_now(dev) - (n == SECONDS ? 0 : part); /* writing the seconds starts a new one */
        if (n == SECONDS) {
            d->halted = byte & CH;
        }
        take(d);
    }
    return true;
}

static uint8_t ds_read(ZifDevice *dev)
{
    Ds1338 *d = (Ds1338 *)dev;
    unsigned n = d->pointer;
    d->pointer = (n + 1) & 63;
    if (!n) {
        show(d);
    }
    return d->values[n];
}

static void ds_reset(ZifDevice *dev, ZifResetKind kind)
{
    Ds1338 *d = (Ds1338 *)dev;
    uint32_t c[6] = { 2026, 1, 1, 0, 0, 0 };
    zif_prop_cells(dev, "zif,start-date", c, 6);
    d->seconds = ((days_of(c[0] % 100, c[1], c[2] ? c[2] : 1) * 24 + c[3] % 24) * 60 + c[4] % 60) * 60 + c[5] % 60;
    d->since = zif_now(dev);
    d->day_offset = 5; /* 2000-01-01 was a Saturday: Monday is 1 */
    d->pointer = 0;
    d->pointer_next = d->twelve = d->halted = false;
    d->values[CONTROL] = 0x93 | (zif_prop_bool(dev, "zif,stopped") ? OSF : 0);
    show(d);
}

static const ZifI2cPart i2c = { .start = ds_start, .write = ds_write, .read = ds_read };

const ZifClass zif__ds1338 = {
    .name = "ds1338",
    .compatible = (const char *const[]){ "maxim,ds1338", "dallas,ds1338", NULL },
    .reference = "DS1338 data sheet 19-5783",
    .summary = "clock and calendar from the node's date on, 56 bytes of RAM; no square wave",
    .modelled = ZIF_PARTIAL,
    .size = sizeof(Ds1338),
    .regs = regs,
    .nregs = NREGS,
    .values = offsetof(Ds1338, values),
    .span = 64,
    .reset = ds_reset,
    .i2c = &i2c,
};
