/*
 * A plug on a UART's connector: what the UART sends comes back.
 *
 * Reference: none; a wire.
 * Models: characters of up to 9 bits and breaks, each after it was sent whole.
 * Departs: what comes back waits until the receiver has room, unless the line is impatient.
 * Missing: nothing.
 *
 * A child of the UART's node. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <zif/peripheral.h>

static void hear(ZifDevice *dev, uint16_t word, unsigned faults)
{
    if (!(faults & ZIF_SERIAL_NACK)) {
        zif_serial_part_send(dev, word, faults);
    }
}

static const ZifSerialPart part = { .hear = hear };

const ZifClass zif__serial_loopback = {
    .name = "serial-loopback",
    .compatible = (const char *const[]){ "zif,serial-loopback", NULL },
    .reference = "none: a wire from TX to RX",
    .summary = "what the UART sends comes back",
    .modelled = ZIF_MODELLED,
    .size = sizeof(ZifDevice),
    .serial_part = &part,
};
