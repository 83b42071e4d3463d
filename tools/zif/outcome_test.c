/* Which exit code wins. See outcome.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "outcome.h"

/* Of all things that can hold at once, taken away one after the other. */
static void the_first_of_125_122_121_120_123_124_wins(void **state)
{
    Outcome o = { .cannot = true,
                  .crashed = true,
                  .fail_text = true,
                  .unmet = true,
                  .strict = true,
                  .timed_out = true,
                  .timeout_code = EXIT_TIMEOUT,
                  .exited = true,
                  .status = 7 };
    assert_int_equal(outcome_code(&o), 125);
    o.cannot = false;
    assert_int_equal(outcome_code(&o), 122);
    o.crashed = false;
    assert_int_equal(outcome_code(&o), 121);
    o.fail_text = false;
    assert_int_equal(outcome_code(&o), 120);
    o.unmet = false;
    assert_int_equal(outcome_code(&o), 123);
    o.strict = false;
    assert_int_equal(outcome_code(&o), 124);
    o.timed_out = false;
    assert_int_equal(outcome_code(&o), 7);
    o.exited = false;
    assert_int_equal(outcome_code(&o), 0);
}

static void a_status_passes_through_below_119(void **state)
{
    static const struct {
        int status, code;
    } cases[] = {
        { 0, 0 }, { 1, 1 }, { 118, 118 }, { 119, 119 }, { 120, 119 }, { 125, 119 }, { 255, 119 }, { -1, 119 }
    };
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        Outcome o = { .exited = true, .status = cases[i].status };
        assert_int_equal(outcome_code(&o), cases[i].code);
    }
}

static void a_timeout_gives_the_code_that_was_asked_for(void **state)
{
    Outcome o = { .timed_out = true, .timeout_code = 0 };
    assert_int_equal(outcome_code(&o), 0);
    o.unmet = true;
    assert_int_equal(outcome_code(&o), 120);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_of_125_122_121_120_123_124_wins),
        cmocka_unit_test(a_status_passes_through_below_119),
        cmocka_unit_test(a_timeout_gives_the_code_that_was_asked_for),
    };
    return cmocka_run_group_tests_name("outcome", tests, NULL, NULL);
}
