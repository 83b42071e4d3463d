/*
 * CMSIS System View Description files: names, registers, fields and reset values of a chip's peripherals, as register tables.
 *
 * Reference: CMSIS-SVD 1.3 schema. Taken: derivedFrom of peripherals, clusters and registers, arrays (dim), clusters, access,
 * modifiedWriteValues, readAction, reset values. Left out, silently: registers of 64 bits, what overlaps an earlier register or
 * field, enumerated values, interrupts. SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ZIF_SVD_H
#define ZIF_SVD_H

#include <zif/peripheral.h>

typedef struct {
    const char *name; /* as the file has it */
    uint64_t base;
    uint32_t
        span; /* bytes: to the end of its registers and of its first address block, but not into the next peripheral */
    const ZifRegister *regs; /* ascending by offset, no two in one place */
    unsigned nregs;
} ZifSvdPeripheral;

typedef struct {
    ZifSvdPeripheral *peripherals; /* ascending by base, no two at one */
    unsigned n;
} ZifSvd;

/** NULL and *errp when the file cannot be read, is no XML, or describes no peripheral. */
ZifSvd *zif__svd_open(const char *path, Error **errp);
/** From memory; `what` names it in messages. */
ZifSvd *zif__svd_parse(const void *text, size_t size, const char *what, Error **errp);
void zif__svd_free(ZifSvd *svd);
/** By name, in either case; NULL when there is none. */
const ZifSvdPeripheral *zif__svd_find(const ZifSvd *svd, const char *name);

#endif
