/*
 * The machine's serial lines and the streams of the host they are connected to. What semihosting prints belongs to the
 * console unless the line "semihosting" has a stream of its own. SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ZIF_TOOL_LINKS_H
#define ZIF_TOOL_LINKS_H

#include <zif/machine.h>
#include <zif/stream.h>
#include "progress.h"
#include "run_options.h"

typedef struct Links Links;

/* Every character the guest prints, by the number of its line (0: the console). */
typedef void LinksObserver(void *opaque, unsigned line, uint8_t byte, ZifTime when);

/** Opens every stream. NULL and *errp when a line does not exist or a stream cannot be opened. */
Links *links_open(ZifMachine *m, const RunOptions *o, Progress *progress, LinksObserver *observer, void *opaque,
                  Error **errp);
void links_free(Links *l);

/** Number of the line called name[0..len), -1 when there is none. */
int links_find(Links *l, const char *name, size_t len);
/** Types for the guest, at the rate the other end has. */
void links_send(Links *l, unsigned line, const void *bytes, size_t len);
/** Characters not yet taken by the guest. */
size_t links_queued(const Links *l);
/** Moves what has come in from the host to the guest, and out what the guest printed. */
void links_exchange(Links *l);
/** Waits for input from the host, at most `ms` milliseconds. */
void links_wait(Links *l, int ms);
/** Could somebody still type? */
bool links_can_input(const Links *l);
/** Is there a person, or a program behind a pty or socket, at the other end of a line? */
bool links_live(const Links *l);
bool links_terminal(const Links *l);
/** True when the last thing printed on standard output did not end its line. */
bool links_mid_line(const Links *l);
/** True when what a guest printed could not be written; says why in `buf`. */
bool links_error(const Links *l, char *buf, size_t len);
ZifStreamRequest links_request(Links *l);
/** The latest part of what the console printed. */
const char *links_console(const Links *l, size_t *len);

#endif
