/* Options. See options.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "options.h"

enum { WIDTH = 79, HELP_INDENT = 14 };

static const Option *find_long(const Option *o, const char *name, size_t len)
{
    for (; o->name; o++) {
        if (strlen(o->name) == len && !strncmp(o->name, name, len)) {
            return o;
        }
    }
    return NULL;
}

static const Option *find_letter(const Option *o, char letter)
{
    for (; o->name; o++) {
        if (o->letter == letter) {
            return o;
        }
    }
    return NULL;
}

int option_next(OptionParser *p, const char **value, Error **errp)
{
    const char *word = p->argv[p->at];
    *value = NULL;
    if (!word) {
        return OPTION_END;
    }
    p->at++;
    if (!p->only_operands && !strcmp(word, "--")) {
        p->only_operands = true;
        return option_next(p, value, errp);
    }
    if (p->only_operands || word[0] != '-' || !word[1]) {
        *value = word;
        return OPTION_OPERAND;
    }
    bool is_long = word[1] == '-';
    const char *equals = is_long ? strchr(word, '=') : NULL;
    const Option *o = is_long ? find_long(p->options, word + 2, equals ? (size_t)(equals - word - 2) : strlen(word + 2))
                      : !word[2] ? find_letter(p->options, word[1])
                                 : NULL;
    if (!o) {
        error_setg(errp, "unknown option '%.*s' (see --help)", equals ? (int)(equals - word) : (int)strlen(word), word);
        return OPTION_BAD;
    }
    if (equals) {
        *value = equals + 1;
    }
    if (o->arg == OPTION_FLAG && equals) {
        error_setg(errp, "option --%s takes no value", o->name);
        return OPTION_BAD;
    }
    if (o->arg == OPTION_VALUE && !equals) {
        if (!p->argv[p->at]) {
            error_setg(errp, "option --%s needs a value: %s", o->name, o->value);
            return OPTION_BAD;
        }
        *value = p->argv[p->at++];
    }
    return o->id;
}

bool option_number(const char *option, const char *text, const char **end, uint64_t least, uint64_t most, uint64_t *out,
                   Error **errp)
{
    char *stop;
    errno = 0;
    *out = strtoull(text, &stop, 0);
    if (*text < '0' || *text > '9' || errno || *out < least || *out > most || (!end && *stop)) {
        error_setg(errp, "--%s: '%s' is no number from %" PRIu64 " to %" PRIu64, option, text, least, most);
        return false;
    }
    if (end) {
        *end = stop;
    }
    return true;
}

void *option_list(void *list, size_t n, size_t size)
{
    void *more = realloc(list, (n + 1) * size);
    if (!more) {
        zif_bug("out of memory for options");
    }
    return more;
}

void print_wrapped(const char *text, unsigned indent, FILE *out)
{
    unsigned column = 0;
    for (const char *p = text; *p;) {
        size_t word = strcspn(p, " \n");
        if (column && column + 1 + word > WIDTH) {
            fputc('\n', out);
            column = 0;
        }
        if (word) {
            fprintf(out, "%*s%.*s", column ? 1 : (int)indent, "", (int)word, p);
            column = (column ? column + 1 : indent) + (unsigned)word;
        }
        p += word;
        if (*p == '\n') {
            fputc('\n', out);
            column = 0;
        }
        p += *p != '\0';
    }
    if (column) {
        fputc('\n', out);
    }
}

void options_print(const Option *options, FILE *out)
{
    for (const Option *o = options; o->name; o++) {
        if (!o->help) {
            continue;
        }
        fputs("       ", out);
        if (o->letter) {
            fprintf(out, "-%c, ", o->letter);
        }
        fprintf(out, "--%s", o->name);
        if (o->arg != OPTION_FLAG) {
            fprintf(out, o->arg == OPTION_MAYBE ? "[=%s]" : " %s", o->value);
        }
        fputc('\n', out);
        print_wrapped(o->help, HELP_INDENT, out);
    }
}
