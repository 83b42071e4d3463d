/* A machine's life and its run loop. SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "internal.h"
#include "observer.h"

/* How often the PC is sampled for the stuck report: often enough to see loops, too rarely to cost anything. */
static const ZifTime SAMPLE_EVERY = 5 * ZIF_MS;

ZifMemoryContext *zif__enter(ZifMachine *m)
{
    return zif_memory_context_use(m->ctx);
}

void zif__leave(ZifMemoryContext *before)
{
    zif_memory_context_use(before);
}

/* --- What the core and the devices ask -------------------------------------------------------------------------------- */

static uint32_t get_pc(void *opaque)
{
    ZifMachine *m = opaque;
    return m->cpu ? zif_port_get(zif_cpu_port(m->cpu), ZIF_REG_PC) : 0;
}

static void stall(void *opaque, uint64_t cycles)
{
    ZifMachine *m = opaque;
    if (m->cpu) {
        zif_cpu_stall(m->cpu, cycles);
    } else {
        ZifTimeline *tl = m->kit.timeline;
        ZifTime wait = (ZifTime)((unsigned __int128)cycles * ZIF_SEC / zif_timeline_hz(tl));
        zif_timeline_set_now(tl, zif_timeline_now(tl) + wait);
    }
}

static void send_event(void *opaque)
{
    ZifMachine *m = opaque;
    if (m->cpu) {
        zif_cpu_set_event(m->cpu);
    }
}

static void ask_reset(void *opaque, ZifResetKind kind)
{
    ZifMachine *m = opaque;
    m->reset_asked = true;
    m->reset_kind = kind;
    if (m->running) {
        zif_cpu_stop(m->cpu);
    }
}

static void clock_driven(void *opaque, ZifDevice *dev, unsigned index, uint64_t hz)
{
    ZifMachine *m = opaque;
    if (m->core_clock_from == dev && m->core_clock_line == (int)index && hz) {
        zif_timeline_set_hz(m->kit.timeline, hz);
        if (m->running) {
            zif_cpu_stop(m->cpu); /* its deadline was counted in cycles of the old rate */
        }
    }
}

static void core_report(void *opaque, ZifReportKind kind, const char *text)
{
    ZifMachine *m = opaque;
    zif__report(&m->kit, NULL, "cpu", kind, -1, get_pc(m), text);
}

static void deep_sleep(void *opaque, bool asleep)
{
    ZifMachine *m = opaque;
    for (unsigned i = 0; i < m->kit.ndevices; i++) {
        if (m->kit.devices[i]->cls->deep_sleep) {
            m->kit.devices[i]->cls->deep_sleep(m->kit.devices[i], asleep);
        }
    }
}

static void exception(void *opaque, unsigned number, bool entry)
{
    ZifMachine *m = opaque;
    if (entry && number >= 3 && number <= 6) { /* a fault: is its handler one that only spins? */
        m->fault_taken = true;
        zif_cpu_stop(m->cpu);
    }
    zif__mistake_exception(m, number, entry);
    if (m->hash) {
        zif__hash_exception(m, number, entry);
    }
    if (m->observers) {
        zif__observers_exception(m, number, entry);
    }
}

static void lower_deadline(void *opaque, uint64_t cycles)
{
    ZifMachine *m = opaque;
    if (m->running) {
        zif_cpu_lower_deadline(m->cpu, cycles);
    }
}

/* --- Life ------------------------------------------------------------------------------------------------------------- */

static char *copy(const char *s)
{
    return s ? strdup(s) : NULL;
}

static bool read_port_kind(const char *word, ZifPortKind *kind, Error **errp)
{
    if (!word) {
        *kind = ZIF_PORT_DEFAULT;
    } else if (!strcmp(word, "fast")) {
        *kind = ZIF_PORT_FAST;
    } else if (!strcmp(word, "portable")) {
        *kind = ZIF_PORT_PORTABLE;
    } else {
        error_setg(errp, "there is no memory port '%s' (fast, portable)", word);
        return false;
    }
    return true;
}

ZifMachine *zif_machine_new(const ZifMachineConfig *config, Error **errp)
{
    void *fdt = zif__tree_load(config->board, errp);
    if (!fdt) {
        return NULL;
    }
    bool ok = zif__tree_override(&fdt, config->overrides, config->noverrides, errp);
    ZifMachine *m = ok ? zif__machine_from_tree(fdt, config, errp) : NULL;
    if (!ok) {
        free(fdt);
    }
    if (!m && errp && *errp) {
        error_prepend(errp, "board %s", config->board);
    }
    return m;
}

ZifMachine *zif__machine_from_tree(void *fdt, const ZifMachineConfig *config, Error **errp)
{
    ZifMachine *m = calloc(1, sizeof *m);
    m->config = *config;
    m->config.board = copy(config->board);
    m->config.port = copy(config->port);
    m->config.semihosting_dir = copy(config->semihosting_dir);
    m->config.cmdline = copy(config->cmdline);
    m->config.overrides = NULL; /* they are in the tree now */
    m->config.noverrides = 0;
    m->config.svd = copy(config->svd);
    m->fdt = fdt;
    bool have_nodes = zif__unmodelled_nodes(m, errp); /* the tree is whole after this */
    m->tree = zif__tree_index(m->fdt);
    m->ctx = have_nodes ? zif_memory_context_new(errp) : NULL;
    if (!m->ctx || !read_port_kind(config->port, &m->cpu_config.port, errp)) {
        zif_machine_free(m);
        return NULL;
    }
    ZifMemoryContext *before = zif__enter(m);
    m->kit.machine = m;
    m->kit.hooks.pc = get_pc;
    m->kit.hooks.stall = stall;
    m->kit.hooks.send_event = send_event;
    m->kit.hooks.reset_request = ask_reset;
    m->kit.hooks.clock = clock_driven;
    m->kit.hooks.opaque = m;
    zif__kit_init(&m->kit, config->seed);
    m->cpu_config.semihosting = config->semihosting;
    m->cpu_config.hooks.reset_request = ask_reset;
    m->cpu_config.hooks.exception = exception;
    m->cpu_config.hooks.report = core_report;
    m->cpu_config.hooks.deep_sleep = deep_sleep;
    m->cpu_config.hooks.itm = zif__itm;
    m->cpu_config.hooks.unwritten = zif__unwritten_decides;
    m->cpu_config.hooks.irq_enabled = zif__mistake_irq_enabled;
    m->cpu_config.hooks.below_stack = zif__mistake_below_stack;
    m->cpu_config.hooks.semihost = zif__machine_semihost;
    m->cpu_config.hooks.opaque = m;
    bool ok = zif__build(m, errp);
    zif__tile_close(&m->tile);
    if (ok) {
        zif__rtt_begin(m);
        zif_timeline_set_deadline_hook(m->kit.timeline, lower_deadline, m);
    }
    zif__leave(before);
    if (!ok) {
        zif_machine_free(m);
        return NULL;
    }
    return m;
}

void zif_machine_free(ZifMachine *m)
{
    if (!m) {
        return;
    }
    if (m->ctx) {
        ZifMemoryContext *before = zif__enter(m);
        zif__calls_free(m);
        zif__rtt_free(m);
        zif__hash_free(m);
        zif__unbuild(m);
        zif_memory_context_free(m->ctx);
        zif__leave(before == m->ctx ? NULL : before);
    }
    free(m->images);
    zif__tree_index_free(m->tree);
    zif__unmodelled_free(m);
    free(m->fdt);
    free((char *)m->config.board);
    free((char *)m->config.port);
    free((char *)m->config.semihosting_dir);
    free((char *)m->config.cmdline);
    free((char *)m->config.svd);
    free(m);
}

static void reset(ZifMachine *m, ZifResetKind kind)
{
    zif__devices_reset(&m->kit, zif__reset_reaches, kind);
    if (m->cpu) {
        zif_cpu_reset(m->cpu, kind);
        zif_cpu_enable_itm(m->cpu, m->config.itm_ports);
        if (kind == ZIF_RESET_POWER_ON) {
            zif__unwritten_begin(m);
        }
    }
    zif__semihost_reset(m);
    zif__displays_reset(m->displays);
    zif__observers_reset(m);
}

void zif__machine_reset_now(ZifMachine *m)
{
    m->reset_asked = false;
    m->resets++;
    m->fault_taken = false;
    reset(m, m->reset_kind);
}

void zif_machine_reset(ZifMachine *m, ZifResetKind kind)
{
    ZifMemoryContext *before = zif__enter(m);
    reset(m, kind);
    if (m->cpu) {
        zif__mistakes_begin(m);
    }
    zif__leave(before);
}

/* --- Calls at a time --------------------------------------------------------------------------------------------------- */

static void unlink_call(ZifMachine *m, ZifCall *call)
{
    ZifCall **at = &m->calls;
    while (*at != call) {
        at = &(*at)->next;
    }
    *at = call->next;
}

static void make_call(void *opaque)
{
    ZifCall *call = opaque;
    unlink_call(call->m, call);
    void (*fn)(void *) = call->fn;
    void *arg = call->opaque;
    free(call); /* the timeline has forgotten an event before it calls it */
    fn(arg);
}

static void add_call(ZifMachine *m, ZifTime when, void (*fn)(void *opaque), void *opaque, bool looks)
{
    ZifCall *call = calloc(1, sizeof *call);
    *call = (ZifCall){ .next = m->calls, .m = m, .when = when, .fn = fn, .opaque = opaque };
    m->calls = call;
    zif_event_init(&call->ev, "call", ZIF_ORDER_OUTSIDE, make_call, call);
    call->ev.looks = looks;
    zif_event_at(m->kit.timeline, &call->ev, when);
}

void zif_machine_at(ZifMachine *m, ZifTime when, void (*fn)(void *opaque), void *opaque)
{
    add_call(m, when, fn, opaque, false);
}

void zif_machine_look_at(ZifMachine *m, ZifTime when, void (*fn)(void *opaque), void *opaque)
{
    add_call(m, when, fn, opaque, true);
}

void zif__calls_again(ZifMachine *m)
{
    for (ZifCall *call = m->calls; call; call = call->next) {
        zif_event_cancel(m->kit.timeline, &call->ev);
        zif_event_at(m->kit.timeline, &call->ev, call->when);
    }
}

void zif__calls_free(ZifMachine *m)
{
    while (m->calls) {
        ZifCall *call = m->calls;
        m->calls = call->next;
        zif_event_cancel(m->kit.timeline, &call->ev);
        free(call);
    }
}

/* --- The run ---------------------------------------------------------------------------------------------------------- */

static ZifRunReason end(ZifRunInfo *info, ZifRunReason reason)
{
    info->reason = reason;
    return reason;
}

static ZifTime earlier(ZifTime a, ZifTime b)
{
    return a < b ? a : b;
}

/* After each stretch: has something ended the run? */
static bool over(ZifMachine *m, ZifRunInfo *info)
{
    if (m->exited) {
        info->exit_code = m->exit_code;
        end(info, ZIF_RUN_EXIT);
        return true;
    }
    if (m->power_cycle_asked) {
        m->power_cycle_asked = m->reset_asked = m->fault_taken = false;
        zif__power_cycle(m);
        reset(m, ZIF_RESET_POWER_ON);
    }
    if (m->reset_asked) {
        if (m->config.max_resets != UINT32_MAX && m->resets >= m->config.max_resets) {
            snprintf(info->text, sizeof info->text, "the firmware reset the chip more than %u times",
                     m->config.max_resets);
            m->reset_asked = false;
            end(info, ZIF_RUN_RESETS);
            return true;
        }
        zif__machine_reset_now(m);
    }
    if (m->fault_taken) {
        m->fault_taken = false;
        if (zif_cpu_in_default_fault_handler(m->cpu)) {
            zif_cpu_describe_fault(m->cpu, info->text, sizeof info->text);
            end(info, ZIF_RUN_FAULT);
            return true;
        }
    }
    if (m->stop_asked) {
        m->stop_asked = false;
        end(info, ZIF_RUN_ASKED);
        return true;
    }
    return false;
}

/* The core sleeps: time jumps to the next event. False when there is none that could ever come. */
static bool sleep_on(ZifMachine *m, ZifTime until)
{
    ZifTime next = zif_timeline_next(m->kit.timeline);
    if (zif_timeline_next_change(m->kit.timeline) == ZIF_TIME_NEVER && !m->external_wake && !zif_cpu_may_wake(m->cpu)) {
        return false;
    }
    next = earlier(next, until);
    if (next != ZIF_TIME_NEVER) {
        uint64_t cycles = zif_timeline_cycles_at(m->kit.timeline, next);
        if (cycles > zif_cpu_cycles(m->cpu)) {
            zif_cpu_skip_to(m->cpu, cycles);
        }
    }
    return true;
}

/* Notes where the program is, and for how long it may have been there. */
static void sample(ZifMachine *m)
{
    uint64_t now = zif_machine_instructions(m);
    unsigned n = m->nsamples++ % ZIF_SAMPLES;
    m->samples[n].pc = get_pc(m);
    m->samples[n].weight = now > m->sampled ? now - m->sampled : 0; /* a snapshot may have taken us back */
    m->sampled = now;
    zif__mistake_sample(m);
}

static ZifRunReason run(ZifMachine *m, ZifTime until, ZifRunInfo *info)
{
    ZifTimeline *tl = m->kit.timeline;
    for (;;) {
        zif_timeline_run_due(tl);
        if (over(m, info)) {
            return info->reason;
        }
        ZifTime now = zif_timeline_now(tl);
        if (now >= until) {
            return end(info, ZIF_RUN_TIME);
        }
        ZifTime next = earlier(zif_timeline_next(tl), earlier(until, now + SAMPLE_EVERY));
        m->running = true;
        ZifCpuStop stop = zif_cpu_run(m->cpu, zif_timeline_cycles_at(tl, next));
        m->running = false;
        switch (stop) {
        case ZIF_CPU_DEADLINE:
            sample(m);
            break;
        case ZIF_CPU_STOPPED:
            break;
        case ZIF_CPU_ASLEEP:
            if (!m->reset_asked && !m->stop_asked && !m->exited && !sleep_on(m, until)) {
                snprintf(info->text, sizeof info->text, "the guest sleeps and nothing can wake it");
                return end(info, ZIF_RUN_DEAD);
            }
            break;
        case ZIF_CPU_LOCKUP:
            zif_cpu_describe_fault(m->cpu, info->text, sizeof info->text);
            return end(info, ZIF_RUN_LOCKUP);
        case ZIF_CPU_BREAK:
            return end(info, ZIF_RUN_BREAK);
        case ZIF_CPU_ENGINE:
            snprintf(info->text, sizeof info->text, "%s", zif_cpu_trouble(m->cpu));
            return end(info, ZIF_RUN_CANNOT);
        }
    }
}

ZifRunReason zif_machine_run(ZifMachine *m, ZifTime until, ZifRunInfo *info)
{
    ZifRunInfo unused;
    ZifMemoryContext *before = zif__enter(m);
    info = info ? info : &unused;
    memset(info, 0, sizeof *info);
    if (zif_machine_can_run(m)) {
        run(m, until, info);
        if (info->reason != ZIF_RUN_TIME && info->reason != ZIF_RUN_ASKED && info->reason != ZIF_RUN_BREAK) {
            zif__rtt_final(m);
        }
    } else {
        snprintf(info->text, sizeof info->text, "%s has no processor to run", m->config.board);
        end(info, ZIF_RUN_CANNOT);
    }
    zif__leave(before);
    return info->reason;
}

void zif_machine_stop(ZifMachine *m)
{
    m->stop_asked = true;
    if (m->running) {
        zif_cpu_stop(m->cpu);
    }
}

void zif_machine_set_external_wake(ZifMachine *m, bool possible)
{
    m->external_wake = possible;
}

ZifTime zif_machine_now(const ZifMachine *m)
{
    return zif_timeline_now(m->kit.timeline);
}

uint64_t zif_machine_instructions(const ZifMachine *m)
{
    return m->cpu ? zif_cpu_instructions(m->cpu) : 0;
}

unsigned zif_machine_resets(const ZifMachine *m)
{
    return m->resets;
}
