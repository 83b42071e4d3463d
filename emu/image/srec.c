/*
 * Motorola S-records, S0 to S9. Reference: M68000 Family Programmer's Reference Manual, appendix C.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <inttypes.h>
#include "internal.h"

enum { MAX_RECORD = 1 + 255 }; /* count; address, data, checksum */

/* Bytes of address by record type; 0 for the reserved S4. S5 and S6 carry a count there. */
static const uint8_t address_sizes[10] = { 2, 2, 3, 4, 0, 2, 3, 4, 3, 2 };

static bool decode(const ZifImage *image, const ZifLines *lines, uint8_t *rec, Error **errp)
{
    if (lines->len < 2 || lines->text[0] != 'S' || lines->text[1] < '0' || lines->text[1] > '9') {
        error_setg(errp, "%s, line %" PRIu64 ": a record must begin with 'S' and a digit", image->name, lines->line);
        return false;
    }
    unsigned type = (unsigned)(lines->text[1] - '0');
    if (!address_sizes[type]) {
        error_setg(errp, "%s, line %" PRIu64 ": record type S%u is reserved", image->name, lines->line, type);
        return false;
    }
    if (!zif__read_record(image, lines, 2, 1, 0xff, rec, errp)) {
        return false;
    }
    if (rec[0] < address_sizes[type] + 1u) {
        error_setg(errp, "%s, line %" PRIu64 ": %u bytes are too few for an S%u record", image->name, lines->line,
                   rec[0], type);
        return false;
    }
    return true;
}

bool zif__read_srec(ZifImage *image, Error **errp)
{
    ZifLines lines;
    uint8_t rec[MAX_RECORD];
    uint32_t ndata = 0;
    bool ended = false;
    zif__lines_init(&lines, image);
    while (zif__lines_next(&lines)) {
        if (!lines.len) {
            continue;
        }
        if (ended) {
            error_setg(errp, "%s, line %" PRIu64 ": more records after the end record; were two files joined?",
                       image->name, lines.line);
            return false;
        }
        if (!decode(image, &lines, rec, errp)) {
            return false;
        }
        unsigned type = (unsigned)(lines.text[1] - '0'), width = address_sizes[type];
        uint32_t address = 0;
        for (unsigned i = 0; i < width; i++) {
            address = address << 8 | rec[1 + i];
        }
        if (type >= 1 && type <= 3) {
            ndata++;
            if (!zif__image_add_copy(image, address, rec + 1 + width, rec[0] - width - 1, lines.line, errp)) {
                return false;
            }
        } else if (type == 5 || type == 6) {
            if (address != (ndata & (type == 5 ? 0xffff : 0xffffff))) {
                error_setg(errp, "%s, line %" PRIu64 ": the file announces %" PRIu32 " data records but holds %" PRIu32,
                           image->name, lines.line, address, ndata);
                return false;
            }
        } else if (type >= 7) {
            image->entry = address;
            image->has_entry = true;
            ended = true;
        }
    }
    if (!ended) {
        error_setg(errp, "%s, line %" PRIu64 ": truncated file: it ends without an S7, S8 or S9 record", image->name,
                   lines.line);
        return false;
    }
    return true;
}
