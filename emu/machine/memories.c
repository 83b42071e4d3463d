/*
 * RAM, ROM, aliases and backdrops of the tree. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include "internal.h"

static const uint64_t MAX_MEMORY = 512u << 20, MAX_TOTAL = 1u << 30;

static uint64_t seed_of(const ZifMachine *m, const char *name)
{
    return zif__fill_seed(m->config.seed, name) + m->power_cycles;
}

void zif__memories_fill(ZifMachine *m)
{
    for (ZifMemory *mem = m->memories; mem; mem = mem->next) {
        if (mem->kind != ZIF_MEM_RAM) {
            continue;
        }
        if (m->config.ram_fill == ZIF_RAM_RANDOM) {
            zif__fill_random(mem->host, mem->size, seed_of(m, mem->name));
        } else {
            memset(mem->host, m->config.ram_fill == ZIF_RAM_BYTE ? m->config.ram_byte : 0, mem->size);
        }
        memory_region_set_dirty(&mem->mr, 0, mem->size);
    }
}

static bool make_host(ZifMachine *m, ZifMemory *mem, Error **errp)
{
    mem->host = mmap(NULL, mem->size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (mem->host == MAP_FAILED) {
        mem->host = NULL;
        error_setg(errp, "no host memory for the %llu bytes of %s", (unsigned long long)mem->size, mem->name);
        return false;
    }
    if (mem->kind == ZIF_MEM_ROM) {
        memset(mem->host, 0xff, mem->size);
    } else if (m->config.ram_fill == ZIF_RAM_BYTE) {
        memset(mem->host, m->config.ram_byte, mem->size);
    } else if (m->config.ram_fill == ZIF_RAM_RANDOM) {
        if (mem->size <= ZIF_PATTERN || !zif__tile_map(&m->tile, m->config.seed, mem->host, mem->size)) {
            zif__fill_random(mem->host, mem->size, seed_of(m, mem->name));
        }
    }
    return true;
}

bool zif__range_ok(const char *path, uint64_t base, uint64_t size, Error **errp)
{
    if (!size || base > UINT32_MAX || size > (1ull << 32) - base) {
        error_setg(errp, "%s: reg 0x%llx, 0x%llx bytes, is empty or outside the 32-bit address space", path,
                   (unsigned long long)base, (unsigned long long)size);
        return false;
    }
    return true;
}

bool zif__memory_allowed(ZifMachine *m, const char *path, uint64_t size, Error **errp)
{
    m->memory_bytes += size;
    if (size > MAX_MEMORY || m->memory_bytes > MAX_TOTAL) {
        error_setg(errp, "%s: 0x%llx bytes are more memory than a machine may have", path, (unsigned long long)size);
        return false;
    }
    return true;
}

/* --- The backdrop: what answers where nothing is ---------------------------------------------------------------------- */

static void report_nothing(ZifMemory *mem, hwaddr addr, unsigned size, bool is_write)
{
    ZifKit *kit = &mem->m->kit;
    char text[128];
    snprintf(text, sizeof text, "%s of %u bytes at 0x%08llx, where there is nothing", is_write ? "write" : "read", size,
             (unsigned long long)mem->base + addr);
    zif__report(kit, NULL, mem->name, ZIF_REPORT_UNMODELLED_DEVICE, -1, kit->hooks.pc(kit->hooks.opaque), text);
}

static uint64_t backdrop_read(void *opaque, hwaddr addr, unsigned size)
{
    report_nothing(opaque, addr, size, false);
    return 0;
}

static void backdrop_write(void *opaque, hwaddr addr, uint64_t data, unsigned size)
{
    report_nothing(opaque, addr, size, true);
}

static const MemoryRegionOps backdrop_ops = {
    .read = backdrop_read,
    .write = backdrop_write,
    .endianness = DEVICE_LITTLE_ENDIAN,
    .valid = { .min_access_size = 1, .max_access_size = 4 },
};

/* --- Nodes ------------------------------------------------------------------------------------------------------------ */

static const struct {
    const char *compatible;
    ZifMemKind kind;
} kinds[] = {
    { "mmio-sram", ZIF_MEM_RAM },          { "soc-nv-flash", ZIF_MEM_ROM },      { "zif,rom", ZIF_MEM_ROM },
    { "zif,memory-alias", ZIF_MEM_ALIAS }, { "zif,backdrop", ZIF_MEM_BACKDROP },
};

static ZifMemory *memory_new(ZifMachine *m, int node, ZifMemKind kind, uint64_t base, uint64_t size)
{
    ZifMemory *mem = calloc(1, sizeof *mem), **end = &m->memories;
    const ZifTreeNode *n = zif__tree_node(m->tree, node);
    *mem = (ZifMemory){ .kind = kind, .node = node, .base = base, .size = size, .m = m };
    mem->name = strdup(n->label ? n->label : strrchr(n->path, '/') + 1);
    mem->priority = (int)zif__tree_u32(m->fdt, node, "zif,priority", kind == ZIF_MEM_BACKDROP ? (uint32_t)-1000 : 0);
    while (*end) {
        end = &(*end)->next;
    }
    *end = mem;
    return mem;
}

bool zif__memory_node(ZifMachine *m, int node, bool *taken, Error **errp)
{
    uint64_t base, size;
    unsigned kind = 0;
    while (kind < sizeof kinds / sizeof *kinds && !zif__tree_compatible(m->fdt, node, kinds[kind].compatible)) {
        kind++;
    }
    *taken = kind < sizeof kinds / sizeof *kinds;
    if (!*taken) {
        return true;
    }
    const char *path = zif__tree_node(m->tree, node)->path;
    if (!zif__node_reg(m->fdt, node, zif__tree_node(m->tree, node)->parent, 0, &base, &size)) {
        error_setg(errp, "%s: a memory needs a reg", path);
        return false;
    }
    if (!zif__range_ok(path, base, size, errp)) {
        return false;
    }
    if (kinds[kind].kind == ZIF_MEM_RAM || kinds[kind].kind == ZIF_MEM_ROM) {
        if (!zif__memory_allowed(m, path, size, errp)) {
            return false;
        }
    }
    ZifMemory *mem = memory_new(m, node, kinds[kind].kind, base, size);
    switch (mem->kind) {
    case ZIF_MEM_ALIAS:
        return true; /* made when its target exists */
    case ZIF_MEM_BACKDROP:
        memory_region_init_io(&mem->mr, NULL, &backdrop_ops, mem, mem->name, size);
        break;
    case ZIF_MEM_RAM:
    case ZIF_MEM_ROM:
        if (!make_host(m, mem, errp)) {
            return false;
        }
        memory_region_init_ram_ptr(&mem->mr, NULL, mem->name, size, mem->host);
        if (mem->kind == ZIF_MEM_ROM) {
            memory_region_set_readonly(&mem->mr, true);
        }
        break;
    }
    memory_region_add_subregion_overlap(&m->system, base, &mem->mr, mem->priority);
    return true;
}

static bool make_alias(ZifMachine *m, ZifMemory *mem, Error **errp)
{
    const char *path = zif__tree_node(m->tree, mem->node)->path;
    uint64_t base, size;
    int target = zif__tree_phandle(m->tree, zif__tree_u32(m->fdt, mem->node, "zif,target", 0));
    uint32_t offset = zif__tree_u32(m->fdt, mem->node, "zif,offset", 0);
    if (target < 0 || !zif__node_reg(m->fdt, target, zif__tree_node(m->tree, target)->parent, 0, &base, &size)) {
        error_setg(errp, "%s: zif,target names no node with a reg", path);
        return false;
    }
    MemoryRegionSection s = memory_region_find(&m->system, base + offset, mem->size);
    if (!s.mr || s.offset_within_address_space != base + offset || int128_lt(s.size, int128_make64(mem->size))) {
        if (s.mr) {
            memory_region_unref(s.mr);
        }
        error_setg(errp, "%s: there are no 0x%llx bytes of one memory at 0x%llx to be seen through it", path,
                   (unsigned long long)mem->size, (unsigned long long)base + offset);
        return false;
    }
    memory_region_init_alias(&mem->mr, NULL, mem->name, s.mr, s.offset_within_region, mem->size);
    memory_region_unref(s.mr);
    memory_region_add_subregion_overlap(&m->system, mem->base, &mem->mr, mem->priority);
    return true;
}

bool zif__memory_aliases(ZifMachine *m, Error **errp)
{
    for (ZifMemory *mem = m->memories; mem; mem = mem->next) {
        if (mem->kind == ZIF_MEM_ALIAS && !make_alias(m, mem, errp)) {
            return false;
        }
    }
    return true;
}

/* Unmaps and ends the regions of aliases, or those of all else. */
static void drop(ZifMachine *m, bool aliases)
{
    for (ZifMemory *mem = m->memories; mem; mem = mem->next) {
        if ((mem->kind == ZIF_MEM_ALIAS) == aliases && mem->mr.container) {
            memory_region_del_subregion(&m->system, &mem->mr);
            zif_memory_region_finalize(&mem->mr);
        }
    }
}

void zif__memory_aliases_drop(ZifMachine *m)
{
    drop(m, true);
}

void zif__memories_free(ZifMachine *m)
{
    drop(m, false);
    while (m->memories) {
        ZifMemory *mem = m->memories;
        m->memories = mem->next;
        if (mem->host) {
            munmap(mem->host, mem->size);
        }
        free(mem->name);
        free(mem);
    }
}
