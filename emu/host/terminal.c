/*
 * Raw mode that never outlives the process: atexit restores it, and so does a handler on every signal that would end or
 * stop the process and that nobody else handles. Reference: POSIX termios; terminal keys as QEMU's users know them.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>
#include <zif/terminal.h>
#include "terminal.h"

enum { CTRL_A = 1 };

static struct termios cooked, raw;
static volatile sig_atomic_t active;     /* fd + 1 while raw */
static volatile sig_atomic_t parting_to; /* fd + 1 while there is a parting text */
static char parting[64];

/* Async-signal-safe. A background process may restore too: SIGTTOU is held back meanwhile. */
static void apply(int fd, const struct termios *mode)
{
    sigset_t ttou, old;
    sigemptyset(&ttou);
    sigaddset(&ttou, SIGTTOU);
    sigprocmask(SIG_BLOCK, &ttou, &old);
    tcsetattr(fd, TCSANOW, mode);
    sigprocmask(SIG_SETMASK, &old, NULL);
}

/* Async-signal-safe. */
static void part(void)
{
    if (parting_to) {
        ssize_t unused = write(parting_to - 1, parting, strlen(parting));
        (void)unused;
    }
}

static void on_signal(int sig);

static void handle(int sig)
{
    struct sigaction now, ours = { .sa_handler = on_signal, .sa_flags = SA_NODEFER | SA_RESTART };
    sigemptyset(&ours.sa_mask);
    if (!sigaction(sig, NULL, &now) && !(now.sa_flags & SA_SIGINFO) && now.sa_handler == SIG_DFL) {
        sigaction(sig, &ours, NULL);
    }
}

static void on_signal(int sig)
{
    int fd = active - 1;
    if (sig == SIGCONT) {
        if (fd >= 0) {
            apply(fd, &raw);
        }
        return;
    }
    if (fd >= 0) {
        apply(fd, &cooked);
    }
    part();
    signal(sig, SIG_DFL);
    raise(sig);
    /* Only a stop signal comes back here: the process goes on, or the kernel refused to stop it. */
    handle(sig);
    if (fd >= 0) {
        apply(fd, &raw);
    }
}

/* Nothing ends or stops the process without the terminal being restored. */
static void prepare(void)
{
    static bool prepared;
    static const int fatal_or_stop[] = { SIGHUP,  SIGINT,  SIGQUIT, SIGTERM, SIGABRT, SIGSEGV, SIGBUS,  SIGFPE, SIGILL,
                                         SIGPIPE, SIGALRM, SIGXCPU, SIGUSR1, SIGUSR2, SIGTSTP, SIGTTIN, SIGCONT };
    if (!prepared) {
        prepared = true;
        atexit(zif__terminal_restore);
        for (unsigned i = 0; i < sizeof fatal_or_stop / sizeof *fatal_or_stop; i++) {
            handle(fatal_or_stop[i]);
        }
    }
}

bool zif__terminal_raw(int fd)
{
    if (active || tcgetattr(fd, &cooked)) {
        return false;
    }
    raw = cooked;
    raw.c_iflag &= ~(tcflag_t)(IGNBRK | BRKINT | PARMRK | ISTRIP | INLCR | IGNCR | ICRNL | IXON);
    raw.c_lflag &= ~(tcflag_t)(ECHO | ECHONL | ICANON | IEXTEN | ISIG);
    raw.c_cc[VMIN] = 1;
    raw.c_cc[VTIME] = 0;
    prepare();
    active = fd + 1;
    apply(fd, &raw);
    return true;
}

void zif_terminal_parting(int fd, const char *text)
{
    if (!text) {
        part();
        parting_to = 0;
        return;
    }
    prepare();
    snprintf(parting, sizeof parting, "%s", text);
    parting_to = fd + 1;
}

void zif__terminal_restore(void)
{
    int fd = active - 1;
    if (fd >= 0) {
        apply(fd, &cooked);
        active = 0;
    }
    part();
    parting_to = 0;
}

ZifKey zif__escape(ZifEscape *e, uint8_t byte)
{
    if (!e->after_escape) {
        e->after_escape = byte == CTRL_A;
        return e->after_escape ? ZIF_KEY_NONE : ZIF_KEY_BYTE;
    }
    e->after_escape = false;
    switch (byte) {
    case CTRL_A:
        return ZIF_KEY_BYTE;
    case 'x':
    case 'X':
        return ZIF_KEY_LEAVE;
    case 'c':
    case 'C':
        return ZIF_KEY_STATUS;
    case 'h':
    case 'H':
    case '?':
        return ZIF_KEY_HELP;
    default:
        return ZIF_KEY_NONE;
    }
}
