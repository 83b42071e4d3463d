/*
 * `zif-system-arm`: qemu-system-arm's command line as far as the clients of its device tests use it. The same program under another
 * name. SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ZIF_TOOL_SYSTEM_ARM_H
#define ZIF_TOOL_SYSTEM_ARM_H

#include "qtest_session.h"

/** Serves the machine that the words ask for; returns the exit code: 0, or 1 after one sentence on standard error. */
int system_arm(char **argv);

enum { SYSTEM_CHARDEVS = 16, SYSTEM_REGIONS = 4 };

typedef struct {
    char *id, *channel; /* as channel.h spells it */
} SystemChardev;

/* What the options said, before it is put together. */
typedef struct {
    QtestSession session;
    bool help, version, machines;
    SystemChardev chardevs[SYSTEM_CHARDEVS];
    unsigned nchardevs, nserials, nimages;
    const char *monitor_id;
    char *pflash;
    ZifFlashFile pflash_mode;
    FlashOption file; /* the flash and its file */
    FlashOptions flash;
    uint64_t pflash_size;
    bool pflash_properties; /* any was set */
    uint32_t blocks[SYSTEM_REGIONS], lengths[SYSTEM_REGIONS], width, ids[4];
    bool ids_set;
    /* The devicetree's properties that follow from them. */
    ZifOverride overrides[8];
    unsigned noverrides;
    uint32_t regions[2 * SYSTEM_REGIONS], reg[2], id_cells[3], offset[1];
    char *texts[64]; /* to be freed */
    unsigned ntexts;
} SystemArm;

/** A copy of text[0..len) that lives as long as *s; NULL and *errp past the last place for one. */
char *system_arm_keep(SystemArm *s, const char *text, size_t len, Error **errp);
/** The value of `key` in "a,key=value,b=c" (a copy); NULL when there is none. */
char *system_arm_value(SystemArm *s, const char *list, const char *key, Error **errp);
/** Options with structure. False and *errp when they ask for what there is not. */
bool system_arm_chardev(SystemArm *s, const char *value, Error **errp);
bool system_arm_drive(SystemArm *s, const char *value, Error **errp);
bool system_arm_global(SystemArm *s, const char *value, Error **errp);
/** unix:PATH[,server=on], stdio, null, file:PATH as a channel; NULL and *errp. */
const char *system_arm_channel(SystemArm *s, const char *value, Error **errp);
/** The flash that -drive and -global describe, as overrides of the board's tree. */
bool system_arm_flash(SystemArm *s, Error **errp);

#endif
