/*
 * The clock tree of the STM32F4 as arithmetic on the RCC's registers. Reference: RM0090 rev 19, figure 21 and sections 7.2, 7.3; figure 16 and
 * sections 6.2, 6.3 for the F42x/43x.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "rcc.h"

static bool is_set(const Rcc *r, unsigned slot, unsigned bit)
{
    return zif_bits(r->values[slot], bit, 1);
}

static uint64_t hse_hz(const Rcc *r)
{
    return zif_prop_u32(&r->dev, "zif,hse-hz", 8000000);
}

uint64_t zif__rcc_source(const Rcc *r, unsigned src)
{
    static const uint8_t divide_p[] = { 2, 4, 6, 8 };
    switch (src) {
    case SRC_HSI:
        return is_set(r, CR, 1) ? 16000000 : 0;
    case SRC_HSE:
        return is_set(r, CR, 17) ? hse_hz(r) : 0;
    case SRC_PLL:
        return is_set(r, CR, 25) ? zif__rcc_pll_vco(r) / divide_p[zif_bits(r->values[PLLCFGR], 16, 2)] : 0;
    default:
        return 0;
    }
}

/* What both PLLs' oscillators compare with: the source behind divider M. */
uint64_t zif__rcc_pll_input(const Rcc *r)
{
    uint32_t cfg = r->values[PLLCFGR], m = zif_bits(cfg, 0, 6);
    return m < 2 ? 0 : zif__rcc_source(r, zif_bits(cfg, 22, 1) ? SRC_HSE : SRC_HSI) / m;
}

uint64_t zif__rcc_pll_vco(const Rcc *r)
{
    return zif__rcc_pll_input(r) * zif_bits(r->values[PLLCFGR], 6, 9);
}

uint64_t zif__rcc_plli2s_vco(const Rcc *r)
{
    return zif__rcc_pll_input(r) * zif_bits(r->values[PLLI2SCFGR], 6, 9);
}

uint64_t zif__rcc_pllsai_vco(const Rcc *r)
{
    return zif__rcc_pll_input(r) * zif_bits(r->values[PLLSAICFGR], 6, 9);
}

static uint64_t hse_rtc_hz(const Rcc *r)
{
    unsigned prescaler = zif_bits(r->values[CFGR], 16, 5);
    return prescaler < 2 ? 0 : zif__rcc_source(r, SRC_HSE) / prescaler;
}

static uint64_t rtc_hz(const Rcc *r, uint64_t lsi, uint64_t lse)
{
    if (!is_set(r, BDCR, 15)) {
        return 0;
    }
    switch (zif_bits(r->values[BDCR], 8, 2)) {
    case 1:
        return lse;
    case 2:
        return lsi;
    case 3:
        return hse_rtc_hz(r);
    default:
        return 0;
    }
}

static uint64_t i2s_hz(const Rcc *r)
{
    unsigned divide = zif_bits(r->values[PLLI2SCFGR], 28, 3);
    if (is_set(r, CFGR, 23)) {
        return zif_prop_u32(&r->dev, "zif,i2s-ckin-hz", 0);
    }
    return is_set(r, CR, 27) && divide >= 2 ? zif__rcc_plli2s_vco(r) / divide : 0;
}

/* What a PLL's Q or R output gives; 0: it stands still. */
static uint64_t output_hz(uint64_t vco, bool ready, unsigned divide)
{
    return ready && divide >= 2 ? vco / divide : 0;
}

static uint64_t lcd_hz(const Rcc *r)
{
    unsigned r_divider = zif_bits(r->values[PLLSAICFGR], 28, 3), shift = zif_bits(r->values[DCKCFGR], 16, 2) + 1;
    return output_hz(zif__rcc_pllsai_vco(r), is_set(r, CR, 29), r_divider) >> shift;
}

/* `source`: SAI1ASRC or SAI1BSRC. */
static uint64_t sai_hz(const Rcc *r, unsigned source)
{
    uint32_t dck = r->values[DCKCFGR];
    switch (source) {
    case 0:
        return output_hz(zif__rcc_pllsai_vco(r), is_set(r, CR, 29), zif_bits(r->values[PLLSAICFGR], 24, 4)) /
               (zif_bits(dck, 8, 5) + 1);
    case 1:
        return output_hz(zif__rcc_plli2s_vco(r), is_set(r, CR, 27), zif_bits(r->values[PLLI2SCFGR], 24, 4)) /
               (zif_bits(dck, 0, 5) + 1);
    case 2:
        return zif_prop_u32(&r->dev, "zif,i2s-ckin-hz", 0);
    default:
        return 0;
    }
}

/* Timers run at twice the rate of a bus that is divided; with TIMPRE at HCLK, or at four times that of one divided by 8 or 16. */
static uint64_t timer_hz(const Rcc *r, uint64_t hclk, unsigned ppre)
{
    unsigned shift = ppre & 4 ? (ppre & 3) + 1 : 0, faster = zif__rcc_is_f42x(r) && is_set(r, DCKCFGR, 24) ? 2 : 1;
    return hclk >> (shift > faster ? shift - faster : 0);
}

/* MCO1 (0) and MCO2: one of four clocks, divided by 1 to 5. */
static uint64_t mco_hz(const Rcc *r, unsigned n, const uint64_t rate[NLINES])
{
    uint32_t cfgr = r->values[CFGR];
    unsigned select = zif_bits(cfgr, n ? 30 : 21, 2), divide = zif_bits(cfgr, n ? 27 : 24, 3);
    uint64_t hz = 0;
    switch (select) {
    case 0:
        hz = rate[n ? STM32_SYSCLK : STM32_HSI];
        break;
    case 1:
        hz = n ? output_hz(zif__rcc_plli2s_vco(r), is_set(r, CR, 27), zif_bits(r->values[PLLI2SCFGR], 28, 3))
               : rate[STM32_LSE];
        break;
    case 2:
        hz = rate[STM32_HSE];
        break;
    default:
        hz = zif__rcc_source(r, SRC_PLL);
    }
    return r->stopped && (n || select != 1) ? 0 : hz / (divide & 4 ? (divide & 3) + 2 : 1);
}

void zif__rcc_rates(const Rcc *r, uint64_t rate[NLINES])
{
    static const uint8_t ahb_shift[] = { 1, 2, 3, 4, 6, 7, 8, 9 }; /* HPRE 8 to 15 */
    uint32_t cfgr = r->values[CFGR], hpre = zif_bits(cfgr, 4, 4), ppre1 = zif_bits(cfgr, 10, 3),
             ppre2 = zif_bits(cfgr, 13, 3);
    unsigned q = zif_bits(r->values[PLLCFGR], 24, 4);
    uint64_t hclk, bus[NENRS];

    rate[STM32_SYSCLK] = zif__rcc_source(r, zif_bits(cfgr, 2, 2));
    rate[STM32_HCLK] = hclk = rate[STM32_SYSCLK] >> (hpre & 8 ? ahb_shift[hpre & 7] : 0);
    rate[STM32_PCLK1] = hclk >> (ppre1 & 4 ? (ppre1 & 3) + 1 : 0);
    rate[STM32_PCLK2] = hclk >> (ppre2 & 4 ? (ppre2 & 3) + 1 : 0);
    rate[STM32_TIMCLK1] = timer_hz(r, hclk, ppre1);
    rate[STM32_TIMCLK2] = timer_hz(r, hclk, ppre2);
    rate[STM32_HSI] = zif__rcc_source(r, SRC_HSI);
    rate[STM32_HSE] = zif__rcc_source(r, SRC_HSE);
    rate[STM32_LSI] = is_set(r, CSR, 1) ? 32000 : 0;
    rate[STM32_LSE] = is_set(r, BDCR, 1) ? zif_prop_u32(&r->dev, "zif,lse-hz", 32768) : 0;
    rate[STM32_RTCCLK] = rtc_hz(r, rate[STM32_LSI], rate[STM32_LSE]);
    rate[STM32_PLL48] = is_set(r, CR, 25) && q >= 2 ? zif__rcc_pll_vco(r) / q : 0;
    rate[STM32_I2SCLK] = i2s_hz(r);
    rate[STM32_LCDCLK] = zif__rcc_is_f42x(r) ? lcd_hz(r) : 0;
    rate[STM32_SAI1A] = zif__rcc_is_f42x(r) ? sai_hz(r, zif_bits(r->values[DCKCFGR], 20, 2)) : 0;
    rate[STM32_SAI1B] = zif__rcc_is_f42x(r) ? sai_hz(r, zif_bits(r->values[DCKCFGR], 22, 2)) : 0;
    rate[STM32_HSE_RTC] = hse_rtc_hz(r);
    rate[STM32_MCO1] = mco_hz(r, 0, rate);
    rate[STM32_MCO2] = mco_hz(r, 1, rate);

    if (r->stopped) { /* SYSCLK and HCLK keep the rate they will have: virtual time is counted in it */
        rate[STM32_PCLK1] = rate[STM32_PCLK2] = rate[STM32_TIMCLK1] = rate[STM32_TIMCLK2] = 0;
        rate[STM32_HSI] = rate[STM32_HSE] = rate[STM32_PLL48] = rate[STM32_I2SCLK] = rate[STM32_HSE_RTC] = 0;
        rate[STM32_LCDCLK] = rate[STM32_SAI1A] = rate[STM32_SAI1B] = 0;
    }
    bus[0] = bus[AHB2ENR - AHB1ENR] = bus[AHB3ENR - AHB1ENR] = hclk;
    bus[APB1ENR - AHB1ENR] = rate[STM32_PCLK1];
    bus[APB2ENR - AHB1ENR] = rate[STM32_PCLK2];
    for (unsigned n = 0; n < NENRS; n++) {
        for (unsigned bit = 0; bit < 32; bit++) {
            uint64_t hz = bus[n];
            if (n == APB1ENR - AHB1ENR && bit <= 8) { /* TIM2 to TIM7, TIM12 to TIM14 */
                hz = rate[STM32_TIMCLK1];
            } else if (n == APB2ENR - AHB1ENR && (bit <= 1 || (bit >= 16 && bit <= 18))) { /* TIM1, 8, 9, 10, 11 */
                hz = rate[STM32_TIMCLK2];
            }
            rate[LINE_GATES + n * 32 + bit] = is_set(r, AHB1ENR + n, bit) && !r->stopped ? hz : 0;
        }
    }
}
