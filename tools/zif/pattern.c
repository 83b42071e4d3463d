/* Texts by Knuth, Morris and Pratt's automaton, expressions by regexec on the line so far. See pattern.h.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include <regex.h>
#include <stdlib.h>
#include <string.h>
#include "pattern.h"

/* Of a longer line the latter half is kept. regexec takes time quadratic in the line, so a long one is not tried at every
 * character. */
enum { MAX_LINE = 1024, SHORT_LINE = 256, LONG_STRIDE = 64 };

struct Pattern {
    /* text */
    char *text;
    size_t len, matched;
    size_t *borders; /* borders[i]: longest proper prefix of text[0..i] that is also its suffix */
    /* expression */
    regex_t regex;
    char *line;
    size_t used;
    bool line_start;
};

static Pattern *allocate(void)
{
    Pattern *p = calloc(1, sizeof *p);
    if (!p) {
        zif_bug("out of memory for a pattern");
    }
    return p;
}

Pattern *pattern_text(const char *text, Error **errp)
{
    size_t len = strlen(text);
    if (!len) {
        error_setg(errp, "the text to look for is empty");
        return NULL;
    }
    Pattern *p = allocate();
    p->text = strdup(text);
    p->borders = calloc(len, sizeof *p->borders);
    if (!p->text || !p->borders) {
        zif_bug("out of memory for a pattern");
    }
    p->len = len;
    for (size_t i = 1, k = 0; i < len; i++) {
        while (k && text[i] != text[k]) {
            k = p->borders[k - 1];
        }
        k += text[i] == text[k];
        p->borders[i] = k;
    }
    return p;
}

Pattern *pattern_regex(const char *regex, Error **errp)
{
    Pattern *p = allocate();
    int rc = regcomp(&p->regex, regex, REG_EXTENDED | REG_NOSUB);
    if (rc) {
        char why[128];
        regerror(rc, &p->regex, why, sizeof why);
        error_setg(errp, "bad regular expression '%s': %s", regex, why);
        free(p);
        return NULL;
    }
    p->line = malloc(MAX_LINE + 1);
    if (!p->line) {
        zif_bug("out of memory for a pattern");
    }
    if (!regexec(&p->regex, "", 0, NULL, REG_NOTBOL | REG_NOTEOL)) {
        error_setg(errp, "the regular expression '%s' matches nothing at all, so it is met before anything is printed",
                   regex);
        pattern_free(p);
        return NULL;
    }
    pattern_reset(p, true);
    return p;
}

void pattern_free(Pattern *p)
{
    if (!p) {
        return;
    }
    if (!p->text) {
        regfree(&p->regex);
    }
    free(p->text);
    free(p->borders);
    free(p->line);
    free(p);
}

void pattern_reset(Pattern *p, bool at_line_start)
{
    p->matched = 0;
    p->used = 0;
    p->line_start = at_line_start;
}

static bool text_byte(Pattern *p, char c)
{
    while (p->matched && p->text[p->matched] != c) {
        p->matched = p->borders[p->matched - 1];
    }
    p->matched += p->text[p->matched] == c;
    if (p->matched < p->len) {
        return false;
    }
    p->matched = p->borders[p->len - 1];
    return true;
}

static bool regex_byte(Pattern *p, char c)
{
    if (c == '\r') {
        return false;
    }
    bool ended = c == '\n';
    if (!ended) {
        if (p->used == MAX_LINE) {
            memmove(p->line, p->line + MAX_LINE / 2, MAX_LINE / 2);
            p->used = MAX_LINE / 2;
            p->line_start = false;
        }
        p->line[p->used++] = c ? c : ' '; /* the matcher takes NUL for the end */
    }
    if (!ended && p->used > SHORT_LINE && p->used % LONG_STRIDE) {
        return false;
    }
    p->line[p->used] = '\0';
    int flags = (p->line_start ? 0 : REG_NOTBOL) | (ended ? 0 : REG_NOTEOL);
    bool found = !regexec(&p->regex, p->line, 0, NULL, flags);
    if (ended) {
        pattern_reset(p, true);
    }
    return found;
}

bool pattern_byte(Pattern *p, uint8_t byte)
{
    return p->text ? text_byte(p, (char)byte) : regex_byte(p, (char)byte);
}
