/* Every kind of stream, and the terminal that is restored whatever happens. See zif/stream.h.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#include <cmocka.h>
#include <zif/stream.h>
#include "terminal.h"

enum { PATIENCE_MS = 60000 };

/* Opens a stream while standard output goes to a pipe; what it printed is put into `said`. */
static ZifStream *open_and_listen(const char *spec, char *said, size_t len)
{
    int fds[2], old = dup(STDOUT_FILENO);
    fflush(stdout);
    assert_int_equal(pipe(fds), 0);
    dup2(fds[1], STDOUT_FILENO);
    ZifStream *s = zif_stream_open(spec, "uart0", &error_fatal);
    fflush(stdout);
    dup2(old, STDOUT_FILENO);
    close(fds[1]);
    close(old);
    ssize_t n = read(fds[0], said, len - 1);
    said[n > 0 ? n : 0] = '\0';
    close(fds[0]);
    return s;
}

/* What the stream has within a while, at least one byte. */
static size_t read_soon(ZifStream *s, char *buf, size_t len)
{
    for (int ms = 0; ms < PATIENCE_MS; ms++) {
        size_t n = zif_stream_read(s, buf, len);
        if (n) {
            return n;
        }
        usleep(1000);
    }
    return 0;
}

static void assert_reads(int fd, const char *text)
{
    char buf[256];
    size_t used = 0, len = strlen(text);
    while (used < len && poll(&(struct pollfd){ .fd = fd, .events = POLLIN }, 1, PATIENCE_MS) > 0) {
        ssize_t n = read(fd, buf + used, len - used);
        assert_true(n > 0);
        used += (size_t)n;
    }
    assert_int_equal(used, len);
    assert_memory_equal(buf, text, len);
}

static void pty_prints_its_path_and_carries_both_ways(void **state)
{
    char said[128], path[100], buf[16];
    ZifStream *s = open_and_listen("pty", said, sizeof said);
    assert_int_equal(sscanf(said, "char device redirected to %99s (uart0)", path), 1);
    zif_stream_write(s, "early\r\n", 7); /* before anybody has opened it */
    zif_stream_flush(s);
    int fd = open(path, O_RDWR | O_NOCTTY);
    assert_true(fd >= 0);
    assert_reads(fd, "early\r\n");
    assert_int_equal(write(fd, "a\n", 2), 2);
    assert_int_equal(read_soon(s, buf, sizeof buf), 2);
    assert_memory_equal(buf, "a\n", 2);
    assert_true(zif_stream_can_input(s));
    close(fd);
    assert_int_equal(zif_stream_read(s, buf, sizeof buf), 0);
    fd = open(path, O_RDWR | O_NOCTTY); /* the next visitor */
    zif_stream_write(s, "again", 5);
    zif_stream_flush(s);
    assert_reads(fd, "again");
    close(fd);
    zif_stream_free(s);
}

static int connect_to(const char *said)
{
    unsigned port;
    assert_int_equal(sscanf(said, "listening on 127.0.0.1:%u (uart0)", &port), 1);
    struct sockaddr_in to = { .sin_family = AF_INET,
                              .sin_port = htons((uint16_t)port),
                              .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof to), 0);
    return fd;
}

static void tcp_serves_one_peer_after_another(void **state)
{
    char said[128], buf[16];
    ZifStream *s = open_and_listen("tcp:0", said, sizeof said);
    zif_stream_write(s, "early", 5);
    zif_stream_flush(s);
    int fd = connect_to(said);
    assert_int_equal(write(fd, "hi", 2), 2);
    assert_int_equal(read_soon(s, buf, sizeof buf), 2);
    zif_stream_flush(s);
    assert_reads(fd, "early");
    close(fd);
    assert_int_equal(zif_stream_read(s, buf, sizeof buf), 0);
    fd = connect_to(said);
    assert_int_equal(write(fd, "yo", 2), 2);
    assert_int_equal(read_soon(s, buf, sizeof buf), 2);
    assert_memory_equal(buf, "yo", 2);
    zif_stream_write(s, "bye", 3);
    zif_stream_free(s);
    assert_reads(fd, "bye");
    close(fd);
}

static void tcp_listens_on_loopback_only(void **state)
{
    char said[128];
    ZifStream *s = open_and_listen("tcp:0", said, sizeof said);
    struct sockaddr_in address;
    socklen_t len = sizeof address;
    assert_int_equal(getsockname(zif_stream_fd(s), (struct sockaddr *)&address, &len), 0);
    assert_int_equal(address.sin_addr.s_addr, htonl(INADDR_LOOPBACK));
    zif_stream_free(s);
}

static void a_backlog_keeps_the_latest_bytes(void **state)
{
    char said[128];
    ZifStream *s = open_and_listen("tcp:0", said, sizeof said);
    for (int i = 0; i < ZIF_STREAM_BACKLOG / 8 + 1000; i++) {
        char line[9];
        snprintf(line, sizeof line, "%07d\n", i);
        zif_stream_write(s, line, 8);
    }
    int fd = connect_to(said), last = -1, count = 0, value;
    fcntl(fd, F_SETFL, O_NONBLOCK);
    FILE *f = fdopen(fd, "r");
    char line[32];
    for (int ms = 0; ms < PATIENCE_MS && last != ZIF_STREAM_BACKLOG / 8 + 999; ms++) {
        zif_stream_flush(s);
        while (fgets(line, sizeof line, f)) {
            if (sscanf(line, "%d", &value) == 1) {
                last = value;
                count++;
            }
        }
        clearerr(f);
        usleep(1000);
    }
    assert_int_equal(last, ZIF_STREAM_BACKLOG / 8 + 999);
    assert_true(count > ZIF_STREAM_BACKLOG / 8 / 2 && count <= ZIF_STREAM_BACKLOG / 8);
    fclose(f);
    zif_stream_free(s);
}

static void file_holds_what_was_written(void **state)
{
    char path[] = "/tmp/zif-stream-XXXXXX", spec[64], buf[100000];
    close(mkstemp(path));
    snprintf(spec, sizeof spec, "file:%s", path);
    ZifStream *s = zif_stream_open(spec, "uart0", &error_fatal);
    for (int i = 0; i < 10000; i++) {
        zif_stream_write(s, &"0123456789"[i % 10], 1);
    }
    assert_false(zif_stream_can_input(s));
    assert_int_equal(zif_stream_read(s, buf, sizeof buf), 0);
    zif_stream_free(s);
    int fd = open(path, O_RDONLY);
    assert_int_equal(read(fd, buf, sizeof buf), 10000);
    assert_int_equal(buf[9999], '9');
    close(fd);
    unlink(path);
}

static void null_swallows_and_is_silent(void **state)
{
    char buf[4];
    ZifStream *s = zif_stream_open("null", "uart0", &error_fatal);
    zif_stream_write(s, "x", 1);
    assert_int_equal(zif_stream_read(s, buf, sizeof buf), 0);
    assert_false(zif_stream_can_input(s));
    zif_stream_free(s);
}

static void refused(const char *spec, const char *words)
{
    Error *err = NULL;
    assert_null(zif_stream_open(spec, "uart7", &err));
    if (!strstr(error_get_pretty(err), words) || !strstr(error_get_pretty(err), "uart7")) {
        fail_msg("'%s' does not say uart7 and '%s'", error_get_pretty(err), words);
    }
    error_free(err);
}

static void bad_specs_are_refused(void **state)
{
    refused("serial", "'serial' is none of stdio");
    refused("tcp", "'tcp' is none of");
    refused("tcp:", "'tcp:' is none of");
    refused("pty:1", "'pty:1' is none of");
    refused("tcp:70000", "'70000' is no TCP port");
    refused("tcp:abc", "'abc' is no TCP port");
    refused("file:/no/such/folder/x", "cannot write /no/such/folder/x: No such file");
}

static void standard_input_serves_one_line(void **state)
{
    ZifStream *s = zif_stream_open("stdio", "uart0", &error_fatal);
    refused("stdio", "standard input already serves another line");
    zif_stream_free(s);
    zif_stream_free(zif_stream_open("stdio", "uart0", &error_fatal));
}

static void standard_input_that_ends_can_give_no_more(void **state)
{
    int fds[2], old = dup(STDIN_FILENO);
    char buf[8];
    assert_int_equal(pipe(fds), 0);
    dup2(fds[0], STDIN_FILENO);
    close(fds[0]);
    ZifStream *s = zif_stream_open("stdio", "uart0", &error_fatal);
    assert_int_equal(zif_stream_read(s, buf, sizeof buf), 0); /* does not block */
    assert_int_equal(write(fds[1], "go", 2), 2);
    close(fds[1]);
    assert_int_equal(zif_stream_read(s, buf, sizeof buf), 2);
    assert_true(zif_stream_can_input(s));
    assert_int_equal(zif_stream_read(s, buf, sizeof buf), 0);
    assert_false(zif_stream_can_input(s));
    zif_stream_free(s);
    dup2(old, STDIN_FILENO);
    close(old);
}

/* --- The terminal ---------------------------------------------------------------------------------------- */

static bool is_raw(int fd)
{
    struct termios mode;
    assert_int_equal(tcgetattr(fd, &mode), 0);
    return !(mode.c_lflag & (ICANON | ECHO | ISIG));
}

/* Runs `life` in a child on a terminal of its own, once the child has said that it is raw. */
static pid_t child_on_terminal(int *master, void (*life)(ZifStream *s))
{
    pid_t pid = forkpty(master, NULL, NULL, NULL);
    assert_true(pid >= 0);
    if (pid == 0) {
        ZifStream *s = zif_stream_open("stdio", "uart0", &error_fatal);
        zif_stream_write(s, "R", 1);
        zif_stream_flush(s);
        life(s);
        _exit(99);
    }
    assert_reads(*master, "R");
    assert_true(is_raw(*master));
    return pid;
}

static void wait_for_ever(ZifStream *s)
{
    for (;;) {
        pause();
    }
}

static void leave_when_asked(ZifStream *s)
{
    char buf[16];
    for (;;) {
        zif_stream_write(s, buf, zif_stream_read(s, buf, sizeof buf));
        zif_stream_flush(s);
        if (zif_stream_request(s) == ZIF_STREAM_LEAVE) {
            exit(3); /* without freeing: atexit restores */
        }
        usleep(1000);
    }
}

static void a_signal_restores_the_terminal(void **state)
{
    static const int signals[] = { SIGTERM, SIGINT, SIGHUP, SIGABRT, SIGQUIT, SIGPIPE };
    for (unsigned i = 0; i < sizeof signals / sizeof *signals; i++) {
        int master, status;
        pid_t pid = child_on_terminal(&master, wait_for_ever);
        int hold = open(ptsname(master), O_RDWR | O_NOCTTY); /* keeps the terminal alive to look at it */
        kill(pid, signals[i]);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_true(WIFSIGNALED(status) && WTERMSIG(status) == signals[i]);
        assert_false(is_raw(hold));
        close(hold);
        close(master);
    }
}

/* Stops itself and looks at the terminal once it goes on. */
static noreturn void stop_and_go_on(void)
{
    setpgid(0, 0);
    zif_stream_open("stdio", "uart0", &error_fatal);
    for (int i = 0; i < 2; i++) {
        raise(SIGTSTP);
        if (!is_raw(STDIN_FILENO)) {
            _exit(1);
        }
    }
    _exit(0);
}

/* A shell's part: a job of its own in a session, stopped twice. Exit status 0 when the terminal was right all along. */
static noreturn void shell_with_a_job(void)
{
    int status;
    pid_t job = fork();
    if (job == 0) {
        stop_and_go_on();
    }
    signal(SIGTTOU, SIG_IGN);
    setpgid(job, job);
    tcsetpgrp(STDIN_FILENO, job);
    for (int i = 0; i < 2; i++) {
        if (waitpid(job, &status, WUNTRACED) != job || !WIFSTOPPED(status) || is_raw(STDIN_FILENO)) {
            _exit(2);
        }
        kill(job, SIGCONT);
    }
    waitpid(job, &status, 0);
    _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 3);
}

static void stopping_restores_and_going_on_makes_raw_again(void **state)
{
    int master, status;
    pid_t pid = forkpty(&master, NULL, NULL, NULL);
    if (pid == 0) {
        shell_with_a_job();
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    close(master);
}

static void ctrl_a_x_leaves_and_exit_restores(void **state)
{
    int master, status;
    pid_t pid = child_on_terminal(&master, leave_when_asked);
    int hold = open(ptsname(master), O_RDWR | O_NOCTTY);
    assert_int_equal(write(master, "a\003\001\001b", 5), 5); /* Ctrl-C and a doubled Ctrl-A are the guest's */
    assert_reads(master, "a\003\001b");
    assert_int_equal(write(master, "\001x", 2), 2);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 3);
    assert_false(is_raw(hold));
    close(hold);
    close(master);
}

static void escape_keys_are_taken_out(void **state)
{
    ZifEscape e = { 0 };
    assert_int_equal(zif__escape(&e, 'x'), ZIF_KEY_BYTE);
    assert_int_equal(zif__escape(&e, 1), ZIF_KEY_NONE);
    assert_int_equal(zif__escape(&e, 'c'), ZIF_KEY_STATUS);
    assert_int_equal(zif__escape(&e, 1), ZIF_KEY_NONE);
    assert_int_equal(zif__escape(&e, 'q'), ZIF_KEY_NONE);
    assert_int_equal(zif__escape(&e, 'q'), ZIF_KEY_BYTE);
    assert_int_equal(zif__escape(&e, 1), ZIF_KEY_NONE);
    assert_int_equal(zif__escape(&e, 'h'), ZIF_KEY_HELP);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pty_prints_its_path_and_carries_both_ways),
        cmocka_unit_test(tcp_serves_one_peer_after_another),
        cmocka_unit_test(tcp_listens_on_loopback_only),
        cmocka_unit_test(a_backlog_keeps_the_latest_bytes),
        cmocka_unit_test(file_holds_what_was_written),
        cmocka_unit_test(null_swallows_and_is_silent),
        cmocka_unit_test(bad_specs_are_refused),
        cmocka_unit_test(standard_input_serves_one_line),
        cmocka_unit_test(standard_input_that_ends_can_give_no_more),
        cmocka_unit_test(a_signal_restores_the_terminal),
        cmocka_unit_test(stopping_restores_and_going_on_makes_raw_again),
        cmocka_unit_test(ctrl_a_x_leaves_and_exit_restores),
        cmocka_unit_test(escape_keys_are_taken_out),
    };
    return cmocka_run_group_tests_name("stream", tests, NULL, NULL);
}
