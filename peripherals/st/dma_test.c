/* STM32F4 DMA: RM0090 chapter 10. SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <zif/testbench.h>

#define PROP(n, ...)                                                                                                   \
    {                                                                                                                  \
        .name = n, .ncells = sizeof((uint32_t[]){ __VA_ARGS__ }) / 4, .cells = { __VA_ARGS__ }                         \
    }

enum {
    LISR = 0,
    HISR = 4,
    LIFCR = 8,
    HIFCR = 12,
    CR = 0x10,
    NDTR = 0x14,
    PAR = 0x18,
    M0AR = 0x1c,
    M1AR = 0x20,
    FCR = 0x24
};
enum {
    EN = 1,
    DMEIE = 2,
    TEIE = 4,
    HTIE = 8,
    TCIE = 16,
    PFCTRL = 32,
    M2P = 1 << 6,
    M2M = 2 << 6,
    CIRC = 1 << 8,
    PINC = 1 << 9
};
enum {
    MINC = 1 << 10,
    P16 = 1 << 11,
    P32 = 2 << 11,
    M16 = 1 << 13,
    M32 = 2 << 13,
    PINCOS = 1 << 15,
    DBM = 1 << 18,
    CT = 1 << 19
};
enum { FE = 1, DME = 4, TE = 8, HT = 16, TC = 32, DMDIS = 4 };
#define PL(n)      ((uint32_t)(n) << 16)
#define MBURST(n)  ((uint32_t)(n) << 23)
#define PBURST(n)  ((uint32_t)(n) << 21)
#define CHANNEL(n) ((uint32_t)(n) << 25)
#define SRC        ZIF_BENCH_RAM
#define DST        (ZIF_BENCH_RAM + 0x1000)
#define PORT       0x40000000u

/* A peripheral with a data register: wants `wanted` transfers, gives 1, 2, 3, ... and keeps what it is given. */
typedef struct {
    ZifDevice dev;
    uint32_t values[2];
    uint32_t given, taken[64], ntaken;
} Peer;

static void peer_served(Peer *p)
{
    if (p->values[1]) {
        p->values[1]--;
    }
    zif_set(&p->dev, 0, 0, p->values[1] > 0);
}

static uint32_t peer_peek(ZifDevice *dev, unsigned slot)
{
    Peer *p = (Peer *)dev;
    return slot ? p->values[1] : p->given + 1;
}

static void peer_read(ZifDevice *dev, unsigned slot)
{
    Peer *p = (Peer *)dev;
    if (slot == 0) {
        p->given++;
        peer_served(p);
    }
}

static void peer_write(ZifDevice *dev, unsigned slot, uint32_t old, uint32_t value)
{
    Peer *p = (Peer *)dev;
    if (slot == 0) {
        p->taken[p->ntaken++ % 64] = value;
        peer_served(p);
    } else {
        zif_set(dev, 0, 0, value > 0);
    }
}

static const ZifRegister peer_regs[2] = {
    { .name = "DR", .offset = 0 },
    { .name = "WANTED", .offset = 4 },
};

static const ZifClass peer_class = {
    .name = "peer",
    .size = sizeof(Peer),
    .regs = peer_regs,
    .nregs = 2,
    .values = offsetof(Peer, values),
    .span = 0x100,
    .outputs = (const ZifOutput[]){ { .name = "dma" }, { 0 } },
    .peek = peer_peek,
    .on_read = peer_read,
    .on_write = peer_write,
};

typedef struct {
    ZifBench *b;
    ZifDevice *dma;
    Peer *peer;
    uint8_t *src, *dst;
} Rig;

/* Stream 0 channel 0 serves the peer. */
static Rig rig_new(const ZifBenchProp *props)
{
    Rig r = { .b = zif_bench_new() };
    ZifDevice *peer = zif_bench_add_class(r.b, &peer_class, (ZifBenchProp[]){ PROP("reg", PORT, 0x100), { 0 } });
    r.dma = zif_bench_add(r.b, "stm32f4-dma", props);
    r.peer = (Peer *)peer;
    zif_bench_connect(peer, "dma", 0, r.dma, "req", 0);
    r.src = zif_bench_ram(r.b);
    r.dst = r.src + 0x1000;
    for (unsigned i = 0; i < 256; i++) {
        r.src[i] = i + 1;
    }
    return r;
}

static void setup(Rig *r, unsigned n, uint32_t par, uint32_t m0ar, uint32_t count, uint32_t fcr)
{
    zif_bench_write(r->dma, NDTR + 0x18 * n, count);
    zif_bench_write(r->dma, PAR + 0x18 * n, par);
    zif_bench_write(r->dma, M0AR + 0x18 * n, m0ar);
    zif_bench_write(r->dma, FCR + 0x18 * n, fcr);
}

static void start(Rig *r, uint32_t cr)
{
    zif_bench_write(r->dma, CR, cr);
    zif_bench_write(r->dma, CR, cr | EN);
}

static void want(Rig *r, unsigned count)
{
    zif_bench_write(&r->peer->dev, 4, count);
}

static uint32_t flags(Rig *r)
{
    return zif_bench_read(r->dma, LISR) & 0x3f;
}

static bool enabled(Rig *r)
{
    return zif_bench_read(r->dma, CR) & EN;
}

#define RIG  Rig r = rig_new(NULL)
#define DONE zif_bench_free(r.b)

static void memory_to_memory_copies_and_ends(void **state)
{
    RIG;
    setup(&r, 0, SRC, DST, 25, DMDIS | 3);
    start(&r, M2M | PINC | MINC | P32 | M32 | TCIE);
    assert_true(enabled(&r));
    zif_bench_run(r.b, 100 * ZIF_US);
    assert_memory_equal(r.dst, r.src, 100);
    assert_int_equal(r.dst[100], 0);
    assert_false(enabled(&r));
    assert_int_equal(flags(&r), TC | HT);
    assert_int_equal(zif_bench_read(r.dma, NDTR), 0);
    assert_int_equal(zif_bench_level(r.dma, "irq", 0), 1);
    zif_bench_write(r.dma, LIFCR, TC);
    assert_int_equal(flags(&r), HT);
    assert_int_equal(zif_bench_level(r.dma, "irq", 0), 0);
    assert_int_equal(zif_bench_nreports(r.b), 0);
    DONE;
}

static void a_copy_takes_a_few_cycles_a_beat(void **state)
{
    RIG;
    setup(&r, 0, SRC, DST, 100, DMDIS | 3);
    start(&r, M2M | PINC | MINC | P32 | M32);
    zif_bench_run(r.b, 400 * ZIF_SEC / 16000000);
    assert_true(enabled(&r));
    zif_bench_run(r.b, 400 * ZIF_SEC / 16000000);
    assert_false(enabled(&r));
    DONE;
}

static void memory_to_memory_never_uses_direct_mode(void **state)
{
    RIG;
    setup(&r, 0, SRC, DST, 4, 0);
    start(&r, M2M | PINC | MINC | P32 | M32);
    assert_true(zif_bench_read(r.dma, FCR) & DMDIS);
    DONE;
}

static void each_request_moves_one_item_in_direct_mode(void **state)
{
    RIG;
    setup(&r, 0, PORT, DST, 8, 0);
    start(&r, MINC);
    want(&r, 3);
    zif_bench_run(r.b, 10 * ZIF_US);
    assert_int_equal(r.dst[0], 1);
    assert_int_equal(r.dst[2], 3);
    assert_int_equal(r.dst[3], 0);
    assert_int_equal(zif_bench_read(r.dma, NDTR), 5);
    assert_int_equal(flags(&r), 0);
    want(&r, 1);
    zif_bench_run(r.b, 10 * ZIF_US);
    assert_int_equal(flags(&r), HT);
    want(&r, 4);
    zif_bench_run(r.b, 10 * ZIF_US);
    assert_int_equal(flags(&r), HT | TC);
    assert_int_equal(r.dst[7], 8);
    DONE;
}

static void memory_to_peripheral_sends_in_order_and_no_more(void **state)
{
    RIG;
    setup(&r, 0, PORT, SRC, 5, 0);
    start(&r, M2P | MINC);
    zif_bench_run(r.b, 10 * ZIF_US);
    assert_int_equal(r.peer->ntaken, 0);
    want(&r, 20);
    zif_bench_run(r.b, 10 * ZIF_US);
    assert_int_equal(r.peer->ntaken, 5);
    assert_int_equal(r.peer->taken[0], 1);
    assert_int_equal(r.peer->taken[4], 5);
    assert_int_equal(flags(&r), HT | TC);
    assert_false(enabled(&r));
    DONE;
}

static void a_pulse_is_one_request(void **state)
{
    RIG;
    setup(&r, 0, PORT, DST, 8, 0);
    start(&r, MINC);
    zif_bench_drive(r.dma, "req", 0, 1);
    zif_bench_drive(r.dma, "req", 0, 0);
    zif_bench_run(r.b, 10 * ZIF_US);
    assert_int_equal(zif_bench_read(r.dma, NDTR), 7);
    DONE;
}

static void a_request_of_another_channel_is_not_heard(void **state)
{
    RIG;
    setup(&r, 0, PORT, DST, 8, 0);
    start(&r, MINC | CHANNEL(3));
    want(&r, 1);
    zif_bench_run(r.b, 10 * ZIF_US);
    assert_int_equal(zif_bench_read(r.dma, NDTR), 8);
    zif_bench_drive(r.dma, "req", 3, 1);
    zif_bench_drive(r.dma, "req", 3, 0);
    zif_bench_run(r.b, 10 * ZIF_US);
    assert_int_equal(zif_bench_read(r.dma, NDTR), 7);
    DONE;
}

static void bytes_are_packed_into_words(void **state)
{
    RIG;
    setup(&r, 0, PORT, DST, 8, DMDIS | 0);
    start(&r, MINC | M32);
    want(&r, 3);
    zif_bench_run(r.b, 10 * ZIF_US);
    assert_int_equal(r.dst[0], 0);
    assert_int_equal(zif_bench_read(r.dma, FCR) >> 3 & 7, 0);
    want(&r, 1);
    zif_bench_run(r.b, 10 * ZIF_US);
    assert_memory_equal(r.dst, "\1\2\3\4", 5);
    assert_int_equal(zif_bench_read(r.dma, FCR) >> 3 & 7, 4);
    assert_int_equal(zif_bench_nreports(r.b), 0);
    DONE;
}

static void words_are_unpacked_into_bytes(void **state)
{
    RIG;
    setup(&r, 0, PORT, SRC, 8, DMDIS | 1);
    start(&r, M2P | MINC | M32);
    want(&r, 8);
    zif_bench_run(r.b, 10 * ZIF_US);
    assert_int_equal(r.peer->ntaken, 8);
    assert_int_equal(r.peer->taken[5], 6);
    assert_int_equal(flags(&r), HT | TC);
    DONE;
}

static void a_fifo_below_its_threshold_is_flushed_when_the_transfer_ends(void **state)
{
    RIG;
    setup(&r, 0, PORT, DST, 6, DMDIS | 3);
    start(&r, MINC);
    want(&r, 5);
    zif_bench_run(r.b, 10 * ZIF_US);
    assert_int_equal(r.dst[0], 0);
    want(&r, 1);
    zif_bench_run(r.b, 10 * ZIF_US);
    assert_memory_equal(r.dst, "\1\2\3\4\5\6", 7);
    assert_int_equal(flags(&r), HT | TC);
    DONE;
}

static void a_peripheral_burst_moves_its_beats_for_one_request(void **state)
{
    RIG;
    setup(&r, 0, PORT, DST, 8, DMDIS | 0);
    start(&r, MINC | PBURST(1) | MBURST(1));
    zif_bench_drive(r.dma, "req", 0, 1);
    zif_bench_drive(r.dma, "req", 0, 0);
    zif_bench_run(r.b, 10 * ZIF_US);
    assert_int_equal(zif_bench_read(r.dma, NDTR), 4);
    assert_memory_equal(r.dst, "\1\2\3\4", 5);
    DONE;
}

static void circular_mode_starts_again_by_itself(void **state)
{
    RIG;
    setup(&r, 0, PORT, DST, 4, 0);
    start(&r, MINC | CIRC);
    want(&r, 6);
    zif_bench_run(r.b, 20 * ZIF_US);
    assert_memory_equal(r.dst, "\5\6\3\4", 5);
    assert_int_equal(zif_bench_read(r.dma, NDTR), 2);
    assert_true(enabled(&r));
    assert_int_equal(flags(&r), HT | TC);
    DONE;
}

static void circular_output_repeats_the_buffer(void **state)
{
    RIG;
    setup(&r, 0, PORT, SRC, 3, 0);
    start(&r, M2P | MINC | CIRC);
    want(&r, 7);
    zif_bench_run(r.b, 20 * ZIF_US);
    assert_int_equal(r.peer->ntaken, 7);
    assert_int_equal(r.peer->taken[3], 1);
    assert_int_equal(r.peer->taken[6], 1);
    DONE;
}

static void double_buffer_mode_changes_the_target_at_each_end(void **state)
{
    RIG;
    setup(&r, 0, PORT, DST, 2, 0);
    zif_bench_write(r.dma, M1AR, DST + 0x100);
    start(&r, MINC | DBM);
    assert_true(zif_bench_read(r.dma, CR) & CIRC);
    want(&r, 3);
    zif_bench_run(r.b, 20 * ZIF_US);
    assert_memory_equal(r.dst, "\1\2", 3);
    assert_int_equal(r.dst[0x100], 3);
    assert_true(zif_bench_read(r.dma, CR) & CT);
    /* The buffer that rests may be moved. */
    zif_bench_write(r.dma, M0AR, DST + 0x200);
    want(&r, 2);
    zif_bench_run(r.b, 20 * ZIF_US);
    assert_int_equal(r.dst[0x200], 5);
    assert_int_equal(zif_bench_nreports(r.b), 0);
    DONE;
}

static void moving_the_buffer_in_use_is_a_transfer_error(void **state)
{
    RIG;
    setup(&r, 0, PORT, DST, 2, 0);
    zif_bench_write(r.dma, M1AR, DST + 0x100);
    start(&r, MINC | DBM);
    zif_bench_write(r.dma, M0AR, DST + 0x200);
    assert_false(enabled(&r));
    assert_int_equal(flags(&r), TE);
    assert_int_equal(zif_bench_reported(r.b, ZIF_REPORT_DMA, "S0M0AR"), 1);
    DONE;
}

static void the_higher_level_goes_first_then_the_lower_number(void **state)
{
    RIG;
    for (unsigned n = 0; n < 3; n++) {
        setup(&r, n, PORT, DST + 0x10 * n, 4, 0);
    }
    zif_bench_write(r.dma, CR, EN | MINC);
    zif_bench_write(r.dma, CR + 0x18, EN | MINC);
    zif_bench_write(r.dma, CR + 0x30, EN | MINC | PL(2));
    /* The first of all takes the idle port, whatever its level. */
    zif_bench_drive(r.dma, "req", 8, 1);
    zif_bench_drive(r.dma, "req", 8, 0);
    for (unsigned n = 0; n < 3; n++) {
        zif_bench_drive(r.dma, "req", 8 * n, 1);
        zif_bench_drive(r.dma, "req", 8 * n, 0);
    }
    zif_bench_run(r.b, 20 * ZIF_US);
    assert_int_equal(r.dst[0x10], 1);
    assert_int_equal(r.dst[0x20], 2);
    assert_int_equal(r.dst[0x00], 3);
    DONE;
}

static void the_processor_may_not_change_a_running_stream(void **state)
{
    RIG;
    setup(&r, 0, PORT, DST, 4, 0);
    start(&r, MINC);
    zif_bench_write(r.dma, NDTR, 9);
    zif_bench_write(r.dma, PAR, 0);
    zif_bench_write(r.dma, M0AR, 0);
    zif_bench_write(r.dma, FCR, DMDIS);
    zif_bench_write(r.dma, CR, EN | MINC | P32 | TCIE);
    assert_int_equal(zif_bench_read(r.dma, NDTR), 4);
    assert_int_equal(zif_bench_read(r.dma, PAR), PORT);
    assert_int_equal(zif_bench_read(r.dma, M0AR), DST);
    assert_int_equal(zif_bench_read(r.dma, CR), EN | MINC | TCIE);
    assert_int_equal(zif_bench_reported(r.b, ZIF_REPORT_BUSY, "S0NDTR"), 1);
    assert_int_equal(zif_bench_reported(r.b, ZIF_REPORT_BUSY, "S0PAR"), 1);
    assert_int_equal(zif_bench_reported(r.b, ZIF_REPORT_BUSY, "S0M0AR"), 1);
    assert_int_equal(zif_bench_reported(r.b, ZIF_REPORT_BUSY, "S0FCR"), 1);
    assert_int_equal(zif_bench_reported(r.b, ZIF_REPORT_BUSY, "S0CR"), 1);
    DONE;
}

static void a_stream_is_off_only_when_what_is_under_way_has_ended(void **state)
{
    RIG;
    setup(&r, 0, PORT, DST, 8, DMDIS | 3);
    start(&r, MINC);
    want(&r, 3);
    zif_bench_run(r.b, 10 * ZIF_US);
    zif_bench_write(r.dma, CR, MINC);
    assert_true(enabled(&r));
    zif_bench_run(r.b, 10 * ZIF_US);
    assert_false(enabled(&r));
    assert_memory_equal(r.dst, "\1\2\3", 4);
    assert_int_equal(flags(&r) & TC, TC);
    assert_int_equal(zif_bench_read(r.dma, NDTR), 5);
    DONE;
}

static void flags_of_the_last_transfer_keep_a_stream_from_starting(void **state)
{
    RIG;
    setup(&r, 0, PORT, DST, 1, 0);
    start(&r, MINC);
    want(&r, 1);
    zif_bench_run(r.b, 10 * ZIF_US);
    start(&r, MINC);
    assert_false(enabled(&r));
    assert_int_equal(zif_bench_reported(r.b, ZIF_REPORT_DMA, "S0CR"), 1);
    zif_bench_write(r.dma, LIFCR, 0x3d);
    start(&r, MINC);
    assert_true(enabled(&r));
    assert_int_equal(zif_bench_read(r.dma, NDTR), 1);
    DONE;
}

static void a_bus_error_is_a_transfer_error_and_ends_the_stream(void **state)
{
    RIG;
    setup(&r, 0, PORT, 0x60000000, 4, 0);
    start(&r, MINC | TEIE);
    want(&r, 1);
    zif_bench_run(r.b, 10 * ZIF_US);
    assert_int_equal(flags(&r), TE);
    assert_false(enabled(&r));
    assert_int_equal(zif_bench_level(r.dma, "irq", 0), 1);
    assert_non_null(strstr(zif_bench_report_text(r.b, 0), "0x60000000"));
    DONE;
}

static void what_a_port_cannot_reach_is_a_transfer_error_that_names_it(void **state)
{
    Rig r = rig_new((ZifBenchProp[]){ PROP("zif,cannot-reach", 0, DST, 0x100, 1, SRC, 0x100), { 0 } });
    setup(&r, 0, PORT, DST, 4, 0);
    start(&r, MINC);
    want(&r, 1);
    zif_bench_run(r.b, 10 * ZIF_US);
    assert_int_equal(flags(&r), TE);
    assert_non_null(strstr(zif_bench_report_text(r.b, 0), "memory port of stm32f4-dma.1 has no way to 0x20001000"));
    zif_bench_write(r.dma, LIFCR, 0x3d);
    setup(&r, 0, SRC, DST + 0x100, 4, 0);
    start(&r, MINC | M2M);
    zif_bench_run(r.b, 10 * ZIF_US);
    assert_int_equal(flags(&r), TE);
    zif_bench_write(r.dma, LIFCR, 0x3d);
    setup(&r, 0, DST, SRC, 4, 0);
    start(&r, MINC | PINC | M2M | CHANNEL(1));
    zif_bench_run(r.b, 10 * ZIF_US);
    assert_int_equal(flags(&r), HT | TC);
    DONE;
}

static void a_threshold_that_is_no_whole_number_of_bursts_is_a_fifo_error(void **state)
{
    RIG;
    setup(&r, 0, PORT, DST, 16, DMDIS | 2);
    start(&r, MINC | MBURST(2)); /* 8 bytes, threshold 12 */
    assert_false(enabled(&r));
    assert_int_equal(flags(&r), FE);
    assert_int_equal(zif_bench_reported(r.b, ZIF_REPORT_DMA, "S0FCR"), 1);
    zif_bench_write(r.dma, LIFCR, 0x3d);
    setup(&r, 0, PORT, DST, 16, DMDIS | 1);
    start(&r, MINC | MBURST(2));
    assert_true(enabled(&r));
    assert_int_equal(zif_bench_nreports(r.b), 1);
    DONE;
}

static void a_burst_across_one_kilobyte_is_reported(void **state)
{
    RIG;
    setup(&r, 0, SRC, DST + 1024 - 8, 8, DMDIS | 3);
    start(&r, M2M | PINC | MINC | P32 | M32 | MBURST(1));
    zif_bench_run(r.b, 100 * ZIF_US);
    assert_int_equal(zif_bench_reported(r.b, ZIF_REPORT_DMA, "S0M0AR"), 1);
    DONE;
}

static void nothing_to_transfer_is_reported(void **state)
{
    RIG;
    setup(&r, 0, PORT, DST, 0, 0);
    start(&r, MINC);
    assert_true(enabled(&r));
    assert_int_equal(zif_bench_reported(r.b, ZIF_REPORT_DMA, "S0NDTR"), 1);
    DONE;
}

static void an_odd_address_is_reported_and_aligned(void **state)
{
    RIG;
    setup(&r, 0, SRC, DST + 2, 1, DMDIS | 3);
    start(&r, M2M | PINC | MINC | P32 | M32);
    zif_bench_run(r.b, 10 * ZIF_US);
    assert_int_equal(zif_bench_reported(r.b, ZIF_REPORT_DMA, "S0M0AR"), 1);
    assert_memory_equal(r.dst, r.src, 4);
    DONE;
}

static void a_peripheral_that_controls_the_flow_ends_the_transfer(void **state)
{
    RIG;
    setup(&r, 0, PORT, DST, 2, DMDIS | 3);
    start(&r, MINC | PFCTRL);
    assert_int_equal(zif_bench_read(r.dma, NDTR), 0xffff);
    want(&r, 5);
    zif_bench_run(r.b, 10 * ZIF_US);
    assert_int_equal(flags(&r), 0);
    zif_bench_drive(r.dma, "last", 0, 1);
    zif_bench_run(r.b, 10 * ZIF_US);
    assert_int_equal(flags(&r), TC);
    assert_int_equal(zif_bench_read(r.dma, NDTR), 0xffff - 5);
    assert_memory_equal(r.dst, "\1\2\3\4\5", 6);
    DONE;
}

static void a_second_request_before_memory_has_the_first_is_a_direct_mode_error(void **state)
{
    RIG;
    /* Another stream holds the memory port with a long burst. */
    setup(&r, 0, PORT, DST, 8, 0);
    setup(&r, 1, SRC, DST + 0x100, 64, DMDIS | 3);
    zif_bench_write(r.dma, CR + 0x18, EN | M2M | PINC | MINC | MBURST(3) | PL(3));
    zif_bench_write(r.dma, CR, EN);
    for (unsigned i = 0; i < 200 && !(flags(&r) & DME); i++) {
        zif_bench_drive(r.dma, "req", 0, 1);
        zif_bench_drive(r.dma, "req", 0, 0);
        zif_bench_run(r.b, 100 * ZIF_NS);
    }
    assert_int_equal(flags(&r) & DME, DME);
    assert_true(enabled(&r));
    DONE;
}

static void a_stream_waits_while_the_clock_is_off(void **state)
{
    RIG;
    setup(&r, 0, SRC, DST, 16, DMDIS | 3);
    start(&r, M2M | PINC | MINC);
    zif_bench_clock(r.dma, 0, 0);
    zif_bench_run(r.b, 100 * ZIF_US);
    assert_int_equal(r.dst[0], 0);
    zif_bench_clock(r.dma, 0, 16000000);
    zif_bench_run(r.b, 100 * ZIF_US);
    assert_memory_equal(r.dst, r.src, 16);
    DONE;
}

static void a_half_word_access_is_reported(void **state)
{
    RIG;
    zif_bench_write_sized(r.dma, NDTR, 5, 2);
    assert_int_equal(zif_bench_reported(r.b, ZIF_REPORT_WIDTH, "S0NDTR"), 1);
    DONE;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_to_memory_copies_and_ends),
        cmocka_unit_test(a_copy_takes_a_few_cycles_a_beat),
        cmocka_unit_test(memory_to_memory_never_uses_direct_mode),
        cmocka_unit_test(each_request_moves_one_item_in_direct_mode),
        cmocka_unit_test(memory_to_peripheral_sends_in_order_and_no_more),
        cmocka_unit_test(a_pulse_is_one_request),
        cmocka_unit_test(a_request_of_another_channel_is_not_heard),
        cmocka_unit_test(bytes_are_packed_into_words),
        cmocka_unit_test(words_are_unpacked_into_bytes),
        cmocka_unit_test(a_fifo_below_its_threshold_is_flushed_when_the_transfer_ends),
        cmocka_unit_test(a_peripheral_burst_moves_its_beats_for_one_request),
        cmocka_unit_test(circular_mode_starts_again_by_itself),
        cmocka_unit_test(circular_output_repeats_the_buffer),
        cmocka_unit_test(double_buffer_mode_changes_the_target_at_each_end),
        cmocka_unit_test(moving_the_buffer_in_use_is_a_transfer_error),
        cmocka_unit_test(the_higher_level_goes_first_then_the_lower_number),
        cmocka_unit_test(the_processor_may_not_change_a_running_stream),
        cmocka_unit_test(a_stream_is_off_only_when_what_is_under_way_has_ended),
        cmocka_unit_test(flags_of_the_last_transfer_keep_a_stream_from_starting),
        cmocka_unit_test(a_bus_error_is_a_transfer_error_and_ends_the_stream),
        cmocka_unit_test(what_a_port_cannot_reach_is_a_transfer_error_that_names_it),
        cmocka_unit_test(a_threshold_that_is_no_whole_number_of_bursts_is_a_fifo_error),
        cmocka_unit_test(a_burst_across_one_kilobyte_is_reported),
        cmocka_unit_test(nothing_to_transfer_is_reported),
        cmocka_unit_test(an_odd_address_is_reported_and_aligned),
        cmocka_unit_test(a_peripheral_that_controls_the_flow_ends_the_transfer),
        cmocka_unit_test(a_second_request_before_memory_has_the_first_is_a_direct_mode_error),
        cmocka_unit_test(a_stream_waits_while_the_clock_is_off),
        cmocka_unit_test(a_half_word_access_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
