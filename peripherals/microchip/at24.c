/*
 * 24xx EEPROM on I2C.
 *
 * Reference: Microchip AT24C32D/AT24C64D data sheet DS20006029, AT24C01D/AT24C02D data sheet DS20006100.
 * Models: byte and page writes that wrap within their page, the write cycle during which nothing is acknowledged, current address, random
 * and sequential reads that wrap at the end, write protection.
 * Departs: a cycle writes the whole page, with what it held where nothing was sent.
 * Missing: parts whose word address continues in the device address (24x04 to 24x16 at several addresses): they are refused.
 *
 * Node properties: reg, size (bytes), pagesize, address-width (8 or 16 bits), timeout (of the write cycle, ms; 5), read-only. wp-gpios: the
 * write-protect pin. The contents outlive power and can be a file (--flash).
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <string.h>
#include <zif/flash.h>

enum { WP };
enum { WRITTEN };

typedef struct {
    ZifDevice dev;
    uint32_t pointer; /* word address */
    uint32_t page;    /* of the bytes collected */
    uint8_t collected[ZIF_FLASH_STEP_BYTES];
    uint8_t address_bytes; /* of the word address that came since the start */
    bool addressed_to_write, dirty;
    ZifFlash *cells; /* not part of a snapshot's copy */
} At24;

static uint32_t size(const At24 *e)
{
    return (uint32_t)zif_flash_size(e->cells);
}

static uint32_t page_size(const At24 *e)
{
    return zif_prop_u32(&e->dev, "pagesize", 32);
}

static unsigned address_bytes(const At24 *e)
{
    return zif_prop_u32(&e->dev, "address-width", 16) / 8;
}

static bool at24_start(ZifDevice *dev, bool is_read)
{
    At24 *e = (At24 *)dev;
    bool ready = !zif_flash_busy(e->cells, 0);
    e->addressed_to_write = ready && !is_read;
    e->address_bytes = 0;
    e->dirty = false; /* a repeated start: the bytes before it are not written */
    return ready;
}

static bool at24_write(ZifDevice *dev, uint8_t byte)
{
    At24 *e = (At24 *)dev;
    uint32_t page = page_size(e);
    if (!e->addressed_to_write) {
        return false;
    }
    if (e->address_bytes < address_bytes(e)) {
        e->pointer = (e->address_bytes++ ? e->pointer << 8 | byte : byte) % size(e);
        return true;
    }
    if (!e->dirty) {
        e->dirty = true;
        e->page = e->pointer / page * page;
        memcpy(e->collected, zif_flash_cells(e->cells) + e->page, page);
    }
    e->collected[e->pointer % page] = byte;
    e->pointer = e->page + (e->pointer + 1) % page;
    return true;
}

static uint8_t at24_read(ZifDevice *dev)
{
    At24 *e = (At24 *)dev;
    uint8_t byte = zif_flash_cells(e->cells)[e->pointer];
    e->pointer = (e->pointer + 1) % size(e);
    return byte;
}

static void at24_stop(ZifDevice *dev)
{
    At24 *e = (At24 *)dev;
    e->addressed_to_write = false;
    if (!e->dirty) {
        return;
    }
    e->dirty = false;
    if (zif_input_level(dev, WP, 0) || zif_prop_bool(dev, "read-only")) {
        zif_report(dev, ZIF_REPORT_LOCKED, -1, "page 0x%x is not written: the part is write-protected", e->page);
        return;
    }
    zif_flash_start(
        e->cells, 0,
        &(ZifFlashStep){ .kind = ZIF_FLASH_WRITE, .offset = e->page, .len = page_size(e), .data = e->collected });
    zif_schedule_in(dev, WRITTEN, zif_prop_u32(dev, "timeout", 5) * ZIF_MS);
}

static void at24_event(ZifDevice *dev, unsigned event)
{
    zif_flash_finish(((At24 *)dev)->cells, 0);
}

static void at24_reset(ZifDevice *dev, ZifResetKind kind)
{
    At24 *e = (At24 *)dev;
    zif_flash_abort(e->cells, 0);
    e->pointer = e->page = 0;
    e->address_bytes = 0;
    e->addressed_to_write = e->dirty = false;
    memset(e->collected, 0, sizeof e->collected);
}

static bool at24_realize(ZifDevice *dev, Error **errp)
{
    At24 *e = (At24 *)dev;
    uint32_t bytes = zif_prop_u32(dev, "size", 8192), page = page_size(e),
             width = zif_prop_u32(dev, "address-width", 16);
    if ((width != 8 && width != 16) || !page || page > ZIF_FLASH_STEP_BYTES || !bytes || bytes % page ||
        bytes > 1u << width) {
        error_setg(errp,
                   "size %u, pagesize %u, address-width %u do not fit: whole pages of up to %u bytes, at most "
                   "2^address-width bytes",
                   bytes, page, width, ZIF_FLASH_STEP_BYTES);
        return false;
    }
    e->cells = zif_flash_new(dev, &(ZifFlashConfig){ .size = bytes, .unit = page }, errp);
    return e->cells != NULL;
}

static const ZifI2cPart i2c = { .start = at24_start, .write = at24_write, .read = at24_read, .stop = at24_stop };

const ZifClass zif__at24 = {
    .name = "at24",
    .compatible = (const char *const[]){ "atmel,at24", NULL },
    .reference = "Microchip DS20006029, DS20006100",
    .summary = "EEPROM of up to 64 KiB: page writes, write cycle, write protection; contents in a file if asked",
    .modelled = ZIF_MODELLED,
    .size = sizeof(At24),
    .plain = offsetof(At24, cells),
    .inputs = (const ZifInput[]){ { .name = "wp" }, { 0 } },
    .events = (const char *const[]){ "written", NULL },
    .event = at24_event,
    .realize = at24_realize,
    .reset = at24_reset,
    .i2c = &i2c,
};
