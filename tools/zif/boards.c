/* `zif boards`, `zif board` and `zif mtree`: what there is to run on. SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zif/machine.h>
#include "commands.h"
#include "plugin.h"

enum { HELP, NAMES, MARKDOWN, BOARD, PLUGIN, SVD, FLAT, JSON };

#define HELP_OPTION                                                                                                    \
    {                                                                                                                  \
        HELP, "help", 'h', OPTION_FLAG, NULL, "Print this page."                                                       \
    }

const Option boards_options[] = {
    { NAMES, "names", 0, OPTION_FLAG, NULL, "Every name and alias, one a line, for scripts." },
    { MARKDOWN, "markdown", 0, OPTION_FLAG, NULL,
      "Boards, and how much of each chip is modelled, as Markdown tables." },
    HELP_OPTION,
    { 0 },
};
const Option board_options[] = {
    { BOARD, "board", 'b', OPTION_VALUE, "BOARD", "The board or SoC, as `zif run` takes it." },
    { PLUGIN, "plugin", 0, OPTION_VALUE, "FILE", "A shared object with further models, as `zif run` takes it." },
    { SVD, "svd", 0, OPTION_VALUE, "FILE", "An SVD file of the chip, as `zif run` takes it." },
    HELP_OPTION,
    { 0 },
};
const Option classes_options[] = {
    { PLUGIN, "plugin", 0, OPTION_VALUE, "FILE", "A shared object with further models, as `zif run` takes it." },
    HELP_OPTION,
    { 0 },
};
const Option mtree_options[] = {
    { BOARD, "board", 'b', OPTION_VALUE, "BOARD", "The board or SoC, as `zif run` takes it." },
    { PLUGIN, "plugin", 0, OPTION_VALUE, "FILE", "A shared object with further models, as `zif run` takes it." },
    { SVD, "svd", 0, OPTION_VALUE, "FILE", "An SVD file of the chip, as `zif run` takes it." },
    { FLAT, "flat", 'f', OPTION_FLAG, NULL, "What each address space finally sees, instead of the trees." },
    { JSON, "json", 0, OPTION_FLAG, NULL, "As JSON." },
    HELP_OPTION,
    { 0 },
};

typedef struct {
    bool help, names, markdown, flat, json;
    const char *board, *svd;
} Arguments;

/* False and *errp on bad usage. An operand is a board, too. */
static bool parse(Arguments *a, const Option *options, char **argv, Error **errp)
{
    OptionParser parser = { .argv = argv, .options = options };
    *a = (Arguments){ 0 };
    for (;;) {
        const char *value;
        switch (option_next(&parser, &value, errp)) {
        case OPTION_END:
            return true;
        case OPTION_BAD:
            return false;
        case HELP:
            a->help = true;
            return true;
        case NAMES:
            a->names = true;
            break;
        case MARKDOWN:
            a->markdown = true;
            break;
        case PLUGIN:
            if (!plugin_load(value, errp)) {
                return false;
            }
            break;
        case SVD:
            a->svd = value;
            break;
        case FLAT:
            a->flat = true;
            break;
        case JSON:
            a->json = true;
            break;
        default:
            if (a->board || options == boards_options || options == classes_options) {
                error_setg(errp, "'%s' is one word too many (see --help)", value);
                return false;
            }
            a->board = value;
        }
    }
}

typedef enum { LIST_BOARDS, LIST_SOCS, LIST_BUS_ONLY } ListKind;

static void list(const char *title, ListKind kind)
{
    puts(title);
    for (unsigned i = 0; i < zif_nboards; i++) {
        const ZifBoardInfo *b = &zif_boards[i];
        if ((b->bus_only ? LIST_BUS_ONLY : b->is_soc ? LIST_SOCS : LIST_BOARDS) != kind) {
            continue;
        }
        printf("  %-16s %s", b->name, b->description);
        for (unsigned k = 0; b->aliases[k]; k++) {
            printf("%s%s", k ? ", " : " (also ", b->aliases[k]);
        }
        puts(b->aliases[0] ? ")" : "");
    }
}

int command_boards(char **argv)
{
    Arguments a;
    Error *err = NULL;
    if (!parse(&a, boards_options, argv, &err)) {
        return cannot(err);
    }
    if (a.help) {
        help_command("boards");
    } else if (a.names) {
        for (unsigned i = 0; i < zif_nboards; i++) {
            puts(zif_boards[i].name);
            for (unsigned k = 0; zif_boards[i].aliases[k]; k++) {
                puts(zif_boards[i].aliases[k]);
            }
        }
    } else if (a.markdown) {
        return zif_support_table(stdout, &err) ? 0 : cannot(err);
    } else {
        list("boards:", LIST_BOARDS);
        list("SoCs:", LIST_SOCS);
        list("without a processor, for zif qtest:", LIST_BUS_ONLY);
    }
    return 0;
}

static ZifMachine *open_board(const Arguments *a, Error **errp)
{
    if (!a->board) {
        error_setg(errp, "no board is named (zif boards lists them)");
        return NULL;
    }
    return zif_machine_new(&(ZifMachineConfig){ .board = a->board, .svd = a->svd, .ram_fill = ZIF_RAM_ZERO }, errp);
}

int command_board(char **argv)
{
    Arguments a;
    Error *err = NULL;
    ZifMachine *m = NULL;
    if (!parse(&a, board_options, argv, &err)) {
        return cannot(err);
    }
    if (a.help) {
        help_command("board");
        return 0;
    }
    m = open_board(&a, &err);
    if (!m) {
        return cannot(err);
    }
    zif_machine_describe(m, stdout);
    zif_machine_free(m);
    return 0;
}

int command_mtree(char **argv)
{
    Arguments a;
    Error *err = NULL;
    ZifMachine *m = NULL;
    if (!parse(&a, mtree_options, argv, &err)) {
        return cannot(err);
    }
    if (a.help) {
        help_command("mtree");
        return 0;
    }
    m = open_board(&a, &err);
    if (!m) {
        return cannot(err);
    }
    if (a.json) {
        char *text = zif_machine_mtree_json(m, a.flat, &err);
        if (text) {
            puts(text);
            free(text);
        }
    } else {
        zif_machine_mtree(m, stdout, a.flat);
    }
    zif_machine_free(m);
    return err ? cannot(err) : 0;
}

int command_classes(char **argv)
{
    static const char *const words[] = {
        [ZIF_MODELLED] = "whole", [ZIF_PARTIAL] = "partial", [ZIF_NAMED_STUB] = "stub"
    };
    Arguments a;
    Error *err = NULL;
    if (!parse(&a, classes_options, argv, &err)) {
        return cannot(err);
    }
    if (a.help) {
        help_command("classes");
        return 0;
    }
    for (unsigned i = 0; i < zif_class_count(); i++) {
        const ZifClass *cls = zif_class_at(i);
        printf("%-20s %-8s", cls->name, words[cls->modelled]);
        for (const char *const *c = cls->compatible; c && *c; c++) {
            printf("%s%s", c == cls->compatible ? "" : ", ", *c);
        }
        printf("%s\n", zif_class_is_added(cls) ? " (plugin)" : "");
    }
    return 0;
}
