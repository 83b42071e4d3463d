/*
 * PNG files through libpng's simplified interface. See zif/png.h. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <errno.h>
#include <png.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zif/png.h>
#include "display.h"

enum { CHANNELS = 3, MOST_BYTES = 64 << 20 };

ZifPicture *zif_picture_new(unsigned width, unsigned height)
{
    ZifPicture *p = zif__picture_memory(calloc(1, sizeof *p));
    *p = (ZifPicture){ .width = width, .height = height, .last = height - 1 };
    p->pixels = zif__picture_memory(calloc((size_t)width * height + 1, sizeof *p->pixels));
    return p;
}

void zif_picture_free(ZifPicture *picture)
{
    if (picture) {
        free(picture->pixels);
        free(picture);
    }
}

/* --- Writing ---------------------------------------------------------------------------------------------------------------- */

/* The file's bytes; NULL and *errp when libpng cannot. */
static void *encode(const ZifPicture *p, size_t *size, Error **errp)
{
    size_t n = (size_t)p->width * p->height;
    uint8_t *levels = zif__picture_memory(malloc(n * CHANNELS));
    for (size_t i = 0; i < n; i++) {
        levels[i * CHANNELS] = (uint8_t)(p->pixels[i] >> 16);
        levels[i * CHANNELS + 1] = (uint8_t)(p->pixels[i] >> 8);
        levels[i * CHANNELS + 2] = (uint8_t)p->pixels[i];
    }
    png_image image = {
        .version = PNG_IMAGE_VERSION, .width = p->width, .height = p->height, .format = PNG_FORMAT_RGB
    };
    png_alloc_size_t room = PNG_IMAGE_PNG_SIZE_MAX(image);
    void *bytes = zif__picture_memory(malloc(room));
    bool ok = png_image_write_to_memory(&image, bytes, &room, 0, levels, 0, NULL);
    free(levels);
    if (!ok) {
        error_setg(errp, "%s", image.message);
        free(bytes);
        return NULL;
    }
    *size = room;
    return bytes;
}

bool zif_png_write(const char *path, const ZifPicture *picture, Error **errp)
{
    char *temporary;
    size_t size;
    if (!picture->width || !picture->height) {
        error_setg(errp, "%s: the display shows nothing", path);
        return false;
    }
    Error *err = NULL;
    void *bytes = encode(picture, &size, &err);
    if (!bytes) {
        error_prepend(&err, "%s", path);
        error_propagate(errp, err);
        return false;
    }
    if (asprintf(&temporary, "%s.%ld", path, (long)getpid()) < 0) {
        zif_bug("out of memory for a name");
    }
    FILE *f = fopen(temporary, "wb");
    bool ok = f && fwrite(bytes, 1, size, f) == size;
    ok = f && fclose(f) == 0 && ok && rename(temporary, path) == 0;
    if (!ok) {
        error_setg_errno(errp, errno, "%s cannot be written", path);
        if (f) {
            unlink(temporary);
        }
    }
    free(temporary);
    free(bytes);
    return ok;
}

/* --- Reading ---------------------------------------------------------------------------------------------------------------- */

ZifPicture *zif_png_parse(const void *bytes, size_t size, Error **errp)
{
    png_image image = { .version = PNG_IMAGE_VERSION };
    if (!png_image_begin_read_from_memory(&image, bytes, size)) {
        error_setg(errp, "no PNG picture: %s", image.message);
        return NULL;
    }
    if (image.width > ZIF_PNG_MOST_PIXELS || image.height > ZIF_PNG_MOST_PIXELS) {
        error_setg(errp, "a picture of %u by %u pixels; at most %d each way are read", image.width, image.height,
                   ZIF_PNG_MOST_PIXELS);
        png_image_free(&image);
        return NULL;
    }
    ZifPicture *p = zif_picture_new(image.width, image.height);
    size_t n = (size_t)p->width * p->height;
    uint8_t *levels = zif__picture_memory(malloc(n * CHANNELS));
    image.format = PNG_FORMAT_RGB;
    if (!png_image_finish_read(&image, &(png_color){ 0 }, levels, 0, NULL)) {
        error_setg(errp, "a damaged PNG picture: %s", image.message);
        zif_picture_free(p);
        free(levels);
        return NULL;
    }
    for (size_t i = 0; i < n; i++) {
        const uint8_t *at = levels + i * CHANNELS;
        p->pixels[i] = (uint32_t)at[0] << 16 | (uint32_t)at[1] << 8 | at[2];
    }
    free(levels);
    return p;
}

ZifPicture *zif_png_read(const char *path, Error **errp)
{
    FILE *f = fopen(path, "rb");
    uint8_t *bytes = NULL;
    size_t size = 0, room = 0;
    errno = 0;
    while (f && size == room && room < MOST_BYTES) {
        room = room ? room * 2 : 65536;
        bytes = zif__picture_memory(realloc(bytes, room));
        size += fread(bytes + size, 1, room - size, f);
    }
    ZifPicture *p = NULL;
    if (!f || ferror(f)) {
        error_setg_errno(errp, errno, "%s cannot be read", path);
    } else if (size == MOST_BYTES) {
        error_setg(errp, "%s: more than %d bytes, too many for a picture", path, MOST_BYTES - 1);
    } else {
        Error *err = NULL;
        p = zif_png_parse(bytes, size, &err);
        error_prepend(&err, "%s", path);
        error_propagate(errp, err);
    }
    if (f) {
        fclose(f);
    }
    free(bytes);
    return p;
}
