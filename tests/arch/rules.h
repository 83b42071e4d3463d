/*
 * The rules of the architecture that the tests check: what the manual says, the guest program that shows it, and the words that
 * program must log. docs/cortex-m-conformance.md is generated from this table. SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ZIF_TEST_RULES_H
#define ZIF_TEST_RULES_H

#include <stdint.h>
#include "board.h"

enum {
    ON_M0 = 1 << ZIF_CORTEX_M0,
    ON_M0P = 1 << ZIF_CORTEX_M0PLUS,
    ON_M3 = 1 << ZIF_CORTEX_M3,
    ON_M4 = 1 << ZIF_CORTEX_M4,
    ON_M4F = 1 << ZIF_CORTEX_M4F,
    ON_M7S = 1 << ZIF_CORTEX_M7S,
    ON_M7D = 1 << ZIF_CORTEX_M7,
    ON_M7 = ON_M7S | ON_M7D,
    ON_V6 = ON_M0 | ON_M0P,
    ON_V7 = ON_M3 | ON_M4 | ON_M4F | ON_M7,
    ON_FP = ON_M4F | ON_M7,
    ON_ALL = ON_V6 | ON_V7,
    RULE_WORDS = 40,
};

typedef struct {
    const char *area;    /* heading */
    const char *cite;    /* "v7 B1.5.6" */
    const char *rule;    /* one sentence */
    const char *program; /* symbol of its vector table; NULL: not modelled */
    const char *why;     /* not modelled: the reason. Else a departure worth telling, or NULL */
    unsigned cores;
    BoardEnd end;
    unsigned nwords;
    uint32_t words[RULE_WORDS];
} Rule;

#define WORDS(...) .nwords = sizeof((uint32_t[]){ __VA_ARGS__ }) / 4, .words = { __VA_ARGS__ }

/** The guest programs; several images may be given. */
void rules_load(int count, char **files);
void rules_unload(void);
/** A board with the program in it, at its first instruction. NULL when there is no such program. */
Board *rules_board(const char *program, ZifCpuModel model, ZifPortKind port);
/** Runs the rule's program on one core and says whether it did what the table says; if not, tells stderr. */
bool rule_holds(const Rule *rule, ZifCpuModel model, ZifPortKind port);
/** Can this process use the port? */
bool rules_port_usable(ZifPortKind port);

extern const char *const core_names[];
extern const Rule rules[];
extern const unsigned nrules;

#endif
