/*
 * Long options of a subcommand: "--name", "--name VALUE", "--name=VALUE", and a letter for a few. An option takes one value
 * at most; "--" ends options. One table serves parsing, --help and shell completion.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ZIF_TOOL_OPTIONS_H
#define ZIF_TOOL_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <zif/error.h>

typedef enum {
    OPTION_FLAG,
    OPTION_VALUE, /* "--name VALUE" or "--name=VALUE" */
    OPTION_MAYBE, /* "--name" or "--name=VALUE" */
} OptionArg;

typedef struct {
    int id; /* what option_next returns; >= 0 */
    const char *name;
    char letter; /* 0: none */
    OptionArg arg;
    const char *value; /* the value's name in help; "BOARD" and "FILE" are completed */
    const char *help;  /* NULL: a synonym, not listed by --help */
} Option;

enum { OPTION_OPERAND = -1, OPTION_END = -2, OPTION_BAD = -3 };

typedef struct {
    char **argv; /* ended by NULL */
    int at;
    const Option *options; /* ended by a row without name */
    bool only_operands;
} OptionParser;

/** The next option's id with its *value (NULL without), OPTION_OPERAND with the word in *value, OPTION_END, or OPTION_BAD and
 * *errp. */
int option_next(OptionParser *p, const char **value, Error **errp);
/** A number, decimal or 0x..., of option `--option`, from `least` to `most`, into *out. It is all of the text, or with `end` ends where *end then
 * points. */
bool option_number(const char *option, const char *text, const char **end, uint64_t least, uint64_t most, uint64_t *out,
                   Error **errp);
/** The list with room for one element of `size` bytes more than its n; never NULL. */
void *option_list(void *list, size_t n, size_t size);
/** The list for --help. */
void options_print(const Option *options, FILE *out);
/** `text`, each line indented and broken before column 80. */
void print_wrapped(const char *text, unsigned indent, FILE *out);

#endif
