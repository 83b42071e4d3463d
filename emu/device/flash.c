/*
 * Cells that keep their contents without power: see zif/flash.h.
 *
 * A file becomes the cells by being mapped over them, so that nothing else has to know and a process that is killed leaves in it what it
 * had done. Torn steps follow what data sheets and the literature say of NOR cells cut short: a program step leaves any subset of its
 * bits done in the unit it was at; an erase first programs, then erases, and leaves any mixture. (H.-W. Tseng, L. Grupp, S. Swanson,
 * "Understanding the Impact of Power Loss on Flash Memory", DAC 2011.)
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zif/random.h>
#include "flash.h"

/* --- What a step does to cells ---------------------------------------------------------------------------------------- */

static uint64_t place(const ZifFlashStep *s, uint32_t i)
{
    return s->lane ? s->offset + (uint64_t)(i / s->lane) * s->stride + i % s->lane : s->offset + i;
}

uint64_t zif_flash_reach(const ZifFlashStep *s)
{
    return s->len ? place(s, s->len - 1) + 1 - s->offset : 0;
}

static uint8_t wanted(const ZifFlashStep *s, uint32_t i, uint8_t old)
{
    return s->kind == ZIF_FLASH_ERASE ? 0xff : s->kind == ZIF_FLASH_WRITE ? s->data[i] : old & s->data[i];
}

void zif_flash_apply(const ZifFlashStep *s, uint8_t *cells)
{
    if (s->kind == ZIF_FLASH_ERASE && !s->lane) {
        memset(cells + s->offset, 0xff, s->len);
        return;
    }
    for (uint32_t i = 0; i < s->len; i++) {
        uint8_t *cell = &cells[place(s, i)];
        *cell = wanted(s, i, *cell);
    }
}

/* Bits that are 1 with a probability of `eighths` / 8. */
static uint8_t random_bits(uint64_t *state, unsigned eighths)
{
    uint64_t r = zif__splitmix64(state);
    uint8_t a = (uint8_t)r, b = (uint8_t)(r >> 8), c = (uint8_t)(r >> 16), bits = 0;
    for (unsigned i = 0; i < 8; i++) {
        unsigned n = (a >> i & 1) << 2 | (b >> i & 1) << 1 | (c >> i & 1);
        bits |= (uint8_t)((n < eighths) << i);
    }
    return bits;
}

void zif_flash_tear(const ZifFlashStep *s, uint32_t unit, uint8_t *cells, uint64_t seed)
{
    uint64_t state = seed;
    if (!s->len) {
        return;
    }
    if (s->kind == ZIF_FLASH_ERASE) {
        /* An erase acts on the whole sector at once: every bit is anywhere on its way; how far is the same for all. */
        unsigned far = (unsigned)(zif__splitmix64(&state) % 9);
        for (uint32_t i = 0; i < s->len; i++) {
            uint8_t *cell = &cells[place(s, i)];
            *cell |= random_bits(&state, far);
        }
        return;
    }
    unit = unit ? unit : 1;
    uint32_t units = (s->len + unit - 1) / unit, at = (uint32_t)(zif__splitmix64(&state) % units) * unit;
    for (uint32_t i = 0; i < s->len && i < at + unit; i++) {
        uint8_t *cell = &cells[place(s, i)], now = wanted(s, i, *cell);
        uint8_t done = i < at ? 0xff : random_bits(&state, 4);
        *cell = (uint8_t)((*cell & ~done) | (now & done));
    }
}

const char *zif_flash_kind_name(ZifFlashKind kind)
{
    static const char *const names[] = { "program", "erase", "write" };
    return names[kind];
}

/* --- Life ------------------------------------------------------------------------------------------------------------- */

static bool count_sectors(ZifFlash *f, const ZifFlashConfig *c, Error **errp)
{
    uint64_t size = 0;
    for (unsigned i = 0; i < ZIF_FLASH_RUNS && c->sectors[i].count; i++) {
        f->runs[i] = c->sectors[i];
        f->nsectors += c->sectors[i].count;
        size += (uint64_t)c->sectors[i].count * c->sectors[i].size;
    }
    if (f->nsectors && size != f->size) {
        error_setg(errp, "%s: its sectors are 0x%llx bytes, the flash 0x%llx", f->name, (unsigned long long)size,
                   (unsigned long long)f->size);
        return false;
    }
    return true;
}

ZifFlash *zif_flash_new(ZifDevice *dev, const ZifFlashConfig *config, Error **errp)
{
    ZifKit *kit = dev->core->kit;
    ZifFlash *f = calloc(1, sizeof *f);
    Error *err = NULL;
    f->dev = dev;
    f->name = strdup(config->name ? config->name : dev->name);
    f->unit = config->unit ? config->unit : 1;
    f->fd = -1;
    f->region = config->region;
    if (!f->region) {
        f->region = zif_new_region(dev);
        memory_region_init_ram(f->region, dev->owner, f->name, config->size, &err);
    }
    if (!err) {
        f->size = memory_region_size(f->region);
        f->cells = memory_region_get_ram_ptr(f->region);
        count_sectors(f, config, &err);
    }
    if (err) {
        error_propagate(errp, err);
        free(f->name);
        free(f);
        return NULL;
    }
    f->erased = calloc(f->nsectors + 1, sizeof *f->erased);
    memset(f->cells, 0xff, f->size);
    f->next = kit->flashes;
    kit->flashes = f;
    return f;
}

void zif__flash_free(ZifDevice *dev)
{
    for (ZifFlash **at = &dev->core->kit->flashes; *at;) {
        ZifFlash *f = *at;
        if (f->dev != dev) {
            at = &f->next;
            continue;
        }
        *at = f->next;
        if (f->fd >= 0) {
            close(f->fd);
        }
        free(f->erased);
        free(f->name);
        free(f);
    }
}

/* --- Steps ------------------------------------------------------------------------------------------------------------ */

/* The guest's translated code, dirty logs and snapshots learn of it. */
static void changed(ZifFlash *f, const ZifFlashStep *s)
{
    memory_region_set_dirty(f->region, s->offset, zif_flash_reach(s));
}

static void check(const ZifFlash *f, const ZifFlashStep *s)
{
    if (s->offset > f->size || zif_flash_reach(s) > f->size - s->offset ||
        (s->kind != ZIF_FLASH_ERASE && s->len > ZIF_FLASH_STEP_BYTES)) {
        zif_bug("%s: a step of %u bytes at 0x%llx does not fit its 0x%llx bytes", f->name, s->len,
                (unsigned long long)s->offset, (unsigned long long)f->size);
    }
}

/* The run of sectors a step is in: calls fn for each sector that starts within the step. */
static void each_sector(ZifFlash *f, const ZifFlashStep *s,
                        void (*fn)(ZifFlash *f, uint32_t n, uint64_t start, uint64_t size))
{
    uint64_t start = 0, end = s->offset + zif_flash_reach(s);
    uint32_t n = 0;
    for (unsigned r = 0; r < ZIF_FLASH_RUNS && f->runs[r].count; r++) {
        uint64_t size = f->runs[r].size;
        uint32_t first = s->offset <= start ? 0 : (uint32_t)((s->offset - start + size - 1) / size);
        for (uint32_t i = first; i < f->runs[r].count && start + i * size < end; i++) {
            fn(f, n + i, start + i * size, size);
        }
        n += f->runs[r].count;
        start += f->runs[r].count * size;
    }
}

/* Cells of a worn sector: one in 2048 bits for each erase past the limit stays at 0, always the same ones. */
static void wear(ZifFlash *f, uint32_t n, uint64_t start, uint64_t size)
{
    f->erased[n] += f->erased[n] != UINT32_MAX;
    if (!f->endurance || f->erased[n] <= f->endurance) {
        return;
    }
    uint64_t state = f->dev->core->number * 0x10001u + n, bad = size * 8 / 2048 + 1;
    uint64_t most = (uint64_t)(f->erased[n] - f->endurance) * bad;
    for (uint64_t i = 0; i < most && i < size * 8; i++) {
        uint64_t bit = zif__splitmix64(&state) % (size * 8);
        f->cells[start + bit / 8] &= (uint8_t) ~(1u << bit % 8);
    }
    f->failed = true;
}

static bool carry_out(ZifFlash *f, const ZifFlashStep *s)
{
    bool ok = true;
    if (f->mode == ZIF_FLASH_FILE_RO) {
        return false;
    }
    for (uint32_t i = 0; s->kind == ZIF_FLASH_PROGRAM && i < s->len && ok; i++) {
        ok = !(s->data[i] & ~f->cells[place(s, i)]);
    }
    zif_flash_apply(s, f->cells);
    if (s->kind == ZIF_FLASH_ERASE && (!s->lane || s->offset % s->stride < s->lane)) {
        /* Chips side by side are erased together: the first one counts for the sector they share. */
        f->failed = false;
        each_sector(f, s, wear);
        ok = !f->failed;
    }
    changed(f, s);
    return ok;
}

static void announce(ZifFlash *f, const ZifFlashStep *s)
{
    ZifKit *kit = f->dev->core->kit;
    f->steps++;
    if (kit->on_flash_step) {
        kit->on_flash_step(kit->on_flash_step_opaque, f, s);
    }
}

bool zif_flash_do(ZifFlash *f, const ZifFlashStep *step)
{
    check(f, step);
    announce(f, step);
    return carry_out(f, step);
}

static ZifFlashStep *slot_of(ZifFlash *f, unsigned slot)
{
    if (slot >= ZIF_FLASH_STEPS) {
        zif_bug("%s: there is no slot %u", f->name, slot);
    }
    return f->busy[slot] ? &f->pending[slot] : NULL;
}

void zif_flash_start(ZifFlash *f, unsigned slot, const ZifFlashStep *step)
{
    check(f, step);
    if (slot_of(f, slot)) {
        zif_bug("%s: a step was started while another one was in slot %u", f->name, slot);
    }
    f->pending[slot] = *step;
    if (step->data) {
        memcpy(f->data[slot], step->data, step->len);
        f->pending[slot].data = f->data[slot];
    }
    f->busy[slot] = true;
    announce(f, &f->pending[slot]);
}

bool zif_flash_finish(ZifFlash *f, unsigned slot)
{
    const ZifFlashStep *s = slot_of(f, slot);
    f->busy[slot] = false;
    return !s || carry_out(f, s);
}

void zif_flash_abort(ZifFlash *f, unsigned slot)
{
    const ZifFlashStep *s = slot_of(f, slot);
    f->busy[slot] = false;
    if (s && f->mode != ZIF_FLASH_FILE_RO) {
        zif_flash_tear(s, f->unit, f->cells, (uint64_t)zif_random(f->dev) << 32 | zif_random(f->dev));
        changed(f, s);
    }
}

bool zif_flash_busy(const ZifFlash *f, unsigned slot)
{
    return slot < ZIF_FLASH_STEPS && f->busy[slot];
}

void zif__flash_power_lost(ZifKit *kit)
{
    for (ZifFlash *f = kit->flashes; f; f = f->next) {
        for (unsigned i = 0; i < ZIF_FLASH_STEPS; i++) {
            zif_flash_abort(f, i);
        }
    }
}

/* --- Looking, files, damage ------------------------------------------------------------------------------------------- */

const uint8_t *zif_flash_cells(const ZifFlash *f)
{
    return f->cells;
}

const char *zif_flash_name(const ZifFlash *f)
{
    return f->name;
}

ZifDevice *zif_flash_device(const ZifFlash *f)
{
    return f->dev;
}

uint64_t zif_flash_size(const ZifFlash *f)
{
    return f->size;
}

uint32_t zif_flash_unit(const ZifFlash *f)
{
    return f->unit;
}

uint32_t zif_flash_nsectors(const ZifFlash *f)
{
    return f->nsectors;
}

void zif_flash_sector(const ZifFlash *f, uint32_t n, uint64_t *start, uint64_t *size, uint32_t *erased)
{
    uint64_t base = 0;
    if (n >= f->nsectors) {
        zif_bug("%s: there is no sector %u", f->name, n);
    }
    *erased = f->erased[n];
    for (unsigned r = 0;; r++) {
        if (n < f->runs[r].count) {
            *size = f->runs[r].size;
            *start = base + n * *size;
            return;
        }
        n -= f->runs[r].count;
        base += (uint64_t)f->runs[r].count * f->runs[r].size;
    }
}

void zif_flash_set_erased(ZifFlash *f, uint32_t n, uint32_t erased)
{
    if (n < f->nsectors) {
        f->erased[n] = erased;
    }
}

void zif_flash_keep(ZifFlash *f, uint8_t *bytes, size_t size)
{
    unsigned i = 0;
    while (i < ZIF_FLASH_KEPT && f->kept[i].size) {
        i++;
    }
    if (i == ZIF_FLASH_KEPT) {
        zif_bug("%s: more than %d ranges beside its cells", f->name, ZIF_FLASH_KEPT);
    }
    f->kept[i].bytes = bytes;
    f->kept[i].size = size;
}

uint8_t *zif_flash_kept(ZifFlash *f, size_t n)
{
    for (unsigned i = 0; i < ZIF_FLASH_KEPT; i++) {
        if (n < f->kept[i].size) {
            return f->kept[i].bytes + n;
        }
        n -= f->kept[i].size;
    }
    return NULL;
}

uint64_t zif_flash_steps(const ZifFlash *f)
{
    return f->steps;
}

void zif_flash_set_cells(ZifFlash *f, uint64_t offset, const uint8_t *cells, uint64_t len)
{
    if (offset > f->size || len > f->size - offset) {
        zif_bug("%s: 0x%llx cells at 0x%llx are not within it", f->name, (unsigned long long)len,
                (unsigned long long)offset);
    }
    memcpy(f->cells + offset, cells, len);
    memory_region_set_dirty(f->region, offset, len);
}

void zif_flash_flip(ZifFlash *f, uint64_t offset, unsigned bit)
{
    if (offset < f->size && f->mode != ZIF_FLASH_FILE_RO) {
        f->cells[offset] ^= (uint8_t)(1u << bit % 8);
        memory_region_set_dirty(f->region, offset, 1);
    }
}

void zif_flash_set_endurance(ZifFlash *f, uint32_t erases)
{
    f->endurance = erases;
}

bool zif_flash_attached(const ZifFlash *f)
{
    return f->fd >= 0;
}

/* Makes a new file erased. */
static bool fill_file(int fd, uint64_t size)
{
    uint8_t blank[4096];
    memset(blank, 0xff, sizeof blank);
    for (uint64_t at = 0; at < size;) {
        size_t n = size - at < sizeof blank ? (size_t)(size - at) : sizeof blank;
        ssize_t done = write(fd, blank, n);
        if (done <= 0) {
            return false;
        }
        at += (uint64_t)done;
    }
    return true;
}

bool zif_flash_attach(ZifFlash *f, const char *path, ZifFlashFile mode, Error **errp)
{
    bool rw = mode == ZIF_FLASH_FILE_RW;
    struct stat st;
    if (f->fd >= 0) {
        error_setg(errp, "%s: flash \"%s\" has a file already", path, f->name);
        return false;
    }
    int fd = open(path, (rw ? O_RDWR | O_CREAT : O_RDONLY) | O_CLOEXEC, 0666);
    if (fd < 0 || fstat(fd, &st) < 0) {
        error_setg(errp, "%s: cannot be opened: %s", path, strerror(errno));
    } else if (!S_ISREG(st.st_mode)) {
        error_setg(errp, "%s: not a plain file", path);
    } else if (st.st_size == 0 && rw ? !fill_file(fd, f->size) : false) {
        error_setg(errp, "%s: cannot be written: %s", path, strerror(errno));
    } else if (st.st_size && (uint64_t)st.st_size != f->size) {
        error_setg(errp, "%s: %lld bytes, but flash \"%s\" has %llu", path, (long long)st.st_size, f->name,
                   (unsigned long long)f->size);
    } else if (!st.st_size && !rw) {
        error_setg(errp, "%s: empty, but flash \"%s\" has %llu bytes", path, f->name, (unsigned long long)f->size);
    } else if (mmap(f->cells, f->size, PROT_READ | PROT_WRITE, (rw ? MAP_SHARED : MAP_PRIVATE) | MAP_FIXED, fd, 0) ==
               MAP_FAILED) {
        error_setg(errp, "%s: cannot be mapped: %s", path, strerror(errno));
    } else {
        f->fd = fd;
        f->mode = mode;
        memory_region_set_dirty(f->region, 0, f->size);
        return true;
    }
    if (fd >= 0) {
        close(fd);
    }
    return false;
}

/* --- Snapshots: the steps under way and the wear; the cells are memory -------------------------------------------------- */

typedef struct {
    uint64_t steps;
    ZifFlashStep pending[ZIF_FLASH_STEPS];
    uint8_t data[ZIF_FLASH_STEPS][ZIF_FLASH_STEP_BYTES];
    bool busy[ZIF_FLASH_STEPS];
} SavedFlash;

size_t zif__flash_state_size(const ZifDevice *dev)
{
    size_t size = 0;
    for (const ZifFlash *f = dev->core->kit->flashes; f; f = f->next) {
        size += f->dev == dev ? sizeof(SavedFlash) + f->nsectors * sizeof *f->erased : 0;
    }
    return size;
}

uint8_t *zif__flash_save(const ZifDevice *dev, uint8_t *at)
{
    for (const ZifFlash *f = dev->core->kit->flashes; f; f = f->next) {
        SavedFlash s;
        if (f->dev != dev) {
            continue;
        }
        memset(&s, 0, sizeof s);
        s.steps = f->steps;
        for (unsigned i = 0; i < ZIF_FLASH_STEPS; i++) {
            const ZifFlashStep *p = &f->pending[i];
            s.busy[i] = f->busy[i];
            if (f->busy[i]) {
                s.pending[i].kind = p->kind;
                s.pending[i].offset = p->offset;
                s.pending[i].len = p->len;
                s.pending[i].lane = p->lane;
                s.pending[i].stride = p->stride;
                memcpy(s.data[i], f->data[i], p->data ? p->len : 0);
            }
        }
        memcpy(at, &s, sizeof s);
        at += sizeof s;
        memcpy(at, f->erased, f->nsectors * sizeof *f->erased);
        at += f->nsectors * sizeof *f->erased;
    }
    return at;
}

const uint8_t *zif__flash_restore(ZifDevice *dev, const uint8_t *at)
{
    for (ZifFlash *f = dev->core->kit->flashes; f; f = f->next) {
        SavedFlash s;
        if (f->dev != dev) {
            continue;
        }
        memcpy(&s, at, sizeof s);
        at += sizeof s;
        f->steps = s.steps;
        memcpy(f->data, s.data, sizeof f->data);
        for (unsigned i = 0; i < ZIF_FLASH_STEPS; i++) {
            f->busy[i] = s.busy[i];
            f->pending[i] = s.pending[i];
            f->pending[i].data = s.pending[i].kind == ZIF_FLASH_ERASE ? NULL : f->data[i];
        }
        memcpy(f->erased, at, f->nsectors * sizeof *f->erased);
        at += f->nsectors * sizeof *f->erased;
    }
    return at;
}
