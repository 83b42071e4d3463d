/*
 * A newlib program on semihosting (rdimon): console, files, time, command line, exit status. Its output is in expected.txt.
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

int main(int argc, char **argv)
{
    char buf[64];
    for (int i = 0; i < argc; i++) {
        printf("argument %d: %s\n", i, argv[i]);
    }
    FILE *f = fopen("out.txt", "w");
    if (!f) {
        perror("out.txt");
        return 3;
    }
    fprintf(f, "line one\nline two\n");
    fclose(f);
    f = fopen("out.txt", "r");
    while (fgets(buf, sizeof buf, f)) {
        printf("read: %s", buf);
    }
    fseek(f, 0, SEEK_END);
    printf("size: %ld\n", ftell(f));
    fclose(f);
    f = fopen("../escape.txt", "w");
    printf("outside the folder: %s\n", f ? "opened" : "refused");
    printf("remove: %d\n", remove("out.txt"));
    printf("again: %d\n", remove("out.txt"));
    clock_t before = clock();
    while (clock() == before) {
    }
    printf("time passes\n");
    if (fgets(buf, sizeof buf, stdin)) {
        printf("typed: %s", buf);
    }
    fprintf(stderr, "to stderr\n");
    return 42;
}
