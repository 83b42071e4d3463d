/*
 * A test bench for device models: devices with fake wires, a clock that moves when told, a little RAM, and no processor.
 *
 *     ZifBench *b = zif_bench_new();
 *     ZifDevice *uart = zif_bench_add(b, "nrf51-uart", (ZifBenchProp[]){ { "clock-frequency", 1, { 16000000 } }, { 0 } });
 *     zif_bench_write(uart, 0x500, 4);
 *     zif_bench_run(b, 10 * ZIF_MS);
 *     assert_int_equal(zif_bench_level(uart, "irq", 0), 1);
 *     zif_bench_free(b);
 *
 * A mistake in using the bench (a name that does not exist) is a zif_bug: the test fails at once.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ZIF_TESTBENCH_H
#define ZIF_TESTBENCH_H

#include <zif/peripheral.h>

typedef struct ZifBench ZifBench;

/* A property of the device's node: up to 16 cells, or a string when `text` is set. Lists end with a row without a name.
 * "clock-frequency" is the block's clock (16 MHz when absent); "reg" is an I2C address or chip select of a part. "clocks" and "resets" are one entry: the controller's
 * phandle (zif_bench_phandle) and its cells. */
typedef struct {
    const char *name;
    unsigned ncells;
    uint32_t cells[16];
    const char *text;
} ZifBenchProp;

ZifBench *zif_bench_new(void);
void zif_bench_free(ZifBench *b);

/** Makes a device, realizes it and gives it its power-on reset. The class is found in zif_classes by name. props: NULL allowed. */
ZifDevice *zif_bench_add(ZifBench *b, const char *class_name, const ZifBenchProp *props);
/** As above for a class that is in no list. */
ZifDevice *zif_bench_add_class(ZifBench *b, const ZifClass *cls, const ZifBenchProp *props);
/** As above, as a part on the controller's bus. */
ZifDevice *zif_bench_add_part(ZifBench *b, ZifDevice *controller, const char *class_name, const ZifBenchProp *props);
ZifDevice *zif_bench_add_part_class(ZifBench *b, ZifDevice *controller, const ZifClass *cls, const ZifBenchProp *props);
/** Gives entry n (0..3) of the device's clocks this rate in Hz; 0 stops it. */
void zif_bench_clock(ZifDevice *dev, unsigned n, uint64_t hz);
/** The phandle of a device, for properties of others that refer to it. */
uint32_t zif_bench_phandle(ZifDevice *dev);
void zif_bench_reset(ZifBench *b, ZifResetKind kind);

/** Register accesses at an offset; 32 bits unless said. */
uint32_t zif_bench_read(ZifDevice *dev, uint32_t offset);
void zif_bench_write(ZifDevice *dev, uint32_t offset, uint32_t value);
uint32_t zif_bench_read_sized(ZifDevice *dev, uint32_t offset, unsigned size);
void zif_bench_write_sized(ZifDevice *dev, uint32_t offset, uint32_t value, unsigned size);
/** The value a read would give, without effects; by offset. */
uint32_t zif_bench_peek(ZifDevice *dev, uint32_t offset);

/** Lets virtual time pass; every event due on the way runs at its time. */
void zif_bench_run(ZifBench *b, ZifTime duration);
ZifTime zif_bench_now(ZifBench *b);

/** Level of an output line, and how often it rose since the bench was made. */
int zif_bench_level(ZifDevice *dev, const char *output, unsigned line);
unsigned zif_bench_rises(ZifDevice *dev, const char *output, unsigned line);
/** Drives an input line. */
void zif_bench_drive(ZifDevice *dev, const char *input, unsigned line, int level);
void zif_bench_connect(ZifDevice *src, const char *output, unsigned line, ZifDevice *dst, const char *input,
                       unsigned dst_line);

/** Everything the device's UART transmitted since the last call, NUL terminated; *len may be NULL. Valid until the next call. */
const char *zif_bench_transmitted(ZifDevice *dev, size_t *len);
/** Queues bytes for its receiver, delivered no faster than the line's rate. */
void zif_bench_send(ZifDevice *dev, const void *bytes, size_t len);
/** Makes something go wrong (zif_device_inject), which must be a word the device knows. */
void zif_bench_inject(ZifDevice *dev, const char *fault);
/** From now on bytes come at the line's rate while the receiver is on, whether or not it has room. */
void zif_bench_impatient(ZifDevice *dev);
/** How many of them have not been delivered. */
size_t zif_bench_queued(ZifDevice *dev);

/** 64 KiB of RAM at ZIF_BENCH_RAM on the bus that devices master. */
#define ZIF_BENCH_RAM 0x20000000u
void *zif_bench_ram(ZifBench *b);

/** Reports so far, all devices. */
unsigned zif_bench_nreports(ZifBench *b);
/** How many reports of this kind and register name ("" = no register) there are, repetitions included. NULL: any register. */
uint64_t zif_bench_reported(ZifBench *b, ZifReportKind kind, const char *reg);
/** The sentence of report number n, oldest first. */
const char *zif_bench_report_text(ZifBench *b, unsigned n);
/** Cycles a device stalled the processor for; events it sent it; resets it asked for. */
uint64_t zif_bench_stalled(ZifBench *b);
unsigned zif_bench_events(ZifBench *b);
unsigned zif_bench_reset_requests(ZifBench *b);

/** Saves the device's state / puts it back. The state is the caller's to free. */
void *zif_bench_save(ZifDevice *dev, size_t *size);
void zif_bench_restore(ZifDevice *dev, const void *state);

#endif
