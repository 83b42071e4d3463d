/*
 * Which core an ELF was built for, by its build attributes. Reference: Addenda to, and Errata in, the ABI for the Arm
 * Architecture (addenda32), chapter 3. Attributes inform: what is not understood is passed over.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <elf.h>
#include <gelf.h>
#include <string.h>
#include "internal.h"

enum { TAG_FILE = 1, TAG_CPU_RAW_NAME = 4, TAG_CPU_NAME = 5, TAG_CPU_ARCH = 6, TAG_PROFILE = 7, TAG_ARM_ISA = 8 };
enum { TAG_COMPATIBILITY = 32 }; /* a number and a string; from here on the odd tags are strings, the others numbers */
enum { ARCH_V7 = 10, ARCH_V6M = 11, ARCH_V6SM = 12, ARCH_V7EM = 13 };

static const char *const arch_names[] = {
    "pre-v4", "ARMv4", "ARMv4T",  "ARMv5T",   "ARMv5TE",  "ARMv5TEJ", "ARMv6",   "ARMv6KZ",          "ARMv6T2",
    "ARMv6K", "ARMv7", "ARMv6-M", "ARMv6S-M", "ARMv7E-M", "ARMv8-A",  "ARMv8-R", "ARMv8-M baseline", "ARMv8-M mainline",
};

typedef struct {
    const uint8_t *at, *end;
} Bytes;

static uint32_t uleb(Bytes *b)
{
    uint32_t value = 0;
    for (unsigned shift = 0; b->at < b->end; shift += 7) {
        uint8_t byte = *b->at++;
        value |= shift < 32 ? (uint32_t)(byte & 0x7f) << shift : 0;
        if (!(byte & 0x80)) {
            break;
        }
    }
    return value;
}

static void skip_string(Bytes *b)
{
    while (b->at < b->end && *b->at++) {
    }
}

/* What a four-byte length (its own bytes and `before` counted in) leaves; empty when it is no sense. */
static Bytes part(Bytes *b, size_t before)
{
    Bytes inner = { b->end, b->end };
    if (b->end - b->at >= 4) {
        uint32_t len =
            (uint32_t)b->at[0] | (uint32_t)b->at[1] << 8 | (uint32_t)b->at[2] << 16 | (uint32_t)b->at[3] << 24;
        if (len >= before + 4 && len - before <= (size_t)(b->end - b->at)) {
            inner = (Bytes){ b->at + 4, b->at + len - before };
        }
    }
    b->at = inner.end;
    return inner;
}

static void read_file_attributes(ZifImage *image, Bytes b)
{
    uint32_t arch = 0, profile = 0, arm_isa = 0;
    while (b.at < b.end) {
        uint32_t tag = uleb(&b);
        if (tag == TAG_CPU_RAW_NAME || tag == TAG_CPU_NAME || (tag > TAG_COMPATIBILITY && tag % 2)) {
            skip_string(&b);
            continue;
        }
        uint32_t value = uleb(&b);
        if (tag == TAG_COMPATIBILITY) {
            skip_string(&b);
        }
        arch = tag == TAG_CPU_ARCH ? value : arch;
        profile = tag == TAG_PROFILE ? value : profile;
        arm_isa = tag == TAG_ARM_ISA ? value : arm_isa;
    }
    bool other = profile == 'A' || profile == 'R' || arch > ARCH_V7EM || (arch < ARCH_V7 && arm_isa);
    image->arch = other                                   ? ZIF_ARCH_OTHER
                  : arch == ARCH_V6M || arch == ARCH_V6SM ? ZIF_ARCH_V6M
                  : arch == ARCH_V7                       ? ZIF_ARCH_V7M
                  : arch == ARCH_V7EM                     ? ZIF_ARCH_V7EM
                                                          : ZIF_ARCH_ANY;
    image->arch_name = image->arch == ZIF_ARCH_V7M                     ? "ARMv7-M"
                       : arch < sizeof arch_names / sizeof *arch_names ? arch_names[arch]
                                                                       : "a later architecture";
}

static void read_section(ZifImage *image, Bytes b)
{
    if (b.at == b.end || *b.at++ != 'A') {
        return;
    }
    while (b.at < b.end) {
        Bytes vendor = part(&b, 0);
        if (vendor.end - vendor.at < 6 || memcmp(vendor.at, "aeabi", 6) != 0) {
            continue;
        }
        vendor.at += 6;
        while (vendor.at < vendor.end) {
            const uint8_t *start = vendor.at;
            uint32_t tag = uleb(&vendor);
            Bytes attributes = part(&vendor, (size_t)(vendor.at - start));
            if (tag == TAG_FILE) {
                read_file_attributes(image, attributes);
            }
        }
    }
}

void zif__read_attributes(ZifImage *image, Elf *elf)
{
    for (Elf_Scn *section = elf_nextscn(elf, NULL); section; section = elf_nextscn(elf, section)) {
        GElf_Shdr header;
        if (gelf_getshdr(section, &header) && header.sh_type == SHT_ARM_ATTRIBUTES && header.sh_offset <= image->size &&
            header.sh_size <= image->size - header.sh_offset) {
            const uint8_t *at = image->data + header.sh_offset;
            read_section(image, (Bytes){ at, at + header.sh_size });
        }
    }
}
