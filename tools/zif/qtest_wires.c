/* The qtest protocol's interrupt lines and pins. SPDX-License-Identifier: GPL-2.0-or-later */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include "qtest_lines.h"

enum { MAX_LINES = 496 };

/* Only changes are told: a line begins low. */
static void changed(void *opaque, int level)
{
    QtestWatch *w = opaque;
    if (w->level != level) {
        w->level = level;
        qtest_answer(w->q, "IRQ %s %u", level ? "raise" : "lower", w->n);
    }
}

static void nvic_changed(void *opaque, unsigned irq, int level)
{
    Qtest *q = opaque;
    if (irq < q->nwatches) {
        changed(&q->watches[irq], level);
    }
}

/* Listens to every line that the name stands for. */
static void watch_outputs(Qtest *q, ZifDevice *dev, const char *name)
{
    const char *output;
    unsigned line;
    for (unsigned n = 0; n < q->nwatches && (output = qtest_output_line(dev, name, n, &line)); n++) {
        zif_device_on_output(dev, output, line, changed, &q->watches[n]);
    }
}

/* `irq_intercept_in PATH`, `irq_intercept_out PATH [NAME]`. */
void qtest_intercept(Qtest *q, char **words)
{
    bool in = !strcmp(words[0], "irq_intercept_in");
    QtestObject object;
    if (!words[1] || !qtest_find(q->m, words[1], &object)) {
        qtest_answer(q, "FAIL Unknown device");
        return;
    }
    if (in != object.nvic) {
        qtest_answer(q, in ? "FAIL only the interrupt controller's inputs can be intercepted (nvic)"
                           : "FAIL the interrupt controller has no outputs to intercept");
        return;
    }
    if (q->intercepts) {
        bool same = q->intercepted.dev == object.dev && q->intercepted.nvic == object.nvic;
        qtest_answer(q, same ? "OK" : "FAIL IRQ intercept already enabled");
        return;
    }
    q->watches = calloc(MAX_LINES, sizeof *q->watches);
    q->nwatches = q->watches ? MAX_LINES : 0;
    for (unsigned i = 0; i < q->nwatches; i++) {
        q->watches[i] = (QtestWatch){ .q = q, .n = i };
    }
    q->intercepts = true;
    q->intercepted = object;
    if (in) {
        zif_machine_on_irq(q->m, nvic_changed, q);
    } else {
        watch_outputs(q, object.dev, words[2]);
    }
    qtest_answer(q, "OK");
}

/* `set_irq_in PATH NAME NUMBER LEVEL`: a negative level lets go of the line. */
void qtest_set_irq_in(Qtest *q, char **words)
{
    QtestObject object;
    uint64_t n;
    int64_t level;
    unsigned line;
    if (!words[1] || !words[2] || !qtest_find(q->m, words[1], &object)) {
        qtest_answer(q, "FAIL Unknown device");
        return;
    }
    if (!qtest_number(q, words[3], &n) || !qtest_signed(q, words[4], &level)) {
        return;
    }
    int l = level < 0 ? -1 : level > 0;
    bool ok;
    if (object.nvic) {
        ok = n <= UINT_MAX && zif_machine_drive_irq(q->m, (unsigned)n, l);
    } else {
        const char *input = n <= UINT_MAX ? qtest_input_line(object.dev, words[2], (unsigned)n, &line) : NULL;
        ok = input && zif_device_drive(object.dev, input, line, l);
    }
    zif_machine_advance(q->m, 0); /* what that made due */
    qtest_answer(q, ok ? "OK" : "FAIL there is no such line");
}
