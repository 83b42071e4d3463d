/*
 * What every Nordic block shares: tasks, events, shortcuts, interrupt enables and the programmable interconnect.
 *
 * Reference: nRF51 Series Reference Manual v3.0, chapter 10 "Peripheral interface" and 14 "PPI".
 * A block's registers follow one plan: tasks at 0x000-0x0FC, events at 0x100-0x17C, SHORTS at 0x200, INTENSET/INTENCLR
 * at 0x304/0x308, in some blocks also INTEN at 0x300. The event at 0x100 + 4n is enabled by bit n of INTEN.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ZIF_NORDIC_H
#define ZIF_NORDIC_H

#include <zif/peripheral.h>

/* Rows of a register table. Pass ZIF_W1S and ZIF_W1C for the same list of interrupt fields to get INTENSET and INTENCLR. */
#define NRF_TASK(n, off)                                                                                               \
    {                                                                                                                  \
        .name = n, .offset = off, .fields = zif__nrf_task_fields                                                       \
    }
#define NRF_EVENT(n, off)                                                                                              \
    {                                                                                                                  \
        .name = n, .offset = off, .fields = zif__nrf_event_fields                                                      \
    }
#define NRF_TASKS(n, off, num)                                                                                         \
    {                                                                                                                  \
        .name = n, .offset = off, .count = num, .stride = 4, .fields = zif__nrf_task_fields                            \
    }
#define NRF_EVENTS(n, off, num)                                                                                        \
    {                                                                                                                  \
        .name = n, .offset = off, .count = num, .stride = 4, .fields = zif__nrf_event_fields                           \
    }
#define NRF_INTEN(list)                                                                                                \
    {                                                                                                                  \
        .name = "INTEN", .offset = 0x300, .fields = ZIF_FIELDS(list(ZIF_RW))                                           \
    }
#define NRF_INTENSET(list)                                                                                             \
    {                                                                                                                  \
        .name = "INTENSET", .offset = 0x304, .fields = ZIF_FIELDS(list(ZIF_W1S))                                       \
    }
#define NRF_INTENCLR(list)                                                                                             \
    {                                                                                                                  \
        .name = "INTENCLR", .offset = 0x308, .fields = ZIF_FIELDS(list(ZIF_W1C))                                       \
    }
/* The block's own switch. The register description gives reset value 0, but blocks work without touching it: silicon
 * starts with 1, and writing 0 then 1 is the documented way to reset a block (PAN 56). */
#define NRF_POWER                                                                                                      \
    {                                                                                                                  \
        .name = "POWER", .offset = 0xFFC, .reset = 1, .fields = ZIF_FIELDS({ "POWER", 0, 1, ZIF_RW })                  \
    }
#define NRF_PSEL(n, off)                                                                                               \
    {                                                                                                                  \
        .name = n, .offset = off, .reset = 0xFFFFFFFF                                                                  \
    }
/* A list of fields as a macro gives it. */
#define NRF_LIST(...)    __VA_ARGS__
#define NRF_DISCONNECTED 0xFFFFFFFFu

extern const ZifField zif__nrf_task_fields[];
extern const ZifField zif__nrf_event_fields[];

/** Byte offset of a slot, also inside an array row. */
uint32_t zif__nrf_offset(const ZifClass *cls, unsigned slot);

/** The block generates the event of this slot: its register becomes 1, the interconnect hears of it, irq follows. */
void zif__nrf_event(ZifDevice *dev, unsigned slot);
/** Only the interconnect hears of it; for blocks that gate the two ways apart (RTC). */
void zif__nrf_event_to_ppi(ZifDevice *dev, unsigned slot);
/** Drives output 0 ("irq") from the event registers and INTEN: a pure function of the registers. */
void zif__nrf_update_irq(ZifDevice *dev);

/** What a write to the common registers does (events, INTENSET, INTENCLR, POWER). True: nothing is left to do. False also
 * while POWER is on and the register is the block's own; while POWER is off every write is swallowed with a report. */
bool zif__nrf_common_write(ZifDevice *dev, unsigned slot, uint32_t old);
/** on_write of a named stub: the common registers work, a triggered task says that nothing comes of it. */
void zif__nrf_stub_write(ZifDevice *dev, unsigned slot, uint32_t old, uint32_t value);
/** A task is triggered by writing 1. */
static inline bool zif__nrf_triggered(uint32_t value)
{
    return value & 1;
}

/** Is the register at this offset a task, or an event? */
bool zif__nrf_is_task(const ZifDevice *dev, uint32_t offset);
bool zif__nrf_is_event(const ZifDevice *dev, uint32_t offset);

/** Triggers the task at this byte offset as the interconnect does; nothing happens when there is no task there. */
void zif__nrf_task(ZifDevice *dev, uint32_t offset);

/* The interconnect's ear (ppi.c): an event at this address happened. */
void zif__nrf_ppi_event(ZifDevice *ppi, uint32_t address);

/** Says that a pin select leads nowhere, or not to the pin the board uses (node property `soldered`). */
void zif__nrf_report_pin(ZifDevice *dev, unsigned psel, const char *soldered);

/* Pins (gpio.c), for the blocks that own a pin while they are enabled. `level` -1 gives the pin back to OUT. */
void zif__nrf_gpio_take(ZifDevice *gpio, unsigned pin, int level);
/** PIN_CNF of a pin. */
uint32_t zif__nrf_gpio_cnf(const ZifDevice *gpio, unsigned pin);
/* GPIOTE's ear (gpiote.c): a pad changed, or the DETECT signal of the port rose. */
void zif__nrf_gpiote_pin(ZifDevice *gpiote, unsigned pin, int level);
void zif__nrf_gpiote_port(ZifDevice *gpiote);

/** Do PROTENSET0 and PROTENSET1 (clock.c) keep this byte of code memory from being changed? */
bool zif__nrf_flash_protected(const ZifDevice *clock, uint32_t address);

/** Does the 16 MHz crystal run (clock.c)? */
bool zif__nrf_hfxo_running(const ZifDevice *clock);

#endif
