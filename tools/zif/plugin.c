/* Plugins. See plugin.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "plugin.h"
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zif/peripheral.h>

#ifdef ZIF_WITH_PLUGINS

static bool is_of_this_abi(const ZifPlugin *p, const char *path, Error **errp)
{
    if (p->abi != ZIF_PLUGIN_ABI) {
        error_setg(errp, "--plugin: %s is of plugin ABI %u, this zif's is %d: build it again", path, p->abi,
                   ZIF_PLUGIN_ABI);
    } else if (p->class_size != sizeof(ZifClass) || p->device_size != sizeof(ZifDevice)) {
        error_setg(errp, "--plugin: %s was built with other headers than this zif: build it again", path);
    } else {
        return true;
    }
    return false;
}

bool plugin_load(const char *path, Error **errp)
{
    char here[4096];
    snprintf(here, sizeof here, "%s%s", strchr(path, '/') ? "" : "./",
             path); /* a file, never a library of the system */
    void *library = dlopen(here, RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        const char *why = dlerror();
        error_setg(errp, "--plugin: cannot load %s", why ? why : path);
        return false;
    }
    const ZifPlugin *plugin = dlsym(library, "zif_plugin");
    if (!plugin) {
        error_setg(errp, "--plugin: %s is no plugin of zif: it has no ZIF_PLUGIN", path);
        dlclose(library);
        return false;
    }
    if (!is_of_this_abi(plugin, path, errp)) {
        dlclose(library);
        return false;
    }
    for (const ZifClass *const *cls = plugin->classes; *cls; cls++) { /* from now on it stays loaded */
        Error *err = NULL;
        if (!zif_class_add(*cls, &err)) {
            error_prepend(&err, "--plugin: %s", path);
            error_propagate(errp, err);
            return false;
        }
    }
    return true;
}

void plugin_exec(char **argv, Error **errp) {}

#else

bool plugin_load(const char *path, Error **errp)
{
    error_setg(errp, "--plugin: this zif cannot load %s", path);
    return false;
}

void plugin_exec(char **argv, Error **errp)
{
    static const char name[] = "zif-with-plugins";
    char path[4096];
    bool asks = false;
    for (char **word = argv; *word && strcmp(*word, "--") != 0; word++) {
        asks |= !strcmp(*word, "--plugin") || !strncmp(*word, "--plugin=", strlen("--plugin="));
    }
    ssize_t n = asks ? readlink("/proc/self/exe", path, sizeof path - sizeof name) : -1;
    if (!asks) {
        return;
    }
    path[n > 0 ? n : 0] = '\0';
    char *slash = strrchr(path, '/');
    strcpy(slash ? slash + 1 : path, name);
    execv(path, argv);
    error_setg_errno(errp, errno, "--plugin needs %s beside zif", name);
}

#endif
