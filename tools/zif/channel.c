/* Host ends of a test session: see channel.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include "channel.h"

enum { MAX_CHANNELS = 32 };

/* A socket and its address; -1 and *errp. */
static int make_socket(const char *path, struct sockaddr_un *address, Error **errp)
{
    *address = (struct sockaddr_un){ .sun_family = AF_UNIX };
    if (!*path || strlen(path) >= sizeof address->sun_path) {
        error_setg(errp, "'%s' is no path for a UNIX socket", path);
        return -1;
    }
    strcpy(address->sun_path, path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        error_setg_errno(errp, errno, "no UNIX socket for %s", path);
    }
    return fd;
}

static int connect_to(const char *path, Error **errp)
{
    struct sockaddr_un address;
    int fd = make_socket(path, &address, errp);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address)) {
        error_setg_errno(errp, errno, "cannot connect to %s", path);
        close(fd);
        return -1;
    }
    return fd;
}

static int listen_at(const char *path, const volatile sig_atomic_t *stop, Error **errp)
{
    struct sockaddr_un address;
    int fd = make_socket(path, &address, errp), peer = -1;
    if (fd < 0) {
        return -1;
    }
    if (bind(fd, (struct sockaddr *)&address, sizeof address) || listen(fd, 1)) {
        error_setg_errno(errp, errno, "cannot listen at %s", path);
        close(fd);
        return -1;
    }
    while (peer < 0 && !*stop) {
        peer = accept4(fd, NULL, NULL, SOCK_CLOEXEC);
        if (peer < 0 && errno != EINTR) {
            error_setg_errno(errp, errno, "no client at %s", path);
            break;
        }
    }
    if (*stop) {
        error_setg(errp, "ended before a client came to %s", path);
    }
    unlink(path);
    close(fd);
    return peer;
}

static const char *rest_after(const char *word, const char *prefix)
{
    size_t n = strlen(prefix);
    return strncmp(word, prefix, n) ? NULL : word + n;
}

bool channel_open(Channel *c, const char *spec, const volatile sig_atomic_t *stop, Error **errp)
{
    const char *path;
    c->in = c->out = -1;
    c->stop = stop;
    if (!strcmp(spec, "null")) {
        return true;
    }
    if (!strcmp(spec, "stdio")) {
        c->in = STDIN_FILENO;
        c->out = STDOUT_FILENO;
    } else if ((path = rest_after(spec, "file:"))) {
        c->out = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
        if (c->out < 0) {
            error_setg_errno(errp, errno, "cannot write %s", path);
        }
    } else if ((path = rest_after(spec, "unix:"))) {
        c->in = c->out = connect_to(path, errp);
    } else if ((path = rest_after(spec, "unix-listen:"))) {
        c->in = c->out = listen_at(path, stop, errp);
    } else {
        error_setg(errp, "'%s' is none of stdio, unix:PATH, unix-listen:PATH, file:PATH, null", spec);
    }
    return c->out >= 0;
}

void channel_close(Channel *c)
{
    if (c->out > STDERR_FILENO) {
        close(c->out);
    }
    c->in = c->out = -1;
}

void channel_send(Channel *c, const void *bytes, size_t len)
{
    const char *at = bytes;
    while (len && c->out >= 0) {
        ssize_t n = write(c->out, at, len);
        if (n < 0 && errno == EAGAIN) {
            poll(&(struct pollfd){ .fd = c->out, .events = POLLOUT }, 1, 100);
        } else if (n < 0 && errno != EINTR) {
            return; /* the peer is gone: reading from it will say so */
        }
        at += n > 0 ? n : 0;
        len -= n > 0 ? (size_t)n : 0;
        if (len && *c->stop) {
            return;
        }
    }
}

/* False at the end of the input. */
static bool take_input(Channel *c)
{
    char buf[65536];
    ssize_t n = read(c->in, buf, sizeof buf);
    if (n > 0) {
        c->input(c->opaque, buf, (size_t)n);
    }
    return n > 0 || (n < 0 && (errno == EINTR || errno == EAGAIN));
}

void channels_serve(Channel *channels, unsigned n, const bool *done, const volatile sig_atomic_t *stop)
{
    struct pollfd fds[MAX_CHANNELS];
    sigset_t blocked, before;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGTERM);
    sigaddset(&blocked, SIGINT);
    sigaddset(&blocked, SIGHUP);
    n = n < MAX_CHANNELS ? n : MAX_CHANNELS;
    unsigned first = 0;
    while (first < n && channels[first].in < 0) {
        first++;
    }
    while (!*done && first < n && channels[first].in >= 0) {
        for (unsigned i = 0; i < n; i++) {
            fds[i] = (struct pollfd){ .fd = channels[i].in, .events = POLLIN };
        }
        /* Signals come in while waiting only: none is missed between the question and the wait. */
        sigprocmask(SIG_BLOCK, &blocked, &before);
        if (*stop) {
            sigprocmask(SIG_SETMASK, &before, NULL);
            return;
        }
        int ready = ppoll(fds, n, NULL, &before);
        sigprocmask(SIG_SETMASK, &before, NULL);
        for (unsigned i = 0; i < n && ready > 0 && !*done; i++) {
            if (fds[i].revents && channels[i].in >= 0 && !take_input(&channels[i])) {
                channels[i].in = -1;
            }
        }
    }
}
