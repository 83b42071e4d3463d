/*
 * STM32F4 USART: what single bits look like on the pins, in the modes where another block or part may look at them: the clock and data of
 * the synchronous mode, the pulses of IrDA. Asynchronous characters pass as a whole.
 *
 * Reference: RM0090 rev 19, 30.3.9 (synchronous mode, figures 308 and 309), 30.3.12 (IrDA, figures 311 and 312).
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "usart.h"

static bool idle_level(const Usart *u)
{
    return !usart_is_irda(u); /* the encoder's output is low without pulses */
}

/* Bit n of the frame: the start bit, the word, stop bits. */
static bool frame_bit(const Usart *u, unsigned n)
{
    return n > usart_word_bits(u) || (n > 0 && u->tx_shift >> (n - 1) & 1);
}

/* --- Synchronous: a step is half a bit -------------------------------------------------------------------------------- */

static void synchronous_step(Usart *u)
{
    unsigned bits = usart_word_bits(u), bit = u->step / 2;
    bool middle = u->step % 2, idle = u->values[CR2] & CPOL, late = u->values[CR2] & CPHA;
    bool is_data = bit >= 1 && bit <= bits, pulses = is_data && (bit < bits || u->values[CR2] & LBCL);
    if (!middle) {
        u->level = frame_bit(u, bit);
        u->ck = pulses && late ? !idle : idle;
        return;
    }
    u->ck = pulses && !late ? !idle : idle;
    if (is_data && (zif_input_level(&u->dev, IN_RX, 0) || !zif_input_connected(&u->dev, IN_RX, 0))) {
        u->sampled |= (uint16_t)(1u << (bit - 1));
    }
}

/* --- IrDA: a step is an edge of a pulse, which a 0 has in the middle of its bit ------------------------------------- */

/* 3/16 of a bit, or three periods of the low-power clock. */
static uint64_t pulse_ticks(const Usart *u)
{
    unsigned psc = zif_bits(u->values[GTPR], 0, 8);
    return u->values[CR3] & IRLP && u->dev.cls->nregs > GTPR ? 3u * (psc ? psc : 1) : zif__usart_bit_ticks(u) * 3 / 16;
}

/* Ticks from the start of the frame to edge `step`. */
static uint64_t pulse_edge(const Usart *u, unsigned step)
{
    uint64_t bit = zif__usart_bit_ticks(u), rise = bit * (step / 2) + bit * 7 / 16;
    return step % 2 ? rise + pulse_ticks(u) : rise;
}

/* --- Both ----------------------------------------------------------------------------------------------------------------- */

static void show(Usart *u)
{
    zif_set(&u->dev, OUT_TX, 0, u->level);
    if (usart_is_synchronous(u)) {
        zif_set(&u->dev, OUT_CK, 0, u->ck);
    }
}

/* Ticks from the start of the frame to a step. */
static uint64_t step_at(const Usart *u, unsigned step)
{
    return usart_is_irda(u) ? pulse_edge(u, step) : (uint64_t)zif__usart_bit_ticks(u) * step / 2;
}

/* Schedules the next step that changes something. */
static void go_on(Usart *u, uint64_t from)
{
    unsigned last = 2 * (usart_word_bits(u) + 1);
    while (usart_is_irda(u) && u->step < last && frame_bit(u, u->step / 2)) {
        u->step += 2;
    }
    if (u->step < last || (u->step == last && !usart_is_irda(u))) {
        stm32_pace(&u->dev, &u->pace, EV_EDGE, step_at(u, u->step) - from);
    }
}

void zif__usart_wave_begin(Usart *u)
{
    if (!usart_is_synchronous(u) && !usart_is_irda(u)) {
        return;
    }
    u->sampled = 0;
    u->step = 0;
    if (usart_is_synchronous(u)) {
        synchronous_step(u);
        u->step = 1;
        show(u);
    }
    go_on(u, 0);
}

void zif__usart_wave_step(Usart *u)
{
    uint64_t now = step_at(u, u->step);
    if (usart_is_irda(u)) {
        u->level = !(u->step % 2) && !u->deaf;
    } else {
        synchronous_step(u);
    }
    show(u);
    u->step++;
    go_on(u, now);
}

void zif__usart_wave_end(Usart *u)
{
    stm32_pace_cancel(&u->dev, &u->pace, EV_EDGE);
    u->level = idle_level(u);
    u->ck = u->values[CR2] & CPOL;
}
