/* What the tests of serial blocks share: a bench. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ZIF_ST_BUS_TEST_H
#define ZIF_ST_BUS_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <zif/testbench.h>

#define PROPS(...) ((ZifBenchProp[]){ __VA_ARGS__, { 0 } })
#define PROP(n, ...)                                                                                                   \
    {                                                                                                                  \
        .name = n, .ncells = sizeof((uint32_t[]){ __VA_ARGS__ }) / 4, .cells = { __VA_ARGS__ }                         \
    }

static int test_setup(void **state)
{
    *state = zif_bench_new();
    return 0;
}

static int test_teardown(void **state)
{
    zif_bench_free(*state);
    return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, test_setup, test_teardown)

#endif
