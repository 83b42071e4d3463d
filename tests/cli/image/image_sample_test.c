/* One linked program, as ELF and as objcopy makes it: all load the same bytes; the ELF knows its symbols and
 * lines. SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <zif/image.h>

static const char *folder;

static ZifImage *open_sample(const char *ending)
{
    char path[1024];
    snprintf(path, sizeof path, "%s/sample.%s", folder, ending);
    ZifImage *image = zif_image_open(path, &error_fatal);
    return image;
}

/* Every byte of one image is the other's byte at that address, and there are as many. */
static void assert_same_bytes(const ZifImage *a, const ZifImage *b)
{
    size_t na, nb, total_a = 0, total_b = 0, same = 0;
    const ZifSegment *sa = zif_image_segments(a, &na), *sb = zif_image_segments(b, &nb);
    for (size_t j = 0; j < nb; j++) {
        total_b += sb[j].size;
    }
    for (size_t i = 0; i < na; i++) {
        total_a += sa[i].size;
        for (size_t k = 0; k < sa[i].size; k++) {
            for (size_t j = 0; j < nb; j++) {
                uint32_t distance = sa[i].address + (uint32_t)k - sb[j].address;
                same += distance < sb[j].size && sb[j].bytes[distance] == sa[i].bytes[k];
            }
        }
    }
    assert_int_equal(same, total_a);
    assert_int_equal(total_a, total_b);
}

static void hex_of_objcopy_loads_the_bytes_of_the_elf(void **state)
{
    ZifImage *elf = open_sample("elf"), *hex = open_sample("hex");
    assert_int_equal(zif_image_format(elf), ZIF_IMAGE_ELF);
    assert_int_equal(zif_image_format(hex), ZIF_IMAGE_HEX);
    assert_same_bytes(elf, hex);
    zif_image_free(elf);
    zif_image_free(hex);
}

static void srec_of_objcopy_loads_the_bytes_of_the_elf(void **state)
{
    ZifImage *elf = open_sample("elf"), *srec = open_sample("srec");
    assert_int_equal(zif_image_format(srec), ZIF_IMAGE_SREC);
    assert_same_bytes(elf, srec);
    zif_image_free(elf);
    zif_image_free(srec);
}

static void all_three_name_the_same_entry(void **state)
{
    uint32_t entry[3];
    static const char *const endings[] = { "elf", "hex", "srec" };
    for (int i = 0; i < 3; i++) {
        ZifImage *image = open_sample(endings[i]);
        assert_true(zif_image_entry(image, &entry[i]));
        zif_image_free(image);
    }
    assert_int_equal(entry[0], entry[1] & ~1u); /* objcopy keeps the Thumb bit */
    assert_int_equal(entry[0], entry[2] & ~1u);
}

static void elf_finds_functions_and_data_by_address(void **state)
{
    ZifImage *elf = open_sample("elf");
    const char *name;
    uint32_t address, offset;
    assert_true(zif_image_symbol_address(elf, "sample_add", &address));
    assert_int_equal(address & 1, 0);
    assert_true(zif_image_symbol(elf, address + 2, &name, &offset));
    assert_string_equal(name, "sample_add");
    assert_int_equal(offset, 2);
    assert_true(zif_image_symbol_address(elf, "counter", &address));
    assert_true(zif_image_symbol(elf, address, &name, &offset));
    assert_string_equal(name, "counter");
    assert_false(zif_image_symbol(elf, 0x40000000, &name, &offset));
    assert_false(zif_image_symbol_address(elf, "no_such_symbol", &address));
    zif_image_free(elf);
}

static unsigned line_of_marker(void)
{
    FILE *f = fopen(SAMPLE_SOURCE, "r");
    char text[256];
    unsigned line = 0;
    assert_non_null(f);
    while (fgets(text, sizeof text, f)) {
        line++;
        if (strstr(text, "SAMPLE_LINE")) {
            break;
        }
    }
    fclose(f);
    return line;
}

static void elf_finds_the_source_line_of_an_instruction(void **state)
{
    ZifImage *elf = open_sample("elf");
    const char *file;
    uint32_t address;
    unsigned line, marker = line_of_marker();
    bool met = false;
    assert_true(zif_image_symbol_address(elf, "sample_add", &address));
    for (unsigned i = 0; i < 4; i += 2) {
        assert_true(zif_image_line(elf, address + i, &file, &line));
        assert_non_null(strstr(file, "sample.c"));
        met = met || line == marker;
    }
    assert_true(met);
    assert_false(zif_image_line(elf, 0x40000000, &file, &line));
    zif_image_free(elf);
}

static void hex_knows_no_symbols(void **state)
{
    ZifImage *hex = open_sample("hex");
    const char *text;
    uint32_t number;
    unsigned line;
    assert_false(zif_image_symbol(hex, 0x08000000, &text, &number));
    assert_false(zif_image_line(hex, 0x08000000, &text, &line));
    zif_image_free(hex);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hex_of_objcopy_loads_the_bytes_of_the_elf),
        cmocka_unit_test(srec_of_objcopy_loads_the_bytes_of_the_elf),
        cmocka_unit_test(all_three_name_the_same_entry),
        cmocka_unit_test(elf_finds_functions_and_data_by_address),
        cmocka_unit_test(elf_finds_the_source_line_of_an_instruction),
        cmocka_unit_test(hex_knows_no_symbols),
    };
    if (argc != 2) {
        return 2;
    }
    folder = argv[1];
    return cmocka_run_group_tests_name("image sample", tests, NULL, NULL);
}
