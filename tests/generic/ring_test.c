/*
 * The ring of checks every register of every device on every built-in board goes through, from its table alone.
 * Each probe starts from the state after power-on and leaves none behind. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "bed.h"

enum { MAX_WRONG = 40, MANY = 64 };

/* What is wrong is collected, so that one run shows all of it. */
static unsigned nwrong;

static void wrong(const ZifDevice *dev, unsigned slot, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
static void wrong(const ZifDevice *dev, unsigned slot, const char *fmt, ...)
{
    char name[64];
    va_list ap;
    if (nwrong++ >= MAX_WRONG) {
        return;
    }
    fprintf(stderr, "%s (%s) %s: ", dev->name, dev->cls->name, zif__slot_name(dev->cls, (int)slot, name));
    va_start(ap, fmt);
    vfprintf(stderr, fmt, ap);
    va_end(ap);
    fputc('\n', stderr);
}

typedef void Probe(ZifMachine *m, ZifDevice *dev, unsigned slot, const ZifSlot *s);

/* Runs the probe on every register, putting everything back behind it. */
static void every_register(Probe *probe)
{
    nwrong = 0;
    for (unsigned b = 0; b < zif_nboards; b++) {
        ZifMachine *m = bed_new(zif_boards[b].name, 1);
        ZifSnapshot *start = zif_machine_snapshot(m);
        for (unsigned i = 0; i < m->kit.ndevices; i++) {
            ZifDevice *dev = m->kit.devices[i];
            for (unsigned slot = 0; slot < dev->cls->nregs; slot++) {
                const ZifSlot *s = &dev->core->layout->slots[slot];
                if (s->row->count > MANY && s->index && s->index + 1 < s->row->count) {
                    continue; /* of a memory made of registers, the ends stand for all */
                }
                dev->core->guard &= ~ZIF_GUARD_DEAF; /* as if its clock ran */
                probe(m, dev, slot, s);
                zif_machine_restore(m, start);
                zif_memory_context_use(m->ctx);
            }
        }
        zif_snapshot_free(start);
        bed_free(m);
    }
    assert_int_equal(nwrong, 0);
}

static uint32_t mask_of(const ZifSlot *s)
{
    return s->size == 4 ? UINT32_MAX : (1u << (8 * s->size)) - 1;
}

static bool readable(const ZifDevice *dev, unsigned slot, const ZifSlot *s)
{
    return dev->core->layout->read_at[s->offset >> dev->core->layout->shift] == slot;
}

static bool writable(const ZifDevice *dev, unsigned slot, const ZifSlot *s)
{
    return dev->core->layout->write_at[s->offset >> dev->core->layout->shift] == slot;
}

static uint32_t bus_read(ZifDevice *dev, uint32_t offset, unsigned size)
{
    uint64_t value = 0;
    zif__mmio_read(dev, offset, &value, size, MEMTXATTRS_UNSPECIFIED);
    return (uint32_t)value;
}

/* A write that asks for nothing: what is stored, and the harmless value where 0 or 1 means something. */
static uint32_t idle_value(ZifDevice *dev, unsigned slot, const ZifSlot *s)
{
    return (zif__slot_peek(dev, slot) & ~(s->w1c | s->w1s | s->wo)) | s->w0c;
}

static void is_reset_value(ZifMachine *m, ZifDevice *dev, unsigned slot, const ZifSlot *s)
{
    uint32_t got = zif__slot_peek(dev, slot);
    if (!(s->flags & (ZIF_REG_VOLATILE | ZIF_REG_LIVE_RESET)) && got != (s->reset & ~s->wo)) {
        wrong(dev, slot, "0x%x after reset, the table says 0x%x", got, s->reset);
    }
}

static void keeps_read_only(ZifMachine *m, ZifDevice *dev, unsigned slot, const ZifSlot *s)
{
    uint32_t before = zif__slot_peek(dev, slot) & s->ro;
    if (!s->ro || (s->flags & ZIF_REG_VOLATILE) || !writable(dev, slot, s)) {
        return;
    }
    zif__mmio_write(dev, s->offset, idle_value(dev, slot, s) ^ s->ro, s->size, MEMTXATTRS_UNSPECIFIED);
    uint32_t after = zif__slot_peek(dev, slot) & s->ro;
    if (after != before) {
        wrong(dev, slot, "read-only bits went from 0x%x to 0x%x by a write", before, after);
    }
}

static void keeps_reserved(ZifMachine *m, ZifDevice *dev, unsigned slot, const ZifSlot *s)
{
    if (!s->reserved || !writable(dev, slot, s)) {
        return;
    }
    zif__mmio_write(dev, s->offset, idle_value(dev, slot, s) ^ s->reserved, s->size, MEMTXATTRS_UNSPECIFIED);
    uint32_t after = zif__slot_peek(dev, slot) & s->reserved;
    if (after != (s->reset & s->reserved) && !(s->flags & (ZIF_REG_VOLATILE | ZIF_REG_LIVE_RESET))) {
        wrong(dev, slot, "reserved bits read 0x%x after ones were written", after);
    }
}

/* Each plain field alone: what was written is read back, unless the table says that the value lives. */
static void round_trips(ZifMachine *m, ZifDevice *dev, unsigned slot, const ZifSlot *s)
{
    uint32_t bits = s->rw | s->stub;
    if (!bits || (s->flags & ZIF_REG_VOLATILE) || !writable(dev, slot, s) || !readable(dev, slot, s)) {
        return;
    }
    size_t size = zif__device_state_size(dev);
    void *state = malloc(size);
    zif__device_save(dev, state);
    for (unsigned bit = 0; bit < 32; bit++) {
        if (!(bits >> bit & 1)) {
            continue;
        }
        uint32_t want = idle_value(dev, slot, s) ^ 1u << bit;
        zif__mmio_write(dev, s->offset, want, s->size, MEMTXATTRS_UNSPECIFIED);
        uint32_t got = zif__slot_peek(dev, slot);
        if ((got ^ want) & 1u << bit) {
            wrong(dev, slot, "bit %u: wrote %u, reads %u", bit, want >> bit & 1, got >> bit & 1);
            break;
        }
        zif__device_restore(dev, state);
        zif__device_restored(dev);
    }
    free(state);
}

static void narrow_reads_are_pieces(ZifMachine *m, ZifDevice *dev, unsigned slot, const ZifSlot *s)
{
    if ((s->flags & ZIF_REG_VOLATILE) || s->rc || !readable(dev, slot, s)) {
        return;
    }
    uint32_t whole = zif__slot_peek(dev, slot);
    void *state = malloc(zif__device_state_size(dev));
    zif__device_save(dev, state);
    for (unsigned size = 1; size <= s->size; size *= 2) {
        for (unsigned at = 0; (s->widths & size) && at < s->size; at += size) {
            uint32_t got = bus_read(dev, s->offset + at, size);
            uint32_t want = whole >> 8 * at & (size == 4 ? UINT32_MAX : (1u << 8 * size) - 1);
            zif__device_restore(dev, state);
            zif__device_restored(dev);
            if (got != want) {
                wrong(dev, slot, "%u bytes at +%u read 0x%x, not 0x%x", size, at, got, want);
            }
        }
    }
    free(state);
}

static void looking_changes_nothing(ZifMachine *m, ZifDevice *dev, unsigned slot, const ZifSlot *s)
{
    size_t size = zif__device_state_size(dev);
    void *before = malloc(size), *after = malloc(size);
    zif__device_save(dev, before);
    uint32_t first = zif__slot_peek(dev, slot), second = zif__slot_peek(dev, slot);
    zif__device_save(dev, after);
    if (first != second || memcmp(before, after, size)) {
        wrong(dev, slot, "peek has an effect");
    }
    if (first & ~mask_of(s)) {
        wrong(dev, slot, "peek gives 0x%x, more than its %u bytes", first, s->size);
    }
    free(before);
    free(after);
}

static void every_register_has_its_reset_value(void **state)
{
    every_register(is_reset_value);
}

static void read_only_bits_keep_their_value(void **state)
{
    every_register(keeps_read_only);
}

static void reserved_bits_stay(void **state)
{
    every_register(keeps_reserved);
}

static void plain_bits_read_back(void **state)
{
    every_register(round_trips);
}

static void every_width_reads_its_piece(void **state)
{
    every_register(narrow_reads_are_pieces);
}

static void looking_has_no_effect(void **state)
{
    every_register(looking_changes_nothing);
}

/* One step of a random schedule over all devices: an access of any width, a wire, some time. */
static void random_step(ZifMachine *m, uint64_t *rng)
{
    ZifDevice *dev = m->kit.devices[bed_random(rng) % m->kit.ndevices];
    unsigned what = bed_random(rng) % 16, size = 1u << bed_random(rng) % 3;
    uint32_t value = bed_random(rng);
    if (value & 3) {
        bed_wake(dev);
    }
    if (what < 12 && dev->core->span) {
        uint32_t offset = bed_random(rng) % dev->core->span;
        const ZifLayout *l = dev->core->layout;
        uint8_t bytes[4];
        if (what < 10 && l->nslots) { /* mostly where registers are, and mostly as wide as they are */
            const ZifSlot *s = &l->slots[bed_random(rng) % l->nslots];
            offset = s->offset;
            size = s->size;
        }
        if (offset + size > dev->core->span) {
            return;
        }
        memcpy(bytes, &value, 4);
        address_space_rw(&m->bus, dev->base + offset, MEMTXATTRS_UNSPECIFIED, bytes, (int)size, what & 1);
    } else if (what < 14 && dev->core->ninputs) {
        ZifInputLine *in = &dev->core->inputs[value % dev->core->ninputs];
        zif__input_set(dev, in->input, in->line, value >> 31);
    } else {
        if (dev->core->serial && what & 1) {
            zif_serial_send(dev->core->serial, &value, 4);
        }
        bed_pass(m, value % (200 * ZIF_US));
    }
}

static void what_was_saved_comes_back_whole(void **state)
{
    enum { STEPS = 300 };
    for (unsigned b = 0; b < zif_nboards; b++) {
        ZifMachine *m = bed_new(zif_boards[b].name, 2);
        uint64_t rng = b + 1;
        for (unsigned i = 0; i < STEPS; i++) {
            random_step(m, &rng);
        }
        ZifSnapshot *saved = zif_machine_snapshot(m);
        size_t n1, n2;
        uint8_t *before = bed_states(m, &n1);
        for (unsigned i = 0; i < STEPS; i++) {
            random_step(m, &rng);
        }
        zif_machine_restore(m, saved);
        zif_memory_context_use(m->ctx);
        uint8_t *after = bed_states(m, &n2);
        assert_int_equal(n1, n2);
        assert_memory_equal(before, after, n1);
        free(before);
        free(after);
        zif_snapshot_free(saved);
        bed_free(m);
    }
}

static void a_restored_machine_goes_the_same_way_again(void **state)
{
    enum { STEPS = 200 };
    for (unsigned b = 0; b < zif_nboards; b++) {
        ZifMachine *m = bed_new(zif_boards[b].name, 3);
        uint64_t rng = 77;
        for (unsigned i = 0; i < STEPS; i++) {
            random_step(m, &rng);
        }
        ZifSnapshot *saved = zif_machine_snapshot(m);
        uint8_t *ends[2];
        size_t sizes[2];
        for (unsigned round = 0; round < 2; round++) {
            uint64_t again = rng;
            for (unsigned i = 0; i < STEPS; i++) {
                random_step(m, &again);
            }
            ends[round] = bed_states(m, &sizes[round]);
            zif_machine_restore(m, saved);
            zif_memory_context_use(m->ctx);
        }
        assert_memory_equal(ends[0], ends[1], sizes[0]);
        free(ends[0]);
        free(ends[1]);
        zif_snapshot_free(saved);
        bed_free(m);
    }
}

static void two_machines_go_the_same_way(void **state)
{
    enum { STEPS = 600 };
    for (unsigned b = 0; b < zif_nboards; b++) {
        uint8_t *ends[2];
        size_t sizes[2];
        for (unsigned round = 0; round < 2; round++) {
            ZifMachine *m = bed_new(zif_boards[b].name, 9);
            uint64_t rng = 5;
            for (unsigned i = 0; i < STEPS; i++) {
                random_step(m, &rng);
            }
            ends[round] = bed_states(m, &sizes[round]);
            bed_free(m);
        }
        assert_int_equal(sizes[0], sizes[1]);
        assert_memory_equal(ends[0], ends[1], sizes[0]);
        free(ends[0]);
        free(ends[1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_register_has_its_reset_value),
        cmocka_unit_test(read_only_bits_keep_their_value),
        cmocka_unit_test(reserved_bits_stay),
        cmocka_unit_test(plain_bits_read_back),
        cmocka_unit_test(every_width_reads_its_piece),
        cmocka_unit_test(looking_has_no_effect),
        cmocka_unit_test(what_was_saved_comes_back_whole),
        cmocka_unit_test(a_restored_machine_goes_the_same_way_again),
        cmocka_unit_test(two_machines_go_the_same_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
