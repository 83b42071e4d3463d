/* The monitor's commands, but for those on objects. SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "qmp_commands.h"

static void capabilities(Qmp *q, json_t *arguments, QmpResult *r)
{
    if (q->ready) {
        qmp_fail(r, "CommandNotFound", "Capabilities negotiation is already complete, command ignored");
    }
    q->ready = true;
}

static void query_commands(Qmp *q, json_t *arguments, QmpResult *r)
{
    r->value = json_array();
    for (const QmpCommand *c = qmp_commands; c->name; c++) {
        json_array_append_new(r->value, json_pack("{s:s}", "name", c->name));
    }
}

static void query_version(Qmp *q, json_t *arguments, QmpResult *r)
{
    r->value =
        json_pack("{s:{s:i,s:i,s:i},s:s}", "qemu", "micro", 0, "minor", 2, "major", 7, "package", "zif " ZIF_VERSION);
}

static void query_status(Qmp *q, json_t *arguments, QmpResult *r)
{
    r->value =
        json_pack("{s:b,s:b,s:s}", "running", q->running, "singlestep", 0, "status", q->running ? "running" : "paused");
}

static void query_name(Qmp *q, json_t *arguments, QmpResult *r) {}

static void query_kvm(Qmp *q, json_t *arguments, QmpResult *r)
{
    r->value = json_pack("{s:b,s:b}", "enabled", 0, "present", 0);
}

static void add_machine(json_t *list, const char *name)
{
    json_array_append_new(list, json_pack("{s:s,s:i,s:b,s:b,s:b}", "name", name, "cpu-max", 1, "hotpluggable-cpus", 0,
                                          "numa-mem-supported", 0, "deprecated", 0));
}

static void query_machines(Qmp *q, json_t *arguments, QmpResult *r)
{
    r->value = json_array();
    for (unsigned i = 0; i < zif_nboards; i++) {
        add_machine(r->value, zif_boards[i].name);
        for (unsigned k = 0; zif_boards[i].aliases[k]; k++) {
            add_machine(r->value, zif_boards[i].aliases[k]);
        }
    }
    add_machine(r->value, "none");
}

static void system_reset(Qmp *q, json_t *arguments, QmpResult *r)
{
    zif_machine_reset(q->m, ZIF_RESET_PIN);
    qmp_event(q, "RESET", json_pack("{s:b,s:s}", "guest", 0, "reason", "host-qmp-system-reset"));
}

/* The clock is the client's: there is nothing to stop. */
static void set_running(Qmp *q, bool running)
{
    if (q->running != running) {
        q->running = running;
        qmp_event(q, running ? "RESUME" : "STOP", NULL);
    }
}

static void stop(Qmp *q, json_t *arguments, QmpResult *r)
{
    set_running(q, false);
}

static void cont(Qmp *q, json_t *arguments, QmpResult *r)
{
    set_running(q, true);
}

static void quit(Qmp *q, json_t *arguments, QmpResult *r)
{
    q->quit = true;
}

/* For a person: the memory map, or what the board consists of. */
static void human(Qmp *q, json_t *arguments, QmpResult *r)
{
    const char *line = json_string_value(json_object_get(arguments, "command-line"));
    char *text = NULL;
    size_t len = 0;
    if (!line) {
        qmp_fail(r, "GenericError", "Parameter 'command-line' is missing");
        return;
    }
    FILE *out = open_memstream(&text, &len);
    if (!strncmp(line, "info mtree", 10) && q->m) {
        zif_machine_mtree(q->m, out, strstr(line, "-f"));
    } else if (!strcmp(line, "info qtree") && q->m) {
        zif_machine_describe(q->m, out);
    } else if (!strcmp(line, "info version")) {
        fprintf(out, "zif %s\r\n", ZIF_VERSION);
    } else if (!strcmp(line, "info status")) {
        fprintf(out, "VM status: %s\r\n", q->running ? "running" : "paused");
    } else {
        fprintf(out, "unknown command: '%.*s'\r\n", (int)strcspn(line, " "), line);
    }
    fclose(out);
    r->value = json_string(text);
    free(text);
}

const QmpCommand qmp_commands[] = {
    { "qmp_capabilities", false, capabilities },
    { "query-commands", false, query_commands },
    { "query-version", false, query_version },
    { "query-status", false, query_status },
    { "query-name", false, query_name },
    { "query-kvm", false, query_kvm },
    { "query-machines", false, query_machines },
    { "qom-list", false, qmp_qom_list },
    { "qom-get", false, qmp_qom_get },
    { "qom-set", false, qmp_qom_set },
    { "system_reset", true, system_reset },
    { "stop", false, stop },
    { "cont", false, cont },
    { "quit", false, quit },
    { "human-monitor-command", false, human },
    { 0 },
};
