/* RAM that nothing wrote, for the report `uninit`: what counts as written at power-on, and how the report is worded.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "internal.h"

/* Library functions that read words past the end of a string, and decide by the bytes in front of it. */
static bool reads_past_ends(ZifMachine *m, uint32_t pc)
{
    static const char *const names[] = { "strlen", "strnlen", "strcpy", "stpcpy", "strcmp",  "strncmp",
                                         "strcat", "strchr",  "memchr", "memcmp", "strncpy", NULL };
    const char *symbol;
    uint32_t offset;
    for (unsigned i = 0; i < m->nimages; i++) {
        if (zif_image_symbol((ZifImage *)m->images[i], pc, &symbol, &offset)) {
            symbol += strspn(symbol, "_");
            for (const char *const *n = names; *n; n++) {
                size_t len = strlen(*n);
                if (!strncmp(symbol, *n, len) && !(symbol[len] >= 'a' && symbol[len] <= 'z')) {
                    return true;
                }
            }
            return false;
        }
    }
    return false;
}

void zif__unwritten_decides(void *opaque, uint32_t address, uint32_t pc, const char *what)
{
    ZifMachine *m = opaque;
    char text[700], datum[256], load[256];
    uint32_t now = zif_machine_pc(m);
    if (reads_past_ends(m, now) || reads_past_ends(m, pc)) {
        return;
    }
    zif_machine_locate(m, address, datum, sizeof datum);
    zif_machine_locate(m, pc, load, sizeof load);
    snprintf(text, sizeof text,
             "RAM at 0x%08" PRIx32 "%s%s holds what nothing wrote; read at 0x%08" PRIx32 "%s%s, it %s", address,
             *datum ? " " : "", datum, pc, *load ? " " : "", load, what);
    zif__report(&m->kit, NULL, "cpu", ZIF_REPORT_UNINIT, -1, now, text);
}

/* The bytes [address, address + size) of whatever RAM is there count as written. */
static void written(ZifMachine *m, uint64_t address, uint64_t size)
{
    for (ZifMemory *mem = m->memories; mem; mem = mem->next) {
        uint64_t first = address > mem->base ? address : mem->base;
        uint64_t end = address + size < mem->base + mem->size ? address + size : mem->base + mem->size;
        if (mem->kind == ZIF_MEM_RAM && first < end) {
            zif_cpu_set_written(m->cpu, &mem->mr, first - mem->base, end - first, true);
        }
    }
}

void zif__unwritten_begin(ZifMachine *m)
{
    if (!m->config.uninit || !m->cpu) {
        return;
    }
    for (ZifMemory *mem = m->memories; mem && !m->follows_unwritten; mem = mem->next) {
        if (mem->kind == ZIF_MEM_RAM) {
            zif_cpu_follow_unwritten(m->cpu, &mem->mr);
        }
    }
    m->follows_unwritten = true;
    zif_cpu_set_written(m->cpu, NULL, 0, 0, false);
    for (unsigned i = 0; i < m->nimages; i++) {
        size_t n;
        uint32_t address, size;
        const ZifSegment *s = zif_image_segments(m->images[i], &n);
        for (size_t k = 0; k < n; k++) {
            written(m, s[k].address, s[k].size);
        }
        for (unsigned k = 0; zif_image_section((ZifImage *)m->images[i], ".noinit", k, &address, &size); k++) {
            written(m, address, size);
        }
    }
}

void zif__unwritten_forget(ZifMachine *m)
{
    if (m->follows_unwritten) {
        zif_cpu_set_written(m->cpu, NULL, 0, 0, true);
    }
}
