/* What the files of this folder ask of each other. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ZIF_DEVICE_INTERNAL_H
#define ZIF_DEVICE_INTERNAL_H

#include "device.h"

void zif__wires_init(ZifDevice *dev);
void zif__wires_free(ZifDevice *dev);
/* Reset, phase one: output levels fall without anybody hearing of it. */
void zif__outputs_hold(ZifDevice *dev);
/* Reset, phase three: what is different after the reset is told. */
void zif__outputs_release(ZifDevice *dev);
/* Is `zif,cannot-reach` well-formed? */
bool zif__reach_check(const ZifDevice *dev, Error **errp);
void zif__reach_free(ZifDevice *dev);
void zif__reports_free(ZifKit *kit);
/* What a serial line must do when its device was reset or restored. */
void zif__serial_reset(ZifSerialLine *line);

#endif
