/*
 * Semihosting: what a debugger does for firmware that asks with BKPT 0xAB. Apart from the core and from the host's streams:
 * the machine connects it to both.
 *
 * Reference: Arm semihosting specification (Semihosting for AArch32 and AArch64, release 2.0). Served: every operation but
 * SYS_SYSTEM, which is refused; extended exit; `:tt` and `:semihosting-features`. Time is virtual: the host's clock is not asked.
 * Files are confined to one folder: relative names, no "..", no symbolic link anywhere, regular files only; without a folder every
 * file is refused. Open files are no part of a snapshot. SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ZIF_SEMIHOST_H
#define ZIF_SEMIHOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <zif/error.h>
#include <zif/time.h>

typedef struct ZifSemihost ZifSemihost;

typedef struct {
    const char *dir;     /* folder of the guest's files; NULL: none */
    const char *cmdline; /* SYS_GET_CMDLINE; NULL: "" */
    uint64_t epoch;      /* seconds since 1970 at virtual time 0, for SYS_TIME */
    /* Guest memory. False when an address is not memory. */
    bool (*read)(void *opaque, uint32_t addr, void *buf, uint32_t len);
    bool (*write)(void *opaque, uint32_t addr, const void *buf, uint32_t len);
    void (*console_write)(void *opaque, const uint8_t *bytes, size_t len, bool is_stderr);
    /* Up to len (> 0) bytes: how many; 0 = end of input; -1 = none now, ask again later. NULL: end of input. */
    int (*console_read)(void *opaque, uint8_t *bytes, size_t len);
    ZifTime (*now)(void *opaque);
    /* SYS_HEAPINFO: heap base, heap limit, stack base, stack limit; 0 = the guest's own choice. NULL: all of them 0. */
    void (*heapinfo)(void *opaque, uint32_t info[4]);
    /* The guest ended itself. status: SYS_EXIT gives 0 or 1, SYS_EXIT_EXTENDED what the guest says. */
    void (*exit)(void *opaque, int status);
    void *opaque;
} ZifSemihostConfig;

typedef enum {
    ZIF_SEMIHOST_SERVED,
    ZIF_SEMIHOST_UNKNOWN, /* no such operation; *r0 is -1 */
    ZIF_SEMIHOST_WAIT,    /* console input is needed and none is there: do the same BKPT again later (zif_cpu_retry) */
} ZifSemihostResult;

/** Strings of the config are copied. NULL and *errp when the folder cannot be opened. */
ZifSemihost *zif_semihost_new(const ZifSemihostConfig *config, Error **errp);
/** Closes the guest's files. NULL is allowed. */
void zif_semihost_free(ZifSemihost *sh);
/** One operation: r0 = op, r1 = param; the result goes to *r0. */
ZifSemihostResult zif_semihost_call(ZifSemihost *sh, uint32_t op, uint32_t param, uint32_t *r0);
/** Closes every file, as at a reset of the machine. */
void zif_semihost_reset(ZifSemihost *sh);
/** "SYS_OPEN" and so on; NULL for a number that is no operation. */
const char *zif_semihost_name(uint32_t op);

#endif
