/* Tests of the nRF51 GPIO, GPIOTE and PPI together. SPDX-License-Identifier: GPL-2.0-or-later */
#include "test_nordic.h"

enum {
    OUT = 0x504,
    OUTSET = 0x508,
    OUTCLR = 0x50C,
    IN = 0x510,
    DIR = 0x514,
    DIRSET = 0x518,
    DIRCLR = 0x51C,
    PIN_CNF = 0x700
};
enum { CONFIG = 0x510, TASK_OUT = 0x0, EVENT_IN = 0x100, EVENT_PORT = 0x17C };
enum { GPIO_NUMBER = 1, GPIOTE_NUMBER, PPI_NUMBER, TIMER_NUMBER };
enum { GPIOTE_AT = 0x40006000, TIMER_AT = 0x40008000 };

typedef struct {
    ZifDevice *gpio, *gpiote, *ppi, *timer;
} Chip;

static Chip add(void **state)
{
    Chip c = {
        .gpio = zif_bench_add(*state, "nrf51-gpio", PROPS(PROP("nordic,gpiote", GPIOTE_NUMBER))),
        .gpiote =
            zif_bench_add(*state, "nrf51-gpiote",
                          PROPS(REG(GPIOTE_AT), PROP("nordic,gpio", GPIO_NUMBER), PROP("nordic,ppi", PPI_NUMBER))),
        .ppi = zif_bench_add(*state, "nrf51-ppi", NULL),
        .timer = zif_bench_add(*state, "nrf51-timer", PROPS(REG(TIMER_AT), PROP("nordic,ppi", PPI_NUMBER))),
    };
    assert_int_equal(zif_bench_phandle(c.gpio), GPIO_NUMBER);
    assert_int_equal(zif_bench_phandle(c.timer), TIMER_NUMBER);
    return c;
}

static void connect_input(ZifDevice *gpio, unsigned pin)
{
    zif_bench_write(gpio, PIN_CNF + 4 * pin, 0);
}

static void set_and_clear_views_show_the_same_register(void **state)
{
    ZifDevice *g = add(state).gpio;
    zif_bench_write(g, OUTSET, 0xF0);
    zif_bench_write(g, OUTCLR, 0x30);
    assert_int_equal(zif_bench_read(g, OUT), 0xC0);
    assert_int_equal(zif_bench_read(g, OUTSET), 0xC0);
    zif_bench_write(g, DIRSET, 0x3);
    zif_bench_write(g, DIRCLR, 0x1);
    assert_int_equal(zif_bench_read(g, DIR), 2);
    assert_int_equal(zif_bench_read(g, PIN_CNF + 4) & 1, 1);
    zif_bench_write(g, PIN_CNF + 4, 2);
    assert_int_equal(zif_bench_read(g, DIR), 0);
}

static void only_an_output_drives_its_pad(void **state)
{
    ZifDevice *g = add(state).gpio;
    zif_bench_write(g, OUT, 1 << 3);
    assert_int_equal(zif_bench_level(g, "pin", 3), 0);
    zif_bench_write(g, DIRSET, 1 << 3);
    assert_int_equal(zif_bench_level(g, "pin", 3), 1);
}

static void an_input_buffer_must_be_connected(void **state)
{
    ZifDevice *g = add(state).gpio;
    zif_bench_drive(g, "pin", 17, 1);
    assert_int_equal(zif_bench_read(g, IN), 0); /* PIN_CNF resets with the buffer disconnected */
    connect_input(g, 17);
    assert_int_equal(zif_bench_read(g, IN), 1 << 17);
}

static void a_pad_that_nobody_drives_follows_its_pull(void **state)
{
    ZifDevice *g = add(state).gpio;
    zif_bench_write(g, PIN_CNF + 4 * 5, 3 << 2);
    assert_int_equal(zif_bench_read(g, IN), 1 << 5);
    zif_bench_write(g, PIN_CNF + 4 * 5, 1 << 2);
    assert_int_equal(zif_bench_read(g, IN), 0);
}

static void a_resistor_of_the_board_pulls_up_too(void **state)
{
    ZifDevice *g = zif_bench_add(*state, "nrf51-gpio", PROPS(PROP("zif,pull-ups", 1 << 30)));
    connect_input(g, 30);
    connect_input(g, 29);
    assert_int_equal(zif_bench_read(g, IN), 1 << 30);
}

static void open_drain_lets_the_board_decide_the_high_side(void **state)
{
    ZifDevice *g = add(state).gpio;
    zif_bench_drive(g, "pin", 0, 1);
    zif_bench_drive(g, "pin", 0, 0);
    zif_bench_write(g, PIN_CNF, 1 | 6 << 8); /* output, S0D1 */
    zif_bench_write(g, OUT, 1);
    assert_int_equal(zif_bench_level(g, "pin", 0), 0);
    zif_bench_drive(g, "pin", 0, 1);
    assert_int_equal(zif_bench_level(g, "pin", 0), 1);
    zif_bench_write(g, OUT, 0);
    assert_int_equal(zif_bench_level(g, "pin", 0), 0);
}

static void sense_gives_the_port_event_once_a_rise_of_detect(void **state)
{
    Chip c = add(state);
    zif_bench_write(c.gpio, PIN_CNF + 4 * 17, 3 << 16 | 3 << 2); /* sense low, pull up */
    zif_bench_drive(c.gpio, "pin", 17, 1);
    assert_int_equal(zif_bench_read(c.gpiote, EVENT_PORT), 0);
    zif_bench_drive(c.gpio, "pin", 17, 0);
    assert_int_equal(zif_bench_read(c.gpiote, EVENT_PORT), 1);
    zif_bench_write(c.gpiote, EVENT_PORT, 0);
    zif_bench_write(c.gpio, OUT, 1); /* nothing rose */
    assert_int_equal(zif_bench_read(c.gpiote, EVENT_PORT), 0);
}

static void an_event_channel_hears_its_polarity_only(void **state)
{
    Chip c = add(state);
    connect_input(c.gpio, 9);
    zif_bench_write(c.gpiote, CONFIG, 1 | 9 << 8 | 2 << 16); /* high to low */
    zif_bench_write(c.gpiote, CONFIG + 4, 1 | 9 << 8 | 3 << 16);
    assert_int_equal(zif_bench_reported(*state, ZIF_REPORT_PIN, "CONFIG[1]"), 1);
    zif_bench_drive(c.gpio, "pin", 9, 1);
    assert_int_equal(zif_bench_read(c.gpiote, EVENT_IN), 0);
    assert_int_equal(zif_bench_read(c.gpiote, EVENT_IN + 4), 1);
    zif_bench_drive(c.gpio, "pin", 9, 0);
    assert_int_equal(zif_bench_read(c.gpiote, EVENT_IN), 1);
}

static void a_task_channel_owns_its_pad(void **state)
{
    Chip c = add(state);
    zif_bench_write(c.gpiote, CONFIG, 3 | 2 << 8 | 3 << 16 | 1 << 20);
    assert_int_equal(zif_bench_level(c.gpio, "pin", 2), 1);
    zif_bench_write(c.gpiote, TASK_OUT, 1);
    assert_int_equal(zif_bench_level(c.gpio, "pin", 2), 0);
    zif_bench_write(c.gpio, OUT, 4);
    zif_bench_write(c.gpio, DIR, 4);
    assert_int_equal(zif_bench_level(c.gpio, "pin", 2), 0);
    zif_bench_write(c.gpiote, CONFIG, 0);
    assert_int_equal(zif_bench_level(c.gpio, "pin", 2), 1);
}

static void the_interconnect_toggles_a_pad_from_a_timer(void **state)
{
    Chip c = add(state);
    zif_bench_write(c.gpiote, CONFIG, 3 | 2 << 8 | 3 << 16);
    zif_bench_write(c.ppi, 0x510, TIMER_AT + 0x140);
    zif_bench_write(c.ppi, 0x514, GPIOTE_AT + TASK_OUT);
    zif_bench_write(c.ppi, 0x504, 1);
    zif_bench_write(c.timer, 0x508, 0);
    zif_bench_write(c.timer, 0x510, 4);
    zif_bench_write(c.timer, 0x540, 100);
    zif_bench_write(c.timer, 0x200, 1);
    zif_bench_write(c.timer, 0x000, 1);
    zif_bench_run(*state, 1 * ZIF_MS);
    assert_int_equal(zif_bench_rises(c.gpio, "pin", 2), 5);
    zif_bench_write(c.ppi, 0x508, 1);
    zif_bench_run(*state, 1 * ZIF_MS);
    assert_int_equal(zif_bench_rises(c.gpio, "pin", 2), 5);
}

static void a_group_enables_and_disables_its_channels(void **state)
{
    ZifDevice *ppi = add(state).ppi;
    zif_bench_write(ppi, 0x800 + 4, 0x00F0000F);
    zif_bench_write(ppi, 0x500, 0x10);
    zif_bench_write(ppi, 0x008, 1);
    assert_int_equal(zif_bench_read(ppi, 0x500), 0x00F0001F);
    assert_int_equal(zif_bench_read(ppi, 0x508), 0x00F0001F);
    zif_bench_write(ppi, 0x00C, 1);
    assert_int_equal(zif_bench_read(ppi, 0x500), 0x10);
}

static void a_fixed_channel_needs_no_addresses(void **state)
{
    Chip c = add(state);
    ZifDevice *rtc = zif_bench_add(
        *state, "nrf51-rtc", PROPS(REG(0x4000B000), PROP("clock-frequency", 32768), PROP("nordic,ppi", PPI_NUMBER)));
    rtc->cls->clock_changed(rtc, 32768);
    zif_bench_write(c.ppi, 0x504, 1u << 31); /* RTC0 COMPARE[0] starts TIMER0 */
    zif_bench_write(rtc, 0x344, 1 << 16);
    zif_bench_write(rtc, 0x540, 10);
    zif_bench_write(rtc, 0x000, 1);
    zif_bench_run(*state, 1 * ZIF_MS);
    zif_bench_write(c.timer, 0x040, 1);
    assert_int_not_equal(zif_bench_read(c.timer, 0x540), 0);
}

/* COUNT -> COMPARE -> COUNT -> ... for ever, a cycle each: it must neither stand still nor run away. */
static void a_circle_of_events_and_tasks_takes_a_cycle_a_turn(void **state)
{
    Chip c = add(state);
    zif_bench_write(c.ppi, 0x510, TIMER_AT + 0x140);
    zif_bench_write(c.ppi, 0x514, TIMER_AT + 0x008);
    zif_bench_write(c.ppi, 0x504, 1);
    zif_bench_write(c.timer, 0x504, 1); /* counter */
    zif_bench_write(c.timer, 0x540, 1);
    zif_bench_write(c.timer, 0x200, 1); /* COMPARE[0] clears */
    zif_bench_write(c.timer, 0x304, 1 << 16);
    zif_bench_write(c.timer, 0x000, 1);
    zif_bench_write(c.timer, 0x008, 1);
    for (unsigned i = 0; i < 100; i++) {
        zif_bench_write(c.timer, 0x140, 0);
        zif_bench_run(*state, 62500 * ZIF_PS);
        assert_int_equal(zif_bench_read(c.timer, 0x140), 1);
    }
}

static void an_address_that_is_no_task_does_nothing(void **state)
{
    Chip c = add(state);
    zif_bench_write(c.ppi, 0x510, TIMER_AT + 0x140);
    zif_bench_write(c.ppi, 0x514, TIMER_AT + 0x544); /* CC[1] */
    zif_bench_write(c.ppi, 0x504, 1);
    zif_bench_write(c.timer, 0x540, 1);
    zif_bench_write(c.timer, 0x000, 1);
    zif_bench_run(*state, 1 * ZIF_MS);
    assert_int_equal(zif_bench_read(c.timer, 0x544), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(set_and_clear_views_show_the_same_register),
        TEST(only_an_output_drives_its_pad),
        TEST(an_input_buffer_must_be_connected),
        TEST(a_pad_that_nobody_drives_follows_its_pull),
        TEST(a_resistor_of_the_board_pulls_up_too),
        TEST(open_drain_lets_the_board_decide_the_high_side),
        TEST(sense_gives_the_port_event_once_a_rise_of_detect),
        TEST(an_event_channel_hears_its_polarity_only),
        TEST(a_task_channel_owns_its_pad),
        TEST(the_interconnect_toggles_a_pad_from_a_timer),
        TEST(a_group_enables_and_disables_its_channels),
        TEST(a_fixed_channel_needs_no_addresses),
        TEST(a_circle_of_events_and_tasks_takes_a_cycle_a_turn),
        TEST(an_address_that_is_no_task_does_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
