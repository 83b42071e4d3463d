/*
 * nRF51 GPIOTE: four channels that turn pads into events and tasks into pad levels.
 *
 * Reference: nRF51 Series Reference Manual v3.0, chapter 13 "GPIO tasks and events (GPIOTE)".
 * Models: event mode with its polarities, task mode with set, clear, toggle and initial level, the PORT event.
 * Departs: nothing known.
 * Missing: nothing else known.
 *
 * Node properties: nordic,gpio, nordic,ppi.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "nordic.h"

enum { NCH = 4 };
enum {
    TASKS_OUT,
    EVENTS_IN = TASKS_OUT + NCH,
    EVENTS_PORT = EVENTS_IN + NCH,
    INTENSET,
    INTENCLR,
    CONFIG,
    ERRATUM = CONFIG + NCH,
    POWER,
    NREGS
};

#define GPIOTE_INTS(A)                                                                                                 \
    NRF_LIST({ "IN0", 0, 1, A }, { "IN1", 1, 1, A }, { "IN2", 2, 1, A }, { "IN3", 3, 1, A }, { "PORT", 31, 1, A })

static const ZifRegister regs[NREGS] = {
    [TASKS_OUT] = NRF_TASKS("TASKS_OUT", 0x000, NCH),
    [EVENTS_IN] = NRF_EVENTS("EVENTS_IN", 0x100, NCH),
    [EVENTS_PORT] = NRF_EVENT("EVENTS_PORT", 0x17C),
    [INTENSET] = NRF_INTENSET(GPIOTE_INTS),
    [INTENCLR] = NRF_INTENCLR(GPIOTE_INTS),
    [CONFIG] = { .name = "CONFIG",
                 .offset = 0x510,
                 .count = NCH,
                 .stride = 4,
                 .fields = ZIF_FIELDS({ "MODE", 0, 2, ZIF_RW }, { "PSEL", 8, 5, ZIF_RW }, { "POLARITY", 16, 2, ZIF_RW },
                                      { "OUTINIT", 20, 1, ZIF_RW }) },
    /* PAN 26: start-up code of the first two revisions writes 0x8000 here. */
    [ERRATUM] = { .name = "PAN26", .offset = 0xC18, .flags = ZIF_REG_UNDOCUMENTED },
    [POWER] = NRF_POWER,
};

enum { MODE_EVENT = 1, MODE_TASK = 3 };
enum { LO_TO_HI = 1, HI_TO_LO = 2, TOGGLE = 3 };

typedef struct {
    ZifDevice dev;
    uint32_t values[NREGS];
    uint8_t levels; /* task mode: what each channel drives */
} Gpiote;

static unsigned mode(const Gpiote *g, unsigned ch)
{
    return zif_bits(g->values[CONFIG + ch], 0, 2);
}

static unsigned psel(const Gpiote *g, unsigned ch)
{
    return zif_bits(g->values[CONFIG + ch], 8, 5);
}

static unsigned polarity(const Gpiote *g, unsigned ch)
{
    return zif_bits(g->values[CONFIG + ch], 16, 2);
}

static void drive(Gpiote *g, unsigned ch, int level)
{
    ZifDevice *gpio = zif_prop_peer(&g->dev, "nordic,gpio", "nrf51-gpio");
    g->levels = (g->levels & ~(1u << ch)) | level << ch;
    if (gpio) {
        zif__nrf_gpio_take(gpio, psel(g, ch), level);
    }
}

static void release(Gpiote *g, unsigned pin)
{
    ZifDevice *gpio = zif_prop_peer(&g->dev, "nordic,gpio", "nrf51-gpio");
    if (gpio) {
        zif__nrf_gpio_take(gpio, pin, -1);
    }
}

static void out(Gpiote *g, unsigned ch)
{
    if (mode(g, ch) != MODE_TASK) {
        zif_report(&g->dev, ZIF_REPORT_LOCKED, (int)(TASKS_OUT + ch),
                   "no pin changes: CONFIG[%u].MODE is %u, not that of a task", ch, mode(g, ch));
        return;
    }
    switch (polarity(g, ch)) {
    case LO_TO_HI:
        drive(g, ch, 1);
        break;
    case HI_TO_LO:
        drive(g, ch, 0);
        break;
    case TOGGLE:
        drive(g, ch, !zif_bits(g->levels, ch, 1));
        break;
    }
}

static void configure(Gpiote *g, unsigned ch, uint32_t old)
{
    bool was_task = zif_bits(old, 0, 2) == MODE_TASK, is_task = mode(g, ch) == MODE_TASK;
    if (was_task && (!is_task || zif_bits(old, 8, 5) != psel(g, ch))) {
        release(g, zif_bits(old, 8, 5));
    }
    if (is_task && (!was_task || old != g->values[CONFIG + ch])) {
        drive(g, ch, zif_bits(g->values[CONFIG + ch], 20, 1));
    }
    if (mode(g, ch) == 2) {
        zif_report(&g->dev, ZIF_REPORT_RESERVED, CONFIG + ch, "MODE 2 is reserved");
    } else if (mode(g, ch) && !polarity(g, ch)) {
        zif_report(&g->dev, ZIF_REPORT_PIN, CONFIG + ch, "POLARITY is 0: %s",
                   is_task ? "the task changes no pin" : "no edge is an event");
    }
    for (unsigned i = 0; i < NCH; i++) {
        if (i != ch && mode(g, ch) && mode(g, i) && psel(g, i) == psel(g, ch)) {
            zif_report(&g->dev, ZIF_REPORT_PIN, CONFIG + ch, "channels %u and %u are both on pin %u", ch, i,
                       psel(g, ch));
        }
    }
}

void zif__nrf_gpiote_pin(ZifDevice *gpiote, unsigned pin, int level)
{
    Gpiote *g = (Gpiote *)gpiote;
    for (unsigned ch = 0; ch < NCH; ch++) {
        if (mode(g, ch) == MODE_EVENT && psel(g, ch) == pin && (polarity(g, ch) & (level ? LO_TO_HI : HI_TO_LO))) {
            zif__nrf_event(gpiote, EVENTS_IN + ch);
        }
    }
}

void zif__nrf_gpiote_port(ZifDevice *gpiote)
{
    zif__nrf_event(gpiote, EVENTS_PORT);
}

static void gpiote_write(ZifDevice *dev, unsigned slot, uint32_t old, uint32_t value)
{
    Gpiote *g = (Gpiote *)dev;
    if (zif__nrf_common_write(dev, slot, old)) {
        return;
    }
    if (slot < EVENTS_IN) {
        if (zif__nrf_triggered(value)) {
            out(g, slot - TASKS_OUT);
        }
    } else if (slot >= CONFIG && slot < CONFIG + NCH) {
        configure(g, slot - CONFIG, old);
    }
}

static void gpiote_reset(ZifDevice *dev, ZifResetKind kind)
{
    ((Gpiote *)dev)->levels = 0;
    if (kind == ZIF_RESET_BLOCK) { /* the port keeps its state, but no longer from here */
        for (unsigned pin = 0; pin < 32; pin++) {
            release((Gpiote *)dev, pin);
        }
    }
}

const ZifClass zif__nrf51_gpiote = {
    .name = "nrf51-gpiote",
    .socs = (const char *const[]){ "nordic,nrf51822", NULL },
    .compatible = (const char *const[]){ "nordic,nrf-gpiote", NULL },
    .reference = "nRF51 Series Reference Manual v3.0, chapter 13",
    .summary = "four channels in event and task mode, PORT event",
    .modelled = ZIF_MODELLED,
    .size = sizeof(Gpiote),
    .regs = regs,
    .nregs = NREGS,
    .values = offsetof(Gpiote, values),
    .span = 0x1000,
    .widths = ZIF_W32,
    .outputs = (const ZifOutput[]){ { .name = "irq" }, { 0 } },
    .reset = gpiote_reset,
    .on_write = gpiote_write,
};
