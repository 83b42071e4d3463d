/* I2C and SPI: a controller's parts are its child nodes. SPDX-License-Identifier: GPL-2.0-or-later */
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

ZifDevice *zif_i2c_start(ZifDevice *controller, uint8_t address, bool is_read)
{
    ZifDevice *part = zif_i2c_part(controller, address);
    return part && part->cls->i2c->start(part, is_read) ? part : NULL;
}

bool zif_i2c_write(ZifDevice *part, uint8_t byte)
{
    return part->cls->i2c->write(part, byte);
}

uint8_t zif_i2c_read(ZifDevice *part)
{
    return part->cls->i2c->read(part);
}

void zif_i2c_stop(ZifDevice *part)
{
    if (part->cls->i2c->stop) {
        part->cls->i2c->stop(part);
    }
}

void zif_spi_select(ZifDevice *part, bool selected)
{
    if (part->core->selected != selected) {
        part->core->selected = selected;
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
    return in;
}
