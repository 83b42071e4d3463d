/*
 * nRF51 LPCOMP: a named stub. Its registers are kept; nothing is compared.
 *
 * Reference: nRF51 Series Reference Manual v3.0, chapter 32 "Low power comparator (LPCOMP)".
 * Models: the register file. Departs: nothing.
 * Missing: the comparator. A task that is triggered says so.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "nordic.h"

enum {
    TASKS_START,
    TASKS_STOP,
    TASKS_SAMPLE,
    EVENTS_READY,
    EVENTS_DOWN,
    EVENTS_UP,
    EVENTS_CROSS,
    SHORTS,
    INTENSET,
    INTENCLR,
    RESULT,
    ENABLE,
    PSEL,
    REFSEL,
    EXTREFSEL,
    ANADETECT,
    POWER,
    NREGS
};

#define LPCOMP_INTS(A) NRF_LIST({ "READY", 0, 1, A }, { "DOWN", 1, 1, A }, { "UP", 2, 1, A }, { "CROSS", 3, 1, A })

static const ZifRegister regs[NREGS] = {
    [TASKS_START] = NRF_TASK("TASKS_START", 0x000),
    [TASKS_STOP] = NRF_TASK("TASKS_STOP", 0x004),
    [TASKS_SAMPLE] = NRF_TASK("TASKS_SAMPLE", 0x008),
    [EVENTS_READY] = NRF_EVENT("EVENTS_READY", 0x100),
    [EVENTS_DOWN] = NRF_EVENT("EVENTS_DOWN", 0x104),
    [EVENTS_UP] = NRF_EVENT("EVENTS_UP", 0x108),
    [EVENTS_CROSS] = NRF_EVENT("EVENTS_CROSS", 0x10C),
    [SHORTS] = { .name = "SHORTS",
                 .offset = 0x200,
                 .fields = ZIF_FIELDS({ "READY_SAMPLE", 0, 1, ZIF_STUB }, { "READY_STOP", 1, 1, ZIF_STUB },
                                      { "DOWN_STOP", 2, 1, ZIF_STUB }, { "UP_STOP", 3, 1, ZIF_STUB },
                                      { "CROSS_STOP", 4, 1, ZIF_STUB }) },
    [INTENSET] = NRF_INTENSET(LPCOMP_INTS),
    [INTENCLR] = NRF_INTENCLR(LPCOMP_INTS),
    [RESULT] = { .name = "RESULT", .offset = 0x400, .fields = ZIF_FIELDS({ "RESULT", 0, 1, ZIF_RO }) },
    [ENABLE] = { .name = "ENABLE", .offset = 0x500, .fields = ZIF_FIELDS({ "ENABLE", 0, 2, ZIF_STUB }) },
    [PSEL] = { .name = "PSEL", .offset = 0x504, .fields = ZIF_FIELDS({ "PSEL", 0, 3, ZIF_STUB }) },
    [REFSEL] = { .name = "REFSEL", .offset = 0x508, .fields = ZIF_FIELDS({ "REFSEL", 0, 3, ZIF_STUB }) },
    [EXTREFSEL] = { .name = "EXTREFSEL", .offset = 0x50C, .fields = ZIF_FIELDS({ "EXTREFSEL", 0, 1, ZIF_STUB }) },
    [ANADETECT] = { .name = "ANADETECT", .offset = 0x520, .fields = ZIF_FIELDS({ "ANADETECT", 0, 2, ZIF_STUB }) },
    [POWER] = NRF_POWER,
};

typedef struct {
    ZifDevice dev;
    uint32_t values[NREGS];
} Lpcomp;

const ZifClass zif__nrf51_lpcomp = {
    .name = "nrf51-lpcomp",
    .socs = (const char *const[]){ "nordic,nrf51822", NULL },
    .compatible = (const char *const[]){ "nordic,nrf-lpcomp", NULL },
    .reference = "nRF51 Series Reference Manual v3.0, chapter 32",
    .summary = "registers only: nothing is compared",
    .modelled = ZIF_NAMED_STUB,
    .size = sizeof(Lpcomp),
    .regs = regs,
    .nregs = NREGS,
    .values = offsetof(Lpcomp, values),
    .span = 0x1000,
    .widths = ZIF_W32,
    .outputs = (const ZifOutput[]){ { .name = "irq" }, { 0 } },
    .on_write = zif__nrf_stub_write,
};
