/*
 * Compiled devicetrees from outside: the fuzzer's bytes as they are, or a built-in tree with bytes changed. A machine comes out, or
 * an error of one sentence. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <libfdt.h>
#include "bed.h"
#include "machine/boards.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void try_tree(const void *tree, size_t size)
{
    Error *err = NULL;
    ZifMachineConfig config = { .board = "fuzz", .seed = 1, .port = "portable", .ram_fill = ZIF_RAM_ZERO };
    void *fdt = zif__tree_parse(tree, size, "fuzz", &err);
    ZifMachine *m = fdt ? zif__machine_from_tree(fdt, &config, &err) : NULL;
    if (m) {
        zif_machine_reset(m, ZIF_RESET_POWER_ON);
        zif_machine_free(m);
    } else {
        if (!err) {
            zif_bug("a tree was refused without a word");
        }
        error_free(err);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2) {
        return 0;
    }
    if (data[0] & 1) {
        try_tree(data + 1, size - 1);
        return 0;
    }
    unsigned board = (data[0] >> 1) % zif_nboards;
    size_t n = zif__board_trees[board].size;
    uint8_t *copy = malloc(n);
    memcpy(copy, zif__board_trees[board].dtb, n);
    for (size_t i = 1; i + 4 <= size && i < 200; i += 4) { /* place, value, how wide */
        size_t at = (data[i] << 8 | data[i + 1]) % n;
        copy[at] = data[i + 2];
        if (data[i + 3] & 1 && at + 1 < n) {
            copy[at + 1] = data[i + 3];
        }
    }
    try_tree(copy, n);
    free(copy);
    return 0;
}
