/*
 * STM32F4 USART, shared by its files: registers and characters (usart.c), shapes on the pins (usart_wave.c).
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ZIF_ST_USART_H
#define ZIF_ST_USART_H

#include "stm32_pace.h"

enum { SR, DR, BRR, CR1, CR2, CR3, NREGS_UART, GTPR = NREGS_UART, NREGS };
enum { PE = 1, FE = 2, NF = 4, ORE = 8, IDLE = 0x10, RXNE = 0x20, TC = 0x40, TXE = 0x80, LBD = 0x100, CTS = 0x200 };
enum {
    SBK = 1,
    RWU = 2,
    RE = 4,
    TE = 8,
    IDLEIE = 0x10,
    RXNEIE = 0x20,
    TCIE = 0x40,
    TXEIE = 0x80,
    PEIE = 0x100,
    PS = 0x200,
    PCE = 0x400,
    WAKE = 0x800,
    M = 0x1000,
    UE = 0x2000,
    OVER8 = 0x8000
};
enum { LBDIE = 0x40, LBCL = 0x100, CPHA = 0x200, CPOL = 0x400, CLKEN = 0x800, STOP = 0x3000, LINEN = 0x4000 };
enum {
    EIE = 1,
    IREN = 2,
    IRLP = 4,
    HDSEL = 8,
    NACK = 0x10,
    SCEN = 0x20,
    DMAR = 0x40,
    DMAT = 0x80,
    RTSE = 0x100,
    CTSE = 0x200,
    CTSIE = 0x400,
    ONEBIT = 0x800
};
enum { OUT_IRQ, OUT_DMA_RX, OUT_DMA_TX, OUT_TX, OUT_RTS, OUT_CK };
enum { IN_CTS, IN_RX };
enum { EV_TX, EV_IDLE, EV_EDGE, NEVENTS };
enum { TX_NOTHING, TX_PREAMBLE, TX_DATA, TX_BREAK, TX_GUARD };

typedef struct {
    ZifDevice dev;
    uint32_t values[NREGS];
    Stm32Pace pace;
    uint16_t seen; /* flags of SR as it was last read: what an access to DR then clears */
    uint16_t tdr, tx_shift;
    uint16_t rdr, rx_shift;
    uint8_t rx_shift_faults;
    uint8_t tx;       /* TX_* */
    uint8_t step;     /* of the shape on the pins: half bits, or edges of pulses */
    uint16_t sampled; /* what the synchronous receiver has shifted in */
    bool level, ck;   /* the shape's: of TX, of CK */
    bool deaf;        /* IrDA: what is being sent is not encoded, for something is arriving */
    bool nacked;      /* smartcard: the card refuses the character being sent */
    bool rx_waits;    /* rx_shift waits for RXNE to fall */
    bool preamble;    /* an idle frame goes out before anything else */
    bool idle_next;   /* an idle line will set IDLE: something was received since the last */
    bool baud_checked;
} Usart;

/* Ticks of the block's clock in a bit; 0 when BRR means nothing. */
uint32_t zif__usart_bit_ticks(const Usart *u);

static inline unsigned usart_word_bits(const Usart *u)
{
    return u->values[CR1] & M ? 9 : 8;
}

static inline bool usart_is_smartcard(const Usart *u)
{
    return u->values[CR3] & SCEN;
}

static inline bool usart_is_irda(const Usart *u)
{
    return u->values[CR3] & IREN;
}

/* The clock that goes with the bits; a smartcard's is another one. */
static inline bool usart_is_synchronous(const Usart *u)
{
    return u->values[CR2] & CLKEN && !usart_is_smartcard(u);
}

/* usart_wave.c */
/** The transmitter begins to put tx_shift, parity bit included, on the line. */
void zif__usart_wave_begin(Usart *u);
/** EV_EDGE. */
void zif__usart_wave_step(Usart *u);
/** Nothing is being sent any more, or the mode changed. */
void zif__usart_wave_end(Usart *u);

#endif
