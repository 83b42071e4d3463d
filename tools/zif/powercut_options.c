/* The arguments of `zif powercut`: its own, and those of `zif run` that say what to run. SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "powercut.h"

enum { AT, TORN, CUTS_DEEP, CHECK_TEXT, CHECK_RE, CHECK_CMD, CHECK_TIMEOUT, JOBS, JUNIT, JSON, REPLAY, HELP, OF_RUN };

#define CHECK_LIMIT ZIF_SEC

const Option powercut_option_table[] = {
    { AT, "at", 0, OPTION_VALUE, "every-op|N|N..M|random:N",
      "Which program and erase steps are cut, counted from 1 at power-on; every-op." },
    { TORN, "torn", 0, OPTION_MAYBE, "N", "Cut in the middle of each step, too, in N different ways (1)." },
    { CUTS_DEEP, "cuts", 0, OPTION_VALUE, "1|2", "2: cut again at each step of the start that follows a cut; 1." },
    { CHECK_TEXT, "check-text", 0, OPTION_VALUE, "TEXT", "It has come up when it prints TEXT." },
    { CHECK_RE, "check-re", 0, OPTION_VALUE, "REGEX", "It has come up when a line it prints matches." },
    { CHECK_CMD, "check-cmd", 0, OPTION_VALUE, "CMD",
      "After the time for coming up, CMD (of the shell) looks at the flashes, in files named by $ZIF_FLASH_<name>; "
      "exit status 0 passes." },
    { CHECK_TIMEOUT, "check-timeout", 0, OPTION_VALUE, "DURATION", "Virtual time it may take to come up; 1s." },
    { JOBS, "jobs", 'j', OPTION_VALUE, "N", "Processes that share the points; 1. The result is the same." },
    { JUNIT, "junit", 0, OPTION_VALUE, "FILE", "Write the result as JUnit XML." },
    { JSON, "json", 0, OPTION_VALUE, "FILE", "Write the result as JSON." },
    { REPLAY, "replay", 0, OPTION_VALUE, "POINT", "Try one point of an earlier report, and show what is printed." },
    { HELP, "help", 'h', OPTION_FLAG, NULL, "Print this page." },
    { 0 },
};

static bool parse_at(PowercutOptions *o, const char *text, Error **errp)
{
    const char *end;
    o->first = 1;
    o->last = UINT64_MAX;
    o->random = 0;
    if (!strcmp(text, "every-op")) {
        return true;
    }
    if (!strncmp(text, "random:", 7)) {
        return option_number("at", text + 7, NULL, 1, UINT32_MAX, &o->random, errp);
    }
    if (!option_number("at", text, &end, 1, UINT32_MAX, &o->first, errp)) {
        return false;
    }
    o->last = o->first;
    if (!strncmp(end, "..", 2)) {
        return option_number("at", end + 2, NULL, o->first, UINT32_MAX, &o->last, errp);
    }
    if (*end) {
        error_setg(errp, "--at: '%s' is none of every-op, N, N..M, random:N", text);
        return false;
    }
    return true;
}

char *cut_name(const Cut *cut, char *buf, size_t len)
{
    if (cut->kind == CUT_TORN) {
        snprintf(buf, len, "%" PRIu64 ".torn:%" PRIu32, cut->step, cut->seed);
    } else {
        snprintf(buf, len, "%" PRIu64 "%s", cut->step, cut->kind == CUT_AFTER ? ".after" : "");
    }
    return buf;
}

char *cut_names(const CutFailure *f, char *buf, size_t len)
{
    buf[0] = '\0';
    for (unsigned i = 0; i < f->ncuts; i++) {
        char name[64];
        size_t used = strlen(buf);
        snprintf(buf + used, len - used, "%s%s", i ? "," : "", cut_name(&f->cuts[i], name, sizeof name));
    }
    return buf;
}

static bool parse_replay(PowercutOptions *o, const char *text, Error **errp)
{
    const char *at = text;
    o->replay = true;
    for (o->nreplay = 0; o->nreplay < CUTS;) {
        Cut *cut = &o->replay_cuts[o->nreplay++];
        uint64_t seed = 0;
        *cut = (Cut){ .kind = CUT_BEFORE };
        if (!option_number("replay", at, &at, 1, UINT32_MAX, &cut->step, NULL)) {
            break;
        }
        if (!strncmp(at, ".after", 6)) {
            cut->kind = CUT_AFTER;
            at += 6;
        } else if (!strncmp(at, ".torn:", 6)) {
            cut->kind = CUT_TORN;
            if (!option_number("replay", at + 6, &at, 0, UINT32_MAX, &seed, NULL)) {
                break;
            }
            cut->seed = (uint32_t)seed;
        }
        if (!*at) {
            return true;
        }
        if (*at++ != ',') {
            break;
        }
    }
    error_setg(errp, "--replay: '%s' is no point of a report (12, 12.torn:0, 12.after, two with a comma between)",
               text);
    return false;
}

static bool apply(PowercutOptions *o, int id, const char *value, Error **errp)
{
    uint64_t n = 1;
    Error *err = NULL;
    switch (id) {
    case AT:
        return parse_at(o, value, errp);
    case TORN:
        if (value && !option_number("torn", value, NULL, 1, 1000, &n, errp)) {
            return false;
        }
        o->torn = (uint32_t)n;
        return true;
    case CUTS_DEEP:
        if (!option_number("cuts", value, NULL, 1, CUTS, &n, errp)) {
            return false;
        }
        o->cuts = (unsigned)n;
        return true;
    case CHECK_TEXT:
        o->text = value;
        return true;
    case CHECK_RE:
        o->regex = value;
        return true;
    case CHECK_CMD:
        o->command = value;
        return true;
    case CHECK_TIMEOUT:
        if (!zif_time_parse(value, &o->limit, &err) || !o->limit) {
            error_free(err);
            error_setg(errp, "--check-timeout: '%s' is no duration", value);
            return false;
        }
        return true;
    case JOBS:
        if (!option_number("jobs", value, NULL, 1, 1024, &n, errp)) {
            return false;
        }
        o->jobs = (unsigned)n;
        return true;
    case JUNIT:
        o->junit = value;
        return true;
    case JSON:
        o->json = value;
        return true;
    case REPLAY:
        return parse_replay(o, value, errp);
    }
    zif_bug("option %d is in the table and not applied", id);
}

/* Both tables in one, the run's with other numbers; what both have is this command's. */
static Option *all_options(void)
{
    size_t mine = sizeof powercut_option_table / sizeof *powercut_option_table - 1, theirs = 0, n = 0;
    while (run_option_table[theirs].name) {
        theirs++;
    }
    Option *all = calloc(mine + theirs + 1, sizeof *all);
    if (!all) {
        zif_bug("out of memory for options");
    }
    for (; n < mine; n++) {
        all[n] = powercut_option_table[n];
    }
    for (size_t i = 0; i < theirs; i++) {
        all[n] = run_option_table[i];
        all[n++].id = OF_RUN;
    }
    return all;
}

static bool split(PowercutOptions *o, char **argv, char **rest, Error **errp)
{
    Option *all = all_options();
    OptionParser parser = { .argv = argv, .options = all };
    size_t n = 0;
    int id;
    do {
        const char *value;
        int from = parser.at;
        id = option_next(&parser, &value, errp);
        if (id == HELP) {
            o->help = true;
            break;
        }
        if (id == OF_RUN || id == OPTION_OPERAND) {
            for (int i = from; i < parser.at; i++) {
                rest[n++] = argv[i];
            }
        } else if (id >= 0 && !apply(o, id, value, errp)) {
            id = OPTION_BAD;
        }
    } while (id != OPTION_END && id != OPTION_BAD);
    free(all);
    return id != OPTION_BAD;
}

bool powercut_options_parse(PowercutOptions *o, char **argv, Error **errp)
{
    size_t n = 0;
    while (argv[n]) {
        n++;
    }
    *o = (PowercutOptions){ .argv = argv, .first = 1, .last = UINT64_MAX, .cuts = 1, .jobs = 1, .limit = CHECK_LIMIT };
    char **rest = calloc(n + 1, sizeof *rest);
    if (!rest) {
        zif_bug("out of memory for options");
    }
    bool ok = split(o, argv, rest, errp);
    if (ok && !o->help) {
        ok = run_options_parse(&o->run, rest, errp);
    }
    free(rest);
    if (!ok || o->help) {
        return ok;
    }
    if (!o->text + !o->regex + !o->command != 2) {
        error_setg(errp, "one of --check-text, --check-re and --check-cmd must say what coming up means");
        return false;
    }
    if (o->run.gdb || o->run.save || o->run.load || o->run.flash.nflips || o->run.npower_cycles || o->run.nuarts ||
        o->run.pictures.shots || o->run.pictures.films || o->run.nframes || o->run.show) {
        error_setg(errp,
                   "--gdb, --save, --load, --uart, --flash-flip, --power-cycle-at and those of displays are for zif "
                   "run only");
        return false;
    }
    if (o->replay) {
        o->cuts = o->nreplay;
        o->jobs = 1;
    }
    return true;
}

void powercut_options_free(PowercutOptions *o)
{
    run_options_free(&o->run);
}
