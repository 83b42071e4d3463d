/*
 * Pictures as PNG files, and how two pictures differ. Reference: PNG specification (second edition). SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ZIF_PNG_H
#define ZIF_PNG_H

#include <stddef.h>
#include <zif/display.h>

enum { ZIF_PNG_MOST_PIXELS = 4096 }; /* each way */

/** Writes the picture as 8-bit sRGB. The file appears whole or not at all, and the same picture gives the same bytes. False and *errp when it
 * cannot be written or the picture is empty. */
bool zif_png_write(const char *path, const ZifPicture *picture, Error **errp);
/** Reads any PNG (palette, grey, 16 bits, interlaced) as sRGB; what is transparent is laid over black. NULL and *errp when it is none, is
 * damaged, or is larger than 4096 pixels either way. Free with zif_picture_free. */
ZifPicture *zif_png_read(const char *path, Error **errp);
/** The same from memory. */
ZifPicture *zif_png_parse(const void *bytes, size_t size, Error **errp);

/** A black picture. The caller frees it with zif_picture_free. */
ZifPicture *zif_picture_new(unsigned width, unsigned height);
void zif_picture_free(ZifPicture *picture);

typedef struct {
    bool sizes;                        /* they have different sizes; the rest is 0 */
    unsigned long pixels;              /* that differ by more than the tolerance */
    unsigned largest;                  /* difference of a colour's level, 0 to 255 */
    unsigned left, top, right, bottom; /* the smallest box around those pixels, both ends in it */
} ZifPictureDifference;

/** Compares level by level (red, green, blue). True when no difference is larger than `tolerance`; *how may be NULL. */
bool zif_picture_same(const ZifPicture *a, const ZifPicture *b, unsigned tolerance, ZifPictureDifference *how);
/** One sentence about it: "12 of 130560 pixels differ, by at most 255, within ...". Into buf; returns buf. */
const char *zif_picture_words(const ZifPictureDifference *how, const ZifPicture *is, const ZifPicture *expected,
                              char *buf, size_t len);
/** What differs in red, brighter the more, over the expected picture in dim grey. Same sizes only. The caller frees it. */
ZifPicture *zif_picture_difference(const ZifPicture *is, const ZifPicture *expected, unsigned tolerance);

#endif
