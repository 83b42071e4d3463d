/* I2C, SPI and CAN: a controller's parts are its child nodes. SPDX-License-Identifier: GPL-2.0-or-later */
#include "device.h"

ZifDevice *zif_i2c_part(const ZifDevice *controller, uint8_t address)
{
    ZifKit *kit = controller->core->kit;
    for (unsigned i = 0; i < kit->ndevices; i++) {
        ZifDevice *part = kit->devices[i];
        if (part->core->parent == controller && part->cls->i2c && part->core->bus_address == address) {
            return part;
        }
    }
    return NULL;
}

static void tell(ZifBusEvent event)
{
    ZifKit *kit = event.controller ? event.controller->core->kit : NULL; /* a test may have none */
    if (ZIF_OBSERVERS && kit && kit->hooks.bus) {
        kit->hooks.bus(kit->hooks.opaque, &event);
    }
}

ZifDevice *zif_i2c_start(ZifDevice *controller, uint8_t address, bool is_read)
{
    ZifDevice *part = zif_i2c_part(controller, address);
    part = part && part->cls->i2c->start(part, is_read) ? part : NULL;
    tell((ZifBusEvent){ .kind = ZIF_BUS_I2C_START,
                        .controller = controller,
                        .out = (uint8_t)(address << 1 | is_read),
                        .ack = part != NULL });
    return part;
}

bool zif_i2c_write(ZifDevice *part, uint8_t byte)
{
    bool ack = part->cls->i2c->write(part, byte);
    tell((ZifBusEvent){ .kind = ZIF_BUS_I2C_WRITE, .controller = part->core->parent, .out = byte, .ack = ack });
    return ack;
}

uint8_t zif_i2c_read(ZifDevice *part)
{
    uint8_t byte = part->cls->i2c->read(part);
    tell((ZifBusEvent){ .kind = ZIF_BUS_I2C_READ, .controller = part->core->parent, .in = byte });
    return byte;
}

void zif_i2c_stop(ZifDevice *part)
{
    if (part->cls->i2c->stop) {
        part->cls->i2c->stop(part);
    }
    tell((ZifBusEvent){ .kind = ZIF_BUS_I2C_STOP, .controller = part->core->parent });
}

void zif_spi_select(ZifDevice *part, bool selected)
{
    if (part->core->selected != selected) {
        part->core->selected = selected;
        tell((ZifBusEvent){ .kind = ZIF_BUS_SPI_SELECT,
                            .controller = part->core->parent,
                            .part = part->core->bus_address,
                            .selected = selected });
        if (part->cls->spi->select) {
            part->cls->spi->select(part, selected);
        }
    }
}

uint8_t zif_spi_transfer(ZifDevice *controller, uint8_t out)
{
    ZifKit *kit = controller->core->kit;
    uint8_t in = 0xff; /* nobody drives the line: it is pulled up; two who do pull it down together */
    for (unsigned i = 0; i < kit->ndevices; i++) {
        ZifDevice *part = kit->devices[i];
        if (part->core->parent == controller && part->cls->spi && part->core->selected) {
            in &= part->cls->spi->transfer(part, out);
        }
    }
    tell((ZifBusEvent){ .kind = ZIF_BUS_SPI_BYTE, .controller = controller, .out = out, .in = in });
    return in;
}

bool zif_spi_check(ZifDevice *controller, unsigned mode, uint64_t hz)
{
    ZifKit *kit = controller->core->kit;
    bool right = true;
    for (unsigned i = 0; i < kit->ndevices; i++) {
        ZifDevice *part = kit->devices[i];
        if (part->core->parent != controller || !part->cls->spi || !part->core->selected) {
            continue;
        }
        uint32_t most = zif_prop_u32(part, "spi-max-frequency", 0);
        uint8_t modes = part->cls->spi->modes;
        if (most && hz > most) {
            zif_report(controller, ZIF_REPORT_BUS, -1, "%s is clocked with %llu Hz; it stands %u", part->name,
                       (unsigned long long)hz, most);
        }
        if (modes && !(modes >> (mode & 3) & 1)) {
            zif_report(controller, ZIF_REPORT_BUS, -1, "%s does not work in clock mode %u (CPOL %u, CPHA %u)",
                       part->name, mode & 3, mode >> 1 & 1, mode & 1);
            right = false;
        }
    }
    return right;
}

/* --- CAN: nodes are equals; a controller and the parts below it are on one bus ------------------------------------------- */

enum { MAX_CAN_PEERS = 8 };

static bool lists(const ZifDevice *dev, const ZifDevice *other)
{
    uint32_t peers[MAX_CAN_PEERS];
    unsigned n = zif_prop_cells(dev, "zif,can-bus", peers, MAX_CAN_PEERS);
    for (unsigned i = 0; i < n && i < MAX_CAN_PEERS; i++) {
        if (other->core->phandle && peers[i] == other->core->phandle) {
            return true;
        }
    }
    return false;
}

static bool is_can_neighbour(const ZifDevice *dev, const ZifDevice *other)
{
    if (other == dev || !other->cls->can) {
        return false;
    }
    if (other->core->parent == dev || dev->core->parent == other ||
        (dev->core->parent && dev->core->parent == other->core->parent)) {
        return true;
    }
    return lists(dev, other) || lists(other, dev);
}

ZifDevice *zif_can_node(const ZifDevice *dev, unsigned n)
{
    ZifKit *kit = dev->core->kit;
    for (unsigned i = 0; i < kit->ndevices; i++) {
        ZifDevice *other = kit->devices[i];
        if (is_can_neighbour(dev, other) && n-- == 0) {
            return other;
        }
    }
    return NULL;
}

bool zif_can_busy(const ZifDevice *dev)
{
    const ZifDevice *node;
    for (unsigned i = 0; (node = zif_can_node(dev, i)); i++) {
        if (node->cls->can->sending(node)) {
            return true;
        }
    }
    return false;
}

uint64_t zif_can_urgency(const ZifDevice *dev)
{
    const ZifDevice *node;
    uint64_t least = UINT64_MAX;
    for (unsigned i = 0; (node = zif_can_node(dev, i)); i++) {
        uint64_t urgency = node->cls->can->urgency ? node->cls->can->urgency(node) : UINT64_MAX;
        least = urgency < least ? urgency : least;
    }
    return least;
}

bool zif_can_send(ZifDevice *dev, const ZifCanFrame *frame)
{
    ZifDevice *node;
    bool acknowledged = false;
    for (unsigned i = 0; (node = zif_can_node(dev, i)); i++) {
        acknowledged |= node->cls->can->hear(node, frame);
    }
    return acknowledged;
}

void zif_can_free(ZifDevice *dev)
{
    ZifDevice *node;
    for (unsigned i = 0; (node = zif_can_node(dev, i)); i++) {
        if (node->cls->can->bus_free) {
            node->cls->can->bus_free(node);
        }
    }
}
