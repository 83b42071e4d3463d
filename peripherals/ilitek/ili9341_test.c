/* Tests of the ILI9341 and of the buses it is written through. SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include "../generic/part_test.h"
#include "dcs.h"

enum { WINDOW = 0x60000000, DATA = 1 << 16 };
enum { RED = 0xF800, GREEN = 0x07E0, BLUE = 0x001F };

static uint32_t pixels[DCS_COLUMNS * DCS_ROWS];
static ZifPicture picture;

static void command(ZifDevice *d, uint8_t code)
{
    zif_bench_drive(d, "dc", 0, 0);
    d->cls->spi->transfer(d, code);
    zif_bench_drive(d, "dc", 0, 1);
}

static uint8_t data(ZifDevice *d, uint8_t byte)
{
    return d->cls->spi->transfer(d, byte);
}

static void send(ZifDevice *d, uint8_t code, const uint8_t *bytes, unsigned n)
{
    command(d, code);
    for (unsigned i = 0; i < n; i++) {
        data(d, bytes[i]);
    }
}

static void window(ZifDevice *d, unsigned x, unsigned y, unsigned width, unsigned height)
{
    unsigned right = x + width - 1, bottom = y + height - 1;
    send(d, CASET, BYTES((uint8_t)(x >> 8), (uint8_t)x, (uint8_t)(right >> 8), (uint8_t)right));
    send(d, PASET, BYTES((uint8_t)(y >> 8), (uint8_t)y, (uint8_t)(bottom >> 8), (uint8_t)bottom));
    command(d, RAMWR);
}

static void fill(ZifDevice *d, unsigned n, uint16_t colour)
{
    while (n--) {
        data(d, (uint8_t)(colour >> 8));
        data(d, (uint8_t)colour);
    }
}

/* Awake, on, upright, 16 bits, black. */
static ZifDevice *add_with(void **state, const ZifBenchProp *props)
{
    ZifDevice *d = zif_bench_add(*state, "ili9341", props);
    zif_bench_run(*state, 5 * ZIF_MS);
    command(d, SLPOUT);
    zif_bench_run(*state, 120 * ZIF_MS);
    send(d, COLMOD, BYTES(0x55));
    send(d, MADCTL, BYTES(0x48));
    command(d, DISPON);
    window(d, 0, 0, 240, 320);
    fill(d, 240 * 320, 0);
    return d;
}

static ZifDevice *add(void **state)
{
    return add_with(state, NULL);
}

static void draw(ZifDevice *d, bool all)
{
    picture.pixels = pixels;
    d->cls->display->size(d, &picture.width, &picture.height);
    d->cls->display->draw(d, &picture, all);
}

static uint32_t seen(ZifDevice *d, unsigned x, unsigned y)
{
    draw(d, true);
    return pixels[y * picture.width + x];
}

static unsigned count(uint32_t colour)
{
    unsigned n = 0;
    for (unsigned i = 0; i < DCS_COLUMNS * DCS_ROWS; i++) {
        n += pixels[i] == colour;
    }
    return n;
}

static void what_is_written_to_a_window_is_seen_there(void **state)
{
    ZifDevice *d = add(state);
    window(d, 10, 20, 2, 2);
    fill(d, 1, RED);
    fill(d, 1, GREEN);
    fill(d, 1, BLUE);
    fill(d, 1, 0xFFFF);
    assert_int_equal(seen(d, 10, 20), 0xff0000);
    assert_int_equal(seen(d, 11, 20), 0x00ff00);
    assert_int_equal(seen(d, 10, 21), 0x0000ff);
    assert_int_equal(seen(d, 11, 21), 0xffffff);
    assert_int_equal(count(0), 240 * 320 - 4);
    assert_int_equal(zif_bench_nreports(*state), 0);
}

static void past_its_end_a_window_begins_again_or_takes_nothing(void **state)
{
    ZifDevice *d = add(state);
    window(d, 0, 0, 2, 1);
    fill(d, 3, RED);
    fill(d, 1, BLUE);
    assert_int_equal(seen(d, 0, 0), 0xff0000);
    assert_int_equal(seen(d, 1, 0), 0x0000ff);
    send(d, 0xF6, BYTES(0, 0, 0));
    window(d, 0, 0, 2, 1);
    fill(d, 2, RED);
    fill(d, 2, BLUE);
    assert_int_equal(seen(d, 0, 0), 0xff0000);
    assert_int_equal(seen(d, 1, 0), 0xff0000);
}

static void writing_continues_where_it_stopped(void **state)
{
    ZifDevice *d = add(state);
    window(d, 5, 5, 3, 1);
    fill(d, 1, RED);
    command(d, NOP);
    command(d, RAMWRC);
    fill(d, 1, GREEN);
    assert_int_equal(seen(d, 6, 5), 0x00ff00);
    command(d, RAMWR);
    fill(d, 1, BLUE);
    assert_int_equal(seen(d, 5, 5), 0x0000ff);
}

static void eighteen_bits_come_in_three_bytes(void **state)
{
    ZifDevice *d = add(state);
    send(d, COLMOD, BYTES(0x66));
    window(d, 0, 0, 2, 1);
    for (unsigned i = 0; i < 6; i++) {
        data(d, (const uint8_t[]){ 0x84, 0x40, 0xFC, 0xFF, 0x00, 0x04 }[i]);
    }
    assert_int_equal(seen(d, 0, 0), 0x8641ff);
    assert_int_equal(seen(d, 1, 0), 0xff0004);
}

static void madctl_says_where_a_column_and_a_page_are(void **state)
{
    static const struct {
        uint8_t madctl;
        unsigned x, y; /* of column 1, page 2 */
    } cases[] = { { 0x48, 1, 2 },   { 0x08, 238, 2 }, { 0xC8, 1, 317 },   { 0x88, 238, 317 },
                  { 0x28, 237, 1 }, { 0x68, 2, 1 },   { 0xA8, 237, 318 }, { 0xE8, 2, 318 } };
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        ZifDevice *d = add(state);
        send(d, MADCTL, BYTES(cases[i].madctl));
        window(d, 1, 2, 1, 1);
        fill(d, 1, RED);
        assert_int_equal(seen(d, cases[i].x, cases[i].y), 0xff0000);
    }
    assert_int_equal(zif_bench_nreports(*state), 0);
}

static void rotation_is_how_the_glass_is_mounted(void **state)
{
    static const uint8_t written[] = { 0x48, 0x28, 0x88, 0xE8 }; /* by Zephyr's driver */
    for (unsigned i = 0; i < 4; i++) {
        ZifDevice *d = add_with(state, PROPS(PROP("rotation", 90 * i)));
        send(d, MADCTL, BYTES(written[i]));
        window(d, 3, 4, 1, 1);
        fill(d, 1, RED);
        assert_int_equal(seen(d, 3, 4), 0xff0000);
        assert_int_equal(picture.width, i % 2 ? 320 : 240);
    }
}

static void the_wrong_order_of_colours_swaps_red_and_blue_at_once(void **state)
{
    ZifDevice *d = add(state);
    window(d, 0, 0, 1, 1);
    fill(d, 1, RED);
    send(d, MADCTL, BYTES(0x40));
    assert_int_equal(seen(d, 0, 0), 0x0000ff);
}

static void inversion_idle_mode_and_darkness(void **state)
{
    ZifDevice *d = add_with(state, PROPS(PROP("led-gpios", 1)));
    window(d, 0, 0, 1, 1);
    fill(d, 1, 0x8000);
    assert_int_equal(seen(d, 0, 0), 0x860000);
    command(d, IDMON);
    assert_int_equal(seen(d, 0, 0), 0xff0000);
    command(d, DINVON);
    assert_int_equal(seen(d, 0, 0), 0x00ffff);
    command(d, DISPOFF);
    assert_int_equal(seen(d, 0, 0), 0xffffff);
    zif_bench_drive(d, "led", 0, 1);
    zif_bench_drive(d, "led", 0, 0);
    assert_int_equal(seen(d, 0, 0), 0);
}

static void vertical_scrolling_moves_the_lines_of_its_area(void **state)
{
    ZifDevice *d = add(state);
    window(d, 0, 0, 1, 320);
    for (unsigned y = 0; y < 320; y++) {
        fill(d, 1, (uint16_t)(y / 8)); /* 8 lines of each blue */
    }
    send(d, VSCRDEF, BYTES(0, 16, 1, 32, 0, 16));
    send(d, VSCRSADD, BYTES(0, 16 + 8));
    assert_int_equal(seen(d, 0, 8) & 0xff, seen(d, 0, 15) & 0xff);
    assert_int_equal(seen(d, 0, 8) >> 3 & 31, 1);
    assert_int_equal(seen(d, 0, 16) >> 3 & 31, 3);
    assert_int_equal(seen(d, 0, 303) >> 3 & 31, 2);
    command(d, NORON);
    assert_int_equal(seen(d, 0, 16) >> 3 & 31, 2);
    send(d, VSCRDEF, BYTES(0, 16, 1, 32, 0, 17));
    assert_int_equal(zif_bench_reported(*state, ZIF_REPORT_RESERVED, ""), 1);
}

static void partial_mode_shows_some_lines(void **state)
{
    ZifDevice *d = add(state);
    send(d, PTLAR, BYTES(0, 10, 0, 19));
    command(d, PTLON);
    draw(d, true);
    assert_int_equal(count(0), 240 * 10);
    send(d, PTLAR, BYTES(1, 0x36, 0, 9)); /* 310 to the end, and to 9 */
    draw(d, true);
    assert_int_equal(count(0), 240 * 20);
}

static void only_rows_that_were_written_are_drawn(void **state)
{
    ZifDevice *d = add(state);
    draw(d, true);
    draw(d, false);
    assert_true(picture.first > picture.last);
    window(d, 7, 100, 4, 3);
    fill(d, 12, RED);
    draw(d, false);
    assert_int_equal(picture.first, 100);
    assert_int_equal(picture.last, 102);
    assert_int_equal(count(0xff0000), 12);
}

static void drawn_step_by_step_it_is_what_is_drawn_at_once(void **state)
{
    static uint32_t whole[DCS_COLUMNS * DCS_ROWS];
    static const uint8_t often[] = { PTLON, NORON, DINVON, DINVOFF, IDMON, IDMOFF, DISPON, VSCRSADD, MADCTL, DISPON };
    ZifDevice *d = add(state);
    uint32_t seed = 7;
    draw(d, true);
    for (unsigned i = 0; i < 200; i++) {
        seed = seed * 1664525 + 1013904223;
        if (seed & 0x10000) {
            send(d, often[(seed >> 24) % sizeof often], BYTES((uint8_t)(seed >> 8), (uint8_t)(seed >> 20)));
        } else {
            window(d, seed >> 24, seed >> 16 & 0xff, 1 + (seed >> 8 & 15), 1 + (seed >> 12 & 15));
            fill(d, seed >> 4 & 255, (uint16_t)(seed >> 9));
        }
        draw(d, false);
        picture.pixels = whole;
        d->cls->display->draw(d, &picture, true);
        assert_memory_equal(pixels, whole, sizeof pixels);
    }
}

static void the_identity_is_read_with_its_dummy_clock(void **state)
{
    uint32_t bits = 0;
    ZifDevice *d = add(state);
    command(d, 0xD3);
    for (unsigned i = 0; i < 4; i++) {
        bits = bits << 8 | data(d, 0);
    }
    assert_int_equal(bits >> 7 & 0xffffff, 0x009341);
    for (unsigned i = 1; i <= 3; i++) { /* as drivers do it */
        send(d, 0xD9, BYTES((uint8_t)(0x10 + i)));
        command(d, 0xD3);
        uint8_t first = data(d, 0), second = data(d, 0);
        assert_int_equal((first << 1 | second >> 7) & 0xff, i == 1 ? 0 : i == 2 ? 0x93 : 0x41);
    }
}

static void registers_of_one_byte_are_read_at_once(void **state)
{
    ZifDevice *d = add(state);
    command(d, RDDPM);
    assert_int_equal(data(d, 0), 0x9C);
    command(d, RDDMADCTL);
    assert_int_equal(data(d, 0), 0x48);
    command(d, RDDCOLMOD);
    assert_int_equal(data(d, 0), 0x05);
    send(d, WRDISBV, BYTES(0x5A));
    command(d, RDDISBV);
    assert_int_equal(data(d, 0), 0x5A);
}

static void pixels_are_read_after_a_dummy_byte_as_three(void **state)
{
    ZifDevice *d = add(state);
    window(d, 3, 3, 2, 1);
    fill(d, 1, RED);
    fill(d, 1, BLUE);
    command(d, RAMRD);
    data(d, 0);
    assert_int_equal(data(d, 0), 0xFC);
    assert_int_equal(data(d, 0), 0);
    assert_int_equal(data(d, 0), 0);
    command(d, RAMRDC);
    data(d, 0);
    data(d, 0);
    data(d, 0);
    assert_int_equal(data(d, 0), 0xFC);
}

static void a_command_too_soon_after_a_reset_is_lost(void **state)
{
    ZifDevice *d = zif_bench_add(*state, "ili9341", NULL);
    zif_bench_run(*state, 4 * ZIF_MS);
    command(d, SLPOUT);
    assert_int_equal(zif_bench_reported(*state, ZIF_REPORT_BUSY, ""), 1);
    zif_bench_run(*state, 1 * ZIF_MS);
    command(d, RDDPM);
    assert_int_equal(data(d, 0), 0x08);
    command(d, SLPOUT);
    zif_bench_run(*state, 1 * ZIF_MS);
    command(d, DISPON); /* taken, but not soundly */
    assert_int_equal(zif_bench_reported(*state, ZIF_REPORT_BUSY, ""), 2);
    zif_bench_run(*state, 118 * ZIF_MS);
    command(d, SLPIN);
    assert_int_equal(zif_bench_reported(*state, ZIF_REPORT_BUSY, ""), 3);
    command(d, RDDPM);
    assert_int_equal(data(d, 0), 0x9C);
}

static void reset_by_pin_and_by_command_put_it_to_sleep(void **state)
{
    ZifDevice *d = add(state);
    command(d, SWRESET);
    zif_bench_run(*state, 5 * ZIF_MS);
    command(d, RDDPM);
    assert_int_equal(data(d, 0), 0x08);
    command(d, RDDMADCTL);
    assert_int_equal(data(d, 0), 0x48);
    zif_bench_drive(d, "reset", 0, 1);
    zif_bench_drive(d, "reset", 0, 0);
    command(d, SLPOUT); /* nobody hears it */
    zif_bench_drive(d, "reset", 0, 1);
    zif_bench_run(*state, 5 * ZIF_MS);
    command(d, RDDMADCTL);
    assert_int_equal(data(d, 0), 0);
    assert_int_equal(zif_bench_nreports(*state), 0);
}

static void parameters_too_few_or_too_many_are_reported(void **state)
{
    ZifDevice *d = add(state);
    send(d, CASET, BYTES(0, 0));
    command(d, NOP);
    assert_int_equal(zif_bench_reported(*state, ZIF_REPORT_RESERVED, ""), 1);
    send(d, MADCTL, BYTES(0x48, 0x00));
    assert_int_equal(zif_bench_reported(*state, ZIF_REPORT_RESERVED, ""), 2);
    command(d, 0x99);
    assert_int_equal(zif_bench_reported(*state, ZIF_REPORT_RESERVED, ""), 3);
}

static void a_window_that_does_not_fit_the_orientation_is_reported(void **state)
{
    ZifDevice *d = add(state);
    send(d, MADCTL, BYTES(0x28));
    command(d, RAMWR);
    assert_int_equal(zif_bench_reported(*state, ZIF_REPORT_BUS, ""), 1);
}

/* 27 clocks of 615 kHz a line; 2 lines before and 2 behind the picture. */
#define LINE(n) ((ZIF_SEC * 27 * 324 / 615000 * (n) + 323) / 324)

static void tearing_effect_tells_when_nothing_is_shown(void **state)
{
    ZifDevice *d = zif_bench_add(*state, "ili9341", NULL), *listener = zif_bench_add(*state, "ili9341", NULL);
    zif_bench_connect(d, "te", 0, listener, "dc", 0);
    zif_bench_run(*state, 5 * ZIF_MS);
    send(d, TEON, BYTES(0));
    command(d, SLPOUT);
    assert_int_equal(zif_bench_level(d, "te", 0), 1); /* the lines before the first picture */
    zif_bench_run(*state, LINE(2));
    assert_int_equal(zif_bench_level(d, "te", 0), 0);
    zif_bench_run(*state, LINE(322) - LINE(2) - 1);
    assert_int_equal(zif_bench_level(d, "te", 0), 0);
    zif_bench_run(*state, 1);
    assert_int_equal(zif_bench_level(d, "te", 0), 1);
    assert_true(d->cls->display->next_frame(d, zif_bench_now(*state)) == zif_bench_now(*state) + LINE(324));
    command(d, RDSCNL);
    unsigned a = data(d, 0), b = data(d, 0), c = data(d, 0);
    assert_int_equal((a << 16 | b << 8 | c) >> 7 & 0xffff, 322);
    send(d, TEON, BYTES(1));
    unsigned before = zif_bench_rises(d, "te", 0);
    zif_bench_run(*state, LINE(324));
    assert_int_equal(zif_bench_rises(d, "te", 0) - before, 321);
    command(d, TEOFF);
    before = zif_bench_rises(d, "te", 0);
    zif_bench_run(*state, LINE(324));
    assert_int_equal(zif_bench_rises(d, "te", 0) - before, 0);
}

/* --- Other buses -------------------------------------------------------------------------------------------------------------- */

static void nine_bits_a_word_carry_data_or_command(void **state)
{
    static const uint16_t words[] = { SLPOUT, 0x00, DISPON, COLMOD, 0x155, MADCTL, 0x148, RAMWR, 0x1F8, 0x100 };
    ZifDevice *d = zif_bench_add(*state, "ili9341", PROPS(PROP("zif,three-wire", 1)));
    uint8_t bytes[16] = { 0 };
    zif_bench_run(*state, 5 * ZIF_MS);
    unsigned bit = 0;
    for (unsigned i = 0; i < sizeof words / sizeof *words; i++) {
        for (unsigned n = 9; n--; bit++) {
            bytes[bit / 8] |= (uint8_t)((words[i] >> n & 1) << (7 - bit % 8));
        }
        if (i == 0) { /* it rests after waking up */
            data(d, bytes[0]);
            zif_bench_run(*state, 5 * ZIF_MS);
        }
    }
    data(d, bytes[1]);
    zif_bench_run(*state, 5 * ZIF_MS);
    for (unsigned i = 2; i <= bit / 8; i++) {
        data(d, bytes[i]);
    }
    assert_int_equal(seen(d, 0, 0), 0xff0000);
    assert_int_equal(zif_bench_nreports(*state), 0);
}

static void bus_write(ZifDevice *d, uint32_t address, uint32_t value, unsigned size)
{
    assert_int_equal(address_space_rw(zif_bus(d), address, MEMTXATTRS_UNSPECIFIED, (uint8_t *)&value, size, true),
                     MEMTX_OK);
}

static uint32_t bus_read(ZifDevice *d, uint32_t address, unsigned size)
{
    uint32_t value = 0;
    assert_int_equal(address_space_rw(zif_bus(d), address, MEMTXATTRS_UNSPECIFIED, (uint8_t *)&value, size, false),
                     MEMTX_OK);
    return value;
}

static void an_address_line_tells_commands_from_data(void **state)
{
    for (unsigned width = 8; width <= 16; width += 8) {
        uint32_t base = WINDOW + width * 0x100000, data_at = base + DATA * (width / 8);
        ZifDevice *d =
            zif_bench_add(*state, "ili9341-8080", PROPS(PROP("reg", base, 0x40000), PROP("zif,bus-width", width)));
        unsigned size = width / 8;
        zif_bench_run(*state, 5 * ZIF_MS);
        bus_write(d, base, SLPOUT, size);
        zif_bench_run(*state, 120 * ZIF_MS);
        bus_write(d, base, DISPON, size);
        bus_write(d, base, COLMOD, size);
        bus_write(d, data_at, 0x55, size);
        bus_write(d, base, MADCTL, size);
        bus_write(d, data_at, 0x48, size);
        bus_write(d, base, RAMWR, size);
        if (width == 8) {
            bus_write(d, data_at, RED >> 8, 1);
            bus_write(d, data_at, RED & 0xff, 1);
        } else {
            bus_write(d, data_at, RED, 2);
            bus_write(d, data_at, (uint32_t)BLUE << 16 | GREEN, 4); /* two cycles */
            assert_int_equal(seen(d, 1, 0), 0x00ff00);
            assert_int_equal(seen(d, 2, 0), 0x0000ff);
        }
        assert_int_equal(seen(d, 0, 0), 0xff0000);
        bus_write(d, base, 0xD3, size);
        assert_int_equal(bus_read(d, data_at, size), 0); /* a dummy */
        assert_int_equal(bus_read(d, data_at, size), 0);
        assert_int_equal(bus_read(d, data_at, size), 0x93);
        assert_int_equal(bus_read(d, data_at, size), 0x41);
        bus_write(d, base, RAMRD, size);
        bus_read(d, data_at, size);
        assert_int_equal(bus_read(d, data_at, size), width == 8 ? 0xFC : 0xFC00);
        assert_int_equal(zif_bench_nreports(*state), 0);
    }
}

static void on_gpio_pins_a_rising_wrx_takes_what_is_there(void **state)
{
    static const uint16_t words[] = { SLPOUT, 0, DISPON, COLMOD, 0x155, MADCTL, 0x148, RAMWR, 0x107, 0x1E0 };
    ZifDevice *d = zif_bench_add(*state, "ili9341-gpio", NULL);
    zif_bench_run(*state, 5 * ZIF_MS);
    for (unsigned i = 0; i < sizeof words / sizeof *words; i++) {
        zif_bench_drive(d, "wrx", 0, 0);
        zif_bench_drive(d, "dc", 0, words[i] >> 8);
        for (unsigned bit = 0; bit < 8; bit++) {
            zif_bench_drive(d, "data", bit, words[i] >> bit & 1);
        }
        zif_bench_drive(d, "wrx", 0, 1);
        zif_bench_run(*state, 5 * ZIF_MS);
    }
    zif_bench_drive(d, "csx", 0, 1); /* not selected */
    zif_bench_drive(d, "wrx", 0, 0);
    zif_bench_drive(d, "wrx", 0, 1);
    assert_int_equal(seen(d, 0, 0), 0x00ff00);
    assert_int_equal(zif_bench_nreports(*state), 0);
}

/* --- The RGB interface --------------------------------------------------------------------------------------------------------- */

typedef struct {
    ZifDevice dev;
    uint32_t row; /* the last one that was drawn */
} Video;

static void video_size(ZifDevice *dev, unsigned *width, unsigned *height)
{
    *width = 240;
    *height = 320;
}

static void video_draw(ZifDevice *dev, ZifPicture *p, bool all)
{
    Video *v = (Video *)dev;
    p->first = all ? 0 : v->row;
    p->last = all ? 319 : v->row;
    for (unsigned y = p->first; y <= p->last; y++) {
        for (unsigned x = 0; x < 240; x++) {
            p->pixels[y * 240 + x] = y << 16 | 0x1234;
        }
    }
}

static const ZifDisplaySource video_source = { .size = video_size, .draw = video_draw };
static const ZifClass video_class = {
    .name = "video", .modelled = ZIF_MODELLED, .size = sizeof(Video), .display = &video_source
};

static void the_rgb_interface_is_shown_when_dm_says_so(void **state)
{
    ZifDevice *v = zif_bench_add_class(*state, &video_class, NULL);
    ZifDevice *d = add_with(state, PROPS(PROP("zif,video", zif_bench_phandle(v))));
    assert_int_equal(seen(d, 0, 128), 0);
    send(d, 0xF6, BYTES(1, 0, 6));
    assert_int_equal(seen(d, 0, 128), 0x821034); /* six bits of each */
    draw(d, false);
    ((Video *)v)->row = 77;
    draw(d, false);
    assert_int_equal(picture.first, 77);
    assert_int_equal(picture.last, 77);
    send(d, 0xF6, BYTES(1, 0, 0));
    draw(d, false);
    assert_int_equal(count(0), 240 * 320);
}

static void without_a_picture_on_its_rgb_interface_it_is_white(void **state)
{
    ZifDevice *d = add(state);
    send(d, 0xF6, BYTES(1, 0, 6));
    assert_int_equal(seen(d, 0, 0), 0xffffff);
}

static void panels_do_not_show_each_other(void **state)
{
    ZifDevice *a = zif_bench_add(*state, "ili9341", NULL);
    ZifDevice *d = add_with(state, PROPS(PROP("zif,video", zif_bench_phandle(a))));
    send(d, 0xF6, BYTES(1, 0, 6));
    assert_int_equal(seen(d, 0, 0), 0xffffff);
}

static void no_bytes_do_harm(void **state)
{
    uint32_t seed = 3;
    ZifDevice *panels[] = { zif_bench_add(*state, "ili9341", NULL),
                            zif_bench_add(*state, "ili9341", PROPS(PROP("zif,three-wire", 1), PROP("rotation", 90))),
                            zif_bench_add(*state, "ili9341-8080",
                                          PROPS(PROP("reg", WINDOW, 0x40000), PROP("zif,bus-width", 16))) };
    zif_bench_run(*state, 5 * ZIF_MS);
    for (unsigned i = 0; i < 30000; i++) {
        seed = seed * 1664525 + 1013904223;
        uint8_t byte = (uint8_t)(seed >> 24);
        ZifDevice *d = panels[seed >> 8 & 1];
        zif_bench_drive(d, "dc", 0, (seed >> 10 & 7) != 0);
        d->cls->spi->transfer(d, (seed >> 13 & 15) ? byte : byte % 64);
        bus_write(panels[2], WINDOW + ((seed >> 10 & 7) ? 2 * DATA : 0), seed >> 4 & 0xffff, 2);
        bus_read(panels[2], WINDOW + 2 * DATA, 1u << (seed >> 20 & 1));
        if (i % 300 == 0) {
            zif_bench_run(*state, (seed >> 16 & 127) * ZIF_MS);
            for (unsigned p = 0; p < 3; p++) {
                draw(panels[p], seed >> 30);
                assert_true(picture.first > picture.last || picture.last < picture.height);
            }
        }
    }
}

static void all_of_it_is_in_a_snapshot_and_looking_changes_none(void **state)
{
    size_t size;
    ZifDevice *d = add(state);
    window(d, 0, 0, 1, 1);
    fill(d, 1, RED);
    void *before = zif_bench_save(d, &size);
    assert_int_equal(seen(d, 0, 0), 0xff0000);
    void *after = zif_bench_save(d, &size);
    assert_memory_equal(before, after, size);
    window(d, 0, 0, 1, 1);
    fill(d, 1, BLUE);
    draw(d, false);
    zif_bench_restore(d, before);
    draw(d, false);
    assert_int_equal(pixels[0], 0xff0000);
    free(before);
    free(after);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_written_to_a_window_is_seen_there),
        TEST(past_its_end_a_window_begins_again_or_takes_nothing),
        TEST(writing_continues_where_it_stopped),
        TEST(eighteen_bits_come_in_three_bytes),
        TEST(madctl_says_where_a_column_and_a_page_are),
        TEST(rotation_is_how_the_glass_is_mounted),
        TEST(the_wrong_order_of_colours_swaps_red_and_blue_at_once),
        TEST(inversion_idle_mode_and_darkness),
        TEST(vertical_scrolling_moves_the_lines_of_its_area),
        TEST(partial_mode_shows_some_lines),
        TEST(only_rows_that_were_written_are_drawn),
        TEST(drawn_step_by_step_it_is_what_is_drawn_at_once),
        TEST(the_identity_is_read_with_its_dummy_clock),
        TEST(registers_of_one_byte_are_read_at_once),
        TEST(pixels_are_read_after_a_dummy_byte_as_three),
        TEST(a_command_too_soon_after_a_reset_is_lost),
        TEST(reset_by_pin_and_by_command_put_it_to_sleep),
        TEST(parameters_too_few_or_too_many_are_reported),
        TEST(a_window_that_does_not_fit_the_orientation_is_reported),
        TEST(tearing_effect_tells_when_nothing_is_shown),
        TEST(nine_bits_a_word_carry_data_or_command),
        TEST(an_address_line_tells_commands_from_data),
        TEST(on_gpio_pins_a_rising_wrx_takes_what_is_there),
        TEST(the_rgb_interface_is_shown_when_dm_says_so),
        TEST(without_a_picture_on_its_rgb_interface_it_is_white),
        TEST(panels_do_not_show_each_other),
        TEST(no_bytes_do_harm),
        TEST(all_of_it_is_in_a_snapshot_and_looking_changes_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
