/* Any bytes at all: the HEX reader answers with an image or a sentence.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_image(":0100000001FE\n", 14, data, size);
    return 0;
}
