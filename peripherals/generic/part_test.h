/* What the tests of parts on buses share: a bench, and the bus's side of a part. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ZIF_GENERIC_PART_TEST_H
#define ZIF_GENERIC_PART_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <zif/testbench.h>

#define PROPS(...) ((ZifBenchProp[]){ __VA_ARGS__, { 0 } })
#define PROP(n, ...)                                                                                                   \
    {                                                                                                                  \
        .name = n, .ncells = sizeof((uint32_t[]){ __VA_ARGS__ }) / 4, .cells = { __VA_ARGS__ }                         \
    }
#define BYTES(...) ((uint8_t[]){ __VA_ARGS__ }), sizeof((uint8_t[]){ __VA_ARGS__ })

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

/* Start, bytes, stop; how many were acknowledged (the address counts). */
static inline unsigned i2c_put(ZifDevice *part, const uint8_t *bytes, unsigned n)
{
    unsigned acks = part->cls->i2c->start(part, false);
    for (unsigned i = 0; acks && i < n; i++) {
        acks += part->cls->i2c->write(part, bytes[i]);
    }
    if (part->cls->i2c->stop) {
        part->cls->i2c->stop(part);
    }
    return acks;
}

/* Write, repeated start, read, stop. False: refused. */
static inline bool i2c_get(ZifDevice *part, const uint8_t *first, unsigned nfirst, uint8_t *bytes, unsigned n)
{
    if (nfirst && !part->cls->i2c->start(part, false)) {
        return false;
    }
    for (unsigned i = 0; i < nfirst; i++) {
        part->cls->i2c->write(part, first[i]);
    }
    if (!part->cls->i2c->start(part, true)) {
        return false;
    }
    for (unsigned i = 0; i < n; i++) {
        bytes[i] = part->cls->i2c->read(part);
    }
    if (part->cls->i2c->stop) {
        part->cls->i2c->stop(part);
    }
    return true;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, test_setup, test_teardown)

#endif
