/*
 * STM32F4 DMA: arbitration, FIFO and accesses of the two ports. The head comment is in dma.c. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "dma.h"

/* AHB cycles of a single access with arbitration and address phase; each further beat of a burst takes one. */
static const unsigned access_cycles[NPORTS] = { [MEMORY_PORT] = 4, [PERIPHERAL_PORT] = 5 };

/* --- What a stream wants from a port ---------------------------------------------------------------------------------- */

bool zif__dma_is_requested(const Dma *d, unsigned n)
{
    unsigned channel = zif_bits(reg_of(d, n, CR), 25, 3);
    return direction(d, n) == MEMORY_TO_MEMORY || d->streams[n].latched || zif_input_level(&d->dev, 0, 8 * n + channel);
}

/* Accesses that move so many bytes: a burst's, one (for a tail, too), or none. */
static unsigned burst_or_one(unsigned burst, unsigned size, unsigned bytes)
{
    return bytes >= burst * size ? burst : bytes > 0;
}

static unsigned smaller(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

static unsigned room(const Stream *s)
{
    return FIFO_BYTES - s->level;
}

static unsigned peripheral_items(const Dma *d, unsigned n)
{
    const Stream *s = &d->streams[n];
    unsigned size = psize(d, n), burst = beats(d, n, 21), left = reg_of(d, n, NDTR);
    if (s->state != RUNNING || !left || !zif__dma_is_requested(d, n)) {
        return 0;
    }
    if (left < burst) {
        burst = 1; /* the tail goes in single accesses */
    }
    if (direction(d, n) == TO_PERIPHERAL) {
        return s->level >= burst * size ? burst : 0;
    }
    if (s->flush && left <= burst) {
        return 0; /* the lap before is not in memory yet */
    }
    return room(s) >= burst * size ? burst : 0;
}

static unsigned memory_items(const Dma *d, unsigned n)
{
    const Stream *s = &d->streams[n];
    unsigned size = msize(d, n), burst = beats(d, n, 23);
    if (s->state == OFF) {
        return 0;
    }
    if (direction(d, n) == TO_PERIPHERAL) {
        if (s->state == STOPPING || (is_direct(d, n) ? s->level > 0 : !s->draining || room(s) < size)) {
            return 0;
        }
        return burst_or_one(burst, size, smaller(s->mem_left, room(s)));
    }
    if (s->flush || s->state == STOPPING) {
        return burst_or_one(burst, size, smaller(s->level, s->mem_left));
    }
    if (is_direct(d, n)) {
        return s->level >= size;
    }
    return s->draining && s->level >= burst * size ? burst : 0;
}

/* A stopped stream leaves through the memory port: its FIFO is empty, or holds what nobody wants any more. */
static bool is_leaving(const Dma *d, unsigned n)
{
    const Stream *s = &d->streams[n];
    return s->state == STOPPING && d->serving[PERIPHERAL_PORT] != n &&
           (direction(d, n) == TO_PERIPHERAL || s->level == 0 || s->mem_left == 0);
}

/* A request that finds the FIFO full (empty) is an error; the peripheral goes on waiting, so nothing is lost here. */
static void check_waiting(Dma *d, unsigned n)
{
    Stream *s = &d->streams[n];
    if (s->state != RUNNING || s->waited || direction(d, n) == MEMORY_TO_MEMORY || !reg_of(d, n, NDTR) ||
        d->serving[PERIPHERAL_PORT] == n || !zif__dma_is_requested(d, n)) {
        return;
    }
    unsigned unit = psize(d, n) * beats(d, n, 21);
    if (direction(d, n) == TO_PERIPHERAL) {
        if (s->primed && s->level < unit && s->mem_left && !is_direct(d, n) && d->serving[MEMORY_PORT] != n) {
            s->waited = true;
            set_flag(d, n, FE);
        }
    } else if (is_direct(d, n) && s->level && !(reg_of(d, n, CR) & MINC)) {
        s->waited = true;
        set_flag(d, n, DME);
    } else if (room(s) < unit) {
        s->waited = true;
        set_flag(d, n, FE);
    }
}

static unsigned items_for(const Dma *d, unsigned port, unsigned n)
{
    return port == MEMORY_PORT ? memory_items(d, n) : peripheral_items(d, n);
}

void zif__dma_schedule(Dma *d, unsigned port)
{
    unsigned n = d->serving[port];
    uint64_t hz = zif_clock_hz(&d->dev);
    if (n == NOBODY || !hz) {
        zif_cancel(&d->dev, port);
        return;
    }
    unsigned items = items_for(d, port, n);
    unsigned cycles = access_cycles[port] + (items > 1 ? items - 1 : 0);
    zif_schedule_in(&d->dev, port, (cycles * ZIF_SEC + hz - 1) / hz);
}

void zif__dma_arbitrate(Dma *d)
{
    for (unsigned port = 0; port < NPORTS; port++) {
        unsigned best = NOBODY, best_level = 0;
        if (d->serving[port] != NOBODY) {
            continue;
        }
        for (unsigned n = 0; n < NSTREAMS; n++) {
            unsigned level = 1 + zif_bits(reg_of(d, n, CR), 16, 2);
            if (d->streams[n].state != OFF && level > best_level &&
                (items_for(d, port, n) || (port == MEMORY_PORT && is_leaving(d, n)))) {
                best = n;
                best_level = level;
            }
        }
        d->serving[port] = best;
        if (best != NOBODY) {
            zif__dma_schedule(d, port);
        }
    }
    for (unsigned n = 0; n < NSTREAMS; n++) {
        check_waiting(d, n);
    }
}

/* --- The FIFO --------------------------------------------------------------------------------------------------------- */

/* A stream can be made to write its own registers, so neither trusts that the FIFO is what it was. */
static void push(Stream *s, const uint8_t *bytes, unsigned count)
{
    for (unsigned i = 0; i < count && s->level < FIFO_BYTES; i++) {
        s->fifo[(s->head + s->level++) % FIFO_BYTES] = bytes[i];
    }
}

static void pop(Stream *s, uint8_t *bytes, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        bytes[i] = s->fifo[s->head];
        if (s->level) {
            s->head = (s->head + 1) % FIFO_BYTES;
            s->level--;
        }
    }
}

/* --- Accesses --------------------------------------------------------------------------------------------------------- */

/* One beat; false: a bus error, which ends the stream. */
static bool access(Dma *d, unsigned n, unsigned port, uint32_t address, uint8_t *bytes, unsigned size, bool is_write)
{
    uint32_t aligned = address & ~(size - 1);
    AddressSpace *bus = zif_bus_port(&d->dev, port);
    if (address_space_rw(bus, aligned, zif_bus_attrs(&d->dev), bytes, size, is_write) == MEMTX_OK) {
        return d->streams[n].state != OFF;
    }
    const char *name = port == MEMORY_PORT ? "memory" : "peripheral";
    if (d->streams[n].state == OFF) {
        return false;
    }
    if (zif_out_of_reach(&d->dev, port, aligned)) {
        zif_report(&d->dev, ZIF_REPORT_DMA, slot_of(n, CR),
                   "stream %u stops with a transfer error: the %s port of %s has no way to 0x%08x", n, name,
                   d->dev.name, aligned);
    } else {
        zif_report(&d->dev, ZIF_REPORT_DMA, slot_of(n, CR),
                   "stream %u stops with a transfer error: the %s of 0x%08x at the %s port failed", n,
                   is_write ? "write" : "read", aligned, name);
    }
    stop(d, n);
    set_flag(d, n, TE);
    return false;
}

static void check_boundary(Dma *d, unsigned n, unsigned reg, uint32_t address, unsigned items, unsigned size)
{
    if (items > 1 && (address & 1023) + items * size > 1024) {
        zif_report(&d->dev, ZIF_REPORT_DMA, slot_of(n, reg),
                   "a burst of %u x %u bytes at 0x%08x crosses a 1 KB boundary", items, size, address);
    }
}

void zif__dma_start_lap(Dma *d, unsigned n)
{
    Stream *s = &d->streams[n];
    uint32_t cr = reg_of(d, n, CR);
    s->half = false;
    s->mar = reg_of(d, n, cr & DBM && cr & CT ? M1AR : M0AR);
    s->mem_left = is_flow_controlled(d, n) ? UINT32_MAX : s->total * psize(d, n);
}

static void reload_peripheral(Dma *d, unsigned n)
{
    *reg_at(d, n, NDTR) = d->streams[n].total;
    d->streams[n].par = reg_of(d, n, PAR);
}

/* The destination has got everything of this lap. */
static void end_lap(Dma *d, unsigned n)
{
    Stream *s = &d->streams[n];
    s->flush = false;
    if (!is_circular(d, n)) {
        stop(d, n);
    } else {
        if (reg_of(d, n, CR) & DBM) {
            *reg_at(d, n, CR) ^= CT;
        }
        zif__dma_start_lap(d, n);
    }
    set_flag(d, n, TC);
    zif_pulse(&d->dev, OUT_END, 8 * n + zif_bits(reg_of(d, n, CR), 25, 3));
}

static void check_half(Dma *d, unsigned n, uint32_t left, uint32_t whole)
{
    Stream *s = &d->streams[n];
    if (!s->half && left <= whole - whole / 2 && !is_flow_controlled(d, n)) {
        s->half = true;
        set_flag(d, n, HT);
    }
}

void zif__dma_update_draining(Dma *d, unsigned n)
{
    Stream *s = &d->streams[n];
    unsigned burst = beats(d, n, 23) * msize(d, n);
    if (direction(d, n) == TO_PERIPHERAL) {
        s->draining = s->draining ? room(s) >= burst : s->level <= threshold(d, n);
        s->draining = s->draining && room(s) >= burst;
        s->primed = s->primed || s->level > 0;
    } else {
        s->draining = s->draining ? s->level >= burst : s->level >= threshold(d, n);
    }
}

void zif__dma_peripheral_done(Dma *d, unsigned n)
{
    Stream *s = &d->streams[n];
    bool out = direction(d, n) == TO_PERIPHERAL;
    if (is_circular(d, n)) {
        reload_peripheral(d, n);
    }
    if (out) {
        end_lap(d, n);
    } else {
        if (is_flow_controlled(d, n)) {
            s->mem_left = s->level;
        }
        s->flush = true;
        if (!s->level) {
            end_lap(d, n);
        }
    }
}

static void serve_peripheral(Dma *d, unsigned n)
{
    Stream *s = &d->streams[n];
    unsigned items = peripheral_items(d, n), size = psize(d, n);
    bool out = direction(d, n) == TO_PERIPHERAL;
    uint32_t cr = reg_of(d, n, CR), *ndtr = reg_at(d, n, NDTR);
    uint8_t bytes[4];

    if (!items) {
        return;
    }
    s->latched = false;
    s->waited = false;
    check_boundary(d, n, PAR, s->par, items, size);
    for (unsigned i = 0; i < items && *ndtr; i++) {
        if (out) {
            pop(s, bytes, size);
        }
        /* The access can make the peripheral act, and so come back here; the count goes first. */
        --*ndtr;
        uint32_t address = s->par;
        s->par += cr & PINC ? cr & PINCOS ? 4 : size : 0;
        if (!access(d, n, PERIPHERAL_PORT, address, bytes, size, out)) {
            return;
        }
        if (!out) {
            push(s, bytes, size);
        }
    }
    zif__dma_update_draining(d, n);
    if (out) {
        check_half(d, n, *ndtr, s->total);
    }
    if (*ndtr == 1) {
        zif_pulse(&d->dev, OUT_BEFORE_LAST, 8 * n + zif_bits(cr, 25, 3));
    }
    if (!*ndtr || s->last) {
        zif__dma_peripheral_done(d, n);
    }
}

static void serve_memory(Dma *d, unsigned n)
{
    Stream *s = &d->streams[n];
    unsigned items = memory_items(d, n), size = msize(d, n);
    bool in = direction(d, n) == TO_PERIPHERAL;
    uint32_t minc = reg_of(d, n, CR) & MINC;
    uint8_t bytes[4];

    if (!items) {
        if (is_leaving(d, n)) {
            s->level = 0;
            stop(d, n);
            set_flag(d, n, TC);
        }
        return;
    }
    if (!in && s->level < size) {
        size = 1; /* too little is left for a whole unit */
    }
    check_boundary(d, n, M0AR, s->mar, items, size);
    for (unsigned i = 0; i < items; i++) {
        if (!in) {
            pop(s, bytes, size);
        }
        uint32_t address = s->mar;
        s->mar += minc ? size : 0;
        s->mem_left -= s->mem_left < size ? s->mem_left : size;
        if (!access(d, n, MEMORY_PORT, address, bytes, size, !in)) {
            return;
        }
        if (in) {
            push(s, bytes, size);
        }
    }
    zif__dma_update_draining(d, n);
    if (!in) {
        check_half(d, n, s->mem_left, s->total * psize(d, n));
        if (!s->mem_left) {
            end_lap(d, n);
        }
    }
}

void zif__dma_port_event(ZifDevice *dev, unsigned port)
{
    Dma *d = (Dma *)dev;
    unsigned n = d->serving[port];
    if (n != NOBODY && d->streams[n].state != OFF) {
        if (port == MEMORY_PORT) {
            serve_memory(d, n);
        } else {
            serve_peripheral(d, n);
        }
    }
    d->serving[port] = NOBODY;
    zif__dma_arbitrate(d);
}
