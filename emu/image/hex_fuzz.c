/* Any bytes at all: the Intel HEX reader answers with an image or a sentence. Half of the inputs are made into records with
 * right sums, to get behind the first check. SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include "fuzz.h"

enum { DATA = 16, RECORD = 4 + DATA };

/* A record of the type, address and bytes in r[0..RECORD). */
static size_t put_record(char *out, const uint8_t *r)
{
    static const uint8_t sizes[] = { DATA, 0, 2, 4, 2, 4 };
    unsigned type = r[0] % 8, size = type < sizeof sizes ? sizes[type] : r[3] % DATA;
    unsigned sum = size + r[1] + r[2] + type;
    size_t n = (size_t)sprintf(out, ":%02X%02X%02X%02X", size, r[1], r[2], type);
    for (unsigned i = 0; i < size; i++) {
        n += (size_t)sprintf(out + n, "%02x", r[4 + i]);
        sum += r[4 + i];
    }
    return n + (size_t)sprintf(out + n, "%02X\n", -sum & 0xff);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char head[] = ":0100000001FE\n", end[] = ":00000001FF\n";
    if (!size || data[0] & 1) {
        fuzz_image(head, sizeof head - 1, data, size);
        return 0;
    }
    char *text = malloc(size * 4 + sizeof end);
    size_t n = 0;
    for (size_t i = 1; i + RECORD <= size; i += RECORD) {
        n += put_record(text + n, data + i);
    }
    memcpy(text + n, end, sizeof end - 1);
    fuzz_image(head, sizeof head - 1, (const uint8_t *)text, n + sizeof end - 1);
    free(text);
    return 0;
}
