/* A trace's event as a line of text. SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <inttypes.h>
#include <stdarg.h>
#include "device/device.h"
#include "trace_event.h"

typedef struct {
    char *at;
    size_t left; /* room, the line's end left out */
} Line;

static void __attribute__((format(printf, 2, 3))) say(Line *l, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(l->at, l->left, fmt, ap);
    va_end(ap);
    size_t len = n < 0 ? 0 : (size_t)n < l->left ? (size_t)n : l->left - 1; /* cut where it does not fit */
    l->at += len;
    l->left -= len;
}

static void say_access(Line *l, const ZifTraceEvent *e)
{
    say(l, "%s %s 0x%0*" PRIx32, e->name.text, e->kind == ZIF_TRACE_WRITE ? "<-" : "->", 2 * e->size, e->value);
    for (unsigned i = 0; e->layout && i < e->layout->nfields; i++) {
        const ZifTraceField *f = &e->layout->fields[i];
        uint32_t value = zif_bits(e->value, f->lsb, f->width);
        if (value && f->width == 1) {
            say(l, " %s", f->name);
        } else if (value) {
            say(l, " %s=0x%" PRIx32, f->name, value);
        }
    }
}

static void say_exception(Line *l, unsigned n)
{
    static const char *const names[16] = {
        [1] = "Reset",      [2] = "NMI",     [3] = "HardFault",     [4] = "MemManage", [5] = "BusFault",
        [6] = "UsageFault", [11] = "SVCall", [12] = "DebugMonitor", [14] = "PendSV",   [15] = "SysTick"
    };
    if (n >= 16) {
        say(l, "%u (interrupt %u)", n, n - 16);
    } else {
        say(l, "%u (%s)", n, names[n] ? names[n] : "reserved");
    }
}

static void say_character(Line *l, const ZifTraceEvent *e)
{
    static const struct {
        unsigned fault;
        const char *name;
    } faults[] = { { ZIF_SERIAL_FRAMING, "framing error" },
                   { ZIF_SERIAL_NOISE, "noise" },
                   { ZIF_SERIAL_PARITY, "parity error" },
                   { ZIF_SERIAL_BREAK, "break" },
                   { ZIF_SERIAL_LOST, "lost" } };
    say(l, "%s %s 0x%02" PRIx32, e->name.text, e->kind == ZIF_TRACE_SENT ? "sent" : "received", e->value);
    if (e->value < 128 && isprint((int)e->value)) {
        say(l, " '%c'", (int)e->value);
    }
    for (unsigned i = 0; i < sizeof faults / sizeof *faults; i++) {
        if (e->size & faults[i].fault) {
            say(l, " %s", faults[i].name);
        }
    }
}

static void say_bus(Line *l, const ZifTraceEvent *e)
{
    unsigned out = e->value & 0xff, in = e->value >> 8 & 0xff;
    const char *ack = e->value >> 16 & 1 ? "ack" : "nack";
    switch (e->size) {
    case ZIF_BUS_I2C_START:
        say(l, "%s start 0x%02x %s %s", e->name.text, out >> 1, out & 1 ? "read" : "write", ack);
        break;
    case ZIF_BUS_I2C_WRITE:
        say(l, "%s wrote 0x%02x %s", e->name.text, out, ack);
        break;
    case ZIF_BUS_I2C_READ:
        say(l, "%s read 0x%02x", e->name.text, in);
        break;
    case ZIF_BUS_I2C_STOP:
        say(l, "%s stop", e->name.text);
        break;
    case ZIF_BUS_SPI_SELECT:
        say(l, "%s %s %" PRIu32, e->name.text, e->value >> 17 & 1 ? "selected" : "deselected", e->value >> 24);
        break;
    default:
        say(l, "%s out 0x%02x in 0x%02x", e->name.text, out, in);
        break;
    }
}

size_t zif__trace_line(const ZifTraceEvent *e, char *line)
{
    Line l = { line, ZIF_TRACE_LINE - 1 };
    say(&l, "%" PRIu64 ".%012" PRIu64 " %" PRIu64 " 0x%08" PRIx32 " %s%s", e->when / ZIF_SEC, e->when % ZIF_SEC,
        e->count, e->pc, e->place.text, *e->place.text ? " " : "");
    switch (e->kind) {
    case ZIF_TRACE_READ:
    case ZIF_TRACE_WRITE:
        say_access(&l, e);
        break;
    case ZIF_TRACE_WIRE:
        say(&l, "%s = %" PRIu32, e->name.text, e->value);
        break;
    case ZIF_TRACE_EXCEPTION:
        say(&l, "exception ");
        say_exception(&l, e->value);
        break;
    case ZIF_TRACE_RETURN:
        if (e->value) {
            say(&l, "return to exception ");
            say_exception(&l, e->value);
        } else {
            say(&l, "return to thread");
        }
        break;
    case ZIF_TRACE_SENT:
    case ZIF_TRACE_RECEIVED:
        say_character(&l, e);
        break;
    case ZIF_TRACE_BUS:
        say_bus(&l, e);
        break;
    default:
        say(&l, "executed");
        break;
    }
    *l.at++ = '\n';
    return (size_t)(l.at - line);
}
