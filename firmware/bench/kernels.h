/*
 * Rows of the kernel table: name, function, loops at scale 1, checksum at scale 1 and at scale 100.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
/* clang-format off */
{ "integer", kernel_integer, 150, { 0x243BD51E, 0x63C5ED40 } },
{ "calls", kernel_calls, 100, { 0xC0ECC2D3, 0x6838EAC3 } },
{ "string", kernel_string, 250, { 0x7836F7C6, 0xBA64C895 } },
{ "sort", kernel_sort, 4, { 0x00F86AAF, 0x00FD8D5A } },
{ "matrix", kernel_matrix, 60, { 0xFFEDAA81, 0xFFEDAA81 } },
{ "crc", kernel_crc, 100, { 0xD05ACDCA, 0x43B15236 } },
{ "stores", kernel_stores, 200, { 0xED8BA300, 0xED8BA300 } },
{ "copy", kernel_copy, 500, { 0x825B2EF0, 0xE52BE3BA } },
{ "mmio-read", kernel_mmio_read, 2000, { 48000, 4800000 } },
{ "mmio-write", kernel_mmio_write, 2000, { 7, 7 } },
{ "svc", kernel_svc, 2000, { 2000, 200000 } },
{ "irq", kernel_irq, 2000, { 2000, 200000 } },
{ "wfi", kernel_wfi, 100, { 100, 10000 } },
