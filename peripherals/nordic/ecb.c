/*
 * nRF51 ECB: AES-128 encryption of one block in RAM.
 *
 * Reference: nRF51 Series Reference Manual v3.0, chapter 25 "AES electronic codebook mode encryption (ECB)"; FIPS 197; nRF51822
 * Product Specification v3.x, section 8.16 (8.5 us a block).
 * Models: key, clear text and cipher text at ECBDATAPTR, the time it takes, stop with its error event.
 * Departs: the memory is read and written at the end. Missing: nothing else known.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <string.h>
#include "nordic.h"

enum { TASKS_STARTECB, TASKS_STOPECB, EVENTS_ENDECB, EVENTS_ERRORECB, INTENSET, INTENCLR, ECBDATAPTR, POWER, NREGS };

#define ECB_INTS(A) NRF_LIST({ "ENDECB", 0, 1, A }, { "ERRORECB", 1, 1, A })

static const ZifRegister regs[NREGS] = {
    [TASKS_STARTECB] = NRF_TASK("TASKS_STARTECB", 0x000),
    [TASKS_STOPECB] = NRF_TASK("TASKS_STOPECB", 0x004),
    [EVENTS_ENDECB] = NRF_EVENT("EVENTS_ENDECB", 0x100),
    [EVENTS_ERRORECB] = NRF_EVENT("EVENTS_ERRORECB", 0x104),
    [INTENSET] = NRF_INTENSET(ECB_INTS),
    [INTENCLR] = NRF_INTENCLR(ECB_INTS),
    [ECBDATAPTR] = { .name = "ECBDATAPTR", .offset = 0x504 },
    [POWER] = NRF_POWER,
};

typedef struct {
    ZifDevice dev;
    uint32_t values[NREGS];
} Ecb;

enum { ENCRYPTED };
enum { ROUNDS = 10 };
#define BLOCK ((size_t)16)

/* Multiplication by x in GF(2^8), FIPS 197 section 4.2.1. */
static uint8_t xtime(uint8_t a)
{
    return (uint8_t)(a << 1) ^ (a & 0x80 ? 0x1B : 0);
}

static uint8_t multiply(uint8_t a, uint8_t b)
{
    uint8_t product = 0;
    for (; b; b >>= 1, a = xtime(a)) {
        product ^= b & 1 ? a : 0;
    }
    return product;
}

/* The S-box, computed: inverse (a to the 254th), then the affine map. FIPS 197 section 5.1.1. */
static uint8_t sbox(uint8_t a)
{
    uint8_t inverse = 1, out = 0x63;
    for (unsigned i = 0; i < 254; i++) {
        inverse = multiply(inverse, a);
    }
    for (unsigned i = 0; i < 5; i++) {
        out ^= (uint8_t)(inverse << i | inverse >> (8 - i));
    }
    return out;
}

static void encrypt(const uint8_t *key, const uint8_t *clear, uint8_t *state)
{
    uint8_t box[256], round_key[BLOCK], rcon = 1;
    for (unsigned i = 0; i < 256; i++) {
        box[i] = sbox(i);
    }
    memcpy(round_key, key, BLOCK);
    for (unsigned i = 0; i < BLOCK; i++) {
        state[i] = clear[i] ^ key[i];
    }
    for (unsigned round = 1; round <= ROUNDS; round++) {
        uint8_t moved[BLOCK];
        for (unsigned i = 0; i < BLOCK; i++) { /* substitute and shift rows: column i/4, row i%4 */
            moved[i] = box[state[(i + 4 * (i % 4)) % BLOCK]];
        }
        for (unsigned c = 0; round < ROUNDS && c < BLOCK; c += 4) { /* mix columns */
            uint8_t all = moved[c] ^ moved[c + 1] ^ moved[c + 2] ^ moved[c + 3], first = moved[c];
            for (unsigned r = 0; r < 4; r++) {
                uint8_t next = r < 3 ? moved[c + r + 1] : first;
                state[c + r] = moved[c + r] ^ all ^ xtime(moved[c + r] ^ next);
            }
        }
        if (round == ROUNDS) {
            memcpy(state, moved, BLOCK);
        }
        for (unsigned i = 0; i < BLOCK; i++) {
            uint8_t word = i < 4 ? box[round_key[12 + (i + 1) % 4]] : round_key[i - 4];
            round_key[i] ^= word ^ (i == 0 ? rcon : 0);
            state[i] ^= round_key[i];
        }
        rcon = xtime(rcon);
    }
}

static void ecb_event(ZifDevice *dev, unsigned event)
{
    Ecb *e = (Ecb *)dev;
    uint8_t data[3 * BLOCK];
    hwaddr at = e->values[ECBDATAPTR];
    MemTxResult r = address_space_read(zif_bus(dev), at, zif_bus_attrs(dev), data, 2 * BLOCK);
    encrypt(data, data + BLOCK, data + 2 * BLOCK);
    r |= address_space_write(zif_bus(dev), at + 2 * BLOCK, zif_bus_attrs(dev), data + 2 * BLOCK, BLOCK);
    if (r != MEMTX_OK) {
        zif_report(dev, ZIF_REPORT_DMA, ECBDATAPTR, "0x%08x is not 48 bytes of RAM", e->values[ECBDATAPTR]);
        zif__nrf_event(dev, EVENTS_ERRORECB);
    } else {
        zif__nrf_event(dev, EVENTS_ENDECB);
    }
}

static void ecb_write(ZifDevice *dev, unsigned slot, uint32_t old, uint32_t value)
{
    if (zif__nrf_common_write(dev, slot, old) || !zif__nrf_triggered(value)) {
        return;
    }
    if (slot == TASKS_STARTECB && zif_due(dev, ENCRYPTED) == ZIF_TIME_NEVER) {
        zif_schedule_in(dev, ENCRYPTED, 8500 * ZIF_NS);
    } else if (slot == TASKS_STOPECB && zif_due(dev, ENCRYPTED) != ZIF_TIME_NEVER) {
        zif_cancel(dev, ENCRYPTED);
        zif__nrf_event(dev, EVENTS_ERRORECB);
    }
}

const ZifClass zif__nrf51_ecb = {
    .name = "nrf51-ecb",
    .socs = (const char *const[]){ "nordic,nrf51822", NULL },
    .compatible = (const char *const[]){ "nordic,nrf-ecb", NULL },
    .reference = "nRF51 Series Reference Manual v3.0, chapter 25",
    .summary = "AES-128 encryption of one block in RAM",
    .modelled = ZIF_MODELLED,
    .size = sizeof(Ecb),
    .regs = regs,
    .nregs = NREGS,
    .values = offsetof(Ecb, values),
    .span = 0x1000,
    .widths = ZIF_W32,
    .outputs = (const ZifOutput[]){ { .name = "irq" }, { 0 } },
    .events = (const char *const[]){ "encrypted", NULL },
    .event = ecb_event,
    .on_write = ecb_write,
};
