/*
 * The snapshot stream: contents of RAM blocks, whole or what changed since the last time.
 *
 * Little-endian throughout. Header: "zifmem" 0 1, page size (u32), number of blocks (u32). Per block: length of its
 * name (u16), name, used length (u64), flags (u32: 1 whole, 2 by reference), number of pages (u32); per page: its
 * number (u32) and its bytes, fewer in a last page that is cut short. Pages of a whole block that are not in the
 * stream are zero. In the end "done".
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "internal.h"

static const uint8_t magic[8] = { 'z', 'i', 'f', 'm', 'e', 'm', 0, 1 };
static const uint8_t the_end[4] = { 'd', 'o', 'n', 'e' };
enum { WHOLE = 1, BY_REFERENCE = 2 };

/* The bytes of page n that exist. */
static size_t page_bytes(const ZifMemoryContext *ctx, const RAMBlock *b, uint64_t n)
{
    uint64_t at = n << ctx->page_bits;
    uint64_t left = at < b->used_length ? b->used_length - at : 0;
    return left < ctx->page_size ? (size_t)left : ctx->page_size;
}

static uint64_t page_count(const ZifMemoryContext *ctx, const RAMBlock *b)
{
    return (b->used_length + ctx->page_size - 1) >> ctx->page_bits;
}

/* ---- saving ---- */

typedef struct Writer {
    ZifMemoryContext *ctx;
    ZifMemoryWrite fn;
    void *opaque;
    unsigned options;
} Writer;

static bool put(const Writer *w, const void *data, size_t len)
{
    return w->fn(w->opaque, data, len);
}

static bool put_number(const Writer *w, uint64_t value, unsigned size)
{
    uint8_t bytes[8];
    zif__store(bytes, value, size);
    return put(w, bytes, size);
}

static bool saved(const Writer *w, const RAMBlock *b)
{
    bool asked_for = !(b->flags & RAM_PREALLOC) || (w->options & ZIF_MEMORY_SAVE_PREALLOC);
    return (b->flags & RAM_MIGRATABLE) && asked_for && !b->mr->ram_device;
}

static bool all_zero(const uint8_t *p, size_t len)
{
    return len == 0 || (p[0] == 0 && memcmp(p, p + 1, len - 1) == 0);
}

static bool wanted(const Writer *w, const RAMBlock *b, uint64_t page)
{
    if (w->options & ZIF_MEMORY_SAVE_DIRTY) {
        return b->dirty[DIRTY_MEMORY_MIGRATION][page / 64] >> (page % 64) & 1;
    }
    return !all_zero(b->host + (page << w->ctx->page_bits), page_bytes(w->ctx, b, page));
}

static bool save_block(const Writer *w, RAMBlock *b)
{
    ZifMemoryContext *ctx = w->ctx;
    bool by_reference = (w->options & ZIF_MEMORY_SAVE_BY_FILE) && b->fd >= 0 && (b->flags & RAM_SHARED);
    uint32_t flags = by_reference ? BY_REFERENCE : w->options & ZIF_MEMORY_SAVE_DIRTY ? 0 : WHOLE;
    uint64_t pages = by_reference ? 0 : page_count(ctx, b), count = 0;
    for (uint64_t n = 0; n < pages; n++) {
        count += wanted(w, b, n);
    }
    size_t len = strlen(b->idstr);
    if (!put_number(w, len, 2) || !put(w, b->idstr, len) || !put_number(w, b->used_length, 8) ||
        !put_number(w, flags, 4) || !put_number(w, count, 4)) {
        return false;
    }
    for (uint64_t n = 0; n < pages; n++) {
        if (wanted(w, b, n) &&
            (!put_number(w, n, 4) || !put(w, b->host + (n << ctx->page_bits), page_bytes(ctx, b, n)))) {
            return false;
        }
    }
    return true;
}

static bool save_all(const Writer *w, uint32_t blocks)
{
    if (!put(w, magic, sizeof magic) || !put_number(w, w->ctx->page_size, 4) || !put_number(w, blocks, 4)) {
        return false;
    }
    RAMBlock *b;
    QTAILQ_FOREACH(b, &w->ctx->blocks, link)
    {
        if (saved(w, b) && !save_block(w, b)) {
            return false;
        }
    }
    return put(w, the_end, sizeof the_end);
}

bool zif_memory_save(ZifMemoryContext *ctx, unsigned options, ZifMemoryWrite fn, void *opaque, Error **errp)
{
    Writer w = { ctx, fn, opaque, options };
    RAMBlock *b;
    uint32_t blocks = 0;
    if ((options & ZIF_MEMORY_SAVE_DIRTY) && !ctx->global_log) {
        error_setg(errp, "a snapshot of what changed needs dirty logging to be on since the last one");
        return false;
    }
    zif_memory_flush_coalesced(ctx);
    zif__sync_logs(ctx, NULL);
    if (!zif__sync_files(ctx, options & ZIF_MEMORY_SAVE_BY_FILE ? RAM_SHARED : RAM_PMEM, errp)) {
        return false;
    }
    QTAILQ_FOREACH(b, &ctx->blocks, link)
    {
        blocks += saved(&w, b);
    }
    if (!save_all(&w, blocks)) {
        error_setg(errp, "the memory snapshot could not be written");
        return false;
    }
    QTAILQ_FOREACH(b, &ctx->blocks, link) /* only now: a snapshot that failed can be taken again */
    {
        if (saved(&w, b)) {
            zif__clear_pages(b, ctx->page_bits, 0, b->used_length, DIRTY_MEMORY_MIGRATION);
        }
    }
    return true;
}

/* ---- loading ---- */

typedef struct Reader {
    ZifMemoryContext *ctx;
    ZifMemoryRead fn;
    void *opaque;
    Error **errp;
} Reader;

static bool get(const Reader *r, void *data, size_t len)
{
    if (!r->fn(r->opaque, data, len)) {
        error_setg(r->errp, "the memory snapshot ends too early");
        return false;
    }
    return true;
}

static bool get_number(const Reader *r, uint64_t *value, unsigned size)
{
    uint8_t bytes[8];
    if (!get(r, bytes, size)) {
        return false;
    }
    *value = zif__load(bytes, size);
    return true;
}

/* Marks what was loaded for everybody but the snapshots, for which it is not news. */
static void loaded(const Reader *r, RAMBlock *b, uint64_t addr, uint64_t len)
{
    zif__mark_pages(b, r->ctx->page_bits, addr, len, UINT8_MAX & ~(1u << DIRTY_MEMORY_MIGRATION));
    zif__clear_pages(b, r->ctx->page_bits, addr, len, DIRTY_MEMORY_MIGRATION);
}

/* Zeroes pages [from, to): those a whole block does not mention. */
static void blank_pages(const Reader *r, RAMBlock *b, uint64_t from, uint64_t to)
{
    for (; from < to; from++) {
        uint8_t *page = b->host + (from << r->ctx->page_bits);
        size_t len = page_bytes(r->ctx, b, from);
        if (!all_zero(page, len)) { /* leave untouched host pages untouched */
            memset(page, 0, len);
            loaded(r, b, from << r->ctx->page_bits, len);
        }
    }
}

static bool load_pages(const Reader *r, RAMBlock *b, uint64_t count, bool whole)
{
    uint64_t pages = page_count(r->ctx, b), next = 0, n;
    for (; count; count--) {
        if (!get_number(r, &n, 4)) {
            return false;
        }
        if (n < next || n >= pages) {
            error_setg(r->errp, "the memory snapshot has page %llu of region \"%s\" in the wrong place",
                       (unsigned long long)n, b->idstr);
            return false;
        }
        if (whole) {
            blank_pages(r, b, next, n);
        }
        size_t len = page_bytes(r->ctx, b, n);
        if (!get(r, b->host + (n << r->ctx->page_bits), len)) {
            return false;
        }
        loaded(r, b, n << r->ctx->page_bits, len);
        next = n + 1;
    }
    if (whole) {
        blank_pages(r, b, next, pages);
    }
    return true;
}

static bool resize(const Reader *r, RAMBlock *b, uint64_t used)
{
    if (used == b->used_length) {
        return true;
    }
    Error *err = NULL;
    memory_region_ram_resize(b->mr, used, &err);
    if (!err && used != b->used_length) { /* a size no machine has: not whole host pages */
        error_setg(&err, "the memory snapshot has region \"%s\" with 0x%llx bytes", b->idstr, (unsigned long long)used);
    }
    if (err) {
        error_propagate(r->errp, err);
        return false;
    }
    return true;
}

static bool load_block(const Reader *r)
{
    char name[256] = "";
    uint64_t len, used, flags, count;
    if (!get_number(r, &len, 2)) {
        return false;
    }
    if (len >= sizeof name) {
        error_setg(r->errp, "the memory snapshot has a name of %llu bytes", (unsigned long long)len);
        return false;
    }
    if (!get(r, name, len) || !get_number(r, &used, 8) || !get_number(r, &flags, 4) || !get_number(r, &count, 4)) {
        return false;
    }
    RAMBlock *b = zif_ram_block_by_name(r->ctx, name);
    if (!b) {
        error_setg(r->errp, "the memory snapshot has a region \"%.64s\", which this machine does not have", name);
        return false;
    }
    if ((flags & ~(uint64_t)(WHOLE | BY_REFERENCE)) || ((flags & BY_REFERENCE) && (count || (flags & WHOLE)))) {
        error_setg(r->errp, "the memory snapshot says things of region \"%s\" that mean nothing", name);
        return false;
    }
    return resize(r, b, used) && load_pages(r, b, count, flags & WHOLE);
}

bool zif_memory_load(ZifMemoryContext *ctx, ZifMemoryRead fn, void *opaque, Error **errp)
{
    Reader r = { ctx, fn, opaque, errp };
    uint8_t head[sizeof magic], tail[sizeof the_end];
    uint64_t page, blocks;
    zif_memory_flush_coalesced(ctx);
    if (!get(&r, head, sizeof head)) {
        return false;
    }
    if (memcmp(head, magic, sizeof head)) {
        error_setg(errp, "this is no memory snapshot, or not one of this version");
        return false;
    }
    if (!get_number(&r, &page, 4) || !get_number(&r, &blocks, 4)) {
        return false;
    }
    if (page != ctx->page_size) {
        error_setg(errp, "the memory snapshot has pages of %llu bytes, the machine of %u", (unsigned long long)page,
                   ctx->page_size);
        return false;
    }
    for (; blocks; blocks--) {
        if (!load_block(&r)) {
            return false;
        }
    }
    if (!get(&r, tail, sizeof tail)) {
        return false;
    }
    if (memcmp(tail, the_end, sizeof tail)) {
        error_setg(errp, "the memory snapshot goes on where it should end");
        return false;
    }
    return true;
}
