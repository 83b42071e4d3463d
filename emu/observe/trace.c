/* The observer that writes down what happens, line by line. See zif/observe.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "cpu/cpu.h"
#include "host/outfile.h"
#include "machine/internal.h"
#include "machine/observer.h"
#include "spec.h"
#include "trace_event.h"

enum { MMIO = 1, IRQ = 2, EXC = 4, INSN = 8, WIRE = 16, UART = 32, BUS = 64, ALL = 127 };
enum { PLACES = 1 << 14, NAME = 256, CORE_WORDS = 0x1000 / 4 };

/* What is known of a device: made when it is first heard of. */
typedef struct {
    bool asked, wanted;
    ZifTraceName name;
    ZifTraceName *registers; /* by slot */
    ZifTraceLayout *layouts;
    ZifTraceName *outputs, *inputs; /* by place */
} Known;

typedef struct {
    ZifObserver o;
    ZifObserverOps ops; /* what of all that the kinds need */
    unsigned kinds;
    ZifSpec spec;
    const char **only;
    unsigned nonly;
    ZifTime from, until;
    ZifOutFile *text; /* one of them */
    ZifTraceWriter *binary;
    Known *known; /* by the device's number */
    bool core_wanted;
    ZifTraceName core[CORE_WORDS]; /* registers of the system control space */
    ZifTraceLayout core_layouts[CORE_WORDS];
    uint32_t names, layouts;
    struct {
        uint32_t pc;
        ZifTraceName name;
    } places[PLACES];   /* a cache, by address */
    ZifTraceName *made; /* every name of a place */
    size_t nmade;
} Trace;

/* --- Names ---------------------------------------------------------------------------------------------------------------- */

static ZifTraceName new_name(Trace *t, const char *text)
{
    return (ZifTraceName){ strdup(text), 0 };
}

/* Numbers are given at first use: the binary form wants them in order. */
static ZifTraceName use(Trace *t, ZifTraceName *name)
{
    if (!name->number) {
        name->number = ++t->names;
    }
    return *name;
}

static const ZifTraceLayout *use_layout(Trace *t, ZifTraceLayout *layout)
{
    if (!layout->number) {
        layout->number = ++t->layouts;
    }
    return layout;
}

static ZifTraceName place_of(Trace *t, uint32_t pc)
{
    unsigned at = pc / 2 % PLACES;
    if (!t->places[at].name.text || t->places[at].pc != pc) {
        char where[NAME];
        if ((t->nmade & (t->nmade + 1)) == 0) {
            t->made = realloc(t->made, 2 * (t->nmade + 1) * sizeof *t->made);
        }
        t->places[at].pc = pc;
        t->places[at].name = new_name(t, zif_machine_locate(t->o.m, pc, where, sizeof where));
        use(t, &t->places[at].name);
        t->made[t->nmade++] = t->places[at].name;
    }
    return t->places[at].name;
}

static Known *known(Trace *t, const ZifDevice *dev)
{
    Known *k = &t->known[dev->core->number];
    if (!k->asked) {
        k->asked = true;
        k->wanted = !t->nonly;
        for (unsigned i = 0; i < t->nonly; i++) {
            k->wanted |= zif__name_fits(t->only[i], dev->name);
        }
        k->name = new_name(t, dev->name);
    }
    return k;
}

static ZifTraceName wire_name(Trace *t, ZifDevice *dev, bool is_output, unsigned place)
{
    const ZifDeviceCore *core = dev->core;
    Known *k = known(t, dev);
    ZifTraceName **names = is_output ? &k->outputs : &k->inputs;
    unsigned total = is_output ? core->noutputs : core->ninputs;
    const unsigned *base = is_output ? core->output_base : core->input_base;
    if (!*names) {
        *names = calloc(total, sizeof **names);
    }
    if (!(*names)[place].text) {
        char text[NAME];
        unsigned i = 0;
        while (base[i + 1] <= place) {
            i++;
        }
        const char *wire = is_output ? dev->cls->outputs[i].name : dev->cls->inputs[i].name;
        const char *in = !is_output && zif__output_find(dev->cls, wire) >= 0 ? "in." : "";
        if (base[i + 1] - base[i] > 1) {
            snprintf(text, sizeof text, "%.100s.%s%.100s[%u]", dev->name, in, wire, place - base[i]);
        } else {
            snprintf(text, sizeof text, "%.100s.%s%.100s", dev->name, in, wire);
        }
        (*names)[place] = new_name(t, text);
    }
    return use(t, &(*names)[place]);
}

/* --- Writing ---------------------------------------------------------------------------------------------------------------- */

static bool is_time(const Trace *t)
{
    ZifTime now = zif_machine_now(t->o.m);
    return now >= t->from && now < t->until;
}

static void put(Trace *t, ZifTraceEvent e)
{
    ZifMachine *m = t->o.m;
    e.when = zif_machine_now(m);
    e.count = m->cpu ? zif_machine_instructions(m) : 0;
    e.pc = e.kind == ZIF_TRACE_INSN || !m->cpu ? e.pc : zif_machine_pc(m);
    e.place = place_of(t, e.pc);
    if (t->binary) {
        zif__trace_write(t->binary, &e);
    } else {
        char line[ZIF_TRACE_LINE];
        zif__out_put(t->text, line, zif__trace_line(&e, line));
    }
}

/* The register that has these bytes; nslots: none. */
static unsigned find_register(const ZifDevice *dev, uint32_t offset, bool is_write)
{
    const ZifLayout *l = dev->core->layout;
    uint32_t at = offset >> l->shift;
    unsigned slot = at < l->nindex ? (is_write ? l->write_at : l->read_at)[at] : l->nslots;
    const ZifSlot *s = &l->slots[slot];
    return slot < l->nslots && offset >= s->offset && offset < s->offset + s->size ? slot : l->nslots;
}

static void name_register(Trace *t, ZifDevice *dev, Known *k, unsigned slot)
{
    const ZifLayout *l = dev->core->layout;
    char name[64], text[NAME];
    snprintf(text, sizeof text, "%.100s.%s", dev->name, zif__slot_name(dev->cls, (int)slot, name));
    k->registers[slot] = new_name(t, text);
    const ZifField *fields = l->slots[slot].row->fields;
    unsigned n = 0;
    while (fields && fields[n].name && n < 32) {
        n++;
    }
    ZifTraceField *copy = calloc(n + 1, sizeof *copy);
    for (unsigned i = 0; i < n; i++) {
        copy[i] = (ZifTraceField){ fields[i].name, fields[i].lsb, fields[i].width };
    }
    k->layouts[slot] = (ZifTraceLayout){ 0, n, copy };
}

static void on_access(ZifObserver *o, ZifDevice *dev, uint32_t offset, uint32_t value, unsigned size, bool is_write)
{
    Trace *t = (Trace *)o;
    Known *k = known(t, dev);
    if (!k->wanted || !is_time(t)) {
        return;
    }
    ZifTraceEvent e = { .kind = is_write ? ZIF_TRACE_WRITE : ZIF_TRACE_READ, .value = value, .size = (uint8_t)size };
    const ZifLayout *l = dev->core->layout;
    unsigned slot = find_register(dev, offset, is_write);
    if (!k->registers) {
        k->registers = calloc(l->nslots + 1, sizeof *k->registers);
        k->layouts = calloc(l->nslots + 1, sizeof *k->layouts);
    }
    if (slot < l->nslots && !k->registers[slot].text) {
        name_register(t, dev, k, slot);
    } else if (slot == l->nslots && !k->registers[slot].text) {
        char text[NAME];
        snprintf(text, sizeof text, "%.100s, where no register is,", dev->name);
        k->registers[slot] = new_name(t, text);
    }
    e.name = use(t, &k->registers[slot]);
    bool whole = slot < l->nslots && l->slots[slot].offset == offset && l->slots[slot].size == size;
    if (whole && k->layouts[slot].nfields) { /* a part's bits are not where the fields say */
        e.layout = use_layout(t, &k->layouts[slot]);
    }
    put(t, e);
}

static void on_core_access(ZifObserver *o, uint32_t addr, uint32_t value, unsigned size, bool is_write)
{
    Trace *t = (Trace *)o;
    if (!t->core_wanted || !is_time(t)) {
        return;
    }
    unsigned at = addr / 4 % CORE_WORDS;
    const ZifTraceField *fields = NULL;
    if (!t->core[at].text) {
        char name[NAME];
        t->core[at] = new_name(t, zif__core_register(addr & ~3u, name, sizeof name, &fields));
        unsigned n = 0;
        while (fields && fields[n].name) {
            n++;
        }
        t->core_layouts[at] = (ZifTraceLayout){ 0, n, fields };
    }
    ZifTraceEvent e = { .kind = is_write ? ZIF_TRACE_WRITE : ZIF_TRACE_READ, .value = value, .size = (uint8_t)size };
    e.name = use(t, &t->core[at]);
    if (size == 4 && t->core_layouts[at].nfields) {
        e.layout = use_layout(t, &t->core_layouts[at]);
    }
    put(t, e);
}

static void on_wire(ZifObserver *o, ZifDevice *dev, bool is_output, unsigned place, int level)
{
    Trace *t = (Trace *)o;
    if (!known(t, dev)->wanted || !is_time(t)) {
        return;
    }
    if (!(t->kinds & WIRE)) { /* interrupts only */
        unsigned i = 0;
        while (is_output && dev->core->output_base[i + 1] <= place) {
            i++;
        }
        if (!is_output || strncmp(dev->cls->outputs[i].name, "irq", 3) != 0) {
            return;
        }
    }
    put(t, (ZifTraceEvent){
               .kind = ZIF_TRACE_WIRE, .name = wire_name(t, dev, is_output, place), .value = (uint32_t)level });
}

static void on_exception(ZifObserver *o, unsigned number, bool entry)
{
    Trace *t = (Trace *)o;
    if (is_time(t)) {
        put(t, (ZifTraceEvent){ .kind = entry ? ZIF_TRACE_EXCEPTION : ZIF_TRACE_RETURN,
                                .value = zif_cpu_exception(o->m->cpu) });
    }
}

static void on_insn(ZifObserver *o, uint32_t pc, unsigned size)
{
    Trace *t = (Trace *)o;
    if (is_time(t)) {
        put(t, (ZifTraceEvent){ .kind = ZIF_TRACE_INSN, .pc = pc });
    }
}

static void on_character(ZifObserver *o, ZifDevice *dev, uint16_t word, unsigned faults, bool to_guest)
{
    Trace *t = (Trace *)o;
    Known *k = known(t, dev);
    if (k->wanted && is_time(t)) {
        put(t, (ZifTraceEvent){ .kind = to_guest ? ZIF_TRACE_RECEIVED : ZIF_TRACE_SENT,
                                .name = use(t, &k->name),
                                .value = word,
                                .size = (uint8_t)faults });
    }
}

static void on_bus(ZifObserver *o, const ZifBusEvent *b)
{
    Trace *t = (Trace *)o;
    Known *k = known(t, b->controller);
    if (k->wanted && is_time(t)) {
        uint32_t value =
            b->out | (uint32_t)b->in << 8 | (uint32_t)b->ack << 16 | (uint32_t)b->selected << 17 | b->part << 24;
        put(t, (ZifTraceEvent){
                   .kind = ZIF_TRACE_BUS, .name = use(t, &k->name), .value = value, .size = (uint8_t)b->kind });
    }
}

static void on_flush(ZifObserver *o)
{
    Trace *t = (Trace *)o;
    if (t->binary) {
        zif__trace_writer_flush(t->binary);
    } else {
        zif__out_flush(t->text);
    }
}

/* --- Life ------------------------------------------------------------------------------------------------------------------- */

static void free_names(ZifTraceName *names, size_t n)
{
    for (size_t i = 0; names && i < n; i++) {
        free((char *)names[i].text);
    }
    free(names);
}

static void free_trace(Trace *t)
{
    for (unsigned i = 0; t->known && i < t->o.m->kit.ndevices; i++) {
        const ZifDeviceCore *core = t->o.m->kit.devices[i]->core;
        Known *k = &t->known[i];
        for (unsigned s = 0; k->layouts && s < core->layout->nslots; s++) {
            free((ZifTraceField *)k->layouts[s].fields);
        }
        free_names(k->registers, core->layout->nslots + 1);
        free(k->layouts);
        free_names(k->outputs, core->noutputs);
        free_names(k->inputs, core->ninputs);
        free((char *)k->name.text);
    }
    free(t->known);
    free_names(t->made, t->nmade);
    for (unsigned i = 0; i < CORE_WORDS; i++) {
        free((char *)t->core[i].text);
    }
    free(t->only);
    zif__spec_free(&t->spec);
    free(t);
}

static bool finish(ZifObserver *o, Error **errp)
{
    Trace *t = (Trace *)o;
    bool ok = t->binary ? zif__trace_writer_close(t->binary, errp) : zif__out_close(t->text, errp);
    free_trace(t);
    return ok;
}

static bool read_kinds(Trace *t, const char *text, const char **spec, Error **errp)
{
    static const struct {
        const char *name;
        unsigned kinds;
    } words[] = { { "mmio", MMIO }, { "irq", IRQ },   { "exc", EXC }, { "insn", INSN },
                  { "wire", WIRE }, { "uart", UART }, { "bus", BUS }, { "all", ALL } };
    const char *equals = strchr(text, '=');
    if (!equals || equals == text) {
        error_setg(errp, "trace: '%s' is not KINDS=FILE", text);
        return false;
    }
    for (const char *at = text; at < equals;) {
        size_t len = strcspn(at, ",="), i = 0;
        while (i < sizeof words / sizeof *words &&
               (strlen(words[i].name) != len || strncmp(words[i].name, at, len) != 0)) {
            i++;
        }
        if (i == sizeof words / sizeof *words) {
            error_setg(errp, "trace: '%.*s' is none of mmio, irq, exc, insn, wire, uart, bus, all", (int)len, at);
            return false;
        }
        t->kinds |= words[i].kinds;
        at += len + 1;
    }
    *spec = equals + 1;
    return true;
}

static bool read_words(Trace *t, bool *binary, Error **errp)
{
    const char *word, *value;
    t->until = ZIF_TIME_NEVER;
    while (zif__spec_next(&t->spec, &word, &value)) {
        if (!strcmp(word, "only") && *value) {
            t->only = realloc(t->only, (t->nonly + 1) * sizeof *t->only);
            t->only[t->nonly++] = value;
        } else if (!strcmp(word, "from") || !strcmp(word, "until")) {
            if (!zif__spec_time("trace", word, value, *word == 'f' ? &t->from : &t->until, errp)) {
                return false;
            }
        } else if (!strcmp(word, "binary") && !*value) {
            *binary = true;
        } else {
            error_setg(errp, "trace: '%s' is none of only=DEVICE, from=TIME, until=TIME, binary", word);
            return false;
        }
    }
    t->core_wanted = !t->nonly;
    for (unsigned i = 0; i < t->nonly; i++) {
        unsigned n = 0;
        if (t->o.m->cpu && zif__name_fits(t->only[i], "cpu")) {
            t->core_wanted = true;
            continue;
        }
        while (n < t->o.m->kit.ndevices && !zif__name_fits(t->only[i], t->o.m->kit.devices[n]->name)) {
            n++;
        }
        if (n == t->o.m->kit.ndevices) {
            error_setg(errp, "trace: no device is named %s here", t->only[i]);
            return false;
        }
    }
    return true;
}

static void choose_ops(Trace *t)
{
    t->ops = (ZifObserverOps){ .flush = on_flush, .finish = finish };
    t->ops.access = t->kinds & MMIO ? on_access : NULL;
    t->ops.core_access = t->kinds & MMIO ? on_core_access : NULL;
    t->ops.wire = t->kinds & (WIRE | IRQ) ? on_wire : NULL;
    t->ops.exception = t->kinds & EXC ? on_exception : NULL;
    t->ops.insn = t->kinds & INSN ? on_insn : NULL;
    t->ops.character = t->kinds & UART ? on_character : NULL;
    t->ops.bus = t->kinds & BUS ? on_bus : NULL;
}

ZifObserver *zif_observe_trace(ZifMachine *m, const char *text, Error **errp)
{
    const char *spec;
    bool binary = false;
    Trace *t = calloc(1, sizeof *t);
    t->o.m = m;
    bool ok = read_kinds(t, text, &spec, errp) && zif__spec_open(&t->spec, "trace", spec, errp) &&
              read_words(t, &binary, errp);
    if (ok && binary) {
        t->binary = zif__trace_writer_open(t->spec.path, errp);
    } else if (ok) {
        t->text = zif__out_open(t->spec.path, errp);
    }
    if (!t->binary && !t->text) {
        free_trace(t);
        return NULL;
    }
    t->known = calloc(m->kit.ndevices + 1, sizeof *t->known);
    choose_ops(t);
    zif__observer_join(&t->o, m, &t->ops);
    return &t->o;
}
