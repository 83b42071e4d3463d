/* Going back in time: see history.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>
#include "history.h"

/* Snapshots are thinned out with age: when there are too many, every other one of the older half goes, and the distance between
 * new ones doubles. */
enum { MAX_MARKS = 64 };
static const size_t most_bytes = (size_t)512 << 20;
static const uint64_t first_distance = 100000; /* instructions */

typedef struct {
    ZifSnapshot *snapshot;
    uint64_t instructions;
} Mark;

/* Characters that came for a serial line. */
typedef struct Sent {
    struct Sent *next;
    ZifSerialLine *line;
    ZifTime when;
    uint64_t instructions;
    size_t n;
    uint16_t words[];
} Sent;

struct ZifHistory {
    ZifMachine *m;
    Mark marks[MAX_MARKS];
    unsigned nmarks, max_marks;
    uint64_t distance;
    Sent *first, **last;
};

static void on_sent(void *opaque, ZifSerialLine *line, const uint16_t *words, size_t n)
{
    ZifHistory *h = opaque;
    Sent *s = h->m->kit.replaying ? NULL : malloc(sizeof *s + n * sizeof *words);
    if (!s) {
        return;
    }
    *s = (Sent){ .line = line, .when = zif_machine_now(h->m), .instructions = zif_machine_instructions(h->m), .n = n };
    memcpy(s->words, words, n * sizeof *words);
    *h->last = s;
    h->last = &s->next;
}

static void drop_sent(ZifHistory *h)
{
    while (h->first) {
        Sent *s = h->first;
        h->first = s->next;
        free(s);
    }
    h->last = &h->first;
}

ZifHistory *zif__history_new(ZifMachine *m, Error **errp)
{
    ZifHistory *h = calloc(1, sizeof *h);
    if (!h) {
        error_setg(errp, "out of memory for going back in time");
        return NULL;
    }
    h->m = m;
    h->distance = first_distance;
    h->last = &h->first;
    uint64_t each = m->memory_bytes ? m->memory_bytes : 1;
    h->max_marks = most_bytes / each < MAX_MARKS ? (unsigned)(most_bytes / each) : MAX_MARKS;
    h->max_marks = h->max_marks < 4 ? 4 : h->max_marks;
    m->kit.hooks.sent = on_sent;
    m->kit.hooks.sent_opaque = h;
    m->history = h;
    return h;
}

void zif__history_free(ZifHistory *h)
{
    if (h) {
        zif__history_forget(h);
        h->m->kit.hooks.sent = NULL;
        h->m->history = NULL;
        free(h);
    }
}

void zif__history_forget(ZifHistory *h)
{
    for (unsigned i = 0; i < h->nmarks; i++) {
        zif_snapshot_free(h->marks[i].snapshot);
    }
    h->nmarks = 0;
    h->distance = first_distance;
    drop_sent(h);
}

static void thin_out(ZifHistory *h)
{
    unsigned kept = 1; /* the beginning stays */
    for (unsigned i = 1; i < h->nmarks; i++) {
        if (i < h->nmarks / 2 && i % 2) {
            zif_snapshot_free(h->marks[i].snapshot);
        } else {
            h->marks[kept++] = h->marks[i];
        }
    }
    h->nmarks = kept;
    h->distance *= 2;
}

/* The machine is about to run on from a moment it went back to: what came after it is no longer its future. */
static void drop_future(ZifHistory *h, uint64_t now)
{
    while (h->nmarks && h->marks[h->nmarks - 1].instructions > now) {
        zif_snapshot_free(h->marks[--h->nmarks].snapshot);
    }
    Sent **at = &h->first;
    while (*at && (*at)->instructions <= now && (*at)->when <= zif_machine_now(h->m)) {
        at = &(*at)->next;
    }
    while (*at) {
        Sent *s = *at;
        *at = s->next;
        free(s);
    }
    h->last = at;
}

void zif__history_mark(ZifHistory *h)
{
    uint64_t now = zif_machine_instructions(h->m);
    drop_future(h, now);
    if (h->nmarks && now - h->marks[h->nmarks - 1].instructions < h->distance) {
        return;
    }
    if (h->nmarks == h->max_marks) {
        thin_out(h);
    }
    h->marks[h->nmarks++] = (Mark){ zif_machine_snapshot(h->m), now };
}

/* --- Re-execution ---------------------------------------------------------------------------------------------------------- */

typedef struct {
    uint64_t target; /* instructions */
    bool look;       /* note breaks on the way */
    uint64_t last_break;
    bool found;
} Replay;

/* Runs on without breakpoints and watchpoints for one instruction, or to the next event when the core sleeps. */
static void one_more(ZifMachine *m)
{
    ZifTimeline *tl = m->kit.timeline;
    uint64_t before = zif_machine_instructions(m);
    ZifRunInfo info;
    zif_cpu_ignore_watchpoints(m->cpu, true);
    zif_machine_run(m, zif_timeline_time_at(tl, zif_cpu_cycles(m->cpu) + 1), &info);
    zif_cpu_ignore_watchpoints(m->cpu, false);
    if (zif_machine_instructions(m) == before && zif_timeline_next(tl) > zif_machine_now(m) &&
        zif_timeline_next(tl) != ZIF_TIME_NEVER) {
        zif_machine_run(m, zif_timeline_next(tl), &info);
    }
}

/* From the machine's present state to r->target, giving it again what came from outside. */
static void replay(ZifHistory *h, Replay *r)
{
    ZifMachine *m = h->m;
    ZifTimeline *tl = m->kit.timeline;
    const Sent *s = h->first;
    uint64_t start = zif_machine_instructions(m);
    ZifTime began = zif_machine_now(m);
    while (s && (s->instructions < start || (s->instructions == start && s->when < began))) {
        s = s->next;
    }
    m->kit.replaying = true;
    zif_machine_set_external_wake(m, true);
    for (uint64_t now; (now = zif_machine_instructions(m)) < r->target;) {
        while (s && s->instructions <= now && s->when <= zif_machine_now(m)) {
            zif__serial_send_words(s->line, s->words, s->n);
            s = s->next;
        }
        /* Never past the target: every instruction takes a cycle at least. */
        ZifTime until = zif_timeline_time_at(tl, zif_cpu_cycles(m->cpu) + (r->target - now));
        if (s && s->when < until) {
            until = s->when > zif_machine_now(m) ? s->when : zif_machine_now(m);
        }
        ZifRunInfo info;
        switch (zif_machine_run(m, until, &info)) {
        case ZIF_RUN_BREAK:
            if (r->look && zif_machine_instructions(m) < r->target) {
                r->last_break = zif_machine_instructions(m);
                r->found = true;
            }
            one_more(m);
            break;
        case ZIF_RUN_TIME:
            if (zif_machine_instructions(m) == now && (!s || s->when > zif_machine_now(m))) {
                one_more(m); /* asleep: to the next event in one go */
            }
            break;
        case ZIF_RUN_EXIT:
        case ZIF_RUN_LOCKUP:
        case ZIF_RUN_CANNOT:
            r->target = zif_machine_instructions(m);
            break;
        default:
            break;
        }
    }
    m->kit.replaying = false;
}

bool zif__history_go(ZifHistory *h, uint64_t instructions)
{
    unsigned i = h->nmarks;
    while (i > 0 && h->marks[i - 1].instructions > instructions) {
        i--;
    }
    if (i == 0) {
        if (h->nmarks) {
            zif_machine_restore(h->m, h->marks[0].snapshot);
        }
        return false;
    }
    zif_machine_restore(h->m, h->marks[i - 1].snapshot);
    replay(h, &(Replay){ .target = instructions });
    return true;
}

bool zif__history_last_break(ZifHistory *h)
{
    uint64_t end = zif_machine_instructions(h->m);
    for (unsigned i = h->nmarks; i-- > 0;) {
        if (h->marks[i].instructions >= end) {
            continue;
        }
        Replay r = { .target = end, .look = true };
        zif_machine_restore(h->m, h->marks[i].snapshot);
        replay(h, &r);
        if (r.found) {
            return zif__history_go(h, r.last_break);
        }
        end = h->marks[i].instructions;
    }
    if (h->nmarks) {
        zif_machine_restore(h->m, h->marks[0].snapshot);
    }
    return false;
}
