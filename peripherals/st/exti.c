/*
 * STM32F4 EXTI: edges on 23 lines become interrupts.
 *
 * Reference: RM0090 rev 19, section 12.2 and 12.3 (registers); table 61 (which line has which interrupt).
 * Models: edge selection, masks, software request, pending bits; events: to the processor (WFE goes on, also from Stop mode) and to the
 * converters.
 *
 * Input line[23]: 0 to 15 pins (SYSCFG), 16 PVD, 17 RTC alarm, 18 OTG FS wake-up, 19 Ethernet wake-up, 20 OTG HS wake-up, 21 RTC tamper and time
 * stamp, 22 RTC wake-up. Outputs: irq[14]: lines 0 to 4, 9 to 5, 15 to 10, 16 to 22; event[23]: a pulse at each
 * edge of a line that EMR lets through. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "st.h"

enum { IMR, EMR, RTSR, FTSR, SWIER, PR, NREGS };
enum { LINES = 23, IRQS = 14 };

#define LINE_BITS(s, a)                                                                                                \
    { s "0", 0, 1, a }, { s "1", 1, 1, a }, { s "2", 2, 1, a }, { s "3", 3, 1, a }, { s "4", 4, 1, a },                \
        { s "5", 5, 1, a }, { s "6", 6, 1, a }, { s "7", 7, 1, a }, { s "8", 8, 1, a }, { s "9", 9, 1, a },            \
        { s "10", 10, 1, a }, { s "11", 11, 1, a }, { s "12", 12, 1, a }, { s "13", 13, 1, a }, { s "14", 14, 1, a },  \
        { s "15", 15, 1, a }, { s "16", 16, 1, a }, { s "17", 17, 1, a }, { s "18", 18, 1, a }, { s "19", 19, 1, a },  \
        { s "20", 20, 1, a }, { s "21", 21, 1, a },                                                                    \
    {                                                                                                                  \
        s "22", 22, 1, a                                                                                               \
    }

static const ZifRegister regs[NREGS] = {
    [IMR] = { .name = "IMR", .offset = 0x00, .fields = ZIF_FIELDS(LINE_BITS("MR", ZIF_RW)) },
    [EMR] = { .name = "EMR", .offset = 0x04, .fields = ZIF_FIELDS(LINE_BITS("MR", ZIF_RW)) },
    [RTSR] = { .name = "RTSR", .offset = 0x08, .fields = ZIF_FIELDS(LINE_BITS("TR", ZIF_RW)) },
    [FTSR] = { .name = "FTSR", .offset = 0x0C, .fields = ZIF_FIELDS(LINE_BITS("TR", ZIF_RW)) },
    [SWIER] = { .name = "SWIER", .offset = 0x10, .fields = ZIF_FIELDS(LINE_BITS("SWIER", ZIF_W1S)) },
    [PR] = { .name = "PR", .offset = 0x14, .fields = ZIF_FIELDS(LINE_BITS("PR", ZIF_W1C)) },
};

typedef struct {
    ZifDevice dev;
    uint32_t values[NREGS];
} Exti;

/* The lines behind each interrupt output. */
static uint32_t lines_of(unsigned irq)
{
    return irq < 5 ? 1u << irq : irq == 5 ? 0x3E0 : irq == 6 ? 0xFC00 : 1u << (irq + 9);
}

static void update_irq(Exti *e)
{
    bool on = !zif__stm32_in_standby(&e->dev); /* where it has no power */
    for (unsigned i = 0; i < IRQS; i++) {
        zif_set(&e->dev, 0, i, on && (e->values[PR] & e->values[IMR] & lines_of(i)) != 0);
    }
}

/* A pulse of a line that EMR lets through (12.2.5). */
static void send_events(Exti *e, uint32_t lines)
{
    lines &= e->values[EMR];
    if (!lines || zif__stm32_in_standby(&e->dev)) {
        return;
    }
    for (unsigned i = 0; i < LINES; i++) {
        if (lines >> i & 1) {
            zif_pulse(&e->dev, 1, i);
        }
    }
    zif_send_event(&e->dev);
}

static void line_changed(ZifDevice *dev, unsigned line, int level)
{
    Exti *e = (Exti *)dev;
    if (zif_bits(e->values[level ? RTSR : FTSR], line, 1)) {
        e->values[PR] |= 1u << line;
        update_irq(e);
        send_events(e, 1u << line);
    }
}

static void exti_write(ZifDevice *dev, unsigned slot, uint32_t old, uint32_t value)
{
    Exti *e = (Exti *)dev;
    if (slot == SWIER) { /* a bit that rises asks, if the line is not masked (12.3.5) */
        e->values[PR] |= e->values[SWIER] & ~old & e->values[IMR];
        send_events(e, e->values[SWIER] & ~old);
    } else if (slot == PR) {
        e->values[SWIER] &= ~value;
    }
    update_irq(e);
}

const ZifClass zif__stm32f4_exti = {
    .name = "stm32f4-exti",
    .socs = (const char *const[]){ "st,stm32f4", NULL },
    .compatible = (const char *const[]){ "st,stm32-exti", NULL },
    .reference = "RM0090 rev 19, chapter 12",
    .summary = "edges, masks, software requests and events of 23 lines",
    .modelled = ZIF_MODELLED,
    .size = sizeof(Exti),
    .regs = regs,
    .nregs = NREGS,
    .values = offsetof(Exti, values),
    .span = 0x400,
    .inputs = (const ZifInput[]){ { .name = "line", .count = LINES, .set = line_changed }, { 0 } },
    .outputs = (const ZifOutput[]){ { .name = "irq", .count = IRQS }, { .name = "event", .count = LINES }, { 0 } },
    .on_write = exti_write,
};
