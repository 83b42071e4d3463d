/*
 * Log lines for people: to stderr, never to the guest, never part of the run's result.
 * A category is a short lower-case word ("cpu", "memory", "nrf51-uart").
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ZIF_LOG_H
#define ZIF_LOG_H

#include <stdbool.h>
#include <zif/error.h>

typedef enum { ZIF_LOG_ERROR, ZIF_LOG_WARN, ZIF_LOG_INFO, ZIF_LOG_DEBUG, ZIF_LOG_TRACE } ZifLogLevel;

/** Parses "LEVEL[:CATEGORY]" (error, warn, info, debug, trace) and applies it. False and *errp on a bad word. */
bool zif_log_configure(const char *spec, Error **errp);
/** True when a line of this level and category would be printed; ask before building costly text. */
bool zif_log_on(ZifLogLevel level, const char *category);
void zif_log(ZifLogLevel level, const char *category, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

#endif
