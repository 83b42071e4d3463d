/* STM32F4 DMA: what its files share. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ZIF_ST_DMA_H
#define ZIF_ST_DMA_H

#include <zif/peripheral.h>

enum { NSTREAMS = 8, FIFO_BYTES = 16 };
enum { CR, NDTR, PAR, M0AR, M1AR, FCR, STREAM_REGS };
enum { LISR, HISR, LIFCR, HIFCR, STREAM0, NREGS = STREAM0 + NSTREAMS * STREAM_REGS };

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
enum { OUT_IRQ, OUT_END, OUT_BEFORE_LAST };
enum { MEMORY_PORT, PERIPHERAL_PORT, NPORTS, NOBODY = NSTREAMS };

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

static inline unsigned slot_of(unsigned n, unsigned reg)
{
    return STREAM0 + n * STREAM_REGS + reg;
}

static inline uint32_t reg_of(const Dma *d, unsigned n, unsigned reg)
{
    return d->values[slot_of(n, reg)];
}

static inline uint32_t *reg_at(Dma *d, unsigned n, unsigned reg)
{
    return &d->values[slot_of(n, reg)];
}

static inline unsigned direction(const Dma *d, unsigned n)
{
    return zif_bits(reg_of(d, n, CR), 6, 2);
}

static inline unsigned psize(const Dma *d, unsigned n)
{
    return 1u << zif_bits(reg_of(d, n, CR), 11, 2);
}

static inline unsigned msize(const Dma *d, unsigned n)
{
    return 1u << zif_bits(reg_of(d, n, CR), MSIZE_SHIFT, 2);
}

/* Beats of a burst: 1, 4, 8, 16. */
static inline unsigned beats(const Dma *d, unsigned n, unsigned lsb)
{
    unsigned code = zif_bits(reg_of(d, n, CR), lsb, 2);
    return code ? 2u << code : 1;
}

static inline bool is_direct(const Dma *d, unsigned n)
{
    return !(reg_of(d, n, FCR) & DMDIS);
}

static inline unsigned threshold(const Dma *d, unsigned n)
{
    return 4 * (1 + zif_bits(reg_of(d, n, FCR), 0, 2));
}

static inline bool is_flow_controlled(const Dma *d, unsigned n)
{
    return reg_of(d, n, CR) & PFCTRL;
}

static inline bool is_circular(const Dma *d, unsigned n)
{
    return reg_of(d, n, CR) & CIRC;
}

static inline unsigned flag_shift(unsigned n)
{
    static const uint8_t shifts[] = { 0, 6, 16, 22 };
    return shifts[n & 3];
}

static inline unsigned flags_of(const Dma *d, unsigned n)
{
    return d->values[n < 4 ? LISR : HISR] >> flag_shift(n) & (FE | DME | TE | HT | TC);
}

static inline void update_irq(Dma *d, unsigned n)
{
    uint32_t cr = reg_of(d, n, CR);
    unsigned on = zif_bits(cr, 1, 4) << 2 | zif_bits(reg_of(d, n, FCR), 7, 1);
    zif_set(&d->dev, OUT_IRQ, n, (flags_of(d, n) & on) != 0);
}

static inline void set_flag(Dma *d, unsigned n, unsigned flag)
{
    d->values[n < 4 ? LISR : HISR] |= (uint32_t)flag << flag_shift(n);
    update_irq(d, n);
}

static inline void stop(Dma *d, unsigned n)
{
    *reg_at(d, n, CR) &= ~EN;
    d->streams[n].state = OFF;
    update_irq(d, n);
}

/* --- dma_ports.c: data on its way ------------------------------------------------------------------------------------- */

/* Gives each idle port the stream of the highest level, then of the lowest number, that wants it. */
void zif__dma_arbitrate(Dma *d);
/* Puts the end of a port's present access on the queue, at the clock's present rate. */
void zif__dma_schedule(Dma *d, unsigned port);
void zif__dma_port_event(ZifDevice *dev, unsigned port);
bool zif__dma_is_requested(const Dma *d, unsigned n);
void zif__dma_start_lap(Dma *d, unsigned n);
void zif__dma_update_draining(Dma *d, unsigned n);
/* The peripheral side of the lap is over. */
void zif__dma_peripheral_done(Dma *d, unsigned n);

#endif
