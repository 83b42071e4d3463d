/* STM32 bxCAN, shared by its files: bxcan.c, bxcan_receive.c. SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ZIF_ST_BXCAN_H
#define ZIF_ST_BXCAN_H

#include "bxcan_regs.h"
#include "stm32_pace.h"

enum { OUT_TX, OUT_RX0, OUT_RX1, OUT_SCE };
enum { EV_FRAME, EV_SYNC, EV_RECOVERED, NEVENTS };
enum { FAULT_NACK, FAULT_BIT, FAULT_STUFF, FAULT_FORM, FAULT_CRC };
enum { NOBODY = 0xff };

enum { W_RIR, W_RDTR, W_RDLR, W_RDHR, WORDS };

typedef struct {
    uint32_t words[WORDS]; /* as its registers show it */
} Stored;

typedef struct {
    ZifDevice dev;
    uint32_t values[NREGS];
    Stm32Pace pace;
    Stored fifo[FIFOS][DEPTH];
    uint16_t tec, rec;                 /* TEC up to 256 + 7 */
    uint32_t order[MAILBOXES], orders; /* of request, for TXFP */
    uint8_t box;                       /* the mailbox that is being sent; NOBODY */
    uint8_t faults;                    /* injected: 1 << FAULT_* */
    bool abort[MAILBOXES];
    bool failed;                  /* what goes over the wire now is the error frame */
    bool init_asked, sleep_asked; /* waits for the end of the frame */
    bool recovering, recovery_asked;
    bool timing_checked;
} Can;

/** Does it use the filters of another controller? */
bool zif__bxcan_is_second(Can *c);
/** A frame came: into a FIFO, if a filter lets it pass. */
void zif__bxcan_accept(Can *c, const ZifCanFrame *f);
/** RFOM: the oldest frame of FIFO n goes. */
void zif__bxcan_release(Can *c, unsigned n);
/** Puts back a register that cannot be written now, and says why. */
void zif__bxcan_locked(Can *c, unsigned slot, uint32_t old, const char *why);
/** A register of the filters was written: put back what is locked. */
void zif__bxcan_filter_written(Can *c, unsigned slot, uint32_t old);

#endif
