/* The command's heap: where it is, and memory that it cannot do without. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ZIF_TOOL_HEAP_H
#define ZIF_TOOL_HEAP_H

#include <zif/error.h>

/** To be called before anything is allocated. Without large pages nothing changes. */
void heap_on_large_page(void);

/** `memory` itself; without any, the process ends with a sentence that says what it was for. */
static inline void *heap_must(void *memory, const char *what_for)
{
    if (!memory) {
        zif_bug("out of memory for %s", what_for);
    }
    return memory;
}

#endif
