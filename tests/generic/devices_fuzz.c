/*
 * Every device of a built-in board under a sequence of accesses, time steps, wire changes, serial bytes, resets, saves and
 * restores chosen by the fuzzer. Nothing may crash, hang or reach outside. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "bed.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct {
    const uint8_t *data;
    size_t size;
} Input;

static uint32_t take(Input *in, unsigned bytes)
{
    uint32_t v = 0;
    for (unsigned i = 0; i < bytes && in->size; i++, in->size--) {
        v = v << 8 | *in->data++;
    }
    return v;
}

static void access_register(ZifMachine *m, ZifDevice *dev, Input *in, bool anywhere)
{
    const ZifLayout *l = dev->core->layout;
    uint32_t value = 0, offset;
    unsigned size = 1u << take(in, 1) % 3;
    bool is_write = take(in, 1) & 1;
    if (!dev->mmio || !dev->core->span) {
        return;
    }
    if (anywhere || !l->nslots) {
        offset = take(in, 2) % dev->core->span;
    } else {
        const ZifSlot *s = &l->slots[take(in, 1) % l->nslots];
        offset = s->offset;
        size = s->size;
    }
    value = is_write ? take(in, 4) : 0;
    address_space_rw(&m->bus, dev->base + offset, MEMTXATTRS_UNSPECIFIED, (uint8_t *)&value, (int)size, is_write);
}

/* One machine a board, put back to its start by a snapshot before each input. */
static ZifMachine *machines[64];
static ZifSnapshot *starts[64];

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Input in = { data, size };
    unsigned board = take(&in, 1) % zif_nboards % 64;
    ZifSnapshot *saved = NULL;
    if (!machines[board]) {
        machines[board] = bed_new(zif_boards[board].name, 1);
        starts[board] = zif_machine_snapshot(machines[board]);
    }
    ZifMachine *m = machines[board];
    zif_machine_restore(m, starts[board]);
    zif_memory_context_use(m->ctx);
    for (unsigned steps = 0; in.size && steps < 400; steps++) {
        unsigned what = take(&in, 1);
        ZifDevice *dev = m->kit.devices[take(&in, 1) % m->kit.ndevices];
        if (what & 0x80) {
            bed_wake(dev);
        }
        switch (what % 16) {
        case 0:
            bed_pass(m, (ZifTime)take(&in, 2) * 10 * ZIF_NS);
            break;
        case 1:
            bed_pass(m, (ZifTime)take(&in, 1) * 20 * ZIF_US);
            break;
        case 2:
            if (dev->core->ninputs) {
                ZifInputLine *line = &dev->core->inputs[take(&in, 1) % dev->core->ninputs];
                zif__input_set(dev, line->input, line->line, take(&in, 1) & 1);
            }
            break;
        case 3:
            if (dev->core->serial) {
                uint8_t byte = take(&in, 1);
                zif_serial_send(dev->core->serial, &byte, 1);
            }
            break;
        case 4:
            if (take(&in, 1) < 16) {
                zif_machine_reset(m, take(&in, 1) % (ZIF_RESET_BLOCK + 1));
                zif_memory_context_use(m->ctx);
            }
            break;
        case 5:
            if (!saved) {
                saved = zif_machine_snapshot(m);
            } else {
                zif_machine_restore(m, saved);
            }
            zif_memory_context_use(m->ctx);
            break;
        case 6:
        case 7:
            access_register(m, dev, &in, true);
            break;
        default:
            access_register(m, dev, &in, false);
            break;
        }
    }
    for (unsigned i = 0; i < m->kit.ndevices; i++) { /* whatever happened, everything can be looked at */
        for (unsigned slot = 0; slot < m->kit.devices[i]->cls->nregs; slot++) {
            zif__slot_peek(m->kit.devices[i], slot);
        }
    }
    zif_snapshot_free(saved);
    return 0;
}
