/*
 * RAM that is a file (CONTRACT A20, A21). SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include "internal.h"

/* A file in this directory that goes when it is closed. */
static int open_temporary(const char *directory, Error **errp)
{
    char *path = NULL;
    if (!zif__alloc_allowed() || asprintf(&path, "%s/zif-memory-XXXXXX", directory) < 0) {
        error_setg(errp, "out of memory for a temporary file in %s", directory);
        return -1;
    }
    int fd = mkostemp(path, O_CLOEXEC);
    if (fd < 0) {
        error_setg_errno(errp, errno, "cannot create %s", path);
    } else {
        unlink(path);
    }
    free(path);
    return fd;
}

static int open_memory_file(const char *path, bool *created, Error **errp)
{
    struct stat st;
    *created = false;
    if (stat(path, &st) == 0 && S_ISDIR(st.st_mode)) {
        return open_temporary(path, errp);
    }
    int fd = open(path, O_RDWR | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT) {
        fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
        *created = fd >= 0;
    }
    if (fd < 0) {
        error_setg_errno(errp, errno, "cannot open memory file %s", path);
    }
    return fd;
}

/* Makes sure the file has `size` bytes: an empty one is grown, a smaller one refused. `name` is for the message. */
static bool fit_file(int fd, uint64_t size, const char *name, Error **errp)
{
    struct stat st;
    if (fstat(fd, &st) < 0) {
        error_setg_errno(errp, errno, "cannot ask for the size of %s", name);
        return false;
    }
    if (S_ISREG(st.st_mode) && st.st_size && (uint64_t)st.st_size < size) {
        error_setg(errp, "%s has %lld bytes, too few for a memory of %llu", name, (long long)st.st_size,
                   (unsigned long long)size);
        return false;
    }
    if (S_ISREG(st.st_mode) && !st.st_size && ftruncate(fd, (off_t)size) < 0) {
        error_setg_errno(errp, errno, "cannot give %s %llu bytes", name, (unsigned long long)size);
        return false;
    }
    return true;
}

static bool good_alignment(uint64_t align, Error **errp)
{
    uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
    if (align % page || (align & (align - 1))) {
        error_setg(errp, "an alignment of 0x%llx is not a power of two of at least 0x%llx", (unsigned long long)align,
                   (unsigned long long)page);
        return false;
    }
    return true;
}

void memory_region_init_ram_from_file(MemoryRegion *mr, struct Object *owner, const char *name, uint64_t size,
                                      uint64_t align, uint32_t ram_flags, const char *path, Error **errp)
{
    bool created = false;
    int fd = -1;
    if (!align) {
        align = (uint64_t)sysconf(_SC_PAGESIZE);
    }
    if (good_alignment(align, errp)) {
        fd = open_memory_file(path, &created, errp);
    }
    if (fd >= 0 && !fit_file(fd, size, path, errp)) {
        close(fd);
        fd = -1;
    }
    uint32_t flags = ram_flags & (RAM_SHARED | RAM_PMEM);
    if (flags & RAM_PMEM) {
        flags |= RAM_SHARED; /* what is to persist has to reach the file */
    }
    zif__init_ram_on_fd(mr, owner, name, size, align, flags, fd, errp);
    if (mr->ram_block) {
        return;
    }
    if (fd >= 0) {
        close(fd);
    }
    if (created) {
        unlink(path);
    }
}

void memory_region_init_ram_from_fd(MemoryRegion *mr, struct Object *owner, const char *name, uint64_t size, bool share,
                                    int fd, Error **errp)
{
    char what[32];
    snprintf(what, sizeof what, "descriptor %d", fd);
    bool fits = fit_file(fd, size, what, errp);
    zif__init_ram_on_fd(mr, owner, name, size, (uint64_t)sysconf(_SC_PAGESIZE), share ? RAM_SHARED : 0, fits ? fd : -1,
                        errp);
}

bool zif__sync_files(ZifMemoryContext *ctx, uint32_t flags, Error **errp)
{
    RAMBlock *b;
    bool ok = true;
    QTAILQ_FOREACH(b, &ctx->blocks, link)
    {
        if (b->fd >= 0 && (b->flags & flags) && msync(b->host, b->mapped, MS_SYNC) < 0 && ok) {
            error_setg_errno(errp, errno, "cannot write memory region \"%s\" back to its file",
                             memory_region_name(b->mr));
            ok = false;
        }
    }
    return ok;
}

bool zif_memory_sync_files(ZifMemoryContext *ctx, Error **errp)
{
    return zif__sync_files(ctx, RAM_SHARED, errp);
}
