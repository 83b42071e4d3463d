/*
 * nRF51 TEMP: die temperature sensor.
 *
 * Reference: nRF51 Series Reference Manual v3.0, chapter 20 "Temperature sensor (TEMP)"; nRF51822 Product Specification v3.x,
 * section 8.15 (35 us a measurement); PAN v3.x items 28 to 31.
 * Models: one measurement a START; the result in steps of 0.25 degrees.
 * Departs: the sensor is exact. PAN 28 (offset registers lose their value) and PAN 29 and 30 (analogue part stays on until
 * STOP) have no effect. A negative value is given in 10 bits, as PAN 28's note says silicon does.
 * Missing: nothing else known.
 *
 * Node property: zif,millidegrees (25000).
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "nordic.h"

enum { TASKS_START, TASKS_STOP, EVENTS_DATARDY, INTENSET, INTENCLR, TEMP, POWER, NREGS };

#define TEMP_INTS(A) NRF_LIST({ "DATARDY", 0, 1, A })

static const ZifRegister regs[NREGS] = {
    [TASKS_START] = NRF_TASK("TASKS_START", 0x000),
    [TASKS_STOP] = NRF_TASK("TASKS_STOP", 0x004),
    [EVENTS_DATARDY] = NRF_EVENT("EVENTS_DATARDY", 0x100),
    [INTENSET] = NRF_INTENSET(TEMP_INTS),
    [INTENCLR] = NRF_INTENCLR(TEMP_INTS),
    [TEMP] = { .name = "TEMP",
               .offset = 0x508,
               .flags = ZIF_REG_VOLATILE,
               .fields = ZIF_FIELDS({ "TEMP", 0, 32, ZIF_RO }) },
    [POWER] = NRF_POWER,
};

typedef struct {
    ZifDevice dev;
    uint32_t values[NREGS];
    bool measured; /* since the last START */
} Temp;

enum { MEASURED };

static void temp_event(ZifDevice *dev, unsigned event)
{
    int32_t millidegrees = (int32_t)zif_prop_u32(dev, "zif,millidegrees", 25000);
    Temp *t = (Temp *)dev;
    t->values[TEMP] = (uint32_t)(millidegrees / 250) & 0x3FF;
    t->measured = true;
    zif__nrf_event(dev, EVENTS_DATARDY);
}

static void temp_write(ZifDevice *dev, unsigned slot, uint32_t old, uint32_t value)
{
    if (zif__nrf_common_write(dev, slot, old) || !zif__nrf_triggered(value)) {
        return;
    }
    if (slot == TASKS_START) {
        ((Temp *)dev)->measured = false;
        zif_schedule_in(dev, MEASURED, 35 * ZIF_US);
    } else if (slot == TASKS_STOP) {
        zif_cancel(dev, MEASURED);
    }
}

static void temp_read(ZifDevice *dev, unsigned slot)
{
    if (slot == TEMP && !((Temp *)dev)->measured) {
        zif_report(dev, ZIF_REPORT_BUSY, slot, "read before DATARDY: nothing was measured since START");
    }
}

static void temp_reset(ZifDevice *dev, ZifResetKind kind)
{
    ((Temp *)dev)->measured = false;
}

const ZifClass zif__nrf51_temp = {
    .name = "nrf51-temp",
    .socs = (const char *const[]){ "nordic,nrf51822", NULL },
    .compatible = (const char *const[]){ "nordic,nrf-temp", NULL },
    .reference = "nRF51 Series Reference Manual v3.0, chapter 20",
    .summary = "one exact measurement a START; the temperature is a property of the node",
    .modelled = ZIF_MODELLED,
    .size = sizeof(Temp),
    .regs = regs,
    .nregs = NREGS,
    .values = offsetof(Temp, values),
    .span = 0x1000,
    .widths = ZIF_W32,
    .outputs = (const ZifOutput[]){ { .name = "irq" }, { 0 } },
    .events = (const char *const[]){ "measured", NULL },
    .event = temp_event,
    .reset = temp_reset,
    .on_read = temp_read,
    .on_write = temp_write,
};
