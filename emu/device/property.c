/*
 * Properties of a tree that was checked as a whole when it was read: libfdt's own look-ups check it again each time, which would
 * be a good part of building a machine. Document: Devicetree Specification v0.4, 5.4 (structure block).
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <libfdt.h>
#include <string.h>
#include "device.h"

enum { FIRST_WITHOUT_PADDING = 16 }; /* version of the format that has names of one part and values of any alignment */

static const char *after(const char *at, size_t bytes)
{
    return at + ((bytes + 3) & ~(size_t)3);
}

const void *zif__fdt_property(const void *fdt, int node, const char *name, int *len)
{
    if (fdt_version(fdt) < FIRST_WITHOUT_PADDING) {
        return fdt_getprop(fdt, node, name, len);
    }
    const char *strings = (const char *)fdt + fdt_off_dt_strings(fdt);
    const char *at = (const char *)fdt + fdt_off_dt_struct(fdt) + node + FDT_TAGSIZE; /* the node's name */
    at = after(at, strlen(at) + 1);
    for (;;) {
        uint32_t tag = fdt32_ld((const fdt32_t *)(const void *)at);
        if (tag == FDT_NOP) {
            at += FDT_TAGSIZE;
            continue;
        }
        if (tag != FDT_PROP) {
            return NULL;
        }
        const struct fdt_property *p = (const void *)at;
        uint32_t size = fdt32_ld(&p->len);
        const char *its_name = strings + fdt32_ld(&p->nameoff);
        if (*its_name == *name && !strcmp(its_name, name)) { /* most differ in the first character */
            *len = (int)size;
            return p->data;
        }
        at = after(p->data, size);
    }
}

const char *zif__fdt_string(const void *fdt, int node, const char *name, unsigned index)
{
    int len = 0;
    const char *s = zif__fdt_property(fdt, node, name, &len);
    for (const char *end = s ? s + len : NULL; s < end; s += strlen(s) + 1) {
        if (!memchr(s, 0, (size_t)(end - s))) {
            return NULL;
        }
        if (index-- == 0) {
            return s;
        }
    }
    return NULL;
}

uint32_t zif__fdt_number(const void *fdt, int node, const char *name, uint32_t otherwise)
{
    int len = 0;
    const void *p = zif__fdt_property(fdt, node, name, &len);
    return !p ? otherwise : len == 4 ? fdt32_ld(p) : UINT32_MAX;
}

uint32_t zif__fdt_phandle(const void *fdt, int node)
{
    return zif__fdt_number(fdt, node, "phandle", zif__fdt_number(fdt, node, "linux,phandle", 0));
}
