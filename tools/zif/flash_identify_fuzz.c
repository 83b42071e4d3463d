/* Fuzzer: any contents of a flash can be looked into. SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>
#include "flash_identify.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char words[48];
    for (uint64_t at = 0; at <= size; at += 4) {
        memset(words, 'x', sizeof words);
        if (flash_identify(data, size, at, words, sizeof words) && !memchr(words, '\0', sizeof words)) {
            __builtin_trap();
        }
    }
    return 0;
}
