/*
 * Reads of memory that nothing wrote, followed until they decide something. See taint.c. SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ZIF_CPU_TAINT_H
#define ZIF_CPU_TAINT_H

#include "cpu.h"

typedef struct ZifTaint ZifTaint;

/** Begins to follow; no memory is known to be unwritten yet. */
ZifTaint *zif__taint_new(ZifCpu *cpu);
void zif__taint_free(ZifTaint *t);
/** Is a register or flag followed now? The core then runs one instruction at a time. */
bool zif__taint_active(const ZifTaint *t);
/** Around each such instruction. */
void zif__taint_before(ZifTaint *t);
void zif__taint_after(ZifTaint *t);
/** An exception is entered or left: what the registers held is forgotten. */
void zif__taint_clear(ZifTaint *t);
/** Must accesses to this page be shown to zif__taint_access? */
bool zif__taint_watches(ZifTaint *t, uint32_t page);
/** One access the guest is about to make. */
void zif__taint_access(ZifTaint *t, uint32_t addr, unsigned size, bool is_store);

#endif
