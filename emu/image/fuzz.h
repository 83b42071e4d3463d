/* What every fuzz target of an image format does with its input. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ZIF_IMAGE_FUZZ_H
#define ZIF_IMAGE_FUZZ_H

#include <stdlib.h>
#include <string.h>
#include <zif/image.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Parses head (so that the format is found) and data behind it, then asks everything an image can be asked.
 */
static inline void fuzz_image(const char *head, size_t head_size, const uint8_t *data, size_t size)
{
    uint8_t *file = malloc(head_size + size + 1);
    Error *err = NULL;
    memcpy(file, head, head_size);
    memcpy(file + head_size, data, size);
    ZifImage *image = zif_image_parse("fuzz", file, head_size + size, NULL, &err);
    free(file);
    if (!image) {
        if (!*error_get_pretty(err)) {
            abort();
        }
        error_free(err);
        return;
    }
    size_t count;
    const ZifSegment *s = zif_image_segments(image, &count);
    uint64_t end = 0;
    volatile uint8_t sum = 0;
    for (size_t i = 0; i < count; i++) {
        if ((i && s[i].address < end) || !s[i].size) {
            abort();
        }
        end = (uint64_t)s[i].address + s[i].size;
        for (size_t k = 0; k < s[i].size; k++) {
            sum = (uint8_t)(sum + s[i].bytes[k]);
        }
    }
    const char *name;
    uint32_t offset;
    unsigned line;
    char buf[64];
    zif_image_symbol(image, s[0].address, &name, &offset);
    zif_image_symbol_address(image, "main", &offset);
    zif_image_line(image, s[0].address, &name, &line);
    zif_image_where(image, s[0].address, buf, sizeof buf);
    zif_image_free(image);
}

#endif
