/*
 * Any chip with a Cortex-M: echoes what RTT's down-buffer brings into its up-buffer, in capitals, and says hello first; a second channel
 * gets binary frames. Ends with success after a 'q', sleeps for ever after a 'z'. Control block as in SEGGER's SEGGER_RTT.h. SPDX-License-Identifier: GPL-2.0-or-later
 */
typedef unsigned uint32;

typedef struct {
    const char *name;
    volatile char *data;
    uint32 size;
    volatile uint32 wr, rd;
    uint32 flags;
} Ring;

static struct {
    char id[16];
    uint32 ups, downs;
    Ring up[2], down[1];
} block;
static volatile char up[16], frames[16], down[8];

static void put(Ring *r, char c)
{
    uint32 next = r->wr + 1 == r->size ? 0 : r->wr + 1;
    while (next == r->rd) {
    }
    r->data[r->wr] = c;
    r->wr = next;
}

static void say(const char *text)
{
    while (*text) {
        put(&block.up[0], *text++);
    }
}

static void start(void)
{
    static const char id[16] = "SEGGER RTT";
    block.ups = 2;
    block.downs = 1;
    block.up[0] = (Ring){ "Terminal", up, sizeof up, 0, 0, 2 };
    block.up[1] = (Ring){ "defmt", frames, sizeof frames, 0, 0, 2 };
    block.down[0] = (Ring){ "Terminal", down, sizeof down, 0, 0, 2 };
    for (int i = 0; i < 16; i++) {
        ((volatile char *)block.id)[i] = id[i];
    }
    say("hello over RTT, in more characters than the ring holds\n");
    for (int i = 0; i < 256; i++) {
        put(&block.up[1], (char)i);
    }
    for (;;) {
        Ring *r = &block.down[0];
        while (r->rd == r->wr) {
        }
        char c = r->data[r->rd];
        r->rd = r->rd + 1 == r->size ? 0 : r->rd + 1;
        put(&block.up[0], c >= 'a' && c <= 'z' ? (char)(c - 32) : c);
        while (c == 'z') {
            __asm__ volatile("wfi");
        }
        if (c == 'q') {
            register uint32 op __asm__("r0") = 0x18;
            register uint32 why __asm__("r1") = 0x20026;
            __asm__ volatile("bkpt 0xab" : : "r"(op), "r"(why) : "memory");
        }
    }
}

__attribute__((section(".vectors"), used)) static const void *const vectors[2] = { (void *)0x20001000, (void *)start };
