/* Making things go wrong on purpose. SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>
#include "device.h"

static const struct {
    const char *word;
    unsigned faults;
} serial_faults[] = {
    { "framing", ZIF_SERIAL_FRAMING }, { "noise", ZIF_SERIAL_NOISE }, { "parity", ZIF_SERIAL_PARITY },
    { "break", ZIF_SERIAL_BREAK },     { "lost", ZIF_SERIAL_LOST },
};

static void list(char *known, size_t size, const char *word)
{
    size_t used = strlen(known);
    snprintf(known + used, size - used, "%s%s", used ? ", " : "", word);
}

bool zif_device_inject(ZifDevice *dev, const char *fault, Error **errp)
{
    char known[256] = "";
    for (unsigned i = 0; dev->cls->faults && dev->cls->faults[i]; i++) {
        if (!strcmp(dev->cls->faults[i], fault)) {
            dev->cls->inject(dev, i);
            return true;
        }
        list(known, sizeof known, dev->cls->faults[i]);
    }
    for (unsigned i = 0; dev->core->serial && i < sizeof serial_faults / sizeof *serial_faults; i++) {
        bool can = dev->cls->serial->receive_word || serial_faults[i].faults == ZIF_SERIAL_LOST;
        if (can && !strcmp(serial_faults[i].word, fault)) {
            return zif_serial_inject(dev->core->serial, serial_faults[i].faults);
        }
        if (can) {
            list(known, sizeof known, serial_faults[i].word);
        }
    }
    error_setg(errp, "%s knows no fault '%s'; it knows %s", dev->name, fault, *known ? known : "none");
    return false;
}
