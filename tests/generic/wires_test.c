/* Wires of the built-in boards, from one device to the other. SPDX-License-Identifier: GPL-2.0-or-later */
#include "bed.h"

static ZifDevice *device(ZifMachine *m, const char *name)
{
    ZifDevice *dev = zif_machine_device_by_name(m, name);
    if (!dev) {
        fail_msg("there is no %s", name);
    }
    return dev;
}

static uint32_t read32(ZifMachine *m, uint32_t address)
{
    uint32_t value = 0;
    assert_int_equal(address_space_rw(&m->bus, address, MEMTXATTRS_UNSPECIFIED, (uint8_t *)&value, 4, false), MEMTX_OK);
    return value;
}

static void write32(ZifMachine *m, uint32_t address, uint32_t value)
{
    assert_int_equal(address_space_rw(&m->bus, address, MEMTXATTRS_UNSPECIFIED, (uint8_t *)&value, 4, true), MEMTX_OK);
}

enum { NRF_GPIO = 0x50000000, NRF_IN = 0x510, NRF_PIN_CNF = 0x700, BUTTON_A = 17, BUTTON_B = 26 };

static void a_pressed_key_pulls_its_pin_low(void **state)
{
    ZifMachine *m = bed_new("microbit", 1);
    ZifDevice *buttons = device(m, "buttons");
    write32(m, NRF_GPIO + NRF_PIN_CNF + 4 * BUTTON_A, 0); /* input, connected, no pull */
    write32(m, NRF_GPIO + NRF_PIN_CNF + 4 * BUTTON_B, 0);
    assert_int_equal(read32(m, NRF_GPIO + NRF_IN) >> BUTTON_A & 1, 1);
    zif__input_set(buttons, 0, 0, 1);
    assert_int_equal(read32(m, NRF_GPIO + NRF_IN) >> BUTTON_A & 1, 0);
    assert_int_equal(read32(m, NRF_GPIO + NRF_IN) >> BUTTON_B & 1, 1);
    zif__input_set(buttons, 0, 0, 0);
    assert_int_equal(read32(m, NRF_GPIO + NRF_IN) >> BUTTON_A & 1, 1);
    bed_free(m);
}

static void a_key_stays_pressed_through_a_reset_of_the_chip(void **state)
{
    ZifMachine *m = bed_new("microbit", 1);
    zif__input_set(device(m, "buttons"), 0, 0, 1);
    zif_machine_reset(m, ZIF_RESET_PIN);
    zif_memory_context_use(m->ctx);
    write32(m, NRF_GPIO + NRF_PIN_CNF + 4 * BUTTON_A, 0);
    assert_int_equal(read32(m, NRF_GPIO + NRF_IN) >> BUTTON_A & 1, 0);
    bed_free(m);
}

static void a_gate_joins_lines(void **state)
{
    ZifMachine *m = bed_new("mps2-an385", 1);
    ZifDevice *gate = device(m, "uart_overflow");
    zif__input_set(gate, 0, 0, 1);
    zif__input_set(gate, 0, 3, 1);
    zif__input_set(gate, 0, 0, 0);
    assert_int_equal(zif_output_level(gate, 0, 0), 1);
    zif__input_set(gate, 0, 3, 0);
    assert_int_equal(zif_output_level(gate, 0, 0), 0);
    bed_free(m);
}

static void devices_are_found_by_every_name(void **state)
{
    ZifMachine *m = bed_new("microbit", 1);
    ZifDevice *uart = device(m, "uart0");
    assert_ptr_equal(device(m, "/soc/uart@40002000"), uart);
    assert_ptr_equal(device(m, "uart@40002000"), uart);
    assert_ptr_equal(zif_machine_serial_by_name(m, "console"), uart->core->serial);
    assert_null(zif_machine_device_by_name(m, "uart9"));
    assert_null(zif_machine_device_by_name(m, ""));
    bed_free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pressed_key_pulls_its_pin_low),
        cmocka_unit_test(a_key_stays_pressed_through_a_reset_of_the_chip),
        cmocka_unit_test(a_gate_joins_lines),
        cmocka_unit_test(devices_are_found_by_every_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
