/* What the bytes of a flash are: images and file systems known by their first bytes. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ZIF_TOOL_FLASH_IDENTIFY_H
#define ZIF_TOOL_FLASH_IDENTIFY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Says in words what starts at `offset` of a flash's `size` bytes; false when it is nothing known. Every input is safe. */
bool flash_identify(const uint8_t *cells, uint64_t size, uint64_t offset, char *words, size_t len);

#endif
