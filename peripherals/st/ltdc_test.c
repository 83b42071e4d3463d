/* LTDC: registers, the beam, shadow reload, interrupts, reports. SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>
#include "ltdc_test.h"

enum { LIF = 1, FUIF = 2, TERRIF = 4, RRIF = 8 };
enum { LINE = COLUMNS * PIXEL, FRAME_US = COLUMNS * LINES };
#define FRAME ((ZifTime)FRAME_US * PIXEL)

/* A running frame. */
static ZifDevice *running(ZifBench *b)
{
    ZifDevice *d = add_ltdc(b);
    set_frame(d);
    zif_bench_write(d, R_GCR, 1);
    return d;
}

static void registers_have_the_reset_values_of_the_manual(void **state)
{
    ZifBench *b = zif_bench_new();
    ZifDevice *d = add_ltdc(b);
    assert_int_equal(zif_bench_read(d, R_GCR), 0x2220);
    assert_int_equal(zif_bench_read(d, R_CDSR), 0xf);
    for (unsigned n = 0; n < 2; n++) {
        assert_int_equal(zif_bench_read(d, layer(n) + L_CACR), 0xff);
        assert_int_equal(zif_bench_read(d, layer(n) + L_BFCR), 0x607);
        assert_int_equal(zif_bench_read(d, layer(n) + L_CR), 0);
    }
    zif_bench_free(b);
}

static void widths_of_dithering_cannot_be_written(void **state)
{
    ZifBench *b = zif_bench_new();
    ZifDevice *d = add_ltdc(b);
    zif_bench_write(d, R_GCR, 0xf0010000);
    assert_int_equal(zif_bench_read(d, R_GCR), 0xf0012220);
    zif_bench_free(b);
}

static void position_follows_the_pixel_clock(void **state)
{
    ZifBench *b = zif_bench_new();
    ZifDevice *d = running(b);
    ZifTime start = zif_bench_now(b);
    for (unsigned i = 0; i < 3000; i += 7) {
        zif_bench_run(b, start + (ZifTime)i * PIXEL - zif_bench_now(b));
        unsigned at = i % (COLUMNS * LINES);
        assert_int_equal(zif_bench_read(d, R_CPSR), (at % COLUMNS) << 16 | at / COLUMNS);
    }
    zif_bench_free(b);
}

static void phases_are_those_of_the_accumulated_sizes(void **state)
{
    ZifBench *b = zif_bench_new();
    ZifDevice *d = running(b);
    for (unsigned i = 0; i < 2 * COLUMNS * LINES; i++) {
        unsigned x = i % COLUMNS, y = i / COLUMNS % LINES;
        unsigned want = (y >= FIRST_Y && y < FIRST_Y + HEIGHT) | (x >= FIRST_X && x < FIRST_X + WIDTH) << 1 |
                        (y < VSW) << 2 | (x < HSW) << 3;
        assert_int_equal(zif_bench_read(d, R_CDSR), want);
        zif_bench_run(b, PIXEL);
    }
    zif_bench_write(d, R_GCR, 0);
    assert_int_equal(zif_bench_read(d, R_CPSR), 0);
    assert_int_equal(zif_bench_read(d, R_CDSR), 0xf);
    zif_bench_free(b);
}

static void the_line_interrupt_comes_when_its_line_begins(void **state)
{
    ZifBench *b = zif_bench_new();
    ZifDevice *d = running(b);
    zif_bench_write(d, R_LIPCR, 11);
    zif_bench_write(d, R_IER, LIF);
    for (unsigned n = 0; n < 3; n++) {
        zif_bench_run(b, (n ? FRAME : 11 * (ZifTime)LINE) - 1);
        assert_int_equal(zif_bench_level(d, "irq", 0), 0);
        zif_bench_run(b, 1);
        assert_int_equal(zif_bench_level(d, "irq", 0), 1);
        assert_int_equal(zif_bench_level(d, "irq-error", 0), 0);
        assert_int_equal(zif_bench_read(d, R_ISR), LIF);
        zif_bench_write(d, R_ICR, LIF);
        assert_int_equal(zif_bench_level(d, "irq", 0), 0);
    }
    assert_int_equal(zif_bench_rises(d, "irq", 0), 3);
    zif_bench_free(b);
}

static void flags_rise_without_interrupts_and_without_events(void **state)
{
    ZifBench *b = zif_bench_new();
    ZifDevice *d = running(b);
    zif_bench_write(d, R_LIPCR, 11);
    for (unsigned event = 0; event < 3; event++) {
        assert_true(zif_due(d, event) == ZIF_TIME_NEVER);
    }
    zif_bench_run(b, 11 * (ZifTime)LINE - 1);
    assert_int_equal(zif_bench_read(d, R_ISR), 0);
    zif_bench_run(b, 1);
    assert_int_equal(zif_bench_read(d, R_ISR), LIF);
    zif_bench_write(d, R_ICR, LIF);
    zif_bench_run(b, 100 * FRAME);
    assert_int_equal(zif_bench_read(d, R_ISR), LIF);
    assert_int_equal(zif_bench_level(d, "irq", 0), 0);
    zif_bench_write(d, R_IER, LIF);
    assert_int_equal(zif_bench_level(d, "irq", 0), 1);
    zif_bench_free(b);
}

static void a_line_beyond_the_frame_never_comes(void **state)
{
    ZifBench *b = zif_bench_new();
    ZifDevice *d = running(b);
    zif_bench_write(d, R_LIPCR, LINES);
    zif_bench_write(d, R_IER, LIF);
    zif_bench_run(b, 3 * FRAME);
    assert_int_equal(zif_bench_read(d, R_ISR), 0);
    assert_int_equal(zif_bench_reported(b, ZIF_REPORT_RESERVED, "LIPCR"), 1);
    zif_bench_free(b);
}

static void shadow_registers_read_what_is_in_force(void **state)
{
    ZifBench *b = zif_bench_new();
    ZifDevice *d = running(b);
    zif_bench_write(d, layer(1) + L_DCCR, 0x12345678);
    assert_int_equal(zif_bench_read(d, layer(1) + L_DCCR), 0);
    zif_bench_write(d, R_SRCR, IMR);
    assert_int_equal(zif_bench_read(d, R_SRCR), 0);
    assert_int_equal(zif_bench_read(d, layer(1) + L_DCCR), 0x12345678);
    assert_int_equal(zif_bench_read(d, R_ISR), 0); /* RRIF is that of the other reload */
    zif_bench_free(b);
}

static void a_reload_at_the_blank_waits_for_it(void **state)
{
    ZifBench *b = zif_bench_new();
    ZifDevice *d = running(b);
    zif_bench_write(d, R_IER, RRIF);
    zif_bench_write(d, layer(0) + L_CFBAR, ZIF_BENCH_RAM);
    zif_bench_write(d, R_SRCR, VBR);
    zif_bench_write(d, R_SRCR, 0); /* cannot be taken back */
    zif_bench_run(b, (ZifTime)(FIRST_Y + HEIGHT) * LINE - 1);
    assert_int_equal(zif_bench_read(d, R_SRCR), VBR);
    assert_int_equal(zif_bench_read(d, layer(0) + L_CFBAR), 0);
    assert_int_equal(zif_bench_level(d, "irq", 0), 0);
    zif_bench_run(b, 1);
    assert_int_equal(zif_bench_read(d, R_SRCR), 0);
    assert_int_equal(zif_bench_read(d, layer(0) + L_CFBAR), ZIF_BENCH_RAM);
    assert_int_equal(zif_bench_read(d, R_ISR), RRIF);
    assert_int_equal(zif_bench_level(d, "irq", 0), 1);
    zif_bench_free(b);
}

static void a_reload_and_a_line_interrupt_may_share_their_moment(void **state)
{
    ZifBench *b = zif_bench_new();
    ZifDevice *d = running(b);
    zif_bench_write(d, R_IER, LIF);
    zif_bench_write(d, R_LIPCR, FIRST_Y + HEIGHT);
    zif_bench_run(b, (ZifTime)(FIRST_Y + HEIGHT) * LINE);
    for (unsigned n = 1; n < 5; n++) {
        zif_bench_write(d, R_ICR, LIF);
        zif_bench_write(d, layer(0) + L_CFBAR, n);
        zif_bench_write(d, R_SRCR, VBR);
        zif_bench_run(b, FRAME);
        assert_int_equal(zif_bench_read(d, R_ISR), LIF | RRIF);
        assert_int_equal(zif_bench_read(d, layer(0) + L_CFBAR), n);
        zif_bench_write(d, R_ICR, RRIF);
    }
    zif_bench_free(b);
}

static void without_a_pixel_clock_nothing_is_reloaded_and_its_registers_are_deaf(void **state)
{
    ZifBench *b = zif_bench_new();
    ZifDevice *d = add_ltdc(b);
    zif_bench_clock(d, 1, 0);
    zif_bench_write(d, R_SSCR, 1);
    assert_int_equal(zif_bench_read(d, R_SSCR), 0);
    assert_int_equal(zif_bench_reported(b, ZIF_REPORT_CLOCK_OFF, "SSCR"), 1);
    zif_bench_write(d, R_IER, LIF);
    assert_int_equal(zif_bench_read(d, R_IER), LIF);
    zif_bench_write(d, layer(0) + L_CFBAR, 0x1000);
    zif_bench_write(d, R_SRCR, IMR);
    zif_bench_run(b, ZIF_SEC);
    assert_int_equal(zif_bench_read(d, R_SRCR), IMR);
    assert_int_equal(zif_bench_read(d, layer(0) + L_CFBAR), 0);
    zif_bench_clock(d, 1, PIXEL_HZ);
    assert_int_equal(zif_bench_read(d, R_SRCR), 0);
    assert_int_equal(zif_bench_read(d, layer(0) + L_CFBAR), 0x1000);
    zif_bench_free(b);
}

static void a_stopped_pixel_clock_stops_the_beam(void **state)
{
    ZifBench *b = zif_bench_new();
    ZifDevice *d = running(b);
    zif_bench_run(b, 100 * PIXEL);
    zif_bench_clock(d, 1, 0);
    zif_bench_run(b, FRAME);
    assert_int_equal(zif_bench_read(d, R_CPSR), (100 % COLUMNS) << 16 | 100 / COLUMNS);
    zif_bench_clock(d, 1, 2 * PIXEL_HZ);
    zif_bench_run(b, 10 * PIXEL);
    assert_int_equal(zif_bench_read(d, R_CPSR), (120 % COLUMNS) << 16 | 120 / COLUMNS);
    zif_bench_free(b);
}

static void a_framebuffer_outside_memory_is_a_transfer_error_at_its_first_line(void **state)
{
    ZifBench *b = zif_bench_new();
    ZifDevice *d = running(b);
    zif_bench_write(d, R_IER, TERRIF);
    /* The upper half of the window is in memory. */
    set_layer(d, 0, 2, 2, 0, 0, WIDTH, HEIGHT, ZIF_BENCH_RAM + 65536 - WIDTH * 2 * (HEIGHT / 2));
    zif_bench_write(d, R_SRCR, IMR);
    assert_int_equal(zif_bench_reported(b, ZIF_REPORT_BUS, "L1CFBAR"), 1);
    zif_bench_run(b, (ZifTime)(FIRST_Y + HEIGHT / 2) * LINE - 1);
    assert_int_equal(zif_bench_read(d, R_ISR), 0);
    zif_bench_run(b, 1);
    assert_int_equal(zif_bench_level(d, "irq-error", 0), 1);
    assert_int_equal(zif_bench_level(d, "irq", 0), 0);
    assert_int_equal(zif_bench_read(d, R_ISR), TERRIF);
    zif_bench_write(d, R_ICR, TERRIF); /* the next line fails, too */
    assert_int_equal(zif_bench_level(d, "irq-error", 0), 0);
    zif_bench_run(b, LINE);
    assert_int_equal(zif_bench_level(d, "irq-error", 0), 1);
    zif_bench_free(b);
}

static void memory_that_appears_ends_transfer_errors(void **state)
{
    ZifBench *b = zif_bench_new();
    ZifDevice *d = running(b);
    static uint8_t sdram[65536];
    set_layer(d, 0, 2, 2, 0, 0, WIDTH, HEIGHT, 0xD0000000);
    zif_bench_write(d, R_SRCR, IMR);
    zif_bench_run(b, FRAME);
    MemoryRegion mr;
    memory_region_init_ram_ptr(&mr, NULL, "sdram", sizeof sdram, sdram);
    memory_region_add_subregion(zif_bus(d)->root, 0xD0000000, &mr); /* what was before counts */
    assert_int_equal(zif_bench_read(d, R_ISR) & TERRIF, TERRIF);
    zif_bench_write(d, R_ICR, TERRIF);
    zif_bench_write(d, R_IER, TERRIF);
    zif_bench_run(b, 2 * FRAME);
    assert_int_equal(zif_bench_read(d, R_ISR) & TERRIF, 0);
    memory_region_del_subregion(zif_bus(d)->root, &mr); /* and comes back */
    zif_bench_run(b, FRAME);
    assert_int_equal(zif_bench_level(d, "irq-error", 0), 1);
    zif_bench_write(d, layer(0) + L_CR, 0);
    zif_bench_write(d, R_SRCR, IMR);
    zif_memory_region_finalize(&mr);
    zif_bench_free(b);
}

/* Memory behind a door that its first access opens, as SDRAM's. */
typedef struct {
    MemoryRegion door, cells;
    unsigned knocks;
    bool locked;
} Door;

static MemTxResult knock(void *opaque, hwaddr addr, uint64_t *data, unsigned size, MemTxAttrs attrs)
{
    Door *door = opaque;
    door->knocks++;
    if (door->locked) {
        return MEMTX_ERROR;
    }
    memory_region_set_enabled(&door->door, false);
    return MEMTX_OK;
}

static void memory_that_opens_at_its_first_access_is_fetched(void **state)
{
    static const MemoryRegionOps ops = { .read_with_attrs = knock, .endianness = DEVICE_LITTLE_ENDIAN };
    ZifBench *b = zif_bench_new();
    ZifDevice *d = running(b);
    Door door = { .locked = true };
    static uint8_t sdram[65536];
    MemoryRegion *root = zif_bus(d)->root;
    memory_region_init_ram_ptr(&door.cells, NULL, "sdram", sizeof sdram, sdram);
    memory_region_init_io(&door.door, NULL, &ops, &door, "door", sizeof sdram);
    memory_region_add_subregion(root, 0xD0000000, &door.cells);
    memory_region_add_subregion_overlap(root, 0xD0000000, &door.door, 1);
    set_layer(d, 0, 2, 2, 0, 0, WIDTH, HEIGHT, 0xD0000000);
    zif_bench_write(d, R_SRCR, IMR);
    assert_true(door.knocks >= 1);
    assert_int_equal(zif_bench_reported(b, ZIF_REPORT_BUS, "L1CFBAR"), 1);
    door.locked = false;
    zif_bench_write(d, R_SRCR, IMR);
    assert_int_equal(zif_bench_reported(b, ZIF_REPORT_BUS, "L1CFBAR"), 1);
    zif_bench_run(b, 2 * FRAME);
    assert_int_equal(zif_bench_read(d, R_ISR) & TERRIF, 0);
    memory_region_set_enabled(&door.door, true); /* self-refresh: the next line ends it */
    zif_bench_run(b, 2 * FRAME);
    assert_int_equal(zif_bench_read(d, R_ISR) & TERRIF, 0);
    zif_bench_write(d, layer(0) + L_CR, 0);
    zif_bench_write(d, R_SRCR, IMR);
    memory_region_del_subregion(root, &door.door);
    memory_region_del_subregion(root, &door.cells);
    zif_memory_region_finalize(&door.door);
    zif_memory_region_finalize(&door.cells);
    zif_bench_free(b);
}

static void a_line_length_that_is_too_short_empties_the_fifo(void **state)
{
    ZifBench *b = zif_bench_new();
    ZifDevice *d = running(b);
    set_layer(d, 0, 2, 2, 0, 3, WIDTH, 8, ZIF_BENCH_RAM);
    zif_bench_write(d, layer(0) + L_CFBLR, (WIDTH * 2) << 16 | (WIDTH * 2)); /* without the 3 */
    zif_bench_write(d, R_IER, FUIF);
    zif_bench_write(d, R_SRCR, IMR);
    assert_int_equal(zif_bench_reported(b, ZIF_REPORT_OVERRUN, "L1CFBLR"), 1);
    zif_bench_run(b, (ZifTime)(FIRST_Y + 3) * LINE - 1);
    assert_int_equal(zif_bench_level(d, "irq-error", 0), 0);
    zif_bench_run(b, 1);
    assert_int_equal(zif_bench_level(d, "irq-error", 0), 1);
    assert_int_equal(zif_bench_read(d, R_ISR), FUIF);
    zif_bench_free(b);
}

static void too_few_lines_empty_the_fifo_behind_them(void **state)
{
    ZifBench *b = zif_bench_new();
    ZifDevice *d = running(b);
    set_layer(d, 1, 2, 2, 0, 0, WIDTH, 8, ZIF_BENCH_RAM);
    zif_bench_write(d, layer(1) + L_CFBLNR, 5);
    zif_bench_write(d, R_SRCR, IMR);
    assert_int_equal(zif_bench_reported(b, ZIF_REPORT_OVERRUN, "L2CFBLNR"), 1);
    zif_bench_run(b, (ZifTime)(FIRST_Y + 5) * LINE - 1);
    assert_int_equal(zif_bench_read(d, R_ISR), 0);
    zif_bench_run(b, 1);
    assert_int_equal(zif_bench_read(d, R_ISR), FUIF);
    zif_bench_free(b);
}

static void two_layers_can_want_more_than_their_memory_gives(void **state)
{
    ZifBench *b = zif_bench_new();
    ZifDevice *d = zif_bench_add(
        b, "stm32f4-ltdc", (ZifBenchProp[]){ { "zif,fetch-rates", 4, { 0, 4000, 0x20000000, 1000 }, NULL }, { 0 } });
    zif_bench_clock(d, 1, 30000000);
    zif_bench_clock(d, 2, 168000000); /* 168 MB/s */
    set_frame(d);
    zif_bench_write(d, R_GCR, 1);
    set_layer(d, 0, 0, 4, 0, 0, WIDTH, HEIGHT, ZIF_BENCH_RAM); /* 120 MB/s */
    zif_bench_write(d, R_SRCR, IMR);
    zif_bench_run(b, ZIF_MS);
    assert_int_equal(zif_bench_read(d, R_ISR) & FUIF, 0);
    set_layer(d, 1, 0, 4, 0, 4, WIDTH, 4, ZIF_BENCH_RAM); /* and 120 more */
    zif_bench_write(d, R_SRCR, IMR);
    zif_bench_run(b, ZIF_MS);
    assert_int_equal(zif_bench_read(d, R_ISR) & FUIF, FUIF);
    assert_int_equal(zif_bench_reported(b, ZIF_REPORT_OVERRUN, "L2CFBAR"), 1);
    zif_bench_free(b);
}

static void accesses_wait_for_the_slower_clock(void **state)
{
    ZifBench *b = zif_bench_new();
    ZifDevice *d = add_ltdc(b);
    zif_bench_clock(d, 0, 84000000);
    zif_bench_clock(d, 2, 168000000);
    zif_bench_clock(d, 1, 6000000);
    zif_bench_write(d, R_SSCR, 0);
    assert_int_equal(zif_bench_stalled(b), 6 * 2 + 5 * 28);
    zif_bench_read(d, R_ISR);
    assert_int_equal(zif_bench_stalled(b), 6 * 2 + 5 * 28 + 7 * 2);
    zif_bench_write(d, layer(0) + L_CFBAR, 0);
    assert_int_equal(zif_bench_stalled(b), 6 * 2 + 5 * 28 + 7 * 2 + 6 * 2 + 5);
    zif_bench_free(b);
}

static void a_reset_of_the_block_ends_the_frame(void **state)
{
    ZifBench *b = zif_bench_new();
    ZifDevice *d = running(b);
    unsigned width, height;
    zif_bench_write(d, R_IER, LIF);
    zif_bench_write(d, R_LIPCR, 5);
    zif_bench_run(b, 3 * (ZifTime)LINE);
    zif_reset_device(d, ZIF_RESET_BLOCK);
    zif_display_source(d)->size(d, &width, &height);
    assert_int_equal(width, 0);
    zif_bench_run(b, FRAME);
    assert_int_equal(zif_bench_read(d, R_ISR), 0);
    assert_int_equal(zif_bench_read(d, R_CPSR), 0);
    assert_int_equal(zif_bench_level(d, "irq", 0), 0);
    zif_bench_free(b);
}

/* --- Reports --- */

static void a_forgotten_reload_is_named(void **state)
{
    ZifBench *b = zif_bench_new();
    ZifDevice *d = running(b);
    set_layer(d, 0, 2, 2, 0, 0, WIDTH, HEIGHT, ZIF_BENCH_RAM);
    zif_bench_run(b, FRAME);
    assert_int_equal(zif_bench_nreports(b), 0);
    zif_bench_run(b, FRAME);
    assert_int_equal(zif_bench_reported(b, ZIF_REPORT_BUSY, "L1CR"), 1);
    assert_int_equal(zif_bench_reported(b, ZIF_REPORT_BUSY, "L1CFBAR"), 1);
    zif_bench_run(b, 10 * FRAME);
    assert_int_equal(zif_bench_reported(b, ZIF_REPORT_BUSY, "L1CR"), 1);
    zif_bench_free(b);
}

static void a_reload_in_time_is_not_reported(void **state)
{
    ZifBench *b = zif_bench_new();
    ZifDevice *d = running(b);
    for (unsigned n = 0; n < 5; n++) {
        set_layer(d, 0, 2, 2, 0, 0, WIDTH, HEIGHT, ZIF_BENCH_RAM + 64 * n);
        zif_bench_write(d, R_SRCR, VBR);
        zif_bench_run(b, FRAME);
    }
    zif_bench_run(b, 3 * FRAME);
    assert_int_equal(zif_bench_nreports(b), 0);
    zif_bench_free(b);
}

static void sizes_out_of_order_are_reported(void **state)
{
    ZifBench *b = zif_bench_new();
    ZifDevice *d = add_ltdc(b);
    zif_bench_write(d, R_GCR, 1); /* all zero */
    assert_int_equal(zif_bench_reported(b, ZIF_REPORT_RESERVED, "AWCR"), 2);
    unsigned width, height;
    zif_display_source(d)->size(d, &width, &height);
    assert_int_equal(width, 0);
    set_frame(d);
    assert_int_equal(zif_bench_reported(b, ZIF_REPORT_BUSY, "TWCR"), 1);
    zif_display_source(d)->size(d, &width, &height);
    assert_int_equal(width, WIDTH);
    assert_int_equal(height, HEIGHT);
    zif_bench_free(b);
}

static void mistakes_of_a_layer_are_named(void **state)
{
    static const struct {
        uint32_t reg, value;
        ZifReportKind kind;
        const char *name;
    } mistakes[] = {
        { L_WHPCR, FIRST_X << 16 | (FIRST_X + 1), ZIF_REPORT_RESERVED, "L1WHPCR" },
        { L_WHPCR, (FIRST_X + WIDTH) << 16 | FIRST_X, ZIF_REPORT_RESERVED, "L1WHPCR" },
        { L_WVPCR, (FIRST_Y + 3) << 16 | (FIRST_Y - 1), ZIF_REPORT_RESERVED, "L1WVPCR" },
        { L_BFCR, 0x507, ZIF_REPORT_RESERVED, "L1BFCR" },
        { L_CFBLR, 3 + WIDTH * 2, ZIF_REPORT_RESERVED, "L1CFBLR" },
        { L_CFBAR, 0, ZIF_REPORT_BUS, "L1CFBAR" },
    };
    for (unsigned i = 0; i < sizeof mistakes / sizeof mistakes[0]; i++) {
        ZifBench *b = zif_bench_new();
        ZifDevice *d = running(b);
        set_layer(d, 0, 2, 2, 0, 0, WIDTH, HEIGHT, ZIF_BENCH_RAM);
        zif_bench_write(d, R_SRCR, IMR);
        assert_int_equal(zif_bench_nreports(b), 0);
        zif_bench_write(d, layer(0) + mistakes[i].reg, mistakes[i].value);
        zif_bench_write(d, R_SRCR, IMR);
        assert_int_equal(zif_bench_reported(b, mistakes[i].kind, mistakes[i].name), 1);
        zif_bench_free(b);
    }
}

static void a_clut_loaded_while_it_is_shown_is_reported(void **state)
{
    ZifBench *b = zif_bench_new();
    ZifDevice *d = running(b);
    set_layer(d, 0, 5, 1, 0, 0, WIDTH, HEIGHT, ZIF_BENCH_RAM);
    zif_bench_write(d, layer(0) + L_CR, 0x11);
    zif_bench_write(d, R_SRCR, IMR);
    zif_bench_write(d, layer(0) + L_CLUTWR, 0x05112233); /* in the blanking period */
    assert_int_equal(zif_bench_nreports(b), 0);
    zif_bench_run(b, (ZifTime)FIRST_Y * LINE);
    zif_bench_write(d, layer(0) + L_CLUTWR, 0x06112233);
    assert_int_equal(zif_bench_reported(b, ZIF_REPORT_BUSY, "L1CLUTWR"), 1);
    zif_bench_free(b);
}

/* --- Snapshots --- */

static void a_state_saved_in_mid_frame_has_the_same_future(void **state)
{
    ZifBench *b = zif_bench_new();
    ZifDevice *d = running(b);
    zif_bench_write(d, R_LIPCR, 20);
    set_layer(d, 0, 2, 2, 0, 0, WIDTH, HEIGHT, 0x30000000);
    zif_bench_write(d, R_SRCR, VBR);
    zif_bench_run(b, 7 * (ZifTime)LINE + 13 * PIXEL);
    size_t size;
    void *saved = zif_bench_save(d, &size), *again;
    uint32_t position = zif_bench_read(d, R_CPSR);
    zif_bench_restore(d, saved);
    again = zif_bench_save(d, &size);
    assert_memory_equal(saved, again, size);
    assert_int_equal(zif_bench_read(d, R_CPSR), position);
    assert_int_equal(zif_bench_read(d, R_ISR), 0);
    zif_bench_run(b, FRAME);
    assert_int_equal(zif_bench_read(d, R_ISR), LIF | TERRIF | RRIF);
    assert_int_equal(zif_bench_read(d, layer(0) + L_CFBAR), 0x30000000);
    free(saved);
    free(again);
    zif_bench_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(registers_have_the_reset_values_of_the_manual),
        cmocka_unit_test(widths_of_dithering_cannot_be_written),
        cmocka_unit_test(position_follows_the_pixel_clock),
        cmocka_unit_test(phases_are_those_of_the_accumulated_sizes),
        cmocka_unit_test(the_line_interrupt_comes_when_its_line_begins),
        cmocka_unit_test(flags_rise_without_interrupts_and_without_events),
        cmocka_unit_test(a_line_beyond_the_frame_never_comes),
        cmocka_unit_test(shadow_registers_read_what_is_in_force),
        cmocka_unit_test(a_reload_at_the_blank_waits_for_it),
        cmocka_unit_test(a_reload_and_a_line_interrupt_may_share_their_moment),
        cmocka_unit_test(without_a_pixel_clock_nothing_is_reloaded_and_its_registers_are_deaf),
        cmocka_unit_test(a_stopped_pixel_clock_stops_the_beam),
        cmocka_unit_test(a_framebuffer_outside_memory_is_a_transfer_error_at_its_first_line),
        cmocka_unit_test(memory_that_appears_ends_transfer_errors),
        cmocka_unit_test(memory_that_opens_at_its_first_access_is_fetched),
        cmocka_unit_test(a_line_length_that_is_too_short_empties_the_fifo),
        cmocka_unit_test(too_few_lines_empty_the_fifo_behind_them),
        cmocka_unit_test(two_layers_can_want_more_than_their_memory_gives),
        cmocka_unit_test(accesses_wait_for_the_slower_clock),
        cmocka_unit_test(a_reset_of_the_block_ends_the_frame),
        cmocka_unit_test(a_forgotten_reload_is_named),
        cmocka_unit_test(a_reload_in_time_is_not_reported),
        cmocka_unit_test(sizes_out_of_order_are_reported),
        cmocka_unit_test(mistakes_of_a_layer_are_named),
        cmocka_unit_test(a_clut_loaded_while_it_is_shown_is_reported),
        cmocka_unit_test(a_state_saved_in_mid_frame_has_the_same_future),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
