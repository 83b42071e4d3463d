/* The observer that records wires: which, and what is heard of them. See zif/observe.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "bits.h"
#include "cpu/cpu.h"
#include "machine/internal.h"
#include "machine/observer.h"
#include "spec.h"
#include "wave.h"

enum { NONE = UINT32_MAX, MANY = 1 << 15, NAME = 160 };
/* Characters and bits that take longer are not worth holding everything else back for. */
static const ZifTime longest = 100 * ZIF_MS;
static const ZifTime some_bit = ZIF_US; /* of a bus whose rate nobody knows */

/* What of one device is recorded; signal numbers, NONE where not. */
typedef struct {
    unsigned *outputs, *inputs;
    ZifSerialWave tx, rx;
    ZifI2cWave i2c;
    ZifSpiWave spi;
    unsigned *selects; /* by number of the chip select */
    unsigned nselects;
} Recorded;

typedef struct {
    ZifDevice *dev;
    unsigned slot, lsb, width;
    unsigned signal;
} RegisterSignal;

typedef struct {
    ZifObserver o;
    ZifWave *wave;
    const char **patterns;
    bool *fitted; /* by pattern: something has such a name */
    unsigned npatterns;
    Recorded *recorded; /* by the device's number */
    RegisterSignal *registers;
    unsigned nregisters;
    unsigned exception; /* signal */
} Vcd;

static ZifTime now(const Vcd *v)
{
    return zif_machine_now(v->o.m);
}

/* --- Choosing ---------------------------------------------------------------------------------------------------------- */

/* Is a signal of this name asked for? `usual`: it is when nothing is asked for. */
static bool wanted(Vcd *v, const char *name, bool usual)
{
    bool fits = !v->npatterns && usual;
    for (unsigned i = 0; i < v->npatterns; i++) {
        if (zif__name_fits(v->patterns[i], name)) {
            fits = v->fitted[i] = true;
        }
    }
    return fits;
}

static unsigned choose(Vcd *v, const ZifDevice *dev, const char *wire, bool usual, int level)
{
    char name[2 * NAME];
    snprintf(name, sizeof name, "%.150s.%.160s", dev->name, wire);
    return wanted(v, name, usual) ? zif__wave_add(v->wave, name, 1, (uint32_t)level) : NONE;
}

static bool has_output(const ZifClass *cls, const char *name)
{
    return zif__output_find(cls, name) >= 0;
}

static const char *line_name(char *buf, const char *prefix, const char *name, unsigned line, unsigned count)
{
    if (count > 1) {
        snprintf(buf, NAME, "%s%s[%u]", prefix, name, line);
    } else {
        snprintf(buf, NAME, "%s%s", prefix, name);
    }
    return buf;
}

/* Has the device parts of this kind on it? */
static bool has_parts(const ZifDevice *dev, bool spi)
{
    const ZifKit *kit = dev->core->kit;
    for (unsigned i = 0; i < kit->ndevices; i++) {
        const ZifDevice *part = kit->devices[i];
        if (part->core->parent == dev && (spi ? part->cls->spi != NULL : part->cls->i2c != NULL)) {
            return true;
        }
    }
    return false;
}

/* Is a line of this name drawn from what passes on it? A wire that only tells its level at rest gives way. */
static bool is_drawn(const ZifDevice *dev, const char *wire)
{
    static const struct {
        const char *name;
        enum { SERIAL, I2C, SPI } kind;
    } lines[] = { { "tx", SERIAL }, { "rx", SERIAL }, { "scl", I2C }, { "sda", I2C },
                  { "sck", SPI },   { "mosi", SPI },  { "miso", SPI } };
    for (unsigned i = 0; i < sizeof lines / sizeof *lines; i++) {
        if (!strcmp(lines[i].name, wire)) {
            return lines[i].kind == SERIAL ? dev->core->serial != NULL : has_parts(dev, lines[i].kind == SPI);
        }
    }
    return false;
}

static void choose_wires(Vcd *v, ZifDevice *dev, Recorded *r)
{
    ZifDeviceCore *core = dev->core;
    char name[NAME];
    r->outputs = malloc((core->noutputs + 1) * sizeof *r->outputs);
    r->inputs = malloc((core->ninputs + 1) * sizeof *r->inputs);
    for (unsigned i = 0; i < core->noutput_names; i++) {
        const char *wire = dev->cls->outputs[i].name;
        unsigned first = core->output_base[i], count = core->output_base[i + 1] - first;
        for (unsigned k = 0; k < count; k++) {
            const ZifOutputLine *o = &core->outputs[first + k];
            bool usual = !strcmp(wire, "pin") || (!strncmp(wire, "irq", 3) && o->wires);
            r->outputs[first + k] =
                is_drawn(dev, wire) ? NONE : choose(v, dev, line_name(name, "", wire, k, count), usual, o->level);
        }
    }
    for (unsigned i = 0; i < core->ninput_names; i++) {
        const char *wire = dev->cls->inputs[i].name;
        const char *prefix = has_output(dev->cls, wire) || is_drawn(dev, wire) ? "in." : "";
        unsigned first = core->input_base[i], count = core->input_base[i + 1] - first;
        for (unsigned k = 0; k < count; k++) {
            const ZifInputLine *in = &core->inputs[first + k];
            bool usual = !strcmp(wire, "pin") && in->connected;
            r->inputs[first + k] = choose(v, dev, line_name(name, prefix, wire, k, count), usual, in->level);
        }
    }
}

static void choose_buses(Vcd *v, ZifDevice *dev, Recorded *r)
{
    bool i2c = has_parts(dev, false), spi = has_parts(dev, true);
    const ZifKit *kit = &v->o.m->kit;
    for (unsigned i = 0; i < kit->ndevices; i++) {
        const ZifDevice *part = kit->devices[i];
        if (part->core->parent == dev && part->cls->spi && part->core->bus_address < 256) {
            r->nselects = part->core->bus_address >= r->nselects ? part->core->bus_address + 1 : r->nselects;
        }
    }
    r->i2c.scl = i2c ? choose(v, dev, "scl", true, 1) : NONE;
    r->i2c.sda = i2c ? choose(v, dev, "sda", true, 1) : NONE;
    r->spi.sck = spi ? choose(v, dev, "sck", true, 0) : NONE;
    r->spi.mosi = spi ? choose(v, dev, "mosi", true, 1) : NONE;
    r->spi.miso = spi ? choose(v, dev, "miso", true, 1) : NONE;
    r->selects = malloc((r->nselects + 1) * sizeof *r->selects);
    for (unsigned i = 0; i < r->nselects; i++) {
        char name[NAME];
        r->selects[i] = choose(v, dev, line_name(name, "", "cs", i, 2), true, 1);
    }
}

static unsigned exception_now(const ZifMachine *m)
{
    return m->cpu ? zif_cpu_exception(m->cpu) : 0; /* a machine can be without a core */
}

static uint32_t look(const RegisterSignal *r)
{
    return zif_bits(zif__slot_peek(r->dev, r->slot), r->lsb, r->width);
}

static void add_register(Vcd *v, ZifDevice *dev, unsigned slot, unsigned lsb, unsigned width, const char *name)
{
    v->registers = realloc(v->registers, (v->nregisters + 1) * sizeof *v->registers);
    RegisterSignal *r = &v->registers[v->nregisters++];
    *r = (RegisterSignal){ .dev = dev, .slot = slot, .lsb = lsb, .width = width };
    r->signal = zif__wave_add(v->wave, name, width, look(r));
}

/* Registers and fields that are named in full. */
static void choose_registers(Vcd *v, ZifDevice *dev)
{
    size_t len = strlen(dev->name);
    for (unsigned i = 0; i < v->npatterns; i++) {
        const char *want = v->patterns[i];
        if (strncmp(want, dev->name, len) != 0 || want[len] != '.' || !dev->cls->nregs) {
            continue;
        }
        want += len + 1;
        for (unsigned slot = 0; slot < dev->core->layout->nslots; slot++) {
            const ZifSlot *s = &dev->core->layout->slots[slot];
            char name[64];
            size_t n = strlen(zif__slot_name(dev->cls, (int)slot, name));
            if (strncmp(want, name, n) != 0 || (want[n] && want[n] != '.')) {
                continue;
            }
            if (!want[n]) {
                v->fitted[i] = true;
                add_register(v, dev, slot, 0, 8u * s->size, v->patterns[i]);
            }
            for (const ZifField *f = want[n] ? s->row->fields : NULL; f && f->name; f++) {
                if (!strcmp(f->name, want + n + 1)) {
                    v->fitted[i] = true;
                    add_register(v, dev, slot, f->lsb, f->width, v->patterns[i]);
                }
            }
        }
    }
}

static bool choose_all(Vcd *v, Error **errp)
{
    const ZifKit *kit = &v->o.m->kit;
    v->recorded = calloc(kit->ndevices + 1, sizeof *v->recorded);
    for (unsigned i = 0; i < kit->ndevices; i++) {
        ZifDevice *dev = kit->devices[i];
        Recorded *r = &v->recorded[i];
        choose_wires(v, dev, r);
        r->tx.signal = dev->core->serial ? choose(v, dev, "tx", true, 1) : NONE;
        r->rx.signal = dev->core->serial ? choose(v, dev, "rx", true, 1) : NONE;
        choose_buses(v, dev, r);
        choose_registers(v, dev);
    }
    v->exception =
        wanted(v, "cpu.exception", false) ? zif__wave_add(v->wave, "cpu.exception", 9, exception_now(v->o.m)) : NONE;
    for (unsigned i = 0; i < v->npatterns; i++) {
        if (!v->fitted[i]) {
            error_setg(errp, "vcd: nothing is named %s here", v->patterns[i]);
            return false;
        }
    }
    return true;
}

/* --- Hearing ----------------------------------------------------------------------------------------------------------- */

/* How far back what is still to be told may reach. */
static ZifTime reach(const Vcd *v)
{
    const ZifKit *kit = &v->o.m->kit;
    ZifTime most = 0;
    for (unsigned i = 0; i < kit->ndevices; i++) {
        ZifDevice *dev = kit->devices[i];
        const Recorded *r = &v->recorded[i];
        ZifTime time = 0;
        if (r->tx.signal != NONE || r->rx.signal != NONE) {
            time = dev->cls->serial->frame_time(dev);
        } else if (r->i2c.scl != NONE || r->i2c.sda != NONE || r->spi.sck != NONE || r->spi.mosi != NONE ||
                   r->spi.miso != NONE) {
            time = 8 * (ZIF_SPI_GROUP + 1) * (dev->cls->bit_time ? dev->cls->bit_time(dev) : some_bit);
        }
        most = time > most ? time : most;
    }
    return most < longest ? most : longest;
}

static void settle(Vcd *v)
{
    ZifTime back = reach(v), time = now(v);
    for (unsigned i = 0; i < v->o.m->kit.ndevices; i++) {
        zif__draw_spi_waiting(v->wave, &v->recorded[i].spi, time);
    }
    zif__wave_settle(v->wave, time > back ? time - back : 0);
}

static void change(Vcd *v, unsigned signal, uint32_t value)
{
    if (signal != NONE) {
        zif__wave_change(v->wave, signal, now(v), value);
        if (zif__wave_waiting(v->wave) % MANY == 0) {
            settle(v);
        }
    }
}

static void look_at_registers(Vcd *v)
{
    for (unsigned i = 0; i < v->nregisters; i++) {
        change(v, v->registers[i].signal, look(&v->registers[i]));
    }
}

static void on_access(ZifObserver *o, ZifDevice *dev, uint32_t offset, uint32_t value, unsigned size, bool is_write)
{
    look_at_registers((Vcd *)o);
}

static void on_handled(ZifObserver *o, ZifDevice *dev)
{
    look_at_registers((Vcd *)o);
}

static void on_wire(ZifObserver *o, ZifDevice *dev, bool is_output, unsigned place, int level)
{
    Vcd *v = (Vcd *)o;
    const Recorded *r = &v->recorded[dev->core->number];
    change(v, is_output ? r->outputs[place] : r->inputs[place], (uint32_t)level);
}

static void on_character(ZifObserver *o, ZifDevice *dev, uint16_t word, unsigned faults, bool to_guest)
{
    Vcd *v = (Vcd *)o;
    Recorded *r = &v->recorded[dev->core->number];
    ZifSerialWave *line = to_guest ? &r->rx : &r->tx;
    const ZifSerialPort *port = dev->cls->serial;
    ZifTime frame = port->frame_time(dev);
    ZifSerialFormat format = { .data_bits = 8, .half_stop_bits = 2 };
    if (line->signal != NONE && frame <= longest) {
        if (port->format) {
            port->format(dev, &format);
        }
        zif__draw_character(v->wave, line, &format, frame, word, faults, now(v));
    }
}

static void on_bus(ZifObserver *o, const ZifBusEvent *e)
{
    Vcd *v = (Vcd *)o;
    ZifDevice *dev = e->controller;
    Recorded *r = &v->recorded[dev->core->number];
    ZifTime bit = dev->cls->bit_time ? dev->cls->bit_time(dev) : 0;
    bit = bit && bit < longest / 64 ? bit : some_bit;
    if (e->kind == ZIF_BUS_SPI_SELECT) {
        zif__draw_spi_waiting(v->wave, &r->spi, ZIF_TIME_NEVER);
        if (e->part < r->nselects && r->selects[e->part] != NONE) {
            zif__wave_change(v->wave, r->selects[e->part], r->spi.end > now(v) ? r->spi.end : now(v), !e->selected);
        }
    } else if (e->kind == ZIF_BUS_SPI_BYTE) {
        zif__draw_spi(v->wave, &r->spi, e, bit, now(v));
    } else {
        zif__draw_i2c(v->wave, &r->i2c, e, bit, now(v));
    }
}

static void on_exception(ZifObserver *o, unsigned number, bool entry)
{
    Vcd *v = (Vcd *)o;
    change(v, v->exception, exception_now(o->m));
}

/* The machine is at another moment: its levels are other ones. Time in the file only goes on. */
static void on_restored(ZifObserver *o)
{
    Vcd *v = (Vcd *)o;
    for (unsigned i = 0; i < o->m->kit.ndevices; i++) {
        const ZifDeviceCore *core = o->m->kit.devices[i]->core;
        for (unsigned k = 0; k < core->noutputs; k++) {
            change(v, v->recorded[i].outputs[k], core->outputs[k].level);
        }
        for (unsigned k = 0; k < core->ninputs; k++) {
            change(v, v->recorded[i].inputs[k], core->inputs[k].level);
        }
    }
    change(v, v->exception, exception_now(o->m));
    look_at_registers(v);
}

static void on_flush(ZifObserver *o)
{
    Vcd *v = (Vcd *)o;
    look_at_registers(v);
    settle(v);
    zif__wave_flush(v->wave);
}

/* --- Life -------------------------------------------------------------------------------------------------------------- */

static void free_vcd(Vcd *v)
{
    for (unsigned i = 0; v->recorded && i < v->o.m->kit.ndevices; i++) {
        free(v->recorded[i].outputs);
        free(v->recorded[i].inputs);
        free(v->recorded[i].selects);
    }
    free(v->recorded);
    free(v->registers);
    free(v->patterns);
    free(v->fitted);
    free(v);
}

static bool finish(ZifObserver *o, Error **errp)
{
    Vcd *v = (Vcd *)o;
    look_at_registers(v);
    for (unsigned i = 0; i < o->m->kit.ndevices; i++) {
        zif__draw_spi_waiting(v->wave, &v->recorded[i].spi, ZIF_TIME_NEVER);
    }
    bool ok = zif__wave_close(v->wave, now(v), errp);
    free_vcd(v);
    return ok;
}

static const ZifObserverOps all_ops = { .wire = on_wire,
                                        .character = on_character,
                                        .bus = on_bus,
                                        .exception = on_exception,
                                        .restored = on_restored,
                                        .flush = on_flush,
                                        .finish = finish };
static const ZifObserverOps register_ops = { .access = on_access,
                                             .handled = on_handled,
                                             .wire = on_wire,
                                             .character = on_character,
                                             .bus = on_bus,
                                             .exception = on_exception,
                                             .restored = on_restored,
                                             .flush = on_flush,
                                             .finish = finish };

static bool read_words(Vcd *v, ZifSpec *spec, ZifTime *scale, Error **errp)
{
    const char *word, *value;
    while (zif__spec_next(spec, &word, &value)) {
        if (!strcmp(word, "timescale")) {
            if (!zif__spec_time("vcd", word, value, scale, errp)) {
                return false;
            }
            ZifTime power = 1;
            while (power < *scale && power < ZIF_SEC) {
                power *= 10;
            }
            if (power != *scale) {
                error_setg(errp, "vcd: a timescale is 1, 10 or 100 of ps, ns, us or ms, or 1s; not '%s'", value);
                return false;
            }
        } else if (!strcmp(word, "signal") && *value) {
            v->patterns = realloc(v->patterns, (v->npatterns + 1) * sizeof *v->patterns);
            v->patterns[v->npatterns++] = value;
        } else {
            error_setg(errp, "vcd: '%s' is neither timescale=TIME nor signal=NAME", word);
            return false;
        }
    }
    v->fitted = calloc(v->npatterns + 1, sizeof *v->fitted);
    return true;
}

ZifObserver *zif_observe_vcd(ZifMachine *m, const char *text, Error **errp)
{
    ZifSpec spec;
    ZifTime scale = ZIF_NS;
    Vcd *v = calloc(1, sizeof *v);
    v->o.m = m;
    bool ok = zif__spec_open(&spec, "vcd", text, errp) && read_words(v, &spec, &scale, errp) &&
              (v->wave = zif__wave_open(spec.path, scale, zif_machine_now(m), errp)) && choose_all(v, errp);
    zif__spec_free(&spec);
    if (!ok) {
        if (v->wave) {
            zif__wave_close(v->wave, 0, NULL);
        }
        free_vcd(v);
        return NULL;
    }
    zif__observer_join(&v->o, m, v->nregisters ? &register_ops : &all_ops);
    return &v->o;
}
