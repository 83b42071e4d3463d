/* The machines of a power cut sweep: see powercut.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "pattern.h"
#include "powercut.h"

enum { BLOCK = 1024, MOST_AT_ONCE = 8 };

/* A step that was announced, and the cells it touches as they were. */
typedef struct {
    unsigned flash;
    uint64_t number;
    ZifFlashStep step;
    uint8_t data[ZIF_FLASH_STEP_BYTES];
    uint8_t *old;
    uint64_t reach;
    CutStep words;
} Record;

typedef struct Sweep Sweep;

/* A machine. Level 0 runs the program; level n is started after n cuts. */
typedef struct {
    Sweep *s;
    unsigned level;
    ZifMachine *m;
    ZifSnapshot *start; /* loaded, before power-on */
    unsigned nflashes;
    ZifFlash **flashes;
    uint8_t **touched; /* per flash: blocks that differ, or may, from the start; a byte each */
    Pattern *check;
    bool came_up;
    bool watched; /* its steps are to be cut: they are recorded */
    uint64_t nsteps;
    Record records[MOST_AT_ONCE];
    unsigned nrecords;
    /* Level 0: the steps of the command line. */
    bool steps_done;
} Lab;

struct Sweep {
    PowercutOptions *o;
    ZifImage **images;
    Lab labs[CUTS + 1];
    unsigned nlabs;
    CutFailure now; /* the cuts that led to where we are */
    const PowercutWatcher *watcher;
    uint64_t steps, share, shares;
    uint8_t *chosen; /* per step, for random choices; NULL otherwise */
    bool show;       /* print what the guest prints */
};

/* --- A machine -------------------------------------------------------------------------------------------------------- */

static void on_byte(void *opaque, uint8_t byte, ZifTime when)
{
    Lab *l = opaque;
    if (l->s->show) {
        putchar(byte);
    }
    if (l->level && l->check && !l->came_up && pattern_byte(l->check, byte)) {
        l->came_up = true;
        zif_machine_stop(l->m);
    }
}

static void on_step(void *opaque, ZifFlash *f, const ZifFlashStep *step)
{
    Lab *l = opaque;
    l->nsteps++;
    unsigned n = 0;
    while (l->flashes[n] != f) {
        n++;
    }
    uint64_t reach = zif_flash_reach(step);
    for (uint64_t b = step->offset / BLOCK; reach && b <= (step->offset + reach - 1) / BLOCK; b++) {
        l->touched[n][b] = 1;
    }
    if (!l->watched || l->nrecords == MOST_AT_ONCE) {
        return;
    }
    Record *r = &l->records[l->nrecords++];
    free(r->old);
    *r = (Record){ .flash = n, .number = l->nsteps, .step = *step, .old = malloc(reach + 1), .reach = reach };
    if (!r->old) {
        zif_bug("out of memory for a step");
    }
    memcpy(r->old, zif_flash_cells(f) + step->offset, reach);
    if (step->data) {
        memcpy(r->data, step->data, step->len);
        r->step.data = r->data;
    }
    CutStep *w = &r->words;
    *w = (CutStep){ .kind = step->kind,
                    .offset = step->offset,
                    .len = step->len,
                    .pc = zif_machine_pc(l->m),
                    .when = zif_machine_now(l->m) };
    snprintf(w->flash, sizeof w->flash, "%s", zif_flash_name(f));
    zif_machine_stop(l->m);
}

static bool lab_open(Sweep *s, unsigned level, Error **errp)
{
    Lab *l = &s->labs[level];
    *l = (Lab){ .s = s, .level = level };
    l->m = zif_machine_new(&s->o->run.machine, errp);
    if (!l->m || !flash_options_apply(&s->o->run.flash, l->m, true, errp)) {
        return false;
    }
    for (size_t i = 0; i < s->o->run.nimages; i++) {
        if (!zif_machine_load(l->m, s->images[i], errp)) {
            return false;
        }
    }
    l->nflashes = zif_machine_nflashes(l->m);
    l->flashes = calloc(l->nflashes + 1, sizeof *l->flashes);
    l->touched = calloc(l->nflashes + 1, sizeof *l->touched);
    for (unsigned i = 0; i < l->nflashes; i++) {
        l->flashes[i] = zif_machine_flash(l->m, i);
        l->touched[i] = calloc(zif_flash_size(l->flashes[i]) / BLOCK + 1, 1);
    }
    if (!l->nflashes) {
        error_setg(errp, "%s has no flash whose steps could be cut", s->o->run.machine.board);
        return false;
    }
    for (unsigned i = 0; i < zif_machine_nserial(l->m); i++) {
        zif_serial_on_transmit(zif_machine_serial(l->m, i), on_byte, l);
    }
    zif_machine_on_flash_step(l->m, on_step, l);
    if (s->o->text || s->o->regex) {
        l->check = s->o->text ? pattern_text(s->o->text, errp) : pattern_regex(s->o->regex, errp);
        if (!l->check) {
            return false;
        }
    }
    l->start = zif_machine_snapshot(l->m);
    return true;
}

static void lab_close(Lab *l)
{
    for (unsigned i = 0; i < MOST_AT_ONCE; i++) {
        free(l->records[i].old);
    }
    for (unsigned i = 0; i < l->nflashes; i++) {
        free(l->touched[i]);
    }
    free(l->flashes);
    free(l->touched);
    pattern_free(l->check);
    zif_snapshot_free(l->start);
    zif_machine_free(l->m);
}

/* --- The check -------------------------------------------------------------------------------------------------------- */

/* Runs the user's command on dumps of the flashes; ZIF_FLASH_<NAME> says where each one is. */
static bool command_passes(Lab *l)
{
    char dir[] = "/tmp/zif-cut-XXXXXX", path[128], variable[64];
    if (!mkdtemp(dir)) {
        return false;
    }
    for (unsigned i = 0; i < l->nflashes; i++) {
        const char *name = zif_flash_name(l->flashes[i]);
        snprintf(path, sizeof path, "%s/%u", dir, i);
        snprintf(variable, sizeof variable, "ZIF_FLASH_%.40s", name);
        FILE *out = fopen(path, "wb");
        if (out) {
            fwrite(zif_flash_cells(l->flashes[i]), 1, zif_flash_size(l->flashes[i]), out);
            fclose(out);
        }
        setenv(variable, path, 1);
    }
    fflush(NULL);
    int status = system(l->s->o->command);
    for (unsigned i = 0; i < l->nflashes; i++) {
        snprintf(path, sizeof path, "%s/%u", dir, i);
        unlink(path);
    }
    rmdir(dir);
    return status != -1 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static void say_failed(Sweep *s, const char *why)
{
    CutFailure f = s->now;
    for (unsigned i = 0; i < f.ncuts; i++) {
        zif_machine_locate(s->labs[i].m, f.steps[i].pc, f.steps[i].where, sizeof f.steps[i].where);
    }
    snprintf(f.why, sizeof f.why, "%s", why);
    s->watcher->failed(s->watcher->opaque, &f);
}

static bool explore(Sweep *s, unsigned level);

/* Lets the machine of this level come up; its own steps are cut on the way when there is a level above. */
static void come_up(Sweep *s, Lab *l)
{
    char why[sizeof s->now.why] = "", when[32];
    ZifRunInfo info;
    l->came_up = false;
    l->nsteps = 0;
    l->nrecords = 0;
    l->watched = s->now.ncuts < s->o->cuts && (!s->o->replay || s->now.ncuts < s->o->nreplay);
    if (l->check) {
        pattern_reset(l->check, true);
    }
    while (!l->came_up && !*why) {
        ZifRunReason reason = zif_machine_run(l->m, s->o->limit, &info);
        if (l->nrecords && !explore(s, l->level)) {
            return; /* the point to be replayed was deeper */
        }
        switch (reason) {
        case ZIF_RUN_ASKED:
            break;
        case ZIF_RUN_TIME:
            snprintf(why, sizeof why, "did not come up within %s", zif_time_format(s->o->limit, when));
            break;
        case ZIF_RUN_EXIT:
            snprintf(why, sizeof why, "ended itself with status %d before it came up", info.exit_code);
            break;
        case ZIF_RUN_LOCKUP:
        case ZIF_RUN_FAULT:
            snprintf(why, sizeof why, "crashed: %.*s", (int)strcspn(info.text, "\n"), info.text);
            break;
        default:
            snprintf(why, sizeof why, "did not come up: %.*s", (int)strcspn(info.text, "\n"), info.text);
            break;
        }
    }
    if (s->o->command) {
        bool crashed = !strncmp(why, "crashed", 7);
        if (!crashed && command_passes(l)) {
            why[0] = '\0';
        } else if (!crashed) {
            snprintf(why, sizeof why, "the check command says no");
        }
    }
    if (*why) {
        say_failed(s, why);
    }
}

/* --- One cut ---------------------------------------------------------------------------------------------------------- */

/* The cells of `from` at the next restore of `to`. A block that neither has touched is as it was before power-on in both. */
static void set_blocks(Lab *to, const Lab *from)
{
    for (unsigned i = 0; i < to->nflashes; i++) {
        const ZifFlash *f = from->flashes[i];
        uint64_t size = zif_flash_size(f);
        for (uint64_t at = 0; at < size; at += BLOCK) {
            uint8_t *touched = &to->touched[i][at / BLOCK];
            *touched |= from->touched[i][at / BLOCK];
            if (*touched) {
                zif_snapshot_set_cells(to->start, to->flashes[i], at, zif_flash_cells(f) + at,
                                       size - at < BLOCK ? size - at : BLOCK);
            }
        }
    }
}

/* The machine above `level` gets the cells as this cut leaves them, and power. */
static void try_cut(Sweep *s, unsigned level, unsigned at, const Cut *cut)
{
    Lab *from = &s->labs[level], *l = &s->labs[level + 1];
    set_blocks(l, from);
    for (unsigned i = from->nrecords; i-- > at;) { /* as it was before step `at` of this instruction */
        const Record *r = &from->records[i];
        zif_snapshot_set_cells(l->start, l->flashes[r->flash], r->step.offset, r->old, r->reach);
    }
    const Record *r = &from->records[at];
    if (cut->kind != CUT_BEFORE) {
        ZifFlash *f = l->flashes[r->flash];
        ZifFlashStep here = r->step;
        uint8_t *cells = malloc(r->reach + 1);
        if (!cells) {
            zif_bug("out of memory for a step");
        }
        memcpy(cells, r->old, r->reach);
        here.offset = 0;
        here.data = here.data ? r->data : NULL;
        if (cut->kind == CUT_AFTER) {
            zif_flash_apply(&here, cells);
        } else {
            zif_flash_tear(&here, zif_flash_unit(f), cells,
                           s->o->run.machine.seed * 0x1000003u + cut->step * 0x10001u + cut->seed);
        }
        zif_snapshot_set_cells(l->start, f, r->step.offset, cells, r->reach);
        free(cells);
    }
    zif_machine_restore(l->m, l->start);
    s->now.cuts[level] = *cut;
    s->now.steps[level] = r->words;
    s->now.ncuts = level + 1;
    zif_machine_reset(l->m, ZIF_RESET_POWER_ON);
    if (s->o->replay) {
        char name[64];
        s->show = true;
        printf("\n--- power cut %s: %s of %s at 0x%" PRIx64 " ---\n", cut_name(cut, name, sizeof name),
               zif_flash_kind_name(r->step.kind), r->words.flash, r->words.offset);
    }
    come_up(s, l);
    s->now.ncuts = level;
    s->watcher->tried(s->watcher->opaque, 1);
}

static bool is_chosen(const Sweep *s, unsigned level, uint64_t step)
{
    return level || (step >= s->o->first && step <= s->o->last && (!s->chosen || s->chosen[step]));
}

/* The steps of the instruction that `level` has just carried out. False: no more is to be done. */
static bool explore(Sweep *s, unsigned level)
{
    Lab *l = &s->labs[level];
    bool more = true;
    for (unsigned i = 0; i < l->nrecords && more; i++) {
        uint64_t n = l->records[i].number;
        if (s->o->replay) {
            const Cut *cut = &s->o->replay_cuts[level];
            if (cut->step == n) {
                try_cut(s, level, i, cut);
                more = false;
            }
            continue;
        }
        if (!is_chosen(s, level, n) || (!level && n % s->shares != s->share)) {
            continue;
        }
        try_cut(s, level, i, &(Cut){ n, CUT_BEFORE, 0 });
        for (uint32_t t = 0; t < s->o->torn; t++) {
            try_cut(s, level, i, &(Cut){ n, CUT_TORN, t });
        }
        /* What is left after it is what is there before the next one, which is tried as such. */
        if (!level && (n == s->steps || !is_chosen(s, level, n + 1))) {
            try_cut(s, level, i, &(Cut){ n, CUT_AFTER, 0 });
        }
    }
    l->nrecords = 0;
    return more;
}

/* --- The program itself ----------------------------------------------------------------------------------------------- */

static int steps_line(void *opaque, const char *name, size_t len)
{
    Lab *l = opaque;
    for (unsigned i = 0; i < zif_machine_nserial(l->m); i++) {
        const char *line = zif_serial_name(zif_machine_serial(l->m, i));
        if (strlen(line) == len && !strncmp(line, name, len)) {
            return (int)i;
        }
    }
    return len == strlen("console") && !strncmp(name, "console", len) ? 0 : -1;
}

static void steps_send(void *opaque, unsigned line, const void *bytes, size_t len)
{
    zif_serial_send(zif_machine_serial(((Lab *)opaque)->m, line), bytes, len);
}

static size_t steps_queued(void *opaque)
{
    Lab *l = opaque;
    size_t n = 0;
    for (unsigned i = 0; i < zif_machine_nserial(l->m); i++) {
        n += zif_serial_queued(zif_machine_serial(l->m, i));
    }
    return n;
}

static void on_time(void *opaque)
{
    Lab *l = opaque;
    steps_time(l->s->o->run.steps, zif_machine_now(l->m));
}

static void steps_call_at(void *opaque, ZifTime when)
{
    zif_machine_at(((Lab *)opaque)->m, when, on_time, opaque);
}

static void steps_stop(void *opaque)
{
    Lab *l = opaque;
    l->steps_done = true;
    zif_machine_stop(l->m);
}

typedef struct {
    Lab *lab;
    unsigned line;
} StepsByte;

static void on_program_byte(void *opaque, uint8_t byte, ZifTime when)
{
    StepsByte *b = opaque;
    steps_byte(b->lab->s->o->run.steps, b->line, byte, when);
}

/* Level 0 from power-on to its end. False and *errp when it fails by itself. */
static bool run_program(Sweep *s, Error **errp)
{
    Lab *l = &s->labs[0];
    const RunOptions *o = &s->o->run;
    StepsHost host = { .line = steps_line,
                       .send = steps_send,
                       .queued = steps_queued,
                       .call_at = steps_call_at,
                       .stop = steps_stop,
                       .opaque = l };
    StepsByte *bytes = calloc(zif_machine_nserial(l->m) + 1, sizeof *bytes);
    ZifTime limit = o->run_for ? o->run_for : o->timeout ? o->timeout : 30 * ZIF_SEC;
    bool more = true, ok = bytes;
    for (unsigned i = 0; ok && i < zif_machine_nserial(l->m); i++) {
        bytes[i] = (StepsByte){ l, i };
        zif_serial_on_transmit(zif_machine_serial(l->m, i), on_program_byte, &bytes[i]);
    }
    zif_machine_reset(l->m, ZIF_RESET_POWER_ON);
    ok = ok && steps_start(o->steps, &host, 0, errp);
    while (ok && more) {
        ZifRunInfo info;
        ZifRunReason reason = zif_machine_run(l->m, limit, &info);
        if (l->nrecords && !explore(s, 0)) {
            break;
        }
        switch (reason) {
        case ZIF_RUN_ASKED:
            more = !l->steps_done;
            break;
        case ZIF_RUN_TIME:
        case ZIF_RUN_EXIT:
        case ZIF_RUN_DEAD: /* asleep for good: it has done what it does */
            more = false;
            break;
        default:
            error_setg(errp, "the run fails without any cut: %.*s", (int)strcspn(info.text, "\n"), info.text);
            ok = false;
            break;
        }
    }
    bool missed = steps_state(o->steps) == STEPS_FAILED || (steps_state(o->steps) == STEPS_RUNNING && !s->o->replay);
    if (ok && missed) {
        error_setg(errp, "the run fails without any cut: its steps are not met");
        ok = false;
    }
    free(bytes);
    return ok;
}

static bool open_sweep(Sweep *s, PowercutOptions *o, unsigned nlabs, Error **errp)
{
    *s = (Sweep){ .o = o, .nlabs = nlabs, .shares = 1 };
    s->images = calloc(o->run.nimages + 1, sizeof *s->images);
    for (size_t i = 0; i < o->run.nimages; i++) {
        s->images[i] = zif_image_open(o->run.images[i], errp);
        if (!s->images[i]) {
            return false;
        }
    }
    for (unsigned i = 0; i < nlabs; i++) {
        if (!lab_open(s, i, errp)) {
            return false;
        }
    }
    return true;
}

static void close_sweep(Sweep *s)
{
    for (unsigned i = 0; i < s->nlabs; i++) {
        lab_close(&s->labs[i]);
    }
    for (size_t i = 0; i < s->o->run.nimages; i++) {
        zif_image_free(s->images[i]);
    }
    free(s->images);
    free(s->chosen);
}

static void note_tried(void *opaque, uint64_t points) {}

static void note_failed(void *opaque, const CutFailure *failure)
{
    *(CutFailure *)opaque = *failure;
}

bool powercut_count(PowercutOptions *o, uint64_t *steps, Error **errp)
{
    Sweep s;
    CutFailure failure = { 0 };
    PowercutWatcher watcher = { note_tried, note_failed, &failure };
    bool ok = open_sweep(&s, o, 2, errp);
    s.watcher = &watcher;
    ok = ok && run_program(&s, errp);
    *steps = s.labs[0].nsteps;
    if (ok && !*steps) {
        error_setg(errp, "the run programs and erases nothing");
        ok = false;
    }
    if (ok) {
        /* What the run leaves must come up. */
        unsigned cuts = o->cuts;
        o->cuts = 0;
        set_blocks(&s.labs[1], &s.labs[0]);
        zif_machine_restore(s.labs[1].m, s.labs[1].start);
        zif_machine_reset(s.labs[1].m, ZIF_RESET_POWER_ON);
        come_up(&s, &s.labs[1]);
        o->cuts = cuts;
        if (*failure.why) {
            error_setg(errp, "what the run leaves does not pass the check even without a cut: %s", failure.why);
            ok = false;
        }
    }
    close_sweep(&s);
    return ok;
}

/* Chooses o->random of the steps by the seed. */
static void choose(Sweep *s)
{
    uint64_t state = s->o->run.machine.seed * 0x9e3779b97f4a7c15u + 1, left = s->o->random;
    s->chosen = calloc(s->steps + 1, 1);
    for (uint64_t n = 1; s->chosen && n <= s->steps; n++) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        if (state % (s->steps - n + 1) < left) {
            s->chosen[n] = 1;
            left--;
        }
    }
}

bool powercut_sweep(PowercutOptions *o, uint64_t steps, unsigned share, unsigned shares, const PowercutWatcher *watcher,
                    Error **errp)
{
    Sweep s;
    bool ok = open_sweep(&s, o, o->cuts + 1, errp);
    s.watcher = watcher;
    s.steps = steps;
    s.share = share;
    s.shares = shares;
    s.labs[0].watched = true;
    s.show = o->replay;
    if (ok && o->random) {
        choose(&s);
    }
    ok = ok && run_program(&s, errp);
    close_sweep(&s);
    return ok;
}
