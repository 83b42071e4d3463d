/*
 * Serial lines at full speed: serial_test FIRMWARE
 *
 * 100 KiB go into a guest that takes them by DMA, on a line that waits for nobody, and none is lost; a guest that polls too slowly
 * loses some, and that is reported. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <zif/machine.h>

enum { TOTAL = 102400, OUTPUT = 1 << 18 };

static const char *firmware;

typedef struct {
    ZifMachine *m;
    ZifImage *image;
    ZifSerialLine *line;
    char output[OUTPUT];
    size_t len;
    bool started;
    void (*on_ready)(void *opaque);
} Guest;

static Guest guest;

static void keep(void *opaque, uint8_t byte, ZifTime when)
{
    Guest *g = opaque;
    if (g->len < OUTPUT - 1) {
        g->output[g->len++] = (char)byte;
    }
    if (byte == '\n' && !g->started) {
        g->started = true;
        g->on_ready(g);
    }
}

static void start(const char *program, void (*on_ready)(void *opaque))
{
    Error *err = NULL;
    char path[512];
    ZifMachineConfig config = { .board = "stm32f4_disco", .seed = 7, .semihosting = true, .max_resets = 5 };
    memset(&guest, 0, sizeof guest);
    guest.on_ready = on_ready;
    guest.m = zif_machine_new(&config, &err);
    snprintf(path, sizeof path, "%s/%s.elf", firmware, program);
    guest.image = guest.m ? zif_image_open(path, &err) : NULL;
    if (!guest.image || !zif_machine_load(guest.m, guest.image, &err)) {
        fail_msg("%s", error_get_pretty(err));
    }
    guest.line = zif_machine_serial(guest.m, 0);
    zif_serial_on_transmit(guest.line, keep, &guest);
    zif_serial_set_patient(guest.line, false);
    zif_machine_reset(guest.m, ZIF_RESET_POWER_ON);
}

static void end(void)
{
    zif_machine_free(guest.m);
    zif_image_free(guest.image);
}

static uint8_t pattern(unsigned i)
{
    return (uint8_t)(i * 2654435761u >> 24);
}

static void send_all(void *opaque)
{
    static uint8_t bytes[TOTAL];
    for (unsigned i = 0; i < TOTAL; i++) {
        bytes[i] = pattern(i);
    }
    zif_serial_send(guest.line, bytes, TOTAL);
}

static void a_hundred_kilobytes_by_dma_lose_nothing(void **state)
{
    ZifRunInfo info;
    char expected[128];
    uint32_t sum = 0;
    start("f4-uart-dma", send_all);
    assert_int_equal(zif_machine_run(guest.m, 30 * ZIF_SEC, &info), ZIF_RUN_EXIT);
    for (unsigned i = 0; i < TOTAL; i++) {
        sum = sum * 31 + pattern(i);
    }
    snprintf(expected, sizeof expected, "ready\n%u bytes, sum %08x, UART errors 0, DMA errors 0\n", TOTAL, sum);
    assert_memory_equal(guest.output, expected, strlen(expected));
    const char *sent = guest.output + strlen(expected);
    for (unsigned i = 0; i < TOTAL; i++) {
        assert_int_equal(sent[i], 'a' + i % 1024 % 26);
    }
    assert_string_equal(sent + TOTAL, "\nsent\n");
    for (unsigned i = 0; i < zif_machine_nreports(guest.m); i++) {
        print_message("%s\n", zif_machine_report(guest.m, i)->text);
    }
    assert_int_equal(zif_machine_nreports(guest.m), 0);
    /* Each way takes 102400 frames of ten bits at PCLK1 / 365. */
    ZifTime least = 2 * (ZifTime)TOTAL * 10 * 365 * (ZIF_SEC / 42000000);
    assert_true(zif_machine_now(guest.m) > least && zif_machine_now(guest.m) < least + 10 * ZIF_MS);
    end();
}

static void type_fast(void *opaque)
{
    zif_serial_send(guest.line, "nobody reads this", 17);
}

static void a_guest_that_does_not_read_is_told_of_the_overrun(void **state)
{
    ZifRunInfo info;
    unsigned overruns = 0;
    start("ticks", type_fast); /* it prints for long and never reads */
    zif_machine_run(guest.m, 5 * ZIF_SEC, &info);
    for (unsigned i = 0; i < zif_machine_nreports(guest.m); i++) {
        overruns += zif_machine_report(guest.m, i)->kind == ZIF_REPORT_OVERRUN &&
                    !strcmp(zif_machine_report(guest.m, i)->device, "usart2");
    }
    assert_true(overruns >= 1);
    end();
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_hundred_kilobytes_by_dma_lose_nothing),
        cmocka_unit_test(a_guest_that_does_not_read_is_told_of_the_overrun),
    };
    firmware = argv[1];
    return cmocka_run_group_tests(tests, NULL, NULL);
}
