/* Byte streams: kinds, buffering, escape keys. See zif/stream.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <zif/log.h>
#include <zif/stream.h>
#include "peer.h"
#include "terminal.h"

enum { CHUNK = 4096, LINGER_MS = 200, LINGER_STEP_MS = 5, PTY_QUIET_MS = 20 };

typedef enum { STDIO, STDOUT, PTY, TCP, TO_FILE, NOTHING } Kind;

static const struct {
    const char *word;
    bool takes_argument;
} kinds[] = { [STDIO] = { "stdio", false }, [STDOUT] = { "stdout", false }, [PTY] = { "pty", false },
              [TCP] = { "tcp", true },      [TO_FILE] = { "file", true },   [NOTHING] = { "null", false } };

struct ZifStream {
    char *name;
    Kind kind;
    int in, out;  /* stdio and file */
    ZifPeer peer; /* pty and tcp */
    bool terminal;
    int error; /* errno of the first write that failed */
    ZifEscape escape;
    ZifStreamRequest request;
    uint8_t *pending; /* written, not yet sent: pending[first .. first + used) modulo room */
    size_t first, used, room;
    bool dropped, begun;
};

static bool stdin_taken;

static bool has_peer(const ZifStream *s)
{
    return s->kind == PTY || s->kind == TCP;
}

/* Opens what `argument` names. */
static bool open_kind(ZifStream *s, const char *argument, Error **errp)
{
    switch (s->kind) {
    case STDIO:
        if (stdin_taken) {
            error_setg(errp, "%s: standard input already serves another line; use stdout, pty, tcp:PORT or null",
                       s->name);
            return false;
        }
        stdin_taken = true;
        s->in = STDIN_FILENO;
        s->out = STDOUT_FILENO;
        s->terminal = isatty(STDOUT_FILENO) && zif__terminal_raw(STDIN_FILENO);
        return true;
    case STDOUT:
        s->out = STDOUT_FILENO;
        return true;
    case PTY:
        return zif__pty_open(&s->peer, s->name, errp);
    case TCP:
        return zif__tcp_open(&s->peer, argument, s->name, errp);
    case TO_FILE:
        s->out = open(argument, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
        if (s->out < 0) {
            error_setg_errno(errp, errno, "%s: cannot write %s", s->name, argument);
        }
        return s->out >= 0;
    case NOTHING:
        return true;
    }
    return false;
}

ZifStream *zif_stream_open(const char *spec, const char *name, Error **errp)
{
    const char *colon = strchr(spec, ':');
    size_t len = colon ? (size_t)(colon - spec) : strlen(spec);
    for (unsigned k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        if (strlen(kinds[k].word) != len || strncmp(kinds[k].word, spec, len) != 0 ||
            kinds[k].takes_argument != !!colon || (colon && !colon[1])) {
            continue;
        }
        ZifStream *s = calloc(1, sizeof *s);
        if (!s || !(s->name = strdup(name))) {
            zif_bug("out of memory for a stream");
        }
        s->kind = k;
        s->in = s->out = -1;
        if (!open_kind(s, colon ? colon + 1 : "", errp)) {
            free(s->name);
            free(s);
            return NULL;
        }
        return s;
    }
    error_setg(errp, "%s: '%s' is none of stdio, stdout, pty, tcp:PORT, file:PATH, null", name, spec);
    return NULL;
}

/* Sends some of `bytes`; 0 when nothing can be sent now or ever. */
static size_t send_some(ZifStream *s, const uint8_t *bytes, size_t size)
{
    if (has_peer(s)) {
        return zif__peer_write(&s->peer, bytes, size);
    }
    for (;;) {
        ssize_t n = write(s->out, bytes, size);
        if (n >= 0) {
            return (size_t)n;
        }
        if (errno == EAGAIN) { /* somebody else made our standard output non-blocking */
            poll(&(struct pollfd){ .fd = s->out, .events = POLLOUT }, 1, -1);
        } else if (errno != EINTR) {
            s->error = s->error ? s->error : errno;
            return size; /* nowhere to go: it is gone */
        }
    }
}

void zif_stream_flush(ZifStream *s)
{
    while (s->used) { /* a blocking kind empties here */
        size_t run = s->room - s->first < s->used ? s->room - s->first : s->used;
        size_t n = send_some(s, s->pending + s->first, run);
        if (!n) {
            return;
        }
        s->first = (s->first + n) % s->room;
        s->used -= n;
    }
}

/* More memory, or for a backlog that is full, the place of the oldest bytes. */
static void make_room(ZifStream *s)
{
    if (s->room < ZIF_STREAM_BACKLOG) {
        size_t room = s->room ? s->room * 2 : CHUNK;
        uint8_t *bigger = malloc(room);
        if (!bigger) {
            zif_bug("out of memory for a stream");
        }
        for (size_t i = 0; i < s->used; i++) {
            bigger[i] = s->pending[(s->first + i) % s->room];
        }
        free(s->pending);
        s->pending = bigger;
        s->first = 0;
        s->room = room;
        return;
    }
    if (!s->dropped) {
        s->dropped = true;
        zif_log(ZIF_LOG_WARN, "stream", "%s: nobody reads; only about the latest %d bytes are kept", s->name,
                ZIF_STREAM_BACKLOG);
    }
    s->first = (s->first + CHUNK) % s->room;
    s->used -= CHUNK;
}

void zif_stream_write(ZifStream *s, const void *bytes, size_t size)
{
    const uint8_t *p = bytes;
    if (s->kind == NOTHING) {
        return;
    }
    for (size_t i = 0; i < size; i++) {
        if (s->used == s->room) {
            zif_stream_flush(s);
            if (s->used == s->room) {
                make_room(s);
            }
        }
        s->pending[(s->first + s->used++) % s->room] = p[i];
        if ((p[i] == '\n' || !s->begun) && !has_peer(s)) { /* somebody may be waiting for the line, or a sign of life */
            s->begun = true;
            zif_stream_flush(s);
        }
    }
}

static void print_help(void)
{
    static const char help[] = "\n"
                               "Ctrl-A X       leave zif\n"
                               "Ctrl-A C       show where the guest is\n"
                               "Ctrl-A H       this help\n"
                               "Ctrl-A Ctrl-A  send Ctrl-A to the guest\n";
    fputs(help, stderr);
}

/* Takes the escape keys out of what was typed; returns how many bytes stay. */
static size_t filter_keys(ZifStream *s, uint8_t *bytes, size_t n)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        switch (zif__escape(&s->escape, bytes[i])) {
        case ZIF_KEY_BYTE:
            bytes[kept++] = bytes[i];
            break;
        case ZIF_KEY_NONE:
            break;
        case ZIF_KEY_LEAVE:
            s->request = ZIF_STREAM_LEAVE;
            break;
        case ZIF_KEY_STATUS:
            s->request = ZIF_STREAM_STATUS;
            break;
        case ZIF_KEY_HELP:
            print_help();
            break;
        }
    }
    return kept;
}

size_t zif_stream_read(ZifStream *s, void *buf, size_t size)
{
    if (has_peer(s)) {
        return zif__peer_read(&s->peer, buf, size);
    }
    struct pollfd p = { .fd = s->in, .events = POLLIN };
    if (s->in < 0 || poll(&p, 1, 0) <= 0) { /* never O_NONBLOCK: the shell shares our standard input */
        return 0;
    }
    ssize_t n = read(s->in, buf, size);
    if (n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN)) {
        s->in = -1;
    }
    return n <= 0 ? 0 : s->terminal ? filter_keys(s, buf, (size_t)n) : (size_t)n;
}

bool zif_stream_can_input(const ZifStream *s)
{
    return has_peer(s) || s->in >= 0;
}

int zif_stream_error(const ZifStream *s)
{
    return s->error;
}

bool zif_stream_is_terminal(const ZifStream *s)
{
    return s->terminal;
}

int zif_stream_fd(const ZifStream *s)
{
    return !has_peer(s) ? s->in : s->peer.fd >= 0 ? s->peer.fd : s->peer.other;
}

unsigned zif_stream_visitor(const ZifStream *s)
{
    if (s->kind == TCP) {
        return s->peer.fd >= 0 ? s->peer.visits : 0;
    }
    return zif_stream_can_input(s);
}

ZifStreamRequest zif_stream_request(ZifStream *s)
{
    ZifStreamRequest request = s->request;
    s->request = ZIF_STREAM_NOTHING;
    return request;
}

/* Waits until the peer has taken everything. A pty shows what was written as unread only after the kernel has carried it
 * across, so nothing unread counts only when it lasts. */
static void linger(ZifStream *s)
{
    int quiet = 0, enough = s->kind == PTY && s->room ? PTY_QUIET_MS : 0;
    bool somebody = s->kind == PTY || s->peer.fd >= 0;
    for (int ms = 0; ms < LINGER_MS && somebody; ms += LINGER_STEP_MS) {
        bool waits = s->used || zif__peer_unread(&s->peer);
        quiet = waits ? 0 : quiet + LINGER_STEP_MS;
        if (quiet > enough) {
            break;
        }
        nanosleep(&(struct timespec){ .tv_nsec = LINGER_STEP_MS * 1000000L }, NULL);
        zif_stream_flush(s);
    }
}

void zif_stream_free(ZifStream *s)
{
    if (!s) {
        return;
    }
    zif_stream_flush(s);
    if (has_peer(s)) {
        linger(s);
        zif__peer_close(&s->peer);
    }
    if (s->kind == STDIO) {
        stdin_taken = false;
    }
    if (s->terminal) {
        zif__terminal_restore();
    }
    if (s->kind == TO_FILE) {
        close(s->out);
    }
    free(s->pending);
    free(s->name);
    free(s);
}
