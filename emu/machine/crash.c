/* The crash screen. Frame layout: ARMv7-M Architecture Reference Manual B1.5.6. SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <string.h>
#include "internal.h"

static void put_place(ZifMachine *m, FILE *out, uint32_t pc)
{
    char where[256];
    fprintf(out, "0x%08x %s\n", pc, zif_machine_locate(m, pc, where, sizeof where));
}

static void put_registers(ZifMachine *m, FILE *out)
{
    static const char *const names[] = { "r0", "r1",  "r2",  "r3",  "r4", "r5", "r6", "r7",  "r8",
                                         "r9", "r10", "r11", "r12", "sp", "lr", "pc", "xpsr" };
    static const struct {
        const char *name;
        ZifReg reg;
    } more[] = { { "msp", ZIF_REG_MSP },
                 { "psp", ZIF_REG_PSP },
                 { "primask", ZIF_REG_PRIMASK },
                 { "basepri", ZIF_REG_BASEPRI },
                 { "faultmask", ZIF_REG_FAULTMASK },
                 { "control", ZIF_REG_CONTROL } };
    ZifPort *port = zif_cpu_port(m->cpu);
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++) {
        fprintf(out, "%s%10s %08x", i && i % 4 == 0 ? "\n" : "", names[i], zif_port_get(port, ZIF_REG_R0 + i));
    }
    for (unsigned i = 0; i < sizeof more / sizeof *more; i++) {
        fprintf(out, "%s%10s %08x", (17 + i) % 4 == 0 ? "\n" : "", more[i].name, zif_port_get(port, more[i].reg));
    }
    fputc('\n', out);
}

/* In a handler, LR says which stack the frame is on, unless the handler has used LR since. True: *sp is behind the frame. */
static bool put_frame(ZifMachine *m, FILE *out, uint32_t *sp)
{
    static const char *const names[] = { "r0", "r1", "r2", "r3", "r12", "lr", "pc", "xpsr" };
    uint32_t frame[8], lr = zif_port_get(zif_cpu_port(m->cpu), ZIF_REG_LR);
    if (!zif_cpu_exception(m->cpu) || (lr & 0xffffffe0u) != 0xffffffe0u) {
        return false;
    }
    uint32_t at = zif_port_get(zif_cpu_port(m->cpu), lr & 4 ? ZIF_REG_PSP : ZIF_REG_MSP);
    if (!zif__look(m, at, frame, sizeof frame)) {
        fprintf(out, "stacked frame: none, 0x%08x is not memory\n", at);
        return false;
    }
    fprintf(out, "stacked frame at 0x%08x (%s):", at, lr & 4 ? "psp" : "msp");
    for (unsigned i = 0; i < 8; i++) {
        fprintf(out, "%s%10s %08x", i % 4 ? "" : "\n", names[i], frame[i]);
    }
    fputs("\ninterrupted at ", out);
    put_place(m, out, frame[6]);
    fputs("called from    ", out);
    put_place(m, out, frame[5] & ~1u);
    *sp = at + (lr & 0x10 ? 32 : 104) + (frame[7] & 0x200 ? 4 : 0);
    return true;
}

static void put_tail(ZifSerialLine *line, const ZifTail *tail, FILE *out)
{
    enum { LINES = 6 };
    uint64_t n = tail->count < ZIF_TAIL ? tail->count : ZIF_TAIL;
    uint64_t start = tail->count;
    for (unsigned lines = 0; n > 0 && start > tail->count - n; start--) {
        if (tail->bytes[(start - 1) % ZIF_TAIL] == '\n' && start != tail->count && ++lines == LINES) {
            break;
        }
    }
    if (start == tail->count) {
        return;
    }
    fprintf(out, "last from %s:\n  | ", zif_serial_name(line));
    for (uint64_t i = start; i < tail->count; i++) {
        uint8_t c = tail->bytes[i % ZIF_TAIL];
        if (c == '\n' && i + 1 < tail->count) {
            fputs("\n  | ", out);
        } else if (isprint(c) || c == '\t') {
            fputc(c, out);
        }
    }
    fputc('\n', out);
}

void zif_machine_crash_screen(ZifMachine *m, FILE *out)
{
    enum { DEPTH = 16 };
    ZifMemoryContext *before = zif__enter(m);
    char text[512], when[32];
    uint32_t calls[DEPTH], sp = m->cpu ? zif_port_get(zif_cpu_port(m->cpu), ZIF_REG_SP) : 0;
    if (!m->cpu) {
        fputs("--- there is no processor that could have crashed\n", out);
        zif__leave(before);
        return;
    }
    zif_cpu_describe_fault(m->cpu, text, sizeof text);
    fprintf(out, "--- crash: %s\n", text);
    fputs("pc  ", out);
    put_place(m, out, zif_port_get(zif_cpu_port(m->cpu), ZIF_REG_PC));
    fprintf(out, "at %s of virtual time, %llu instructions, exception %u\n", zif_time_format(zif_machine_now(m), when),
            (unsigned long long)zif_machine_instructions(m), zif_cpu_exception(m->cpu));
    put_registers(m, out);
    put_frame(m, out, &sp);
    unsigned n = zif__backtrace(m, sp, calls, DEPTH);
    if (n) {
        fprintf(out, "return addresses found from 0x%08x on:\n", sp);
    }
    for (unsigned i = 0; i < n; i++) {
        fprintf(out, "  #%-2u ", i);
        put_place(m, out, calls[i]);
    }
    for (unsigned i = 0; i < m->nlines; i++) {
        put_tail(m->lines[i], &m->tails[i], out);
    }
    zif__leave(before);
}
