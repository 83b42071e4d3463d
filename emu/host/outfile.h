/*
 * A text file being written: kept in memory until there is enough of it, and given to the system in whole lines, so that what is
 * on the disk when the process is killed ends with a line. SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ZIF_HOST_OUTFILE_H
#define ZIF_HOST_OUTFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <zif/error.h>

typedef struct ZifOutFile ZifOutFile;

/** Creates or empties the file. NULL and *errp when that cannot be. */
ZifOutFile *zif__out_open(const char *path, Error **errp);
/** Adds bytes: a line, or several, or (in binary files) a record. An error is kept for zif__out_close. */
void zif__out_put(ZifOutFile *f, const void *bytes, size_t len);
void zif__out_printf(ZifOutFile *f, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void zif__out_flush(ZifOutFile *f);
/** False and *errp when something could not be written. */
bool zif__out_close(ZifOutFile *f, Error **errp);

#endif
