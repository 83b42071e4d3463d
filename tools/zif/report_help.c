/* Every kind of report: the mistake, what silicon does, what zif says. One table for the help page and docs/reports.md, which CTest
 * compares. SPDX-License-Identifier: GPL-2.0-or-later */
#include "report_help.h"
#include <stdio.h>
#include <zif/peripheral.h>
#include "options.h"

static const struct {
    const char *mistake, *silicon, *zif;
} kinds[ZIF_REPORT_KINDS] = {
    [ZIF_REPORT_CLOCK_OFF] = { "A register is used while the block's clock is off.",
                               "The write is lost, the read gives 0; nothing tells the program.",
                               "The register and the bit that enables the clock, as `RCC.APB2ENR.USART1EN`." },
    [ZIF_REPORT_CLOCK_TOO_SOON] = { "A register is used in the cycles between enabling the clock and its arrival.",
                                    "The access is lost now and then, depending on bus and optimisation.",
                                    "The register, the enable bit, and how many cycles it takes." },
    [ZIF_REPORT_IN_RESET] = { "A register is used while a reset bit holds the block.",
                              "The write is lost, the read gives 0 or reset values.",
                              "The register and the reset bit." },
    [ZIF_REPORT_RESERVED] = { "A write changes bits that the manual reserves.",
                              "Nothing, or what a later revision gives the bit a meaning for.",
                              "The register, the value, and the bits." },
    [ZIF_REPORT_READ_ONLY] = { "A write tries to change bits that can only be read.", "The write is ignored.",
                               "The register, the value, and the field." },
    [ZIF_REPORT_LOCKED] = { "A write-once register is written again, or one whose lock is closed.",
                            "The write is ignored; some blocks stay locked until reset.",
                            "The register, and what locks it or would unlock it." },
    [ZIF_REPORT_WIDTH] = { "An access of a width the register does not take.",
                           "A bus fault, or lanes that hold what nobody wrote: the manual of the block says which.",
                           "The register and the width." },
    [ZIF_REPORT_UNMODELLED] = { "Nothing: zif keeps the field but gives it no effect, or knows no register there.",
                                "What the manual says.", "The register and the field, once." },
    [ZIF_REPORT_UNMODELLED_DEVICE] = { "Nothing: the block is a stub in zif.", "What the manual says.",
                                       "The block, the offset, and the value. See --svd and --stub." },
    [ZIF_REPORT_INTERRUPT] = { "An interrupt is enabled whose vector is the image's default handler, or a handler "
                               "leaves without "
                               "clearing what called it, again and again.",
                               "The processor spins in the default handler; or the handler runs for ever and the main "
                               "program stands still.",
                               "The interrupt, the vector, and whether it is a default handler or a storm." },
    [ZIF_REPORT_OVERRUN] = { "Data arrived before the last was read.", "A character or sample is lost; a flag says so.",
                             "The register that was full." },
    [ZIF_REPORT_DMA] = { "A transfer that the controller cannot do: memory it does not reach, a length of 0, a width "
                         "that does not fit.",
                         "The stream stops with an error flag, or moves wrong data.",
                         "The stream and what is wrong with it." },
    [ZIF_REPORT_BUSY] = { "A register is changed while the block is running.",
                          "The write is ignored, or the transfer under way is spoilt.", "The register and what runs." },
    [ZIF_REPORT_BAUD] = { "The rate is more than 3 % off that of the other end (`current-speed` of the node, `--uart "
                          "X=...,baud=N`).",
                          "Characters arrive garbled, more of them the longer they are.",
                          "Both rates and the difference." },
    [ZIF_REPORT_PIN] = { "A block is used and no pin is switched to its signal.",
                         "Nothing leaves the chip, nothing is heard.",
                         "The signal, and the pins and functions it could use." },
    [ZIF_REPORT_STACK] = { "The stack pointer is below the end of its stack: in the heap, in variables, or outside "
                           "RAM.",
                           "Variables change by themselves.",
                           "The stack pointer and the limit, and the symbol that names it. Every store is looked at "
                           "with --strict, --stack-limit or "
                           "--expect-report; else exceptions and a sample now and then." },
    [ZIF_REPORT_UNINIT] = { "A value read from RAM that nothing wrote decides something: a branch, an address, an "
                            "output.",
                            "Whatever the cells held: it works after some resets and not after others.",
                            "The address and symbol read, and what it decided. Only with --uninit or --strict." },
    [ZIF_REPORT_FLASH] = { "Flash memory is written while locked, while busy, or over a word that is not erased.",
                           "The write is refused with an error flag, or bits stay 0.",
                           "The address and why it is refused." },
    [ZIF_REPORT_BUS] = { "A block was programmed so that its bus or its timing cannot work.",
                         "An error flag, or nothing happens.", "What is wrong." },
    [ZIF_REPORT_UNALIGNED] = { "An access to an address that is no multiple of its width, where the block needs that.",
                               "A fault, or the wrong register.", "The address and the width." },
};

static const char intro[] = "A report is something the firmware did that silicon would not take, or that zif does not "
                            "model. Reports never change the run. Each "
                            "names the register, the field, the value, the PC with its symbol and source line, and the "
                            "virtual time; the same one from the same "
                            "place is counted, not repeated. All are listed at the end, and in JUnit.";

static const char uses[] = "--strict ends the run with code 123 at the first report; without words it leaves out "
                           "`unmodelled` and `unmodelled-device`, which are "
                           "zif's affair. --allow-report KIND[:PERIPHERAL[.REGISTER]] lets some pass. --expect-report "
                           "waits for one as a step: the run ends "
                           "with code 120 when it does not come.";

void report_help(bool as_markdown)
{
    if (as_markdown) {
        printf("# Reports\n\n%s\n\n%s\n\n| kind | the mistake | on silicon | zif names |\n|---|---|---|---|\n", intro,
               uses);
    } else {
        puts("NAME\n       reports - what zif says of the firmware\n\nDESCRIPTION");
        print_wrapped(intro, 7, stdout);
        putchar('\n');
        print_wrapped(uses, 7, stdout);
        puts("\nKINDS");
    }
    for (unsigned i = 0; i < ZIF_REPORT_KINDS; i++) {
        if (as_markdown) {
            printf("| `%s` | %s | %s | %s |\n", zif_report_kind_name(i), kinds[i].mistake, kinds[i].silicon,
                   kinds[i].zif);
        } else {
            char text[1024];
            snprintf(text, sizeof text, "%s\nOn silicon: %s\nzif names: %s", kinds[i].mistake, kinds[i].silicon,
                     kinds[i].zif);
            printf("       %s\n", zif_report_kind_name(i));
            print_wrapped(text, 11, stdout);
            putchar('\n');
        }
    }
}
