/*
 * Files inside one folder and nowhere else: names are relative, walked one component at a time, never through a symbolic link or
 * "..", and only regular files are opened. `path` is taken apart. All return a negative errno on failure; a dir_fd below 0 (no
 * folder) refuses everything with -EACCES. SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ZIF_CONFINED_H
#define ZIF_CONFINED_H

/** mode: 0-11 as fopen's r, rb, r+, r+b, w, ... a+b. The descriptor, which the caller closes. */
int zif__confined_open(int dir_fd, char *path, unsigned mode);
int zif__confined_remove(int dir_fd, char *path);
int zif__confined_rename(int dir_fd, char *from, char *to);

#endif
