/*
 * Pseudo terminals and loopback sockets. We hold the pty's slave open ourselves: so it stays raw, and what the guest says
 * before or between visitors waits for the next one instead of being thrown away.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>
#include "peer.h"

bool zif__pty_open(ZifPeer *peer, const char *name, Error **errp)
{
    char path[128];
    struct termios mode;
    int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (master < 0 || grantpt(master) || unlockpt(master) || ptsname_r(master, path, sizeof path)) {
        error_setg_errno(errp, errno, "%s: cannot make a pseudo terminal", name);
        goto fail;
    }
    int slave = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (slave < 0 || tcgetattr(slave, &mode)) {
        error_setg_errno(errp, errno, "%s: cannot open %s", name, path);
        if (slave >= 0) {
            close(slave);
        }
        goto fail;
    }
    cfmakeraw(&mode);
    tcsetattr(slave, TCSANOW, &mode);
    fcntl(master, F_SETFL, O_NONBLOCK);
    *peer = (ZifPeer){ .fd = master, .other = slave, .is_pty = true };
    printf("char device redirected to %s (%s)\n", path, name);
    fflush(stdout);
    return true;
fail:
    if (master >= 0) {
        close(master);
    }
    return false;
}

bool zif__tcp_open(ZifPeer *peer, const char *port, const char *name, Error **errp)
{
    char *end;
    unsigned long number = strtoul(port, &end, 10);
    if (*port < '0' || *port > '9' || *end || number > 65535) {
        error_setg(errp, "%s: '%s' is no TCP port (0 to 65535)", name, port);
        return false;
    }
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_port = htons((uint16_t)number),
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t len = sizeof address;
    int on = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) ||
        bind(fd, (struct sockaddr *)&address, sizeof address) || listen(fd, 1) ||
        getsockname(fd, (struct sockaddr *)&address, &len)) {
        error_setg_errno(errp, errno, "%s: cannot listen on 127.0.0.1:%lu", name, number);
        if (fd >= 0) {
            close(fd);
        }
        return false;
    }
    *peer = (ZifPeer){ .fd = -1, .other = fd };
    printf("listening on 127.0.0.1:%u (%s)\n", ntohs(address.sin_port), name);
    fflush(stdout);
    return true;
}

static bool present(ZifPeer *peer)
{
    if (peer->fd < 0) {
        int on = 1;
        peer->fd = accept4(peer->other, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (peer->fd >= 0) {
            peer->visits++;
            setsockopt(peer->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        }
    }
    return peer->fd >= 0;
}

/* What a transfer's result means; a socket's peer that has gone makes room for the next. */
static size_t outcome(ZifPeer *peer, ssize_t n, bool zero_is_end)
{
    if (n > 0) {
        return (size_t)n;
    }
    bool gone = n ? errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR : zero_is_end;
    if (gone && !peer->is_pty) {
        close(peer->fd);
        peer->fd = -1;
    }
    return 0;
}

size_t zif__peer_read(ZifPeer *peer, void *buf, size_t size)
{
    return present(peer) ? outcome(peer, read(peer->fd, buf, size), true) : 0;
}

size_t zif__peer_write(ZifPeer *peer, const void *bytes, size_t size)
{
    if (!present(peer)) {
        return 0;
    }
    return outcome(peer, peer->is_pty ? write(peer->fd, bytes, size) : send(peer->fd, bytes, size, MSG_NOSIGNAL),
                   false);
}

bool zif__peer_unread(const ZifPeer *peer)
{
    int n = 0;
    return peer->is_pty && !ioctl(peer->other, FIONREAD, &n) && n > 0;
}

void zif__peer_close(ZifPeer *peer)
{
    if (peer->fd >= 0) {
        close(peer->fd);
    }
    close(peer->other);
}
