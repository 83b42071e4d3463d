/* The SSD1306 as its command decoder and its glass share it. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ZIF_SOLOMON_SSD1306_H
#define ZIF_SOLOMON_SSD1306_H

#include <zif/display.h>

enum { SSD_PAGES = 8, SSD_COLUMNS = 128, SSD_ROWS = 64 };

typedef struct {
    ZifDevice dev;
    uint8_t ram[SSD_PAGES][SSD_COLUMNS];
    uint8_t command, operands[6], noperands, wanted; /* a command that still waits for operands */
    uint8_t mode, column, page, column_start, column_end, page_start, page_end;
    uint8_t start_line, offset, multiplex, contrast;
    uint8_t clock, precharge, vcomh, com_pins; /* as commands D5, D9, DB and DA give them */
    bool remap, com_reversed, inverted, all_on, display_on, pump, zoomed;
    bool control_next, data, continues; /* I2C: what the last control byte said */
    struct {
        bool left, on;
        uint8_t first_page, last_page, rows; /* rows: moved up in a step */
        uint16_t frames;                     /* of a step */
        uint8_t fixed, area;                 /* rows above the moving ones, and the moving ones */
        uint8_t up;                          /* rows that have been moved so far */
        ZifTime since;                       /* when the next step began */
    } scroll;
    /* What a picture was last made of. */
    uint8_t touched;  /* pages written since, one bit each */
    bool changed;     /* something else that is seen */
    uint64_t stepped; /* steps of scrolling not yet in the display RAM then */
} Ssd1306;

/** Steps of the scrolling that are over and not yet in the display RAM: it is brought up to date when the firmware next comes by. */
uint64_t zif__ssd1306_steps(const Ssd1306 *s);
/** Does this pixel of the glass shine? Column x from the left, row y from the top. */
bool zif__ssd1306_lit(const ZifDevice *dev, unsigned x, unsigned y);

extern const ZifDisplaySource zif__ssd1306_source;

#endif
