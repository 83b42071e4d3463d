/*
 * STM32 bxCAN: which frames get through the filters, and the two FIFOs behind them. The head comment is in bxcan.c.
 * Reference: RM0090 rev 19, 32.7.3 (reception), 32.7.4 (filters). SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "bxcan.h"

static Can *filters_of(Can *c)
{
    uint32_t master = zif_prop_u32(&c->dev, "master-can-reg", 0), offset;
    ZifDevice *dev = master ? zif_device_at(&c->dev, master, &offset) : NULL;
    return dev && dev->cls == c->dev.cls ? (Can *)dev : c;
}

bool zif__bxcan_is_second(Can *c)
{
    return filters_of(c) != c;
}

static uint32_t id32(const ZifCanFrame *f)
{
    return (f->extended ? f->id << 3 | IDE : f->id << 21) | (f->remote ? RTR : 0);
}

static uint16_t id16(const ZifCanFrame *f)
{
    uint32_t base = f->extended ? f->id >> 18 : f->id;
    return (uint16_t)(base << 5 | (uint32_t)f->remote << 4 | (f->extended ? 8 | (f->id >> 15 & 7) : 0));
}

/* Does filter `sub` of a bank let the frame pass? */
static bool passes(const Can *m, unsigned bank, unsigned sub, const ZifCanFrame *f)
{
    uint32_t r1 = m->values[FIR + 2 * bank], r2 = m->values[FIR + 2 * bank + 1];
    bool list = m->values[FM1R] >> bank & 1, wide = m->values[FS1R] >> bank & 1;
    if (wide) {
        return list ? ((sub ? r2 : r1) | 1) == (id32(f) | 1) : !((id32(f) ^ r1) & r2 & ~1u);
    }
    if (list) {
        uint32_t r = sub < 2 ? r1 : r2;
        return (sub & 1 ? r >> 16 : r & 0xffff) == id16(f);
    }
    uint32_t r = sub ? r2 : r1;
    return !((id16(f) ^ r) & r >> 16 & 0xffff);
}

/* The FIFO and filter match index of a frame; false: filtered out. */
static bool filtered(Can *c, const ZifCanFrame *f, unsigned *fifo, unsigned *index)
{
    const Can *m = filters_of(c);
    unsigned split = zif_bits(m->values[FMR], 8, 6), numbers[FIFOS] = { 0 }, best = 0;
    unsigned first = zif__bxcan_is_second(c) ? split : 0,
             end = zif__bxcan_is_second(c) || split > BANKS ? BANKS : split;
    if (m->values[FMR] & FINIT) {
        return false;
    }
    for (unsigned bank = first; bank < end; bank++) {
        bool list = m->values[FM1R] >> bank & 1, wide = m->values[FS1R] >> bank & 1;
        unsigned n = (list ? 2 : 1) * (wide ? 1 : 2), to = m->values[FFA1R] >> bank & 1;
        unsigned rank = 1 + 2 * wide + list; /* 32 bits before 16, lists before masks, then the lower number */
        for (unsigned sub = 0; sub < n && m->values[FA1R] >> bank & 1; sub++) {
            if (rank > best && passes(m, bank, sub, f)) {
                best = rank;
                *fifo = to;
                *index = numbers[to] + sub;
            }
        }
        numbers[to] += n;
    }
    return best;
}

static void store(Can *c, unsigned n, unsigned index, const ZifCanFrame *f)
{
    uint32_t *rfr = &c->values[RFR + n];
    unsigned count = *rfr & FMP;
    if (count == DEPTH) {
        *rfr |= FOVR;
        zif_report(&c->dev, ZIF_REPORT_OVERRUN, (int)(RFR + n), "frame 0x%x lost: FIFO %u holds three (FOVR%u)",
                   c->values[MCR] & RFLM ? f->id : c->fifo[n][DEPTH - 1].words[W_RIR] >> (f->extended ? 3 : 21), n, n);
        if (c->values[MCR] & RFLM) {
            return;
        }
        count--;
    }
    Stored *s = &c->fifo[n][count++];
    *s = (Stored){ { id32(f), index << 8 | (f->dlc & 15u) } };
    for (unsigned i = 0; !f->remote && i < f->dlc && i < 8; i++) {
        s->words[W_RDLR + i / 4] |= (uint32_t)f->data[i] << (i % 4 * 8);
    }
    *rfr = (*rfr & ~(uint32_t)FMP) | count | (count == DEPTH ? FULL : 0);
}

void zif__bxcan_accept(Can *c, const ZifCanFrame *f)
{
    unsigned fifo, index;
    if (filtered(c, f, &fifo, &index)) {
        store(c, fifo, index, f);
    }
}

void zif__bxcan_release(Can *c, unsigned n)
{
    uint32_t *rfr = &c->values[RFR + n];
    unsigned count = *rfr & FMP;
    *rfr &= ~(uint32_t)RFOM;
    if (count) {
        for (unsigned i = 1; i < DEPTH; i++) {
            c->fifo[n][i - 1] = c->fifo[n][i];
        }
        *rfr = (*rfr & ~(uint32_t)FMP) | (count - 1);
    }
}

void zif__bxcan_locked(Can *c, unsigned slot, uint32_t old, const char *why)
{
    if (c->values[slot] != old) {
        zif_report(&c->dev, ZIF_REPORT_LOCKED, (int)slot, "0x%08x not written: %s", c->values[slot], why);
        c->values[slot] = old;
    }
}

void zif__bxcan_filter_written(Can *c, unsigned slot, uint32_t old)
{
    bool open = c->values[FMR] & FINIT;
    if (zif__bxcan_is_second(c)) {
        zif__bxcan_locked(c, slot, old, "the filters are those of the first controller");
    } else if (slot >= FM1R && slot <= FFA1R && !open) {
        zif__bxcan_locked(c, slot, old, "FMR.FINIT is 0");
    } else if (slot >= FIR && !open && c->values[FA1R] >> ((slot - FIR) / 2) & 1) {
        zif__bxcan_locked(c, slot, old, "the bank is active and FMR.FINIT is 0");
    }
}
