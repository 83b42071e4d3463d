/*
 * Errors for the user of the library: one sentence that says what, where and what to do.
 *
 * The names are those that code written against the seed's memory API uses. A function that takes
 * `Error **errp` leaves *errp alone on success and stores a new Error on failure; the caller owns it
 * (error_free). NULL for errp means "I do not care"; &error_abort aborts with the message,
 * &error_fatal prints it and exits with status 125 (zif could not do it).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ZIF_ERROR_H
#define ZIF_ERROR_H

#include <stdnoreturn.h>

typedef struct Error Error;

extern Error *error_abort;
extern Error *error_fatal;

/** Stores a new error. *errp must be NULL on entry (or one of the two special variables). */
void error_setg(Error **errp, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/** As error_setg, with ": strerror(os_errno)" appended. */
void error_setg_errno(Error **errp, int os_errno, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/** The sentence; borrowed, valid until error_free. */
const char *error_get_pretty(const Error *err);
/** Puts "fmt: " in front of the sentence. Does nothing when *errp is NULL. */
void error_prepend(Error *const *errp, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/** Frees err; NULL is allowed. */
void error_free(Error *err);
/** Gives `local` to *dst (freeing it when dst is NULL or already holds an error). NULL local: nothing. */
void error_propagate(Error **dst, Error *local);

/** A mistake of our own or of an API user: message to stderr, then abort. Never reached by guest behaviour. */
noreturn void zif_bug(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
