/*
 * nRF51 ADC: one conversion a START, 8 to 10 bits.
 *
 * Reference: nRF51 Series Reference Manual v3.0, chapter 31 "Analog to digital converter (ADC)"; nRF51822 Product
 * Specification v3.x, section 8.11 (20, 36 and 68 us for 8, 9 and 10 bits).
 * Models: resolution, input and supply prescaling, references, conversion time, BUSY.
 * Departs: conversions are exact and sample at their end.
 * Missing: nothing else known.
 *
 * Node properties: zif,microvolts: what is on AIN0 to AIN7 (0 each), zif,vdd-microvolts (3000000).
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "nordic.h"

enum { TASKS_START, TASKS_STOP, EVENTS_END, INTENSET, INTENCLR, BUSY, ENABLE, CONFIG, RESULT, POWER, NREGS };

#define ADC_INTS(A) NRF_LIST({ "END", 0, 1, A })

static const ZifRegister regs[NREGS] = {
    [TASKS_START] = NRF_TASK("TASKS_START", 0x000),
    [TASKS_STOP] = NRF_TASK("TASKS_STOP", 0x004),
    [EVENTS_END] = NRF_EVENT("EVENTS_END", 0x100),
    [INTENSET] = NRF_INTENSET(ADC_INTS),
    [INTENCLR] = NRF_INTENCLR(ADC_INTS),
    [BUSY] = { .name = "BUSY", .offset = 0x400, .fields = ZIF_FIELDS({ "BUSY", 0, 1, ZIF_RO }) },
    [ENABLE] = { .name = "ENABLE", .offset = 0x500, .fields = ZIF_FIELDS({ "ENABLE", 0, 2, ZIF_RW }) },
    [CONFIG] = { .name = "CONFIG",
                 .offset = 0x504,
                 .reset = 0x18,
                 .fields = ZIF_FIELDS({ "RES", 0, 2, ZIF_RW }, { "INPSEL", 2, 3, ZIF_RW }, { "REFSEL", 5, 2, ZIF_RW },
                                      { "PSEL", 8, 8, ZIF_RW }, { "EXTREFSEL", 16, 2, ZIF_RW }) },
    [RESULT] = { .name = "RESULT",
                 .offset = 0x508,
                 .flags = ZIF_REG_VOLATILE,
                 .fields = ZIF_FIELDS({ "RESULT", 0, 10, ZIF_RO }) },
    [POWER] = NRF_POWER,
};

typedef struct {
    ZifDevice dev;
    uint32_t values[NREGS];
    bool converted; /* since the last START */
} Adc;

enum { CONVERTED, ENABLED = 1 };
enum { INPUT_FULL, INPUT_2_3, INPUT_1_3, SUPPLY_2_3 = 5, SUPPLY_1_3 };
enum { REF_VBG, REF_EXT, REF_SUPPLY_1_2, REF_SUPPLY_1_3 };

static unsigned bits(const Adc *a)
{
    unsigned res = zif_bits(a->values[CONFIG], 0, 2);
    return res >= 2 ? 10 : 8 + res;
}

static uint32_t vdd(const Adc *a)
{
    return zif_prop_u32(&a->dev, "zif,vdd-microvolts", 3000000);
}

/* The voltage on the selected pad: PSEL is one bit an input. */
static uint32_t pad(const Adc *a)
{
    uint32_t inputs[8] = { 0 }, psel = zif_bits(a->values[CONFIG], 8, 8);
    zif_prop_cells(&a->dev, "zif,microvolts", inputs, 8);
    for (unsigned i = 0; i < 8; i++) {
        if (psel == 1u << i) {
            return inputs[i];
        }
    }
    return 0;
}

static uint32_t convert(Adc *a)
{
    uint64_t input, reference;
    switch (zif_bits(a->values[CONFIG], 2, 3)) {
    case INPUT_FULL:
        input = pad(a);
        break;
    case INPUT_2_3:
        input = pad(a) * 2ull / 3;
        break;
    case INPUT_1_3:
        input = pad(a) / 3;
        break;
    case SUPPLY_2_3:
        input = vdd(a) * 2ull / 3;
        break;
    case SUPPLY_1_3:
        input = vdd(a) / 3;
        break;
    default:
        zif_report(&a->dev, ZIF_REPORT_RESERVED, CONFIG, "INPSEL is reserved");
        input = 0;
    }
    switch (zif_bits(a->values[CONFIG], 5, 2)) {
    case REF_VBG:
        reference = 1200000;
        break;
    case REF_EXT:
        zif_report(&a->dev, ZIF_REPORT_UNMODELLED, CONFIG, "external references are not modelled: 1.2 V is used");
        reference = 1200000;
        break;
    case REF_SUPPLY_1_2:
        reference = vdd(a) / 2;
        break;
    default:
        reference = vdd(a) / 3;
    }
    uint64_t full = (1u << bits(a)) - 1, result = reference ? input * (full + 1) / reference : full;
    return result < full ? result : full;
}

static void adc_event(ZifDevice *dev, unsigned event)
{
    Adc *a = (Adc *)dev;
    a->values[BUSY] = 0;
    a->values[RESULT] = convert(a);
    a->converted = true;
    zif__nrf_event(dev, EVENTS_END);
}

static void stop(Adc *a)
{
    a->values[BUSY] = 0;
    zif_cancel(&a->dev, CONVERTED);
}

static void adc_write(ZifDevice *dev, unsigned slot, uint32_t old, uint32_t value)
{
    Adc *a = (Adc *)dev;
    if (zif__nrf_common_write(dev, slot, old)) {
        return;
    }
    if (slot == ENABLE && a->values[ENABLE] != ENABLED) {
        stop(a);
    } else if (slot == TASKS_STOP && zif__nrf_triggered(value)) {
        stop(a);
    } else if (slot == TASKS_START && zif__nrf_triggered(value)) {
        static const uint8_t us[] = { 20, 36, 68 };
        if (a->values[ENABLE] != ENABLED) {
            zif_report(dev, ZIF_REPORT_CLOCK_OFF, slot, "started while not enabled: nothing is converted");
        } else if (!a->values[BUSY]) {
            unsigned psel = zif_bits(a->values[CONFIG], 8, 8);
            if (zif_bits(a->values[CONFIG], 2, 3) <= INPUT_1_3 && (!psel || psel & (psel - 1))) {
                zif_report(dev, ZIF_REPORT_PIN, CONFIG, "PSEL is 0x%02x: one bit selects the input that is converted",
                           psel);
            }
            a->converted = false;
            a->values[BUSY] = 1;
            zif_schedule_in(dev, CONVERTED, us[bits(a) - 8] * ZIF_US);
        }
    }
}

static void adc_read(ZifDevice *dev, unsigned slot)
{
    if (slot == RESULT && !((Adc *)dev)->converted) {
        zif_report(dev, ZIF_REPORT_BUSY, slot, "read before END: nothing was converted since START");
    }
}

static void adc_reset(ZifDevice *dev, ZifResetKind kind)
{
    ((Adc *)dev)->converted = false;
}

const ZifClass zif__nrf51_adc = {
    .name = "nrf51-adc",
    .socs = (const char *const[]){ "nordic,nrf51822", NULL },
    .compatible = (const char *const[]){ "nordic,nrf-adc", NULL },
    .reference = "nRF51 Series Reference Manual v3.0, chapter 31",
    .summary = "conversions of voltages given in the node; no external references",
    .modelled = ZIF_MODELLED,
    .size = sizeof(Adc),
    .regs = regs,
    .nregs = NREGS,
    .values = offsetof(Adc, values),
    .span = 0x1000,
    .widths = ZIF_W32,
    .outputs = (const ZifOutput[]){ { .name = "irq" }, { 0 } },
    .events = (const char *const[]){ "converted", NULL },
    .event = adc_event,
    .reset = adc_reset,
    .on_read = adc_read,
    .on_write = adc_write,
};
