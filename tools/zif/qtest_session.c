/* A machine, its client, its monitor and its serial lines. SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "channel.h"
#include "qmp.h"
#include "qtest.h"
#include "qtest_session.h"

enum { QTEST, MONITOR, SERIAL, CHANNELS = SERIAL + QTEST_SERIALS };

typedef struct {
    ZifMachine *m;
    ZifImage *images[QTEST_IMAGES];
    Qtest *q;
    Qmp *qmp;
    FILE *log;
    Channel channels[CHANNELS];
    unsigned resets; /* told to the monitor */
    bool done;
} Serving;

static volatile sig_atomic_t stop;

static void on_signal(int signal_number)
{
    stop = 1;
}

static void catch_signals(void)
{
    struct sigaction action = { .sa_handler = on_signal }; /* no SA_RESTART: waiting ends */
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGHUP, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
}

static void send_line(void *opaque, const char *line, size_t len)
{
    channel_send(&((Serving *)opaque)->channels[QTEST], line, len);
}

static void send_monitor(void *opaque, const char *text, size_t len)
{
    channel_send(&((Serving *)opaque)->channels[MONITOR], text, len);
}

static void from_client(void *opaque, const void *bytes, size_t len)
{
    Serving *v = opaque;
    qtest_input(v->q, bytes, len);
    for (; v->m && v->resets < zif_machine_resets(v->m); v->resets++) {
        qmp_tell_reset(v->qmp);
    }
}

static void from_monitor(void *opaque, const void *bytes, size_t len)
{
    Serving *v = opaque;
    v->done = qmp_input(v->qmp, bytes, len);
}

static void from_serial(void *opaque, const void *bytes, size_t len)
{
    zif_serial_send(opaque, bytes, len);
}

static void to_serial(void *opaque, uint8_t byte, ZifTime when)
{
    channel_send(opaque, &byte, 1);
}

static void print_report(void *opaque, const ZifReportEntry *e)
{
    char when[32];
    fprintf(stderr, "zif: %s: %s%s%s: %s (at %s)\n", zif_report_kind_name(e->kind), e->device, *e->reg ? "." : "",
            e->reg, e->text, zif_time_format(e->first, when));
}

static bool make_machine(Serving *v, const QtestSession *s, Error **errp)
{
    if (!s->machine.board) {
        return true;
    }
    v->m = zif_machine_new(&s->machine, errp);
    if (!v->m || (s->flash && !flash_options_apply(s->flash, v->m, false, errp))) {
        return false;
    }
    for (unsigned i = 0; i < QTEST_IMAGES && s->images[i]; i++) {
        v->images[i] = zif_image_open(s->images[i], errp);
        if (!v->images[i] || !zif_machine_load(v->m, v->images[i], errp)) {
            return false;
        }
    }
    zif_machine_reset(v->m, ZIF_RESET_POWER_ON);
    if (s->reports) {
        zif_machine_on_report(v->m, print_report, NULL);
    }
    return true;
}

static bool connect_serials(Serving *v, const QtestSession *s, Error **errp)
{
    unsigned lines = v->m ? zif_machine_nserial(v->m) - 1 : 0; /* the last one is semihosting's */
    for (unsigned i = 0; i < QTEST_SERIALS; i++) {
        Channel *c = &v->channels[SERIAL + i];
        if (!s->serials[i]) {
            continue;
        }
        if (!channel_open(c, s->serials[i], &stop, errp)) {
            return false;
        }
        if (i < lines) {
            c->input = from_serial;
            c->opaque = zif_machine_serial(v->m, i);
            zif_serial_on_transmit(c->opaque, to_serial, c);
        } else if (strcmp(s->serials[i], "null") != 0) {
            error_setg(errp, "the board has %u serial lines", lines);
            return false;
        }
    }
    return true;
}

static bool connect_client(Serving *v, const QtestSession *s, Error **errp)
{
    Channel *client = &v->channels[QTEST], *monitor = &v->channels[MONITOR];
    if (s->log && !(v->log = fopen(s->log, "w"))) {
        error_setg_errno(errp, errno, "cannot write %s", s->log);
        return false;
    }
    v->q = qtest_new(v->m, &(QtestConfig){ send_line, v, s->polling, s->faults, v->log, &stop });
    v->qmp = qmp_new(v->m, send_monitor, v);
    client->input = from_client;
    monitor->input = from_monitor;
    client->opaque = monitor->opaque = v;
    return (!s->qtest || channel_open(client, s->qtest, &stop, errp)) &&
           (!s->monitor || channel_open(monitor, s->monitor, &stop, errp));
}

static bool one_stdio(const QtestSession *s, Error **errp)
{
    unsigned n = (s->qtest && !strcmp(s->qtest, "stdio")) + (s->monitor && !strcmp(s->monitor, "stdio"));
    for (unsigned i = 0; i < QTEST_SERIALS; i++) {
        n += s->serials[i] && !strcmp(s->serials[i], "stdio");
    }
    if (n > 1) {
        error_setg(errp, "standard input and output can serve one thing only (--serve, --qmp, --serial)");
    }
    return n <= 1;
}

bool qtest_session(const QtestSession *s, Error **errp)
{
    Serving *v = calloc(1, sizeof *v);
    if (!v) {
        error_setg(errp, "out of memory");
        return false;
    }
    for (unsigned i = 0; i < CHANNELS; i++) {
        v->channels[i].in = v->channels[i].out = -1;
    }
    catch_signals();
    bool ok =
        one_stdio(s, errp) && make_machine(v, s, errp) && connect_client(v, s, errp) && connect_serials(v, s, errp);
    if (ok) {
        qmp_greet(v->qmp);
        channels_serve(v->channels, CHANNELS, &v->done, &stop);
        qmp_tell_shutdown(v->qmp, stop);
        ok = !v->m || !s->keeps_wear || flash_options_keep(s->flash, v->m, errp);
    }
    zif_machine_free(v->m);
    qtest_free(v->q);
    qmp_free(v->qmp);
    for (unsigned i = 0; i < CHANNELS; i++) {
        channel_close(&v->channels[i]);
    }
    for (unsigned i = 0; i < QTEST_IMAGES; i++) {
        zif_image_free(v->images[i]);
    }
    if (v->log) {
        fclose(v->log);
    }
    free(v);
    return ok;
}
