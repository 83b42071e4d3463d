/* Random bytes of large memories: the built-in pattern is what is made for its seed. SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <cmocka.h>
#include "fill.h"

static const size_t most = (size_t)ZIF_PATTERN * (ZIF_BUILT_IN_PATTERNS + 3) + 4096;

/* Memories of several sizes hold the seed's pattern again and again. */
static void check_seed(uint64_t seed)
{
    const size_t sizes[] = { ZIF_PATTERN + 4096, (size_t)3 * ZIF_PATTERN, most, 4096 };
    ZifTile tile = { 0 };
    uint8_t *pattern = malloc(ZIF_PATTERN);
    zif__fill_random(pattern, ZIF_PATTERN, zif__fill_seed(seed, "pattern"));
    for (unsigned i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        uint8_t *host = mmap(NULL, most, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        assert_ptr_not_equal(host, MAP_FAILED);
        assert_true(zif__tile_map(&tile, seed, host, sizes[i]));
        host[0] ^= 1; /* its own page, nobody else's */
        for (size_t at = 0; at < sizes[i]; at += ZIF_PATTERN) {
            size_t n = sizes[i] - at < ZIF_PATTERN ? sizes[i] - at : ZIF_PATTERN;
            assert_memory_equal(host + at + !at, pattern + !at, n - !at);
        }
        assert_true(sizes[i] == most || host[sizes[i]] == 0);
        munmap(host, most);
    }
    zif__tile_close(&tile);
    free(pattern);
}

static void large_memories_repeat_the_pattern_of_their_seed(void **state)
{
    check_seed(2);
    check_seed(UINT64_MAX);
}

static void the_built_in_pattern_is_that_of_its_seed(void **state)
{
    check_seed(ZIF_BUILT_IN_SEED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(large_memories_repeat_the_pattern_of_their_seed),
        cmocka_unit_test(the_built_in_pattern_is_that_of_its_seed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
