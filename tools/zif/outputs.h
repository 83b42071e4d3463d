/* Files that are written when a run ends. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ZIF_TOOL_OUTPUTS_H
#define ZIF_TOOL_OUTPUTS_H

#include <stdbool.h>
#include <zif/error.h>

/** Could `path` be written now, as far as can be told without touching it? False and *errp, naming the option, when not: better
 * before a run than after it. `replaced`: by renaming another file, which needs a writable folder. */
bool output_possible(const char *option, const char *path, bool replaced, Error **errp);

#endif
