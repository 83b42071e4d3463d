/*
 * STM32F4 DMA controller: eight streams of eight channels, two bus ports.
 *
 * Reference: RM0090 Rev 19, chapter 10 "DMA controller (DMA)", section 2.1 "System architecture"; AN4031 (durations).
 * Models: all directions, direct mode, FIFO with thresholds, packing, bursts, circular and double-buffer mode, peripheral flow
 * control, priorities, suspension with flush, all flags. The two ports work side by side, each on one stream at a time.
 * Departs: an access takes a fixed number of AHB cycles, whoever else uses the bus; all beats of a burst happen at its end. In
 * memory-to-peripheral mode the next lap of a circular buffer is read when the last one has left.
 * Missing: nothing else known.
 *
 * Inputs: req (stream * 8 + channel) is high while a peripheral wants a transfer, or pulses; last (one a stream) is the "last
 * transfer" of a peripheral that controls the flow. Output end pulses when the last item of a lap is through, before-last when one item is left. What the memory port (0) and the peripheral port (1) do not reach is in the
 * node's zif,cannot-reach.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <string.h>
#include <zif/peripheral.h>

enum { NSTREAMS = 8, FIFO_BYTES = 16 };
enum { CR, NDTR, PAR, M0AR, M1AR, FCR, STREAM_REGS };
enum { LISR, HISR, LIFCR, HIFCR, STREAM0, NREGS = STREAM0 + NSTREAMS * STREAM_REGS };

#define FLAGS(PREFIX, N, LSB, A)                                                                                       \
    { PREFIX "FEIF" #N, (LSB) + 0, 1, A }, { PREFIX "DMEIF" #N, (LSB) + 2, 1, A },                                     \
        { PREFIX "TEIF" #N, (LSB) + 3, 1, A }, { PREFIX "HTIF" #N, (LSB) + 4, 1, A },                                  \
    {                                                                                                                  \
        PREFIX "TCIF" #N, (LSB) + 5, 1, A                                                                              \
    }
#define FOUR_FLAGS(PREFIX, N0, N1, N2, N3, A)                                                                          \
    ZIF_FIELDS(FLAGS(PREFIX, N0, 0, A), FLAGS(PREFIX, N1, 6, A), FLAGS(PREFIX, N2, 16, A), FLAGS(PREFIX, N3, 22, A))

#define STREAM(N)                                                                                                      \
    [STREAM0 + N * STREAM_REGS +                                                                                       \
        CR] = { .name = "S" #N "CR", .offset = 0x10 + 0x18 * N, .fields = cr_fields, .flags = ZIF_REG_VOLATILE },      \
        [STREAM0 + N * STREAM_REGS + NDTR] = { .name = "S" #N "NDTR",                                                  \
                                               .offset = 0x14 + 0x18 * N,                                              \
                                               .fields = ZIF_FIELDS({ "NDT", 0, 16, ZIF_RW }) },                       \
        [STREAM0 + N * STREAM_REGS + PAR] = { .name = "S" #N "PAR", .offset = 0x18 + 0x18 * N },                       \
        [STREAM0 + N * STREAM_REGS + M0AR] = { .name = "S" #N "M0AR", .offset = 0x1C + 0x18 * N },                     \
        [STREAM0 + N * STREAM_REGS + M1AR] = { .name = "S" #N "M1AR", .offset = 0x20 + 0x18 * N },                     \
        [STREAM0 + N * STREAM_REGS + FCR] = { .name = "S" #N "FCR",                                                    \
                                              .offset = 0x24 + 0x18 * N,                                               \
                                              .reset = 0x21,                                                           \
                                              .fields = fcr_fields,                                                    \
                                              .flags = ZIF_REG_VOLATILE }

static const ZifField cr_fields[] = {
    { "EN", 0, 1, ZIF_RW },      { "DMEIE", 1, 1, ZIF_RW },   { "TEIE", 2, 1, ZIF_RW },   { "HTIE", 3, 1, ZIF_RW },
    { "TCIE", 4, 1, ZIF_RW },    { "PFCTRL", 5, 1, ZIF_RW },  { "DIR", 6, 2, ZIF_RW },    { "CIRC", 8, 1, ZIF_RW },
    { "PINC", 9, 1, ZIF_RW },    { "MINC", 10, 1, ZIF_RW },   { "PSIZE", 11, 2, ZIF_RW }, { "MSIZE", 13, 2, ZIF_RW },
    { "PINCOS", 15, 1, ZIF_RW }, { "PL", 16, 2, ZIF_RW },     { "DBM", 18, 1, ZIF_RW },   { "CT", 19, 1, ZIF_RW },
    { "PBURST", 21, 2, ZIF_RW }, { "MBURST", 23, 2, ZIF_RW }, { "CHSEL", 25, 3, ZIF_RW }, { 0 },
};
static const ZifField fcr_fields[] = {
    { "FTH", 0, 2, ZIF_RW }, { "DMDIS", 2, 1, ZIF_RW }, { "FS", 3, 3, ZIF_RO }, { "FEIE", 7, 1, ZIF_RW }, { 0 },
};

static const ZifRegister regs[NREGS] = {
    [LISR] = { .name = "LISR", .offset = 0x00, .fields = FOUR_FLAGS("", 0, 1, 2, 3, ZIF_RO) },
    [HISR] = { .name = "HISR", .offset = 0x04, .fields = FOUR_FLAGS("", 4, 5, 6, 7, ZIF_RO) },
    [LIFCR] = { .name = "LIFCR", .offset = 0x08, .fields = FOUR_FLAGS("C", 0, 1, 2, 3, ZIF_WO) },
    [HIFCR] = { .name = "HIFCR", .offset = 0x0C, .fields = FOUR_FLAGS("C", 4, 5, 6, 7, ZIF_WO) },
    STREAM(0),
    STREAM(1),
    STREAM(2),
    STREAM(3),
    STREAM(4),
    STREAM(5),
    STREAM(6),
    STREAM(7),
};

enum {
    EN = 1 << 0,
    PFCTRL = 1 << 5,
    CIRC = 1 << 8,
    PINC = 1 << 9,
    MINC = 1 << 10,
    PINCOS = 1 << 15,
    DBM = 1 << 18,
    CT = 1 << 19,
    BURSTS = 15 << 21,
    MSIZE_SHIFT = 13,
    /* May be written while the stream is enabled: EN and the interrupt enables. */
    CR_FREE = 0x1f,
    DMDIS = 1 << 2,
    FCR_FREE = 1 << 7,
};
enum { FE = 1 << 0, DME = 1 << 2, TE = 1 << 3, HT = 1 << 4, TC = 1 << 5 };
enum { TO_MEMORY, TO_PERIPHERAL, MEMORY_TO_MEMORY };
enum { OFF, RUNNING, STOPPING };
enum { MEMORY_PORT, PERIPHERAL_PORT, NPORTS, NOBODY = NSTREAMS };

/* AHB cycles of a single access with arbitration and address phase; each further beat of a burst takes one. */
static const unsigned access_cycles[NPORTS] = { [MEMORY_PORT] = 4, [PERIPHERAL_PORT] = 5 };

typedef struct {
    uint8_t state;
    bool latched;        /* a request came and was not served */
    bool draining;       /* the FIFO reached its threshold and is being emptied (filled, towards a peripheral) */
    bool flush;          /* the peripheral side of this lap is done: what is left in the FIFO goes to memory */
    bool half;           /* HTIF was set in this lap */
    bool last;           /* a flow-controlling peripheral has said so */
    bool primed;         /* the FIFO has been filled once: from now on an empty one is an underrun */
    bool waited;         /* the request that waits now was counted as an error */
    uint16_t programmed; /* NDTR as software wrote it */
    uint16_t total;      /* items of this lap */
    uint32_t par, mar;   /* the next accesses */
    uint32_t mem_left;   /* bytes of this lap the memory port has still to move */
    uint8_t level, head;
    uint8_t fifo[FIFO_BYTES];
} Stream;

typedef struct {
    ZifDevice dev;
    uint32_t values[NREGS];
    Stream streams[NSTREAMS];
    uint8_t serving[NPORTS]; /* NOBODY: idle */
} Dma;

/* --- A stream's registers --------------------------------------------------------------------------------------------- */

static unsigned slot_of(unsigned n, unsigned reg)
{
    return STREAM0 + n * STREAM_REGS + reg;
}

static uint32_t reg_of(const Dma *d, unsigned n, unsigned reg)
{
    return d->values[slot_of(n, reg)];
}

static uint32_t *reg_at(Dma *d, unsigned n, unsigned reg)
{
    return &d->values[slot_of(n, reg)];
}

static unsigned direction(const Dma *d, unsigned n)
{
    return zif_bits(reg_of(d, n, CR), 6, 2);
}

static unsigned psize(const Dma *d, unsigned n)
{
    return 1u << zif_bits(reg_of(d, n, CR), 11, 2);
}

static unsigned msize(const Dma *d, unsigned n)
{
    return 1u << zif_bits(reg_of(d, n, CR), MSIZE_SHIFT, 2);
}

/* Beats of a burst: 1, 4, 8, 16. */
static unsigned beats(const Dma *d, unsigned n, unsigned lsb)
{
    unsigned code = zif_bits(reg_of(d, n, CR), lsb, 2);
    return code ? 2u << code : 1;
}

static bool is_direct(const Dma *d, unsigned n)
{
    return !(reg_of(d, n, FCR) & DMDIS);
}

static unsigned threshold(const Dma *d, unsigned n)
{
    return 4 * (1 + zif_bits(reg_of(d, n, FCR), 0, 2));
}

static bool is_flow_controlled(const Dma *d, unsigned n)
{
    return reg_of(d, n, CR) & PFCTRL;
}

static bool is_circular(const Dma *d, unsigned n)
{
    return reg_of(d, n, CR) & CIRC;
}

static unsigned flag_shift(unsigned n)
{
    static const uint8_t shifts[] = { 0, 6, 16, 22 };
    return shifts[n & 3];
}

static unsigned flags_of(const Dma *d, unsigned n)
{
    return d->values[n < 4 ? LISR : HISR] >> flag_shift(n) & (FE | DME | TE | HT | TC);
}

static void update_irq(Dma *d, unsigned n)
{
    uint32_t cr = reg_of(d, n, CR);
    unsigned on = zif_bits(cr, 1, 4) << 2 | zif_bits(reg_of(d, n, FCR), 7, 1);
    zif_set(&d->dev, 0, n, (flags_of(d, n) & on) != 0);
}

static void set_flag(Dma *d, unsigned n, unsigned flag)
{
    d->values[n < 4 ? LISR : HISR] |= (uint32_t)flag << flag_shift(n);
    update_irq(d, n);
}

static void stop(Dma *d, unsigned n)
{
    *reg_at(d, n, CR) &= ~EN;
    d->streams[n].state = OFF;
    update_irq(d, n);
}

/* --- What a stream wants from a port ---------------------------------------------------------------------------------- */

static bool is_requested(const Dma *d, unsigned n)
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
    if (s->state != RUNNING || !left || !is_requested(d, n)) {
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
        d->serving[PERIPHERAL_PORT] == n || !is_requested(d, n)) {
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

static void schedule(Dma *d, unsigned port)
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

/* Gives each idle port the stream of the highest level, then of the lowest number, that wants it. */
static void arbitrate(Dma *d)
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
            schedule(d, port);
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

static unsigned fifo_status(unsigned level)
{
    return level == 0 ? 4 : level == FIFO_BYTES ? 5 : level / 4;
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

static void start_lap(Dma *d, unsigned n)
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
        start_lap(d, n);
    }
    set_flag(d, n, TC);
    zif_pulse(&d->dev, 1, 8 * n + zif_bits(reg_of(d, n, CR), 25, 3));
}

static void check_half(Dma *d, unsigned n, uint32_t left, uint32_t whole)
{
    Stream *s = &d->streams[n];
    if (!s->half && left <= whole - whole / 2 && !is_flow_controlled(d, n)) {
        s->half = true;
        set_flag(d, n, HT);
    }
}

static void update_draining(Dma *d, unsigned n)
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

/* The peripheral side of the lap is over. */
static void peripheral_done(Dma *d, unsigned n)
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
    update_draining(d, n);
    if (out) {
        check_half(d, n, *ndtr, s->total);
    }
    if (*ndtr == 1) {
        zif_pulse(&d->dev, 2, 8 * n + zif_bits(cr, 25, 3));
    }
    if (!*ndtr || s->last) {
        peripheral_done(d, n);
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
    update_draining(d, n);
    if (!in) {
        check_half(d, n, s->mem_left, s->total * psize(d, n));
        if (!s->mem_left) {
            end_lap(d, n);
        }
    }
}

static void dma_event(ZifDevice *dev, unsigned port)
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
    arbitrate(d);
}

/* --- Enabling --------------------------------------------------------------------------------------------------------- */

/* Checks what table 48 "FIFO threshold configurations" forbids; false: the stream stops at once with a FIFO error. */
static bool fifo_fits(Dma *d, unsigned n)
{
    unsigned mburst = beats(d, n, 23), mbytes = mburst * msize(d, n), pbytes = beats(d, n, 21) * psize(d, n);
    if ((mburst > 1 && threshold(d, n) % mbytes) || pbytes > FIFO_BYTES) {
        zif_report(
            &d->dev, ZIF_REPORT_DMA, slot_of(n, FCR),
            "FTH of %u bytes is no whole number of memory bursts of %u bytes, or a peripheral burst of %u bytes does "
            "not fit the FIFO: FIFO error, the stream is disabled",
            threshold(d, n), mbytes, pbytes);
        return false;
    }
    if (pbytes == FIFO_BYTES && beats(d, n, 21) > 1 && threshold(d, n) == 12) {
        zif_report(&d->dev, ZIF_REPORT_DMA, slot_of(n, FCR),
                   "FTH of 3/4 with peripheral bursts that fill the FIFO leads to lasting underruns or overruns");
    }
    return true;
}

static void check_setup(Dma *d, unsigned n)
{
    uint32_t cr = reg_of(d, n, CR);
    unsigned p = psize(d, n), m = msize(d, n), unit = beats(d, n, 23) * m, count = reg_of(d, n, NDTR);
    static const uint8_t pointers[] = { PAR, M0AR, M1AR };
    if (!count) {
        zif_report(&d->dev, ZIF_REPORT_DMA, slot_of(n, NDTR), "enabled with NDT of 0: nothing will be transferred");
    } else if (!(cr & PFCTRL) && count * p % m) {
        zif_report(&d->dev, ZIF_REPORT_DMA, slot_of(n, NDTR),
                   "NDT of %u x %u bytes is no whole number of MSIZE units of %u", count, p, m);
    } else if (cr & CIRC && count * p % unit) {
        zif_report(&d->dev, ZIF_REPORT_DMA, slot_of(n, NDTR),
                   "NDT of %u x %u bytes is no whole number of memory bursts of %u bytes, which circular mode needs",
                   count, p, unit);
    }
    for (unsigned i = 0; i < (cr & DBM ? 3 : 2); i++) {
        uint32_t address = reg_of(d, n, pointers[i]);
        unsigned size = pointers[i] == PAR ? p : m;
        if (address & (size - 1)) {
            zif_report(&d->dev, ZIF_REPORT_DMA, slot_of(n, pointers[i]),
                       "0x%08x is not aligned to transfers of %u bytes; its low bits are ignored", address, size);
        }
    }
}

/* Settings the hardware forces as soon as EN is 1; false and a report when it cannot start. */
static bool settle(Dma *d, unsigned n)
{
    uint32_t *cr = reg_at(d, n, CR);
    unsigned dir = direction(d, n);
    if (dir == 3 || zif_bits(*cr, 11, 2) == 3 || (!is_direct(d, n) && zif_bits(*cr, MSIZE_SHIFT, 2) == 3)) {
        zif_report(&d->dev, ZIF_REPORT_DMA, slot_of(n, CR),
                   "enabled with a reserved value in DIR, PSIZE or MSIZE; refused");
        return false;
    }
    if (dir == MEMORY_TO_MEMORY) {
        if (*cr & (CIRC | DBM)) {
            zif_report(&d->dev, ZIF_REPORT_DMA, slot_of(n, CR),
                       "memory-to-memory mode with CIRC or DBM, which it does not allow; refused");
            return false;
        }
        *reg_at(d, n, FCR) |= DMDIS;
        *cr &= ~PFCTRL;
    }
    if (*cr & DBM) {
        *cr |= CIRC;
    }
    if (*cr & PFCTRL) {
        if (*cr & CIRC) {
            zif_report(&d->dev, ZIF_REPORT_DMA, slot_of(n, CR),
                       "CIRC or DBM while the peripheral controls the flow; cleared");
        }
        *cr &= ~(CIRC | DBM);
        *reg_at(d, n, NDTR) = 0xffff;
    }
    if (is_direct(d, n)) {
        if (zif_bits(*cr, MSIZE_SHIFT, 2) != zif_bits(*cr, 11, 2) || *cr & BURSTS) {
            zif_report(&d->dev, ZIF_REPORT_DMA, slot_of(n, CR),
                       "direct mode takes MSIZE from PSIZE and knows no bursts: what was written there is overruled");
        }
        *cr = (*cr & ~(3u << MSIZE_SHIFT | BURSTS | PINCOS)) | zif_bits(*cr, 11, 2) << MSIZE_SHIFT;
    } else if (zif_bits(*cr, 21, 2)) {
        *cr &= ~PINCOS;
    }
    if (!is_direct(d, n) && !fifo_fits(d, n)) {
        set_flag(d, n, FE);
        return false;
    }
    return true;
}

static void enable(Dma *d, unsigned n)
{
    Stream *s = &d->streams[n];
    uint32_t *ndtr = reg_at(d, n, NDTR);
    if (flags_of(d, n)) {
        zif_report(&d->dev, ZIF_REPORT_DMA, slot_of(n, CR),
                   "EN set while flags of the last transfer are set in %s; clear them through %s first. EN stays 0",
                   n < 4 ? "LISR" : "HISR", n < 4 ? "LIFCR" : "HIFCR");
        *reg_at(d, n, CR) &= ~EN;
        return;
    }
    uint16_t programmed = s->programmed;
    *s = (Stream){ .state = RUNNING, .programmed = programmed };
    if (!*ndtr) {
        *ndtr = programmed; /* a finished stream that is enabled again repeats itself */
    }
    if (!settle(d, n)) {
        stop(d, n);
        return;
    }
    check_setup(d, n);
    s->total = *ndtr;
    s->par = reg_of(d, n, PAR);
    start_lap(d, n);
    update_draining(d, n);
    arbitrate(d);
}

/* --- Effects of writes ------------------------------------------------------------------------------------------------ */

/* A register that is write-protected while the stream runs: puts back what must not change. */
static void protect(Dma *d, unsigned slot, uint32_t old, uint32_t keep)
{
    if ((d->values[slot] ^ old) & keep) {
        zif_report(&d->dev, ZIF_REPORT_BUSY, slot, "written (0x%08x over 0x%08x) while EN of the stream is 1; ignored",
                   d->values[slot], old);
        d->values[slot] = (old & keep) | (d->values[slot] & ~keep);
    }
}

static void write_memory_address(Dma *d, unsigned n, unsigned reg, uint32_t old)
{
    uint32_t cr = reg_of(d, n, CR);
    if (!(cr & DBM)) {
        protect(d, slot_of(n, reg), old, UINT32_MAX);
    } else if ((reg == M1AR) == ((cr & CT) != 0)) {
        zif_report(&d->dev, ZIF_REPORT_DMA, slot_of(n, reg),
                   "written while CT says that this buffer is in use: transfer error, the stream is disabled");
        *reg_at(d, n, reg) = old;
        stop(d, n);
        set_flag(d, n, TE);
    }
}

static void dma_write(ZifDevice *dev, unsigned slot, uint32_t old, uint32_t value)
{
    Dma *d = (Dma *)dev;
    if (slot == LIFCR || slot == HIFCR) {
        d->values[slot == LIFCR ? LISR : HISR] &= ~value;
        for (unsigned n = 0; n < NSTREAMS; n++) {
            update_irq(d, n);
        }
        return;
    }
    if (slot < STREAM0) {
        return;
    }
    unsigned n = (slot - STREAM0) / STREAM_REGS, reg = (slot - STREAM0) % STREAM_REGS;
    Stream *s = &d->streams[n];
    if (s->state == OFF) {
        if (reg == CR && d->values[slot] & EN) {
            enable(d, n);
        } else if (reg == NDTR) {
            s->programmed = d->values[slot];
        }
        update_irq(d, n);
        return;
    }
    switch (reg) {
    case CR:
        protect(d, slot, old, ~(uint32_t)CR_FREE);
        if (!(d->values[slot] & EN)) {
            /* It goes to 0 when what is under way has ended. */
            d->values[slot] |= EN;
            s->state = STOPPING;
            arbitrate(d);
        }
        update_irq(d, n);
        break;
    case FCR:
        protect(d, slot, old, ~(uint32_t)FCR_FREE);
        update_irq(d, n);
        break;
    case M0AR:
    case M1AR:
        write_memory_address(d, n, reg, old);
        break;
    default:
        protect(d, slot, old, UINT32_MAX);
        break;
    }
}

static uint32_t dma_peek(ZifDevice *dev, unsigned slot)
{
    Dma *d = (Dma *)dev;
    if (slot >= STREAM0 && (slot - STREAM0) % STREAM_REGS == FCR) {
        unsigned level = d->streams[(slot - STREAM0) / STREAM_REGS].level;
        return (d->values[slot] & ~(7u << 3)) | fifo_status(level) << 3;
    }
    return d->values[slot];
}

/* --- From outside ----------------------------------------------------------------------------------------------------- */

static void on_request(ZifDevice *dev, unsigned line, int level)
{
    Dma *d = (Dma *)dev;
    unsigned n = line / 8;
    if (level && d->streams[n].state == RUNNING && zif_bits(reg_of(d, n, CR), 25, 3) == line % 8) {
        d->streams[n].latched = true;
        arbitrate(d);
    }
}

static void on_last(ZifDevice *dev, unsigned n, int level)
{
    Dma *d = (Dma *)dev;
    Stream *s = &d->streams[n];
    if (!level || s->state != RUNNING || !is_flow_controlled(d, n) || s->last) {
        return;
    }
    s->last = true;
    if (!is_requested(d, n)) { /* else the service of this last request ends the lap */
        peripheral_done(d, n);
        arbitrate(d);
    }
}

static void dma_clock(ZifDevice *dev, uint64_t hz)
{
    Dma *d = (Dma *)dev;
    for (unsigned port = 0; port < NPORTS; port++) {
        schedule(d, port);
    }
}

static void dma_reset(ZifDevice *dev, ZifResetKind kind)
{
    Dma *d = (Dma *)dev;
    memset(d->streams, 0, sizeof d->streams);
    memset(d->serving, NOBODY, sizeof d->serving);
}

const ZifClass zif__stm32f4_dma = {
    .name = "stm32f4-dma",
    .socs = (const char *const[]){ "st,stm32f4", NULL },
    .compatible = (const char *const[]){ "st,stm32-dma-v1", NULL },
    .reference = "RM0090 Rev 19, chapter 10",
    .summary = "whole: streams, FIFO, bursts, packing, circular and double-buffer mode, priorities, errors, reach",
    .modelled = ZIF_MODELLED,
    .size = sizeof(Dma),
    .regs = regs,
    .nregs = NREGS,
    .values = offsetof(Dma, values),
    .span = 0x400,
    .widths = ZIF_W32,
    .inputs = (const ZifInput[]){ { "req", 64, on_request }, { "last", NSTREAMS, on_last }, { 0 } },
    .outputs = (const ZifOutput[]){ { "irq", NSTREAMS }, { "end", 64 }, { "before-last", 64 }, { 0 } },
    .events = (const char *const[]){ "memory port", "peripheral port", NULL },
    .event = dma_event,
    .reset = dma_reset,
    .peek = dma_peek,
    .on_write = dma_write,
    .clock_changed = dma_clock,
};
