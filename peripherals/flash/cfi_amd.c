/*
 * The AMD/Fujitsu command set (0x0002) of parallel NOR flash.
 *
 * Reference: JEDEC JESD68.01 (CFI), JEP137; Am29LV320D data sheet (command definitions, DQ7-DQ2 status, unlock bypass, erase
 * suspend); S29GL-N data sheet (write buffer, DQ1, dynamic and persistent protection bits).
 * Models: read, autoselect, query, word and buffer program, unlock bypass, sector and chip erase with the time-out window,
 * suspend and resume, DQ7/DQ6/DQ5/DQ3/DQ2/DQ1, DYB and PPB protection. What zif,as-pflash-cfi02 changes: see cfi_flash.c.
 * Departs: programming a 1 over a 0 always ends in DQ5 (the data sheets allow either that or a silent success).
 * Missing: secured silicon sector, password protection, page-mode timing.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <string.h>
#include "cfi.h"

enum {
    READ = CFI_ARRAY,
    UNLOCK1,
    UNLOCK2,
    AUTOSELECT,
    QUERY,
    PROGRAM_DATA,
    BYPASS_RESET,
    ERASE_SETUP,
    ERASE_UNLOCK1,
    ERASE_UNLOCK2,
    ERASE_WINDOW,
    BUSY,
    FAILED, /* DQ5: the operation gave up; only a reset command leads out */
    SUSPENDED,
    BUFFER_COUNT,
    BUFFER_LOAD,
    BUFFER_CONFIRM,
    BUFFER_ABORT,
    ABORT_UNLOCK1,
    ABORT_UNLOCK2,
    PROTECT, /* DYB or PPB commands; `data` says which */
    PROTECT_SET,
    PROTECT_ERASE,
    PROTECT_EXIT,
};

enum { DQ7 = 0x80, DQ6 = 0x40, DQ5 = 0x20, DQ3 = 0x08, DQ2 = 0x04, DQ1 = 0x02 };
enum { DYB = 0xE0, PPB = 0xC0 };

static bool is_unlock1(const CfiBank *b, uint32_t word)
{
    return b->byte_mode ? (word & 0xFFF) == 0xAAA : (word & 0x7FF) == 0x555;
}

static bool is_unlock2(const CfiBank *b, uint32_t word)
{
    return b->byte_mode ? (word & 0xFFF) == 0x555 : (word & 0x7FF) == 0x2AA;
}

/* Where a finished or abandoned command leads: back under the suspended erase, if there is one. */
static uint8_t home(const CfiChip *c)
{
    return c->outer == CFI_ERASE ? SUSPENDED : READ;
}

static void back_to_read(CfiBank *b, unsigned chip, uint32_t word, const char *why)
{
    CfiChip *c = &b->chip[chip];
    if (why) {
        cfi_complain(b, chip, word, why);
    }
    c->mode = home(c);
    c->bypass = false;
    c->failed = false;
}

/* A word or the buffer is to be programmed into the sector of `offset`. */
static void start_program(CfiBank *b, unsigned chip, CfiOperation operation, uint32_t offset, uint32_t data,
                          ZifTime duration)
{
    CfiChip *c = &b->chip[chip];
    uint32_t sector = nor_sector(&c->array, offset, NULL, NULL);
    c->address = offset;
    c->data = data;
    c->after = home(c);
    c->mode = BUSY;
    if (nor_locked(&c->array, sector)) {
        cfi_complain(b, chip, offset / b->chip_width, "program into a protected sector");
        cfi_begin(b, chip, CFI_REFUSED, ZIF_US);
    } else if (c->outer == CFI_ERASE && cfi_chosen(c, sector)) {
        cfi_complain(b, chip, offset / b->chip_width, "program into a sector whose erase is suspended");
        cfi_begin(b, chip, CFI_REFUSED, ZIF_US);
    } else {
        cfi_begin(b, chip, operation, duration);
    }
}

static void start_erase(CfiBank *b, unsigned chip)
{
    CfiChip *c = &b->chip[chip];
    unsigned open = 0;
    for (uint32_t s = 0; s < c->array.sectors; s++) {
        open += cfi_chosen(c, s) && !nor_locked(&c->array, s);
    }
    c->mode = BUSY;
    c->after = READ;
    if (!open) {
        cfi_complain(b, chip, c->address / b->chip_width, "erase of protected sectors only");
        memset(c->erasing, 0, sizeof c->erasing);
        cfi_begin(b, chip, CFI_REFUSED, 100 * ZIF_US);
        return;
    }
    cfi_begin(b, chip, CFI_ERASE, open * b->erase_time);
}

static void choose_sector(CfiBank *b, unsigned chip, uint32_t word)
{
    CfiChip *c = &b->chip[chip];
    uint32_t sector = nor_sector(&c->array, cfi_offset(b, word), NULL, NULL);
    c->erasing[sector / 8] |= 1u << sector % 8;
    c->address = cfi_offset(b, word);
    zif_schedule_in(&b->dev, CFI_EVENT_WINDOW + chip, b->window_time);
}

/* The third cycle after two unlock cycles. */
static void command(CfiBank *b, unsigned chip, uint32_t word, uint8_t cmd)
{
    CfiChip *c = &b->chip[chip];
    if (cmd == 0x25 && b->buffer_size) { /* the only one at a sector address */
        c->sector = nor_sector(&c->array, cfi_offset(b, word), NULL, NULL);
        c->mode = BUFFER_COUNT;
        return;
    }
    if (!is_unlock1(b, word)) {
        back_to_read(b, chip, word, "third command cycle at the wrong address");
        return;
    }
    switch (cmd) {
    case 0x90:
        c->mode = AUTOSELECT;
        break;
    case 0xA0:
        c->mode = PROGRAM_DATA;
        break;
    case 0x20:
        c->bypass = true;
        c->mode = home(c);
        break;
    case 0x80:
        if (c->outer == CFI_ERASE) {
            back_to_read(b, chip, word, "erase command while an erase is suspended");
        } else {
            c->mode = ERASE_SETUP;
        }
        break;
    case DYB:
    case PPB:
        c->mode = PROTECT;
        c->data = cmd;
        break;
    case 0xF0:
        back_to_read(b, chip, word, NULL);
        break;
    default:
        back_to_read(b, chip, word, "unknown command");
    }
}

/* First cycle, from reading the array, autoselect or query data, or under a suspended erase. */
static void first_cycle(CfiBank *b, unsigned chip, uint32_t word, uint8_t cmd)
{
    CfiChip *c = &b->chip[chip];
    if (c->bypass && cmd == 0xA0) {
        c->mode = PROGRAM_DATA;
    } else if (c->bypass && cmd == 0x90) {
        c->mode = BYPASS_RESET;
    } else if (c->bypass && cmd == 0x25 && b->buffer_size) {
        command(b, chip, word, cmd);
    } else if (c->bypass && cmd == 0x00 && b->as_pflash) {
        back_to_read(b, chip, word, NULL);
    } else if (cmd == 0xF0 && !c->bypass) {
        c->mode = c->mode == QUERY ? c->after : home(c);
    } else if (cmd == 0x98 && cfi_table_word(b, word & 0xFF) == 0x55) {
        if (c->mode != QUERY) {
            c->after =
                c->mode; /* a query from autoselect leads back there [Am29LV320D, "Common Flash Memory Interface"] */
        }
        c->mode = QUERY;
    } else if (cmd == 0x30 && c->mode == SUSPENDED) {
        c->mode = BUSY;
        c->outer = CFI_IDLE;
        c->after = READ;
        cfi_begin(b, chip, CFI_ERASE, c->left);
    } else if (cmd == 0xAA && is_unlock1(b, word) && !c->bypass) {
        c->mode = UNLOCK1;
    } else {
        cfi_complain(b, chip, word,
                     c->bypass ? "command that unlock bypass does not take" : "write outside a command sequence");
        c->mode = home(c);
    }
}

static void buffer_abort(CfiBank *b, unsigned chip, uint32_t word, uint32_t data, const char *why)
{
    CfiChip *c = &b->chip[chip];
    cfi_complain(b, chip, word, why);
    c->data = data;
    c->mode = BUFFER_ABORT;
}

static void buffer_cycle(CfiBank *b, unsigned chip, uint32_t word, uint32_t data)
{
    CfiChip *c = &b->chip[chip];
    uint32_t offset = cfi_offset(b, word), sector = nor_sector(&c->array, offset, NULL, NULL);
    switch (c->mode) {
    case BUFFER_COUNT:
        if (!cfi_buffer_count(b, c, word, data)) {
            buffer_abort(b, chip, word, data, "write buffer word count out of range or for another sector");
            return;
        }
        c->mode = BUFFER_LOAD;
        return;
    case BUFFER_LOAD:
        if (!cfi_buffer_load(b, c, word, data)) {
            buffer_abort(b, chip, word, data, "write buffer data outside its page");
            return;
        }
        c->address = offset;
        c->data = data;
        c->mode = c->words_left ? BUFFER_LOAD : BUFFER_CONFIRM;
        return;
    default: /* BUFFER_CONFIRM */
        if ((data & 0xFF) != 0x29 || sector != c->sector) {
            buffer_abort(b, chip, word, c->data, "write buffer not confirmed by 0x29 at its sector");
            return;
        }
        start_program(b, chip, CFI_BUFFER_PROGRAM, c->address, c->data, b->buffer_time);
        return;
    }
}

static void protect_cycle(CfiBank *b, unsigned chip, uint32_t word, uint8_t data)
{
    CfiChip *c = &b->chip[chip];
    uint32_t sector = nor_sector(&c->array, cfi_offset(b, word), NULL, NULL);
    switch (c->mode) {
    case PROTECT:
        c->mode = data == 0xA0                     ? PROTECT_SET
                  : data == 0x80 && c->data == PPB ? PROTECT_ERASE
                  : data == 0x90                   ? PROTECT_EXIT
                                                   : PROTECT;
        return;
    case PROTECT_SET:
        if (data == 0x00) {
            nor_set_bit(c->data == PPB ? c->array.kept : c->array.locked, sector, true);
        } else if (data == 0x01 && c->data == DYB) {
            nor_set_bit(c->array.locked, sector, false);
        } else {
            cfi_complain(b, chip, word, "protection command that does not exist");
        }
        c->mode = PROTECT;
        return;
    case PROTECT_ERASE:
        if (data == 0x30) {
            memset(c->array.kept, 0, sizeof c->array.kept);
        } else {
            cfi_complain(b, chip, word, "protection erase not confirmed by 0x30");
        }
        c->mode = PROTECT;
        return;
    default: /* PROTECT_EXIT */
        if (data == 0x00) {
            back_to_read(b, chip, word, NULL);
        } else {
            c->mode = PROTECT;
        }
    }
}

static void busy_write(CfiBank *b, unsigned chip, uint32_t word, uint8_t cmd)
{
    CfiChip *c = &b->chip[chip];
    if (cmd == 0xB0 && c->operation == CFI_ERASE) {
        if (zif_due(&b->dev, CFI_EVENT_SUSPEND + chip) == ZIF_TIME_NEVER) {
            zif_schedule_in(&b->dev, CFI_EVENT_SUSPEND + chip, b->suspend_time);
        }
        return;
    }
    cfi_complain(b, chip, word, "write while an operation is in progress");
}

static void amd_write(CfiBank *b, unsigned chip, uint32_t word, uint32_t data)
{
    CfiChip *c = &b->chip[chip];
    uint8_t cmd = (uint8_t)data; /* commands are on DQ7-DQ0 */
    switch (c->mode) {
    case READ:
    case AUTOSELECT:
    case QUERY:
    case SUSPENDED:
        first_cycle(b, chip, word, cmd);
        break;
    case UNLOCK1:
        if (cmd == 0x55 && is_unlock2(b, word)) {
            c->mode = UNLOCK2;
        } else {
            back_to_read(b, chip, word, cmd == 0xF0 ? NULL : "second unlock cycle wrong");
        }
        break;
    case UNLOCK2:
        command(b, chip, word, cmd);
        break;
    case PROGRAM_DATA:
        start_program(b, chip, CFI_PROGRAM, cfi_offset(b, word), data, b->word_time);
        break;
    case BYPASS_RESET:
        if (cmd == 0x00 || cmd == 0xF0) {
            back_to_read(b, chip, word, NULL);
        } else {
            cfi_complain(b, chip, word, "unlock bypass reset not finished by 0x00");
            c->mode = home(c);
        }
        break;
    case ERASE_SETUP:
        if (cmd == 0xAA && is_unlock1(b, word)) {
            c->mode = ERASE_UNLOCK1;
        } else {
            back_to_read(b, chip, word, cmd == 0xF0 ? NULL : "fourth erase cycle wrong");
        }
        break;
    case ERASE_UNLOCK1:
        if (cmd == 0x55 && is_unlock2(b, word)) {
            c->mode = ERASE_UNLOCK2;
        } else {
            back_to_read(b, chip, word, cmd == 0xF0 ? NULL : "fifth erase cycle wrong");
        }
        break;
    case ERASE_UNLOCK2:
        if (cmd == 0x30) {
            memset(c->erasing, 0, sizeof c->erasing);
            c->mode = ERASE_WINDOW;
            choose_sector(b, chip, word);
        } else if (cmd == 0x10 && is_unlock1(b, word)) {
            memset(c->erasing, 0xFF, sizeof c->erasing);
            c->address = 0;
            start_erase(b, chip);
        } else {
            back_to_read(b, chip, word, cmd == 0xF0 ? NULL : "sixth erase cycle wrong");
        }
        break;
    case ERASE_WINDOW:
        if (cmd == 0x30) {
            choose_sector(b, chip, word);
        } else if (cmd == 0xB0) { /* within the window: at once */
            zif_cancel(&b->dev, CFI_EVENT_WINDOW + chip);
            start_erase(b, chip);
            if (c->operation == CFI_ERASE) {
                zif_schedule(&b->dev, CFI_EVENT_SUSPEND + chip, zif_now(&b->dev));
            }
        } else {
            zif_cancel(&b->dev, CFI_EVENT_WINDOW + chip);
            memset(c->erasing, 0, sizeof c->erasing);
            back_to_read(b, chip, word, "command within the sector erase window, which cancels the erase");
        }
        break;
    case BUSY:
        busy_write(b, chip, word, cmd);
        break;
    case FAILED:
        if (cmd == 0xF0) {
            back_to_read(b, chip, word, NULL);
        } else {
            cfi_complain(b, chip, word, "write after a failed operation; only reset (0xF0) is taken");
        }
        break;
    case BUFFER_COUNT:
    case BUFFER_LOAD:
    case BUFFER_CONFIRM:
        buffer_cycle(b, chip, word, data);
        break;
    case BUFFER_ABORT:
    case ABORT_UNLOCK1:
    case ABORT_UNLOCK2:
        /* Only the three-cycle write-to-buffer-abort reset leads out. */
        if (c->mode == BUFFER_ABORT && cmd == 0xAA && is_unlock1(b, word)) {
            c->mode = ABORT_UNLOCK1;
        } else if (c->mode == ABORT_UNLOCK1 && cmd == 0x55 && is_unlock2(b, word)) {
            c->mode = ABORT_UNLOCK2;
        } else if (c->mode == ABORT_UNLOCK2 && cmd == 0xF0 && is_unlock1(b, word)) {
            back_to_read(b, chip, word, NULL);
        } else {
            cfi_complain(b, chip, word, "write after a write buffer abort; only its three-cycle reset is taken");
            c->mode = BUFFER_ABORT;
        }
        break;
    default:
        protect_cycle(b, chip, word, cmd);
    }
}

/* Status on DQ7-DQ0 while an operation is in progress, has failed, or waits; every read toggles what toggles. */
static uint32_t status_read(CfiBank *b, unsigned chip, uint32_t word)
{
    CfiChip *c = &b->chip[chip];
    uint32_t sector = nor_sector(&c->array, cfi_offset(b, word), NULL, NULL);
    bool erase = c->mode == ERASE_WINDOW || c->operation == CFI_ERASE;
    c->status ^= DQ6;
    if ((erase || c->outer == CFI_ERASE) && (cfi_chosen(c, sector) || b->as_pflash)) {
        c->status ^= DQ2;
    }
    uint32_t value = c->status & (DQ6 | DQ2);
    if (!erase) {
        value |= ~c->data & DQ7;
    }
    if (c->failed) {
        value |= DQ5;
    }
    if (c->operation == CFI_ERASE) {
        value |= DQ3;
    }
    if (c->mode >= BUFFER_ABORT && c->mode <= ABORT_UNLOCK2) {
        value |= DQ1;
    }
    return value;
}

static uint32_t amd_read(CfiBank *b, unsigned chip, uint32_t word)
{
    CfiChip *c = &b->chip[chip];
    uint32_t sector = nor_sector(&c->array, cfi_offset(b, word), NULL, NULL);
    switch (c->mode) {
    case AUTOSELECT:
        switch (cfi_table_word(b, word) & 0xFF) {
        case 0x00:
            return b->manufacturer;
        case 0x01:
            return b->device_id[0];
        case 0x02:
            return nor_locked(&c->array, sector);
        case 0x0E:
            return b->device_id[1];
        case 0x0F:
            return b->device_id[2];
        default:
            return 0;
        }
    case QUERY:
        return cfi_query_word(b, word);
    case ERASE_WINDOW:
    case BUSY:
    case FAILED:
    case BUFFER_ABORT:
    case ABORT_UNLOCK1:
    case ABORT_UNLOCK2:
        return status_read(b, chip, word);
    case PROTECT:
    case PROTECT_SET:
    case PROTECT_ERASE:
    case PROTECT_EXIT:
        return !nor_bit(c->data == PPB ? c->array.kept : c->array.locked, sector);
    default:
        if (c->outer == CFI_ERASE && cfi_chosen(c, sector)) { /* suspended: DQ7 is 1, DQ6 stands, DQ2 toggles */
            c->status ^= DQ2;
            return DQ7 | (c->status & (DQ6 | DQ2));
        }
        return cfi_array(b, chip, word);
    }
}

static bool amd_shows_array(const CfiChip *c)
{
    switch (c->mode) {
    case READ:
    case UNLOCK1:
    case UNLOCK2:
    case PROGRAM_DATA:
    case BYPASS_RESET:
    case ERASE_SETUP:
    case ERASE_UNLOCK1:
    case ERASE_UNLOCK2:
    case BUFFER_COUNT:
    case BUFFER_LOAD:
    case BUFFER_CONFIRM:
        return c->outer == CFI_IDLE;
    default:
        return false;
    }
}

static void operation_done(CfiBank *b, unsigned chip)
{
    CfiChip *c = &b->chip[chip];
    bool ok = cfi_carry_out(b, chip, (CfiOperation)c->operation, 0);
    zif_cancel(&b->dev, CFI_EVENT_SUSPEND + chip);
    c->operation = CFI_IDLE;
    if (!ok && b->as_pflash) {
        cfi_complain(b, chip, c->address / b->chip_width, "programming a 1 over a 0: the 0 stays");
    } else if (!ok) {
        cfi_complain(b, chip, c->address / b->chip_width, "programming a 1 over a 0: the operation fails with DQ5");
        c->failed = true;
        c->mode = FAILED;
        return;
    }
    c->mode = c->after;
}

static void amd_event(CfiBank *b, unsigned chip, unsigned event)
{
    CfiChip *c = &b->chip[chip];
    switch (event) {
    case CFI_EVENT_DONE:
        operation_done(b, chip);
        break;
    case CFI_EVENT_WINDOW:
        start_erase(b, chip);
        break;
    case CFI_EVENT_SUSPEND:
        c->left = zif_due(&b->dev, CFI_EVENT_DONE + chip) - zif_now(&b->dev);
        zif_cancel(&b->dev, CFI_EVENT_DONE + chip);
        c->operation = CFI_IDLE;
        c->outer = CFI_ERASE;
        c->mode = SUSPENDED;
        break;
    }
}

static void amd_reset(CfiBank *b, unsigned chip)
{
    CfiChip *c = &b->chip[chip];
    memset(c->array.locked, 0, sizeof c->array.locked); /* dynamic protection bits; persistent ones stay */
}

/* S29GL-N data sheet, "Primary Vendor-Specific Extended Query", version 1.3. */
static void amd_extended_query(uint8_t *at)
{
    static const uint8_t table[] = {
        'P',  'R',  'I', '1', '3', 0x10, /* address-sensitive unlock, 90 nm */
        0x02,                            /* erase suspend: read and write */
        0x01,                            /* sectors per protection group */
        0x00,                            /* temporary sector unprotect: no */
        0x08,                            /* advanced sector protection */
        0x00,                            /* simultaneous operation: no */
        0x00,                            /* burst mode: no */
        0x02,                            /* page mode: 8 words */
        0xB5, 0xC5,                      /* ACC minimum 11.5 V, maximum 12.5 V */
        0x00,                            /* uniform sectors */
        0x00,                            /* program suspend: no */
    };
    memcpy(at, table, sizeof table);
}

const CfiCommands zif__cfi_amd = { amd_write, amd_read, amd_shows_array, amd_event, amd_reset, amd_extended_query };
