/*
 * What both ports do with the engine in the same way through its public interface: opening it as the right core,
 * mapping memory, reading and writing registers. Included by the ports only.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ZIF_CPU_PORT_ENGINE_H
#define ZIF_CPU_PORT_ENGINE_H

#include <unicorn/unicorn.h>
#include "port_internal.h"

typedef struct {
    uc_engine *uc;
    ZifPortMapping *mapped;
    unsigned mapped_count;
    const uint64_t *tag; /* what a mapping's tag is set to after it was made; NULL: nothing */
} ZifEngine;

/** Opens the engine as the core asked for. False and *errp on failure. */
bool zif__engine_open(ZifEngine *e, ZifCpuModel model, Error **errp);
void zif__engine_close(ZifEngine *e);
/** Maps and unmaps until the engine has what zif__port_mappings says. Outside uc_emu_start only. */
void zif__engine_sync(ZifEngine *e, ZifPort *port);
uint32_t zif__engine_get(const ZifEngine *e, ZifReg reg);
void zif__engine_set(const ZifEngine *e, ZifReg reg, uint32_t value);

#define ZIF_XPSR_T    (1u << 24)
#define ZIF_XPSR_IPSR 0x1ffu
#define ZIF_XPSR_IT   0x0600fc00u
#define ZIF_XPSR_GE   0x000f0000u
#define ZIF_XPSR_NZCV 0xf0000000u

#endif
