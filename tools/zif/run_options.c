/* The arguments of `zif run`. See run_options.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zif/log.h>
#include "outcome.h"
#include "plugin.h"
#include "outputs.h"
#include "run_options.h"

enum { DEFAULT_SEED = 1, DEFAULT_MAX_RESETS = 16 };

enum {
    BOARD,
    UART,
    EXPECT,
    EXPECT_RE,
    SEND,
    WAIT,
    FAIL,
    FAIL_RE,
    PIN,
    PRESS,
    EXPECT_PIN,
    EXPECT_FRAME,
    INJECT,
    TIMEOUT,
    TIMEOUT_CODE,
    WALL_TIMEOUT,
    FOR,
    MAX_RESETS,
    REALTIME,
    JUNIT,
    TRACE_HASH,
    SCREENSHOT,
    RECORD,
    SHOW,
    VCD,
    COVERAGE,
    PROFILE,
    TRACE,
    STRICT,
    EXPECT_REPORT,
    ALLOW_REPORT,
    UNINIT,
    RTT,
    ITM,
    PLUGIN,
    STACK_LIMIT,
    STUB,
    SVD,
    SEED,
    RAM_FILL,
    CPU_PORT,
    SEMIHOSTING_DIR,
    CMDLINE,
    SEMIHOSTING,
    GDB,
    GDB_1234,
    GDB_HALT,
    SAVE,
    LOAD,
    FLASH,
    PROGRAM,
    POWER_CYCLE_AT,
    FLASH_ENDURANCE,
    FLASH_FLIP,
    LOG,
    QUIET,
    HELP,
};

const Option run_option_table[] = {
    { BOARD, "board", 'b', OPTION_VALUE, "BOARD",
      "The board or SoC: a name that `zif boards` lists, or a devicetree FILE.dts or FILE.dtb." },
    { UART, "uart", 0, OPTION_VALUE, "NAME=KIND[,baud=N]",
      "Connects a serial line: stdio, stdout, pty, tcp:PORT, file:PATH or null. NAME is the device's name, label or "
      "alias, "
      "or `console`. The path of a pty is printed at once. With baud=N the other end runs at that rate, and a guest "
      "that "
      "uses another one is garbled as on a real line. By default the console is stdio (stdout when there are steps) "
      "and "
      "every other line is null." },
    { RTT, "rtt", 0, OPTION_MAYBE, "[N:]KIND",
      "SEGGER RTT: channel N (0) is the line rtt (rttN), connected as --uart connects lines, to stdout without a KIND. "
      "Looked at once a "
      "millisecond of virtual time." },
    { ITM, "itm", 0, OPTION_MAYBE, "[N:]KIND",
      "The ITM's stimulus port N (0) is the line itm (itmN), as --rtt; it is enabled before reset." },
    { EXPECT, "expect", 0, OPTION_VALUE, "[UART:]TEXT",
      "Step: wait until the line has printed TEXT (also --expect-text)." },
    { EXPECT, "expect-text", 0, OPTION_VALUE, "[UART:]TEXT", NULL },
    { EXPECT_RE, "expect-re", 0, OPTION_VALUE, "[UART:]REGEX",
      "Step: wait until a line of text matches the POSIX extended regular expression. `$' matches when the line has "
      "ended." },
    { SEND, "send", 0, OPTION_VALUE, "[UART:]TEXT",
      "Step: type TEXT, with C escapes (\\r, \\n, \\x03), as fast as the guest's receiver takes it." },
    { WAIT, "wait", 0, OPTION_VALUE, "DURATION", "Step: let virtual time pass (10ms, 1.5s, 2min)." },
    { PIN, "pin", 0, OPTION_VALUE, "PIN=0|1[@TIME]",
      "Step: drive a pin (PA0, P0.17, gpio0.17, BOOT0) from outside, not before this virtual time. Those in front of "
      "all other steps and "
      "without a time are driven when power comes." },
    { PRESS, "press", 0, OPTION_VALUE, "KEY[@TIME][,for=DURATION]",
      "Step: press a button (devicetree alias, label or node name) and release it; for 50ms." },
    { EXPECT_PIN, "expect-pin", 0, OPTION_VALUE, "PIN=0|1", "Step: wait until the pin has this level." },
    { EXPECT_FRAME, "expect-frame", 0, OPTION_VALUE, "FILE.png[,display=NAME][,at=TIME][,tolerance=N]",
      "Step: wait until a display shows this picture, level by level within N (0), or check it at a time. When it does "
      "not, what it shows and where that differs are written beside FILE.png as FILE.actual.png and FILE.diff.png." },
    { INJECT, "inject", 0, OPTION_VALUE, "DEVICE:FAULT",
      "Step: make something go wrong. For the next byte sent to a UART: framing, noise, parity, lost; at once: break; "
      "from now on: "
      "impatient (bytes come whether or not they are read). For the next byte on a bus: nack, glitch, stretch, arlo, "
      "berr (I2C), "
      "nack, bit, stuff, form, crc (CAN)." },
    { FAIL, "fail", 0, OPTION_VALUE, "[UART:]TEXT",
      "End at once with code 121 when TEXT is printed, at whatever step (also --fail-text)." },
    { FAIL, "fail-text", 0, OPTION_VALUE, "[UART:]TEXT", NULL },
    { FAIL_RE, "fail-re", 0, OPTION_VALUE, "[UART:]REGEX", "As --fail, with a regular expression." },
    { TIMEOUT, "timeout", 0, OPTION_VALUE, "DURATION",
      "Give up after this much virtual time; 30s when not given and nobody is at the other end." },
    { TIMEOUT_CODE, "timeout-exit-code", 0, OPTION_VALUE, "N", "Exit code of a timeout instead of 124." },
    { WALL_TIMEOUT, "wall-timeout", 0, OPTION_VALUE, "DURATION", "Give up after this much of the host's time." },
    { FOR, "for", 0, OPTION_VALUE, "DURATION",
      "Run this long, then succeed if every expectation was met; steps do not end the run earlier." },
    { MAX_RESETS, "max-resets", 0, OPTION_VALUE, "N",
      "Resets by the firmware that are a reset loop when exceeded; 16." },
    { REALTIME, "realtime", 0, OPTION_FLAG, NULL, "Let virtual time pass no faster than the host's." },
    { JUNIT, "junit", 0, OPTION_VALUE, "FILE", "Write the result as JUnit XML." },
    { TRACE_HASH, "trace-hash", 0, OPTION_FLAG, NULL,
      "Print a hash of the whole run: equal hashes are equal runs, on any host." },
    { SCREENSHOT, "screenshot", 0, OPTION_VALUE, "FILE.png[,display=NAME][,at=TIME|end]",
      "Write what a display shows at this virtual time, or at the end, however the run ends; `zif board' lists the "
      "displays." },
    { RECORD, "record", 0, OPTION_VALUE, "DIR[,display=NAME]",
      "Write every frame of a display that differs from the one before, and frames.txt, which says for how long each "
      "was shown (ffmpeg -f concat reads it)." },
    { SHOW, "show", 0, OPTION_MAYBE, "NAME",
      "Show a display in the upper part of the terminal (24-bit colours), paced to real time; what is printed scrolls "
      "below it." },
    { VCD, "vcd", 0, OPTION_VALUE, "FILE[,timescale=1ns][,signal=NAME...]",
      "Record wires as a value-change dump: every pin, UART line, interrupt and bus, or the signals named (uart0.tx, "
      "gpio0.pin[17], timer0.CTRL.EN; * and ? stand for anything)." },
    { COVERAGE, "coverage", 0, OPTION_VALUE, "FILE[,source=NAME...]",
      "Record which lines and branches were executed, as an lcov tracefile; the image needs nothing but -g. NAME (with "
      "* and ?) chooses source files." },
    { TRACE, "trace", 0, OPTION_VALUE, "KINDS=FILE[,only=DEVICE][,from=TIME][,until=TIME][,binary]",
      "Write down what happens, a line each, with time, instruction count, PC and source line. KINDS, with commas "
      "between: "
      "mmio (register accesses with their fields), irq, exc (exceptions), insn (every instruction), wire, uart, bus, "
      "all. "
      "DEVICE may hold * and ?; `zif trace` prints a binary one." },
    { PROFILE, "profile", 0, OPTION_VALUE, "FILE",
      "Record where virtual time went, exactly, as folded stacks for flame graphs, in nanoseconds." },
    { STRICT, "strict", 0, OPTION_MAYBE, "KINDS",
      "End with code 123 at the first report of something the firmware did wrong; KINDS are words of such reports with "
      "commas between, or `all' (which adds what zif does not model). `zif help reports' explains them." },
    { EXPECT_REPORT, "expect-report", 0, OPTION_VALUE, "KIND[:PERIPHERAL[.REGISTER]]",
      "Step: wait until there is such a report, earlier ones included. It does not count for --strict." },
    { ALLOW_REPORT, "allow-report", 0, OPTION_VALUE, "KIND[:PERIPHERAL[.REGISTER]]",
      "Such reports do not count for --strict." },
    { PLUGIN, "plugin", 0, OPTION_VALUE, "FILE",
      "A shared object with further models, built against zif/peripheral.h." },
    { UNINIT, "uninit", 0, OPTION_FLAG, NULL,
      "Follow reads of RAM that nothing wrote until the value decides something, and report that (so does --strict). "
      "Runs are slower." },
    { STACK_LIMIT, "stack-limit", 0, OPTION_VALUE, "ADDRESS",
      "Where the main stack ends, for the report `stack'; what __stack_limit, __StackLimit, _sstack or the end of .bss "
      "say." },
    { STUB, "stub", 0, OPTION_VALUE, "FIELD=VALUE",
      "Bits that read as VALUE whatever the block does: PERIPHERAL.REGISTER[.FIELD], ADDRESS, ADDRESS:BIT or "
      "ADDRESS:MSB:LSB." },
    { SVD, "svd", 0, OPTION_VALUE, "FILE",
      "An SVD file of the chip: its registers stand in, kept and named but without effect, for every block that zif "
      "does not model." },
    { SEED, "seed", 0, OPTION_VALUE, "N", "Seed of everything random in the machine; 1." },
    { RAM_FILL, "ram-fill", 0, OPTION_VALUE, "random|zero|0xNN", "What RAM holds at power-on; random, by the seed." },
    { SEMIHOSTING, "semihosting", 0, OPTION_VALUE, "on|off",
      "off: no debugger is attached, and BKPT 0xAB is a HardFault as on silicon; on." },
    { SEMIHOSTING_DIR, "semihosting-dir", 0, OPTION_VALUE, "DIR", "Folder the guest's files are confined to; none." },
    { CMDLINE, "cmdline", 0, OPTION_VALUE, "TEXT", "The command line semihosting gives the guest." },
    { CPU_PORT, "cpu-port", 0, OPTION_VALUE, "fast|portable", "The CPU's memory port; the fast one where it works." },
    { GDB, "gdb", 0, OPTION_MAYBE, ":PORT|stdio",
      "Halt at reset and wait for GDB on this TCP port of the local host (:3333), or on standard input and output." },
    { GDB_1234, "gdb-server", 's', OPTION_FLAG, NULL, "As --gdb=:1234, but run on until GDB comes (with -S: halt)." },
    { GDB_HALT, "halt", 'S', OPTION_FLAG, NULL, "Halt at reset until GDB lets the processor go." },
    { SAVE, "save", 0, OPTION_VALUE, "FILE@TIME|FILE@expect",
      "Store a snapshot of the machine at this virtual time, or after the last step." },
    { LOAD, "load", 0, OPTION_VALUE, "FILE",
      "Go on from a stored snapshot of the same board; images are needed for symbols only." },
    { FLASH, "flash", 0, OPTION_VALUE, "NAME=FILE[,ro|,overlay]",
      "A file holds the contents of this flash (`zif board' has its name), from run to run; a new one is made erased. "
      "What it holds wins over "
      "IMAGE. ro: the chip is write-protected; overlay: the file stays as it is." },
    { PROGRAM, "program", 0, OPTION_FLAG, NULL, "Put IMAGE into flashes that a file holds, too, before the run." },
    { POWER_CYCLE_AT, "power-cycle-at", 0, OPTION_VALUE, "TIME",
      "Power goes and comes back at this virtual time (can be given more than once): flashes keep their contents, RAM "
      "does not." },
    { FLASH_ENDURANCE, "flash-endurance", 0, OPTION_VALUE, "N",
      "Flash sectors erased more than N times no longer erase whole; no limit." },
    { FLASH_FLIP, "flash-flip", 0, OPTION_VALUE, "NAME+OFFSET[.BIT]@TIME",
      "Invert a bit (0 to 7, 0) of a flash at this virtual time." },
    { LOG, "log", 0, OPTION_VALUE, "LEVEL[:CATEGORY]",
      "What zif says of its own doing: error, warn (default), info, debug, trace; for all or one category: machine, "
      "memory, steps, stream, "
      "uart or the name of a device." },
    { QUIET, "quiet", 'q', OPTION_FLAG, NULL, "Print only what the guest prints, and failures." },
    { HELP, "help", 'h', OPTION_FLAG, NULL, "Print this page." },
    { 0 },
};

static char *copy(const char *text, size_t len)
{
    char *out = strndup(text, len);
    if (!out) {
        zif_bug("out of memory for options");
    }
    return out;
}

static bool parse_duration(const char *option, const char *text, ZifTime *out, Error **errp)
{
    Error *err = NULL;
    if (!zif_time_parse(text, out, &err)) {
        error_prepend(&err, "--%s", option);
        error_propagate(errp, err);
        return false;
    }
    if (!*out) {
        error_setg(errp, "--%s: no time at all", option);
        return false;
    }
    return true;
}

static bool parse_uart(RunOptions *o, const char *text, Error **errp)
{
    const char *equals = strchr(text, '='), *comma = strstr(text, ",baud=");
    uint64_t baud = 0;
    if (!equals || equals == text || !equals[1] || comma == equals + 1) {
        error_setg(errp, "--uart: '%s' is not NAME=KIND", text);
        return false;
    }
    if (comma && !option_number("uart", comma + strlen(",baud="), NULL, 1, 100000000, &baud, NULL)) {
        error_setg(errp, "--uart: '%s' is no baud rate from 1 to 100000000", comma + strlen(",baud="));
        return false;
    }
    o->uarts = option_list(o->uarts, o->nuarts, sizeof *o->uarts);
    o->uarts[o->nuarts++] =
        (UartOption){ .line = copy(text, (size_t)(equals - text)),
                      .stream = copy(equals + 1, comma ? (size_t)(comma - equals - 1) : strlen(equals + 1)),
                      .baud = (unsigned)baud };
    return true;
}

/* [N:]KIND of --rtt and --itm. */
static bool parse_channel(RunOptions *o, const char *name, uint32_t *channels, const char *text, Error **errp)
{
    unsigned n = 0;
    int skip = 0;
    char spec[4200], line[16] = "";
    if (text && sscanf(text, "%2u:%n", &n, &skip) == 1 && skip) {
        text += skip;
    } else {
        n = 0;
    }
    if (n > 31 || (text && !*text)) {
        error_setg(errp, "--%s: channels are 0 to 31, and KIND is as for --uart", name);
        return false;
    }
    if (n) {
        snprintf(line, sizeof line, "%u", n);
    }
    *channels |= 1u << n;
    snprintf(spec, sizeof spec, "%s%s=%s", name, line, text ? text : "stdout");
    return parse_uart(o, spec, errp);
}

static bool parse_ram_fill(RunOptions *o, const char *text, Error **errp)
{
    char *end;
    if (!strcmp(text, "random")) {
        o->machine.ram_fill = ZIF_RAM_RANDOM;
        return true;
    }
    if (!strcmp(text, "zero")) {
        o->machine.ram_fill = ZIF_RAM_ZERO;
        return true;
    }
    unsigned long v = strtoul(text, &end, 16);
    if (strncmp(text, "0x", 2) != 0 || !text[2] || *end || v > 0xff) {
        error_setg(errp, "--ram-fill: '%s' is none of random, zero, 0xNN", text);
        return false;
    }
    o->machine.ram_fill = ZIF_RAM_BYTE;
    o->machine.ram_byte = (uint8_t)v;
    return true;
}

static bool parse_strict(RunOptions *o, const char *text, Error **errp)
{
    uint32_t everything = (1u << ZIF_REPORT_KINDS) - 1;
    if (!text) {
        o->strict = everything & ~(1u << ZIF_REPORT_UNMODELLED | 1u << ZIF_REPORT_UNMODELLED_DEVICE);
        return true;
    }
    while (*text) {
        size_t len = strcspn(text, ",");
        unsigned kind = expected_kind(text, len);
        if (kind < ZIF_REPORT_KINDS) {
            o->strict |= 1u << kind;
        } else if (len == 3 && !strncmp(text, "all", 3)) {
            o->strict |= everything;
        } else {
            error_setg(errp, "--strict: '%.*s' is no kind of report", (int)len, text);
            return false;
        }
        text += len + (text[len] == ',');
    }
    return true;
}

static bool add_step(RunOptions *o, int id, const char *text, Error **errp)
{
    static const struct {
        int id;
        StepKind kind;
        const char *name;
    } kinds[] = { { EXPECT, STEP_EXPECT, "expect" }, { EXPECT_RE, STEP_EXPECT_RE, "expect-re" },
                  { SEND, STEP_SEND, "send" },       { WAIT, STEP_WAIT, "wait" },
                  { FAIL, STEP_FAIL, "fail" },       { FAIL_RE, STEP_FAIL_RE, "fail-re" } };
    Error *err = NULL;
    unsigned i = 0;
    while (kinds[i].id != id) {
        i++;
    }
    if (!steps_add(o->steps, kinds[i].kind, text, &err)) {
        error_prepend(&err, "--%s", kinds[i].name);
        error_propagate(errp, err);
        return false;
    }
    return true;
}

/* The report goes into *list. NULL and *errp when the text is none. */
static ExpectedReport *add_expected(ExpectedReport ***list, size_t *n, const char *option, const char *text,
                                    Error **errp)
{
    Error *err = NULL;
    ExpectedReport *e = option_list(NULL, 0, sizeof *e);
    *list = option_list(*list, *n, sizeof **list);
    (*list)[(*n)++] = e;
    if (!expected_parse(e, text, &err)) {
        error_prepend(&err, "--%s", option);
        error_propagate(errp, err);
        return NULL;
    }
    return e;
}

static bool add_expected_step(RunOptions *o, const char *text, Error **errp)
{
    ExpectedReport *e = add_expected(&o->expected, &o->nexpected, "expect-report", text, errp);
    if (e) {
        steps_add_own(o->steps, STEP_EXPECT_REPORT, text, e);
    }
    return e;
}

static bool add_inject_step(RunOptions *o, const char *text, Error **errp)
{
    Error *err = NULL;
    InjectStep *s = inject_step_parse(text, &err);
    if (!s) {
        error_prepend(&err, "--inject");
        error_propagate(errp, err);
        return false;
    }
    o->faults = option_list(o->faults, o->nfaults, sizeof *o->faults);
    o->faults[o->nfaults++] = s;
    steps_add_own(o->steps, STEP_INJECT, text, s);
    return true;
}

static bool add_pin_step(RunOptions *o, StepKind kind, const char *option, const char *text, Error **errp)
{
    Error *err = NULL;
    PinStep *p = pin_step_parse(kind, text, &err);
    if (!p) {
        error_prepend(&err, "--%s", option);
        error_propagate(errp, err);
        return false;
    }
    o->pins = option_list(o->pins, o->npins, sizeof *o->pins);
    o->pins[o->npins++] = p;
    p->leads = steps_count(o->steps) == o->npins - 1;
    steps_add_own(o->steps, kind, text, p);
    return true;
}

static bool add_frame_step(RunOptions *o, const char *text, Error **errp)
{
    FrameStep *s = frame_step_parse(text, errp);
    if (!s) {
        return false;
    }
    o->frames = option_list(o->frames, o->nframes, sizeof *o->frames);
    o->frames[o->nframes++] = s;
    steps_add_own(o->steps, STEP_EXPECT_FRAME, text, s);
    return true;
}

static void add_image(RunOptions *o, const char *name)
{
    o->images = option_list(o->images, o->nimages, sizeof *o->images);
    o->images[o->nimages++] = name;
}

static bool parse_port(RunOptions *o, const char *text, Error **errp)
{
    if (strcmp(text, "fast") != 0 && strcmp(text, "portable") != 0) {
        error_setg(errp, "--cpu-port: '%s' is neither fast nor portable", text);
        return false;
    }
    o->machine.port = text;
    return true;
}

/* FILE@TIME or FILE@expect; a file's name may hold an @ too. */
static bool parse_save(RunOptions *o, const char *text, Error **errp)
{
    const char *at = strrchr(text, '@');
    if (!at || at == text || !at[1] || o->save) {
        error_setg(errp, o->save ? "--save is given twice" : "--save: '%s' is not FILE@TIME or FILE@expect", text);
        return false;
    }
    o->save_at = ZIF_TIME_NEVER;
    if (strcmp(at + 1, "expect") != 0 && !parse_duration("save", at + 1, &o->save_at, errp)) {
        return false;
    }
    o->save = copy(text, (size_t)(at - text));
    return true;
}

static bool parse_gdb(RunOptions *o, const char *text, Error **errp)
{
    uint64_t port = 3333;
    o->gdb_halts = true;
    if (text && !strcmp(text, "stdio")) {
        o->gdb = "stdio";
        return true;
    }
    if (text && !option_number("gdb", text + (*text == ':'), NULL, 0, 65535, &port, errp)) {
        return false;
    }
    snprintf(o->gdb_spec, sizeof o->gdb_spec, "tcp:%u", (unsigned)port);
    o->gdb = o->gdb_spec;
    return true;
}

static bool add_power_cycle(RunOptions *o, const char *text, Error **errp)
{
    ZifTime when;
    if (!parse_duration("power-cycle-at", text, &when, errp)) {
        return false;
    }
    o->power_cycles = option_list(o->power_cycles, o->npower_cycles, sizeof *o->power_cycles);
    o->power_cycles[o->npower_cycles++] = when;
    return true;
}

static bool parse_semihosting(RunOptions *o, const char *text, Error **errp)
{
    o->machine.semihosting = !strcmp(text, "on");
    if (!o->machine.semihosting && strcmp(text, "off") != 0) {
        error_setg(errp, "--semihosting: '%s' is neither on nor off", text);
        return false;
    }
    return true;
}

static bool apply(RunOptions *o, int id, const char *value, Error **errp)
{
    uint64_t number = 0;
    switch (id) {
    case BOARD:
        o->machine.board = value;
        return true;
    case UART:
        return parse_uart(o, value, errp);
    case EXPECT:
    case EXPECT_RE:
    case SEND:
    case WAIT:
    case FAIL:
    case FAIL_RE:
        return add_step(o, id, value, errp);
    case TIMEOUT:
        return parse_duration("timeout", value, &o->timeout, errp);
    case TIMEOUT_CODE:
        if (!option_number("timeout-exit-code", value, NULL, 0, 255, &number, errp)) {
            return false;
        }
        o->timeout_code = (int)number;
        return true;
    case WALL_TIMEOUT:
        return parse_duration("wall-timeout", value, &o->wall_timeout, errp);
    case FOR:
        return parse_duration("for", value, &o->run_for, errp);
    case MAX_RESETS:
        if (!option_number("max-resets", value, NULL, 0, UINT_MAX - 1, &number, errp)) {
            return false;
        }
        o->machine.max_resets = (unsigned)number;
        return true;
    case JUNIT:
        o->junit = value;
        return true;
    case STRICT:
        return parse_strict(o, value, errp);
    case EXPECT_REPORT:
        return add_expected_step(o, value, errp);
    case ALLOW_REPORT:
        return add_expected(&o->allowed, &o->nallowed, "allow-report", value, errp);
    case PIN:
        return add_pin_step(o, STEP_PIN, "pin", value, errp);
    case PRESS:
        return add_pin_step(o, STEP_PRESS, "press", value, errp);
    case EXPECT_PIN:
        return add_pin_step(o, STEP_EXPECT_PIN, "expect-pin", value, errp);
    case EXPECT_FRAME:
        return add_frame_step(o, value, errp);
    case UNINIT:
        o->machine.uninit = true;
        return true;
    case INJECT:
        return add_inject_step(o, value, errp);
    case RTT:
        return parse_channel(o, "rtt", &o->machine.rtt_channels, value, errp);
    case ITM:
        return parse_channel(o, "itm", &o->machine.itm_ports, value, errp);
    case PLUGIN:
        return plugin_load(value, errp);
    case STACK_LIMIT:
        if (!option_number("stack-limit", value, NULL, 0, UINT32_MAX, &number, errp)) {
            return false;
        }
        o->machine.stack_limit = (uint32_t)number;
        return true;
    case STUB:
        o->stubs = option_list(o->stubs, o->nstubs + 1, sizeof *o->stubs);
        o->stubs[o->nstubs++] = value;
        o->stubs[o->nstubs] = NULL;
        o->machine.stubs = o->stubs;
        return true;
    case SVD:
        o->machine.svd = value;
        return true;
    case SEED:
        return option_number("seed", value, NULL, 0, UINT64_MAX, &o->machine.seed, errp);
    case RAM_FILL:
        return parse_ram_fill(o, value, errp);
    case CPU_PORT:
        return parse_port(o, value, errp);
    case SEMIHOSTING_DIR:
        o->machine.semihosting_dir = value;
        return true;
    case CMDLINE:
        o->machine.cmdline = value;
        return true;
    case FLASH:
        return flash_options_add_file(&o->flash, value, errp);
    case PROGRAM:
        o->machine.program = true;
        return true;
    case POWER_CYCLE_AT:
        return add_power_cycle(o, value, errp);
    case FLASH_ENDURANCE:
        if (!option_number("flash-endurance", value, NULL, 0, UINT32_MAX, &number, errp)) {
            return false;
        }
        o->flash.endurance = (uint32_t)number;
        return true;
    case FLASH_FLIP:
        return flash_options_add_flip(&o->flash, value, errp);
    case LOG:
        return zif_log_configure(value, errp);
    case REALTIME:
        o->realtime = true;
        return true;
    case SCREENSHOT:
        return pictures_add_shot(&o->pictures, value, errp);
    case RECORD:
        return pictures_add_film(&o->pictures, value, errp);
    case SHOW:
        o->show = o->realtime = true;
        o->show_name = value;
        return true;
    case COVERAGE:
        recorders_add(&o->recorders, zif_observe_coverage, value);
        return true;
    case PROFILE:
        recorders_add(&o->recorders, zif_observe_profile, value);
        return true;
    case TRACE:
        recorders_add(&o->recorders, zif_observe_trace, value);
        return true;
    case VCD:
        recorders_add(&o->recorders, zif_observe_vcd, value);
        return true;
    case TRACE_HASH:
        o->trace_hash = true;
        return true;
    case SEMIHOSTING:
        return parse_semihosting(o, value, errp);
    case GDB:
        return parse_gdb(o, value, errp);
    case GDB_1234:
        o->gdb = "tcp:1234";
        return true;
    case GDB_HALT:
        o->gdb_halts = true;
        return true;
    case SAVE:
        return parse_save(o, value, errp);
    case LOAD:
        o->load = value;
        return true;
    case QUIET:
        o->quiet = true;
        return true;
    case OPTION_OPERAND:
        if (!*value) {
            error_setg(errp, "an image has an empty name");
            return false;
        }
        add_image(o, value);
        return true;
    }
    zif_bug("option %d is in the table and not applied", id);
}

bool run_options_parse(RunOptions *o, char **argv, Error **errp)
{
    *o = (RunOptions){ .machine = { .seed = DEFAULT_SEED, .max_resets = DEFAULT_MAX_RESETS, .semihosting = true },
                       .timeout_code = EXIT_TIMEOUT,
                       .steps = steps_new() };
    OptionParser parser = { .argv = argv, .options = run_option_table };
    for (;;) {
        const char *value;
        int id = option_next(&parser, &value, errp);
        if (id == OPTION_END) {
            break;
        }
        if (id == HELP) {
            o->help = true;
            return true;
        }
        if (id == OPTION_BAD || !apply(o, id, value, errp)) {
            return false;
        }
    }
    o->machine.uninit |= o->strict >> ZIF_REPORT_UNINIT & 1;
    o->machine.stack_guard = o->machine.stack_limit || o->strict & 1u << ZIF_REPORT_STACK;
    for (size_t i = 0; i < o->nexpected; i++) {
        o->machine.stack_guard |= o->expected[i]->kind == ZIF_REPORT_STACK;
        o->machine.uninit |= o->expected[i]->kind == ZIF_REPORT_UNINIT;
    }
    if (o->gdb_halts && !o->gdb) {
        error_setg(errp, "-S waits for GDB for ever: -s or --gdb is needed too");
        return false;
    }
    if (o->save && o->save_at == ZIF_TIME_NEVER && steps_empty(o->steps)) {
        error_setg(errp, "--save: '@expect' is after the last step, and there is none");
        return false;
    }
    if (o->load && o->flash.nfiles) {
        error_setg(errp, "--load brings the contents of all flashes: no --flash with it");
        return false;
    }
    if (!o->nimages && !o->load) {
        if (o->machine.board && access(o->machine.board, F_OK) == 0) {
            error_setg(errp, "--board takes %s for the board, and no image is left: was the board's name left out?",
                       o->machine.board);
        } else {
            error_setg(errp, "no firmware image is named (see zif run --help)");
        }
        return false;
    }
    if (!o->machine.board) {
        error_setg(errp, "no board is named: --board BOARD (zif boards lists them)");
        return false;
    }
    if (o->junit && !output_possible("junit", o->junit, false, errp)) {
        o->junit = NULL;
        return false;
    }
    return !o->save || output_possible("save", o->save, true, errp);
}

void run_options_free(RunOptions *o)
{
    for (size_t i = 0; i < o->nuarts; i++) {
        free(o->uarts[i].line);
        free(o->uarts[i].stream);
    }
    free(o->uarts);
    for (size_t i = 0; i < o->nexpected; i++) {
        free(o->expected[i]);
    }
    free(o->expected);
    for (size_t i = 0; i < o->npins; i++) {
        free(o->pins[i]);
    }
    free(o->pins);
    for (size_t i = 0; i < o->nfaults; i++) {
        free(o->faults[i]);
    }
    free(o->faults);
    for (size_t i = 0; i < o->nframes; i++) {
        frame_step_free(o->frames[i]);
    }
    free(o->frames);
    free(o->stubs);
    for (size_t i = 0; i < o->nallowed; i++) {
        free(o->allowed[i]);
    }
    free(o->allowed);
    flash_options_free(&o->flash);
    pictures_free(&o->pictures);
    free(o->power_cycles);
    free(o->images);
    free(o->save);
    steps_free(o->steps);
}
