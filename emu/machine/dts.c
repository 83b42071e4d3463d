/*
 * A user's .dts: cpp and dtc, as firmware build systems run them, with the built-in sources in the include path. The sources are
 * written to a temporary folder, so that zif needs no source tree. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "boards.h"
#include "tree.h"

extern char **environ;

enum { PATH_LEN = 4096 };

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
    return remove(path);
}

static bool write_file(const char *dir, const char *name, const void *data, size_t size)
{
    char path[PATH_LEN];
    if (snprintf(path, sizeof path, "%s/%s", dir, name) >= (int)sizeof path) {
        return false;
    }
    for (char *p = path + strlen(dir) + 1; (p = strchr(p, '/')); p++) {
        *p = 0;
        if (mkdir(path, 0700) && errno != EEXIST) {
            return false;
        }
        *p = '/';
    }
    FILE *f = fopen(path, "wb");
    bool ok = f && fwrite(data, 1, size, f) == size;
    return f && !fclose(f) && ok;
}

/* Runs a program with stderr to DIR/errors; its first error line ends up in *errp. */
static bool run(const char *dir, const char *const argv[], const char *what, Error **errp)
{
    char errors[PATH_LEN + 16], line[512] = "";
    posix_spawn_file_actions_t actions;
    pid_t pid;
    int status = 0, rc;
    snprintf(errors, sizeof errors, "%s/errors", dir);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 2, errors, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    rc = posix_spawnp(&pid, argv[0], &actions, NULL, (char *const *)argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    if (rc) {
        error_setg_errno(errp, rc, "cannot run %s, which a .dts board needs", argv[0]);
        return false;
    }
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
        return true;
    }
    FILE *f = fopen(errors, "r");
    while (f && fgets(line, sizeof line, f) && !strcasestr(line, "error")) {
    }
    if (f) {
        fclose(f);
    }
    line[strcspn(line, "\n")] = 0;
    error_setg(errp, "%s does not compile: %s", what, *line ? line : argv[0]);
    return false;
}

static void *compile(const char *dir, const char *path, Error **errp)
{
    char pre[PATH_LEN], dtb[PATH_LEN], user[PATH_LEN];
    snprintf(pre, sizeof pre, "%s/board.pre", dir);
    snprintf(dtb, sizeof dtb, "%s/board.dtb", dir);
    snprintf(user, sizeof user, "%s", path);
    char *slash = strrchr(user, '/');
    strcpy(slash ? slash : user, slash ? "" : ".");
    if (slash == user) {
        strcpy(user, "/");
    }
    for (unsigned i = 0; i < zif__ntree_sources; i++) {
        const ZifTreeSource *s = &zif__tree_sources[i];
        if (!write_file(dir, s->path, s->text, s->size)) {
            error_setg_errno(errp, errno, "cannot write %s/%s", dir, s->path);
            return NULL;
        }
    }
    const char *const cpp[] = { "cpp", "-nostdinc", "-undef", "-D__DTS__", "-x", "assembler-with-cpp", "-I", user, "-I",
                                dir,   "-o",        pre,      path,        NULL };
    const char *const dtc[] = {
        "dtc", "-@", "-q", "-I", "dts", "-O", "dtb", "-i", user, "-i", dir, "-o", dtb, pre, NULL
    };
    if (!run(dir, cpp, path, errp) || !run(dir, dtc, path, errp)) {
        return NULL;
    }
    return zif__tree_load(dtb, errp);
}

void *zif__tree_compile(const char *path, Error **errp)
{
    char dir[PATH_LEN / 2];
    const char *tmp = getenv("TMPDIR");
    if (access(path, R_OK)) {
        error_setg_errno(errp, errno, "cannot open board %s", path);
        return NULL;
    }
    if (snprintf(dir, sizeof dir, "%s/zif-board-XXXXXX", tmp ? tmp : "/tmp") >= (int)sizeof dir || !mkdtemp(dir)) {
        error_setg_errno(errp, errno, "cannot make a temporary folder for %s", path);
        return NULL;
    }
    void *fdt = compile(dir, path, errp);
    nftw(dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    return fdt;
}
