/*
 * A CAN frame as bits: how many there are with the stuff bits, and who wins an arbitration.
 * Reference: ISO 11898-1 (Bosch CAN specification 2.0, parts A and B). SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ZIF_ST_BXCAN_FRAME_H
#define ZIF_ST_BXCAN_FRAME_H

#include <zif/peripheral.h>

enum { CAN_TAIL = 1 + 2 + 7, CAN_SPACE = 3, CAN_ERROR = 6 + 8, CAN_SYNC = 11 }; /* CRC delimiter, ACK, end of frame */

typedef struct {
    uint16_t crc;
    unsigned bits, run, last;
} CanBits;

static inline void can_bit(CanBits *c, unsigned bit, bool counted)
{
    c->bits++;
    c->run = c->bits > 1 && bit == c->last ? c->run + 1 : 1;
    c->last = bit;
    if (c->run == 5) { /* a stuff bit of the other kind follows and is the first of the next run */
        c->bits++;
        c->run = 1;
        c->last = !bit;
    }
    if (counted) {
        unsigned top = c->crc >> 14 & 1;
        c->crc = (uint16_t)((c->crc << 1 & 0x7fff) ^ (bit != top ? 0x4599 : 0));
    }
}

static inline void can_bits(CanBits *c, uint32_t value, unsigned n)
{
    while (n--) {
        can_bit(c, value >> n & 1, true);
    }
}

/** Bits from the start of frame to the end of frame, stuff bits included. */
static inline unsigned can_frame_bits(const ZifCanFrame *f)
{
    CanBits c = { 0 };
    can_bits(&c, 0, 1);
    if (f->extended) {
        can_bits(&c, f->id >> 18 & 0x7ff, 11);
        can_bits(&c, 3, 2); /* SRR, IDE */
        can_bits(&c, f->id & 0x3ffff, 18);
        can_bits(&c, (uint32_t)f->remote << 2, 3); /* RTR, r1, r0 */
    } else {
        can_bits(&c, f->id & 0x7ff, 11);
        can_bits(&c, (uint32_t)f->remote << 2, 3); /* RTR, IDE, r0 */
    }
    can_bits(&c, f->dlc & 15u, 4);
    for (unsigned i = 0; !f->remote && i < f->dlc && i < 8; i++) {
        can_bits(&c, f->data[i], 8);
    }
    uint16_t crc = c.crc;
    for (unsigned i = 15; i--;) {
        can_bit(&c, crc >> i & 1, false);
    }
    return c.bits + CAN_TAIL;
}

/** The order of arbitration: the lower value wins. */
static inline uint64_t can_urgency(const ZifCanFrame *f)
{
    uint64_t base = f->extended ? f->id >> 18 & 0x7ff : f->id & 0x7ff;
    uint64_t rest = f->extended ? 3ull << 19 | (uint64_t)(f->id & 0x3ffff) << 1 | f->remote : (uint64_t)f->remote << 20;
    return base << 21 | rest;
}

#endif
