/* Lines and hexadecimal digits, for the readers of text formats. SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <string.h>
#include "internal.h"

void zif__lines_init(ZifLines *lines, const ZifImage *image)
{
    *lines = (ZifLines){ .next = (const char *)image->data, .end = (const char *)image->data + image->size };
}

bool zif__lines_next(ZifLines *lines)
{
    if (lines->next == lines->end) {
        return false;
    }
    const char *newline = memchr(lines->next, '\n', (size_t)(lines->end - lines->next));
    const char *end = newline ? newline : lines->end;
    lines->text = lines->next;
    lines->next = newline ? newline + 1 : lines->end;
    while (end > lines->text && (end[-1] == '\r' || end[-1] == ' ' || end[-1] == '\t')) {
        end--;
    }
    lines->len = (size_t)(end - lines->text);
    lines->line++;
    return true;
}

int zif__hex_digit(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool hex_bytes(const char *digits, uint8_t *out, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        int high = zif__hex_digit(digits[2 * i]), low = zif__hex_digit(digits[2 * i + 1]);
        if (high < 0 || low < 0) {
            return false;
        }
        out[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

bool zif__read_record(const ZifImage *image, const ZifLines *lines, size_t prefix, size_t overhead, uint8_t sum,
                      uint8_t *rec, Error **errp)
{
    const char *digits = lines->text + prefix;
    size_t n = lines->len > prefix ? lines->len - prefix : 0;
    if (n < 2) {
        error_setg(errp, "%s, line %" PRIu64 ": truncated record", image->name, lines->line);
        return false;
    }
    if (!hex_bytes(digits, rec, 1) ||
        !hex_bytes(digits, rec, (n < 2 * (overhead + rec[0]) ? n : 2 * (overhead + rec[0])) / 2)) {
        error_setg(errp, "%s, line %" PRIu64 ": a character is not a hexadecimal digit", image->name, lines->line);
        return false;
    }
    size_t size = overhead + rec[0];
    if (n < 2 * size) {
        error_setg(errp, "%s, line %" PRIu64 ": truncated record: %zu of its %zu bytes are there", image->name,
                   lines->line, n / 2, size);
        return false;
    }
    if (n > 2 * size) {
        error_setg(errp, "%s, line %" PRIu64 ": %zu characters after the end of the record", image->name, lines->line,
                   n - 2 * size);
        return false;
    }
    uint8_t total = 0;
    for (size_t i = 0; i < size; i++) {
        total = (uint8_t)(total + rec[i]);
    }
    if (total != sum) {
        error_setg(errp, "%s, line %" PRIu64 ": checksum is %02X but the record needs %02X", image->name, lines->line,
                   rec[size - 1], (uint8_t)(rec[size - 1] + sum - total));
        return false;
    }
    return true;
}
