/* What a front end shows of a machine: its memory map, its PC, its port. SPDX-License-Identifier: GPL-2.0-or-later */
#include "internal.h"

void zif_machine_mtree(ZifMachine *m, FILE *out, bool flat)
{
    ZifMemoryContext *before = zif__enter(m);
    mtree_info((fprintf_function)fprintf, out, flat, false, false);
    zif__leave(before);
}

char *zif_machine_mtree_json(ZifMachine *m, bool flat, Error **errp)
{
    ZifMemoryContext *before = zif__enter(m);
    char *text = zif_mtree_json(flat, false, errp);
    zif__leave(before);
    return text;
}

uint32_t zif_machine_pc(ZifMachine *m)
{
    return m->cpu ? zif_port_get(zif_cpu_port(m->cpu), ZIF_REG_PC) : 0;
}

const char *zif_default_port(void)
{
    return zif_port_describe(ZIF_PORT_DEFAULT);
}
