/* Any bytes at all: the S-record reader answers with an image or a sentence. Half of the inputs are made into records with
 * right sums, to get behind the first check. SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include "fuzz.h"

enum { RECORD = 16 };

/* A record of type r[0] % 10 with some of the bytes in r[1..RECORD). */
static size_t put_record(char *out, const uint8_t *r)
{
    unsigned size = r[0] / 10 % RECORD, sum = size + 1;
    size_t n = (size_t)sprintf(out, "S%u%02X", r[0] % 10, size + 1);
    for (unsigned i = 0; i < size; i++) {
        n += (size_t)sprintf(out + n, "%02X", r[1 + i]);
        sum += r[1 + i];
    }
    return n + (size_t)sprintf(out + n, "%02X\n", ~sum & 0xff);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char head[] = "S1041000AA41\n", end[] = "S9030000FC\n";
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
