/*
 * One line of a trace: what it holds, as text, and as a record of the binary form. SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ZIF_OBSERVE_TRACE_EVENT_H
#define ZIF_OBSERVE_TRACE_EVENT_H

#include <stdio.h>
#include <stdint.h>
#include <zif/error.h>
#include <zif/time.h>

/* A string with a number of its own, for the binary form; number 0 is none. Strings live as long as the trace. */
typedef struct {
    const char *text;
    uint32_t number;
} ZifTraceName;

typedef struct {
    const char *name;
    uint8_t lsb, width;
} ZifTraceField;

/* Layout of a register: its fields, and a number of its own. */
typedef struct {
    uint32_t number;
    unsigned nfields;
    const ZifTraceField *fields;
} ZifTraceLayout;

typedef enum {
    ZIF_TRACE_READ,      /* name: device.register; layout, value, size */
    ZIF_TRACE_WRITE,     /* the same */
    ZIF_TRACE_WIRE,      /* name: device.wire; value: level */
    ZIF_TRACE_EXCEPTION, /* value: number entered */
    ZIF_TRACE_RETURN,    /* value: exception returned to; 0: thread */
    ZIF_TRACE_INSN,
    ZIF_TRACE_SENT,     /* name: device; value: character; size: ZIF_SERIAL_* */
    ZIF_TRACE_RECEIVED, /* the same */
    ZIF_TRACE_BUS, /* name: controller; size: ZifBusKind; value: out | in << 8 | ack << 16 | selected << 17 | part << 24 */
    ZIF_TRACE_KINDS,
} ZifTraceKind;

typedef struct {
    ZifTraceKind kind;
    ZifTime when;
    uint64_t count; /* instructions retired */
    uint32_t pc;
    ZifTraceName place; /* of pc: symbol and line */
    ZifTraceName name;
    const ZifTraceLayout *layout; /* may be NULL */
    uint32_t value;
    uint8_t size;
} ZifTraceEvent;

/** Name of a word of the system control space ("cpu.SYST_CSR") into buf, and its fields, ended by one without a name; NULL: none. */
const char *zif__core_register(uint32_t addr, char *buf, size_t len, const ZifTraceField **fields);

enum { ZIF_TRACE_LINE = 1024 };
/** The event as a line with its end, into a buffer of ZIF_TRACE_LINE; returns its length. */
size_t zif__trace_line(const ZifTraceEvent *e, char *line);

/* The binary form: a header, then zstd-compressed records; names and layouts come before the first event that uses them. */
typedef struct ZifTraceWriter ZifTraceWriter;
ZifTraceWriter *zif__trace_writer_open(const char *path, Error **errp);
void zif__trace_write(ZifTraceWriter *w, const ZifTraceEvent *e);
/** What was written so far can be read after this, whatever happens. */
void zif__trace_writer_flush(ZifTraceWriter *w);
bool zif__trace_writer_close(ZifTraceWriter *w, Error **errp);

#endif
