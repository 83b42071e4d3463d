/*
 * Classic mistakes with an nRF51822 (on a micro:bit), each beside the same thing done properly: see cases.h.
 *
 * Reference: nRF51 Series Reference Manual v3.0. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "cases.h"

#define REG8(address) (*(volatile uint8_t *)(uintptr_t)(address))

enum {
    CLOCK = 0x40000000,
    HFCLKSTART = CLOCK,
    LFCLKSTART = CLOCK + 0x008,
    LFCLKSTOP = CLOCK + 0x00C,
    CAL = CLOCK + 0x010,
    HFCLKSTARTED = CLOCK + 0x100,
    LFCLKSTARTED = CLOCK + 0x104,
    CAL_DONE = CLOCK + 0x10C,
    LFCLKSTAT = CLOCK + 0x418,
    LFCLKSRC = CLOCK + 0x518,
    PROTENSET0 = CLOCK + 0x600,

    RADIO = 0x40001000,
    TXEN = RADIO,
    RADIO_START = RADIO + 0x008,
    RADIO_READY = RADIO + 0x100,

    UART = 0x40002000,
    STARTRX = UART,
    STARTTX = UART + 0x008,
    RXDRDY = UART + 0x108,
    TXDRDY = UART + 0x11C,
    UART_ENABLE = UART + 0x500,
    PSELTXD = UART + 0x50C,
    PSELRXD = UART + 0x514,
    RXD = UART + 0x518,
    TXD = UART + 0x51C,
    BAUDRATE = UART + 0x524,
    BAUD_115200 = 0x01D7E000,
    TX_PIN = 24,
    RX_PIN = 25,

    TWI = 0x40003000,
    SPI = 0x40004000,
    TWI_STARTRX = 0x000,
    TWI_STARTTX = 0x008,
    TWI_STOP = 0x014,
    TWI_STOPPED = 0x104,
    READY = 0x108, /* TWI: RXDREADY */
    TXDSENT = 0x11C,
    TWI_ERROR = 0x124,
    SHORTS = 0x200,
    ENABLE = 0x500,
    PSELSCL = 0x508,
    PSELSDA = 0x50C,
    PSELMISO = 0x510,
    BUS_RXD = 0x518,
    BUS_TXD = 0x51C,
    FREQUENCY = 0x524,
    ADDRESS = 0x588,
    SCL_PIN = 0,
    SDA_PIN = 30,
    SENSOR = 0x1D,
    S0D1_INPUT = 0x600,

    GPIOTE = 0x40006000,
    OUT0 = GPIOTE,
    OUT1 = GPIOTE + 0x004,
    CONFIG0 = GPIOTE + 0x510,
    CONFIG1 = GPIOTE + 0x514,
    TASK_ON_13 = 3 | 13 << 8 | 3 << 16,
    TASK_ON_14 = 3 | 14 << 8 | 3 << 16,

    ADC = 0x40007000,
    ADC_START = ADC,
    ADC_END = ADC + 0x100,
    ADC_ENABLE = ADC + 0x500,
    ADC_CONFIG = ADC + 0x504,
    ADC_RESULT = ADC + 0x508,

    TIMER0 = 0x40008000,
    TIMER1 = 0x40009000,
    TIMER2 = 0x4000A000,
    TIMER_START = 0x000,
    TIMER_STOP = 0x004,
    TIMER_COUNT = 0x008,
    TIMER_CLEAR = 0x00C,
    COMPARE0 = 0x140,
    TIMER_INTENSET = 0x304,
    MODE = 0x504,
    BITMODE = 0x508,
    PRESCALER = 0x510,
    CC0 = 0x540,
    POWER = 0xFFC,

    RTC = 0x4000B000,
    RTC_START = RTC,
    RTC_STOP = RTC + 0x004,
    RTC_EVTENSET = RTC + 0x344,
    COUNTER = RTC + 0x504,
    RTC_PRESCALER = RTC + 0x508,
    RTC_CC0 = RTC + 0x540,
    RTC_CC3 = RTC + 0x54C,

    TEMP = 0x4000C000,
    DATARDY = TEMP + 0x100,
    TEMP_RESULT = TEMP + 0x508,
    RNG = 0x4000D000,
    VALRDY = RNG + 0x100,
    RNG_VALUE = RNG + 0x508,

    WDT = 0x40010000,
    CRV = WDT + 0x504,
    RREN = WDT + 0x508,
    RR0 = WDT + 0x600,
    RR1 = WDT + 0x604,
    RELOAD = 0x6E524635,

    NVMC = 0x4001E000,
    NVMC_CONFIG = NVMC + 0x504,
    ERASEPAGE = NVMC + 0x508,
    PAGE = 0x20000, /* of code memory that the program does not use */

    PPI = 0x4001F000,
    CHENSET = PPI + 0x504,
    CH0_EEP = PPI + 0x510,
    CH0_TEP = PPI + 0x514,

    GPIO = 0x50000000,
    OUTSET = GPIO + 0x508,
    DIRSET = GPIO + 0x518,
    PIN_CNF = GPIO + 0x700,
};

static volatile uint32_t sink;

static void cycles(unsigned n)
{
    for (volatile unsigned i = 0; i < n / 8; i++) {
    }
}

/* Waits for an event, and clears it. */
static void await(uint32_t event)
{
    while (!REG32(event)) {
    }
    REG32(event) = 0;
}

static void start_lfclk(void)
{
    REG32(LFCLKSTART) = 1;
    await(LFCLKSTARTED);
}

/* --- UART ------------------------------------------------------------------------------------------------------------------ */

static void uart_on(void)
{
    REG32(UART_ENABLE) = 0; /* the start-up code uses it */
    REG32(OUTSET) = 1u << TX_PIN;
    REG32(DIRSET) = 1u << TX_PIN;
    REG32(PSELTXD) = TX_PIN;
    REG32(PSELRXD) = RX_PIN;
    REG32(BAUDRATE) = BAUD_115200;
    REG32(UART_ENABLE) = 4;
}

/* The transmitter has no pin: what is sent is heard nowhere. */
static void uart_no_pin(bool wrong)
{
    uart_on();
    if (wrong) {
        REG32(PSELTXD) = 0xFFFFFFFF;
    }
    REG32(STARTTX) = 1;
    REG32(TXD) = 'x'; /*! pin uart0.PSELTXD */
    await(TXDRDY);
}

/* Transmit and receive pins are exchanged. */
static void uart_pins_exchanged(bool wrong)
{
    uart_on();
    if (wrong) {
        REG32(PSELRXD) = TX_PIN;
    }
    REG32(STARTRX) = 1; /*! pin uart0.PSELRXD */
}

/* The baud rate is given in baud, where a fraction of 16 MHz is wanted. */
static void uart_baud(bool wrong)
{
    uart_on();
    REG32(BAUDRATE) = wrong ? 115200 : BAUD_115200;
    REG32(STARTTX) = 1;
    REG32(TXD) = 'x'; /*! baud uart0.BAUDRATE */
    await(TXDRDY);
}

/* A byte is written before STARTTX. */
static void uart_not_started(bool wrong)
{
    uart_on();
    if (!wrong) {
        REG32(STARTTX) = 1;
    }
    REG32(TXD) = 'x'; /*! busy uart0.TXD */
}

/* The next byte is written without waiting for TXDRDY. */
static void uart_too_fast(bool wrong)
{
    uart_on();
    REG32(STARTTX) = 1;
    REG32(TXD) = 'x';
    if (!wrong) {
        await(TXDRDY);
    }
    REG32(TXD) = 'y'; /*! busy uart0.TXD */
    await(TXDRDY);
}

/* RXD is read though nothing came; the receiver stops for good. */
static void uart_read_empty(bool wrong)
{
    uart_on();
    REG32(STARTRX) = 1;
    if (wrong || REG32(RXDRDY)) {
        sink = REG32(RXD); /*! busy uart0.RXD */
    }
}

/* ENABLE is written as if it were one bit. */
static void uart_enable(bool wrong)
{
    REG32(UART_ENABLE) = wrong ? 1 : 4; /*! reserved uart0.ENABLE */
}

/* A register is written as a byte: these blocks take whole words only. */
static void byte_access(bool wrong)
{
    if (wrong) {
        REG8(BAUDRATE) = 0; /*! width uart0.BAUDRATE */
    } else {
        REG32(BAUDRATE) = BAUD_115200;
    }
}

/* --- Timers ---------------------------------------------------------------------------------------------------------------- */

/* COUNT is triggered, but MODE was left that of a timer. */
static void timer_count(bool wrong)
{
    REG32(TIMER0 + MODE) = !wrong;
    REG32(TIMER0 + TIMER_START) = 1;
    REG32(TIMER0 + TIMER_COUNT) = 1; /*! locked timer0.TASKS_COUNT */
}

/* The prescaler is changed while the timer runs. */
static void timer_prescaler(bool wrong)
{
    REG32(TIMER0 + TIMER_START) = 1;
    if (!wrong) {
        REG32(TIMER0 + TIMER_STOP) = 1;
    }
    REG32(TIMER0 + PRESCALER) = 9; /*! busy timer0.PRESCALER (logged) */
}

/* A prescaler of 2 to the power of 10: 9 is the most. */
static void timer_prescaler_range(bool wrong)
{
    REG32(TIMER0 + PRESCALER) = wrong ? 10 : 9; /*! reserved timer0.PRESCALER */
}

/* 32 bits are asked of a timer that has 16. */
static void timer_width(bool wrong)
{
    REG32((wrong ? TIMER1 : TIMER0) + BITMODE) = 3; /*! reserved timer1.BITMODE */
}

/* A block is set up while its own power switch is off. */
static void timer_power(bool wrong)
{
    REG32(TIMER2 + POWER) = 0;
    if (!wrong) {
        REG32(TIMER2 + POWER) = 1;
    }
    REG32(TIMER2 + CC0) = 1000; /*! clock-off timer2.CC[0] */
}

/* The handler of a timer does not clear the event. */
static void timer_storm(bool wrong)
{
    sink = wrong;
    REG32(TIMER0 + BITMODE) = 0;
    REG32(TIMER0 + CC0) = 100;
    REG32(TIMER0 + TIMER_INTENSET) = 1 << 16;
    NVIC_ISER0 = 1u << 8;
    REG32(TIMER0 + TIMER_START) = 1;
    while (!REG32(TIMER0 + COMPARE0) && sink < 2) { /*! interrupt timer0 (anywhere) */
    }
    cycles(20000);
}

void irq_handler_8(void)
{
    if (sink != 1) {
        REG32(TIMER0 + COMPARE0) = 0;
        REG32(TIMER0 + TIMER_STOP) = 1;
        sink = 2;
    }
}

/* The real-time counter is started, but nobody started its clock. */
static void rtc_no_clock(bool wrong)
{
    if (!wrong) {
        start_lfclk();
    }
    REG32(RTC_START) = 1; /*! clock-off rtc0.TASKS_START */
}

/* The prescaler of a running counter is written. */
static void rtc_prescaler(bool wrong)
{
    start_lfclk();
    if (!wrong) {
        REG32(RTC_PRESCALER) = 32;
    }
    REG32(RTC_START) = 1;
    cycles(2000);
    if (wrong) {
        REG32(RTC_PRESCALER) = 32; /*! locked rtc0.PRESCALER */
    }
}

/* The fourth compare register of a counter that has three. */
static void rtc_compare_missing(bool wrong)
{
    REG32(wrong ? RTC_CC3 : RTC_CC0) = 100; /*! reserved rtc0.CC[3] */
}

/* A compare value so close to the counter that it may be missed. */
static void rtc_compare_close(bool wrong)
{
    start_lfclk();
    REG32(RTC_EVTENSET) = 1 << 16;
    REG32(RTC_START) = 1;
    while (REG32(COUNTER) < 5) {
    }
    REG32(RTC_CC0) = REG32(COUNTER) + (wrong ? 1 : 4); /*! busy rtc0.CC[0] */
}

/* --- Clocks and watchdog --------------------------------------------------------------------------------------------------- */

/* The source of the low-frequency clock is changed while it runs. */
static void clock_source(bool wrong)
{
    start_lfclk();
    if (!wrong) {
        REG32(LFCLKSTOP) = 1;
    }
    REG32(LFCLKSRC) = 2; /*! locked clock.LFCLKSRC */
}

/* The source is written to the register that only tells it. */
static void clock_read_only(bool wrong)
{
    REG32(wrong ? LFCLKSTAT : LFCLKSRC) = 1; /*! read-only clock.LFCLKSTAT */
}

/* The RC oscillator is calibrated without the crystal. */
static void clock_calibration(bool wrong)
{
    start_lfclk();
    if (!wrong) {
        REG32(HFCLKSTART) = 1;
        await(HFCLKSTARTED);
    }
    REG32(CAL) = 1; /*! clock-off clock.TASKS_CAL */
}

/* The watchdog is fed with a value that is not the magic one. */
static void watchdog_value(bool wrong)
{
    REG32(CRV) = 32768;
    REG32(WDT) = 1;
    REG32(RR0) = wrong ? 0x6E524653 : RELOAD; /*! locked wdt.RR[0] */
}

/* The watchdog's time is changed after it was started. */
static void watchdog_time(bool wrong)
{
    REG32(CRV) = 32768;
    REG32(WDT) = 1;
    if (wrong) {
        REG32(CRV) = 65536; /*! locked wdt.CRV */
    }
}

/* The watchdog is fed through a request that is not enabled. */
static void watchdog_request(bool wrong)
{
    REG32(CRV) = 32768;
    REG32(RREN) = wrong ? 1 : 3;
    REG32(WDT) = 1;
    REG32(RR1) = RELOAD; /*! locked wdt.RR[1] */
}

/* --- TWI and SPI ----------------------------------------------------------------------------------------------------------- */

static void twi_on(uint32_t cnf)
{
    REG32(PIN_CNF + 4 * SCL_PIN) = cnf;
    REG32(PIN_CNF + 4 * SDA_PIN) = cnf;
    REG32(TWI + PSELSCL) = SCL_PIN;
    REG32(TWI + PSELSDA) = SDA_PIN;
    REG32(TWI + ADDRESS) = SENSOR;
    REG32(TWI + ENABLE) = 5;
}

/* The pads of TWI are driven high: drive S0D1 was forgotten. */
static void twi_drive(bool wrong)
{
    twi_on(wrong ? 0 : S0D1_INPUT);
    REG32(TWI + TWI_STARTTX) = 1;
    REG32(TWI + BUS_TXD) = 0x0D;
    while (!REG32(TWI + TXDSENT)) { /*! pin i2c0.PSELSCL (anywhere) */
    }
}

/* The data pin is one that leads nowhere. */
static void twi_pin(bool wrong)
{
    twi_on(S0D1_INPUT);
    if (wrong) {
        REG32(TWI + ENABLE) = 0;
        REG32(TWI + PSELSDA) = 29;
        REG32(TWI + ENABLE) = 5;
    }
    REG32(TWI + TWI_STARTTX) = 1;
    REG32(TWI + BUS_TXD) = 0x0D;
    while (!REG32(TWI + TXDSENT) && !REG32(TWI + TWI_ERROR)) { /*! pin i2c0.PSELSDA (anywhere) */
    }
}

/* Pins are selected while the block is enabled. */
static void twi_pins_late(bool wrong)
{
    if (!wrong) {
        REG32(TWI + PSELSCL) = SCL_PIN;
    }
    REG32(TWI + ENABLE) = 5;
    if (wrong) {
        REG32(TWI + PSELSCL) = SCL_PIN; /*! busy i2c0.PSELSCL */
    }
}

/* A transfer is started while the block is not enabled. */
static void twi_off(bool wrong)
{
    twi_on(S0D1_INPUT);
    if (wrong) {
        REG32(TWI + ENABLE) = 0;
    }
    REG32(TWI + TWI_STARTTX) = 1; /*! clock-off i2c0.TASKS_STARTTX */
}

/* A received byte is not read, and the next comes. */
static void twi_overrun(bool wrong)
{
    twi_on(S0D1_INPUT);
    REG32(TWI + SHORTS) = wrong ? 0 : 2; /* BB_STOP */
    REG32(TWI + TWI_STARTRX) = 1;
    await(TWI + READY);
    cycles(16000); /*! overrun i2c0.RXD (anywhere) */
    sink = REG32(TWI + BUS_RXD);
}

/* SPI is enabled while TWI, which has the same registers, still is. */
static void spi_over_twi(bool wrong)
{
    REG32(SPI + ENABLE) = 5;
    if (!wrong) {
        REG32(SPI + ENABLE) = 0;
    }
    REG32(SPI + ENABLE) = 1; /*! busy i2c1.ENABLE */
}

static void spi_on(void)
{
    REG32(SPI + PSELSCL) = 23;
    REG32(SPI + PSELSDA) = 21;
    REG32(SPI + PSELMISO) = 22;
    REG32(SPI + ENABLE) = 1;
}

/* A third byte is written while two wait. */
static void spi_overrun(bool wrong)
{
    spi_on();
    REG32(SPI + BUS_TXD) = 1;
    REG32(SPI + BUS_TXD) = 2;
    if (!wrong) {
        await(SPI + READY);
        sink = REG32(SPI + BUS_RXD);
    }
    REG32(SPI + BUS_TXD) = 3; /*! overrun i2c1.TXD */
}

/* SPI has no clock pin. */
static void spi_no_pin(bool wrong)
{
    spi_on();
    if (wrong) {
        REG32(SPI + ENABLE) = 0;
        REG32(SPI + PSELSCL) = 0xFFFFFFFF;
        REG32(SPI + ENABLE) = 1;
    }
    REG32(SPI + BUS_TXD) = 1; /*! pin i2c1.PSELSCL */
}

/* --- Pins and the interconnect --------------------------------------------------------------------------------------------- */

/* A GPIOTE task is triggered on a channel that is set up for events. */
static void gpiote_mode(bool wrong)
{
    REG32(CONFIG0) = wrong ? (TASK_ON_13 & ~3u) | 1 : TASK_ON_13;
    REG32(OUT0) = 1; /*! locked gpiote.TASKS_OUT[0] */
}

/* Two GPIOTE channels are given the same pin. */
static void gpiote_twice(bool wrong)
{
    REG32(CONFIG0) = TASK_ON_13;
    REG32(CONFIG1) = wrong ? TASK_ON_13 : TASK_ON_14; /*! pin gpiote.CONFIG[1] */
}

/* A GPIOTE channel without a polarity: nothing is ever an event. */
static void gpiote_polarity(bool wrong)
{
    REG32(CONFIG0) = 1 | 17 << 8 | (wrong ? 0 : 2) << 16; /*! pin gpiote.CONFIG[0] */
}

/* A pin's configuration is written as if it were that of another vendor. */
static void gpio_reserved(bool wrong)
{
    REG32(PIN_CNF + 4 * 13) = wrong ? 0x33 : 0x03; /*! reserved gpio0.PIN_CNF[13] */
}

/* The task end of a channel is no task: an event register was given. */
static void ppi_task(bool wrong)
{
    REG32(CH0_EEP) = TIMER0 + COMPARE0;
    REG32(CH0_TEP) = wrong ? GPIOTE + 0x100 : OUT0; /*! reserved ppi.CH.TEP[0] */
    REG32(CHENSET) = 1;
}

/* The event end of a channel is in a block that is not there. */
static void ppi_event(bool wrong)
{
    REG32(CH0_EEP) = (wrong ? 0x4001B000 : TIMER0) + COMPARE0; /*! reserved ppi.CH.EEP[0] */
    REG32(CH0_TEP) = OUT0;
    REG32(CHENSET) = 1;
}

/* --- Results before they are there ----------------------------------------------------------------------------------------- */

/* A random number is taken before there is one. */
static void rng_early(bool wrong)
{
    REG32(RNG) = 1;
    if (!wrong) {
        await(VALRDY);
    }
    sink = REG32(RNG_VALUE); /*! busy rng.VALUE */
}

/* The temperature is read before it was measured. */
static void temp_early(bool wrong)
{
    REG32(TEMP) = 1;
    if (!wrong) {
        await(DATARDY);
    }
    sink = REG32(TEMP_RESULT); /*! busy temp.TEMP */
}

/* A conversion's result is read before its end. */
static void adc_early(bool wrong)
{
    REG32(ADC_CONFIG) = 2 | 1 << 8;
    REG32(ADC_ENABLE) = 1;
    REG32(ADC_START) = 1;
    if (!wrong) {
        await(ADC_END);
    }
    sink = REG32(ADC_RESULT); /*! busy adc.RESULT */
}

/* A conversion is started while the converter is not enabled. */
static void adc_off(bool wrong)
{
    REG32(ADC_CONFIG) = 2 | 1 << 8;
    REG32(ADC_ENABLE) = !wrong;
    REG32(ADC_START) = 1; /*! clock-off adc.TASKS_START */
}

/* The input is given by its number where a bit is wanted. */
static void adc_input(bool wrong)
{
    REG32(ADC_CONFIG) = 2 | (wrong ? 3 : 1 << 3) << 8;
    REG32(ADC_ENABLE) = 1;
    REG32(ADC_START) = 1; /*! pin adc.CONFIG */
}

/* --- Radio ----------------------------------------------------------------------------------------------------------------- */

/* The radio is enabled on the RC oscillator. */
static void radio_crystal(bool wrong)
{
    if (!wrong) {
        REG32(HFCLKSTART) = 1;
        await(HFCLKSTARTED);
    }
    REG32(TXEN) = 1; /*! clock-off radio.TASKS_TXEN */
}

/* The radio is started before it is READY. */
static void radio_early(bool wrong)
{
    REG32(HFCLKSTART) = 1;
    await(HFCLKSTARTED);
    REG32(TXEN) = 1;
    if (!wrong) {
        await(RADIO_READY);
    }
    REG32(RADIO_START) = 1; /*! busy radio.TASKS_START */
}

/* --- Code memory ----------------------------------------------------------------------------------------------------------- */

/* Code memory is written while writing is not enabled. */
static void nvmc_write(bool wrong)
{
    REG32(NVMC_CONFIG) = !wrong;
    REG32(PAGE) = 0x12345678; /*! flash nvmc.CONFIG (logged) */
}

/* A page is erased while only writing is enabled. */
static void nvmc_erase(bool wrong)
{
    REG32(NVMC_CONFIG) = wrong ? 1 : 2;
    REG32(ERASEPAGE) = PAGE; /*! flash nvmc.ERASEPAGE (logged) */
}

/* A word is written again that was not erased. */
static void nvmc_not_erased(bool wrong)
{
    REG32(NVMC_CONFIG) = 1;
    REG32(PAGE) = 0x0000FFFF;
    REG32(PAGE) = wrong ? 0xFFFFFFFF : 0x00000000; /*! flash nvmc */
}

/* A byte is written to code memory. */
static void nvmc_byte(bool wrong)
{
    REG32(NVMC_CONFIG) = 1;
    if (wrong) {
        REG8(PAGE) = 0; /*! flash nvmc */
    } else {
        REG32(PAGE) = 0xFFFFFF00;
    }
}

/* Writing and erasing are enabled together. */
static void nvmc_both(bool wrong)
{
    REG32(NVMC_CONFIG) = wrong ? 3 : 2; /*! reserved nvmc.CONFIG */
}

/* A page is erased that the program protected before. */
static void nvmc_protected(bool wrong)
{
    REG32(PROTENSET0) = 1u << (wrong ? 31 : 30);
    REG32(NVMC_CONFIG) = 2;
    REG32(ERASEPAGE) = 0x1F000; /*! locked nvmc.ERASEPAGE */
}

const Case cases[] = {
    CASE(uart_no_pin),
    CASE(uart_pins_exchanged),
    CASE(uart_baud),
    CASE(uart_not_started),
    CASE(uart_too_fast),
    CASE(uart_read_empty),
    CASE(uart_enable),
    CASE(byte_access),
    CASE(timer_count),
    CASE(timer_prescaler),
    CASE(timer_prescaler_range),
    CASE(timer_width),
    CASE(timer_power),
    CASE(timer_storm),
    CASE(rtc_no_clock),
    CASE(rtc_prescaler),
    CASE(rtc_compare_missing),
    CASE(rtc_compare_close),
    CASE(clock_source),
    CASE(clock_read_only),
    CASE(clock_calibration),
    CASE(watchdog_value),
    CASE(watchdog_time),
    CASE(watchdog_request),
    CASE(twi_drive),
    CASE(twi_pin),
    CASE(twi_pins_late),
    CASE(twi_off),
    CASE(twi_overrun),
    CASE(spi_over_twi),
    CASE(spi_overrun),
    CASE(spi_no_pin),
    CASE(gpiote_mode),
    CASE(gpiote_twice),
    CASE(gpiote_polarity),
    CASE(gpio_reserved),
    CASE(ppi_task),
    CASE(ppi_event),
    CASE(rng_early),
    CASE(temp_early),
    CASE(adc_early),
    CASE(adc_off),
    CASE(adc_input),
    CASE(radio_crystal),
    CASE(radio_early),
    CASE(nvmc_write),
    CASE(nvmc_erase),
    CASE(nvmc_not_erased),
    CASE(nvmc_byte),
    CASE(nvmc_both),
    CASE(nvmc_protected),
    { 0 },
};
