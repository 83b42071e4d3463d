/*
 * Section K of the conformance cases: the model check (model.h) over random operations.
 *   cases_k [SEED [STEPS]]     SEED "clock" takes one from the clock; the seed is always printed
 * A failing episode is shrunk by leaving operations out, each attempt in a child process, and printed.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "model.h"
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { EPISODE = 2000, ATTEMPTS = 3000 };

static uint64_t next(uint64_t *state)
{
    uint64_t z = (*state += 0x9e3779b97f4a7c15ULL);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
}

static void make_episode(uint64_t seed, ModelOp *ops)
{
    uint64_t state = seed;
    for (int i = 0; i < EPISODE; i++) {
        uint64_t x = next(&state), y = next(&state);
        ops[i] = (ModelOp){ (uint8_t)(i < 20 ? 0 : x), (uint32_t)(x >> 32), (uint32_t)y, (uint32_t)(y >> 32) };
        if (i >= 20 && i < 60) {
            ops[i].op = i < 23 ? 18 : 2; /* a few spaces, then a tree to begin with */
        }
    }
}

/* Does this sequence fail? Runs in a child, which may crash in any way it likes. */
static bool fails(const ModelOp *ops, size_t count, bool loud)
{
    fflush(NULL);
    pid_t pid = fork();
    if (!pid) {
        if (!loud) {
            int null = open("/dev/null", O_WRONLY);
            dup2(null, STDERR_FILENO);
            dup2(null, STDOUT_FILENO);
        }
        setrlimit(RLIMIT_CPU, &(struct rlimit){ 60, 60 }); /* its own time, not the host's */
        model_run(ops, count, loud);
        _exit(0);
    }
    int status = 0;
    waitpid(pid, &status, 0);
    return !WIFEXITED(status) || WEXITSTATUS(status) != 0;
}

static size_t shrink(ModelOp *ops, size_t count)
{
    static ModelOp trial[EPISODE];
    int attempts = 0;
    for (size_t chunk = count / 2; chunk; chunk = chunk > 1 ? chunk / 2 : 0) {
        for (size_t i = 0; i + chunk <= count && attempts < ATTEMPTS;) {
            memcpy(trial, ops, i * sizeof *ops);
            memcpy(trial + i, ops + i + chunk, (count - i - chunk) * sizeof *ops);
            attempts++;
            if (fails(trial, count - chunk, false)) {
                count -= chunk;
                memcpy(ops, trial, count * sizeof *ops);
            } else {
                i += chunk;
            }
        }
    }
    return count;
}

int main(int argc, char **argv)
{
    uint64_t seed = argc > 1 ? strtoull(argv[1], NULL, 0) : 1;
    if (argc > 1 && !strcmp(argv[1], "clock")) {
        seed = (uint64_t)time(NULL);
    }
    size_t steps = argc > 2 ? strtoull(argv[2], NULL, 0) : 1000000;
    printf("model check: seed %" PRIu64 ", %zu steps\n", seed, steps);
    fflush(stdout);
    static ModelOp ops[EPISODE];
    size_t episodes = (steps + EPISODE - 1) / EPISODE;
    pid_t pid = fork();
    if (!pid) {
        for (size_t e = 0; e < episodes; e++) {
            char where[40];
            snprintf(where, sizeof where, "seed %" PRIu64, seed + e);
            model_where = where;
            make_episode(seed + e, ops);
            model_run(ops, EPISODE, false);
        }
        exit(0); /* leak checks run */
    }
    int status = 0;
    waitpid(pid, &status, 0);
    if (WIFEXITED(status) && !WEXITSTATUS(status)) {
        return 0;
    }
    for (size_t e = 0; e < episodes; e++) {
        make_episode(seed + e, ops);
        if (fails(ops, EPISODE, false)) {
            size_t count = shrink(ops, EPISODE);
            fprintf(stderr, "episode with seed %" PRIu64 " shrunk to %zu operations:\n", seed + e, count);
            fails(ops, count, true);
            return 1;
        }
    }
    fprintf(stderr, "the failure needs several episodes; run with the seed printed above under a debugger\n");
    return 1;
}
