/*
 * `zif run`: a machine, its images, its serial lines and the steps, until one of them ends the run.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "commands.h"
#include "gdb.h"
#include "junit.h"
#include "links.h"
#include "preview.h"
#include "verdict.h"

/* How far virtual time goes before the host is looked at: as far as takes some milliseconds of the host's time. */
#define SLICE_LEAST    (100 * ZIF_US)
#define SLICE_FIRST    ZIF_MS
#define SLICE_LIVE     (10 * ZIF_MS) /* at most, when somebody may type */
#define SLICE_ALONE    (50 * ZIF_MS)
#define TIMEOUT_UNLESS (30 * ZIF_SEC)

static const double short_slice = 0.005, long_slice = 0.02; /* seconds */
static const double max_lag = 0.1; /* seconds behind real time that are caught up with, not more */

static volatile sig_atomic_t interrupted;

static void on_interrupt(int sig)
{
    interrupted = sig;
}

static int steps_line(void *opaque, const char *name, size_t len)
{
    return links_find(((Run *)opaque)->links, name, len);
}

static void steps_send(void *opaque, unsigned line, const void *bytes, size_t len)
{
    links_send(((Run *)opaque)->links, line, bytes, len);
}

static size_t steps_queued(void *opaque)
{
    return links_queued(((Run *)opaque)->links);
}

static void on_time(void *opaque)
{
    Run *r = opaque;
    steps_time(r->o.steps, zif_machine_now(r->machine));
}

static void steps_call_at(void *opaque, ZifTime when)
{
    Run *r = opaque;
    zif_machine_at(r->machine, when, on_time, r);
}

static void steps_stop(void *opaque)
{
    Run *r = opaque;
    if (steps_state(r->o.steps) == STEPS_FAILED || !r->o.run_for) {
        zif_machine_stop(r->machine);
    }
}

static void on_byte(void *opaque, unsigned line, uint8_t byte, ZifTime when)
{
    Run *r = opaque;
    if (line == 0 && r->gdb) {
        gdb_session_console(r->gdb, byte);
    }
    steps_byte(r->o.steps, line, byte, when);
}

/* Steps that are the tool's own. */
static bool steps_check(void *opaque, StepKind kind, void *what, bool first, ZifTime now)
{
    Run *r = opaque;
    if (kind == STEP_INJECT) {
        inject_step_do(what);
        return true;
    }
    if (kind == STEP_EXPECT_FRAME) {
        return frame_step_check(what, first, now);
    }
    if (kind != STEP_EXPECT_REPORT) {
        return pin_step_check(what, first, now);
    }
    for (unsigned i = 0; i < zif_machine_nreports(r->machine); i++) {
        if (expected_is(what, zif_machine_report(r->machine, i))) {
            return true;
        }
    }
    return false;
}

static bool is_among(ExpectedReport *const *list, size_t n, const ZifReportEntry *entry)
{
    for (size_t i = 0; i < n; i++) {
        if (expected_is(list[i], entry)) {
            return true;
        }
    }
    return false;
}

static void on_report(void *opaque, const ZifReportEntry *entry)
{
    Run *r = opaque;
    if (is_among(r->o.expected, r->o.nexpected, entry)) {
        steps_call_at(r, zif_machine_now(r->machine)); /* not now: a device is at work */
    } else if (r->o.strict & 1u << entry->kind && !r->outcome.strict && !is_among(r->o.allowed, r->o.nallowed, entry)) {
        r->outcome.strict = true;
        verdict_strict(r, entry);
        zif_machine_stop(r->machine);
    }
}

static void on_save_time(void *opaque)
{
    Run *r = opaque;
    r->save_due = true;
    zif_machine_stop(r->machine);
}

/* Stores the snapshot that was asked for. A failure ends the run: somebody counts on the file. */
static bool save(Run *r)
{
    Error *err = NULL;
    r->save_due = false;
    r->saved = true;
    if (zif_machine_save_file(r->machine, r->o.save, &err)) {
        return true;
    }
    r->outcome.cannot = true;
    snprintf(r->message, sizeof r->message, "%s", error_get_pretty(err));
    error_free(err);
    return false;
}

static void on_power_cycle(void *opaque)
{
    zif_machine_power_cycle(((Run *)opaque)->machine);
}

static bool load(Run *r, Error **errp)
{
    r->machine = zif_machine_new(&r->o.machine, errp);
    r->images = calloc(r->o.nimages, sizeof(ZifImage *));
    if (!r->machine || !r->images || !flash_options_apply(&r->o.flash, r->machine, false, errp)) {
        return false;
    }
    if (!zif_machine_can_run(r->machine)) {
        error_setg(errp, "%s has no processor to run: `zif qtest` drives its bus", r->o.machine.board);
        return false;
    }
    for (size_t i = 0; i < r->o.nimages; i++) {
        r->images[i] = zif_image_open(r->o.images[i], errp);
        if (!r->images[i] || !zif_machine_load(r->machine, r->images[i], errp)) {
            return false;
        }
    }
    return true;
}

static bool resolve_reports(ExpectedReport **list, size_t n, Run *r, const char *option, Error **errp)
{
    Error *err = NULL;
    for (size_t i = 0; i < n; i++) {
        if (!expected_resolve(list[i], r->machine, &err)) {
            error_prepend(&err, "--%s", option);
            error_propagate(errp, err);
            return false;
        }
    }
    return true;
}

static bool resolve_pins(Run *r, Error **errp)
{
    for (size_t i = 0; i < r->o.npins; i++) {
        if (!pin_step_resolve(r->o.pins[i], r->machine, on_time, r, errp)) {
            return false;
        }
    }
    return true;
}

static bool resolve_faults(Run *r, Error **errp)
{
    for (size_t i = 0; i < r->o.nfaults; i++) {
        Error *err = NULL;
        if (!inject_step_resolve(r->o.faults[i], r->machine, &err)) {
            error_prepend(&err, "--inject");
            error_propagate(errp, err);
            return false;
        }
    }
    return true;
}

static void on_wrong_frame(void *opaque)
{
    zif_machine_stop(((Run *)opaque)->machine);
}

static bool resolve_frames(Run *r, Error **errp)
{
    for (size_t i = 0; i < r->o.nframes; i++) {
        if (!frame_step_resolve(r->o.frames[i], r->machine, on_time, on_wrong_frame, r, errp)) {
            return false;
        }
    }
    return true;
}

/* Does the step under way wait for a picture that cannot come any more? */
static bool wrong_frame(const Run *r)
{
    const FrameStep *s = steps_current(r->o.steps, STEP_EXPECT_FRAME);
    return s && s->wrong;
}

static bool prepare(Run *r, Error **errp)
{
    static const StepsHost host = {
        .line = steps_line,
        .send = steps_send,
        .queued = steps_queued,
        .call_at = steps_call_at,
        .check = steps_check,
        .stop = steps_stop,
    };
    if (!load(r, errp) || !resolve_reports(r->o.expected, r->o.nexpected, r, "expect-report", errp) ||
        !resolve_reports(r->o.allowed, r->o.nallowed, r, "allow-report", errp) || !resolve_pins(r, errp) ||
        !resolve_faults(r, errp) || !resolve_frames(r, errp)) {
        return false;
    }
    r->links = links_open(r->machine, &r->o, &r->progress, on_byte, r, errp);
    if (!r->links) {
        return false;
    }
    if (r->o.trace_hash) {
        zif_machine_enable_trace_hash(r->machine);
    }
    zif_machine_on_report(r->machine, on_report, r);
    zif_machine_reset(r->machine, ZIF_RESET_POWER_ON);
    if (r->o.load && !zif_machine_load_file(r->machine, r->o.load, errp)) {
        return false;
    }
    r->base = zif_machine_now(r->machine);
    if (!recorders_open(&r->o.recorders, r->machine, errp) || !pictures_open(&r->o.pictures, r->machine, errp)) {
        return false;
    }
    if (r->o.show && !(r->preview = preview_open(r->machine, r->o.show_name, errp))) {
        return false;
    }
    if (r->o.save && r->o.save_at != ZIF_TIME_NEVER) {
        zif_machine_at(r->machine, r->o.save_at, on_save_time, r);
    }
    for (size_t i = 0; i < r->o.npower_cycles; i++) {
        zif_machine_at(r->machine, r->o.power_cycles[i], on_power_cycle, r);
    }
    if (r->o.gdb && !(r->gdb = gdb_session_open(r->machine, r->o.gdb, r->o.gdb_halts, errp))) {
        return false;
    }
    StepsHost mine = host;
    mine.opaque = r;
    return steps_start(r->o.steps, &mine, zif_machine_now(r->machine), errp);
}

/* Lets the host's clock catch up with virtual time; returns early when there is input. */
static void pace(Run *r)
{
    double elapsed = host_seconds() - r->start;
    double ahead = (double)(zif_machine_now(r->machine) - r->base) / (double)ZIF_SEC - elapsed;
    if (ahead > 0) {
        links_wait(r->links, (int)(ahead * 1000) + 1);
    } else if (ahead < -max_lag) {
        r->start += -ahead - max_lag;
    }
}

static void show_status(Run *r)
{
    char when[32], where[256];
    uint32_t pc = zif_machine_pc(r->machine);
    fprintf(stderr, "\n[zif: %s of virtual time, %" PRIu64 " instructions, at 0x%08" PRIx32 " %s]\n",
            zif_time_format(zif_machine_now(r->machine), when), zif_machine_instructions(r->machine), pc,
            zif_machine_locate(r->machine, pc, where, sizeof where));
}

/* After a slice: does anything end the run? */
static bool ended(Run *r, ZifRunReason reason, ZifTime limit)
{
    ZifStreamRequest request = links_request(r->links);
    if (request == ZIF_STREAM_STATUS) {
        show_status(r);
    }
    r->outcome.fail_text = steps_state(r->o.steps) == STEPS_FAILED;
    bool took_last = r->o.save && !r->saved && r->o.save_at == ZIF_TIME_NEVER && steps_state(r->o.steps) == STEPS_DONE;
    if ((r->save_due || took_last) && !save(r)) {
        return true;
    }
    if (reason != ZIF_RUN_TIME && reason != ZIF_RUN_ASKED) {
        verdict_reason(r, reason);
        return true;
    }
    if (r->outcome.fail_text || r->outcome.strict || wrong_frame(r)) {
        return true;
    }
    if (steps_state(r->o.steps) == STEPS_DONE && !r->o.run_for) {
        return true;
    }
    if (links_error(r->links, r->message, sizeof r->message)) {
        r->outcome.cannot = true;
        return true;
    }
    if (interrupted) { /* no result: nobody may take the run for a passed one */
        r->outcome.cannot = true;
        snprintf(r->message, sizeof r->message, "interrupted by signal %d", (int)interrupted);
        return true;
    }
    if (request == ZIF_STREAM_LEAVE || (r->gdb && gdb_session_killed(r->gdb))) {
        r->left = true;
        return true;
    }
    if (zif_machine_now(r->machine) >= limit) {
        r->outcome.timed_out = !r->o.run_for || limit - r->base < r->o.run_for;
        return true;
    }
    if (r->o.wall_timeout && (host_seconds() - r->began) * (double)ZIF_SEC >= (double)r->o.wall_timeout) {
        r->outcome.timed_out = r->wall = true;
        return true;
    }
    return false;
}

static ZifTime earlier(ZifTime a, ZifTime b)
{
    return a < b ? a : b;
}

static ZifTime next_slice(ZifTime slice, double took)
{
    return took < short_slice ? slice * 2 : took > long_slice && slice > SLICE_LEAST ? slice / 2 : slice;
}

static void run(Run *r)
{
    bool alone = !links_live(r->links) || !steps_empty(r->o.steps);
    bool realtime = r->o.realtime || !alone;
    ZifTime span = r->o.timeout ? r->o.timeout : r->o.run_for || !alone || r->gdb ? ZIF_TIME_NEVER : TIMEOUT_UNLESS;
    if (r->o.run_for) {
        span = earlier(span, r->o.run_for);
    }
    ZifTime limit = span > ZIF_TIME_NEVER - r->base ? ZIF_TIME_NEVER : r->base + span;
    r->limit = limit;
    r->began = r->start = host_seconds();
    links_exchange(r->links);
    for (ZifTime slice = SLICE_FIRST;;) {
        bool input = links_can_input(r->links) || r->gdb;
        zif_machine_set_external_wake(r->machine, input);
        slice = earlier(slice, input || realtime ? SLICE_LIVE : SLICE_ALONE);
        ZifTime until = zif_machine_now(r->machine) + slice;
        double begin = host_seconds();
        ZifRunReason reason = r->gdb ? gdb_session_run(r->gdb, earlier(until, limit), &r->info)
                                     : zif_machine_run(r->machine, earlier(until, limit), &r->info);
        slice = next_slice(slice, host_seconds() - begin);
        recorders_flush(&r->o.recorders);
        preview_update(r->preview);
        links_exchange(r->links);
        if (ended(r, reason, limit)) {
            break;
        }
        progress_update(&r->progress, host_seconds() - r->began, zif_machine_now(r->machine),
                        zif_machine_instructions(r->machine));
        if (realtime) {
            pace(r);
            links_exchange(r->links);
        }
    }
    r->elapsed = host_seconds() - r->began;
    steps_time(r->o.steps, zif_machine_now(r->machine)); /* what came with the very last instruction counts */
    r->outcome.unmet = steps_state(r->o.steps) == STEPS_RUNNING;
    Error *err = NULL;
    if (!recorders_finish(&r->o.recorders, &err)) {
        r->outcome.cannot = true;
        snprintf(r->message, sizeof r->message, "%s", error_get_pretty(err));
        error_free(err);
    }
    progress_clear(&r->progress);
    preview_close(r->preview);
    r->preview = NULL;
    links_exchange(r->links);
    if (!r->outcome.cannot && links_error(r->links, r->message, sizeof r->message)) {
        r->outcome.cannot = true;
    }
}

static void catch_interrupts(const Run *r)
{
    /* In raw mode the keys reach the guest, and the terminal's own handlers restore it. A second signal ends zif at once. */
    struct sigaction action = { .sa_handler = on_interrupt, .sa_flags = (int)SA_RESETHAND };
    static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
    for (unsigned i = 0; i < sizeof signals / sizeof *signals && !links_terminal(r->links); i++) {
        struct sigaction old;
        sigaction(signals[i], &action, &old);
        if (old.sa_handler == SIG_IGN) { /* as nohup(1) has it */
            sigaction(signals[i], &old, NULL);
        }
    }
}

static void clean_up(Run *r)
{
    preview_close(r->preview);
    gdb_session_free(r->gdb);
    links_free(r->links);
    recorders_free(&r->o.recorders);
    zif_machine_free(r->machine);
    for (size_t i = 0; r->images && i < r->o.nimages; i++) {
        zif_image_free(r->images[i]);
    }
    free(r->images);
    free(r->details);
    run_options_free(&r->o);
}

int command_run(char **argv)
{
    Run r = { 0 };
    Error *err = NULL;
    bool ok = run_options_parse(&r.o, argv, &err);
    if (ok && r.o.help) {
        help_command("run");
        run_options_free(&r.o);
        return 0;
    }
    r.outcome.timeout_code = r.o.timeout_code;
    r.progress.wanted = ok && !r.o.quiet && isatty(STDERR_FILENO);
    if (ok && prepare(&r, &err)) {
        catch_interrupts(&r);
        r.progress.wanted = r.progress.wanted && !links_terminal(r.links);
        run(&r);
    } else {
        r.outcome.cannot = true;
        snprintf(r.message, sizeof r.message, "%s", err ? error_get_pretty(err) : "out of memory");
        error_free(err);
    }
    int code = verdict(&r);
    int sig = interrupted;
    clean_up(&r);
    if (sig) {
        signal(sig, SIG_DFL);
        raise(sig);
    }
    return code;
}
