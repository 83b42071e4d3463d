/*
 * What --expect and --fail look for in a stream of characters: a text, or a POSIX extended regular expression.
 *
 * A text is found wherever it ends, across lines and chunks. A regular expression is matched within one line, as soon as
 * what the line holds so far matches (beyond its 256th character, at each 64th and at its end); carriage returns are not part of the line; '$' matches only when the line has ended.
 * Both answers depend on the characters alone, never on how they arrived. SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ZIF_TOOL_PATTERN_H
#define ZIF_TOOL_PATTERN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <zif/error.h>

typedef struct Pattern Pattern;

/** A text; empty is refused. NULL and *errp. */
Pattern *pattern_text(const char *text, Error **errp);
/** A regular expression; one that matches the empty line is refused, for it would tell nothing. NULL and *errp. */
Pattern *pattern_regex(const char *regex, Error **errp);
void pattern_free(Pattern *p);

/** Forgets what was seen. at_line_start: whether the next character begins a line. */
void pattern_reset(Pattern *p, bool at_line_start);
/** Takes the next character. True when a match ends with it. */
bool pattern_byte(Pattern *p, uint8_t byte);

#endif
