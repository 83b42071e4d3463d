/* Durations as people write and read them: see zif/time.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <zif/time.h>

static const struct {
    const char *name;
    ZifTime ps;
    bool shown; /* used when writing */
} units[] = {
    { "h", 3600 * ZIF_SEC, false }, { "min", 60 * ZIF_SEC, false }, { "s", ZIF_SEC, true }, { "ms", ZIF_MS, true },
    { "us", ZIF_US, true },         { "ns", ZIF_NS, true },         { "ps", ZIF_PS, true },
};
enum { NUNITS = sizeof units / sizeof units[0] };

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool zif_time_parse(const char *text, ZifTime *out, Error **errp)
{
    const char *p = text;
    unsigned __int128 value = 0; /* the digits as one whole number, scaled down by 10^decimals */
    unsigned __int128 scale = 1;
    unsigned digits = 0;
    bool fraction = false;
    for (; is_digit(*p) || (*p == '.' && !fraction); p++) {
        if (*p == '.') {
            fraction = true;
            continue;
        }
        if (++digits > 20) {
            error_setg(errp, "'%s' has more digits than a duration can hold", text);
            return false;
        }
        value = value * 10 + (unsigned)(*p - '0');
        scale *= fraction ? 10 : 1;
    }
    unsigned u = 0;
    while (u < NUNITS && strcmp(p, units[u].name) != 0) {
        u++;
    }
    if (digits == 0 || u == NUNITS) {
        error_setg(errp, "'%s' is not a duration: write a number and a unit (ps, ns, us, ms, s, min, h), like 10ms",
                   text);
        return false;
    }
    value *= units[u].ps; /* 10^20 * 3.6 * 10^15 < 2^128 */
    if (value % scale != 0) {
        error_setg(errp, "'%s' is finer than a picosecond", text);
        return false;
    }
    value /= scale;
    if (value >= ZIF_TIME_NEVER) {
        error_setg(errp, "'%s' is longer than virtual time lasts (213 days)", text);
        return false;
    }
    *out = (ZifTime)value;
    return true;
}

char *zif_time_format(ZifTime t, char *buf)
{
    if (t == ZIF_TIME_NEVER) {
        return strcpy(buf, "never");
    }
    unsigned u = 0;
    while (u < NUNITS - 1 && (!units[u].shown || t < units[u].ps)) {
        u++;
    }
    if (t == 0) {
        return strcpy(buf, "0 s");
    }
    uint64_t ps = units[u].ps;
    uint64_t micro = ps > 1 ? (uint64_t)((unsigned __int128)(t % ps) * 1000000 / ps) : 0;
    int n = snprintf(buf, 32, "%" PRIu64, t / ps);
    if (micro) {
        n += snprintf(buf + n, 32 - (size_t)n, ".%06" PRIu64, micro);
        while (buf[n - 1] == '0') {
            n--;
        }
    }
    snprintf(buf + n, 32 - (size_t)n, " %s", units[u].name);
    return buf;
}
