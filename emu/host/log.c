/* Log lines: see zif/log.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <zif/log.h>

enum { MAX_RULES = 32 };

static const char *const level_names[] = { "error", "warn", "info", "debug", "trace" };

static ZifLogLevel general = ZIF_LOG_WARN;
static ZifLogLevel highest = ZIF_LOG_WARN; /* of all rules: one comparison for the usual "no" */
static struct {
    char category[32];
    ZifLogLevel level;
} rules[MAX_RULES];
static unsigned nrules;

bool zif_log_configure(const char *spec, Error **errp)
{
    const char *colon = strchr(spec, ':');
    size_t len = colon ? (size_t)(colon - spec) : strlen(spec);
    for (unsigned i = 0; i < sizeof level_names / sizeof *level_names; i++) {
        if (strlen(level_names[i]) != len || strncmp(level_names[i], spec, len) != 0) {
            continue;
        }
        if (i > highest) {
            highest = i;
        }
        if (!colon) {
            general = i;
            return true;
        }
        if (nrules == MAX_RULES || !colon[1] || strlen(colon + 1) >= sizeof rules[0].category) {
            error_setg(errp, "log category '%s' is empty, too long, or one too many (limit %d)", colon + 1, MAX_RULES);
            return false;
        }
        memcpy(rules[nrules].category, colon + 1, strlen(colon + 1) + 1);
        rules[nrules++].level = i;
        return true;
    }
    error_setg(errp, "log level '%.*s' is none of error, warn, info, debug, trace", (int)len, spec);
    return false;
}

bool zif_log_on(ZifLogLevel level, const char *category)
{
    if (level > highest) {
        return false;
    }
    for (unsigned i = nrules; i-- > 0;) { /* the latest rule for a category wins */
        if (!strcmp(rules[i].category, category)) {
            return level <= rules[i].level;
        }
    }
    return level <= general;
}

void zif_log(ZifLogLevel level, const char *category, const char *fmt, ...)
{
    if (!zif_log_on(level, category)) {
        return;
    }
    va_list ap;
    flockfile(stderr);
    fprintf(stderr, "zif: %s: %s: ", level_names[level], category);
    va_start(ap, fmt);
    vfprintf(stderr, fmt, ap);
    va_end(ap);
    fputc('\n', stderr);
    funlockfile(stderr);
}
