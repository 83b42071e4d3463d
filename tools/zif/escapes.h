/* C escapes in arguments, and the other way round for messages. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ZIF_TOOL_ESCAPES_H
#define ZIF_TOOL_ESCAPES_H

#include <stdbool.h>
#include <stddef.h>
#include <zif/error.h>

/** Decodes \a \b \e \f \n \r \t \v \\ \' \" \? \xHH \OOO into out (room for strlen(text) bytes). False and *errp on any
 * other escape. */
bool escapes_decode(const char *text, char *out, size_t *len, Error **errp);

#endif
