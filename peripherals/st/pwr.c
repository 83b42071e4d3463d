/*
 * STM32F4 PWR: back-up domain protection, voltage scaling, voltage detector, wake-up.
 *
 * Reference: RM0090 rev 19, chapter 5 (5.4: registers of the F405/407; 5.5: of the F42x/43x; 5.1.4: over-drive); DS8626 rev 9, table 14
 * (HCLK by voltage scale), table 19 (PVD); DS9405, tables 17 and 22 (HCLK by voltage scale and over-drive, time of its switch).
 * Models: DBP, VOS and the HCLK it allows, the voltage detector on a constant supply, WKUP pin and flags, back-up regulator; Stop (all
 * clocks but LSI and LSE stand still, HSI afterwards; left by an interrupt or, after WFE, an EXTI event) and Standby (left by WKUP, RTC or a
 * reset, as a reset); over-drive of the F42x/43x and the stall of its switch; or the reset that the options nRST_STOP and nRST_STDBY put in their place.
 * Departs: VOSRDY is always 1. Over-drive is ready after the time of its switch. Voltages have no ramps. Waking takes no time. RAM keeps its contents in Standby.
 * Missing: power saved by LPDS, FPDS, LPLVDS, MRLVDS and under-drive; ADCDC1.
 *
 * Node: clocks: the APB1 gate, HCLK; zif,vdd-microvolts (3300000); st,rcc; st,flash. Inputs: wkup: the WKUP pin; rtc: an alarm, time stamp or wake-up
 * of the RTC. Output pvd: to EXTI line 16.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "st.h"

enum { CR, CSR, NREGS };

#define CR_FIELDS                                                                                                      \
    { "LPDS", 0, 1, ZIF_RW }, { "PDDS", 1, 1, ZIF_RW }, { "CWUF", 2, 1, ZIF_WO }, { "CSBF", 3, 1, ZIF_WO },            \
        { "PVDE", 4, 1, ZIF_RW }, { "PLS", 5, 3, ZIF_RW }, { "DBP", 8, 1, ZIF_RW },                                    \
    {                                                                                                                  \
        "FPDS", 9, 1, ZIF_RW                                                                                           \
    }
#define CSR_FIELDS                                                                                                     \
    { "WUF", 0, 1, ZIF_RO }, { "SBF", 1, 1, ZIF_RO }, { "PVDO", 2, 1, ZIF_RO }, { "BRR", 3, 1, ZIF_RO },               \
        { "EWUP", 8, 1, ZIF_RW }, { "BRE", 9, 1, ZIF_RW },                                                             \
    {                                                                                                                  \
        "VOSRDY", 14, 1, ZIF_RO                                                                                        \
    }

static const ZifRegister f40x_regs[NREGS] = {
    [CR] = { .name = "CR", .offset = 0x0, .reset = 0x4000, .fields = ZIF_FIELDS(CR_FIELDS, { "VOS", 14, 1, ZIF_RW }) },
    [CSR] = { .name = "CSR",
              .offset = 0x4,
              .flags = ZIF_REG_KEEP_RESET | ZIF_REG_LIVE_RESET,
              .fields = ZIF_FIELDS(CSR_FIELDS) },
};

static const ZifRegister f42x_regs[NREGS] = {
    [CR] = { .name = "CR",
             .offset = 0x0,
             .reset = 0xC000,
             .flags = ZIF_REG_VOLATILE, /* what the PLL allows to be changed */
             .fields = ZIF_FIELDS(CR_FIELDS, { "LPLVDS", 10, 1, ZIF_RW }, { "MRLVDS", 11, 1, ZIF_RW },
                                  { "ADCDC1", 13, 1, ZIF_STUB }, { "VOS", 14, 2, ZIF_RW }, { "ODEN", 16, 1, ZIF_RW },
                                  { "ODSWEN", 17, 1, ZIF_RW }, { "UDEN", 18, 2, ZIF_STUB }) },
    [CSR] = { .name = "CSR",
              .offset = 0x4,
              .flags = ZIF_REG_KEEP_RESET | ZIF_REG_LIVE_RESET,
              .fields = ZIF_FIELDS(CSR_FIELDS, { "ODRDY", 16, 1, ZIF_RO }, { "ODSWRDY", 17, 1, ZIF_RO },
                                   { "UDRDY", 18, 2, ZIF_W1C }) },
};

enum { PDDS = 1 << 1, CWUF = 1 << 2, CSBF = 1 << 3, PVDE = 1 << 4, DBP = 1 << 8, ODEN = 1 << 16, ODSWEN = 1 << 17 };
enum {
    WUF = 1,
    SBF = 2,
    PVDO = 4,
    BRR = 8,
    EWUP = 1 << 8,
    BRE = 1 << 9,
    VOSRDY = 1 << 14,
    ODRDY = 1 << 16,
    ODSWRDY = 1 << 17
};
enum { BACKUP_REGULATOR, OVER_DRIVE };
enum { OUT_PVD };

static const ZifTime over_drive_switch = 45 * ZIF_US;

typedef struct {
    ZifDevice dev;
    uint32_t values[NREGS];
    uint8_t too_fast; /* for the present voltage scale: said once */
    uint8_t standby;
} Pwr;

static bool is_f42x(const Pwr *p)
{
    return p->dev.cls->regs == f42x_regs;
}

extern const ZifClass zif__stm32f4_pwr, zif__stm32f42x_pwr;

static Pwr *peer(const ZifDevice *dev)
{
    ZifDevice *pwr = zif_prop_peer(dev, "st,pwr", zif__stm32f4_pwr.name);
    return (Pwr *)(pwr ? pwr : zif_prop_peer(dev, "st,pwr", zif__stm32f42x_pwr.name));
}

bool zif__stm32_backup_writable(const ZifDevice *dev)
{
    const Pwr *p = peer(dev);
    return !p || p->values[CR] & DBP;
}

static bool below_threshold(const Pwr *p)
{
    static const uint32_t microvolts[] = { 2000000, 2100000, 2300000, 2500000, 2600000, 2700000, 2800000, 2900000 };
    return p->values[CR] & PVDE &&
           zif_prop_u32(&p->dev, "zif,vdd-microvolts", 3300000) < microvolts[zif_bits(p->values[CR], 5, 3)];
}

/* The HCLK that the regulator's output bears now, in MHz. */
static unsigned mhz_allowed(const Pwr *p)
{
    static const uint8_t plain[] = { 120, 120, 144, 168 }, overdriven[] = { 120, 120, 168, 180 };
    if (!is_f42x(p)) {
        return zif_bits(p->values[CR], 14, 1) ? 0 : 144; /* scale 1: RCC's own limit */
    }
    return (p->values[CSR] & ODSWRDY ? overdriven : plain)[zif_bits(p->values[CR], 14, 2)];
}

static void check_scale(Pwr *p)
{
    uint64_t hclk = zif_clock_hz_of(&p->dev, 1);
    unsigned mhz = mhz_allowed(p), vos = zif_bits(p->values[CR], 14, is_f42x(p) ? 2 : 1);
    bool too_fast = mhz && hclk > mhz * UINT64_C(1000000);
    if (too_fast && !p->too_fast) {
        zif_report(&p->dev, ZIF_REPORT_BUS, CR,
                   "CR.VOS is %u (scale %u)%s, which allows HCLK up to %u MHz; it is %llu Hz", vos,
                   is_f42x(p) ? 3 - (vos ? vos - 1 : 0) : 2 - vos,
                   !is_f42x(p) || vos < 2     ? ""
                   : p->values[CSR] & ODSWRDY ? " with over-drive"
                                              : " without over-drive",
                   mhz, (unsigned long long)hclk);
    }
    p->too_fast = too_fast;
}

/* --- Over-drive --------------------------------------------------------------------------------------------------------- */

/* Puts back the bits of `mask` that the write changed, and says why. */
static void refuse(Pwr *p, uint32_t old, uint32_t mask, const char *why)
{
    if ((p->values[CR] ^ old) & mask) {
        p->values[CR] = (p->values[CR] & ~mask) | (old & mask);
        zif_report(&p->dev, ZIF_REPORT_LOCKED, CR, "%s", why);
    }
}

/* The regulator's output moves: the chip stands still meanwhile. */
static void stall(Pwr *p)
{
    zif_stall_cpu(&p->dev, zif_clock_hz_of(&p->dev, 1) * over_drive_switch / ZIF_SEC);
}

static void write_over_drive(Pwr *p, uint32_t old)
{
    if (zif__stm32_pll_on(&p->dev)) {
        refuse(p, old, 3u << 14, "CR.VOS can be changed only while the PLL is off");
    }
    if (zif__stm32_sysclk_is_pll(&p->dev)) {
        refuse(p, old, ODEN | ODSWEN, "CR.ODEN and ODSWEN can be changed only while SYSCLK comes from HSI or HSE");
    }
    if (!(p->values[CSR] & ODRDY)) {
        if (p->values[CR] & ~old & ODSWEN) {
            refuse(p, old, ODSWEN, "CR.ODSWEN was set before CSR.ODRDY is 1: wait for it");
        }
    }
    uint32_t changed = p->values[CR] ^ old;
    if (changed & ODEN) {
        p->values[CSR] &= ~(uint32_t)ODRDY;
        zif_cancel(&p->dev, OVER_DRIVE);
        if (p->values[CR] & ODEN) {
            zif_schedule_in(&p->dev, OVER_DRIVE, over_drive_switch);
        }
    }
    if (changed & ODSWEN) {
        p->values[CSR] = (p->values[CSR] & ~(uint32_t)ODSWRDY) | (p->values[CR] & ODSWEN);
        stall(p);
    }
}

/* Stop mode ends over-drive (5.3.5, table 25). */
static void leave_over_drive(Pwr *p)
{
    if (is_f42x(p)) {
        p->values[CR] &= ~(uint32_t)(ODEN | ODSWEN);
        p->values[CSR] &= ~(uint32_t)(ODRDY | ODSWRDY);
        zif_cancel(&p->dev, OVER_DRIVE);
    }
}

/* --- Deep sleep ---------------------------------------------------------------------------------------------------------- */

bool zif__stm32_in_standby(const ZifDevice *dev)
{
    const Pwr *p = peer(dev);
    return p && p->standby;
}

static void leave_standby(Pwr *p)
{
    if (p->standby) {
        p->values[CSR] |= SBF;
        zif_request_reset(&p->dev, ZIF_RESET_PIN);
    }
}

static void pwr_deep_sleep(ZifDevice *dev, bool asleep)
{
    Pwr *p = (Pwr *)dev;
    if (asleep && !zif__stm32_option(dev, p->values[CR] & PDDS ? STM32_NRST_STDBY : STM32_NRST_STOP)) {
        zif__stm32_reset(dev, STM32_LPWRRSTF); /* 5.3.8 */
        return;
    }
    if (asleep) {
        leave_over_drive(p);
    }
    if (asleep && p->values[CR] & PDDS) {
        p->standby = true;
        if (p->values[CSR] & WUF) {
            zif_report(dev, ZIF_REPORT_BUS, CSR,
                       "Standby mode with CSR.WUF set ends at once: clear it with CR.CWUF first");
            leave_standby(p);
        }
    }
    zif__stm32_stop_clocks(dev, asleep);
}

static uint32_t pwr_peek(ZifDevice *dev, unsigned slot)
{
    const Pwr *p = (const Pwr *)dev;
    return slot == CSR ? p->values[CSR] | VOSRDY | (below_threshold(p) ? PVDO : 0) : p->values[slot];
}

static void pwr_write(ZifDevice *dev, unsigned slot, uint32_t old, uint32_t value)
{
    Pwr *p = (Pwr *)dev;
    if (slot == CR) {
        p->values[CSR] &= ~((value & CWUF ? WUF : 0u) | (value & CSBF ? SBF : 0u));
        zif_set(dev, OUT_PVD, 0, below_threshold(p));
        if (is_f42x(p)) {
            write_over_drive(p, old);
        }
        check_scale(p);
        return;
    }
    if (!(p->values[CSR] & BRE)) {
        p->values[CSR] &= ~BRR;
        zif_cancel(dev, BACKUP_REGULATOR);
    } else if (!(p->values[CSR] & BRR) && zif_due(dev, BACKUP_REGULATOR) == ZIF_TIME_NEVER) {
        zif_schedule_in(dev, BACKUP_REGULATOR, 100 * ZIF_US);
    }
    if (p->values[CSR] & ~old & EWUP && zif_input_level(dev, 0, 0)) {
        p->values[CSR] |= WUF; /* the pin is high already (RM0090 5.4.2) */
    }
}

static void pwr_event(ZifDevice *dev, unsigned event)
{
    ((Pwr *)dev)->values[CSR] |= event == OVER_DRIVE ? ODRDY : BRR;
}

static void wkup_pin(ZifDevice *dev, unsigned line, int level)
{
    Pwr *p = (Pwr *)dev;
    if (level && p->values[CSR] & EWUP) {
        p->values[CSR] |= WUF;
        leave_standby(p);
    }
}

static void rtc_event(ZifDevice *dev, unsigned line, int level)
{
    Pwr *p = (Pwr *)dev;
    if (level) {
        p->values[CSR] |= WUF;
        leave_standby(p);
    }
}

static void pwr_clock(ZifDevice *dev, uint64_t hz)
{
    check_scale((Pwr *)dev);
}

static void pwr_reset(ZifDevice *dev, ZifResetKind kind)
{
    Pwr *p = (Pwr *)dev;
    p->values[CSR] &= ~(uint32_t)(EWUP | ODRDY | ODSWRDY);
    p->standby = false;
    p->too_fast = false;
    if (p->values[CSR] & BRE && !(p->values[CSR] & BRR)) {
        zif_schedule_in(dev, BACKUP_REGULATOR, 100 * ZIF_US);
    }
}

#define PWR(id, title, soc, section, table, what)                                                                      \
    const ZifClass zif__##id = {                                                                                       \
        .name = title,                                                                                                 \
        .socs = (const char *const[]){ soc, NULL },                                                                    \
        .compatible = (const char *const[]){ "st,stm32-pwr", NULL },                                                   \
        .reference = "RM0090 rev 19, section " section,                                                                \
        .summary = "back-up protection, voltage scale and its limit, " what                                            \
                   "voltage detector, wake-up pin, Stop and Standby",                                                  \
        .modelled = ZIF_PARTIAL,                                                                                       \
        .size = sizeof(Pwr),                                                                                           \
        .regs = table,                                                                                                 \
        .nregs = NREGS,                                                                                                \
        .values = offsetof(Pwr, values),                                                                               \
        .span = 0x400,                                                                                                 \
        .inputs = (const ZifInput[]){ { .name = "wkup", .set = wkup_pin },                                             \
                                      { .name = "rtc", .count = 3, .set = rtc_event },                                 \
                                      { 0 } },                                                                         \
        .outputs = (const ZifOutput[]){ { .name = "pvd" }, { 0 } },                                                    \
        .events = (const char *const[]){ "backup-regulator", "over-drive", NULL },                                     \
        .event = pwr_event,                                                                                            \
        .reset = pwr_reset,                                                                                            \
        .peek = pwr_peek,                                                                                              \
        .on_write = pwr_write,                                                                                         \
        .clock_changed = pwr_clock,                                                                                    \
        .deep_sleep = pwr_deep_sleep,                                                                                  \
    }

PWR(stm32f4_pwr, "stm32f4-pwr", "st,stm32f4", "5.4", f40x_regs, "");
PWR(stm32f42x_pwr, "stm32f42x-pwr", "st,stm32f429", "5.5", f42x_regs, "over-drive, ");
