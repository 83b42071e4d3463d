/*
 * What a CPU memory port must get right before it is trusted with a machine: a store and the load after it, an instruction
 * overwritten ahead in its own block, a limit inside a block, a refused access. Run on each fast port as it is opened, on
 * memory of its own; the port is as new afterwards. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdlib.h>
#include <string.h>
#include "port_internal.h"

/* NOTHING is vendor system space, where no chip has anything: the access goes to the machine's own bus. */
enum { CODE = 0x20000000, DATA = 0x20000400 };
static const uint32_t NOTHING = 0xef000000;

static const uint16_t program[] = {
    0x6001, /* str  r1, [r0] */
    0x6802, /* ldr  r2, [r0] */
    0x8023, /* strh r3, [r4] : the instruction after the next */
    0x3201, /* adds r2, #1 */
    0x3501, /* adds r5, #1   : overwritten with adds r5, #7 */
    0x3201, /* adds r2, #1 */
    0x683e, /* ldr  r6, [r7] : refused */
    0x3201, /* adds r2, #1 */
    0xe7fe, /* b    .        : nothing behind is translated */
};

static unsigned all(void *opaque, uint32_t page)
{
    return ZIF_PROT_ALL;
}

static ZifPortFault refuse(void *opaque, uint32_t addr, unsigned size, ZifAccKind kind, bool unprivileged, bool multi)
{
    return ZIF_FAULT_MPU;
}

static bool no(void *opaque)
{
    return false;
}

static bool yes(void *opaque)
{
    return true;
}

static void nothing(void *opaque) {}

static bool stops(ZifPort *port, uint64_t limit, ZifPortStop stop, uint32_t pc, uint64_t count)
{
    ZifPortInfo info;
    return zif_port_run(port, limit, &info) == stop && zif_port_get(port, ZIF_REG_PC) == pc && port->count == count;
}

static bool passes(ZifPort *port)
{
    const ZifReg regs[] = { ZIF_REG_R0, ZIF_REG_R1, ZIF_REG_R2, ZIF_REG_R3,
                            ZIF_REG_R4, ZIF_REG_R5, ZIF_REG_R7, ZIF_REG_PC };
    for (unsigned round = 0; round < 2; round++) { /* what was translated in the first is found in the second */
        const uint32_t values[] = { DATA, 0x5a, 0, 0x3507, CODE + 8, 0, NOTHING, CODE };
        for (unsigned i = 0; i < 8; i++) {
            zif_port_set(port, regs[i], values[i]);
        }
        zif_port_set(port, ZIF_REG_XPSR, 1u << 24);
        port->count = 0;
        if (!stops(port, 2, ZIF_STOP_LIMIT, CODE + 4, 2) || !stops(port, 100, ZIF_STOP_DATA, CODE + 12, 6) ||
            zif_port_get(port, ZIF_REG_R2) != 0x5c || zif_port_get(port, ZIF_REG_R5) != 7 ||
            zif_port_get(port, ZIF_REG_R6) != 0) {
            return false;
        }
    }
    return true;
}

bool zif__port_selftest(ZifPort *port)
{
    uint8_t *memory = aligned_alloc(4096, 4096), flags[2] = { 0 };
    if (memory == NULL) {
        return false;
    }
    memset(memory, 0, 4096);
    memcpy(memory, program, sizeof(program));
    ZifPortCode code = { .pages = 2, .flags = flags, .port = port, .watching = true };
    ZifPortSection section = {
        .start = CODE, .last = CODE + 2 * ZIF_PORT_PAGE - 1, .host = memory, .load = true, .store = true, .code = &code
    };
    ZifPortConfig config = port->config;
    port->config.client = (ZifPortClient){ .page_prot = all,
                                           .check = refuse,
                                           .unaligned_traps = no,
                                           .div_by_zero_traps = no,
                                           .fp_enabled = yes,
                                           .sysreg_written = nothing };
    port->sections = &section;
    port->section_count = 1;
    port->layout = 1;
    port->map_changed = true;
    bool ok = passes(port);
    port->sections = NULL;
    port->section_count = 0;
    port->layout = 0;
    port->map_changed = true;
    port->ops->sync(port);
    port->config = config;
    port->count = 0;
    port->modes_known = false;
    memset(port->prots, 0, sizeof(port->prots));
    for (unsigned r = ZIF_REG_R0; r <= ZIF_REG_PC; r++) {
        zif_port_set(port, (ZifReg)r, 0);
    }
    free(memory);
    return ok;
}
