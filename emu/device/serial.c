/*
 * Serial lines: what is at the other end of a UART.
 *
 * Bytes for the guest wait in a queue without limit. One is on its way for the time of a frame as the UART is set up now; it starts only
 * when the receiver says that it can take one, so none is lost. While the receiver cannot, nothing is scheduled: the UART
 * calls zif_serial_ready when that may have changed, and an idle line costs nothing. SPDX-License-Identifier: GPL-2.0-or-later
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
    uint8_t *queue;
    size_t head, count, room; /* bytes [head, head + count) of queue wait */
    ZifEvent arrival;         /* the last bit of queue[head] arrives */
};

const char *zif_serial_name(const ZifSerialLine *line)
{
    return line->name;
}

/* Puts the next byte on the wire if there is one and the receiver can take it. */
static void start(ZifSerialLine *line)
{
    const ZifSerialPort *port = line->dev ? line->dev->cls->serial : NULL;
    if (!port || !line->count || zif_event_pending(&line->arrival) || line->dev->core->resetting) {
        return;
    }
    ZifTime frame = port->frame_time(line->dev);
    if (frame && port->can_receive(line->dev)) {
        zif_event_at(line->kit->timeline, &line->arrival, zif_timeline_now(line->kit->timeline) + frame);
    }
}

static void arrive(void *opaque)
{
    ZifSerialLine *line = opaque;
    const ZifSerialPort *port = line->dev->cls->serial;
    if (port->frame_time(line->dev) && port->can_receive(line->dev)) {
        uint8_t byte = line->queue[line->head++];
        line->count--;
        port->receive(line->dev, byte);
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

/* Room for `len` more bytes behind those that wait. */
static void ensure_room(ZifSerialLine *line, size_t len)
{
    if (line->head + line->count + len <= line->room) {
        return;
    }
    if (line->count) {
        memmove(line->queue, line->queue + line->head, line->count);
    }
    line->head = 0;
    if (line->count + len > line->room) {
        line->room = 2 * (line->count + len) + 64;
        line->queue = realloc(line->queue, line->room);
        if (!line->queue) {
            zif_bug("out of memory for %zu bytes waiting on %s", line->room, line->name);
        }
    }
}

void zif_serial_send(ZifSerialLine *line, const void *bytes, size_t len)
{
    if (!len) {
        return;
    }
    ensure_room(line, len);
    memcpy(line->queue + line->head + line->count, bytes, len);
    line->count += len;
    if (line->kit->hooks.sent) {
        line->kit->hooks.sent(line->kit->hooks.sent_opaque, line, bytes, len);
    }
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
    if (len) {
        memcpy(bytes, line->queue + line->head, len);
        line->head += len;
        line->count -= len;
    }
    return len;
}

void zif__serial_byte(ZifSerialLine *line, uint8_t byte, ZifTime when)
{
    for (Observer *o = line->kit->replaying ? NULL : line->observers; o; o = o->next) {
        o->fn(o->opaque, byte, when);
    }
}

void zif_serial_transmit(ZifDevice *dev, uint8_t byte)
{
    ZifKit *kit = dev->core->kit;
    if (kit->hooks.transmitted) {
        kit->hooks.transmitted(kit->hooks.opaque, dev, byte);
    }
    zif__serial_byte(dev->core->serial, byte, zif_now(dev));
}

void zif_serial_ready(ZifDevice *dev)
{
    start(dev->core->serial);
}

typedef struct {
    ZifTime when; /* ZIF_TIME_NEVER: nothing is on its way */
    uint64_t seq;
    size_t count;
    uint8_t bytes[];
} Saved;

void *zif__serial_save(const ZifSerialLine *line, size_t *size)
{
    *size = sizeof(Saved) + line->count;
    Saved *s = calloc(1, *size);
    bool pending = zif_event_pending(&line->arrival);
    s->when = pending ? line->arrival.when : ZIF_TIME_NEVER;
    s->seq = pending ? line->arrival.seq : 0;
    s->count = line->count;
    if (line->count) {
        memcpy(s->bytes, line->queue + line->head, line->count);
    }
    return s;
}

bool zif__serial_state_ok(const void *saved, size_t size)
{
    const Saved *s = saved;
    return size >= sizeof *s && size - sizeof *s == s->count;
}

void zif__serial_restore(ZifSerialLine *line, const void *saved)
{
    const Saved *s = saved;
    zif_event_cancel(line->kit->timeline, &line->arrival);
    line->head = line->count = 0;
    ensure_room(line, s->count);
    if (s->count) {
        memcpy(line->queue, s->bytes, s->count);
    }
    line->count = s->count;
    if (s->when != ZIF_TIME_NEVER) {
        zif_event_restore(line->kit->timeline, &line->arrival, s->when, s->seq);
    }
}
