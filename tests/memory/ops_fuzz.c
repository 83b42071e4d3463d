/*
 * The operations of the model check (model.h) as a fuzz target: seven bytes an operation.
 * Long runs: tools/fuzz-memory. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "model.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum { RECORD = 7, MOST = 400 };
    static ModelOp ops[MOST];
    size_t count = 0;
    for (; size >= RECORD && count < MOST; data += RECORD, size -= RECORD) {
        uint32_t c = data[3] | (uint32_t)data[4] << 8 | (uint32_t)data[5] << 16 | (uint32_t)data[6] << 24;
        ops[count++] = (ModelOp){ data[0], data[1], data[2] | (c & 0xff00), c };
    }
    model_run(ops, count, false);
    return 0;
}
