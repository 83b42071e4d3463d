/* Pseudo terminals and loopback sockets: streams whose other end comes and goes. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ZIF_HOST_PEER_H
#define ZIF_HOST_PEER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <zif/error.h>

typedef struct {
    int fd;    /* master of the pty, or the socket's peer; -1 when there is none */
    int other; /* our own hold on the pty's slave, or the listening socket */
    bool is_pty;
    unsigned visits; /* peers of a socket so far */
} ZifPeer;

bool zif__pty_open(ZifPeer *peer, const char *name, Error **errp);
bool zif__tcp_open(ZifPeer *peer, const char *port, const char *name, Error **errp);
/** Neither blocks. Bytes moved; 0 when none could be, or when the peer has gone. */
size_t zif__peer_read(ZifPeer *peer, void *buf, size_t size);
size_t zif__peer_write(ZifPeer *peer, const void *bytes, size_t size);
/** True while bytes already written are still unread on a pty: closing it would lose them. */
bool zif__peer_unread(const ZifPeer *peer);
void zif__peer_close(ZifPeer *peer);

#endif
