/*
 * SMSC LAN9220 Ethernet controller of the MPS2 board, registers only.
 *
 * Reference: SMSC LAN9220 data sheet, chapter 5 "Register description".
 * Models: the registers with their reset values: a powered controller whose cable is unplugged and whose PHY never answers.
 * Departs: frames written are dropped. Missing: MAC, PHY, EEPROM, timers, interrupts.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <zif/peripheral.h>

enum {
    RX_DATA_PORT,
    TX_DATA_PORT,
    RX_STAT_PORT,
    RX_STAT_PEEK,
    TX_STAT_PORT,
    TX_STAT_PEEK,
    ID_REV,
    IRQ_CFG,
    INT_STS,
    INT_EN,
    BYTE_TEST,
    FIFO_INT,
    RX_CFG,
    TX_CFG,
    HW_CFG,
    RX_DP_CTRL,
    RX_FIFO_INF,
    TX_FIFO_INF,
    PMT_CTRL,
    GPIO_CFG,
    GPT_CFG,
    GPT_CNT,
    WORD_SWAP,
    FREE_RUN,
    RX_DROP,
    MAC_CSR_CMD,
    MAC_CSR_DATA,
    AFC_CFG,
    E2P_CMD,
    E2P_DATA,
    NREGS
};

#define READ_ONLY(slot, at, value)                                                                                     \
    [slot] = { .name = #slot, .offset = at, .reset = value, .fields = ZIF_FIELDS({ #slot, 0, 32, ZIF_RO }) }
#define KEPT(slot, at, value) [slot] = { .name = #slot, .offset = at, .reset = value, .flags = ZIF_REG_STUB }

static const ZifRegister regs[NREGS] = {
    READ_ONLY(RX_DATA_PORT, 0x00, 0),
    [TX_DATA_PORT] = { .name = "TX_DATA_PORT",
                       .offset = 0x20,
                       .flags = ZIF_REG_STUB,
                       .fields = ZIF_FIELDS({ "DATA", 0, 32, ZIF_WO }) },
    READ_ONLY(RX_STAT_PORT, 0x40, 0),
    READ_ONLY(RX_STAT_PEEK, 0x44, 0),
    READ_ONLY(TX_STAT_PORT, 0x48, 0),
    READ_ONLY(TX_STAT_PEEK, 0x4C, 0),
    READ_ONLY(ID_REV, 0x50, 0x92200000),
    KEPT(IRQ_CFG, 0x54, 0),
    [INT_STS] = { .name = "INT_STS", .offset = 0x58, .fields = ZIF_FIELDS({ "INT_STS", 0, 32, ZIF_W1C }) },
    KEPT(INT_EN, 0x5C, 0),
    READ_ONLY(BYTE_TEST, 0x64, 0x87654321),
    KEPT(FIFO_INT, 0x68, 0x48000000),
    KEPT(RX_CFG, 0x6C, 0),
    KEPT(TX_CFG, 0x70, 0),
    KEPT(HW_CFG, 0x74, 0x00050000),
    KEPT(RX_DP_CTRL, 0x78, 0),
    READ_ONLY(RX_FIFO_INF, 0x7C, 0),
    READ_ONLY(TX_FIFO_INF, 0x80, 0x1200),
    KEPT(PMT_CTRL, 0x84, 1), /* READY */
    KEPT(GPIO_CFG, 0x88, 0),
    KEPT(GPT_CFG, 0x8C, 0xFFFF),
    READ_ONLY(GPT_CNT, 0x90, 0xFFFF),
    KEPT(WORD_SWAP, 0x98, 0),
    READ_ONLY(FREE_RUN, 0x9C, 0),
    READ_ONLY(RX_DROP, 0xA0, 0),
    KEPT(MAC_CSR_CMD, 0xA4, 0),
    KEPT(MAC_CSR_DATA, 0xA8, 0),
    KEPT(AFC_CFG, 0xAC, 0),
    KEPT(E2P_CMD, 0xB0, 0),
    KEPT(E2P_DATA, 0xB4, 0),
};

typedef struct {
    ZifDevice dev;
    uint32_t values[NREGS];
} Lan9220;

const ZifClass zif__lan9220 = {
    .name = "lan9220",
    .compatible = (const char *const[]){ "smsc,lan9220", NULL },
    .reference = "SMSC LAN9220 data sheet, 5",
    .summary = "registers only",
    .modelled = ZIF_NAMED_STUB,
    .size = sizeof(Lan9220),
    .regs = regs,
    .nregs = NREGS,
    .values = offsetof(Lan9220, values),
    .span = 0x100,
};
