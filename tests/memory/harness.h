/*
 * A small world for tests of the memory core: regions that record what is asked of them, a listener that records
 * what it is told, and text forms of both to compare with. Everything made here is freed when the test ends, so that
 * a leak is the core's.
 *
 * Text forms (numbers in hexadecimal, spaces free):
 *   view       x@3000[3000,4000)ro     region @offset [start,end) and `ro` when the section is read-only
 *   access     x.r(0,4)  x.w(0,ab,1)   callback of region x: offset, value, size
 *   listener   +sec -sec =sec          region_add, region_del, region_nop
 *              start(0,2)sec stop(2,0)sec sync:sec gstart gstop begin commit
 *              efd+[9010,4)=55 efd-... co+[addr,len)@[start,end) co-...
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef TESTS_MEMORY_HARNESS_H
#define TESTS_MEMORY_HARNESS_H

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include <zif/memory.h>

/*
 * TEST(name, "A55 D8") { ... }: one cmocka test with a fresh memory context of 4 KiB pages. The second argument names
 * the items of the contract it exercises; tests/memory/coverage.py checks that the test really reaches each.
 */
#define TEST(name, covers)                                                                                             \
    static void name(void **state);                                                                                    \
    __attribute__((constructor)) static void add_##name(void)                                                          \
    {                                                                                                                  \
        harness_add(#name, name);                                                                                      \
    }                                                                                                                  \
    static void name(void **state)
void harness_add(const char *name, void (*fn)(void **));

#define SIZE_ALL UINT64_MAX /* the size word that means 2^64 */
#define ATTRS    MEMTXATTRS_UNSPECIFIED
enum { PAGE = 0x1000 };

/* ---- regions ---- */
typedef struct Dev {
    MemoryRegion mr;
    MemoryRegionOps ops;
    const char *tag;
    MemTxResult result; /* what the with_attrs callbacks answer */
    uint64_t read_xor;  /* applied to what pattern P answers */
    bool fixed;         /* answer `value` instead of pattern P */
    uint64_t value;
    bool quiet;       /* record nothing */
    MemTxAttrs attrs; /* of the last with_attrs or accepts call */
    void (*hook)(struct Dev *dev, hwaddr addr, unsigned size, bool is_write, uint64_t data);
    void *hook_data;
    unsigned calls;
} Dev;

MemoryRegion *box(const char *name, uint64_t size);
/* Answers pattern P: the byte at address a is 0x11 * ((a & 7) + 1). */
MemoryRegion *io(const char *name, uint64_t size);
/* The same with these ops; plain read and write callbacks are filled in where all four are NULL. */
MemoryRegion *io_with(const char *name, uint64_t size, MemoryRegionOps ops);
MemoryRegion *ram(const char *name, uint64_t size);
MemoryRegion *rom(const char *name, uint64_t size);
MemoryRegion *romd(const char *name, uint64_t size);
MemoryRegion *ali(const char *name, MemoryRegion *target, hwaddr offset, uint64_t size);
/* A zeroed region of the world, for tests that call an init function themselves. */
MemoryRegion *blank(void);
/* Storage alone, for a region whose owner ends it. */
MemoryRegion *blank_owned(void);
/* The test ends the region's life itself; the storage stays the world's. */
void disown(MemoryRegion *mr);
Dev *dev(MemoryRegion *mr);
/* A recording device whose region the test initialises itself (mr, opaque = the device) and whose owner ends it. */
Dev *dev_storage(const char *tag);
uint64_t dev_read(void *opaque, hwaddr addr, unsigned size);
void dev_write(void *opaque, hwaddr addr, uint64_t data, unsigned size);
MemTxResult dev_read_attrs(void *opaque, hwaddr addr, uint64_t *data, unsigned size, MemTxAttrs attrs);
MemTxResult dev_write_attrs(void *opaque, hwaddr addr, uint64_t data, unsigned size, MemTxAttrs attrs);

/* at: plain add; over: with a priority. Both return the child. */
MemoryRegion *at(MemoryRegion *parent, hwaddr offset, MemoryRegion *child);
MemoryRegion *over(MemoryRegion *parent, hwaddr offset, MemoryRegion *child, int priority);

/* ---- address spaces ---- */
AddressSpace *space(MemoryRegion *root);
AddressSpace *space_named(MemoryRegion *root, const char *name);
void space_end(AddressSpace *as);

/* ---- IOMMU: a table of pages ---- */
typedef struct Iom {
    IOMMUMemoryRegion iommu;
    const char *tag;
    AddressSpace *target;
    hwaddr add;     /* translated = iova + add */
    hwaddr limit;   /* no mapping at or above */
    hwaddr granule; /* page size, a power of two */
    IOMMUAccessFlags perm;
    uint64_t min_page; /* what get_min_page_size answers, in the types that have it */
    bool quiet;
} Iom;
/*
 * `iom` of section H of the cases: pages of 4 KiB, +0x100000 to `target`, nothing at or above `limit`. Types:
 * test-iommu-plain (translate alone), test-iommu (table 1 for secure accesses, hears of notifier flags),
 * test-iommu-paged (and a smallest page), test-iommu-full (and replay and get_attr).
 */
Iom *iom(const char *name, uint64_t size, AddressSpace *target, hwaddr limit);
Iom *iom_of(const char *type, const char *name, uint64_t size, AddressSpace *target, hwaddr limit);
MemoryRegion *iom_mr(Iom *i);

/* ---- what the header has under names of its own ---- */
ZifMemoryContext *ctx(void);
void set_running(bool running);
void set_bounce_limit(AddressSpace *as, unsigned buffers);
typedef struct MapClient {
    const char *tag; /* noted when called */
    ZifMapClient client;
} MapClient;
void map_client_register(AddressSpace *as, MapClient *client);
void map_client_unregister(MapClient *client);

/* ---- listeners ---- */
typedef struct Recorder {
    MemoryListener listener;
    const char *tag; /* put in front of each word, with a colon, when not empty */
    bool registered;
    void (*on_add)(struct Recorder *rec, MemoryRegionSection *section);
    void (*on_commit)(struct Recorder *rec);
} Recorder;
/* All 14 callbacks set, not registered. */
Recorder *recorder_new(const char *tag, unsigned priority);
Recorder *recorder(const char *tag, unsigned priority, AddressSpace *as);
/* A recorder without begin, commit and nop, for tests of the differences alone. */
Recorder *recorder_terse(AddressSpace *as);
void recorder_register(Recorder *rec, AddressSpace *as);
void recorder_unregister(Recorder *rec);

/* ---- texts ---- */
void note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
const char *log_text(void);
void log_clear(void);
const char *view_text(AddressSpace *as);
#define VIEW(as, text) harness_compare("view", view_text(as), (text), __FILE__, __LINE__)
/* Compares what was recorded since the last LOG or log_clear, then forgets it. */
#define LOG(text)        (harness_compare("log", log_text(), (text), __FILE__, __LINE__), log_clear())
#define TEXT(text, want) harness_compare("text", (text), (want), __FILE__, __LINE__)
void harness_compare(const char *what, const char *got, const char *want, const char *file, int line);

/* ---- accesses ---- */
/* Reads `len` bytes and compares them with the hexadecimal string `bytes` ("a0 a1"); checks the result. */
#define READS(as, addr, bytes, result) harness_reads((as), (addr), (bytes), (result), __FILE__, __LINE__)
void harness_reads(AddressSpace *as, hwaddr addr, const char *bytes, MemTxResult result, const char *file, int line);
/* Writes pattern W (a0 a1 a2 ...) of `len` bytes and returns the result. */
MemTxResult write_w(AddressSpace *as, hwaddr addr, int len);
MemTxResult put(AddressSpace *as, hwaddr addr, uint64_t value, int len);
/* Fills a RAM-backed region with `value`, without marking anything. */
void fill(MemoryRegion *mr, uint8_t value);
uint8_t *host(MemoryRegion *mr);
void assert_bytes(const void *got, const char *bytes);
/* memory_region_dispatch_read/write: "result" is checked by the caller. */
MemTxResult dread(MemoryRegion *mr, hwaddr addr, unsigned size, uint64_t *value);
MemTxResult dwrite(MemoryRegion *mr, hwaddr addr, unsigned size, uint64_t value);

/* ---- streams, prints, errors ---- */
/* A snapshot stream in memory; the writer fails beyond `stop` bytes when that is not 0. The caller frees data. */
typedef struct {
    uint8_t *data;
    size_t size, room, at, stop;
} Stream;
bool stream_write(void *opaque, const void *data, size_t len);
bool stream_read(void *opaque, void *data, size_t len);
/* What mtree_info prints; the caller frees. */
char *mtree(bool flat, bool dispatch, bool owner);
/* An error there must be, whose sentence holds `words`; frees it and leaves NULL. */
void expect_error(Error **err, const char *words);

/* ---- death ---- */
/* The statements must abort with a message that holds `words`. They run in a child process. */
#define DIES(words, ...)                                                                                               \
    do {                                                                                                               \
        if (harness_fork()) {                                                                                          \
            __VA_ARGS__;                                                                                               \
            harness_survived();                                                                                        \
        }                                                                                                              \
        harness_expect_abort((words), __FILE__, __LINE__);                                                             \
    } while (0)
bool harness_fork(void);
noreturn void harness_survived(void);
void harness_expect_abort(const char *words, const char *file, int line);

/* A path in the test's own scratch folder, which is removed at the end. */
const char *scratch(const char *name);

#endif
