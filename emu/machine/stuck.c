/*
 * The stuck report: what a guest that did not finish was doing. Where its PC was, and which register it read again and again.
 *
 * The bits that the code tests are found by looking at the few instructions behind the load: TST, ANDS, LSLS/LSRS before a
 * conditional branch, UBFX, CMP. ARMv7-M Architecture Reference Manual, A5 "Thumb instruction set encoding".
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "internal.h"

typedef struct {
    ZifDevice *dev;
    unsigned slot;
    const ZifPoll *poll;
} Polled;

/* The start of the function a PC is in; without symbols the 64 bytes around it. */
static uint32_t function_of(ZifMachine *m, uint32_t pc)
{
    for (unsigned i = 0; i < m->nimages; i++) {
        const char *name;
        uint32_t offset;
        if (zif_image_symbol((ZifImage *)m->images[i], pc, &name, &offset)) {
            return pc - offset;
        }
    }
    return pc & ~63u;
}

/* Was the PC in the function of `pc` for at least an eighth of the time? A register that is looked at now and then is not
 * what keeps the program. */
static bool is_where_it_was(ZifMachine *m, uint32_t pc)
{
    unsigned samples = m->nsamples < ZIF_SAMPLES ? m->nsamples : ZIF_SAMPLES;
    uint64_t total = 0, here = 0;
    for (unsigned i = 0; i < samples; i++) {
        total += m->samples[i].weight;
        here += function_of(m, m->samples[i].pc) == function_of(m, pc) ? m->samples[i].weight : 0;
    }
    return 8 * here >= total;
}

/* The register read most often with the same value, among those read where the program spent its time. */
static Polled find_poll(ZifMachine *m)
{
    Polled best = { 0 };
    for (unsigned i = 0; i < m->kit.ndevices; i++) {
        ZifDevice *dev = m->kit.devices[i];
        for (unsigned slot = 0; slot < dev->cls->nregs || !slot;
             slot++) { /* a block without a table has one, for them all */
            const ZifPoll *p = &dev->core->polls[slot];
            if (zif__poll_count(p) >= 2 * ZIF_POLL_NOTED &&
                (!best.poll || zif__poll_count(p) > zif__poll_count(best.poll)) && is_where_it_was(m, p->pc)) {
                best = (Polled){ dev, slot, p };
            }
        }
    }
    return best;
}

/* Bits of the loaded value that decide something: a guess from the code, 0 when it is not seen. */
static uint32_t tested_bits(ZifMachine *m, uint32_t pc)
{
    uint16_t code[10];
    uint32_t known[8] = { 0 };
    bool have[8] = { false };
    if (!zif__look(m, pc, code, sizeof code)) {
        return 0;
    }
    /* A MOVS Rn, #imm8 shortly before the load may hold the mask. */
    for (unsigned back = 2; back <= 8; back += 2) {
        uint16_t c;
        if (pc >= back && zif__look(m, pc - back, &c, 2) && (c & 0xf800) == 0x2000 && !have[c >> 8 & 7]) {
            known[c >> 8 & 7] = c & 0xff;
            have[c >> 8 & 7] = true;
        }
    }
    for (unsigned i = code[0] >= 0xe800 ? 2 : 1; i + 1 < sizeof code / sizeof *code; i++) {
        uint16_t c = code[i];
        if ((c & 0xffc0) == 0x4200 || (c & 0xffc0) == 0x4000) { /* TST, ANDS Rdn, Rm */
            unsigned a = c & 7, b = c >> 3 & 7;
            return have[b] ? known[b] : have[a] ? known[a] : 0;
        }
        if ((c & 0xf800) == 0x0000 &&
            (c >> 6 & 31)) { /* LSLS Rd, Rm, #n: what follows looks at the sign, or at what is left */
            unsigned n = c >> 6 & 31;
            return (code[i + 1] & 0xfe00) == 0xd400 ? 1u << (31 - n) : UINT32_MAX >> n; /* BMI, BPL */
        }
        if ((c & 0xf800) == 0x2800) { /* CMP Rn, #imm8 */
            return UINT32_MAX;
        }
        if ((c & 0xfbf0) == 0xf010) { /* TST.W, ANDS.W Rn, #imm12: the plain 8-bit and shifted forms */
            uint32_t imm = (c >> 10 & 1) << 11 | (code[i + 1] >> 12 & 7) << 8 | (code[i + 1] & 0xff);
            if (imm < 0x100) {
                return imm;
            }
            return imm >= 0x400 ? (0x80u | (imm & 0x7f)) << (32 - (imm >> 7)) : 0;
        }
        if ((c & 0xf500) == 0xb100 || (c & 0xf000) == 0xd000) { /* CBZ, CBNZ, a branch: the whole value */
            return UINT32_MAX;
        }
        if (c >= 0xe800) {
            i++;
        }
    }
    return 0;
}

/* What could end the wait: what the block has scheduled, what comes from outside, or the option that would do it. */
static void put_ways_out(ZifMachine *m, const Polled *p, uint32_t offset, uint32_t bits, FILE *out)
{
    const ZifDeviceCore *core = p->dev->core;
    char when[32], name[64];
    unsigned bit = bits ? (unsigned)__builtin_ctz(bits) : 0;
    bool scheduled = false;
    for (unsigned i = 0; i < core->nevents; i++) {
        if (zif_event_pending(&core->events[i].ev)) {
            fprintf(out, "%s has \"%s\" due at %s\n", p->dev->name, core->events[i].ev.name,
                    zif_time_format(core->events[i].ev.when, when));
            scheduled = true;
        }
    }
    if (core->guard & ZIF_GUARD_DEAF) {
        fprintf(out, "%s does not hear the bus: its clock is off or it is held in reset (see the reports)\n",
                p->dev->name);
    } else if (!scheduled && core->serial && !zif_serial_queued(core->serial)) {
        fprintf(out, "nothing waits to be received on its line: --send '%s:...' would, or --uart %s=KIND\n",
                zif_serial_name(core->serial), zif_serial_name(core->serial));
    } else if (!scheduled) {
        fprintf(out, "nothing is scheduled in %s that would change it\n", p->dev->name);
    }
    const ZifField *f = p->slot < p->dev->cls->nregs ? core->layout->slots[p->slot].row->fields : NULL;
    while (f && f->name && !(bit >= f->lsb && bit < f->lsb + f->width)) {
        f++;
    }
    if (!bits || bits == UINT32_MAX) {
        return;
    }
    unsigned other = !(p->poll->value >> bit & 1);
    if (f && f->name) {
        uint32_t field = (f->width >= 32 ? UINT32_MAX : (1u << f->width) - 1), now = p->poll->value >> f->lsb & field;
        fprintf(out, "to go on as if it were otherwise: --stub %s.%s.%s=%u\n", p->dev->name,
                zif__slot_name(p->dev->cls, (int)p->slot, name), f->name,
                f->width == 1 ? other : now ^ 1u << (bit - f->lsb));
    } else {
        fprintf(out, "to go on as if it were otherwise: --stub 0x%08x:%u=%u%s\n", (uint32_t)p->dev->base + offset, bit,
                other, p->dev->cls->nregs ? "" : " (--svd FILE names its registers)");
    }
}

/* A block without a table: the value of its poll is the place that was read. */
static void put_stub_poll(ZifMachine *m, const Polled *p, FILE *out)
{
    char since[32], where[256];
    uint32_t bits = tested_bits(m, p->poll->pc), offset = p->poll->value;
    ZifPoll zero = *p->poll;
    zero.value = (uint32_t)zif__with_held(p->dev, offset, 0, 4);
    fprintf(out, "it kept reading %s at offset 0x%x, which zif does not model: %u times since %s, at 0x%08x %s\n",
            p->dev->name, offset, zif__poll_count(p->poll), zif_time_format(p->poll->since, since), p->poll->pc,
            zif_machine_locate(m, p->poll->pc, where, sizeof where));
    if (bits && bits != UINT32_MAX) {
        fprintf(out, "the code there looks at 0x%x\n", bits);
    }
    put_ways_out(m, &(Polled){ p->dev, p->slot, &zero }, offset, bits, out);
}

static void put_poll(ZifMachine *m, FILE *out)
{
    char name[64], fields[160], since[32], where[256];
    Polled p = find_poll(m);
    if (!p.dev) {
        return;
    }
    if (!p.dev->cls->nregs) {
        put_stub_poll(m, &p, out);
        return;
    }
    const ZifSlot *slot = &p.dev->core->layout->slots[p.slot];
    uint32_t bits = tested_bits(m, p.poll->pc);
    if ((!bits || bits == UINT32_MAX) && slot->row->fields && !slot->row->fields[1].name) {
        bits = ~slot->reserved; /* the register has one field: that is what is waited for */
    }
    fprintf(out, "it kept reading %s.%s as 0x%x: %u times since %s, at 0x%08x %s\n", p.dev->name,
            zif__slot_name(p.dev->cls, p.slot, name), p.poll->value, zif__poll_count(p.poll),
            zif_time_format(p.poll->since, since), p.poll->pc, zif_machine_locate(m, p.poll->pc, where, sizeof where));
    if (bits && bits != UINT32_MAX) {
        zif__field_names(slot, bits, fields, sizeof fields);
        fprintf(out, "the code there looks at 0x%x%s%s\n", bits, *fields ? ": " : "", fields);
    }
    put_ways_out(m, &p, slot->offset, bits, out);
}

typedef struct {
    uint32_t pc;
    uint64_t weight;
} Place;

static int by_weight(const void *a, const void *b)
{
    const Place *x = a, *y = b;
    return x->weight != y->weight ? (x->weight < y->weight ? 1 : -1) : x->pc < y->pc ? -1 : x->pc > y->pc;
}

static void put_places(ZifMachine *m, FILE *out)
{
    enum { SHOWN = 4 };
    Place places[ZIF_SAMPLES];
    unsigned n = 0, samples = m->nsamples < ZIF_SAMPLES ? m->nsamples : ZIF_SAMPLES;
    uint64_t total = 0;
    char where[256];
    for (unsigned i = 0; i < samples; i++) {
        uint32_t at = function_of(m, m->samples[i].pc);
        unsigned k = 0;
        while (k < n && places[k].pc != at) {
            k++;
        }
        if (k == n) {
            places[n++] = (Place){ at, 0 };
        }
        places[k].weight += m->samples[i].weight;
        total += m->samples[i].weight;
    }
    qsort(places, n, sizeof *places, by_weight);
    for (unsigned i = 0; i < n && i < SHOWN && places[i].weight; i++) {
        fprintf(out, "%s%3" PRIu64 " %% 0x%08x %s\n", i ? "                     " : "it spent its time in ",
                100 * places[i].weight / total, places[i].pc, zif_machine_locate(m, places[i].pc, where, sizeof where));
    }
}

void zif_machine_stuck_report(ZifMachine *m, FILE *out)
{
    ZifMemoryContext *before = zif__enter(m);
    char when[32], where[256];
    uint32_t pc = zif_machine_pc(m);
    fprintf(out, "at %s the program was at 0x%08x %s\n", zif_time_format(zif_machine_now(m), when), pc,
            zif_machine_locate(m, pc, where, sizeof where));
    put_places(m, out);
    put_poll(m, out);
    zif__leave(before);
}
