/*
 * A machine from a built-in tree whose processor stands still: devices on their real bus, time moved by hand.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ZIF_TESTS_GENERIC_BED_H
#define ZIF_TESTS_GENERIC_BED_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "machine/internal.h"

static inline ZifMachine *bed_new(const char *board, uint64_t seed)
{
    Error *err = NULL;
    ZifMachineConfig config = { .board = board, .seed = seed, .max_resets = UINT32_MAX, .port = "portable" };
    ZifMachine *m = zif_machine_new(&config, &err);
    if (!m) {
        fail_msg("%s: %s", board, error_get_pretty(err));
    }
    zif_memory_context_use(m->ctx);
    zif_machine_reset(m, ZIF_RESET_POWER_ON);
    return m;
}

static inline void bed_free(ZifMachine *m)
{
    zif_memory_context_use(NULL);
    zif_machine_free(m);
}

/* Time passes without an instruction. */
static inline void bed_pass(ZifMachine *m, ZifTime duration)
{
    zif_machine_advance(m, zif_machine_now(m) + duration);
}

/* The block hears: its clock runs and nothing holds it in reset, whatever the guest would have had to do for that. */
static inline void bed_wake(ZifDevice *dev)
{
    if (dev->core->guard & ZIF_GUARD_CLOCK) {
        zif__set_clock(dev, 0, 16000000);
    }
    dev->core->guard &= (uint8_t)~ZIF_GUARD_DEAF;
}

static inline uint32_t bed_random(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return *state >> 32;
}

/* The state of all devices as one block; the caller frees. */
static inline uint8_t *bed_states(ZifMachine *m, size_t *size)
{
    uint8_t *all = NULL;
    *size = 0;
    for (unsigned i = 0; i < m->kit.ndevices; i++) {
        size_t n = zif__device_state_size(m->kit.devices[i]);
        all = realloc(all, *size + n + 1);
        zif__device_save(m->kit.devices[i], all + *size);
        *size += n;
    }
    return all;
}

#endif
