/*
 * nRF51 PPI: programmable peripheral interconnect, from events to tasks without the processor.
 *
 * Reference: nRF51 Series Reference Manual v3.0, chapter 14 "Programmable peripheral interconnect (PPI)", table 39
 * (pre-programmed channels).
 * Models: 16 programmable channels, the pre-programmed channels 20 to 31, four channel groups and their tasks.
 * Departs: nothing known. An event reaches its tasks one 16 MHz cycle later; events of one channel within a cycle are one.
 * Missing: nothing else known.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "nordic.h"

enum { NCH = 16, NGROUPS = 4, FIXED_FIRST = 20, FIXED_COUNT = 12 };
enum {
    CHG0_EN,
    CHG0_DIS,
    CHG1_EN,
    CHG1_DIS,
    CHG2_EN,
    CHG2_DIS,
    CHG3_EN,
    CHG3_DIS,
    CHEN,
    CHENSET,
    CHENCLR,
    CH_EEP,
    CH_TEP = CH_EEP + NCH,
    CHG = CH_TEP + NCH,
    NREGS = CHG + NGROUPS
};

#define PPI_CHANNELS(A)                                                                                                \
    NRF_LIST({ "CH0", 0, 1, A }, { "CH1", 1, 1, A }, { "CH2", 2, 1, A }, { "CH3", 3, 1, A }, { "CH4", 4, 1, A },       \
             { "CH5", 5, 1, A }, { "CH6", 6, 1, A }, { "CH7", 7, 1, A }, { "CH8", 8, 1, A }, { "CH9", 9, 1, A },       \
             { "CH10", 10, 1, A }, { "CH11", 11, 1, A }, { "CH12", 12, 1, A }, { "CH13", 13, 1, A },                   \
             { "CH14", 14, 1, A }, { "CH15", 15, 1, A }, { "CH20", 20, 1, A }, { "CH21", 21, 1, A },                   \
             { "CH22", 22, 1, A }, { "CH23", 23, 1, A }, { "CH24", 24, 1, A }, { "CH25", 25, 1, A },                   \
             { "CH26", 26, 1, A }, { "CH27", 27, 1, A }, { "CH28", 28, 1, A }, { "CH29", 29, 1, A },                   \
             { "CH30", 30, 1, A }, { "CH31", 31, 1, A })

static const ZifRegister regs[NREGS] = {
    [CHG0_EN] = NRF_TASK("TASKS_CHG[0].EN", 0x000),
    [CHG0_DIS] = NRF_TASK("TASKS_CHG[0].DIS", 0x004),
    [CHG1_EN] = NRF_TASK("TASKS_CHG[1].EN", 0x008),
    [CHG1_DIS] = NRF_TASK("TASKS_CHG[1].DIS", 0x00C),
    [CHG2_EN] = NRF_TASK("TASKS_CHG[2].EN", 0x010),
    [CHG2_DIS] = NRF_TASK("TASKS_CHG[2].DIS", 0x014),
    [CHG3_EN] = NRF_TASK("TASKS_CHG[3].EN", 0x018),
    [CHG3_DIS] = NRF_TASK("TASKS_CHG[3].DIS", 0x01C),
    [CHEN] = { .name = "CHEN", .offset = 0x500, .fields = ZIF_FIELDS(PPI_CHANNELS(ZIF_RW)) },
    [CHENSET] = { .name = "CHENSET", .offset = 0x504, .fields = ZIF_FIELDS(PPI_CHANNELS(ZIF_W1S)) },
    [CHENCLR] = { .name = "CHENCLR", .offset = 0x508, .fields = ZIF_FIELDS(PPI_CHANNELS(ZIF_W1C)) },
    [CH_EEP] = { .name = "CH.EEP", .offset = 0x510, .count = NCH, .stride = 8 },
    [CH_TEP] = { .name = "CH.TEP", .offset = 0x514, .count = NCH, .stride = 8 },
    [CHG] = { .name = "CHG",
              .offset = 0x800,
              .count = NGROUPS,
              .stride = 4,
              .fields = ZIF_FIELDS(PPI_CHANNELS(ZIF_RW)) },
};

/* The channels whose ends are fixed in silicon. */
static const struct {
    uint32_t event, task;
} fixed[FIXED_COUNT] = {
    { 0x40008140, 0x40001000 }, /* 20: TIMER0 COMPARE[0] -> RADIO TXEN */
    { 0x40008140, 0x40001004 }, /* 21: TIMER0 COMPARE[0] -> RADIO RXEN */
    { 0x40008144, 0x40001010 }, /* 22: TIMER0 COMPARE[1] -> RADIO DISABLE */
    { 0x40001128, 0x4000F008 }, /* 23: RADIO BCMATCH -> AAR START */
    { 0x40001100, 0x4000F000 }, /* 24: RADIO READY -> CCM KSGEN */
    { 0x40001104, 0x4000F004 }, /* 25: RADIO ADDRESS -> CCM CRYPT */
    { 0x40001104, 0x40008044 }, /* 26: RADIO ADDRESS -> TIMER0 CAPTURE[1] */
    { 0x4000110C, 0x40008048 }, /* 27: RADIO END -> TIMER0 CAPTURE[2] */
    { 0x4000B140, 0x40001000 }, /* 28: RTC0 COMPARE[0] -> RADIO TXEN */
    { 0x4000B140, 0x40001004 }, /* 29: RTC0 COMPARE[0] -> RADIO RXEN */
    { 0x4000B140, 0x4000800C }, /* 30: RTC0 COMPARE[0] -> TIMER0 CLEAR */
    { 0x4000B140, 0x40008000 }, /* 31: RTC0 COMPARE[0] -> TIMER0 START */
};

typedef struct {
    ZifDevice dev;
    uint32_t values[NREGS];
    uint32_t on_the_way; /* channels whose task comes with the next cycle */
} Ppi;

enum { TRIGGER };
#define CYCLE (62500 * ZIF_PS)

void zif__nrf_ppi_event(ZifDevice *ppi, uint32_t address)
{
    Ppi *p = (Ppi *)ppi;
    uint32_t enabled = p->values[CHEN];

    for (unsigned ch = 0; enabled && ch < NCH; ch++) {
        if (zif_bits(enabled, ch, 1) && p->values[CH_EEP + ch] == address) {
            p->on_the_way |= 1u << ch;
        }
    }
    for (unsigned i = 0; enabled >> FIXED_FIRST && i < FIXED_COUNT; i++) {
        if (zif_bits(enabled, FIXED_FIRST + i, 1) && fixed[i].event == address) {
            p->on_the_way |= 1u << (FIXED_FIRST + i);
        }
    }
    if (p->on_the_way && zif_due(ppi, TRIGGER) == ZIF_TIME_NEVER) {
        zif_schedule_in(ppi, TRIGGER, CYCLE);
    }
}

static void ppi_trigger(ZifDevice *dev, unsigned event)
{
    Ppi *p = (Ppi *)dev;
    uint32_t channels = p->on_the_way;

    p->on_the_way = 0; /* what the tasks cause comes a cycle later */
    for (unsigned ch = 0; ch < 32; ch++) {
        if (zif_bits(channels, ch, 1)) {
            uint32_t offset, task = ch < NCH ? p->values[CH_TEP + ch] : fixed[ch - FIXED_FIRST].task;
            ZifDevice *target = zif_device_at(dev, task, &offset);
            if (target) {
                zif__nrf_task(target, offset);
            }
        }
    }
}

static void set_enabled(Ppi *p, uint32_t channels)
{
    p->values[CHEN] = p->values[CHENSET] = p->values[CHENCLR] = channels;
}

/* An end point that is no register of its kind: the channel is dead. 0 is an end that is not used. */
static void check_end(Ppi *p, unsigned slot)
{
    uint32_t offset;
    const ZifDevice *block = zif_device_at(&p->dev, p->values[slot], &offset);
    bool is_task = slot >= CH_TEP;
    if (!block || !(is_task ? zif__nrf_is_task : zif__nrf_is_event)(block, offset)) {
        zif_report(&p->dev, ZIF_REPORT_RESERVED, (int)slot, "0x%08x is no %s of a block", p->values[slot],
                   is_task ? "task" : "event");
    }
}

static void ppi_write(ZifDevice *dev, unsigned slot, uint32_t old, uint32_t value)
{
    Ppi *p = (Ppi *)dev;
    if (slot <= CHG3_DIS) {
        if (zif__nrf_triggered(value)) {
            uint32_t group = p->values[CHG + slot / 2];
            set_enabled(p, slot % 2 ? p->values[CHEN] & ~group : p->values[CHEN] | group);
        }
    } else if (slot <= CHENCLR) {
        set_enabled(p, p->values[slot]);
    } else if (slot < CHG && p->values[slot]) {
        check_end(p, slot);
    }
}

static void ppi_reset(ZifDevice *dev, ZifResetKind kind)
{
    ((Ppi *)dev)->on_the_way = 0;
}

const ZifClass zif__nrf51_ppi = {
    .name = "nrf51-ppi",
    .socs = (const char *const[]){ "nordic,nrf51822", NULL },
    .compatible = (const char *const[]){ "nordic,nrf-ppi", NULL },
    .reference = "nRF51 Series Reference Manual v3.0, chapter 14",
    .summary = "16 programmable and 12 fixed channels, four groups",
    .modelled = ZIF_MODELLED,
    .size = sizeof(Ppi),
    .regs = regs,
    .nregs = NREGS,
    .values = offsetof(Ppi, values),
    .span = 0x1000,
    .widths = ZIF_W32,
    .events = (const char *const[]){ "trigger", NULL },
    .event = ppi_trigger,
    .reset = ppi_reset,
    .on_write = ppi_write,
};
