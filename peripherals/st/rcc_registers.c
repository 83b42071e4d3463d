/*
 * Registers of the STM32F4 RCC. Reference: RM0090 rev 19, section 7.3 and table 34 (F405/407), section 6.3 and table 24 (F42x/43x).
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "rcc.h"

/* Registers whose bits follow clocks and rules are VOLATILE: what is read is not plainly what was written. */
#define B(name, bit, access)                                                                                           \
    {                                                                                                                  \
        name, bit, 1, access                                                                                           \
    }

/* The bits that reset, enable and low-power enable registers of a bus have in common; `s` is what their names end in. */
#define GPIO_BITS(s, a)                                                                                                \
    B("GPIOA" s, 0, a), B("GPIOB" s, 1, a), B("GPIOC" s, 2, a), B("GPIOD" s, 3, a), B("GPIOE" s, 4, a),                \
        B("GPIOF" s, 5, a), B("GPIOG" s, 6, a), B("GPIOH" s, 7, a), B("GPIOI" s, 8, a)
#define AHB1_BITS(s, a)                                                                                                \
    GPIO_BITS(s, a), B("CRC" s, 12, a), B("DMA1" s, 21, a), B("DMA2" s, 22, a), B("ETHMAC" s, 25, a),                  \
        B("OTGHS" s, 29, a)
#define AHB1_CLOCK_BITS(s, a)                                                                                          \
    AHB1_BITS(s, a), B("BKPSRAM" s, 18, a), B("ETHMACTX" s, 26, a), B("ETHMACRX" s, 27, a), B("ETHMACPTP" s, 28, a),   \
        B("OTGHSULPI" s, 30, a)
#define AHB2_BITS(s, a) B("DCMI" s, 0, a), B("CRYP" s, 4, a), B("HASH" s, 5, a), B("RNG" s, 6, a), B("OTGFS" s, 7, a)
#define APB1_BITS(s, a)                                                                                                \
    B("TIM2" s, 0, a), B("TIM3" s, 1, a), B("TIM4" s, 2, a), B("TIM5" s, 3, a), B("TIM6" s, 4, a), B("TIM7" s, 5, a),  \
        B("TIM12" s, 6, a), B("TIM13" s, 7, a), B("TIM14" s, 8, a), B("WWDG" s, 11, a), B("SPI2" s, 14, a),            \
        B("SPI3" s, 15, a), B("USART2" s, 17, a), B("USART3" s, 18, a), B("UART4" s, 19, a), B("UART5" s, 20, a),      \
        B("I2C1" s, 21, a), B("I2C2" s, 22, a), B("I2C3" s, 23, a), B("CAN1" s, 25, a), B("CAN2" s, 26, a),            \
        B("PWR" s, 28, a), B("DAC" s, 29, a)
#define APB2_BITS(s, a)                                                                                                \
    B("TIM1" s, 0, a), B("TIM8" s, 1, a), B("USART1" s, 4, a), B("USART6" s, 5, a), B("SDIO" s, 11, a),                \
        B("SPI1" s, 12, a), B("SYSCFG" s, 14, a), B("TIM9" s, 16, a), B("TIM10" s, 17, a), B("TIM11" s, 18, a)
#define APB2_CLOCK_BITS(s, a) APB2_BITS(s, a), B("ADC1" s, 8, a), B("ADC2" s, 9, a), B("ADC3" s, 10, a)

/* What the F42x and F43x have besides. */
#define AHB1_BITS_42X(s, a)       AHB1_BITS(s, a), B("GPIOJ" s, 9, a), B("GPIOK" s, 10, a), B("DMA2D" s, 23, a)
#define AHB1_CLOCK_BITS_42X(s, a) AHB1_CLOCK_BITS(s, a), B("GPIOJ" s, 9, a), B("GPIOK" s, 10, a), B("DMA2D" s, 23, a)
#define APB1_BITS_42X(s, a)       APB1_BITS(s, a), B("UART7" s, 30, a), B("UART8" s, 31, a)
#define APB2_MORE(s, a)                                                                                                \
    B("SPI4" s, 13, a), B("SPI5" s, 20, a), B("SPI6" s, 21, a), B("SAI1" s, 22, a), B("LTDC" s, 26, a)

#define CR_FIELDS                                                                                                      \
    B("HSION", 0, ZIF_RW), B("HSIRDY", 1, ZIF_RO), { "HSITRIM", 3, 5, ZIF_RW }, { "HSICAL", 8, 8, ZIF_RO },            \
        B("HSEON", 16, ZIF_RW), B("HSERDY", 17, ZIF_RO), B("HSEBYP", 18, ZIF_RW), B("CSSON", 19, ZIF_RW),              \
        B("PLLON", 24, ZIF_RW), B("PLLRDY", 25, ZIF_RO), B("PLLI2SON", 26, ZIF_RW), B("PLLI2SRDY", 27, ZIF_RO)
#define CIR_FIELDS                                                                                                     \
    B("LSIRDYF", 0, ZIF_RO), B("LSERDYF", 1, ZIF_RO), B("HSIRDYF", 2, ZIF_RO), B("HSERDYF", 3, ZIF_RO),                \
        B("PLLRDYF", 4, ZIF_RO), B("PLLI2SRDYF", 5, ZIF_RO), B("CSSF", 7, ZIF_RO), B("LSIRDYIE", 8, ZIF_RW),           \
        B("LSERDYIE", 9, ZIF_RW), B("HSIRDYIE", 10, ZIF_RW), B("HSERDYIE", 11, ZIF_RW), B("PLLRDYIE", 12, ZIF_RW),     \
        B("PLLI2SRDYIE", 13, ZIF_RW), B("LSIRDYC", 16, ZIF_WO), B("LSERDYC", 17, ZIF_WO), B("HSIRDYC", 18, ZIF_WO),    \
        B("HSERDYC", 19, ZIF_WO), B("PLLRDYC", 20, ZIF_WO), B("PLLI2SRDYC", 21, ZIF_WO), B("CSSC", 23, ZIF_WO)

/* Rows that all parts have. Bits 30:28 of PLLCFGR have a reset value of 2 and no name in the manual; ST's own start-up code writes 0
 * there. */
#define COMMON_ROWS                                                                                                    \
    [PLLCFGR] = { .name = "PLLCFGR",                                                                                   \
                  .offset = 0x04,                                                                                      \
                  .reset = 0x24003010,                                                                                 \
                  .fields = ZIF_FIELDS({ "PLLM", 0, 6, ZIF_RW }, { "PLLN", 6, 9, ZIF_RW }, { "PLLP", 16, 2, ZIF_RW },  \
                                       B("PLLSRC", 22, ZIF_RW), { "PLLQ", 24, 4, ZIF_RW }, { "R", 28, 3, ZIF_RW }) },  \
    [CFGR] = { .name = "CFGR",                                                                                         \
               .offset = 0x08,                                                                                         \
               .flags = ZIF_REG_VOLATILE,                                                                              \
               .fields =                                                                                               \
                   ZIF_FIELDS({ "SW", 0, 2, ZIF_RW }, { "SWS", 2, 2, ZIF_RO }, { "HPRE", 4, 4, ZIF_RW },               \
                              { "PPRE1", 10, 3, ZIF_RW }, { "PPRE2", 13, 3, ZIF_RW }, { "RTCPRE", 16, 5, ZIF_RW },     \
                              { "MCO1", 21, 2, ZIF_RW }, B("I2SSRC", 23, ZIF_RW), { "MCO1PRE", 24, 3, ZIF_RW },        \
                              { "MCO2PRE", 27, 3, ZIF_RW }, { "MCO2", 30, 2, ZIF_RW }) },                              \
    [AHB2RSTR] = { .name = "AHB2RSTR", .offset = 0x14, .fields = ZIF_FIELDS(AHB2_BITS("RST", ZIF_RW)) },               \
    [AHB2ENR] = { .name = "AHB2ENR", .offset = 0x34, .fields = ZIF_FIELDS(AHB2_BITS("EN", ZIF_RW)) },                  \
    [AHB2LPENR] = { .name = "AHB2LPENR",                                                                               \
                    .offset = 0x54,                                                                                    \
                    .reset = 0xF1,                                                                                     \
                    .fields = ZIF_FIELDS(AHB2_BITS("LPEN", ZIF_STUB)) },                                               \
    [BDCR] = { .name = "BDCR",                                                                                         \
               .offset = 0x70,                                                                                         \
               .flags = ZIF_REG_KEEP_RESET | ZIF_REG_VOLATILE,                                                         \
               .fields = ZIF_FIELDS(B("LSEON", 0, ZIF_RW), B("LSERDY", 1, ZIF_RO), B("LSEBYP", 2, ZIF_RW),             \
                                    { "RTCSEL", 8, 2, ZIF_RW }, B("RTCEN", 15, ZIF_RW), B("BDRST", 16, ZIF_RW)) },     \
    [CSR] = { .name = "CSR",                                                                                           \
              .offset = 0x74,                                                                                          \
              .reset = 0x0E000000,                                                                                     \
              .flags = ZIF_REG_KEEP_RESET | ZIF_REG_VOLATILE,                                                          \
              .fields = ZIF_FIELDS(B("LSION", 0, ZIF_RW), B("LSIRDY", 1, ZIF_RO), B("RMVF", 24, ZIF_W1S),              \
                                   B("BORRSTF", 25, ZIF_RO), B("PINRSTF", 26, ZIF_RO), B("PORRSTF", 27, ZIF_RO),       \
                                   B("SFTRSTF", 28, ZIF_RO), B("IWDGRSTF", 29, ZIF_RO), B("WWDGRSTF", 30, ZIF_RO),     \
                                   B("LPWRRSTF", 31, ZIF_RO)) },                                                       \
    [SSCGR] = { .name = "SSCGR",                                                                                       \
                .offset = 0x80,                                                                                        \
                .fields = ZIF_FIELDS({ "MODPER", 0, 13, ZIF_STUB }, { "INCSTEP", 13, 15, ZIF_STUB },                   \
                                     B("SPREADSEL", 30, ZIF_STUB), B("SSCGEN", 31, ZIF_STUB)) }

const ZifRegister zif__stm32f4_rcc_regs[NREGS_F40X] = {
    COMMON_ROWS,
    [CR] = { .name = "CR", .offset = 0x00, .flags = ZIF_REG_VOLATILE, .reset = 0x83, .fields = ZIF_FIELDS(CR_FIELDS) },
    [CIR] = { .name = "CIR", .offset = 0x0C, .flags = ZIF_REG_VOLATILE, .fields = ZIF_FIELDS(CIR_FIELDS) },
    [AHB1RSTR] = { .name = "AHB1RSTR", .offset = 0x10, .fields = ZIF_FIELDS(AHB1_BITS("RST", ZIF_RW)) },
    [AHB3RSTR] = { .name = "AHB3RSTR", .offset = 0x18, .fields = ZIF_FIELDS(B("FSMCRST", 0, ZIF_RW)) },
    [APB1RSTR] = { .name = "APB1RSTR", .offset = 0x20, .fields = ZIF_FIELDS(APB1_BITS("RST", ZIF_RW)) },
    [APB2RSTR] = { .name = "APB2RSTR",
                   .offset = 0x24,
                   .fields = ZIF_FIELDS(APB2_BITS("RST", ZIF_RW), B("ADCRST", 8, ZIF_RW)) },
    [AHB1ENR] = { .name = "AHB1ENR",
                  .offset = 0x30,
                  .reset = 0x00100000,
                  .fields = ZIF_FIELDS(AHB1_CLOCK_BITS("EN", ZIF_RW), B("CCMDATARAMEN", 20, ZIF_RW)) },
    [AHB3ENR] = { .name = "AHB3ENR", .offset = 0x38, .fields = ZIF_FIELDS(B("FSMCEN", 0, ZIF_RW)) },
    [APB1ENR] = { .name = "APB1ENR", .offset = 0x40, .fields = ZIF_FIELDS(APB1_BITS("EN", ZIF_RW)) },
    [APB2ENR] = { .name = "APB2ENR", .offset = 0x44, .fields = ZIF_FIELDS(APB2_CLOCK_BITS("EN", ZIF_RW)) },
    [AHB1LPENR] = { .name = "AHB1LPENR",
                    .offset = 0x50,
                    .reset = 0x7E6791FF,
                    .fields = ZIF_FIELDS(AHB1_CLOCK_BITS("LPEN", ZIF_STUB), B("FLITFLPEN", 15, ZIF_STUB),
                                         B("SRAM1LPEN", 16, ZIF_STUB), B("SRAM2LPEN", 17, ZIF_STUB)) },
    [AHB3LPENR] = { .name = "AHB3LPENR", .offset = 0x58, .reset = 1, .fields = ZIF_FIELDS(B("FSMCLPEN", 0, ZIF_STUB)) },
    [APB1LPENR] = { .name = "APB1LPENR",
                    .offset = 0x60,
                    .reset = 0x36FEC9FF,
                    .fields = ZIF_FIELDS(APB1_BITS("LPEN", ZIF_STUB)) },
    [APB2LPENR] = { .name = "APB2LPENR",
                    .offset = 0x64,
                    .reset = 0x00075F33,
                    .fields = ZIF_FIELDS(APB2_CLOCK_BITS("LPEN", ZIF_STUB)) },
    [PLLI2SCFGR] = { .name = "PLLI2SCFGR",
                     .offset = 0x84,
                     .reset = 0x20003000,
                     .fields = ZIF_FIELDS({ "PLLI2SN", 6, 9, ZIF_RW }, { "PLLI2SR", 28, 3, ZIF_RW }) },
};

const ZifRegister zif__stm32f42x_rcc_regs[NREGS] = {
    COMMON_ROWS,
    [CR] = { .name = "CR",
             .offset = 0x00,
             .flags = ZIF_REG_VOLATILE,
             .reset = 0x83,
             .fields = ZIF_FIELDS(CR_FIELDS, B("PLLSAION", 28, ZIF_RW), B("PLLSAIRDY", 29, ZIF_RO)) },
    [CIR] = { .name = "CIR",
              .offset = 0x0C,
              .flags = ZIF_REG_VOLATILE,
              .fields = ZIF_FIELDS(CIR_FIELDS, B("PLLSAIRDYF", 6, ZIF_RO), B("PLLSAIRDYIE", 14, ZIF_RW),
                                   B("PLLSAIRDYC", 22, ZIF_WO)) },
    [AHB1RSTR] = { .name = "AHB1RSTR", .offset = 0x10, .fields = ZIF_FIELDS(AHB1_BITS_42X("RST", ZIF_RW)) },
    [AHB3RSTR] = { .name = "AHB3RSTR", .offset = 0x18, .fields = ZIF_FIELDS(B("FMCRST", 0, ZIF_RW)) },
    [APB1RSTR] = { .name = "APB1RSTR", .offset = 0x20, .fields = ZIF_FIELDS(APB1_BITS_42X("RST", ZIF_RW)) },
    [APB2RSTR] = { .name = "APB2RSTR",
                   .offset = 0x24,
                   .fields = ZIF_FIELDS(APB2_BITS("RST", ZIF_RW), APB2_MORE("RST", ZIF_RW), B("ADCRST", 8, ZIF_RW)) },
    [AHB1ENR] = { .name = "AHB1ENR",
                  .offset = 0x30,
                  .reset = 0x00100000,
                  .fields = ZIF_FIELDS(AHB1_CLOCK_BITS_42X("EN", ZIF_RW), B("CCMDATARAMEN", 20, ZIF_RW)) },
    [AHB3ENR] = { .name = "AHB3ENR", .offset = 0x38, .fields = ZIF_FIELDS(B("FMCEN", 0, ZIF_RW)) },
    [APB1ENR] = { .name = "APB1ENR", .offset = 0x40, .fields = ZIF_FIELDS(APB1_BITS_42X("EN", ZIF_RW)) },
    [APB2ENR] = { .name = "APB2ENR",
                  .offset = 0x44,
                  .fields = ZIF_FIELDS(APB2_CLOCK_BITS("EN", ZIF_RW), APB2_MORE("EN", ZIF_RW)) },
    [AHB1LPENR] = { .name = "AHB1LPENR",
                    .offset = 0x50,
                    .reset = 0x7EEF97FF,
                    .fields = ZIF_FIELDS(AHB1_CLOCK_BITS_42X("LPEN", ZIF_STUB), B("FLITFLPEN", 15, ZIF_STUB),
                                         B("SRAM1LPEN", 16, ZIF_STUB), B("SRAM2LPEN", 17, ZIF_STUB),
                                         B("SRAM3LPEN", 19, ZIF_STUB)) },
    [AHB3LPENR] = { .name = "AHB3LPENR", .offset = 0x58, .reset = 1, .fields = ZIF_FIELDS(B("FMCLPEN", 0, ZIF_STUB)) },
    [APB1LPENR] = { .name = "APB1LPENR",
                    .offset = 0x60,
                    .reset = 0xF6FEC9FF,
                    .fields = ZIF_FIELDS(APB1_BITS_42X("LPEN", ZIF_STUB)) },
    [APB2LPENR] = { .name = "APB2LPENR",
                    .offset = 0x64,
                    .reset = 0x04777F33,
                    .fields = ZIF_FIELDS(APB2_CLOCK_BITS("LPEN", ZIF_STUB), APB2_MORE("LPEN", ZIF_STUB)) },
    [PLLI2SCFGR] = { .name = "PLLI2SCFGR",
                     .offset = 0x84,
                     .reset = 0x24003000,
                     .fields = ZIF_FIELDS({ "PLLI2SN", 6, 9, ZIF_RW }, { "PLLI2SQ", 24, 4, ZIF_RW },
                                          { "PLLI2SR", 28, 3, ZIF_RW }) },
    [PLLSAICFGR] = { .name = "PLLSAICFGR",
                     .offset = 0x88,
                     .reset = 0x24003000,
                     .fields = ZIF_FIELDS({ "PLLSAIN", 6, 9, ZIF_RW }, { "PLLSAIQ", 24, 4, ZIF_RW },
                                          { "PLLSAIR", 28, 3, ZIF_RW }) },
    [DCKCFGR] = { .name = "DCKCFGR",
                  .offset = 0x8C,
                  .fields = ZIF_FIELDS({ "PLLI2SDIVQ", 0, 5, ZIF_RW }, { "PLLSAIDIVQ", 8, 5, ZIF_RW },
                                       { "PLLSAIDIVR", 16, 2, ZIF_RW }, { "SAI1ASRC", 20, 2, ZIF_RW },
                                       { "SAI1BSRC", 22, 2, ZIF_RW }, B("TIMPRE", 24, ZIF_RW)) },
};
