/* A small generator for bits that only have to look random. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ZIF_RANDOM_H
#define ZIF_RANDOM_H

#include <stdint.h>

/** splitmix64 (G. Steele, D. Lea, C. Flood, "Fast splittable pseudorandom number generators", 2014): the next number; any state will do. */
static inline uint64_t zif__splitmix64(uint64_t *state)
{
    uint64_t x = *state += 0x9e3779b97f4a7c15u;
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
    x = (x ^ x >> 27) * 0x94d049bb133111ebu;
    return x ^ x >> 31;
}

#endif
