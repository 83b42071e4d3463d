/* STM32F4 RCC. SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <zif/testbench.h>
#include "st.h"

enum { CR = 0x00, PLLCFGR = 0x04, CFGR = 0x08, CIR = 0x0C, APB2RSTR = 0x24, AHB1ENR = 0x30, APB1ENR = 0x40 };
enum { APB2ENR = 0x44, BDCR = 0x70, CSR = 0x74, PLLI2SCFGR = 0x84 };
enum { HSEON = 1 << 16, HSERDY = 1 << 17, CSSON = 1 << 19, PLLON = 1 << 24, PLLRDY = 1 << 25 };
/* 8 MHz / 8 * 336 / 2 = 168 MHz, / 7 = 48 MHz. */
#define PLL_168MHZ (8u | 336u << 6 | 0u << 16 | 1u << 22 | 7u << 24 | 1u << 29)
enum { SW_HSI = 0, SW_HSE = 1, SW_PLL = 2, PPRE1_4 = 5 << 10, PPRE2_2 = 4 << 13 };

typedef struct {
    ZifBench *bench;
    ZifDevice *pwr, *rcc;
} Rig;

static Rig rig(void)
{
    Rig r = { .bench = zif_bench_new() };
    r.pwr = zif_bench_add(r.bench, "stm32f4-pwr", NULL);
    r.rcc = zif_bench_add(r.bench, "stm32f4-rcc",
                          (ZifBenchProp[]){ { "st,pwr", 1, { zif_bench_phandle(r.pwr) }, NULL }, { 0 } });
    return r;
}

/* A listener on one clock: a class of one register behind a gate or an ungated clock. */
typedef struct {
    ZifDevice dev;
    uint32_t values[1];
} Block;

static const ZifRegister block_regs[] = { { .name = "DATA", .reset = 5 } };
static const ZifClass block_class = {
    .name = "block",
    .size = sizeof(Block),
    .regs = block_regs,
    .nregs = 1,
    .values = offsetof(Block, values),
};

static ZifDevice *block_on(Rig *r, uint32_t enr, uint32_t bit)
{
    return zif_bench_add_class(
        r->bench, &block_class,
        (ZifBenchProp[]){ { "clocks", 3, { zif_bench_phandle(r->rcc), enr, bit }, NULL }, { 0 } });
}

static void go(Rig *r)
{
    zif_bench_write(r->rcc, CR, zif_bench_peek(r->rcc, CR) | HSEON);
    zif_bench_run(r->bench, 3 * ZIF_MS);
    zif_bench_write(r->rcc, PLLCFGR, PLL_168MHZ);
    zif_bench_write(r->rcc, CR, zif_bench_peek(r->rcc, CR) | PLLON);
    zif_bench_run(r->bench, ZIF_MS);
    zif_bench_write(r->rcc, CFGR, SW_PLL | PPRE1_4 | PPRE2_2);
}

static void hsi_clocks_the_core_out_of_reset(void **state)
{
    Rig r = rig();
    ZifDevice *core = block_on(&r, 0, STM32_HCLK);
    assert_int_equal(zif_clock_hz(core), 16000000);
    assert_int_equal(zif_bench_read(r.rcc, CR) & 0xFFFF00FF, 0x83);
    zif_bench_free(r.bench);
}

static void the_crystal_takes_two_milliseconds_to_be_ready(void **state)
{
    Rig r = rig();
    zif_bench_write(r.rcc, CR, 0x83 | HSEON);
    zif_bench_run(r.bench, 2 * ZIF_MS - 1);
    assert_int_equal(zif_bench_read(r.rcc, CR) & HSERDY, 0);
    zif_bench_run(r.bench, 1);
    assert_int_equal(zif_bench_read(r.rcc, CR) & HSERDY, HSERDY);
    zif_bench_free(r.bench);
}

static void a_board_without_a_crystal_never_sets_hserdy(void **state)
{
    ZifBench *b = zif_bench_new();
    ZifDevice *rcc = zif_bench_add(b, "stm32f4-rcc", (ZifBenchProp[]){ { "zif,hse-hz", 1, { 0 }, NULL }, { 0 } });
    zif_bench_write(rcc, CR, 0x83 | HSEON);
    zif_bench_run(b, ZIF_SEC);
    assert_int_equal(zif_bench_read(rcc, CR) & HSERDY, 0);
    zif_bench_free(b);
}

static void the_usual_start_runs_every_bus_at_its_limit(void **state)
{
    Rig r = rig();
    ZifDevice *hclk = block_on(&r, 0, STM32_HCLK), *pclk1 = block_on(&r, 0, STM32_PCLK1);
    ZifDevice *pclk2 = block_on(&r, 0, STM32_PCLK2), *usb = block_on(&r, 0, STM32_PLL48);
    go(&r);
    assert_int_equal(zif_bench_read(r.rcc, CFGR) & 0xC, SW_PLL << 2);
    assert_int_equal(zif_clock_hz(hclk), 168000000);
    assert_int_equal(zif_clock_hz(pclk1), 42000000);
    assert_int_equal(zif_clock_hz(pclk2), 84000000);
    assert_int_equal(zif_clock_hz(usb), 48000000);
    assert_int_equal(zif_bench_nreports(r.bench), 0);
    zif_bench_free(r.bench);
}

static void timers_run_at_twice_a_divided_bus(void **state)
{
    Rig r = rig();
    ZifDevice *tim2 = block_on(&r, 0x40, 1), *tim1 = block_on(&r, 0x44, 1), *usart1 = block_on(&r, 0x44, 0x10);
    zif_bench_write(r.rcc, APB1ENR, 1);
    zif_bench_write(r.rcc, APB2ENR, 0x11);
    assert_int_equal(zif_clock_hz(tim2), 16000000);
    go(&r);
    assert_int_equal(zif_clock_hz(tim2), 84000000);
    assert_int_equal(zif_clock_hz(tim1), 168000000);
    assert_int_equal(zif_clock_hz(usart1), 84000000);
    zif_bench_free(r.bench);
}

static void a_switch_to_a_clock_that_is_not_ready_waits_for_it(void **state)
{
    Rig r = rig();
    ZifDevice *core = block_on(&r, 0, STM32_HCLK);
    zif_bench_write(r.rcc, CR, 0x83 | HSEON);
    zif_bench_write(r.rcc, CFGR, SW_HSE);
    assert_int_equal(zif_bench_read(r.rcc, CFGR), SW_HSE);
    assert_int_equal(zif_clock_hz(core), 16000000);
    zif_bench_run(r.bench, 2 * ZIF_MS);
    assert_int_equal(zif_bench_read(r.rcc, CFGR), SW_HSE | SW_HSE << 2);
    assert_int_equal(zif_clock_hz(core), 8000000);
    zif_bench_free(r.bench);
}

static void the_clock_in_use_cannot_be_turned_off(void **state)
{
    Rig r = rig();
    zif_bench_write(r.rcc, CR, 0x82);
    assert_int_equal(zif_bench_read(r.rcc, CR) & 1, 1);
    assert_int_equal(zif_bench_reported(r.bench, ZIF_REPORT_LOCKED, "CR"), 1);
    go(&r);
    zif_bench_write(r.rcc, CR, zif_bench_peek(r.rcc, CR) & ~(uint32_t)(PLLON | HSEON));
    assert_int_equal(zif_bench_read(r.rcc, CR) & (PLLON | HSEON), PLLON | HSEON);
    assert_int_equal(zif_bench_reported(r.bench, ZIF_REPORT_LOCKED, "CR"), 3);
    zif_bench_free(r.bench);
}

static void the_pll_cannot_be_changed_while_it_runs(void **state)
{
    Rig r = rig();
    go(&r);
    zif_bench_write(r.rcc, PLLCFGR, PLL_168MHZ + (1 << 6));
    assert_int_equal(zif_bench_read(r.rcc, PLLCFGR), PLL_168MHZ);
    assert_int_equal(zif_bench_reported(r.bench, ZIF_REPORT_LOCKED, "PLLCFGR"), 1);
    zif_bench_free(r.bench);
}

static void limits_of_the_pll_and_the_buses_are_told(void **state)
{
    Rig r = rig();
    zif_bench_write(r.rcc, PLLCFGR, 4 | 100 << 6 | 4 << 24 | 1 << 29); /* 16 MHz / 4 = 4 MHz; 400 MHz / 2 */
    zif_bench_write(r.rcc, CR, 0x83 | PLLON);
    assert_int_equal(zif_bench_reported(r.bench, ZIF_REPORT_BUS, "PLLCFGR"), 1);
    assert_non_null(strstr(zif_bench_report_text(r.bench, 0), "4000000 Hz (PLLM = 4)"));
    zif_bench_run(r.bench, ZIF_MS);
    zif_bench_write(r.rcc, CFGR, SW_PLL);
    assert_int_equal(zif_bench_reported(r.bench, ZIF_REPORT_BUS, "CFGR"), 3); /* HCLK, PCLK1, PCLK2 */
    zif_bench_free(r.bench);
}

static void a_pll_with_impossible_factors_never_locks(void **state)
{
    Rig r = rig();
    zif_bench_write(r.rcc, PLLCFGR, 0x20000000);
    zif_bench_write(r.rcc, CR, 0x83 | PLLON);
    zif_bench_run(r.bench, 10 * ZIF_MS);
    assert_int_equal(zif_bench_read(r.rcc, CR) & PLLRDY, 0);
    assert_int_equal(zif_bench_reported(r.bench, ZIF_REPORT_BUS, "PLLCFGR"), 1);
    zif_bench_free(r.bench);
}

static void a_gate_lets_a_block_hear_after_two_cycles_or_a_read_back(void **state)
{
    Rig r = rig();
    ZifDevice *usart1 = block_on(&r, 0x44, 0x10);
    assert_int_equal(zif_bench_read(usart1, 0), 0);
    assert_non_null(strstr(zif_bench_report_text(r.bench, 0), ".APB2ENR.USART1EN is 0"));
    zif_bench_write(r.rcc, APB2ENR, 0x10);
    assert_int_equal(zif_bench_read(usart1, 0), 0);
    assert_int_equal(zif_bench_reported(r.bench, ZIF_REPORT_CLOCK_TOO_SOON, "DATA"), 1);
    zif_bench_read(r.rcc, APB2ENR);
    assert_int_equal(zif_bench_read(usart1, 0), 5);
    zif_bench_free(r.bench);
}

static void a_reset_bit_puts_a_block_back_and_holds_it(void **state)
{
    Rig r = rig();
    ZifDevice *usart1 = zif_bench_add_class(
        r.bench, &block_class,
        (ZifBenchProp[]){ { "resets", 2, { zif_bench_phandle(r.rcc), APB2RSTR * 8 + 4 }, NULL }, { 0 } });
    zif_bench_write(usart1, 0, 9);
    zif_bench_write(r.rcc, APB2RSTR, 0x10);
    assert_int_equal(zif_bench_read(usart1, 0), 0);
    assert_non_null(strstr(zif_bench_report_text(r.bench, 0), ".APB2RSTR.USART1RST"));
    zif_bench_write(r.rcc, APB2RSTR, 0);
    assert_int_equal(zif_bench_read(usart1, 0), 5);
    zif_bench_free(r.bench);
}

static void the_backup_domain_is_locked_until_dbp(void **state)
{
    Rig r = rig();
    zif_bench_write(r.rcc, BDCR, 1);
    assert_int_equal(zif_bench_read(r.rcc, BDCR), 0);
    assert_int_equal(zif_bench_reported(r.bench, ZIF_REPORT_LOCKED, "BDCR"), 1);
    zif_bench_write(r.pwr, 0, 0x4100);
    zif_bench_write(r.rcc, BDCR, 1);
    assert_int_equal(zif_bench_read(r.rcc, BDCR), 1);
    zif_bench_run(r.bench, 2 * ZIF_SEC);
    assert_int_equal(zif_bench_read(r.rcc, BDCR), 3);
    zif_bench_free(r.bench);
}

static void the_rtc_clock_is_chosen_once_until_the_domain_is_reset(void **state)
{
    Rig r = rig();
    ZifDevice *rtc = block_on(&r, 0, STM32_RTCCLK);
    zif_bench_write(r.pwr, 0, 0x4100);
    zif_bench_write(r.rcc, CSR, 1);
    zif_bench_run(r.bench, ZIF_MS);
    zif_bench_write(r.rcc, BDCR, 0x8200);
    assert_int_equal(zif_clock_hz(rtc), 32000);
    zif_bench_write(r.rcc, BDCR, 0x8100);
    assert_int_equal(zif_bench_read(r.rcc, BDCR), 0x8200);
    assert_int_equal(zif_bench_reported(r.bench, ZIF_REPORT_LOCKED, "BDCR"), 1);
    zif_bench_write(r.rcc, BDCR, 1 << 16);
    zif_bench_write(r.rcc, BDCR, 0);
    zif_bench_write(r.rcc, BDCR, 0x8100);
    assert_int_equal(zif_bench_read(r.rcc, BDCR), 0x8100);
    zif_bench_free(r.bench);
}

static void a_system_reset_keeps_the_backup_domain_and_says_why(void **state)
{
    Rig r = rig();
    assert_int_equal(zif_bench_read(r.rcc, CSR), 0x0E000000);
    zif_bench_write(r.pwr, 0, 0x4100);
    zif_bench_write(r.rcc, BDCR, 0x8201);
    zif_bench_write(r.rcc, CSR, 1 << 24);
    assert_int_equal(zif_bench_read(r.rcc, CSR), 0);
    go(&r);
    zif_bench_reset(r.bench, ZIF_RESET_SYSTEM);
    assert_int_equal(zif_bench_read(r.rcc, CSR), 0x14000000); /* software, pin */
    assert_int_equal(zif_bench_read(r.rcc, BDCR) & 0x8301, 0x8201);
    assert_int_equal(zif_bench_read(r.rcc, CFGR), 0);
    zif_bench_reset(r.bench, ZIF_RESET_POWER_ON);
    assert_int_equal(zif_bench_read(r.rcc, BDCR), 0);
    zif_bench_free(r.bench);
}

static void ready_interrupts_come_and_are_cleared_by_their_bit(void **state)
{
    Rig r = rig();
    zif_bench_write(r.rcc, CIR, 1 << 11); /* HSERDYIE */
    zif_bench_write(r.rcc, CR, 0x83 | HSEON);
    zif_bench_run(r.bench, 2 * ZIF_MS);
    assert_int_equal(zif_bench_level(r.rcc, "irq", 0), 1);
    assert_int_equal(zif_bench_read(r.rcc, CIR), 1 << 11 | 1 << 3);
    zif_bench_write(r.rcc, CIR, 1 << 11 | 1 << 19);
    assert_int_equal(zif_bench_level(r.rcc, "irq", 0), 0);
    zif_bench_free(r.bench);
}

static void clock_security_goes_to_hsi_and_calls_the_nmi(void **state)
{
    Rig r = rig();
    ZifDevice *core = block_on(&r, 0, STM32_HCLK);
    go(&r);
    zif_bench_write(r.rcc, CR, zif_bench_peek(r.rcc, CR) | CSSON);
    zif_bench_drive(r.rcc, "hse-stop", 0, 1);
    assert_int_equal(zif_bench_level(r.rcc, "irq-nmi", 0), 1);
    assert_int_equal(zif_bench_rises(r.rcc, "css", 0), 1);
    assert_int_equal(zif_clock_hz(core), 16000000);
    assert_int_equal(zif_bench_read(r.rcc, CR) & (HSEON | PLLON), 0);
    zif_bench_write(r.rcc, CIR, 1 << 23);
    assert_int_equal(zif_bench_level(r.rcc, "irq-nmi", 0), 0);
    zif_bench_free(r.bench);
}

static void the_i2s_pll_has_its_own_factors(void **state)
{
    Rig r = rig();
    ZifDevice *i2s = block_on(&r, 0, STM32_I2SCLK);
    zif_bench_write(r.rcc, PLLCFGR, 16 | 336 << 6 | 7 << 24 | 1 << 29);
    zif_bench_write(r.rcc, PLLI2SCFGR, 192 << 6 | 2 << 28);
    zif_bench_write(r.rcc, CR, 0x83 | 1 << 26);
    zif_bench_run(r.bench, ZIF_MS);
    assert_int_equal(zif_clock_hz(i2s), 96000000);
    zif_bench_free(r.bench);
}

/* --- F42x and F43x --- */

enum { PLLSAICFGR = 0x88, DCKCFGR = 0x8C, PLLSAION = 1 << 28, PLLSAIRDY = 1 << 29, TIMPRE = 1 << 24 };

static Rig rig_f42x(void)
{
    Rig r = { .bench = zif_bench_new() };
    r.rcc = zif_bench_add(r.bench, "stm32f42x-rcc", NULL);
    return r;
}

static void pllsai_gives_the_pixel_clock(void **state)
{
    Rig r = rig_f42x();
    ZifDevice *ltdc = block_on(&r, 0, STM32_LCDCLK);
    zif_bench_write(r.rcc, PLLCFGR, 16 | 360 << 6 | 7 << 24);
    zif_bench_write(r.rcc, PLLSAICFGR, 192 << 6 | 7 << 24 | 4 << 28);
    zif_bench_write(r.rcc, DCKCFGR, 2 << 16); /* / 8 */
    zif_bench_write(r.rcc, CIR, 1 << 14);
    zif_bench_write(r.rcc, CR, 0x83 | PLLSAION);
    assert_int_equal(zif_clock_hz(ltdc), 0);
    zif_bench_run(r.bench, 100 * ZIF_US);
    assert_int_equal(zif_bench_read(r.rcc, CR) & PLLSAIRDY, PLLSAIRDY);
    assert_int_equal(zif_clock_hz(ltdc), 6000000);
    assert_int_equal(zif_bench_level(r.rcc, "irq", 0), 1);
    zif_bench_write(r.rcc, CIR, 1 << 14 | 1 << 22);
    assert_int_equal(zif_bench_level(r.rcc, "irq", 0), 0);
    assert_int_equal(zif_bench_nreports(r.bench), 0);
    zif_bench_free(r.bench);
}

static void pllsai_and_its_dividers_are_set_while_it_is_off(void **state)
{
    Rig r = rig_f42x();
    zif_bench_write(r.rcc, CR, 0x83 | PLLSAION);
    zif_bench_write(r.rcc, PLLSAICFGR, 192 << 6 | 7 << 24 | 4 << 28);
    assert_int_equal(zif_bench_read(r.rcc, PLLSAICFGR), 0x24003000);
    assert_int_equal(zif_bench_reported(r.bench, ZIF_REPORT_LOCKED, "PLLSAICFGR"), 1);
    zif_bench_write(r.rcc, DCKCFGR, 1 << 16);
    assert_int_equal(zif_bench_reported(r.bench, ZIF_REPORT_BUSY, "DCKCFGR"), 1);
    zif_bench_free(r.bench);
}

static void timpre_lets_timers_run_at_hclk(void **state)
{
    static const struct {
        uint32_t ppre1, plain, fast;
    } rates[] = { { 0, 16000000, 16000000 },
                  { 4 << 10, 16000000, 16000000 },
                  { 5 << 10, 8000000, 16000000 },
                  { 6 << 10, 4000000, 8000000 },
                  { 7 << 10, 2000000, 4000000 } };
    Rig r = rig_f42x();
    ZifDevice *timers = block_on(&r, 0, STM32_TIMCLK1);
    for (unsigned i = 0; i < sizeof rates / sizeof *rates; i++) {
        zif_bench_write(r.rcc, CFGR, rates[i].ppre1);
        zif_bench_write(r.rcc, DCKCFGR, 0);
        assert_int_equal(zif_clock_hz(timers), rates[i].plain);
        zif_bench_write(r.rcc, DCKCFGR, TIMPRE);
        assert_int_equal(zif_clock_hz(timers), rates[i].fast);
    }
    zif_bench_free(r.bench);
}

static void sai_clocks_come_from_either_pll_or_a_pin(void **state)
{
    Rig r = { .bench = zif_bench_new() };
    r.rcc = zif_bench_add(r.bench, "stm32f42x-rcc",
                          (ZifBenchProp[]){ { "zif,i2s-ckin-hz", 1, { 12288000 }, NULL }, { 0 } });
    ZifDevice *a = block_on(&r, 0, STM32_SAI1A), *b = block_on(&r, 0, STM32_SAI1B);
    zif_bench_write(r.rcc, PLLCFGR, 16 | 360 << 6 | 7 << 24);
    zif_bench_write(r.rcc, PLLSAICFGR, 192 << 6 | 4 << 24 | 4 << 28);
    zif_bench_write(r.rcc, PLLI2SCFGR, 240 << 6 | 5 << 24 | 4 << 28);
    zif_bench_write(r.rcc, DCKCFGR, 3 | 1 << 8 | 1 << 22); /* A: PLLSAI / 4 / 2, B: PLLI2S / 5 / 4 */
    zif_bench_write(r.rcc, CR, 0x83 | PLLSAION | 1 << 26);
    zif_bench_run(r.bench, ZIF_MS);
    assert_int_equal(zif_clock_hz(a), 24000000);
    assert_int_equal(zif_clock_hz(b), 12000000);
    zif_bench_write(r.rcc, DCKCFGR, 3 | 1 << 8 | 2 << 20);
    assert_int_equal(zif_clock_hz(a), 12288000);
    zif_bench_free(r.bench);
}

static void the_f42x_does_180_megahertz(void **state)
{
    Rig r = rig_f42x();
    ZifDevice *hclk = block_on(&r, 0, STM32_HCLK);
    zif_bench_write(r.rcc, PLLCFGR, 8 | 180 << 6 | 8 << 24);
    zif_bench_write(r.rcc, CR, 0x83 | PLLON);
    zif_bench_run(r.bench, ZIF_MS);
    zif_bench_write(r.rcc, CFGR, SW_PLL | PPRE1_4 | PPRE2_2);
    assert_int_equal(zif_clock_hz(hclk), 180000000);
    assert_int_equal(zif_bench_nreports(r.bench), 0);
    zif_bench_free(r.bench);
}

static void a_clock_output_carries_the_clock_that_cfgr_selects(void **state)
{
    ZifBench *b = zif_bench_new();
    ZifDevice *rcc = zif_bench_add(b, "stm32f4-rcc", NULL);
    uint32_t p = zif_bench_phandle(rcc);
    ZifDevice *led =
        zif_bench_add(b, "stm32f4-wwdg", (ZifBenchProp[]){ { "clocks", 3, { p, 0, STM32_MCO2 }, NULL }, { 0 } });
    assert_int_equal(zif_clock_hz(led), 16000000); /* SYSCLK out of reset */
    zif_bench_write(rcc, 0x08, 7u << 27);
    assert_int_equal(zif_clock_hz(led), 3200000);
    zif_bench_write(rcc, 0x08, 1u << 31); /* HSE, which is off */
    assert_int_equal(zif_clock_hz(led), 0);
    zif_bench_write(rcc, 0x00, 0x10083);
    zif_bench_run(b, 3 * ZIF_MS);
    assert_int_equal(zif_clock_hz(led), 8000000);
    zif_bench_free(b);
}

static void the_slow_crystal_is_seen_on_its_output(void **state)
{
    ZifBench *b = zif_bench_new();
    ZifDevice *rcc = zif_bench_add(b, "stm32f4-rcc", NULL);
    zif_bench_write(rcc, 0x08, 1u << 21 | 4u << 24); /* LSE / 2 */
    zif_bench_write(rcc, 0x70, 1);
    zif_bench_run(b, ZIF_SEC);
    assert_int_equal(zif_bench_rises(rcc, "mco1", 0), 0); /* it takes two seconds to start */
    zif_bench_run(b, 2 * ZIF_SEC);
    unsigned before = zif_bench_rises(rcc, "mco1", 0);
    zif_bench_run(b, 10 * ZIF_SEC);
    assert_in_range(zif_bench_rises(rcc, "mco1", 0) - before, 163840 - 1, 163840 + 1);
    assert_int_equal(zif_bench_nreports(b), 0);
    zif_bench_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_clock_output_carries_the_clock_that_cfgr_selects),
        cmocka_unit_test(the_slow_crystal_is_seen_on_its_output),
        cmocka_unit_test(hsi_clocks_the_core_out_of_reset),
        cmocka_unit_test(the_crystal_takes_two_milliseconds_to_be_ready),
        cmocka_unit_test(a_board_without_a_crystal_never_sets_hserdy),
        cmocka_unit_test(the_usual_start_runs_every_bus_at_its_limit),
        cmocka_unit_test(timers_run_at_twice_a_divided_bus),
        cmocka_unit_test(a_switch_to_a_clock_that_is_not_ready_waits_for_it),
        cmocka_unit_test(the_clock_in_use_cannot_be_turned_off),
        cmocka_unit_test(the_pll_cannot_be_changed_while_it_runs),
        cmocka_unit_test(limits_of_the_pll_and_the_buses_are_told),
        cmocka_unit_test(a_pll_with_impossible_factors_never_locks),
        cmocka_unit_test(a_gate_lets_a_block_hear_after_two_cycles_or_a_read_back),
        cmocka_unit_test(a_reset_bit_puts_a_block_back_and_holds_it),
        cmocka_unit_test(the_backup_domain_is_locked_until_dbp),
        cmocka_unit_test(the_rtc_clock_is_chosen_once_until_the_domain_is_reset),
        cmocka_unit_test(a_system_reset_keeps_the_backup_domain_and_says_why),
        cmocka_unit_test(ready_interrupts_come_and_are_cleared_by_their_bit),
        cmocka_unit_test(clock_security_goes_to_hsi_and_calls_the_nmi),
        cmocka_unit_test(the_i2s_pll_has_its_own_factors),
        cmocka_unit_test(pllsai_gives_the_pixel_clock),
        cmocka_unit_test(pllsai_and_its_dividers_are_set_while_it_is_off),
        cmocka_unit_test(timpre_lets_timers_run_at_hclk),
        cmocka_unit_test(sai_clocks_come_from_either_pll_or_a_pin),
        cmocka_unit_test(the_f42x_does_180_megahertz),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
