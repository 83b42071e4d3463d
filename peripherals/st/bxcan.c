/*
 * STM32 bxCAN: a node of a CAN bus.
 *
 * Reference: RM0090 rev 19, chapter 32 "Controller area network (bxCAN)"; frames: ISO 11898-1.
 * Models: initialisation, sleep and normal mode with their acknowledges, silent and loop-back mode, three mailboxes by identifier or by
 * order of request, abort, arbitration with the other nodes, retransmission or not, two FIFOs with overrun and lock, 28 filter banks
 * shared by two controllers, error counters and states, bus-off and recovery, wake-up by the bus, bit rate from BTR, every interrupt. A
 * frame takes its bits, stuff bits included. A node alone on its bus gets no acknowledge.
 * Departs: who sends when is decided between frames. A node of another bit rate understands all the same; a rate that differs from the
 * node's is reported. Bit, stuff, form and CRC errors come only when injected. The pads do not move.
 * Missing: time-triggered mode and time stamps.
 *
 * Node properties: master-can-reg: this controller uses the filters of the one at that address; bitrate (or bus-speed): a rate more than 1 %
 * away from it is reported; zif,can-bus = <&can2 ...>: other controllers on the same wires. Children are parts on the bus.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "bxcan.h"
#include "bxcan_frame.h"

/* --- Modes -------------------------------------------------------------------------------------------------------------------- */

static bool in_init(const Can *c)
{
    return c->values[MSR] & INAK;
}

/* On the bus, and synchronised with it. */
static bool normal(const Can *c)
{
    return !(c->values[MSR] & (INAK | SLAK)) && !(c->values[ESR] & BOFF);
}

static bool loops_back(const Can *c)
{
    return c->values[BTR] >> 30 & 1;
}

static bool silent(const Can *c)
{
    return c->values[BTR] >> 31;
}

static uint64_t bit_ticks(const Can *c)
{
    uint32_t btr = c->values[BTR];
    return (uint64_t)(zif_bits(btr, 0, 10) + 1) * (3 + zif_bits(btr, 16, 4) + zif_bits(btr, 20, 3));
}

/* Said once for each setting, when the node leaves initialisation. */
static void check_timing(Can *c)
{
    uint32_t btr = c->values[BTR], wanted = zif_prop_u32(&c->dev, "bitrate", zif_prop_u32(&c->dev, "bus-speed", 0));
    uint64_t hz = zif_clock_hz(&c->dev);
    double rate = (double)hz / (double)bit_ticks(c);
    if (c->timing_checked || !hz) {
        return;
    }
    c->timing_checked = true;
    if (zif_bits(btr, 24, 2) > zif_bits(btr, 20, 3)) {
        zif_report(&c->dev, ZIF_REPORT_BAUD, BTR,
                   "BTR = 0x%08x: a jump of SJW = %u quanta is longer than segment 2 (%u)", btr,
                   zif_bits(btr, 24, 2) + 1, zif_bits(btr, 20, 3) + 1);
    }
    if (3 + zif_bits(btr, 16, 4) + zif_bits(btr, 20, 3) < 8) {
        zif_report(&c->dev, ZIF_REPORT_BAUD, BTR, "BTR = 0x%08x: a bit of %u quanta; ISO 11898 wants 8 to 25", btr,
                   3 + zif_bits(btr, 16, 4) + zif_bits(btr, 20, 3));
    }
    if (rate > 1.001e6) {
        zif_report(&c->dev, ZIF_REPORT_BAUD, BTR, "BTR = 0x%08x at %llu Hz gives %.0f bit/s, over 1 Mbit/s", btr,
                   (unsigned long long)hz, rate);
    } else if (wanted && (rate > 1.01 * wanted || rate < 0.99 * wanted)) {
        zif_report(&c->dev, ZIF_REPORT_BAUD, BTR, "BTR = 0x%08x at %llu Hz gives %.0f bit/s; the bus has %u", btr,
                   (unsigned long long)hz, rate, wanted);
    }
}

/* --- Outputs --------------------------------------------------------------------------------------------------------------------- */

static void update(Can *c)
{
    uint32_t ier = c->values[IER], msr = c->values[MSR], tsr = c->values[TSR];
    zif_set(&c->dev, OUT_TX, 0, ier & TMEIE && tsr & (RQCP | RQCP << 8 | RQCP << 16));
    for (unsigned i = 0; i < FIFOS; i++) {
        uint32_t rfr = c->values[RFR + i], enables = ier >> (3 * i);
        zif_set(&c->dev, OUT_RX0 + i, 0,
                (rfr & FMP && enables & FMPIE) || (rfr & FULL && enables & FFIE) || (rfr & FOVR && enables & FOVIE));
    }
    zif_set(&c->dev, OUT_SCE, 0,
            (msr & ERRI && ier & ERRIE) || (msr & WKUI && ier & WKUIE) || (msr & SLAKI && ier & SLKIE));
}

/* TME, CODE and LOW follow from the mailboxes. */
static uint64_t box_urgency(const Can *c, unsigned n);

static void update_boxes(Can *c)
{
    unsigned pending = 0, lowest = NOBODY, code = 0;
    uint32_t *tsr = &c->values[TSR];
    *tsr &= ~(0xffu << 24);
    for (unsigned n = MAILBOXES; n--;) {
        if (!(c->values[TIR + n] & TXRQ)) {
            *tsr |= TME0 << n;
            code = n;
            continue;
        }
        pending++;
        if (lowest == NOBODY || box_urgency(c, n) > box_urgency(c, lowest)) {
            lowest = n;
        }
    }
    if (pending > 1) {
        *tsr |= (uint32_t)LOW0 << lowest;
    }
    *tsr |= (uint32_t)(pending == MAILBOXES ? lowest : code) << 24;
}

static void update_errors(Can *c, unsigned lec)
{
    uint32_t esr = (uint32_t)(c->rec > 255 ? 255 : c->rec) << 24 | (uint32_t)(c->tec & 255) << 16, old = c->values[ESR];
    uint32_t ier = c->values[IER];
    if (c->tec > 255 || old & BOFF) {
        esr |= BOFF;
    }
    esr |= c->tec >= 96 || c->rec >= 96 ? EWGF : 0;
    esr |= c->tec > 127 || c->rec > 127 ? EPVF : 0;
    esr |= (lec < 7 ? lec : old >> 4 & 7) << 4;
    c->values[ESR] = esr;
    uint32_t rose = esr & ~old;
    if ((rose & EWGF && ier & EWGIE) || (rose & EPVF && ier & EPVIE) || (rose & BOFF && ier & BOFIE) ||
        (lec && lec < 7 && ier & LECIE)) {
        c->values[MSR] |= ERRI;
    }
    if (rose & BOFF) {
        c->recovering = c->values[MCR] & ABOM;
        c->recovery_asked = false;
        if (c->recovering) {
            stm32_pace(&c->dev, &c->pace, EV_RECOVERED, 128 * CAN_SYNC * bit_ticks(c));
        }
    }
}

/* --- Receiving --------------------------------------------------------------------------------------------------------------------- */

static unsigned take_fault(Can *c)
{
    static const uint8_t codes[] = { LEC_ACK, LEC_DOMINANT, LEC_STUFF, LEC_FORM, LEC_CRC };
    for (unsigned i = 0; i < sizeof codes; i++) {
        if (c->faults >> i & 1) {
            c->faults &= ~(1u << i);
            return codes[i];
        }
    }
    return 0;
}

static void wake(Can *c)
{
    c->values[MSR] |= WKUI;
    if (c->values[MCR] & AWUM) {
        c->values[MCR] &= ~(uint32_t)SLEEP;
        stm32_pace(&c->dev, &c->pace, EV_SYNC, CAN_SYNC * bit_ticks(c));
    }
}

static bool can_hear(ZifDevice *dev, const ZifCanFrame *f)
{
    Can *c = (Can *)dev;
    bool acknowledges = false;
    if (!zif_clock_hz(dev) || (loops_back(c) && normal(c))) {
        return false;
    }
    if (c->values[MSR] & SLAK && !in_init(c)) {
        wake(c);
    } else if (normal(c) && zif_check_routed(dev, "rx")) {
        unsigned lec = take_fault(c);
        if (lec) {
            c->rec += c->rec < 128 ? 1 : 0;
        } else {
            c->rec = c->rec > 127 ? 120 : c->rec ? c->rec - 1 : 0;
            zif__bxcan_accept(c, f);
            acknowledges = !silent(c) && zif_routed(dev, "tx");
        }
        update_errors(c, lec);
    }
    update(c);
    return acknowledges;
}

/* --- Sending ------------------------------------------------------------------------------------------------------------------------- */

static ZifCanFrame frame_of(const Can *c, unsigned n)
{
    uint32_t id = c->values[TIR + n];
    ZifCanFrame f = { .extended = id & IDE, .remote = id & RTR, .dlc = c->values[TDTR + n] & 15 };
    f.id = f.extended ? id >> 3 : id >> 21;
    for (unsigned i = 0; i < 8; i++) {
        f.data[i] = (uint8_t)(c->values[(i < 4 ? TDLR : TDHR) + n] >> (i % 4 * 8));
    }
    return f;
}

static uint64_t box_urgency(const Can *c, unsigned n)
{
    ZifCanFrame f = frame_of(c, n);
    return c->values[MCR] & TXFP ? c->order[n] : can_urgency(&f) << 2 | n;
}

/* The mailbox that goes first. */
static unsigned next_box(const Can *c)
{
    unsigned first = NOBODY;
    for (unsigned n = 0; n < MAILBOXES; n++) {
        bool pending = c->values[TIR + n] & TXRQ && !c->abort[n];
        if (pending && (first == NOBODY || box_urgency(c, n) < box_urgency(c, first))) {
            first = n;
        }
    }
    return first;
}

static bool can_sending(const ZifDevice *dev)
{
    const Can *c = (const Can *)dev;
    return c->box != NOBODY && !(loops_back(c) && silent(c));
}

static uint64_t can_urgency_now(const ZifDevice *dev)
{
    const Can *c = (const Can *)dev;
    unsigned n = normal(c) && !silent(c) && zif_clock_hz(dev) ? next_box(c) : NOBODY;
    if (n == NOBODY) {
        return UINT64_MAX;
    }
    ZifCanFrame f = frame_of(c, n);
    return can_urgency(&f);
}

/* The mailbox is empty again. */
static void finish_box(Can *c, unsigned n, uint32_t result)
{
    c->values[TSR] = (c->values[TSR] & ~((TXOK | ALST | TERR | ABRQ) << (8 * n))) | (RQCP | result) << (8 * n);
    c->values[TIR + n] &= ~(uint32_t)TXRQ;
    c->abort[n] = false;
    update_boxes(c);
}

static void begin(Can *c)
{
    unsigned n = next_box(c);
    bool alone = loops_back(c) && silent(c);
    if (c->box != NOBODY || n == NOBODY || !normal(c) || c->init_asked || c->sleep_asked || (silent(c) && !alone)) {
        return;
    }
    ZifCanFrame f = frame_of(c, n);
    if (!alone) {
        if (zif_can_busy(&c->dev)) {
            return; /* bus_free comes */
        }
        if (zif_can_urgency(&c->dev) < can_urgency(&f)) {
            c->values[TSR] |= (uint32_t)ALST << (8 * n);
            if (c->values[MCR] & NART) {
                finish_box(c, n, ALST);
            }
            return; /* the other one begins */
        }
        zif_check_routed(&c->dev, "tx");
    }
    c->box = (uint8_t)n;
    c->failed = false;
    c->values[MSR] |= TXM;
    stm32_pace(&c->dev, &c->pace, EV_FRAME, (can_frame_bits(&f) + CAN_SPACE) * bit_ticks(c));
}

static void leave_bus(Can *c)
{
    if (c->init_asked) {
        c->init_asked = false;
        c->values[MSR] |= INAK;
        c->values[MSR] &= ~(uint32_t)SLAK;
    } else if (c->sleep_asked) {
        c->sleep_asked = false;
        c->values[MSR] |= SLAK | SLAKI;
    }
}

static void sent(Can *c)
{
    unsigned n = c->box;
    ZifCanFrame f = frame_of(c, n);
    bool again = false;
    if (!c->failed) {
        unsigned lec = take_fault(c);
        bool out = !(loops_back(c) && silent(c)) && zif_routed(&c->dev, "tx");
        bool acknowledged = !lec && out && zif_can_send(&c->dev, &f) && zif_routed(&c->dev, "rx");
        if (!lec && !acknowledged && !loops_back(c)) {
            lec = LEC_ACK;
        }
        if (lec) {
            /* An error-passive node that misses only the acknowledge counts no further. */
            c->tec += lec == LEC_ACK && c->tec > 127 ? 0 : 8;
            update_errors(c, lec);
            c->failed = true;
            unsigned bits = CAN_ERROR + (c->tec > 127 ? 8 : 0);
            stm32_pace(&c->dev, &c->pace, EV_FRAME, bits * bit_ticks(c));
            if (!(c->values[ESR] & BOFF)) {
                return;
            }
            stm32_pace_cancel(&c->dev, &c->pace, EV_FRAME);
        } else {
            c->tec -= c->tec ? 1 : 0;
            update_errors(c, 0);
            finish_box(c, n, TXOK);
            if (loops_back(c)) {
                zif__bxcan_accept(c, &f);
            }
        }
    }
    if (c->failed) {
        again = !(c->values[MCR] & NART) && !c->abort[n];
        if (!again) {
            finish_box(c, n, TERR);
        } else {
            c->values[TSR] |= (uint32_t)TERR << (8 * n);
        }
    }
    c->box = NOBODY;
    c->failed = false;
    c->values[MSR] &= ~(uint32_t)TXM;
    leave_bus(c);
    begin(c);
    if (c->box == NOBODY || !can_sending(&c->dev)) {
        zif_can_free(&c->dev);
    }
}

static void can_bus_free(ZifDevice *dev)
{
    Can *c = (Can *)dev;
    begin(c);
    update(c);
}

static ZifTime can_frame_time(const ZifDevice *dev, const ZifCanFrame *f)
{
    const Can *c = (const Can *)dev;
    return normal(c) ? stm32_ticks(zif_clock_hz(dev), (can_frame_bits(f) + CAN_SPACE) * bit_ticks(c)) : 0;
}

static void can_event(ZifDevice *dev, unsigned event)
{
    Can *c = (Can *)dev;
    if (event == EV_FRAME && c->box != NOBODY) {
        sent(c);
    } else if (event == EV_SYNC) {
        c->values[MSR] &= ~(uint32_t)(INAK | SLAK);
        begin(c);
        zif_can_free(dev);
    } else if (event == EV_RECOVERED && c->values[ESR] & BOFF) {
        c->tec = c->rec = 0;
        c->recovering = c->recovery_asked = false;
        c->values[ESR] &= ~(uint32_t)BOFF;
        update_errors(c, 7);
        begin(c);
    }
    update(c);
}

/* --- Registers ------------------------------------------------------------------------------------------------------------------------- */

static uint32_t can_peek(ZifDevice *dev, unsigned slot)
{
    Can *c = (Can *)dev;
    if (slot >= RIR && slot < FMR) {
        return c->fifo[(slot - RIR) % FIFOS][0].words[(slot - RIR) / FIFOS];
    }
    if (slot >= FMR && zif__bxcan_is_second(c)) {
        return 0;
    }
    return c->values[slot];
}

/* Eleven recessive bits are seen, and the node is on the bus; never when nothing holds the receiver's pin high. */
static void join_bus(Can *c, bool from_init)
{
    if (from_init) { /* out of reset a driver wakes the node before it has set anything */
        check_timing(c);
    }
    if (!from_init || loops_back(c) || zif_check_routed(&c->dev, "rx")) {
        stm32_pace(&c->dev, &c->pace, EV_SYNC, CAN_SYNC * bit_ticks(c));
    }
}

static void mcr_written(Can *c, uint32_t old)
{
    uint32_t mcr = c->values[MCR], was = c->values[MSR] & (INAK | SLAK);
    bool busy = c->box != NOBODY;
    if (mcr & RESET) {
        zif_reset_device(&c->dev, ZIF_RESET_BLOCK);
        return;
    }
    c->init_asked = c->sleep_asked = false;
    if (mcr & SLEEP && !(mcr & INRQ)) {
        stm32_pace_cancel(&c->dev, &c->pace, EV_SYNC);
        if (!(was & SLAK)) {
            c->sleep_asked = true;
            c->values[MSR] &= ~(uint32_t)INAK;
        }
    } else if (mcr & INRQ) {
        stm32_pace_cancel(&c->dev, &c->pace, EV_SYNC);
        if (!(mcr & SLEEP) || was & INAK) {
            c->init_asked = !(was & INAK);
        }
        if (c->values[ESR] & BOFF && !c->recovering) {
            c->recovery_asked = true;
        }
    } else if (was) {
        join_bus(c, was & INAK);
        if (c->recovery_asked) {
            c->recovery_asked = false;
            c->recovering = true;
            stm32_pace(&c->dev, &c->pace, EV_RECOVERED, (128 + 1) * CAN_SYNC * bit_ticks(c));
        }
    }
    if (!busy) {
        leave_bus(c);
    }
}

static void request(Can *c, unsigned n, uint32_t old)
{
    uint32_t *tir = &c->values[TIR + n];
    if (old & TXRQ) {
        if (*tir != old) {
            zif_report(&c->dev, ZIF_REPORT_LOCKED, (int)(TIR + n), "mailbox %u is waiting to be sent: not written", n);
        }
        *tir = old;
        return;
    }
    if (*tir & TXRQ) {
        c->values[TSR] &= ~(uint32_t)((RQCP | TXOK | ALST | TERR) << (8 * n));
        c->order[n] = c->orders++;
        c->abort[n] = false;
        if (in_init(c) || c->values[MSR] & SLAK) {
            zif_report(&c->dev, ZIF_REPORT_BUSY, (int)(TIR + n), "mailbox %u waits: the node is %s", n,
                       in_init(c) ? "in initialisation mode" : "asleep");
        }
    }
}

static void tsr_written(Can *c, uint32_t value)
{
    for (unsigned n = 0; n < MAILBOXES; n++) {
        uint32_t mine = value >> (8 * n);
        if (mine & RQCP) { /* the results go with it */
            c->values[TSR] &= ~(uint32_t)((TXOK | ALST | TERR) << (8 * n));
        }
        if (mine & ABRQ) {
            c->values[TSR] &= ~((uint32_t)ABRQ << (8 * n));
            if (c->values[TIR + n] & TXRQ && c->box == n) {
                c->abort[n] = true;
            } else if (c->values[TIR + n] & TXRQ) {
                finish_box(c, n, 0);
            }
        }
    }
}

static void can_on_write(ZifDevice *dev, unsigned slot, uint32_t old, uint32_t value)
{
    Can *c = (Can *)dev;
    switch (slot) {
    case MCR:
        mcr_written(c, old);
        break;
    case TSR:
        tsr_written(c, value);
        break;
    case RFR:
    case RFR + 1:
        if (value & RFOM) {
            zif__bxcan_release(c, slot - RFR);
        }
        break;
    case BTR:
        c->timing_checked = false;
        if (!in_init(c)) {
            zif__bxcan_locked(c, slot, old, "only initialisation mode (MSR.INAK) opens BTR");
        }
        break;
    case TIR ... TIR + MAILBOXES - 1:
        request(c, slot - TIR, old);
        update_boxes(c);
        break;
    case TDTR ... TDHR + MAILBOXES - 1:
        if (c->values[TIR + (slot - TDTR) % MAILBOXES] & TXRQ) {
            zif__bxcan_locked(c, slot, old, "the mailbox is waiting to be sent");
        }
        break;
    case FMR ... NREGS - 1:
        zif__bxcan_filter_written(c, slot, old);
        break;
    }
    begin(c);
    update(c);
}

/* --- From outside ------------------------------------------------------------------------------------------------------------------------ */

static void can_inject(ZifDevice *dev, unsigned which)
{
    ((Can *)dev)->faults |= 1u << which;
}

static void can_clock_changed(ZifDevice *dev, uint64_t hz)
{
    Can *c = (Can *)dev;
    stm32_pace_changed(dev, &c->pace, NEVENTS, hz);
    c->timing_checked = false;
}

static void can_reset(ZifDevice *dev, ZifResetKind kind)
{
    Can *c = (Can *)dev;
    stm32_pace_reset(dev, &c->pace);
    for (unsigned i = 0; i < FIFOS * DEPTH; i++) {
        c->fifo[i / DEPTH][i % DEPTH] = (Stored){ { 0 } };
    }
    for (unsigned n = 0; n < MAILBOXES; n++) {
        c->order[n] = 0;
        c->abort[n] = false;
    }
    c->tec = c->rec = 0;
    c->orders = 0;
    c->box = NOBODY;
    c->faults = 0;
    c->failed = c->init_asked = c->sleep_asked = c->recovering = c->recovery_asked = c->timing_checked = false;
    update(c);
}

static const ZifCanNode node = {
    .hear = can_hear,
    .sending = can_sending,
    .urgency = can_urgency_now,
    .bus_free = can_bus_free,
    .frame_time = can_frame_time,
};

const ZifClass zif__stm32_bxcan = {
    .name = "stm32-bxcan",
    .socs = (const char *const[]){ "st,stm32f4", NULL },
    .compatible = (const char *const[]){ "st,stm32-bxcan", NULL },
    .reference = "RM0090 rev 19, chapter 32",
    .summary = "a CAN node: mailboxes, FIFOs, filters, error states, bus-off, loop-back; no time-triggered mode",
    .modelled = ZIF_MODELLED,
    .size = sizeof(Can),
    .regs = regs,
    .nregs = NREGS,
    .values = offsetof(Can, values),
    .span = 0x400,
    .widths = ZIF_W32,
    .outputs =
        (const ZifOutput[]){
            { .name = "irq-tx" }, { .name = "irq-rx0" }, { .name = "irq-rx1" }, { .name = "irq-sce" }, { 0 } },
    .events = (const char *const[]){ "frame", "synchronised", "recovered", NULL },
    .event = can_event,
    .reset = can_reset,
    .peek = can_peek,
    .on_write = can_on_write,
    .clock_changed = can_clock_changed,
    .can = &node,
    .faults = (const char *const[]){ "nack", "bit", "stuff", "form", "crc", NULL },
    .inject = can_inject,
};
