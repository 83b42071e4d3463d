/*
 * nRF51 QDEC: a named stub. Its registers are kept; no rotation is decoded.
 *
 * Reference: nRF51 Series Reference Manual v3.0, chapter 30 "Quadrature decoder (QDEC)".
 * Models: the register file. Departs: nothing.
 * Missing: the decoder. A task that is triggered says so.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "nordic.h"

enum {
    TASKS_START,
    TASKS_STOP,
    TASKS_READCLRACC,
    EVENTS_SAMPLERDY,
    EVENTS_REPORTRDY,
    EVENTS_ACCOF,
    SHORTS,
    INTENSET,
    INTENCLR,
    ENABLE,
    LEDPOL,
    SAMPLEPER,
    SAMPLE,
    REPORTPER,
    ACC,
    ACCREAD,
    PSELLED,
    PSELA,
    PSELB,
    DBFEN,
    LEDPRE,
    ACCDBL,
    ACCDBLREAD,
    POWER,
    NREGS
};

#define QDEC_INTS(A) NRF_LIST({ "SAMPLERDY", 0, 1, A }, { "REPORTRDY", 1, 1, A }, { "ACCOF", 2, 1, A })
#define KEPT(n, off, rst, width, access)                                                                               \
    {                                                                                                                  \
        .name = n, .offset = off, .reset = rst, .fields = ZIF_FIELDS({ n, 0, width, access })                          \
    }

static const ZifRegister regs[NREGS] = {
    [TASKS_START] = NRF_TASK("TASKS_START", 0x000),
    [TASKS_STOP] = NRF_TASK("TASKS_STOP", 0x004),
    [TASKS_READCLRACC] = NRF_TASK("TASKS_READCLRACC", 0x008),
    [EVENTS_SAMPLERDY] = NRF_EVENT("EVENTS_SAMPLERDY", 0x100),
    [EVENTS_REPORTRDY] = NRF_EVENT("EVENTS_REPORTRDY", 0x104),
    [EVENTS_ACCOF] = NRF_EVENT("EVENTS_ACCOF", 0x108),
    [SHORTS] = { .name = "SHORTS",
                 .offset = 0x200,
                 .fields =
                     ZIF_FIELDS({ "REPORTRDY_READCLRACC", 0, 1, ZIF_STUB }, { "SAMPLERDY_STOP", 1, 1, ZIF_STUB }) },
    [INTENSET] = NRF_INTENSET(QDEC_INTS),
    [INTENCLR] = NRF_INTENCLR(QDEC_INTS),
    [ENABLE] = KEPT("ENABLE", 0x500, 0, 1, ZIF_STUB),
    [LEDPOL] = KEPT("LEDPOL", 0x504, 0, 1, ZIF_STUB),
    [SAMPLEPER] = KEPT("SAMPLEPER", 0x508, 0, 3, ZIF_STUB),
    [SAMPLE] = KEPT("SAMPLE", 0x50C, 0, 32, ZIF_RO),
    [REPORTPER] = KEPT("REPORTPER", 0x510, 0, 3, ZIF_STUB),
    [ACC] = KEPT("ACC", 0x514, 0, 32, ZIF_RO),
    [ACCREAD] = KEPT("ACCREAD", 0x518, 0, 32, ZIF_RO),
    [PSELLED] = KEPT("PSELLED", 0x51C, 0xFFFFFFFF, 32, ZIF_STUB),
    [PSELA] = KEPT("PSELA", 0x520, 0xFFFFFFFF, 32, ZIF_STUB),
    [PSELB] = KEPT("PSELB", 0x524, 0xFFFFFFFF, 32, ZIF_STUB),
    [DBFEN] = KEPT("DBFEN", 0x528, 0, 1, ZIF_STUB),
    [LEDPRE] = KEPT("LEDPRE", 0x540, 0x10, 9, ZIF_STUB),
    [ACCDBL] = KEPT("ACCDBL", 0x544, 0, 4, ZIF_RO),
    [ACCDBLREAD] = KEPT("ACCDBLREAD", 0x548, 0, 4, ZIF_RO),
    [POWER] = NRF_POWER,
};

typedef struct {
    ZifDevice dev;
    uint32_t values[NREGS];
} Qdec;

const ZifClass zif__nrf51_qdec = {
    .name = "nrf51-qdec",
    .socs = (const char *const[]){ "nordic,nrf51822", NULL },
    .compatible = (const char *const[]){ "nordic,nrf-qdec", NULL },
    .reference = "nRF51 Series Reference Manual v3.0, chapter 30",
    .summary = "registers only: no rotation is decoded",
    .modelled = ZIF_NAMED_STUB,
    .size = sizeof(Qdec),
    .regs = regs,
    .nregs = NREGS,
    .values = offsetof(Qdec, values),
    .span = 0x1000,
    .widths = ZIF_W32,
    .outputs = (const ZifOutput[]){ { .name = "irq" }, { 0 } },
    .on_write = zif__nrf_stub_write,
};
