/* Packets of the GDB remote protocol: framing, checksums, hex. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ZIF_DEBUG_PACKET_H
#define ZIF_DEBUG_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ZIF_GDB_PACKET_MAX = 16384 }; /* payload bytes either way; told to GDB as PacketSize */

/* A payload being built; text past the limit sets `full` and is dropped. */
typedef struct {
    size_t len;
    bool full;
    char data[ZIF_GDB_PACKET_MAX + 1];
} ZifGdbReply;

void zif__gdb_put(ZifGdbReply *r, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void zif__gdb_put_hex(ZifGdbReply *r, const void *bytes, size_t len);
/** Appends binary data with the protocol's escapes; returns how many bytes fitted. */
size_t zif__gdb_put_binary(ZifGdbReply *r, const void *bytes, size_t len);

/* Cursor over a payload. Each take_ function moves it and answers false when the text is not of that form. */
typedef struct {
    const char *at, *end;
} ZifGdbText;

bool zif__gdb_take(ZifGdbText *t, const char *literal);
bool zif__gdb_take_u32(ZifGdbText *t, uint32_t *out); /* hex digits, at most 32 bits */
/** 2 * len hex digits to bytes. */
bool zif__gdb_take_hex(ZifGdbText *t, void *bytes, size_t len);
/** The rest as hex digits to at most max bytes; *len is how many. */
bool zif__gdb_take_hex_rest(ZifGdbText *t, void *bytes, size_t max, size_t *len);
/** The rest with binary escapes undone, at most max bytes. */
bool zif__gdb_take_binary_rest(ZifGdbText *t, void *bytes, size_t max, size_t *len);

/* Framing of what arrives. */
typedef enum {
    ZIF_GDB_FRAME_NONE,
    ZIF_GDB_FRAME_PACKET,
    ZIF_GDB_FRAME_BAD,
    ZIF_GDB_FRAME_NAK,
    ZIF_GDB_FRAME_INTERRUPT
} ZifGdbFrame;

typedef struct {
    enum { ZIF_GDB_BETWEEN, ZIF_GDB_PAYLOAD, ZIF_GDB_SUM1, ZIF_GDB_SUM2 } state;
    uint8_t sum, claimed;
    bool bad; /* too long, or a checksum digit that is none */
    size_t len;
    char data[ZIF_GDB_PACKET_MAX + 1];
} ZifGdbFramer;

/** One byte in; a frame that it completes comes out (payload in data, len). */
ZifGdbFrame zif__gdb_frame(ZifGdbFramer *f, uint8_t byte);

#endif
