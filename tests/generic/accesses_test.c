/*
 * Every model under 300 accesses of its own, legal and not, with its clock on: nothing crashes, and what is left can be stored and loaded.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <unistd.h>
#include "bed.h"

enum { ACCESSES = 300 };

static void access_once(ZifMachine *m, ZifDevice *dev, uint64_t *rng)
{
    const ZifLayout *l = dev->core->layout;
    unsigned how = bed_random(rng) % 8, size = 1u << bed_random(rng) % 3;
    uint32_t offset = bed_random(rng) % (uint32_t)dev->core->span, value = bed_random(rng);
    if (how && l->nslots) { /* mostly registers, mostly as wide as they are */
        const ZifSlot *s = &l->slots[bed_random(rng) % l->nslots];
        offset = s->offset;
        size = how > 1 ? s->size : size;
    }
    value = how == 2 ? 0 : how == 3 ? UINT32_MAX : how == 4 ? 1u << value % 32 : value;
    bed_wake(dev);
    if (offset + size <= dev->core->span) {
        uint8_t bytes[4];
        memcpy(bytes, &value, sizeof bytes);
        address_space_rw(&m->bus, dev->base + offset, MEMTXATTRS_UNSPECIFIED, bytes, (int)size,
                         bed_random(rng) % 3 != 0);
    }
    if (bed_random(rng) % 16 == 0) {
        bed_pass(m, bed_random(rng) % (50 * ZIF_US));
    }
}

static void check_device(const char *board, unsigned number)
{
    char path[] = "/tmp/zif-accesses-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    ZifMachine *m = bed_new(board, 5);
    uint64_t rng = number + 1;
    for (unsigned i = 0; i < ACCESSES; i++) {
        access_once(m, m->kit.devices[number], &rng);
    }
    Error *err = NULL;
    const char *name = m->kit.devices[number]->name;
    size_t before_size, after_size;
    uint8_t *before = bed_states(m, &before_size);
    if (!zif_machine_save_file(m, path, &err)) {
        fail_msg("%s, %s: %s", board, name, error_get_pretty(err));
    }
    ZifMachine *other = bed_new(board, 5);
    if (!zif_machine_load_file(other, path, &err)) {
        fail_msg("%s, %s: what was stored is not loaded: %s", board, name, error_get_pretty(err));
    }
    zif_memory_context_use(other->ctx);
    uint8_t *after = bed_states(other, &after_size);
    assert_int_equal(before_size, after_size);
    if (memcmp(before, after, before_size) != 0) {
        fail_msg("%s, %s: what was loaded is not what was stored", board, name);
    }
    free(before);
    free(after);
    bed_free(other);
    zif_memory_context_use(m->ctx);
    bed_free(m);
    unlink(path);
}

static void three_hundred_accesses_to_each_model_leave_a_snapshot_that_loads(void **state)
{
    const ZifClass *seen[512];
    unsigned nseen = 0;
    for (unsigned b = 0; b < zif_nboards; b++) {
        ZifMachine *m = bed_new(zif_boards[b].name, 5);
        unsigned todo[512], n = 0;
        for (unsigned i = 0; i < m->kit.ndevices; i++) {
            const ZifDevice *dev = m->kit.devices[i];
            unsigned k = 0;
            while (k < nseen && seen[k] != dev->cls) {
                k++;
            }
            if (k == nseen && nseen < 512 && dev->mmio && dev->core->span) {
                seen[nseen++] = dev->cls;
                todo[n++] = i;
            }
        }
        bed_free(m);
        for (unsigned i = 0; i < n; i++) {
            check_device(zif_boards[b].name, todo[i]);
        }
    }
    assert_true(nseen > 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(three_hundred_accesses_to_each_model_leave_a_snapshot_that_loads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
