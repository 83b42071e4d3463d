/*
 * nRF51 FICR: factory information, and the identification words of the chip's revision at 0xF0000FE0.
 *
 * Reference: nRF51 Series Reference Manual v3.0, chapter 7 "Factory information configuration registers (FICR)"; CoreSight
 * peripheral identification registers. Nordic's start-up code (system_nrf51.c) reads the latter to learn the revision.
 * Models: everything; identity, keys and address come from the machine's seed, sizes from the node.
 * Departs: nothing known. Missing: calibration words of the radio (OVERRIDEEN says there are none).
 *
 * Node properties: nordic,code-pages (256), nordic,ram-blocks (2), nordic,hwid (0x8F: QFAA H1).
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "nordic.h"

enum {
    CODEPAGESIZE,
    CODESIZE,
    CLENR0,
    PPFC,
    NUMRAMBLOCK,
    SIZERAMBLOCK,
    CONFIGID = SIZERAMBLOCK + 4,
    DEVICEID,
    ER = DEVICEID + 2,
    IR = ER + 4,
    DEVICEADDRTYPE = IR + 4,
    DEVICEADDR,
    OVERRIDEEN = DEVICEADDR + 2,
    NRF_1MBIT,
    BLE_1MBIT = NRF_1MBIT + 5,
    NREGS = BLE_1MBIT + 5
};

#define RO_WORD(n, off, num)                                                                                           \
    {                                                                                                                  \
        .name = n, .offset = off, .reset = 0xFFFFFFFF, .count = num, .stride = 4,                                      \
        .flags = ZIF_REG_LIVE_RESET | ZIF_REG_KEEP_RESET, .fields = ZIF_FIELDS({ "VALUE", 0, 32, ZIF_RO })             \
    }

static const ZifRegister regs[NREGS] = {
    [CODEPAGESIZE] = RO_WORD("CODEPAGESIZE", 0x010, 1),
    [CODESIZE] = RO_WORD("CODESIZE", 0x014, 1),
    [CLENR0] = RO_WORD("CLENR0", 0x028, 1),
    [PPFC] = { .name = "PPFC", .offset = 0x02C, .reset = 0xFFFFFFFF, .fields = ZIF_FIELDS({ "PPFC", 0, 8, ZIF_RO }) },
    [NUMRAMBLOCK] = RO_WORD("NUMRAMBLOCK", 0x034, 1),
    [SIZERAMBLOCK] = RO_WORD("SIZERAMBLOCK", 0x038, 4),
    [CONFIGID] = { .name = "CONFIGID",
                   .offset = 0x05C,
                   .reset = 0xFFFFFFFF,
                   .flags = ZIF_REG_LIVE_RESET,
                   .fields = ZIF_FIELDS({ "HWID", 0, 16, ZIF_RO }, { "FWID", 16, 16, ZIF_RO }) },
    [DEVICEID] = RO_WORD("DEVICEID", 0x060, 2),
    [ER] = RO_WORD("ER", 0x080, 4),
    [IR] = RO_WORD("IR", 0x090, 4),
    [DEVICEADDRTYPE] = { .name = "DEVICEADDRTYPE",
                         .offset = 0x0A0,
                         .reset = 0xFFFFFFFF,
                         .fields = ZIF_FIELDS({ "DEVICEADDRTYPE", 0, 1, ZIF_RO }) }, /* 1 = random */
    [DEVICEADDR] = RO_WORD("DEVICEADDR", 0x0A4, 2),
    [OVERRIDEEN] = { .name = "OVERRIDEEN",
                     .offset = 0x0AC,
                     .reset = 0xFFFFFFFF,
                     .fields = ZIF_FIELDS({ "NRF_1MBIT", 0, 1, ZIF_RO }, { "BLE_1MBIT", 3, 1, ZIF_RO }) },
    [NRF_1MBIT] = RO_WORD("NRF_1MBIT", 0x0B0, 5),
    [BLE_1MBIT] = RO_WORD("BLE_1MBIT", 0x0EC, 5),
};

typedef struct {
    ZifDevice dev;
    uint32_t values[NREGS];
} Ficr;

static void ficr_reset(ZifDevice *dev, ZifResetKind kind)
{
    Ficr *f = (Ficr *)dev;
    f->values[CODEPAGESIZE] = 1024;
    f->values[CODESIZE] = zif_prop_u32(dev, "nordic,code-pages", 256);
    f->values[NUMRAMBLOCK] = zif_prop_u32(dev, "nordic,ram-blocks", 2);
    f->values[SIZERAMBLOCK] = zif_prop_u32(dev, "nordic,ram-block-size", 8192);
    f->values[CONFIGID] = 0xFFFF0000 | zif_prop_u32(dev, "nordic,hwid", 0x8F);
    if (kind != ZIF_RESET_POWER_ON) {
        return;
    }
    for (unsigned i = 0; i < 2; i++) {
        f->values[DEVICEID + i] = zif_random(dev);
        f->values[DEVICEADDR + i] = zif_random(dev);
    }
    for (unsigned i = 0; i < 4; i++) {
        f->values[ER + i] = zif_random(dev);
        f->values[IR + i] = zif_random(dev);
    }
}

const ZifClass zif__nrf51_ficr = {
    .name = "nrf51-ficr",
    .socs = (const char *const[]){ "nordic,nrf51822", NULL },
    .compatible = (const char *const[]){ "nordic,nrf-ficr", NULL },
    .reference = "nRF51 Series Reference Manual v3.0, chapter 7",
    .summary = "sizes, revision, and an identity, keys and address made from the seed",
    .modelled = ZIF_MODELLED,
    .size = sizeof(Ficr),
    .regs = regs,
    .nregs = NREGS,
    .values = offsetof(Ficr, values),
    .span = 0x400,
    .reset = ficr_reset,
};

/* --- The identification words ------------------------------------------------------------------------------------------ */

enum { PID0, PID1, PID2, PID3, NIDS };

#define ID_WORD(n, off, value)                                                                                         \
    {                                                                                                                  \
        .name = n, .offset = off, .reset = value, .flags = ZIF_REG_UNDOCUMENTED,                                       \
        .fields = ZIF_FIELDS({ "ID", 0, 8, ZIF_RO })                                                                   \
    }

/* Part number 0x001 of designer 0x244 (Nordic), third revision of the silicon (4 in PIDR2's high nibble): start-up code
 * applies none of the work-arounds of the first two. */
static const ZifRegister id_regs[NIDS] = {
    [PID0] = ID_WORD("PIDR0", 0x0, 0x01),
    [PID1] = ID_WORD("PIDR1", 0x4, 0x40),
    [PID2] = ID_WORD("PIDR2", 0x8, 0x4C),
    [PID3] = ID_WORD("PIDR3", 0xC, 0x00),
};

typedef struct {
    ZifDevice dev;
    uint32_t values[NIDS];
} Ids;

const ZifClass zif__nrf51_ids = {
    .name = "nrf51-ids",
    .socs = (const char *const[]){ "nordic,nrf51822", NULL },
    .compatible = (const char *const[]){ "nordic,nrf51-ids", NULL },
    .reference = "Nordic start-up code; CoreSight architecture specification, peripheral identification registers",
    .summary = "the chip's revision, as start-up code reads it",
    .modelled = ZIF_MODELLED,
    .size = sizeof(Ids),
    .regs = id_regs,
    .nregs = NIDS,
    .values = offsetof(Ids, values),
};
