/*
 * Compute kernels: integer, calls, strings, sorting, matrices, CRC, stores. All work in one 4 KiB buffer, so
 * that the smallest part holds them. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <string.h>
#include "bench.h"

enum { WORDS = 1024 };
static uint32_t buffer[WORDS];

static uint32_t next(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

/* Arithmetic in registers with branches that depend on the data; about 1000 rounds a loop. */
uint32_t kernel_integer(uint32_t loops)
{
    uint32_t a = 1, b = 0x12345678, sum = 0;

    while (loops--) {
        for (int i = 0; i < 1000; i++) {
            a = a * 1103515245u + 12345u;
            b ^= b << 13;
            b ^= b >> 17;
            b ^= b << 5;
            if (a & 0x10000) {
                sum += a ^ b;
            } else {
                sum = (sum << 1 | sum >> 31) + b % 7;
            }
        }
    }
    return sum;
}

__attribute__((noinline)) static uint32_t fibonacci(uint32_t n)
{
    return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2);
}

static uint32_t op_add(uint32_t a, uint32_t b)
{
    return a + b;
}

static uint32_t op_xor(uint32_t a, uint32_t b)
{
    return a ^ b;
}

static uint32_t op_mul(uint32_t a, uint32_t b)
{
    return a * (b | 1);
}

/* Recursion and calls through a table. */
uint32_t kernel_calls(uint32_t loops)
{
    static uint32_t (*volatile const ops[4])(uint32_t, uint32_t) = { op_add, op_xor, op_mul, op_add };
    uint32_t sum = 0;

    while (loops--) {
        sum += fibonacci(11);
        for (uint32_t i = 0; i < 200; i++) {
            sum = ops[(sum ^ i) & 3](sum, i);
        }
    }
    return sum;
}

/* Bytewise text work: build, measure, reverse, compare, count words. */
uint32_t kernel_string(uint32_t loops)
{
    char *text = (char *)buffer, *copy = text + 512;
    uint32_t state = 7, sum = 0;

    while (loops--) {
        unsigned len = 300 + next(&state) % 100, words = 0;

        for (unsigned i = 0; i < len; i++) {
            uint32_t r = (i * 7 + state) & 31;

            text[i] = r < 26 ? (char)('a' + r) : ' ';
        }
        text[len] = 0;
        for (unsigned i = 0, n = strlen(text); i < n; i++) {
            copy[i] = text[n - 1 - i];
            words += text[i] == ' ' && text[i + 1] != ' ';
        }
        copy[len] = 0;
        sum = sum * 31 + words + (strcmp(text, copy) < 0) + (strchr(text, 'q') ? 2 : 0);
    }
    return sum;
}

/* Heap sort of 1000 words. */
uint32_t kernel_sort(uint32_t loops)
{
    uint32_t state = 1, sum = 0;

    while (loops--) {
        unsigned n = 1000;

        for (unsigned i = 0; i < n; i++) {
            buffer[i] = next(&state);
        }
        for (unsigned start = n / 2, end = n; end > 1;) {
            unsigned root;
            uint32_t value;

            if (start) {
                value = buffer[--start];
            } else {
                value = buffer[--end];
                buffer[end] = buffer[0];
            }
            for (root = start; root * 2 + 1 < end;) {
                unsigned child = root * 2 + 1;

                child += child + 1 < end && buffer[child] < buffer[child + 1];
                if (value >= buffer[child]) {
                    break;
                }
                buffer[root] = buffer[child];
                root = child;
            }
            buffer[root] = value;
        }
        for (unsigned i = 1; i < n; i++) {
            sum += buffer[i - 1] <= buffer[i]; /* in order: 999 a loop */
        }
        sum ^= buffer[n / 2];
    }
    return sum;
}

/* Product of two 16x16 matrices. */
uint32_t kernel_matrix(uint32_t loops)
{
    int32_t(*a)[16] = (void *)buffer, (*b)[16] = a + 16, (*c)[16] = b + 16;

    for (int i = 0; i < 256; i++) {
        a[i / 16][i % 16] = i * 3 - 100;
        b[i / 16][i % 16] = 77 - i * 5;
    }
    while (loops--) {
        for (int i = 0; i < 16; i++) {
            for (int j = 0; j < 16; j++) {
                int32_t dot = 0;

                for (int k = 0; k < 16; k++) {
                    dot += a[i][k] * b[k][j];
                }
                c[i][j] = dot;
            }
        }
        for (int i = 0; i < 256; i++) {
            a[i / 16][i % 16] = (int32_t)((uint32_t)c[i / 16][i % 16] >> 3 & 0xFF) - i / 2;
        }
    }
    return (uint32_t)(a[3][5] * 65536 + a[11][2] * 256 + a[15][15]);
}

/* CRC-32 (IEEE 802.3) of 1 KiB, bit by bit for the table and bytewise for the data. */
uint32_t kernel_crc(uint32_t loops)
{
    uint32_t *table = buffer, crc = 0xFFFFFFFF;
    uint8_t *data = (uint8_t *)(buffer + 256);

    for (uint32_t i = 0; i < 1024; i++) {
        data[i] = (uint8_t)(i * 13);
    }
    while (loops--) {
        for (uint32_t i = 0; i < 256; i++) {
            uint32_t v = i;

            for (int bit = 0; bit < 8; bit++) {
                v = v & 1 ? v >> 1 ^ 0xEDB88320u : v >> 1;
            }
            table[i] = v;
        }
        for (uint32_t i = 0; i < 1024; i++) {
            crc = table[(crc ^ data[i]) & 0xFF] ^ crc >> 8;
        }
    }
    return ~crc;
}

/* Words, halfwords and bytes stored one by one into 4 KiB. */
uint32_t kernel_stores(uint32_t loops)
{
    volatile uint32_t *words = buffer;
    volatile uint16_t *halves = (volatile uint16_t *)buffer;
    volatile uint8_t *bytes = (volatile uint8_t *)buffer;
    uint32_t sum = 0;

    while (loops--) {
        for (uint32_t i = 0; i < WORDS; i += 4) {
            words[i] = sum + i;
            words[i + 1] = i;
            halves[2 * i + 4] = (uint16_t)i;
            halves[2 * i + 5] = (uint16_t)sum;
            bytes[4 * i + 12] = (uint8_t)i;
            bytes[4 * i + 13] = (uint8_t)sum;
            bytes[4 * i + 14] = 0x5A;
            bytes[4 * i + 15] = (uint8_t)loops;
        }
        sum = sum * 33 + (buffer[4] ^ buffer[7] ^ buffer[WORDS - 2] ^ buffer[WORDS - 1]);
    }
    return sum;
}

/* memcpy, memmove and memset of the C library. */
uint32_t kernel_copy(uint32_t loops)
{
    char *bytes = (char *)buffer;
    uint32_t sum = 0;

    for (int i = 0; i < WORDS; i++) {
        buffer[i] = (uint32_t)i * 0x9E3779B9u;
    }
    while (loops--) {
        memcpy(bytes + 2048, bytes, 1024);
        memmove(bytes + 1, bytes + 2048, 700);
        memset(bytes + 3000, (int)(loops & 0xFF), 500);
        sum = sum * 33 + buffer[100] + buffer[800];
    }
    return sum;
}
