/*
 * STM32F4 ADC: one converter. The block common to the three is in adc_common.c, where the voltages come from in adc_input.c.
 *
 * Reference: RM0090 Rev 19, chapter 13 "Analog-to-digital converter (ADC)"; DS8626 table 67 (tSTAB, clock).
 * Models: regular and injected groups, scan, continuous, discontinuous, automatic injection, resolution, alignment, sampling
 * and conversion times, external triggers, analogue watchdog, DMA, overrun, multi modes.
 * Departs: a trigger starts the sampling at once, without the synchronisation cycles. In 6-bit resolution a left-aligned
 * injected result has its sign in bit 15 like all others.
 * Narrow writes, which the manual does not allow, are taken like narrow reads.
 * Missing: nothing else known.
 *
 * Node properties: those of adc_input.c; zif,common (phandle of the common block).
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "adc.h"

#define SQ(N, LSB)                                                                                                     \
    {                                                                                                                  \
        "SQ" #N, LSB, 5, ZIF_RW                                                                                        \
    }
#define SMP(N, LSB)                                                                                                    \
    {                                                                                                                  \
        "SMP" #N, LSB, 3, ZIF_RW                                                                                       \
    }
#define TWELVE(NAME, FIELD, OFFSET, RESET)                                                                             \
    {                                                                                                                  \
        .name = NAME, .offset = OFFSET, .reset = RESET, .fields = ZIF_FIELDS({ FIELD, 0, 12, ZIF_RW })                 \
    }
#define RESULT(NAME, FIELD, OFFSET)                                                                                    \
    {                                                                                                                  \
        .name = NAME, .offset = OFFSET, .fields = ZIF_FIELDS({ FIELD, 0, 16, ZIF_RO }), .flags = ZIF_REG_VOLATILE      \
    }

static const ZifRegister regs[ADC_NREGS] = {
    [ADC_SR] = { .name = "SR",
                 .offset = 0x00,
                 .fields =
                     ZIF_FIELDS({ "AWD", 0, 1, ZIF_W0C }, { "EOC", 1, 1, ZIF_W0C }, { "JEOC", 2, 1, ZIF_W0C },
                                { "JSTRT", 3, 1, ZIF_W0C }, { "STRT", 4, 1, ZIF_W0C }, { "OVR", 5, 1, ZIF_W0C }) },
    [ADC_CR1] = { .name = "CR1",
                  .offset = 0x04,
                  .fields =
                      ZIF_FIELDS({ "AWDCH", 0, 5, ZIF_RW }, { "EOCIE", 5, 1, ZIF_RW }, { "AWDIE", 6, 1, ZIF_RW },
                                 { "JEOCIE", 7, 1, ZIF_RW }, { "SCAN", 8, 1, ZIF_RW }, { "AWDSGL", 9, 1, ZIF_RW },
                                 { "JAUTO", 10, 1, ZIF_RW }, { "DISCEN", 11, 1, ZIF_RW }, { "JDISCEN", 12, 1, ZIF_RW },
                                 { "DISCNUM", 13, 3, ZIF_RW }, { "JAWDEN", 22, 1, ZIF_RW }, { "AWDEN", 23, 1, ZIF_RW },
                                 { "RES", 24, 2, ZIF_RW }, { "OVRIE", 26, 1, ZIF_RW }) },
    [ADC_CR2] = { .name = "CR2",
                  .offset = 0x08,
                  .fields = ZIF_FIELDS({ "ADON", 0, 1, ZIF_RW }, { "CONT", 1, 1, ZIF_RW }, { "DMA", 8, 1, ZIF_RW },
                                       { "DDS", 9, 1, ZIF_RW }, { "EOCS", 10, 1, ZIF_RW }, { "ALIGN", 11, 1, ZIF_RW },
                                       { "JEXTSEL", 16, 4, ZIF_RW }, { "JEXTEN", 20, 2, ZIF_RW },
                                       { "JSWSTART", 22, 1, ZIF_RW }, { "EXTSEL", 24, 4, ZIF_RW },
                                       { "EXTEN", 28, 2, ZIF_RW }, { "SWSTART", 30, 1, ZIF_RW }),
                  .flags = ZIF_REG_VOLATILE },
    [ADC_SMPR1] = { .name = "SMPR1",
                    .offset = 0x0C,
                    .fields = ZIF_FIELDS(SMP(10, 0), SMP(11, 3), SMP(12, 6), SMP(13, 9), SMP(14, 12), SMP(15, 15),
                                         SMP(16, 18), SMP(17, 21), SMP(18, 24)) },
    [ADC_SMPR2] = { .name = "SMPR2",
                    .offset = 0x10,
                    .fields = ZIF_FIELDS(SMP(0, 0), SMP(1, 3), SMP(2, 6), SMP(3, 9), SMP(4, 12), SMP(5, 15), SMP(6, 18),
                                         SMP(7, 21), SMP(8, 24), SMP(9, 27)) },
    [ADC_JOFR1] = TWELVE("JOFR1", "JOFFSET1", 0x14, 0),
    [ADC_JOFR1 + 1] = TWELVE("JOFR2", "JOFFSET2", 0x18, 0),
    [ADC_JOFR1 + 2] = TWELVE("JOFR3", "JOFFSET3", 0x1C, 0),
    [ADC_JOFR1 + 3] = TWELVE("JOFR4", "JOFFSET4", 0x20, 0),
    [ADC_HTR] = TWELVE("HTR", "HT", 0x24, 0xFFF),
    [ADC_LTR] = TWELVE("LTR", "LT", 0x28, 0),
    [ADC_SQR1] = { .name = "SQR1",
                   .offset = 0x2C,
                   .fields = ZIF_FIELDS(SQ(13, 0), SQ(14, 5), SQ(15, 10), SQ(16, 15), { "L", 20, 4, ZIF_RW }) },
    [ADC_SQR2] = { .name = "SQR2",
                   .offset = 0x30,
                   .fields = ZIF_FIELDS(SQ(7, 0), SQ(8, 5), SQ(9, 10), SQ(10, 15), SQ(11, 20), SQ(12, 25)) },
    [ADC_SQR3] = { .name = "SQR3",
                   .offset = 0x34,
                   .fields = ZIF_FIELDS(SQ(1, 0), SQ(2, 5), SQ(3, 10), SQ(4, 15), SQ(5, 20), SQ(6, 25)) },
    [ADC_JSQR] = { .name = "JSQR",
                   .offset = 0x38,
                   .fields = ZIF_FIELDS({ "JSQ1", 0, 5, ZIF_RW }, { "JSQ2", 5, 5, ZIF_RW }, { "JSQ3", 10, 5, ZIF_RW },
                                        { "JSQ4", 15, 5, ZIF_RW }, { "JL", 20, 2, ZIF_RW }) },
    [ADC_JDR1] = RESULT("JDR1", "JDATA", 0x3C),
    [ADC_JDR1 + 1] = RESULT("JDR2", "JDATA", 0x40),
    [ADC_JDR1 + 2] = RESULT("JDR3", "JDATA", 0x44),
    [ADC_JDR1 + 3] = RESULT("JDR4", "JDATA", 0x48),
    [ADC_DR] = RESULT("DR", "DATA", 0x4C),
};

enum { EOCIE = 1 << 5, AWDIE = 1 << 6, JEOCIE = 1 << 7, SCAN = 1 << 8, AWDSGL = 1 << 9, JAUTO = 1 << 10 };
enum { DISCEN = 1 << 11, JDISCEN = 1 << 12, JAWDEN = 1 << 22, AWDEN = 1 << 23, OVRIE = 1 << 26 };
enum { ADON = 1 << 0, CONT = 1 << 1, DMA = 1 << 8, DDS = 1 << 9, EOCS = 1 << 10, ALIGN = 1 << 11 };
enum { JSWSTART = 1 << 22, SWSTART = 1 << 30 };
enum { NONE, REGULAR, INJECTED };
enum { OUT_IRQ, OUT_DMA };
enum { CONVERTED };
enum { MAX_HZ = 36000000 };
static const ZifTime STABILISATION = 3 * ZIF_US;

static void update_irq(Adc *a)
{
    uint32_t sr = a->values[ADC_SR], cr1 = a->values[ADC_CR1];
    zif_set(&a->dev, OUT_IRQ, 0,
            (sr & ADC_EOC && cr1 & EOCIE) || (sr & ADC_AWD && cr1 & AWDIE) || (sr & ADC_JEOC && cr1 & JEOCIE) ||
                (sr & ADC_OVR && cr1 & OVRIE));
}

/* --- Sequences and times ---------------------------------------------------------------------------------------------- */

static unsigned length(const Adc *a)
{
    return a->values[ADC_CR1] & SCAN ? zif_bits(a->values[ADC_SQR1], 20, 4) + 1 : 1;
}

static unsigned jlength(const Adc *a)
{
    return a->values[ADC_CR1] & SCAN ? zif_bits(a->values[ADC_JSQR], 20, 2) + 1 : 1;
}

static unsigned channel_now(const Adc *a)
{
    if (a->converting == INJECTED) {
        /* A sequence of n takes the last n places of JSQR. */
        unsigned place = 3 - zif_bits(a->values[ADC_JSQR], 20, 2) + a->jrank;
        return zif_bits(a->values[ADC_JSQR], 5 * (place & 3), 5);
    }
    return zif_bits(a->values[ADC_SQR3 - a->rank / 6], 5 * (a->rank % 6), 5);
}

static unsigned bits(const Adc *a)
{
    return 12 - 2 * zif_bits(a->values[ADC_CR1], 24, 2);
}

static ZifTime conversion_time(const Adc *a, unsigned channel)
{
    static const uint16_t sampling[] = { 3, 15, 28, 56, 84, 112, 144, 480 };
    uint32_t code = channel >= 10 ? zif_bits(a->values[ADC_SMPR1], 3 * (channel - 10), 3)
                                  : zif_bits(a->values[ADC_SMPR2], 3 * channel, 3);
    uint64_t hz = zif__adc_clock_hz(a);
    return hz ? ((sampling[code] + bits(a)) * ZIF_SEC + hz - 1) / hz : ZIF_TIME_NEVER;
}

static void begin(Adc *a, unsigned group)
{
    a->converting = group;
    ZifTime needed = conversion_time(a, channel_now(a));
    if (needed == ZIF_TIME_NEVER) {
        zif_cancel(&a->dev, CONVERTED);
    } else {
        zif_schedule_in(&a->dev, CONVERTED, needed);
    }
}

static void halt(Adc *a)
{
    a->converting = NONE;
    zif_cancel(&a->dev, CONVERTED);
}

/* What hinders or spoils every conversion; true when nothing can be started at all. */
static bool check_start(Adc *a, const char *what)
{
    uint64_t hz = zif__adc_clock_hz(a);
    if (!(a->values[ADC_CR2] & ADON)) {
        zif_report(&a->dev, ZIF_REPORT_LOCKED, ADC_CR2, "%s while ADON is 0: nothing is converted", what);
        return false;
    }
    if (zif_now(&a->dev) < a->stable) {
        zif_report(&a->dev, ZIF_REPORT_BUSY, ADC_CR2, "%s less than 3 us after ADON: the converter is not stable yet",
                   what);
    }
    if (hz > MAX_HZ) {
        zif_report(&a->dev, ZIF_REPORT_BAUD, -1, "ADCCLK is %llu Hz, more than 36 MHz: CCR.ADCPRE divides too little",
                   (unsigned long long)hz);
    }
    return true;
}

void zif__adc_start_regular(Adc *a)
{
    if (!a->regular_on) {
        a->regular_on = true;
        a->rank = 0;
        a->discrete = 0;
        zif__adc_regular_started(a);
    }
    a->values[ADC_SR] |= ADC_STRT;
    if (a->values[ADC_CR1] & DISCEN && !a->discrete) {
        a->discrete = zif_bits(a->values[ADC_CR1], 13, 3) + 1;
    }
    if (a->converting == NONE) {
        begin(a, REGULAR);
    }
}

void zif__adc_start_injected(Adc *a)
{
    if (a->converting == INJECTED) {
        return;
    }
    if (!a->injected_on) {
        a->injected_on = true;
        a->jrank = 0;
        zif__adc_injected_started(a);
    }
    a->values[ADC_SR] |= ADC_JSTRT;
    /* A regular conversion under way is given up, and begun anew afterwards. */
    begin(a, INJECTED);
}

/* --- Results ---------------------------------------------------------------------------------------------------------- */

static uint16_t aligned(const Adc *a, int value, bool injected)
{
    if (!(a->values[ADC_CR2] & ALIGN)) {
        return value;
    }
    if (injected) {
        return (unsigned)value << (bits(a) == 6 ? 9 : 15 - bits(a));
    }
    return (unsigned)value << (bits(a) == 6 ? 2 : 16 - bits(a));
}

static void watch(Adc *a, unsigned channel, unsigned value, uint32_t enabled)
{
    uint32_t cr1 = a->values[ADC_CR1];
    if (cr1 & enabled && (!(cr1 & AWDSGL) || (cr1 & 31) == channel) &&
        (value > a->values[ADC_HTR] || value < a->values[ADC_LTR])) {
        a->values[ADC_SR] |= ADC_AWD;
    }
}

/* The conversion that was lost, and all further ones, until software starts again. */
void zif__adc_overrun(Adc *a)
{
    a->values[ADC_SR] |= ADC_OVR;
    a->regular_on = false;
    zif_set(&a->dev, OUT_DMA, 0, 0);
    zif_report(&a->dev, ZIF_REPORT_OVERRUN, ADC_DR,
               "a regular conversion ended before DR was read: its result is lost, regular conversions stop until OVR "
               "is cleared");
    update_irq(a);
}

static void store_regular(Adc *a, uint16_t data)
{
    uint32_t cr2 = a->values[ADC_CR2], *sr = &a->values[ADC_SR];
    bool last = a->rank + 1u >= length(a), joint = zif__adc_is_joint(a);
    if (a->unread && (cr2 & EOCS || (cr2 & DMA && !joint))) {
        zif__adc_overrun(a);
        return;
    }
    a->values[ADC_DR] = data;
    a->unread = true;
    if (cr2 & EOCS || last) {
        *sr |= ADC_EOC;
    }
    if (joint) {
        zif__adc_joint_result(a, data);
    } else if (cr2 & DMA && !a->dma_done) {
        zif_set(&a->dev, OUT_DMA, 0, 1);
    }
}

/* After a regular conversion: the next one, or none. */
static void go_on_regular(Adc *a)
{
    uint32_t cr1 = a->values[ADC_CR1], cr2 = a->values[ADC_CR2];
    bool last = ++a->rank >= length(a);
    if (!a->regular_on) {
        return; /* an overrun */
    }
    if (last) {
        a->regular_on = false;
        a->rank = 0;
        if (cr1 & JAUTO) {
            a->injected_on = true;
            a->jrank = 0;
            begin(a, INJECTED);
            return;
        }
        if (cr2 & CONT && !(cr1 & DISCEN)) {
            zif__adc_start_regular(a);
        }
    } else if (!(cr1 & DISCEN) || --a->discrete) {
        begin(a, REGULAR);
    }
}

static void go_on_injected(Adc *a)
{
    uint32_t cr1 = a->values[ADC_CR1];
    bool last = ++a->jrank >= jlength(a);
    if (last) {
        a->injected_on = false;
        a->values[ADC_SR] |= ADC_JEOC;
    } else if (!(cr1 & JDISCEN) || cr1 & JAUTO) {
        begin(a, INJECTED);
        return;
    }
    if (a->regular_on && (!(cr1 & DISCEN) || a->discrete)) {
        begin(a, REGULAR);
    } else if (last && cr1 & JAUTO && a->values[ADC_CR2] & CONT) {
        zif__adc_start_regular(a);
    }
}

static void adc_event(ZifDevice *dev, unsigned event)
{
    Adc *a = (Adc *)dev;
    unsigned channel = channel_now(a), group = a->converting;
    unsigned value = zif__adc_sample(a, channel) >> (12 - bits(a));
    a->converting = NONE;
    if (group == INJECTED) {
        int shifted = (int)value - (int)a->values[ADC_JOFR1 + (a->jrank & 3)];
        a->values[ADC_JDR1 + (a->jrank & 3)] = aligned(a, shifted, true);
        watch(a, channel, value, JAWDEN);
        go_on_injected(a);
    } else if (group == REGULAR) {
        watch(a, channel, value, AWDEN);
        store_regular(a, aligned(a, (int)value, false));
        go_on_regular(a);
    }
    update_irq(a);
}

/* --- Effects of accesses ---------------------------------------------------------------------------------------------- */

static void write_cr2(Adc *a, uint32_t old)
{
    uint32_t *cr2 = &a->values[ADC_CR2], now = *cr2;
    *cr2 &= ~(uint32_t)(SWSTART | JSWSTART); /* cleared when the conversion starts */
    if (now & ADON && !(old & ADON)) {
        a->stable = zif_now(&a->dev) + STABILISATION;
    }
    if (!(now & ADON) && old & ADON) {
        halt(a);
        a->regular_on = a->injected_on = false;
    }
    if (!(now & CONT) && old & CONT && a->values[ADC_SR] & ADC_OVR) {
        a->regular_on = false;
    }
    if (!(now & DMA)) {
        a->dma_done = false;
        zif_set(&a->dev, OUT_DMA, 0, 0);
    }
    if (now & SWSTART && check_start(a, "SWSTART") && zif__adc_obeys(a, false) && !(a->values[ADC_SR] & ADC_OVR)) {
        zif__adc_start_regular(a);
    }
    if (now & JSWSTART && check_start(a, "JSWSTART") && zif__adc_obeys(a, true)) {
        zif__adc_start_injected(zif__adc_injected_turn(a));
    }
}

static void adc_write(ZifDevice *dev, unsigned slot, uint32_t old, uint32_t value)
{
    Adc *a = (Adc *)dev;
    if (slot == ADC_CR2) {
        write_cr2(a, old);
    } else if (slot == ADC_CR1 && (a->values[slot] ^ old) & 3u << 24 && a->converting) {
        zif_report(dev, ZIF_REPORT_BUSY, slot, "RES changed during a conversion");
    } else if (slot == ADC_SR && !(value & ADC_EOC)) {
        a->unread = false;
    }
    update_irq(a);
}

/* The data was read, here or through the common block. */
void zif__adc_read_by_common(Adc *a)
{
    a->unread = false;
    a->values[ADC_SR] &= ~(uint32_t)ADC_EOC;
    update_irq(a);
}

static void adc_read(ZifDevice *dev, unsigned slot)
{
    Adc *a = (Adc *)dev;
    if (slot == ADC_DR) {
        zif_set(dev, OUT_DMA, 0, 0);
        zif__adc_read_by_common(a);
    }
}

/* --- From outside ----------------------------------------------------------------------------------------------------- */

static bool selected(uint32_t cr2, unsigned lsb, unsigned line, int level)
{
    unsigned enabled = zif_bits(cr2, lsb + 4, 2);
    return zif_bits(cr2, lsb, 4) == line && (enabled == 3 || (level ? enabled == 1 : enabled == 2));
}

static void on_ext(ZifDevice *dev, unsigned line, int level)
{
    Adc *a = (Adc *)dev;
    if (zif_clock_hz(dev) && selected(a->values[ADC_CR2], 24, line, level) && zif__adc_obeys(a, false) &&
        !(a->values[ADC_SR] & ADC_OVR) && check_start(a, "a trigger")) {
        zif__adc_start_regular(a);
        update_irq(a);
    }
}

static void on_jext(ZifDevice *dev, unsigned line, int level)
{
    Adc *a = (Adc *)dev;
    if (zif_clock_hz(dev) && selected(a->values[ADC_CR2], 16, line, level) && zif__adc_obeys(a, true) &&
        check_start(a, "a trigger")) {
        zif__adc_start_injected(zif__adc_injected_turn(a));
        update_irq(a);
    }
}

static void on_dma_end(ZifDevice *dev, unsigned line, int level)
{
    Adc *a = (Adc *)dev;
    if (level && a->values[ADC_CR2] & DMA && !(a->values[ADC_CR2] & DDS)) {
        a->dma_done = true;
    }
}

static void adc_clock(ZifDevice *dev, uint64_t hz)
{
    Adc *a = (Adc *)dev;
    if (a->converting) {
        begin(a, a->converting);
    }
}

static void adc_reset(ZifDevice *dev, ZifResetKind kind)
{
    Adc *a = (Adc *)dev;
    a->converting = NONE;
    a->regular_on = a->injected_on = a->dma_done = a->unread = false;
    a->rank = a->jrank = a->discrete = 0;
    a->stable = 0;
    for (unsigned i = 0; kind == ZIF_RESET_POWER_ON && i < ADC_CHANNELS; i++) {
        a->next_sample[i] = 0;
    }
}

const ZifClass zif__stm32f4_adc = {
    .name = "stm32f4-adc",
    .socs = (const char *const[]){ "st,stm32f4", NULL },
    .compatible = (const char *const[]){ "st,stm32f4-adc", NULL },
    .reference = "RM0090 Rev 19, chapter 13",
    .summary = "regular and injected groups, triggers, DMA, overrun, watchdog, multi modes; voltages from the tree",
    .modelled = ZIF_MODELLED,
    .size = sizeof(Adc),
    .regs = regs,
    .nregs = ADC_NREGS,
    .values = offsetof(Adc, values),
    .span = 0x100,
    .inputs = (const ZifInput[]){ { "ext", 16, on_ext }, { "jext", 16, on_jext }, { "dma-end", 1, on_dma_end }, { 0 } },
    .outputs = (const ZifOutput[]){ { "irq", 1 }, { "dma", 1 }, { 0 } },
    .events = (const char *const[]){ "converted", NULL },
    .event = adc_event,
    .reset = adc_reset,
    .on_read = adc_read,
    .on_write = adc_write,
    .clock_changed = adc_clock,
};
