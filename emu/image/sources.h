/*
 * Everything an ELF image says of its source: which instructions come from which line, its functions, where its code is. For
 * coverage. SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ZIF_IMAGE_SOURCES_H
#define ZIF_IMAGE_SOURCES_H

#include <elfutils/libdw.h>
#include <zif/image.h>

/** NULL for images that are not ELF, or have no DWARF. They belong to the image. */
Elf *zif__image_elf(ZifImage *image);
Dwarf *zif__image_dwarf(ZifImage *image);

/* The instructions [from, to) were made from this line, in compilation unit number `unit`. Names live as long as the image. */
typedef struct {
    uint32_t from, to;
    const char *file;
    unsigned line, unit;
} ZifSourceRow;

/** Every row of the line tables, in the tables' order. */
void zif__image_each_row(ZifImage *image, void (*fn)(void *opaque, const ZifSourceRow *row), void *opaque);
/** Every place where a function begins: itself, and each of its copies inlined elsewhere. */
void zif__image_each_function(ZifImage *image,
                              void (*fn)(void *opaque, const char *name, const char *file, unsigned line,
                                         uint32_t entry),
                              void *opaque);
/** Every stretch of code of every inlined copy of a function; a copy can have several. Copies are numbered from 0 on. */
void zif__image_each_inlined(ZifImage *image, void (*fn)(void *opaque, unsigned copy, uint32_t from, uint32_t to),
                             void *opaque);
/** Every stretch of Thumb code, as the mapping symbols say (ELF for the Arm Architecture, 5.5.5); without them, every section of code. */
void zif__image_each_code(ZifImage *image, void (*fn)(void *opaque, uint32_t from, const uint8_t *bytes, size_t size),
                          void *opaque);

#endif
