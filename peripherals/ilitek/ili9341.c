/*
 * ILI9341: a TFT panel of 240 by 320 pixels, on SPI, a memory controller or GPIO pins, with an RGB interface.
 *
 * Reference: ILITEK ILI9341 data sheet V1.11.
 * Models: every command of level 1 and 2, with the parameters kept; windows, both pixel formats, MADCTL, vertical scrolling, partial and idle
 * mode, inversion, display function (lines, directions), frames and tearing effect line by FRMCTR and porches, reading with its dummy
 * clocks, the waits after resets and around sleep, the RGB interface (F6h DM) with the picture of zif,video. What is seen: dcs_glass.c.
 * Departs: the display RAM holds noise at power-on. Gamma, voltages, brightness and RGBSET are kept and change no pixel. The
 * RGB interface is led straight to the glass: it writes no display RAM, and its edges, porches and MADCTL's directions do not
 * matter. A command within 5 ms of SLPIN or SLPOUT is reported, and taken; within 5 ms of a reset it is lost. D9h, which no data sheet has but
 * drivers use, chooses the byte that the next read on SPI begins with.
 * Missing: reading through GPIO pins and on 3-wire SPI; programming the non-volatile memory (said when asked for).
 *
 * Node properties. All: rotation (0) as Zephyr's or zif,madctl; reset-gpios, led-gpios (back light), zif,video, zif,reset-with-chip. SPI:
 * reg, dc-gpios, zif,three-wire. Memory controller (ilitek,ili9341-8080): reg, zif,bus-width (8), zif,rs-address-line (16). GPIO
 * (ilitek,ili9341-gpio): csx-gpios, dc-gpios, wrx-gpios, rdx-gpios, data-gpios, zif,bus-width (8). Output: te (te-gpios).
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdlib.h>
#include "dcs.h"

enum {
    IFMODE = 0xB0,
    FRMCTR1 = 0xB1,
    FRMCTR2 = 0xB2,
    FRMCTR3 = 0xB3,
    PRCTR = 0xB5,
    DISCTRL = 0xB6,
    NVMWR = 0xD0,
    SPI_INDEX = 0xD9,
    RDID4 = 0xD3,
    IFCTL = 0xF6,
};
enum { OSCILLATOR_HZ = 615000, GS = 0x40, SS = 0x20 };

static const DcsCommand commands[] = {
    { RDDIDIF, 0, 0, 3, NULL },
    { RDDST, 0, 0, 4, NULL },
    { RDDPM, 0, 0, 1, NULL },
    { RDDMADCTL, 0, 0, 1, NULL },
    { RDDCOLMOD, 0, 0, 1, NULL },
    { RDDIM, 0, 0, 1, NULL },
    { RDDSM, 0, 0, 1, NULL },
    { RDDSDR, 0, 0, 1, NULL },
    { GAMSET, 1, 1, 0, "\x01" },
    { CASET, 4, 4, 0, "\x00\x00\x00\xEF" },
    { PASET, 4, 4, 0, "\x00\x00\x01\x3F" },
    { RGBSET, 128, 128, 0, NULL },
    { RAMRD, 0, 0, 3, NULL },
    { PTLAR, 4, 4, 0, "\x00\x00\x01\x3F" },
    { VSCRDEF, 6, 6, 0, "\x00\x00\x01\x40\x00\x00" },
    { TEON, 1, 1, 0, NULL },
    { MADCTL, 1, 1, 0, NULL },
    { VSCRSADD, 2, 2, 0, NULL },
    { COLMOD, 1, 1, 0, "\x66" },
    { RAMRDC, 0, 0, 3, NULL },
    { TESLWR, 2, 2, 0, NULL },
    { RDSCNL, 0, 0, 2, NULL },
    { WRDISBV, 1, 1, 0, NULL },
    { RDDISBV, 0, 0, 1, NULL },
    { WRCTRLD, 1, 1, 0, NULL },
    { RDCTRLD, 0, 0, 1, NULL },
    { WRCABC, 1, 1, 0, NULL },
    { RDCABC, 0, 0, 1, NULL },
    { WRCABCMB, 1, 1, 0, NULL },
    { RDCABCMB, 0, 0, 1, NULL },
    { IFMODE, 1, 1, 0, "\x40" },
    { FRMCTR1, 2, 2, 0, "\x00\x1B" },
    { FRMCTR2, 2, 2, 0, "\x00\x1B" },
    { FRMCTR3, 2, 2, 0, "\x00\x1B" },
    { 0xB4, 1, 1, 0, "\x02" }, /* INVTR */
    { PRCTR, 4, 4, 0, "\x02\x02\x0A\x14" },
    { DISCTRL, 3, 4, 0, "\x0A\x82\x27\x00" },
    { 0xB7, 1, 1, 0, "\x06" }, /* ETMOD */
    { 0xB8, 1, 1, 0, "\x0C" }, /* BLCTRL1 to 8 */
    { 0xB9, 1, 1, 0, "\xCC" },
    { 0xBA, 1, 1, 0, "\x04" },
    { 0xBB, 1, 1, 0, "\x65" },
    { 0xBC, 1, 1, 0, "\x44" },
    { 0xBE, 1, 1, 0, "\x0F" },
    { 0xBF, 1, 1, 0, NULL },
    { 0xC0, 1, 2, 0, "\x21\x00" }, /* PWCTRL1, 2 */
    { 0xC1, 1, 1, 0, "\x10" },
    { 0xC5, 2, 2, 0, "\x31\x3C" }, /* VMCTRL1, 2 */
    { 0xC7, 1, 1, 0, "\xC0" },
    { 0xCB, 5, 5, 0, "\x39\x2C\x00\x34\x02" }, /* PWCTRLA, B */
    { 0xCF, 3, 3, 0, "\x00\xA2\xF0" },
    { NVMWR, 2, 2, 0, NULL },
    { 0xD1, 3, 3, 0, NULL }, /* NVMPKEY */
    { 0xD2, 0, 0, 3, NULL }, /* RDNVM */
    { RDID4, 0, 0, 3, NULL },
    { SPI_INDEX, 1, 1, 0, NULL },
    { RDID1, 0, 0, 1, NULL },
    { RDID2, 0, 0, 1, NULL },
    { RDID3, 0, 0, 1, NULL },
    { 0xE0, 15, 15, 0, NULL }, /* PGAMCTRL, NGAMCTRL, DGAMCTRL1, 2 */
    { 0xE1, 15, 15, 0, NULL },
    { 0xE2, 16, 16, 0, NULL },
    { 0xE3, 64, 64, 0, NULL },
    { 0xE8, 3, 3, 0, "\x84\x11\x7A" }, /* DTCA, DTCA of the external clock, DTCB */
    { 0xE9, 3, 3, 0, "\x84\x11\x7A" },
    { 0xEA, 2, 3, 0, "\x66\x00\x00" },
    { 0xED, 4, 4, 0, "\x55\x01\x23\x01" }, /* POSC */
    { 0xF2, 1, 1, 0, "\x02" },             /* 3GAMMA_EN */
    { IFCTL, 3, 3, 0, "\x01\x00\x00" },
    { 0xF7, 1, 1, 0, "\x10" }, /* PRC */
    { 0 },
};

static void reserved(DcsPanel *p, unsigned n, const char *what)
{
    zif_report(&p->dev, ZIF_REPORT_RESERVED, -1, "command 0x%02x: parameter %u is 0x%02x: %s", p->command, n + 1,
               zif__dcs_kept(p, p->command)[n], what);
}

static void ili9341_effect(DcsPanel *p)
{
    const uint8_t *v = zif__dcs_kept(p, p->command);
    switch (p->command) {
    case FRMCTR1:
    case FRMCTR2:
    case FRMCTR3:
        if ((v[1] & 0x1F) < 16) {
            reserved(p, 1, "a line has 16 to 31 clocks");
        }
        zif__dcs_tearing(p, true);
        break;
    case PRCTR:
        if ((v[0] & 0x7F) < 2 || (v[1] & 0x7F) < 2) {
            reserved(p, (v[0] & 0x7F) < 2 ? 0 : 1, "a porch has 2 to 127 lines");
        }
        zif__dcs_tearing(p, true);
        break;
    case DISCTRL:
        if (p->at >= 3 && (v[2] & 0x3F) > 0x27) {
            reserved(p, 2, "there are 320 lines (0x27)");
        }
        break;
    case IFMODE:
        if (!(v[0] & 0x40)) {
            reserved(p, 0, "RCM is 2 (DE mode) or 3 (SYNC mode)");
        }
        break;
    case IFCTL:
        zif_frames_changed(&p->dev); /* they may be the RGB interface's now */
        break;
    case NVMWR:
        zif_report(&p->dev, ZIF_REPORT_UNMODELLED, -1,
                   "command 0xd0: programming the non-volatile memory has no effect");
        break;
    }
}

static uint8_t ili9341_give(const DcsPanel *p, unsigned n)
{
    static const uint8_t id4[] = { 0x00, 0x93, 0x41 };
    uint8_t index = *zif__dcs_kept(p, SPI_INDEX);
    if (index & 0x10 && p->dev.cls->spi) {
        n += (index & 15u) - 1; /* number 0 is the dummy */
    }
    return p->command == RDID4 && n < sizeof id4 ? id4[n] : 0;
}

static uint8_t ili9341_madctl(const DcsPanel *p)
{
    return *zif__dcs_kept(p, MADCTL) ^ (zif__dcs_kept(p, IFCTL)[0] & (DCS_MY | DCS_MX | DCS_MV | DCS_BGR));
}

static void ili9341_timing(const DcsPanel *p, uint32_t *clocks, unsigned *before, unsigned *after, uint32_t *hz)
{
    const uint8_t *rate = zif__dcs_kept(p, p->partial ? FRMCTR3 : p->idle ? FRMCTR2 : FRMCTR1);
    const uint8_t *porch = zif__dcs_kept(p, PRCTR);
    unsigned line = rate[1] & 0x1F;
    *clocks = (line < 16 ? 16 : line) << (rate[0] & 3);
    *after = porch[0] & 0x7F;
    *before = porch[1] & 0x7F;
    *hz = OSCILLATOR_HZ;
}

static bool ili9341_wraps(const DcsPanel *p)
{
    return zif__dcs_kept(p, IFCTL)[0] & 1;
}

static uint8_t ili9341_fill(const DcsPanel *p, uint8_t five)
{
    switch (zif__dcs_kept(p, IFCTL)[1] >> 4 & 3) {
    case 1:
        return (uint8_t)(five << 1);
    case 2:
        return (uint8_t)(five << 1 | 1);
    default:
        return (uint8_t)(five << 1 | five >> 4);
    }
}

static bool ili9341_shows_video(const DcsPanel *p)
{
    return (zif__dcs_kept(p, IFCTL)[2] >> 2 & 3) == 1;
}

static unsigned ili9341_driven(const DcsPanel *p, bool *flip_x, bool *flip_y)
{
    const uint8_t *v = zif__dcs_kept(p, DISCTRL);
    *flip_x = v[1] & SS;
    *flip_y = v[1] & GS;
    return 8 * ((v[2] & 0x3Fu) + 1);
}

static const DcsModel model = {
    .commands = commands,
    .effect = ili9341_effect,
    .give = ili9341_give,
    .madctl = ili9341_madctl,
    .timing = ili9341_timing,
    .wraps = ili9341_wraps,
    .fill = ili9341_fill,
    .shows_video = ili9341_shows_video,
    .driven = ili9341_driven,
};

static bool ili9341_realize(ZifDevice *dev, Error **errp)
{
    ((DcsPanel *)dev)->model = &model;
    return true;
}

static bool ili9341_8080_realize(ZifDevice *dev, Error **errp)
{
    ((DcsPanel *)dev)->model = &model;
    return zif__dbi_map((DcsPanel *)dev, errp);
}

static void ili9341_unrealize(ZifDevice *dev)
{
    free(((DcsPanel *)dev)->video.pixels);
}

static void ili9341_reset(ZifDevice *dev, ZifResetKind kind)
{
    if (kind == ZIF_RESET_POWER_ON) {
        zif__dcs_power_on((DcsPanel *)dev);
    } else { /* the chip's reset is led to the panel */
        zif__dcs_reset_pin(dev, 0, 0);
    }
}

static void ili9341_restored(ZifDevice *dev)
{
    ((DcsPanel *)dev)->changed = true;
}

static void led(ZifDevice *dev, unsigned line, int level)
{
    ((DcsPanel *)dev)->changed = true;
}

static const ZifInput inputs[] = {
    [DCS_IN_DC] = { .name = "dc" },
    [DCS_IN_RESET] = { .name = "reset", .set = zif__dcs_reset_pin },
    [DCS_IN_LED] = { .name = "led", .set = led },
    { 0 },
};

static const ZifInput gpio_inputs[] = {
    [DCS_IN_DC] = { .name = "dc" },
    [DCS_IN_RESET] = { .name = "reset", .set = zif__dcs_reset_pin },
    [DCS_IN_LED] = { .name = "led", .set = led },
    [DCS_IN_CSX] = { .name = "csx" },
    [DCS_IN_WRX] = { .name = "wrx", .set = zif__dbi_wrx },
    [DCS_IN_RDX] = { .name = "rdx", .set = zif__dbi_rdx },
    [DCS_IN_DATA] = { .name = "data", .count = 16 },
    { 0 },
};

#define PANEL                                                                                                          \
    .reference = "ILITEK ILI9341 data sheet V1.11", .modelled = ZIF_MODELLED, .size = sizeof(DcsPanel),                \
    .plain = offsetof(DcsPanel, touched), .outputs = (const ZifOutput[]){ { .name = "te" }, { 0 } },                   \
    .events = (const char *const[]){ "tearing-effect", NULL }, .event = zif__dcs_event,                                \
    .unrealize = ili9341_unrealize, .reset = ili9341_reset, .snapshot_done = ili9341_restored,                         \
    .display = &zif__dcs_source

const ZifClass zif__ili9341 = {
    .name = "ili9341",
    .compatible = (const char *const[]){ "ilitek,ili9341", NULL },
    .summary = "a panel on SPI, with its RGB interface; no gamma",
    .inputs = inputs,
    .realize = ili9341_realize,
    .spi = &zif__dbi_spi,
    PANEL,
};

const ZifClass zif__ili9341_8080 = {
    .name = "ili9341-8080",
    .compatible = (const char *const[]){ "ilitek,ili9341-8080", NULL },
    .summary = "the same in a window of a memory controller, 8 or 16 bits wide",
    .inputs = inputs,
    .realize = ili9341_8080_realize,
    PANEL,
};

const ZifClass zif__ili9341_gpio = {
    .name = "ili9341-gpio",
    .compatible = (const char *const[]){ "ilitek,ili9341-gpio", NULL },
    .summary = "the same on GPIO pins, 8 or 16 of them for data; no reading",
    .inputs = gpio_inputs,
    .realize = ili9341_realize,
    PANEL,
};
