/* The monitor: JSON in and out. SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include "qmp_commands.h"

enum { MAX_INPUT = 1 << 20 };

static void emit(Qmp *q, json_t *object)
{
    char *text = json_dumps(object, JSON_COMPACT | JSON_PRESERVE_ORDER);
    if (text) {
        q->send(q->opaque, text, strlen(text));
        q->send(q->opaque, "\r\n", 2);
    }
    free(text);
    json_decref(object);
}

void qmp_fail(QmpResult *r, const char *error, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(r->text, sizeof r->text, fmt, ap);
    va_end(ap);
    r->error = error;
}

void qmp_event(Qmp *q, const char *name, json_t *data)
{
    struct timeval now;
    gettimeofday(&now, NULL); /* the monitor's events are the host's affair */
    json_t *event = json_pack("{s:{s:I,s:I},s:s}", "timestamp", "seconds", (json_int_t)now.tv_sec, "microseconds",
                              (json_int_t)now.tv_usec, "event", name);
    if (data) {
        json_object_set_new(event, "data", data);
    }
    if (q->ready) {
        emit(q, event);
    } else {
        json_decref(event);
    }
}

void qmp_greet(Qmp *q)
{
    /* Clients look at this version to know what a peer can do: what is here is what 7.2 has. */
    emit(q, json_pack("{s:{s:{s:{s:i,s:i,s:i},s:s},s:[]}}", "QMP", "version", "qemu", "micro", 0, "minor", 2, "major",
                      7, "package", "zif " ZIF_VERSION, "capabilities"));
}

static void respond(Qmp *q, json_t *id, QmpResult *r)
{
    json_t *answer = json_object();
    if (r->error) {
        json_object_set_new(answer, "error", json_pack("{s:s,s:s}", "class", r->error, "desc", r->text));
        json_decref(r->value);
    } else {
        json_object_set_new(answer, "return", r->value ? r->value : json_object());
    }
    if (id) {
        json_object_set(answer, "id", id);
    }
    emit(q, answer);
}

static void run_command(Qmp *q, const char *name, json_t *arguments, QmpResult *r)
{
    const QmpCommand *c = qmp_commands;
    while (c->name && strcmp(c->name, name) != 0) {
        c++;
    }
    if (!q->ready && strcmp(name, "qmp_capabilities") != 0) {
        qmp_fail(r, "CommandNotFound", "Expecting capabilities negotiation with 'qmp_capabilities'");
    } else if (!c->name) {
        qmp_fail(r, "CommandNotFound", "The command %.100s has not been found", name);
    } else if (c->needs_machine && !q->m) {
        qmp_fail(r, "GenericError", "there is no machine");
    } else {
        c->run(q, arguments, r);
    }
}

static void take_object(Qmp *q, json_t *object)
{
    QmpResult r = { 0 };
    json_t *execute = json_object_get(object, "execute"), *arguments = json_object_get(object, "arguments");
    const char *key;
    json_t *value;
    if (!json_is_object(object)) {
        qmp_fail(&r, "GenericError", "QMP input must be a JSON object");
    } else if (!json_is_string(execute)) {
        qmp_fail(&r, "GenericError", "QMP input lacks member 'execute'");
    } else if (arguments && !json_is_object(arguments)) {
        qmp_fail(&r, "GenericError", "QMP input member 'arguments' must be an object");
    } else {
        json_object_foreach(object, key, value)
        {
            if (strcmp(key, "execute") != 0 && strcmp(key, "arguments") != 0 && strcmp(key, "id") != 0) {
                qmp_fail(&r, "GenericError", "QMP input member '%.60s' is unexpected", key);
            }
        }
        if (!r.error) {
            run_command(q, json_string_value(execute), arguments, &r);
        }
    }
    respond(q, json_object_get(object, "id"), &r);
}

/* Takes whole objects from the front of the input; false when what is there cannot become one. */
static bool take_input(Qmp *q)
{
    json_error_t err;
    size_t at = 0;
    while (at < q->len && !q->quit) {
        at += strspn(q->in + at, " \t\r\n");
        json_t *object = at < q->len ? json_loadb(q->in + at, q->len - at, JSON_DISABLE_EOF_CHECK, &err) : NULL;
        if (!object) {
            break;
        }
        at += (size_t)err.position;
        take_object(q, object);
        json_decref(object);
    }
    bool more = q->quit || at >= q->len || json_error_code(&err) == json_error_premature_end_of_input;
    memmove(q->in, q->in + at, q->len - at + 1);
    q->len -= at;
    return more && q->len <= MAX_INPUT;
}

bool qmp_input(Qmp *q, const void *bytes, size_t len)
{
    char *larger = realloc(q->in, q->len + len + 1);
    if (!larger) {
        return true;
    }
    q->in = larger;
    memcpy(q->in + q->len, bytes, len);
    q->len += len;
    q->in[q->len] = 0;
    if (!take_input(q)) {
        QmpResult r = { 0 };
        qmp_fail(&r, "GenericError", "JSON parse error");
        respond(q, NULL, &r);
        q->len = 0;
    }
    return q->quit;
}

void qmp_tell_reset(Qmp *q)
{
    qmp_event(q, "RESET", json_pack("{s:b,s:s}", "guest", 1, "reason", "guest-reset"));
}

void qmp_tell_shutdown(Qmp *q, bool by_signal)
{
    qmp_event(q, "SHUTDOWN", json_pack("{s:b,s:s}", "guest", 0, "reason", by_signal ? "host-signal" : "host-qmp-quit"));
}

Qmp *qmp_new(ZifMachine *m, void (*send)(void *opaque, const char *text, size_t len), void *opaque)
{
    Qmp *q = calloc(1, sizeof *q);
    if (q) {
        *q = (Qmp){ .m = m, .send = send, .opaque = opaque, .running = true };
    }
    return q;
}

void qmp_free(Qmp *q)
{
    if (q) {
        free(q->in);
        free(q);
    }
}
