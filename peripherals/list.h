/*
 * Every peripheral class, one line each: ZIF_CLASS(the record's C name). The order is that of `zif_classes`, and so of the
 * support table. The sources beside it are found by CMake: any .c in a vendor's folder but *_test.c and *_fuzz.c.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
ZIF_CLASS(zif__gpio_leds)
ZIF_CLASS(zif__gpio_keys)
ZIF_CLASS(zif__irq_or)
ZIF_CLASS(zif__cmsdk_uart)
ZIF_CLASS(zif__cmsdk_timer)
ZIF_CLASS(zif__cmsdk_dualtimer)
ZIF_CLASS(zif__cmsdk_watchdog)
ZIF_CLASS(zif__cmsdk_gpio)
ZIF_CLASS(zif__mps2_fpgaio)
ZIF_CLASS(zif__mps2_scc)
ZIF_CLASS(zif__mps2_i2s)
ZIF_CLASS(zif__sbcon_i2c)
ZIF_CLASS(zif__pl022)
ZIF_CLASS(zif__lan9220)
