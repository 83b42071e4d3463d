/* Options of zif-system-arm with structure: character devices, and the parallel flash. SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "system_arm.h"

enum { SECTOR = 0x10000, SELECT = 32 << 20 };

char *system_arm_value(SystemArm *s, const char *list, const char *key, Error **errp)
{
    size_t n = strlen(key);
    for (const char *at = list; at; at = strchr(at, ',')) {
        at += *at == ',';
        if (!strncmp(at, key, n) && at[n] == '=') {
            return system_arm_keep(s, at + n + 1, strcspn(at + n + 1, ","), errp);
        }
    }
    return NULL;
}

static bool is_on(const char *word)
{
    return word && (!strcmp(word, "on") || !strcmp(word, "yes") || !strcmp(word, "true"));
}

/* "PREFIX" and a path as one word. */
static const char *channel_of(SystemArm *s, const char *prefix, const char *path, Error **errp)
{
    char text[512];
    int n = snprintf(text, sizeof text, "%s%s", prefix, path);
    if (n < 0 || (size_t)n >= sizeof text) {
        error_setg(errp, "the path is too long");
        return NULL;
    }
    return system_arm_keep(s, text, (size_t)n, errp);
}

static const char *socket_of(SystemArm *s, const char *path, const char *list, Error **errp)
{
    bool listens = is_on(system_arm_value(s, list, "server", errp)) || strstr(list, ",server,") ||
                   (strlen(list) >= 7 && !strcmp(list + strlen(list) - 7, ",server"));
    return channel_of(s, listens ? "unix-listen:" : "unix:", path, errp);
}

const char *system_arm_channel(SystemArm *s, const char *value, Error **errp)
{
    if (!strcmp(value, "stdio") || !strcmp(value, "null") || !strncmp(value, "file:", 5)) {
        return value;
    }
    if (!strncmp(value, "unix:", 5)) {
        const char *path = system_arm_keep(s, value + 5, strcspn(value + 5, ","), errp);
        return path ? socket_of(s, path, value, errp) : NULL;
    }
    error_setg(errp, "'%s': only unix:PATH, file:PATH, stdio and null", value);
    return NULL;
}

bool system_arm_chardev(SystemArm *s, const char *value, Error **errp)
{
    SystemChardev *c = &s->chardevs[s->nchardevs];
    size_t kind = strcspn(value, ",");
    char *path = system_arm_value(s, value, "path", errp);
    if (s->nchardevs == SYSTEM_CHARDEVS) {
        error_setg(errp, "more than %d of -chardev", SYSTEM_CHARDEVS);
        return false;
    }
    c->id = system_arm_value(s, value, "id", errp);
    if (!strncmp(value, "socket", kind) && path) {
        c->channel = (char *)socket_of(s, path, value, errp);
    } else if (!strncmp(value, "file", kind) && path) {
        c->channel = (char *)channel_of(s, "file:", path, errp);
    } else if (!strncmp(value, "null", kind) || !strncmp(value, "stdio", kind)) {
        c->channel = system_arm_keep(s, value, kind, errp);
    }
    if (!c->id || !c->channel) {
        if (errp && !*errp) {
            error_setg(errp, "-chardev %s: only socket and file with id and path, null and stdio with id", value);
        }
        return false;
    }
    s->nchardevs++;
    return true;
}

/* --- The parallel flash ------------------------------------------------------------------------------------------------------- */

bool system_arm_drive(SystemArm *s, const char *value, Error **errp)
{
    const char *interface = system_arm_value(s, value, "if", errp),
               *format = system_arm_value(s, value, "format", errp);
    char *file = system_arm_value(s, value, "file", errp);
    struct stat st;
    if (!interface || strcmp(interface, "pflash") != 0 || !file || (format && strcmp(format, "raw") != 0)) {
        error_setg(errp, "-drive %s: only if=pflash,file=FILE,format=raw", value);
        return false;
    }
    if (s->pflash) {
        error_setg(errp, "there is one flash, and it has a -drive already");
        return false;
    }
    if (stat(file, &st)) {
        error_setg_errno(errp, errno, "cannot open %s", file);
        return false;
    }
    if (st.st_size != 8 << 20 && st.st_size != 16 << 20 && st.st_size != 32 << 20) {
        error_setg(errp, "%s: a flash has 8, 16 or 32 MiB, this file %lld bytes", file, (long long)st.st_size);
        return false;
    }
    s->pflash = file;
    s->pflash_size = (uint64_t)st.st_size;
    s->pflash_mode = is_on(system_arm_value(s, value, "snapshot", errp))   ? ZIF_FLASH_FILE_OVERLAY
                     : is_on(system_arm_value(s, value, "readonly", errp)) ? ZIF_FLASH_FILE_RO
                                                                           : ZIF_FLASH_FILE_RW;
    return true;
}

/* NAME, or NAME0 to NAME3, as a place in list[4]; NULL when it is another word. */
static uint32_t *indexed(const char *property, const char *name, uint32_t *list)
{
    size_t n = strlen(name);
    const char *rest = property + n;
    if (strncmp(property, name, n) != 0 || (*rest && (rest[1] || *rest < '0' || *rest > '3'))) {
        return NULL;
    }
    return &list[*rest ? *rest - '0' : 0];
}

static bool flash_property(SystemArm *s, const char *property, uint32_t value, Error **errp)
{
    uint32_t *place;
    s->pflash_properties = true;
    if ((place = indexed(property, "num-blocks", s->blocks)) ||
        (place = indexed(property, "sector-length", s->lengths))) {
        *place = value;
    } else if ((place = indexed(property, "id", s->ids)) && property[2]) {
        *place = value;
        s->ids_set = true;
    } else if (!strcmp(property, "width")) {
        s->width = value;
    } else {
        error_setg(errp,
                   "-global: cfi.pflash02 has no property '%s' here (num-blocks0 to 3, sector-length0 to 3, "
                   "width, id0 to 3)",
                   property);
        return false;
    }
    return true;
}

bool system_arm_global(SystemArm *s, const char *value, Error **errp)
{
    /* driver=D,property=P,value=V, or D.P=V. */
    const char *driver = system_arm_value(s, value, "driver", errp);
    const char *property = system_arm_value(s, value, "property", errp);
    const char *word = system_arm_value(s, value, "value", errp);
    if (!driver) {
        const char *equals = strchr(value, '='), *dot = equals ? memrchr(value, '.', (size_t)(equals - value)) : NULL;
        driver = dot ? system_arm_keep(s, value, (size_t)(dot - value), errp) : NULL;
        property = dot ? system_arm_keep(s, dot + 1, (size_t)(equals - dot - 1), errp) : NULL;
        word = dot ? equals + 1 : NULL;
    }
    if (!driver || !property || !word) {
        error_setg(errp, "-global %s: not driver=NAME,property=NAME,value=VALUE", value);
        return false;
    }
    if (strcmp(driver, "cfi.pflash02") != 0) {
        error_setg(errp, "-global: only cfi.pflash02 has properties here, not %s", driver);
        return false;
    }
    char *end;
    unsigned long long number = strtoull(word, &end, 0);
    if (!*word || *end || number > UINT32_MAX) {
        error_setg(errp, "-global: %s: '%s' is not a number of 32 bits", property, word);
        return false;
    }
    return flash_property(s, property, (uint32_t)number, errp);
}

static void override(SystemArm *s, const char *node, const char *property, const uint32_t *cells, unsigned ncells)
{
    s->overrides[s->noverrides++] = (ZifOverride){ node, property, cells, ncells };
}

/* Blocks and their sizes; without any, uniform sectors. */
static void override_regions(SystemArm *s)
{
    unsigned n = 0;
    for (unsigned i = 0; i < SYSTEM_REGIONS; i++) {
        if (s->blocks[i]) {
            s->regions[n++] = s->blocks[i];
            s->regions[n++] = s->lengths[i];
        }
    }
    if (!n) {
        s->regions[0] = (uint32_t)(s->pflash_size / SECTOR);
        s->regions[1] = SECTOR;
        n = 2;
    }
    override(s, "flash", "zif,erase-regions", s->regions, n);
}

bool system_arm_flash(SystemArm *s, Error **errp)
{
    const char *board = s->session.machine.board;
    if (!s->pflash && !s->pflash_properties) {
        return true;
    }
    if (!board || strcmp(board, "musicpal") != 0) {
        error_setg(errp, "%s has no parallel flash for -drive if=pflash", board ? board : "none");
        return false;
    }
    s->pflash_size = s->pflash_size ? s->pflash_size : 8 << 20;
    s->reg[0] = (uint32_t)-SELECT;
    s->reg[1] = (uint32_t)s->pflash_size;
    override(s, "flash", "reg", s->reg, 2);
    override_regions(s);
    s->offset[0] = (uint32_t)s->pflash_size / 2; /* the last 8 MiB show the upper half of 16 */
    if (s->pflash_size == 16 << 20) {
        override(s, "mirror3", "zif,offset", s->offset, 1);
    }
    if (s->width) {
        override(s, "flash", "bank-width", &s->width, 1);
    }
    if (s->ids_set) {
        memcpy(s->id_cells, s->ids + 1, sizeof s->id_cells);
        override(s, "flash", "zif,manufacturer", s->ids, 1);
        override(s, "flash", "zif,device-id", s->id_cells, 3);
    }
    s->session.machine.overrides = s->overrides;
    s->session.machine.noverrides = s->noverrides;
    if (s->pflash) {
        s->file = (FlashOption){ (char *)"flash", s->pflash, s->pflash_mode };
        s->flash = (FlashOptions){ .files = &s->file, .nfiles = 1 };
        s->session.flash = &s->flash;
    }
    return true;
}
