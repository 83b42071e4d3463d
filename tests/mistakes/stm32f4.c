/*
 * Classic mistakes with an STM32F407, each beside the same thing done properly: see cases.h.
 *
 * Reference: RM0090 rev 19. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "cases.h"

#define REG16(address) (*(volatile uint16_t *)(uintptr_t)(address))
#define REG8(address)  (*(volatile uint8_t *)(uintptr_t)(address))

enum {
    RCC = 0x40023800,
    RCC_CR = RCC,
    RCC_PLLCFGR = RCC + 0x04,
    RCC_CFGR = RCC + 0x08,
    RCC_AHB1RSTR = RCC + 0x10,
    RCC_APB1RSTR = RCC + 0x20,
    RCC_AHB1ENR = RCC + 0x30,
    RCC_AHB2ENR = RCC + 0x34,
    RCC_APB1ENR = RCC + 0x40,
    RCC_APB2ENR = RCC + 0x44,
    RCC_BDCR = RCC + 0x70,
    RCC_CSR = RCC + 0x74,
    PWR_CR = 0x40007000,
    FLASH_ACR = 0x40023C00,
    FLASH_KEYR = 0x40023C04,
    FLASH_OPTKEYR = 0x40023C08,
    FLASH_SR = 0x40023C0C,
    FLASH_CR = 0x40023C10,
    FLASH_OPTCR = 0x40023C14,
    GPIOA = 0x40020000,
    GPIOB = 0x40020400,
    GPIOC = 0x40020800,
    GPIOD = 0x40020C00,
    MODER = 0,
    AFRL = 0x20,
    AFRH = 0x24,
    LCKR = 0x1C,
    USART1 = 0x40011000,
    USART2 = 0x40004400,
    USART3 = 0x40004800,
    SR = 0,
    DR = 4,
    BRR = 8,
    CR1 = 0xC,
    CR2 = 0x10,
    CR3 = 0x14,
    SPI1 = 0x40013000,
    SPI_CR1 = 0,
    SPI_CR2 = 4,
    SPI_SR = 8,
    SPI_DR = 0xC,
    I2C1 = 0x40005400,
    I2C_CR1 = 0,
    I2C_CR2 = 4,
    I2C_DR = 0x10,
    I2C_CCR = 0x1C,
    I2C_TRISE = 0x20,
    TIM1 = 0x40010000,
    TIM3 = 0x40000400,
    TIM_CR1 = 0,
    TIM_DIER = 0xC,
    TIM_SR = 0x10,
    TIM_EGR = 0x14,
    TIM_CCER = 0x20,
    TIM_PSC = 0x28,
    TIM_ARR = 0x2C,
    TIM_BDTR = 0x44,
    TIM_DCR = 0x48,
    TIM_DMAR = 0x4C,
    TIM_SMCR = 8,
    DMA2 = 0x40026400,
    S0CR = 0x10,
    S0NDTR = 0x14,
    S0PAR = 0x18,
    S0M0AR = 0x1C,
    S0FCR = 0x24,
    LISR = 0,
    LIFCR = 8,
    ADC1 = 0x40012000,
    ADC_SR = 0,
    ADC_CR1 = 4,
    ADC_CR2 = 8,
    ADC_SMPR1 = 0xC,
    ADC_SQR3 = 0x34,
    ADC_DR = 0x4C,
    ADC_CCR = 0x40012304,
    RNG_CR = 0x50060800,
    RNG_SR = 0x50060804,
    RNG_DR = 0x50060808,
    RTC = 0x40002800,
    RTC_TR = 0,
    RTC_ISR = 0xC,
    RTC_PRER = 0x10,
    RTC_WPR = 0x24,
    IWDG_KR = 0x40003000,
    IWDG_PR = 0x40003004,
    IWDG_RLR = 0x40003008,
    IWDG_SR = 0x4000300C,
    EXTI_IMR = 0x40013C00,
    SYSCFG_EXTICR1 = 0x40013808,
    DBGMCU_IDCODE = 0xE0042000,
    CAN1 = 0x40006400,
    CAN_MCR = 0,
    CAN_MSR = 4,
    CAN_TSR = 8,
    CAN_RF0R = 0xC,
    CAN_BTR = 0x1C,
    CAN_TI0R = 0x180,
    CAN_FMR = 0x200,
    CAN_FA1R = 0x21C,
    BKPSRAM = 0x40024000,
    CCM = 0x10000000,
};

static char buffer[64] __attribute__((aligned(64)));
static volatile uint32_t sink;
static volatile unsigned count;

static void cycles(unsigned n)
{
    for (volatile unsigned i = 0; i < n / 6; i++) {
    }
}

static void enable(uint32_t enr, uint32_t bits)
{
    REG32(enr) |= bits;
    (void)REG32(enr);
}

static void unlock_flash(void)
{
    REG32(FLASH_KEYR) = 0x45670123;
    REG32(FLASH_KEYR) = 0xCDEF89AB;
}

static void back_up_domain(void)
{
    enable(RCC_APB1ENR, 1 << 28);
    REG32(PWR_CR) |= 1 << 8;
}

/* --- Clocks and resets --------------------------------------------------------------------------------------------------- */

/* A USART is set up before its clock is on. */
static void clock_of_usart(bool wrong)
{
    if (wrong) {
        REG32(USART1 + CR1) = 0x200C; /*! clock-off usart1.CR1 */
    }
    enable(RCC_APB2ENR, 1 << 4);
    REG32(USART1 + CR1) = 0x200C;
}

/* A port's clock bit is that of another port. */
static void clock_of_port(bool wrong)
{
    enable(RCC_AHB1ENR, wrong ? 1 << 2 : 1 << 3);
    REG32(GPIOD + MODER) = 1u << 24; /*! clock-off gpiod.MODER */
}

/* A timer on APB1 is enabled in APB2ENR. */
static void clock_of_timer(bool wrong)
{
    enable(wrong ? RCC_APB2ENR : RCC_APB1ENR, 1 << 1);
    REG32(TIM3 + TIM_ARR) = 999; /*! clock-off tim3.ARR */
}

/* EXTICR is written, but SYSCFG has no clock: the interrupt stays on port A. */
static void clock_of_syscfg(bool wrong)
{
    if (!wrong) {
        enable(RCC_APB2ENR, 1 << 14);
    }
    REG32(SYSCFG_EXTICR1) = 1; /*! clock-off syscfg.EXTICR1 */
}

/* A DMA controller without a clock reads as stopped. */
static void clock_of_dma(bool wrong)
{
    if (!wrong) {
        enable(RCC_AHB1ENR, 1 << 22);
    }
    sink = REG32(DMA2 + S0CR); /*! clock-off dma2.S0CR */
}

static inline void store_two(uint32_t where, uint32_t value, uint32_t then, uint32_t what)
{
    __asm__ volatile("str %1, [%0]\n str %3, [%2]" ::"r"(where), "r"(value), "r"(then), "r"(what));
}

/* The first write comes in the two cycles after the enable bit was set. */
static void too_soon(bool wrong)
{
    if (wrong) {
        store_two(RCC_AHB1ENR, REG32(RCC_AHB1ENR) | 1 << 3, GPIOD, 1); /*! clock-too-soon gpiod.MODER (anywhere) */
    } else {
        enable(RCC_AHB1ENR, 1 << 3);
        REG32(GPIOD + MODER) = 1;
    }
}

/* A reset bit is set and not cleared again. */
static void left_in_reset(bool wrong)
{
    enable(RCC_APB1ENR, 1 << 1);
    REG32(RCC_APB1RSTR) |= 1 << 1;
    if (!wrong) {
        REG32(RCC_APB1RSTR) &= ~(1u << 1);
    }
    REG32(TIM3 + TIM_ARR) = 999; /*! in-reset tim3.ARR */
}

/* Flash wait states are lowered while the core runs at 168 MHz. */
static void wait_states(bool wrong)
{
    REG32(FLASH_ACR) = wrong ? 0x702 : 0x705; /*! bus flash.ACR */
}

/* APB1 is left undivided: 168 MHz where 42 are allowed. */
static void bus_too_fast(bool wrong)
{
    uint32_t cfgr = REG32(RCC_CFGR);
    if (wrong) {
        REG32(RCC_CFGR) = cfgr & ~(7u << 10); /*! bus rcc.CFGR */
    }
    REG32(RCC_CFGR) = cfgr;
}

/* The PLL's input is left at 8 MHz; it takes 1 to 2. */
static void pll_input(bool wrong)
{
    REG32(RCC_CFGR) &= ~3u;
    while (REG32(RCC_CFGR) & 0xC) {
    }
    REG32(RCC_CR) &= ~(1u << 24);
    REG32(RCC_PLLCFGR) = (REG32(RCC_PLLCFGR) & ~0x7FFFu) | (wrong ? 2 : 8) | (wrong ? 84 : 336) << 6;
    REG32(RCC_CR) |= 1u << 24; /*! bus rcc.PLLCFGR */
}

/* RTC clock selection without write access to the back-up domain. */
static void back_up_locked(bool wrong)
{
    enable(RCC_APB1ENR, 1 << 28);
    if (!wrong) {
        REG32(PWR_CR) |= 1 << 8;
    }
    REG32(RCC_BDCR) = 2 << 8; /*! locked rcc.BDCR */
}

/* --- Registers ------------------------------------------------------------------------------------------------------------ */

/* A mask is shifted one too far: a line that does not exist. */
static void reserved_bit(bool wrong)
{
    REG32(EXTI_IMR) = 1u << (wrong ? 23 : 22); /*! reserved exti.IMR */
}

/* A value is written to a register that can only be read. */
static void read_only(bool wrong)
{
    if (wrong) {
        REG32(DBGMCU_IDCODE) = 0; /*! read-only dbgmcu.IDCODE */
    }
    sink = REG32(DBGMCU_IDCODE);
}

/* A byte is written to a register that takes half-words and words. */
static void byte_access(bool wrong)
{
    enable(RCC_APB2ENR, 1 << 12);

    REG16(SPI1 + SPI_CR1) = 0x0304;
}

/* A packed structure makes the compiler, or the core, split a word on a device. */
static void unaligned(bool wrong)
{
    uint32_t value;
    enable(RCC_APB1ENR, 1 << 1);
    __asm__ volatile("ldr %0, [%1]" : "=r"(value) : "r"(TIM3 + TIM_PSC + (wrong ? 2 : 0))); /*! unaligned cpu */
    sink = value;
}

/* An interrupt of a port that the part does not have. */
static void no_such_port(bool wrong)
{
    enable(RCC_APB2ENR, 1 << 14);
    REG32(SYSCFG_EXTICR1) = wrong ? 9 : 8; /*! reserved syscfg.EXTICR1 */
}

/* A pin's configuration is changed after it was locked. */
static void locked_pin(bool wrong)
{
    enable(RCC_AHB1ENR, 1 << 3);
    REG32(GPIOD + LCKR) = 1 << 16 | 1 << 5;
    REG32(GPIOD + LCKR) = 1 << 5;
    REG32(GPIOD + LCKR) = 1 << 16 | 1 << 5;
    (void)REG32(GPIOD + LCKR);
    REG32(GPIOD + MODER) = 1u << (wrong ? 10 : 12); /*! locked gpiod.MODER */
}

/* --- Interrupts and memory ------------------------------------------------------------------------------------------------- */

/* An interrupt is enabled whose handler nobody wrote (its name is misspelt). */
static void no_handler(bool wrong)
{
    if (wrong) {
        REG32(0xE000E100) = 1 << 30; /*! interrupt tim4 */
    } else {
        REG32(0xE000E100) = 1 << 29;
    }
}

static bool forgets;

void irq_handler_29(void); /* TIM3 */
void irq_handler_29(void)
{
    count++;
    if (!forgets || count > 20000) {
        REG32(TIM3 + TIM_SR) = 0;
    }
    (void)REG32(TIM3 + TIM_SR);
} /*! interrupt tim3 (anywhere) */

/* A handler does not clear what raised it. */
static void storm(bool wrong)
{
    forgets = wrong;
    enable(RCC_APB1ENR, 1 << 1);
    REG32(TIM3 + TIM_ARR) = 999;
    REG32(TIM3 + TIM_DIER) = 1;
    REG32(0xE000E100) = 1 << 29;
    REG32(TIM3 + TIM_CR1) = 1;
    cycles(200000);
    REG32(TIM3 + TIM_CR1) = 0;
}

extern char bss_start[], stack_top[];

__attribute__((noinline)) static unsigned deep(const char *limit)
{
    volatile char room[64];
    room[0] = 1; /*! stack cpu (anywhere) */
    if ((const char *)room > limit) {
        return deep(limit) + room[0];
    }
    cycles(2000000);
    return 0;
}

/* Recursion runs past the end of the stack into variables. */
static void stack_overflow(bool wrong)
{
    sink = deep(wrong ? bss_start + 96 : stack_top - 1024);
}

/* A buffer that nobody cleared decides what is done. */
static void uninitialised(bool wrong)
{
    volatile uint32_t *pool = (volatile uint32_t *)0x20010000; /* between variables and stack */
    if (!wrong) {
        pool[1] = 3;
    }
    if (pool[1] == 7) { /*! uninit cpu */
        sink = 1;
    }
}

/* --- Flash ------------------------------------------------------------------------------------------------------------------ */

/* Flash is programmed while CR is locked. */
static void flash_locked(bool wrong)
{
    if (!wrong) {
        unlock_flash();
    }
    REG32(FLASH_CR) = 1 | 2 << 8; /*! locked flash.CR */
    REG32(0x080E0000) = 0;
    while (REG32(FLASH_SR) & 1 << 16) {
    }
    REG32(FLASH_CR) = 1u << 31;
}

/* The keys are in the wrong order: locked until the next reset. */
static void flash_keys(bool wrong)
{
    REG32(FLASH_KEYR) = wrong ? 0xCDEF89AB : 0x45670123; /*! locked flash.KEYR */
    if (!wrong) {
        REG32(FLASH_KEYR) = 0xCDEF89AB;
    }
}

/* A word is written while PSIZE says bytes. */
static void flash_width(bool wrong)
{
    unlock_flash();
    REG32(FLASH_CR) = 1 | (wrong ? 0 : 2 << 8);
    REG32(0x080E0000) = 0x12345678; /*! flash flash.CR */
    while (REG32(FLASH_SR) & 1 << 16) {
    }
}

/* A cell is programmed that was not erased. */
static void flash_not_erased(bool wrong)
{
    unlock_flash();
    REG32(FLASH_CR) = 1 | 2 << 8;
    REG32(0x080E0000) = 0x0000FFFF;
    while (REG32(FLASH_SR) & 1 << 16) {
    }
    REG32(wrong ? 0x080E0000 : 0x080E0004) = 0xFFFF0000 | (wrong ? 0xFFFF : 0); /*! flash flash */
    while (REG32(FLASH_SR) & 1 << 16) {
    }
}

/* A sector beyond the last is erased. */
static void flash_sector(bool wrong)
{
    unlock_flash();
    REG32(FLASH_ACR) &= ~(3u << 9);
    REG32(FLASH_CR) = 2 | 2 << 8 | (wrong ? 12 : 11) << 3;
    REG32(FLASH_CR) |= 1 << 16; /*! flash flash.CR */
}

/* STRT is set without saying what to erase. */
static void flash_start(bool wrong)
{
    unlock_flash();
    REG32(FLASH_ACR) &= ~(3u << 9);
    REG32(FLASH_CR) = 2 << 8 | 11 << 3 | (wrong ? 0 : 2);
    REG32(FLASH_CR) |= 1 << 16; /*! flash flash.CR */
}

/* Caches keep what an erased sector held. */
static void flash_caches(bool wrong)
{
    unlock_flash();
    if (!wrong) {
        REG32(FLASH_ACR) &= ~(3u << 9);
    }
    REG32(FLASH_CR) = 2 | 2 << 8 | 11 << 3;
    REG32(FLASH_CR) |= 1 << 16;
    while (REG32(FLASH_SR) & 1 << 16) {
    }
    REG32(FLASH_CR) = 1u << 31; /*! flash flash.CR */
}

/* A cache is reset while it is on. */
static void cache_reset(bool wrong)
{
    if (!wrong) {
        REG32(FLASH_ACR) &= ~(3u << 9);
    }
    REG32(FLASH_ACR) |= 1 << 11; /*! locked flash.ACR */
}

/* Option bytes are changed without their own keys. */
static void option_bytes(bool wrong)
{
    unlock_flash();
    if (!wrong) {
        REG32(FLASH_OPTKEYR) = 0x08192A3B;
        REG32(FLASH_OPTKEYR) = 0x4C5D6E7F;
    }
    REG32(FLASH_OPTCR) = 0x0FFEAAEC; /*! locked flash.OPTCR */
}

/* --- USART ------------------------------------------------------------------------------------------------------------------- */

static void usart3(uint32_t brr)
{
    enable(RCC_AHB1ENR, 1 << 1);
    enable(RCC_APB1ENR, 1 << 18);
    REG32(GPIOB + AFRH) = 0x7700;
    REG32(GPIOB + MODER) = (REG32(GPIOB + MODER) & ~(15u << 20)) | 10u << 20;
    REG32(USART3 + BRR) = brr;
    REG32(USART3 + CR1) = 0x200C;
}

static void send(uint32_t usart, char c)
{
    while (!(REG32(usart + SR) & 1 << 7)) { /* reading SR makes the write clear TC, too */
    }
    REG32(usart + DR) = (uint8_t)c;
}

static void sent(uint32_t usart)
{
    while (!(REG32(usart + SR) & 1 << 6)) {
    }
}

/* The divider is worked out from the wrong bus clock. */
static void usart_baud(bool wrong)
{
    usart3(wrong ? 84000000 / 115200 : 365);
    send(USART3, 'x');
    sent(USART3); /*! baud usart3.BRR (anywhere) */
}

/* DR is written again before TXE. */
static void usart_overwritten(bool wrong)
{
    usart3(365);
    for (unsigned i = 0; i < 3; i++) {
        while (!wrong && !(REG32(USART3 + SR) & 1 << 7)) {
        }
        REG32(USART3 + DR) = 'x'; /*! overrun usart3.DR */
    }
    sent(USART3);
}

/* The transmitter is not enabled. */
static void usart_not_enabled(bool wrong)
{
    usart3(365);
    REG32(USART3 + CR1) = wrong ? 0x2004 : 0x200C;
    REG32(USART3 + DR) = 'x'; /*! busy usart3.DR */
}

/* The last character is cut off: UE is cleared before TC. */
static void usart_cut(bool wrong)
{
    usart3(365);
    send(USART3, 'x');
    send(USART3, 'y');
    if (!wrong) {
        sent(USART3);
    }
    REG32(USART3 + CR1) = 0; /*! busy usart3.CR1 */
    cycles(100000);
}

/* The rate is changed while a character is being sent. */
static void usart_rate_changed(bool wrong)
{
    usart3(365);
    send(USART3, 'x');
    cycles(20000); /* the idle frame is over */
    if (!wrong) {
        sent(USART3);
    }
    REG32(USART3 + BRR) = 364; /*! busy usart3.BRR */
    sent(USART3);
}

/* The pin's alternate function is that of another block. */
static void usart_pin(bool wrong)
{
    usart3(365);
    REG32(GPIOB + AFRH) = wrong ? 0x5500 : 0x7700;
    send(USART3, 'x');
    sent(USART3); /*! pin usart3 (anywhere) */
}

/* With OVER8 the lowest bit of the fraction must be 0. */
static void usart_over8(bool wrong)
{
    usart3(365);
    REG32(USART3 + CR1) = 0;
    REG32(USART3 + BRR) = 45 << 4 | (wrong ? 8 : 0) | 5;
    REG32(USART3 + CR1) = 0xA00C;
    send(USART3, 'x');
    sent(USART3); /*! baud usart3.BRR (anywhere) */
}

/* --- SPI ----------------------------------------------------------------------------------------------------------------------- */

static void spi1(uint32_t cr1)
{
    enable(RCC_AHB1ENR, 1);
    enable(RCC_APB2ENR, 1 << 12);
    REG32(GPIOA + AFRL) |= 0x55500000;
    REG32(GPIOA + MODER) |= 0xA800;
    REG32(SPI1 + SPI_CR1) = cr1;
}

enum { MASTER = 1 << 2 | 3 << 3 | 3 << 8, SPE = 1 << 6 };

static void spi_send(uint8_t byte)
{
    while (!(REG32(SPI1 + SPI_SR) & 2)) {
    }
    REG32(SPI1 + SPI_DR) = byte;
}

static void spi_wait(void)
{
    while (REG32(SPI1 + SPI_SR) & 1 << 7) {
    }
}

/* What comes in while sending is not read in time. */
static void spi_overrun(bool wrong)
{
    spi1(MASTER | SPE);
    REG32(SPI1 + SPI_CR2) = 1 << 6; /* somebody wants what comes in */
    for (unsigned i = 0; i < 2; i++) {
        spi_send(1);
        cycles(4000); /*! overrun spi1.DR (anywhere) */
        if (!wrong) {
            (void)REG32(SPI1 + SPI_DR);
        }
    }
}

/* Slave management by software, but SSI left 0: the master loses its mastery. */
static void spi_mode_fault(bool wrong)
{
    spi1(0);
    REG32(SPI1 + SPI_CR1) = wrong ? MASTER & ~(1u << 8) : MASTER;
    REG32(SPI1 + SPI_CR1) |= SPE; /*! bus spi1.SR */
}

/* Clock polarity is changed in the middle of a frame. */
static void spi_changed(bool wrong)
{
    spi1(MASTER | SPE);
    spi_send(1);
    if (!wrong) {
        spi_wait();
        (void)REG32(SPI1 + SPI_DR);
    }
    REG32(SPI1 + SPI_CR1) |= 2; /*! busy spi1.CR1 */
    spi_wait();
    (void)REG32(SPI1 + SPI_DR);
}

/* SPI is switched off before the last frame is out. */
static void spi_cut(bool wrong)
{
    spi1(MASTER | SPE);
    spi_send(1);
    if (!wrong) {
        spi_wait();
    }
    REG32(SPI1 + SPI_CR1) = MASTER; /*! busy spi1.CR1 */
}

/* The clock pin is left an input. */
static void spi_pin(bool wrong)
{
    spi1(MASTER | SPE);
    if (wrong) {
        REG32(GPIOA + MODER) &= ~(3u << 10);
    }
    spi_send(1); /*! pin spi1 (anywhere) */
    spi_wait();
    (void)REG32(SPI1 + SPI_DR);
}

/* --- I2C ------------------------------------------------------------------------------------------------------------------------ */

static void i2c1(uint32_t freq, uint32_t ccr, uint32_t trise)
{
    enable(RCC_AHB1ENR, 1 << 1);
    enable(RCC_APB1ENR, 1 << 21);
    REG32(GPIOB + 0x04) |= 3 << 6;
    REG32(GPIOB + 0x0C) |= 5 << 12;
    REG32(GPIOB + AFRL) |= 0x44000000;
    REG32(GPIOB + MODER) = (REG32(GPIOB + MODER) & ~(15u << 12)) | 10u << 12;
    REG32(I2C1 + I2C_CR2) = freq;
    REG32(I2C1 + I2C_CCR) = ccr;
    REG32(I2C1 + I2C_TRISE) = trise;
    REG32(I2C1 + I2C_CR1) = 1;
}

static void i2c_begin(void)
{
    REG32(I2C1 + I2C_CR1) |= 1 << 8;
    cycles(20000);
    REG32(I2C1 + I2C_CR1) |= 1 << 9;
    cycles(20000);
}

/* FREQ is not the bus clock. */
static void i2c_freq(bool wrong)
{
    i2c1(wrong ? 16 : 42, 210, 43);
    i2c_begin(); /*! baud i2c1.CR2 (anywhere) */
}

/* CCR makes the clock faster than the mode allows. */
static void i2c_ccr(bool wrong)
{
    i2c1(42, wrong ? 80 : 210, 43);
    i2c_begin(); /*! baud i2c1.CCR (anywhere) */
}

/* TRISE is left at its reset value. */
static void i2c_trise(bool wrong)
{
    i2c1(42, 210, wrong ? 2 : 43);
    i2c_begin(); /*! baud i2c1.TRISE (anywhere) */
}

/* ACK is set before PE, and is lost. */
static void i2c_ack(bool wrong)
{
    i2c1(42, 210, 43);
    REG32(I2C1 + I2C_CR1) = 0;
    if (wrong) {
        REG32(I2C1 + I2C_CR1) = 1 << 10; /*! busy i2c1.CR1 */
    }
    REG32(I2C1 + I2C_CR1) = 1;
    REG32(I2C1 + I2C_CR1) = 1 | 1 << 10;
}

/* The address is written without reading SR1 first. */
static void i2c_address(bool wrong)
{
    i2c1(42, 210, 43);
    REG32(I2C1 + I2C_CR1) |= 1 << 8;
    cycles(20000);
    if (!wrong) {
        sink = REG32(I2C1 + 0x14);
    }
    REG32(I2C1 + I2C_DR) = 0xA0; /*! busy i2c1.DR */
    cycles(20000);
    REG32(I2C1 + I2C_CR1) |= 1 << 9;
    cycles(20000);
}

/* --- DMA ------------------------------------------------------------------------------------------------------------------------- */

static void dma(uint32_t to, uint32_t n, uint32_t cr)
{
    enable(RCC_AHB1ENR, 1 << 22);
    REG32(DMA2 + S0PAR) = 0x08000000;
    REG32(DMA2 + S0M0AR) = to;
    REG32(DMA2 + S0NDTR) = n;
    REG32(DMA2 + S0FCR) = 7;
    REG32(DMA2 + S0CR) = 2 << 6 | 1 << 9 | 1 << 10 | cr;
}

static void dma_done(void)
{
    while (REG32(DMA2 + S0CR) & 1) {
    }
    REG32(DMA2 + LIFCR) = 0x3D;
}

/* A buffer in CCM RAM, which DMA cannot reach. */
static void dma_ccm(bool wrong)
{
    dma(wrong ? CCM : (uint32_t)(uintptr_t)buffer, 16, 0);
    REG32(DMA2 + S0CR) |= 1; /*! dma dma2.S0CR (anywhere) */
    dma_done();
}

/* The flags of the last transfer are not cleared. */
static void dma_flags(bool wrong)
{
    dma((uint32_t)(uintptr_t)buffer, 16, 0);
    REG32(DMA2 + S0CR) |= 1;
    while (REG32(DMA2 + S0CR) & 1) {
    }
    if (!wrong) {
        REG32(DMA2 + LIFCR) = 0x3D;
    }
    REG32(DMA2 + S0NDTR) = 16;
    REG32(DMA2 + S0CR) |= 1; /*! dma dma2.S0CR */
    dma_done();
}

/* The counter is left at 0 after a transfer. */
static void dma_count(bool wrong)
{
    dma((uint32_t)(uintptr_t)buffer, wrong ? 0 : 16, 0);
    REG32(DMA2 + S0CR) |= 1; /*! dma dma2.S0NDTR */
    dma_done();
}

/* A stream is set up again while it runs. */
static void dma_running(bool wrong)
{
    dma((uint32_t)(uintptr_t)buffer, 64, 0);
    REG32(DMA2 + S0CR) |= 1;
    if (!wrong) {
        dma_done();
    }
    REG32(DMA2 + S0NDTR) = 16; /*! busy dma2.S0NDTR */
    dma_done();
}

/* A buffer of words that is not aligned to one. */
static void dma_unaligned(bool wrong)
{
    dma((uint32_t)(uintptr_t)buffer + wrong, 4, 2 << 11 | 2 << 13);
    REG32(DMA2 + S0CR) |= 1; /*! dma dma2.S0M0AR */
    dma_done();
}

/* Circular mode from memory to memory, which there is not. */
static void dma_circular(bool wrong)
{
    dma((uint32_t)(uintptr_t)buffer, 16, wrong ? 1 << 8 : 0);
    REG32(DMA2 + S0CR) |= 1; /*! dma dma2.S0CR */
    REG32(DMA2 + S0CR) &= ~1u;
    dma_done();
}

/* A burst that does not fit the FIFO's threshold. */
static void dma_burst(bool wrong)
{
    dma((uint32_t)(uintptr_t)buffer, 8, 2 << 11 | 2 << 13 | (wrong ? 2u : 1u) << 23);
    REG32(DMA2 + S0FCR) = wrong ? 5 : 7;
    REG32(DMA2 + S0CR) |= 1; /*! dma dma2.S0FCR */
    REG32(DMA2 + S0CR) &= ~1u;
    dma_done();
}

/* --- ADC, RNG, RTC, watchdog ------------------------------------------------------------------------------------------------------ */

static void adc(void)
{
    enable(RCC_AHB1ENR, 1);
    enable(RCC_APB2ENR, 1 << 8);
    REG32(GPIOA + MODER) |= 3;
    REG32(ADC_CCR) = 1 << 16;
    REG32(ADC1 + ADC_CR2) = 1;
    cycles(2000);
}

static void convert(void)
{
    REG32(ADC1 + ADC_CR2) |= 1 << 30;
    while (!(REG32(ADC1 + ADC_SR) & 2)) {
    }
    sink = REG32(ADC1 + ADC_DR);
}

/* A conversion is started while the converter is off. */
static void adc_off(bool wrong)
{
    adc();
    REG32(ADC1 + ADC_CR2) = wrong ? 0 : 1;
    cycles(2000);
    REG32(ADC1 + ADC_CR2) |= 1 << 30; /*! locked adc1.CR2 */
    cycles(2000);
    sink = REG32(ADC1 + ADC_DR);
}

/* A conversion is started before the converter is stable. */
static void adc_too_soon(bool wrong)
{
    adc();
    REG32(ADC1 + ADC_CR2) = 0;
    REG32(ADC1 + ADC_CR2) = 1;
    cycles(wrong ? 6 : 2000);
    REG32(ADC1 + ADC_CR2) |= 1 << 30; /*! busy adc1.CR2 */
    cycles(2000);
    sink = REG32(ADC1 + ADC_DR);
}

/* The converter's clock is 42 MHz; 36 are allowed. */
static void adc_clock(bool wrong)
{
    adc();
    REG32(ADC_CCR) = wrong ? 0 : 1 << 16;
    convert(); /*! baud adc1 (anywhere) */
}

/* Nobody reads in time, and conversions stop. */
static void adc_overrun(bool wrong)
{
    adc();
    REG32(ADC1 + ADC_CR2) |= 1 << 10; /* EOCS: overruns are looked for */
    for (unsigned i = 0; i < 2; i++) {
        REG32(ADC1 + ADC_CR2) |= 1 << 30;
        cycles(3000); /*! overrun adc1.DR (anywhere) */
        if (!wrong) {
            sink = REG32(ADC1 + ADC_DR);
        }
    }
}

/* The temperature sensor is read without being switched on. */
static void adc_temperature(bool wrong)
{
    adc();
    REG32(ADC_CCR) = 1 << 16 | (wrong ? 0 : 1 << 23);
    REG32(ADC1 + ADC_SMPR1) = 7 << 18;
    REG32(ADC1 + ADC_SQR3) = 16;
    cycles(4000);
    convert(); /*! pin adc1 (anywhere) */
}

/* The pin is not in analogue mode. */
static void adc_pin(bool wrong)
{
    adc();
    if (wrong) {
        REG32(GPIOA + MODER) &= ~3u;
    }
    convert(); /*! pin adc1 (anywhere) */
}

/* A random number is taken before there is one. */
static void rng_not_ready(bool wrong)
{
    enable(RCC_AHB2ENR, 1 << 6);
    REG32(RNG_CR) = 4;
    while (!wrong && !(REG32(RNG_SR) & 1)) {
    }
    sink = REG32(RNG_DR); /*! busy rng.DR */
}

static void rtc_clock(void)
{
    back_up_domain();
    REG32(RCC_CSR) |= 1;
    while (!(REG32(RCC_CSR) & 2)) {
    }
    REG32(RCC_BDCR) = 2 << 8 | 1 << 15;
    cycles(100);
}

/* RTC registers are written without the keys. */
static void rtc_locked(bool wrong)
{
    rtc_clock();
    if (!wrong) {
        REG32(RTC + RTC_WPR) = 0xCA;
        REG32(RTC + RTC_WPR) = 0x53;
    }
    REG32(RTC + RTC_ISR) = 1 << 7; /*! locked rtc.ISR */
}

/* A time in binary where BCD is wanted. */
static void rtc_bcd(bool wrong)
{
    rtc_clock();
    REG32(RTC + RTC_WPR) = 0xCA;
    REG32(RTC + RTC_WPR) = 0x53;
    REG32(RTC + RTC_ISR) |= 1 << 7;
    while (!(REG32(RTC + RTC_ISR) & 1 << 6)) {
    }
    REG32(RTC + RTC_TR) = wrong ? 12 << 16 | 30 << 8 | 0x3B : 0x123000; /*! reserved rtc.TR */
}

/* The calendar is read before its shadow registers are synchronised. */
static void rtc_shadow(bool wrong)
{
    rtc_clock();
    REG32(RTC + RTC_WPR) = 0xCA;
    REG32(RTC + RTC_WPR) = 0x53;
    REG32(RTC + RTC_ISR) &= ~(1u << 5);
    while (!wrong && !(REG32(RTC + RTC_ISR) & 1 << 5)) {
    }
    sink = REG32(RTC + RTC_TR); /*! busy rtc.TR */
}

/* The watchdog's prescaler is written without the key. */
static void iwdg_locked(bool wrong)
{
    if (!wrong) {
        REG32(IWDG_KR) = 0x5555;
    }
    REG32(IWDG_PR) = 3; /*! locked iwdg.PR */
}

/* A key is mistyped: the watchdog is not fed. */
static void iwdg_key(bool wrong)
{
    REG32(IWDG_KR) = wrong ? 0xAAA : 0xAAAA; /*! locked iwdg.KR */
}

/* --- Timers, CAN ------------------------------------------------------------------------------------------------------------------- */

/* Break and dead time are changed after they were locked. */
static void tim_locked(bool wrong)
{
    enable(RCC_APB2ENR, 1);
    REG32(TIM1 + TIM_BDTR) = 1 << 8 | 10;
    REG32(TIM1 + TIM_BDTR) = 1 << 8 | 1 << 15 | (wrong ? 20 : 10); /*! locked tim1.BDTR */
}

/* A trigger's source is changed while it is in use. */
static void tim_trigger(bool wrong)
{
    enable(RCC_APB1ENR, 1 << 1);
    REG32(TIM3 + TIM_SMCR) = 4;
    if (!wrong) {
        REG32(TIM3 + TIM_SMCR) = 0;
    }
    REG32(TIM3 + TIM_SMCR) = 4 | 5 << 4; /*! busy tim3.SMCR */
}

static void can_init(void)
{
    enable(RCC_APB1ENR, 1 << 25);
    REG32(CAN1 + CAN_MCR) = 1;
    while (!(REG32(CAN1 + CAN_MSR) & 1)) {
    }
}

/* Bit timing is written outside initialisation mode. */
static void can_not_in_init(bool wrong)
{
    can_init();
    if (wrong) {
        REG32(CAN1 + CAN_BTR) = 3u << 30 | 1 << 24 | 12 << 16 | 1 << 20 | 5;
        REG32(CAN1 + CAN_MCR) = 0;
        while (REG32(CAN1 + CAN_MSR) & 1) {
        }
    }
    REG32(CAN1 + CAN_BTR) = 3u << 30 | 1 << 24 | 12 << 16 | 1 << 20 | 4; /*! locked can1.BTR */
}

/* A bit of too few quanta. */
static void can_timing(bool wrong)
{
    can_init();
    REG32(CAN1 + CAN_BTR) = 3u << 30 | (wrong ? 1 << 16 | 0 << 20 | 41 : 12 << 16 | 1 << 20 | 5);
    REG32(CAN1 + CAN_MCR) = 0; /*! baud can1.BTR (anywhere) */
    while (REG32(CAN1 + CAN_MSR) & 1) {
    }
}

/* A frame is asked for while the node is still in initialisation mode. */
static void can_in_init(bool wrong)
{
    can_init();
    REG32(CAN1 + CAN_BTR) = 3u << 30 | 12 << 16 | 1 << 20 | 5;
    if (!wrong) {
        REG32(CAN1 + CAN_MCR) = 0;
        while (REG32(CAN1 + CAN_MSR) & 1) {
        }
    }
    REG32(CAN1 + CAN_TI0R) = 1; /*! busy can1.TIR[0] */
}

/* --------------------------------------------------------------------------------------------------------------------------------------- */

const Case cases[] = {
    CASE(clock_of_usart),
    CASE(clock_of_port),
    CASE(clock_of_timer),
    CASE(clock_of_syscfg),
    CASE(clock_of_dma),
    CASE(too_soon),
    CASE(left_in_reset),
    CASE(wait_states),
    CASE(bus_too_fast),
    CASE(pll_input),
    CASE(back_up_locked),
    CASE(reserved_bit),
    CASE(read_only),
    CASE(byte_access),
    CASE(unaligned),
    CASE(no_such_port),
    CASE(locked_pin),
    CASE(no_handler),
    CASE(storm),
    CASE(stack_overflow),
    CASE(uninitialised),
    CASE(flash_locked),
    CASE(flash_keys),
    CASE(flash_width),
    CASE(flash_not_erased),
    CASE(flash_sector),
    CASE(flash_start),
    CASE(flash_caches),
    CASE(cache_reset),
    CASE(option_bytes),
    CASE(usart_baud),
    CASE(usart_overwritten),
    CASE(usart_not_enabled),
    CASE(usart_cut),
    CASE(usart_rate_changed),
    CASE(usart_pin),
    CASE(usart_over8),
    CASE(spi_overrun),
    CASE(spi_mode_fault),
    CASE(spi_changed),
    CASE(spi_cut),
    CASE(spi_pin),
    CASE(i2c_freq),
    CASE(i2c_ccr),
    CASE(i2c_trise),
    CASE(i2c_ack),
    CASE(i2c_address),
    CASE(dma_ccm),
    CASE(dma_flags),
    CASE(dma_count),
    CASE(dma_running),
    CASE(dma_unaligned),
    CASE(dma_circular),
    CASE(dma_burst),
    CASE(adc_off),
    CASE(adc_too_soon),
    CASE(adc_clock),
    CASE(adc_overrun),
    CASE(adc_temperature),
    CASE(adc_pin),
    CASE(rng_not_ready),
    CASE(rtc_locked),
    CASE(rtc_bcd),
    CASE(rtc_shadow),
    CASE(iwdg_locked),
    CASE(iwdg_key),
    CASE(tim_locked),
    CASE(tim_trigger),
    CASE(can_not_in_init),
    CASE(can_timing),
    CASE(can_in_init),
    { 0 },
};
