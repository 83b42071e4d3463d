/* XML documents for GDB. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ZIF_DEBUG_FEATURES_H
#define ZIF_DEBUG_FEATURES_H

#include <zif/gdb.h>

/** Both: a string for free(), NULL when memory is exhausted. */
char *zif__gdb_target_xml(const ZifGdbTarget *target);
char *zif__gdb_memory_xml(const ZifGdbTarget *target);

#endif
