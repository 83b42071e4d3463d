/*
 * A machine small enough to test the CPU memory ports on: memories, a device that can refuse, a ROM device, and a core
 * that only answers the port's questions. Everything observable goes to a text, so that two ports can be compared.
 *
 *   0x00000000  64 KiB  read-only memory, the programs
 *   0x08000000  64 KiB  ROM device: 0x70 written = status mode (reads 0x80), 0xff = array
 *   0x20000000  64 KiB  memory;  0x20010000: the same memory again
 *   0x30000000  512 B   memory, 0x30000200: 512 B of the device's registers (one page, two kinds)
 *   0x40000000  4 KiB   device: words 0..63 keep what is written; from 0x800 on it refuses every access
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ZIF_TESTS_PORT_MACHINE_H
#define ZIF_TESTS_PORT_MACHINE_H

#include "../../emu/cpu/port.h"

typedef struct Bench Bench;
struct Bench {
    ZifMemoryContext *ctx;
    MemoryRegion root, rom, nor, ram, mirror, small, small_dev, dev;
    AddressSpace as;
    ZifPort *port;

    uint32_t regs[64]; /* the device's */
    bool status;       /* the ROM device's mode */
    unsigned accesses; /* of the device */
    bool log_accesses;
    void (*on_access)(Bench *b, uint32_t offset, bool is_write); /* inside the device's callback */

    bool unaligned_traps, div_traps, fp_off;
    uint32_t no_page;        /* this page is not accessible at all; 0: none */
    uint32_t mixed_page;     /* this page asks for each access... */
    uint32_t no_from, no_to; /* ...and refuses these addresses */
    uint32_t watch;          /* address of a watched byte; 0: none */
    bool imprecise;          /* refused stores go on */
    unsigned imprecise_count;
    unsigned fp_touches;
    uint32_t fp_fault; /* fp_touched fails with this address */
    unsigned sysreg_writes;
    void (*on_sysreg)(Bench *b);
    void *user;

    char *out;
    size_t out_size, out_room;
};

void bench_open(Bench *b, ZifPortKind kind, ZifCpuModel model);
void bench_close(Bench *b);
/** Copies a program to an address of memory (any kind) before it has run there. */
void bench_put(Bench *b, uint32_t addr, const void *code, size_t size);
uint8_t *bench_host(Bench *b, uint32_t addr);
/** Runs up to count `limit` and writes a line: reason, PC, count, R0-R12, SP, LR, XPSR, and what the reason brings. */
ZifPortStop bench_run(Bench *b, uint64_t limit);
void bench_say(Bench *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/** Starts at addr with SP at the end of memory and R0-R12 zero. */
void bench_start(Bench *b, uint32_t addr);
/** Runs a scenario under both ports (the portable one alone where there is no fast one) and compares the texts. */
void bench_both(void (*scenario)(Bench *b), ZifCpuModel model);

#define PROGRAM(name)      extern const uint8_t prog_##name[], prog_##name##_end[]
#define PUT(b, addr, name) bench_put(b, addr, prog_##name, (size_t)(prog_##name##_end - prog_##name))

#endif
