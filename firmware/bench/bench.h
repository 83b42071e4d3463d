/*
 * The kernels of the workload. Each does `loops` units of work and returns a checksum that depends on all of
 * it. SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCH_H
#define BENCH_H

#include <stdint.h>

/* compute.c: plain C, the same everywhere */
uint32_t kernel_integer(uint32_t loops);
uint32_t kernel_calls(uint32_t loops);
uint32_t kernel_string(uint32_t loops);
uint32_t kernel_sort(uint32_t loops);
uint32_t kernel_matrix(uint32_t loops);
uint32_t kernel_crc(uint32_t loops);
uint32_t kernel_stores(uint32_t loops);
uint32_t kernel_copy(uint32_t loops);

/* system.c: what only a processor with its peripherals has */
uint32_t kernel_mmio_read(uint32_t loops);
uint32_t kernel_mmio_write(uint32_t loops);
uint32_t kernel_svc(uint32_t loops);
uint32_t kernel_irq(uint32_t loops);
uint32_t kernel_wfi(uint32_t loops);

#endif
