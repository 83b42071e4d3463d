/*
 * A device source as one writes it against the header this API re-creates: nothing of zif but <zif/memory.h>, only names
 * and shapes of that header, every init function and every field of MemoryRegionOps. That it compiles is most of the
 * test; then each region answers one access.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <zif/memory.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define CHECK(condition)                                                                                               \
    do {                                                                                                               \
        if (!(condition)) {                                                                                            \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);                                            \
            exit(1);                                                                                                   \
        }                                                                                                              \
    } while (0)

/* A timer with two banks of registers, a mailbox, flash, and memory of every kind. */
typedef struct GadgetState {
    DeviceState parent_obj;
    MemoryRegion container;
    MemoryRegion regs, strict, reserved;
    MemoryRegion ram_plain, ram_shared, ram_resizeable, ram_file, ram_fd, ram_ptr, ram_device, ram_named;
    MemoryRegion rom_plain, rom_named, flash_plain, flash_named;
    MemoryRegion mirror;
    uint32_t reg[16];
    uint8_t bytes[4096];
    unsigned vetoed, requester;
} GadgetState;

static uint64_t gadget_read(void *opaque, hwaddr addr, unsigned size)
{
    GadgetState *s = opaque;
    return s->reg[addr / 4 % 16];
}

static void gadget_write(void *opaque, hwaddr addr, uint64_t data, unsigned size)
{
    GadgetState *s = opaque;
    s->reg[addr / 4 % 16] = (uint32_t)data;
}

static const MemoryRegionOps gadget_ops = {
    .read = gadget_read,
    .write = gadget_write,
    .endianness = DEVICE_NATIVE_ENDIAN,
    .impl = {
        .min_access_size = 4,
        .max_access_size = 4,
    },
};

static MemTxResult strict_read(void *opaque, hwaddr addr, uint64_t *data, unsigned size, MemTxAttrs attrs)
{
    GadgetState *s = opaque;
    s->requester = attrs.requester_id;
    *data = addr;
    return attrs.user ? MEMTX_ERROR : MEMTX_OK;
}

static MemTxResult strict_write(void *opaque, hwaddr addr, uint64_t data, unsigned size, MemTxAttrs attrs)
{
    GadgetState *s = opaque;
    s->reg[15] = (uint32_t)data;
    return MEMTX_OK;
}

static bool strict_accepts(void *opaque, hwaddr addr, unsigned size, bool is_write, MemTxAttrs attrs)
{
    GadgetState *s = opaque;
    s->vetoed += addr >= 0x80;
    return addr < 0x80;
}

static const MemoryRegionOps strict_ops = {
    .read_with_attrs = strict_read,
    .write_with_attrs = strict_write,
    .endianness = DEVICE_LITTLE_ENDIAN,
    .valid = {
        .min_access_size = 2,
        .max_access_size = 8,
        .unaligned = true,
        .accepts = strict_accepts,
    },
    .impl = {
        .min_access_size = 1,
        .max_access_size = 8,
        .unaligned = true,
    },
};

static void gadget_resized(const char *id, uint64_t length, void *host)
{
    ((uint8_t *)host)[length - 1] = 0x77;
}

#define TYPE_GADGET_IOMMU "gadget-iommu"

typedef struct GadgetIOMMU {
    IOMMUMemoryRegion iommu;
    AddressSpace *downstream;
} GadgetIOMMU;

static IOMMUTLBEntry gadget_translate(IOMMUMemoryRegion *iommu, hwaddr addr, IOMMUAccessFlags flag, int iommu_idx)
{
    GadgetIOMMU *g = (GadgetIOMMU *)iommu;
    return (IOMMUTLBEntry){
        .target_as = g->downstream,
        .iova = addr & ~(hwaddr)0xfff,
        .translated_addr = addr & ~(hwaddr)0xfff,
        .addr_mask = 0xfff,
        .perm = IOMMU_RW,
    };
}

static void gadget_iommu_class_init(ObjectClass *klass, void *data)
{
    IOMMUMemoryRegionClass *imrc = IOMMU_MEMORY_REGION_CLASS(klass);
    imrc->translate = gadget_translate;
}

static const TypeInfo gadget_iommu_info = {
    .parent = TYPE_IOMMU_MEMORY_REGION,
    .name = TYPE_GADGET_IOMMU,
    .instance_size = sizeof(GadgetIOMMU),
    .class_init = gadget_iommu_class_init,
};

static const TypeInfo gadget_info = {
    .name = "gadget",
    .parent = TYPE_DEVICE,
    .instance_size = sizeof(GadgetState),
};

static void place(GadgetState *s, MemoryRegion *mr, unsigned slot)
{
    memory_region_add_subregion_overlap(&s->container, slot * 0x1000, mr, 1);
}

static void gadget_realize(GadgetState *s, const char *path, Error **errp)
{
    Object *o = OBJECT(s);
    memory_region_init(&s->container, o, "gadget", UINT64_MAX);
    memory_region_init_io(&s->regs, o, &gadget_ops, s, "gadget-regs", 0x1000);
    memory_region_init_io(&s->strict, o, &strict_ops, s, "gadget-strict", 0x1000);
    memory_region_init_io(&s->reserved, o, NULL, NULL, "gadget-reserved", 0x1000);
    memory_region_init_ram_nomigrate(&s->ram_plain, o, "plain", 0x1000, errp);
    memory_region_init_ram_shared_nomigrate(&s->ram_shared, o, "shared", 0x1000, true, errp);
    memory_region_init_resizeable_ram(&s->ram_resizeable, o, "resizeable", 0x1000, 0x4000, gadget_resized, errp);
    memory_region_init_ram_from_file(&s->ram_file, o, "file", 0x1000, 0, RAM_SHARED | RAM_PMEM, path, errp);
    memory_region_init_ram_from_fd(&s->ram_fd, o, "fd", 0x1000, true, open(path, O_RDWR), errp);
    memory_region_init_ram_ptr(&s->ram_ptr, o, "ptr", 0x800, s->bytes);
    memory_region_init_ram_device_ptr(&s->ram_device, o, "device", 0x800, s->bytes + 0x800);
    memory_region_init_alias(&s->mirror, o, "mirror", &s->ram_plain, 0, 0x1000);
    memory_region_init_rom_nomigrate(&s->rom_plain, o, "rom", 0x1000, errp);
    memory_region_init_rom_device_nomigrate(&s->flash_plain, o, &gadget_ops, s, "flash", 0x1000, errp);
    memory_region_init_ram(&s->ram_named, o, "ram.named", 0x1000, errp);
    memory_region_init_rom(&s->rom_named, o, "rom.named", 0x1000, errp);
    memory_region_init_rom_device(&s->flash_named, o, &gadget_ops, s, "flash.named", 0x1000, errp);
    MemoryRegion *all[] = { &s->regs,        &s->strict,         &s->reserved,  &s->ram_plain,
                            &s->ram_shared,  &s->ram_resizeable, &s->ram_file,  &s->ram_fd,
                            &s->ram_ptr,     &s->ram_device,     &s->mirror,    &s->rom_plain,
                            &s->flash_plain, &s->ram_named,      &s->rom_named, &s->flash_named };
    for (unsigned i = 0; i < 16; i++) {
        place(s, all[i], i);
    }
}

int main(void)
{
    char path[] = "/tmp/zif-seed-XXXXXX";
    int fd = mkstemp(path);
    CHECK(fd >= 0);
    close(fd);
    type_register_static(&gadget_info);
    type_register_static(&gadget_iommu_info);
    GadgetState *s = (GadgetState *)object_new("gadget");
    Error *err = NULL;
    gadget_realize(s, path, &err);
    CHECK(!err);

    AddressSpace as, dma;
    address_space_init(&as, &s->container, "gadget");
    GadgetIOMMU *g = calloc(1, sizeof *g);
    memory_region_init_iommu(g, sizeof *g, TYPE_GADGET_IOMMU, NULL, "gadget-iommu", UINT64_MAX);
    g->downstream = &as;
    address_space_init(&dma, MEMORY_REGION(g), "dma");

    MemTxResult result;
    address_space_stl_le(&as, 0x0, 0x11223344, MEMTXATTRS_UNSPECIFIED, &result);
    CHECK(result == MEMTX_OK && s->reg[0] == 0x11223344);
    CHECK(address_space_ldub(&as, 0x1, MEMTXATTRS_UNSPECIFIED, &result) == 0x33); /* widened by impl */
    MemTxAttrs attrs = { .requester_id = 9 };
    CHECK(address_space_lduw_le(&as, 0x1011, attrs, &result) == 0x11 && result == MEMTX_OK && s->requester == 9);
    attrs.user = 1;
    address_space_lduw_le(&as, 0x1010, attrs, &result);
    CHECK(result == MEMTX_ERROR);
    address_space_ldub(&as, 0x1010, attrs, &result);
    CHECK(result == MEMTX_DECODE_ERROR);
    address_space_stq_le(&as, 0x1080, 1, attrs, &result);
    CHECK(result == MEMTX_DECODE_ERROR && s->vetoed == 1);
    address_space_stq_le(&as, 0x1008, 0x99, attrs, &result);
    CHECK(result == MEMTX_OK && s->reg[15] == 0x99);
    address_space_ldl_le(&as, 0x2000, attrs, &result);
    CHECK(result == MEMTX_DECODE_ERROR);
    for (unsigned slot = 3; slot < 16; slot++) {
        bool writable = slot != 11 && slot != 14;
        address_space_stw_le(&as, slot * 0x1000 + 0x20, 0x4000 + slot, attrs, &result);
        CHECK(result == (writable ? MEMTX_OK : MEMTX_DECODE_ERROR));
        bool flash = slot == 12 || slot == 15;
        uint32_t want = writable && !flash ? 0x4000 + slot : 0;
        CHECK(address_space_lduw_le(&dma, slot * 0x1000 + 0x20, attrs, &result) == want);
        CHECK(result == MEMTX_OK);
    }
    CHECK(address_space_lduw_le(&as, 0x3020, attrs, NULL) == 0x400a); /* the mirror came later */
    CHECK(address_space_lduw_le(&as, 0x6020, attrs, NULL) == 0x4007); /* the same file */
    CHECK(s->bytes[0x20] == 8 && s->bytes[0x820] == 9);
    memory_region_ram_resize(&s->ram_resizeable, 0x2000, &err);
    CHECK(!err && memory_region_size(&s->ram_resizeable) == 0x2000);

    address_space_destroy(&dma);
    address_space_destroy(&as);
    object_unref(OBJECT(g));
    free(g);
    while (QTAILQ_FIRST(&s->container.subregions)) {
        memory_region_del_subregion(&s->container, QTAILQ_FIRST(&s->container.subregions));
    }
    object_unref(OBJECT(s)); /* the device goes, and all its regions with it */
    zif_memory_context_free(zif_memory_context_current());
    unlink(path);
    return 0;
}
