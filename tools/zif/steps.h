/*
 * The steps of a run, taken in the order of the command line on virtual time: wait for a text or an expression, send, wait
 * for a while; and what must never be printed.
 *
 * An expectation looks at what its line printed since the previous match on that line, so nothing is missed between
 * steps. A send is done when it is queued, unless a wait, a pin or the end follows: these count from the moment the guest has
 * taken every character. The engine knows no machine: it is driven by the calls below and acts through StepsHost.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ZIF_TOOL_STEPS_H
#define ZIF_TOOL_STEPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <zif/error.h>
#include <zif/time.h>

typedef struct Steps Steps;

typedef enum {
    STEP_EXPECT,
    STEP_EXPECT_RE,
    STEP_SEND,
    STEP_WAIT,
    STEP_FAIL,
    STEP_FAIL_RE,
    /* The caller's own: it says when they are met (StepsHost.check). */
    STEP_EXPECT_REPORT,
    STEP_PIN,
    STEP_PRESS,
    STEP_EXPECT_PIN,
    STEP_INJECT,
    STEP_EXPECT_FRAME,
} StepKind;

/* What the engine needs of the machine. Lines are numbered; 0 is the console. */
typedef struct {
    /* Number of the line called name[0..len), -1 when there is none. */
    int (*line)(void *opaque, const char *name, size_t len);
    void (*send)(void *opaque, unsigned line, const void *bytes, size_t len);
    /* Characters sent and not yet taken by the guest, over all lines. */
    size_t (*queued)(void *opaque);
    /* Asks for steps_time() at `when`; later asks do not cancel earlier ones. */
    void (*call_at)(void *opaque, ZifTime when);
    /* A step of the caller's own kind: has been reached (`first`), or is asked about again by steps_time. True: met. `what` is what
     * steps_add_own was given. */
    bool (*check)(void *opaque, StepKind kind, void *what, bool first, ZifTime now);
    /* The outcome is known: end the run. */
    void (*stop)(void *opaque);
    void *opaque;
} StepsHost;

typedef enum {
    STEPS_NONE, /* there are no steps: the run goes on until something else ends it */
    STEPS_RUNNING,
    STEPS_DONE,
    STEPS_FAILED, /* a --fail text was printed */
} StepsState;

typedef struct {
    StepKind kind;
    const char *text; /* as given on the command line */
    bool reached;     /* the step became the current one, at `started` */
    bool met;         /* it was completed, at `ended`; for --fail: the text was printed */
    ZifTime started, ended;
} StepReport;

Steps *steps_new(void);
void steps_free(Steps *s);

/** Adds a step; `text` outlives the steps. `[LINE:]TEXT` for all but STEP_WAIT, which takes a duration. C escapes are decoded
 * for STEP_SEND. False and *errp on a bad escape, expression or duration, and on an empty text. */
bool steps_add(Steps *s, StepKind kind, const char *text, Error **errp);
/** Adds a step of the caller's own kind; `what` and `text` outlive the steps. */
void steps_add_own(Steps *s, StepKind kind, const char *text, void *what);
bool steps_empty(const Steps *s);

/** Resolves line names and takes the first step. "NAME:" that names no line is part of the text. False and *errp when nothing
 * but a line's name is left of a text. */
bool steps_start(Steps *s, const StepsHost *host, ZifTime now, Error **errp);
/** The guest has printed `byte`. */
void steps_byte(Steps *s, unsigned line, uint8_t byte, ZifTime now);
/** A time asked for with call_at has come, or what a step of the caller's own waits for may have. */
void steps_time(Steps *s, ZifTime now);

StepsState steps_state(const Steps *s);
/** What steps_add_own was given, when such a step has begun and is not met; else NULL. */
void *steps_current(const Steps *s, StepKind kind);
/** Every step and --fail, in command-line order; for messages and JUnit. */
size_t steps_count(const Steps *s);
StepReport steps_report(const Steps *s, size_t n);
/** "--expect 'text'": how the step was written. Into buf, cut to fit; returns buf. */
const char *step_words(const StepReport *step, char *buf, size_t len);

#endif
