/*
 * Byte streams to the host: where a UART's characters come from and go to.
 *
 *   stdio        standard input and output; a terminal on both is put into raw mode (see below)
 *   stdout       standard output only
 *   pty          a new pseudo terminal; "char device redirected to PATH (NAME)" is printed at once
 *   tcp:PORT     listens on 127.0.0.1:PORT (0: the system chooses) for one peer at a time; "listening on
 *                127.0.0.1:PORT (NAME)" is printed at once
 *   file:PATH    output only, PATH is created or emptied
 *   null         output vanishes, input is silent
 *
 * Reading never blocks. Writing blocks on stdio and file; pty and tcp keep up to ZIF_STREAM_BACKLOG bytes for a
 * peer that is slow or has not come yet, and drop the oldest beyond that (zif_log says so once).
 *
 * In raw mode Ctrl-A is the escape key: Ctrl-A X leaves, Ctrl-A C asks where the guest is, Ctrl-A H lists the
 * keys, Ctrl-A Ctrl-A sends Ctrl-A. The terminal is restored by zif_stream_free, by exit and by any signal that
 * ends or stops the process.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ZIF_STREAM_H
#define ZIF_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <zif/error.h>

typedef struct ZifStream ZifStream;

enum { ZIF_STREAM_BACKLOG = 1 << 20 };

/* What a person asked of zif itself by an escape key. */
typedef enum { ZIF_STREAM_NOTHING, ZIF_STREAM_LEAVE, ZIF_STREAM_STATUS } ZifStreamRequest;

/** Opens `spec` (see above) for the line called `name`. NULL and *errp on a bad spec, or when the host refuses.
 * Standard input serves one stream at a time: a second stdio stream is refused. */
ZifStream *zif_stream_open(const char *spec, const char *name, Error **errp);
/** Flushes what a peer can still take (waiting at most a fifth of a second), closes, restores the terminal. NULL
 * is allowed. */
void zif_stream_free(ZifStream *s);

/** Up to `size` bytes that are there now; 0 when there are none. */
size_t zif_stream_read(ZifStream *s, void *buf, size_t size);
/** Takes all bytes; they go out at the latest with the next flush, to stdio and file with each end of a line. */
void zif_stream_write(ZifStream *s, const void *bytes, size_t size);
/** Sends what was written; what a pty or tcp peer cannot take now stays for the next flush. */
void zif_stream_flush(ZifStream *s);
/** True when input may come one day: false after the end of standard input, and for kinds without input. */
bool zif_stream_can_input(const ZifStream *s);
/** Why output to stdio, stdout or a file could not be written, as errno says it; 0 when all of it was. */
int zif_stream_error(const ZifStream *s);
/** True for a person's terminal in raw mode. */
bool zif_stream_is_terminal(const ZifStream *s);
/** The descriptor to poll for input, -1 when there is none. It can change with each read. */
int zif_stream_fd(const ZifStream *s);
/** Who is at the other end: 0 nobody, else a number that changes with every new peer of a tcp stream. */
unsigned zif_stream_visitor(const ZifStream *s);
/** The latest request by an escape key, once. */
ZifStreamRequest zif_stream_request(ZifStream *s);

#endif
