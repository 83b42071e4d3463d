/*
 * A panel with the MIPI Display Command Set, what its files share.
 *
 * dcs.c: commands, parameters, display RAM. dcs_scan.c: where the beam is, tearing effect. dcs_glass.c: what an eye sees. dbi.c: the buses.
 * ili9341.c: what is one chip's own. A further panel is a table and class records. SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ZIF_ILITEK_DCS_H
#define ZIF_ILITEK_DCS_H

#include <zif/display.h>

enum {
    NOP = 0x00,
    SWRESET = 0x01,
    RDDIDIF = 0x04,
    RDDST = 0x09,
    RDDPM = 0x0A,
    RDDMADCTL = 0x0B,
    RDDCOLMOD = 0x0C,
    RDDIM = 0x0D,
    RDDSM = 0x0E,
    RDDSDR = 0x0F,
    SLPIN = 0x10,
    SLPOUT = 0x11,
    PTLON = 0x12,
    NORON = 0x13,
    DINVOFF = 0x20,
    DINVON = 0x21,
    GAMSET = 0x26,
    DISPOFF = 0x28,
    DISPON = 0x29,
    CASET = 0x2A,
    PASET = 0x2B,
    RAMWR = 0x2C,
    RGBSET = 0x2D,
    RAMRD = 0x2E,
    PTLAR = 0x30,
    VSCRDEF = 0x33,
    TEOFF = 0x34,
    TEON = 0x35,
    MADCTL = 0x36,
    VSCRSADD = 0x37,
    IDMOFF = 0x38,
    IDMON = 0x39,
    COLMOD = 0x3A,
    RAMWRC = 0x3C,
    RAMRDC = 0x3E,
    TESLWR = 0x44,
    RDSCNL = 0x45,
    WRDISBV = 0x51,
    RDDISBV = 0x52,
    WRCTRLD = 0x53,
    RDCTRLD = 0x54,
    WRCABC = 0x55,
    RDCABC = 0x56,
    WRCABCMB = 0x5E,
    RDCABCMB = 0x5F,
    RDID1 = 0xDA,
    RDID2 = 0xDB,
    RDID3 = 0xDC,
};
/* Bits of MADCTL. */
enum { DCS_MY = 0x80, DCS_MX = 0x40, DCS_MV = 0x20, DCS_ML = 0x10, DCS_BGR = 0x08 };
enum { DCS_COLUMNS = 240, DCS_ROWS = 320, DCS_KEPT = 400 };

/* Inputs and outputs of every class. `dc` and `reset` are pins of all; the last four of a panel on a parallel bus of GPIO pins. */
enum { DCS_IN_DC, DCS_IN_RESET, DCS_IN_LED, DCS_IN_CSX, DCS_IN_WRX, DCS_IN_RDX, DCS_IN_DATA };
enum { DCS_OUT_TE };
enum { DCS_EVENT_TE };

/* A command with parameters, which are kept, or one that gives bytes. */
typedef struct {
    uint8_t code;
    uint8_t least, most; /* parameters */
    uint8_t gives;       /* bytes to be read */
    const char *reset;   /* of the parameters; NULL: zeros */
} DcsCommand;

typedef struct DcsPanel DcsPanel;

/* What one chip has of its own. */
typedef struct {
    const DcsCommand *commands; /* ended by a row without parameters and bytes; NOP has none and needs no row */
    /* The parameters of a command of its own are all there. */
    void (*effect)(DcsPanel *p);
    uint8_t (*give)(const DcsPanel *p, unsigned n); /* byte n of what is read from a command of its own */
    /* MADCTL as the write path sees it. */
    uint8_t (*madctl)(const DcsPanel *p);
    /* Clocks of a line, lines before and after the shown ones, and the oscillator. */
    void (*timing)(const DcsPanel *p, uint32_t *clocks, unsigned *before, unsigned *after, uint32_t *hz);
    bool (*wraps)(const DcsPanel *p); /* what is written past the end of the window starts again at its beginning */
    uint8_t (*fill)(const DcsPanel *p, uint8_t five); /* six bits of five */
    bool (*shows_video)(const DcsPanel *p);           /* the RGB interface and not the display RAM */
    /* Lines that are driven, and how glass and display RAM lie. */
    unsigned (*driven)(const DcsPanel *p, bool *flip_x, bool *flip_y);
} DcsModel;

struct DcsPanel {
    ZifDevice dev;
    uint8_t gram[DCS_ROWS][DCS_COLUMNS][3]; /* red, green, blue: 6 bits each */
    uint8_t kept[DCS_KEPT];                 /* parameters, in the order of the model's commands */
    uint8_t command;
    uint8_t gives; /* bytes it can give */
    uint8_t path;  /* MADCTL as pixels were last begun with, whether they have 18 bits, and whether the window wraps */
    bool deep, wraps;
    bool ignored;     /* the command came too soon after a reset: the chip does not hear it */
    uint16_t at;      /* parameters that came, or bytes that were read */
    uint8_t parts[6]; /* of a pixel that is not complete */
    uint8_t nparts;
    bool full; /* the window is full and nothing wraps */
    uint16_t column, page, columns[2], pages[2];
    bool awake, display_on, inverted, idle, partial, scrolls, tearing;
    uint8_t waits;                   /* command after which the next one has to wait */
    ZifTime ready;                   /* until then */
    ZifTime sleep_ready;             /* SLPIN and SLPOUT have to wait until then */
    ZifTime scan;                    /* when the first frame began */
    uint16_t shift, nbits;           /* 3-wire SPI: bits of the next nine */
    uint8_t last;                    /* SPI: byte given before */
    uint32_t touched[DCS_ROWS / 32]; /* rows of the display RAM written since the last picture */
    bool changed;                    /* and anything else that is seen */
    bool showed_video;
    const DcsModel *model;
    ZifPicture video; /* of the RGB interface */
};

/* --- dcs.c --- */

/** The chip's entry of a command; NULL: there is none. */
const DcsCommand *zif__dcs_find(const DcsPanel *p, uint8_t code);
/** Its parameters as kept; code must be one with parameters. */
uint8_t *zif__dcs_kept(const DcsPanel *p, uint8_t code);
/** Number n of them in pairs of bytes, the higher first. */
unsigned zif__dcs_kept16(const DcsPanel *p, uint8_t code, unsigned n);
/** A command byte, a parameter or pixel data (16 bits when wide), what is read next (dummy clocks are the bus's). */
void zif__dcs_command(DcsPanel *p, uint8_t code);
void zif__dcs_write(DcsPanel *p, uint16_t value, bool wide);
uint16_t zif__dcs_read(DcsPanel *p, bool wide);
/** Where a column and a page are in the display RAM, by MADCTL. */
void zif__dcs_map(uint8_t madctl, unsigned column, unsigned page, unsigned *x, unsigned *y);
void zif__dcs_power_on(DcsPanel *p);
void zif__dcs_reset_pin(ZifDevice *dev, unsigned line, int level);
/** Is the reset pin held low? */
bool zif__dcs_held(const DcsPanel *p);

/* --- dcs_scan.c --- */

/** Duration of a frame, and how many lines it has. */
ZifTime zif__dcs_frame(const DcsPanel *p, unsigned *lines);
/** The line the beam is in; the first one after those before the picture is `before`. */
unsigned zif__dcs_line(const DcsPanel *p, ZifTime now);
/** The first beginning of a line after a moment. */
ZifTime zif__dcs_line_after(const DcsPanel *p, unsigned line, ZifTime after);
/** TEON, TEOFF, sleep or the frame changed: the beam starts anew when restart is set. */
void zif__dcs_tearing(DcsPanel *p, bool restart);
void zif__dcs_event(ZifDevice *dev, unsigned event);

/* --- dcs_glass.c --- */

extern const ZifDisplaySource zif__dcs_source;

/* --- dbi.c --- */

extern const ZifSpiPart zif__dbi_spi;
/** A window of a memory controller: command and data are told apart by an address line. */
bool zif__dbi_map(DcsPanel *p, Error **errp);
/** WRX and RDX of a bus of GPIO pins. */
void zif__dbi_wrx(ZifDevice *dev, unsigned line, int level);
void zif__dbi_rdx(ZifDevice *dev, unsigned line, int level);

#endif
