/*
 * The same guest programs on qemu-system-arm's mps2-an385 (Cortex-M3), where that emulator is known to do what the manual says
 * and the program needs nothing of our test device but its log: the lowest bytes of the words it logs must be those of the table.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include <zif/image.h>
#include "rules.h"

enum { SKIPPED = 77, FLASH = 0x40000, MAX_IMAGES = 4, TABLE = 256 };
static ZifImage *images[MAX_IMAGES];
static int nimages;

/* Left out: it takes what software pends at the end of a block, stacks the address after an escalated SVC, lets FAULTMASK be set
 * in HardFault, knows no UNALIGN_TRP, caches a page with a disabled sub-region, reads zero in empty private space. */
static const char *const programs[] = {
    "entry_frame",
    "entry_aligns",
    "entry_psp",
    "return_restores",
    "handler_ignores_spsel",
    "primask_reads",
    "svc_in_svc",
    "load_fault",
    "undefined",
    "branch_to_even",
    "even_vector",
    "hardfault_returns",
    "exception_is_event",
    "hints",
    "faultmask_goes_on_return",
    "vtor_moves",
    "fault_escalates",
    "fault_in_own_handler",
    "usage_undefined",
    "usage_invstate",
    "div_by_zero",
    "unaligned_plain",
    "unaligned_ldm",
    "unaligned_ldrd",
    "unaligned_strex",
    "stkerr",
    "stkerr_first",
    "unstkerr",
    "fetch_bus",
    "bad_return_f7",
    "bad_return_f3",
    "bad_return_f5",
    "bad_return_fb",
    "bad_return_ff",
    "return_inactive",
    "ipsr_mismatch",
    "exc_return_in_thread",
    "stkalign_off",
    "svc_in_it_block",
    "exclusive_cleared",
    "unprivileged_scs",
    "mpu_daccviol",
    "mpu_overlap",
    "mpu_xn",
    "mpu_hfnmiena",
    "mpu_mstkerr",
    "mpu_aliases",
    "stack_nowhere",
};

static void write_image(const char *program, const char *path)
{
    static uint8_t flash[FLASH];
    uint32_t table = 0;
    int i = 0;
    while (i < nimages && !zif_image_symbol_address(images[i], program, &table)) {
        i++;
    }
    assert_in_range(i, 0, nimages - 1);
    size_t n;
    const ZifSegment *seg = zif_image_segments(images[i], &n);
    memset(flash, 0, sizeof flash);
    for (size_t s = 0; s < n; s++) {
        memcpy(flash + seg[s].address, seg[s].bytes, seg[s].size);
    }
    memcpy(flash, flash + table, TABLE);
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(flash, 1, sizeof flash, f), sizeof flash);
    fclose(f);
}

static const Rule *rule_of(const char *program)
{
    for (unsigned i = 0; i < nrules; i++) {
        if (rules[i].program && strcmp(rules[i].program, program) == 0 && (rules[i].cores & ON_M3)) {
            return &rules[i];
        }
    }
    fail_msg("no rule has the program %s", program);
    return NULL;
}

static void same_on_qemu(void **state)
{
    const char *program = *state;
    const Rule *r = rule_of(program);
    char path[] = "/tmp/zif-arch-XXXXXX", command[256];
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    write_image(program, path);
    snprintf(command, sizeof command,
             "timeout 20 qemu-system-arm -M mps2-an385 -display none -monitor none -serial stdio -semihosting "
             "-device loader,file=%s,addr=0,force-raw=on </dev/null 2>/dev/null",
             path);
    FILE *out = popen(command, "r");
    assert_non_null(out);
    uint8_t got[RULE_WORDS + 1];
    size_t n = fread(got, 1, sizeof got, out);
    pclose(out);
    unlink(path);
    bool same = n == r->nwords;
    for (size_t i = 0; same && i < n; i++) {
        same = got[i] == (r->words[i] & 0xFF);
    }
    for (size_t i = 0; !same && (i < n || i < r->nwords); i++) {
        print_error("  %zu: qemu %02x, table %02x\n", i, i < n ? got[i] : 0, i < r->nwords ? r->words[i] & 0xFF : 0);
    }
    assert_true(same);
}

/* qemu_test IMAGE... */
int main(int argc, char **argv)
{
    if (system("qemu-system-arm --version >/dev/null 2>&1") != 0) {
        return SKIPPED;
    }
    while (nimages < argc - 1 && nimages < MAX_IMAGES) {
        images[nimages] = zif_image_open(argv[nimages + 1], &error_fatal);
        nimages++;
    }
    enum { N = sizeof programs / sizeof programs[0] };
    struct CMUnitTest tests[N];
    for (unsigned i = 0; i < N; i++) {
        tests[i] =
            (struct CMUnitTest){ .name = programs[i], .test_func = same_on_qemu, .initial_state = (void *)programs[i] };
    }
    int failed = _cmocka_run_group_tests("the same programs on qemu", tests, N, NULL, NULL);
    while (nimages) {
        zif_image_free(images[--nimages]);
    }
    return failed;
}
