/*
 * A value-change dump being written (IEEE 1364-2005, clause 18).
 *
 * Changes may be told out of order: a character is known only when its last bit has passed. They wait in a queue until
 * zif__wave_settle says that nothing earlier can come. SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ZIF_OBSERVE_WAVE_H
#define ZIF_OBSERVE_WAVE_H

#include <stdint.h>
#include <zif/error.h>
#include <zif/time.h>

typedef struct ZifWave ZifWave;

/** scale: a power of ten of picoseconds. NULL and *errp when the file cannot be written. */
ZifWave *zif__wave_open(const char *path, ZifTime scale, ZifTime start, Error **errp);
/** Adds a signal of `width` bits with its value at the start; its number. All signals before the first settle. */
unsigned zif__wave_add(ZifWave *w, const char *name, unsigned width, uint32_t value);
/** From `when` on the signal has this value; nothing is written when it had it already. Too late: from the last time written on.
 * A number that is no signal's is ignored. */
void zif__wave_change(ZifWave *w, unsigned signal, ZifTime when, uint32_t value);
/** Changes that wait. */
unsigned zif__wave_waiting(const ZifWave *w);
/** Writes every change before `until`. */
void zif__wave_settle(ZifWave *w, ZifTime until);
/** Gives what was written to the system. */
void zif__wave_flush(ZifWave *w);
/** Writes every change, and the time `end`. False and *errp when something could not be written. */
bool zif__wave_close(ZifWave *w, ZifTime end, Error **errp);

#endif
