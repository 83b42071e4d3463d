/*
 * Random bytes of the seed that is used when none is given, many times over and aligned for mapping: a program that links this starts
 * sooner with large memories. SPDX-License-Identifier: GPL-2.0-or-later
 */
#define TEXT(x)  TEXT_(x)
#define TEXT_(x) #x
/* ZIF_BUILT_IN_PATTERNS of fill.h; the assembler counts them */
__asm__(".section .rodata.zif_tile, \"a\", @progbits\n"
        ".balign 4096\n"
        ".globl zif__built_in_tile\n"
        "zif__built_in_tile:\n"
        ".rept " TEXT(PATTERNS) "\n"
                                ".incbin \"" PATTERN_FILE "\"\n"
                                ".endr\n"
                                ".previous\n");
