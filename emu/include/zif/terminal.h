/*
 * A terminal that something was drawn on, and that is left as it was found. SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ZIF_TERMINAL_H
#define ZIF_TERMINAL_H

/** Writes `text` (copied, at most 63 characters) to the terminal fd when the process exits, or when a signal ends or stops it, whatever comes
 * first. NULL: now, and never again. */
void zif_terminal_parting(int fd, const char *text);

#endif
