/*
 * STM32F4 ADC: where the voltages come from. In this order: samples, a constant, the level of the pin.
 *
 * Reference: RM0090 Rev 19, sections 13.10 (temperature sensor), 13.11 (battery); DS8626 tables 69 to 73 (0.76 V at 25 °C, 2.5 mV
 * a degree, VREFINT 1.21 V).
 *
 * Node properties: zif,samples-inN (microvolts, one after the other, from the start again after the last; /incbin/ takes a file of
 * big-endian words), zif,sample-rate-hz (they change with time; without it each conversion takes the next one), zif,microvolts (of
 * in0, in1, ...; 0xffffffff: the pin decides), zif,vref-microvolts (3.3 V), zif,vbat-microvolts (3.3 V), zif,millidegrees (25000),
 * zif,temperature-channel (16; 18 on the F42x), zif,vbat-divider (2; 4 on the F42x).
 * inN-pins, whose level is 0 V or the reference when nothing else is said.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdio.h>
#include <string.h>
#include "adc.h"

enum { TEMPERATURE = 16, VREFINT = 17, VBAT = 18, VBATE = 1 << 22, TSVREFE = 1 << 23 };
enum { VREF_UV = 3300000, VREFINT_UV = 1210000, PIN_DECIDES = -1 };

static uint32_t vref(const Adc *a)
{
    uint32_t uv = zif_prop_u32(&a->dev, "zif,vref-microvolts", VREF_UV);
    return uv ? uv : VREF_UV;
}

/* What is inside the chip: channels 16 to 18 of ADC1. False: nothing is connected there. The F42x has its temperature sensor on the
 * battery's channel, which the battery has to itself while both are switched on. */
static bool internal_uv(Adc *a, unsigned channel, uint32_t *uv)
{
    AdcCommon *c = zif__adc_common(a);
    uint32_t ccr = zif__adc_ccr(a);
    unsigned thermometer = zif_prop_u32(&a->dev, "zif,temperature-channel", TEMPERATURE);
    bool battery = channel == VBAT && (thermometer != VBAT || (ccr & VBATE));
    if ((c && zif__adc_number(c, a) != 0) || (channel == TEMPERATURE && thermometer != TEMPERATURE)) {
        return false;
    }
    if (!(ccr & (battery ? VBATE : TSVREFE))) {
        zif_report(&a->dev, ZIF_REPORT_PIN, -1, "channel %u is converted while CCR.%s is 0: nothing is connected to it",
                   channel, battery ? "VBATE" : "TSVREFE");
        return false;
    }
    if (battery) {
        *uv = zif_prop_u32(&a->dev, "zif,vbat-microvolts", VREF_UV) / zif_prop_u32(&a->dev, "zif,vbat-divider", 2);
    } else if (channel == VREFINT) {
        *uv = VREFINT_UV;
    } else {
        *uv = 760000 + ((int32_t)zif_prop_u32(&a->dev, "zif,millidegrees", 25000) - 25000) / 2 * 5;
    }
    return true;
}

static bool pin_level(const Adc *a, const char *pins)
{
    uint32_t cells[3];
    ZifDevice *port = zif_prop_device(&a->dev, pins, 0);
    if (!port || zif_prop_cells(&a->dev, pins, cells, 3) < 3) {
        return false;
    }
    for (unsigned i = 0; port->cls->inputs && port->cls->inputs[i].name; i++) {
        if (!strcmp(port->cls->inputs[i].name, "pin") && cells[1] < port->cls->inputs[i].count) {
            return zif_input_level(port, i, cells[1]);
        }
    }
    return false;
}

static uint32_t external_uv(Adc *a, unsigned channel)
{
    char name[32];
    snprintf(name, sizeof name, "in%u", channel);
    zif_check_routed(&a->dev, name);
    snprintf(name, sizeof name, "zif,samples-in%u", channel);
    unsigned count = zif_prop_cells(&a->dev, name, NULL, 0);
    if (count) {
        uint32_t hz = zif_prop_u32(&a->dev, "zif,sample-rate-hz", 0);
        uint64_t n = hz ? (uint64_t)((unsigned __int128)zif_now(&a->dev) * hz / ZIF_SEC) : a->next_sample[channel]++;
        return zif_prop_cell(&a->dev, name, n % count, 0);
    }
    uint32_t uv = zif_prop_cell(&a->dev, "zif,microvolts", channel, PIN_DECIDES);
    if (uv != (uint32_t)PIN_DECIDES) {
        return uv;
    }
    snprintf(name, sizeof name, "in%u-pins", channel);
    return pin_level(a, name) ? vref(a) : 0;
}

unsigned zif__adc_sample(Adc *a, unsigned channel)
{
    uint32_t uv = 0;
    if (channel >= ADC_CHANNELS) {
        zif_report(&a->dev, ZIF_REPORT_RESERVED, -1, "channel %u is converted; there are 0 to 18", channel);
    } else if (channel < TEMPERATURE) {
        uv = external_uv(a, channel);
    } else if (!internal_uv(a, channel, &uv)) {
        uv = 0;
    }
    uint64_t code = ((uint64_t)uv * 4096 + vref(a) / 2) / vref(a);
    return code < 4095 ? code : 4095;
}
