/* Reports: counted by kind, device, register and PC. SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zif/log.h>
#include "device.h"
#include "internal.h"

/* A guest can make any number of different reports; past this, further ones are only logged as one. */
enum { MAX_REPORTS = 1024 };

struct ZifReportSlot {
    ZifReportEntry entry;
    ZifDevice *dev;
    int slot;
    char reg[64];
};

static const char *const kind_names[ZIF_REPORT_KINDS] = {
    [ZIF_REPORT_CLOCK_OFF] = "clock-off",
    [ZIF_REPORT_CLOCK_TOO_SOON] = "clock-too-soon",
    [ZIF_REPORT_IN_RESET] = "in-reset",
    [ZIF_REPORT_RESERVED] = "reserved",
    [ZIF_REPORT_READ_ONLY] = "read-only",
    [ZIF_REPORT_LOCKED] = "locked",
    [ZIF_REPORT_WIDTH] = "width",
    [ZIF_REPORT_UNMODELLED] = "unmodelled",
    [ZIF_REPORT_UNMODELLED_DEVICE] = "unmodelled-device",
    [ZIF_REPORT_INTERRUPT] = "interrupt",
    [ZIF_REPORT_OVERRUN] = "overrun",
    [ZIF_REPORT_DMA] = "dma",
    [ZIF_REPORT_BUSY] = "busy",
    [ZIF_REPORT_BAUD] = "baud",
    [ZIF_REPORT_PIN] = "pin",
    [ZIF_REPORT_STACK] = "stack",
    [ZIF_REPORT_UNINIT] = "uninit",
    [ZIF_REPORT_FLASH] = "flash",
    [ZIF_REPORT_BUS] = "bus",
    [ZIF_REPORT_UNALIGNED] = "unaligned",
};

const char *zif_report_kind_name(ZifReportKind kind)
{
    return (unsigned)kind < ZIF_REPORT_KINDS ? kind_names[kind] : "?";
}

void zif__report(ZifKit *kit, ZifDevice *dev, const char *device_name, ZifReportKind kind, int slot, uint32_t pc,
                 const char *text)
{
    if (kit->replaying) {
        return;
    }
    for (unsigned i = kit->nreports; i-- > 0;) {
        struct ZifReportSlot *r = &kit->reports[i];
        if (r->entry.kind == kind && r->dev == dev && r->slot == slot && r->entry.pc == pc &&
            (dev || !strcmp(r->entry.text, text))) {
            r->entry.count++;
            return;
        }
    }
    if (kit->nreports == MAX_REPORTS) {
        return;
    }
    if (!kit->reports) {
        kit->reports = calloc(MAX_REPORTS, sizeof *kit->reports);
    }
    struct ZifReportSlot *r = &kit->reports[kit->nreports++];
    *r = (struct ZifReportSlot){ .dev = dev, .slot = slot };
    if (dev) {
        zif__slot_name(dev->cls, slot, r->reg);
    }
    r->entry = (ZifReportEntry){
        .kind = kind,
        .device = device_name,
        .reg = r->reg,
        .pc = pc,
        .first = zif_timeline_now(kit->timeline),
        .count = 1,
        .text = strdup(text),
    };
    zif_log(ZIF_LOG_INFO, device_name, "%s: %s (pc 0x%08x)", zif_report_kind_name(kind), text, pc);
    if (kit->on_report) {
        kit->on_report(kit->on_report_opaque, &r->entry);
    }
}

void zif_report(ZifDevice *dev, ZifReportKind kind, int slot, const char *fmt, ...)
{
    ZifKit *kit = dev->core->kit;
    char text[512];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    zif__report(kit, dev, dev->name, kind, slot, kit->hooks.pc ? kit->hooks.pc(kit->hooks.opaque) : 0, text);
}

unsigned zif__nreports(const ZifKit *kit)
{
    return kit->nreports;
}

const ZifReportEntry *zif__report_at(const ZifKit *kit, unsigned n)
{
    return n < kit->nreports ? &kit->reports[n].entry : NULL;
}

void zif__reports_free(ZifKit *kit)
{
    for (unsigned i = 0; i < kit->nreports; i++) {
        free((char *)kit->reports[i].entry.text);
    }
    free(kit->reports);
    kit->reports = NULL;
    kit->nreports = 0;
}
