/*
 * A machine with one image, ready to run: for tests of whole runs. SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ZIF_TESTS_RIG_H
#define ZIF_TESTS_RIG_H

#include <string.h>
#include <unistd.h>
#include <zif/machine.h>

typedef struct {
    ZifMachine *m;
    ZifImage *image;
} Rig;

/** Reset, tracing its hash, with `input` (may be NULL) waiting on the console. port: NULL for the default; cmdline: for the guest, or NULL. */
static inline Rig rig_start_with(const char *board, const char *image, const char *input, const char *port,
                                 const char *cmdline)
{
    ZifMachineConfig config = {
        .board = board, .seed = 7, .semihosting = true, .max_resets = 4, .port = port, .cmdline = cmdline
    };
    Rig rig = { zif_machine_new(&config, &error_fatal), zif_image_open(image, &error_fatal) };
    zif_machine_load(rig.m, rig.image, &error_fatal);
    zif_machine_reset(rig.m, ZIF_RESET_POWER_ON);
    zif_machine_enable_trace_hash(rig.m);
    if (input) {
        zif_serial_send(zif_machine_serial(rig.m, 0), input, strlen(input));
    }
    return rig;
}

static inline Rig rig_start(const char *board, const char *image, const char *input, const char *port)
{
    return rig_start_with(board, image, input, port, NULL);
}

static inline void rig_finish(Rig *rig)
{
    zif_machine_free(rig->m);
    zif_image_free(rig->image);
}

/** Images of Debian packages may be missing. */
static inline bool rig_has(const char *image)
{
    return access(image, R_OK) == 0;
}

#endif
