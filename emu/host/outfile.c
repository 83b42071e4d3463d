/* See outfile.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "outfile.h"

enum { ROOM = 1 << 16, LONGEST = 4096 };

struct ZifOutFile {
    int fd;
    int error; /* errno of the first write that failed; nothing is written after it */
    char *path;
    size_t used;
    char bytes[ROOM];
};

ZifOutFile *zif__out_open(const char *path, Error **errp)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    ZifOutFile *f = fd >= 0 ? malloc(sizeof *f) : NULL;
    if (!f) {
        error_setg_errno(errp, errno, "cannot write %s", path);
        if (fd >= 0) {
            close(fd);
        }
        return NULL;
    }
    f->fd = fd;
    f->error = 0;
    f->used = 0;
    f->path = strdup(path);
    return f;
}

static void write_all(ZifOutFile *f, const char *bytes, size_t len)
{
    while (len && !f->error) {
        ssize_t n = write(f->fd, bytes, len);
        if (n < 0 && errno != EINTR) {
            f->error = errno;
        } else if (n > 0) {
            bytes += n;
            len -= (size_t)n;
        }
    }
}

void zif__out_flush(ZifOutFile *f)
{
    write_all(f, f->bytes, f->used);
    f->used = 0;
}

void zif__out_put(ZifOutFile *f, const void *bytes, size_t len)
{
    if (len > ROOM - f->used) {
        zif__out_flush(f);
    }
    if (len > ROOM) {
        write_all(f, bytes, len);
        return;
    }
    memcpy(f->bytes + f->used, bytes, len);
    f->used += len;
}

void zif__out_printf(ZifOutFile *f, const char *fmt, ...)
{
    char line[LONGEST];
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(line, sizeof line, fmt, ap);
    va_end(ap);
    if (n >= LONGEST) { /* a name of somebody's: cut, but still a line */
        n = LONGEST - 1;
        line[n - 1] = '\n';
    }
    zif__out_put(f, line, n > 0 ? (size_t)n : 0);
}

bool zif__out_close(ZifOutFile *f, Error **errp)
{
    zif__out_flush(f);
    if (close(f->fd) && !f->error) {
        f->error = errno;
    }
    bool ok = !f->error;
    if (!ok) {
        error_setg_errno(errp, f->error, "cannot write %s", f->path);
    }
    free(f->path);
    free(f);
    return ok;
}
