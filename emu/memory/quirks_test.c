/*
 * The build with ZIF_MEMORY_QUIRKS: dispatch does what the original does where it departs from its own header (D3), so
 * that recordings made with the original can be compared. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <zif/memory.h>

static char seen[256];

static uint64_t register_file(void *opaque, hwaddr addr, unsigned size)
{
    size_t at = strlen(seen);
    snprintf(seen + at, sizeof seen - at, "r(%x,%u)", (unsigned)addr, size);
    return 0x44332211;
}

static void take(void *opaque, hwaddr addr, uint64_t data, unsigned size)
{
    size_t at = strlen(seen);
    snprintf(seen + at, sizeof seen - at, "w(%x,%x,%u)", (unsigned)addr, (unsigned)data, size);
}

static uint64_t one_of_each(enum device_endian order, unsigned min, hwaddr addr, unsigned size)
{
    MemoryRegionOps ops = { .read = register_file, .write = take, .endianness = order };
    ops.valid.unaligned = true;
    ops.impl.min_access_size = min;
    ops.impl.max_access_size = 4;
    MemoryRegion mr;
    uint64_t value;
    seen[0] = '\0';
    memory_region_init_io(&mr, NULL, &ops, NULL, "m", 0x100);
    assert_int_equal(memory_region_dispatch_read(&mr, addr, &value, size, MEMTXATTRS_UNSPECIFIED), MEMTX_OK);
    assert_int_equal(memory_region_dispatch_write(&mr, addr, 0xab, size, MEMTXATTRS_UNSPECIFIED), MEMTX_OK);
    zif_memory_region_finalize(&mr);
    return value;
}

static void narrow_accesses_keep_their_address_and_are_not_shifted(void **state)
{
    assert_int_equal(one_of_each(DEVICE_LITTLE_ENDIAN, 4, 1, 1), 0x11); /* C06, C07 */
    assert_string_equal(seen, "r(1,4)w(1,ab,4)");
    assert_int_equal(one_of_each(DEVICE_BIG_ENDIAN, 4, 0, 1), 0x44); /* C09, C13 */
    assert_string_equal(seen, "r(0,4)w(0,ab000000,4)");
}

static void unaligned_accesses_are_passed_on_as_they_are(void **state)
{
    assert_int_equal(one_of_each(DEVICE_LITTLE_ENDIAN, 1, 1, 4), 0x44332211); /* C29 */
    assert_string_equal(seen, "r(1,4)w(1,ab,4)");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(narrow_accesses_keep_their_address_and_are_not_shifted),
        cmocka_unit_test(unaligned_accesses_are_passed_on_as_they_are),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
