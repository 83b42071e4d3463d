/*
 * Mistakes that show in the core, not in a register: an interrupt enabled whose handler is the image's endless loop, a handler that is
 * entered for ever, a stack that has grown out of its place. Looking only: nothing here changes the run.
 *
 * Reference: ARMv7-M ARM B1.5.2 (vectors), A7.7 (encodings); the symbols that GNU, CMSIS and vendors' linker scripts give the end of the
 * stack. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include "internal.h"

enum { EXC_IRQ0 = 16, EXC_SYSTICK = 15, STORM = 1000 };

/* --- Interrupts --------------------------------------------------------------------------------------------------------------- */

/* The device whose output is wired straight to an interrupt line; NULL when there is none or many share it. */
static ZifDevice *driver_of(ZifMachine *m, unsigned irq)
{
    ZifDevice *found = NULL;
    for (unsigned d = 0; d < m->kit.ndevices; d++) {
        const ZifDeviceCore *core = m->kit.devices[d]->core;
        for (unsigned i = 0; i < core->noutputs; i++) {
            for (const ZifWire *w = core->outputs[i].wires; w; w = w->next) {
                if (w->opaque == &m->irqs[irq] && found != m->kit.devices[d]) {
                    if (found) {
                        return NULL;
                    }
                    found = m->kit.devices[d];
                }
            }
        }
    }
    return found;
}

static void report_irq(ZifMachine *m, unsigned exc, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
static void report_irq(ZifMachine *m, unsigned exc, const char *fmt, ...)
{
    char text[320];
    va_list ap;
    ZifDevice *dev = exc >= EXC_IRQ0 ? driver_of(m, exc - EXC_IRQ0) : NULL;
    int n = exc >= EXC_IRQ0 ? snprintf(text, sizeof text, "interrupt %u ", exc - EXC_IRQ0)
                            : snprintf(text, sizeof text, "exception %u ", exc);
    va_start(ap, fmt);
    vsnprintf(text + n, sizeof text - (size_t)n, fmt, ap);
    va_end(ap);
    zif__report(&m->kit, dev, dev ? dev->name : "cpu", ZIF_REPORT_INTERRUPT, -1, zif_machine_pc(m), text);
}

/* Is the code at `pc` an endless loop, but for what a compiler puts in front of one? */
static bool is_endless_loop(ZifMachine *m, uint32_t pc)
{
    for (unsigned i = 0; i < 5; i++, pc += 2) {
        uint16_t c[2];
        if (!zif__look(m, pc, c, 2)) {
            return false;
        }
        if (c[0] == 0xe7fe) { /* B . */
            return true;
        }
        if (c[0] == 0xf7ff) { /* B.W . */
            return zif__look(m, pc + 2, &c[1], 2) && c[1] == 0xbffe;
        }
        bool frame =
            (c[0] & 0xfe00) == 0xb400 || (c[0] & 0xff00) == 0xaf00 || c[0] == 0x466f; /* PUSH; ADD r7, sp; MOV r7, sp */
        if (!frame && c[0] != 0xbf00 && (c[0] & 0xff00) != 0xbe00) {                  /* NOP; BKPT */
            return false;
        }
    }
    return false;
}

void zif__mistake_irq_enabled(void *opaque, unsigned irq)
{
    ZifMachine *m = opaque;
    uint32_t vector, at = zif_cpu_vector_base(m->cpu) + 4 * (EXC_IRQ0 + irq);
    char where[256];
    if (!zif__look(m, at, &vector, 4)) {
        return;
    }
    if (!(vector & 1)) {
        report_irq(m, EXC_IRQ0 + irq,
                   "is enabled and its vector at 0x%08" PRIx32 " is 0x%08" PRIx32 ", which is no handler", at, vector);
    } else if (is_endless_loop(m, vector & ~1u)) {
        zif_machine_locate(m, vector & ~1u, where, sizeof where);
        report_irq(m, EXC_IRQ0 + irq,
                   "is enabled and its vector leads to an endless loop at 0x%08" PRIx32 "%s%s: no handler is installed",
                   vector & ~1u, *where ? " " : "", where);
    }
}

/* An exception is entered again and again, and between its end and its next beginning no cycle passes: neither code nor sleep. */
static void watch_for_storm(ZifMachine *m, unsigned exc, bool entry)
{
    uint64_t now = zif_cpu_cycles(m->cpu);
    if (!entry) {
        m->storm.left = now;
        m->storm.outside = true;
        return;
    }
    bool progress = m->storm.outside && now > m->storm.left;
    m->storm.count = exc == m->storm.exception && !progress ? m->storm.count + 1 : 0;
    m->storm.exception = exc;
    m->storm.outside = false;
    if (m->storm.count == STORM && exc >= EXC_SYSTICK) {
        report_irq(m, exc,
                   "was taken %d times in a row and nothing else could run: its handler does not clear what raises it",
                   STORM);
    }
}

/* --- The stack ------------------------------------------------------------------------------------------------------------------ */

static void report_stack(ZifMachine *m, uint32_t sp, const char *doing)
{
    char text[320];
    if (m->stack_told) {
        return; /* a stack that went too far goes on doing so */
    }
    m->stack_told = true;
    snprintf(text, sizeof text,
             "the stack pointer is 0x%08" PRIx32 "%s%s, below the end of its stack at 0x%08" PRIx32 " (%s)", sp,
             *doing ? " " : "", doing, m->stack_limit, m->stack_limit_name);
    zif__report(&m->kit, NULL, "cpu", ZIF_REPORT_STACK, -1, zif_machine_pc(m), text);
}

void zif__mistake_below_stack(void *opaque, uint32_t sp)
{
    report_stack(opaque, sp, "at a store");
}

static bool find_limit(ZifMachine *m, const char *const *names, uint32_t top, uint32_t *limit)
{
    for (; *names; names++) {
        for (unsigned i = 0; i < m->nimages; i++) {
            if (zif_image_symbol_address((ZifImage *)m->images[i], *names, limit) && *limit && *limit < top) {
                m->stack_limit_name = *names;
                return true;
            }
        }
    }
    return false;
}

static void find_stack(ZifMachine *m)
{
    static const char *const limits[] = { "__stack_limit",   "__StackLimit", "_sstack",
                                          "__stack_limit__", "_stack_limit", NULL };
    static const char *const ends[] = {
        "__bss_end__", "_ebss", "__bss_end", "_bss_end", "bss_end", "_end", "end", NULL
    };
    uint32_t top = 0, limit = m->config.stack_limit;
    m->stack_known = true;
    m->stack_limit_name = "--stack-limit";
    if (!limit && (!zif__look(m, zif_cpu_vector_base(m->cpu), &top, 4) ||
                   !(find_limit(m, limits, top, &limit) || find_limit(m, ends, top, &limit)))) {
        limit = 0;
    }
    uint32_t word;
    m->stack_limit = limit && (m->config.stack_limit || zif__look(m, limit - 4, &word, 4)) ? limit : 0;
    zif_cpu_set_stack_limit(m->cpu, m->config.stack_guard ? m->stack_limit : 0);
}

void zif__mistakes_begin(ZifMachine *m)
{
    m->stack_told = m->stack_known = false;
    m->stack_limit = 0;
    if (m->config.stack_guard) {
        find_stack(m);
    }
}

static void look_at_stack(ZifMachine *m)
{
    uint32_t sp = m->stack_limit ? zif_port_get(zif_cpu_port(m->cpu), ZIF_REG_MSP) : 0;
    if (sp < m->stack_limit) {
        report_stack(m, sp, zif_cpu_exception(m->cpu) ? "in an exception" : "");
    }
}

void zif__mistake_exception(ZifMachine *m, unsigned number, bool entry)
{
    watch_for_storm(m, number, entry);
    if (entry) {
        look_at_stack(m);
    }
}

void zif__mistake_sample(ZifMachine *m)
{
    if (!m->stack_known) { /* not at the start: reading symbols takes time, and many runs are over by now */
        find_stack(m);
    }
    look_at_stack(m);
}
