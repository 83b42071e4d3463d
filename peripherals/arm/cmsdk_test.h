/* What the tests of this folder share: a bench at 25 MHz with one device. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ZIF_CMSDK_TEST_H
#define ZIF_CMSDK_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <zif/testbench.h>

#define CLOCKS(n) ((n)*40 * ZIF_NS)

typedef struct {
    ZifBench *bench;
    ZifDevice *dev;
} Fixture;

static Fixture fixture;

static inline int fixture_new(void **state, const char *class_name)
{
    fixture.bench = zif_bench_new();
    fixture.dev = zif_bench_add(fixture.bench, class_name,
                                (ZifBenchProp[]){ { "clock-frequency", 1, { 25000000 }, NULL }, { 0 } });
    *state = &fixture;
    return 0;
}

static int teardown(void **state)
{
    zif_bench_free(((Fixture *)*state)->bench);
    return 0;
}

static inline void put(Fixture *f, uint32_t offset, uint32_t value)
{
    zif_bench_write(f->dev, offset, value);
}

static inline uint32_t get(Fixture *f, uint32_t offset)
{
    return zif_bench_read(f->dev, offset);
}

static inline void run(Fixture *f, uint64_t clocks)
{
    zif_bench_run(f->bench, CLOCKS(clocks));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

#endif
