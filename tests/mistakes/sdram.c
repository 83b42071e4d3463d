/*
 * Classic mistakes with an STM32F429's SDRAM, over-drive and flash, each beside the same thing done properly; see cases.h. The SDRAM is that
 * of the STM32F429I-DISC1. Reference: RM0090 rev 19, sections 3.7.4, 5.1.4, 37.7.3. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "cases.h"
#include "board.h"

static volatile uint32_t *const sdram = (volatile uint32_t *)(uintptr_t)SDRAM_BASE;

/* The commands of a start, but for the refresh rate. */
static void commands(uint32_t bank, uint32_t mode)
{
    sdram_command(SDRAM_CLOCK_ENABLE | bank);
    wait_us(100);
    sdram_command(SDRAM_PRECHARGE_ALL | bank);
    sdram_command(SDRAM_AUTO_REFRESH | SDRAM_REFRESHES_4 | bank);
    REG32(FMC_SDCMR) = SDRAM_LOAD_MODE | mode | bank;
    while (REG32(FMC_SDSR) & 1 << 5) {
    }
}

/* SDRAM is used before its start-up sequence. */
static void before_start(bool wrong)
{
    sdram_pins();
    sdram_settings();
    if (!wrong) {
        commands(SDRAM_BANK_2, SDRAM_CAS_3);
        sdram_refresh_rate();
    }
    sdram[0] = 1; /*! bus fmc.SDCMR */
}

/* The last step is forgotten: nothing refreshes the SDRAM. */
static void no_refresh(bool wrong)
{
    sdram_pins();
    sdram_settings();
    commands(SDRAM_BANK_2, SDRAM_CAS_3);
    if (!wrong) {
        sdram_refresh_rate();
    }
    sdram[0] = 1; /*! bus fmc.SDRTR */
}

/* The commands go to the bank where nothing is connected. */
static void other_bank(bool wrong)
{
    sdram_pins();
    sdram_settings();
    REG32(FMC_SDCR1) |= 3 << 7;
    commands(wrong ? SDRAM_BANK_1 : SDRAM_BANK_2, SDRAM_CAS_3);
    sdram_refresh_rate();
    sdram[0] = 1; /*! bus fmc.SDCMR */
}

/* The part is told another CAS latency than the controller. */
static void cas_latency(bool wrong)
{
    sdram_pins();
    sdram_settings();
    commands(SDRAM_BANK_2, wrong ? 2 << 13 : SDRAM_CAS_3);
    sdram_refresh_rate();
    sdram[0] = 1; /*! bus fmc.SDCR2 (anywhere) */
}

/* One column too many: addresses 512 bytes apart reach the same cells. */
static void columns(bool wrong)
{
    sdram_start();
    if (wrong) {
        REG32(FMC_SDCR2) |= 1;
    }
    sdram[0] = 1; /*! bus fmc.SDCR2 */
}

/* SDRAM's clock is set for its own bank, where the field means nothing. */
static void sdclk(bool wrong)
{
    sdram_pins();
    sdram_settings();
    if (wrong) {
        REG32(FMC_SDCR1) = 0;
        REG32(FMC_SDCR2) |= 2 << 10;
    }
    REG32(FMC_SDCMR) = SDRAM_CLOCK_ENABLE | SDRAM_BANK_2; /*! bus fmc.SDCR1 */
}

/* 180 MHz without over-drive. */
static void over_drive(bool wrong)
{
    REG32(RCC_CFGR) &= ~3u; /* HSI */
    while (REG32(RCC_CFGR) & 3 << 2) {
    }
    if (wrong) {
        REG32(PWR_CR) &= ~(3u << 16);
    }
    REG32(RCC_CFGR) |= 2; /*! bus pwr.CR */
    while ((REG32(RCC_CFGR) & 3 << 2) != 2 << 2) {
    }
}

/* A program reads constants from a sector that only instructions may be fetched from. */
static void read_protected(bool wrong)
{
    enum { OPTKEYR = 0x40023C08, SR = 0x40023C0C, OPTCR = 0x40023C14, OPTCR1 = 0x40023C18 };
    REG32(OPTKEYR) = 0x08192A3B;
    REG32(OPTKEYR) = 0x4C5D6E7F;
    REG32(OPTCR1) = 1u << 27; /* sector 23 */
    REG32(OPTCR) = 1u << 31 | 0xAAEC;
    REG32(OPTCR) |= 2;
    while (REG32(SR) & 1 << 16) {
    }
    volatile uint32_t *constants = (volatile uint32_t *)(uintptr_t)(wrong ? 0x081E0000 : 0x081C0000);
    (void)*constants; /*! locked flash.SR */
}

const Case cases[] = {
    CASE(before_start), CASE(no_refresh),     CASE(other_bank),
    CASE(cas_latency),  CASE(columns),        CASE(sdclk),
    CASE(over_drive),   CASE(read_protected), { 0 },
};
