/*
 * STM32F42x DMA2D ("Chrom-Art Accelerator"): fills, copies, converts and blends rectangles of pixels.
 *
 * Reference: RM0090 Rev 19, chapter 11 "Chrom-Art Accelerator controller (DMA2D)".
 * Models: the four modes with all formats, CLUTs and alpha modes, automatic CLUT loading, watermark, suspension, abortion, dead time, every
 * error and interrupt. Durations: at most a pixel a cycle through the converters (ST's presentation of the block), a word a cycle on the one AHB
 * port in either direction, in bursts of up to 16 words (the size of its FIFOs) with two cycles of arbitration and address before each, and the dead time
 * between them.
 * Departs: the bus is never taken by others and memories have no wait states. A line's pixels reach memory together, and, while nobody suspends,
 * aborts or waits for a watermark, up to 4096 cycles of lines do. A CLUT is loaded at the end of its load. A pixel whose blended alpha is 0 is
 * black. LWR counts lines from 1.
 * Missing: nothing else known.
 *
 * What the master does not reach is in the node's zif,cannot-reach. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "dma2d.h"

/* The most that is done at once while nobody looks. */
enum { STEP_CYCLES = 4096 };
enum { BURST_WORDS = 16, BURST_CYCLES = 2 };

#define PFC_FIELDS                                                                                                     \
    ZIF_FIELDS({ "CM", 0, 4, ZIF_RW }, { "CCM", 4, 1, ZIF_RW }, { "START", 5, 1, ZIF_W1S }, { "CS", 8, 8, ZIF_RW },    \
               { "AM", 16, 2, ZIF_RW }, { "ALPHA", 24, 8, ZIF_RW })
#define COLOUR ZIF_FIELDS({ "BLUE", 0, 8, ZIF_RW }, { "GREEN", 8, 8, ZIF_RW }, { "RED", 16, 8, ZIF_RW })
#define ALPHA_COLOUR                                                                                                   \
    ZIF_FIELDS({ "BLUE", 0, 8, ZIF_RW }, { "GREEN", 8, 8, ZIF_RW }, { "RED", 16, 8, ZIF_RW },                          \
               { "ALPHA", 24, 8, ZIF_RW })
#define LINE_OFFSET ZIF_FIELDS({ "LO", 0, 14, ZIF_RW })
#define ADDRESS     ZIF_FIELDS({ "MA", 0, 32, ZIF_RW })

static const ZifRegister regs[NREGS] = {
    [CR] = { .name = "CR",
             .offset = 0x00,
             .fields = ZIF_FIELDS({ "START", 0, 1, ZIF_W1S }, { "SUSP", 1, 1, ZIF_RW }, { "ABORT", 2, 1, ZIF_W1S },
                                  { "TEIE", 8, 1, ZIF_RW }, { "TCIE", 9, 1, ZIF_RW }, { "TWIE", 10, 1, ZIF_RW },
                                  { "CAEIE", 11, 1, ZIF_RW }, { "CTCIE", 12, 1, ZIF_RW }, { "CEIE", 13, 1, ZIF_RW },
                                  { "MODE", 16, 2, ZIF_RW }) },
    [ISR] = { .name = "ISR",
              .offset = 0x04,
              .fields = ZIF_FIELDS({ "TEIF", 0, 1, ZIF_RO }, { "TCIF", 1, 1, ZIF_RO }, { "TWIF", 2, 1, ZIF_RO },
                                   { "CAEIF", 3, 1, ZIF_RO }, { "CTCIF", 4, 1, ZIF_RO }, { "CEIF", 5, 1, ZIF_RO }) },
    [IFCR] = { .name = "IFCR",
               .offset = 0x08,
               .fields =
                   ZIF_FIELDS({ "CTEIF", 0, 1, ZIF_WO }, { "CTCIF", 1, 1, ZIF_WO }, { "CTWIF", 2, 1, ZIF_WO },
                              { "CAECIF", 3, 1, ZIF_WO }, { "CCTCIF", 4, 1, ZIF_WO }, { "CCEIF", 5, 1, ZIF_WO }) },
    [FGMAR] = { .name = "FGMAR", .offset = 0x0C, .fields = ADDRESS },
    [FGOR] = { .name = "FGOR", .offset = 0x10, .fields = LINE_OFFSET },
    [BGMAR] = { .name = "BGMAR", .offset = 0x14, .fields = ADDRESS },
    [BGOR] = { .name = "BGOR", .offset = 0x18, .fields = LINE_OFFSET },
    [FGPFCCR] = { .name = "FGPFCCR", .offset = 0x1C, .fields = PFC_FIELDS },
    [FGCOLR] = { .name = "FGCOLR", .offset = 0x20, .fields = COLOUR },
    [BGPFCCR] = { .name = "BGPFCCR", .offset = 0x24, .fields = PFC_FIELDS },
    [BGCOLR] = { .name = "BGCOLR", .offset = 0x28, .fields = COLOUR },
    [FGCMAR] = { .name = "FGCMAR", .offset = 0x2C, .fields = ADDRESS },
    [BGCMAR] = { .name = "BGCMAR", .offset = 0x30, .fields = ADDRESS },
    [OPFCCR] = { .name = "OPFCCR", .offset = 0x34, .fields = ZIF_FIELDS({ "CM", 0, 3, ZIF_RW }) },
    [OCOLR] = { .name = "OCOLR", .offset = 0x38, .fields = ALPHA_COLOUR },
    [OMAR] = { .name = "OMAR", .offset = 0x3C, .fields = ADDRESS },
    [OOR] = { .name = "OOR", .offset = 0x40, .fields = LINE_OFFSET },
    [NLR] = { .name = "NLR", .offset = 0x44, .fields = ZIF_FIELDS({ "NL", 0, 16, ZIF_RW }, { "PL", 16, 14, ZIF_RW }) },
    [LWR] = { .name = "LWR", .offset = 0x48, .fields = ZIF_FIELDS({ "LW", 0, 16, ZIF_RW }) },
    [AMTCR] = { .name = "AMTCR", .offset = 0x4C, .fields = ZIF_FIELDS({ "EN", 0, 1, ZIF_RW }, { "DT", 8, 8, ZIF_RW }) },
    [FGCLUT] = { .name = "FGCLUT", .offset = 0x400, .fields = ALPHA_COLOUR, .count = CLUT_COLOURS, .widths = ZIF_W32 },
    [BGCLUT] = { .name = "BGCLUT", .offset = 0x800, .fields = ALPHA_COLOUR, .count = CLUT_COLOURS, .widths = ZIF_W32 },
};

static const uint8_t pfc_slots[LAYERS] = { FGPFCCR, BGPFCCR };

static void update_irq(Dma2d *d)
{
    zif_set(&d->dev, 0, 0, (d->values[ISR] & zif_bits(d->values[CR], 8, 6)) != 0);
}

static void set_flag(Dma2d *d, uint32_t flag)
{
    d->values[ISR] |= flag;
    update_irq(d);
}

/* --- Durations -------------------------------------------------------------------------------------------------------- */

static uint64_t burst_cycles(const Dma2d *d, uint64_t bits)
{
    uint64_t words = (bits + 31) / 32, bursts = (words + BURST_WORDS - 1) / BURST_WORDS;
    unsigned dead = d->values[AMTCR] & 1 ? zif_bits(d->values[AMTCR], 8, 8) : 0;
    return words + bursts * (BURST_CYCLES + dead);
}

static uint64_t cycles_a_line(const Dma2d *d)
{
    if (d->job != TRANSFER) {
        uint32_t pfc = d->values[pfc_slots[d->job - LOAD_FG]];
        return burst_cycles(d, (zif_bits(pfc, 8, 8) + 1) * (pfc & CCM ? 24 : 32));
    }
    unsigned mode = mode_of(d);
    uint64_t pixels = pixels_a_line(d), cycles = burst_cycles(d, pixels * st_pixel_bits(output_format(d)));
    if (mode != FILL) {
        cycles += burst_cycles(d, pixels * st_pixel_bits(format_of(d, FG)));
    }
    if (mode == BLEND) {
        cycles += burst_cycles(d, pixels * st_pixel_bits(format_of(d, BG)));
    }
    bool converts = mode == CONVERT || mode == BLEND;
    return converts && cycles < pixels ? pixels : cycles;
}

/* --- The job ---------------------------------------------------------------------------------------------------------- */

static void end_job(Dma2d *d, uint32_t flag)
{
    d->job = IDLE;
    d->values[CR] &= ~(uint32_t)(START | SUSP | ABORT);
    d->values[FGPFCCR] &= ~(uint32_t)PFC_START;
    d->values[BGPFCCR] &= ~(uint32_t)PFC_START;
    zif_cancel(&d->dev, 0);
    set_flag(d, flag);
}

/* Does the lines whose time has come. */
static void catch_up(Dma2d *d)
{
    if (d->job == IDLE || d->working) {
        return;
    }
    uint64_t cost = d->cost, lines = (zif_clock_ticks(&d->clock, zif_now(&d->dev)) - d->tick) / cost;
    uint32_t left = d->total - d->line, first = d->line, watermark = d->values[LWR];
    if (lines > left) {
        lines = left;
    }
    if (!lines) {
        return;
    }
    Job job = d->job;
    uint32_t number = d->jobs;
    d->working = true;
    bool fine = job == TRANSFER ? zif__dma2d_lines(d, first, (uint32_t)lines) : zif__dma2d_load_clut(d, job - LOAD_FG);
    d->working = false;
    if (d->job == IDLE || d->jobs != number) {
        return; /* it wrote to registers that ended the job */
    }
    d->line += (uint32_t)lines;
    d->tick += lines * cost;
    if (!fine) {
        end_job(d, TEIF);
        return;
    }
    if (job == TRANSFER && watermark > first && watermark <= d->line) {
        set_flag(d, TWIF);
    }
    if (d->line == d->total) {
        end_job(d, job == TRANSFER ? TCIF : CTCIF);
    }
}

/* Puts the end of the next step on the queue. */
static void schedule(Dma2d *d)
{
    if (d->job == IDLE) {
        return;
    }
    uint32_t step = d->cost < STEP_CYCLES ? (uint32_t)(STEP_CYCLES / d->cost) : 1;
    uint32_t stop = d->total - d->line > step ? d->line + step : d->total;
    if (d->values[LWR] > d->line && d->values[LWR] < stop) {
        stop = d->values[LWR];
    }
    ZifTime when = zif_clock_when(&d->clock, d->tick + (stop - d->line) * d->cost);
    if (when == ZIF_TIME_NEVER) {
        zif_cancel(&d->dev, 0);
    } else {
        zif_schedule(&d->dev, 0, when);
    }
}

/* What has been done until now was at the old pace; from now on: that of the clock and of the registers. */
static void set_pace(Dma2d *d, uint64_t hz)
{
    catch_up(d);
    if (d->job != IDLE) {
        zif_clock_set_hz(&d->clock, zif_now(&d->dev), d->values[CR] & SUSP ? 0 : hz);
        d->cost = cycles_a_line(d);
        schedule(d);
    }
}

static void start_job(Dma2d *d, Job job, uint32_t lines)
{
    d->job = job;
    d->jobs++;
    d->line = 0;
    d->total = lines;
    d->tick = 0;
    d->cost = cycles_a_line(d);
    d->clock = (ZifClock){ 0 };
    zif_clock_set_ticks(&d->clock, zif_now(&d->dev), 0);
    set_pace(d, zif_clock_hz(&d->dev));
}

static void dma2d_event(ZifDevice *dev, unsigned event)
{
    Dma2d *d = (Dma2d *)dev;
    catch_up(d);
    schedule(d);
}

/* --- What the manual calls a wrong configuration (section 11.3.9) --------------------------------------------------------- */

#define WRONG(d, slot, ...) (zif_report(&(d)->dev, ZIF_REPORT_DMA, slot, __VA_ARGS__), false)

static bool is_aligned(uint32_t address, unsigned bits)
{
    return bits != 16 && bits != 32 ? true : address % (bits / 8) == 0;
}

static bool check_source(Dma2d *d, unsigned layer)
{
    static const uint8_t address_slots[] = { FGMAR, BGMAR }, offset_slots[] = { FGOR, BGOR };
    unsigned format = format_of(d, layer), bits = st_pixel_bits(format), pfc = pfc_slots[layer];
    uint32_t address = reg_of_layer(d, FGMAR, layer);
    if (!bits) {
        return WRONG(d, pfc, "CM = %u is no pixel format: configuration error, nothing starts", format);
    }
    if (!is_aligned(address, bits)) {
        return WRONG(d, address_slots[layer],
                     "MA = 0x%08x is not aligned to the %u bits of its pixels: configuration error, nothing starts",
                     address, bits);
    }
    if (bits == 4 && pixels_a_line(d) % 2) {
        return WRONG(d, NLR, "PL = %u is odd with pixels of 4 bits: configuration error, nothing starts",
                     pixels_a_line(d));
    }
    if (bits == 4 && reg_of_layer(d, FGOR, layer) % 2) {
        return WRONG(d, offset_slots[layer],
                     "LO = %u is odd with pixels of 4 bits: configuration error, nothing starts",
                     reg_of_layer(d, FGOR, layer));
    }
    if (mode_of(d) != COPY && zif_bits(d->values[pfc], 16, 2) > AM_MULTIPLY) {
        zif_report(&d->dev, ZIF_REPORT_DMA, pfc, "AM = 3 is reserved; alpha is left as it is");
    }
    return true;
}

static bool check_transfer(Dma2d *d)
{
    unsigned mode = mode_of(d), format = output_format(d);
    if ((mode != FILL && !check_source(d, FG)) || (mode == BLEND && !check_source(d, BG))) {
        return false;
    }
    if (mode != COPY && format > ST_ARGB4444) {
        return WRONG(d, OPFCCR, "CM = %u is no output format: configuration error, nothing starts", format);
    }
    if (mode != COPY && !is_aligned(d->values[OMAR], st_pixel_bits(format))) {
        return WRONG(d, OMAR,
                     "MA = 0x%08x is not aligned to the %u bits of its pixels: configuration error, nothing starts",
                     d->values[OMAR], st_pixel_bits(format));
    }
    if (!zif_bits(d->values[NLR], 0, 16) || !pixels_a_line(d)) {
        return WRONG(d, NLR, "PL = %u, NL = %u is an empty rectangle: configuration error, nothing starts",
                     pixels_a_line(d), zif_bits(d->values[NLR], 0, 16));
    }
    if (mode == COPY && st_pixel_bits(format) == 4 && d->values[OOR] % 2) {
        zif_report(&d->dev, ZIF_REPORT_DMA, OOR, "LO = %u is odd with pixels of 4 bits; lines begin at whole bytes",
                   d->values[OOR]);
    }
    return true;
}

static bool check_load(Dma2d *d, unsigned layer)
{
    uint32_t address = reg_of_layer(d, FGCMAR, layer);
    if (!(d->values[pfc_slots[layer]] & CCM) && address % 4) {
        return WRONG(d, FGCMAR + layer,
                     "MA = 0x%08x is not aligned to the 32 bits of its colours: configuration error, nothing starts",
                     address);
    }
    return true;
}

/* --- Effects of writes ------------------------------------------------------------------------------------------------ */

static const char *job_name(const Dma2d *d)
{
    static const char *const names[] = { [TRANSFER] = "a transfer",
                                         [LOAD_FG] = "loading of the foreground CLUT",
                                         [LOAD_BG] = "loading of the background CLUT" };
    return names[d->job];
}

/* Bits that must not change now: puts them back. */
static void protect(Dma2d *d, unsigned slot, uint32_t old, uint32_t keep)
{
    if ((d->values[slot] ^ old) & keep) {
        zif_report(&d->dev, ZIF_REPORT_BUSY, slot, "written (0x%08x over 0x%08x) during %s; ignored", d->values[slot],
                   old, job_name(d));
        d->values[slot] = (old & keep) | (d->values[slot] & ~keep);
    }
}

/* What START set means now: true when a job can begin. */
static bool may_start(Dma2d *d, unsigned slot, uint32_t bit, bool own)
{
    if (d->job == IDLE) {
        return true;
    }
    zif_report(&d->dev, ZIF_REPORT_BUSY, slot, "START written during %s; nothing starts", job_name(d));
    if (!own) {
        d->values[slot] &= ~bit;
    }
    return false;
}

static void write_control(Dma2d *d, uint32_t old, uint32_t value)
{
    if (d->job == TRANSFER) {
        protect(d, CR, old, 3u << 16);
    }
    if (value & ABORT) {
        if (d->job != IDLE) {
            catch_up(d);
        }
        end_job(d, 0);
        return;
    }
    /* Setting another bit repeats a START that is already there. */
    bool own = d->job == TRANSFER;
    if (value & START && !(own && value != old) && may_start(d, CR, START, own)) {
        if (check_transfer(d)) {
            start_job(d, TRANSFER, zif_bits(d->values[NLR], 0, 16));
        } else {
            d->values[CR] &= ~(uint32_t)(START | SUSP);
            set_flag(d, CEIF);
        }
    } else if ((d->values[CR] ^ old) & SUSP) {
        set_pace(d, zif_clock_hz(&d->dev));
    }
    update_irq(d);
}

static void write_pfc(Dma2d *d, unsigned layer, uint32_t old, uint32_t value)
{
    unsigned slot = pfc_slots[layer];
    Job job = LOAD_FG + layer;
    bool own = d->job == job;
    if (d->job == TRANSFER) {
        protect(d, slot, old, ~(uint32_t)PFC_START);
    } else if (own) {
        protect(d, slot, old, CCM | 0xff00);
    }
    if (value & PFC_START && !(own && value != old) && may_start(d, slot, PFC_START, own)) {
        if (check_load(d, layer)) {
            start_job(d, job, 1);
        } else {
            d->values[slot] &= ~(uint32_t)PFC_START;
            set_flag(d, CEIF);
        }
    }
}

static void clut_conflict(Dma2d *d, unsigned slot)
{
    zif_report(&d->dev, ZIF_REPORT_BUSY, (int)slot, "accessed during %s: CLUT access error, it reads as 0",
               job_name(d));
    set_flag(d, CAEIF);
}

static void dma2d_write(ZifDevice *dev, unsigned slot, uint32_t old, uint32_t value)
{
    Dma2d *d = (Dma2d *)dev;
    switch (slot) {
    case CR:
        write_control(d, old, value);
        break;
    case IFCR:
        d->values[ISR] &= ~value;
        update_irq(d);
        break;
    case FGPFCCR:
    case BGPFCCR:
        write_pfc(d, slot == BGPFCCR, old, value);
        break;
    case FGCMAR:
    case BGCMAR:
        if (d->job == TRANSFER || d->job == (slot == FGCMAR ? LOAD_FG : LOAD_BG)) {
            protect(d, slot, old, UINT32_MAX);
        }
        break;
    case AMTCR:
        set_pace(d, zif_clock_hz(dev));
        break;
    default:
        if (slot >= FGCLUT && d->job != IDLE) {
            d->values[slot] = old;
            clut_conflict(d, slot);
        } else if (d->job == TRANSFER) {
            protect(d, slot, old, UINT32_MAX);
        }
        break;
    }
}

static void dma2d_read(ZifDevice *dev, unsigned slot)
{
    Dma2d *d = (Dma2d *)dev;
    if (slot >= FGCLUT && d->job != IDLE) {
        clut_conflict(d, slot);
    }
}

static uint32_t dma2d_peek(ZifDevice *dev, unsigned slot)
{
    Dma2d *d = (Dma2d *)dev;
    return slot >= FGCLUT && d->job != IDLE ? 0 : d->values[slot];
}

/* --- From outside ----------------------------------------------------------------------------------------------------- */

static void dma2d_clock(ZifDevice *dev, uint64_t hz)
{
    set_pace((Dma2d *)dev, hz);
}

static void dma2d_reset(ZifDevice *dev, ZifResetKind kind)
{
    Dma2d *d = (Dma2d *)dev;
    d->job = IDLE;
}

const ZifClass zif__stm32f4_dma2d = {
    .name = "stm32f4-dma2d",
    .socs = (const char *const[]){ "st,stm32f4", NULL },
    .compatible = (const char *const[]){ "st,stm32-dma2d", NULL },
    .reference = "RM0090 Rev 19, chapter 11",
    .summary = "whole: fill, copy, conversion, blending, CLUTs, watermark, suspension, dead time, errors, durations",
    .modelled = ZIF_MODELLED,
    .size = sizeof(Dma2d),
    .regs = regs,
    .nregs = NREGS,
    .values = offsetof(Dma2d, values),
    .span = 0xC00,
    .outputs = (const ZifOutput[]){ { .name = "irq" }, { 0 } },
    .events = (const char *const[]){ "lines", NULL },
    .event = dma2d_event,
    .reset = dma2d_reset,
    .peek = dma2d_peek,
    .on_read = dma2d_read,
    .on_write = dma2d_write,
    .clock_changed = dma2d_clock,
};
