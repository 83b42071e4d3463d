/*
 * Reports that a run expects or allows: KIND[:PERIPHERAL[.REGISTER]] as --expect-report and --allow-report take it.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ZIF_TOOL_EXPECTED_H
#define ZIF_TOOL_EXPECTED_H

#include <zif/machine.h>

typedef struct {
    ZifReportKind kind;
    char device[64]; /* "" = any; made the device's own name by expected_resolve */
    char reg[64];    /* "" = any; an array's name without [n] means any of its elements */
} ExpectedReport;

/** False and *errp when the text names no kind of report or is cut short. */
bool expected_parse(ExpectedReport *e, const char *text, Error **errp);
/** Finds the device by name, label, alias or path. False and *errp when the machine has none of that name, or when the device has a
 * register table and no such register. */
bool expected_resolve(ExpectedReport *e, ZifMachine *m, Error **errp);
bool expected_is(const ExpectedReport *e, const ZifReportEntry *report);
/** The kind whose word is text[0..len); ZIF_REPORT_KINDS when there is none. */
ZifReportKind expected_kind(const char *text, size_t len);

#endif
