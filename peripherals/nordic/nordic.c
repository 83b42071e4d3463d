/*
 * What every Nordic block shares: tasks, events, interrupt enables.
 *
 * Reference: nRF51 Series Reference Manual v3.0, chapter 10 "Peripheral interface".
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "nordic.h"

enum {
    IRQ = 0,
    EVENTS_AT = 0x100,
    EVENTS_END = 0x180,
    INTEN_AT = 0x300,
    INTENSET_AT = 0x304,
    INTENCLR_AT = 0x308,
    POWER_AT = 0xFFC
};

const ZifField zif__nrf_task_fields[] = { { "TRIGGER", 0, 1, ZIF_WO }, { 0 } };
const ZifField zif__nrf_event_fields[] = { { "EVENT", 0, 1, ZIF_RW }, { 0 } };

uint32_t zif__nrf_offset(const ZifClass *cls, unsigned slot)
{
    unsigned row = slot;
    while (!cls->regs[row].name) {
        row--;
    }
    const ZifRegister *reg = &cls->regs[row];
    return reg->offset + (slot - row) * (reg->stride ? reg->stride : 4);
}

/* The slot at a byte offset, or -1. */
static int slot_at(const ZifClass *cls, uint32_t offset)
{
    for (unsigned row = 0; row < cls->nregs; row++) {
        const ZifRegister *reg = &cls->regs[row];
        if (!reg->name || offset < reg->offset) {
            continue;
        }
        unsigned stride = reg->stride ? reg->stride : 4;
        unsigned index = (offset - reg->offset) / stride;
        if (index < (reg->count ? reg->count : 1u) && (offset - reg->offset) % stride == 0) {
            return row + index;
        }
    }
    return -1;
}

void zif__nrf_update_irq(ZifDevice *dev)
{
    const ZifClass *cls = dev->cls;
    const uint32_t *values = zif_values(dev);
    uint32_t enabled = 0, pending = 0;

    for (unsigned row = 0; row < cls->nregs; row++) {
        const ZifRegister *reg = &cls->regs[row];
        if (!reg->name) {
            continue;
        }
        if (reg->offset == INTENSET_AT) {
            enabled = values[row];
        } else if (reg->offset >= EVENTS_AT && reg->offset < EVENTS_END) {
            for (unsigned i = 0; i < (reg->count ? reg->count : 1u); i++) {
                pending |= (values[row + i] & 1) << ((reg->offset - EVENTS_AT) / 4 + i);
            }
        }
    }
    zif_set(dev, IRQ, 0, (pending & enabled) != 0);
}

void zif__nrf_event_to_ppi(ZifDevice *dev, unsigned slot)
{
    ZifDevice *ppi = zif_prop_peer(dev, "nordic,ppi", "nrf51-ppi");
    if (ppi) {
        zif__nrf_ppi_event(ppi, dev->base + zif__nrf_offset(dev->cls, slot));
    }
}

void zif__nrf_event(ZifDevice *dev, unsigned slot)
{
    zif_values(dev)[slot] = 1;
    zif__nrf_update_irq(dev);
    zif__nrf_event_to_ppi(dev, slot);
}

bool zif__nrf_is_task(const ZifDevice *dev, uint32_t offset)
{
    return offset < EVENTS_AT && slot_at(dev->cls, offset) >= 0;
}

bool zif__nrf_is_event(const ZifDevice *dev, uint32_t offset)
{
    return offset >= EVENTS_AT && offset < EVENTS_END && slot_at(dev->cls, offset) >= 0;
}

void zif__nrf_report_pin(ZifDevice *dev, unsigned psel, const char *soldered)
{
    uint32_t pin = zif_values(dev)[psel];
    if (pin == NRF_DISCONNECTED) {
        zif_report(dev, ZIF_REPORT_PIN, (int)psel, "no pin is selected");
    } else {
        zif_report(dev, ZIF_REPORT_PIN, (int)psel, "selects pin %u, but on this board it is pin %u", pin,
                   zif_prop_u32(dev, soldered, pin));
    }
}

void zif__nrf_task(ZifDevice *dev, uint32_t offset)
{
    if (zif__nrf_is_task(dev, offset) && dev->cls->on_write) {
        dev->cls->on_write(dev, slot_at(dev->cls, offset), 0, 1);
    }
}

bool zif__nrf_common_write(ZifDevice *dev, unsigned slot, uint32_t old)
{
    const ZifClass *cls = dev->cls;
    uint32_t *values = zif_values(dev);
    uint32_t offset = zif__nrf_offset(cls, slot);
    int power = cls->nregs ? slot_at(cls, POWER_AT) : -1;

    if (offset == POWER_AT) {
        if (old && !values[slot]) {
            zif_reset_device(dev, ZIF_RESET_BLOCK);
            values[slot] = 0;
        }
        return true;
    }
    if (power >= 0 && !values[power]) {
        values[slot] = old;
        zif_report(dev, ZIF_REPORT_CLOCK_OFF, slot, "written while the block's POWER register is 0");
        return true;
    }
    if (offset >= INTEN_AT && offset <= INTENCLR_AT) { /* two or three views of one register */
        for (uint32_t view = INTEN_AT; view <= INTENCLR_AT; view += 4) {
            int other = slot_at(cls, view);
            if (other >= 0) {
                values[other] = values[slot];
            }
        }
    } else if (offset < EVENTS_AT || offset >= EVENTS_END) {
        return false;
    }
    zif__nrf_update_irq(dev);
    return true;
}

void zif__nrf_stub_write(ZifDevice *dev, unsigned slot, uint32_t old, uint32_t value)
{
    if (!zif__nrf_common_write(dev, slot, old) && zif__nrf_offset(dev->cls, slot) < EVENTS_AT &&
        zif__nrf_triggered(value)) {
        zif_report(dev, ZIF_REPORT_UNMODELLED, slot, "triggered: nothing comes of it, for %s is not modelled",
                   dev->name);
    }
}
