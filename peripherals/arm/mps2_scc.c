/*
 * Serial configuration controller of the MPS2 images: board identity, LEDs and switches of the board controller, and its
 * mailbox for clock rates.
 *
 * Reference: application note AN385 (DAI 0385D), "Serial Communication Controller (SCC)"; MPS2 TRM (100112) for the oscillators.
 * Models: identity, LEDs, switches, the mailbox's oscillator function (reads and writes the three rates). As a
 * GPIO port, outputs are the LEDs and inputs the switches.
 * Departs: the mailbox answers at once; a rate written is remembered but changes no clock.
 * Missing: CFG_REG0's remap of block RAM to address 0: ZBT memory is always there.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "cmsdk.h"

enum { CFG_REG0, CFG_REG1, CFG_REG3, CFG_REG4, CFGDATA_RTN, CFGDATA_OUT, CFGCTRL, CFGSTAT, DLL, AID, ID, NREGS };
enum { LEDS = 8, SWITCHES = 8, OSCILLATORS = 3 };

static const ZifRegister regs[NREGS] = {
    [CFG_REG0] = { .name = "CFG_REG0", .offset = 0x000, .fields = ZIF_FIELDS({ "REMAP", 0, 1, ZIF_STUB }) },
    [CFG_REG1] = { .name = "CFG_REG1", .offset = 0x004, .fields = ZIF_FIELDS({ "LEDS", 0, LEDS, ZIF_RW }) },
    [CFG_REG3] = { .name = "CFG_REG3",
                   .offset = 0x00C,
                   .flags = ZIF_REG_VOLATILE,
                   .fields = ZIF_FIELDS({ "SWITCHES", 0, SWITCHES, ZIF_RO }) },
    [CFG_REG4] = { .name = "CFG_REG4",
                   .offset = 0x010,
                   .reset = 2,
                   .fields = ZIF_FIELDS({ "BOARD_REVISION", 0, 4, ZIF_RO }) },
    [CFGDATA_RTN] = { .name = "SYS_CFGDATA_RTN", .offset = 0x0A0 },
    [CFGDATA_OUT] = { .name = "SYS_CFGDATA_OUT", .offset = 0x0A4 },
    [CFGCTRL] = { .name = "SYS_CFGCTRL",
                  .offset = 0x0A8,
                  .reset = 0x00100000,
                  .flags = ZIF_REG_VOLATILE, /* START clears itself */
                  .fields = ZIF_FIELDS({ "DEVICE", 0, 12, ZIF_RW }, { "FUNCTION", 20, 6, ZIF_RW },
                                       { "WRITE", 30, 1, ZIF_RW }, { "START", 31, 1, ZIF_W1S }) },
    [CFGSTAT] = { .name = "SYS_CFGSTAT",
                  .offset = 0x0AC,
                  .flags = ZIF_REG_VOLATILE,
                  .fields = ZIF_FIELDS({ "COMPLETE", 0, 1, ZIF_RW }, { "ERROR", 1, 1, ZIF_RW }) },
    [DLL] = { .name = "SCC_DLL",
              .offset = 0x100,
              .fields = ZIF_FIELDS({ "LOCKED", 0, 1, ZIF_STUB }, { "DLL_LOCKED", 16, 8, ZIF_STUB },
                                   { "DLL_LOCK_MASK", 24, 8, ZIF_STUB }) },
    [AID] = { .name = "SCC_AID", .offset = 0xFF8, .reset = 0x00200008, .fields = ZIF_FIELDS({ "AID", 0, 32, ZIF_RO }) },
    [ID] = { .name = "SCC_ID", .offset = 0xFFC, .reset = 0x41043850, .fields = ZIF_FIELDS({ "ID", 0, 32, ZIF_RO }) },
};

enum { START = 1u << 31, WRITE = 1 << 30, COMPLETE = 1, ERROR = 2, FUNCTION_OSCILLATOR = 1 };

typedef struct {
    ZifDevice dev;
    uint32_t values[NREGS];
    uint32_t oscillator[OSCILLATORS]; /* Hz */
} Scc;

enum { OUT_LED };
enum { IN_SWITCH };

static uint32_t scc_peek(ZifDevice *dev, unsigned slot)
{
    Scc *s = (Scc *)dev;
    uint32_t value = s->values[slot];

    if (slot == CFG_REG3) {
        value = 0;
        for (unsigned i = 0; i < SWITCHES; i++) {
            value |= (uint32_t)zif_input_level(dev, IN_SWITCH, i) << i;
        }
    }
    return value;
}

static void command(Scc *s)
{
    uint32_t ctrl = s->values[CFGCTRL], device = zif_bits(ctrl, 0, 12);

    s->values[CFGCTRL] = ctrl & ~START;
    if (zif_bits(ctrl, 20, 6) != FUNCTION_OSCILLATOR || device >= OSCILLATORS) {
        s->values[CFGSTAT] = COMPLETE | ERROR;
        zif_report(&s->dev, ZIF_REPORT_UNMODELLED, CFGCTRL,
                   "function %u of device %u is not modelled: answered with an error", zif_bits(ctrl, 20, 6), device);
        return;
    }
    if (ctrl & WRITE) {
        s->oscillator[device] = s->values[CFGDATA_OUT];
        zif_report(&s->dev, ZIF_REPORT_UNMODELLED, CFGCTRL, "oscillator %u is set to %u Hz, but no clock changes",
                   device, s->oscillator[device]);
    } else {
        s->values[CFGDATA_RTN] = s->oscillator[device];
    }
    s->values[CFGSTAT] = COMPLETE;
}

static void scc_on_write(ZifDevice *dev, unsigned slot, uint32_t old, uint32_t value)
{
    Scc *s = (Scc *)dev;

    if (slot == CFG_REG1) {
        for (unsigned i = 0; i < LEDS; i++) {
            zif_set(dev, OUT_LED, i, value >> i & 1);
        }
    } else if (slot == CFGCTRL && value & START) {
        command(s);
    }
}

static void scc_reset(ZifDevice *dev, ZifResetKind kind)
{
    static const uint32_t rates[OSCILLATORS] = { 50000000, 24576000, 25000000 };
    Scc *s = (Scc *)dev;

    for (unsigned i = 0; i < OSCILLATORS; i++) {
        s->oscillator[i] = rates[i];
    }
    for (unsigned i = 0; i < LEDS; i++) {
        zif_set(dev, OUT_LED, i, 0);
    }
}

const ZifClass zif__mps2_scc = {
    .name = "mps2-scc",
    .compatible = (const char *const[]){ "arm,mps2-scc", NULL },
    .reference = "DAI 0385D, Serial Communication Controller",
    .summary = "identity, LEDs, switches, clock mailbox; no remap",
    .modelled = ZIF_PARTIAL,
    .size = sizeof(Scc),
    .regs = regs,
    .nregs = NREGS,
    .values = offsetof(Scc, values),
    .span = 0x1000,
    .inputs = (const ZifInput[]){ { "pin", SWITCHES, NULL }, { 0 } },
    .outputs = (const ZifOutput[]){ { "pin", LEDS }, { 0 } },
    .reset = scc_reset,
    .peek = scc_peek,
    .on_write = scc_on_write,
};
