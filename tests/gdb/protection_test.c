/*
 * A chip whose read protection keeps debuggers out, beside one that is open. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include "../rig/rig.h"
#include <zif/debugger.h>

#define FIRMWARE FIRMWARE_DIR "/stm32f4/drivers-dac.elf"

static char said[4096];

static void hear(void *opaque, const void *bytes, size_t len)
{
    size_t used = strlen(said);
    len = len < sizeof said - 1 - used ? len : sizeof said - 1 - used;
    memcpy(said + used, bytes, len);
    said[used + len] = 0;
}

/* The option bytes have this RDP, and a reset has loaded them. */
static Rig chip(uint8_t rdp)
{
    uint8_t bytes[] = { 0xED, rdp };
    Rig rig = rig_start("stm32f407", FIRMWARE, NULL, NULL);
    ZifFlash *options = NULL;
    for (unsigned i = 0; i < zif_machine_nflashes(rig.m); i++) {
        ZifFlash *f = zif_machine_flash(rig.m, i);
        options = zif_flash_size(f) == 16 ? f : options;
    }
    assert_non_null(options);
    zif_flash_do(options, &(ZifFlashStep){ .kind = ZIF_FLASH_WRITE, .len = sizeof bytes, .data = bytes });
    zif_machine_reset(rig.m, ZIF_RESET_POWER_ON);
    return rig;
}

static const char *ask(ZifDebugger *d, const char *packet)
{
    char text[64];
    uint8_t sum = 0;
    for (const char *c = packet; *c; c++) {
        sum += (uint8_t)*c;
    }
    said[0] = 0;
    zif_debugger_input(d, text, (size_t)snprintf(text, sizeof text, "$%s#%02x", packet, sum));
    return said;
}

static void an_open_chip_is_read(void **state)
{
    Rig rig = chip(0xAA);
    ZifDebugger *d = zif_debugger_new(rig.m, hear, NULL, &error_fatal);
    assert_null(strstr(ask(d, "m8000000,4"), "$E"));
    zif_debugger_free(d);
    rig_finish(&rig);
}

static void at_level_one_flash_and_backup_memory_are_closed_and_the_rest_is_open(void **state)
{
    Rig rig = chip(0x55);
    ZifDebugger *d = zif_debugger_new(rig.m, hear, NULL, &error_fatal);
    assert_non_null(strstr(ask(d, "m8000000,4"), "$E"));
    assert_non_null(strstr(ask(d, "m0,4"), "$E")); /* by the other name */
    assert_non_null(strstr(ask(d, "m40024000,4"), "$E"));
    assert_non_null(strstr(ask(d, "M8000000,1:00"), "$E"));
    assert_null(strstr(ask(d, "m20000000,4"), "$E"));
    assert_null(strstr(ask(d, "m40023800,4"), "$E"));
    zif_debugger_free(d);
    rig_finish(&rig);
}

static void at_level_two_there_is_no_debug_port(void **state)
{
    Rig rig = chip(0xCC);
    Error *err = NULL;
    assert_null(zif_debugger_new(rig.m, hear, NULL, &err));
    assert_non_null(strstr(error_get_pretty(err), "read protection"));
    error_free(err);
    rig_finish(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_open_chip_is_read),
        cmocka_unit_test(at_level_one_flash_and_backup_memory_are_closed_and_the_rest_is_open),
        cmocka_unit_test(at_level_two_there_is_no_debug_port),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
