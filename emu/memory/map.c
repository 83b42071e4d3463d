/*
 * Maps: host pointers to guest memory, bounce buffers for what is none (CONTRACT 5.10; D19, D20).
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "internal.h"

void zif_address_space_set_bounce_limit(AddressSpace *as, unsigned buffers)
{
    as->z.bounce_limit = buffers;
}

/*
 * How far memory goes on from p, at most len bytes: over every range that continues it, also behind other IOMMU
 * pages.
 */
static hwaddr extent(FlatView *fv, hwaddr addr, const ZifPlace *p, hwaddr len, bool is_write, MemTxAttrs attrs,
                     uint32_t *hint)
{
    hwaddr have = p->room < len - 1 ? p->room + 1 : len;
    while (have < len) {
        ZifPlace next = zif__translate(fv, addr + have, is_write, attrs, hint);
        if (next.mr != p->mr || next.xlat != p->xlat + have || !zif__direct(&next, is_write)) {
            break;
        }
        have = next.room < len - have - 1 ? have + next.room + 1 : len;
    }
    return have;
}

static void *bounce(AddressSpace *as, hwaddr addr, hwaddr *plen, bool is_write, MemTxAttrs attrs, MemoryRegion *mr)
{
    ZifMemoryContext *ctx = as->z.ctx;
    hwaddr len = *plen < ctx->page_size ? *plen : ctx->page_size;
    ZifBounce *b = as->z.bounce_used < as->z.bounce_limit ? zif__alloc(sizeof *b + len) : NULL;
    if (!b) {
        *plen = 0;
        return NULL;
    }
    *b = (ZifBounce){ .as = as, .addr = addr, .len = len, .attrs = attrs, .mr = mr };
    as->z.bounce_used++;
    zif__hold(mr, ZIF_HOLD_MAP, NULL);
    QLIST_INSERT_HEAD(&ctx->bounces, b, link);
    if (!is_write) {
        zif__view_rw(as->current_map, addr, attrs, b->data, len, false, &as->z.hint);
    }
    *plen = len;
    return b->data;
}

void *address_space_map(AddressSpace *as, hwaddr addr, hwaddr *plen, bool is_write, MemTxAttrs attrs)
{
    if (!*plen) {
        return NULL;
    }
    FlatView *fv = as->current_map;
    zif_flatview_ref(fv); /* translators are called */
    ZifPlace p = zif__translate(fv, addr, is_write, attrs, &as->z.hint);
    void *host;
    if (zif__direct(&p, is_write)) {
        *plen = extent(fv, addr, &p, *plen, is_write, attrs, &as->z.hint);
        host = p.mr->z.host + p.xlat;
        zif__hold(p.mr, ZIF_HOLD_MAP, NULL);
    } else {
        host = bounce(as, addr, plen, is_write, attrs, p.mr);
    }
    zif_flatview_unref(fv);
    return host;
}

static ZifBounce *bounce_of(ZifMemoryContext *ctx, const void *buffer)
{
    ZifBounce *b;
    QLIST_FOREACH(b, &ctx->bounces, link)
    {
        if (b->data == buffer) {
            return b;
        }
    }
    return NULL;
}

static void call_clients(AddressSpace *as)
{
    ZifMemoryContext *ctx = as->z.ctx;
    ZifMapClient *c = QLIST_FIRST(&ctx->map_clients);
    while (c && as->z.bounce_used < as->z.bounce_limit) {
        if (c->as && c->as != as) {
            c = QLIST_NEXT(c, link);
            continue;
        }
        zif_map_client_unregister(c);
        c->fn(c->opaque);
        c = QLIST_FIRST(&ctx->map_clients); /* the call may have changed the list */
    }
}

void address_space_unmap(AddressSpace *as, void *buffer, hwaddr len, int is_write, hwaddr access_len)
{
    ZifMemoryContext *ctx = as->z.ctx;
    ZifBounce *b = bounce_of(ctx, buffer);
    if (b) {
        if (is_write && access_len) {
            hwaddr n = access_len < b->len ? access_len : b->len;
            address_space_write(as, b->addr, b->attrs, b->data, (int)n);
        }
        QLIST_REMOVE(b, link);
        b->as->z.bounce_used--;
        zif__release(b->mr, ZIF_HOLD_MAP, NULL);
        zif__free(b);
        call_clients(as);
        return;
    }
    RAMBlock *block = zif__block_of_host(ctx, buffer);
    if (!block || !block->mr->z.holds[ZIF_HOLD_MAP]) {
        zif_bug("address_space_unmap of %p, which address space \"%s\" did not map", buffer, as->name);
    }
    if (is_write && access_len) {
        hwaddr offset = (hwaddr)((uint8_t *)buffer - block->host), left = block->max_length - offset;
        zif__written(block->mr, offset, access_len < left ? access_len : left);
    }
    zif__release(block->mr, ZIF_HOLD_MAP, NULL);
}

void zif_map_client_register(AddressSpace *as, ZifMapClient *client)
{
    ZifMemoryContext *ctx = as ? as->z.ctx : zif_memory_context_current();
    if (client->registered) {
        zif_bug("a map client is registered twice");
    }
    client->registered = true;
    client->as = as;
    QLIST_INSERT_HEAD(&ctx->map_clients, client, link);
    AddressSpace *free_one = as ? as : QTAILQ_FIRST(&ctx->spaces);
    while (free_one && free_one->z.bounce_used >= free_one->z.bounce_limit) {
        free_one = as ? NULL : QTAILQ_NEXT(free_one, address_spaces_link);
    }
    if (free_one) {
        zif_map_client_unregister(client);
        client->fn(client->opaque);
    }
}

void zif_map_client_unregister(ZifMapClient *client)
{
    if (client->registered) {
        QLIST_REMOVE(client, link);
        client->registered = false;
    }
}
