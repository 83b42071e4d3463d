/*
 * The part of QEMU's machine protocol (QMP) that clients of the qtest protocol need: JSON objects, one command each, answered in
 * order, with events in between. Commands: qmp_capabilities, query-commands, query-version, query-status, query-name,
 * query-kvm, query-machines, qom-list, qom-get, qom-set, system_reset, stop, cont, quit, human-monitor-command (info mtree,
 * qtree, version, status). SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ZIF_TOOL_QMP_H
#define ZIF_TOOL_QMP_H

#include <zif/machine.h>

typedef struct Qmp Qmp;

/** m may be NULL: there is no machine. `send` takes text in pieces that end with a line. */
Qmp *qmp_new(ZifMachine *m, void (*send)(void *opaque, const char *text, size_t len), void *opaque);
void qmp_free(Qmp *q);
/** The first thing a client hears. */
void qmp_greet(Qmp *q);
/** Bytes from the client, in pieces of any size. True once it asked to quit. */
bool qmp_input(Qmp *q, const void *bytes, size_t len);
/** Events: the hardware reset itself; the session ends. */
void qmp_tell_reset(Qmp *q);
void qmp_tell_shutdown(Qmp *q, bool by_signal);

#endif
