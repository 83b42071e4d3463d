/* The qtest protocol's bus accesses. SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "qtest_lines.h"

/* How often in a row the same register gives the same value before the client counts as waiting. */
enum { POLLS = 3 };

/* Did the bus take it? Otherwise FAIL is answered when that was asked for. */
static bool took(Qtest *q, MemTxResult result, uint64_t address)
{
    if (result == MEMTX_OK || !q->config.faults) {
        return true;
    }
    qtest_answer(q, "FAIL bus error at 0x%" PRIx64, address);
    return false;
}

static size_t width_of(char letter)
{
    return letter == 'b' ? 1 : letter == 'w' ? 2 : letter == 'l' ? 4 : 8;
}

/* The machines are little-endian, as is the host zif runs on. */
static uint64_t load(Qtest *q, uint64_t address, size_t size, MemTxResult *result)
{
    uint64_t value = 0;
    *result = zif_machine_access(q->m, address, &value, size, false);
    return value;
}

/* Is this the same command with the same answer for the third time, with nothing in between? */
static bool polls(Qtest *q, const char *command, uint64_t address, uint64_t value)
{
    char now[sizeof q->last];
    snprintf(now, sizeof now, "%s %" PRIx64, command, address);
    q->again = strcmp(now, q->last) == 0 && value == q->last_value ? q->again + 1 : 1;
    memcpy(q->last, now, sizeof now);
    q->last_value = value;
    return q->config.polling && q->again >= POLLS;
}

void qtest_read(Qtest *q, char **words)
{
    uint64_t address, value;
    size_t size = width_of(words[0][4]);
    MemTxResult result;
    if (!qtest_number(q, words[1], &address)) {
        return;
    }
    value = load(q, address, size, &result);
    if (polls(q, words[0], address, value) && zif_machine_next_event(q->m) != ZIF_TIME_NEVER) {
        zif_machine_advance(q->m, zif_machine_next_event(q->m));
        value = q->last_value = load(q, address, size, &result);
    }
    if (took(q, result, address)) {
        qtest_answer(q, "OK 0x%016" PRIx64, value);
    }
}

void qtest_write(Qtest *q, char **words)
{
    uint64_t address, value;
    if (!qtest_number(q, words[1], &address) || !qtest_number(q, words[2], &value)) {
        return;
    }
    if (took(q, zif_machine_access(q->m, address, &value, width_of(words[0][5]), true), address)) {
        qtest_answer(q, "OK");
    }
}

/* --- Blocks ---------------------------------------------------------------------------------------------------------------- */

/* Address and size of a block, and room for it; NULL after FAIL was answered. */
static uint8_t *block(Qtest *q, char **words, uint64_t *address, uint64_t *size)
{
    if (!qtest_number(q, words[1], address) || !qtest_number(q, words[2], size)) {
        return NULL;
    }
    uint8_t *data = *size <= QTEST_MAX_DATA ? calloc(1, *size + 1) : NULL;
    if (!data) {
        qtest_answer(q, "FAIL %" PRIu64 " bytes are more than %d", *size, QTEST_MAX_DATA);
    }
    return data;
}

static const char base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* RFC 4648, with padding. `out` has room for 4 * (n / 3 + 1) characters; returns how many were put there. */
static size_t encode_base64(const uint8_t *in, size_t n, char *out)
{
    char *at = out;
    for (size_t i = 0; i < n; i += 3) {
        uint32_t bits = (uint32_t)in[i] << 16 | (i + 1 < n ? in[i + 1] << 8 : 0) | (i + 2 < n ? in[i + 2] : 0);
        *at++ = base64[bits >> 18];
        *at++ = base64[bits >> 12 & 63];
        *at++ = i + 1 < n ? base64[bits >> 6 & 63] : '=';
        *at++ = i + 2 < n ? base64[bits & 63] : '=';
    }
    return (size_t)(at - out);
}

/* Decodes into at most n bytes. False when a character is not in the alphabet. */
static bool decode_base64(const char *in, uint8_t *out, size_t n)
{
    uint32_t bits = 0;
    unsigned have = 0;
    size_t done = 0;
    for (; *in && *in != '='; in++) {
        const char *digit = strchr(base64, *in);
        if (!digit) {
            return false;
        }
        bits = bits << 6 | (uint32_t)(digit - base64);
        have += 6;
        if (have >= 8) {
            have -= 8;
            if (done < n) {
                out[done++] = (uint8_t)(bits >> have);
            }
        }
    }
    return strspn(in, "=") == strlen(in);
}

static int digit_of(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

/* "0x" and two digits a byte; what is missing stays zero, what is too much is ignored. */
static bool decode_hex(const char *in, uint8_t *out, size_t n)
{
    if (strncmp(in, "0x", 2) != 0) {
        return false;
    }
    in += 2;
    for (size_t i = 0; i < n && in[2 * i] && in[2 * i + 1]; i++) {
        int high = digit_of(in[2 * i]), low = digit_of(in[2 * i + 1]);
        if (high < 0 || low < 0) {
            return false;
        }
        out[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

/* `read` and `b64read`. */
void qtest_read_block(Qtest *q, char **words)
{
    static const char digits[] = "0123456789abcdef";
    uint64_t address, size;
    bool hex = *words[0] == 'r';
    uint8_t *data = block(q, words, &address, &size);
    char *text = data ? malloc(2 * size + 16) : NULL;
    if (data && !text) {
        qtest_answer(q, "FAIL out of memory for %" PRIu64 " bytes", size);
    } else if (data && hex && !size) {
        qtest_answer(q, "FAIL nothing to read");
    } else if (data && took(q, zif_machine_access(q->m, address, data, size, false), address)) {
        size_t n = (size_t)sprintf(text, hex ? "OK 0x" : "OK ");
        for (size_t i = 0; hex && i < size; i++) {
            text[n++] = digits[data[i] >> 4];
            text[n++] = digits[data[i] & 15];
        }
        n += hex ? 0 : encode_base64(data, size, text + n);
        text[n++] = '\n';
        qtest_send(q, text, n);
    }
    free(text);
    free(data);
}

/* `write` and `b64write`. */
void qtest_write_block(Qtest *q, char **words)
{
    uint64_t address, size;
    bool hex = *words[0] == 'w';
    uint8_t *data = block(q, words, &address, &size);
    if (!data) {
        return;
    }
    if (!words[3] || strlen(words[3]) < 3) {
        qtest_answer(q, "ERR invalid argument size");
    } else if (!(hex ? decode_hex : decode_base64)(words[3], data, size)) {
        qtest_answer(q, "FAIL the data is not %s", hex ? "0x and hexadecimal digits" : "base64");
    } else if (took(q, zif_machine_access(q->m, address, data, size, true), address)) {
        qtest_answer(q, "OK");
    }
    free(data);
}

void qtest_memset(Qtest *q, char **words)
{
    uint64_t address, size, pattern;
    uint8_t *data = block(q, words, &address, &size);
    if (!data) {
        return;
    }
    if (qtest_number(q, words[3], &pattern)) {
        memset(data, (int)(pattern & 0xff), size);
        if (took(q, zif_machine_access(q->m, address, data, size, true), address)) {
            qtest_answer(q, "OK");
        }
    }
    free(data);
}
