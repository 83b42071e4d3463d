/* Two ends of a line at different rates. See baud.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "baud.h"

static void rates_within_five_percent_agree(void **state)
{
    assert_true(baud_agrees(115200, 115200));
    assert_true(baud_agrees(115107, 115200));
    assert_true(baud_agrees(115200 * 1.05, 115200));
    assert_false(baud_agrees(115200 * 1.06, 115200));
    assert_true(baud_agrees(115200 * 0.95, 115200));
    assert_false(baud_agrees(115200 * 0.94, 115200));
}

static void equal_rates_change_nothing(void **state)
{
    for (int byte = 0; byte < 256; byte++) {
        assert_int_equal(baud_garble((uint8_t)byte, 9600, 9600), byte);
    }
}

static void a_fast_sender_is_over_before_a_slow_receiver_looks(void **state)
{
    assert_int_equal(baud_garble('A', 115200, 9600), 0xff);
}

static void a_slow_sender_stretches_its_bits(void **state)
{
    /* At half the rate each bit is seen twice, the start bit too: samples at 0.75, 1.25, ... of the sender's bits. */
    assert_int_equal(baud_garble(0x01, 4800, 9600), 0x06);
    assert_int_equal(baud_garble(0xff, 4800, 9600), 0xfe);
    assert_int_equal(baud_garble(0x00, 300, 9600), 0x00);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rates_within_five_percent_agree),
        cmocka_unit_test(equal_rates_change_nothing),
        cmocka_unit_test(a_fast_sender_is_over_before_a_slow_receiver_looks),
        cmocka_unit_test(a_slow_sender_stretches_its_bits),
    };
    return cmocka_run_group_tests_name("baud", tests, NULL, NULL);
}
