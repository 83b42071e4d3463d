/* STM32F4 ADC: what its files share. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ZIF_ST_ADC_H
#define ZIF_ST_ADC_H

#include <zif/peripheral.h>

enum { ADC_MAX = 3, ADC_CHANNELS = 19 };

/* Registers of one ADC. */
enum {
    ADC_SR,
    ADC_CR1,
    ADC_CR2,
    ADC_SMPR1,
    ADC_SMPR2,
    ADC_JOFR1,
    ADC_HTR = ADC_JOFR1 + 4,
    ADC_LTR,
    ADC_SQR1,
    ADC_SQR2,
    ADC_SQR3,
    ADC_JSQR,
    ADC_JDR1,
    ADC_DR = ADC_JDR1 + 4,
    ADC_NREGS,
};
enum { ADC_AWD = 1, ADC_EOC = 2, ADC_JEOC = 4, ADC_JSTRT = 8, ADC_STRT = 16, ADC_OVR = 32 };

/* Registers of the common block. */
enum { ADCC_CSR, ADCC_CCR, ADCC_CDR, ADCC_NREGS };

typedef struct {
    ZifDevice dev;
    uint32_t values[ADC_NREGS];
    uint8_t converting; /* a group, or none */
    bool regular_on;    /* a regular sequence is under way, perhaps interrupted by an injected one */
    bool injected_on;
    bool unread;   /* DR holds a result nobody has read */
    bool dma_done; /* the DMA has had its last transfer, and DDS is 0 */
    uint8_t rank, jrank;
    uint8_t discrete; /* conversions left of this trigger in discontinuous mode */
    ZifTime stable;   /* when the converter is accurate after ADON */
    uint32_t next_sample[ADC_CHANNELS];
} Adc;

typedef struct {
    ZifDevice dev;
    uint32_t values[ADCC_NREGS];
    uint16_t queue[8]; /* results on their way to the DMA */
    uint8_t queued;
    uint8_t turn; /* whose turn it is with alternate triggers */
    bool dma_done;
} AdcCommon;

/* adc.c */
void zif__adc_start_regular(Adc *a);
void zif__adc_start_injected(Adc *a);
void zif__adc_overrun(Adc *a);
void zif__adc_read_by_common(Adc *a);
/* adc_input.c: the voltage at a channel now, in the converter's full 12 bits. */
unsigned zif__adc_sample(Adc *a, unsigned channel);

/* adc_common.c. All take the common block of an ADC's node, which may be missing (NULL). */
AdcCommon *zif__adc_common(const Adc *a);
Adc *zif__adc_peer(const AdcCommon *c, unsigned n);
/** Which of the ADCs this is (0: master). */
unsigned zif__adc_number(const AdcCommon *c, const Adc *a);
uint64_t zif__adc_clock_hz(const Adc *a);
uint32_t zif__adc_ccr(const Adc *a);
/** Takes part in a regular (injected) multi mode? Then what concerns the data goes through the common block. */
bool zif__adc_is_joint(const Adc *a);
/** The master's group starts: what the others do. */
void zif__adc_regular_started(Adc *master);
void zif__adc_injected_started(Adc *a);
/** May this ADC be triggered by itself? Slaves of a multi mode wait for the master. */
bool zif__adc_obeys(const Adc *a, bool injected);
/** Whose turn it is when the master gets an injected trigger: its own, but for the alternate trigger modes. */
Adc *zif__adc_injected_turn(Adc *a);
/** A joint regular conversion has its result. */
void zif__adc_joint_result(Adc *a, uint16_t data);

#endif
