/* The commands of the monitor, apart from its lines. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ZIF_TOOL_QMP_COMMANDS_H
#define ZIF_TOOL_QMP_COMMANDS_H

#include <jansson.h>
#include "qmp.h"

struct Qmp {
    ZifMachine *m;
    void (*send)(void *opaque, const char *text, size_t len);
    void *opaque;
    char *in; /* input that is not a whole object yet */
    size_t len;
    bool ready, running, quit;
};

/* What a command came to: a value, or an error's class and sentence. */
typedef struct {
    json_t *value; /* owned */
    const char *error;
    char text[256];
} QmpResult;

typedef struct {
    const char *name;
    bool needs_machine;
    void (*run)(Qmp *q, json_t *arguments, QmpResult *r);
} QmpCommand;

extern const QmpCommand qmp_commands[]; /* ended by a row without name */

void qmp_fail(QmpResult *r, const char *error, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/** An event without data, or with it (owned). */
void qmp_event(Qmp *q, const char *name, json_t *data);

/* qmp_objects.c: the machine as a tree of objects. */
void qmp_qom_list(Qmp *q, json_t *arguments, QmpResult *r);
void qmp_qom_get(Qmp *q, json_t *arguments, QmpResult *r);
void qmp_qom_set(Qmp *q, json_t *arguments, QmpResult *r);

#endif
