/* STM32F42x DMA2D: RM0090 chapter 11. SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "bus_test.h"

enum {
    CR = 0x00,
    ISR = 0x04,
    IFCR = 0x08,
    FGMAR = 0x0c,
    FGOR = 0x10,
    BGMAR = 0x14,
    BGOR = 0x18,
    FGPFCCR = 0x1c,
    FGCOLR = 0x20,
    BGPFCCR = 0x24,
    BGCOLR = 0x28,
    FGCMAR = 0x2c,
    BGCMAR = 0x30,
    OPFCCR = 0x34,
    OCOLR = 0x38,
    OMAR = 0x3c,
    OOR = 0x40,
    NLR = 0x44,
    LWR = 0x48,
    AMTCR = 0x4c,
    FGCLUT = 0x400,
    BGCLUT = 0x800
};
enum { START = 1, SUSP = 2, ABORT = 4, ALL_IE = 0x3f00 };
enum { TE = 1, TC = 2, TW = 4, CAE = 8, CTC = 16, CE = 32 };
enum { COPY = 0, CONVERT = 1 << 16, BLEND = 2 << 16, FILL = 3 << 16 };
enum { ARGB8888, RGB888, RGB565, ARGB1555, ARGB4444, L8, AL44, AL88, L4, A8, A4 };
enum { CCM = 16, PFC_START = 32, REPLACE = 1 << 16, MULTIPLY = 2 << 16 };

#define HZ      16000000u /* the bench's clock */
#define RAM     ZIF_BENCH_RAM
#define NOWHERE 0x60000000u
#define CYCLE   (ZIF_SEC / HZ)

static ZifDevice *dma2d(void **state)
{
    return zif_bench_add(*state, "stm32f4-dma2d", NULL);
}

static uint8_t *ram(void **state)
{
    return zif_bench_ram(*state);
}

static void set_rectangle(ZifDevice *d, unsigned width, unsigned height)
{
    zif_bench_write(d, NLR, width << 16 | height);
}

static unsigned flags(ZifDevice *d)
{
    return zif_bench_peek(d, ISR);
}

/* --- Fill ------------------------------------------------------------------------------------------------------------- */

static void setup_fill(ZifDevice *d, unsigned format, uint32_t colour, unsigned width, unsigned height, unsigned offset)
{
    zif_bench_write(d, OPFCCR, format);
    zif_bench_write(d, OCOLR, colour);
    zif_bench_write(d, OMAR, RAM);
    zif_bench_write(d, OOR, offset);
    set_rectangle(d, width, height);
}

static void a_fill_writes_the_colour_to_every_pixel_and_leaves_what_lies_between_the_lines(void **state)
{
    ZifDevice *d = dma2d(state);
    memset(ram(state), 0xee, 64);
    setup_fill(d, RGB565, 0x1234, 3, 2, 2);
    zif_bench_write(d, CR, FILL | START);
    zif_bench_run(*state, ZIF_MS);
    const uint8_t line[] = { 0x34, 0x12, 0x34, 0x12, 0x34, 0x12, 0xee, 0xee, 0xee, 0xee };
    assert_memory_equal(ram(state), line, 10);
    assert_memory_equal(ram(state) + 10, line, 10);
    assert_int_equal(ram(state)[20], 0xee);
    assert_int_equal(flags(d), TC);
    assert_int_equal(zif_bench_peek(d, CR), FILL);
}

static void a_fill_of_24_bits_repeats_three_bytes(void **state)
{
    ZifDevice *d = dma2d(state);
    setup_fill(d, RGB888, 0xff563412, 101, 30, 0);
    zif_bench_write(d, CR, FILL | START);
    zif_bench_run(*state, ZIF_MS);
    for (unsigned i = 0; i < 101 * 30; i++) {
        assert_memory_equal(ram(state) + 3 * i, "\x12\x34\x56", 3);
    }
    assert_int_equal(ram(state)[3 * 101 * 30], 0);
}

/* --- Durations and progress ------------------------------------------------------------------------------------------- */

static void a_line_takes_a_cycle_a_word_and_two_a_burst(void **state)
{
    ZifDevice *d = dma2d(state);
    setup_fill(d, RGB565, 1, 64, 10, 0); /* 32 words: 2 bursts: 36 cycles */
    zif_bench_write(d, CR, FILL | START);
    zif_bench_run(*state, 360 * CYCLE - 1);
    assert_int_equal(flags(d), 0);
    assert_int_equal(zif_bench_peek(d, CR), FILL | START);
    zif_bench_run(*state, 1);
    assert_int_equal(flags(d), TC);
}

static void no_pixel_takes_less_than_a_cycle(void **state)
{
    ZifDevice *d = dma2d(state);
    zif_bench_write(d, FGMAR, RAM + 0x1000);
    zif_bench_write(d, FGPFCCR, A4);
    setup_fill(d, RGB565, 0, 60, 1, 0); /* 8 + 30 words in 1 + 2 bursts: 44 cycles, but 60 pixels */
    zif_bench_write(d, CR, CONVERT | START);
    zif_bench_run(*state, 60 * CYCLE - 1);
    assert_int_equal(flags(d), 0);
    zif_bench_run(*state, 1);
    assert_int_equal(flags(d), TC);
}

static void dead_time_lies_before_every_burst_from_the_next_line_on(void **state)
{
    ZifDevice *d = dma2d(state);
    setup_fill(d, RGB565, 1, 64, 10, 0);
    zif_bench_write(d, CR, FILL | START);
    zif_bench_run(*state, 5 * 36 * CYCLE);
    zif_bench_write(d, AMTCR, 100 << 8 | 1);
    zif_bench_run(*state, 5 * (36 + 200) * CYCLE - 1);
    assert_int_equal(flags(d), 0);
    zif_bench_run(*state, 1);
    assert_int_equal(flags(d), TC);
}

static unsigned lines_filled(void **state, unsigned width, unsigned height)
{
    unsigned n = 0;
    while (n < height && ram(state)[n * width * 2] == 0x77) {
        n++;
    }
    return n;
}

static void memory_changes_line_by_line_as_time_passes(void **state)
{
    ZifDevice *d = dma2d(state);
    setup_fill(d, RGB565, 0x7777, 160, 200, 0); /* 90 cycles a line, 45 lines a step */
    zif_bench_write(d, CR, FILL | START);
    zif_bench_run(*state, 90 * 45 * CYCLE);
    assert_int_equal(lines_filled(state, 160, 200), 45);
    zif_bench_run(*state, 90 * 45 * CYCLE);
    assert_int_equal(lines_filled(state, 160, 200), 90);
}

static void a_suspended_transfer_stands_still_at_its_line_and_goes_on_where_it_was(void **state)
{
    ZifDevice *d = dma2d(state);
    setup_fill(d, RGB565, 0x7777, 160, 200, 0);
    zif_bench_write(d, CR, FILL | START);
    zif_bench_run(*state, 90 * 7 * CYCLE + 30 * CYCLE);
    zif_bench_write(d, CR, FILL | START | SUSP);
    assert_int_equal(lines_filled(state, 160, 200), 7);
    zif_bench_run(*state, ZIF_SEC);
    assert_int_equal(lines_filled(state, 160, 200), 7);
    assert_int_equal(zif_bench_peek(d, CR), FILL | START | SUSP);
    zif_bench_write(d, CR, FILL | START);
    zif_bench_run(*state, (193 * 90 - 30) * CYCLE - ZIF_NS);
    assert_int_equal(flags(d), 0);
    zif_bench_run(*state, ZIF_NS);
    assert_int_equal(flags(d), TC);
    assert_int_equal(lines_filled(state, 160, 200), 200);
    assert_int_equal(zif_bench_nreports(*state), 0);
}

static void an_aborted_transfer_leaves_the_lines_done_and_no_flag(void **state)
{
    ZifDevice *d = dma2d(state);
    setup_fill(d, RGB565, 0x7777, 160, 200, 0);
    zif_bench_write(d, CR, FILL | ALL_IE | START);
    zif_bench_run(*state, 90 * 7 * CYCLE);
    zif_bench_write(d, CR, FILL | ALL_IE | START | ABORT);
    assert_int_equal(zif_bench_peek(d, CR), FILL | ALL_IE);
    zif_bench_run(*state, ZIF_SEC);
    assert_int_equal(lines_filled(state, 160, 200), 7);
    assert_int_equal(flags(d), 0);
    assert_int_equal(zif_bench_rises(d, "irq", 0), 0);
}

static void a_suspended_transfer_can_be_aborted(void **state)
{
    ZifDevice *d = dma2d(state);
    setup_fill(d, RGB565, 0x7777, 160, 200, 0);
    zif_bench_write(d, CR, FILL | START | SUSP);
    zif_bench_run(*state, ZIF_MS);
    zif_bench_write(d, CR, FILL | START | SUSP | ABORT);
    assert_int_equal(zif_bench_peek(d, CR), FILL);
    zif_bench_run(*state, ZIF_MS);
    assert_int_equal(lines_filled(state, 160, 200), 0);
}

static void a_stopped_clock_stops_the_transfer_and_another_rate_goes_on_with_it(void **state)
{
    ZifDevice *d = dma2d(state);
    setup_fill(d, RGB565, 0x7777, 160, 200, 0);
    zif_bench_write(d, CR, FILL | START);
    zif_bench_run(*state, 90 * 10 * CYCLE);
    zif_bench_clock(d, 0, 0);
    zif_bench_run(*state, ZIF_SEC);
    assert_int_equal(lines_filled(state, 160, 200), 10);
    zif_bench_clock(d, 0, HZ / 2);
    zif_bench_run(*state, 2 * 90 * 190 * CYCLE - ZIF_NS);
    assert_int_equal(flags(d), 0);
    zif_bench_run(*state, ZIF_NS);
    assert_int_equal(flags(d), TC);
}

static void the_watermark_tells_when_its_line_is_in_memory(void **state)
{
    ZifDevice *d = dma2d(state);
    setup_fill(d, RGB565, 0x7777, 160, 200, 0);
    zif_bench_write(d, LWR, 13);
    zif_bench_write(d, CR, FILL | 1 << 10 | START);
    zif_bench_run(*state, 13 * 90 * CYCLE - 1);
    assert_int_equal(zif_bench_level(d, "irq", 0), 0);
    zif_bench_run(*state, 1);
    assert_int_equal(zif_bench_level(d, "irq", 0), 1);
    assert_int_equal(flags(d), TW);
    assert_int_equal(lines_filled(state, 160, 200), 13);
    zif_bench_write(d, IFCR, TW);
    assert_int_equal(zif_bench_level(d, "irq", 0), 0);
    zif_bench_run(*state, ZIF_SEC);
    assert_int_equal(flags(d), TC);
}

static void a_snapshot_in_the_middle_goes_on_to_the_same_picture_at_the_same_time(void **state)
{
    ZifDevice *d = dma2d(state);
    size_t size;
    setup_fill(d, RGB565, 0x7777, 160, 200, 0);
    zif_bench_write(d, CR, FILL | START);
    zif_bench_run(*state, 90 * 50 * CYCLE);
    void *snapshot = zif_bench_save(d, &size);
    zif_bench_write(d, CR, FILL | START | ABORT);
    memset(ram(state) + 45 * 320, 0, 155 * 320);
    zif_bench_restore(d, snapshot);
    free(snapshot);
    zif_bench_run(*state, 90 * 150 * CYCLE - 1);
    assert_int_equal(flags(d), 0);
    zif_bench_run(*state, 1);
    assert_int_equal(flags(d), TC);
    assert_int_equal(lines_filled(state, 160, 200), 200);
}

static void what_is_written_is_marked_for_those_who_log_and_nothing_else(void **state)
{
    ZifDevice *d = dma2d(state);
    const struct {
        unsigned mode, width, height, offset;
        uint32_t first, last; /* bytes */
    } cases[] = {
        { FILL, 100, 100, 0, 0x8000, 0x8000 + 100 * 200 - 1 },
        { FILL, 10, 3, 2000, 0x8000, 0x8000 + 2 * 4020 + 19 },
        { COPY, 60, 40, 7, 0x8000, 0x8000 + 39 * 134 + 119 },
        { CONVERT, 600, 2, 0, 0x8000, 0x8000 + 2 * 1200 - 1 },
        { BLEND, 3, 1, 0, 0x8000, 0x8005 },
    };
    ZifMemoryHit hit = zif_address_space_lookup(zif_bus(d), RAM, true, zif_bus_attrs(d));
    memory_region_set_log(hit.mr, true, DIRTY_MEMORY_VGA);
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        memory_region_reset_dirty(hit.mr, 0, 65536, DIRTY_MEMORY_VGA);
        zif_bench_write(d, FGPFCCR, RGB565);
        zif_bench_write(d, BGPFCCR, RGB565);
        zif_bench_write(d, FGMAR, RAM);
        zif_bench_write(d, BGMAR, RAM);
        setup_fill(d, RGB565, 5, cases[i].width, cases[i].height, cases[i].offset);
        zif_bench_write(d, OMAR, RAM + 0x8000);
        zif_bench_write(d, CR, cases[i].mode | START);
        zif_bench_run(*state, 10 * ZIF_MS);
        assert_int_equal(flags(d), TC);
        zif_bench_write(d, IFCR, TC);
        assert_true(memory_region_get_dirty(hit.mr, cases[i].first, 1, DIRTY_MEMORY_VGA));
        assert_true(memory_region_get_dirty(hit.mr, cases[i].last, 1, DIRTY_MEMORY_VGA));
        assert_false(memory_region_get_dirty(hit.mr, 0, 0x8000, DIRTY_MEMORY_VGA));
        assert_false(memory_region_get_dirty(hit.mr, cases[i].last + 4096, 1, DIRTY_MEMORY_VGA));
    }
    memory_region_set_log(hit.mr, false, DIRTY_MEMORY_VGA);
}

/* --- Copy ------------------------------------------------------------------------------------------------------------- */

static void a_copy_moves_bytes_as_they_are(void **state)
{
    ZifDevice *d = dma2d(state);
    for (unsigned i = 0; i < 256; i++) {
        ram(state)[0x1000 + i] = (uint8_t)i;
    }
    zif_bench_write(d, FGMAR, RAM + 0x1000);
    zif_bench_write(d, FGPFCCR, RGB888 | MULTIPLY);
    zif_bench_write(d, FGOR, 1);
    zif_bench_write(d, OMAR, RAM);
    zif_bench_write(d, OOR, 2);
    zif_bench_write(d, OPFCCR, 7); /* means nothing here */
    set_rectangle(d, 3, 2);
    zif_bench_write(d, CR, COPY | START);
    zif_bench_run(*state, ZIF_MS);
    assert_memory_equal(ram(state), ram(state) + 0x1000, 9);
    assert_memory_equal(ram(state) + 15, ram(state) + 0x1000 + 12, 9);
    assert_int_equal(ram(state)[9], 0);
    assert_int_equal(zif_bench_nreports(*state), 0);
}

static void a_copy_onto_what_it_reads_later_reads_that_again(void **state)
{
    ZifDevice *d = dma2d(state);
    for (unsigned i = 0; i < 512; i++) {
        ram(state)[i] = (uint8_t)(i / 2);
    }
    zif_bench_write(d, FGMAR, RAM);
    zif_bench_write(d, FGPFCCR, L8);
    zif_bench_write(d, OMAR, RAM + 64);
    set_rectangle(d, 256, 1);
    zif_bench_write(d, CR, COPY | START);
    zif_bench_run(*state, ZIF_MS);
    for (unsigned i = 0; i < 256 + 64; i++) {
        assert_int_equal(ram(state)[i], i % 64 / 2);
    }
}

/* --- CLUTs ------------------------------------------------------------------------------------------------------------ */

static void a_clut_is_loaded_in_its_format_and_its_interrupt_comes_at_the_end(void **state)
{
    ZifDevice *d = dma2d(state);
    for (unsigned i = 0; i < 256; i++) {
        ram(state)[i] = (uint8_t)i;
    }
    zif_bench_write(d, CR, 1 << 12);
    zif_bench_write(d, BGCMAR, RAM);
    zif_bench_write(d, BGPFCCR, PFC_START | 3 << 8); /* 4 words: 6 cycles */
    zif_bench_run(*state, 6 * CYCLE - 1);
    assert_int_equal(zif_bench_level(d, "irq", 0), 0);
    zif_bench_run(*state, 1);
    assert_int_equal(zif_bench_level(d, "irq", 0), 1);
    assert_int_equal(flags(d), CTC);
    assert_int_equal(zif_bench_peek(d, BGPFCCR), 3 << 8);
    assert_int_equal(zif_bench_read(d, BGCLUT), 0x03020100);
    assert_int_equal(zif_bench_read(d, BGCLUT + 12), 0x0f0e0d0c);
    assert_int_equal(zif_bench_read(d, BGCLUT + 16), 0);
    zif_bench_write(d, FGCMAR, RAM + 1);
    zif_bench_write(d, FGPFCCR, PFC_START | CCM | 1 << 8);
    zif_bench_run(*state, ZIF_MS);
    assert_int_equal(zif_bench_read(d, FGCLUT), 0xff030201);
    assert_int_equal(zif_bench_read(d, FGCLUT + 4), 0xff060504);
    assert_int_equal(zif_bench_nreports(*state), 0);
}

static void the_processor_reads_and_writes_both_cluts(void **state)
{
    ZifDevice *d = dma2d(state);
    zif_bench_write(d, FGCLUT + 4 * 255, 0x01020304);
    zif_bench_write(d, BGCLUT, 0xf1f2f3f4);
    assert_int_equal(zif_bench_read(d, FGCLUT + 4 * 255), 0x01020304);
    assert_int_equal(zif_bench_read(d, BGCLUT), 0xf1f2f3f4);
}

static void a_clut_touched_during_a_job_is_an_access_error(void **state)
{
    ZifDevice *d = dma2d(state);
    zif_bench_write(d, FGCLUT, 0x11223344);
    zif_bench_write(d, CR, 1 << 11);
    zif_bench_write(d, FGCMAR, RAM);
    zif_bench_write(d, FGPFCCR, PFC_START | 0xff00);
    zif_bench_write(d, FGCLUT + 4, 5);
    assert_int_equal(flags(d), CAE);
    assert_int_equal(zif_bench_level(d, "irq", 0), 1);
    zif_bench_write(d, IFCR, CAE);
    assert_int_equal(zif_bench_read(d, FGCLUT), 0);
    assert_int_equal(flags(d), CAE);
    assert_int_equal(zif_bench_reported(*state, ZIF_REPORT_BUSY, NULL), 2);
    zif_bench_run(*state, ZIF_MS);
    assert_int_equal(flags(d), CAE | CTC);
    assert_int_equal(zif_bench_read(d, FGCLUT + 4), 0);
}

static void a_clut_load_can_be_suspended_and_aborted(void **state)
{
    ZifDevice *d = dma2d(state);
    ram(state)[0] = 1;
    zif_bench_write(d, FGCMAR, RAM);
    zif_bench_write(d, CR, SUSP);
    zif_bench_write(d, FGPFCCR, PFC_START);
    zif_bench_run(*state, ZIF_MS);
    assert_int_equal(zif_bench_peek(d, FGPFCCR), PFC_START);
    zif_bench_write(d, CR, ABORT);
    assert_int_equal(zif_bench_peek(d, FGPFCCR), 0);
    assert_int_equal(zif_bench_peek(d, CR), 0);
    zif_bench_run(*state, ZIF_MS);
    assert_int_equal(flags(d), 0);
    assert_int_equal(zif_bench_read(d, FGCLUT), 0);
}

/* --- Errors ----------------------------------------------------------------------------------------------------------- */

static void every_wrong_configuration_is_an_error_that_starts_nothing(void **state)
{
    static const struct {
        const char *reg;
        unsigned mode;
        uint32_t fgmar, fgor, fgpfc, bgmar, bgor, bgpfc, omar, opfc, nlr;
    } cases[] = {
        { "FGMAR", CONVERT, RAM + 2, 0, ARGB8888, RAM, 0, 0, RAM, 0, 0x20002 },
        { "FGMAR", COPY, RAM + 1, 0, AL88, RAM, 0, 0, RAM, 0, 0x20002 },
        { "FGPFCCR", COPY, RAM, 0, 11, RAM, 0, 0, RAM, 0, 0x20002 },
        { "FGPFCCR", BLEND, RAM, 0, 15, RAM, 0, 0, RAM, 0, 0x20002 },
        { "NLR", CONVERT, RAM, 0, L4, RAM, 0, 0, RAM, 0, 0x30002 },
        { "FGOR", CONVERT, RAM, 1, A4, RAM, 0, 0, RAM, 0, 0x20002 },
        { "BGMAR", BLEND, RAM, 0, 0, RAM + 1, 0, RGB565, RAM, 0, 0x20002 },
        { "BGPFCCR", BLEND, RAM, 0, 0, RAM, 0, 12, RAM, 0, 0x20002 },
        { "NLR", BLEND, RAM, 0, 0, RAM, 0, A4, RAM, 0, 0x30002 },
        { "BGOR", BLEND, RAM, 0, 0, RAM, 3, L4, RAM, 0, 0x20002 },
        { "OMAR", FILL, RAM, 0, 0, RAM, 0, 0, RAM + 1, ARGB4444, 0x20002 },
        { "OMAR", BLEND, RAM, 0, 0, RAM, 0, 0, RAM + 2, ARGB8888, 0x20002 },
        { "OPFCCR", FILL, RAM, 0, 0, RAM, 0, 0, RAM, 5, 0x20002 },
        { "OPFCCR", CONVERT, RAM, 0, 0, RAM, 0, 0, RAM, 7, 0x20002 },
        { "NLR", FILL, RAM, 0, 0, RAM, 0, 0, RAM, 0, 0x20000 },
        { "NLR", COPY, RAM, 0, 0, RAM, 0, 0, RAM, 0, 0x00002 },
    };
    ZifDevice *d = dma2d(state);
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint64_t before = zif_bench_reported(*state, ZIF_REPORT_DMA, cases[i].reg);
        zif_bench_write(d, FGMAR, cases[i].fgmar);
        zif_bench_write(d, FGOR, cases[i].fgor);
        zif_bench_write(d, FGPFCCR, cases[i].fgpfc);
        zif_bench_write(d, BGMAR, cases[i].bgmar);
        zif_bench_write(d, BGOR, cases[i].bgor);
        zif_bench_write(d, BGPFCCR, cases[i].bgpfc);
        zif_bench_write(d, OMAR, cases[i].omar);
        zif_bench_write(d, OPFCCR, cases[i].opfc);
        zif_bench_write(d, NLR, cases[i].nlr);
        zif_bench_write(d, CR, cases[i].mode | 1 << 13 | START);
        assert_int_equal(zif_bench_peek(d, CR), cases[i].mode | 1 << 13);
        assert_int_equal(flags(d), CE);
        assert_int_equal(zif_bench_level(d, "irq", 0), 1);
        assert_int_equal(zif_bench_reported(*state, ZIF_REPORT_DMA, cases[i].reg), before + 1);
        zif_bench_write(d, IFCR, CE);
    }
    zif_bench_run(*state, ZIF_SEC);
    assert_int_equal(flags(d), 0);
}

static void what_a_mode_does_not_use_may_be_wrong(void **state)
{
    ZifDevice *d = dma2d(state);
    zif_bench_write(d, FGMAR, 1);
    zif_bench_write(d, FGPFCCR, 15);
    zif_bench_write(d, BGMAR, 1);
    zif_bench_write(d, BGPFCCR, 15);
    setup_fill(d, RGB888, 5, 3, 3, 1);
    zif_bench_write(d, OMAR, RAM + 1);
    zif_bench_write(d, CR, FILL | START);
    zif_bench_run(*state, ZIF_MS);
    assert_int_equal(flags(d), TC);
    assert_int_equal(zif_bench_nreports(*state), 0);
}

static void a_clut_at_an_odd_address_is_a_configuration_error_with_words_only(void **state)
{
    ZifDevice *d = dma2d(state);
    zif_bench_write(d, FGCMAR, RAM + 2);
    zif_bench_write(d, FGPFCCR, PFC_START);
    assert_int_equal(flags(d), CE);
    assert_int_equal(zif_bench_peek(d, FGPFCCR), 0);
    assert_int_equal(zif_bench_reported(*state, ZIF_REPORT_DMA, "FGCMAR"), 1);
    zif_bench_write(d, IFCR, CE);
    zif_bench_write(d, FGPFCCR, PFC_START | CCM);
    zif_bench_run(*state, ZIF_MS);
    assert_int_equal(flags(d), CTC);
}

static void an_address_nobody_answers_is_a_transfer_error(void **state)
{
    static const struct {
        unsigned slot, mode;
        const char *reg;
    } cases[] = { { FGMAR, COPY, "FGMAR" }, { FGMAR, CONVERT, "FGMAR" }, { BGMAR, BLEND, "BGMAR" },
                  { OMAR, FILL, "OMAR" },   { OMAR, COPY, "OMAR" },      { OMAR, BLEND, "OMAR" } };
    ZifDevice *d = dma2d(state);
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint64_t before = zif_bench_reported(*state, ZIF_REPORT_DMA, cases[i].reg);
        zif_bench_write(d, FGMAR, RAM);
        zif_bench_write(d, BGMAR, RAM);
        setup_fill(d, RGB565, 5, 4, 4, 0);
        zif_bench_write(d, cases[i].slot, NOWHERE);
        zif_bench_write(d, CR, cases[i].mode | 1 << 8 | START);
        zif_bench_run(*state, ZIF_MS);
        assert_int_equal(flags(d), TE);
        assert_int_equal(zif_bench_level(d, "irq", 0), 1);
        assert_int_equal(zif_bench_peek(d, CR), cases[i].mode | 1 << 8);
        assert_int_equal(zif_bench_reported(*state, ZIF_REPORT_DMA, cases[i].reg), before + 1);
        zif_bench_write(d, IFCR, TE);
    }
    zif_bench_write(d, FGCMAR, NOWHERE);
    zif_bench_write(d, FGPFCCR, PFC_START);
    zif_bench_run(*state, ZIF_MS);
    assert_int_equal(flags(d), TE);
    assert_int_equal(zif_bench_peek(d, FGPFCCR), 0);
}

static void registers_are_locked_during_a_transfer_and_saying_so_names_them(void **state)
{
    static const struct {
        const char *name;
        uint32_t offset;
    } locked[] = { { "FGMAR", FGMAR },   { "FGOR", FGOR },     { "BGMAR", BGMAR },     { "BGOR", BGOR },
                   { "FGCOLR", FGCOLR }, { "BGCOLR", BGCOLR }, { "FGCMAR", FGCMAR },   { "BGCMAR", BGCMAR },
                   { "OPFCCR", OPFCCR }, { "OCOLR", OCOLR },   { "OMAR", OMAR },       { "OOR", OOR },
                   { "NLR", NLR },       { "LWR", LWR },       { "FGPFCCR", FGPFCCR }, { "BGPFCCR", BGPFCCR } };
    ZifDevice *d = dma2d(state);
    setup_fill(d, RGB565, 5, 160, 200, 0);
    zif_bench_write(d, CR, FILL | START);
    for (unsigned i = 0; i < sizeof locked / sizeof locked[0]; i++) {
        uint32_t old = zif_bench_peek(d, locked[i].offset);
        zif_bench_write(d, locked[i].offset, old ^ 4);
        assert_int_equal(zif_bench_peek(d, locked[i].offset), old);
        assert_int_equal(zif_bench_reported(*state, ZIF_REPORT_BUSY, locked[i].name), 1);
        zif_bench_write(d, locked[i].offset, old); /* the same again is no mistake */
        assert_int_equal(zif_bench_reported(*state, ZIF_REPORT_BUSY, locked[i].name), 1);
    }
    zif_bench_write(d, CR, COPY | START);
    assert_int_equal(zif_bench_peek(d, CR), FILL | START);
    assert_int_equal(zif_bench_reported(*state, ZIF_REPORT_BUSY, "CR"), 1);
    zif_bench_run(*state, ZIF_SEC);
    assert_int_equal(flags(d), TC);
}

static void a_second_start_during_a_transfer_is_reported_and_does_nothing(void **state)
{
    ZifDevice *d = dma2d(state);
    setup_fill(d, RGB565, 0x7777, 160, 200, 0);
    zif_bench_write(d, CR, FILL | START);
    zif_bench_run(*state, 90 * 100 * CYCLE);
    zif_bench_write(d, CR, FILL | START | 1 << 9); /* an interrupt enabled on the way is no start */
    assert_int_equal(zif_bench_nreports(*state), 0);
    zif_bench_write(d, CR, FILL | START | 1 << 9);
    assert_int_equal(zif_bench_reported(*state, ZIF_REPORT_BUSY, "CR"), 1);
    zif_bench_write(d, FGPFCCR, PFC_START);
    assert_int_equal(zif_bench_reported(*state, ZIF_REPORT_BUSY, "FGPFCCR"), 1);
    assert_int_equal(zif_bench_peek(d, FGPFCCR), 0);
    zif_bench_run(*state, 90 * 100 * CYCLE);
    assert_int_equal(flags(d), TC);
}

static void a_transfer_does_not_start_during_a_clut_load(void **state)
{
    ZifDevice *d = dma2d(state);
    setup_fill(d, RGB565, 0x7777, 160, 200, 0);
    zif_bench_write(d, FGCMAR, RAM);
    zif_bench_write(d, FGPFCCR, PFC_START | 0xff00);
    zif_bench_write(d, CR, FILL | START);
    assert_int_equal(zif_bench_peek(d, CR), FILL);
    assert_int_equal(zif_bench_reported(*state, ZIF_REPORT_BUSY, "CR"), 1);
    zif_bench_write(d, FGPFCCR, PFC_START | 0x1200);
    assert_int_equal(zif_bench_peek(d, FGPFCCR), PFC_START | 0xff00);
    assert_int_equal(zif_bench_reported(*state, ZIF_REPORT_BUSY, "FGPFCCR"), 1);
    zif_bench_run(*state, ZIF_MS);
    assert_int_equal(flags(d), CTC);
}

static void a_transfer_onto_its_own_registers_ends_without_harm(void **state)
{
    ZifDevice *d = zif_bench_add(*state, "stm32f4-dma2d", PROPS(PROP("reg", 0x4002b000, 0xc00)));
    for (uint32_t colour = 0; colour < 256; colour++) {
        setup_fill(d, ARGB8888, colour | FILL, 2 + colour % 300, 5, colour % 7);
        zif_bench_write(d, OMAR, 0x4002b000);
        zif_bench_write(d, CR, FILL | START);
        zif_bench_run(*state, 10 * ZIF_MS);
        zif_bench_write(d, CR, ABORT);
        zif_bench_reset(*state, ZIF_RESET_SYSTEM);
    }
}

/* --- Pixels against a model that knows one pixel at a time ------------------------------------------------------------ */

enum { COLOURS = 256 };
typedef struct {
    unsigned mode, width, height, output;
    struct {
        unsigned format, offset, am, alpha, address;
        uint32_t colour, clut[COLOURS];
    } layer[2];
    unsigned offset, address;
    uint32_t colour;
} Job;

static const unsigned bits_of[] = { 32, 24, 16, 16, 16, 8, 8, 16, 4, 8, 4 };

static uint64_t seed = 1;
static uint32_t any(uint32_t below)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((seed >> 33) % below);
}
static uint32_t any_word(void)
{
    return any(65536) << 16 | any(65536);
}

typedef struct {
    unsigned a, r, g, b;
} Pixel;

static unsigned grown(unsigned value, unsigned width)
{
    return width == 4   ? value * 17
           : width == 5 ? value * 8 + value / 4
           : width == 6 ? value * 4 + value / 16
                        : value * 255;
}

static Pixel of_colour(uint32_t c, unsigned alpha)
{
    return (Pixel){ alpha, c >> 16 & 255, c >> 8 & 255, c & 255 };
}

static Pixel source_pixel(const uint8_t *memory, const Job *j, unsigned l, unsigned x, unsigned y)
{
    unsigned format = j->layer[l].format, bits = bits_of[format];
    unsigned at = j->layer[l].address * 8 + (y * (j->width + j->layer[l].offset) + x) * bits;
    const uint8_t *p = memory + at / 8;
    const uint32_t *clut = j->layer[l].clut;
    unsigned half = p[0] + (bits >= 16 ? p[1] * 256u : 0), four = at % 8 ? p[0] / 16 : p[0] % 16;
    Pixel px = { 0 };
    switch (format) {
    case ARGB8888:
        px = (Pixel){ p[3], p[2], p[1], p[0] };
        break;
    case RGB888:
        px = (Pixel){ 255, p[2], p[1], p[0] };
        break;
    case RGB565:
        px = (Pixel){ 255, grown(half / 2048, 5), grown(half / 32 % 64, 6), grown(half % 32, 5) };
        break;
    case ARGB1555:
        px = (Pixel){ grown(half / 32768, 1), grown(half / 1024 % 32, 5), grown(half / 32 % 32, 5),
                      grown(half % 32, 5) };
        break;
    case ARGB4444:
        px = (Pixel){ grown(half / 4096, 4), grown(half / 256 % 16, 4), grown(half / 16 % 16, 4), grown(half % 16, 4) };
        break;
    case L8:
        px = of_colour(clut[p[0]], clut[p[0]] >> 24);
        break;
    case AL44:
        px = of_colour(clut[p[0] % 16], grown(p[0] / 16, 4));
        break;
    case AL88:
        px = of_colour(clut[p[0]], p[1]);
        break;
    case L4:
        px = of_colour(clut[four], clut[four] >> 24);
        break;
    case A8:
        px = of_colour(j->layer[l].colour, p[0]);
        break;
    default:
        px = of_colour(j->layer[l].colour, grown(four, 4));
        break;
    }
    px.a = j->layer[l].am == 1 ? j->layer[l].alpha : j->layer[l].am == 2 ? px.a * j->layer[l].alpha / 255 : px.a;
    return px;
}

static unsigned mixed(unsigned f, unsigned b, Pixel fg, Pixel bg, unsigned mult, unsigned out)
{
    return out ? (f * fg.a + b * bg.a - b * mult) / out : 0;
}

static void model(uint8_t *memory, const Job *j)
{
    for (unsigned y = 0; y < j->height; y++) {
        for (unsigned x = 0; x < j->width; x++) {
            unsigned format = j->mode == COPY ? j->layer[0].format : j->output, bits = bits_of[format];
            unsigned at = j->address * 8 + (y * (j->width + j->offset) + x) * bits;
            uint8_t *to = memory + at / 8;
            uint32_t raw = j->colour;
            if (j->mode == COPY) {
                unsigned from = j->layer[0].address * 8 + (y * (j->width + j->layer[0].offset) + x) * bits;
                if (bits == 4) {
                    unsigned v = memory[from / 8] >> (from % 8) & 15;
                    *to = (uint8_t)(at % 8 ? (*to & 15) | v << 4 : (*to & 0xf0) | v);
                    continue;
                }
                memcpy(&raw, memory + from / 8, bits / 8);
            } else if (j->mode != FILL) {
                Pixel p = source_pixel(memory, j, 0, x, y);
                if (j->mode == BLEND) {
                    Pixel b = source_pixel(memory, j, 1, x, y);
                    unsigned mult = p.a * b.a / 255, out = p.a + b.a - mult;
                    p = (Pixel){ out, mixed(p.r, b.r, p, b, mult, out), mixed(p.g, b.g, p, b, mult, out),
                                 mixed(p.b, b.b, p, b, mult, out) };
                }
                raw = format == RGB565     ? p.r / 8 * 2048 + p.g / 4 * 32 + p.b / 8
                      : format == ARGB1555 ? p.a / 128 * 32768 + p.r / 8 * 1024 + p.g / 8 * 32 + p.b / 8
                      : format == ARGB4444 ? p.a / 16 * 4096 + p.r / 16 * 256 + p.g / 16 * 16 + p.b / 16
                                           : p.a << 24 | p.r << 16 | p.g << 8 | p.b;
            }
            for (unsigned i = 0; i < bits / 8; i++) {
                to[i] = (uint8_t)(raw >> (8 * i));
            }
        }
    }
}

static Job any_job(void)
{
    static const unsigned modes[] = { COPY, CONVERT, BLEND, FILL, CONVERT, BLEND };
    Job j = { .mode = modes[any(6)], .output = any(5), .offset = any(9), .colour = any_word() };
    j.width = any(8) ? 2 + any(70) : 600 + any(300);
    j.height = j.width > 100 ? 1 + any(4) : 1 + any(12);
    for (unsigned l = 0; l < 2; l++) {
        j.layer[l].format = any(11);
        j.layer[l].offset = any(9);
        j.layer[l].am = any(3);
        j.layer[l].alpha = any(2) ? any(256) : any(2) * 255;
        j.layer[l].colour = any_word() & 0xffffff;
        j.layer[l].address = 0x4000 * (l + 1) + 4 * any(16);
        for (unsigned i = 0; i < COLOURS; i++) {
            j.layer[l].clut[i] = any_word() | (any(2) ? 0xff000000 : 0);
        }
        if (bits_of[j.layer[l].format] == 4) {
            j.layer[l].offset &= ~1u;
            j.width &= ~1u;
        }
    }
    if (j.mode == COPY && bits_of[j.layer[0].format] == 4) {
        j.offset &= ~1u;
    }
    j.address = 4 * any(64);
    return j;
}

/* The colours the CLUTs end up with are put into *j. */
static void program(ZifBench *b, ZifDevice *d, Job *j)
{
    uint8_t *memory = zif_bench_ram(b);
    for (unsigned l = 0; l < 2; l++) {
        bool short_colours = any(2);
        for (unsigned i = 0; i < COLOURS; i++) {
            uint32_t c = j->layer[l].clut[i] |= short_colours ? 0xff000000 : 0;
            for (unsigned k = 0; k < (short_colours ? 3 : 4); k++) {
                memory[0xf000 + i * (short_colours ? 3 : 4) + k] = (uint8_t)(c >> (8 * k));
            }
        }
        zif_bench_write(d, FGCMAR + 4 * l, RAM + 0xf000);
        uint32_t pfc = j->layer[l].format | j->layer[l].am << 16 | j->layer[l].alpha << 24;
        zif_bench_write(d, FGPFCCR + 8 * l, pfc | 0xff00 | (short_colours ? CCM : 0) | PFC_START);
        zif_bench_run(b, ZIF_MS);
        zif_bench_write(d, FGMAR + 8 * l, RAM + j->layer[l].address);
        zif_bench_write(d, FGOR + 8 * l, j->layer[l].offset);
        zif_bench_write(d, FGCOLR + 8 * l, j->layer[l].colour);
    }
    zif_bench_write(d, OCOLR, j->colour);
    zif_bench_write(d, OPFCCR, j->output);
    zif_bench_write(d, OMAR, RAM + j->address);
    zif_bench_write(d, OOR, j->offset);
    set_rectangle(d, j->width, j->height);
}

static void random_jobs_give_what_a_model_of_single_pixels_gives(void **state)
{
    static uint8_t expected[65536];
    ZifDevice *d = dma2d(state);
    for (unsigned round = 0; round < 1500; round++) {
        Job j = any_job();
        for (unsigned i = 0; i < 65536; i += 4) {
            uint32_t v = any_word();
            memcpy(ram(state) + i, &v, 4);
        }
        program(*state, d, &j);
        memcpy(expected, ram(state), sizeof expected);
        model(expected, &j);
        zif_bench_write(d, IFCR, 0x3f);
        zif_bench_write(d, CR, j.mode | START);
        while (zif_bench_peek(d, CR) & START) {
            if (!any(3)) { /* interrupted here and there */
                zif_bench_write(d, CR, j.mode | START | SUSP);
                zif_bench_run(*state, any(1000) * ZIF_NS);
                zif_bench_write(d, CR, j.mode | START);
            }
            zif_bench_run(*state, ZIF_US * any(200));
        }
        assert_int_equal(flags(d), TC);
        if (memcmp(ram(state), expected, sizeof expected) != 0) {
            unsigned at = 0;
            while (ram(state)[at] == expected[at]) {
                at++;
            }
            fail_msg("round %u: mode %u, %u x %u, formats %u and %u to %u: byte %u is %02x, not %02x", round,
                     j.mode >> 16, j.width, j.height, j.layer[0].format, j.layer[1].format, j.output, at - j.address,
                     ram(state)[at], expected[at]);
        }
    }
    assert_int_equal(zif_bench_nreports(*state), 0);
}

static void registers_written_at_random_do_no_harm(void **state)
{
    static const unsigned offsets[] = { CR,     CR,     CR,    FGMAR, FGOR, BGMAR, BGOR, FGPFCCR, BGPFCCR, FGCMAR,
                                        BGCMAR, OPFCCR, OCOLR, OMAR,  OOR,  NLR,   LWR,  AMTCR,   IFCR,    FGCLUT };
    ZifDevice *d = zif_bench_add(*state, "stm32f4-dma2d", PROPS(PROP("reg", 0x4002b000, 0xc00)));
    unsigned ended = 0;
    for (unsigned round = 0; round < 60000; round++) {
        unsigned offset = offsets[any(sizeof offsets / sizeof offsets[0])];
        uint32_t value = any_word();
        bool is_address = offset == FGMAR || offset == BGMAR || offset == FGCMAR || offset == BGCMAR || offset == OMAR;
        if (is_address && any(8)) {
            value = (any(4) ? RAM : 0x4002b000) + any(65536) % (any(2) ? 65536 : 64) / 4 * 4;
        } else if (any(4)) {
            value &= offset == NLR ? 0x1f001f : offset == FGOR || offset == BGOR || offset == OOR ? 3 : UINT32_MAX;
        }
        if (offset == CR) {
            value = (value & (FILL | ALL_IE)) | START | (any(8) ? 0 : SUSP) | (any(16) ? 0 : ABORT);
        } else if (offset == FGPFCCR || offset == BGPFCCR) {
            value = (value & ~0x2fu) | any(12) | (any(8) ? 0 : PFC_START);
        } else if (offset == OPFCCR) {
            value = any(6);
        }
        zif_bench_write(d, offset, value);
        if (!any(64)) {
            zif_bench_clock(d, 0, any(3) * HZ);
        }
        if (!any(500)) {
            zif_bench_reset(*state, any(2) ? ZIF_RESET_SYSTEM : ZIF_RESET_BLOCK);
        }
        zif_bench_run(*state, any(50) * ZIF_US);
        ended += flags(d) & TC ? 1 : 0;
    }
    assert_true(ended > 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_fill_writes_the_colour_to_every_pixel_and_leaves_what_lies_between_the_lines),
        TEST(a_fill_of_24_bits_repeats_three_bytes),
        TEST(a_line_takes_a_cycle_a_word_and_two_a_burst),
        TEST(no_pixel_takes_less_than_a_cycle),
        TEST(dead_time_lies_before_every_burst_from_the_next_line_on),
        TEST(memory_changes_line_by_line_as_time_passes),
        TEST(a_suspended_transfer_stands_still_at_its_line_and_goes_on_where_it_was),
        TEST(an_aborted_transfer_leaves_the_lines_done_and_no_flag),
        TEST(a_suspended_transfer_can_be_aborted),
        TEST(a_stopped_clock_stops_the_transfer_and_another_rate_goes_on_with_it),
        TEST(the_watermark_tells_when_its_line_is_in_memory),
        TEST(a_snapshot_in_the_middle_goes_on_to_the_same_picture_at_the_same_time),
        TEST(what_is_written_is_marked_for_those_who_log_and_nothing_else),
        TEST(a_copy_moves_bytes_as_they_are),
        TEST(a_copy_onto_what_it_reads_later_reads_that_again),
        TEST(a_clut_is_loaded_in_its_format_and_its_interrupt_comes_at_the_end),
        TEST(the_processor_reads_and_writes_both_cluts),
        TEST(a_clut_touched_during_a_job_is_an_access_error),
        TEST(a_clut_load_can_be_suspended_and_aborted),
        TEST(every_wrong_configuration_is_an_error_that_starts_nothing),
        TEST(what_a_mode_does_not_use_may_be_wrong),
        TEST(a_clut_at_an_odd_address_is_a_configuration_error_with_words_only),
        TEST(an_address_nobody_answers_is_a_transfer_error),
        TEST(registers_are_locked_during_a_transfer_and_saying_so_names_them),
        TEST(a_second_start_during_a_transfer_is_reported_and_does_nothing),
        TEST(a_transfer_does_not_start_during_a_clut_load),
        TEST(a_transfer_onto_its_own_registers_ends_without_harm),
        TEST(registers_written_at_random_do_no_harm),
        TEST(random_jobs_give_what_a_model_of_single_pixels_gives),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
