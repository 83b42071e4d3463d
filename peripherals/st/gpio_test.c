/* STM32F4 GPIO. SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <zif/testbench.h>

enum { MODER = 0x00, OTYPER = 0x04, OSPEEDR = 0x08, PUPDR = 0x0C, IDR = 0x10, ODR = 0x14, BSRR = 0x18, LCKR = 0x1C };
enum { AFRL = 0x20, AFRH = 0x24 };

typedef struct {
    ZifBench *bench;
    ZifDevice *port;
} Rig;

static Rig rig(void)
{
    Rig r = { .bench = zif_bench_new() };
    r.port = zif_bench_add(r.bench, "stm32f4-gpio", NULL);
    return r;
}

static void a_port_starts_with_the_values_its_node_says(void **state)
{
    ZifBench *b = zif_bench_new();
    ZifDevice *a = zif_bench_add(
        b, "stm32f4-gpio",
        (ZifBenchProp[]){ { "zif,reset-values", 3, { 0xA8000000, 0x0C000000, 0x64000000 }, NULL }, { 0 } });
    assert_int_equal(zif_bench_read(a, MODER), 0xA8000000);
    assert_int_equal(zif_bench_read(a, OSPEEDR), 0x0C000000);
    assert_int_equal(zif_bench_read(a, PUPDR), 0x64000000);
    assert_int_equal(zif_bench_read(a, IDR), 0xA000); /* pull-ups of JTMS and JTDI */
    zif_bench_free(b);
}

static void an_output_follows_odr_and_bsrr(void **state)
{
    Rig r = rig();
    zif_bench_write(r.port, MODER, 1 << 10);
    zif_bench_write(r.port, BSRR, 1 << 5);
    assert_int_equal(zif_bench_level(r.port, "pin", 5), 1);
    assert_int_equal(zif_bench_read(r.port, IDR), 1 << 5);
    zif_bench_write(r.port, BSRR, 1 << 21);
    assert_int_equal(zif_bench_level(r.port, "pin", 5), 0);
    zif_bench_write(r.port, ODR, 1 << 5);
    assert_int_equal(zif_bench_level(r.port, "pin", 5), 1);
    zif_bench_free(r.bench);
}

static void set_wins_over_reset_in_bsrr(void **state)
{
    Rig r = rig();
    zif_bench_write(r.port, BSRR, 1 << 16 | 1 | 1 << 17);
    assert_int_equal(zif_bench_read(r.port, ODR), 1);
    zif_bench_free(r.bench);
}

static void half_words_of_bsrr_set_and_reset(void **state)
{
    Rig r = rig();
    zif_bench_write_sized(r.port, BSRR, 0x00F0, 2);
    zif_bench_write_sized(r.port, BSRR + 2, 0x0030, 2);
    assert_int_equal(zif_bench_read(r.port, ODR), 0xC0);
    assert_int_equal(zif_bench_nreports(r.bench), 0);
    zif_bench_free(r.bench);
}

static void an_input_keeps_its_pad_whatever_odr_says(void **state)
{
    Rig r = rig();
    zif_bench_write(r.port, ODR, 0xFFFF);
    assert_int_equal(zif_bench_read(r.port, IDR), 0);
    assert_int_equal(zif_bench_level(r.port, "pin", 3), 0);
    zif_bench_free(r.bench);
}

static void pulls_decide_where_nothing_drives(void **state)
{
    Rig r = rig();
    zif_bench_write(r.port, PUPDR, 1 | 2 << 2);
    assert_int_equal(zif_bench_read(r.port, IDR), 1);
    zif_bench_drive(r.port, "pin", 0, 1);
    zif_bench_drive(r.port, "pin", 0, 0);
    zif_bench_drive(r.port, "pin", 1, 1);
    assert_int_equal(zif_bench_read(r.port, IDR), 2);
    zif_bench_free(r.bench);
}

static void an_open_drain_output_pulls_down_and_lets_go(void **state)
{
    Rig r = rig();
    zif_bench_write(r.port, OTYPER, 1);
    zif_bench_write(r.port, PUPDR, 1);
    zif_bench_write(r.port, MODER, 1);
    assert_int_equal(zif_bench_level(r.port, "pin", 0), 0);
    zif_bench_write(r.port, ODR, 1);
    assert_int_equal(zif_bench_level(r.port, "pin", 0), 1);
    zif_bench_drive(r.port, "pin", 0, 1);
    zif_bench_drive(r.port, "pin", 0, 0);
    assert_int_equal(zif_bench_read(r.port, IDR), 0); /* somebody else pulls */
    zif_bench_free(r.bench);
}

static void analog_mode_disconnects_the_input(void **state)
{
    Rig r = rig();
    zif_bench_drive(r.port, "pin", 4, 1);
    assert_int_equal(zif_bench_read(r.port, IDR), 1 << 4);
    zif_bench_write(r.port, MODER, 3 << 8);
    assert_int_equal(zif_bench_read(r.port, IDR), 0);
    assert_int_equal(r.port->cls->alternate(r.port, 4), ZIF_PIN_ANALOG);
    zif_bench_free(r.bench);
}

static void an_alternate_function_drives_the_pin_it_is_chosen_for(void **state)
{
    Rig r = rig();
    zif_bench_drive(r.port, "af", 9 * 16 + 7, 1);
    assert_int_equal(zif_bench_level(r.port, "pin", 9), 0);
    zif_bench_write(r.port, AFRH, 7 << 4);
    zif_bench_write(r.port, MODER, 2 << 18);
    assert_int_equal(zif_bench_level(r.port, "pin", 9), 1);
    assert_int_equal(r.port->cls->alternate(r.port, 9), 7);
    zif_bench_write(r.port, AFRH, 1 << 4);
    assert_int_equal(zif_bench_level(r.port, "pin", 9), 0);
    zif_bench_free(r.bench);
}

static void only_the_chosen_function_hears_the_pin(void **state)
{
    Rig r = rig();
    zif_bench_write(r.port, MODER, 2 << 20);
    zif_bench_write(r.port, AFRH, 7 << 8);
    zif_bench_drive(r.port, "pin", 10, 1);
    assert_int_equal(zif_bench_level(r.port, "af", 10 * 16 + 7), 1);
    assert_int_equal(zif_bench_level(r.port, "af", 10 * 16 + 1), 0);
    zif_bench_write(r.port, AFRH, 1 << 8);
    assert_int_equal(zif_bench_level(r.port, "af", 10 * 16 + 7), 0);
    assert_int_equal(zif_bench_level(r.port, "af", 10 * 16 + 1), 1);
    zif_bench_free(r.bench);
}

static void lock(Rig *r, uint32_t pins)
{
    zif_bench_write(r->port, LCKR, 1 << 16 | pins);
    zif_bench_write(r->port, LCKR, pins);
    zif_bench_write(r->port, LCKR, 1 << 16 | pins);
    zif_bench_read(r->port, LCKR);
}

static void the_lock_sequence_freezes_the_pins_it_names(void **state)
{
    Rig r = rig();
    lock(&r, 1 << 2);
    assert_int_equal(zif_bench_read(r.port, LCKR), 1 << 16 | 1 << 2);
    zif_bench_write(r.port, MODER, 1 << 4 | 1 << 6);
    assert_int_equal(zif_bench_read(r.port, MODER), 1 << 6);
    zif_bench_write(r.port, AFRL, 0x1100);
    assert_int_equal(zif_bench_read(r.port, AFRL), 0x1000);
    assert_int_equal(zif_bench_reported(r.bench, ZIF_REPORT_LOCKED, "MODER"), 1);
    assert_int_equal(zif_bench_reported(r.bench, ZIF_REPORT_LOCKED, "AFRL"), 1);
    zif_bench_write(r.port, ODR, 1 << 2); /* data is not locked */
    assert_int_equal(zif_bench_read(r.port, ODR), 1 << 2);
    zif_bench_free(r.bench);
}

static void a_broken_lock_sequence_locks_nothing(void **state)
{
    Rig r = rig();
    zif_bench_write(r.port, LCKR, 1 << 16 | 1);
    zif_bench_write(r.port, LCKR, 2);
    zif_bench_write(r.port, LCKR, 1 << 16 | 1);
    assert_int_equal(zif_bench_read(r.port, LCKR) >> 16, 0);
    zif_bench_write(r.port, MODER, 1);
    assert_int_equal(zif_bench_read(r.port, MODER), 1);
    zif_bench_free(r.bench);
}

static void a_lock_lasts_until_reset(void **state)
{
    Rig r = rig();
    lock(&r, 1);
    zif_bench_write(r.port, LCKR, 0);
    assert_int_equal(zif_bench_read(r.port, LCKR), 1 << 16 | 1);
    assert_int_equal(zif_bench_reported(r.bench, ZIF_REPORT_LOCKED, "LCKR"), 1);
    zif_bench_reset(r.bench, ZIF_RESET_SYSTEM);
    assert_int_equal(zif_bench_read(r.port, LCKR), 0);
    zif_bench_free(r.bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_port_starts_with_the_values_its_node_says),
        cmocka_unit_test(an_output_follows_odr_and_bsrr),
        cmocka_unit_test(set_wins_over_reset_in_bsrr),
        cmocka_unit_test(half_words_of_bsrr_set_and_reset),
        cmocka_unit_test(an_input_keeps_its_pad_whatever_odr_says),
        cmocka_unit_test(pulls_decide_where_nothing_drives),
        cmocka_unit_test(an_open_drain_output_pulls_down_and_lets_go),
        cmocka_unit_test(analog_mode_disconnects_the_input),
        cmocka_unit_test(an_alternate_function_drives_the_pin_it_is_chosen_for),
        cmocka_unit_test(only_the_chosen_function_hears_the_pin),
        cmocka_unit_test(the_lock_sequence_freezes_the_pins_it_names),
        cmocka_unit_test(a_broken_lock_sequence_locks_nothing),
        cmocka_unit_test(a_lock_lasts_until_reset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
