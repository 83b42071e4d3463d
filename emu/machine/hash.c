/*
 * The trace hash: what the guest did, in one number. It covers the registers at each exception entry and return, every register
 * access of a device, and every byte a UART transmits, each with its cycle, and every frame of a display that differs from the one
 * before, with its time. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdlib.h>
#include <string.h>
#define XXH_STATIC_LINKING_ONLY /* the state has to be copied */
#include <xxhash.h>
#include "internal.h"
#include "observer.h"

struct ZifTraceHash {
    XXH3_state_t *state;
    uint64_t *shown; /* by display: the hash of the latest frame */
    unsigned ndisplays;
};

static void mix(ZifMachine *m, const void *bytes, size_t len)
{
    XXH3_64bits_update(m->hash->state, bytes, len);
}

void zif__hash_exception(ZifMachine *m, unsigned number, bool entry)
{
    ZifPort *port = zif_cpu_port(m->cpu);
    uint64_t cycles = zif_cpu_cycles(m->cpu);
    uint32_t regs[20] = { 'E', number, entry };
    for (unsigned i = 0; i <= ZIF_REG_XPSR; i++) {
        regs[3 + i] = zif_port_get(port, ZIF_REG_R0 + i);
    }
    mix(m, &cycles, sizeof cycles);
    mix(m, regs, sizeof regs);
}

void zif__hash_access(ZifMachine *m, ZifDevice *dev, uint32_t offset, uint32_t value, unsigned size, bool is_write)
{
    uint64_t cycles = zif__cycles(m);
    uint32_t words[6] = { 'M', dev->core->number, offset, value, size, is_write };
    mix(m, &cycles, sizeof cycles);
    mix(m, words, sizeof words);
}

void zif__hash_byte(ZifMachine *m, ZifDevice *dev, uint8_t byte)
{
    uint64_t cycles = zif__cycles(m);
    uint32_t words[3] = { 'U', dev->core->number, byte };
    mix(m, &cycles, sizeof cycles);
    mix(m, words, sizeof words);
}

void zif__hash_frame(void *opaque, unsigned n, ZifDisplay *d, ZifTime when)
{
    ZifMachine *m = opaque;
    uint64_t words[4] = { 'F', n, when, zif_display_hash(d) };
    if (words[3] != m->hash->shown[n]) {
        m->hash->shown[n] = words[3];
        mix(m, words, sizeof words);
    }
}

void zif_machine_enable_trace_hash(ZifMachine *m)
{
    if (m->hash) {
        return;
    }
    m->hash = calloc(1, sizeof *m->hash);
    m->hash->state = XXH3_createState();
    XXH3_64bits_reset(m->hash->state);
    m->hash->ndisplays = zif_machine_ndisplays(m);
    m->hash->shown = calloc(m->hash->ndisplays + 1, sizeof *m->hash->shown);
    zif__displays_listen(m->displays, zif__hash_frame, m);
    zif__observers_update(m);
}

uint64_t zif_machine_trace_hash(const ZifMachine *m)
{
    return m->hash ? XXH3_64bits_digest(m->hash->state) : 0;
}

void zif__hash_free(ZifMachine *m)
{
    if (m->hash) {
        zif__displays_listen(m->displays, NULL, NULL);
        XXH3_freeState(m->hash->state);
        free(m->hash->shown);
        free(m->hash);
        m->hash = NULL;
    }
}

void *zif__hash_save(ZifMachine *m)
{
    if (!m->hash) {
        return NULL;
    }
    size_t shown = m->hash->ndisplays * sizeof *m->hash->shown;
    char *copy = malloc(sizeof *m->hash->state + shown);
    memcpy(copy, m->hash->state, sizeof *m->hash->state);
    memcpy(copy + sizeof *m->hash->state, m->hash->shown, shown);
    return copy;
}

void zif__hash_restore(ZifMachine *m, const void *saved)
{
    if (m->hash && saved) {
        memcpy(m->hash->state, saved, sizeof *m->hash->state);
        memcpy(m->hash->shown, (const char *)saved + sizeof *m->hash->state,
               m->hash->ndisplays * sizeof *m->hash->shown);
    }
}
