/* The compute kernels' checksums, computed by the host's compiler. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include "bench.h"

static const struct {
    const char *name;
    uint32_t (*run)(uint32_t loops);
    uint32_t loops;
    uint32_t want[2];
} kernels[] = {
#define kernel_mmio_read  NULL
#define kernel_mmio_write NULL
#define kernel_svc        NULL
#define kernel_irq        NULL
#define kernel_wfi        NULL
#include "kernels.h"
};

static void checksums_are_those_of_the_host(void **state)
{
    for (unsigned i = 0; i < sizeof(kernels) / sizeof(kernels[0]); i++) {
        if (kernels[i].run) {
            assert_int_equal(kernels[i].run(kernels[i].loops), kernels[i].want[0]);
            assert_int_equal(kernels[i].run(kernels[i].loops * 100), kernels[i].want[1]);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(checksums_are_those_of_the_host) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
