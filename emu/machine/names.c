/* Names: devices by label, alias, node name or path; code by symbol and source line. SPDX-License-Identifier: GPL-2.0-or-later */
#include <libfdt.h>
#include <stdio.h>
#include <string.h>
#include "internal.h"

/* The path an alias of the tree stands for, or NULL. */
static const char *alias_path(const ZifMachine *m, const char *name)
{
    int aliases = fdt_path_offset(m->fdt, "/aliases");
    return aliases >= 0 && strcmp(name, "") ? zif__tree_string(m->fdt, aliases, name) : NULL;
}

ZifDevice *zif_machine_device_by_name(ZifMachine *m, const char *name)
{
    const char *path = *name == '/' ? name : alias_path(m, name);
    ZifDevice *by_path = NULL;
    for (unsigned i = 0; i < m->kit.ndevices; i++) {
        ZifDevice *dev = m->kit.devices[i];
        const char *node = strrchr(dev->core->path, '/') + 1;
        if (!strcmp(dev->name, name) || !strcmp(node, name)) {
            return dev;
        }
        if (path && !strcmp(dev->core->path, path)) {
            by_path = dev;
        }
    }
    return by_path;
}

const char *zif_machine_locate(ZifMachine *m, uint32_t pc, char *buf, size_t len)
{
    const char *symbol, *file;
    uint32_t offset;
    unsigned line;
    *buf = 0;
    for (unsigned i = 0; i < m->nimages; i++) {
        ZifImage *image = (ZifImage *)m->images[i]; /* symbols are built when first asked; the image stays the same */
        if (!zif_image_symbol(image, pc, &symbol, &offset)) {
            continue;
        }
        int n = snprintf(buf, len, offset ? "%s+0x%x" : "%s", symbol, offset);
        if (n > 0 && (size_t)n < len && zif_image_line(image, pc, &file, &line)) {
            const char *base = strrchr(file, '/');
            snprintf(buf + n, len - n, " (%s:%u)", base ? base + 1 : file, line);
        }
        return buf;
    }
    return buf;
}
