/*
 * Semihosting operations. See semihost.h; Arm semihosting specification, release 2.0, chapters 5 to 7.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "confined.h"
#include "semihost.h"

enum {
    SYS_OPEN = 0x01,
    SYS_CLOSE = 0x02,
    SYS_WRITEC = 0x03,
    SYS_WRITE0 = 0x04,
    SYS_WRITE = 0x05,
    SYS_READ = 0x06,
    SYS_READC = 0x07,
    SYS_ISERROR = 0x08,
    SYS_ISTTY = 0x09,
    SYS_SEEK = 0x0A,
    SYS_FLEN = 0x0C,
    SYS_TMPNAM = 0x0D,
    SYS_REMOVE = 0x0E,
    SYS_RENAME = 0x0F,
    SYS_CLOCK = 0x10,
    SYS_TIME = 0x11,
    SYS_SYSTEM = 0x12,
    SYS_ERRNO = 0x13,
    SYS_GET_CMDLINE = 0x15,
    SYS_HEAPINFO = 0x16,
    SYS_EXIT = 0x18,
    SYS_EXIT_EXTENDED = 0x20,
    SYS_ELAPSED = 0x30,
    SYS_TICKFREQ = 0x31,
};
enum {
    HANDLES = 32,
    PATH_LIMIT = 1024,
    CHUNK = 1024,
    WRITE0_LIMIT = 1 << 20, /* a string without an end is a guest's mistake, not a reason to print for ever */
    TICK_HZ = 1000000,
};
#define APPLICATION_EXIT 0x20026u
#define FAILED           UINT32_MAX

/* ":semihosting-features": magic, then SH_EXT_EXIT_EXTENDED and SH_EXT_STDOUT_STDERR. */
static const uint8_t features[] = { 'S', 'H', 'F', 'B', 0x03 };

typedef enum { FREE, STDIN, STDOUT, STDERR, FEATURES, FILE_FD } HandleKind;
typedef struct {
    HandleKind kind;
    int fd;       /* FILE_FD */
    uint32_t pos; /* FEATURES */
} Handle;

struct ZifSemihost {
    ZifSemihostConfig cfg;
    char *cmdline;
    int dir_fd;
    Handle handles[HANDLES]; /* the guest's handle is the index + 1 */
    int error;               /* SYS_ERRNO */
};

/* --- Helpers ---------------------------------------------------------------------------------------------------------- */

static uint32_t fail(ZifSemihost *sh, int error)
{
    sh->error = error;
    return FAILED;
}

static bool read_args(ZifSemihost *sh, uint32_t param, uint32_t *args, unsigned n)
{
    uint8_t raw[16];
    if (!sh->cfg.read(sh->cfg.opaque, param, raw, 4 * n)) {
        sh->error = EFAULT;
        return false;
    }
    for (unsigned i = 0; i < n; i++) {
        args[i] = raw[4 * i] | (uint32_t)raw[4 * i + 1] << 8 | (uint32_t)raw[4 * i + 2] << 16 |
                  (uint32_t)raw[4 * i + 3] << 24;
    }
    return true;
}

static bool write_words(ZifSemihost *sh, uint32_t addr, const uint32_t *words, unsigned n)
{
    uint8_t raw[16];
    for (unsigned i = 0; i < 4 * n; i++) {
        raw[i] = (uint8_t)(words[i / 4] >> (8 * (i % 4)));
    }
    if (!sh->cfg.write(sh->cfg.opaque, addr, raw, 4 * n)) {
        sh->error = EFAULT;
        return false;
    }
    return true;
}

/* A string of the guest's, whose length it tells. */
static bool read_string(ZifSemihost *sh, uint32_t addr, uint32_t len, char *buf)
{
    if (len >= PATH_LIMIT) {
        sh->error = ENAMETOOLONG;
        return false;
    }
    if (len && !sh->cfg.read(sh->cfg.opaque, addr, buf, len)) {
        sh->error = EFAULT;
        return false;
    }
    buf[len] = 0;
    return true;
}

static Handle *handle_of(ZifSemihost *sh, uint32_t h)
{
    if (h == 0 || h > HANDLES || sh->handles[h - 1].kind == FREE) {
        sh->error = EBADF;
        return NULL;
    }
    return &sh->handles[h - 1];
}

static uint32_t new_handle(ZifSemihost *sh, HandleKind kind, int fd)
{
    for (unsigned i = 0; i < HANDLES; i++) {
        if (sh->handles[i].kind == FREE) {
            sh->handles[i] = (Handle){ .kind = kind, .fd = fd };
            return i + 1;
        }
    }
    if (kind == FILE_FD) {
        close(fd);
    }
    return fail(sh, EMFILE);
}

static void close_handle(Handle *h)
{
    if (h->kind == FILE_FD) {
        close(h->fd);
    }
    h->kind = FREE;
}

/* --- Names ---------------------------------------------------------------------------------------------------------- */

static uint32_t sys_open(ZifSemihost *sh, uint32_t param)
{
    uint32_t a[3];
    char path[PATH_LIMIT];
    if (!read_args(sh, param, a, 3) || !read_string(sh, a[0], a[2], path)) {
        return FAILED;
    }
    if (a[1] > 11) {
        return fail(sh, EINVAL);
    }
    if (strcmp(path, ":tt") == 0) { /* read: stdin, write: stdout, append: stderr */
        return new_handle(sh, a[1] < 4 ? STDIN : a[1] < 8 ? STDOUT : STDERR, -1);
    }
    if (strcmp(path, ":semihosting-features") == 0) {
        return a[1] < 2 ? new_handle(sh, FEATURES, -1) : fail(sh, EACCES);
    }
    int fd = zif__confined_open(sh->dir_fd, path, a[1]);
    return fd < 0 ? fail(sh, -fd) : new_handle(sh, FILE_FD, fd);
}

static uint32_t sys_remove(ZifSemihost *sh, uint32_t param)
{
    uint32_t a[2];
    char path[PATH_LIMIT];
    if (!read_args(sh, param, a, 2) || !read_string(sh, a[0], a[1], path)) {
        return FAILED;
    }
    int error = zif__confined_remove(sh->dir_fd, path);
    return error ? fail(sh, -error) : 0;
}

static uint32_t sys_rename(ZifSemihost *sh, uint32_t param)
{
    uint32_t a[4];
    char from[PATH_LIMIT], to[PATH_LIMIT];
    if (!read_args(sh, param, a, 4) || !read_string(sh, a[0], a[1], from) || !read_string(sh, a[2], a[3], to)) {
        return FAILED;
    }
    int error = zif__confined_rename(sh->dir_fd, from, to);
    return error ? fail(sh, -error) : 0;
}

/* --- Reading and writing -------------------------------------------------------------------------------------------------- */

/* Writes bytes to a handle; how many were taken. */
static uint32_t put(ZifSemihost *sh, Handle *h, const uint8_t *bytes, uint32_t len)
{
    if (h->kind == STDOUT || h->kind == STDERR) {
        sh->cfg.console_write(sh->cfg.opaque, bytes, len, h->kind == STDERR);
        return len;
    }
    if (h->kind != FILE_FD) {
        sh->error = EBADF;
        return 0;
    }
    uint32_t done = 0;
    while (done < len) {
        ssize_t n = write(h->fd, bytes + done, len - done);
        if (n <= 0) {
            sh->error = n < 0 ? errno : EIO;
            break;
        }
        done += (uint32_t)n;
    }
    return done;
}

static uint32_t sys_write(ZifSemihost *sh, uint32_t param)
{
    uint32_t a[3];
    uint8_t chunk[CHUNK];
    if (!read_args(sh, param, a, 3)) {
        return FAILED;
    }
    Handle *h = handle_of(sh, a[0]);
    uint32_t left = a[2];
    while (h && left) {
        uint32_t n = left < CHUNK ? left : CHUNK;
        if (!sh->cfg.read(sh->cfg.opaque, a[1] + (a[2] - left), chunk, n)) {
            sh->error = EFAULT;
            break;
        }
        uint32_t done = put(sh, h, chunk, n);
        left -= done;
        if (done < n) {
            break;
        }
    }
    return left; /* bytes not written */
}

/* Reads from a handle: how many bytes; 0 at the end; -1 on an error; -2 when the console has none now. */
static int get(ZifSemihost *sh, Handle *h, uint8_t *bytes, uint32_t len)
{
    switch (h->kind) {
    case STDIN: {
        int n = sh->cfg.console_read ? sh->cfg.console_read(sh->cfg.opaque, bytes, len) : 0;
        return n < 0 ? -2 : n;
    }
    case FEATURES: {
        uint32_t left = h->pos < sizeof features ? (uint32_t)sizeof features - h->pos : 0;
        uint32_t n = len < left ? len : left;
        memcpy(bytes, features + (sizeof features - left), n);
        h->pos += n;
        return (int)n;
    }
    case FILE_FD: {
        ssize_t n = read(h->fd, bytes, len);
        sh->error = n < 0 ? errno : sh->error;
        return n < 0 ? -1 : (int)n;
    }
    default:
        sh->error = EBADF;
        return -1;
    }
}

static ZifSemihostResult sys_read(ZifSemihost *sh, uint32_t param, uint32_t *r0)
{
    uint32_t a[3];
    uint8_t chunk[CHUNK];
    *r0 = FAILED;
    if (!read_args(sh, param, a, 3)) {
        return ZIF_SEMIHOST_SERVED;
    }
    Handle *h = handle_of(sh, a[0]);
    uint32_t left = a[2];
    while (h && left) {
        uint32_t want = left < CHUNK ? left : CHUNK;
        int n = get(sh, h, chunk, want);
        if (n == -2 && left == a[2]) {
            return ZIF_SEMIHOST_WAIT;
        }
        if (n <= 0) {
            break;
        }
        if (!sh->cfg.write(sh->cfg.opaque, a[1] + (a[2] - left), chunk, (uint32_t)n)) {
            sh->error = EFAULT;
            break;
        }
        left -= (uint32_t)n;
        if (h->kind == STDIN) {
            break; /* a console gives what it has */
        }
    }
    *r0 = left; /* bytes not read */
    return ZIF_SEMIHOST_SERVED;
}

static ZifSemihostResult sys_readc(ZifSemihost *sh, uint32_t *r0)
{
    Handle console = { .kind = STDIN };
    uint8_t c = 0;
    int n = get(sh, &console, &c, 1);
    *r0 = n == 1 ? c : FAILED;
    return n == -2 ? ZIF_SEMIHOST_WAIT : ZIF_SEMIHOST_SERVED;
}

static void write_console(ZifSemihost *sh, uint32_t addr, bool until_nul)
{
    uint8_t chunk[64];
    unsigned n = 0;
    for (uint32_t total = 0; total < WRITE0_LIMIT; total++) {
        uint8_t c;
        if (!sh->cfg.read(sh->cfg.opaque, addr + total, &c, 1) || (until_nul && c == 0)) {
            break;
        }
        chunk[n++] = c;
        if (n == sizeof chunk) {
            sh->cfg.console_write(sh->cfg.opaque, chunk, n, false);
            n = 0;
        }
        if (!until_nul) {
            break;
        }
    }
    if (n) {
        sh->cfg.console_write(sh->cfg.opaque, chunk, n, false);
    }
}

/* --- Small ones --------------------------------------------------------------------------------------------------------------- */

static uint32_t sys_istty(ZifSemihost *sh, uint32_t param)
{
    uint32_t a[1];
    Handle *h = read_args(sh, param, a, 1) ? handle_of(sh, a[0]) : NULL;
    return !h ? FAILED : h->kind == STDIN || h->kind == STDOUT || h->kind == STDERR;
}

static uint32_t sys_seek(ZifSemihost *sh, uint32_t param)
{
    uint32_t a[2];
    Handle *h = read_args(sh, param, a, 2) ? handle_of(sh, a[0]) : NULL;
    if (!h) {
        return FAILED;
    }
    if (h->kind == FEATURES) {
        h->pos = a[1];
        return 0;
    }
    if (h->kind != FILE_FD) {
        return fail(sh, ESPIPE);
    }
    return lseek(h->fd, (off_t)a[1], SEEK_SET) < 0 ? fail(sh, errno) : 0;
}

static uint32_t sys_flen(ZifSemihost *sh, uint32_t param)
{
    uint32_t a[1];
    Handle *h = read_args(sh, param, a, 1) ? handle_of(sh, a[0]) : NULL;
    struct stat st;
    if (!h) {
        return FAILED;
    }
    if (h->kind == FEATURES) {
        return sizeof features;
    }
    if (h->kind != FILE_FD) {
        return fail(sh, ESPIPE);
    }
    if (fstat(h->fd, &st) < 0 || st.st_size > INT32_MAX) {
        return fail(sh, EOVERFLOW);
    }
    return (uint32_t)st.st_size;
}

static uint32_t sys_close(ZifSemihost *sh, uint32_t param)
{
    uint32_t a[1];
    Handle *h = read_args(sh, param, a, 1) ? handle_of(sh, a[0]) : NULL;
    if (!h) {
        return FAILED;
    }
    close_handle(h);
    return 0;
}

/* One name for each of the 256 identifiers; the folder is the guest's alone. */
static uint32_t sys_tmpnam(ZifSemihost *sh, uint32_t param)
{
    uint32_t a[3];
    char name[16];
    if (!read_args(sh, param, a, 3)) {
        return FAILED;
    }
    uint32_t len = (uint32_t)snprintf(name, sizeof name, "tmp%02X", (unsigned)(a[1] & 0xFF)) + 1;
    if (a[1] > 255 || a[2] < len) {
        return fail(sh, EINVAL);
    }
    return sh->cfg.write(sh->cfg.opaque, a[0], name, len) ? 0 : fail(sh, EFAULT);
}

static uint32_t sys_get_cmdline(ZifSemihost *sh, uint32_t param)
{
    uint32_t a[2];
    if (!read_args(sh, param, a, 2)) {
        return FAILED;
    }
    size_t len = strlen(sh->cmdline);
    if (len >= a[1]) {
        return fail(sh, EINVAL);
    }
    a[1] = (uint32_t)len;
    return sh->cfg.write(sh->cfg.opaque, a[0], sh->cmdline, (uint32_t)len + 1) && write_words(sh, param, a, 2)
               ? 0
               : fail(sh, EFAULT);
}

static uint32_t sys_exit_extended(ZifSemihost *sh, uint32_t param)
{
    uint32_t a[2];
    if (!read_args(sh, param, a, 2)) {
        return FAILED;
    }
    sh->cfg.exit(sh->cfg.opaque, a[0] == APPLICATION_EXIT ? (int)a[1] : 1);
    return 0;
}

static uint32_t sys_elapsed(ZifSemihost *sh, uint32_t param)
{
    uint64_t ticks = sh->cfg.now(sh->cfg.opaque) / (ZIF_SEC / TICK_HZ);
    uint32_t w[2] = { (uint32_t)ticks, (uint32_t)(ticks >> 32) };
    return write_words(sh, param, w, 2) ? 0 : FAILED;
}

static uint32_t sys_iserror(ZifSemihost *sh, uint32_t param)
{
    uint32_t a[1];
    return read_args(sh, param, a, 1) ? a[0] >> 31 : 1;
}

static uint32_t sys_heapinfo(ZifSemihost *sh, uint32_t param)
{
    uint32_t block[1], info[4] = { 0 };
    if (sh->cfg.heapinfo) {
        sh->cfg.heapinfo(sh->cfg.opaque, info);
    }
    return read_args(sh, param, block, 1) && write_words(sh, block[0], info, 4) ? 0 : FAILED;
}

/* --- The interface -------------------------------------------------------------------------------------------------------------- */

ZifSemihostResult zif_semihost_call(ZifSemihost *sh, uint32_t op, uint32_t param, uint32_t *r0)
{
    ZifTime now = sh->cfg.now(sh->cfg.opaque);
    switch (op) {
    case SYS_OPEN:
        *r0 = sys_open(sh, param);
        break;
    case SYS_CLOSE:
        *r0 = sys_close(sh, param);
        break;
    case SYS_WRITEC:
        write_console(sh, param, false);
        break;
    case SYS_WRITE0:
        write_console(sh, param, true);
        break;
    case SYS_WRITE:
        *r0 = sys_write(sh, param);
        break;
    case SYS_READ:
        return sys_read(sh, param, r0);
    case SYS_READC:
        return sys_readc(sh, r0);
    case SYS_ISERROR:
        *r0 = sys_iserror(sh, param);
        break;
    case SYS_ISTTY:
        *r0 = sys_istty(sh, param);
        break;
    case SYS_SEEK:
        *r0 = sys_seek(sh, param);
        break;
    case SYS_FLEN:
        *r0 = sys_flen(sh, param);
        break;
    case SYS_TMPNAM:
        *r0 = sys_tmpnam(sh, param);
        break;
    case SYS_REMOVE:
        *r0 = sys_remove(sh, param);
        break;
    case SYS_RENAME:
        *r0 = sys_rename(sh, param);
        break;
    case SYS_CLOCK: /* hundredths of a second */
        *r0 = (uint32_t)(now / (10 * ZIF_MS));
        break;
    case SYS_TIME:
        *r0 = (uint32_t)(sh->cfg.epoch + now / ZIF_SEC);
        break;
    case SYS_SYSTEM: /* the host's shell is nobody's business */
        *r0 = fail(sh, EACCES);
        break;
    case SYS_ERRNO:
        *r0 = (uint32_t)sh->error;
        break;
    case SYS_GET_CMDLINE:
        *r0 = sys_get_cmdline(sh, param);
        break;
    case SYS_HEAPINFO:
        *r0 = sys_heapinfo(sh, param);
        break;
    case SYS_EXIT: /* AArch32: the reason itself */
        sh->cfg.exit(sh->cfg.opaque, param == APPLICATION_EXIT ? 0 : 1);
        break;
    case SYS_EXIT_EXTENDED:
        *r0 = sys_exit_extended(sh, param);
        break;
    case SYS_ELAPSED:
        *r0 = sys_elapsed(sh, param);
        break;
    case SYS_TICKFREQ:
        *r0 = TICK_HZ;
        break;
    default:
        *r0 = fail(sh, ENOSYS);
        return ZIF_SEMIHOST_UNKNOWN;
    }
    return ZIF_SEMIHOST_SERVED;
}

const char *zif_semihost_name(uint32_t op)
{
    static const char *const names[] = {
        [SYS_OPEN] = "SYS_OPEN",         [SYS_CLOSE] = "SYS_CLOSE",
        [SYS_WRITEC] = "SYS_WRITEC",     [SYS_WRITE0] = "SYS_WRITE0",
        [SYS_WRITE] = "SYS_WRITE",       [SYS_READ] = "SYS_READ",
        [SYS_READC] = "SYS_READC",       [SYS_ISERROR] = "SYS_ISERROR",
        [SYS_ISTTY] = "SYS_ISTTY",       [SYS_SEEK] = "SYS_SEEK",
        [SYS_FLEN] = "SYS_FLEN",         [SYS_TMPNAM] = "SYS_TMPNAM",
        [SYS_REMOVE] = "SYS_REMOVE",     [SYS_RENAME] = "SYS_RENAME",
        [SYS_CLOCK] = "SYS_CLOCK",       [SYS_TIME] = "SYS_TIME",
        [SYS_SYSTEM] = "SYS_SYSTEM",     [SYS_ERRNO] = "SYS_ERRNO",
        [SYS_HEAPINFO] = "SYS_HEAPINFO", [SYS_GET_CMDLINE] = "SYS_GET_CMDLINE",
        [SYS_EXIT] = "SYS_EXIT",         [SYS_EXIT_EXTENDED] = "SYS_EXIT_EXTENDED",
        [SYS_ELAPSED] = "SYS_ELAPSED",   [SYS_TICKFREQ] = "SYS_TICKFREQ",
    };
    return op < sizeof names / sizeof names[0] ? names[op] : NULL;
}

ZifSemihost *zif_semihost_new(const ZifSemihostConfig *config, Error **errp)
{
    int dir_fd = -1;
    if (config->dir) {
        dir_fd = open(config->dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
        if (dir_fd < 0) {
            error_setg_errno(errp, errno, "cannot open the semihosting folder '%s'", config->dir);
            return NULL;
        }
    }
    ZifSemihost *sh = calloc(1, sizeof *sh);
    char *cmdline = strdup(config->cmdline ? config->cmdline : "");
    if (!sh || !cmdline) {
        zif_bug("out of memory for semihosting");
    }
    sh->cfg = *config;
    sh->cfg.dir = NULL;
    sh->cmdline = cmdline;
    sh->dir_fd = dir_fd;
    return sh;
}

void zif_semihost_reset(ZifSemihost *sh)
{
    for (unsigned i = 0; i < HANDLES; i++) {
        close_handle(&sh->handles[i]);
    }
    sh->error = 0;
}

void zif_semihost_free(ZifSemihost *sh)
{
    if (sh) {
        zif_semihost_reset(sh);
        if (sh->dir_fd >= 0) {
            close(sh->dir_fd);
        }
        free(sh->cmdline);
        free(sh);
    }
}
