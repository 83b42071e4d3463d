/*
 * Every pixel format against a conversion written from the manual's table of field positions, bit by bit. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "st_pixel.h"

/* Where table 52/53 puts each channel of a pixel: lowest bit and width; width 0: there is none. */
typedef struct {
    const char *name;
    unsigned bits;
    struct {
        uint8_t lsb, width;
    } a, r, g, b, l;
} Layout;

static const Layout layouts[] = {
    [ST_ARGB8888] = { "ARGB8888", 32, { 24, 8 }, { 16, 8 }, { 8, 8 }, { 0, 8 }, { 0, 0 } },
    [ST_RGB888] = { "RGB888", 24, { 0, 0 }, { 16, 8 }, { 8, 8 }, { 0, 8 }, { 0, 0 } },
    [ST_RGB565] = { "RGB565", 16, { 0, 0 }, { 11, 5 }, { 5, 6 }, { 0, 5 }, { 0, 0 } },
    [ST_ARGB1555] = { "ARGB1555", 16, { 15, 1 }, { 10, 5 }, { 5, 5 }, { 0, 5 }, { 0, 0 } },
    [ST_ARGB4444] = { "ARGB4444", 16, { 12, 4 }, { 8, 4 }, { 4, 4 }, { 0, 4 }, { 0, 0 } },
    [ST_L8] = { "L8", 8, .l = { 0, 8 } },
    [ST_AL44] = { "AL44", 8, .a = { 4, 4 }, .l = { 0, 4 } },
    [ST_AL88] = { "AL88", 16, .a = { 8, 8 }, .l = { 0, 8 } },
    [ST_L4] = { "L4", 4, .l = { 0, 4 } },
    [ST_A8] = { "A8", 8, .a = { 0, 8 } },
    [ST_A4] = { "A4", 4, .a = { 0, 4 } },
};
enum { FORMATS = sizeof layouts / sizeof layouts[0], PIXELS = 77 };

static unsigned bit(const uint8_t *src, size_t n)
{
    return src[n / 8] >> (n % 8) & 1;
}

/* The channel, its bits repeated from the top downwards until there are eight. */
static unsigned channel(const uint8_t *src, size_t pixel_bit, unsigned lsb, unsigned width)
{
    unsigned v = 0;
    for (unsigned i = 0; i < 8; i++) {
        v = v << 1 | bit(src, pixel_bit + lsb + width - 1 - i % width);
    }
    return v;
}

static uint32_t expected_pixel(unsigned format, const uint8_t *src, unsigned index, const uint32_t *clut)
{
    const Layout *f = &layouts[format];
    size_t at = (size_t)index * f->bits;
    unsigned a = f->a.width ? channel(src, at, f->a.lsb, f->a.width) : 255;
    if (f->r.width) {
        return (uint32_t)a << 24 | channel(src, at, f->r.lsb, f->r.width) << 16 |
               channel(src, at, f->g.lsb, f->g.width) << 8 | channel(src, at, f->b.lsb, f->b.width);
    }
    if (!f->l.width) {
        return (uint32_t)a << 24 | (clut[0] & 0xffffff);
    }
    unsigned l = 0;
    for (unsigned i = 0; i < f->l.width; i++) {
        l |= bit(src, at + f->l.lsb + i) << i;
    }
    uint32_t colour = clut[format == ST_AL44 ? l * 17 : l];
    return f->a.width ? (uint32_t)a << 24 | (colour & 0xffffff) : colour;
}

static uint32_t random_word(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*seed >> 32);
}

static void every_format_expands_as_the_table_of_its_fields_says(void **state)
{
    uint64_t seed = 7;
    uint32_t clut[256], argb[PIXELS];
    uint8_t src[4 * (PIXELS + 4)];
    for (unsigned i = 0; i < 256; i++) {
        clut[i] = random_word(&seed);
    }
    for (unsigned round = 0; round < 400; round++) {
        unsigned format = round % FORMATS, first = random_word(&seed) % 4, n = random_word(&seed) % PIXELS;
        for (unsigned i = 0; i < sizeof src; i++) {
            src[i] = (uint8_t)random_word(&seed);
        }
        memset(argb, 0x5a, sizeof argb);
        st_pixels_expand(format, src, first, clut, argb, n);
        for (unsigned i = 0; i < n; i++) {
            if (argb[i] != expected_pixel(format, src, first + i, clut)) {
                fail_msg("%s pixel %u of %u: %08x, not %08x", layouts[format].name, i, n, argb[i],
                         expected_pixel(format, src, first + i, clut));
            }
        }
        assert_int_equal(argb[n], 0x5a5a5a5a);
    }
}

static void every_value_of_a_short_format_expands_right(void **state)
{
    static uint8_t src[2 * 65536];
    static uint32_t argb[65536], clut[256];
    for (unsigned i = 0; i < 65536; i++) {
        src[2 * i] = (uint8_t)i;
        src[2 * i + 1] = (uint8_t)(i >> 8);
        clut[i & 255] = 0x10203 * (i & 255);
    }
    for (unsigned format = ST_RGB565; format < FORMATS; format++) {
        unsigned n = 16 * 65536 / layouts[format].bits;
        n = n > 65536 ? 65536 : n;
        st_pixels_expand(format, src, 0, clut, argb, n);
        for (unsigned i = 0; i < n; i++) {
            if (argb[i] != expected_pixel(format, src, i, clut)) {
                fail_msg("%s %u: %08x", layouts[format].name, i, argb[i]);
            }
        }
    }
}

static void packing_keeps_the_upper_bits_of_each_channel(void **state)
{
    uint64_t seed = 11;
    for (unsigned round = 0; round < 400; round++) {
        unsigned format = round % (ST_ARGB4444 + 1), n = random_word(&seed) % PIXELS;
        const Layout *f = &layouts[format];
        uint32_t argb[PIXELS];
        uint8_t dst[4 * PIXELS + 4], expected[4 * PIXELS + 4];
        memset(dst, 0, sizeof dst);
        memset(expected, 0, sizeof expected);
        for (unsigned i = 0; i < n; i++) {
            argb[i] = random_word(&seed);
            const struct {
                unsigned top, lsb, width;
            } fields[] = { { 32, f->a.lsb, f->a.width },
                           { 24, f->r.lsb, f->r.width },
                           { 16, f->g.lsb, f->g.width },
                           { 8, f->b.lsb, f->b.width } };
            for (unsigned c = 0; c < 4; c++) {
                for (unsigned k = 1; k <= fields[c].width; k++) {
                    size_t to = (size_t)i * f->bits + fields[c].lsb + fields[c].width - k;
                    expected[to / 8] |= (uint8_t)((argb[i] >> (fields[c].top - k) & 1) << (to % 8));
                }
            }
        }
        st_pixels_pack(format, argb, dst, n);
        assert_memory_equal(dst, expected, sizeof dst);
    }
}

static void what_was_packed_expands_and_packs_to_the_same_bytes(void **state)
{
    static uint8_t src[2 * 65536], again[2 * 65536];
    static uint32_t argb[65536];
    for (unsigned i = 0; i < sizeof src; i++) {
        src[i] = (uint8_t)(i / 2 >> (i % 2 * 8));
    }
    for (unsigned format = ST_ARGB8888; format <= ST_ARGB4444; format++) {
        unsigned n = (unsigned)(sizeof src * 8 / layouts[format].bits);
        memset(again, 0, sizeof again);
        st_pixels_expand(format, src, 0, NULL, argb, n);
        st_pixels_pack(format, argb, again, n);
        assert_memory_equal(src, again, (size_t)n * layouts[format].bits / 8);
    }
}

static void numbers_that_are_no_format_have_no_bits_and_give_nothing(void **state)
{
    uint8_t src[8] = { 1, 2, 3, 4, 5, 6, 7, 8 }, dst[8] = { 9, 9 };
    uint32_t argb[2] = { 1, 1 };
    for (unsigned format = 0; format < FORMATS; format++) {
        assert_int_equal(st_pixel_bits(format), layouts[format].bits);
    }
    for (unsigned format = ST_PIXEL_FORMATS; format < 16; format++) {
        assert_int_equal(st_pixel_bits(format), 0);
        st_pixels_expand(format, src, 1, NULL, argb, 2);
        assert_int_equal(argb[0] | argb[1], 0);
    }
    for (unsigned format = ST_L8; format < 16; format++) {
        st_pixels_pack(format, argb, dst, 2);
        assert_int_equal(dst[0], 9);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_format_expands_as_the_table_of_its_fields_says),
        cmocka_unit_test(every_value_of_a_short_format_expands_right),
        cmocka_unit_test(packing_keeps_the_upper_bits_of_each_channel),
        cmocka_unit_test(what_was_packed_expands_and_packs_to_the_same_bytes),
        cmocka_unit_test(numbers_that_are_no_format_have_no_bits_and_give_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
