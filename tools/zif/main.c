/* The zif command. SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <zif/machine.h>
#include "commands.h"
#include "heap.h"
#include "outcome.h"
#include "plugin.h"
#include "system_arm.h"

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

/* A descriptor that was closed goes nowhere: a file opened later must not take its place and get our output. */
static void open_standard_streams(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        if (fcntl(fd, F_GETFD) < 0) {
            open("/dev/null", fd == STDIN_FILENO ? O_RDONLY : O_WRONLY);
        }
    }
}

/* What was printed is the result: 125 when it could not be written. */
static int written(int code)
{
    Error *err = NULL;
    if (!fflush(stdout) && !ferror(stdout)) {
        return code;
    }
    error_setg_errno(&err, errno, "cannot write standard output");
    return cannot(err);
}

int main(int argc, char **argv)
{
    heap_on_large_page();
    open_standard_streams();
    const char *word = argc > 1 ? argv[1] : NULL;
    Error *err = NULL;
    const char *slash = argc ? strrchr(argv[0], '/') : NULL;
    if (argc && !strcmp(slash ? slash + 1 : argv[0], "zif-system-arm")) {
        return written(system_arm(argv + 1));
    }
    plugin_exec(argv, &err);
    if (err) {
        return cannot(err);
    }
    for (const Command *c = commands; word && c->name; c++) {
        if (!strcmp(c->name, word)) {
            return written(c->run(argv + 2));
        }
    }
    if (word && (!strcmp(word, "--version") || !strcmp(word, "-V"))) {
        return written(version());
    }
    if (word && (!strcmp(word, "--help") || !strcmp(word, "-h"))) {
        return written(command_help(argv + argc));
    }
    if (word) {
        error_setg(&err, "there is no command '%s' (see zif --help)", word);
    } else {
        error_setg(&err, "no command (see zif --help)");
    }
    return cannot(err);
}
