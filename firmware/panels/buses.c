/* The buses of panels.h. SPDX-License-Identifier: GPL-2.0-or-later */
#include "panels.h"

enum {
    RCC_CFGR = 0x40023808,
    RCC_AHB1ENR = 0x40023830,
    RCC_AHB3ENR = 0x40023838,
    RCC_APB1ENR = 0x40023840,
    RCC_APB2ENR = 0x40023844,
    GPIOA = 0x40020000,
    GPIOB = 0x40020400,
    GPIOC = 0x40020800,
    GPIOD = 0x40020C00,
    GPIOE = 0x40021000,
    GPIOF = 0x40021400,
    MODER = 0x00,
    OTYPER = 0x04,
    PUPDR = 0x0C,
    ODR = 0x14,
    BSRR = 0x18,
    AFRL = 0x20,
    AFRH = 0x24,
    I2C1 = 0x40005400,
    SPI1 = 0x40013000,
    SPI2 = 0x40003800,
    BCR1 = 0xA0000000,
    BTR1 = 0xA0000004,
};

#define REG16(address) (*(volatile uint16_t *)(uintptr_t)(address))

static void set_field(uint32_t address, unsigned lsb, unsigned width, uint32_t value)
{
    uint32_t mask = ((1u << width) - 1) << lsb;
    REG32(address) = (REG32(address) & ~mask) | value << lsb;
}

static void alternate(uint32_t port, unsigned pin, unsigned function)
{
    set_field(port + (pin < 8 ? AFRL : AFRH), pin % 8 * 4, 4, function);
    set_field(port + MODER, 2 * pin, 2, 2);
}

static void pin_set(uint32_t port, unsigned pin, bool high)
{
    REG32(port + BSRR) = 1u << (high ? pin : pin + 16);
}

static void output(uint32_t port, unsigned pin, bool high)
{
    pin_set(port, pin, high);
    set_field(port + MODER, 2 * pin, 2, 1);
}

static volatile unsigned ticks;

void systick_handler(void);
void systick_handler(void)
{
    ticks++;
}

void wait_ms(unsigned ms)
{
    SYST_RVR = 16000 - 1;
    SYST_CVR = 0;
    SYST_CSR = SYST_CSR_RUN_TICKS;
    for (ticks = 0; ticks < ms;) {
        __asm__ volatile("wfi");
    }
    SYST_CSR = 0;
}

/* --- I2C1 on PB6 and PB7, 400 kHz ------------------------------------------------------------------------ */

enum { I2C_CR1 = 0, I2C_CR2 = 4, I2C_DR = 0x10, I2C_SR1 = 0x14, I2C_SR2 = 0x18, I2C_CCR = 0x1C, I2C_TRISE = 0x20 };
enum { PE = 1, START = 1 << 8, STOP = 1 << 9, SB = 1, ADDR = 2, BTF = 4, I2C_TXE = 0x80 };

static void i2c_wait(uint32_t flag)
{
    while (!(REG32(I2C1 + I2C_SR1) & flag)) {
    }
}

static void i2c_write(uint8_t address, uint8_t control, const uint8_t *bytes, unsigned n)
{
    REG32(I2C1 + I2C_CR1) = PE | START;
    i2c_wait(SB);
    REG32(I2C1 + I2C_DR) = (uint32_t)address << 1;
    i2c_wait(ADDR);
    (void)REG32(I2C1 + I2C_SR2);
    REG32(I2C1 + I2C_DR) = control;
    while (n--) {
        i2c_wait(I2C_TXE);
        REG32(I2C1 + I2C_DR) = *bytes++;
    }
    i2c_wait(BTF);
    REG32(I2C1 + I2C_CR1) = PE | STOP;
    while (REG32(I2C1 + I2C_CR1) & STOP) {
    }
}

/* --- SPI --------------------------------------------------------------------------------------------------------------------- */

enum { SPI_CR1 = 0, SPI_SR = 8, SPI_DR = 0xC, MASTER = 1 << 2 | 1 << 8 | 1 << 9, SPE = 1 << 6, TXE = 2, BSY = 0x80 };

static void spi_put(uint32_t spi, uint8_t byte)
{
    while (!(REG32(spi + SPI_SR) & TXE)) {
    }
    REG32(spi + SPI_DR) = byte;
}

/* Everything is out; what came in meanwhile is nothing. */
static void spi_finish(uint32_t spi)
{
    while (!(REG32(spi + SPI_SR) & TXE) || REG32(spi + SPI_SR) & BSY) {
    }
    (void)REG32(spi + SPI_DR);
    (void)REG32(spi + SPI_SR);
}

enum { BIDIMODE = 1 << 15, BIDIOE = 1 << 14 }; /* one line, output: nothing comes in */

void spi2_set_up(unsigned rate, unsigned mode)
{
    REG32(SPI2 + SPI_CR1) = 0;
    REG32(SPI2 + SPI_CR1) = MASTER | BIDIMODE | BIDIOE | rate << 3 | mode;
    REG32(SPI2 + SPI_CR1) |= SPE;
}

void buses_init(void)
{
    static const uint8_t d_pins[] = { 0, 1, 4, 5, 7, 8, 9, 10, 11, 14, 15 };
    REG32(RCC_CFGR) = 0; /* HSI: all buses at 16 MHz */
    REG32(RCC_AHB1ENR) |= 0x3F;
    REG32(RCC_AHB3ENR) |= 1;
    REG32(RCC_APB1ENR) |= 1 << 21 | 1 << 14;
    REG32(RCC_APB2ENR) |= 1 << 12;
    (void)REG32(RCC_APB2ENR);
    for (unsigned pin = 6; pin <= 7; pin++) {
        set_field(GPIOB + OTYPER, pin, 1, 1);
        set_field(GPIOB + PUPDR, 2 * pin, 2, 1);
        alternate(GPIOB, pin, 4);
    }
    REG32(I2C1 + I2C_CR2) = 16;
    REG32(I2C1 + I2C_CCR) = 1u << 15 | 14;
    REG32(I2C1 + I2C_TRISE) = 5;
    REG32(I2C1 + I2C_CR1) = PE;

    output(GPIOA, 4, true);
    output(GPIOC, 4, false);
    output(GPIOC, 5, false);
    alternate(GPIOA, 5, 5);
    alternate(GPIOA, 7, 5);
    REG32(SPI1 + SPI_CR1) = MASTER | BIDIMODE | BIDIOE; /* 8 MHz */
    REG32(SPI1 + SPI_CR1) |= SPE;

    output(GPIOB, 12, true);
    output(GPIOC, 6, false);
    output(GPIOC, 7, false);
    alternate(GPIOB, 13, 5);
    alternate(GPIOB, 15, 5);
    spi2_set_up(0, 0); /* 8 MHz */

    for (unsigned i = 0; i < sizeof d_pins; i++) {
        alternate(GPIOD, d_pins[i], 12);
    }
    for (unsigned pin = 7; pin <= 15; pin++) {
        alternate(GPIOE, pin, 12);
    }
    REG32(BTR1) = 3 | 9 << 8;                    /* address set-up and data phases that the panel stands */
    REG32(BCR1) = 1 << 12 | 1 << 7 | 1 << 4 | 1; /* 16 bits, SRAM-like, writable */

    REG32(GPIOF + ODR) = 1 << 8 | 1 << 10;
    REG32(GPIOF + MODER) = 0x00555555; /* PF0 to PF11 */
}

/* --- OLED -------------------------------------------------------------------------------------------------------------------- */

static void oled_spi(bool is_data, const uint8_t *bytes, unsigned n)
{
    pin_set(GPIOC, 4, is_data);
    pin_set(GPIOA, 4, false);
    while (n--) {
        spi_put(SPI1, *bytes++);
    }
    spi_finish(SPI1);
    pin_set(GPIOA, 4, true);
}

void oled_commands(bool spi, const uint8_t *bytes, unsigned n)
{
    if (spi) {
        oled_spi(false, bytes, n);
    } else {
        i2c_write(0x3C, 0x00, bytes, n);
    }
}

void oled_data(bool spi, const uint8_t *bytes, unsigned n)
{
    if (spi) {
        oled_spi(true, bytes, n);
    } else {
        i2c_write(0x3C, 0x40, bytes, n);
    }
}

void oled_reset(void)
{
    pin_set(GPIOC, 5, false);
    wait_ms(1);
    pin_set(GPIOC, 5, true);
    wait_ms(1);
}

/* --- TFT --------------------------------------------------------------------------------------------------------------------- */

enum { FSMC_COMMAND = 0x60000000, FSMC_DATA = 0x60020000 };

static void gpio_put(uint8_t byte)
{
    REG32(GPIOF + BSRR) = byte | (uint32_t)(uint8_t)~byte << 16 | 1u << 24; /* WRX falls */
    REG32(GPIOF + BSRR) = 1 << 8;
}

static void set_dc(Tft t, bool is_data)
{
    if (t == TFT_SPI) {
        spi_finish(SPI2);
        pin_set(GPIOC, 6, is_data);
    } else if (t == TFT_GPIO) {
        pin_set(GPIOF, 9, is_data);
    }
}

static void put(Tft t, bool is_data, uint8_t byte)
{
    set_dc(t, is_data);
    switch (t) {
    case TFT_SPI:
        spi_put(SPI2, byte);
        break;
    case TFT_FSMC:
        REG16(is_data ? FSMC_DATA : FSMC_COMMAND) = byte;
        break;
    case TFT_GPIO:
        gpio_put(byte);
        break;
    }
}

void tft_pixels_follow(Tft t)
{
    set_dc(t, true);
}

void tft_select(Tft t, bool selected)
{
    if (t == TFT_SPI) {
        spi_finish(SPI2);
        pin_set(GPIOB, 12, !selected);
    } else if (t == TFT_GPIO) {
        pin_set(GPIOF, 10, !selected);
    }
}

void tft_command(Tft t, uint8_t code)
{
    put(t, false, code);
}

void tft_data(Tft t, uint8_t byte)
{
    put(t, true, byte);
}

void tft_pixel(Tft t, uint16_t colour)
{
    switch (t) {
    case TFT_SPI:
        spi_put(SPI2, colour >> 8);
        spi_put(SPI2, (uint8_t)colour);
        break;
    case TFT_FSMC:
        REG16(FSMC_DATA) = colour;
        break;
    case TFT_GPIO:
        gpio_put(colour >> 8);
        gpio_put((uint8_t)colour);
        break;
    }
}

void tft_reset(Tft t)
{
    if (t == TFT_SPI) {
        pin_set(GPIOC, 7, false);
        wait_ms(1);
        pin_set(GPIOC, 7, true);
    } else if (t == TFT_GPIO) {
        pin_set(GPIOF, 11, false);
        wait_ms(1);
        pin_set(GPIOF, 11, true);
    } else {
        tft_command(t, 0x01);
    }
    wait_ms(6);
}
