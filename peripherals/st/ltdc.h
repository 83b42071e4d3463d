/*
 * STM32F42x LTDC, what its files share: registers, state, and what is worked out from them. ltdc.c says what is modelled.
 *
 * ltdc.c: registers and flags. ltdc_scan.c: where the beam is. ltdc_layer.c: where pixels come from, and which of them changed.
 * ltdc_picture.c: what is shown. ltdc_check.c: reports. SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ZIF_ST_LTDC_H
#define ZIF_ST_LTDC_H

#include <zif/display.h>
#include "st_pixel.h"

/* Registers of a layer; the ones before LAYER_SHADOWED take effect when they are reloaded. */
enum {
    LAYER_CR,
    LAYER_WHPCR,
    LAYER_WVPCR,
    LAYER_CKCR,
    LAYER_PFCR,
    LAYER_CACR,
    LAYER_DCCR,
    LAYER_BFCR,
    LAYER_CFBAR,
    LAYER_CFBLR,
    LAYER_CFBLNR,
    LAYER_SHADOWED,
    LAYER_CLUTWR = LAYER_SHADOWED,
    LAYER_REGS
};
enum {
    SSCR,
    BPCR,
    AWCR,
    TWCR,
    GCR,
    SRCR,
    BCCR,
    IER,
    ISR,
    ICR,
    LIPCR,
    CPSR,
    CDSR,
    LAYER1,
    LAYER2 = LAYER1 + LAYER_REGS,
    LTDC_REGS = LAYER2 + LAYER_REGS
};
enum { GCR_LTDCEN = 1 << 0, GCR_DEN = 1 << 16 };
enum { CR_LEN = 1 << 0, CR_COLKEN = 1 << 1, CR_CLUTEN = 1 << 4 };
enum { LIF = 1, FUIF = 2, TERRIF = 4, RRIF = 8, LTDC_FLAGS = 15 };
enum { CLOCK_APB, CLOCK_PIXEL, CLOCK_HCLK };
enum { LTDC_LAYERS = 2, MOST_LINES = 2048, MOST_COLUMNS = 4096 };

typedef struct LtdcView LtdcView;

typedef struct {
    ZifDevice dev;
    uint32_t values[LTDC_REGS]; /* of shadowed registers: what was written last */
    uint32_t active[LTDC_LAYERS][LAYER_SHADOWED];
    uint32_t clut[LTDC_LAYERS][256]; /* 0xFFRRGGBB */
    ZifClock pixels;                 /* pixel clocks since a frame began */
    ZifTime seen;                    /* ISR is true up to this moment */
    LtdcView *view;                  /* from here on: not the guest's */
} Ltdc;

/* A stretch of a layer's framebuffer in one region, or where there is no memory. */
typedef struct {
    uint64_t first, last; /* bus addresses, inclusive */
    const uint8_t *host;  /* NULL: nothing that can be read */
    MemoryRegion *mr;
    uint64_t offset;
    unsigned log; /* its entry of LtdcView.logs */
} LtdcPiece;

/* What follows from the active registers of a layer. */
typedef struct {
    bool shown;           /* part of its window is in the active area */
    unsigned x, y;        /* of that part, in the picture */
    unsigned width, rows; /* of that part */
    unsigned skip;        /* pixels of a line left of it */
    unsigned first_row;   /* lines of the window above it */
    unsigned format;
    unsigned bytes;  /* of the window's pixels in a line */
    unsigned usable; /* of these, what CFBLL lets through */
    unsigned lines;  /* of the window, what CFBLNR lets through */
    uint32_t address, pitch;
    LtdcPiece *pieces;
    unsigned npieces;
    uint8_t *shown_bytes; /* `bytes` a row of the window's part: what the picture was made of */
} LtdcLayer;

/* A region that layers are in, and what was logged there. */
typedef struct {
    MemoryRegion *mr;
    uint64_t first, end; /* the part layers use */
    DirtyBitmapSnapshot *dirty;
    unsigned unused; /* frames since a layer was there */
} LtdcLog;

enum { LTDC_LOGS = 16, LTDC_LOOKERS = 4 };

/* What the picture depends on besides memory. */
typedef struct {
    uint32_t frame[6]; /* SSCR to GCR, BCCR */
    uint32_t active[LTDC_LAYERS][LAYER_SHADOWED];
} LtdcSetup;

struct LtdcView {
    Ltdc *owner;
    MemoryListener listener; /* hears that the map changes */
    bool listening;
    ZifTime seen; /* as Ltdc.seen, unless a snapshot was restored meanwhile */
    bool derived; /* what follows is of the registers as they are, and of this map: */
    uint64_t generation;
    LtdcLayer layers[LTDC_LAYERS];
    bool any_underrun, any_error;
    uint64_t underrun[MOST_LINES / 64], error[MOST_LINES / 64]; /* lines of the frame where they happen */
    bool resolved_anew;                                         /* since the picture was brought up to date */
    /* the picture */
    unsigned watchers;
    LtdcLog logs[LTDC_LOGS];
    unsigned nlogs;
    bool logging;
    bool clut_changed;
    LtdcSetup drawn;
    unsigned drawn_width, drawn_height;
    uint64_t now;              /* counts changes */
    uint64_t rows[MOST_LINES]; /* `now` when a row changed last */
    struct {
        const uint32_t *pixels;
        uint64_t upto;
    } lookers[LTDC_LOOKERS];
    unsigned next_looker;
    uint32_t greys[256]; /* for luminance without a CLUT */
};

/* --- ltdc_scan.c --- */

/** Pixel clocks of a line and lines of a frame, blanking included. */
unsigned zif__ltdc_columns(const Ltdc *l);
unsigned zif__ltdc_lines(const Ltdc *l);
/** Size of the active area; false when the registers make none. */
bool zif__ltdc_active(const Ltdc *l, unsigned *width, unsigned *height);
/** Is the controller on and does its pixel clock run? */
bool zif__ltdc_scans(const Ltdc *l);
/** Where the beam is: counted from the beginning of the synchronisation pulses. */
void zif__ltdc_position(const Ltdc *l, ZifTime now, unsigned *x, unsigned *y);
/** The first line behind the active ones, where vertical blanking begins. */
unsigned zif__ltdc_blank_line(const Ltdc *l);
/** The first beginning of a line after a moment; ZIF_TIME_NEVER. */
ZifTime zif__ltdc_line_after(const Ltdc *l, unsigned line, ZifTime after);
/** The same of any line in a set of MOST_LINES bits. */
ZifTime zif__ltdc_set_after(const Ltdc *l, const uint64_t *lines, ZifTime after);
/** The size of a line or the pixel clock changed, and was `columns` and `lines` before: the beam goes on from where it is. */
void zif__ltdc_rescan(Ltdc *l, unsigned columns, unsigned lines);

/* --- ltdc_layer.c --- */

/** What follows from registers and map, brought up to date. */
LtdcView *zif__ltdc_view(const Ltdc *l);
/** Where a framebuffer begins to lie in something else than memory; false: nowhere. */
bool zif__ltdc_unreadable(const LtdcView *v, uint64_t *address);
/** A register changed that it follows from. */
void zif__ltdc_view_stale(Ltdc *l);
/** Nothing is known of what was drawn. */
void zif__ltdc_forget(Ltdc *l);
/** Dirty logging of the layers' regions on or off. */
void zif__ltdc_log(Ltdc *l, bool on);
/** Notes which rows changed since the last call. */
void zif__ltdc_refresh(Ltdc *l);
void zif__ltdc_view_new(Ltdc *l);
void zif__ltdc_view_free(Ltdc *l);

/* --- ltdc_check.c: reports --- */

/** Of the sizes of a frame and the line of the interrupt. */
void zif__ltdc_check_timing(Ltdc *l);
void zif__ltdc_check_pins(Ltdc *l);
/** Of the layers as they are in force from now on. */
void zif__ltdc_check_layers(Ltdc *l);
/** Of every register that was written and not reloaded. */
void zif__ltdc_report_forgotten(Ltdc *l);

/* --- ltdc_picture.c --- */

extern const ZifDisplaySource zif__ltdc_display;

#endif
