/* Serial lines and streams. See links.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zif/log.h>
#include "baud.h"
#include "links.h"

enum { CONSOLE_KEPT = 1 << 18, FRAME_BITS = 10, MOST_AT_ONCE = 1 << 16 };

typedef struct {
    Links *all;
    unsigned number;
    ZifSerialLine *line;
    ZifStream *stream; /* NULL: nothing is connected */
    bool standard;     /* standard output */
    bool live;         /* a terminal, pty or socket */
    unsigned baud;     /* 0: as the guest */
    bool garbled;      /* and said so */
} Link;

struct Links {
    ZifMachine *machine;
    Link *links;
    unsigned count;
    unsigned semihosting; /* number of its line; 0 when its text goes to the console */
    Progress *progress;
    LinksObserver *observer;
    void *opaque;
    bool mid_line; /* what standard output shows ends within a line */
    char *console; /* the latest, up to twice CONSOLE_KEPT */
    size_t console_len;
};

static void keep(Links *l, uint8_t byte)
{
    if (l->console_len == (size_t)2 * CONSOLE_KEPT) {
        memmove(l->console, l->console + CONSOLE_KEPT, CONSOLE_KEPT);
        l->console_len = CONSOLE_KEPT;
    }
    l->console[l->console_len++] = (char)byte;
}

/* The rate the guest has set, 0 when its UART is not set up. */
static double guest_baud(const Link *k)
{
    ZifTime frame = zif_serial_frame_time(k->line);
    return frame ? FRAME_BITS * (double)ZIF_SEC / (double)frame : 0;
}

static uint8_t across(Link *k, uint8_t byte, bool from_guest)
{
    double guest = k->baud ? guest_baud(k) : 0, other = k->baud;
    double from = from_guest ? guest : other, to = from_guest ? other : guest;
    if (guest == 0 || baud_agrees(from, to)) {
        return byte;
    }
    if (!k->garbled) {
        k->garbled = true;
        zif_log(ZIF_LOG_WARN, "uart", "%s: the guest uses %.0f baud, the other end %u: characters are garbled",
                zif_serial_name(k->line), guest, k->baud);
    }
    return baud_garble(byte, from, to);
}

static void transmitted(void *opaque, uint8_t byte, ZifTime when)
{
    Link *k = opaque;
    Links *l = k->all;
    Link *shown = !k->stream && k->number && k->number == l->semihosting ? &l->links[0] : k;
    byte = across(k, byte, true);
    if (shown->stream) {
        progress_clear(l->progress);
        zif_stream_write(shown->stream, &byte, 1);
        l->mid_line = shown->standard ? byte != '\n' : l->mid_line;
    }
    if (shown->number == 0) {
        keep(l, byte);
    }
    l->observer(l->opaque, k->number, byte, when);
    if (shown != k) {
        l->observer(l->opaque, shown->number, byte, when);
    }
}

int links_find(Links *l, const char *name, size_t len)
{
    char *text = strndup(name, len);
    if (!text) {
        zif_bug("out of memory for a name");
    }
    ZifSerialLine *line = zif_machine_serial_by_name(l->machine, text);
    free(text);
    for (unsigned i = 0; line && i < l->count; i++) {
        if (l->links[i].line == line) {
            return (int)i;
        }
    }
    return -1;
}

static bool connect(Links *l, unsigned n, const char *stream, unsigned baud, Error **errp)
{
    Link *k = &l->links[n];
    if (k->stream) {
        error_setg(errp, "--uart: line %s is connected twice", zif_serial_name(k->line));
        return false;
    }
    k->stream = zif_stream_open(stream, zif_serial_name(k->line), errp);
    k->baud = baud;
    zif_serial_set_speed(k->line, baud);
    k->standard = !strncmp(stream, "std", 3);
    k->live = k->stream && (!strcmp(stream, "pty") || !strncmp(stream, "tcp:", 4) ||
                            (!strcmp(stream, "stdio") && isatty(STDIN_FILENO)));
    return k->stream != NULL;
}

static void name_lines(const Links *l, Error **errp, const char *wrong)
{
    char names[512] = "";
    for (unsigned i = 0; i < l->count; i++) {
        size_t used = strlen(names);
        snprintf(names + used, sizeof names - used, "%s%s", i ? ", " : "", zif_serial_name(l->links[i].line));
    }
    error_setg(errp, "--uart: the board has no line '%s'; it has %s", wrong, names);
}

/* What the console is connected to when nothing is said. GDB on standard output shows the console itself. */
static const char *console_stream(const RunOptions *o, bool stdio_used)
{
    if (o->gdb && !strcmp(o->gdb, "stdio")) {
        return "null";
    }
    return stdio_used || !steps_empty(o->steps) ? "stdout" : "stdio";
}

static bool connect_all(Links *l, const RunOptions *o, Error **errp)
{
    bool stdio_used = false;
    for (size_t i = 0; i < o->nuarts; i++) {
        const UartOption *u = &o->uarts[i];
        int n = links_find(l, u->line, strlen(u->line));
        if (n < 0) {
            name_lines(l, errp, u->line);
            return false;
        }
        if (!connect(l, (unsigned)n, u->stream, u->baud, errp)) {
            return false;
        }
        if ((unsigned)n + 1 == l->count) {
            l->semihosting = 0;
        }
        stdio_used = stdio_used || !strcmp(u->stream, "stdio");
    }
    return l->links[0].stream || connect(l, 0, console_stream(o, stdio_used), 0, errp);
}

Links *links_open(ZifMachine *m, const RunOptions *o, Progress *progress, LinksObserver *observer, void *opaque,
                  Error **errp)
{
    Links *l = calloc(1, sizeof *l);
    if (!l || !(l->links = calloc(zif_machine_nserial(m), sizeof *l->links)) ||
        !(l->console = malloc((size_t)2 * CONSOLE_KEPT))) {
        zif_bug("out of memory for serial lines");
    }
    l->machine = m;
    l->count = zif_machine_nserial(m);
    l->semihosting = l->count - 1;
    l->progress = progress;
    l->observer = observer;
    l->opaque = opaque;
    for (unsigned i = 0; i < l->count; i++) {
        l->links[i] = (Link){ .all = l, .number = i, .line = zif_machine_serial(m, i) };
    }
    if (!connect_all(l, o, errp)) {
        links_free(l);
        return NULL;
    }
    for (unsigned i = 0; i < l->count; i++) {
        zif_serial_on_transmit(l->links[i].line, transmitted, &l->links[i]);
    }
    return l;
}

void links_free(Links *l)
{
    if (!l) {
        return;
    }
    for (unsigned i = 0; i < l->count; i++) {
        zif_stream_free(l->links[i].stream);
    }
    free(l->links);
    free(l->console);
    free(l);
}

void links_send(Links *l, unsigned line, const void *bytes, size_t len)
{
    Link *k = &l->links[line];
    const uint8_t *p = bytes;
    for (size_t i = 0; i < len; i++) {
        uint8_t byte = across(k, p[i], false);
        zif_serial_send(k->line, &byte, 1);
    }
}

size_t links_queued(const Links *l)
{
    size_t n = 0;
    for (unsigned i = 0; i < l->count; i++) {
        n += zif_serial_queued(l->links[i].line);
    }
    return n;
}

void links_exchange(Links *l)
{
    char buf[4096];
    for (unsigned i = 0; i < l->count; i++) {
        ZifStream *stream = l->links[i].stream;
        if (stream) {
            zif_stream_flush(stream);
            size_t n;
            for (size_t total = 0; total < MOST_AT_ONCE && (n = zif_stream_read(stream, buf, sizeof buf)); total += n) {
                links_send(l, i, buf, n);
            }
        }
    }
}

void links_wait(Links *l, int ms)
{
    struct pollfd fds[16];
    nfds_t n = 0;
    for (unsigned i = 0; i < l->count && n < sizeof fds / sizeof *fds; i++) {
        int fd = l->links[i].stream ? zif_stream_fd(l->links[i].stream) : -1;
        if (fd >= 0) {
            fds[n++] = (struct pollfd){ .fd = fd, .events = POLLIN };
        }
    }
    poll(fds, n, ms);
}

bool links_can_input(const Links *l)
{
    for (unsigned i = 0; i < l->count; i++) {
        if (l->links[i].stream && zif_stream_can_input(l->links[i].stream)) {
            return true;
        }
    }
    return false;
}

bool links_live(const Links *l)
{
    for (unsigned i = 0; i < l->count; i++) {
        if (l->links[i].live) {
            return true;
        }
    }
    return false;
}

bool links_terminal(const Links *l)
{
    for (unsigned i = 0; i < l->count; i++) {
        if (l->links[i].stream && zif_stream_is_terminal(l->links[i].stream)) {
            return true;
        }
    }
    return false;
}

bool links_mid_line(const Links *l)
{
    return l->mid_line;
}

bool links_error(const Links *l, char *buf, size_t len)
{
    for (unsigned i = 0; i < l->count; i++) {
        int error = l->links[i].stream ? zif_stream_error(l->links[i].stream) : 0;
        if (error) {
            snprintf(buf, len, "%s: cannot write what the guest prints: %s", zif_serial_name(l->links[i].line),
                     strerror(error));
            return true;
        }
    }
    return false;
}

ZifStreamRequest links_request(Links *l)
{
    ZifStreamRequest request = ZIF_STREAM_NOTHING;
    for (unsigned i = 0; i < l->count && request == ZIF_STREAM_NOTHING; i++) {
        if (l->links[i].stream) {
            request = zif_stream_request(l->links[i].stream);
        }
    }
    return request;
}

const char *links_console(const Links *l, size_t *len)
{
    *len = l->console_len;
    return l->console;
}
