/*
 * LM75 and TMP105: temperature sensors with a thermostat output on I2C.
 *
 * Reference: TI SNOS808P (LM75), SLLS648C (TMP105).
 * Models: pointer and registers, 9 to 12 bits, conversion time, shutdown and one-shot, limits with comparator and interrupt mode, fault
 * queue, polarity of the output.
 * Departs: the sensor is exact; the temperature is the node's and stands still, so that the output is decided once after each change of a
 * register, when as many conversions as the fault queue holds are over.
 * Missing: the SMBus alert response.
 *
 * Node properties: reg, zif,millidegrees (25000; negative as two's complement). Output: alert.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <zif/peripheral.h>

enum { TEMP, CONFIG, THYST, TOS, NREGS };
enum { SD = 1, TM = 2, POL = 4, OS = 0x80 };
enum { OUT_ALERT };
enum { DECIDED, CONVERTED };

#define LIMITS                                                                                                         \
    [THYST] = { .name = "THYST", .offset = 4, .size = 2, .reset = 0x4B00 }, [TOS] = {                                  \
        .name = "TOS", .offset = 6, .size = 2, .reset = 0x5000                                                         \
    }
#define TEMPERATURE                                                                                                    \
    [TEMP] = { .name = "TEMP",                                                                                         \
               .offset = 0,                                                                                            \
               .size = 2,                                                                                              \
               .flags = ZIF_REG_LIVE_RESET | ZIF_REG_VOLATILE,                                                         \
               .fields = ZIF_FIELDS({ "TEMP", 0, 16, ZIF_RO }) }

static const ZifRegister lm75_regs[NREGS] = {
    TEMPERATURE,
    [CONFIG] = { .name = "CONFIG",
                 .offset = 2,
                 .size = 1,
                 .fields = ZIF_FIELDS({ "SHUTDOWN", 0, 1, ZIF_RW }, { "INTERRUPT", 1, 1, ZIF_RW },
                                      { "POLARITY", 2, 1, ZIF_RW }, { "FAULTS", 3, 2, ZIF_RW }) },
    LIMITS,
};

static const ZifRegister tmp105_regs[NREGS] = {
    TEMPERATURE,
    [CONFIG] = { .name = "CONFIG",
                 .offset = 2,
                 .size = 1,
                 .fields = ZIF_FIELDS({ "SD", 0, 1, ZIF_RW }, { "TM", 1, 1, ZIF_RW }, { "POL", 2, 1, ZIF_RW },
                                      { "F", 3, 2, ZIF_RW }, { "R", 5, 2, ZIF_RW }, { "OS", 7, 1, ZIF_RW }) },
    LIMITS,
};

typedef struct {
    ZifDevice dev;
    uint32_t values[NREGS];
    uint8_t pointer, at; /* at: byte of the register that comes next */
    bool pointer_next;
    bool alert;     /* whatever the polarity */
    bool below;     /* interrupt mode: the next alert is for falling below THYST */
    uint16_t latch; /* of the register being read or written */
} Lm75;

static bool is_tmp105(const Lm75 *t)
{
    return t->dev.cls->regs == tmp105_regs;
}

static unsigned resolution(const Lm75 *t)
{
    return is_tmp105(t) ? 9 + zif_bits(t->values[CONFIG], 5, 2) : 9;
}

static ZifTime conversion(const Lm75 *t)
{
    /* TMP105: 27.5 ms at 9 bits, twice as long for each bit more; LM75: 100 ms. */
    return is_tmp105(t) ? (27500 * ZIF_US) << (resolution(t) - 9) : 100 * ZIF_MS;
}

/* In 1/256 degrees, at the resolution. */
static int16_t sample(const Lm75 *t)
{
    int32_t counts = (int32_t)((int64_t)(int32_t)zif_prop_u32(&t->dev, "zif,millidegrees", 25000) * 256 / 1000);
    int32_t step = 1 << (16 - resolution(t));
    counts = counts > 127 * 256 ? 127 * 256 : counts < -128 * 256 ? -128 * 256 : counts;
    return (int16_t)((counts & ~(step - 1)));
}

static void drive(Lm75 *t)
{
    zif_set(&t->dev, OUT_ALERT, 0, t->alert == !!(t->values[CONFIG] & POL));
}

static bool over(const Lm75 *t)
{
    return (int16_t)t->values[TEMP] >= (int16_t)t->values[TOS];
}

static bool under(const Lm75 *t)
{
    return (int16_t)t->values[TEMP] < (int16_t)t->values[THYST];
}

static void decide(Lm75 *t)
{
    if (t->values[CONFIG] & TM) {
        if (t->below ? under(t) : over(t)) {
            t->alert = true;
            t->below = !t->below;
        }
    } else {
        t->alert = t->alert ? !under(t) : over(t);
    }
    drive(t);
}

/* Something changed: the output follows when the fault queue is through. */
static void converting(Lm75 *t)
{
    static const uint8_t queue[] = { 1, 2, 4, 6 };
    if (t->values[CONFIG] & SD) {
        zif_cancel(&t->dev, DECIDED);
        zif_cancel(&t->dev, CONVERTED);
    } else {
        zif_schedule_in(&t->dev, CONVERTED, conversion(t));
        zif_schedule_in(&t->dev, DECIDED, queue[zif_bits(t->values[CONFIG], 3, 2)] * conversion(t));
    }
}

static void lm75_event(ZifDevice *dev, unsigned event)
{
    Lm75 *t = (Lm75 *)dev;
    t->values[TEMP] = (uint16_t)sample(t);
    if (event == DECIDED) {
        decide(t);
    }
}

static void written(Lm75 *t)
{
    uint32_t old = t->values[CONFIG];
    switch (t->pointer) {
    case CONFIG:
        t->values[CONFIG] = t->latch & (is_tmp105(t) ? 0x7f : 0x1f);
        if (t->latch & OS && is_tmp105(t) && old & SD) { /* one conversion */
            zif_schedule_in(&t->dev, CONVERTED, conversion(t));
        } else if ((old ^ t->values[CONFIG]) & ~(uint32_t)POL) {
            converting(t);
        }
        break;
    case THYST:
    case TOS:
        t->values[t->pointer] = t->latch & (is_tmp105(t) ? 0xfff0 : 0xff80);
        converting(t);
        break;
    }
    drive(t);
}

static unsigned width(const Lm75 *t)
{
    return t->pointer == CONFIG ? 1 : 2;
}

static bool lm75_start(ZifDevice *dev, bool is_read)
{
    Lm75 *t = (Lm75 *)dev;
    t->pointer_next = !is_read;
    t->at = 0;
    if (is_read && t->values[CONFIG] & TM) { /* reading anything ends an interrupt */
        t->alert = false;
        drive(t);
        converting(t);
    }
    return true;
}

static bool lm75_write(ZifDevice *dev, uint8_t byte)
{
    Lm75 *t = (Lm75 *)dev;
    if (t->pointer_next) {
        t->pointer_next = false;
        t->pointer = byte & 3;
        return true;
    }
    if (t->pointer == TEMP) {
        zif_report(dev, ZIF_REPORT_READ_ONLY, TEMP, "0x%02x written over the temperature", byte);
        return true;
    }
    t->latch = width(t) == 1 ? byte : (uint16_t)(t->latch << 8 | byte);
    if (++t->at == width(t)) {
        t->at = 0;
        written(t);
    }
    return true;
}

static uint8_t lm75_read(ZifDevice *dev)
{
    Lm75 *t = (Lm75 *)dev;
    if (t->pointer == CONFIG) {
        return t->values[CONFIG];
    }
    if (!t->at) {
        t->latch = t->values[t->pointer];
    }
    uint8_t byte = t->at ? t->latch & 0xff : t->latch >> 8;
    t->at ^= 1;
    return byte;
}

static void lm75_reset(ZifDevice *dev, ZifResetKind kind)
{
    Lm75 *t = (Lm75 *)dev;
    t->pointer = t->at = 0;
    t->latch = 0;
    t->pointer_next = t->alert = t->below = false;
    t->values[TEMP] = 0;
    drive(t);
    converting(t);
}

static const ZifI2cPart i2c = { .start = lm75_start, .write = lm75_write, .read = lm75_read };

#define SENSOR                                                                                                         \
    .modelled = ZIF_MODELLED, .size = sizeof(Lm75), .nregs = NREGS, .values = offsetof(Lm75, values), .span = 8,       \
    .outputs = (const ZifOutput[]){ { .name = "alert" }, { 0 } },                                                      \
    .events = (const char *const[]){ "decided", "converted", NULL }, .event = lm75_event, .reset = lm75_reset,         \
    .i2c = &i2c

const ZifClass zif__lm75 = {
    .name = "lm75",
    .compatible = (const char *const[]){ "lm75", "national,lm75", NULL },
    .reference = "TI SNOS808P",
    .summary = "a temperature given in the node, 9 bits, limits with output",
    .regs = lm75_regs,
    SENSOR,
};

const ZifClass zif__tmp105 = {
    .name = "tmp105",
    .compatible = (const char *const[]){ "ti,tmp105", NULL },
    .reference = "TI SLLS648C",
    .summary = "a temperature given in the node, 9 to 12 bits, one-shot, limits with output",
    .regs = tmp105_regs,
    SENSOR,
};
