/*
 * Where the beam of a panel is, and the tearing effect line that tells of it.
 *
 * Reference: ILI9341 data sheet V1.11, sections 8.2.28, 8.2.35, 8.2.36 and 8.3.2 (TEOFF, TEON, scan lines, frame rate).
 * A frame is lines before the picture (back porch), those of the picture, and lines after it (front porch). Blanking lasts from the
 * front porch to the end of the next back porch. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "dcs.h"

ZifTime zif__dcs_frame(const DcsPanel *p, unsigned *lines)
{
    uint32_t clocks, hz;
    unsigned before, after;
    p->model->timing(p, &clocks, &before, &after, &hz);
    *lines = before + DCS_ROWS + after;
    return ZIF_SEC * clocks * *lines / hz;
}

unsigned zif__dcs_line(const DcsPanel *p, ZifTime now)
{
    unsigned lines;
    ZifTime frame = zif__dcs_frame(p, &lines);
    return (unsigned)((now - p->scan) % frame * lines / frame);
}

ZifTime zif__dcs_line_after(const DcsPanel *p, unsigned line, ZifTime after)
{
    unsigned lines;
    ZifTime frame = zif__dcs_frame(p, &lines), begins = ((ZifTime)line * frame + lines - 1) / lines;
    ZifTime at = p->scan + (after - p->scan) / frame * frame + begins;
    return at > after ? at : at + frame;
}

/* Between which lines the tearing effect line is high: from, and the first that is not. */
static void high_lines(const DcsPanel *p, unsigned *from, unsigned *until)
{
    uint32_t clocks, hz;
    unsigned before, after;
    const uint8_t *sts = zif__dcs_kept(p, TESLWR);
    unsigned line = (sts[0] & 1) << 8 | sts[1];
    p->model->timing(p, &clocks, &before, &after, &hz);
    *from = before + (line && line < DCS_ROWS ? line : DCS_ROWS);
    *until = line && line < DCS_ROWS ? *from + 1 : before;
}

static bool every_line(const DcsPanel *p)
{
    return *zif__dcs_kept(p, TEON) & 1;
}

static void schedule(DcsPanel *p)
{
    unsigned from, until, lines;
    ZifTime now = zif_now(&p->dev);
    if (!p->tearing || !p->awake || !zif_output_connected(&p->dev, DCS_OUT_TE, 0)) {
        zif_cancel(&p->dev, DCS_EVENT_TE);
        return;
    }
    high_lines(p, &from, &until);
    zif__dcs_frame(p, &lines);
    ZifTime up = zif__dcs_line_after(p, from, now), down = zif__dcs_line_after(p, until, now);
    ZifTime next = up < down ? up : down;
    if (every_line(p)) {
        ZifTime line = zif__dcs_line_after(p, (zif__dcs_line(p, now) + 1) % lines, now);
        next = next < line ? next : line;
    }
    zif_schedule(&p->dev, DCS_EVENT_TE, next);
}

static void drive(DcsPanel *p, bool at_line)
{
    unsigned from, until, line = p->awake ? zif__dcs_line(p, zif_now(&p->dev)) : 0;
    high_lines(p, &from, &until);
    bool high = from < until ? line >= from && line < until : line >= from || line < until;
    zif_set(&p->dev, DCS_OUT_TE, 0, p->tearing && p->awake && high);
    if (at_line && !high) {
        zif_pulse(&p->dev, DCS_OUT_TE, 0);
    }
}

void zif__dcs_tearing(DcsPanel *p, bool restart)
{
    if (restart) {
        p->scan = zif_now(&p->dev);
    }
    drive(p, false);
    schedule(p);
    zif_frames_changed(&p->dev);
}

void zif__dcs_event(ZifDevice *dev, unsigned event)
{
    DcsPanel *p = (DcsPanel *)dev;
    drive(p, every_line(p));
    schedule(p);
}
