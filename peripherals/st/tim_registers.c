/*
 * STM32F4 timers: register tables and class records. One behaviour (tim.c, tim_access.c, tim_output.c, tim_input.c), six layouts.
 *
 * Reference: RM0090 Rev 19, sections 17.4 (TIM1, TIM8), 18.4 (TIM2 to TIM5), 19.4 (TIM9, TIM12), 19.5 (TIM10, TIM11, TIM13,
 * TIM14), 20.4 (TIM6, TIM7).
 * Models: see the class records.
 * Departs: CCMR1 and CCMR2 have the names of their output mode; in input mode OCxFE and OCxPE are ICxPSC, OCxM and OCxCE are ICxF.
 * BDTR.MOE of a break takes effect at once, without resynchronisation.
 * Missing: freezing while a debugger has stopped the core.
 *
 * Inputs: ch (pins), itr (the trigger matrix of the tree), etr, bkin, wakeup (the RTC's, for TIM5). Outputs: oc is what ch
 * carries, for other blocks on the chip. clocks: 0 the timer's own; 1 and 2 what OR can lead to an input (TIM5: LSI, LSE;
 * TIM11: the HSE divided for the RTC).
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tim.h"

#define F_CCMR(A, B)                                                                                                   \
    { "CC" #A "S", 0, 2, ZIF_RW }, { "OC" #A "FE", 2, 1, ZIF_RW }, { "OC" #A "PE", 3, 1, ZIF_RW },                     \
        { "OC" #A "M", 4, 3, ZIF_RW }, { "OC" #A "CE", 7, 1, ZIF_RW }, { "CC" #B "S", 8, 2, ZIF_RW },                  \
        { "OC" #B "FE", 10, 1, ZIF_RW }, { "OC" #B "PE", 11, 1, ZIF_RW }, { "OC" #B "M", 12, 3, ZIF_RW },              \
    {                                                                                                                  \
        "OC" #B "CE", 15, 1, ZIF_RW                                                                                    \
    }
#define F_CCMR_ONE                                                                                                     \
    { "CC1S", 0, 2, ZIF_RW }, { "OC1FE", 2, 1, ZIF_RW }, { "OC1PE", 3, 1, ZIF_RW }, { "OC1M", 4, 3, ZIF_RW },          \
    {                                                                                                                  \
        "IC1F3", 7, 1, ZIF_RW                                                                                          \
    }
#define F_CR1_BASE                                                                                                     \
    { "CEN", 0, 1, ZIF_RW }, { "UDIS", 1, 1, ZIF_RW }, { "URS", 2, 1, ZIF_RW },                                        \
    {                                                                                                                  \
        "ARPE", 7, 1, ZIF_RW                                                                                           \
    }
#define F_CR1_OPM                                                                                                      \
    {                                                                                                                  \
        "OPM", 3, 1, ZIF_RW                                                                                            \
    }
#define F_CR1_CKD                                                                                                      \
    {                                                                                                                  \
        "CKD", 8, 2, ZIF_RW                                                                                            \
    }
#define F_CR1_FULL                                                                                                     \
    F_CR1_BASE, F_CR1_OPM, F_CR1_CKD, { "DIR", 4, 1, ZIF_RW },                                                         \
    {                                                                                                                  \
        "CMS", 5, 2, ZIF_RW                                                                                            \
    }
#define F_CR2_GENERAL                                                                                                  \
    { "CCDS", 3, 1, ZIF_RW }, { "MMS", 4, 3, ZIF_RW },                                                                 \
    {                                                                                                                  \
        "TI1S", 7, 1, ZIF_RW                                                                                           \
    }
#define F_SMCR_TWO                                                                                                     \
    { "SMS", 0, 3, ZIF_RW }, { "TS", 4, 3, ZIF_RW },                                                                   \
    {                                                                                                                  \
        "MSM", 7, 1, ZIF_RW                                                                                            \
    }
#define F_SMCR                                                                                                         \
    F_SMCR_TWO, { "ETF", 8, 4, ZIF_RW }, { "ETPS", 12, 2, ZIF_RW }, { "ECE", 14, 1, ZIF_RW },                          \
    {                                                                                                                  \
        "ETP", 15, 1, ZIF_RW                                                                                           \
    }
#define F_DIER_GENERAL                                                                                                 \
    { "UIE", 0, 1, ZIF_RW }, { "CC1IE", 1, 1, ZIF_RW }, { "CC2IE", 2, 1, ZIF_RW }, { "CC3IE", 3, 1, ZIF_RW },          \
        { "CC4IE", 4, 1, ZIF_RW }, { "TIE", 6, 1, ZIF_RW }, { "UDE", 8, 1, ZIF_RW }, { "CC1DE", 9, 1, ZIF_RW },        \
        { "CC2DE", 10, 1, ZIF_RW }, { "CC3DE", 11, 1, ZIF_RW }, { "CC4DE", 12, 1, ZIF_RW },                            \
    {                                                                                                                  \
        "TDE", 14, 1, ZIF_RW                                                                                           \
    }
#define F_SR_ONE                                                                                                       \
    { "UIF", 0, 1, ZIF_W0C }, { "CC1IF", 1, 1, ZIF_W0C },                                                              \
    {                                                                                                                  \
        "CC1OF", 9, 1, ZIF_W0C                                                                                         \
    }
#define F_SR_TWO                                                                                                       \
    F_SR_ONE, { "CC2IF", 2, 1, ZIF_W0C }, { "TIF", 6, 1, ZIF_W0C },                                                    \
    {                                                                                                                  \
        "CC2OF", 10, 1, ZIF_W0C                                                                                        \
    }
#define F_SR                                                                                                           \
    F_SR_TWO, { "CC3IF", 3, 1, ZIF_W0C }, { "CC4IF", 4, 1, ZIF_W0C }, { "CC3OF", 11, 1, ZIF_W0C },                     \
    {                                                                                                                  \
        "CC4OF", 12, 1, ZIF_W0C                                                                                        \
    }
#define F_EGR_ONE                                                                                                      \
    { "UG", 0, 1, ZIF_WO },                                                                                            \
    {                                                                                                                  \
        "CC1G", 1, 1, ZIF_WO                                                                                           \
    }
#define F_EGR_TWO                                                                                                      \
    F_EGR_ONE, { "CC2G", 2, 1, ZIF_WO },                                                                               \
    {                                                                                                                  \
        "TG", 6, 1, ZIF_WO                                                                                             \
    }
#define F_EGR                                                                                                          \
    F_EGR_TWO, { "CC3G", 3, 1, ZIF_WO },                                                                               \
    {                                                                                                                  \
        "CC4G", 4, 1, ZIF_WO                                                                                           \
    }
#define F_CC(N, LSB, A)                                                                                                \
    { "CC" #N "E", LSB, 1, A }, { "CC" #N "P", (LSB) + 1, 1, A },                                                      \
    {                                                                                                                  \
        "CC" #N "NP", (LSB) + 3, 1, A                                                                                  \
    }
#define F_CCN(N, LSB)                                                                                                  \
    F_CC(N, LSB, ZIF_RW),                                                                                              \
    {                                                                                                                  \
        "CC" #N "NE", (LSB) + 2, 1, ZIF_RW                                                                             \
    }

#define ROW(NAME, PLACE, ...)                                                                                          \
    {                                                                                                                  \
        .name = NAME, .offset = 4 * (PLACE), .fields = ZIF_FIELDS(__VA_ARGS__)                                         \
    }
#define LIVE(NAME, PLACE, ...)                                                                                         \
    {                                                                                                                  \
        .name = NAME, .offset = 4 * (PLACE), .fields = ZIF_FIELDS(__VA_ARGS__), .flags = ZIF_REG_VOLATILE              \
    }
#define WORD(NAME, PLACE, BITS) ROW(NAME, PLACE, { NAME, 0, BITS, ZIF_RW })
#define COUNTER(BITS)           LIVE("CNT", CNT, { "CNT", 0, BITS, ZIF_RW })
#define RELOAD(BITS)            ROW("ARR", ARR, { "ARR", 0, BITS, ZIF_RW })
#define TAIL(BITS)              COUNTER(BITS), WORD("PSC", PSC, 16), RELOAD(BITS)
#define CCRS(BITS)                                                                                                     \
    LIVE("CCR1", CCR1, { "CCR1", 0, BITS, ZIF_RW }), LIVE("CCR2", CCR2, { "CCR2", 0, BITS, ZIF_RW }),                  \
        LIVE("CCR3", CCR3, { "CCR3", 0, BITS, ZIF_RW }), LIVE("CCR4", CCR4, { "CCR4", 0, BITS, ZIF_RW })
#define BURST                                                                                                          \
    ROW("DCR", DCR, { "DBA", 0, 5, ZIF_RW }, { "DBL", 8, 5, ZIF_RW }), LIVE("DMAR", DMAR, { "DMAB", 0, 32, ZIF_RW })

#define GENERAL(BITS)                                                                                                  \
    LIVE("CR1", CR1, F_CR1_FULL), ROW("CR2", CR2, F_CR2_GENERAL), ROW("SMCR", SMCR, F_SMCR),                           \
        ROW("DIER", DIER, F_DIER_GENERAL), LIVE("SR", SR, F_SR), ROW("EGR", EGR, F_EGR),                               \
        ROW("CCMR1", CCMR1, F_CCMR(1, 2)), ROW("CCMR2", CCMR2, F_CCMR(3, 4)),                                          \
        ROW("CCER", CCER, F_CC(1, 0, ZIF_RW), F_CC(2, 4, ZIF_RW), F_CC(3, 8, ZIF_RW), F_CC(4, 12, ZIF_RW)),            \
        TAIL(BITS), CCRS(BITS), BURST

static const ZifRegister advanced[] = {
    LIVE("CR1", CR1, F_CR1_FULL),
    ROW("CR2", CR2, F_CR2_GENERAL, { "CCPC", 0, 1, ZIF_RW }, { "CCUS", 2, 1, ZIF_RW }, { "OIS1", 8, 1, ZIF_RW },
        { "OIS1N", 9, 1, ZIF_RW }, { "OIS2", 10, 1, ZIF_RW }, { "OIS2N", 11, 1, ZIF_RW }, { "OIS3", 12, 1, ZIF_RW },
        { "OIS3N", 13, 1, ZIF_RW }, { "OIS4", 14, 1, ZIF_RW }),
    ROW("SMCR", SMCR, F_SMCR),
    ROW("DIER", DIER, F_DIER_GENERAL, { "COMIE", 5, 1, ZIF_RW }, { "BIE", 7, 1, ZIF_RW }, { "COMDE", 13, 1, ZIF_RW }),
    LIVE("SR", SR, F_SR, { "COMIF", 5, 1, ZIF_W0C }, { "BIF", 7, 1, ZIF_W0C }),
    ROW("EGR", EGR, F_EGR, { "COMG", 5, 1, ZIF_WO }, { "BG", 7, 1, ZIF_WO }),
    ROW("CCMR1", CCMR1, F_CCMR(1, 2)),
    ROW("CCMR2", CCMR2, F_CCMR(3, 4)),
    ROW("CCER", CCER, F_CCN(1, 0), F_CCN(2, 4), F_CCN(3, 8), { "CC4E", 12, 1, ZIF_RW }, { "CC4P", 13, 1, ZIF_RW }),
    TAIL(16),
    ROW("RCR", RCR, { "REP", 0, 8, ZIF_RW }),
    CCRS(16),
    LIVE("BDTR", BDTR, { "DTG", 0, 8, ZIF_RW }, { "LOCK", 8, 2, ZIF_RW }, { "OSSI", 10, 1, ZIF_RW },
         { "OSSR", 11, 1, ZIF_RW }, { "BKE", 12, 1, ZIF_RW }, { "BKP", 13, 1, ZIF_RW }, { "AOE", 14, 1, ZIF_RW },
         { "MOE", 15, 1, ZIF_RW }),
    BURST,
};

static const ZifRegister general[] = { GENERAL(16) };
static const ZifRegister general2[] = { GENERAL(32), ROW("OR", OR, { "ITR1_RMP", 10, 2, ZIF_RW }) };
static const ZifRegister general5[] = { GENERAL(32), ROW("OR", OR, { "TI4_RMP", 6, 2, ZIF_RW }) };

static const ZifRegister two[] = {
    LIVE("CR1", CR1, F_CR1_BASE, F_CR1_OPM, F_CR1_CKD),
    ROW("SMCR", SMCR, F_SMCR_TWO),
    ROW("DIER", DIER, { "UIE", 0, 1, ZIF_RW }, { "CC1IE", 1, 1, ZIF_RW }, { "CC2IE", 2, 1, ZIF_RW },
        { "TIE", 6, 1, ZIF_RW }),
    LIVE("SR", SR, F_SR_TWO),
    ROW("EGR", EGR, F_EGR_TWO),
    ROW("CCMR1", CCMR1, F_CCMR_ONE, { "CC2S", 8, 2, ZIF_RW }, { "OC2FE", 10, 1, ZIF_RW }, { "OC2PE", 11, 1, ZIF_RW },
        { "OC2M", 12, 3, ZIF_RW }, { "IC2F3", 15, 1, ZIF_RW }),
    ROW("CCER", CCER, F_CC(1, 0, ZIF_RW), F_CC(2, 4, ZIF_RW)),
    TAIL(16),
    LIVE("CCR1", CCR1, { "CCR1", 0, 16, ZIF_RW }),
    LIVE("CCR2", CCR2, { "CCR2", 0, 16, ZIF_RW }),
};

#define ONE                                                                                                            \
    LIVE("CR1", CR1, F_CR1_BASE, F_CR1_CKD), ROW("DIER", DIER, { "UIE", 0, 1, ZIF_RW }, { "CC1IE", 1, 1, ZIF_RW }),    \
        LIVE("SR", SR, F_SR_ONE), ROW("EGR", EGR, F_EGR_ONE), ROW("CCMR1", CCMR1, F_CCMR_ONE),                         \
        ROW("CCER", CCER, F_CC(1, 0, ZIF_RW)), TAIL(16), LIVE("CCR1", CCR1, { "CCR1", 0, 16, ZIF_RW })

static const ZifRegister one[] = { ONE };
static const ZifRegister one11[] = { ONE, ROW("OR", OR, { "TI1_RMP", 0, 2, ZIF_RW }) };

static const ZifRegister basic[] = {
    LIVE("CR1", CR1, F_CR1_BASE, F_CR1_OPM),
    ROW("CR2", CR2, { "MMS", 4, 3, ZIF_RW }),
    ROW("DIER", DIER, { "UIE", 0, 1, ZIF_RW }, { "UDE", 8, 1, ZIF_RW }),
    LIVE("SR", SR, { "UIF", 0, 1, ZIF_W0C }),
    ROW("EGR", EGR, { "UG", 0, 1, ZIF_WO }),
    TAIL(16),
};

#define OUTPUTS(NIRQ, ...)                                                                                             \
    (const ZifOutput[])                                                                                                \
    {                                                                                                                  \
        { "irq", NIRQ }, { "trgo", 1 }, { "dma-up", 1 }, { "dma-cc", NCHANNELS }, { "dma-trig", 1 }, { "dma-com", 1 }, \
            { "ch", NCHANNELS }, { "oc", NCHANNELS }, { "chn", NCOMPLEMENTARY },                                       \
        {                                                                                                              \
            0                                                                                                          \
        }                                                                                                              \
    }

#define CLASS(NAME, TABLE, COMPATIBLE, NIRQ, REFERENCE, SUMMARY)                                                       \
    const ZifClass zif__stm32f4_tim_##TABLE = {                                                                        \
        .name = NAME,                                                                                                  \
        .socs = (const char *const[]){ "st,stm32f4", NULL },                                                           \
        .compatible = (const char *const[]){ COMPATIBLE, NULL },                                                       \
        .reference = "RM0090 Rev 19, " REFERENCE,                                                                      \
        .summary = SUMMARY,                                                                                            \
        .modelled = ZIF_MODELLED,                                                                                      \
        .size = sizeof(Tim),                                                                                           \
        .plain = offsetof(Tim, behind),                                                                                \
        .regs = TABLE,                                                                                                 \
        .nregs = sizeof TABLE / sizeof *TABLE,                                                                         \
        .values = offsetof(Tim, values),                                                                               \
        .span = 0x400,                                                                                                 \
        .widths = ZIF_W16 | ZIF_W32,                                                                                   \
        .inputs = (const ZifInput[]){ { "ch", NCHANNELS, zif__tim_ch },                                                \
                                      { "itr", 4, zif__tim_itr },                                                      \
                                      { "etr", 1, zif__tim_etr },                                                      \
                                      { "wakeup", 1, zif__tim_wakeup },                                                \
                                      { "bkin", 1, zif__tim_bkin },                                                    \
                                      { 0 } },                                                                         \
        .outputs = OUTPUTS(NIRQ),                                                                                      \
        .events = (const char *const[]){ "count", "dead time 1", "dead time 2", "dead time 3", "filter 1", "filter 2", \
                                         "filter 3", "filter 4", "filter etr", "edge", NULL },                         \
        .event = zif__tim_event,                                                                                       \
        .realize = zif__tim_realize,                                                                                   \
        .reset = zif__tim_reset,                                                                                       \
        .peek = zif__tim_peek,                                                                                         \
        .on_read = zif__tim_read,                                                                                      \
        .on_write = zif__tim_write,                                                                                    \
        .clock_changed = zif__tim_clock,                                                                               \
    }

CLASS("stm32f4-tim-advanced", advanced, "st,stm32-timers-advanced", 4, "chapter 17",
      "TIM1, TIM8 whole: counting modes, compare, PWM, capture, encoder, slave modes, break, dead time, DMA burst");
CLASS("stm32f4-tim-general", general, "st,stm32-timers", 1, "chapter 18",
      "TIM3, TIM4 whole: counting modes, compare, PWM, capture, encoder, slave modes, DMA burst");
CLASS("stm32f4-tim-general2", general2, "st,stm32-timers-tim2", 1, "chapter 18",
      "TIM2 whole, 32 bits; of the sources of ITR1 only TIM8");
CLASS("stm32f4-tim-general5", general5, "st,stm32-timers-tim5", 1, "chapter 18",
      "TIM5 whole, 32 bits, with the clocks that channel 4 can measure");
CLASS("stm32f4-tim-two", two, "st,stm32-timers-2ch", 1, "chapter 19", "TIM9, TIM12 whole: two channels, slave modes");
CLASS("stm32f4-tim-one", one, "st,stm32-timers-1ch", 1, "chapter 19", "TIM10, TIM13, TIM14 whole: one channel");
CLASS("stm32f4-tim-one11", one11, "st,stm32-timers-tim11", 1, "chapter 19",
      "TIM11 whole: one channel, which can measure the HSE");
CLASS("stm32f4-tim-basic", basic, "st,stm32-timers-basic", 1, "chapter 20", "TIM6, TIM7 whole: a time base");
