/*
 * The line protocol of QEMU's device tests (its docs/devel/qtest): a client makes bus accesses, moves the virtual clock and
 * listens to interrupt lines; no processor executes. What zif adds and where it is stricter is in docs/qtest.md.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ZIF_TOOL_QTEST_H
#define ZIF_TOOL_QTEST_H

#include <signal.h>
#include <zif/machine.h>

typedef struct Qtest Qtest;

typedef struct {
    /* Takes a whole line with its '\n': an answer, or an asynchronous IRQ message. */
    void (*send)(void *opaque, const char *line, size_t len);
    void *opaque;
    bool polling; /* a client that reads the same value again and again is waiting: time goes to the next event */
    bool faults;  /* an access that nothing takes is answered with FAIL, not OK */
    FILE *log;    /* every line with its virtual time; NULL = none */
    const volatile sig_atomic_t *stop; /* turns true when a long wait has to end; NULL = never */
} QtestConfig;

/** A machine that has been reset; NULL: there is none, and what would need one is answered with FAIL. */
Qtest *qtest_new(ZifMachine *m, const QtestConfig *config);
/** After the machine was freed: its wires lead here. NULL is allowed. */
void qtest_free(Qtest *q);
/** Bytes from the client, in pieces of any size. Whatever they are, each line gets one answer. */
void qtest_input(Qtest *q, const void *bytes, size_t len);

/* A thing a client names by a path: see qtest_paths.c. */
typedef struct {
    bool nvic; /* the processor's interrupt lines */
    ZifDevice *dev;
} QtestObject;
/** False when there is no such object. */
bool qtest_find(ZifMachine *m, const char *path, QtestObject *object);
/** Line `n` of the lines that `name` stands for among a device's inputs (outputs): NULL or "unnamed-gpio-in" the pins of a port,
 * else all lines in the class's order; "sysbus-irq" those that are interrupts. The class's own name and the line there; NULL
 * past the last. */
const char *qtest_input_line(const ZifDevice *dev, const char *name, unsigned n, unsigned *line);
const char *qtest_output_line(const ZifDevice *dev, const char *name, unsigned n, unsigned *line);

#endif
