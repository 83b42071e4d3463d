/* See outputs.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "outputs.h"

static bool folder_is_writable(const char *path)
{
    char *text = strdup(path);
    bool ok = text && access(dirname(text), W_OK | X_OK) == 0;
    free(text);
    return ok;
}

bool output_possible(const char *option, const char *path, bool replaced, Error **errp)
{
    struct stat st;
    bool exists = stat(path, &st) == 0, ok = false;
    if (exists && S_ISDIR(st.st_mode)) {
        errno = EISDIR;
    } else if (exists && !replaced) {
        ok = access(path, W_OK) == 0;
    } else if (exists || errno == ENOENT) {
        ok = *path && path[strlen(path) - 1] != '/' && folder_is_writable(path);
    }
    if (!ok) {
        error_setg_errno(errp, errno, "--%s: cannot write %s", option, path);
    }
    return ok;
}
