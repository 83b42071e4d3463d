/*
 * How often each instruction was executed: what a port keeps for coverage. Counts of generated blocks are gathered by the port that
 * generates them; this holds them by address. SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ZIF_CPU_PORT_COUNTS_H
#define ZIF_CPU_PORT_COUNTS_H

#include <stdint.h>

typedef struct ZifCounts ZifCounts;

ZifCounts *zif__counts_new(void);
void zif__counts_free(ZifCounts *c);
/** Forgets all counts; blocks stay, for generated code knows them. */
void zif__counts_clear(ZifCounts *c);
/** The instruction at pc retired `executed` times more; `straight` of these times it was a branch and went on to the next. */
void zif__counts_add(ZifCounts *c, uint32_t pc, uint64_t executed, uint64_t straight);
void zif__counts_each(const ZifCounts *c, void (*fn)(void *opaque, uint32_t pc, uint64_t executed, uint64_t straight),
                      void *opaque);

/* A generated block that counts itself: generated code adds to `started` and `straight`. */
typedef struct ZifCountedBlock {
    struct ZifCountedBlock *next; /* of its bucket */
    uint32_t pc, key, flags;      /* what the block is known by */
    uint32_t started;             /* entered */
    uint32_t straight;            /* its last instruction is a branch and went on to the next */
    unsigned ninsns;
    uint32_t *insns; /* their addresses */
    uint32_t *left;  /* by instruction: how often the block was left before it; NULL: never */
} ZifCountedBlock;

/** The block known by these, made when it is not there. */
ZifCountedBlock *zif__counts_block(ZifCounts *c, uint32_t pc, uint32_t key, uint32_t flags);
/** Says which instructions it holds. When they were others until now, these are settled first. */
void zif__counts_block_is(ZifCounts *c, ZifCountedBlock *b, const uint32_t *insns, unsigned n);
/** It was left before its instruction `index`. */
void zif__counts_block_left(ZifCountedBlock *b, unsigned index);
/** Moves what blocks have counted to the addresses. */
void zif__counts_settle(ZifCounts *c);

#endif
