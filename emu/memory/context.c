/*
 * Contexts: one machine's memory each. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <pthread.h>
#include <stdarg.h>
#include <stdlib.h>
#include "internal.h"

static __thread ZifMemoryContext *current;
static __thread ZifMemoryContext *implicit; /* made because the thread never chose one */

static void forget_implicit(void *unused)
{
    /* The thread ends. What it left in its context it leaves to the process. */
    if (implicit && QLIST_EMPTY(&implicit->regions) && QTAILQ_EMPTY(&implicit->spaces)) {
        zif_memory_context_free(implicit);
    }
}

static pthread_key_t at_thread_end;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void make_key(void)
{
    pthread_key_create(&at_thread_end, forget_implicit);
}

ZifMemoryContext *zif_memory_context_new(Error **errp)
{
    ZifMemoryContext *ctx = zif__alloc(sizeof *ctx);
    if (!ctx) {
        error_setg(errp, "out of memory for a machine's memory");
        return NULL;
    }
    ctx->page_size = 1024;
    ctx->page_bits = 10;
    ctx->gate.ownerless = 1;
    QTAILQ_INIT(&ctx->spaces);
    QTAILQ_INIT(&ctx->listeners);
    QTAILQ_INIT(&ctx->blocks);
    ctx->put_off_tail = &ctx->put_off;
    ctx->blank.ctx = ctx;
    ctx->blank.view = zif__view_new(ctx, NULL, 0);
    if (!ctx->blank.view) {
        zif__free(ctx);
        error_setg(errp, "out of memory for a machine's memory");
        return NULL;
    }
    zif__region_setup_unassigned(&ctx->unassigned, ctx);
    return ctx;
}

void zif_memory_context_free(ZifMemoryContext *ctx)
{
    if (!ctx) {
        return;
    }
    zif_memory_flush_coalesced(ctx);
    if (ctx->system) {
        zif_memory_region_finalize(ctx->system);
        zif__free(ctx->system);
    }
    if (!QTAILQ_EMPTY(&ctx->spaces)) {
        zif_bug("a machine's memory is freed while address space \"%s\" is left", QTAILQ_FIRST(&ctx->spaces)->name);
    }
    if (!QTAILQ_EMPTY(&ctx->listeners)) {
        zif_bug("a machine's memory is freed while a listener is left");
    }
    if (!QLIST_EMPTY(&ctx->regions)) {
        zif_bug("a machine's memory is freed while region \"%s\" is left",
                memory_region_name(QLIST_FIRST(&ctx->regions)));
    }
    zif__empty_trash(ctx);
    zif_flatview_unref(ctx->blank.view);
    zif__free(ctx->by_host);
    error_free(ctx->error);
    current = current == ctx ? NULL : current;
    implicit = implicit == ctx ? NULL : implicit;
    zif__free(ctx);
}

ZifMemoryContext *zif_memory_context_use(ZifMemoryContext *ctx)
{
    ZifMemoryContext *before = current;
    current = ctx;
    return before;
}

ZifMemoryContext *zif_memory_context_current(void)
{
    if (unlikely(!current)) {
        if (!implicit) {
            implicit = zif_memory_context_new(&error_abort);
            pthread_once(&once, make_key);
            pthread_setspecific(at_thread_end, implicit);
        }
        current = implicit;
    }
    return current;
}

bool zif_memory_context_set_page_size(ZifMemoryContext *ctx, uint32_t bytes, Error **errp)
{
    if (bytes < 64 || bytes > 65536 || (bytes & (bytes - 1))) {
        error_setg(errp, "a page of %u bytes is not a power of two from 64 to 65536", bytes);
        return false;
    }
    if (!QTAILQ_EMPTY(&ctx->blocks)) {
        error_setg(errp, "the page size must be chosen before the first memory is made");
        return false;
    }
    ctx->page_size = bytes;
    ctx->page_bits = (unsigned)__builtin_ctz(bytes);
    return true;
}

uint32_t zif_memory_context_page_size(const ZifMemoryContext *ctx)
{
    return ctx->page_size;
}

uint32_t zif_target_page_size(void)
{
    return zif_memory_context_current()->page_size;
}

void zif__note_error(ZifMemoryContext *ctx, const char *fmt, ...)
{
    if (ctx->error) {
        return; /* the first one is the cause */
    }
    char text[256];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    error_setg(&ctx->error, "%s", text);
}

Error *zif_memory_take_error(ZifMemoryContext *ctx)
{
    Error *err = ctx->error;
    ctx->error = NULL;
    return err;
}

ZifMemoryStats zif_memory_stats(const ZifMemoryContext *ctx)
{
    ZifMemoryStats s = ctx->stats;
    s.bytes = zif__alloc_bytes();
    return s;
}

void zif_memory_set_trace(ZifMemoryContext *ctx, void (*fn)(void *opaque, const ZifMemoryTrace *trace), void *opaque)
{
    ctx->trace = fn;
    ctx->trace_opaque = opaque;
    ctx->gate.attention = fn ? ctx->gate.attention | ZIF_ATT_TRACE : ctx->gate.attention & ~ZIF_ATT_TRACE;
}

MemoryRegion *get_system_memory(void)
{
    ZifMemoryContext *ctx = zif_memory_context_current();
    if (!ctx->system) {
        ctx->system = zif__alloc(sizeof *ctx->system);
        if (!ctx->system) {
            zif_bug("out of memory for the root of a machine's memory");
        }
        memory_region_init(ctx->system, NULL, "system", UINT64_MAX);
    }
    return ctx->system;
}
