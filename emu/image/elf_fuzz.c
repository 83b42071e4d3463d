/* Any bytes at all: the ELF reader answers with an image or a sentence.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_image("\177ELF\1\1\1\0\0\0\0\0\0\0\0\0\2\0\50\0", 20, data, size); /* 32-bit little-endian ARM executable */
    return 0;
}
