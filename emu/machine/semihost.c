/* Semihosting on its way from the core to the service. SPDX-License-Identifier: GPL-2.0-or-later */
#include "internal.h"

bool zif__machine_semihost(void *opaque, uint32_t op, uint32_t param, uint32_t *r0)
{
    return false;
}
