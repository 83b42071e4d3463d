/* What is said at the end of a run. See verdict.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "junit.h"
#include "verdict.h"

enum { REPORTS_SHOWN = 20 };

/* Adds a part to the sentence. */
static void say(Run *r, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void say(Run *r, const char *fmt, ...)
{
    size_t used = strlen(r->message);
    va_list ap;
    if (used) {
        snprintf(r->message + used, sizeof r->message - used, "; ");
        used = strlen(r->message);
    }
    va_start(ap, fmt);
    vsnprintf(r->message + used, sizeof r->message - used, fmt, ap);
    va_end(ap);
}

/* The core's description of a fault on one line, without the registers that the crash screen shows. */
static void one_line(const char *text, char *out, size_t len)
{
    size_t used = 0;
    out[0] = '\0';
    while (*text) {
        text += strspn(text, " ");
        size_t n = strcspn(text, "\n");
        if (n && *text != '(' && strncmp(text, "CFSR", 4) != 0) {
            snprintf(out + used, len - used, "%s%.*s", used ? ", " : "", (int)n, text);
            used = strlen(out);
        }
        text += n + (text[n] == '\n');
    }
}

/* Keeps what `print` prints about the machine as the run's details. */
static void keep_details(Run *r, void (*print)(ZifMachine *m, FILE *out))
{
    size_t size;
    free(r->details);
    r->details = NULL;
    FILE *out = open_memstream(&r->details, &size);
    if (out) {
        print(r->machine, out);
        fclose(out);
    }
}

void verdict_reason(Run *r, ZifRunReason reason)
{
    char text[sizeof r->info.text];
    one_line(r->info.text, text, sizeof text);
    r->outcome.crashed = true;
    switch (reason) {
    case ZIF_RUN_EXIT:
        r->outcome.crashed = false;
        r->outcome.exited = true;
        r->outcome.status = r->info.exit_code;
        return;
    case ZIF_RUN_CANNOT:
        r->outcome.crashed = false;
        r->outcome.cannot = true;
        say(r, "%s", r->info.text);
        return;
    case ZIF_RUN_LOCKUP:
        say(r, "the processor locked up: %s", text);
        break;
    case ZIF_RUN_FAULT:
        say(r, "a fault nobody handles: %s", text);
        break;
    case ZIF_RUN_BREAK:
        say(r, "stopped at a breakpoint and no debugger goes on%s%s", *text ? ": " : "", text);
        break;
    case ZIF_RUN_DEAD:
        say(r, "%s", text);
        keep_details(r, zif_machine_stuck_report);
        return;
    case ZIF_RUN_RESETS:
        say(r, "a reset loop: the firmware reset itself more than %u times", r->o.machine.max_resets);
        keep_details(r, zif_machine_stuck_report);
        return;
    case ZIF_RUN_TIME:
    case ZIF_RUN_ASKED:
        return;
    }
    keep_details(r, zif_machine_crash_screen);
}

static void describe(Run *r, const ZifReportEntry *e, char *buf, size_t len)
{
    char where[256], when[32];
    bool named = !*e->reg || !strncmp(e->text, e->reg, strlen(e->reg)); /* the text begins with the register's name */
    snprintf(buf, len, "%s: %s%s%s%s%s (at 0x%08" PRIx32 "%s%s, %s)", zif_report_kind_name(e->kind), e->device,
             *e->reg ? "." : ": ", named ? "" : e->reg, named ? "" : ": ", e->text, e->pc,
             *zif_machine_locate(r->machine, e->pc, where, sizeof where) ? " " : "", where,
             zif_time_format(e->first, when));
}

void verdict_strict(Run *r, const ZifReportEntry *entry)
{
    char text[768];
    describe(r, entry, text, sizeof text);
    say(r, "%s", text);
}

static void say_steps(Run *r)
{
    char words[512], when[32];
    size_t n = 0, number = 0;
    const char *sent = NULL;
    for (size_t i = 0; i < steps_count(r->o.steps); i++) {
        StepReport s = steps_report(r->o.steps, i);
        bool is_fail = s.kind == STEP_FAIL || s.kind == STEP_FAIL_RE;
        n += !is_fail;
        sent = s.kind == STEP_SEND && s.met ? s.text : sent;
        if (is_fail && s.met) {
            say(r, "the guest printed what %s forbids, at %s", step_words(&s, words, sizeof words),
                zif_time_format(s.ended, when));
        }
        if (!is_fail && !s.met && !number && r->outcome.unmet) {
            number = n;
            say(r, "step %zu not met: %s, waited for since %s", n, step_words(&s, words, sizeof words),
                zif_time_format(s.reached ? s.started : 0, when));
        }
    }
    FrameStep *frame = r->outcome.unmet ? steps_current(r->o.steps, STEP_EXPECT_FRAME) : NULL;
    if (frame) {
        say(r, "%s", frame_step_explain(frame));
    }
    if (r->outcome.unmet && !number && sent) {
        say(r, "the guest did not take all of --send '%.100s%s'", sent, strlen(sent) > 100 ? "..." : "");
    }
}

static void say_end(Run *r)
{
    char when[32];
    const Outcome *o = &r->outcome;
    if (o->timed_out) {
        ZifTime t = r->wall ? r->o.wall_timeout : r->limit;
        say(r, "timeout after %s of %s time", zif_time_format(t, when), r->wall ? "the host's" : "virtual");
        if (!r->details) {
            keep_details(r, zif_machine_stuck_report);
        }
    }
    if (o->exited && (o->status || o->unmet)) {
        say(r, "the firmware exited with status %d%s", o->status,
            o->status > EXIT_STATUS_MAX || o->status < 0 ? ", which gives exit code 119" : "");
    }
    if (r->left && o->unmet) {
        say(r, "left before the end");
    }
    say_steps(r);
}

/* The list of reports, at most `most` of them. */
static void print_reports(Run *r, unsigned most, FILE *out)
{
    unsigned n = zif_machine_nreports(r->machine);
    if (n) {
        fprintf(out, "zif: %u report%s:\n", n, n == 1 ? "" : "s");
    }
    for (unsigned i = 0; i < n && i < most; i++) {
        const ZifReportEntry *e = zif_machine_report(r->machine, i);
        char text[768];
        describe(r, e, text, sizeof text);
        fprintf(out, "  %s", text);
        fprintf(out, e->count > 1 ? ", %" PRIu64 " times\n" : "\n", e->count);
    }
    if (n > most) {
        fprintf(out, "  and %u more\n", n - most);
    }
}

static void print_figures(Run *r)
{
    char when[32];
    ZifTime t = zif_machine_now(r->machine);
    double seconds = (double)t / (double)ZIF_SEC;
    fprintf(stderr,
            "zif: %s; %s of virtual time, %" PRIu64 " instructions, %.3f s on the host (%.1f times real time)\n",
            outcome_word(&r->outcome), zif_time_format(t, when), zif_machine_instructions(r->machine), r->elapsed,
            r->elapsed > 0 ? seconds / r->elapsed : 0.0);
    for (unsigned i = 0; i < zif_machine_nflashes(r->machine); i++) {
        char words[160];
        if (flash_wear_words(zif_machine_flash(r->machine, i), words, sizeof words)) {
            fprintf(stderr, "zif: %s\n", words);
        }
    }
}

static void write_junit(Run *r)
{
    Error *err = NULL;
    char *reports = NULL;
    size_t size;
    FILE *list = open_memstream(&reports, &size);
    if (list) {
        if (r->machine) {
            print_reports(r, UINT_MAX, list);
        }
        fclose(list);
    }
    JUnit j = { .suite = r->o.nimages ? basename(r->o.images[0]) : "zif",
                .board = r->o.machine.board ? r->o.machine.board : "",
                .outcome = &r->outcome,
                .message = r->message,
                .details = r->details ? r->details : "",
                .reports = reports ? reports : "",
                .steps = r->o.steps,
                .console = "",
                .virtual_time = r->machine ? zif_machine_now(r->machine) : 0,
                .host_seconds = r->elapsed };
    if (r->links) {
        j.console = links_console(r->links, &j.console_len);
    }
    if (!junit_write(r->o.junit, &j, &err)) {
        fprintf(stderr, "zif: %s\n", error_get_pretty(err));
        error_free(err);
        r->outcome.cannot = true;
    }
    free(reports);
}

/* On a screen that shows both, what is said of the run begins a line of its own. */
static void end_line(const Run *r)
{
    struct stat out, err;
    if (r->links && links_mid_line(r->links) && (*r->message || !r->o.quiet) && !fstat(STDOUT_FILENO, &out) &&
        !fstat(STDERR_FILENO, &err) && out.st_dev == err.st_dev && out.st_ino == err.st_ino) {
        fputc('\n', stderr);
    }
}

int verdict(Run *r)
{
    bool ran = !r->outcome.cannot || r->elapsed > 0;
    if (ran) {
        say_end(r);
    }
    if (ran && r->o.save && !r->saved && !outcome_code(&r->outcome)) {
        say(r, "--save: the run ended before the snapshot was due, nothing is stored");
        r->outcome.cannot = true;
    }
    Error *err = NULL;
    if (ran && !pictures_finish(&r->o.pictures, &err)) {
        r->outcome.cannot |= !outcome_code(&r->outcome);
        say(r, "%s", error_get_pretty(err));
        error_free(err);
        err = NULL;
    }
    if (ran && !flash_options_keep(&r->o.flash, r->machine, &err)) {
        say(r, "%s", error_get_pretty(err));
        error_free(err);
        r->outcome.cannot = true;
    }
    end_line(r);
    if (*r->message) {
        fprintf(stderr, "zif: %s\n", r->message);
    }
    if (r->details) {
        fputs(r->details, stderr);
    }
    if (ran && !r->o.quiet) {
        print_reports(r, REPORTS_SHOWN, stderr);
        print_figures(r);
    }
    if (ran && r->o.trace_hash) {
        fprintf(stderr, "zif: trace hash %016" PRIx64 "\n", zif_machine_trace_hash(r->machine));
    }
    if (r->o.junit) {
        write_junit(r);
    }
    return outcome_code(&r->outcome);
}
