/* Tests of the STM32F4 SPI. SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>
#include "bus_test.h"

enum { CR1 = 0x00, CR2 = 0x04, SR = 0x08, DR = 0x0C, CRCPR = 0x10, RXCRCR = 0x14, TXCRCR = 0x18, I2SCFGR = 0x1C };
enum { CPHA = 1, CPOL = 2, MSTR = 4, SPE = 0x40, LSBFIRST = 0x80, SSI = 0x100, SSM = 0x200, RXONLY = 0x400 };
enum { DFF = 0x800, CRCNEXT = 0x1000, CRCEN = 0x2000, BIDIOE = 0x4000, BIDIMODE = 0x8000 };
enum { RXDMAEN = 1, TXDMAEN = 2, SSOE = 4, ERRIE = 0x20, RXNEIE = 0x40, TXEIE = 0x80 };
enum { RXNE = 1, TXE = 2, CRCERR = 0x10, MODF = 0x20, OVR = 0x40, BSY = 0x80 };

/* 16 MHz / 16: a bit takes 1 us. */
enum { BR = 3 << 3 };
#define FRAME (8 * ZIF_US)

/* A part that answers with the complement of what it heard before. */
typedef struct {
    ZifDevice dev;
    uint8_t got[16], ngot, next;
} Part;

static uint8_t part_transfer(ZifDevice *dev, uint8_t out)
{
    Part *p = (Part *)dev;
    uint8_t in = p->next;
    p->got[p->ngot++ & 15] = out;
    p->next = ~out;
    return in;
}

static const ZifSpiPart part_ops = { .transfer = part_transfer, .modes = 1 << 0 | 1 << 3 };
static const ZifClass part_class = { .name = "test-part", .size = sizeof(Part), .spi = &part_ops };
static Part *part;

static ZifDevice *with(void **state, uint32_t cr1, uint32_t cr2)
{
    ZifDevice *s = zif_bench_add(*state, "stm32f4-spi", NULL);
    part = (Part *)zif_bench_add_part_class(*state, s, &part_class, PROPS(PROP("spi-max-frequency", 2000000)));
    zif_spi_select(&part->dev, true);
    zif_bench_write(s, CR2, cr2);
    zif_bench_write(s, CR1, cr1);
    return s;
}

static ZifDevice *master(void **state, uint32_t cr1)
{
    return with(state, MSTR | SSM | SSI | BR | SPE | cr1, 0);
}

static uint32_t sr(ZifDevice *s)
{
    return zif_bench_peek(s, SR);
}

static uint32_t swap(void **state, ZifDevice *s, uint32_t out)
{
    zif_bench_write(s, DR, out);
    zif_bench_run(*state, 2 * FRAME);
    return zif_bench_read(s, DR);
}

/* --- Master ------------------------------------------------------------------------------------------------------------- */

static void a_frame_takes_eight_bits_of_the_divided_clock(void **state)
{
    ZifDevice *s = master(state, 0);
    zif_bench_write(s, DR, 0x55);
    assert_int_equal(sr(s), BSY | TXE);
    zif_bench_run(*state, FRAME - 1);
    assert_int_equal(sr(s), BSY | TXE);
    zif_bench_run(*state, 1);
    assert_int_equal(sr(s), TXE | RXNE);
    assert_int_equal(part->got[0], 0x55);
}

static void what_the_part_answers_is_read_from_dr(void **state)
{
    ZifDevice *s = master(state, 0);
    part->next = 0x3C;
    assert_int_equal(swap(state, s, 0x0F), 0x3C);
    assert_int_equal(swap(state, s, 0x00), 0xF0);
}

static void rxne_is_cleared_by_reading_dr(void **state)
{
    ZifDevice *s = master(state, 0);
    swap(state, s, 1);
    assert_int_equal(sr(s) & RXNE, 0);
}

static void txe_rises_when_the_buffer_moves_to_the_shift_register(void **state)
{
    ZifDevice *s = master(state, 0);
    zif_bench_write(s, DR, 1);
    zif_bench_write(s, DR, 2);
    assert_int_equal(sr(s) & TXE, 0);
    zif_bench_run(*state, FRAME);
    assert_int_equal(sr(s) & TXE, TXE);
    assert_int_equal(sr(s) & BSY, BSY);
}

static void bsy_stays_set_between_frames_back_to_back(void **state)
{
    ZifDevice *s = master(state, 0);
    zif_bench_write(s, DR, 1);
    zif_bench_write(s, DR, 2);
    zif_bench_run(*state, FRAME);
    assert_int_equal(sr(s) & BSY, BSY);
    zif_bench_run(*state, FRAME);
    assert_int_equal(sr(s) & BSY, 0);
}

static void a_word_written_while_txe_is_0_is_reported(void **state)
{
    ZifDevice *s = master(state, 0);
    zif_bench_write(s, DR, 1);
    zif_bench_write(s, DR, 2);
    zif_bench_write(s, DR, 3);
    zif_bench_run(*state, 3 * FRAME);
    assert_memory_equal(part->got, ((uint8_t[]){ 1, 3 }), 2);
    assert_int_equal(zif_bench_reported(*state, ZIF_REPORT_OVERRUN, "DR"), 1);
}

static void a_word_written_before_spe_waits_for_it(void **state)
{
    ZifDevice *s = with(state, MSTR | SSM | SSI | BR, 0);
    zif_bench_write(s, DR, 0x42);
    zif_bench_run(*state, ZIF_MS);
    assert_int_equal(part->ngot, 0);
    zif_bench_write(s, CR1, MSTR | SSM | SSI | BR | SPE);
    zif_bench_run(*state, FRAME);
    assert_int_equal(part->got[0], 0x42);
}

static void sixteen_bits_are_two_bytes_the_upper_first(void **state)
{
    ZifDevice *s = master(state, DFF);
    part->next = 0xAB;
    assert_int_equal(swap(state, s, 0x1234), 0xABED);
    assert_memory_equal(part->got, ((uint8_t[]){ 0x12, 0x34 }), 2);
}

static void with_lsbfirst_the_wire_sees_the_bits_reversed(void **state)
{
    ZifDevice *s = master(state, LSBFIRST);
    part->next = 0x01;
    assert_int_equal(swap(state, s, 0x12), 0x80);
    assert_int_equal(part->got[0], 0x48);
}

static void overrun_keeps_the_first_word(void **state)
{
    ZifDevice *s = master(state, 0);
    part->next = 0x11;
    zif_bench_write(s, DR, 1);
    zif_bench_write(s, DR, 2);
    zif_bench_run(*state, 2 * FRAME);
    assert_int_equal(sr(s) & OVR, OVR);
    assert_int_equal(zif_bench_read(s, DR), 0x11);
}

static void ovr_is_cleared_by_reading_dr_then_sr(void **state)
{
    ZifDevice *s = master(state, 0);
    zif_bench_write(s, DR, 1);
    zif_bench_write(s, DR, 2);
    zif_bench_run(*state, 2 * FRAME);
    zif_bench_read(s, SR);
    assert_int_equal(sr(s) & OVR, OVR);
    zif_bench_read(s, DR);
    assert_int_equal(sr(s) & OVR, OVR);
    zif_bench_read(s, SR);
    assert_int_equal(sr(s) & OVR, 0);
}

static void sending_without_reading_is_no_mistake(void **state)
{
    ZifDevice *s = master(state, 0);
    for (int i = 0; i < 4; i++) {
        zif_bench_write(s, DR, i);
        zif_bench_run(*state, FRAME);
    }
    zif_bench_read(s, DR);
    zif_bench_read(s, SR);
    assert_int_equal(zif_bench_nreports(*state), 0);
}

static void an_overrun_of_a_reader_is_reported(void **state)
{
    ZifDevice *s = with(state, MSTR | SSM | SSI | BR | SPE, RXNEIE);
    zif_bench_write(s, DR, 1);
    zif_bench_write(s, DR, 2);
    zif_bench_run(*state, 2 * FRAME);
    assert_int_equal(zif_bench_reported(*state, ZIF_REPORT_OVERRUN, "DR"), 1);
}

static void receive_only_clocks_on_until_spe_is_cleared(void **state)
{
    ZifDevice *s = master(state, RXONLY);
    part->next = 7;
    zif_bench_run(*state, FRAME);
    assert_int_equal(zif_bench_read(s, DR), 7);
    zif_bench_run(*state, FRAME / 2);
    assert_int_equal(sr(s) & BSY, BSY);
    zif_bench_write(s, CR1, MSTR | SSM | SSI | BR | RXONLY);
    zif_bench_run(*state, ZIF_MS);
    assert_int_equal(part->ngot, 2);
    assert_int_equal(part->got[0], 0xFF);
    assert_int_equal(zif_bench_nreports(*state), 0);
}

static void one_line_out_receives_nothing(void **state)
{
    ZifDevice *s = master(state, BIDIMODE | BIDIOE);
    zif_bench_write(s, DR, 0x5A);
    zif_bench_run(*state, FRAME);
    assert_int_equal(sr(s), TXE);
    assert_int_equal(part->got[0], 0x5A);
}

static void one_line_in_clocks_on(void **state)
{
    ZifDevice *s = master(state, BIDIMODE);
    part->next = 9;
    zif_bench_run(*state, FRAME);
    assert_int_equal(zif_bench_read(s, DR), 9);
}

static void clearing_spe_during_a_frame_cuts_it_off(void **state)
{
    ZifDevice *s = master(state, 0);
    zif_bench_write(s, DR, 1);
    zif_bench_write(s, CR1, MSTR | SSM | SSI | BR);
    zif_bench_run(*state, ZIF_MS);
    assert_int_equal(part->ngot, 0);
    assert_int_equal(zif_bench_reported(*state, ZIF_REPORT_BUSY, "CR1"), 1);
}

static void changing_the_rate_during_a_frame_is_reported(void **state)
{
    ZifDevice *s = master(state, 0);
    zif_bench_write(s, DR, 1);
    zif_bench_write(s, CR1, MSTR | SSM | SSI | SPE);
    assert_int_equal(zif_bench_reported(*state, ZIF_REPORT_BUSY, "CR1"), 1);
}

static void the_wrong_clock_mode_is_reported_and_the_part_hears_it_wrong(void **state)
{
    ZifDevice *s = master(state, CPHA);
    swap(state, s, 0x82);
    assert_int_equal(part->got[0], 0x41);
    assert_true(zif_bench_reported(*state, ZIF_REPORT_BUS, "") == 1);
}

static void a_part_clocked_too_fast_is_reported(void **state)
{
    ZifDevice *s = with(state, MSTR | SSM | SSI | SPE | 1 << 3, 0); /* 4 MHz */
    swap(state, s, 1);
    assert_int_equal(zif_bench_reported(*state, ZIF_REPORT_BUS, ""), 1);
}

static void a_stopped_clock_freezes_the_frame(void **state)
{
    ZifDevice *s = master(state, 0);
    zif_bench_write(s, DR, 1);
    zif_bench_run(*state, FRAME / 2);
    zif_bench_clock(s, 0, 0);
    zif_bench_run(*state, ZIF_SEC);
    assert_int_equal(part->ngot, 0);
    zif_bench_clock(s, 0, 16000000);
    zif_bench_run(*state, FRAME / 2);
    assert_int_equal(part->ngot, 1);
}

/* --- NSS --------------------------------------------------------------------------------------------------------------------- */

static void a_master_without_ssm_and_ssoe_faults_when_the_pin_is_low(void **state)
{
    ZifDevice *s = with(state, MSTR | SPE | BR, 0);
    assert_int_equal(sr(s) & MODF, MODF);
    assert_int_equal(zif_bench_read(s, CR1) & (MSTR | SPE), 0);
    assert_int_equal(zif_bench_reported(*state, ZIF_REPORT_BUS, "SR"), 1);
}

static void a_master_with_ssm_but_without_ssi_faults(void **state)
{
    ZifDevice *s = with(state, MSTR | SPE | SSM, 0);
    assert_int_equal(sr(s) & MODF, MODF);
}

static void modf_is_cleared_by_reading_sr_and_writing_cr1(void **state)
{
    ZifDevice *s = with(state, MSTR | SPE | SSM, 0);
    zif_bench_write(s, CR1, MSTR | SPE | SSM | SSI);
    assert_int_equal(sr(s) & MODF, MODF); /* SR was not read */
    assert_int_equal(zif_bench_read(s, CR1) & (MSTR | SPE), 0);
    zif_bench_read(s, SR);
    zif_bench_write(s, CR1, MSTR | SPE | SSM | SSI);
    assert_int_equal(sr(s) & MODF, 0);
    assert_int_equal(zif_bench_read(s, CR1) & (MSTR | SPE), MSTR | SPE);
}

static void with_ssoe_the_master_drives_nss_low_while_it_is_on(void **state)
{
    ZifDevice *s = with(state, 0, SSOE);
    assert_int_equal(zif_bench_level(s, "nss", 0), 1);
    zif_bench_write(s, CR1, MSTR | SPE);
    assert_int_equal(zif_bench_level(s, "nss", 0), 0);
    assert_int_equal(sr(s) & MODF, 0);
    zif_bench_write(s, CR1, MSTR);
    assert_int_equal(zif_bench_level(s, "nss", 0), 1);
}

static void nss_falling_takes_the_bus_from_the_master(void **state)
{
    ZifDevice *s = with(state, 0, ERRIE);
    zif_bench_drive(s, "nss", 0, 1);
    zif_bench_write(s, CR1, MSTR | SPE);
    assert_int_equal(sr(s) & MODF, 0);
    zif_bench_drive(s, "nss", 0, 0);
    assert_int_equal(sr(s) & MODF, MODF);
    assert_int_equal(zif_bench_level(s, "irq", 0), 1);
}

/* --- CRC ---------------------------------------------------------------------------------------------------------------------- */

static void the_crc_follows_the_last_word(void **state)
{
    ZifDevice *s = master(state, CRCEN);
    swap(state, s, 0x12);
    uint32_t crc = zif_bench_read(s, TXCRCR);
    assert_int_equal(crc, 0x7E); /* x^8 + x^2 + x + 1 of 12 */
    zif_bench_write(s, DR, 0x34);
    zif_bench_write(s, CR1, MSTR | SSM | SSI | BR | SPE | CRCEN | CRCNEXT);
    zif_bench_run(*state, FRAME);
    crc = zif_bench_read(s, TXCRCR);
    zif_bench_read(s, DR);
    zif_bench_run(*state, FRAME);
    assert_int_equal(part->ngot, 3);
    assert_int_equal(part->got[2], crc);
    assert_int_equal(sr(s) & BSY, 0);
}

static void a_crc_that_does_not_fit_sets_crcerr(void **state)
{
    ZifDevice *s = with(state, MSTR | SSM | SSI | BR | SPE | CRCEN, ERRIE);
    zif_bench_write(s, DR, 0x34);
    zif_bench_write(s, CR1, MSTR | SSM | SSI | BR | SPE | CRCEN | CRCNEXT);
    zif_bench_run(*state, FRAME);
    part->next = zif_bench_read(s, RXCRCR) ^ 1;
    zif_bench_read(s, DR);
    zif_bench_run(*state, FRAME);
    assert_int_equal(sr(s) & CRCERR, CRCERR);
    assert_int_equal(zif_bench_level(s, "irq", 0), 1);
    zif_bench_write(s, SR, ~(uint32_t)CRCERR & 0xffff);
    assert_int_equal(sr(s) & CRCERR, 0);
}

static void a_crc_that_fits_sets_nothing(void **state)
{
    ZifDevice *s = master(state, CRCEN);
    zif_bench_write(s, DR, 0x34);
    zif_bench_write(s, CR1, MSTR | SSM | SSI | BR | SPE | CRCEN | CRCNEXT);
    zif_bench_run(*state, FRAME);
    part->next = zif_bench_read(s, RXCRCR);
    zif_bench_read(s, DR);
    zif_bench_run(*state, FRAME);
    assert_int_equal(sr(s) & CRCERR, 0);
}

static void after_a_dma_transfer_the_crc_follows_by_itself(void **state)
{
    ZifDevice *s = with(state, MSTR | SSM | SSI | BR | SPE | CRCEN, TXDMAEN);
    zif_bench_write(s, DR, 0x12);
    zif_bench_drive(s, "dma-end", 0, 1);
    zif_bench_drive(s, "dma-end", 0, 0);
    zif_bench_run(*state, 2 * FRAME);
    assert_int_equal(part->ngot, 2);
    assert_int_equal(part->got[1], 0x7E);
    assert_int_equal(sr(s) & BSY, 0);
}

static void setting_crcen_clears_both_sums(void **state)
{
    ZifDevice *s = master(state, CRCEN);
    swap(state, s, 0x12);
    zif_bench_write(s, CR1, MSTR | SSM | SSI | BR);
    zif_bench_write(s, CR1, MSTR | SSM | SSI | BR | CRCEN);
    assert_int_equal(zif_bench_read(s, TXCRCR), 0);
    assert_int_equal(zif_bench_read(s, RXCRCR), 0);
}

/* --- Slave ------------------------------------------------------------------------------------------------------------------------ */

static ZifDevice *slave;

static ZifDevice *with_slave(void **state, uint32_t cr1)
{
    slave = zif_bench_add(*state, "stm32f4-spi", NULL);
    zif_bench_write(slave, CR1, SSM | cr1);
    ZifDevice *s = zif_bench_add(*state, "stm32f4-spi", PROPS(PROP("zif,spi-bus", zif_bench_phandle(slave))));
    zif_bench_write(s, CR1, MSTR | SSM | SSI | BR | SPE);
    return s;
}

static void a_slave_and_its_master_swap_words(void **state)
{
    ZifDevice *s = with_slave(state, SPE);
    zif_bench_write(slave, DR, 0x77);
    assert_int_equal(sr(slave) & TXE, 0);
    zif_bench_write(s, DR, 0x21);
    assert_int_equal(sr(slave), TXE | BSY);
    zif_bench_run(*state, FRAME);
    assert_int_equal(sr(slave), TXE | RXNE);
    assert_int_equal(zif_bench_read(slave, DR), 0x21);
    assert_int_equal(zif_bench_read(s, DR), 0x77);
}

static void a_slave_that_is_not_selected_hears_nothing(void **state)
{
    ZifDevice *s = with_slave(state, SPE | SSI);
    assert_int_equal(swap(state, s, 0x21), 0xFF);
    assert_int_equal(sr(slave), TXE);
}

static void a_slave_that_reads_too_late_is_overrun(void **state)
{
    ZifDevice *s = with_slave(state, SPE);
    swap(state, s, 1);
    swap(state, s, 2);
    assert_int_equal(sr(slave) & OVR, OVR);
    assert_int_equal(zif_bench_read(slave, DR), 1);
}

static void a_slave_in_another_clock_mode_is_reported(void **state)
{
    ZifDevice *s = with_slave(state, SPE | CPOL);
    swap(state, s, 1);
    assert_int_equal(zif_bench_reported(*state, ZIF_REPORT_BUS, "CR1"), 1);
}

/* --- Interrupts and DMA -------------------------------------------------------------------------------------------------------------- */

static void the_interrupt_follows_txe_and_rxne_with_their_enables(void **state)
{
    ZifDevice *s = master(state, 0);
    zif_bench_write(s, CR2, TXEIE);
    assert_int_equal(zif_bench_level(s, "irq", 0), 1);
    zif_bench_write(s, CR2, RXNEIE);
    assert_int_equal(zif_bench_level(s, "irq", 0), 0);
    zif_bench_write(s, DR, 1);
    zif_bench_run(*state, FRAME);
    assert_int_equal(zif_bench_level(s, "irq", 0), 1);
}

static void dma_is_asked_for_while_txe_and_rxne_are_set(void **state)
{
    ZifDevice *s = with(state, MSTR | SSM | SSI | BR | SPE, TXDMAEN | RXDMAEN);
    assert_int_equal(zif_bench_level(s, "dma-tx", 0), 1);
    zif_bench_write(s, DR, 1);
    zif_bench_write(s, DR, 2);
    assert_int_equal(zif_bench_level(s, "dma-tx", 0), 0);
    assert_int_equal(zif_bench_level(s, "dma-rx", 0), 0);
    zif_bench_run(*state, FRAME);
    assert_int_equal(zif_bench_level(s, "dma-rx", 0), 1);
    zif_bench_read_sized(s, DR, 1);
    assert_int_equal(zif_bench_level(s, "dma-rx", 0), 0);
}

static void i2s_says_that_it_is_not_modelled(void **state)
{
    ZifDevice *s = master(state, 0);
    zif_bench_write(s, I2SCFGR, 0x800);
    assert_int_equal(zif_bench_reported(*state, ZIF_REPORT_UNMODELLED, "I2SCFGR"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_frame_takes_eight_bits_of_the_divided_clock),
        TEST(what_the_part_answers_is_read_from_dr),
        TEST(rxne_is_cleared_by_reading_dr),
        TEST(txe_rises_when_the_buffer_moves_to_the_shift_register),
        TEST(bsy_stays_set_between_frames_back_to_back),
        TEST(a_word_written_while_txe_is_0_is_reported),
        TEST(a_word_written_before_spe_waits_for_it),
        TEST(sixteen_bits_are_two_bytes_the_upper_first),
        TEST(with_lsbfirst_the_wire_sees_the_bits_reversed),
        TEST(overrun_keeps_the_first_word),
        TEST(ovr_is_cleared_by_reading_dr_then_sr),
        TEST(sending_without_reading_is_no_mistake),
        TEST(an_overrun_of_a_reader_is_reported),
        TEST(receive_only_clocks_on_until_spe_is_cleared),
        TEST(one_line_out_receives_nothing),
        TEST(one_line_in_clocks_on),
        TEST(clearing_spe_during_a_frame_cuts_it_off),
        TEST(changing_the_rate_during_a_frame_is_reported),
        TEST(the_wrong_clock_mode_is_reported_and_the_part_hears_it_wrong),
        TEST(a_part_clocked_too_fast_is_reported),
        TEST(a_stopped_clock_freezes_the_frame),
        TEST(a_master_without_ssm_and_ssoe_faults_when_the_pin_is_low),
        TEST(a_master_with_ssm_but_without_ssi_faults),
        TEST(modf_is_cleared_by_reading_sr_and_writing_cr1),
        TEST(with_ssoe_the_master_drives_nss_low_while_it_is_on),
        TEST(nss_falling_takes_the_bus_from_the_master),
        TEST(the_crc_follows_the_last_word),
        TEST(a_crc_that_does_not_fit_sets_crcerr),
        TEST(a_crc_that_fits_sets_nothing),
        TEST(after_a_dma_transfer_the_crc_follows_by_itself),
        TEST(setting_crcen_clears_both_sums),
        TEST(a_slave_and_its_master_swap_words),
        TEST(a_slave_that_is_not_selected_hears_nothing),
        TEST(a_slave_that_reads_too_late_is_overrun),
        TEST(a_slave_in_another_clock_mode_is_reported),
        TEST(the_interrupt_follows_txe_and_rxne_with_their_enables),
        TEST(dma_is_asked_for_while_txe_and_rxne_are_set),
        TEST(i2s_says_that_it_is_not_modelled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
