/*
 * Reserved bits of the System Control Space: every word of it, on every core, is written with ones and with zeros. What the
 * table below (from the manuals, not from the core's source) does not list reads as zero.
 * Reference: ARMv7-M ARM (DDI 0403) B3.2-B3.5; ARMv6-M ARM (DDI 0419) B3.2-B3.5. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <cmocka.h>
#include "rules.h"

typedef struct {
    const char *name;
    unsigned cores;
    uint16_t offset, count; /* words */
    uint32_t rw;            /* keep what is written */
    uint32_t fixed;         /* always read as one */
    uint32_t changing;      /* may read as anything */
} Word;

static const Word words[] = {
    { "ACTLR", ON_M3 | ON_M4, 0x008, 1, 0x7, 0, 0 },
    { "ACTLR", ON_M4F, 0x008, 1, 0x307, 0, 0 },
    { "ACTLR", ON_M7, 0x008, 1, 0x1FFFFC04, 0, 0 },
    { "SYST_CSR", ON_ALL, 0x010, 1, 0x3, 0x4, 0x10000 },
    { "SYST_RVR", ON_ALL, 0x014, 1, 0xFFFFFF, 0, 0 },
    { "SYST_CVR", ON_ALL, 0x018, 1, 0, 0, 0xFFFFFF },
    { "SYST_CALIB", ON_ALL, 0x01C, 1, 0, 0xC0000000, 0 },
    { "NVIC_ISER0", ON_ALL, 0x100, 1, 0, 0, 0xFFFFFFFF },
    { "NVIC_ICER0", ON_ALL, 0x180, 1, 0, 0, 0xFFFFFFFF },
    { "NVIC_ISPR0", ON_ALL, 0x200, 1, 0, 0, 0xFFFFFFFF },
    { "NVIC_ICPR0", ON_ALL, 0x280, 1, 0, 0, 0xFFFFFFFF },
    { "NVIC_IPR0-7", ON_V6, 0x400, 8, 0xC0C0C0C0, 0, 0 },
    { "NVIC_IPR0-7", ON_V7, 0x400, 8, 0xF0F0F0F0, 0, 0 },
    { "CPUID", ON_M0, 0xD00, 1, 0, 0x410CC200, 0 },
    { "CPUID", ON_M0P, 0xD00, 1, 0, 0x410CC601, 0 },
    { "CPUID", ON_M3, 0xD00, 1, 0, 0x412FC231, 0 },
    { "CPUID", ON_M4 | ON_M4F, 0xD00, 1, 0, 0x410FC241, 0 },
    { "CPUID", ON_M7, 0xD00, 1, 0, 0x411FC271, 0 },
    { "ICSR", ON_V6, 0xD04, 1, 0, 0, 0x947FF03F },
    { "ICSR", ON_V7, 0xD04, 1, 0, 0, 0x947FF9FF },
    { "VTOR", ON_M3, 0xD08, 1, 0x3FFFFF80, 0, 0 },
    { "VTOR", ON_M0P | ON_M4 | ON_M4F | ON_M7, 0xD08, 1, 0xFFFFFF80, 0, 0 },
    { "AIRCR", ON_ALL, 0xD0C, 1, 0, 0xFA050000, 0 },
    { "SCR", ON_ALL, 0xD10, 1, 0x16, 0, 0 },
    { "CCR", ON_V6, 0xD14, 1, 0, 0x208, 0 },
    { "CCR", ON_M3 | ON_M4 | ON_M4F, 0xD14, 1, 0x31B, 0, 0 },
    { "CCR", ON_M7, 0xD14, 1, 0x3011B, 0x40200, 0 },
    { "SHPR1", ON_V7, 0xD18, 1, 0x00F0F0F0, 0, 0 },
    { "SHPR2", ON_V6, 0xD1C, 1, 0xC0000000, 0, 0 },
    { "SHPR2", ON_V7, 0xD1C, 1, 0xF0000000, 0, 0 },
    { "SHPR3", ON_V6, 0xD20, 1, 0xC0C00000, 0, 0 },
    { "SHPR3", ON_V7, 0xD20, 1, 0xF0F000F0, 0, 0 },
    { "SHCSR", ON_V7, 0xD24, 1, 0x7FD8B, 0, 0 },
    { "MMFAR, BFAR", ON_V7, 0xD34, 2, 0xFFFFFFFF, 0, 0 },
    { "ID registers", ON_V7, 0xD40, 13, 0, 0, 0xFFFFFFFF },
    { "CLIDR, CTR, CCSIDR, CSSELR", ON_M7, 0xD78, 4, 0, 0, 0xFFFFFFFF },
    { "CPACR", ON_FP, 0xD88, 1, 0x00F00000, 0, 0 },
    { "MPU_TYPE", ON_ALL & ~ON_M0, 0xD90, 1, 0, 0x800, 0 },
    { "MPU_CTRL", ON_ALL & ~ON_M0, 0xD94, 1, 7, 0, 0 },
    { "MPU_RNR", ON_ALL & ~ON_M0, 0xD98, 1, 0, 0, 0x7 },
    { "MPU_RBAR", ON_M0P, 0xD9C, 1, 0xFFFFFF00, 0, 0xF },
    { "MPU_RASR", ON_M0P, 0xDA0, 1, 0x1707FF3F, 0, 0 },
    { "MPU_RBAR", ON_V7, 0xD9C, 1, 0xFFFFFFE0, 0, 0xF },
    { "MPU_RASR", ON_V7, 0xDA0, 1, 0x173FFF3F, 0, 0 },
    { "MPU_RBAR_A1", ON_V7, 0xDA4, 1, 0xFFFFFFE0, 0, 0xF },
    { "MPU_RASR_A1", ON_V7, 0xDA8, 1, 0x173FFF3F, 0, 0 },
    { "MPU_RBAR_A2", ON_V7, 0xDAC, 1, 0xFFFFFFE0, 0, 0xF },
    { "MPU_RASR_A2", ON_V7, 0xDB0, 1, 0x173FFF3F, 0, 0 },
    { "MPU_RBAR_A3", ON_V7, 0xDB4, 1, 0xFFFFFFE0, 0, 0xF },
    { "MPU_RASR_A3", ON_V7, 0xDB8, 1, 0x173FFF3F, 0, 0 },
    { "DHCSR", ON_V7, 0xDF0, 1, 0, 0x01010000, 0 },
    { "DCRDR", ON_V7, 0xDF8, 1, 0xFFFFFFFF, 0, 0 },
    { "DEMCR", ON_V7, 0xDFC, 1, 0x010F07F1, 0, 0 },
    { "FPCCR", ON_FP, 0xF34, 1, 0xC000017B, 0, 0 },
    { "FPCAR", ON_FP, 0xF38, 1, 0xFFFFFFF8, 0, 0 },
    { "FPDSCR", ON_FP, 0xF3C, 1, 0x07C00000, 0, 0 },
    { "MVFR0-2", ON_FP, 0xF40, 3, 0, 0, 0xFFFFFFFF },
    { "identification", ON_ALL, 0xFD0, 12, 0, 0, 0xFF },
};

static const Word *word_at(unsigned offset, ZifCpuModel model)
{
    static const Word reserved = { .name = "reserved" };
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if ((words[i].cores >> model & 1) && offset >= words[i].offset &&
            offset < words[i].offset + 4u * words[i].count) {
            return &words[i];
        }
    }
    return &reserved;
}

static void reserved_bits_read_as_the_manual_says(void **state)
{
    for (unsigned model = 0; model <= ZIF_CORTEX_M7; model++) {
        ZifCpuConfig c = board_config((ZifCpuModel)model, ZIF_PORT_PORTABLE, 0);
        Board *b = board_new(&c, &error_abort);
        zif_cpu_reset(b->cpu, ZIF_RESET_POWER_ON);
        for (unsigned offset = 0; offset < 0x1000; offset += 4) {
            const Word *w = word_at(offset, (ZifCpuModel)model);
            board_write(b, 0xE000E000 + offset, 0xFFFFFFFF);
            uint32_t ones = board_read(b, 0xE000E000 + offset);
            board_write(b, 0xE000E000 + offset, 0);
            uint32_t zeros = board_read(b, 0xE000E000 + offset);
            if ((ones & ~w->changing) != (w->rw | w->fixed) || (zeros & ~w->changing) != w->fixed) {
                fail_msg("%s: %s at 0x%03x reads %08x after ones, %08x after zeros", core_names[model], w->name, offset,
                         ones, zeros);
            }
        }
        board_free(b);
    }
}

static void narrow_reads_give_parts_of_the_word(void **state)
{
    ZifCpuConfig c = board_config(ZIF_CORTEX_M3, ZIF_PORT_PORTABLE, 0);
    Board *b = board_new(&c, &error_abort);
    zif_cpu_reset(b->cpu, ZIF_RESET_POWER_ON);
    for (unsigned i = 0; i < 4; i++) {
        uint8_t byte = 0;
        address_space_rw(zif_cpu_as(b->cpu), 0xE000ED00 + i, MEMTXATTRS_UNSPECIFIED, &byte, 1, false);
        assert_int_equal(byte, 0x412FC231 >> (8 * i) & 0xFF);
    }
    board_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reserved_bits_read_as_the_manual_says),
        cmocka_unit_test(narrow_reads_give_parts_of_the_word),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
