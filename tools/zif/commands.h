/* The subcommands of zif. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ZIF_TOOL_COMMANDS_H
#define ZIF_TOOL_COMMANDS_H

#include "options.h"

typedef struct {
    const char *name;
    const char *summary;  /* one line */
    const char *synopsis; /* behind "zif NAME" */
    const char *description;
    const Option *options;   /* ended by a row without name */
    const char *more;        /* further sections of the help page, ready to print; "" for none */
    int (*run)(char **argv); /* words behind the subcommand; returns the exit code */
} Command;

extern const Command commands[]; /* ended by a row without name */

int command_run(char **argv);
int command_gdb(char **argv);
int command_powercut(char **argv);
int command_flash(char **argv);
int command_boards(char **argv);
int command_board(char **argv);
int command_classes(char **argv);
int command_mtree(char **argv);
int command_qtest(char **argv);
int command_trace(char **argv);
int command_completion(char **argv);
int command_help(char **argv);

extern const Option boards_options[], board_options[], classes_options[], mtree_options[], qtest_options[],
    help_only_options[];
extern const Option trace_options[], flash_command_options[];
extern const char qtest_more[];

/** The man-style page of a subcommand, to standard output. */
void help_command(const char *name);
/** "zif: SENTENCE" to standard error, frees err, returns 125. */
int cannot(Error *err);

#endif
