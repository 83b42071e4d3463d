/*
 * STM32F4 DMA controller: eight streams of eight channels, two bus ports.
 *
 * Reference: RM0090 Rev 19, chapter 10 "DMA controller (DMA)", section 2.1 "System architecture"; AN4031 (durations).
 * Models: all directions, direct mode, FIFO with thresholds, packing, bursts, circular and double-buffer mode, peripheral flow
 * control, priorities, suspension with flush, all flags. The two ports work side by side, each on one stream at a time.
 * Departs: an access takes a fixed number of AHB cycles, whoever else uses the bus; all beats of a burst happen at its end. In
 * memory-to-peripheral mode the next lap of a circular buffer is read when the last one has left.
 * Missing: nothing else known.
 *
 * Inputs: req (stream * 8 + channel) is high while a peripheral wants a transfer, or pulses; last (one a stream) is the "last
 * transfer" of a peripheral that controls the flow. Outputs (stream * 8 + channel): end pulses when the last item of a lap is
 * through, before-last when one item is left. What the memory port (0) and the peripheral port (1) do not reach is in the node's
 * zif,cannot-reach.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <string.h>
#include "dma.h"

#define FLAGS(PREFIX, N, LSB, A)                                                                                       \
    { PREFIX "FEIF" #N, (LSB) + 0, 1, A }, { PREFIX "DMEIF" #N, (LSB) + 2, 1, A },                                     \
        { PREFIX "TEIF" #N, (LSB) + 3, 1, A }, { PREFIX "HTIF" #N, (LSB) + 4, 1, A },                                  \
    {                                                                                                                  \
        PREFIX "TCIF" #N, (LSB) + 5, 1, A                                                                              \
    }
#define FOUR_FLAGS(PREFIX, N0, N1, N2, N3, A)                                                                          \
    ZIF_FIELDS(FLAGS(PREFIX, N0, 0, A), FLAGS(PREFIX, N1, 6, A), FLAGS(PREFIX, N2, 16, A), FLAGS(PREFIX, N3, 22, A))

#define STREAM(N)                                                                                                      \
    [STREAM0 + N * STREAM_REGS +                                                                                       \
        CR] = { .name = "S" #N "CR", .offset = 0x10 + 0x18 * N, .fields = cr_fields, .flags = ZIF_REG_VOLATILE },      \
        [STREAM0 + N * STREAM_REGS + NDTR] = { .name = "S" #N "NDTR",                                                  \
                                               .offset = 0x14 + 0x18 * N,                                              \
                                               .fields = ZIF_FIELDS({ "NDT", 0, 16, ZIF_RW }) },                       \
        [STREAM0 + N * STREAM_REGS + PAR] = { .name = "S" #N "PAR", .offset = 0x18 + 0x18 * N },                       \
        [STREAM0 + N * STREAM_REGS + M0AR] = { .name = "S" #N "M0AR", .offset = 0x1C + 0x18 * N },                     \
        [STREAM0 + N * STREAM_REGS + M1AR] = { .name = "S" #N "M1AR", .offset = 0x20 + 0x18 * N },                     \
        [STREAM0 + N * STREAM_REGS + FCR] = { .name = "S" #N "FCR",                                                    \
                                              .offset = 0x24 + 0x18 * N,                                               \
                                              .reset = 0x21,                                                           \
                                              .fields = fcr_fields,                                                    \
                                              .flags = ZIF_REG_VOLATILE }

static const ZifField cr_fields[] = {
    { "EN", 0, 1, ZIF_RW },      { "DMEIE", 1, 1, ZIF_RW },   { "TEIE", 2, 1, ZIF_RW },   { "HTIE", 3, 1, ZIF_RW },
    { "TCIE", 4, 1, ZIF_RW },    { "PFCTRL", 5, 1, ZIF_RW },  { "DIR", 6, 2, ZIF_RW },    { "CIRC", 8, 1, ZIF_RW },
    { "PINC", 9, 1, ZIF_RW },    { "MINC", 10, 1, ZIF_RW },   { "PSIZE", 11, 2, ZIF_RW }, { "MSIZE", 13, 2, ZIF_RW },
    { "PINCOS", 15, 1, ZIF_RW }, { "PL", 16, 2, ZIF_RW },     { "DBM", 18, 1, ZIF_RW },   { "CT", 19, 1, ZIF_RW },
    { "PBURST", 21, 2, ZIF_RW }, { "MBURST", 23, 2, ZIF_RW }, { "CHSEL", 25, 3, ZIF_RW }, { 0 },
};
static const ZifField fcr_fields[] = {
    { "FTH", 0, 2, ZIF_RW }, { "DMDIS", 2, 1, ZIF_RW }, { "FS", 3, 3, ZIF_RO }, { "FEIE", 7, 1, ZIF_RW }, { 0 },
};

static const ZifRegister regs[NREGS] = {
    [LISR] = { .name = "LISR", .offset = 0x00, .fields = FOUR_FLAGS("", 0, 1, 2, 3, ZIF_RO) },
    [HISR] = { .name = "HISR", .offset = 0x04, .fields = FOUR_FLAGS("", 4, 5, 6, 7, ZIF_RO) },
    [LIFCR] = { .name = "LIFCR", .offset = 0x08, .fields = FOUR_FLAGS("C", 0, 1, 2, 3, ZIF_WO) },
    [HIFCR] = { .name = "HIFCR", .offset = 0x0C, .fields = FOUR_FLAGS("C", 4, 5, 6, 7, ZIF_WO) },
    STREAM(0),
    STREAM(1),
    STREAM(2),
    STREAM(3),
    STREAM(4),
    STREAM(5),
    STREAM(6),
    STREAM(7),
};

/* --- Enabling --------------------------------------------------------------------------------------------------------- */

/* Checks what table 48 "FIFO threshold configurations" forbids; false: the stream stops at once with a FIFO error. */
static bool fifo_fits(Dma *d, unsigned n)
{
    unsigned mburst = beats(d, n, 23), mbytes = mburst * msize(d, n), pbytes = beats(d, n, 21) * psize(d, n);
    if ((mburst > 1 && threshold(d, n) % mbytes) || pbytes > FIFO_BYTES) {
        zif_report(
            &d->dev, ZIF_REPORT_DMA, slot_of(n, FCR),
            "FTH of %u bytes is no whole number of memory bursts of %u bytes, or a peripheral burst of %u bytes does "
            "not fit the FIFO: FIFO error, the stream is disabled",
            threshold(d, n), mbytes, pbytes);
        return false;
    }
    if (pbytes == FIFO_BYTES && beats(d, n, 21) > 1 && threshold(d, n) == 12) {
        zif_report(&d->dev, ZIF_REPORT_DMA, slot_of(n, FCR),
                   "FTH of 3/4 with peripheral bursts that fill the FIFO leads to lasting underruns or overruns");
    }
    return true;
}

static void check_setup(Dma *d, unsigned n)
{
    uint32_t cr = reg_of(d, n, CR);
    unsigned p = psize(d, n), m = msize(d, n), unit = beats(d, n, 23) * m, count = reg_of(d, n, NDTR);
    static const uint8_t pointers[] = { PAR, M0AR, M1AR };
    if (!count) {
        zif_report(&d->dev, ZIF_REPORT_DMA, slot_of(n, NDTR), "enabled with NDT of 0: nothing will be transferred");
    } else if (!(cr & PFCTRL) && count * p % m) {
        zif_report(&d->dev, ZIF_REPORT_DMA, slot_of(n, NDTR),
                   "NDT of %u x %u bytes is no whole number of MSIZE units of %u", count, p, m);
    } else if (cr & CIRC && count * p % unit) {
        zif_report(&d->dev, ZIF_REPORT_DMA, slot_of(n, NDTR),
                   "NDT of %u x %u bytes is no whole number of memory bursts of %u bytes, which circular mode needs",
                   count, p, unit);
    }
    for (unsigned i = 0; i < (cr & DBM ? 3 : 2); i++) {
        uint32_t address = reg_of(d, n, pointers[i]);
        unsigned size = pointers[i] == PAR ? p : m;
        if (address & (size - 1)) {
            zif_report(&d->dev, ZIF_REPORT_DMA, slot_of(n, pointers[i]),
                       "0x%08x is not aligned to transfers of %u bytes; its low bits are ignored", address, size);
        }
    }
}

/* Settings the hardware forces as soon as EN is 1; false and a report when it cannot start. */
static bool settle(Dma *d, unsigned n)
{
    uint32_t *cr = reg_at(d, n, CR);
    unsigned dir = direction(d, n);
    if (dir == 3 || zif_bits(*cr, 11, 2) == 3 || (!is_direct(d, n) && zif_bits(*cr, MSIZE_SHIFT, 2) == 3)) {
        zif_report(&d->dev, ZIF_REPORT_DMA, slot_of(n, CR),
                   "enabled with a reserved value in DIR, PSIZE or MSIZE; refused");
        return false;
    }
    if (dir == MEMORY_TO_MEMORY) {
        if (*cr & (CIRC | DBM)) {
            zif_report(&d->dev, ZIF_REPORT_DMA, slot_of(n, CR),
                       "memory-to-memory mode with CIRC or DBM, which it does not allow; refused");
            return false;
        }
        *reg_at(d, n, FCR) |= DMDIS;
        *cr &= ~PFCTRL;
    }
    if (*cr & DBM) {
        *cr |= CIRC;
    }
    if (*cr & PFCTRL) {
        if (*cr & CIRC) {
            zif_report(&d->dev, ZIF_REPORT_DMA, slot_of(n, CR),
                       "CIRC or DBM while the peripheral controls the flow; cleared");
        }
        *cr &= ~(CIRC | DBM);
        *reg_at(d, n, NDTR) = 0xffff;
    }
    if (is_direct(d, n)) {
        if (zif_bits(*cr, MSIZE_SHIFT, 2) != zif_bits(*cr, 11, 2) || *cr & BURSTS) {
            zif_report(&d->dev, ZIF_REPORT_DMA, slot_of(n, CR),
                       "direct mode takes MSIZE from PSIZE and knows no bursts: what was written there is overruled");
        }
        *cr = (*cr & ~(3u << MSIZE_SHIFT | BURSTS | PINCOS)) | zif_bits(*cr, 11, 2) << MSIZE_SHIFT;
    } else if (zif_bits(*cr, 21, 2)) {
        *cr &= ~PINCOS;
    }
    if (!is_direct(d, n) && !fifo_fits(d, n)) {
        set_flag(d, n, FE);
        return false;
    }
    return true;
}

static void enable(Dma *d, unsigned n)
{
    Stream *s = &d->streams[n];
    uint32_t *ndtr = reg_at(d, n, NDTR);
    if (flags_of(d, n)) {
        zif_report(&d->dev, ZIF_REPORT_DMA, slot_of(n, CR),
                   "EN set while flags of the last transfer are set in %s; clear them through %s first. EN stays 0",
                   n < 4 ? "LISR" : "HISR", n < 4 ? "LIFCR" : "HIFCR");
        *reg_at(d, n, CR) &= ~EN;
        return;
    }
    uint16_t programmed = s->programmed;
    *s = (Stream){ .state = RUNNING, .programmed = programmed };
    if (!*ndtr) {
        *ndtr = programmed; /* a finished stream that is enabled again repeats itself */
    }
    if (!settle(d, n)) {
        stop(d, n);
        return;
    }
    check_setup(d, n);
    s->total = *ndtr;
    s->par = reg_of(d, n, PAR);
    zif__dma_start_lap(d, n);
    zif__dma_update_draining(d, n);
    zif__dma_arbitrate(d);
}

/* --- Effects of writes ------------------------------------------------------------------------------------------------ */

/* A register that is write-protected while the stream runs: puts back what must not change. */
static void protect(Dma *d, unsigned slot, uint32_t old, uint32_t keep)
{
    if ((d->values[slot] ^ old) & keep) {
        zif_report(&d->dev, ZIF_REPORT_BUSY, slot, "written (0x%08x over 0x%08x) while EN of the stream is 1; ignored",
                   d->values[slot], old);
        d->values[slot] = (old & keep) | (d->values[slot] & ~keep);
    }
}

static void write_memory_address(Dma *d, unsigned n, unsigned reg, uint32_t old)
{
    uint32_t cr = reg_of(d, n, CR);
    if (!(cr & DBM)) {
        protect(d, slot_of(n, reg), old, UINT32_MAX);
    } else if ((reg == M1AR) == ((cr & CT) != 0)) {
        zif_report(&d->dev, ZIF_REPORT_DMA, slot_of(n, reg),
                   "written while CT says that this buffer is in use: transfer error, the stream is disabled");
        *reg_at(d, n, reg) = old;
        stop(d, n);
        set_flag(d, n, TE);
    }
}

static void dma_write(ZifDevice *dev, unsigned slot, uint32_t old, uint32_t value)
{
    Dma *d = (Dma *)dev;
    if (slot == LIFCR || slot == HIFCR) {
        d->values[slot == LIFCR ? LISR : HISR] &= ~value;
        for (unsigned n = 0; n < NSTREAMS; n++) {
            update_irq(d, n);
        }
        return;
    }
    if (slot < STREAM0) {
        return;
    }
    unsigned n = (slot - STREAM0) / STREAM_REGS, reg = (slot - STREAM0) % STREAM_REGS;
    Stream *s = &d->streams[n];
    if (s->state == OFF) {
        if (reg == CR && d->values[slot] & EN) {
            enable(d, n);
        } else if (reg == NDTR) {
            s->programmed = d->values[slot];
        }
        update_irq(d, n);
        return;
    }
    switch (reg) {
    case CR:
        protect(d, slot, old, ~(uint32_t)CR_FREE);
        if (!(d->values[slot] & EN)) {
            /* It goes to 0 when what is under way has ended. */
            d->values[slot] |= EN;
            s->state = STOPPING;
            zif__dma_arbitrate(d);
        }
        update_irq(d, n);
        break;
    case FCR:
        protect(d, slot, old, ~(uint32_t)FCR_FREE);
        update_irq(d, n);
        break;
    case M0AR:
    case M1AR:
        write_memory_address(d, n, reg, old);
        break;
    default:
        protect(d, slot, old, UINT32_MAX);
        break;
    }
}

static unsigned fifo_status(unsigned level)
{
    return level == 0 ? 4 : level == FIFO_BYTES ? 5 : level / 4;
}

static uint32_t dma_peek(ZifDevice *dev, unsigned slot)
{
    Dma *d = (Dma *)dev;
    if (slot >= STREAM0 && (slot - STREAM0) % STREAM_REGS == FCR) {
        unsigned level = d->streams[(slot - STREAM0) / STREAM_REGS].level;
        return (d->values[slot] & ~(7u << 3)) | fifo_status(level) << 3;
    }
    return d->values[slot];
}

/* --- From outside ----------------------------------------------------------------------------------------------------- */

static void on_request(ZifDevice *dev, unsigned line, int level)
{
    Dma *d = (Dma *)dev;
    unsigned n = line / 8;
    if (level && d->streams[n].state == RUNNING && zif_bits(reg_of(d, n, CR), 25, 3) == line % 8) {
        d->streams[n].latched = true;
        zif__dma_arbitrate(d);
    }
}

static void on_last(ZifDevice *dev, unsigned n, int level)
{
    Dma *d = (Dma *)dev;
    Stream *s = &d->streams[n];
    if (!level || s->state != RUNNING || !is_flow_controlled(d, n) || s->last) {
        return;
    }
    s->last = true;
    if (!zif__dma_is_requested(d, n)) { /* else the service of this last request ends the lap */
        zif__dma_peripheral_done(d, n);
        zif__dma_arbitrate(d);
    }
}

static void dma_clock(ZifDevice *dev, uint64_t hz)
{
    Dma *d = (Dma *)dev;
    for (unsigned port = 0; port < NPORTS; port++) {
        zif__dma_schedule(d, port);
    }
}

static void dma_reset(ZifDevice *dev, ZifResetKind kind)
{
    Dma *d = (Dma *)dev;
    memset(d->streams, 0, sizeof d->streams);
    memset(d->serving, NOBODY, sizeof d->serving);
}

const ZifClass zif__stm32f4_dma = {
    .name = "stm32f4-dma",
    .socs = (const char *const[]){ "st,stm32f4", NULL },
    .compatible = (const char *const[]){ "st,stm32-dma-v1", NULL },
    .reference = "RM0090 Rev 19, chapter 10",
    .summary = "whole: streams, FIFO, bursts, packing, circular and double-buffer mode, priorities, errors, reach",
    .modelled = ZIF_MODELLED,
    .size = sizeof(Dma),
    .regs = regs,
    .nregs = NREGS,
    .values = offsetof(Dma, values),
    .span = 0x400,
    .widths = ZIF_W32,
    .inputs = (const ZifInput[]){ { "req", 64, on_request }, { "last", NSTREAMS, on_last }, { 0 } },
    .outputs = (const ZifOutput[]){ { "irq", NSTREAMS }, { "end", 64 }, { "before-last", 64 }, { 0 } },
    .events = (const char *const[]){ "memory port", "peripheral port", NULL },
    .event = zif__dma_port_event,
    .reset = dma_reset,
    .peek = dma_peek,
    .on_write = dma_write,
    .clock_changed = dma_clock,
};
