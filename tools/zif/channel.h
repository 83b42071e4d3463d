/*
 * Host ends of a test session: a client's commands, its monitor, serial lines. Unlike zif_stream, nothing that is written is
 * ever dropped: a client that does not read makes zif wait.
 *
 *   stdio               standard input and output
 *   unix:PATH           connects to the UNIX socket PATH, on which the client listens
 *   unix-listen:PATH    listens there and waits for one client; the socket goes when it came
 *   file:PATH           output only
 *   null                silent
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ZIF_TOOL_CHANNEL_H
#define ZIF_TOOL_CHANNEL_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <zif/error.h>

typedef struct {
    int in, out; /* -1: none */
    void (*input)(void *opaque, const void *bytes, size_t len);
    void *opaque;
    const volatile sig_atomic_t *stop; /* as given to channel_open */
} Channel;

/** False and *errp on a bad spec, or when the host refuses. *stop turning true (by a signal, which it takes to notice)
 * ends waiting for a client, also for one that does not read. */
bool channel_open(Channel *c, const char *spec, const volatile sig_atomic_t *stop, Error **errp);
void channel_close(Channel *c);
void channel_send(Channel *c, const void *bytes, size_t len);
/** Gives each channel's input to its function until the first one that has any ends, or *done or *stop turns true. */
void channels_serve(Channel *channels, unsigned n, const bool *done, const volatile sig_atomic_t *stop);

#endif
