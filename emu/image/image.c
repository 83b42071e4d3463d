/* Images: reading a file, finding its format, and the list of segments. See zif/image.h.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "internal.h"

static const size_t max_file = (size_t)1 << 30;

static void *must(void *memory)
{
    if (!memory) {
        zif_bug("out of memory for an image");
    }
    return memory;
}

static bool is_text(const ZifImage *image)
{
    return image->format == ZIF_IMAGE_HEX || image->format == ZIF_IMAGE_SREC;
}

static const char *place(const ZifImage *image, uint64_t where, char *buf, size_t len)
{
    snprintf(buf, len, is_text(image) ? "line %" PRIu64 : "offset 0x%" PRIx64, where);
    return buf;
}

bool zif__image_add(ZifImage *image, uint64_t address, const uint8_t *bytes, size_t size, uint64_t where, Error **errp)
{
    if (!size) {
        return true;
    }
    if (address > UINT32_MAX || size > (uint64_t)UINT32_MAX + 1 - address) {
        char buf[40];
        error_setg(errp, "%s, %s: %zu bytes at address 0x%08" PRIx64 " reach past the end of the 32-bit address space",
                   image->name, place(image, where, buf, sizeof buf), size, address);
        return false;
    }
    if (image->nrecords == image->records_size) {
        image->records_size = image->records_size ? image->records_size * 2 : 64;
        image->records = must(realloc(image->records, image->records_size * sizeof *image->records));
    }
    image->records[image->nrecords++] =
        (ZifRecord){ .address = (uint32_t)address, .size = (uint32_t)size, .bytes = bytes, .where = where };
    return true;
}

bool zif__image_add_copy(ZifImage *image, uint64_t address, const uint8_t *bytes, size_t size, uint64_t where,
                         Error **errp)
{
    if (!image->pool) {
        image->pool_size = image->size / 2 + 1;
        image->pool = must(malloc(image->pool_size));
    }
    if (size > image->pool_size - image->pool_used) {
        zif_bug("%s: more bytes than pairs of digits", image->name);
    }
    uint8_t *copy = image->pool + image->pool_used;
    memcpy(copy, bytes, size);
    image->pool_used += size;
    return zif__image_add(image, address, copy, size, where, errp);
}

static int by_address(const void *a, const void *b)
{
    const ZifRecord *x = a, *y = b;
    if (x->address != y->address) {
        return x->address < y->address ? -1 : 1;
    }
    return x->where < y->where ? -1 : x->where > y->where;
}

/* Sorts the records, refuses overlaps, and joins neighbours in both address and memory into segments. */
static bool make_segments(ZifImage *image, Error **errp)
{
    char here[40], there[40];
    if (!image->nrecords) {
        error_setg(errp, "%s: this %s image holds no bytes to load", image->name, zif_image_format_name(image->format));
        return false;
    }
    qsort(image->records, image->nrecords, sizeof *image->records, by_address);
    image->segments = must(calloc(image->nrecords, sizeof *image->segments));
    for (size_t i = 0; i < image->nrecords; i++) {
        const ZifRecord *r = &image->records[i];
        if (i && (uint64_t)r[-1].address + r[-1].size > r->address) {
            error_setg(errp, "%s: %s and %s overlap: both hold a byte for address 0x%08" PRIx32, image->name,
                       place(image, r[-1].where, there, sizeof there), place(image, r->where, here, sizeof here),
                       r->address);
            return false;
        }
        ZifSegment *last = image->nsegments ? &image->segments[image->nsegments - 1] : NULL;
        if (last && (uint64_t)last->address + last->size == r->address && last->bytes + last->size == r->bytes) {
            last->size += r->size;
        } else {
            image->segments[image->nsegments++] =
                (ZifSegment){ .address = r->address, .size = r->size, .bytes = r->bytes, .where = r->where };
        }
    }
    return true;
}

/* The first line that is not empty begins as a record of the format does. */
static ZifImageFormat find_format(const ZifImage *image)
{
    if (image->size >= 4 && !memcmp(image->data, "\177ELF", 4)) {
        return ZIF_IMAGE_ELF;
    }
    if (image->size >= 8 && !memcmp(image->data, "UF2\n\x57\x51\x5d\x9e", 8)) {
        return ZIF_IMAGE_UF2;
    }
    ZifLines lines;
    zif__lines_init(&lines, image);
    while (zif__lines_next(&lines)) {
        if (!lines.len) {
            continue;
        }
        if (lines.len >= 3 && lines.text[0] == ':' && zif__hex_digit(lines.text[1]) >= 0) {
            return ZIF_IMAGE_HEX;
        }
        if (lines.len >= 3 && lines.text[0] == 'S' && lines.text[1] >= '0' && lines.text[1] <= '9' &&
            zif__hex_digit(lines.text[2]) >= 0) {
            return ZIF_IMAGE_SREC;
        }
        break;
    }
    return ZIF_IMAGE_RAW;
}

static bool read_format(ZifImage *image, const uint32_t *raw_address, Error **errp)
{
    image->format = raw_address ? ZIF_IMAGE_RAW : find_format(image);
    switch (image->format) {
    case ZIF_IMAGE_ELF:
        return zif__read_elf(image, errp);
    case ZIF_IMAGE_HEX:
        return zif__read_hex(image, errp);
    case ZIF_IMAGE_SREC:
        return zif__read_srec(image, errp);
    case ZIF_IMAGE_UF2:
        return zif__read_uf2(image, errp);
    case ZIF_IMAGE_RAW:
        break;
    }
    if (!image->size) {
        error_setg(errp, "%s: the file is empty", image->name);
        return false;
    }
    if (!raw_address) {
        error_setg(errp, "%s: neither ELF, Intel HEX, S-records nor UF2; give raw bytes an address: %s@ADDRESS",
                   image->name, image->name);
        return false;
    }
    return zif__image_add(image, *raw_address, image->data, image->size, 0, errp);
}

/* Takes over `data`. */
static ZifImage *parse(const char *name, uint8_t *data, size_t size, const uint32_t *raw_address, Error **errp)
{
    ZifImage *image = must(calloc(1, sizeof *image));
    image->name = must(strdup(name));
    image->data = data;
    image->size = size;
    if (!read_format(image, raw_address, errp) || !make_segments(image, errp)) {
        zif_image_free(image);
        return NULL;
    }
    return image;
}

ZifImage *zif_image_parse(const char *name, const void *data, size_t size, const uint32_t *raw_address, Error **errp)
{
    uint8_t *copy = must(malloc(size + 1));
    if (size) {
        memcpy(copy, data, size);
    }
    return parse(name, copy, size, raw_address, errp);
}

/* The whole of an open file. NULL and *errp when it cannot be read or is too large. */
static uint8_t *read_all(int fd, const char *name, size_t *size, Error **errp)
{
    size_t room = 0, used = 0;
    uint8_t *data = NULL;
    for (;;) {
        if (used == room) {
            room = room ? room * 2 : 1 << 18;
            data = must(realloc(data, room));
        }
        ssize_t n = read(fd, data + used, room - used);
        if (n == 0) {
            *size = used;
            return data;
        }
        if (n < 0 && errno != EINTR) {
            error_setg_errno(errp, errno, "%s: cannot read the image", name);
            break;
        }
        used += n > 0 ? (size_t)n : 0;
        if (used > max_file) {
            error_setg(errp, "%s: larger than 1 GiB, the most zif reads as a firmware image", name);
            break;
        }
    }
    free(data);
    return NULL;
}

/* Splits FILE@ADDRESS in place. False when there is no address behind the last '@'. */
static bool split_address(char *spec, uint32_t *address, Error **errp, bool *bad)
{
    char *at = strrchr(spec, '@'), *end;
    *bad = false;
    if (!at || at[1] < '0' || at[1] > '9') {
        return false;
    }
    errno = 0;
    unsigned long long value = strtoull(at + 1, &end, 0);
    if (*end) {
        return false;
    }
    if (errno || value > UINT32_MAX) {
        error_setg(errp, "%s: address '%s' does not fit in 32 bits", spec, at + 1);
        *bad = true;
        return false;
    }
    *address = (uint32_t)value;
    *at = '\0';
    return true;
}

static bool exists_up_to(const char *spec, const char *end)
{
    char *path = must(strndup(spec, (size_t)(end - spec)));
    bool exists = !access(path, F_OK);
    free(path);
    return exists;
}

ZifImage *zif_image_open(const char *spec, Error **errp)
{
    char *path = must(strdup(spec));
    uint32_t address;
    bool raw = false, bad = false;
    ZifImage *image = NULL;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        raw = split_address(path, &address, errp, &bad);
        if (raw) {
            fd = open(path, O_RDONLY | O_CLOEXEC);
        }
    }
    if (bad) {
        goto out;
    }
    if (fd < 0) {
        int why = errno;
        const char *at = raw ? NULL : strrchr(path, '@');
        if (at && exists_up_to(path, at)) {
            error_setg(errp, "%s: '%s' is no address in decimal or 0x hexadecimal", path, at + 1);
        } else {
            error_setg_errno(errp, why, "%s: cannot open the image", path);
        }
        goto out;
    }
    size_t size;
    uint8_t *data = read_all(fd, path, &size, errp);
    if (data) {
        image = parse(path, data, size, raw ? &address : NULL, errp);
    }
out:
    if (fd >= 0) {
        close(fd);
    }
    free(path);
    return image;
}

void zif_image_free(ZifImage *image)
{
    if (!image) {
        return;
    }
    zif__debuginfo_free(image->debug);
    free(image->segments);
    free(image->records);
    free(image->pool);
    free(image->data);
    free(image->name);
    free(image);
}

const char *zif_image_name(const ZifImage *image)
{
    return image->name;
}

ZifImageFormat zif_image_format(const ZifImage *image)
{
    return image->format;
}

const char *zif_image_format_name(ZifImageFormat format)
{
    static const char *const names[] = { "ELF", "Intel HEX", "S-record", "UF2", "raw" };
    return names[format];
}

const ZifSegment *zif_image_segments(const ZifImage *image, size_t *count)
{
    *count = image->nsegments;
    return image->segments;
}

bool zif_image_entry(const ZifImage *image, uint32_t *entry)
{
    if (image->has_entry) {
        *entry = image->entry;
    }
    return image->has_entry;
}

ZifImageArch zif_image_arch(const ZifImage *image, const char **name)
{
    *name = image->arch_name;
    return image->arch;
}

const char *zif_image_where(const ZifImage *image, uint32_t address, char *buf, size_t len)
{
    size_t low = 0, high = image->nrecords; /* the last record at or before address is low - 1 */
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (image->records[middle].address <= address) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    const ZifRecord *r = low ? &image->records[low - 1] : NULL;
    if (!r || address - r->address >= r->size) {
        snprintf(buf, len, "%s", image->name);
        return buf;
    }
    char there[40];
    snprintf(buf, len, "%s, %s", image->name,
             place(image, is_text(image) ? r->where : r->where + (address - r->address), there, sizeof there));
    return buf;
}

bool zif_image_load(const ZifImage *image, const char *board, ZifImageWrite *write, void *opaque, Error **errp)
{
    for (size_t i = 0; i < image->nsegments; i++) {
        const ZifSegment *s = &image->segments[i];
        size_t done = write(opaque, s->address, s->bytes, s->size);
        if (done < s->size) {
            char where[512];
            uint32_t address = s->address + (uint32_t)done;
            error_setg(errp, "%s: address 0x%08" PRIx32 " is outside any memory of %s",
                       zif_image_where(image, address, where, sizeof where), address, board);
            return false;
        }
    }
    return true;
}

bool zif_image_disjoint(const ZifImage *a, const ZifImage *b, Error **errp)
{
    size_t i = 0, j = 0;
    while (i < a->nsegments && j < b->nsegments) {
        const ZifSegment *x = &a->segments[i], *y = &b->segments[j];
        if ((uint64_t)x->address + x->size <= y->address) {
            i++;
        } else if ((uint64_t)y->address + y->size <= x->address) {
            j++;
        } else {
            uint32_t address = x->address > y->address ? x->address : y->address;
            char first[512], second[512];
            error_setg(errp, "images overlap: %s and %s both hold a byte for address 0x%08" PRIx32,
                       zif_image_where(a, address, first, sizeof first),
                       zif_image_where(b, address, second, sizeof second), address);
            return false;
        }
    }
    return true;
}
