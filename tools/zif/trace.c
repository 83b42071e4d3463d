/* `zif trace`: prints a binary trace. SPDX-License-Identifier: GPL-2.0-or-later */
#include <zif/observe.h>
#include "commands.h"

enum { HELP };

const Option trace_options[] = { { HELP, "help", 'h', OPTION_FLAG, NULL, "Print this page." }, { 0 } };

int command_trace(char **argv)
{
    OptionParser parser = { .argv = argv, .options = trace_options };
    const char *value, *file = NULL;
    Error *err = NULL;
    int id;
    while ((id = option_next(&parser, &value, &err)) != OPTION_END) {
        if (id == HELP) {
            help_command("trace");
            return 0;
        }
        if (id == OPTION_OPERAND && !file) {
            file = value;
            continue;
        }
        if (id == OPTION_OPERAND) {
            error_setg(&err, "one trace at a time");
        }
        return cannot(err);
    }
    if (!file) {
        error_setg(&err, "no trace is named (see zif trace --help)");
        return cannot(err);
    }
    return zif_trace_print(file, stdout, &err) ? 0 : cannot(err);
}
