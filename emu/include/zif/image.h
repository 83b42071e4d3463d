/*
 * Firmware images: what a flash programmer would write, read from ELF32 ARM, Intel HEX, Motorola S-records,
 * UF2 or a raw file, and what the image says about itself (entry, symbols, source lines).
 *
 * The format is found by content, never by the file's name. An image is a list of segments, sorted by
 * address, that do not overlap. Nothing is written anywhere until zif_image_load.
 *
 * Documents: System V ABI and ELF for the Arm Architecture (aaelf32); Intel Hexadecimal Object File Format,
 * rev A (1988); Motorola M68000 Family Programmer's Reference, appendix C (S-record format); Microsoft UF2
 * specification. SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ZIF_IMAGE_H
#define ZIF_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <zif/error.h>

typedef struct ZifImage ZifImage;

typedef enum { ZIF_IMAGE_ELF, ZIF_IMAGE_HEX, ZIF_IMAGE_SREC, ZIF_IMAGE_UF2, ZIF_IMAGE_RAW } ZifImageFormat;

/* What an ELF's build attributes say it needs. ANY: they are absent, or say nothing that a Cortex-M would not have. OTHER: what
 * no core here has. */
typedef enum { ZIF_ARCH_ANY, ZIF_ARCH_V6M, ZIF_ARCH_V7M, ZIF_ARCH_V7EM, ZIF_ARCH_OTHER } ZifImageArch;

/* Bytes for one place. address + size never exceeds 2^32; size is never 0. */
typedef struct {
    uint32_t address; /* physical (load) address */
    size_t size;
    const uint8_t *bytes; /* the image's, valid until zif_image_free */
    uint64_t where;       /* first byte in the file: line (1-based) in HEX and SREC, byte offset in the others */
} ZifSegment;

/**
 * Reads FILE, or FILE@ADDRESS for raw bytes (ADDRESS as C writes numbers). A file of that whole name, '@'
 * included, is preferred. NULL and *errp, naming file and line or offset, when the file cannot be read or is
 * not a sound image. Files of more than 1 GiB are refused.
 */
ZifImage *zif_image_open(const char *spec, Error **errp);
/** As zif_image_open on `size` bytes in memory (copied); `name` stands for the file in messages.
 * `raw_address` NULL finds the format by content, otherwise the bytes are raw and go to *raw_address. */
ZifImage *zif_image_parse(const char *name, const void *data, size_t size, const uint32_t *raw_address, Error **errp);
/** NULL is allowed. */
void zif_image_free(ZifImage *image);

const char *zif_image_name(const ZifImage *image);
ZifImageFormat zif_image_format(const ZifImage *image);
const char *zif_image_format_name(ZifImageFormat format);
/** Segments by ascending address; *count is at least 1. */
const ZifSegment *zif_image_segments(const ZifImage *image, size_t *count);
/** The start address the file names (ELF entry, HEX type 03 or 05, SREC S7-S9). False when it names none.
 * Cortex-M starts from its vector table, so this only informs. */
bool zif_image_entry(const ZifImage *image, uint32_t *entry);
/** The architecture the image was built for, each one including those before it; *name ("ARMv7E-M") unless it is ANY. */
ZifImageArch zif_image_arch(const ZifImage *image, const char **name);
/** Writes "FILE, line N" or "FILE, offset 0xN" of the byte at `address` into buf and returns buf; just the
 * name of the file when no byte goes there. */
const char *zif_image_where(const ZifImage *image, uint32_t address, char *buf, size_t len);

/** Puts `size` bytes at `address` and returns how many, from the first on, landed in memory. */
typedef size_t ZifImageWrite(void *opaque, uint32_t address, const uint8_t *bytes, size_t size);
/** Hands every segment to `write`. False and *errp at the first byte outside any memory; `board` is named
 * there. To change nothing on failure, call it first with a `write` that only looks. */
bool zif_image_load(const ZifImage *image, const char *board, ZifImageWrite *write, void *opaque, Error **errp);
/** True when no byte of `a` goes where a byte of `b` goes. False and *errp naming both files and the address.
 */
bool zif_image_disjoint(const ZifImage *a, const ZifImage *b, Error **errp);

/* --- What an ELF knows about addresses. Others answer false. Built when first asked; not thread safe. --- */

/** The function (or data object) at or before `address`: name (valid until zif_image_free) and distance into
 * it. */
bool zif_image_symbol(ZifImage *image, uint32_t address, const char **name, uint32_t *offset);
/** The address of a symbol; bit 0 of Thumb functions is cleared. */
bool zif_image_symbol_address(ZifImage *image, const char *name, uint32_t *address);
/** The n-th section whose name begins with `prefix`. */
bool zif_image_section(ZifImage *image, const char *prefix, unsigned n, uint32_t *address, uint32_t *size);
/** Source file as the compiler recorded it, and line, of an instruction. */
bool zif_image_line(ZifImage *image, uint32_t address, const char **file, unsigned *line);

#endif
