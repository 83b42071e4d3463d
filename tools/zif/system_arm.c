/* The options of zif-system-arm. SPDX-License-Identifier: GPL-2.0-or-later */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "system_arm.h"

char *system_arm_keep(SystemArm *s, const char *text, size_t len, Error **errp)
{
    char *copy = s->ntexts < sizeof s->texts / sizeof *s->texts ? strndup(text, len) : NULL;
    if (!copy) {
        error_setg(errp, "too many options");
        return NULL;
    }
    return s->texts[s->ntexts++] = copy;
}

/* --- Handlers: false and *errp when the value is not for us ------------------------------------------------------------------- */

typedef bool Handler(SystemArm *s, const char *value, Error **errp);

static bool ignore(SystemArm *s, const char *value, Error **errp)
{
    return true;
}

static bool help(SystemArm *s, const char *value, Error **errp)
{
    s->help = true;
    return true;
}

static bool version(SystemArm *s, const char *value, Error **errp)
{
    s->version = true;
    return true;
}

/* Where QEMU's tests of a board expect what the real one does not do, there is a board qemu_NAME that does. */
static const char *as_qemu(const char *name)
{
    for (unsigned i = 0; i < zif_nboards; i++) {
        if (!strncmp(zif_boards[i].name, "qemu_", 5) && !strcmp(zif_boards[i].name + 5, name)) {
            return zif_boards[i].name;
        }
    }
    return name;
}

static bool machine(SystemArm *s, const char *value, Error **errp)
{
    char *name = system_arm_keep(s, value, strcspn(value, ","), errp);
    const char *options = strchr(value, ',');
    if (!name) {
        return false;
    }
    if (options && strcmp(options, ",accel=qtest") != 0) {
        error_setg(errp, "-machine: '%s' is not known here", options + 1);
        return false;
    }
    s->machines = !strcmp(name, "help") || !strcmp(name, "?");
    name = !strncmp(name, "type=", 5) ? name + 5 : name;
    s->session.machine.board = strcmp(name, "none") != 0 ? as_qemu(name) : NULL;
    return true;
}

static bool accel(SystemArm *s, const char *value, Error **errp)
{
    if (strncmp(value, "qtest", 5) != 0) {
        error_setg(errp, "-accel %s: only qtest, for no processor executes here (zif run executes firmware)", value);
        return false;
    }
    return true;
}

static bool only_none(SystemArm *s, const char *value, Error **errp)
{
    if (strcmp(value, "none") != 0 && strcmp(value, "null") != 0) {
        error_setg(errp, "'%s': only none", value);
        return false;
    }
    return true;
}

static bool qtest(SystemArm *s, const char *value, Error **errp)
{
    s->session.qtest = system_arm_channel(s, value, errp);
    return s->session.qtest;
}

static bool qtest_log(SystemArm *s, const char *value, Error **errp)
{
    s->session.log = strcmp(value, "none") != 0 ? value : NULL;
    return true;
}

static bool qmp(SystemArm *s, const char *value, Error **errp)
{
    s->session.monitor = system_arm_channel(s, value, errp);
    return s->session.monitor;
}

static bool mon(SystemArm *s, const char *value, Error **errp)
{
    const char *mode = system_arm_value(s, value, "mode", errp);
    s->monitor_id = system_arm_value(s, value, "chardev", errp);
    if (!s->monitor_id || !mode || strcmp(mode, "control") != 0) {
        error_setg(errp, "-mon %s: only chardev=ID,mode=control", value);
        return false;
    }
    return true;
}

static bool serial(SystemArm *s, const char *value, Error **errp)
{
    if (s->nserials == QTEST_SERIALS) {
        error_setg(errp, "more than %d of -serial", QTEST_SERIALS);
        return false;
    }
    if (!strncmp(value, "chardev:", 8)) {
        s->session.serials[s->nserials] = value; /* the chardev may come later: see put_together */
    } else {
        s->session.serials[s->nserials] = system_arm_channel(s, strcmp(value, "none") != 0 ? value : "null", errp);
    }
    return s->session.serials[s->nserials++];
}

static bool kernel(SystemArm *s, const char *value, Error **errp)
{
    if (s->nimages == QTEST_IMAGES) {
        error_setg(errp, "more than %d images", QTEST_IMAGES);
        return false;
    }
    s->session.images[s->nimages++] = value;
    return true;
}

static bool debug(SystemArm *s, const char *value, Error **errp)
{
    s->session.reports = strstr(value, "guest_errors") || strstr(value, "unimp");
    return true;
}

static const struct {
    const char *name;
    bool has_value;
    Handler *handle;
    const char *help; /* NULL: taken and without effect */
} options[] = {
    { "M", true, machine, "BOARD: microbit, mps2-an385, netduinoplus2, musicpal, ..., or none" },
    { "machine", true, machine, "BOARD: the same; -machine help lists them" },
    { "accel", true, accel, "qtest: the only one" },
    { "qtest", true, qtest, "unix:PATH[,server=on] or stdio: the tests' client" },
    { "qtest-log", true, qtest_log, "FILE or none: every line of the protocol" },
    { "chardev", true, system_arm_chardev, "socket,id=ID,path=PATH[,server=on]; file,id=ID,path=PATH; null,id=ID" },
    { "mon", true, mon, "chardev=ID,mode=control: the monitor (QMP)" },
    { "qmp", true, qmp, "unix:PATH[,server=on] or stdio: the same" },
    { "serial", true, serial, "chardev:ID, unix:PATH, file:PATH, stdio, null or none: the next serial line" },
    { "kernel", true, kernel, "FILE: an image, as zif run takes it" },
    { "drive", true, system_arm_drive,
      "if=pflash,file=FILE,format=raw[,readonly=on][,snapshot=on]: the parallel flash" },
    { "global", true, system_arm_global, "driver=cfi.pflash02,property=NAME,value=N: its geometry and identity" },
    { "d", true, debug, "guest_errors: print the devices' reports to standard error" },
    { "help", false, help, "Print this." },
    { "h", false, help, NULL },
    { "version", false, version, "Print the version." },
    { "display", true, only_none, NULL },
    { "vga", true, only_none, NULL },
    { "monitor", true, only_none, NULL },
    { "parallel", true, only_none, NULL },
    { "net", true, only_none, NULL },
    { "nic", true, only_none, NULL },
    { "audio", true, only_none, NULL },
    { "trace", true, ignore, NULL },
    { "name", true, ignore, NULL },
    { "nographic", false, ignore, NULL },
    { "nodefaults", false, ignore, NULL },
    { "no-user-config", false, ignore, NULL },
    { "no-shutdown", false, ignore, NULL },
    { "no-reboot", false, ignore, NULL },
    { "S", false, ignore, NULL },
};

enum { NOPTIONS = sizeof options / sizeof *options };

static bool parse(SystemArm *s, char **argv, Error **errp)
{
    for (; *argv; argv++) {
        const char *name = *argv + strspn(*argv, "-");
        unsigned i = 0;
        while (i < NOPTIONS && strcmp(options[i].name, name) != 0) {
            i++;
        }
        if (**argv != '-' || name - *argv > 2 || i == NOPTIONS) {
            error_setg(errp, "%s: an option that is not known here (see -help)", *argv);
            return false;
        }
        if (options[i].has_value && !argv[1]) {
            error_setg(errp, "-%s needs a value", name);
            return false;
        }
        if (!options[i].handle(s, options[i].has_value ? *++argv : NULL, errp)) {
            return false;
        }
    }
    return true;
}

/* --- Putting together ----------------------------------------------------------------------------------------------------- */

static const char *chardev(SystemArm *s, const char *id, Error **errp)
{
    for (unsigned i = 0; i < s->nchardevs; i++) {
        if (!strcmp(s->chardevs[i].id, id)) {
            return s->chardevs[i].channel;
        }
    }
    error_setg(errp, "there is no chardev '%s'", id);
    return NULL;
}

static bool put_together(SystemArm *s, Error **errp)
{
    QtestSession *session = &s->session;
    for (unsigned i = 0; i < s->nserials; i++) {
        if (!strncmp(session->serials[i], "chardev:", 8) &&
            !(session->serials[i] = chardev(s, session->serials[i] + 8, errp))) {
            return false;
        }
    }
    if (s->monitor_id && !(session->monitor = chardev(s, s->monitor_id, errp))) {
        return false;
    }
    if (!session->qtest && !session->monitor) {
        error_setg(errp, "no -qtest: this program serves tests, zif run executes firmware");
        return false;
    }
    return system_arm_flash(s, errp);
}

static void print_help(void)
{
    puts("zif-system-arm: serves a board's bus and clock to tests written against QEMU's client\n"
         "library; no processor executes. The rest of qemu-system-arm is zif run's.\n");
    for (unsigned i = 0; i < NOPTIONS; i++) {
        if (options[i].help) {
            printf("  -%-10s %s\n", options[i].name, options[i].help);
        }
    }
    fputs("Taken and without effect:", stdout);
    for (unsigned i = 0; i < NOPTIONS; i++) {
        if (!options[i].help) {
            printf(" -%s", options[i].name);
        }
    }
    puts("");
}

static void print_machines(void)
{
    puts("Supported machines are:");
    for (unsigned i = 0; i < zif_nboards; i++) {
        printf("%-20s %s\n", zif_boards[i].name, zif_boards[i].description);
        for (unsigned k = 0; zif_boards[i].aliases[k]; k++) {
            printf("%-20s (alias of %s)\n", zif_boards[i].aliases[k], zif_boards[i].name);
        }
    }
    printf("%-20s empty machine\n", "none");
}

int system_arm(char **argv)
{
    Error *err = NULL;
    SystemArm s = { .session = { .machine = { .port = "portable", .max_resets = UINT_MAX }, .polling = true } };
    bool ok = parse(&s, argv, &err);
    if (ok && s.help) {
        print_help();
    } else if (ok && s.version) {
        puts("zif-system-arm " ZIF_VERSION);
    } else if (ok && s.machines) {
        print_machines();
    } else if (ok) {
        ok = put_together(&s, &err) && qtest_session(&s.session, &err);
    }
    if (err) {
        fprintf(stderr, "zif-system-arm: %s\n", error_get_pretty(err));
        error_free(err);
    }
    while (s.ntexts) {
        free(s.texts[--s.ntexts]);
    }
    return ok ? 0 : 1;
}
