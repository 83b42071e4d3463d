/*
 * STM32F4 USART and UART: asynchronous serial lines, and the synchronous, smartcard and IrDA modes. Their shapes on the pins are in
 * usart_wave.c.
 *
 * Reference: RM0090 rev 19, chapter 30 "Universal synchronous asynchronous receiver transmitter (USART)".
 * Models: 8 and 9 bits, parity generated and checked, 0.5 to 2 stop bits, the fractional baud rate with both oversamplings, the
 * preamble after TE, double-buffered transmission, breaks sent and received, LIN break detection, idle lines, overrun, noise, framing
 * and parity errors with their clearing sequences, mute mode with both ways to wake, half-duplex, RTS and CTS, DMA requests; the
 * synchronous mode, bit by bit on CK, TX and RX; IrDA with its pulses on TX, deaf while it sends; smartcards: one wire, guard time, NACK
 * in both directions (to a part as ZIF_SERIAL_NACK; from a card by the fault "nack").
 * Departs: in asynchronous modes the TX pad moves only for breaks. A smartcard's clock is not drawn on CK, nor a NACK on TX. A byte for the guest that comes while RXNE is set waits in the shift register, and the bytes
 * after it wait outside, unless the line is impatient: then, as on silicon, the byte is an overrun. An idle line is noticed up to a frame
 * late when characters come with gaps and one of them is lost. A character whose parity, stop bit or samples are wrong comes only from
 * a line that injects it.
 *
 * Node properties: current-speed: a baud rate more than 3 % away from it is reported.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "usart.h"

#define SR_FIELDS                                                                                                      \
    { "PE", 0, 1, ZIF_RO }, { "FE", 1, 1, ZIF_RO }, { "NF", 2, 1, ZIF_RO }, { "ORE", 3, 1, ZIF_RO },                   \
        { "IDLE", 4, 1, ZIF_RO }, { "RXNE", 5, 1, ZIF_W0C }, { "TC", 6, 1, ZIF_W0C }, { "TXE", 7, 1, ZIF_RO },         \
    {                                                                                                                  \
        "LBD", 8, 1, ZIF_W0C                                                                                           \
    }
#define CR1_FIELDS                                                                                                     \
    { "SBK", 0, 1, ZIF_RW }, { "RWU", 1, 1, ZIF_RW }, { "RE", 2, 1, ZIF_RW }, { "TE", 3, 1, ZIF_RW },                  \
        { "IDLEIE", 4, 1, ZIF_RW }, { "RXNEIE", 5, 1, ZIF_RW }, { "TCIE", 6, 1, ZIF_RW }, { "TXEIE", 7, 1, ZIF_RW },   \
        { "PEIE", 8, 1, ZIF_RW }, { "PS", 9, 1, ZIF_RW }, { "PCE", 10, 1, ZIF_RW }, { "WAKE", 11, 1, ZIF_RW },         \
        { "M", 12, 1, ZIF_RW }, { "UE", 13, 1, ZIF_RW },                                                               \
    {                                                                                                                  \
        "OVER8", 15, 1, ZIF_RW                                                                                         \
    }
#define CR2_FIELDS                                                                                                     \
    { "ADD", 0, 4, ZIF_RW }, { "LBDL", 5, 1, ZIF_RW }, { "LBDIE", 6, 1, ZIF_RW }, { "STOP", 12, 2, ZIF_RW },           \
    {                                                                                                                  \
        "LINEN", 14, 1, ZIF_RW                                                                                         \
    }
#define CR3_FIELDS                                                                                                     \
    { "EIE", 0, 1, ZIF_RW }, { "IREN", 1, 1, ZIF_RW }, { "IRLP", 2, 1, ZIF_RW }, { "HDSEL", 3, 1, ZIF_RW },            \
        { "DMAR", 6, 1, ZIF_RW }, { "DMAT", 7, 1, ZIF_RW },                                                            \
    {                                                                                                                  \
        "ONEBIT", 11, 1, ZIF_RW                                                                                        \
    }
#define COMMON_ROWS                                                                                                    \
    [DR] = { .name = "DR",                                                                                             \
             .offset = 0x04,                                                                                           \
             .widths = ZIF_WANY,                                                                                       \
             .flags = ZIF_REG_VOLATILE,                                                                                \
             .fields = ZIF_FIELDS({ "DR", 0, 9, ZIF_RW }) },                                                           \
    [BRR] = { .name = "BRR",                                                                                           \
              .offset = 0x08,                                                                                          \
              .fields = ZIF_FIELDS({ "DIV_Fraction", 0, 4, ZIF_RW }, { "DIV_Mantissa", 4, 12, ZIF_RW }) },             \
    [CR1] = { .name = "CR1", .offset = 0x0C, .flags = ZIF_REG_VOLATILE, .fields = ZIF_FIELDS(CR1_FIELDS) }

static const ZifRegister usart_regs[NREGS] = {
    [SR] = { .name = "SR",
             .offset = 0x00,
             .reset = 0xC0,
             .flags = ZIF_REG_VOLATILE,
             .fields = ZIF_FIELDS(SR_FIELDS, { "CTS", 9, 1, ZIF_W0C }) },
    COMMON_ROWS,
    [CR2] = { .name = "CR2",
              .offset = 0x10,
              .fields = ZIF_FIELDS(CR2_FIELDS, { "LBCL", 8, 1, ZIF_RW }, { "CPHA", 9, 1, ZIF_RW },
                                   { "CPOL", 10, 1, ZIF_RW }, { "CLKEN", 11, 1, ZIF_RW }) },
    [CR3] = { .name = "CR3",
              .offset = 0x14,
              .fields = ZIF_FIELDS(CR3_FIELDS, { "NACK", 4, 1, ZIF_RW }, { "SCEN", 5, 1, ZIF_RW },
                                   { "RTSE", 8, 1, ZIF_RW }, { "CTSE", 9, 1, ZIF_RW }, { "CTSIE", 10, 1, ZIF_RW }) },
    [GTPR] = { .name = "GTPR", .offset = 0x18, .fields = ZIF_FIELDS({ "PSC", 0, 8, ZIF_RW }, { "GT", 8, 8, ZIF_RW }) },
};

static const ZifRegister uart_regs[NREGS_UART] = {
    [SR] = { .name = "SR", .offset = 0x00, .reset = 0xC0, .flags = ZIF_REG_VOLATILE, .fields = ZIF_FIELDS(SR_FIELDS) },
    COMMON_ROWS,
    [CR2] = { .name = "CR2", .offset = 0x10, .fields = ZIF_FIELDS(CR2_FIELDS) },
    [CR3] = { .name = "CR3", .offset = 0x14, .fields = ZIF_FIELDS(CR3_FIELDS) },
};

/* --- The frame --------------------------------------------------------------------------------------------------------- */

uint32_t zif__usart_bit_ticks(const Usart *u)
{
    uint32_t brr = u->values[BRR];
    if (u->values[CR1] & OVER8) {
        brr = (brr >> 4) * 8 + (brr & 7);
        return brr >= 8 ? brr : 0;
    }
    return brr >= 16 ? brr : 0;
}

static unsigned half_stop_bits(const Usart *u)
{
    static const uint8_t halves[] = { 2, 1, 4, 3 };
    return halves[zif_bits(u->values[CR2], 12, 2)];
}

static uint64_t frame_ticks(const Usart *u)
{
    unsigned halves = 2 * (1 + usart_word_bits(u)) + half_stop_bits(u);
    return ((uint64_t)zif__usart_bit_ticks(u) * halves + 1) / 2;
}

static ZifTime usart_frame_time(ZifDevice *dev)
{
    const Usart *u = (const Usart *)dev;
    return u->values[CR1] & UE ? stm32_ticks(zif_clock_hz(dev), frame_ticks(u)) : 0;
}

/* Data bits of a word: without the parity bit, which takes the place of the highest. */
static uint16_t data_mask(const Usart *u)
{
    return (1u << (usart_word_bits(u) - !!(u->values[CR1] & PCE))) - 1;
}

/* 30.3.8 to 30.3.12: which bits must be 0, or 1, in which mode. */
static void check_mode(Usart *u)
{
    uint32_t cr2 = u->values[CR2], cr3 = u->values[CR3];
    if (usart_is_synchronous(u) && (cr2 & LINEN || cr3 & (IREN | HDSEL))) {
        zif_report(&u->dev, ZIF_REPORT_BUS, CR2, "CLKEN goes with none of CR2.LINEN, CR3.HDSEL and CR3.IREN");
    }
    if (usart_is_irda(u) && (cr2 & (LINEN | STOP | CLKEN) || cr3 & (SCEN | HDSEL))) {
        zif_report(&u->dev, ZIF_REPORT_BUS, CR3,
                   "IREN goes with none of CR2.LINEN, STOP and CLKEN, CR3.SCEN and HDSEL");
    }
    if (usart_is_smartcard(u) && (cr2 & LINEN || cr3 & (IREN | HDSEL))) {
        zif_report(&u->dev, ZIF_REPORT_BUS, CR3, "SCEN goes with none of CR2.LINEN, CR3.HDSEL and CR3.IREN");
    }
    if (usart_is_smartcard(u) && (u->values[CR1] & (M | PCE)) != (M | PCE)) {
        zif_report(&u->dev, ZIF_REPORT_BUS, CR1, "SCEN needs 8 bits and parity: M and PCE");
    }
    bool psc = usart_is_smartcard(u) ? cr2 & CLKEN : usart_is_irda(u);
    if (psc && u->dev.cls->nregs > GTPR && !(u->values[GTPR] & 0xff)) {
        zif_report(&u->dev, ZIF_REPORT_BUS, GTPR, "PSC is 0, which is reserved: 1 and more divide the block's clock");
    }
}

/* Said once for each setting, when it is first used. */
static void check_baud(Usart *u)
{
    if (u->baud_checked) {
        return;
    }
    u->baud_checked = true;
    check_mode(u);
    uint32_t ticks = zif__usart_bit_ticks(u);
    uint64_t hz = zif_clock_hz(&u->dev);
    if (!ticks) {
        zif_report(&u->dev, ZIF_REPORT_BAUD, BRR, "BRR = 0x%x divides by less than 1: nothing leaves or arrives",
                   u->values[BRR]);
        return;
    }
    if (u->values[CR1] & OVER8 && u->values[BRR] & 8) {
        zif_report(&u->dev, ZIF_REPORT_BAUD, BRR, "BRR = 0x%x: with OVER8 bit 3 of DIV_Fraction must be 0",
                   u->values[BRR]);
    }
    if (hz) {
        zif_check_baud(&u->dev, BRR, (double)hz / ticks);
    }
}

/* --- Outputs ------------------------------------------------------------------------------------------------------------ */

static void update(Usart *u)
{
    uint32_t sr = u->values[SR], cr1 = u->values[CR1], cr3 = u->values[CR3];
    bool receives = cr1 & UE && cr1 & RE;
    bool irq = (sr & TXE && cr1 & TXEIE) || (sr & TC && cr1 & TCIE) || (sr & (RXNE | ORE) && cr1 & RXNEIE) ||
               (sr & IDLE && cr1 & IDLEIE) || (sr & PE && cr1 & PEIE) || (sr & LBD && u->values[CR2] & LBDIE) ||
               (sr & CTS && cr3 & CTSIE) || (sr & (FE | NF | ORE) && cr3 & EIE && cr3 & DMAR);
    zif_set(&u->dev, OUT_IRQ, 0, irq);
    zif_set(&u->dev, OUT_TX, 0, cr1 & UE && cr1 & TE && u->level && u->tx != TX_BREAK);
    if (u->dev.cls->regs == usart_regs) {
        zif_set(&u->dev, OUT_CK, 0, cr1 & UE && usart_is_synchronous(u) && u->ck);
        zif_set(&u->dev, OUT_RTS, 0, !(cr3 & RTSE && receives && !(sr & RXNE)));
    }
    zif_set(&u->dev, OUT_DMA_RX, 0, sr & RXNE && cr3 & DMAR);
    zif_set(&u->dev, OUT_DMA_TX, 0, sr & TXE && cr3 & DMAT && cr1 & UE && cr1 & TE);
}

/* --- Receiver ------------------------------------------------------------------------------------------------------------ */

static bool receiver_on(const Usart *u)
{
    return u->values[CR1] & UE && u->values[CR1] & RE;
}

static bool usart_can_receive(ZifDevice *dev)
{
    const Usart *u = (const Usart *)dev;
    return receiver_on(u) && !u->rx_waits && !usart_is_synchronous(u); /* there a bit needs its clock */
}

/* The other end heeds RTS, however impatient it is. */
static bool usart_listens(ZifDevice *dev)
{
    const Usart *u = (const Usart *)dev;
    return receiver_on(u) && !usart_is_synchronous(u) && !(u->values[CR3] & RTSE && u->values[SR] & RXNE);
}

static void await_idle(Usart *u)
{
    if (frame_ticks(u)) {
        stm32_pace(&u->dev, &u->pace, EV_IDLE, frame_ticks(u));
    } else {
        stm32_pace_cancel(&u->dev, &u->pace, EV_IDLE);
    }
}

/* A word gets from the shift register to RDR. */
static void load(Usart *u, uint16_t word, unsigned faults)
{
    uint32_t flags = RXNE;
    flags |= faults & ZIF_SERIAL_FRAMING ? FE : 0;
    flags |= faults & ZIF_SERIAL_NOISE && !(u->values[CR3] & ONEBIT) ? NF : 0;
    flags |= faults & ZIF_SERIAL_PARITY && u->values[CR1] & PCE ? PE : 0;
    u->rdr = word;
    u->values[SR] |= flags;
    u->idle_next = true;
}

/* In mute mode, does the receiver sleep through this word? */
static bool muted(Usart *u, uint16_t word)
{
    uint32_t *cr1 = &u->values[CR1];
    if (*cr1 & WAKE && word >> (usart_word_bits(u) - 1) & 1) { /* an address */
        bool mine = (word & 0xf) == (u->values[CR2] & 0xf);
        *cr1 = mine ? *cr1 & ~(uint32_t)RWU : *cr1 | RWU;
    }
    return *cr1 & RWU;
}

/* The whole word with its parity bit. */
static uint16_t with_parity(const Usart *u, uint16_t data, bool wrong)
{
    uint16_t mask = data_mask(u);
    data &= mask;
    if (u->values[CR1] & PCE) {
        unsigned odd = __builtin_parity(data) ^ !!(u->values[CR1] & PS) ^ wrong;
        data |= odd ? mask + 1 : 0;
    }
    return data;
}

static void arrived(Usart *u, uint16_t data, unsigned faults)
{
    if (faults & ZIF_SERIAL_BREAK) {
        data = 0;
        faults |= ZIF_SERIAL_FRAMING;
        u->values[SR] |= u->values[CR2] & LINEN ? LBD : 0;
    }
    uint16_t word = with_parity(u, data, faults & ZIF_SERIAL_PARITY);
    await_idle(u);
    if (muted(u, word)) {
        u->idle_next = true;
        return;
    }
    if (!(u->values[SR] & RXNE)) {
        load(u, word, faults);
    } else if (zif_serial_patient(&u->dev) && !u->rx_waits && !usart_is_synchronous(u)) {
        u->rx_waits = true;
        u->rx_shift = word;
        u->rx_shift_faults = faults;
    } else {
        u->values[SR] |= ORE;
        zif_report(&u->dev, ZIF_REPORT_OVERRUN, DR, "0x%02x lost: the character before it was not read (SR.ORE)", word);
    }
}

static void usart_receive(ZifDevice *dev, uint16_t word, unsigned faults)
{
    Usart *u = (Usart *)dev;
    bool deaf = usart_is_irda(u) && u->tx == TX_DATA; /* its light would be its own */
    if (deaf || !usart_listens(dev) || !zif_check_routed(dev, u->values[CR3] & (HDSEL | SCEN) ? "tx" : "rx")) {
        return;
    }
    check_baud(u);
    arrived(u, word, faults);
    if (usart_is_smartcard(u) && u->values[CR3] & NACK && u->values[CR1] & PCE && faults & ZIF_SERIAL_PARITY) {
        zif_serial_transmit_word(dev, 0, ZIF_SERIAL_NACK);
    }
    update(u);
}

/* RXNE fell. */
static void received_taken(Usart *u)
{
    if (u->rx_waits) {
        u->rx_waits = false;
        await_idle(u);
        load(u, u->rx_shift, u->rx_shift_faults);
    }
}

static void line_idle(Usart *u)
{
    if (zif_serial_arriving(&u->dev) || u->rx_waits) {
        await_idle(u);
        return;
    }
    if (!receiver_on(u) || !u->idle_next) {
        return;
    }
    u->idle_next = false;
    if (!(u->values[CR1] & RWU)) {
        u->values[SR] |= IDLE;
    } else if (!(u->values[CR1] & WAKE)) {
        u->values[CR1] &= ~(uint32_t)RWU;
    }
}

/* --- Transmitter ----------------------------------------------------------------------------------------------------------- */

static bool held_by_cts(const Usart *u)
{
    return u->values[CR3] & CTSE && zif_input_level(&u->dev, 0, 0);
}

static void tx_begin(Usart *u, unsigned what, uint64_t ticks)
{
    u->tx = what;
    stm32_pace(&u->dev, &u->pace, EV_TX, ticks);
}

static void tx_word(Usart *u)
{
    check_baud(u);
    u->tx_shift = with_parity(u, u->tdr, false);
    u->values[SR] |= TXE;
    u->deaf = usart_is_irda(u) && zif_serial_arriving(&u->dev);
    if (usart_is_synchronous(u)) {
        zif_check_routed(&u->dev, "ck");
    }
    /* To a card half a bit later (30.3.11). */
    tx_begin(u, TX_DATA, frame_ticks(u) + (usart_is_smartcard(u) ? zif__usart_bit_ticks(u) / 2 : 0));
    zif__usart_wave_begin(u);
}

static void tx_next(Usart *u)
{
    uint32_t cr1 = u->values[CR1];
    if ((u->tx != TX_NOTHING && u->tx != TX_GUARD) || !(cr1 & UE) || !(cr1 & TE)) {
        return;
    }
    if (!zif__usart_bit_ticks(u)) {
        if (cr1 & SBK || !(u->values[SR] & TXE)) {
            check_baud(u);
        }
    } else if (u->preamble) {
        u->preamble = false;
        tx_begin(u, TX_PREAMBLE, frame_ticks(u));
    } else if (held_by_cts(u)) {
        return;
    } else if (cr1 & SBK) {
        unsigned low = u->values[CR2] & LINEN ? 13 : usart_word_bits(u) + 2;
        tx_begin(u, TX_BREAK, (uint64_t)zif__usart_bit_ticks(u) * (low + 1));
    } else if (!(u->values[SR] & TXE)) {
        tx_word(u);
    }
}

static void tx_heard(Usart *u, uint16_t word, unsigned faults)
{
    if (!zif_check_routed(&u->dev, "tx")) {
        return;
    }
    if (u->deaf) {
        zif_report(&u->dev, ZIF_REPORT_BUSY, DR, "0x%02x lost: IrDA sends nothing while a character arrives", word);
        return;
    }
    zif_serial_transmit_word(&u->dev, word, faults);
    if (u->values[CR3] & (HDSEL | SCEN) && receiver_on(u)) {
        arrived(u, word, faults | (u->nacked && usart_is_smartcard(u) ? ZIF_SERIAL_FRAMING : 0));
        u->nacked &= !usart_is_smartcard(u);
    }
}

/* What came in on RX while a word went out. */
static void shifted_in(Usart *u)
{
    uint16_t data = u->sampled & data_mask(u);
    arrived(u, data, with_parity(u, data, false) == u->sampled ? 0 : ZIF_SERIAL_PARITY);
}

/* The shift register is empty. A card is given its guard time before TC says so. */
static void tx_complete(Usart *u)
{
    unsigned guard = u->dev.cls->nregs > GTPR ? zif_bits(u->values[GTPR], 8, 8) : 0;
    if (usart_is_smartcard(u) && guard && u->tx != TX_GUARD) {
        u->values[SR] &= ~(uint32_t)TC;
        tx_begin(u, TX_GUARD, (uint64_t)zif__usart_bit_ticks(u) * guard);
    } else {
        u->tx = TX_NOTHING;
        u->values[SR] |= TC;
    }
}

static void tx_done(Usart *u)
{
    unsigned what = u->tx;
    if (what == TX_GUARD) {
        tx_complete(u);
        return;
    }
    u->tx = TX_NOTHING;
    zif__usart_wave_end(u);
    if (what == TX_BREAK) {
        u->values[CR1] &= ~(uint32_t)SBK;
        tx_heard(u, 0, ZIF_SERIAL_BREAK | ZIF_SERIAL_FRAMING);
    } else if (what == TX_DATA) {
        uint16_t word = u->tx_shift & data_mask(u);
        if (u->values[CR1] & UE && !(u->values[CR1] & TE)) {
            zif_report(&u->dev, ZIF_REPORT_BUSY, CR1, "TE was cleared while 0x%02x was being sent: it is lost", word);
        } else {
            tx_heard(u, word, 0);
        }
        if (usart_is_synchronous(u) && receiver_on(u)) {
            shifted_in(u);
        }
        if (u->values[SR] & TXE) {
            tx_complete(u);
        }
    }
    tx_next(u);
}

static void dr_write(Usart *u, uint16_t value)
{
    uint32_t cr1 = u->values[CR1];
    u->values[SR] &= ~(uint32_t)(u->seen & (TC | PE));
    u->seen = 0;
    if (!(cr1 & UE)) {
        zif_report(&u->dev, ZIF_REPORT_BUSY, DR, "0x%02x lost: CR1.UE is 0", value);
        return;
    }
    if (!(cr1 & TE)) {
        zif_report(&u->dev, ZIF_REPORT_BUSY, DR, "0x%02x waits: CR1.TE is 0", value);
    }
    if (!(u->values[SR] & TXE)) {
        zif_report(&u->dev, ZIF_REPORT_OVERRUN, DR, "0x%02x lost: 0x%02x was written over it while TXE was 0", u->tdr,
                   value);
    }
    u->tdr = value;
    u->values[SR] &= ~(uint32_t)TXE;
    tx_next(u);
}

/* --- Registers -------------------------------------------------------------------------------------------------------------- */

static uint32_t usart_peek(ZifDevice *dev, unsigned slot)
{
    const Usart *u = (const Usart *)dev;
    return slot == DR ? u->rdr : u->values[slot];
}

static void usart_on_read(ZifDevice *dev, unsigned slot)
{
    Usart *u = (Usart *)dev;
    if (slot == SR) {
        u->seen = u->values[SR];
    } else if (slot == DR) {
        u->values[SR] &= ~(uint32_t)(RXNE | (u->seen & (PE | FE | NF | ORE | IDLE)));
        u->seen &= ~(PE | FE | NF | ORE | IDLE);
        received_taken(u);
        update(u);
        zif_serial_ready(dev);
    }
}

static void cr1_written(Usart *u, uint32_t old)
{
    uint32_t cr1 = u->values[CR1], changed = old ^ cr1;
    uint32_t frame = M | PCE | PS | OVER8;
    if (changed & frame && u->tx == TX_DATA) {
        zif_report(&u->dev, ZIF_REPORT_BUSY, CR1, "M, PCE, PS or OVER8 changed while a character is being sent");
    } else if (changed & OVER8 && old & UE && cr1 & UE) {
        zif_report(&u->dev, ZIF_REPORT_BUSY, CR1, "OVER8 changed while UE is 1");
    }
    if (changed & RWU && old & WAKE && cr1 & WAKE && u->values[SR] & RXNE) { /* 30.3.6, note 2 */
        zif_report(&u->dev, ZIF_REPORT_BUSY, CR1, "RWU written while RXNE is set: with WAKE it keeps its value");
        u->values[CR1] = cr1 = cr1 ^ RWU;
    }
    u->baud_checked &= !(changed & OVER8);
    bool sends = cr1 & UE && cr1 & TE, sent = old & UE && old & TE;
    u->preamble = sends && (u->preamble || !sent);
    if (!(cr1 & UE) && !(u->values[SR] & TXE)) {
        zif_report(&u->dev, ZIF_REPORT_BUSY, CR1, "UE cleared while 0x%02x waits to be sent: it is lost", u->tdr);
        u->values[SR] |= TXE;
    }
    if (receiver_on(u) && !(old & UE && old & RE)) {
        u->idle_next = true;
        await_idle(u);
    } else if (!receiver_on(u)) {
        stm32_pace_cancel(&u->dev, &u->pace, EV_IDLE);
        u->rx_waits = false;
    }
}

static void mode_written(Usart *u, bool changed)
{
    if (changed) {
        u->baud_checked = false;
        zif__usart_wave_end(u);
    }
}

static void usart_on_write(ZifDevice *dev, unsigned slot, uint32_t old, uint32_t value)
{
    Usart *u = (Usart *)dev;
    switch (slot) {
    case SR:
        if (old & ~u->values[SR] & RXNE) {
            received_taken(u);
        }
        break;
    case DR:
        u->values[DR] = 0; /* so that a byte's access does not bring bits of the one before */
        dr_write(u, value & 0x1ff);
        break;
    case BRR:
        if (u->tx == TX_DATA && old != u->values[BRR]) {
            zif_report(dev, ZIF_REPORT_BUSY, BRR, "changed while a character is being sent");
        }
        u->baud_checked = false;
        if (receiver_on(u) && zif_due(dev, EV_IDLE) == ZIF_TIME_NEVER) {
            await_idle(u);
        }
        break;
    case CR1:
        cr1_written(u, old);
        break;
    case CR2:
        if (u->tx == TX_DATA && (old ^ u->values[CR2]) & STOP) {
            zif_report(dev, ZIF_REPORT_BUSY, CR2, "STOP changed while a character is being sent");
        }
        if (u->values[CR1] & TE && (old ^ u->values[CR2]) & (CPOL | CPHA | LBCL)) {
            zif_report(dev, ZIF_REPORT_BUSY, CR2, "CPOL, CPHA or LBCL changed while CR1.TE is 1");
        }
        mode_written(u, (old ^ u->values[CR2]) & (CLKEN | CPOL | LINEN | STOP));
        break;
    case CR3:
        mode_written(u, (old ^ u->values[CR3]) & (IREN | SCEN | HDSEL));
        if ((old ^ u->values[CR3]) & ONEBIT && u->values[CR1] & UE) {
            zif_report(dev, ZIF_REPORT_BUSY, CR3, "ONEBIT changed while UE is 1");
        }
        break;
    }
    tx_next(u);
    update(u);
    zif_serial_ready(dev);
}

/* --- From outside ------------------------------------------------------------------------------------------------------------ */

static void usart_event(ZifDevice *dev, unsigned event)
{
    Usart *u = (Usart *)dev;
    if (event == EV_TX) {
        tx_done(u);
    } else if (event == EV_IDLE) {
        line_idle(u);
    } else {
        zif__usart_wave_step(u);
    }
    update(u);
}

static void usart_cts(ZifDevice *dev, unsigned line, int level)
{
    Usart *u = (Usart *)dev;
    if (u->values[CR3] & CTSE) {
        u->values[SR] |= CTS;
        tx_next(u);
        update(u);
    }
}

/* The level is looked at when a bit is sampled. */
static void usart_rx(ZifDevice *dev, unsigned line, int level) {}

static const char *const usart_faults[] = { "nack", NULL };

/* The card refuses the next character that it is sent. */
static void usart_inject(ZifDevice *dev, unsigned fault)
{
    ((Usart *)dev)->nacked = true;
}

static void usart_clock_changed(ZifDevice *dev, uint64_t hz)
{
    Usart *u = (Usart *)dev;
    stm32_pace_changed(dev, &u->pace, NEVENTS, hz);
    u->baud_checked = false;
    zif_serial_ready(dev);
}

static void usart_reset(ZifDevice *dev, ZifResetKind kind)
{
    Usart *u = (Usart *)dev;
    stm32_pace_reset(dev, &u->pace);
    u->seen = u->tdr = u->tx_shift = u->rdr = u->rx_shift = 0;
    u->rx_shift_faults = 0;
    u->tx = TX_NOTHING;
    u->rx_waits = u->preamble = u->idle_next = u->baud_checked = u->deaf = u->nacked = false;
    u->step = 0;
    u->sampled = 0;
    zif__usart_wave_end(u);
    update(u);
}

static void usart_format(const ZifDevice *dev, ZifSerialFormat *format)
{
    const Usart *u = (const Usart *)dev;
    bool parity = u->values[CR1] & PCE;
    format->data_bits = usart_word_bits(u) - parity;
    format->half_stop_bits = half_stop_bits(u);
    format->parity = !parity ? ZIF_PARITY_NONE : u->values[CR1] & PS ? ZIF_PARITY_ODD : ZIF_PARITY_EVEN;
}

static const ZifSerialPort serial = {
    .can_receive = usart_can_receive,
    .listens = usart_listens,
    .receive_word = usart_receive,
    .frame_time = usart_frame_time,
    .format = usart_format,
};

#define USART_INPUTS                                                                                                   \
    (const ZifInput[])                                                                                                 \
    {                                                                                                                  \
        { .name = "cts", .set = usart_cts }, { .name = "rx", .set = usart_rx },                                        \
        {                                                                                                              \
            0                                                                                                          \
        }                                                                                                              \
    }
#define USART_CLASS                                                                                                    \
    .socs = (const char *const[]){ "st,stm32f4", NULL }, .reference = "RM0090 rev 19, chapter 30",                     \
    .modelled = ZIF_MODELLED, .size = sizeof(Usart), .values = offsetof(Usart, values), .span = 0x400,                 \
    .widths = ZIF_W16 | ZIF_W32, .events = (const char *const[]){ "tx", "idle", "edge", NULL }, .event = usart_event,  \
    .reset = usart_reset, .peek = usart_peek, .on_read = usart_on_read, .on_write = usart_on_write,                    \
    .clock_changed = usart_clock_changed, .serial = &serial

const ZifClass zif__stm32f4_usart = {
    .name = "stm32f4-usart",
    .compatible = (const char *const[]){ "st,stm32-usart", NULL },
    .summary = "asynchronous, synchronous, half-duplex, LIN, smartcard, IrDA, flow control, DMA requests",
    .regs = usart_regs,
    .nregs = NREGS,
    .inputs = USART_INPUTS,
    .outputs = (const ZifOutput[]){ { .name = "irq" },
                                    { .name = "dma-rx" },
                                    { .name = "dma-tx" },
                                    { .name = "tx" },
                                    { .name = "rts" },
                                    { .name = "ck" },
                                    { 0 } },
    .faults = usart_faults,
    .inject = usart_inject,
    USART_CLASS,
};

const ZifClass zif__stm32f4_uart = {
    .name = "stm32f4-uart",
    .compatible = (const char *const[]){ "st,stm32-uart", NULL },
    .summary = "asynchronous, half-duplex, LIN, IrDA, DMA requests",
    .regs = uart_regs,
    .nregs = NREGS_UART,
    .inputs = USART_INPUTS, /* cts is led to no pin */
    .outputs =
        (const ZifOutput[]){ { .name = "irq" }, { .name = "dma-rx" }, { .name = "dma-tx" }, { .name = "tx" }, { 0 } },
    USART_CLASS,
};
