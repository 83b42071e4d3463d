/*
 * Double precision as a compiler uses it (-mfpu=fpv5-d16 -mfloat-abi=hard): logs what instructions give; rules.c has what IEEE 754
 * says. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdint.h>

static volatile uint32_t *const device_log = (volatile uint32_t *)0x40000000;

/* Keeps the compiler from computing. */
static double d(double x)
{
    __asm__ volatile("" : "+w"(x));
    return x;
}

static float f(float x)
{
    __asm__ volatile("" : "+t"(x));
    return x;
}

static void put(uint32_t word)
{
    *device_log = word;
}

static void put_double(double x)
{
    union {
        double value;
        uint32_t words[2];
    } u = { x };
    put(u.words[1]);
    put(u.words[0]);
}

static void put_float(float x)
{
    union {
        float value;
        uint32_t word;
    } u = { x };
    put(u.word);
}

static uint32_t fpscr(void)
{
    uint32_t v;
    __asm__ volatile("vmrs %0, fpscr" : "=r"(v));
    return v;
}

static void set_fpscr(uint32_t v)
{
    __asm__ volatile("vmsr fpscr, %0" : : "r"(v));
}

void arithmetic(void)
{
    put_double(d(0.1) + d(0.2));
    put_double(d(1) - d(0x1p-53));
    put_double(d(1.1) * d(1.1));
    put_double(d(1) / d(3));
    put_double(__builtin_sqrt(d(2)));
    put_double(-d(0.5));
    put_double(__builtin_fabs(d(-0.5)));
    put_double(__builtin_fma(d(1 + 0x1p-52), d(1 - 0x1p-52), d(-1)));
    put(fpscr() & 0x9f); /* inexact, and nothing else */
}

void conversions(void)
{
    volatile int32_t minus = -1234567;
    volatile uint32_t most = UINT32_MAX;
    put_double(minus);
    put_double(most);
    put((uint32_t)(int32_t)d(-1234567.9));
    put((uint32_t)d(4294967295.0));
    put((uint32_t)(int32_t)d(1e10)); /* VCVT saturates */
    put((uint32_t)d(-1));
    put_double(f(0.1f));
    put_float((float)d(0.1));
    put_float((float)d(1e300));
}

void comparisons(void)
{
    double nan = d(__builtin_nan(""));
    put(d(1) < d(2));
    put(d(2) <= d(1));
    put(d(-0.0) == d(0.0));
    put(nan == nan);
    put(nan != nan);
    put(d(1) < nan);
    put(d(0.1) > d(0.1f));
    put(d(1e300) > d(0));
}

void special_values(void)
{
    put_double(d(1e308) * d(10));
    put_double(d(0) / d(0));
    put_double(d(1) / d(-0.0));
    put_double(d(0x1p-1022) / d(4)); /* subnormal */
    put_double(d(0x1p-1074) / d(2));
    put(fpscr() & 0x9f);
    set_fpscr(1u << 24); /* FZ */
    put_double(d(0x1p-1022) / d(4));
    set_fpscr(0);
}

void rounding(void)
{
    for (uint32_t mode = 0; mode < 4; mode++) { /* to nearest, up, down, to zero */
        set_fpscr(mode << 22);
        put_double(d(1) / d(3));
        put_double(d(-1) / d(3));
    }
    set_fpscr(0);
}

void of_fpv5(void)
{
    put_double(__builtin_floor(d(-2.5)));
    put_double(__builtin_ceil(d(-2.5)));
    put_double(__builtin_trunc(d(-2.5)));
    put_double(__builtin_round(d(-2.5)));
    put_double(__builtin_fmax(d(__builtin_nan("")), d(1)));
    put_double(__builtin_fmin(d(-1), d(1)));
    double a = d(3), b = d(4);
    put_double(a >= b ? a : b); /* VSEL */
}

__attribute__((noinline)) static double sum_of(double a, float b, double c, double e, double g, double h, double i,
                                               double j, double on_stack)
{
    return a + b * 10 + c * 100 + e * 1e3 + g * 1e4 + h * 1e5 + i * 1e6 + j * 1e7 + on_stack * 1e8;
}

/* Arguments in registers and on the stack; d8 to d15 survive a call. */
void calls(void)
{
    double kept[4];
    for (int i = 0; i < 4; i++) {
        kept[i] = d(i + 0.25);
    }
    put_double(sum_of(d(1), f(2), d(3), d(4), d(5), d(6), d(7), d(8), d(9)));
    put_double(kept[0] + kept[1] + kept[2] + kept[3]);
}
