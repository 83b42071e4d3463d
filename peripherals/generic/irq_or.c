/*
 * A gate that lets several outputs share one line: its output is high while any input is.
 *
 * Reference: none; it stands for the OR gate an integrator puts in front of an interrupt line.
 * Models: up to 32 inputs. Departs: nothing. Missing: nothing. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <zif/peripheral.h>

enum { LINES = 32 };

typedef struct {
    ZifDevice dev;
    uint32_t high; /* one bit an input */
} IrqOr;

static void in_set(ZifDevice *dev, unsigned line, int level)
{
    IrqOr *g = (IrqOr *)dev;
    g->high = (g->high & ~(1u << line)) | (uint32_t)level << line;
    zif_set(dev, 0, 0, g->high != 0);
}

static void gate_reset(ZifDevice *dev, ZifResetKind kind)
{
    zif_set(dev, 0, 0, ((IrqOr *)dev)->high != 0); /* it has no memory: what its inputs are, it shows */
}

const ZifClass zif__irq_or = {
    .name = "irq-or",
    .compatible = (const char *const[]){ "zif,irq-or", NULL },
    .reference = "none: an OR gate",
    .summary = "32 inputs",
    .modelled = ZIF_MODELLED,
    .size = sizeof(IrqOr),
    .inputs = (const ZifInput[]){ { .name = "in", .count = LINES, .set = in_set }, { 0 } },
    .outputs = (const ZifOutput[]){ { .name = "irq" }, { 0 } },
    .reset = gate_reset,
};
