/*
 * STM32F4 I2C as master: addresses, bytes, stops, and the others on the bus. See i2c.c.
 * Reference: RM0090 rev 19, section 27.3.3 "I2C master mode". SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "i2c.h"

/* --- Timing -------------------------------------------------------------------------------------------------------------- */

/* Ticks of the block's clock in a period of SCL. */
unsigned zif__i2c_bit_ticks(const I2c *c)
{
    uint32_t ccr = c->values[CCR];
    return (ccr & 0xfff) * (!(ccr & FS) ? 2 : ccr & DUTY ? 25 : 3);
}

/* Said once for each setting, when it is first used. */
static void check_timing(I2c *c)
{
    uint64_t hz = zif_clock_hz(&c->dev);
    uint32_t ccr = c->values[CCR], freq = c->values[CR2] & 0x3f, trise = c->values[TRISE];
    bool fast = ccr & FS;
    if (c->timing_checked || !hz) {
        return;
    }
    c->timing_checked = true;
    if (!zif__i2c_bit_ticks(c)) {
        zif_report(&c->dev, ZIF_REPORT_BAUD, CCR, "CCR is 0: there is no clock");
        return;
    }
    if (freq < (fast ? 4 : 2) || freq > 50 || freq * 1000000ull >= hz + 1000000 || hz >= freq * 1000000ull + 1000000) {
        zif_report(&c->dev, ZIF_REPORT_BAUD, CR2, "FREQ = %u MHz, but the block's clock is %.3f MHz", freq, hz / 1e6);
    }
    double scl = (double)hz / zif__i2c_bit_ticks(c), most = fast ? 400e3 : 100e3;
    if (scl > 1.03 * most) {
        zif_report(&c->dev, ZIF_REPORT_BAUD, CCR, "CCR = 0x%04x gives SCL %.0f Hz, over %.0f Hz of this mode", ccr, scl,
                   most);
    } else if ((ccr & 0xfff) < (fast && ccr & DUTY ? 1 : 4)) {
        zif_report(&c->dev, ZIF_REPORT_BAUD, CCR, "CCR = 0x%04x: at least 4 is allowed", ccr);
    }
    unsigned right = (fast ? hz * 300 / 1000000000 : hz / 1000000) + 1;
    if (trise + 1 < right || trise > right + 1) {
        zif_report(&c->dev, ZIF_REPORT_BAUD, TRISE, "TRISE = %u; for the longest rise of %u ns at %.3f MHz it is %u",
                   trise, fast ? 300 : 1000, hz / 1e6, right);
    }
}

void zif__i2c_enter(I2c *c, unsigned state, unsigned bits)
{
    c->state = state;
    if (bits && zif__i2c_bit_ticks(c)) {
        stm32_pace(&c->dev, &c->pace, EV_BUS, (uint64_t)bits * zif__i2c_bit_ticks(c));
    } else {
        stm32_pace_cancel(&c->dev, &c->pace, EV_BUS);
    }
}

void zif__i2c_pec_byte(I2c *c, uint8_t byte)
{
    if (!(c->values[CR1] & ENPEC)) {
        return;
    }
    c->pec ^= byte;
    for (unsigned i = 0; i < 8; i++) {
        c->pec = (uint8_t)(c->pec << 1 ^ (c->pec & 0x80 ? 0x07 : 0)); /* C(x) = x^8 + x^2 + x + 1 */
    }
}

/* --- The others on the bus ---------------------------------------------------------------------------------------------------- */

static bool fault(I2c *c, unsigned which)
{
    bool now = c->faults >> which & 1;
    c->faults &= ~(1u << which);
    return now;
}

static ZifDevice *target(const I2c *c)
{
    ZifDevice *t = c->target ? zif_prop_device(&c->dev, "zif,i2c-bus", c->target - 1) : NULL;
    return t && t->cls->i2c_target && t != &c->dev ? t : NULL;
}

static ZifDevice *part(const I2c *c)
{
    return c->on && !c->target ? zif_i2c_part(&c->dev, c->peer) : NULL;
}

void zif__i2c_let_go(I2c *c)
{
    ZifDevice *p = part(c), *t = c->on ? target(c) : NULL;
    if (p) {
        zif_i2c_stop(p);
    } else if (t) {
        t->cls->i2c_target->stop(t);
    }
    c->on = false;
}

static bool bus_address(I2c *c, uint16_t address, bool ten_bits, bool is_read)
{
    if (c->on && (ten_bits || c->target || address != c->peer)) {
        zif__i2c_let_go(c);
    }
    c->on = false;
    bool wired = zif_check_routed(&c->dev, "scl");
    if (!zif_check_routed(&c->dev, "sda") || !wired || fault(c, FAULT_NACK)) {
        return false;
    }
    c->target = 0;
    if (!ten_bits && zif_i2c_start(&c->dev, address, is_read)) {
        c->peer = address;
        c->on = true;
    }
    uint32_t cells[8];
    unsigned n = zif_prop_cells(&c->dev, "zif,i2c-bus", cells, 8);
    for (c->target = c->on ? 0 : 1; c->target && c->target <= n && c->target <= 8; c->target++) {
        ZifDevice *t = target(c);
        if (t && t->cls->i2c_target->address(t, address, ten_bits, is_read)) {
            c->on = true;
            return true;
        }
    }
    c->target = 0;
    return c->on;
}

static int bus_write(I2c *c, uint8_t byte)
{
    ZifDevice *p = part(c), *t = c->on ? target(c) : NULL;
    if (c->faults & 1 << FAULT_NACK) {
        return 0;
    }
    return p ? zif_i2c_write(p, byte) : t ? t->cls->i2c_target->write(t, byte) : 0;
}

static int bus_read(I2c *c)
{
    ZifDevice *p = part(c), *t = c->on ? target(c) : NULL;
    int byte = p ? zif_i2c_read(p) : t ? t->cls->i2c_target->read(t) : 0xff;
    return byte >= 0 && fault(c, FAULT_GLITCH) ? byte ^ 0x10 : byte;
}

/* --- Master -------------------------------------------------------------------------------------------------------------------- */

static void bus_free(I2c *c)
{
    c->values[SR2] &= ~(uint32_t)(MSL | BUSY | TRA);
    c->values[SR1] &= ~(uint32_t)(SB | ADDR | ADD10 | BTF | TXE);
    c->ten_known = false;
    zif__i2c_enter(c, FREE, 0);
}

/* Is a stop or a start asked for? Then the bus is busy with it. */
static bool asked(I2c *c)
{
    if (c->values[CR1] & STOP) {
        zif__i2c_enter(c, STOPPING, STOP_BITS);
        return true;
    }
    if (c->values[CR1] & START) {
        zif__i2c_enter(c, STARTING, START_BITS);
        return true;
    }
    return false;
}

void zif__i2c_start_if_free(I2c *c)
{
    if (c->state == FREE && c->values[CR1] & PE && c->values[CR1] & START && !(c->values[SR2] & BUSY)) {
        check_timing(c);

        zif__i2c_enter(c, STARTING, START_BITS);
    }
}

static void send_next(I2c *c)
{
    bool pec = c->values[CR1] & PEC && c->values[CR1] & ENPEC && c->values[SR1] & TXE;
    if (asked(c)) {
        return;
    }
    if (pec) {
        c->shift = c->pec;
        c->sends_pec = true;
        c->values[CR1] &= ~(uint32_t)PEC;
        zif__i2c_enter(c, SENDING, BYTE_BITS);
    } else if (!(c->values[SR1] & TXE)) {
        c->shift = c->tx;
        c->values[SR1] |= c->values[CR1] & PEC ? 0 : TXE;
        zif__i2c_enter(c, SENDING, BYTE_BITS);
    } else {
        zif__i2c_enter(c, HOLDING, 0);
    }
}

static void receive_next(I2c *c)
{
    if (asked(c)) {
        return;
    }
    if (c->refused || c->shift_full) {
        zif__i2c_enter(c, HOLDING, 0);
    } else {
        zif__i2c_enter(c, RECEIVING, BYTE_BITS);
    }
}

static void no_acknowledge(I2c *c)
{
    c->values[SR1] |= AF;
    c->values[SR1] &= ~(uint32_t)TXE;
    c->refused = true;
    if (!asked(c)) {
        zif__i2c_enter(c, HOLDING, 0);
    }
}

static void lose_arbitration(I2c *c)
{
    zif__i2c_let_go(c);
    c->values[SR1] |= ARLO;
    bus_free(c);
    c->values[SR2] |= BUSY;
    stm32_pace(&c->dev, &c->pace, EV_FREE, (uint64_t)ARLO_BITS * zif__i2c_bit_ticks(c));
}

static void started(I2c *c)
{
    c->values[CR1] &= ~(uint32_t)START;
    c->values[SR2] = (c->values[SR2] & ~(uint32_t)TRA) | MSL | BUSY;
    c->values[SR1] = (c->values[SR1] & ~(uint32_t)(BTF | TXE | ADDR | ADD10)) | SB;
    c->refused = c->shift_full = c->sends_pec = c->second = c->last_next = false;
    c->pec = 0;
    zif__i2c_enter(c, STARTED, 0);
    asked(c); /* a stop can follow the start */
}

static bool is_ten_header(uint8_t byte)
{
    return (byte & 0xf8) == 0xf0;
}

static void addressed(I2c *c)
{
    bool is_read = c->shift & 1;
    zif__i2c_pec_byte(c, c->shift);
    if (fault(c, FAULT_ARLO)) {
        lose_arbitration(c);
        return;
    }
    if (c->second) {
        c->second = false;
        is_read = false;
        c->ten = (c->ten & 0x300) | c->shift;
        c->ten_known = true;
        if (!bus_address(c, c->ten, true, false)) {
            no_acknowledge(c);
            return;
        }
    } else if (is_ten_header(c->shift)) {
        c->ten = (c->ten & 0xff) | (c->shift & 6) << 7;
        if (!is_read) {
            c->values[SR1] |= ADD10;
            zif__i2c_enter(c, STARTED, 0);
            return;
        }
        if (!c->ten_known || !bus_address(c, c->ten, true, true)) {
            no_acknowledge(c);
            return;
        }
    } else if (!bus_address(c, c->shift >> 1, false, is_read)) {
        no_acknowledge(c);
        return;
    }
    c->values[SR1] |= ADDR | (is_read ? 0 : TXE);
    c->values[SR2] |= is_read ? 0 : TRA;
    c->pos_ack = c->values[CR1] & ACK;
    zif__i2c_enter(c, ADDRESSED, 0);
}

/* Another controller holds the clock in the middle of a byte: it is asked again a bit later, in SMBus mode only for so long. */
static bool is_held(I2c *c, int answer, unsigned state)
{
    if (answer != ZIF_I2C_STRETCHED) {
        c->held = 0;
        return false;
    }
    c->held = c->held ? c->held : zif_now(&c->dev);
    if (c->values[CR1] & SMBUS && zif_now(&c->dev) - c->held >= SMBUS_TIMEOUT) {
        c->held = 0;
        c->values[SR1] |= TIMEOUT;
        zif__i2c_enter(c, STOPPING, STOP_BITS);
    } else {
        zif__i2c_enter(c, state, 1);
    }
    return true;
}

static void sent(I2c *c)
{
    if (fault(c, FAULT_ARLO)) {
        lose_arbitration(c);
        return;
    }
    uint8_t byte = c->faults & 1 << FAULT_GLITCH ? c->shift ^ 0x10 : c->shift;
    int ack = bus_write(c, byte);
    if (is_held(c, ack, SENDING)) {
        return;
    }
    c->faults &= ~(1u << FAULT_NACK | 1u << FAULT_GLITCH);
    zif__i2c_pec_byte(c, c->shift);
    if (!ack) {
        no_acknowledge(c);
        return;
    }
    if (c->sends_pec) {
        c->sends_pec = false;
        c->pec = 0;
        c->values[SR1] |= TXE;
    }
    if (c->values[SR1] & TXE && !(c->values[CR1] & PEC)) {
        c->values[SR1] |= BTF;
    } else if (c->values[CR1] & PEC) {
        c->values[SR1] |= TXE; /* DR went; the PEC is next */
    }
    send_next(c);
}

static void received(I2c *c)
{
    int byte = bus_read(c);
    if (is_held(c, byte, RECEIVING)) {
        return;
    }
    bool ack = c->values[CR1] & POS ? c->pos_ack : c->values[CR1] & ACK;
    if (c->values[CR2] & DMAEN && c->values[CR2] & LAST && c->last_next) {
        ack = false;
        c->last_next = false;
    }
    c->pos_ack = c->values[CR1] & ACK;
    if (c->values[CR1] & PEC && c->values[CR1] & ENPEC) { /* this byte is the PEC */
        c->values[CR1] &= ~(uint32_t)PEC;
        if (byte != c->pec) {
            c->values[SR1] |= PECERR;
            ack = false;
        }
    }
    zif__i2c_pec_byte(c, byte);
    if (!ack) {
        ZifDevice *t = c->on ? target(c) : NULL;
        c->refused = true;
        if (t) {
            t->cls->i2c_target->nack(t);
        }
    }
    if (c->values[SR1] & RXNE) {
        c->shift = byte;
        c->shift_full = true;
        c->values[SR1] |= BTF;
    } else {
        c->rx = byte;
        c->values[SR1] |= RXNE;
    }
    receive_next(c);
}

static void stopped(I2c *c)
{
    zif__i2c_let_go(c);
    c->values[CR1] &= ~(uint32_t)(STOP | PEC);
    bus_free(c);
    zif__i2c_start_if_free(c);
}

/* Something else than the transfer happens in the middle of a byte. True: the byte is not done yet. */
static bool disturbed(I2c *c)
{
    if (c->state != ADDRESSING && c->state != SENDING && c->state != RECEIVING) {
        return false;
    }
    if (fault(c, FAULT_BERR)) { /* noticed; the master goes on */
        c->values[SR1] |= BERR;
    }
    if (fault(c, FAULT_STRETCH)) {
        if (c->values[CR1] & SMBUS) {
            c->values[SR1] |= TIMEOUT;
            c->state = STOPPING;
            zif_schedule_in(&c->dev, EV_BUS, SMBUS_TIMEOUT);
        } else {
            zif_schedule_in(&c->dev, EV_BUS, STRETCH);
        }
        return true;
    }
    return false;
}

void zif__i2c_event(ZifDevice *dev, unsigned event)
{
    I2c *c = (I2c *)dev;
    if (event == EV_FREE) {
        c->values[SR2] &= ~(uint32_t)BUSY;
        zif__i2c_start_if_free(c);
    } else if (!disturbed(c)) {
        switch (c->state) {
        case STARTING:
            started(c);
            break;
        case ADDRESSING:
            addressed(c);
            break;
        case SENDING:
            sent(c);
            break;
        case RECEIVING:
            received(c);
            break;
        case STOPPING:
            stopped(c);
            break;
        }
    }
    zif__i2c_update(c);
}

void zif__i2c_go_on(I2c *c)
{
    if (c->state == FREE) {
        zif__i2c_start_if_free(c);
    } else if (c->state == HOLDING) {
        if (c->refused) {
            asked(c);
        } else if (c->values[SR2] & TRA) {
            send_next(c);
        } else {
            receive_next(c);
        }
    } else if (c->state == STARTED) {
        asked(c);
    }
}

void zif__i2c_addr_cleared(I2c *c)
{
    c->values[SR1] &= ~(uint32_t)ADDR;
    if (c->state != ADDRESSED) {
        return;
    }
    if (c->values[SR2] & TRA) {
        send_next(c);
    } else if (c->values[CR1] & START) {
        asked(c);
    } else {
        zif__i2c_enter(c, RECEIVING, BYTE_BITS); /* one byte also when STOP is set already */
    }
}
