/*
 * What the built-in trees are to the machine builder: made at build time by soc/embed.c. SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ZIF_MACHINE_BOARDS_H
#define ZIF_MACHINE_BOARDS_H

#include <stddef.h>

/* The compiled tree of zif_boards[i]; 8-byte aligned. */
typedef struct {
    const unsigned char *dtb;
    size_t size;
} ZifBoardTree;
extern const ZifBoardTree zif__board_trees[];

/* The sources a user's .dts may include, by their path below soc/. */
typedef struct {
    const char *path;
    const unsigned char *text;
    size_t size;
} ZifTreeSource;
extern const ZifTreeSource zif__tree_sources[];
extern const unsigned zif__ntree_sources;

#endif
