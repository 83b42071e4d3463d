/* Tests of the STM32F4 I2C. SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>
#include "bus_test.h"

enum { CR1 = 0x00, CR2 = 0x04, OAR1 = 0x08, OAR2 = 0x0C, DR = 0x10, SR1 = 0x14, SR2 = 0x18, CCR = 0x1C, TRISE = 0x20 };
enum { PE = 1, ENPEC = 0x20, ENGC = 0x40, NOSTRETCH = 0x80, START = 0x100, STOP = 0x200, ACK = 0x400, POS = 0x800 };
enum { PEC = 0x1000, ALERT = 0x2000, SWRST = 0x8000, SMBUS = 2, SMBTYPE = 8, ENARP = 0x10 };
enum { SMBALERT = 0x8000, SMBDEFAULT = 0x20, SMBHOST = 0x40 };
enum { ITERREN = 0x100, ITEVTEN = 0x200, ITBUFEN = 0x400, DMAEN = 0x800, LAST = 0x1000 };
enum { SB = 1, ADDR = 2, BTF = 4, ADD10 = 8, STOPF = 0x10, RXNE = 0x40, TXE = 0x80, BERR = 0x100, ARLO = 0x200 };
enum { AF = 0x400, OVR = 0x800, PECERR = 0x1000, TIMEOUT = 0x4000 };
enum { MSL = 1, BUSY = 2, TRA = 4, GENCALL = 0x10, DUALF = 0x80 };

/* 16 MHz, CCR 80: 100 kHz. */
#define BIT (10 * ZIF_US)

/* A part at 0x50 that keeps what it is told and answers with 1, 2, 3, ... */
typedef struct {
    ZifDevice dev;
    uint8_t got[16], ngot, next, refuse_after, starts, stops;
} Part;

static bool part_start(ZifDevice *dev, bool is_read)
{
    ((Part *)dev)->starts++;
    return true;
}

static bool part_write(ZifDevice *dev, uint8_t byte)
{
    Part *p = (Part *)dev;
    p->got[p->ngot++ & 15] = byte;
    return !p->refuse_after || p->ngot <= p->refuse_after;
}

static uint8_t part_read(ZifDevice *dev)
{
    return ++((Part *)dev)->next;
}

static void part_stop(ZifDevice *dev)
{
    ((Part *)dev)->stops++;
}

static const ZifI2cPart part_ops = { part_start, part_write, part_read, part_stop };
static const ZifClass part_class = { .name = "test-part", .size = sizeof(Part), .i2c = &part_ops };

static Part *part;

static ZifDevice *ready_with(void **state, uint32_t cr2, uint32_t cr1)
{
    ZifDevice *c = zif_bench_add(*state, "stm32f4-i2c", NULL);
    part = (Part *)zif_bench_add_part_class(*state, c, &part_class, PROPS(PROP("reg", 0x50)));
    zif_bench_write(c, CR2, 16 | cr2);
    zif_bench_write(c, CCR, 80);
    zif_bench_write(c, TRISE, 17);
    zif_bench_write(c, CR1, PE);
    zif_bench_write(c, CR1, PE | ACK | cr1);
    return c;
}

static ZifDevice *ready(void **state)
{
    return ready_with(state, 0, 0);
}

static uint32_t sr1(ZifDevice *c)
{
    return zif_bench_peek(c, SR1);
}

static uint32_t sr2(ZifDevice *c)
{
    return zif_bench_peek(c, SR2);
}

static void set(ZifDevice *c, uint32_t bits)
{
    zif_bench_write(c, CR1, zif_bench_peek(c, CR1) | bits);
}

static void clear(ZifDevice *c, uint32_t bits)
{
    zif_bench_write(c, CR1, zif_bench_peek(c, CR1) & ~bits);
}

/* Start and address; the bits of SR1 then. */
static uint32_t address(void **state, ZifDevice *c, uint8_t byte)
{
    set(c, START);
    zif_bench_run(*state, BIT);
    zif_bench_read(c, SR1);
    zif_bench_write(c, DR, byte);
    zif_bench_run(*state, 9 * BIT);
    return sr1(c);
}

static void clear_addr(ZifDevice *c)
{
    zif_bench_read(c, SR1);
    zif_bench_read(c, SR2);
}

/* --- Start and address --------------------------------------------------------------------------------------------------- */

static void a_start_takes_a_bit_and_sets_sb(void **state)
{
    ZifDevice *c = ready(state);
    set(c, START);
    zif_bench_run(*state, BIT - 1);
    assert_int_equal(sr1(c), 0);
    zif_bench_run(*state, 1);
    assert_int_equal(sr1(c), SB);
    assert_int_equal(sr2(c), MSL | BUSY);
    assert_int_equal(zif_bench_read(c, CR1) & START, 0);
}

static void sb_is_cleared_by_reading_sr1_and_writing_dr(void **state)
{
    ZifDevice *c = ready(state);
    set(c, START);
    zif_bench_run(*state, BIT);
    zif_bench_read(c, SR1);
    assert_int_equal(sr1(c), SB);
    zif_bench_write(c, DR, 0xA0);
    assert_int_equal(sr1(c), 0);
}

static void an_address_written_without_reading_sr1_is_not_sent(void **state)
{
    ZifDevice *c = ready(state);
    set(c, START);
    zif_bench_run(*state, BIT);
    zif_bench_write(c, DR, 0xA0);
    zif_bench_run(*state, ZIF_MS);
    assert_int_equal(sr1(c), SB);
    assert_int_equal(zif_bench_reported(*state, ZIF_REPORT_BUSY, "DR"), 1);
}

static void an_address_takes_nine_bits(void **state)
{
    ZifDevice *c = ready(state);
    set(c, START);
    zif_bench_run(*state, BIT);
    zif_bench_read(c, SR1);
    zif_bench_write(c, DR, 0xA0);
    zif_bench_run(*state, 9 * BIT - 1);
    assert_int_equal(sr1(c), 0);
    zif_bench_run(*state, 1);
    assert_int_equal(sr1(c), ADDR | TXE); /* transmitter mode selected: 0x00070082 */
    assert_int_equal(sr2(c), TRA | BUSY | MSL);
}

static void an_address_for_reading_selects_the_receiver(void **state)
{
    ZifDevice *c = ready(state);
    assert_int_equal(address(state, c, 0xA1), ADDR);
    assert_int_equal(sr2(c), BUSY | MSL);
}

static void nobody_at_the_address_is_an_acknowledge_failure(void **state)
{
    ZifDevice *c = ready(state);
    assert_int_equal(address(state, c, 0xA2), AF);
    zif_bench_write(c, SR1, ~(uint32_t)AF & 0xffff);
    assert_int_equal(sr1(c), 0);
}

static void addr_is_cleared_by_reading_sr1_then_sr2(void **state)
{
    ZifDevice *c = ready(state);
    address(state, c, 0xA1);
    zif_bench_read(c, SR2);
    assert_int_equal(sr1(c) & ADDR, ADDR); /* SR1 was not read with ADDR set */
    zif_bench_read(c, SR1);
    assert_int_equal(sr1(c) & ADDR, ADDR);
    zif_bench_read(c, SR2);
    assert_int_equal(sr1(c) & ADDR, 0);
}

static void the_clock_is_held_until_addr_is_cleared(void **state)
{
    ZifDevice *c = ready(state);
    address(state, c, 0xA1);
    zif_bench_run(*state, ZIF_SEC);
    assert_int_equal(sr1(c), ADDR);
    assert_int_equal(part->next, 0);
}

/* --- Sending ---------------------------------------------------------------------------------------------------------------- */

static void a_byte_takes_nine_bits_and_ends_with_btf(void **state)
{
    ZifDevice *c = ready(state);
    address(state, c, 0xA0);
    clear_addr(c);
    assert_int_equal(sr1(c), TXE);
    zif_bench_write(c, DR, 0x12);
    assert_int_equal(sr1(c), TXE); /* it went straight to the shift register */
    zif_bench_run(*state, 9 * BIT - 1);
    assert_int_equal(part->ngot, 0);
    zif_bench_run(*state, 1);
    assert_int_equal(part->got[0], 0x12);
    assert_int_equal(sr1(c), TXE | BTF);
}

static void two_bytes_follow_each_other_without_a_gap(void **state)
{
    ZifDevice *c = ready(state);
    address(state, c, 0xA0);
    clear_addr(c);
    zif_bench_write(c, DR, 1);
    zif_bench_write(c, DR, 2);
    assert_int_equal(sr1(c) & TXE, 0);
    zif_bench_run(*state, 9 * BIT);
    assert_int_equal(sr1(c), TXE);
    zif_bench_run(*state, 9 * BIT);
    assert_memory_equal(part->got, ((uint8_t[]){ 1, 2 }), 2);
}

static void btf_is_cleared_by_reading_sr1_and_writing_dr(void **state)
{
    ZifDevice *c = ready(state);
    address(state, c, 0xA0);
    clear_addr(c);
    zif_bench_write(c, DR, 1);
    zif_bench_run(*state, 9 * BIT);
    zif_bench_read(c, SR1);
    assert_int_equal(sr1(c) & BTF, BTF);
    zif_bench_write(c, DR, 2);
    assert_int_equal(sr1(c) & BTF, 0);
}

static void a_byte_written_while_txe_is_0_is_an_overrun(void **state)
{
    ZifDevice *c = ready(state);
    address(state, c, 0xA0);
    clear_addr(c);
    zif_bench_write(c, DR, 1);
    zif_bench_write(c, DR, 2);
    zif_bench_write(c, DR, 3);
    assert_int_equal(zif_bench_reported(*state, ZIF_REPORT_OVERRUN, "DR"), 1);
}

static void a_refused_byte_sets_af_and_waits_for_a_stop(void **state)
{
    ZifDevice *c = ready(state);
    part->refuse_after = 1;
    address(state, c, 0xA0);
    clear_addr(c);
    zif_bench_write(c, DR, 1);
    zif_bench_write(c, DR, 2);
    zif_bench_run(*state, 18 * BIT);
    assert_int_equal(sr1(c), AF);
    zif_bench_run(*state, ZIF_SEC);
    assert_int_equal(sr2(c) & BUSY, BUSY);
    set(c, STOP);
    zif_bench_run(*state, BIT);
    assert_int_equal(sr2(c), 0);
}

static void a_stop_takes_a_bit_and_frees_the_bus(void **state)
{
    ZifDevice *c = ready(state);
    address(state, c, 0xA0);
    clear_addr(c);
    zif_bench_write(c, DR, 1);
    zif_bench_run(*state, 9 * BIT);
    set(c, STOP);
    zif_bench_run(*state, BIT - 1);
    assert_int_equal(sr2(c), TRA | BUSY | MSL);
    zif_bench_run(*state, 1);
    assert_int_equal(sr2(c), 0);
    assert_int_equal(sr1(c), 0); /* BTF and TXE went with it */
    assert_int_equal(zif_bench_read(c, CR1) & STOP, 0);
    assert_int_equal(part->stops, 1);
}

static void a_stop_asked_for_during_a_byte_comes_after_it(void **state)
{
    ZifDevice *c = ready(state);
    address(state, c, 0xA0);
    clear_addr(c);
    zif_bench_write(c, DR, 1);
    zif_bench_run(*state, BIT);
    set(c, STOP);
    zif_bench_run(*state, 8 * BIT);
    assert_int_equal(part->ngot, 1);
    zif_bench_run(*state, BIT);
    assert_int_equal(sr2(c), 0);
}

static void a_probe_stops_after_the_address(void **state)
{
    ZifDevice *c = ready(state);
    address(state, c, 0xA0);
    set(c, STOP);
    clear_addr(c);
    zif_bench_run(*state, BIT);
    assert_int_equal(sr2(c), 0);
    assert_int_equal(part->ngot, 0);
}

static void a_repeated_start_turns_the_transfer_round(void **state)
{
    ZifDevice *c = ready(state);
    address(state, c, 0xA0);
    clear_addr(c);
    zif_bench_write(c, DR, 7);
    zif_bench_run(*state, 9 * BIT);
    assert_int_equal(address(state, c, 0xA1), ADDR);
    assert_int_equal(part->starts, 2);
    assert_int_equal(part->stops, 0);
}

/* --- Receiving ----------------------------------------------------------------------------------------------------------------- */

static void one_byte_is_refused_and_followed_by_the_stop(void **state)
{
    ZifDevice *c = ready(state);
    address(state, c, 0xA1);
    clear(c, ACK);
    clear_addr(c);
    set(c, STOP);
    zif_bench_run(*state, 9 * BIT);
    assert_int_equal(sr1(c), RXNE);
    zif_bench_run(*state, BIT);
    assert_int_equal(sr2(c), 0);
    assert_int_equal(zif_bench_read(c, DR), 1);
    assert_int_equal(sr1(c), 0);
    assert_int_equal(part->next, 1);
}

static void two_bytes_with_pos_leave_the_second_refused(void **state)
{
    ZifDevice *c = ready(state);
    set(c, POS);
    address(state, c, 0xA1);
    clear_addr(c);
    clear(c, ACK);
    zif_bench_run(*state, 18 * BIT);
    assert_int_equal(sr1(c), RXNE | BTF);
    zif_bench_run(*state, ZIF_MS);
    assert_int_equal(part->next, 2); /* no third byte */
    set(c, STOP);
    assert_int_equal(zif_bench_read(c, DR), 1);
    assert_int_equal(zif_bench_read(c, DR), 2);
    zif_bench_run(*state, BIT);
    assert_int_equal(sr2(c), 0);
    assert_int_equal(part->next, 2);
}

static void the_clock_is_held_while_dr_and_the_shift_register_are_full(void **state)
{
    ZifDevice *c = ready(state);
    address(state, c, 0xA1);
    clear_addr(c);
    zif_bench_run(*state, ZIF_SEC);
    assert_int_equal(sr1(c), RXNE | BTF);
    assert_int_equal(part->next, 2);
    zif_bench_read(c, SR1);
    assert_int_equal(zif_bench_read(c, DR), 1);
    assert_int_equal(sr1(c), RXNE);
    zif_bench_run(*state, 9 * BIT);
    assert_int_equal(sr1(c), RXNE | BTF);
    assert_int_equal(zif_bench_read(c, DR), 2);
    assert_int_equal(zif_bench_read(c, DR), 3);
}

static void three_bytes_the_way_of_the_manual(void **state)
{
    ZifDevice *c = ready(state);
    address(state, c, 0xA1);
    clear_addr(c);
    zif_bench_run(*state, 18 * BIT); /* data 1 in DR, data 2 in the shift register */
    clear(c, ACK);
    assert_int_equal(zif_bench_read(c, DR), 1);
    set(c, STOP);
    assert_int_equal(zif_bench_read(c, DR), 2);
    zif_bench_run(*state, 10 * BIT);
    assert_int_equal(zif_bench_read(c, DR), 3);
    assert_int_equal(sr2(c), 0);
    assert_int_equal(part->next, 3);
    assert_int_equal(zif_bench_nreports(*state), 0);
}

/* --- Settings ----------------------------------------------------------------------------------------------------------------------- */

static void ack_cannot_be_set_while_pe_is_0(void **state)
{
    ZifDevice *c = zif_bench_add(*state, "stm32f4-i2c", NULL);
    zif_bench_write(c, CR1, ACK);
    assert_int_equal(zif_bench_read(c, CR1), 0);
    assert_int_equal(zif_bench_reported(*state, ZIF_REPORT_BUSY, "CR1"), 1);
}

static void a_wrong_freq_is_reported(void **state)
{
    ZifDevice *c = ready(state);
    zif_bench_clock(c, 0, 42000000);
    zif_bench_write(c, CCR, 210);
    set(c, START);
    assert_int_equal(zif_bench_reported(*state, ZIF_REPORT_BAUD, "CR2"), 1);
}

static void a_wrong_trise_is_reported(void **state)
{
    ZifDevice *c = ready(state);
    clear(c, PE);
    zif_bench_write(c, TRISE, 2);
    set(c, PE);
    set(c, START);
    assert_int_equal(zif_bench_reported(*state, ZIF_REPORT_BAUD, "TRISE"), 1);
}

static void the_filters_of_the_F42x_are_set_while_the_block_is_off(void **state)
{
    enum { FLTR = 0x24 };
    ZifDevice *c = zif_bench_add(*state, "stm32f42x-i2c", NULL);
    zif_bench_write(c, FLTR, 0x1f);
    assert_int_equal(zif_bench_read(c, FLTR), 0x1f);
    assert_int_equal(zif_bench_nreports(*state), 0);
    set(c, PE);
    zif_bench_write(c, FLTR, 0x02);
    assert_int_equal(zif_bench_reported(*state, ZIF_REPORT_BUSY, "FLTR"), 1);
    ZifDevice *older = ready(state);
    zif_bench_write(older, FLTR, 0x10);
    assert_int_equal(zif_bench_read(older, FLTR), 0);
}

static void a_clock_over_the_modes_limit_is_reported(void **state)
{
    ZifDevice *c = ready(state);
    clear(c, PE);
    zif_bench_write(c, CCR, 40);
    set(c, PE);
    set(c, START);
    assert_int_equal(zif_bench_reported(*state, ZIF_REPORT_BAUD, "CCR"), 1);
}

static void fast_mode_has_a_duty_of_two_to_one_or_sixteen_to_nine(void **state)
{
    ZifDevice *c = ready(state);
    clear(c, PE);
    zif_bench_write(c, CCR, 0x8000 | 14); /* 16 MHz / 42 */
    zif_bench_write(c, TRISE, 5);
    set(c, PE);
    set(c, START);
    zif_bench_run(*state, 42 * ZIF_SEC / 16000000 - 1);
    assert_int_equal(sr1(c), 0);
    zif_bench_run(*state, 1);
    assert_int_equal(sr1(c), SB);
    clear(c, PE);
    zif_bench_write(c, CCR, 0xC000 | 2); /* 16 MHz / 50 */
    set(c, PE);
    set(c, START);
    zif_bench_run(*state, 50 * ZIF_SEC / 16000000 - 1);
    assert_int_equal(sr1(c), 0);
    zif_bench_run(*state, 1);
    assert_int_equal(sr1(c), SB);
}

static void changing_ccr_while_enabled_is_reported(void **state)
{
    ZifDevice *c = ready(state);
    zif_bench_write(c, CCR, 90);
    assert_int_equal(zif_bench_reported(*state, ZIF_REPORT_BUSY, "CCR"), 1);
}

static void writing_cr1_before_stop_is_done_is_reported(void **state)
{
    ZifDevice *c = ready(state);
    address(state, c, 0xA0);
    clear_addr(c);
    zif_bench_write(c, DR, 1);
    zif_bench_run(*state, 9 * BIT);
    set(c, STOP);
    clear(c, ACK);
    assert_int_equal(zif_bench_reported(*state, ZIF_REPORT_BUSY, "CR1"), 1);
}

static void swrst_resets_every_register_and_frees_the_bus(void **state)
{
    ZifDevice *c = ready(state);
    address(state, c, 0xA1);
    zif_bench_write(c, CR1, SWRST);
    zif_bench_write(c, CR2, 16);
    assert_int_equal(zif_bench_read(c, CR2), 0);
    assert_int_equal(zif_bench_read(c, CCR), 0);
    assert_int_equal(zif_bench_read(c, TRISE), 2);
    assert_int_equal(sr1(c) | sr2(c), 0);
    zif_bench_write(c, CR1, 0);
    zif_bench_write(c, CR2, 16);
    assert_int_equal(zif_bench_read(c, CR2), 16);
}

static void switching_off_during_a_transfer_is_reported(void **state)
{
    ZifDevice *c = ready(state);
    address(state, c, 0xA1);
    zif_bench_write(c, CR1, 0);
    assert_int_equal(zif_bench_reported(*state, ZIF_REPORT_BUSY, "CR1"), 1);
    assert_int_equal(sr1(c) | sr2(c), 0);
    assert_int_equal(part->stops, 1);
}

/* --- Interrupts, DMA, PEC -------------------------------------------------------------------------------------------------------------- */

static void events_interrupt_with_itevten_and_data_with_itbufen_too(void **state)
{
    ZifDevice *c = ready_with(state, ITEVTEN, 0);
    address(state, c, 0xA0);
    assert_int_equal(zif_bench_level(c, "irq-event", 0), 1);
    clear_addr(c);
    assert_int_equal(sr1(c), TXE);
    assert_int_equal(zif_bench_level(c, "irq-event", 0), 0);
    zif_bench_write(c, CR2, 16 | ITEVTEN | ITBUFEN);
    assert_int_equal(zif_bench_level(c, "irq-event", 0), 1);
}

static void errors_interrupt_with_iterren(void **state)
{
    ZifDevice *c = ready_with(state, ITERREN, 0);
    address(state, c, 0xA2);
    assert_int_equal(zif_bench_level(c, "irq-error", 0), 1);
    zif_bench_write(c, SR1, 0);
    assert_int_equal(zif_bench_level(c, "irq-error", 0), 0);
}

static void dma_is_asked_for_while_txe_or_rxne_is_set(void **state)
{
    ZifDevice *c = ready_with(state, DMAEN, 0);
    address(state, c, 0xA0);
    assert_int_equal(zif_bench_level(c, "dma-tx", 0), 1);
    address(state, c, 0xA1);
    clear_addr(c);
    zif_bench_run(*state, 9 * BIT);
    assert_int_equal(zif_bench_level(c, "dma-rx", 0), 0); /* still the transmitter: START waits for ADDR */
}

static void with_last_the_dmas_last_byte_is_refused(void **state)
{
    ZifDevice *c = ready_with(state, DMAEN | LAST, 0);
    address(state, c, 0xA1);
    clear_addr(c);
    zif_bench_run(*state, 9 * BIT);
    assert_int_equal(zif_bench_level(c, "dma-rx", 0), 1);
    assert_int_equal(zif_bench_read(c, DR), 1);
    zif_bench_drive(c, "dma-last", 0, 1);
    zif_bench_drive(c, "dma-last", 0, 0);
    zif_bench_run(*state, ZIF_MS);
    assert_int_equal(zif_bench_read(c, DR), 2);
    zif_bench_run(*state, ZIF_MS);
    assert_int_equal(part->next, 2);
}

static void the_pec_follows_the_last_byte(void **state)
{
    ZifDevice *c = ready_with(state, 0, ENPEC);
    address(state, c, 0xA0);
    clear_addr(c);
    zif_bench_write(c, DR, 0x12);
    set(c, PEC);
    zif_bench_run(*state, 9 * BIT);
    uint32_t pec = sr2(c) >> 8;
    assert_int_equal(pec, 0x66); /* CRC-8 of A0 12 */
    zif_bench_run(*state, 9 * BIT);
    assert_int_equal(part->ngot, 2);
    assert_int_equal(part->got[1], pec);
    assert_int_equal(zif_bench_read(c, CR1) & PEC, 0);
}

static void a_wrong_pec_is_an_error(void **state)
{
    ZifDevice *c = ready_with(state, ITERREN, ENPEC);
    address(state, c, 0xA1);
    set(c, PEC);
    clear_addr(c);
    zif_bench_run(*state, 9 * BIT);
    assert_int_equal(sr1(c) & PECERR, PECERR);
    assert_int_equal(zif_bench_level(c, "irq-error", 0), 1);
}

/* --- Faults ------------------------------------------------------------------------------------------------------------------------------ */

static void an_injected_nack_refuses_the_address(void **state)
{
    ZifDevice *c = ready(state);
    zif_bench_inject(c, "nack");
    assert_int_equal(address(state, c, 0xA0), AF);
}

static void losing_the_arbitration_ends_master_mode(void **state)
{
    ZifDevice *c = ready(state);
    zif_bench_inject(c, "arlo");
    assert_int_equal(address(state, c, 0xA0), ARLO);
    assert_int_equal(sr2(c), BUSY); /* the winner's */
    zif_bench_write(c, SR1, ~(uint32_t)ARLO & 0xffff);
    assert_int_equal(sr1(c), 0);
    zif_bench_run(*state, 10 * BIT);
    assert_int_equal(sr2(c), 0);
}

static void a_misplaced_stop_is_noticed_and_the_master_goes_on(void **state)
{
    ZifDevice *c = ready(state);
    zif_bench_inject(c, "berr");
    assert_int_equal(address(state, c, 0xA0), BERR | ADDR | TXE);
    zif_bench_write(c, SR1, ~(uint32_t)BERR & 0xffff);
    assert_int_equal(sr1(c), ADDR | TXE);
}

static void a_part_that_holds_the_clock_makes_the_byte_late(void **state)
{
    ZifDevice *c = ready(state);
    address(state, c, 0xA0);
    clear_addr(c);
    zif_bench_inject(c, "stretch");
    zif_bench_write(c, DR, 1);
    zif_bench_run(*state, 30 * ZIF_MS);
    assert_int_equal(part->ngot, 0);
    zif_bench_run(*state, ZIF_MS);
    assert_int_equal(part->ngot, 1);
}

static void in_smbus_mode_a_held_clock_is_a_timeout(void **state)
{
    ZifDevice *c = ready_with(state, 0, SMBUS);
    address(state, c, 0xA0);
    clear_addr(c);
    zif_bench_inject(c, "stretch");
    zif_bench_write(c, DR, 1);
    zif_bench_run(*state, 40 * ZIF_MS);
    assert_int_equal(sr1(c), TIMEOUT);
    assert_int_equal(sr2(c), 0); /* the hardware stopped */
}

/* --- Two controllers on one bus -------------------------------------------------------------------------------------------------------------- */

static ZifDevice *slave;

static ZifDevice *with_slave(void **state, uint32_t oar1, uint32_t cr1)
{
    slave = zif_bench_add(*state, "stm32f4-i2c", NULL);
    zif_bench_write(slave, CR2, 16);
    zif_bench_write(slave, OAR1, 0x4000 | oar1);
    zif_bench_write(slave, CR1, PE | cr1);
    set(slave, ACK);
    ZifDevice *c = zif_bench_add(*state, "stm32f4-i2c", PROPS(PROP("zif,i2c-bus", zif_bench_phandle(slave))));
    zif_bench_write(c, CR2, 16);
    zif_bench_write(c, CCR, 80);
    zif_bench_write(c, TRISE, 17);
    zif_bench_write(c, CR1, PE);
    set(c, ACK);
    return c;
}

static void a_slave_is_addressed_and_holds_the_clock(void **state)
{
    ZifDevice *c = with_slave(state, 0x30 << 1, 0);
    assert_int_equal(address(state, c, 0x60), ADDR | TXE);
    assert_int_equal(sr1(slave), ADDR); /* receiver address matched: 0x00020002 */
    assert_int_equal(sr2(slave), BUSY);
    clear_addr(c);
    zif_bench_write(c, DR, 0x77);
    zif_bench_run(*state, ZIF_MS);
    assert_int_equal(sr1(slave), ADDR); /* the byte waits */
    clear_addr(slave);
    zif_bench_run(*state, BIT);
    assert_int_equal(sr1(slave), RXNE);
    assert_int_equal(zif_bench_read(slave, DR), 0x77);
}

static void the_end_of_a_transfer_sets_stopf_which_sr1_and_cr1_clear(void **state)
{
    ZifDevice *c = with_slave(state, 0x30 << 1, 0);
    address(state, c, 0x60);
    clear_addr(slave);
    set(c, STOP);
    clear_addr(c);
    zif_bench_run(*state, BIT);
    assert_int_equal(sr1(slave), STOPF);
    set(slave, PE);
    assert_int_equal(sr1(slave), STOPF); /* SR1 was not read */
    zif_bench_read(slave, SR1);
    set(slave, PE);
    assert_int_equal(sr1(slave), 0);
}

static void a_slave_that_does_not_read_holds_the_clock_with_btf(void **state)
{
    ZifDevice *c = with_slave(state, 0x30 << 1, 0);
    address(state, c, 0x60);
    clear_addr(slave);
    clear_addr(c);
    for (int i = 1; i <= 3; i++) {
        zif_bench_write(c, DR, i);
        zif_bench_run(*state, 10 * BIT);
    }
    assert_int_equal(sr1(slave), RXNE | BTF);
    for (int i = 1; i <= 3; i++) {
        assert_int_equal(zif_bench_read(slave, DR), i);
        zif_bench_run(*state, BIT);
    }
}

static void without_stretching_a_byte_too_many_is_an_overrun(void **state)
{
    ZifDevice *c = with_slave(state, 0x30 << 1, NOSTRETCH);
    address(state, c, 0x60);
    clear_addr(slave);
    clear_addr(c);
    zif_bench_write(c, DR, 1);
    zif_bench_write(c, DR, 2);
    zif_bench_run(*state, 20 * BIT);
    assert_int_equal(sr1(slave) & OVR, OVR);
    assert_int_equal(zif_bench_read(slave, DR), 1);
    assert_int_equal(zif_bench_reported(*state, ZIF_REPORT_OVERRUN, "DR"), 1);
}

static void a_slave_sends_what_is_written_and_sees_the_refusal(void **state)
{
    ZifDevice *c = with_slave(state, 0x30 << 1, 0);
    assert_int_equal(address(state, c, 0x61), ADDR);
    assert_int_equal(sr1(slave), ADDR | TXE); /* transmitter address matched: 0x00060082 */
    assert_int_equal(sr2(slave), BUSY | TRA);
    clear(c, ACK);
    clear_addr(c);
    set(c, STOP);
    clear_addr(slave);
    zif_bench_write(slave, DR, 0x99);
    zif_bench_run(*state, 12 * BIT);
    assert_int_equal(zif_bench_read(c, DR), 0x99);
    assert_int_equal(sr1(slave), AF);
    assert_int_equal(sr2(slave), 0);
}

static void a_slave_without_ack_is_not_there(void **state)
{
    ZifDevice *c = with_slave(state, 0x30 << 1, 0);
    clear(slave, ACK);
    assert_int_equal(address(state, c, 0x60), AF);
}

static void a_general_call_is_heard_with_engc(void **state)
{
    ZifDevice *c = with_slave(state, 0x30 << 1, 0);
    assert_int_equal(address(state, c, 0x00), AF);
    set(slave, ENGC);
    assert_int_equal(address(state, c, 0x00), AF | ADDR | TXE);
    assert_int_equal(sr2(slave), BUSY | GENCALL);
}

static void the_second_address_sets_dualf(void **state)
{
    ZifDevice *c = with_slave(state, 0x30 << 1, 0);
    zif_bench_write(slave, OAR2, 0x44 << 1 | 1);
    address(state, c, 0x88);
    assert_int_equal(sr2(slave), BUSY | DUALF);
}

static void ten_bits_are_sent_as_header_and_address(void **state)
{
    ZifDevice *c = with_slave(state, 0x8000 | 0x2A5, 0);
    assert_int_equal(address(state, c, 0xF4), ADD10);
    zif_bench_write(c, DR, 0xA5);
    assert_int_equal(sr1(c), ADD10); /* SR1 was not read */
    zif_bench_read(c, SR1);
    zif_bench_write(c, DR, 0xA5);
    assert_int_equal(sr1(c), 0);
    zif_bench_run(*state, 9 * BIT);
    assert_int_equal(sr1(c), ADDR | TXE);
    clear_addr(c);
    clear_addr(slave);
    assert_int_equal(address(state, c, 0xF5), ADDR);
    assert_int_equal(sr2(slave), BUSY | TRA);
}

static void a_transfer_survives_a_snapshot(void **state)
{
    ZifDevice *c = ready(state);
    size_t size;
    address(state, c, 0xA1);
    clear_addr(c);
    void *saved = zif_bench_save(c, &size);
    zif_bench_run(*state, 9 * BIT);
    assert_int_equal(zif_bench_read(c, DR), 1);
    assert_int_equal(sr1(c), 0);
    zif_bench_restore(c, saved);
    zif_bench_run(*state, 1); /* it was due a byte ago */
    assert_int_equal(sr1(c), RXNE);
    free(saved);
}

static void arp_gives_a_device_and_a_host_their_addresses(void **state)
{
    ZifDevice *c = with_slave(state, 0x30 << 1, SMBUS);
    assert_int_equal(address(state, c, 0x61 << 1), AF); /* without ENARP */
    set(slave, ENARP);
    assert_int_equal(address(state, c, 0x61 << 1), AF | ADDR | TXE);
    assert_int_equal(sr2(slave), BUSY | SMBDEFAULT);
    clear_addr(c);
    clear_addr(slave);
    set(c, STOP);
    zif_bench_run(*state, 3 * BIT);
    zif_bench_read(slave, SR1);
    set(slave, SMBTYPE);
    zif_bench_write(c, SR1, 0);
    assert_int_equal(address(state, c, 0x61 << 1), AF); /* a host has none */
    zif_bench_write(c, SR1, 0);
    assert_int_equal(address(state, c, 0x08 << 1), ADDR | TXE);
    assert_int_equal(sr2(slave), BUSY | SMBHOST);
}

static void an_alert_pulls_smba_and_answers_to_the_response_address(void **state)
{
    ZifDevice *c = with_slave(state, 0x30 << 1, SMBUS);
    set(c, SMBUS | SMBTYPE);
    assert_int_equal(zif_bench_level(slave, "smba", 0), 1);
    assert_int_equal(address(state, c, 0x0C << 1 | 1), AF); /* nobody alerts */
    zif_bench_write(c, SR1, 0);
    zif_bench_drive(c, "smba", 0, 1);
    set(slave, ALERT);
    assert_int_equal(zif_bench_level(slave, "smba", 0), 0);
    zif_bench_drive(c, "smba", 0, 0);
    assert_int_equal(sr1(c) & SMBALERT, SMBALERT);
    zif_bench_write(c, CR2, 16 | ITERREN);
    assert_int_equal(zif_bench_level(c, "irq-error", 0), 1);
    zif_bench_write(c, SR1, 0);
    assert_int_equal(zif_bench_level(c, "irq-error", 0), 0);
    assert_int_equal(address(state, c, 0x0C << 1 | 1), ADDR);
    assert_int_equal(sr1(slave), SMBALERT | ADDR | TXE);
    clear(slave, ALERT);
    assert_int_equal(zif_bench_level(slave, "smba", 0), 1);
}

static void a_slave_checks_the_pec(void **state)
{
    for (unsigned wrong = 0; wrong < 2; wrong++) {
        ZifDevice *c = with_slave(state, 0x30 << 1, ENPEC);
        address(state, c, 0x60);
        clear_addr(c);
        clear_addr(slave);
        zif_bench_write(c, DR, 0x12);
        zif_bench_run(*state, 10 * BIT);
        zif_bench_read(slave, DR);
        set(slave, PEC);
        zif_bench_write(c, DR, sr2(slave) >> 8 ^ wrong);
        zif_bench_run(*state, 10 * BIT);
        assert_int_equal(sr1(slave) & (PECERR | RXNE), wrong ? PECERR | RXNE : RXNE);
        assert_int_equal(sr1(c) & AF, wrong ? AF : 0);
        assert_int_equal(zif_bench_read(slave, CR1) & PEC, 0);
    }
}

static void a_slave_sends_the_pec_after_its_last_byte(void **state)
{
    ZifDevice *c = with_slave(state, 0x30 << 1, ENPEC);
    set(c, ENPEC);
    address(state, c, 0x61);
    clear_addr(c);
    clear_addr(slave);
    zif_bench_write(slave, DR, 0x99);
    set(slave, PEC);
    zif_bench_run(*state, 9 * BIT);
    assert_int_equal(zif_bench_read(c, DR), 0x99);
    uint32_t pec = sr2(c) >> 8;
    clear(c, ACK);
    set(c, PEC);
    zif_bench_run(*state, 10 * BIT);
    assert_int_equal(zif_bench_read(c, DR), pec);
    assert_int_equal(sr1(c) & PECERR, 0);
}

static void a_slave_that_holds_the_clock_too_long_is_a_timeout_of_smbus(void **state)
{
    ZifDevice *c = with_slave(state, 0x30 << 1, 0);
    set(c, SMBUS);
    address(state, c, 0x60);
    clear_addr(c);
    zif_bench_write(c, DR, 1); /* the slave does not clear ADDR */
    zif_bench_run(*state, 24 * ZIF_MS);
    assert_int_equal(sr1(c) & TIMEOUT, 0);
    zif_bench_run(*state, 3 * ZIF_MS);
    assert_int_equal(sr1(c) & TIMEOUT, TIMEOUT);
    assert_int_equal(sr2(c), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_start_takes_a_bit_and_sets_sb),
        TEST(sb_is_cleared_by_reading_sr1_and_writing_dr),
        TEST(an_address_written_without_reading_sr1_is_not_sent),
        TEST(an_address_takes_nine_bits),
        TEST(an_address_for_reading_selects_the_receiver),
        TEST(nobody_at_the_address_is_an_acknowledge_failure),
        TEST(addr_is_cleared_by_reading_sr1_then_sr2),
        TEST(the_clock_is_held_until_addr_is_cleared),
        TEST(a_byte_takes_nine_bits_and_ends_with_btf),
        TEST(two_bytes_follow_each_other_without_a_gap),
        TEST(btf_is_cleared_by_reading_sr1_and_writing_dr),
        TEST(a_byte_written_while_txe_is_0_is_an_overrun),
        TEST(a_refused_byte_sets_af_and_waits_for_a_stop),
        TEST(a_stop_takes_a_bit_and_frees_the_bus),
        TEST(a_stop_asked_for_during_a_byte_comes_after_it),
        TEST(a_probe_stops_after_the_address),
        TEST(a_repeated_start_turns_the_transfer_round),
        TEST(one_byte_is_refused_and_followed_by_the_stop),
        TEST(two_bytes_with_pos_leave_the_second_refused),
        TEST(the_clock_is_held_while_dr_and_the_shift_register_are_full),
        TEST(three_bytes_the_way_of_the_manual),
        TEST(ack_cannot_be_set_while_pe_is_0),
        TEST(a_wrong_freq_is_reported),
        TEST(a_wrong_trise_is_reported),
        TEST(the_filters_of_the_F42x_are_set_while_the_block_is_off),
        TEST(a_clock_over_the_modes_limit_is_reported),
        TEST(fast_mode_has_a_duty_of_two_to_one_or_sixteen_to_nine),
        TEST(changing_ccr_while_enabled_is_reported),
        TEST(writing_cr1_before_stop_is_done_is_reported),
        TEST(swrst_resets_every_register_and_frees_the_bus),
        TEST(switching_off_during_a_transfer_is_reported),
        TEST(events_interrupt_with_itevten_and_data_with_itbufen_too),
        TEST(errors_interrupt_with_iterren),
        TEST(dma_is_asked_for_while_txe_or_rxne_is_set),
        TEST(with_last_the_dmas_last_byte_is_refused),
        TEST(the_pec_follows_the_last_byte),
        TEST(a_wrong_pec_is_an_error),
        TEST(an_injected_nack_refuses_the_address),
        TEST(losing_the_arbitration_ends_master_mode),
        TEST(a_misplaced_stop_is_noticed_and_the_master_goes_on),
        TEST(a_part_that_holds_the_clock_makes_the_byte_late),
        TEST(in_smbus_mode_a_held_clock_is_a_timeout),
        TEST(a_slave_is_addressed_and_holds_the_clock),
        TEST(the_end_of_a_transfer_sets_stopf_which_sr1_and_cr1_clear),
        TEST(a_slave_that_does_not_read_holds_the_clock_with_btf),
        TEST(without_stretching_a_byte_too_many_is_an_overrun),
        TEST(a_slave_sends_what_is_written_and_sees_the_refusal),
        TEST(a_slave_without_ack_is_not_there),
        TEST(arp_gives_a_device_and_a_host_their_addresses),
        TEST(an_alert_pulls_smba_and_answers_to_the_response_address),
        TEST(a_slave_checks_the_pec),
        TEST(a_slave_sends_the_pec_after_its_last_byte),
        TEST(a_slave_that_holds_the_clock_too_long_is_a_timeout_of_smbus),
        TEST(a_general_call_is_heard_with_engc),
        TEST(the_second_address_sets_dualf),
        TEST(ten_bits_are_sent_as_header_and_address),
        TEST(a_transfer_survives_a_snapshot),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
