/* The options of `zif run` that concern flashes: files behind them, wear, damage. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ZIF_TOOL_FLASH_FILES_H
#define ZIF_TOOL_FLASH_FILES_H

#include <zif/machine.h>

/* --flash NAME=FILE[,ro|,overlay] */
typedef struct {
    char *name, *file;
    ZifFlashFile mode;
} FlashOption;

/* --flash-flip NAME+OFFSET[.BIT]@TIME */
typedef struct {
    char *name;
    uint64_t offset;
    unsigned bit;
    ZifTime when;
    ZifFlash *flash; /* when it is resolved */
} FlashFlip;

typedef struct {
    FlashOption *files;
    size_t nfiles;
    FlashFlip *flips;
    size_t nflips;
    uint32_t endurance; /* 0 = no limit */
} FlashOptions;

bool flash_options_add_file(FlashOptions *o, const char *text, Error **errp);
bool flash_options_add_flip(FlashOptions *o, const char *text, Error **errp);
void flash_options_free(FlashOptions *o);

/** Before images are loaded: attaches files (all as overlays when asked, so that none changes), takes up their wear and state, sets the endurance, and
 * schedules damage. False and *errp when a flash or file is not what it should be. o must outlive the machine's run. */
bool flash_options_apply(FlashOptions *o, ZifMachine *m, bool overlay, Error **errp);
/** After the run: stores wear and state (lock bits, status registers) beside the files of flashes. False and *errp when it cannot be written. */
bool flash_options_keep(const FlashOptions *o, ZifMachine *m, Error **errp);
/** "flash: 3 sectors erased, sector 2 most often (5 times)"; false when nothing was erased. */
bool flash_wear_words(const ZifFlash *f, char *buf, size_t len);

/** The erase counts beside a flash file (FILE.wear), n of them; missing: all 0. False and *errp when it is damaged. */
bool flash_wear_read(const char *file, uint32_t *erased, uint32_t n, Error **errp);

#endif
