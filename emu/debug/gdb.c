/*
 * The GDB remote protocol server: see zif/gdb.h.
 * Source: GDB manual, appendix "GDB Remote Serial Protocol".
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zif/gdb.h>
#include "features.h"
#include "packet.h"

enum {
    SIGNAL_INT = 2,
    SIGNAL_TRAP = 5,
    SIGNAL_SEGV = 11,
    MAX_POINTS = 256,
    CHUNK = (ZIF_GDB_PACKET_MAX - 64) / 2, /* memory bytes that fit a packet as hex */
};

typedef struct {
    ZifGdbPoint kind;
    uint32_t addr, len;
} Point;

struct ZifGdb {
    ZifGdbTarget target;
    void (*output)(void *opaque, const void *bytes, size_t len);
    void *opaque;
    ZifGdbFramer framer;
    ZifGdbReply reply; /* kept until acknowledged: GDB may ask for it again */
    ZifGdbWant want;
    uint32_t range_start, range_end;
    bool no_ack, interrupted, error_strings;
    ZifGdbStop last;
    char *target_xml, *memory_xml;
    Point points[MAX_POINTS];
    unsigned npoints;
    uint8_t scratch[ZIF_GDB_PACKET_MAX];
};

/* --- Out --------------------------------------------------------------------------------------------------------- */

static void send_reply(ZifGdb *g)
{
    if (g->reply.full) {
        g->reply.len = 0;
        g->reply.full = false;
        zif__gdb_put(&g->reply, "E01");
    }
    uint8_t sum = 0;
    for (size_t i = 0; i < g->reply.len; i++) {
        sum += (uint8_t)g->reply.data[i];
    }
    char tail[4];
    snprintf(tail, sizeof tail, "#%02x", sum);
    g->output(g->opaque, "$", 1);
    g->output(g->opaque, g->reply.data, g->reply.len);
    g->output(g->opaque, tail, 3);
}

static void put_error(ZifGdb *g, const char *why)
{
    if (g->error_strings) {
        zif__gdb_put(&g->reply, "E.%s", why);
    } else {
        zif__gdb_put(&g->reply, "E01");
    }
}

static void put_outcome(ZifGdb *g, bool ok, const char *why)
{
    if (ok) {
        zif__gdb_put(&g->reply, "OK");
    } else {
        put_error(g, why);
    }
}

static void put_stop(ZifGdb *g)
{
    static const char *const watch_words[] = {
        [ZIF_GDB_WATCH_WRITE] = "watch", [ZIF_GDB_WATCH_READ] = "rwatch", [ZIF_GDB_WATCH_ACCESS] = "awatch"
    };
    switch (g->last.kind) {
    case ZIF_GDB_STOP_BREAK:
        zif__gdb_put(&g->reply, "T%02xthread:1;", SIGNAL_TRAP);
        break;
    case ZIF_GDB_STOP_WATCH:
        zif__gdb_put(&g->reply, "T%02x%s:%x;thread:1;", SIGNAL_TRAP, watch_words[g->last.watch], g->last.addr);
        break;
    case ZIF_GDB_STOP_INTERRUPT:
        zif__gdb_put(&g->reply, "T%02xthread:1;", SIGNAL_INT);
        break;
    case ZIF_GDB_STOP_FAULT:
        zif__gdb_put(&g->reply, "T%02xthread:1;", SIGNAL_SEGV);
        break;
    case ZIF_GDB_STOP_HISTORY:
        zif__gdb_put(&g->reply, "T%02xreplaylog:begin;thread:1;", SIGNAL_TRAP);
        break;
    case ZIF_GDB_STOP_EXITED:
        zif__gdb_put(&g->reply, "W%02x", g->last.code & 0xFF);
        break;
    }
}

/* --- Registers --------------------------------------------------------------------------------------------------- */

static bool has_register(const ZifGdb *g, uint32_t number)
{
    if (number == ZIF_GDB_BASEPRI || number == ZIF_GDB_FAULTMASK) {
        return g->target.is_v7m;
    }
    if (number >= ZIF_GDB_D0) {
        return g->target.has_fpu && number < ZIF_GDB_NREGS;
    }
    return true;
}

static unsigned register_bytes(unsigned number)
{
    return number >= ZIF_GDB_D0 && number < ZIF_GDB_FPSCR ? 8 : 4;
}

static void put_register(ZifGdb *g, unsigned number)
{
    uint64_t value = g->target.read_register(g->target.opaque, number);
    uint8_t bytes[8];
    for (unsigned i = 0; i < 8; i++) {
        bytes[i] = (uint8_t)(value >> 8 * i);
    }
    zif__gdb_put_hex(&g->reply, bytes, register_bytes(number));
}

static bool take_register(ZifGdb *g, ZifGdbText *t, unsigned number)
{
    uint8_t bytes[8] = { 0 };
    if (!zif__gdb_take_hex(t, bytes, register_bytes(number))) {
        return false;
    }
    uint64_t value = 0;
    for (unsigned i = 8; i-- > 0;) {
        value = value << 8 | bytes[i];
    }
    return g->target.write_register(g->target.opaque, number, value);
}

static void all_registers(ZifGdb *g, ZifGdbText *t, bool write)
{
    for (unsigned n = 0; n < ZIF_GDB_NREGS; n++) {
        if (!has_register(g, n)) {
            continue;
        }
        if (!write) {
            put_register(g, n);
        } else if (!take_register(g, t, n)) {
            put_error(g, "a register value is missing or cannot be written");
            return;
        }
    }
    if (write) {
        zif__gdb_put(&g->reply, "OK");
    }
}

static void one_register(ZifGdb *g, ZifGdbText *t, bool write)
{
    uint32_t number;
    if (!zif__gdb_take_u32(t, &number) || !has_register(g, number)) {
        put_error(g, "no such register");
    } else if (!write) {
        put_register(g, number);
    } else {
        put_outcome(g, zif__gdb_take(t, "=") && take_register(g, t, number), "the register cannot be written");
    }
}

/* --- Memory ------------------------------------------------------------------------------------------------------ */

static void read_memory(ZifGdb *g, ZifGdbText *t)
{
    uint32_t addr, len;
    if (!zif__gdb_take_u32(t, &addr) || !zif__gdb_take(t, ",") || !zif__gdb_take_u32(t, &len)) {
        put_error(g, "malformed m packet");
        return;
    }
    /* A short answer is legal, and lets GDB read up to the edge of a memory. */
    len = len < CHUNK ? len : CHUNK;
    while (len && !g->target.read_memory(g->target.opaque, addr, g->scratch, len)) {
        len /= 2;
    }
    if (!len) {
        put_error(g, "nothing can be read there");
        return;
    }
    zif__gdb_put_hex(&g->reply, g->scratch, len);
}

static void write_memory(ZifGdb *g, ZifGdbText *t, bool binary)
{
    uint32_t addr, len;
    size_t got;
    if (!zif__gdb_take_u32(t, &addr) || !zif__gdb_take(t, ",") || !zif__gdb_take_u32(t, &len) ||
        !zif__gdb_take(t, ":") ||
        !(binary ? zif__gdb_take_binary_rest : zif__gdb_take_hex_rest)(t, g->scratch, sizeof g->scratch, &got) ||
        got != len) {
        put_error(g, "malformed memory write");
        return;
    }
    put_outcome(g, !len || g->target.write_memory(g->target.opaque, addr, g->scratch, len),
                "nothing can be written there");
}

static void search_memory(ZifGdb *g, ZifGdbText *t)
{
    enum { STRIDE = 4096 };
    uint32_t addr, len;
    size_t n;
    static_assert(STRIDE * 2 <= ZIF_GDB_PACKET_MAX, "window fits the scratch buffer");
    uint8_t *window = malloc(STRIDE + ZIF_GDB_PACKET_MAX);
    if (!window || !zif__gdb_take_u32(t, &addr) || !zif__gdb_take(t, ";") || !zif__gdb_take_u32(t, &len) ||
        !zif__gdb_take(t, ";") || !zif__gdb_take_binary_rest(t, g->scratch, sizeof g->scratch, &n) || !n) {
        put_error(g, "malformed search");
        free(window);
        return;
    }
    for (uint64_t at = 0; at + n <= len; at += STRIDE) {
        size_t take = len - at < STRIDE + n - 1 ? (size_t)(len - at) : STRIDE + n - 1;
        if (!g->target.read_memory(g->target.opaque, (uint32_t)(addr + at), window, take)) {
            put_error(g, "part of the range cannot be read");
            free(window);
            return;
        }
        const uint8_t *hit = memmem(window, take, g->scratch, n);
        if (hit) {
            zif__gdb_put(&g->reply, "1,%x", (uint32_t)(addr + at + (size_t)(hit - window)));
            free(window);
            return;
        }
    }
    zif__gdb_put(&g->reply, "0");
    free(window);
}

/* qCRC: polynomial 0x04C11DB7, most significant bit first, start value all ones (GDB manual, "General Query Packets"). */
static void crc_memory(ZifGdb *g, ZifGdbText *t)
{
    uint32_t addr, len, crc = UINT32_MAX;
    if (!zif__gdb_take_u32(t, &addr) || !zif__gdb_take(t, ",") || !zif__gdb_take_u32(t, &len)) {
        put_error(g, "malformed qCRC");
        return;
    }
    while (len) {
        uint32_t n = len < CHUNK ? len : CHUNK;
        if (!g->target.read_memory(g->target.opaque, addr, g->scratch, n)) {
            put_error(g, "part of the range cannot be read");
            return;
        }
        for (uint32_t i = 0; i < n; i++) {
            crc ^= (uint32_t)g->scratch[i] << 24;
            for (int bit = 0; bit < 8; bit++) {
                crc = crc << 1 ^ (crc >> 31 ? 0x04C11DB7u : 0);
            }
        }
        addr += n;
        len -= n;
    }
    zif__gdb_put(&g->reply, "C%x", crc);
}

static void flash_packet(ZifGdb *g, ZifGdbText *t)
{
    uint32_t addr, len;
    size_t got;
    if (zif__gdb_take(t, "Erase:")) {
        bool ok = zif__gdb_take_u32(t, &addr) && zif__gdb_take(t, ",") && zif__gdb_take_u32(t, &len);
        put_outcome(g, ok && g->target.flash_erase && g->target.flash_erase(g->target.opaque, addr, len),
                    "this range is no flash that can be erased");
    } else if (zif__gdb_take(t, "Write:")) {
        bool ok = zif__gdb_take_u32(t, &addr) && zif__gdb_take(t, ":") &&
                  zif__gdb_take_binary_rest(t, g->scratch, sizeof g->scratch, &got);
        put_outcome(g, ok && g->target.flash_write && g->target.flash_write(g->target.opaque, addr, g->scratch, got),
                    "this range is no flash that can be written");
    } else if (zif__gdb_take(t, "Done")) {
        zif__gdb_put(&g->reply, "OK");
    }
}

/* --- Breakpoints and watchpoints --------------------------------------------------------------------------------- */

static bool remove_point(ZifGdb *g, ZifGdbPoint kind, uint32_t addr, uint32_t len)
{
    for (unsigned i = 0; i < g->npoints; i++) {
        Point *p = &g->points[i];
        if (p->kind == kind && p->addr == addr && p->len == len) {
            g->target.set_point(g->target.opaque, kind, addr, len, false);
            *p = g->points[--g->npoints];
            return true;
        }
    }
    return false;
}

static void drop_points(ZifGdb *g)
{
    while (g->npoints) {
        remove_point(g, g->points[0].kind, g->points[0].addr, g->points[0].len);
    }
}

static void point_packet(ZifGdb *g, ZifGdbText *t, bool insert)
{
    uint32_t kind, addr, len;
    if (!zif__gdb_take_u32(t, &kind) || kind > ZIF_GDB_WATCH_ACCESS) {
        return; /* an empty answer: this kind is not supported */
    }
    if (!zif__gdb_take(t, ",") || !zif__gdb_take_u32(t, &addr) || !zif__gdb_take(t, ",") ||
        !zif__gdb_take_u32(t, &len)) {
        put_error(g, "malformed breakpoint packet");
        return;
    }
    if (kind <= ZIF_GDB_HARD_BREAK) {
        addr &= ~1u;
        len = 2; /* GDB's `kind` for Thumb is 2, 3 or 4; the address is what counts */
    }
    /* Inserting or removing twice is legal and must not matter. */
    bool had = remove_point(g, kind, addr, len);
    if (!insert) {
        zif__gdb_put(&g->reply, "OK");
        return;
    }
    if (g->npoints == MAX_POINTS || !g->target.set_point(g->target.opaque, kind, addr, len, true)) {
        put_error(g, had ? "the breakpoint cannot be set again" : "no such breakpoint or watchpoint can be set");
        return;
    }
    g->points[g->npoints++] = (Point){ kind, addr, len };
    zif__gdb_put(&g->reply, "OK");
}

/* --- Running ----------------------------------------------------------------------------------------------------- */

/* Sets what is wanted; the answer follows when the target stops. */
static void resume(ZifGdb *g, ZifGdbWant want)
{
    g->interrupted = false;
    g->want = want;
}

static void resume_at(ZifGdb *g, ZifGdbText *t, ZifGdbWant want)
{
    uint32_t addr;
    if (t->at < t->end &&
        (!zif__gdb_take_u32(t, &addr) || !g->target.write_register(g->target.opaque, ZIF_GDB_PC, addr))) {
        put_error(g, "cannot continue at that address");
        return;
    }
    resume(g, want);
}

static void vcont(ZifGdb *g, ZifGdbText *t)
{
    if (zif__gdb_take(t, "?")) {
        zif__gdb_put(&g->reply, "vCont;c;C;s;S;r");
        return;
    }
    /* One thread: the first action decides. */
    uint32_t signal;
    if (!zif__gdb_take(t, ";")) {
        put_error(g, "malformed vCont");
    } else if (zif__gdb_take(t, "c") || (zif__gdb_take(t, "C") && zif__gdb_take_u32(t, &signal))) {
        resume(g, ZIF_GDB_CONTINUE);
    } else if (zif__gdb_take(t, "s") || (zif__gdb_take(t, "S") && zif__gdb_take_u32(t, &signal))) {
        resume(g, ZIF_GDB_STEP);
    } else if (zif__gdb_take(t, "r") && zif__gdb_take_u32(t, &g->range_start) && zif__gdb_take(t, ",") &&
               zif__gdb_take_u32(t, &g->range_end)) {
        resume(g, ZIF_GDB_RANGE);
    } else {
        put_error(g, "no such vCont action");
    }
}

static void reset_target(ZifGdb *g)
{
    g->target.reset(g->target.opaque);
    g->last = (ZifGdbStop){ .kind = ZIF_GDB_STOP_BREAK };
}

/* --- Queries ----------------------------------------------------------------------------------------------------- */

static void transfer(ZifGdb *g, ZifGdbText *t, const char *document)
{
    uint32_t offset, len;
    if (!document || !zif__gdb_take_u32(t, &offset) || !zif__gdb_take(t, ",") || !zif__gdb_take_u32(t, &len)) {
        put_error(g, "malformed qXfer");
        return;
    }
    size_t total = strlen(document);
    if (offset > total) {
        put_error(g, "offset past the end");
        return;
    }
    size_t n = total - offset < len ? total - offset : len;
    size_t room = CHUNK; /* escapes at most double it */
    n = n < room ? n : room;
    zif__gdb_put(&g->reply, offset + n == total ? "l" : "m");
    zif__gdb_put_binary(&g->reply, document + offset, n);
}

static void console_lines(ZifGdb *g, const char *text, size_t len)
{
    /* Everything but the last answer travels in O packets, each of its own. */
    while (len) {
        size_t n = len < CHUNK - 1 ? len : CHUNK - 1;
        g->reply.len = 0;
        zif__gdb_put(&g->reply, "O");
        zif__gdb_put_hex(&g->reply, text, n);
        send_reply(g);
        text += n;
        len -= n;
    }
    g->reply.len = 0;
    g->reply.full = false;
}

static void monitor_command(ZifGdb *g, ZifGdbText *t)
{
    char command[1024];
    size_t n;
    if (!zif__gdb_take_hex_rest(t, command, sizeof command - 1, &n)) {
        put_error(g, "malformed or too long monitor command");
        return;
    }
    command[n] = 0;
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    bool known = out && g->target.monitor && g->target.monitor(g->target.opaque, command, out);
    if (!out || fclose(out)) {
        put_error(g, "out of memory");
        free(text);
        return;
    }
    if (!known && !len) {
        free(text);
        text = NULL;
        if (asprintf(&text, "no monitor command '%s'; try 'monitor help'\n", command) < 0) {
            text = NULL;
        }
        len = text ? strlen(text) : 0;
    }
    console_lines(g, text, len);
    free(text);
    zif__gdb_put(&g->reply, "OK");
}

static void query(ZifGdb *g, ZifGdbText *t)
{
    if (zif__gdb_take(t, "Supported")) {
        g->error_strings = memmem(t->at, (size_t)(t->end - t->at), "error-message+", 14);
        zif__gdb_put(&g->reply,
                     "PacketSize=%x;QStartNoAckMode+;qXfer:features:read+;qXfer:memory-map:read+;vContSupported+;"
                     "hwbreak-;swbreak-;multiprocess-",
                     (unsigned)ZIF_GDB_PACKET_MAX);
        if (g->target.can_reverse) {
            zif__gdb_put(&g->reply, ";ReverseStep+;ReverseContinue+");
        }
    } else if (zif__gdb_take(t, "Xfer:features:read:target.xml:")) {
        transfer(g, t, g->target_xml);
    } else if (zif__gdb_take(t, "Xfer:memory-map:read::")) {
        transfer(g, t, g->memory_xml);
    } else if (zif__gdb_take(t, "Attached")) {
        zif__gdb_put(&g->reply, "1");
    } else if (zif__gdb_take(t, "fThreadInfo")) {
        zif__gdb_put(&g->reply, "m1");
    } else if (zif__gdb_take(t, "sThreadInfo")) {
        zif__gdb_put(&g->reply, "l");
    } else if (zif__gdb_take(t, "ThreadExtraInfo,")) {
        zif__gdb_put_hex(&g->reply, "processor", 9);
    } else if (zif__gdb_take(t, "CRC:")) {
        crc_memory(g, t);
    } else if (zif__gdb_take(t, "Search:memory:")) {
        search_memory(g, t);
    } else if (zif__gdb_take(t, "Rcmd,")) {
        monitor_command(g, t);
    } else if (zif__gdb_take(t, "Offsets")) {
        zif__gdb_put(&g->reply, "Text=0;Data=0;Bss=0");
    } else if (zif__gdb_take(t, "Symbol:")) {
        zif__gdb_put(&g->reply, "OK");
    } else if (t->end - t->at == 1 && zif__gdb_take(t, "C")) {
        zif__gdb_put(&g->reply, "QC1");
    }
}

/* --- Packets ----------------------------------------------------------------------------------------------------- */

/* Handles one packet. True when an answer is due now (an empty one says "not supported"). */
static bool packet(ZifGdb *g)
{
    ZifGdbText t = { g->framer.data, g->framer.data + g->framer.len };
    if (t.at == t.end) {
        return true;
    }
    switch (*t.at++) {
    case '?':
        put_stop(g);
        return true;
    case '!':
        zif__gdb_put(&g->reply, "OK");
        return true;
    case 'g':
        all_registers(g, &t, false);
        return true;
    case 'G':
        all_registers(g, &t, true);
        return true;
    case 'p':
        one_register(g, &t, false);
        return true;
    case 'P':
        one_register(g, &t, true);
        return true;
    case 'm':
        read_memory(g, &t);
        return true;
    case 'M':
        write_memory(g, &t, false);
        return true;
    case 'X':
        write_memory(g, &t, true);
        return true;
    case 'Z':
        point_packet(g, &t, true);
        return true;
    case 'z':
        point_packet(g, &t, false);
        return true;
    case 'c':
        resume_at(g, &t, ZIF_GDB_CONTINUE);
        return g->want == ZIF_GDB_HALTED;
    case 's':
        resume_at(g, &t, ZIF_GDB_STEP);
        return g->want == ZIF_GDB_HALTED;
    case 'C': /* the signal cannot be given to a processor: continue without */
        resume(g, ZIF_GDB_CONTINUE);
        return false;
    case 'S':
        resume(g, ZIF_GDB_STEP);
        return false;
    case 'b':
        if (g->target.can_reverse && (zif__gdb_take(&t, "s") || zif__gdb_take(&t, "c"))) {
            resume(g, t.at[-1] == 's' ? ZIF_GDB_BACK_STEP : ZIF_GDB_BACK_CONTINUE);
            return false;
        }
        return true;
    case 'H':
    case 'T':
        zif__gdb_put(&g->reply, "OK");
        return true;
    case 'D':
        drop_points(g);
        zif__gdb_put(&g->reply, "OK");
        g->want = ZIF_GDB_DETACHED;
        return true;
    case 'k':
        g->want = ZIF_GDB_KILLED;
        return false;
    case 'R':
        reset_target(g);
        return false;
    case 'q':
        query(g, &t);
        return true;
    case 'Q':
        if (zif__gdb_take(&t, "StartNoAckMode")) {
            g->no_ack = true;
            zif__gdb_put(&g->reply, "OK");
        }
        return true;
    case 'v':
        if (zif__gdb_take(&t, "Cont")) {
            vcont(g, &t);
            return g->want == ZIF_GDB_HALTED;
        }
        if (zif__gdb_take(&t, "Flash")) {
            flash_packet(g, &t);
        } else if (zif__gdb_take(&t, "Kill")) {
            zif__gdb_put(&g->reply, "OK");
            g->want = ZIF_GDB_KILLED;
        } else if (zif__gdb_take(&t, "Run") || zif__gdb_take(&t, "Attach")) {
            reset_target(g);
            put_stop(g);
        }
        return true;
    default:
        return true;
    }
}

ZifGdb *zif_gdb_new(const ZifGdbTarget *target, void (*output)(void *opaque, const void *bytes, size_t len),
                    void *opaque, Error **errp)
{
    ZifGdb *g = calloc(1, sizeof *g);
    if (g) {
        g->target = *target;
        g->output = output;
        g->opaque = opaque;
        g->target_xml = zif__gdb_target_xml(target);
        g->memory_xml = zif__gdb_memory_xml(target);
    }
    if (!g || !g->target_xml || !g->memory_xml) {
        zif_gdb_free(g);
        error_setg(errp, "out of memory for the GDB server");
        return NULL;
    }
    return g;
}

void zif_gdb_free(ZifGdb *g)
{
    if (g) {
        free(g->target_xml);
        free(g->memory_xml);
        free(g);
    }
}

void zif_gdb_connect(ZifGdb *g)
{
    drop_points(g);
    g->framer.state = ZIF_GDB_BETWEEN;
    g->reply.len = 0;
    g->no_ack = false;
    g->error_strings = false;
    g->interrupted = false;
    g->want = ZIF_GDB_HALTED;
    g->last = (ZifGdbStop){ .kind = ZIF_GDB_STOP_BREAK };
}

void zif_gdb_disconnect(ZifGdb *g)
{
    drop_points(g);
    if (g->want != ZIF_GDB_KILLED) {
        g->want = ZIF_GDB_DETACHED;
    }
}

void zif_gdb_input(ZifGdb *g, const void *bytes, size_t len)
{
    const uint8_t *p = bytes;
    for (size_t i = 0; i < len; i++) {
        switch (zif__gdb_frame(&g->framer, p[i])) {
        case ZIF_GDB_FRAME_NONE:
            break;
        case ZIF_GDB_FRAME_BAD:
            g->output(g->opaque, "-", 1);
            break;
        case ZIF_GDB_FRAME_NAK:
            if (!g->no_ack) {
                send_reply(g);
            }
            break;
        case ZIF_GDB_FRAME_INTERRUPT:
            g->interrupted |= g->want != ZIF_GDB_HALTED;
            break;
        case ZIF_GDB_FRAME_PACKET:
            if (!g->no_ack) {
                g->output(g->opaque, "+", 1);
            }
            if (g->want != ZIF_GDB_HALTED) {
                break; /* only an interrupt means something while the target runs */
            }
            g->reply.len = 0;
            g->reply.full = false;
            if (packet(g)) {
                send_reply(g);
            }
            break;
        }
    }
}

ZifGdbWant zif_gdb_want(const ZifGdb *g)
{
    return g->want;
}

bool zif_gdb_interrupted(ZifGdb *g)
{
    bool was = g->interrupted;
    g->interrupted = false;
    return was;
}

void zif_gdb_range(const ZifGdb *g, uint32_t *start, uint32_t *end)
{
    *start = g->range_start;
    *end = g->range_end;
}

void zif_gdb_stopped(ZifGdb *g, const ZifGdbStop *stop)
{
    g->last = *stop;
    g->want = ZIF_GDB_HALTED;
    g->interrupted = false;
    g->reply.len = 0;
    g->reply.full = false;
    put_stop(g);
    send_reply(g);
}

void zif_gdb_console(ZifGdb *g, const char *text, size_t len)
{
    console_lines(g, text, len);
}
