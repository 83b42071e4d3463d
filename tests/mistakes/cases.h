/*
 * What the programs of classic mistakes have in common: a list of cases, and a main (main.c) that runs the one the semihosting command line
 * names, "NAME wrong" or "NAME right". The line that makes a mistake says in a comment what must be reported there: the kind, and the register;
 * the sentence above each case is what docs/mistakes.md says of it. SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CASES_H
#define CASES_H

#include "soc.h"

typedef struct {
    const char *name;
    void (*run)(bool wrong);
} Case;

#define CASE(name)                                                                                                     \
    {                                                                                                                  \
#name, name                                                                                                    \
    }

extern const Case cases[]; /* ended by one without a name */

#endif
