/*
 * STM32F4 RCC: oscillators, PLLs, the clock tree, clock gates and resets of every block, reset causes.
 *
 * Reference: RM0090 rev 19, chapter 7 (7.3: registers of the F405/407), chapter 6 (6.3: of the F42x/43x); DS8626 rev 9, sections 5.3.8 and 5.3.9 (start-up times), 5.3.10 and 5.3.11
 * (limits of the PLLs), table 14 (limits of the buses; DS9405, table 17, for the F42x/43x); ES0182 rev 14, section 2.2.13 (delay after a clock is enabled).
 * Models: ready bits with start-up times, the switch of SYSCLK (it waits for a clock that is not ready), what may not be turned off
 * or changed while it runs, limits of PLLs and buses, prescalers, the rate of every block's clock, gates and resets, the back-up
 * domain's protection, reset flags, clock security, ready interrupts.
 * Departs: an oscillator that is turned off is not ready at once. Oscillators have their nominal rate whatever HSITRIM says. Start-up
 * takes the typical time of the data sheet.
 * A clock output faster than 1 MHz is a rate (clock lines 17 and 18 of the tree) without edges on its pin.
 * Missing: spread spectrum; clocks that LPENR stops in Sleep mode.
 *
 * Node: zif,hse-hz, zif,lse-hz: the crystals (0: none); zif,i2s-ckin-hz: the external I2S clock; st,pwr: the block with DBP. Input
 * `hse-stop`: the crystal breaks. Outputs: irq-nmi (clock security), irq, css (to the timers' break inputs), mco1, mco2.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "rcc.h"

/* Oscillators in the order of their bits in CIR; each is also the timed event of its becoming ready. */
enum { LSI, LSE, HSI, HSE, PLL, PLLI2S, PLLSAI, NOSCS };
enum { CSSF = 1 << 7, CSSC = 1 << 23, CSSON = 1 << 19 };
enum { BDRST = 1 << 16, RMVF = 1 << 24, CSR_FLAGS = (int)0xFE000000 };
enum { RESETS = 1024, RESET_BACKUP = 0x70 * 8 + 16 };

static const struct {
    uint8_t slot, on; /* its enable bit; the ready bit is the next one */
    ZifTime startup;
} oscillators[NOSCS] = {
    [LSI] = { CSR, 0, 15 * ZIF_US },     [LSE] = { BDCR, 0, 2 * ZIF_SEC }, [HSI] = { CR, 0, 2200 * ZIF_NS },
    [HSE] = { CR, 16, 2 * ZIF_MS },      [PLL] = { CR, 24, 100 * ZIF_US }, [PLLI2S] = { CR, 26, 100 * ZIF_US },
    [PLLSAI] = { CR, 28, 100 * ZIF_US }, /* F42x and F43x */
};

static bool is_set(const Rcc *r, unsigned slot, unsigned bit)
{
    return zif_bits(r->values[slot], bit, 1);
}

static bool is_on(const Rcc *r, unsigned n)
{
    return is_set(r, oscillators[n].slot, oscillators[n].on) || (n == LSI && r->lsi_forced);
}

static bool is_ready(const Rcc *r, unsigned n)
{
    return is_set(r, oscillators[n].slot, oscillators[n].on + 1);
}

static unsigned sws(const Rcc *r)
{
    return zif_bits(r->values[CFGR], 2, 2);
}

static void update_irq(Rcc *r)
{
    uint32_t cir = r->values[CIR];
    zif_set(&r->dev, OUT_IRQ, 0, (cir & cir >> 8 & 0x7F) != 0);
    zif_set(&r->dev, OUT_NMI, 0, (cir & CSSF) != 0);
}

/* --- Limits ----------------------------------------------------------------------------------------------------------- */

/* Says so when `bad` becomes true; `limit` is one bit of out_of_range. */
static bool breaks(Rcc *r, unsigned limit, bool bad)
{
    bool was = r->out_of_range >> limit & 1;
    r->out_of_range = (r->out_of_range & ~(1u << limit)) | (unsigned)bad << limit;
    return bad && !was;
}

static void check_buses(Rcc *r)
{
    static const struct {
        uint8_t clock;
        uint32_t max[2]; /* F405/407, F42x/43x */
        const char *name, *prop;
    } buses[] = {
        { STM32_HCLK, { 168000000, 180000000 }, "HCLK", "zif,hclk-max-hz" },
        { STM32_PCLK1, { 42000000, 45000000 }, "PCLK1", "zif,pclk1-max-hz" },
        { STM32_PCLK2, { 84000000, 90000000 }, "PCLK2", "zif,pclk2-max-hz" },
    };
    for (unsigned i = 0; i < sizeof buses / sizeof *buses; i++) {
        uint32_t max = zif_prop_u32(&r->dev, buses[i].prop, buses[i].max[zif__rcc_is_f42x(r)]);
        if (breaks(r, i, r->rate[buses[i].clock] > max)) {
            zif_report(&r->dev, ZIF_REPORT_BUS, CFGR, "%s runs at %llu Hz; its limit is %u Hz", buses[i].name,
                       (unsigned long long)r->rate[buses[i].clock], max);
        }
    }
}

/* A PLL begins to lock. False: with these factors it never will. */
static bool check_pll(Rcc *r, unsigned n)
{
    static const uint8_t slots[] = { [PLL] = PLLCFGR, [PLLI2S] = PLLI2SCFGR, [PLLSAI] = PLLSAICFGR };
    static const char *const names[] = { [PLL] = "PLL", [PLLI2S] = "PLLI2S", [PLLSAI] = "PLLSAI" };
    unsigned slot = slots[n], factor = zif_bits(r->values[slot], 6, 9);
    unsigned q = zif_bits(r->values[slot], 24, 4), last = zif_bits(r->values[slot], 28, 3);
    uint64_t in = zif__rcc_pll_input(r), vco = in * factor;
    const char *name = names[n];
    if (!in || factor < 2) {
        zif_report(&r->dev, ZIF_REPORT_BUS, slot, "%s cannot lock with PLLM = %u, %sN = %u", name,
                   zif_bits(r->values[PLLCFGR], 0, 6), name, factor);
        return false;
    }
    if (in < 950000 || in > 2100000) {
        zif_report(&r->dev, ZIF_REPORT_BUS, PLLCFGR, "input of the %s is %llu Hz (PLLM = %u); it takes 1 to 2 MHz",
                   name, (unsigned long long)in, zif_bits(r->values[PLLCFGR], 0, 6));
    }
    if (vco < 100000000 || vco > 432000000) {
        zif_report(&r->dev, ZIF_REPORT_BUS, slot, "oscillator of the %s at %llu Hz (%sN = %u); it does 100 to 432 MHz",
                   name, (unsigned long long)vco, name, factor);
    }
    if (q < 2 && (n == PLL || zif__rcc_is_f42x(r))) {
        zif_report(&r->dev, ZIF_REPORT_BUS, slot, "%sQ is %u; 2 to 15", name, q);
    }
    if (n != PLL && last < 2) {
        zif_report(&r->dev, ZIF_REPORT_BUS, slot, "%sR is %u; 2 to 7", name, last);
    }
    return true;
}

/* --- From the registers to the clocks --------------------------------------------------------------------------------- */

static bool can_start(Rcc *r, unsigned n)
{
    switch (n) {
    case LSE:
        return zif_prop_u32(&r->dev, "zif,lse-hz", 32768) != 0;
    case HSE:
        return !r->hse_dead && zif_prop_u32(&r->dev, "zif,hse-hz", 8000000) != 0;
    case PLL:
    case PLLI2S:
    case PLLSAI:
        return is_ready(r, is_set(r, PLLCFGR, 22) ? HSE : HSI) && check_pll(r, n);
    default:
        return true;
    }
}

static ZifTime startup(const Rcc *r, unsigned n)
{
    bool bypassed = (n == HSE && is_set(r, CR, 18)) || (n == LSE && is_set(r, BDCR, 2));
    return bypassed ? ZIF_US : oscillators[n].startup;
}

static void run_oscillators(Rcc *r)
{
    for (unsigned n = 0; n < NOSCS; n++) {
        uint32_t *reg = &r->values[oscillators[n].slot], ready = 2u << oscillators[n].on;
        bool starved = n >= PLL && !is_ready(r, is_set(r, PLLCFGR, 22) ? HSE : HSI);
        if (!is_on(r, n) || starved) {
            *reg &= ~ready;
            zif_cancel(&r->dev, n);
        } else if (!is_ready(r, n) && zif_due(&r->dev, n) == ZIF_TIME_NEVER && can_start(r, n)) {
            zif_schedule_in(&r->dev, n, startup(r, n));
        }
    }
}

static void drive_clocks(Rcc *r)
{
    uint64_t rate[NLINES];
    zif__rcc_rates(r, rate);
    for (unsigned line = 0; line < NLINES; line++) {
        if (rate[line] != r->rate[line]) {
            r->rate[line] = rate[line];
            zif_clock_drive(&r->dev, line, rate[line]);
        }
    }
    zif__rcc_mco(r);
    check_buses(r);
}

/* Everything that follows from the registers. SYSCLK follows SW as soon as its new source is ready. */
static void update(Rcc *r)
{
    static const uint8_t source[] = { [SRC_HSI] = HSI, [SRC_HSE] = HSE, [SRC_PLL] = PLL };
    unsigned sw = zif_bits(r->values[CFGR], 0, 2);
    run_oscillators(r);
    if (sw <= SRC_PLL && is_ready(r, source[sw])) {
        r->values[CFGR] = (r->values[CFGR] & ~0xCu) | sw << 2;
    }
    drive_clocks(r);
    update_irq(r);
}

/* HSI takes over; what depended on HSE is off. */
static void fall_back(Rcc *r)
{
    r->values[CR] =
        (r->values[CR] & ~((1u << 16) | (1u << 24) | (1u << 26) | (1u << 28))) | 3; /* HSE, PLLs off; HSI on */
    r->values[CFGR] &= ~0xFu;
}

static void fail_hse(Rcc *r)
{
    bool security = is_set(r, CR, 19) && is_ready(r, HSE);
    bool in_use = sws(r) == SRC_HSE || (sws(r) == SRC_PLL && is_set(r, PLLCFGR, 22));
    r->values[CR] &= ~(1u << 17);
    zif_cancel(&r->dev, HSE);
    if (security) {
        r->values[CR] &= ~(1u << 16);
        r->values[CIR] |= CSSF;
        if (in_use) {
            fall_back(r);
        }
        zif_pulse(&r->dev, OUT_CSS, 0);
    } else if (in_use) {
        zif_report(&r->dev, ZIF_REPORT_BUS, CR,
                   "HSE failed while SYSCLK came from it and CSSON was 0: the processor stands still on silicon; here "
                   "it goes on");
        fall_back(r);
    }
    update(r);
}

static void rcc_event(ZifDevice *dev, unsigned n)
{
    Rcc *r = (Rcc *)dev;
    if (n >= EV_MCO1) {
        zif__rcc_mco(r);
        return;
    }
    r->values[oscillators[n].slot] |= 2u << oscillators[n].on;
    if (is_set(r, CIR, 8 + n)) {
        r->values[CIR] |= 1u << n;
    }
    update(r);
}

static void hse_stop(ZifDevice *dev, unsigned line, int level)
{
    Rcc *r = (Rcc *)dev;
    r->hse_dead = level;
    if (level) {
        fail_hse(r);
    } else {
        update(r);
    }
}

/* --- Writes ------------------------------------------------------------------------------------------------------------ */

/* Puts back the bits of `mask` that the write changed, and says why. */
static void refuse(Rcc *r, unsigned slot, uint32_t old, uint32_t mask, const char *what)
{
    if ((r->values[slot] ^ old) & mask) {
        r->values[slot] = (r->values[slot] & ~mask) | (old & mask);
        zif_report(&r->dev, ZIF_REPORT_LOCKED, slot, "%s", what);
    }
}

static void write_cr(Rcc *r, uint32_t old)
{
    bool pll = sws(r) == SRC_PLL, from_hse = is_set(r, PLLCFGR, 22);
    if (sws(r) == SRC_HSI || (pll && !from_hse)) {
        refuse(r, CR, old, 1u << 0, "CR.HSION stays 1: SYSCLK comes from HSI");
    }
    if (sws(r) == SRC_HSE || (pll && from_hse)) {
        refuse(r, CR, old, 1u << 16, "CR.HSEON stays 1: SYSCLK comes from HSE");
    }
    if (pll) {
        refuse(r, CR, old, 1u << 24, "CR.PLLON stays 1: SYSCLK comes from the PLL");
    }
    if (old >> 16 & 1) {
        refuse(r, CR, old, 1u << 18, "CR.HSEBYP can be changed only while HSEON is 0");
    }
}

static void write_pllcfgr(Rcc *r, uint32_t old)
{
    if (is_set(r, CR, 24)) {
        refuse(r, PLLCFGR, old, UINT32_MAX, "PLLCFGR cannot be changed while CR.PLLON is 1");
    } else if (is_set(r, CR, 26) || is_set(r, CR, 28)) {
        refuse(r, PLLCFGR, old, 1u << 22 | 0x3F,
               is_set(r, CR, 26) ? "PLLCFGR.PLLM and PLLSRC cannot be changed while CR.PLLI2SON is 1"
                                 : "PLLCFGR.PLLM and PLLSRC cannot be changed while CR.PLLSAION is 1");
    }
}

static void write_bdcr(Rcc *r, uint32_t old)
{
    if (!zif__stm32_backup_writable(&r->dev)) {
        refuse(r, BDCR, old, UINT32_MAX, "BDCR is write-protected: PWR.CR.DBP is 0; the write had no effect");
        return;
    }
    if (old >> 8 & 3) {
        refuse(r, BDCR, old, 3u << 8, "BDCR.RTCSEL was chosen already: only BDRST frees it again");
    }
    if (old & 1) {
        refuse(r, BDCR, old, 1u << 2, "BDCR.LSEBYP can be changed only while LSEON is 0");
    }
    if (r->values[BDCR] & BDRST) {
        r->values[BDCR] = BDRST; /* the whole domain is held in reset */
    }
    zif_reset_drive(&r->dev, RESET_BACKUP, r->values[BDCR] & BDRST);
}

/* The dividers behind a PLL are to be written while it is off (6.3.25). */
static void check_dividers(Rcc *r, uint32_t old)
{
    uint32_t changed = r->values[DCKCFGR] ^ old;
    if ((changed & 0x1F && is_set(r, CR, 26)) || (changed & 0x31F00 && is_set(r, CR, 28))) {
        zif_report(&r->dev, ZIF_REPORT_BUSY, DCKCFGR, "DCKCFGR.%s changed while CR.%s is 1: turn the PLL off first",
                   changed & 0x30000  ? "PLLSAIDIVR"
                   : changed & 0x1F00 ? "PLLSAIDIVQ"
                                      : "PLLI2SDIVQ",
                   changed & 0x31F00 ? "PLLSAION" : "PLLI2SON");
    }
}

static unsigned reset_slot(unsigned byte)
{
    return byte < 0x1C ? AHB1RSTR + (byte - 0x10) / 4 : APB1RSTR + (byte - 0x20) / 4;
}

static void drive_resets(Rcc *r, unsigned slot)
{
    unsigned base = zif__stm32f4_rcc_regs[slot].offset * 8;
    for (unsigned bit = 0; bit < 32; bit++) {
        zif_reset_drive(&r->dev, base + bit, is_set(r, slot, bit));
    }
}

static void rcc_write(ZifDevice *dev, unsigned slot, uint32_t old, uint32_t value)
{
    Rcc *r = (Rcc *)dev;
    switch (slot) {
    case CR:
        write_cr(r, old);
        break;
    case PLLCFGR:
        write_pllcfgr(r, old);
        break;
    case CFGR:
        if ((r->values[CFGR] & 3) == 3) {
            zif_report(dev, ZIF_REPORT_RESERVED, CFGR, "CFGR.SW = 3 selects no clock");
        }
        break;
    case CIR:
        r->values[CIR] &= ~(value >> 16 & 0x7F);
        if (value & CSSC) {
            r->values[CIR] &= ~CSSF;
        }
        break;
    case AHB1RSTR:
    case AHB2RSTR:
    case AHB3RSTR:
    case APB1RSTR:
    case APB2RSTR:
        drive_resets(r, slot);
        return;
    case BDCR:
        write_bdcr(r, old);
        break;
    case CSR:
        if (r->values[CSR] & RMVF) {
            r->values[CSR] &= ~(CSR_FLAGS | RMVF);
        }
        break;
    case PLLI2SCFGR:
        if (is_set(r, CR, 26)) {
            refuse(r, PLLI2SCFGR, old, UINT32_MAX, "PLLI2SCFGR cannot be changed while CR.PLLI2SON is 1");
        }
        break;
    case PLLSAICFGR:
        if (is_set(r, CR, 28)) {
            refuse(r, PLLSAICFGR, old, UINT32_MAX, "PLLSAICFGR cannot be changed while CR.PLLSAION is 1");
        }
        break;
    case DCKCFGR:
        check_dividers(r, old);
        break;
    default:
        break;
    }
    update(r);
}

/* Reading an enable register back takes the bus as long as a gate takes to open: what ES0182 2.2.13 advises. */
static void rcc_read(ZifDevice *dev, unsigned slot)
{
    if (slot >= AHB1ENR && slot <= APB2ENR) {
        zif_clock_settled(dev);
    }
}

/* --- What others ask --------------------------------------------------------------------------------------------------- */

extern const ZifClass zif__stm32f4_rcc, zif__stm32f42x_rcc;

static Rcc *peer(const ZifDevice *dev)
{
    ZifDevice *rcc = zif_prop_peer(dev, "st,rcc", zif__stm32f4_rcc.name);
    return (Rcc *)(rcc ? rcc : zif_prop_peer(dev, "st,rcc", zif__stm32f42x_rcc.name));
}

void zif__stm32_reset(ZifDevice *dev, uint32_t cause)
{
    Rcc *r = peer(dev);
    if (r) {
        r->cause |= cause;
    }
    zif_request_reset(dev, ZIF_RESET_WATCHDOG);
}

bool zif__stm32_pll_on(const ZifDevice *dev)
{
    const Rcc *r = peer(dev);
    return r && is_set(r, CR, 24);
}

bool zif__stm32_sysclk_is_pll(const ZifDevice *dev)
{
    const Rcc *r = peer(dev);
    return r && sws(r) == SRC_PLL;
}

void zif__stm32_force_lsi(ZifDevice *dev)
{
    Rcc *r = peer(dev);
    if (r) {
        r->lsi_forced = true;
        update(r);
    }
}

void zif__stm32_stop_clocks(ZifDevice *dev, bool stopped)
{
    Rcc *r = peer(dev);
    if (r && r->stopped != stopped) {
        r->stopped = stopped;
        fall_back(r);
        update(r);
        zif_clock_settled(&r->dev);
    }
}

/* --- Life -------------------------------------------------------------------------------------------------------------- */

/* What a tree says may be wrong: past these rates (DS8626, tables 31 and 32, external clock) arithmetic on clocks means nothing. */
static bool rcc_realize(ZifDevice *dev, Error **errp)
{
    if (zif_prop_u32(dev, "zif,hse-hz", 0) > 50000000 || zif_prop_u32(dev, "zif,lse-hz", 0) > 1000000 ||
        zif_prop_u32(dev, "zif,i2s-ckin-hz", 0) > 50000000) {
        error_setg(errp, "zif,hse-hz and zif,i2s-ckin-hz are at most 50 MHz, zif,lse-hz at most 1 MHz");
        return false;
    }
    return true;
}

static void rcc_reset(ZifDevice *dev, ZifResetKind kind)
{
    Rcc *r = (Rcc *)dev;
    uint32_t flags = r->cause;
    r->cause = 0;
    r->lsi_forced = r->stopped = false;
    r->out_of_range = 0;
    if (kind == ZIF_RESET_POWER_ON) {
        flags = 0; /* the table says them */
    } else if (kind == ZIF_RESET_SYSTEM || kind == ZIF_RESET_LOCKUP) {
        flags |= 1u << 28;
    }
    /* Every reset of the chip pulls the NRST pin (RM0090 figure 20), so its flag comes with all of them. */
    r->values[CSR] = (r->values[CSR] & CSR_FLAGS) | flags | (kind == ZIF_RESET_POWER_ON ? 0 : STM32_PINRSTF);
    if (kind == ZIF_RESET_POWER_ON) {
        zif_reset_drive(dev, RESET_BACKUP, false);
    }
    for (unsigned slot = AHB1RSTR; slot <= APB2RSTR; slot++) {
        drive_resets(r, slot);
    }
    zif__rcc_rates(r, r->rate);
    for (unsigned line = 0; line < NLINES; line++) {
        zif_clock_drive(dev, line, r->rate[line]);
    }
    zif__rcc_mco_reset(r);
    update(r);
}

static int clock_line(const ZifDevice *dev, const uint32_t *cells, unsigned ncells)
{
    if (ncells < 2) {
        return -1;
    }
    if (cells[0] == 0) {
        return cells[1] < STM32_CLOCKS ? (int)cells[1] : -1;
    }
    for (unsigned n = 0; n < NENRS; n++) {
        if (zif__stm32f4_rcc_regs[AHB1ENR + n].offset == cells[0] && cells[1]) {
            return (int)(LINE_GATES + n * 32) + __builtin_ctz(cells[1]);
        }
    }
    return -1;
}

static bool clock_gate(const ZifDevice *dev, unsigned line, unsigned *slot, unsigned *bit)
{
    if (line < LINE_GATES) {
        return false;
    }
    *slot = AHB1ENR + (line - LINE_GATES) / 32;
    *bit = (line - LINE_GATES) % 32;
    return true;
}

static bool reset_gate(const ZifDevice *dev, unsigned line, unsigned *slot, unsigned *bit)
{
    unsigned byte = line / 32 * 4;
    *bit = line % 32;
    *slot = line == RESET_BACKUP ? BDCR : reset_slot(byte);
    return line == RESET_BACKUP || (byte >= 0x10 && byte <= 0x24 && byte != 0x1C);
}

static const ZifController clocks = { .lines = NLINES, .line = clock_line, .gate = clock_gate, .settle = 2 };
static const ZifController resets = { .lines = RESETS, .gate = reset_gate };

#define RCC(id, title, soc, chapter, table, slots)                                                                     \
    const ZifClass zif__##id = {                                                                                       \
        .name = title,                                                                                                 \
        .socs = (const char *const[]){ soc, NULL },                                                                    \
        .compatible = (const char *const[]){ "st,stm32f4-rcc", NULL },                                                 \
        .reference = "RM0090 rev 19, chapter " chapter,                                                                \
        .summary = "oscillators, PLLs, clock tree, gates, resets, reset causes, clock security, clock outputs; no "    \
                   "spread spectrum",                                                                                  \
        .modelled = ZIF_PARTIAL,                                                                                       \
        .size = sizeof(Rcc),                                                                                           \
        .regs = table,                                                                                                 \
        .nregs = slots,                                                                                                \
        .values = offsetof(Rcc, values),                                                                               \
        .span = 0x400,                                                                                                 \
        .inputs = (const ZifInput[]){ { .name = "hse-stop", .set = hse_stop }, { 0 } },                                \
        .outputs = (const ZifOutput[]){ { .name = "irq-nmi" },                                                         \
                                        { .name = "irq" },                                                             \
                                        { .name = "css" },                                                             \
                                        { .name = "mco1" },                                                            \
                                        { .name = "mco2" },                                                            \
                                        { 0 } },                                                                       \
        .events =                                                                                                      \
            (const char *const[]){ "lsi", "lse", "hsi", "hse", "pll", "plli2s", "pllsai", "mco1", "mco2", NULL },      \
        .event = rcc_event,                                                                                            \
        .realize = rcc_realize,                                                                                        \
        .reset = rcc_reset,                                                                                            \
        .on_read = rcc_read,                                                                                           \
        .on_write = rcc_write,                                                                                         \
        .clocks = &clocks,                                                                                             \
        .resets = &resets,                                                                                             \
    }

RCC(stm32f4_rcc, "stm32f4-rcc", "st,stm32f4", "7", zif__stm32f4_rcc_regs, NREGS_F40X);
RCC(stm32f42x_rcc, "stm32f42x-rcc", "st,stm32f429", "6", zif__stm32f42x_rcc_regs, NREGS);
