/*
 * SD memory card in SPI mode.
 *
 * Reference: SD Specifications Part 1, Physical Layer Simplified Specification version 6.00, chapters 5 (registers) and 7 (SPI mode).
 * Models: initialisation by CMD0, CMD8, ACMD41 (or CMD1) in time, CMD58, CSD, CID, SCR, status, single and multiple block reads and writes,
 * block length of standard cards, erase, CRC of commands and blocks on or off, data tokens and responses, error bits, busy times.
 * Departs: the 74 clocks before the first command are not asked for. Access 100 us, programming 300 us a block, erasing 2 ms, initialising
 * 20 ms. Erased blocks read as 0xFF.
 * Missing: partial blocks, lock, and write-protection commands (illegal here, as on many cards); the SD bus.
 *
 * Node properties: reg, zif,size (bytes, whole multiples of 512 KiB; 8 MiB), zif,high-capacity (addresses count blocks), read-only,
 * spi-max-frequency. The contents are cells that outlive power and can be a file (--flash).
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <string.h>
#include <zif/flash.h>

enum { BLOCK = 512, GRAIN = 512 * 1024 };
enum { R1_IDLE = 1, R1_ILLEGAL = 4, R1_CRC = 8, R1_SEQUENCE = 0x10, R1_ADDRESS = 0x20, R1_PARAMETER = 0x40 };
enum { TOKEN = 0xFE, TOKEN_MULTIPLE = 0xFC, TOKEN_STOP = 0xFD, ERROR_RANGE = 0x08 };
enum { ACCEPTED = 0x05, BAD_CRC = 0x0B, NOT_WRITTEN = 0x0D };
#define ACCESS  (100 * ZIF_US)
#define PROGRAM (300 * ZIF_US)
#define ERASE   (2 * ZIF_MS)
#define INIT    (20 * ZIF_MS)

enum { PROGRAMMED };
enum { NOTHING, SENDING, AWAITING_TOKEN, COLLECTING };

typedef struct {
    ZifDevice dev;
    ZifTime init_done; /* 0: initialisation has not begun */
    ZifTime ready;     /* when the next block can be sent; until when the card is busy */
    uint64_t address;  /* of the block that is sent or comes, bytes */
    uint32_t block_length, erase_start, erase_end;
    uint16_t at;     /* bytes of the block that were sent or came */
    uint16_t length; /* of the block that is sent */
    uint8_t command[6], ncommand;
    uint8_t out[24], nout, out_at; /* a response on its way */
    uint8_t block[BLOCK + 2];
    uint8_t state;
    uint8_t erase_steps; /* 1: CMD32 came, 2: and CMD33 */
    bool idle, in_spi_mode, version2, crc_on, application, multiple, from_register, busy;
    ZifFlash *cells; /* not part of a snapshot's copy */
} Card;

static uint8_t crc7(const uint8_t *p, unsigned n)
{
    uint8_t crc = 0;
    for (unsigned i = 0; i < n * 8; i++) {
        crc = (uint8_t)(crc << 1 ^ ((crc >> 6 ^ p[i / 8] >> (7 - i % 8)) & 1 ? 0x09 : 0));
    }
    return (uint8_t)(crc << 1 | 1);
}

static uint16_t crc16(const uint8_t *p, unsigned n)
{
    uint16_t crc = 0;
    for (unsigned i = 0; i < n; i++) {
        crc ^= (uint16_t)(p[i] << 8);
        for (unsigned k = 0; k < 8; k++) {
            crc = (uint16_t)(crc & 0x8000 ? crc << 1 ^ 0x1021 : crc << 1);
        }
    }
    return crc;
}

static bool high_capacity(const Card *c)
{
    return zif_prop_bool(&c->dev, "zif,high-capacity");
}

static bool read_only(const Card *c)
{
    return zif_prop_bool(&c->dev, "read-only");
}

/* --- What the card sends ---------------------------------------------------------------------------------------------------- */

static void respond(Card *c, const uint8_t *bytes, unsigned n)
{
    c->out[0] = 0xFF; /* eight clocks pass before the response */
    memcpy(c->out + 1, bytes, n);
    c->nout = (uint8_t)(n + 1);
    c->out_at = 0;
}

static void respond1(Card *c, uint8_t r1)
{
    respond(c, (uint8_t[]){ r1 | (c->idle ? R1_IDLE : 0) }, 1);
}

static void send_block(Card *c, unsigned length)
{
    uint16_t crc = crc16(c->block, length);
    c->block[length] = (uint8_t)(crc >> 8);
    c->block[length + 1] = (uint8_t)crc;
    c->length = (uint16_t)length;
    c->at = 0;
    c->ready = zif_now(&c->dev) + ACCESS;
    c->state = SENDING;
}

static void send_register(Card *c, const uint8_t *bytes, unsigned length)
{
    respond1(c, 0);
    memcpy(c->block, bytes, length);
    c->from_register = true;
    c->multiple = false;
    send_block(c, length);
}

/* The block at c->address, or, past the end, an error token. */
static void load_block(Card *c)
{
    c->from_register = false;
    if (c->address + c->block_length > zif_flash_size(c->cells)) {
        c->length = 0;
        c->at = 0;
        c->ready = zif_now(&c->dev) + ACCESS;
        c->state = SENDING;
        return;
    }
    memcpy(c->block, zif_flash_cells(c->cells) + c->address, c->block_length);
    send_block(c, c->block_length);
}

static uint8_t send_next(Card *c)
{
    if (zif_now(&c->dev) < c->ready) {
        return 0xFF;
    }
    if (!c->length) {
        c->state = NOTHING;
        return ERROR_RANGE;
    }
    unsigned at = c->at++;
    uint8_t byte = at ? c->block[at - 1] : TOKEN;
    if (at == c->length + 2u) {
        c->state = NOTHING;
        if (c->multiple) {
            c->address += c->block_length;
            load_block(c);
        }
    }
    return byte;
}

/* --- Registers ---------------------------------------------------------------------------------------------------------------- */

static void send_csd(Card *c)
{
    uint64_t bytes = zif_flash_size(c->cells);
    uint8_t csd[16] = { 0x40, 0x0E, 0x00, 0x32, 0x5B, 0x59, 0x00, 0x00, 0x00, 0x00, 0x7F, 0x80, 0x0A, 0x40, 0x00 };
    if (high_capacity(c)) {
        uint32_t size = (uint32_t)(bytes / GRAIN - 1);
        csd[7] = (uint8_t)(size >> 16);
        csd[8] = (uint8_t)(size >> 8);
        csd[9] = (uint8_t)size;
    } else { /* (C_SIZE + 1) * 512 * 512 bytes */
        uint32_t size = (uint32_t)(bytes / (BLOCK * 512) - 1);
        csd[0] = 0x00;
        csd[1] = 0x26;
        csd[6] = (uint8_t)(0x80 | size >> 10);
        csd[7] = (uint8_t)(size >> 2);
        csd[8] = (uint8_t)((size & 3) << 6 | 0x2D);
        csd[9] = 0xB4 | 3;
        csd[10] = 0xFF;
    }
    csd[14] = read_only(c) ? 0x20 : 0;
    csd[15] = crc7(csd, 15);
    send_register(c, csd, 16);
}

static void send_cid(Card *c)
{
    uint8_t cid[16] = { 0x5A, 'Z', 'F', 'Z', 'I', 'F', 'S', 'D', 0x10, 0, 0, 0, 1, 0x01, 0xA1 };
    cid[15] = crc7(cid, 15);
    send_register(c, cid, 16);
}

/* --- Commands ------------------------------------------------------------------------------------------------------------------- */

/* The byte address of a command's argument. False, and answered, when it is none. */
static bool place(Card *c, uint32_t argument)
{
    c->address = high_capacity(c) ? (uint64_t)argument * BLOCK : argument;
    if (c->address >= zif_flash_size(c->cells)) {
        respond1(c, R1_PARAMETER);
        return false;
    }
    if (c->address % c->block_length) {
        respond1(c, R1_ADDRESS);
        return false;
    }
    return true;
}

static void initialise(Card *c, bool hcs)
{
    ZifTime now = zif_now(&c->dev);
    bool can = !high_capacity(c) || (hcs && c->version2);
    if (!c->init_done && can) {
        c->init_done = now + INIT;
    }
    if (c->init_done && now >= c->init_done) {
        c->idle = false;
    }
    respond1(c, 0);
}

static void go_idle(Card *c)
{
    c->in_spi_mode = c->idle = true;
    c->init_done = 0;
    c->version2 = c->crc_on = c->application = c->multiple = false;
    c->state = NOTHING;
    c->block_length = BLOCK;
    c->erase_steps = 0;
    respond1(c, 0);
}

static void erase(Card *c)
{
    uint64_t unit = high_capacity(c) ? BLOCK : 1, first = c->erase_start * unit / BLOCK * BLOCK,
             last = c->erase_end * unit / BLOCK * BLOCK;
    if (c->erase_steps != 2 || last < first) {
        respond1(c, R1_SEQUENCE);
    } else if (last >= zif_flash_size(c->cells)) {
        respond1(c, R1_PARAMETER);
    } else if (read_only(c)) {
        respond1(c, 0);
    } else {
        zif_flash_do(c->cells, &(ZifFlashStep){
                                   .kind = ZIF_FLASH_ERASE, .offset = first, .len = (uint32_t)(last - first + BLOCK) });
        respond1(c, 0);
        c->busy = true;
        c->ready = zif_now(&c->dev) + ERASE;
    }
    c->erase_steps = 0;
}

static void application_command(Card *c, unsigned number, uint32_t argument)
{
    switch (number) {
    case 41:
        initialise(c, argument >> 30 & 1);
        return;
    case 13: { /* SD status; a response of two bytes, then 64 bytes */
        uint8_t status[64] = { 0 };
        send_register(c, status, sizeof status);
        c->out[c->nout++] = 0;
        return;
    }
    case 22: /* blocks written */
        send_register(c, (uint8_t[]){ 0, 0, 0, 1 }, 4);
        return;
    case 23: /* blocks to be erased before a write: only a hint */
    case 42:
        respond1(c, 0);
        return;
    case 51:
        send_register(c, (uint8_t[]){ 0x02, 0x35, 0x80, 0, 0, 0, 0, 0 }, 8);
        return;
    }
    respond1(c, R1_ILLEGAL);
}

static void command(Card *c, unsigned number, uint32_t argument)
{
    bool early = number == 0 || number == 1 || number == 8 || number == 55 || number == 58 || number == 59;
    bool application = c->application;
    c->application = false;
    if (c->idle && !early && !(application && number == 41)) {
        respond1(c, R1_ILLEGAL);
        return;
    }
    if (application) {
        application_command(c, number, argument);
        return;
    }
    switch (number) {
    case 0:
        go_idle(c);
        return;
    case 1:
        initialise(c, argument >> 30 & 1);
        return;
    case 8: {
        uint8_t r7[5] = { c->idle ? R1_IDLE : 0, 0, 0, argument >> 8 & 0xF, argument & 0xFF };
        c->version2 = (argument >> 8 & 0xF) == 1;
        if (!c->version2) {
            r7[3] = 0; /* no voltage it knows */
        }
        respond(c, r7, sizeof r7);
        return;
    }
    case 9:
        send_csd(c);
        return;
    case 10:
        send_cid(c);
        return;
    case 12:
        c->state = NOTHING;
        c->multiple = false;
        respond1(c, 0);
        return;
    case 13:
        respond(c, (uint8_t[]){ c->idle ? R1_IDLE : 0, read_only(c) ? 0x20 : 0 }, 2);
        return;
    case 16:
        if (high_capacity(c) || (argument && argument <= BLOCK && BLOCK % argument == 0)) {
            c->block_length = high_capacity(c) ? BLOCK : argument;
            respond1(c, 0);
        } else {
            respond1(c, R1_PARAMETER);
        }
        return;
    case 17:
    case 18:
        if (place(c, argument)) {
            respond1(c, 0);
            c->multiple = number == 18;
            load_block(c);
        }
        return;
    case 24:
    case 25:
        if (c->block_length != BLOCK) {
            respond1(c, R1_PARAMETER);
        } else if (place(c, argument)) {
            respond1(c, 0);
            c->multiple = number == 25;
            c->state = AWAITING_TOKEN;
        }
        return;
    case 32:
        c->erase_start = argument;
        c->erase_steps = 1;
        respond1(c, 0);
        return;
    case 33:
        c->erase_end = argument;
        c->erase_steps = c->erase_steps == 1 ? 2 : 0;
        respond1(c, c->erase_steps ? 0 : R1_SEQUENCE);
        return;
    case 38:
        erase(c);
        return;
    case 55:
        c->application = true;
        respond1(c, 0);
        return;
    case 58:
        respond(c,
                (uint8_t[]){ c->idle ? R1_IDLE : 0, c->idle ? 0 : 0x80 | (high_capacity(c) ? 0x40 : 0), 0xFF, 0x80, 0 },
                5);
        return;
    case 59:
        c->crc_on = argument & 1;
        respond1(c, 0);
        return;
    }
    respond1(c, R1_ILLEGAL);
}

static void command_byte(Card *c, uint8_t byte)
{
    if (!c->ncommand && (byte & 0xC0) != 0x40) {
        return;
    }
    c->command[c->ncommand++] = byte;
    if (c->ncommand < sizeof c->command) {
        return;
    }
    c->ncommand = 0;
    unsigned number = c->command[0] & 0x3F;
    uint32_t argument = (uint32_t)c->command[1] << 24 | c->command[2] << 16 | c->command[3] << 8 | c->command[4];
    bool checked = c->crc_on || number == 8 || !c->in_spi_mode;
    if (!c->in_spi_mode && number != 0) {
        return; /* still listening to the SD bus */
    }
    if (checked && crc7(c->command, 5) != c->command[5]) {
        if (c->in_spi_mode) {
            respond1(c, R1_CRC);
        }
        zif_report(&c->dev, ZIF_REPORT_BUS, -1, "CMD%u: its CRC is 0x%02x and should be 0x%02x", number, c->command[5],
                   crc7(c->command, 5));
        return;
    }
    command(c, number, argument);
}

/* --- What comes for a write --------------------------------------------------------------------------------------------------------- */

static void block_came(Card *c)
{
    uint16_t crc = (uint16_t)(c->block[BLOCK] << 8 | c->block[BLOCK + 1]);
    uint8_t response = ACCEPTED;
    if (c->crc_on && crc != crc16(c->block, BLOCK)) {
        response = BAD_CRC;
    } else if (read_only(c) || c->address + BLOCK > zif_flash_size(c->cells)) {
        response = NOT_WRITTEN;
    } else {
        zif_flash_start(
            c->cells, 0,
            &(ZifFlashStep){ .kind = ZIF_FLASH_WRITE, .offset = c->address, .len = BLOCK, .data = c->block });
        zif_schedule_in(&c->dev, PROGRAMMED, PROGRAM);
        c->ready = zif_now(&c->dev) + PROGRAM;
        c->busy = true;
        c->address += BLOCK;
    }
    c->out[0] = response;
    c->nout = 1;
    c->out_at = 0;
    c->state = c->multiple && response == ACCEPTED ? AWAITING_TOKEN : NOTHING;
}

static void data_byte(Card *c, uint8_t byte)
{
    if (c->state == COLLECTING) {
        c->block[c->at++] = byte;
        if (c->at == sizeof c->block) {
            block_came(c);
        }
    } else if (byte == (c->multiple ? TOKEN_MULTIPLE : TOKEN)) {
        c->at = 0;
        c->state = COLLECTING;
    } else if (c->multiple && byte == TOKEN_STOP) {
        c->multiple = false;
        c->state = NOTHING;
        c->busy = true;
        c->ready = zif_now(&c->dev) + ACCESS;
    } else if (byte != 0xFF) {
        command_byte(c, byte);
    }
}

static uint8_t card_transfer(ZifDevice *dev, uint8_t in)
{
    Card *c = (Card *)dev;
    uint8_t out = 0xFF;
    if (c->out_at < c->nout) {
        out = c->out[c->out_at++];
    } else if (c->busy) {
        c->busy = zif_now(dev) < c->ready;
        out = c->busy ? 0x00 : 0xFF;
        if (c->busy) {
            return out; /* deaf */
        }
    } else if (c->state == SENDING) {
        out = send_next(c);
    }
    if (c->ncommand || (c->state != AWAITING_TOKEN && c->state != COLLECTING)) {
        command_byte(c, in);
    } else {
        data_byte(c, in);
    }
    return out;
}

static void card_select(ZifDevice *dev, bool selected)
{
    Card *c = (Card *)dev;
    c->ncommand = c->nout = c->out_at = 0;
    if (!selected && (c->state == SENDING || c->state == COLLECTING)) {
        c->state = NOTHING;
    }
}

static void card_event(ZifDevice *dev, unsigned event)
{
    zif_flash_finish(((Card *)dev)->cells, 0);
}

static void card_reset(ZifDevice *dev, ZifResetKind kind)
{
    Card *c = (Card *)dev;
    zif_flash_abort(c->cells, 0);
    memset((char *)c + sizeof c->dev, 0, offsetof(Card, cells) - sizeof c->dev);
    c->block_length = BLOCK;
    c->idle = true;
}

static bool card_realize(ZifDevice *dev, Error **errp)
{
    Card *c = (Card *)dev;
    uint32_t size = zif_prop_u32(dev, "zif,size", 8 << 20);
    if (!size || size % GRAIN || size > 1u << 30) {
        error_setg(errp, "zif,size = %u: a card has whole multiples of 512 KiB, at most 1 GiB", size);
        return false;
    }
    c->cells = zif_flash_new(dev, &(ZifFlashConfig){ .size = size, .unit = BLOCK }, errp);
    return c->cells != NULL;
}

static const ZifSpiPart spi = { .select = card_select, .transfer = card_transfer, .modes = 1 << 0 | 1 << 3 };

const ZifClass zif__sd_card = {
    .name = "sd-card",
    .compatible = (const char *const[]){ "zephyr,sdhc-spi-slot", "mmc-spi-slot", NULL },
    .reference = "SD Physical Layer Simplified Specification 6.00, chapters 5 and 7",
    .summary = "SD card in SPI mode: reads, writes, erase, CRC, errors, busy times; contents in a file if asked",
    .modelled = ZIF_MODELLED,
    .size = sizeof(Card),
    .plain = offsetof(Card, cells),
    .events = (const char *const[]){ "programmed", NULL },
    .event = card_event,
    .realize = card_realize,
    .reset = card_reset,
    .spi = &spi,
};
