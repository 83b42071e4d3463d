/*
 * See sources.h. Reference: DWARF 5, 2.17 (addresses), 3.3 (subroutines), 6.2 (line tables); ELF for the Arm Architecture (aaelf32)
 * 5.5.5. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <dwarf.h>
#include <elf.h>
#include <gelf.h>
#include <stdlib.h>
#include <string.h>
#include "sources.h"

/* --- Lines -------------------------------------------------------------------------------------------------------------- */

/* The sequence of a function that the linker dropped is left at address 0, where the vector table is. */
static void rows_of(Dwarf_Lines *lines, size_t n, unsigned unit, void (*fn)(void *opaque, const ZifSourceRow *row),
                    void *opaque)
{
    bool dropped = false, first = true;
    for (size_t i = 0; i + 1 < n; i++) {
        Dwarf_Line *row = dwarf_onesrcline(lines, i), *next = dwarf_onesrcline(lines, i + 1);
        Dwarf_Addr from, to;
        bool end = true;
        int line = 0;
        if (dwarf_lineaddr(row, &from) || dwarf_lineaddr(next, &to) || dwarf_lineendsequence(row, &end)) {
            return;
        }
        dropped = first ? from == 0 : dropped;
        first = end;
        const char *file = end || dropped ? NULL : dwarf_linesrc(row, NULL, NULL);
        if (file && !dwarf_lineno(row, &line) && line > 0 && to > from && to <= UINT32_MAX) {
            ZifSourceRow r = { (uint32_t)from, (uint32_t)to, file, (unsigned)line, unit };
            fn(opaque, &r);
        }
    }
}

/* Calls `each` for every compilation unit. */
static void each_unit(ZifImage *image, void (*each)(void *opaque, Dwarf_Die *unit, unsigned number), void *opaque)
{
    Dwarf *dwarf = zif__image_dwarf(image);
    Dwarf_Off offset = 0, next;
    size_t header;
    for (unsigned n = 0; dwarf && !dwarf_nextcu(dwarf, offset, &next, &header, NULL, NULL, NULL); n++) {
        Dwarf_Die die;
        if (dwarf_offdie(dwarf, offset + header, &die)) {
            each(opaque, &die, n);
        }
        if (next <= offset) {
            return;
        }
        offset = next;
    }
}

typedef struct {
    void (*fn)(void *opaque, const ZifSourceRow *row);
    void *opaque;
} Rows;

static void rows_of_unit(void *opaque, Dwarf_Die *unit, unsigned number)
{
    Rows *r = opaque;
    Dwarf_Lines *lines;
    size_t n;
    if (!dwarf_getsrclines(unit, &lines, &n)) {
        rows_of(lines, n, number, r->fn, r->opaque);
    }
}

void zif__image_each_row(ZifImage *image, void (*fn)(void *opaque, const ZifSourceRow *row), void *opaque)
{
    Rows rows = { fn, opaque };
    each_unit(image, rows_of_unit, &rows);
}

/* --- Functions ----------------------------------------------------------------------------------------------------------- */

typedef struct {
    void (*fn)(void *opaque, const char *name, const char *file, unsigned line, uint32_t entry);
    void *opaque;
    const char *name, *file;
    int line;
} Functions;

static int entry_of(Dwarf_Die *die, void *opaque)
{
    Functions *f = opaque;
    Dwarf_Addr entry, base, end;
    bool known = !dwarf_entrypc(die, &entry) || dwarf_ranges(die, 0, &base, &entry, &end) > 0;
    if (known && entry && entry <= UINT32_MAX) { /* 0: the linker dropped it */
        f->fn(f->opaque, f->name, f->file, (unsigned)f->line, (uint32_t)entry);
    }
    return DWARF_CB_OK;
}

static int function(Dwarf_Die *die, void *opaque)
{
    Functions *f = opaque;
    f->name = dwarf_diename(die);
    f->file = dwarf_decl_file(die);
    if (!f->name || !f->file || dwarf_decl_line(die, &f->line) || f->line <= 0) {
        return DWARF_CB_OK;
    }
    entry_of(die, f);
    if (dwarf_func_inline(die) == 1) {
        dwarf_func_inline_instances(die, entry_of, f);
    }
    return DWARF_CB_OK;
}

static void functions_of_unit(void *opaque, Dwarf_Die *unit, unsigned number)
{
    dwarf_getfuncs(unit, function, opaque, 0);
}

void zif__image_each_function(ZifImage *image,
                              void (*fn)(void *opaque, const char *name, const char *file, unsigned line,
                                         uint32_t entry),
                              void *opaque)
{
    Functions functions = { .fn = fn, .opaque = opaque };
    each_unit(image, functions_of_unit, &functions);
}

typedef struct {
    void (*fn)(void *opaque, unsigned copy, uint32_t from, uint32_t to);
    void *opaque;
    unsigned copies;
} Inlined;

static int copy_of(Dwarf_Die *die, void *opaque)
{
    Inlined *in = opaque;
    Dwarf_Addr base, from, to;
    for (ptrdiff_t at = 0; (at = dwarf_ranges(die, at, &base, &from, &to)) > 0;) {
        if (from && from < to && to <= UINT32_MAX) {
            in->fn(in->opaque, in->copies, (uint32_t)from, (uint32_t)to);
        }
    }
    in->copies++;
    return DWARF_CB_OK;
}

static int copies_of_function(Dwarf_Die *die, void *opaque)
{
    if (dwarf_func_inline(die) == 1) {
        dwarf_func_inline_instances(die, copy_of, opaque);
    }
    return DWARF_CB_OK;
}

static void copies_of_unit(void *opaque, Dwarf_Die *unit, unsigned number)
{
    dwarf_getfuncs(unit, copies_of_function, opaque, 0);
}

void zif__image_each_inlined(ZifImage *image, void (*fn)(void *opaque, unsigned copy, uint32_t from, uint32_t to),
                             void *opaque)
{
    Inlined in = { .fn = fn, .opaque = opaque };
    each_unit(image, copies_of_unit, &in);
}

/* --- Code ---------------------------------------------------------------------------------------------------------------- */

typedef struct {
    uint32_t address;
    char kind; /* 't', 'd', 'a' */
} Mark;

static int by_address(const void *a, const void *b)
{
    const Mark *x = a, *y = b;
    return x->address < y->address ? -1 : x->address > y->address;
}

/* The mapping symbols of a section, ascending; the caller frees. */
static Mark *marks_of(Elf *elf, size_t section, size_t *count)
{
    Elf_Scn *scn = NULL;
    GElf_Shdr sh;
    Mark *marks = NULL;
    *count = 0;
    while ((scn = elf_nextscn(elf, scn))) {
        Elf_Data *data;
        if (!gelf_getshdr(scn, &sh) || sh.sh_type != SHT_SYMTAB || !(data = elf_getdata(scn, NULL)) || !data->d_buf) {
            continue;
        }
        size_t n = data->d_size / sizeof(Elf32_Sym);
        Mark *more = realloc(marks, (*count + n + 1) * sizeof *marks);
        if (!more) {
            break;
        }
        marks = more;
        for (size_t i = 0; i < n; i++) {
            GElf_Sym sym;
            const char *name = gelf_getsym(data, (int)i, &sym) ? elf_strptr(elf, sh.sh_link, sym.st_name) : NULL;
            if (name && sym.st_shndx == section && name[0] == '$' && name[1] && strchr("tda", name[1]) &&
                (!name[2] || name[2] == '.')) {
                marks[(*count)++] = (Mark){ (uint32_t)sym.st_value, name[1] };
            }
        }
    }
    if (marks) {
        qsort(marks, *count, sizeof *marks, by_address);
    }
    return marks;
}

void zif__image_each_code(ZifImage *image, void (*fn)(void *opaque, uint32_t from, const uint8_t *bytes, size_t size),
                          void *opaque)
{
    Elf *elf = zif__image_elf(image);
    Elf_Scn *scn = NULL;
    GElf_Shdr sh;
    while (elf && (scn = elf_nextscn(elf, scn))) {
        Elf_Data *data;
        if (!gelf_getshdr(scn, &sh) || sh.sh_type != SHT_PROGBITS || !(sh.sh_flags & SHF_EXECINSTR) ||
            !(data = elf_rawdata(scn, NULL)) || !data->d_buf) {
            continue;
        }
        size_t n;
        Mark *marks = marks_of(elf, elf_ndxscn(scn), &n);
        uint64_t end = sh.sh_addr + data->d_size;
        if (!n) {
            fn(opaque, (uint32_t)sh.sh_addr, data->d_buf, data->d_size);
        }
        for (size_t i = 0; i < n; i++) {
            uint64_t from = marks[i].address, to = i + 1 < n ? marks[i + 1].address : end;
            if (marks[i].kind == 't' && from >= sh.sh_addr && from < to && to <= end) {
                fn(opaque, (uint32_t)from, (const uint8_t *)data->d_buf + (from - sh.sh_addr), to - from);
            }
        }
        free(marks);
    }
}
