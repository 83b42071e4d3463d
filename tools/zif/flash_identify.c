/*
 * What the bytes of a flash are. See flash_identify.h.
 *
 * Reference: ARMv7-M Architecture Reference Manual, B1.5.3 (the vector table); MCUboot design, "Image format"; littlefs SPEC.md,
 * version 2 (superblock); Microsoft, "FAT: General Overview of On-Disk Format", version 1.03.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "flash_identify.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static uint32_t u16(const uint8_t *at)
{
    return at[0] | (uint32_t)at[1] << 8;
}

static uint32_t u32(const uint8_t *at)
{
    return u16(at) | u16(at + 2) << 16;
}

/* Where the architecture lets code be: the code region and external memory. */
static bool is_code(uint32_t address)
{
    return address < 0x20000000 || (address >= 0x60000000 && address < 0xa0000000);
}

/* A stack in RAM, and the first three vectors Thumb code of one image. */
static bool is_vectors(const uint8_t *at, uint64_t left, uint64_t size)
{
    if (left < 16) {
        return false;
    }
    uint32_t stack = u32(at), reset = u32(at + 4);
    if (stack % 4 || stack < 0x10000000 || stack > 0x40000000 || !(reset & 1) || !is_code(reset)) {
        return false;
    }
    for (unsigned i = 2; i < 4; i++) {
        uint32_t vector = u32(at + 4 * i), apart = vector > reset ? vector - reset : reset - vector;
        if (!(vector & 1) || apart >= size) {
            return false;
        }
    }
    return true;
}

static bool is_mcuboot(const uint8_t *at, uint64_t left)
{
    return left >= 32 && u32(at) == 0x96f3b83d;
}

static bool is_fat(const uint8_t *at, uint64_t left)
{
    return left >= 512 && at[510] == 0x55 && at[511] == 0xaa && ((at[0] == 0xeb && at[2] == 0x90) || at[0] == 0xe9) &&
           (u16(at + 11) == 512 || u16(at + 11) == 1024 || u16(at + 11) == 2048 || u16(at + 11) == 4096) && at[13] &&
           at[16];
}

bool flash_identify(const uint8_t *cells, uint64_t size, uint64_t offset, char *words, size_t len)
{
    if (offset >= size) {
        return false;
    }
    const uint8_t *at = cells + offset;
    uint64_t left = size - offset;
    if (is_mcuboot(at, left)) {
        uint32_t header = u16(at + 8);
        int n = snprintf(words, len,
                         "MCUboot image %u.%u.%" PRIu32 "+%" PRIu32 ", %" PRIu32 " bytes behind a header of %" PRIu32,
                         at[20], at[21], u16(at + 22), u32(at + 24), u32(at + 12), header);
        if (header < left && is_vectors(at + header, left - header, size) && n > 0 && (size_t)n < len) {
            snprintf(words + n, len - (size_t)n, "; reset 0x%08" PRIx32, u32(at + header + 4) & ~1u);
        }
        return true;
    }
    if (left >= 32 && !memcmp(at + 8, "littlefs", 8)) {
        snprintf(words, len, "littlefs %" PRIu32 ".%" PRIu32 ", %" PRIu32 " blocks of %" PRIu32 " bytes", u16(at + 22),
                 u16(at + 20), u32(at + 28), u32(at + 24));
        return true;
    }
    if (is_fat(at, left)) {
        uint32_t sectors = u16(at + 19) ? u16(at + 19) : u32(at + 32);
        snprintf(words, len, "FAT boot sector, %" PRIu32 " sectors of %" PRIu32 " bytes", sectors, u16(at + 11));
        return true;
    }
    if (is_vectors(at, left, size)) {
        snprintf(words, len, "vector table, stack 0x%08" PRIx32 ", reset 0x%08" PRIx32, u32(at), u32(at + 4) & ~1u);
        return true;
    }
    return false;
}
