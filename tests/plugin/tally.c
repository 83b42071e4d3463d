/*
 * A model outside zif's source tree: a block that is ready 10 microseconds after reset and counts what is written to it.
 *
 * Build and use, with zif installed:
 *     cc -shared -fPIC $(pkg-config --cflags zif) -o tally.so tally.c
 *     zif run --plugin tally.so --board tally.dts firmware.elf
 *
 * Reference: none. Models: all of it. Departs: nothing. Missing: nothing. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <zif/peripheral.h>

enum { COUNT, STATUS, NREGS };
enum { READY_EVENT };

static const ZifRegister regs[NREGS] = {
    [COUNT] = { .name = "COUNT",
                .offset = 0x0,
                .flags = ZIF_REG_VOLATILE,
                .fields = ZIF_FIELDS({ "N", 0, 16, ZIF_RW }) },
    [STATUS] = { .name = "STATUS",
                 .offset = 0x4,
                 .flags = ZIF_REG_VOLATILE,
                 .fields = ZIF_FIELDS({ "READY", 3, 1, ZIF_RO }) },
};

typedef struct {
    ZifDevice dev;
    uint32_t values[NREGS];
} Tally;

static void tally_event(ZifDevice *dev, unsigned event)
{
    ((Tally *)dev)->values[STATUS] |= 8;
}

static void tally_write(ZifDevice *dev, unsigned slot, uint32_t old, uint32_t value)
{
    Tally *t = (Tally *)dev;
    if (slot == COUNT) {
        t->values[COUNT] = (old + 1) & 0xffff;
    }
}

static void tally_reset(ZifDevice *dev, ZifResetKind kind)
{
    zif_schedule_in(dev, READY_EVENT, 10 * ZIF_US);
}

static const ZifClass tally = {
    .name = "example-tally",
    .compatible = (const char *const[]){ "example,tally", NULL },
    .reference = "none",
    .summary = "whole",
    .modelled = ZIF_MODELLED,
    .size = sizeof(Tally),
    .regs = regs,
    .nregs = NREGS,
    .values = offsetof(Tally, values),
    .span = 0x400,
    .events = (const char *const[]){ "ready", NULL },
    .event = tally_event,
    .reset = tally_reset,
    .on_write = tally_write,
};

ZIF_PLUGIN(&tally);
