/*
 * STM32F4 I2C: what its files share: i2c.c has the registers, i2c_master.c and i2c_slave.c the two sides of a transfer.
 * Reference: RM0090 rev 19, chapter 27. SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ZIF_ST_I2C_H
#define ZIF_ST_I2C_H

#include "stm32_pace.h"

enum { CR1, CR2, OAR1, OAR2, DR, SR1, SR2, CCR, TRISE, NREGS_F40X, FLTR = NREGS_F40X /* F42x, F43x */, NREGS };
enum {
    PE = 1,
    SMBUS = 2,
    SMBTYPE = 8, /* host */
    ENARP = 0x10,
    ENPEC = 0x20,
    ENGC = 0x40,
    NOSTRETCH = 0x80,
    START = 0x100,
    STOP = 0x200,
    ACK = 0x400,
    POS = 0x800,
    PEC = 0x1000,
    ALERT = 0x2000,
    SWRST = 0x8000
};
enum { ITERREN = 0x100, ITEVTEN = 0x200, ITBUFEN = 0x400, DMAEN = 0x800, LAST = 0x1000 };
enum {
    SB = 1,
    ADDR = 2,
    BTF = 4,
    ADD10 = 8,
    STOPF = 0x10,
    RXNE = 0x40,
    TXE = 0x80,
    BERR = 0x100,
    ARLO = 0x200,
    AF = 0x400,
    OVR = 0x800,
    PECERR = 0x1000,
    TIMEOUT = 0x4000,
    SMBALERT = 0x8000
};
enum { MSL = 1, BUSY = 2, TRA = 4, GENCALL = 0x10, SMBDEFAULT = 0x20, SMBHOST = 0x40, DUALF = 0x80 };
/* SMBus addresses, 7 bits: of a device without one of its own, of the host, of whoever pulls SMBA. */
enum { ADDRESS_DEFAULT = 0x61, ADDRESS_HOST = 0x08, ADDRESS_ALERT = 0x0C };
enum { ADDMODE = 0x8000, ENDUAL = 1, DUTY = 0x4000, FS = 0x8000 };
enum { OUT_EVENT, OUT_ERROR, OUT_DMA_RX, OUT_DMA_TX, OUT_SMBA };
enum { EV_BUS, EV_FREE, NEVENTS };
enum { START_BITS = 1, BYTE_BITS = 9, STOP_BITS = 1, ARLO_BITS = 10 };
enum { FAULT_NACK, FAULT_BERR, FAULT_ARLO, FAULT_STRETCH, FAULT_GLITCH };
#define STRETCH       (30 * ZIF_MS)
#define SMBUS_TIMEOUT (25 * ZIF_MS)

/* What the bus does now. In states without an event the clock is held, or the bus is free. */
enum {
    FREE,
    STARTING,
    STARTED,    /* SB (EV5), or ADD10 (EV9): waits for DR */
    ADDRESSING, /* nine bits of an address */
    ADDRESSED,  /* ADDR (EV6): waits for SR1, SR2 */
    SENDING,
    HOLDING, /* as transmitter without a byte, as receiver with both registers full, after a NACK */
    RECEIVING,
    STOPPING,
    SLAVE, /* somebody else's transfer, in which this one is addressed */
};

typedef struct {
    ZifDevice dev;
    uint32_t values[NREGS];
    Stm32Pace pace;
    uint16_t seen; /* SR1 as it was last read */
    uint8_t state;
    uint8_t shift, rx, tx; /* tx: what waits in DR to be sent; rx: what DR gives */
    uint8_t peer;          /* address of the part that is addressed, 7 bits */
    uint16_t ten;          /* upper and lower bits of a 10 bit address */
    uint8_t target;        /* 1 + entry of zif,i2c-bus that is addressed; 0: a part, or nobody */
    bool on;               /* somebody answered and was not stopped yet */
    bool second;           /* ADDRESSING: the lower byte of 10 bits */
    bool ten_known;        /* a 10 bit address was sent since the first start */
    bool shift_full;       /* received behind a full DR */
    bool refused;          /* the byte received last was not acknowledged */
    bool pos_ack;          /* with POS: decides about the byte that is being received */
    bool last_next;        /* with LAST: the DMA said that the next byte is its last */
    bool sends_pec;
    bool timing_checked;
    bool nacked_as_slave;
    ZifTime held;   /* since when another controller holds the clock; 0: it does not */
    uint8_t faults; /* injected: 1 << FAULT_* */
    uint8_t pec;
} I2c;

/** Interrupts and DMA requests follow the registers. */
void zif__i2c_update(I2c *c);
/** The bus does this now, for so many bits (0: until something happens). */
void zif__i2c_enter(I2c *c, unsigned state, unsigned bits);
void zif__i2c_pec_byte(I2c *c, uint8_t byte);

/** The end of what the bus does now. */
void zif__i2c_event(ZifDevice *dev, unsigned event);
/** The bus is held between two bytes: what was asked for, or the next byte, can begin. */
void zif__i2c_go_on(I2c *c);
void zif__i2c_start_if_free(I2c *c);
/** SR1 and SR2 were read with ADDR set. */
void zif__i2c_addr_cleared(I2c *c);
/** Whoever was addressed is no more. */
void zif__i2c_let_go(I2c *c);

extern const ZifI2cTarget zif__i2c_slave;
/** Ticks of the block's clock in a bit; 0 when CCR means nothing. */
unsigned zif__i2c_bit_ticks(const I2c *c);

#endif
