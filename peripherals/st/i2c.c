/*
 * STM32F4 I2C (the first version of ST's block): master and slave, byte by byte at the bus speed.
 *
 * Reference: RM0090 rev 19, chapter 27 "Inter-integrated circuit (I2C) interface".
 * Models: start, repeated start and stop, 7 and 10 bit addresses, every event from EV5 to EV9 and EV1 to EV4 with the sequences that clear
 * their flags, the clock held while software is late, ACK with POS, general call and second address, PEC, DMA requests with LAST,
 * software reset, and as errors what a bus does: no acknowledge, lost arbitration, misplaced start or stop, overrun, PEC error, timeout;
 * of SMBus the addresses of host and device for ARP, the alert line and its response address.
 * Departs: an access to DR clears BTF also when SR1 was not read before. The pads SCL and SDA do not move. An arbitration is lost only when
 * that is injected; the bus is then busy for ten bits. Stop takes one bit. SMBus timeouts are measured while somebody else holds the clock.
 * The noise filters of the F42x find no noise to filter, and delay nothing.
 *
 * Node properties: zif,i2c-bus = <&i2c2 ...>: other controllers on the same two wires, which this one can address.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "i2c.h"

static const ZifRegister regs[NREGS] = {
    [CR1] = { .name = "CR1",
              .offset = 0x00,
              .flags = ZIF_REG_VOLATILE,
              .fields = ZIF_FIELDS({ "PE", 0, 1, ZIF_RW }, { "SMBUS", 1, 1, ZIF_RW }, { "SMBTYPE", 3, 1, ZIF_RW },
                                   { "ENARP", 4, 1, ZIF_RW }, { "ENPEC", 5, 1, ZIF_RW }, { "ENGC", 6, 1, ZIF_RW },
                                   { "NOSTRETCH", 7, 1, ZIF_RW }, { "START", 8, 1, ZIF_RW }, { "STOP", 9, 1, ZIF_RW },
                                   { "ACK", 10, 1, ZIF_RW }, { "POS", 11, 1, ZIF_RW }, { "PEC", 12, 1, ZIF_RW },
                                   { "ALERT", 13, 1, ZIF_RW }, { "SWRST", 15, 1, ZIF_RW }) },
    [CR2] = { .name = "CR2",
              .offset = 0x04,
              .fields =
                  ZIF_FIELDS({ "FREQ", 0, 6, ZIF_RW }, { "ITERREN", 8, 1, ZIF_RW }, { "ITEVTEN", 9, 1, ZIF_RW },
                             { "ITBUFEN", 10, 1, ZIF_RW }, { "DMAEN", 11, 1, ZIF_RW }, { "LAST", 12, 1, ZIF_RW }) },
    [OAR1] = { .name = "OAR1",
               .offset = 0x08,
               .fields = ZIF_FIELDS({ "ADD0", 0, 1, ZIF_RW }, { "ADD7_1", 1, 7, ZIF_RW }, { "ADD9_8", 8, 2, ZIF_RW },
                                    { "ONE", 14, 1, ZIF_RW }, { "ADDMODE", 15, 1, ZIF_RW }) },
    [OAR2] = { .name = "OAR2",
               .offset = 0x0C,
               .fields = ZIF_FIELDS({ "ENDUAL", 0, 1, ZIF_RW }, { "ADD2", 1, 7, ZIF_RW }) },
    [DR] = { .name = "DR",
             .offset = 0x10,
             .widths = ZIF_WANY,
             .flags = ZIF_REG_VOLATILE,
             .fields = ZIF_FIELDS({ "DR", 0, 8, ZIF_RW }) },
    [SR1] = { .name = "SR1",
              .offset = 0x14,
              .flags = ZIF_REG_VOLATILE,
              .fields = ZIF_FIELDS({ "SB", 0, 1, ZIF_RO }, { "ADDR", 1, 1, ZIF_RO }, { "BTF", 2, 1, ZIF_RO },
                                   { "ADD10", 3, 1, ZIF_RO }, { "STOPF", 4, 1, ZIF_RO }, { "RXNE", 6, 1, ZIF_RO },
                                   { "TXE", 7, 1, ZIF_RO }, { "BERR", 8, 1, ZIF_W0C }, { "ARLO", 9, 1, ZIF_W0C },
                                   { "AF", 10, 1, ZIF_W0C }, { "OVR", 11, 1, ZIF_W0C }, { "PECERR", 12, 1, ZIF_W0C },
                                   { "TIMEOUT", 14, 1, ZIF_W0C }, { "SMBALERT", 15, 1, ZIF_W0C }) },
    [SR2] = { .name = "SR2",
              .offset = 0x18,
              .flags = ZIF_REG_VOLATILE,
              .fields = ZIF_FIELDS({ "MSL", 0, 1, ZIF_RO }, { "BUSY", 1, 1, ZIF_RO }, { "TRA", 2, 1, ZIF_RO },
                                   { "GENCALL", 4, 1, ZIF_RO }, { "SMBDEFAULT", 5, 1, ZIF_RO },
                                   { "SMBHOST", 6, 1, ZIF_RO }, { "DUALF", 7, 1, ZIF_RO }, { "PEC", 8, 8, ZIF_RO }) },
    [CCR] = { .name = "CCR",
              .offset = 0x1C,
              .fields = ZIF_FIELDS({ "CCR", 0, 12, ZIF_RW }, { "DUTY", 14, 1, ZIF_RW }, { "F_S", 15, 1, ZIF_RW }) },
    [TRISE] = { .name = "TRISE", .offset = 0x20, .reset = 2, .fields = ZIF_FIELDS({ "TRISE", 0, 6, ZIF_RW }) },
    [FLTR] = { .name = "FLTR",
               .offset = 0x24,
               .fields = ZIF_FIELDS({ "DNF", 0, 4, ZIF_RW }, { "ANOFF", 4, 1, ZIF_RW }) },
};

/* --- Outputs --------------------------------------------------------------------------------------------------------------- */

void zif__i2c_update(I2c *c)
{
    uint32_t sr = c->values[SR1], cr2 = c->values[CR2];
    bool event = (sr & (SB | ADDR | ADD10 | STOPF | BTF) && cr2 & ITEVTEN) ||
                 (sr & (TXE | RXNE) && cr2 & ITEVTEN && cr2 & ITBUFEN);
    bool error = sr & (BERR | ARLO | AF | OVR | PECERR | TIMEOUT | SMBALERT) && cr2 & ITERREN;
    uint32_t pulls = PE | SMBUS | ALERT;
    zif_set(&c->dev, OUT_SMBA, 0, (c->values[CR1] & pulls) != pulls);
    zif_set(&c->dev, OUT_EVENT, 0, event);
    zif_set(&c->dev, OUT_ERROR, 0, error);
    zif_set(&c->dev, OUT_DMA_RX, 0, cr2 & DMAEN && sr & RXNE);
    zif_set(&c->dev, OUT_DMA_TX, 0, cr2 & DMAEN && sr & TXE && !c->sends_pec);
}

/* --- Registers --------------------------------------------------------------------------------------------------------------------- */

static uint32_t i2c_peek(ZifDevice *dev, unsigned slot)
{
    const I2c *c = (const I2c *)dev;
    return slot == DR ? c->rx : slot == SR2 ? c->values[SR2] | (uint32_t)c->pec << 8 : c->values[slot];
}

static void i2c_on_read(ZifDevice *dev, unsigned slot)
{
    I2c *c = (I2c *)dev;
    if (slot == SR1) {
        c->seen = c->values[SR1];
        return;
    }
    if (slot == SR2 && c->seen & c->values[SR1] & ADDR) {
        c->seen &= ~ADDR;
        zif__i2c_addr_cleared(c);
    } else if (slot == DR) {
        c->values[SR1] &= ~(uint32_t)BTF;
        if (c->shift_full) {
            c->rx = c->shift;
            c->shift_full = false;
            zif__i2c_go_on(c);
        } else {
            c->values[SR1] &= ~(uint32_t)RXNE;
        }
    } else {
        return;
    }
    zif__i2c_update(c);
}

static void dr_written(I2c *c, uint8_t byte)
{
    uint32_t waits = c->values[SR1] & (SB | ADD10);
    if (c->state == STARTED && waits) {
        if (!(c->seen & waits)) {
            zif_report(&c->dev, ZIF_REPORT_BUSY, DR, "0x%02x is not sent: SR1 was not read before (%s stays set)", byte,
                       waits & SB ? "SB" : "ADD10");
            return;
        }
        c->second = waits & ADD10;
        c->values[SR1] &= ~waits;
        c->seen = 0;
        c->shift = byte;
        zif__i2c_enter(c, ADDRESSING, BYTE_BITS);
        return;
    }
    if (!(c->values[SR2] & TRA)) {
        zif_report(&c->dev, ZIF_REPORT_BUSY, DR, "0x%02x lost: the block is not sending", byte);
        return;
    }
    if (!(c->values[SR1] & TXE) && !c->refused) {
        zif_report(&c->dev, ZIF_REPORT_OVERRUN, DR, "0x%02x lost: 0x%02x was written over it while TXE was 0", c->tx,
                   byte);
    }
    c->tx = byte;
    c->values[SR1] &= ~(uint32_t)(TXE | BTF);
    if (c->state == HOLDING) {
        zif__i2c_go_on(c);
    }
}

/* PE or SWRST: everything that is going on ends. */
static void switch_off(I2c *c)
{
    if (c->values[SR2] & MSL) {
        zif_report(&c->dev, ZIF_REPORT_BUSY, CR1, "switched off in the middle of a transfer");
    }
    zif__i2c_let_go(c);
    c->values[SR1] = c->values[SR2] = 0;
    c->values[CR1] &= ~(uint32_t)(START | STOP | ACK | POS | PEC | ALERT);
    c->seen = 0;
    c->pec = c->faults = c->target = 0;
    c->held = 0;
    c->refused = c->shift_full = c->sends_pec = c->second = c->last_next = c->pos_ack = c->ten_known = false;
    stm32_pace_cancel(&c->dev, &c->pace, EV_FREE);
    zif__i2c_enter(c, FREE, 0);
}

static void cr1_written(I2c *c, uint32_t old)
{
    uint32_t cr1 = c->values[CR1], needs_pe = START | STOP | ACK | POS | PEC | ALERT;
    if (cr1 & SWRST) {
        if (!(old & SWRST)) {
            switch_off(c);
            for (unsigned i = 0; i < NREGS; i++) {
                c->values[i] = regs[i].reset;
            }
        }
        c->values[CR1] = SWRST;
        return;
    }
    if (!(cr1 & PE)) {
        if (cr1 & needs_pe & ~old) {
            zif_report(&c->dev, ZIF_REPORT_BUSY, CR1, "0x%04x written while PE is 0: %s stay%s 0", cr1,
                       cr1 & ACK ? "ACK" : "START, STOP, POS, PEC, ALERT", cr1 & ACK ? "s" : "");
        }
        if (old & PE) {
            switch_off(c);
        }
        c->values[CR1] &= ~needs_pe;
        return;
    }
    if (old & (START | STOP | PEC) && c->state != FREE) {
        zif_report(&c->dev, ZIF_REPORT_BUSY, CR1, "written while %s is set: it may be done twice",
                   old & START  ? "START"
                   : old & STOP ? "STOP"
                                : "PEC");
    }
    if (c->seen & c->values[SR1] & STOPF) {
        c->values[SR1] &= ~(uint32_t)STOPF;
        c->seen &= ~STOPF;
    }
    if (cr1 & STOP && c->state == SLAVE) { /* the lines are released after this byte */
        c->values[CR1] &= ~(uint32_t)STOP;
        c->values[SR2] = 0;
        c->values[SR1] &= ~(uint32_t)(BTF | TXE | ADDR);
        c->state = FREE;
    } else if (cr1 & STOP && c->state == FREE) {
        c->values[CR1] &= ~(uint32_t)STOP;
    }
    zif__i2c_go_on(c);
}

static void i2c_on_write(ZifDevice *dev, unsigned slot, uint32_t old, uint32_t value)
{
    I2c *c = (I2c *)dev;
    if (slot != CR1 && c->values[CR1] & SWRST) {
        c->values[slot] = old; /* held in reset */
        return;
    }
    switch (slot) {
    case CR1:
        cr1_written(c, old);
        break;
    case DR:
        c->values[DR] = 0;
        dr_written(c, value);
        break;
    case OAR1:
        if (c->values[OAR1] && !(c->values[OAR1] & 0x4000)) {
            zif_report(dev, ZIF_REPORT_RESERVED, OAR1, "bit 14 must be kept 1 by software");
        }
        break;
    case CCR:
    case TRISE:
    case FLTR:
        if (c->values[CR1] & PE && old != c->values[slot]) {
            zif_report(dev, ZIF_REPORT_BUSY, slot, "changed while PE is 1");
        }
        c->timing_checked = false;
        break;
    case CR2:
        c->timing_checked = c->timing_checked && !((old ^ c->values[CR2]) & 0x3f);
        break;
    }
    zif__i2c_update(c);
}

/* --- From outside ------------------------------------------------------------------------------------------------------------------- */

/* The DMA controller has only one transfer left after the present one. */
static void i2c_dma_last(ZifDevice *dev, unsigned line, int level)
{
    I2c *c = (I2c *)dev;
    uint32_t both = DMAEN | LAST;
    c->last_next |= level && (c->values[CR2] & both) == both;
}

static void i2c_smba(ZifDevice *dev, unsigned line, int level)
{
    I2c *c = (I2c *)dev;
    uint32_t host = PE | SMBUS | SMBTYPE;
    if (!level && (c->values[CR1] & host) == host) {
        c->values[SR1] |= SMBALERT;
        zif__i2c_update(c);
    }
}

static void i2c_inject(ZifDevice *dev, unsigned which)
{
    ((I2c *)dev)->faults |= 1u << which;
}

static void i2c_clock_changed(ZifDevice *dev, uint64_t hz)
{
    I2c *c = (I2c *)dev;
    stm32_pace_changed(dev, &c->pace, NEVENTS, hz);
    c->timing_checked = false;
}

static void i2c_reset(ZifDevice *dev, ZifResetKind kind)
{
    I2c *c = (I2c *)dev;
    c->values[SR2] = 0; /* what was going on is over; nobody is told off for it */
    if (kind == ZIF_RESET_POWER_ON) {
        c->on = false;
    }
    switch_off(c);
    stm32_pace_reset(dev, &c->pace);
    c->rx = c->tx = c->shift = c->peer = 0;
    c->ten = 0;
    c->timing_checked = c->nacked_as_slave = false;
    zif__i2c_update(c);
}

static ZifTime i2c_bit_time(ZifDevice *dev)
{
    return stm32_ticks(zif_clock_hz(dev), zif__i2c_bit_ticks((const I2c *)dev));
}

/* What both records say. */
#define RECORD                                                                                                         \
    .compatible = (const char *const[]){ "st,stm32-i2c-v1", NULL }, .reference = "RM0090 rev 19, chapter 27",          \
    .modelled = ZIF_MODELLED, .size = sizeof(I2c), .regs = regs, .values = offsetof(I2c, values), .span = 0x400,       \
    .widths = ZIF_W16 | ZIF_W32, .inputs = inputs, .outputs = outputs,                                                 \
    .events = (const char *const[]){ "bus", "free", NULL }, .event = zif__i2c_event, .reset = i2c_reset,               \
    .peek = i2c_peek, .on_read = i2c_on_read, .on_write = i2c_on_write, .bit_time = i2c_bit_time,                      \
    .clock_changed = i2c_clock_changed, .i2c_target = &zif__i2c_slave,                                                 \
    .faults = (const char *const[]){ "nack", "berr", "arlo", "stretch", "glitch", NULL }, .inject = i2c_inject

static const ZifInput inputs[] = { { .name = "dma-last", .set = i2c_dma_last },
                                   { .name = "smba", .set = i2c_smba },
                                   { 0 } };
static const ZifOutput outputs[] = { { .name = "irq-event" }, { .name = "irq-error" }, { .name = "dma-rx" },
                                     { .name = "dma-tx" },    { .name = "smba" },      { 0 } };

const ZifClass zif__stm32f4_i2c = {
    RECORD,
    .name = "stm32f4-i2c",
    .socs = (const char *const[]){ "st,stm32f4", NULL },
    .summary = "master and slave, 7 and 10 bits, all events and errors, PEC, DMA requests, SMBus",
    .nregs = NREGS_F40X,
};

const ZifClass zif__stm32f42x_i2c = {
    RECORD,
    .name = "stm32f42x-i2c",
    .socs = (const char *const[]){ "st,stm32f429", NULL },
    .summary = "as on the F40x; the noise filters have no noise to filter",
    .nregs = NREGS,
};
