/* `zif board`: what a machine consists of, and how much of it is modelled. SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>
#include "internal.h"

static const char *const core_names[] = {
    [ZIF_CORTEX_M0] = "Cortex-M0",   [ZIF_CORTEX_M0PLUS] = "Cortex-M0+",
    [ZIF_CORTEX_M3] = "Cortex-M3",   [ZIF_CORTEX_M4] = "Cortex-M4",
    [ZIF_CORTEX_M4F] = "Cortex-M4F", [ZIF_CORTEX_M7S] = "Cortex-M7 (single precision)",
    [ZIF_CORTEX_M7] = "Cortex-M7",
};
const char *zif__core_name(ZifCpuModel model)
{
    return core_names[model];
}

static const char *const memory_kinds[] = { "RAM", "ROM", "alias", "backdrop" };
static const char *const words[] = { [ZIF_MODELLED] = "whole", [ZIF_PARTIAL] = "partly", [ZIF_NAMED_STUB] = "stub" };

/* The interrupt lines of the NVIC that the device drives itself, as "2,3". */
static void irq_text(ZifMachine *m, ZifDevice *dev, char *buf, size_t len)
{
    *buf = 0;
    for (unsigned i = 0; i < dev->core->noutputs; i++) {
        for (const ZifWire *w = dev->core->outputs[i].wires; w; w = w->next) {
            const ZifIrqLine *line = w->opaque;
            if (line >= m->irqs && line < m->irqs + ZIF_MAX_IRQS) {
                size_t at = strlen(buf);
                snprintf(buf + at, len - at, "%s%u", at ? "," : "", line->n);
            }
        }
    }
}

void zif_machine_describe(ZifMachine *m, FILE *out)
{
    const ZifCpuConfig *c = &m->cpu_config;
    char irqs[64];
    fprintf(out, "%s\n\ncore: ", m->model ? m->model : m->config.board);
    if (m->cpu) {
        fprintf(out, "%s at %.6g MHz, %u interrupt lines, %u priority bits", zif__core_name(c->model),
                zif_timeline_hz(m->kit.timeline) / 1e6, c->num_irqs, c->prio_bits);
    } else {
        fputs("none; `zif qtest` drives the bus", out);
    }
    if (c->mpu_regions) {
        fprintf(out, ", MPU with %u regions", c->mpu_regions);
    }
    fprintf(out, "%s\n\nmemories:\n", c->has_bitband ? ", bit-band" : "");
    for (ZifMemory *mem = m->memories; mem; mem = mem->next) {
        fprintf(out, "  0x%08llx-0x%08llx  %-8s %s\n", (unsigned long long)mem->base,
                (unsigned long long)(mem->base + mem->size - 1), memory_kinds[mem->kind], mem->name);
    }
    for (unsigned i = 0; i < m->kit.ndevices; i++) { /* memories that belong to a model, such as a flash controller's */
        const ZifDeviceCore *core = m->kit.devices[i]->core;
        for (unsigned k = 0; k < core->nmapped; k++) {
            MemoryRegion *mr = core->mapped[k];
            if (memory_region_is_ram(mr) || mr->rom_device) {
                fprintf(out, "  0x%08llx-0x%08llx  %-8s %s of %s\n", (unsigned long long)mr->addr,
                        (unsigned long long)(mr->addr + memory_region_size(mr) - 1), mr->rom_device ? "flash" : "RAM",
                        memory_region_name(mr), m->kit.devices[i]->name);
            }
        }
    }
    fprintf(out, "\ndevices:%*s  irq     model\n", 30, "");
    for (unsigned i = 0; i < m->kit.ndevices; i++) {
        ZifDevice *dev = m->kit.devices[i];
        irq_text(m, dev, irqs, sizeof irqs);
        if (dev->mmio && dev->mmio->container) {
            fprintf(out, "  0x%08llx-0x%08llx  ", (unsigned long long)dev->base,
                    (unsigned long long)(dev->base + dev->core->span - 1));
        } else if (dev->core->parent) {
            int n = fprintf(out, "  on %s at 0x%02x", dev->core->parent->name, dev->core->bus_address);
            fprintf(out, "%*s", n < 25 ? 25 - n : 1, "");
        } else {
            fprintf(out, "  %-23s", "");
        }
        fprintf(out, "%-14s %-7s %-6s %s: %s\n", dev->name, irqs, words[dev->cls->modelled], dev->cls->name,
                dev->cls->summary ? dev->cls->summary : "");
    }
    zif__displays_describe(m, out);
}
