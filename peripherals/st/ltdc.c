/*
 * STM32F42x LTDC: scans one or two framebuffers out to a panel with an RGB interface.
 *
 * Reference: RM0090 Rev 19, chapter 16 "LCD-TFT controller (LTDC)"; AN4861 (bandwidth).
 * Models: both layers whole (formats, CLUT, alpha, blending, windows, default colour, keying), dithering, shadow registers with
 * both kinds of reload, the beam's position, all interrupts. Flags are worked out when somebody looks: a controller whose interrupts are off
 * schedules nothing. Writes to registers of the pixel clock's domain (table 90) are lost while that clock stands, and every access stalls
 * the processor as section 16.3.2 says (when the node's third clock tells how fast that is).
 * Departs: a FIFO runs empty when CFBLL or CFBLNR is too small (what does not come is 0), or when the layers ask for more than
 * their memories can give at most (`zif,fetch-rates`); the picture is then shown as if all had come. Other masters, refresh and
 * row changes of SDRAM take no bandwidth. An error or underrun is noted at the beginning of its line. The dithering sequence, whose
 * polynomial the manual keeps to itself, begins anew in each line of each frame, so a picture at rest stays as it is. The colour key is
 * compared with luminance on all three channels where a CLUT follows. Framebuffers in anything but memory are bus errors.
 * Missing: nothing else known.
 *
 * Node: clocks = the gate, the pixel clock, HCLK; zif,fetch-rates = <address rate>, ...: from this address on a thousand cycles of HCLK
 * give at most `rate` bytes (4000 where nothing is said); zif,colour-bits = <r g b>: of a panel whose data lines are to be checked.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdlib.h>
#include "ltdc.h"

#define REG(NAME, OFFSET, ...)                                                                                         \
    {                                                                                                                  \
        .name = NAME, .offset = OFFSET, .fields = ZIF_FIELDS(__VA_ARGS__)                                              \
    }
/* Written in vain without a pixel clock, or not what was written until the reload. */
#define LIVE(NAME, OFFSET, RESET, ...)                                                                                 \
    {                                                                                                                  \
        .name = NAME, .offset = OFFSET, .reset = RESET, .fields = ZIF_FIELDS(__VA_ARGS__), .flags = ZIF_REG_VOLATILE   \
    }
#define LAYER(N, AT, FIRST)                                                                                            \
    [FIRST + LAYER_CR] = LIVE("L" #N "CR", AT + 0x00, 0, { "LEN", 0, 1, ZIF_RW }, { "COLKEN", 1, 1, ZIF_RW },          \
                              { "CLUTEN", 4, 1, ZIF_RW }),                                                             \
             [FIRST + LAYER_WHPCR] =                                                                                   \
                 LIVE("L" #N "WHPCR", AT + 0x04, 0, { "WHSTPOS", 0, 12, ZIF_RW }, { "WHSPPOS", 16, 12, ZIF_RW }),      \
             [FIRST + LAYER_WVPCR] =                                                                                   \
                 LIVE("L" #N "WVPCR", AT + 0x08, 0, { "WVSTPOS", 0, 11, ZIF_RW }, { "WVSPPOS", 16, 11, ZIF_RW }),      \
             [FIRST + LAYER_CKCR] = LIVE("L" #N "CKCR", AT + 0x0C, 0, { "CKBLUE", 0, 8, ZIF_RW },                      \
                                         { "CKGREEN", 8, 8, ZIF_RW }, { "CKRED", 16, 8, ZIF_RW }),                     \
             [FIRST + LAYER_PFCR] = LIVE("L" #N "PFCR", AT + 0x10, 0, { "PF", 0, 3, ZIF_RW }),                         \
             [FIRST + LAYER_CACR] = LIVE("L" #N "CACR", AT + 0x14, 0xFF, { "CONSTA", 0, 8, ZIF_RW }),                  \
             [FIRST + LAYER_DCCR] =                                                                                    \
                 LIVE("L" #N "DCCR", AT + 0x18, 0, { "DCBLUE", 0, 8, ZIF_RW }, { "DCGREEN", 8, 8, ZIF_RW },            \
                      { "DCRED", 16, 8, ZIF_RW }, { "DCALPHA", 24, 8, ZIF_RW }),                                       \
             [FIRST + LAYER_BFCR] =                                                                                    \
                 LIVE("L" #N "BFCR", AT + 0x1C, 0x607, { "BF2", 0, 3, ZIF_RW }, { "BF1", 8, 3, ZIF_RW }),              \
             [FIRST + LAYER_CFBAR] = LIVE("L" #N "CFBAR", AT + 0x28, 0, { "CFBADD", 0, 32, ZIF_RW }),                  \
             [FIRST + LAYER_CFBLR] =                                                                                   \
                 LIVE("L" #N "CFBLR", AT + 0x2C, 0, { "CFBLL", 0, 13, ZIF_RW }, { "CFBP", 16, 13, ZIF_RW }),           \
             [FIRST + LAYER_CFBLNR] = LIVE("L" #N "CFBLNR", AT + 0x30, 0, { "CFBLNBR", 0, 11, ZIF_RW }),               \
             [FIRST + LAYER_CLUTWR] =                                                                                  \
                 REG("L" #N "CLUTWR", AT + 0x40, { "BLUE", 0, 8, ZIF_WO }, { "GREEN", 8, 8, ZIF_WO },                  \
                     { "RED", 16, 8, ZIF_WO }, { "CLUTADD", 24, 8, ZIF_WO })

static const ZifRegister regs[LTDC_REGS] = {
    [SSCR] = LIVE("SSCR", 0x08, 0, { "VSH", 0, 11, ZIF_RW }, { "HSW", 16, 12, ZIF_RW }),
    [BPCR] = LIVE("BPCR", 0x0C, 0, { "AVBP", 0, 11, ZIF_RW }, { "AHBP", 16, 12, ZIF_RW }),
    [AWCR] = LIVE("AWCR", 0x10, 0, { "AAH", 0, 11, ZIF_RW }, { "AAW", 16, 12, ZIF_RW }),
    [TWCR] = LIVE("TWCR", 0x14, 0, { "TOTALH", 0, 11, ZIF_RW }, { "TOTALW", 16, 12, ZIF_RW }),
    [GCR] = LIVE("GCR", 0x18, 0x2220, { "LTDCEN", 0, 1, ZIF_RW }, { "DBW", 4, 3, ZIF_RO }, { "DGW", 8, 3, ZIF_RO },
                 { "DRW", 12, 3, ZIF_RO }, { "DEN", 16, 1, ZIF_RW }, { "PCPOL", 28, 1, ZIF_RW },
                 { "DEPOL", 29, 1, ZIF_RW }, { "VSPOL", 30, 1, ZIF_RW }, { "HSPOL", 31, 1, ZIF_RW }),
    [SRCR] = REG("SRCR", 0x24, { "IMR", 0, 1, ZIF_W1S }, { "VBR", 1, 1, ZIF_W1S }),
    [BCCR] = LIVE("BCCR", 0x2C, 0, { "BCBLUE", 0, 8, ZIF_RW }, { "BCGREEN", 8, 8, ZIF_RW }, { "BCRED", 16, 8, ZIF_RW }),
    [IER] = REG("IER", 0x34, { "LIE", 0, 1, ZIF_RW }, { "FUIE", 1, 1, ZIF_RW }, { "TERRIE", 2, 1, ZIF_RW },
                { "RRIE", 3, 1, ZIF_RW }),
    [ISR] = LIVE("ISR", 0x38, 0, { "LIF", 0, 1, ZIF_RO }, { "FUIF", 1, 1, ZIF_RO }, { "TERRIF", 2, 1, ZIF_RO },
                 { "RRIF", 3, 1, ZIF_RO }),
    [ICR] = REG("ICR", 0x3C, { "CLIF", 0, 1, ZIF_WO }, { "CFUIF", 1, 1, ZIF_WO }, { "CTERRIF", 2, 1, ZIF_WO },
                { "CRRIF", 3, 1, ZIF_WO }),
    [LIPCR] = LIVE("LIPCR", 0x40, 0, { "LIPOS", 0, 11, ZIF_RW }),
    [CPSR] = LIVE("CPSR", 0x44, 0, { "CYPOS", 0, 16, ZIF_RO }, { "CXPOS", 16, 16, ZIF_RO }),
    [CDSR] = LIVE("CDSR", 0x48, 0xF, { "VDES", 0, 1, ZIF_RO }, { "HDES", 1, 1, ZIF_RO }, { "VSYNCS", 2, 1, ZIF_RO },
                  { "HSYNCS", 3, 1, ZIF_RO }),
    LAYER(1, 0x84, LAYER1),
    LAYER(2, 0x104, LAYER2),
};

enum { EV_FLAG, EV_BLANK, EV_FORGOTTEN };
enum { OUT_IRQ, OUT_IRQ_ERROR };
enum { IMR = 1, VBR = 2 };

/* --- Flags: they follow from the beam ----------------------------------------------------------------------------------- */

/* When a flag that the beam raises is raised next. */
static ZifTime next_of(const Ltdc *l, uint32_t flag, ZifTime after)
{
    if (!zif__ltdc_scans(l)) {
        return ZIF_TIME_NEVER;
    }
    if (flag == LIF) {
        return zif__ltdc_line_after(l, zif_bits(l->values[LIPCR], 0, 11), after);
    }
    const LtdcView *v = zif__ltdc_view(l);
    if (flag == FUIF) {
        return v->any_underrun ? zif__ltdc_set_after(l, v->underrun, after) : ZIF_TIME_NEVER;
    }
    return v->any_error ? zif__ltdc_set_after(l, v->error, after) : ZIF_TIME_NEVER;
}

static uint32_t flags_now(const Ltdc *l)
{
    uint32_t flags = l->values[ISR];
    ZifTime now = zif_now(&l->dev);
    for (uint32_t flag = LIF; flag <= TERRIF; flag <<= 1) {
        if (!(flags & flag) && next_of(l, flag, l->seen) <= now) {
            flags |= flag;
        }
    }
    return flags;
}

static void flags_are_true(Ltdc *l)
{
    l->seen = l->view->seen = zif_now(&l->dev);
}

/* To be called before anything changes that flags follow from. */
static void catch_up(Ltdc *l)
{
    if (l->seen != zif_now(&l->dev)) {
        l->values[ISR] = flags_now(l);
        flags_are_true(l);
    }
}

static void update_irq(Ltdc *l)
{
    uint32_t raised = l->values[ISR] & l->values[IER];
    zif_set(&l->dev, OUT_IRQ, 0, (raised & (LIF | RRIF)) != 0);
    zif_set(&l->dev, OUT_IRQ_ERROR, 0, (raised & (FUIF | TERRIF)) != 0);
}

/* And afterwards: what has to happen by itself is scheduled. */
static void plan(Ltdc *l)
{
    ZifTime due = ZIF_TIME_NEVER;
    for (uint32_t flag = LIF; flag <= TERRIF; flag <<= 1) {
        if (l->values[IER] & ~l->values[ISR] & flag) {
            ZifTime t = next_of(l, flag, l->seen);
            due = t < due ? t : due;
        }
    }
    if (due != ZIF_TIME_NEVER) {
        zif_schedule(&l->dev, EV_FLAG, due);
    } else {
        zif_cancel(&l->dev, EV_FLAG);
    }
    if (!(l->values[SRCR] & VBR) || !zif__ltdc_scans(l)) {
        zif_cancel(&l->dev, EV_BLANK);
    } else if (zif_due(&l->dev, EV_BLANK) > l->seen) { /* else it is about to come */
        zif_schedule(&l->dev, EV_BLANK, zif__ltdc_line_after(l, zif__ltdc_blank_line(l), l->seen));
    }
    update_irq(l);
}

/* --- Shadow registers ------------------------------------------------------------------------------------------------------ */

static uint32_t *shadow(Ltdc *l, unsigned n)
{
    return &l->values[LAYER1 + n * LAYER_REGS];
}

static bool shadow_differs(Ltdc *l)
{
    bool differs = false;
    for (unsigned n = 0; n < LTDC_LAYERS; n++) {
        differs |= memcmp(l->active[n], shadow(l, n), sizeof l->active[n]) != 0;
    }
    return differs;
}

/* A reload that nobody asks for within a whole frame was forgotten. */
static void expect_reload(Ltdc *l)
{
    if (!zif__ltdc_scans(l) || l->values[SRCR] || !shadow_differs(l)) {
        zif_cancel(&l->dev, EV_FORGOTTEN);
    } else if (zif_due(&l->dev, EV_FORGOTTEN) == ZIF_TIME_NEVER) {
        unsigned line = zif__ltdc_blank_line(l);
        ZifTime blank = zif__ltdc_line_after(l, line, zif_now(&l->dev));
        zif_schedule(&l->dev, EV_FORGOTTEN, zif__ltdc_line_after(l, line, blank));
    }
}

/* The first words are fetched: memory may open at its first access (SDRAM, after its start-up). */
static void fetch_first(Ltdc *l)
{
    enum { MOST_OPENINGS = 4 };
    AddressSpace *bus = zif_bus(&l->dev);
    for (unsigned tries = 0; tries < MOST_OPENINGS; tries++) {
        uint64_t at, generation = zif_address_space_generation(bus);
        uint8_t word[4];
        if (!zif__ltdc_unreadable(zif__ltdc_view(l), &at) ||
            address_space_rw(bus, at, zif_bus_attrs(&l->dev), word, sizeof word, false) != MEMTX_OK ||
            zif_address_space_generation(bus) == generation) {
            return;
        }
    }
}

static void reload(Ltdc *l)
{
    for (unsigned n = 0; n < LTDC_LAYERS; n++) {
        memcpy(l->active[n], shadow(l, n), sizeof l->active[n]);
    }
    l->values[SRCR] = 0;
    zif__ltdc_view_stale(l);
    zif_cancel(&l->dev, EV_FORGOTTEN);
    if (zif__ltdc_scans(l)) {
        fetch_first(l);
        zif__ltdc_check_layers(l);
    }
}

static bool pixel_clock_runs(const Ltdc *l)
{
    return zif_clock_hz(&l->dev) && zif_clock_hz_of(&l->dev, CLOCK_PIXEL);
}

static void reload_if_asked(Ltdc *l)
{
    if (l->values[SRCR] & IMR && pixel_clock_runs(l)) {
        reload(l);
    }
}

/* --- Registers -------------------------------------------------------------------------------------------------------------- */

/* Registers that are not in the domain of the pixel clock: table 90. */
static bool on_bus_clock(unsigned slot)
{
    switch (slot < LAYER1 ? slot : (slot - LAYER1) % LAYER_REGS + LAYER1) {
    case SRCR:
    case IER:
    case ISR:
    case ICR:
    case LAYER1 + LAYER_CR:
    case LAYER1 + LAYER_CFBAR:
    case LAYER1 + LAYER_CFBLR:
    case LAYER1 + LAYER_CFBLNR:
        return true;
    default:
        return false;
    }
}

/* The bus waits 6 (a read: 7) cycles of PCLK2 and, but for registers in its domain, 5 of the clock of the register's domain. */
static void stall(Ltdc *l, unsigned slot, unsigned cycles)
{
    uint64_t hclk = zif_clock_hz_of(&l->dev, CLOCK_HCLK), pclk = zif_clock_hz(&l->dev);
    uint64_t pixel = zif_clock_hz_of(&l->dev, CLOCK_PIXEL);
    if (!hclk || !pclk) {
        return;
    }
    uint64_t wait = (cycles * hclk + pclk - 1) / pclk;
    if (!on_bus_clock(slot) && pixel) {
        wait += (5 * hclk + pixel - 1) / pixel;
    } else if (slot >= LAYER1) {
        wait += 5;
    }
    zif_stall_cpu(&l->dev, wait);
}

static uint32_t position(const Ltdc *l)
{
    unsigned x, y;
    zif__ltdc_position(l, zif_now(&l->dev), &x, &y);
    return x << 16 | y;
}

static uint32_t phase(const Ltdc *l)
{
    const uint32_t *v = l->values;
    unsigned x, y;
    if (!(v[GCR] & GCR_LTDCEN)) {
        return 0xf;
    }
    zif__ltdc_position(l, zif_now(&l->dev), &x, &y);
    bool hsync = x <= v[SSCR] >> 16, vsync = y <= zif_bits(v[SSCR], 0, 11);
    bool hde = x > v[BPCR] >> 16 && x <= v[AWCR] >> 16;
    bool vde = y > zif_bits(v[BPCR], 0, 11) && y <= zif_bits(v[AWCR], 0, 11);
    return (uint32_t)vde | (uint32_t)hde << 1 | (uint32_t)vsync << 2 | (uint32_t)hsync << 3;
}

static uint32_t ltdc_peek(ZifDevice *dev, unsigned slot)
{
    Ltdc *l = (Ltdc *)dev;
    switch (slot) {
    case ISR:
        return flags_now(l);
    case CPSR:
        return position(l);
    case CDSR:
        return phase(l);
    default:
        if (slot >= LAYER1 && (slot - LAYER1) % LAYER_REGS < LAYER_SHADOWED) {
            return l->active[(slot - LAYER1) / LAYER_REGS][(slot - LAYER1) % LAYER_REGS];
        }
        return l->values[slot];
    }
}

static void ltdc_read(ZifDevice *dev, unsigned slot)
{
    stall((Ltdc *)dev, slot, 7);
}

static void write_gcr(Ltdc *l, uint32_t old)
{
    bool on = l->values[GCR] & GCR_LTDCEN;
    if (on == (old & GCR_LTDCEN)) {
        return;
    }
    zif__ltdc_rescan(l, zif__ltdc_columns(l), zif__ltdc_lines(l));
    zif__ltdc_view_stale(l);
    if (on) {
        zif__ltdc_check_timing(l);
        zif__ltdc_check_pins(l);
        fetch_first(l);
        zif__ltdc_check_layers(l);
    }
    expect_reload(l);
}

/* One of the registers that make a frame. */
static void write_timing(Ltdc *l, unsigned slot, uint32_t old)
{
    if (!(l->values[GCR] & GCR_LTDCEN) || l->values[slot] == old) {
        return;
    }
    zif_report(&l->dev, ZIF_REPORT_BUSY, (int)slot, "changed from 0x%08x to 0x%08x while LTDCEN is set", old,
               l->values[slot]);
    uint32_t now = l->values[TWCR], before = slot == TWCR ? old : now;
    zif__ltdc_rescan(l, zif_bits(before, 16, 12) + 1, zif_bits(before, 0, 11) + 1);
}

static void write_clut(Ltdc *l, unsigned n, uint32_t value)
{
    const uint32_t *a = l->active[n];
    bool shown = zif__ltdc_scans(l) && a[LAYER_CR] & CR_LEN && a[LAYER_CR] & CR_CLUTEN;
    uint32_t colour = value | 0xff000000;
    if (shown && phase(l) & 1) {
        zif_report(&l->dev, ZIF_REPORT_BUSY, (int)(LAYER1 + n * LAYER_REGS + LAYER_CLUTWR),
                   "colour %u is loaded while the layer shows active lines, not in the blanking period", value >> 24);
    }
    l->view->clut_changed |= l->clut[n][value >> 24] != colour;
    l->clut[n][value >> 24] = colour;
}

static void ltdc_write(ZifDevice *dev, unsigned slot, uint32_t old, uint32_t value)
{
    Ltdc *l = (Ltdc *)dev;
    stall(l, slot, 6);
    if (!on_bus_clock(slot) && !pixel_clock_runs(l)) {
        l->values[slot] = old;
        zif_report(dev, ZIF_REPORT_CLOCK_OFF, (int)slot, "written while the pixel clock does not run: lost");
        return;
    }
    uint32_t now = l->values[slot];
    l->values[slot] = old; /* what was until now follows from the old value */
    catch_up(l);
    l->values[slot] = slot == ISR ? l->values[ISR] : now;
    switch (slot) {
    case SSCR:
    case BPCR:
    case AWCR:
    case TWCR:
        write_timing(l, slot, old);
        zif__ltdc_view_stale(l);
        break;
    case GCR:
        write_gcr(l, old);
        break;
    case SRCR:
        reload_if_asked(l);
        expect_reload(l);
        break;
    case ICR:
        l->values[ISR] &= ~value;
        break;
    case IER:
    case LIPCR:
        if (zif__ltdc_scans(l)) {
            zif__ltdc_check_timing(l);
        }
        break;
    default:
        if (slot >= LAYER1 && (slot - LAYER1) % LAYER_REGS == LAYER_CLUTWR) {
            write_clut(l, (slot - LAYER1) / LAYER_REGS, value);
        } else if (slot >= LAYER1) {
            expect_reload(l);
        }
        break;
    }
    plan(l);
}

static void ltdc_event(ZifDevice *dev, unsigned event)
{
    Ltdc *l = (Ltdc *)dev;
    catch_up(l);
    if (event == EV_FLAG) {
        fetch_first(l);
    } else if (event == EV_BLANK) {
        reload(l);
        l->values[ISR] |= RRIF;
    } else if (event == EV_FORGOTTEN) {
        zif__ltdc_report_forgotten(l);
    }
    plan(l);
}

static void ltdc_clock(ZifDevice *dev, uint64_t hz)
{
    Ltdc *l = (Ltdc *)dev;
    catch_up(l);
    zif__ltdc_rescan(l, zif__ltdc_columns(l), zif__ltdc_lines(l));
    zif__ltdc_view_stale(l);
    reload_if_asked(l);
    plan(l);
}

/* --- Life ------------------------------------------------------------------------------------------------------------------- */

/* The map is about to change. What the lines so far came to follows from the old one. */
static void map_changes(MemoryListener *listener, MemoryRegionSection *section)
{
    LtdcView *v = (LtdcView *)((char *)listener - offsetof(LtdcView, listener));
    Ltdc *l = v->owner;
    if (!v->listening || v->seen != l->seen) { /* or the state was restored, and now the map is */
        v->derived = false;
        return;
    }
    catch_up(l);
    v->derived = false;
    if (zif__ltdc_scans(l) && (l->active[0][LAYER_CR] | l->active[1][LAYER_CR]) & CR_LEN) {
        zif_schedule_in(&l->dev, EV_FLAG, 0); /* when the new map is there, the fetching goes on */
    }
}

static bool ltdc_realize(ZifDevice *dev, Error **errp)
{
    Ltdc *l = (Ltdc *)dev;
    zif__ltdc_view_new(l);
    l->view->listener = (MemoryListener){ .region_add = map_changes, .region_del = map_changes };
    return true;
}

static void ltdc_unrealize(ZifDevice *dev)
{
    Ltdc *l = (Ltdc *)dev;
    if (l->view->listening) {
        l->view->listening = false;
        memory_listener_unregister(&l->view->listener);
    }
    zif__ltdc_view_free(l);
}

static void ltdc_reset(ZifDevice *dev, ZifResetKind kind)
{
    Ltdc *l = (Ltdc *)dev;
    for (unsigned n = 0; n < LTDC_LAYERS; n++) {
        memcpy(l->active[n], shadow(l, n), sizeof l->active[n]);
        for (unsigned i = 0; i < 256; i++) {
            l->clut[n][i] = 0xff000000;
        }
    }
    l->pixels = (ZifClock){ 0 };
    flags_are_true(l);
    zif__ltdc_forget(l);
    if (kind == ZIF_RESET_BLOCK) {
        zif_frames_changed(dev);
    }
    if (!l->view->listening) {
        memory_listener_register(&l->view->listener, zif_bus(dev));
        l->view->listening = true;
    }
}

static void ltdc_restored(ZifDevice *dev)
{
    Ltdc *l = (Ltdc *)dev;
    l->view->seen = l->seen;
    zif__ltdc_forget(l);
}

const ZifClass zif__stm32f4_ltdc = {
    .name = "stm32f4-ltdc",
    .socs = (const char *const[]){ "st,stm32f4", NULL },
    .compatible = (const char *const[]){ "st,stm32-ltdc", NULL },
    .reference = "RM0090 Rev 19, chapter 16",
    .summary = "both layers, all formats, blending, keying, CLUT, dithering, shadow reload, interrupts, position",
    .modelled = ZIF_MODELLED,
    .size = sizeof(Ltdc),
    .plain = offsetof(Ltdc, view),
    .regs = regs,
    .nregs = LTDC_REGS,
    .values = offsetof(Ltdc, values),
    .span = 0x400,
    .widths = ZIF_W32,
    .outputs = (const ZifOutput[]){ { "irq", 1 }, { "irq-error", 1 }, { 0 } },
    .events = (const char *const[]){ "flag", "blank", "forgotten", NULL },
    .event = ltdc_event,
    .realize = ltdc_realize,
    .unrealize = ltdc_unrealize,
    .reset = ltdc_reset,
    .peek = ltdc_peek,
    .on_read = ltdc_read,
    .on_write = ltdc_write,
    .clock_changed = ltdc_clock,
    .snapshot_done = ltdc_restored,
    .display = &zif__ltdc_display,
};
