/* Pictures to PNG files and back, and how pictures differ. SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <png.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zif/png.h>

static ZifPicture *pattern(unsigned width, unsigned height)
{
    ZifPicture *p = zif_picture_new(width, height);
    for (unsigned i = 0; i < width * height; i++) {
        p->pixels[i] = i * 2654435761u & 0xffffff;
    }
    return p;
}

static char *slurp(const char *path, size_t *size)
{
    char *bytes = malloc(1 << 20);
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    *size = fread(bytes, 1, 1 << 20, f);
    fclose(f);
    return bytes;
}

static void a_written_picture_reads_back(void **state)
{
    ZifPicture *p = pattern(37, 19);
    assert_true(zif_png_write("png_test.png", p, &error_fatal));
    ZifPicture *q = zif_png_read("png_test.png", &error_fatal);
    assert_true(zif_picture_same(p, q, 0, NULL));
    unlink("png_test.png");
    zif_picture_free(q);
    zif_picture_free(p);
}

static void the_same_picture_gives_the_same_bytes(void **state)
{
    ZifPicture *p = pattern(64, 48);
    size_t n[2];
    char *bytes[2];
    for (unsigned i = 0; i < 2; i++) {
        assert_true(zif_png_write("png_test.png", p, &error_fatal));
        bytes[i] = slurp("png_test.png", &n[i]);
    }
    assert_int_equal(n[0], n[1]);
    assert_memory_equal(bytes[0], bytes[1], n[0]);
    unlink("png_test.png");
    free(bytes[0]);
    free(bytes[1]);
    zif_picture_free(p);
}

static void expect_error(Error *err, const char *part)
{
    assert_non_null(err);
    assert_null(strchr(error_get_pretty(err), '\n'));
    if (!strstr(error_get_pretty(err), part)) {
        fail_msg("'%s' does not say '%s'", error_get_pretty(err), part);
    }
    error_free(err);
}

static void every_truncation_is_one_sentence(void **state)
{
    ZifPicture *p = pattern(16, 16);
    size_t size;
    assert_true(zif_png_write("png_test.png", p, &error_fatal));
    char *bytes = slurp("png_test.png", &size);
    for (size_t n = 0; n + 12 < size; n++) { /* but for the end chunk, which nobody needs */
        Error *err = NULL;
        char *cut = malloc(n + 1); /* so that a read behind its end is seen */
        memcpy(cut, bytes, n);
        assert_null(zif_png_parse(cut, n, &err));
        expect_error(err, "PNG");
        free(cut);
    }
    unlink("png_test.png");
    free(bytes);
    zif_picture_free(p);
}

/* A file with a header of this size and nothing in it. */
static void a_huge_picture_is_refused_by_its_header(void **state)
{
    uint8_t file[33] = "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\xff\xff\0\0\xff\xff\x08\x02\0\0\0";
    uint32_t crc = 0xffffffff; /* of the header chunk */
    for (unsigned i = 12; i < 29; i++) {
        crc ^= file[i];
        for (unsigned bit = 0; bit < 8; bit++) {
            crc = crc & 1 ? crc >> 1 ^ 0xedb88320 : crc >> 1;
        }
    }
    for (unsigned i = 0; i < 4; i++) {
        file[29 + i] = (uint8_t)(~crc >> (24 - 8 * i));
    }
    Error *err = NULL;
    uint8_t whole[33 + 12] = { 0 };
    memcpy(whole, file, 33);
    memcpy(whole + 37, "IDAT", 4);
    assert_null(zif_png_parse(whole, sizeof whole, &err));
    expect_error(err, "65535");
}

static void read_format(png_uint_32 format, const void *levels, unsigned row, const void *map, unsigned entries,
                        const uint32_t expected[2])
{
    png_image image = { .version = PNG_IMAGE_VERSION, .width = 2, .height = 1, .format = format };
    image.colormap_entries = entries;
    uint8_t file[4096];
    png_alloc_size_t size = sizeof file;
    assert_true(png_image_write_to_memory(&image, file, &size, 0, levels, (int)row, map));
    ZifPicture *p = zif_png_parse(file, size, &error_fatal);
    assert_int_equal(p->pixels[0], expected[0]);
    assert_int_equal(p->pixels[1], expected[1]);
    zif_picture_free(p);
}

static void every_kind_of_png_is_read(void **state)
{
    read_format(PNG_FORMAT_GRAY, "\x40\xff", 2, NULL, 0, (uint32_t[]){ 0x404040, 0xffffff });
    read_format(PNG_FORMAT_RGBA, "\x10\x20\x30\xff\x10\x20\x30\0", 8, NULL, 0, (uint32_t[]){ 0x102030, 0 });
    read_format(PNG_FORMAT_RGB_COLORMAP, "\1\0", 2, "\1\2\3\xfe\xdc\xba", 2, (uint32_t[]){ 0xfedcba, 0x010203 });
    read_format(PNG_FORMAT_LINEAR_RGB, (uint16_t[]){ 65535, 0, 0, 0, 0, 65535 }, 6, NULL, 0,
                (uint32_t[]){ 0xff0000, 0x0000ff });
}

static void an_interlaced_png_is_read(void **state)
{
    /* 3 x 3 in seven passes, written by the full interface */
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    png_infop info = png_create_info_struct(png);
    FILE *f = fopen("png_test.png", "wb");
    uint8_t levels[3][9] = { { 1, 2, 3, 4, 5, 6, 7, 8, 9 }, { 11, 12, 13 }, { 21, 22, 23, 24 } };
    uint8_t *rows[3] = { levels[0], levels[1], levels[2] };
    png_init_io(png, f);
    png_set_IHDR(png, info, 3, 3, 8, PNG_COLOR_TYPE_RGB, PNG_INTERLACE_ADAM7, 0, 0);
    png_set_sRGB(png, info, PNG_sRGB_INTENT_PERCEPTUAL);
    png_write_info(png, info);
    png_write_image(png, rows);
    png_write_end(png, info);
    png_destroy_write_struct(&png, &info);
    fclose(f);
    ZifPicture *p = zif_png_read("png_test.png", &error_fatal);
    for (unsigned i = 0; i < 9; i++) {
        const uint8_t *at = &levels[i / 3][i % 3 * 3];
        assert_int_equal(p->pixels[i], at[0] << 16 | at[1] << 8 | at[2]);
    }
    zif_picture_free(p);
    unlink("png_test.png");
}

static void what_cannot_be_read_or_written_is_named(void **state)
{
    Error *err = NULL;
    ZifPicture *p = pattern(1, 1), off = { 0 };
    assert_null(zif_png_read("no_such.png", &err));
    expect_error(err, "no_such.png");
    err = NULL;
    assert_false(zif_png_write("no/such/folder.png", p, &err));
    expect_error(err, "no/such/folder.png");
    err = NULL;
    assert_false(zif_png_write("png_test.png", &off, &err));
    expect_error(err, "shows nothing");
    assert_int_equal(access("png_test.png", F_OK), -1);
    zif_picture_free(p);
}

static void a_difference_has_a_box_and_a_size(void **state)
{
    ZifPicture *a = pattern(20, 10), *b = pattern(20, 10);
    ZifPictureDifference how;
    char words[256];
    assert_true(zif_picture_same(a, b, 0, &how));
    a->pixels[3 * 20 + 5] = 0x102030;
    b->pixels[3 * 20 + 5] = 0x102031;
    a->pixels[7 * 20 + 15] = 0x800000;
    b->pixels[7 * 20 + 15] = 0x780000;
    assert_false(zif_picture_same(a, b, 0, &how));
    zif_picture_words(&how, a, b, words, sizeof words);
    assert_string_equal(words, "2 of 200 pixels differ, by at most 8 of 255, within columns 5 to 15 and rows 3 to 7");
    assert_false(zif_picture_same(a, b, 7, &how));
    assert_int_equal(how.pixels, 1);
    assert_true(zif_picture_same(a, b, 8, NULL));
    ZifPicture *d = zif_picture_difference(a, b, 0);
    assert_true(d->pixels[3 * 20 + 5] >> 16 > 0x50);
    assert_int_equal(d->pixels[0] >> 16, d->pixels[0] & 0xff); /* grey */
    zif_picture_free(d);
    zif_picture_free(a);
    zif_picture_free(b);
}

static void other_sizes_are_said(void **state)
{
    ZifPicture *a = pattern(2, 3), *b = pattern(3, 2), off = { 0 };
    ZifPictureDifference how;
    char words[256];
    assert_false(zif_picture_same(a, b, 255, &how));
    assert_string_equal(zif_picture_words(&how, a, b, words, sizeof words), "the picture is 2 by 3 pixels, not 3 by 2");
    assert_false(zif_picture_same(&off, b, 255, &how));
    assert_string_equal(zif_picture_words(&how, &off, b, words, sizeof words), "the display shows nothing");
    zif_picture_free(a);
    zif_picture_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_written_picture_reads_back),
        cmocka_unit_test(the_same_picture_gives_the_same_bytes),
        cmocka_unit_test(every_truncation_is_one_sentence),
        cmocka_unit_test(a_huge_picture_is_refused_by_its_header),
        cmocka_unit_test(every_kind_of_png_is_read),
        cmocka_unit_test(an_interlaced_png_is_read),
        cmocka_unit_test(what_cannot_be_read_or_written_is_named),
        cmocka_unit_test(a_difference_has_a_box_and_a_size),
        cmocka_unit_test(other_sizes_are_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
