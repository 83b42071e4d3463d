/* The debugger's monitor commands, and looking at every part of a machine. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ZIF_MACHINE_MONITOR_H
#define ZIF_MACHINE_MONITOR_H

#include "internal.h"

/* The private peripheral bus, which the core answers (ARMv7-M ARM B3.1). */
#define ZIF_PPB_FIRST 0xE0000000u
#define ZIF_PPB_LAST  0xE00FFFFFu

/** What a command did to the machine, beside looking. */
typedef enum { ZIF_MONITOR_LOOKED, ZIF_MONITOR_RESET, ZIF_MONITOR_ALTERED } ZifMonitorEffect;

/** Executes one command line; false when there is no such command. ZIF_MONITOR_RESET: the caller has to reset the machine. */
bool zif__monitor(ZifMachine *m, const char *command, FILE *out, ZifMonitorEffect *effect);
/** Bytes as the processor would see them, devices and private peripherals without side effects. All or nothing. */
bool zif__inspect(ZifMachine *m, uint32_t addr, void *buf, size_t len);
/** How many of the len bytes at addr belong to one thing; *device is its name, NULL for memory. 0: nothing is there. */
size_t zif__extent(ZifMachine *m, uint32_t addr, size_t len, const char **device);

#endif
