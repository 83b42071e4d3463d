/* The debugger's monitor commands: see monitor.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <zif/png.h>
#include "monitor.h"

/* --- Looking at everything ------------------------------------------------------------------------------------------------ */

static ZifDevice *device_of_region(ZifMachine *m, const MemoryRegion *mr)
{
    for (unsigned i = 0; i < m->kit.ndevices; i++) {
        ZifDevice *dev = m->kit.devices[i];
        if (dev->mmio == mr || dev->owner == memory_region_owner((MemoryRegion *)mr)) {
            return dev;
        }
    }
    return NULL;
}

/* A byte of a device's registers without its read's effects; 0 where there is no register. */
static uint8_t peek_byte(ZifDevice *dev, uint32_t offset)
{
    const ZifLayout *l = dev->core->layout;
    uint32_t i = offset >> l->shift;
    unsigned slot = i < l->nindex ? l->read_at[i] : l->nslots;
    const ZifSlot *s = &l->slots[slot];
    return s->size && offset - s->offset < s->size ? (uint8_t)(zif__slot_peek(dev, slot) >> 8 * (offset - s->offset))
                                                   : 0;
}

size_t zif__extent(ZifMachine *m, uint32_t addr, size_t len, const char **device)
{
    if (addr >= ZIF_PPB_FIRST && addr <= ZIF_PPB_LAST) {
        *device = "the private peripheral bus";
        return len < ZIF_PPB_LAST - addr + 1 ? len : ZIF_PPB_LAST - addr + 1;
    }
    MemoryRegionSection s = memory_region_find(&m->system, addr, len);
    size_t n = s.mr && s.offset_within_address_space == addr ? (size_t)int128_get64(s.size) : 0;
    if (n) {
        ZifDevice *dev = device_of_region(m, s.mr);
        bool is_memory = memory_region_is_ram(s.mr) || s.mr->rom_device;
        *device = is_memory ? NULL : dev ? dev->name : memory_region_name(s.mr);
    }
    if (s.mr) {
        memory_region_unref(s.mr);
    }
    return n < len ? n : len;
}

static bool inspect_private(ZifMachine *m, uint32_t addr, uint8_t *buf, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        uint32_t word, at = addr + (uint32_t)i;
        if (!zif_cpu_peek(m->cpu, at & ~3u, &word)) {
            return false;
        }
        buf[i] = (uint8_t)(word >> 8 * (at & 3));
    }
    return true;
}

bool zif__inspect(ZifMachine *m, uint32_t addr, void *buf, size_t len)
{
    uint8_t *out = buf;
    for (size_t at = 0; at < len;) {
        const char *name;
        uint32_t here = (uint32_t)(addr + at);
        size_t n = zif__extent(m, here, len - at, &name);
        if (!n) {
            return false;
        }
        if (!name) {
            if (!zif__look(m, here, out + at, n)) {
                return false;
            }
        } else if (here >= ZIF_PPB_FIRST && here <= ZIF_PPB_LAST) {
            if (!inspect_private(m, here, out + at, n)) {
                return false;
            }
        } else {
            MemoryRegionSection s = memory_region_find(&m->system, here, n);
            ZifDevice *dev = device_of_region(m, s.mr);
            for (size_t i = 0; i < n; i++) {
                out[at + i] = dev && dev->mmio == s.mr ? peek_byte(dev, (uint32_t)(s.offset_within_region + i)) : 0;
            }
            memory_region_unref(s.mr);
        }
        at += n;
    }
    return true;
}

/* --- Commands ------------------------------------------------------------------------------------------------------------- */

typedef struct {
    const char *words; /* the command as typed, single spaces; a trailing space means that arguments follow */
    void (*run)(ZifMachine *m, const char *args, FILE *out, ZifMonitorEffect *effect);
    const char *help; /* NULL: another spelling of the one above */
} Command;

static void do_reset(ZifMachine *m, const char *args, FILE *out, ZifMonitorEffect *effect)
{
    *effect = ZIF_MONITOR_RESET;
    fputs("the machine is reset and halted\n", out);
}

static void do_nothing(ZifMachine *m, const char *args, FILE *out, ZifMonitorEffect *effect) {}

static void do_mtree(ZifMachine *m, const char *args, FILE *out, ZifMonitorEffect *effect)
{
    mtree_info((fprintf_function)fprintf, out, !strcmp(args, "-f"), false, false);
}

static void print_register(ZifDevice *dev, unsigned slot, FILE *out)
{
    char name[64];
    const ZifSlot *s = &dev->core->layout->slots[slot];
    uint32_t value = zif__slot_peek(dev, slot);
    fprintf(out, "  %-20s +0x%03x  0x%0*" PRIx32, zif__slot_name(dev->cls, (int)slot, name), s->offset, 2 * s->size,
            value);
    for (const ZifField *f = s->row->fields; f && f->name; f++) {
        fprintf(out, " %s=%" PRIu32, f->name, zif_bits(value, f->lsb, f->width));
    }
    fputc('\n', out);
}

static void do_info(ZifMachine *m, const char *args, FILE *out, ZifMonitorEffect *effect)
{
    char device[64];
    const char *rest = strchr(args, ' ');
    snprintf(device, sizeof device, "%.*s", rest ? (int)(rest - args) : (int)strlen(args), args);
    ZifDevice *dev = zif_machine_device_by_name(m, device);
    if (!dev) {
        fprintf(out, "no device '%s'; 'monitor devices' lists them\n", device);
        return;
    }
    fprintf(out, "%s: %s at 0x%08" PRIx64 "\n", dev->name, dev->cls->name, dev->base);
    unsigned shown = 0;
    for (unsigned i = 0; i < dev->core->layout->nslots; i++) {
        char name[64];
        if (!rest || !strcasecmp(zif__slot_name(dev->cls, (int)i, name), rest + 1)) {
            print_register(dev, i, out);
            shown++;
        }
    }
    if (rest && !shown) {
        fprintf(out, "no register '%s'\n", rest + 1);
    }
}

static void do_devices(ZifMachine *m, const char *args, FILE *out, ZifMonitorEffect *effect)
{
    for (unsigned i = 0; i < m->kit.ndevices; i++) {
        const ZifDevice *dev = m->kit.devices[i];
        fprintf(out, "%-20s %-24s 0x%08" PRIx64 "\n", dev->name, dev->cls->name, dev->base);
    }
}

static void do_events(ZifMachine *m, const char *args, FILE *out, ZifMonitorEffect *effect)
{
    char when[32];
    for (unsigned i = 0; i < m->kit.ndevices; i++) {
        const ZifDeviceCore *core = m->kit.devices[i]->core;
        for (unsigned e = 0; e < core->nevents; e++) {
            if (zif_event_pending(&core->events[e].ev)) {
                fprintf(out, "%-14s %s.%s\n", zif_time_format(core->events[e].ev.when, when), m->kit.devices[i]->name,
                        core->events[e].ev.name);
            }
        }
    }
}

static void do_time(ZifMachine *m, const char *args, FILE *out, ZifMonitorEffect *effect)
{
    char now[32];
    fprintf(out, "%s, %" PRIu64 " instructions, %" PRIu64 " cycles\n", zif_time_format(zif_machine_now(m), now),
            zif_machine_instructions(m), zif_cpu_cycles(m->cpu));
}

static void do_reports(ZifMachine *m, const char *args, FILE *out, ZifMonitorEffect *effect)
{
    for (unsigned i = 0; i < zif_machine_nreports(m); i++) {
        const ZifReportEntry *r = zif_machine_report(m, i);
        fprintf(out, "%6" PRIu64 " x %s: %s: %s (pc 0x%08" PRIx32 ")\n", r->count, zif_report_kind_name(r->kind),
                r->device, r->text, r->pc);
    }
}

static void do_board(ZifMachine *m, const char *args, FILE *out, ZifMonitorEffect *effect)
{
    zif_machine_describe(m, out);
}

static void say_outcome(Error *err, FILE *out)
{
    fprintf(out, "%s\n", err ? error_get_pretty(err) : "done");
    error_free(err);
}

static void do_save(ZifMachine *m, const char *args, FILE *out, ZifMonitorEffect *effect)
{
    Error *err = NULL;
    zif_machine_save_file(m, args, &err);
    say_outcome(err, out);
}

static void do_load(ZifMachine *m, const char *args, FILE *out, ZifMonitorEffect *effect)
{
    Error *err = NULL;
    if (zif_machine_load_file(m, args, &err)) {
        *effect = ZIF_MONITOR_ALTERED;
    }
    say_outcome(err, out);
}

static void do_screenshot(ZifMachine *m, const char *args, FILE *out, ZifMonitorEffect *effect)
{
    Error *err = NULL;
    const char *space = strchr(args, ' ');
    char *path = strndup(args, space ? (size_t)(space - args) : strlen(args));
    ZifDisplay *d = zif_machine_display_by_name(m, space ? space + 1 : NULL, &err);
    if (path && d) {
        zif_png_write(path, zif_display_look(d), &err);
    }
    free(path);
    say_outcome(err, out);
}

static void do_help(ZifMachine *m, const char *args, FILE *out, ZifMonitorEffect *effect);

static const Command commands[] = {
    { "help", do_help, "help: this list" },
    { "reset", do_reset, "reset: reset the machine and halt it at its first instruction" },
    { "reset halt", do_reset, NULL },
    { "reset init", do_reset, NULL },
    { "reset run", do_reset, NULL },
    { "system_reset", do_reset, NULL },
    { "halt", do_nothing, "halt, stop: nothing to do: a machine that takes commands is halted" },
    { "stop", do_nothing, NULL },
    { "arm semihosting enable", do_nothing, "arm semihosting enable: nothing to do: zif run --semihosting decides" },
    { "semihosting enable", do_nothing, NULL },
    { "gdb_breakpoint_override hard", do_nothing, NULL },
    { "gdb_sync", do_nothing, NULL },
    { "devices", do_devices, "devices: the machine's devices" },
    { "info ", do_info, "info DEVICE [REGISTER]: registers with their fields, read without side effects" },
    { "mtree", do_mtree, "mtree [-f]: the memory map, -f: as the processor sees it" },
    { "mtree -f", do_mtree, NULL },
    { "info mtree", do_mtree, NULL },
    { "info mtree -f", do_mtree, NULL },
    { "board", do_board, "board: memories, devices, interrupts" },
    { "events", do_events, "events: what is scheduled, and when" },
    { "time", do_time, "time: virtual time, instructions and cycles" },
    { "snapshot save ", do_save, "snapshot save FILE: store the machine as it is" },
    { "snapshot load ", do_load, "snapshot load FILE: go back to a stored one" },
    { "screenshot ", do_screenshot, "screenshot FILE.png [DISPLAY]: what a display shows now" },
    { "reports", do_reports, "reports: what zif has to say of the firmware so far" },
};

static void do_help(ZifMachine *m, const char *args, FILE *out, ZifMonitorEffect *effect)
{
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        if (commands[i].help) {
            fprintf(out, "%s\n", commands[i].help);
        }
    }
}

bool zif__monitor(ZifMachine *m, const char *command, FILE *out, ZifMonitorEffect *effect)
{
    const Command *best = NULL;
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        size_t len = strlen(commands[i].words);
        bool takes_more = commands[i].words[len - 1] == ' ';
        if (takes_more ? !strncmp(command, commands[i].words, len) : !strcmp(command, commands[i].words)) {
            best = !best || len > strlen(best->words) ? &commands[i] : best;
        }
    }
    if (!best) {
        return false;
    }
    const char *space = strrchr(best->words, ' ');
    size_t skip = space ? (size_t)(space - best->words) + 1 : strlen(best->words);
    best->run(m, command + skip, out, effect);
    return true;
}
