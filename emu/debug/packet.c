/* Packets of the GDB remote protocol: see packet.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "packet.h"

static const char digits[] = "0123456789abcdef";

static int digit_value(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

void zif__gdb_put(ZifGdbReply *r, const char *fmt, ...)
{
    size_t room = sizeof r->data - r->len;
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(r->data + r->len, room, fmt, ap);
    va_end(ap);
    if (n < 0 || (size_t)n >= room) {
        r->full = true;
        r->data[r->len] = 0;
        return;
    }
    r->len += (size_t)n;
}

void zif__gdb_put_hex(ZifGdbReply *r, const void *bytes, size_t len)
{
    const uint8_t *p = bytes;
    if (len > (ZIF_GDB_PACKET_MAX - r->len) / 2) {
        r->full = true;
        return;
    }
    for (size_t i = 0; i < len; i++) {
        r->data[r->len++] = digits[p[i] >> 4];
        r->data[r->len++] = digits[p[i] & 15];
    }
}

size_t zif__gdb_put_binary(ZifGdbReply *r, const void *bytes, size_t len)
{
    const uint8_t *p = bytes;
    size_t i;
    for (i = 0; i < len && r->len + 2 <= ZIF_GDB_PACKET_MAX; i++) {
        if (p[i] == '$' || p[i] == '#' || p[i] == '}' || p[i] == '*') {
            r->data[r->len++] = '}';
            r->data[r->len++] = (char)(p[i] ^ 0x20);
        } else {
            r->data[r->len++] = (char)p[i];
        }
    }
    return i;
}

bool zif__gdb_take(ZifGdbText *t, const char *literal)
{
    size_t len = strlen(literal);
    if ((size_t)(t->end - t->at) < len || memcmp(t->at, literal, len)) {
        return false;
    }
    t->at += len;
    return true;
}

bool zif__gdb_take_u32(ZifGdbText *t, uint32_t *out)
{
    uint64_t value = 0;
    const char *p = t->at;
    while (p < t->end && digit_value(*p) >= 0 && value <= UINT32_MAX) {
        value = value << 4 | (unsigned)digit_value(*p++);
    }
    if (p == t->at || value > UINT32_MAX) {
        return false;
    }
    t->at = p;
    *out = (uint32_t)value;
    return true;
}

bool zif__gdb_take_hex(ZifGdbText *t, void *bytes, size_t len)
{
    uint8_t *out = bytes;
    if ((size_t)(t->end - t->at) / 2 < len) {
        return false;
    }
    for (size_t i = 0; i < len; i++) {
        int high = digit_value(t->at[2 * i]), low = digit_value(t->at[2 * i + 1]);
        if (high < 0 || low < 0) {
            return false;
        }
        out[i] = (uint8_t)(high << 4 | low);
    }
    t->at += 2 * len;
    return true;
}

bool zif__gdb_take_hex_rest(ZifGdbText *t, void *bytes, size_t max, size_t *len)
{
    size_t n = (size_t)(t->end - t->at);
    if (n % 2 || n / 2 > max) {
        return false;
    }
    *len = n / 2;
    return zif__gdb_take_hex(t, bytes, n / 2);
}

bool zif__gdb_take_binary_rest(ZifGdbText *t, void *bytes, size_t max, size_t *len)
{
    uint8_t *out = bytes;
    size_t n = 0;
    while (t->at < t->end) {
        uint8_t byte = (uint8_t)*t->at++;
        if (byte == '}') {
            if (t->at == t->end) {
                return false;
            }
            byte = (uint8_t)*t->at++ ^ 0x20;
        }
        if (n == max) {
            return false;
        }
        out[n++] = byte;
    }
    *len = n;
    return true;
}

ZifGdbFrame zif__gdb_frame(ZifGdbFramer *f, uint8_t byte)
{
    switch (f->state) {
    case ZIF_GDB_BETWEEN:
        if (byte == '$') {
            f->state = ZIF_GDB_PAYLOAD;
            f->sum = 0;
            f->len = 0;
            f->bad = false;
        } else if (byte == 3) {
            return ZIF_GDB_FRAME_INTERRUPT;
        } else if (byte == '-') {
            return ZIF_GDB_FRAME_NAK;
        }
        return ZIF_GDB_FRAME_NONE;
    case ZIF_GDB_PAYLOAD:
        if (byte == '#') {
            f->state = ZIF_GDB_SUM1;
        } else {
            f->sum += byte;
            if (f->len < ZIF_GDB_PACKET_MAX) {
                f->data[f->len++] = (char)byte;
            } else {
                f->bad = true;
            }
        }
        return ZIF_GDB_FRAME_NONE;
    case ZIF_GDB_SUM1:
    case ZIF_GDB_SUM2: {
        int value = digit_value((char)byte);
        f->bad |= value < 0;
        f->claimed = (uint8_t)(f->claimed << 4 | (value & 15));
        if (f->state == ZIF_GDB_SUM1) {
            f->state = ZIF_GDB_SUM2;
            return ZIF_GDB_FRAME_NONE;
        }
        f->state = ZIF_GDB_BETWEEN;
        f->data[f->len] = 0;
        return f->bad || f->claimed != f->sum ? ZIF_GDB_FRAME_BAD : ZIF_GDB_FRAME_PACKET;
    }
    }
    return ZIF_GDB_FRAME_NONE;
}
