/*
 * A file of random patterns to map large memories from. Mappings cost time, and so do the pages of a file: the file has a few
 * patterns only, as many as the largest memory so far needs. For the seed that is used when none is given the program may
 * hold many patterns (emu/machine/tile), and its own file serves. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <fcntl.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "fill.h"

enum { PATTERNS = 8 };

extern const uint8_t zif__built_in_tile[] __attribute__((weak)); /* NULL when it is not linked in */

/* Where in the program's file the built-in patterns are. */
static int find_built_in(struct dl_phdr_info *info, size_t size, void *opaque)
{
    int64_t *at = opaque;
    uintptr_t tile = (uintptr_t)zif__built_in_tile - info->dlpi_addr;
    for (unsigned i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *p = &info->dlpi_phdr[i];
        if (p->p_type == PT_LOAD && tile >= p->p_vaddr && tile - p->p_vaddr < p->p_filesz) {
            *at = (int64_t)(tile - p->p_vaddr + p->p_offset);
        }
    }
    return 1; /* the first is the program */
}

static bool open_built_in(ZifTile *t)
{
    t->at = -1;
    dl_iterate_phdr(find_built_in, &t->at);
    t->fd = t->at >= 0 ? open("/proc/self/exe", O_RDONLY | O_CLOEXEC) : -1;
    t->bytes = t->most = (size_t)ZIF_BUILT_IN_PATTERNS * ZIF_PATTERN;
    uint8_t some[256];
    if (t->fd >= 0 && pread(t->fd, some, sizeof some, t->at) == sizeof some &&
        !memcmp(some, zif__built_in_tile, sizeof some)) {
        return true;
    }
    if (t->fd >= 0) {
        close(t->fd);
    }
    return false;
}

static bool open_tile(ZifTile *t, uint64_t seed)
{
    if (seed == ZIF_BUILT_IN_SEED && zif__built_in_tile && open_built_in(t)) {
        return true;
    }
    t->at = 0;
    t->bytes = 0;
    t->most = (size_t)PATTERNS * ZIF_PATTERN;
    t->fd = memfd_create("zif-ram", MFD_CLOEXEC);
    t->pattern = t->fd >= 0 ? malloc(ZIF_PATTERN) : NULL;
    if (t->pattern) {
        zif__fill_random(t->pattern, ZIF_PATTERN, zif__fill_seed(seed, "pattern"));
    }
    return t->fd >= 0;
}

bool zif__tile_map(ZifTile *t, uint64_t seed, void *host, uint64_t size)
{
    t->open = t->open || open_tile(t, seed);
    bool ok = t->open;
    for (; ok && t->bytes < t->most && t->bytes < size; t->bytes += ZIF_PATTERN) {
        ok = t->pattern && write(t->fd, t->pattern, ZIF_PATTERN) == ZIF_PATTERN;
    }
    for (uint64_t at = 0; ok && at < size; at += t->bytes) {
        size_t n = size - at < t->bytes ? size - at : t->bytes;
        ok = mmap((char *)host + at, n, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED, t->fd, t->at) != MAP_FAILED;
    }
    return ok;
}

void zif__tile_close(ZifTile *t)
{
    if (t->open) {
        close(t->fd);
        free(t->pattern);
    }
    *t = (ZifTile){ 0 };
}
