/*
 * Symbols (libelf) and source lines (libdw) of an ELF image, built when first asked. A damaged table answers
 * "unknown". Reference: ELF for the Arm Architecture (mapping symbols $a, $t, $d; Thumb bit of st_value);
 * DWARF 5. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <elf.h>
#include <elfutils/libdw.h>
#include <gelf.h>
#include <stdlib.h>
#include <string.h>
#include "internal.h"
#include "sources.h"

typedef struct {
    uint32_t address;
    uint32_t end; /* first address that is not its own; for a symbol without a size, the end of its section */
    bool has_size;
    const char *name;
} Symbol;

struct ZifDebugInfo {
    Elf *elf;
    Dwarf *dwarf; /* NULL without DWARF */
    Symbol *symbols;
    size_t nsymbols;
};

/* How many symbols to look back through for one that covers an address: labels inside a function come first.
 */
enum { LOOK_BACK = 256 };

static int by_address(const void *a, const void *b)
{
    const Symbol *x = a, *y = b;
    if (x->address != y->address) {
        return x->address < y->address ? -1 : 1;
    }
    if (x->has_size != y->has_size) {
        return x->has_size ? 1 : -1; /* the better one last: it is met first on the way back */
    }
    return strcmp(x->name, y->name);
}

/* The gelf functions copy what they read: tables may lie unaligned in the file. */
static bool to_symbol(Elf *elf, const GElf_Sym *sym, size_t strings, Symbol *out)
{
    unsigned type = GELF_ST_TYPE(sym->st_info);
    bool in_section = sym->st_shndx != SHN_UNDEF && sym->st_shndx < SHN_LORESERVE;
    Elf_Scn *section = in_section ? elf_getscn(elf, sym->st_shndx) : NULL;
    GElf_Shdr sh;
    const char *name = elf_strptr(elf, strings, sym->st_name);
    if (!section || !gelf_getshdr(section, &sh) || !name || !*name || *name == '$' ||
        (type != STT_FUNC && type != STT_OBJECT && type != STT_NOTYPE)) {
        return false;
    }
    uint32_t address = (uint32_t)(type == STT_OBJECT ? sym->st_value : sym->st_value & ~1u);
    uint64_t end = sym->st_size ? address + sym->st_size : sh.sh_addr + sh.sh_size;
    *out = (Symbol){ .address = address,
                     .end = end > UINT32_MAX ? UINT32_MAX : (uint32_t)end,
                     .has_size = sym->st_size != 0,
                     .name = name };
    return true;
}

static void read_symbols(ZifDebugInfo *debug)
{
    Elf_Scn *section = NULL;
    GElf_Shdr sh;
    do {
        section = elf_nextscn(debug->elf, section);
    } while (section && !(gelf_getshdr(section, &sh) && sh.sh_type == SHT_SYMTAB));
    Elf_Data *data = section ? elf_getdata(section, NULL) : NULL;
    if (!data || !data->d_buf) {
        return;
    }
    size_t n = data->d_size / sizeof(Elf32_Sym);
    debug->symbols = malloc((n + 1) * sizeof *debug->symbols);
    for (size_t i = 0; debug->symbols && i < n; i++) {
        GElf_Sym sym;
        if (gelf_getsym(data, (int)i, &sym)) {
            debug->nsymbols += to_symbol(debug->elf, &sym, sh.sh_link, &debug->symbols[debug->nsymbols]);
        }
    }
    if (debug->nsymbols) {
        qsort(debug->symbols, debug->nsymbols, sizeof *debug->symbols, by_address);
    }
}

static ZifDebugInfo *debuginfo(ZifImage *image)
{
    if (image->format != ZIF_IMAGE_ELF) {
        return NULL;
    }
    if (!image->debug) {
        ZifDebugInfo *debug = calloc(1, sizeof *debug);
        if (!debug) {
            zif_bug("out of memory for symbols");
        }
        image->debug = debug;
        elf_version(EV_CURRENT);
        debug->elf = elf_memory((char *)image->data, image->size);
        if (debug->elf) {
            read_symbols(debug);
            debug->dwarf = dwarf_begin_elf(debug->elf, DWARF_C_READ, NULL);
        }
    }
    return image->debug;
}

Elf *zif__image_elf(ZifImage *image)
{
    ZifDebugInfo *debug = debuginfo(image);
    return debug ? debug->elf : NULL;
}

Dwarf *zif__image_dwarf(ZifImage *image)
{
    ZifDebugInfo *debug = debuginfo(image);
    return debug ? debug->dwarf : NULL;
}

void zif__debuginfo_free(ZifDebugInfo *debug)
{
    if (!debug) {
        return;
    }
    dwarf_end(debug->dwarf);
    elf_end(debug->elf);
    free(debug->symbols);
    free(debug);
}

bool zif_image_symbol(ZifImage *image, uint32_t address, const char **name, uint32_t *offset)
{
    const ZifDebugInfo *debug = debuginfo(image);
    size_t low = 0, high = debug ? debug->nsymbols : 0; /* the last symbol at or before address is low - 1 */
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (debug->symbols[middle].address <= address) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    const Symbol *best = NULL;
    for (size_t i = low; i > 0 && low - i < LOOK_BACK; i--) {
        const Symbol *s = &debug->symbols[i - 1];
        if (address < s->end && (s->has_size || !best)) {
            best = s;
        }
        if (best && best->has_size) {
            break;
        }
    }
    if (best) {
        *name = best->name;
        *offset = address - best->address;
    }
    return best != NULL;
}

bool zif_image_symbol_address(ZifImage *image, const char *name, uint32_t *address)
{
    const ZifDebugInfo *debug = debuginfo(image);
    for (size_t i = 0; debug && i < debug->nsymbols; i++) {
        if (!strcmp(debug->symbols[i].name, name)) {
            *address = debug->symbols[i].address;
            return true;
        }
    }
    return false;
}

bool zif_image_section(ZifImage *image, const char *prefix, unsigned n, uint32_t *address, uint32_t *size)
{
    const ZifDebugInfo *debug = debuginfo(image);
    size_t names;
    if (!debug || !debug->elf || elf_getshdrstrndx(debug->elf, &names)) {
        return false;
    }
    for (Elf_Scn *section = NULL; (section = elf_nextscn(debug->elf, section));) {
        GElf_Shdr sh;
        const char *name = gelf_getshdr(section, &sh) ? elf_strptr(debug->elf, names, sh.sh_name) : NULL;
        if (name && !strncmp(name, prefix, strlen(prefix)) && n-- == 0) {
            *address = (uint32_t)sh.sh_addr;
            *size = (uint32_t)sh.sh_size;
            return true;
        }
    }
    return false;
}

bool zif_image_line(ZifImage *image, uint32_t address, const char **file, unsigned *line)
{
    const ZifDebugInfo *debug = debuginfo(image);
    Dwarf_Off offset = 0, next;
    size_t header;
    while (debug && debug->dwarf && !dwarf_nextcu(debug->dwarf, offset, &next, &header, NULL, NULL, NULL)) {
        Dwarf_Die die;
        if (dwarf_offdie(debug->dwarf, offset + header, &die) && dwarf_haspc(&die, address) == 1) {
            Dwarf_Line *row = dwarf_getsrc_die(&die, address);
            int number;
            const char *name = row ? dwarf_linesrc(row, NULL, NULL) : NULL;
            if (name && !dwarf_lineno(row, &number) && number > 0) {
                *file = name;
                *line = (unsigned)number;
                return true;
            }
        }
        if (next <= offset) {
            break;
        }
        offset = next;
    }
    return false;
}
