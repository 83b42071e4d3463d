/*
 * Parallel NOR flash: what the two command sets and the bus side share. One CfiBank is a devicetree node `cfi-flash`: one to
 * four identical chips side by side on a bus of 8, 16 or 32 bits.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ZIF_FLASH_CFI_H
#define ZIF_FLASH_CFI_H

#include <zif/flash.h>
#include "nor.h"

enum { CFI_CHIPS = 4, CFI_BUFFER = 512, CFI_QUERY = 0x80 };

/* Timed events: one of each a chip. */
enum { CFI_EVENT_DONE = 0, CFI_EVENT_WINDOW = CFI_CHIPS, CFI_EVENT_SUSPEND = 2 * CFI_CHIPS };

/* What a chip's operation in progress is. */
typedef enum { CFI_IDLE, CFI_PROGRAM, CFI_BUFFER_PROGRAM, CFI_ERASE, CFI_REFUSED } CfiOperation;

/* One chip. Plain bytes. `mode` belongs to its command set; CFI_ARRAY (0) means that reads see the cells. */
enum { CFI_ARRAY = 0 };
typedef struct {
    uint8_t mode;
    uint8_t after;     /* mode to return to when the operation ends */
    uint8_t operation; /* CfiOperation in progress */
    uint8_t outer;     /* CfiOperation suspended below it, or CFI_IDLE */
    uint8_t status;    /* Intel: status register; AMD: toggle bits DQ6 and DQ2 as last read */
    bool bypass;       /* AMD: unlock bypass */
    bool failed;       /* AMD: DQ5 */
    uint32_t address;  /* chip byte offset the operation works on */
    uint32_t data;
    ZifTime ends;                     /* when the operation in progress is done */
    ZifTime left;                     /* ps an operation that is suspended still needs */
    uint8_t erasing[NOR_SECTORS / 8]; /* sectors chosen for erase */
    uint32_t sector;                  /* write buffer: the sector it is for */
    uint32_t page;                    /* and its first chip byte offset */
    uint16_t words_left;              /* data cycles still expected */
    uint8_t buffer[CFI_BUFFER];
    uint8_t filled[CFI_BUFFER / 8];
    uint8_t locked_down[NOR_SECTORS / 8];
    NorArray array;
} CfiChip;

typedef struct CfiCommands CfiCommands;

typedef struct {
    ZifDevice dev;
    CfiChip chip[CFI_CHIPS];
    /* From here on: fixed by the node, not part of a snapshot. */
    const CfiCommands *commands;
    uint8_t nchips, chip_width, bank_width;
    bool as_pflash; /* zif,as-pflash-cfi02 */
    bool byte_mode; /* x8/x16 parts strapped to x8: addresses count bytes, tables count words */
    uint16_t manufacturer, device_id[3];
    uint16_t command_set;
    uint32_t buffer_size; /* bytes a chip's write buffer holds; 0 = none */
    ZifTime word_time, buffer_time, erase_time, window_time, suspend_time;
    uint8_t query[CFI_QUERY];
    ZifFlash *flash;
    MemoryRegion *region;
} CfiBank;

/* A command set. `word` is the chip's word address (bus offset / bank width); `offset` the chip's byte offset of it. */
struct CfiCommands {
    void (*write)(CfiBank *bank, unsigned chip, uint32_t word, uint32_t data);
    uint32_t (*read)(CfiBank *bank, unsigned chip, uint32_t word);
    /* Would every read give the cells' contents? Then the ROM device may answer by itself. */
    bool (*shows_array)(const CfiChip *chip);
    void (*event)(CfiBank *bank, unsigned chip, unsigned event); /* CFI_EVENT_* */
    void (*reset)(CfiBank *bank, unsigned chip);
    /* Primary extended query table (P address 0x40) into query[0x40..]. */
    void (*extended_query)(uint8_t *at);
};

extern const CfiCommands zif__cfi_amd, zif__cfi_intel;

static inline uint32_t cfi_offset(const CfiBank *b, uint32_t word)
{
    return word * b->chip_width;
}
/** The array's bytes at a word address, as the chip's outputs. */
uint32_t cfi_array(const CfiBank *b, unsigned chip, uint32_t word);
/** Query table entry at a word address (0 outside the table). */
uint32_t cfi_query_word(const CfiBank *b, uint32_t word);
/** Word address in table units: the same, or halved in byte mode. */
uint32_t cfi_table_word(const CfiBank *b, uint32_t word);
/** Does what the operation is to do, of which `left` is missing: 0 at its end. Otherwise it was cut short there, and leaves the cells it
 * was at torn. False when a bit would have to go from 0 to 1. */
bool cfi_carry_out(CfiBank *b, unsigned chip, CfiOperation operation, ZifTime left);
void cfi_begin(CfiBank *b, unsigned chip, CfiOperation operation, ZifTime duration);
/** The count cycle of a write to buffer, N - 1 words for c->sector. False: out of range, or for another sector. */
bool cfi_buffer_count(const CfiBank *b, CfiChip *c, uint32_t word, uint32_t data);
/** A data cycle; c->words_left says how many follow. False: outside the page of the first one. */
bool cfi_buffer_load(const CfiBank *b, CfiChip *c, uint32_t word, uint32_t data);
/** One of the firmware's mistakes, by name. */
void cfi_complain(CfiBank *b, unsigned chip, uint32_t word, const char *what);

static inline bool cfi_chosen(const CfiChip *c, uint32_t sector)
{
    return c->erasing[sector / 8] >> sector % 8 & 1;
}

#endif
