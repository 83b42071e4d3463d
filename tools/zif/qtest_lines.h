/* The parts of the protocol's server: qtest.c takes lines apart and answers, the others do what they ask. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ZIF_TOOL_QTEST_LINES_H
#define ZIF_TOOL_QTEST_LINES_H

#include <stdint.h>
#include "qtest.h"

enum { QTEST_WORDS = 6, QTEST_MAX_DATA = 64 << 20 };

/* A line the processor or a device drives, and its number in IRQ messages. */
typedef struct {
    Qtest *q;
    unsigned n;
    int level;
} QtestWatch;

struct Qtest {
    ZifMachine *m;
    QtestConfig config;
    /* Input that is not a whole line yet. */
    char *in;
    size_t len, room;
    bool discard; /* the rest of a line that is too long */
    /* Interception: one object, in one direction. */
    QtestObject intercepted;
    bool intercepts;
    QtestWatch *watches;
    unsigned nwatches;
    /* Polling: the last command, its answer, how often in a row. */
    char last[64];
    uint64_t last_value;
    unsigned again;
};

/** Sends a whole line with its '\n'. */
void qtest_send(Qtest *q, const char *line, size_t len);
/** One line "FORMAT\n". */
void qtest_answer(Qtest *q, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/** A word as an unsigned (signed) number in C's notation; answers FAIL and returns false when it is none. */
bool qtest_number(Qtest *q, const char *word, uint64_t *value);
bool qtest_signed(Qtest *q, const char *word, int64_t *value);

/* Commands: words[0] is the command; missing words are NULL. Each answers once. */
void qtest_read(Qtest *q, char **words);
void qtest_write(Qtest *q, char **words);
void qtest_read_block(Qtest *q, char **words);
void qtest_write_block(Qtest *q, char **words);
void qtest_memset(Qtest *q, char **words);
void qtest_intercept(Qtest *q, char **words);
void qtest_set_irq_in(Qtest *q, char **words);

#endif
