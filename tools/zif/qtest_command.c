/* `zif qtest`. SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include "commands.h"
#include "qtest_session.h"

enum { HELP, BOARD, SERVE, MONITOR, SERIAL, IMAGE, FLASH, POLLING, FAULTS, LOG, QUIET, SEED };

const Option qtest_options[] = {
    { BOARD, "board", 'b', OPTION_VALUE, "BOARD", "The board or SoC; `zif boards` lists them." },
    { SERVE, "serve", 0, OPTION_VALUE, "CHANNEL",
      "Where the client is: stdio (the default), unix:PATH (a socket it listens on), unix-listen:PATH (a socket it "
      "connects to)." },
    { MONITOR, "qmp", 0, OPTION_VALUE, "CHANNEL", "Serve the machine protocol (QMP) there." },
    { SERIAL, "serial", 0, OPTION_VALUE, "CHANNEL",
      "The next serial line, console first; also file:PATH and null. Repeatable." },
    { IMAGE, "image", 0, OPTION_VALUE, "FILE", "Put an image into the memories, as `zif run` does. Repeatable." },
    { FLASH, "flash", 0, OPTION_VALUE, "NAME=FILE[,ro|,overlay]",
      "Let FILE hold a flash's contents, as `zif run` does. Repeatable." },
    { POLLING, "polling", 0, OPTION_FLAG, NULL,
      "A client that reads the same value from the same address three times in a row is waiting: let time go on to the "
      "next event." },
    { FAULTS, "faults", 0, OPTION_FLAG, NULL, "Answer FAIL, not OK, to an access that would be a bus fault." },
    { SEED, "seed", 0, OPTION_VALUE, "N", "Of everything random (0)." },
    { LOG, "log", 0, OPTION_VALUE, "FILE", "Write every line of the protocol there, with its virtual time." },
    { QUIET, "quiet", 'q', OPTION_FLAG, NULL, "Do not print the devices' reports to standard error." },
    { HELP, "help", 'h', OPTION_FLAG, NULL, "Print this page." },
    { 0 },
};

const char qtest_more[] =
    "PROTOCOL\n"
    "       One command a line, one answer a line: OK, OK VALUE or FAIL SENTENCE.\n"
    "       Numbers are decimal, 0x... or 0...; between two words is one space.\n"
    "\n"
    "       readb|readw|readl|readq ADDRESS\n"
    "       writeb|writew|writel|writeq ADDRESS VALUE\n"
    "       read ADDRESS SIZE, write ADDRESS SIZE 0xDIGITS, memset ADDRESS SIZE BYTE\n"
    "       b64read ADDRESS SIZE, b64write ADDRESS SIZE BASE64\n"
    "              Accesses of the width said, by the processor's bus.\n"
    "       clock_step [NS], clock_set NS\n"
    "              Let time go on: by NS, to the next event, to NS. The answer is the\n"
    "              time in nanoseconds.\n"
    "       irq_intercept_in nvic, irq_intercept_out DEVICE [LINES]\n"
    "              From now on say `IRQ raise N' and `IRQ lower N', in front of the\n"
    "              answer to whatever caused it.\n"
    "       set_irq_in DEVICE LINES N LEVEL\n"
    "              Drive an input line; a LEVEL below 0 lets go of it.\n"
    "       endianness\n"
    "\n"
    "EXAMPLE\n"
    "       $ printf 'writel 0x40000008 1000\\nwritel 0x40000000 9\\nclock_step 20000\\nreadl 0x40000004\\n' |\n"
    "             zif qtest --board mps2-an385\n";

static bool next_free(const char **list, unsigned max, const char *value, const char *what, Error **errp)
{
    unsigned i = 0;
    while (i < max && list[i]) {
        i++;
    }
    if (i == max) {
        error_setg(errp, "more than %u of --%s", max, what);
        return false;
    }
    list[i] = value;
    return true;
}

static bool read_seed(const char *word, uint64_t *seed, Error **errp)
{
    char *end;
    *seed = strtoull(word, &end, 0);
    if (!*word || *end) {
        error_setg(errp, "--seed: '%s' is not a number", word);
        return false;
    }
    return true;
}

/* False and *errp on bad usage. */
static bool parse(QtestSession *s, bool *help, char **argv, Error **errp)
{
    OptionParser parser = { .argv = argv, .options = qtest_options };
    const char *value;
    bool ok = true;
    while (ok) {
        switch (option_next(&parser, &value, errp)) {
        case OPTION_END:
            if (!s->machine.board) {
                error_setg(errp, "no board is named (zif boards lists them)");
            }
            return s->machine.board;
        case BOARD:
            s->machine.board = value;
            break;
        case SERVE:
            s->qtest = value;
            break;
        case MONITOR:
            s->monitor = value;
            break;
        case SERIAL:
            ok = next_free(s->serials, QTEST_SERIALS, value, "serial", errp);
            break;
        case IMAGE:
            ok = next_free(s->images, QTEST_IMAGES, value, "image", errp);
            break;
        case FLASH:
            ok = flash_options_add_file(s->flash, value, errp);
            break;
        case POLLING:
            s->polling = true;
            break;
        case FAULTS:
            s->faults = true;
            break;
        case SEED:
            ok = read_seed(value, &s->machine.seed, errp);
            break;
        case LOG:
            s->log = value;
            break;
        case QUIET:
            s->reports = false;
            break;
        case HELP:
            return *help = true;
        case OPTION_OPERAND:
            error_setg(errp, "'%s' is one word too many (see --help)", value);
            return false;
        default:
            return false;
        }
    }
    return false;
}

int command_qtest(char **argv)
{
    bool help = false;
    Error *err = NULL;
    FlashOptions flash = { 0 };
    QtestSession s = { .machine = { .port = "portable", .max_resets = UINT32_MAX },
                       .qtest = "stdio",
                       .reports = true,
                       .flash = &flash,
                       .keeps_wear = true };
    bool ok = parse(&s, &help, argv, &err);
    if (ok && help) {
        help_command("qtest");
    } else if (ok) {
        ok = qtest_session(&s, &err);
    }
    flash_options_free(&flash);
    return ok ? 0 : cannot(err);
}
