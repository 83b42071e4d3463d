/*
 * Parallel NOR flash on a memory bus: the devicetree node `cfi-flash`.
 *
 * Reference: JEDEC JESD68.01 (query structure); Linux binding mtd/cfi-flash ("bank-width", "device-width"). The command sets are
 * in cfi_amd.c and cfi_intel.c, with their documents.
 * Models: one to four identical x8, x16 or x32 chips side by side, each with its own command state; array reads go straight to
 * memory (a ROM device), in any other mode every read asks the chips, stores always do.
 * Properties: bank-width, device-width (bytes; default: bank-width), zif,byte-mode (x16 parts strapped to x8), zif,command-set
 * (1, 2 or 3), zif,erase-regions = <blocks size ...> (per chip), zif,manufacturer, zif,device-id (1 to 3 cells), zif,buffer-size,
 * zif,word-us, zif,buffer-us, zif,erase-ms, zif,window-us, zif,suspend-us.
 * zif,as-pflash-cfi02: for tests written against QEMU's cfi.pflash02 and the command set 2. DQ2 toggles in every sector while one is
 * erased (silicon: in the chosen ones), the single cycle 0x00 leaves unlock bypass (silicon: 0x90, then 0x00), programming a 1
 * over a 0 ends like any other (some parts do that; others set DQ5).
 * Departs: a store narrower than the bus strobes the chips of its byte lanes only, and reads as ones on the other lanes of a chip.
 * Missing: page and burst read timing, accelerated programming by VPP.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <string.h>
#include "cfi.h"

static uint32_t lane_mask(unsigned bytes)
{
    return bytes >= 4 ? UINT32_MAX : (1u << 8 * bytes) - 1;
}

uint32_t cfi_array(const CfiBank *b, unsigned chip, uint32_t word)
{
    const uint8_t *cells = zif_flash_cells(b->flash) + (uint64_t)word * b->bank_width + (uint64_t)chip * b->chip_width;
    uint32_t value = 0;
    for (unsigned i = b->chip_width; i-- > 0;) {
        value = value << 8 | cells[i];
    }
    return value;
}

uint32_t cfi_table_word(const CfiBank *b, uint32_t word)
{
    return b->byte_mode ? word >> 1 : word;
}

uint32_t cfi_query_word(const CfiBank *b, uint32_t word)
{
    uint32_t n = cfi_table_word(b, word) & 0xFF;
    return n < CFI_QUERY ? b->query[n] : 0;
}

/* A step on `len` bytes of one chip, from its byte `offset` (a whole word); cut short when it is not to be whole. */
static bool step(CfiBank *b, unsigned chip, bool whole, ZifFlashKind kind, uint32_t offset, uint32_t len,
                 const uint8_t *data)
{
    const ZifFlashStep s = { .kind = kind,
                             .offset =
                                 (uint64_t)(offset / b->chip_width) * b->bank_width + (uint64_t)chip * b->chip_width,
                             .len = len,
                             .lane = b->chip_width,
                             .stride = b->bank_width,
                             .data = data };
    if (whole) {
        return zif_flash_do(b->flash, &s);
    }
    zif_flash_start(b->flash, 0, &s);
    zif_flash_abort(b->flash, 0);
    return true;
}

bool cfi_buffer_count(const CfiBank *b, CfiChip *c, uint32_t word, uint32_t data)
{
    uint32_t words = (data & 0xFFFF) + 1;
    if (nor_sector(&c->array, cfi_offset(b, word), NULL, NULL) != c->sector || words > b->buffer_size / b->chip_width) {
        return false;
    }
    c->words_left = (uint16_t)words;
    c->page = UINT32_MAX;
    memset(c->filled, 0, sizeof c->filled);
    return true;
}

bool cfi_buffer_load(const CfiBank *b, CfiChip *c, uint32_t word, uint32_t data)
{
    uint32_t offset = cfi_offset(b, word), page = offset - offset % b->buffer_size;
    if (c->page == UINT32_MAX) {
        c->page = page;
    }
    if (page != c->page || nor_sector(&c->array, offset, NULL, NULL) != c->sector) {
        return false;
    }
    for (unsigned i = 0; i < b->chip_width; i++) {
        unsigned at = (offset + i) % b->buffer_size;
        c->buffer[at] = (uint8_t)(data >> 8 * i);
        c->filled[at / 8] |= 1u << at % 8;
    }
    c->words_left--;
    return true;
}

static bool program_word(CfiBank *b, unsigned chip, bool whole)
{
    const CfiChip *c = &b->chip[chip];
    const uint8_t bytes[4] = { (uint8_t)c->data, (uint8_t)(c->data >> 8), (uint8_t)(c->data >> 16),
                               (uint8_t)(c->data >> 24) };
    return step(b, chip, whole, ZIF_FLASH_PROGRAM, c->address, b->chip_width, bytes);
}

static bool program_buffer(CfiBank *b, unsigned chip, bool whole)
{
    CfiChip *c = &b->chip[chip];
    uint32_t from = b->buffer_size, to = 0;
    for (uint32_t i = 0; i < b->buffer_size; i++) {
        if (c->filled[i / 8] >> i % 8 & 1) {
            from = from < i ? from : i;
            to = i + 1;
        } else {
            c->buffer[i] = 0xff; /* programs nothing */
        }
    }
    return from >= to || step(b, chip, whole, ZIF_FLASH_PROGRAM, c->page + from, to - from, c->buffer + from);
}

/* Erases the chosen sectors that are not locked, one after the other, as far as it came with `left` still to do. */
static void erase_chosen(CfiBank *b, unsigned chip, ZifTime left)
{
    CfiChip *c = &b->chip[chip];
    uint64_t undone = left ? (left - 1) / b->erase_time + 1 : 0, open = 0, n = 0;
    for (uint32_t s = 0; s < c->array.sectors; s++) {
        open += cfi_chosen(c, s) && !nor_locked(&c->array, s);
    }
    for (uint32_t s = 0; s < c->array.sectors && n + undone <= open; s++) {
        if (cfi_chosen(c, s) && !nor_locked(&c->array, s)) {
            uint32_t start, size;
            nor_sector_bounds(&c->array, s, &start, &size);
            n++;
            step(b, chip, n + undone <= open, ZIF_FLASH_ERASE, start, size, NULL);
        }
    }
    memset(c->erasing, 0, sizeof c->erasing);
}

bool cfi_carry_out(CfiBank *b, unsigned chip, CfiOperation operation, ZifTime left)
{
    switch (operation) {
    case CFI_PROGRAM:
        return program_word(b, chip, !left);
    case CFI_BUFFER_PROGRAM:
        return program_buffer(b, chip, !left);
    case CFI_ERASE:
        erase_chosen(b, chip, left);
        return true;
    default:
        return true;
    }
}

void cfi_begin(CfiBank *b, unsigned chip, CfiOperation operation, ZifTime duration)
{
    b->chip[chip].operation = operation;
    b->chip[chip].ends = zif_now(&b->dev) + duration;
    zif_schedule_in(&b->dev, CFI_EVENT_DONE + chip, duration);
}

void cfi_complain(CfiBank *b, unsigned chip, uint32_t word, const char *what)
{
    zif_report(&b->dev, ZIF_REPORT_FLASH, -1, "%s (chip %u, offset 0x%x)", what, chip,
               word * b->bank_width + chip * b->chip_width);
}

/* Array reads go straight to memory exactly while every chip would show its array. */
static void update_mode(CfiBank *b)
{
    bool array = true;
    for (unsigned i = 0; i < b->nchips; i++) {
        array &= b->commands->shows_array(&b->chip[i]);
    }
    memory_region_rom_device_set_romd(b->region, array);
}

static MemTxResult cfi_bus_read(void *opaque, hwaddr addr, uint64_t *data, unsigned size, MemTxAttrs attrs)
{
    CfiBank *b = opaque;
    uint32_t word = (uint32_t)(addr / b->bank_width), value = 0;
    unsigned first = addr % b->bank_width;
    for (unsigned i = first / b->chip_width; i <= (first + size - 1) / b->chip_width; i++) {
        value |= (b->commands->read(b, i, word) & lane_mask(b->chip_width)) << 8 * b->chip_width * i;
    }
    *data = (value >> 8 * first) & lane_mask(size);
    return MEMTX_OK;
}

static MemTxResult cfi_bus_write(void *opaque, hwaddr addr, uint64_t data, unsigned size, MemTxAttrs attrs)
{
    CfiBank *b = opaque;
    uint32_t word = (uint32_t)(addr / b->bank_width);
    unsigned first = addr % b->bank_width;
    uint32_t lanes = lane_mask(size) << 8 * first;
    uint32_t bus = ((uint32_t)data << 8 * first & lanes) | ~lanes;
    if (size < b->chip_width) {
        zif_report(&b->dev, ZIF_REPORT_WIDTH, -1, "store of %u byte(s) to a chip that takes %u", size, b->chip_width);
    }
    for (unsigned i = first / b->chip_width; i <= (first + size - 1) / b->chip_width; i++) {
        b->commands->write(b, i, word, bus >> 8 * b->chip_width * i & lane_mask(b->chip_width));
    }
    update_mode(b);
    return MEMTX_OK;
}

/* One bus cycle is as wide as the bank; the core cuts wider accesses into cycles. */
#define CFI_OPS(width)                                                                                                 \
    {                                                                                                                  \
        .read_with_attrs = cfi_bus_read, .write_with_attrs = cfi_bus_write, .endianness = DEVICE_LITTLE_ENDIAN,        \
        .valid = { .min_access_size = 1, .max_access_size = 8 }, .impl = {                                             \
            .min_access_size = 1,                                                                                      \
            .max_access_size = (width)                                                                                 \
        }                                                                                                              \
    }
static const MemoryRegionOps ops[] = { [1] = CFI_OPS(1), [2] = CFI_OPS(2), [4] = CFI_OPS(4) };

static void cfi_event(ZifDevice *dev, unsigned event)
{
    CfiBank *b = (CfiBank *)dev;
    b->commands->event(b, event % CFI_CHIPS, event - event % CFI_CHIPS);
    update_mode(b);
}

/* Smallest n with 2^n >= value. */
static uint8_t log2_up(uint64_t value)
{
    uint8_t n = 0;
    while (((uint64_t)1 << n) < value) {
        n++;
    }
    return n;
}

static void fill_query(CfiBank *b)
{
    const NorArray *a = &b->chip[0].array;
    uint8_t *q = b->query;
    memcpy(q + 0x10, "QRY", 3);
    q[0x13] = (uint8_t)b->command_set;
    q[0x14] = (uint8_t)(b->command_set >> 8);
    q[0x15] = 0x40; /* where the primary extended table is */
    q[0x1B] = 0x27; /* VCC 2.7 V to 3.6 V */
    q[0x1C] = 0x36;
    q[0x1F] = log2_up(b->word_time / ZIF_US); /* typical times, as powers of two: us */
    q[0x20] = b->buffer_size ? log2_up(b->buffer_time / ZIF_US) : 0;
    q[0x21] = log2_up(b->erase_time / ZIF_MS); /* ms */
    q[0x23] = 4;                               /* maximum: 16 times typical */
    q[0x24] = b->buffer_size ? 4 : 0;
    q[0x25] = 4;
    q[0x27] = log2_up(a->size);
    q[0x28] = b->byte_mode ? 2 : b->chip_width == 1 ? 0 : b->chip_width == 2 ? 1 : 3; /* x8; x8/x16; x16; x32 */
    q[0x2A] = b->buffer_size ? log2_up(b->buffer_size) : 0;
    for (unsigned i = 0; i < NOR_ERASE_REGIONS && a->region[i].blocks; i++) {
        uint32_t blocks = a->region[i].blocks - 1, units = a->region[i].size / 256;
        uint8_t *r = q + 0x2D + 4 * i;
        q[0x2C] = (uint8_t)(i + 1);
        r[0] = (uint8_t)blocks;
        r[1] = (uint8_t)(blocks >> 8);
        r[2] = (uint8_t)units;
        r[3] = (uint8_t)(units >> 8);
    }
    b->commands->extended_query(q + 0x40);
}

static bool read_geometry(CfiBank *b, uint64_t chip_size, Error **errp)
{
    uint32_t cells[2 * NOR_ERASE_REGIONS];
    NorEraseRegion regions[NOR_ERASE_REGIONS];
    unsigned n = zif_prop_cells(&b->dev, "zif,erase-regions", cells, 2 * NOR_ERASE_REGIONS);
    if (n < 2 || n % 2 || n > 2 * NOR_ERASE_REGIONS) {
        error_setg(errp, "%s: zif,erase-regions must be 1 to %d pairs <blocks size>", b->dev.name, NOR_ERASE_REGIONS);
        return false;
    }
    for (unsigned i = 0; i < n / 2; i++) {
        regions[i] = (NorEraseRegion){ cells[2 * i], cells[2 * i + 1] };
    }
    for (unsigned i = 0; i < b->nchips; i++) {
        if (!nor_init(&b->chip[i].array, regions, n / 2) || b->chip[i].array.size != chip_size) {
            error_setg(errp, "%s: zif,erase-regions must add up to the chip's 0x%llx bytes in at most %d sectors",
                       b->dev.name, (unsigned long long)chip_size, NOR_SECTORS);
            return false;
        }
    }
    return true;
}

static bool cfi_realize(ZifDevice *dev, Error **errp)
{
    CfiBank *b = (CfiBank *)dev;
    uint32_t reg[2] = { 0 }, ids[3] = { 0x227E, 0x2221, 0x2201 };
    zif_prop_cells(dev, "reg", reg, 2);
    b->bank_width = (uint8_t)zif_prop_u32(dev, "bank-width", 2);
    b->chip_width = (uint8_t)zif_prop_u32(dev, "device-width", b->bank_width);
    b->command_set = (uint16_t)zif_prop_u32(dev, "zif,command-set", 2);
    b->byte_mode = zif_prop_bool(dev, "zif,byte-mode");
    b->as_pflash = zif_prop_bool(dev, "zif,as-pflash-cfi02");
    b->buffer_size = zif_prop_u32(dev, "zif,buffer-size", 32);
    if ((b->bank_width != 1 && b->bank_width != 2 && b->bank_width != 4) ||
        (b->chip_width != 1 && b->chip_width != 2 && b->chip_width != 4) || b->chip_width > b->bank_width ||
        (b->byte_mode && b->chip_width != 1)) {
        error_setg(errp,
                   "%s: bank-width and device-width must be 1, 2 or 4, no chip wider than the bank, byte mode only "
                   "with x8 access",
                   dev->name);
        return false;
    }
    if (b->buffer_size > CFI_BUFFER || (b->buffer_size & (b->buffer_size - 1))) {
        error_setg(errp, "%s: zif,buffer-size must be a power of two up to %d", dev->name, CFI_BUFFER);
        return false;
    }
    if (b->command_set < 1 || b->command_set > 3) {
        error_setg(errp, "%s: zif,command-set must be 1, 2 or 3", dev->name);
        return false;
    }
    b->nchips = b->bank_width / b->chip_width;
    b->commands = b->command_set == 2 ? &zif__cfi_amd : &zif__cfi_intel;
    b->manufacturer = (uint16_t)zif_prop_u32(dev, "zif,manufacturer", b->command_set == 2 ? 0x01 : 0x89);
    if (!zif_prop_cells(dev, "zif,device-id", ids, 3) && b->command_set != 2) {
        ids[0] = 0x18;
    }
    for (unsigned i = 0; i < 3; i++) {
        b->device_id[i] = (uint16_t)ids[i];
    }
    b->word_time = zif_prop_u32(dev, "zif,word-us", 60) * ZIF_US;
    b->buffer_time = zif_prop_u32(dev, "zif,buffer-us", 240) * ZIF_US;
    b->erase_time = zif_prop_u32(dev, "zif,erase-ms", 500) * ZIF_MS;
    b->window_time = zif_prop_u32(dev, "zif,window-us", 50) * ZIF_US;
    b->suspend_time = zif_prop_u32(dev, "zif,suspend-us", 20) * ZIF_US;
    if (!read_geometry(b, reg[1] / b->nchips, errp)) {
        return false;
    }
    Error *err = NULL;
    b->region = zif_new_region(dev);
    memory_region_init_rom_device(b->region, dev->owner, &ops[b->bank_width], b, dev->name, reg[1], &err);
    if (err) {
        error_propagate(errp, err);
        return false;
    }
    ZifFlashConfig cells = { .region = b->region, .unit = b->chip_width };
    const NorArray *a = &b->chip[0].array;
    for (unsigned i = 0; i < NOR_ERASE_REGIONS && a->region[i].blocks; i++) {
        cells.sectors[i] = (ZifFlashSectors){ a->region[i].blocks, a->region[i].size * b->nchips };
    }
    b->flash = zif_flash_new(dev, &cells, errp);
    if (!b->flash) {
        return false;
    }
    for (unsigned i = 0; i < b->nchips; i++) {
        zif_flash_keep(b->flash, b->chip[i].array.kept, sizeof b->chip[i].array.kept);
    }
    fill_query(b);
    zif_map_region(dev, 0, b->region);
    return true;
}

/* Operations under way or suspended, when power is lost or reset is low, leave the cells they are at torn. */
static void cfi_reset(ZifDevice *dev, ZifResetKind kind)
{
    CfiBank *b = (CfiBank *)dev;
    for (unsigned i = 0; i < b->nchips; i++) {
        CfiChip *c = &b->chip[i];
        if (c->outer != CFI_IDLE) {
            cfi_carry_out(b, i, (CfiOperation)c->outer, c->left);
        }
        if (c->operation != CFI_IDLE && c->ends > zif_now(dev)) {
            cfi_carry_out(b, i, (CfiOperation)c->operation, c->ends - zif_now(dev));
        }
        NorArray array = c->array;
        memset(c, 0, sizeof *c);
        c->array = array; /* its lock bits are the command set's affair */
        b->commands->reset(b, i);
    }
    update_mode(b);
}

static void cfi_restored(ZifDevice *dev)
{
    update_mode((CfiBank *)dev);
}

const ZifClass zif__cfi_flash = {
    .name = "cfi-flash",
    .compatible = (const char *const[]){ "cfi-flash", NULL },
    .reference = "JEDEC JESD68.01, JEP137; Am29LV320D, S29GL-N, 28F128J3 and P30 data sheets",
    .summary = "AMD (0002) and Intel (0001, 0003) command sets, x8/x16/x32, interleaved; no page or burst timing",
    .modelled = ZIF_MODELLED,
    .size = sizeof(CfiBank),
    .plain = offsetof(CfiBank, commands),
    .events = (const char *const[]){ "done0", "done1", "done2", "done3", "window0", "window1", "window2", "window3",
                                     "suspend0", "suspend1", "suspend2", "suspend3", NULL },
    .event = cfi_event,
    .realize = cfi_realize,
    .reset = cfi_reset,
    .snapshot_done = cfi_restored,
};
