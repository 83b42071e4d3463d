/* Running guest programs of the architecture tests. See rules.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>
#include <zif/image.h>
#include "rules.h"

enum { MAX_IMAGES = 5, CYCLES = 200000, SHOWN = 16 };
static ZifImage *images[MAX_IMAGES];
static int nimages;

const char *const core_names[] = { "M0", "M0+", "M3", "M4", "M4F", "M7-SP", "M7" };

void rules_load(int count, char **files)
{
    while (nimages < count && nimages < MAX_IMAGES) {
        images[nimages] = zif_image_open(files[nimages], &error_fatal);
        nimages++;
    }
}

void rules_unload(void)
{
    while (nimages) {
        zif_image_free(images[--nimages]);
    }
}

bool rules_port_usable(ZifPortKind port)
{
    ZifCpuConfig probe = board_config(ZIF_CORTEX_M3, port, 0);
    Error *err = NULL;
    Board *b = board_new(&probe, &err);
    if (!b) {
        printf("skipped: %s\n", error_get_pretty(err));
        error_free(err);
        return false;
    }
    board_free(b);
    return true;
}

Board *rules_board(const char *program, ZifCpuModel model, ZifPortKind port)
{
    uint32_t vectors = 0;
    int i = 0;
    while (i < nimages && !zif_image_symbol_address(images[i], program, &vectors)) {
        i++;
    }
    if (i == nimages) {
        return NULL;
    }
    ZifCpuConfig config = board_config(model, port, vectors);
    Board *b = board_new(&config, &error_abort);
    size_t n;
    const ZifSegment *seg = zif_image_segments(images[i], &n);
    for (size_t s = 0; s < n; s++) {
        address_space_write(zif_cpu_as(b->cpu), seg[s].address, MEMTXATTRS_UNSPECIFIED, seg[s].bytes, (int)seg[s].size);
    }
    zif_cpu_reset(b->cpu, ZIF_RESET_POWER_ON);
    return b;
}

static void tell(const Rule *r, const Board *b, ZifCpuModel model, BoardEnd end)
{
    char fault[512];
    zif_cpu_describe_fault(b->cpu, fault, sizeof fault);
    fprintf(stderr, "%s on %s: %s (%s)\n  end %u, expected %u\n%s", r->program, core_names[model], r->rule, r->cite,
            end, r->end, fault);
    for (unsigned w = 0; w < SHOWN && (w < b->nlog || w < r->nwords); w++) {
        fprintf(stderr, "  %2u: ", w);
        w < b->nlog ? fprintf(stderr, "%08x", b->log[w]) : fprintf(stderr, "--------");
        w < r->nwords ? fprintf(stderr, "  expected %08x\n", r->words[w]) : fprintf(stderr, "  expected nothing\n");
    }
}

bool rule_holds(const Rule *r, ZifCpuModel model, ZifPortKind port)
{
    Board *b = rules_board(r->program, model, port);
    if (!b) {
        fprintf(stderr, "%s: no such program\n", r->program);
        return false;
    }
    BoardEnd end = board_run(b, CYCLES);
    bool good = end == r->end && b->nlog == r->nwords && memcmp(b->log, r->words, 4 * r->nwords) == 0;
    if (!good) {
        tell(r, b, model, end);
    }
    board_free(b);
    return good;
}
