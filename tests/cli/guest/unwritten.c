/*
 * Any chip: what is done with RAM that nothing wrote, by CASE. 1 a branch, 2 an address, 3 a peripheral's register, 4 a copy of a copy that
 * decides in the end; 5 what every program does and is no mistake: holes in structures, masks, bit fields, saved registers, memory
 * that is to survive a reset. With a floating-point unit: 6 a comparison of floats, 7 the high word of a long product, 8 floats that
 * are only copied, or not looked at. Ends with success. SPDX-License-Identifier: GPL-2.0-or-later
 */
typedef unsigned uint32;

#define NOBITS(name) __attribute__((section(name ",\"aw\",%nobits @")))

typedef struct {
    char small;
    uint32 low : 3, high : 9, rest : 20;
    int large;
} Holes;

static volatile uint32 never[8] NOBITS(".unwritten");
static volatile Holes holes NOBITS(".unwritten");
static volatile uint32 kept NOBITS(".noinit");
static volatile uint32 sink;

static void end(void)
{
    register uint32 op __asm__("r0") = 0x18;
    register uint32 why __asm__("r1") = 0x20026;
    __asm__ volatile("bkpt 0xab" : : "r"(op), "r"(why) : "memory");
}

static void start(void)
{
    sink = 0;
#if CASE == 1
    if (never[1] > 5) {
        sink = 1;
    }
#elif CASE == 2
    sink = never[never[2] & 7];
#elif CASE == 3
    *(volatile uint32 *)UART_BAUD = never[3] & 0xfffff0 | 0x10;
#elif CASE == 4
    never[0] = never[4];
    never[1] = never[0] + 1;
    sink = never[1] << 4;
    while (sink > 1000) {
        sink >>= 1;
    }
#elif CASE >= 6
    static volatile float floats[2] NOBITS(".unwritten");
    *(volatile uint32 *)0xe000ed88 = 0xf << 20; /* CPACR */
    __asm__ volatile("dsb; isb" ::: "memory");
#if CASE == 6
    floats[0] = floats[1] * 2 + 1;
    if (floats[0] > 3) {
        sink = 1;
    }
#elif CASE == 7
    if ((unsigned long long)never[1] * 0xcccccccd >> 35 == 7) {
        sink = 1;
    }
#else
    volatile uint32 factor = 5;
    float other = floats[1];
    floats[0] = other;
    __asm__ volatile("vpush {d8-d15}\n vpop {d8-d15}" ::: "memory");
    floats[1] = 3;
    floats[0] = floats[1] / 2;
    if (floats[0] < 2 && (unsigned long long)(never[1] & 7) * factor >> 32 == 0) {
        sink = 1;
    }
#endif
#else
    Holes copy;
    holes.small = 1;
    holes.large = 2;
    holes.high = 5;
    copy = holes;
    holes = copy;
    if (holes.small + holes.large == 3 && holes.high == 5) {
        sink = 1;
    }
    never[0] = (never[0] & ~0xffu) | 7;
    if ((never[0] & 3) == 3 && (never[0] << 30 | 1) == 0xc0000001) {
        sink += 1;
    }
    never[1] = never[2];
    never[2] = never[3] ^ never[4];
    if (kept == 5) {
        kept = 6;
    }
    if (sink != 2) {
        for (;;) {
        }
    }
#endif
    end();
}

__attribute__((section(".vectors"), used)) static const void *const vectors[2] = { (void *)0x20001000, (void *)start };
