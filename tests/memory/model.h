/*
 * The model check of the memory core: a random tree is changed by operations, and after every commit the flat views, the
 * listeners' call streams, accesses and lifetimes are compared with a model that resolves one address at a time by
 * walking siblings in list order. A difference prints a sentence and aborts.
 *
 * Operations are four numbers each; the last three choose among what the state offers, so every sequence is
 * valid and removing some operations leaves a valid sequence (which is what shrinking and fuzzing need).
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef TESTS_MEMORY_MODEL_H
#define TESTS_MEMORY_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct ModelOp {
    uint8_t op;
    uint32_t a, b, c;
} ModelOp;

/* Runs the operations in a fresh context and tears everything down. Aborts on a difference. */
void model_run(const ModelOp *ops, size_t count, bool verbose);
const char *model_op_name(uint8_t op);
/* Text to print before the message of a difference ("episode 5"), NULL for none. */
extern const char *model_where;

#endif
