/*
 * nRF51 GPIO: one port of 32 pads.
 *
 * Reference: nRF51 Series Reference Manual v3.0, chapter 12 "General-purpose input/output (GPIO)".
 * Models: OUT, DIR and PIN_CNF with their set and clear views, pulls, input buffer disconnect, drive modes with a
 * disconnected side, SENSE and the DETECT signal, pads taken over by a peripheral.
 * Departs: a pad nobody drives and without a pull reads 0. Drive strength has no effect.
 * Missing: nothing else known. (This series has no LATCH register.)
 *
 * Node properties: nordic,gpiote: who hears of pads and of DETECT. zif,pull-ups: pads that a resistor of the board pulls up,
 * one bit each. zif,as-qemu: a pin whose input buffer is disconnected reads as its pull (here: 0).
 * Wires: input "pin" is what the board drives on a pad, output "pin" is the level of each pad.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "nordic.h"

enum { NPINS = 32 };
enum { OUT, OUTSET, OUTCLR, IN, DIR, DIRSET, DIRCLR, PIN_CNF, NREGS = PIN_CNF + NPINS };

#define GPIO_PINS(A)                                                                                                   \
    NRF_LIST({ "PIN0", 0, 1, A }, { "PIN1", 1, 1, A }, { "PIN2", 2, 1, A }, { "PIN3", 3, 1, A }, { "PIN4", 4, 1, A },  \
             { "PIN5", 5, 1, A }, { "PIN6", 6, 1, A }, { "PIN7", 7, 1, A }, { "PIN8", 8, 1, A }, { "PIN9", 9, 1, A },  \
             { "PIN10", 10, 1, A }, { "PIN11", 11, 1, A }, { "PIN12", 12, 1, A }, { "PIN13", 13, 1, A },               \
             { "PIN14", 14, 1, A }, { "PIN15", 15, 1, A }, { "PIN16", 16, 1, A }, { "PIN17", 17, 1, A },               \
             { "PIN18", 18, 1, A }, { "PIN19", 19, 1, A }, { "PIN20", 20, 1, A }, { "PIN21", 21, 1, A },               \
             { "PIN22", 22, 1, A }, { "PIN23", 23, 1, A }, { "PIN24", 24, 1, A }, { "PIN25", 25, 1, A },               \
             { "PIN26", 26, 1, A }, { "PIN27", 27, 1, A }, { "PIN28", 28, 1, A }, { "PIN29", 29, 1, A },               \
             { "PIN30", 30, 1, A }, { "PIN31", 31, 1, A })

static const ZifRegister regs[NREGS] = {
    [OUT] = { .name = "OUT", .offset = 0x504, .fields = ZIF_FIELDS(GPIO_PINS(ZIF_RW)) },
    [OUTSET] = { .name = "OUTSET", .offset = 0x508, .fields = ZIF_FIELDS(GPIO_PINS(ZIF_W1S)) },
    [OUTCLR] = { .name = "OUTCLR", .offset = 0x50C, .fields = ZIF_FIELDS(GPIO_PINS(ZIF_W1C)) },
    [IN] = { .name = "IN",
             .offset = 0x510,
             .flags = ZIF_REG_VOLATILE | ZIF_REG_LIVE_RESET,
             .fields = ZIF_FIELDS(GPIO_PINS(ZIF_RO)) },
    [DIR] = { .name = "DIR", .offset = 0x514, .fields = ZIF_FIELDS(GPIO_PINS(ZIF_RW)) },
    [DIRSET] = { .name = "DIRSET", .offset = 0x518, .fields = ZIF_FIELDS(GPIO_PINS(ZIF_W1S)) },
    [DIRCLR] = { .name = "DIRCLR", .offset = 0x51C, .fields = ZIF_FIELDS(GPIO_PINS(ZIF_W1C)) },
    [PIN_CNF] = { .name = "PIN_CNF",
                  .offset = 0x700,
                  .reset = 2,
                  .count = NPINS,
                  .stride = 4,
                  .fields = ZIF_FIELDS({ "DIR", 0, 1, ZIF_RW }, { "INPUT", 1, 1, ZIF_RW }, { "PULL", 2, 2, ZIF_RW },
                                       { "DRIVE", 8, 3, ZIF_RW }, { "SENSE", 16, 2, ZIF_RW }) },
};

enum { PIN_IN, PIN_OUT = 0, DETECT };
enum { PULL_DOWN = 1, PULL_UP = 3, SENSE_HIGH = 2, SENSE_LOW = 3 };

typedef struct {
    ZifDevice dev;
    uint32_t values[NREGS];
    uint32_t taken; /* pads a peripheral drives */
    uint32_t taken_level;
    uint32_t pads; /* levels last told */
    bool detect;
} Gpio;

/* DRIVE: a side of 2 or 3 is disconnected: 4,5 = D0 (no low side), 6,7 = D1 (no high side). */
static bool drives(uint32_t cnf, int level)
{
    unsigned drive = zif_bits(cnf, 8, 3);
    return level ? drive < 6 : drive != 4 && drive != 5;
}

static unsigned pull(const Gpio *g, unsigned pin)
{
    return zif_bits(g->values[PIN_CNF + pin], 2, 2);
}

static int pad_level(const Gpio *g, unsigned pin)
{
    uint32_t cnf = g->values[PIN_CNF + pin];

    if (zif_bits(g->taken, pin, 1)) {
        return zif_bits(g->taken_level, pin, 1);
    }
    if ((cnf & 1) && drives(cnf, zif_bits(g->values[OUT], pin, 1))) {
        return zif_bits(g->values[OUT], pin, 1);
    }
    if (zif_input_connected(&g->dev, PIN_IN, pin)) {
        return zif_input_level(&g->dev, PIN_IN, pin);
    }
    if (pull(g, pin) == PULL_DOWN) {
        return 0;
    }
    return pull(g, pin) == PULL_UP || zif_bits(zif_prop_u32(&g->dev, "zif,pull-ups", 0), pin, 1);
}

static bool input_connected(const Gpio *g, unsigned pin)
{
    return !zif_bits(g->values[PIN_CNF + pin], 1, 1);
}

static bool senses(const Gpio *g, unsigned pin)
{
    unsigned sense = zif_bits(g->values[PIN_CNF + pin], 16, 2);
    return (sense == SENSE_HIGH && pad_level(g, pin)) || (sense == SENSE_LOW && !pad_level(g, pin));
}

/* Tells every pad that changed, and DETECT when it rises. */
static void update(Gpio *g)
{
    ZifDevice *gpiote = zif_prop_peer(&g->dev, "nordic,gpiote", "nrf51-gpiote");
    bool detect = false;

    for (unsigned pin = 0; pin < NPINS; pin++) {
        int level = pad_level(g, pin);
        zif_set(&g->dev, PIN_OUT, pin, level);
        if (level != (int)zif_bits(g->pads, pin, 1)) {
            g->pads ^= 1u << pin;
            if (gpiote && input_connected(g, pin)) {
                zif__nrf_gpiote_pin(gpiote, pin, level);
            }
        }
        detect |= input_connected(g, pin) && senses(g, pin);
    }
    bool rose = detect && !g->detect;
    g->detect = detect;
    zif_set(&g->dev, DETECT, 0, detect);
    if (rose && gpiote) {
        zif__nrf_gpiote_port(gpiote);
    }
}

void zif__nrf_gpio_take(ZifDevice *gpio, unsigned pin, int level)
{
    Gpio *g = (Gpio *)gpio;
    uint32_t bit = 1u << (pin % NPINS);

    g->taken = level < 0 ? g->taken & ~bit : g->taken | bit;
    g->taken_level = level > 0 ? g->taken_level | bit : g->taken_level & ~bit;
    update(g);
}

uint32_t zif__nrf_gpio_cnf(const ZifDevice *gpio, unsigned pin)
{
    return ((const Gpio *)gpio)->values[PIN_CNF + pin % NPINS];
}

static uint32_t gpio_peek(ZifDevice *dev, unsigned slot)
{
    const Gpio *g = (const Gpio *)dev;
    if (slot != IN) {
        return g->values[slot];
    }
    uint32_t in = 0;
    bool as_qemu = zif_prop_bool(dev, "zif,as-qemu");
    for (unsigned pin = 0; pin < NPINS; pin++) {
        bool high = input_connected(g, pin) ? pad_level(g, pin) : as_qemu && pull(g, pin) == PULL_UP;
        in |= (uint32_t)high << pin;
    }
    return in;
}

static void gpio_write(ZifDevice *dev, unsigned slot, uint32_t old, uint32_t value)
{
    Gpio *g = (Gpio *)dev;
    if (slot <= OUTCLR) {
        g->values[OUT] = g->values[OUTSET] = g->values[OUTCLR] = g->values[slot];
    } else if (slot >= DIR && slot <= DIRCLR) {
        g->values[DIR] = g->values[DIRSET] = g->values[DIRCLR] = g->values[slot];
        for (unsigned pin = 0; pin < NPINS; pin++) {
            g->values[PIN_CNF + pin] = (g->values[PIN_CNF + pin] & ~1u) | zif_bits(g->values[DIR], pin, 1);
        }
    } else if (slot >= PIN_CNF) {
        unsigned pin = slot - PIN_CNF;
        uint32_t dir = (g->values[DIR] & ~(1u << pin)) | (g->values[slot] & 1) << pin;
        g->values[DIR] = g->values[DIRSET] = g->values[DIRCLR] = dir;
    }
    update(g);
}

static void gpio_pin(ZifDevice *dev, unsigned line, int level)
{
    update((Gpio *)dev);
}

static void gpio_reset(ZifDevice *dev, ZifResetKind kind)
{
    Gpio *g = (Gpio *)dev;
    g->taken = g->taken_level = 0;
    g->detect = false;
    update(g);
}

const ZifClass zif__nrf51_gpio = {
    .name = "nrf51-gpio",
    .socs = (const char *const[]){ "nordic,nrf51822", NULL },
    .compatible = (const char *const[]){ "nordic,nrf-gpio", NULL },
    .reference = "nRF51 Series Reference Manual v3.0, chapter 12",
    .summary = "pads, directions, pulls, input buffers, drive modes, SENSE and DETECT",
    .modelled = ZIF_MODELLED,
    .size = sizeof(Gpio),
    .regs = regs,
    .nregs = NREGS,
    .values = offsetof(Gpio, values),
    .span = 0x1000,
    .widths = ZIF_W32,
    .inputs = (const ZifInput[]){ { .name = "pin", .count = NPINS, .set = gpio_pin }, { 0 } },
    .outputs = (const ZifOutput[]){ { .name = "pin", .count = NPINS }, { .name = "detect" }, { 0 } },
    .reset = gpio_reset,
    .peek = gpio_peek,
    .on_write = gpio_write,
};
