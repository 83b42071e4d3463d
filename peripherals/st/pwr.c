/*
 * STM32F405/F407 PWR: back-up domain protection, voltage scaling, voltage detector, wake-up.
 *
 * Reference: RM0090 rev 19, chapter 5 (5.4: registers of the F405/407); DS8626 rev 9, table 14 (HCLK by voltage scale), table 19 (PVD).
 * Models: DBP, VOS and the HCLK it allows, the voltage detector on a constant supply, WKUP pin and flags, back-up regulator; Stop (all
 * clocks but LSI and LSE stand still, HSI afterwards; left by an interrupt or, after WFE, an EXTI event) and Standby (left by WKUP, RTC or a
 * reset, as a reset), or the reset that the options nRST_STOP and nRST_STDBY put in their place.
 * Departs: VOSRDY is always 1. Voltages have no ramps. Waking takes no time. RAM keeps its contents in Standby.
 * Missing: power saved by LPDS and FPDS.
 *
 * Node: clocks: the APB1 gate, HCLK; zif,vdd-microvolts (3300000); st,rcc; st,flash. Inputs: wkup: the WKUP pin; rtc: an alarm, time stamp or wake-up
 * of the RTC. Output pvd: to EXTI line 16.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "st.h"

enum { CR, CSR, NREGS };

static const ZifRegister regs[NREGS] = {
    [CR] = { .name = "CR",
             .offset = 0x0,
             .reset = 0x4000,
             .fields = ZIF_FIELDS({ "LPDS", 0, 1, ZIF_RW }, { "PDDS", 1, 1, ZIF_RW }, { "CWUF", 2, 1, ZIF_WO },
                                  { "CSBF", 3, 1, ZIF_WO }, { "PVDE", 4, 1, ZIF_RW }, { "PLS", 5, 3, ZIF_RW },
                                  { "DBP", 8, 1, ZIF_RW }, { "FPDS", 9, 1, ZIF_RW }, { "VOS", 14, 1, ZIF_RW }) },
    [CSR] = { .name = "CSR",
              .offset = 0x4,
              .flags = ZIF_REG_KEEP_RESET | ZIF_REG_LIVE_RESET,
              .fields = ZIF_FIELDS({ "WUF", 0, 1, ZIF_RO }, { "SBF", 1, 1, ZIF_RO }, { "PVDO", 2, 1, ZIF_RO },
                                   { "BRR", 3, 1, ZIF_RO }, { "EWUP", 8, 1, ZIF_RW }, { "BRE", 9, 1, ZIF_RW },
                                   { "VOSRDY", 14, 1, ZIF_RO }) },
};

enum { PDDS = 1 << 1, CWUF = 1 << 2, CSBF = 1 << 3, PVDE = 1 << 4, DBP = 1 << 8, VOS = 1 << 14 };
enum { WUF = 1, SBF = 2, PVDO = 4, BRR = 8, EWUP = 1 << 8, BRE = 1 << 9, VOSRDY = 1 << 14 };
enum { BACKUP_REGULATOR };
enum { OUT_PVD };

typedef struct {
    ZifDevice dev;
    uint32_t values[NREGS];
    uint8_t too_fast; /* for the present voltage scale: said once */
    uint8_t standby;
} Pwr;

bool zif__stm32_backup_writable(const ZifDevice *dev)
{
    const Pwr *p = (const Pwr *)zif_prop_peer(dev, "st,pwr", "stm32f4-pwr");
    return !p || p->values[CR] & DBP;
}

static bool below_threshold(const Pwr *p)
{
    static const uint32_t microvolts[] = { 2000000, 2100000, 2300000, 2500000, 2600000, 2700000, 2800000, 2900000 };
    return p->values[CR] & PVDE &&
           zif_prop_u32(&p->dev, "zif,vdd-microvolts", 3300000) < microvolts[zif_bits(p->values[CR], 5, 3)];
}

static void check_scale(Pwr *p)
{
    uint64_t hclk = zif_clock_hz_of(&p->dev, 1);
    bool too_fast = !(p->values[CR] & VOS) && hclk > 144000000;
    if (too_fast && !p->too_fast) {
        zif_report(&p->dev, ZIF_REPORT_BUS, CR, "CR.VOS is 0 (scale 2), which allows HCLK up to 144 MHz; it is %llu Hz",
                   (unsigned long long)hclk);
    }
    p->too_fast = too_fast;
}

/* --- Deep sleep ---------------------------------------------------------------------------------------------------------- */

bool zif__stm32_in_standby(const ZifDevice *dev)
{
    const Pwr *p = (const Pwr *)zif_prop_peer(dev, "st,pwr", "stm32f4-pwr");
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
    ((Pwr *)dev)->values[CSR] |= BRR;
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
    p->values[CSR] &= ~EWUP;
    p->standby = false;
    p->too_fast = false;
    if (p->values[CSR] & BRE && !(p->values[CSR] & BRR)) {
        zif_schedule_in(dev, BACKUP_REGULATOR, 100 * ZIF_US);
    }
}

const ZifClass zif__stm32f4_pwr = {
    .name = "stm32f4-pwr",
    .socs = (const char *const[]){ "st,stm32f4", NULL },
    .compatible = (const char *const[]){ "st,stm32-pwr", NULL },
    .reference = "RM0090 rev 19, chapter 5",
    .summary = "back-up protection, voltage scale and its limit, voltage detector, wake-up pin, Stop and Standby",
    .modelled = ZIF_PARTIAL,
    .size = sizeof(Pwr),
    .regs = regs,
    .nregs = NREGS,
    .values = offsetof(Pwr, values),
    .span = 0x400,
    .inputs = (const ZifInput[]){ { .name = "wkup", .set = wkup_pin },
                                  { .name = "rtc", .count = 3, .set = rtc_event },
                                  { 0 } },
    .outputs = (const ZifOutput[]){ { .name = "pvd" }, { 0 } },
    .events = (const char *const[]){ "backup-regulator", NULL },
    .event = pwr_event,
    .reset = pwr_reset,
    .peek = pwr_peek,
    .on_write = pwr_write,
    .clock_changed = pwr_clock,
    .deep_sleep = pwr_deep_sleep,
};
