/*
 * The buses a panel is written through: SPI with a D/C pin or nine bits a word, a window of a memory controller, GPIO pins.
 *
 * Reference: ILI9341 data sheet V1.11, chapter 7 (system interfaces). SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "dcs.h"

static void take(DcsPanel *p, bool is_data, uint16_t value, bool wide)
{
    if (is_data) {
        zif__dcs_write(p, value, wide);
    } else {
        zif__dcs_command(p, (uint8_t)value);
    }
}

/* --- SPI ---------------------------------------------------------------------------------------------------------------------- */

static void spi_select(ZifDevice *dev, bool selected)
{
    DcsPanel *p = (DcsPanel *)dev;
    p->shift = p->nbits = 0;
}

/* Nine bits each, the first of which is D/C. */
static void take_nines(DcsPanel *p, uint8_t out)
{
    for (unsigned bit = 8; bit--;) {
        p->shift = (uint16_t)(p->shift << 1 | (out >> bit & 1));
        if (++p->nbits == 9) {
            take(p, p->shift >> 8 & 1, p->shift & 0xff, false);
            p->shift = p->nbits = 0;
        }
    }
}

/* What is read comes at once when it is one byte, after one clock when it is more, after eight when it is pixels. */
static uint8_t read_serial(DcsPanel *p, unsigned gives)
{
    bool pixels = p->command == RAMRD || p->command == RAMRDC;
    if (gives == 1) {
        return (uint8_t)zif__dcs_read(p, false);
    }
    if (pixels) {
        return p->nbits++ ? (uint8_t)zif__dcs_read(p, false) : 0;
    }
    uint8_t byte = (uint8_t)zif__dcs_read(p, false);
    uint8_t in = (uint8_t)(p->last << 7 | byte >> 1);
    p->last = byte & 1;
    return in;
}

static uint8_t spi_transfer(ZifDevice *dev, uint8_t out)
{
    DcsPanel *p = (DcsPanel *)dev;
    if (zif_prop_bool(dev, "zif,three-wire")) {
        take_nines(p, out);
        return 0xFF;
    }
    bool is_data = zif_input_level(dev, DCS_IN_DC, 0);
    if (is_data && p->gives) {
        return read_serial(p, p->gives);
    }
    if (!is_data) {
        p->nbits = p->last = 0;
    }
    take(p, is_data, out, false);
    return 0xFF;
}

const ZifSpiPart zif__dbi_spi = { .select = spi_select, .transfer = spi_transfer, .modes = 1 << 0 | 1 << 3 };

/* --- A window of a memory controller: what is read first after a command is nothing ---------------------------------------------- */

static bool is_wide(const ZifDevice *dev)
{
    return zif_prop_u32(dev, "zif,bus-width", 8) == 16;
}

static bool is_data_address(const ZifDevice *dev, hwaddr addr)
{
    return addr >> (zif_prop_u32(dev, "zif,rs-address-line", 16) + is_wide(dev)) & 1;
}

static MemTxResult window_read(void *opaque, hwaddr addr, uint64_t *data, unsigned size, MemTxAttrs attrs)
{
    DcsPanel *p = opaque;
    *data = 0;
    if (is_data_address(&p->dev, addr)) {
        bool first = p->nbits == 0;
        p->nbits = 1;
        *data = first ? 0 : zif__dcs_read(p, is_wide(&p->dev));
    }
    return MEMTX_OK;
}

static MemTxResult window_write(void *opaque, hwaddr addr, uint64_t data, unsigned size, MemTxAttrs attrs)
{
    DcsPanel *p = opaque;
    bool is_data = is_data_address(&p->dev, addr);
    p->nbits = is_data ? p->nbits : 0;
    take(p, is_data, (uint16_t)data, is_wide(&p->dev));
    return MEMTX_OK;
}

/* Wider accesses become several on the bus. */
static const MemoryRegionOps byte_ops = {
    .read_with_attrs = window_read,
    .write_with_attrs = window_write,
    .endianness = DEVICE_LITTLE_ENDIAN,
    .valid = { .min_access_size = 1, .max_access_size = 4 },
    .impl = { .min_access_size = 1, .max_access_size = 1 },
};
static const MemoryRegionOps word_ops = {
    .read_with_attrs = window_read,
    .write_with_attrs = window_write,
    .endianness = DEVICE_LITTLE_ENDIAN,
    .valid = { .min_access_size = 1, .max_access_size = 4 },
    .impl = { .min_access_size = 2, .max_access_size = 2 },
};

bool zif__dbi_map(DcsPanel *p, Error **errp)
{
    ZifDevice *dev = &p->dev;
    uint32_t size = zif_prop_cell(dev, "reg", 1, 0), line = zif_prop_u32(dev, "zif,rs-address-line", 16);
    uint32_t width = zif_prop_u32(dev, "zif,bus-width", 8);
    if ((width != 8 && width != 16) || line > 25 || size < 2ull << (line + (width == 16))) {
        error_setg(errp,
                   "zif,bus-width %u, zif,rs-address-line %u, %u bytes: the bus has 8 or 16 bits, and its window "
                   "holds both levels of the address line",
                   width, line, size);
        return false;
    }
    MemoryRegion *window = zif_new_region(dev);
    memory_region_init_io(window, dev->owner, width == 16 ? &word_ops : &byte_ops, p, dev->name, size);
    zif_map_region(dev, 0, window);
    return true;
}

/* --- GPIO pins ---------------------------------------------------------------------------------------------------------------- */

static bool is_selected(const ZifDevice *dev)
{
    return !zif_input_connected(dev, DCS_IN_CSX, 0) || !zif_input_level(dev, DCS_IN_CSX, 0);
}

/* The panel takes what lies on its pins when WRX rises. */
void zif__dbi_wrx(ZifDevice *dev, unsigned line, int level)
{
    DcsPanel *p = (DcsPanel *)dev;
    if (!level || !is_selected(dev)) {
        return;
    }
    uint16_t value = 0;
    for (unsigned i = 0; i < 16; i++) {
        value |= (uint16_t)(zif_input_connected(dev, DCS_IN_DATA, i) && zif_input_level(dev, DCS_IN_DATA, i)) << i;
    }
    take(p, zif_input_level(dev, DCS_IN_DC, 0), value, is_wide(dev));
}

void zif__dbi_rdx(ZifDevice *dev, unsigned line, int level)
{
    if (!level && is_selected(dev)) {
        zif_report(dev, ZIF_REPORT_UNMODELLED, -1, "reading through GPIO pins is not modelled: they stay as they are");
    }
}
