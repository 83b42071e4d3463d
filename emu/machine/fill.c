/* See fill.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>
#include <zif/random.h>
#include "fill.h"

void zif__fill_random(void *host, size_t size, uint64_t seed)
{
    uint8_t *p = host;
    for (size_t at = 0; at < size; at += 8) {
        uint64_t x = zif__splitmix64(&seed);
        memcpy(p + at, &x, size - at < 8 ? size - at : 8);
    }
}

uint64_t zif__fill_seed(uint64_t seed, const char *name)
{
    uint64_t h = seed ^ 0xcbf29ce484222325u;
    for (; *name; name++) {
        h = (h ^ (uint8_t)*name) * 0x100000001b3u;
    }
    return h;
}
