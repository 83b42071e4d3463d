/* The table of chips and peripherals, in Markdown, from the class records and the built-in trees. SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>
#include "internal.h"

static const char *const words[] = { [ZIF_MODELLED] = "whole", [ZIF_PARTIAL] = "partial", [ZIF_NAMED_STUB] = "stub" };

/* A chip is described once: by its bare board where there is one, else by its first board. */
static bool is_first_of_chip(unsigned n)
{
    for (unsigned i = 0; i < zif_nboards; i++) {
        if (!strcmp(zif_boards[i].soc, zif_boards[n].soc) && (zif_boards[i].is_soc != zif_boards[n].is_soc || i < n)) {
            if (zif_boards[i].is_soc >= zif_boards[n].is_soc && i != n) {
                return false;
            }
        }
    }
    return true;
}

/* Devices of one class share a row, whose first device is `first`; stubs of nodes nobody models share one, too. */
static void put_row(ZifMachine *m, unsigned first, FILE *out)
{
    const ZifClass *cls = m->kit.devices[first]->cls;
    for (unsigned i = 0; i < first; i++) {
        if (m->kit.devices[i]->cls == cls) {
            return;
        }
    }
    fputs("| ", out);
    for (unsigned i = first; i < m->kit.ndevices; i++) {
        if (m->kit.devices[i]->cls == cls) {
            fprintf(out, "%s%s", i == first ? "" : ", ", m->kit.devices[i]->name);
        }
    }
    fprintf(out, " | %s | %s |\n", words[cls->modelled], cls->summary ? cls->summary : "");
}

bool zif_support_table(FILE *out, Error **errp)
{
    fputs("| board or chip | also | what it is |\n|---|---|---|\n", out);
    for (unsigned i = 0; i < zif_nboards; i++) {
        fprintf(out, "| `%s` | ", zif_boards[i].name);
        for (unsigned k = 0; zif_boards[i].aliases[k]; k++) {
            fprintf(out, "%s`%s`", k ? ", " : "", zif_boards[i].aliases[k]);
        }
        fprintf(out, " | %s |\n", zif_boards[i].description);
    }
    for (unsigned i = 0; i < zif_nboards; i++) {
        if (!is_first_of_chip(i)) {
            continue;
        }
        ZifMachine *m =
            zif_machine_new(&(ZifMachineConfig){ .board = zif_boards[i].name, .ram_fill = ZIF_RAM_ZERO }, errp);
        if (!m) {
            return false;
        }
        fprintf(out, "\n**%s**\n\n| peripheral | modelled | what is there and what is not |\n|---|---|---|\n",
                zif_boards[i].description);
        for (unsigned d = 0; d < m->kit.ndevices; d++) {
            put_row(m, d, out);
        }
        zif_machine_free(m);
    }
    return true;
}
