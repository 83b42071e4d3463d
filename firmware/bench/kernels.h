/*
 * Rows of the kernel table: name, function, loops at scale 1, checksum at scale 1 and at scale 100.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
/* clang-format off */
{ "integer", kernel_integer, 30, { 0x22A0D6D5, 0xBE4E3F08 } },
{ "calls", kernel_calls, 100, { 0xC0ECC2D3, 0x6838EAC3 } },
{ "string", kernel_string, 50, { 0x468AC591, 0xE37A1193 } },
{ "sort", kernel_sort, 4, { 0x00F86AAF, 0x00FD8D5A } },
{ "matrix", kernel_matrix, 12, { 0xFFEDAA81, 0xFFEDAA81 } },
{ "crc", kernel_crc, 20, { 0xE3CF38E8, 0x07AB6C68 } },
{ "stores", kernel_stores, 200, { 0xED8BA300, 0xED8BA300 } },
{ "copy", kernel_copy, 500, { 0x825B2EF0, 0xE52BE3BA } },
{ "mmio-read", kernel_mmio_read, 2000, { 48000, 4800000 } },
{ "mmio-write", kernel_mmio_write, 2000, { 7, 7 } },
{ "svc", kernel_svc, 2000, { 2000, 200000 } },
{ "irq", kernel_irq, 2000, { 2000, 200000 } },
{ "wfi", kernel_wfi, 100, { 100, 10000 } },
