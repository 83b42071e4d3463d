/* Any bytes as a PNG: an error or a picture that survives being written and read. SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdint.h>
#include <zif/png.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Error *err = NULL;
    ZifPicture *p = zif_png_parse(data, size, &err);
    if (!p == !err) {
        zif_bug("an error and a picture, or neither");
    }
    if (p && !zif_picture_same(p, p, 0, NULL)) {
        zif_bug("a picture differs from itself");
    }
    zif_picture_free(p);
    error_free(err);
    return 0;
}
