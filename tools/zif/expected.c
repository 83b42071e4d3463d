/* Reports that a run expects or allows. See expected.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "expected.h"
#include <string.h>
#include <strings.h>

ZifReportKind expected_kind(const char *text, size_t len)
{
    unsigned kind = 0;
    while (kind < ZIF_REPORT_KINDS) {
        const char *name = zif_report_kind_name(kind);
        if (strlen(name) == len && !strncmp(name, text, len)) {
            break;
        }
        kind++;
    }
    return kind;
}

bool expected_parse(ExpectedReport *e, const char *text, Error **errp)
{
    size_t len = strcspn(text, ":");
    *e = (ExpectedReport){ .kind = expected_kind(text, len) };
    if (e->kind == ZIF_REPORT_KINDS) {
        error_setg(errp, "'%.*s' is no kind of report (zif help reports lists them)", (int)len, text);
        return false;
    }
    if (!text[len]) {
        return true;
    }
    const char *device = text + len + 1, *dot = strchr(device, '.');
    size_t n = dot ? (size_t)(dot - device) : strlen(device), r = dot ? strlen(dot + 1) : 0;
    if (!n || (dot && !r) || n >= sizeof e->device || r >= sizeof e->reg) {
        error_setg(errp, "'%s' is not KIND:PERIPHERAL or KIND:PERIPHERAL.REGISTER", text);
        return false;
    }
    memcpy(e->device, device, n);
    memcpy(e->reg, dot ? dot + 1 : "", r);
    return true;
}

bool expected_resolve(ExpectedReport *e, ZifMachine *m, Error **errp)
{
    if (!*e->device || !strcmp(e->device, "cpu")) {
        return true;
    }
    const ZifDevice *dev = zif_machine_device_by_name(m, e->device);
    if (!dev) {
        error_setg(errp, "the board has no peripheral '%s' (zif board lists them)", e->device);
        return false;
    }
    bool has = !*e->reg || !dev->cls->nregs;
    for (unsigned i = 0; i < dev->cls->nregs && !has; i++) {
        const char *name = dev->cls->regs[i].name;
        size_t n = name ? strlen(name) : 0;
        has = n && !strncasecmp(name, e->reg, n) && (!e->reg[n] || (e->reg[n] == '[' && dev->cls->regs[i].count > 1));
    }
    if (!has) {
        error_setg(errp, "%s has no register '%s'", dev->name, e->reg);
        return false;
    }
    strncpy(e->device, dev->name, sizeof e->device - 1);
    return true;
}

bool expected_is(const ExpectedReport *e, const ZifReportEntry *report)
{
    size_t n = strlen(e->reg);
    return e->kind == report->kind && (!*e->device || !strcmp(e->device, report->device)) &&
           (!n || (!strncasecmp(report->reg, e->reg, n) && (!report->reg[n] || report->reg[n] == '[')));
}
