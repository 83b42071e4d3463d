/*
 * The observer that records where virtual time goes, as folded stacks. See zif/observe.h.
 *
 * A shadow stack follows calls, returns and jumps into other functions (tail calls). An exception sets the stack aside under the
 * stack pointer it interrupted, and the exception return that brings this stack pointer back takes it up again: so a switch of
 * threads finds the stack of the thread it switches to. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cpu/cpu.h"
#include "host/outfile.h"
#include "machine/internal.h"
#include "machine/observer.h"
#include "spec.h"

enum { CACHE = 4096, DEEPEST = 1000, MOST_FRAMES = 1 << 20, MOST_SET_ASIDE = 4096, LONGEST = 3500 };

/* A function, called along one path. */
typedef struct Node {
    struct Node *parent, *first, *next; /* caller; callees */
    uint32_t function;                  /* its address */
    unsigned depth;
    ZifTime time; /* spent in it, not in its callees */
} Node;

typedef struct {
    Node *node;
    uint32_t back; /* where it returns to; 0: nowhere */
    uint32_t sp;   /* when it was entered */
} Frame;

/* The stack of somebody who was interrupted. */
typedef struct Aside {
    struct Aside *next;
    uint32_t sp;
    unsigned count;
    Frame frames[];
} Aside;

typedef struct {
    ZifObserver o;
    ZifOutFile *out;
    Node root; /* of all paths; no function */
    Frame *frames;
    unsigned count, room;
    Aside *asides; /* newest first */
    unsigned nasides;
    ZifTime since; /* up to here time is somebody's */
    struct {
        uint32_t address, function;
        bool known;
    } cache[CACHE];
    uint64_t written; /* picoseconds of the lines so far */
} Profile;

/* --- Functions ------------------------------------------------------------------------------------------------------------ */

static const char *symbol(const Profile *p, uint32_t address, uint32_t *offset)
{
    const ZifMachine *m = p->o.m;
    const char *name;
    for (unsigned i = 0; i < m->nimages; i++) {
        if (zif_image_symbol((ZifImage *)m->images[i], address, &name, offset)) {
            return name;
        }
    }
    return NULL;
}

/* The beginning of the function an address is in; code nobody knows is one function, at 0. */
static uint32_t function_of(Profile *p, uint32_t address)
{
    unsigned at = address / 2 % CACHE;
    if (!p->cache[at].known || p->cache[at].address != address) {
        uint32_t offset = 0;
        bool known = symbol(p, address, &offset);
        p->cache[at].known = true;
        p->cache[at].address = address;
        p->cache[at].function = known ? address - offset : 0;
    }
    return p->cache[at].function;
}

static Node *callee(Node *caller, uint32_t function)
{
    Node **at = &caller->first;
    while (*at && (*at)->function != function) {
        at = &(*at)->next;
    }
    if (!*at) {
        Node *n = calloc(1, sizeof *n);
        if (!n) {
            zif_bug("out of memory for a profile");
        }
        *n = (Node){ .parent = caller, .function = function, .depth = caller->depth + 1 };
        *at = n;
    }
    Node *found = *at; /* those called often come first */
    *at = found->next;
    found->next = caller->first;
    caller->first = found;
    return found;
}

/* --- The stack ------------------------------------------------------------------------------------------------------------ */

static void charge(Profile *p)
{
    ZifTime now = zif_machine_now(p->o.m);
    if (now > p->since) { /* a snapshot may have taken us back */
        p->frames[p->count - 1].node->time += now - p->since;
    }
    p->since = now;
}

static void make_room(Profile *p, unsigned count)
{
    if (count > p->room) {
        p->room = 2 * count + 64;
        p->frames = realloc(p->frames, p->room * sizeof *p->frames);
        if (!p->frames) {
            zif_bug("out of memory for a profile");
        }
    }
}

static void start_at(Profile *p, uint32_t pc)
{
    make_room(p, 1);
    p->count = 1;
    p->frames[0] = (Frame){ callee(&p->root, function_of(p, pc)), 0, UINT32_MAX };
}

static void call(Profile *p, uint32_t to, uint32_t back, uint32_t sp)
{
    Node *caller = p->frames[p->count - 1].node;
    if (p->count < MOST_FRAMES) {
        make_room(p, p->count + 1);
        /* A recursion without end stays where it is. */
        Node *node = caller->depth < DEEPEST ? callee(caller, function_of(p, to)) : caller;
        p->frames[p->count++] = (Frame){ node, back, sp };
    }
}

/* Goes on in another function, called by the same caller. */
static void move_to(Profile *p, uint32_t to)
{
    Frame *top = &p->frames[p->count - 1];
    uint32_t function = function_of(p, to);
    if (function != top->node->function) {
        top->node = callee(top->node->parent, function);
    }
}

static void go(Profile *p, uint32_t to, uint32_t sp)
{
    for (unsigned i = p->count; i-- > 1;) {
        if (p->frames[i].back == to && p->frames[i].sp <= sp) { /* a return */
            p->count = i;
            return;
        }
    }
    while (p->count > 1 && p->frames[p->count - 1].sp < sp) { /* a long jump */
        p->count--;
    }
    move_to(p, to);
}

static void on_flow(ZifObserver *o, ZifFlow flow, uint32_t from, unsigned size, uint32_t to)
{
    Profile *p = (Profile *)o;
    if (to == from + size || to >= 0xf0000000u) { /* not taken; an exception return */
        return;
    }
    if (flow == ZIF_FLOW_JUMP && function_of(p, to) == p->frames[p->count - 1].node->function) {
        return;
    }
    uint32_t sp = zif_port_get(zif_cpu_port(o->m->cpu), ZIF_REG_SP);
    charge(p);
    if (flow == ZIF_FLOW_CALL) {
        call(p, to, from + size, sp);
    } else if (flow == ZIF_FLOW_JUMP) {
        move_to(p, to);
    } else {
        go(p, to, sp);
    }
}

/* --- Exceptions ------------------------------------------------------------------------------------------------------------ */

static Aside **find_aside(Profile *p, uint32_t sp)
{
    Aside **at = &p->asides;
    while (*at && (*at)->sp != sp) {
        at = &(*at)->next;
    }
    return at;
}

static void drop_aside(Profile *p, Aside **at)
{
    Aside *gone = *at;
    *at = gone->next;
    free(gone);
    p->nasides--;
}

static void set_aside(Profile *p, uint32_t sp)
{
    Aside *a = malloc(sizeof *a + p->count * sizeof *p->frames);
    if (!a) {
        zif_bug("out of memory for a profile");
    }
    a->sp = sp;
    a->count = p->count;
    memcpy(a->frames, p->frames, p->count * sizeof *p->frames);
    a->next = p->asides;
    p->asides = a;
    if (++p->nasides > MOST_SET_ASIDE) { /* threads that never came back */
        Aside **last = &p->asides;
        while ((*last)->next) {
            last = &(*last)->next;
        }
        drop_aside(p, last);
    }
}

/* The stack pointer before the frame was pushed [ARMv7-M ARM B1.5.6]; the core is in the handler now. */
static uint32_t interrupted_sp(ZifMachine *m)
{
    ZifPort *port = zif_cpu_port(m->cpu);
    uint32_t lr = zif_port_get(port, ZIF_REG_LR), psr = 0;
    uint32_t frame = zif_port_get(port, lr & 4 ? ZIF_REG_PSP : ZIF_REG_MSP);
    zif__look(m, frame + 28, &psr, sizeof psr);
    return frame + (lr & 0x10 ? 0x20 : 0x68) + (psr & 1 << 9 ? 4 : 0);
}

static void on_exception(ZifObserver *o, unsigned number, bool entry)
{
    Profile *p = (Profile *)o;
    ZifPort *port = zif_cpu_port(o->m->cpu);
    charge(p);
    if (entry) {
        uint32_t sp = interrupted_sp(o->m);
        if (!*find_aside(p, sp)) { /* else one exception follows another: who was interrupted is set aside already */
            set_aside(p, sp);
        }
        start_at(p, zif_port_get(port, ZIF_REG_PC));
        return;
    }
    Aside **at = find_aside(p, zif_port_get(port, ZIF_REG_SP));
    if (*at) {
        make_room(p, (*at)->count);
        p->count = (*at)->count;
        memcpy(p->frames, (*at)->frames, p->count * sizeof *p->frames);
        drop_aside(p, at);
    } else { /* a thread that begins */
        start_at(p, zif_port_get(port, ZIF_REG_PC));
    }
    move_to(p, zif_port_get(port, ZIF_REG_PC));
}

/* Whoever was running is gone. */
static void start_anew(ZifObserver *o)
{
    Profile *p = (Profile *)o;
    charge(p);
    while (p->asides) {
        drop_aside(p, &p->asides);
    }
    start_at(p, zif_machine_pc(o->m));
}

/* --- The file --------------------------------------------------------------------------------------------------------------- */

static size_t put_path(const Profile *p, const Node *n, char *buf)
{
    size_t at = n->parent->parent ? put_path(p, n->parent, buf) : 0;
    uint32_t offset;
    const char *name = n->function ? symbol(p, n->function, &offset) : NULL;
    int len = at < LONGEST ? snprintf(buf + at, LONGEST - at, "%s%s", at ? ";" : "", name ? name : "[unknown]") : 0;
    return at + (size_t)len < LONGEST ? at + (size_t)len : LONGEST - 1;
}

/* Nanoseconds, rounded so that all lines add up to the whole. */
static void put_node(Profile *p, const Node *n)
{
    char path[LONGEST];
    uint64_t before = p->written / ZIF_NS;
    p->written += n->time;
    uint64_t ns = p->written / ZIF_NS - before;
    if (ns) {
        put_path(p, n, path);
        zif__out_printf(p->out, "%s %" PRIu64 "\n", path, ns);
    }
}

/* Depth first, without recursion: nodes are freed behind us. */
static void put_and_free(Profile *p)
{
    Node *n = p->root.first;
    while (n) {
        if (n->first) {
            n = n->first;
            continue;
        }
        Node *next = n->next, *parent = n->parent;
        put_node(p, n);
        parent->first = next;
        free(n);
        n = next ? next : parent->parent ? parent : NULL;
    }
}

static bool finish(ZifObserver *o, Error **errp)
{
    Profile *p = (Profile *)o;
    charge(p);
    put_and_free(p);
    while (p->asides) {
        drop_aside(p, &p->asides);
    }
    bool ok = zif__out_close(p->out, errp);
    free(p->frames);
    free(p);
    return ok;
}

static const ZifObserverOps ops = {
    .flow = on_flow, .exception = on_exception, .reset = start_anew, .restored = start_anew, .finish = finish
};

ZifObserver *zif_observe_profile(ZifMachine *m, const char *text, Error **errp)
{
    ZifSpec spec;
    const char *word, *value;
    bool symbols = false;
    Profile *p = calloc(1, sizeof *p);
    for (unsigned i = 0; i < m->nimages; i++) {
        symbols |= zif_image_format(m->images[i]) == ZIF_IMAGE_ELF;
    }
    bool ok = zif__spec_open(&spec, "profile", text, errp);
    if (ok && zif__spec_next(&spec, &word, &value)) {
        error_setg(errp, "profile: '%s' is nothing it takes", word);
    } else if (ok && !m->cpu) {
        error_setg(errp, "profile: this machine has no processor");
    } else if (ok && !symbols) {
        error_setg(errp, "profile: no image has symbols: an ELF has");
    } else if (ok) {
        p->out = zif__out_open(spec.path, errp);
    }
    zif__spec_free(&spec);
    if (!p->out) {
        free(p);
        return NULL;
    }
    p->o.m = m;
    p->since = zif_machine_now(m);
    start_at(p, zif_machine_pc(m));
    zif__observer_join(&p->o, m, &ops);
    return &p->o;
}
