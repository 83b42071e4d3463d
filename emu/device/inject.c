/* Making things go wrong on purpose. SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>
#include "device.h"

/* Faults of every serial line. 0: from now on bytes come whether or not the receiver has room. */
static const struct {
    const char *word;
    unsigned faults;
} serial_faults[] = {
    { "framing", ZIF_SERIAL_FRAMING }, { "noise", ZIF_SERIAL_NOISE }, { "parity", ZIF_SERIAL_PARITY },
    { "break", ZIF_SERIAL_BREAK },     { "lost", ZIF_SERIAL_LOST },   { "impatient", 0 },
};

static void list(char *known, size_t size, const char *word)
{
    size_t used = strlen(known);
    snprintf(known + used, size - used, "%s%s", used ? ", " : "", word);
}

/* A fault as number of the class's own, or past these as one of a serial line's. */
static bool find(const ZifDevice *dev, const char *fault, unsigned *number, Error **errp)
{
    char known[256] = "";
    unsigned n = 0;
    for (; dev->cls->faults && dev->cls->faults[n]; n++) {
        list(known, sizeof known, dev->cls->faults[n]);
        if (!strcmp(dev->cls->faults[n], fault)) {
            *number = n;
            return true;
        }
    }
    for (unsigned i = 0; dev->core->serial && i < sizeof serial_faults / sizeof *serial_faults; i++) {
        unsigned simple = ZIF_SERIAL_LOST; /* those of which the model knows nothing */
        if (!dev->cls->serial->receive_word && serial_faults[i].faults & ~simple) {
            continue;
        }
        list(known, sizeof known, serial_faults[i].word);
        if (!strcmp(serial_faults[i].word, fault)) {
            *number = n + i;
            return true;
        }
    }
    error_setg(errp, "%s knows no fault '%s'; it knows %s", dev->name, fault, *known ? known : "none");
    return false;
}

bool zif_device_can_inject(const ZifDevice *dev, const char *fault, Error **errp)
{
    unsigned number;
    return find(dev, fault, &number, errp);
}

bool zif_device_inject(ZifDevice *dev, const char *fault, Error **errp)
{
    unsigned number, own = 0;
    if (!find(dev, fault, &number, errp)) {
        return false;
    }
    while (dev->cls->faults && dev->cls->faults[own]) {
        own++;
    }
    if (number < own) {
        dev->cls->inject(dev, number);
    } else if (serial_faults[number - own].faults) {
        zif_serial_inject(dev->core->serial, serial_faults[number - own].faults);
    } else {
        zif_serial_set_patient(dev->core->serial, false);
    }
    return true;
}
