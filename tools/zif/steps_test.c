/* The engine of steps against a fake machine with three lines. See steps.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include "steps.h"

typedef struct {
    Steps *steps;
    char sent[256]; /* "LINE:bytes|" */
    size_t queued;
    bool keeps; /* the guest takes nothing */
    ZifTime now, calls[16];
    unsigned ncalls, stops, first_checks;
    void *own;
} Fake;

static int fake_line(void *opaque, const char *name, size_t len)
{
    static const char *const names[] = { "console", "uart1", "uart2" };
    for (int i = 0; i < 3; i++) {
        if (strlen(names[i]) == len && !strncmp(names[i], name, len)) {
            return i;
        }
    }
    return -1;
}

static void fake_send(void *opaque, unsigned line, const void *bytes, size_t len)
{
    Fake *f = opaque;
    size_t used = strlen(f->sent);
    snprintf(f->sent + used, sizeof f->sent - used, "%u:%.*s|", line, (int)len, (const char *)bytes);
    f->queued += f->keeps ? len : 0;
}

static size_t fake_queued(void *opaque)
{
    return ((Fake *)opaque)->queued;
}

static void fake_call_at(void *opaque, ZifTime when)
{
    Fake *f = opaque;
    assert_true(f->ncalls < 16);
    f->calls[f->ncalls++] = when;
}

static void fake_stop(void *opaque)
{
    ((Fake *)opaque)->stops++;
}

/* A step of the caller's own waits for f->own. */
static bool fake_check(void *opaque, StepKind kind, void *what, bool first, ZifTime now)
{
    Fake *f = opaque;
    assert_int_equal(kind, STEP_EXPECT_REPORT);
    f->first_checks += first;
    return f->own == what;
}

static Fake *begin(Fake *f)
{
    *f = (Fake){ .steps = steps_new() };
    return f;
}

static void add(Fake *f, StepKind kind, const char *text)
{
    assert_true(steps_add(f->steps, kind, text, &error_fatal));
}

static void start(Fake *f)
{
    StepsHost host = { fake_line, fake_send, fake_queued, fake_call_at, fake_check, fake_stop, f };
    assert_true(steps_start(f->steps, &host, f->now, &error_fatal));
}

static void prints(Fake *f, unsigned line, const char *text)
{
    for (; *text; text++) {
        steps_byte(f->steps, line, (uint8_t)*text, f->now);
    }
}

/* Lets time go to `to`, calling back as asked. */
static void pass(Fake *f, ZifTime to)
{
    for (;;) {
        unsigned first = f->ncalls;
        for (unsigned i = 0; i < f->ncalls; i++) {
            if (f->calls[i] <= to && (first == f->ncalls || f->calls[i] < f->calls[first])) {
                first = i;
            }
        }
        if (first == f->ncalls) {
            break;
        }
        f->now = f->calls[first];
        f->calls[first] = f->calls[--f->ncalls];
        steps_time(f->steps, f->now);
    }
    f->now = to;
}

static void assert_state(Fake *f, StepsState state)
{
    assert_int_equal(steps_state(f->steps), state);
    assert_int_equal(f->stops, state == STEPS_DONE || state == STEPS_FAILED);
}

static void end(Fake *f)
{
    steps_free(f->steps);
}

static void an_expectation_is_met_by_its_last_character(void **state)
{
    Fake f;
    add(begin(&f), STEP_EXPECT, "ready");
    start(&f);
    prints(&f, 0, "not read, but read");
    assert_state(&f, STEPS_RUNNING);
    f.now = 7 * ZIF_MS;
    prints(&f, 0, "y");
    assert_state(&f, STEPS_DONE);
    assert_true(steps_report(f.steps, 0).ended == 7 * ZIF_MS);
    end(&f);
}

static void a_text_that_repeats_its_beginning_is_found(void **state)
{
    Fake f;
    add(begin(&f), STEP_EXPECT, "aabaac");
    start(&f);
    prints(&f, 0, "aabaabaac");
    assert_state(&f, STEPS_DONE);
    end(&f);
}

static void a_text_is_found_across_lines(void **state)
{
    Fake f;
    add(begin(&f), STEP_EXPECT, "one\r\ntwo");
    start(&f);
    prints(&f, 0, "one\r\ntwo");
    assert_state(&f, STEPS_DONE);
    end(&f);
}

static void steps_are_taken_in_order(void **state)
{
    Fake f;
    add(begin(&f), STEP_EXPECT, ">>> ");
    add(&f, STEP_SEND, "6*7\\r\\n");
    add(&f, STEP_EXPECT, "42");
    start(&f);
    prints(&f, 0, "42 ");
    assert_string_equal(f.sent, "");
    prints(&f, 0, ">>> ");
    assert_string_equal(f.sent, "0:6*7\r\n|");
    assert_state(&f, STEPS_RUNNING);
    prints(&f, 0, "6*7\r\n42");
    assert_state(&f, STEPS_DONE);
    end(&f);
}

static void text_printed_between_steps_is_not_missed(void **state)
{
    Fake f;
    add(begin(&f), STEP_EXPECT, "a");
    add(&f, STEP_WAIT, "1ms");
    add(&f, STEP_EXPECT, "b");
    add(&f, STEP_EXPECT, "c");
    start(&f);
    prints(&f, 0, "abc");
    assert_state(&f, STEPS_RUNNING);
    pass(&f, 1 * ZIF_MS);
    assert_state(&f, STEPS_DONE);
    end(&f);
}

static void a_match_is_used_once(void **state)
{
    Fake f;
    add(begin(&f), STEP_EXPECT, "tick");
    add(&f, STEP_EXPECT, "tick");
    start(&f);
    prints(&f, 0, "tick");
    assert_state(&f, STEPS_RUNNING);
    prints(&f, 0, " tick");
    assert_state(&f, STEPS_DONE);
    end(&f);
}

static void a_prefix_names_the_line(void **state)
{
    Fake f;
    add(begin(&f), STEP_EXPECT, "uart2:go");
    add(&f, STEP_SEND, "uart1:x");
    add(&f, STEP_EXPECT, "ok");
    start(&f);
    prints(&f, 0, "go ");
    prints(&f, 1, "go ");
    assert_string_equal(f.sent, "");
    prints(&f, 2, "go");
    assert_string_equal(f.sent, "1:x|");
    prints(&f, 2, "ok");
    assert_state(&f, STEPS_RUNNING);
    prints(&f, 0, "ok");
    assert_state(&f, STEPS_DONE);
    end(&f);
}

static void a_prefix_that_names_no_line_is_text(void **state)
{
    Fake f;
    add(begin(&f), STEP_EXPECT, "error:");
    start(&f);
    prints(&f, 0, "error");
    assert_state(&f, STEPS_RUNNING);
    prints(&f, 0, ":");
    assert_state(&f, STEPS_DONE);
    end(&f);
}

static void a_lines_name_alone_is_refused(void **state)
{
    Fake f;
    Error *err = NULL;
    add(begin(&f), STEP_EXPECT, "uart1:");
    StepsHost host = { fake_line, fake_send, fake_queued, fake_call_at, NULL, fake_stop, &f };
    assert_false(steps_start(f.steps, &host, 0, &err));
    error_free(err);
    end(&f);
}

static void wait_counts_virtual_time(void **state)
{
    Fake f;
    add(begin(&f), STEP_WAIT, "5ms");
    start(&f);
    pass(&f, 5 * ZIF_MS - 1);
    assert_state(&f, STEPS_RUNNING);
    pass(&f, 5 * ZIF_MS);
    assert_state(&f, STEPS_DONE);
    end(&f);
}

static void the_end_waits_until_the_guest_has_taken_everything(void **state)
{
    Fake f;
    begin(&f)->keeps = true;
    add(&f, STEP_SEND, "abc");
    start(&f);
    pass(&f, 50 * ZIF_MS);
    assert_state(&f, STEPS_RUNNING);
    f.queued = 0;
    pass(&f, 51 * ZIF_MS);
    assert_state(&f, STEPS_DONE);
    end(&f);
}

static void a_wait_counts_from_when_the_guest_has_taken_everything(void **state)
{
    Fake f;
    begin(&f)->keeps = true;
    add(&f, STEP_SEND, "abc");
    add(&f, STEP_WAIT, "10ms");
    start(&f);
    pass(&f, 50 * ZIF_MS);
    f.queued = 0;
    pass(&f, 59 * ZIF_MS);
    assert_state(&f, STEPS_RUNNING);
    pass(&f, 61 * ZIF_MS);
    assert_state(&f, STEPS_DONE);
    end(&f);
}

static void an_expectation_after_a_send_does_not_wait_for_the_receiver(void **state)
{
    Fake f;
    begin(&f)->keeps = true;
    add(&f, STEP_SEND, "abc");
    add(&f, STEP_EXPECT, "x");
    start(&f);
    prints(&f, 0, "x");
    f.queued = 0;
    pass(&f, ZIF_MS);
    assert_state(&f, STEPS_DONE);
    end(&f);
}

static void a_fail_text_ends_the_run_at_any_step(void **state)
{
    Fake f;
    add(begin(&f), STEP_FAIL, "panic");
    add(&f, STEP_EXPECT, "a");
    add(&f, STEP_EXPECT, "b");
    start(&f);
    prints(&f, 0, "a pan");
    assert_state(&f, STEPS_RUNNING);
    prints(&f, 0, "ic");
    assert_state(&f, STEPS_FAILED);
    assert_true(steps_report(f.steps, 0).met);
    end(&f);
}

static void a_fail_text_alone_is_no_step(void **state)
{
    Fake f;
    add(begin(&f), STEP_FAIL, "panic");
    assert_true(steps_empty(f.steps));
    start(&f);
    assert_state(&f, STEPS_NONE);
    prints(&f, 0, "panic");
    assert_state(&f, STEPS_FAILED);
    end(&f);
}

static void fail_wins_when_the_same_character_meets_an_expectation(void **state)
{
    Fake f;
    add(begin(&f), STEP_EXPECT, "x");
    add(&f, STEP_FAIL, "x");
    start(&f);
    prints(&f, 0, "x");
    assert_state(&f, STEPS_FAILED);
    end(&f);
}

static void an_expression_is_met_as_soon_as_the_line_so_far_matches(void **state)
{
    Fake f;
    add(begin(&f), STEP_EXPECT_RE, "^temp: [0-9]+ C");
    start(&f);
    prints(&f, 0, "the temp: 21 C\r\ntemp: 21 ");
    assert_state(&f, STEPS_RUNNING);
    prints(&f, 0, "C");
    assert_state(&f, STEPS_DONE);
    end(&f);
}

static void a_dollar_waits_for_the_end_of_the_line(void **state)
{
    Fake f;
    add(begin(&f), STEP_EXPECT_RE, "^ok$");
    start(&f);
    prints(&f, 0, "okay\r\nok");
    assert_state(&f, STEPS_RUNNING);
    prints(&f, 0, "\r\n");
    assert_state(&f, STEPS_DONE);
    end(&f);
}

static void an_expression_after_a_match_does_not_begin_a_line(void **state)
{
    Fake f;
    add(begin(&f), STEP_EXPECT, "a");
    add(&f, STEP_EXPECT_RE, "^b");
    start(&f);
    prints(&f, 0, "ab");
    assert_state(&f, STEPS_RUNNING);
    prints(&f, 0, "\nb");
    assert_state(&f, STEPS_DONE);
    end(&f);
}

static void a_line_without_end_does_not_grow_without_end(void **state)
{
    Fake f;
    add(begin(&f), STEP_EXPECT_RE, "x+needle");
    start(&f);
    for (int i = 0; i < 10000; i++) {
        prints(&f, 0, "x");
    }
    prints(&f, 0, "needle\n");
    assert_state(&f, STEPS_DONE);
    end(&f);
}

static void bad_arguments_are_refused(void **state)
{
    static const struct {
        StepKind kind;
        const char *text;
    } bad[] = {
        { STEP_EXPECT, "" },    { STEP_FAIL, "" },      { STEP_EXPECT_RE, "[" }, { STEP_EXPECT_RE, "a*" },
        { STEP_SEND, "\\q" },   { STEP_SEND, "end\\" }, { STEP_WAIT, "10" },     { STEP_WAIT, "soon" },
        { STEP_SEND, "\\400" }, { STEP_FAIL_RE, "(" },  { STEP_SEND, "\\x" },
    };
    Steps *s = steps_new();
    for (unsigned i = 0; i < sizeof bad / sizeof *bad; i++) {
        Error *err = NULL;
        if (steps_add(s, bad[i].kind, bad[i].text, &err)) {
            fail_msg("'%s' was taken", bad[i].text);
        }
        error_free(err);
    }
    assert_int_equal(steps_count(s), 0);
    steps_free(s);
}

static void send_decodes_c_escapes(void **state)
{
    Fake f;
    add(begin(&f), STEP_SEND, "a\\x41\\101\\t\\\\n\\e");
    start(&f);
    assert_string_equal(f.sent, "0:aAA\t\\n\033|");
    end(&f);
}

static void a_step_of_the_callers_own_is_met_when_it_says_so(void **state)
{
    int report;
    Fake f, *p = begin(&f);
    steps_add_own(f.steps, STEP_EXPECT_REPORT, "width", &report);
    add(p, STEP_SEND, "x");
    start(p);
    steps_time(f.steps, 5);
    assert_string_equal(f.sent, "");
    f.own = &report;
    steps_time(f.steps, 7);
    assert_string_equal(f.sent, "0:x|");
    assert_int_equal(f.first_checks, 1);
    assert_int_equal(steps_report(f.steps, 0).ended, 7);
    assert_int_equal(steps_state(f.steps), STEPS_DONE);
    steps_free(f.steps);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_step_of_the_callers_own_is_met_when_it_says_so),
        cmocka_unit_test(an_expectation_is_met_by_its_last_character),
        cmocka_unit_test(a_text_that_repeats_its_beginning_is_found),
        cmocka_unit_test(a_text_is_found_across_lines),
        cmocka_unit_test(steps_are_taken_in_order),
        cmocka_unit_test(text_printed_between_steps_is_not_missed),
        cmocka_unit_test(a_match_is_used_once),
        cmocka_unit_test(a_prefix_names_the_line),
        cmocka_unit_test(a_prefix_that_names_no_line_is_text),
        cmocka_unit_test(a_lines_name_alone_is_refused),
        cmocka_unit_test(wait_counts_virtual_time),
        cmocka_unit_test(the_end_waits_until_the_guest_has_taken_everything),
        cmocka_unit_test(a_wait_counts_from_when_the_guest_has_taken_everything),
        cmocka_unit_test(an_expectation_after_a_send_does_not_wait_for_the_receiver),
        cmocka_unit_test(a_fail_text_ends_the_run_at_any_step),
        cmocka_unit_test(a_fail_text_alone_is_no_step),
        cmocka_unit_test(fail_wins_when_the_same_character_meets_an_expectation),
        cmocka_unit_test(an_expression_is_met_as_soon_as_the_line_so_far_matches),
        cmocka_unit_test(a_dollar_waits_for_the_end_of_the_line),
        cmocka_unit_test(an_expression_after_a_match_does_not_begin_a_line),
        cmocka_unit_test(a_line_without_end_does_not_grow_without_end),
        cmocka_unit_test(bad_arguments_are_refused),
        cmocka_unit_test(send_decodes_c_escapes),
    };
    return cmocka_run_group_tests_name("steps", tests, NULL, NULL);
}
