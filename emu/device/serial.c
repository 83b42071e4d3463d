/*
 * Serial lines: what is at the other end of a UART.
 *
 * Bytes for the guest wait in a queue without limit. One is on its way for the time of a frame as the UART is set up now; it starts only
 * when the receiver says that it can take one, so none is lost. While the receiver cannot, nothing is scheduled: the UART
 * calls zif_serial_ready when that may have changed, and an idle line costs nothing. An impatient line sends as long as the receiver is on.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdlib.h>
#include <string.h>
#include "device.h"
#include "internal.h"

typedef struct Observer {
    struct Observer *next;
    void (*fn)(void *opaque, uint8_t byte, ZifTime when);
    void *opaque;
} Observer;

struct ZifSerialLine {
    ZifKit *kit;
    ZifDevice *dev; /* NULL: nothing receives */
    char *name;
    Observer *observers;
    uint16_t *queue;
    size_t head, count, room; /* characters [head, head + count) of queue wait; faults are above their 9 bits */
    ZifEvent arrival;         /* the last bit of queue[head] arrives */
    unsigned faults;          /* of the next byte that is queued */
    bool impatient;
    uint32_t speed; /* of the other end; 0: as the node says */
};

enum { WORD = 0x1ff, FAULTS = 9 };

const char *zif_serial_name(const ZifSerialLine *line)
{
    return line->name;
}

static bool takes(const ZifSerialLine *line, const ZifSerialPort *port)
{
    return (line->impatient && port->listens ? port->listens : port->can_receive)(line->dev);
}

/* Puts the next byte on the wire if there is one and the receiver can take it. */
static void start(ZifSerialLine *line)
{
    const ZifSerialPort *port = line->dev ? line->dev->cls->serial : NULL;
    if (!port || !line->count || zif_event_pending(&line->arrival) || line->dev->core->resetting) {
        return;
    }
    ZifTime frame = port->frame_time(line->dev);
    if (frame && takes(line, port)) {
        zif_event_at(line->kit->timeline, &line->arrival, zif_timeline_now(line->kit->timeline) + frame);
    }
}

static void arrive(void *opaque)
{
    ZifSerialLine *line = opaque;
    const ZifSerialPort *port = line->dev->cls->serial;
    if (port->frame_time(line->dev) && takes(line, port)) {
        uint16_t word = line->queue[line->head++];
        unsigned faults = word >> FAULTS;
        line->count--;
        if (ZIF_OBSERVERS && line->kit->hooks.received) {
            line->kit->hooks.received(line->kit->hooks.opaque, line->dev, word & WORD, faults);
        }
        if (!(faults & ZIF_SERIAL_LOST)) {
            if (port->receive_word) {
                port->receive_word(line->dev, word & WORD, faults);
            } else {
                port->receive(line->dev, word & 0xff);
            }
        }
    }
    start(line);
}

static ZifSerialLine *line_new(ZifKit *kit, ZifDevice *dev, const char *name, uint32_t order)
{
    ZifSerialLine *line = calloc(1, sizeof *line);
    line->kit = kit;
    line->dev = dev;
    line->name = strdup(name);
    zif_event_init(&line->arrival, "serial arrival", order, arrive, line);
    return line;
}

ZifSerialLine *zif__serial_new(ZifDevice *dev, const char *name)
{
    return line_new(dev->core->kit, dev, name, ZIF_ORDER_SERIAL + dev->core->number);
}

ZifSerialLine *zif__serial_new_free(ZifKit *kit, const char *name)
{
    return line_new(kit, NULL, name, ZIF_ORDER_SERIAL);
}

void zif__serial_free(ZifSerialLine *line)
{
    zif_event_cancel(line->kit->timeline, &line->arrival);
    while (line->observers) {
        Observer *o = line->observers;
        line->observers = o->next;
        free(o);
    }
    free(line->queue);
    free(line->name);
    free(line);
}

void zif__serial_reset(ZifSerialLine *line)
{
    zif_event_cancel(line->kit->timeline, &line->arrival); /* a byte on its way starts again */
    start(line);
}

void zif_serial_on_transmit(ZifSerialLine *line, void (*fn)(void *opaque, uint8_t byte, ZifTime when), void *opaque)
{
    Observer *o = malloc(sizeof *o), **end = &line->observers;
    *o = (Observer){ .fn = fn, .opaque = opaque };
    while (*end) {
        end = &(*end)->next;
    }
    *end = o;
}

/* Room for `n` more characters behind those that wait. */
static void ensure_room(ZifSerialLine *line, size_t n)
{
    if (line->head + line->count + n <= line->room) {
        return;
    }
    if (line->count) {
        memmove(line->queue, line->queue + line->head, line->count * sizeof *line->queue);
    }
    line->head = 0;
    if (line->count + n > line->room) {
        line->room = 2 * (line->count + n) + 64;
        line->queue = realloc(line->queue, line->room * sizeof *line->queue);
        if (!line->queue) {
            zif_bug("out of memory for %zu characters waiting on %s", line->room, line->name);
        }
    }
}

/* The last `n` characters of the queue are new. */
static void queued(ZifSerialLine *line, size_t n)
{
    line->count += n;
    if (line->kit->hooks.sent) {
        line->kit->hooks.sent(line->kit->hooks.sent_opaque, line, line->queue + line->head + line->count - n, n);
    }
    start(line);
}

void zif__serial_send_words(ZifSerialLine *line, const uint16_t *words, size_t n)
{
    if (n) {
        ensure_room(line, n);
        memcpy(line->queue + line->head + line->count, words, n * sizeof *words);
        queued(line, n);
    }
}

void zif_serial_send(ZifSerialLine *line, const void *bytes, size_t len)
{
    if (!len) {
        return;
    }
    ensure_room(line, len);
    uint16_t *end = line->queue + line->head + line->count;
    for (size_t i = 0; i < len; i++) {
        end[i] = ((const uint8_t *)bytes)[i];
    }
    *end |= line->faults << FAULTS;
    line->faults = 0;
    queued(line, len);
}

bool zif_serial_inject(ZifSerialLine *line, unsigned faults)
{
    const ZifSerialPort *port = line->dev ? line->dev->cls->serial : NULL;
    if (!port || (!port->receive_word && faults & ~(unsigned)ZIF_SERIAL_LOST)) {
        return false;
    }
    if (faults & ZIF_SERIAL_BREAK) {
        zif__serial_send_words(line, (uint16_t[]){ faults << FAULTS }, 1);
    } else {
        line->faults |= faults;
    }
    return true;
}

void zif_serial_set_patient(ZifSerialLine *line, bool patient)
{
    line->impatient = !patient;
    start(line);
}

size_t zif_serial_queued(const ZifSerialLine *line)
{
    return line->count;
}

ZifTime zif_serial_frame_time(const ZifSerialLine *line)
{
    const ZifSerialPort *port = line->dev ? line->dev->cls->serial : NULL;
    return port ? port->frame_time(line->dev) : 0;
}

size_t zif__serial_take(ZifSerialLine *line, uint8_t *bytes, size_t len)
{
    len = len < line->count ? len : line->count;
    for (size_t i = 0; i < len; i++) {
        bytes[i] = line->queue[line->head++] & 0xff;
    }
    line->count -= len;
    return len;
}

void zif__serial_byte(ZifSerialLine *line, uint8_t byte, ZifTime when)
{
    for (Observer *o = line->kit->replaying ? NULL : line->observers; o; o = o->next) {
        o->fn(o->opaque, byte, when);
    }
}

void zif_serial_transmit_word(ZifDevice *dev, uint16_t word, unsigned faults)
{
    ZifKit *kit = dev->core->kit;
    if (ZIF_OBSERVERS && kit->hooks.transmitted && !(faults & ZIF_SERIAL_NACK)) {
        kit->hooks.transmitted(kit->hooks.opaque, dev, word & WORD, faults);
    }
    if (!(faults & (ZIF_SERIAL_BREAK | ZIF_SERIAL_NACK))) {
        zif__serial_byte(dev->core->serial, word & 0xff, zif_now(dev));
    }
    for (unsigned i = 0; i < kit->ndevices; i++) {
        ZifDevice *part = kit->devices[i];
        if (part->core->parent == dev && part->cls->serial_part) {
            part->cls->serial_part->hear(part, word & WORD, faults);
        }
    }
}

void zif_serial_transmit(ZifDevice *dev, uint8_t byte)
{
    zif_serial_transmit_word(dev, byte, 0);
}

void zif_serial_part_send(ZifDevice *part, uint16_t word, unsigned faults)
{
    ZifDevice *uart = part->core->parent;
    if (!uart || !uart->core->serial) {
        return;
    }
    ZifSerialLine *line = uart->core->serial;
    ensure_room(line, 1);
    line->queue[line->head + line->count++] = (word & WORD) | faults << FAULTS;
    start(line);
}

void zif_serial_ready(ZifDevice *dev)
{
    start(dev->core->serial);
}

bool zif_serial_arriving(const ZifDevice *dev)
{
    return dev->core->serial && zif_event_pending(&dev->core->serial->arrival);
}

void zif_serial_set_speed(ZifSerialLine *line, uint32_t baud)
{
    line->speed = baud;
}

uint32_t zif_serial_speed(const ZifDevice *dev)
{
    uint32_t speed = dev->core->serial ? dev->core->serial->speed : 0;
    return speed ? speed : zif_prop_u32(dev, "current-speed", 0);
}

void zif_check_baud(ZifDevice *dev, int slot, double baud)
{
    uint32_t speed = zif_serial_speed(dev);
    double off = speed ? (baud - speed) / speed * 100 : 0;
    if (off > 3 || off < -3) {
        char name[64];
        zif_report(dev, ZIF_REPORT_BAUD, slot, "%s = 0x%x gives %.0f baud, %+.1f %% off the line's %u",
                   zif__slot_name(dev->cls, slot, name), slot >= 0 ? zif_values(dev)[slot] : 0, baud, off, speed);
    }
}

bool zif_serial_patient(const ZifDevice *dev)
{
    return !dev->core->serial || !dev->core->serial->impatient;
}

typedef struct {
    ZifTime when; /* ZIF_TIME_NEVER: nothing is on its way */
    uint64_t seq;
    size_t count;
    uint32_t faults, impatient;
    uint16_t words[];
} Saved;

void *zif__serial_save(const ZifSerialLine *line, size_t *size)
{
    *size = sizeof(Saved) + line->count * sizeof *line->queue;
    Saved *s = calloc(1, *size);
    bool pending = zif_event_pending(&line->arrival);
    s->when = pending ? line->arrival.when : ZIF_TIME_NEVER;
    s->seq = pending ? line->arrival.seq : 0;
    s->count = line->count;
    s->faults = line->faults;
    s->impatient = line->impatient;
    if (line->count) {
        memcpy(s->words, line->queue + line->head, line->count * sizeof *line->queue);
    }
    return s;
}

bool zif__serial_state_ok(const void *saved, size_t size)
{
    const Saved *s = saved;
    return size >= sizeof *s && (size - sizeof *s) % sizeof *s->words == 0 &&
           (size - sizeof *s) / sizeof *s->words == s->count;
}

void zif__serial_restore(ZifSerialLine *line, const void *saved)
{
    const Saved *s = saved;
    zif_event_cancel(line->kit->timeline, &line->arrival);
    line->head = line->count = 0;
    ensure_room(line, s->count);
    if (s->count) {
        memcpy(line->queue, s->words, s->count * sizeof *line->queue);
    }
    line->count = s->count;
    line->faults = s->faults;
    line->impatient = s->impatient;
    if (s->when != ZIF_TIME_NEVER) {
        zif_event_restore(line->kit->timeline, &line->arrival, s->when, s->seq);
    }
}
