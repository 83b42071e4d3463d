/* Two ends of an asynchronous line that do not agree on the rate. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ZIF_TOOL_BAUD_H
#define ZIF_TOOL_BAUD_H

#include <stdbool.h>
#include <stdint.h>

/** True when a receiver at `to` baud reads characters sent at `from` baud: its last sample falls into the right bit. */
bool baud_agrees(double from, double to);
/** What a receiver at `to` baud makes of a character sent at `from` baud (8 data bits, no parity) on an idle line. */
uint8_t baud_garble(uint8_t byte, double from, double to);

#endif
