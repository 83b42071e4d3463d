/*
 * The one place where the memory core gets host memory, so that tests can make any allocation fail.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <limits.h>
#include <malloc.h>
#include <stdlib.h>
#include "internal.h"

static long fail_after = -1;
static long made;
static __thread size_t in_use;

void zif_memory_fail_after(long n)
{
    fail_after = n;
    made = 0;
}

long zif_memory_allocations(void)
{
    return made;
}

bool zif__alloc_allowed(void)
{
    if (fail_after >= 0 && made >= fail_after) {
        fail_after = -1; /* one fails, the next succeeds: recovery is what is tested */
        return false;
    }
    made++;
    return true;
}

size_t zif__alloc_bytes(void)
{
    return in_use;
}

void *zif__alloc(size_t bytes)
{
    void *p = zif__alloc_allowed() ? calloc(1, bytes) : NULL;
    in_use += p ? malloc_usable_size(p) : 0;
    return p;
}

void *zif__realloc(void *old, size_t bytes)
{
    if (!zif__alloc_allowed()) {
        return NULL;
    }
    size_t before = old ? malloc_usable_size(old) : 0;
    void *p = realloc(old, bytes);
    if (p) {
        in_use += malloc_usable_size(p) - before;
    }
    return p;
}

void zif__free(void *memory)
{
    if (memory) {
        in_use -= malloc_usable_size(memory);
        free(memory);
    }
}

char *zif__strdup(const char *text)
{
    size_t len = strlen(text) + 1;
    char *copy = zif__alloc(len);
    return copy ? memcpy(copy, text, len) : NULL;
}

bool zif__grow(void **array, unsigned *capacity, unsigned want, size_t element)
{
    if (want <= *capacity) {
        return true;
    }
    unsigned more = *capacity + *capacity / 2 < want ? want : *capacity + *capacity / 2;
    if (more < 4) {
        more = 4;
    }
    void *p = zif__realloc(*array, more * element);
    if (!p) {
        return false;
    }
    *array = p;
    *capacity = more;
    return true;
}
