/*
 * UF2: 512-byte blocks, each with the address of its payload. Reference: Microsoft, UF2 specification (family
 * numbers: its uf2families.json). SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <inttypes.h>
#include <stdio.h>
#include "internal.h"

enum { BLOCK = 512, HEAD = 32, MAX_PAYLOAD = 476 };
enum { NOT_MAIN_FLASH = 0x1, FILE_CONTAINER = 0x1000, FAMILY_PRESENT = 0x2000 };
static const uint32_t magic0 = 0x0a324655, magic1 = 0x9e5d5157, magic_end = 0x0ab16f30;

/* Families of processors that are no Cortex-M. */
static const struct {
    uint32_t family;
    const char *name;
} foreign[] = {
    { 0x7eab61ed, "ESP8266 (Xtensa)" },  { 0x1c5f21b0, "ESP32 (Xtensa)" },    { 0xbfdd4eee, "ESP32-S2 (Xtensa)" },
    { 0xc47e5767, "ESP32-S3 (Xtensa)" }, { 0xd42ba06c, "ESP32-C3 (RISC-V)" }, { 0xe48bff5a, "RP2350 (RISC-V)" },
    { 0x16573617, "ATmega32 (AVR)" },
};

static uint32_t word(const uint8_t *p)
{
    return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

/* Blocks of one family and announced total, counted to notice missing ones. */
typedef struct {
    uint32_t family, total, seen;
} Run;

static bool finish_run(const ZifImage *image, const Run *run, size_t offset, Error **errp)
{
    if (run->seen < run->total) {
        error_setg(errp, "%s, offset 0x%zx: truncated file: %" PRIu32 " of %" PRIu32 " blocks are there", image->name,
                   offset, run->seen, run->total);
        return false;
    }
    return true;
}

static bool read_block(ZifImage *image, size_t offset, Run *run, Error **errp)
{
    const uint8_t *b = image->data + offset;
    if (word(b) != magic0 || word(b + 4) != magic1 || word(b + BLOCK - 4) != magic_end) {
        error_setg(errp, "%s, offset 0x%zx: not a UF2 block (wrong magic number)", image->name, offset);
        return false;
    }
    uint32_t flags = word(b + 8), address = word(b + 12), size = word(b + 16), number = word(b + 20),
             total = word(b + 24), family = flags & FAMILY_PRESENT ? word(b + 28) : 0;
    if (flags & FILE_CONTAINER) {
        error_setg(errp, "%s, offset 0x%zx: this UF2 holds files, not memory contents", image->name, offset);
        return false;
    }
    for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++) {
        if (family && family == foreign[i].family) {
            error_setg(errp, "%s, offset 0x%zx: wrong architecture: built for %s, not for an ARM Cortex-M", image->name,
                       offset, foreign[i].name);
            return false;
        }
    }
    if (size > MAX_PAYLOAD) {
        error_setg(errp,
                   "%s, offset 0x%zx: a payload of %" PRIu32 " bytes (for address 0x%08" PRIx32
                   ") is more than a block's %d",
                   image->name, offset, size, address, MAX_PAYLOAD);
        return false;
    }
    if (number >= total) {
        error_setg(errp, "%s, offset 0x%zx: block number %" PRIu32 " of %" PRIu32 " (for address 0x%08" PRIx32 ")",
                   image->name, offset, number, total, address);
        return false;
    }
    if (family != run->family || total != run->total || run->seen == run->total) {
        if (!finish_run(image, run, offset, errp)) {
            return false;
        }
        *run = (Run){ .family = family, .total = total };
    }
    run->seen++;
    return flags & NOT_MAIN_FLASH || zif__image_add(image, address, b + HEAD, size, offset + HEAD, errp);
}

bool zif__read_uf2(ZifImage *image, Error **errp)
{
    Run run = { 0 };
    size_t offset = 0;
    for (; image->size - offset >= BLOCK; offset += BLOCK) {
        if (!read_block(image, offset, &run, errp)) {
            return false;
        }
    }
    if (offset < image->size) {
        error_setg(errp, "%s, offset 0x%zx: truncated file: %zu bytes of a block of %d", image->name, offset,
                   image->size - offset, BLOCK);
        return false;
    }
    return finish_run(image, &run, offset, errp);
}
