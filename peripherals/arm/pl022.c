/*
 * PrimeCell synchronous serial port PL022, as a master.
 *
 * Reference: ARM PrimeCell Synchronous Serial Port (PL022) TRM r1p3, DDI 0194, 2.3 and 3.3.
 * Models: both FIFOs of eight frames, frames of 4 to 16 bits at the divider's speed, loop back, overrun, receive time-out, the
 * combined interrupt. Chip selects are the board's: wires from a GPIO port.
 * Departs: a part on the bus sees bytes: frames of up to 8 bits are one, longer ones two, the upper first. All frame formats
 * take the same time. SSPFSSOUT drives nothing.
 * Missing: slave mode, DMA requests.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <zif/peripheral.h>

enum { CR0, CR1, DR, SR, CPSR, IMSC, RIS, MIS, ICR, DMACR, PID0, PID1, PID2, PID3, CID0, CID1, CID2, CID3, NREGS };

#define ID_ROW(slot, at, value)                                                                                        \
    [slot] = { .name = #slot, .offset = at, .reset = value, .fields = ZIF_FIELDS({ #slot, 0, 8, ZIF_RO }) }

static const ZifRegister regs[NREGS] = {
    [CR0] = { .name = "SSPCR0",
              .offset = 0x000,
              .fields = ZIF_FIELDS({ "DSS", 0, 4, ZIF_RW }, { "FRF", 4, 2, ZIF_RW }, { "SPO", 6, 1, ZIF_RW },
                                   { "SPH", 7, 1, ZIF_RW }, { "SCR", 8, 8, ZIF_RW }) },
    [CR1] = { .name = "SSPCR1",
              .offset = 0x004,
              .fields = ZIF_FIELDS({ "LBM", 0, 1, ZIF_RW }, { "SSE", 1, 1, ZIF_RW }, { "MS", 2, 1, ZIF_STUB },
                                   { "SOD", 3, 1, ZIF_RW }) },
    [DR] = { .name = "SSPDR",
             .offset = 0x008,
             .flags = ZIF_REG_VOLATILE, /* written: the transmit FIFO; read: the receive FIFO */
             .fields = ZIF_FIELDS({ "DATA", 0, 16, ZIF_RW }) },
    [SR] = { .name = "SSPSR",
             .flags = ZIF_REG_VOLATILE,
             .offset = 0x00C,
             .reset = 3,
             .fields = ZIF_FIELDS({ "TFE", 0, 1, ZIF_RO }, { "TNF", 1, 1, ZIF_RO }, { "RNE", 2, 1, ZIF_RO },
                                  { "RFF", 3, 1, ZIF_RO }, { "BSY", 4, 1, ZIF_RO }) },
    [CPSR] = { .name = "SSPCPSR",
               .offset = 0x010,
               .fields = ZIF_FIELDS({ "ZERO", 0, 1, ZIF_RO }, { "CPSDVSR", 1, 7, ZIF_RW }) },
    [IMSC] = { .name = "SSPIMSC",
               .offset = 0x014,
               .fields = ZIF_FIELDS({ "RORIM", 0, 1, ZIF_RW }, { "RTIM", 1, 1, ZIF_RW }, { "RXIM", 2, 1, ZIF_RW },
                                    { "TXIM", 3, 1, ZIF_RW }) },
    [RIS] = { .name = "SSPRIS",
              .flags = ZIF_REG_VOLATILE,
              .offset = 0x018,
              .reset = 8,
              .fields = ZIF_FIELDS({ "RORRIS", 0, 1, ZIF_RO }, { "RTRIS", 1, 1, ZIF_RO }, { "RXRIS", 2, 1, ZIF_RO },
                                   { "TXRIS", 3, 1, ZIF_RO }) },
    [MIS] = { .name = "SSPMIS",
              .flags = ZIF_REG_VOLATILE,
              .offset = 0x01C,
              .fields = ZIF_FIELDS({ "RORMIS", 0, 1, ZIF_RO }, { "RTMIS", 1, 1, ZIF_RO }, { "RXMIS", 2, 1, ZIF_RO },
                                   { "TXMIS", 3, 1, ZIF_RO }) },
    [ICR] = { .name = "SSPICR",
              .offset = 0x020,
              .fields = ZIF_FIELDS({ "RORIC", 0, 1, ZIF_WO }, { "RTIC", 1, 1, ZIF_WO }) },
    [DMACR] = { .name = "SSPDMACR",
                .offset = 0x024,
                .fields = ZIF_FIELDS({ "RXDMAE", 0, 1, ZIF_STUB }, { "TXDMAE", 1, 1, ZIF_STUB }) },
    ID_ROW(PID0, 0xFE0, 0x22),
    ID_ROW(PID1, 0xFE4, 0x10),
    ID_ROW(PID2, 0xFE8, 0x24),
    ID_ROW(PID3, 0xFEC, 0x00),
    ID_ROW(CID0, 0xFF0, 0x0D),
    ID_ROW(CID1, 0xFF4, 0xF0),
    ID_ROW(CID2, 0xFF8, 0x05),
    ID_ROW(CID3, 0xFFC, 0xB1),
};

enum { DEPTH = 8, HALF = DEPTH / 2, TIMEOUT_BITS = 32 };
enum { LBM = 1, SSE = 2, MS = 4 };                        /* CR1 */
enum { TFE = 1, TNF = 2, RNE = 4, RFF = 8, BSY = 16 };    /* SR */
enum { INT_ROR = 1, INT_RT = 2, INT_RX = 4, INT_TX = 8 }; /* IMSC, RIS, MIS, ICR */

typedef struct {
    uint16_t frame[DEPTH];
    uint8_t len;
} Fifo;

typedef struct {
    ZifDevice dev;
    uint32_t values[NREGS]; /* [RIS]: only the overrun and the time-out; the rest is computed */
    Fifo tx, rx;
    uint16_t shifting;
    bool busy;
} Ssp;

enum { IRQ };
enum { FRAME_DONE, RX_TIMEOUT };

static void push(Fifo *f, uint16_t frame)
{
    f->frame[f->len++] = frame;
}

static uint16_t pop(Fifo *f)
{
    uint16_t frame = f->frame[0];

    f->len--;
    for (unsigned i = 0; i < f->len; i++) {
        f->frame[i] = f->frame[i + 1];
    }
    return frame;
}

static uint32_t raw_interrupts(const Ssp *s)
{
    return s->values[RIS] | (s->rx.len >= HALF ? INT_RX : 0) | (s->tx.len <= HALF ? INT_TX : 0);
}

static void update_irq(Ssp *s)
{
    zif_set(&s->dev, IRQ, 0, (raw_interrupts(s) & s->values[IMSC]) != 0);
}

static unsigned frame_bits(const Ssp *s)
{
    return zif_bits(s->values[CR0], 0, 4) + 1;
}

/* Duration of so many bits; 0 while the divider or the clock stands. */
static ZifTime bits_time(Ssp *s, unsigned bits)
{
    uint64_t hz = zif_clock_hz(&s->dev);
    uint64_t clocks = (uint64_t)bits * s->values[CPSR] * (zif_bits(s->values[CR0], 8, 8) + 1);

    return hz ? (clocks * ZIF_SEC + hz - 1) / hz : 0;
}

static void start(Ssp *s)
{
    ZifTime frame = bits_time(s, frame_bits(s));

    if (s->busy || !s->tx.len || !(s->values[CR1] & SSE) || s->values[CR1] & MS) {
        return;
    }
    if (!frame) {
        zif_report(&s->dev, ZIF_REPORT_BAUD, CPSR, "nothing is sent: %s",
                   s->values[CPSR] ? "the port has no clock" : "SSPCPSR is 0, and must be at least 2");
        return;
    }
    s->busy = true;
    s->shifting = pop(&s->tx);
    zif_schedule_in(&s->dev, FRAME_DONE, frame);
}

static uint16_t exchange(Ssp *s)
{
    unsigned bits = frame_bits(s);
    uint16_t in;

    if (s->values[CR1] & LBM) {
        in = s->shifting;
    } else if (bits <= 8) {
        in = zif_spi_transfer(&s->dev, (uint8_t)s->shifting);
    } else {
        in = (uint16_t)(zif_spi_transfer(&s->dev, (uint8_t)(s->shifting >> 8)) << 8);
        in |= zif_spi_transfer(&s->dev, (uint8_t)s->shifting);
    }
    return in & (uint16_t)((1u << bits) - 1);
}

static void ssp_event(ZifDevice *dev, unsigned event)
{
    Ssp *s = (Ssp *)dev;

    if (event == RX_TIMEOUT) {
        s->values[RIS] |= INT_RT;
    } else {
        uint16_t in = exchange(s);

        s->busy = false;
        if (s->rx.len < DEPTH) {
            push(&s->rx, in);
        } else {
            s->values[RIS] |= INT_ROR;
            zif_report(dev, ZIF_REPORT_OVERRUN, DR, "frame 0x%x lost: the receive FIFO was full", in);
        }
        zif_schedule_in(dev, RX_TIMEOUT, bits_time(s, TIMEOUT_BITS));
        start(s);
    }
    update_irq(s);
}

static uint32_t ssp_peek(ZifDevice *dev, unsigned slot)
{
    Ssp *s = (Ssp *)dev;

    switch (slot) {
    case DR:
        return s->rx.len ? s->rx.frame[0] : 0;
    case SR:
        return (s->tx.len ? 0 : TFE) | (s->tx.len < DEPTH ? TNF : 0) | (s->rx.len ? RNE : 0) |
               (s->rx.len == DEPTH ? RFF : 0) | (s->busy || s->tx.len ? BSY : 0);
    case RIS:
        return raw_interrupts(s);
    case MIS:
        return raw_interrupts(s) & s->values[IMSC];
    default:
        return s->values[slot];
    }
}

static void ssp_on_read(ZifDevice *dev, unsigned slot)
{
    Ssp *s = (Ssp *)dev;

    if (slot != DR || !s->rx.len) {
        return;
    }
    pop(&s->rx);
    if (s->rx.len) {
        zif_schedule_in(dev, RX_TIMEOUT, bits_time(s, TIMEOUT_BITS));
    } else {
        zif_cancel(dev, RX_TIMEOUT);
        s->values[RIS] &= ~(uint32_t)INT_RT;
    }
    update_irq(s);
}

static void ssp_on_write(ZifDevice *dev, unsigned slot, uint32_t old, uint32_t value)
{
    Ssp *s = (Ssp *)dev;

    if (slot == DR && s->tx.len < DEPTH) {
        push(&s->tx, (uint16_t)value & (uint16_t)((1u << frame_bits(s)) - 1));
    } else if (slot == DR) {
        zif_report(dev, ZIF_REPORT_OVERRUN, DR, "frame 0x%x lost: the transmit FIFO was full", value);
    } else if (slot == ICR) {
        s->values[RIS] &= ~value;
    }
    start(s);
    update_irq(s);
}

static void ssp_clock_changed(ZifDevice *dev, uint64_t hz)
{
    start((Ssp *)dev);
}

static void ssp_reset(ZifDevice *dev, ZifResetKind kind)
{
    Ssp *s = (Ssp *)dev;

    s->tx.len = s->rx.len = 0;
    s->busy = false;
    s->values[RIS] = 0;
    update_irq(s);
}

static ZifTime ssp_bit_time(ZifDevice *dev)
{
    return bits_time((Ssp *)dev, 1);
}

const ZifClass zif__pl022 = {
    .name = "pl022",
    .compatible = (const char *const[]){ "arm,pl022", NULL },
    .reference = "DDI 0194, 3.3",
    .summary = "master; no slave mode, no DMA",
    .modelled = ZIF_PARTIAL,
    .size = sizeof(Ssp),
    .regs = regs,
    .nregs = NREGS,
    .values = offsetof(Ssp, values),
    .span = 0x1000,
    .outputs = (const ZifOutput[]){ { "irq", 1 }, { 0 } },
    .events = (const char *const[]){ "frame-done", "rx-timeout", NULL },
    .event = ssp_event,
    .reset = ssp_reset,
    .peek = ssp_peek,
    .on_read = ssp_on_read,
    .on_write = ssp_on_write,
    .clock_changed = ssp_clock_changed,
    .bit_time = ssp_bit_time,
};
