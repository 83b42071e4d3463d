/* Files inside one folder. See confined.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "confined.h"

/* Opens the folder that holds the last component of `path`; *name is that component, inside `path`. */
static int open_parent(int dir_fd, char *path, char **name)
{
    if (dir_fd < 0) {
        return -EACCES;
    }
    int fd = dup(dir_fd);
    char *part = path;
    while (fd >= 0) {
        char *end = strchr(part, '/');
        if (end) {
            *end = 0;
        }
        if (*part == 0 || strcmp(part, "..") == 0 || (!end && strcmp(part, ".") == 0)) {
            close(fd); /* absolute, climbing out, or no name at all */
            return -EACCES;
        }
        if (!end) {
            *name = part;
            return fd;
        }
        int next = openat(fd, part, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        int error = errno;
        close(fd);
        errno = error;
        fd = next;
        part = end + 1;
    }
    return -errno;
}

int zif__confined_open(int dir_fd, char *path, unsigned mode)
{
    static const int flags[3][2] = { { O_RDONLY, O_RDWR },
                                     { O_WRONLY | O_CREAT | O_TRUNC, O_RDWR | O_CREAT | O_TRUNC },
                                     { O_WRONLY | O_CREAT | O_APPEND, O_RDWR | O_CREAT | O_APPEND } };
    char *name;
    int dir = open_parent(dir_fd, path, &name);
    if (dir < 0) {
        return dir;
    }
    /* Truncated only once it is known to be a regular file; O_NONBLOCK so that a FIFO does not hang us. */
    int f = flags[mode / 4][mode / 2 & 1];
    int fd = openat(dir, name, (f & ~O_TRUNC) | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0666);
    int error = errno;
    close(dir);
    struct stat st;
    if (fd < 0) {
        return -error;
    }
    if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || ((f & O_TRUNC) && ftruncate(fd, 0) < 0)) {
        close(fd);
        return -EACCES;
    }
    return fd;
}

int zif__confined_remove(int dir_fd, char *path)
{
    char *name;
    int dir = open_parent(dir_fd, path, &name);
    if (dir < 0) {
        return dir;
    }
    int error = unlinkat(dir, name, 0) < 0 ? -errno : 0;
    close(dir);
    return error;
}

int zif__confined_rename(int dir_fd, char *from, char *to)
{
    char *from_name, *to_name;
    int from_dir = open_parent(dir_fd, from, &from_name);
    if (from_dir < 0) {
        return from_dir;
    }
    int to_dir = open_parent(dir_fd, to, &to_name);
    int error = to_dir;
    if (to_dir >= 0) {
        error = renameat(from_dir, from_name, to_dir, to_name) < 0 ? -errno : 0;
        close(to_dir);
    }
    close(from_dir);
    return error;
}
