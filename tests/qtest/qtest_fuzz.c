/*
 * Whatever a client says, each line of the qtest protocol gets one answer, and the monitor takes any bytes. The first byte chooses.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdlib.h>
#include <string.h>
#include "qmp.h"
#include "qtest.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned answers;

static void count(void *opaque, const char *line, size_t len)
{
    if (len < 2 || line[len - 1] != '\n') {
        abort();
    }
    answers += memcmp(line, "IRQ ", 4) != 0;
}

static void swallow(void *opaque, const char *text, size_t len) {}

/* A line that asks for much time would take it. */
static bool patient(const uint8_t *data, size_t size)
{
    for (size_t i = 0; i + 6 < size; i++) {
        if (!memcmp(data + i, "clock_", 6)) {
            size_t digits = strspn((const char *)data + i, "clock_stepse ");
            if (strspn((const char *)data + i + digits, "0123456789abcdefxABCDEFX") > 7) {
                return false;
            }
        }
    }
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const boards[] = { "mps2-an385", "microbit", "musicpal", NULL };
    static ZifMachine *machines[4];
    char *text = malloc(size + 1);
    unsigned lines = 0, n = size ? data[0] & 3 : 3;
    memcpy(text, data, size);
    text[size] = 0;
    if (!machines[n] && boards[n]) {
        Error *err = NULL;
        machines[n] = zif_machine_new(
            &(ZifMachineConfig){ .board = boards[n], .port = "portable", .max_resets = UINT32_MAX }, &err);
    }
    ZifMachine *m = machines[n];
    if (m) {
        zif_machine_reset(m, ZIF_RESET_POWER_ON);
    }
    if (size && data[0] & 4) {
        Qmp *q = qmp_new(m, swallow, NULL);
        qmp_greet(q);
        qmp_input(q, text + 1, size - 1);
        qmp_free(q);
    } else if (size && patient((uint8_t *)text, size) && !strstr(text, "irq_intercept_out")) {
        Qtest *q = qtest_new(m, &(QtestConfig){ .send = count, .polling = data[0] & 8, .faults = data[0] & 16 });
        answers = 0;
        for (size_t i = 1; i < size; i++) {
            lines += data[i] == '\n';
        }
        qtest_input(q, text + 1, size - 1);
        if (m) {
            zif_machine_on_irq(m, NULL, NULL);
        }
        qtest_free(q);
        if (answers != lines) {
            abort();
        }
    }
    free(text);
    return 0;
}
