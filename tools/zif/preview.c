/*
 * See preview.h. A character cell shows two pixels, one above the other: an upper half block whose ink and paper have their colours. The
 * picture has the rows above the terminal's scrolling region (DECSTBM), so that the guest's lines below can be what they are. Only cells that
 * changed are written.
 *
 * Reference: ECMA-48, fifth edition; DEC STD 070 (DECSTBM, DECSC, DECRC); colours as ISO 8613-6 has them.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "preview.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <zif/terminal.h>
#include "heap.h"
#include "progress.h"

enum { TEXT_LEAST = 4, TEXT_MOST = 10, SMALLEST = 3, CELLS_MOST = 1000 };
static const double shortest = 0.04; /* host seconds between two pictures */

/* The scrolling region is all of the screen again; the cursor stays. */
static const char parting[] = "\0337\033[r\0338\033[0m";

struct Preview {
    ZifDisplay *display;
    int fd;
    unsigned columns, rows, text; /* of the terminal; lines left for text */
    uint64_t *cells;              /* as written: upper pixel above the lower one; ~0: not written */
    bool due;
    double next; /* host time */
};

static void put(int fd, const char *bytes, size_t len)
{
    while (len) {
        ssize_t n = write(fd, bytes, len);
        if (n <= 0) {
            return; /* whoever looked has gone */
        }
        bytes += n;
        len -= (size_t)n;
    }
}

/* Asks for the terminal's size; a new one begins with an empty screen. False when it has no room for pictures. */
static bool measure(Preview *p, FILE *out)
{
    struct winsize size;
    if (ioctl(p->fd, TIOCGWINSZ, &size) || size.ws_row < SMALLEST + TEXT_LEAST || size.ws_col < SMALLEST ||
        size.ws_row > CELLS_MOST || size.ws_col > CELLS_MOST) {
        return false;
    }
    if (size.ws_row == p->rows && size.ws_col == p->columns) {
        return true;
    }
    p->rows = size.ws_row;
    p->columns = size.ws_col;
    p->text = p->rows / 4 < TEXT_LEAST ? TEXT_LEAST : p->rows / 4 > TEXT_MOST ? TEXT_MOST : p->rows / 4;
    p->cells = heap_must(realloc(p->cells, (size_t)p->rows * p->columns * sizeof *p->cells), "a preview");
    memset(p->cells, 0xff, (size_t)p->rows * p->columns * sizeof *p->cells);
    fprintf(out, "\033[2J\033[%u;1H\0337", p->rows - p->text + 1);
    return true;
}

/* The mean colour of a part of the picture. */
static uint32_t mean(const ZifPicture *picture, unsigned left, unsigned right, unsigned top, unsigned bottom)
{
    uint64_t red = 0, green = 0, blue = 0, n = (uint64_t)(right - left) * (bottom - top);
    for (unsigned y = top; y < bottom; y++) {
        for (unsigned x = left; x < right; x++) {
            uint32_t pixel = picture->pixels[(size_t)y * picture->width + x];
            red += pixel >> 16 & 0xff;
            green += pixel >> 8 & 0xff;
            blue += pixel & 0xff;
        }
    }
    return (uint32_t)(red / n << 16 | green / n << 8 | blue / n);
}

/* What is at (x, y) when the picture is scaled to width by height; black outside. */
static uint32_t sample(const ZifPicture *picture, unsigned x, unsigned y, unsigned width, unsigned height)
{
    if (x >= width || y >= height) {
        return 0;
    }
    unsigned left = x * picture->width / width, right = (x + 1) * picture->width / width;
    unsigned top = y * picture->height / height, bottom = (y + 1) * picture->height / height;
    return mean(picture, left, right > left ? right : left + 1, top, bottom > top ? bottom : top + 1);
}

/* The largest size within columns by lines that keeps the shape; small pictures grow by a whole factor. */
static void scale(const ZifPicture *picture, unsigned columns, unsigned lines, unsigned *width, unsigned *height)
{
    unsigned w = picture->width, h = picture->height;
    *width = *height = 0;
    if (!w || !h) {
        return;
    }
    if (w <= columns && h <= lines) {
        unsigned by = columns / w < lines / h ? columns / w : lines / h;
        *width = w * by;
        *height = h * by;
        return;
    }
    *width = w * lines / h < columns ? w * lines / h : columns;
    *width += !*width;
    *height = *width * h / w < lines ? *width * h / w : lines;
    *height += !*height;
}

static void draw_cells(Preview *p, const ZifPicture *picture, FILE *out)
{
    unsigned lines = p->rows - p->text, width, height;
    uint64_t ink = ~0ull;
    bool here = false; /* the cursor is where the next cell is written */
    scale(picture, p->columns, 2 * lines, &width, &height);
    for (unsigned y = 0; y < lines; y++) {
        for (unsigned x = 0; x < p->columns; x++) {
            uint64_t *cell = &p->cells[(size_t)y * p->columns + x];
            uint32_t upper = sample(picture, x, 2 * y, width, height);
            uint32_t lower = sample(picture, x, 2 * y + 1, width, height);
            uint64_t now = (uint64_t)upper << 32 | lower;
            if (*cell == now) {
                here = false;
                continue;
            }
            *cell = now;
            if (!here) {
                fprintf(out, "\033[%u;%uH", y + 1, x + 1);
            }
            if (ink != now) {
                fprintf(out, "\033[38;2;%u;%u;%um\033[48;2;%u;%u;%um", upper >> 16, upper >> 8 & 0xff, upper & 0xff,
                        lower >> 16, lower >> 8 & 0xff, lower & 0xff);
            }
            ink = now;
            here = true;
            fputs("\u2580", out);
        }
        here = false;
    }
}

static void draw(Preview *p, const ZifPicture *picture)
{
    char *bytes = NULL;
    size_t len = 0;
    FILE *out = heap_must(open_memstream(&bytes, &len), "a preview");
    p->due = false;
    p->next = host_seconds() + shortest;
    fputs("\0337", out);
    if (measure(p, out)) {
        /* The region again, too: the process may have been stopped in between. Setting it moves the cursor. */
        fprintf(out, "\033[%u;%ur", p->rows - p->text + 1, p->rows);
        draw_cells(p, picture, out);
    }
    fputs("\033[0m\0338", out);
    fclose(out);
    put(p->fd, bytes, len);
    free(bytes);
}

static void on_frame(void *opaque, const ZifPicture *picture, ZifTime when)
{
    Preview *p = opaque;
    p->due |= picture->first <= picture->last || !picture->height;
    if (p->due && host_seconds() >= p->next) {
        draw(p, picture);
    }
}

Preview *preview_open(ZifMachine *m, const char *name, Error **errp)
{
    const char *kind = getenv("TERM");
    int fd = isatty(STDERR_FILENO) ? STDERR_FILENO : isatty(STDOUT_FILENO) ? STDOUT_FILENO : -1;
    if (fd < 0 || !kind || !strcmp(kind, "dumb")) {
        error_setg(errp, "--show draws on a terminal, and there is none here: --screenshot and --record write files");
        return NULL;
    }
    Error *err = NULL;
    ZifDisplay *d = zif_machine_display_by_name(m, name, &err);
    if (!d) {
        error_prepend(&err, "--show");
        error_propagate(errp, err);
        return NULL;
    }
    Preview *p = heap_must(calloc(1, sizeof *p), "a preview");
    p->display = d;
    p->fd = fd;
    zif_terminal_parting(fd, parting);
    draw(p, zif_display_look(d));
    zif_display_on_frame(d, on_frame, p);
    return p;
}

void preview_update(Preview *p)
{
    if (p && p->due && host_seconds() >= p->next) {
        draw(p, zif_display_look(p->display));
    }
}

void preview_close(Preview *p)
{
    if (p) {
        zif_display_on_frame(p->display, NULL, p);
        draw(p, zif_display_look(p->display));
        zif_terminal_parting(p->fd, NULL);
        free(p->cells);
        free(p);
    }
}
