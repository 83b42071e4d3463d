/* The classes there are: those built in, and those of plugins, which come first. SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>
#include <zif/peripheral.h>

static const ZifClass **added;
static unsigned nadded;

unsigned zif_class_count(void)
{
    return nadded + zif_nclasses;
}

const ZifClass *zif_class_at(unsigned n)
{
    return n < nadded ? added[n] : n - nadded < zif_nclasses ? zif_classes[n - nadded] : NULL;
}

bool zif_class_is_added(const ZifClass *cls)
{
    for (unsigned i = 0; i < nadded; i++) {
        if (added[i] == cls) {
            return true;
        }
    }
    return false;
}

bool zif_class_add(const ZifClass *cls, Error **errp)
{
    if (!cls->name || !*cls->name || cls->size < sizeof(ZifDevice) || (cls->nregs && !cls->regs)) {
        error_setg(errp, "a class without a name, a state or its registers");
        return false;
    }
    for (unsigned i = 0; i < zif_class_count(); i++) {
        if (!strcmp(zif_class_at(i)->name, cls->name)) {
            error_setg(errp, "there is a class '%s' already", cls->name);
            return false;
        }
    }
    const ZifClass **more = realloc(added, (nadded + 1) * sizeof *added);
    if (!more) {
        error_setg(errp, "out of memory for a class");
        return false;
    }
    added = more;
    added[nadded++] = cls;
    return true;
}
