/* Error objects: see zif/error.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zif/error.h>

struct Error {
    char *text;
};

Error *error_abort;
Error *error_fatal;

enum { EXIT_CANNOT = 125 };

static char *vformat(const char *fmt, va_list ap)
{
    char *text = NULL;
    if (vasprintf(&text, fmt, ap) < 0) {
        zif_bug("out of memory while formatting an error");
    }
    return text;
}

static void store(Error **errp, char *text)
{
    if (errp == &error_abort) {
        zif_bug("%s", text);
    }
    if (errp == &error_fatal) {
        fprintf(stderr, "zif: %s\n", text);
        exit(EXIT_CANNOT);
    }
    if (!errp) {
        free(text);
        return;
    }
    if (*errp) {
        zif_bug("error_setg(\"%s\") over an error already set: \"%s\"", text, (*errp)->text);
    }
    Error *err = malloc(sizeof *err);
    if (!err) {
        zif_bug("out of memory for an error: %s", text);
    }
    err->text = text;
    *errp = err;
}

void error_setg(Error **errp, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    char *text = vformat(fmt, ap);
    va_end(ap);
    store(errp, text);
}

void error_setg_errno(Error **errp, int os_errno, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    char *text = vformat(fmt, ap);
    va_end(ap);
    char *full = NULL;
    if (asprintf(&full, "%s: %s", text, strerror(os_errno)) < 0) {
        zif_bug("out of memory while formatting an error");
    }
    free(text);
    store(errp, full);
}

const char *error_get_pretty(const Error *err)
{
    return err->text;
}

void error_prepend(Error *const *errp, const char *fmt, ...)
{
    if (!errp || !*errp) {
        return;
    }
    va_list ap;
    va_start(ap, fmt);
    char *prefix = vformat(fmt, ap);
    va_end(ap);
    char *full = NULL;
    if (asprintf(&full, "%s: %s", prefix, (*errp)->text) < 0) {
        zif_bug("out of memory while formatting an error");
    }
    free(prefix);
    free((*errp)->text);
    (*errp)->text = full;
}

void error_free(Error *err)
{
    if (err) {
        free(err->text);
        free(err);
    }
}

void error_propagate(Error **dst, Error *local)
{
    if (!local) {
        return;
    }
    if (!dst || (dst != &error_abort && dst != &error_fatal && *dst)) {
        error_free(local);
        return;
    }
    if (dst == &error_abort || dst == &error_fatal) {
        store(dst, local->text);
    }
    *dst = local;
}

void zif_bug(const char *fmt, ...)
{
    va_list ap;
    fflush(stdout);
    fputs("zif: internal error: ", stderr);
    va_start(ap, fmt);
    vfprintf(stderr, fmt, ap);
    va_end(ap);
    fputc('\n', stderr);
    abort();
}
