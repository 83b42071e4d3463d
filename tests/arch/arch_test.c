/*
 * Every rule of rules.c on every core it applies to, under the memory port the first argument names.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <zif/image.h>
#include "rules.h"

enum { MAX_IMAGES = 4, CYCLES = 200000, SKIPPED = 77 };
static ZifImage *images[MAX_IMAGES];
static unsigned nimages;
static ZifPortKind port;

static const char *const core_names[] = { "M0", "M0+", "M3", "M4", "M4F", "M7" };

static void load(Board *b, const ZifImage *image)
{
    size_t n;
    const ZifSegment *seg = zif_image_segments(image, &n);
    for (size_t i = 0; i < n; i++) {
        address_space_write(zif_cpu_as(b->cpu), seg[i].address, MEMTXATTRS_UNSPECIFIED, seg[i].bytes, (int)seg[i].size);
    }
}

static bool check_rule(const Rule *r, ZifCpuModel model)
{
    uint32_t vectors = 0;
    unsigned i = 0;
    while (i < nimages && !zif_image_symbol_address(images[i], r->program, &vectors)) {
        i++;
    }
    if (i == nimages) {
        print_error("%s: no such program\n", r->program);
        return false;
    }
    ZifCpuConfig config = board_config(model, port, vectors);
    Board *b = board_new(&config, &error_abort);
    load(b, images[i]);
    zif_cpu_reset(b->cpu, ZIF_RESET_POWER_ON);
    BoardEnd end = board_run(b, CYCLES);
    bool good = end == r->end && b->nlog == r->nwords && memcmp(b->log, r->words, 4 * r->nwords) == 0;
    if (!good) {
        char fault[512];
        zif_cpu_describe_fault(b->cpu, fault, sizeof fault);
        print_error("%s on %s: %s (%s)\n  end %u, expected %u\n", r->program, core_names[model], r->rule, r->cite, end,
                    r->end);
        for (unsigned w = 0; w < 16 && (w < b->nlog || w < r->nwords); w++) {
            print_error("  %2u: ", w);
            w < b->nlog ? print_error("%08x", b->log[w]) : print_error("--------");
            w < r->nwords ? print_error("  expected %08x\n", r->words[w]) : print_error("  expected nothing\n");
        }
        print_error("%s", fault);
    }
    board_free(b);
    return good;
}

static void run_rule(void **state)
{
    const Rule *r = *state;
    unsigned bad = 0;
    for (unsigned model = 0; model <= ZIF_CORTEX_M7; model++) {
        if (r->cores >> model & 1) {
            bad += !check_rule(r, (ZifCpuModel)model);
        }
    }
    assert_int_equal(bad, 0);
}

/* arch_test PORT IMAGE... */
int main(int argc, char **argv)
{
    port = argc > 1 && strcmp(argv[1], "fast") == 0 ? ZIF_PORT_FAST : ZIF_PORT_PORTABLE;
    for (int i = 2; i < argc && nimages < MAX_IMAGES; i++) {
        images[nimages++] = zif_image_open(argv[i], &error_fatal);
    }
    ZifCpuConfig probe = board_config(ZIF_CORTEX_M3, port, 0);
    Error *err = NULL;
    Board *b = board_new(&probe, &err);
    if (!b) {
        printf("skipped: %s\n", error_get_pretty(err));
        error_free(err);
        return SKIPPED;
    }
    board_free(b);
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
    for (unsigned i = 0; i < nimages; i++) {
        zif_image_free(images[i]);
    }
    return failed;
}
