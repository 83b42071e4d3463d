/* Vector table of the semihosting guest; newlib's start-up does the rest. SPDX-License-Identifier: GPL-2.0-or-later */
extern void _start(void);
void _init(void);
void _fini(void);

void _init(void) {}
void _fini(void) {}

__attribute__((section(".vectors"), used)) static void *const vectors[] = { (void *)0x20040000, (void *)_start };
