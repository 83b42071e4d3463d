/*
 * LEDs on GPIO pins: one device per `gpio-leds` node, one line per child.
 *
 * Reference: devicetree binding gpio-leds. Models: on and off, active high or low by the flag cell of `gpios`.
 * Departs: nothing. Missing: brightness. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <zif/peripheral.h>

enum { LEDS = 64 };

typedef struct {
    ZifDevice dev;
    uint64_t active_low; /* one bit an LED */
} Leds;

static void pin_set(ZifDevice *dev, unsigned line, int level)
{
    zif_set(dev, 0, line, level ^ (int)(((Leds *)dev)->active_low >> line & 1));
}

static bool leds_realize(ZifDevice *dev, Error **errp)
{
    if (zif_nchildren(dev) > LEDS) {
        error_setg(errp, "more than %d LEDs in one gpio-leds node", LEDS);
        return false;
    }
    for (unsigned i = 0; i < LEDS; i++) {
        uint32_t gpio[3] = { 0 };
        zif_child_cells(dev, i, "gpios", gpio, 3);
        ((Leds *)dev)->active_low |= (uint64_t)(gpio[2] & 1) << i; /* GPIO_ACTIVE_LOW is bit 0 of the flag cell */
    }
    return true;
}

static void leds_reset(ZifDevice *dev, ZifResetKind kind)
{
    for (unsigned i = 0; i < zif_nchildren(dev); i++) {
        pin_set(dev, i, zif_input_level(dev, 0, i));
    }
}

const ZifClass zif__gpio_leds = {
    .name = "gpio-leds",
    .compatible = (const char *const[]){ "gpio-leds", NULL },
    .reference = "devicetree binding gpio-leds",
    .summary = "up to 64 LEDs, on or off; no brightness",
    .modelled = ZIF_MODELLED,
    .size = sizeof(Leds),
    .inputs = (const ZifInput[]){ { .name = "pin", .count = LEDS, .set = pin_set }, { 0 } },
    .outputs = (const ZifOutput[]){ { .name = "lit", .count = LEDS }, { 0 } },
    .realize = leds_realize,
    .reset = leds_reset,
};
