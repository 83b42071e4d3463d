/*
 * Intel HEX, record types 00 to 05. Reference: Intel, Hexadecimal Object File Format Specification, rev A
 * (1988). SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <inttypes.h>
#include "internal.h"

enum { DATA, END, SEGMENT_BASE, SEGMENT_START, LINEAR_BASE, LINEAR_START };
enum { HEAD = 4, OVERHEAD = HEAD + 1 }; /* count, address (2), type; checksum */

typedef struct {
    uint32_t base;
    bool segmented; /* offsets wrap within 64 KiB */
    bool ended;
} State;

static bool add_data(ZifImage *image, const State *state, const uint8_t *rec, uint64_t line, Error **errp)
{
    uint32_t offset = (uint32_t)rec[1] << 8 | rec[2];
    uint32_t size = rec[0], first = size;
    if (state->segmented && offset + size > 0x10000) {
        first = 0x10000 - offset;
    }
    return zif__image_add_copy(image, (uint64_t)state->base + offset, rec + HEAD, first, line, errp) &&
           zif__image_add_copy(image, state->base, rec + HEAD + first, size - first, line, errp);
}

static bool apply(ZifImage *image, State *state, const uint8_t *rec, uint64_t line, Error **errp)
{
    static const int sizes[] = {
        [DATA] = -1, [END] = 0, [SEGMENT_BASE] = 2, [SEGMENT_START] = 4, [LINEAR_BASE] = 2, [LINEAR_START] = 4
    };
    unsigned type = rec[3];
    if (type >= sizeof sizes / sizeof *sizes) {
        error_setg(errp, "%s, line %" PRIu64 ": record type %02X is not one of 00 to 05", image->name, line, type);
        return false;
    }
    if (sizes[type] >= 0 && rec[0] != sizes[type]) {
        error_setg(errp, "%s, line %" PRIu64 ": a record of type %02X holds %d bytes, not %u", image->name, line, type,
                   sizes[type], rec[0]);
        return false;
    }
    const uint8_t *d = rec + HEAD;
    switch (type) {
    case DATA:
        return add_data(image, state, rec, line, errp);
    case END:
        state->ended = true;
        break;
    case SEGMENT_BASE:
        state->base = ((uint32_t)d[0] << 8 | d[1]) << 4;
        state->segmented = true;
        break;
    case LINEAR_BASE:
        state->base = ((uint32_t)d[0] << 8 | d[1]) << 16;
        state->segmented = false;
        break;
    case SEGMENT_START: /* CS:IP */
        image->entry = (((uint32_t)d[0] << 8 | d[1]) << 4) + ((uint32_t)d[2] << 8 | d[3]);
        image->has_entry = true;
        break;
    case LINEAR_START:
        image->entry = (uint32_t)d[0] << 24 | (uint32_t)d[1] << 16 | (uint32_t)d[2] << 8 | d[3];
        image->has_entry = true;
        break;
    }
    return true;
}

bool zif__read_hex(ZifImage *image, Error **errp)
{
    State state = { 0 };
    ZifLines lines;
    uint8_t rec[OVERHEAD + 255];
    zif__lines_init(&lines, image);
    while (zif__lines_next(&lines)) {
        if (!lines.len) {
            continue;
        }
        if (state.ended) {
            error_setg(errp, "%s, line %" PRIu64 ": more records after the end record; were two files joined?",
                       image->name, lines.line);
            return false;
        }
        if (lines.text[0] != ':') {
            error_setg(errp, "%s, line %" PRIu64 ": a record must begin with ':'", image->name, lines.line);
            return false;
        }
        if (!zif__read_record(image, &lines, 1, OVERHEAD, 0, rec, errp) ||
            !apply(image, &state, rec, lines.line, errp)) {
            return false;
        }
    }
    if (!state.ended) {
        error_setg(errp, "%s, line %" PRIu64 ": truncated file: it ends without an end record (:00000001FF)",
                   image->name, lines.line);
        return false;
    }
    return true;
}
