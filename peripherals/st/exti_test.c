/* STM32F4 EXTI. SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <zif/testbench.h>

enum { IMR = 0x00, EMR = 0x04, RTSR = 0x08, FTSR = 0x0C, SWIER = 0x10, PR = 0x14 };

typedef struct {
    ZifBench *bench;
    ZifDevice *exti;
} Rig;

static Rig rig(void)
{
    Rig r = { .bench = zif_bench_new() };
    r.exti = zif_bench_add(r.bench, "stm32f4-exti", NULL);
    return r;
}

static void a_rising_edge_pends_where_it_was_asked_for(void **state)
{
    Rig r = rig();
    zif_bench_write(r.exti, IMR, 1);
    zif_bench_write(r.exti, RTSR, 1);
    zif_bench_drive(r.exti, "line", 0, 1);
    assert_int_equal(zif_bench_read(r.exti, PR), 1);
    assert_int_equal(zif_bench_level(r.exti, "irq", 0), 1);
    zif_bench_write(r.exti, PR, 1);
    assert_int_equal(zif_bench_level(r.exti, "irq", 0), 0);
    zif_bench_drive(r.exti, "line", 0, 0);
    assert_int_equal(zif_bench_read(r.exti, PR), 0);
    zif_bench_free(r.bench);
}

static void a_falling_edge_pends_where_it_was_asked_for(void **state)
{
    Rig r = rig();
    zif_bench_write(r.exti, FTSR, 1 << 3);
    zif_bench_drive(r.exti, "line", 3, 1);
    assert_int_equal(zif_bench_read(r.exti, PR), 0);
    zif_bench_drive(r.exti, "line", 3, 0);
    assert_int_equal(zif_bench_read(r.exti, PR), 1 << 3);
    zif_bench_free(r.bench);
}

static void a_masked_line_pends_without_an_interrupt(void **state)
{
    Rig r = rig();
    zif_bench_write(r.exti, RTSR, 1 << 4);
    zif_bench_drive(r.exti, "line", 4, 1);
    assert_int_equal(zif_bench_read(r.exti, PR), 1 << 4);
    assert_int_equal(zif_bench_level(r.exti, "irq", 4), 0);
    zif_bench_write(r.exti, IMR, 1 << 4);
    assert_int_equal(zif_bench_level(r.exti, "irq", 4), 1);
    zif_bench_free(r.bench);
}

static void lines_five_to_nine_and_ten_to_fifteen_share_an_interrupt(void **state)
{
    Rig r = rig();
    zif_bench_write(r.exti, IMR, 0xFFE0);
    zif_bench_write(r.exti, RTSR, 0xFFE0);
    zif_bench_drive(r.exti, "line", 5, 1);
    zif_bench_drive(r.exti, "line", 9, 1);
    zif_bench_write(r.exti, PR, 1 << 5);
    assert_int_equal(zif_bench_level(r.exti, "irq", 5), 1); /* line 9 still */
    zif_bench_write(r.exti, PR, 1 << 9);
    assert_int_equal(zif_bench_level(r.exti, "irq", 5), 0);
    zif_bench_drive(r.exti, "line", 15, 1);
    assert_int_equal(zif_bench_level(r.exti, "irq", 6), 1);
    zif_bench_free(r.bench);
}

static void lines_sixteen_to_twenty_two_have_their_own(void **state)
{
    Rig r = rig();
    zif_bench_write(r.exti, IMR, 0x7F0000);
    zif_bench_write(r.exti, RTSR, 0x7F0000);
    for (unsigned line = 16; line < 23; line++) {
        zif_bench_drive(r.exti, "line", line, 1);
        assert_int_equal(zif_bench_level(r.exti, "irq", line - 9), 1);
    }
    zif_bench_free(r.bench);
}

static void software_asks_where_the_line_is_not_masked(void **state)
{
    Rig r = rig();
    zif_bench_write(r.exti, SWIER, 1);
    assert_int_equal(zif_bench_read(r.exti, PR), 0);
    zif_bench_write(r.exti, IMR, 2);
    zif_bench_write(r.exti, SWIER, 2);
    assert_int_equal(zif_bench_level(r.exti, "irq", 1), 1);
    zif_bench_write(r.exti, PR, 2);
    assert_int_equal(zif_bench_read(r.exti, SWIER), 1); /* goes with the pending bit */
    assert_int_equal(zif_bench_level(r.exti, "irq", 1), 0);
    zif_bench_free(r.bench);
}

static void an_edge_is_an_event_where_emr_lets_it_through(void **state)
{
    ZifBench *b = zif_bench_new();
    ZifDevice *exti = zif_bench_add(b, "stm32f4-exti", NULL);
    zif_bench_write(exti, 0x08, 1 << 11 | 1 << 9);
    zif_bench_write(exti, 0x04, 1 << 11);
    zif_bench_drive(exti, "line", 9, 1);
    zif_bench_drive(exti, "line", 11, 1);
    assert_int_equal(zif_bench_rises(exti, "event", 9), 0);
    assert_int_equal(zif_bench_rises(exti, "event", 11), 1);
    zif_bench_free(b);
}

static void an_event_reaches_the_processor_by_edge_and_by_software(void **state)
{
    Rig r = rig();
    zif_bench_write(r.exti, RTSR, 1);
    zif_bench_drive(r.exti, "line", 0, 1); /* EMR is closed */
    assert_int_equal(zif_bench_events(r.bench), 0);
    zif_bench_drive(r.exti, "line", 0, 0);
    zif_bench_write(r.exti, EMR, 1);
    zif_bench_drive(r.exti, "line", 0, 1);
    assert_int_equal(zif_bench_events(r.bench), 1);
    assert_int_equal(zif_bench_level(r.exti, "irq", 0), 0);
    zif_bench_write(r.exti, SWIER, 1);
    assert_int_equal(zif_bench_events(r.bench), 2);
    zif_bench_free(r.bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_edge_is_an_event_where_emr_lets_it_through),
        cmocka_unit_test(a_rising_edge_pends_where_it_was_asked_for),
        cmocka_unit_test(a_falling_edge_pends_where_it_was_asked_for),
        cmocka_unit_test(a_masked_line_pends_without_an_interrupt),
        cmocka_unit_test(lines_five_to_nine_and_ten_to_fifteen_share_an_interrupt),
        cmocka_unit_test(lines_sixteen_to_twenty_two_have_their_own),
        cmocka_unit_test(an_event_reaches_the_processor_by_edge_and_by_software),
        cmocka_unit_test(software_asks_where_the_line_is_not_masked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
