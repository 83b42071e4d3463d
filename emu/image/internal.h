/*
 * What the readers of emu/image share: the image being filled, and lines of text with hexadecimal digits.
 * See zif/image.h. SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ZIF_IMAGE_INTERNAL_H
#define ZIF_IMAGE_INTERNAL_H

#include <libelf.h>
#include <zif/image.h>

/* Bytes as one record of the file gave them; records become segments in zif_image_parse. */
typedef struct {
    uint32_t address;
    uint32_t size;
    const uint8_t *bytes; /* into data or pool */
    uint64_t where;
} ZifRecord;

typedef struct ZifDebugInfo ZifDebugInfo;

struct ZifImage {
    char *name;
    ZifImageFormat format;
    uint8_t *data; /* the file */
    size_t size;
    uint8_t *pool; /* bytes decoded from text; never moves */
    size_t pool_used, pool_size;
    ZifRecord *records;
    size_t nrecords, records_size;
    ZifSegment *segments;
    size_t nsegments;
    bool has_entry;
    uint32_t entry;
    ZifImageArch arch;
    const char *arch_name;
    ZifDebugInfo *debug; /* built on demand by debuginfo.c */
};

/* Each fills `image` from image->data, false and *errp (naming the file) on failure. */
bool zif__read_elf(ZifImage *image, Error **errp);
bool zif__read_hex(ZifImage *image, Error **errp);
bool zif__read_srec(ZifImage *image, Error **errp);
bool zif__read_uf2(ZifImage *image, Error **errp);

/** Adds bytes that live in image->data. False and *errp when they reach past the end of the 32-bit address
 * space. */
bool zif__image_add(ZifImage *image, uint64_t address, const uint8_t *bytes, size_t size, uint64_t where, Error **errp);
/** Adds a copy of bytes decoded from text; a text file has room for as many bytes as pairs of its characters.
 */
bool zif__image_add_copy(ZifImage *image, uint64_t address, const uint8_t *bytes, size_t size, uint64_t where,
                         Error **errp);

/** Fills arch and arch_name; a file without attributes, or with damaged ones, says nothing. */
void zif__read_attributes(ZifImage *image, Elf *elf);

void zif__debuginfo_free(ZifDebugInfo *debug);

/* Walks the lines of a text file; white space at the end of a line is not part of it. */
typedef struct {
    const char *next, *end;
    const char *text; /* the current line */
    size_t len;
    uint64_t line; /* its number, from 1 */
} ZifLines;

void zif__lines_init(ZifLines *lines, const ZifImage *image);
bool zif__lines_next(ZifLines *lines);

/** Value of a hexadecimal digit, -1 for any other character. */
int zif__hex_digit(char c);
/** Decodes the digits of the current line behind its first `prefix` characters into rec (room for overhead +
 * 255 bytes). The first byte counts the bytes that follow, without overhead - 1 of them; all bytes must sum
 * to `sum` modulo 256. False and *errp when the line is too short, too long, no hexadecimal number, or its
 * checksum is wrong. */
bool zif__read_record(const ZifImage *image, const ZifLines *lines, size_t prefix, size_t overhead, uint8_t sum,
                      uint8_t *rec, Error **errp);

#endif
