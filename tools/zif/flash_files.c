/*
 * Files behind flashes, and what is kept beside them. See flash_files.h.
 *
 * FILE.wear is text: a line "zif-wear 1 SECTORS", then a line "SECTOR COUNT" for each sector that was erased. FILE.state is the same of the
 * bytes that outlive power beside the cells, "zif-state 1 BYTES" and "NUMBER VALUE" where it is not 0. Both appear whole or not at all. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "flash_files.h"
#include "options.h"
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool flash_options_add_file(FlashOptions *o, const char *text, Error **errp)
{
    static const struct {
        const char *word;
        ZifFlashFile mode;
    } modes[] = { { ",ro", ZIF_FLASH_FILE_RO }, { ",overlay", ZIF_FLASH_FILE_OVERLAY } };
    const char *equals = strchr(text, '=');
    ZifFlashFile mode = ZIF_FLASH_FILE_RW;
    if (!equals || equals == text || !equals[1] || equals[1] == ',') {
        error_setg(errp, "--flash: '%s' is not NAME=FILE[,ro|,overlay]", text);
        return false;
    }
    size_t len = strlen(equals + 1);
    for (unsigned i = 0; i < sizeof modes / sizeof *modes; i++) {
        size_t n = strlen(modes[i].word);
        if (len > n && !strcmp(equals + 1 + len - n, modes[i].word)) {
            mode = modes[i].mode;
            len -= n;
            break;
        }
    }
    o->files = option_list(o->files, o->nfiles, sizeof *o->files);
    o->files[o->nfiles++] = (FlashOption){ strndup(text, (size_t)(equals - text)), strndup(equals + 1, len), mode };
    return true;
}

bool flash_options_add_flip(FlashOptions *o, const char *text, Error **errp)
{
    const char *plus = strchr(text, '+'), *at = strrchr(text, '@');
    FlashFlip flip = { 0 };
    char *end = NULL;
    if (plus && at && plus > text && plus < at && plus[1] >= '0' && plus[1] <= '9') {
        errno = 0;
        flip.offset = strtoull(plus + 1, &end, 0);
        if (*end == '.' && end[1] >= '0' && end[1] <= '7') {
            flip.bit = (unsigned)(end[1] - '0');
            end += 2;
        }
    }
    if (end != at || !at || errno) {
        error_setg(errp, "--flash-flip: '%s' is not NAME+OFFSET[.BIT]@TIME", text);
        return false;
    }
    Error *err = NULL;
    if (!zif_time_parse(at + 1, &flip.when, &err)) {
        error_prepend(&err, "--flash-flip");
        error_propagate(errp, err);
        return false;
    }
    flip.name = strndup(text, (size_t)(plus - text));
    o->flips = option_list(o->flips, o->nflips, sizeof *o->flips);
    o->flips[o->nflips++] = flip;
    return true;
}

void flash_options_free(FlashOptions *o)
{
    for (size_t i = 0; i < o->nfiles; i++) {
        free(o->files[i].name);
        free(o->files[i].file);
    }
    for (size_t i = 0; i < o->nflips; i++) {
        free(o->flips[i].name);
    }
    free(o->files);
    free(o->flips);
}

/* --- Records beside the file --------------------------------------------------------------------------------------------- */

static char *path_of(const char *file, const char *end)
{
    char *path = malloc(strlen(file) + strlen(end) + 1);
    if (!path) {
        zif_bug("out of memory for a path");
    }
    strcpy(path, file);
    strcat(path, end);
    return path;
}

/* A record: n numbers, most of them 0. */
typedef struct {
    const char *end;  /* of its path */
    const char *what; /* it holds */
    const char *of;   /* what its numbers are counted by */
} Record;

static const Record wear_record = { ".wear", "erase counts", "sectors" }, state_record = { ".state", "state", "bytes" };

static bool read_record(const Record *r, const char *file, uint32_t *numbers, uint32_t n, uint32_t most, Error **errp)
{
    char *path = path_of(file, r->end), word[16];
    FILE *in = fopen(path, "r");
    uint32_t size = 0, place, number;
    int got = 0;
    bool ok = true;
    memset(numbers, 0, n * sizeof *numbers);
    if (in) {
        ok = fscanf(in, "zif-%15s 1 %" SCNu32 "\n", word, &size) == 2 && !strcmp(word, r->end + 1) && size == n;
        while (ok && (got = fscanf(in, "%" SCNu32 " %" SCNu32 "\n", &place, &number)) == 2 && place < n &&
               number <= most) {
            numbers[place] = number;
        }
        ok = ok && got == EOF;
        fclose(in);
    }
    if (!ok) {
        error_setg(errp, "%s: not the %s of a flash of %" PRIu32 " %s", path, r->what, n, r->of);
    }
    free(path);
    return ok;
}

static bool write_record(const Record *r, const char *file, const uint32_t *numbers, uint32_t n, Error **errp)
{
    char *path = path_of(file, r->end), *fresh = path_of(path, ".new");
    FILE *out = fopen(fresh, "w");
    bool ok = out;
    if (out) {
        fprintf(out, "zif-%s 1 %" PRIu32 "\n", r->end + 1, n);
        for (uint32_t i = 0; i < n; i++) {
            if (numbers[i]) {
                fprintf(out, "%" PRIu32 " %" PRIu32 "\n", i, numbers[i]);
            }
        }
        ok = !ferror(out);
        ok = !fclose(out) && ok && !rename(fresh, path);
    }
    if (!ok) {
        error_setg_errno(errp, errno, "%s: the %s cannot be written", path, r->what);
        unlink(fresh);
    }
    free(path);
    free(fresh);
    return ok;
}

/* Written when there is something to say, or to take back. */
static bool keep_record(const Record *r, const char *file, const uint32_t *numbers, uint32_t n, Error **errp)
{
    char *path = path_of(file, r->end);
    bool needed = !access(path, F_OK);
    for (uint32_t i = 0; i < n && !needed; i++) {
        needed = numbers[i];
    }
    free(path);
    return !needed || write_record(r, file, numbers, n, errp);
}

bool flash_wear_read(const char *file, uint32_t *erased, uint32_t n, Error **errp)
{
    return read_record(&wear_record, file, erased, n, UINT32_MAX, errp);
}

static uint32_t kept_bytes(ZifFlash *f)
{
    uint32_t n = 0;
    while (zif_flash_kept(f, n)) {
        n++;
    }
    return n;
}

static uint64_t total_erased(const ZifFlash *f, uint32_t *sectors, uint32_t *worst, uint32_t *most)
{
    uint64_t total = 0;
    *sectors = *worst = *most = 0;
    for (uint32_t i = 0; i < zif_flash_nsectors(f); i++) {
        uint64_t start, size;
        uint32_t erased;
        zif_flash_sector(f, i, &start, &size, &erased);
        total += erased;
        *sectors += erased != 0;
        if (erased > *most) {
            *most = erased;
            *worst = i;
        }
    }
    return total;
}

bool flash_wear_words(const ZifFlash *f, char *buf, size_t len)
{
    uint32_t sectors, worst, most;
    if (!total_erased(f, &sectors, &worst, &most)) {
        return false;
    }
    snprintf(buf, len, "%s: %" PRIu32 " sector%s erased, sector %" PRIu32 " most often (%" PRIu32 " time%s)",
             zif_flash_name(f), sectors, sectors == 1 ? "" : "s", worst, most, most == 1 ? "" : "s");
    return true;
}

/* --- On a machine ----------------------------------------------------------------------------------------------------- */

static ZifFlash *find(ZifMachine *m, const char *option, const char *name, Error **errp)
{
    ZifFlash *f = zif_machine_flash_by_name(m, name);
    if (!f) {
        char names[256] = "";
        for (unsigned i = 0; i < zif_machine_nflashes(m); i++) {
            size_t used = strlen(names);
            snprintf(names + used, sizeof names - used, "%s%s", i ? ", " : "", zif_flash_name(zif_machine_flash(m, i)));
        }
        error_setg(errp, "%s: this board has no flash \"%s\"%s%s", option, name, *names ? "; it has " : "", names);
    }
    return f;
}

static uint32_t *numbers_of(uint32_t n)
{
    uint32_t *numbers = calloc(n + 1, sizeof *numbers);
    if (!numbers) {
        zif_bug("out of memory for what is kept beside a flash");
    }
    return numbers;
}

static bool take_up_records(ZifFlash *f, const char *file, Error **errp)
{
    uint32_t sectors = zif_flash_nsectors(f), bytes = kept_bytes(f);
    uint32_t *erased = numbers_of(sectors), *state = numbers_of(bytes);
    bool ok =
        flash_wear_read(file, erased, sectors, errp) && read_record(&state_record, file, state, bytes, UINT8_MAX, errp);
    for (uint32_t i = 0; ok && i < sectors; i++) {
        zif_flash_set_erased(f, i, erased[i]);
    }
    for (uint32_t i = 0; ok && i < bytes; i++) {
        *zif_flash_kept(f, i) = (uint8_t)state[i];
    }
    free(erased);
    free(state);
    return ok;
}

static bool keep_records(ZifFlash *f, const char *file, Error **errp)
{
    uint32_t sectors = zif_flash_nsectors(f), bytes = kept_bytes(f);
    uint32_t *erased = numbers_of(sectors), *state = numbers_of(bytes);
    for (uint32_t i = 0; i < sectors; i++) {
        uint64_t start, size;
        zif_flash_sector(f, i, &start, &size, &erased[i]);
    }
    for (uint32_t i = 0; i < bytes; i++) {
        state[i] = *zif_flash_kept(f, i);
    }
    bool ok =
        keep_record(&wear_record, file, erased, sectors, errp) && keep_record(&state_record, file, state, bytes, errp);
    free(erased);
    free(state);
    return ok;
}

static void flip_now(void *opaque)
{
    FlashFlip *flip = opaque;
    zif_flash_flip(flip->flash, flip->offset, flip->bit);
}

bool flash_options_apply(FlashOptions *o, ZifMachine *m, bool overlay, Error **errp)
{
    for (unsigned i = 0; i < zif_machine_nflashes(m); i++) {
        zif_flash_set_endurance(zif_machine_flash(m, i), o->endurance);
    }
    for (size_t i = 0; i < o->nfiles; i++) {
        const FlashOption *file = &o->files[i];
        ZifFlash *f = find(m, "--flash", file->name, errp);
        if (!f || !zif_flash_attach(f, file->file, overlay ? ZIF_FLASH_FILE_OVERLAY : file->mode, errp) ||
            !take_up_records(f, file->file, errp)) {
            return false;
        }
    }
    for (size_t i = 0; i < o->nflips; i++) {
        FlashFlip *flip = &o->flips[i];
        flip->flash = find(m, "--flash-flip", flip->name, errp);
        if (!flip->flash) {
            return false;
        }
        if (flip->offset >= zif_flash_size(flip->flash)) {
            error_setg(errp, "--flash-flip: 0x%" PRIx64 " is past the 0x%" PRIx64 " bytes of %s", flip->offset,
                       zif_flash_size(flip->flash), flip->name);
            return false;
        }
        zif_machine_at(m, flip->when, flip_now, flip);
    }
    return true;
}

bool flash_options_keep(const FlashOptions *o, ZifMachine *m, Error **errp)
{
    for (size_t i = 0; i < o->nfiles; i++) {
        if (o->files[i].mode == ZIF_FLASH_FILE_RW &&
            !keep_records(zif_machine_flash_by_name(m, o->files[i].name), o->files[i].file, errp)) {
            return false;
        }
    }
    return true;
}
