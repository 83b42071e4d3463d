/* Tests of how observers are asked for. SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "spec.h"

static void a_file_and_words_are_taken_apart(void **state)
{
    ZifSpec spec;
    const char *word, *value;
    assert_true(zif__spec_open(&spec, "vcd", "a.vcd,timescale=1ns,flag,x=y=z", NULL));
    assert_string_equal(spec.path, "a.vcd");
    assert_true(zif__spec_next(&spec, &word, &value));
    assert_string_equal(word, "timescale");
    assert_string_equal(value, "1ns");
    assert_true(zif__spec_next(&spec, &word, &value));
    assert_string_equal(word, "flag");
    assert_string_equal(value, "");
    assert_true(zif__spec_next(&spec, &word, &value));
    assert_string_equal(word, "x");
    assert_string_equal(value, "y=z");
    assert_false(zif__spec_next(&spec, &word, &value));
    zif__spec_free(&spec);
}

static void no_file_is_refused(void **state)
{
    ZifSpec spec;
    Error *err = NULL;
    assert_false(zif__spec_open(&spec, "vcd", ",signal=x", &err));
    assert_non_null(err);
    error_free(err);
    zif__spec_free(&spec);
}

static void stars_and_question_marks_stand_for_anything(void **state)
{
    assert_true(zif__name_fits("gpio0.pin[17]", "gpio0.pin[17]"));
    assert_false(zif__name_fits("gpio0.pin[17]", "gpio0.pin7"));
    assert_true(zif__name_fits("uart?.tx", "uart3.tx"));
    assert_false(zif__name_fits("uart?.tx", "uart.tx"));
    assert_true(zif__name_fits("*", ""));
    assert_true(zif__name_fits("*.irq*", "timer0.irq-rx"));
    assert_true(zif__name_fits("a*b*c", "aXbYbZc"));
    assert_false(zif__name_fits("a*b*c", "aXbYbZ"));
    assert_false(zif__name_fits("", "x"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_and_words_are_taken_apart),
        cmocka_unit_test(no_file_is_refused),
        cmocka_unit_test(stars_and_question_marks_stand_for_anything),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
