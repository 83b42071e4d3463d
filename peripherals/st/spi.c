/*
 * STM32F4 SPI: master and slave, frame by frame at the clock's speed.
 *
 * Reference: RM0090 rev 19, chapter 28 "Serial peripheral interface (SPI)".
 * Models: 8 and 16 bits, both bit orders, full duplex, receive only, one data line in both directions, NSS by software and by pin with mode
 * faults, both buffers with TXE, RXNE, BSY and overrun, CRC, DMA requests; slave mode under another controller's clock.
 * Departs: the pads SCK and MOSI do not move with the bits. Parts see a frame at its end. A part clocked in a mode that is not its own sees
 * every byte half a bit, here a whole one, late. CRCNEXT clears itself; it is also set by the end of a DMA
 * transfer to DR, after which the CRC follows by itself.
 * An overrun is reported when the firmware reads what comes: DR during the burst, or by interrupt or DMA.
 * Missing: TI frame format; I2S: its registers are kept without effect.
 *
 * Node properties: zif,spi-bus = <&spi2 ...>: other controllers on the same wires, slaves of this one.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "stm32_pace.h"

enum { CR1, CR2, SR, DR, CRCPR, RXCRCR, TXCRCR, I2SCFGR, I2SPR, NREGS };
enum {
    CPHA = 1,
    CPOL = 2,
    MSTR = 4,
    BR = 0x38,
    SPE = 0x40,
    LSBFIRST = 0x80,
    SSI = 0x100,
    SSM = 0x200,
    RXONLY = 0x400,
    DFF = 0x800,
    CRCNEXT = 0x1000,
    CRCEN = 0x2000,
    BIDIOE = 0x4000,
    BIDIMODE = 0x8000
};
enum { RXDMAEN = 1, TXDMAEN = 2, SSOE = 4, ERRIE = 0x20, RXNEIE = 0x40, TXEIE = 0x80 };
enum { RXNE = 1, TXE = 2, CRCERR = 0x10, MODF = 0x20, OVR = 0x40, BSY = 0x80, FRE = 0x100 };
enum { OUT_IRQ, OUT_DMA_RX, OUT_DMA_TX, OUT_NSS, OUT_SCK };
enum { EV_FRAME, NEVENTS };

static const ZifRegister regs[NREGS] = {
    [CR1] = { .name = "CR1",
              .offset = 0x00,
              .flags = ZIF_REG_VOLATILE,
              .fields = ZIF_FIELDS({ "CPHA", 0, 1, ZIF_RW }, { "CPOL", 1, 1, ZIF_RW }, { "MSTR", 2, 1, ZIF_RW },
                                   { "BR", 3, 3, ZIF_RW }, { "SPE", 6, 1, ZIF_RW }, { "LSBFIRST", 7, 1, ZIF_RW },
                                   { "SSI", 8, 1, ZIF_RW }, { "SSM", 9, 1, ZIF_RW }, { "RXONLY", 10, 1, ZIF_RW },
                                   { "DFF", 11, 1, ZIF_RW }, { "CRCNEXT", 12, 1, ZIF_RW }, { "CRCEN", 13, 1, ZIF_RW },
                                   { "BIDIOE", 14, 1, ZIF_RW }, { "BIDIMODE", 15, 1, ZIF_RW }) },
    [CR2] = { .name = "CR2",
              .offset = 0x04,
              .fields = ZIF_FIELDS({ "RXDMAEN", 0, 1, ZIF_RW }, { "TXDMAEN", 1, 1, ZIF_RW }, { "SSOE", 2, 1, ZIF_RW },
                                   { "FRF", 4, 1, ZIF_STUB }, { "ERRIE", 5, 1, ZIF_RW }, { "RXNEIE", 6, 1, ZIF_RW },
                                   { "TXEIE", 7, 1, ZIF_RW }) },
    [SR] = { .name = "SR",
             .offset = 0x08,
             .reset = 2,
             .flags = ZIF_REG_VOLATILE,
             .fields = ZIF_FIELDS({ "RXNE", 0, 1, ZIF_RO }, { "TXE", 1, 1, ZIF_RO }, { "CHSIDE", 2, 1, ZIF_RO },
                                  { "UDR", 3, 1, ZIF_RO }, { "CRCERR", 4, 1, ZIF_W0C }, { "MODF", 5, 1, ZIF_RO },
                                  { "OVR", 6, 1, ZIF_RO }, { "BSY", 7, 1, ZIF_RO }, { "FRE", 8, 1, ZIF_RO }) },
    [DR] = { .name = "DR",
             .offset = 0x0C,
             .widths = ZIF_WANY,
             .flags = ZIF_REG_VOLATILE,
             .fields = ZIF_FIELDS({ "DR", 0, 16, ZIF_RW }) },
    [CRCPR] = { .name = "CRCPR", .offset = 0x10, .reset = 7, .fields = ZIF_FIELDS({ "CRCPOLY", 0, 16, ZIF_RW }) },
    [RXCRCR] = { .name = "RXCRCR",
                 .offset = 0x14,
                 .flags = ZIF_REG_VOLATILE,
                 .fields = ZIF_FIELDS({ "RxCRC", 0, 16, ZIF_RO }) },
    [TXCRCR] = { .name = "TXCRCR",
                 .offset = 0x18,
                 .flags = ZIF_REG_VOLATILE,
                 .fields = ZIF_FIELDS({ "TxCRC", 0, 16, ZIF_RO }) },
    [I2SCFGR] = { .name = "I2SCFGR",
                  .offset = 0x1C,
                  .fields = ZIF_FIELDS({ "CHLEN", 0, 1, ZIF_STUB }, { "DATLEN", 1, 2, ZIF_STUB },
                                       { "CKPOL", 3, 1, ZIF_STUB }, { "I2SSTD", 4, 2, ZIF_STUB },
                                       { "PCMSYNC", 7, 1, ZIF_STUB }, { "I2SCFG", 8, 2, ZIF_STUB },
                                       { "I2SE", 10, 1, ZIF_STUB }, { "I2SMOD", 11, 1, ZIF_STUB }) },
    [I2SPR] = { .name = "I2SPR",
                .offset = 0x20,
                .reset = 2,
                .fields =
                    ZIF_FIELDS({ "I2SDIV", 0, 8, ZIF_STUB }, { "ODD", 8, 1, ZIF_STUB }, { "MCKOE", 9, 1, ZIF_STUB }) },
};

typedef struct {
    ZifDevice dev;
    uint32_t values[NREGS];
    Stm32Pace pace;
    uint16_t tx, rx, shift;
    uint8_t late;                                /* the bit that a part in the wrong mode sees first */
    uint8_t targets;                             /* entries of zif,spi-bus that take part in this frame, one bit each */
    uint16_t answer;                             /* what they shift out */
    bool busy;                                   /* a frame is on the wire, as master */
    bool slave_busy;                             /* the same as slave */
    bool crc_frame;                              /* it is the CRC */
    bool read_dr, read_sr;                       /* the first halves of clearing OVR and MODF */
    bool reader;                                 /* the firmware has read DR since the burst began */
    bool clock_checked, out_checked, in_checked; /* whether the signal is led to a pin; said once a burst */
} Spi;

enum { MAX_TARGETS = 8 };

static unsigned bits(const Spi *s)
{
    return s->values[CR1] & DFF ? 16 : 8;
}

static uint16_t mask(const Spi *s)
{
    return s->values[CR1] & DFF ? 0xffff : 0xff;
}

static uint64_t frame_ticks(const Spi *s)
{
    return (uint64_t)bits(s) << (zif_bits(s->values[CR1], 3, 3) + 1);
}

static bool receives_only(const Spi *s)
{
    uint32_t cr1 = s->values[CR1];
    return cr1 & BIDIMODE ? !(cr1 & BIDIOE) : cr1 & RXONLY;
}

static bool sends_only(const Spi *s)
{
    return s->values[CR1] & BIDIMODE && s->values[CR1] & BIDIOE;
}

static void update(Spi *s)
{
    uint32_t cr1 = s->values[CR1], cr2 = s->values[CR2];
    bool on = cr1 & SPE, busy = s->busy || s->slave_busy || (on && cr1 & MSTR && !(s->values[SR] & TXE));
    s->values[SR] = (s->values[SR] & ~(uint32_t)BSY) | (busy ? BSY : 0);
    uint32_t sr = s->values[SR];
    zif_set(&s->dev, OUT_IRQ, 0,
            (sr & TXE && cr2 & TXEIE) || (sr & RXNE && cr2 & RXNEIE) ||
                (sr & (CRCERR | MODF | OVR | FRE) && cr2 & ERRIE));
    zif_set(&s->dev, OUT_DMA_RX, 0, sr & RXNE && cr2 & RXDMAEN);
    zif_set(&s->dev, OUT_DMA_TX, 0, sr & TXE && cr2 & TXDMAEN);
    zif_set(&s->dev, OUT_NSS, 0, !(on && cr1 & MSTR && !(cr1 & SSM) && cr2 & SSOE));
    zif_set(&s->dev, OUT_SCK, 0, on && cr1 & MSTR && cr1 & CPOL);
}

/* --- CRC ------------------------------------------------------------------------------------------------------------------ */

static uint16_t reversed(uint16_t v, unsigned n)
{
    uint16_t r = 0;
    for (unsigned i = 0; i < n; i++) {
        r |= (v >> i & 1) << (n - 1 - i);
    }
    return r;
}

static void crc_word(Spi *s, unsigned slot, uint16_t word)
{
    unsigned n = bits(s);
    uint32_t crc = s->values[slot], top = 1u << (n - 1);
    if (!(s->values[CR1] & CRCEN)) {
        return;
    }
    crc ^= s->values[CR1] & LSBFIRST ? reversed(word, n) : word;
    for (unsigned i = 0; i < n; i++) {
        crc = crc & top ? crc << 1 ^ s->values[CRCPR] : crc << 1;
    }
    s->values[slot] = crc & mask(s);
}

/* --- The frame, for master and slave ------------------------------------------------------------------------------------------ */

/* What the next frame shifts out. */
static uint16_t take_tx(Spi *s)
{
    if (s->values[CR1] & CRCEN && s->values[CR1] & CRCNEXT && s->values[SR] & TXE) {
        s->crc_frame = true;
        return s->values[TXCRCR];
    }
    s->values[SR] |= TXE;
    return s->tx & mask(s);
}

static void frame_received(Spi *s, uint16_t word)
{
    bool crc = s->crc_frame;
    s->crc_frame = false;
    word &= mask(s);
    if (!crc) {
        crc_word(s, TXCRCR, s->shift);
    } else {
        s->values[CR1] &= ~(uint32_t)CRCNEXT;
    }
    if (sends_only(s)) {
        return;
    }
    if (crc && word != s->values[RXCRCR]) {
        s->values[SR] |= CRCERR;
    } else if (!crc) {
        crc_word(s, RXCRCR, word);
    }
    if (s->values[SR] & RXNE) {
        s->values[SR] |= OVR;
        s->read_dr = false;
        if (s->reader || s->values[CR2] & (RXDMAEN | RXNEIE)) {
            zif_report(&s->dev, ZIF_REPORT_OVERRUN, DR, "0x%02x lost: what came before it was not read (SR.OVR)", word);
        }
    } else {
        s->rx = word;
        s->values[SR] |= RXNE;
    }
}

/* --- Master --------------------------------------------------------------------------------------------------------------------- */

static ZifDevice *target(const Spi *s, unsigned n)
{
    ZifDevice *t = zif_prop_device(&s->dev, "zif,spi-bus", n);
    return t && t->cls->spi_target && t != &s->dev ? t : NULL;
}

static unsigned mode(const Spi *s)
{
    return s->values[CR1] & (CPOL | CPHA);
}

/* A bus without MOSI or MISO is no mistake as long as nothing is said or heard on it. */
static void check_pins(Spi *s, uint16_t out)
{
    bool says = !receives_only(s) && (out & mask(s)) != 0 && (out & mask(s)) != mask(s);
    bool hears = receives_only(s) || (!sends_only(s) && s->values[CR2] & (RXDMAEN | RXNEIE));
    bool one_wire = s->values[CR1] & BIDIMODE;
    if (!s->clock_checked) {
        s->clock_checked = true;
        zif_check_routed(&s->dev, "sck");
    }
    if (!s->out_checked && (says || (hears && one_wire))) {
        s->out_checked = true;
        zif_check_routed(&s->dev, "mosi");
    }
    if (!s->in_checked && hears && !one_wire) {
        s->in_checked = true;
        zif_check_routed(&s->dev, "miso");
    }
}

static void begin(Spi *s, uint16_t out)
{
    s->busy = true;
    s->shift = out;
    s->targets = 0;
    s->answer = 0xffff;
    check_pins(s, out);
    for (unsigned n = 0; n < MAX_TARGETS; n++) {
        ZifDevice *t = target(s, n);
        uint16_t word;
        if (t && zif_routed(&s->dev, "sck") && t->cls->spi_target->begin(t, mode(s), &word)) {
            s->targets |= 1u << n;
            s->answer &= word;
        }
    }
    stm32_pace(&s->dev, &s->pace, EV_FRAME, frame_ticks(s));
}

static void next(Spi *s)
{
    uint32_t cr1 = s->values[CR1];
    if (s->busy || !(cr1 & SPE) || !(cr1 & MSTR)) {
        return;
    }
    if (receives_only(s)) {
        s->crc_frame = cr1 & CRCEN && cr1 & CRCNEXT;
        begin(s, 0xffff);
    } else if (!(s->values[SR] & TXE) || (cr1 & CRCEN && cr1 & CRCNEXT && s->values[SR] & TXE)) {
        begin(s, take_tx(s));
    }
}

/* One byte over the wires to the parts and back. */
static uint8_t exchange(Spi *s, uint8_t out, bool right)
{
    bool lsb_first = s->values[CR1] & LSBFIRST;
    uint8_t wire = lsb_first ? reversed(out, 8) : out;
    if (right) {
        uint8_t in = zif_spi_transfer(&s->dev, wire);
        return lsb_first ? reversed(in, 8) : in;
    }
    uint8_t seen = s->late << 7 | wire >> 1;
    s->late = wire & 1;
    return zif_spi_transfer(&s->dev, seen) >> 1;
}

static void frame_done(Spi *s)
{
    uint16_t out = s->shift, in = s->answer;
    bool right = zif_spi_check(&s->dev, mode(s), zif_clock_hz(&s->dev) >> (zif_bits(s->values[CR1], 3, 3) + 1));
    s->busy = false;
    if (!zif_routed(&s->dev, "mosi") || receives_only(s)) {
        out = 0xffff;
    }
    if (!zif_routed(&s->dev, "sck")) {
        in = 0xffff;
    } else if (bits(s) == 8) {
        in &= 0xff00 | exchange(s, out, right);
    } else if (s->values[CR1] & LSBFIRST) {
        in &= 0xff00 | exchange(s, out & 0xff, right);
        in &= 0x00ff | exchange(s, out >> 8, right) << 8;
    } else {
        in &= 0x00ff | exchange(s, out >> 8, right) << 8;
        in &= 0xff00 | exchange(s, out & 0xff, right);
    }
    for (unsigned n = 0; n < MAX_TARGETS; n++) {
        ZifDevice *t = s->targets >> n & 1 ? target(s, n) : NULL;
        if (t) {
            t->cls->spi_target->end(t, out);
        }
    }
    s->targets = 0;
    const char *data_in = s->values[CR1] & BIDIMODE ? "mosi" : "miso";
    if (!zif_routed(&s->dev, data_in)) {
        in = 0;
    }
    frame_received(s, in);
    next(s);
}

/* --- NSS -------------------------------------------------------------------------------------------------------------------------- */

static bool nss_low(const Spi *s)
{
    if (s->values[CR1] & SSM) {
        return !(s->values[CR1] & SSI);
    }
    return !zif_input_level(&s->dev, 0, 0);
}

/* A master that is selected lost the bus. */
static void check_mode_fault(Spi *s)
{
    uint32_t cr1 = s->values[CR1];
    bool drives = !(cr1 & SSM) && s->values[CR2] & SSOE;
    if (cr1 & MSTR && cr1 & SPE && !drives && nss_low(s)) {
        s->values[SR] |= MODF;
        s->values[CR1] &= ~(uint32_t)(MSTR | SPE);
        s->busy = false;
        stm32_pace_cancel(&s->dev, &s->pace, EV_FRAME);
        zif_report(&s->dev, ZIF_REPORT_BUS, SR, "mode fault: master with NSS low (%s); MSTR and SPE were cleared",
                   cr1 & SSM ? "CR1.SSM is 1 and SSI 0" : "CR1.SSM and CR2.SSOE are 0, and the pin is low");
    }
}

static void spi_nss(ZifDevice *dev, unsigned line, int level)
{
    Spi *s = (Spi *)dev;
    check_mode_fault(s);
    update(s);
}

/* --- Slave ------------------------------------------------------------------------------------------------------------------------- */

static bool slave_begin(ZifDevice *dev, unsigned clock_mode, uint16_t *out)
{
    Spi *s = (Spi *)dev;
    uint32_t cr1 = s->values[CR1];
    if (!(cr1 & SPE) || cr1 & MSTR || !nss_low(s) || !zif_routed(dev, "sck")) {
        return false;
    }
    if (clock_mode != mode(s)) {
        zif_report(dev, ZIF_REPORT_BUS, CR1, "clocked in mode %u; CPOL and CPHA say %u", clock_mode, mode(s));
    }
    s->slave_busy = true;
    s->shift = take_tx(s); /* what was in the buffer: the last word again when nothing was written */
    bool sends = receives_only(s) ? false : zif_check_routed(dev, "miso");
    *out = sends ? s->shift | (bits(s) == 8 ? 0xff00 : 0) : 0xffff;
    update(s);
    return true;
}

static void slave_end(ZifDevice *dev, uint16_t in)
{
    Spi *s = (Spi *)dev;
    s->slave_busy = false;
    frame_received(s, in);
    update(s);
}

/* --- Registers ----------------------------------------------------------------------------------------------------------------------- */

static uint32_t spi_peek(ZifDevice *dev, unsigned slot)
{
    const Spi *s = (const Spi *)dev;
    return slot == DR ? s->rx : s->values[slot];
}

static void spi_on_read(ZifDevice *dev, unsigned slot)
{
    Spi *s = (Spi *)dev;
    if (slot == DR) {
        s->values[SR] &= ~(uint32_t)RXNE;
        s->read_dr = true;
        s->reader = s->reader || s->values[SR] & BSY;
    } else if (slot == SR) {
        if (s->read_dr) {
            s->values[SR] &= ~(uint32_t)OVR;
            s->read_dr = false;
        }
        s->read_sr = s->values[SR] & MODF;
    } else {
        return;
    }
    update(s);
}

static void cr1_written(Spi *s, uint32_t old)
{
    uint32_t cr1 = s->values[CR1], changed = old ^ cr1;
    if (s->values[SR] & MODF) {
        if (s->read_sr) {
            s->values[SR] &= ~(uint32_t)MODF;
            s->read_sr = false;
        } else {
            s->values[CR1] = cr1 &= ~(uint32_t)(MSTR | SPE);
        }
    }
    if (s->busy && changed & (CPOL | CPHA | BR | LSBFIRST | MSTR | BIDIMODE)) {
        zif_report(&s->dev, ZIF_REPORT_BUSY, CR1, "CPOL, CPHA, BR, LSBFIRST, MSTR or BIDIMODE changed during a frame");
    } else if (old & SPE && cr1 & SPE && changed & (DFF | CRCEN)) {
        zif_report(&s->dev, ZIF_REPORT_BUSY, CR1, "DFF or CRCEN changed while SPE is 1");
    }
    if (cr1 & CRCEN && !(old & CRCEN)) {
        s->values[TXCRCR] = s->values[RXCRCR] = 0;
    }
    if (old & SPE && !(cr1 & SPE)) {
        if (s->busy && !receives_only(s)) {
            zif_report(&s->dev, ZIF_REPORT_BUSY, CR1, "SPE cleared while BSY is 1: 0x%02x is cut off", s->shift);
            s->busy = s->crc_frame = false;
            s->targets = 0;
            stm32_pace_cancel(&s->dev, &s->pace, EV_FRAME);
        }
    }
    if (!(old & SPE) && cr1 & SPE) {
        s->reader = s->clock_checked = s->out_checked = s->in_checked = false;
    }
    check_mode_fault(s);
}

static void spi_on_write(ZifDevice *dev, unsigned slot, uint32_t old, uint32_t value)
{
    Spi *s = (Spi *)dev;
    switch (slot) {
    case CR1:
        cr1_written(s, old);
        break;
    case CR2:
        check_mode_fault(s);
        break;
    case SR:
        s->read_sr = s->values[SR] & MODF; /* writing counts as reading */
        break;
    case DR:
        s->values[DR] = 0;
        if (!(s->values[SR] & TXE)) {
            zif_report(dev, ZIF_REPORT_OVERRUN, DR, "0x%02x lost: 0x%02x was written over it while TXE was 0", s->tx,
                       value & mask(s));
        }
        s->reader = s->reader && s->values[SR] & BSY;
        s->tx = value;
        s->values[SR] &= ~(uint32_t)TXE;
        break;
    }
    next(s);
    update(s);
}

/* The DMA controller has written its last word: the CRC follows it. */
static void spi_dma_end(ZifDevice *dev, unsigned line, int level)
{
    Spi *s = (Spi *)dev;
    if (level && s->values[CR1] & CRCEN && s->values[CR2] & TXDMAEN) {
        s->values[CR1] |= CRCNEXT;
        next(s);
        update(s);
    }
}

static void spi_event(ZifDevice *dev, unsigned event)
{
    Spi *s = (Spi *)dev;
    frame_done(s);
    update(s);
}

static void spi_clock_changed(ZifDevice *dev, uint64_t hz)
{
    stm32_pace_changed(dev, &((Spi *)dev)->pace, NEVENTS, hz);
}

static void spi_reset(ZifDevice *dev, ZifResetKind kind)
{
    Spi *s = (Spi *)dev;
    stm32_pace_reset(dev, &s->pace);
    s->tx = s->rx = s->shift = s->answer = 0;
    s->late = s->targets = 0;
    s->busy = s->slave_busy = s->crc_frame = s->read_dr = s->read_sr = s->reader = s->clock_checked = s->out_checked =
        s->in_checked = false;
    update(s);
}

static const ZifSpiTarget slave = { .begin = slave_begin, .end = slave_end };

static ZifTime spi_bit_time(ZifDevice *dev)
{
    const Spi *s = (const Spi *)dev;
    return stm32_ticks(zif_clock_hz(dev), frame_ticks(s) / bits(s));
}

const ZifClass zif__stm32f4_spi = {
    .name = "stm32f4-spi",
    .socs = (const char *const[]){ "st,stm32f4", NULL },
    .compatible = (const char *const[]){ "st,stm32-spi", NULL },
    .reference = "RM0090 rev 19, chapter 28",
    .summary = "SPI master and slave, 8 and 16 bits, NSS and mode faults, CRC, DMA requests; no I2S, no TI format",
    .modelled = ZIF_PARTIAL,
    .size = sizeof(Spi),
    .regs = regs,
    .nregs = NREGS,
    .values = offsetof(Spi, values),
    .span = 0x400,
    .widths = ZIF_W16 | ZIF_W32,
    .inputs = (const ZifInput[]){ { .name = "nss", .set = spi_nss }, { .name = "dma-end", .set = spi_dma_end }, { 0 } },
    .outputs = (const ZifOutput[]){ { .name = "irq" },
                                    { .name = "dma-rx" },
                                    { .name = "dma-tx" },
                                    { .name = "nss" },
                                    { .name = "sck" },
                                    { 0 } },
    .events = (const char *const[]){ "frame", NULL },
    .event = spi_event,
    .reset = spi_reset,
    .peek = spi_peek,
    .on_read = spi_on_read,
    .on_write = spi_on_write,
    .bit_time = spi_bit_time,
    .clock_changed = spi_clock_changed,
    .spi_target = &slave,
};
