/*
 * STM32F4 timers: what reading and writing the registers does. Tables and references are in tim_registers.c.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tim.h"

/* Puts back the bits that must not change now; `what` says why. */
static void keep_bits(Tim *t, unsigned place, uint32_t old, uint32_t bits, ZifReportKind kind, const char *what)
{
    uint32_t *reg = tim_reg(t, place);
    if ((*reg ^ old) & bits) {
        zif_report(&t->dev, kind, t->slot[place], "0x%04x over 0x%04x changes 0x%04x, %s; ignored", *reg, old,
                   (*reg ^ old) & bits, what);
        *reg = (*reg & ~bits) | (old & bits);
    }
}

static void protect_lock(Tim *t, unsigned place, uint32_t old, uint32_t bits, unsigned level)
{
    unsigned lock = zif_bits(tim_get(t, BDTR), 8, 2);
    if (lock >= level) {
        keep_bits(t, place, old, bits, ZIF_REPORT_LOCKED, "which BDTR.LOCK protects until the next reset");
    }
}

static void write_cr1(Tim *t, uint32_t old)
{
    uint32_t *cr1 = tim_reg(t, CR1);
    if (old & CEN && !(old & CMS) != !(*cr1 & CMS)) {
        keep_bits(t, CR1, old, CMS, ZIF_REPORT_BUSY, "which selects the alignment while the counter runs");
    }
    unsigned sms = tim_slave_mode(t);
    if (*cr1 & CMS || (sms >= 1 && sms <= 3)) {
        *cr1 = (*cr1 & ~(uint32_t)DIR) | (t->down ? DIR : 0); /* a status here */
    } else {
        t->down = *cr1 & DIR;
    }
    if (!(*cr1 & ARPE)) {
        t->arr = tim_get(t, ARR);
    }
    zif__tim_gate(t);
    zif__tim_update_outputs(t);
}

static void write_smcr(Tim *t, uint32_t old)
{
    if (old & 7 && tim_get(t, SMCR) & 7 && (tim_get(t, SMCR) ^ old) & 0x70) {
        zif_report(&t->dev, ZIF_REPORT_BUSY, t->slot[SMCR],
                   "TS changed while SMS uses it: the edge detector may see an edge that was none");
    }
    zif__tim_inputs_changed(t);
    zif__tim_gate(t);
}

/* Channels whose control bits a write to CCMRx may still change. */
static void write_ccmr(Tim *t, unsigned n, uint32_t old)
{
    uint32_t *ccmr = tim_reg(t, CCMR1 + n);
    for (unsigned k = 0; k < 2; k++) {
        unsigned i = 2 * n + k;
        if (t->ccer & 1u << (4 * i)) {
            keep_bits(t, CCMR1 + n, old, 3u << (8 * k), ZIF_REPORT_BUSY, "CCxS of a channel that CCER enables");
        }
        if (!zif_bits(old, 8 * k, 2)) {
            protect_lock(t, CCMR1 + n, old, 0x78u << (8 * k), 3);
        }
    }
    /* With CCPC, OCxM waits for the commutation event. */
    uint32_t waiting = tim_get(t, CR2) & CCPC ? 0x7070 : 0;
    t->ccmr[n] = (*ccmr & ~waiting) | (t->ccmr[n] & waiting);
    for (unsigned k = 0; k < 2; k++) {
        unsigned i = 2 * n + k;
        if (tim_is_output(t, i) && !(tim_mode(t, i) & 8)) {
            t->ccr[i] = tim_get(t, CCR1 + i);
        }
    }
    zif__tim_update_refs(t);
}

static void write_ccer(Tim *t, uint32_t old)
{
    uint32_t polarity = 0;
    for (unsigned i = 0; i < NCHANNELS; i++) {
        polarity |= tim_is_output(t, i) ? 0xau << (4 * i) : 0;
    }
    protect_lock(t, CCER, old, polarity, 2);
    uint32_t waiting = tim_get(t, CR2) & CCPC ? 0x5555 : 0;
    t->ccer = (tim_get(t, CCER) & ~waiting) | (t->ccer & waiting);
    zif__tim_update_outputs(t);
    zif__tim_schedule_edge(t);
}

static void write_bdtr(Tim *t, uint32_t old)
{
    uint32_t now = tim_get(t, BDTR);
    unsigned lock = zif_bits(old, 8, 2);
    /* The write that sets LOCK still takes the rest with it. */
    uint32_t kept = (lock ? 0x3ffu | BKE | BKP | AOE : 0) | (lock >= 2 ? OSSI | OSSR : 0);
    keep_bits(t, BDTR, old, kept, ZIF_REPORT_LOCKED, "which BDTR.LOCK protects until the next reset");
    if (now & MOE && !(old & MOE) && now & BKE) {
        zif__tim_bkin(&t->dev, 0, zif_input_level(&t->dev, IN_BKIN, 0));
    }
    zif__tim_update_outputs(t);
}

static void write_egr(Tim *t, uint32_t value)
{
    for (unsigned i = 0; i < NCHANNELS; i++) {
        if (!(value & CC1IF << i) || !tim_has(t, CCR1 + i)) {
            continue;
        }
        if (tim_is_output(t, i)) {
            zif__tim_match(t, i);
        } else {
            zif__tim_capture(t, i);
        }
    }
    if (value & COMIF) {
        zif__tim_commute(t);
    }
    if (value & TIF) {
        zif__tim_trigger_event(t);
    }
    if (value & BIF) {
        zif__tim_break(t);
    }
    if (value & UIF) {
        zif__tim_restart(t);
    }
}

/* Where the next access to DMAR goes. */
static unsigned burst_place(const Tim *t)
{
    unsigned place = zif_bits(tim_get(t, DCR), 0, 5) + t->burst_at;
    return place < DCR && tim_has(t, place) ? place : NPLACES;
}

static void burst_accessed(Tim *t)
{
    if (++t->burst_at > zif_bits(tim_get(t, DCR), 8, 5)) {
        t->burst_at = 0;
        if (t->burst_output) {
            unsigned output = t->burst_output;
            t->burst_output = 0;
            zif_set(&t->dev, output, t->burst_line, 0);
        }
    }
}

/* A write that comes by way of DMAR: the target's own fields decide what can change. */
static void reg_write(Tim *t, unsigned place, uint32_t value)
{
    uint32_t *reg = tim_reg(t, place), old = *reg, writable = 0;
    for (const ZifField *f = t->dev.cls->regs[t->slot[place]].fields; f->name; f++) {
        writable |= f->access == ZIF_RW ? zif_bits(UINT32_MAX, 0, f->width) << f->lsb : 0;
    }
    *reg = place == SR ? old & value : (old & ~writable) | (value & writable);
    zif__tim_write(&t->dev, t->slot[place], old, value);
}

static void write_dmar(Tim *t, uint32_t value)
{
    unsigned place = burst_place(t);
    if (place == NPLACES) {
        zif_report(&t->dev, ZIF_REPORT_DMA, t->slot[DMAR], "DCR leads this access to offset 0x%x, where no register is",
                   4 * (zif_bits(tim_get(t, DCR), 0, 5) + t->burst_at));
    } else {
        reg_write(t, place, value);
    }
    burst_accessed(t);
}

void zif__tim_write(ZifDevice *dev, unsigned slot, uint32_t old, uint32_t value)
{
    Tim *t = (Tim *)dev;
    unsigned place = tim_place(t, slot);
    uint32_t now = t->values[slot];
    /* What happened until now happened under the old value. */
    t->values[slot] = old;
    zif__tim_sync(t);
    if (place == SR) {
        t->values[slot] &= value;
    } else {
        uint32_t same = place == CR1 ? t->values[slot] ^ old : 0; /* CEN and DIR may just have changed by themselves */
        t->values[slot] = now ^ (same & ~(now ^ old));
        old ^= same;
    }
    switch (place) {
    case CR1:
        write_cr1(t, old);
        break;
    case CR2:
        protect_lock(t, CR2, old, 0x7f00, 1);
        zif__tim_inputs_changed(t);
        zif__tim_update_trgo(t);
        zif__tim_update_outputs(t);
        break;
    case SMCR:
        write_smcr(t, old);
        break;
    case DIER:
    case SR:
        zif__tim_update_irq(t);
        break;
    case EGR:
        write_egr(t, value);
        break;
    case CCMR1:
    case CCMR2:
        write_ccmr(t, place - CCMR1, old);
        break;
    case CCER:
        write_ccer(t, old);
        break;
    case CNT:
        t->cnt = now;
        zif__tim_update_refs(t);
        break;
    case ARR:
        if (!(tim_get(t, CR1) & ARPE)) {
            t->arr = now;
        }
        break;
    case CCR1 ... CCR4:
        if (!tim_is_output(t, place - CCR1)) {
            t->values[slot] = old; /* read-only while capturing */
        } else if (!(tim_mode(t, place - CCR1) & 8)) {
            t->ccr[place - CCR1] = now;
            zif__tim_update_refs(t);
        }
        break;
    case BDTR:
        write_bdtr(t, old);
        break;
    case DCR:
        t->burst_at = 0;
        break;
    case DMAR:
        t->values[slot] = 0;
        write_dmar(t, value);
        break;
    case OR:
        zif__tim_inputs_changed(t);
        break;
    }
    zif__tim_schedule(t);
}

uint32_t zif__tim_peek(ZifDevice *dev, unsigned slot)
{
    Tim *t = (Tim *)dev, ahead;
    unsigned place = tim_place(t, slot);
    uint64_t steps = 0;
    if (place == DMAR) {
        place = burst_place(t);
        if (place == NPLACES) {
            return 0;
        }
    }
    if (place != CNT && place != SR && place != CR1) {
        return tim_get(t, place);
    }
    if (!zif__tim_is_current(t, &steps)) {
        t->behind = true;
        ahead = *t;
        ahead.silent = true;
        zif__tim_sync(&ahead);
        t = &ahead;
        steps = 0;
    }
    return place == CNT ? (t->down ? t->cnt - (uint32_t)steps : t->cnt + (uint32_t)steps) : tim_get(t, place);
}

void zif__tim_read(ZifDevice *dev, unsigned slot)
{
    Tim *t = (Tim *)dev;
    unsigned place = tim_place(t, slot);
    uint64_t steps;
    if (place == DMAR) {
        place = burst_place(t);
        burst_accessed(t);
    }
    if (place >= CCR1 && place <= CCR4 && !tim_is_output(t, place - CCR1)) {
        *tim_reg(t, SR) &= ~(uint32_t)(CC1IF << (place - CCR1));
        zif__tim_update_irq(t);
    } else if ((place == CNT || place == SR) && t->behind) {
        t->behind = false;
        if (!zif__tim_is_current(t, &steps)) {
            zif__tim_sync(t); /* so that the next look is cheap */
        }
    }
}
