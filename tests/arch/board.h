/*
 * A board for tests of the core alone: 256 KiB of code memory at 0, 64 KiB of RAM at 0x20000000, and a test device at
 * 0x40000000 that logs words, drives interrupt lines and ends the run (its registers: arch.inc).
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ZIF_TEST_BOARD_H
#define ZIF_TEST_BOARD_H

#include "cpu/cpu.h"

enum { BOARD_LOG = 512, BOARD_TIMERS = 8, BOARD_RAM = 0x20000000, BOARD_DEV = 0x40000000, BOARD_IRQS = 32 };

typedef enum { BOARD_END, BOARD_ASLEEP, BOARD_LOCKUP, BOARD_RESET, BOARD_LIMIT, BOARD_BREAK, BOARD_ENGINE } BoardEnd;

typedef struct Board Board;
typedef struct {
    Board *board;
    ZifEvent event;
    uint32_t irq;
} BoardTimer;

struct Board {
    ZifCpu *cpu;
    ZifTimeline *timeline;
    Object owner;
    MemoryRegion system, flash, ram, dev;
    uint32_t log[BOARD_LOG];
    unsigned nlog;
    uint32_t plain; /* the device's plain register */
    bool ended, reset;
    BoardTimer timers[BOARD_TIMERS];
    unsigned next_timer;
    unsigned nreports;
    char itm[64];
    /* Called for each exception taken or left, for tests that follow them. */
    void (*on_exception)(Board *b, unsigned number, bool entry);
};

/** Everything of the core's configuration but bus, timeline and hooks comes from `base`. NULL and *errp when that port is not
 * available. */
Board *board_new(const ZifCpuConfig *base, Error **errp);
void board_free(Board *b);
/** A configuration of the model as the tests use it: 32 interrupts, 4 priority bits on v7-M, an MPU where there may be one. */
ZifCpuConfig board_config(ZifCpuModel model, ZifPortKind port, uint32_t vector_base);
/** Runs until the guest ends it, nothing can wake it, it locks up or resets, or `cycles` more have passed. */
BoardEnd board_run(Board *b, uint64_t cycles);
void board_write(Board *b, uint32_t addr, uint32_t value);
uint32_t board_read(Board *b, uint32_t addr);

#endif
