/*
 * Serial NOR flash, 25 series: the devicetree node `jedec,spi-nor`.
 *
 * Reference: W25Q128JV data sheet rev. M (commands, status registers, times), W25Q256JV rev. K (four-byte addresses), JEDEC JESD216B
 * (SFDP); Zephyr binding jedec,spi-nor.
 * Models: JEDEC, device and unique identification, SFDP, reads with one, two and four data lines, page program that wraps within its page,
 * erase of 4, 32, 64 KiB and chip, WEL and BUSY, block protection (BP, TB, SEC, CMP) and individual locks, three status registers with
 * volatile writes and locking, four-byte addresses and the extended address register, suspend and resume, deep power-down, reset.
 * Properties: reg (chip select), size (bits, as the binding has it), jedec-id (three bytes, or three cells), zif,page-us (400), zif,sector-ms
 * (45), zif,half-block-ms (120), zif,block-ms (150), zif,chip-ms (40000), zif,status-ms (10), zif,write-protect (WP# is low).
 * Departs: erase and program take their typical times. What a command interrupted by raised chip select in its middle does is nothing.
 * Missing: security registers, DDR and QPI (38h) modes, hold pin: reported when used.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "serial_nor.h"
#include <string.h>

/* Status register bits. */
enum { BUSY = 1, WEL = 2, BP = 0x1c, TB = 0x20, SEC = 0x40, SRP = 0x80 };
enum { SRL = 1, QE = 2, LB = 0x38, CMP = 0x40, SUS = 0x80 };
enum { ADS = 1, WPS = 4, DRV = 0x60 };
enum { EVENT_DONE, EVENT_SUSPENDED };

typedef enum {
    SHOW,    /* gives bytes until it is deselected */
    READ,    /* gives the array */
    PROGRAM, /* takes a page */
    ERASE,
    STATUS, /* takes status bytes */
    ACT,    /* does something when deselected */
} Kind;

enum { NEEDS_WEL = 1, WHILE_BUSY = 2, WHILE_DEEP = 4, FOUR = 8 /* always four address bytes */, WHILE_SUSPENDED = 16 };

typedef struct {
    uint8_t code, kind;
    uint8_t address; /* 0 = none, 3 = three or four bytes */
    uint8_t dummies; /* bytes between the address and the data */
    uint8_t lines;   /* of data */
    uint8_t address_lines;
    uint8_t flags;
    const char *name;
} Command;

static const Command commands[] = {
    { 0x06, ACT, 0, 0, 1, 1, WHILE_SUSPENDED, "write enable" },
    { 0x04, ACT, 0, 0, 1, 1, WHILE_SUSPENDED, "write disable" },
    { 0x50, ACT, 0, 0, 1, 1, 0, "volatile status write enable" },
    { 0x05, SHOW, 0, 0, 1, 1, WHILE_BUSY | WHILE_SUSPENDED, "read status 1" },
    { 0x35, SHOW, 0, 0, 1, 1, WHILE_BUSY | WHILE_SUSPENDED, "read status 2" },
    { 0x15, SHOW, 0, 0, 1, 1, WHILE_BUSY | WHILE_SUSPENDED, "read status 3" },
    { 0x01, STATUS, 0, 0, 1, 1, NEEDS_WEL, "write status 1" },
    { 0x31, STATUS, 0, 0, 1, 1, NEEDS_WEL, "write status 2" },
    { 0x11, STATUS, 0, 0, 1, 1, NEEDS_WEL, "write status 3" },
    { 0x03, READ, 3, 0, 1, 1, WHILE_SUSPENDED, "read" },
    { 0x13, READ, 3, 0, 1, 1, FOUR | WHILE_SUSPENDED, "read, four-byte address" },
    { 0x0b, READ, 3, 1, 1, 1, WHILE_SUSPENDED, "fast read" },
    { 0x0c, READ, 3, 1, 1, 1, FOUR | WHILE_SUSPENDED, "fast read, four-byte address" },
    { 0x3b, READ, 3, 1, 2, 1, WHILE_SUSPENDED, "dual output read" },
    { 0x3c, READ, 3, 1, 2, 1, FOUR | WHILE_SUSPENDED, "dual output read, four-byte address" },
    { 0xbb, READ, 3, 1, 2, 2, WHILE_SUSPENDED, "dual I/O read" },
    { 0xbc, READ, 3, 1, 2, 2, FOUR | WHILE_SUSPENDED, "dual I/O read, four-byte address" },
    { 0x6b, READ, 3, 1, 4, 1, WHILE_SUSPENDED, "quad output read" },
    { 0x6c, READ, 3, 1, 4, 1, FOUR | WHILE_SUSPENDED, "quad output read, four-byte address" },
    { 0xeb, READ, 3, 3, 4, 4, WHILE_SUSPENDED, "quad I/O read" },
    { 0xec, READ, 3, 3, 4, 4, FOUR | WHILE_SUSPENDED, "quad I/O read, four-byte address" },
    { 0x02, PROGRAM, 3, 0, 1, 1, NEEDS_WEL | WHILE_SUSPENDED, "page program" },
    { 0x12, PROGRAM, 3, 0, 1, 1, NEEDS_WEL | FOUR | WHILE_SUSPENDED, "page program, four-byte address" },
    { 0x32, PROGRAM, 3, 0, 4, 1, NEEDS_WEL | WHILE_SUSPENDED, "quad page program" },
    { 0x34, PROGRAM, 3, 0, 4, 1, NEEDS_WEL | FOUR | WHILE_SUSPENDED, "quad page program, four-byte address" },
    { 0x20, ERASE, 3, 0, 1, 1, NEEDS_WEL, "sector erase" },
    { 0x21, ERASE, 3, 0, 1, 1, NEEDS_WEL | FOUR, "sector erase, four-byte address" },
    { 0x52, ERASE, 3, 0, 1, 1, NEEDS_WEL, "32 KiB block erase" },
    { 0x5c, ERASE, 3, 0, 1, 1, NEEDS_WEL | FOUR, "32 KiB block erase, four-byte address" },
    { 0xd8, ERASE, 3, 0, 1, 1, NEEDS_WEL, "64 KiB block erase" },
    { 0xdc, ERASE, 3, 0, 1, 1, NEEDS_WEL | FOUR, "64 KiB block erase, four-byte address" },
    { 0xc7, ERASE, 0, 0, 1, 1, NEEDS_WEL, "chip erase" },
    { 0x60, ERASE, 0, 0, 1, 1, NEEDS_WEL, "chip erase" },
    { 0x75, ACT, 0, 0, 1, 1, WHILE_BUSY, "suspend" },
    { 0x7a, ACT, 0, 0, 1, 1, WHILE_SUSPENDED, "resume" },
    { 0xb9, ACT, 0, 0, 1, 1, 0, "deep power-down" },
    { 0xab, SHOW, 0, 3, 1, 1, WHILE_DEEP | WHILE_SUSPENDED, "release from power-down, device ID" },
    { 0x90, SHOW, 3, 0, 1, 1, WHILE_SUSPENDED, "manufacturer and device ID" },
    { 0x9f, SHOW, 0, 0, 1, 1, WHILE_SUSPENDED, "JEDEC ID" },
    { 0x4b, SHOW, 0, 4, 1, 1, WHILE_SUSPENDED, "unique ID" },
    { 0x5a, SHOW, 3, 1, 1, 1, WHILE_SUSPENDED, "read SFDP" },
    { 0xb7, ACT, 0, 0, 1, 1, WHILE_SUSPENDED, "enter four-byte address mode" },
    { 0xe9, ACT, 0, 0, 1, 1, WHILE_SUSPENDED, "exit four-byte address mode" },
    { 0xc8, SHOW, 0, 0, 1, 1, WHILE_SUSPENDED, "read extended address register" },
    { 0xc5, STATUS, 0, 0, 1, 1, NEEDS_WEL, "write extended address register" },
    { 0x36, ACT, 3, 0, 1, 1, NEEDS_WEL, "individual block lock" },
    { 0x39, ACT, 3, 0, 1, 1, NEEDS_WEL, "individual block unlock" },
    { 0x3d, SHOW, 3, 0, 1, 1, WHILE_SUSPENDED, "read block lock" },
    { 0x7e, ACT, 0, 0, 1, 1, NEEDS_WEL, "global block lock" },
    { 0x98, ACT, 0, 0, 1, 1, NEEDS_WEL, "global block unlock" },
    { 0x66, ACT, 0, 0, 1, 1, WHILE_BUSY | WHILE_DEEP | WHILE_SUSPENDED, "enable reset" },
    { 0x99, ACT, 0, 0, 1, 1, WHILE_BUSY | WHILE_DEEP | WHILE_SUSPENDED, "reset" },
};

static const Command *find(uint8_t code)
{
    for (unsigned i = 0; i < sizeof commands / sizeof *commands; i++) {
        if (commands[i].code == code) {
            return &commands[i];
        }
    }
    return NULL;
}

static void complain(SerialNor *n, ZifReportKind kind, const char *name, const char *why)
{
    zif_report(&n->dev, kind, -1, "command 0x%02X (%s) %s", n->s.command, name, why);
}

static unsigned address_bytes(const SerialNor *n, const Command *c)
{
    if (c->code == 0x5a || c->code == 0x90) {
        return 3;
    }
    return !c->address ? 0 : c->flags & FOUR || n->s.wide ? 4 : 3;
}

/* --- Protection ------------------------------------------------------------------------------------------------------- */

/* Number of the individual lock of an address: the sectors of the first and last block have their own (data sheet, 9.5). */
static uint32_t lock_of(const SerialNor *n, uint32_t address)
{
    uint32_t block = address >> 16, last = (n->size >> 16) - 1;
    if (block == 0) {
        return address >> 12;
    }
    return block == last ? 16 + (address >> 12 & 15) : 32 + block;
}

/* What the block protect bits cover: [from, to). Data sheet, 7.1.10: memory protection tables. */
static void protected_range(const SerialNor *n, uint32_t *from, uint32_t *to)
{
    unsigned bp = (n->s.status[0] & BP) >> 2;
    bool bottom = n->s.status[0] & TB;
    uint64_t len;
    if (n->s.status[0] & SEC) {
        len = bp == 0 ? 0 : bp == 7 ? n->size : bp >= 4 ? 32768 : (uint32_t)SNOR_SECTOR << (bp - 1);
    } else {
        len = bp == 0 ? 0 : bp == 7 ? n->size : (n->size / 64) << (bp - 1);
    }
    len = len < n->size ? len : n->size;
    *from = bottom ? 0 : (uint32_t)(n->size - len);
    *to = *from + (uint32_t)len;
    if (n->s.status[1] & CMP) { /* the rest of the array instead */
        uint32_t edge = bottom ? *to : *from;
        *from = bottom ? edge : 0;
        *to = bottom ? n->size : edge;
    }
}

static bool is_protected(const SerialNor *n, uint32_t address, uint32_t len)
{
    uint32_t from, to;
    if (n->s.status[2] & WPS) {
        for (uint32_t at = address; at < address + len; at += SNOR_SECTOR) {
            uint32_t lock = lock_of(n, at);
            if (n->s.locks[lock / 8] >> lock % 8 & 1) {
                return true;
            }
        }
        return false;
    }
    protected_range(n, &from, &to);
    return from < to && address < to && address + len > from;
}

/* --- Work that takes time --------------------------------------------------------------------------------------------- */

static uint32_t erase_size(const SerialNor *n, uint8_t code)
{
    switch (code) {
    case 0x20:
    case 0x21:
        return SNOR_SECTOR;
    case 0x52:
    case 0x5c:
        return 32768;
    case 0xd8:
    case 0xdc:
        return 65536;
    }
    return n->size;
}

static void begin(SerialNor *n, ZifTime duration)
{
    n->s.status[0] |= BUSY;
    n->s.operation = n->s.command;
    zif_schedule_in(&n->dev, EVENT_DONE, duration);
}

static void start_erase(SerialNor *n, const Command *c)
{
    uint32_t len = erase_size(n, c->code), at = (n->s.address & (n->size - 1)) & ~(len - 1);
    ZifTime time = len == SNOR_SECTOR ? n->sector_time
                   : len == 32768     ? n->half_block_time
                   : len == 65536     ? n->block_time
                                      : n->chip_time;
    if (c->code == 0xc7 || c->code == 0x60) {
        at = 0;
    }
    if (is_protected(n, at, len)) {
        n->s.status[0] &= (uint8_t)~WEL;
        complain(n, ZIF_REPORT_LOCKED, c->name, "on a protected area was ignored");
        return;
    }
    n->s.operation_at = at;
    zif_flash_start(n->flash, 0, &(ZifFlashStep){ .kind = ZIF_FLASH_ERASE, .offset = at, .len = len });
    begin(n, time);
}

static void start_program(SerialNor *n, const Command *c)
{
    uint32_t page = (n->s.address & (n->size - 1)) & ~(uint32_t)(SNOR_PAGE - 1), first = SNOR_PAGE, last = 0;
    for (uint32_t i = 0; i < SNOR_PAGE; i++) {
        if (n->s.filled[i / 8] >> i % 8 & 1) {
            first = first < i ? first : i;
            last = i;
        } else {
            n->s.page[i] = 0xff;
        }
    }
    if (is_protected(n, page, SNOR_PAGE)) {
        n->s.status[0] &= (uint8_t)~WEL;
        complain(n, ZIF_REPORT_LOCKED, c->name, "on a protected area was ignored");
        return;
    }
    if (n->s.suspended && (page ^ n->s.operation_at) < SNOR_SECTOR) {
        complain(n, ZIF_REPORT_BUSY, c->name, "into the area whose erase is suspended was ignored");
        return;
    }
    for (uint32_t i = first; i <= last; i++) {
        if (n->s.page[i] & ~zif_flash_cells(n->flash)[page + i]) {
            zif_report(&n->dev, ZIF_REPORT_FLASH, -1, "page program at 0x%x: byte is not erased, its 0 bits stay 0",
                       page + i);
            break;
        }
    }
    zif_flash_start(
        n->flash, 1,
        &(ZifFlashStep){
            .kind = ZIF_FLASH_PROGRAM, .offset = page + first, .len = last - first + 1, .data = n->s.page + first });
    begin(n, n->page_time);
}

/* Status bits a write can change, by register. */
static const uint8_t writable[3] = { BP | TB | SEC | SRP, SRL | QE | LB | CMP, WPS | DRV };

static bool status_locked(const SerialNor *n)
{
    return n->s.status[1] & SRL || (n->s.status[0] & SRP && n->write_protected);
}

static void start_status(SerialNor *n, const Command *c)
{
    uint32_t bytes = n->s.count - 1;
    if (c->code == 0xc5) {
        n->s.extended = n->s.page[0];
        n->s.status[0] &= (uint8_t)~WEL;
        return;
    }
    if (status_locked(n)) {
        n->s.status[0] &= (uint8_t)~WEL;
        complain(n, ZIF_REPORT_LOCKED, c->name, "was ignored: the status registers are locked");
        return;
    }
    unsigned first = c->code == 0x01 ? 0 : c->code == 0x31 ? 1 : 2, room = c->code == 0x01 ? 2 : 1;
    memcpy(n->s.status_after, n->s.status, sizeof n->s.status);
    for (unsigned i = 0; i < room && i < bytes; i++) {
        uint8_t *after = &n->s.status_after[first + i], mask = writable[first + i];
        uint8_t once = first + i == 1 ? *after & LB : 0; /* lock bits are never cleared */
        *after = (uint8_t)((*after & ~mask) | (n->s.page[i] & mask) | once);
    }
    if (n->s.volatile_status) {
        memcpy(n->s.status, n->s.status_after, sizeof n->s.status);
        n->s.volatile_status = false;
        return;
    }
    begin(n, n->status_time);
}

/* A status write ends, or is cut short: then each bit is the old one or the new one. */
static void store_status(SerialNor *n, bool whole)
{
    static const uint8_t lasting[3] = { BP | TB | SEC | SRP, QE | LB | CMP, WPS | DRV };
    for (unsigned i = 0; i < 3; i++) {
        uint8_t done = whole ? 0xff : (uint8_t)zif_random(&n->dev);
        n->s.stored[i] = (uint8_t)((n->s.stored[i] & ~done) | (n->s.status_after[i] & done)) & lasting[i];
    }
}

/* How the status registers come up: what is volatile goes. */
static void power_up(SerialNor *n)
{
    uint8_t stored[3];
    const Command *c = find(n->s.operation);
    if (c && c->kind == STATUS) {
        store_status(n, false);
    }
    memcpy(stored, n->s.stored, sizeof stored);
    memset(&n->s, 0, sizeof n->s);
    memcpy(n->s.stored, stored, sizeof stored);
    memcpy(n->s.status, stored, sizeof stored);
    memset(n->s.locks, 0xff, sizeof n->s.locks);
}

static void done(SerialNor *n)
{
    uint8_t code = n->s.operation;
    const Command *c = find(code);
    if (!c) {
        return;
    }
    if (c->kind == STATUS) {
        memcpy(n->s.status, n->s.status_after, sizeof n->s.status);
        store_status(n, true);
    } else if (!zif_flash_finish(n->flash, c->kind == PROGRAM) && c->kind == ERASE) {
        zif_report(&n->dev, ZIF_REPORT_FLASH, -1, "erase at 0x%x failed", n->s.operation_at);
    }
    n->s.status[0] &= (uint8_t) ~(BUSY | WEL);
    n->s.operation = 0;
}

static void suspend(SerialNor *n)
{
    const Command *c = find(n->s.operation);
    if (!c || (c->kind != ERASE && c->kind != PROGRAM) || n->s.suspended || erase_size(n, c->code) == n->size) {
        return; /* nothing that can be suspended */
    }
    ZifTime due = zif_due(&n->dev, EVENT_DONE), now = zif_now(&n->dev);
    n->s.left = due > now ? due - now : 0;
    n->s.waiting = n->s.operation;
    zif_cancel(&n->dev, EVENT_DONE);
    zif_schedule_in(&n->dev, EVENT_SUSPENDED, 20 * ZIF_US); /* tSUS */
}

static void resume(SerialNor *n)
{
    if (!n->s.suspended || n->s.status[0] & BUSY) {
        return;
    }
    n->s.suspended = false;
    n->s.operation = n->s.waiting;
    n->s.status[1] &= (uint8_t)~SUS;
    n->s.status[0] |= BUSY;
    zif_schedule_in(&n->dev, EVENT_DONE, n->s.left);
}

static void lock(SerialNor *n, bool all, bool on)
{
    if (all) {
        memset(n->s.locks, on ? 0xff : 0, sizeof n->s.locks);
    } else {
        uint32_t number = lock_of(n, n->s.address & (n->size - 1));
        n->s.locks[number / 8] = (uint8_t)((n->s.locks[number / 8] & ~(1u << number % 8)) | (unsigned)on << number % 8);
    }
    n->s.status[0] &= (uint8_t)~WEL;
}

static void act(SerialNor *n, const Command *c)
{
    switch (c->code) {
    case 0x06:
        n->s.status[0] |= WEL;
        break;
    case 0x04:
        n->s.status[0] &= (uint8_t)~WEL;
        break;
    case 0x50:
        n->s.volatile_status = true;
        break;
    case 0x75:
        suspend(n);
        break;
    case 0x7a:
        resume(n);
        break;
    case 0xb9:
        n->s.deep = true;
        break;
    case 0xb7:
        n->s.wide = true;
        break;
    case 0xe9:
        n->s.wide = false;
        break;
    case 0x36:
    case 0x39:
        lock(n, false, c->code == 0x36);
        break;
    case 0x7e:
    case 0x98:
        lock(n, true, c->code == 0x7e);
        break;
    case 0x66:
        n->s.reset_enabled = true;
        return;
    case 0x99:
        if (n->s.reset_enabled) {
            zif_cancel(&n->dev, EVENT_DONE);
            zif_cancel(&n->dev, EVENT_SUSPENDED);
            zif_flash_abort(n->flash, 0);
            zif_flash_abort(n->flash, 1);
            power_up(n);
        }
        break;
    }
    n->s.reset_enabled = false;
}

static void serial_nor_event(ZifDevice *dev, unsigned event)
{
    SerialNor *n = (SerialNor *)dev;
    if (event == EVENT_DONE) {
        done(n);
        return;
    }
    n->s.suspended = true;
    n->s.status[1] |= SUS;
    n->s.status[0] &= (uint8_t) ~(BUSY | WEL);
}

/* --- The bus ---------------------------------------------------------------------------------------------------------- */

/* A command's first byte: is it carried out? */
static bool accept(SerialNor *n, const Command *c)
{
    if (!c) {
        zif_report(&n->dev, ZIF_REPORT_UNMODELLED, -1, "command 0x%02X is none this chip or model has", n->s.command);
        return false;
    }
    if (n->s.deep && !(c->flags & WHILE_DEEP)) {
        complain(n, ZIF_REPORT_BUSY, c->name, "in deep power-down was ignored");
        return false;
    }
    if (n->s.status[0] & BUSY && !(c->flags & WHILE_BUSY)) {
        complain(n, ZIF_REPORT_BUSY, c->name, "while BUSY was ignored");
        return false;
    }
    if (n->s.suspended && !(c->flags & WHILE_SUSPENDED)) {
        complain(n, ZIF_REPORT_BUSY, c->name, "while an operation is suspended was ignored");
        return false;
    }
    if (c->flags & NEEDS_WEL && !(n->s.status[0] & WEL) && !(c->kind == STATUS && n->s.volatile_status)) {
        complain(n, ZIF_REPORT_FLASH, c->name, "without write enable was ignored");
        return false;
    }
    if ((c->lines == 4 || c->address_lines == 4) && !(n->s.status[1] & QE)) {
        complain(n, ZIF_REPORT_FLASH, c->name, "without QE (status register 2) was ignored");
        return false;
    }
    return true;
}

void serial_nor_select(SerialNor *n, bool selected)
{
    if (n->s.selected == selected) {
        return;
    }
    n->s.selected = selected;
    const Command *c = n->s.count ? find(n->s.command) : NULL;
    if (!selected && c && !n->s.refused) {
        uint32_t header = 1 + address_bytes(n, c);
        switch (c->kind) {
        case ACT:
            if (n->s.count == header) {
                act(n, c);
            }
            break;
        case ERASE:
            if (n->s.count == header) {
                start_erase(n, c);
            } else {
                complain(n, ZIF_REPORT_FLASH, c->name, "of a wrong number of bytes was ignored");
            }
            break;
        case PROGRAM:
            if (n->s.count > header) {
                start_program(n, c);
            }
            break;
        case STATUS:
            if (n->s.count > 1) {
                start_status(n, c);
            }
            break;
        case SHOW:
            n->s.deep = c->code == 0xab ? false : n->s.deep;
            break;
        }
    }
    n->s.count = 0;
}

static uint8_t show(const SerialNor *n, const Command *c, uint32_t i)
{
    switch (c->code) {
    case 0x05:
        return n->s.status[0];
    case 0x35:
        return n->s.status[1];
    case 0x15:
        return n->s.status[2] | (n->s.wide ? ADS : 0);
    case 0xab:
        return (uint8_t)(n->id[2] - 1);
    case 0x90:
        return (i ^ n->s.address) & 1 ? (uint8_t)(n->id[2] - 1) : n->id[0];
    case 0x9f:
        return n->id[i % 3];
    case 0x4b:
        return n->unique[i % 8];
    case 0x5a: {
        uint32_t at = (n->s.address + i) & 0xff;
        return n->sfdp[at];
    }
    case 0xc8:
        return n->s.extended;
    case 0x3d: {
        uint32_t number = lock_of(n, n->s.address & (n->size - 1));
        return n->s.locks[number / 8] >> number % 8 & 1;
    }
    }
    return 0xff;
}

uint8_t serial_nor_transfer(SerialNor *n, uint8_t out, unsigned lines)
{
    SerialNorState *s = &n->s;
    uint8_t in = 0xff;
    if (!s->selected) {
        return in;
    }
    const Command *c;
    if (s->count++ == 0) {
        s->command = out;
        s->address = s->wide ? 0 : (uint32_t)s->extended << 24;
        memset(s->filled, 0, sizeof s->filled);
        c = find(out);
        s->refused = lines != 1 || !accept(n, c);
        return in;
    }
    c = find(s->command);
    if (s->refused || !c) {
        return in;
    }
    uint32_t at = s->count - 2, header = address_bytes(n, c), first = header + c->dummies;
    if (lines != (at < first ? c->address_lines : c->lines)) {
        s->refused = true;
        zif_report(&n->dev, ZIF_REPORT_BUS, -1, "command 0x%02X (%s) on %u data line%s instead of %u", s->command,
                   c->name, lines, lines == 1 ? "" : "s", at < first ? c->address_lines : c->lines);
        return in;
    }
    if (at < header) {
        unsigned shift = 8 * (header - 1 - at);
        s->address = (s->address & ~(0xffu << shift)) | (uint32_t)out << shift;
    } else if (at >= first && c->kind == SHOW) {
        in = show(n, c, at - first);
    } else if (at >= first && c->kind == READ) {
        in = zif_flash_cells(n->flash)[(s->address + (at - first)) & (n->size - 1)];
    } else if (at >= first && c->kind == PROGRAM) {
        uint32_t i = (s->address + (at - first)) % SNOR_PAGE; /* past the end of the page it wraps to its start */
        s->page[i] = out;
        s->filled[i / 8] |= (uint8_t)(1u << i % 8);
    } else if (c->kind == STATUS && at < 2) {
        s->page[at] = out;
    }
    return in;
}

bool serial_nor_shows_array(const SerialNor *n)
{
    return !(n->s.status[0] & BUSY) && !n->s.deep;
}

static void spi_select(ZifDevice *dev, bool selected)
{
    serial_nor_select((SerialNor *)dev, selected);
}

static uint8_t spi_transfer(ZifDevice *dev, uint8_t out)
{
    return serial_nor_transfer((SerialNor *)dev, out, 1);
}

/* --- Life ------------------------------------------------------------------------------------------------------------- */

/* JESD216B: header, one parameter header, the basic flash parameter table of 16 words (W25Q128JV data sheet, 8.2.46), less what is not
 * modelled: DTR reads and QPI. */
static void fill_sfdp(SerialNor *n)
{
    static const uint32_t words[16] = { 0xfff120e5, 0,          0x6b08eb44, 0xbb423b08, 0xffffffee, 0xffff0000,
                                        0x0000ffff, 0x520f200c, 0x0000d810, 0x00a60236, 0xc414ea82, 0x337663e9,
                                        0x757a757a, 0x5cd5a2f7, 0xff4df719, 0x80f830e9 };
    bool wide = n->size > 1u << 24;
    uint8_t *p = n->sfdp;
    memset(p, 0xff, sizeof n->sfdp);
    memcpy(p, "SFDP\x06\x01\x00\xff", 8);
    memcpy(p + 8, "\x00\x06\x01\x10\x80\x00\x00\xff", 8);
    for (unsigned i = 0; i < 16; i++) {
        uint32_t w = words[i];
        w = i == 0 && wide ? w | 1u << 17 : w;             /* three- or four-byte addresses */
        w = i == 1 ? n->size * 8 - 1u : w;                 /* bits, less one */
        w = i == 15 && wide ? w | 1u << 24 | 1u << 14 : w; /* B7h enters, E9h leaves four-byte mode */
        for (unsigned k = 0; k < 4; k++) {
            p[0x80 + 4 * i + k] = (uint8_t)(w >> 8 * k);
        }
    }
}

static bool serial_nor_realize(ZifDevice *dev, Error **errp)
{
    SerialNor *n = (SerialNor *)dev;
    uint32_t bits = zif_prop_u32(dev, "size", 128u << 20), cells[3];
    unsigned id_bytes = zif_prop_bytes(dev, "jedec-id", n->id, 3);
    n->size = bits / 8;
    if (n->size < 65536 || n->size & (n->size - 1) || bits % 8) {
        error_setg(errp, "%s: size is %u bits: it must be a power of two from 0x80000 to 0x80000000", dev->name, bits);
        return false;
    }
    if (id_bytes == sizeof cells) {
        zif_prop_cells(dev, "jedec-id", cells, 3);
        memcpy(n->id, (uint8_t[]){ (uint8_t)cells[0], (uint8_t)cells[1], (uint8_t)cells[2] }, 3);
    } else if (!id_bytes) { /* the last byte is the size's logarithm */
        memcpy(n->id, (uint8_t[]){ 0xef, 0x40, (uint8_t)(31 - __builtin_clz(n->size)) }, 3);
    } else if (id_bytes != 3) {
        error_setg(errp, "%s: jedec-id is %u bytes: it must be three", dev->name, id_bytes);
        return false;
    }
    for (unsigned i = 0; i < sizeof n->unique; i++) {
        n->unique[i] = (uint8_t)(0xd1 + 0x1d * i + dev->name[0]);
    }
    n->page_time = zif_prop_u32(dev, "zif,page-us", 400) * ZIF_US;
    n->sector_time = zif_prop_u32(dev, "zif,sector-ms", 45) * ZIF_MS;
    n->half_block_time = zif_prop_u32(dev, "zif,half-block-ms", 120) * ZIF_MS;
    n->block_time = zif_prop_u32(dev, "zif,block-ms", 150) * ZIF_MS;
    n->chip_time = zif_prop_u32(dev, "zif,chip-ms", 40000) * ZIF_MS;
    n->status_time = zif_prop_u32(dev, "zif,status-ms", 10) * ZIF_MS;
    n->write_protected = zif_prop_bool(dev, "zif,write-protect");
    fill_sfdp(n);
    n->flash = zif_flash_new(
        dev, &(ZifFlashConfig){ .size = n->size, .unit = 1, .sectors = { { n->size / SNOR_SECTOR, SNOR_SECTOR } } },
        errp);
    if (n->flash) {
        zif_flash_keep(n->flash, n->s.stored, sizeof n->s.stored);
    }
    return n->flash;
}

static void serial_nor_reset(ZifDevice *dev, ZifResetKind kind)
{
    power_up((SerialNor *)dev);
}

static const ZifSpiPart part = { .select = spi_select, .transfer = spi_transfer };

const ZifClass zif__serial_nor = {
    .name = "serial-nor",
    .compatible = (const char *const[]){ "jedec,spi-nor", NULL },
    .reference = "W25Q128JV rev. M and W25Q256JV rev. K data sheets; JEDEC JESD216B",
    .summary = "25-series commands, SFDP, protection, suspend, four-byte addresses; no security registers, DDR or QPI",
    .modelled = ZIF_MODELLED,
    .size = sizeof(SerialNor),
    .plain = offsetof(SerialNor, flash),
    .events = (const char *const[]){ "done", "suspended", NULL },
    .event = serial_nor_event,
    .realize = serial_nor_realize,
    .reset = serial_nor_reset,
    .spi = &part,
};
