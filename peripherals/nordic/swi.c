/*
 * nRF51 SWI: six software interrupts. They have an interrupt line each, pended through the NVIC alone, and no registers.
 *
 * Reference: nRF51 Series Reference Manual v3.0, chapter 24 "Software interrupts (SWI)".
 * Models: everything there is. Departs: nothing. Missing: nothing.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "nordic.h"

enum { UNUSED, NREGS };

static const ZifRegister regs[NREGS] = {
    [UNUSED] = { .name = "UNUSED", .offset = 0, .fields = ZIF_FIELDS({ "UNUSED", 0, 32, ZIF_RO }) },
};

typedef struct {
    ZifDevice dev;
    uint32_t values[NREGS];
} Swi;

const ZifClass zif__nrf51_swi = {
    .name = "nrf51-swi",
    .socs = (const char *const[]){ "nordic,nrf51822", NULL },
    .compatible = (const char *const[]){ "nordic,nrf-swi", NULL },
    .reference = "nRF51 Series Reference Manual v3.0, chapter 24",
    .summary = "no registers; pended through the NVIC",
    .modelled = ZIF_MODELLED,
    .size = sizeof(Swi),
    .regs = regs,
    .nregs = NREGS,
    .values = offsetof(Swi, values),
    .span = 0x1000,
    .outputs =
        (const ZifOutput[]){ { .name = "irq" }, { 0 } }, /* never driven: it says which line of the NVIC is meant */
};
