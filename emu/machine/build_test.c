/* Trees from outside: each mistake gets its own sentence, and nothing else happens. SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "machine/internal.h"
#include "machine/boards.h"

/* Two classes that fit the same node, and one that is only for another chip. */
#define ROOM .size = sizeof(ZifDevice)
static const char *const twin_names[] = { "test,twin", NULL };
static const char *const own_names[] = { "test,own", NULL };
static const ZifClass twin_a = { .name = "twin-a", .compatible = twin_names, ROOM };
static const ZifClass twin_b = { .name = "twin-b", .compatible = twin_names, ROOM };
static const ZifClass general = { .name = "general", .compatible = own_names, ROOM };
static const ZifClass chip_x = {
    .name = "for-x", .compatible = own_names, .socs = (const char *const[]){ "test,chip-x", NULL }, ROOM
};
static const ZifClass family = {
    .name = "for-family", .compatible = own_names, .socs = (const char *const[]){ "test,family", NULL }, ROOM
};
static const ZifClass irqs = {
    .name = "irqs",
    .compatible = (const char *const[]){ "test,irqs", NULL },
    .outputs = (const ZifOutput[]){ { "irq", 2 }, { "done", 1 }, { 0 } },
    ROOM,
};
const ZifClass *const zif_classes[] = { &twin_a, &twin_b, &general, &family, &chip_x, &irqs };
const unsigned zif_nclasses = 6;
const ZifBoardInfo zif_boards[] = { { .name = "none" } };
const unsigned zif_nboards = 0;
const ZifBoardTree zif__board_trees[] = { { 0, 0 } };
static const unsigned char part[] = "/ { model = \"included\"; };\n";
const ZifTreeSource zif__tree_sources[] = { { "test/part.dtsi", part, sizeof part - 1 } };
const unsigned zif__ntree_sources = 1;

#define HEAD "/dts-v1/;\n/ { #address-cells = <1>; #size-cells = <1>; compatible = \"test,board\", \"test,chip-y\";"
#define CORE                                                                                                           \
    "cpus { #address-cells = <1>; #size-cells = <0>; cpu@0 { device_type = \"cpu\"; compatible = \"arm,cortex-m0\"; "  \
    "reg = <0>; "                                                                                                      \
    "clock-frequency = <16000000>; }; };"
#define SOC                                                                                                            \
    "soc { compatible = \"simple-bus\"; #address-cells = <1>; #size-cells = <1>; ranges; interrupt-parent = <&nvic>;"  \
    "nvic: interrupt-controller@e000e100 { compatible = \"arm,v6m-nvic\"; reg = <0xe000e100 0xc00>; "                  \
    "interrupt-controller;"                                                                                            \
    "#address-cells = <0>; #interrupt-cells = <2>; arm,num-irq-priority-bits = <2>; zif,num-irqs = <32>; };"           \
    "ram: memory@20000000 { compatible = \"mmio-sram\"; reg = <0x20000000 0x1000>; };"
#define TAIL "}; };\n"

static ZifMachine *build(const char *text, Error **errp)
{
    char path[] = "/tmp/zif-build-test-XXXXXX.dts";
    int fd = mkstemps(path, 4);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
    ZifMachineConfig config = { .board = path, .seed = 1, .port = "portable" };
    ZifMachine *m = zif_machine_new(&config, errp);
    unlink(path);
    return m;
}

static void refused(const char *text, const char *because)
{
    Error *err = NULL;
    ZifMachine *m = build(text, &err);
    if (m) {
        zif_machine_free(m);
        fail_msg("the tree was accepted, but should be refused: %s", because);
    }
    if (!strstr(error_get_pretty(err), because)) {
        fail_msg("\"%s\" does not say \"%s\"", error_get_pretty(err), because);
    }
    error_free(err);
}

static ZifMachine *accepted(const char *text)
{
    Error *err = NULL;
    ZifMachine *m = build(text, &err);
    if (!m) {
        fail_msg("%s", error_get_pretty(err));
    }
    return m;
}

static void a_small_tree_becomes_a_machine(void **state)
{
    ZifMachine *m = accepted(HEAD CORE SOC TAIL);
    uint8_t byte;
    assert_int_equal(zif_machine_ndevices(m), 0);
    assert_true(zif__look(m, 0x20000fff, &byte, 1));
    assert_false(zif__look(m, 0x20001000, &byte, 1));
    zif_machine_free(m);
}

static void a_source_can_include_built_in_parts(void **state)
{
    ZifMachine *m = accepted(HEAD CORE SOC TAIL "#include \"test/part.dtsi\"\n");
    assert_string_equal(m->model, "included");
    zif_machine_free(m);
}

static void text_that_is_no_tree_is_refused(void **state)
{
    refused("this is not a tree\n", "does not compile");
    refused(HEAD "};\n", "no /cpus");
    refused(HEAD CORE "};\n", "no interrupt controller");
}

static void a_label_that_is_not_there_is_named(void **state)
{
    refused(HEAD CORE SOC "chosen { zephyr,console = &nosuch; };" TAIL, "\"nosuch\"");
}

static void a_console_that_is_no_line_is_refused(void **state)
{
    refused(HEAD CORE SOC "}; chosen { stdout-path = \"/soc/uart@40002000:115200n8\"; };"
                          "};",
            "/chosen: stdout-path names '/soc/uart@40002000', and there is no such device");
    refused(HEAD CORE SOC "own: own@40000000 { compatible = \"test,own\"; }; }; chosen { zephyr,console = &own; };"
                          "};",
            "/chosen: zephyr,console names own, which has no serial line");
    refused(HEAD CORE SOC "}; chosen { zephyr,console = <1>; stdout-path = \"x\"; };"
                          "};",
            "zephyr,console names ''");
    zif_machine_free(accepted(HEAD CORE SOC "u: u@40000000 { compatible = \"acme,uart\"; reg = <0x40000000 16>; };"
                                            "}; chosen { zephyr,console = &u; };"
                                            "};"));
}

static void two_memories_in_one_place_are_refused(void **state)
{
    refused(HEAD CORE SOC "m@30000000 { compatible = \"mmio-sram\"; reg = <0x30000000 0x1000>; };"
                          "n@30000ffc { compatible = \"mmio-sram\"; reg = <0x30000ffc 0x1000>; };" TAIL,
            "/soc/m@30000000 and /soc/n@30000ffc are both at 0x30000ffc");
    zif_machine_free(accepted(HEAD CORE SOC
                              "m@30000000 { compatible = \"mmio-sram\"; reg = <0x30000000 0x1000>; };"
                              "n@30001000 { compatible = \"mmio-sram\"; reg = <0x30001000 0x1000>; };" TAIL));
}

static void a_board_that_is_not_there_is_refused(void **state)
{
    Error *err = NULL;
    ZifMachineConfig config = { .board = "/nonexistent/x.dtb" };
    assert_null(zif_machine_new(&config, &err));
    assert_non_null(strstr(error_get_pretty(err), "cannot open"));
    error_free(err);
    err = NULL;
    config.board = "/dev/null";
    assert_null(zif_machine_new(&config, &err));
    assert_non_null(strstr(error_get_pretty(err), "was the board's name left out?"));
    error_free(err);
    err = NULL;
    config.board = "no-such-board";
    assert_null(zif_machine_new(&config, &err));
    assert_non_null(strstr(error_get_pretty(err), "there is no board 'no-such-board'"));
    error_free(err);
}

static void two_models_for_one_node_are_named(void **state)
{
    refused(HEAD CORE SOC "x@40000000 { compatible = \"test,twin\"; reg = <0x40000000 0x100>; };" TAIL,
            "both twin-a and twin-b model \"test,twin\"");
}

static void the_chips_own_model_is_preferred(void **state)
{
    ZifMachine *m = accepted(HEAD CORE SOC "x@40000000 { compatible = \"test,own\"; reg = <0x40000000 0x100>; };" TAIL);
    assert_ptr_equal(zif_machine_device(m, 0)->cls, &general);
    zif_machine_free(m);
    m = accepted("/dts-v1/;\n/ { #address-cells = <1>; #size-cells = <1>; compatible = \"test,chip-x\";" CORE SOC
                 "x@40000000 { compatible = \"test,own\"; reg = <0x40000000 0x100>; };" TAIL);
    assert_ptr_equal(zif_machine_device(m, 0)->cls, &chip_x);
    zif_machine_free(m);
}

static void the_chips_own_model_is_preferred_to_its_familys(void **state)
{
    ZifMachine *m = accepted("/dts-v1/;\n/ { #address-cells = <1>; #size-cells = <1>; compatible = \"test,chip-x\", "
                             "\"test,family\";" CORE SOC
                             "x@40000000 { compatible = \"test,own\"; reg = <0x40000000 0x100>; };" TAIL);
    assert_ptr_equal(zif_machine_device(m, 0)->cls, &chip_x);
    zif_machine_free(m);
}

static void what_nobody_models_is_a_named_stub_that_reports(void **state)
{
    ZifMachine *m =
        accepted(HEAD CORE SOC "radio@40000000 { compatible = \"test,radio\"; reg = <0x40000000 0x100>; };" TAIL);
    uint32_t value = 1;
    ZifMemoryContext *before = zif_memory_context_use(m->ctx);
    assert_int_equal(address_space_rw(&m->bus, 0x40000010, MEMTXATTRS_UNSPECIFIED, (uint8_t *)&value, 4, false),
                     MEMTX_OK);
    zif_memory_context_use(before);
    assert_int_equal(value, 0);
    assert_int_equal(zif_machine_nreports(m), 1);
    assert_string_equal(zif_machine_report(m, 0)->device, "radio");
    assert_int_equal(zif_machine_report(m, 0)->kind, ZIF_REPORT_UNMODELLED_DEVICE);
    zif_machine_free(m);
}

static void interrupt_lines_are_checked(void **state)
{
    refused(HEAD CORE SOC
            "a@40000000 { compatible = \"test,irqs\"; reg = <0x40000000 0x100>; interrupts = <32 0>; };" TAIL,
            "interrupt line 32, but the core has 32");
    refused(HEAD CORE SOC
            "a@40000000 { compatible = \"test,irqs\"; reg = <0x40000000 0x100>; interrupts = <4 0>, <4 0>; };" TAIL,
            "interrupt line 4 is driven by another");
    refused(
        HEAD CORE SOC
        "a@40000000 { compatible = \"test,irqs\"; reg = <0x40000000 0x100>; interrupts = <1 0>, <2 0>, <3 0>; };" TAIL,
        "one more than irqs has");
    refused(HEAD CORE SOC
            "a@40000000 { compatible = \"test,irqs\"; reg = <0x40000000 0x100>; interrupts = <1>; };" TAIL,
            "do not fit #interrupt-cells");
}

static void memories_are_checked(void **state)
{
    refused(HEAD CORE SOC "m@0 { compatible = \"mmio-sram\"; reg = <0 0>; };" TAIL, "is empty or outside");
    refused(HEAD CORE SOC "m@f { compatible = \"mmio-sram\"; reg = <0xfffff000 0x2000>; };" TAIL,
            "is empty or outside");
    refused(HEAD CORE SOC "m@0 { compatible = \"mmio-sram\"; reg = <0 0x20000400>; };" TAIL, "more memory than");
    refused(HEAD CORE SOC "m { compatible = \"mmio-sram\"; };" TAIL, "needs a reg");
    refused(HEAD CORE SOC "m@0 { compatible = \"zif,memory-alias\"; reg = <0 0x100>; };" TAIL, "zif,target");
    refused(HEAD CORE SOC "m@0 { compatible = \"zif,memory-alias\"; reg = <0 0x2000>; zif,target = <&ram>; };" TAIL,
            "to be seen through it");
}

static void an_alias_shows_the_same_bytes(void **state)
{
    ZifMachine *m = accepted(
        HEAD CORE SOC
        "m@0 { compatible = \"zif,memory-alias\"; reg = <0 0x100>; zif,target = <&ram>; zif,offset = <0x80>; };" TAIL);
    uint8_t a[16], b[16];
    assert_true(zif__look(m, 0, a, sizeof a));
    assert_true(zif__look(m, 0x20000080, b, sizeof b));
    assert_memory_equal(a, b, sizeof a);
    zif_machine_free(m);
}

static void ram_is_filled_from_the_seed(void **state)
{
    uint8_t a[64], b[64];
    ZifMachine *m = accepted(HEAD CORE SOC TAIL), *n = accepted(HEAD CORE SOC TAIL);
    assert_true(zif__look(m, 0x20000000, a, sizeof a));
    assert_true(zif__look(n, 0x20000000, b, sizeof b));
    assert_memory_equal(a, b, sizeof a);
    memset(b, 0, sizeof b);
    assert_memory_not_equal(a, b, sizeof a);
    zif_machine_free(m);
    zif_machine_free(n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_small_tree_becomes_a_machine),
        cmocka_unit_test(a_source_can_include_built_in_parts),
        cmocka_unit_test(text_that_is_no_tree_is_refused),
        cmocka_unit_test(a_label_that_is_not_there_is_named),
        cmocka_unit_test(a_console_that_is_no_line_is_refused),
        cmocka_unit_test(two_memories_in_one_place_are_refused),
        cmocka_unit_test(a_board_that_is_not_there_is_refused),
        cmocka_unit_test(two_models_for_one_node_are_named),
        cmocka_unit_test(the_chips_own_model_is_preferred),
        cmocka_unit_test(the_chips_own_model_is_preferred_to_its_familys),
        cmocka_unit_test(what_nobody_models_is_a_named_stub_that_reports),
        cmocka_unit_test(interrupt_lines_are_checked),
        cmocka_unit_test(memories_are_checked),
        cmocka_unit_test(an_alias_shows_the_same_bytes),
        cmocka_unit_test(ram_is_filled_from_the_seed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
