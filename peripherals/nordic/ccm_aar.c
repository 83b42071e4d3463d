/*
 * nRF51 CCM and AAR: one named stub, for they share one identifier and one block of registers.
 *
 * Reference: nRF51 Series Reference Manual v3.0, chapters 26 "Accelerated address resolver (AAR)" and 27 "AES CCM mode encryption (CCM)".
 * Models: the register file, under the names that CCM gives the registers both have. Departs: nothing.
 * Missing: encryption and address resolution. A task that is triggered says so.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "nordic.h"

enum {
    TASKS_KSGEN,
    TASKS_CRYPT,
    TASKS_STOP,
    EVENTS_ENDKSGEN,
    EVENTS_ENDCRYPT,
    EVENTS_ERROR,
    SHORTS,
    INTENSET,
    INTENCLR,
    MICSTATUS,
    ENABLE,
    MODE,
    CNFPTR,
    INPTR,
    OUTPTR,
    SCRATCHPTR,
    POWER,
    NREGS
};

#define CCM_INTS(A) NRF_LIST({ "ENDKSGEN", 0, 1, A }, { "ENDCRYPT", 1, 1, A }, { "ERROR", 2, 1, A })

static const ZifRegister regs[NREGS] = {
    [TASKS_KSGEN] = NRF_TASK("TASKS_KSGEN", 0x000), /* AAR: START */
    [TASKS_CRYPT] = NRF_TASK("TASKS_CRYPT", 0x004),
    [TASKS_STOP] = NRF_TASK("TASKS_STOP", 0x008),
    [EVENTS_ENDKSGEN] = NRF_EVENT("EVENTS_ENDKSGEN", 0x100), /* AAR: END */
    [EVENTS_ENDCRYPT] = NRF_EVENT("EVENTS_ENDCRYPT", 0x104), /* AAR: RESOLVED */
    [EVENTS_ERROR] = NRF_EVENT("EVENTS_ERROR", 0x108),       /* AAR: NOTRESOLVED */
    [SHORTS] = { .name = "SHORTS", .offset = 0x200, .fields = ZIF_FIELDS({ "ENDKSGEN_CRYPT", 0, 1, ZIF_STUB }) },
    [INTENSET] = NRF_INTENSET(CCM_INTS),
    [INTENCLR] = NRF_INTENCLR(CCM_INTS),
    [MICSTATUS] = { .name = "MICSTATUS", .offset = 0x400, .fields = ZIF_FIELDS({ "MICSTATUS", 0, 4, ZIF_RO }) },
    [ENABLE] = { .name = "ENABLE", .offset = 0x500, .fields = ZIF_FIELDS({ "ENABLE", 0, 2, ZIF_STUB }) },
    [MODE] = { .name = "MODE", .offset = 0x504, .reset = 1, .fields = ZIF_FIELDS({ "MODE", 0, 5, ZIF_STUB }) },
    [CNFPTR] = { .name = "CNFPTR", .offset = 0x508, .flags = ZIF_REG_STUB }, /* AAR: IRKPTR */
    [INPTR] = { .name = "INPTR", .offset = 0x50C, .flags = ZIF_REG_STUB },
    [OUTPTR] = { .name = "OUTPTR", .offset = 0x510, .flags = ZIF_REG_STUB }, /* AAR: ADDRPTR */
    [SCRATCHPTR] = { .name = "SCRATCHPTR", .offset = 0x514, .flags = ZIF_REG_STUB },
    [POWER] = NRF_POWER,
};

typedef struct {
    ZifDevice dev;
    uint32_t values[NREGS];
} Ccm;

const ZifClass zif__nrf51_ccm_aar = {
    .name = "nrf51-ccm-aar",
    .socs = (const char *const[]){ "nordic,nrf51822", NULL },
    .compatible = (const char *const[]){ "nordic,nrf-ccm", "nordic,nrf-aar", NULL },
    .reference = "nRF51 Series Reference Manual v3.0, chapters 26 and 27",
    .summary = "registers only: no encryption, no address resolution",
    .modelled = ZIF_NAMED_STUB,
    .size = sizeof(Ccm),
    .regs = regs,
    .nregs = NREGS,
    .values = offsetof(Ccm, values),
    .span = 0x1000,
    .widths = ZIF_W32,
    .outputs = (const ZifOutput[]){ { .name = "irq" }, { 0 } },
    .on_write = zif__nrf_stub_write,
};
