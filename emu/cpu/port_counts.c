/* See port_counts.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>
#include <zif/error.h>
#include "port_counts.h"

enum { PAGE_BITS = 10, PAGE_HALVES = 1 << PAGE_BITS, BUCKETS = 1 << 12 };

typedef struct Page {
    struct Page *next;
    uint32_t number; /* address >> (PAGE_BITS + 1) */
    uint64_t executed[PAGE_HALVES], straight[PAGE_HALVES];
} Page;

struct ZifCounts {
    Page *pages[BUCKETS];
    ZifCountedBlock *blocks[BUCKETS];
    Page *hit;
};

static void *must(void *memory)
{
    if (!memory) {
        zif_bug("out of memory for counts of instructions");
    }
    return memory;
}

ZifCounts *zif__counts_new(void)
{
    return must(calloc(1, sizeof(ZifCounts)));
}

static void free_block(ZifCountedBlock *b)
{
    free(b->insns);
    free(b->left);
    free(b);
}

static void free_pages(ZifCounts *c)
{
    for (unsigned i = 0; i < BUCKETS; i++) {
        while (c->pages[i]) {
            Page *p = c->pages[i];
            c->pages[i] = p->next;
            free(p);
        }
    }
    c->hit = NULL;
}

void zif__counts_clear(ZifCounts *c)
{
    zif__counts_settle(c);
    free_pages(c);
}

void zif__counts_free(ZifCounts *c)
{
    if (!c) {
        return;
    }
    free_pages(c);
    for (unsigned i = 0; i < BUCKETS; i++) {
        while (c->blocks[i]) {
            ZifCountedBlock *b = c->blocks[i];
            c->blocks[i] = b->next;
            free_block(b);
        }
    }
    free(c);
}

static Page *page_of(ZifCounts *c, uint32_t pc)
{
    uint32_t number = pc >> (PAGE_BITS + 1);
    if (c->hit && c->hit->number == number) {
        return c->hit;
    }
    Page **at = &c->pages[number % BUCKETS];
    while (*at && (*at)->number != number) {
        at = &(*at)->next;
    }
    if (!*at) {
        *at = must(calloc(1, sizeof **at));
        (*at)->number = number;
    }
    return c->hit = *at;
}

void zif__counts_add(ZifCounts *c, uint32_t pc, uint64_t executed, uint64_t straight)
{
    Page *p = page_of(c, pc);
    p->executed[pc / 2 % PAGE_HALVES] += executed;
    p->straight[pc / 2 % PAGE_HALVES] += straight;
}

void zif__counts_each(const ZifCounts *c, void (*fn)(void *opaque, uint32_t pc, uint64_t executed, uint64_t straight),
                      void *opaque)
{
    for (unsigned i = 0; i < BUCKETS; i++) {
        for (const Page *p = c->pages[i]; p; p = p->next) {
            for (unsigned k = 0; k < PAGE_HALVES; k++) {
                if (p->executed[k]) {
                    fn(opaque, (p->number << (PAGE_BITS + 1)) + 2 * k, p->executed[k], p->straight[k]);
                }
            }
        }
    }
}

/* --- Blocks ------------------------------------------------------------------------------------------------------------ */

ZifCountedBlock *zif__counts_block(ZifCounts *c, uint32_t pc, uint32_t key, uint32_t flags)
{
    ZifCountedBlock **at = &c->blocks[pc / 2 % BUCKETS];
    while (*at && ((*at)->pc != pc || (*at)->key != key || (*at)->flags != flags)) {
        at = &(*at)->next;
    }
    if (!*at) {
        *at = must(calloc(1, sizeof **at));
        (*at)->pc = pc;
        (*at)->key = key;
        (*at)->flags = flags;
    }
    return *at;
}

static void settle(ZifCounts *c, ZifCountedBlock *b)
{
    uint64_t times = b->started;
    for (unsigned i = 0; i < b->ninsns; i++) {
        times -= b->left ? b->left[i] : 0;
        zif__counts_add(c, b->insns[i], times, i + 1 == b->ninsns ? b->straight : 0);
    }
    b->started = b->straight = 0;
    if (b->left) {
        memset(b->left, 0, b->ninsns * sizeof *b->left);
    }
}

void zif__counts_block_is(ZifCounts *c, ZifCountedBlock *b, const uint32_t *insns, unsigned n)
{
    if (b->ninsns == n && !memcmp(b->insns, insns, n * sizeof *insns)) {
        return;
    }
    settle(c, b);
    free(b->insns);
    free(b->left);
    b->left = NULL;
    b->ninsns = n;
    b->insns = must(malloc((n + 1) * sizeof *insns));
    memcpy(b->insns, insns, n * sizeof *insns);
}

void zif__counts_block_left(ZifCountedBlock *b, unsigned index)
{
    if (index >= b->ninsns) {
        zif_bug("a block of %u instructions was left before number %u", b->ninsns, index);
    }
    if (!b->left) {
        b->left = must(calloc(b->ninsns, sizeof *b->left));
    }
    b->left[index]++;
}

void zif__counts_settle(ZifCounts *c)
{
    for (unsigned i = 0; i < BUCKETS; i++) {
        for (ZifCountedBlock *b = c->blocks[i]; b; b = b->next) {
            settle(c, b);
        }
    }
}
