/* C escapes. See escapes.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>
#include "escapes.h"

static int digit(char c, int base)
{
    int v = c >= '0' && c <= '9' ? c - '0' : (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (c | 0x20) - 'a' + 10 : base;
    return v < base ? v : -1;
}

/* Up to `max` digits; returns how many, the value in *value. */
static int number(const char *text, int base, int max, int *value)
{
    int n = 0;
    *value = 0;
    while (n < max && digit(text[n], base) >= 0) {
        *value = *value * base + digit(text[n++], base);
    }
    return n;
}

bool escapes_decode(const char *text, char *out, size_t *len, Error **errp)
{
    static const char letters[] = "abefnrtv\\'\"?", values[] = "\a\b\033\f\n\r\t\v\\'\"?";
    size_t n = 0;
    for (const char *p = text; *p; p++) {
        if (*p != '\\') {
            out[n++] = *p;
            continue;
        }
        p++;
        const char *letter = *p ? strchr(letters, *p) : NULL;
        int value, digits;
        if (letter) {
            value = (unsigned char)values[letter - letters];
        } else if (*p == 'x' && (digits = number(p + 1, 16, 2, &value))) {
            p += digits;
        } else if ((digits = number(p, 8, 3, &value)) && value <= 0xff) {
            p += digits - 1;
        } else {
            error_setg(errp, "'\\%.1s' in '%s' is no C escape", p, text);
            return false;
        }
        out[n++] = (char)value;
    }
    *len = n;
    return true;
}
