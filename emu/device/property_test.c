/* Our look-up of a tree's properties beside libfdt's. SPDX-License-Identifier: GPL-2.0-or-later */
#include <libfdt.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "device.h"

static _Alignas(8) char tree[4096];

/* Nodes with values of every alignment, an empty one, lists of strings, and properties that became no-operations. */
static int make_tree(void **state)
{
    fdt_create(tree, sizeof tree);
    fdt_finish_reservemap(tree);
    fdt_begin_node(tree, "");
    fdt_property_u32(tree, "#address-cells", 1);
    fdt_property(tree, "#size-cells", "\0\0", 2);
    fdt_property(tree, "compatible", "acme,board\0acme,chip", 21);
    fdt_begin_node(tree, "odd@1000");
    fdt_property(tree, "one", "1", 1);
    fdt_property(tree, "gone", "gone", 5);
    fdt_property(tree, "empty", NULL, 0);
    fdt_property(tree, "five", "12345", 5);
    fdt_property(tree, "unended", "ab\0cd", 5);
    fdt_property_u32(tree, "phandle", 7);
    fdt_begin_node(tree, "c");
    fdt_property_string(tree, "last", "of all");
    fdt_end_node(tree);
    fdt_end_node(tree);
    fdt_end_node(tree);
    fdt_finish(tree);
    return fdt_nop_property(tree, fdt_path_offset(tree, "/odd@1000"), "gone") || fdt_check_full(tree, sizeof tree);
}

static void every_property_is_what_libfdt_says(void **state)
{
    static const char *const names[] = { "#address-cells", "#size-cells", "compatible", "one",  "gone", "empty",
                                         "five",           "unended",     "phandle",    "last", "las",  "" };
    unsigned nodes = 0, found = 0;
    for (int node = fdt_next_node(tree, -1, NULL); node >= 0; node = fdt_next_node(tree, node, NULL)) {
        for (unsigned i = 0; i < sizeof names / sizeof *names; i++) {
            int len = -1, theirs_len;
            const void *ours = zif__fdt_property(tree, node, names[i], &len);
            const void *theirs = fdt_getprop(tree, node, names[i], &theirs_len);
            assert_ptr_equal(ours, theirs);
            assert_int_equal(len, theirs ? theirs_len : -1);
            found += ours != NULL;
        }
        nodes++;
    }
    assert_int_equal(nodes, 3);
    assert_int_equal(found, 9);
}

static void a_list_ends_with_its_last_whole_string(void **state)
{
    int odd = fdt_path_offset(tree, "/odd@1000");
    assert_string_equal(zif__fdt_string(tree, 0, "compatible", 0), "acme,board");
    assert_string_equal(zif__fdt_string(tree, 0, "compatible", 1), "acme,chip");
    assert_null(zif__fdt_string(tree, 0, "compatible", 2));
    assert_string_equal(zif__fdt_string(tree, odd, "unended", 0), "ab");
    assert_null(zif__fdt_string(tree, odd, "unended", 1));
    assert_null(zif__fdt_string(tree, odd, "empty", 0));
    assert_null(zif__fdt_string(tree, odd, "absent", 0));
}

static void a_number_is_one_cell(void **state)
{
    assert_int_equal(zif__fdt_number(tree, 0, "#address-cells", 2), 1);
    assert_int_equal(zif__fdt_number(tree, 0, "#size-cells", 1), UINT32_MAX);
    assert_int_equal(zif__fdt_number(tree, 0, "absent", 5), 5);
    assert_int_equal(zif__fdt_phandle(tree, fdt_path_offset(tree, "/odd@1000")), 7);
    assert_int_equal(zif__fdt_phandle(tree, 0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_property_is_what_libfdt_says),
        cmocka_unit_test(a_list_ends_with_its_last_whole_string),
        cmocka_unit_test(a_number_is_one_cell),
    };
    return cmocka_run_group_tests(tests, make_tree, NULL);
}
