/* --show: what a display shows, on the terminal. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ZIF_TOOL_PREVIEW_H
#define ZIF_TOOL_PREVIEW_H

#include <zif/display.h>

typedef struct Preview Preview;

/** Takes the upper part of the terminal; what is printed scrolls below it. `name` NULL: the first display. NULL and *errp when there is no
 * terminal (standard error, else standard output) or no such display. */
Preview *preview_open(ZifMachine *m, const char *name, Error **errp);
/** Between runs: draws what could not be drawn in time, some times a second of the host. */
void preview_update(Preview *p);
/** Draws the last picture, which stays, and gives the terminal back. NULL is allowed. Before the machine is freed. */
void preview_close(Preview *p);

#endif
