/* What a debugger relies on, packet by packet. SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <zif/gdb.h>

enum { RAM = 0x20000000, RAM_SIZE = 0x8000, FLASH_SIZE = 0x1000 };

static struct {
    ZifGdb *gdb;
    char out[65536];
    size_t len;
    uint64_t regs[ZIF_GDB_NREGS];
    uint8_t ram[RAM_SIZE], flash[FLASH_SIZE];
    char points[16][32];
    unsigned resets;
} t;

static uint64_t read_register(void *opaque, unsigned number)
{
    return t.regs[number];
}

static bool write_register(void *opaque, unsigned number, uint64_t value)
{
    t.regs[number] = value;
    return true;
}

static bool read_memory(void *opaque, uint32_t addr, void *buf, size_t len)
{
    if (addr < RAM || addr - RAM > RAM_SIZE || len > RAM_SIZE - (addr - RAM)) {
        return false;
    }
    memcpy(buf, t.ram + (addr - RAM), len);
    return true;
}

static bool write_memory(void *opaque, uint32_t addr, const void *buf, size_t len)
{
    if (addr < RAM || addr - RAM > RAM_SIZE || len > RAM_SIZE - (addr - RAM)) {
        return false;
    }
    memcpy(t.ram + (addr - RAM), buf, len);
    return true;
}

static bool flash_erase(void *opaque, uint32_t addr, size_t len)
{
    if (addr > FLASH_SIZE || len > FLASH_SIZE - addr) {
        return false;
    }
    memset(t.flash + addr, 0xFF, len);
    return true;
}

static bool flash_write(void *opaque, uint32_t addr, const void *buf, size_t len)
{
    if (addr > FLASH_SIZE || len > FLASH_SIZE - addr) {
        return false;
    }
    memcpy(t.flash + addr, buf, len);
    return true;
}

static bool set_point(void *opaque, ZifGdbPoint kind, uint32_t addr, size_t len, bool on)
{
    char text[32];
    snprintf(text, sizeof text, "%d@%x+%zu", kind, addr, len);
    for (unsigned i = 0; i < 16; i++) {
        if (on ? !t.points[i][0] : !strcmp(t.points[i], text)) {
            strcpy(t.points[i], on ? text : "");
            return true;
        }
    }
    return false;
}

static bool memory(void *opaque, unsigned n, ZifGdbMemory *out)
{
    static const ZifGdbMemory memories[] = { { 0, FLASH_SIZE, 0x400, false }, { RAM, RAM_SIZE, 0, false } };
    if (n >= 2) {
        return false;
    }
    *out = memories[n];
    return true;
}

static bool monitor(void *opaque, const char *command, FILE *out)
{
    if (strcmp(command, "long")) {
        return false;
    }
    for (int i = 0; i < 20000; i++) {
        fputc('a' + i % 26, out);
    }
    return true;
}

static void reset(void *opaque)
{
    t.resets++;
}

static void output(void *opaque, const void *bytes, size_t len)
{
    assert_true(t.len + len < sizeof t.out);
    memcpy(t.out + t.len, bytes, len);
    t.len += len;
    t.out[t.len] = 0;
}

static int start_with(bool v7m, bool fpu)
{
    memset(&t, 0, sizeof t);
    ZifGdbTarget target = { .is_v7m = v7m,
                            .has_fpu = fpu,
                            .read_register = read_register,
                            .write_register = write_register,
                            .read_memory = read_memory,
                            .write_memory = write_memory,
                            .flash_erase = flash_erase,
                            .flash_write = flash_write,
                            .set_point = set_point,
                            .memory = memory,
                            .monitor = monitor,
                            .reset = reset,
                            .can_reverse = true };
    t.gdb = zif_gdb_new(&target, output, NULL, &error_abort);
    zif_gdb_connect(t.gdb);
    return 0;
}

static int start(void **state)
{
    return start_with(true, true);
}

static int stop(void **state)
{
    zif_gdb_free(t.gdb);
    return 0;
}

static void frame(const char *payload, size_t len)
{
    uint8_t sum = 0;
    for (size_t i = 0; i < len; i++) {
        sum += (uint8_t)payload[i];
    }
    char tail[4];
    snprintf(tail, sizeof tail, "#%02x", sum);
    zif_gdb_input(t.gdb, "$", 1);
    zif_gdb_input(t.gdb, payload, len);
    zif_gdb_input(t.gdb, tail, 3);
}

/* Sends a packet and returns the payload of the last answer. */
static const char *ask(const char *payload)
{
    t.len = 0;
    t.out[0] = 0;
    frame(payload, strlen(payload));
    char *begin = strrchr(t.out, '$'), *end = begin ? strchr(begin, '#') : NULL;
    if (!end) {
        return "(none)";
    }
    *end = 0;
    return begin + 1;
}

static void a_packet_is_acknowledged_until_no_ack_mode(void **state)
{
    frame("qC", 2);
    assert_string_equal(t.out, "+$QC1#c5");
    assert_string_equal(ask("QStartNoAckMode"), "OK");
    t.len = 0;
    frame("qC", 2);
    assert_string_equal(t.out, "$QC1#c5");
}

static void a_wrong_checksum_is_refused_and_the_packet_has_no_effect(void **state)
{
    zif_gdb_input(t.gdb, "$P0=11111111#00", 15);
    assert_string_equal(t.out, "-");
    assert_int_equal(t.regs[0], 0);
}

static void a_lost_answer_is_sent_again(void **state)
{
    frame("qC", 2);
    t.len = 0;
    zif_gdb_input(t.gdb, "-", 1);
    assert_string_equal(t.out, "$QC1#c5");
}

static void bytes_may_arrive_one_at_a_time(void **state)
{
    static const char packet[] = "$qC#b4";
    for (const char *p = packet; *p; p++) {
        zif_gdb_input(t.gdb, p, 1);
    }
    assert_string_equal(t.out, "+$QC1#c5");
}

static void registers_travel_in_target_byte_order(void **state)
{
    t.regs[ZIF_GDB_PC] = 0x08001234;
    assert_string_equal(ask("pf"), "34120008");
    assert_string_equal(ask("P0=78563412"), "OK");
    assert_int_equal(t.regs[0], 0x12345678);
    t.regs[ZIF_GDB_D0 + 1] = 0x1122334455667788;
    assert_string_equal(ask("p18"), "8877665544332211");
}

static void the_g_packet_holds_exactly_the_described_registers(void **state)
{
    assert_int_equal(strlen(ask("g")), 2 * (4 * 23 + 8 * 16 + 4));
    stop(NULL);
    start_with(false, false);
    assert_int_equal(strlen(ask("g")), 2 * 4 * 21);
    assert_string_equal(ask("p14"), "E01"); /* BASEPRI: none on v6-M */
}

static void the_description_names_what_the_core_has(void **state)
{
    const char *xml = ask("qXfer:features:read:target.xml:0,3000");
    assert_int_equal(xml[0], 'l');
    assert_non_null(strstr(xml, "org.gnu.gdb.arm.m-profile"));
    assert_non_null(strstr(xml, "name=\"basepri\""));
    assert_non_null(strstr(xml, "org.gnu.gdb.arm.vfp"));
    stop(NULL);
    start_with(false, false);
    xml = ask("qXfer:features:read:target.xml:0,3000");
    assert_null(strstr(xml, "basepri"));
    assert_null(strstr(xml, "vfp"));
}

static void a_long_document_comes_in_pieces_that_join(void **state)
{
    char whole[8192], joined[8192] = "";
    snprintf(whole, sizeof whole, "%s", ask("qXfer:features:read:target.xml:0,3000") + 1);
    for (unsigned at = 0;;) {
        char request[64];
        snprintf(request, sizeof request, "qXfer:features:read:target.xml:%x,100", at);
        const char *part = ask(request);
        strcat(joined, part + 1);
        at += (unsigned)strlen(part + 1);
        if (part[0] == 'l') {
            break;
        }
    }
    assert_string_equal(joined, whole);
}

static void the_memory_map_marks_flash_with_its_block_size(void **state)
{
    const char *xml = ask("qXfer:memory-map:read::0,3000");
    assert_non_null(
        strstr(xml, "<memory type=\"flash\" start=\"0x0\" length=\"0x1000\"><property name=\"blocksize\">0x400<"));
    assert_non_null(strstr(xml, "<memory type=\"ram\" start=\"0x20000000\" length=\"0x8000\"/>"));
}

static void memory_reads_stop_short_at_the_edge_and_fail_outside(void **state)
{
    t.ram[0] = 0xAB;
    t.ram[RAM_SIZE - 1] = 0xCD;
    assert_string_equal(ask("m20000000,2"), "ab00");
    assert_string_equal(ask("m20007fff,4"), "cd");
    assert_string_equal(ask("m10000000,4"), "E01");
}

static void binary_writes_undo_the_escapes(void **state)
{
    static const char packet[] = "X20000000,3:}\x03}\x5d\x11"; /* '#', '}' and 0x11 */
    frame(packet, sizeof packet - 1);
    assert_memory_equal(t.ram, "#}\x11", 3);
    assert_string_equal(ask("M20000010,2:beef"), "OK");
    assert_memory_equal(t.ram + 16, "\xbe\xef", 2);
    assert_string_equal(ask("M20000010,3:beef"), "E01");
    assert_string_equal(ask("X0,0:"), "OK"); /* GDB's probe for X */
}

static void load_goes_through_flash_erase_write_done(void **state)
{
    assert_string_equal(ask("vFlashErase:400,400"), "OK");
    assert_int_equal(t.flash[0x400], 0xFF);
    assert_int_equal(t.flash[0x3FF], 0);
    assert_string_equal(ask("vFlashWrite:400:abc"), "OK");
    assert_memory_equal(t.flash + 0x400, "abc", 3);
    assert_string_equal(ask("vFlashDone"), "OK");
    assert_string_equal(ask("vFlashErase:20000000,400"), "E01");
}

static void points_are_set_and_cleared_once_however_often_asked(void **state)
{
    assert_string_equal(ask("Z0,8000101,3"), "OK");
    assert_string_equal(ask("Z0,8000101,3"), "OK");
    assert_string_equal(t.points[0], "0@8000100+2");
    assert_string_equal(t.points[1], "");
    assert_string_equal(ask("Z2,20000000,4"), "OK");
    assert_string_equal(t.points[1], "2@20000000+4");
    assert_string_equal(ask("z0,8000101,3"), "OK");
    assert_string_equal(t.points[0], "");
    assert_string_equal(ask("z0,8000101,3"), "OK");
    assert_string_equal(ask("Z7,0,1"), "");
}

static void detach_clears_every_point(void **state)
{
    ask("Z1,100,2");
    ask("Z4,20000000,1");
    assert_string_equal(ask("D"), "OK");
    assert_string_equal(t.points[0], "");
    assert_string_equal(t.points[1], "");
    assert_int_equal(zif_gdb_want(t.gdb), ZIF_GDB_DETACHED);
}

static void a_resume_is_answered_when_the_target_stops(void **state)
{
    assert_string_equal(ask("vCont;c:1"), "(none)");
    assert_int_equal(zif_gdb_want(t.gdb), ZIF_GDB_CONTINUE);
    t.len = 0;
    zif_gdb_stopped(t.gdb,
                    &(ZifGdbStop){ .kind = ZIF_GDB_STOP_WATCH, .watch = ZIF_GDB_WATCH_READ, .addr = 0x40000000 });
    assert_non_null(strstr(t.out, "$T05rwatch:40000000;thread:1;#"));
    assert_string_equal(ask("?"), "T05rwatch:40000000;thread:1;");
    ask("vCont;s:1");
    assert_int_equal(zif_gdb_want(t.gdb), ZIF_GDB_STEP);
    zif_gdb_stopped(t.gdb, &(ZifGdbStop){ .kind = ZIF_GDB_STOP_BREAK });
    ask("vCont;r100,10a:1");
    uint32_t from, to;
    zif_gdb_range(t.gdb, &from, &to);
    assert_int_equal(zif_gdb_want(t.gdb), ZIF_GDB_RANGE);
    assert_int_equal(from, 0x100);
    assert_int_equal(to, 0x10A);
}

static void an_interrupt_counts_only_while_running(void **state)
{
    zif_gdb_input(t.gdb, "\x03", 1);
    assert_false(zif_gdb_interrupted(t.gdb));
    ask("c");
    zif_gdb_input(t.gdb, "\x03", 1);
    assert_true(zif_gdb_interrupted(t.gdb));
    assert_false(zif_gdb_interrupted(t.gdb));
}

static void continue_at_an_address_moves_the_pc(void **state)
{
    ask("s20000100");
    assert_int_equal(t.regs[ZIF_GDB_PC], 0x20000100);
    assert_int_equal(zif_gdb_want(t.gdb), ZIF_GDB_STEP);
}

static void reverse_execution_is_offered_and_asked_for(void **state)
{
    assert_non_null(strstr(ask("qSupported:swbreak+"), "ReverseStep+"));
    ask("bs");
    assert_int_equal(zif_gdb_want(t.gdb), ZIF_GDB_BACK_STEP);
    zif_gdb_stopped(t.gdb, &(ZifGdbStop){ .kind = ZIF_GDB_STOP_HISTORY });
    assert_non_null(strstr(t.out, "T05replaylog:begin;thread:1;"));
    ask("bc");
    assert_int_equal(zif_gdb_want(t.gdb), ZIF_GDB_BACK_CONTINUE);
}

static void memory_search_finds_across_its_windows(void **state)
{
    memcpy(t.ram + 4094, "needle", 6);
    assert_string_equal(ask("qSearch:memory:20000000;8000;needle"), "1,20000ffe");
    assert_string_equal(ask("qSearch:memory:20000000;1000;needle"), "0");
}

static void the_checksum_of_memory_is_the_protocols_crc(void **state)
{
    memcpy(t.ram, "123456789", 9);
    assert_string_equal(ask("qCRC:20000000,9"), "C376e6e7"); /* CRC-32/MPEG-2 check value */
}

static void monitor_output_of_any_length_arrives_whole(void **state)
{
    assert_string_equal(ask("qRcmd,6c6f6e67"), "OK");
    size_t chars = 0;
    for (const char *p = t.out; (p = strstr(p, "$O")) != NULL; p++) {
        if (p[2] != 'K') {
            chars += (size_t)(strchr(p, '#') - p - 2) / 2;
        }
    }
    assert_int_equal(chars, 20000);
    ask("qRcmd,6e6f");
    assert_non_null(strstr(t.out, "$O6e6f206d6f6e69746f7220")); /* "no monitor " */
}

static void reset_and_run_restart_the_target(void **state)
{
    ask("R00");
    assert_int_equal(t.resets, 1);
    assert_string_equal(ask("vRun;"), "T05thread:1;");
    assert_int_equal(t.resets, 2);
}

static void an_exit_is_reported_with_its_code(void **state)
{
    ask("c");
    zif_gdb_stopped(t.gdb, &(ZifGdbStop){ .kind = ZIF_GDB_STOP_EXITED, .code = 3 });
    assert_non_null(strstr(t.out, "$W03#"));
}

static void unknown_packets_get_an_empty_answer(void **state)
{
    assert_string_equal(ask("vMustReplyEmpty"), "");
    assert_string_equal(ask("qSomethingNew:1"), "");
    assert_string_equal(ask("jx"), "");
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, start, stop)
    const struct CMUnitTest tests[] = {
        T(a_packet_is_acknowledged_until_no_ack_mode),
        T(a_wrong_checksum_is_refused_and_the_packet_has_no_effect),
        T(a_lost_answer_is_sent_again),
        T(bytes_may_arrive_one_at_a_time),
        T(registers_travel_in_target_byte_order),
        T(the_g_packet_holds_exactly_the_described_registers),
        T(the_description_names_what_the_core_has),
        T(a_long_document_comes_in_pieces_that_join),
        T(the_memory_map_marks_flash_with_its_block_size),
        T(memory_reads_stop_short_at_the_edge_and_fail_outside),
        T(binary_writes_undo_the_escapes),
        T(load_goes_through_flash_erase_write_done),
        T(points_are_set_and_cleared_once_however_often_asked),
        T(detach_clears_every_point),
        T(a_resume_is_answered_when_the_target_stops),
        T(an_interrupt_counts_only_while_running),
        T(continue_at_an_address_moves_the_pc),
        T(reverse_execution_is_offered_and_asked_for),
        T(memory_search_finds_across_its_windows),
        T(the_checksum_of_memory_is_the_protocols_crc),
        T(monitor_output_of_any_length_arrives_whole),
        T(reset_and_run_restart_the_target),
        T(an_exit_is_reported_with_its_code),
        T(unknown_packets_get_an_empty_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
