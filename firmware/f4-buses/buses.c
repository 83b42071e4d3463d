/*
 * The serial buses of the STM32F4 as a driver uses them, polled: I2C with an EEPROM, a sensor and a clock, SPI with an SD card, CAN with
 * another node. Says what it found.
 *
 * Reference: RM0090 rev 19, chapters 27 (I2C), 28 (SPI), 32 (bxCAN). SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdio.h>
#include <string.h>
#include "soc.h"

enum {
    RCC_AHB1ENR = 0x40023830,
    RCC_APB1ENR = 0x40023840,
    RCC_APB2ENR = 0x40023844,
    GPIOA = 0x40020000,
    GPIOB = 0x40020400,
    MODER = 0x00,
    OTYPER = 0x04,
    PUPDR = 0x0C,
    BSRR = 0x18,
    AFRL = 0x20,
    AFRH = 0x24,
};

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

/* --- I2C1 on PB6 and PB7, 100 kHz at PCLK1 = 42 MHz ---------------------------------------------------------------------- */

enum {
    I2C1 = 0x40005400,
    I2C_CR1 = I2C1 + 0x00,
    I2C_CR2 = I2C1 + 0x04,
    I2C_DR = I2C1 + 0x10,
    I2C_SR1 = I2C1 + 0x14,
    I2C_SR2 = I2C1 + 0x18,
    I2C_CCR = I2C1 + 0x1C,
    I2C_TRISE = I2C1 + 0x20,
    I2C_PE = 1,
    I2C_START = 1 << 8,
    I2C_STOP = 1 << 9,
    I2C_ACK = 1 << 10,
    SB = 1,
    ADDR = 2,
    BTF = 4,
    RXNE = 0x40,
    TXE = 0x80,
    AF = 0x400,
};

static void i2c_init(void)
{
    REG32(RCC_APB1ENR) |= 1 << 21;
    (void)REG32(RCC_APB1ENR);
    for (unsigned pin = 6; pin <= 7; pin++) {
        set_field(GPIOB + OTYPER, pin, 1, 1);
        set_field(GPIOB + PUPDR, 2 * pin, 2, 1);
        alternate(GPIOB, pin, 4);
    }
    REG32(I2C_CR2) = 42;
    REG32(I2C_CCR) = 210;
    REG32(I2C_TRISE) = 43;
    REG32(I2C_CR1) = I2C_PE;
}

static bool i2c_address(uint8_t byte)
{
    REG32(I2C_CR1) |= I2C_START;
    while (!(REG32(I2C_SR1) & SB)) {
    }
    REG32(I2C_DR) = byte;
    uint32_t sr;
    do {
        sr = REG32(I2C_SR1);
    } while (!(sr & (ADDR | AF)));
    if (sr & AF) {
        REG32(I2C_SR1) = ~(uint32_t)AF & 0xDF00;
        REG32(I2C_CR1) |= I2C_STOP;
        while (REG32(I2C_CR1) & I2C_STOP) {
        }
        return false;
    }
    return true;
}

static bool i2c_write(uint8_t address, const uint8_t *bytes, unsigned n, bool stop)
{
    if (!i2c_address((uint8_t)(address << 1))) {
        return false;
    }
    (void)REG32(I2C_SR2);
    for (unsigned i = 0; i < n; i++) {
        while (!(REG32(I2C_SR1) & TXE)) {
        }
        REG32(I2C_DR) = bytes[i];
    }
    while (!(REG32(I2C_SR1) & BTF)) {
    }
    if (stop) {
        REG32(I2C_CR1) |= I2C_STOP;
        while (REG32(I2C_CR1) & I2C_STOP) {
        }
    }
    return true;
}

/* More than two bytes, the way of RM0090 figure 244. */
static bool i2c_read(uint8_t address, uint8_t *bytes, unsigned n)
{
    REG32(I2C_CR1) |= I2C_ACK;
    if (!i2c_address((uint8_t)(address << 1 | 1))) {
        return false;
    }
    (void)REG32(I2C_SR2);
    while (n > 3) {
        while (!(REG32(I2C_SR1) & RXNE)) {
        }
        *bytes++ = (uint8_t)REG32(I2C_DR);
        n--;
    }
    while (!(REG32(I2C_SR1) & BTF)) {
    }
    REG32(I2C_CR1) &= ~(uint32_t)I2C_ACK;
    *bytes++ = (uint8_t)REG32(I2C_DR);
    REG32(I2C_CR1) |= I2C_STOP;
    *bytes++ = (uint8_t)REG32(I2C_DR);
    while (!(REG32(I2C_SR1) & RXNE)) {
    }
    *bytes = (uint8_t)REG32(I2C_DR);
    while (REG32(I2C_CR1) & I2C_STOP) {
    }
    return true;
}

static void try_i2c(void)
{
    uint8_t b[16];
    unsigned refused = 0;
    i2c_init();
    i2c_write(0x50, (const uint8_t[]){ 0x01, 0x20, 'h', 'e', 'l', 'l', 'o' }, 7, true);
    while (!i2c_write(0x50, (const uint8_t[]){ 0x01, 0x20 }, 2, false)) {
        refused++; /* the write cycle */
    }
    i2c_read(0x50, b, 5);
    b[5] = 0;
    printf("eeprom: %s%s\n", (const char *)b, refused ? ", after its write cycle" : "");
    i2c_write(0x48, (const uint8_t[]){ 3, 30, 0 }, 3, true);
    do { /* until its first conversion is over */
        i2c_write(0x48, (const uint8_t[]){ 0 }, 1, false);
        i2c_read(0x48, b, 3);
    } while (!b[0]);
    printf("sensor: %d.%u degrees\n", (int8_t)b[0], b[1] >> 7 ? 5 : 0);
    i2c_write(0x68, (const uint8_t[]){ 0 }, 1, false);
    i2c_read(0x68, b, 7);
    printf("clock: 20%02x-%02x-%02x %02x:%02x\n", b[6], b[5], b[4], b[2], b[1]);
    printf("nobody: %s\n", i2c_write(0x33, b, 1, true) ? "there" : "not there");
}

/* --- SPI1 on PA5 to PA7, chip select PA4 ------------------------------------------------------------------------------------- */

enum {
    SPI1 = 0x40013000,
    SPI_CR1 = SPI1 + 0x00,
    SPI_SR = SPI1 + 0x08,
    SPI_DR = SPI1 + 0x0C,
    SPI_MASTER_SLOW = 1 << 2 | 7 << 3 | 1 << 6 | 1 << 8 | 1 << 9, /* 84 MHz / 256 */
    SPI_MASTER_FAST = 1 << 2 | 1 << 3 | 1 << 6 | 1 << 8 | 1 << 9, /* 84 MHz / 4 */
};

static uint8_t spi(uint8_t out)
{
    while (!(REG32(SPI_SR) & 2)) {
    }
    REG32(SPI_DR) = out;
    while (!(REG32(SPI_SR) & 1)) {
    }
    return (uint8_t)REG32(SPI_DR);
}

static uint8_t sd_command(uint8_t n, uint32_t argument, uint8_t crc)
{
    uint8_t r = 0xFF;
    const uint8_t frame[] = { 0x40 | n, argument >> 24, argument >> 16, argument >> 8, argument, crc };
    spi(0xFF);
    for (unsigned i = 0; i < sizeof frame; i++) {
        spi(frame[i]);
    }
    for (unsigned i = 0; i < 9 && r & 0x80; i++) {
        r = spi(0xFF);
    }
    return r;
}

static void sd_skip(unsigned n)
{
    while (n--) {
        spi(0xFF);
    }
}

static void try_spi(void)
{
    unsigned good = 0;
    REG32(RCC_APB2ENR) |= 1 << 12;
    (void)REG32(RCC_APB2ENR);
    for (unsigned pin = 5; pin <= 7; pin++) {
        alternate(GPIOA, pin, 5);
    }
    REG32(GPIOA + BSRR) = 1 << 4;
    set_field(GPIOA + MODER, 8, 2, 1);
    REG32(SPI_CR1) = SPI_MASTER_SLOW;
    sd_skip(10);
    REG32(GPIOA + BSRR) = 1 << (4 + 16);
    uint8_t idle = sd_command(0, 0, 0x95), version = sd_command(8, 0x1AA, 0x87);
    sd_skip(4);
    do {
        sd_command(55, 0, 0xFF);
    } while (sd_command(41, 1u << 30, 0xFF));
    while (REG32(SPI_SR) & 0x80) {
    }
    REG32(SPI_CR1) = 0;
    REG32(SPI_CR1) = SPI_MASTER_FAST;
    printf("card: CMD0 %02x, CMD8 %02x\n", idle, version);
    sd_command(24, 512 * 3, 0xFF);
    spi(0xFE);
    for (unsigned i = 0; i < 512; i++) {
        spi((uint8_t)(i * 7));
    }
    sd_skip(2);
    uint8_t response = spi(0xFF) & 0x1F;
    while (spi(0xFF) != 0xFF) {
    }
    sd_command(17, 512 * 3, 0xFF);
    while (spi(0xFF) != 0xFE) {
    }
    for (unsigned i = 0; i < 512; i++) {
        good += spi(0xFF) == (uint8_t)(i * 7);
    }
    sd_skip(2);
    REG32(GPIOA + BSRR) = 1 << 4;
    printf("card: response %02x, %u bytes right\n", response, good);
}

/* --- CAN1 on PB8 and PB9, 500 kbit/s ------------------------------------------------------------------------------------------- */

enum {
    CAN1 = 0x40006400,
    CAN_MCR = CAN1 + 0x00,
    CAN_MSR = CAN1 + 0x04,
    CAN_TSR = CAN1 + 0x08,
    CAN_RF0R = CAN1 + 0x0C,
    CAN_ESR = CAN1 + 0x18,
    CAN_BTR = CAN1 + 0x1C,
    CAN_TI0R = CAN1 + 0x180,
    CAN_RI0R = CAN1 + 0x1B0,
    CAN_FMR = CAN1 + 0x200,
    CAN_FS1R = CAN1 + 0x20C,
    CAN_FA1R = CAN1 + 0x21C,
};

static void try_can(void)
{
    REG32(RCC_APB1ENR) |= 1 << 25;
    (void)REG32(RCC_APB1ENR);
    alternate(GPIOB, 8, 9);
    alternate(GPIOB, 9, 9);
    REG32(CAN_MCR) = 0x00010001;
    while (!(REG32(CAN_MSR) & 1)) {
    }
    REG32(CAN_BTR) = 5 | 10 << 16 | 1 << 20; /* 42 MHz / 6 / 14 */
    REG32(CAN_FMR) |= 1;
    REG32(CAN_FS1R) = 1;
    REG32(CAN_FA1R) = 1;
    REG32(CAN_FMR) &= ~1u;
    REG32(CAN_MCR) = 0x00010000;
    while (REG32(CAN_MSR) & 1) {
    }
    REG32(CAN_TI0R + 4) = 2;
    REG32(CAN_TI0R + 8) = 0xBEEF;
    REG32(CAN_TI0R) = 0x100u << 21 | 1;
    while (!(REG32(CAN_TSR) & 1)) {
    }
    printf("can: sent %s, errors %lx\n", REG32(CAN_TSR) & 2 ? "well" : "badly", (unsigned long)REG32(CAN_ESR));
    while (!(REG32(CAN_RF0R) & 3)) {
    }
    printf("can: heard %lx %lx\n", (unsigned long)REG32(CAN_RI0R) >> 21, (unsigned long)REG32(CAN_RI0R + 8));
    REG32(CAN_RF0R) = 1 << 5;
}

int main(void)
{
    REG32(RCC_AHB1ENR) |= 3;
    (void)REG32(RCC_AHB1ENR);
    try_i2c();
    try_spi();
    try_can();
    return 0;
}
