/* What a snapshot is made of, for the files that take, restore and store one. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ZIF_MACHINE_SNAPSHOT_H
#define ZIF_MACHINE_SNAPSHOT_H

#include "internal.h"

typedef struct {
    MemoryRegion *mr;
    uint8_t *bytes;
    size_t size;
    bool *edited; /* pages changed in the snapshot itself; NULL: none */
} ZifSnapshotBlock;

struct ZifSnapshot {
    ZifMachine *m;
    ZifTimelineState timeline;
    uint64_t random;
    unsigned resets, power_cycles;
    bool exited;
    int exit_code;
    void *cpu;
    size_t ndevices;
    void **devices;
    unsigned nlines;
    void **lines;
    size_t *line_sizes;
    unsigned nblocks;
    ZifSnapshotBlock *blocks;
    void *hash;
    ZifDisplayState *displays; /* NULL: not known */
};

/** Bytes of the core's state; 0 without a core. */
size_t zif__cpu_state_size(const ZifMachine *m);

#endif
