/* --plugin FILE.so: models built outside zif's tree. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ZIF_TOOL_PLUGIN_H
#define ZIF_TOOL_PLUGIN_H

#include <stdbool.h>
#include <zif/error.h>

/** Loads the plugin and adds its classes. False and *errp when the file is none, is of another ABI, or a class is taken. */
bool plugin_load(const char *path, Error **errp);
/** A zif without shared libraries cannot load one: when a word of argv asks for a plugin, goes on as zif-with-plugins, which lies beside
 * it. Returns when there is nothing to do, with *errp when that program is not there. */
void plugin_exec(char **argv, Error **errp);

#endif
