/* The random bytes that memories hold at power-on: a function of the seed and of whose they are. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ZIF_MACHINE_FILL_H
#define ZIF_MACHINE_FILL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Memories larger than a pattern repeat one, the same for all of a machine. */
enum { ZIF_PATTERN = 1 << 16, ZIF_BUILT_IN_PATTERNS = 64 };
/* The seed whose pattern is part of the program (emu/machine/tile), as often as it says above. */
static const uint64_t ZIF_BUILT_IN_SEED = 1;

void zif__fill_random(void *host, size_t size, uint64_t seed);
/** The seed of the bytes that `name` has. */
uint64_t zif__fill_seed(uint64_t seed, const char *name);

/* A file of patterns, while memories are made from it. All zero: not made yet. */
typedef struct {
    bool open;
    int fd;
    int64_t at;         /* where in the file the first pattern begins */
    size_t bytes, most; /* how long it is, and may become */
    uint8_t *pattern;
} ZifTile;

/** Maps a memory's random bytes copy-on-write over `size` bytes at `host`: they cost nothing until they are written. The seed is
 * the machine's, the same in each call. False when the host does not let it. */
bool zif__tile_map(ZifTile *t, uint64_t seed, void *host, uint64_t size);
/** What was mapped stays. */
void zif__tile_close(ZifTile *t);

#endif
