/*
 * NXP MAG3110: three-axis magnetometer on I2C.
 *
 * Reference: MAG3110 data sheet rev. 9.2.
 * Models: standby and active mode, triggered measurement, samples at the data rate and over-sampling, data-ready status and
 * the interrupt pin, user offsets, register number wrap, die temperature.
 * Departs: the sensor is exact and noiseless.
 * Missing: fast reading (FR) and the sensor reset (MAG_RST): kept without effect.
 *
 * Node properties: reg (0x0E), zif,nanotesla = <x y z> (20000 0 0xffff63c0: north, and down into the ground, as in Europe),
 * zif,degrees (25).
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "i2c_registers.h"

enum {
    DR_STATUS,
    OUT_X_MSB,
    OUT_X_LSB,
    OUT_Y_MSB,
    OUT_Y_LSB,
    OUT_Z_MSB,
    OUT_Z_LSB,
    WHO_AM_I,
    SYSMOD,
    OFF_X_MSB,
    OFF_X_LSB,
    OFF_Y_MSB,
    OFF_Y_LSB,
    OFF_Z_MSB,
    OFF_Z_LSB,
    DIE_TEMP,
    CTRL_REG1,
    CTRL_REG2,
    NREGS
};

static const ZifRegister regs[NREGS] = {
    [DR_STATUS] = BYTE("DR_STATUS", 0x00, 0, { "XDR", 0, 1, ZIF_RO }, { "YDR", 1, 1, ZIF_RO }, { "ZDR", 2, 1, ZIF_RO },
                       { "ZYXDR", 3, 1, ZIF_RO }, { "XOW", 4, 1, ZIF_RO }, { "YOW", 5, 1, ZIF_RO },
                       { "ZOW", 6, 1, ZIF_RO }, { "ZYXOW", 7, 1, ZIF_RO }),
    [OUT_X_MSB] = SAMPLE("OUT_X_MSB", 0x01),
    [OUT_X_LSB] = SAMPLE("OUT_X_LSB", 0x02),
    [OUT_Y_MSB] = SAMPLE("OUT_Y_MSB", 0x03),
    [OUT_Y_LSB] = SAMPLE("OUT_Y_LSB", 0x04),
    [OUT_Z_MSB] = SAMPLE("OUT_Z_MSB", 0x05),
    [OUT_Z_LSB] = SAMPLE("OUT_Z_LSB", 0x06),
    [WHO_AM_I] = BYTE("WHO_AM_I", 0x07, 0xC4, { "WHO_AM_I", 0, 8, ZIF_RO }),
    [SYSMOD] = BYTE("SYSMOD", 0x08, 0, { "SYSMOD", 0, 2, ZIF_RO }),
    [OFF_X_MSB] = BYTE("OFF_X_MSB", 0x09, 0, { "XOFF", 0, 8, ZIF_RW }),
    [OFF_X_LSB] = BYTE("OFF_X_LSB", 0x0A, 0, { "XOFF", 1, 7, ZIF_RW }),
    [OFF_Y_MSB] = BYTE("OFF_Y_MSB", 0x0B, 0, { "YOFF", 0, 8, ZIF_RW }),
    [OFF_Y_LSB] = BYTE("OFF_Y_LSB", 0x0C, 0, { "YOFF", 1, 7, ZIF_RW }),
    [OFF_Z_MSB] = BYTE("OFF_Z_MSB", 0x0D, 0, { "ZOFF", 0, 8, ZIF_RW }),
    [OFF_Z_LSB] = BYTE("OFF_Z_LSB", 0x0E, 0, { "ZOFF", 1, 7, ZIF_RW }),
    [DIE_TEMP] = SAMPLE("DIE_TEMP", 0x0F),
    [CTRL_REG1] = BYTE("CTRL_REG1", 0x10, 0, { "AC", 0, 1, ZIF_RW }, { "TM", 1, 1, ZIF_RW }, { "FR", 2, 1, ZIF_STUB },
                       { "OS", 3, 2, ZIF_RW }, { "DR", 5, 3, ZIF_RW }),
    [CTRL_REG2] = BYTE("CTRL_REG2", 0x11, 0, { "MAG_RST", 4, 1, ZIF_STUB }, { "RAW", 5, 1, ZIF_RW },
                       { "AUTO_MRST_EN", 7, 1, ZIF_RW }),
};

typedef struct {
    ZifDevice dev;
    uint32_t values[NREGS];
    I2cPointer at;
} Mag3110;

enum { SAMPLED };
enum { AC = 1, TM = 2, RAW = 0x20, ALL_READY = 0x0F, ALL_OVERWRITTEN = 0xF0 };

/* 80 Hz, halved by each step of OS and of DR. */
static ZifTime period(const Mag3110 *m)
{
    unsigned halvings = zif_bits(m->values[CTRL_REG1], 3, 2) + zif_bits(m->values[CTRL_REG1], 5, 3);
    return (12500 * ZIF_US) << halvings;
}

static void sample(Mag3110 *m)
{
    uint32_t field[3] = { 20000, 0, (uint32_t)-40000 };
    zif_prop_cells(&m->dev, "zif,nanotesla", field, 3);
    for (unsigned axis = 0; axis < 3; axis++) {
        int32_t counts = (int32_t)field[axis] / 100; /* 0.1 uT a count */
        if (!(m->values[CTRL_REG2] & RAW)) {
            uint16_t off = m->values[OFF_X_MSB + 2 * axis] << 8 | m->values[OFF_X_LSB + 2 * axis];
            counts -= (int16_t)off / 2;
        }
        counts = counts > 32767 ? 32767 : counts < -32768 ? -32768 : counts;
        m->values[OUT_X_MSB + 2 * axis] = (uint32_t)counts >> 8 & 0xFF;
        m->values[OUT_X_LSB + 2 * axis] = (uint32_t)counts & 0xFF;
    }
    m->values[DIE_TEMP] = zif_prop_u32(&m->dev, "zif,degrees", 25) & 0xFF;
    m->values[DR_STATUS] |= m->values[DR_STATUS] & 8 ? ALL_OVERWRITTEN : 0;
    m->values[DR_STATUS] |= ALL_READY;
    m->values[CTRL_REG1] &= ~(uint32_t)TM;
    zif_raise(&m->dev, 0);
}

static void mag_event(ZifDevice *dev, unsigned event)
{
    Mag3110 *m = (Mag3110 *)dev;
    sample(m);
    if (m->values[CTRL_REG1] & AC) {
        zif_schedule_in(dev, SAMPLED, period(m));
    }
}

static void mag_on_read(ZifDevice *dev, unsigned slot)
{
    if (slot >= OUT_X_MSB && slot <= OUT_Z_LSB) {
        ((Mag3110 *)dev)->values[DR_STATUS] = 0;
        zif_lower(dev, 0);
    }
}

static void mag_on_write(ZifDevice *dev, unsigned slot, uint32_t old, uint32_t value)
{
    Mag3110 *m = (Mag3110 *)dev;
    if (slot == CTRL_REG1) {
        bool on = m->values[slot] & (AC | TM);
        m->values[SYSMOD] = m->values[slot] & AC ? 2 : 0;
        if (!on) {
            zif_cancel(dev, SAMPLED);
        } else if (zif_due(dev, SAMPLED) == ZIF_TIME_NEVER) {
            zif_schedule_in(dev, SAMPLED, period(m));
        }
    }
}

static bool mag_start(ZifDevice *dev, bool is_read)
{
    ((Mag3110 *)dev)->at.number_next = !is_read;
    return true;
}

static bool mag_write(ZifDevice *dev, uint8_t byte)
{
    Mag3110 *m = (Mag3110 *)dev;
    if (m->at.number_next) {
        m->at.number_next = false;
        m->at.number = byte;
    } else {
        i2c_register_write(dev, m->at.number++, byte);
    }
    return true;
}

static uint8_t mag_read(ZifDevice *dev)
{
    Mag3110 *m = (Mag3110 *)dev;
    return i2c_register_read(dev, m->at.number++);
}

static void mag_reset(ZifDevice *dev, ZifResetKind kind)
{
    ((Mag3110 *)dev)->at = (I2cPointer){ 0 };
}

static const ZifI2cPart i2c = { .start = mag_start, .write = mag_write, .read = mag_read };

const ZifClass zif__nxp_mag3110 = {
    .name = "nxp-mag3110",
    .compatible = (const char *const[]){ "nxp,mag3110", NULL },
    .reference = "MAG3110 data sheet rev. 9.2",
    .summary = "samples of a field given in the node, offsets, data-ready pin; no fast reading",
    .modelled = ZIF_PARTIAL,
    .size = sizeof(Mag3110),
    .regs = regs,
    .nregs = NREGS,
    .values = offsetof(Mag3110, values),
    .span = 0x100,
    .outputs = (const ZifOutput[]){ { .name = "int1" }, { 0 } },
    .events = (const char *const[]){ "sample", NULL },
    .event = mag_event,
    .reset = mag_reset,
    .on_read = mag_on_read,
    .on_write = mag_on_write,
    .i2c = &i2c,
};
