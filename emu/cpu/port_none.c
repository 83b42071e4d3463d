/*
 * Built in place of the fast CPU memory port where the engine's static archive, or a part of it, is missing.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "port_internal.h"

const ZifPortOps zif__port_fast = { .name = "fast" };

bool zif__port_fast_usable(Error **errp)
{
    error_setg(errp, "this zif was built without the fast CPU memory port; use the portable one");
    return false;
}
