/* The table of chips and peripherals, in Markdown, from the class records and the built-in trees. SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>
#include "internal.h"

static const char *const words[] = { [ZIF_MODELLED] = "whole", [ZIF_PARTIAL] = "partial", [ZIF_NAMED_STUB] = "stub" };

/* A family is described once: by its first bare chip where there is one, else by its first board. Of further chips there is what
 * those before them have not. */
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

/* Is this class's row in the table of an earlier chip? */
static bool is_told(const ZifClass *const *told, unsigned n, const ZifClass *cls)
{
    for (unsigned i = 0; i < n; i++) {
        if (told[i] == cls) {
            return true;
        }
    }
    return false;
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
    const ZifClass **told = calloc(zif_class_count() + 1, sizeof *told);
    unsigned ntold = 0;
    for (unsigned i = 0; i < zif_nboards; i++) {
        if (!is_first_of_chip(i) && !zif_boards[i].is_soc) {
            continue;
        }
        ZifMachine *m =
            zif_machine_new(&(ZifMachineConfig){ .board = zif_boards[i].name, .ram_fill = ZIF_RAM_ZERO }, errp);
        if (!m) {
            free(told);
            return false;
        }
        ntold = is_first_of_chip(i) ? 0 : ntold;
        unsigned before = ntold;
        for (unsigned d = 0; d < m->kit.ndevices; d++) {
            const ZifClass *cls = m->kit.devices[d]->cls;
            if (is_told(told, before, cls)) {
                continue;
            }
            if (ntold == before) {
                fprintf(out, "\n**%s**%s\n\n| peripheral | modelled | what is there and what is not |\n|---|---|---|\n",
                        zif_boards[i].description, before ? ": besides, or in place of, what is above" : "");
            }
            put_row(m, d, out);
            if (ntold < zif_class_count() && !is_told(told, ntold, cls)) {
                told[ntold++] = cls;
            }
        }
        zif_machine_free(m);
    }
    free(told);
    return true;
}
