/* `zif powercut`: the sweep in several processes, and its report. SPDX-License-Identifier: GPL-2.0-or-later */
#include "powercut.h"
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "commands.h"
#include "junit.h"
#include "outcome.h"
#include "progress.h"

enum { SHOWN = 10 };

/* --- Processes -------------------------------------------------------------------------------------------------------- */

/* What a process tells through its pipe. */
typedef struct {
    enum { MESSAGE_TRIED, MESSAGE_FAILED, MESSAGE_ERROR } kind;
    uint64_t points;
    CutFailure failure;
    char error[256];
} Message;

typedef struct {
    int fd;
    uint64_t untold; /* points not yet told of */
} Teller;

static void tell(int fd, const Message *m)
{
    size_t done = 0;
    while (done < sizeof *m) {
        ssize_t n = write(fd, (const char *)m + done, sizeof *m - done);
        if (n <= 0) {
            _exit(EXIT_CANNOT); /* nobody listens any more */
        }
        done += (size_t)n;
    }
}

static void tell_tried(void *opaque, uint64_t points)
{
    enum { AT_ONCE = 64 };
    Teller *t = opaque;
    t->untold += points;
    if (t->untold >= AT_ONCE) {
        tell(t->fd, &(Message){ .kind = MESSAGE_TRIED, .points = t->untold });
        t->untold = 0;
    }
}

static void tell_failed(void *opaque, const CutFailure *failure)
{
    tell(((Teller *)opaque)->fd, &(Message){ .kind = MESSAGE_FAILED, .failure = *failure });
}

/* The steps of the command line were used up by the run that counted: they are parsed anew. */
static void work(const PowercutOptions *counted, uint64_t steps, unsigned share, int fd)
{
    Teller t = { .fd = fd };
    PowercutWatcher watcher = { tell_tried, tell_failed, &t };
    PowercutOptions o;
    Error *err = NULL;
    if (!powercut_options_parse(&o, counted->argv, &err) || !powercut_sweep(&o, steps, share, o.jobs, &watcher, &err)) {
        Message m = { .kind = MESSAGE_ERROR };
        snprintf(m.error, sizeof m.error, "%s", error_get_pretty(err));
        tell(fd, &m);
    }
    tell(fd, &(Message){ .kind = MESSAGE_TRIED, .points = t.untold });
    fflush(NULL);
    _exit(0);
}

static int by_point(const void *a, const void *b)
{
    const CutFailure *x = a, *y = b;
    for (unsigned i = 0; i < CUTS; i++) {
        const Cut *p = &x->cuts[i], *q = &y->cuts[i];
        if (i >= x->ncuts || i >= y->ncuts) {
            return (int)x->ncuts - (int)y->ncuts;
        }
        if (p->step != q->step) {
            return p->step < q->step ? -1 : 1;
        }
        if (p->kind != q->kind) {
            return (int)p->kind - (int)q->kind;
        }
        if (p->seed != q->seed) {
            return p->seed < q->seed ? -1 : 1;
        }
    }
    return 0;
}

static bool listen_to(const Message *m, PowercutResult *r, Error **errp)
{
    switch (m->kind) {
    case MESSAGE_TRIED:
        r->points += m->points;
        return true;
    case MESSAGE_FAILED:
        r->failures = option_list(r->failures, r->nfailures, sizeof *r->failures);
        r->failures[r->nfailures++] = m->failure;
        return true;
    case MESSAGE_ERROR:
        break;
    }
    error_setg(errp, "%s", m->error);
    return false;
}

static void show_progress(const PowercutOptions *o, const PowercutResult *r, double began, double *next)
{
    double now = host_seconds();
    if (!o->run.quiet && isatty(STDERR_FILENO) && now >= *next) {
        *next = now + 0.2;
        fprintf(stderr, "\r%" PRIu64 " points, %.0f a second, %zu failed ", r->points,
                (double)r->points / (now - began + 1e-9), r->nfailures);
    }
}

bool powercut_run(PowercutOptions *o, PowercutResult *r, Error **errp)
{
    struct pollfd *pipes = calloc(o->jobs, sizeof *pipes);
    unsigned open_pipes = 0;
    bool ok = pipes;
    *r = (PowercutResult){ 0 };
    if (!ok || !powercut_count(o, &r->steps, errp)) {
        free(pipes);
        return false;
    }
    double began = host_seconds(), next = began + 1;
    for (unsigned i = 0; i < o->jobs; i++) {
        int ends[2];
        pid_t child = -1;
        fflush(NULL);
        pipes[i] = (struct pollfd){ .fd = -1, .events = POLLIN };
        if (!pipe(ends)) {
            child = fork();
        }
        if (child < 0) {
            error_setg_errno(errp, errno, "cannot start a process");
            ok = false;
            break;
        }
        if (!child) {
            close(ends[0]);
            work(o, r->steps, i, ends[1]);
        }
        close(ends[1]);
        pipes[i].fd = ends[0];
        open_pipes++;
    }
    while (open_pipes) {
        poll(pipes, o->jobs, 200);
        for (unsigned i = 0; i < o->jobs; i++) {
            Message m;
            size_t got = 0;
            if (pipes[i].fd < 0 || !(pipes[i].revents & (POLLIN | POLLHUP))) {
                continue;
            }
            while (got < sizeof m) {
                ssize_t n = read(pipes[i].fd, (char *)&m + got, sizeof m - got);
                if (n <= 0) {
                    break;
                }
                got += (size_t)n;
            }
            if (got == sizeof m) {
                ok = listen_to(&m, r, ok ? errp : NULL) && ok;
            } else {
                close(pipes[i].fd);
                pipes[i].fd = -1;
                open_pipes--;
            }
        }
        show_progress(o, r, began, &next);
    }
    for (int status; wait(&status) > 0;) {
        if (ok && (!WIFEXITED(status) || WEXITSTATUS(status))) {
            error_setg(errp, "a process of the sweep ended before its work was done");
            ok = false;
        }
    }
    if (!o->run.quiet && isatty(STDERR_FILENO)) {
        fprintf(stderr, "\r\033[K");
    }
    r->seconds = host_seconds() - began;
    if (r->nfailures) {
        qsort(r->failures, r->nfailures, sizeof *r->failures, by_point);
    }
    free(pipes);
    return ok;
}

/* --- The report ------------------------------------------------------------------------------------------------------- */

static void print_failure(const CutFailure *f, FILE *out)
{
    char names[160], when[32];
    fprintf(out, "  point %s: %s\n", cut_names(f, names, sizeof names), f->why);
    for (unsigned i = 0; i < f->ncuts; i++) {
        const CutStep *s = &f->steps[i];
        static const char *const how[] = { "before", "in the middle of", "after" };
        fprintf(out,
                "    cut %s step %" PRIu64 ", %s of %" PRIu32 " byte%s at %s+0x%" PRIx64 ", pc 0x%08" PRIx32
                "%s%s, at %s\n",
                how[f->cuts[i].kind], f->cuts[i].step, zif_flash_kind_name(s->kind), s->len, s->len == 1 ? "" : "s",
                s->flash, s->offset, s->pc, *s->where ? " " : "", s->where, zif_time_format(s->when, when));
    }
}

/* The command line again, with what has to be quoted in quotes, and without what chooses points. */
static void print_replay(char **argv, const CutFailure *f, FILE *out)
{
    static const char *const dropped[] = { "--at", "--torn", "--cuts", "--jobs", "-j", "--junit", "--json", NULL };
    char names[160];
    fprintf(out, "    zif powercut");
    for (char **a = argv; *a; a++) {
        const char *const *d = dropped;
        while (*d && (strncmp(*a, *d, strlen(*d)) != 0 || ((*a)[strlen(*d)] && (*a)[strlen(*d)] != '='))) {
            d++;
        }
        if (*d) {
            a += !strchr(*a, '=') && strcmp(*d, "--torn") != 0 && a[1];
            continue;
        }
        bool plain =
            **a && strspn(*a, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=./:,@%") == strlen(*a);
        fputs(plain ? " " : " '", out);
        for (const char *c = *a; *c; c++) {
            fputs(*c == '\'' ? "'\\''" : (char[]){ *c, '\0' }, out);
        }
        fputs(plain ? "" : "'", out);
    }
    fprintf(out, " --replay %s\n", cut_names(f, names, sizeof names));
}

/* Cut at the same instructions and failed the same way: one mistake of the firmware, for a reader. */
static bool is_alike(const CutFailure *a, const CutFailure *b)
{
    bool alike = a->ncuts == b->ncuts && !strcmp(a->why, b->why);
    for (unsigned i = 0; alike && i < a->ncuts; i++) {
        alike = a->steps[i].pc == b->steps[i].pc;
    }
    return alike;
}

static void print_report(const PowercutOptions *o, const PowercutResult *r)
{
    printf("zif powercut: %" PRIu64 " program and erase steps, %" PRIu64
           " points tried in %.2f s (%.0f a second), %zu did not come up\n",
           r->steps, r->points, r->seconds, (double)r->points / (r->seconds + 1e-9), r->nfailures);
    size_t places = 0;
    for (size_t i = 0, alike; i < r->nfailures; i += alike) {
        for (alike = 1; i + alike < r->nfailures && is_alike(&r->failures[i], &r->failures[i + alike]); alike++) {
        }
        if (places++ < SHOWN) {
            print_failure(&r->failures[i], stdout);
            print_replay(o->argv, &r->failures[i], stdout);
            if (alike > 1) {
                printf("    and %zu points after it at the same place\n", alike - 1);
            }
        }
    }
    if (places > SHOWN) {
        printf("  and %zu more places%s\n", places - SHOWN, o->json ? "" : " (--json FILE has all points)");
    }
}

static bool write_json(const char *path, const PowercutResult *r, Error **errp)
{
    json_t *failures = json_array();
    char text[160];
    for (size_t i = 0; i < r->nfailures; i++) {
        const CutFailure *f = &r->failures[i];
        json_t *cuts = json_array();
        for (unsigned c = 0; c < f->ncuts; c++) {
            const CutStep *s = &f->steps[c];
            json_array_append_new(cuts, json_pack("{s:I, s:s, s:s, s:s, s:I, s:I, s:I, s:s, s:I}", "step",
                                                  (json_int_t)f->cuts[c].step, "cut",
                                                  cut_name(&f->cuts[c], text, sizeof text), "flash", s->flash, "kind",
                                                  zif_flash_kind_name(s->kind), "offset", (json_int_t)s->offset,
                                                  "bytes", (json_int_t)s->len, "pc", (json_int_t)s->pc, "where",
                                                  s->where, "picoseconds", (json_int_t)s->when));
        }
        json_array_append_new(failures, json_pack("{s:s, s:s, s:o}", "point", cut_names(f, text, sizeof text), "why",
                                                  f->why, "cuts", cuts));
    }
    json_t *all = json_pack("{s:I, s:I, s:f, s:o}", "steps", (json_int_t)r->steps, "points", (json_int_t)r->points,
                            "seconds", r->seconds, "failures", failures);
    bool ok = all && !json_dump_file(all, path, JSON_INDENT(2));
    json_decref(all);
    if (!ok) {
        error_setg_errno(errp, errno, "%s: cannot be written", path);
    }
    return ok;
}

static bool write_junit(const char *path, const PowercutOptions *o, const PowercutResult *r, Error **errp)
{
    FILE *out = fopen(path, "w");
    if (!out) {
        error_setg_errno(errp, errno, "%s: cannot be written", path);
        return false;
    }
    fprintf(out,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"powercut %s\" tests=\"%" PRIu64
            "\" failures=\"%zu\" time=\"%.3f\">\n",
            o->run.machine.board, r->points, r->nfailures, r->seconds);
    for (size_t i = 0; i < r->nfailures; i++) {
        char names[160], *text = NULL;
        size_t len = 0;
        FILE *words = open_memstream(&text, &len);
        if (words) {
            print_failure(&r->failures[i], words);
            fclose(words);
        }
        fprintf(out, "  <testcase name=\"point %s\"><failure>", cut_names(&r->failures[i], names, sizeof names));
        junit_escape(text ? text : "", len, out);
        fprintf(out, "</failure></testcase>\n");
        free(text);
    }
    fprintf(out, "  <testcase name=\"%" PRIu64 " points that came up\"/>\n</testsuite>\n", r->points - r->nfailures);
    bool ok = !ferror(out);
    ok = !fclose(out) && ok;
    if (!ok) {
        error_setg(errp, "%s: cannot be written", path);
    }
    return ok;
}

static int replay(PowercutOptions *o)
{
    PowercutResult r = { 0 };
    Error *err = NULL;
    if (!powercut_run(o, &r, &err)) {
        return cannot(err);
    }
    printf("\n");
    if (!r.points) {
        error_setg(&err, "--replay: the run has no such point (%" PRIu64 " steps)", r.steps);
        return cannot(err);
    }
    if (r.nfailures) {
        print_failure(&r.failures[0], stdout);
    } else {
        printf("it came up\n");
    }
    free(r.failures);
    return r.nfailures ? EXIT_UNMET : 0;
}

int command_powercut(char **argv)
{
    PowercutOptions o;
    PowercutResult r = { 0 };
    Error *err = NULL;
    int code;
    if (!powercut_options_parse(&o, argv, &err)) {
        code = cannot(err);
    } else if (o.help) {
        help_command("powercut");
        code = 0;
    } else if (o.replay) {
        code = replay(&o);
    } else if (!powercut_run(&o, &r, &err)) {
        code = cannot(err);
    } else {
        print_report(&o, &r);
        code = r.nfailures ? EXIT_UNMET : 0;
        if ((o.json && !write_json(o.json, &r, &err)) || (o.junit && !write_junit(o.junit, &o, &r, &err))) {
            code = cannot(err);
        }
    }
    free(r.failures);
    powercut_options_free(&o);
    return code;
}
