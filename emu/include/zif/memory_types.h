/*
 * The plain types the memory API is written in: addresses, 128-bit sizes, transaction attributes and results, byte
 * orders, dirty-log clients, event notifiers. SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ZIF_MEMORY_TYPES_H
#define ZIF_MEMORY_TYPES_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/** An address in an address space, or an offset in a region (X1). */
typedef uint64_t hwaddr;
#define HWADDR_MAX  UINT64_MAX
#define HWADDR_BITS 64
#define HWADDR_PRIx "016llx"

/** An offset in the context's RAM space, where every RAM block has a place of its own (X3). */
typedef uintptr_t ram_addr_t;

/** Sizes that may be 2^64 (X2). */
typedef __int128_t Int128;

static inline Int128 int128_make64(uint64_t a)
{
    return (Int128)a;
}
static inline uint64_t int128_get64(Int128 a)
{
    return (uint64_t)a;
}
static inline uint64_t int128_getlo(Int128 a)
{
    return (uint64_t)a;
}
static inline int64_t int128_gethi(Int128 a)
{
    return (int64_t)(a >> 64);
}
static inline Int128 int128_zero(void)
{
    return 0;
}
static inline Int128 int128_one(void)
{
    return 1;
}
static inline Int128 int128_2_64(void)
{
    return (Int128)1 << 64;
}
static inline Int128 int128_add(Int128 a, Int128 b)
{
    return a + b;
}
static inline Int128 int128_sub(Int128 a, Int128 b)
{
    return a - b;
}
static inline bool int128_eq(Int128 a, Int128 b)
{
    return a == b;
}
static inline bool int128_ne(Int128 a, Int128 b)
{
    return a != b;
}
static inline bool int128_lt(Int128 a, Int128 b)
{
    return a < b;
}
static inline bool int128_le(Int128 a, Int128 b)
{
    return a <= b;
}
static inline bool int128_gt(Int128 a, Int128 b)
{
    return a > b;
}
static inline bool int128_ge(Int128 a, Int128 b)
{
    return a >= b;
}
static inline bool int128_nz(Int128 a)
{
    return a != 0;
}
static inline Int128 int128_min(Int128 a, Int128 b)
{
    return a < b ? a : b;
}
static inline Int128 int128_max(Int128 a, Int128 b)
{
    return a > b ? a : b;
}

/** Who asks, and how (X4). Passed by value, delivered unchanged to *_with_attrs and accepts. */
typedef struct MemTxAttrs {
    unsigned int unspecified : 1;   /* nobody said: the other fields mean nothing */
    unsigned int secure : 1;        /* TrustZone secure */
    unsigned int user : 1;          /* unprivileged */
    unsigned int requester_id : 16; /* bus master */
} MemTxAttrs;
#define MEMTXATTRS_UNSPECIFIED ((MemTxAttrs){ .unspecified = 1 })

/** What became of a transaction: bits, ORed over its pieces (X5). */
typedef uint32_t MemTxResult;
#define MEMTX_OK           0U
#define MEMTX_ERROR        (1U << 0) /* the device said no */
#define MEMTX_DECODE_ERROR (1U << 1) /* nothing there, or the access is not accepted */
#define MEMTX_ACCESS_ERROR (1U << 2) /* refused by the region's re-entrancy policy or the nesting limit */

/** Byte order of the values a device's callbacks exchange (X6). The guest is little-endian. */
enum device_endian {
    DEVICE_NATIVE_ENDIAN,
    DEVICE_BIG_ENDIAN,
    DEVICE_LITTLE_ENDIAN,
};
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define DEVICE_HOST_ENDIAN DEVICE_BIG_ENDIAN
#else
#define DEVICE_HOST_ENDIAN DEVICE_LITTLE_ENDIAN
#endif

/**
 * Clients of dirty tracking: bit numbers of a dirty mask (X7). Numbers from DIRTY_MEMORY_NUM up are zif's own
 * clients.
 */
#define DIRTY_MEMORY_VGA       0 /* a display */
#define DIRTY_MEMORY_CODE      1 /* translated code */
#define DIRTY_MEMORY_MIGRATION 2 /* snapshots */
#define DIRTY_MEMORY_NUM       3
#define ZIF_DIRTY_CLIENTS      8 /* all of them, the extra ones included */

/** Callbacks of before MemoryRegionOps (X11). */
typedef void CPUWriteMemoryFunc(void *opaque, hwaddr addr, uint32_t value);
typedef uint32_t CPUReadMemoryFunc(void *opaque, hwaddr addr);

/** printf to somewhere, as fprintf (X12). */
typedef int (*fprintf_function)(FILE *f, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/** Kept for struct shapes only: views are counted, nothing is reclaimed by grace periods. */
struct rcu_head {
    void *unused;
};

/** A Linux eventfd (X9). */
typedef struct EventNotifier {
    int rfd;
    int wfd;
} EventNotifier;

/** Opens the eventfd; active: it is already signalled. 0, or a negative errno. */
int event_notifier_init(EventNotifier *e, int active);
/** Closes it; harmless on one already closed. */
void event_notifier_cleanup(EventNotifier *e);
/** Signals. 0, or a negative errno. */
int event_notifier_set(EventNotifier *e);
/** 1 if it was signalled, 0 if not; it is not signalled afterwards. */
int event_notifier_test_and_clear(EventNotifier *e);
int event_notifier_get_fd(const EventNotifier *e);

#endif
