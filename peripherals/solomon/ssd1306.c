/*
 * SSD1306: controller of a 128 by 64 OLED, on I2C or SPI.
 *
 * Reference: Solomon Systech SSD1306 data sheet rev 1.5.
 * Models: control bytes of I2C and the D/C# pin of SPI, every command with its operands, the three addressing modes, display RAM; which
 * pixels are lit follows from start line, offset, segment and COM directions, multiplex ratio, inversion, all-on and display on.
 * Departs: contrast and the timing commands (clock, pre-charge, VCOMH, charge pump) are kept only. COM pins: the row order is that of the
 * usual glass. Nothing can be read on SPI; on I2C a read gives the status byte.
 * Missing: scrolling: the commands are taken and said to be without effect.
 *
 * Node properties: reg, data_cmd-gpios (SPI), reset-gpios, width (128), height (64). SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <string.h>
#include "ssd1306.h"

enum { PAGES = 8, COLUMNS = 128, ROWS = 64, ON = 0, OFF_STATUS = 0x40 };
enum { IN_DATA, IN_RESET };
enum { HORIZONTAL, VERTICAL, PAGE };

typedef struct {
    ZifDevice dev;
    uint8_t ram[PAGES][COLUMNS];
    uint8_t command, operands[6], noperands, wanted; /* a command that still waits for operands */
    uint8_t mode, column, page, column_start, column_end, page_start, page_end;
    uint8_t start_line, offset, multiplex, contrast;
    uint8_t timing[4]; /* D5, D9, DB, DA */
    uint8_t pump;
    bool remap, com_reversed, inverted, all_on, display_on;
    bool control_next, data, continues; /* I2C: what the last control byte said */
} Ssd1306;

bool zif__ssd1306_lit(const ZifDevice *dev, unsigned x, unsigned y)
{
    const Ssd1306 *s = (const Ssd1306 *)dev;
    unsigned rows = s->multiplex + 1u;
    if (!s->display_on || x >= COLUMNS || y >= rows) {
        return false;
    }
    if (s->all_on) {
        return true;
    }
    unsigned row = s->com_reversed ? rows - 1 - y : y;
    row = (row + s->start_line + s->offset) % ROWS;
    unsigned column = s->remap ? COLUMNS - 1 - x : x;
    return (s->ram[row / 8][column] >> row % 8 & 1) != s->inverted;
}

static void put(Ssd1306 *s, uint8_t byte)
{
    s->ram[s->page][s->column] = byte;
    if (s->mode == PAGE) {
        s->column = (s->column + 1) % COLUMNS;
    } else if (s->mode == HORIZONTAL) {
        bool end = s->column == s->column_end;
        s->column = end ? s->column_start : (s->column + 1) % COLUMNS;
        if (end) {
            s->page = s->page == s->page_end ? s->page_start : (s->page + 1) % PAGES;
        }
    } else {
        bool end = s->page == s->page_end;
        s->page = end ? s->page_start : (s->page + 1) % PAGES;
        if (end) {
            s->column = s->column == s->column_end ? s->column_start : (s->column + 1) % COLUMNS;
        }
    }
}

static unsigned operands_of(uint8_t command)
{
    switch (command) {
    case 0x20:
    case 0x81:
    case 0x8D:
    case 0xA8:
    case 0xD3:
    case 0xD5:
    case 0xD9:
    case 0xDA:
    case 0xDB:
        return 1;
    case 0x21:
    case 0x22:
    case 0xA3:
        return 2;
    case 0x29:
    case 0x2A:
        return 5;
    case 0x26:
    case 0x27:
        return 6;
    }
    return 0;
}

static void unknown(Ssd1306 *s, ZifReportKind kind, const char *what)
{
    zif_report(&s->dev, kind, -1, "command 0x%02x: %s", s->command, what);
}

static void execute(Ssd1306 *s)
{
    uint8_t c = s->command, v = s->operands[0];
    switch (c) {
    case 0x00 ... 0x0F:
        s->column = (s->column & 0x70) | (c & 0x0F);
        break;
    case 0x10 ... 0x1F:
        s->column = (uint8_t)((s->column & 0x0F) | (c & 7) << 4);
        break;
    case 0x20:
        s->mode = v & 3;
        if (s->mode == 3) {
            unknown(s, ZIF_REPORT_RESERVED, "addressing mode 3 does not exist");
            s->mode = PAGE;
        }
        break;
    case 0x21:
        s->column = s->column_start = v & 0x7F;
        s->column_end = s->operands[1] & 0x7F;
        break;
    case 0x22:
        s->page = s->page_start = v & 7;
        s->page_end = s->operands[1] & 7;
        break;
    case 0x40 ... 0x7F:
        s->start_line = c & 0x3F;
        break;
    case 0x81:
        s->contrast = v;
        break;
    case 0x8D:
        s->pump = v;
        break;
    case 0xA0:
    case 0xA1:
        s->remap = c & 1;
        break;
    case 0xA4:
    case 0xA5:
        s->all_on = c & 1;
        break;
    case 0xA6:
    case 0xA7:
        s->inverted = c & 1;
        break;
    case 0xA8:
        if ((v & 0x3F) < 15) {
            unknown(s, ZIF_REPORT_RESERVED, "a multiplex ratio below 16 does not exist");
        } else {
            s->multiplex = v & 0x3F;
        }
        break;
    case 0xAE:
    case 0xAF:
        s->display_on = c & 1;
        break;
    case 0xB0 ... 0xB7:
        s->page = c & 7;
        break;
    case 0xC0 ... 0xC7:
    case 0xC8 ... 0xCF:
        s->com_reversed = c & 8;
        break;
    case 0xD3:
        s->offset = v & 0x3F;
        break;
    case 0xD5:
        s->timing[0] = v;
        break;
    case 0xD9:
        s->timing[1] = v;
        break;
    case 0xDB:
        s->timing[2] = v;
        break;
    case 0xDA:
        s->timing[3] = v;
        break;
    case 0x26:
    case 0x27:
    case 0x29:
    case 0x2A:
    case 0x2F:
        unknown(s, ZIF_REPORT_UNMODELLED, "scrolling has no effect in this model");
        break;
    case 0x2E: /* scrolling off */
    case 0xA3:
    case 0xE3:
        break;
    default:
        unknown(s, ZIF_REPORT_RESERVED, "there is no such command");
    }
}

static void command(Ssd1306 *s, uint8_t byte)
{
    if (s->wanted) {
        s->operands[s->noperands++] = byte;
        if (--s->wanted) {
            return;
        }
    } else {
        s->command = byte;
        s->noperands = 0;
        s->wanted = operands_of(byte);
        if (s->wanted) {
            return;
        }
    }
    execute(s);
}

static bool held_in_reset(const Ssd1306 *s)
{
    return zif_input_connected(&s->dev, IN_RESET, 0) && !zif_input_level(&s->dev, IN_RESET, 0);
}

static void take(Ssd1306 *s, uint8_t byte, bool is_data)
{
    if (is_data) {
        put(s, byte);
    } else {
        command(s, byte);
    }
}

/* --- I2C: every control byte says what follows, one byte or all to the end ------------------------------------------------- */

static bool i2c_start(ZifDevice *dev, bool is_read)
{
    Ssd1306 *s = (Ssd1306 *)dev;
    s->control_next = true;
    return !held_in_reset(s);
}

static bool i2c_write(ZifDevice *dev, uint8_t byte)
{
    Ssd1306 *s = (Ssd1306 *)dev;
    if (s->control_next) {
        s->continues = byte & 0x80;
        s->data = byte & 0x40;
        s->control_next = false;
    } else {
        take(s, byte, s->data);
        s->control_next = s->continues;
    }
    return true;
}

static uint8_t i2c_read(ZifDevice *dev)
{
    return ((Ssd1306 *)dev)->display_on ? ON : OFF_STATUS;
}

/* --- SPI -------------------------------------------------------------------------------------------------------------------- */

static uint8_t spi_transfer(ZifDevice *dev, uint8_t out)
{
    Ssd1306 *s = (Ssd1306 *)dev;
    if (!held_in_reset(s)) {
        take(s, out, zif_input_level(dev, IN_DATA, 0));
    }
    return 0xFF;
}

static void initial(Ssd1306 *s)
{
    s->wanted = s->noperands = s->command = 0;
    memset(s->operands, 0, sizeof s->operands);
    s->mode = PAGE;
    s->column = s->page = s->column_start = s->page_start = s->start_line = s->offset = 0;
    s->column_end = COLUMNS - 1;
    s->page_end = PAGES - 1;
    s->multiplex = ROWS - 1;
    s->contrast = 0x7F;
    memcpy(s->timing, "\x80\x22\x20\x12", 4);
    s->pump = 0;
    s->remap = s->com_reversed = s->inverted = s->all_on = s->display_on = false;
    s->control_next = s->data = s->continues = false;
}

static void reset_pin(ZifDevice *dev, unsigned line, int level)
{
    if (!level) {
        initial((Ssd1306 *)dev);
    }
}

static void ssd1306_reset(ZifDevice *dev, ZifResetKind kind)
{
    Ssd1306 *s = (Ssd1306 *)dev;
    for (unsigned i = 0; i < sizeof s->ram; i++) { /* whatever it woke up with */
        ((uint8_t *)s->ram)[i] = (uint8_t)zif_random(dev);
    }
    initial(s);
}

static const ZifI2cPart i2c = { .start = i2c_start, .write = i2c_write, .read = i2c_read };
static const ZifSpiPart spi = { .transfer = spi_transfer, .modes = 1 << 0 | 1 << 3 };

const ZifClass zif__ssd1306 = {
    .name = "ssd1306",
    .compatible = (const char *const[]){ "solomon,ssd1306", "solomon,ssd1306fb", "solomon,ssd1306fb-i2c", NULL },
    .reference = "SSD1306 data sheet rev 1.5",
    .summary = "commands and display RAM, on I2C or SPI; no scrolling",
    .modelled = ZIF_PARTIAL,
    .size = sizeof(Ssd1306),
    .inputs = (const ZifInput[]){ { .name = "data_cmd" }, { .name = "reset", .set = reset_pin }, { 0 } },
    .reset = ssd1306_reset,
    .i2c = &i2c,
    .spi = &spi,
};
