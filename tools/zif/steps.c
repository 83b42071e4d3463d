/* The engine of steps. See steps.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zif/log.h>
#include "escapes.h"
#include "heap.h"
#include "pattern.h"
#include "steps.h"

enum { BACKLOG = 65536 }; /* characters kept for expectations to come, per line */
/* How often, in virtual time, to look whether the guest has taken what was sent. */
#define DRAIN_POLL (100 * ZIF_US)

typedef struct {
    StepReport report;
    void *what; /* the caller's own kinds */
    bool begun;
    Pattern *pattern; /* expectations and fails */
    char *bytes;      /* send: decoded when the step starts */
    size_t prefix;    /* characters of "LINE:" in report.text, when such a line exists */
    unsigned line;
    ZifTime duration;
} Step;

/* What a line printed since the last match on it. */
typedef struct {
    char *text;
    size_t used;
    bool line_start; /* the first of them begins a line */
} Seen;

struct Steps {
    Step *steps;
    size_t count, current;
    StepsHost host;
    StepsState state;
    bool draining;  /* the current step, or the end, waits until the guest has taken everything */
    bool waiting;   /* a --wait runs until `due` */
    bool advancing; /* advance() is at work: do not enter it again */
    ZifTime due;
    Seen *seen;
    size_t nseen;
};

static bool is_fail(const Step *step)
{
    return step->report.kind == STEP_FAIL || step->report.kind == STEP_FAIL_RE;
}

static bool is_own(const Step *step)
{
    return step->report.kind >= STEP_EXPECT_REPORT;
}

static bool is_expect(const Step *step)
{
    return step->report.kind == STEP_EXPECT || step->report.kind == STEP_EXPECT_RE;
}

Steps *steps_new(void)
{
    return heap_must(calloc(1, sizeof(Steps)), "steps");
}

void steps_free(Steps *s)
{
    if (!s) {
        return;
    }
    for (size_t i = 0; i < s->count; i++) {
        pattern_free(s->steps[i].pattern);
        free(s->steps[i].bytes);
    }
    for (size_t i = 0; i < s->nseen; i++) {
        free(s->seen[i].text);
    }
    free(s->seen);
    free(s->steps);
    free(s);
}

/* The possible "LINE:" in front of a text; 0 when it cannot be one. Whether the machine has such a line is known later. */
static size_t prefix_length(const char *text)
{
    size_t n = 0;
    while (isalnum((unsigned char)text[n]) || (n && strchr("-_@.", text[n]) && text[n])) {
        n++;
    }
    return n && text[n] == ':' ? n + 1 : 0;
}

static Pattern *make_pattern(StepKind kind, const char *text, Error **errp)
{
    return kind == STEP_EXPECT || kind == STEP_FAIL ? pattern_text(text, errp) : pattern_regex(text, errp);
}

static void append(Steps *s, Step step)
{
    s->steps = heap_must(realloc(s->steps, (s->count + 1) * sizeof *s->steps), "steps");
    s->steps[s->count++] = step;
    if (!is_fail(&step)) {
        s->state = STEPS_RUNNING;
    }
}

void steps_add_own(Steps *s, StepKind kind, const char *text, void *what)
{
    append(s, (Step){ .report = { .kind = kind, .text = text }, .what = what });
}

bool steps_add(Steps *s, StepKind kind, const char *text, Error **errp)
{
    Step step = { .report = { .kind = kind, .text = text } };
    if (kind == STEP_WAIT) {
        if (!zif_time_parse(text, &step.duration, errp)) {
            return false;
        }
    } else if (kind == STEP_SEND) {
        char *scratch = heap_must(malloc(strlen(text) + 1), "steps");
        size_t len;
        bool ok = escapes_decode(text, scratch, &len, errp);
        free(scratch);
        if (!ok) {
            return false;
        }
    } else {
        Pattern *trial = make_pattern(kind, text, errp);
        pattern_free(trial);
        if (!trial) {
            return false;
        }
    }
    append(s, step);
    return true;
}

bool steps_empty(const Steps *s)
{
    return s->state == STEPS_NONE;
}

static bool resolve(Steps *s, Step *step, Error **errp)
{
    if (step->report.kind == STEP_WAIT || is_own(step)) {
        return true;
    }
    const char *text = step->report.text;
    size_t prefix = prefix_length(text);
    int line = prefix ? s->host.line(s->host.opaque, text, prefix - 1) : -1;
    if (line >= 0) {
        step->prefix = prefix;
        step->line = (unsigned)line;
    } else if (prefix > 1 && isdigit((unsigned char)text[prefix - 2]) && text[prefix] != ' ') { /* "uart9:ready" */
        zif_log(ZIF_LOG_WARN, "steps", "'%.100s': the board has no line '%.*s', so all of it is the console's", text,
                (int)prefix - 1, text);
    }
    while (s->nseen <= step->line) {
        s->seen = heap_must(realloc(s->seen, (s->nseen + 1) * sizeof *s->seen), "steps");
        s->seen[s->nseen++] = (Seen){ .line_start = true };
    }
    if (is_expect(step) || is_fail(step)) {
        Error *err = NULL;
        step->pattern = make_pattern(step->report.kind, text + step->prefix, &err);
        if (!step->pattern) {
            error_prepend(&err, "'%s'", text);
            error_propagate(errp, err);
        }
        return step->pattern != NULL;
    }
    return true;
}

/* The current expectation looks at what its line printed before it became current. True when that meets it. */
static bool met_by_backlog(Steps *s, Step *step)
{
    Seen *seen = &s->seen[step->line];
    pattern_reset(step->pattern, seen->line_start);
    for (size_t i = 0; i < seen->used; i++) {
        if (pattern_byte(step->pattern, (uint8_t)seen->text[i])) {
            seen->line_start = seen->text[i] == '\n';
            seen->used -= i + 1;
            memmove(seen->text, seen->text + i + 1, seen->used);
            return true;
        }
    }
    return false;
}

static void send(Steps *s, Step *step)
{
    size_t len;
    step->bytes = heap_must(malloc(strlen(step->report.text) + 1), "steps");
    escapes_decode(step->report.text + step->prefix, step->bytes, &len, &error_abort);
    s->host.send(s->host.opaque, step->line, step->bytes, len);
}

/* True when the guest has taken everything sent; asks to be called again otherwise. */
static bool drained(Steps *s, ZifTime now)
{
    s->draining = s->host.queued(s->host.opaque) > 0;
    if (s->draining) {
        s->host.call_at(s->host.opaque, now + DRAIN_POLL);
    }
    return !s->draining;
}

/* Begins the current step. True when it is completed at once. */
static bool take(Steps *s, Step *step, ZifTime now)
{
    switch (step->report.kind) {
    case STEP_EXPECT:
    case STEP_EXPECT_RE:
        return met_by_backlog(s, step);
    case STEP_SEND:
        send(s, step);
        return true;
    case STEP_WAIT:
        if (!s->waiting && drained(s, now)) {
            s->waiting = true;
            s->due = now + step->duration;
            s->host.call_at(s->host.opaque, s->due);
        }
        if (s->waiting && now >= s->due) {
            s->waiting = false;
            return true;
        }
        return false;
    case STEP_FAIL:
    case STEP_FAIL_RE:
        return true;
    case STEP_PIN:
    case STEP_PRESS:
        if (!step->begun && !drained(s, now)) {
            return false;
        }
        break;
    case STEP_EXPECT_REPORT:
    case STEP_EXPECT_PIN:
    case STEP_INJECT:
    case STEP_EXPECT_FRAME:
        break;
    }
    bool first = !step->begun;
    step->begun = true;
    return s->host.check(s->host.opaque, step->report.kind, step->what, first, now);
}

/* Takes steps until one has to wait. `done`: the current one was completed by what just happened. */
static void advance(Steps *s, ZifTime now, bool done)
{
    if (s->advancing) {
        return;
    }
    s->advancing = true;
    while (s->state == STEPS_RUNNING) {
        if (s->current == s->count) {
            if (drained(s, now)) {
                s->state = STEPS_DONE;
                s->host.stop(s->host.opaque);
            }
            break;
        }
        Step *step = &s->steps[s->current];
        if (!is_fail(step)) {
            if (!step->report.reached) {
                step->report.reached = true;
                step->report.started = now;
            }
            if (!done && !take(s, step, now)) {
                break;
            }
            step->report.met = true;
            step->report.ended = now;
        }
        done = false;
        s->current++;
    }
    s->advancing = false;
}

bool steps_start(Steps *s, const StepsHost *host, ZifTime now, Error **errp)
{
    s->host = *host;
    for (size_t i = 0; i < s->count; i++) {
        if (!resolve(s, &s->steps[i], errp)) {
            return false;
        }
    }
    advance(s, now, false);
    return true;
}

static void remember(Seen *seen, uint8_t byte)
{
    if (!seen->text) {
        seen->text = heap_must(calloc(BACKLOG, 1), "steps");
    }
    if (seen->used == BACKLOG) {
        seen->line_start = seen->text[BACKLOG / 2 - 1] == '\n';
        memmove(seen->text, seen->text + BACKLOG / 2, BACKLOG / 2);
        seen->used = BACKLOG / 2;
    }
    seen->text[seen->used++] = (char)byte;
}

void steps_byte(Steps *s, unsigned line, uint8_t byte, ZifTime now)
{
    for (size_t i = 0; i < s->count && s->state != STEPS_FAILED; i++) {
        Step *step = &s->steps[i];
        if (is_fail(step) && step->line == line && pattern_byte(step->pattern, byte)) {
            step->report.met = true;
            step->report.ended = now;
            s->state = STEPS_FAILED;
            s->host.stop(s->host.opaque);
        }
    }
    if (s->state != STEPS_RUNNING || line >= s->nseen) {
        return;
    }
    Seen *seen = &s->seen[line];
    remember(seen, byte);
    Step *step = s->current < s->count ? &s->steps[s->current] : NULL;
    if (step && is_expect(step) && step->line == line && !s->advancing && pattern_byte(step->pattern, byte)) {
        seen->used = 0;
        seen->line_start = byte == '\n';
        advance(s, now, true);
    }
}

void steps_time(Steps *s, ZifTime now)
{
    if (s->draining || (s->waiting && now >= s->due) || (s->current < s->count && is_own(&s->steps[s->current]))) {
        advance(s, now, false);
    }
}

StepsState steps_state(const Steps *s)
{
    return s->state;
}

void *steps_current(const Steps *s, StepKind kind)
{
    const Step *step = s->current < s->count ? &s->steps[s->current] : NULL;
    return step && step->begun && step->report.kind == kind ? step->what : NULL;
}

size_t steps_count(const Steps *s)
{
    return s->count;
}

StepReport steps_report(const Steps *s, size_t n)
{
    return s->steps[n].report;
}

const char *step_words(const StepReport *step, char *buf, size_t len)
{
    static const char *const names[] = {
        [STEP_EXPECT] = "expect",
        [STEP_EXPECT_RE] = "expect-re",
        [STEP_SEND] = "send",
        [STEP_WAIT] = "wait",
        [STEP_FAIL] = "fail",
        [STEP_FAIL_RE] = "fail-re",
        [STEP_EXPECT_REPORT] = "expect-report",
        [STEP_PIN] = "pin",
        [STEP_PRESS] = "press",
        [STEP_EXPECT_PIN] = "expect-pin",
        [STEP_INJECT] = "inject",
        [STEP_EXPECT_FRAME] = "expect-frame",
    };
    snprintf(buf, len, "--%s '%s'", names[step->kind], step->text);
    return buf;
}
