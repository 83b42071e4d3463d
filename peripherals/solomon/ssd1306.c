/*
 * SSD1306: controller of an OLED of up to 128 by 64 pixels, on I2C or SPI. What is seen of it is in ssd1306_glass.c.
 *
 * Reference: Solomon Systech SSD1306 data sheet rev 1.5.
 * Models: control bytes of I2C and the D/C# pin of SPI, every command with its operands, the three addressing modes, display RAM, reset pin;
 * on, all on, inverse, contrast as brightness, segment and COM directions, COM pins, multiplex ratio, offset, start line, zoom; scrolling with
 * the frames that clock, pre-charge and multiplex ratio make; without the charge pump (or zif,external-vcc) the glass is dark.
 * Departs: the oscillator runs at 370 kHz at setting 8 and 20 kHz faster with each above. Brightness does not follow multiplex ratio,
 * pre-charge and VCOMH. Vertical scrolling moves what is shown and not the display RAM, and ends with 2Eh. RAM can be written while it
 * scrolls (reported). A reset of the processor leaves the panel alone unless the node has zif,reset-with-chip.
 * Missing: fading and blinking (23h), said when asked for. Nothing can be read on SPI; on I2C a read gives the status byte.
 *
 * Node properties, as Zephyr's: reg, width (128), height (64), segment-offset, page-offset, display-offset, multiplex-ratio (height - 1),
 * segment-remap, com-invdir, com-sequential, data_cmd-gpios (SPI), reset-gpios; zif,colour (0xffffff), zif,external-vcc,
 * zif,reset-with-chip. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <string.h>
#include "ssd1306.h"

enum { PAGES = SSD_PAGES, COLUMNS = SSD_COLUMNS, ROWS = SSD_ROWS, ON = 0, OFF_STATUS = 0x40 };
enum { IN_DATA, IN_RESET };
enum { HORIZONTAL, VERTICAL, PAGE };

static void report(Ssd1306 *s, ZifReportKind kind, const char *what)
{
    zif_report(&s->dev, kind, -1, "command 0x%02x: %s", s->command, what);
}

static void report_operand(Ssd1306 *s, unsigned n, const char *what)
{
    zif_report(&s->dev, ZIF_REPORT_RESERVED, -1, "command 0x%02x: operand 0x%02x: %s", s->command, s->operands[n],
               what);
}

/* --- Scrolling ---------------------------------------------------------------------------------------------------------------- */

static ZifTime frame_time(const Ssd1306 *s)
{
    uint64_t hz = 370000 + (uint64_t)(s->clock >> 4) * 20000 - 8 * 20000;
    uint64_t clocks = (s->clock % 16 + 1u) * (s->precharge % 16 + (s->precharge >> 4) + 50u) * (s->multiplex + 1u);
    return ZIF_SEC * clocks / hz;
}

uint64_t zif__ssd1306_steps(const Ssd1306 *s)
{
    return s->scroll.on ? (zif_now(&s->dev) - s->scroll.since) / (s->scroll.frames * frame_time(s)) : 0;
}

/* The steps that are over happen in the display RAM. */
static void settle(Ssd1306 *s)
{
    uint64_t steps = zif__ssd1306_steps(s);
    if (!steps) {
        return;
    }
    s->scroll.since += steps * s->scroll.frames * frame_time(s);
    for (unsigned page = s->scroll.first_page; page <= s->scroll.last_page; page++) {
        uint8_t old[COLUMNS];
        memcpy(old, s->ram[page], COLUMNS);
        for (unsigned i = 0; i < COLUMNS; i++) {
            s->ram[page][i] = old[(s->scroll.left ? i + steps : i - steps) % COLUMNS];
        }
    }
    s->scroll.up = (uint8_t)((s->scroll.up + steps * s->scroll.rows) % (s->scroll.area ? s->scroll.area : 1));
    s->changed = true;
}

static void set_up_scroll(Ssd1306 *s)
{
    static const uint16_t frames[] = { 5, 64, 128, 256, 3, 4, 25, 2 };
    const uint8_t *v = s->operands;
    bool diagonal = s->command >= 0x29;
    if (s->scroll.on) {
        report(s, ZIF_REPORT_BUSY, "scrolling is set up while the picture scrolls");
    }
    if ((v[1] & 7) > (v[3] & 7)) {
        report_operand(s, 3, "the last page lies before the first");
        return;
    }
    s->scroll.left = s->command == 0x27 || s->command == 0x2A;
    s->scroll.first_page = v[1] & 7;
    s->scroll.frames = frames[v[2] & 7];
    s->scroll.last_page = v[3] & 7;
    s->scroll.rows = diagonal ? v[4] & 0x3F : 0;
}

static void put(Ssd1306 *s, uint8_t byte)
{
    if (s->scroll.on) {
        zif_report(&s->dev, ZIF_REPORT_BUSY, -1, "display RAM is written while the picture scrolls");
    }
    s->ram[s->page][s->column] = byte;
    s->touched |= (uint8_t)(1 << s->page);
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
    case 0x23:
    case 0x81:
    case 0x8D:
    case 0xA8:
    case 0xD3:
    case 0xD5:
    case 0xD6:
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
        s->mode = (v & 3) == 3 ? PAGE : v & 3;
        if (v > PAGE) {
            report_operand(s, 0, "there is no such addressing mode");
        }
        break;
    case 0x21:
        s->column = s->column_start = v & 0x7F;
        s->column_end = s->operands[1] & 0x7F;
        if (s->column_start > s->column_end) {
            report_operand(s, 1, "the last column lies before the first");
        }
        break;
    case 0x22:
        s->page = s->page_start = v & 7;
        s->page_end = s->operands[1] & 7;
        if (s->page_start > s->page_end) {
            report_operand(s, 1, "the last page lies before the first");
        }
        break;
    case 0x23:
        if (v & 0x30) {
            report(s, ZIF_REPORT_UNMODELLED, "fading and blinking have no effect in this model");
        }
        break;
    case 0x40 ... 0x7F:
        s->start_line = c & 0x3F;
        break;
    case 0x81:
        s->contrast = v;
        break;
    case 0x8D:
        s->pump = v & 4;
        if ((v & ~4) != 0x10) {
            report_operand(s, 0, "the charge pump's bits are 0x10, and 0x04 to switch it on");
        }
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
            report_operand(s, 0, "a multiplex ratio below 16 does not exist");
        } else {
            s->multiplex = v & 0x3F;
        }
        break;
    case 0xAE:
    case 0xAF:
        s->display_on = c & 1;
        if (s->display_on && !s->pump && !zif_prop_bool(&s->dev, "zif,external-vcc")) {
            report(s, ZIF_REPORT_BUS, "the display is switched on without its charge pump (8Dh 14h): it stays dark");
        }
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
        s->clock = v;
        break;
    case 0xD6:
        s->zoomed = v & 1;
        if (s->zoomed && !(s->com_pins & 0x10)) {
            report(s, ZIF_REPORT_BUS, "zooming needs the alternative COM pins (DAh 12h)");
        }
        break;
    case 0xD9:
        s->precharge = v;
        if (!(v & 15) || !(v >> 4)) {
            report_operand(s, 0, "a phase of 0 clocks does not exist");
        }
        break;
    case 0xDA:
        s->com_pins = v & 0x30;
        if ((v & ~0x30) != 2) {
            report_operand(s, 0, "the COM pins are 0x02, 0x12, 0x22 or 0x32");
        }
        break;
    case 0xDB:
        s->vcomh = v;
        if (v != 0x00 && v != 0x20 && v != 0x30) {
            report_operand(s, 0, "VCOMH is 0x00, 0x20 or 0x30");
        }
        break;
    case 0x26:
    case 0x27:
    case 0x29:
    case 0x2A:
        set_up_scroll(s);
        break;
    case 0x2E:
        s->scroll.on = false;
        s->scroll.up = 0;
        break;
    case 0x2F:
        s->scroll.since = s->scroll.on ? s->scroll.since : zif_now(&s->dev);
        s->scroll.on = true;
        break;
    case 0xA3:
        if ((v & 0x3F) + (s->operands[1] & 0x7F) > s->multiplex + 1) {
            report_operand(s, 1, "more rows would move than there are");
        } else {
            s->scroll.fixed = v & 0x3F;
            s->scroll.area = s->operands[1] & 0x7F;
            s->scroll.up = 0;
        }
        break;
    case 0xE3:
        break;
    default:
        report(s, ZIF_REPORT_RESERVED, "there is no such command");
    }
    s->changed |= c > 0x22 && (c < 0xB0 || c > 0xB7); /* those before, and these, only say where bytes go */
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
    settle(s);
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
    s->clock = 0x80;
    s->precharge = 0x22;
    s->vcomh = 0x20;
    s->com_pins = 0x10;
    memset(&s->scroll, 0, sizeof s->scroll);
    s->scroll.frames = 5;
    s->scroll.area = ROWS;
    s->changed = true;
    s->pump = s->zoomed = s->remap = s->com_reversed = s->inverted = s->all_on = s->display_on = false;
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
    if (kind == ZIF_RESET_POWER_ON) {
        for (unsigned i = 0; i < sizeof s->ram; i++) { /* whatever it woke up with */
            ((uint8_t *)s->ram)[i] = (uint8_t)zif_random(dev);
        }
    }
    initial(s);
}

static bool ssd1306_realize(ZifDevice *dev, Error **errp)
{
    uint32_t width = zif_prop_u32(dev, "width", COLUMNS), height = zif_prop_u32(dev, "height", ROWS);
    uint32_t column = zif_prop_u32(dev, "segment-offset", 0), page = zif_prop_u32(dev, "page-offset", 0);
    if (!width || !height || width > COLUMNS || column > COLUMNS - width || height > ROWS ||
        page > (ROWS - height) / 8 || zif_prop_u32(dev, "multiplex-ratio", height - 1) >= ROWS) {
        error_setg(errp,
                   "width %u at segment-offset %u, height %u at page-offset %u: the SSD1306 has %u columns and %u rows",
                   width, column, height, page, COLUMNS, ROWS);
        return false;
    }
    return true;
}

static void ssd1306_restored(ZifDevice *dev)
{
    ((Ssd1306 *)dev)->changed = true;
}

static const ZifI2cPart i2c = { .start = i2c_start, .write = i2c_write, .read = i2c_read };
static const ZifSpiPart spi = { .transfer = spi_transfer, .modes = 1 << 0 | 1 << 3 };

const ZifClass zif__ssd1306 = {
    .name = "ssd1306",
    .compatible = (const char *const[]){ "solomon,ssd1306", "solomon,ssd1306fb", "solomon,ssd1306fb-i2c", NULL },
    .reference = "SSD1306 data sheet rev 1.5",
    .summary = "a display with everything the eye sees, on I2C or SPI; no fading and blinking",
    .modelled = ZIF_PARTIAL,
    .size = sizeof(Ssd1306),
    .plain = offsetof(Ssd1306, touched),
    .inputs = (const ZifInput[]){ { .name = "data_cmd" }, { .name = "reset", .set = reset_pin }, { 0 } },
    .realize = ssd1306_realize,
    .reset = ssd1306_reset,
    .snapshot_done = ssd1306_restored,
    .display = &zif__ssd1306_source,
    .i2c = &i2c,
    .spi = &spi,
};
