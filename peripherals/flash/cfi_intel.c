/*
 * The Intel/Sharp command sets (0x0001 and 0x0003) of parallel NOR flash.
 *
 * Reference: JEDEC JESD68.01 (CFI), JEP137; Intel 28F128J3 data sheet (0x0001: status register, write to buffer, block lock
 * bits); Intel P30 data sheet (0x0003: per-block locking, lock-down).
 * Models: read array, status, identifier and query; word and buffer program, block erase, suspend and resume of both, clear
 * status, block locking. 0x0003 parts power up with every block locked.
 * Departs: a 1 programmed over a 0 leaves the 0 and sets no status bit, as the data sheet says ("only detects errors for 1s that
 * do not program to 0s" in substance); zif reports it.
 * Missing: protection register, read configuration register (kept), VPP, blank check.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <string.h>
#include "cfi.h"

enum {
    ARRAY = CFI_ARRAY,
    STATUS,
    IDENTIFIER,
    QUERY,
    PROGRAM_DATA,
    ERASE_CONFIRM,
    BUFFER_STATUS, /* after 0xE8: reads show whether a buffer is free */
    BUFFER_LOAD,
    BUFFER_CONFIRM,
    LOCK_CONFIRM,
};

enum {
    SR_READY = 0x80,
    SR_ERASE_SUSPENDED = 0x40,
    SR_ERASE_ERROR = 0x20,
    SR_PROGRAM_ERROR = 0x10,
    SR_PROGRAM_SUSPENDED = 0x04,
    SR_LOCKED = 0x02,
    SR_SEQUENCE_ERROR = SR_ERASE_ERROR | SR_PROGRAM_ERROR,
};

static uint32_t sector_of(const CfiBank *b, const CfiChip *c, uint32_t word)
{
    return nor_sector(&c->array, cfi_offset(b, word), NULL, NULL);
}

/* An operation starts; afterwards reads show the status register. */
static void start(CfiBank *b, unsigned chip, CfiOperation operation, uint32_t word, ZifTime duration)
{
    CfiChip *c = &b->chip[chip];
    c->address = cfi_offset(b, word);
    c->mode = STATUS;
    if (nor_locked(&c->array, sector_of(b, c, word))) {
        cfi_complain(b, chip, word, "program or erase of a locked block");
        c->status |= SR_LOCKED | (operation == CFI_ERASE ? SR_ERASE_ERROR : SR_PROGRAM_ERROR);
        return;
    }
    if (operation != CFI_ERASE && c->outer == CFI_ERASE && cfi_chosen(c, sector_of(b, c, word))) {
        cfi_complain(b, chip, word, "program into a block whose erase is suspended");
        c->status |= SR_PROGRAM_ERROR;
        return;
    }
    if (operation == CFI_ERASE) {
        uint32_t sector = sector_of(b, c, word);
        memset(c->erasing, 0, sizeof c->erasing);
        c->erasing[sector / 8] |= 1u << sector % 8;
    }
    c->status &= (uint8_t)~SR_READY;
    cfi_begin(b, chip, operation, duration);
}

static void suspend(CfiBank *b, unsigned chip, uint32_t word)
{
    CfiChip *c = &b->chip[chip];
    c->mode = STATUS;
    if (c->operation == CFI_IDLE) {
        return; /* nothing to suspend: a status read that says ready */
    }
    if (c->operation != CFI_ERASE && c->outer != CFI_IDLE) {
        cfi_complain(b, chip, word, "suspend of a program nested in a suspended erase");
        return;
    }
    if (zif_due(&b->dev, CFI_EVENT_SUSPEND + chip) == ZIF_TIME_NEVER) {
        zif_schedule_in(&b->dev, CFI_EVENT_SUSPEND + chip, b->suspend_time);
    }
}

static void resume(CfiBank *b, unsigned chip, uint32_t word)
{
    CfiChip *c = &b->chip[chip];
    c->mode = STATUS;
    if (c->outer == CFI_IDLE) {
        cfi_complain(b, chip, word, "resume with nothing suspended");
        return;
    }
    c->status &= (uint8_t) ~(SR_READY | SR_ERASE_SUSPENDED | SR_PROGRAM_SUSPENDED);
    CfiOperation operation = (CfiOperation)c->outer;
    c->outer = CFI_IDLE;
    cfi_begin(b, chip, operation, c->left);
}

static void sequence_error(CfiBank *b, unsigned chip, uint32_t word, const char *what)
{
    cfi_complain(b, chip, word, what);
    b->chip[chip].status |= SR_SEQUENCE_ERROR;
    b->chip[chip].mode = STATUS;
}

static void lock_command(CfiBank *b, unsigned chip, uint32_t word, uint8_t cmd)
{
    CfiChip *c = &b->chip[chip];
    uint32_t sector = sector_of(b, c, word);
    bool per_block = b->command_set == 0x0003;
    bool down = c->locked_down[sector / 8] >> sector % 8 & 1;
    c->mode = STATUS;
    switch (cmd) {
    case 0x01:
        nor_set_bit(per_block ? c->array.locked : c->array.kept, sector, true);
        return;
    case 0xD0:
        if (!per_block) { /* 0x0001: clears the lock bits of all blocks */
            memset(c->array.kept, 0, sizeof c->array.kept);
        } else if (!down) {
            nor_set_bit(c->array.locked, sector, false);
        } else {
            cfi_complain(b, chip, word, "unlock of a block that is locked down");
        }
        return;
    case 0x2F:
        if (per_block) {
            nor_set_bit(c->array.locked, sector, true);
            c->locked_down[sector / 8] |= 1u << sector % 8;
            return;
        }
        break;
    case 0x03: /* read configuration register: the address holds its value; array timing is not modelled */
        return;
    }
    sequence_error(b, chip, word, "lock command that does not exist");
}

static void buffer_cycle(CfiBank *b, unsigned chip, uint32_t word, uint32_t data)
{
    CfiChip *c = &b->chip[chip];
    switch (c->mode) {
    case BUFFER_STATUS:
        if (!cfi_buffer_count(b, c, word, data)) {
            sequence_error(b, chip, word, "write buffer word count out of range or for another block");
            return;
        }
        c->mode = BUFFER_LOAD;
        return;
    case BUFFER_LOAD:
        if (!cfi_buffer_load(b, c, word, data)) {
            sequence_error(b, chip, word, "write buffer data outside its aligned range");
            return;
        }
        c->mode = c->words_left ? BUFFER_LOAD : BUFFER_CONFIRM;
        return;
    default: /* BUFFER_CONFIRM */
        if ((uint8_t)data != 0xD0 || sector_of(b, c, word) != c->sector) {
            sequence_error(b, chip, word, "write buffer not confirmed by 0xD0 in its block");
            return;
        }
        start(b, chip, CFI_BUFFER_PROGRAM, word, b->buffer_time);
    }
}

static void busy_write(CfiBank *b, unsigned chip, uint32_t word, uint8_t cmd)
{
    if (cmd == 0xB0) {
        suspend(b, chip, word);
    } else if (cmd == 0x70) {
        b->chip[chip].mode = STATUS;
    } else {
        cfi_complain(b, chip, word, "write while an operation is in progress");
    }
}

static void first_cycle(CfiBank *b, unsigned chip, uint32_t word, uint8_t cmd)
{
    CfiChip *c = &b->chip[chip];
    switch (cmd) {
    case 0xFF:
        c->mode = ARRAY;
        return;
    case 0x70:
        c->mode = STATUS;
        return;
    case 0x90:
        c->mode = IDENTIFIER;
        return;
    case 0x98:
        c->mode = QUERY;
        return;
    case 0x50:
        c->status &= (uint8_t) ~(SR_SEQUENCE_ERROR | SR_LOCKED);
        return;
    case 0x10:
    case 0x40:
        if (c->outer == CFI_PROGRAM || c->outer == CFI_BUFFER_PROGRAM) {
            sequence_error(b, chip, word, "program while a program is suspended");
            return;
        }
        c->mode = PROGRAM_DATA;
        return;
    case 0x20:
        if (c->outer != CFI_IDLE) {
            sequence_error(b, chip, word, "erase while an operation is suspended");
            return;
        }
        c->mode = ERASE_CONFIRM;
        return;
    case 0x60:
        c->mode = LOCK_CONFIRM;
        return;
    case 0xB0:
        suspend(b, chip, word);
        return;
    case 0xD0:
        resume(b, chip, word);
        return;
    case 0xE8:
        if (b->buffer_size && c->outer != CFI_PROGRAM && c->outer != CFI_BUFFER_PROGRAM) {
            c->sector = sector_of(b, c, word);
            c->mode = BUFFER_STATUS;
            return;
        }
        sequence_error(b, chip, word, "write to buffer, which is not possible now");
        return;
    default:
        cfi_complain(b, chip, word, "unknown command");
        c->mode = ARRAY;
    }
}

static void intel_write(CfiBank *b, unsigned chip, uint32_t word, uint32_t data)
{
    CfiChip *c = &b->chip[chip];
    uint8_t cmd = (uint8_t)data;
    if (c->operation != CFI_IDLE) {
        busy_write(b, chip, word, cmd);
        return;
    }
    switch (c->mode) {
    case PROGRAM_DATA:
        c->data = data;
        start(b, chip, CFI_PROGRAM, word, b->word_time);
        break;
    case ERASE_CONFIRM:
        if (cmd == 0xD0) {
            start(b, chip, CFI_ERASE, word, b->erase_time);
        } else {
            sequence_error(b, chip, word, "block erase not confirmed by 0xD0");
        }
        break;
    case LOCK_CONFIRM:
        lock_command(b, chip, word, cmd);
        break;
    case BUFFER_STATUS:
    case BUFFER_LOAD:
    case BUFFER_CONFIRM:
        buffer_cycle(b, chip, word, data);
        break;
    default:
        first_cycle(b, chip, word, cmd);
    }
}

static uint32_t identifier(const CfiBank *b, const CfiChip *c, uint32_t word)
{
    uint32_t start_of, sector = nor_sector(&c->array, cfi_offset(b, word), &start_of, NULL);
    bool down = c->locked_down[sector / 8] >> sector % 8 & 1;
    uint32_t table = cfi_table_word(b, word);
    if (table < 2) {
        return table ? b->device_id[0] : b->manufacturer;
    }
    if (cfi_table_word(b, word - start_of / b->chip_width) == 2) {
        return nor_locked(&c->array, sector) | (uint32_t)down << 1;
    }
    return 0;
}

static uint32_t intel_read(CfiBank *b, unsigned chip, uint32_t word)
{
    CfiChip *c = &b->chip[chip];
    switch (c->mode) {
    case ARRAY:
        return cfi_array(b, chip, word);
    case IDENTIFIER:
        return identifier(b, c, word);
    case QUERY:
        return cfi_query_word(b, word);
    case BUFFER_STATUS:
        return SR_READY; /* extended status: the buffer is free */
    default:
        return c->status;
    }
}

static bool intel_shows_array(const CfiChip *c)
{
    return c->mode == ARRAY;
}

static void intel_event(CfiBank *b, unsigned chip, unsigned event)
{
    CfiChip *c = &b->chip[chip];
    if (event == CFI_EVENT_SUSPEND) {
        c->left = zif_due(&b->dev, CFI_EVENT_DONE + chip) - zif_now(&b->dev);
        zif_cancel(&b->dev, CFI_EVENT_DONE + chip);
        c->outer = c->operation;
        c->operation = CFI_IDLE;
        c->status |= SR_READY | (c->outer == CFI_ERASE ? SR_ERASE_SUSPENDED : SR_PROGRAM_SUSPENDED);
        return;
    }
    bool ok = cfi_carry_out(b, chip, (CfiOperation)c->operation, 0);
    if (!ok) {
        cfi_complain(b, chip, c->address / b->chip_width, "programming a 1 over a 0: the cell keeps its 0");
    }
    zif_cancel(&b->dev, CFI_EVENT_SUSPEND + chip);
    c->operation = CFI_IDLE;
    c->status |= SR_READY;
}

static void intel_reset(CfiBank *b, unsigned chip)
{
    CfiChip *c = &b->chip[chip];
    c->status = SR_READY;
    if (b->command_set == 0x0003) {
        memset(c->array.locked, 0xFF, sizeof c->array.locked);
        memset(c->locked_down, 0, sizeof c->locked_down);
    }
}

/* Intel 28F128J3 data sheet, "Primary Vendor-Specific Extended Query", version 1.1. */
static void intel_extended_query(uint8_t *at)
{
    static const uint8_t table[] = {
        'P',  'R',  'I', '1', '1', 0x06, 0x00, 0x00, 0x00, /* optional features: suspend erase, suspend program */
        0x01,                                              /* program is possible while an erase is suspended */
        0x01, 0x00,                                        /* block status: the lock bit */
        0x33,                                              /* VCC optimum 3.3 V */
        0x00,                                              /* VPP: none */
    };
    memcpy(at, table, sizeof table);
}

const CfiCommands zif__cfi_intel = { intel_write, intel_read,  intel_shows_array,
                                     intel_event, intel_reset, intel_extended_query };
