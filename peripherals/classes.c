/* zif_classes, made from list.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include <zif/peripheral.h>

#define ZIF_CLASS(name) extern const ZifClass name;
#include "list.h"
#undef ZIF_CLASS

const ZifClass *const zif_classes[] = {
#define ZIF_CLASS(name) &name,
#include "list.h"
#undef ZIF_CLASS
};
const unsigned zif_nclasses = sizeof zif_classes / sizeof *zif_classes;
