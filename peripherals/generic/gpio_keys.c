/*
 * Push buttons on GPIO pins: one device per `gpio-keys` node, one line per child.
 *
 * Reference: devicetree binding gpio-keys. Models: pressed and released; the pin is driven to its inactive level while
 * released, as the button's pull resistor does. Departs: nothing. Missing: bouncing. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <zif/peripheral.h>

enum { KEYS = 32 };

typedef struct {
    ZifDevice dev;
    uint32_t pressed;
    uint32_t active_low; /* one bit a key */
} Keys;

static void drive(ZifDevice *dev, unsigned line)
{
    Keys *k = (Keys *)dev;
    zif_set(dev, 0, line, ((k->pressed ^ k->active_low) >> line) & 1);
}

static void press(ZifDevice *dev, unsigned line, int level)
{
    Keys *k = (Keys *)dev;
    k->pressed = (k->pressed & ~(1u << line)) | (uint32_t)level << line;
    drive(dev, line);
}

static bool keys_realize(ZifDevice *dev, Error **errp)
{
    for (unsigned i = 0; i < KEYS; i++) {
        uint32_t gpio[3] = { 0 };
        zif_child_cells(dev, i, "gpios", gpio, 3);
        ((Keys *)dev)->active_low |= (gpio[2] & 1) << i; /* GPIO_ACTIVE_LOW is bit 0 of the flag cell */
    }
    if (zif_nchildren(dev) > KEYS) {
        error_setg(errp, "more than %d buttons in one gpio-keys node", KEYS);
        return false;
    }
    return true;
}

static void keys_reset(ZifDevice *dev, ZifResetKind kind)
{
    for (unsigned i = 0; i < KEYS; i++) {
        drive(dev, i);
    }
}

const ZifClass zif__gpio_keys = {
    .name = "gpio-keys",
    .compatible = (const char *const[]){ "gpio-keys", NULL },
    .reference = "devicetree binding gpio-keys",
    .summary = "up to 32 buttons, pressed or released; no bouncing",
    .modelled = ZIF_MODELLED,
    .size = sizeof(Keys),
    .inputs = (const ZifInput[]){ { .name = "press", .count = KEYS, .set = press }, { 0 } },
    .outputs = (const ZifOutput[]){ { .name = "pin", .count = KEYS }, { 0 } },
    .realize = keys_realize,
    .reset = keys_reset,
};
