/*
 * What the components of Arm's Cortex-M System Design Kit share: identification registers and a down counter.
 *
 * Reference: Arm Cortex-M System Design Kit Technical Reference Manual r1p0, DDI 0479.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ZIF_CMSDK_H
#define ZIF_CMSDK_H

#include <zif/peripheral.h>

/* Peripheral and component identification, the last twelve registers of every component. */
/* clang-format off */
#define CMSDK_ID_SLOTS PID4, PID5, PID6, PID7, PID0, PID1, PID2, PID3, CID0, CID1, CID2, CID3
#define CMSDK_ID_ROW(slot, at, value)                                                                        \
    [slot] = { .name = #slot, .offset = at, .reset = value, .fields = ZIF_FIELDS({ #slot, 0, 8, ZIF_RO }) }
#define CMSDK_ID_ROWS(part)                                                                                  \
    CMSDK_ID_ROW(PID4, 0xFD0, 0x04), CMSDK_ID_ROW(PID5, 0xFD4, 0x00), CMSDK_ID_ROW(PID6, 0xFD8, 0x00),        \
    CMSDK_ID_ROW(PID7, 0xFDC, 0x00), CMSDK_ID_ROW(PID0, 0xFE0, part), CMSDK_ID_ROW(PID1, 0xFE4, 0xB8),        \
    CMSDK_ID_ROW(PID2, 0xFE8, 0x1B), CMSDK_ID_ROW(PID3, 0xFEC, 0x00), CMSDK_ID_ROW(CID0, 0xFF0, 0x0D),        \
    CMSDK_ID_ROW(CID1, 0xFF4, 0xF0), CMSDK_ID_ROW(CID2, 0xFF8, 0x05), CMSDK_ID_ROW(CID3, 0xFFC, 0xB1)
/* clang-format on */

/*
 * A down counter that costs nothing per tick: value, value - 1, ... 0, reload, reload - 1, ... 0, reload, ...
 *
 * Its value is computed from the time when somebody asks. Plain bytes: part of its device's state.
 */
typedef struct {
    ZifClock clk;        /* the block's clock, undivided */
    uint64_t base_ticks; /* of clk, when the counter held `base` */
    uint32_t base;
    uint32_t reload;  /* what follows zero: the period is reload + 1 */
    uint8_t prescale; /* 2^prescale clock ticks a step */
    uint32_t phase;   /* ticks of a step that the prescaler had counted when it was stopped */
    bool running;
    bool once; /* stands still at zero */
} ZifCounter;

/** A stopped counter with this value and reload, clocked at hz. */
void zif__counter_init(ZifCounter *c, ZifTime now, uint64_t hz, uint32_t value);
uint32_t zif__counter_value(const ZifCounter *c, ZifTime now);
/** How often it arrived at zero since its value, rate or mode was last set. */
uint64_t zif__counter_zeros(const ZifCounter *c, ZifTime now);
/** When it next arrives at zero, after now; ZIF_TIME_NEVER when it does not. */
ZifTime zif__counter_next_zero(const ZifCounter *c, ZifTime now);

/* Each keeps the present value, where it does not set it. */
void zif__counter_set_value(ZifCounter *c, ZifTime now, uint32_t value);
/** As zif__counter_set_value; the prescaler begins a step. It counts only while the counter runs. */
void zif__counter_load(ZifCounter *c, ZifTime now, uint32_t value);
void zif__counter_set_hz(ZifCounter *c, ZifTime now, uint64_t hz);
void zif__counter_set_mode(ZifCounter *c, ZifTime now, uint32_t reload, unsigned prescale, bool once);
void zif__counter_run(ZifCounter *c, ZifTime now, bool running);

#endif
