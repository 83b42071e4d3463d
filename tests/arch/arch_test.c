/*
 * Every rule of rules.c on every core it applies to, under the memory port the first argument names.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "rules.h"

enum { SKIPPED = 77 };
static ZifPortKind port;

static void run_rule(void **state)
{
    const Rule *r = *state;
    unsigned bad = 0;
    for (unsigned model = 0; model <= ZIF_CORTEX_M7; model++) {
        bad += (r->cores >> model & 1) && !rule_holds(r, (ZifCpuModel)model, port);
    }
    assert_int_equal(bad, 0);
}

/* arch_test PORT IMAGE... */
int main(int argc, char **argv)
{
    port = argc > 1 && strcmp(argv[1], "fast") == 0 ? ZIF_PORT_FAST : ZIF_PORT_PORTABLE;
    if (!rules_port_usable(port)) {
        return SKIPPED;
    }
    rules_load(argc - 2, argv + 2);
    struct CMUnitTest *tests = calloc(nrules, sizeof *tests);
    const char *only = getenv("ZIF_TEST_ONLY");
    unsigned n = 0;
    for (unsigned i = 0; i < nrules; i++) {
        if (rules[i].program && (!only || strcmp(only, rules[i].program) == 0)) {
            tests[n++] = (struct CMUnitTest){ .name = rules[i].program,
                                              .test_func = run_rule,
                                              .initial_state = (void *)&rules[i] };
        }
    }
    int failed = _cmocka_run_group_tests("rules of the architecture", tests, n, NULL, NULL);
    free(tests);
    rules_unload();
    return failed;
}
