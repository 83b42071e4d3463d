/* A small linked image whose objcopy forms must load alike: code, data with a load address of its own, and a
 * second piece far away. Never run. SPDX-License-Identifier: GPL-2.0-or-later */
typedef unsigned Word;

extern Word stack_top[];
void start(void);

__attribute__((section(".vectors"), used)) static void *const vectors[] = { stack_top, start };
__attribute__((section(".settings"), used)) static const unsigned char settings[5] = { 1, 2, 3, 4, 5 };
volatile Word counter = 0x12345678;
static volatile Word cleared[64];

int sample_add(int a, int b)
{
    return a + b; /* SAMPLE_LINE: image_sample_test looks for this line */
}

void start(void)
{
    for (;;) {
        counter += cleared[counter & 63] + (Word)sample_add(1, 2);
    }
}
