/* GDB at the other end of a stream: see gdb.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zif/debugger.h>
#include <zif/stream.h>
#include "commands.h"
#include "gdb.h"
#include "run_options.h"

enum { HALTED_WAIT_MS = 200 };

struct GdbSession {
    ZifMachine *m;
    ZifStream *stream;
    ZifDebugger *debugger;
    unsigned visitor; /* whom the debugger talks to; 0 = nobody */
    bool killed;
    bool shows_console;
    char line[256]; /* of the console, not yet shown */
    size_t len;
};

static void show_line(GdbSession *s)
{
    if (s->len && zif_debugger_state(s->debugger) == ZIF_DEBUG_RUNNING) {
        zif_debugger_console(s->debugger, s->line, s->len);
        s->len = 0;
    }
}

void gdb_session_console(GdbSession *s, uint8_t byte)
{
    if (s->shows_console && s->len < sizeof s->line) {
        s->line[s->len++] = (char)byte;
        if (byte == '\n' || s->len == sizeof s->line) {
            show_line(s);
        }
    }
}

static void output(void *opaque, const void *bytes, size_t len)
{
    zif_stream_write(((GdbSession *)opaque)->stream, bytes, len);
}

GdbSession *gdb_session_open(ZifMachine *m, const char *stream, bool halted, Error **errp)
{
    GdbSession *s = calloc(1, sizeof *s);
    if (!s) {
        error_setg(errp, "out of memory for GDB");
        return NULL;
    }
    s->m = m;
    s->shows_console = !strcmp(stream, "stdio");
    s->stream = zif_stream_open(stream, "gdb", errp);
    s->debugger = s->stream ? zif_debugger_new(m, output, s, errp) : NULL;
    if (!s->debugger) {
        gdb_session_free(s);
        return NULL;
    }
    if (!halted) {
        zif_debugger_disconnect(s->debugger);
    }
    return s;
}

void gdb_session_free(GdbSession *s)
{
    if (s) {
        zif_debugger_free(s->debugger);
        zif_stream_free(s->stream);
        free(s);
    }
}

bool gdb_session_killed(const GdbSession *s)
{
    return s->killed;
}

/* Bytes both ways; comings and goings of peers. */
static void exchange(GdbSession *s)
{
    char buf[4096];
    size_t n;
    zif_stream_flush(s->stream);
    n = zif_stream_read(s->stream, buf, sizeof buf);
    unsigned visitor = zif_stream_visitor(s->stream);
    if (visitor != s->visitor) {
        if (s->visitor) {
            zif_debugger_disconnect(s->debugger);
        }
        if (visitor) {
            zif_debugger_connect(s->debugger);
        }
        s->visitor = visitor;
    }
    while (n) {
        zif_debugger_input(s->debugger, buf, n);
        n = zif_stream_read(s->stream, buf, sizeof buf);
    }
    zif_stream_flush(s->stream);
}

ZifRunReason gdb_session_run(GdbSession *s, ZifTime until, ZifRunInfo *info)
{
    memset(info, 0, sizeof *info);
    exchange(s);
    switch (zif_debugger_state(s->debugger)) {
    case ZIF_DEBUG_ENDED: /* GDB may still look around or start again */
        if (!s->visitor) {
            zif_debugger_run(s->debugger, until, info);
            break;
        }
        /* fall through */
    case ZIF_DEBUG_HALTED:
        poll(&(struct pollfd){ .fd = zif_stream_fd(s->stream), .events = POLLIN }, 1, HALTED_WAIT_MS);
        break;
    case ZIF_DEBUG_RUNNING:
        zif_debugger_run(s->debugger, until, info);
        zif_stream_flush(s->stream);
        info->reason = ZIF_RUN_TIME; /* GDB has been told of any other */
        break;
    case ZIF_DEBUG_DETACHED:
        zif_machine_run(s->m, until, info);
        break;
    case ZIF_DEBUG_KILLED:
        s->killed = true;
        break;
    }
    return info->reason;
}

/* --- zif gdb --------------------------------------------------------------------------------------------------------------- */

/* Appends `word` to a shell command, quoted. */
static void put_word(FILE *out, const char *word)
{
    fputs(" '", out);
    for (; *word; word++) {
        if (*word == '\'') {
            fputs("'\\''", out);
        } else {
            fputc(*word, out);
        }
    }
    fputc('\'', out);
}

/* The first operand: the image whose symbols GDB is to read. */
static const char *find_image(char **argv)
{
    for (; *argv; argv++) {
        size_t len = strlen(*argv);
        if (**argv != '-' && len > 4 && !strcmp(*argv + len - 4, ".elf")) {
            return *argv;
        }
    }
    return NULL;
}

/* Whether zif could run this: GDB would only say that the connection broke. */
static bool can_run(char **argv, bool *help, Error **errp)
{
    RunOptions o;
    bool ok = run_options_parse(&o, argv, errp);
    *help = ok && o.help;
    ZifMachine *m = ok && !o.help ? zif_machine_new(&o.machine, errp) : NULL;
    ok = ok && (o.help || m);
    if (m && !zif_machine_can_run(m)) {
        error_setg(errp, "%s has no processor to run: `zif qtest` drives its bus", o.machine.board);
        ok = false;
    }
    for (size_t i = 0; ok && m && i < o.nimages; i++) {
        ZifImage *image = zif_image_open(o.images[i], errp);
        ok = image;
        zif_image_free(image);
    }
    zif_machine_free(m);
    run_options_free(&o);
    return ok;
}

int command_gdb(char **argv)
{
    static const char *const debuggers[] = { "gdb-multiarch", "arm-none-eabi-gdb", NULL };
    char self[4096], *remote = NULL;
    size_t len = 0;
    bool help;
    Error *err = NULL;
    if (!can_run(argv, &help, &err)) {
        return cannot(err);
    }
    if (help) {
        help_command("gdb");
        return 0;
    }
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    FILE *out = open_memstream(&remote, &len);
    if (n <= 0 || !out) {
        error_setg(&err, "cannot find my own program file");
        return cannot(err);
    }
    self[n] = 0;
    fputs("target extended-remote |", out);
    put_word(out, self);
    fputs(" run --gdb=stdio -q", out);
    for (char **a = argv; *a; a++) {
        put_word(out, *a);
    }
    fclose(out);
    const char *image = find_image(argv);
    for (unsigned i = 0; debuggers[i]; i++) {
        if (image) {
            execlp(debuggers[i], debuggers[i], "-q", "-ex", remote, image, (char *)NULL);
        } else {
            execlp(debuggers[i], debuggers[i], "-q", "-ex", "set architecture arm", "-ex", remote, (char *)NULL);
        }
    }
    free(remote);
    error_setg(&err, "there is no gdb-multiarch or arm-none-eabi-gdb to start");
    return cannot(err);
}
