/*
 * Snapshots in files.
 *
 *   "ZIFSNAP" 0, then chunks, the last one "end". A chunk: u32 length of its name, the name, u64 raw size, u64 stored size,
 *   u64 XXH3 of the stored bytes (seeded with the raw size), the bytes compressed with zstd. Numbers are little-endian. The first chunk, "fit", holds the
 *   numbers that must agree with the machine the file is loaded into.
 *
 * Loading checks everything before it touches the machine. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <errno.h>
#include <libfdt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xxhash.h>
#include <zstd.h>
#include "snapshot.h"

static const char magic[8] = "ZIFSNAP";
enum { FORMAT = 1, NAME_MAX_LENGTH = 200, LEVEL = 3 };

/* What must agree; `states` covers names and sizes of every device's and the core's state. */
typedef struct {
    uint64_t format, board, states;
} Fit;

typedef struct {
    uint64_t random;
    uint64_t resets, power_cycles;
    uint64_t exited;
    int64_t exit_code;
    ZifTimelineState timeline;
} General;

static Fit fit_of(const ZifSnapshot *s)
{
    ZifMachine *m = s->m;
    XXH64_hash_t states = zif__cpu_state_size(m);
    for (size_t i = 0; i < s->ndevices; i++) {
        const ZifDevice *dev = m->kit.devices[i];
        states = XXH3_64bits_withSeed(dev->cls->name, strlen(dev->cls->name), states);
        states = XXH3_64bits_withSeed(dev->name, strlen(dev->name), states) + zif__device_state_size(dev);
    }
    return (Fit){ FORMAT, XXH3_64bits(m->fdt, fdt_totalsize(m->fdt)), states };
}

static General general_of(const ZifSnapshot *s)
{
    General g;
    memset(&g, 0, sizeof g); /* padding too: equal machines give equal files */
    g.random = s->random;
    g.resets = s->resets;
    g.power_cycles = s->power_cycles;
    g.exited = s->exited;
    g.exit_code = s->exit_code;
    g.timeline = s->timeline;
    return g;
}

/* Calls fn for every chunk of a snapshot but "fit" and "general", in a fixed order; false from fn ends it. Names are unique. */
static bool each_chunk(ZifSnapshot *s,
                       bool (*fn)(void *opaque, const char *name, void **bytes, size_t *size, bool is_line),
                       void *opaque)
{
    char name[NAME_MAX_LENGTH + 1];
    size_t size = zif__cpu_state_size(s->m);
    bool ok = fn(opaque, "cpu", &s->cpu, &size, false);
    for (size_t i = 0; ok && i < s->ndevices; i++) {
        size = zif__device_state_size(s->m->kit.devices[i]);
        snprintf(name, sizeof name, "device %zu %s", i, s->m->kit.devices[i]->name);
        ok = fn(opaque, name, &s->devices[i], &size, false);
    }
    for (unsigned i = 0; ok && i < s->nlines; i++) {
        snprintf(name, sizeof name, "line %u %s", i, zif_serial_name(s->m->lines[i]));
        ok = fn(opaque, name, &s->lines[i], &s->line_sizes[i], true);
    }
    for (unsigned i = 0; ok && i < s->nblocks; i++) {
        snprintf(name, sizeof name, "memory %u %s", i, memory_region_name(s->blocks[i].mr));
        void *bytes = s->blocks[i].bytes;
        ok = fn(opaque, name, &bytes, &s->blocks[i].size, false);
        s->blocks[i].bytes = bytes;
    }
    return ok;
}

/* --- Storing ------------------------------------------------------------------------------------------------------------- */

static void put_number(FILE *out, uint64_t value, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++) {
        putc((int)(value >> 8 * i & 0xFF), out);
    }
}

static bool store_chunk(void *opaque, const char *name, void **bytes, size_t *size, bool is_line)
{
    FILE *out = opaque;
    size_t room = ZSTD_compressBound(*size);
    void *packed = malloc(room);
    size_t stored = packed ? ZSTD_compress(packed, room, *bytes, *size, LEVEL) : 0;
    bool ok = packed && !ZSTD_isError(stored);
    if (ok) {
        put_number(out, strlen(name), 4);
        fputs(name, out);
        put_number(out, *size, 8);
        put_number(out, stored, 8);
        put_number(out, XXH3_64bits_withSeed(packed, stored, *size), 8);
        fwrite(packed, 1, stored, out);
    }
    free(packed);
    return ok;
}

static bool store_value(FILE *out, const char *name, void *value, size_t size)
{
    return store_chunk(out, name, &value, &size, false);
}

bool zif_machine_save_file(ZifMachine *m, const char *path, Error **errp)
{
    char *temporary = NULL;
    if (asprintf(&temporary, "%s.part", path) < 0) {
        error_setg(errp, "out of memory for a snapshot");
        return false;
    }
    FILE *out = fopen(temporary, "wb");
    if (!out) {
        error_setg_errno(errp, errno, "cannot create snapshot %s", temporary);
        free(temporary);
        return false;
    }
    ZifSnapshot *s = zif_machine_snapshot(m);
    ZifMemoryContext *before = zif__enter(m);
    Fit fit = fit_of(s);
    General general = general_of(s);
    fwrite(magic, 1, sizeof magic, out);
    bool ok = store_value(out, "fit", &fit, sizeof fit) && store_value(out, "general", &general, sizeof general) &&
              each_chunk(s, store_chunk, out) && store_value(out, "end", &fit, 0);
    ok &= !ferror(out);
    ok &= !fclose(out);
    if (!ok || rename(temporary, path)) {
        error_setg_errno(errp, errno, "cannot write snapshot %s", path);
        unlink(temporary);
        ok = false;
    }
    zif__leave(before);
    zif_snapshot_free(s);
    free(temporary);
    return ok;
}

/* --- Loading --------------------------------------------------------------------------------------------------------------- */

typedef struct {
    const char *path;
    const uint8_t *bytes;
    size_t size, at;
    Error **errp;
} Reader;

static bool refuse(Reader *r, const char *what)
{
    error_setg(r->errp, "snapshot %s: %s (offset %zu)", r->path, what, r->at);
    return false;
}

static bool take_number(Reader *r, unsigned bytes, uint64_t *value)
{
    if (r->size - r->at < bytes) {
        return false;
    }
    *value = 0;
    for (unsigned i = bytes; i-- > 0;) {
        *value = *value << 8 | r->bytes[r->at + i];
    }
    r->at += bytes;
    return true;
}

/* The next chunk, which must have this name. Without a `fixed` size any up to 16 MiB is taken (what waits on a serial line). */
static bool take_chunk(Reader *r, const char *name, bool any_size, void **bytes, size_t *size)
{
    enum { MOST = 16 << 20 };
    uint64_t len, raw, stored, sum;
    size_t start = r->at;
    if (!take_number(r, 4, &len) || len > NAME_MAX_LENGTH || r->size - r->at < len) {
        return refuse(r, "truncated or damaged");
    }
    if (len != strlen(name) || memcmp(r->bytes + r->at, name, len)) {
        error_setg(r->errp, "snapshot %s: holds '%.*s' where this machine has '%s'", r->path, (int)len,
                   (const char *)r->bytes + r->at, name);
        return false;
    }
    r->at += len;
    if (!take_number(r, 8, &raw) || !take_number(r, 8, &stored) || !take_number(r, 8, &sum) ||
        r->size - r->at < stored) {
        r->at = start;
        return refuse(r, "truncated or damaged");
    }
    if (any_size ? raw > MOST : raw != *size) {
        error_setg(r->errp, "snapshot %s: '%s' has %llu bytes where this machine has %zu", r->path, name,
                   (unsigned long long)raw, *size);
        return false;
    }
    if (XXH3_64bits_withSeed(r->bytes + r->at, stored, raw) != sum) {
        r->at = start;
        return refuse(r, "checksum wrong: the file is damaged");
    }
    void *unpacked = malloc(raw + 1);
    if (!unpacked || ZSTD_decompress(unpacked, raw, r->bytes + r->at, stored) != raw) {
        free(unpacked);
        return refuse(r, "a chunk cannot be unpacked");
    }
    r->at += stored;
    free(*bytes);
    *bytes = unpacked;
    *size = raw;
    return true;
}

static bool load_chunk(void *opaque, const char *name, void **bytes, size_t *size, bool is_line)
{
    Reader *r = opaque;
    if (!take_chunk(r, name, is_line, bytes, size)) {
        return false;
    }
    return !is_line || zif__serial_state_ok(*bytes, *size) || refuse(r, "a serial line's queue contradicts itself");
}

static bool take_value(Reader *r, const char *name, void *value, size_t size)
{
    void *bytes = NULL;
    bool ok = take_chunk(r, name, false, &bytes, &size);
    if (ok) {
        memcpy(value, bytes, size);
    }
    free(bytes);
    return ok;
}

static bool load_all(Reader *r, ZifSnapshot *s)
{
    Fit fit, here = fit_of(s);
    General general;
    if (r->size < sizeof magic || memcmp(r->bytes, magic, sizeof magic)) {
        return refuse(r, "this is not a zif snapshot");
    }
    r->at = sizeof magic;
    if (!take_value(r, "fit", &fit, sizeof fit)) {
        return false;
    }
    if (fit.format != here.format) {
        return refuse(r, "made by a zif with another snapshot format");
    }
    if (fit.board != here.board) {
        return refuse(r, "of another board");
    }
    if (fit.states != here.states) {
        return refuse(r, "made by another build of zif, whose devices differ");
    }
    if (!take_value(r, "general", &general, sizeof general) || !each_chunk(s, load_chunk, r) ||
        !take_value(r, "end", &fit, 0)) {
        return false;
    }
    s->random = general.random;
    s->resets = (unsigned)general.resets;
    s->power_cycles = (unsigned)general.power_cycles;
    s->exited = general.exited != 0;
    s->exit_code = (int)general.exit_code;
    s->timeline = general.timeline;
    return general.timeline.hz || refuse(r, "the clock rate is zero");
}

static bool read_file(const char *path, uint8_t **bytes, size_t *size, Error **errp)
{
    FILE *in = fopen(path, "rb");
    FILE *all = in ? open_memstream((char **)bytes, size) : NULL;
    char buf[65536];
    size_t n;
    if (!all) {
        error_setg_errno(errp, errno, "cannot open snapshot %s", path);
        if (in) {
            fclose(in);
        }
        return false;
    }
    while ((n = fread(buf, 1, sizeof buf, in)) > 0) {
        fwrite(buf, 1, n, all);
    }
    bool bad = ferror(in);
    fclose(in);
    bad |= fclose(all) != 0;
    if (bad) {
        error_setg_errno(errp, errno, "cannot read snapshot %s", path);
        free(*bytes);
    }
    return !bad;
}

bool zif_machine_load_file(ZifMachine *m, const char *path, Error **errp)
{
    Reader r = { .path = path, .errp = errp };
    uint8_t *bytes = NULL;
    if (!read_file(path, &bytes, &r.size, errp)) {
        return false;
    }
    r.bytes = bytes;
    /* A snapshot of the machine as it is has every size right; the file's contents take the place of its own. */
    ZifSnapshot *s = zif_machine_snapshot(m);
    ZifMemoryContext *before = zif__enter(m);
    bool ok = load_all(&r, s);
    zif__leave(before);
    m->log_base = NULL; /* memory no longer is what the snapshot holds: copy all of it */
    if (ok) {
        free(s->hash);
        s->hash = NULL;
        free(s->displays); /* so are the times of frames: they follow from the devices */
        s->displays = NULL;
        zif_machine_restore(m, s);
    }
    zif_snapshot_free(s);
    free(bytes);
    return ok;
}
