/*
 * Build tool: embed ROOT OUT.c BOARD.dtb... -- SOURCE...
 * Writes the compiled trees, their names and the sources (paths relative to ROOT) as C. SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <libfdt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned char *slurp(const char *path, size_t *size)
{
    FILE *f = fopen(path, "rb");
    unsigned char *data = NULL;
    size_t room = 0;
    *size = 0;
    if (!f) {
        perror(path);
        exit(1);
    }
    do {
        room += 65536;
        data = realloc(data, room);
        *size += fread(data + *size, 1, room - *size, f);
    } while (*size == room);
    fclose(f);
    return data;
}

static void put_bytes(FILE *out, const char *what, unsigned n, const unsigned char *data, size_t size)
{
    fprintf(out, "static const unsigned char %s%u[%zu] __attribute__((aligned(8))) = {", what, n, size ? size : 1);
    for (size_t i = 0; i < size; i++) {
        fprintf(out, "%s%u,", i % 24 ? "" : "\n    ", data[i]);
    }
    fputs("\n};\n", out);
}

static void put_string(FILE *out, const char *s)
{
    putc('"', out);
    for (; *s; s++) {
        if (*s == '"' || *s == '\\') {
            putc('\\', out);
        }
        putc(*s, out);
    }
    putc('"', out);
}

static const char *text(const void *fdt, const char *path, const char *name)
{
    int len;
    const char *s = fdt_getprop(fdt, 0, name, &len);
    if (!s || len < 2 || s[len - 1]) {
        fprintf(stderr, "%s: the root has no \"%s\"\n", path, name);
        exit(1);
    }
    return s;
}

int main(int argc, char **argv)
{
    unsigned nboards = 0, nsources = 0;
    int arg = 3;
    FILE *out = argc > 3 ? fopen(argv[2], "w") : NULL;
    void *fdts[1024];
    if (!out) {
        fprintf(stderr, "usage: embed ROOT OUT.c BOARD.dtb... -- SOURCE...\n");
        return 1;
    }
    fputs("/* Made by soc/embed.c. */\n#include <zif/machine.h>\n#include \"machine/boards.h\"\n", out);
    for (; arg < argc && strcmp(argv[arg], "--"); arg++) {
        size_t size;
        fdts[nboards] = slurp(argv[arg], &size);
        if (fdt_check_full(fdts[nboards], size)) { /* zif does not check a built-in tree again */
            fprintf(stderr, "%s is not a sound compiled devicetree\n", argv[arg]);
            return 1;
        }
        put_bytes(out, "dtb", nboards, fdts[nboards], size);
        nboards++;
    }
    const char **paths = (const char **)argv + arg + 1;
    for (arg++; arg < argc; arg++) {
        size_t size;
        unsigned char *data = slurp(argv[arg], &size);
        put_bytes(out, "source", nsources++, data, size);
        free(data);
    }
    fputs("const ZifBoardTree zif__board_trees[] = {\n", out);
    for (unsigned i = 0; i < nboards; i++) {
        fprintf(out, "    { dtb%u, sizeof dtb%u },\n", i, i);
    }
    fputs("};\nconst ZifBoardInfo zif_boards[] = {\n", out);
    for (unsigned i = 0; i < nboards; i++) {
        const char *path = argv[3 + i];
        int names_len, soc_len;
        const char *names = text(fdts[i], path, "zif,names"), *soc = text(fdts[i], path, "compatible");
        fdt_getprop(fdts[i], 0, "zif,names", &names_len);
        fdt_getprop(fdts[i], 0, "compatible", &soc_len);
        fputs("    { .name = ", out);
        put_string(out, names);
        fputs(", .aliases = (const char *const[]){ ", out);
        for (const char *s = names + strlen(names) + 1; s < names + names_len; s += strlen(s) + 1) {
            put_string(out, s);
            fputs(", ", out);
        }
        fputs("0 }, .description = ", out);
        put_string(out, text(fdts[i], path, "model"));
        const char *last = soc; /* the chip is the last compatible; its vendor prefix is not shown */
        for (const char *s = soc; s < soc + soc_len; s += strlen(s) + 1) {
            last = s;
        }
        fputs(", .soc = ", out);
        put_string(out, strchr(last, ',') ? strchr(last, ',') + 1 : last);
        fprintf(out, ", .is_soc = %d, .bus_only = %d },\n", fdt_getprop(fdts[i], 0, "zif,bare-soc", NULL) != NULL,
                fdt_getprop(fdts[i], 0, "zif,bus-only", NULL) != NULL);
        free(fdts[i]);
    }
    fprintf(out, "};\nconst unsigned zif_nboards = %u;\nconst ZifTreeSource zif__tree_sources[] = {\n", nboards);
    for (unsigned i = 0; i < nsources; i++) {
        fputs("    { ", out);
        put_string(out, paths[i] + strlen(argv[1]) + 1);
        fprintf(out, ", source%u, sizeof source%u },\n", i, i);
    }
    fprintf(out, "};\nconst unsigned zif__ntree_sources = %u;\n", nsources);
    return fclose(out) ? 1 : 0;
}
