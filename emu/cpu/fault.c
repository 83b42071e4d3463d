/*
 * The last fault or lockup in words, for the crash screen. On v6-M nothing of it is visible to the firmware.
 * Reference: ARMv7-M ARM (DDI 0403) B3.2.15-B3.2.19. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include "core.h"

typedef struct {
    char *buf;
    size_t len, used;
} Text;

static void add(Text *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void add(Text *t, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(t->buf + t->used, t->len - t->used, fmt, ap);
    va_end(ap);
    t->used = n > 0 && (size_t)n < t->len - t->used ? t->used + (size_t)n : t->len - 1;
}

static const char *exception_name(uint32_t exc)
{
    static const char *const names[] = { "thread mode", "Reset",    "NMI",       "HardFault",
                                         "MemManage",   "BusFault", "UsageFault" };
    return exc < 7 ? names[exc] : "an exception";
}

static const struct {
    uint32_t bit;
    const char *name, *words;
} causes[] = {
    { CFSR_IACCVIOL, "IACCVIOL", "instruction fetch from a place that must not be executed" },
    { CFSR_DACCVIOL, "DACCVIOL", "the MPU forbids this access" },
    { CFSR_MUNSTKERR, "MUNSTKERR", "the MPU forbids reading the exception frame on return" },
    { CFSR_MSTKERR, "MSTKERR", "the MPU forbids writing the exception frame (stack overflow?)" },
    { CFSR_MLSPERR, "MLSPERR", "the MPU forbids the lazy saving of floating-point registers" },
    { CFSR_IBUSERR, "IBUSERR", "instruction fetch from a place where no memory answers" },
    { CFSR_PRECISERR, "PRECISERR", "the bus refused this access" },
    { CFSR_IMPRECISERR, "IMPRECISERR", "the bus refused a buffered store; the PC has moved on since" },
    { CFSR_UNSTKERR, "UNSTKERR", "the exception frame could not be read on return" },
    { CFSR_STKERR, "STKERR", "the exception frame could not be written (stack pointer outside RAM?)" },
    { CFSR_LSPERR, "LSPERR", "the lazy saving of floating-point registers failed on the bus" },
    { CFSR_UNDEFINSTR, "UNDEFINSTR", "undefined instruction" },
    { CFSR_INVSTATE, "INVSTATE", "execution without the Thumb bit (a function pointer or vector without bit 0)" },
    { CFSR_INVPC, "INVPC", "illegal exception return" },
    { CFSR_NOCP, "NOCP", "floating-point or coprocessor instruction while CPACR disables it" },
    { CFSR_UNALIGNED, "UNALIGNED", "unaligned access" },
    { CFSR_DIVBYZERO, "DIVBYZERO", "division by zero" },
};

static void add_causes(Text *t, const ZifCpuState *st)
{
    if (st->fault.hfsr & HFSR_VECTTBL) {
        add(t, "  VECTTBL: the vector could not be read\n");
    }
    if (st->fault.hfsr & HFSR_DEBUGEVT) {
        add(t, "  DEBUGEVT: a breakpoint without a debugger\n");
    }
    for (unsigned i = 0; i < sizeof causes / sizeof causes[0]; i++) {
        if (st->fault.causes & causes[i].bit) {
            add(t, "  %s: %s\n", causes[i].name, causes[i].words);
        }
    }
    if (!st->fault.causes && !(st->fault.hfsr & (HFSR_VECTTBL | HFSR_DEBUGEVT))) {
        add(t, "  SVC or BKPT where its exception could not be taken\n");
    }
}

void zif_cpu_describe_fault(ZifCpu *cpu, char *buf, size_t len)
{
    if (len == 0) {
        return;
    }
    const ZifCpuState *st = &cpu->st;
    Text t = { buf, len, 0 };
    buf[0] = 0;
    if (!st->fault.valid) {
        return;
    }
    if (st->lockup) {
        add(&t, "Lockup: a fault at the priority of %s\n", zif__bit(st->active, EXC_NMI) ? "NMI" : "HardFault");
    } else {
        add(&t, "%s%s\n", exception_name(st->fault.exception),
            st->fault.hfsr & HFSR_FORCED && st->fault.exception == EXC_HARD ? " (escalated)" : "");
    }
    add_causes(&t, st);
    add(&t, "  at PC 0x%08" PRIX32 "\n", st->fault.pc);
    if (st->fault.has_address) {
        add(&t, "  address 0x%08" PRIX32 "\n", st->fault.address);
    }
    if (cpu->v7) {
        add(&t, "  CFSR 0x%08" PRIX32 "  HFSR 0x%08" PRIX32 "  MMFAR 0x%08" PRIX32 "  BFAR 0x%08" PRIX32 "\n", st->cfsr,
            st->hfsr, st->mmfar, st->bfar);
    } else {
        add(&t, "  (cause and address come from zif; ARMv6-M does not show them to the firmware)\n");
    }
}

bool zif_cpu_in_default_fault_handler(ZifCpu *cpu)
{
    if (cpu->st.ipsr < EXC_HARD || cpu->st.ipsr > EXC_USAGE) {
        return false;
    }
    uint8_t raw[4];
    uint32_t pc = zif_port_get(cpu->port, ZIF_REG_PC);
    if (address_space_rw(&cpu->as, pc, zif__cpu_attrs(false), raw, 2, false) != MEMTX_OK) {
        return false;
    }
    if (raw[0] == 0xFE && raw[1] == 0xE7) { /* b . */
        return true;
    }
    return raw[0] == 0xFF && raw[1] == 0xF7 && /* b.w . */
           address_space_rw(&cpu->as, pc, zif__cpu_attrs(false), raw, 4, false) == MEMTX_OK && raw[2] == 0xFE &&
           raw[3] == 0xBF;
}
