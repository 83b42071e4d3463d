/*
 * STM32F4 timers: what the files of this block share. SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ZIF_ST_TIM_H
#define ZIF_ST_TIM_H

#include <zif/peripheral.h>

/* Registers by their place, offset / 4: the same in every timer. A timer that lacks one has a zero there. */
enum {
    CR1,
    CR2,
    SMCR,
    DIER,
    SR,
    EGR,
    CCMR1,
    CCMR2,
    CCER,
    CNT,
    PSC,
    ARR,
    RCR,
    CCR1,
    CCR2,
    CCR3,
    CCR4,
    BDTR,
    DCR,
    DMAR,
    OR,
    NPLACES,
};
enum { NCHANNELS = 4, NCOMPLEMENTARY = 3, NVALUES = NPLACES + 1 };

enum { CEN = 1 << 0, UDIS = 1 << 1, URS = 1 << 2, OPM = 1 << 3, DIR = 1 << 4, CMS = 3 << 5, ARPE = 1 << 7 };
enum { CCPC = 1 << 0, CCUS = 1 << 2, CCDS = 1 << 3, TI1S = 1 << 7 };
enum { ECE = 1 << 14, ETP = 1 << 15 };
enum { UIF = 1 << 0, CC1IF = 1 << 1, CCIFS = 15 << 1, COMIF = 1 << 5, TIF = 1 << 6, BIF = 1 << 7, CC1OF = 1 << 9 };
enum { UDE = 1 << 8, CC1DE = 1 << 9, COMDE = 1 << 13, TDE = 1 << 14 };
enum { OSSI = 1 << 10, OSSR = 1 << 11, BKE = 1 << 12, BKP = 1 << 13, AOE = 1 << 14, MOE = 1 << 15 };

enum { OUT_IRQ, OUT_TRGO, OUT_DMA_UP, OUT_DMA_CC, OUT_DMA_TRIG, OUT_DMA_COM, OUT_CH, OUT_OC, OUT_CHN };
enum { IN_CH, IN_ITR, IN_ETR, IN_WAKEUP, IN_BKIN };
/* Timed events. FILTER + n is channel n's input filter, FILTER + 4 that of ETR. */
enum { POINT, DEAD, FILTER = DEAD + NCOMPLEMENTARY, ETR_FILTER = FILTER + NCHANNELS, EDGE, NEVENTS };

typedef struct {
    ZifDevice dev;
    uint32_t values[NVALUES]; /* in the class's order; the last one is what a register that is not there reads as */
    uint8_t slot[NPLACES];    /* where in `values` a register is */
    bool silent;              /* a copy made to look ahead: tells nobody */
    /* The counter. `base` is the tick at which it got its value and the prescaler began a new round. */
    ZifClock clock;
    uint64_t base;
    uint32_t cnt;
    bool down;
    uint32_t prescaled; /* ticks of an outside clock since the last step */
    uint32_t rep;
    /* Registers behind the preload registers. */
    uint32_t psc, arr, ccr[NCHANNELS], ccmr[2], ccer;
    /* Outputs. */
    bool ref[NCHANNELS], cleared[NCHANNELS];
    bool driven[NCHANNELS];
    bool wanted[2 * NCHANNELS]; /* main and complementary level when the dead time is over */
    /* Inputs: levels behind the filters, prescaler counts. */
    bool tif[NCHANNELS], etrf, trigger;
    uint8_t edges[NCHANNELS], etr_edges;
    /* DMA burst: accesses to DMAR since its start, and which request goes on until it ends (0: none; output and line). */
    uint8_t burst_at, burst_output, burst_line;
    /* From here on no state: a look found the counter past something that was not caught up with. */
    bool behind;
} Tim;

static inline uint32_t *tim_reg(Tim *t, unsigned place)
{
    return &t->values[t->slot[place]];
}

static inline uint32_t tim_get(const Tim *t, unsigned place)
{
    return t->values[t->slot[place]];
}

static inline bool tim_has(const Tim *t, unsigned place)
{
    return t->slot[place] != NVALUES - 1;
}

/* The 8 bits of channel i's half of its CCMR, as now in force. */
static inline unsigned tim_mode(const Tim *t, unsigned i)
{
    return zif_bits(t->ccmr[i / 2], 8 * (i % 2), 8);
}

static inline bool tim_is_output(const Tim *t, unsigned i)
{
    return (tim_mode(t, i) & 3) == 0;
}

static inline unsigned tim_slave_mode(const Tim *t)
{
    return tim_get(t, SMCR) & 7;
}

static inline unsigned tim_place(const Tim *t, unsigned slot)
{
    return t->dev.cls->regs[slot].offset / 4;
}

/* tim_registers.c */
extern const ZifClass zif__stm32f4_tim_advanced, zif__stm32f4_tim_general, zif__stm32f4_tim_general2,
    zif__stm32f4_tim_general5, zif__stm32f4_tim_two, zif__stm32f4_tim_one, zif__stm32f4_tim_one11,
    zif__stm32f4_tim_basic;

/* tim.c: the counter. Brings it to the present; the next moment anybody can notice is put on the queue. */
void zif__tim_sync(Tim *t);
void zif__tim_schedule(Tim *t);
/* Steps since the counter got its value. False: so many that something has happened that was not caught up with. */
bool zif__tim_is_current(const Tim *t, uint64_t *steps);
/* One tick of a clock from outside (encoder, trigger, ETR). */
void zif__tim_tick(Tim *t, bool down);
/* Counter and prescaler to their start, and an update event: EGR.UG, or the trigger in reset mode. */
void zif__tim_restart(Tim *t);
/* Starts or stops the clock as CEN, slave mode and trigger say. */
void zif__tim_gate(Tim *t);
bool zif__tim_counts_inside(const Tim *t);
void zif__tim_set_flags(Tim *t, uint32_t flags);
void zif__tim_update_irq(Tim *t);
void zif__tim_dma(Tim *t, unsigned output, unsigned line);

/* tim_output.c: compare, output levels, break. */
void zif__tim_match(Tim *t, unsigned i);
void zif__tim_update_refs(Tim *t);
void zif__tim_update_outputs(Tim *t);
void zif__tim_update_trgo(Tim *t);
void zif__tim_pulse_trgo(Tim *t);
void zif__tim_commute(Tim *t);
void zif__tim_break(Tim *t);
void zif__tim_dead_over(Tim *t, unsigned i);
void zif__tim_bkin(ZifDevice *dev, unsigned line, int level);

/* tim_input.c: capture, triggers, slave modes. */
void zif__tim_capture(Tim *t, unsigned i);
bool zif__tim_takes_pin(const Tim *t, unsigned i);
void zif__tim_trigger_event(Tim *t);
void zif__tim_inputs_changed(Tim *t);
void zif__tim_filtered(Tim *t, unsigned event);
void zif__tim_edge(Tim *t);
void zif__tim_schedule_edge(Tim *t);
void zif__tim_ch(ZifDevice *dev, unsigned line, int level);
void zif__tim_itr(ZifDevice *dev, unsigned line, int level);
void zif__tim_etr(ZifDevice *dev, unsigned line, int level);
void zif__tim_wakeup(ZifDevice *dev, unsigned line, int level);

/* Class functions. */
bool zif__tim_realize(ZifDevice *dev, Error **errp);
void zif__tim_reset(ZifDevice *dev, ZifResetKind kind);
void zif__tim_event(ZifDevice *dev, unsigned event);
uint32_t zif__tim_peek(ZifDevice *dev, unsigned slot);
void zif__tim_read(ZifDevice *dev, unsigned slot);
void zif__tim_write(ZifDevice *dev, unsigned slot, uint32_t old, uint32_t value);
void zif__tim_clock(ZifDevice *dev, uint64_t hz);

#endif
