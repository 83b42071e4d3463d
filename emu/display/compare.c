/* How two pictures differ. See zif/png.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <zif/png.h>

/* The largest difference of a level. */
static unsigned apart(uint32_t a, uint32_t b)
{
    unsigned most = 0;
    for (unsigned shift = 0; shift < 24; shift += 8) {
        int by = abs((int)(a >> shift & 0xff) - (int)(b >> shift & 0xff));
        most = (unsigned)by > most ? (unsigned)by : most;
    }
    return most;
}

bool zif_picture_same(const ZifPicture *a, const ZifPicture *b, unsigned tolerance, ZifPictureDifference *how)
{
    ZifPictureDifference d = { .left = a->width, .top = a->height };
    d.sizes = a->width != b->width || a->height != b->height;
    for (unsigned y = 0; y < a->height && !d.sizes; y++) {
        for (unsigned x = 0; x < a->width; x++) {
            size_t at = (size_t)y * a->width + x;
            unsigned by = apart(a->pixels[at], b->pixels[at]);
            if (by > tolerance) {
                d.pixels++;
                d.largest = by > d.largest ? by : d.largest;
                d.left = x < d.left ? x : d.left;
                d.right = x > d.right ? x : d.right;
                d.top = y < d.top ? y : d.top;
                d.bottom = y;
            }
        }
    }
    if (how) {
        *how = d;
    }
    return !d.sizes && !d.pixels;
}

const char *zif_picture_words(const ZifPictureDifference *how, const ZifPicture *is, const ZifPicture *expected,
                              char *buf, size_t len)
{
    if (how->sizes && !is->width) {
        snprintf(buf, len, "the display shows nothing");
    } else if (how->sizes) {
        snprintf(buf, len, "the picture is %u by %u pixels, not %u by %u", is->width, is->height, expected->width,
                 expected->height);
    } else {
        snprintf(buf, len, "%lu of %lu pixels differ, by at most %u of 255, within columns %u to %u and rows %u to %u",
                 how->pixels, (unsigned long)is->width * is->height, how->largest, how->left, how->right, how->top,
                 how->bottom);
    }
    return buf;
}

ZifPicture *zif_picture_difference(const ZifPicture *is, const ZifPicture *expected, unsigned tolerance)
{
    enum { DIM = 4, LEAST_RED = 95 };
    ZifPicture *out = zif_picture_new(is->width, is->height);
    for (size_t i = 0; i < (size_t)is->width * is->height; i++) {
        unsigned by = apart(is->pixels[i], expected->pixels[i]);
        uint32_t p = expected->pixels[i];
        uint32_t grey = ((p >> 16 & 0xff) + (p >> 8 & 0xff) + (p & 0xff)) / 3 / DIM;
        out->pixels[i] = by > tolerance ? (LEAST_RED + by * (255 - LEAST_RED) / 255) << 16 : grey * 0x010101;
    }
    return out;
}
