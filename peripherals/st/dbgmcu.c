/*
 * STM32F4 DBGMCU: the chip's identity, and what goes on while a debugger has halted the core.
 *
 * Reference: RM0090 rev 19, sections 38.6.1 (IDCODE) and 38.16 (registers); ES0182 rev 14, table 2 (revisions).
 * Models: the identity; freeze bits need nothing done: when a debugger halts the core, zif's time stands still for every block.
 * Missing: clocks that go on in Stop and Standby mode, trace pins.
 *
 * Node: zif,idcode: IDCODE (0x100F6413: F405/407, revision Y). SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <zif/peripheral.h>

enum { IDCODE, CR, APB1_FZ, APB2_FZ, NREGS };

#define B(name, bit, access)                                                                                           \
    {                                                                                                                  \
        name, bit, 1, access                                                                                           \
    }

static const ZifRegister regs[NREGS] = {
    [IDCODE] = { .name = "IDCODE",
                 .offset = 0x0,
                 .flags = ZIF_REG_LIVE_RESET,
                 .fields = ZIF_FIELDS({ "DEV_ID", 0, 12, ZIF_RO }, { "REV_ID", 16, 16, ZIF_RO }) },
    [CR] = { .name = "CR",
             .offset = 0x4,
             .flags = ZIF_REG_KEEP_RESET,
             .fields =
                 ZIF_FIELDS(B("DBG_SLEEP", 0, ZIF_STUB), B("DBG_STOP", 1, ZIF_STUB), B("DBG_STANDBY", 2, ZIF_STUB),
                            B("TRACE_IOEN", 5, ZIF_STUB), { "TRACE_MODE", 6, 2, ZIF_STUB }) },
    [APB1_FZ] = { .name = "APB1_FZ",
                  .offset = 0x8,
                  .flags = ZIF_REG_KEEP_RESET,
                  .fields = ZIF_FIELDS(
                      B("DBG_TIM2_STOP", 0, ZIF_RW), B("DBG_TIM3_STOP", 1, ZIF_RW), B("DBG_TIM4_STOP", 2, ZIF_RW),
                      B("DBG_TIM5_STOP", 3, ZIF_RW), B("DBG_TIM6_STOP", 4, ZIF_RW), B("DBG_TIM7_STOP", 5, ZIF_RW),
                      B("DBG_TIM12_STOP", 6, ZIF_RW), B("DBG_TIM13_STOP", 7, ZIF_RW), B("DBG_TIM14_STOP", 8, ZIF_RW),
                      B("DBG_RTC_STOP", 10, ZIF_RW), B("DBG_WWDG_STOP", 11, ZIF_RW), B("DBG_IWDG_STOP", 12, ZIF_RW),
                      B("DBG_I2C1_SMBUS_TIMEOUT", 21, ZIF_RW), B("DBG_I2C2_SMBUS_TIMEOUT", 22, ZIF_RW),
                      B("DBG_I2C3_SMBUS_TIMEOUT", 23, ZIF_RW), B("DBG_CAN1_STOP", 25, ZIF_RW),
                      B("DBG_CAN2_STOP", 26, ZIF_RW)) },
    [APB2_FZ] = { .name = "APB2_FZ",
                  .offset = 0xC,
                  .flags = ZIF_REG_KEEP_RESET,
                  .fields = ZIF_FIELDS(B("DBG_TIM1_STOP", 0, ZIF_RW), B("DBG_TIM8_STOP", 1, ZIF_RW),
                                       B("DBG_TIM9_STOP", 16, ZIF_RW), B("DBG_TIM10_STOP", 17, ZIF_RW),
                                       B("DBG_TIM11_STOP", 18, ZIF_RW)) },
};

typedef struct {
    ZifDevice dev;
    uint32_t values[NREGS];
} Dbgmcu;

static uint32_t dbgmcu_peek(ZifDevice *dev, unsigned slot)
{
    return slot == IDCODE ? zif_prop_u32(dev, "zif,idcode", 0x100F6413) : ((Dbgmcu *)dev)->values[slot];
}

const ZifClass zif__stm32f4_dbgmcu = {
    .name = "stm32f4-dbgmcu",
    .socs = (const char *const[]){ "st,stm32f4", NULL },
    .compatible = (const char *const[]){ "st,stm32-dbgmcu", NULL },
    .reference = "RM0090 rev 19, section 38.16",
    .summary = "identity; freeze bits, which a halted core's time makes needless; no clocks in Stop and Standby",
    .modelled = ZIF_PARTIAL,
    .size = sizeof(Dbgmcu),
    .regs = regs,
    .nregs = NREGS,
    .values = offsetof(Dbgmcu, values),
    .span = 0x400,
    .peek = dbgmcu_peek,
};
