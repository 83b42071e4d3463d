/*
 * Observers of a machine: what they hear, and how they join and leave. zif/observe.h is the public half, emu/observe holds
 * them. They hear what happens after it happened and change nothing; while a debugger repeats the past they hear nothing.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ZIF_MACHINE_OBSERVER_H
#define ZIF_MACHINE_OBSERVER_H

#include <zif/machine.h>
#include <zif/observe.h>
#include "cpu/port.h"
#include "device/device.h"

/* Each may be NULL, and what nobody hears costs nothing. */
typedef struct {
    void (*access)(ZifObserver *o, ZifDevice *dev, uint32_t offset, uint32_t value, unsigned size, bool is_write);
    /* To a register of the core itself. */
    void (*core_access)(ZifObserver *o, uint32_t addr, uint32_t value, unsigned size, bool is_write);
    void (*handled)(ZifObserver *o, ZifDevice *dev); /* a timed event of the device */
    void (*wire)(ZifObserver *o, ZifDevice *dev, bool is_output, unsigned place, int level);
    void (*character)(ZifObserver *o, ZifDevice *dev, uint16_t word, unsigned faults, bool to_guest); /* ZIF_SERIAL_* */
    void (*bus)(ZifObserver *o, const ZifBusEvent *event);
    void (*exception)(ZifObserver *o, unsigned number, bool entry); /* number 0: return to thread mode */
    void (*insn)(ZifObserver *o, uint32_t pc, unsigned size);
    void (*flow)(ZifObserver *o, ZifFlow flow, uint32_t from, unsigned size, uint32_t to); /* see cpu/port.h */
    void (*reset)(ZifObserver *o);
    void (*restored)(ZifObserver *o); /* the machine is at another moment now */
    void (*flush)(ZifObserver *o);
    /* Completes the file and frees the observer. False and *errp when something could not be written. */
    bool (*finish)(ZifObserver *o, Error **errp);
} ZifObserverOps;

struct ZifObserver {
    const ZifObserverOps *ops;
    ZifMachine *m;
    ZifObserver *next;
};

/** Joins; between runs. */
void zif__observer_join(ZifObserver *o, ZifMachine *m, const ZifObserverOps *ops);

/* Of the machine. */
void zif__observers_exception(ZifMachine *m, unsigned number, bool entry);
void zif__observers_reset(ZifMachine *m);
void zif__observers_restored(ZifMachine *m);
/** Whom the kit and the port tell follows from who listens: after the trace hash was enabled too. */
void zif__observers_update(ZifMachine *m);

#endif
