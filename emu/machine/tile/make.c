/* Build tool: writes the pattern of the seed that is used when none is given. SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include "machine/fill.h"

int main(int argc, char **argv)
{
    static unsigned char pattern[ZIF_PATTERN];
    FILE *out = argc == 2 ? fopen(argv[1], "wb") : NULL;
    zif__fill_random(pattern, sizeof pattern, zif__fill_seed(ZIF_BUILT_IN_SEED, "pattern"));
    return !out || fwrite(pattern, sizeof pattern, 1, out) != 1 || fclose(out);
}
