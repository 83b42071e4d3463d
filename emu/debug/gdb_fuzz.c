/* Fuzzer: any bytes from GDB leave the server standing. SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>
#include <zif/gdb.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint8_t memory[8192];

static uint64_t read_register(void *opaque, unsigned number)
{
    return number * 0x01010101u;
}

static bool write_register(void *opaque, unsigned number, uint64_t value)
{
    return number != ZIF_GDB_XPSR;
}

static bool read_memory(void *opaque, uint32_t addr, void *buf, size_t len)
{
    if (addr > sizeof memory || len > sizeof memory - addr) {
        return false;
    }
    memcpy(buf, memory + addr, len);
    return true;
}

static bool write_memory(void *opaque, uint32_t addr, const void *buf, size_t len)
{
    if (addr > sizeof memory || len > sizeof memory - addr) {
        return false;
    }
    memcpy(memory + addr, buf, len);
    return true;
}

static bool set_point(void *opaque, ZifGdbPoint kind, uint32_t addr, size_t len, bool on)
{
    return addr < sizeof memory;
}

static bool monitor(void *opaque, const char *command, FILE *out)
{
    fprintf(out, "%s\n", command);
    return true;
}

static void reset(void *opaque) {}

static void output(void *opaque, const void *bytes, size_t len)
{
    uint8_t *sum = opaque;
    for (size_t i = 0; i < len; i++) {
        *sum ^= ((const uint8_t *)bytes)[i]; /* reads every byte: the sanitizer sees what was never set */
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const ZifGdbTarget target = { .is_v7m = true,
                                         .has_fpu = true,
                                         .can_reverse = true,
                                         .read_register = read_register,
                                         .write_register = write_register,
                                         .read_memory = read_memory,
                                         .write_memory = write_memory,
                                         .set_point = set_point,
                                         .monitor = monitor,
                                         .reset = reset };
    uint8_t seen = 0;
    ZifGdb *g = zif_gdb_new(&target, output, &seen, &error_abort);
    zif_gdb_connect(g);
    /* Unchecked bytes first, then the same bytes as packets with right checksums, a line each. */
    zif_gdb_input(g, data, size);
    zif_gdb_connect(g);
    for (size_t at = 0; at < size;) {
        const uint8_t *end = memchr(data + at, '\n', size - at);
        size_t len = end ? (size_t)(end - data) - at : size - at;
        uint8_t sum = 0;
        for (size_t i = 0; i < len; i++) {
            sum += data[at + i];
        }
        char tail[4];
        snprintf(tail, sizeof tail, "#%02x", sum);
        zif_gdb_input(g, "$", 1);
        zif_gdb_input(g, data + at, len);
        zif_gdb_input(g, tail, 3);
        if (zif_gdb_want(g) != ZIF_GDB_HALTED) {
            zif_gdb_stopped(g, &(ZifGdbStop){ .kind = ZIF_GDB_STOP_BREAK });
        }
        at += len + 1;
    }
    zif_gdb_free(g);
    return 0;
}
