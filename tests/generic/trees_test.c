/* The checker over every built-in tree: docs/devicetree.md says the rules. SPDX-License-Identifier: GPL-2.0-or-later */
#include <libfdt.h>
#include "bed.h"

static unsigned nwrong;

static void wrong(const char *board, const char *what, const char *path)
{
    fprintf(stderr, "%s: %s: %s\n", board, path, what);
    nwrong++;
}

static void every_tree_builds(void **state)
{
    for (unsigned i = 0; i < zif_nboards; i++) {
        bed_free(bed_new(zif_boards[i].name, 1));
        for (const char *const *a = zif_boards[i].aliases; *a; a++) {
            bed_free(bed_new(*a, 1));
        }
    }
}

static void what_is_not_modelled_is_said_so(void **state)
{
    for (unsigned b = 0; b < zif_nboards; b++) {
        ZifMachine *m = bed_new(zif_boards[b].name, 1);
        for (unsigned i = 0; i < m->kit.ndevices; i++) {
            ZifDevice *dev = m->kit.devices[i];
            if (dev->cls == &zif__stub_class && !zif__tree_has(m->fdt, dev->core->node, "zif,stub")) {
                wrong(zif_boards[b].name, "nobody models this, and there is no zif,stub", dev->core->path);
            }
            if (dev->cls != &zif__stub_class && zif__tree_has(m->fdt, dev->core->node, "zif,stub")) {
                wrong(zif_boards[b].name, "zif,stub on a modelled device", dev->core->path);
            }
        }
        bed_free(m);
    }
    assert_int_equal(nwrong, 0);
}

static void timed_blocks_have_a_clock(void **state)
{
    for (unsigned b = 0; b < zif_nboards; b++) {
        ZifMachine *m = bed_new(zif_boards[b].name, 1);
        for (unsigned i = 0; i < m->kit.ndevices; i++) {
            ZifDevice *dev = m->kit.devices[i];
            bool timed = dev->cls->clock_changed || dev->cls->serial;
            if (timed && !zif__tree_has(m->fdt, dev->core->node, "clocks") &&
                !zif__tree_has(m->fdt, dev->core->node, "clock-frequency")) {
                wrong(zif_boards[b].name, "a timed block without clocks", dev->core->path);
            }
        }
        bed_free(m);
    }
    assert_int_equal(nwrong, 0);
}

/* Not every line of a block is used, but a block none of whose interrupts arrive is a forgotten property. */
static void a_block_with_interrupts_is_wired_to_something(void **state)
{
    for (unsigned b = 0; b < zif_nboards; b++) {
        ZifMachine *m = bed_new(zif_boards[b].name, 1);
        for (unsigned i = 0; i < m->kit.ndevices; i++) {
            ZifDevice *dev = m->kit.devices[i];
            const ZifOutput *outputs = dev->cls->outputs;
            unsigned has = 0, wired = 0;
            for (unsigned o = 0; outputs && outputs[o].name; o++) {
                for (unsigned k = dev->core->output_base[o]; k < dev->core->output_base[o + 1]; k++) {
                    has += !strncmp(outputs[o].name, "irq", 3);
                    wired += dev->core->outputs[k].wires != NULL;
                }
            }
            if (has && !wired) {
                wrong(zif_boards[b].name, "its interrupts lead nowhere", dev->core->path);
            }
        }
        bed_free(m);
    }
    assert_int_equal(nwrong, 0);
}

static void every_compatible_is_known(void **state)
{
    static const char *const plain[] = { "simple-bus",       "fixed-clock",        "arm,v6m-nvic",
                                         "arm,v7m-nvic",     "arm,armv6m-systick", "arm,armv7m-systick",
                                         "mmio-sram",        "soc-nv-flash",       "zif,rom",
                                         "zif,memory-alias", "zif,backdrop",       NULL };
    for (unsigned b = 0; b < zif_nboards; b++) {
        ZifMachine *m = bed_new(zif_boards[b].name, 1);
        int depth = 0;
        for (int node = fdt_next_node(m->fdt, 0, &depth); node >= 0; node = fdt_next_node(m->fdt, node, &depth)) {
            char path[256];
            bool known = zif__device_of_node(m, node) || !zif__tree_has(m->fdt, node, "compatible") ||
                         zif__tree_has(m->fdt, node, "device_type");
            for (const char *const *p = plain; *p && !known; p++) {
                known = zif__tree_compatible(m->fdt, node, *p);
            }
            if (!known) {
                wrong(zif_boards[b].name, "no such compatible", zif__tree_path(m->fdt, node, path, sizeof path));
            }
        }
        bed_free(m);
    }
    assert_int_equal(nwrong, 0);
}

/* Parts for any board may be left to users' trees; what a chip consists of may not. */
static void every_class_of_a_chip_is_on_a_board(void **state)
{
    for (unsigned c = 0; c < zif_nclasses; c++) {
        bool found = !zif_classes[c]->socs;
        for (unsigned b = 0; b < zif_nboards && !found; b++) {
            ZifMachine *m = bed_new(zif_boards[b].name, 1);
            for (unsigned i = 0; i < m->kit.ndevices && !found; i++) {
                found = m->kit.devices[i]->cls == zif_classes[c];
            }
            bed_free(m);
        }
        if (!found) {
            wrong("peripherals/list.h", "this class is in no built-in tree, and so in no generic test",
                  zif_classes[c]->name);
        }
    }
    assert_int_equal(nwrong, 0);
}

static int forget(void **state)
{
    nwrong = 0;
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(every_tree_builds, forget),
        cmocka_unit_test_setup(every_compatible_is_known, forget),
        cmocka_unit_test_setup(what_is_not_modelled_is_said_so, forget),
        cmocka_unit_test_setup(timed_blocks_have_a_clock, forget),
        cmocka_unit_test_setup(every_class_of_a_chip_is_on_a_board, forget),
        cmocka_unit_test_setup(a_block_with_interrupts_is_wired_to_something, forget),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
