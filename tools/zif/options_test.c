/* Words of a command line become options and operands. See options.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "options.h"

enum { QUIET, BOARD, STRICT };

static const Option table[] = {
    { QUIET, "quiet", 'q', OPTION_FLAG, NULL, "Say less." },
    { BOARD, "board", 'b', OPTION_VALUE, "BOARD", "Which board." },
    { BOARD, "machine", 0, OPTION_VALUE, "BOARD", NULL },
    { STRICT, "strict", 0, OPTION_MAYBE, "KINDS", "Refuse more." },
    { 0 },
};

/* The next word is the option `id` with `value` (NULL: none). */
static void expect(OptionParser *p, int id, const char *value)
{
    const char *got;
    assert_int_equal(option_next(p, &got, &error_fatal), id);
    if (value) {
        assert_non_null(got);
        assert_string_equal(got, value);
    } else {
        assert_null(got);
    }
}

static void refused(char **argv, const char *sentence)
{
    OptionParser p = { .argv = argv, .options = table };
    const char *value;
    Error *err = NULL;
    assert_int_equal(option_next(&p, &value, &err), OPTION_BAD);
    assert_string_equal(error_get_pretty(err), sentence);
    error_free(err);
}

#define WORDS(...) ((char *[]){ __VA_ARGS__, NULL })
#define W(text)    ((char[]){ text })

static void a_value_stands_in_the_same_word_or_the_next(void **state)
{
    OptionParser p = { .argv = WORDS(W("--board=a=b"), W("--board"), W("--quiet"), W("-b"), W("c"), W("--machine=d"),
                                     W("--board=")),
                       .options = table };
    expect(&p, BOARD, "a=b");
    expect(&p, BOARD, "--quiet");
    expect(&p, BOARD, "c");
    expect(&p, BOARD, "d");
    expect(&p, BOARD, "");
    expect(&p, OPTION_END, NULL);
}

static void an_optional_value_never_takes_the_next_word(void **state)
{
    OptionParser p = { .argv = WORDS(W("--strict"), W("image"), W("--strict=x")), .options = table };
    expect(&p, STRICT, NULL);
    expect(&p, OPTION_OPERAND, "image");
    expect(&p, STRICT, "x");
}

static void operands_and_options_mix_until_two_dashes(void **state)
{
    OptionParser p = { .argv = WORDS(W("a"), W("-q"), W("-"), W("--"), W("--quiet"), W("--")), .options = table };
    expect(&p, OPTION_OPERAND, "a");
    expect(&p, QUIET, NULL);
    expect(&p, OPTION_OPERAND, "-");
    expect(&p, OPTION_OPERAND, "--quiet");
    expect(&p, OPTION_OPERAND, "--");
    expect(&p, OPTION_END, NULL);
}

static void wrong_words_are_refused(void **state)
{
    refused(WORDS(W("--qui")), "unknown option '--qui' (see --help)");
    refused(WORDS(W("--boards=x")), "unknown option '--boards' (see --help)");
    refused(WORDS(W("-x")), "unknown option '-x' (see --help)");
    refused(WORDS(W("-qq")), "unknown option '-qq' (see --help)");
    refused(WORDS(W("--quiet=1")), "option --quiet takes no value");
    refused(WORDS(W("--board")), "option --board needs a value: BOARD");
}

static void help_lists_options_but_not_synonyms(void **state)
{
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    options_print(table, out);
    fclose(out);
    assert_string_equal(text, "       -q, --quiet\n              Say less.\n"
                              "       -b, --board BOARD\n              Which board.\n"
                              "       --strict[=KINDS]\n              Refuse more.\n");
    free(text);
}

static void long_help_is_broken_before_column_80(void **state)
{
    char words[400] = "";
    char *text;
    size_t size;
    for (int i = 0; i < 60; i++) {
        strcat(words, "word ");
    }
    FILE *out = open_memstream(&text, &size);
    print_wrapped(words, 10, out);
    fclose(out);
    size_t longest = 0;
    for (const char *line = text; *line; line += strcspn(line, "\n") + 1) {
        size_t len = strcspn(line, "\n");
        assert_memory_equal(line, "          word", 14);
        longest = len > longest ? len : longest;
    }
    assert_in_range(longest, 70, 79);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_value_stands_in_the_same_word_or_the_next),
        cmocka_unit_test(an_optional_value_never_takes_the_next_word),
        cmocka_unit_test(operands_and_options_mix_until_two_dashes),
        cmocka_unit_test(wrong_words_are_refused),
        cmocka_unit_test(help_lists_options_but_not_synonyms),
        cmocka_unit_test(long_help_is_broken_before_column_80),
    };
    return cmocka_run_group_tests_name("options", tests, NULL, NULL);
}
