/*
 * A guest whose every line says how often it is executed ("n:"), for the tests of coverage and profiles. It goes on to nowhere:
 * semihosting ends it. SPDX-License-Identifier: GPL-2.0-or-later
 */
void start(void);

static volatile unsigned sink;

__attribute__((noinline)) static unsigned clamp(unsigned x)
{
    if (x > 100) {  /* n: 10 one way */
        return 100; /* n: 0 */
    }
    return x; /* n: 10 */
}

__attribute__((noinline)) static unsigned parity(unsigned x)
{
    if (x & 1) {  /* n: 10 both ways */
        sink++;   /* n: 4 */
        return 1; /* n: 4 */
    }
    sink += 2; /* n: 6 */
    return 0;  /* n: 6 */
}

__attribute__((noinline)) void never(void)
{
    sink = 99; /* n: 0 */
}

__attribute__((noinline)) static unsigned deep(unsigned n)
{
    if (n == 0) {            /* n: 4 both ways */
        return parity(sink); /* n: 1 */
    }
    return deep(n - 1) + 1; /* n: 3 */
}

static inline __attribute__((always_inline)) void inlined(unsigned x)
{
    sink += x; /* n: 10 */
}

__attribute__((noinline)) static void leave(void)
{
    static const unsigned block[] = { 0x20026, 0 }; /* ADP_Stopped_ApplicationExit, status 0 */
    __asm volatile("mov r0, #0x20\n mov r1, %0\n bkpt 0xab" ::"r"(block) : "r0", "r1", "memory"); /* n: 1 */
}

void start(void)
{
    for (unsigned i = 0; i < 9; i++) {
        clamp(i);  /* n: 9 */
        parity(i); /* n: 9 */
        inlined(i);
    }
    inlined(clamp(50));  /* n: 1 */
    deep(3);             /* n: 1 */
    if (sink == 12345) { /* n: 1 one way */
        never();         /* n: 0 */
    }
    leave(); /* n: 1 */
    for (;;) {
    }
}

__attribute__((section(".vectors"), used)) static void *const vectors[] = { (void *)0x20040000, (void *)start };
