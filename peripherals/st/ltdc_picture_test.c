/*
 * LTDC: pictures against a reference that knows nothing of the model: every format by the fields of the manual's table, in plain arithmetic,
 * one pixel at a time; and that drawing only what changed gives what drawing everything gives.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdio.h>
#include <string.h>
#include "ltdc_test.h"

enum { ARGB8888, RGB888, RGB565, ARGB1555, ARGB4444, L8, AL44, AL88, FORMATS };
enum { LEN = 1, COLKEN = 2, CLUTEN = 16 };

static const unsigned bytes_of[FORMATS] = { 4, 3, 2, 2, 2, 1, 1, 2 };

/* --- The reference ---------------------------------------------------------------------------------------------------------- */

/* What a test tells the controller of a layer. */
typedef struct {
    bool on, keyed, clut;
    unsigned format, x, y, width, height, pitch, alpha, bf1, bf2;
    uint32_t address, key, colour;
    uint32_t table[256];
} Shape;

typedef struct {
    uint32_t background;
    Shape layers[2];
} Scene;

/* Bits of a channel, widened by saying them again until there are eight. */
static unsigned widened(uint32_t pixel, unsigned lsb, unsigned bits)
{
    unsigned v = pixel >> lsb & ((1u << bits) - 1), out = 0, have = 0;
    if (bits == 1) {
        return v ? 255 : 0;
    }
    while (have < 8) {
        out = out << bits | v;
        have += bits;
    }
    return out >> (have - 8);
}

static void pixel_of(const Shape *s, const uint8_t *at, double argb[4])
{
    static const struct {
        uint8_t a_lsb, a, r_lsb, r, g_lsb, g, b_lsb, b;
    } fields[FORMATS] = {
        [ARGB8888] = { 24, 8, 16, 8, 8, 8, 0, 8 }, [RGB888] = { 0, 0, 16, 8, 8, 8, 0, 8 },
        [RGB565] = { 0, 0, 11, 5, 5, 6, 0, 5 },    [ARGB1555] = { 15, 1, 10, 5, 5, 5, 0, 5 },
        [ARGB4444] = { 12, 4, 8, 4, 4, 4, 0, 4 },  [L8] = { 0, 0, 0, 8, 0, 8, 0, 8 },
        [AL44] = { 4, 4, 0, 4, 0, 4, 0, 4 },       [AL88] = { 8, 8, 0, 8, 0, 8, 0, 8 },
    };
    uint32_t word = 0;
    for (unsigned i = 0; i < bytes_of[s->format]; i++) {
        word |= (uint32_t)at[i] << 8 * i;
    }
    unsigned a = fields[s->format].a ? widened(word, fields[s->format].a_lsb, fields[s->format].a) : 255;
    unsigned r = widened(word, fields[s->format].r_lsb, fields[s->format].r);
    unsigned g = widened(word, fields[s->format].g_lsb, fields[s->format].g);
    unsigned b = widened(word, fields[s->format].b_lsb, fields[s->format].b);
    if (s->keyed && (r << 16 | g << 8 | b) == s->key) {
        a = r = g = b = 0;
    } else if (s->clut && s->format >= L8) {
        uint32_t colour = s->table[r];
        r = colour >> 16 & 255;
        g = colour >> 8 & 255;
        b = colour & 255;
    }
    argb[0] = a;
    argb[1] = r;
    argb[2] = g;
    argb[3] = b;
}

static unsigned nearest(double x)
{
    return (unsigned)(x + 0.5);
}

static uint32_t expected(const Scene *scene, const uint8_t *ram, unsigned x, unsigned y)
{
    double under[3] = { scene->background >> 16 & 255, scene->background >> 8 & 255, scene->background & 255 };
    for (unsigned n = 0; n < 2; n++) {
        const Shape *s = &scene->layers[n];
        double argb[4] = { s->colour >> 24, s->colour >> 16 & 255, s->colour >> 8 & 255, s->colour & 255 };
        if (s->on && x >= s->x && x < s->x + s->width && y >= s->y && y < s->y + s->height) {
            pixel_of(s, ram + (s->address - ZIF_BENCH_RAM) + (y - s->y) * s->pitch + (x - s->x) * bytes_of[s->format],
                     argb);
        }
        double alpha = nearest(argb[0] * s->alpha / 255);
        double f1 = s->bf1 == 6 ? alpha : s->alpha, f2 = 255 - (s->bf2 == 7 ? alpha : s->alpha);
        for (unsigned c = 0; c < 3; c++) {
            unsigned sum = nearest((argb[1 + c] * f1 + under[c] * f2) / 255);
            under[c] = sum < 255 ? sum : 255;
        }
    }
    return (uint32_t)under[0] << 16 | (uint32_t)under[1] << 8 | (uint32_t)under[2];
}

/* --- Telling the controller --------------------------------------------------------------------------------------------- */

static void tell_layer(ZifDevice *d, unsigned n, const Shape *s)
{
    uint32_t at = layer(n);
    set_layer(d, n, s->format, bytes_of[s->format], s->x, s->y, s->width, s->height, s->address);
    zif_bench_write(d, at + L_CFBLR, s->pitch << 16 | (s->width * bytes_of[s->format] + 3));
    zif_bench_write(d, at + L_CKCR, s->key);
    zif_bench_write(d, at + L_DCCR, s->colour);
    zif_bench_write(d, at + L_CACR, s->alpha);
    zif_bench_write(d, at + L_BFCR, s->bf1 << 8 | s->bf2);
    zif_bench_write(d, at + L_CR, s->on | (s->keyed ? COLKEN : 0) | (s->clut ? CLUTEN : 0));
}

static void tell_clut(ZifDevice *d, unsigned n, const Shape *s)
{
    for (uint32_t i = 0; i < 256; i++) {
        zif_bench_write(d, layer(n) + L_CLUTWR, i << 24 | s->table[i]);
    }
}

static void tell(ZifDevice *d, const Scene *scene)
{
    zif_bench_write(d, R_BCCR, scene->background);
    for (unsigned n = 0; n < 2; n++) {
        tell_layer(d, n, &scene->layers[n]);
    }
    zif_bench_write(d, R_SRCR, IMR);
}

static ZifDevice *running(ZifBench *b)
{
    ZifDevice *d = add_ltdc(b);
    set_frame(d);
    zif_bench_write(d, R_GCR, 1);
    return d;
}

/* Pseudo-random numbers, G. Marsaglia's xorshift. */
static uint32_t noise(uint32_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 17;
    *seed ^= *seed << 5;
    return *seed;
}

static unsigned below(uint32_t *seed, unsigned n)
{
    return noise(seed) % n;
}

static Scene plain_scene(void)
{
    Scene s = { .background = 0x102030 };
    for (unsigned n = 0; n < 2; n++) {
        s.layers[n] = (Shape){ .format = RGB565,
                               .width = WIDTH,
                               .height = HEIGHT,
                               .pitch = WIDTH * 4,
                               .alpha = 255,
                               .bf1 = 6,
                               .bf2 = 7,
                               .address = ZIF_BENCH_RAM + n * 0x4000 };
    }
    s.layers[0].on = true;
    return s;
}

static void fill(ZifBench *b, uint32_t seed)
{
    uint8_t *ram = zif_bench_ram(b);
    for (unsigned i = 0; i < 65536; i++) {
        ram[i] = (uint8_t)noise(&seed);
    }
}

static void assert_shows(ZifDevice *d, const Scene *scene, const uint8_t *ram)
{
    ZifPicture p = { 0 };
    look(d, &p, true);
    assert_int_equal(p.width, WIDTH);
    assert_int_equal(p.height, HEIGHT);
    for (unsigned y = 0; y < HEIGHT; y++) {
        for (unsigned x = 0; x < WIDTH; x++) {
            uint32_t want = expected(scene, ram, x, y), got = p.pixels[y * WIDTH + x];
            if (want != got) {
                fail_msg("pixel %u, %u is %06x, not %06x", x, y, got, want);
            }
        }
    }
    free(p.pixels);
}

/* --- One thing at a time ---------------------------------------------------------------------------------------------------- */

static void every_format_is_converted(void **state)
{
    ZifBench *b = zif_bench_new();
    ZifDevice *d = running(b);
    fill(b, 1);
    for (unsigned format = 0; format < FORMATS; format++) {
        for (unsigned n = 0; n < 2; n++) {
            Scene s = plain_scene();
            s.layers[0].on = n == 0;
            s.layers[1].on = n == 1;
            s.layers[n].format = format;
            tell(d, &s);
            assert_shows(d, &s, zif_bench_ram(b));
        }
    }
    zif_bench_free(b);
}

static void every_16_bit_pixel_is_converted(void **state)
{
    ZifBench *b = zif_bench_new();
    ZifDevice *d = running(b);
    uint16_t *ram = zif_bench_ram(b);
    for (unsigned format = RGB565; format <= AL88; format++) {
        for (unsigned first = 0; first < 65536; first += WIDTH * HEIGHT) {
            Scene s = plain_scene();
            s.layers[0].format = format;
            s.layers[0].pitch = WIDTH * bytes_of[format];
            for (unsigned i = 0; i < WIDTH * HEIGHT; i++) {
                ram[i] = (uint16_t)(first + i);
            }
            tell(d, &s);
            assert_shows(d, &s, zif_bench_ram(b));
        }
    }
    zif_bench_free(b);
}

static void the_clut_gives_colours_and_leaves_alpha(void **state)
{
    ZifBench *b = zif_bench_new();
    ZifDevice *d = running(b);
    uint32_t seed = 2;
    fill(b, 3);
    for (unsigned format = L8; format <= AL88; format++) {
        for (unsigned keyed = 0; keyed < 2; keyed++) {
            Scene s = plain_scene();
            s.layers[0].format = format;
            s.layers[0].clut = true;
            s.layers[0].keyed = keyed;
            s.layers[0].key = 0x111111;
            for (unsigned i = 0; i < 256; i++) {
                s.layers[0].table[i] = noise(&seed) & 0xffffff;
            }
            tell(d, &s);
            tell_clut(d, 0, &s.layers[0]);
            assert_shows(d, &s, zif_bench_ram(b));
        }
    }
    zif_bench_free(b);
}

static void all_blending_factors_and_alphas(void **state)
{
    ZifBench *b = zif_bench_new();
    ZifDevice *d = running(b);
    fill(b, 4);
    for (unsigned i = 0; i < 4; i++) {
        for (unsigned alpha = 0; alpha < 256; alpha += 51) {
            Scene s = plain_scene();
            s.layers[1].on = true;
            s.layers[1].format = ARGB8888;
            s.layers[1].bf1 = i & 1 ? 4 : 6;
            s.layers[1].bf2 = i & 2 ? 5 : 7;
            s.layers[1].alpha = alpha;
            s.layers[0].alpha = 255 - alpha / 2;
            tell(d, &s);
            assert_shows(d, &s, zif_bench_ram(b));
        }
    }
    zif_bench_free(b);
}

static void a_key_makes_pixels_transparent_after_widening(void **state)
{
    ZifBench *b = zif_bench_new();
    ZifDevice *d = running(b);
    uint16_t *ram = zif_bench_ram(b);
    Scene s = plain_scene();
    s.layers[0].keyed = true;
    s.layers[0].key = 0x848200; /* the manual's example: 0x8400 */
    s.layers[0].pitch = WIDTH * 2;
    for (unsigned i = 0; i < WIDTH * HEIGHT; i++) {
        ram[i] = i % 3 ? 0x8400 : 0x8401;
    }
    tell(d, &s);
    assert_shows(d, &s, zif_bench_ram(b));
    ZifPicture p = { 0 };
    look(d, &p, true);
    assert_int_equal(p.pixels[0], 0x848208);
    assert_int_equal(p.pixels[1], 0x102030);
    free(p.pixels);
    zif_bench_free(b);
}

static void the_default_colour_is_outside_the_window_and_instead_of_a_disabled_layer(void **state)
{
    ZifBench *b = zif_bench_new();
    ZifDevice *d = running(b);
    fill(b, 5);
    Scene s = plain_scene();
    s.layers[0] = (Shape){ .on = true,
                           .format = RGB888,
                           .x = 7,
                           .y = 5,
                           .width = 11,
                           .height = 9,
                           .pitch = 50,
                           .alpha = 200,
                           .bf1 = 6,
                           .bf2 = 7,
                           .address = ZIF_BENCH_RAM + 3,
                           .colour = 0x80ff0000 };
    s.layers[1].colour = 0x4000ff00;
    tell(d, &s);
    assert_shows(d, &s, zif_bench_ram(b));
    s.layers[1].bf1 = 4; /* constant alpha: nothing shines through */
    s.layers[1].bf2 = 5;
    tell(d, &s);
    assert_shows(d, &s, zif_bench_ram(b));
    ZifPicture p = { 0 };
    look(d, &p, true);
    assert_int_equal(p.pixels[0], 0x00ff00);
    free(p.pixels);
    zif_bench_free(b);
}

static void a_window_beyond_the_active_area_is_cut(void **state)
{
    ZifBench *b = zif_bench_new();
    ZifDevice *d = running(b);
    uint16_t *ram = zif_bench_ram(b);
    for (unsigned i = 0; i < 20 * 10; i++) {
        ram[i] = (uint16_t)i;
    }
    set_layer(d, 0, RGB565, 2, 0, 0, 20, 10, ZIF_BENCH_RAM);
    zif_bench_write(d, layer(0) + L_WHPCR, (FIRST_X - 4 + 19) << 16 | (FIRST_X - 4));
    zif_bench_write(d, layer(0) + L_WVPCR, (FIRST_Y - 2 + 9) << 16 | (FIRST_Y - 2));
    zif_bench_write(d, R_SRCR, IMR);
    ZifPicture p = { 0 };
    look(d, &p, true);
    Shape shape = { .format = RGB565 };
    double argb[4];
    pixel_of(&shape, (const uint8_t *)&ram[2 * 20 + 4], argb);
    assert_int_equal(p.pixels[0], (uint32_t)argb[1] << 16 | (uint32_t)argb[2] << 8 | (uint32_t)argb[3]);
    assert_int_equal(p.pixels[16], 0);
    free(p.pixels);
    zif_bench_free(b);
}

static void dithering_adds_up_to_three_and_stays_as_it_is(void **state)
{
    ZifBench *b = zif_bench_new();
    ZifDevice *d = running(b);
    zif_bench_write(d, R_BCCR, 0x40fe80);
    zif_bench_write(d, R_GCR, 0x10001);
    ZifPicture p = { 0 }, again = { 0 };
    look(d, &p, true);
    unsigned seen[3][4] = { 0 };
    for (unsigned i = 0; i < WIDTH * HEIGHT; i++) {
        unsigned r = (p.pixels[i] >> 16) - 0x40, g = (p.pixels[i] >> 8 & 255) - 0xfe, blue = (p.pixels[i] & 255) - 0x80;
        assert_true(r < 4 && g < 2 && blue < 4);
        seen[0][r]++;
        seen[1][g]++;
        seen[2][blue]++;
    }
    for (unsigned v = 0; v < 4; v++) { /* a quarter each, roughly */
        assert_in_range(seen[0][v], WIDTH * HEIGHT / 5, WIDTH * HEIGHT / 3);
        assert_in_range(seen[2][v], WIDTH * HEIGHT / 5, WIDTH * HEIGHT / 3);
    }
    zif_bench_run(b, ZIF_SEC);
    look(d, &again, true);
    assert_memory_equal(p.pixels, again.pixels, WIDTH * HEIGHT * 4);
    free(p.pixels);
    free(again.pixels);
    zif_bench_free(b);
}

static void what_cfbll_and_cfblnr_do_not_let_through_is_0(void **state)
{
    ZifBench *b = zif_bench_new();
    ZifDevice *d = running(b);
    memset(zif_bench_ram(b), 0xff, 65536);
    set_layer(d, 0, RGB565, 2, 0, 0, WIDTH, HEIGHT, ZIF_BENCH_RAM);
    zif_bench_write(d, layer(0) + L_CFBLR, (WIDTH * 2) << 16 | (10 * 2 + 3));
    zif_bench_write(d, layer(0) + L_CFBLNR, 4);
    zif_bench_write(d, R_SRCR, IMR);
    ZifPicture p = { 0 };
    look(d, &p, true);
    assert_int_equal(p.pixels[9], 0xffffff);
    assert_int_equal(p.pixels[10], 0);
    assert_int_equal(p.pixels[3 * WIDTH], 0xffffff);
    assert_int_equal(p.pixels[4 * WIDTH], 0);
    free(p.pixels);
    zif_bench_free(b);
}

/* --- Frames ------------------------------------------------------------------------------------------------------------------- */

static void there_is_no_picture_until_the_beam_runs(void **state)
{
    ZifBench *b = zif_bench_new();
    ZifDevice *d = add_ltdc(b);
    const ZifDisplaySource *source = zif_display_source(d);
    unsigned width, height;
    set_frame(d);
    source->size(d, &width, &height);
    assert_int_equal(width + height, 0);
    assert_true(source->next_frame(d, 0) == ZIF_TIME_NEVER);
    zif_bench_write(d, R_GCR, 1);
    source->size(d, &width, &height);
    assert_int_equal(width, WIDTH);
    assert_int_equal(height, HEIGHT);
    zif_bench_clock(d, 1, 0);
    source->size(d, &width, &height);
    assert_int_equal(width + height, 0);
    zif_bench_free(b);
}

static void frames_end_where_blanking_begins(void **state)
{
    ZifBench *b = zif_bench_new();
    ZifDevice *d = running(b);
    const ZifDisplaySource *source = zif_display_source(d);
    ZifTime first = (ZifTime)(FIRST_Y + HEIGHT) * COLUMNS * PIXEL, frame = (ZifTime)COLUMNS * LINES * PIXEL;
    assert_true(source->next_frame(d, zif_bench_now(b)) == first);
    assert_true(source->next_frame(d, first - 1) == first);
    assert_true(source->next_frame(d, first) == first + frame);
    zif_bench_free(b);
}

/* --- Only what changed ---------------------------------------------------------------------------------------------------- */

static void store(ZifDevice *d, uint32_t address, const void *bytes, unsigned n)
{
    address_space_write(zif_bus(d), address, MEMTXATTRS_UNSPECIFIED, bytes, (int)n);
}

static void rows_that_changed_are_drawn_and_no_others(void **state)
{
    ZifBench *b = zif_bench_new();
    ZifDevice *d = running(b);
    Scene s = plain_scene();
    ZifPicture p = { 0 };
    tell(d, &s);
    zif_display_source(d)->watch(d, true);
    look(d, &p, true);
    assert_int_equal(p.first, 0);
    assert_int_equal(p.last, HEIGHT - 1);
    look(d, &p, false);
    assert_true(p.first > p.last);
    store(d, ZIF_BENCH_RAM + 5 * WIDTH * 4 + 6, "ab", 2);
    look(d, &p, false);
    assert_int_equal(p.first, 5);
    assert_int_equal(p.last, 5);
    assert_int_equal(p.pixels[5 * WIDTH + 3], expected(&s, zif_bench_ram(b), 3, 5));
    store(d, ZIF_BENCH_RAM + 5 * WIDTH * 4 + 6, "ab", 2); /* as it was */
    look(d, &p, false);
    assert_true(p.first > p.last);
    store(d, ZIF_BENCH_RAM + 0x8000, "ab", 2); /* elsewhere */
    look(d, &p, false);
    assert_true(p.first > p.last);
    zif_display_source(d)->watch(d, false);
    free(p.pixels);
    zif_bench_free(b);
}

static void buffers_that_take_turns_are_drawn_where_they_differ(void **state)
{
    ZifBench *b = zif_bench_new();
    ZifDevice *d = running(b);
    Scene s = plain_scene();
    ZifPicture p = { 0 };
    tell(d, &s);
    zif_display_source(d)->watch(d, true);
    look(d, &p, true);
    store(d, ZIF_BENCH_RAM + 0x4000 + 7 * WIDTH * 4, "xyz", 3);
    look(d, &p, false);
    assert_true(p.first > p.last);
    zif_bench_write(d, layer(0) + L_CFBAR, ZIF_BENCH_RAM + 0x4000);
    zif_bench_write(d, R_SRCR, IMR);
    look(d, &p, false);
    assert_int_equal(p.first, 7);
    assert_int_equal(p.last, 7);
    s.layers[0].address = ZIF_BENCH_RAM + 0x4000;
    assert_shows(d, &s, zif_bench_ram(b));
    zif_display_source(d)->watch(d, false);
    free(p.pixels);
    zif_bench_free(b);
}

static void two_who_look_both_see_every_change(void **state)
{
    ZifBench *b = zif_bench_new();
    ZifDevice *d = running(b);
    Scene s = plain_scene();
    ZifPicture p = { 0 }, q = { 0 };
    s.layers[1].on = true; /* in the same region, too */
    s.layers[1].alpha = 100;
    tell(d, &s);
    zif_display_source(d)->watch(d, true);
    zif_display_source(d)->watch(d, true);
    look(d, &p, true);
    look(d, &q, true);
    store(d, ZIF_BENCH_RAM + 3 * WIDTH * 4, "pq", 2);
    look(d, &p, false);
    assert_int_equal(p.first, 3);
    store(d, ZIF_BENCH_RAM + 0x4000 + 9 * WIDTH * 4, "pq", 2);
    look(d, &q, false);
    assert_int_equal(q.first, 3);
    assert_int_equal(q.last, 9);
    zif_display_source(d)->watch(d, false);
    look(d, &p, false);
    assert_int_equal(p.first, 9);
    assert_int_equal(p.last, 9);
    assert_memory_equal(p.pixels, q.pixels, WIDTH * HEIGHT * 4);
    zif_display_source(d)->watch(d, false);
    free(p.pixels);
    free(q.pixels);
    zif_bench_free(b);
}

static MemoryRegion *ram_region(ZifDevice *d)
{
    hwaddr at, len = 4;
    return address_space_translate(zif_bus(d), ZIF_BENCH_RAM, &at, &len, false, MEMTXATTRS_UNSPECIFIED);
}

static void memory_is_logged_only_while_somebody_looks(void **state)
{
    ZifBench *b = zif_bench_new();
    ZifDevice *d = running(b);
    Scene s = plain_scene();
    ZifPicture p = { 0 };
    tell(d, &s);
    look(d, &p, true); /* once, in passing */
    assert_false(memory_region_is_logging(ram_region(d), DIRTY_MEMORY_VGA));
    zif_display_source(d)->watch(d, true);
    look(d, &p, false);
    assert_true(memory_region_is_logging(ram_region(d), DIRTY_MEMORY_VGA));
    zif_display_source(d)->watch(d, false);
    assert_false(memory_region_is_logging(ram_region(d), DIRTY_MEMORY_VGA));
    store(d, ZIF_BENCH_RAM + 4 * WIDTH * 4, "mn", 2); /* while nobody looks */
    zif_display_source(d)->watch(d, true);
    look(d, &p, false);
    assert_int_equal(p.first, 4);
    zif_display_source(d)->watch(d, false);
    free(p.pixels);
    zif_bench_free(b);
}

static void a_framebuffer_may_straddle_regions_and_holes(void **state)
{
    ZifBench *b = zif_bench_new();
    ZifDevice *d = running(b);
    static uint8_t more[65536];
    Scene s = plain_scene();
    ZifPicture p = { 0 }, all = { 0 };
    s.layers[0].pitch = WIDTH * 2;
    s.layers[0].address = ZIF_BENCH_RAM + 65536 - 5 * WIDTH * 2 - 8; /* the border is inside a line */
    fill(b, 6);
    tell(d, &s);
    zif_display_source(d)->watch(d, true);
    look(d, &p, true);
    assert_int_equal(p.pixels[10 * WIDTH], 0); /* nothing there: 0 */
    MemoryRegion mr;
    memory_region_init_ram_ptr(&mr, NULL, "more", sizeof more, more);
    memory_region_add_subregion(zif_bus(d)->root, ZIF_BENCH_RAM + 65536, &mr);
    for (unsigned round = 0; round < 3; round++) {
        if (round == 1) {
            store(d, ZIF_BENCH_RAM + 65536 + 4 * WIDTH * 2, "abcdef", 6);
        } else if (round == 2) {
            memory_region_del_subregion(zif_bus(d)->root, &mr);
        }
        look(d, &p, false);
        look(d, &all, true);
        assert_memory_equal(p.pixels, all.pixels, WIDTH * HEIGHT * 4);
    }
    assert_int_equal(p.pixels[10 * WIDTH], 0);
    zif_display_source(d)->watch(d, false);
    zif_bench_write(d, layer(0) + L_CR, 0);
    zif_bench_write(d, R_SRCR, IMR);
    zif_memory_region_finalize(&mr);
    free(p.pixels);
    free(all.pixels);
    zif_bench_free(b);
}

/* Any change whatever: stores of other masters, registers, tables, buffers, snapshots, time. */
static void change_something(ZifBench *b, ZifDevice *d, Scene *s, uint32_t *seed, void **saved, Scene *saved_scene)
{
    Shape *shape = &s->layers[below(seed, 2)];
    uint8_t bytes[64];
    size_t size;
    switch (below(seed, 14)) {
    case 0:
        shape->on = !shape->on;
        break;
    case 1:
        shape->format = below(seed, FORMATS);
        break;
    case 2:
        shape->x = below(seed, WIDTH - 1);
        shape->y = below(seed, HEIGHT - 1);
        shape->width = 1 + below(seed, WIDTH - shape->x);
        shape->height = 1 + below(seed, HEIGHT - shape->y);
        break;
    case 3:
        shape->address = ZIF_BENCH_RAM + below(seed, 0x8000);
        break;
    case 4:
        shape->pitch = WIDTH * 4 + below(seed, 64);
        break;
    case 5:
        shape->alpha = below(seed, 256);
        shape->bf1 = below(seed, 2) ? 4 : 6;
        shape->bf2 = below(seed, 2) ? 5 : 7;
        break;
    case 6:
        shape->keyed = below(seed, 2);
        shape->key = below(seed, 2) ? 0 : 0xffffff;
        shape->colour = noise(seed);
        break;
    case 7:
        s->background = noise(seed) & 0xffffff;
        break;
    case 8: {
        uint32_t i = below(seed, 256);
        shape->clut = below(seed, 2);
        shape->table[i] = noise(seed) & 0xffffff;
        zif_bench_write(d, layer(shape != s->layers) + L_CLUTWR, i << 24 | shape->table[i]);
        break;
    }
    case 9:
        zif_bench_run(b, below(seed, 4000) * (ZifTime)PIXEL);
        return;
    case 10:
        if (!*saved) {
            *saved = zif_bench_save(d, &size);
            *saved_scene = *s;
        } else {
            zif_bench_restore(d, *saved);
            *s = *saved_scene;
            free(*saved);
            *saved = NULL;
        }
        return;
    default: /* memory only */
        for (unsigned i = 0; i < sizeof bytes; i++) {
            bytes[i] = (uint8_t)(below(seed, 4) ? noise(seed) : 0);
        }
        store(d, ZIF_BENCH_RAM + below(seed, 65536 - 64), bytes, 1 + below(seed, 64));
        return;
    }
    tell(d, s);
}

static void drawing_what_changed_is_drawing_everything(void **state)
{
    for (uint32_t round = 1; round <= 6; round++) {
        ZifBench *b = zif_bench_new();
        ZifDevice *d = running(b);
        uint32_t seed = round * 7919;
        printf("seed %u\n", seed);
        Scene *s = malloc(sizeof *s), *saved_scene = malloc(sizeof *s);
        void *saved = NULL;
        ZifPicture p = { 0 }, q = { 0 };
        *s = plain_scene();
        fill(b, seed);
        tell(d, s);
        tell_clut(d, 0, &s->layers[0]);
        tell_clut(d, 1, &s->layers[1]);
        zif_display_source(d)->watch(d, true);
        look(d, &p, true);
        for (unsigned step = 0; step < 400; step++) {
            for (unsigned n = below(&seed, 3); n < 3; n++) {
                change_something(b, d, s, &seed, &saved, saved_scene);
            }
            look(d, &p, false);
            if (step % 5 == 0) {
                look(d, &q, below(&seed, 2));
            }
            for (unsigned i = 0; i < WIDTH * HEIGHT; i++) {
                uint32_t want = expected(s, zif_bench_ram(b), i % WIDTH, i / WIDTH);
                if (p.pixels[i] != want || (step % 5 == 0 && q.pixels[i] != want)) {
                    fail_msg("round %u, step %u: pixel %u, %u is %06x, not %06x", round, step, i % WIDTH, i / WIDTH,
                             p.pixels[i], want);
                }
            }
        }
        zif_display_source(d)->watch(d, false);
        free(saved);
        free(saved_scene);
        free(s);
        free(p.pixels);
        free(q.pixels);
        zif_bench_free(b);
    }
}

/* Any value in any register, at any time. */
static void registers_of_any_value_show_what_redrawing_shows(void **state)
{
    for (uint32_t round = 1; round <= 8; round++) {
        ZifBench *b = zif_bench_new();
        ZifDevice *d = running(b);
        uint32_t seed = round * 104729;
        ZifPicture p = { 0 }, q = { 0 };
        size_t size;
        printf("seed %u\n", seed);
        fill(b, seed);
        zif_display_source(d)->watch(d, true);
        for (unsigned step = 0; step < 300; step++) {
            uint32_t slot = below(&seed, 0x148 / 4) * 4, value = noise(&seed);
            value = below(&seed, 3) ? value & 0x001f001f : value;
            switch (below(&seed, 11)) {
            case 0:
                zif_bench_run(b, below(&seed, 2000) * (ZifTime)PIXEL);
                break;
            case 1:
                zif_bench_clock(d, 1, below(&seed, 4) ? PIXEL_HZ : 0);
                break;
            case 2:
                store(d, ZIF_BENCH_RAM + below(&seed, 65536 - 4), &value, 4);
                break;
            case 3:
                zif_bench_write(d, layer(below(&seed, 2)) + L_CFBAR, ZIF_BENCH_RAM + below(&seed, 70000));
                break;
            case 4:
                zif_bench_write(d, R_SRCR, 1 + below(&seed, 2));
                break;
            case 5:
                set_frame(d);
                zif_bench_write(d, R_GCR, 1);
                break;
            default:
                zif_bench_write(d, slot, value);
                zif_bench_read(d, slot);
                break;
            }
            look(d, &p, false);
            if (below(&seed, 4)) {
                continue;
            }
            void *saved = zif_bench_save(d, &size); /* what was drawn is forgotten */
            zif_bench_restore(d, saved);
            free(saved);
            look(d, &q, true);
            assert_int_equal(p.width, q.width);
            assert_int_equal(p.height, q.height);
            if (p.height && memcmp(p.pixels, q.pixels, (size_t)p.width * p.height * sizeof *p.pixels)) {
                fail_msg("round %u, step %u: the pictures differ", round, step);
            }
        }
        zif_display_source(d)->watch(d, false);
        free(p.pixels);
        free(q.pixels);
        zif_bench_free(b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_format_is_converted),
        cmocka_unit_test(every_16_bit_pixel_is_converted),
        cmocka_unit_test(the_clut_gives_colours_and_leaves_alpha),
        cmocka_unit_test(all_blending_factors_and_alphas),
        cmocka_unit_test(a_key_makes_pixels_transparent_after_widening),
        cmocka_unit_test(the_default_colour_is_outside_the_window_and_instead_of_a_disabled_layer),
        cmocka_unit_test(a_window_beyond_the_active_area_is_cut),
        cmocka_unit_test(dithering_adds_up_to_three_and_stays_as_it_is),
        cmocka_unit_test(what_cfbll_and_cfblnr_do_not_let_through_is_0),
        cmocka_unit_test(there_is_no_picture_until_the_beam_runs),
        cmocka_unit_test(frames_end_where_blanking_begins),
        cmocka_unit_test(rows_that_changed_are_drawn_and_no_others),
        cmocka_unit_test(buffers_that_take_turns_are_drawn_where_they_differ),
        cmocka_unit_test(two_who_look_both_see_every_change),
        cmocka_unit_test(memory_is_logged_only_while_somebody_looks),
        cmocka_unit_test(a_framebuffer_may_straddle_regions_and_holes),
        cmocka_unit_test(drawing_what_changed_is_drawing_everything),
        cmocka_unit_test(registers_of_any_value_show_what_redrawing_shows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
