/* SVD files as register tables. SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "svd.h"

#define CHIP(PERIPHERALS) "<device><size>32</size><peripherals>" PERIPHERALS "</peripherals></device>"

static ZifSvd *parse(const char *text)
{
    return zif__svd_parse(text, strlen(text), "test", &error_fatal);
}

static void refused(const char *text, const char *words)
{
    Error *err = NULL;
    assert_null(zif__svd_parse(text, strlen(text), "test.svd", &err));
    assert_non_null(strstr(error_get_pretty(err), words));
    error_free(err);
}

static void registers_come_with_offset_reset_size_and_fields(void **state)
{
    ZifSvd *svd = parse(
        CHIP("<peripheral><name>RCC</name><baseAddress>0x40023800</baseAddress>"
             "<addressBlock><offset>0</offset><size>0x400</size></addressBlock><registers>"
             "<register><name>CR</name><addressOffset>0x4</addressOffset><resetValue>0x83</resetValue><fields>"
             "<field><name>ON</name><bitOffset>0</bitOffset><bitWidth>1</bitWidth></field>"
             "<field><name>RDY</name><bitRange>[3:1]</bitRange><access>read-only</access></field>"
             "<field><name>FLAG</name><lsb>8</lsb><msb>9</msb><modifiedWriteValues>oneToClear</modifiedWriteValues>"
             "</field></fields></register>"
             "<register><name>DR</name><addressOffset>0</addressOffset><size>16</size><access>write-only</access>"
             "</register></registers></peripheral>"));
    const ZifSvdPeripheral *p = zif__svd_find(svd, "rcc");
    assert_non_null(p);
    assert_int_equal(p->base, 0x40023800);
    assert_int_equal(p->span, 0x400);
    assert_int_equal(p->nregs, 2);
    assert_string_equal(p->regs[0].name, "DR");
    assert_int_equal(p->regs[0].size, 2);
    assert_int_equal(p->regs[0].fields[0].access, ZIF_WO);
    const ZifRegister *cr = &p->regs[1];
    assert_int_equal(cr->offset, 4);
    assert_int_equal(cr->reset, 0x83);
    assert_string_equal(cr->fields[1].name, "RDY");
    assert_int_equal(cr->fields[1].lsb, 1);
    assert_int_equal(cr->fields[1].width, 3);
    assert_int_equal(cr->fields[1].access, ZIF_RO);
    assert_int_equal(cr->fields[2].access, ZIF_W1C);
    assert_null(cr->fields[3].name);
    zif__svd_free(svd);
}

static void arrays_and_clusters_become_single_registers(void **state)
{
    ZifSvd *svd = parse(
        CHIP("<peripheral><name>DMA</name><baseAddress>0</baseAddress><registers>"
             "<cluster><dim>2</dim><dimIncrement>0x20</dimIncrement><name>S%s</name><addressOffset>0x10</addressOffset>"
             "<register><name>CR</name><addressOffset>0</addressOffset></register></cluster>"
             "<register><dim>2</dim><dimIncrement>4</dimIncrement><dimIndex>A,B</dimIndex><name>X%s</name>"
             "<addressOffset>0x0</addressOffset></register></registers></peripheral>"));
    static const struct {
        const char *name;
        unsigned offset;
    } want[] = { { "XA", 0 }, { "XB", 4 }, { "S0_CR", 0x10 }, { "S1_CR", 0x30 } };
    assert_int_equal(svd->peripherals[0].nregs, 4);
    for (unsigned i = 0; i < 4; i++) {
        assert_string_equal(svd->peripherals[0].regs[i].name, want[i].name);
        assert_int_equal(svd->peripherals[0].regs[i].offset, want[i].offset);
    }
    zif__svd_free(svd);
}

static void a_derived_peripheral_has_the_registers_of_the_other(void **state)
{
    ZifSvd *svd =
        parse(CHIP("<peripheral derivedFrom=\"A\"><name>B</name><baseAddress>0x1000</baseAddress></peripheral>"
                   "<peripheral><name>A</name><baseAddress>0x2000</baseAddress><registers><register><name>R</name>"
                   "<addressOffset>8</addressOffset></register></registers></peripheral>"));
    assert_int_equal(svd->n, 2);
    assert_string_equal(zif__svd_find(svd, "B")->regs[0].name, "R");
    zif__svd_free(svd);
}

static void what_overlaps_is_left_out(void **state)
{
    ZifSvd *svd =
        parse(CHIP("<peripheral><name>T</name><baseAddress>0</baseAddress><registers>"
                   "<register><name>A</name><addressOffset>0</addressOffset><fields>"
                   "<field><name>F</name><bitOffset>0</bitOffset><bitWidth>4</bitWidth></field>"
                   "<field><name>G</name><bitOffset>3</bitOffset><bitWidth>4</bitWidth></field>"
                   "<field><name>H</name><bitOffset>30</bitOffset><bitWidth>4</bitWidth></field></fields></register>"
                   "<register><name>B</name><addressOffset>0</addressOffset></register></registers></peripheral>"));
    assert_int_equal(svd->peripherals[0].nregs, 1);
    assert_null(svd->peripherals[0].regs[0].fields[1].name);
    zif__svd_free(svd);
}

static void a_document_that_is_none_is_refused_with_its_line(void **state)
{
    refused("<device>\n<peripherals></device>", "test.svd, line 2");
    refused("", "test.svd");
    refused("<device/>", "describes no peripheral");
}

static void clusters_that_hold_themselves_end(void **state)
{
    ZifSvd *svd = parse(
        CHIP("<peripheral><name>A</name><baseAddress>0</baseAddress><registers><register><name>R</name></register>"
             "<cluster derivedFrom=\"C\"><name>C</name><dim>1024</dim><cluster derivedFrom=\"C\"><name>D</name>"
             "<dim>1024</dim></cluster></cluster></registers></peripheral>"));
    assert_int_equal(svd->peripherals[0].nregs, 1);
    zif__svd_free(svd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(registers_come_with_offset_reset_size_and_fields),
        cmocka_unit_test(arrays_and_clusters_become_single_registers),
        cmocka_unit_test(a_derived_peripheral_has_the_registers_of_the_other),
        cmocka_unit_test(what_overlaps_is_left_out),
        cmocka_unit_test(a_document_that_is_none_is_refused_with_its_line),
        cmocka_unit_test(clusters_that_hold_themselves_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
