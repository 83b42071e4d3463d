/* The zif command. SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>
#include <zif/machine.h>
#include "commands.h"
#include "outcome.h"

int cannot(Error *err)
{
    fprintf(stderr, "zif: %s\n", error_get_pretty(err));
    error_free(err);
    return EXIT_CANNOT;
}

static int version(void)
{
    printf("zif %s\ncpu memory port: %s\n", ZIF_VERSION, zif_default_port());
    return 0;
}

int main(int argc, char **argv)
{
    const char *word = argc > 1 ? argv[1] : NULL;
    Error *err = NULL;
    for (const Command *c = commands; word && c->name; c++) {
        if (!strcmp(c->name, word)) {
            return c->run(argv + 2);
        }
    }
    if (word && (!strcmp(word, "--version") || !strcmp(word, "-V"))) {
        return version();
    }
    if (word && (!strcmp(word, "--help") || !strcmp(word, "-h"))) {
        return command_help(argv + argc);
    }
    if (word) {
        error_setg(&err, "there is no command '%s' (see zif --help)", word);
    } else {
        error_setg(&err, "no command (see zif --help)");
    }
    return cannot(err);
}
