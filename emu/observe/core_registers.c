/*
 * Names of the system control space's registers, for traces. Reference: ARMv7-M Architecture Reference Manual (DDI 0403), B3.2 to B3.5,
 * C1.6. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdio.h>
#include "trace_event.h"

typedef struct {
    uint16_t offset;
    uint16_t count; /* words of an array; 0: one register */
    const char *name;
    const ZifTraceField *fields;
} Register;

#define FIELDS(...) ((const ZifTraceField[]){ __VA_ARGS__, { 0 } })

static const Register registers[] = {
    { 0x004, 0, "ICTR", NULL },
    { 0x008, 0, "ACTLR", NULL },
    { 0x010, 0, "SYST_CSR",
      FIELDS({ "ENABLE", 0, 1 }, { "TICKINT", 1, 1 }, { "CLKSOURCE", 2, 1 }, { "COUNTFLAG", 16, 1 }) },
    { 0x014, 0, "SYST_RVR", NULL },
    { 0x018, 0, "SYST_CVR", NULL },
    { 0x01c, 0, "SYST_CALIB", NULL },
    { 0x100, 8, "NVIC_ISER", NULL },
    { 0x180, 8, "NVIC_ICER", NULL },
    { 0x200, 8, "NVIC_ISPR", NULL },
    { 0x280, 8, "NVIC_ICPR", NULL },
    { 0x300, 8, "NVIC_IABR", NULL },
    { 0x400, 60, "NVIC_IPR", NULL },
    { 0xd00, 0, "CPUID", NULL },
    { 0xd04, 0, "ICSR",
      FIELDS({ "VECTACTIVE", 0, 9 }, { "RETTOBASE", 11, 1 }, { "VECTPENDING", 12, 9 }, { "ISRPENDING", 22, 1 },
             { "ISRPREEMPT", 23, 1 }, { "PENDSTCLR", 25, 1 }, { "PENDSTSET", 26, 1 }, { "PENDSVCLR", 27, 1 },
             { "PENDSVSET", 28, 1 }, { "NMIPENDSET", 31, 1 }) },
    { 0xd08, 0, "VTOR", NULL },
    { 0xd0c, 0, "AIRCR",
      FIELDS({ "VECTRESET", 0, 1 }, { "VECTCLRACTIVE", 1, 1 }, { "SYSRESETREQ", 2, 1 }, { "PRIGROUP", 8, 3 },
             { "ENDIANNESS", 15, 1 }, { "VECTKEY", 16, 16 }) },
    { 0xd10, 0, "SCR", FIELDS({ "SLEEPONEXIT", 1, 1 }, { "SLEEPDEEP", 2, 1 }, { "SEVONPEND", 4, 1 }) },
    { 0xd14, 0, "CCR",
      FIELDS({ "NONBASETHRDENA", 0, 1 }, { "USERSETMPEND", 1, 1 }, { "UNALIGN_TRP", 3, 1 }, { "DIV_0_TRP", 4, 1 },
             { "BFHFNMIGN", 8, 1 }, { "STKALIGN", 9, 1 }, { "DC", 16, 1 }, { "IC", 17, 1 }, { "BP", 18, 1 }) },
    { 0xd18, 3, "SHPR", NULL },
    { 0xd24, 0, "SHCSR",
      FIELDS({ "MEMFAULTACT", 0, 1 }, { "BUSFAULTACT", 1, 1 }, { "USGFAULTACT", 3, 1 }, { "SVCALLACT", 7, 1 },
             { "MONITORACT", 8, 1 }, { "PENDSVACT", 10, 1 }, { "SYSTICKACT", 11, 1 }, { "USGFAULTPENDED", 12, 1 },
             { "MEMFAULTPENDED", 13, 1 }, { "BUSFAULTPENDED", 14, 1 }, { "SVCALLPENDED", 15, 1 },
             { "MEMFAULTENA", 16, 1 }, { "BUSFAULTENA", 17, 1 }, { "USGFAULTENA", 18, 1 }) },
    { 0xd28, 0, "CFSR",
      FIELDS({ "IACCVIOL", 0, 1 }, { "DACCVIOL", 1, 1 }, { "MUNSTKERR", 3, 1 }, { "MSTKERR", 4, 1 },
             { "MLSPERR", 5, 1 }, { "MMARVALID", 7, 1 }, { "IBUSERR", 8, 1 }, { "PRECISERR", 9, 1 },
             { "IMPRECISERR", 10, 1 }, { "UNSTKERR", 11, 1 }, { "STKERR", 12, 1 }, { "LSPERR", 13, 1 },
             { "BFARVALID", 15, 1 }, { "UNDEFINSTR", 16, 1 }, { "INVSTATE", 17, 1 }, { "INVPC", 18, 1 },
             { "NOCP", 19, 1 }, { "UNALIGNED", 24, 1 }, { "DIVBYZERO", 25, 1 }) },
    { 0xd2c, 0, "HFSR", FIELDS({ "VECTTBL", 1, 1 }, { "FORCED", 30, 1 }, { "DEBUGEVT", 31, 1 }) },
    { 0xd30, 0, "DFSR",
      FIELDS({ "HALTED", 0, 1 }, { "BKPT", 1, 1 }, { "DWTTRAP", 2, 1 }, { "VCATCH", 3, 1 }, { "EXTERNAL", 4, 1 }) },
    { 0xd34, 0, "MMFAR", NULL },
    { 0xd38, 0, "BFAR", NULL },
    { 0xd3c, 0, "AFSR", NULL },
    { 0xd40, 2, "ID_PFR", NULL },
    { 0xd48, 0, "ID_DFR0", NULL },
    { 0xd4c, 0, "ID_AFR0", NULL },
    { 0xd50, 4, "ID_MMFR", NULL },
    { 0xd60, 5, "ID_ISAR", NULL },
    { 0xd78, 0, "CLIDR", NULL },
    { 0xd7c, 0, "CTR", NULL },
    { 0xd80, 0, "CCSIDR", NULL },
    { 0xd84, 0, "CSSELR", NULL },
    { 0xd88, 0, "CPACR", FIELDS({ "CP10", 20, 2 }, { "CP11", 22, 2 }) },
    { 0xd90, 0, "MPU_TYPE", NULL },
    { 0xd94, 0, "MPU_CTRL", FIELDS({ "ENABLE", 0, 1 }, { "HFNMIENA", 1, 1 }, { "PRIVDEFENA", 2, 1 }) },
    { 0xd98, 0, "MPU_RNR", NULL },
    { 0xd9c, 0, "MPU_RBAR", FIELDS({ "REGION", 0, 4 }, { "VALID", 4, 1 }, { "ADDR", 5, 27 }) },
    { 0xda0, 0, "MPU_RASR",
      FIELDS({ "ENABLE", 0, 1 }, { "SIZE", 1, 5 }, { "SRD", 8, 8 }, { "B", 16, 1 }, { "C", 17, 1 }, { "S", 18, 1 },
             { "TEX", 19, 3 }, { "AP", 24, 3 }, { "XN", 28, 1 }) },
    { 0xda4, 0, "MPU_RBAR_A1", NULL },
    { 0xda8, 0, "MPU_RASR_A1", NULL },
    { 0xdac, 0, "MPU_RBAR_A2", NULL },
    { 0xdb0, 0, "MPU_RASR_A2", NULL },
    { 0xdb4, 0, "MPU_RBAR_A3", NULL },
    { 0xdb8, 0, "MPU_RASR_A3", NULL },
    { 0xdf0, 0, "DHCSR", NULL },
    { 0xdf4, 0, "DCRSR", NULL },
    { 0xdf8, 0, "DCRDR", NULL },
    { 0xdfc, 0, "DEMCR", NULL },
    { 0xf00, 0, "STIR", NULL },
    { 0xf34, 0, "FPCCR",
      FIELDS({ "LSPACT", 0, 1 }, { "USER", 1, 1 }, { "THREAD", 3, 1 }, { "HFRDY", 4, 1 }, { "MMRDY", 5, 1 },
             { "BFRDY", 6, 1 }, { "MONRDY", 8, 1 }, { "LSPEN", 30, 1 }, { "ASPEN", 31, 1 }) },
    { 0xf38, 0, "FPCAR", NULL },
    { 0xf3c, 0, "FPDSCR", NULL },
    { 0xf40, 3, "MVFR", NULL },
};

const char *zif__core_register(uint32_t addr, char *buf, size_t len, const ZifTraceField **fields)
{
    uint32_t offset = addr & 0xfff;
    *fields = NULL;
    for (size_t i = 0; i < sizeof registers / sizeof *registers; i++) {
        const Register *r = &registers[i];
        unsigned words = r->count ? r->count : 1;
        if (offset < r->offset || offset >= r->offset + 4 * words) {
            continue;
        }
        /* SHPR counts from 1, as the manual does. */
        unsigned n = (offset - r->offset) / 4 + (r->offset == 0xd18);
        *fields = r->fields;
        if (r->count) {
            snprintf(buf, len, "cpu.%s%u", r->name, n);
        } else {
            snprintf(buf, len, "cpu.%s", r->name);
        }
        return buf;
    }
    snprintf(buf, len, "cpu.0x%08x", addr);
    return buf;
}
