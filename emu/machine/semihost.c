/* Semihosting on its way from the core to the service, the line "semihosting" being its console.
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "cpu/semihost.h"
#include "internal.h"

static bool read_guest(void *opaque, uint32_t addr, void *buf, uint32_t len)
{
    ZifMachine *m = opaque;
    return address_space_rw(zif_cpu_as(m->cpu), addr, MEMTXATTRS_UNSPECIFIED, buf, (int)len, false) == MEMTX_OK;
}

static bool write_guest(void *opaque, uint32_t addr, const void *buf, uint32_t len)
{
    ZifMachine *m = opaque;
    return address_space_write(zif_cpu_as(m->cpu), addr, MEMTXATTRS_UNSPECIFIED, buf, (int)len) == MEMTX_OK;
}

static void console_write(void *opaque, const uint8_t *bytes, size_t len, bool is_stderr)
{
    ZifMachine *m = opaque;
    for (size_t i = 0; i < len; i++) {
        zif__serial_byte(m->semihosting_line, bytes[i], zif_machine_now(m));
    }
}

/* Without anything that could still type, an empty line has ended. */
static int console_read(void *opaque, uint8_t *bytes, size_t len)
{
    ZifMachine *m = opaque;
    size_t n = zif__serial_take(m->semihosting_line, bytes, len);
    bool more = m->external_wake || zif_timeline_next_change(m->kit.timeline) != ZIF_TIME_NEVER;
    return n ? (int)n : more ? -1 : 0;
}

static ZifTime now(void *opaque)
{
    return zif_machine_now(opaque);
}

/* The stack is where the vector table says; newlib's start-up would otherwise set it to zero. */
static void heapinfo(void *opaque, uint32_t info[4])
{
    ZifMachine *m = opaque;
    AddressSpace *as = zif_cpu_as(m->cpu);
    uint32_t vtor = address_space_ldl_le(as, 0xE000ED08, MEMTXATTRS_UNSPECIFIED, NULL);
    info[2] = address_space_ldl_le(as, vtor, MEMTXATTRS_UNSPECIFIED, NULL);
}

static void guest_exit(void *opaque, int status)
{
    ZifMachine *m = opaque;
    m->exited = true;
    m->exit_code = status;
    zif_cpu_stop(m->cpu);
}

/* Does an operation reach the host's files, or take what cannot be given again? */
static bool leaves_traces(const ZifMachine *m, uint32_t op)
{
    enum { OPEN = 0x01, CLOSE, WRITE = 0x05, READ, READC, SEEK = 0x0A, REMOVE = 0x0E, RENAME };
    return op == OPEN || op == CLOSE || op == READ || op == READC || op == SEEK || op == REMOVE || op == RENAME ||
           (op == WRITE && m->config.semihosting_dir);
}

bool zif__machine_semihost(void *opaque, uint32_t op, uint32_t param, uint32_t *r0)
{
    ZifMachine *m = opaque;
    m->past_is_lost |= m->history && leaves_traces(m, op);
    switch (m->semihost ? zif_semihost_call(m->semihost, op, param, r0) : ZIF_SEMIHOST_UNKNOWN) {
    case ZIF_SEMIHOST_SERVED:
        return true;
    case ZIF_SEMIHOST_WAIT:
        zif_cpu_retry(m->cpu, zif_timeline_hz(m->kit.timeline) / 1000 + 1);
        return true;
    default:
        zif__report(&m->kit, NULL, "semihosting", ZIF_REPORT_UNMODELLED, -1,
                    zif_port_get(zif_cpu_port(m->cpu), ZIF_REG_PC), "an operation that does not exist");
        return m->semihost != NULL;
    }
}

bool zif__semihost_build(ZifMachine *m, Error **errp)
{
    if (!m->config.semihosting) {
        return true;
    }
    ZifSemihostConfig config = { .dir = m->config.semihosting_dir,
                                 .cmdline = m->config.cmdline,
                                 .read = read_guest,
                                 .write = write_guest,
                                 .console_write = console_write,
                                 .console_read = console_read,
                                 .now = now,
                                 .heapinfo = heapinfo,
                                 .exit = guest_exit,
                                 .opaque = m };
    m->semihost = zif_semihost_new(&config, errp);
    return m->semihost != NULL;
}

void zif__semihost_drop(ZifMachine *m)
{
    zif_semihost_free(m->semihost);
    m->semihost = NULL;
}

void zif__semihost_reset(ZifMachine *m)
{
    if (m->semihost) {
        zif_semihost_reset(m->semihost);
    }
}
