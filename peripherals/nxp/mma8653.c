/*
 * NXP MMA8653FC: three-axis accelerometer on I2C.
 *
 * Reference: MMA8653FC data sheet rev. 1.1.
 * Models: standby and active mode, samples at the data rate, ranges, 10-bit and fast 8-bit reading, register number wrap,
 * data-ready status and its interrupt on either pin with polarity, software reset.
 * Departs: the sensor is exact and noiseless; DR_STATUS is cleared by reading any byte of the sample.
 * Missing: orientation and motion detection, auto-sleep, offsets, self-test: kept without effect.
 *
 * Node properties: reg (0x1D), zif,milli-g = <x y z> (0 0 0xfffffc18: lying so that Z points down).
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
    SYSMOD,
    INT_SOURCE,
    WHO_AM_I,
    XYZ_DATA_CFG,
    PL_STATUS,
    PL_CFG,
    PL_COUNT,
    PL_BF_ZCOMP,
    PL_THS_REG,
    FF_MT_CFG,
    FF_MT_SRC,
    FF_MT_THS,
    FF_MT_COUNT,
    ASLP_COUNT,
    CTRL_REG1,
    CTRL_REG2,
    CTRL_REG3,
    CTRL_REG4,
    CTRL_REG5,
    OFF_X,
    OFF_Y,
    OFF_Z,
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
    [SYSMOD] = BYTE("SYSMOD", 0x0B, 0, { "SYSMOD", 0, 2, ZIF_RO }),
    [INT_SOURCE] = BYTE("INT_SOURCE", 0x0C, 0, { "SRC_DRDY", 0, 1, ZIF_RO }, { "SRC_FF_MT", 2, 1, ZIF_RO },
                        { "SRC_LNDPRT", 4, 1, ZIF_RO }, { "SRC_ASLP", 7, 1, ZIF_RO }),
    [WHO_AM_I] = BYTE("WHO_AM_I", 0x0D, 0x5A, { "WHO_AM_I", 0, 8, ZIF_RO }),
    [XYZ_DATA_CFG] = BYTE("XYZ_DATA_CFG", 0x0E, 0, { "FS", 0, 2, ZIF_RW }),
    [PL_STATUS] = BYTE("PL_STATUS", 0x10, 0, { "BAFRO", 0, 1, ZIF_RO }, { "LAPO", 1, 2, ZIF_RO },
                       { "LO", 6, 1, ZIF_RO }, { "NEWLP", 7, 1, ZIF_RO }),
    [PL_CFG] = BYTE("PL_CFG", 0x11, 0x80, { "PL_EN", 6, 1, ZIF_STUB }, { "DBCNTM", 7, 1, ZIF_STUB }),
    [PL_COUNT] = BYTE("PL_COUNT", 0x12, 0, { "DBNCE", 0, 8, ZIF_STUB }),
    [PL_BF_ZCOMP] = BYTE("PL_BF_ZCOMP", 0x13, 0x44, { "ZLOCK", 0, 3, ZIF_RO }, { "BKFR", 6, 2, ZIF_RO }),
    [PL_THS_REG] = BYTE("PL_THS_REG", 0x14, 0x84, { "HYS", 0, 3, ZIF_RO }, { "PL_THS", 3, 5, ZIF_RO }),
    [FF_MT_CFG] = BYTE("FF_MT_CFG", 0x15, 0, { "XEFE", 3, 1, ZIF_STUB }, { "YEFE", 4, 1, ZIF_STUB },
                       { "ZEFE", 5, 1, ZIF_STUB }, { "OAE", 6, 1, ZIF_STUB }, { "ELE", 7, 1, ZIF_STUB }),
    [FF_MT_SRC] = BYTE("FF_MT_SRC", 0x16, 0, { "FF_MT_SRC", 0, 8, ZIF_RO }),
    [FF_MT_THS] = BYTE("FF_MT_THS", 0x17, 0, { "THS", 0, 7, ZIF_STUB }, { "DBCNTM", 7, 1, ZIF_STUB }),
    [FF_MT_COUNT] = BYTE("FF_MT_COUNT", 0x18, 0, { "D", 0, 8, ZIF_STUB }),
    [ASLP_COUNT] = BYTE("ASLP_COUNT", 0x29, 0, { "D", 0, 8, ZIF_STUB }),
    [CTRL_REG1] = BYTE("CTRL_REG1", 0x2A, 0, { "ACTIVE", 0, 1, ZIF_RW }, { "F_READ", 1, 1, ZIF_RW },
                       { "DR", 3, 3, ZIF_RW }, { "ASLP_RATE", 6, 2, ZIF_STUB }),
    [CTRL_REG2] = BYTE("CTRL_REG2", 0x2B, 0, { "MODS", 0, 2, ZIF_RW }, { "SLPE", 2, 1, ZIF_STUB },
                       { "SMODS", 3, 2, ZIF_RW }, { "RST", 6, 1, ZIF_W1S }, { "ST", 7, 1, ZIF_STUB }),
    [CTRL_REG3] = BYTE("CTRL_REG3", 0x2C, 0, { "PP_OD", 0, 1, ZIF_RW }, { "IPOL", 1, 1, ZIF_RW },
                       { "WAKE_FF_MT", 3, 1, ZIF_STUB }, { "WAKE_LNDPRT", 5, 1, ZIF_STUB }),
    [CTRL_REG4] = BYTE("CTRL_REG4", 0x2D, 0, { "INT_EN_DRDY", 0, 1, ZIF_RW }, { "INT_EN_FF_MT", 2, 1, ZIF_STUB },
                       { "INT_EN_LNDPRT", 4, 1, ZIF_STUB }, { "INT_EN_ASLP", 7, 1, ZIF_STUB }),
    [CTRL_REG5] = BYTE("CTRL_REG5", 0x2E, 0, { "INT_CFG_DRDY", 0, 1, ZIF_RW }, { "INT_CFG_FF_MT", 2, 1, ZIF_STUB },
                       { "INT_CFG_LNDPRT", 4, 1, ZIF_STUB }, { "INT_CFG_ASLP", 7, 1, ZIF_STUB }),
    [OFF_X] = BYTE("OFF_X", 0x2F, 0, { "D", 0, 8, ZIF_STUB }),
    [OFF_Y] = BYTE("OFF_Y", 0x30, 0, { "D", 0, 8, ZIF_STUB }),
    [OFF_Z] = BYTE("OFF_Z", 0x31, 0, { "D", 0, 8, ZIF_STUB }),
};

typedef struct {
    ZifDevice dev;
    uint32_t values[NREGS];
    I2cPointer at;
} Mma8653;

enum { SAMPLED };
enum { OUT_INT1, OUT_INT2 };
enum { ACTIVE = 1, F_READ = 2, ALL_READY = 0x0F, ALL_OVERWRITTEN = 0xF0, RST = 0x40 };

static void update_pins(Mma8653 *m)
{
    bool pending = m->values[INT_SOURCE] & m->values[CTRL_REG4] & 1;
    bool to_int1 = m->values[CTRL_REG5] & 1, active_high = m->values[CTRL_REG3] & 2;

    zif_set(&m->dev, OUT_INT1, 0, (pending && to_int1) == active_high);
    zif_set(&m->dev, OUT_INT2, 0, (pending && !to_int1) == active_high);
}

static ZifTime period(const Mma8653 *m)
{
    static const uint32_t us[] = { 1250, 2500, 5000, 10000, 20000, 80000, 160000, 640000 };
    return us[zif_bits(m->values[CTRL_REG1], 3, 3)] * ZIF_US;
}

static void sample(Mma8653 *m)
{
    uint32_t milli_g[3] = { 0, 0, (uint32_t)-1000 };
    unsigned range = 2u << (m->values[XYZ_DATA_CFG] & 3); /* g */
    zif_prop_cells(&m->dev, "zif,milli-g", milli_g, 3);
    for (unsigned axis = 0; axis < 3; axis++) {
        int64_t counts = (int64_t)(int32_t)milli_g[axis] * 512 / 1000 / (int)range;
        counts = counts > 511 ? 511 : counts < -512 ? -512 : counts;
        m->values[OUT_X_MSB + 2 * axis] = (uint32_t)(counts >> 2) & 0xFF;
        m->values[OUT_X_LSB + 2 * axis] = (uint32_t)counts << 6 & 0xC0;
    }
    m->values[DR_STATUS] |= m->values[DR_STATUS] & 8 ? ALL_OVERWRITTEN : 0;
    m->values[DR_STATUS] |= ALL_READY;
    m->values[INT_SOURCE] |= 1;
    update_pins(m);
}

static void mma_event(ZifDevice *dev, unsigned event)
{
    Mma8653 *m = (Mma8653 *)dev;
    sample(m);
    zif_schedule_in(dev, SAMPLED, period(m));
}

static void mma_on_read(ZifDevice *dev, unsigned slot)
{
    Mma8653 *m = (Mma8653 *)dev;
    if (slot >= OUT_X_MSB && slot <= OUT_Z_LSB) {
        m->values[DR_STATUS] = 0;
        m->values[INT_SOURCE] &= ~1u;
        update_pins(m);
    }
}

static void mma_on_write(ZifDevice *dev, unsigned slot, uint32_t old, uint32_t value)
{
    Mma8653 *m = (Mma8653 *)dev;
    if (slot == CTRL_REG2 && (value & RST)) {
        zif_reset_device(dev, ZIF_RESET_BLOCK);
        return;
    }
    if (slot == CTRL_REG1 && (old ^ m->values[slot]) & ACTIVE) {
        if (m->values[slot] & ACTIVE) {
            zif_schedule_in(dev, SAMPLED, period(m));
        } else {
            zif_cancel(dev, SAMPLED);
        }
        m->values[SYSMOD] = m->values[slot] & ACTIVE;
    } else if (slot > XYZ_DATA_CFG && (m->values[CTRL_REG1] & ACTIVE) && slot != CTRL_REG1) {
        zif_report(dev, ZIF_REPORT_BUSY, slot, "the data sheet asks for standby mode before this register is changed");
    }
    update_pins(m);
}

static bool mma_start(ZifDevice *dev, bool is_read)
{
    ((Mma8653 *)dev)->at.number_next = !is_read;
    return true;
}

/* The number after this one: the sample wraps, and fast reading leaves out the low bytes. */
static uint8_t after(const Mma8653 *m, uint8_t number)
{
    bool fast = m->values[CTRL_REG1] & F_READ;
    if (number == 6 || (fast && number == 5)) {
        return 0;
    }
    return number + (fast && (number == 1 || number == 3) ? 2 : 1);
}

static bool mma_write(ZifDevice *dev, uint8_t byte)
{
    Mma8653 *m = (Mma8653 *)dev;
    if (m->at.number_next) {
        m->at.number_next = false;
        m->at.number = byte;
    } else {
        uint8_t number = m->at.number;
        m->at.number = after(m, number);
        i2c_register_write(dev, number, byte);
    }
    return true;
}

static uint8_t mma_read(ZifDevice *dev)
{
    Mma8653 *m = (Mma8653 *)dev;
    uint8_t number = m->at.number;
    m->at.number = after(m, number);
    return i2c_register_read(dev, number);
}

static void mma_reset(ZifDevice *dev, ZifResetKind kind)
{
    Mma8653 *m = (Mma8653 *)dev;
    m->at = (I2cPointer){ 0 };
    update_pins(m);
}

static const ZifI2cPart i2c = { .start = mma_start, .write = mma_write, .read = mma_read };

const ZifClass zif__nxp_mma8653 = {
    .name = "nxp-mma8653",
    .compatible = (const char *const[]){ "nxp,mma8653fc", NULL },
    .reference = "MMA8653FC data sheet rev. 1.1",
    .summary =
        "samples of an acceleration given in the node, data-ready interrupt; no orientation, motion or auto-sleep",
    .modelled = ZIF_PARTIAL,
    .size = sizeof(Mma8653),
    .regs = regs,
    .nregs = NREGS,
    .values = offsetof(Mma8653, values),
    .span = 0x100,
    .outputs = (const ZifOutput[]){ { .name = "int1" }, { .name = "int2" }, { 0 } },
    .events = (const char *const[]){ "sample", NULL },
    .event = mma_event,
    .reset = mma_reset,
    .on_read = mma_on_read,
    .on_write = mma_on_write,
    .i2c = &i2c,
};
