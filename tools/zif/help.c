/* Help pages, made from the tables of commands and options. SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>
#include "commands.h"
#include "powercut.h"
#include "report_help.h"
#include "run_options.h"

enum { HELP, MARKDOWN };

const Option help_only_options[] = { { HELP, "help", 'h', OPTION_FLAG, NULL, "Print this page." }, { 0 } };
static const Option help_options[] = {
    { MARKDOWN, "markdown", 0, OPTION_FLAG, NULL, "The page `reports' as docs/reports.md has it." },
    { HELP, "help", 'h', OPTION_FLAG, NULL, "Print this page." },
    { 0 },
};

static const char run_more[] =
    "STEPS\n"
    "       --expect, --expect-re, --expect-report, --expect-pin, --send, --wait,\n"
    "       --pin and --press are steps, taken in the order of the command line on the\n"
    "       guest's virtual time. After the last one zif stops with 0. A text may name\n"
    "       its serial line in front (uart1:ready); otherwise it is the console's, as\n"
    "       is what follows `console:'. An expectation looks at everything its line\n"
    "       printed since the match before.\n"
    "\n"
    "INTERACTIVE USE\n"
    "       Without steps and with a terminal on standard input, the terminal is the\n"
    "       console, in raw mode, and virtual time keeps pace with the host's.\n"
    "       Ctrl-A X leaves, Ctrl-A C shows where the guest is, Ctrl-A H lists the\n"
    "       keys, Ctrl-A Ctrl-A sends Ctrl-A.\n"
    "\n"
    "IMAGES\n"
    "       ELF (32-bit ARM), Intel HEX, S-records and UF2 are told apart by content;\n"
    "       FILE@ADDRESS is raw bytes. Several images may not overlap.\n"
    "\n"
    "EXIT STATUS\n"
    "       0 to 118\n"
    "              The firmware's own exit status (semihosting); 0 too when every\n"
    "              step was taken, --for is over, or somebody left with Ctrl-A X.\n"
    "       119    The firmware's own exit status was larger; it is printed.\n"
    "       120    An expectation was not met.\n"
    "       121    A --fail text was seen.\n"
    "       122    The firmware crashed: lockup, a fault nobody handles, a sleep\n"
    "              nothing can end, a reset loop.\n"
    "       123    A report, with --strict.\n"
    "       124    Timeout, as timeout(1) says it (--timeout-exit-code).\n"
    "       125    zif could not do it: usage, image, board.\n"
    "       Where several hold, the first of 125, 122, 121, 120, 123, 124 wins; a\n"
    "       timeout with an expectation not met is 120.\n"
    "\n"
    "EXAMPLES\n"
    "       zif run --board microbit firmware.hex\n"
    "       zif run --board microbit --expect '>>> ' --send '6*7\\r' --expect 42 firmware.hex\n"
    "       zif run --board mps2-an385 --uart uart1=file:log.txt --timeout 5s boot.elf app.bin@0x8000\n";

const Command commands[] = {
    { "run", "Run firmware on a board.", "--board BOARD [OPTION]... IMAGE...",
      "Runs firmware images on an emulated board, on virtual time, and says by its exit status how that ended.",
      run_option_table, run_more, command_run },
    { "gdb", "Debug firmware.", "--board BOARD [OPTION]... IMAGE.elf...",
      "Starts gdb-multiarch (or arm-none-eabi-gdb) attached to a machine that is halted at reset. The options are "
      "those of `zif "
      "run`; what the console prints appears in GDB.",
      help_only_options, "", command_gdb },
    { "powercut", "Cut power at every program and erase step.", "--board BOARD --check-text TEXT [OPTION]... IMAGE...",
      "Runs a program, cuts power before, in the middle of and after its program and erase steps of flash, starts "
      "again on what is left, and "
      "tells which points do not come up, each with the command that replays it. Options of `zif run` say what is run: "
      "--board, --flash "
      "(the files stay as they are), --expect, --send, --for, --timeout, --seed. The exit code is 120 when a point "
      "does not come up.",
      powercut_option_table, "", command_powercut },
    { "flash", "Look into a file of flash contents.", "info FILE | dump FILE | diff FILE FILE [OPTION]...",
      "info: how much is used, sectors and their erase counts, what images and file systems are in it. dump: the "
      "bytes, runs "
      "of erased ones in one line. diff: the ranges that differ; the exit code is 0 when there are none, 1 when there "
      "are.",
      flash_command_options, "", command_flash },
    { "boards", "List boards and SoCs.", "[--names]", "Lists the boards and bare SoCs that are built in.",
      boards_options, "", command_boards },
    { "board", "Describe a board.", "BOARD",
      "Prints a board's memories, devices and interrupts, and how much of each device is modelled.", board_options, "",
      command_board },
    { "classes", "List peripheral models.", "[--plugin FILE]",
      "Lists every model: its name, how much of the block it models, and the devicetree compatibles it is for.",
      classes_options, "", command_classes },
    { "mtree", "Print a board's memory map.", "--board BOARD [--flat] [--json]",
      "Prints the memory map as the address-space core sees it.", mtree_options, "", command_mtree },
    { "qtest", "Serve a board's bus and clock to a test.", "--board BOARD [OPTION]...",
      "Lets a program make bus accesses, move virtual time and watch interrupt lines by text lines (those of QEMU's "
      "qtest "
      "protocol), to test a device model or a driver's register sequence. No processor executes.",
      qtest_options, qtest_more, command_qtest },
    { "trace", "Print a binary trace.", "FILE",
      "Prints what `zif run --trace=KINDS=FILE,binary` recorded, as the text it would have been.", trace_options, "",
      command_trace },
    { "completion", "Print a shell's completion script.", "bash|zsh|fish",
      "Prints a script that completes the words of zif: eval \"$(zif completion bash)\".", help_only_options, "",
      command_completion },
    { "help", "Print a help page.", "[COMMAND|reports]",
      "Prints the page of a command, the page that explains every kind of report, or the overview.", help_options, "",
      command_help },
    { 0 },
};

static const Command *find(const char *name)
{
    for (const Command *c = commands; c->name; c++) {
        if (!strcmp(c->name, name)) {
            return c;
        }
    }
    return NULL;
}

void help_command(const char *name)
{
    const Command *c = find(name);
    printf("NAME\n       zif %s - %s\n\nSYNOPSIS\n       zif %s %s\n\nDESCRIPTION\n", c->name, c->summary, c->name,
           c->synopsis);
    print_wrapped(c->description, 7, stdout);
    puts("\nOPTIONS\n       An option takes one value at most: --name VALUE or --name=VALUE.\n");
    options_print(c->options, stdout);
    if (*c->more) {
        printf("\n%s", c->more);
    }
}

static void help_overview(void)
{
    puts("NAME\n"
         "       zif - run the firmware image you would flash; see what silicon would refuse\n"
         "\n"
         "SYNOPSIS\n"
         "       zif COMMAND [OPTION]... [WORD]...\n"
         "       zif --version\n"
         "\n"
         "COMMANDS");
    for (const Command *c = commands; c->name; c++) {
        printf("       %-12s %s\n", c->name, c->summary);
    }
    puts("\n       zif COMMAND --help tells the rest; zif run --help has the exit codes.\n"
         "       zif help reports explains what zif says of the firmware.");
}

int command_help(char **argv)
{
    OptionParser parser = { .argv = argv, .options = help_options };
    Error *err = NULL;
    const char *value;
    int id = option_next(&parser, &value, &err);
    bool markdown = id == MARKDOWN;
    if (markdown) {
        id = option_next(&parser, &value, &err);
    }
    if (id == OPTION_BAD) {
        return cannot(err);
    }
    if (id == OPTION_OPERAND && !strcmp(value, "reports")) {
        report_help(markdown);
        return 0;
    }
    if (id == OPTION_OPERAND && !find(value)) {
        error_setg(&err, "there is no command '%s' (see zif --help)", value);
        return cannot(err);
    }
    if (id == OPTION_OPERAND) {
        help_command(value);
    } else {
        help_overview();
    }
    return 0;
}
