/* A person's terminal in raw mode, and its escape keys. See zif/stream.h. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ZIF_HOST_TERMINAL_H
#define ZIF_HOST_TERMINAL_H

#include <stdbool.h>
#include <stdint.h>

/** Puts fd into raw mode until zif__terminal_restore, exit, or a signal that ends or stops the process. One terminal
 * at a time. False when fd is no terminal. */
bool zif__terminal_raw(int fd);
void zif__terminal_restore(void);

/* The escape-key filter: all bytes typed go through it. */
typedef struct {
    bool after_escape;
} ZifEscape;

typedef enum { ZIF_KEY_BYTE, ZIF_KEY_NONE, ZIF_KEY_LEAVE, ZIF_KEY_STATUS, ZIF_KEY_HELP } ZifKey;

/** Takes one typed byte. ZIF_KEY_BYTE: the byte is the guest's. ZIF_KEY_NONE: swallowed. */
ZifKey zif__escape(ZifEscape *e, uint8_t byte);

#endif
