/*
 * ELF32 ARM executables, by program headers and physical addresses. Reference: System V ABI (gABI), ELF for
 * the Arm Architecture (aaelf32). Bytes beyond p_filesz (.bss) are not loaded: no flash programmer writes
 * them. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <elf.h>
#include <gelf.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "internal.h"

static const char *machine_name(unsigned machine)
{
    static const struct {
        unsigned machine;
        const char *name;
    } names[] = {
        { EM_386, "x86" },       { EM_X86_64, "x86-64" }, { EM_AARCH64, "AArch64" }, { EM_RISCV, "RISC-V" },
        { EM_XTENSA, "Xtensa" }, { EM_AVR, "AVR" },       { EM_MIPS, "MIPS" },       { EM_PPC, "PowerPC" },
        { EM_SPARC, "SPARC" },   { EM_MSP430, "MSP430" }, { EM_68K, "68000" },
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (names[i].machine == machine) {
            return names[i].name;
        }
    }
    return NULL;
}

/* Class, byte order and machine, from the bytes all ELF files share. */
static bool check_architecture(const ZifImage *image, Error **errp)
{
    const uint8_t *ident = image->data;
    bool big = ident[EI_DATA] == ELFDATA2MSB;
    unsigned machine = big ? (unsigned)ident[18] << 8 | ident[19] : (unsigned)ident[19] << 8 | ident[18];
    const char *name = machine_name(machine);
    if (machine != EM_ARM) {
        char number[32];
        snprintf(number, sizeof number, "machine %u", machine);
        error_setg(errp, "%s, offset 0x12: wrong architecture: this ELF is for %s, not for 32-bit ARM", image->name,
                   name ? name : number);
        return false;
    }
    if (ident[EI_CLASS] != ELFCLASS32 || big) {
        error_setg(errp, "%s, offset 0x4: wrong architecture: this ARM ELF is %s, not 32-bit little-endian",
                   image->name, big ? "big-endian" : "not 32-bit");
        return false;
    }
    return true;
}

static bool within(const ZifImage *image, uint64_t offset, uint64_t size)
{
    return offset <= image->size && size <= image->size - offset;
}

/* gelf_getphdr copies: the table may lie unaligned in the file. */
static bool add_segment(ZifImage *image, Elf *elf, int n, Error **errp)
{
    GElf_Phdr ph;
    if (!gelf_getphdr(elf, n, &ph)) {
        error_setg(errp, "%s: cannot read program header %d: %s", image->name, n, elf_errmsg(-1));
        return false;
    }
    if (ph.p_type == PT_INTERP) {
        error_setg(errp, "%s, offset 0x%" PRIx64 ": this ARM ELF is a program for an operating system, not firmware",
                   image->name, ph.p_offset);
        return false;
    }
    if (ph.p_type != PT_LOAD || !ph.p_filesz) {
        return true;
    }
    if (!within(image, ph.p_offset, ph.p_filesz)) {
        error_setg(errp,
                   "%s, offset 0x%zx: truncated file: the %" PRIu64 " bytes for address 0x%08" PRIx64
                   " should go on to offset 0x%" PRIx64,
                   image->name, image->size, ph.p_filesz, ph.p_paddr, ph.p_offset + ph.p_filesz);
        return false;
    }
    return zif__image_add(image, ph.p_paddr, image->data + ph.p_offset, ph.p_filesz, ph.p_offset, errp);
}

static bool add_segments(ZifImage *image, Error **errp)
{
    elf_version(EV_CURRENT);
    Elf *elf = elf_memory((char *)image->data, image->size);
    size_t n = 0;
    bool ok = elf && !elf_getphdrnum(elf, &n);
    if (!ok) {
        error_setg(errp, "%s: cannot read the ELF headers: %s", image->name, elf_errmsg(-1));
    }
    for (size_t i = 0; ok && i < n; i++) {
        ok = add_segment(image, elf, (int)i, errp);
    }
    if (ok) {
        zif__read_attributes(image, elf);
    }
    elf_end(elf);
    return ok;
}

bool zif__read_elf(ZifImage *image, Error **errp)
{
    Elf32_Ehdr header;
    if (image->size < sizeof header) {
        error_setg(errp, "%s, offset 0x%zx: truncated file: an ELF header has %zu bytes", image->name, image->size,
                   sizeof header);
        return false;
    }
    if (!check_architecture(image, errp)) {
        return false;
    }
    memcpy(&header, image->data, sizeof header);
    if (header.e_type == ET_REL) {
        error_setg(errp, "%s, offset 0x10: this ELF is an object file; link it first", image->name);
        return false;
    }
    if (header.e_phentsize != sizeof(Elf32_Phdr)) {
        error_setg(errp, "%s, offset 0x2a: program headers of %u bytes; this ELF is damaged or has nothing to load",
                   image->name, header.e_phentsize);
        return false;
    }
    if (!within(image, header.e_phoff, (uint64_t)header.e_phnum * sizeof(Elf32_Phdr)) ||
        !within(image, header.e_shoff, (uint64_t)header.e_shnum * sizeof(Elf32_Shdr))) {
        error_setg(errp, "%s, offset 0x%zx: truncated file: its tables should go on beyond that", image->name,
                   image->size);
        return false;
    }
    image->entry = header.e_entry & ~1u;
    image->has_entry = header.e_entry != 0;
    return add_segments(image, errp);
}
