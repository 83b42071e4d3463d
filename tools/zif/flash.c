/* `zif flash`: what a file that holds a flash's contents has in it. SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zif/machine.h>
#include "commands.h"
#include "flash_files.h"
#include "flash_identify.h"

enum { HELP, BOARD, FLASH_NAME, FROM, LEN };
enum { DIFFERENT = 1, LINE = 16, UNKNOWN_SECTOR = 1024 };
#define LARGEST ((uint64_t)1 << 30)

const Option flash_command_options[] = {
    { BOARD, "board", 'b', OPTION_VALUE, "BOARD", "The board the file is of: tells its sectors." },
    { FLASH_NAME, "flash-name", 0, OPTION_VALUE, "NAME",
      "Which of the board's flashes (default: the one of the file's size)." },
    { FROM, "from", 0, OPTION_VALUE, "OFFSET", "dump: the first byte (default 0)." },
    { LEN, "len", 0, OPTION_VALUE, "BYTES", "dump: how many (default: to the end)." },
    { HELP, "help", 'h', OPTION_FLAG, NULL, "Print this page." },
    { 0 },
};

typedef struct {
    const char *board, *name, *word[4];
    unsigned nwords;
    uint64_t from, len;
    bool help;
} Arguments;

typedef struct {
    uint64_t start, size;
    uint32_t erased;
} Sector;

/* A file, and the sectors of the flash it belongs to when a board is named. */
typedef struct {
    const char *path;
    uint8_t *cells;
    uint64_t size;
    Sector *sectors;
    uint32_t nsectors;
} Contents;

static bool parse(Arguments *a, char **argv, Error **errp)
{
    OptionParser parser = { .argv = argv, .options = flash_command_options };
    *a = (Arguments){ .len = UINT64_MAX };
    for (;;) {
        const char *value;
        switch (option_next(&parser, &value, errp)) {
        case OPTION_END:
            return true;
        case OPTION_BAD:
            return false;
        case HELP:
            a->help = true;
            return true;
        case BOARD:
            a->board = value;
            break;
        case FLASH_NAME:
            a->name = value;
            break;
        case FROM:
            if (!option_number("from", value, NULL, 0, UINT64_MAX, &a->from, errp)) {
                return false;
            }
            break;
        case LEN:
            if (!option_number("len", value, NULL, 0, UINT64_MAX, &a->len, errp)) {
                return false;
            }
            break;
        default:
            if (a->nwords == 3) {
                error_setg(errp, "'%s' is one word too many (see --help)", value);
                return false;
            }
            a->word[a->nwords++] = value;
        }
    }
}

/* --- The file ----------------------------------------------------------------------------------------------------------- */

static bool read_contents(Contents *c, const char *path, Error **errp)
{
    struct stat st;
    *c = (Contents){ .path = path };
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0 || fstat(fd, &st) < 0) {
        error_setg_errno(errp, errno, "%s: cannot be opened", path);
    } else if (!S_ISREG(st.st_mode)) {
        error_setg(errp, "%s: not a plain file", path);
    } else if (!st.st_size || (uint64_t)st.st_size > LARGEST) {
        error_setg(errp, "%s: %lld bytes are no flash's contents", path, (long long)st.st_size);
    } else if (!(c->cells = malloc((size_t)st.st_size))) {
        error_setg(errp, "%s: no memory for its %lld bytes", path, (long long)st.st_size);
    } else {
        ssize_t n = 1;
        while (c->size < (uint64_t)st.st_size && (n = read(fd, c->cells + c->size, (size_t)st.st_size - c->size)) > 0) {
            c->size += (uint64_t)n;
        }
        if (n < 0 || c->size < (uint64_t)st.st_size) {
            error_setg(errp, "%s: cannot be read to its end", path);
            c->size = 0;
        }
    }
    if (fd >= 0) {
        close(fd);
    }
    return c->size;
}

/* The flash the file is of. */
static ZifFlash *find_flash(ZifMachine *m, const Arguments *a, const Contents *c, Error **errp)
{
    ZifFlash *found = a->name ? zif_machine_flash_by_name(m, a->name) : NULL;
    if (a->name && !found) {
        error_setg(errp, "--flash-name: %s has no flash \"%s\"", a->board, a->name);
        return NULL;
    }
    for (unsigned i = 0; !a->name && i < zif_machine_nflashes(m); i++) {
        ZifFlash *f = zif_machine_flash(m, i);
        if (zif_flash_size(f) != c->size) {
            continue;
        }
        if (found) {
            error_setg(errp, "%s: both %s and %s have its size; choose one by --flash-name", c->path,
                       zif_flash_name(found), zif_flash_name(f));
            return NULL;
        }
        found = f;
    }
    if (!found) {
        error_setg(errp, "%s: %" PRIu64 " bytes, which no flash of %s has", c->path, c->size, a->board);
    } else if (zif_flash_size(found) != c->size) {
        error_setg(errp, "%s: %" PRIu64 " bytes, but flash \"%s\" has %" PRIu64, c->path, c->size, a->name,
                   zif_flash_size(found));
        found = NULL;
    }
    return found;
}

static bool read_sectors(Contents *c, const Arguments *a, Error **errp)
{
    if (!a->board) {
        if (a->name) {
            error_setg(errp, "--flash-name: without --board there are no flashes to choose from");
        }
        return !a->name;
    }
    ZifMachine *m = zif_machine_new(&(ZifMachineConfig){ .board = a->board, .ram_fill = ZIF_RAM_ZERO }, errp);
    ZifFlash *f = m ? find_flash(m, a, c, errp) : NULL;
    bool ok = f;
    if (f) {
        c->nsectors = zif_flash_nsectors(f);
        c->sectors = calloc(c->nsectors + 1, sizeof *c->sectors);
        uint32_t *erased = calloc(c->nsectors + 1, sizeof *erased);
        ok = c->sectors && erased && flash_wear_read(c->path, erased, c->nsectors, errp);
        for (uint32_t i = 0; ok && i < c->nsectors; i++) {
            zif_flash_sector(f, i, &c->sectors[i].start, &c->sectors[i].size, &c->sectors[i].erased);
            c->sectors[i].erased = erased[i];
        }
        free(erased);
    }
    zif_machine_free(m);
    return ok;
}

static void free_contents(Contents *c)
{
    free(c->cells);
    free(c->sectors);
}

static uint64_t used(const Contents *c, uint64_t start, uint64_t size)
{
    uint64_t n = 0;
    for (uint64_t i = start; i < start + size; i++) {
        n += c->cells[i] != 0xff;
    }
    return n;
}

/* --- info --------------------------------------------------------------------------------------------------------------- */

static void print_sectors(const Contents *c)
{
    uint64_t erases = 0;
    uint32_t nused = 0, most = 0;
    for (uint32_t i = 0; i < c->nsectors; i++) {
        nused += used(c, c->sectors[i].start, c->sectors[i].size) != 0;
        erases += c->sectors[i].erased;
        most = c->sectors[i].erased > most ? c->sectors[i].erased : most;
    }
    printf("%" PRIu32 " sectors, %" PRIu32 " in use; %" PRIu64 " erases, of one sector %" PRIu32 " at most\n",
           c->nsectors, nused, erases, most);
    if (!nused && !erases) {
        return;
    }
    puts("  sector      offset     bytes      used    erases");
    for (uint32_t i = 0; i < c->nsectors; i++) {
        const Sector *s = &c->sectors[i];
        uint64_t n = used(c, s->start, s->size);
        if (n || s->erased) {
            printf("%8" PRIu32 "  0x%08" PRIx64 "%10" PRIu64 "%10" PRIu64 "%10" PRIu32 "\n", i, s->start, s->size, n,
                   s->erased);
        }
    }
}

static void print_identities(const Contents *c)
{
    char words[160];
    uint32_t i = 0;
    for (uint64_t at = 0; at < c->size;
         i++, at = c->nsectors ? i < c->nsectors ? c->sectors[i].start : c->size : at + UNKNOWN_SECTOR) {
        if (flash_identify(c->cells, c->size, at, words, sizeof words)) {
            printf("0x%08" PRIx64 "  %s\n", at, words);
        }
    }
}

static int info(const Arguments *a, const Contents *c, Error **errp)
{
    printf("%s: %" PRIu64 " bytes, %" PRIu64 " of them not erased\n", c->path, c->size, used(c, 0, c->size));
    if (a->board) {
        print_sectors(c);
    }
    print_identities(c);
    return 0;
}

/* --- dump --------------------------------------------------------------------------------------------------------------- */

static void print_line(const uint8_t *bytes, uint64_t at, uint64_t n)
{
    printf("%08" PRIx64 " ", at);
    for (uint64_t i = 0; i < LINE; i++) {
        if (i < n) {
            printf("%s %02x", i == LINE / 2 ? " " : "", bytes[i]);
        } else {
            printf("%s   ", i == LINE / 2 ? " " : "");
        }
    }
    printf("  |");
    for (uint64_t i = 0; i < n; i++) {
        putchar(bytes[i] >= ' ' && bytes[i] < 0x7f ? bytes[i] : '.');
    }
    puts("|");
}

static int dump(const Arguments *a, const Contents *c, Error **errp)
{
    if (a->from >= c->size) {
        error_setg(errp, "--from: 0x%" PRIx64 " is past the 0x%" PRIx64 " bytes of %s", a->from, c->size, c->path);
        return 0;
    }
    uint64_t end = a->len < c->size - a->from ? a->from + a->len : c->size;
    for (uint64_t at = a->from; at < end;) {
        uint64_t blank = at, n = LINE - at % LINE;
        while (blank < end && c->cells[blank] == 0xff) {
            blank++;
        }
        if (blank != end) {
            blank -= blank % LINE;
        }
        if (blank > at && blank - at > LINE) {
            printf("%08" PRIx64 "  0x%" PRIx64 " bytes erased\n", at, blank - at);
            at = blank;
            continue;
        }
        n = n < end - at ? n : end - at;
        print_line(c->cells + at, at, n);
        at += n;
    }
    return 0;
}

/* --- diff --------------------------------------------------------------------------------------------------------------- */

static void print_range(const Contents *x, const Contents *y, uint64_t from, uint64_t to, const Sector *s)
{
    uint64_t n = 0;
    for (uint64_t i = from; i < to; i++) {
        n += x->cells[i] != y->cells[i];
    }
    printf("0x%08" PRIx64 "-0x%08" PRIx64 "  %" PRIu64 " of %" PRIu64 " bytes differ", from, to - 1, n, to - from);
    if (s) {
        printf(", sector %zu", (size_t)(s - x->sectors));
    }
    bool blank_x = !used(x, from, to - from), blank_y = !used(y, from, to - from);
    puts(blank_x ? ", erased in the first" : blank_y ? ", erased in the second" : "");
}

/* Ranges of one sector (or of the whole flash) with less than a line of equal bytes between two that differ. */
static bool diff_within(const Contents *x, const Contents *y, uint64_t start, uint64_t end, const Sector *s)
{
    uint64_t from = end, last = start;
    for (uint64_t i = start; i < end; i++) {
        if (x->cells[i] == y->cells[i]) {
            continue;
        }
        if (from != end && i - last > LINE) {
            print_range(x, y, from, last + 1, s);
            from = end;
        }
        from = from == end ? i : from;
        last = i;
    }
    if (from != end) {
        print_range(x, y, from, last + 1, s);
    }
    return from != end;
}

static int diff(const Arguments *a, const Contents *x, Error **errp)
{
    Contents y;
    bool different = false;
    if (!read_contents(&y, a->word[2], errp)) {
        free_contents(&y);
        return 0;
    }
    if (x->size != y.size) {
        error_setg(errp, "%s has %" PRIu64 " bytes, %s %" PRIu64 ": not of the same flash", x->path, x->size, y.path,
                   y.size);
    } else if (!x->nsectors) {
        different = diff_within(x, &y, 0, x->size, NULL);
    }
    for (uint32_t i = 0; x->size == y.size && i < x->nsectors; i++) {
        const Sector *s = &x->sectors[i];
        different |= diff_within(x, &y, s->start, s->start + s->size, s);
    }
    free_contents(&y);
    return different ? DIFFERENT : 0;
}

int command_flash(char **argv)
{
    static const struct {
        const char *word;
        unsigned files;
        int (*run)(const Arguments *a, const Contents *c, Error **errp);
    } actions[] = { { "info", 1, info }, { "dump", 1, dump }, { "diff", 2, diff } };
    Arguments a;
    Contents c = { 0 };
    Error *err = NULL;
    int code = 0;
    unsigned n = 0;
    if (!parse(&a, argv, &err)) {
        return cannot(err);
    }
    if (a.help) {
        help_command("flash");
        return 0;
    }
    while (n < 3 && (!a.nwords || strcmp(actions[n].word, a.word[0]) != 0)) {
        n++;
    }
    if (n == 3) {
        error_setg(&err, "zif flash takes info, dump or diff and a file (see --help)");
    } else if (a.nwords != 1 + actions[n].files) {
        error_setg(&err, "zif flash %s takes %s", a.word[0], actions[n].files == 1 ? "one file" : "two files");
    } else if (read_contents(&c, a.word[1], &err) && read_sectors(&c, &a, &err)) {
        code = actions[n].run(&a, &c, &err);
    }
    free_contents(&c);
    return err ? cannot(err) : code;
}
