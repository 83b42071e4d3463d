/*
 * STM32F4 I2C as slave of another controller on its bus. See i2c.c.
 * Reference: RM0090 rev 19, section 27.3.2 "I2C slave mode". SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "i2c.h"

/* The addresses that SMBus gives a meaning (27.3.8): flags of SR1 and SR2; false when it is none for us. */
static bool smbus_address(const I2c *c, uint16_t address, bool is_read, uint32_t *sr1, uint32_t *sr2)
{
    uint32_t cr1 = c->values[CR1];
    if (!(cr1 & SMBUS)) {
        return false;
    }
    if (cr1 & ENARP && !(cr1 & SMBTYPE) && address == ADDRESS_DEFAULT) {
        *sr2 = SMBDEFAULT;
        return true;
    }
    if (cr1 & ENARP && cr1 & SMBTYPE && address == ADDRESS_HOST && !is_read) {
        *sr2 = SMBHOST;
        return true;
    }
    if (cr1 & ALERT && address == ADDRESS_ALERT && is_read) {
        *sr1 = SMBALERT;
        return true;
    }
    return false;
}

static bool slave_address(ZifDevice *dev, uint16_t address, bool ten_bits, bool is_read)
{
    I2c *c = (I2c *)dev;
    uint32_t oar1 = c->values[OAR1], oar2 = c->values[OAR2], flags = 0, alert = 0;
    if (!(c->values[CR1] & PE) || (c->state != FREE && c->state != SLAVE) || zif_clock_hz(dev) == 0) {
        return false;
    }
    bool mine =
        ten_bits ? oar1 & ADDMODE && address == (oar1 & 0x3ff) : !(oar1 & ADDMODE) && address == zif_bits(oar1, 1, 7);
    if (!mine && !ten_bits && oar2 & ENDUAL && address == zif_bits(oar2, 1, 7)) {
        mine = true;
        flags = DUALF;
    }
    if (!mine && !ten_bits && !address && !is_read && c->values[CR1] & ENGC) {
        mine = true;
        flags = GENCALL;
    }
    mine = mine || (!ten_bits && smbus_address(c, address, is_read, &alert, &flags));
    if (!mine || !(c->values[CR1] & ACK) || !zif_check_routed(dev, "scl") || !zif_check_routed(dev, "sda")) {
        return false;
    }
    c->state = SLAVE;
    c->pec = 0;
    zif__i2c_pec_byte(c, (uint8_t)(address << 1 | is_read));
    c->nacked_as_slave = false;
    c->shift_full = false;
    c->values[SR2] = BUSY | flags | (is_read ? TRA : 0);
    c->values[SR1] = (c->values[SR1] & ~(uint32_t)(BTF | TXE)) | ADDR | alert | (is_read ? TXE : 0);
    zif__i2c_update(c);
    return true;
}

/* Is the byte that comes now, or is to go now, the PEC? */
static bool takes_pec(I2c *c)
{
    bool pec = c->values[CR1] & PEC && c->values[CR1] & ENPEC;
    c->values[CR1] &= pec ? ~(uint32_t)PEC : UINT32_MAX;
    return pec;
}

static int slave_write(ZifDevice *dev, uint8_t byte)
{
    I2c *c = (I2c *)dev;
    bool wrong, stretches = !(c->values[CR1] & NOSTRETCH);
    if (c->state != SLAVE) {
        return 0;
    }
    if (stretches && (c->values[SR1] & ADDR || c->shift_full)) {
        return ZIF_I2C_STRETCHED;
    }
    if (!(c->values[SR1] & RXNE)) {
        c->rx = byte;
        c->values[SR1] |= RXNE;
    } else if (stretches) {
        c->shift = byte;
        c->shift_full = true;
        c->values[SR1] |= BTF;
    } else {
        c->values[SR1] |= OVR;
        zif_report(dev, ZIF_REPORT_OVERRUN, DR, "0x%02x lost: the byte before it was not read (SR1.OVR)", byte);
    }
    wrong = takes_pec(c) && byte != c->pec;
    c->values[SR1] |= wrong ? PECERR : 0;
    zif__i2c_pec_byte(c, byte);
    zif__i2c_update(c);
    return c->values[CR1] & ACK && !wrong;
}

static int slave_read(ZifDevice *dev)
{
    I2c *c = (I2c *)dev;
    bool stretches = !(c->values[CR1] & NOSTRETCH);
    if (c->state != SLAVE) {
        return 0xff;
    }
    if (!(c->values[SR1] & ADDR) && c->values[SR1] & TXE && takes_pec(c)) { /* after the last byte */
        c->shift = c->pec;
        zif__i2c_update(c);
        return c->shift;
    }
    if (c->values[SR1] & (ADDR | TXE) && stretches) {
        if (!(c->values[SR1] & ADDR) && c->values[SR1] & TXE) {
            c->values[SR1] |= BTF;
            zif__i2c_update(c);
        }
        return ZIF_I2C_STRETCHED;
    }
    if (c->values[SR1] & TXE) {
        c->values[SR1] |= OVR;
        zif_report(dev, ZIF_REPORT_OVERRUN, DR, "0x%02x sent again: DR was not written in time (SR1.OVR)", c->shift);
    } else {
        c->shift = c->tx;
        c->values[SR1] |= TXE;
    }
    zif__i2c_pec_byte(c, c->shift);
    zif__i2c_update(c);
    return c->shift;
}

static void slave_nack(ZifDevice *dev)
{
    I2c *c = (I2c *)dev;
    if (c->state == SLAVE) {
        c->values[SR1] = (c->values[SR1] & ~(uint32_t)(TXE | BTF)) | AF;
        c->nacked_as_slave = true;
        zif__i2c_update(c);
    }
}

static void slave_stop(ZifDevice *dev)
{
    I2c *c = (I2c *)dev;
    if (c->state == SLAVE) {
        c->values[SR1] |= c->nacked_as_slave ? 0 : STOPF;
        c->values[SR1] &= ~(uint32_t)(BTF | TXE | (c->values[SR2] & TRA ? ADDR : 0));
        c->values[SR2] = 0;
        zif__i2c_enter(c, FREE, 0);
        zif__i2c_start_if_free(c);
        zif__i2c_update(c);
    }
}

const ZifI2cTarget zif__i2c_slave = {
    .address = slave_address,
    .write = slave_write,
    .read = slave_read,
    .nack = slave_nack,
    .stop = slave_stop,
};
