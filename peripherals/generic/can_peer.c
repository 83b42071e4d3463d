/*
 * Another node on a CAN bus: it acknowledges every frame and, when asked, sends it back.
 *
 * Reference: ISO 11898-1.
 * Models: acknowledging; an echo with the identifier one higher, by the rules of arbitration, from a queue of eight.
 * Departs: it has the bit rate of the node it hears.
 * Missing: error counters of its own.
 *
 * A child of the controller's node. Node property: zif,echo. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <zif/peripheral.h>

enum { QUEUE = 8 };
enum { SENT };

typedef struct {
    ZifDevice dev;
    ZifCanFrame queue[QUEUE];
    uint8_t count;
    bool sending;
} Peer;

static uint64_t peer_urgency(const ZifDevice *dev)
{
    const Peer *p = (const Peer *)dev;
    if (!p->count) {
        return UINT64_MAX;
    }
    /* An extended frame loses to a standard one of the same first 11 bits. */
    const ZifCanFrame *f = &p->queue[0];
    return f->extended ? (uint64_t)(f->id >> 18) << 21 | 3ull << 19 | (f->id & 0x3ffff) << 1 | f->remote
                       : (uint64_t)f->id << 21 | (uint64_t)f->remote << 20;
}

static void begin(Peer *p)
{
    ZifDevice *node = zif_can_node(&p->dev, 0);
    if (p->sending || !p->count || !node || zif_can_busy(&p->dev) || zif_can_urgency(&p->dev) < peer_urgency(&p->dev)) {
        return;
    }
    ZifTime time = node->cls->can->frame_time ? node->cls->can->frame_time(node, &p->queue[0]) : 0;
    if (time) {
        p->sending = true;
        zif_schedule_in(&p->dev, SENT, time);
    }
}

static bool peer_hear(ZifDevice *dev, const ZifCanFrame *frame)
{
    Peer *p = (Peer *)dev;
    if (zif_prop_bool(dev, "zif,echo") && p->count < QUEUE) {
        ZifCanFrame *f = &p->queue[p->count++];
        *f = *frame;
        f->id = (f->id + 1) & (f->extended ? 0x1fffffff : 0x7ff);
    }
    return true;
}

static void peer_event(ZifDevice *dev, unsigned event)
{
    Peer *p = (Peer *)dev;
    ZifCanFrame frame = p->queue[0];
    p->sending = false;
    if (zif_can_send(dev, &frame)) { /* otherwise once more */
        p->count--;
        for (unsigned i = 0; i < p->count; i++) {
            p->queue[i] = p->queue[i + 1];
        }
    }
    begin(p);
    if (!p->sending) {
        zif_can_free(dev);
    }
}

static bool peer_sending(const ZifDevice *dev)
{
    return ((const Peer *)dev)->sending;
}

static void peer_bus_free(ZifDevice *dev)
{
    begin((Peer *)dev);
}

static void peer_reset(ZifDevice *dev, ZifResetKind kind)
{
    Peer *p = (Peer *)dev;
    p->count = 0;
    p->sending = false;
}

static const ZifCanNode node = {
    .hear = peer_hear,
    .sending = peer_sending,
    .urgency = peer_urgency,
    .bus_free = peer_bus_free,
};

const ZifClass zif__can_peer = {
    .name = "can-peer",
    .compatible = (const char *const[]){ "zif,can-peer", NULL },
    .reference = "ISO 11898-1",
    .summary = "a node that acknowledges every frame, and sends it back if asked",
    .modelled = ZIF_MODELLED,
    .size = sizeof(Peer),
    .events = (const char *const[]){ "sent", NULL },
    .event = peer_event,
    .reset = peer_reset,
    .can = &node,
};
