/* The page that explains every kind of report. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ZIF_TOOL_REPORT_HELP_H
#define ZIF_TOOL_REPORT_HELP_H

#include <stdbool.h>

/** `zif help reports`, or docs/reports.md. */
void report_help(bool as_markdown);

#endif
