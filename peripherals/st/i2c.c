/*
 * STM32F4 I2C (the first version of ST's block): master and slave, byte by byte at the bus speed.
 *
 * Reference: RM0090 rev 19, chapter 27 "Inter-integrated circuit (I2C) interface".
 * Models: start, repeated start and stop, 7 and 10 bit addresses, every event from EV5 to EV9 and EV1 to EV4 with the sequences that clear
 * their flags, the clock held while software is late, ACK with POS, general call and second address, PEC, DMA requests with LAST,
 * software reset, and as errors what a bus does: no acknowledge, lost arbitration, misplaced start or stop, overrun, PEC error, timeout.
 * Departs: an access to DR clears BTF also when SR1 was not read before. The pads SCL and SDA do not move. An arbitration is lost only when
 * that is injected; the bus is then busy for ten bits. Stop takes one bit. SMBus timeouts are measured while somebody else holds the clock.
 * Missing: sending and checking the PEC as slave; SMBus host and device addresses, ARP and alert: kept without effect.
 *
 * Node properties: zif,i2c-bus = <&i2c2 ...>: other controllers on the same two wires, which this one can address.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "stm32_pace.h"

enum { CR1, CR2, OAR1, OAR2, DR, SR1, SR2, CCR, TRISE, NREGS };
enum {
    PE = 1,
    SMBUS = 2,
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
enum { MSL = 1, BUSY = 2, TRA = 4, GENCALL = 0x10, DUALF = 0x80 };
enum { ADDMODE = 0x8000, ENDUAL = 1, DUTY = 0x4000, FS = 0x8000 };
enum { OUT_EVENT, OUT_ERROR, OUT_DMA_RX, OUT_DMA_TX };
enum { EV_BUS, EV_FREE, NEVENTS };
enum { START_BITS = 1, BYTE_BITS = 9, STOP_BITS = 1, ARLO_BITS = 10 };
enum { FAULT_NACK, FAULT_BERR, FAULT_ARLO, FAULT_STRETCH, FAULT_GLITCH };
#define STRETCH       (30 * ZIF_MS)
#define SMBUS_TIMEOUT (25 * ZIF_MS)

static const ZifRegister regs[NREGS] = {
    [CR1] = { .name = "CR1",
              .offset = 0x00,
              .flags = ZIF_REG_VOLATILE,
              .fields = ZIF_FIELDS({ "PE", 0, 1, ZIF_RW }, { "SMBUS", 1, 1, ZIF_RW }, { "SMBTYPE", 3, 1, ZIF_STUB },
                                   { "ENARP", 4, 1, ZIF_STUB }, { "ENPEC", 5, 1, ZIF_RW }, { "ENGC", 6, 1, ZIF_RW },
                                   { "NOSTRETCH", 7, 1, ZIF_RW }, { "START", 8, 1, ZIF_RW }, { "STOP", 9, 1, ZIF_RW },
                                   { "ACK", 10, 1, ZIF_RW }, { "POS", 11, 1, ZIF_RW }, { "PEC", 12, 1, ZIF_RW },
                                   { "ALERT", 13, 1, ZIF_STUB }, { "SWRST", 15, 1, ZIF_RW }) },
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
};

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
    uint8_t faults; /* injected: 1 << FAULT_* */
    uint8_t pec;
} I2c;

/* --- Timing -------------------------------------------------------------------------------------------------------------- */

/* Ticks of the block's clock in a period of SCL. */
static unsigned bit_ticks(const I2c *c)
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
    if (!bit_ticks(c)) {
        zif_report(&c->dev, ZIF_REPORT_BAUD, CCR, "CCR is 0: there is no clock");
        return;
    }
    if (freq < (fast ? 4 : 2) || freq > 50 || freq != (hz + 500000) / 1000000) {
        zif_report(&c->dev, ZIF_REPORT_BAUD, CR2, "FREQ = %u MHz, but the block's clock is %.3f MHz", freq, hz / 1e6);
    }
    double scl = (double)hz / bit_ticks(c), most = fast ? 400e3 : 100e3;
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

static void enter(I2c *c, unsigned state, unsigned bits)
{
    c->state = state;
    if (bits && bit_ticks(c)) {
        stm32_pace(&c->dev, &c->pace, EV_BUS, (uint64_t)bits * bit_ticks(c));
    } else {
        stm32_pace_cancel(&c->dev, &c->pace, EV_BUS);
    }
}

/* --- Outputs --------------------------------------------------------------------------------------------------------------- */

static void update(I2c *c)
{
    uint32_t sr = c->values[SR1], cr2 = c->values[CR2];
    bool event = (sr & (SB | ADDR | ADD10 | STOPF | BTF) && cr2 & ITEVTEN) ||
                 (sr & (TXE | RXNE) && cr2 & ITEVTEN && cr2 & ITBUFEN);
    bool error = sr & (BERR | ARLO | AF | OVR | PECERR | TIMEOUT | SMBALERT) && cr2 & ITERREN;
    zif_set(&c->dev, OUT_EVENT, 0, event);
    zif_set(&c->dev, OUT_ERROR, 0, error);
    zif_set(&c->dev, OUT_DMA_RX, 0, cr2 & DMAEN && sr & RXNE);
    zif_set(&c->dev, OUT_DMA_TX, 0, cr2 & DMAEN && sr & TXE && !c->sends_pec);
}

static void pec_byte(I2c *c, uint8_t byte)
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

static void let_go(I2c *c)
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
        let_go(c);
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
    enter(c, FREE, 0);
}

/* Is a stop or a start asked for? Then the bus is busy with it. */
static bool asked(I2c *c)
{
    if (c->values[CR1] & STOP) {
        enter(c, STOPPING, STOP_BITS);
        return true;
    }
    if (c->values[CR1] & START) {
        enter(c, STARTING, START_BITS);
        return true;
    }
    return false;
}

static void start_if_free(I2c *c)
{
    if (c->state == FREE && c->values[CR1] & PE && c->values[CR1] & START && !(c->values[SR2] & BUSY)) {
        check_timing(c);

        enter(c, STARTING, START_BITS);
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
        enter(c, SENDING, BYTE_BITS);
    } else if (!(c->values[SR1] & TXE)) {
        c->shift = c->tx;
        c->values[SR1] |= c->values[CR1] & PEC ? 0 : TXE;
        enter(c, SENDING, BYTE_BITS);
    } else {
        enter(c, HOLDING, 0);
    }
}

static void receive_next(I2c *c)
{
    if (asked(c)) {
        return;
    }
    if (c->refused || c->shift_full) {
        enter(c, HOLDING, 0);
    } else {
        enter(c, RECEIVING, BYTE_BITS);
    }
}

static void no_acknowledge(I2c *c)
{
    c->values[SR1] |= AF;
    c->values[SR1] &= ~(uint32_t)TXE;
    c->refused = true;
    if (!asked(c)) {
        enter(c, HOLDING, 0);
    }
}

static void lose_arbitration(I2c *c)
{
    let_go(c);
    c->values[SR1] |= ARLO;
    bus_free(c);
    c->values[SR2] |= BUSY;
    stm32_pace(&c->dev, &c->pace, EV_FREE, (uint64_t)ARLO_BITS * bit_ticks(c));
}

static void started(I2c *c)
{
    c->values[CR1] &= ~(uint32_t)START;
    c->values[SR2] = (c->values[SR2] & ~(uint32_t)TRA) | MSL | BUSY;
    c->values[SR1] = (c->values[SR1] & ~(uint32_t)(BTF | TXE | ADDR | ADD10)) | SB;
    c->refused = c->shift_full = c->sends_pec = c->second = c->last_next = false;
    c->pec = 0;
    enter(c, STARTED, 0);
    asked(c); /* a stop can follow the start */
}

static bool is_ten_header(uint8_t byte)
{
    return (byte & 0xf8) == 0xf0;
}

static void addressed(I2c *c)
{
    bool is_read = c->shift & 1;
    pec_byte(c, c->shift);
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
            enter(c, STARTED, 0);
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
    enter(c, ADDRESSED, 0);
}

static void sent(I2c *c)
{
    if (fault(c, FAULT_ARLO)) {
        lose_arbitration(c);
        return;
    }
    uint8_t byte = c->faults & 1 << FAULT_GLITCH ? c->shift ^ 0x10 : c->shift;
    int ack = bus_write(c, byte);
    if (ack == ZIF_I2C_STRETCHED) {
        enter(c, SENDING, 1);
        return;
    }
    c->faults &= ~(1u << FAULT_NACK | 1u << FAULT_GLITCH);
    pec_byte(c, c->shift);
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
    if (byte == ZIF_I2C_STRETCHED) {
        enter(c, RECEIVING, 1);
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
    pec_byte(c, byte);
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
    let_go(c);
    c->values[CR1] &= ~(uint32_t)(STOP | PEC);
    bus_free(c);
    start_if_free(c);
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

static void i2c_event(ZifDevice *dev, unsigned event)
{
    I2c *c = (I2c *)dev;
    if (event == EV_FREE) {
        c->values[SR2] &= ~(uint32_t)BUSY;
        start_if_free(c);
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
    update(c);
}

/* The bus is held between two bytes: what was asked for, or the next byte, can begin. */
static void go_on(I2c *c)
{
    if (c->state == FREE) {
        start_if_free(c);
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

/* --- Slave ------------------------------------------------------------------------------------------------------------------------ */

static bool slave_address(ZifDevice *dev, uint16_t address, bool ten_bits, bool is_read)
{
    I2c *c = (I2c *)dev;
    uint32_t oar1 = c->values[OAR1], oar2 = c->values[OAR2], flags = 0;
    if (!(c->values[CR1] & PE) || (c->state != FREE && c->state != SLAVE) || zif_clock_hz(dev) == 0) {
        return false;
    }
    bool mine =
        ten_bits ? oar1 & ADDMODE && address == (oar1 & 0x3ff) : !(oar1 & ADDMODE) && address == zif_bits(oar1, 1, 7);
    if (!mine && !ten_bits && oar2 & ENDUAL && address == zif_bits(oar2, 1, 7)) {
        mine = true;
        flags = DUALF;
    }
    if (!mine && !ten_bits && !address && !is_read && c->values[CR1] & ENGC) {
        mine = true;
        flags = GENCALL;
    }
    if (!mine || !(c->values[CR1] & ACK) || !zif_check_routed(dev, "scl") || !zif_check_routed(dev, "sda")) {
        return false;
    }
    c->state = SLAVE;
    c->pec = 0;
    pec_byte(c, (uint8_t)(address << 1 | is_read));
    c->nacked_as_slave = false;
    c->shift_full = false;
    c->values[SR2] = BUSY | flags | (is_read ? TRA : 0);
    c->values[SR1] = (c->values[SR1] & ~(uint32_t)(BTF | TXE)) | ADDR | (is_read ? TXE : 0);
    update(c);
    return true;
}

static int slave_write(ZifDevice *dev, uint8_t byte)
{
    I2c *c = (I2c *)dev;
    bool stretches = !(c->values[CR1] & NOSTRETCH);
    if (c->state != SLAVE) {
        return 0;
    }
    if (stretches && (c->values[SR1] & ADDR || c->shift_full)) {
        return ZIF_I2C_STRETCHED;
    }
    if (!(c->values[SR1] & RXNE)) {
        c->rx = byte;
        c->values[SR1] |= RXNE;
    } else if (stretches) {
        c->shift = byte;
        c->shift_full = true;
        c->values[SR1] |= BTF;
    } else {
        c->values[SR1] |= OVR;
        zif_report(dev, ZIF_REPORT_OVERRUN, DR, "0x%02x lost: the byte before it was not read (SR1.OVR)", byte);
    }
    pec_byte(c, byte);
    update(c);
    return !!(c->values[CR1] & ACK);
}

static int slave_read(ZifDevice *dev)
{
    I2c *c = (I2c *)dev;
    bool stretches = !(c->values[CR1] & NOSTRETCH);
    if (c->state != SLAVE) {
        return 0xff;
    }
    if (c->values[SR1] & (ADDR | TXE) && stretches) {
        if (!(c->values[SR1] & ADDR) && c->values[SR1] & TXE) {
            c->values[SR1] |= BTF;
            update(c);
        }
        return ZIF_I2C_STRETCHED;
    }
    if (c->values[SR1] & TXE) {
        c->values[SR1] |= OVR;
        zif_report(dev, ZIF_REPORT_OVERRUN, DR, "0x%02x sent again: DR was not written in time (SR1.OVR)", c->shift);
    } else {
        c->shift = c->tx;
        c->values[SR1] |= TXE;
    }
    pec_byte(c, c->shift);
    update(c);
    return c->shift;
}

static void slave_nack(ZifDevice *dev)
{
    I2c *c = (I2c *)dev;
    if (c->state == SLAVE) {
        c->values[SR1] = (c->values[SR1] & ~(uint32_t)(TXE | BTF)) | AF;
        c->nacked_as_slave = true;
        update(c);
    }
}

static void slave_stop(ZifDevice *dev)
{
    I2c *c = (I2c *)dev;
    if (c->state == SLAVE) {
        c->values[SR1] |= c->nacked_as_slave ? 0 : STOPF;
        c->values[SR1] &= ~(uint32_t)(BTF | TXE | (c->values[SR2] & TRA ? ADDR : 0));
        c->values[SR2] = 0;
        enter(c, FREE, 0);
        start_if_free(c);
        update(c);
    }
}

/* --- Registers --------------------------------------------------------------------------------------------------------------------- */

static uint32_t i2c_peek(ZifDevice *dev, unsigned slot)
{
    const I2c *c = (const I2c *)dev;
    return slot == DR ? c->rx : slot == SR2 ? c->values[SR2] | (uint32_t)c->pec << 8 : c->values[slot];
}

static void addr_cleared(I2c *c)
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
        enter(c, RECEIVING, BYTE_BITS); /* one byte also when STOP is set already */
    }
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
        addr_cleared(c);
    } else if (slot == DR) {
        c->values[SR1] &= ~(uint32_t)BTF;
        if (c->shift_full) {
            c->rx = c->shift;
            c->shift_full = false;
            go_on(c);
        } else {
            c->values[SR1] &= ~(uint32_t)RXNE;
        }
    } else {
        return;
    }
    update(c);
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
        enter(c, ADDRESSING, BYTE_BITS);
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
        go_on(c);
    }
}

/* PE or SWRST: everything that is going on ends. */
static void switch_off(I2c *c)
{
    if (c->values[SR2] & MSL) {
        zif_report(&c->dev, ZIF_REPORT_BUSY, CR1, "switched off in the middle of a transfer");
    }
    let_go(c);
    c->values[SR1] = c->values[SR2] = 0;
    c->values[CR1] &= ~(uint32_t)(START | STOP | ACK | POS | PEC | ALERT);
    c->seen = 0;
    c->pec = c->faults = c->target = 0;
    c->refused = c->shift_full = c->sends_pec = c->second = c->last_next = c->pos_ack = c->ten_known = false;
    stm32_pace_cancel(&c->dev, &c->pace, EV_FREE);
    enter(c, FREE, 0);
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
    go_on(c);
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
        if (c->values[CR1] & PE && old != c->values[slot]) {
            zif_report(dev, ZIF_REPORT_BUSY, slot, "changed while PE is 1");
        }
        c->timing_checked = false;
        break;
    case CR2:
        c->timing_checked = c->timing_checked && !((old ^ c->values[CR2]) & 0x3f);
        break;
    }
    update(c);
}

/* --- From outside ------------------------------------------------------------------------------------------------------------------- */

/* The DMA controller has only one transfer left after the present one. */
static void i2c_dma_last(ZifDevice *dev, unsigned line, int level)
{
    I2c *c = (I2c *)dev;
    c->last_next |= level;
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
    update(c);
}

static const ZifI2cTarget slave = {
    .address = slave_address,
    .write = slave_write,
    .read = slave_read,
    .nack = slave_nack,
    .stop = slave_stop,
};

const ZifClass zif__stm32f4_i2c = {
    .name = "stm32f4-i2c",
    .socs = (const char *const[]){ "st,stm32f4", NULL },
    .compatible = (const char *const[]){ "st,stm32-i2c-v1", NULL },
    .reference = "RM0090 rev 19, chapter 27",
    .summary = "master and slave, 7 and 10 bits, all events and errors, PEC, DMA requests; no SMBus addresses or alert",
    .modelled = ZIF_MODELLED,
    .size = sizeof(I2c),
    .regs = regs,
    .nregs = NREGS,
    .values = offsetof(I2c, values),
    .span = 0x400,
    .widths = ZIF_W16 | ZIF_W32,
    .inputs = (const ZifInput[]){ { .name = "dma-last", .set = i2c_dma_last }, { 0 } },
    .outputs =
        (const ZifOutput[]){
            { .name = "irq-event" }, { .name = "irq-error" }, { .name = "dma-rx" }, { .name = "dma-tx" }, { 0 } },
    .events = (const char *const[]){ "bus", "free", NULL },
    .event = i2c_event,
    .reset = i2c_reset,
    .peek = i2c_peek,
    .on_read = i2c_on_read,
    .on_write = i2c_on_write,
    .clock_changed = i2c_clock_changed,
    .i2c_target = &slave,
    .faults = (const char *const[]){ "nack", "berr", "arlo", "stretch", "glitch", NULL },
    .inject = i2c_inject,
};
