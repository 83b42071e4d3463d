/*
 * Start-up touches a megabyte of heap, and a page costs some microseconds when it is touched first. One large page costs as
 * much as fifty small ones: the heap begins on one where the host gives it. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#include "heap.h"

enum { CHUNK = 64, PAGE = 1 << 12, FIRST_HEAP = 1 << 18, LARGE_PAGE = 1 << 21 };

void heap_on_large_page(void)
{
    size_t top = mallinfo2().keepcost;
    if (top < CHUNK) { /* no heap of the C library, or none yet: a sanitizer, shared libraries */
        return;
    }
    uintptr_t end = (uintptr_t)sbrk(0), room = FIRST_HEAP + PAGE;
    uintptr_t start = (end + room + LARGE_PAGE - 1) & ~(uintptr_t)(LARGE_PAGE - 1);
    if (sbrk((intptr_t)(start - room - end)) == (void *)-1) {
        return;
    }
    mallopt(M_TOP_PAD, LARGE_PAGE);
    mallopt(M_TRIM_THRESHOLD, 2 * LARGE_PAGE);
    mallopt(M_MMAP_THRESHOLD, LARGE_PAGE / 2);
    /* What is left of the heap that the C library began with, and more than that: neither is ever touched. The heap goes on
     * behind them, a page before `start`: nothing may touch the large page before it is asked for. */
    static void *volatile left[2]; /* volatile: else the compiler sees that nobody uses them */
    left[0] = malloc(top - CHUNK);
    left[1] = malloc(FIRST_HEAP);
    if (left[1]) {
        madvise((void *)start, LARGE_PAGE, MADV_HUGEPAGE);
    }
}
