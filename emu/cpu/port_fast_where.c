/*
 * The fast CPU memory port: where generated code is, and leaving it. See port_fast.c.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "port_fast_state.h"

/* --- where generated code is --- */

uint32_t zif__fast_sleb(uint8_t **at)
{
    uint32_t value = 0, shift = 0;
    uint8_t byte;
    do {
        byte = *(*at)++;
        value |= shift < 32 ? (uint32_t)(byte & 0x7f) << shift : 0;
        shift += 7;
    } while (byte & 0x80);
    if (shift < 32 && (byte & 0x40)) {
        value |= UINT32_MAX << shift;
    }
    return value;
}

/* The table behind a block's code holds, for each
 * instruction, how its PC, its ITSTATE, a syndrome and the end of its code differ from those of the one before. */
const Place *zif__fast_locate(Fast *f, uintptr_t where)
{
    Place *p = &f->places[(where >> 1) % PLACES];
    if (p->where == where) {
        return p;
    }
    Block *block = tcg_tb_lookup_arm(f->tcg, where);
    if (block == NULL) {
        zif_bug("fast port: a call from outside generated code");
    }
    uint8_t *table = block->host + block->host_size;
    uintptr_t end = (uintptr_t)block->host, from;
    uint32_t pc = block->pc, it = 0;
    for (unsigned i = 0; i < block->insns; i++) {
        pc += zif__fast_sleb(&table);
        it += zif__fast_sleb(&table);
        (void)zif__fast_sleb(&table);
        from = end;
        end += zif__fast_sleb(&table);
        if (end > where - 2) {
            *p = (Place){ where, block, from, pc, (uint16_t)i, (uint8_t)it };
            return p;
        }
    }
    zif_bug("fast port: a return address beyond its block");
}

uint64_t zif__fast_count_at(Fast *f, uintptr_t where)
{
    const Place *p = zif__fast_locate(f, where);
    int32_t before_block = f->given - budget_left(f) - p->block->insns;
    return f->port.count + (uint64_t)(int64_t)(before_block + p->index);
}

/* --- leaving --- */

static _Noreturn void exit_engine(Fast *f, uint64_t count, int left)
{
    f->port.count = count;
    f->left = left;
    f->where = 0;
    FIELD(int32_t, f->cpu, CPU_EXCEPTION) = LEAVE_LOOP;
    cpu_loop_exit_arm(f->cpu);
}

void zif__fast_restore(Fast *f, const Place *p)
{
    FIELD(uint32_t, f->env, ENV_PC) = p->pc;
    FIELD(uint32_t, f->env, ENV_CONDEXEC) = p->it;
}

_Noreturn void zif__fast_leave_at(Fast *f, uintptr_t where, int left)
{
    uint64_t count = zif__fast_count_at(f, where);
    const Place *p = zif__fast_locate(f, where);
    if (p->block->cs_base & KEY_COUNT) {
        zif__counts_block_left(zif__counts_block(f->port.counts, p->block->pc, p->block->cs_base, p->block->flags),
                               p->index);
    }
    f->flow_from = 0; /* it was the one before a branch that is not done, or nothing */
    zif__fast_restore(f, p);
    exit_engine(f, count, left);
}

void zif__fast_kill_budget(Fast *f)
{
    if (!f->killed) {
        f->kept = *f->budget;
        *f->budget = INT32_MIN / 2;
        f->killed = true;
    }
}

/* Keeps of the remembered bus accesses those of the instruction at p: a run of rising return addresses inside its code. */
static void keep_records(Fast *f, const Place *p)
{
    ZifPort *port = &f->port;
    unsigned n = (unsigned)(port->record_count < ZIF_PORT_RECORDS ? port->record_count : ZIF_PORT_RECORDS), kept = 0;
    ZifPortRecord mine[ZIF_PORT_RECORDS];
    uintptr_t above = UINTPTR_MAX;
    bool same_call = false;
    while (kept < n) {
        const ZifPortRecord *r = &port->records[(port->record_count - 1 - kept) % ZIF_PORT_RECORDS];
        if (r->where - 2 < p->from || (same_call ? r->where != above : r->where >= above)) {
            break;
        }
        mine[ZIF_PORT_RECORDS - 1 - kept++] = *r;
        above = r->where;
        same_call = !r->first;
    }
    memcpy(port->records, &mine[ZIF_PORT_RECORDS - kept], kept * sizeof(mine[0]));
    port->record_count = kept;
    port->record_next = 0;
}

void zif__fast_leave_after(Fast *f, uintptr_t where)
{
    f->must_leave = false;
    const Place *p = zif__fast_locate(f, where);
    if (p->index + 1u == p->block->insns) {
        zif__fast_kill_budget(f); /* its block ends with it */
        return;
    }
    keep_records(f, p);
    f->port.replaying = f->port.record_count != 0;
    f->again = true;
    zif__fast_leave_at(f, where, LEFT_AGAIN);
}

_Noreturn void zif__fast_leave_between_blocks(Fast *f, int left)
{
    exit_engine(f, f->port.count + (uint64_t)(int64_t)(f->given - budget_left(f)), left);
}

bool zif__fast_fetched_before(const Fast *f)
{
    return f->again && f->port.info.fault == ZIF_FAULT_MODE;
}
