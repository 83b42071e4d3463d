/* JUnit. See junit.h. Reference: the de-facto junit-10.xsd of Jenkins' xUnit plugin; XML 1.0, 2.2 "Characters".
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include "junit.h"

/* Length of the UTF-8 sequence at p of a character XML allows, 0 when there is none. */
static size_t utf8(const uint8_t *p, size_t len)
{
    size_t n = p[0] < 0x80                   ? 1
               : p[0] >= 0xc2 && p[0] < 0xe0 ? 2
               : p[0] >= 0xe0 && p[0] < 0xf0 ? 3
               : p[0] >= 0xf0 && p[0] < 0xf5 ? 4
                                             : 0;
    if (!n || n > len) {
        return 0;
    }
    uint32_t c = n == 1 ? p[0] : p[0] & (0xffu >> (n + 1));
    for (size_t i = 1; i < n; i++) {
        if ((p[i] & 0xc0) != 0x80) {
            return 0;
        }
        c = c << 6 | (p[i] & 0x3f);
    }
    bool too_long = (n == 3 && c < 0x800) || (n == 4 && c < 0x10000);
    bool allowed = c == '\t' || c == '\n' || (c >= 0x20 && c < 0x7f) || (c >= 0xa0 && c < 0xd800) ||
                   (c >= 0xe000 && c < 0xfffe) || (c >= 0x10000 && c < 0x110000);
    return too_long || !allowed ? 0 : n;
}

void junit_escape(const char *text, size_t len, FILE *out)
{
    const uint8_t *p = (const uint8_t *)text;
    for (size_t i = 0; i < len;) {
        size_t n = utf8(p + i, len - i);
        if (!n) {
            if (p[i] >= 0x80) {
                fputs("\xef\xbf\xbd", out); /* the replacement character */
            }
            i++;
            continue;
        }
        switch (p[i]) {
        case '&':
            fputs("&amp;", out);
            break;
        case '<':
            fputs("&lt;", out);
            break;
        case '>':
            fputs("&gt;", out);
            break;
        case '"':
            fputs("&quot;", out);
            break;
        case '\'':
            fputs("&apos;", out);
            break;
        default:
            fwrite(p + i, 1, n, out);
        }
        i += n;
    }
}

static void put(const char *text, FILE *out)
{
    junit_escape(text, strlen(text), out);
}

static void open_case(const JUnit *j, const char *name, ZifTime duration, FILE *out)
{
    fputs("    <testcase classname=\"", out);
    put(j->suite, out);
    fputs("\" name=\"", out);
    put(name, out);
    fprintf(out, "\" time=\"%.6f\"", (double)duration / (double)ZIF_SEC);
}

static bool is_fail(StepReport r)
{
    return r.kind == STEP_FAIL || r.kind == STEP_FAIL_RE;
}

static void put_step(const JUnit *j, StepReport r, FILE *out)
{
    char words[512];
    bool failed = is_fail(r) ? r.met : r.reached && !r.met;
    open_case(j, step_words(&r, words, sizeof words), r.met && !is_fail(r) ? r.ended - r.started : 0, out);
    if (failed) {
        fputs(">\n      <failure message=\"", out);
        put(j->message, out);
        fputs("\"/>\n    </testcase>\n", out);
    } else if (!is_fail(r) && !r.reached) {
        fputs(">\n      <skipped/>\n    </testcase>\n", out);
    } else {
        fputs("/>\n", out);
    }
}

static void put_run(const JUnit *j, bool error, bool failed, FILE *out)
{
    open_case(j, "run", j->virtual_time, out);
    fputs(">\n", out);
    if (failed) {
        const char *element = error ? "error" : "failure";
        fprintf(out, "      <%s type=\"%s\" message=\"", element, outcome_word(j->outcome));
        put(j->message, out);
        fputs("\">", out);
        put(j->details, out);
        fprintf(out, "</%s>\n", element);
    }
    fputs("      <system-out>", out);
    junit_escape(j->console, j->console_len, out);
    fputs("</system-out>\n", out);
    if (*j->reports) {
        fputs("      <system-err>", out);
        put(j->reports, out);
        fputs("</system-err>\n", out);
    }
    fputs("    </testcase>\n", out);
}

bool junit_write(const char *path, const JUnit *j, Error **errp)
{
    FILE *out = fopen(path, "w");
    if (!out) {
        error_setg_errno(errp, errno, "%s: cannot write", path);
        return false;
    }
    size_t count = steps_count(j->steps), failures = 0, skipped = 0;
    bool error = j->outcome->cannot, failed = outcome_code(j->outcome) != 0;
    for (size_t i = 0; i < count; i++) {
        StepReport r = steps_report(j->steps, i);
        failures += is_fail(r) ? r.met : r.reached && !r.met;
        skipped += !is_fail(r) && !r.reached;
    }
    fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n  <testsuite name=\"", out);
    put(j->suite, out);
    fprintf(out, "\" tests=\"%zu\" failures=\"%zu\" errors=\"%d\" skipped=\"%zu\" time=\"%.6f\">\n", count + 1,
            failures + (failed && !error), error, skipped, (double)j->virtual_time / (double)ZIF_SEC);
    fputs("    <properties>\n      <property name=\"board\" value=\"", out);
    put(j->board, out);
    fprintf(out, "\"/>\n      <property name=\"exit-code\" value=\"%d\"/>\n", outcome_code(j->outcome));
    fprintf(out, "      <property name=\"host-seconds\" value=\"%.3f\"/>\n    </properties>\n", j->host_seconds);
    for (size_t i = 0; i < count; i++) {
        put_step(j, steps_report(j->steps, i), out);
    }
    put_run(j, error, failed, out);
    fputs("  </testsuite>\n</testsuites>\n", out);
    bool bad = ferror(out);
    if (fclose(out) || bad) {
        error_setg_errno(errp, errno, "%s: cannot write", path);
        return false;
    }
    return true;
}
