/* Tests of semihosting, apart from the core: guest memory is an array. SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>
#include "semihost.h"

enum { RAM = 4096, ARGS = 0, NAME = 64, NAME2 = 128, BUF = 256 };
static uint8_t ram[RAM];
static char out[256], errors[64];
static const char *input;
static int exit_status;
static ZifTime now;
static char dir[] = "/tmp/zif-semihost-XXXXXX";

static bool mem_ok(uint32_t addr, uint32_t len)
{
    return addr <= RAM && len <= RAM - addr;
}

static bool mem_read(void *opaque, uint32_t addr, void *buf, uint32_t len)
{
    return mem_ok(addr, len) && memcpy(buf, ram + addr, len);
}

static bool mem_write(void *opaque, uint32_t addr, const void *buf, uint32_t len)
{
    return mem_ok(addr, len) && memcpy(ram + addr, buf, len);
}

static void console_write(void *opaque, const uint8_t *bytes, size_t len, bool is_stderr)
{
    char *to = is_stderr ? errors : out;
    size_t used = strlen(to), room = (is_stderr ? sizeof errors : sizeof out) - 1 - used;
    len = len < room ? len : room;
    memcpy(to + used, bytes, len);
    to[used + len] = 0;
}

static int console_read(void *opaque, uint8_t *bytes, size_t len)
{
    if (!input) {
        return -1;
    }
    int n = 0;
    while (*input && (size_t)n < len) {
        bytes[n++] = (uint8_t)*input++;
    }
    return n;
}

static ZifTime read_now(void *opaque)
{
    return now;
}

static void on_exit_(void *opaque, int status)
{
    exit_status = status;
}

static void heapinfo(void *opaque, uint32_t info[4])
{
    for (uint32_t i = 0; i < 4; i++) {
        info[i] = i + 1;
    }
}

static ZifSemihost *open_semihost(const char *folder)
{
    ZifSemihostConfig c = { .dir = folder,
                            .cmdline = "prog a b",
                            .heapinfo = heapinfo,
                            .epoch = 1000,
                            .read = mem_read,
                            .write = mem_write,
                            .console_write = console_write,
                            .console_read = console_read,
                            .now = read_now,
                            .exit = on_exit_ };
    memset(ram, 0, sizeof ram);
    out[0] = errors[0] = 0;
    input = "";
    exit_status = -1;
    now = 0;
    return zif_semihost_new(&c, NULL);
}

static void word(uint32_t addr, uint32_t v)
{
    for (int i = 0; i < 4; i++) {
        ram[addr + (uint32_t)i] = (uint8_t)(v >> (8 * i));
    }
}

static uint32_t word_at(uint32_t addr)
{
    return ram[addr] | (uint32_t)ram[addr + 1] << 8 | (uint32_t)ram[addr + 2] << 16 | (uint32_t)ram[addr + 3] << 24;
}

static uint32_t call(ZifSemihost *sh, uint32_t op, uint32_t a, uint32_t b, uint32_t c, uint32_t d)
{
    word(ARGS, a);
    word(ARGS + 4, b);
    word(ARGS + 8, c);
    word(ARGS + 12, d);
    uint32_t r0 = 0x55555555;
    assert_int_equal(zif_semihost_call(sh, op, ARGS, &r0), ZIF_SEMIHOST_SERVED);
    return r0;
}

static uint32_t open_named(ZifSemihost *sh, const char *name, uint32_t mode)
{
    strcpy((char *)ram + NAME, name);
    return call(sh, 0x01, NAME, mode, (uint32_t)strlen(name), 0);
}

static void a_file_is_written_and_read_back(void **state)
{
    ZifSemihost *sh = open_semihost(dir);
    uint32_t h = open_named(sh, "a.txt", 5);
    assert_int_not_equal(h, UINT32_MAX);
    memcpy(ram + BUF, "hello", 5);
    assert_int_equal(call(sh, 0x05, h, BUF, 5, 0), 0);
    assert_int_equal(call(sh, 0x02, h, 0, 0, 0), 0);
    h = open_named(sh, "a.txt", 0);
    assert_int_equal(call(sh, 0x0C, h, 0, 0, 0), 5);
    assert_int_equal(call(sh, 0x09, h, 0, 0, 0), 0);
    assert_int_equal(call(sh, 0x0A, h, 1, 0, 0), 0);
    memset(ram + BUF, 0, 16);
    assert_int_equal(call(sh, 0x06, h, BUF, 10, 0), 6);
    assert_string_equal((char *)ram + BUF, "ello");
    assert_int_equal(call(sh, 0x06, h, BUF, 10, 0), 10);
    zif_semihost_free(sh);
}

static void files_are_renamed_and_removed(void **state)
{
    ZifSemihost *sh = open_semihost(dir);
    call(sh, 0x02, open_named(sh, "old", 4), 0, 0, 0);
    strcpy((char *)ram + NAME2, "new");
    assert_int_equal(call(sh, 0x0F, NAME, 3, NAME2, 3), 0);
    assert_int_equal(open_named(sh, "old", 0), UINT32_MAX);
    assert_int_equal(call(sh, 0x13, 0, 0, 0, 0), 2); /* ENOENT */
    strcpy((char *)ram + NAME, "new");
    assert_int_equal(call(sh, 0x0E, NAME, 3, 0, 0), 0);
    assert_int_equal(call(sh, 0x0E, NAME, 3, 0, 0), UINT32_MAX);
    zif_semihost_free(sh);
}

static void nothing_outside_the_folder_can_be_opened(void **state)
{
    char link[64], path[64];
    snprintf(link, sizeof link, "%s/link", dir);
    snprintf(path, sizeof path, "%s/dirlink", dir);
    assert_int_equal(symlink("/etc/passwd", link), 0);
    assert_int_equal(symlink("/etc", path), 0);
    snprintf(path, sizeof path, "%s/pipe", dir);
    assert_int_equal(mkfifo(path, 0600), 0);
    ZifSemihost *sh = open_semihost(dir);
    static const char *const names[] = { "/etc/passwd", "../x",   "link", "dirlink/passwd", "a/../../x", "",
                                         ".",           "sub//x", "pipe" };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        for (uint32_t mode = 0; mode < 12; mode++) {
            assert_int_equal(open_named(sh, names[i], mode), UINT32_MAX);
        }
    }
    assert_int_equal(open_named(sh, "x", 12), UINT32_MAX);
    zif_semihost_free(sh);
}

static void without_a_folder_every_file_is_refused(void **state)
{
    ZifSemihost *sh = open_semihost(NULL);
    assert_int_equal(open_named(sh, "x", 4), UINT32_MAX);
    assert_int_equal(call(sh, 0x13, 0, 0, 0, 0), 13); /* EACCES */
    assert_int_equal(call(sh, 0x0E, NAME, 1, 0, 0), UINT32_MAX);
    zif_semihost_free(sh);
}

static void the_console_is_always_there(void **state)
{
    ZifSemihost *sh = open_semihost(NULL);
    uint32_t in = open_named(sh, ":tt", 0), o = open_named(sh, ":tt", 4), e = open_named(sh, ":tt", 8);
    memcpy(ram + BUF, "xy\n", 4);
    assert_int_equal(call(sh, 0x05, o, BUF, 3, 0), 0);
    assert_int_equal(call(sh, 0x05, e, BUF, 1, 0), 0);
    assert_int_equal(call(sh, 0x05, in, BUF, 1, 0), 1);
    assert_int_equal(call(sh, 0x09, o, 0, 0, 0), 1);
    uint32_t r0;
    zif_semihost_call(sh, 0x04, BUF, &r0);
    zif_semihost_call(sh, 0x03, BUF, &r0);
    assert_string_equal(out, "xy\nxy\nx");
    assert_string_equal(errors, "x");
    input = "ab";
    assert_int_equal(call(sh, 0x07, 0, 0, 0, 0), 'a');
    assert_int_equal(call(sh, 0x06, in, BUF, 8, 0), 7);
    assert_int_equal(ram[BUF], 'b');
    assert_int_equal(call(sh, 0x07, 0, 0, 0, 0), UINT32_MAX); /* end of input */
    zif_semihost_free(sh);
}

static void reading_waits_while_the_console_has_nothing(void **state)
{
    ZifSemihost *sh = open_semihost(NULL);
    uint32_t in = open_named(sh, ":tt", 0), r0;
    input = NULL;
    assert_int_equal(zif_semihost_call(sh, 0x07, 0, &r0), ZIF_SEMIHOST_WAIT);
    word(ARGS, in);
    word(ARGS + 4, BUF);
    word(ARGS + 8, 4);
    assert_int_equal(zif_semihost_call(sh, 0x06, ARGS, &r0), ZIF_SEMIHOST_WAIT);
    zif_semihost_free(sh);
}

static void the_features_file_tells_of_extended_exit(void **state)
{
    ZifSemihost *sh = open_semihost(NULL);
    uint32_t h = open_named(sh, ":semihosting-features", 0);
    assert_int_equal(call(sh, 0x0C, h, 0, 0, 0), 5);
    assert_int_equal(call(sh, 0x06, h, BUF, 8, 0), 3);
    assert_memory_equal(ram + BUF, "SHFB\x03", 5);
    assert_int_equal(call(sh, 0x0A, h, 4, 0, 0), 0);
    assert_int_equal(call(sh, 0x06, h, BUF, 1, 0), 0);
    assert_int_equal(ram[BUF], 3);
    assert_int_equal(open_named(sh, ":semihosting-features", 4), UINT32_MAX);
    zif_semihost_free(sh);
}

static void exit_carries_the_guests_status(void **state)
{
    ZifSemihost *sh = open_semihost(NULL);
    uint32_t r0;
    zif_semihost_call(sh, 0x18, 0x20026, &r0);
    assert_int_equal(exit_status, 0);
    zif_semihost_call(sh, 0x18, 0x20023, &r0);
    assert_int_equal(exit_status, 1);
    call(sh, 0x20, 0x20026, 42, 0, 0);
    assert_int_equal(exit_status, 42);
    call(sh, 0x20, 0x20024, 42, 0, 0);
    assert_int_equal(exit_status, 1);
    zif_semihost_free(sh);
}

static void time_is_virtual(void **state)
{
    ZifSemihost *sh = open_semihost(NULL);
    now = 12345678 * ZIF_US;
    assert_int_equal(call(sh, 0x10, 0, 0, 0, 0), 1234);
    assert_int_equal(call(sh, 0x11, 0, 0, 0, 0), 1012);
    assert_int_equal(call(sh, 0x31, 0, 0, 0, 0), 1000000);
    assert_int_equal(call(sh, 0x30, 0, 0, 0, 0), 0);
    assert_int_equal(word_at(ARGS), 12345678);
    assert_int_equal(word_at(ARGS + 4), 0);
    zif_semihost_free(sh);
}

static void the_command_line_fits_or_is_refused(void **state)
{
    ZifSemihost *sh = open_semihost(NULL);
    assert_int_equal(call(sh, 0x15, BUF, 9, 0, 0), 0);
    assert_string_equal((char *)ram + BUF, "prog a b");
    assert_int_equal(word_at(ARGS + 4), 8);
    assert_int_equal(call(sh, 0x15, BUF, 8, 0, 0), UINT32_MAX);
    zif_semihost_free(sh);
}

static void small_operations_answer_as_specified(void **state)
{
    ZifSemihost *sh = open_semihost(dir);
    assert_int_equal(call(sh, 0x08, UINT32_MAX, 0, 0, 0), 1);
    assert_int_equal(call(sh, 0x08, 5, 0, 0, 0), 0);
    assert_int_equal(call(sh, 0x12, NAME, 0, 0, 0), UINT32_MAX);
    assert_int_equal(call(sh, 0x16, BUF, 0, 0, 0), 0);
    assert_int_equal(word_at(BUF + 12), 4);
    assert_int_equal(call(sh, 0x0D, BUF, 7, 16, 0), 0);
    assert_string_equal((char *)ram + BUF, "tmp07");
    assert_int_equal(call(sh, 0x0D, BUF, 7, 5, 0), UINT32_MAX);
    uint32_t r0;
    assert_int_equal(zif_semihost_call(sh, 0x99, 0, &r0), ZIF_SEMIHOST_UNKNOWN);
    assert_int_equal(r0, UINT32_MAX);
    zif_semihost_free(sh);
}

static void wild_arguments_only_fail(void **state)
{
    ZifSemihost *sh = open_semihost(dir);
    uint32_t h = open_named(sh, "w", 5), tt = open_named(sh, ":tt", 4);
    uint32_t seed = 1, r0;
    (void)h;
    (void)tt;
    for (int i = 0; i < 20000; i++) {
        for (uint32_t a = 0; a < 16; a += 4) {
            seed = seed * 1664525 + 1013904223;
            word(ARGS + a, (seed >> 28) < 8 ? seed >> 20 : seed);
        }
        seed = seed * 1664525 + 1013904223;
        out[0] = errors[0] = 0;
        uint32_t op = seed >> 26;
        if (op == 0x05) {
            word(ARGS, 1); /* the console buffer of this test is small */
        }
        zif_semihost_call(sh, op, (seed & 1) ? ARGS : seed, &r0);
    }
    zif_semihost_free(sh);
}

static int make_dir(void **state)
{
    return mkdtemp(dir) ? 0 : -1;
}

static int drop_dir(void **state)
{
    char cmd[64];
    snprintf(cmd, sizeof cmd, "rm -rf %s", dir);
    return system(cmd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_is_written_and_read_back),
        cmocka_unit_test(files_are_renamed_and_removed),
        cmocka_unit_test(nothing_outside_the_folder_can_be_opened),
        cmocka_unit_test(without_a_folder_every_file_is_refused),
        cmocka_unit_test(the_console_is_always_there),
        cmocka_unit_test(reading_waits_while_the_console_has_nothing),
        cmocka_unit_test(the_features_file_tells_of_extended_exit),
        cmocka_unit_test(exit_carries_the_guests_status),
        cmocka_unit_test(time_is_virtual),
        cmocka_unit_test(the_command_line_fits_or_is_refused),
        cmocka_unit_test(small_operations_answer_as_specified),
        cmocka_unit_test(wild_arguments_only_fail),
    };
    return cmocka_run_group_tests(tests, make_dir, drop_dir);
}
