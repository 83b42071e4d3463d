/*
 * Allocation failure at every single allocation of a script that uses the whole API: each failure must give an Error
 * (or the documented way out), never a crash, and leave a state that tears down without a leak.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zif/memory.h>

enum { LEFT_ALONE = -1 };

static bool save_bytes(void *opaque, const void *data, size_t len)
{
    FILE *f = opaque;
    return fwrite(data, 1, len, f) == len;
}

static bool load_bytes(void *opaque, void *data, size_t len)
{
    FILE *f = opaque;
    return fread(data, 1, len, f) == len;
}

static uint64_t dev_read(void *opaque, hwaddr addr, unsigned size)
{
    return 0x11;
}

static void dev_write(void *opaque, hwaddr addr, uint64_t data, unsigned size) {}

static const MemoryRegionOps dev_ops = { .read = dev_read, .write = dev_write };

static void hear(MemoryListener *l, MemoryRegionSection *s) {}

static int print_nothing(FILE *f, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static int print_nothing(FILE *f, const char *fmt, ...)
{
    return 0;
}

static void swallow(Error *err)
{
    if (err && !*error_get_pretty(err)) {
        fputs("an error without a sentence\n", stderr);
        exit(1);
    }
    error_free(err);
}

static void take(ZifMemoryContext *ctx)
{
    swallow(zif_memory_take_error(ctx));
}

static long allocations; /* of the part of the script in which one may fail */

/* Everything once, carrying on after each failure as a program that looks at its errors would. */
static void script(void)
{
    Error *err = NULL;
    ZifMemoryContext *ctx = zif_memory_context_new(&err);
    if (!ctx) {
        if (!err) {
            fputs("no context and no error\n", stderr);
            exit(1);
        }
        swallow(err);
        return;
    }
    zif_memory_context_use(ctx);
    zif_memory_set_running(ctx, true);
    MemoryRegion root, ram, rom, dev, flash, alias, grow, named;
    AddressSpace as, second;
    memory_region_init(&root, NULL, "root", UINT64_MAX);
    memory_region_init_ram_nomigrate(&ram, NULL, "ram", 0x10000, &err);
    swallow(err);
    err = NULL;
    memory_region_init_rom_nomigrate(&rom, NULL, "rom", 0x1000, &err);
    swallow(err);
    err = NULL;
    memory_region_init_rom_device_nomigrate(&flash, NULL, &dev_ops, NULL, "flash", 0x1000, &err);
    swallow(err);
    err = NULL;
    memory_region_init_resizeable_ram(&grow, NULL, "grow", 0x1000, 0x4000, NULL, &err);
    swallow(err);
    err = NULL;
    memory_region_init_ram(&named, NULL, "named", 0x4000, &err);
    swallow(err);
    err = NULL;
    memory_region_init_io(&dev, NULL, &dev_ops, NULL, "dev", 0x1000);
    memory_region_init_alias(&alias, NULL, "alias", &ram, 0x1000, 0x1000);
    take(ctx);
    memory_region_add_subregion(&root, 0, &ram);
    take(ctx);
    address_space_init(&as, &root, "as");
    take(ctx);
    MemoryListener listener = { .region_add = hear, .region_del = hear, .region_nop = hear };
    memory_listener_register(&listener, &as);
    take(ctx);
    memory_region_transaction_begin();
    memory_region_add_subregion(&root, 0x20000, &rom);
    memory_region_add_subregion(&root, 0x30000, &dev);
    memory_region_add_subregion_overlap(&root, 0x4000, &flash, 1);
    memory_region_add_subregion(&root, 0x50000, &alias);
    memory_region_add_subregion(&root, 0x60000, &grow);
    memory_region_add_subregion(&root, 0x70000, &named);
    memory_region_transaction_commit();
    take(ctx);
    address_space_init(&second, &root, "second");
    take(ctx);
    uint8_t buf[16] = { 0 };
    address_space_write(&as, 0x3ffc, MEMTXATTRS_UNSPECIFIED, buf, 16);
    address_space_read_full(&as, 0x30000, MEMTXATTRS_UNSPECIFIED, buf, 16);
    memory_region_rom_device_set_romd(&flash, false);
    memory_region_set_readonly(&alias, true);
    take(ctx);
    if (ram.ram_block) {
        memory_region_set_log(&ram, true, DIRTY_MEMORY_VGA);
        free(memory_region_snapshot_and_clear_dirty(&ram, 0, 0x1000, DIRTY_MEMORY_VGA));
        memory_region_set_log(&ram, false, DIRTY_MEMORY_VGA);
    }
    if (grow.ram_block) {
        memory_region_ram_resize(&grow, 0x2000, &err);
    }
    swallow(err);
    err = NULL;
    EventNotifier e;
    if (event_notifier_init(&e, 0) == 0) {
        memory_region_add_eventfd(&dev, 0, 4, false, 0, &e);
        bool added = dev.ioeventfd_nb == 1;
        take(ctx);
        if (added) {
            memory_region_del_eventfd(&dev, 0, 4, false, 0, &e);
        }
        event_notifier_cleanup(&e);
    }
    memory_region_set_coalescing(&dev);
    take(ctx);
    address_space_write(&as, 0x30000, MEMTXATTRS_UNSPECIFIED, buf, 4);
    memory_region_clear_coalescing(&dev);
    hwaddr len = 0x20;
    void *p = address_space_map(&as, 0x30000, &len, false, MEMTXATTRS_UNSPECIFIED);
    if (p) {
        address_space_unmap(&as, p, len, false, 0);
    }
    MemoryRegionCache cache = MEMORY_REGION_CACHE_INVALID;
    if (address_space_cache_init(&cache, &as, 0x30000, 0x10, false) > 0) {
        address_space_cache_destroy(&cache);
    }
    MemoryRegionSection found = memory_region_find(&root, 0, 0x100);
    memory_region_unref(found.mr);
    mtree_info(print_nothing, NULL, false, false, true);
    mtree_info(print_nothing, NULL, true, true, false);
    free(zif_mtree_json(false, true, &err));
    swallow(err);
    err = NULL;
    FILE *f = tmpfile();
    zif_memory_save(ctx, 0, save_bytes, f, &err);
    swallow(err);
    err = NULL;
    rewind(f);
    zif_memory_load(ctx, load_bytes, f, &err);
    swallow(err);
    fclose(f);
    memory_region_set_enabled(&dev, false);
    take(ctx);

    allocations = zif_memory_allocations();
    zif_memory_fail_after(LEFT_ALONE); /* from here on nothing fails: what was put off is caught up with */
    memory_region_set_enabled(&dev, true);
    take(ctx);
    MemTxResult r = address_space_write(&as, 0x30000, MEMTXATTRS_UNSPECIFIED, buf, 4);
    if (r != MEMTX_OK) {
        fprintf(stderr, "the map was not caught up with: %u\n", r);
        exit(1);
    }
    memory_listener_unregister(&listener);
    address_space_destroy(&second);
    address_space_destroy(&as);
    MemoryRegion *all[] = { &alias, &ram, &rom, &dev, &flash, &grow, &named };
    for (unsigned i = 0; i < sizeof all / sizeof all[0]; i++) {
        if (all[i]->container) {
            memory_region_del_subregion(&root, all[i]);
        }
        zif_memory_region_finalize(all[i]);
    }
    zif_memory_region_finalize(&root);
    zif_memory_context_use(NULL);
    zif_memory_context_free(ctx);
}

int main(void)
{
    zif_memory_fail_after(LEFT_ALONE);
    script();
    long total = allocations;
    printf("%ld allocations\n", total);
    if (total < 20) {
        fputs("the script allocates suspiciously little\n", stderr);
        return 1;
    }
    for (long n = 0; n < total; n++) {
        zif_memory_fail_after(n);
        script();
        zif_memory_fail_after(LEFT_ALONE);
    }
    return 0;
}
