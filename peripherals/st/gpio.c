/*
 * STM32F4 GPIO port.
 *
 * Reference: RM0090 rev 19, chapter 8 (8.4: registers).
 * Models: modes, push-pull and open drain, pulls, alternate functions, analog mode, the lock sequence.
 * Departs: where the outside drives a pin against a push-pull output, the outside wins. A pin that nothing drives and no resistor pulls reads 0
 * unless the board has a resistor.
 * Missing: speeds have no effect on edges.
 *
 * Node: zif,reset-values = <MODER OSPEEDR PUPDR> where they are not 0; zif,pull-ups: pins with a resistor on the board, one bit each.
 * Outputs: pin, af (line pin * 16 + function), in: what the input register sees. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <zif/peripheral.h>

enum { MODER, OTYPER, OSPEEDR, PUPDR, IDR, ODR, BSRR, LCKR, AFRL, AFRH, NREGS };
enum { NPINS = 16 };

#define PINS1(name, a)                                                                                                 \
    { name "0", 0, 1, a }, { name "1", 1, 1, a }, { name "2", 2, 1, a }, { name "3", 3, 1, a }, { name "4", 4, 1, a }, \
        { name "5", 5, 1, a }, { name "6", 6, 1, a }, { name "7", 7, 1, a }, { name "8", 8, 1, a },                    \
        { name "9", 9, 1, a }, { name "10", 10, 1, a }, { name "11", 11, 1, a }, { name "12", 12, 1, a },              \
        { name "13", 13, 1, a }, { name "14", 14, 1, a },                                                              \
    {                                                                                                                  \
        name "15", 15, 1, a                                                                                            \
    }
#define PINS2(name)                                                                                                    \
    { name "0", 0, 2, ZIF_RW }, { name "1", 2, 2, ZIF_RW }, { name "2", 4, 2, ZIF_RW }, { name "3", 6, 2, ZIF_RW },    \
        { name "4", 8, 2, ZIF_RW }, { name "5", 10, 2, ZIF_RW }, { name "6", 12, 2, ZIF_RW },                          \
        { name "7", 14, 2, ZIF_RW }, { name "8", 16, 2, ZIF_RW }, { name "9", 18, 2, ZIF_RW },                         \
        { name "10", 20, 2, ZIF_RW }, { name "11", 22, 2, ZIF_RW }, { name "12", 24, 2, ZIF_RW },                      \
        { name "13", 26, 2, ZIF_RW }, { name "14", 28, 2, ZIF_RW },                                                    \
    {                                                                                                                  \
        name "15", 30, 2, ZIF_RW                                                                                       \
    }
#define RESETS                                                                                                         \
    { "BR0", 16, 1, ZIF_WO }, { "BR1", 17, 1, ZIF_WO }, { "BR2", 18, 1, ZIF_WO }, { "BR3", 19, 1, ZIF_WO },            \
        { "BR4", 20, 1, ZIF_WO }, { "BR5", 21, 1, ZIF_WO }, { "BR6", 22, 1, ZIF_WO }, { "BR7", 23, 1, ZIF_WO },        \
        { "BR8", 24, 1, ZIF_WO }, { "BR9", 25, 1, ZIF_WO }, { "BR10", 26, 1, ZIF_WO }, { "BR11", 27, 1, ZIF_WO },      \
        { "BR12", 28, 1, ZIF_WO }, { "BR13", 29, 1, ZIF_WO }, { "BR14", 30, 1, ZIF_WO },                               \
    {                                                                                                                  \
        "BR15", 31, 1, ZIF_WO                                                                                          \
    }

static const ZifRegister regs[NREGS] = {
    [MODER] = { .name = "MODER", .offset = 0x00, .flags = ZIF_REG_LIVE_RESET, .fields = ZIF_FIELDS(PINS2("MODER")) },
    [OTYPER] = { .name = "OTYPER", .offset = 0x04, .fields = ZIF_FIELDS(PINS1("OT", ZIF_RW)) },
    [OSPEEDR] = { .name = "OSPEEDR",
                  .offset = 0x08,
                  .flags = ZIF_REG_LIVE_RESET,
                  .fields = ZIF_FIELDS(PINS2("OSPEEDR")) },
    [PUPDR] = { .name = "PUPDR", .offset = 0x0C, .flags = ZIF_REG_LIVE_RESET, .fields = ZIF_FIELDS(PINS2("PUPDR")) },
    [IDR] = { .name = "IDR",
              .offset = 0x10,
              .flags = ZIF_REG_VOLATILE | ZIF_REG_LIVE_RESET,
              .fields = ZIF_FIELDS(PINS1("IDR", ZIF_RO)) },
    [ODR] = { .name = "ODR", .offset = 0x14, .fields = ZIF_FIELDS(PINS1("ODR", ZIF_RW)) },
    [BSRR] = { .name = "BSRR", .offset = 0x18, .fields = ZIF_FIELDS(PINS1("BS", ZIF_WO), RESETS) },
    /* What is kept of a write depends on the lock sequence. */
    [LCKR] = { .name = "LCKR",
               .offset = 0x1C,
               .flags = ZIF_REG_VOLATILE,
               .widths = ZIF_W32,
               .fields = ZIF_FIELDS(PINS1("LCK", ZIF_RW), { "LCKK", 16, 1, ZIF_RW }) },
    [AFRL] = { .name = "AFRL",
               .offset = 0x20,
               .fields = ZIF_FIELDS({ "AFRL0", 0, 4, ZIF_RW }, { "AFRL1", 4, 4, ZIF_RW }, { "AFRL2", 8, 4, ZIF_RW },
                                    { "AFRL3", 12, 4, ZIF_RW }, { "AFRL4", 16, 4, ZIF_RW }, { "AFRL5", 20, 4, ZIF_RW },
                                    { "AFRL6", 24, 4, ZIF_RW }, { "AFRL7", 28, 4, ZIF_RW }) },
    [AFRH] = { .name = "AFRH",
               .offset = 0x24,
               .fields =
                   ZIF_FIELDS({ "AFRH8", 0, 4, ZIF_RW }, { "AFRH9", 4, 4, ZIF_RW }, { "AFRH10", 8, 4, ZIF_RW },
                              { "AFRH11", 12, 4, ZIF_RW }, { "AFRH12", 16, 4, ZIF_RW }, { "AFRH13", 20, 4, ZIF_RW },
                              { "AFRH14", 24, 4, ZIF_RW }, { "AFRH15", 28, 4, ZIF_RW }) },
};

enum { IN_PIN, IN_AF };
enum { OUT_PIN, OUT_AF, OUT_IN };
enum { MODE_INPUT, MODE_OUTPUT, MODE_ALTERNATE, MODE_ANALOG };
enum { PULL_UP = 1, PULL_DOWN = 2 };
enum { LCKK = 1 << 16, EVERY_PIN = 0xFFFF, NO_FUNCTION = 0xFF };

typedef struct {
    ZifDevice dev;
    uint32_t values[NREGS];
    uint32_t lock_asked;  /* pins of the lock sequence under way */
    uint8_t lock_step;    /* of it; 4: locked */
    uint8_t heard[NPINS]; /* the function that hears the pin, or NO_FUNCTION */
} Gpio;

static unsigned mode_of(const Gpio *g, unsigned pin)
{
    return zif_bits(g->values[MODER], 2 * pin, 2);
}

static unsigned function_of(const Gpio *g, unsigned pin)
{
    return zif_bits(g->values[AFRL + pin / 8], pin % 8 * 4, 4);
}

/* What drives the pin from inside: 0, 1, or -1 for nothing. */
static int driven(const Gpio *g, unsigned pin)
{
    unsigned line = pin * 16 + function_of(g, pin);
    int level = -1;
    if (mode_of(g, pin) == MODE_OUTPUT) {
        level = (int)zif_bits(g->values[ODR], pin, 1);
    } else if (mode_of(g, pin) == MODE_ALTERNATE && zif_input_connected(&g->dev, IN_AF, line)) {
        level = zif_input_level(&g->dev, IN_AF, line);
    }
    return level == 1 && zif_bits(g->values[OTYPER], pin, 1) ? -1 : level;
}

static int pad_level(const Gpio *g, unsigned pin)
{
    int level = driven(g, pin);
    bool open_drain = zif_bits(g->values[OTYPER], pin, 1);
    if (level == 0 && open_drain) {
        return 0;
    }
    if (zif_input_connected(&g->dev, IN_PIN, pin)) {
        return zif_input_level(&g->dev, IN_PIN, pin);
    }
    if (level >= 0) {
        return level;
    }
    unsigned pull = mode_of(g, pin) == MODE_ANALOG ? 0 : zif_bits(g->values[PUPDR], 2 * pin, 2);
    return pull == PULL_UP || (pull != PULL_DOWN && zif_bits(zif_prop_u32(&g->dev, "zif,pull-ups", 0), pin, 1));
}

/* What the input register and whoever hears the pin see: nothing in analog mode. */
static int input_level(const Gpio *g, unsigned pin)
{
    return mode_of(g, pin) != MODE_ANALOG && pad_level(g, pin);
}

static void update(Gpio *g, uint32_t pins)
{
    for (; pins; pins &= pins - 1) {
        unsigned pin = (unsigned)__builtin_ctz(pins);
        int level = input_level(g, pin);
        uint8_t function = mode_of(g, pin) == MODE_ALTERNATE ? (uint8_t)function_of(g, pin) : NO_FUNCTION;
        if (g->heard[pin] != function) {
            if (g->heard[pin] != NO_FUNCTION) {
                zif_set(&g->dev, OUT_AF, pin * 16 + g->heard[pin], 0);
            }
            g->heard[pin] = function;
        }
        zif_set(&g->dev, OUT_PIN, pin, pad_level(g, pin));
        zif_set(&g->dev, OUT_IN, pin, level);
        if (function != NO_FUNCTION) {
            zif_set(&g->dev, OUT_AF, pin * 16 + function, level);
        }
    }
}

static int gpio_alternate(const ZifDevice *dev, unsigned pin)
{
    const Gpio *g = (const Gpio *)dev;
    switch (mode_of(g, pin)) {
    case MODE_ALTERNATE:
        return (int)function_of(g, pin);
    case MODE_ANALOG:
        return ZIF_PIN_ANALOG;
    default:
        return ZIF_PIN_GPIO;
    }
}

static uint32_t gpio_peek(ZifDevice *dev, unsigned slot)
{
    const Gpio *g = (const Gpio *)dev;
    uint32_t in = 0;
    if (slot != IDR) {
        return g->values[slot];
    }
    for (unsigned pin = 0; pin < NPINS; pin++) {
        in |= (uint32_t)input_level(g, pin) << pin;
    }
    return in;
}

/* --- The lock --------------------------------------------------------------------------------------------------------- */

/* LCKK and the pins, the pins alone, LCKK and the same pins, then a read; anything else ends the attempt (RM0090 8.4.8). */
static void write_lock(Gpio *g, uint32_t old)
{
    uint32_t value = g->values[LCKR], pins = value & EVERY_PIN;
    if (g->lock_step == 4) {
        g->values[LCKR] = old;
        if (value != old) {
            zif_report(&g->dev, ZIF_REPORT_LOCKED, LCKR,
                       "LCKR is locked until the next reset; the write had no effect");
        }
        return;
    }
    bool key = value & LCKK, same = g->lock_step && pins == g->lock_asked;
    if (key && g->lock_step == 2 && same) {
        g->lock_step = 3;
    } else if (!key && g->lock_step == 1 && same) {
        g->lock_step = 2;
    } else {
        g->lock_step = key;
        g->lock_asked = pins;
    }
    g->values[LCKR] &= ~LCKK;
}

static void gpio_read(ZifDevice *dev, unsigned slot)
{
    Gpio *g = (Gpio *)dev;
    if (slot == LCKR && g->lock_step == 3) {
        g->lock_step = 4;
        g->values[LCKR] |= LCKK;
    }
}

/* The bits of a configuration register that belong to locked pins. */
static uint32_t locked_bits(const Gpio *g, unsigned slot)
{
    unsigned width = slot == OTYPER ? 1 : slot >= AFRL ? 4 : 2, first = slot == AFRH ? 8 : 0;
    uint32_t mask = 0;
    for (unsigned pin = first; g->lock_step == 4 && pin < NPINS && (pin - first) * width < 32; pin++) {
        if (zif_bits(g->values[LCKR], pin, 1)) {
            mask |= ((1u << width) - 1) << (pin - first) * width;
        }
    }
    return mask;
}

/* --- Accesses ---------------------------------------------------------------------------------------------------------- */

static void write_config(Gpio *g, unsigned slot, uint32_t old)
{
    uint32_t refused = (g->values[slot] ^ old) & locked_bits(g, slot);
    if (refused) {
        g->values[slot] ^= refused;
        zif_report(&g->dev, ZIF_REPORT_LOCKED, (int)slot,
                   "%s: the configuration of locked pins (LCKR is 0x%05x) cannot be changed", regs[slot].name,
                   g->values[LCKR]);
    }
    update(g, EVERY_PIN);
}

static void gpio_write(ZifDevice *dev, unsigned slot, uint32_t old, uint32_t value)
{
    Gpio *g = (Gpio *)dev;
    switch (slot) {
    case ODR:
        update(g, old ^ g->values[ODR]);
        break;
    case BSRR: {
        uint32_t before = g->values[ODR];
        g->values[ODR] = (before & ~(value >> 16)) | (value & EVERY_PIN); /* where both are set, set wins */
        update(g, before ^ g->values[ODR]);
        break;
    }
    case LCKR:
        write_lock(g, old);
        break;
    case IDR:
        break;
    default:
        write_config(g, slot, old);
        break;
    }
}

static void changed_outside(ZifDevice *dev, unsigned line, int level)
{
    update((Gpio *)dev, 1u << line);
}

static void driven_by_block(ZifDevice *dev, unsigned line, int level)
{
    update((Gpio *)dev, 1u << line / 16);
}

static void gpio_reset(ZifDevice *dev, ZifResetKind kind)
{
    Gpio *g = (Gpio *)dev;
    uint32_t values[3] = { 0 };
    zif_prop_cells(dev, "zif,reset-values", values, 3);
    g->values[MODER] = values[0];
    g->values[OSPEEDR] = values[1];
    g->values[PUPDR] = values[2];
    g->lock_asked = 0;
    g->lock_step = 0;
    for (unsigned pin = 0; pin < NPINS; pin++) {
        g->heard[pin] = NO_FUNCTION;
    }
    update(g, EVERY_PIN);
}

const ZifClass zif__stm32f4_gpio = {
    .name = "stm32f4-gpio",
    .socs = (const char *const[]){ "st,stm32f4", NULL },
    .compatible = (const char *const[]){ "st,stm32-gpio", NULL },
    .reference = "RM0090 rev 19, chapter 8",
    .summary = "modes, open drain, pulls, alternate functions, analog, lock",
    .modelled = ZIF_MODELLED,
    .size = sizeof(Gpio),
    .regs = regs,
    .nregs = NREGS,
    .values = offsetof(Gpio, values),
    .span = 0x400,
    .inputs = (const ZifInput[]){ { .name = "pin", .count = NPINS, .set = changed_outside },
                                  { .name = "af", .count = NPINS * 16, .set = driven_by_block },
                                  { 0 } },
    .outputs = (const ZifOutput[]){ { .name = "pin", .count = NPINS },
                                    { .name = "af", .count = NPINS * 16 },
                                    { .name = "in", .count = NPINS },
                                    { 0 } },
    .reset = gpio_reset,
    .peek = gpio_peek,
    .on_read = gpio_read,
    .on_write = gpio_write,
    .alternate = gpio_alternate,
};
