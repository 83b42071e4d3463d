/*
 * What the server tells GDB of the target: registers and memories, as XML.
 * Source: GDB manual, "Target Descriptions", "ARM Features", "Memory Map Format".
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdio.h>
#include <stdlib.h>
#include "features.h"

static void core_registers(FILE *out)
{
    fputs("<feature name=\"org.gnu.gdb.arm.m-profile\">\n", out);
    for (unsigned n = 0; n < 13; n++) {
        fprintf(out, "<reg name=\"r%u\" bitsize=\"32\" regnum=\"%u\"/>\n", n, n);
    }
    fprintf(out,
            "<reg name=\"sp\" bitsize=\"32\" type=\"data_ptr\" regnum=\"%d\"/>\n"
            "<reg name=\"lr\" bitsize=\"32\" type=\"int\" regnum=\"%d\"/>\n"
            "<reg name=\"pc\" bitsize=\"32\" type=\"code_ptr\" regnum=\"%d\"/>\n"
            "<reg name=\"xpsr\" bitsize=\"32\" regnum=\"%d\"/>\n"
            "</feature>\n",
            ZIF_GDB_SP, ZIF_GDB_LR, ZIF_GDB_PC, ZIF_GDB_XPSR);
}

static void system_registers(FILE *out, bool is_v7m)
{
    static const struct {
        const char *name;
        unsigned number;
        bool v7m_only;
        const char *attributes;
    } regs[] = {
        { "msp", ZIF_GDB_MSP, false, "type=\"data_ptr\"" },       { "psp", ZIF_GDB_PSP, false, "type=\"data_ptr\"" },
        { "primask", ZIF_GDB_PRIMASK, false, "type=\"int\"" },    { "basepri", ZIF_GDB_BASEPRI, true, "type=\"int\"" },
        { "faultmask", ZIF_GDB_FAULTMASK, true, "type=\"int\"" }, { "control", ZIF_GDB_CONTROL, false, "type=\"int\"" },
    };
    fputs("<feature name=\"org.gnu.gdb.arm.m-system\">\n", out);
    for (size_t i = 0; i < sizeof regs / sizeof *regs; i++) {
        if (is_v7m || !regs[i].v7m_only) {
            fprintf(out, "<reg name=\"%s\" bitsize=\"32\" %s group=\"system\" regnum=\"%u\"/>\n", regs[i].name,
                    regs[i].attributes, regs[i].number);
        }
    }
    fputs("</feature>\n", out);
}

static void float_registers(FILE *out)
{
    fputs("<feature name=\"org.gnu.gdb.arm.vfp\">\n", out);
    for (unsigned n = 0; n < 16; n++) {
        fprintf(out, "<reg name=\"d%u\" bitsize=\"64\" type=\"ieee_double\" regnum=\"%u\"/>\n", n, ZIF_GDB_D0 + n);
    }
    fprintf(out, "<reg name=\"fpscr\" bitsize=\"32\" type=\"int\" group=\"float\" regnum=\"%d\"/>\n</feature>\n",
            ZIF_GDB_FPSCR);
}

char *zif__gdb_target_xml(const ZifGdbTarget *target)
{
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    if (!out) {
        return NULL;
    }
    fputs("<?xml version=\"1.0\"?>\n<!DOCTYPE target SYSTEM \"gdb-target.dtd\">\n<target version=\"1.0\">\n"
          "<architecture>arm</architecture>\n",
          out);
    core_registers(out);
    system_registers(out, target->is_v7m);
    if (target->has_fpu) {
        float_registers(out);
    }
    fputs("</target>\n", out);
    return fclose(out) ? free(text), NULL : text;
}

char *zif__gdb_memory_xml(const ZifGdbTarget *target)
{
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    if (!out) {
        return NULL;
    }
    fputs("<?xml version=\"1.0\"?>\n<!DOCTYPE memory-map PUBLIC \"+//IDN gnu.org//DTD GDB Memory Map V1.0//EN\" "
          "\"http://sourceware.org/gdb/gdb-memory-map.dtd\">\n<memory-map>\n",
          out);
    ZifGdbMemory m;
    for (unsigned n = 0; target->memory && target->memory(target->opaque, n, &m); n++) {
        const char *type = m.flash_block ? "flash" : m.rom ? "rom" : "ram";
        fprintf(out, "<memory type=\"%s\" start=\"0x%x\" length=\"0x%x\"", type, m.start, m.length);
        if (m.flash_block) {
            fprintf(out, "><property name=\"blocksize\">0x%x</property></memory>\n", m.flash_block);
        } else {
            fputs("/>\n", out);
        }
    }
    fputs("</memory-map>\n", out);
    return fclose(out) ? free(text), NULL : text;
}
