/*
 * SEGGER RTT as a debug probe reads it: a control block in RAM, rings in both directions. Looked at at fixed virtual times, so that what
 * the probe changes in the guest's memory (RdOff of up-buffers, WrOff and bytes of down-buffers) is the same in every run.
 *
 * Reference: SEGGER, "Real Time Transfer", control block layout as in SEGGER_RTT.h (public). The bytes are passed on untouched, so frames
 * of defmt and SystemView go through. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "internal.h"

enum { ID = 16, HEAD = 24, BUFFER = 24, MOST_BUFFERS = 32, SEARCH_EVERY = 16 };
#define PERIOD ZIF_MS

static const char id[ID] = "SEGGER RTT";

/* One ring, as the guest has it. */
typedef struct {
    uint32_t name, data, size, wr, rd, flags;
} Ring;
enum { WR_AT = 12, RD_AT = 16 };

struct ZifRtt {
    ZifMachine *m;
    ZifEvent ev;
    uint32_t block; /* where it was found; 0 = not yet */
};

static uint32_t word_at(const uint8_t *p)
{
    return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static bool poke(ZifMachine *m, uint32_t address, const void *bytes, uint32_t len)
{
    uint8_t now[64];
    for (uint32_t at = 0; at < len; at += sizeof now) { /* never into a device */
        if (!zif__look(m, address + at, now, len - at < sizeof now ? len - at : sizeof now)) {
            return false;
        }
    }
    return address_space_rw(&m->bus, address, MEMTXATTRS_UNSPECIFIED, (uint8_t *)bytes, (int)len, true) == MEMTX_OK;
}

static bool poke_word(ZifMachine *m, uint32_t address, uint32_t value)
{
    uint8_t bytes[4] = { (uint8_t)value, (uint8_t)(value >> 8), (uint8_t)(value >> 16), (uint8_t)(value >> 24) };
    return poke(m, address, bytes, 4);
}

static bool is_block(ZifMachine *m, uint32_t address)
{
    char text[ID];
    uint32_t n[2];
    return address && zif__look(m, address, text, ID) && !memcmp(text, id, ID) &&
           zif__look(m, address + ID, n, sizeof n) && n[0] && n[0] <= MOST_BUFFERS && n[1] <= MOST_BUFFERS;
}

static uint32_t search(ZifMachine *m)
{
    uint32_t address;
    for (unsigned i = 0; i < m->nimages; i++) {
        if (zif_image_symbol_address((ZifImage *)m->images[i], "_SEGGER_RTT", &address)) {
            return is_block(m, address) ? address : 0;
        }
    }
    for (const ZifMemory *mem = m->memories; mem; mem = mem->next) {
        const uint8_t *start = mem->host, *at = start, *found;
        while (mem->kind == ZIF_MEM_RAM && (found = memmem(at, mem->size - (uint64_t)(at - start), id, ID))) {
            address = (uint32_t)(mem->base + (uint64_t)(found - start));
            if (is_block(m, address)) { /* not the constant it is copied from */
                return address;
            }
            at = found + 1;
        }
    }
    return 0;
}

/* Ring n of the up-buffers, which come first, then of the down-buffers; 0 when there is none that is sound. */
static uint32_t ring_at(ZifRtt *r, unsigned n, bool down, Ring *ring)
{
    uint8_t head[HEAD], raw[BUFFER];
    if (!zif__look(r->m, r->block, head, HEAD)) {
        return 0;
    }
    uint32_t up = word_at(head + 16), downs = word_at(head + 20);
    if (n >= (down ? downs : up)) {
        return 0;
    }
    uint32_t at = r->block + HEAD + BUFFER * (n + (down ? up : 0));
    if (!zif__look(r->m, at, raw, BUFFER)) {
        return 0;
    }
    *ring = (Ring){ word_at(raw),      word_at(raw + 4),  word_at(raw + 8),
                    word_at(raw + 12), word_at(raw + 16), word_at(raw + 20) };
    bool sound = ring->data && ring->size && ring->wr < ring->size && ring->rd < ring->size;
    return sound ? at : 0;
}

static void drain(ZifRtt *r, unsigned n, ZifSerialLine *line)
{
    Ring ring;
    uint32_t at = ring_at(r, n, false, &ring);
    if (!at) {
        return;
    }
    uint32_t rd = ring.rd;
    while (rd != ring.wr) {
        uint8_t bytes[256];
        uint32_t len = ring.wr > rd ? ring.wr - rd : ring.size - rd;
        len = len < sizeof bytes ? len : sizeof bytes;
        if (!zif__look(r->m, ring.data + rd, bytes, len)) {
            return;
        }
        for (uint32_t i = 0; i < len; i++) {
            zif__serial_byte(line, bytes[i], zif_machine_now(r->m));
        }
        rd = rd + len == ring.size ? 0 : rd + len;
        poke_word(r->m, at + RD_AT, rd);
    }
}

static void feed(ZifRtt *r, unsigned n, ZifSerialLine *line)
{
    Ring ring;
    uint32_t at = zif_serial_queued(line) ? ring_at(r, n, true, &ring) : 0;
    if (!at) {
        return;
    }
    for (;;) {
        uint8_t byte;
        uint32_t next = ring.wr + 1 == ring.size ? 0 : ring.wr + 1;
        if (next == ring.rd || !zif__serial_take(line, &byte, 1) || !poke(r->m, ring.data + ring.wr, &byte, 1)) {
            break;
        }
        ring.wr = next;
    }
    poke_word(r->m, at + WR_AT, ring.wr);
}

void zif__rtt_again(ZifMachine *m)
{
    if (m->rtt) {
        zif_event_cancel(m->kit.timeline, &m->rtt->ev);
        zif_event_at(m->kit.timeline, &m->rtt->ev, (zif_machine_now(m) / PERIOD + 1) * PERIOD);
    }
}

static void poll(void *opaque)
{
    ZifRtt *r = opaque;
    ZifMachine *m = r->m;
    if (!is_block(m, r->block)) {
        bool looks = r->block || zif_machine_now(m) / PERIOD % SEARCH_EVERY == 0;
        r->block = 0;
        r->block = looks ? search(m) : 0;
    }
    for (unsigned n = 0; r->block && n < 32; n++) {
        if (m->rtt_lines[n]) {
            drain(r, n, m->rtt_lines[n]);
            feed(r, n, m->rtt_lines[n]);
        }
    }
    zif__rtt_again(m);
}

void zif__rtt_begin(ZifMachine *m)
{
    if (!m->config.rtt_channels) {
        return;
    }
    m->rtt = calloc(1, sizeof *m->rtt);
    if (!m->rtt) {
        zif_bug("out of memory for RTT");
    }
    m->rtt->m = m;
    zif_event_init(&m->rtt->ev, "rtt", ZIF_ORDER_OUTSIDE, poll, m->rtt);
    m->rtt->ev.looks = true; /* a probe's writes to memory wake nobody */
    zif__rtt_again(m);
}

void zif__rtt_free(ZifMachine *m)
{
    if (m->rtt) {
        zif_event_cancel(m->kit.timeline, &m->rtt->ev);
        free(m->rtt);
        m->rtt = NULL;
    }
}

void zif__rtt_final(ZifMachine *m)
{
    if (m->rtt && is_block(m, m->rtt->block)) {
        for (unsigned n = 0; n < 32; n++) {
            if (m->rtt_lines[n]) {
                drain(m->rtt, n, m->rtt_lines[n]);
            }
        }
    }
}

void zif__itm(void *opaque, unsigned port, unsigned size, uint32_t value)
{
    ZifMachine *m = opaque;
    for (unsigned i = 0; m->itm_lines[port & 31] && i < size; i++) {
        zif__serial_byte(m->itm_lines[port & 31], (uint8_t)(value >> 8 * i), zif_machine_now(m));
    }
}
