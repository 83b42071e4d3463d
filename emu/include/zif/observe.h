/*
 * Observe a run: recordings made while a machine runs, which never change the run (the trace hash stays the same).
 *
 * Each function takes the text its option of `zif run` takes, "FILE[,word=value...]", and opens the file at once. An observer
 * hears of everything from then on; several of a kind are allowed. Join after the machine's reset, and finish before the machine
 * is freed. SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ZIF_OBSERVE_H
#define ZIF_OBSERVE_H

#include <stdbool.h>
#include <zif/error.h>
#include <zif/machine.h>

typedef struct ZifObserver ZifObserver;

/**
 * Wires as a value-change dump (IEEE 1364): "FILE[,timescale=1ns][,signal=NAME...]". NAME may hold * and ?; without any,
 * every pin, UART line, interrupt that is led somewhere, and bus with parts on it. Names: DEVICE.WIRE or DEVICE.WIRE[LINE] for an
 * output or input of a device (DEVICE.in.WIRE for an input called as an output is), DEVICE.tx and DEVICE.rx, DEVICE.scl and .sda,
 * DEVICE.sck, .mosi, .miso and .cs[N], DEVICE.REGISTER and DEVICE.REGISTER.FIELD (without * or ?), cpu.exception. UART characters and bus
 * bytes are drawn as the bits they were. Registers are looked at after each register access and timed event, of any device.
 * NULL and *errp when FILE cannot be written or nothing has such a name.
 */
ZifObserver *zif_observe_vcd(ZifMachine *m, const char *spec, Error **errp);

/**
 * Coverage as an lcov tracefile, written when the observer is finished: "FILE[,source=NAME...]", where NAME, with * and
 * ?, chooses source files as the compiler recorded them. Lines and functions from the images' DWARF, at any
 * optimisation level; branches are the conditional ones of the machine code, attributed to their lines, with both outcomes. A
 * debugger that goes back in time executes again, and this counts again.
 * NULL and *errp when FILE cannot be written or no image has line information.
 */
ZifObserver *zif_observe_coverage(ZifMachine *m, const char *spec, Error **errp);

/**
 * A profile by virtual time as folded stacks (`main;foo;bar 123`, in nanoseconds), written when the observer is finished: "FILE". Nothing is
 * sampled: calls and returns are followed, so the times are exact and add up to the time observed. Sleeping counts for who sleeps;
 * exception handlers have stacks of their own, threads that an operating system switches by exceptions too.
 * NULL and *errp when FILE cannot be written or no image has symbols.
 */
ZifObserver *zif_observe_profile(ZifMachine *m, const char *spec, Error **errp);

/**
 * A trace, a line an event: "KINDS=FILE[,only=DEVICE...][,from=TIME][,until=TIME][,binary]". KINDS, with commas between: mmio (register
 * accesses with the fields that are not 0), irq (interrupt lines), exc (exceptions), insn (instructions), wire (every line), uart, bus,
 * all. DEVICE, with * and ?, keeps events of devices; it leaves exc and insn alone. A line is seconds of virtual time, instructions
 * retired, PC, symbol and source line, and what happened. NULL and *errp when FILE cannot be written or the text is wrong.
 */
ZifObserver *zif_observe_trace(ZifMachine *m, const char *spec, Error **errp);
/** Prints a binary trace as the text it would have been. False and *errp when it cannot be read, or not to its end. */
bool zif_trace_print(const char *path, FILE *out, Error **errp);

/** Writes what is known so far. Between runs. */
void zif_observer_flush(ZifObserver *o);
/** Leaves the machine, completes the file and frees the observer. False and *errp when not all could be written. NULL is allowed. */
bool zif_observer_finish(ZifObserver *o, Error **errp);

#endif
