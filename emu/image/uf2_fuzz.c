/* Any bytes at all: the UF2 reader answers with an image or a sentence.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_image("UF2\n\x57\x51\x5d\x9e", 8, data, size);
    return 0;
}
