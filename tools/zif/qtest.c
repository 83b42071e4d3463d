/* The qtest protocol: lines, the clock, the table of commands. SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "qtest_lines.h"

/* Two hexadecimal digits a byte, and the words in front of them. */
enum { MAX_LINE = 2 * QTEST_MAX_DATA + 256 };

/* "[R +0.000020000] clock_step": received or sent, and the seconds of virtual time. */
static void log_line(const Qtest *q, char way, const char *line, size_t len)
{
    if (q->config.log) {
        double seconds = q->m ? (double)zif_machine_now(q->m) / (double)ZIF_SEC : 0;
        fprintf(q->config.log, "[%c +%.9f] %.*s\n", way, seconds, (int)len, line);
        fflush(q->config.log);
    }
}

void qtest_send(Qtest *q, const char *line, size_t len)
{
    log_line(q, 'S', line, len - 1);
    q->config.send(q->config.opaque, line, len);
}

void qtest_answer(Qtest *q, const char *fmt, ...)
{
    char line[512];
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(line, sizeof line - 1, fmt, ap);
    va_end(ap);
    n = n < (int)sizeof line - 2 ? n : (int)sizeof line - 2;
    line[n++] = '\n';
    qtest_send(q, line, (size_t)n);
}

bool qtest_number(Qtest *q, const char *word, uint64_t *value)
{
    char *end;
    errno = 0;
    *value = word ? strtoull(word, &end, 0) : 0;
    if (!word || !*word || *end || errno) {
        qtest_answer(q, "FAIL '%.40s' is not a number", word ? word : "");
        return false;
    }
    return true;
}

bool qtest_signed(Qtest *q, const char *word, int64_t *value)
{
    char *end;
    errno = 0;
    *value = word ? strtoll(word, &end, 0) : 0;
    if (!word || !*word || *end || errno) {
        qtest_answer(q, "FAIL '%.40s' is not a number", word ? word : "");
        return false;
    }
    return true;
}

/* --- The clock ------------------------------------------------------------------------------------------------------------- */

static int64_t now_ns(const Qtest *q)
{
    return (int64_t)(zif_machine_now(q->m) / ZIF_NS);
}

/* In slices, for a machine whose devices are busy may take long for it, and the session may have to end. */
static void advance_to(Qtest *q, ZifTime end)
{
    static const ZifTime SLICE = 10 * ZIF_MS;
    ZifTime now;
    while ((now = zif_machine_now(q->m)) < end && !(q->config.stop && *q->config.stop)) {
        ZifTime next = zif_machine_next_event(q->m);
        next = next > now + SLICE ? next : now + SLICE;
        zif_machine_advance(q->m, next < end ? next : end);
    }
}

/* To `ns`, which stays where it is when that has passed. */
static void set_clock(Qtest *q, int64_t ns)
{
    if (ns > (int64_t)(ZIF_TIME_NEVER / ZIF_NS) - 1) {
        qtest_answer(q, "FAIL the clock ends after 213 days");
        return;
    }
    if (ns > 0) {
        advance_to(q, (ZifTime)ns * ZIF_NS);
    }
    qtest_answer(q, "OK %" PRIi64, now_ns(q));
}

static void clock_step(Qtest *q, char **words)
{
    ZifTime next = zif_machine_next_event(q->m);
    int64_t ns, now = now_ns(q);
    if (words[1]) {
        if (!qtest_signed(q, words[1], &ns)) {
            return;
        }
        ns = ns > INT64_MAX - now ? INT64_MAX : now + ns;
    } else {
        ns = next == ZIF_TIME_NEVER ? now : (int64_t)(next / ZIF_NS + (next % ZIF_NS != 0));
    }
    set_clock(q, ns);
}

static void clock_set(Qtest *q, char **words)
{
    int64_t ns;
    if (qtest_signed(q, words[1], &ns)) {
        set_clock(q, ns);
    }
}

/* --- What needs no machine -------------------------------------------------------------------------------------------------- */

static void endianness(Qtest *q, char **words)
{
    qtest_answer(q, "OK little");
}

/* These machines have no port space: reads give ones, writes go nowhere. Clients read port 0 to hear of interrupts. */
static void port_in(Qtest *q, char **words)
{
    uint64_t port;
    char width = words[0][2];
    if (qtest_number(q, words[1], &port)) {
        qtest_answer(q, "OK 0x%04x", width == 'b' ? 0xffu : width == 'w' ? 0xffffu : 0xffffffffu);
    }
}

static void port_out(Qtest *q, char **words)
{
    uint64_t port, value;
    if (qtest_number(q, words[1], &port) && qtest_number(q, words[2], &value)) {
        qtest_answer(q, "OK");
    }
}

/* --- Lines ------------------------------------------------------------------------------------------------------------------ */

static const struct {
    const char *name;
    bool needs_machine;
    void (*run)(Qtest *q, char **words);
} commands[] = {
    { "readb", true, qtest_read },
    { "readw", true, qtest_read },
    { "readl", true, qtest_read },
    { "readq", true, qtest_read },
    { "writeb", true, qtest_write },
    { "writew", true, qtest_write },
    { "writel", true, qtest_write },
    { "writeq", true, qtest_write },
    { "read", true, qtest_read_block },
    { "b64read", true, qtest_read_block },
    { "write", true, qtest_write_block },
    { "b64write", true, qtest_write_block },
    { "memset", true, qtest_memset },
    { "clock_step", true, clock_step },
    { "clock_set", true, clock_set },
    { "irq_intercept_in", true, qtest_intercept },
    { "irq_intercept_out", true, qtest_intercept },
    { "set_irq_in", true, qtest_set_irq_in },
    { "endianness", false, endianness },
    { "inb", false, port_in },
    { "inw", false, port_in },
    { "inl", false, port_in },
    { "outb", false, port_out },
    { "outw", false, port_out },
    { "outl", false, port_out },
};

static void take_line(Qtest *q, char *line)
{
    char *words[QTEST_WORDS + 1] = { 0 };
    for (unsigned n = 0; n < QTEST_WORDS && line; n++) { /* one space separates two words */
        words[n] = strsep(&line, " ");
    }
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        if (strcmp(commands[i].name, words[0]) != 0) {
            continue;
        }
        if (commands[i].run != qtest_read) {
            q->again = 0;
        }
        if (commands[i].needs_machine && !q->m) {
            qtest_answer(q, "FAIL there is no machine");
        } else {
            commands[i].run(q, words);
        }
        return;
    }
    qtest_answer(q, "FAIL Unknown command '%.100s'", words[0]);
}

static void end_line(Qtest *q)
{
    if (q->discard) {
        q->discard = false;
        qtest_answer(q, "FAIL the line is longer than %d bytes", MAX_LINE);
        return;
    }
    if (q->len && q->in[q->len - 1] == '\r') {
        q->len--;
    }
    q->in[q->len] = 0;
    log_line(q, 'R', q->in, q->len);
    if (memchr(q->in, 0, q->len)) {
        qtest_answer(q, "FAIL the line has a byte 0 in it");
    } else {
        take_line(q, q->in);
    }
}

static bool make_room(Qtest *q, size_t more)
{
    size_t need = q->len + more + 1;
    if (need > q->room) {
        size_t room = 2 * need + 256;
        char *larger = realloc(q->in, room);
        if (!larger) {
            return false;
        }
        q->in = larger;
        q->room = room;
    }
    return true;
}

void qtest_input(Qtest *q, const void *bytes, size_t len)
{
    const char *at = bytes, *end = at + len;
    while (at < end) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        size_t n = (size_t)((newline ? newline : end) - at);
        q->discard |= q->len + n > MAX_LINE || !make_room(q, n);
        if (!q->discard) {
            memcpy(q->in + q->len, at, n);
            q->len += n;
        }
        if (newline) {
            end_line(q);
            q->len = 0;
        }
        at += n + (newline != NULL);
    }
}

Qtest *qtest_new(ZifMachine *m, const QtestConfig *config)
{
    Qtest *q = calloc(1, sizeof *q);
    if (q) {
        q->m = m;
        q->config = *config;
    }
    return q;
}

void qtest_free(Qtest *q)
{
    if (q) {
        free(q->in);
        free(q->watches);
        free(q);
    }
}
