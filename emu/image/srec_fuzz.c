/* Any bytes at all: the SREC reader answers with an image or a sentence.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_image("S1041000AA41\n", 13, data, size);
    return 0;
}
